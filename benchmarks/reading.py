"""How long reading and checking a big city takes: 100,000 parcels, every check, line and towns.

    python benchmarks/reading.py [--parcels 100000] [--faults 50] [--profile]

The city is invented, the same every time: lots of 5 to 13 vertices in street blocks, three in ten
sharing an edge with the next, lanes of 4 to 8 m between the others; turned by 10 degrees and
rounded to millimetres, as surveys are. Three in ten have a vertex on their left side that the
neighbour has not. ``--faults`` plants so many of each kind.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import tempfile
import time
from collections import Counter
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from landrenew.workflow import project_faults

CRS = "EPSG:4549"
WEST, SOUTH = 600_000.0, 3_330_000.0
DEPTH, WIDTH = 62.0, 85.0
SHARING = 0.3
TURN = np.radians(10)
BAR_S = 30.0
"""What the check of 100,000 parcels may take on two cores [s]."""


def turned(xy: np.ndarray) -> np.ndarray:
    """Turn coordinates by 10 degrees, move them to the city and round them to millimetres."""
    turn = np.array([[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]])
    return np.round(xy @ turn + [WEST, SOUTH], 3)


def lots(count: int, chance: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw lots in rows, and tell which share an edge with the one before."""
    across = int(np.ceil(np.sqrt(count * DEPTH / WIDTH)))
    down = -(-count // across)
    shares = chance.random((down, across)) < SHARING
    shares[:, 0] = False
    lane = np.where(shares, 0.0, chance.uniform(4, 8, (down, across)))
    width = chance.uniform(0.6, 1.4, (down, across)) * WIDTH
    left = np.cumsum(lane + width, axis=1) - width
    floor = np.cumsum(chance.uniform(4, 8, down) + DEPTH)[:, None] + np.zeros_like(left)
    boxes = np.c_[left.ravel(), floor.ravel(), (left + width).ravel()][:count]
    return np.array([lot(*box, chance) for box in boxes]), shares.ravel()[:count]


def lot(left: float, floor: float, right: float, chance: np.random.Generator) -> shapely.Polygon:
    """Draw one lot whose front and back bend a little; its sides are straight."""
    below, above, beside = (*chance.integers(0, 4, 2), chance.random() < SHARING)
    front = np.c_[np.linspace(left, right, below + 2), np.full(below + 2, floor)]
    back = np.c_[np.linspace(right, left, above + 3), np.full(above + 3, floor + DEPTH)]
    side = np.array([[left, floor + DEPTH / 3]])[: int(beside)]
    front[1:-1, 1] += chance.uniform(0, 0.8, below)
    back[1:-1, 1] -= chance.uniform(0.2, 0.8, above + 1)
    return shapely.Polygon(turned(np.r_[front, back, side]))


def planted(
    shapes: np.ndarray, shares: np.ndarray, each: int, chance: np.random.Generator
) -> dict[str, list[int]]:
    """Spoil lots in place: so many of each kind, on rows that are named."""
    kinds = (spiked, needled, overlapping, crossed)
    sharing = np.flatnonzero(shares)[3::7]
    gapped = chance.choice(sharing, each, replace=False)
    others = np.setdiff1d(np.arange(1, len(shapes) - 1), np.r_[sharing, sharing - 1, sharing + 1])
    rows = np.split(chance.choice(others, each * len(kinds), replace=False), len(kinds))
    for row in gapped:
        shapes[row] = away(shapes[row])
    for spoil, at in zip(kinds, rows, strict=True):
        for row in at:
            shapes[row] = spoil(shapes[row])
    names = ["gapped", *(one.__name__ for one in kinds)]
    return {kind: sorted((at + 1).tolist())
            for kind, at in zip(names, [gapped, *rows], strict=True)}  # fmt: skip


def away(shape: shapely.Polygon) -> shapely.Polygon:
    """Move a lot 20 cm away from the one on its left."""
    step = 0.2 * np.array([np.cos(TURN), np.sin(TURN)])
    return shapely.transform(shape, lambda xy: np.round(xy + step, 3))


def spiked(shape: shapely.Polygon) -> shapely.Polygon:
    """Pull a needle of 3 m out of the first edge, outside and back."""
    xy = shapely.get_coordinates(shape)
    middle, along = (xy[0] + xy[1]) / 2, (xy[1] - xy[0]) / np.hypot(*(xy[1] - xy[0]))
    out = np.array([along[1], -along[0]])
    spike = [middle - 0.01 * along, middle + 3 * out, middle + 0.01 * along]
    return shapely.Polygon(np.r_[xy[:1], np.round(spike, 3), xy[1:]])


def needled(shape: shapely.Polygon) -> shapely.Polygon:
    """Shrink a lot to a strip of 20 cm along its front."""
    xy = shapely.get_coordinates(shape)
    along = (xy[1] - xy[0]) / np.hypot(*(xy[1] - xy[0]))
    up = 0.2 * np.array([-along[1], along[0]])
    return shapely.Polygon(np.round([xy[0], xy[1], xy[1] + up, xy[0] + up], 3))


def overlapping(shape: shapely.Polygon) -> shapely.Polygon:
    """Stretch a lot over its neighbours."""
    return shapely.transform(shape, lambda xy: np.round((xy - xy[0]) * 1.2 + xy[0], 3))


def crossed(shape: shapely.Polygon) -> shapely.Polygon:
    """Make a bow-tie of a lot."""
    left, bottom, right, top = shape.bounds
    return shapely.Polygon([(left, bottom), (right, top), (right, bottom), (left, top)])


def zones(shapes: np.ndarray, side: int) -> np.ndarray:
    """Cut the ground of the city into so many by so many areas with winding edges."""
    west, south, east, north = shapely.total_bounds(shapes)
    xs, ys = np.linspace(west - 9, east + 9, side + 1), np.linspace(south - 9, north + 9, side + 1)
    boxes = [shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1])
             for i in range(side) for j in range(side)]  # fmt: skip
    fine = shapely.segmentize(np.array(boxes), 40.0)

    def winding(xy: np.ndarray) -> np.ndarray:
        return xy + 25 * np.c_[np.sin(xy[:, 1] / 300), np.sin(xy[:, 0] / 300)]

    return shapely.transform(fine, winding)


def write_city(folder: Path, count: int, each: int) -> dict[str, list[int]]:
    """Write the city as a project and give the rows that were spoilt."""
    chance = np.random.default_rng(1)
    shapes, shares = lots(count, chance)
    areas = shapely.area(shapes)
    told = planted(shapes, shares, each, chance) if each else {}
    ids = [f"330282{i // 1000:06d}GB{i % 1000:05d}" for i in range(count)]
    parcels = gpd.GeoDataFrame({"ZDDM": ids, "ZDMJ": np.round(areas, 2)}, geometry=shapes, crs=CRS)
    parcels.to_file(folder / "parcels.gpkg")
    line = zones(shapes, 12)[::3]
    gpd.GeoDataFrame(geometry=line, crs=CRS).to_file(folder / "line.gpkg")
    towns = zones(shapes, 3)
    names = [f"{i} 镇" for i in range(len(towns))]
    gpd.GeoDataFrame({"town": names}, geometry=towns, crs=CRS).to_file(folder / "towns.gpkg")
    (folder / "city.toml").write_text(
        '[city]\nname = "big"\nrulebook = "cixi-2022"\n'
        '[parcels]\npath = "parcels.gpkg"\n[parcels.columns]\n'
        'parcel_id = "ZDDM"\ndeclared_area_m2 = "ZDMJ"\n'
        '[control_line]\npath = "line.gpkg"\n[towns]\npath = "towns.gpkg"\n',
        encoding="utf-8",
    )
    return told


def main() -> None:
    """Make the city, read and check it, and say how long that took."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parcels", type=int, default=100_000)
    asked.add_argument("--faults", type=int, default=50)
    asked.add_argument("--profile", action="store_true")
    asked.add_argument("--folder", type=Path)
    said = asked.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = said.folder or Path(place)
        folder.mkdir(exist_ok=True)
        told = write_city(folder, said.parcels, said.faults)
        watch = cProfile.Profile()
        if said.profile:
            watch.enable()
        began, worked = time.perf_counter(), time.process_time()
        result = project_faults(folder / "city.toml")
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        watch.disable()
    found = Counter(fault.code for fault in result.faults)
    print(json.dumps({"seconds": round(seconds, 1), "of_cpu": round(worked, 1), "bar": BAR_S,
                      "parcels": said.parcels,
                      "planted": {kind: len(rows) for kind, rows in told.items()},
                      "found": dict(found)}))  # fmt: skip
    if said.profile:
        pstats.Stats(watch).sort_stats("cumulative").print_stats(45)


if __name__ == "__main__":
    main()
