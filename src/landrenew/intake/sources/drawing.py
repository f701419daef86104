"""CAD drawings (DXF): closed lines are polygons, writing on the drawing is no row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely

from landrenew.base.words import Text
from landrenew.intake.sources.source import Source
from landrenew.intake.sources.text import text_encoding

if TYPE_CHECKING:
    import pandas as pd

FEWEST_CORNERS = 4
"""Of a closed line, the first counted twice."""

UNICODE_SINCE = 1021
"""Drawings of this AutoCAD version (2007) and later are in UTF-8."""

VERSION = re.compile(rb"\$ACADVER\s+1\s+AC(\d+)")
CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(?:ANSI|ansi)_(\d+)")
HEAD = 100_000
WESTERN = b"1252"
"""What programs write that do not know the code page of their texts."""


def drawing_encoding(raw: bytes, stated: str | None) -> str:
    """
    Find the encoding of the texts of a drawing.

    Parameters
    ----------
    raw
        The bytes of the drawing.
    stated
        What the project file says.

    Returns
    -------
    str
        As stated; else UTF-8 for drawings since 2007, the code page the drawing names, or what its
        bytes allow.
    """
    if stated is not None:
        return stated
    version, page = VERSION.search(raw[:HEAD]), CODE_PAGE.search(raw[:HEAD])
    if version is not None and int(version[1]) >= UNICODE_SINCE:
        return "utf-8"
    if page is not None and page[1] != WESTERN:
        return f"cp{page[1].decode()}"
    return text_encoding(raw)


def from_drawing(frame: pd.DataFrame, encoding: str) -> Source:
    """
    Make a layer out of the entities of a drawing.

    Parameters
    ----------
    frame
        One row an entity, as GDAL gives them, a character a byte; index ``row``.
    encoding
        Encoding of the texts.

    Returns
    -------
    Source
        Closed lines as polygons; text entities are set aside and counted. Open lines stay lines,
        and are found by the check of shapes.

    Raises
    ------
    UnicodeDecodeError
        When a text is not in the encoding.
    """
    if not isinstance(frame, gpd.GeoDataFrame):
        return Source(frame)
    frame = frame.copy()
    for column in [one for one in frame.columns if one != frame.geometry.name]:
        frame[column] = frame[column].map(lambda said: _decoded(said, encoding))
    shapes = frame.geometry.to_numpy()
    is_text = (shapely.get_type_id(shapes) == 0) & frame["Text"].notna().to_numpy()
    drawn = frame.loc[~is_text]
    shapes = drawn.geometry.to_numpy()
    closed = (
        (shapely.get_type_id(shapes) == 1)
        & shapely.is_closed(shapes)
        & (shapely.get_num_coordinates(shapes) >= FEWEST_CORNERS)
    )
    polygons = shapes.copy()
    polygons[closed] = [shapely.Polygon(shapely.get_coordinates(one)) for one in shapes[closed]]
    is_open = (shapely.get_type_id(polygons) == 1) | (shapely.get_type_id(polygons) == 5)  # noqa: PLR2004  GEOS's numbers
    notes = [
        _note(closed.sum(), "条闭合线已作为面", "closed lines were taken as polygons"),
        _note(is_open.sum(), "条线没有闭合，不是面", "lines are not closed and are no polygons"),
        _note(is_text.sum(), "个文字注记不作为图形", "texts were set aside"),
    ]
    return Source(
        drawn.set_geometry(gpd.GeoSeries(polygons, drawn.index, crs=frame.crs)),
        notes=tuple(one for one in notes if one is not None),
        set_aside=int(np.count_nonzero(is_text)),
    )


def _decoded(said: object, encoding: str) -> object:
    if not isinstance(said, str) or said.isascii():
        return said
    try:
        raw = said.encode("latin-1")
    except UnicodeEncodeError:  # a sign written as \\U+5B57, which GDAL has understood
        return said
    return raw.decode(encoding)


def _note(count: int, zh: str, en: str) -> Text | None:
    return Text(f"图中有 {count} {zh}。", f"In the drawing {count} {en}.") if count else None
