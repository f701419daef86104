"""The industrial control line: mostly along parcel edges, through some parcels on purpose.

The line is built from the lots, not the lots from the line: every lot, or each of its two pieces,
is put inside or outside first; then the line is drawn around what is inside. So how much of a
parcel lies inside is known before anything is measured.
"""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.affinity import rotate, translate
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from landrenew.sample.chance import between, pick, stream
from landrenew.sample.lots import Lot, whole_lots
from landrenew.sample.shapes import grown, millimetres, noded, polygons, thin

if TYPE_CHECKING:
    from numpy.random import Generator
    from shapely import STRtree
    from shapely.geometry.base import BaseGeometry

    from landrenew.sample.places import Place

CUT_PARKS = {"YQ03": 115.0, "YQ06": 262.0}
"""Parks the line cuts, and which way it faces [degrees]."""

INSIDE, CUT, OUTSIDE = 0, 1, 2
VILLAGE_FATES = {INSIDE: 0.17, CUT: 0.37, OUTSIDE: 0.46}
"""How often a village lies inside the line, is cut by it, or lies outside."""

CLEAR_M = 8.0
"""Both pieces of a cut lot are wider than this [m]."""

SHORT_M = 0.05
"""How far a zone stays behind the cut [m]."""

NOISE_M = 0.2
"""How far digitising noise moves a vertex of the line at most [m]."""

NOISE_SHARE = 0.3
"""How many of the vertices that may move do."""


def _facing(place: Place, rng: Generator) -> Polygon:
    """Draw the half of the land that is inside: everything ahead of a line through the place."""
    turn = CUT_PARKS.get(place.name, between(rng, 0, 360))
    x, y = place.middle
    reach = place.ground.area**0.5
    back = between(rng, -0.12, 0.12) if place.kind == "village" else -0.20
    ahead = rotate(box(back * reach, -9_000, 9_000, 9_000), turn, origin=(0, 0))
    return translate(ahead, x, y)


def _divided(shape: Polygon, ahead: Polygon) -> tuple[Polygon, Polygon] | None:
    inner, outer = polygons(shape.intersection(ahead)), polygons(shape.difference(ahead))
    if len(inner) != 1 or len(outer) != 1:
        return None
    pair = inner[0], outer[0]
    smaller = min(one.area for one in pair)
    clear = smaller > 0.12 * shape.area and not any(thin(one, CLEAR_M) for one in pair)
    return pair if clear else None


def _cut_lots(place: Place, shapes: list[Polygon], ahead: Polygon, rng: Generator) -> list[Lot]:
    pieces: list[Polygon] = []
    sides: list[tuple[int | None, int | None]] = []
    for shape in shapes:
        pair = _divided(shape, ahead)
        number = len(pieces)
        if pair is not None and rng.random() < 0.92:
            pieces += pair
            sides.append((number, number + 1))
        else:
            pieces.append(shape)
            sides.append((number, None) if ahead.contains(shape.centroid) else (None, number))
    final = noded(pieces)
    return [
        Lot(place, None if i is None else final[i], None if o is None else final[o])
        for i, o in sides
    ]


def _zone(place: Place, lots: list[Lot], ahead: BaseGeometry | None) -> BaseGeometry:
    within = [lot.inside for lot in lots if lot.inside is not None]
    if place.kind == "park":
        zone = grown(place.ground, 12.0)
    else:
        zone = (
            shapely.union_all(within).buffer(26, quad_segs=3).buffer(-14, quad_segs=3).simplify(1.0)
        )
    # A little short of the cut, so that the edge of the zone leaves no vertex on the cut itself.
    return zone if ahead is None else zone.intersection(grown(ahead, -SHORT_M))


def sided(laid: list[tuple[Place, list[Polygon]]]) -> tuple[list[Lot], list[BaseGeometry]]:
    """
    Put every lot inside or outside the control line, or cut it.

    Parameters
    ----------
    laid
        Each park and village with the shapes of its lots.

    Returns
    -------
    tuple
        The lots, and for each place with land inside the rough zone around it.
    """
    every: list[Lot] = []
    zones: list[BaseGeometry] = []
    for place, shapes in laid:
        rng = stream(f"line {place.name}")
        cut_park = CUT if place.name in CUT_PARKS else INSIDE
        fate = cut_park if place.kind == "park" else pick(rng, VILLAGE_FATES)
        ahead = _facing(place, rng) if fate == CUT else None
        if ahead is None:
            lots = whole_lots(place, shapes, inside=fate == INSIDE)
        else:
            lots = _cut_lots(place, shapes, ahead, rng)
        every += lots
        if any(lot.inside is not None for lot in lots):
            zones.append(_zone(place, lots, ahead))
    return every, zones


def _without_gaps(area: Polygon, outside: BaseGeometry) -> Polygon:
    kept = [ring for ring in area.interiors if Polygon(ring).intersection(outside).area > 1.0]
    return Polygon(area.exterior, kept)


def drawn_line(lots: list[Lot], zones: list[BaseGeometry]) -> list[Polygon]:
    """
    Draw the control line around all that is inside.

    Parameters
    ----------
    lots
        The lots.
    zones
        The rough zones.

    Returns
    -------
    list of Polygon
        Areas inside the line; on the edge of a lot they share its vertices exactly.
    """
    within = shapely.union_all([lot.inside for lot in lots if lot.inside is not None])
    without = shapely.union_all([lot.outside for lot in lots if lot.outside is not None])
    rough = millimetres(shapely.union_all(zones))
    shapely.prepare(without)
    area = rough.difference(without).union(within)
    return [_without_gaps(one, without) for one in polygons(area)]


def _shaken(ring: np.ndarray, still: STRtree, rng: Generator) -> np.ndarray:
    moved = ring.copy()
    for place in range(1, len(ring) - 2):
        draw, turn, far = rng.random(3)
        if draw > NOISE_SHARE:
            continue
        if len(still.query(LineString(ring[place - 1 : place + 2]), "dwithin", distance=1.0)):
            continue
        angle = 2 * np.pi * turn
        step = NOISE_M * (0.3 + 0.69 * far) * np.array([np.cos(angle), np.sin(angle)])
        moved[place] = np.round(ring[place] + step, 3)
    return moved


def digitised(line: list[Polygon], lots: list[Lot]) -> MultiPolygon:
    """
    Add the noise of a hand that digitises: vertices off by up to 0.2 m, away from cut lots.

    Parameters
    ----------
    line
        The exact line.
    lots
        The lots.

    Returns
    -------
    MultiPolygon
        The line as a bureau would have it; lots it should follow stick out by slivers.
    """
    rng = stream("digitising")
    cut = shapely.STRtree([lot.shape for lot in lots if lot.inside and lot.outside])
    out = []
    for area in line:
        shaken = Polygon(
            _shaken(np.asarray(area.exterior.coords), cut, rng),
            [_shaken(np.asarray(ring.coords), cut, rng) for ring in area.interiors],
        )
        out.append(shaken if shaken.is_valid else area)
    return MultiPolygon(out)
