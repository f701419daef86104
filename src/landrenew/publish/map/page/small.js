// The small layers: Leaflet lines and areas, and the names on the map.

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

// The picture of the ground has its switch among the layers.
STYLES.ground = () => area('#7d8b6a');

// Blocks that a plan releases, drawn over the parcels it clears.
STYLES.plan_blocks = () => line('#7a1d6b', 1.8, { halo: 4 });

const PANES = { background: 'backdrop', protected: 'land', barriers: 'land' };
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
  initialize(id) {
    L.LayerGroup.prototype.initialize.call(this);
    this.name = id.replace(/^layer_/, '');
    this.labels = [];
    this.ready = readPacked(id).then((data) => this.take(data));
  },

  take(data) {
    this.data = data;
    this.shapes = new Shapes(data.shapes);
    this.kinds = data.candidates ? [...data.candidates] : data.kinds;
    if (data.columns) this.table = new Table(data.columns);
    this.drawAll();
    if (this._map) this.thin();
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
  return new SmallLayer(id);
}

// Put each name where it is whole in the view and covers none already shown, or hide it.
function spreadLabels(layers, view) {
  const shown = [];
  for (const marker of layers.flatMap((layer) => layer.labels)) {
    const node = marker.getElement();
    if (!node) continue;
    const isFree = marker.places.some((place, at) => {
      marker.setLatLng(place);
      node.classList.toggle('is-above', at > 0);
      const box = node.firstChild.getBoundingClientRect();
      const isWhole = box.left >= view.left && box.right <= view.right && box.top >= view.top && box.bottom <= view.bottom;
      const isClear = isWhole && shown.every((other) => box.right < other.left || box.left > other.right
        || box.bottom < other.top || box.top > other.bottom);
      if (isClear) shown.push(box);
      return isClear;
    });
    node.style.visibility = isFree ? 'visible' : 'hidden';
  }
}
