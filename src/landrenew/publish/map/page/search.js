// The search box: parcels, towns, blocks and parks by any part of their name, by mouse or keyboard.

const SHOWN = 8;
const KIND_ORDER = ['town', 'park', 'block', 'parcel', 'owner'];

// Many texts, searched in long strings, which a browser does faster than one by one. A part is the
// texts of some rows in small letters, with a NUL before, between and behind them.
class Haystack {
  constructor(parts, textAt) {
    this.parts = parts;
    this.textAt = textAt;
  }

  // At most so many different texts that hold the words, those first that begin with them. The one that
  // is the words is among these, and looked for by itself only where they are too many.
  find(words, most) {
    const beginning = this.among(`\0${words}`, most);
    const isMany = beginning.size === most;
    const [first, then] = isMany ? [this.among(`\0${words}\0`, 1), beginning] : [beginning, this.among(words, most)];
    return [...new Map([...first, ...then])].slice(0, most).map(([text, i]) => ({ text, i }));
  }

  // The first different texts with some signs in them, and a row of each.
  among(signs, most) {
    const found = new Map();
    for (const part of this.parts) {
      let at = part.text.indexOf(signs);
      while (at >= 0 && found.size < most) {
        const row = part.first + this.rowAt(part, signs[0] === '\0' ? at + 1 : at);
        const text = this.textAt(row);
        if (!found.has(text)) found.set(text, row);
        at = part.text.indexOf(signs, at + 1);
      }
    }
    return found;
  }

  // Which text of a part a position lies in; where they begin is found out when it is first asked.
  rowAt(part, position) {
    part.starts ||= startsOf(part.text);
    return placeIn(part.starts, position, true) - 1;
  }
}

function startsOf(text) {
  const starts = [];
  for (let at = 0; at >= 0 && at + 1 < text.length; at = text.indexOf('\0', at + 1)) starts.push(at + 1);
  return starts;
}

const haystackOf = (words) => new Haystack([{ text: `\0${words.join('\0').toLowerCase()}\0`, first: 0 }], (row) => words[row]);

class Search {
  constructor(entries, many, onChoose) {
    this.entries = entries.map((one) => ({ ...one, key: one.text.toLowerCase() }));
    this.many = many;
    this.haystacks = new Map();
    this.onChoose = onChoose;
    this.box = document.getElementById('search');
    this.list = document.getElementById('found');
    this.matches = [];
    this.active = -1;
    this.box.addEventListener('input', () => this.update());
    this.box.addEventListener('focus', () => this.update());
    this.box.addEventListener('keydown', (event) => this.press(event));
    this.box.addEventListener('blur', () => this.hide());
  }

  name() {
    this.box.placeholder = say('search');
    this.box.setAttribute('aria-label', say('search'));
    this.hide();
  }

  // Whole name before beginning before any part; towns and parks before blocks before parcels.
  find(text) {
    const wanted = text.trim().toLowerCase();
    if (!wanted) return [];
    const rank = ({ key, kind }) => (key === wanted ? 0 : key.startsWith(wanted) ? 10 : 20) + KIND_ORDER.indexOf(kind);
    return [...this.entries, ...Object.keys(this.many).flatMap((kind) => this.amongMany(kind, wanted))]
      .filter(({ key }) => key.includes(wanted))
      .map((one) => [rank(one), one])
      .sort((a, b) => a[0] - b[0])
      .slice(0, SHOWN)
      .map(([, one]) => one);
  }

  // What there is much of is laid out for the search when somebody searches for the first time.
  amongMany(kind, wanted) {
    if (!this.haystacks.has(kind)) this.haystacks.set(kind, this.many[kind]());
    return this.haystacks.get(kind).find(wanted, SHOWN)
      .map(({ text, i }) => ({ kind, text, key: text.toLowerCase(), i }));
  }

  update() {
    this.matches = this.find(this.box.value);
    this.active = this.matches.length ? 0 : -1;
    if (!this.box.value.trim()) this.hide();
    else this.show();
  }

  show() {
    const rows = this.matches.map((one, at) => el('li', {
      role: 'option', id: `found-${at}`, 'aria-selected': String(at === this.active),
      onmousedown: (event) => { event.preventDefault(); this.choose(at); },
    }, el('span', { class: 'kind' }, say(one.kind)), named('span', one.text)));
    if (!rows.length) rows.push(el('li', { class: 'nothing', role: 'option', 'aria-selected': 'false', 'aria-disabled': 'true' }, say('nothing')));
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.box.setAttribute('aria-expanded', 'true');
    if (this.active >= 0) this.box.setAttribute('aria-activedescendant', `found-${this.active}`);
    else this.box.removeAttribute('aria-activedescendant');
  }

  hide() {
    this.list.hidden = true;
    this.box.setAttribute('aria-expanded', 'false');
    this.box.removeAttribute('aria-activedescendant');
  }

  press(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.matches.length) {
      event.preventDefault();
      this.active = (this.active + steps[event.key] + this.matches.length) % this.matches.length;
      this.show();
    } else if (event.key === 'Enter' && !event.isComposing) this.choose(this.active);
    else if (event.key === 'Escape') this.hide();
  }

  choose(at) {
    const one = this.matches[at];
    if (!one) return;
    this.box.value = one.text;
    this.box.blur();
    this.hide();
    this.onChoose(one);
  }
}
