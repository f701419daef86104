"""A DBF as it lies in the file: its head, its columns, and the numbers that GDAL reads in part.

GDAL takes ``68,5`` for 68 and ``.`` for 0. The table is a plain text of fixed width, so the values
it complains of are read here again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landrenew.base.words import Text, some
from landrenew.intake.sources.beside import part_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

HALF_READ = re.compile(r"Value '.*' of field .*\.(.+) parsed incompletely")
"""GDAL's complaint of a number that it read in part."""

HEAD, FIELD, NAME, END = 32, 32, 11, 0x0D
"""Bytes of the head, of a column's head and of its name; what ends the columns' heads."""

DELETED = b"*"


class Field(NamedTuple):
    """
    One column.

    Parameters
    ----------
    name
        Its name, not decoded.
    kind
        ``b"C"`` for text, ``b"N"`` for numbers.
    left
        Where it begins in a row [bytes].
    size
        Its width [bytes].
    """

    name: bytes
    kind: bytes
    left: int
    size: int


class Head(NamedTuple):
    """
    The head of a table.

    Parameters
    ----------
    records
        Rows, deleted ones among them.
    start
        Where the first row begins [bytes].
    width
        Width of a row, with the mark of deletion before it [bytes].
    fields
        The columns.
    """

    records: int
    start: int
    width: int
    fields: tuple[Field, ...]


def head_of(table: Path) -> Head:
    """
    Read the head of a table.

    Parameters
    ----------
    table
        A DBF.

    Returns
    -------
    Head
        As the file says; of a file that is none, whatever its bytes give.
    """
    with table.open("rb") as file:
        head = file.read(HEAD).ljust(HEAD, b"\0")
        start, width = (int.from_bytes(head[at : at + 2], "little") for at in (8, 10))
        heads = file.read(max(start - HEAD, 0))
    fields, left = [], 1
    for at in range(0, len(heads) - FIELD + 1, FIELD):
        one = heads[at : at + FIELD]
        if one[0] == END:
            break
        name, kind, size = one[:NAME].split(b"\0")[0], one[NAME : NAME + 1], one[16]
        fields.append(Field(name, kind, left, size))
        left += size
    return Head(int.from_bytes(head[4:8], "little"), start, width, tuple(fields))


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
    names = [one.name for one in head_of(table).fields]
    if len(set(names)) == len(names):
        return None
    whole = bytearray(table.read_bytes())
    taken: set[bytes] = set()
    for place, name in enumerate(names):
        one, number = name, 1
        while one in taken:
            number += 1
            end = f"_{number}".encode()
            one = name[: NAME - 1 - len(end)] + end
        taken.add(one)
        at = HEAD + place * FIELD
        whole[at : at + NAME] = one.ljust(NAME, b"\0")
    return bytes(whole)


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

    Raises
    ------
    ValueError
        When the rows are not those of the table, so that the numbers cannot be put right.
    """
    columns = sorted({met[1] for one in said if (met := HALF_READ.match(one))} & set(frame))
    table = part_of(path, ".dbf") if columns else None
    if table is None:
        return frame, ()
    again = {name: _column(table, list(frame).index(name), len(frame)) for name in columns}
    listed = some(columns)
    return frame.assign(**again), (
        Text(
            f"列 {listed} 的数值已按逗号小数点重读，不是数字的（如“.”）作缺失。",
            f"Column {listed} was read again with the comma as decimal point; what is no number,"
            " such as '.', is missing.",
        ),
    )


def _column(table: Path, place: int, count: int) -> NDArray[np.float64]:
    """Read one numeric column by its place in the table."""
    head, raw = head_of(table), table.read_bytes()
    starts = (head.start + i * head.width for i in range(head.records))
    rows = [raw[at : at + head.width] for at in starts if raw[at : at + 1] != DELETED]
    if len(rows) != count or place >= len(head.fields):
        message = f"{table.name} holds {len(rows)} rows, {count} were read"
        raise ValueError(message)
    one = head.fields[place]
    return np.array([_number(row[one.left : one.left + one.size]) for row in rows])


def _number(text: bytes) -> float:
    try:
        return float(text.replace(b",", b".").strip(b" \x00"))
    except ValueError:
        return np.nan
