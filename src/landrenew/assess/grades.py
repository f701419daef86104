"""Grades by rank within the pool, with the rulebook's rounding and tie rule."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from landrenew.rules.grading import Grades

ROUND = {"down": math.floor, "nearest": lambda size: math.floor(size + 0.5), "up": math.ceil}
EXACT = 9
"""Digits kept of scores, and of share times count before rounding: 0.2 x 5 is 1, no bit more."""


def grade_bounds(size: int, grades: Grades) -> list[int]:
    """
    Give the last rank of each grade.

    Parameters
    ----------
    size
        Number of rows in the pool.
    grades
        The rulebook's grades.

    Returns
    -------
    list of int
        One bound a grade, best first; the last is ``size``.

    Examples
    --------
    >>> from landrenew.rules.grading import GradeClass, Grades
    >>> rule = Grades(document="d", source="s", confidence="user", rounding="nearest",
    ...     ties="better", exempt="T", classes=(GradeClass(grade="A", up_to=0.2),
    ...     GradeClass(grade="D", up_to=1)))
    >>> grade_bounds(39, rule)
    [8, 39]
    """
    rounded = ROUND[grades.rounding]
    return [int(rounded(round(one.up_to * size, EXACT))) for one in grades.classes]


def efficiency_grade(scored: pd.DataFrame, grades: Grades) -> pd.Series[str]:
    """
    Grade rows by the rank of their score within their pool.

    Parameters
    ----------
    scored
        ``efficiency_score`` and ``pool``; ``exempt_reason`` where some rows are not graded.
    grades
        The rulebook's grades.

    Returns
    -------
    Series
        ``efficiency_grade``, same index; the exempt letter where a reason is given, None where
        the score is missing.

    Notes
    -----
    Exempt rows and rows without a score do not count in the ranking. Equal scores take the same
    grade, the better or the worse as the rulebook says; row order never matters.
    """
    nothing = pd.Series([None] * len(scored), scored.index, dtype=object)
    is_exempt = scored.get("exempt_reason", nothing).notna()
    made = nothing.rename("efficiency_grade")
    ranked = scored[~is_exempt & scored["efficiency_score"].notna()]
    method: Literal["min", "max"] = "min" if grades.ties == "better" else "max"
    letters = np.array([one.grade for one in grades.classes], dtype=object)
    for _, rows in ranked.groupby("pool"):
        rank = rows["efficiency_score"].round(EXACT).rank(ascending=False, method=method)
        bounds = grade_bounds(len(rows), grades)
        made.loc[rows.index] = letters[np.searchsorted(bounds, rank, side="left")]
    return made.mask(is_exempt, grades.exempt)
