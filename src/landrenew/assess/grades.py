"""Grades: by rank within the pool, with the rulebook's rounding and tie rule, or by bars."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from landrenew.assess.marks import Marks
from landrenew.base.exact import COMPARED
from landrenew.rules.grading import BarGrades

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
        not graded, or graded whatever their score; ``exempt_class``, where it is ``undetermined``
        the row may be exempt or not; ``is_unsettled`` where scores hang on such rows.
    grades
        The rulebook's grades.

    Returns
    -------
    Series
        ``efficiency_grade``, same index; the exempt letter where a reason is given, else the
        veto's where one is, None where the score or the pool is missing, where the row may be
        exempt, or where the grade hangs on such rows, or on a rounding or a tie rule that the
        rulebook does not state.

    Notes
    -----
    By rank, exempt rows and rows without a score do not count, vetoed ones as the rulebook says.
    A row that may be exempt may count or not: a grade of another is given where it is the same
    whichever of these rows count, and none where a score of the pool hangs on them.
    Equal scores take the same grade, the better or the worse as the rulebook says; row order never
    matters. By bars, no row matters to another.
    """
    unsettled = scored.get("is_unsettled", pd.Series(data=False, index=scored.index)).to_numpy()
    score = Ranked(_scores(scored), _pools(scored), unsettled)
    codes = grade_codes(score, Marks.of(scored), grades)
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
        Truth values, same index: neither exempt, perhaps exempt nor without a score, nor vetoed
        where the rulebook says that such rows are not ranked.
    """
    marks = Marks.of(scored)
    counts = _compared(_scores(scored), _pools(scored), marks, grades)
    return pd.Series(counts & ~marks.is_open, scored.index)


def _scores(scored: pd.DataFrame) -> Numbers:
    return scored["efficiency_score"].to_numpy(dtype=float, na_value=np.nan)


def _pools(scored: pd.DataFrame) -> NDArray[np.intp]:
    return pd.factorize(scored["pool"])[0]


def _compared(score: Numbers, pool: NDArray[np.integer], marks: Marks, grades: Grades) -> Flags:
    """Tell which rows count; those that may be exempt are among them."""
    counts = ~marks.is_exempt & ~np.isnan(score) & (pool >= 0)
    if grades.veto is not None and not grades.veto.is_ranked:
        counts &= ~marks.is_vetoed
    return counts


class Ranked(NamedTuple):
    """
    What rows are graded by, as arrays of shape (n,).

    Parameters
    ----------
    score
        NaN where there is none.
    pool
        Number of the pool, -1 where there is none.
    is_unsettled
        Rows that have a score, but which one hangs on rows that may be exempt; it is NaN.
    """

    score: Numbers
    pool: NDArray[np.integer]
    is_unsettled: Flags


def grade_codes(rows: Ranked, marks: Marks, grades: Grades) -> NDArray[np.int8]:
    """
    Grade rows that lie in arrays; the published grades and those of every draw are made here.

    Parameters
    ----------
    rows
        Scores and pools.
    marks
        What sets rows apart.
    grades
        The rulebook's grades.

    Returns
    -------
    ndarray of int8
        Shape (n,): place in :func:`grade_words`, -1 where there is no grade.
    """
    score, pool = rows.score, rows.pool
    counts = _compared(score, pool, marks, grades)
    codes = np.full(len(score), OPEN, dtype=np.int8)
    if isinstance(grades, BarGrades):
        codes[counts] = _below_bars(score[counts], grades)
    else:
        doubtful = pool[rows.is_unsettled & _compared(np.zeros(len(pool)), pool, marks, grades)]
        for one in np.setdiff1d(pool[counts], doubtful):
            mine = np.flatnonzero(counts & (pool == one))
            codes[mine] = _by_rank(score[mine], marks.is_open[mine], grades)
    if grades.veto is not None:
        codes[marks.is_vetoed] = grades.letters.index(grades.veto.grade)
    codes[marks.is_exempt] = len(grades.letters)
    codes[marks.is_open] = OPEN
    return codes


def _by_rank(scores: Numbers, is_open: Flags, grades: RankGrades) -> NDArray[np.int8]:
    """Give the grade of each row: one that all rules give which the rulebook leaves open."""
    exact = np.round(scores, COMPARED)
    ways = (way for ties, rounding in product(
        stated(grades.ties, TIES), stated(grades.rounding, ROUND)
    ) for way in _classes(exact, is_open, grades, ties, rounding))  # fmt: skip
    found = next(ways)
    for way in ways:
        found = np.where(way == found, found, OPEN)
    return found.astype(np.int8)


def _classes(
    exact: Numbers, is_open: Flags, grades: RankGrades, ties: Ties, rounding: Rounding
) -> Iterator[NDArray[np.intp]]:
    """Give the classes that each row may have; one array where no row may be exempt."""
    others = int(is_open.sum())
    sure = len(exact) - others
    bounds = np.maximum.accumulate(
        [grade_bounds(size, grades, rounding)[:-1] for size in range(sure, sure + others + 1)],
        axis=1,
    )
    if not others:
        yield _below_ranks(exact, bounds[0], ties)
        return
    rank = _before(exact, exact[~is_open], ties) + (ties == "better")
    yield from _best_and_worst(rank, _before(exact, exact[is_open], ties), bounds)


def _before(scores: Numbers, of: Numbers, ties: Ties) -> NDArray[np.intp]:
    """Count of some rows those before each score; equal ones too where ties rank worse."""
    side: Literal["left", "right"] = "right" if ties == "better" else "left"
    return len(of) - np.searchsorted(np.sort(of), scores, side=side)


def _best_and_worst(
    rank: NDArray[np.intp], ahead: NDArray[np.intp], bounds: NDArray[np.integer]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """
    Give the best and the worst class a row can have, whichever of the doubtful rows count.

    ``bounds`` has a row for each number of them that count, 0 to all. Of ``s`` that count, from
    ``s - behind`` to ``min(s, ahead)`` stand before a row, so that a class holds it at worst where
    ``rank + min(s, ahead) <= bound`` for every ``s``, and at best where
    ``rank + max(0, s - behind) <= bound`` for one of them.
    """
    counted = np.arange(len(bounds))
    behind = len(bounds) - 1 - ahead
    best, worst = np.zeros(len(rank), dtype=np.intp), np.zeros(len(rank), dtype=np.intp)
    for bound in bounds.T:
        fewer, more = np.minimum.accumulate(bound - counted), _from_there(np.minimum, bound)
        worst += (rank > fewer[ahead]) | (rank + ahead > more[ahead])
        fewer, more = np.maximum.accumulate(bound), _from_there(np.maximum, bound - counted)
        best += (rank > fewer[behind]) & (rank - behind > more[behind])
    return best, worst


def _from_there(ufunc: np.ufunc, values: NDArray[np.integer]) -> NDArray[np.intp]:
    """Give the extreme of the values from each place to the end."""
    return np.asarray(ufunc.accumulate(values[::-1])[::-1], dtype=np.intp)


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
