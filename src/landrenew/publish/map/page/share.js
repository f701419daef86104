// The share of industrial land inside the control line: the city's figure and the towns' bars.

const SYMBOLS = { met: '✓', not_met: '✕', undetermined: '?' };

const verdictWords = (verdict) => `${SYMBOLS[verdict]} ${say(verdict)}`;

function badge(verdict) {
  return el('span', { class: `badge badge-${verdict}` }, verdictWords(verdict));
}

// A bar from 0 to 100 %, with the doubt as a pale band and the target as a tick.
function gauge({ share, interval, target, verdict }) {
  const at = (value) => `${(Math.max(0, Math.min(1, value || 0)) * 100).toFixed(3)}%`;
  const fill = el('span', { class: `gauge-fill gauge-${verdict}` });
  fill.style.width = at(share);
  const band = el('span', { class: 'gauge-band' });
  band.style.left = at(interval[0]);
  band.style.width = at((interval[1] || 0) - (interval[0] || 0));
  const made = el('span', { class: 'gauge' }, fill, band);
  if (target !== null) {
    const tick = el('span', { class: 'gauge-target' });
    tick.style.left = at(target);
    made.append(tick);
  }
  return made;
}

// A share with as many digits as it takes not to look met when it is not.
function sharePercent({ share, target }) {
  if (share === null || target === null) return percent(share);
  const bar = +(target * 100).toFixed(6);
  let decimals = 2;
  while (decimals < 6 && (+(share * 100).toFixed(decimals) >= bar) !== (share >= target)) decimals += 1;
  return percent(share, decimals);
}

// Shares this close to the target count as equal to it.
const LEVEL = 1e-12;

// The way to a target by either lever alone [mu], as landrenew.assess.share works it out.
function gapAt(inside, total, target) {
  const short = target * (total - inside) - (1 - target) * inside;
  if (short <= 0) return [0, 0];
  const mu = (area) => roundTo(area, 6) / M2_PER_MU;
  return [mu(short / target), target === 1 ? null : mu(short / (1 - target))];
}

function shareAt(share, target) {
  const [low, high] = share.interval;
  const isKnown = low !== null && high !== null;
  const verdict = !isKnown ? 'undetermined' : low >= target - LEVEL ? 'met' : high < target - LEVEL ? 'not_met' : 'undetermined';
  const [retire, build] = gapAt(share.inside_m2, share.total_m2, target);
  return { ...share, target, verdict, retire_mu: retire, build_mu: build, towns: share.towns.map((town) => shareAt(town, target)) };
}

// The shares of city and towns, against the target that is tried.
function sharesAt(share, judge) {
  const target = judge.tried.get(SHARE_TARGET);
  return share && target !== undefined ? shareAt(share, target) : share;
}

// The target that holds now: the one that is tried, else the rulebook's; null where there is none.
function targetOf(share, judge) {
  const tried = judge.tried.get(SHARE_TARGET);
  return tried === undefined ? share && share.target : tried;
}

const targetWords = (target) => (target === null ? say('no_target') : `${say('target')} ${+(target * 100).toFixed(2)}%`);

function gapWords({ retire_mu: retire, build_mu: build, verdict }) {
  if (retire === null || verdict === 'met') return null;
  const one = (word, value) => el('div', {}, el('dt', {}, say(word)), el('dd', {}, land(value)));
  return el('div', { class: 'gap' }, el('p', { class: 'hint' }, say('gap')),
    el('dl', {}, one('retire', retire), one('build', build)));
}

const fact = (word, said) => el('div', {}, el('dt', {}, word), el('dd', { class: 'whole' }, said));

// Whose share it is, and the way back from a town to the whole city.
function shareHeading(town, onChoose) {
  return el('div', { class: 'heading' },
    named('h2', town === null ? say('share') : `${say('share')} · ${town}`),
    town === null ? null
      : el('button', { type: 'button', class: 'link', id: 'all-towns', onclick: () => onChoose(null) }, say('show_all')));
}

function noShare({ parcels, mu }) {
  return [
    el('p', { class: 'hint' }, say('no_share')),
    el('dl', { class: 'facts' },
      fact(say('parcels'), number(parcels, 0)), fact(say('industrial_land'), land(mu))),
  ];
}

// The share of the city, or of the town that is chosen.
function shareFigure({ share: city, definition, land: all }, town, onChoose) {
  const share = city && (town === null ? city : city.towns.find(({ name }) => name === town));
  if (!share) return [shareHeading(town, onChoose), ...(city ? [] : noShare(all))];
  const [low, high] = share.interval;
  const { inside, straddling, outside } = share.counts;
  const decimals = landDecimals(share.total_mu);
  return [
    shareHeading(town, onChoose),
    el('div', { class: 'figure' },
      el('output', { id: 'share-value', class: 'big' }, sharePercent(share)),
      el('div', {}, badge(share.verdict), el('p', { class: 'target' }, targetWords(share.target)))),
    gauge(share),
    percent(low) === percent(high) ? null : el('p', { class: 'hint' }, `${say('interval')} ${percent(low)} – ${percent(high)}`),
    gapWords(share),
    el('dl', { class: 'facts' },
      fact(`${say('inside_land')} / ${say('total_land')}`,
        `${number(share.inside_mu, decimals)} / ${number(share.total_mu, decimals)} ${say('area')}`),
      fact(say('parcels'), number(share.parcels, 0)),
      fact(`${say('inside')} · ${say('straddling')} · ${say('outside')}`,
        [inside, straddling, outside].map((n) => number(n, 0)).join(' · '))),
    el('p', { class: 'hint' }, `${say('definition')}${colon()}${say(definition)}`),
  ];
}

// Towns can stand by their share, or by the land outside that is too much for the target.
const TOWN_ORDERS = {
  share: { rank: ({ share }) => (share === null ? -1 : share), shown: sharePercent },
  gap: { rank: ({ retire_mu: gap }) => (gap === null ? -1 : gap), shown: ({ retire_mu: gap }) => land(gap) },
};

function townRow(town, shown, chosen, onChoose) {
  const isChosen = town.name === chosen;
  return el('li', {}, el('button', {
    type: 'button', class: 'town', 'aria-pressed': String(isChosen), 'data-town': town.name,
    title: `${number(town.inside_mu)} / ${number(town.total_mu)} ${say('area')}`,
    onclick: () => onChoose(isChosen ? null : town.name),
  }, named('span', town.name, { class: 'town-name' }), gauge(town), el('span', { class: 'town-share' }, shown(town))));
}

// The towns in an order, the highest first.
function rankedTowns(share, order = 'share') {
  const { rank } = TOWN_ORDERS[order];
  return [...share.towns].sort((a, b) => rank(b) - rank(a) || (a.name < b.name ? -1 : 1));
}

function orderSwitch(order, onOrder) {
  return el('div', { class: 'switch', role: 'group', 'aria-label': say('town_order') }, ...Object.keys(TOWN_ORDERS).map((one) => el('button', {
    type: 'button', 'data-order': one, 'aria-pressed': String(one === order), onclick: () => onOrder(one),
  }, say(`order_${one}`))));
}

function townBars(share, { town: chosen, order, onChoose, onOrder }) {
  if (!share || !share.towns.length) return [];
  const by = share.target === null ? 'share' : order;
  return [
    el('div', { class: 'heading' }, el('h2', {}, say('towns')), share.target === null ? null : orderSwitch(order, onOrder)),
    share.target === null ? null : el('p', { class: 'target-key' }, el('span', { class: 'target-mark', 'aria-hidden': 'true' }), targetWords(share.target)),
    el('p', { class: 'hint' }, say('towns_hint')),
    el('ol', { class: 'towns' }, ...rankedTowns(share, by).map((town) => townRow(town, TOWN_ORDERS[by].shown, chosen, onChoose))),
  ];
}
