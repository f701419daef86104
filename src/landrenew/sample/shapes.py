"""Shapes that look drawn by a place and not by a ruler: curves, blobs, strips and cuts.

All are plain functions of coordinates and a stream of chance; what they stand for is said by the
modules that use them. Coordinates that go into a file are rounded to a millimetre first, and
shapes that share an edge share every vertex on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.ops import split

from landrenew.sample.chance import between

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

Shape = TypeVar("Shape", bound="BaseGeometry")

MITRE: Literal["mitre"] = "mitre"
T_JUNCTION_M = 0.003
"""A vertex nearer than this to an edge lies on it [m]; rounding moves it by 0.0007 at most."""


def curve(
    points: Sequence[tuple[float, float]], *, step: float = 60.0, closed: bool = False
) -> NDArray[np.float64]:
    """
    Draw a smooth curve through points (Catmull-Rom).

    Parameters
    ----------
    points
        The points to pass through [m].
    step
        Distance between vertices, about [m].
    closed
        Whether the curve returns to its start.

    Returns
    -------
    numpy.ndarray
        Vertices, n x 2 [m].
    """
    given = np.asarray(points, dtype=float)
    ends = (given[-1:], given[:2]) if closed else (given[:1], given[-1:])
    knots = np.vstack([ends[0], given, ends[1]])
    parts = []
    for p0, p1, p2, p3 in zip(knots[:-3], knots[1:-2], knots[2:-1], knots[3:], strict=True):
        count = max(2, int(np.hypot(*(p2 - p1)) // step))
        t = (np.arange(count) / count)[:, None]
        linear, square = p2 - p0, 2 * p0 - 5 * p1 + 4 * p2 - p3
        parts.append(p1 + 0.5 * (t * linear + t**2 * square + t**3 * (3 * p1 - p0 - 3 * p2 + p3)))
    return np.vstack([*parts, given[:1] if closed else given[-1:]])


def wander(
    path: NDArray[np.float64], rng: np.random.Generator, *, sway: float, wave: float
) -> NDArray[np.float64]:
    """
    Let a path sway from side to side, in four waves each half as long and as wide as the last.

    Parameters
    ----------
    path
        Vertices, n x 2 [m].
    rng
        The stream.
    sway
        Half width of the longest wave [m].
    wave
        Length of the longest wave [m].

    Returns
    -------
    numpy.ndarray
        As many vertices, moved.
    """
    ahead = np.gradient(path, axis=0)
    length = np.hypot(ahead[:, 0], ahead[:, 1])
    normal = np.column_stack([-ahead[:, 1], ahead[:, 0]]) / np.maximum(length, 1e-9)[:, None]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    offset = np.zeros(len(path))
    for octave in range(4):
        phase, stretch = 2 * np.pi * rng.random(), 0.8 + 0.4 * rng.random()
        offset += (
            sway * 0.5**octave * np.sin(2 * np.pi * along * 2**octave * stretch / wave + phase)
        )
    return np.asarray(path + normal * offset[:, None])


def blob(rng: np.random.Generator, centre: tuple[float, float], radius: float) -> Polygon:
    """
    Draw a rounded, uneven, stretched shape.

    Parameters
    ----------
    rng
        The stream.
    centre
        Its centre [m].
    radius
        Mean radius [m].

    Returns
    -------
    Polygon
        The shape.
    """
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    reach = np.ones(40)
    for wave in range(2, 6):
        size, phase = 0.30 / wave * (0.4 + rng.random()), 2 * np.pi * rng.random()
        reach += size * np.cos(wave * angle + phase)
    stretch, turn = 1.0 + 0.5 * rng.random(), np.pi * rng.random()
    x, y = radius * reach * np.cos(angle) * stretch, radius * reach * np.sin(angle) / stretch
    turned = np.column_stack(
        [x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)]
    )
    return Polygon(turned + np.asarray(centre))


def strip(path: NDArray[np.float64], width: float) -> Polygon:
    """
    Give a path a width.

    Parameters
    ----------
    path
        Vertices, n x 2 [m].
    width
        Full width [m].

    Returns
    -------
    Polygon
        The strip.
    """
    return LineString(path).buffer(width / 2, cap_style="flat", join_style=MITRE)


def grown(shape: BaseGeometry, distance: float) -> BaseGeometry:
    """
    Widen a shape, or shrink it, with square corners.

    Parameters
    ----------
    shape
        The shape.
    distance
        How far; negative shrinks [m].

    Returns
    -------
    BaseGeometry
        The wider or narrower shape.
    """
    return shape.buffer(distance, join_style=MITRE, mitre_limit=2.0)


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """
    List the polygons of any geometry.

    Parameters
    ----------
    shape
        The geometry.

    Returns
    -------
    list of Polygon
        Its polygons, from the left to the right, so that the order does not hang on the library.
    """
    parts = shapely.get_parts(shape).tolist()
    found = [one for one in parts if isinstance(one, Polygon) and not one.is_empty]
    return sorted(found, key=lambda one: (*one.bounds, one.area))


def millimetres(shape: Shape) -> Shape:
    """
    Round every coordinate to a millimetre.

    Parameters
    ----------
    shape
        The shape.

    Returns
    -------
    Shape
        The same shape on whole millimetres, of the same type.
    """
    return shapely.transform(shape, lambda xy: np.round(xy, 3))


def axes(shape: Polygon) -> tuple[NDArray[np.float64], NDArray[np.float64], float, float]:
    """
    Find the long and the short way of a shape, square to its longest edge.

    Parameters
    ----------
    shape
        The shape.

    Returns
    -------
    tuple
        Unit vector of the long way, unit vector of the short way, and the extent along each [m].
    """
    ring = np.asarray(shape.exterior.coords)
    edges = np.diff(ring, axis=0)
    longest = edges[int(np.argmax(np.round(np.hypot(edges[:, 0], edges[:, 1]), 6)))]
    u = longest / np.hypot(*longest)
    v = np.array([-u[1], u[0]])
    reach_u, reach_v = float(np.ptp(ring @ u)), float(np.ptp(ring @ v))
    return (u, v, reach_u, reach_v) if reach_u >= reach_v else (v, u, reach_v, reach_u)


def halves(
    shape: Polygon, rng: np.random.Generator, *, lane: float = 0.0, slack: float = 0.12
) -> list[Polygon]:
    """
    Cut a shape across its long way, by a line that is a little off and a little bent.

    Parameters
    ----------
    shape
        The shape.
    rng
        The stream.
    lane
        Width of the gap the cut leaves [m]; 0 for a common wall.
    slack
        How far the cut may be off the middle, and bent and turned, as a share.

    Returns
    -------
    list of Polygon
        Usually two shapes.
    """
    long_way, short_way, long_m, short_m = axes(shape)
    ring = np.asarray(shape.exterior.coords)
    low = np.array([(ring @ long_way).min(), (ring @ short_way).min()])
    place = 0.5 + slack * (2 * rng.random() - 1)
    middle = long_way * (low[0] + long_m * place) + short_way * (low[1] + 0.5 * short_m)
    turn = slack * 0.9 * (2 * rng.random() - 1)
    bend = middle + long_way * long_m * slack * 0.12 * (2 * rng.random() - 1)
    reach = (short_way + turn * long_way) * (short_m + 20.0)
    cut = LineString([middle - reach, bend, middle + reach])
    if lane > 0:
        road = cut.buffer(lane / 2, cap_style="flat", join_style=MITRE)
        return polygons(shape.difference(road))
    return polygons(split(shape, cut))


def _with_vertices(ring: NDArray[np.float64], all_points: NDArray[np.float64]) -> Polygon:
    start, edge = ring[:-1], np.diff(ring, axis=0)
    square = np.einsum("ij,ij->i", edge, edge)
    offset = all_points[None, :, :] - start[:, None, :]
    place = np.einsum("ijk,ik->ij", offset, edge) / square[:, None]
    away = np.abs(edge[:, None, 0] * offset[:, :, 1] - edge[:, None, 1] * offset[:, :, 0])
    margin = T_JUNCTION_M / np.sqrt(square)[:, None]
    near = (
        (away / np.sqrt(square)[:, None] < T_JUNCTION_M) & (place > margin) & (place < 1 - margin)
    )
    if not near.any():
        return Polygon(ring)
    out = []
    for number, first in enumerate(start):
        on_edge = np.flatnonzero(near[number])
        out += [first, *all_points[on_edge[np.argsort(place[number, on_edge], kind="stable")]]]
    return Polygon(out)


def noded(shapes: Iterable[Polygon]) -> list[Polygon]:
    """
    Round shapes to millimetres and give neighbours every vertex of a common edge.

    Parameters
    ----------
    shapes
        Polygons without holes that touch along edges.

    Returns
    -------
    list of Polygon
        The same shapes; where one has a vertex on another's edge, the other has it too.
    """
    rings = [np.round(shapely.get_coordinates(one), 3) for one in shapes]
    rings = [ring[np.r_[True, np.any(np.diff(ring, axis=0) != 0, axis=1)]] for ring in rings]
    every = np.unique(np.vstack(rings), axis=0)
    return [_with_vertices(ring, every) for ring in rings]


def thin(shape: BaseGeometry, width: float) -> bool:
    """
    Tell whether a shape is nowhere as wide as a given width.

    Parameters
    ----------
    shape
        The shape.
    width
        The width [m].

    Returns
    -------
    bool
        Whether it vanishes when shrunk by half the width.
    """
    return bool(shape.buffer(-width / 2).is_empty)


def scatter(rng: np.random.Generator, low: float, high: float, count: int) -> list[float]:
    """
    Divide an interval into uneven parts.

    Parameters
    ----------
    rng
        The stream.
    low
        Start of the interval.
    high
        End of the interval.
    count
        How many parts.

    Returns
    -------
    list of float
        The ``count + 1`` ends of the parts.
    """
    weights = np.array([between(rng, 0.7, 1.4) for _ in range(count)])
    inner = low + (high - low) * np.cumsum(weights) / weights.sum()
    return [low, *inner[:-1].tolist(), high]
