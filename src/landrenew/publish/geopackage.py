"""The GeoPackage of a run, with styles that QGIS picks up by itself."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from html import escape
from typing import TYPE_CHECKING, NamedTuple

import pyogrio

from landrenew.base.words import Text
from landrenew.intake.faults import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from geopandas import GeoDataFrame

    from landrenew.base.words import Lang
    from landrenew.publish.result import Result
    from landrenew.rules.model import Grades

WRITTEN_AT = "2000-01-01T00:00:00Z"
"""Stands for the time of writing, so that the same input gives the same bytes."""


class Look(NamedTuple):
    """
    How one class of a layer is drawn.

    Parameters
    ----------
    value
        The class; empty for everything.
    label
        Its name in the legend.
    fill
        Fill colour ``r,g,b,a``; alpha 0 leaves the inside empty.
    edge
        Colour of the outline.
    width
        Width of the outline [mm].
    """

    value: str
    label: Text
    fill: str
    edge: str
    width: float


HOLLOW = "255,255,255,0"
GREY_EDGE = "110,110,110,255"

GRADE_FILLS = ("0,114,178,255", "86,180,233,255", "240,228,66,255", "213,94,0,255")
"""Colours from the best grade to the worst."""
CONTROL_LOOKS = (
    Look("inside", Text("线内", "inside"), "0,114,178,255", GREY_EDGE, 0.1),
    Look("straddling", Text("跨线", "straddling"), "240,228,66,255", GREY_EDGE, 0.1),
    Look("outside", Text("线外", "outside"), "213,94,0,255", GREY_EDGE, 0.1),
    Look("", Text("未知", "unknown"), "225,225,225,255", GREY_EDGE, 0.1),
)
BLOCK_LOOKS = (
    Look("yes", Text("连片改造候选", "candidate"), HOLLOW, "204,0,102,255", 0.8),
    Look("undetermined", Text("待定", "undetermined"), HOLLOW, "204,121,167,255", 0.6),
    Look("no", Text("非候选", "not a candidate"), HOLLOW, "90,90,90,255", 0.4),
    Look("", Text("地块组", "block"), HOLLOW, "90,90,90,255", 0.4),
)
TOWN_LOOKS = (Look("", Text("镇街", "town"), HOLLOW, "120,120,120,255", 0.3),)
REJECTED_LOOKS = (Look("", Text("已剔除", "set aside"), "255,0,0,80", "255,0,0,255", 0.4),)
LINE_LOOKS = (Look("", Text("工业控制线", "control line"), HOLLOW, "0,40,120,255", 0.9),)


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
    looks_of_parcels = _grade_looks(grades) if grades else CONTROL_LOOKS
    rejected = layers.rejected.assign(
        what=[KINDS[code].what.say(lang) for code in layers.rejected["code"]]
    )
    judged = result.blocks is not None and "consolidation_class" in result.blocks
    contents: list[tuple[str, GeoDataFrame | None, str, Sequence[Look]]] = [
        ("parcels", result.parcels, theme, looks_of_parcels),
        ("blocks", result.blocks, "consolidation_class" if judged else "", BLOCK_LOOKS),
        ("towns", layers.towns, "", TOWN_LOOKS),
        ("rejected", rejected, "", REJECTED_LOOKS),
        ("control_line", layers.control_line, "", LINE_LOOKS),
    ]
    styles = []
    with _fixed_date():
        for name, table, column, looks in contents:
            if table is None or table.empty:
                continue
            pyogrio.write_dataframe(
                table.reset_index(), path, layer=name, driver="GPKG",
                promote_to_multi=name != "rejected", append=path.exists(),
                geometry_type="Unknown" if name == "rejected" else None,
            )  # fmt: skip
            styles.append((name, _qml(column, looks, lang)))
    _add_styles(path, styles)


def _grade_looks(grades: Grades) -> list[Look]:
    """Give each grade of the rulebook a look, however many there are and whatever their names."""
    last = len(grades.classes) - 1
    fills = [GRADE_FILLS[round(i * (len(GRADE_FILLS) - 1) / last)] for i in range(last + 1)]
    looks = [
        Look(one.grade, Text(f"{one.grade} 级", one.grade), fill, GREY_EDGE, 0.1)
        for one, fill in zip(grades.classes, fills, strict=True)
    ]
    return [
        *looks,
        Look(grades.exempt, Text("不参评", "exempt"), "170,170,170,255", GREY_EDGE, 0.1),
        Look("", Text("未评级", "not graded"), "225,225,225,255", GREY_EDGE, 0.1),
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
            (WRITTEN_AT.replace("Z", ".000Z"),),
        )
        database.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
            " f_geometry_column, styleName, styleQML, useAsDefault, update_time)"
            " VALUES ('', '', ?, 'geom', 'landrenew', ?, 1, ?)",
            [(name, qml, WRITTEN_AT) for name, qml in styles],
        )


def _qml(column: str, looks: Sequence[Look], lang: Lang) -> str:
    """Write a QGIS style: one symbol, or one a class."""
    symbols = "".join(_symbol(i, look) for i, look in enumerate(looks))
    if not column:
        renderer = f'<renderer-v2 type="singleSymbol"><symbols>{_symbol(0, looks[-1])}</symbols>'
    else:
        categories = "".join(
            f'<category value="{escape(look.value)}" symbol="{i}" render="true"'
            f' label="{escape(look.label.say(lang))}"/>'
            for i, look in enumerate(looks)
        )
        renderer = (
            f'<renderer-v2 type="categorizedSymbol" attr="{escape(column)}">'
            f"<categories>{categories}</categories><symbols>{symbols}</symbols>"
        )
    return (
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>"
        f'<qgis version="3.22" styleCategories="Symbology">{renderer}</renderer-v2></qgis>'
    )


def _symbol(i: int, look: Look) -> str:
    options = {
        "color": look.fill,
        "outline_color": look.edge,
        "outline_style": "solid",
        "outline_width": f"{look.width:g}",
        "outline_width_unit": "MM",
        "style": "no" if look.fill == HOLLOW else "solid",
    }
    said = "".join(
        f'<Option type="QString" name="{key}" value="{value}"/>' for key, value in options.items()
    )
    return (
        f'<symbol type="fill" name="{i}" alpha="1" clip_to_extent="1">'
        f'<layer class="SimpleFill" enabled="1" pass="0" locked="0">'
        f'<Option type="Map">{said}</Option></layer></symbol>'
    )
