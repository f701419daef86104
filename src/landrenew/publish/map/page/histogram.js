// The parcels by a number, as bars over round bounds: a drag over them sets the span of that number
// that the filters keep, a click on a bar its values, and so do two handles by the keys.

// So many bins at least, and at most two and a half times as many.
const LEAST_BINS = 12;
// What lies beyond these shares of the parcels is gathered into the bins at the ends.
const TAIL = 0.01;
const NO_BIN = 255;
// A pointer that went less far is a click [pixels].
const STILL = 4;
// Bounds that Page up and Page down leap over.
const LEAP = 5;
// A bound is written where it has so much of the width to either side.
const TICK_ROOM = 0.19;

// Bins of one column. They are counted in units of its last decimal, so that no bound is off by an
// arithmetic error: bin k holds the units from (first + k) * step up to the next bound.
class Bins {
  constructor(values, decimals) {
    this.scale = 10 ** decimals;
    const rising = values.filter((one) => !Number.isNaN(one)).sort();
    this.isEmpty = rising.length === 0;
    if (this.isEmpty) return;
    const [least, most] = [rising[0], rising[rising.length - 1]];
    let [low, high] = extremesOf(rising, TAIL);
    if (low === high) [low, high] = [least, most]; // nearly all are one value: the others shall show
    this.step = roundStep(Math.max(1, ((high - low) * this.scale) / LEAST_BINS));
    this.isSingle = this.step === 1;
    this.first = this.along(low);
    this.count = Math.max(1, this.bound(high) - this.first);
    this.hasTails = [this.along(least) < this.first, most > this.edge(this.count)];
    this.of = new Uint8Array(values.length).fill(NO_BIN);
    for (let i = 0; i < values.length; i += 1) {
      if (!Number.isNaN(values[i])) this.of[i] = Math.max(0, Math.min(this.count - 1, this.along(values[i]) - this.first));
    }
  }

  along(value) { return Math.floor(rint(value * this.scale) / this.step); }

  // The bound that ends the chart: one that is itself the highest value, as 100 % is, has no bin behind it.
  bound(value) { return this.isSingle ? this.along(value) + 1 : Math.ceil(rint(value * this.scale) / this.step); }

  // The bound before bin k.
  edge(k) { return ((this.first + k) * this.step) / this.scale; }

  // The span of the bins from one up to another, as a filter has it: open at the ends of the chart.
  span(from, to) {
    const last = ((this.first + to) * this.step - 1) / this.scale;
    return [from <= 0 ? null : this.edge(from), to >= this.count ? null : last];
  }

  // Where a span begins and ends, in bins.
  places([low, high]) {
    const place = (units) => Math.max(0, Math.min(this.count, units / this.step - this.first));
    return [low === null ? 0 : place(low * this.scale), high === null ? this.count : place(high * this.scale + 1)];
  }
}

// Parcels and land of each bin: of all that the other filters keep, and of those in the span as well.
function tallyOf(filters, name, bins) {
  const { parcels } = filters;
  const made = () => new Float64Array(bins.count);
  const tally = { all: { count: made(), land: made() }, kept: { count: made(), land: made() }, missing: 0 };
  const values = parcels.table.rounded(name, parcels.count);
  const [least, most] = filters.endsOf(name);
  const others = filters.test(name);
  for (let i = 0; i < parcels.count; i += 1) {
    if (others && !others(i)) continue;
    const bin = bins.of[i];
    if (bin === NO_BIN) {
      tally.missing += 1;
      continue;
    }
    const land = parcels.landOf(i) / M2_PER_MU;
    tally.all.count[bin] += 1;
    tally.all.land[bin] += land;
    if (values[i] < least || values[i] > most) continue;
    tally.kept.count[bin] += 1;
    tally.kept.land[bin] += land;
  }
  return tally;
}

const LINE_MARKS = { count: 'parcels_unit', land: 'area_unit' };
const partOf = (value, of) => `${(100 * value) / of}%`;

class Histogram {
  // follow() is called whenever the span has changed, settle() when it is to stay.
  constructor(filters, { follow, settle }) {
    Object.assign(this, { filters, follow, settle, by: 'count' });
  }

  get parcels() { return this.filters.parcels; }

  get span() { return this.filters.spans.get(this.name) || [null, null]; }

  // A chart of a column, in the language that is chosen.
  build(name) {
    const { table, count } = this.parcels;
    const { decimals } = table.columns[name];
    const values = table.rounded(name, count);
    if (this.values !== values) [this.values, this.bins] = [values, new Bins(values, decimals)];
    this.name = name;
    this.drag = null;
    this.node = el('figure', { class: 'histogram' });
    if (this.bins.isEmpty) {
      this.node.append(el('figcaption', {}, say('no_data', { n: number(count, 0) })));
      return this.node;
    }
    this.missing = el('span', { class: 'no-data' });
    this.picture = svg('svg', { viewBox: `0 0 ${this.bins.count} 100`, preserveAspectRatio: 'none', role: 'img' });
    this.scaleLine = el('div', { class: 'scale-line' });
    this.brushed = el('div', { class: 'brushed' });
    this.plot = el('div', { class: 'plot' }, el('div', { class: 'bars' }, this.brushed, this.picture, this.scaleLine), ...this.thresholdLines());
    this.handles = ['low', 'high'].map((end, at) => this.handle(end, at));
    this.caption = el('figcaption');
    this.node.append(el('div', { class: 'measures' }, this.measures(), this.missing), this.plot,
      el('div', { class: 'handles' }, ...this.handles), this.ticks(), this.caption);
    this.listen();
    this.say(null);
    this.update();
    return this.node;
  }

  // Whether the bars count parcels or land.
  measures() {
    const choose = (by) => {
      this.by = by;
      for (const one of group.children) one.setAttribute('aria-pressed', String(one.dataset.by === by));
      this.update();
    };
    const group = el('div', { class: 'switch', role: 'group', 'aria-label': say('bars') },
      ...['count', 'land'].slice(0, this.parcels.land ? 2 : 1).map((by) => el('button', {
        type: 'button', 'data-by': by, 'aria-pressed': String(by === this.by), onclick: () => choose(by),
      }, say(`by_${by}`))));
    return group;
  }

  // The thresholds of the rulebook on this column, or those that are tried instead.
  thresholdLines() {
    const { tests, trial: { judge } } = this.parcels;
    return (tests ? tests.tests : []).filter(({ column, word }) => column === this.name && word === null).map((test, k) => {
      const path = `${test.path}.threshold`;
      const value = thresholdOf(test, judge);
      const place = this.bins.places([value, null])[0] / this.bins.count;
      const isOff = value < this.bins.edge(0) || value > this.bins.edge(this.bins.count);
      const side = place < 0.5 ? 'is-left' : 'is-right';
      const text = `${say(judge.tried.has(path) ? 'tried' : 'rulebook')} ${SIGNS[test.comparison]} ${plain(this.name, value, ['', ''])}`;
      const said = isOff ? (place < 0.5 ? `◂ ${text}` : `${text} ▸`) : text;
      const line = el('div', { class: `threshold ${side}${isOff ? ' is-off' : ''}`, 'data-path': path }, el('span', {}, said));
      line.style.left = partOf(place, 1);
      line.style.setProperty('--row', k);
      return line;
    });
  }

  // Bounds stand below the lines between the bars; where a bar is one value, that stands below it.
  ticks() {
    const { bins, name } = this;
    const [last, middle] = bins.isSingle ? [bins.count - 1, 0.5] : [bins.count, 0];
    const every = [1, 2, 5, 10, 20].find((one) => one >= TICK_ROOM * bins.count) || bins.count;
    const isTick = (k) => (bins.first + k) % every === 0 && Math.min(k, last - k) >= TICK_ROOM * bins.count;
    const made = el('div', { class: 'ticks', 'aria-hidden': 'true' });
    for (let k = 0; k <= last; k += 1) {
      if (k > 0 && k < last && !isTick(k)) continue;
      const said = plain(name, bins.edge(k), ['', '']);
      const sign = k === 0 && bins.hasTails[0] ? '≤ ' : k === last && bins.hasTails[1] ? '≥ ' : '';
      const tick = el('span', {}, `${sign}${said}`);
      tick.style.left = partOf(k + middle, bins.count);
      made.append(tick);
    }
    return made;
  }

  // Bring bars, handles and sums to what the filters keep.
  update() {
    if (!this.bins || this.bins.isEmpty) return;
    const { bins, by, name, span } = this;
    this.tally = tallyOf(this.filters, name, bins);
    const { all, kept, missing } = this.tally;
    const most = Math.max(...all[by]);
    this.picture.replaceChildren(this.bars(all[by], most, 'is-pale'), this.bars(kept[by], most, 'is-kept'));
    this.picture.setAttribute('aria-label', this.summary());
    this.missing.textContent = missing ? say('no_data', { n: number(missing, 0) }) : '';
    this.drawScale(most);
    const [from, to] = bins.places(span);
    const isSet = span.some((end) => end !== null);
    this.brushed.hidden = !isSet;
    this.node.classList.toggle('is-set', isSet);
    this.brushed.style.left = partOf(from, bins.count);
    this.brushed.style.width = partOf(to - from, bins.count);
    this.placeHandles(from, to);
  }

  // A bin that holds anything is seen, be it ever so little.
  bars(heights, most, kind) {
    let drawn = '';
    heights.forEach((one, k) => {
      if (one > 0) drawn += `M${k + 0.06} 100V${(100 - Math.max(1.5, (100 * one) / most)).toFixed(2)}H${k + 0.94}V100Z`;
    });
    return svg('path', { d: drawn, class: kind });
  }

  // One line at a round number says how high the bars are.
  drawScale(most) {
    this.scaleLine.hidden = !(most > 0);
    if (!(most > 0)) return;
    const round = roundStep(most);
    this.scaleLine.style.bottom = partOf(round, most);
    this.scaleLine.replaceChildren(el('span', {}, `${round.toLocaleString('en-US')} ${say(LINE_MARKS[this.by])}`));
  }

  summary() {
    const { table } = this.parcels;
    const known = this.tally.all.count.reduce((sum, one) => sum + one, 0);
    return `${say('distribution', { x: table.label(this.name) })} ${parcelCount(known)}`;
  }

  // What a bin holds, or how to use the chart.
  say(bin) {
    if (bin === null) {
      this.caption.textContent = say('brush_how');
      return;
    }
    const { bins, name, by, tally: { all } } = this;
    const total = all[by].reduce((sum, one) => sum + one, 0);
    const sums = [parcelCount(all.count[bin]), ...(this.parcels.land ? [land(all.land[bin])] : []), percent(total > 0 ? all[by][bin] / total : null)];
    this.caption.replaceChildren(el('strong', {}, endsWords(this.parcels.table, name, bins.span(bin, bin + 1))), ` ${sums.join(' · ')}`);
  }

  // Set the span to the bins from one up to another; the map follows.
  choose([low, high]) {
    const [was, wasTo] = this.span;
    if (low === was && high === wasTo) return;
    this.filters.setSpan(this.name, low, high);
    this.follow();
  }

  // Where the pointer is, in bins.
  placeOf({ clientX }) {
    const { left, width } = this.plot.getBoundingClientRect();
    return Math.max(0, Math.min(this.bins.count, ((clientX - left) / width) * this.bins.count));
  }

  binOf(event) { return Math.min(this.bins.count - 1, Math.floor(this.placeOf(event))); }

  listen() {
    const { plot } = this;
    plot.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      plot.setPointerCapture(event.pointerId);
      this.drag = { from: this.binOf(event), at: event.clientX, before: this.span, hasMoved: false };
      this.say(this.drag.from);
    });
    plot.addEventListener('pointermove', (event) => this.move(event));
    plot.addEventListener('pointerup', () => this.drop());
    plot.addEventListener('pointercancel', () => {
      if (this.drag) this.choose(this.drag.before);
      this.drag = null;
    });
    plot.addEventListener('pointerleave', () => this.say(null));
  }

  move(event) {
    const { drag } = this;
    const bin = this.binOf(event);
    this.say(bin);
    if (!drag) return;
    drag.hasMoved ||= Math.abs(event.clientX - drag.at) >= STILL;
    if (drag.hasMoved) this.choose(this.bins.span(Math.min(drag.from, bin), Math.max(drag.from, bin) + 1));
  }

  // A click chooses one bar; on the bar that is chosen it lets go of it.
  drop() {
    const { drag } = this;
    if (!drag) return;
    this.drag = null;
    if (!drag.hasMoved) {
      const span = this.bins.span(drag.from, drag.from + 1);
      const isChosen = span.every((end, at) => end === this.span[at]);
      this.choose(isChosen ? [null, null] : span);
    }
    this.settle();
  }

  // One end of the span: dragged, or moved from bound to bound by the keys.
  handle(end, at) {
    const made = el('div', {
      class: `handle handle-${end}`, role: 'slider', tabindex: '0', 'data-end': end, 'aria-orientation': 'horizontal',
      'aria-label': `${this.parcels.table.label(this.name)} ${say(`${end}_end`)}`,
    });
    made.addEventListener('keydown', (event) => this.press(event, at));
    made.addEventListener('keyup', () => this.settle());
    made.addEventListener('pointerdown', (event) => {
      made.setPointerCapture(event.pointerId);
      this.held = at;
    });
    made.addEventListener('pointermove', (event) => { if (this.held === at) this.pull(at, Math.round(this.placeOf(event))); });
    for (const one of ['pointerup', 'pointercancel']) {
      made.addEventListener(one, () => {
        this.held = null;
        this.settle();
      });
    }
    return made;
  }

  press(event, at) {
    const { count } = this.bins;
    const place = this.bins.places(this.span)[at];
    const [back, on] = [Math.ceil(place - 1e-9) - 1, Math.floor(place + 1e-9) + 1];
    const to = {
      ArrowLeft: back, ArrowDown: back, ArrowRight: on, ArrowUp: on,
      PageDown: back - LEAP + 1, PageUp: on + LEAP - 1, Home: 0, End: count,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.pull(at, to);
  }

  // Move one end to a bound; at least one bin stays between the two, and the other end stays as it is.
  pull(at, to) {
    const { bins } = this;
    const other = bins.places(this.span)[1 - at];
    const bound = at === 0 ? Math.max(0, Math.min(to, Math.ceil(other) - 1)) : Math.min(bins.count, Math.max(to, Math.floor(other) + 1));
    const span = [...this.span];
    span[at] = bins.span(bound, bound)[at];
    this.choose(span);
  }

  placeHandles(from, to) {
    const { bins, name, span, handles } = this;
    const { unit } = this.parcels.table.columns[name];
    const [least, most] = [bins.edge(0), bins.edge(bins.count)];
    const within = (value) => Math.max(least, Math.min(most, value));
    const now = [span[0] === null ? least : within(span[0]), span[1] === null ? most : within(span[1])];
    const range = [[least, now[1]], [now[0], most]];
    handles.forEach((one, at) => {
      one.style.left = partOf([from, to][at], bins.count);
      const said = {
        valuemin: range[at][0], valuemax: range[at][1], valuenow: now[at],
        valuetext: span[at] === null ? say('no_bound') : `${at === 0 ? '≥' : '≤'} ${plain(name, span[at], unit)}`,
      };
      for (const [key, value] of Object.entries(said)) one.setAttribute(`aria-${key}`, String(value));
    });
  }
}
