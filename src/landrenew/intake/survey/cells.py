"""One cell of a returned survey form: whether it holds what its column asks for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from landrenew.base.codes.credit import read_credit_code
from landrenew.base.codes.industry import EDITIONS, read_industry_code
from landrenew.base.codes.land import SCHEMES, is_known
from landrenew.base.codes.parcel import parcel_code_problem
from landrenew.base.columns import WORDS
from landrenew.base.dates import whole_day
from landrenew.base.errors import ColumnError
from landrenew.base.units import factor_to
from landrenew.base.words import Text
from landrenew.intake.attributes.values import BLANK_EDGES, BLANKS, EXACT_TO

if TYPE_CHECKING:
    from collections.abc import Callable

    from landrenew.intake.survey.form import Field


class Wrong(NamedTuple):
    """
    What is wrong with one cell.

    Parameters
    ----------
    kind
        A word for machines.
    expected
        What is wanted there, for a clerk; no full stop.
    """

    kind: str
    expected: Text


class Number(NamedTuple):
    """
    A cell read as a number.

    Parameters
    ----------
    number
        The number; None where there is none.
    unit
        Unit typed beside it; None for none.
    """

    number: float | None
    unit: str | None


def is_blank(value: object) -> bool:
    """
    Tell whether a cell says that there is nothing.

    Parameters
    ----------
    value
        The cell.

    Returns
    -------
    bool
        True for an empty cell, blanks, ``-``, ``无`` and the like.
    """
    return value is None or (isinstance(value, str) and said(value).casefold() in BLANKS)


def said(value: object) -> str:
    """
    Write a cell as a clerk sees it.

    Parameters
    ----------
    value
        The cell.

    Returns
    -------
    str
        Its text, without surrounding blanks; a whole number without ``.0``.
    """
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip(BLANK_EDGES)


def wrong_word(value: object, field: Field) -> Wrong | None:
    """
    Check a cell that is chosen from a list.

    Parameters
    ----------
    value
        The cell, not blank.
    field
        Its column of the form.

    Returns
    -------
    Wrong or None
        None when it is one of the words, or what planners write for one.
    """
    words = WORDS[field.name]
    known = {*words, *(one for others in words.values() for one in others)}
    if said(value) in known:
        return None
    listed = "、".join(field.words)
    return Wrong("unknown_word", Text(f"应从下拉框选：{listed}", f"choose from the list: {listed}"))


def wrong_number(value: object, read: Number, field: Field) -> Wrong | None:
    """
    Check a cell that holds a number.

    Parameters
    ----------
    value
        The cell, not blank.
    read
        What it says in numbers.
    field
        Its column of the form.

    Returns
    -------
    Wrong or None
        None when it is a number in the unit of the form that can be true.
    """
    unit = Text(f"，单位是{field.unit}", f" in {field.unit}") if field.unit else Text("", "")
    if read.number is None or isinstance(value, dt.date):
        return Wrong("not_a_number", Text(f"应填数字{unit.zh}", f"a number{unit.en} is wanted"))
    if read.unit is not None:
        return _with_unit(read.number, read.unit, field)
    low, high = field.bounds
    if low is not None and read.number < low:
        return Wrong("out_of_range", Text(f"不能小于 {low:g}", f"it cannot be below {low:g}"))
    if high is not None and read.number > high:
        return Wrong("out_of_range", Text(f"不能大于 {high:g}", f"it cannot be above {high:g}"))
    if field.fill == "whole" and not read.number.is_integer():
        return Wrong("not_whole", Text("应填整数", "a whole number is wanted"))
    return None


def _with_unit(number: float, unit: str, field: Field) -> Wrong:
    try:
        given, ours = (factor_to(field.column.unit, one) for one in (unit, field.unit))
    except ColumnError:
        return Wrong(
            "unit_in_cell",
            Text("只填数字，不写文字和单位", "write the number alone, without words or units"),
        )
    if given == ours:
        return Wrong(
            "unit_in_cell",
            Text(f"只填数字 {number:g}，不写单位", f"write {number:g} alone, without a unit"),
        )
    right = number * given / ours
    return Wrong(
        "wrong_unit",
        Text(
            f"本栏单位是{field.unit}，应换算为 {right:.6g}",
            f"the unit here is {field.unit}: write {right:.6g}",
        ),
    )


def read_date(value: object) -> dt.date | None:
    """
    Read a date as offices write it.

    Parameters
    ----------
    value
        A date cell, or text such as ``2026-06-30``, ``2026.6.30`` and ``2026年6月30日``.

    Returns
    -------
    date or None
        None when it is no date of the calendar, or no whole one.

    Examples
    --------
    >>> read_date("2026年6月30日")
    datetime.date(2026, 6, 30)
    >>> read_date("2026.13.40") is None
    True
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    return whole_day(said(value))


def wrong_date(value: object) -> Wrong | None:
    """
    Check a cell that holds a date.

    Parameters
    ----------
    value
        The cell, not blank.

    Returns
    -------
    Wrong or None
        None when it is a date.
    """
    if read_date(value) is not None:
        return None
    return Wrong(
        "bad_date", Text("应填日期，例如 2026-06-30", "a date is wanted, such as 2026-06-30")
    )


def wrong_code(value: object, field: Field) -> Wrong | None:
    """
    Check a cell that holds a code by the code's own rules.

    Parameters
    ----------
    value
        The cell, not blank.
    field
        Its column of the form.

    Returns
    -------
    Wrong or None
        None when the code can be right.
    """
    if isinstance(value, float | int) and abs(value) >= EXACT_TO:
        return Wrong(
            "digits_lost",
            Text(
                "表格软件把它存成了数字，末几位已经丢失；应先把单元格设为文本再重新填写",
                "the spreadsheet stored it as a number and lost the last digits; make the cell"
                " text and type it again",
            ),
        )
    return CODES[field.name](said(value))


def _parcel(text: str) -> Wrong | None:
    problem = parcel_code_problem(text)
    return None if problem is None else Wrong("parcel_code", problem)


def _firm(text: str) -> Wrong | None:
    read = read_credit_code(text)
    if read.kind == "wrong":
        zh = f"，是否为 {read.suggestion}" if read.suggestion else ""
        en = f"; is it {read.suggestion}?" if read.suggestion else ""
        return Wrong(
            "credit_code",
            Text(
                f"校验位不对，应核对营业执照{zh}",
                f"its check character is wrong; see the licence{en}",
            ),
        )
    if read.kind == "other":
        return Wrong(
            "credit_code",
            Text("应为 18 位统一社会信用代码", "a credit code of 18 characters is wanted"),
        )
    return None


def _land(text: str) -> Wrong | None:
    if any(is_known(text, scheme) for scheme in SCHEMES):
        return None
    return Wrong(
        "land_code",
        Text(
            "不是地类或用地用海编码，例如 0601、100101", "no land-use code, such as 0601 or 100101"
        ),
    )


def _industry(text: str) -> Wrong | None:
    if any(read_industry_code(text, edition) is not None for edition in EDITIONS):
        return None
    return Wrong(
        "industry_code",
        Text("不是国民经济行业代码，例如 3311", "no industry code of GB/T 4754, such as 3311"),
    )


CODES: dict[str, Callable[[str], Wrong | None]] = {
    "parcel_id": _parcel,
    "firm_id": _firm,
    "land_code": _land,
    "industry_code": _industry,
}
"""How the code of each column is checked."""
