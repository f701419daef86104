// Drawing on the map: a rectangle or polygon chooses parcels, a line or ring is measured.

// The ellipsoid of CGCS2000.
const SEMI_MAJOR_M = 6378137;
const ECCENTRICITY_2 = 0.0066943800229;

// What a table is called that is taken away: nobody shall mistake a trial for the run.
function exportName(trial) {
  if (published) return 'areas.csv';
  return trial.isOn ? 'parcels-trial.csv' : 'parcels.csv';
}

// A place in space [m].
function inSpace({ lat, lng }) {
  const [phi, lambda] = [(lat * Math.PI) / 180, (lng * Math.PI) / 180];
  const normal = SEMI_MAJOR_M / Math.sqrt(1 - ECCENTRICITY_2 * Math.sin(phi) ** 2);
  return [
    normal * Math.cos(phi) * Math.cos(lambda),
    normal * Math.cos(phi) * Math.sin(lambda),
    normal * (1 - ECCENTRICITY_2) * Math.sin(phi),
  ];
}

// Metres east and north on the plane that touches the ellipsoid in the middle of some places; true
// to a few millionths within a city.
function flattened(places) {
  const middle = L.latLngBounds(places).getCenter();
  const [phi, lambda] = [(middle.lat * Math.PI) / 180, (middle.lng * Math.PI) / 180];
  const here = inSpace(middle);
  return places.map((place) => {
    const [x, y, z] = inSpace(place).map((one, axis) => one - here[axis]);
    const outward = Math.cos(lambda) * x + Math.sin(lambda) * y;
    return [Math.cos(lambda) * y - Math.sin(lambda) * x, Math.cos(phi) * z - Math.sin(phi) * outward];
  });
}

function lengthOf(places) {
  let total = 0;
  for (let k = 1; k < places.length; k += 1) {
    const [[x, y], [nextX, nextY]] = flattened([places[k - 1], places[k]]);
    total += Math.hypot(nextX - x, nextY - y);
  }
  return total;
}

function areaOf(places) {
  const flat = flattened(places);
  const twice = flat.reduce((total, [x, y], k) => {
    const [nextX, nextY] = flat[(k + 1) % flat.length];
    return total + x * nextY - nextX * y;
  }, 0);
  return Math.abs(twice) / 2;
}

const metres = (length) => (length >= 10000 ? `${number(length / 1000, 2)} km` : `${number(length, 1)} m`);

// A cell of a table that spreadsheets open: text stays text, whatever it begins with.
function csvCell(value) {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function csvOf(parcels, rows) {
  const { table } = parcels;
  const names = Object.keys(table.columns);
  const heads = names.map((name) => {
    const unit = table.columns[name].values ? say(table.columns[name].unit) : '';
    return unit ? `${table.label(name)} (${unit})` : table.label(name);
  });
  const cellOf = (name, i) => {
    const column = table.columns[name];
    const value = table.value(name, i);
    return column.say && value !== null ? say(column.say[codeAt(column.codes, i)]) : value;
  };
  const lines = rows.map((i) => [parcels.idOf(i), ...names.map((name) => cellOf(name, i))]);
  return [[say('parcel'), ...heads], ...lines].map((line) => line.map(csvCell).join(',')).join('\r\n');
}

const MODES = { rectangle: '▭', polygon: '⬠', distance: '↔', area: '▱' };
const CHOOSING = ['rectangle', 'polygon'];

class Sketch {
  constructor(page) {
    this.page = page;
    this.mode = null;
    this.places = [];
    this.layer = L.layerGroup().addTo(page.map);
    this.rows = [];
    this.bar = el('div', { class: 'sketch-bar', role: 'toolbar', 'data-label': 'drawing' },
      ...Object.entries(MODES).map(([mode, sign]) => el('button', {
        type: 'button', 'data-mode': mode, 'data-name': mode === 'area' ? 'area_tool' : mode, 'aria-pressed': 'false', onclick: () => this.begin(mode),
      }, sign)));
    this.said = el('div', { class: 'sketch-said', role: 'status', hidden: true });
    const container = page.map.getContainer();
    for (const node of [this.bar, this.said]) {
      container.append(node);
      L.DomEvent.disableClickPropagation(node);
    }
    page.map.on('mousemove', ({ latlng }) => { if (this.mode && this.places.length) this.draw(latlng); });
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape' && (this.mode || !this.said.hidden)) this.clear();
      if (key === 'Enter' && this.mode) this.end();
    });
  }

  get isOn() { return this.mode !== null; }

  begin(mode) {
    const isSame = this.mode === mode;
    this.clear();
    if (isSame) return;
    this.mode = mode;
    this.page.map.doubleClickZoom.disable();
    this.mark();
    this.say(say(`${mode}_how`));
  }

  mark() {
    for (const button of this.bar.children) button.setAttribute('aria-pressed', String(button.dataset.mode === this.mode));
    this.page.map.getContainer().classList.toggle('is-sketching', this.isOn);
  }

  clear() {
    this.mode = null;
    this.places = [];
    this.rows = [];
    this.layer.clearLayers();
    this.said.hidden = true;
    this.mark();
    setTimeout(() => this.page.map.doubleClickZoom.enable());
  }

  // A click sets a corner; on the last corner, or with Enter, the drawing ends.
  click(place) {
    const { map } = this.page;
    const last = this.places[this.places.length - 1];
    const isTwice = last && map.latLngToContainerPoint(last).distanceTo(map.latLngToContainerPoint(place)) < 6;
    if (!isTwice) this.places.push(place);
    if (isTwice || (this.mode === 'rectangle' && this.places.length === 2)) this.end();
    else this.draw(null);
  }

  corners(places) {
    if (this.mode !== 'rectangle' || places.length < 2) return places;
    const [a, b] = places;
    return [a, L.latLng(a.lat, b.lng), b, L.latLng(b.lat, a.lng)];
  }

  draw(pointer) {
    const corners = this.corners(pointer ? [...this.places, pointer] : this.places);
    const style = { color: '#14120f', weight: 2, dashArray: '5 4', fillOpacity: 0.06, interactive: false, pane: 'selection' };
    this.layer.clearLayers();
    this.layer.addLayer(this.mode === 'distance' ? L.polyline(corners, { ...style, fill: false }) : L.polygon(corners, style));
    if (this.mode === 'distance' && corners.length > 1) this.say(metres(lengthOf(corners)));
    if (this.mode === 'area' && corners.length > 2) this.say(this.areaWords(corners));
  }

  areaWords(corners) {
    const area = areaOf(corners);
    return `${number(area / M2_PER_MU)} ${say('area_unit')} · ${number(area, 0)} m² · ${say('around')} ${metres(lengthOf([...corners, corners[0]]))}`;
  }

  end() {
    const { mode } = this;
    const corners = this.corners(this.places);
    const least = mode === 'distance' ? 2 : 3;
    if (corners.length < least) {
      this.clear();
      return;
    }
    this.draw(null);
    if (CHOOSING.includes(mode)) this.choose(corners);
    this.mode = null;
    this.mark();
    setTimeout(() => this.page.map.doubleClickZoom.enable());
  }

  // Parcels whose middle lies in the drawn shape, of those that the filters keep.
  choose(corners) {
    const { parcels } = this.page;
    const xs = corners.map(({ lng }) => parcels.grid.east(lng));
    const ys = corners.map(({ lat }) => parcels.grid.south(lat));
    const ring = xs.flatMap((x, k) => [x, ys[k]]);
    const near = [...parcels.grid.within(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys))];
    this.rows = near.filter((i) => parcels.isKept(i) && isInRing(ring, 0, corners.length, ...parcels.grid.middle(i)));
    this.say(sumWords(sumsOf(parcels, this.rows)),
      el('button', { type: 'button', class: 'link', id: 'export', onclick: () => this.export() }, say('export')));
  }

  say(text, ...more) {
    this.said.replaceChildren(el('span', {}, text), ...more,
      el('button', { type: 'button', class: 'close', 'aria-label': say('close'), onclick: () => this.clear() }, '×'));
    this.said.hidden = false;
  }

  export() {
    const text = `\ufeff${csvOf(this.page.parcels, this.rows)}`;
    saveAs(new Blob([text], { type: 'text/csv' }), exportName(this.page.parcels.trial));
  }
}
