"""Numbers of a DBF that GDAL cannot read whole: it takes ``68,5`` for 68 and ``.`` for 0.

The table is a plain text of fixed width, so the values GDAL complains of are read here again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from landrenew.base.errors import FileError
from landrenew.base.words import Text, some

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

HALF_READ = re.compile(r"Value '.*' of field .*\.(.+) parsed incompletely")
"""GDAL's complaint of a number that it read in part."""

DBF = {".shp", ".dbf"}
HEAD, FIELD, NAME, END = 32, 32, 11, 0x0D
DELETED = b"*"


def refuse_cut_table(path: Path, name: str) -> None:
    """
    Refuse a table that holds fewer rows than its head says: GDAL would make the others up, empty.

    Parameters
    ----------
    path
        Any file of the shapefile.
    name
        The layer's name in the project file, for messages.

    Raises
    ------
    FileError
        When the table was cut off, or is no DBF at all.
    """
    table = _table_of(path)
    if table is None:
        return
    with table.open("rb") as file:
        head = file.read(HEAD)
        size = file.seek(0, 2)
    stated = int.from_bytes(head[4:8], "little")
    start, width = (int.from_bytes(head[at : at + 2], "little") for at in (8, 10))
    found = max(size - start, 0) // width if width else 0
    if found < stated:
        raise FileError(
            f"[{name}] 的属性表 {table} 不完整：文件头写 {stated} 行，实有 {found} 行。"
            "请重新导出或拷贝。",
            f"[{name}]: table {table} is not whole: its head says {stated} rows, {found} are there."
            " Export or copy it again.",
        )


def names_apart(table: Path) -> bytes | None:
    """
    Tell columns of one name apart, of which GDAL would give the first column's values twice.

    Parameters
    ----------
    table
        A DBF.

    Returns
    -------
    bytes or None
        The whole table with the later ones called ``_2`` and so on; None where no two are alike.
    """
    with table.open("rb") as file:
        head = file.read(HEAD)
        heads = bytearray(file.read(max(int.from_bytes(head[8:10], "little") - HEAD, 0)))
    names = [bytes(heads[at : at + NAME]).split(b"\0")[0] for at in _fields(heads)]
    if len(set(names)) == len(names):
        return None
    taken: set[bytes] = set()
    for at, name in zip(_fields(heads), names, strict=True):
        one, number = name, 1
        while one in taken:
            number += 1
            end = f"_{number}".encode()
            one = name[: NAME - 1 - len(end)] + end
        taken.add(one)
        heads[at : at + NAME] = one.ljust(NAME, b"\0")
    return head + bytes(heads) + table.read_bytes()[HEAD + len(heads) :]


def _fields(heads: bytes | bytearray) -> list[int]:
    """Give where the heads of the columns begin."""
    starts = range(0, len(heads) - FIELD + 1, FIELD)
    end = next((at for at in starts if heads[at] == END), len(heads))
    return [at for at in starts if at < end]


def _table_of(path: Path) -> Path | None:
    if path.suffix.lower() not in DBF:
        return None
    return next((one for one in path.parent.iterdir() if _is_table_of(one, path)), None)


def mend_numbers(
    frame: pd.DataFrame, path: Path, said: Sequence[str]
) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """
    Read again the numbers of which GDAL read only the start.

    Parameters
    ----------
    frame
        The rows as GDAL gave them, in the order of the file.
    path
        Any file of the shapefile.
    said
        What GDAL complained of.

    Returns
    -------
    DataFrame
        The rows with these columns read again: a comma is taken for the decimal point, for a DBF
        holds no thousands separators; what is no number is missing.
    tuple of Text
        Which columns were read again.
    """
    columns = sorted({met[1] for one in said if (met := HALF_READ.match(one))} & set(frame))
    table = _table_of(path) if columns else None
    if table is None:
        return frame, ()
    raw = table.read_bytes()
    mended = {name: _column(raw, list(frame).index(name), len(frame)) for name in columns}
    fit = {name: values for name, values in mended.items() if values is not None}
    if not fit:
        return frame, ()
    listed = some(fit)
    return frame.assign(**fit), (
        Text(
            f"列 {listed} 的数值已按逗号小数点重读，不是数字的（如“.”）作缺失。",
            f"Column {listed} was read again with the comma as decimal point; what is no number,"
            " such as '.', is missing.",
        ),
    )


def _is_table_of(one: Path, path: Path) -> bool:
    return one.stem == path.stem and one.suffix.lower() == ".dbf"


def _column(raw: bytes, position: int, count: int) -> NDArray[np.float64] | None:
    """Read one numeric column by its place in the table; None where the rows do not match."""
    records = int.from_bytes(raw[4:8], "little")
    start, width = (int.from_bytes(raw[at : at + 2], "little") for at in (8, 10))
    heads = raw[HEAD:start]
    widths = [heads[at + 16] for at in _fields(heads)]
    if position >= len(widths):
        return None
    left = 1 + sum(widths[:position])
    rows = [raw[start + i * width : start + (i + 1) * width] for i in range(records)]
    rows = [row for row in rows if not row.startswith(DELETED)]
    if len(rows) != count:
        return None
    return np.array([_number(row[left : left + widths[position]]) for row in rows])


def _number(text: bytes) -> float:
    try:
        return float(text.replace(b",", b".").strip(b" \x00"))
    except ValueError:
        return np.nan
