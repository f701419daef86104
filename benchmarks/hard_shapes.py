"""The overlay kernel on hard shapes: what a parcel costs against one of an ordinary city.

    python benchmarks/hard_shapes.py [--parcels 99856] [--repeat 3]

Every hard case is measured in turn with the ordinary one, in CPU seconds of all threads, with
everything that has to be made ready; the smallest of each counts, and only the ratio is told. Asked
are how much of each parcel every zone holds (`areas`), which part of each lies inside all of them
(`ground`), for which parcels that are cut must be cut out, what stands on each (`buildings`), and
all of that with the parcels' own area on the ellipsoid (`all`). Nothing is kept from one question
to the next. On a sample, areas and ground are held against the plain computation, one whole shape
against another.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from cities import ACROSS, ALONG, EPSG, TILE, City, buildings, line, lots, parcels, turned
from page import PAGE, around_part, machine, rows_of, write_part
from pyproj import CRS

from landrenew.base.area import ellipsoidal_area
from landrenew.measure.overlay import Cover, cover, shared_areas
from landrenew.measure.pieces import own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

SAMPLE = 60
"""Parcels held against the plain computation."""

STRIP, EPSG_WITH_STRIP = np.array([40_000_000.0, 0.0]), 4528
"""What the number of the strip adds to coordinates, and the CRS that has it."""

ALIKE, ALIKE_M2 = 1e-9, 2e-6
"""Relative and absolute difference that is rounding; of 8 digits, 1 um along each edge [m2]."""


class Case(NamedTuple):
    """
    Parcels, zones and buildings.

    Parameters
    ----------
    name
        What is hard about them.
    shapes
        The parcels.
    zones
        The zones.
    buildings
        What stands on the parcels.
    epsg
        Number of their CRS.
    """

    name: str
    shapes: Shapes
    zones: Shapes
    buildings: Shapes
    epsg: int = EPSG


def comb(city: City, teeth: int, share: float) -> shapely.Polygon:
    """Draw a zone of long narrow teeth that stand on a narrow back, across a share of the city."""
    step, high = ALONG * share / teeth, ACROSS
    left = np.arange(teeth) * step
    corners = [(0.0, 20.0), (0.0, high), (step / 2, high), (step / 2, 20.0)]
    tooth = left[:, None, None] * [1, 0] + np.array(corners)
    back, end = [(ALONG * share, 0.0), (0.0, 0.0)], [(ALONG * share, 20.0)]
    ring = np.concatenate([back, tooth.reshape(-1, 2), end])
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
    """Make the ordinary case, then the hard ones."""
    city, chance = City(count), np.random.default_rng(7)
    boxes, free = lots(city, 0, chance)
    ordinary = parcels(boxes, chance)
    stock = buildings(boxes, free, city.crossing, chance)
    edge = own([line(city, 0, chance)])
    yield Case("an ordinary line of 9,195 vertices", ordinary, edge, stock)
    far = (moved(shapes, STRIP) for shapes in (ordinary, edge, stock))
    yield Case("8 digits before the point", *far, epsg=EPSG_WITH_STRIP)
    fine = line(City(count, line_vertices=500_000), 0, chance)
    yield Case("a line of 500,000 vertices", ordinary, own([fine]), stock)
    yield Case("a comb of 20 teeth, 22 km long", ordinary, own([comb(city, 20, 1.0)]), stock)
    yield Case("a comb of 500 teeth, 3.5 m wide", ordinary, own([comb(city, 500, 0.1)]), stock)
    yield Case("10,000 zones that overlap", ordinary, circles(city, 10_000, chance), stock)
    large = ordinary.copy()
    rows = chance.choice(np.flatnonzero(shapely.area(ordinary) > 20_000), 20, replace=False)
    large[rows] = [crooked(one, 50_000) for one in ordinary[rows]]
    yield Case("20 parcels of 50,000 vertices", large, edge, stock)


QUESTIONS: dict[str, Callable[[Case], object]] = {
    "areas": lambda case: shared_areas(case.shapes, case.zones),
    "ground": lambda case: cover(case.shapes, case.zones),
    "buildings": lambda case: shared_areas(case.buildings, case.shapes),
    "ellipsoid": lambda case: ellipsoidal_area(case.shapes, CRS.from_epsg(case.epsg)),
}


def spent(case: Case) -> list[float]:
    """Measure the CPU seconds of all threads that each question takes, and then all."""
    seconds = []
    for question in QUESTIONS.values():
        began = time.process_time()
        question(case)
        seconds.append(time.process_time() - began)
    return [*seconds, sum(seconds)]


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


def row(case: Case, ordinary: Case, repeat: int) -> list[str]:
    """Measure a case in turn with the ordinary one, and give its row of the table."""
    found = cover(case.shapes, case.zones)
    wrong = differs(case, found)
    if max(wrong.values()) > 1:
        raise SystemExit(f"{case.name}: not the plain result, {wrong}")
    both = np.array([[spent(one) for one in (ordinary, case)] for _ in range(repeat)])
    usual, hard = both.min(axis=0)
    areas, ground, stock, _, everything = hard / usual
    cut = (~shapely.is_missing(found.inside)).mean()
    vertices = shapely.get_num_coordinates(case.zones).sum()
    told = [f"{one:.2f}" for one in (areas, ground, stock, everything, max(wrong.values()))]
    return [case.name, f"{vertices:,}", f"{cut:.1%}", *told]


def main() -> None:
    """Measure every case, and write the table."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--parcels", type=int, default=TILE)
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--page", type=Path, default=PAGE)
    said = asked.parse_args()
    around_part(said.page, "shapes")
    heads = "vertices of zones", "parcels cut", "areas", "ground", "buildings", "all", "difference"
    every = cases(said.parcels)
    ordinary = next(every)
    rows = [row(case, ordinary, said.repeat) for case in (ordinary, *every)]
    how = f"{said.parcels:,} parcels; the best of {said.repeat} runs on {machine()}."
    write_part(said.page, "shapes", f"{rows_of(['case', *heads], rows)}\n\n{how}")


if __name__ == "__main__":
    main()
