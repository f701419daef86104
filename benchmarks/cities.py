"""Invented cities of any size, the same every time, written tile by tile as GeoParquet.

    python benchmarks/cities.py FOLDER [--parcels 99856] [--crossing 0.05] [--line-vertices 9195]

A tile is a district of 316 by 316 lots. Lots lie in strips along lanes, turned by 10 degrees and
rounded to millimetres as surveys are; their sizes follow Zhongshan's (half below 5 mu, seven in ten
below 10), three in ten share an edge with the next. Each has 13 vertices and three buildings, of
which so many cross its edge. The control line winds through the lots and cuts some thousands of
them; nine towns share the ground of a tile. More parcels are more tiles, so that work per parcel
does not hang on the size of the city.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

EPSG = 4549
SIDE = 316
"""Lots in a strip, and strips in a tile."""

TILE = SIDE * SIDE
MEDIAN_M, WIDE, DEEP = 58.0, 1.15, 0.6
"""Median width and depth of a lot [m], and how far they spread (standard deviation of the log)."""

SHARING = 0.3
TURN = np.radians(10)
ALONG, ACROSS = 35_000.0, 22_000.0
"""Ground of a tile [m]."""

FRONT, BACK = 5, 4
"""Vertices on the front and back edge of a lot, beside its four corners."""

BUILDINGS = 3
MU = 2000 / 3
ROW_GROUP = 10_000
CENTRE = np.array([500_000.0, 3_340_000.0])


@dataclass(frozen=True)
class City:
    """What is asked for: parcels, share of buildings that cross an edge, vertices of the line."""

    parcels: int = TILE
    crossing: float = 0.05
    line_vertices: int = 9_195

    @property
    def tiles(self) -> int:
        """Number of tiles."""
        return -(-self.parcels // TILE)

    def origin(self, tile: int) -> Numbers:
        """Give the lower left corner of a tile, before the turn."""
        columns = math.ceil(math.sqrt(self.tiles * ACROSS / ALONG))
        rows = -(-self.tiles // columns)
        down, across = divmod(tile, columns)
        whole = np.array([columns * ALONG, rows * ACROSS])
        return np.array([across * ALONG, down * ACROSS]) - whole / 2


def turned(xy: Numbers) -> Numbers:
    """Turn coordinates by 10 degrees, move them to the city and round them to millimetres."""
    turn = np.array([[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]])
    moved: Numbers = np.round(xy @ turn + CENTRE, 3)
    return moved


def lots(city: City, tile: int, chance: np.random.Generator) -> tuple[Numbers, Numbers]:
    """Give the boxes of the lots of a tile: left, bottom, right, top; and the free way at right."""
    shares = chance.random((SIDE, SIDE)) < SHARING
    lane = np.where(shares, 0.0, chance.uniform(4, 8, (SIDE, SIDE)))
    width = 12 + np.exp(chance.normal(0, WIDE, (SIDE, SIDE))) * MEDIAN_M
    width *= ((ALONG - 20 - lane.sum(axis=1)) / width.sum(axis=1))[:, None]
    right = np.cumsum(lane + width, axis=1)
    way = chance.uniform(4, 12, SIDE)
    depth = 15 + np.exp(chance.normal(0, DEEP, SIDE)) * MEDIAN_M
    depth *= (ACROSS - 20 - way.sum()) / depth.sum()
    top = np.cumsum(way + depth)[:, None] + np.zeros_like(right)
    boxes = np.stack([right - width, top - depth[:, None], right, top], axis=-1).reshape(-1, 4)
    free = np.where(np.roll(shares, -1, axis=1), 0.0, np.roll(lane, -1, axis=1)).ravel()
    count = min(TILE, city.parcels - tile * TILE)
    return boxes[:count] + np.tile(city.origin(tile), 2), free[:count]


def polygons(xy: Numbers) -> Shapes:
    """Make polygons of rings, shape (n, vertices, 2), which close themselves here."""
    closed = np.concatenate([xy, xy[:, :1]], axis=1)
    count, size, _ = closed.shape
    ends = np.arange(count + 1)
    made: Shapes = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, turned(closed.reshape(-1, 2)), (ends * size, ends)
    )
    return made


def parcels(boxes: Numbers, chance: np.random.Generator) -> Shapes:
    """Draw lots whose front and back bend a little; their sides are straight."""
    left, bottom, right, top = boxes.T[:, :, None]
    front = np.linspace(0, 1, FRONT + 2)[:-1] * (right - left) + left
    back = np.linspace(1, 0, BACK + 2)[:-1] * (right - left) + left
    below = bottom + chance.uniform(0, 0.8, front.shape)
    above = top - chance.uniform(0, 0.8, back.shape)
    below[:, :1], above[:, :1] = bottom, top
    sides = [np.c_[right, bottom], np.c_[left, top]]
    ring = [np.stack([front, below], axis=-1), sides[0][:, None],
            np.stack([back, above], axis=-1), sides[1][:, None]]  # fmt: skip
    return polygons(np.concatenate(ring, axis=1))


def buildings(
    boxes: Numbers, free: Numbers, crossing: float, chance: np.random.Generator
) -> Shapes:
    """Stand three buildings on each lot; some reach over its right edge, never onto another."""
    left, bottom, right, top = boxes.T
    width, depth = right - left, top - bottom
    at = np.array([0.06, 0.37, 0.68])
    start = left[:, None] + (at + chance.uniform(0, 0.03, (len(boxes), BUILDINGS))) * width[:, None]
    end = start + chance.uniform(0.15, 0.26, start.shape) * width[:, None]
    narrower = np.minimum(width, np.r_[width[1:], width[-1:]])
    crosses = chance.random(len(boxes)) < BUILDINGS * crossing
    reach = right + free + 0.05 * narrower
    shift = np.where(crosses, reach - end[:, -1], 0.0)
    start[:, -1] += shift
    end[:, -1] += shift
    low = bottom[:, None] + chance.uniform(0.05, 0.3, start.shape) * depth[:, None]
    high = top[:, None] - chance.uniform(0.05, 0.3, start.shape) * depth[:, None]
    lean = chance.uniform(-0.3, 0.3, start.shape)
    ring = np.stack([
        np.stack([start, low], axis=-1), np.stack([end, low + lean], axis=-1),
        np.stack([end + lean / 10, high], axis=-1), np.stack([start, high - lean], axis=-1),
    ], axis=2)  # fmt: skip
    return polygons(ring.reshape(-1, 4, 2))


def line(city: City, tile: int, chance: np.random.Generator) -> shapely.Polygon:
    """Draw the control line of a tile: one outline that winds around most of its ground."""
    angle = np.linspace(0, 2 * np.pi, city.line_vertices, endpoint=False)
    waves = np.arange(2, 60)
    phase, height = chance.uniform(0, 2 * np.pi, len(waves)), chance.uniform(0, 0.16, len(waves))
    wind = (np.sin(np.outer(angle, waves) + phase) * height / waves**0.5).sum(axis=1)
    radius = 0.42 * np.clip(1 + wind, 0.25, 1.18)
    xy = np.stack([np.cos(angle) * ALONG, np.sin(angle) * ACROSS], axis=-1) * radius[:, None]
    middle = city.origin(tile) + np.array([ALONG / 2, ACROSS / 2])
    return polygons((middle + xy)[None])[0]


def towns(city: City, tile: int) -> Shapes:
    """Share the ground of a tile between nine towns with winding edges."""
    left, bottom = city.origin(tile)
    xs = left + np.linspace(0, ALONG, 4)
    ys = bottom + np.linspace(0, ACROSS, 4)
    boxes = [shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]) for i in range(3) for j in range(3)]

    def winding(xy: Numbers) -> Numbers:
        return turned(xy + 60 * np.c_[np.sin(xy[:, 1] / 900), np.sin(xy[:, 0] / 900)])

    shapes: Shapes = shapely.transform(shapely.segmentize(np.array(boxes), 40.0), winding)
    return shapes


def tables(city: City, tile: int) -> tuple[pa.Table, pa.Table]:
    """Make the parcels and the buildings of a tile."""
    chance = np.random.default_rng([7, tile])
    boxes, free = lots(city, tile, chance)
    shapes, count = parcels(boxes, chance), len(boxes)
    mu = shapely.area(shapes) / MU
    tax = np.exp(chance.normal(1.6, 1.1, count)) * mu
    tax[chance.random(count) < 0.12] = np.nan  # what an office does not know
    number = tile * TILE + np.arange(count)
    land = pa.table({
        "ZDDM": [f"330282{i // 100_000:06d}GB{i % 100_000:05d}" for i in number],
        "QLR": [f"公司{i % 40_000}" for i in number],
        "ZDMJ": np.round(mu * MU, 2),
        "SS": pa.array(np.round(tax, 2), from_pandas=True),
        "CZ": np.round(np.exp(chance.normal(4, 1, count)) * mu, 2),
    })  # fmt: skip
    stock = buildings(boxes, free, city.crossing, chance)
    floors = chance.choice([1, 1, 1, 2, 3, 4], len(stock))
    houses = pa.table({
        "JZBH": [f"B{i}" for i in tile * TILE * BUILDINGS + np.arange(len(stock))],
        "CS": floors,
        "GD": np.round(floors * chance.uniform(3.2, 4.4, len(stock)), 1),
    })  # fmt: skip
    return with_shapes(land, shapes), with_shapes(houses, stock)


def with_shapes(table: pa.Table, shapes: Shapes) -> pa.Table:
    """Add shapes and their boxes as GeoParquet 1.1 has them."""
    boxes = dict(zip(("xmin", "ymin", "xmax", "ymax"), shapely.bounds(shapes).T, strict=True))
    box = pa.StructArray.from_arrays([pa.array(one) for one in boxes.values()], list(boxes))
    wkb = pa.array(shapely.to_wkb(shapes), pa.binary())
    return table.append_column("geometry", wkb).append_column("bbox", box)


def geo_metadata() -> dict[bytes, bytes]:
    """Describe the shapes of a GeoParquet file."""
    covering = {"bbox": {one: ["bbox", one] for one in ("xmin", "ymin", "xmax", "ymax")}}
    column = {
        "encoding": "WKB", "geometry_types": ["Polygon"], "covering": covering,
        "crs": CRS.from_epsg(EPSG).to_json_dict(),
    }  # fmt: skip
    geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    return {b"geo": json.dumps(geo).encode()}


def write_tables(folder: Path, every: Iterator[tuple[pa.Table, pa.Table]]) -> None:
    """Write parcels and buildings, a tile at a time."""
    writers: dict[str, pq.ParquetWriter] = {}
    for both in every:
        for name, table in zip(("parcels", "buildings"), both, strict=True):
            if name not in writers:
                schema = table.schema.with_metadata(geo_metadata())
                writers[name] = pq.ParquetWriter(
                    folder / f"{name}.parquet", schema, compression="zstd"
                )
            table = table.replace_schema_metadata(geo_metadata())  # noqa: PLW2901  same rows
            writers[name].write_table(table, row_group_size=ROW_GROUP)
    for writer in writers.values():
        writer.close()


RULES = """
name = "bench"
title = "Invented rules for measuring speed"
region = "invented"
[share]
document = "invented"
source = "benchmark"
confidence = "user"
target = 0.80
[storeys]
document = "invented"
source = "benchmark"
confidence = "user"
double_above_m = 8.0
storey_height_m = 4.0
[low_efficiency]
document = "invented"
source = "benchmark"
confidence = "user"
logic = "any"
tests = [
  { column = "floor_area_ratio", comparison = "below", threshold = 0.6 },
  { column = "tax_cny10k_per_mu", comparison = "below", threshold = 5.0 },
]
[scoring]
document = "invented"
source = "benchmark"
confidence = "user"
[[scoring.pools]]
name = "all"
zh = "全部"
en = "all"
[[scoring.pools.criteria]]
form = "ratio"
column = "tax_cny10k_per_mu"
weight = 60
baseline = 8.0
cap = 1.5
floor = 0.0
missing = "undetermined"
[[scoring.pools.criteria]]
form = "ratio"
column = "floor_area_ratio"
weight = 40
baseline = 1.0
cap = 1.5
floor = 0.0
missing = "undetermined"
[grades]
form = "rank"
document = "invented"
source = "benchmark"
confidence = "user"
rounding = "nearest"
ties = "better"
exempt = "T"
classes = [
  { grade = "A", up_to = 0.2 },
  { grade = "B", up_to = 0.6 },
  { grade = "C", up_to = 0.95 },
  { grade = "D", up_to = 1.0 },
]
"""

PROJECT = f"""
[city]
name = "bench"
crs = "EPSG:{EPSG}"
rulebook = "rules.toml"
[parcels]
path = "parcels.parquet"
[parcels.columns]
parcel_id = "ZDDM"
owner = "QLR"
declared_area_m2 = {{ column = "ZDMJ", unit = "m2" }}
tax_cny10k = {{ column = "SS", unit = "万元" }}
output_cny10k = {{ column = "CZ", unit = "万元" }}
[control_line]
path = "line.parquet"
[towns]
path = "towns.parquet"
[buildings]
path = "buildings.parquet"
[buildings.columns]
building_id = "JZBH"
floor_count = "CS"
height_m = "GD"
"""


def write_city(folder: Path, city: City) -> Path:
    """Write a city as a project, and give its project file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_tables(folder, (tables(city, tile) for tile in range(city.tiles)))
    chances = [np.random.default_rng([8, tile]) for tile in range(city.tiles)]
    edge = [line(city, tile, chance) for tile, chance in enumerate(chances)]
    gpd.GeoDataFrame(geometry=edge, crs=EPSG).to_parquet(folder / "line.parquet")
    ground = [one for tile in range(city.tiles) for one in towns(city, tile)]
    names = [f"{i // 9 + 1} 区 {i % 9 + 1} 镇" for i in range(len(ground))]
    table = gpd.GeoDataFrame({"town": names}, geometry=ground, crs=EPSG)
    table.to_parquet(folder / "towns.parquet")
    (folder / "rules.toml").write_text(RULES, encoding="utf-8")
    (folder / "city.toml").write_text(PROJECT, encoding="utf-8")
    return folder / "city.toml"


def main() -> None:
    """Write the city that is asked for."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--parcels", type=int, default=TILE)
    asked.add_argument("--crossing", type=float, default=0.05)
    asked.add_argument("--line-vertices", type=int, default=9_195)
    said = asked.parse_args()
    print(write_city(said.folder, City(said.parcels, said.crossing, said.line_vertices)))


if __name__ == "__main__":
    main()
