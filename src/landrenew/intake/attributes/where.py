"""Select rows by a condition on the file's own columns.

SQLite judges the condition, in a database in memory, so that it means the same for every format.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.errors import FileError
from landrenew.base.jargon import plainly
from landrenew.base.missing import none_where_missing

if TYPE_CHECKING:
    from pathlib import Path


def select_rows(frame: pd.DataFrame, where: str, path: Path | str, name: str) -> pd.DataFrame:
    """
    Keep the rows for which a condition is true.

    Parameters
    ----------
    frame
        The file's own columns, index ``row``.
    where
        SQL condition on them; ``REGEXP`` may be used beside what SQLite knows.
    path
        The file or table, for messages.
    name
        The layer's name in the project file, for messages.

    Returns
    -------
    DataFrame
        The rows selected, in the order of the file.

    Raises
    ------
    FileError
        When the condition is wrong, names a column that is not there, or selects no row.
    """
    is_shape = getattr(frame, "_geometry_column_name", None)
    attributes = pd.DataFrame(frame.drop(columns=[is_shape] if is_shape else []))
    attributes = none_where_missing(attributes)
    columns = ", ".join(_quoted(column) for column in map(str, attributes))
    try:
        _refuse_unknown_names(where, attributes)
        rows = _rows_where(attributes, where)
    except (sqlite3.Error, sqlite3.Warning, OverflowError) as error:
        said = plainly(_complaint(error))
        raise FileError(
            f"[{name}] 的 where 条件“{where}”有误：{said.zh}。请改正条件；文件的列有：{columns}。",
            f"[{name}]: where {where!r} is wrong: {said.en}. Mend it; the file's columns are:"
            f" {columns}.",
        ) from error
    if not rows:
        raise FileError(
            f"[{name}] 的 where 条件“{where}”在 {path} 的 {len(frame)} 行中"
            "一行也选不出。请核对条件。",
            f"[{name}]: where {where!r} selects none of the {len(frame)} rows of {path}. Check"
            " the condition.",
        )
    return frame.loc[rows]


def _complaint(error: Exception) -> str:
    return str(error).replace("user-defined function raised", "REGEXP pattern:").rstrip(".")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _refuse_unknown_names(where: str, attributes: pd.DataFrame) -> None:
    """SQLite takes a misspelt name in double quotes for a text, and selects the wrong rows."""
    without_texts = re.sub(r"'(?:[^']|'')*'", "", where)
    known = {str(one).casefold() for one in attributes}
    for name in re.findall(r'"((?:[^"]|"")*)"', without_texts):
        if name.replace('""', '"').casefold() not in known:
            message = f"no such column: {name}"
            raise sqlite3.OperationalError(message)


def _rows_where(attributes: pd.DataFrame, where: str) -> list[int]:
    """Let a database in memory judge the planner's own condition on the planner's own data."""
    theirs = [str(one) for one in attributes]
    key = "row"
    while key in {one.casefold() for one in theirs}:
        key += "_"
    columns = "".join(f", {_quoted(one)}" for one in theirs)
    marks = ", ?" * len(theirs)
    with closing(sqlite3.connect(":memory:")) as database:
        database.create_function("regexp", 2, _matches, deterministic=True)
        database.execute(f"CREATE TABLE rows ({key} INTEGER PRIMARY KEY{columns})")
        database.executemany(
            f"INSERT INTO rows VALUES (?{marks})",  # noqa: S608  # only question marks
            ((row, *map(_plain, values)) for row, *values in attributes.itertuples(name=None)),
        )
        query = f"SELECT {key} FROM rows WHERE ({where}\n)"  # noqa: S608  # a comment ends there
        found = {row for (row,) in database.execute(query)}
    return [int(row) for row in attributes.index if row in found]


def _plain(value: object) -> str | float | bytes | None:
    """Give a value as one SQLite can hold."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, str | int | float | bytes):
        return value
    return str(value)


def _matches(pattern: str, value: object) -> bool:
    return value is not None and re.search(pattern, str(value)) is not None
