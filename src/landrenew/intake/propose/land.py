"""Which rows of a layer of land are industrial: a condition on its land classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from landrenew.base.codes.land import SCHEMES, fitting_schemes, land_use, read_land_code
from landrenew.base.words import Text, some
from landrenew.intake.propose.names import matches
from landrenew.intake.propose.values import filled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from landrenew.base.codes.land import Scheme
    from landrenew.intake.propose.look import Look

CITY_PLAN = re.compile(r"M[1-3]?(?:$|[-/(（、,+])", re.IGNORECASE)
"""Codes of GB 50137 that begin with industrial land."""

WORD = re.compile(r"工业|工業|industr", re.IGNORECASE)
NO_WORD = re.compile(r"非工业|工业大学|after industr", re.IGNORECASE)

SURVEYED, PLANNED = {"0601"}, "用地用海"
"""The class of a survey that leaves no doubt, unless it may be a rural road of a plan."""

MOST_LISTED = 8
"""Up to so many classes are listed one by one; more are told by a word in them, if they can be."""


class Rows(NamedTuple):
    """
    The rows that are industrial land.

    Parameters
    ----------
    where
        Condition for the project file; None takes all rows.
    why
        What it rests on; None where there is nothing to say.
    is_sure
        False where the user must check it.
    """

    where: str | None
    why: Text | None = None
    is_sure: bool = True


def industrial_rows(look: Look) -> Rows:
    """
    Find the condition that selects industrial land.

    Parameters
    ----------
    look
        What was seen of a layer of parcels or land-use polygons.

    Returns
    -------
    Rows
        The condition; none where every row is industrial, or nothing says which is.
    """
    named = [one for one in look.columns if any(m.column == "land_code" for m in matches(one))]
    found = {one: classes_of(look.frame[one]) for one in named}
    for column, classes in found.items():
        if classes.industrial and classes.others:
            rows = _condition(look.frame[column], column, classes)
            return rows._replace(is_sure=rows.is_sure and look.is_whole)
    if any(one.industrial for one in found.values()):
        why = Text("看过的行全部是工业用地，其余的行没有看",
                   "all rows looked at are industrial; the others were not looked at")  # fmt: skip
        return Rows(None, None if look.is_whole else why, is_sure=look.is_whole)
    if any(one.others for one in found.values()):
        why = Text(
            "地类列里没有认出工业用地，全部行都当作工业用地；需要时用 where 选取",
            "no class is known to be industrial; all rows are taken. Select with where if need be",
        )
        return Rows(None, why, is_sure=False)
    return Rows(None)


class Classes(NamedTuple):
    """
    The land classes of a column.

    Parameters
    ----------
    industrial
        Those that are industrial land, sorted.
    others
        The others, sorted.
    is_plan
        Whether they may be classes of a plan.
    """

    industrial: list[str]
    others: list[str]
    is_plan: bool


def classes_of(values: pd.Series) -> Classes:
    """
    Part the land classes of a column.

    Parameters
    ----------
    values
        Codes or names.

    Returns
    -------
    Classes
        Codes are read in the schemes that know most of them.
    """
    counts = filled(values).value_counts()
    codes = {_padded(str(one)): int(count) for one, count in counts.items()}
    schemes = fitting_schemes(codes) or SCHEMES
    industrial = sorted(str(one) for one in counts.index if is_industrial(str(one), schemes))
    return Classes(industrial, sorted({*counts.index} - {*industrial}), PLANNED in schemes)


def is_industrial(said: str, schemes: Iterable[Scheme] = SCHEMES) -> bool:
    """
    Tell whether a land class is industrial land.

    Parameters
    ----------
    said
        A code or a name.
    schemes
        Schemes that a code may be written in.

    Returns
    -------
    bool
        True where any part of it is industry; storage is none (0508 in the third survey, 0604 in
        GB/T 21010).

    Examples
    --------
    >>> [is_industrial(one) for one in ("0601", "100101/100102", "0508", "工業區", "M2")]
    [True, True, False, True, True]
    """
    codes = [part.code for part in read_land_code(_padded(said))]
    by_code = any(land_use(code, one) == "industry" for code in codes for one in schemes)
    by_word = WORD.search(said) is not None and NO_WORD.search(said) is None
    return by_code or by_word or CITY_PLAN.match(said) is not None


def _padded(said: str) -> str:
    """Give a code back the nought that a spreadsheet took."""
    return said.zfill(4) if said.isdigit() else said


def _condition(values: pd.Series, column: str, classes: Classes) -> Rows:
    industrial, others, is_plan = classes
    where = _by_word(_sql_name(column), classes) if len(industrial) > MOST_LISTED else None
    if where is None:
        is_number = pd.api.types.is_numeric_dtype(values)
        listed = [one if is_number else _sql_text(one) for one in industrial]
        is_one = f"= {listed[0]}" if len(listed) == 1 else f"IN ({', '.join(listed)})"
        where = f"{_sql_name(column)} {is_one}"
    count = int(filled(values).isin(set(industrial)).sum())
    why = Text(
        f"{len(values)} 行中 {count} 行是工业用地；另有 {some(others)}",
        f"{count} of {len(values)} rows are industrial; there are also {some(others)}",
    )
    return Rows(where, why, is_sure=set(industrial) <= SURVEYED and not is_plan)


def _by_word(name: str, classes: Classes) -> str | None:
    """Select by the words in the classes; None where that would take others or leave some out."""
    met = map(WORD.search, classes.industrial)
    words = sorted({one.group() for one in met if one is not None})
    taken = {one for every in classes[:2] for one in every if any(word in one for word in words)}
    is_right = taken == {*classes.industrial}
    return " OR ".join(f"{name} LIKE '%{word}%'" for word in words) if is_right else None


def _sql_name(column: str) -> str:
    """Write a column's name in SQL; in double quotes unless it is a plain word."""
    if re.fullmatch(r"[^\W\d]\w*", column) and column.upper() not in {"INDEX", "GROUP", "ORDER"}:
        return column
    return '"' + column.replace('"', '""') + '"'


def _sql_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
