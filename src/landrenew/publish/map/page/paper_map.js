// The map as it is painted for paper: parcels by their own brush, the lines of the map, names, scale bar
// and north, at any number of dots to a CSS pixel.

const PAPER_TILE = 1024;
const PAPER_MAX_ZOOM = 20;
const BAR_AT_MOST = 190;
const CSS_PIXEL_M = 0.0254 / 96;
const NAME_STYLES = {
  towns: { font: '600 14px', colour: '#4b483f', spacing: '1.7px' },
  parks: { font: '600 12px', colour: '#1c5a53', spacing: '0px' },
};

const sansOf = () => getComputedStyle(document.body).fontFamily;

// A part of the earth on a piece of paper, sizes in CSS pixels, with a little ground around what is asked
// for: scale of them to the whole earth's width.
class PaperWindow {
  constructor(bounds, width, height) {
    const [x0, y0] = [mercatorX(bounds.getWest()), mercatorY(bounds.getNorth())];
    const [x1, y1] = [mercatorX(bounds.getEast()), mercatorY(bounds.getSouth())];
    Object.assign(this, { width, height });
    this.scale = Math.min(256 * 2 ** PAPER_MAX_ZOOM, (width - 2 * ROOM) / (x1 - x0), (height - 2 * ROOM) / (y1 - y0));
    this.left = (x0 + x1 - width / this.scale) / 2;
    this.top = (y0 + y1 - height / this.scale) / 2;
  }

  get zoom() { return Math.log2(this.scale / 256); }

  at({ lng, lat }) { return [(mercatorX(lng) - this.left) * this.scale, (mercatorY(lat) - this.top) * this.scale]; }

  place(x, y) {
    const north = (0.5 - this.top - y / this.scale) * 2 * Math.PI;
    return L.latLng(((2 * Math.atan(Math.exp(north)) - Math.PI / 2) * 180) / Math.PI, (this.left + x / this.scale - 0.5) * 360);
  }

  // Metres on the ground, from west to east across the middle, to a CSS pixel.
  metresPerPixel() {
    const [x, y] = [this.width / 2, this.height / 2];
    return lengthOf([this.place(x - 50, y), this.place(x + 50, y)]) / 100;
  }

  // So many metres on the ground are one on the paper: three digits of it.
  ratioOfLengths() { return +(this.metresPerPixel() / CSS_PIXEL_M).toPrecision(3); }

  // A round length of the scale bar, and how long it is drawn.
  bar() {
    const perPixel = this.metresPerPixel();
    const most = BAR_AT_MOST * perPixel;
    const unit = 10 ** Math.floor(Math.log10(most));
    const metresLong = unit * [5, 2, 1].find((one) => one * unit <= most);
    return { metres: metresLong, pixels: metresLong / perPixel };
  }
}

// Paint what the map shows, from a corner of the canvas in CSS pixels; tiles are those of a basemap.
function paintMap(pen, page, window, { x, y, ratio, tiles }) {
  const { map, parcels, ground: below } = page;
  const lines = everyLayer(map).filter((one) => one instanceof L.Path);
  const heightOf = (one) => Number(map.getPane(one.options.pane).style.zIndex || OVERLAY_ORDER);
  const sorted = lines.sort((a, b) => heightOf(a) - heightOf(b));
  const paintLines = (from, to) => sorted.filter((one) => heightOf(one) >= from && heightOf(one) < to)
    .forEach((one) => paintLine(pen, window, one, below.opacityOf(one.options.pane)));
  pen.save();
  pen.scale(ratio, ratio);
  pen.translate(x, y);
  pen.beginPath();
  pen.rect(0, 0, window.width, window.height);
  pen.clip();
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, window.width, window.height);
  paintLines(-Infinity, PANE_ORDER.ground);
  tiles.forEach((one) => paintTile(pen, window, one));
  if (below.picture && map.hasLayer(below.picture)) paintPicture(pen, window, below.picture);
  paintLines(PANE_ORDER.ground, PANE_ORDER.parcels);
  pen.globalAlpha = below.opacityOf('parcels');
  if (map.hasLayer(parcels)) paintParcels(pen, window, parcels, ratio);
  pen.globalAlpha = 1;
  paintLines(PANE_ORDER.parcels, Infinity);
  paintNames(pen, window, page.namedLayers().filter((one) => map.hasLayer(one)));
  paintBar(pen, window);
  paintNorth(pen, window);
  pen.restore();
}

// A hair larger than it is, so that no gap shows between two.
function paintTile(pen, { left, top, scale }, tile) {
  const size = tile.size * scale + 0.4;
  pen.drawImage(tile.image, (tile.left - left) * scale, (tile.top - top) * scale, size, size);
}

function paintPicture(pen, window, picture) {
  const bounds = picture.getBounds();
  const [left, top] = window.at(bounds.getNorthWest());
  const [right, bottom] = window.at(bounds.getSouthEast());
  pen.drawImage(picture.getElement(), left, top, right - left, bottom - top);
}

// What of the grid a window shows, and how many of its steps go into a CSS pixel.
function onGrid(window, grid) {
  const { left: west, top: north, perPixel } = grid.cornerOf(window.left, window.top, window.scale);
  return { west, north, east: west + window.width * perPixel, south: north + window.height * perPixel, perPixel };
}

// The pieces whose outlines a window shows, where parcels are more than boxes on it.
function piecesIn(window, { grid }) {
  const { west, north, east, south, perPixel } = onGrid(window, grid);
  if (grid.meanSize / perPixel < PAPER.boxBelow) return new Set();
  return new Set(Array.from(grid.within(west, north, east, south), (i) => grid.pieceOf(i)));
}

// Tile by tile: one of them is all the room it takes.
function paintParcels(pen, window, parcels, ratio) {
  const { grid, theme, shade } = parcels;
  const brush = new Brush(grid, PAPER);
  const tile = document.createElement('canvas');
  tile.width = tile.height = PAPER_TILE;
  const side = PAPER_TILE / ratio;
  const { west, north, perPixel } = onGrid(window, grid);
  for (let y = 0; y < window.height; y += side) {
    for (let x = 0; x < window.width; x += side) {
      tile.owners = null;
      brush.paint(tile, { left: west + x * perPixel, top: north + y * perPixel, scale: ratio / perPixel }, theme && theme.classes, shade, ratio);
      pen.drawImage(tile, x, y, side, side);
    }
  }
}

const ringsOf = (places) => (L.LineUtil.isFlat(places) ? [places] : places.flatMap(ringsOf));

function tracePath(pen, window, path) {
  pen.beginPath();
  if (path instanceof L.CircleMarker) {
    const [x, y] = window.at(path.getLatLng());
    const pixels = path instanceof L.Circle ? path.getRadius() / window.metresPerPixel() : path.getRadius();
    pen.arc(x, y, pixels, 0, 2 * Math.PI);
    return;
  }
  for (const ring of ringsOf(path.getLatLngs())) {
    ring.forEach((place, k) => pen[k ? 'lineTo' : 'moveTo'](...window.at(place)));
    if (path instanceof L.Polygon) pen.closePath();
  }
}

// A line or an area of Leaflet's, as it looks at this scale.
function paintLine(pen, window, path, opacity) {
  const { options } = path;
  const weight = options.base === undefined ? options.weight : weightAt(window.zoom, options);
  const isDrawn = options.base === undefined ? options.stroke : weight > 0;
  tracePath(pen, window, path);
  if (options.fill) {
    pen.globalAlpha = options.fillOpacity * opacity;
    pen.fillStyle = options.fillColor || options.color;
    pen.fill('evenodd');
  }
  if (isDrawn) {
    pen.globalAlpha = options.opacity * opacity;
    Object.assign(pen, { strokeStyle: options.color, lineWidth: weight, lineCap: options.lineCap, lineJoin: options.lineJoin });
    pen.setLineDash(String(options.dashArray || '').split(/[ ,]+/).filter(Boolean).map(Number));
    pen.stroke();
    pen.setLineDash([]);
  }
  pen.globalAlpha = 1;
}

// Each name where it covers none already there, or not at all; as on the screen.
function paintNames(pen, window, layers) {
  const taken = [];
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  for (const layer of layers) {
    const { font, colour, spacing } = NAME_STYLES[layer.name];
    pen.font = `${font} ${sansOf()}`;
    pen.letterSpacing = spacing;
    (layer.data.names || []).forEach((name, i) => {
      if (name) paintName(pen, window, { words: shortened(name, 24), places: layer.places(i), colour, isBeside: layer.name === 'parks' }, taken);
    });
  }
  pen.letterSpacing = '0px';
}

function paintName(pen, window, { words, places, colour, isBeside }, taken) {
  const half = pen.measureText(words).width / 2 + 2;
  for (const [k, place] of places.entries()) {
    const [x, middle] = window.at(place);
    const y = isBeside ? middle + (k ? -10 : 10) : middle;
    const box = { left: x - half, right: x + half, top: y - 9, bottom: y + 9 };
    const isClear = box.left > 0 && box.right < window.width && box.top > 0 && box.bottom < window.height
      && taken.every((one) => box.right < one.left || box.left > one.right || box.bottom < one.top || box.top > one.bottom);
    if (!isClear) continue;
    taken.push(box);
    Object.assign(pen, { strokeStyle: 'rgba(255, 255, 255, 0.85)', lineWidth: 3.5, lineJoin: 'round', fillStyle: colour });
    pen.strokeText(words, x, y);
    pen.fillText(words, x, y);
    return;
  }
}

// Black and white in turn, four parts, with the length at its end.
function paintBar(pen, window) {
  const { metres: length, pixels } = window.bar();
  const [left, foot] = [18, window.height - 18];
  pen.fillStyle = 'rgba(255, 255, 255, 0.85)';
  pen.fillRect(left - 8, foot - 28, pixels + 70, 38);
  pen.fillStyle = INK;
  pen.fillRect(left, foot - 6, pixels, 6);
  pen.fillStyle = '#fff';
  for (const part of [1, 3]) pen.fillRect(left + (part * pixels) / 4, foot - 5, pixels / 4 - (part === 3 ? 1 : 0), 4);
  pen.fillStyle = INK;
  Object.assign(pen, { font: `12px ${sansOf()}`, textBaseline: 'alphabetic', textAlign: 'left' });
  pen.fillText('0', left, foot - 11);
  pen.textAlign = 'center';
  pen.fillText(length >= 1000 ? `${length / 1000} km` : `${length} m`, left + pixels, foot - 11);
}

function paintNorth(pen, { width }) {
  const x = width - 34;
  pen.fillStyle = 'rgba(255, 255, 255, 0.85)';
  pen.fillRect(x - 18, 10, 36, 66);
  Object.assign(pen, { fillStyle: INK, strokeStyle: INK, lineWidth: 1, textAlign: 'center', textBaseline: 'middle', font: `700 15px ${sansOf()}` });
  pen.fillText(say('north'), x, 22);
  for (const [side, isFull] of [[12, true], [-12, false]]) {
    pen.beginPath();
    pen.moveTo(x, 32);
    pen.lineTo(x + side, 72);
    pen.lineTo(x, 63);
    pen.closePath();
    if (isFull) pen.fill();
    pen.stroke();
  }
}
