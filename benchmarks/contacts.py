"""How long neighbours and block outlines take: 100,000 parcels, rivers and railways, bad cases.

    python benchmarks/contacts.py [--parcels 99856] [--sample 1000] [--threads N] [--only NAME ...]

The city is that of ``cities.py``. Barriers are eight lines of 5,000 vertices through the whole city
and four rivers of 15,000 vertices; the bad cases are a barrier of 200,000 vertices, a sea over half
the city, a parcel of 100,000 vertices that touches 10,000 others, and 300 parcels on one spot. The
plain computations of the tests, which look at whole barriers pair by pair and draw outlines in one
go, are timed on a window of the city beside ours; their results are compared.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely
from cities import ACROSS, ALONG, CENTRE, EPSG, TILE, City, lots, parcels, turned
from page import PAGE, around_part, digits, machine, rows_of, write_part

from landrenew.intake.parcels import Parcels
from landrenew.measure.adjacency import contacts
from landrenew.plan.outlines import block_outline

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

TESTS = Path(__file__).parents[1] / "tests"
GAP_M = 10.0
BAR_S = 10.0
"""What 100,000 parcels may take on two cores, neighbours or the outline of one block [s]."""

ALIKE = 1e-6
"""Share of its area by which an outline may differ from one drawn in one go."""


def table_of(shapes: Shapes) -> Parcels:
    """Make a parcel table of one block."""
    names = [f"P{i}" for i in range(len(shapes))]
    return Parcels(gpd.GeoDataFrame({"block_id": "B001"}, names, geometry=shapes, crs=EPSG))


def city(count: int) -> Shapes:
    """Draw the parcels of the first tile of the city."""
    chance = np.random.default_rng([7, 0])
    return parcels(lots(City(count), 0, chance)[0], chance)


def winding(count: int, vertices: int, seed: int) -> Shapes:
    """Draw lines that wind through the whole city, along it and across it in turn."""
    chance = np.random.default_rng(seed)
    way, waves = np.linspace(0, 1, vertices), np.arange(1, 40)
    lines = []
    for i in range(count):
        phase, height = chance.uniform(0, 2 * np.pi, len(waves)), chance.normal(size=len(waves))
        aside = 800 * (np.sin(np.outer(2 * np.pi * way, waves) + phase) * height / waves).sum(
            axis=1
        )
        at = chance.uniform(0.1, 0.9)
        along = np.c_[way * ALONG, at * ACROSS + aside]
        across = np.c_[at * ALONG + aside, way * ACROSS]
        lines.append(turned((along if i % 2 else across) - [ALONG / 2, ACROSS / 2]))
    return shapely.linestrings(lines)


def layer(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Make a layer of barriers."""
    return gpd.GeoDataFrame(geometry=list(shapes), crs=EPSG)


def real_barriers() -> gpd.GeoDataFrame:
    """Draw railways, and rivers of 30 m."""
    return layer(*winding(8, 5_000, 1), *shapely.buffer(winding(4, 5_000, 2), 15))


def sea() -> shapely.Polygon:
    """Draw a sea over half the city, with a coast of 200,000 vertices."""
    coast = shapely.get_coordinates(winding(1, 200_000, 5))
    far = turned(np.array([[ALONG, ACROSS], [ALONG, -ACROSS]]))
    return shapely.make_valid(shapely.Polygon(np.r_[coast, far]))


def ringed() -> tuple[Shapes, gpd.GeoDataFrame]:
    """Draw a ring of 100,000 vertices that 10,000 parcels touch, and a broken barrier along it."""
    turn = np.linspace(0, 2 * np.pi, 50_000, endpoint=False)
    radius = 200_000 + 3 * np.sin(500 * turn)
    around = np.c_[np.cos(turn), np.sin(turn)]
    edge, hole, wall = (around * (radius + by)[:, None] + CENTRE for by in (0.0, -50.0, 0.5))
    half = 2 * np.pi / 10_000 / 2 - 1e-5
    at = np.linspace(0, 2 * np.pi, 10_000, endpoint=False)[:, None] + half * np.array(
        [-1, -1, 1, 1]
    )
    far = np.array([200_003.5, 200_060, 200_060, 200_003.5])
    small = shapely.polygons(np.stack([far * np.cos(at), far * np.sin(at)], axis=-1) + CENTRE)
    broken = shapely.linestrings(np.stack([wall[:-1:2], wall[1::2]], axis=1))
    return np.r_[[shapely.Polygon(edge, [hole[::-1]])], small], layer(*broken)


def stacked() -> tuple[Shapes, gpd.GeoDataFrame]:
    """Draw 300 parcels on one spot, and a railway through them."""
    x, y = CENTRE
    wide = np.arange(300) * 0.01
    return shapely.box(x, y, x + 50 + wide, y + 50), layer(
        shapely.LineString([(x - 10, y + 25), (x + 80, y + 25)])
    )


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Do something, and give the seconds on the clock and of the processor."""
    began, worked = time.perf_counter(), time.process_time()
    done = work()
    return done, time.perf_counter() - began, time.process_time() - worked


def cases(shapes: Shapes, threads: int | None) -> dict[str, Callable[[], int]]:
    """Name what is measured; each gives the number of pairs, or of vertices drawn."""

    def pairs(shapes: Shapes, barriers: gpd.GeoDataFrame | None = None) -> int:
        table = table_of(shapes)
        return len(contacts(table, max_gap_m=GAP_M, barriers=barriers, threads=threads))

    def drawn(blocks: int) -> int:
        order = np.argsort(gpd.GeoSeries(shapes).hilbert_distance().to_numpy(), kind="stable")
        block = np.empty(len(shapes), dtype=int)
        block[order] = np.arange(len(shapes)) * blocks // len(shapes)
        table = table_of(shapes).assign(block_id=[f"B{one:06d}" for one in block])
        return int(block_outline(Parcels(table), GAP_M, threads=threads).count_coordinates().sum())

    return {
        "neighbours": lambda: pairs(shapes),
        "neighbours, rivers and railways": lambda: pairs(shapes, real_barriers()),
        "neighbours, a line of 200,000": lambda: pairs(shapes, layer(*winding(1, 200_000, 5))),
        "neighbours, a sea over half": lambda: pairs(shapes, layer(sea())),
        "neighbours of a ring of 100,000": lambda: pairs(*ringed()),
        "neighbours on one spot": lambda: pairs(*stacked()),
        "outline, one block": lambda: drawn(1),
        "outlines, 100 blocks": lambda: drawn(100),
        "outlines, 10,000 blocks": lambda: drawn(10_000),
    }


def plainly_too(shapes: Shapes, sample: int, threads: int | None) -> str:
    """Hold ours against the plain computations of the tests, on a window of the city."""
    sys.path[:0] = [str(TESTS), str(TESTS / "measure"), str(TESTS / "plan")]
    from test_adjacency import plain_pairs  # noqa: PLC0415  the tests are no package
    from test_blocks import plain_outline  # noqa: PLC0415

    away = shapely.distance(shapes, shapely.Point(CENTRE))
    near = shapes[np.sort(np.argsort(away, kind="stable")[:sample])]
    x, y = CENTRE
    barriers = layer(*[
        shapely.transform(one, lambda xy: (xy - xy.mean(axis=0)) / 4 + [x, y])
        for one in winding(4, 5_000, 3)
    ])  # fmt: skip
    table = table_of(near)
    found, ours, _ = timed(
        lambda: contacts(table, max_gap_m=GAP_M, barriers=barriers, threads=threads)
    )
    pairs, plain, _ = timed(lambda: plain_pairs(list(near), GAP_M, list(barriers.geometry)))
    outline, ours_drawn, _ = timed(lambda: block_outline(table, GAP_M, threads=threads).iloc[0])
    picture, plain_drawn, _ = timed(lambda: plain_outline(near))
    same = list(zip(found["first"], found["second"], strict=True)) == pairs
    differs = outline.symmetric_difference(picture).area / picture.area
    if not same or differs > ALIKE:
        sys.exit(f"not the plain result: neighbours the same: {same}, outline off by {differs}")
    return (
        f"Of {sample:,} parcels in the middle, the plain computations of the tests give the same"
        f" neighbours in {plain / ours:.0f} times the time, and the same outline, but for"
        f" {differs:.0e} of its area, in {plain_drawn / ours_drawn:.0f} times."
    )


def main() -> None:
    """Measure what is asked for, and write the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parcels", type=int, default=TILE)
    asked.add_argument("--sample", type=int, default=1_000)
    asked.add_argument("--threads", type=int)
    asked.add_argument("--only", nargs="*", default=[])
    asked.add_argument("--page", type=Path, default=PAGE)
    said = asked.parse_args()
    around_part(said.page, "contacts")
    shapes = city(said.parcels)
    rows = []
    for name, work in cases(shapes, said.threads).items():
        if not said.only or any(word in name for word in said.only):
            size, seconds, worked = timed(work)
            rows.append([name, digits(seconds), digits(worked), f"{BAR_S:.0f}", f"{size:,}"])
    heads = ["what", "seconds", "of all cores", "bar", "pairs or vertices found"]
    parts = [rows_of(heads, rows), f"{said.parcels:,} parcels; one run on {machine()}."]
    if said.sample:
        parts.append(plainly_too(shapes, said.sample, said.threads))
    write_part(said.page, "contacts", "\n\n".join(parts))


if __name__ == "__main__":
    main()
