// Judging the parcels anew: what landrenew.assess does, on the same figures, to the same grades. Every
// number in it is the rulebook's, found by its path, or one that the reader tries instead.

// Figures count to nine decimals when they are compared.
const COMPARED = 1e9;
const UNGRADED = -1;
const [FAILS, HOLDS, OPEN] = [0, 1, 2];
const LETTERS = 'nyu';

// Round half to even, as numpy does: adding this leaves no room for what is behind the point.
const WHOLE = 1.5 * 2 ** 52;
const rint = (x) => (Math.abs(x) < 2 ** 51 ? x + WHOLE - WHOLE : Math.round(x));
const roundTo = (value, decimals) => rint(value * 10 ** decimals) / 10 ** decimals;
const compared = (value) => rint(value * COMPARED) / COMPARED;

// Browsers make short loops of their own quick at once; within a long function they take a while.
function addTo(sums, values) {
  for (let k = 0; k < sums.length; k += 1) sums[k] += values[k];
}

// The exact sum of many numbers, nearly: what each addition loses is added up as well.
function carefulSum(values) {
  let [sum, lost] = [0, 0];
  for (const one of values) {
    const next = sum + one;
    lost += Math.abs(sum) >= Math.abs(one) ? (sum - next) + one : (one - next) + sum;
    sum = next;
  }
  return sum + lost;
}

// The first place in rising numbers where one is not below a value, or is above it.
function placeIn(rising, value, isAfter) {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] < value || (isAfter && rising[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function quantile(rising, share) {
  const at = share * (rising.length - 1);
  const low = Math.floor(at);
  const [a, b, part] = [rising[low], rising[Math.min(low + 1, rising.length - 1)], at - low];
  return part < 0.5 ? a + (b - a) * part : b - (b - a) * (1 - part);
}

const extremesOf = (rising, tail) => (tail
  ? [quantile(rising, tail), quantile(rising, 1 - tail)] : [rising[0], rising[rising.length - 1]]);

// Points of a value by each form of criterion; NaN stays NaN.
const FORMS = {
  ratio({ baseline, baseline_factor: factor, cap, floor, weight }) {
    const full = baseline * factor;
    return (value) => {
      let points = value / full;
      if (floor !== null && points < floor) points = floor;
      if (cap !== null && points > cap) points = cap;
      return points * weight;
    };
  },

  min_max({ low, tail_share: tail, weight }, rising) {
    if (!rising.length) return () => NaN;
    const [least, most] = extremesOf(rising, tail);
    const span = most > least ? most - least : NaN;
    return (value) => {
      const within = tail ? Math.min(Math.max(value, least), most) : value;
      return (weight * (low + (100 - low) * ((within - least) / span))) / 100;
    };
  },

  rank({ weight }, rising) {
    const others = rising.length - 1;
    const exact = rising.map(compared);
    return (value) => {
      if (others < 1 || Number.isNaN(value)) return NaN;
      const same = compared(value);
      const place = (placeIn(exact, same, false) + placeIn(exact, same, true) - 1) / 2;
      return (weight * place) / others;
    };
  },
};

// One criterion of a pool, on the values of the pool's rows.
class Criterion {
  constructor(said, values, marks) {
    const { exempt, open } = marks;
    Object.assign(this, { said, values, marks, exempt });
    const isKnown = (_, k) => !exempt[k] && !Number.isNaN(values[k]);
    this.isRelative = said.form !== 'ratio';
    this.rising = this.isRelative ? values.filter(isKnown).sort() : []; // a ratio asks nobody else
    this.takesMean = said.missing === 'mean_points';
    const mayCount = (k) => open[k] && !Number.isNaN(values[k]);
    if (values.some((_, k) => mayCount(k))) {
      this.lackingHang = this.takesMean;
      this.knownHang = this.isRelative && !this.isSettled(values.filter((value, k) => isKnown(value, k) && !open[k]));
    }
  }

  // Whether the scale is the same without the rows that may be exempt.
  isSettled(sure) {
    const { form, tail_share: tail } = this.said;
    if (form !== 'min_max' || tail || !sure.length) return false;
    sure.sort();
    return sure[0] === this.rising[0] && sure[sure.length - 1] === this.rising[this.rising.length - 1];
  }

  // Points of each row; they stay for as long as the numbers do.
  earned(numbers) {
    const isSame = this.points && numbers.weight === this.by.weight && numbers.baseline === this.by.baseline;
    if (!isSame) [this.by, this.points] = [numbers, this.pointsBy(numbers)];
    return this.points;
  }

  pointsBy(numbers) {
    const { said, values, exempt, isRelative } = this;
    const formula = FORMS[said.form]({ ...said, ...numbers }, this.rising);
    const points = new Float64Array(values.length);
    for (let k = 0; k < values.length; k += 1) points[k] = isRelative && exempt[k] ? NaN : formula(values[k]);
    if (this.takesMean) {
      const known = points.filter((one, k) => !exempt[k] && !Number.isNaN(one));
      const mean = known.length ? carefulSum(known) / known.length : NaN;
      values.forEach((value, k) => { if (Number.isNaN(value)) points[k] = mean; });
    }
    return points;
  }

  // Whether the points of a row hang on rows that may be exempt.
  hangs(k) {
    return Number.isNaN(this.values[k]) ? Boolean(this.lackingHang) : Boolean(this.knownHang) && !this.exempt[k];
  }

  // The same criterion with the value of one row changed.
  with(k, value) {
    const values = this.values.slice();
    values[k] = value;
    return new Criterion(this.said, values, this.marks);
  }

  get canHang() { return this.lackingHang || this.knownHang; }

  // Whether a value that changes may move the points of other rows.
  get movesOthers() { return this.isRelative || (this.takesMean && this.values.some(Number.isNaN)); }
}

class Judge {
  constructor(parcels, numbers) {
    this.numbers = new Map(numbers.map((one) => [one.path, one]));
    this.tried = new Map();
    const { count, table, scoring, tests } = parcels;
    Object.assign(this, { count, table, scoring, tests });
    [this.kept, this.exact] = [{}, {}];
  }

  get marks() { return (this.readOnce ||= this.readMarks()); }

  get isTrying() { return this.tried.size > 0; }

  // The number at a path: the one that is tried, else the rulebook's.
  at(path) {
    const tried = this.tried.get(path);
    return tried === undefined ? this.numbers.get(path).value : tried;
  }

  // Try a number; null and the rulebook's own take it back.
  set(path, value) {
    const before = this.at(path);
    if (value === null || value === this.numbers.get(path).value) this.tried.delete(path);
    else this.tried.set(path, value);
    if (this.at(path) !== before) this.forget(path);
  }

  clear() {
    this.tried.clear();
    this.kept = {};
  }

  // What hangs on a number is worked out anew, the rest stays: a threshold moves no score, and most
  // tests read none.
  forget(path) {
    const moves = path.startsWith('scoring.') ? ['scores', 'grades', ...this.testsOfScores()] : [path];
    for (const key of moves) delete this.kept[key];
    if (moves.some((key) => key.startsWith('low_efficiency.'))) delete this.kept.verdicts;
  }

  testsOfScores() {
    const tests = this.tests ? this.tests.tests : [];
    return tests.filter(({ column }) => column.startsWith('efficiency_')).map(({ path }) => `${path}.threshold`);
  }

  once(key, make) { return (this.kept[key] ||= make()); }

  // Whether the parcels are scored here: the run scored them, and says in which pool each is.
  get canScore() { return Boolean(this.scoring) && this.table.has('pool') && this.table.has('efficiency_score'); }

  readMarks() {
    const { table, count } = this;
    const flags = (test) => Uint8Array.from({ length: count }, (_, i) => (test(i) ? 1 : 0));
    const is = (name) => (table.has(name) ? (i) => table.value(name, i) !== null : () => false);
    const [exempt, veto] = [flags(is('exempt_reason')), is('veto_reason')];
    const doubt = table.has('exempt_class') ? table.holds('exempt_class', 'undetermined') : () => false;
    const open = flags((i) => !exempt[i] && doubt(i));
    return { exempt, open, vetoed: flags((i) => !exempt[i] && !open[i] && veto(i)) };
  }

  // The pools with the rows of each; read when they are first asked for.
  get pools() {
    this.readPools ||= Object.entries(this.scoring.pools).map(([name, { criteria }]) => {
      const isMine = this.table.holds('pool', name);
      const rows = Uint32Array.from({ length: this.count }, (_, i) => i).filter(isMine);
      const of = (flags) => Uint8Array.from(rows, (i) => flags[i]);
      const marks = { exempt: of(this.marks.exempt), open: of(this.marks.open) };
      return { name, rows, criteria: criteria.map((one) => {
        const figures = this.table.figures(one.column, this.count);
        return new Criterion(one, Float64Array.from(rows, (i) => figures[i]), marks);
      }) };
    });
    return this.readPools;
  }

  // What the points of a pool run between by a criterion of that form.
  extremes(pool, { path, tail_share: tail }) {
    const { rising } = this.pools.find(({ name }) => name === pool).criteria.find(({ said }) => said.path === path);
    return rising.length ? extremesOf(rising, tail) : [null, null];
  }

  // The score as far as it can be told, and what each criterion gave to it.
  scored() {
    const [score, unsettled, pools] = [new Float64Array(this.count).fill(NaN), new Uint8Array(this.count), []];
    for (const { rows, criteria } of this.pools) {
      if (!criteria.length) continue; // nobody outside has read them
      const earned = criteria.map((one) => one.earned(this.numbersOf(one.said)));
      const told = this.summed(rows, criteria, earned);
      for (let k = 0; k < rows.length; k += 1) {
        score[rows[k]] = told.score[k];
        unsettled[rows[k]] = told.unsettled[k];
      }
      pools.push({ rows, criteria, earned });
    }
    return { score, unsettled, pointsOf: (column, i) => pointsIn(pools, column, i) };
  }

  // The scores of a pool's rows by what each criterion gives them, as far as they can be told.
  summed(rows, criteria, earned) {
    const [score, unsettled] = [new Float64Array(rows.length), new Uint8Array(rows.length)];
    const bonus = this.table.has('bonus_score') ? this.table.figures('bonus_score', this.count) : null;
    const hanging = criteria.filter((one) => one.canHang);
    for (const points of earned) addTo(score, points);
    for (let k = 0; hanging.length && k < rows.length; k += 1) {
      if (!hanging.some((one) => one.hangs(k))) continue;
      unsettled[k] = Number.isNaN(score[k]) ? 0 : 1;
      score[k] = NaN;
    }
    if (bonus) for (let k = 0; k < rows.length; k += 1) score[k] += bonus[rows[k]] || 0;
    return { score, unsettled };
  }

  // The numbers of a criterion that hold now.
  numbersOf({ path, form }) {
    const weight = this.at(`${path}.weight`);
    return form === 'ratio' ? { weight, baseline: this.at(`${path}.baseline`) } : { weight };
  }

  // Grades as places among the letters, the exempt behind them; -1 where there is none.
  graded({ score, unsettled }) {
    const { grades } = this.scoring;
    const { exempt, open, vetoed } = this.marks;
    const letters = grades.classes.map((one) => one.grade);
    const codes = new Int8Array(this.count).fill(UNGRADED);
    const isRanked = this.rankable();
    for (const { rows } of this.pools) {
      if (grades.form === 'rank' && rows.some((i) => unsettled[i] && isRanked[i])) continue;
      const { mine, exact, doubt } = this.ranked(rows, score);
      const found = grades.form === 'bars' ? belowBars(exact, grades) : byRank(exact, doubt, grades);
      for (let k = 0; k < mine.length; k += 1) codes[mine[k]] = found[k];
    }
    for (let i = 0; i < this.count; i += 1) {
      if (grades.veto && vetoed[i]) codes[i] = letters.indexOf(grades.veto.grade);
      if (exempt[i]) codes[i] = letters.length;
      if (open[i]) codes[i] = UNGRADED;
    }
    return codes;
  }

  // The rows of a pool that take a place among the others, with their scores as they are compared and
  // whether they may be exempt; the same room serves the next pool.
  ranked(rows, score) {
    const { count, marks: { open } } = this;
    const room = (this.room ||= { mine: new Uint32Array(count), exact: new Float64Array(count), doubt: new Uint8Array(count) });
    const isRanked = this.rankable();
    let many = 0;
    for (let k = 0; k < rows.length; k += 1) {
      const i = rows[k];
      if (!isRanked[i] || score[i] !== score[i]) continue; // NaN equals nothing
      room.mine[many] = i;
      room.exact[many] = compared(score[i]);
      room.doubt[many] = open[i];
      many += 1;
    }
    return { mine: room.mine.subarray(0, many), exact: room.exact.subarray(0, many), doubt: room.doubt.subarray(0, many) };
  }

  // Which rows take a place among the others, if they have a score.
  rankable() {
    this.canRank ||= Uint8Array.from({ length: this.count }, (_, i) => (this.isRanked(i) ? 1 : 0));
    return this.canRank;
  }

  isRanked(i) {
    const { veto } = this.scoring.grades;
    return !this.marks.exempt[i] && !(this.marks.vetoed[i] && veto && !veto.is_ranked);
  }

  // Everything at the numbers that hold now: points, score, grades, outcomes of tests and verdicts.
  judged() {
    const made = { ...(this.canScore ? this.once('scores', () => this.scored()) : {}) };
    made.grades = this.canScore && this.scoring.grades ? this.once('grades', () => this.graded(made)) : null;
    if (this.tests) {
      made.outcomes = this.tests.tests.map((test) => this.once(`${test.path}.threshold`, () => this.outcomes(test, made)));
      made.verdicts = this.once('verdicts', () => joined(made.outcomes, this.tests.logic, this.count));
    }
    return made;
  }

  // The outcome of a test for each row: the run's, where the page lacks the column it reads.
  outcomes(test, { score, grades }) {
    const { column, path, word } = test;
    if (!this.table.has(column)) return Uint8Array.from({ length: this.count }, (_, i) => LETTERS.indexOf(test.outcomes.at(i)));
    const found = new Uint8Array(this.count).fill(OPEN);
    if (word !== null) {
      const holds = column === 'efficiency_grade' && grades ? this.holdsGrade(grades, word) : this.table.holds(column, word);
      const isKnown = column === 'efficiency_grade' && grades ? (i) => grades[i] !== UNGRADED : (i) => this.table.value(column, i) !== null;
      for (let i = 0; i < this.count; i += 1) if (isKnown(i)) found[i] = holds(i) ? HOLDS : FAILS;
      return found;
    }
    const figures = column === 'efficiency_score' && score ? score.map(compared) : this.comparedFigures(column);
    const compare = COMPARISONS[test.comparison];
    const threshold = Number(this.at(`${path}.threshold`).toFixed(9));
    for (let i = 0; i < this.count; i += 1) {
      const figure = figures[i];
      if (figure === figure) found[i] = compare(figure, threshold) ? HOLDS : FAILS; // NaN equals nothing
    }
    return found;
  }

  // Figures of a column as they are compared; they hang on no number.
  comparedFigures(name) {
    this.exact[name] ||= this.table.figures(name, this.count).map(compared);
    return this.exact[name];
  }

  // The grades by their codes, the exempt behind them.
  gradeWords() {
    const { classes, exempt } = this.scoring.grades;
    return [...classes.map((one) => one.grade), exempt];
  }

  holdsGrade(grades, word) {
    const code = this.gradeWords().indexOf(word);
    return (i) => grades[i] === code;
  }
}

// Points of a row by a column of them; NaN where its pool has none, or they hang on others.
function pointsIn(pools, column, i) {
  for (const { rows, criteria, earned } of pools) {
    const k = placeIn(rows, i, false);
    const c = rows[k] === i ? criteria.findIndex(({ said }) => said.points === column) : -1;
    if (c >= 0) return criteria[c].canHang && criteria[c].hangs(k) ? NaN : earned[c][k];
  }
  return NaN;
}

const COMPARISONS = {
  below: (a, b) => a < b,
  at_most: (a, b) => a <= b,
  above: (a, b) => a > b,
  at_least: (a, b) => a >= b,
  equals: (a, b) => a === b,
};

// Verdicts from the outcomes of tests: open only where what is missing could turn it.
function joined(outcomes, logic, count) {
  const [one, every] = logic === 'any' ? [HOLDS, FAILS] : [FAILS, HOLDS];
  const verdicts = new Uint8Array(count).fill(every);
  for (const test of outcomes) {
    for (let i = 0; i < count; i += 1) {
      if (test[i] === one) verdicts[i] = one;
      else if (test[i] === OPEN && verdicts[i] === every) verdicts[i] = OPEN;
    }
  }
  return verdicts;
}
