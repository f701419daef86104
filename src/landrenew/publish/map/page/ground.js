// What lies beneath the parcels: a picture of the ground inside the file, and basemaps of others, which
// are asked for only once the reader switches one on.

const EMPTY_PICTURE = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
const GROUND_OPACITY = 70;
// So many failures in a row, and a server is given up: nobody waits for it, and no console fills.
const FAILURES = 8;
const TILE_WAIT_MS = 15000;

const GroundPicture = L.ImageOverlay.extend({
  initialize(id) {
    L.ImageOverlay.prototype.initialize.call(this, EMPTY_PICTURE, [[0, 0], [1, 1]], { pane: 'ground', zIndex: 2 });
    this.name = 'ground';
    this.ready = readPacked(id).then(({ url, bounds: [left, bottom, right, top] }) => {
      this.setBounds(L.latLngBounds([bottom, left], [top, right]));
      this.setUrl(url);
    });
  },
});

function ground(id) {
  return new GroundPicture(id);
}

// The address of a tile; a key is sent as it was typed, whatever signs it has.
function tileUrl({ template, subdomains, key }, { x, y, z }) {
  const fields = { x, y, z, '-y': 2 ** z - 1 - y, s: subdomains[Math.abs(x + y) % subdomains.length], key: encodeURIComponent(key) };
  return template.replace(/\{([^{}]+)\}/g, (_, name) => fields[name]);
}

const Tiles = L.TileLayer.extend({
  getTileUrl({ x, y }) { return tileUrl(this.options, { x, y, z: this._getZoomForUrl() }); },
});

// Where a tile belongs, as parts of the whole earth's width; one of a shifted service by its middle, from
// where its corners are off by less than half a pixel.
function placeOf({ x, y, z }, isShifted) {
  const size = 1 / 2 ** z;
  if (!isShifted) return { left: x * size, top: y * size, size };
  const middle = L.CRS.EPSG3857.pointToLatLng(L.point(x + 0.5, y + 0.5).multiplyBy(256), z);
  const there = unshifted(middle);
  return { left: mercatorX(there.lng) - size / 2, top: mercatorY(there.lat) - size / 2, size };
}

// Tiles of a shifted service, each put back where it belongs; our own shapes stay where they are.
const ShiftedTiles = Tiles.extend({
  options: { className: 'shifted-tiles' },

  _getTilePos(coords) {
    const { left, top } = placeOf(coords, true);
    // half a pixel for the one by which they are widened, so that none is missing between two
    return L.point(left, top).multiplyBy(256 * 2 ** coords.z).subtract(this._level.origin).subtract([0.5, 0.5]);
  },

  // What lies in sight has other numbers there.
  _getTiledPixelBounds(center) {
    const { min, max } = Tiles.prototype._getTiledPixelBounds.call(this, center);
    const off = this._map.project(shifted(center), this._tileZoom).subtract(this._map.project(center, this._tileZoom));
    return L.bounds(min.add(off), max.add(off));
  },
});

// A tile that may be painted into a picture that is saved; null where the server does not let it.
function fetchTile(url) {
  return new Promise((act) => {
    const image = new Image();
    image.crossOrigin = 'anonymous';
    image.onload = () => act(image);
    image.onerror = () => act(null);
    setTimeout(() => act(null), TILE_WAIT_MS);
    image.src = url;
  });
}

class Ground {
  constructor(page) {
    this.page = page;
    this.offers = page.facts.basemaps;
    this.chosen = null;
    this.keys = new Map();
    this.layers = [];
    this.hasFailed = false;
    this.opacity = GROUND_OPACITY;
    this.credit = el('p', { class: 'credit', hidden: true });
    page.map.getContainer().append(this.credit);
    page.map.on('layeradd layerremove', ({ layer }) => { if (layer instanceof GroundPicture) this.show(); });
  }

  get picture() { return this.page.layers.ground; }

  get isOn() { return this.layers.length > 0 || Boolean(this.picture && this.page.map.hasLayer(this.picture)); }

  // A key is kept while the page is open, in its memory alone.
  keyOf(offer) { return this.keys.get(offer) || ''; }

  lacksKey(offer) { return offer.needs_key && !this.keyOf(offer); }

  // How much of what lies above is seen, where there is ground beneath it.
  opacityOf(pane) {
    if (!this.isOn) return 1;
    return { parcels: this.opacity / 100, land: this.opacity / 200 }[pane] || 1;
  }

  show() {
    for (const pane of ['parcels', 'land']) this.page.map.getPane(pane).style.opacity = this.opacityOf(pane);
    this.page.fill('ground', this.nodes());
    this.credit.hidden = !this.layers.length;
    this.credit.textContent = this.layers.length ? this.chosen.attribution : '';
  }

  choose(offer) {
    this.layers.forEach((layer) => layer.remove());
    this.layers = [];
    this.hasFailed = false;
    this.chosen = offer;
    if (offer && !this.lacksKey(offer)) this.layers = offer.urls.map((url) => this.tilesOf(offer, url));
    this.show();
  }

  tilesOf(offer, template) {
    let failures = 0;
    const layer = new (offer.gcj02 ? ShiftedTiles : Tiles)(template, {
      template, pane: 'ground', subdomains: offer.subdomains, key: this.keyOf(offer), maxNativeZoom: offer.max_zoom, maxZoom: 20,
    });
    layer.on('tileload', () => { failures = 0; });
    layer.on('tileerror', () => {
      failures += 1;
      if (failures === FAILURES) setTimeout(() => this.giveUp(layer));
    });
    return layer.addTo(this.page.map);
  }

  giveUp(layer) {
    if (!this.layers.includes(layer)) return;
    this.keys.delete(this.chosen);
    this.choose(null);
    this.hasFailed = true;
    this.show();
  }

  // Tiles that the reader sees, where each belongs.
  tilesInSight() {
    return this.layers.flatMap((layer) => Object.values(layer._tiles)
      .filter(({ el: image, coords }) => image.complete && image.naturalWidth > 0 && coords.z === layer._tileZoom)
      .map(({ el: image, coords }) => ({ image, ...placeOf(coords, this.chosen.gcj02) })));
  }

  // Tiles for a piece of paper that may be saved: none where the server does not let others keep them.
  async tilesFor(window) {
    const { chosen } = this;
    if (!this.layers.length) return [];
    const z = Math.max(0, Math.min(chosen.max_zoom, Math.round(window.zoom)));
    const corners = [[0, 0], [window.width, window.height]].map(([x, y]) => {
      const place = window.place(x, y);
      const there = chosen.gcj02 ? shifted(place) : place;
      return [mercatorX(there.lng), mercatorY(there.lat)].map((part) => Math.floor(part * 2 ** z));
    });
    const jobs = [];
    for (const template of chosen.urls) {
      for (let y = corners[0][1]; y <= corners[1][1]; y += 1) {
        for (let x = corners[0][0]; x <= corners[1][0]; x += 1) jobs.push({ template, x, y, z });
      }
    }
    const images = await Promise.all(jobs.map((one) => fetchTile(tileUrl({ ...chosen, template: one.template, key: this.keyOf(chosen) }, one))));
    return jobs.map((one, k) => ({ image: images[k], ...placeOf(one, chosen.gcj02) })).filter(({ image }) => image);
  }

  // The switches; nothing where there is nothing to switch.
  nodes() {
    if (!this.offers.length && !this.isOn) return [];
    return [
      this.offers.length ? el('h2', {}, say('basemaps')) : null,
      this.offers.length ? el('p', { class: 'hint' }, say('basemaps_hint')) : null,
      this.offers.length ? el('ul', { class: 'basemaps', role: 'radiogroup', 'aria-label': say('basemaps') },
        this.choice(null, say('no_basemap'), 'none'),
        ...this.offers.map((one, k) => this.choice(one, say(one.label), String(k)))) : null,
      this.chosen && this.lacksKey(this.chosen) ? this.keyForm() : null,
      this.hasFailed ? el('p', { class: 'warn', role: 'status' }, say('basemap_failed')) : null,
      this.isOn ? this.slider() : null,
    ];
  }

  choice(offer, words, value) {
    const act = () => {
      this.choose(offer);
      const next = document.getElementById('basemap-key') || document.querySelector(`[name="basemap"][value="${value}"]`);
      next.focus();
    };
    return el('li', {}, el('label', { title: offer ? offer.hosts.join(' ') : null },
      el('input', { type: 'radio', name: 'basemap', value, checked: offer === this.chosen, onchange: act }), el('span', {}, words)));
  }

  keyForm() {
    const box = el('input', { id: 'basemap-key', type: 'text', autocomplete: 'off', spellcheck: 'false', placeholder: say('basemap_key'), 'aria-label': say('basemap_key') });
    const form = el('form', { class: 'key' }, box, el('button', { type: 'submit' }, say('use_key')), el('p', { class: 'hint' }, say('key_hint')));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.keys.set(this.chosen, box.value.trim());
      this.choose(this.chosen);
    });
    return form;
  }

  slider() {
    const shown = el('output', {}, `${this.opacity}%`);
    const box = el('input', { id: 'ground-opacity', type: 'range', min: 10, max: 100, step: 5, value: this.opacity });
    box.addEventListener('input', () => {
      this.opacity = Number(box.value);
      shown.textContent = `${this.opacity}%`;
      for (const pane of ['parcels', 'land']) this.page.map.getPane(pane).style.opacity = this.opacityOf(pane);
    });
    return el('label', { class: 'opacity' }, el('span', {}, say('opacity')), box, shown);
  }
}
