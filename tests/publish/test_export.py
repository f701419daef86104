"""What is written for another program comes back: rows, Chinese names, values, areas."""

from __future__ import annotations

import hashlib
import math
import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from conftest import CRS, square
from small_city import SIZE, save, small_city
from typer.testing import CliRunner

from landrenew.base.area import ellipsoidal_area
from landrenew.base.errors import CrsError, FileError
from landrenew.cli import app
from landrenew.intake.sections import Layer
from landrenew.intake.sources.read import read_source
from landrenew.publish.export import export_layer
from landrenew.publish.field_names import database_names, headings, short_names
from landrenew.publish.run_folder import save_run
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.base.words import Text

OWNERS = ["慈溪市中兴轴承有限公司", '=HYPERLINK("http://x","点我")', "甲，乙@丙", None]
HOLED = shapely.Polygon(square(0, 3, SIZE).exterior, [square(1, 13, 5).exterior])
TWO_PARTS = shapely.MultiPolygon([square(2, 3, SIZE), square(4, 3, SIZE)])


def land(**columns: list[object]) -> gpd.GeoDataFrame:
    """Draw two squares, a square with a hole, and two squares that are one parcel."""
    shapes = [square(0, size=SIZE), square(1, size=SIZE), HOLED, TWO_PARTS]
    ours = {
        "parcel_id": ["P0", "P1", "宗地-2", "P3"],
        "owner": OWNERS,
        "land_code": ["0601"] * 4,
        "town": ["浒山街道", "古塘街道", "白沙路街道", "宗汉街道"],
        "declared_area_m2": [400.0, 401.5, 375.0, None],
        "size_class": ["above_scale", None, "below_scale", None],
    }
    return gpd.GeoDataFrame(ours | columns, geometry=shapes, crs=CRS)


def run_of(folder: Path, table: gpd.GeoDataFrame, crs: str = CRS) -> Path:
    save(table, folder / "parcels.gpkg")
    city = {"name": "小城", "rulebook": "cixi-2022", "crs": crs}
    return save_run(run_project(small_city(folder, city=city)), folder / "out")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run_of(tmp_path_factory.mktemp("city"), land())


@pytest.fixture(scope="module")
def parcels(run: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(run / "parcels.parquet")


def back(path: Path, **keys: str) -> pd.DataFrame:
    return read_source(path.parent, Layer(path=path.name, **keys), "parcels").frame


def assert_same_areas(came: gpd.GeoDataFrame, went: gpd.GeoDataFrame) -> None:
    known = ellipsoidal_area(went.geometry.to_numpy(), went.crs)
    found = ellipsoidal_area(came.geometry.to_numpy(), came.crs)
    assert np.allclose(found, known, rtol=1e-6)


FORMATS = {
    "SHP in GBK": ("宗地.shp", "gbk"),
    "SHP in UTF-8": ("宗地.shp", "utf-8"),
    "GeoPackage": ("宗地.gpkg", None),
    "File Geodatabase": ("宗地.gdb", None),
    "GeoParquet": ("宗地.parquet", None),
    "GeoJSON": ("宗地.geojson", None),
    "workbook with WKT": ("宗地.xlsx", None),
}


def names_in(file: str, encoding: str | None, columns: list[str], lang: str) -> dict[str, str]:
    """Say how a format should call our columns."""
    if file.endswith("shp"):
        return short_names(columns, lang, encoding or "gbk")
    if file.endswith("gdb"):
        return database_names(columns, lang)
    if file.endswith("parquet"):
        return {one: one for one in columns}
    return headings(columns, lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", FORMATS)
def test_every_format_comes_back(
    case: str, lang: str, run: Path, parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    file, encoding = FORMATS[case]
    out = tmp_path / "导 出" / file
    export_layer(run, out, encoding=encoding, lang=lang, wkt=file.endswith("xlsx"))
    came = back(out, **({"wkt": "WKT", "crs": CRS} if file.endswith("xlsx") else {}))
    went = parcels.reset_index()
    names = names_in(file, encoding, [one for one in went if one != "geometry"], lang)
    assert set(names.values()) <= set(came.columns)
    assert came[names["parcel_id"]].tolist() == went["parcel_id"].tolist()
    owners = [one if isinstance(one, str) else None for one in came[names["owner"]]]
    escaped = file.endswith("xlsx")
    assert owners == [OWNERS[0], "'" * escaped + OWNERS[1], *OWNERS[2:]]
    for number in ("parcel_area_m2", "declared_area_m2", "parcel_area_mu", "control_share"):
        found = pd.to_numeric(came[names[number]]).astype(float)
        assert np.allclose(found, went[number], rtol=1e-9, equal_nan=True), number
    inside = "线内" if lang == "zh" and not file.endswith("parquet") else "inside"
    assert inside in came[names["control_class"]].tolist()
    if isinstance(came, gpd.GeoDataFrame):
        assert_same_areas(came, parcels)
        assert (came.geometry.geom_type == "MultiPolygon").tolist()[3]
    else:
        assert np.allclose(shapely.area(shapely.from_wkt(came["WKT"])), parcels.area, rtol=1e-9)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_boundary_points_come_back_with_holes_and_parts(
    encoding: str, run: Path, parcels: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    notes = export_layer(run, tmp_path / "宗地.txt", encoding=encoding)
    raw = (tmp_path / "宗地.txt").read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n")
    text = raw.decode(encoding)
    assert "带号=40\r\n" in text
    came = back(tmp_path / "宗地.txt")
    assert came["地块编号"].tolist() == parcels.index.tolist()
    names = came["地块名称"].tolist()
    assert names[:3] == [OWNERS[0], OWNERS[1].replace(",", "、"), "甲、乙、丙"]
    assert came["地块名称"].isna().tolist() == [False, False, False, True]
    assert came["地类编码"].tolist() == ["0601"] * 4
    hectares = came["面积（公顷）"].astype(float)
    assert np.allclose(hectares, parcels["parcel_area_m2"] / 1e4, atol=5e-5)
    assert came.crs == CRS
    assert_same_areas(came, parcels)
    assert len(came.geometry.iloc[2].interiors) == 1
    assert came.geometry.iloc[3].geom_type == "MultiPolygon"
    assert "millimetres" in notes[0].en


def test_corners_go_clockwise_from_the_north_west_and_rings_are_numbered(
    run: Path, tmp_path: Path
) -> None:
    export_layer(run, tmp_path / "a.txt")
    lines = (tmp_path / "a.txt").read_bytes().decode("gbk").split("\r\n")
    at = next(i for i, line in enumerate(lines) if "宗地-2" in line)
    rows = [line.split(",") for line in lines[at + 1 : at + 11]]
    assert [row[0] for row in rows] == ["J1", "J2", "J3", "J4", "J1", "J5", "J6", "J7", "J8", "J5"]
    assert [row[1] for row in rows] == ["1"] * 5 + ["2"] * 5
    corners = [(float(row[3]), float(row[2])) for row in rows[:5]]
    assert not shapely.LinearRing(corners).is_ccw
    assert corners[0] == (min(x for x, _ in corners), max(y for _, y in corners))
    assert lines[at].startswith("10,")


def test_a_strip_with_zone_prefix_is_written_with_it(tmp_path: Path) -> None:
    run = run_of(tmp_path, land(), crs="EPSG:4528")
    export_layer(run, tmp_path / "a.txt")
    assert back(tmp_path / "a.txt").crs == "EPSG:4528"


def test_boundary_points_need_a_chinese_strip(tmp_path: Path) -> None:
    run = run_of(tmp_path, land(), crs="EPSG:32651")
    with pytest.raises(CrsError, match="needs CGCS2000 Gauss-Kruger"):
        export_layer(run, tmp_path / "a.txt")
    assert not (tmp_path / "a.txt").exists()


def test_the_list_of_short_names_says_what_each_means(run: Path, tmp_path: Path) -> None:
    export_layer(run, tmp_path / "宗地.shp", lang="zh")
    listed = pd.read_csv(tmp_path / "宗地_字段说明.csv")
    fields = [one for one in back(tmp_path / "宗地.shp").columns if one != "geometry"]
    assert listed["字段名"].tolist() == fields
    assert len({one.casefold() for one in fields}) == len(fields)
    assert all(len(one.encode("gbk")) <= 10 for one in fields)
    assert listed.set_index("列").loc["parcel_area_mu", "单位"] == "亩"
    assert (tmp_path / "宗地.cpg").read_text(encoding="ascii") == "GBK"


def test_long_text_is_cut_at_a_character_and_named(tmp_path: Path) -> None:
    long = "慈" * 126 + "a" + "溪" * 60
    run = run_of(tmp_path, land(owner=["短", long, "短", "短"]))
    for encoding, kept in (("gbk", long[:127]), ("utf-8", long[:84])):
        notes = export_layer(run, tmp_path / "a.shp", encoding=encoding)
        assert back(tmp_path / "a.shp")["权利人"].tolist()[1] == kept
        said = next(one for one in notes if "254" in one.en)
        assert re.search("权利人.*: P1", said.en)
        assert "P1" in said.zh


def test_a_sign_that_gbk_lacks_is_refused_and_utf8_offered(tmp_path: Path) -> None:
    run = run_of(tmp_path, land(owner=["🏭厂", "b", "c", "d"]))
    for file, column in (("a.shp", "权利人"), ("b.txt", "地块名称")):
        with pytest.raises(FileError, match="--encoding utf-8"):
            export_layer(run, tmp_path / file)
        assert not list(tmp_path.glob(f"{file[0]}.*"))
        export_layer(run, tmp_path / file, encoding="utf-8")
        assert back(tmp_path / file)[column].tolist()[0] == "🏭厂"


def test_a_workbook_runs_no_formula(run: Path, tmp_path: Path) -> None:
    export_layer(run, tmp_path / "a.xlsx")
    cells = [cell for row in openpyxl.load_workbook(tmp_path / "a.xlsx").active for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert f"'{OWNERS[1]}" in [cell.value for cell in cells]


@pytest.mark.parametrize("file", ["a.shp", "a.gpkg", "a.txt", "a.xlsx", "a.parquet", "a.geojson"])
def test_the_same_run_gives_the_same_bytes(file: str, run: Path, tmp_path: Path) -> None:
    digests = []
    for folder in ("one", "two"):
        export_layer(run, tmp_path / folder / file)
        written = sorted((tmp_path / folder).iterdir())
        digests.append([(one.name, hashlib.sha256(one.read_bytes()).digest()) for one in written])
    assert digests[0] == digests[1]


def test_other_layers_of_a_run_are_written_too(tmp_path: Path) -> None:
    shapes = [square(0, size=SIZE), square(1, size=SIZE).boundary]
    table = gpd.GeoDataFrame({"parcel_id": ["P0", "P1"]}, geometry=shapes, crs=CRS)
    town = gpd.GeoDataFrame({"town": ["浒山"]}, geometry=[square(0, size=200)], crs=CRS)
    save(town, tmp_path / "towns.gpkg")
    save(table, tmp_path / "parcels.gpkg")
    city = small_city(tmp_path, towns={"path": "towns.gpkg"})
    run = save_run(run_project(city), tmp_path / "out")
    for layer in ("towns", "control_line", "rejected", "parcels"):
        export_layer(run, tmp_path / "a.gpkg", layer=layer)
        assert len(back(tmp_path / "a.gpkg")) == 1
    for file in ("a.shp", "a.gdb", "a.txt"):
        with pytest.raises(FileError, match="polygon"):
            export_layer(run, tmp_path / file, layer="rejected")


@pytest.mark.parametrize(
    ("file", "keys", "said"),
    [
        ("a.dwg", {}, "format '.dwg' is not known.*.shp, .gpkg"),
        ("folder", {}, "format 'folder' is not known"),
        ("a.gpkg", {"layer": "blocks2"}, "has no layer 'blocks2'.*parcels"),
        ("a.gpkg", {"encoding": "gbk"}, "Encoding 'gbk' is not for a.gpkg"),
        ("a.shp", {"encoding": "klingon"}, "Encoding 'klingon'"),
    ],
)
def test_what_cannot_be_written_is_refused(
    file: str, keys: dict[str, str], said: str, run: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match=said):
        export_layer(run, tmp_path / file, **keys)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no whole run folder"):
        export_layer(tmp_path, tmp_path / "a.gpkg")


def test_a_failed_export_leaves_the_earlier_files(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_layer(run, tmp_path / "a.shp")
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyogrio.write_dataframe", refuse)
    with pytest.raises(FileError, match="no space left"):
        export_layer(run, tmp_path / "a.shp", encoding="utf-8")
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


@pytest.mark.parametrize("file", ["mine.gpkg", "mine.gdb"])
def test_a_database_with_layers_of_others_is_never_replaced(
    file: str, run: Path, tmp_path: Path
) -> None:
    roads = gpd.GeoDataFrame({"name": ["a"]}, geometry=[square(0)], crs=CRS)
    roads.to_file(tmp_path / file, layer="roads")
    with pytest.raises(FileError, match="holds other layers or files: roads"):
        export_layer(run, tmp_path / file)
    assert gpd.list_layers(tmp_path / file)["name"].tolist() == ["roads"]


def test_a_folder_that_is_no_database_is_never_replaced(run: Path, tmp_path: Path) -> None:
    (tmp_path / "a.gdb").mkdir()
    (tmp_path / "a.gdb" / "mine.txt").write_bytes(b"mine")
    with pytest.raises(FileError, match=r"holds other layers or files: mine.txt"):
        export_layer(run, tmp_path / "a.gdb")


@pytest.mark.parametrize("name", ["plots.shp", "plots.gpkg", "plots.pmtiles", "plots.xlsx"])
def test_a_file_never_takes_the_place_of_a_folder(name: str, run: Path, tmp_path: Path) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "mine.txt").write_bytes(b"mine")
    with pytest.raises(FileError, match="it is a folder, not a file"):
        export_layer(run, tmp_path / name)
    assert [one.name for one in tmp_path.rglob("*")] == [name, "mine.txt"]


def test_a_folder_never_takes_the_place_of_a_file(run: Path, tmp_path: Path) -> None:
    (tmp_path / "plots.gdb").write_bytes(b"mine")
    with pytest.raises(FileError, match="not a folder"):
        export_layer(run, tmp_path / "plots.gdb")
    assert (tmp_path / "plots.gdb").read_bytes() == b"mine"


def test_an_export_over_earlier_files_replaces_them(run: Path, tmp_path: Path) -> None:
    for file in ("a.gdb", "a.shp"):
        for layer in ("parcels", "control_line"):
            export_layer(run, tmp_path / file, layer=layer)
        assert len(back(tmp_path / file)) == 1


def test_the_door_writes_and_tells(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "宗地.txt"
    met = CliRunner().invoke(app, ["export", str(run), str(out), "--lang", "zh"])
    assert met.exit_code == 0, met.output
    assert met.stdout.strip() == str(out)
    assert "毫米" in met.stderr
    met = CliRunner().invoke(app, ["export", str(run), str(tmp_path / "a.dwg"), "--lang", "zh"])
    assert met.exit_code == 2
    assert re.search("请.*。$", met.stderr.strip())


def notes_of(notes: tuple[Text, ...]) -> str:
    return " ".join(one.en for one in notes)


def test_geojson_says_that_degrees_are_those_of_cgcs2000(run: Path, tmp_path: Path) -> None:
    notes = export_layer(run, tmp_path / "a.geojson")
    assert "CGCS2000 degrees were written as they are" in notes_of(notes)
    west = back(tmp_path / "a.geojson").total_bounds[0]
    assert math.isclose(west, 121.25, abs_tol=0.01)


def test_indexes_of_the_file_that_was_there_do_not_outlive_it(run: Path, tmp_path: Path) -> None:
    stale = ["a.qix", "a.sbn", "a.sbx", "a.qpj", "a.gpkg-wal"]
    kept = ["a.csv", "ab.qix", "a.shp.xml"]
    for name in (*stale, *kept):
        (tmp_path / name).write_bytes(b"old")
    export_layer(run, tmp_path / "a.shp")
    export_layer(run, tmp_path / "a.gpkg")
    assert not {one.name for one in tmp_path.iterdir()} & set(stale)
    assert [(tmp_path / name).read_bytes() for name in kept] == [b"old"] * 3


def test_control_signs_in_names_stop_no_workbook(tmp_path: Path) -> None:
    run = run_of(tmp_path, land(owner=["甲\x0b厂", "\x01", "乙", None]))
    export_layer(run, tmp_path / "a.xlsx")
    owners = [row[2].value for row in openpyxl.load_workbook(tmp_path / "a.xlsx").active]
    assert "甲厂" in owners
