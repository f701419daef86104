"""The working of one judgement: every step from the figures that came in to the grade.

A grade is published and appealed against. Whoever it concerns must be able to follow it with a
pocket calculator, and see what it was compared with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.assess.grades import ROUND, grade_bounds, is_compared, stated
from landrenew.assess.marks import Marks
from landrenew.assess.points import extremes, places
from landrenew.base.columns import INTENSITIES, score_column
from landrenew.base.exact import COMPARED
from landrenew.measure.quotients import parts_of, ratios
from landrenew.rules.grading import RankGrades
from landrenew.rules.scoring import MinMax, Ratio

if TYPE_CHECKING:
    from landrenew.rules.grading import BarGrades
    from landrenew.rules.model import Rulebook
    from landrenew.rules.scoring import Criterion, Pool

LAND = "land_mu"
"""The land that figures per mu are divided by, of a parcel and of a firm."""


class Step(NamedTuple):
    """
    One criterion: from the amounts to the points.

    Parameters
    ----------
    criterion
        The rule.
    amounts
        What the value is divided from, two columns; empty where it comes as it is.
    value
        The indicator, in its unit; NaN where it is missing.
    against
        What it was held against: the baseline and nothing; by min-max the two values that set the
        scale; by rank the rank among the rows with a value, and their number.
    points
        What it earned; NaN where the rule gives nothing to a missing value.
    """

    criterion: Criterion
    amounts: tuple[str, ...]
    value: float
    against: tuple[float, float]
    points: float


class Standing(NamedTuple):
    """
    The place of a row in the ranking of its pool.

    Parameters
    ----------
    ranked
        Rows that are ranked.
    first
        Rank among them, equal scores at their best.
    last
        Rank, equal scores at their worst.
    ends
        For each grade, best first, the last rank it holds; several where the rulebook does not say
        how a bound is rounded.
    """

    ranked: int
    first: int
    last: int
    ends: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class Working:
    """
    How one row came to its score and grade.

    Parameters
    ----------
    row
        Everything known of the row.
    pool
        The pool it was scored in; None where none fits or it cannot be told.
    pool_size
        Rows of that pool.
    steps
        One a criterion, in the order of the rulebook.
    standing
        Its place; None where it is not ranked, or grades have bars.
    next_score
        Lowest score with a better grade in the pool, for grades by rank; NaN without one.
    open_rows
        Rows of the pool that may be exempt; while there are any, no place is told.
    """

    row: pd.Series
    pool: Pool | None
    pool_size: int
    steps: tuple[Step, ...]
    standing: Standing | None
    next_score: float
    open_rows: int = 0


def working(table: pd.DataFrame, ident: str, book: Rulebook) -> Working:
    """
    Show how one row came to its score and grade.

    Parameters
    ----------
    table
        Evaluated rows: amounts, ``land_mu``, indicators, and what
        :func:`landrenew.assess.evaluation.scored_and_graded` gives.
    ident
        Label of the row.
    book
        The rulebook they were evaluated by.

    Returns
    -------
    Working
        The steps; the figures in them are those of the table, none is computed a second way.
    """
    row = row_of(table, ident)
    pool = book.pool_named(row.get("pool"))
    if pool is None:
        return unjudged(row)
    mine = table[table["pool"].eq(pool.name)]
    standing, next_score, open_rows = None, np.nan, int(Marks.of(mine).is_open.sum())
    if isinstance(book.grades, RankGrades) and not open_rows:
        ranked = mine[is_compared(mine, book.grades)]
        if ident in ranked.index:
            standing = _standing(ranked["efficiency_score"], ident, book.grades)
        next_score = _next_score(ranked, row, book.grades)
    steps = tuple(_step(mine, ident, one) for one in pool.criteria)
    return Working(row, pool, len(mine), steps, standing, next_score, open_rows)


def unjudged(row: pd.Series) -> Working:
    """
    Make the working of a row that was not scored.

    Parameters
    ----------
    row
        Everything known of the row.

    Returns
    -------
    Working
        Without pool, steps and place.
    """
    return Working(row, None, 0, (), None, np.nan)


def row_of(table: pd.DataFrame, ident: str) -> pd.Series:
    """
    Take one row of a table.

    Parameters
    ----------
    table
        Rows with unique labels.
    ident
        Label of the row.

    Returns
    -------
    Series
        The row.
    """
    return table.loc[[ident]].iloc[0]


def _step(mine: pd.DataFrame, ident: str, criterion: Criterion) -> Step:
    row, name = row_of(mine, ident), criterion.column
    return Step(
        criterion=criterion,
        amounts=divided_from(row, name),
        value=float(row.get(name, np.nan)),
        against=_against(mine, ident, criterion),
        points=float(row[score_column(name)]),
    )


def divided_from(row: pd.Series, name: str) -> tuple[str, ...]:
    """
    Find the two amounts that an indicator of a row is divided from.

    Parameters
    ----------
    row
        Everything known of the row.
    name
        The indicator.

    Returns
    -------
    tuple of str
        Numerator and denominator; empty where the indicator comes as it is.
    """
    if name not in INTENSITIES:
        return ()
    amounts = parts_of(name, LAND)
    made = ratios(row.to_frame().T.reindex(columns=[*amounts]).astype(float), LAND)[name].iloc[0]
    is_same = made == row.get(name) or (np.isnan(made) and pd.isna(row.get(name)))
    return amounts if is_same and not row.index.intersection([*amounts]).empty else ()


def _against(mine: pd.DataFrame, ident: str, criterion: Criterion) -> tuple[float, float]:
    if isinstance(criterion, Ratio):
        baseline = np.nan if criterion.baseline is None else criterion.baseline
        return baseline * criterion.baseline_factor, np.nan
    values = mine.get(criterion.column, pd.Series(np.nan, mine.index)).astype(float)
    known = values.mask(Marks.of(mine).is_exempt).dropna()
    numbers = np.asarray(known, dtype=np.float64)
    if isinstance(criterion, MinMax):
        return extremes(numbers, criterion) if len(known) else (np.nan, np.nan)
    rank = pd.Series(len(known) - places(numbers), known.index)
    return float(rank.get(ident, np.nan)), float(len(known))


def _standing(scores: pd.Series[float], ident: str, grades: RankGrades) -> Standing:
    exact = scores.round(COMPARED)
    first, last = (
        int(exact.rank(ascending=False, method="min")[ident]),
        int(exact.rank(ascending=False, method="max")[ident]),
    )
    bounds = [grade_bounds(len(scores), grades, one) for one in stated(grades.rounding, ROUND)]
    ends = tuple(
        (letter, tuple(sorted(set(ends))))
        for letter, *ends in zip(grades.letters, *bounds, strict=True)
    )
    return Standing(len(scores), first, last, ends)


def is_own(row: pd.Series) -> bool:
    """
    Tell whether a grade is that of the row itself.

    Parameters
    ----------
    row
        An evaluated row.

    Returns
    -------
    bool
        False where firms were judged together or by their landlord, or it is open whether.
    """
    return "grade_basis" not in row or row["grade_basis"] == "own"


def better_letters(row: pd.Series, grades: RankGrades | BarGrades) -> list[str]:
    """
    List the grades above that of a row.

    Parameters
    ----------
    row
        A graded row.
    grades
        The rulebook's grades.

    Returns
    -------
    list of str
        Best first; none for the best, and for a row without one of the ranked grades.
    """
    grade = row.get("efficiency_grade")
    return grades.letters[: grades.letters.index(grade)] if grade in grades.letters else []


def _next_score(ranked: pd.DataFrame, row: pd.Series, grades: RankGrades) -> float:
    better = ranked["efficiency_grade"].isin(better_letters(row, grades))
    return float(ranked.loc[better, "efficiency_score"].min())
