"""Open one file: a vector layer or a table, as it came, with its rows numbered.

Every format GDAL reads is opened through pyogrio; GeoParquet through geopandas; tables from CSV
and XLSX. What the columns mean is settled in :mod:`landrenew.intake.attributes`, what the shapes
are worth in :mod:`landrenew.intake.shapes`.
"""

from __future__ import annotations

import io
import re
import sqlite3
import warnings
import zipfile
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from landrenew.base.errors import FileError
from landrenew.base.words import some

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.project import Layer

TABLES = {".csv", ".xlsx"}
PARQUET = {".parquet", ".geoparquet"}
DBF_LANGUAGE_BYTE = 29


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
    if not path.exists():
        raise FileError(*_not_there(path, name))
    frame = _open(path, spec, name)
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    if frame.empty:
        raise FileError(
            f"[{name}] 的文件 {path} 没有任何记录。请检查导出，或删去 [{name}]。",
            f"[{name}]: file {path} holds no row. Check the export, or remove [{name}].",
        )
    return frame if spec.where is None else _select(frame, spec.where, path, name)


def _not_there(path: Path, name: str) -> tuple[str, str]:
    parent = path.parent
    there = sorted(one.name for one in parent.iterdir()) if parent.is_dir() else []
    held = some(there)
    return (
        f"[{name}] 的文件 {path} 不存在。该文件夹中有：{held or '（空）'}。请改正 path。",
        f"[{name}]: file {path} does not exist. There is: {held or '(nothing)'}. Mend path.",
    )


def _open(path: Path, spec: Layer, name: str) -> pd.DataFrame:
    suffix = path.suffix.lower()
    try:
        if suffix == ".csv":
            return _read_csv(path, spec.encoding)
        if suffix == ".xlsx":
            return _read_xlsx(path, spec.layer)
        if suffix in PARQUET:
            return _read_parquet(path)
        return _read_vector(path, spec, name)
    except FileError:
        raise
    except (
        DataSourceError, DataLayerError, OSError, UnicodeError, LookupError,
        ValueError, zipfile.BadZipFile, pa.ArrowException,
    ) as error:  # fmt: skip
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise FileError(
            f"[{name}] 的文件 {path} 读不出来：{said}。请确认文件完整、格式与扩展名一致。",
            f"[{name}]: file {path} cannot be read: {said}. Check that it is whole and that its"
            " format matches its extension.",
        ) from error


def _read_csv(path: Path, encoding: str | None) -> pd.DataFrame:
    raw = path.read_bytes()
    text = raw.decode(encoding or _text_encoding(raw))
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


def _text_encoding(raw: bytes) -> str:
    """Strict UTF-8 when it is that, else the Chinese national encoding."""
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def _read_xlsx(path: Path, sheet: str | None) -> pd.DataFrame:
    with warnings.catch_warnings():  # openpyxl warns of styles it does not know; values are safe
        warnings.simplefilter("ignore", UserWarning)
        return pd.read_excel(path, sheet_name=sheet or 0, dtype=object, engine="openpyxl")


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return gpd.read_parquet(path)
    except ValueError as error:
        if "geo metadata" not in str(error):
            raise
        return pd.read_parquet(path)


def _read_vector(path: Path, spec: Layer, name: str) -> pd.DataFrame:
    layer = spec.layer or _only_layer(path, name)
    with warnings.catch_warnings():  # broken rings are counted by intake.shapes, row by row
        warnings.simplefilter("ignore", RuntimeWarning)
        frame: pd.DataFrame = pyogrio.read_dataframe(
            path,
            layer=layer,
            encoding=spec.encoding or _dbf_encoding(path),
            on_invalid="ignore",
        )
    return frame


def _only_layer(path: Path, name: str) -> str:
    layers = [str(one) for one in pyogrio.list_layers(path)[:, 0]]
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
    dbf = path.with_suffix(".dbf")
    if path.suffix.lower() != ".shp" or path.with_suffix(".cpg").exists() or not dbf.exists():
        return None
    raw = dbf.read_bytes()
    says_it_itself = len(raw) > DBF_LANGUAGE_BYTE and raw[DBF_LANGUAGE_BYTE] != 0
    return None if says_it_itself else _text_encoding(raw[32:])


def _matches(pattern: str, value: object) -> bool:
    return value is not None and re.search(pattern, str(value)) is not None


def _select(frame: pd.DataFrame, where: str, path: Path, name: str) -> pd.DataFrame:
    """
    Keep the rows for which an SQL condition on the file's own columns is true.

    SQLite judges the condition, so that it means the same for every format.
    """
    is_shape = getattr(frame, "_geometry_column_name", None)
    attributes = pd.DataFrame(frame.drop(columns=[is_shape] if is_shape else []))
    attributes = attributes.astype(object).where(attributes.notna(), None)
    columns = ", ".join('"' + str(column).replace('"', '""') + '"' for column in attributes)
    marks = ", ".join("?" * len(attributes.columns))
    with sqlite3.connect(":memory:") as database:
        database.create_function("regexp", 2, _matches, deterministic=True)
        try:
            database.execute(f"CREATE TABLE rows ({columns})")
            database.executemany(
                f"INSERT INTO rows VALUES ({marks})",  # noqa: S608  # only question marks
                ([_plain(one) for one in row] for row in attributes.to_numpy(dtype=object)),
            )
            # the planner's own condition on the planner's own data, in a database in memory
            query = f"SELECT rowid FROM rows WHERE {where}"  # noqa: S608
            rows = [rowid for (rowid,) in database.execute(query)]
        except (sqlite3.Error, re.error) as error:
            raise FileError(
                f"[{name}] 的 where 条件“{where}”有误：{error}。文件的列有：{columns}。",
                f"[{name}]: where {where!r} is wrong: {error}. The file's columns are: {columns}.",
            ) from error
    if not rows:
        raise FileError(
            f"[{name}] 的 where 条件“{where}”在 {path} 的 {len(frame)} 行中"
            "一行也选不出。请核对条件。",
            f"[{name}]: where {where!r} selects none of the {len(frame)} rows of {path}. Check"
            " the condition.",
        )
    return frame.loc[sorted(rows)]


def _plain(value: object) -> str | float | bytes | None:
    """Give a value as one SQLite can hold."""
    if value is None or isinstance(value, str | int | float | bytes):
        return value
    return float(value) if isinstance(value, np.number) else str(value)
