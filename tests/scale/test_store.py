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
from landrenew.scale.store import (
    BOX,
    Store,
    around,
    boxes_of,
    frame_of,
    in_order,
    meets,
    no_row_of,
    table_of,
    touching,
)

if TYPE_CHECKING:
    from pathlib import Path

whole = st.integers(0, 12).map(float)
spans = st.tuples(whole, whole).map(sorted)
nowhere = st.just((math.nan,) * 4)
box = st.tuples(spans, spans).map(lambda xy: (xy[0][0], xy[1][0], xy[0][1], xy[1][1]))
boxes = st.lists(st.one_of(box, box, box, nowhere), max_size=25).map(
    lambda some: np.array(some, dtype=float).reshape(-1, 4)
)


def share_a_spot(one: np.ndarray, other: np.ndarray) -> bool:
    (left, bottom, right, top), (west, south, east, north) = one.tolist(), other.tolist()
    return left <= east and right >= west and bottom <= north and top >= south


@given(boxes, boxes)
def test_boxes_touch_where_they_share_a_spot(one: np.ndarray, other: np.ndarray) -> None:
    found = touching(one, other).tolist()
    assert found == [i for i, a in enumerate(one) if any(share_a_spot(a, b) for b in other)]


@given(boxes, st.one_of(box, nowhere))
def test_boxes_meet_a_box_where_they_share_a_spot(one: np.ndarray, other: object) -> None:
    other = np.array(other)
    assert meets(one, other).tolist() == [share_a_spot(a, other) for a in one]


@given(boxes)
def test_the_box_around_boxes_is_the_smallest_that_holds_them(some: np.ndarray) -> None:
    placed = some[~np.isnan(some[:, 0])]
    found = around(some)
    if not len(placed):
        assert np.isnan(found).all()
    else:
        assert found.tolist() == shapely.total_bounds(shapely.box(*placed.T)).tolist()


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


def laid_out(
    folder: Path, layer: gpd.GeoDataFrame, tile: list[int], *, batch: int, tiles: int = 4
) -> Store:
    ours, shapes = pd.DataFrame(layer.drop(columns="geometry")), layer.geometry.to_numpy()
    store = Store(folder, pyproj.CRS(CRS), tiles)
    return store.fill(
        (table_of(ours[at : at + batch], shapes[at : at + batch]), np.array(tile[at : at + batch]))
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
        same_table(frame_of(store.read(one), store.crs), layer[np.array(tile) == one])
    every = pa.concat_tables([store.read(one) for one in (2, 0, 3, 1)])
    same_table(frame_of(in_order(every), store.crs), layer)
    same_table(no_row_of(store), layer[:0])


@settings(max_examples=20)
@given(some=rows, asked=boxes)
def test_what_lies_beside_a_tile_is_read_and_nothing_else(
    some: list[tuple[object, ...]], asked: np.ndarray, tmp_path_factory: pytest.TempPathFactory
) -> None:
    layer, tile = layer_of(some), np.array([one[-1] for one in some])
    store = laid_out(tmp_path_factory.mktemp("s") / "parcels", layer, tile.tolist(), batch=7)
    near = touching(shapely.bounds(layer.geometry.to_numpy()).reshape(-1, 4), asked)
    wanted = [int(row) + 1 for row in near if tile[row] != 2]
    assert sorted(store.beside(2, asked)["row"].to_pylist()) == wanted


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
    table = table_of(layer.drop(columns="geometry"), layer.geometry.to_numpy())
    np.testing.assert_array_equal(boxes_of(table), [[1, 2, 3, 4], [np.nan] * 4])
