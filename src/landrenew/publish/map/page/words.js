// Words of the page in Chinese and English, numbers for people, and the one way to make elements.

const WORDS = {
  subtitle: ['低效工业用地更新 · 工业控制线', 'Industrial land renewal · control line'],
  stamp: ['内部工作用图 不得公开', 'Internal working map · not for publication'],
  ground: ['影像', 'Picture of the ground'],
  basemaps: ['网络底图（会联网）', 'Basemap (goes online)'],
  basemaps_hint: ['打开后，浏览器向底图服务器取图，对方能看到所看的位置；不打开则什么也不取。', 'Once on, the browser asks its server for tiles, and the server sees where you look. While off, nothing is asked.'],
  no_basemap: ['不用', 'None'],
  basemap_failed: ['底图没有取到，已关闭（没有网络、密钥不对或服务拒绝）；地图照常可用。', 'The basemap could not be had (no network, a wrong key, or refused) and is off; the map works without it.'],
  basemap_key: ['服务密钥（如天地图 tk）', 'Key of the service (Tianditu: tk)'],
  use_key: ['使用', 'Use'],
  key_hint: ['密钥只留在打开着的这一页里，不写入文件和链接。', 'The key stays in this open page only, never in the file or the link.'],
  opacity: ['宗地不透明度', 'Opacity of parcels'],
  basemap_of: ['底图', 'Basemap'],
  basemap_left_out: ['服务器不允许保存其图片，图中未画入', 'left out of the picture: its server lets nobody save its tiles'],
  see_through: ['宗地以 {x}% 不透明度绘于影像或底图之上，颜色与图例略有出入', 'Parcels are drawn at {x}% opacity over the ground, so their colours differ a little from the legend'],
  print: ['打印', 'Print'],
  picture: ['存为图片', 'Save picture'],
  picture_failed: ['浏览器内存不足，图片没有存成；可改用打印，另存为 PDF。', 'The browser has not enough memory for the picture; print to PDF instead.'],
  every_parcel: ['无（全部宗地）', 'none (all parcels)'],
  set_aside: ['不显示', 'hidden'],
  more_towns: ['另有 {x} 个镇街', '{x} more towns'],
  scale: ['比例尺', 'Scale'],
  paper_scale: ['约 1:{x}（A3，图幅中部）', 'about 1:{x} (A3, at the middle)'],
  rules_by: ['依据', 'Rules'],
  data_of: ['数据', 'Data'],
  drawer: ['占比与图例', 'Share & legend'],
  close: ['关闭', 'Close'],
  details: ['详情', 'Details'],
  map: ['地图：方向键移动，加减号缩放', 'Map: arrow keys move it, plus and minus zoom'],
  owner: ['权利人', 'Owner'],
  search: ['搜索宗地编号、权利人、镇街、地块组、园区', 'Search parcel, owner, town, block or park'],
  nothing: ['没有找到', 'Nothing found'],
  as_of: ['数据时间', 'Data as of'],
  crs: ['坐标系', 'CRS'],
  drawing_unit: ['制图单位', 'Drawn by'],
  review: ['审图号', 'Map review no.'],
  unknown: ['未注明', 'not stated'],
  no_source: ['来源未注明', 'source not stated'],
  no_date: ['时间未注明', 'date not stated'],
  no_origin: ['来源、时间未注明', 'source and date not stated'],
  share: ['工业用地线内占比', 'Industrial land inside the control line'],
  target: ['目标', 'Target'],
  no_target: ['规则书没有目标', 'no target in the rulebook'],
  met: ['达标', 'Met'],
  not_met: ['未达标', 'Not met'],
  undetermined: ['待定', 'Undetermined'],
  interval: ['可能区间', 'Possible range'],
  gap: ['达标还需（二者取一）', 'Either of these reaches the target'],
  retire: ['线外腾退', 'clear outside'],
  build: ['线内新增', 'add inside'],
  inside_land: ['线内', 'Inside'],
  total_land: ['全部', 'All'],
  industrial_land: ['工业用地', 'Industrial land'],
  parcels: ['宗地', 'Parcels'],
  inside: ['线内', 'inside'],
  straddling: ['跨线', 'straddling'],
  outside: ['线外', 'outside'],
  no_share: ['没有工业控制线，未计算线内占比。', 'No control line: the share is not computed.'],
  theme: ['宗地着色', 'Colour parcels by'],
  whole_city: ['全市', 'Whole city'],
  count: ['宗', 'parcels'],
  area: ['亩', 'mu'],
  threshold_tried: ['推演界线', 'Threshold tried'],
  threshold: ['规则书界线', 'Rulebook threshold'],
  layers: ['图层', 'Layers'],
  towns: ['分镇街线内占比', 'Share by town'],
  towns_hint: ['点击镇街，只看该镇街', 'Click a town to see it alone'],
  show_all: ['显示全市', 'Show whole city'],
  about: ['说明', 'About this map'],
  definition: ['口径', 'Definition'],
  rulebook: ['规则书', 'Rulebook'],
  effective: ['施行', 'in force from'],
  until: ['至', 'until'],
  inputs: ['数据来源', 'Data'],
  rows: ['读入 {in} 行，采用 {out}，剔除 {rejected}', '{in} rows, {out} used, {rejected} set aside'],
  all_rows: ['{in} 行全部采用', '{in} rows, all used'],
  faults: ['数据问题：修复 {repaired}，剔除 {rejected}，存疑 {doubted}（清单见 faults.csv）。',
    'Faults: {repaired} repaired, {rejected} set aside, {doubted} doubted (listed in faults.csv).'],
  notes: ['需要注意', 'To be noted'],
  drawn: ['图形仅供显示：坐标取 6 位小数，底图简化至 3 米；数字均取自成果表。',
    'Shapes are for the eye only: 6 decimals, backdrop within 3 m; figures come from the tables.'],
  basics: ['基本情况', 'Facts'],
  verdict: ['低效判定', 'Low-efficiency'],
  any: ['任一条成立即为低效', 'Any one test suffices'],
  all: ['各条均成立方为低效', 'Every test must hold'],
  all_block: ['各条均成立方为候选', 'Every test must hold'],
  any_block: ['任一条成立即为候选', 'Any one test suffices'],
  indicator: ['指标', 'Indicator'],
  value: ['现状', 'Value'],
  standard: ['标准', 'Standard'],
  outcome: ['结论', 'Result'],
  holds: ['成立', 'holds'],
  fails: ['不成立', 'does not hold'],
  open: ['缺数据', 'data missing'],
  missing: ['缺', 'missing'],
  score: ['效益评分', 'Score'],
  points: ['得分', 'Points'],
  weight: ['权重', 'Weight'],
  baseline: ['基准 {x}', 'baseline {x}'],
  cap: ['上限 {x} 倍', 'cap ×{x}'],
  between: ['本组 {low} – {high}', 'pool {low} – {high}'],
  by_rank: ['按本组名次', 'by rank in the pool'],
  of: ['权重合计 {x}', 'weights total {x}'],
  pool: ['评价组', 'Pool'],
  grade: ['评级', 'Grade'],
  not_graded: ['未评级', 'Not graded'],
  no_pool: ['未评级：没有能归入评价组的企业数据。', 'Not graded: no firm data that puts it in a pool.'],
  exempt: ['不参评', 'Not graded (exempt)'],
  exempt_open: ['是否不参评待定，未评级；缺少：{x}', 'Not graded: may be exempt; missing: {x}'],
  veto: ['一票否决，定为 {x}', 'Grade {x} whatever the score'],
  bonus: ['加减分', 'Bonus'],
  unproved: ['没有依据，不计', 'no evidence, not counted'],
  lacking: ['缺少：{x}', 'Missing: {x}'],
  mean_points: ['（缺数据，按规则取本组平均分）', "(missing: the pool's mean points, by rule)"],
  no_score: ['规则书没有评分。', 'The rulebook has no scoring.'],
  no_tests: ['规则书没有认定标准。', 'The rulebook has no tests.'],
  block: ['连片地块组', 'Block'],
  conditions: ['候选条件', 'Conditions for a candidate'],
  candidate: ['连片改造候选', 'Candidate for consolidation'],
  not_candidate: ['非候选', 'Not a candidate'],
  candidate_open: ['候选待定', 'Candidate undetermined'],
  park: ['园区', 'Park'],
  town: ['镇街', 'Town'],
  parcel: ['宗地', 'Parcel'],
  capacity: ['可用容量', 'Capacity'],
  source: ['依据', 'By'],
  lift: ['怎样升级？', 'What would lift the grade?'],
  lift_hint: ['只改这一项，其他数据、其他宗地都不变：达到即升级，差末位一个数即不升。由算式得出，不是建议。',
    'This alone, all other figures and parcels as they are: the value lifts the grade, one unit of its last digit less does not. It follows from the formula and is no advice.'],
  lift_to: ['升为 {x}', 'grade {x}'],
  lift_none: ['只改这一项升不了级', 'alone lifts nothing'],
  lift_missing: ['缺数据', 'data missing'],
  from: ['出处', 'Read in'],
  broken: ['地图数据不完整或已损坏，无法显示，请重新生成或重新复制该文件。', 'The data of this map is cut short or damaged, so it cannot be shown. Make or copy the file again.'],
  drawing: ['选择与量算', 'Choose and measure'],
  lost: ['部分宗地的图形缺失或已损坏（{x}），这些宗地以方框显示，其余不受影响。请重新复制整个地图文件夹。', 'The shapes of some parcels are missing or damaged ({x}): boxes stand for them, all else is whole. Copy the whole folder of the map again.'],
  undo: ['撤销上一步', 'Undo the last step'],
  rectangle: ['框选宗地', 'Choose parcels by a rectangle'],
  polygon: ['多边形选宗地', 'Choose parcels by a polygon'],
  distance: ['量距离', 'Measure a distance'],
  area_tool: ['量面积', 'Measure an area'],
  rectangle_how: ['点两个对角', 'Click two opposite corners'],
  polygon_how: ['逐点画，双击结束；形心在内的宗地被选中', 'Click the corners, double-click to end; parcels whose centre lies inside are chosen'],
  distance_how: ['逐点画，双击结束', 'Click along the line, double-click to end'],
  area_how: ['逐点画，双击结束', 'Click the corners, double-click to end'],
  area_unit: ['亩', 'mu'],
  around: ['周长', 'around'],
  export: ['导出 CSV', 'Export CSV'],
  filter: ['筛选', 'Filter'],
  filter_hint: ['点图例的类、镇街，或给数值加条件；可以叠加。', 'Click a class of the legend or a town, or set a span of a number; all apply together.'],
  clear: ['清除筛选', 'Clear'],
  swipe: ['左右对比', 'Compare by a swipe'],
  swipe_left: ['左侧显示', 'Shown at the left'],
  as_run: ['成果', 'the run'],
  as_tried: ['推演', 'the trial'],
  floors: ['立体：楼层', 'Floors in relief'],
  floors_how: ['块体底面为建筑密度所占，高为平均层数（容积率 ÷ 建筑密度），每层画 {m} 米；不明的不画', 'A block is as wide as what is built on and as high as its floors on average (floor area ratio ÷ density), {m} m drawn a floor; unknown ones are not drawn'],
  floors_closer: ['此处宗地太多，放大后显示楼层', 'Too many parcels here: zoom in to see floors'],
  order: ['按次序做到', 'Done, in order'],
  cleared: ['腾退', 'cleared'],
  money: ['万元', '10,000 CNY'],
  enough: ['第 {n} 项（共 {all} 项）起达标', 'met from deed {n} of {all} on'],
  what_if: ['推演：换个标准会怎样', 'What if: try other numbers'],
  what_if_hint: ['拖动滑块或填数，地图、等级、判定、占比当场重算；成果文件不变。', 'Drag or type: map, grades, verdicts and share follow at once; the files of the run stay as they are.'],
  trying: ['推演中，非评价结果', "A trial, not the run's result"],
  back_to_rules: ['回到规则书', 'Back to the rulebook'],
  weight_word: ['权重', 'weight'],
  baseline_word: ['基准', 'baseline'],
  points_unit: ['分', 'points'],
  drop: ['取消', 'Drop'],
  add: ['添加', 'Add'],
  none: ['无', 'none'],
  number: ['数值', 'Number'],
  no_data: ['无数据 {n} 宗', 'no data: {n} parcels'],
  bars: ['柱高', 'Bars'],
  by_count: ['按宗数', 'parcels'],
  by_land: ['按用地', 'land'],
  brush_how: ['在图上拖动选一段，点一根柱选一组', 'Drag for a span, click a bar for its values'],
  distribution: ['{x}的分布，', 'Distribution of {x}:'],
  low_end: ['下限', 'lower bound'],
  high_end: ['上限', 'upper bound'],
  no_bound: ['不限', 'no bound'],
  tried: ['推演', 'Trial'],
  town_order: ['排序', 'Order'],
  order_share: ['按占比', 'share'],
  order_gap: ['按线外腾退', 'to clear'],
  parcels_unit: ['宗', 'parcels'],
  show_class: ['显示或隐藏', 'Show or hide'],
  north: ['北', 'N'],
  zoom_in: ['放大', 'Zoom in'],
  zoom_out: ['缩小', 'Zoom out'],
  whole: ['全图', 'Whole map'],
  background: ['底图', 'Backdrop'],
  protected: ['永久基本农田与生态红线', 'Protected land'],
  barriers: ['阻隔（河、铁路、高速）', 'Barriers'],
  town_lines: ['镇街界', 'Town boundaries'],
  growth_boundary: ['城镇开发边界', 'Growth boundary'],
  parks: ['产业园区', 'Parks'],
  control_line: ['工业控制线', 'Industrial control line'],
  blocks: ['连片地块组', 'Contiguous blocks'],
  plan_blocks: ['方案腾退的地块组', 'Blocks the plan releases'],
  plan: ['方案', 'Plan'],
};

const colon = () => (lang === 'zh' ? '：' : ': ');
const comma = () => (lang === 'zh' ? '，' : ', ');

// Words one after the other, and whole clauses.
const listing = (words) => words.join(lang === 'zh' ? '、' : ', ');
const clauses = (said) => said.join(lang === 'zh' ? '；' : '; ');

const SIGNS = { below: '<', at_most: '≤', above: '>', at_least: '≥', equals: '=' };
const NONE = '—';

let lang = 'zh';

function setLang(wanted) {
  lang = wanted === 'en' ? 'en' : 'zh';
  document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
}

// A key of WORDS, or a pair [Chinese, English]; {x} in it is filled from the values.
function say(what, values = {}) {
  const pair = Array.isArray(what) ? what : WORDS[what];
  const text = pair[lang === 'zh' ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

const formats = [];

// A format is kept for each number of decimals: to make one takes longer than to write a hundred numbers.
function number(value, decimals = 2) {
  if (value === null || value === undefined) return NONE;
  formats[decimals] ||= new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return formats[decimals].format(value);
}

// So many parcels; English has a word of its own for one.
function parcelCount(count) {
  return `${number(count, 0)} ${lang === 'en' && count === 1 ? say('parcel').toLowerCase() : say('parcels_unit')}`;
}

// Land as people add it up: whole mu for a city, two decimals for a few plots.
const landDecimals = (mu) => (mu >= 1000 ? 0 : 2);

function land(mu) {
  return mu === null ? NONE : `${number(mu, landDecimals(mu))} ${say('area')}`;
}

function percent(share, decimals = 2) {
  return share === null || share === undefined ? NONE : `${number(share * 100, decimals)}%`;
}

const isShare = (name) => name.endsWith('_share');

// A number of a column as people write it: shares in percent, others with their unit.
function amount(name, value, decimals, unit) {
  if (value === null || value === undefined) return NONE;
  const digits = value === 0 ? 0 : decimals;
  if (isShare(name)) return percent(value, Math.max(0, digits - 2));
  const said = number(value, digits);
  return say(unit) ? `${said} ${say(unit)}` : said;
}

// A threshold, baseline or bound: as many decimals as it has, no more.
function plain(name, value, unit) {
  if (Array.isArray(value)) return say(value);
  const said = isShare(name) ? `${+(value * 100).toPrecision(6)}%` : String(value);
  return !isShare(name) && say(unit) ? `${said} ${say(unit)}` : said;
}

// Every element of the page is made here; text only ever enters as text, never as markup.
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

// A name, however long: the style sheet cuts it to a few lines, its title holds it whole.
function named(tag, name, attributes = {}) {
  const made = el(tag, { ...attributes, title: name }, name);
  made.classList.add('name');
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

function svg(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
