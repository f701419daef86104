"""Whatever a user hands over: read, repaired and listed, or refused with one clear sentence."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import rasterio
import shapely
from conftest import CRS, square
from small_city import (
    SIZE,
    SOUTH,
    WEST,
    earlier_result,
    four,
    is_untouched,
    layer_of,
    line,
    save,
    small_city,
)
from typer.testing import CliRunner

from landrenew.cli import app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Spoil = Callable[[Path], dict[str, Any]]

DEGREES = "EPSG:4490"
LONGEST = 600


def spoilt_text(text: str) -> Spoil:
    """Replace the whole project file."""
    return lambda _: {"text": text}


def parcels(**keys: object) -> Spoil:
    """Write the section [parcels] anew."""
    return lambda _: {"parcels": {"path": "parcels.gpkg"} | keys}


def city(**keys: object) -> Spoil:
    """Write the section [city] anew."""
    return lambda _: {"city": {"name": "小城", "rulebook": "cixi-2022"} | keys}


def drawn(make: Callable[[], gpd.GeoDataFrame], **keys: object) -> Spoil:
    """Draw other parcels."""

    def spoil(folder: Path) -> dict[str, Any]:
        save(make(), folder / "other.gpkg")
        return {"parcels": {"path": "other.gpkg"} | keys}

    return spoil


def lined(make: Callable[[], gpd.GeoDataFrame], **keys: object) -> Spoil:
    """Draw another control line."""

    def spoil(folder: Path) -> dict[str, Any]:
        save(make(), folder / "other.gpkg")
        return {"control_line": {"path": "other.gpkg"} | keys}

    return spoil


def cut(name: str, size: int, **how: str) -> Spoil:
    """Write the parcels in a format and cut the file off."""

    def spoil(folder: Path) -> dict[str, Any]:
        whole = save(four(), folder / name, **how).read_bytes()
        (folder / name).write_bytes(whole[:size])
        return {"parcels": {"path": name}}

    return spoil


def bytes_as(name: str, content: bytes, section: str = "parcels", **keys: object) -> Spoil:
    """Write a file of any bytes."""

    def spoil(folder: Path) -> dict[str, Any]:
        (folder / name).write_bytes(content)
        return {section: {"path": name} | keys}

    return spoil


def two_layers(folder: Path) -> dict[str, Any]:
    save(four(), folder / "two.gpkg", layer="GYYD")
    save(four(), folder / "two.gpkg", layer="另一层", mode="a")
    return {"parcels": {"path": "two.gpkg"}}


def no_crs(folder: Path) -> dict[str, Any]:
    save(four(), folder / "bare.shp", encoding="UTF-8")
    (folder / "bare.prj").unlink()
    return {"parcels": {"path": "bare.shp"}}


def book_cycle(folder: Path) -> dict[str, Any]:
    for one, other in (("a", "b"), ("b", "a")):
        (folder / f"{one}.toml").write_text(f'extends = "{other}.toml"\n', encoding="utf-8")
    return {"city": {"name": "小城", "rulebook": "a.toml"}}


def sheet_without_rows(folder: Path) -> dict[str, Any]:
    book = openpyxl.Workbook()
    book.active.append(["firm_id", "parcel_id", "tax_cny10k"])
    book.save(folder / "firms.xlsx")
    return {"firms": {"path": "firms.xlsx"}}


def cut_sheet(folder: Path) -> dict[str, Any]:
    sheet_without_rows(folder)
    whole = (folder / "firms.xlsx").read_bytes()
    (folder / "firms.xlsx").write_bytes(whole[: len(whole) // 2])
    return {"firms": {"path": "firms.xlsx"}}


def sheet_of_junk(folder: Path) -> dict[str, Any]:
    with zipfile.ZipFile(folder / "firms.xlsx", "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types")
        packed.writestr("xl/workbook.xml", "<workbook")
    return {"firms": {"path": "firms.xlsx"}}


def book_without_light(folder: Path) -> dict[str, Any]:
    return {"rasters": {"nightlight": str(folder / "no.tif")}}


def grid(folder: Path, *, crs: str | None, size: int | None = None) -> dict[str, Any]:
    path = folder / "light.tif"
    place = rasterio.Affine(10, 0, WEST, 0, -10, SOUTH + 100)
    with rasterio.open(
        path, "w", driver="GTiff", width=20, height=20, count=1, dtype="float32", crs=crs,
        transform=place,
    ) as raster:  # fmt: skip
        raster.write(np.ones((1, 20, 20), dtype="float32"))
    if size is not None:
        path.write_bytes(path.read_bytes()[:size])
    return {"rasters": {"nightlight": "light.tif"}}


def moved(dx: float = 0.0, dy: float = 0.0, *, swap: bool = False) -> gpd.GeoDataFrame:
    """Move the four squares, or exchange x and y, without telling the CRS."""
    table = four()

    def turn(xy: np.ndarray) -> np.ndarray:
        return xy[:, ::-1] if swap else xy + np.array([dx, dy])

    return table.set_geometry(gpd.GeoSeries(shapely.transform(table.geometry, turn), crs=CRS))


def bow_tie() -> shapely.Polygon:
    corners = [(0, 0), (40, 40), (40, 0), (0, 40)]
    return shapely.Polygon([(WEST + x, SOUTH + y) for x, y in corners])


def degrees(*, swap: bool = False) -> gpd.GeoDataFrame:
    table = four().to_crs(DEGREES)
    if not swap:
        return table
    turned = shapely.transform(table.geometry, lambda xy: xy[:, ::-1])
    return table.set_geometry(gpd.GeoSeries(turned, crs=DEGREES))


FIRMS = "firm_id,parcel_id,tax_cny10k\nF1,P0,1\n"

CASES: dict[str, tuple[Spoil, str]] = {
    # the project file
    "broken TOML": (spoilt_text("[city\nname="), "not valid TOML"),
    "TOML in GBK": (lambda _: {"raw": '[city]\nname = "小城"\n'.encode("gbk")}, "not valid TOML"),
    "empty project": (spoilt_text(""), r"\[city\] is missing"),
    "city is a number": (spoilt_text("city = 3\nparcels = 4\n"), r"\[city\]"),
    "parcels is a list": (spoilt_text('parcels = []\n[city]\nname="a"\nrulebook="b"'), "parcels"),
    "columns is a text": (parcels(columns="ZDDM"), r"\[parcels.columns\] should be a section"),
    "column is a number": (parcels(columns={"town": 3}), r"\[parcels.columns.town\]"),
    "path is a number": (parcels(path=3), r"\[parcels.path\] should be text"),
    "path is empty": (parcels(path=""), r"\[parcels.path\]"),
    "path is a folder": (parcels(path="."), "cannot be read|layers"),
    "path is endless": (parcels(path="a" * 5000), "does not exist"),
    "path with a zero byte": (parcels(path="a\0b"), "does not exist"),
    "unknown key": (parcels(colums={}), r"\[parcels.colums\] is not a key"),
    "unknown section": (lambda _: {"zoning": {"path": "x"}}, r"\[zoning\] is not a key"),
    "our own key": (spoilt_text('folder = "x"\n'), r"\[folder\] is not a key"),
    "not our column": (parcels(columns={"floor": "x"}), "not a column of landrenew: floor"),
    "a column we measure": (parcels(columns={"parcel_area_m2": "A"}), "never taken from a file"),
    "a column we judge": (parcels(columns={"efficiency_grade": "A"}), "never taken from a file"),
    "endless tolerance": (
        lambda _: {"text": '[city]\nname="a"\nrulebook="b"\n[tolerances]\nsliver_width_m=inf\n'
                           '[parcels]\npath="a"\n'}, "sliver_width_m"),
    # the rulebook
    "unknown rulebook": (city(rulebook="cixi-1999"), "no rulebook 'cixi-1999'"),
    "rulebook cycle": (book_cycle, "extend each other: a.toml → b.toml → a.toml"),
    "missing rulebook file": (city(rulebook="no.toml"), "Cannot read rulebook"),
    # files and layers
    "missing file": (parcels(path="no.gpkg"), "no.gpkg does not exist"),
    "missing file named": (parcels(path="no.gpkg"), "line.gpkg, parcels.gpkg"),
    "a file as folder": (parcels(path="parcels.gpkg/x.shp"), "does not exist"),
    "wrong layer": (parcels(layer="GYYD"), "GYYD"),
    "which layer": (two_layers, "2 layers: GYYD, 另一层"),
    "cut GeoPackage": (cut("cut.gpkg", 5000), "cannot be read"),
    "cut Shapefile": (cut("cut.shp", 60), "cannot be read"),
    "cut GeoJSON": (cut("cut.geojson", 300), "cannot be read"),
    "cut FlatGeobuf": (cut("cut.fgb", 200), "cannot be read"),
    "no bytes .gpkg": (bytes_as("a.gpkg", b""), "cannot be read"),
    "no bytes .shp": (bytes_as("a.shp", b""), "cannot be read"),
    "no bytes .geojson": (bytes_as("a.geojson", b""), "cannot be read"),
    "no bytes .csv": (bytes_as("a.csv", b""), "cannot be read"),
    "no bytes .xlsx": (bytes_as("a.xlsx", b""), "cannot be read"),
    "no bytes .parquet": (bytes_as("a.parquet", b""), "cannot be read"),
    "no bytes .zip": (bytes_as("a.zip", b""), "cannot be read"),
    "text for a workbook": (bytes_as("a.xlsx", b"firm_id,parcel_id\n"), "cannot be read"),
    "unknown format": (bytes_as("a.dwg", b"AC1015" + bytes(100)), "cannot be read"),
    "cut workbook": (cut_sheet, "cannot be read"),
    "workbook of junk": (sheet_of_junk, "cannot be read"),
    "workbook without rows": (sheet_without_rows, "holds no row"),
    "ragged CSV": (bytes_as("f.csv", f"{FIRMS}F2,P1,2,3\n".encode(), "firms"), "cannot be read"),
    "CSV shifted by a column": (
        bytes_as("f.csv", b"firm_id,parcel_id,tax_cny10k\nF1,P0,1,9\nF2,P1,2,9\n", "firms"),
        "cannot be read"),
    "wrong encoding": (
        bytes_as("f.csv", "firm_id,税收\nF1,1\n".encode("gbk"), "firms", encoding="utf-8"),
        "cannot be read"),
    "unknown encoding": (
        bytes_as("f.csv", FIRMS.encode(), "firms", encoding="klingon"), "unknown encoding"),
    "unknown encoding of shapes": (parcels(encoding="klingon"), "unknown encoding"),
    "table for a layer": (bytes_as("p.csv", b"parcel_id\nP1\n"), "holds no shapes"),
    "firms without a link": (
        bytes_as("f.csv", b"firm_id,tax_cny10k\nF1,1\n", "firms"), "cannot be linked"),
    "firms without an id": (bytes_as("f.csv", b"name,tax_cny10k\nF1,1\n", "firms"), "firm_id"),
    "firms without amounts": (
        bytes_as("f.csv", b"firm_id,parcel_id\nF1,P0\n", "firms"), "tax_cny10k"),
    "one firm, two rows": (
        bytes_as("f.csv", f"{FIRMS}F1,P1,2\n".encode(), "firms"), "rows that differ: F1"),
    # columns and units
    "unknown column": (parcels(columns={"town": "ZLDWMC"}), "no column 'ZLDWMC'.*parcel_id"),
    "unknown unit": (
        parcels(columns={"declared_area_m2": {"column": "parcel_id", "unit": "顷"}}), "顷"),
    "foreign unit": (
        parcels(columns={"declared_area_m2": {"column": "parcel_id", "unit": "元"}}), "元"),
    # rows
    "nothing selected": (parcels(where="parcel_id = 'X'"), "selects none of the 4 rows"),
    "where is empty": (parcels(where=""), "where '' is wrong"),
    "where is no SQL": (parcels(where="parcel_id == == 3"), "syntax error"),
    "where on no column": (parcels(where="DLBM = '0601'"), 'no such column: DLBM.*"parcel_id"'),
    "where on no quoted column": (parcels(where='"DLBM" <> \'06\''), "no such column: DLBM"),
    "where with two statements": (parcels(where="1; DROP TABLE rows"), "is wrong"),
    "where breaks out": (parcels(where="1); ATTACH 'x.db' AS x; --"), "is wrong"),
    "where attaches": (parcels(where="ATTACH DATABASE 'x.db' AS x"), "is wrong"),
    "where with a broken pattern": (parcels(where="parcel_id REGEXP '('"), "is wrong"),
    "where names other rows": (parcels(where="0) UNION SELECT 99 WHERE (1"), "selects none"),
    "empty layer": (drawn(lambda: four()[:0]), "holds no row"),
    "no shape at all": (drawn(lambda: layer_of(None, None, a=[1, 2])), "has coordinates"),
    "lines for parcels": (
        drawn(lambda: layer_of(*(square(i, size=SIZE).boundary for i in range(4)), a=[1] * 4)),
        r"Geometry is not a polygon \(4\)"),
    "points for the line": (lined(lambda: layer_of(square().centroid, a=[1])), "no usable polygon"),
    "all rows without id": (drawn(lambda: four(parcel_id=[None] * 4)), r"No id \(4\)"),
    "one id, two shapes": (
        drawn(lambda: four(parcel_id=["P0", "P0", "P1", "P2"])), "different parcels: P0"),
    "control line is a bow-tie": (
        lined(lambda: layer_of(bow_tie(), a=[1])),
        "no usable polygon"),
    # coordinate systems
    "no CRS": (no_crs, "has no CRS"),
    "unknown CRS": (parcels(crs="EPSG:99999999"), "'EPSG:99999999' is not known"),
    "CRS is prose": (city(crs="2000国家大地坐标系"), "is not known"),
    "two CRS": (parcels(crs="EPSG:4526"), "the project file says"),
    "project CRS in degrees": (city(crs=DEGREES), "not projected in metres"),
    "project CRS in feet": (city(crs="EPSG:2263"), "not projected in metres"),
    "Web Mercator": (city(crs="EPSG:3857"), "distorts areas"),
    "degrees in a projected CRS": (
        drawn(lambda: degrees().set_crs(CRS, allow_override=True)), "look like degrees"),
    "metres in degrees": (
        drawn(lambda: four().set_crs(DEGREES, allow_override=True)), "does not fit"),
    "zone before the easting": (
        drawn(lambda: moved(40e6)), r"zone 40 \(EPSG:4528\)"),
    "one row at the origin": (
        drawn(lambda: layer_of(*(square(i) for i in range(4)), shapely.box(0, 0, 9, 9),
                               parcel_id=list("abcde"))), "coordinates of row 5 do not fit"),
    "swapped degrees": (drawn(lambda: degrees(swap=True)), "latitude swapped"),
    "swapped metres": (drawn(lambda: moved(swap=True)), "does not fit"),
    "line elsewhere": (lined(lambda: line().assign(geometry=lambda one: one.translate(50_000))),
                       "does not overlap the parcels"),
    "missing raster": (book_without_light, "no.tif does not exist"),
    "raster without CRS": (lambda folder: grid(folder, crs=None), "has no CRS"),
    "cut raster": (lambda folder: grid(folder, crs=CRS, size=900), "cannot be read"),
}  # fmt: skip


def spoil(folder: Path, how: Spoil) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    small_city(folder)
    changed = how(folder)
    path = small_city(folder, **{k: v for k, v in changed.items() if k not in {"text", "raw"}})
    if "text" in changed:
        path.write_text(changed["text"], encoding="utf-8")
    if "raw" in changed:
        path.write_bytes(changed["raw"])
    return path


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_refused_with_one_sentence_in_both_languages(
    case: str, tmp_path: Path
) -> None:
    how, said = CASES[case]
    path = spoil(tmp_path / "市", how)
    out = earlier_result(tmp_path / "out")
    for lang in ("en", "zh"):
        met = CliRunner().invoke(app, ["run", str(path), "--out", str(out), "--lang", lang])
        assert met.exit_code == 2, met.output
        assert isinstance(met.exception, SystemExit)
        assert met.stdout == ""
        sentence = met.stderr.strip()
        assert "\n" not in sentence
        assert len(sentence) < LONGEST + 5000 * ("endless" in case)
        if lang == "en":
            assert re.search(said, sentence), sentence
        else:
            assert re.search("[。）]$", sentence), sentence
            assert re.search("[请没不]", sentence), sentence
    assert is_untouched(out)


def test_missing_project_file_is_refused(tmp_path: Path) -> None:
    met = CliRunner().invoke(app, ["run", str(tmp_path / "no.toml"), "--lang", "en"])
    assert met.exit_code == 2
    assert "Cannot read project file" in met.stderr


@pytest.mark.parametrize("command", ["run", "map", "score", "demo"])
def test_output_that_cannot_be_written_is_refused(command: str, tmp_path: Path) -> None:
    (tmp_path / "in the way").write_bytes(b"mine")
    city_file = [] if command == "demo" else [str(small_city(tmp_path / "city"))]
    for out in (tmp_path / "in the way" / "out", "/proc/landrenew"):
        met = CliRunner().invoke(app, [command, *city_file, "--out", str(out), "--lang", "en"])
        assert met.exit_code == 2
        assert isinstance(met.exception, SystemExit)
        assert re.search(r"^Cannot write .*\.$", met.stderr.strip().splitlines()[-1])
    assert (tmp_path / "in the way").read_bytes() == b"mine"


def test_output_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_bytes(b"mine")
    met = CliRunner().invoke(app, ["run", str(small_city(tmp_path)), "--out", str(out)])
    assert met.exit_code == 2
    assert "out" in met.stderr
    assert out.read_bytes() == b"mine"


@pytest.mark.parametrize("case", ["broken TOML", "cut GeoPackage", "no CRS"])
def test_a_real_process_ends_with_one_sentence_and_code_two(case: str, tmp_path: Path) -> None:
    path = spoil(tmp_path / "城 市", CASES[case][0])
    out = earlier_result(tmp_path / "out")
    met = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", "from landrenew.cli import main; main()", "run", path,
         "--out", out, "--lang", "en"],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert met.returncode == 2
    assert met.stdout == ""
    assert "Traceback" not in met.stderr
    assert re.search(CASES[case][1], met.stderr)
    assert is_untouched(out)
