"""The GeoPackage of a run opens everywhere, with every layer, row and style."""

from __future__ import annotations

import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pyogrio
import pytest
from map_city import NASTY
from small_city import four, save, small_city

from landrenew.base.columns import COLUMNS
from landrenew.publish.geopackage import write_geopackage
from landrenew.publish.themes import themes
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from landrenew.publish.result import Result

DRAWN = ["parcels", "blocks", "towns", "rejected", "control_line"]


def test_all_layers_are_there_and_in_the_project_crs(demo_run: Path) -> None:
    path = demo_run / "parcels.gpkg"
    assert [str(one) for one in pyogrio.list_layers(path)[:, 0]] == [*DRAWN, "layer_styles"]
    for layer in DRAWN:
        assert pyogrio.read_info(path, layer=layer)["crs"] == "EPSG:4549"


def test_parcels_read_back_as_they_were(demo_run: Path, demo_result: Result) -> None:
    back = gpd.read_file(demo_run / "parcels.gpkg", layer="parcels").set_index("parcel_id")
    parcels = demo_result.parcels
    assert back.index.tolist() == parcels.index.tolist()
    assert set(back.columns) == set(parcels.columns)
    assert back.geometry.area.tolist() == pytest.approx(parcels.geometry.area.tolist())
    assert set(back.geom_type) == {"MultiPolygon"}
    for name in parcels.columns.drop("geometry"):
        assert name in COLUMNS
        if COLUMNS[name].kind in {"number", "integer"}:
            assert back[name].tolist() == pytest.approx(parcels[name].tolist(), nan_ok=True)
        else:
            assert back[name].fillna("").tolist() == parcels[name].fillna("").tolist()


def test_rows_set_aside_say_why(demo_run: Path, demo_result: Result) -> None:
    back = gpd.read_file(demo_run / "parcels.gpkg", layer="rejected")
    assert len(back) == len(demo_result.layers.rejected) > 0
    assert back["code"].tolist() == demo_result.layers.rejected["code"].tolist()
    assert back["what"].notna().all()


def test_every_layer_has_a_style_that_qgis_takes(demo_run: Path) -> None:
    with closing(sqlite3.connect(demo_run / "parcels.gpkg")) as database:
        styles = database.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
            " ORDER BY id"
        ).fetchall()
        shapes = dict(database.execute(
            "SELECT table_name, column_name FROM gpkg_geometry_columns"))  # fmt: skip
        sound = database.execute("PRAGMA integrity_check").fetchone()
    assert sound == ("ok",)
    assert [name for name, *_, is_default in styles if is_default] == DRAWN
    for name, geometry, qml, _ in styles:
        assert geometry == shapes[name]
        style = ET.fromstring(qml)  # noqa: S314  our own text
        symbols = {one.get("name") for one in style.iter("symbol")}
        for kind in ("category", "rule"):
            assert {one.get("symbol") for one in style.iter(kind)} <= symbols


def test_classes_of_the_style_are_those_of_the_column(demo_run: Path) -> None:
    parcels = gpd.read_file(demo_run / "parcels.gpkg", layer="parcels")
    with closing(sqlite3.connect(demo_run / "parcels.gpkg")) as database:
        (qml,) = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'parcels'"
        ).fetchone()
    style = ET.fromstring(qml)  # noqa: S314
    column = style.find("renderer-v2").get("attr")
    values = {one.get("value") for one in style.iter("category")}
    assert set(parcels[column].dropna()) <= values


def test_parcels_have_a_style_for_each_theme_of_the_map(
    demo_run: Path, demo_result: Result
) -> None:
    """Every parcel falls into one class of each style: that of the map, in its colour."""
    found = themes(demo_result.parcels, demo_result.layers.rulebook)
    with closing(sqlite3.connect(demo_run / "parcels.gpkg")) as database:
        styles = database.execute(
            "SELECT styleName, styleQML FROM layer_styles WHERE f_table_name = 'parcels'"
            " ORDER BY id"
        ).fetchall()
        assert [name for name, _ in styles] == [one["label"].zh for one in found]
        for (_, qml), theme in zip(styles, found, strict=True):
            looks = list(looks_of(ET.fromstring(qml)))  # noqa: S314
            assert [(label, fill, hatched) for _, label, fill, hatched in looks] == [
                (one["label"].zh, one["colour"], one["hatched"]) for one in theme["classes"]
            ]
            counts = [
                database.execute(f"SELECT count(*) FROM parcels WHERE {which}").fetchone()[0]  # noqa: S608
                for which, *_ in looks
            ]
            assert counts == [count for count, _ in theme["tally"][""]]


def looks_of(style: ET.Element) -> Iterator[tuple[str, str, str, bool]]:
    """Give of each class a condition in SQL, its name, its colour, and whether it is hatched."""
    symbols = {one.get("name"): one for one in style.iter("symbol")}
    column = style.find("renderer-v2").get("attr")
    listed = [one.get("value") for one in style.iter("category")]
    known = ", ".join(f"'{one}'" for one in listed if one)
    for one in (*style.iter("category"), *style.iter("rule")):
        value = one.get("value")
        which = one.get("filter") or (
            f"{column} = '{value}'" if value
            else f"{column} IS NULL OR {column} NOT IN ({known})"
        )  # fmt: skip
        layers = list(symbols[one.get("symbol")].iter("layer"))
        options = {each.get("name"): each.get("value") for each in layers[0].iter("Option")}
        red, green, blue, _ = (int(part) for part in options["color"].split(","))
        yield which, one.get("label"), f"#{red:02x}{green:02x}{blue:02x}", len(layers) == 2


def test_parcels_without_any_class_are_one_plain_layer(nasty: Result, tmp_path: Path) -> None:
    bare = replace(nasty, parcels=nasty.parcels[["geometry", "owner"]])
    write_geopackage(bare, tmp_path / "a.gpkg", "zh")
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        (qml,) = database.execute(
            "SELECT styleQML FROM layer_styles WHERE f_table_name = 'parcels'"
        ).fetchone()
    assert 'type="singleSymbol"' in qml


@pytest.fixture
def nasty(tmp_path: Path) -> Result:
    save(four(parcel_id=NASTY[:4], owner=NASTY[-4:]), tmp_path / "nasty.gpkg")
    return run_project(small_city(tmp_path, parcels={"path": "nasty.gpkg"}))


def test_names_are_data_whatever_they_hold(nasty: Result, tmp_path: Path) -> None:
    write_geopackage(nasty, tmp_path / "a.gpkg", "zh")
    back = gpd.read_file(tmp_path / "a.gpkg", layer="parcels")
    assert back["parcel_id"].tolist() == NASTY[:4]
    assert back["owner"].fillna("").tolist()[0] == NASTY[-4]


def test_the_same_city_gives_the_same_bytes_and_leaves_gdal_as_it_was(
    nasty: Result, tmp_path: Path
) -> None:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    for name in ("a.gpkg", "b.gpkg"):
        write_geopackage(nasty, tmp_path / name, "en")
    assert (tmp_path / "a.gpkg").read_bytes() == (tmp_path / "b.gpkg").read_bytes()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
