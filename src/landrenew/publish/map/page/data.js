// Reading what Python wrote: blocks of JSON, shapes as steps between vertices, columns.

const DEGREE = 1e6;

function readBlock(id) {
  const block = document.getElementById(id);
  const data = JSON.parse(block.textContent);
  block.remove();
  return data;
}

const mercatorX = (lon) => lon / 360 + 0.5;

function mercatorY(lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

// Many shapes in flat arrays: vertex k lies at lon[k], lat[k]; ring r spans ring[r]..ring[r + 1];
// shape i has the rings first[i]..first[i + 1]; its box is box[4 i].. as left, bottom, right, top.
class Shapes {
  constructor({ rings, sizes, steps }) {
    this.count = rings.length;
    this.first = runningSum(rings);
    this.ring = runningSum(sizes);
    const vertices = steps.length / 2;
    this.lon = new Float64Array(vertices);
    this.lat = new Float64Array(vertices);
    for (let k = 0, x = 0, y = 0; k < vertices; k += 1) {
      this.lon[k] = (x += steps[2 * k]) / DEGREE;
      this.lat[k] = (y += steps[2 * k + 1]) / DEGREE;
    }
    this.x = this.lon.map(mercatorX);
    this.y = this.lat.map(mercatorY);
    this.box = this.boxes();
  }

  boxes() {
    const box = new Float64Array(this.count * 4);
    for (let i = 0; i < this.count; i += 1) {
      let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
      for (let k = this.start(i); k < this.end(i); k += 1) {
        left = Math.min(left, this.lon[k]);
        right = Math.max(right, this.lon[k]);
        bottom = Math.min(bottom, this.lat[k]);
        top = Math.max(top, this.lat[k]);
      }
      box.set([left, bottom, right, top], 4 * i);
    }
    return box;
  }

  start(i) { return this.ring[this.first[i]]; }

  end(i) { return this.ring[this.first[i + 1]]; }

  isEmpty(i) { return this.start(i) === this.end(i); }

  // Ray casting over all rings together is the even-odd rule, holes and parts included.
  holds(i, lon, lat) {
    if (lon < this.box[4 * i] || lon > this.box[4 * i + 2]) return false;
    if (lat < this.box[4 * i + 1] || lat > this.box[4 * i + 3]) return false;
    let inside = false;
    for (let r = this.first[i]; r < this.first[i + 1]; r += 1) {
      for (let k = this.ring[r], j = this.ring[r + 1] - 1; k < this.ring[r + 1]; j = k, k += 1) {
        const crosses = this.lat[k] > lat !== this.lat[j] > lat;
        if (crosses && lon < this.lon[k]
          + ((lat - this.lat[k]) / (this.lat[j] - this.lat[k])) * (this.lon[j] - this.lon[k])) {
          inside = !inside;
        }
      }
    }
    return inside;
  }

  // The topmost shape at a place, or -1.
  at(place) {
    for (let i = this.count - 1; i >= 0; i -= 1) {
      if (this.holds(i, place.lng, place.lat)) return i;
    }
    return -1;
  }

  bounds(i) {
    const [left, bottom, right, top] = this.box.subarray(4 * i, 4 * i + 4);
    return L.latLngBounds([bottom, left], [top, right]);
  }

  outline(i) {
    const rings = [];
    for (let r = this.first[i]; r < this.first[i + 1]; r += 1) {
      const ring = [];
      for (let k = this.ring[r]; k < this.ring[r + 1]; k += 1) {
        ring.push([this.lat[k], this.lon[k]]);
      }
      rings.push(ring);
    }
    return rings;
  }

  // Whether ring r was written as a line: its ends do not meet.
  isOpen(r) {
    const [a, b] = [this.ring[r], this.ring[r + 1] - 1];
    return this.lon[a] !== this.lon[b] || this.lat[a] !== this.lat[b];
  }

  // A place for a name: the centre of mass of the shape's largest ring.
  middle(i) {
    let best = { area: 0, lat: 0, lng: 0 };
    for (let r = this.first[i]; r < this.first[i + 1]; r += 1) {
      const found = this.centre(r);
      if (found.area > best.area) best = found;
    }
    return best.area > 0 ? best : null;
  }

  centre(r) {
    const base = this.ring[r];
    let [area, x, y] = [0, 0, 0];
    for (let k = base; k < this.ring[r + 1] - 1; k += 1) {
      const [ax, ay] = [this.lon[k] - this.lon[base], this.lat[k] - this.lat[base]];
      const [bx, by] = [this.lon[k + 1] - this.lon[base], this.lat[k + 1] - this.lat[base]];
      const cross = ax * by - bx * ay;
      area += cross;
      x += (ax + bx) * cross;
      y += (ay + by) * cross;
    }
    if (area === 0) return { area: 0, lat: 0, lng: 0 };
    return {
      area: Math.abs(area),
      lng: this.lon[base] + x / (3 * area),
      lat: this.lat[base] + y / (3 * area),
    };
  }
}

function runningSum(counts) {
  const sums = new Uint32Array(counts.length + 1);
  counts.forEach((count, i) => { sums[i + 1] = sums[i] + count; });
  return sums;
}

// Name of each park by its id, known once the parks are on the map.
const parkNames = new Map();

// The columns of one table; a missing value is null.
class Table {
  constructor(columns) { this.columns = columns; }

  has(name) { return name in this.columns; }

  value(name, i) {
    const column = this.columns[name];
    if (!column) return null;
    if (column.values) return this.number(column, i);
    if (column.texts) return column.texts.at(i);
    const code = codeAt(column.codes, i);
    return code < 0 ? null : column.words[code];
  }

  // Rounded as the tables are; figures that the page computes with are there to the last bit.
  number({ values, digits, decimals, is_exact: isExact }, i) {
    const value = valueAt(values, i, digits);
    return isExact && value !== null ? roundTo(value, decimals) : value;
  }

  // All figures of a column as they are, NaN where missing.
  figures(name, count) {
    const column = this.columns[name];
    if (!column || !column.values) return new Float64Array(count).fill(NaN);
    if (column.values.figures) return column.values.figures(count);
    column.figures ||= Float64Array.from({ length: count }, (_, i) => {
      const value = valueAt(column.values, i, column.digits);
      return value === null ? NaN : value;
    });
    return column.figures;
  }

  // All figures of a column as people read them, rounded as the tables are; NaN where missing.
  rounded(name, count) {
    const column = this.columns[name];
    const figures = this.figures(name, count);
    if (!column.is_exact) return figures;
    if (column.roundedFrom !== figures) {
      column.rounded = figures.map((one) => roundTo(one, column.decimals));
      column.roundedFrom = figures;
    }
    return column.rounded;
  }

  // Tells of a row whether it has a word in a column; null asks for those without any.
  holds(name, word) {
    const column = this.columns[name];
    if (!column || !column.codes || Array.isArray(column.codes)) return (i) => this.value(name, i) === word;
    const code = word === null ? -1 : column.words.indexOf(word);
    return (i) => column.codes.code(i) === code && (code >= 0 || word === null);
  }

  // The different words of a column that has few of them.
  words(name) { return (this.columns[name] || {}).words || []; }

  // All words of a column, laid out for the search.
  haystack(name) {
    const column = this.columns[name];
    return column && column.texts ? column.texts.haystack() : haystackOf(this.words(name));
  }

  label(name) { return say(this.columns[name].label); }

  // The value as people read it, with its unit.
  shown(name, i) {
    const column = this.columns[name];
    const value = this.value(name, i);
    if (value === null) return NONE;
    if (column.values) return amount(name, value, column.decimals, column.unit);
    if (name.endsWith('park_id') && parkNames.has(value)) return `${parkNames.get(value)} ${value}`;
    return column.say ? say(column.say[codeAt(column.codes, i)]) : value;
  }
}

// Columns of small tables are plain lists, those of the parcels were packed.
const valueAt = (values, i, decimals) => (Array.isArray(values) ? values[i] : values.at(i, decimals));
const codeAt = (codes, i) => (Array.isArray(codes) ? codes[i] : codes.code(i));
