// What the reader keeps in colour: a town, an owner, classes of themes, spans of numbers; all of it together.

const M2_PER_MU = 2000 / 3;

class Filters {
  constructor(parcels) {
    this.parcels = parcels;
    this.town = null;
    this.owner = null;
    this.hidden = new Map();
    this.spans = new Map();
  }

  get isEmpty() {
    return this.town === null && this.owner === null && this.hidden.size === 0 && this.spans.size === 0;
  }

  clear() {
    this.town = null;
    this.owner = null;
    this.hidden.clear();
    this.spans.clear();
  }

  isHidden(theme, at) { return (this.hidden.get(theme.name) || new Set()).has(at); }

  // Hide a class of a theme, or show it again.
  toggle(theme, at) {
    const classes = this.hidden.get(theme.name) || new Set();
    if (!classes.delete(at)) classes.add(at);
    if (classes.size) this.hidden.set(theme.name, classes);
    else this.hidden.delete(theme.name);
  }

  // Keep the numbers of a column from one to another, both among them; null leaves an end open.
  setSpan(name, low, high) {
    if (low === null && high === null) this.spans.delete(name);
    else this.spans.set(name, [low, high]);
  }

  // Least and greatest number that is kept of a column.
  endsOf(name) {
    const [low, high] = this.spans.get(name) || [null, null];
    return [low === null ? -Infinity : low, high === null ? Infinity : high];
  }

  // Tells of a parcel whether it is kept; null keeps all. What is missing lies in no span. The span of
  // one column may be left out of it.
  test(without = null) {
    const { table, themes, count } = this.parcels;
    const asked = [];
    if (this.town !== null) asked.push(table.holds('town', this.town === NONE ? null : this.town));
    if (this.owner !== null) asked.push(table.holds('owner', this.owner));
    for (const [name, classes] of this.hidden) {
      const { codes } = themes.find((one) => one.name === name);
      asked.push((i) => !classes.has(codes.code(i)));
    }
    for (const name of this.spans.keys()) {
      if (name === without) continue;
      const values = table.rounded(name, count);
      const [least, most] = this.endsOf(name);
      asked.push((i) => values[i] >= least && values[i] <= most);
    }
    return asked.length === 0 ? null : (i) => asked.every((one) => one(i));
  }

  // Of the parcels in colour.
  sums() {
    const { parcels } = this;
    let [count, counted, inside] = [0, 0, 0];
    for (let i = 0; i < parcels.count; i += 1) {
      if (!parcels.isKept(i)) continue;
      count += 1;
      counted += parcels.landOf(i);
      inside += parcels.insideOf(i);
    }
    return asSums(parcels, count, counted, inside);
  }
}

// How many parcels these are, and their land; the share inside the line as well, where there is one.
function sumsOf(parcels, rows) {
  let [counted, inside] = [0, 0];
  for (const i of rows) {
    counted += parcels.landOf(i);
    inside += parcels.insideOf(i);
  }
  return asSums(parcels, rows.length, counted, inside);
}

function asSums({ hasLine, land }, count, counted, inside) {
  const share = counted > 0 && hasLine ? inside / counted : null;
  return { count, mu: land ? counted / M2_PER_MU : null, share, inside, counted };
}

function sumWords({ count, mu, share }) {
  const said = [parcelCount(count)];
  if (mu !== null) said.push(land(mu));
  if (share !== null) said.push(`${say('share')} ${percent(share)}`);
  return said.join(' · ');
}

// A condition that is set, and the way to drop it.
function filterChip(text, onDrop) {
  return el('li', { class: 'condition' }, named('span', text),
    el('button', { type: 'button', 'aria-label': `${say('drop')} ${text}`, onclick: onDrop }, '×'));
}

const spanWords = (table, name, ends) => `${table.label(name)} ${endsWords(table, name, ends)}`;

function endsWords(table, name, [low, high]) {
  const { unit } = table.columns[name];
  if (low === high) return low === null ? say('no_bound') : plain(name, low, unit);
  if (low === null) return `≤ ${plain(name, high, unit)}`;
  if (high === null) return `≥ ${plain(name, low, unit)}`;
  return `${plain(name, low, ['', ''])} – ${plain(name, high, unit)}`;
}

// Every condition that is set, in words, with what drops it.
function conditionsOf(filters) {
  const { table, themes } = filters.parcels;
  const found = [];
  if (filters.town !== null) found.push({ of: 'town', text: filters.town, drop: () => { filters.town = null; } });
  if (filters.owner !== null) found.push({ of: 'owner', text: filters.owner, drop: () => { filters.owner = null; } });
  for (const [name, classes] of filters.hidden) {
    const theme = themes.find((one) => one.name === name);
    const left = theme.classes.filter((_, at) => !classes.has(at)).map(({ label }) => say(label));
    const said = listing(left) || say('none');
    found.push({ text: `${say(theme.label)}${colon()}${said}`, drop: () => filters.hidden.delete(name) });
  }
  for (const [name, span] of filters.spans) {
    found.push({ text: spanWords(table, name, span), drop: () => filters.spans.delete(name) });
  }
  return found;
}

function filterChips(filters, onChange) {
  return conditionsOf(filters).map(({ text, drop }) => filterChip(text, () => { drop(); onChange(); }));
}

const spanNames = (table) => Object.keys(table.columns).filter((name) => table.columns[name].values);

function unitMark(name, table) {
  const unit = isShare(name) ? '%' : say(table.columns[name].unit);
  return unit ? ` (${unit})` : '';
}

// The conditions that are set, and what they keep.
class FilterPanel {
  constructor(page) {
    this.page = page;
    this.filters = page.filters;
    this.histogram = new Histogram(this.filters, { follow: () => this.follow(), settle: () => this.settle() });
    this.chosen = null;
  }

  // The number whose span is asked for: the one that was chosen, else one that has a span.
  get column() {
    const { table } = this.filters.parcels;
    return this.chosen || [...this.filters.spans.keys()].pop() || spanNames(table)[0];
  }

  fill() {
    this.clear = el('button', {
      type: 'button', class: 'link', id: 'clear-filter', onclick: () => { this.filters.clear(); this.page.filter(); },
    }, say('clear'));
    this.said = el('div', { id: 'filter-said' });
    const hasNumbers = this.column !== undefined;
    this.heading = el('div', { class: 'heading' }, el('h2', {}, say('filter')));
    const chart = hasNumbers ? [this.spanForm(), this.histogram.build(this.column)] : [];
    this.tell();
    this.page.fill('filter', [this.heading, ...chart, this.said]);
    this.sayAloud();
  }

  // Whether anything in the panel may be other once another number is tried.
  hangsOn(path) {
    const { filters, column } = this;
    const { table, tests } = filters.parcels;
    const { values } = table.columns[column] || {};
    const isThreshold = tests && tests.tests.some((test) => test.column === column && path === `${test.path}.threshold`);
    return !filters.isEmpty || values instanceof MadeColumn || isThreshold;
  }

  // While a span is drawn, the map and the sums follow.
  follow() {
    const { parcels } = this.filters;
    parcels.keep(this.filters.test());
    this.histogram.update();
    this.tell();
  }

  settle() {
    this.sayAloud();
    this.page.remember(true);
  }

  sayAloud() {
    const sums = document.getElementById('filter-sums');
    document.getElementById('said').textContent = sums ? sums.textContent : '';
  }

  tell() {
    const { filters } = this;
    if (filters.isEmpty) this.clear.remove();
    else this.heading.append(this.clear);
    this.said.replaceChildren(...(filters.isEmpty ? [el('p', { class: 'hint' }, say('filter_hint'))]
      : [el('ul', { class: 'conditions' }, ...filterChips(filters, () => this.page.filter())), ...this.sums()]));
    if (this.boxes) this.showSpan();
  }

  // How much is kept; where there is a target, the way to it as well.
  sums() {
    const sums = this.filters.sums();
    const target = this.page.target();
    const said = [el('output', { id: 'filter-sums' }, sumWords(sums))];
    if (sums.share === null || target === null) return said;
    const [retire, build] = gapAt(sums.inside, sums.counted, target);
    const gap = gapWords({ retire_mu: retire, build_mu: build, verdict: retire === 0 ? 'met' : 'not_met' });
    return [...said, el('p', { class: 'kept-target' }, targetWords(target)), ...(gap ? [gap] : [])];
  }

  // A span of a number: shares are typed in percent, as they are shown.
  spanForm() {
    const { filters } = this;
    const { table } = filters.parcels;
    const column = el('select', { id: 'span-column', 'aria-label': say('number') },
      ...spanNames(table).map((name) => el('option', { value: name, selected: name === this.column }, `${table.label(name)}${unitMark(name, table)}`)));
    this.boxes = ['at_least', 'at_most'].map((word) => el('input', {
      type: 'number', step: 'any', id: `span-${word}`, placeholder: SIGNS[word], 'aria-label': `${say('number')} ${SIGNS[word]}`,
    }));
    const form = el('form', { class: 'span' }, column, ...this.boxes, el('button', { type: 'submit' }, say('add')));
    column.addEventListener('change', () => {
      this.chosen = column.value;
      this.histogram.node.replaceWith(this.histogram.build(this.chosen));
      this.showSpan();
    });
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.chosen = column.value;
      filters.setSpan(column.value, ...this.boxes.map((box) => (box.value === '' ? null : tidy(Number(box.value) / (isShare(column.value) ? 100 : 1)))));
      this.page.filter();
    });
    return form;
  }

  // The boxes say which span the number has.
  showSpan() {
    const { column } = this;
    const span = this.filters.spans.get(column) || [null, null];
    this.boxes.forEach((box, at) => { box.value = span[at] === null ? '' : String(tidy(span[at] * (isShare(column) ? 100 : 1))); });
  }
}
