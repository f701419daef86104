"""The formula court: the same rows under two rulebooks, and who is judged otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

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
    return found.astype(object).where(found.notna(), None)


def _words(table: pd.DataFrame, name: str) -> NDArray[np.object_]:
    """Give a judgement of each row, None where it is open."""
    words = table.get(name, pd.Series(None, table.index, dtype=object))
    return words.astype(object).where(words.notna(), None).to_numpy(dtype=object)
