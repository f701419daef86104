"""Grades: by rank within the pool, with the rulebook's rounding and tie rule, or by bars."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
import pandas as pd

from landrenew.base.exact import COMPARED
from landrenew.rules.grading import BarGrades

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from landrenew.rules.grading import Grades, RankGrades, Rounding, Ties

    Word = TypeVar("Word", bound=str)

ROUND: dict[Rounding, Callable[[float], int]] = {
    "down": math.floor, "nearest": lambda size: math.floor(size + 0.5), "up": math.ceil,
}  # fmt: skip
METHODS: dict[Ties, Literal["min", "max"]] = {"better": "min", "worse": "max"}
"""How equal scores are ranked."""


def grade_bounds(size: int, grades: RankGrades, rounding: Rounding) -> list[int]:
    """
    Give the last rank of each grade.

    Parameters
    ----------
    size
        Number of rows in the pool.
    grades
        The rulebook's grades.
    rounding
        How a bound becomes a whole number of rows.

    Returns
    -------
    list of int
        One bound a grade, best first; the last is ``size``. Where a bound falls on a row, a grade
        that does not include it (不含) ends before that row.

    Examples
    --------
    >>> from landrenew.rules.grading import RankGrades
    >>> rule = RankGrades.model_validate({"document": "d", "source": "s", "confidence": "user",
    ...     "form": "rank", "exempt": "T",
    ...     "classes": [{"grade": "A", "up_to": 0.2}, {"grade": "D", "up_to": 1.0}]})
    >>> grade_bounds(39, rule, "nearest"), grade_bounds(39, rule, "down")
    ([8, 39], [7, 39])
    """
    rounded = ROUND[rounding]
    bounds = []
    for one in grades.classes:
        exact = round(one.up_to * size, COMPARED)
        falls_on_a_row = exact == int(exact) and not one.is_inclusive
        bounds.append(int(rounded(exact)) - falls_on_a_row)
    return bounds


def efficiency_grade(scored: pd.DataFrame, grades: Grades) -> pd.Series[str]:
    """
    Grade rows by their score.

    Parameters
    ----------
    scored
        ``efficiency_score`` and ``pool``; ``exempt_reason`` and ``veto_reason`` where some rows are
        not graded, or graded whatever their score.
    grades
        The rulebook's grades.

    Returns
    -------
    Series
        ``efficiency_grade``, same index; the exempt letter where a reason is given, else the
        veto's where one is, None where the score or the pool is missing, or where the grade hangs
        on a rounding or a tie rule that the rulebook does not state.

    Notes
    -----
    By rank, exempt rows and rows without a score do not count, vetoed ones as the rulebook says.
    Equal scores take the same grade, the better or the worse as the rulebook says; row order never
    matters. By bars, no row matters to another.
    """
    is_exempt = _has(scored, "exempt_reason")
    is_vetoed = _has(scored, "veto_reason") & ~is_exempt
    rows = scored[is_compared(scored, grades)]
    letters = np.array(grades.letters, dtype=object)
    made = pd.Series([None] * len(scored), scored.index, dtype=object, name="efficiency_grade")
    if isinstance(grades, BarGrades):
        made.loc[rows.index] = letters[_below_bars(rows["efficiency_score"], grades)]
    else:
        for _, pool in rows.groupby("pool"):
            made.loc[pool.index] = _by_rank(pool["efficiency_score"], grades)
    if grades.veto is not None:
        made = made.mask(is_vetoed, grades.veto.grade)
    return made.mask(is_exempt, grades.exempt)


def is_compared(scored: pd.DataFrame, grades: Grades) -> pd.Series[bool]:
    """
    Tell which rows take a place in the ranking of their pool, or are held against the bars.

    Parameters
    ----------
    scored
        As for :func:`efficiency_grade`.
    grades
        The rulebook's grades.

    Returns
    -------
    Series
        Truth values, same index: neither exempt nor without a score, nor vetoed where the rulebook
        says that such rows are not ranked.
    """
    counts = scored["efficiency_score"].notna() & scored["pool"].notna()
    counts &= ~_has(scored, "exempt_reason")
    if grades.veto is not None and not grades.veto.is_ranked:
        counts &= ~_has(scored, "veto_reason")
    return counts


def _has(scored: pd.DataFrame, reason: str) -> pd.Series[bool]:
    nothing = pd.Series(None, scored.index, dtype=object)
    return scored.get(reason, nothing).notna()


def _by_rank(scores: pd.Series[float], grades: RankGrades) -> NDArray[np.object_]:
    """Give the grade of each row: one that all rules give which the rulebook leaves open."""
    exact, letters = scores.round(COMPARED), np.array(grades.letters, dtype=object)
    found = []
    for ties, rounding in product(stated(grades.ties, METHODS), stated(grades.rounding, ROUND)):
        rank = exact.rank(ascending=False, method=METHODS[ties])
        bounds = grade_bounds(len(scores), grades, rounding)
        found.append(letters[np.searchsorted(bounds, rank, side="left")])
    agree = np.all([one == found[0] for one in found], axis=0)
    settled: NDArray[np.object_] = found[0].copy()
    settled[~agree] = None
    return settled


def stated(rule: Word | None, every: Mapping[Word, object]) -> list[Word]:
    """
    Give the rule of a document, or every rule it may mean where it is silent.

    Parameters
    ----------
    rule
        What the rulebook says, or None.
    every
        All that it could say.

    Returns
    -------
    list
        One word, or all of them.
    """
    return list(every) if rule is None else [rule]


def _below_bars(scores: pd.Series[float], grades: BarGrades) -> NDArray[np.intp]:
    """Count the bars that each row does not reach."""
    exact = scores.round(COMPARED).to_numpy()
    upper = grades.classes[:-1]
    reached = [exact > one.bar if one.at_least is None else exact >= one.bar for one in upper]
    return np.asarray(len(upper) - np.sum(reached, axis=0), dtype=np.intp)
