// A plan deed by deed: how far one has come after so many of them, on the map and in figures.

const [CLEARED, STAYS] = [0, 1]; // classes of a plan's theme

class PlanOrder {
  constructor(page, theme) {
    Object.assign(this, { page, theme, steps: theme.steps });
    this.count = this.steps.rows.length;
    this.done = this.count;
    this.published = { codes: theme.codes, tally: theme.tally };
  }

  // Land and money after so many deeds: inside the line, all of it [m²], and what they cost.
  after(done) {
    const { now, inside, total, cost, rows } = this.steps;
    const sum = (values) => values.slice(0, done).reduce((all, one) => all + one, 0);
    return {
      inside: now[0] + sum(inside), total: now[1] + sum(total), cost: sum(cost),
      parcels: rows.slice(0, done).filter((row) => row >= 0).length,
    };
  }

  // The fewest deeds after which the target is reached, null where they never reach it.
  get enough() {
    const { now, target, inside, total } = this.steps;
    let [within, all] = now;
    for (let done = 0; done <= this.count; done += 1) {
      if (within >= (target - LEVEL) * all) return done;
      within += inside[done];
      all += total[done];
    }
    return null;
  }

  // Colour as cleared only what the first deeds clear.
  show(done) {
    this.done = Math.max(0, Math.min(this.count, done));
    const { theme, published, steps, page } = this;
    Object.assign(theme, published);
    if (this.done === this.count) return;
    const { parcels } = page;
    const codes = Uint8Array.from({ length: parcels.count }, (_, i) => published.codes.code(i));
    theme.tally = structuredClone(published.tally);
    for (let k = this.done; k < this.count; k += 1) {
      const row = steps.rows[k];
      if (row < 0 || codes[row] !== CLEARED) continue;
      codes[row] = STAYS;
      const mu = -steps.total[k] / M2_PER_MU;
      for (const town of ['', parcels.table.value('town', row) || NONE]) this.move(theme.tally[town], mu);
    }
    theme.codes = new PlainCodes(codes);
  }

  // Count a parcel and its land as one that stays.
  move(tally, mu) {
    if (!tally) return;
    for (const [at, sign] of [[CLEARED, -1], [STAYS, 1]]) {
      tally[at][0] += sign;
      tally[at][1] += sign * mu;
    }
  }

  // The slider and what is reached at where it stands.
  rows() {
    const said = el('output', { class: 'order-said' });
    const slider = el('input', {
      type: 'range', min: 0, max: this.count, step: 1, 'data-plan': this.theme.name, 'aria-label': say('order'),
      oninput: (event) => { this.go(Number(event.target.value)); this.write(said); },
      onchange: () => this.page.remember(true),
    });
    slider.value = this.done;
    this.write(said);
    return [el('label', { class: 'order' }, el('span', {}, say('order')), slider), said];
  }

  go(done) {
    this.show(done);
    this.page.showPlanned(this.theme.name);
  }

  write(said) {
    const { inside, total, cost, parcels } = this.after(this.done);
    const { now, target, years } = this.steps;
    const share = { share: inside / total, target };
    const year = this.done > 0 && years[this.done - 1] ? `${years[this.done - 1]} · ` : '';
    const { enough } = this;
    said.replaceChildren(
      el('strong', {}, `${say('share')} ${sharePercent(share)} ${reached(share)}`),
      el('span', {}, `${year}${parcelCount(parcels)} · ${say('cleared')} ${land((now[1] - total) / M2_PER_MU)} · ${number(cost, 0)} ${say('money')}`),
      el('small', {}, enough === null ? '' : say('enough', { n: number(enough, 0), all: number(this.count, 0) })));
  }
}

const reached = ({ share, target }) => (target === null ? '' : verdictWords(share >= target - LEVEL ? 'met' : 'not_met'));
