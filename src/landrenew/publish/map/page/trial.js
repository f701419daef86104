// What the layer of the parcels shows while its reader tries other numbers: grades, verdicts and what
// is made of them. Without a trial it shows what the run found.

// A column that the page works out at the numbers that hold now.
class MadeColumn {
  constructor(name, trial) { Object.assign(this, { name, trial }); }

  at(i) {
    const value = this.trial.figureOf(this.name, i);
    return Number.isNaN(value) ? null : value;
  }

  // All of them: the same array for as long as the numbers stay.
  figures(count) {
    const { made } = this.trial;
    if (this.from !== made) this.all = Float64Array.from({ length: count }, (_, i) => this.trial.figureOf(this.name, i));
    this.from = made;
    return this.all;
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
      if (column.by === null) Object.assign(column, { is_exact: true, values: new MadeColumn(name, this) });
    }
    (tests ? tests.tests : []).forEach((test, k) => { test.outcomes ||= new MadeOutcomes(() => this.made.outcomes[k]); });
    this.coloured = new Map();
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

  figureOf(name, i) {
    const { score, pointsOf } = this.made;
    return name === 'efficiency_score' ? score[i] : pointsOf(name, i);
  }

  // Try just these numbers, of those that there are.
  setAll(numbers) {
    this.judge.clear();
    for (const [path, value] of numbers) if (this.judge.numbers.has(path)) this.judge.set(path, value);
    this.show();
  }

  show() {
    this.judgement = null;
    for (const [one, published] of this.published) Object.assign(one, published);
    if (!this.isOn) return;
    const { grades, verdicts } = this.made;
    if (grades) this.write('efficiency_grade', this.judge.gradeWords(), grades);
    if (verdicts) this.write('low_efficiency_class', VERDICTS, verdicts);
    for (const [theme, look] of this.looks()) Object.assign(theme, look);
  }

  // Work out once what each step needs: the first time takes the longest.
  prepare() { this.looks(); }

  // The themes that hang on the numbers, with their classes at those that hold now.
  looks() {
    const { grades, verdicts, score } = this.made;
    const ungraded = grades && this.judge.gradeWords().length;
    const ofVerdict = [1, 0, 2]; // the legend begins with what is low
    return [
      ['efficiency_grade', grades, (one) => (one === UNGRADED ? ungraded : one)],
      ['low_efficiency_class', verdicts, (one) => ofVerdict[one]],
      ['efficiency_score', score, (one, { bounds }) => (one === one ? placeIn(bounds, one, true) : bounds.length + 1)],
    ].flatMap(([name, rows, classOf]) => {
      const theme = this.parcels.themes.find((one) => one.name === name);
      return theme && rows ? [[theme, this.look(theme, rows, classOf)]] : [];
    });
  }

  // Write words by their codes over those of a column.
  write(name, words, codes) {
    const column = this.parcels.table.columns[name];
    const saying = (word) => column.say[column.words.indexOf(word)] || [word, word];
    if (column) Object.assign(column, { words, say: words.map(saying), codes: new PlainCodes(codes) });
  }

  // Classes of a theme, counted anew where the rows are others than last time.
  look(theme, rows, classOf) {
    const last = this.coloured.get(theme.name);
    if (last && last.rows === rows) return last.look;
    const look = this.lookOf(theme, rows, classOf);
    this.coloured.set(theme.name, { rows, look });
    return look;
  }

  lookOf(theme, rows, classOf) {
    const codes = new Uint8Array(rows.length);
    let most = 0;
    for (let i = 0; i < rows.length; i += 1) {
      codes[i] = classOf(rows[i], theme);
      if (codes[i] > most) most = codes[i];
    }
    const classes = most < theme.classes.length ? theme.classes : [...theme.classes, theme.end];
    return { codes: new PlainCodes(codes), classes, tally: this.tallied(codes, classes.length) };
  }

  // Parcels and land [mu] by class, for the city and each town.
  tallied(codes, classes) {
    const { parcels } = this;
    const { town } = parcels.table.columns;
    const names = [...(town ? town.words : []), NONE];
    const counts = new Uint32Array(names.length * classes);
    const land = new Float64Array(names.length * classes);
    for (let i = 0; i < codes.length; i += 1) {
      const code = town ? town.codes.code(i) : -1;
      const cell = (code < 0 ? names.length - 1 : code) * classes + codes[i];
      counts[cell] += 1;
      land[cell] += parcels.landOf(i);
    }
    const rows = names.map((_, k) => Array.from({ length: classes }, (_, at) => [counts[k * classes + at], land[k * classes + at] / M2_PER_MU]));
    const tally = Object.fromEntries(names.map((name, k) => [name, rows[k]]));
    tally[''] = Array.from({ length: classes }, (_, at) => rows.reduce(([count, mu], one) => [count + one[at][0], mu + one[at][1]], [0, 0]));
    return tally;
  }
}
