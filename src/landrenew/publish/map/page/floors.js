// Buildings on end: of each parcel a block as wide as what is built on and as high as its floors. It is
// drawn by hand on a canvas, so that no graphics card is needed.

// How high a floor is drawn [m], and how many parcels are drawn at most.
const FLOOR_M = 8;
const MOST_FLOORS = 60;
const MOST_BLOCKS = 4000;

const Floors = L.Layer.extend({
  initialize(parcels) { this.parcels = parcels; },

  onAdd(map) {
    this.canvas ||= L.DomUtil.create('canvas', 'floors');
    this.getPane('floors').append(this.canvas);
    map.on('moveend zoomend resize', this.draw, this);
    map.on('zoomstart', this.hide, this);
    this.parcels.on('painted', this.draw, this);
    this.draw();
  },

  onRemove(map) {
    map.off('moveend zoomend resize', this.draw, this);
    map.off('zoomstart', this.hide, this);
    this.parcels.off('painted', this.draw, this);
    this.canvas.remove();
  },

  hide() { this.canvas.width = 0; },

  // Floors of a parcel on average, null where they are not known.
  floorsOf(i) {
    const { table } = this.parcels;
    const [ratio, density] = ['floor_area_ratio', 'building_density'].map((name) => table.value(name, i));
    return ratio === null || density === null || density <= 0 ? null : Math.min(MOST_FLOORS, ratio / density);
  },

  draw() {
    const { canvas, parcels } = this;
    const map = this._map;
    const { x: width, y: height } = map.getSize();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    [canvas.width, canvas.height] = [width * ratio, height * ratio];
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    L.DomUtil.setPosition(canvas, map.containerPointToLayerPoint([0, 0]));
    const { grid } = parcels;
    const world = 256 * 2 ** map.getZoom();
    const { min } = map.getPixelBounds();
    const { left, top, perPixel } = grid.cornerOf(min.x / world, min.y / world, world);
    const view = { left, top, scale: ratio / perPixel };
    const found = [...grid.within(left, top, left + width * perPixel, top + 1.5 * height * perPixel)]
      .filter((i) => parcels.theme && parcels.shade[i] !== FILTERED && !grid.isEmpty(i) && grid.hasOutline(i));
    this.isTooMany = found.length > MOST_BLOCKS;
    this.fire('drawn');
    if (this.isTooMany) return;
    const south = (i) => grid.box[4 * i + 3];
    const pen = canvas.getContext('2d');
    const lift = (FLOOR_M / Math.cos((map.getCenter().lat * Math.PI) / 180) / grid.step) * view.scale;
    this.drawn = 0;
    for (const i of found.sort((a, b) => south(a) - south(b))) this.block(pen, view, i, lift);
  },

  // One block: walls from the back to the front, then the roof, each floor a line.
  block(pen, view, i, lift) {
    const { parcels } = this;
    const floors = this.floorsOf(i);
    if (floors === null) return;
    const corners = this.base(view, i, parcels.table.value('building_density', i));
    if (corners.length < 3) return;
    this.drawn += 1;
    const { colour } = parcels.theme.classes[parcels.shade[i]];
    const walls = corners.map((corner, k) => [corner, corners[(k + 1) % corners.length]])
      .sort(([a, b], [c, d]) => (a[1] + b[1]) - (c[1] + d[1]));
    pen.lineWidth = 0.7;
    for (const [from, to] of walls) {
      pen.fillStyle = shaded(colour, 0.62 + 0.2 * Math.abs(Math.cos(Math.atan2(to[1] - from[1], to[0] - from[0]))));
      pen.beginPath();
      pen.moveTo(...from);
      pen.lineTo(...to);
      pen.lineTo(to[0], to[1] - floors * lift);
      pen.lineTo(from[0], from[1] - floors * lift);
      pen.closePath();
      pen.fill();
      pen.strokeStyle = 'rgba(255, 255, 255, 0.35)';
      pen.beginPath();
      for (let floor = 1; floor < floors && lift > 3; floor += 1) {
        pen.moveTo(from[0], from[1] - floor * lift);
        pen.lineTo(to[0], to[1] - floor * lift);
      }
      pen.stroke();
    }
    pen.fillStyle = shaded(colour, 1.18);
    pen.strokeStyle = LINE;
    pen.beginPath();
    corners.forEach(([x, y], k) => pen[k ? 'lineTo' : 'moveTo'](x, y - floors * lift));
    pen.closePath();
    pen.fill();
    pen.stroke();
  },

  // The parcel's outline drawn in towards its middle, until it is as large as what is built on.
  base({ left, top, scale }, i, density) {
    const { grid } = this.parcels;
    const [middleX, middleY] = grid.middle(i);
    const drawnIn = Math.sqrt(Math.min(1, density));
    const ring = grid.first[i];
    const corners = [];
    for (let k = grid.ring[ring]; k < grid.ring[ring + 1]; k += 1) {
      const x = (middleX + (grid.xy[2 * k] - middleX) * drawnIn - left) * scale;
      const y = (middleY + (grid.xy[2 * k + 1] - middleY) * drawnIn - top) * scale;
      const last = corners.at(-1);
      if (!last || Math.hypot(x - last[0], y - last[1]) > 1) corners.push([x, y]);
    }
    return corners;
  },
});

// A colour made darker, or lighter.
function shaded(colour, light) {
  const parts = [1, 3, 5].map((at) => Math.min(255, Math.round(parseInt(colour.slice(at, at + 2), 16) * light)));
  return `rgb(${parts.join(',')})`;
}

// The switch among the tools of the map, where the city's floors are known.
class FloorSwitch {
  constructor(page) {
    this.page = page;
    const { table } = page.parcels;
    if (published || !['floor_area_ratio', 'building_density'].every((name) => table.has(name))) return;
    this.layer = new Floors(page.parcels);
    this.button = el('button', { type: 'button', id: 'floors', 'data-name': 'floors', 'aria-pressed': 'false', onclick: () => this.toggle() }, '▥');
    this.hint = el('p', { class: 'floors-said', role: 'status', hidden: true });
    document.querySelector('.sketch-bar').append(this.button);
    page.map.getContainer().append(this.hint);
    this.layer.on('drawn', () => this.say());
  }

  get isOn() { return Boolean(this.layer) && this.page.map.hasLayer(this.layer); }

  toggle() {
    this.set(!this.isOn);
    this.page.remember(true);
  }

  set(isOn) {
    if (!this.layer || isOn === this.isOn) return;
    if (isOn) this.page.map.addLayer(this.layer);
    else this.page.map.removeLayer(this.layer);
    this.button.setAttribute('aria-pressed', String(isOn));
    this.say();
  }

  say() {
    if (!this.layer) return;
    this.hint.hidden = !this.isOn;
    this.hint.textContent = say(this.layer.isTooMany ? 'floors_closer' : 'floors_how', { m: FLOOR_M });
  }
}
