// Tiles that a brush paints: first what is in sight, and the rest in frames that stay short. Who extends
// it gives the grid, the brush, the outlines, the classes and of each parcel the shade.

const TILE = 256;
// So long may painting hold up a frame [ms].
const PATIENCE = 12;

const Painted = L.GridLayer.extend({
  options: { tileSize: TILE, updateWhenIdle: false, updateWhenZooming: false, keepBuffer: 1 },

  initialize() {
    L.GridLayer.prototype.initialize.call(this);
    this.waiting = [];
    this.on('tileunload', ({ tile }) => this.letGo(tile));
  },

  // Browsers keep the pixels of a canvas for long after it has gone, but for one that has none.
  letGo(tile) {
    tile.width = tile.height = 0;
    tile.owners = null;
  },

  // Tiles of the zoom that is shown, whole or not: a picture that is stretched is blurred.
  _setView(center, zoom, noPrune, noUpdate) {
    if (!noUpdate) {
      this._tileZoom = zoom;
      this._updateLevels();
      this._resetGrid();
      this._update(center);
      if (!noPrune) this._pruneTiles();
      this._noPrune = Boolean(noPrune);
    }
    this._setZoomTransforms(center, zoom);
  },

  createTile(coords, done) {
    const tile = document.createElement('canvas');
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    tile.width = tile.height = TILE * this.ratio;
    this.wait({ tile, coords, done });
    return tile;
  },

  // Paint every tile that is there once more: those in sight in the next frame, the others after it.
  draw() {
    if (!this.grid || !this._map) return;
    this.waiting = this.waiting.filter(({ done }) => done);
    for (const { el: tile, coords } of Object.values(this._tiles)) this.wait({ tile, coords, isSeen: this.isSeen(coords) });
  },

  isSeen(coords) {
    const view = this._map.getPixelBounds(null, this._tileZoom);
    const corner = L.point(coords).multiplyBy(TILE);
    return coords.z === this._tileZoom && view.intersects(L.bounds(corner, corner.add([TILE, TILE])));
  },

  wait(job) {
    this.waiting.push(job);
    this.frame ||= requestAnimationFrame(() => this.work());
  },

  // Paint what is to change under the reader's eyes at once, and of the rest what the frame has
  // time for.
  work() {
    const began = performance.now();
    const isUrgent = ({ isSeen }) => isSeen;
    this.waiting = [...this.waiting.filter(isUrgent), ...this.waiting.filter((job) => !isUrgent(job))];
    while (this.waiting.length && (isUrgent(this.waiting[0]) || performance.now() - began < PATIENCE)) this.paintOne();
    this.frame = this.waiting.length ? requestAnimationFrame(() => this.work()) : 0;
    if (!this.isBusy()) this.fire('painted');
  },

  // Whether something is to be painted in sight, or outlines for it are on their way.
  isBusy() {
    return this.waiting.some(({ isSeen, done }) => isSeen || done)
      || Object.values(this._tiles).some(({ el: tile, coords }) => tile.lacking?.size && this.isSeen(coords));
  },

  // Paint the tiles once more that lacked nothing but this piece.
  repaint(number) {
    for (const { el: tile, coords } of Object.values(this._tiles)) {
      if (!tile.lacking?.delete(number) || tile.lacking.size) continue;
      tile.owners = null;
      this.wait({ tile, coords, isSeen: this.isSeen(coords) });
    }
    if (!this.isBusy()) this.fire('painted');
  },

  // A tile that has left the map meanwhile is passed over.
  paintOne() {
    const { tile, coords, done } = this.waiting.shift();
    if (this.grid && this._tiles[this._tileCoordsToKey(coords)]?.el === tile) {
      this.brush.paint(tile, this.windowOf(coords), this.classes(), this.shade, this.ratio);
      tile.lacking.forEach((number) => this.outlines.ask(number));
    }
    if (done) setTimeout(() => done(null, tile));
  },

  whenPainted(act) {
    if (this.isBusy()) this.once('painted', act);
    else act();
  },

  windowOf({ x, y, z }) {
    const world = 256 * 2 ** z;
    const { left, top, perPixel } = this.grid.cornerOf((x * TILE) / world, (y * TILE) / world, world);
    return { left, top, scale: this.ratio / perPixel };
  },
});
