"""Turn a file's own columns into ours: names, units, numbers, text, ids.

A value that cannot be understood or cannot be true becomes missing, and a fault says so.
"""

from __future__ import annotations

import re
import unicodedata
from numbers import Real
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.columns import COLUMNS, WORDS, Column
from landrenew.base.errors import ColumnError
from landrenew.base.units import factor_to
from landrenew.base.words import Text, some
from landrenew.intake.faults import Fault
from landrenew.intake.project import Mapping

if TYPE_CHECKING:
    from landrenew.intake.project import Layer

BLANKS = {"", "-", "--", "—", "——", "/", "无", "null", "none", "nan", "n/a", "#n/a", "<null>"}
"""What tables write for "missing", in lower case."""

THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
"""A comma within a number, as in 1,234 and 1,2345; the one in 1,5 is something else."""

INVISIBLE = "\ufeff\u200b"
"""Marks without width that spreadsheets leave around a text."""


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
        NaN or None. A column of the parcels that bears our name for something we measure is taken
        only where the project file asks for it.
    list of Fault
        ``not_a_number``, ``out_of_range`` and ``unknown_word``, one a value.

    Raises
    ------
    ColumnError
        When a mapped column is not in the file, or a unit is unknown.
    """
    ours_by_name = [one for one in map(str, frame.columns) if one in COLUMNS]
    found = {
        one: Mapping(column=one)
        for one in ours_by_name
        if COLUMNS[one].role == "given" or name != "parcels"
    }
    taken: dict[str, pd.Series] = {}
    faults: list[Fault] = []
    for ours, mapping in (found | spec.columns).items():
        column = COLUMNS[ours]
        values = frame[_find(frame, mapping, ours, name)]
        if ours in WORDS:
            taken[ours], faulty = _as_word(values, column, name)
            faults += faulty
        elif column.kind in {"text", "class"}:
            taken[ours] = _as_text(values)
        else:
            taken[ours], faulty = _as_number(values, column, mapping, name)
            faults += faulty
    return pd.DataFrame(taken, index=frame.index), faults


def _find(frame: pd.DataFrame, mapping: Mapping, ours: str, name: str) -> str:
    """Find a column of the file, first to the letter, then whatever its case and blanks."""
    theirs = [str(one) for one in frame.columns]
    if theirs.count(mapping.column) == 1:
        return mapping.column
    wanted = mapping.column.strip().casefold()
    alike = [one for one in theirs if one.strip().casefold() == wanted]
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


def _as_word(values: pd.Series, column: Column, name: str) -> tuple[pd.Series[str], list[Fault]]:
    """Give one of the few words a class column knows; any other is missing, and a fault."""
    known = {word: word for word in WORDS[column.name]}
    known |= {said: word for word, others in WORDS[column.name].items() for said in others}
    text = _as_text(values)
    words = text.map(known, na_action="ignore").astype(object)
    words = words.where(words.notna(), None)
    unknown = text.notna() & words.isna()
    return words, _faults(values[unknown], column, name, "unknown_word")


def _clean(value: object) -> str | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip().strip(INVISIBLE).strip()
    return None if text.casefold() in BLANKS else text


def _as_number(
    values: pd.Series,
    column: Column,
    mapping: Mapping,
    name: str,
) -> tuple[pd.Series[float], list[Fault]]:
    is_plain = pd.api.types.is_numeric_dtype(values)
    number = values if is_plain else values.astype(object).map(_parse).astype(object)
    number = pd.to_numeric(number, errors="coerce").astype(float)
    blank = values.isna() | values.astype(str).str.strip().str.casefold().isin(BLANKS)
    unreadable = number.isna() & ~blank
    if mapping.unit is not None:
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
    """Read a number typed with full-width digits or thousands separators; a date is none."""
    if isinstance(value, str):
        return THOUSANDS.sub("", unicodedata.normalize("NFKC", value).strip())
    return value if isinstance(value, Real) else None


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
