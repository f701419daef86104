"""The overlay kernel on hard shapes: what a parcel costs against one of an ordinary city.

    python benchmarks/hard_shapes.py [--parcels 99856] [--repeat 3]

Every hard case is measured in turn with the ordinary one, in CPU seconds of all threads, with
everything that has to be made ready; the smallest of each counts, and only the ratio is told. Two
questions are asked: how much of each parcel every zone holds (`areas`), and which part of each lies
inside all of them (`ground`), for which parcels that are cut must be cut out. On a sample both are
held against the plain computation, one whole shape against another.
"""

from __future__ import annotations

import argparse
import time
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from cities import ACROSS, ALONG, TILE, City, line, lots, parcels, turned

from landrenew.measure.overlay import Cover, Pairs, cover, shared_areas
from landrenew.measure.pieces import own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

BAR = 3.0
"""Times of an ordinary parcel that a hard one may take."""

SAMPLE = 60
"""Parcels held against the plain computation."""

STRIP = np.array([40_000_000.0, 0.0])
"""What the number of a strip adds to coordinates."""

ALIKE, ALIKE_M2 = 1e-9, 2e-6
"""Relative and absolute difference that is rounding; of 8 digits, 1 um along each edge [m2]."""


class Case(NamedTuple):
    """
    Parcels and zones.

    Parameters
    ----------
    name
        What is hard about them.
    shapes
        The parcels.
    zones
        The zones.
    is_hard
        False for the ordinary case, against which the others are measured.
    """

    name: str
    shapes: Shapes
    zones: Shapes
    is_hard: bool = True


def middle(city: City) -> Numbers:
    """Give the middle of the city's only tile, before it is turned."""
    centre: Numbers = city.origin(0) + np.array([ALONG, ACROSS]) / 2
    return centre


def comb(city: City, teeth: int) -> shapely.Polygon:
    """Draw a zone of long narrow teeth across the whole city, on a narrow back."""
    step, high = ALONG / teeth, ACROSS
    left = np.arange(teeth) * step
    corners = [(0.0, 20.0), (0.0, high), (step / 2, high), (step / 2, 20.0)]
    tooth = left[:, None, None] * [1, 0] + np.array(corners)
    ring = np.concatenate([[(ALONG, 0.0), (0.0, 0.0)], tooth.reshape(-1, 2), [(ALONG, 20.0)]])
    return shapely.Polygon(turned(ring + city.origin(0)))


def circles(city: City, count: int, chance: np.random.Generator) -> Shapes:
    """Scatter round zones that lie on each other."""
    spots = chance.uniform(0, 1, (count, 2)) * [ALONG, ACROSS] + city.origin(0)
    return own(shapely.buffer(shapely.points(turned(spots)), chance.uniform(100, 300, count)))


def crooked(shape: shapely.Polygon, vertices: int) -> shapely.Polygon:
    """Give a parcel so many vertices, with an edge that winds a little."""
    fine = shapely.segmentize(shape, shape.length / vertices)
    xy = shapely.get_coordinates(fine)
    centre = xy.mean(axis=0)
    angle = np.linspace(0, 2 * np.pi, len(xy))
    return shapely.Polygon(centre + (xy - centre) * (1 + 0.02 * np.sin(angle * 50))[:, None])


def moved(shapes: Shapes, by: Numbers) -> Shapes:
    """Move shapes."""
    there: Shapes = shapely.transform(shapes, lambda xy: xy + by)
    return there


def cases(count: int) -> Iterator[Case]:
    """Make the ordinary case and the hard ones."""
    city, chance = City(count), np.random.default_rng(7)
    ordinary = parcels(lots(city, 0, chance)[0], chance)
    edge = own([line(city, 0, chance)])
    yield Case("an ordinary line of 9,195 vertices", ordinary, edge, is_hard=False)
    yield Case("8 digits before the point", moved(ordinary, STRIP), moved(edge, STRIP))
    fine = City(count, line_vertices=500_000)
    yield Case("a line of 500,000 vertices", ordinary, own([line(fine, 0, chance)]))
    yield Case("a comb of 20 teeth", ordinary, own([comb(city, 20)]))
    yield Case("a comb of 500 teeth", ordinary, own([comb(city, 500)]))
    yield Case("10,000 zones that overlap", ordinary, circles(city, 10_000, chance))
    large = ordinary.copy()
    rows = chance.choice(np.flatnonzero(shapely.area(ordinary) > 20_000), 20, replace=False)
    large[rows] = [crooked(one, 50_000) for one in ordinary[rows]]
    yield Case("20 parcels of 50,000 vertices", large, edge)


QUESTIONS: dict[str, Callable[[Shapes, Shapes], Pairs | Cover]] = {
    "areas": shared_areas, "ground": cover,
}  # fmt: skip


def spent(case: Case, question: str) -> float:
    """Measure the CPU seconds of all threads that a question takes."""
    began = time.process_time()
    QUESTIONS[question](case.shapes, case.zones)
    return time.process_time() - began


def sample_of(case: Case, found: Cover) -> NDArray[np.intp]:
    """Choose parcels to be held against the plain computation: large ones, cut ones, any."""
    chance = np.random.default_rng(1)
    large = np.argsort(-shapely.get_num_coordinates(case.shapes), kind="stable")[: SAMPLE // 6]
    cut = np.flatnonzero(~shapely.is_missing(found.inside))
    cut = chance.permutation(cut)[: SAMPLE // 2]
    rest = chance.choice(len(case.shapes), SAMPLE - len(large) - len(cut), replace=False)
    return np.unique(np.concatenate([large, cut, rest]))


def differs(case: Case, found: Cover) -> dict[str, float]:
    """
    Compare with the plain computation on a sample.

    Returns
    -------
    dict
        The worst difference of each question, as a multiple of what rounding allows.
    """
    rows = sample_of(case, found)
    shapes = case.shapes[rows]
    area = np.where(found.is_whole[rows], shapely.area(shapes), shapely.area(found.inside[rows]))
    plain = shapely.area(shapely.intersection(shapes, shapely.union_all(case.zones)))
    pairs = shared_areas(shapes, case.zones)
    held = np.zeros((len(shapes), len(case.zones)))
    held[pairs.shape, pairs.zone] = pairs.area
    apart = np.zeros_like(held)
    shape, zone = shapely.STRtree(case.zones).query(shapes)
    apart[shape, zone] = shapely.area(shapely.intersection(shapes[shape], case.zones[zone]))
    return {"areas": worst(held, apart), "ground": worst(np.nan_to_num(area), plain)}


def worst(found: Numbers, plain: Numbers) -> float:
    """Give the worst difference, as a multiple of what rounding allows; dust is left out."""
    plain = np.where(plain > 1e-4, plain, 0.0)
    return float((np.abs(found - plain) / (ALIKE * plain + ALIKE_M2)).max(initial=0.0))


def row(case: Case, ordinary: Case, repeat: int) -> str:
    """Measure a case in turn with the ordinary one, and write it as a row of the table."""
    found = cover(case.shapes, case.zones)
    wrong = differs(case, found)
    if max(wrong.values()) > 1:
        raise SystemExit(f"{case.name}: not the plain result, {wrong}")
    ratios = []
    for question in QUESTIONS:
        both = [[spent(one, question) for one in (ordinary, case)] for _ in range(repeat)]
        usual, hard = np.min(both, axis=0)
        ratios.append(hard / usual * len(ordinary.shapes) / len(case.shapes))
    cut = (~shapely.is_missing(found.inside)).mean()
    vertices = shapely.get_num_coordinates(case.zones).sum()
    told = [case.name, f"{vertices:,}", f"{cut:.1%}", *(f"{one:.2f}" for one in ratios)]
    return f"| {' | '.join(told)} | {max(wrong.values()):.2f} |"


def main() -> None:
    """Measure every case."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--parcels", type=int, default=TILE)
    asked.add_argument("--repeat", type=int, default=3)
    said = asked.parse_args()
    print("| case | vertices of zones | parcels cut | areas | ground | difference |")
    print("|---|---:|---:|---:|---:|---:|")
    every = cases(said.parcels)
    ordinary = next(every)
    table = partial(row, ordinary=ordinary, repeat=said.repeat)
    for case in (ordinary, *every):
        print(table(case), flush=True)


if __name__ == "__main__":
    main()
