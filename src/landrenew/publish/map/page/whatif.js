// Other numbers than the rulebook's, and what comes of them: the sliders and the sums beside them.

const SHARE_TARGET = 'share.target';
const STEPS = 50;

// The step, 1, 2 or 5 of some power of ten, nearest below a number.
function roundStep(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].find((one) => one * power <= value) * power;
}

const tidy = (value) => Number(value.toPrecision(12));

// Where a slider runs: about from nothing to three times the rulebook's number, which it can stand at.
function sliderSpan({ path, value }) {
  if (path === SHARE_TARGET) return { low: 0.01, high: 1, step: 0.005 };
  const step = roundStep((Math.abs(value) || 1) / STEPS);
  const below = Math.max(1, Math.ceil(Math.abs(value) / step) - 1);
  return { low: tidy(value - below * step), high: tidy(value + 2 * below * step), step };
}

const isWeight = (path) => path.endsWith('.weight');

// A number as it is typed: the target in percent, and thresholds and baselines of shares.
function scaleOf({ path }) {
  const [, column] = /\.([^. ]+)[^.]*\.(?:threshold|baseline)$/.exec(path) || [];
  return path === SHARE_TARGET || (column && isShare(column)) ? 100 : 1;
}

class WhatIf {
  constructor(page) {
    this.page = page;
    this.trial = page.parcels.trial;
    this.pool = null;
    this.rows = new Map();
  }

  // The numbers that can be tried, in groups: target, tests of low efficiency, and pools.
  groups() {
    const { parcels, facts } = this.page;
    const { numbers } = this.trial.judge;
    const groups = [];
    if (facts.share && numbers.has(SHARE_TARGET)) groups.push({ name: 'target', rows: [{ path: SHARE_TARGET, label: say('target') }] });
    if (parcels.tests) groups.push({ name: 'verdict', rows: parcels.tests.tests.flatMap((test) => this.rowOf(test, 'threshold', SIGNS[test.comparison])) });
    if (this.trial.judge.canScore) {
      const pools = Object.entries(parcels.scoring.pools).filter(([, { criteria }]) => criteria.length);
      this.pool ??= pools.length ? pools[0][0] : null;
      const chosen = pools.find(([name]) => name === this.pool);
      if (chosen) groups.push({ name: 'score', pools, rows: chosen[1].criteria.flatMap((one) => [...this.rowOf(one, 'weight', say('weight_word')), ...this.rowOf(one, 'baseline', say('baseline_word'))]) });
    }
    return groups.filter(({ rows }) => rows.length);
  }

  rowOf({ path, label }, key, word) {
    const at = `${path}.${key}`;
    return this.trial.judge.numbers.has(at) ? [{ path: at, label: `${say(label)} ${word}` }] : [];
  }

  fill() {
    this.rows.clear();
    const groups = this.groups();
    const children = groups.length ? [el('details', { open: Boolean(this.isOpen), ontoggle: (event) => this.turn(event.target.open) },
      el('summary', {}, el('h2', {}, say('what_if'))),
      el('p', { class: 'hint' }, say('what_if_hint')),
      el('div', { id: 'what-if-sums' }),
      ...groups.map((one) => this.group(one)))] : [];
    this.page.fill('what-if', children);
    this.update();
  }

  // The first judgement takes a while: it is made while the reader looks at what has opened.
  turn(isOpen) {
    this.isOpen = isOpen;
    if (isOpen) setTimeout(() => this.trial.prepare());
  }

  group({ name, pools, rows }) {
    const choice = pools && pools.length > 1 ? el('select', {
      id: 'what-if-pool', 'aria-label': say('pool'), onchange: (event) => { this.pool = event.target.value; this.fill(); },
    }, ...pools.map(([key, { label }]) => el('option', { value: key, selected: key === this.pool }, say(label)))) : null;
    return el('fieldset', { 'data-group': name }, el('legend', {}, say(name)), choice, ...rows.map((one) => this.row(one)));
  }

  // A number with its slider, its box and the way back.
  row({ path, label }) {
    const about = this.trial.judge.numbers.get(path);
    const scale = scaleOf(about);
    const { low, high, step } = sliderSpan(about);
    const unit = isWeight(path) ? say('points_unit') : scale === 100 ? '%' : say(about.unit);
    const shown = (value) => String(tidy(value * scale));
    const attributes = { 'data-path': path, 'aria-label': `${label} ${unit}`.trim(), step: 'any' };
    const slider = el('input', { ...attributes, type: 'range', min: shown(low), max: shown(high), step: shown(step) });
    const box = el('input', { ...attributes, type: 'number' });
    const read = (from) => (from.value !== '' && Number(from.value) > 0 ? tidy(Number(from.value) / scale) : null);
    slider.addEventListener('input', () => this.try(path, read(slider)));
    slider.addEventListener('change', () => this.settle(path, read(slider)));
    box.addEventListener('change', () => this.settle(path, read(box)));
    const back = el('button', { type: 'button', class: 'link', 'data-back': path, onclick: () => this.settle(path, null) },
      `${say('rulebook')} ${shown(about.value)}`);
    this.rows.set(path, { slider, box, back, shown });
    return el('div', { class: 'tried', title: `${say(about.label)}\n${about.document}` },
      el('span', {}, label, el('small', {}, ` ${unit}`)), back, slider, box);
  }

  try(path, value) {
    this.trial.judge.set(path, value);
    this.show(path);
  }

  // Try a number and leave it at that: a step that can be taken back.
  settle(path, value) {
    this.try(path, value);
    this.page.remember(true);
  }

  show(path = null) {
    this.trial.show();
    this.page.showTrial(path);
  }

  clear() {
    this.trial.setAll([]);
    this.show();
    this.page.remember(true);
  }

  // Bring sliders, boxes, sums and the word of warning to what holds now.
  update() {
    const { judge } = this.trial;
    for (const [path, { slider, box, back, shown }] of this.rows) {
      const value = shown(judge.at(path));
      if (slider.value !== value) slider.value = value;
      if (box.value !== value) box.value = value;
      back.hidden = !judge.tried.has(path);
    }
    const sums = document.getElementById('what-if-sums');
    if (sums) sums.replaceChildren(...this.sums());
    const banner = document.getElementById('trial');
    banner.hidden = !judge.isTrying;
    banner.replaceChildren(...(judge.isTrying ? this.warning() : []));
  }

  // What is tried instead of what, number by number.
  said() {
    const { judge } = this.trial;
    return [...judge.tried].map(([path, value]) => {
      const about = judge.numbers.get(path);
      const scale = scaleOf(about);
      return `${say(about.label)} ${tidy(about.value * scale)} → ${tidy(value * scale)}${scale === 100 ? '%' : ''}`;
    });
  }

  warning() {
    const said = this.said();
    return [
      el('strong', {}, say('trying')),
      named('span', clauses(said), { class: 'trial-said' }),
      el('button', { type: 'button', class: 'link', id: 'trial-clear', onclick: () => this.clear() }, say('back_to_rules')),
    ];
  }

  // By class, how many parcels there are, and how many and how much land more or less than in the run.
  sums() {
    return this.trial.judgedThemes().map(([theme, before]) => {
      const [now, was] = [theme.tally[''], before.tally['']];
      const decimals = landDecimals(was.reduce((sum, [, mu]) => sum + mu, 0));
      const more = (value, digits) => `${value > 0 ? '+' : ''}${number(value, digits)}`;
      const rows = theme.classes.map((one, at) => {
        const [[count, mu], [counted, land]] = [now[at], was[at] || [0, 0]];
        return el('tr', {}, el('th', { scope: 'row' }, el('span', { class: 'class' }, swatch(one), el('span', {}, say(one.label)))),
          el('td', {}, number(count, 0)), el('td', {}, more(count - counted, 0)), el('td', {}, more(roundTo(mu - land, decimals) + 0, decimals)));
      });
      const heads = [say(theme.label), say('count'), '±', `± ${say('area')}`];
      return el('table', { class: 'legend', 'data-sums': theme.name },
        el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))), el('tbody', {}, ...rows));
    });
  }
}
