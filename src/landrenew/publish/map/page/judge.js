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
  constructor(said, values, { exempt, open }) {
    Object.assign(this, { said, values, exempt });
    const isKnown = (_, k) => !exempt[k] && !Number.isNaN(values[k]);
    this.rising = values.filter(isKnown).sort();
    this.isRelative = said.form !== 'ratio';
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

  // Points of each row, and the formula that gave them.
  earned(numbers) {
    const { said, values, exempt, isRelative } = this;
    const formula = FORMS[said.form]({ ...said, ...numbers }, this.rising);
    const points = values.map((value, k) => (isRelative && exempt[k] ? NaN : formula(value)));
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

  get canHang() { return this.lackingHang || this.knownHang; }
}

class Judge {
  constructor(parcels, numbers) {
    this.parcels = parcels;
    this.numbers = new Map(numbers.map((one) => [one.path, one]));
    this.tried = new Map();
    const { count, table, scoring, tests } = parcels;
    Object.assign(this, { count, table, scoring, tests });
    this.marks = this.readMarks();
  }

  get isTrying() { return this.tried.size > 0; }

  // The number at a path: the one that is tried, else the rulebook's.
  at(path) {
    const tried = this.tried.get(path);
    return tried === undefined ? this.numbers.get(path).value : tried;
  }

  // Try a number; null and the rulebook's own take it back.
  set(path, value) {
    if (value === null || value === this.numbers.get(path).value) this.tried.delete(path);
    else this.tried.set(path, value);
  }

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
      const rows = Uint32Array.from(this.everyRow().filter(isMine));
      const of = (flags) => Uint8Array.from(rows, (i) => flags[i]);
      const marks = { exempt: of(this.marks.exempt), open: of(this.marks.open) };
      return { name, rows, criteria: criteria.map((one) => {
        const figures = this.table.figures(one.column, this.count);
        return new Criterion(one, Float64Array.from(rows, (i) => figures[i]), marks);
      }) };
    });
    return this.readPools;
  }

  everyRow() { return Array.from({ length: this.count }, (_, i) => i); }

  // What the points of a pool run between by a criterion of that form.
  extremes(pool, { path, tail_share: tail }) {
    const { rising } = this.pools.find(({ name }) => name === pool).criteria.find(({ said }) => said.path === path);
    return rising.length ? extremesOf(rising, tail) : [null, null];
  }

  // Points by criterion, and the score: both only as far as they can be told.
  scored() {
    const nothing = () => new Float64Array(this.count).fill(NaN);
    const [score, unsettled, points] = [nothing(), new Uint8Array(this.count), {}];
    const bonus = this.table.has('bonus_score') ? this.table.figures('bonus_score', this.count) : null;
    for (const { rows, criteria } of this.pools) {
      const total = new Float64Array(rows.length);
      const hangs = new Uint8Array(rows.length);
      for (const one of criteria) {
        const earned = one.earned(this.numbersOf(one.said));
        const column = (points[one.said.points] ||= nothing());
        for (let k = 0; k < rows.length; k += 1) {
          total[k] += earned[k];
          if (one.canHang && one.hangs(k)) hangs[k] = 1;
          column[rows[k]] = one.canHang && one.hangs(k) ? NaN : earned[k];
        }
      }
      if (!criteria.length) continue; // nobody outside has read them
      for (let k = 0; k < rows.length; k += 1) {
        unsettled[rows[k]] = hangs[k] && !Number.isNaN(total[k]) ? 1 : 0;
        score[rows[k]] = hangs[k] ? NaN : total[k] + ((bonus && bonus[rows[k]]) || 0);
      }
    }
    return { score, unsettled, points };
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
    const isRanked = (i) => !exempt[i] && !(vetoed[i] && grades.veto && !grades.veto.is_ranked);
    for (const { rows } of this.pools) {
      const mine = rows.filter((i) => !Number.isNaN(score[i]) && isRanked(i));
      if (grades.form === 'rank' && rows.some((i) => unsettled[i] && isRanked(i))) continue;
      const exact = Float64Array.from(mine, (i) => compared(score[i]));
      const found = grades.form === 'bars' ? belowBars(exact, grades)
        : byRank(exact, Uint8Array.from(mine, (i) => open[i]), grades);
      mine.forEach((i, k) => { codes[i] = found[k]; });
    }
    for (let i = 0; i < this.count; i += 1) {
      if (grades.veto && vetoed[i]) codes[i] = letters.indexOf(grades.veto.grade);
      if (exempt[i]) codes[i] = letters.length;
      if (open[i]) codes[i] = UNGRADED;
    }
    return codes;
  }

  // Everything at the numbers that hold now: points, score, grades, outcomes of tests and verdicts.
  judged() {
    const made = this.canScore ? this.scored() : { points: {} };
    made.grades = this.canScore && this.scoring.grades ? this.graded(made) : null;
    if (this.tests) {
      made.outcomes = this.tests.tests.map((test) => this.outcomes(test, made));
      made.verdicts = joined(made.outcomes, this.tests.logic, this.count);
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
    const figures = column === 'efficiency_score' && score ? score : this.table.figures(column, this.count);
    const compare = COMPARISONS[test.comparison];
    const threshold = Number(this.at(`${path}.threshold`).toFixed(9));
    for (let i = 0; i < this.count; i += 1) {
      if (!Number.isNaN(figures[i])) found[i] = compare(compared(figures[i]), threshold) ? HOLDS : FAILS;
    }
    return found;
  }

  holdsGrade(grades, word) {
    const { classes, exempt } = this.scoring.grades;
    const code = [...classes.map((one) => one.grade), exempt].indexOf(word);
    return (i) => grades[i] === code;
  }
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
  return Uint8Array.from({ length: count }, (_, i) => {
    if (outcomes.some((test) => test[i] === one)) return one;
    return outcomes.every((test) => test[i] === every) ? every : OPEN;
  });
}

// Bars that each score does not reach.
function belowBars(scores, { classes }) {
  const missed = new Int8Array(scores.length);
  for (const { at_least: least, above } of classes.slice(0, -1)) {
    scores.forEach((score, k) => { missed[k] += least === null ? score <= above : score < least; });
  }
  return missed;
}

const ROUND = { down: Math.floor, nearest: (size) => Math.floor(size + 0.5), up: Math.ceil };

// The last rank of each grade but the last one.
function gradeBounds(size, { classes }, rounding) {
  return classes.slice(0, -1).map(({ up_to: upTo, is_inclusive: isInclusive }) => {
    const exact = Number((upTo * size).toFixed(9));
    return ROUND[rounding](exact) - (Number.isInteger(exact) && !isInclusive ? 1 : 0);
  });
}

// Grades of a pool: one that every rule gives which the document leaves open.
function byRank(scores, open, grades) {
  const ties = grades.ties === null ? ['better', 'worse'] : [grades.ties];
  const rounding = grades.rounding === null ? Object.keys(ROUND) : [grades.rounding];
  const ways = ties.flatMap((tie) => rounding.flatMap((way) => gradesByRank(scores, open, grades, tie, way)));
  const [found, ...others] = ways;
  for (const way of others) way.forEach((grade, k) => { if (grade !== found[k]) found[k] = UNGRADED; });
  return found;
}

// The grades that each row has, or the best and the worst it can have where some may not count.
function gradesByRank(scores, open, grades, tie, rounding) {
  const others = open.reduce((sum, one) => sum + one, 0);
  const sure = scores.length - others;
  const bounds = Array.from({ length: others + 1 }, (_, more) => (
    along(gradeBounds(sure + more, grades, rounding), Math.max)));
  if (!others) return [belowRanks(scores, bounds[0], tie)];
  const rising = (flag) => scores.filter((_, k) => open[k] === flag).sort();
  const [known, doubtful] = [rising(0), rising(1)];
  const before = (rows, score) => rows.length - placeIn(rows, score, tie === 'better');
  const rank = Int32Array.from(scores, (score) => before(known, score) + (tie === 'better' ? 1 : 0));
  return bestAndWorst(rank, Int32Array.from(scores, (score) => before(doubtful, score)), bounds);
}

// Count the grades whose last rank each row does not reach.
function belowRanks(scores, last, tie) {
  const rising = scores.slice().sort();
  const missed = new Int8Array(scores.length);
  for (const rank of last) {
    const place = rising.length - rank - (tie === 'worse' ? 1 : 0);
    if (place < 0) continue;
    const bar = place < rising.length ? rising[place] : Infinity;
    for (let k = 0; k < scores.length; k += 1) {
      if (tie === 'worse' ? scores[k] <= bar : scores[k] < bar) missed[k] += 1;
    }
  }
  return missed;
}

// The best and the worst grade of each row, whichever of the doubtful rows count; how it is found says
// landrenew.assess.grades.
function bestAndWorst(rank, ahead, bounds) {
  const others = bounds.length - 1;
  const [best, worst] = [new Int8Array(rank.length), new Int8Array(rank.length)];
  bounds[0].forEach((_, grade) => {
    const bound = bounds.map((one) => one[grade]);
    const less = bound.map((one, counted) => one - counted);
    const atWorst = [along(less, Math.min), along(bound.slice().reverse(), Math.min).reverse()];
    const atBest = [along(bound, Math.max), along(less.slice().reverse(), Math.max).reverse()];
    rank.forEach((place, k) => {
      const behind = others - ahead[k];
      if (place > atWorst[0][ahead[k]] || place + ahead[k] > atWorst[1][ahead[k]]) worst[k] += 1;
      if (place > atBest[0][behind] && place - behind > atBest[1][behind]) best[k] += 1;
    });
  });
  return [best, worst];
}

// The extreme of the numbers up to each place.
function along(numbers, extreme) {
  let found = numbers[0];
  return numbers.map((one) => { found = extreme(found, one); return found; });
}
