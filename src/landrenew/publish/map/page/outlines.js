// The outlines of a map in a folder: one script a piece beside the page, asked for when somebody
// looks at it. Scripts load from the disk as well, where a page may not fetch.

const AT_ONCE = 4;

// What the scripts brought, by the number of the piece.
const brought = new Map();

// Each script calls this, and nothing else.
function piece(number, text) { brought.set(number, text); }

const scriptOf = (number) => `pieces/${String(number).padStart(4, '0')}.js`;

// The text of a piece; null where its script is not there, or is cut short.
function fetched(number) {
  return new Promise((tell) => {
    const script = el('script', { src: scriptOf(number) });
    script.onload = script.onerror = () => {
      script.remove();
      tell(brought.get(number) || null);
      brought.delete(number);
    };
    document.head.append(script);
  });
}

class Outlines {
  // The check sum of each piece comes with the page, so that a piece of another map is told from its own.
  constructor(grid, checks, onCome) {
    this.grid = grid;
    this.checks = checks;
    this.onCome = onCome;
    this.asked = new Map();
    this.queue = [];
    this.under = 0;
    this.lost = [];
  }

  // Do something once the outlines of some pieces are there, or known to be lost: at once, if they are.
  with(pieces, act) {
    const awaited = [...pieces].filter((number) => this.grid.lacks(number));
    if (awaited.length) Promise.all(awaited.map((number) => this.ask(number))).then(act);
    else act();
  }

  ask(number) {
    if (!this.asked.has(number)) {
      this.asked.set(number, new Promise((done) => { this.queue.push({ number, done }); }));
      this.work();
    }
    return this.asked.get(number);
  }

  // What was asked for last is what the reader looks at.
  work() {
    while (this.under < AT_ONCE && this.queue.length) {
      const { number, done } = this.queue.pop();
      this.under += 1;
      this.read(number).then(() => {
        this.under -= 1;
        done();
        this.onCome(number);
        this.work();
      });
    }
  }

  async read(number) {
    try {
      const bytes = bytesOf(await fetched(number));
      if (hex(bytes.subarray(-4)) !== this.checks[number]) throw new Error('a piece of another map');
      this.grid.read(new Parts(await inflated(bytes)), number);
    } catch {
      this.grid.giveUp(number);
      this.lost.push(number);
      sayLost(this.lost.map(scriptOf));
    }
  }
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

// Said beside the map, which goes on: boxes stand for the parcels of these pieces.
function sayLost(files) {
  const shown = files.slice(0, 3).join(', ') + (files.length > 3 ? `, +${files.length - 3}` : '');
  const said = ['zh', 'en'].map((one, at) => el('p', { lang: one }, WORDS.lost[at].replace('{x}', shown)));
  const close = el('button', { type: 'button', class: 'close', 'aria-label': say('close'), onclick: () => bar.hidden = true }, '×');
  const bar = el('div', { class: 'lost', id: 'lost', role: 'alert' }, ...said, close);
  const before = document.getElementById('lost');
  if (before) before.replaceWith(bar);
  else document.body.append(bar);
}
