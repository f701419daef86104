"""Roads with real widths: an expressway, a railway, arterials between towns, village streets."""

# ruff: noqa: PLR2004 - the bare numbers here are the drawing itself, not rules
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from shapely.geometry import LineString, Point

from landrenew.sample.chance import between, stream
from landrenew.sample.shapes import MITRE, curve, wander
from landrenew.sample.towns import TOWNS

if TYPE_CHECKING:
    from numpy.random import Generator
    from shapely.geometry import Polygon
    from shapely.geometry.base import BaseGeometry

    from landrenew.sample.terrain import Terrain

EXPRESSWAY = [
    (602_000, 3_339_600), (608_500, 3_341_100), (614_000, 3_341_500), (619_000, 3_341_200),
    (624_500, 3_340_500), (630_000, 3_340_900), (634_500, 3_340_100), (640_500, 3_340_700),
]  # fmt: skip

RAILWAY = [
    (602_000, 3_334_300), (609_000, 3_336_100), (615_500, 3_336_300), (621_500, 3_334_700),
    (627_500, 3_336_100), (633_000, 3_337_000), (640_500, 3_338_600),
]  # fmt: skip

EXPRESSWAY_M, RAILWAY_M, ARTERIAL_M, STREET_M = 44.0, 22.0, 34.0, 9.0
"""Widths [m]."""

KEPT_OFF_M = {"expressway": 90.0, "railway": 60.0, "arterial": 50.0, "street": 10.0, "canal": 11.0}
"""Width of the strip along each that no lot enters [m]."""


@dataclass(frozen=True)
class Roads:
    """
    The roads as middle lines.

    Parameters
    ----------
    expressway
        The expressway.
    railway
        The railway.
    arterials
        Roads between towns.
    streets
        Village streets.
    """

    expressway: LineString
    railway: LineString
    arterials: tuple[LineString, ...]
    streets: tuple[LineString, ...] = ()

    def strips(self, kind: str, width: float) -> BaseGeometry:
        """
        Give the roads of one kind a width.

        Parameters
        ----------
        kind
            ``expressway``, ``railway``, ``arterial`` or ``street``.
        width
            Full width [m].

        Returns
        -------
        BaseGeometry
            The strips, united.
        """
        lines = {
            "expressway": (self.expressway,), "railway": (self.railway,),
            "arterial": self.arterials, "street": self.streets,
        }[kind]  # fmt: skip
        wide = [line.buffer(width / 2, quad_segs=3, join_style=MITRE) for line in lines]
        return shapely.union_all(wide)


def _bent(a: tuple[float, float], b: tuple[float, float], rng: Generator) -> LineString:
    start, end = np.asarray(a, float), np.asarray(b, float)
    way = end - start
    side = np.array([-way[1], way[0]]) * between(rng, -0.10, 0.10)
    path = curve([a, tuple(start + way * 0.5 + side), b], step=70)
    moved = wander(path, rng, sway=0.012 * float(np.hypot(*way)), wave=3200)
    # The sway dies out towards the ends, so that roads meet at one point and not in a knot.
    taper = np.clip(4 * np.sin(np.pi * np.linspace(0, 1, len(path))), 0, 1)[:, None]
    return LineString(path + (moved - path) * taper)


def _towns_in_sight() -> list[tuple[str, str]]:
    """List the pairs of towns with no third town between them (Gabriel's rule)."""
    names = list(TOWNS)
    pairs = []
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            middle = LineString([TOWNS[a], TOWNS[b]]).centroid
            reach = Point(TOWNS[a]).distance(middle)
            others = [n for n in names if n not in {a, b}]
            if all(Point(TOWNS[n]).distance(middle) > reach for n in others):
                pairs.append((a, b))
    return pairs


def trunk_roads() -> Roads:
    """
    Lay the roads between towns.

    Returns
    -------
    Roads
        Expressway, railway and arterials; no streets yet.
    """
    rng = stream("roads")
    expressway = LineString(wander(curve(EXPRESSWAY), rng, sway=40, wave=5200))
    railway = LineString(wander(curve(RAILWAY), rng, sway=25, wave=6400))
    pairs = [(TOWNS[a], TOWNS[b]) for a, b in _towns_in_sight()]
    outward = [
        ((602_000, 3_338_300), TOWNS["横塘镇"]), (TOWNS["东浦镇"], (640_000, 3_342_000)),
        (TOWNS["石渡镇"], (604_000, 3_329_500)), (TOWNS["双桥镇"], (627_000, 3_328_500)),
        (TOWNS["海晏镇"], (613_800, 3_346_700)), (TOWNS["南屏镇"], (637_500, 3_334_000)),
    ]  # fmt: skip
    arterials = tuple(_bent(a, b, rng) for a, b in [*pairs, *outward])
    return Roads(expressway, railway, arterials)


def to_parks(roads: Roads, parks: list[Polygon]) -> Roads:
    """
    Lead a road from the nearest town to the gate of every park.

    Parameters
    ----------
    roads
        The roads so far.
    parks
        The parks.

    Returns
    -------
    Roads
        The roads with these.
    """
    rng, added = stream("park roads"), []
    for park in parks:
        towns = sorted(TOWNS.values(), key=lambda xy: park.distance(Point(xy)))
        gate = park.exterior.interpolate(park.exterior.project(Point(towns[0])))
        added.append(_bent(towns[0], (gate.x, gate.y), rng))
    return Roads(roads.expressway, roads.railway, (*roads.arterials, *added))


def _costs(
    nodes: list[tuple[float, float]], ground: Terrain, kept: BaseGeometry
) -> list[list[float]]:
    shapely.prepare(kept)
    cost = [[0.0] * len(nodes) for _ in nodes]
    for i, a in enumerate(nodes):
        for j in range(i):
            line = LineString([a, nodes[j]])
            felt = line.length
            if felt < 6_000:
                felt *= 4.0 if line.crosses(ground.thread) else 1.0
                felt *= 8.0 if kept.intersects(line) else 1.0
            cost[i][j] = cost[j][i] = felt
    return cost


def with_streets(
    roads: Roads, villages: list[tuple[float, float]], ground: Terrain, parks: list[Polygon]
) -> Roads:
    """
    Join every village to its neighbours and the towns by the shortest tree of streets.

    Parameters
    ----------
    roads
        The roads so far.
    villages
        Middles of the villages [m].
    ground
        The ground.
    parks
        Parks, which streets go around.

    Returns
    -------
    Roads
        The roads with streets.
    """
    nodes = [*TOWNS.values(), *villages]
    cost = _costs(nodes, ground, shapely.union_all(parks))
    best = {node: (0.0 if node < len(TOWNS) else cost[0][node], 0) for node in range(len(nodes))}
    for town in range(len(TOWNS)):
        best |= {
            n: (cost[town][n], town) for n in best if n >= len(TOWNS) and cost[town][n] < best[n][0]
        }
    waiting = {node: best[node] for node in range(len(TOWNS), len(nodes))}
    rng, streets = stream("streets"), []
    while waiting:
        node = min(waiting, key=lambda n: (waiting[n][0], n))
        streets.append(_bent(nodes[waiting.pop(node)[1]], nodes[node], rng))
        for other, (far, _) in list(waiting.items()):
            if cost[node][other] < far:
                waiting[other] = (cost[node][other], node)
    return Roads(roads.expressway, roads.railway, roads.arterials, tuple(streets))
