"""The ground of the demo city: coast, estuary, river, canals and hills.

The main strokes are set by hand, as a painter would; chance only makes them uneven.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box

from landrenew.sample.chance import stream
from landrenew.sample.shapes import blob, curve, polygons, strip, wander

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

FRAME = box(602_000, 3_327_000, 640_000, 3_352_500)
"""What the pictures may show [m]."""

COAST = [
    (600_500, 3_346_000), (604_500, 3_346_500), (608_000, 3_347_500), (612_500, 3_346_500),
    (616_300, 3_347_000), (619_800, 3_346_500), (622_000, 3_346_900), (625_000, 3_346_300),
    (628_500, 3_346_700), (631_800, 3_345_100), (634_200, 3_343_500), (637_500, 3_343_700),
    (641_500, 3_342_600),
]  # fmt: skip

EDGE = [
    (636_300, 3_345_600), (636_700, 3_339_300), (635_000, 3_334_800), (632_100, 3_331_300),
    (627_600, 3_330_500), (622_300, 3_329_300), (616_100, 3_330_300), (611_000, 3_329_500),
    (607_100, 3_331_000), (605_700, 3_335_500), (606_500, 3_340_500), (605_300, 3_346_200),
    (606_000, 3_350_500), (635_500, 3_350_500),
]  # fmt: skip

RIVER = [
    (612_600, 3_328_000), (613_300, 3_330_900), (615_900, 3_332_600), (615_000, 3_335_000),
    (616_300, 3_337_200), (619_500, 3_337_300), (619_700, 3_339_700), (621_700, 3_341_200),
    (621_500, 3_343_300), (622_900, 3_344_900), (623_400, 3_346_500), (623_900, 3_348_600),
]  # fmt: skip

BRANCH = [
    (633_400, 3_330_800), (630_600, 3_333_100), (627_300, 3_333_200), (625_400, 3_335_400),
    (622_400, 3_335_600), (620_200, 3_337_000), (619_450, 3_337_200),
]  # fmt: skip

CANALS = [
    [(605_900, 3_342_900), (611_000, 3_343_300), (616_000, 3_342_600), (621_700, 3_343_000)],
    [(622_300, 3_344_200), (627_700, 3_342_700), (632_600, 3_343_100), (636_500, 3_341_900)],
    [(609_300, 3_336_400), (610_200, 3_341_000), (610_600, 3_347_000)],
    [(614_300, 3_337_900), (614_900, 3_342_600), (614_200, 3_346_900)],
    [(618_000, 3_341_000), (618_200, 3_344_000), (619_000, 3_346_600)],
    [(625_600, 3_335_400), (627_000, 3_341_000), (626_800, 3_346_500)],
    [(631_400, 3_335_900), (630_700, 3_340_600), (631_700, 3_345_100)],
    [(606_400, 3_337_000), (611_500, 3_337_300), (616_300, 3_337_200)],
    [(620_100, 3_340_000), (625_500, 3_339_300), (630_900, 3_339_700), (636_600, 3_338_600)],
]  # fmt: skip

HILLS = [
    (608_200, 3_332_000, 1500), (610_800, 3_330_700, 1300), (617_700, 3_330_500, 1500),
    (621_400, 3_330_900, 1700), (624_900, 3_331_100, 1300), (628_400, 3_331_200, 1200),
    (633_500, 3_333_400, 1300), (634_900, 3_336_100, 900), (606_600, 3_335_000, 900),
    (613_300, 3_340_500, 420), (628_600, 3_337_400, 480), (607_300, 3_344_700, 380),
]  # fmt: skip

ESTUARY_M = 330.0
"""From this width the river is the sea's [m]."""

CANAL_M = 8.0
"""Width of a canal [m]."""


@dataclass(frozen=True)
class Terrain:
    """
    The ground.

    Parameters
    ----------
    sea
        The sea, within the frame.
    land
        The city's land.
    river
        River and its branch, as far as the sea.
    thread
        Middle line of the river.
    canals
        The canals, each a strip.
    hills
        Hills on the land.
    """

    sea: BaseGeometry
    land: Polygon
    river: BaseGeometry
    thread: LineString
    canals: tuple[Polygon, ...]
    hills: BaseGeometry


def _water(path: NDArray[np.float64], widths: NDArray[np.float64]) -> BaseGeometry:
    pieces = [
        LineString(path[i : i + 2]).buffer(widths[i] / 2, quad_segs=4) for i in range(len(path) - 1)
    ]
    return shapely.union_all(pieces).simplify(1.5)


def _river() -> tuple[BaseGeometry, BaseGeometry, LineString]:
    """Widen the river to a funnel; where it is wider than a river it is the sea's."""
    path = wander(curve(RIVER), stream("river"), sway=90, wave=2100)
    place = np.linspace(0, 1, len(path))
    width = 60 + 80 * place + 2600 * np.clip((place - 0.72) / 0.28, 0, 1) ** 2.3
    mouth = int(np.argmax(width > ESTUARY_M))
    estuary = _water(path[mouth:], width[mouth:])
    return _water(path[: mouth + 2], width), estuary, LineString(path)


def _branch() -> BaseGeometry:
    path = wander(curve(BRANCH), stream("branch"), sway=70, wave=1700)
    return _water(path, 22 + 28 * np.linspace(0, 1, len(path)))


def _sea() -> BaseGeometry:
    shore = wander(curve(COAST, step=90), stream("coast"), sway=170, wave=3900)
    open_sea = Polygon([*shore, (641_500, 3_353_000), (600_500, 3_353_000)])
    return open_sea.intersection(FRAME)


def _hills(land: BaseGeometry) -> BaseGeometry:
    rng = stream("hills")
    rises = []
    for x, y, radius in HILLS:
        for _ in range(7):
            dx, dy = radius * (2 * rng.random(2) - 1) * (0.75, 0.6)
            rises.append(blob(rng, (x + dx, y + dy), radius * (0.25 + 0.3 * rng.random())))
    ranges = shapely.union_all(rises).buffer(90).buffer(-90)
    solid = shapely.union_all([Polygon(one.exterior) for one in polygons(ranges)])
    return solid.intersection(land.buffer(-5)).simplify(8)


def terrain() -> Terrain:
    """
    Shape the ground.

    Returns
    -------
    Terrain
        Coast, river, canals and hills, in EPSG:4549 [m].
    """
    river, estuary, thread = _river()
    sea = shapely.union_all([_sea(), estuary.intersection(FRAME)])
    whole = Polygon(wander(curve(EDGE, step=150, closed=True), stream("edge"), sway=160, wave=4300))
    water = shapely.union_all([sea, river.intersection(FRAME)])
    dry = whole.buffer(0).difference(sea)
    land = max(shapely.get_parts(dry).tolist(), key=lambda one: one.area)
    rng = stream("canals")
    canals = [strip(wander(curve(c), rng, sway=70, wave=2600), CANAL_M) for c in CANALS]
    canals = [canal.intersection(land).difference(water.buffer(2)) for canal in canals]
    flow = shapely.union_all([river, _branch()]).intersection(whole.buffer(300)).difference(sea)
    return Terrain(sea, Polygon(land.exterior), flow, thread, tuple(canals), _hills(land))
