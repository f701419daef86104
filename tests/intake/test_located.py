"""Rows that say where they are become shapes; in which CRS is never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS, square
from hypothesis import given
from hypothesis import strategies as st
from small_city import SIZE, four, small_city

from landrenew.base.errors import ColumnError, CrsError, FileError, LandrenewError
from landrenew.intake.city import read_city
from landrenew.intake.sections import Layer
from landrenew.intake.sources.located import _degrees
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from pathlib import Path

POINTS = [("P0", 121.25, 30.17), ("P1", 121.26, 30.18)]


def table(path: Path, head: str, *rows: str) -> Path:
    """Write a table of text, cut by semicolons."""
    path.write_text("\n".join([head, *rows]), encoding="utf-8")
    return path


def read(path: Path, name: str = "parcels", **keys: Any) -> gpd.GeoDataFrame:  # noqa: ANN401
    found = read_source(path.parent, Layer(path=path.name, **keys), name).frame
    assert isinstance(found, gpd.GeoDataFrame)
    return found


@pytest.mark.parametrize(
    "head",
    ["lon;lat", "LNG;LAT", "经度;纬度", "经度（°）;纬度（°）", "longitude;latitude", "x;y",
     "X坐标;Y坐标", "POINT_X;POINT_Y", "经 度;纬 度"],
)  # fmt: skip
def test_pairs_of_coordinates_are_recognised(head: str, tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", f"parcel_id;{head}", "P0;121.25;30.17", "P1;121.26;30.18")
    found = read(path, crs="EPSG:4490")
    assert [(one.x, one.y) for one in found.geometry] == [(x, y) for _, x, y in POINTS]
    assert found.crs == "EPSG:4490"
    assert list(found.columns)[:3] == ["parcel_id", *head.replace(" ", "").split(";")]


@pytest.mark.parametrize("head", ["WKT", "geometry", "the_geom", "空间坐标"])
@pytest.mark.parametrize("srid", ["", "SRID=4549;"])
def test_outlines_as_text_are_read(head: str, srid: str, tmp_path: Path) -> None:
    rows = [f'P{i};"{srid}{square(i, size=SIZE).wkt}"' for i in range(4)]
    path = table(tmp_path / "t.csv", f"parcel_id;{head}", *rows)
    found = read(path, **({} if srid else {"crs": CRS}))
    assert found.crs == CRS
    assert found.geometry.area.tolist() == [SIZE * SIZE] * 4
    keys = {} if srid else {"crs": CRS}
    layers = read_city(small_city(tmp_path, parcels={"path": "t.csv", **keys}))
    assert layers.parcels.index.tolist() == ["P0", "P1", "P2", "P3"]
    assert layers.faults == ()


def test_a_srid_that_contradicts_the_project_file_is_refused(tmp_path: Path) -> None:
    table(tmp_path / "t.csv", "parcel_id;wkt", f'P0;"SRID=4549;{square().wkt}"')
    with pytest.raises(CrsError, match="the project file says"):
        read_city(small_city(tmp_path, parcels={"path": "t.csv", "crs": "EPSG:4526"}))


@pytest.mark.parametrize(
    ("head", "row", "said"),
    [
        ("经度;纬度", "121.25;30.17", r"经度, 纬度.*EPSG:4490.*gcj02"),
        ("x;y", "620400;3339600", "EPSG:4549"),
        ("wkt", '"POINT (620400 3339600)"', "EPSG:4549"),
    ],
)
def test_a_crs_is_never_guessed(head: str, row: str, said: str, tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", f"parcel_id;{head}", f"P0;{row}")
    with pytest.raises(CrsError, match=said) as met:
        read(path)
    assert "请在 [parcels] 下写明" in met.value.text.zh


def test_columns_may_be_named(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "id;E坐标（m）;N坐标（m）;形状", "P0;620400,5;3339600,25;x")
    found = read(path, x="E坐标", y="N坐标（m）", crs=CRS, name="ledger")
    assert (found.geometry.x[2], found.geometry.y[2]) == (620400.5, 3339600.25)
    with pytest.raises(ColumnError, match="x and y go together"):
        read(path, x="E坐标", crs=CRS)
    with pytest.raises(ColumnError, match="no column '东'"):
        read(path, x="东", y="N坐标", crs=CRS)
    with pytest.raises(ColumnError, match="no column '图形'"):
        read(path, wkt="图形", crs=CRS)


def test_a_surveyors_x_is_the_northing(tmp_path: Path) -> None:
    path = table(
        tmp_path / "t.csv", "parcel_id;X坐标;Y坐标", "P0;3339600;620400", "P1;3339700;620500"
    )
    source = read_source(tmp_path, Layer(path=path.name, crs=CRS), "parcels")
    assert source.frame.geometry.x.tolist() == [620_400.0, 620_500.0]
    assert any("测量的习惯" in note.zh for note in source.notes)


@pytest.mark.parametrize(
    ("written", "degrees"),
    [
        ("120.5", 120.5), ("120,5", 120.5), ("120°15\u203230\u2033", 120 + 15 / 60 + 30 / 3600),
        ("120°15'30.5\"", 120 + 15 / 60 + 30.5 / 3600), ("东经120度15分30秒", 120.2583333333),
        ("120°15\u2032", 120.25), ("30°10\u203212\u2033N", 30.17),
        ("W 3°30\u2032", -3.5), ("30.17°", 30.17),
        ("\uff11\uff12\uff10\uff0e\uff15", 120.5), ("-3°30\u2032", -3.5),
    ],
)  # fmt: skip
def test_degrees_are_read_however_written(written: str, degrees: float, tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "parcel_id|lon|lat".replace("|", "\t"), f"P0\t{written}\t30")
    assert read(path, crs="EPSG:4490").geometry.x.tolist() == pytest.approx([degrees])


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 59))
def test_minutes_and_seconds_add_up(whole: int, minutes: int, seconds: int) -> None:
    found = _degrees(f"{whole}°{minutes}'{seconds}\"")
    assert found == pytest.approx(whole + minutes / 60 + seconds / 3600, abs=1e-12)


def test_a_comma_of_thousands_is_none_of_decimals(tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", "parcel_id;x;y", "P0;620,400;3,339,600.5")
    found = read(path, crs=CRS).geometry[2]
    assert (found.x, found.y) == (620_400.0, 3_339_600.5)


def test_rows_without_a_place_have_no_shape_and_what_is_unreadable_is_listed(
    tmp_path: Path,
) -> None:
    path = table(tmp_path / "t.csv", "parcel_id;lon;lat", "P0;121.25;30.17", "P1;;", "P2;-;30",
                 "P3;待测;30", "P4;0;0", "P5;inf;30")  # fmt: skip
    source = read_source(tmp_path, Layer(path=path.name, crs="EPSG:4490"), "buildings")
    assert source.frame.geometry.isna().tolist() == [False, True, True, True, True, True]
    assert [(one.row, one.code) for one in source.faults] == [
        (5, "coordinates_unreadable"), (7, "coordinates_unreadable"),
    ]  # fmt: skip
    assert any("1 行坐标为 0" in note.zh for note in source.notes)


def test_a_broken_outline_is_listed_and_set_aside(tmp_path: Path) -> None:
    rows = [f'P{i};"{square(i, size=SIZE).wkt}"' for i in range(3)]
    table(tmp_path / "t.csv", "parcel_id;wkt", *rows, 'P3;"POLYGON ((0 0, 1"', 'P4;""',
          'P5;"POINT (1e400 3)"', 'P6;"CURVEPOLYGON (COMPOUNDCURVE EMPTY, 1)"')  # fmt: skip
    layers = read_city(small_city(tmp_path, parcels={"path": "t.csv", "crs": CRS}))
    assert layers.parcels.index.tolist() == ["P0", "P1", "P2"]
    assert [(one.row, one.code) for one in layers.faults] == [
        (5, "coordinates_unreadable"), (7, "coordinates_unreadable"),
        (8, "coordinates_unreadable"), *((row, "empty_geometry") for row in (5, 6, 7, 8)),
    ]  # fmt: skip
    balance = layers.balances[0]
    assert (balance.rows_in, balance.rows_out, balance.rows_rejected) == (7, 3, 4)


def test_a_very_long_outline_is_no_matter(tmp_path: Path) -> None:
    ring = shapely.Point(620_400, 3_339_600).buffer(500, quad_segs=3000)
    path = table(tmp_path / "t.csv", "parcel_id;wkt", f'P0;"{ring.wkt}"')
    assert read(path, crs=CRS).geometry.area.tolist() == pytest.approx([ring.area])


def firms() -> list[str]:
    middle = four().to_crs("EPSG:4490").geometry.representative_point()
    return [f"F{i};{i};{one.x!r};{one.y!r}" for i, one in enumerate(middle)]


def test_firms_without_a_link_stand_where_their_coordinates_say(tmp_path: Path) -> None:
    head = "firm_id;tax_cny10k;经度;纬度"
    table(tmp_path / "f.csv", head, *firms(), "F9;1;;")
    layers = read_city(small_city(tmp_path, firms={"path": "f.csv", "crs": "EPSG:4490"}))
    linked = dict(zip(layers.links["firm_id"], layers.links["parcel_id"], strict=True))
    assert linked == {"F0": "P0", "F1": "P1", "F2": "P2", "F3": "P3"}
    assert [(one.code, one.id) for one in layers.faults] == [("firm_unlinked", "F9")]
    with pytest.raises(CrsError, match="not in which CRS"):
        read_city(small_city(tmp_path, firms={"path": "f.csv"}))


def test_firms_with_a_link_need_no_place(tmp_path: Path) -> None:
    table(tmp_path / "f.csv", "firm_id;tax_cny10k;lon;lat", *firms())
    table(tmp_path / "l.csv", "firm_id;parcel_id", "F0;P3", "F1;P3", "F2;P3", "F3;P3")
    path = small_city(tmp_path, firms={"path": "f.csv"}, links={"path": "l.csv"})
    assert set(read_city(path).links["parcel_id"]) == {"P3"}


def test_a_layer_that_says_nowhere_where_it_is_is_refused(tmp_path: Path) -> None:
    table(tmp_path / "t.csv", "parcel_id;x;y", "P0;甲;乙")
    with pytest.raises(FileError, match="holds no shapes"):
        read_city(small_city(tmp_path, parcels={"path": "t.csv", "crs": CRS}))


@given(st.lists(st.text(max_size=12), min_size=2, max_size=2))
def test_whatever_stands_there_is_read_or_listed(cells: list[str]) -> None:
    import pandas as pd  # noqa: PLC0415

    from landrenew.intake.sources.located import locate  # noqa: PLC0415
    from landrenew.intake.sources.source import Source  # noqa: PLC0415

    frame = pd.DataFrame({"a": [cells[0], "1"], "b": [cells[1], "2"]}, index=[1, 2])
    found = locate(Source(frame), Layer(path="t.csv", x="a", y="b", crs=CRS), "firms").frame
    assert len(found) == 2
    assert np.isfinite(shapely.get_coordinates(found.geometry)).all()


def test_real_points_are_placed(shared: Path) -> None:
    spec = Layer(path="xiamen_industrial_parks_poi/xiamen_industrial_parks.csv", crs="EPSG:4490")
    found = read_source(shared, spec, "parks").frame
    assert found.geometry.notna().sum() == 443
    assert found.total_bounds == pytest.approx([117.9, 24.4, 118.4, 24.9], abs=0.15)
    spec = Layer(path="firms_lubelskie/firms_lubelskie.csv", crs="EPSG:4326", x="lon", y="lat")
    found = read_source(shared, spec, "firms").frame
    assert found.geometry.notna().sum() == 37_374


def test_real_points_without_a_crs_are_refused(shared: Path) -> None:
    for path in ("xiamen_industrial_parks_poi/xiamen_industrial_parks.csv",
                 "firms_lubelskie/firms_lubelskie.csv"):  # fmt: skip
        with pytest.raises(LandrenewError, match="EPSG:4490"):
            read_source(shared, Layer(path=path), "buildings")


@pytest.mark.parametrize("other", ["SRID=4549;POINT(500000 3300000)", "POINT(121 30)"])
def test_rows_that_state_different_srids_are_refused(other: str, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(f'id,wkt\na,"SRID=4490;POINT(121 30)"\nb,"{other}"\n')
    with pytest.raises(CrsError, match="different SRIDs"):
        read_source(tmp_path, Layer(path="w.csv", crs="EPSG:4490"), "parcels")


@pytest.mark.parametrize("srid", ["SRID=0;", ""])
def test_an_srid_of_zero_is_none(srid: str, tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text(f'id,wkt\na,"{srid}POINT(121 30)"\nb,"POINT(121 31)"\n')
    frame = read_source(tmp_path, Layer(path="w.csv", crs="EPSG:4490"), "parcels").frame
    assert frame.crs.to_epsg() == 4490
