"""A city in which everything lies across everything else, drawn anew for every seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import shapely
from conftest import CRS, DEMO, ORIGIN, zones_of
from small_city import toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import geopandas as gpd

    Chance = np.random.Generator

LOT, ACROSS = 40.0, 5
"""Width of a lot [m], and lots in a row; the city is square."""

X, Y = ORIGIN
WIDTH = LOT * ACROSS
ELSEWHERE = 2_500.0
"""How far off a stray part lies [m]."""


def lot(i: int) -> shapely.Polygon:
    """Draw lot ``i``; lots touch."""
    x, y = X + LOT * (i % ACROSS), Y + LOT * (i // ACROSS)
    return shapely.box(x, y, x + LOT, y + LOT)


def moved(shape: shapely.Geometry, x: float, y: float) -> shapely.Geometry:
    return shapely.transform(shape, lambda xy: xy + np.array([x, y]))


def grown(shape: shapely.Geometry, right: float, top: float) -> shapely.Polygon:
    """Move the right and the upper edge of a lot."""
    left, bottom, *corner = shape.bounds
    return shapely.box(left, bottom, corner[0] + right, corner[1] + top)


def bow_tie(shape: shapely.Geometry) -> shapely.Polygon:
    left, bottom, right, top = shape.bounds
    return shapely.Polygon([(left, bottom), (right, top), (right, bottom), (left, top)])


def doubled_corner(shape: shapely.Geometry) -> shapely.Polygon:
    left, bottom, right, top = shape.bounds
    return shapely.Polygon(
        [(left, bottom), (right, bottom), (right, bottom + 0.0004), (right, top), (left, top)]
    )


SPOILT: list[Callable[[shapely.Geometry, float], shapely.Geometry | None]] = [
    lambda lot, _: lot,
    lambda lot, _: lot,
    lambda lot, _: lot,
    lambda _lot, _: None,
    lambda lot, _: bow_tie(lot),
    lambda lot, _: lot.boundary,
    lambda lot, _: doubled_corner(lot),
    lambda lot, _: grown(lot, -0.3, 0),  # a slit
    lambda lot, _: grown(lot, 0.2, -0.3),
    lambda lot, _: grown(lot, 0.4 - LOT, 0),  # hardly wide at all
    lambda lot, some: grown(lot, 30 * some, 0),
    lambda lot, _: grown(lot, 3 * LOT, LOT),  # wider than a tile
    lambda lot, _: shapely.MultiPolygon([lot, moved(lot, 3 * LOT, 2 * LOT)]),
    lambda lot, _: shapely.MultiPolygon([lot, moved(lot, ELSEWHERE, 0)]),
    lambda lot, _: shapely.GeometryCollection([lot, shapely.Point(lot.bounds[:2])]),
    lambda lot, some: shapely.affinity.rotate(lot, 90 * some),
    lambda lot, some: lot.difference(lot.centroid.buffer(2 + 13 * some)),
]
"""How surveys and programs leave a lot."""


def parcels(chance: Chance) -> gpd.GeoDataFrame:
    """Draw the lots in no order, some of them twice."""
    count = ACROSS * ACROSS
    shapes = [
        SPOILT[kind](lot(i), some)
        for i, (kind, some) in enumerate(
            zip(chance.integers(0, len(SPOILT), count), chance.random(count), strict=True)
        )
    ]
    ids: list[str | None] = [f"330282001001GB{i:05d}" for i in range(count)]
    for i in chance.integers(0, count, 3).tolist():  # the same row again, and under another id
        shapes += [shapes[i], shapes[i]]
        ids += [ids[i], f"330282001001GB9{i:04d}"]
    ids[3] = None
    size = len(ids)
    table = zones_of(
        *shapes,
        parcel_id=ids,
        owner=[None if chance.random() < 0.2 else f"第{i % 7}五金厂" for i in range(size)],
        land_code=chance.choice(["0601", "0602", "9999", None], size),
        declared_area_m2=[
            None if chance.random() < 0.3 else float(chance.choice([1600, 1700])) for _ in ids
        ],
    )
    return table.iloc[chance.permutation(size)].reset_index(drop=True)


def buildings(chance: Chance) -> gpd.GeoDataFrame:
    """Draw sheds, halls and towers on each other and across the edges of lots, and a few yards."""
    corners, sizes = chance.uniform(-30, WIDTH, (60, 2)), chance.uniform(2, 45, (60, 2))
    drawn = [
        shapely.box(X + x, Y + y, X + x + w, Y + y + h)
        for (x, y), (w, h) in zip(corners, sizes, strict=True)
    ]
    towers = [shape.buffer(-shape.length / 25) for shape in drawn[4:16]]
    away = [moved(lot(0), -200, 50), moved(lot(14), 20, 0.2)]
    shapes = [*drawn, *drawn[:4], *towers, None, bow_tie(lot(5)), *away]
    count = len(shapes)
    is_west = shapely.bounds(np.array(shapes, dtype=object))[:, 0] < X + WIDTH / 3
    return zones_of(
        *shapes,
        building_id=[f"B{i:05d}" for i in range(count)],
        floor_count=np.where(chance.random(count) < 0.4, np.nan, chance.integers(0, 6, count)),
        height_m=np.where(chance.random(count) < 0.6, np.nan, chance.uniform(2, 30, count)),
        kind=np.where(is_west & (chance.random(count) < 0.3), "堆场", "厂房"),
    )


def zones(chance: Chance) -> Iterator[tuple[str, gpd.GeoDataFrame]]:
    """Draw what covers lots in part."""
    middle = shapely.Point(X + WIDTH / 2, Y + WIDTH / 2)
    line = shapely.box(X + 10, Y + 10, X + WIDTH * 0.6, Y + WIDTH * 0.7)
    yield "control_line", zones_of(line, middle.buffer(WIDTH / 3), line.buffer(0.2))
    yield "growth_boundary", zones_of(middle.buffer(WIDTH / 2))
    cut = X + WIDTH * chance.uniform(0.3, 0.7)
    west = shapely.box(X - 50, Y - 50, cut + 5, Y + WIDTH + 50)
    east = shapely.box(cut, Y - 50, X + WIDTH - 30, Y + WIDTH + 50)
    yield "towns", zones_of(west, east, town=["西", "东"])
    north = shapely.box(X - 50, Y + WIDTH / 2 - 7, X + WIDTH + 50, Y + WIDTH + 50)
    south = shapely.box(X - 50, Y - 50, X + WIDTH + 50, Y + WIDTH / 2)
    yield "villages", zones_of(north, south, village=["新村", "老村"])
    corners = chance.uniform(0, WIDTH, (3, 2)) + ORIGIN
    parks = [shapely.box(x, y, x + 90, y + 120) for x, y in corners]
    yield "parks", zones_of(*parks, park_id=["K1", "K2", "K2"])
    yield "protected", zones_of(middle.buffer(WIDTH / 4).boundary.buffer(9))
    yield "barriers", zones_of(shapely.LineString([(X, Y + 130), (X + WIDTH, Y + 170)]))


def write_rasters(chance: Chance, folder: Path) -> None:
    """Write rasters that cover a part of the city."""
    for name, size in (("height.tif", 7.0), ("light.tif", 60.0)):
        grid = rasterio.Affine(size, 0, X - 33, 0, -size, Y + 190)
        how = {"driver": "GTiff", "count": 1, "height": 30, "width": 30, "dtype": "float32"}
        with rasterio.open(folder / name, "w", **how, crs=CRS, transform=grid, nodata=-1) as raster:
            raster.write(chance.uniform(-1, 40, (1, 30, 30)).astype("float32"))


def write_tables(folder: Path, ids: list[str]) -> None:
    """Write firms, their links and a ledger."""
    rows = [f"F{i},规上,{50 + i % 9}.5" for i in range(len(ids))]
    links = [f"F{i},{one}" for i, one in enumerate(ids)]
    events = [f"E{i},{one},拆除,2025-03-0{1 + i % 9}" for i, one in enumerate(ids)]
    for name, head, lines in (
        ("firms", "firm_id,size_class,tax_cny10k", rows),
        ("links", "firm_id,parcel_id", links),
        ("ledger", "event_id,parcel_id,stage,event_date", events),
    ):
        (folder / f"{name}.csv").write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")


def messy_city(folder: Path, seed: int, **sections: dict[str, Any] | None) -> Path:
    """
    Write a city with every layer a project may have.

    Parameters
    ----------
    folder
        Where to write.
    seed
        Decides how it is drawn.
    **sections
        Sections of the project file in place of ours; None leaves one out.

    Returns
    -------
    Path
        The project file.
    """
    chance = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    layers = {"parcels": parcels(chance), "buildings": buildings(chance), **dict(zones(chance))}
    for name, table in layers.items():
        table.to_parquet(folder / f"{name}.parquet")
    write_rasters(chance, folder)
    write_tables(folder, [one for one in layers["parcels"]["parcel_id"] if one is not None][::3])
    ours = {
        "city": {"name": "乱城", "crs": CRS, "rulebook": str(DEMO / "rulebook.toml")},
        **{name: {"path": f"{name}.parquet"} for name in layers},
        "parcels": {"path": "parcels.parquet", "land_scheme": "三调"},
        "firms": {"path": "firms.csv"},
        "links": {"path": "links.csv"},
        "ledger": {"path": "ledger.csv"},
        "tolerances": {"line_m": 1.5},
        "rasters": {"height": "height.tif", "nightlight": "light.tif"},
    }
    path = folder / "city.toml"
    path.write_text(toml(ours | sections), encoding="utf-8")
    return path
