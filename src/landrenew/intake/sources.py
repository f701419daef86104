"""Open one file: a vector layer or a table, as it came, with its rows numbered.

Every format GDAL reads is opened through pyogrio; GeoParquet through geopandas; tables from CSV
and XLSX. What the columns mean is settled in :mod:`landrenew.intake.attributes`, what the shapes
are worth in :mod:`landrenew.intake.shapes`.
"""

from __future__ import annotations

import codecs
import io
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from landrenew.base.errors import FileError
from landrenew.base.words import Text, some
from landrenew.intake.jargon import plainly
from landrenew.intake.where import select_rows

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.project import Layer

PARQUET = {".parquet", ".geoparquet"}
DBF = {".shp", ".dbf"}
DBF_LANGUAGE_BYTE = 29
NO_DATA_LAYERS = {"layer_styles", "qgis_projects"}
"""Tables that QGIS keeps in a GeoPackage beside the layers."""

UNREADABLE = (
    DataSourceError, DataLayerError, OSError, UnicodeError, LookupError, ValueError,
    zipfile.BadZipFile, zlib.error, ParseError, pa.ArrowException, CRSError, ShapelyError,
    pd.errors.ParserWarning,
)  # fmt: skip
"""What the readers raise on a file that is broken, cut off, or not what its name says."""


def read_source(folder: Path, spec: Layer, name: str) -> pd.DataFrame:
    """
    Read the rows of a layer or table that its condition selects.

    Parameters
    ----------
    folder
        Folder that the layer's path starts from.
    spec
        The layer as the project file states it.
    name
        The layer's name in the project file, for messages.

    Returns
    -------
    DataFrame
        The file's own columns; a GeoDataFrame when it holds shapes. The index ``row`` numbers the
        rows of the whole file from 1.

    Raises
    ------
    FileError
        When the file, layer or column is missing or unreadable, or no row is left.
    """
    path = folder / spec.path
    if not _is_there(path):
        raise FileError(*_not_there(path, name))
    frame = _open(path, spec, name)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    frame.columns = frame.columns.map(str)
    if frame.empty:
        raise FileError(
            f"[{name}] 的文件 {path} 没有任何记录。请检查导出，或删去 [{name}]。",
            f"[{name}]: file {path} holds no row. Check the export, or remove [{name}].",
        )
    return frame if spec.where is None else select_rows(frame, spec.where, path, name)


HINTS = {
    ".txt": Text(
        "界址点坐标 TXT 请先在 GIS 中转成面图层。", "Turn a TXT of corners into polygons first. "
    ),
    ".dwg": Text("DWG 请先在 CAD 中另存为 DXF。", "Save a DWG as DXF first. "),
    ".xls": Text("XLS 请另存为 XLSX。", "Save an XLS as XLSX. "),
}
"""What to do with files planners have and GDAL does not read."""


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name longer than any file may have
        return False


def _not_there(path: Path, name: str) -> tuple[str, str]:
    try:
        held = some(sorted(one.name for one in path.parent.iterdir()))
    except OSError:
        held = ""
    return (
        f"[{name}] 的文件 {path} 不存在。该文件夹中有：{held or '（空）'}。请改正 path。",
        f"[{name}]: file {path} does not exist. There is: {held or '(nothing)'}. Mend path.",
    )


def _open(path: Path, spec: Layer, name: str) -> pd.DataFrame:
    suffix = path.suffix.lower()
    try:
        codecs.lookup(spec.encoding or "utf-8")
        if suffix == ".csv":
            return _read_csv(path, spec.encoding)
        if suffix == ".xlsx":
            return _read_xlsx(path, spec.layer, name)
        if suffix in PARQUET:
            return _read_parquet(path)
        return _read_vector(path, spec, name)
    except FileError:
        raise
    except UNREADABLE as error:
        first = str(error).partition("\n")[0].partition("; It might help")[0]
        said = plainly(first.rstrip(". ") or type(error).__name__)
        hint = HINTS.get(suffix, Text("", ""))
        raise FileError(
            f"[{name}] 的文件 {path} 读不出来：{said.zh}。"
            f"{hint.zh}请确认文件完整、格式与扩展名一致。",
            f"[{name}]: file {path} cannot be read: {said.en}. {hint.en}Check that it is whole and"
            " that its format matches its extension.",
        ) from error


def _read_csv(path: Path, encoding: str | None) -> pd.DataFrame:
    raw = path.read_bytes()
    text = raw.decode(encoding or _text_encoding(raw))
    with warnings.catch_warnings():  # rows longer than the heading would shift every column
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, index_col=False)


def _text_encoding(raw: bytes) -> str:
    """Strict UTF-8 when it is that, else the Chinese national encoding."""
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _read_xlsx(path: Path, sheet: str | None, name: str) -> pd.DataFrame:
    with warnings.catch_warnings():  # openpyxl warns of styles it does not know; values are safe
        warnings.simplefilter("ignore", UserWarning)
        with pd.ExcelFile(path, engine="openpyxl") as book:
            wanted = sheet or _only_sheet(book, path, name)
            return pd.read_excel(book, sheet_name=wanted, dtype=object)


def _only_sheet(book: pd.ExcelFile, path: Path, name: str) -> str:
    """Take the one sheet with rows; several are refused, for the first need not be the one."""
    filled = [one for one in book.sheet_names if _row_count(book, str(one)) > 1]
    if len(filled) > 1:
        raise FileError(
            f"[{name}] 的文件 {path} 有 {len(filled)} 个工作表：{some(filled)}。"
            '请用 layer = "…" 指明。',
            f"[{name}]: file {path} has {len(filled)} sheets: {some(filled)}. Name one with"
            ' layer = "…".',
        )
    return str(filled[0] if filled else book.sheet_names[0])


def _row_count(book: pd.ExcelFile, sheet: str) -> int:
    return book.book[sheet].max_row or 2  # a sheet that does not say its size may hold rows


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return gpd.read_parquet(path)
    except ValueError as error:
        if "geo metadata" not in str(error):
            raise
        return pd.read_parquet(path)


def _read_vector(path: Path, spec: Layer, name: str) -> pd.DataFrame:
    with warnings.catch_warnings():
        # broken rings are counted by intake.shapes, row by row; measures (M) are not needed
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.filterwarnings("ignore", "Measured", UserWarning)
        frame: pd.DataFrame = pyogrio.read_dataframe(
            path,
            layer=spec.layer or _only_layer(path, name),
            encoding=spec.encoding or _dbf_encoding(path),
            on_invalid="ignore",
        )
    return frame


def _only_layer(path: Path, name: str) -> str:
    every = [str(one) for one in pyogrio.list_layers(path)[:, 0]]
    layers = [one for one in every if one not in NO_DATA_LAYERS]
    if not layers:
        message = "it holds no layer"
        raise ValueError(message)
    if len(layers) == 1:
        return layers[0]
    raise FileError(
        f'[{name}] 的文件 {path} 有 {len(layers)} 个图层：{some(layers)}。请用 layer = "…" 指明。',
        f"[{name}]: file {path} has {len(layers)} layers: {some(layers)}. Name one with"
        ' layer = "…".',
    )


def _dbf_encoding(path: Path) -> str | None:
    """
    Find the encoding of a shapefile that does not say it.

    GDAL takes such a file for Latin-1 in silence, which turns every Chinese name into noise.
    """
    if path.suffix.lower() not in DBF:
        return None
    beside = {one.suffix.lower(): one for one in path.parent.iterdir() if one.stem == path.stem}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    raw = beside[".dbf"].read_bytes()
    says_it_itself = len(raw) > DBF_LANGUAGE_BYTE and raw[DBF_LANGUAGE_BYTE] != 0
    return None if says_it_itself else _dbf_text_encoding(raw)


def _dbf_text_encoding(raw: bytes) -> str:
    """Look at the values alone: the heading holds lengths that are no text in any encoding."""
    start = int.from_bytes(raw[8:10], "little")
    text = raw[start:].decode("utf-8", errors="replace")
    foreign = sum(not one.isascii() for one in text)
    broken = text.count("\ufffd")  # a long value may be cut within a character
    return "utf-8" if broken <= foreign / 10 else "gb18030"
