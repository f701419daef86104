// The sheet as a picture: what it says is written beside the map on one canvas.

const INK = '#26241f';
const SOFT = '#6d6a62';
const RULE = '#dcd9d1';
const RED = '#b3261e';
const VERDICT_COLOURS = { met: '#2f7d74', not_met: '#c2522a', undetermined: '#77736a' };

// A text in lines no wider than asked: words of letters stay whole, Chinese breaks anywhere.
function wrapped(pen, text, width) {
  const lines = [''];
  const parts = text.match(/[\u0021-\u024f]+\s?|./gsu) || [];
  for (const part of parts.flatMap((one) => (pen.measureText(one).width > width ? [...one] : [one]))) {
    const last = lines.length - 1;
    if (lines[last] !== '' && pen.measureText(lines[last] + part.trimEnd()).width > width) lines.push(part.trimStart());
    else lines[last] += part;
  }
  return lines;
}

// A text cut to a width.
function fitted(pen, text, width) {
  if (pen.measureText(text).width <= width) return text;
  const signs = [...text];
  while (signs.length && pen.measureText(`${signs.join('')}…`).width > width) signs.pop();
  return `${signs.join('')}…`;
}

// Writes blocks one below the other; every size is a part of the column's own.
class Column {
  constructor(pen, { x, y, width, size }) {
    Object.assign(this, { pen, x, y, width, size });
  }

  font(size = 1, weight = 400, colour = INK) {
    this.pen.font = `${weight} ${this.size * size}px ${sansOf()}`;
    this.pen.fillStyle = colour;
  }

  text(words, x, y, align = 'left') {
    Object.assign(this.pen, { textAlign: align, textBaseline: 'alphabetic' });
    this.pen.fillText(words, x, y);
  }

  paragraph(words, size = 1, weight = 400, colour = INK) {
    this.font(size, weight, colour);
    for (const line of wrapped(this.pen, words, this.width)) {
      this.y += this.size * size * 1.42;
      this.text(line, this.x, this.y - this.size * size * 0.3);
    }
  }

  block({ title, figure, heads, rows = [], pairs = [], lines = [], isLoud }) {
    this.paragraph(title, 1.08, 700, isLoud ? RED : INK);
    this.y += this.size * 0.2;
    if (figure) this.figure(figure);
    if (heads) this.row({ words: heads }, 0.85, SOFT);
    rows.forEach((row) => this.row(row));
    for (let k = 0; k < pairs.length; k += 2) this.pair(pairs.slice(k, k + 2));
    lines.forEach((one) => this.paragraph(one, 0.88, 400, isLoud ? RED : SOFT));
    this.y += this.size * 0.6;
    this.pen.fillStyle = isLoud ? RED : RULE;
    this.pen.fillRect(this.x, this.y, this.width, 1);
    this.y += this.size * 0.35;
  }

  figure(share) {
    const { pen, x, size, width } = this;
    this.y += size * 2.7;
    this.font(2.7, 700);
    const words = sharePercent(share);
    this.text(words, x, this.y - size * 0.3);
    const right = x + pen.measureText(words).width + size;
    this.font(0.9, 700);
    const verdict = `${SYMBOLS[share.verdict]} ${say(share.verdict)}`;
    pen.fillStyle = VERDICT_COLOURS[share.verdict];
    pen.fillRect(right, this.y - size * 2.5, pen.measureText(verdict).width + size * 1.1, size * 1.35);
    pen.fillStyle = '#fff';
    this.text(verdict, right + size * 0.55, this.y - size * 1.5);
    this.font(0.9);
    this.text(targetWords(share.target), right, this.y - size * 0.25);
    const at = (value) => x + width * Math.max(0, Math.min(1, value || 0));
    this.y += size * 0.45;
    const bar = (colour, from, to, grown = 0) => {
      pen.fillStyle = colour;
      pen.fillRect(from, this.y - grown, to - from, size * 0.7 + 2 * grown);
    };
    bar('#ebe9e3', x, x + width);
    bar(VERDICT_COLOURS[share.verdict], x, at(share.share));
    bar('rgba(255, 255, 255, 0.45)', at(share.interval[0]), at(share.interval[1]));
    if (share.target !== null) bar(INK, at(share.target) - 1, at(share.target) + 1, 2.5);
    this.y += size * 1.1;
  }

  // A row with a picture at the left, and numbers at the right.
  row({ words: [first, ...numbers], swatch: look, symbol: picture, isHidden, isInner }, size = 1, colour = INK) {
    const em = this.size * size;
    const left = this.x + (isInner ? em * 1.6 : 0);
    this.y += em * 1.6;
    if (look) this.swatch(look, left, isHidden);
    if (picture) this.symbol(picture, left);
    const indent = look || picture ? this.size * 2.6 : 0;
    this.font(size, 400, isHidden ? SOFT : colour);
    const right = this.x + this.width;
    const room = numbers.length ? this.width - this.size * 10.4 : this.width;
    this.text(fitted(this.pen, first, room - indent - left + this.x), left + indent, this.y - em * 0.4);
    [...numbers].reverse().forEach((one, k) => this.text(one, right - k * this.size * 5.6, this.y - em * 0.4, 'right'));
  }

  swatch({ colour, hatched, mark }, x, isHidden) {
    const { pen, size } = this;
    const [width, height, top] = [size * 2.1, size * 1.15, this.y - size * 1.38];
    pen.globalAlpha = isHidden ? 0.25 : 1;
    pen.fillStyle = hatched ? hatching(pen, colour, { left: -x, top: -top, scale: 1, ratio: 1 }) : colour;
    pen.fillRect(x, top, width, height);
    Object.assign(pen, { strokeStyle: 'rgba(60, 56, 48, 0.6)', lineWidth: 0.8 });
    pen.strokeRect(x, top, width, height);
    this.font(0.85, 600, hatched ? '#000' : inkOn(colour));
    this.text(mark ? say(mark) : '', x + width / 2, top + height - size * 0.27, 'center');
    pen.globalAlpha = 1;
  }

  // The picture of a layer's switch, shape by shape.
  symbol(picture, x) {
    const { pen, size } = this;
    pen.save();
    pen.translate(x, this.y - size * 1.35);
    pen.scale((size * 2.1) / 26, (size * 2.1) / 26);
    pen.fillStyle = '#f0eee9';
    pen.fillRect(0, 0, 26, 14);
    for (const shape of picture.children) {
      const said = (name) => shape.getAttribute(name);
      const path = new Path2D(said('d'));
      pen.globalAlpha = Number(said('fill-opacity') || 1);
      if (said('fill') !== 'none') Object.assign(pen, { fillStyle: said('fill') }).fill(path);
      pen.globalAlpha = 1;
      const isDrawn = said('stroke') && said('stroke') !== 'none' && said('stroke-width') !== '0';
      if (!isDrawn) continue;
      Object.assign(pen, { strokeStyle: said('stroke'), lineWidth: Number(said('stroke-width') || 1), lineCap: 'butt' });
      pen.setLineDash((said('stroke-dasharray') || 'none') === 'none' ? [] : said('stroke-dasharray').split(/[ ,]+/).map(Number));
      pen.stroke(path);
      pen.setLineDash([]);
    }
    pen.restore();
  }

  // Two names with a number each, side by side.
  pair(two) {
    this.y += this.size * 1.35;
    const half = (this.width - this.size) / 2;
    two.forEach(([name, value], k) => {
      const left = this.x + k * (half + this.size);
      this.font(0.88);
      this.text(fitted(this.pen, name, half - this.size * 4.2), left, this.y - this.size * 0.35);
      this.text(value, left + half, this.y - this.size * 0.35, 'right');
    });
  }
}

// The size at which all blocks find room in a height, the usual one where they do.
function sizeFor(blocks, height, usual = 13) {
  const pen = document.createElement('canvas').getContext('2d');
  const tall = (size) => {
    const column = new Column(pen, { x: 0, y: 0, width: SHEET.side, size });
    blocks.forEach((one) => column.block(one));
    return column.y;
  };
  let size = usual;
  while (size > 5 && tall(size) > height) size *= 0.96;
  return size;
}

function writeHead(pen, { title, subtitle, stamps, meta }) {
  const { margin } = SHEET;
  const right = SHEET.width - margin;
  const head = new Column(pen, { x: margin, y: margin, width: right - margin, size: 13 });
  head.font(2.3, 700);
  head.text(title, margin, margin + 30);
  const left = margin + pen.measureText(title).width + 16;
  const stamped = [...stamps].reverse().reduce((end, stamp) => {
    head.font(1.3, 700, RED);
    const width = pen.measureText(stamp).width + 26;
    Object.assign(pen, { strokeStyle: RED, lineWidth: 2 });
    pen.strokeRect(end - width, margin + 2, width, 32);
    head.text(stamp, end - 13, margin + 24.5, 'right');
    return end - width - 12;
  }, right);
  head.font(1.3, 400, SOFT);
  head.text(fitted(pen, subtitle, stamped - left), left, margin + 30);
  writeMeta(head, meta);
  pen.fillStyle = INK;
  pen.fillRect(margin, margin + SHEET.head - 2, right - margin, 2);
}

// One line, written smaller where it is too long for the sheet.
function writeMeta(head, meta) {
  const write = (isDrawn) => meta.reduce((from, [, label, said]) => {
    let x = from;
    for (const [words, colour, room] of [[label, SOFT, 7], [said, INK, 26]]) {
      head.font(1, 400, colour);
      if (isDrawn) head.text(words, x, SHEET.margin + 60);
      x += head.pen.measureText(words).width + room * (head.size / 13);
    }
    return x;
  }, head.x);
  while (head.size > 5 && write(false) > head.x + head.width) head.size *= 0.96;
  write(true);
}

function writeFoot(pen, lines) {
  const top = SHEET.height - SHEET.margin - SHEET.foot;
  const lay = (on, size) => {
    const column = new Column(on, { x: SHEET.margin, y: top, width: SHEET.width - 2 * SHEET.margin, size });
    lines.forEach((one) => column.paragraph(one, 1, 400, SOFT));
    return column.y - top;
  };
  const scratch = document.createElement('canvas').getContext('2d');
  let size = 11.5;
  while (size > 5 && lay(scratch, size) > SHEET.foot) size *= 0.96;
  lay(pen, size);
}

// The whole sheet on a canvas of its own.
function paintSheet(page, window, ratio, tiles) {
  const sheet = sheetOf(page, window, tiles);
  const canvas = el('canvas', { width: SHEET.width * ratio, height: SHEET.height * ratio });
  const pen = canvas.getContext('2d', { alpha: false });
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  const [x, y] = [SHEET.margin + SHEET.side + SHEET.gap, SHEET.margin + SHEET.head + SHEET.gap];
  paintMap(pen, page, window, { x, y, ratio, tiles });
  pen.scale(ratio, ratio);
  Object.assign(pen, { strokeStyle: INK, lineWidth: 1.2 });
  pen.strokeRect(x, y, MAP_WIDTH, MAP_HEIGHT);
  writeHead(pen, sheet);
  writeFoot(pen, sheet.foot);
  const size = sizeFor(sheet.blocks, MAP_HEIGHT);
  const column = new Column(pen, { x: SHEET.margin, y, width: SHEET.side, size });
  sheet.blocks.forEach((one) => column.block(one));
  return canvas;
}
