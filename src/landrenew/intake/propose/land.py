"""Which rows of a layer of land are industrial: a condition on its land classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from landrenew.base.words import Text, some
from landrenew.intake.propose.names import matches
from landrenew.intake.propose.values import filled

if TYPE_CHECKING:
    from landrenew.intake.propose.look import Look

CODE = re.compile(r"(?:0601|1001(?:\d\d){0,2}v?|M[1-3]?)(?:$|[-/(（、,+])", re.IGNORECASE)
"""Codes that begin with industrial land: 三调 0601, 用地用海 1001 and below it, GB 50137 M."""

WORD = re.compile(r"工业|工業|industr", re.IGNORECASE)
NO_WORD = re.compile(r"非工业|工业大学|after industr", re.IGNORECASE)

PLAIN_CODES = {"0601"}
"""Classes that leave no doubt."""

MOST_LISTED = 8
"""Up to so many classes are listed one by one; more become a pattern."""


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
    classes = [one for one in look.columns if any(m.column == "land_code" for m in matches(one))]
    found = [(one, *_split(look.frame[one])) for one in classes]
    for column, industrial, others in found:
        if industrial and others:
            rows = _condition(look.frame[column], column, industrial, others)
            return rows._replace(is_sure=rows.is_sure and look.is_whole)
    if any(industrial for _, industrial, _ in found):
        why = Text("看过的行全部是工业用地，其余的行没有看",
                   "all rows looked at are industrial; the others were not looked at")  # fmt: skip
        return Rows(None, None if look.is_whole else why, is_sure=look.is_whole)
    if any(others for _, _, others in found):
        why = Text(
            "地类列里没有认出工业用地，全部行都当作工业用地；需要时用 where 选取",
            "no class is known to be industrial; all rows are taken. Select with where if need be",
        )
        return Rows(None, why, is_sure=False)
    return Rows(None)


def _split(values: pd.Series) -> tuple[list[str], list[str]]:
    """Part the classes of a column into industrial ones and others, each sorted."""
    classes = sorted(filled(values).unique())
    industrial = [one for one in classes if is_industrial(one)]
    return industrial, [one for one in classes if one not in set(industrial)]


def is_industrial(said: str) -> bool:
    """
    Tell whether a land class is industrial land.

    Parameters
    ----------
    said
        A code or a name.

    Returns
    -------
    bool
        True for industry; storage is none (0508 in the third survey, 0604 in GB/T 21010).

    Examples
    --------
    >>> [is_industrial(one) for one in ("0601", "100101/100102", "0508", "工業區", "M2")]
    [True, True, False, True, True]
    """
    by_code = CODE.match(said.zfill(4) if said.isdigit() else said) is not None
    return by_code or (WORD.search(said) is not None and NO_WORD.search(said) is None)


def _condition(values: pd.Series, column: str, industrial: list[str], others: list[str]) -> Rows:
    name = _sql_name(column)
    is_number = pd.api.types.is_numeric_dtype(values)
    if len(industrial) <= MOST_LISTED:
        listed = [one if is_number else _sql_text(one) for one in industrial]
        where = f"{name} = {listed[0]}" if len(listed) == 1 else f"{name} IN ({', '.join(listed)})"
    elif all(WORD.search(one) for one in industrial):
        where = " OR ".join(f"{name} LIKE '%{word}%'" for word in _words(industrial))
    else:
        where = f"{name} REGEXP '^(0601|1001|M[1-3])'"
    count = int(filled(values).isin(set(industrial)).sum())
    why = Text(
        f"{len(values)} 行中 {count} 行是工业用地；另有 {some(others)}",
        f"{count} of {len(values)} rows are industrial; there are also {some(others)}",
    )
    return Rows(where, why, is_sure=set(industrial) <= PLAIN_CODES)


def _words(industrial: list[str]) -> list[str]:
    met = (WORD.search(one) for one in industrial)
    return sorted({one.group() for one in met if one is not None})


def _sql_name(column: str) -> str:
    """Write a column's name in SQL; in double quotes unless it is a plain word."""
    if re.fullmatch(r"[^\W\d]\w*", column) and column.upper() not in {"INDEX", "GROUP", "ORDER"}:
        return column
    return '"' + column.replace('"', '""') + '"'


def _sql_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
