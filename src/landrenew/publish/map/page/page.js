// The page: it puts the parts together, and holds what is chosen at the moment.

const CLOSE_UP = 17;
const ROOM = 40;
const KIND_LAYERS = { parcel: 'parcels', block: 'blocks', park: 'parks' };

class Page {
  constructor(map, facts) {
    this.map = map;
    this.facts = facts;
    becomePublic(facts);
    this.layers = {};
    this.open = null;
    this.selection = L.layerGroup().addTo(map);
    map.eachLayer((layer) => this.adopt(layer));
    this.filters = this.parcels.filters = new Filters(this.parcels);
    this.filterPanel = new FilterPanel(this);
    this.whatIf = new WhatIf(this);
    this.orders = this.parcels.themes.filter(({ steps }) => steps).map((theme) => new PlanOrder(this, theme));
    this.townOrder = 'share';
    this.nameParks();
    const { parcels } = this;
    const many = { parcel: () => parcels.idColumn.haystack(), owner: () => parcels.table.haystack('owner') };
    this.search = new Search(this.entries(), many, (one) => this.goTo(one));
    this.addControls();
    this.sketch = new Sketch(this);
    this.floors = new FloorSwitch(this);
    this.swipe = new Swipe(this);
    this.ground = new Ground(this);
    this.paper = new Paper(this);
    this.listen();
  }

  adopt(layer) {
    if (layer instanceof Parcels) this.layers.parcels = layer;
    if (layer instanceof SmallLayer || layer instanceof GroundPicture) this.layers[layer.name] = layer;
  }

  nameParks() {
    if (!this.layers.parks) return;
    const { ids, names } = this.layers.parks.data;
    ids.forEach((id, i) => { if (names[i]) parkNames.set(id, names[i]); });
  }

  get parcels() { return this.layers.parcels; }

  smallLayers() {
    return LAYER_ORDER.filter((name) => name !== 'parcels' && this.layers[name]).map((name) => this.layers[name]);
  }

  // Layers with names on the map; a town's name comes before a park's.
  namedLayers() {
    return ['towns', 'parks'].map((name) => this.layers[name]).filter(Boolean);
  }

  begin() {
    this.namedLayers().forEach((layer) => layer.nameAll());
    this.showAll();
    this.setLang(this.facts.lang);
    if (window.location.hash.length > 1) this.restore(window.location.hash);
    this.steps = 0;
    this.remember(false);
    this.map.on('moveend', () => this.remember(false));
    window.addEventListener('popstate', () => this.goBack());
  }

  // Write what is chosen into the address: as a step that can be taken back, or over the last one.
  remember(isStep) {
    if (this.isRestoring || this.steps === undefined) return;
    const state = writtenState(this);
    if (state === window.location.hash) return;
    if (isStep) {
      this.steps += 1;
      window.history.pushState(this.steps, '', state);
    } else window.history.replaceState(this.steps, '', state);
    document.getElementById('undo').disabled = this.steps === 0;
  }

  goBack() {
    this.steps = window.history.state || 0;
    this.restore(window.location.hash);
    document.getElementById('undo').disabled = this.steps === 0;
  }

  restore(fragment) {
    this.isRestoring = true;
    this.closeCard();
    const { lang: wanted, open } = readState(this, fragment);
    this.parcels.keep(this.filters.test());
    this.setLang(wanted || this.facts.lang);
    const found = open && this.find(open);
    if (found) this.select(found.kind, found.i);
    this.isRestoring = false;
  }

  // A parcel, block or park by its kind and id, as the address says it.
  find(text) {
    const at = text.indexOf(':');
    const kind = text.slice(0, at);
    const layer = this.layers[KIND_LAYERS[kind]];
    const i = layer ? this.idsOf(layer).indexOf(text.slice(at + 1)) : -1;
    return i < 0 ? null : { kind, i };
  }

  idsOf(layer) { return layer.ids || layer.data.ids; }

  idOf({ layer, i }) { return layer.idOf ? layer.idOf(i) : layer.data.ids[i]; }

  setLang(wanted) {
    setLang(wanted);
    for (const node of document.querySelectorAll('[data-say]')) node.textContent = say(node.dataset.say);
    for (const node of document.querySelectorAll('[data-label]')) node.setAttribute('aria-label', say(node.dataset.label));
    for (const one of ['zh', 'en']) {
      document.getElementById(`lang-${one}`).setAttribute('aria-pressed', String(lang === one));
    }
    const { city } = this.facts;
    document.getElementById('city-name').replaceChildren(named('span', city.name));
    document.title = `${city.name} · ${say('subtitle')}`;
    this.fill('meta', metaRows(city));
    this.fill('plan', planRows(this.facts.plans, this.orders));
    this.fill('about', published ? publicAbout(this.facts) : about(this.facts));
    this.fillLayers();
    this.ground.show();
    this.search.name();
    this.nameControls();
    this.fillChosen();
    this.whatIf.fill();
    this.floors.say();
    this.parcels.draw();
    if (this.open) this.showCard();
  }

  // A plan as far as it is carried out, in its own colours.
  showPlanned(name) {
    this.parcels.theme = this.parcels.themes.find((one) => one.name === name);
    this.parcels.keep(this.filters.test());
    this.fillFilter();
  }

  // Everything that hangs on a number of the rulebook, once another is tried; null stands for them all.
  showTrial(path) {
    this.parcels.keep(this.filters.test());
    if (path === null || path === SHARE_TARGET) this.fillChosen();
    else if (this.filterPanel.hangsOn(path)) this.fillFilter();
    else this.showTheme();
    this.whatIf.update();
    if (this.open) this.showCard();
  }

  // Fill a part of the page anew. What had the keyboard in it keeps it; if it is gone, its neighbour.
  fill(id, children) {
    const part = document.getElementById(id);
    const held = document.activeElement;
    const isLost = held !== part && part.contains(held);
    part.replaceChildren(...children.filter((child) => child !== null));
    if (!isLost) return;
    const again = part.querySelector(markOf(held)) || part.querySelector('button, select, input');
    if (again) again.focus({ preventScroll: true });
  }

  fillLayers() {
    this.fill('layers', layerSwitches(this.layers, (name) => this.map.hasLayer(this.layers[name]), (name, isOn) => this.toggle(name, isOn)));
  }

  fillChosen() {
    const share = { ...this.facts, share: this.share() };
    this.fill('share', published ? publicTotals(published) : shareFigure(share, this.filters.town, (name) => this.setTown(name)));
    if (!published) this.fillTowns();
    this.fillFilter();
  }

  // Shares of city and towns, and the target, by the numbers that hold now.
  share() { return sharesAt(this.facts.share, this.parcels.trial.judge); }

  target() { return targetOf(this.facts.share, this.parcels.trial.judge); }

  fillTowns() {
    this.fill('towns', townBars(this.share(), {
      town: this.filters.town, order: this.townOrder, onChoose: (name) => this.setTown(name), onOrder: (order) => this.orderTowns(order),
    }));
  }

  orderTowns(order) {
    this.townOrder = order;
    this.fillTowns();
  }

  fillFilter() {
    this.filterPanel.fill();
    this.showTheme();
  }

  // What the parcels are coloured by, in the legend and on the divider.
  showTheme() {
    this.fillLegend();
    this.swipe.update();
  }

  fillLegend() {
    this.fill('legend', legend(this.parcels, this.filters, (name) => this.setTheme(name), (theme, at) => this.hide(theme, at)));
    if (published) this.fill('towns', areaList(this.parcels, (i) => this.goTo({ kind: 'parcel', i })));
  }

  setTheme(name) {
    this.parcels.paint(name);
    this.showTheme();
    this.remember(true);
  }

  hide(theme, at) {
    this.filters.toggle(theme, at);
    this.parcels.keep(this.filters.test());
    this.fillFilter();
    this.remember(true);
  }

  // Keep in colour what the filters keep, wherever the map stands.
  filter() {
    this.parcels.keep(this.filters.test());
    this.fillChosen();
    this.remember(true);
  }

  toggle(name, isOn) {
    const layer = this.layers[name];
    if (isOn) this.map.addLayer(layer);
    else this.map.removeLayer(layer);
    this.spreadLabels();
    this.remember(true);
  }

  spreadLabels() {
    const view = this.map.getContainer().getBoundingClientRect();
    spreadLabels(this.namedLayers().filter((layer) => this.map.hasLayer(layer)), view);
  }

  // Keep one town in colour and zoom to it; null shows the whole city again.
  setTown(name) {
    this.filters.town = name;
    this.filter();
    document.body.classList.remove('panel-open');
    this.fillDrawer();
    if (name === null) this.showAll();
    else this.flyTo(this.parcels.boundsOfKept(), CLOSE_UP);
  }

  // Keep the land of one owner in colour, and zoom to it.
  keepOwner(name) {
    this.filters.owner = name;
    this.filter();
    this.flyTo(this.parcels.boundsOfKept(), CLOSE_UP);
  }

  showAll() {
    const [left, bottom, right, top] = this.facts.bounds;
    this.flyTo(L.latLngBounds([bottom, left], [top, right]), CLOSE_UP);
  }

  // The card covers the right of a wide map and the foot of a narrow one.
  flyTo(bounds, maxZoom) {
    if (!bounds.isValid()) return;
    const card = document.getElementById('card');
    const isNarrow = window.innerWidth < 760;
    const right = !card.hidden && !isNarrow ? card.offsetWidth + ROOM : ROOM;
    const bottom = !card.hidden && isNarrow ? card.offsetHeight + ROOM : ROOM;
    this.map.fitBounds(bounds, {
      maxZoom, animate: false, paddingTopLeft: [ROOM, ROOM], paddingBottomRight: [right, bottom],
    });
  }

  // What is searched beside the parcels.
  entries() {
    const { parcels, layers } = this;
    const made = [];
    if (layers.blocks) layers.blocks.data.ids.forEach((text, i) => made.push({ kind: 'block', text, i }));
    if (layers.parks) {
      layers.parks.data.names.forEach((name, i) => made.push({ kind: 'park', text: name || layers.parks.data.ids[i] || '', i }));
    }
    parcels.table.words('town').forEach((text) => made.push({ kind: 'town', text }));
    return made.filter(({ text }) => text);
  }

  goTo({ kind, text, i }) {
    if (kind === 'town') {
      this.setTown(text);
      return;
    }
    if (kind === 'owner') {
      this.keepOwner(text);
      return;
    }
    const { town } = this.filters;
    if (town !== null && this.townOf(kind, i) !== town) this.setTown(null);
    this.select(kind, i);
    this.flyTo(this.open.layer.bounds(i), CLOSE_UP);
    document.getElementById('card').focus({ preventScroll: true });
  }

  // A town's filter gives way to what lies elsewhere.
  townOf(kind, i) {
    const { table } = this.layers[KIND_LAYERS[kind]];
    return (table && table.value('town', i)) || NONE;
  }

  select(kind, i) {
    const layer = this.layers[KIND_LAYERS[kind]];
    this.open = { kind, i, layer };
    document.body.classList.remove('panel-open');
    this.fillDrawer();
    this.mark();
    if (kind === 'parcel') layer.whenOutlined(i, () => this.mark());
    this.showCard();
    this.remember(true);
  }

  // Draw around what is open.
  mark() {
    this.selection.clearLayers();
    if (!this.open) return;
    const outline = this.open.layer.outline(this.open.i);
    const style = { fill: false, interactive: false, pane: 'selection' };
    this.selection.addLayer(L.polygon(outline, { ...style, color: '#fff', weight: 6 }));
    this.selection.addLayer(L.polygon(outline, { ...style, color: '#14120f', weight: 2.5 }));
  }

  showCard() {
    const { kind, i, layer } = this.open;
    const make = { parcel: published ? areaCard : parcelCard, block: blockCard, park: parkCard }[kind];
    const children = make(layer, i, {
      rules: this.facts.rules,
      openBlock: (id) => this.goToBlock(id),
      close: () => this.closeCard(),
    });
    this.fill('card', children);
    const card = document.getElementById('card');
    card.hidden = false;
    card.scrollTop = 0;
  }

  goToBlock(id) {
    const { blocks } = this.layers;
    const i = blocks ? blocks.data.ids.indexOf(id) : -1;
    if (i >= 0) this.goTo({ kind: 'block', text: id, i });
  }

  closeCard() {
    if (!this.open) return;
    this.open = null;
    const card = document.getElementById('card');
    if (card.contains(document.activeElement)) this.map.getContainer().focus({ preventScroll: true });
    card.hidden = true;
    this.selection.clearLayers();
    this.remember(true);
  }

  openAt(place) {
    const found = this.whatIsAt(place);
    if (found) {
      this.select(found.kind, found.i);
      this.bringOut(place);
    } else this.closeCard();
  }

  // Move the map until a place that its card has just covered lies in the middle of what is free.
  bringOut(place) {
    const [map, card] = [this.map.getContainer(), document.getElementById('card')].map((one) => one.getBoundingClientRect());
    const at = this.map.latLngToContainerPoint(place);
    const [left, top] = [card.left - map.left, card.top - map.top];
    if (at.x < left || at.y < top || at.y > card.bottom - map.top) return;
    this.map.panBy(left > 0 ? [at.x - left / 2, 0] : [0, at.y - top / 2], { animate: false });
  }

  // What lies at a place: a parcel, else a block, else a park; only of the layers switched on.
  whatIsAt(place) {
    for (const [kind, name] of [['parcel', 'parcels'], ['block', 'blocks'], ['park', 'parks']]) {
      const layer = this.layers[name];
      const i = layer && this.map.hasLayer(layer) ? layer.at(place) : -1;
      if (i >= 0) return { kind, i };
    }
    return null;
  }

  listen() {
    const { map } = this;
    map.on('click', ({ latlng }) => {
      if (this.sketch.isOn) {
        this.sketch.click(latlng);
        return;
      }
      this.lastClick = latlng;
      this.parcels.whenKnownAt(latlng, () => { if (this.lastClick === latlng) this.openAt(latlng); });
    });
    this.tip = L.tooltip({ direction: 'top', offset: [0, -8], className: 'tip' });
    if (window.matchMedia('(hover: hover)').matches) map.on('mousemove', ({ latlng }) => this.hover(latlng));
    map.on('mouseout movestart', () => map.closeTooltip(this.tip));
    map.on('zoomend moveend', () => this.spreadLabels());
    for (const one of ['zh', 'en']) {
      document.getElementById(`lang-${one}`).addEventListener('click', () => {
        this.setLang(one);
        this.remember(true);
      });
    }
    document.getElementById('undo').addEventListener('click', () => window.history.back());
    document.getElementById('drawer').addEventListener('click', () => this.toggleDrawer());
    document.addEventListener('keydown', ({ key, target }) => {
      if (key === 'Escape' && target.id !== 'search') this.closeCard();
    });
  }

  // The tooltip follows the pointer; looking a place up takes well under a millisecond.
  hover(latlng) {
    const { parcels } = this;
    if (this.sketch.isOn) return;
    const i = this.map.hasLayer(parcels) ? parcels.at(latlng) : -1;
    this.map.getContainer().style.cursor = i >= 0 ? 'pointer' : '';
    if (i < 0) {
      this.map.closeTooltip(this.tip);
      return;
    }
    const { table, theme } = parcels;
    const town = table.value('town', i);
    const rows = [named('strong', parcels.idOf(i)), town === null ? null : named('span', town)];
    if (theme) rows.push(el('span', {}, `${say(theme.label)} ${say(parcels.classOf(theme, i).label)}`));
    this.tip.setContent(el('div', {}, ...rows.filter((row) => row !== null))).setLatLng(latlng);
    if (!this.map.hasLayer(this.tip)) this.tip.addTo(this.map);
  }

  toggleDrawer() {
    document.body.classList.toggle('panel-open');
    this.fillDrawer();
  }

  fillDrawer() {
    const isOpen = document.body.classList.contains('panel-open');
    document.getElementById('drawer').setAttribute('aria-expanded', String(isOpen));
  }

  addControls() {
    const container = this.map.getContainer();
    container.setAttribute('role', 'main');
    // The title, and the word that other numbers are tried, take of the map's room what they need.
    new ResizeObserver(() => this.map.invalidateSize({ animate: false, pan: false })).observe(container);
    container.dataset.label = 'map';
    L.control.scale({ imperial: false, position: 'bottomleft', maxWidth: 140 }).addTo(this.map);
    const corner = L.control({ position: 'bottomleft' });
    corner.onAdd = () => this.compass();
    corner.addTo(this.map);
  }

  compass() {
    const button = (word, text, act) => el('button', { type: 'button', 'data-name': word, onclick: act }, text);
    const made = el('div', { class: 'compass' },
      svg('svg', { viewBox: '0 0 30 44', class: 'north', 'aria-hidden': 'true' },
        svg('path', { d: 'M15 14 L23 42 L15 36 Z', fill: '#33302b' }),
        svg('path', { d: 'M15 14 L7 42 L15 36 Z', fill: '#fff', stroke: '#33302b' }),
        svg('text', { x: 15, y: 11, 'text-anchor': 'middle', class: 'north-word' })),
      el('div', { class: 'zoom' },
        button('zoom_in', '+', () => this.map.zoomIn()),
        button('zoom_out', '−', () => this.map.zoomOut()),
        button('whole', '⌂', () => this.showAll())));
    L.DomEvent.disableClickPropagation(made);
    return made;
  }

  nameControls() {
    document.querySelector('.north-word').textContent = say('north');
    for (const button of document.querySelectorAll('.zoom button, .sketch-bar button, #undo')) {
      button.title = say(button.dataset.name);
      button.setAttribute('aria-label', say(button.dataset.name));
    }
  }
}

// How to find an element again among its like: by what makes it one of a kind.
function markOf({ id, name, value, dataset }) {
  if (id) return `#${CSS.escape(id)}`;
  const [key] = Object.keys(dataset);
  if (key) return `[data-${key}="${CSS.escape(dataset[key])}"]`;
  return name ? `[name="${CSS.escape(name)}"][value="${CSS.escape(value)}"]` : 'none';
}

const OVERLAY_ORDER = 400; // Leaflet's own, of what is added without a pane
const PANE_ORDER = { backdrop: 220, ground: 230, land: 240, parcels: 300, beside: 301, lines: 350, floors: 380, selection: 420, labels: 450 };

// Panes exist before the layers do: the map's constructor calls this.
L.Map.addInitHook(function makePanes() {
  for (const [name, order] of Object.entries(PANE_ORDER)) {
    const pane = this.createPane(name);
    pane.style.zIndex = order;
    pane.style.pointerEvents = 'none';
  }
});

let hasStarted = false;

// Build the page once the parcels are unpacked; where they cannot be, say so.
async function start(map, id) {
  hasStarted = true;
  try {
    const facts = readBlock(id);
    await Promise.all(everyLayer(map).map((layer) => layer.ready));
    const page = new Page(map, facts);
    page.begin();
    page.parcels.whenPainted(() => { document.body.dataset.state = 'ready'; });
  } catch (error) {
    sayBroken(error.message);
  }
}

function everyLayer(map) {
  const layers = [];
  map.eachLayer((layer) => layers.push(layer));
  return layers;
}

// In both languages: which one was chosen may be among what is lost.
function sayBroken(why) {
  const said = ['zh', 'en'].map((one, at) => el('p', { lang: one }, WORDS.broken[at]));
  document.body.append(el('div', { class: 'broken', id: 'broken', role: 'alert' }, ...said, el('small', {}, why)));
  document.body.dataset.state = 'broken';
}

// A file whose end was lost never starts the page.
document.addEventListener('DOMContentLoaded', () => { if (!hasStarted) sayBroken('—'); });
