"""The GeoPackage of a run: its layers, each with a style for QGIS."""

from __future__ import annotations

import math
import sqlite3
from contextlib import closing, contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import pyogrio

from landrenew.base.words import Text
from landrenew.intake.faults import KINDS
from landrenew.publish.qgis import Look, qml
from landrenew.publish.themes import NO_DATA, themes
from landrenew.publish.wording import layer_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geopandas import GeoDataFrame

    from landrenew.base.words import Lang
    from landrenew.publish.result import Result

WRITTEN_AT = "2000-01-01T00:00:00.000Z"
"""Stands for the time of writing, so that the same input gives the same bytes."""

FORMAT = {"VERSION": "1.2"}
"""The GeoPackage version that office GIS of the last ten years read without a word."""

OUR_STYLE = Text("landrenew", "landrenew")
"""What a style is called where a layer has but one."""

# Outlines have the colours of the interactive map.
BLOCK_LOOKS = (
    Look("yes", Text("连片改造候选", "candidate"), None, "#a3195b", 0.8),
    Look("undetermined", Text("待定", "undetermined"), None, "#cc79a7", 0.6),
    Look("no", Text("非候选", "not a candidate"), None, "#55524c", 0.4),
    Look("", Text("地块组", "block"), None, "#55524c", 0.4),
)
TOWN_LOOKS = (Look("", Text("镇街", "town"), None, "#8c8a86", 0.3),)
REJECTED_LOOKS = (Look("", Text("已剔除", "set aside"), "#f2b8b5", "#d00000", 0.4),)
LINE_LOOKS = (Look("", Text("工业控制线", "control line"), None, "#1d3f8f", 0.9),)


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
    rejected = layers.rejected.assign(
        what=[KINDS[code].what.say(lang) for code in layers.rejected["code"]]
    )
    judged = result.blocks is not None and "consolidation_class" in result.blocks
    write_layers(
        [
            Styled("parcels", result.parcels, parcel_styles(result)),
            Styled("blocks", result.blocks,
                   [Style("consolidation_class" if judged else "", BLOCK_LOOKS)]),
            Styled("towns", layers.towns, [Style("", TOWN_LOOKS)]),
            Styled("rejected", rejected, [Style("", REJECTED_LOOKS)], of_any_kind=True),
            Styled("control_line", layers.control_line, [Style("", LINE_LOOKS)]),
        ],
        path,
        lang,
    )  # fmt: skip


class Style(NamedTuple):
    """
    A style of a layer.

    Parameters
    ----------
    column
        The column whose classes or numbers are told apart; empty for one look.
    looks
        How they are drawn.
    name
        What it is called where one chooses among several.
    """

    column: str
    looks: Sequence[Look]
    name: Text = OUR_STYLE


class Styled(NamedTuple):
    """
    A layer and how QGIS draws it.

    Parameters
    ----------
    name
        Its name in the file.
    table
        The layer; None or empty writes none.
    styles
        Its styles, that which it opens with first.
    of_any_kind
        Whether it may hold shapes of any kind.
    """

    name: str
    table: GeoDataFrame | None
    styles: Sequence[Style]
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
            styles += [
                (one.name, style.name.say(lang), qml(style.column, style.looks, lang), at == 0)
                for at, style in enumerate(one.styles)
            ]
    _add_styles(path, styles)


def parcel_styles(result: Result) -> list[Style]:
    """
    Make a style of each theme of the map.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    list of Style
        In the order of the map's themes, with the same classes and colours; one plain style where
        no column gives colours.
    """
    found = themes(result.parcels, result.layers.rulebook)
    plain = Style("", [Look("", layer_words("parcels"), NO_DATA)])
    return [Style(one["name"], _looks_of(one), one["label"]) for one in found] or [plain]


def _looks_of(theme: dict[str, Any]) -> list[Look]:
    """Take a theme's classes: words, or spans between bounds; what is missing comes last."""
    if "words" in theme:
        keys: list[dict[str, Any]] = [{"value": word} for word in theme["words"]]
    else:
        spans = pairwise((-math.inf, *theme["bounds"], math.inf))
        keys = [{"value": "", "span": span} for span in spans]
    return [
        Look(label=one["label"], fill=one["colour"], is_hatched=one["hatched"], **key)
        for one, key in zip(theme["classes"], [*keys, {"value": ""}], strict=False)
    ]


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Let GDAL write one date everywhere; the setting is the process's, so it is put back."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": WRITTEN_AT})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _add_styles(path: Path, styles: Sequence[tuple[str, str, str, bool]]) -> None:
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
            " VALUES ('', '', ?, 'geom', ?, ?, ?, ?)",
            [(*one, WRITTEN_AT) for one in styles],
        )
