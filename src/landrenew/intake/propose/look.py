"""Look at one file: its layers or sheets, their kind of shapes, extent, columns and rows.

Everything is read through :mod:`landrenew.intake.sources`, so that what is seen here is what a run
will read. Of a large file only the first rows are read.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import geopandas as gpd
import numpy as np
import openpyxl
import pyogrio
import shapely
from pyproj import CRS

from landrenew.base.area import ellipsoidal_area
from landrenew.base.crs import is_metric
from landrenew.base.errors import LandrenewError
from landrenew.base.jargon import plainly
from landrenew.base.strips import CGCS2000
from landrenew.base.words import Text
from landrenew.intake.geometry.shapes import extent, finite_boxes
from landrenew.intake.propose.folder import Unknown
from landrenew.intake.sections import Layer
from landrenew.intake.sources.archive import PACKED, layers_in, unpacked
from landrenew.intake.sources.book import refuse_huge
from landrenew.intake.sources.dbf_text import dbf_encoding
from landrenew.intake.sources.gdal import place_of, reading
from landrenew.intake.sources.read import UNREADABLE, read_source
from landrenew.intake.sources.vector import NO_DATA_LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from landrenew.intake.propose.folder import Found
    from landrenew.intake.sources.source import Source

    Bounds = tuple[float, float, float, float]

Shape = Literal["polygon", "line", "point"]

BIG_BOOK_BYTES, BIG_TEXT_BYTES, BIG_LAYER_BYTES = 400_000, 20_000_000, 60_000_000
"""From here on only the first rows of a file are read; a workbook is slowest [bytes]."""

HEAD_ROWS, SHEET_ROWS, HEAD_BYTES = 1000, 200, 1_000_000

PLAIN = {".csv", ".parquet", ".geoparquet", ".geojsonl"}
"""Files that are one table or layer."""

DEGREES = 180.0

NOBODY = "?"
"""Name under which a file is read while nobody knows what it is."""


@dataclass(frozen=True, eq=False)
class Look:
    """
    What was seen of one layer or table.

    Parameters
    ----------
    path
        Path below the folder, as a project file would write it.
    layer
        Layer or sheet, where the file has several.
    frame
        The rows, of a large file the first ones.
    rows
        How many rows there are in all, as far as that is known.
    units
        Units that headings state, by column.
    is_whole
        True when all rows were read.
    extent
        Extent of all rows in the file's own coordinates; None without shapes.
    sheet_units
        Units that a title states for all columns that state none.
    """

    path: str
    layer: str | None
    frame: pd.DataFrame
    rows: int
    units: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = True
    extent: Bounds | None = None
    sheet_units: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The path with the layer behind it, for people."""
        return self.path if self.layer is None else f"{self.path} / {self.layer}"

    @property
    def crs(self) -> CRS | None:
        """The CRS that the file states."""
        return self.frame.crs if isinstance(self.frame, gpd.GeoDataFrame) else None

    @cached_property
    def columns(self) -> list[str]:
        """Names of the columns, without the shapes."""
        shapes = getattr(self.frame, "_geometry_column_name", None)
        return [str(one) for one in self.frame.columns if one != shapes]

    @cached_property
    def shape(self) -> Shape | None:
        """What most shapes are; None for a table, or where there is none."""
        if not isinstance(self.frame, gpd.GeoDataFrame):
            return None
        kinds = Counter(map(str, self.frame.geometry.geom_type.dropna()))
        if not kinds:
            return None
        commonest = kinds.most_common(1)[0][0]
        if "Polygon" in commonest:
            return "polygon"
        return "line" if "Line" in commonest else "point"

    @cached_property
    def is_degrees(self) -> bool:
        """True when the coordinates are, or look like, longitude and latitude."""
        if self.crs is not None:
            return self.crs.is_geographic
        return self.extent is not None and max(map(abs, self.extent)) <= DEGREES

    @cached_property
    def areas_m2(self) -> NDArray[np.float64]:
        """Area of each row as drawn [m2]; NaN where it has none or the unit is not known."""
        if self.shape != "polygon":
            return np.full(len(self.frame), np.nan)
        shapes = self.frame.geometry.to_numpy()
        if self.is_degrees:
            return _measured(shapes, self.crs or CRS.from_epsg(CGCS2000))
        with np.errstate(all="ignore"):  # broken coordinates: their area is no number
            planar = np.abs(shapely.area(shapes))
        if self.crs is None or is_metric(self.crs):
            return planar
        return _measured(shapes, self.crs)

    @property
    def size_m2(self) -> float:
        """Median area of its polygons [m2]; NaN without any."""
        areas = self.areas_m2[np.isfinite(self.areas_m2)]
        return float(np.median(areas)) if len(areas) else float("nan")


def _measured(shapes: NDArray[np.object_], crs: CRS) -> NDArray[np.float64]:
    try:
        return ellipsoidal_area(shapes, crs)
    except LandrenewError:  # a local system without public parameters
        return np.full(len(shapes), np.nan)


def look_at(folder: Path, found: Found) -> tuple[list[Look], list[Unknown]]:
    """
    Look at every layer or sheet of a file.

    Parameters
    ----------
    folder
        The folder.
    found
        The file.

    Returns
    -------
    list of Look
        One for each that can be read.
    list of Unknown
        The others, each with the reader's own sentence.
    """
    looks: list[Look] = []
    unknown: list[Unknown] = []
    if _is_big_book(folder / found.path):
        with suppress(*UNREADABLE, LandrenewError):  # else each sheet says for itself what is wrong
            return list(_book_heads(folder, found.path)), []
    for path, layer in _parts(folder, found):
        try:
            looks.append(_look(folder, path, layer))
        except LandrenewError as error:
            shown = path if layer is None else f"{path} / {layer}"
            unknown.append(Unknown(shown, _plainly(error.text, folder)))
        except UNREADABLE as error:
            zh, en = plainly(str(error).partition("\n")[0])
            unknown.append(Unknown(path, Text(f"读不出来：{zh}", f"cannot be read: {en}")))
    return looks, unknown


def _is_big_book(path: Path) -> bool:
    is_book = path.suffix.lower() == ".xlsx" and path.is_file()
    return is_book and path.stat().st_size > BIG_BOOK_BYTES


def _plainly(said: Text, folder: Path) -> Text:
    """Take the names out of a reader's sentence that mean nothing here."""
    zh, en = (one.replace(f"{folder}/", "").rstrip("。. ") for one in said)
    zh, en = zh.removesuffix(f"，或删去 [{NOBODY}]"), en.removesuffix(f", or remove [{NOBODY}]")
    return Text(zh.removeprefix(f"[{NOBODY}] 的"), en.removeprefix(f"[{NOBODY}]: "))


def _parts(folder: Path, found: Found) -> list[tuple[str, str | None]]:
    """List the layers of a file as a project file would write them."""
    path = folder / found.path
    try:
        if path.suffix.lower() not in PACKED:
            return [(found.path, one) for one in _layers(path)]
        inside = layers_in(path)
        paths = [f"{found.path}/{one}" for one in inside] if len(inside) > 1 else [found.path]
        return [(one, layer) for one in paths for layer in _packed_layers(folder / one)]
    except (*UNREADABLE, LandrenewError):  # reading it says why
        return [(found.path, None)]


def _packed_layers(path: Path) -> list[str | None]:
    with unpacked(path, NOBODY) as plain:
        return _layers(plain)


def _layers(path: Path) -> list[str | None]:
    suffix = path.suffix.lower()
    if suffix in PLAIN or "*" in path.name or suffix == ".txt":
        return [None]
    names = _sheets(path) if suffix == ".xlsx" else _vector_layers(path)
    return list(names) if len(names) > 1 else [None]


def _sheets(path: Path) -> list[str]:
    refuse_huge(path)
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return [one.title for one in book.worksheets if (one.max_row or 2) > 1]
    finally:
        book.close()


def _vector_layers(path: Path) -> list[str]:
    with place_of(path) as place, reading():
        every = [str(one) for one in pyogrio.list_layers(place)[:, 0]]
    return [one for one in every if one not in NO_DATA_LAYERS]


def _look(folder: Path, path: str, layer: str | None) -> Look:
    file = folder / path
    size = file.stat().st_size if file.is_file() else 0
    is_text = file.suffix.lower() == ".csv"
    if size > (BIG_TEXT_BYTES if is_text else BIG_LAYER_BYTES):
        return (_text_head if is_text else _layer_head)(folder, path, layer)
    return _seen(read_source(folder, Layer(path=path, layer=layer), NOBODY), path, layer)


def _seen(source: Source, path: str, layer: str | None) -> Look:
    frame = source.frame
    return Look(path, layer, frame, len(frame), source.units, extent=_extent(frame),
                sheet_units=source.sheet_units)  # fmt: skip


def _extent(frame: pd.DataFrame) -> Bounds | None:
    if not isinstance(frame, gpd.GeoDataFrame):
        return None
    boxes, _ = finite_boxes(frame)
    return extent(boxes) if len(boxes) else None


def _layer_head(folder: Path, path: str, layer: str | None) -> Look:
    """Read the first rows of a large layer; how many there are, and where, GDAL says."""
    encoding, _ = dbf_encoding(folder / path)
    with place_of(folder / path) as place, reading():
        info = pyogrio.read_info(place, layer=layer, encoding=encoding,
                                 force_feature_count=True, force_total_bounds=True)  # fmt: skip
        frame = pyogrio.read_dataframe(place, layer=layer, encoding=encoding,
                                       max_features=HEAD_ROWS, on_invalid="ignore")  # fmt: skip
    left, bottom, right, top = (float(one) for one in info["total_bounds"] or (np.nan,) * 4)
    extent = (left, bottom, right, top) if np.isfinite(left) else _extent(frame)
    return Look(path, layer, frame, int(info["features"]), is_whole=False, extent=extent)


def _text_head(folder: Path, path: str, layer: str | None) -> Look:
    """Read the first lines of a large table of text."""
    with (folder / path).open("rb") as file:
        head = file.read(HEAD_BYTES)
    return _from_short_copy(path, layer, head[: head.rfind(b"\n") + 1])


def _book_heads(folder: Path, path: str) -> Iterator[Look]:
    """Read the first rows of every sheet, opening the workbook once: that is what takes time."""
    refuse_huge(folder / path)
    book = openpyxl.load_workbook(folder / path, read_only=True, data_only=True)
    try:
        sheets = {one.title: list(islice(one.iter_rows(values_only=True), SHEET_ROWS))
                  for one in book.worksheets}  # fmt: skip
        lengths = {one.title: one.max_row or 0 for one in book.worksheets}  # not always stated
    finally:
        book.close()
    filled = [title for title, rows in sheets.items() if len(rows) > 1]
    for title in filled:
        seen = _short_sheet(title, sheets[title])
        beyond = max(lengths[title] - len(sheets[title]), 0)
        layer = title if len(filled) > 1 else None
        rows, is_whole = len(seen.frame) + beyond, len(sheets[title]) < SHEET_ROWS
        yield Look(path, layer, seen.frame, rows, seen.units, is_whole,
                   sheet_units=seen.sheet_units)  # fmt: skip


def _short_sheet(title: str, rows: list[tuple[object, ...]]) -> Source:
    short = openpyxl.Workbook(write_only=True)
    copy = short.create_sheet(title)
    for row in rows:
        copy.append(row)
    with tempfile.TemporaryDirectory(prefix="landrenew-") as place:
        short.save(Path(place, "head.xlsx"))
        return read_source(Path(place), Layer(path="head.xlsx"), NOBODY)


def _from_short_copy(path: str, layer: str | None, head: bytes) -> Look:
    with tempfile.TemporaryDirectory(prefix="landrenew-") as place:
        Path(place, "head.csv").write_bytes(head)
        seen = read_source(Path(place), Layer(path="head.csv"), NOBODY)
    return Look(path, layer, seen.frame, len(seen.frame), seen.units, is_whole=False,
                sheet_units=seen.sheet_units)  # fmt: skip
