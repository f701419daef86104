// What would lift the grade of a parcel: of each criterion the nearest value that gives a better one,
// all else as it is, found by judging the changed row with the very formulas that judge all of them.

// So many times the largest value of the pool are looked at, as by landrenew.assess.lift.
const FARTHEST = 1000;
// No grade, or none that is told: worse than any.
const NO_GRADES = [Infinity, Infinity];

// The places that a score can take among others, by every rule that the document leaves open.
class Ranking {
  constructor(scores, isOpen, grades) {
    const rising = (flag) => scores.filter((_, k) => isOpen[k] === flag).sort();
    [this.known, this.doubtful] = [rising(0), rising(1)];
    this.ways = openRules(grades).map(([tie, rounding]) => (
      { tie, bounds: boundsFrom(this.known.length + 1, this.doubtful.length, grades, rounding) }));
  }

  // The best and the worst grade that a score can have, one that certainly counts.
  ends(score) {
    const codes = this.ways.flatMap(({ tie, bounds }) => {
      const before = (rows) => rows.length - placeIn(rows, score, tie === 'better');
      return bestAndWorst([before(this.known) + 1], [before(this.doubtful)], bounds).map(([one]) => one);
    });
    return [Math.min(...codes), Math.max(...codes)];
  }
}

const replaced = (listed, at, one) => listed.map((old, k) => (k === at ? one : old));

// One parcel in its pool, whose values are changed one at a time.
class Lifting {
  constructor(judge, made, i) {
    this.judge = judge;
    this.grades = judge.scoring.grades;
    this.pool = judge.pools.find(({ rows }) => rows.includes(i));
    this.k = this.pool.rows.indexOf(i);
    this.grade = made.grades[i];
    this.earned = this.pool.criteria.map((one) => one.earned(judge.numbersOf(one.said)));
    this.isOther = this.pool.rows.map((row, k) => Number(k !== this.k && judge.isRanked(row)));
  }

  // Whether there is a grade above the one that the parcel has by its score.
  static isAbout(judge, made, i) {
    const { grades } = judge.scoring;
    const isSet = judge.marks.exempt[i] || (grades && grades.veto && judge.marks.vetoed[i]);
    return Boolean(made.grades) && !isSet && made.grades[i] > 0;
  }

  valueOf(c) { return this.pool.criteria[c].values[this.k]; }

  // The nearest value of a criterion that gives a better grade, of those with as many decimals as are
  // shown, and that grade; null where there is none. Points grow with the value, also where the
  // others set the scale, so halving finds it; each step yields, for a large pool takes its time.
  * nearest(c, decimals) {
    const endsAt = this.judging(c);
    const { values } = this.pool.criteria[c];
    const scale = 10 ** decimals;
    const most = values.reduce((found, one) => (Math.abs(one) > found ? Math.abs(one) : found), 1 / scale);
    const farthest = Math.ceil(FARTHEST * most * scale);
    let stays = Math.floor(this.valueOf(c) * scale);
    // While the document leaves a rule open, a value may lift the grade without saying how far.
    for (let wanted = this.grade - 1; wanted >= 0;) {
      let lifted = farthest;
      if (endsAt(lifted / scale)[1] > wanted) return null;
      while (lifted - stays > 1) {
        const middle = stays + Math.floor((lifted - stays) / 2);
        if (endsAt(middle / scale)[1] <= wanted) lifted = middle;
        else stays = middle;
        yield;
      }
      const [best, worst] = endsAt(lifted / scale);
      if (best === worst) return { value: lifted / scale, grade: this.grades.classes[best].grade };
      wanted = worst - 1;
    }
    return null;
  }

  // Tells the best and the worst grade with a value of a criterion changed.
  judging(c) { return this.pool.criteria[c].movesOthers ? this.withOthers(c) : this.alone(c); }

  // The pool judged anew, for the value moves the points of others.
  withOthers(c) {
    const { criteria, rows } = this.pool;
    const numbers = this.judge.numbersOf(criteria[c].said);
    return (value) => {
      const changed = criteria[c].with(this.k, value);
      const earned = replaced(this.earned, c, changed.earned(numbers));
      const told = this.judge.summed(rows, replaced(criteria, c, changed), earned);
      return this.among(this.rankingOf(told), told.score[this.k]);
    };
  }

  // Only the row's own score, among those of the others as they stand.
  alone(c) {
    const { judge, k, earned, pool: { criteria, rows } } = this;
    const { said, rising } = criteria[c];
    const formula = FORMS[said.form]({ ...said, ...judge.numbersOf(said) }, rising);
    const ranking = this.rankingOf(judge.summed(rows, criteria, earned));
    const isTold = !criteria.some((one) => one.canHang && one.hangs(k));
    const mine = earned.map((points) => [points[k]]);
    return (value) => {
      const { score } = judge.summed([rows[k]], [], replaced(mine, c, [formula(value)]));
      return this.among(ranking, isTold ? score[0] : NaN);
    };
  }

  // The others of the pool that are ranked; null by bars, and where it is not told who stands before
  // whom.
  rankingOf({ score, unsettled }) {
    const { isOther, grades, judge, pool } = this;
    if (grades.form === 'bars') return null;
    if (unsettled.some((one, k) => one && isOther[k])) return null;
    const mine = (k) => isOther[k] && !Number.isNaN(score[k]);
    const scores = score.filter((_, k) => mine(k)).map(compared);
    const isOpen = pool.rows.filter((_, k) => mine(k)).map((i) => judge.marks.open[i]);
    return new Ranking(scores, isOpen, grades);
  }

  among(ranking, score) {
    const isByBars = this.grades.form === 'bars';
    if (Number.isNaN(score) || !(ranking || isByBars)) return NO_GRADES;
    const exact = compared(score);
    if (!isByBars) return ranking.ends(exact);
    const [found] = belowBars(Float64Array.of(exact), this.grades);
    return [found, found];
  }
}

// So long may the search hold up the page [ms].
const HOLD_UP = 30;

// Run a search to its end with pauses in which the page can answer; it is given up once nobody waits.
async function searched(steps, isAwaited) {
  let began = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - began > HOLD_UP) {
      await new Promise((act) => { setTimeout(act); });
      if (!isAwaited()) return null;
      began = performance.now();
    }
  }
}
