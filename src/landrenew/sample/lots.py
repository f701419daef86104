"""Lots: regular ones on a park's own grid, small odd ones along the lanes of a village."""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np
import shapely
from shapely.affinity import rotate
from shapely.geometry import Polygon, box

from landrenew.sample.chance import between, stream
from landrenew.sample.roads import KEPT_OFF_M
from landrenew.sample.shapes import axes, halves, noded, polygons, scatter, thin

if TYPE_CHECKING:
    from numpy.random import Generator
    from shapely.geometry.base import BaseGeometry

    from landrenew.sample.places import Place
    from landrenew.sample.roads import Roads
    from landrenew.sample.terrain import Terrain

VILLAGE_LOT_M2 = 4_600.0
"""Lots of villages are halved until below about this [m2]."""

SMALLEST_M2, NARROWEST_M = 330.0, 11.0
"""Nothing smaller or narrower is a lot."""

PARK_STREET_M = 20.0
"""Width of the streets in a park [m]."""


@dataclass(frozen=True)
class Lot:
    """
    One lot, in at most two pieces.

    Parameters
    ----------
    place
        The park or village.
    inside
        The piece inside the control line, None when all is outside.
    outside
        The piece outside, None when all is inside.
    """

    place: Place
    inside: Polygon | None
    outside: Polygon | None

    @property
    def pieces(self) -> list[Polygon]:
        """The pieces there are."""
        return [one for one in (self.inside, self.outside) if one is not None]

    @property
    def shape(self) -> Polygon:
        """The whole lot."""
        pieces = self.pieces
        return pieces[0] if len(pieces) == 1 else cast("Polygon", shapely.union_all(pieces))


def kept_off(ground: Terrain, roads: Roads) -> dict[str, BaseGeometry]:
    """
    Gather what no lot may enter.

    Parameters
    ----------
    ground
        The ground.
    roads
        All roads.

    Returns
    -------
    dict
        One shape for parks (without village streets), one for villages.
    """
    trunk = [roads.strips(k, KEPT_OFF_M[k]) for k in ("expressway", "railway", "arterial")]
    half_bank = (KEPT_OFF_M["canal"] - 8.0) / 2
    canals = [canal.buffer(half_bank, join_style="mitre") for canal in ground.canals]
    water = [ground.river.buffer(25), ground.sea.buffer(60), ground.hills.buffer(10)]
    common = shapely.union_all([*trunk, *canals, *water])
    streets = roads.strips("street", KEPT_OFF_M["street"])
    return {"park": common, "village": common.union(streets)}


def _is_lot(shape: Polygon, smallest: float, narrowest: float) -> bool:
    if shape.interiors or shape.area < smallest:
        return False
    *_, short = axes(shape)
    fills = shape.area / shapely.envelope(shape).area
    return short >= narrowest and fills > 0.2 and not thin(shape, 0.6 * narrowest)


def _village_lots(shape: Polygon, rng: Generator, lane_above: float) -> list[Polygon]:
    """Halve a shape until its parts are lots; large parts by a lane, small ones by a wall."""
    wish = VILLAGE_LOT_M2 * float(np.exp(0.72 * rng.standard_normal()))
    if shape.area < 2 * SMALLEST_M2 or (shape.area < wish and not shape.interiors):
        return [shape]
    wide = shape.area > 4 * lane_above
    lane = between(rng, 6.5, 10.0) if wide else between(rng, 4.0, 6.5)
    parts = halves(shape, rng, lane=lane if shape.area > lane_above else 0.0)
    if len(parts) < 2:
        return parts
    return [lot for part in parts for lot in _village_lots(part, rng, lane_above)]


def village_lots(place: Place, taken: BaseGeometry) -> list[Polygon]:
    """
    Divide a village into lots.

    Parameters
    ----------
    place
        The village.
    taken
        What no lot may enter.

    Returns
    -------
    list of Polygon
        Lots; some walls are shared, some lots lie on either side of a lane of 4 to 10 m.
    """
    rng = stream(f"lots {place.name}")
    lane_above = between(rng, 8_000, 13_000)
    parts = polygons(place.ground.difference(taken))
    lots = [lot for part in parts for lot in _village_lots(part, rng, lane_above)]
    kept = [lot for lot in lots if rng.random() > 0.05]
    return [lot for lot in kept if _is_lot(lot, SMALLEST_M2, NARROWEST_M)]


def _park_row(
    left: float, right: float, ends: tuple[float, float], rng: Generator
) -> list[Polygon]:
    count = max(1, round((right - left) / between(rng, 78, 160)))
    cuts = scatter(rng, left, right, count)
    return [box(a, ends[0], b, ends[1]) for a, b in pairwise(cuts)]


def _park_grid(bounds: tuple[float, float, float, float], rng: Generator) -> list[Polygon]:
    """Lay blocks of two rows of lots, back to back, with streets between the blocks."""
    left, bottom, right, top = bounds
    columns = scatter(rng, left, right, max(2, round((right - left) / 330)))
    rows = scatter(rng, bottom, top, max(2, round((top - bottom) / 215)))
    half, lots = PARK_STREET_M / 2, []
    for x0, x1 in pairwise(columns):
        for y0, y1 in pairwise(rows):
            back = y0 + (y1 - y0) * between(rng, 0.42, 0.58)
            lots += _park_row(x0 + half, x1 - half, (y0 + half, back), rng)
            lots += _park_row(x0 + half, x1 - half, (back, y1 - half), rng)
    return lots


def park_lots(place: Place, taken: BaseGeometry) -> list[Polygon]:
    """
    Divide a park into lots on its own grid.

    Parameters
    ----------
    place
        The park.
    taken
        What no lot may enter.

    Returns
    -------
    list of Polygon
        Lots, rectangles but for those at the park's edge and along roads.
    """
    rng = stream(f"lots {place.name}")
    level = rotate(place.ground, -place.turn, origin=place.middle)
    lots = []
    for cell in _park_grid(level.bounds, rng):
        turned = rotate(cell, place.turn, origin=place.middle)
        lots += polygons(turned.intersection(place.ground).difference(taken))
    kept = [lot for lot in lots if rng.random() > 0.04]
    return [lot for lot in kept if _is_lot(lot, 1_500.0, 24.0)]


def whole_lots(place: Place, shapes: list[Polygon], *, inside: bool) -> list[Lot]:
    """
    Make lots that lie on one side of the control line.

    Parameters
    ----------
    place
        The park or village.
    shapes
        Their shapes, with common vertices on common edges.
    inside
        Which side.

    Returns
    -------
    list of Lot
        The lots.
    """
    return [Lot(place, *((one, None) if inside else (None, one))) for one in noded(shapes)]
