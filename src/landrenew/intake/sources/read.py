"""Open one file: a vector layer or a table, as it came, with its rows numbered.

Each format has its reader; here they are chosen by extension, and what they raise on a broken file
becomes one sentence. What the columns mean is settled in :mod:`landrenew.intake.attributes`, what
the shapes are worth in :mod:`landrenew.intake.geometry`.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

import pandas as pd
import pyarrow as pa
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

from landrenew.base.errors import FileError, LandrenewError
from landrenew.base.jargon import plainly
from landrenew.base.words import Text, some
from landrenew.intake.attributes.where import select_rows
from landrenew.intake.sources.address import is_database
from landrenew.intake.sources.archive import unpacked
from landrenew.intake.sources.corners import read_corners
from landrenew.intake.sources.database import read_database
from landrenew.intake.sources.files import is_folder_of_txt, is_there
from landrenew.intake.sources.gdal import without_folder
from landrenew.intake.sources.located import SHAPED, is_located, locate
from landrenew.intake.sources.remote import file_of
from landrenew.intake.sources.sheets import read_csv, read_xlsx
from landrenew.intake.sources.vector import read_parquet, read_vector

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from landrenew.intake.sections import Layer
    from landrenew.intake.sources.source import Source

    Reader = Callable[[Path, Layer, str], Source]

READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".xlsx": read_xlsx,
    ".xlsm": read_xlsx,
    ".parquet": read_parquet,
    ".geoparquet": read_parquet,
    ".txt": read_corners,
}
"""The reader of each extension; every other file is GDAL's."""

UNREADABLE = (
    DataSourceError, DataLayerError, OSError, UnicodeError, LookupError, ValueError,
    zipfile.BadZipFile, zlib.error, ParseError, pa.ArrowException, CRSError, ShapelyError,
    NotImplementedError,
    csv.Error,
)  # fmt: skip
"""What the readers raise on a file that is broken, cut off, or not what its name says."""


def read_source(folder: Path, spec: Layer, name: str, reader: Reader | None = None) -> Source:
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
    reader
        How to open the file; None goes by its extension.

    Returns
    -------
    Source
        The file's own columns, index ``row``; records are numbered from 1 over the whole file
        where the reader gives them no better number.

    Raises
    ------
    FileError
        When the file, layer or column is missing or unreadable, or no row is left.
    """
    path: Path | str
    if is_database(spec.path):
        path, source = spec.path, read_database(spec, name)
    else:
        path = file_of(folder, spec.path, name)
        source = _read_file(path, spec, name, reader)
    frame = source.frame
    if frame.index.name != "row":
        frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    frame.columns = frame.columns.map(str)
    if frame.empty:
        raise FileError(
            f"[{name}] 的文件 {path} 没有任何记录。请检查导出，或删去 [{name}]。",
            f"[{name}]: file {path} holds no row. Check the export, or remove [{name}].",
        )
    if (spec.wkt or spec.x or spec.y or name in SHAPED) and is_located(source, spec):
        source = locate(source, spec, name)
    if spec.where is None:
        return source
    return replace(source, frame=select_rows(source.frame, spec.where, path, name))


NO_HINT = Text("", "")

HINTS = {
    ".dwg": Text("DWG 请先在 CAD 中另存为 DXF。", "Save a DWG as DXF first. "),
    ".xls": Text("XLS 请另存为 XLSX。", "Save an XLS as XLSX. "),
    ".mdb": Text(
        "MDB 请先在 ArcGIS 中导出为 File GDB 或 SHP。",
        "Export an MDB from ArcGIS as File GDB or SHP first. ",
    ),
}
"""What to do with files planners have and GDAL does not read."""


def _read_file(path: Path, spec: Layer, name: str, reader: Reader | None) -> Source:
    if not is_there(path):
        raise FileError(*_not_there(path, name))
    return _open(path, spec, name, reader)


def _not_there(path: Path, name: str) -> tuple[str, str]:
    try:
        aim = path.readlink() if path.is_symlink() else None
        held = some(sorted(one.name for one in path.parent.iterdir()))
    except OSError:
        aim, held = None, ""
    if aim is not None:
        return (
            f"[{name}] 的文件 {path} 是一个链接，所指的 {aim} 不存在。请改正 path。",
            f"[{name}]: file {path} is a link to {aim}, which does not exist. Mend path.",
        )
    return (
        f"[{name}] 的文件 {path} 不存在。该文件夹中有：{held or '（空）'}。请改正 path。",
        f"[{name}]: file {path} does not exist. There is: {held or '(nothing)'}. Mend path.",
    )


def _open(path: Path, spec: Layer, name: str, reader: Reader | None) -> Source:
    suffix = path.suffix.lower()
    try:
        if path.is_file() and not path.stat().st_size:
            message = "the file is empty"
            raise ValueError(message)
        codecs.lookup(spec.encoding or "utf-8")
        with unpacked(path, name) as plain:
            suffix = ".txt" if is_folder_of_txt(plain) else plain.suffix.lower()
            if reader is not None:
                return reader(plain, spec, name)
            return READERS.get(suffix, read_vector)(plain, spec, name)
    except LandrenewError:
        raise
    except UNREADABLE as error:
        raise unreadable(path, name, error, HINTS.get(suffix, NO_HINT)) from error


def unreadable(path: Path, name: str, error: Exception, hint: Text = NO_HINT) -> FileError:
    """
    Say that a file cannot be read.

    Parameters
    ----------
    path
        The file.
    name
        The layer's name in the project file.
    error
        What its reader said.
    hint
        What to do with such files, a sentence and a space; nothing when that is not known.

    Returns
    -------
    FileError
        To raise.
    """
    first = without_folder(str(error), path).partition("\n")[0]
    first = first.partition("; It might help")[0]
    said = plainly(first.rstrip(". ") or type(error).__name__)
    return FileError(
        f"[{name}] 的文件 {path} 读不出来：{said.zh}。{hint.zh}请确认文件完整、格式与扩展名一致。",
        f"[{name}]: file {path} cannot be read: {said.en}. {hint.en}Check that it is whole and that"
        " its format matches its extension.",
    )
