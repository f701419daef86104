// Painting parcels onto a tile, each way as exact as the eye can tell at its size on screen.

const FADED = '#e2e1dc';
const BARE = '#b9b4a6';
const LINE = 'rgba(60, 56, 48, 0.55)';
const FADED_LINE = 'rgba(150, 148, 140, 0.5)';

// Below so many pixels across, a parcel is its box; below so many, filled row by row; else a path with
// a line around it. Paper has finer dots than a screen, and nobody waits for the next frame of it.
const SCREEN = { boxBelow: 3.2, rowsBelow: 14, line: 0.7, markFrom: 26, markWidth: 6, mark: 11 };
const PAPER = { boxBelow: 1.2, rowsBelow: 2.5, line: 0.3, markFrom: 15, markWidth: 4, mark: 8 };
const HATCH = 6;
// Paths are filled so many at a time: each call has its price, and so has a long path.
const AT_A_TIME = 32;
const FILTERED = 255;
// Of a shape narrower than so many pixels one would see the edge alone: it is drawn on top, in its
// colour, as a line so wide.
const SLIM = 2.5;
const SLIM_LINE = 2;
// Corners closer than so many pixels are one corner to the eye, where shapes are small.
const CLOSE = 0.8;

// Black or white, whichever stands out more on a colour: by the luminance of WCAG 2 one of the two
// always has a contrast of 4.5 to 1 or more.
function inkOn(colour) {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.1791 ? '#fff' : '#000';
}

const hatches = new Map();

function hatch(colour) {
  if (hatches.has(colour)) return hatches.get(colour);
  const tile = document.createElement('canvas');
  tile.width = tile.height = HATCH;
  const pen = tile.getContext('2d');
  pen.fillStyle = '#f3f2ee';
  pen.fillRect(0, 0, HATCH, HATCH);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.3;
  pen.beginPath();
  for (const at of [-HATCH, 0, HATCH]) {
    pen.moveTo(at - 1, 7);
    pen.lineTo(at + 7, -1);
  }
  pen.stroke();
  hatches.set(colour, tile);
  return tile;
}

// Hatching as wide on paper as on any screen, whose lines run on from tile to tile.
function hatching(pen, colour, { left, top, scale, ratio }) {
  const pattern = pen.createPattern(hatch(colour), 'repeat');
  const side = HATCH * ratio;
  pattern.setTransform(new DOMMatrix([ratio, 0, 0, ratio, -((left * scale) % side), -((top * scale) % side)]));
  return pattern;
}

// A colour as four bytes of a picture, the lowest first.
function asPixel(colour) {
  const value = parseInt(colour.slice(1), 16);
  return ((255 << 24) | ((value & 255) << 16) | (value & 0xff00) | (value >> 16)) >>> 0;
}

// The colours of classes as pixels; those filtered out have the last.
function palette(classes) {
  const colours = new Uint32Array(256).fill(asPixel(classes ? FADED : BARE));
  (classes || []).forEach(({ colour }, at) => { colours[at] = asPixel(colour); });
  return colours;
}

class Brush {
  constructor(grid, fineness = SCREEN) {
    this.grid = grid;
    this.fineness = fineness;
    this.edges = new Float64Array(1 << 16);
    this.crossings = new Float64Array(1 << 14); // each edge may cross a row
    this.widths = new Float32Array(grid.count);
  }

  // What is in a window of the grid, painted on a canvas: scale pixels to a step of the grid. The
  // canvas then names the pieces that it lacks: boxes were painted where outlines would be better.
  paint(canvas, { left, top, scale }, classes, shade, ratio) {
    const { grid } = this;
    const size = canvas.width;
    const pad = 2 / scale;
    const near = () => grid.within(left - pad, top - pad, left + size / scale + pad, top + size / scale + pad);
    const pen = canvas.getContext('2d');
    const window = { left, top, scale, size, ratio };
    const mean = (grid.meanSize * scale) / ratio;
    if (!canvas.owners) canvas.lacking = new Set();
    this.lacking = canvas.lacking;
    if (mean < this.fineness.boxBelow) this.paintBoxes(pen, window, near(), classes, shade);
    else if (mean < this.fineness.rowsBelow) {
      // Which parcel a pixel belongs to is found once; a new colour is then a look-up.
      canvas.owners ||= this.ownersOf(window, near());
      this.paintOwned(pen, canvas.owners, classes, shade);
    } else {
      pen.clearRect(0, 0, size, size);
      this.paintPaths(pen, window, near(), classes, shade);
    }
  }

  // One picture serves tile after tile.
  pictureOf(size) {
    if (!this.room || this.room.picture.width !== size) {
      const picture = new ImageData(size, size);
      this.room = { picture, pixels: new Uint32Array(picture.data.buffer) };
    }
    return this.room;
  }

  paintBoxes(pen, window, found, classes, shade) {
    const { picture, pixels } = this.pictureOf(window.size);
    pixels.fill(0);
    const colours = palette(classes);
    // those filtered out lie beneath
    for (const isKept of [false, true]) {
      for (const i of found) {
        if ((shade[i] !== FILTERED) === isKept) this.fillBox(pixels, window, i, colours[shade[i]]);
      }
    }
    pen.putImageData(picture, 0, 0);
  }

  // Of each pixel the number of its parcel and 1, or 0.
  ownersOf(window, found) {
    const owners = new Uint32Array(window.size * window.size);
    for (const i of found) this.fillRows(owners, window, i, i + 1);
    return owners;
  }

  paintOwned(pen, owners, classes, shade) {
    const { picture, pixels } = this.pictureOf(Math.sqrt(owners.length));
    const colours = palette(classes);
    let [last, colour] = [0, 0];
    for (let k = 0; k < owners.length; k += 1) {
      const owner = owners[k];
      if (owner !== last) {
        colour = owner > 0 ? colours[shade[owner - 1]] : 0;
        last = owner;
      }
      pixels[k] = colour;
    }
    pen.putImageData(picture, 0, 0);
  }

  // A box never vanishes: it is one pixel at least.
  fillBox(pixels, { left, top, scale, size }, i, colour) {
    const { box } = this.grid;
    const x0 = Math.trunc((box[4 * i] - left) * scale);
    const y0 = Math.trunc((box[4 * i + 1] - top) * scale);
    const x1 = Math.max(x0 + 1, Math.round((box[4 * i + 2] - left) * scale));
    const y1 = Math.max(y0 + 1, Math.round((box[4 * i + 3] - top) * scale));
    const [begin, end, last] = [Math.max(0, x0), Math.min(size, x1), Math.min(size, y1)];
    for (let y = Math.max(0, y0); y < last; y += 1) {
      for (let k = y * size + begin; k < y * size + end; k += 1) pixels[k] = colour;
    }
  }

  // Whether there is an outline to paint; its piece is noted where it is still to come.
  isOutlined(i) {
    const { grid, lacking } = this;
    if (grid.hasOutline(i)) return true;
    const number = grid.pieceOf(i);
    if (grid.lacks(number)) lacking.add(number);
    return false;
  }

  // Fill between the crossings of each row of pixels with the outline, two by two: even-odd.
  fillRows(pixels, window, i, colour) {
    if (!this.isOutlined(i)) {
      this.fillBox(pixels, window, i, colour);
      return;
    }
    const { top, scale, size } = window;
    const { box } = this.grid;
    const many = this.gatherEdges(window, i);
    const first = Math.max(0, Math.ceil((box[4 * i + 1] - top) * scale - 0.5));
    const last = Math.min(size - 1, Math.floor((box[4 * i + 3] - top) * scale - 0.5));
    let isSeen = false;
    for (let y = first; y <= last; y += 1) {
      const count = this.cross(y + 0.5, many);
      for (let k = 0; k + 1 < count; k += 2) {
        const x1 = Math.min(size - 1, Math.floor(this.crossings[k + 1] - 0.5));
        let x = Math.max(0, Math.ceil(this.crossings[k] - 0.5));
        isSeen ||= x1 >= x;
        for (; x <= x1; x += 1) pixels[y * size + x] = colour;
      }
    }
    if (!isSeen) this.fillBox(pixels, window, i, colour);
  }

  // Edges of a shape in pixels, four numbers each; corners too close to the one before to be told
  // from it are passed over.
  gatherEdges({ left, top, scale, ratio }, i) {
    const { grid } = this;
    const { xy, ring } = grid;
    const most = 4 * (grid.end(i) - grid.start(i));
    if (most > this.edges.length) [this.edges, this.crossings] = [new Float64Array(2 * most), new Float64Array(most / 2)];
    const { edges } = this;
    const near = CLOSE * ratio;
    let many = 0;
    for (let r = grid.first[i]; r < grid.first[i + 1]; r += 1) {
      const begin = 2 * ring[r];
      const end = 2 * ring[r + 1];
      let lastX = (xy[begin] - left) * scale;
      let lastY = (xy[begin + 1] - top) * scale;
      for (let k = begin + 2; k <= end; k += 2) {
        const isClosing = k === end;
        const x = (xy[isClosing ? begin : k] - left) * scale;
        const y = (xy[isClosing ? begin + 1 : k + 1] - top) * scale;
        if (!isClosing && x - lastX < near && lastX - x < near && y - lastY < near && lastY - y < near) continue;
        edges[many] = lastX;
        edges[many + 1] = lastY;
        edges[many + 2] = x;
        edges[many + 3] = y;
        many += 4;
        lastX = x;
        lastY = y;
      }
    }
    return many;
  }

  // Where the edges cross a row of pixels, from left to right; gives their number.
  cross(y, many) {
    const { edges, crossings } = this;
    let count = 0;
    for (let k = 0; k < many; k += 4) {
      const ay = edges[k + 1];
      const by = edges[k + 3];
      if (ay <= y === by <= y) continue;
      const x = edges[k] + ((y - ay) * (edges[k + 2] - edges[k])) / (by - ay);
      let at = count;
      for (; at > 0 && crossings[at - 1] > x; at -= 1) crossings[at] = crossings[at - 1];
      crossings[at] = x;
      count += 1;
    }
    return count;
  }

  paintPaths(pen, window, found, classes, shade) {
    const groups = new Map();
    const slim = [];
    for (const i of found) {
      if (this.widthOf(i) * window.scale < SLIM * window.ratio) slim.push(i);
      if (!groups.has(shade[i])) groups.set(shade[i], []);
      groups.get(shade[i]).push(i);
    }
    const order = [...groups.keys()].sort((a, b) => (b === FILTERED) - (a === FILTERED) || a - b);
    for (const at of order) this.fillGroup(pen, window, groups.get(at), classes, at);
    slim.sort((a, b) => (shade[b] === FILTERED) - (shade[a] === FILTERED));
    const colours = classes || [];
    for (const i of slim) this.drawSlim(pen, window, i, (colours[shade[i]] || { colour: classes ? FADED : BARE }).colour);
    for (const at of order) if (at !== FILTERED) this.mark(pen, window, groups.get(at), classes[at]);
  }

  fillGroup(pen, window, members, classes, at) {
    const { colour, hatched } = at === FILTERED ? { colour: classes ? FADED : BARE } : classes[at];
    pen.fillStyle = hatched ? hatching(pen, colour, window) : colour;
    pen.strokeStyle = at === FILTERED ? FADED_LINE : LINE;
    pen.lineWidth = this.fineness.line * window.ratio;
    for (let begin = 0; begin < members.length; begin += AT_A_TIME) {
      pen.beginPath();
      for (const i of members.slice(begin, begin + AT_A_TIME)) this.trace(pen, window, i);
      pen.fill(); // not even-odd, by which two that overlap would cancel each other
      pen.stroke();
    }
  }

  drawSlim(pen, window, i, colour) {
    const { left, top, scale, ratio } = window;
    const { box } = this.grid;
    const [x, y, right, bottom] = [0, 1, 2, 3].map((k) => Math.floor((box[4 * i + k] - (k % 2 ? top : left)) * scale));
    const side = SLIM_LINE * ratio;
    if (right - x < side && bottom - y < side) {
      pen.fillStyle = colour;
      pen.fillRect(x, y, side, side);
      return;
    }
    pen.strokeStyle = colour;
    pen.lineWidth = side;
    pen.beginPath();
    this.trace(pen, window, i);
    pen.stroke();
  }

  // How wide a shape is in steps of the grid: a long strip its width, a square half its side.
  widthOf(i) {
    if (this.widths[i]) return this.widths[i];
    const width = this.measured(i);
    if (this.grid.hasOutline(i)) this.widths[i] = width; // a box stands for it only for a while
    return width;
  }

  measured(i) {
    const { xy, ring, first, box } = this.grid;
    if (!this.grid.hasOutline(i)) return Math.min(box[4 * i + 2] - box[4 * i], box[4 * i + 3] - box[4 * i + 1]);
    let [twice, around] = [0, 0];
    for (let r = first[i]; r < first[i + 1]; r += 1) {
      let last = ring[r + 1] - 1;
      for (let k = ring[r]; k < ring[r + 1]; k += 1) {
        const [x, y] = [xy[2 * k] - xy[2 * last], xy[2 * k + 1] - xy[2 * last + 1]];
        twice += (xy[2 * last] - box[4 * i]) * y - (xy[2 * last + 1] - box[4 * i + 1]) * x;
        around += Math.hypot(x, y);
        last = k;
      }
    }
    return Math.max(Math.abs(twice) / (around || 1), 1e-6);
  }

  trace(pen, { left, top, scale }, i) {
    const { xy, ring, first, box } = this.grid;
    if (!this.isOutlined(i)) {
      const [x0, y0, x1, y1] = box.subarray(4 * i, 4 * i + 4);
      pen.rect((x0 - left) * scale, (y0 - top) * scale, (x1 - x0) * scale, (y1 - y0) * scale);
      return;
    }
    for (let r = first[i]; r < first[i + 1]; r += 1) {
      let lastX = (xy[2 * ring[r]] - left) * scale;
      let lastY = (xy[2 * ring[r] + 1] - top) * scale;
      pen.moveTo(lastX, lastY);
      for (let k = ring[r] + 1; k < ring[r + 1]; k += 1) {
        const x = (xy[2 * k] - left) * scale;
        const y = (xy[2 * k + 1] - top) * scale;
        if (Math.abs(x - lastX) < 0.4 && Math.abs(y - lastY) < 0.4) continue;
        pen.lineTo(x, y);
        [lastX, lastY] = [x, y];
      }
      pen.closePath();
    }
  }

  // Letters on the parcels themselves, once they are large enough, for those who print in grey.
  mark(pen, { left, top, scale, ratio }, members, { mark, colour, hatched }) {
    const { box } = this.grid;
    pen.font = `600 ${this.fineness.mark * ratio}px sans-serif`;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillStyle = hatched ? '#000' : inkOn(colour);
    for (const i of members) {
      if ((box[4 * i + 2] - box[4 * i]) * scale < this.fineness.markFrom * ratio) continue;
      if (this.widthOf(i) * scale < this.fineness.markWidth * ratio) continue;
      const [x, y] = this.grid.middle(i); // that of its box lies at the edge of a triangle
      if (this.grid.holds(i, x, y)) pen.fillText(say(mark), (x - left) * scale, (y - top) * scale);
    }
  }
}
