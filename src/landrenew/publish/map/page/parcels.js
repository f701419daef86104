// The layer of the parcels. Everything else on the page asks this object and knows nothing of how it
// stores or draws them: ids, table, themes; at(place), bounds(i), outline(i); paint(theme),
// keep(filter); trial, what they would be by other numbers.

const Parcels = Painted.extend({
  options: { pane: 'parcels' },

  initialize(id) {
    Painted.prototype.initialize.call(this);
    this.ready = unpacked(id).then((found) => this.take(found));
  },

  take({ header, grid, columns }) {
    grid.index();
    this.grid = grid;
    this.count = grid.count;
    this.brush = new Brush(grid);
    this.outlines = new Outlines(grid, header.outlines, (number) => this.fire('outlined', { number }));
    this.on('outlined', ({ number }) => this.repaint(number));
    Object.assign(this, { facts: header.facts, scoring: header.scoring, themes: header.themes, tests: header.tests, origins: header.origins });
    Object.defineProperty(this, 'ids', { get: () => columns.ids.all() });
    this.idColumn = columns.ids;
    for (const [name, column] of Object.entries(header.columns)) if (column.by) column[column.by] = columns[`columns.${name}`];
    this.table = new Table(header.columns);
    this.themes.forEach((theme, k) => { theme.codes = columns[`themes.${k}`] || new LaterCodes(() => codesBy(theme, this.table, this.count)); });
    if (this.tests) this.tests.tests.forEach((test, k) => { test.outcomes = columns[`tests.${k}`] || null; });
    this.trial = new Trial(this, header.numbers);
    this.theme = this.themes[0] || null;
    this.kept = null;
    this.saysLifts = false;
    this.hasLine = Boolean(columns['land.inside']);
    this.land = header.land && landOf(columns, header.land.decimals);
    this.shade = new Uint8Array(grid.count);
    this.shadeAll();
    if (this._map) this.redraw();
  },

  idOf(i) { return this.idColumn.at(i); },

  at(place) { return this.grid.at(place); },

  // Do something once the outlines at a place, or that of a parcel, are there.
  whenKnownAt(place, act) { this.outlines.with(this.grid.piecesAt(place), act); },

  whenOutlined(i, act) { this.outlines.with([this.grid.pieceOf(i)], act); },

  // Land of a parcel, and what of it lies inside the line [m²].
  landOf(i) { return this.land ? this.land.counted[i] : 0; },

  insideOf(i) { return this.land ? this.land.inside[i] : 0; },

  bounds(i) { return this.grid.bounds(i); },

  outline(i) { return this.grid.outline(i); },

  // Class of parcel i in a theme: one of its legend's entries.
  classOf(theme, i) { return theme.classes[theme.codes.code(i)]; },

  paint(name) {
    this.theme = this.themes.find((one) => one.name === name) || null;
    this.shadeAll();
    this.draw();
  },

  // Keep in colour only the parcels for which the filter holds; null keeps all.
  keep(filter) {
    this.kept = filter;
    this.shadeAll();
    this.draw();
  },

  // What each parcel is painted as: a class of the theme, or filtered out.
  shadeAll() {
    const { shade, theme, kept } = this;
    if (!theme) {
      shade.fill(FILTERED);
      return;
    }
    for (let i = 0; i < shade.length; i += 1) shade[i] = !kept || kept(i) ? theme.codes.code(i) : FILTERED;
  },

  classes() { return this.theme && this.theme.classes; },

  // Whether a parcel is in colour.
  isKept(i) { return !this.kept || this.shade[i] !== FILTERED; },

  boundsOfKept() {
    return this.grid.boundsOf((i) => this.isKept(i));
  },
});

// The classes of a theme, told by the words or the figures of its column; what is missing comes last.
function codesBy({ column, words, bounds }, table, count) {
  if (bounds) {
    const classOf = (value) => (Number.isNaN(value) ? bounds.length + 1 : placeIn(bounds, value, true));
    return Uint8Array.from(table.figures(column, count), classOf);
  }
  const { codes, words: every } = table.columns[column];
  const classes = [...every.map((word) => words.indexOf(word)), -1].map((at) => (at < 0 ? words.length : at));
  const found = new Uint8Array(count);
  for (let i = 0; i < count; i += 1) {
    const code = codes.code(i);
    found[i] = classes[code < 0 ? every.length : code];
  }
  return found;
}

// Codes of a theme, worked out when it is first chosen: the first picture waits for one theme alone.
class LaterCodes {
  constructor(make) { this.make = make; }

  code(i) {
    this.codes ||= this.make();
    return this.codes[i];
  }
}

// The land as plain numbers, for sums at every touch; where nothing else is said all lies inside.
function landOf(columns, decimals) {
  const all = columns['land.counted'];
  const parts = columns['land.inside'];
  const counted = new Float64Array(all.rows.length);
  const inside = new Float64Array(all.rows.length);
  for (let i = 0; i < counted.length; i += 1) {
    counted[i] = all.at(i, decimals) || 0;
    if (parts) inside[i] = parts.at(i, decimals) ?? counted[i];
  }
  return { counted, inside };
}

function parcels(id) {
  return new Parcels(id);
}
