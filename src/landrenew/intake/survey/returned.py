"""Check a returned survey form cell by cell, in words a clerk understands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl.utils import get_column_letter, range_boundaries

from landrenew.base.words import Text
from landrenew.intake.attributes.values import read_numbers
from landrenew.intake.survey.cells import (
    Number,
    Wrong,
    is_blank,
    said,
    wrong_code,
    wrong_date,
    wrong_number,
    wrong_word,
)
from landrenew.intake.survey.form import FORM, NOT_KNOWN, Field, plain_heading
from landrenew.intake.survey.rows import find_doubts
from landrenew.intake.survey.sheet import ReturnedForm, read_returned
from landrenew.intake.totals.rank import rank

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from landrenew.base.words import Lang

NEVER_UNKNOWN = {"town", "parcel_id"}
"""Columns in which the mark for not known does not do."""

RULES = {
    "text": lambda _value, _field: None,
    "choice": wrong_word,
    "date": lambda value, _field: wrong_date(value),
    "code": wrong_code,
}
"""How a cell is checked, by how its column is filled in; numbers are read as a column."""

FIELDS = {one.name: one for one in FORM}
SHOWN_LENGTH = 40


@dataclass(frozen=True)
class Remark:
    """
    One thing to mend in a returned form.

    Parameters
    ----------
    row
        Row of the sheet; 0 for the whole form.
    column
        Column number; 0 for the whole row.
    cell
        Address such as ``F12``, a range, or the number of a row; empty for the whole form.
    kind
        A word for machines.
    text
        What stands there and what is wanted.
    """

    row: int
    column: int
    cell: str
    kind: str
    text: Text


def check_returned(path: str | Path) -> tuple[ReturnedForm, list[Remark]]:
    """
    Check a returned survey form; change nothing.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    ReturnedForm
        The form as it was found.
    list of Remark
        What must be mended, from the top down and from left to right.

    Raises
    ------
    FileError
        When the file is no workbook, or holds no survey form.
    """
    form = read_returned(path)
    totals = [row for row in form.rows if _is_totals_row(form, row)]
    rows = [row for row in form.rows if row not in totals]
    numbers = _numbers(form)
    found = [*_headings(form), *_layout(form), *_totals_rows(totals)]
    true: dict[tuple[int, str], float] = {}
    for row in rows:
        for field in (one for one in FORM if one.name in form.columns):
            wrong = _wrong(form, row, field, numbers)
            at = (row, field.name)
            if wrong is not None:
                found.append(_remark(form, *at, wrong))
            elif at in numbers and (number := numbers[at].number) is not None:
                true[at] = number
    found += [
        _remark(form, one.row, one.name, Wrong(one.kind, one.said))
        for one in find_doubts(form, rows, true)
    ]
    return form, sorted(found, key=lambda one: (one.row, one.column, one.kind))


def _numbers(form: ReturnedForm) -> dict[tuple[int, str], Number]:
    """Read the columns of numbers, each as a whole."""
    found: dict[tuple[int, str], Number] = {}
    for field in (one for one in FORM if one.fill in {"number", "whole"}):
        cells = {row: form.cells.get((row, field.name)) for row in form.rows}
        read = read_numbers(pd.Series(cells, dtype=object))
        for row, number, unit in zip(cells, read.number, read.unit, strict=True):
            found[row, field.name] = Number(_or_none(number), _text_or_none(unit))
    return found


def _or_none(number: float) -> float | None:
    return None if math.isnan(number) else float(number)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _headings(form: ReturnedForm) -> Iterator[Remark]:
    at, row = {column: name for name, column in form.columns.items()}, form.heading_row
    for field in FORM:
        column = form.columns.get(field.name)
        if column is None:
            yield Remark(
                row,
                0,
                str(row),
                "heading_removed",
                Text(
                    f"第 {row} 行标题缺少“{field.title}”一栏；请恢复下发时的栏目",
                    f"row {row}: the column {field.title!r} is gone; restore it",
                ),
            )
        elif plain_heading(form.headings[column]) != plain_heading(field.title):
            cell = f"{get_column_letter(column)}{row}"
            yield Remark(
                row,
                column,
                cell,
                "heading_changed",
                Text(
                    f"{cell} 标题被改为“{_short(form.headings[column])}”；应为“{field.title}”",
                    f"{cell}: the heading was changed to {_short(form.headings[column])!r}; it must"
                    f" be {field.title!r}",
                ),
            )
    for column, heading in form.headings.items():
        if column not in at:
            cell = f"{get_column_letter(column)}{row}"
            yield Remark(
                row,
                column,
                cell,
                "heading_added",
                Text(
                    f"{cell} 多出“{_short(heading)}”一栏；表中没有这一栏，请删去或另附",
                    f"{cell}: the form has no column {_short(heading)!r}; take it out",
                ),
            )
    order = [form.columns[one.name] for one in FORM if one.name in form.columns]
    moved = next((b for a, b in pairwise(order) if b < a), None)
    if moved is not None:
        cell = f"{get_column_letter(moved)}{row}"
        yield Remark(
            row,
            moved,
            cell,
            "heading_moved",
            Text(
                f"{cell} 栏目次序变了（“{_short(form.headings[moved])}”）；请恢复下发时的次序",
                f"{cell}: the order of the columns changed ({_short(form.headings[moved])!r});"
                " restore it",
            ),
        )


def _layout(form: ReturnedForm) -> Iterator[Remark]:
    if not form.rows:
        nothing = Text("表中没有填写任何宗地；请填写后交来", "the form holds no parcel; fill it in")
        yield Remark(0, 0, "", "empty", nothing)
    for before, after in pairwise((form.heading_row, *form.rows)):
        if after > before + 1:
            rows = f"{before + 1}" if after == before + 2 else f"{before + 1}–{after - 1}"
            yield Remark(
                before + 1,
                0,
                rows,
                "blank_rows",
                Text(
                    f"第 {rows} 行是空行，其后第 {after} 行还有数据；请删去空行",
                    f"row {rows} is empty and row {after} below is not; delete the empty rows",
                ),
            )
    for area in form.merged:
        left, top, _, _ = range_boundaries(area)
        yield Remark(
            int(top or 0),
            int(left or 0),
            area,
            "merged",
            Text(
                f"{area} 是合并单元格；请取消合并，每行各填各的",
                f"{area} is merged; unmerge it and fill in each row",
            ),
        )


def _is_totals_row(form: ReturnedForm, row: int) -> bool:
    names = ("town", "parcel_id", "owner", "address", "firm_name")
    held = (form.cells.get((row, name)) for name in names)
    return any(isinstance(one, str) and rank(one) > 0 for one in held)


def _totals_rows(rows: Sequence[int]) -> Iterator[Remark]:
    for row in rows:
        yield Remark(
            row,
            0,
            str(row),
            "totals_row",
            Text(
                f"第 {row} 行是合计行；请删去，合计由程序计算",
                f"row {row} is a total; delete it, totals are computed",
            ),
        )


def _wrong(
    form: ReturnedForm, row: int, field: Field, numbers: Mapping[tuple[int, str], Number]
) -> Wrong | None:
    at = (row, field.name)
    value = form.cells.get(at)
    if at in form.uncomputed:
        return Wrong(
            "formula",
            Text(
                "是没有算出结果的公式，应直接填数值",
                "holds a formula without a value; type the value",
            ),
        )
    if is_blank(value):
        return _missing(value, field)
    if field.name == "town":
        return _other_town(form, said(value))
    if field.unless and said(value) == field.unless:
        return None
    if field.fill in {"number", "whole"}:
        return wrong_number(value, numbers[at], field)
    is_handed_out = field.name == "parcel_id" and said(value) in form.handed_out
    return None if is_handed_out else RULES[field.fill](value, field)


def _missing(value: object, field: Field) -> Wrong | None:
    is_left_empty = value is None or not said(value)
    if not field.required or not (is_left_empty or field.name in NEVER_UNKNOWN):
        return None
    if not is_left_empty:
        return Wrong("missing", Text("本栏必须填写实际的值", "this cannot be left unknown"))
    if field.name in NEVER_UNKNOWN:
        return Wrong("missing", Text("是空的，必须填写", "is empty and must be filled in"))
    return Wrong(
        "missing",
        Text(
            f"是空的；必须填写，确实不掌握的填“{NOT_KNOWN}”",
            f"is empty; fill it in, or write {NOT_KNOWN} where it cannot be known",
        ),
    )


def _other_town(form: ReturnedForm, town: str) -> Wrong | None:
    if not form.town or town == form.town:
        return None
    return Wrong(
        "other_town",
        Text(
            f"本表是{form.town}的，其他镇街另填一表",
            f"this form is of {form.town}; another town has its own",
        ),
    )


def _remark(form: ReturnedForm, row: int, name: str, wrong: Wrong) -> Remark:
    field = FIELDS[name]
    if row == 0:
        return Remark(0, 0, "", wrong.kind, wrong.expected)
    cell, value = form.address(row, name), form.cells.get((row, name))
    stands = "" if value is None else _short(said(value))
    zh = f"填的是“{stands}”，{wrong.expected.zh}" if stands else wrong.expected.zh
    en = f"holds {stands!r}; {wrong.expected.en}" if stands else wrong.expected.en
    column = form.columns.get(name, 0)
    text = Text(f"{cell} {field.heading}：{zh}", f"{cell} {field.heading}: {en}")
    return Remark(row, column, cell, wrong.kind, text)


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= SHOWN_LENGTH else f"{plain[:SHOWN_LENGTH]}…"


def remarks_words(remarks: Sequence[Remark], lang: Lang) -> str:
    """
    Say what must be mended, a line for each.

    Parameters
    ----------
    remarks
        The remarks on a form.
    lang
        Language.

    Returns
    -------
    str
        The lines; empty when there is nothing to mend.
    """
    end = "。" if lang == "zh" else "."
    return "\n".join(f"{one.text.say(lang)}{end}" for one in remarks)


def remarks_total(form: ReturnedForm, remarks: Sequence[Remark]) -> Text:
    """
    Say how much was checked and how much must be mended.

    Parameters
    ----------
    form
        The form.
    remarks
        The remarks on it.

    Returns
    -------
    Text
        One sentence.
    """
    rows = len(form.rows)
    if not remarks:
        return Text(f"排摸表 {rows} 行，没有发现问题。", f"{rows} rows of the survey, no faults.")
    count = len(remarks)
    return Text(
        f"排摸表 {rows} 行，有 {count} 处需要改正。请改后重新交来。",
        f"{rows} rows of the survey, {count} things to mend. Mend them and return the form again.",
    )
