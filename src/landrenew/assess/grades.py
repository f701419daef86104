"""Grades: by rank within the pool, with the rulebook's rounding and tie rule, or by bars."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pandas as pd

from landrenew.base.exact import COMPARED
from landrenew.rules.grading import BarGrades

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from landrenew.rules.grading import Grades, RankGrades, Rounding, Ties

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Word = TypeVar("Word", bound=str)

ROUND: dict[Rounding, Callable[[float], int]] = {
    "down": math.floor, "nearest": lambda size: math.floor(size + 0.5), "up": math.ceil,
}  # fmt: skip
TIES: tuple[Ties, ...] = ("better", "worse")
"""Which rank equal scores may take."""

OPEN = -1
"""Code of no grade."""


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
    is_exempt, is_vetoed = _flags(scored)
    codes = grade_codes(_scores(scored), _pools(scored), is_exempt, is_vetoed, grades)
    words = np.array([*grade_words(grades), None], dtype=object)
    return pd.Series(words[codes], scored.index, dtype=object, name="efficiency_grade")


def grade_words(grades: Grades) -> list[str]:
    """
    List what :func:`grade_codes` numbers.

    Parameters
    ----------
    grades
        The rulebook's grades.

    Returns
    -------
    list of str
        The letters from best to worst, and the one for those that are not graded.
    """
    return [*grades.letters, grades.exempt]


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
    flags = _compared(_scores(scored), _pools(scored), *_flags(scored), grades)
    return pd.Series(flags, scored.index)


def _scores(scored: pd.DataFrame) -> Numbers:
    return scored["efficiency_score"].to_numpy(dtype=float, na_value=np.nan)


def _pools(scored: pd.DataFrame) -> NDArray[np.intp]:
    return pd.factorize(scored["pool"])[0]


def _flags(scored: pd.DataFrame) -> tuple[Flags, Flags]:
    """Tell which rows are exempt, and which are vetoed."""
    nothing = pd.Series(None, scored.index, dtype=object)
    exempt, veto = (scored.get(name, nothing).notna().to_numpy()
                    for name in ("exempt_reason", "veto_reason"))  # fmt: skip
    return exempt, veto & ~exempt


def _compared(
    score: Numbers, pool: NDArray[np.integer], is_exempt: Flags, is_vetoed: Flags, grades: Grades
) -> Flags:
    counts = ~is_exempt & ~np.isnan(score) & (pool >= 0)
    if grades.veto is not None and not grades.veto.is_ranked:
        counts &= ~is_vetoed
    return counts


def grade_codes(
    score: Numbers, pool: NDArray[np.integer], is_exempt: Flags, is_vetoed: Flags, grades: Grades
) -> NDArray[np.int8]:
    """
    Grade rows that lie in arrays; the published grades and those of every draw are made here.

    Parameters
    ----------
    score
        Shape (n,): NaN where there is none.
    pool
        Shape (n,): number of the pool, -1 where there is none.
    is_exempt
        Shape (n,): rows that are not graded.
    is_vetoed
        Shape (n,): rows graded whatever their score, where the rulebook knows a veto.
    grades
        The rulebook's grades.

    Returns
    -------
    ndarray of int8
        Shape (n,): place in :func:`grade_words`, -1 where there is no grade.
    """
    counts = _compared(score, pool, is_exempt, is_vetoed, grades)
    codes = np.full(len(score), OPEN, dtype=np.int8)
    if isinstance(grades, BarGrades):
        codes[counts] = _below_bars(score[counts], grades)
    else:
        for one in np.unique(pool[counts]):
            rows = np.flatnonzero(counts & (pool == one))
            codes[rows] = _by_rank(score[rows], grades)
    if grades.veto is not None:
        codes[is_vetoed] = grades.letters.index(grades.veto.grade)
    codes[is_exempt] = len(grades.letters)
    return codes


def _by_rank(scores: Numbers, grades: RankGrades) -> NDArray[np.int8]:
    """Give the grade of each row: one that all rules give which the rulebook leaves open."""
    exact = np.round(scores, COMPARED)
    rules = list(product(stated(grades.ties, TIES), stated(grades.rounding, ROUND)))
    bounds = [np.maximum.accumulate(grade_bounds(len(scores), grades, one)[:-1])
              for _, one in rules]  # fmt: skip
    found = _below_ranks(exact, bounds[0], rules[0][0])
    for last, (ties, _) in zip(bounds[1:], rules[1:], strict=True):
        found = np.where(_below_ranks(exact, last, ties) == found, found, OPEN)
    return found.astype(np.int8)


def _below_ranks(scores: Numbers, last: NDArray[np.integer], ties: Ties) -> NDArray[np.intp]:
    """
    Count the grades whose last rank each row does not reach.

    The better rank of equal scores reaches a bound that the row at the bound reaches; the worse
    rank only one that the row behind the bound does not.
    """
    at = len(scores) - last - (ties == "worse")
    there = at[(at >= 0) & (at < len(scores))]
    ordered = np.partition(scores, np.unique(there)) if len(there) else scores
    missed = np.zeros(len(scores), dtype=np.intp)
    for place in at:
        if place >= len(scores):  # a grade of no rows
            missed += 1
        elif place >= 0:
            bar = ordered[place]
            missed += scores <= bar if ties == "worse" else scores < bar
    return missed


def stated(rule: Word | None, every: Iterable[Word]) -> list[Word]:
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


def _below_bars(scores: Numbers, grades: BarGrades) -> NDArray[np.intp]:
    """Count the bars that each row does not reach."""
    exact = np.round(scores, COMPARED)
    missed = np.zeros(len(scores), dtype=np.intp)
    for one in grades.classes[:-1]:
        missed += exact <= one.bar if one.at_least is None else exact < one.bar
    return missed
