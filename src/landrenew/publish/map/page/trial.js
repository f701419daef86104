// What the layer of the parcels shows while its reader tries other numbers: grades, verdicts and what
// is made of them. Without a trial it shows what the run found.

// A column that the page works out: its values stand where the judgement keeps them.
class MadeColumn {
  constructor(values) { this.values = values; }

  at(i) {
    const value = this.values()[i];
    return value === undefined || Number.isNaN(value) ? null : value;
  }

  // All of them; others as soon as other numbers are tried.
  figures(count) {
    const values = this.values();
    return values.length ? values : new Float64Array(count).fill(NaN);
  }
}

class PlainCodes {
  constructor(codes) { this.codes = codes; }

  code(i) { return this.codes[i]; }
}

// Outcomes of a test, at the numbers that hold now.
class MadeOutcomes {
  constructor(outcomes) { this.outcomes = outcomes; }

  at(i) { return LETTERS[this.outcomes()[i]]; }
}

const VERDICTS = ['no', 'yes', 'undetermined'];

class Trial {
  constructor(parcels, numbers) {
    this.parcels = parcels;
    this.judge = new Judge(parcels, numbers);
    const { table, themes, tests } = parcels;
    for (const [name, column] of Object.entries(table.columns)) {
      if (column.by === null) Object.assign(column, { is_exact: true, values: new MadeColumn(() => this.rowsOf(name)) });
    }
    (tests ? tests.tests : []).forEach((test, k) => { test.outcomes ||= new MadeOutcomes(() => this.made.outcomes[k]); });
    const keep = (things) => things.map((one) => [one, { ...one }]);
    const columns = ['efficiency_grade', 'low_efficiency_class'].filter((name) => table.has(name));
    this.published = keep([...columns.map((name) => table.columns[name]), ...themes]);
  }

  get isOn() { return this.judge.isTrying; }

  // Points, scores, grades and verdicts at the numbers that hold now.
  get made() {
    this.judgement ||= this.judge.judged();
    return this.judgement;
  }

  // The themes that hang on the numbers, each with what it was in the run.
  judgedThemes() {
    const names = [this.judge.canScore && 'efficiency_grade', this.parcels.tests && 'low_efficiency_class'];
    return this.published.filter(([one]) => one.tally && names.includes(one.name));
  }

  rowsOf(name) {
    const { score, points } = this.made;
    return (name === 'efficiency_score' ? score : points[name]) || [];
  }

  set(path, value) {
    this.judge.set(path, value);
    this.show();
  }

  // Try just these numbers, of those that there are.
  setAll(numbers) {
    this.judge.tried.clear();
    for (const [path, value] of numbers) if (this.judge.numbers.has(path)) this.judge.set(path, value);
    this.show();
  }

  show() {
    this.judgement = null;
    for (const [one, published] of this.published) Object.assign(one, published);
    if (!this.isOn) return;
    const { grades, verdicts } = this.made;
    if (grades) this.showGrades(grades);
    if (verdicts) this.showVerdicts(verdicts);
    if (this.made.score) this.showScores(this.made.score);
  }

  showGrades(grades) {
    const { classes, exempt } = this.parcels.scoring.grades;
    const words = [...classes.map((one) => one.grade), exempt];
    this.write('efficiency_grade', words, grades);
    this.colour('efficiency_grade', Uint8Array.from(grades, (one) => (one === UNGRADED ? words.length : one)));
  }

  showVerdicts(verdicts) {
    this.write('low_efficiency_class', VERDICTS, verdicts);
    this.colour('low_efficiency_class', verdicts.map((one) => [1, 0, 2][one]));
  }

  showScores(score) {
    const theme = this.parcels.themes.find(({ name }) => name === 'efficiency_score');
    if (!theme) return;
    const nothing = theme.bounds.length + 1;
    this.colour('efficiency_score', Uint8Array.from(score, (one) => (Number.isNaN(one) ? nothing : placeIn(theme.bounds, one, true))));
  }

  // Write words by their codes over those of a column.
  write(name, words, codes) {
    const column = this.parcels.table.columns[name];
    const saying = (word) => column.say[column.words.indexOf(word)] || [word, word];
    if (column) Object.assign(column, { words, say: words.map(saying), codes: new PlainCodes(codes) });
  }

  // Give a theme other classes, and count them anew.
  colour(name, codes) {
    const theme = this.parcels.themes.find((one) => one.name === name);
    if (!theme) return;
    theme.codes = new PlainCodes(codes);
    if (codes.some((one) => one >= theme.classes.length)) theme.classes = [...theme.classes, theme.end];
    theme.tally = this.tallied(codes, theme.classes.length);
  }

  // Parcels and land [mu] by class, for the city and each town.
  tallied(codes, classes) {
    const { parcels } = this;
    const { town } = parcels.table.columns;
    const names = [...(town ? town.words : []), NONE];
    const empty = () => Array.from({ length: classes }, () => [0, 0]);
    const byTown = names.map(empty);
    codes.forEach((one, i) => {
      const code = town ? town.codes.code(i) : -1;
      const cell = byTown[code < 0 ? names.length - 1 : code][one];
      cell[0] += 1;
      cell[1] += parcels.landOf(i) / M2_PER_MU;
    });
    const tally = Object.fromEntries(names.map((name, k) => [name, byTown[k]]));
    tally[''] = empty().map((_, at) => byTown.reduce(([count, mu], one) => [count + one[at][0], mu + one[at][1]], [0, 0]));
    return tally;
  }
}
