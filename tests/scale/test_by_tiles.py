"""A city measured by tiles is the city measured as a whole, to the last bit, or refused alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import planted
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from alike import same_result
from conftest import CRS, DEMO, square, zones_of
from messy_city import bow_tie, messy_city, moved
from small_city import SIZE, small_city
from squares import at, city_of, grid, redrawn

from landrenew.base.errors import FileError, LandrenewError, ParcelError
from landrenew.publish.run_folder import save_run
from landrenew.publish.share_words import DOUBTS
from landrenew.scale import incoming
from landrenew.scale.city import Way
from landrenew.scale.engine import on_processes
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from landrenew.publish.result import Result

    Draw = Callable[[], gpd.GeoDataFrame]

DEGREES = "EPSG:4490"


def by_tiles(path: Path, size: int = 4, **how: Any) -> Result:  # noqa: ANN401  as Way takes them
    return run_project(path, way=Way(path.parent / "parts", tile_size=size, **how))


def assert_same(path: Path, size: int = 4) -> Result:
    """Measure a city both ways and give the one measured as a whole."""
    whole = run_project(path)
    same_result(by_tiles(path, size), whole)
    return whole


def both_refusals(path: Path, size: int = 4) -> tuple[str, str]:
    """Give what either way of measuring says of a city that it refuses."""
    said = []
    for way in (None, Way(path.parent / "parts", tile_size=size)):
        with pytest.raises(LandrenewError) as met:
            run_project(path, way=way)
        said.append(f"{met.type.__name__}: {met.value} {met.value.say('zh')}")
    return said[0], said[1]


# cities with everything


@pytest.fixture(scope="module")
def messy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return messy_city(tmp_path_factory.mktemp("messy"), seed=24)


@pytest.fixture(scope="module")
def whole(messy: Path) -> Result:
    return run_project(messy)


def test_the_messy_city_has_something_of_everything(whole: Result) -> None:
    kinds = {fault.code for fault in whole.faults}
    assert kinds >= {
        "building_duplicate", "building_orphan", "building_overlap", "collection",
        "duplicate_row", "duplicate_shape", "empty_geometry", "gap", "missing_id", "no_height",
        "overlap", "scattered_parts", "sliver_parcel", "unrepairable",
    }  # fmt: skip
    assert whole.share is not None
    assert set(whole.share.doubts["kind"]) == set(DOUBTS)
    assert all(len(town.villages) > 1 for town in whole.share.towns if town.name in "东西")
    parcels = whole.parcels
    assert parcels["building_coefficient"].gt(parcels["building_density"]).any()
    assert parcels["height_support_share"].between(0, 1, inclusive="neither").any()
    assert parcels["night_light_pixels"].gt(0).any()
    assert set(parcels["control_class"]) == {"inside", "straddling", "outside"}
    assert whole.blocks is not None
    assert len(whole.layers.rejected) > 3


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_tiles_of_any_size_give_the_same(
    size: int, messy: Path, whole: Result, tmp_path: Path
) -> None:
    same_result(run_project(messy, way=Way(tmp_path / "parts", tile_size=size)), whole)


def test_processes_give_the_same(messy: Path, whole: Result, tmp_path: Path) -> None:
    with on_processes(2) as engine:
        same_result(run_project(messy, way=Way(tmp_path / "parts", engine, 9)), whole)


def test_the_demo_city_is_the_same(demo_result: Result, tmp_path: Path) -> None:
    way = Way(tmp_path / "parts", tile_size=1_500)
    same_result(run_project(DEMO / "city.toml", way=way), demo_result)


def test_a_city_with_every_kind_of_fault_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planted, "TIMES", 6)
    whole = assert_same(planted.spoilt_city(3).write(tmp_path), size=100)
    assert len({fault.code for fault in whole.faults}) > 30


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def test_the_published_files_are_the_same_to_the_byte(
    messy: Path, whole: Result, tmp_path: Path
) -> None:
    parts = run_project(messy, way=Way(tmp_path / "parts", tile_size=9))
    one, other = save_run(whole, tmp_path / "whole"), save_run(parts, tmp_path / "tiles")
    assert files(other) == files(one)


@pytest.mark.parametrize(
    "sections",
    [
        {"buildings": None, "rasters": None},
        {"parcels": {"path": "parcels.parquet", "where": "land_code <> '9999'"}},
        {"tolerances": {"gap_width_m": 0.0}},
        {
            "city": {"name": "乱城", "rulebook": "none"},
            "firms": None,
            "links": None,
            "ledger": None,
        },
    ],
    ids=["no buildings", "where", "no gaps", "no rules"],
)
def test_projects_of_any_make_are_the_same(
    sections: dict[str, dict[str, Any] | None], tmp_path: Path
) -> None:
    assert_same(messy_city(tmp_path, 2, **sections), size=15)


def as_geopackage(table: gpd.GeoDataFrame, folder: Path, name: str) -> str:
    table.to_file(folder / f"{name}.gpkg")
    return f"{name}.gpkg"


def with_boxes(table: gpd.GeoDataFrame, folder: Path, name: str) -> str:
    table.to_parquet(folder / f"{name}.parquet", write_covering_bbox=True)
    return f"{name}.parquet"


def in_degrees(table: gpd.GeoDataFrame, folder: Path, name: str) -> str:
    return with_boxes(table.to_crs(DEGREES), folder, f"{name}-degrees")


def without_boxes_in_degrees(table: gpd.GeoDataFrame, folder: Path, name: str) -> str:
    table.to_crs(DEGREES).to_parquet(folder / f"{name}-degrees.parquet")
    return f"{name}-degrees.parquet"


def with_heights(table: gpd.GeoDataFrame, folder: Path, name: str) -> str:
    high = table.set_geometry(shapely.force_3d(table.geometry.to_numpy(), 4.0), crs=CRS)
    return with_boxes(high, folder, name)


def as_shapefile(table: gpd.GeoDataFrame, folder: Path, name: str) -> str:
    is_polygon = table.geom_type.isin(["Polygon", "MultiPolygon"]) | table.geometry.isna()
    short = {
        "declared_area_m2": "SCMJ",
        "building_id": "JZBH",
        "floor_count": "CS",
        "height_m": "GD",
    }
    table[is_polygon].rename(columns=short).to_file(folder / f"{name}.shp", encoding="gbk")
    return f"{name}.shp"


@pytest.mark.parametrize(
    "write",
    [as_geopackage, in_degrees, without_boxes_in_degrees, with_heights, as_shapefile],
)
def test_any_format_gives_the_same(
    write: Callable[[gpd.GeoDataFrame, Path, str], str], messy: Path, tmp_path: Path
) -> None:
    layers = {
        one: gpd.read_parquet(messy.parent / f"{one}.parquet") for one in ("parcels", "buildings")
    }
    folder = tmp_path / "year=2025"  # no column for that
    folder.mkdir()
    sections = {one: {"path": write(table, folder, one)} for one, table in layers.items()}
    sections["control_line"] = {"path": str(messy.parent / "control_line.parquet")}
    if write is as_shapefile:
        sections["parcels"]["columns"] = {"declared_area_m2": "SCMJ"}
        sections["buildings"]["columns"] = {
            "building_id": "JZBH",
            "floor_count": "CS",
            "height_m": "GD",
        }
    assert_same(small_city(folder, **sections), size=12)


# cities of a few squares


def test_tiles_without_a_parcel_are_left_out(tmp_path: Path) -> None:
    column = grid(9, across=1)  # all eastings alike: the first strip holds nothing
    sheds = zones_of(at(-300, 5, -290, 15), at(3, 3, 9, 9), floor_count=[1.0, 2.0])
    whole = assert_same(city_of(tmp_path, parcels=column, buildings=sheds), size=2)
    assert [fault.code for fault in whole.faults] == ["building_orphan"]


def test_parcels_on_one_spot_share_a_tile(tmp_path: Path) -> None:
    every = redrawn(grid(9), dict.fromkeys(range(9), square(size=SIZE)))
    assert len(assert_same(city_of(tmp_path, parcels=every)).faults) == 36


def test_a_parcel_that_holds_all_others_meets_them_all(tmp_path: Path) -> None:
    big = redrawn(grid(9), {8: at(-10, -10, 130, 50)})
    assert len(assert_same(city_of(tmp_path, parcels=big), size=2).faults) == 8


def test_parts_far_apart_meet_what_lies_there(tmp_path: Path) -> None:
    apart = redrawn(grid(9), {0: shapely.MultiPolygon([square(size=SIZE), at(40, 20, 50, 30)])})
    faults = assert_same(city_of(tmp_path, parcels=apart), size=2).faults
    assert [fault.code for fault in faults] == ["overlap"]


def test_whether_a_neighbours_edges_match_is_known_at_the_edge_of_a_tile(tmp_path: Path) -> None:
    # whether row 2 has loose edges is decided by row 3, which lies far from row 1
    plots = [(0, 0, 40.2, 39.7), (0, 40, 0.4, 80), (0, 80, 40, 120), (40, 0, 80, 40)]
    table = zones_of(*[at(*one) for one in plots], parcel_id=list("ABCD"))
    assert_same(city_of(tmp_path, parcels=table), size=1)


def test_a_tower_keeps_its_storeys_across_the_edge_of_a_tile(tmp_path: Path) -> None:
    podium, tower, shed = at(10, 2, 50, 18), at(35, 5, 45, 15), at(18, 15, 22, 25)
    stock = zones_of(podium, tower, shed, floor_count=[2.0, 20.0, 1.0])
    assert_same(city_of(tmp_path, parcels=grid(9), buildings=stock), size=2)


def test_one_row_twice_counts_once_whichever_tile_it_lies_in(tmp_path: Path) -> None:
    twice = gpd.GeoDataFrame(pd.concat([grid(6), grid(6)[3:5]], ignore_index=True))
    assert len(assert_same(city_of(tmp_path, parcels=twice), size=1).layers.rejected) == 2


def test_yards_in_one_tile_make_the_coefficient_of_all(tmp_path: Path) -> None:
    stock = zones_of(
        at(3, 3, 9, 9), at(83, 3, 89, 9), kind=["堆场", "厂房"], floor_count=[1.0, 1.0]
    )
    whole = assert_same(city_of(tmp_path, parcels=grid(9), buildings=stock), size=2)
    assert whole.parcels["building_coefficient"].notna().all()


def test_what_is_missing_stays_missing(tmp_path: Path) -> None:
    table = grid(
        12,
        owner=["甲", None] * 6,
        land_code=["0601"] * 3 + [None] * 9,
        declared_area_m2=[400.0] * 4 + [np.nan] * 8,
        town=[None] * 12,
    )
    table = redrawn(
        table, {5: None, 7: bow_tie(square(size=SIZE)), 8: square(2, 1, size=SIZE).boundary}
    )
    assert_same(city_of(tmp_path, parcels=table))


@pytest.mark.parametrize("columns", [[], ["owner"]])
def test_parcels_without_ids_are_named_by_their_rows(columns: list[str], tmp_path: Path) -> None:
    table = grid(9, owner=["甲"] * 9)[[*columns, "geometry"]]
    whole = assert_same(city_of(tmp_path, parcels=table))
    assert whole.parcels.index[3] == "row-4"


def test_ids_of_many_digits_keep_them_beside_a_missing_one(tmp_path: Path) -> None:
    ids = pd.array([3302820010010000001 + i for i in range(8)] + [None], dtype="Int64")
    whole = assert_same(city_of(tmp_path, parcels=grid(9).assign(parcel_id=ids)))
    assert whole.parcels.index[0] == "3302820010010000001"


def test_corrections_are_made_before_the_city_is_cut_up(tmp_path: Path) -> None:
    head = "layer,id,field,old,new,reason,source,date\n"
    lines = "".join(f"parcels,P0{i},declared_area_m2,400,401,r,s,2025-01-01\n" for i in (1, 8))
    table = grid(12, declared_area_m2=[400.0] * 12)
    whole = assert_same(city_of(tmp_path, parcels=table, corrections=head + lines))
    assert whole.parcels["declared_area_m2"].tolist().count(401.0) == 2


def test_a_layer_read_in_many_batches_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "BATCH", 3)
    monkeypatch.setattr("landrenew.scale.store.HELD_BYTES", 1)
    assert_same(city_of(tmp_path, parcels=grid(17)), size=4)


STRAY = {7: moved(square(1, 1, size=SIZE), 300_000, 900_000)}


@pytest.mark.parametrize(("crs", "places"), [(CRS, 20_000), (DEGREES, 20)])
def test_a_stray_parcel_does_not_choose_the_crs(
    crs: str, places: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "PLACES", places)
    table = redrawn(grid(60, across=10), STRAY).to_crs(crs)
    whole = assert_same(city_of(tmp_path, parcels=table), size=30)
    assert "EPSG:4549" in whole.layers.notes[0].en
    assert [fault.code for fault in whole.faults] == ["far_away"]


# refusals


def origin_row() -> gpd.GeoDataFrame:
    return redrawn(grid(12), {4: shapely.box(0, 0, 9, 9)})


REFUSED: dict[str, Draw] = {
    "one id on parcels that lie together": lambda: grid(12).assign(
        parcel_id=lambda one: one["parcel_id"].replace("P01", "P00")
    ),
    "ids on parcels far apart": lambda: grid(36).assign(
        parcel_id=[f"P{i % 17}" for i in range(36)]
    ),
    "no id at all": lambda: grid(9).assign(parcel_id=[None] * 9),
    "no shape at all": lambda: redrawn(grid(9), dict.fromkeys(range(9))),
    "lines": lambda: grid(9).set_geometry(grid(9).boundary),
    "a row elsewhere": origin_row,
    "degrees for metres": lambda: grid(9).to_crs(DEGREES).set_crs(CRS, allow_override=True),
    "metres for degrees": lambda: grid(9).set_crs(DEGREES, allow_override=True),
    "line elsewhere": lambda: grid(9).set_geometry(grid(9).translate(50_000)),
    "no row": lambda: grid(9)[:0],
}


@pytest.mark.parametrize("case", REFUSED)
def test_parcels_are_refused_alike(case: str, tmp_path: Path) -> None:
    whole, parts = both_refusals(city_of(tmp_path, parcels=REFUSED[case]()))
    assert parts == whole


@pytest.mark.parametrize(
    "keys",
    [
        {"columns": {"town": "ZLDWMC"}},
        {"where": "DLBM = '0601'"},
        {"where": "parcel_id = 'X'"},
        {"crs": "EPSG:4526"},
    ],
)
def test_a_wrong_section_is_refused_alike(keys: dict[str, Any], tmp_path: Path) -> None:
    whole, parts = both_refusals(city_of(tmp_path, parcels=(grid(9), keys)))
    assert parts == whole


@pytest.mark.parametrize(
    "layers",
    [
        {"buildings": zones_of(at(90_000, 0, 90_009, 9), floor_count=[1.0])},
        {"buildings": zones_of(at(3, 3, 9, 9).boundary, floor_count=[1.0])},
        {"towns": zones_of(at(0, 0, 200, 200), name=["东"])},
        {"firms": "firm_id,parcel_id\nF1,P01\n"},
        {"rasters": {"nightlight": "no.tif"}},
        {"city": {"name": "小城", "rulebook": "no.toml"}},
        {"corrections": "layer,id,field,old,new,reason,source,date\nparcels,P99,owner,a,b,r,s,d\n"},
    ],
    ids=lambda layers: next(iter(layers)),
)
def test_other_layers_are_refused_alike(layers: dict[str, Any], tmp_path: Path) -> None:
    whole, parts = both_refusals(city_of(tmp_path, parcels=grid(9), **layers))
    assert parts == whole


def test_a_row_elsewhere_is_named_where_several_share_a_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "PLACES", 3)
    whole, parts = both_refusals(city_of(tmp_path, parcels=REFUSED["a row elsewhere"]()))
    assert parts == whole
    assert "coordinates of row 5 do not fit" in parts


def test_shared_ids_are_refused_before_anything_is_measured(tmp_path: Path) -> None:
    path = city_of(tmp_path, parcels=REFUSED["ids on parcels far apart"]())
    with pytest.raises(ParcelError, match="Ids stand on different parcels: P0, P1, P2, P3, P4"):
        by_tiles(path)
    assert not (tmp_path / "parts" / "measured").exists()


def edited(path: Path, column: str, edit: Callable[[int, Any], Any]) -> None:
    """Change the values of one column of a Parquet file, as another program might write them."""
    table = pq.read_table(path)
    at_, kind = table.schema.get_field_index(column), table.schema.field(column)
    values = [edit(i, one) for i, one in enumerate(table[column].to_pylist())]
    pq.write_table(table.set_column(at_, kind, pa.array(values, kind.type)), path)


@pytest.mark.parametrize(
    "edit",
    [
        lambda i, box: {key: one + 50 * (i == 2) for key, one in box.items()},
        lambda i, box: None if i == 2 else box,
        lambda i, box: box | {"ymax": box["ymin"]} if i == 2 else box,
    ],
    ids=["beside", "missing", "too low"],
)
def test_boxes_that_do_not_hold_their_shapes_are_refused(
    edit: Callable[[int, Any], Any], tmp_path: Path
) -> None:
    path = city_of(tmp_path, parcels=grid(9))
    grid(9).to_parquet(tmp_path / "parcels.parquet", write_covering_bbox=True)
    edited(tmp_path / "parcels.parquet", "bbox", edit)
    with pytest.raises(FileError, match=r"\[parcels\]: the box columns \(bbox\) of row 3 do not"):
        by_tiles(path)


def test_boxes_that_are_too_large_or_rounded_to_four_bytes_do_no_harm(tmp_path: Path) -> None:
    path = city_of(tmp_path, parcels=grid(9))
    grid(9).to_parquet(tmp_path / "parcels.parquet", write_covering_bbox=True)
    edited(
        tmp_path / "parcels.parquet", "bbox",
        lambda i, box: {
            key: float(np.float32(one)) + (i == 3) * (90 if key.endswith("max") else -90)
            for key, one in box.items()
        },
    )  # fmt: skip
    assert_same(path)


@pytest.mark.parametrize("boxes", [False, True])
def test_a_shape_that_is_no_shape_is_refused_alike(boxes: bool, tmp_path: Path) -> None:  # noqa: FBT001  a case
    path = city_of(tmp_path, parcels=grid(9))
    grid(9).to_parquet(tmp_path / "parcels.parquet", write_covering_bbox=boxes)
    edited(tmp_path / "parcels.parquet", "geometry", lambda i, wkb: wkb[: 40 if i == 2 else None])
    whole, parts = both_refusals(path)
    assert parts == whole
    assert "cannot be read" in parts


@pytest.mark.parametrize("boxes", [False, True])
def test_a_damaged_file_is_refused_alike(boxes: bool, tmp_path: Path) -> None:  # noqa: FBT001  a case
    path, file = city_of(tmp_path, parcels=grid(9)), tmp_path / "parcels.parquet"
    grid(9).to_parquet(file, write_covering_bbox=boxes)
    column = pq.read_metadata(file).row_group(0).column(0)
    assert column.path_in_schema == "parcel_id" or boxes
    columns = [pq.read_metadata(file).row_group(0).column(i) for i in range(2)]
    shapes = next(one for one in columns if one.path_in_schema == "geometry")
    begin = shapes.dictionary_page_offset or shapes.data_page_offset
    whole = bytearray(file.read_bytes())
    whole[begin : begin + 60] = b"\xff" * 60
    file.write_bytes(whole)
    said, parts = both_refusals(path)
    assert parts == said
    assert "cannot be read" in parts


# what only all parcels together decide


@pytest.mark.parametrize("numbers", [5, 7])
def test_whether_ids_are_parcel_numbers_is_judged_by_all_of_them(
    numbers: int, tmp_path: Path
) -> None:
    ids = [f"330282001001GB{i:05d}" if i < numbers else f"X{i}" for i in range(12)]
    assert_same(city_of(tmp_path, parcels=grid(12, across=12).assign(parcel_id=ids)), size=1)


def test_buildings_of_one_id_are_told_apart_wherever_the_other_lies(tmp_path: Path) -> None:
    feet = zones_of(
        at(3, 3, 13, 13), at(8, 3, 12, 16), at(103, 3, 113, 13),
        building_id=["A", "B", "B"], floor_count=[1.0] * 3,
    )  # fmt: skip
    assert_same(city_of(tmp_path, parcels=grid(12), buildings=feet), size=1)


def test_a_yard_beside_all_parcels_makes_the_coefficient_too(tmp_path: Path) -> None:
    stock = zones_of(
        at(-300, 5, -290, 15), at(3, 3, 9, 9), kind=["堆场", "厂房"], floor_count=[1.0] * 2
    )
    assert_same(city_of(tmp_path, parcels=grid(9, across=1), buildings=stock), size=2)


def test_an_amount_given_twice_is_refused_alike(tmp_path: Path) -> None:
    firms = "firm_id,parcel_id,tax_cny10k\nF1,P01,1\n"
    path = city_of(tmp_path, parcels=grid(9, tax_cny10k=[5.0] * 9), firms=firms)
    whole, parts = both_refusals(path)
    assert parts == whole


# what is not yet the same


def test_the_rows_set_aside_stand_in_the_same_order(
    messy: Path, whole: Result, tmp_path: Path
) -> None:
    parts = run_project(messy, way=Way(tmp_path / "parts", tile_size=9))
    assert parts.layers.rejected.index.tolist() == whole.layers.rejected.index.tolist()


@pytest.mark.parametrize("yard", [bow_tie(at(3, 3, 9, 9)), None, at(23, 3, 29, 9)])
def test_a_yard_that_is_set_aside_makes_no_coefficient(
    yard: shapely.Geometry | None, tmp_path: Path
) -> None:
    stock = zones_of(at(23, 3, 29, 9), yard, kind=["厂房", "堆场"], floor_count=[1.0] * 2)
    assert_same(city_of(tmp_path, parcels=grid(9), buildings=stock))


def test_a_remark_on_where_a_layer_lies_counts_the_parcels_that_are_kept(tmp_path: Path) -> None:
    table = redrawn(grid(30), dict.fromkeys(range(20, 30)))
    table = redrawn(table, {i: bow_tie(square(i, 9, size=SIZE)) for i in range(20, 25)})
    towns = zones_of(at(1, 1, 19, 19), town=["东"])
    assert_same(city_of(tmp_path, parcels=table, towns=towns))
