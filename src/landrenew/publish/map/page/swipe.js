// Two states of the parcels side by side: left of a divider what is chosen there, right of it what the
// page shows. A trial is so held against the run, and any theme against any other.

const OF_RUN = 'run:';
const AT_MIDDLE = 0.5;
const KEY_STEP = 0.02;

// The parcels once more, in the state of the left.
const Beside = Painted.extend({
  options: { pane: 'beside' },

  initialize(parcels) {
    Painted.prototype.initialize.call(this);
    const { grid, brush, outlines } = parcels;
    Object.assign(this, { parcels, grid, brush, outlines, shade: new Uint8Array(parcels.count) });
    parcels.on('outlined', ({ number }) => { if (this._map) this.repaint(number); });
  },

  classes() { return this.look && this.look.classes; },

  // Show a look: codes and classes, of the parcels that the filters keep.
  show(look) {
    this.look = look;
    const { parcels, shade } = this;
    for (let i = 0; i < shade.length; i += 1) shade[i] = parcels.isKept(i) ? look.codes.code(i) : FILTERED;
    this.draw();
  },
});

class Swipe {
  constructor(page) {
    Object.assign(this, { page, at: AT_MIDDLE, left: null });
    const { parcels, map } = page;
    this.button = el('button', { type: 'button', id: 'swipe', 'data-name': 'swipe', 'aria-pressed': 'false', onclick: () => { this.set(this.isOn ? null : this.usual()); page.remember(true); } }, '◫');
    document.querySelector('.sketch-bar').append(this.button);
    this.layer = new Beside(parcels);
    this.divider = el('div', { class: 'swipe', role: 'slider', tabindex: 0, id: 'divider', 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-orientation': 'horizontal' });
    this.choice = el('select', { id: 'swipe-left', onchange: (event) => { this.set(event.target.value); page.remember(true); } });
    this.other = el('span', { class: 'swipe-right' });
    this.bar = el('div', { class: 'swipe-bar', hidden: true }, this.choice, this.other);
    map.getContainer().append(this.divider, this.bar);
    this.divider.hidden = true;
    for (const one of [this.divider, this.bar]) L.DomEvent.disableClickPropagation(one);
    this.listen();
  }

  get isOn() { return this.left !== null; }

  // What can stand at the left: every theme as it is, and as it was in the run where it is tried otherwise.
  choices() {
    const { themes, trial } = this.page.parcels;
    const tried = trial.isOn ? trial.judgedThemes().map(([theme]) => [`${OF_RUN}${theme.name}`, `${say(theme.label)} · ${say('as_run')}`]) : [];
    return [...tried, ...themes.map((theme) => [theme.name, say(theme.label)])];
  }

  // The run against the trial, else the theme after the one that is shown.
  usual() {
    const { parcels } = this.page;
    const names = this.choices().map(([name]) => name);
    const now = parcels.theme ? parcels.theme.name : '';
    if (names.includes(`${OF_RUN}${now}`)) return `${OF_RUN}${now}`;
    return names[(names.indexOf(now) + 1) % names.length] ?? null;
  }

  set(left) {
    const names = this.choices().map(([name]) => name);
    this.left = names.includes(left) ? left : null;
    const { map } = this.page;
    if (this.isOn) map.addLayer(this.layer);
    else map.removeLayer(this.layer);
    this.button.setAttribute('aria-pressed', String(this.isOn));
    this.divider.hidden = this.bar.hidden = !this.isOn;
    this.update();
  }

  look() {
    const { themes, trial } = this.page.parcels;
    if (!this.left.startsWith(OF_RUN)) return themes.find(({ name }) => name === this.left);
    return trial.published.find(([one]) => `${OF_RUN}${one.name}` === this.left && one.tally)[1];
  }

  // Follow filters, trial, theme and language.
  update() {
    if (this.isOn && !this.choices().some(([name]) => name === this.left)) this.set(this.usual());
    if (!this.isOn) {
      this.clip();
      return;
    }
    const { theme, trial } = this.page.parcels;
    this.choice.replaceChildren(...this.choices().map(([name, label]) => el('option', { value: name, selected: name === this.left }, label)));
    this.choice.setAttribute('aria-label', say('swipe_left'));
    this.divider.setAttribute('aria-label', say('swipe'));
    this.other.textContent = theme ? `${say(theme.label)}${trial.isOn ? ` · ${say('as_tried')}` : ''}` : '';
    this.layer.show(this.look());
    this.clip();
  }

  move(at) {
    this.at = Math.max(0, Math.min(1, at));
    this.clip();
  }

  // Each layer is seen on its side of the divider.
  clip() {
    const { map, parcels } = this.page;
    const size = map.getSize();
    const [corner, far] = [map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(size)];
    const x = map.containerPointToLayerPoint([size.x * this.at, 0]).x;
    const shape = (left, right) => `rect(${corner.y}px, ${right}px, ${far.y}px, ${left}px)`;
    const cut = (layer, text) => { if (layer.getContainer()) layer.getContainer().style.clip = text; };
    cut(parcels, this.isOn ? shape(x, far.x) : '');
    if (this.isOn) cut(this.layer, shape(corner.x, x));
    const room = 'min(290px, 50%)';
    this.divider.style.left = `${this.at * 100}%`;
    this.bar.style.left = `clamp(${room}, ${this.at * 100}%, calc(100% - ${room}))`;
    this.divider.setAttribute('aria-valuenow', Math.round(this.at * 100));
  }

  listen() {
    const { map } = this.page;
    const { divider } = this;
    map.on('move zoomend viewreset resize layeradd', () => { if (this.isOn) this.clip(); });
    divider.addEventListener('pointerdown', (event) => { divider.setPointerCapture(event.pointerId); event.preventDefault(); divider.focus(); });
    divider.addEventListener('pointermove', (event) => {
      if (!divider.hasPointerCapture(event.pointerId)) return;
      const { left, width } = map.getContainer().getBoundingClientRect();
      this.move((event.clientX - left) / width);
    });
    divider.addEventListener('pointerup', () => this.page.remember(true));
    divider.addEventListener('keydown', (event) => {
      const to = { ArrowLeft: this.at - KEY_STEP, ArrowRight: this.at + KEY_STEP, Home: 0, End: 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.move(to);
      this.page.remember(true);
    });
  }
}
