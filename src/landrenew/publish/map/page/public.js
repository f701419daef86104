// The public page: towns or blocks stand where the working map has parcels. What is published, and
// in which words, is said in the facts; here it is shown.

// What the facts say of publication; null on the working map.
let published = null;

function becomePublic(facts) {
  published = facts.public || null;
  if (!published) return;
  const [zh, en] = published.areas;
  const review = facts.city.review_number;
  Object.assign(WORDS, {
    stamp: review ? [`审图号：${review}`, `Map review no. ${review}`]
      : ['审图号未注明：公开前须经地图审核', 'No map review number: to be reviewed before it is published'],
    search: [`搜索${zh}`, `Search ${en.toLowerCase()}`],
    drawer: ['合计与图例', 'Totals & legend'],
    theme: [`${zh}着色`, `Colour ${en.toLowerCase()} by`],
    count: ['个', 'no.'],
    parcels: published.areas,
    parcel: WORDS[published.by === 'towns' ? 'town' : 'block'],
    parcels_unit: ['个', en.toLowerCase()],
    filter_hint: ['点图例的类，或给数值加条件；可以叠加。', 'Click a class of the legend, or set a span of a number; all apply together.'],
    rectangle: [`框选${zh}`, `Choose ${en.toLowerCase()} by a rectangle`],
    polygon: [`多边形选${zh}`, `Choose ${en.toLowerCase()} by a polygon`],
    polygon_how: [`逐点画，双击结束；形心在内的${zh}被选中`, `Click the corners, double-click to end; ${en.toLowerCase()} whose centre lies inside are chosen`],
    ...PUBLIC_WORDS,
  });
  document.querySelector('.stamp').classList.toggle('is-reviewed', Boolean(review));
}

const PUBLIC_WORDS = {
  totals: ['全市合计', 'Whole city'],
  is_withheld: ['不公布', 'not published'],
  total_why: ['公布合计会使不公布的数字可以推算出来。', 'With the total, a figure that is withheld could be worked out.'],
  rule: ['公开口径', 'What is published'],
  rule_why: [
    '一项数字涉及的企业少于 {least} 家的不公布；为防止由合计相减推算，另有数字一并不公布。企业按与宗地的关联计数，同一集团算一家。',
    'A figure that rests on fewer than {least} firms is not published; further figures are withheld so that none can be worked out from a total. Firms are counted by their links to parcels, those of one group as one.'],
  card_why: ['不公布：涉及的企业少于 {least} 家，或公布后可以推算出别处的数字。', 'Not published: it rests on fewer than {least} firms, or another figure could be worked out from it.'],
  coarse: ['图形已概括，角点移到 {x} 米的格网上，仅供示意；数字均取自成果表。', 'Outlines are coarse, with corners on a grid of {x} m, for orientation only; figures come from the tables.'],
  total_reach: ['合计包括不在图上各区域之内的工业用地。', 'Totals include industrial land outside the areas drawn.'],
  source_of: ['数据来源', 'Source'],
  dates: ['数据时间', 'Data as of'],
  documents: ['依据文件', 'Documents'],
  list: ['各区域', 'By area'],
};

const totalWords = ({ name, value, decimals, unit }) => (value === null ? say('is_withheld') : amount(name, value, decimals, unit));

// The figures of the whole city.
function publicTotals({ totals }) {
  const isWithheld = totals.some(({ value }) => value === null);
  return [
    el('h2', {}, say('totals')),
    el('dl', { class: 'facts' }, ...totals.map((one) => el('div', { 'data-total': one.name, title: say(one.meaning) },
      el('dt', {}, say(one.label)), el('dd', {}, totalWords(one))))),
    isWithheld ? el('p', { class: 'hint' }, say('total_why')) : null,
    el('p', { class: 'hint' }, say('total_reach')),
  ];
}

// A figure of an area; where there is none, why.
function areaValue(layer, name, i) {
  const { state, label } = layer.classOf(layer.themes.find((theme) => theme.name === name), i);
  if (state === 'withheld') return say('is_withheld');
  return state === 'known' ? layer.table.shown(name, i) : say(label);
}

function areaCard(layer, i, { close }) {
  const { table, facts } = layer;
  const states = facts.map((_, k) => layer.classOf(layer.themes[k], i).state);
  return [
    heading(layer.idOf(i), say('parcel'), close),
    el('dl', { class: 'facts' }, ...facts.map((name, k) => el('div', {
      'data-fact': name, 'data-state': states[k], title: say(table.columns[name].meaning),
    }, el('dt', {}, table.label(name)), el('dd', {}, areaValue(layer, name, i))))),
    states.includes('withheld') ? el('p', { class: 'hint rule', id: 'why' }, say('card_why', published)) : null,
  ];
}

const MOST_LISTED = 60;

// The areas by name with the figure that they are coloured by: for paper, and for whoever cannot point.
function areaList(layer, onChoose) {
  const { theme } = layer;
  if (!theme || layer.count > MOST_LISTED) return [];
  return [
    el('h2', {}, `${say('list')} · ${say(theme.label)}`),
    el('ol', { class: 'towns' }, ...layer.ids.map((name, i) => el('li', {}, el('button', {
      type: 'button', class: 'town area', 'data-town': name, onclick: () => onChoose(i),
    }, el('span', { class: 'town-name' }, name), el('span', { class: 'town-share' }, areaValue(layer, theme.name, i)))))),
  ];
}

// What a printed sheet says in place of the share, the plan and the sources.
function publicBlocks(page) {
  const { totals } = published;
  const pairs = totals.map((one) => [say(one.label), totalWords(one)]);
  return [{ name: 'totals', title: say('totals'), pairs, lines: [say('total_reach')] }, ...parcelBlocks(page), layerBlock(page), areaBlock(page.parcels)];
}

function areaBlock(layer) {
  const { theme } = layer;
  if (!theme || layer.count > MOST_LISTED) return null;
  const pairs = layer.ids.map((name, i) => [shortened(name, 12), areaValue(layer, theme.name, i)]);
  return { name: 'areas', title: `${say('list')} · ${say(theme.label)}`, pairs };
}

function publicLines({ public: said, city }) {
  const dates = said.dates.map((one) => `${say(one.label)} ${one.as_of || city.as_of || say('no_date')}`);
  return [
    say('rule_why', said), said.definition ? `${say('definition')}${colon()}${say(said.definition)}` : null,
    `${say('source_of')}${colon()}${said.source || say('unknown')} · ${clauses(dates)}`,
    say('coarse', { x: said.tolerance_m }),
  ].filter(Boolean);
}

function publicAbout({ public: said, city }) {
  const list = (items) => el('ul', {}, ...items);
  const pair = (name, text) => el('li', {}, el('strong', {}, name), el('span', {}, text));
  const { rulebook } = said;
  return [
    el('h2', {}, say('about')),
    el('h3', {}, say('rule')),
    el('p', {}, say('rule_why', said)),
    said.definition ? el('p', {}, `${say('definition')}${colon()}${say(said.definition)}`) : null,
    rulebook ? el('h3', {}, `${say('documents')} · ${rulebook.title}`) : null,
    rulebook ? list(rulebook.documents.map((one) => pair(say(one.subject), one.document))) : null,
    el('h3', {}, say('dates')),
    list(said.dates.map((one) => pair(say(one.label), one.as_of || city.as_of || say('no_date')))),
    ...said.notes.map((note) => el('p', {}, say(note))),
    el('p', {}, `${say('source_of')}${colon()}${said.source || say('unknown')}`),
    el('p', {}, say('coarse', { x: said.tolerance_m })),
  ];
}
