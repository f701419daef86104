"""The GeoPackage of a run: its layers, each with a style for QGIS."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pyogrio

from landrenew.base.words import Text
from landrenew.intake.faults import KINDS
from landrenew.publish.qgis import Look, qml
from landrenew.publish.themes import CONTROL_SWATCHES, NO_DATA, grade_swatches

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from geopandas import GeoDataFrame

    from landrenew.base.words import Lang
    from landrenew.publish.result import Result
    from landrenew.publish.themes import Swatch

WRITTEN_AT = "2000-01-01T00:00:00.000Z"
"""Stands for the time of writing, so that the same input gives the same bytes."""

FORMAT = {"VERSION": "1.2"}
"""The GeoPackage version that office GIS of the last ten years read without a word."""

BLOCK_LOOKS = (
    Look("yes", Text("连片改造候选", "candidate"), None, "#b8175f", 0.8),
    Look("undetermined", Text("待定", "undetermined"), None, "#cc79a7", 0.6),
    Look("no", Text("非候选", "not a candidate"), None, "#5a5a5a", 0.4),
    Look("", Text("地块组", "block"), None, "#5a5a5a", 0.4),
)
TOWN_LOOKS = (Look("", Text("镇街", "town"), None, "#787878", 0.3),)
REJECTED_LOOKS = (Look("", Text("已剔除", "set aside"), "#f2b8b5", "#d00000", 0.4),)
LINE_LOOKS = (Look("", Text("工业控制线", "control line"), None, "#1f3f9e", 0.9),)


def write_geopackage(result: Result, path: Path, lang: Lang) -> None:
    """
    Write the layers of a run into one GeoPackage.

    Parameters
    ----------
    result
        A finished run.
    path
        The file to write; must not exist.
    lang
        Language of the legends.

    Notes
    -----
    Layers ``parcels``, ``blocks``, ``towns``, ``rejected`` and ``control_line``, those that the
    run has. Polygons are written as multipolygons; ids are kept as columns.
    """
    layers = result.layers
    grades = layers.rulebook.grades if "efficiency_grade" in result.parcels else None
    theme = "efficiency_grade" if grades else "control_class"
    swatches = grade_swatches(grades) if grades else CONTROL_SWATCHES
    rejected = layers.rejected.assign(
        what=[KINDS[code].what.say(lang) for code in layers.rejected["code"]]
    )
    judged = result.blocks is not None and "consolidation_class" in result.blocks
    write_layers(
        [
            Styled("parcels", result.parcels, theme, _looks_of(swatches)),
            Styled("blocks", result.blocks, "consolidation_class" if judged else "", BLOCK_LOOKS),
            Styled("towns", layers.towns, "", TOWN_LOOKS),
            Styled("rejected", rejected, "", REJECTED_LOOKS, of_any_kind=True),
            Styled("control_line", layers.control_line, "", LINE_LOOKS),
        ],
        path,
        lang,
    )


class Styled(NamedTuple):
    """
    A layer and how QGIS draws it.

    Parameters
    ----------
    name
        Its name in the file.
    table
        The layer; None or empty writes none.
    column
        The column whose classes are told apart; empty for one look.
    looks
        How they are drawn.
    of_any_kind
        Whether it may hold shapes of any kind.
    """

    name: str
    table: GeoDataFrame | None
    column: str
    looks: Sequence[Look]
    of_any_kind: bool = False


def write_layers(contents: Sequence[Styled], path: Path, lang: Lang) -> None:
    """
    Write layers with their styles into one GeoPackage.

    Parameters
    ----------
    contents
        The layers.
    path
        The file to write; must not exist.
    lang
        Language of the legends.
    """
    styles = []
    with _fixed_date():
        for one in contents:
            if one.table is None or one.table.empty:
                continue
            pyogrio.write_dataframe(
                one.table.reset_index(), path, layer=one.name, driver="GPKG",
                promote_to_multi=not one.of_any_kind, append=path.exists(),
                geometry_type="Unknown" if one.of_any_kind else None,
                dataset_options=None if path.exists() else FORMAT,
            )  # fmt: skip
            styles.append((one.name, qml(one.column, one.looks, lang)))
    _add_styles(path, styles)


def _looks_of(swatches: Mapping[str, Swatch]) -> list[Look]:
    """Take the map's colours, and grey for what has no class."""
    looks = [Look(word, one.label, one.colour) for word, one in swatches.items()]
    return [*looks, Look("", Text("无数据", "no data"), NO_DATA)]


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let GDAL write one date everywhere; the setting is the process's, so it is put back."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN_AT})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _add_styles(path: Path, styles: Sequence[tuple[str, str]]) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,"
            " f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),"
            " f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,"
            " useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),"
            " update_time DATETIME)"
        )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change)"
            " VALUES ('layer_styles', 'attributes', 'layer_styles', ?)",
            (WRITTEN_AT,),
        )
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, useAsDefault, update_time)"
            " VALUES ('', '', ?, 'geom', 'landrenew', ?, 1, ?)",
            [(name, qml, WRITTEN_AT) for name, qml in styles],
        )
