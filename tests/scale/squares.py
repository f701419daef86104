"""Cities of a few squares, written as GeoParquet and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import shapely
from conftest import CRS, square
from small_city import SIZE, SOUTH, WEST, small_city

if TYPE_CHECKING:
    from pathlib import Path

    Layer = gpd.GeoDataFrame | str | dict[str, Any]


def grid(count: int, *, across: int = 6, **columns: object) -> gpd.GeoDataFrame:
    """Draw squares of 20 m, named P00, P01, … row by row."""
    shapes = [square(i % across, i // across, size=SIZE) for i in range(count)]
    ids = {"parcel_id": [f"P{i:02d}" for i in range(count)]}
    return gpd.GeoDataFrame(ids | columns, geometry=shapes, crs=CRS)


def city_of(folder: Path, **layers: Layer | tuple[Layer, dict[str, Any]]) -> Path:
    """
    Write a city of GeoParquet layers and CSV tables.

    Parameters
    ----------
    folder
        Where to write.
    **layers
        For each section of the project file a layer, the text of a table, or its keys; or a layer
        with more keys.

    Returns
    -------
    Path
        The project file.
    """
    folder.mkdir(exist_ok=True)
    sections = {}
    for name, given in layers.items():
        layer, keys = given if isinstance(given, tuple) else (given, {})
        if isinstance(layer, str):
            (folder / f"{name}.csv").write_text(layer, encoding="utf-8")
            keys = {"path": f"{name}.csv"} | keys
        elif isinstance(layer, gpd.GeoDataFrame):
            layer.to_parquet(folder / f"{name}.parquet")
            keys = {"path": f"{name}.parquet"} | keys
        sections[name] = layer | keys if isinstance(layer, dict) else keys
    return small_city(folder, **sections)


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(WEST + x, SOUTH + y, WEST + right, SOUTH + top)


def redrawn(
    table: gpd.GeoDataFrame, shapes: dict[int, shapely.Geometry | None]
) -> gpd.GeoDataFrame:
    """Give rows other shapes."""
    drawn = table.geometry.to_numpy().copy()
    for i, shape in shapes.items():
        drawn[i] = shape
    return table.set_geometry(gpd.GeoSeries(drawn, crs=table.crs))
