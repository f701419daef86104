// What is drawn: the parcels on one canvas, the small layers as Leaflet lines and areas.

const FADED = '#e2e1dc';
const OUTLINE_FROM = 7;
const MARK_FROM = 26;

// The parcels. Everything else on the page asks this object and knows nothing of how it stores or
// draws them: ids, table, themes; at(place), bounds(i), outline(i); paint(theme), keep(filter).
const Parcels = L.Renderer.extend({
  options: { pane: 'parcels', padding: 0.3 },

  initialize(data) {
    L.Renderer.prototype.initialize.call(this);
    this.table = new Table(data);
    this.ids = data.ids;
    this.facts = data.facts;
    this.tests = data.tests;
    this.scoring = data.scoring;
    this.themes = data.themes;
    this.theme = data.themes[0] || null;
    this.shapes = new Shapes(data.shapes);
    this.kept = null;
  },

  at(place) { return this.shapes.at(place); },

  bounds(i) { return this.shapes.bounds(i); },

  outline(i) { return this.shapes.outline(i); },

  // Class of parcel i in a theme: one of its legend's entries.
  classOf(theme, i) { return theme.classes[parseInt(theme.codes[i], 36)]; },

  paint(name) {
    this.theme = this.themes.find((one) => one.name === name) || null;
    this.draw();
  },

  // Keep in colour only the parcels for which the filter holds; null keeps all.
  keep(filter) {
    this.kept = filter;
    this.draw();
  },

  boundsOf(filter) {
    const box = L.latLngBounds([]);
    for (let i = 0; i < this.ids.length; i += 1) if (filter(i)) box.extend(this.bounds(i));
    return box;
  },

  _initContainer() {
    this._container = L.DomUtil.create('canvas');
    this._context = this._container.getContext('2d');
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
    delete this._context;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = size.x * this.ratio;
    this._container.height = size.y * this.ratio;
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this.draw();
  },

  draw() {
    if (!this._container || !this._bounds) return;
    const pen = this._context;
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, this._container.width, this._container.height);
    this.scale = 256 * 2 ** this._map.getZoom();
    this.shift = this._map.getPixelOrigin().add(this._bounds.min);
    const groups = this.visible();
    for (const [at, members] of groups) this.fill(pen, this.colour(pen, at), members, at >= 0);
    for (const [at, members] of groups) if (at >= 0) this.mark(pen, this.theme.classes[at], members);
  },

  // Parcels on screen, by the class they are drawn in; -1 is the class of those filtered out.
  visible() {
    const view = this._map.layerPointToLatLng(this._bounds.min);
    const end = this._map.layerPointToLatLng(this._bounds.max);
    const { box } = this.shapes;
    const groups = new Map();
    for (let i = 0; i < this.ids.length; i += 1) {
      if (box[4 * i] > end.lng || box[4 * i + 2] < view.lng) continue;
      if (box[4 * i + 1] > view.lat || box[4 * i + 3] < end.lat) continue;
      const isKept = !this.kept || this.kept(i);
      const at = isKept && this.theme ? parseInt(this.theme.codes[i], 36) : -1;
      if (!groups.has(at)) groups.set(at, []);
      groups.get(at).push(i);
    }
    return new Map([...groups].sort((a, b) => a[0] - b[0]));
  },

  colour(pen, at) {
    if (at < 0) return this.theme ? FADED : '#b9b4a6';
    const { colour, hatched } = this.theme.classes[at];
    return hatched ? pen.createPattern(hatch(colour), 'repeat') : colour;
  },

  fill(pen, colour, members, isKept) {
    const { shapes, scale, shift } = this;
    pen.fillStyle = colour;
    const outline = isKept ? 'rgba(60, 56, 48, 0.55)' : 'rgba(150, 148, 140, 0.5)';
    pen.lineWidth = 0.7;
    for (const i of members) {
      pen.beginPath();
      for (let r = shapes.first[i]; r < shapes.first[i + 1]; r += 1) {
        for (let k = shapes.ring[r]; k < shapes.ring[r + 1]; k += 1) {
          pen.lineTo(shapes.x[k] * scale - shift.x, shapes.y[k] * scale - shift.y);
        }
        pen.closePath();
        if (r + 1 < shapes.first[i + 1]) {
          const next = shapes.ring[r + 1];
          pen.moveTo(shapes.x[next] * scale - shift.x, shapes.y[next] * scale - shift.y);
        }
      }
      pen.fill('evenodd');
      // A dark outline on every speck turns a small-scale map to mud; its own colour keeps it seen.
      pen.strokeStyle = this.width(i) > OUTLINE_FROM ? outline : colour;
      pen.stroke();
    }
  },

  width(i) {
    const { box } = this.shapes;
    return ((box[4 * i + 2] - box[4 * i]) / 360) * this.scale;
  },

  // Letters on the parcels themselves, once they are large enough, for those who print in grey.
  mark(pen, { mark, colour }, members) {
    pen.font = '600 11px sans-serif';
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.fillStyle = isDark(colour) ? '#fff' : '#2c2a26';
    const { box } = this.shapes;
    for (const i of members) {
      if (this.width(i) < MARK_FROM) continue;
      const [lon, lat] = [(box[4 * i] + box[4 * i + 2]) / 2, (box[4 * i + 1] + box[4 * i + 3]) / 2];
      if (!this.shapes.holds(i, lon, lat)) continue;
      const x = mercatorX(lon) * this.scale - this.shift.x;
      pen.fillText(say(mark), x, mercatorY(lat) * this.scale - this.shift.y);
    }
  },
});

function parcels(id) {
  return new Parcels(readBlock(id));
}

function isDark(colour) {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return parts[0] * 0.3 + parts[1] * 0.59 + parts[2] * 0.11 < 140;
}

const hatches = new Map();

function hatch(colour) {
  if (hatches.has(colour)) return hatches.get(colour);
  const tile = document.createElement('canvas');
  tile.width = tile.height = 6;
  const pen = tile.getContext('2d');
  pen.fillStyle = '#f3f2ee';
  pen.fillRect(0, 0, 6, 6);
  pen.strokeStyle = colour;
  pen.lineWidth = 1.3;
  pen.beginPath();
  for (const at of [-6, 0, 6]) {
    pen.moveTo(at - 1, 7);
    pen.lineTo(at + 7, -1);
  }
  pen.stroke();
  hatches.set(colour, tile);
  return tile;
}

// How the small layers look. A style may name a halo drawn beneath the line.
const area = (fill, opacity = 1) => ({ stroke: false, fill: true, fillColor: fill, fillOpacity: opacity });
const line = (color, weight, more = {}) => ({ color, weight, fill: false, opacity: 1, lineCap: 'butt', ...more });

const KINDS = {
  sea: area('#cfe1ec'),
  lake: area('#cfe1ec'),
  river: area('#cfe1ec'),
  water: area('#cfe1ec'),
  hill: area('#e3ebda'),
  green: area('#e2e9d6'),
  built_up: area('#e9e5dd'),
  road: line('#d3cec3', 1.1),
  railway: line('#8b8780', 1.6, { dashArray: '7 4' }),
  expressway: line('#cdb68a', 2.2),
  farmland: area('#eaf0d8'),
  ecology: area('#d3e5cd'),
};

const STYLES = {
  background: (kind) => KINDS[kind] || area('#eceae4'),
  protected: (kind) => ({ ...(KINDS[kind] || area('#e2ebd0')), stroke: true, color: '#b4c596', weight: 0.6, from: 14 }),
  barriers: (kind) => KINDS[kind] || line('#a79f92', 1.6),
  towns: () => line('#8c8a86', 1, { dashArray: '6 3 1.5 3' }),
  growth_boundary: () => line('#8a4f7d', 1.6, { dashArray: '9 5' }),
  parks: () => line('#2f7d74', 1.4, { dashArray: '2 3' }),
  control_line: () => line('#1d3f8f', 2.4, { halo: 5.5 }),
  blocks: (kind) => ({
    y: line('#a3195b', 2.2, { halo: 4.5 }),
    u: line('#a3195b', 1.2, { dashArray: '4 3' }),
    n: line('#55524c', 1),
  })[kind],
};

// Blocks that a plan releases, drawn over the parcels it clears.
STYLES.plan_blocks = () => line('#7a1d6b', 1.8, { halo: 4 });

const PANES = { background: 'backdrop', protected: 'backdrop', barriers: 'backdrop' };
const OPEN_KINDS = { river: line('#a9cadd', 2.4), sea: line('#a9cadd', 2), water: line('#a9cadd', 2) };
const WATER = ['river', 'sea', 'lake', 'water'];

// Lines grow thinner as the map shows more land; a halo or a detail shows only close up.
const THIN = [[12, 0.5], [13.5, 0.7], [Infinity, 1]];
const HALO_FROM = 12.5;

function weightAt(zoom, { base, from = 0 }) {
  return zoom < from ? 0 : base * THIN.find(([below]) => zoom < below)[1];
}

// A small layer: Leaflet shapes, with at(place) and bounds(i) like the parcels.
const SmallLayer = L.LayerGroup.extend({
  initialize(name, data) {
    L.LayerGroup.prototype.initialize.call(this);
    this.name = name;
    this.data = data;
    this.shapes = new Shapes(data.shapes);
    this.kinds = data.candidates ? [...data.candidates] : data.kinds;
    if (data.columns) this.table = new Table(data);
    this.drawAll();
    this.labels = [];
  },

  at(place) { return this.shapes.at(place); },

  bounds(i) { return this.shapes.bounds(i); },

  outline(i) { return this.shapes.outline(i); },

  getEvents() { return { zoomend: this.thin }; },

  onAdd(map) {
    L.LayerGroup.prototype.onAdd.call(this, map);
    this.thin();
  },

  thin() {
    const zoom = this._map.getZoom();
    this.eachLayer((one) => {
      if (!one.options.base) return;
      const weight = weightAt(zoom, one.options);
      one.setStyle({ weight, stroke: weight > 0 });
    });
  },

  drawAll() {
    const pane = PANES[this.name] || 'lines';
    const order = [...this.kinds.keys()].sort((a, b) => this.rank(a) - this.rank(b));
    const styles = order.map((i) => STYLES[this.name](this.kinds[i]));
    order.forEach((i, at) => {
      if (styles[at].halo) this.drawOne(i, { ...styles[at], pane, color: '#fff', weight: styles[at].halo, opacity: 0.85, from: HALO_FROM });
    });
    order.forEach((i, at) => this.drawOne(i, { ...styles[at], pane }));
  },

  // Land below water below roads; blocks that are no candidate below those that are.
  rank(i) {
    const kind = this.kinds[i];
    if (this.name === 'blocks') return 'nuy'.indexOf(kind);
    return WATER.includes(kind) ? 1 : STYLES[this.name](kind).fill ? 0 : 2;
  },

  drawOne(i, style) {
    const options = { ...style, base: style.weight, interactive: false };
    const closed = [];
    this.outline(i).forEach((ring, at) => {
      if (!this.shapes.isOpen(this.shapes.first[i] + at)) closed.push(ring);
      else this.drawLine(ring, { ...style, ...OPEN_KINDS[this.kinds[i]] });
    });
    if (closed.length) this.addLayer(L.polygon(closed, options));
  },

  // What is an area in one city's data may be a line in another's.
  drawLine(ring, style) {
    const options = { ...style, base: style.weight, interactive: false, stroke: true, fill: false };
    this.addLayer(L.polyline(ring, options));
  },

  // Where a feature's name may stand: in the middle, or below or above what a name would hide.
  places(i) {
    const middle = this.shapes.middle(i);
    if (!middle || this.name !== 'parks') return middle ? [middle] : [];
    return [1, 3].map((side) => ({ lng: middle.lng, lat: this.shapes.box[4 * i + side] }));
  },

  nameAll() {
    (this.data.names || []).forEach((name, i) => {
      const places = name ? this.places(i) : [];
      if (!places.length) return;
      const text = el('span', { class: `label label-${this.name}` }, name);
      const icon = L.divIcon({ html: text, className: 'label-icon', iconSize: [0, 0] });
      const marker = L.marker(places[0], { icon, pane: 'labels', interactive: false, keyboard: false });
      marker.places = places;
      this.labels.push(marker);
      this.addLayer(marker);
    });
  },
});

function shapes(id) {
  return new SmallLayer(id.replace(/^layer_/, ''), readBlock(id));
}

// Put each name where it covers none already shown, or hide it.
function spreadLabels(layers) {
  const shown = [];
  for (const marker of layers.flatMap((layer) => layer.labels)) {
    const node = marker.getElement();
    if (!node) continue;
    const isFree = marker.places.some((place, at) => {
      marker.setLatLng(place);
      node.classList.toggle('is-above', at > 0);
      const box = node.firstChild.getBoundingClientRect();
      const isClear = shown.every((other) => box.right < other.left || box.left > other.right
        || box.bottom < other.top || box.top > other.bottom);
      if (isClear) shown.push(box);
      return isClear;
    });
    node.style.visibility = isFree ? 'visible' : 'hidden';
  }
}
