"""The formula court: the same rows under two rulebooks, and who is judged otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.base.columns import score_column
from landrenew.base.missing import none_where_missing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.rules.model import Rulebook

OUTCOMES = ("efficiency_grade", "low_efficiency_class")
"""Judgements that change what happens to a parcel or a firm."""


def judged_otherwise(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """
    List the rows that two rulebooks do not judge alike.

    Parameters
    ----------
    one
        Rows judged by the first book: any of :data:`OUTCOMES`; one that it lacks is open.
    other
        The same rows judged by the second.

    Returns
    -------
    DataFrame
        The rows of which an outcome differs, in their order: ``outcome``, the column; ``before``
        and ``after``, None where a book leaves the answer open. A row with two such outcomes stands
        twice.

    Examples
    --------
    >>> a = pd.DataFrame({"efficiency_grade": ["A", "B", None]}, index=["F1", "F2", "F3"])
    >>> b = pd.DataFrame({"efficiency_grade": ["A", "D", None]}, index=["F1", "F2", "F3"])
    >>> judged_otherwise(a, b).reset_index().to_numpy().tolist()
    [['F2', 'efficiency_grade', 'B', 'D']]
    """
    parts = []
    for name in OUTCOMES:
        before, after = (_words(table, name) for table in (one, other))
        rows = np.flatnonzero(before != after)
        parts.append(pd.DataFrame(
            {"place": rows, "outcome": name, "before": before[rows], "after": after[rows]},
            index=one.index[rows],
        ))  # fmt: skip
    found = pd.concat(parts).sort_values("place", kind="stable").drop(columns="place")
    return none_where_missing(found)


def _words(table: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Give a judgement of each row, None where it is open."""
    words = table.get(name, pd.Series(None, table.index, dtype=object))
    return none_where_missing(words).to_numpy(dtype=object)


class Agreement(NamedTuple):
    """
    How far two rulebooks agree on one judgement.

    Parameters
    ----------
    rows
        Rows that both judge; what either exempts or leaves open does not count.
    same
        Rows to which both give the same.
    worst_one
        Rows to which the first gives its worst: the last grade, or low-efficiency.
    worst_other
        Likewise of the second.
    worst_both
        Rows to which both give their worst.
    """

    rows: int
    same: int
    worst_one: int
    worst_other: int
    worst_both: int

    @property
    def share_same(self) -> float:
        """Share of the rows to which both give the same [0-1]; NaN without a row."""
        return self.same / self.rows if self.rows else np.nan

    @property
    def worst_either(self) -> int:
        """Rows to which one of the two, or both, give their worst."""
        return self.worst_one + self.worst_other - self.worst_both

    @property
    def worst_overlap(self) -> float:
        """Rows both call worst over rows either calls worst [0-1]; NaN where nobody does."""
        return self.worst_both / self.worst_either if self.worst_either else np.nan


def agreement(
    one: pd.DataFrame, other: pd.DataFrame, books: tuple[Rulebook, Rulebook], outcome: str
) -> Agreement | None:
    """
    Compare what two rulebooks say of the same rows.

    Parameters
    ----------
    one
        Rows judged by the first book.
    other
        The same rows judged by the second.
    books
        The books.
    outcome
        One of :data:`OUTCOMES`.

    Returns
    -------
    Agreement or None
        None when a book does not make this judgement.
    """
    if outcome not in one or outcome not in other:
        return None
    first, second = (
        _settled(table, book, outcome) for table, book in zip((one, other), books, strict=True)
    )
    both = first.notna() & second.notna()
    bad, other_bad = (
        words.eq(_worst(book, outcome)) & both
        for words, book in zip((first, second), books, strict=True)
    )
    counts = both, first.eq(second) & both, bad, other_bad, bad & other_bad
    return Agreement(*(int(each.sum()) for each in counts))


def _settled(table: pd.DataFrame, book: Rulebook, outcome: str) -> pd.Series[str]:
    """Take a judgement, without rows that are exempt or left open."""
    exempt = "" if book.grades is None else book.grades.exempt
    words: pd.Series[str] = table[outcome]
    return words.where(~words.isin([exempt, "undetermined"]), None)


def _worst(book: Rulebook, outcome: str) -> str:
    """Give the worst that a book can say."""
    if outcome == "efficiency_grade" and book.grades is not None:
        return book.grades.letters[-1]
    return "yes"


def widest_gap(
    one: pd.DataFrame, other: pd.DataFrame, books: tuple[Rulebook, Rulebook]
) -> pd.DataFrame:
    """
    Find the criterion whose points set two scores of a row most apart.

    Parameters
    ----------
    one
        Rows scored by the first book, with the points of each criterion.
    other
        The same rows scored by the second.
    books
        The books.

    Returns
    -------
    DataFrame
        Same index: ``column``, the indicator, NaN where a book gives no score; ``gap``, what it
        earned in the second book less in the first, each as a share of all points of its pool [1].
    """
    first, second = (_shares(table, book) for table, book in zip((one, other), books, strict=True))
    names = sorted({*first.columns, *second.columns})
    is_scored = [table.get("efficiency_score", pd.Series(np.nan, table.index)).notna()
                 for table in (one, other)]  # fmt: skip
    rows = is_scored[0] & is_scored[1]
    before, after = (each[rows].reindex(columns=names).fillna(0.0) for each in (first, second))
    gap = (after - before).to_numpy()
    at = np.abs(gap).argmax(axis=1) if gap.size else np.empty(0, dtype=np.intp)
    found = pd.DataFrame({
        "column": np.array(names, dtype=object)[at], "gap": gap[np.arange(len(at)), at],
    }, index=before.index[: len(at)])  # fmt: skip
    return found.reindex(one.index).astype({"column": object})


def _shares(table: pd.DataFrame, book: Rulebook) -> pd.DataFrame:
    """Give the points of each criterion as a share of all that the pool of a row can earn."""
    names = dict.fromkeys(one.column for pool in book.pools for one in pool.criteria)
    full = table["pool"].map({pool.name: pool.full_points for pool in book.pools})
    return pd.DataFrame(
        {name: table[score_column(name)] / full.astype(float) for name in names}, index=table.index
    )
