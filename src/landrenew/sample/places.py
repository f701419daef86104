"""Where industry stands: eight parks with axes of their own, and many village clusters."""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.affinity import rotate, translate
from shapely.geometry import Point, Polygon

from landrenew.sample.chance import between, stream
from landrenew.sample.shapes import blob
from landrenew.sample.towns import TOWNS

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from landrenew.sample.roads import Roads
    from landrenew.sample.terrain import Terrain
    from landrenew.sample.towns import Countryside

PARKS = {
    "YQ01": ("海晏滨海产业园", 609_300, 3_345_300, 9.0, 1600, 1050, 420),
    "YQ02": ("新围智造产业园", 616_400, 3_345_100, -5.0, 1500, 1050, 360),
    "YQ03": ("白沙湾产业园", 629_200, 3_344_700, -22.0, 1500, 950, 540),
    "YQ04": ("东浦临港产业园", 633_900, 3_341_900, -14.0, 1300, 900, 300),
    "YQ05": ("盐仓新材料产业园", 629_000, 3_341_700, 6.0, 1200, 850, 260),
    "YQ06": ("横塘装备产业园", 609_300, 3_338_100, 14.0, 1150, 900, 180),
    "YQ07": ("南屏家电产业园", 632_500, 3_337_200, 10.0, 1200, 900, 150),
    "YQ08": ("云岭轻工产业园", 619_600, 3_335_900, -16.0, 1150, 760, 90),
}
"""Each park: name, middle [m], turn [degrees], length and depth [m], capacity [mu]."""

VILLAGES = 96
"""How many village clusters."""


@dataclass(frozen=True)
class Place:
    """
    One park or village.

    Parameters
    ----------
    name
        Park number, or ``C`` and a number for a village.
    kind
        ``park`` or ``village``.
    town
        Its town.
    middle
        Its middle [m].
    turn
        Turn of a park's own axis [degrees].
    ground
        The ground it covers before roads and water are taken out.
    """

    name: str
    kind: str
    town: str
    middle: tuple[float, float]
    turn: float
    ground: Polygon


def _park_outline(name: str) -> Polygon:
    _, x, y, turn, length, depth, _ = PARKS[name]
    rng = stream(f"park {name}")
    corners = [
        (sx * length / 2 * between(rng, 0.84, 1.08), sy * depth / 2 * between(rng, 0.84, 1.10))
        for sx, sy in ((-1, -1), (0.15, -1), (1, -1), (1, 0.1), (1, 1), (-0.1, 1), (-1, 1))
    ]
    return translate(rotate(Polygon(corners), turn, origin=(0, 0)), x, y)


def parks(ground: Terrain, land: Countryside) -> list[Place]:
    """
    Lay out the parks.

    Parameters
    ----------
    ground
        The ground.
    land
        The towns.

    Returns
    -------
    list of Place
        The eight parks.
    """
    wet = shapely.union_all(
        [ground.sea.buffer(120), ground.river.buffer(40), ground.hills.buffer(30)]
    )
    found = []
    for name, (_, x, y, turn, *_) in PARKS.items():
        outline = _park_outline(name).difference(wet).intersection(ground.land.buffer(-150))
        largest = max(shapely.get_parts(outline).tolist(), key=lambda one: one.area)
        town = land.town_at(Point(x, y)) or "海晏镇"
        found.append(Place(name, "park", town, (x, y), turn, Polygon(largest.exterior)))
    return found


def _wish(point: Point, roads: BaseGeometry) -> float:
    """Say how much a village would like to be here: near a town and near a road [0-1]."""
    town = min(point.distance(Point(xy)) for xy in TOWNS.values())
    crowded = 0.3 if town < 450 else 1.0
    return float(crowded * np.exp(-town / 2600.0) * np.exp(-point.distance(roads) / 900.0))


def villages(ground: Terrain, land: Countryside, roads: Roads, taken: list[Place]) -> list[Place]:
    """
    Scatter the village clusters, near towns and roads, away from water, hills and parks.

    Parameters
    ----------
    ground
        The ground.
    land
        The towns.
    roads
        Roads between towns.
    taken
        The parks.

    Returns
    -------
    list of Place
        The villages.
    """
    rng = stream("villages")
    lines = shapely.union_all(list(roads.arterials))
    fast = shapely.union_all([roads.expressway, roads.railway]).buffer(110)
    away = [ground.sea.buffer(500), ground.river.buffer(120), ground.hills.buffer(40), fast]
    blocked = shapely.union_all([*away, *[park.ground.buffer(330) for park in taken]])
    shapely.prepare(blocked)
    found: list[Place] = []
    left, bottom, right, top = ground.land.bounds
    while len(found) < VILLAGES:
        point = Point(round(between(rng, left, right)), round(between(rng, bottom, top)))
        radius = 156 * float(np.exp(0.36 * rng.standard_normal()))
        keen = rng.random() < _wish(point, lines) * 1.6
        town = land.town_at(point)
        if not keen or town is None or blocked.contains(point):
            continue
        border = land.towns[town].exterior.distance(point)
        room = min((point.distance(Point(v.middle)) for v in found), default=1e9)
        if border > 300 and room > 640:
            spread = blob(rng, (point.x, point.y), float(np.clip(radius, 85, 290)))
            name = f"C{len(found) + 1:02d}"
            found.append(Place(name, "village", town, (point.x, point.y), 0.0, spread))
    return found
