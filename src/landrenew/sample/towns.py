"""The twelve towns: their names, centres, and borders that follow the river and the fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPoint, Point, Polygon
from shapely.ops import split

from landrenew.sample.chance import stream
from landrenew.sample.shapes import millimetres, polygons

if TYPE_CHECKING:
    from landrenew.sample.terrain import Terrain

TOWNS = {
    "青云街道": (616_500, 3_339_500), "临江镇": (622_700, 3_338_700),
    "海晏镇": (611_900, 3_344_900), "新围镇": (618_300, 3_343_300),
    "白沙街道": (625_900, 3_343_600), "东浦镇": (632_000, 3_341_500),
    "横塘镇": (608_300, 3_339_600), "石渡镇": (611_200, 3_334_300),
    "云岭镇": (618_200, 3_333_100), "双桥镇": (624_700, 3_333_800),
    "南屏镇": (630_600, 3_335_300), "盐仓镇": (627_900, 3_339_400),
}  # fmt: skip
"""Each town and the middle of its built-up land [m]. The names are invented."""

CELL_M = 480.0
"""Size of the pieces of countryside the borders run between [m]."""

ACROSS_RIVER_M = 1_600.0
"""How much farther the other bank feels [m]."""


@dataclass(frozen=True)
class Countryside:
    """
    The land in pieces.

    Parameters
    ----------
    cells
        Irregular pieces that cover the land.
    towns
        Name and area of each town, in the order of :data:`TOWNS`.
    """

    cells: tuple[Polygon, ...]
    towns: dict[str, Polygon]

    def town_at(self, point: Point) -> str | None:
        """
        Find the town a point lies in.

        Parameters
        ----------
        point
            The point [m].

        Returns
        -------
        str or None
            Name of the town, None outside the city.
        """
        return next((name for name, area in self.towns.items() if area.contains(point)), None)


def _cells(ground: Terrain) -> list[Polygon]:
    rng = stream("cells")
    left, bottom, right, top = ground.land.bounds
    x, y = np.meshgrid(np.arange(left, right, CELL_M), np.arange(bottom, top, CELL_M))
    seeds = np.column_stack([x.ravel(), y.ravel()]) + CELL_M * 0.85 * (
        rng.random((x.size, 2)) - 0.5
    )
    diagram = shapely.voronoi_polygons(MultiPoint(np.round(seeds, 1)), extend_to=ground.land)
    banks = polygons(split(ground.land, ground.thread))
    pieces: list[Polygon] = []
    for cell in polygons(diagram):
        for bank in banks:
            pieces += polygons(cell.intersection(bank)) if cell.intersects(bank) else []
    return [one for one in pieces if one.area > 1.0]


def _nearest_town(cell: Polygon, west: Polygon) -> str:
    middle = cell.representative_point()
    here = west.contains(middle)
    sway = 500 * np.sin(middle.y / 900.0), 500 * np.sin(middle.x / 1100.0)

    def felt(name: str) -> float:
        x, y = TOWNS[name]
        across = west.contains(Point(x, y)) != here
        return (
            float(np.hypot(middle.x + sway[0] - x, middle.y + sway[1] - y))
            + across * ACROSS_RIVER_M
        )

    return min(TOWNS, key=felt)


def _rounded_arc(arc: LineString) -> LineString:
    """Cut the corners of a border three times (Chaikin); its ends stay."""
    path = np.asarray(arc.coords)
    for _ in range(3):
        first, second = path[:-1], path[1:]
        cut = np.stack([0.75 * first + 0.25 * second, 0.25 * first + 0.75 * second], axis=1)
        path = np.vstack([path[:1], cut.reshape(-1, 2)[1:-1], path[-1:]])
    return millimetres(LineString(LineString(path).simplify(2.0).coords))


def _smooth(towns: dict[str, Polygon]) -> dict[str, Polygon]:
    """Round the borders, each once for both its towns, so that they still meet."""
    edges = shapely.union_all([area.exterior for area in towns.values()])
    outline = shapely.union_all(list(towns.values())).boundary
    between_towns = shapely.line_merge(edges.difference(outline))
    arcs = [_rounded_arc(one) for one in shapely.get_parts(between_towns).tolist()]
    faces = polygons(
        shapely.polygonize([shapely.node(shapely.union_all([*arcs, millimetres(outline)]))])
    )
    named: dict[str, Polygon] = {}
    for name, area in towns.items():
        named[name] = max(faces, key=lambda face: face.intersection(area).area)
    return named


def countryside(ground: Terrain) -> Countryside:
    """
    Divide the land among the towns.

    Parameters
    ----------
    ground
        The ground.

    Returns
    -------
    Countryside
        Cells, and towns made of them whose borders meet without gap.
    """
    cells = _cells(ground)
    west = polygons(split(ground.land, ground.thread))[0]
    town_of = [_nearest_town(cell, west) for cell in cells]
    joined = [
        shapely.union_all([c for c, of in zip(cells, town_of, strict=True) if of == name])
        for name in TOWNS
    ]
    largest = [max(polygons(area), key=lambda one: one.area) for area in joined]
    rough = shapely.coverage_simplify(largest, 90.0, simplify_boundary=False)
    return Countryside(tuple(cells), _smooth(dict(zip(TOWNS, rough, strict=True))))
