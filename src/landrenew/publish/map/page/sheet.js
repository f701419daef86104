// What a sheet says beside its map, in words: the one place for what is printed and for the picture.

const TOWNS_AT_MOST = 30;
const NAME_AT_MOST = 40;
const CONDITION_AT_MOST = 160;
const TITLE_AT_MOST = 24;
const META_AT_MOST = 64;
// A3 lying, in CSS pixels.
const SHEET = { width: 1587, height: 1122, margin: 30, side: 330, head: 78, foot: 66, gap: 12 };

// A text on one line, and no longer than so many signs.
function shortened(text, most = NAME_AT_MOST) {
  const signs = [...String(text).slice(0, 2 * most + 2).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')];
  return signs.length > most ? `${signs.slice(0, most - 1).join('')}…` : signs.join('');
}

// What a map has to say of itself: the word, its label, what is said.
function metaWords({ as_of: asOf, crs, drawing_unit: unit, review_number: review }) {
  const said = (value) => (Array.isArray(value) ? say(value) : value);
  return [['as_of', asOf], ['crs', crs], ['drawing_unit', unit], ['review', review]].map(([word, value]) => [
    word, say(word), said(value) || (word === 'review' ? '＿＿＿＿' : say('unknown')),
  ]);
}

// The size of the map on the sheet [CSS pixels].
const MAP_WIDTH = SHEET.width - 2 * SHEET.margin - SHEET.side - SHEET.gap;
const MAP_HEIGHT = SHEET.height - 2 * SHEET.margin - SHEET.head - SHEET.foot - 2 * SHEET.gap;

// The whole city when all of it is in sight, else what is.
function sheetBounds({ map, facts }) {
  const [left, bottom, right, top] = facts.bounds;
  const whole = L.latLngBounds([bottom, left], [top, right]);
  const view = map.getBounds();
  return view.contains(whole) ? whole : view;
}

function sheetOf(page, window, tiles) {
  const { facts, filters, parcels } = page;
  const stamp = document.querySelector('.title .stamp');
  const share = sharesAt(facts.share, parcels.trial.judge);
  return {
    title: shortened(facts.city.name, TITLE_AT_MOST),
    subtitle: say('subtitle'),
    stamps: [parcels.trial.isOn ? say('trying') : null, stamp && !stamp.hidden ? stamp.textContent : null].filter(Boolean),
    meta: [...metaWords(facts.city).map(([word, label, said]) => [word, label, shortened(said, META_AT_MOST)]),
      ['scale', say('scale'), say('paper_scale', { x: number(window.ratioOfLengths(), 0) })]],
    blocks: (published ? publicBlocks(page)
      : [trialBlock(page.whatIf), shareBlock({ ...facts, share }, filters.town), ...parcelBlocks(page), layerBlock(page), townBlock(share)]).filter(Boolean),
    foot: [...(published ? publicLines(facts) : footLines(facts)), groundLine(page.ground, tiles)].filter(Boolean),
  };
}

// A block has a title and, as far as it is about such: a figure, lines, rows with a picture and numbers,
// pairs of a name and a number.
function trialBlock(whatIf) {
  return whatIf.trial.isOn ? { name: 'trial', title: say('trying'), lines: whatIf.said(), isLoud: true } : null;
}

function shareBlock({ share: city, land: all }, town) {
  const share = city && (town === null ? city : city.towns.find(({ name }) => name === town));
  if (!city) {
    return { name: 'share', title: say('share'), lines: [say('no_share'), `${say('industrial_land')} ${land(all.mu)}`] };
  }
  if (!share) return null;
  const [low, high] = share.interval;
  const decimals = landDecimals(share.total_mu);
  const { inside, straddling, outside } = share.counts;
  return {
    name: 'share',
    title: town === null ? say('share') : `${say('share')} · ${shortened(town)}`,
    figure: share,
    lines: [
      percent(low) === percent(high) ? null : `${say('interval')} ${percent(low)} – ${percent(high)}`,
      share.retire_mu === null || share.verdict === 'met' ? null
        : `${say('gap')}${colon()}${say('retire')} ${land(share.retire_mu)} / ${say('build')} ${land(share.build_mu)}`,
      `${say('inside_land')} / ${say('total_land')} ${number(share.inside_mu, decimals)} / ${number(share.total_mu, decimals)} ${say('area')}`,
      `${say('parcels')} ${number(share.parcels, 0)} · ${[['inside', inside], ['straddling', straddling], ['outside', outside]]
        .map(([word, n]) => `${say(word)} ${number(n, 0)}`).join(' · ')}`,
    ].filter(Boolean),
  };
}

// The legend, what the plan it is about does, and the filter: only where parcels are shown.
function parcelBlocks(page) {
  const { parcels, filters, facts, map } = page;
  if (!map.hasLayer(parcels)) return [];
  const { theme } = parcels;
  return [theme ? legendBlock(parcels, theme, filters) : null, theme ? planBlock(facts.plans, theme, page.orders) : null, filterBlock(filters)];
}

function legendBlock(parcels, theme, filters) {
  const { town } = filters;
  const tally = theme.tally[town === null ? '' : town] || [];
  const hasLand = tally.some((one) => one.length > 1);
  const decimals = landDecimals(tally.reduce((total, [, mu]) => total + (mu || 0), 0));
  return {
    name: 'legend',
    title: say(theme.label),
    heads: [shortened(town === null ? say('whole_city') : town, 16), say('count'), ...(hasLand ? [say('area')] : [])],
    rows: theme.classes.map((one, at) => {
      const [count, mu] = tally[at] || [0, 0];
      const isHidden = filters.isHidden(theme, at);
      return {
        swatch: one,
        isHidden,
        words: [`${say(one.label)}${isHidden ? ` · ${say('set_aside')}` : ''}`, number(count, 0), ...(hasLand ? [number(mu, decimals)] : [])],
      };
    }),
    lines: [
      theme.hint ? say(theme.hint) : null,
      theme.threshold === undefined ? null : thresholdWords(parcels, theme),
    ].filter(Boolean),
  };
}

function planBlock(plans, theme, orders) {
  const plan = plans[Number((/^plan_(\d+)$/.exec(theme.name) || [])[1])];
  if (!plan) return null;
  const order = orders.find((one) => one.theme === theme);
  const isInPart = order && order.done < order.count;
  return {
    name: 'plan',
    title: shortened(say(plan[0])),
    lines: [isInPart ? `${say('order')} ${order.done} / ${order.count}` : null,
      ...plan.slice(1).map((one) => shortened(say(one), CONDITION_AT_MOST))].filter(Boolean),
  };
}

// What is not in colour must be said.
function filterBlock(filters) {
  const conditions = conditionsOf(filters).map(({ of, text }) => shortened(of ? `${say(of)}${colon()}${text}` : text, CONDITION_AT_MOST));
  return {
    name: 'filter',
    title: say('filter'),
    lines: filters.isEmpty ? [say('every_parcel')] : [...conditions, sumWords(filters.sums())],
  };
}

function layerBlock({ layers, map }) {
  const names = LAYER_ORDER.filter((name) => layers[name] && map.hasLayer(layers[name]));
  const rows = names.flatMap((name) => [
    { symbol: symbol(name), words: [say(name === 'towns' ? 'town_lines' : name)] },
    ...(name === 'blocks' ? blockKinds(layers.blocks) : []).map((kind) => (
      { symbol: symbol('blocks', kind), words: [say(CANDIDATES[kind][0])], isInner: true })),
  ]);
  return rows.length ? { name: 'layers', title: say('layers'), rows } : null;
}

function townBlock(share) {
  if (!share || !share.towns.length) return null;
  const towns = rankedTowns(share);
  const more = towns.length - TOWNS_AT_MOST;
  return {
    name: 'towns',
    title: say('towns'),
    pairs: towns.slice(0, TOWNS_AT_MOST).map((town) => [shortened(town.name, 12), sharePercent(town)]),
    lines: more > 0 ? [say('more_towns', { x: more })] : [],
  };
}

// Whose basemap lies beneath, or why none does, and that colours are not those of the legend.
function groundLine({ chosen, isOn, opacity, layers }, tiles) {
  if (!isOn) return null;
  const said = [];
  if (layers.length) {
    const whose = `${say('basemap_of')}${colon()}${say(chosen.label)} ${chosen.attribution}`;
    said.push(tiles.length ? whose : `${whose}${comma()}${say('basemap_left_out')}`);
  }
  if (opacity < 100) said.push(say('see_through', { x: opacity }));
  return clauses(said);
}

// What the figures mean, by which rules, from which data of which date.
function footLines({ share, definition, rules, inputs }) {
  const origins = inputs.map(({ label, source, as_of: asOf }) => {
    const said = [source, asOf].filter(Boolean).map((one) => shortened(one, 24));
    return `${say(label)}${said.length ? ` (${said.join(', ')})` : ''}`;
  });
  return [
    share ? `${say('definition')}${colon()}${say(definition)}` : null,
    `${say('rules_by')}${colon()}${shortened([rules.title, validity(rules)].filter(Boolean).join(' · '), 120)}`,
    `${say('data_of')}${colon()}${clauses(origins)}`,
    say('drawn'),
  ].filter(Boolean);
}
