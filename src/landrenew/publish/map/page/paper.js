// The sheet on paper: laid out when the browser prints, or saved as a picture.

// Dots to a CSS pixel. On paper Chromium draws the lines anew, and in their place only by powers of two.
const PRINT_RATIO = 2;
const PICTURE_RATIO = 3;
const PNG_HEAD = 33;

function sheetTable({ heads, rows = [] }) {
  if (!rows.length) return null;
  const cells = (tag, [first, ...more]) => [el('th', { scope: tag }, first), ...more.map((one) => el('td', {}, one))];
  return el('table', {},
    heads ? el('thead', {}, el('tr', {}, el('th', {}), ...cells('col', heads))) : null,
    el('tbody', {}, ...rows.map((row) => el('tr', { class: row.isHidden ? 'is-hidden' : row.isInner ? 'is-inner' : '' },
      el('td', {}, row.swatch ? swatch(row.swatch) : row.symbol), ...cells('row', row.words)))));
}

function sheetBlock(block) {
  const { name, title, figure, pairs = [], lines = [] } = block;
  return el('section', { 'data-block': name },
    el('h2', {}, title),
    figure ? el('div', { class: 'figure' }, el('strong', { class: 'big' }, sharePercent(figure)),
      el('div', {}, badge(figure.verdict), el('p', { class: 'target' }, targetWords(figure.target)))) : null,
    figure ? gauge(figure) : null,
    sheetTable(block),
    pairs.length ? el('ol', { class: 'pairs' }, ...pairs.map(([one, value]) => el('li', {}, el('span', {}, one), el('span', {}, value)))) : null,
    ...lines.map((one) => el('p', { class: 'hint' }, one)));
}

function sheetNodes(sheet, canvas) {
  return [
    el('header', {},
      el('div', { class: 'heading' }, el('h1', {}, sheet.title), el('p', { class: 'subtitle' }, sheet.subtitle),
        ...sheet.stamps.map((one) => el('p', { class: 'stamp' }, one))),
      el('dl', { class: 'meta' }, ...sheet.meta.map(([word, label, said]) => el('div', { 'data-meta': word },
        el('dt', {}, label), el('dd', {}, said))))),
    el('aside', {}, ...sheet.blocks.map(sheetBlock)),
    canvas,
    el('footer', {}, ...sheet.foot.map((one) => el('p', {}, one))),
  ];
}

// A name that every file system takes.
function fileName(...parts) {
  const safe = parts.map((one) => shortened(one).replace(/[^\p{L}\p{N}-]+/gu, '_').replace(/^_+|_+$/g, ''));
  return `${safe.filter(Boolean).join('_') || 'map'}_A3.png`;
}

class Paper {
  constructor(page) {
    this.page = page;
    this.node = document.getElementById('sheet');
    this.button = document.getElementById('picture');
    this.button.addEventListener('click', () => this.save());
    document.getElementById('print').addEventListener('click', () => this.print());
    document.addEventListener('keydown', (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== 'p') return;
      event.preventDefault();
      this.print();
    });
    window.addEventListener('beforeprint', () => this.lay());
    window.addEventListener('afterprint', () => this.node.replaceChildren());
  }

  get window() { return new PaperWindow(sheetBounds(this.page), MAP_WIDTH, MAP_HEIGHT); }

  // A printer waits for nothing: outlines that the sheet lacks are there before it is asked.
  print() { this.whenOutlined(() => window.print()); }

  whenOutlined(act) {
    const { parcels } = this.page;
    parcels.outlines.with(piecesIn(this.window, parcels), act);
  }

  // Lay the sheet out: all of it is painted before the browser goes on.
  lay() {
    const view = this.window;
    const tiles = this.page.ground.tilesInSight();
    const sheet = sheetOf(this.page, view, tiles);
    const canvas = el('canvas', { width: MAP_WIDTH * PRINT_RATIO, height: MAP_HEIGHT * PRINT_RATIO });
    paintMap(canvas.getContext('2d'), this.page, view, { x: 0, y: 0, ratio: PRINT_RATIO, tiles });
    this.node.replaceChildren(...sheetNodes(sheet, canvas));
    for (const part of this.node.querySelectorAll('aside, footer, .meta')) shrink(part);
  }

  // One after the other: the button waits until the picture is there.
  async save() {
    const { button, page } = this;
    const { theme } = page.parcels;
    button.disabled = true;
    const view = this.window;
    await new Promise((act) => this.whenOutlined(act));
    const tiles = await page.ground.tilesFor(view);
    const canvas = paintSheet(page, view, PICTURE_RATIO, tiles);
    const picture = await new Promise((act) => canvas.toBlob(act, 'image/png'));
    button.disabled = false;
    if (picture === null) page.sketch.say(say('picture_failed'));
    else saveAs(await sized(picture, 96 * PICTURE_RATIO), fileName(page.facts.city.name, theme ? say(theme.label) : '', page.parcels.trial.isOn ? say('trying') : ''));
    if (page.ground.layers.length && !tiles.length) page.sketch.say(`${say('basemap_of')}${colon()}${say('basemap_left_out')}`);
  }
}

// Write a part smaller until it finds room.
function shrink(part) {
  let size = 1;
  while (size > 0.4 && (part.scrollHeight > part.clientHeight || part.scrollWidth > part.clientWidth)) {
    size *= 0.96;
    part.style.setProperty('--size', size);
  }
}

// A PNG that says how large it is on paper, in dots to an inch: a chunk pHYs behind its head.
async function sized(picture, dots) {
  const bytes = new Uint8Array(await picture.arrayBuffer());
  const chunk = new DataView(new ArrayBuffer(21));
  chunk.setUint32(0, 9);
  [...'pHYs'].forEach((sign, k) => chunk.setUint8(4 + k, sign.charCodeAt(0)));
  for (const at of [8, 12]) chunk.setUint32(at, Math.round(dots / 0.0254));
  chunk.setUint8(16, 1);
  chunk.setUint32(17, checksum(new Uint8Array(chunk.buffer, 4, 13)));
  return new Blob([bytes.subarray(0, PNG_HEAD), chunk, bytes.subarray(PNG_HEAD)], { type: 'image/png' });
}

// CRC-32, as PNG wants it.
function checksum(bytes) {
  let rest = -1;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
}

function saveAs(blob, name) {
  const link = el('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
