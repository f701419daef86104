// The legend of the chosen theme, the switches of the layers, and what there is to say about it all.

function swatch({ colour, hatched, mark }) {
  const box = el('span', { class: 'swatch', 'aria-hidden': 'true' }, mark ? say(mark) : '');
  box.style.color = hatched ? '#000' : inkOn(colour);
  box.style.background = hatched
    ? `repeating-linear-gradient(135deg, ${colour} 0 1.5px, #f3f2ee 1.5px 4.5px)` : colour;
  return box;
}

function themeChoice(layer, onChoose) {
  return el('div', { class: 'themes', role: 'radiogroup', 'aria-label': say('theme') },
    ...layer.themes.map((theme) => el('label', { title: say(theme.meaning) },
      el('input', {
        type: 'radio', name: 'theme', value: theme.name, checked: theme === layer.theme,
        onchange: () => onChoose(theme.name),
      }), el('span', {}, say(theme.label)))));
}

// A class of the theme: a click hides its parcels, or shows them again.
function classSwitch(theme, at, filters, onHide) {
  const one = theme.classes[at];
  return el('label', { class: 'class' },
    el('input', {
      type: 'checkbox', class: 'unseen', 'data-class': at, checked: !filters.isHidden(theme, at),
      'aria-label': `${say('show_class')} ${say(one.label)}`, onchange: () => onHide(theme, at),
    }), swatch(one), el('span', {}, say(one.label)));
}

function legendRows(theme, filters, onHide) {
  const { town } = filters;
  const tally = theme.tally[town === null ? '' : town] || [];
  const decimals = landDecimals(tally.reduce((sum, [, mu]) => sum + mu, 0));
  return theme.classes.map((_, at) => {
    const [count, mu] = tally[at] || [0, 0];
    return el('tr', { class: filters.isHidden(theme, at) ? 'is-hidden' : '' },
      el('th', { scope: 'row' }, classSwitch(theme, at, filters, onHide)),
      el('td', {}, number(count, 0)), el('td', {}, number(mu, decimals)));
  });
}

// The threshold of low efficiency on the column of a theme, or the one that is tried in its place.
function thresholdWords({ table, tests, trial }, theme) {
  const test = tests && tests.tests.find(({ column, word }) => column === theme.name && word === null);
  const value = test ? thresholdOf(test, trial.judge) : theme.threshold;
  return `${say(value === theme.threshold ? 'threshold' : 'threshold_tried')} ${plain(theme.name, value, table.columns[theme.name].unit)}`;
}

function legend(layer, filters, onChoose, onHide) {
  const { theme } = layer;
  const { town } = filters;
  if (!theme) return [];
  return [
    el('h2', {}, say('theme')),
    themeChoice(layer, onChoose),
    el('table', { class: 'legend' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, named('span', town === null ? say('whole_city') : town)),
        el('th', { scope: 'col' }, say('count')), el('th', { scope: 'col' }, say('area')))),
      el('tbody', {}, ...legendRows(theme, filters, onHide))),
    theme.hint ? el('p', { class: 'hint' }, say(theme.hint)) : null,
    theme.threshold === undefined ? null : el('p', { class: 'hint' }, thresholdWords(layer, theme)),
  ];
}

// A small picture of how a layer looks, for its switch.
function symbol(name, kind) {
  if (name === 'parcels') {
    return svg('svg', { class: 'symbol', viewBox: '0 0 26 14', 'aria-hidden': 'true' },
      svg('path', { d: 'M2 2h10v10H2z', fill: '#74b3a4', stroke: '#555' }),
      svg('path', { d: 'M13 4h11v8H13z', fill: '#f2c45a', stroke: '#555' }));
  }
  const style = STYLES[name](kind || { blocks: 'y', background: 'sea', protected: 'farmland', barriers: 'railway' }[name]);
  const drawn = svg('svg', { class: 'symbol', viewBox: '0 0 26 14', 'aria-hidden': 'true' });
  const shape = style.fill ? 'M1 2h24v10H1z' : 'M1 7h24';
  if (style.halo) drawn.append(svg('path', { d: shape, stroke: '#fff', 'stroke-width': style.halo, fill: 'none' }));
  drawn.append(svg('path', {
    d: shape,
    fill: style.fill ? style.fillColor : 'none',
    'fill-opacity': style.fillOpacity === undefined ? 1 : style.fillOpacity,
    stroke: style.color || 'none',
    'stroke-width': style.weight || 0,
    'stroke-dasharray': style.dashArray || 'none',
  }));
  return drawn;
}

const LAYER_ORDER = ['parcels', 'control_line', 'plan_blocks', 'blocks', 'parks', 'growth_boundary', 'towns', 'barriers', 'protected', 'background', 'ground'];

// What the lines of the blocks mean, once a rulebook tells candidates from the rest.
function blockKinds({ data }) {
  return data.tests ? [...'yun'].filter((kind) => data.candidates.includes(kind)) : [];
}

function blockKey(layer) {
  return el('ul', {}, ...blockKinds(layer).map((kind) => el('li', { class: 'key' },
    symbol('blocks', kind), el('span', {}, say(CANDIDATES[kind][0])))));
}

function layerSwitches(layers, isOn, onToggle) {
  const names = LAYER_ORDER.filter((name) => layers[name]);
  return [
    el('h2', {}, say('layers')),
    el('ul', { class: 'layers' }, ...names.map((name) => el('li', {}, el('label', {},
      el('input', {
        type: 'checkbox', 'data-layer': name, checked: isOn(name),
        onchange: (event) => onToggle(name, event.target.checked),
      }), symbol(name), el('span', {}, say(name === 'towns' ? 'town_lines' : name))),
    name === 'blocks' ? blockKey(layers.blocks) : null))),
  ];
}

function inputRow({ label, source, as_of, rows_in: rowsIn, rows_out: rowsOut, rows_rejected: rejected }) {
  const said = originWords({ source, as_of });
  if (rowsIn !== null) {
    const counts = { in: number(rowsIn, 0), out: number(rowsOut, 0), rejected: number(rejected, 0) };
    said.push(say(rejected ? 'rows' : 'all_rows', counts));
  }
  return el('li', {}, el('strong', {}, say(label)), el('span', {}, clauses(said)));
}

function ruleRows(rules) {
  return [
    el('h3', {}, say('rulebook')),
    el('p', {}, [rules.title, rules.region, validity(rules)].filter(Boolean).join(' · ')),
    el('ul', {}, ...rules.documents.map((one) => el('li', {}, el('strong', {}, say(one.subject)),
      el('span', {}, one.document), el('small', {}, `${say('from')} ${one.source}`)))),
    rules.notes ? el('p', {}, rules.notes) : null,
  ];
}

function about(facts) {
  const list = (items) => el('ul', {}, ...items);
  return [
    el('h2', {}, say('about')),
    facts.notes.length ? el('h3', {}, say('notes')) : null,
    facts.notes.length ? list(facts.notes.map((note) => el('li', {}, say(note)))) : null,
    ...ruleRows(facts.rules),
    el('h3', {}, say('inputs')),
    list(facts.inputs.map(inputRow)),
    el('p', {}, say('faults', facts.faults)),
    el('p', {}, say('drawn')),
  ];
}

// What each plan does, sentence by sentence and deed by deed; the first is the project's own.
function planRows(plans, orders) {
  if (!plans.length) return [];
  return [
    el('h2', {}, say('plan')),
    ...plans.map(([name, ...lines], at) => el('details', { open: plans.length === 1 },
      el('summary', {}, say(name)), ...lines.map((one) => el('p', {}, say(one))),
      ...(orders[at] && orders[at].count ? orders[at].rows() : []))),
  ];
}

function metaRows(city) {
  return metaWords(city).map(([word, label, said]) => el('div', { class: `meta-${word}` },
    el('dt', {}, label), named('dd', said)));
}
