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

  // Tells of a parcel whether it is kept; null keeps all. What is missing lies in no span.
  test() {
    if (this.isEmpty) return null;
    const { table, themes } = this.parcels;
    const asked = [];
    if (this.town !== null) asked.push(table.holds('town', this.town === NONE ? null : this.town));
    if (this.owner !== null) asked.push(table.holds('owner', this.owner));
    for (const [name, classes] of this.hidden) {
      const { codes } = themes.find((one) => one.name === name);
      asked.push((i) => !classes.has(codes.code(i)));
    }
    for (const [name, [low, high]] of this.spans) {
      asked.push((i) => {
        const value = table.value(name, i);
        return value !== null && (low === null || value >= low) && (high === null || value <= high);
      });
    }
    return (i) => asked.every((one) => one(i));
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
  return { count, mu: land ? counted / M2_PER_MU : null, share: counted > 0 && hasLine ? inside / counted : null };
}

function sumWords({ count, mu, share }) {
  const said = [`${number(count, 0)} ${say('parcels_unit')}`];
  if (mu !== null) said.push(land(mu));
  if (share !== null) said.push(`${say('share')} ${percent(share)}`);
  return said.join(' · ');
}

// A condition that is set, and the way to drop it.
function filterChip(text, onDrop) {
  return el('li', { class: 'condition' }, named('span', text),
    el('button', { type: 'button', 'aria-label': `${say('drop')} ${text}`, onclick: onDrop }, '×'));
}

function spanWords(table, name, [low, high]) {
  const { label, unit } = table.columns[name];
  const ends = [low === null ? null : `≥ ${plain(name, low, unit)}`, high === null ? null : `≤ ${plain(name, high, unit)}`];
  return `${say(label)} ${ends.filter(Boolean).join(' ')}`;
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
    const said = left.join(lang === 'zh' ? '、' : ', ') || say('none');
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

// A span of a number: shares are typed in percent, as they are shown.
function spanForm(filters, onChange) {
  const { table } = filters.parcels;
  const names = Object.keys(table.columns).filter((name) => table.columns[name].values);
  const column = el('select', { id: 'span-column', 'aria-label': say('number') },
    ...names.map((name) => el('option', { value: name }, `${table.label(name)}${unitMark(name, table)}`)));
  const [low, high] = ['at_least', 'at_most'].map((word) => el('input', {
    type: 'number', step: 'any', id: `span-${word}`, placeholder: SIGNS[word], 'aria-label': `${say('number')} ${SIGNS[word]}`,
  }));
  const read = (box, name) => (box.value === '' ? null : Number(box.value) / (isShare(name) ? 100 : 1));
  const form = el('form', { class: 'span' }, column, low, high, el('button', { type: 'submit' }, say('add')));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    filters.setSpan(column.value, read(low, column.value), read(high, column.value));
    onChange();
  });
  return form;
}

function unitMark(name, table) {
  const unit = isShare(name) ? '%' : say(table.columns[name].unit);
  return unit ? ` (${unit})` : '';
}

function filterPanel(filters, onChange) {
  return [
    el('div', { class: 'heading' }, el('h2', {}, say('filter')),
      filters.isEmpty ? null : el('button', {
        type: 'button', class: 'link', id: 'clear-filter', onclick: () => { filters.clear(); onChange(); },
      }, say('clear'))),
    filters.isEmpty ? el('p', { class: 'hint' }, say('filter_hint'))
      : el('ul', { class: 'conditions' }, ...filterChips(filters, onChange)),
    filters.isEmpty ? null : el('output', { id: 'filter-sums' }, sumWords(filters.sums())),
    spanForm(filters, onChange),
  ];
}
