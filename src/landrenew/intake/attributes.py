"""Turn a file's own columns into ours: names, units, numbers, text, ids.

A value that cannot be understood or cannot be true becomes missing, and a fault says so.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.columns import COLUMNS, Column
from landrenew.base.errors import ColumnError
from landrenew.base.units import factor_to
from landrenew.base.words import Text, some
from landrenew.intake.faults import Fault

if TYPE_CHECKING:
    from landrenew.intake.project import Layer, Mapping

BLANKS = {"", "-", "--", "—", "——", "/", "无", "null", "none", "nan", "n/a", "#n/a", "<null>"}
"""What tables write for "missing", in lower case."""


def our_columns(frame: pd.DataFrame, spec: Layer, name: str) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Take the columns of the data dictionary out of a file's table.

    Parameters
    ----------
    frame
        The file's own columns, index ``row``.
    spec
        The layer with its column mapping. Columns that already bear our names need none.
    name
        The layer's name in the project file.

    Returns
    -------
    DataFrame
        Same index; only our columns, in our units; text without surrounding blanks. Missing is
        NaN or None.
    list of Fault
        ``not_a_number`` and ``out_of_range``, one a value.

    Raises
    ------
    ColumnError
        When a mapped column is not in the file, or a unit is unknown.
    """
    found = {theirs: theirs for theirs in map(str, frame.columns) if theirs in COLUMNS}
    sources = {ours: theirs for ours, theirs in found.items() if ours not in spec.columns}
    sources |= {ours: _find(frame, one, ours, name) for ours, one in spec.columns.items()}
    taken = {}
    faults: list[Fault] = []
    for ours, theirs in sources.items():
        column, mapping = COLUMNS[ours], spec.columns.get(ours)
        values = frame[theirs]
        if column.kind in {"text", "class"}:
            taken[ours] = _as_text(values)
        else:
            taken[ours], faulty = _as_number(values, column, mapping, name)
            faults += faulty
    return pd.DataFrame(taken, index=frame.index), faults


def _find(frame: pd.DataFrame, mapping: Mapping, ours: str, name: str) -> str:
    """Find a column of the file, first to the letter, then whatever its case."""
    theirs = [str(one) for one in frame.columns]
    if mapping.column in theirs:
        return mapping.column
    alike = [one for one in theirs if one.casefold() == mapping.column.casefold()]
    if len(alike) == 1:
        return alike[0]
    there = "、".join(theirs)
    raise ColumnError(
        f"[{name}] 的文件没有列“{mapping.column}”（{ours} 所指）。文件的列有：{there}。",
        f"[{name}]: the file has no column {mapping.column!r} (named for {ours}). Its columns"
        f" are: {', '.join(theirs)}.",
    )


def _as_text(values: pd.Series) -> pd.Series:
    """Give text, blanks as None; a whole number stored as a float loses its ``.0``."""
    if pd.api.types.is_float_dtype(values) and (values.dropna() % 1 == 0).all():
        values = values.astype("Int64")
    text = values.astype(object).map(_clean, na_action="ignore")
    return text.where(text.notna(), None)


def _clean(value: object) -> str | None:
    text = str(value).strip().strip("\u3000")
    return None if text.casefold() in BLANKS else text


def _as_number(
    values: pd.Series,
    column: Column,
    mapping: Mapping | None,
    name: str,
) -> tuple[pd.Series[float], list[Fault]]:
    number = values if pd.api.types.is_numeric_dtype(values) else values.map(_parse)
    number = pd.to_numeric(number, errors="coerce").astype(float)
    blank = values.isna() | values.astype(str).str.strip().str.casefold().isin(BLANKS)
    unreadable = number.isna() & ~blank
    if mapping is not None and mapping.unit is not None:
        number *= factor_to(column.unit, mapping.unit)
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    impossible = ~number.between(low, high) & number.notna() | np.isinf(number)
    faults = [
        *_faults(values[unreadable], column, name, "not_a_number"),
        *_faults(values[impossible], column, name, "out_of_range"),
    ]
    return number.mask(impossible), faults


def _parse(value: object) -> object:
    """Read a number typed with full-width digits or thousands separators."""
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFKC", value).strip().replace(",", "")


def _faults(values: pd.Series, column: Column, name: str, code: str) -> list[Fault]:
    rows: list[int] = values.index.tolist()
    return [
        Fault(name, row, "", code, Text(f"{column.label.zh} = {one}", f"{column.name} = {one}"))
        for row, one in zip(rows, values, strict=True)
    ]


def need_columns(frame: pd.DataFrame, name: str, *needed: str) -> None:
    """
    Refuse a table that lacks a column it cannot do without.

    Parameters
    ----------
    frame
        Table with our columns.
    name
        The layer's name in the project file.
    *needed
        Names of the columns.

    Raises
    ------
    ColumnError
        When one is missing, telling how to map it.
    """
    if absent := [one for one in needed if one not in frame.columns]:
        labels = "、".join(f"{one}（{COLUMNS[one].label.zh}）" for one in absent)
        raise ColumnError(
            f"[{name}] 缺少 {labels}。请在 [{name}.columns] 中写明对应的列，"
            f'例如 {absent[0]} = "文件中的列名"。',
            f"[{name}] lacks {some(absent)}. Name the file's column under [{name}.columns], such"
            f' as {absent[0]} = "their column".',
        )
