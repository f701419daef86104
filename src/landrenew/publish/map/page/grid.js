// The shapes of the parcels on the grid of the map, and finding those in a window or at a place.

// Neighbours lie beside each other, so that the box of so many in a row is small.
const TOGETHER = 32;
const [TO_COME, READ, LOST] = [0, 1, 2];
const EARTH = 2 * Math.PI * 6378137;

function sum(values) {
  let total = 0;
  for (let k = 0; k < values.length; k += 1) total += values[k];
  return total;
}

// Whether a point lies in the ring of corners begin..end - 1 of flat x, y, x, y …
function isInRing(xy, begin, end, x, y) {
  let inside = false;
  for (let k = 2 * begin, j = 2 * end - 2; k < 2 * end; j = k, k += 2) {
    if (xy[k + 1] > y !== xy[j + 1] > y
      && x < xy[k] + ((y - xy[k + 1]) / (xy[j + 1] - xy[k + 1])) * (xy[j] - xy[k])) inside = !inside;
  }
  return inside;
}

// All parcels on the grid: corner k lies at xy[2 k], xy[2 k + 1], in steps east and south; ring r
// spans ring[r]..ring[r + 1]; shape i has the rings first[i]..first[i + 1]. Every piece has its place
// from the start: memory is taken only for what was read.
class Grid {
  constructor({ step, rows, rings, corners, outlines }) {
    this.step = step;
    this.rows = rows;
    this.before = [rows, rings, corners].map(runningSum);
    this.count = sum(rows);
    this.first = new Uint32Array(this.count + 1);
    this.ring = new Uint32Array(sum(rings) + 1);
    this.xy = new Int32Array(2 * sum(corners));
    this.box = new Int32Array(4 * this.count);
    this.groups = new Int32Array(4 * Math.ceil(this.count / TOGETHER)).fill(0);
    this.state = new Uint8Array(rows.length);
    if (outlines) this.middles = new Int32Array(2 * this.count);
  }

  // Where a piece begins: its first row, ring and corner.
  begin(number) { return this.before.map((sums) => sums[number]); }

  // Which piece a shape is in; all but the last have as many rows.
  pieceOf(i) { return Math.trunc(i / this.rows[0]); }

  hasOutline(i) { return this.state[this.pieceOf(i)] === READ; }

  // Whether the outlines of a piece are still to come.
  lacks(number) { return this.state[number] === TO_COME; }

  // The boxes of a piece serve in place of its outlines.
  giveUp(number) { this.state[number] = LOST; }

  // Read the boxes of a piece, and the middles of its shapes.
  readBoxes(parts, number) {
    const { box, middles } = this;
    const [first] = this.begin(number);
    const sides = new Steps(parts.next());
    const away = new Steps(parts.next());
    let [left, top] = [0, 0];
    for (let i = first; i < first + this.rows[number]; i += 1) {
      left += sides.signed();
      top += sides.signed();
      const right = left + sides.next() - 1;
      const bottom = top + sides.next() - 1;
      box.set([left, top, right, bottom], 4 * i);
      middles[2 * i] = Math.floor((left + right) / 2) + away.signed();
      middles[2 * i + 1] = Math.floor((top + bottom) / 2) + away.signed();
    }
  }

  // Read the outlines of a piece.
  read(parts, number) {
    const rows = this.rows[number];
    [this.rowsRead, this.ringsRead, this.cornersRead] = this.begin(number);
    this.first[this.rowsRead] = this.ringsRead;
    this.ring[this.ringsRead] = this.cornersRead;
    const counts = new Steps(parts.next());
    const sizes = new Steps(parts.next());
    const arcs = new Arcs(parts);
    for (let row = 0; row < rows; row += 1) {
      for (let left = counts.next(); left > 0; left -= 1) this.readRing(arcs, sizes.next());
      this.rowsRead += 1;
      this.first[this.rowsRead] = this.ringsRead;
      this.measure(this.rowsRead - 1);
    }
    this.state[number] = READ;
  }

  // A ring ends where it began; that corner is not written twice.
  readRing(arcs, many) {
    const start = this.cornersRead;
    for (let number = 0; number < many; number += 1) arcs.run(this, start, number === many - 1);
    this.ringsRead += 1;
    this.ring[this.ringsRead] = this.cornersRead;
  }

  put(x, y) {
    this.xy[2 * this.cornersRead] = x;
    this.xy[2 * this.cornersRead + 1] = y;
  }

  push(x, y) {
    this.put(x, y);
    this.cornersRead += 1;
  }

  measure(i) {
    const { xy } = this;
    let [left, top, right, bottom] = [2 ** 31 - 1, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31)];
    for (let k = 2 * this.start(i); k < 2 * this.end(i); k += 2) {
      if (xy[k] < left) left = xy[k];
      if (xy[k] > right) right = xy[k];
      if (xy[k + 1] < top) top = xy[k + 1];
      if (xy[k + 1] > bottom) bottom = xy[k + 1];
    }
    this.box[4 * i] = left;
    this.box[4 * i + 1] = top;
    this.box[4 * i + 2] = right;
    this.box[4 * i + 3] = bottom;
  }

  start(i) { return this.ring[this.first[i]]; }

  end(i) { return this.ring[this.first[i + 1]]; }

  isEmpty(i) { return this.box[4 * i] > this.box[4 * i + 2]; }

  // Once all is read: a box around each few neighbours, and how large a parcel is on average.
  index() {
    const { box, groups } = this;
    let [total, seen] = [0, 0];
    for (let group = 0; group < groups.length / 4; group += 1) {
      let [left, top, right, bottom] = [2 ** 31 - 1, 2 ** 31 - 1, -(2 ** 31), -(2 ** 31)];
      for (let i = group * TOGETHER; i < Math.min(this.count, (group + 1) * TOGETHER); i += 1) {
        if (this.isEmpty(i)) continue;
        left = Math.min(left, box[4 * i]);
        top = Math.min(top, box[4 * i + 1]);
        right = Math.max(right, box[4 * i + 2]);
        bottom = Math.max(bottom, box[4 * i + 3]);
        total += Math.max(box[4 * i + 2] - box[4 * i], box[4 * i + 3] - box[4 * i + 1]);
        seen += 1;
      }
      groups.set([left, top, right, bottom], 4 * group);
    }
    this.meanSize = seen ? total / seen : 0;
    this.found = new Uint32Array(this.count);
  }

  // Numbers of the shapes whose boxes meet a window; the same array serves the next window.
  within(left, top, right, bottom) {
    const { box, groups, found } = this;
    let many = 0;
    for (let group = 0; group < groups.length / 4; group += 1) {
      const g = 4 * group;
      if (groups[g] > right || groups[g + 2] < left || groups[g + 1] > bottom || groups[g + 3] < top) continue;
      const last = Math.min(this.count, (group + 1) * TOGETHER);
      for (let i = group * TOGETHER, b = 4 * i; i < last; i += 1, b += 4) {
        if (box[b] > right || box[b + 2] < left || box[b + 1] > bottom || box[b + 3] < top) continue;
        found[many] = i;
        many += 1;
      }
    }
    return found.subarray(0, many);
  }

  // Pieces of the shapes that may lie at a place.
  piecesAt({ lng, lat }) {
    const [x, y] = [this.east(lng), this.south(lat)];
    return new Set(Array.from(this.within(x, y, x, y), (i) => this.pieceOf(i)));
  }

  // The topmost shape at a place, or -1.
  at({ lng, lat }) {
    const [x, y] = [this.east(lng), this.south(lat)];
    const near = this.within(x, y, x, y);
    for (let k = near.length - 1; k >= 0; k -= 1) if (this.holds(near[k], x, y)) return near[k];
    return -1;
  }

  // Ray casting over all rings together is the even-odd rule, holes and parts included. A shape
  // without an outline is its box.
  holds(i, x, y) {
    if (!this.hasOutline(i)) return this.isInBox(i, x, y);
    let inside = false;
    for (let r = this.first[i]; r < this.first[i + 1]; r += 1) {
      if (isInRing(this.xy, this.ring[r], this.ring[r + 1], x, y)) inside = !inside;
    }
    return inside;
  }

  isInBox(i, x, y) {
    const { box } = this;
    return x >= box[4 * i] && x <= box[4 * i + 2] && y >= box[4 * i + 1] && y <= box[4 * i + 3];
  }

  east(lng) { return ((mercatorX(lng) - 0.5) * EARTH) / this.step; }

  south(lat) { return ((mercatorY(lat) - 0.5) * EARTH) / this.step; }

  // A corner of a picture in steps of the grid, and how many of them are a pixel: the corner as shares of
  // the world from west and north, the world as wide as so many pixels.
  cornerOf(west, north, world) {
    const whole = EARTH / this.step;
    return { left: (west - 0.5) * whole, top: (north - 0.5) * whole, perPixel: whole / world };
  }

  // The place of a point of the grid, as Leaflet writes it.
  place(x, y) {
    const lat = 2 * Math.atan(Math.exp((-2 * Math.PI * y * this.step) / EARTH)) - Math.PI / 2;
    return [(lat * 180) / Math.PI, ((x * this.step) / EARTH) * 360];
  }

  bounds(i) {
    const [left, top, right, bottom] = this.box.subarray(4 * i, 4 * i + 4);
    return this.isEmpty(i) ? L.latLngBounds([]) : L.latLngBounds([this.place(left, bottom), this.place(right, top)]);
  }

  boundsOf(filter) {
    const { box } = this;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < this.count; i += 1) {
      if (this.isEmpty(i) || !filter(i)) continue;
      left = Math.min(left, box[4 * i]);
      top = Math.min(top, box[4 * i + 1]);
      right = Math.max(right, box[4 * i + 2]);
      bottom = Math.max(bottom, box[4 * i + 3]);
    }
    return left > right ? L.latLngBounds([]) : L.latLngBounds([this.place(left, bottom), this.place(right, top)]);
  }

  // The middle of a shape in whole steps: the centre of mass of its largest ring.
  middle(i) {
    const { xy, ring, middles } = this;
    if (middles) return middles.subarray(2 * i, 2 * i + 2);
    let best = [0, 0, 0];
    for (let r = this.first[i]; r < this.first[i + 1]; r += 1) {
      const [left, top] = [xy[2 * ring[r]], xy[2 * ring[r] + 1]];
      let [area, x, y] = [0, 0, 0];
      for (let k = ring[r]; k < ring[r + 1]; k += 1) {
        const next = k + 1 < ring[r + 1] ? k + 1 : ring[r];
        const [ax, ay] = [xy[2 * k] - left, xy[2 * k + 1] - top];
        const [bx, by] = [xy[2 * next] - left, xy[2 * next + 1] - top];
        const cross = ax * by - bx * ay;
        area += cross;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
      }
      if (Math.abs(area) > best[0]) best = [Math.abs(area), left + x / (3 * area), top + y / (3 * area)];
    }
    if (best[0] > 0) return best.slice(1).map(rint);
    return [0, 1].map((k) => Math.floor((this.box[4 * i + k] + this.box[4 * i + k + 2]) / 2));
  }

  outline(i) {
    if (!this.hasOutline(i)) return this.boxOutline(i);
    const rings = [];
    for (let r = this.first[i]; r < this.first[i + 1]; r += 1) {
      const line = [];
      for (let k = this.ring[r]; k < this.ring[r + 1]; k += 1) line.push(this.place(this.xy[2 * k], this.xy[2 * k + 1]));
      rings.push(line);
    }
    return rings;
  }

  boxOutline(i) {
    const [left, top, right, bottom] = this.box.subarray(4 * i, 4 * i + 4);
    if (this.isEmpty(i)) return [];
    return [[[left, top], [right, top], [right, bottom], [left, bottom]].map(([x, y]) => this.place(x, y))];
  }
}
