"""Layers as GDAL reads them, by our rules: nothing written, nothing lost, every choice told."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import sqlite3
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from conftest import CRS, square
from geopandas.testing import assert_geodataframe_equal
from shapely import Polygon
from small_city import SIZE, SOUTH, WEST, four, save, small_city

from landrenew.base.errors import FileError
from landrenew.intake.city import read_city
from landrenew.intake.geometry.shapes import check_polygons
from landrenew.intake.sections import Layer
from landrenew.intake.sources.archive import unpacked
from landrenew.intake.sources.files import files_of
from landrenew.intake.sources.read import read_source
from landrenew.intake.sources.vector import read_parquet
from landrenew.publish.manifest import manifest
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from landrenew.intake.sources.source import Source

OWNERS = ["慈溪市中兴轴承有限公司", "乙", "丙", "丁"]


def read(folder: Path, path: str, **keys: str) -> Source:
    return read_source(folder, Layer(path=path, **keys), "parcels")


def said(source: Source) -> str:
    return " | ".join(note.en for note in source.notes)


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        str(one.relative_to(folder)): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in sorted(folder.rglob("*"))
        if one.is_file()
    }


# GeoParquet

SHAPES = [square(at, 0) for at in range(7)]
HOLED = gpd.GeoDataFrame(
    {"ZDDM": list("abcdefg"), "a.b": range(7)}, geometry=[*SHAPES[:4], None, Polygon(), SHAPES[6]],
    crs=CRS,
)  # fmt: skip
LARGE_CITIES = {
    "plain": HOLED,
    "no row": HOLED.iloc[:0],
    "ids as index": HOLED.set_index("ZDDM"),
    "shapes alone": HOLED[["geometry"]],
    "degrees": HOLED.to_crs(4326),
    "two shapes a row": HOLED.assign(middle=HOLED.centroid.to_crs(4326)).set_geometry("middle"),
}


@pytest.mark.parametrize("how", [{}, {"row_group_size": 4}, {"write_covering_bbox": True}], ids=str)
@pytest.mark.parametrize("table", LARGE_CITIES.values(), ids=LARGE_CITIES)
def test_shapes_read_in_parts_are_those_of_one_go(
    table: gpd.GeoDataFrame, how: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landrenew.intake.sources.vector.AT_A_TIME", 3)
    path = tmp_path / "a.parquet"
    table.to_parquet(path, **how)
    whole, found = gpd.read_parquet(path), read_parquet(path, Layer(path="a.parquet"), "x").frame
    assert_geodataframe_equal(found, whole)
    assert found.geometry.name == whole.geometry.name


def test_shapes_that_are_no_wkb_are_read_as_well(tmp_path: Path) -> None:
    plain = HOLED.iloc[:4]
    plain.to_parquet(tmp_path / "a.parquet", geometry_encoding="geoarrow")
    found = read_parquet(tmp_path / "a.parquet", Layer(path="a.parquet"), "x").frame
    assert_geodataframe_equal(found, plain)


# archives


def shapefile_in(folder: Path, name: str = "宗地", **how: str) -> dict[str, bytes]:
    """Write a shapefile and give the bytes of its files."""
    folder.mkdir(exist_ok=True)
    save(four(owner=OWNERS), folder / f"{name}.shp", **({"encoding": "UTF-8"} | how))
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.stem == name}


def pack(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)


@pytest.mark.parametrize("inside", ["", "数据/2025/"])
def test_the_one_layer_of_an_archive_is_found_wherever_it_lies(inside: str, tmp_path: Path) -> None:
    files = shapefile_in(tmp_path / "a")
    extra = {
        "说明.txt": b"read me",
        "__MACOSX/._x.shp": b"",
        "宗地.xlsx": b"",
        "统计.csv": b"a\n1\n",
    }
    pack(tmp_path / "a.zip", {inside + name: body for name, body in (files | extra).items()})
    frame = read(tmp_path, "a.zip").frame
    assert frame["owner"].tolist() == OWNERS
    assert frame.crs == CRS
    named = read(tmp_path, f"a.zip/{inside}宗地.shp").frame
    assert named["parcel_id"].tolist() == frame["parcel_id"].tolist()


def test_of_several_layers_of_an_archive_one_is_named(tmp_path: Path) -> None:
    files = shapefile_in(tmp_path / "a") | shapefile_in(tmp_path / "a", "红线")
    pack(tmp_path / "a.zip", files)
    with pytest.raises(
        FileError, match=r"a.zip holds 2 layers: 宗地.shp, 红线.shp.*a.zip/宗地.shp"
    ):
        read(tmp_path, "a.zip")
    assert len(read(tmp_path, "a.zip/红线.shp").frame) == 4
    with pytest.raises(FileError, match="holds 2 layers"):
        read(tmp_path, "a.zip/蓝线.shp")


def test_names_that_windows_wrote_in_gbk_come_out_right(tmp_path: Path) -> None:
    files = shapefile_in(tmp_path / "a")
    stand_in = "x" * len("宗地".encode("gbk"))
    pack(tmp_path / "a.zip", {name.replace("宗地", stand_in): files[name] for name in files})
    raw = (tmp_path / "a.zip").read_bytes()
    name = "宗地.".encode("gbk")
    (tmp_path / "a.zip").write_bytes(raw.replace(f"{stand_in}.".encode(), name))
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert "宗地.shp" not in archive.namelist()
    assert read(tmp_path, "a.zip/宗地.shp").frame["owner"].tolist() == OWNERS


def test_a_geodatabase_is_found_in_an_archive(tmp_path: Path) -> None:
    save(four(owner=OWNERS), tmp_path / "宗地.gdb", driver="OpenFileGDB", layer="GYYD")
    inner = {one.name: one.read_bytes() for one in (tmp_path / "宗地.gdb").iterdir()}
    pack(tmp_path / "folder.zip", {f"三调/宗地.gdb/{name}": body for name, body in inner.items()})
    pack(tmp_path / "bare.gdb.zip", inner)
    for name in ("folder.zip", "bare.gdb.zip", "宗地.gdb", "folder.zip/三调/宗地.gdb"):
        assert read(tmp_path, name).frame["owner"].tolist() == OWNERS


def test_an_archive_with_a_password_is_refused(tmp_path: Path) -> None:
    save(four(), tmp_path / "a.geojson")
    pack(tmp_path / "a.zip", {"a.geojson": (tmp_path / "a.geojson").read_bytes()})
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(mark) + at] |= 1
    (tmp_path / "a.zip").write_bytes(raw)
    with pytest.raises(FileError, match="has a password"):
        read(tmp_path, "a.zip")


def test_names_in_an_archive_do_not_lead_out_of_it(tmp_path: Path) -> None:
    save(four(), tmp_path / "a.geojson")
    inner = (tmp_path / "a.geojson").read_bytes()
    for name in ("../../a.geojson", "/a.geojson", "C:\\x\\..\\a.geojson", "C:/a.geojson"):
        pack(tmp_path / "a.zip", {name: inner})
        with unpacked(tmp_path / "a.zip", "parcels") as plain:
            assert plain.resolve().is_relative_to(Path(tempfile.gettempdir()).resolve())
            assert not {"..", "C:"} & set(plain.parts)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "no layer that is known"),
        ({"a.docx": b"x"}, "a.docx"),
        ({"../../a.geojson": b"{"}, "cannot be read"),
        ({"a.shp": b"junk"}, "cannot be read"),
    ],
)
def test_an_archive_without_a_layer_is_refused(
    files: dict[str, bytes], said: str, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    pack(tmp_path / "in" / "a.zip", files)
    with pytest.raises(FileError, match=said) as met:
        read(tmp_path / "in", "a.zip")
    assert "landrenew-read" not in str(met.value)
    assert [one.name for one in tmp_path.iterdir()] == ["in"]


def test_an_archive_counts_as_one_file_of_the_manifest(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", shapefile_in(tmp_path / "a"))
    record = manifest(run_project(small_city(tmp_path, parcels={"path": "a.zip/宗地.shp"})))
    digest = hashlib.sha256((tmp_path / "a.zip").read_bytes()).hexdigest()
    assert record["inputs"][0]["sha256"] == {"a.zip": digest}
    assert [one.name for one in files_of(tmp_path / "a" / "宗地.shp")] == [
        "宗地.cpg", "宗地.dbf", "宗地.prj", "宗地.shp", "宗地.shx",
    ]  # fmt: skip


# drawings


def drawing(*entities: str) -> str:
    body = "".join(f"0\n{one}" for one in entities)
    return f"0\nSECTION\n2\nENTITIES\n{body}0\nENDSEC\n0\nEOF\n"


def polyline(points: list[tuple[float, float]], *, closed: bool, bulge: float = 0.0) -> str:
    corners = "".join(f"10\n{x}\n20\n{y}\n42\n{bulge}\n" for x, y in points)
    return f"LWPOLYLINE\n8\n宗地\n90\n{len(points)}\n70\n{int(closed)}\n{corners}"


RING = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
TEXT = "TEXT\n8\n注记\n10\n5\n20\n5\n40\n1\n1\n工业用地\n"


def test_closed_lines_of_a_drawing_are_polygons_and_open_ones_are_faults(tmp_path: Path) -> None:
    text = drawing(polyline(RING, closed=True), polyline(RING, closed=False), TEXT, TEXT)
    (tmp_path / "a.dxf").write_text(text, encoding="utf-8")
    source = read(tmp_path, "a.dxf")
    assert source.set_aside == 2
    assert source.frame.geometry.geom_type.tolist() == ["Polygon", "LineString"]
    assert source.frame.geometry.area.tolist() == [100.0, 0.0]
    for words in ("1 closed lines", "1 lines are not closed", "2 texts were set aside"):
        assert words in said(source)
    layer = source.frame.set_crs(CRS)
    checked = check_polygons(layer, layer.crs, "parcels")
    assert [(one.row, one.code) for one in checked.faults] == [(2, "not_polygon")]


def test_bulges_become_chords_of_a_stated_angle(tmp_path: Path) -> None:
    circle = polyline([(0.0, 0.0), (10.0, 0.0)], closed=True, bulge=1.0)
    (tmp_path / "a.dxf").write_text(drawing(circle, polyline(RING, closed=True)), encoding="utf-8")
    source = read(tmp_path, "a.dxf")
    round_area, square_area = source.frame.geometry.area
    assert round_area == pytest.approx(25 * math.pi, rel=2e-5)
    assert round_area < 25 * math.pi
    assert square_area == 100.0
    assert "1 rows have arcs, drawn as chords of 0.5 degrees" in said(source)
    assert "十万分之一" in " ".join(note.zh for note in source.notes)
    corners = shapely.get_coordinates(source.frame.geometry.iloc[0])
    middle = (corners[1:] + corners[:-1]) / 2
    assert np.max(5 - np.hypot(middle[:, 0] - 5, middle[:, 1])) <= 5 * 1e-5


def test_chinese_names_of_a_drawing_are_read(tmp_path: Path) -> None:
    text = drawing(polyline(RING, closed=True))
    (tmp_path / "new.dxf").write_bytes(
        b"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1021\n0\nENDSEC\n" + text.encode()
    )
    (tmp_path / "old.dxf").write_bytes(
        b"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\nANSI_936\n0\nENDSEC\n"
        + text.encode("gbk")
    )
    (tmp_path / "bare.dxf").write_bytes(text.encode("gbk"))
    for name in ("new.dxf", "old.dxf", "bare.dxf"):
        assert read(tmp_path, name).frame["Layer"].tolist() == ["宗地"]
    assert read(tmp_path, "bare.dxf", encoding="gbk").frame["Layer"].tolist() == ["宗地"]
    with pytest.raises(FileError, match="cannot be read"):
        read(tmp_path, "bare.dxf", encoding="utf-8")


# shapes


def test_heights_are_left_out_and_told(tmp_path: Path) -> None:
    table = four()
    table.geometry = shapely.force_3d(table.geometry.to_numpy(), 5.0)
    for name in ("a.gpkg", "a.parquet"):
        if name.endswith("parquet"):
            table.to_parquet(tmp_path / name)
        else:
            save(table, tmp_path / name)
        source = read(tmp_path, name)
        assert not source.frame.geometry.has_z.any()
        assert "Heights (Z) of 4 shapes" in said(source)
    save(four(), tmp_path / "flat.gpkg")
    assert read(tmp_path, "flat.gpkg").notes == ()


def test_rings_that_do_not_close_are_closed_row_by_row(tmp_path: Path) -> None:
    table = four()
    save(table, tmp_path / "a.shp")
    raw = bytearray((tmp_path / "a.shp").read_bytes())
    point = np.array([WEST + 12.0, SOUTH + 0.0]).tobytes()  # the last corner of the first ring
    end = 100 + 8 + 44 + 4 + 5 * 16
    raw[end - 16 : end] = point
    (tmp_path / "a.shp").write_bytes(raw)
    source = read(tmp_path, "a.shp")
    assert [(one.row, one.code) for one in source.faults] == [(1, "unclosed_ring")]
    assert not source.frame.geometry.isna().any()
    assert source.frame.geometry.area.tolist()[1:] == [SIZE**2] * 3
    checked = check_polygons(source.frame, source.frame.crs, "parcels")
    assert checked.balance.rows_out == 4


def test_coordinates_that_are_no_numbers_are_a_fault_of_their_row(tmp_path: Path) -> None:
    save(four(), tmp_path / "a.shp")
    raw = bytearray((tmp_path / "a.shp").read_bytes())
    raw[100 + 8 + 44 + 4 + 16 : 100 + 8 + 44 + 4 + 24] = np.float64(np.nan).tobytes()
    (tmp_path / "a.shp").write_bytes(raw)
    frame = read(tmp_path, "a.shp").frame
    checked = check_polygons(frame, frame.crs, "parcels")
    assert [(one.row, one.code) for one in checked.faults] == [(1, "unrepairable")]
    assert checked.balance.rows_out == 3


def test_the_direction_of_rings_that_was_mended_is_told_in_both_languages(shared: Path) -> None:
    name = "robust_gdal/shp/multipolygon_as_invalid_polygon.shp"
    notes = read(shared, name).notes
    assert "winding order" in notes[0].en
    assert "走向" in notes[0].zh
    assert not any(str(shared) in note.en or "/" in note.zh for note in notes)


# nothing is written


def test_a_shapefile_keeps_every_byte_even_where_its_index_is_wrong(tmp_path: Path) -> None:
    save(four(), tmp_path / "a.shp")
    raw = bytearray((tmp_path / "a.shx").read_bytes())
    raw[60] ^= 0xFF
    (tmp_path / "a.shx").write_bytes(raw)
    before = bytes_of(tmp_path)
    times = {one: one.stat().st_mtime_ns for one in tmp_path.iterdir()}
    assert len(read(tmp_path, "a.shp").frame) == 4
    assert bytes_of(tmp_path) == before
    assert {one: one.stat().st_mtime_ns for one in tmp_path.iterdir()} == times


@pytest.mark.parametrize("lost", [".shx", ".dbf", ".prj", ".cpg"])
def test_a_shapefile_without_a_companion_is_read_and_none_is_made(
    lost: str, tmp_path: Path
) -> None:
    save(four(owner=["a", "b", "c", "d"]), tmp_path / "a.shp")
    (tmp_path / f"a{lost}").unlink()
    before = bytes_of(tmp_path)
    frame = read(tmp_path, "a.shp").frame
    assert len(frame) == 4
    assert frame.geometry.area.tolist() == [SIZE**2] * 4
    assert ("owner" in frame) == (lost != ".dbf")
    assert bytes_of(tmp_path) == before


def test_a_geopackage_with_a_journal_is_read_from_a_copy(tmp_path: Path) -> None:
    save(four(), tmp_path / "a.gpkg")
    database = sqlite3.connect(tmp_path / "a.gpkg")
    database.execute("PRAGMA journal_mode = WAL")
    database.close()
    before = bytes_of(tmp_path)
    assert len(read(tmp_path, "a.gpkg").frame) == 4
    assert bytes_of(tmp_path) == before


def test_gml_is_read_without_a_template_beside_it(shared: Path, tmp_path: Path) -> None:
    for name in ("bom.gml", "curveProperty.xml", "choicepolygonmultipolygon.gml"):
        shutil.copyfile(shared / "robust_gdal" / "gml" / name, tmp_path / name)
    before = bytes_of(tmp_path)
    for name in before:
        read(tmp_path, name)
    assert bytes_of(tmp_path) == before


def test_settings_of_gdal_are_put_back(tmp_path: Path) -> None:
    save(four(), tmp_path / "a.gpkg")
    pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": "7"})
    try:
        read(tmp_path, "a.gpkg")
        assert pyogrio.get_gdal_config_option("OGR_ARC_STEPSIZE") == 7
    finally:
        pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": None})


# tables of shapefiles


def dbf_of(columns: dict[str, tuple[str, int, int]], rows: list[bytes]) -> bytes:
    """Write a DBF by hand: name -> kind, width, decimals; rows as their bytes."""
    heads = b"".join(
        name.encode("ascii").ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([width, decimals])
        + bytes(14)
        for name, (kind, width, decimals) in columns.items()
    )  # fmt: skip
    start, width = 32 + len(heads) + 1, 1 + sum(one[1] for one in columns.values())
    head = bytes([3, 100, 1, 1]) + len(rows).to_bytes(4, "little")
    head += start.to_bytes(2, "little") + width.to_bytes(2, "little") + bytes(20)
    return head + heads + b"\r" + b"".join(b" " + row.ljust(width - 1) for row in rows) + b"\x1a"


def test_a_decimal_comma_of_a_dbf_is_no_end_and_a_dot_alone_no_zero(tmp_path: Path) -> None:
    columns = {"AREA": ("N", 10, 3), "NAME": ("C", 4, 0)}
    rows = [b"    68,500ab", b"         .cd", b"     7.250ef", b"          gh"]
    (tmp_path / "a.dbf").write_bytes(dbf_of(columns, rows))
    source = read(tmp_path, "a.dbf")
    assert source.frame["AREA"].tolist()[::2] == [68.5, 7.25]
    assert source.frame["AREA"].isna().tolist() == [False, True, False, True]
    assert "AREA" in said(source)


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    columns = {"MJ": ("N", 4, 0), "mj": ("N", 4, 0)}
    raw = dbf_of(columns, [b"   1   2"]).replace(b"mj", b"MJ")
    (tmp_path / "a.dbf").write_bytes(raw)
    source = read(tmp_path, "a.dbf", where="MJ = 1 AND MJ_2 = 2")
    assert source.frame[["MJ", "MJ_2"]].to_numpy().tolist() == [[1, 2]]
    assert "told apart by a number: MJ_2" in said(source)


# formats


def bare_features(folder: Path) -> str:
    whole = json.loads(four(owner=OWNERS).to_crs("EPSG:4326").to_json())
    text = json.dumps(whole["features"], ensure_ascii=False)
    (folder / "a.json").write_text(text, encoding="utf-8-sig")
    return "a.json"


def kmz(folder: Path) -> str:
    table = four(owner=OWNERS).to_crs("EPSG:4326")
    return save(table, folder / "a.kmz", driver="LIBKML").name


def tab(folder: Path) -> str:
    return save(four(owner=OWNERS), folder / "a.tab", driver="MapInfo File", encoding="CP936").name


def mif(folder: Path) -> str:
    return save(four(owner=OWNERS), folder / "a.mif", driver="MapInfo File", encoding="CP936").name


def mif_with_charset(folder: Path) -> str:
    mif(folder)
    text = (folder / "a.mif").read_text(encoding="latin-1")
    assert '"Neutral"' in text  # no charset: the bytes themselves must tell
    (folder / "a.mif").write_text(text.replace("Neutral", "WindowsSimpChinese"), encoding="latin-1")
    return "a.mif"


def gml(folder: Path) -> str:
    return save(four(owner=OWNERS), folder / "a.gml", driver="GML").name


@pytest.mark.parametrize(
    "write", [bare_features, kmz, tab, mif, mif_with_charset, gml], ids=lambda one: one.__name__
)
def test_further_formats_give_the_same_rows(write: Callable[[Path], str], tmp_path: Path) -> None:
    name = write(tmp_path)
    before = bytes_of(tmp_path)
    frame = read(tmp_path, name).frame
    assert frame["owner"].tolist() == OWNERS
    assert np.allclose(frame.to_crs(CRS).geometry.area, SIZE**2, rtol=2e-3)  # TAB has centimetres
    assert bytes_of(tmp_path) == before


@pytest.mark.parametrize(
    "name", ["a!b.gpkg", "a;b.geojson", "a#b?.gpkg", "100%.gpkg", "甲 乙.gpkg"]
)
def test_any_name_of_a_file_is_a_name(name: str, tmp_path: Path) -> None:
    save(four().to_crs("EPSG:4326"), tmp_path / "plain.gpkg")
    save(four().to_crs("EPSG:4326"), tmp_path / "plain.geojson")
    shutil.copyfile(tmp_path / f"plain.{name.rpartition('.')[2]}", tmp_path / name)
    assert len(read(tmp_path, name).frame) == 4
    (tmp_path / "a!b").mkdir()
    shutil.copyfile(tmp_path / "plain.gpkg", tmp_path / "a!b" / "c.gpkg")
    assert len(read(tmp_path, "a!b/c.gpkg").frame) == 4


@pytest.mark.parametrize(
    ("truth", "claim"),
    [("a.gpkg", ".shp"), ("a.geojson", ".gpkg"), ("a.shp", ".geojson"), ("a.gpkg", ".xlsx"),
     ("a.gpkg", ".parquet"), ("a.gpkg", ".zip"), ("a.gpkg", ".csv"), ("a.gpkg", ".txt"),
     ("a.gpkg", ".dxf"), ("a.gpkg", ".dbf"), ("a.geojson", ".kml"), ("a.shp", ".gdb")],
)  # fmt: skip
def test_a_wrong_extension_gives_the_rows_or_a_sentence(
    truth: str, claim: str, tmp_path: Path
) -> None:
    save(four().to_crs("EPSG:4326"), tmp_path / truth)
    shutil.copyfile(tmp_path / truth, tmp_path / f"b{claim}")
    try:
        frame = read(tmp_path, f"b{claim}").frame
    except FileError as error:
        assert "landrenew-read" not in str(error)  # noqa: PT017  either way is right
        return
    assert isinstance(frame, gpd.GeoDataFrame)
    assert frame["parcel_id"].tolist() == ["P0", "P1", "P2", "P3"]


def test_the_one_layer_with_rows_is_taken_and_told(tmp_path: Path) -> None:
    save(four(), tmp_path / "a.gpkg", layer="GYYD")
    save(four()[:0], tmp_path / "a.gpkg", layer="空", mode="a")
    source = read(tmp_path, "a.gpkg")
    assert len(source.frame) == 4
    assert "2 layers; 'GYYD' was read" in said(source)


def test_an_extract_of_openstreetmap_gives_its_areas(shared: Path) -> None:
    source = read(shared, "osm_extracts/baltimore.osm.pbf", where="landuse = 'industrial'")
    assert len(source.frame) == 39
    hectares = source.frame.to_crs("EPSG:6350").geometry.area.sum() / 1e4
    assert hectares == pytest.approx(709.0, rel=2e-3)
    assert "multipolygons" in said(source)


def test_a_layer_from_an_archive_runs_through_the_city(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", shapefile_in(tmp_path / "a", encoding="GBK"))
    parcels = read_city(small_city(tmp_path, parcels={"path": "a.zip"})).parcels
    assert parcels["owner"].tolist() == OWNERS
    assert square(0, size=SIZE).equals(parcels.geometry.iloc[0])
