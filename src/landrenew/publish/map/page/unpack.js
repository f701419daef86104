// Reading the parcels that Python packed: pieces of deflated bytes, written as text, after a header.

const decoder = new TextDecoder();

// Digits to the base of 85 by their signs, five of them for four bytes.
const BASE85 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%,()*+-;.=>?@^_`:|[~';
const DIGITS = new Uint8Array(128);
[...BASE85].forEach((sign, digit) => { DIGITS[sign.charCodeAt(0)] = digit; });

function bytesOf(text) {
  const signs = text.trim();
  const last = BASE85.at(-1).charCodeAt(0); // what the end lacks of five signs
  const digit = (k) => DIGITS[k < signs.length ? signs.charCodeAt(k) : last];
  const bytes = new Uint8Array(Math.ceil(signs.length / 5) * 4);
  for (let k = 0, at = 0; k < signs.length; k += 5, at += 4) {
    const word = (((digit(k) * 85 + digit(k + 1)) * 85 + digit(k + 2)) * 85 + digit(k + 3)) * 85 + digit(k + 4);
    bytes[at] = word >>> 24;
    bytes[at + 1] = word >>> 16;
    bytes[at + 2] = word >>> 8;
    bytes[at + 3] = word;
  }
  return bytes.subarray(0, Math.floor((signs.length * 4) / 5));
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The data of a layer; it leaves the page once it is read.
async function readPacked(id) {
  const block = document.querySelector(`[data-pieces="${id}"]`);
  const data = JSON.parse(decoder.decode(await inflated(bytesOf(block.textContent))));
  block.remove();
  return data;
}

// Takes the parts of a piece one after the other; each says how long it is.
class Parts {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
    this.at = 0;
  }

  next() {
    const size = this.view.getUint32(this.at, true);
    const start = this.at + 4;
    this.at = start + size;
    if (this.at > this.bytes.length) throw new Error('a piece is cut short');
    return this.bytes.subarray(start, this.at);
  }
}

// Reads whole numbers of seven bits a byte.
class Steps {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  next() {
    const { bytes } = this;
    let byte = bytes[this.at];
    this.at += 1;
    if (byte < 128) return byte;
    let value = byte & 127;
    let shift = 7;
    do {
      byte = bytes[this.at];
      this.at += 1;
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    return value;
  }

  signed() {
    const value = this.next();
    return (value >>> 1) ^ -(value & 1);
  }
}

// The arcs of a piece, in the order in which they are met. Arc a has the corners from[a]..from[a] +
// many[a] - 1 of the grid, where it was first run, and ends at corner end[a]: there the arc after it
// begins, or the ring itself.
class Arcs {
  constructor(parts) {
    [this.uses, this.lengths, this.starts, this.steps] = [0, 1, 2, 3].map(() => new Steps(parts.next()));
    [this.from, this.many, this.end] = [[], [], []];
    [this.x, this.y] = [0, 0];
    [this.here, this.there] = [0, 0];
  }

  // Write the corners of the next arc but its end.
  run(grid, start, isLast) {
    const use = this.uses.next();
    if (use === 0) this.runNew(grid, start, isLast);
    else {
      const arc = this.from.length - 1 - ((use - 1) >> 1);
      if ((use - 1) & 1) this.runBack(grid, arc);
      else this.runForth(grid, arc);
    }
  }

  runNew(grid, start, isLast) {
    const { steps } = this;
    const from = grid.cornersRead;
    if (from === start) this.begin();
    let [x, y] = [this.here, this.there];
    for (let left = this.lengths.next(); left > 0; left -= 1) {
      grid.push(x, y);
      x += steps.signed();
      y += steps.signed();
    }
    if (isLast) grid.push(x, y);
    else grid.put(x, y); // the next arc pushes it, unless it runs back along this one
    [this.here, this.there] = [x, y];
    this.from.push(from);
    this.many.push(grid.cornersRead - from);
    this.end.push(isLast ? start : grid.cornersRead);
  }

  // A ring that begins with a new arc begins so far from where the last such ring began.
  begin() {
    this.x += this.starts.signed();
    this.y += this.starts.signed();
    [this.here, this.there] = [this.x, this.y];
  }

  runForth(grid, arc) {
    const from = this.from[arc];
    for (let k = from; k < from + this.many[arc]; k += 1) grid.push(grid.xy[2 * k], grid.xy[2 * k + 1]);
    this.stand(grid, this.end[arc]);
  }

  runBack(grid, arc) {
    const from = this.from[arc];
    const end = this.end[arc];
    grid.push(grid.xy[2 * end], grid.xy[2 * end + 1]);
    for (let k = from + this.many[arc] - 1; k > from; k -= 1) grid.push(grid.xy[2 * k], grid.xy[2 * k + 1]);
    this.stand(grid, from);
  }

  stand(grid, corner) {
    [this.here, this.there] = [grid.xy[2 * corner], grid.xy[2 * corner + 1]];
  }
}

// Columns by their kind. Each reads the rows of a piece and gives the value of a row, null when it
// is missing.
class ScaledColumn {
  constructor(count, width) {
    this.rows = new [0, Int8Array, Int16Array, 0, Int32Array][width](count);
    [this.width, this.missing] = [width, -(2 ** (8 * width - 1))];
  }

  read(bytes, first, count) { joinPlanes(bytes, this.width, this.rows, first, count); }

  at(i, decimals) {
    const whole = this.rows[i];
    return whole === this.missing ? null : whole / 10 ** decimals;
  }
}

class FloatColumn {
  constructor(count) { this.rows = new Float64Array(count); }

  read(bytes, first, count) {
    const plain = new Uint8Array(this.rows.buffer, 8 * first, 8 * count);
    for (let k = 0; k < count; k += 1) {
      for (let plane = 0; plane < 8; plane += 1) plain[8 * k + plane] = bytes[plane * count + k];
    }
  }

  at(i) { return Number.isNaN(this.rows[i]) ? null : this.rows[i]; }

  figures() { return this.rows; }
}

class CodeColumn {
  constructor(count, width) {
    this.rows = new [0, Uint8Array, Uint16Array, 0, Uint32Array][width](count);
    this.width = width;
  }

  read(bytes, first, count) { joinPlanes(bytes, this.width, this.rows, first, count); }

  // The code, -1 when it is missing.
  code(i) { return this.rows[i] - 1; }
}

class LetterColumn {
  constructor(count) { this.rows = new Uint8Array(count); }

  read(bytes, first) { this.rows.set(bytes, first); }

  at(i) { return String.fromCharCode(this.rows[i]); }
}

class TextColumn {
  constructor(count) {
    this.rows = new Array(count);
    this.pieces = [];
  }

  // Texts are taken apart when one of them is asked for. The bytes are copied: a part of a piece would
  // keep the whole piece.
  read(bytes, first, count) { this.pieces.push([first, count, bytes.slice()]); }

  at(i) {
    if (this.rows[i] === undefined) this.takeApart(this.pieces.find(([first, count]) => i < first + count));
    return this.rows[i] || null;
  }

  takeApart([first, , bytes]) {
    decoder.decode(bytes).split('\0').forEach((text, k) => { this.rows[first + k] = text; });
  }

  // The texts of all pieces, laid out for the search.
  haystack() {
    const parts = this.pieces.map(([first, , bytes]) => ({ first, text: `\0${decoder.decode(bytes).toLowerCase()}\0` }));
    return new Haystack(parts, (row) => this.at(row) || '');
  }

  all() {
    this.pieces.forEach((piece) => { if (this.rows[piece[0]] === undefined) this.takeApart(piece); });
    return this.rows;
  }
}

// A plane holds one byte of every number, the lowest first.
function joinPlanes(bytes, width, rows, first, count) {
  if (width === 1) {
    rows.set(bytes, first);
    return;
  }
  for (let k = 0; k < count; k += 1) {
    let value = bytes[k];
    for (let plane = 1; plane < width; plane += 1) value |= bytes[plane * count + k] << (8 * plane);
    rows[first + k] = value;
  }
}

const COLUMN_KINDS = {
  scaled: ScaledColumn, float: FloatColumn, codes: CodeColumn, letters: LetterColumn, text: TextColumn,
};

// Everything that a block of pieces holds: what the header says, the shapes, and columns by name.
// Where outlines stand apart the pieces hold boxes.
async function unpacked(id) {
  const header = await readPacked(id);
  const pieces = document.querySelectorAll(`[data-pieces="${id}"]`);
  if (pieces.length !== header.rows.length) throw new Error('a piece is missing');
  const grid = new Grid(header);
  const columns = {};
  for (const [name, kind, width] of header.parts) columns[name] = new COLUMN_KINDS[kind](grid.count, width);
  for (const [number, piece] of pieces.entries()) {
    const parts = new Parts(await inflated(bytesOf(piece.textContent)));
    piece.remove();
    const [first] = grid.begin(number);
    if (header.outlines) grid.readBoxes(parts, number);
    else grid.read(parts, number);
    for (const [name] of header.parts) columns[name].read(parts.next(), first, header.rows[number]);
  }
  return { header, grid, columns };
}
