"""What stands around industry: built-up land, fields, red lines, barriers, the growth boundary."""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely
from shapely.affinity import rotate
from shapely.geometry import LineString, MultiPolygon, Point

from landrenew.sample.chance import between, stream
from landrenew.sample.places import PARKS
from landrenew.sample.roads import ARTERIAL_M, EXPRESSWAY_M, RAILWAY_M, STREET_M
from landrenew.sample.shapes import blob, grown, halves, millimetres, polygons, scatter
from landrenew.sample.towns import TOWNS

if TYPE_CHECKING:
    from numpy.random import Generator
    from shapely.geometry import Polygon
    from shapely.geometry.base import BaseGeometry

    from landrenew.sample.places import Place
    from landrenew.sample.roads import Roads
    from landrenew.sample.terrain import Terrain
    from landrenew.sample.towns import Countryside

CRS = "EPSG:4549"

FARMED_SHARE = 0.62
"""Share of the open countryside that is permanent farmland."""


def _frame(rows: list[tuple[str, BaseGeometry]], column: str) -> gpd.GeoDataFrame:
    solid = [
        (name, MultiPolygon(polygons(shapely.set_precision(shape, 0.001)))) for name, shape in rows
    ]
    return gpd.GeoDataFrame(
        {column: [n for n, _ in solid]}, geometry=[s for _, s in solid], crs=CRS
    )


def built_up(places: list[Place], ground: Terrain) -> BaseGeometry:
    """
    Spread the built-up land: town centres, and houses around every village.

    Parameters
    ----------
    places
        Parks and villages.
    ground
        The ground.

    Returns
    -------
    BaseGeometry
        Built-up land, dry.
    """
    rng = stream("built up")
    centres = [blob(rng, xy, between(rng, 620, 1180)) for xy in TOWNS.values()]
    suburbs = [
        blob(rng, (x + 1500 * east, y + 1100 * north), between(rng, 240, 520))
        for x, y in TOWNS.values()
        for east, north in 2 * rng.random((4, 2)) - 1
    ]
    homes = [
        blob(rng, one.middle, one.ground.area**0.5 * 0.78)
        for one in places
        if one.kind == "village"
    ]
    grounds = [one.ground.buffer(40) for one in places]
    wet = shapely.union_all([ground.sea.buffer(30), ground.river.buffer(15), ground.hills])
    land = shapely.union_all([*centres, *suburbs, *homes, *grounds]).buffer(60).buffer(-60)
    return land.intersection(ground.land).difference(wet).simplify(4)


def growth_boundary(built: BaseGeometry) -> gpd.GeoDataFrame:
    """
    Draw the urban growth boundary around the larger built-up areas.

    Parameters
    ----------
    built
        Built-up land.

    Returns
    -------
    geopandas.GeoDataFrame
        One row, ``name``.
    """
    grown = built.buffer(170).buffer(-120).simplify(12)
    large = [one for one in polygons(grown) if one.area > 450_000]
    shape = MultiPolygon([type(one)(one.exterior) for one in large])
    return _frame([("城镇开发边界（示例）", shapely.union_all(shape))], "name")


def _is_farmed(cell: Polygon, rng: Generator) -> bool:
    """Farm in wide tracts, with odd gaps: fields go by the kilometre, not by the piece."""
    x, y = cell.centroid.x / 1000, cell.centroid.y / 1000
    across = math.sin(1.1 * x + 0.6 * math.sin(0.9 * y))
    along = math.sin(1.3 * y + 0.7 * math.sin(0.8 * x))
    return bool(across + along > 1.4 - 4.0 * FARMED_SHARE + 0.9 * rng.standard_normal())


def _fields(cell: Polygon, taken: BaseGeometry, rng: Generator) -> list[Polygon]:
    open_ground = grown(cell, -7.0)
    if not taken.disjoint(open_ground):
        open_ground = open_ground.difference(shapely.clip_by_rect(taken, *open_ground.bounds))
    tracts = [
        one for part in polygons(open_ground.simplify(3)) for one in halves(part, rng, lane=7.0)
    ]
    return [field for tract in tracts for field in halves(tract, rng, lane=5.0)]


def protected(
    land: Countryside, ground: Terrain, kept_free: BaseGeometry, exceptions: list[BaseGeometry]
) -> gpd.GeoDataFrame:
    """
    Protect fields and hills, clear of every lot but the exceptions.

    Parameters
    ----------
    land
        The countryside in pieces.
    ground
        The ground.
    kept_free
        Built-up land, roads and lots.
    exceptions
        Lots that stand on permanent farmland.

    Returns
    -------
    geopandas.GeoDataFrame
        Two rows, ``kind``.
    """
    rng = stream("fields")
    wet = shapely.union_all([ground.river.buffer(30), *ground.canals, ground.hills])
    taken = shapely.union_all([kept_free, wet]).buffer(10)
    shapely.prepare(taken)
    fields = []
    for cell in land.cells:
        if _is_farmed(cell, rng):
            fields += _fields(cell, taken, rng)
    large = [one for one in fields if one.area > 8_000]
    farmland = shapely.union_all([*large, *exceptions])
    red_line = ground.hills.buffer(-90).buffer(40).intersection(ground.land.buffer(-20)).simplify(6)
    return _frame([("永久基本农田", farmland), ("生态保护红线", red_line)], "kind")


def barriers(ground: Terrain, roads: Roads) -> gpd.GeoDataFrame:
    """
    List what contiguity never crosses.

    Parameters
    ----------
    ground
        The ground.
    roads
        The roads.

    Returns
    -------
    geopandas.GeoDataFrame
        ``kind``: river (the canals too), railway, expressway.
    """
    rows = [("river", ground.river), *[("river", canal) for canal in ground.canals]]
    rows.append(("railway", roads.strips("railway", RAILWAY_M).intersection(ground.land)))
    rows.append(("expressway", roads.strips("expressway", EXPRESSWAY_M).intersection(ground.land)))
    return _frame(rows, "kind")


def town_streets(built: BaseGeometry, places: list[Place]) -> BaseGeometry:
    """
    Lay streets through the towns, each on its own bearing, around parks and villages.

    Parameters
    ----------
    built
        Built-up land.
    places
        Parks and villages.

    Returns
    -------
    BaseGeometry
        Streets of 12 m; only the backdrop shows them.
    """
    rng, found = stream("town streets"), []
    lots = shapely.union_all([one.ground.buffer(45) for one in places])
    for x, y in TOWNS.values():
        turn = between(rng, -35, 35)
        for offset in scatter(rng, -1_600, 1_600, 13):
            for bearing in (turn, turn + 90 + between(rng, -4, 4)):
                line = LineString([(x - 1_600, y + offset), (x + 1_600, y + offset)])
                found.append(rotate(line, bearing, origin=(x, y)))
    near = shapely.union_all([Point(xy).buffer(1_500) for xy in TOWNS.values()])
    ground = built.buffer(-60).intersection(near).difference(lots)
    return shapely.union_all([one.buffer(6, cap_style="flat") for one in found]).intersection(
        ground
    )


def background(
    ground: Terrain, roads: Roads, built: BaseGeometry, streets: BaseGeometry
) -> gpd.GeoDataFrame:
    """
    Gather the faint backdrop of the map.

    Parameters
    ----------
    ground
        The ground.
    roads
        The roads.
    built
        Built-up land.
    streets
        Streets of the towns.

    Returns
    -------
    geopandas.GeoDataFrame
        ``kind``: sea, river, hill, built_up, road, railway.
    """
    wide = {"expressway": EXPRESSWAY_M, "arterial": ARTERIAL_M, "street": STREET_M}
    dry = ground.land.buffer(400).difference(ground.sea)
    rows = [("sea", ground.sea), ("hill", ground.hills), ("built_up", built)]
    rows.append(("river", shapely.union_all([ground.river, *ground.canals])))
    rows += [("road", roads.strips(kind, width).intersection(dry)) for kind, width in wide.items()]
    rows.append(("road", streets))
    rows.append(("railway", roads.strips("railway", RAILWAY_M).intersection(dry)))
    return _frame(rows, "kind")


def park_table(places: list[Place]) -> gpd.GeoDataFrame:
    """
    List the parks.

    Parameters
    ----------
    places
        Parks and villages.

    Returns
    -------
    geopandas.GeoDataFrame
        ``YQBH`` (number), ``YQMC`` (name), ``KYMJ`` (capacity, mu).
    """
    found = [one for one in places if one.kind == "park"]
    return gpd.GeoDataFrame(
        {
            "YQBH": [one.name for one in found],
            "YQMC": [PARKS[one.name][0] for one in found],
            "KYMJ": [float(PARKS[one.name][-1]) for one in found],
        },
        geometry=[millimetres(one.ground) for one in found],
        crs=CRS,
    )


def town_table(land: Countryside) -> gpd.GeoDataFrame:
    """
    List the towns.

    Parameters
    ----------
    land
        The countryside.

    Returns
    -------
    geopandas.GeoDataFrame
        ``town``.
    """
    return gpd.GeoDataFrame({"town": list(land.towns)}, geometry=list(land.towns.values()), crs=CRS)
