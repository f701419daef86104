// The shift of Chinese map services, GCJ-02, by the formulas of base/shifted.py: what is shown of their
// tiles is put back where it belongs. Nothing of ours is ever shifted.

const SHIFT_AXIS_M = 6378245;
const SHIFT_ECCENTRICITY_2 = 0.00669342162296594323;
const SHIFTED_BOX = [72.004, 0.8293, 137.8347, 55.8271];

// Sine waves, each an amplitude and the length of half a wave.
function waves(value, ...terms) {
  return (sum(terms.map(([high, half]) => high * Math.sin((value * Math.PI) / half))) * 2) / 3;
}

// How far a true place is shifted [degree]; not at all outside China.
function shiftOf({ lng, lat }) {
  const [west, south, east, north] = SHIFTED_BOX;
  if (lng < west || lng > east || lat < south || lat > north) return [0, 0];
  const [x, y] = [lng - 105, lat - 35];
  const ripple = waves(x, [20, 1 / 6], [20, 1 / 2]);
  const right = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + ripple
    + waves(x, [20, 1], [40, 3]) + waves(x, [150, 12], [300, 30]);
  const up = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + ripple
    + waves(y, [20, 1], [40, 3]) + waves(y, [160, 12], [320, 30]);
  const phi = (lat * Math.PI) / 180;
  const flat = 1 - SHIFT_ECCENTRICITY_2 * Math.sin(phi) ** 2;
  const across = (SHIFT_AXIS_M / Math.sqrt(flat)) * Math.cos(phi);
  const along = (SHIFT_AXIS_M * (1 - SHIFT_ECCENTRICITY_2)) / flat ** 1.5;
  return [((right / across) * 180) / Math.PI, ((up / along) * 180) / Math.PI];
}

function shifted(place) {
  const [lng, lat] = shiftOf(place);
  return L.latLng(place.lat + lat, place.lng + lng);
}

// Back to where things are; eight rounds come nearer than any map can show.
function unshifted(place) {
  let found = place;
  for (let round = 0; round < 8; round += 1) {
    const there = shifted(found);
    found = L.latLng(found.lat + place.lat - there.lat, found.lng + place.lng - there.lng);
  }
  return found;
}
