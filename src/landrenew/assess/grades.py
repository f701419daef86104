"""Grades: by rank within the pool, with the rulebook's rounding and tie rule, or by bars."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
import pandas as pd

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

EXACT = 9
"""Digits kept of scores, and of share times count before rounding: 0.2 x 5 is 1, no bit more."""


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
        exact = round(one.up_to * size, EXACT)
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
    nothing = pd.Series([None] * len(scored), scored.index, dtype=object)
    is_exempt = scored.get("exempt_reason", nothing).notna()
    is_vetoed = scored.get("veto_reason", nothing).notna() & ~is_exempt
    counts = ~is_exempt & scored["efficiency_score"].notna() & scored["pool"].notna()
    if grades.veto is not None and not grades.veto.is_ranked:
        counts &= ~is_vetoed
    rows = scored[counts]
    letters = np.array(grades.letters, dtype=object)
    made = nothing.rename("efficiency_grade")
    if isinstance(grades, BarGrades):
        made.loc[rows.index] = letters[_below_bars(rows["efficiency_score"], grades)]
    else:
        for _, pool in rows.groupby("pool"):
            made.loc[pool.index] = _by_rank(pool["efficiency_score"], grades)
    if grades.veto is not None:
        made = made.mask(is_vetoed, grades.veto.grade)
    return made.mask(is_exempt, grades.exempt)


def _by_rank(scores: pd.Series[float], grades: RankGrades) -> NDArray[np.object_]:
    """Give the grade of each row: one that all rules give which the rulebook leaves open."""
    exact, letters = scores.round(EXACT), np.array(grades.letters, dtype=object)
    found = []
    for ties, rounding in product(_stated(grades.ties, METHODS), _stated(grades.rounding, ROUND)):
        rank = exact.rank(ascending=False, method=METHODS[ties])
        bounds = grade_bounds(len(scores), grades, rounding)
        found.append(letters[np.searchsorted(bounds, rank, side="left")])
    agree = np.all([one == found[0] for one in found], axis=0)
    settled: NDArray[np.object_] = found[0].copy()
    settled[~agree] = None
    return settled


def _stated(rule: Word | None, every: Mapping[Word, object]) -> list[Word]:
    return list(every) if rule is None else [rule]


def _below_bars(scores: pd.Series[float], grades: BarGrades) -> NDArray[np.intp]:
    """Count the bars that each row does not reach."""
    exact = scores.round(EXACT).to_numpy()
    upper = grades.classes[:-1]
    reached = [exact > one.bar if one.at_least is None else exact >= one.bar for one in upper]
    return np.asarray(len(upper) - np.sum(reached, axis=0), dtype=np.intp)
