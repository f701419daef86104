// The card: what is known of one parcel, block or park, and why it is judged so.

function heading(title, subtitle, onClose) {
  return el('div', { class: 'card-head' },
    el('div', {}, named('h2', title), subtitle ? named('p', subtitle, { class: 'sub' }) : null),
    el('button', { type: 'button', class: 'close', 'aria-label': say('close'), onclick: onClose }, '×'));
}

function chip(text, colour) {
  const made = el('span', { class: 'chip' }, text);
  if (colour) {
    made.style.background = colour;
    made.style.color = inkOn(colour);
  }
  return made;
}

// A value as people read it; an area in ㎡ also in mu, to be held against the others.
function factWords(table, name, i) {
  const said = table.shown(name, i);
  const { unit, values } = table.columns[name];
  if (!values || unit[1] !== 'm²' || !values[i]) return said;
  const mu = `${number(values[i] / M2_PER_MU)} ${say('area')}`;
  return lang === 'zh' ? `${said}（${mu}）` : `${said} (${mu})`;
}

const UNLESS_NOUGHT = ['estimated_floor_share'];

function isSaid(table, name, i) {
  const value = table.value(name, i);
  return UNLESS_NOUGHT.includes(name) ? value > 0 : value !== null || table.columns[name].values;
}

function factList(table, names, i) {
  const rows = names
    .filter((name) => isSaid(table, name, i))
    .map((name) => el('div', { 'data-fact': name, title: say(table.columns[name].meaning) },
      el('dt', {}, table.label(name)), el('dd', {}, factWords(table, name, i))));
  return el('dl', { class: 'facts' }, ...rows);
}

function part(name, title, ...children) {
  return el('section', { class: 'part', 'data-part': name }, el('h3', {}, title), ...children);
}

function grid(heads, rows) {
  return el('table', { class: 'grid' },
    el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, say(head))))),
    el('tbody', {}, ...rows));
}

// Who supplied a layer, and when, as far as the project says it.
function originWords({ source, as_of: asOf }) {
  return source || asOf ? [source || say('no_source'), asOf || say('no_date')] : [say('no_origin')];
}

const CIRCLED_ONE = 0x2460;

// Where the figures of a part come from: each origin once below it, with the number that the rows
// bear, on every card the same one.
class Footnotes {
  constructor({ listed, of } = { listed: [], of: {} }, columns = []) {
    const used = [...new Set(columns.flatMap((name) => of[name] || []))].sort((a, b) => a - b);
    this.lines = used.map((at) => {
      const said = `${say(listed[at].label)}${colon()}${originWords(listed[at]).join(comma())}`;
      return { at, said, sign: String.fromCodePoint(CIRCLED_ONE + at) };
    });
    this.of = of;
  }

  marks(name) {
    const mine = this.lines.filter(({ at }) => (this.of[name] || []).includes(at));
    if (!mine.length) return null;
    return el('sup', { class: 'origin', title: mine.map(({ said }) => said).join('\n') }, mine.map(({ sign }) => sign).join(''));
  }

  list() {
    if (!this.lines.length) return null;
    return el('ul', { class: 'hint origins', 'aria-label': say('inputs') }, ...this.lines.map(({ sign, said }) => el('li', {}, `${sign} ${said}`)));
  }
}

const OUTCOMES = { y: 'holds', n: 'fails', u: 'open' };

// The threshold of a test: the one that is tried, where one is.
const thresholdOf = (test, judge) => (judge && judge.numbers.has(`${test.path}.threshold`) ? judge.at(`${test.path}.threshold`) : test.threshold);

function testRow(test, table, i, judge, notes) {
  const outcome = test.outcomes.at(i);
  const value = table.has(test.column) ? table.shown(test.column, i) : NONE;
  return el('tr', { class: `outcome-${outcome}` },
    el('th', { scope: 'row' }, say(test.label), notes.marks(test.column)),
    el('td', {}, value === NONE ? say('missing') : value),
    el('td', {}, `${SIGNS[test.comparison]} ${plain(test.column, thresholdOf(test, judge), test.unit)}`),
    el('td', { class: 'outcome' }, say(OUTCOMES[outcome])));
}

// A set of tests, each with its value, its threshold and what came of it.
function testPart(title, tests, table, i, joined, { judge = null, origins } = {}) {
  if (!tests) return null;
  const notes = new Footnotes(origins, tests.tests.map(({ column }) => column));
  return part('tests', title,
    el('p', { class: 'hint' }, say(joined)),
    grid(['indicator', 'value', 'standard', 'outcome'], tests.tests.map((test) => testRow(test, table, i, judge, notes))),
    notes.list(),
    el('p', { class: 'hint' }, `${say('source')} ${tests.document}`));
}

function baselineWords(one, { judge }, decimals, pool) {
  if (one.form === 'min_max') {
    const [low, high] = judge.extremes(pool, one).map((end) => amount(one.column, end, decimals, ['', '']));
    return say('between', { low, high });
  }
  if (one.form === 'rank') return say('by_rank');
  const said = say('baseline', { x: plain(one.column, tidy(judge.at(`${one.path}.baseline`) * one.baseline_factor), one.unit) });
  return one.cap === null ? said : `${said} · ${say('cap', { x: one.cap })}`;
}

function criterionRow(one, { table, trial }, i, notes) {
  const points = table.value(one.points, i);
  const value = table.value(one.column, i);
  const column = table.columns[one.column];
  const weight = trial.judge.at(`${one.path}.weight`);
  const bar = el('span', { class: 'bar' });
  bar.style.width = `${Math.max(0, Math.min(100, ((points || 0) / weight) * 100))}%`;
  const lacks = value === null;
  return el('tr', { class: lacks ? 'lacks' : '' },
    el('th', { scope: 'row' }, say(one.label), notes.marks(one.column),
      el('small', {}, baselineWords(one, trial, column ? column.decimals : 2, table.value('pool', i)))),
    el('td', {}, lacks ? say('missing') : table.shown(one.column, i),
      lacks && one.missing === 'mean_points' ? el('small', {}, say('mean_points')) : null),
    el('td', {}, number(weight, Number.isInteger(weight) ? 0 : 1)),
    el('td', { class: 'points' }, number(points), el('span', { class: 'track' }, bar)));
}

// Points claimed on top: what proves them, what may count, and what did.
function bonusRow({ bonus }, table, i) {
  const claimed = table.value('bonus_points', i);
  if (!bonus || claimed === null) return null;
  const [least, most] = bonus.map((one) => number(one, Number.isInteger(one) ? 0 : 1));
  const proof = table.value('bonus_evidence', i);
  return el('tr', { class: proof === null ? 'lacks' : '', 'data-row': 'bonus' },
    el('th', { scope: 'row' }, say('bonus'), el('small', {}, proof === null ? say('unproved') : proof)),
    el('td', {}, table.shown('bonus_points', i)),
    el('td', {}, `${least} – ${most}`),
    el('td', { class: 'points' }, number(table.value('bonus_score', i))));
}

// What decides the grade, or may, whatever the score.
function reasonLines({ scoring, table }, i) {
  const [exempt, veto] = ['exempt_reason', 'veto_reason'].map((name) => table.value(name, i));
  const open = scoring.exempting.lacking[i];
  const lines = [
    exempt !== null && `${say('exempt')} · ${exempt}`,
    veto !== null && exempt === null && !open && scoring.grades && scoring.grades.veto && `${say('veto', { x: scoring.grades.veto.grade })} · ${veto}`,
    open && say('exempt_open', { x: listing(open.map((name) => say(scoring.exempting.labels[name]))) || say('missing') }),
  ];
  return lines.filter(Boolean).map((line) => el('p', { class: 'warn' }, line));
}

function lackWords(criteria, table, i) {
  const lacking = criteria.filter((one) => table.value(one.column, i) === null);
  if (!lacking.length) return null;
  return el('p', { class: 'warn' }, say('lacking', { x: listing(lacking.map((one) => say(one.label))) }));
}

// A button, and behind it what would lift the grade: it stays open from card to card.
function liftLines(layer, i, pool) {
  const { judge, made } = layer.trial;
  if (!judge.canScore || !Lifting.isAbout(judge, made, i)) return [];
  const answers = el('div', { id: 'lifts', 'aria-live': 'polite' });
  const button = el('button', { type: 'button', id: 'ask-lifts', class: 'ask', 'aria-controls': 'lifts' }, say('lift'));
  const show = () => {
    button.setAttribute('aria-expanded', String(layer.saysLifts));
    answers.hidden = !layer.saysLifts;
    if (layer.saysLifts && !answers.hasChildNodes()) fillLifts(answers, layer, i, pool);
  };
  button.addEventListener('click', () => {
    layer.saysLifts = !layer.saysLifts;
    show();
  });
  show();
  return [el('p', {}, button), answers];
}

// Answer for one criterion after the other, as long as the card that asks is there.
async function fillLifts(answers, { table, trial }, i, pool) {
  const { judge, made } = trial;
  const cells = pool.criteria.map(() => el('dd', {}, '…'));
  answers.append(
    el('dl', { class: 'facts' }, ...pool.criteria.map((one, c) => el('div', { 'data-lift': one.column }, el('dt', {}, say(one.label)), cells[c]))),
    el('p', { class: 'hint' }, say('lift_hint')));
  answers.setAttribute('aria-busy', 'true');
  await new Promise((act) => { setTimeout(act); });
  const lifting = new Lifting(judge, made, i);
  for (const [c, { column }] of pool.criteria.entries()) {
    const about = table.columns[column];
    const isKnown = about && table.value(column, i) !== null;
    const lift = isKnown ? await searched(lifting.nearest(c, about.decimals), () => answers.isConnected) : null;
    if (!answers.isConnected) return;
    cells[c].classList.toggle('lifts', lift !== null);
    cells[c].replaceChildren(...(isKnown ? liftWords(column, about, lifting.valueOf(c), lift) : [say('lift_missing')]));
  }
  answers.setAttribute('aria-busy', 'false');
}

// Now, needed and grade; with more decimals where the two would look the same.
function liftWords(column, { decimals, unit }, now, lift) {
  if (!lift) return [say('lift_none')];
  const said = (value, more, of) => amount(column, value, decimals + more, of);
  let more = 0;
  while (said(now, more, ['', '']) === said(lift.value, more, ['', ''])) more += 1;
  return [`${said(now, more, ['', ''])} → ${said(lift.value, 0, unit)}${colon()}`, el('strong', {}, say('lift_to', { x: lift.grade }))];
}

function scorePart(layer, i) {
  const { scoring, table } = layer;
  if (!scoring) return null;
  const pool = scoring.pools[table.value('pool', i)];
  const grade = table.value('efficiency_grade', i);
  const reasons = reasonLines(layer, i);
  if (!pool) {
    return part('score', say('score'), ...(reasons.length ? reasons : [el('p', {}, say('no_pool'))]));
  }
  const { judge } = layer.trial;
  const full = pool.criteria.reduce((sum, one) => sum + judge.at(`${one.path}.weight`), 0);
  const total = table.value('efficiency_score', i);
  const notes = new Footnotes(layer.origins, pool.criteria.map(({ column }) => column));
  return part('score', say('score'),
    el('p', { class: 'total' },
      el('strong', {}, number(total)),
      el('span', {}, say('of', { x: +full.toFixed(2) })),
      el('span', {}, grade === null ? say('not_graded') : `${say('grade')} ${grade}`),
      el('span', {}, `${say('pool')} ${say(pool.label)}`)),
    ...reasons,
    lackWords(pool.criteria, table, i),
    grid(['indicator', 'value', 'weight', 'points'], [
      ...pool.criteria.map((one) => criterionRow(one, layer, i, notes)), bonusRow(scoring, table, i)]),
    notes.list(),
    el('p', { class: 'hint' }, `${say('source')} ${[...new Set([scoring.document, scoring.grades && scoring.grades.document].filter(Boolean))].join(' ')}`),
    ...liftLines(layer, i, pool));
}

function validity({ effective, expires }) {
  const said = [effective && `${say('effective')} ${effective}`, expires && `${say('until')} ${expires}`];
  return said.filter(Boolean).join(' ');
}

function rulePart(rules) {
  return el('p', { class: 'hint rule' }, `${say('rulebook')} ${[rules.title, validity(rules)].filter(Boolean).join(' · ')}`);
}

const CHIPS = ['efficiency_grade', 'low_efficiency_class', 'control_class'];

function parcelChips(layer, i) {
  const themes = layer.themes.filter((theme) => CHIPS.includes(theme.name));
  return el('p', { class: 'chips' }, ...themes.map((theme) => {
    const { label, colour } = layer.classOf(theme, i);
    return chip(say(label), colour);
  }));
}

function blockLink(layer, i, open) {
  const block = layer.table.value('block_id', i);
  if (block === null) return null;
  return part('block', say('block'),
    el('button', { type: 'button', class: 'link', onclick: () => open(block) }, block));
}

function parcelCard(layer, i, { rules, openBlock, close }) {
  const { table } = layer;
  const places = ['town', 'owner'].map((name) => table.value(name, i)).filter((one) => one !== null);
  return [
    heading(layer.idOf(i), places.join(' · '), close),
    parcelChips(layer, i),
    part('basics', say('basics'), factList(table, layer.facts, i)),
    testPart(say('verdict'), layer.tests, table, i, layer.tests && layer.tests.logic, { judge: layer.trial.judge, origins: layer.origins }),
    scorePart(layer, i),
    blockLink(layer, i, openBlock),
    rulePart(rules),
  ];
}

const CANDIDATES = { y: ['candidate', '#a3195b'], n: ['not_candidate', '#d9d6cf'], u: ['candidate_open', '#efe3ea'] };

function blockCard(layer, i, { rules, close }) {
  const { data, table } = layer;
  const [word, colour] = CANDIDATES[data.candidates[i]];
  return [
    heading(data.ids[i], say('block'), close),
    el('p', { class: 'chips' }, chip(say(word), colour)),
    part('basics', say('basics'), factList(table, data.facts, i)),
    testPart(say('conditions'), data.tests, table, i, data.tests && `${data.tests.logic}_block`),
    rulePart(rules),
  ];
}

function parkCard(layer, i, { close }) {
  const { names, ids, capacity_mu: capacity = null } = layer.data;
  return [
    heading(names[i] || ids[i] || say('park'), say('park'), close),
    capacity && el('dl', { class: 'facts' }, el('div', {},
      el('dt', {}, say('capacity')),
      el('dd', {}, land(capacity[i])))),
  ];
}
