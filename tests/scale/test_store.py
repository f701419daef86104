"""A layer comes back from disk as it was laid there; no neighbour is missed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyproj
import pytest
import shapely
from alike import same_table
from conftest import CRS
from hypothesis import given, settings
from hypothesis import strategies as st

from landrenew.base.exact import exact_parts
from landrenew.scale import store as store_
from landrenew.scale.boxes import Ground
from landrenew.scale.store import (
    BOX,
    Store,
    boxes_of,
    in_order,
    table_of,
    wkb_of,
)

if TYPE_CHECKING:
    from pathlib import Path

whole = st.integers(0, 12).map(float)
numbers = st.floats(-1e18, 1e18) | st.sampled_from([0.1, 1e-300, 5e-324, -0.0])


@given(st.lists(numbers, max_size=40), st.data())
def test_however_numbers_are_divided_their_parts_add_up_to_the_same_bits(
    values: list[float], data: st.DataObject
) -> None:
    group = data.draw(st.lists(st.integers(0, 4), min_size=len(values), max_size=len(values)))
    parts = [
        part
        for one in range(5)
        for part in exact_parts(v for v, g in zip(values, group, strict=True) if g == one)
    ]
    assert math.fsum(parts) == math.fsum(values)


texts = st.none() | st.sampled_from(["", "宗地", "é\u0301", "🏭", 'a"b,c\n', "null", " "])
numerics = st.none() | st.floats(allow_nan=True) | st.sampled_from([0.1, -0.0, 2.0**53])
squares = st.none() | st.tuples(whole, whole).map(lambda at: shapely.box(*at, at[0] + 1, at[1] + 1))
rows = st.lists(st.tuples(texts, numerics, squares, st.integers(0, 3)), min_size=1, max_size=30)


def layer_of(some: list[tuple[object, ...]]) -> gpd.GeoDataFrame:
    """Make a layer as the intake hands it over: numbers, and texts with None for missing."""
    text, number, shape, _ = zip(*some, strict=True)
    return gpd.GeoDataFrame(
        {
            "owner": pd.Series(text, dtype=object),
            "floor_count": pd.Series(number, dtype=float),
            "kind": pd.Series([None] * len(some), dtype=object),
        },
        geometry=list(shape),
        crs=CRS,
    ).set_index(pd.RangeIndex(1, len(some) + 1, name="row"))


def rows_of(ours: pd.DataFrame, shapes: np.ndarray) -> pa.Table:
    return table_of(ours, wkb_of(shapes), shapely.bounds(shapes).reshape(-1, 4))


def laid_out(
    folder: Path, layer: gpd.GeoDataFrame, tile: list[int], *, batch: int, tiles: int = 4
) -> Store:
    ours, shapes = pd.DataFrame(layer.drop(columns="geometry")), layer.geometry.to_numpy()
    store = Store(folder, pyproj.CRS(CRS), tiles, folder)
    return store.fill(
        (rows_of(ours[at : at + batch], shapes[at : at + batch]), np.array(tile[at : at + batch]))
        for at in range(0, len(layer), batch)
    )


@settings(max_examples=20)
@given(some=rows, batch=st.integers(1, 9), at_once=st.booleans())
def test_a_layer_comes_back_row_by_row(
    some: list[tuple[object, ...]],
    batch: int,
    at_once: bool,  # noqa: FBT001  drawn
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    layer, tile = layer_of(some), [one[-1] for one in some]
    with pytest.MonkeyPatch.context() as patch:
        if not at_once:
            patch.setattr(store_, "HELD_BYTES", 200)  # then a tile lies in several files
        store = laid_out(tmp_path_factory.mktemp("s") / "parcels", layer, tile, batch=batch)
    for one in range(4):
        same_table(store.frame(store.read(one)), layer[np.array(tile) == one])
    every = pa.concat_tables([store.read(one) for one in (2, 0, 3, 1)])
    same_table(store.frame(in_order(every)), layer)
    same_table(store.no_row(), layer[:0])


@settings(max_examples=20)
@given(some=rows, asked=st.lists(squares.filter(bool), max_size=9))
def test_what_lies_beside_a_tile_is_read_and_nothing_else(
    some: list[tuple[object, ...]],
    asked: list[shapely.Polygon],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    layer, tile = layer_of(some), np.array([one[-1] for one in some])
    there = shapely.bounds(asked).reshape(-1, 4)
    store = laid_out(tmp_path_factory.mktemp("s") / "parcels", layer, tile.tolist(), batch=7)
    near = Ground.of(there).meets(shapely.bounds(layer.geometry.to_numpy()).reshape(-1, 4))
    wanted = (np.flatnonzero(near & (tile != 2)) + 1).tolist()
    assert sorted(store.beside(2, there)["row"].to_pylist()) == wanted


def test_tiles_are_geoparquet_that_other_programs_read(tmp_path: Path) -> None:
    layer = layer_of([("宗地", 1.5, shapely.box(0, 0, 1, 1), 1), (None, None, None, 1)])
    laid_out(tmp_path / "year=2025" / "parcels", layer, [1, 1], batch=9)
    (path,) = (tmp_path / "year=2025" / "parcels").iterdir()
    read = gpd.read_parquet(path)
    assert read.crs == CRS
    assert read["owner"].fillna("").tolist() == ["宗地", ""]
    assert read.geometry.isna().tolist() == [False, True]


def test_a_folder_whose_name_looks_like_a_value_adds_no_column(tmp_path: Path) -> None:
    layer = layer_of([("宗地", 1.5, shapely.box(0, 0, 1, 1), 1)])
    store = laid_out(tmp_path / "year=2025" / "parcels", layer, [1], batch=9)
    assert set(store.read(1).column_names) == {*layer.columns, "row", *BOX}
    assert set(store.read(0).column_names) == {*layer.columns, "row", *BOX}


def test_boxes_are_those_of_the_shapes() -> None:
    layer = layer_of([(None, None, shapely.box(1, 2, 3, 4), 0), (None, None, None, 0)])
    table = rows_of(layer.drop(columns="geometry"), layer.geometry.to_numpy())
    np.testing.assert_array_equal(boxes_of(table), [[1, 2, 3, 4], [np.nan] * 4])
