// What is chosen, as the fragment of the page's address: a link leads back to the same view, and the
// browser's Back takes the last step back.

const round = (value, digits) => String(+value.toFixed(digits));

function writtenState(page) {
  const { map, parcels, filters, open, layers } = page;
  const said = new URLSearchParams();
  const { lat, lng } = map.getCenter();
  said.set('at', [round(map.getZoom(), 2), round(lat, 5), round(lng, 5)].join('/'));
  said.set('lang', lang);
  if (parcels.theme) said.set('theme', parcels.theme.name);
  if (filters.town !== null) said.set('town', filters.town);
  if (filters.owner !== null) said.set('owner', filters.owner);
  for (const [name, classes] of filters.hidden) said.append('hide', `${name}:${[...classes].sort((a, b) => a - b).join('.')}`);
  for (const [name, ends] of filters.spans) said.append('span', `${name}:${ends.map((end) => (end === null ? '' : end)).join(':')}`);
  for (const [path, value] of parcels.trial.judge.tried) said.append('try', `${path}:${value}`);
  for (const { theme, done, count } of page.orders) if (done < count) said.append('done', `${theme.name}:${done}`);
  if (page.swipe.isOn) said.set('swipe', `${page.swipe.left}@${round(page.swipe.at, 3)}`);
  if (page.floors.isOn) said.set('floors', '1');
  if (open) said.set('open', `${open.kind}:${page.idOf(open)}`);
  const off = LAYER_ORDER.filter((name) => layers[name] && !map.hasLayer(layers[name]));
  if (off.length) said.set('off', off.join('.'));
  return `#${said}`;
}

// Read a fragment into the page; what it names and this map does not have is passed over.
function readState(page, fragment) {
  const said = new URLSearchParams(fragment.replace(/^#/, ''));
  const { parcels, filters, layers } = page;
  const { table } = parcels;
  filters.clear();
  if (table.words('town').includes(said.get('town'))) filters.town = said.get('town');
  const owner = said.get('owner');
  if (owner !== null && table.haystack('owner').find(owner.toLowerCase(), 1).length) filters.owner = owner;
  for (const one of said.getAll('hide')) readHidden(parcels.themes, filters, one);
  for (const one of said.getAll('span')) readSpan(table, filters, one);
  parcels.trial.setAll(said.getAll('try').map(readTried).filter(([, value]) => value > 0));
  const done = new Map(said.getAll('done').map((one) => one.split(':')));
  for (const order of page.orders) order.show(done.has(order.theme.name) ? Number(done.get(order.theme.name)) || 0 : order.count);
  const theme = parcels.themes.find(({ name }) => name === said.get('theme'));
  if (theme) parcels.theme = theme;
  const off = (said.get('off') || '').split('.');
  for (const [name, layer] of Object.entries(layers)) {
    if (off.includes(name)) page.map.removeLayer(layer);
    else page.map.addLayer(layer);
  }
  page.floors.set(said.get('floors') === '1');
  const [left, at] = (said.get('swipe') || '').split('@');
  page.swipe.set(left || null);
  page.swipe.move(Number.isFinite(Number(at)) && at ? Number(at) : AT_MIDDLE);
  const [zoom, lat, lng] = (said.get('at') || '').split('/').map(Number);
  if ([zoom, lat, lng].every(Number.isFinite)) page.map.setView([lat, lng], zoom, { animate: false });
  return { lang: said.get('lang'), open: said.get('open') };
}

function readTried(text) {
  const at = text.lastIndexOf(':');
  return [text.slice(0, at), Number(text.slice(at + 1))];
}

function readHidden(themes, filters, text) {
  const [name, classes] = text.split(':');
  const theme = themes.find((one) => one.name === name);
  if (!theme || !classes) return;
  for (const at of new Set(classes.split('.').map(Number))) if (theme.classes[at]) filters.toggle(theme, at);
}

function readSpan(table, filters, text) {
  const [name, ...ends] = text.split(':');
  if (!table.has(name) || !table.columns[name].values) return;
  const [low, high] = ends.map((end) => (end === '' || !Number.isFinite(Number(end)) ? null : Number(end)));
  filters.setSpan(name, low, high === undefined ? null : high);
}
