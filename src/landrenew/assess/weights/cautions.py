"""What speaks against weights: indicators that say the same, and the row that moves them most.

Neither has a bar of its own; the figures are shown, and the bureau judges.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landrenew.assess.weights.methods import FEWEST, FROM_DATA, is_constant
from landrenew.base.columns import labels
from landrenew.base.errors import ColumnError
from landrenew.base.words import Text

if TYPE_CHECKING:
    import pandas as pd

PAIR = 2


def largest_correlations(rows: pd.DataFrame, most: int = 3) -> list[tuple[str, str, float]]:
    """
    Find the indicators that say most nearly the same.

    Parameters
    ----------
    rows
        Complete rows, a column an indicator.
    most
        How many pairs to give.

    Returns
    -------
    list of (str, str, float)
        Two columns and Pearson's r [-1-1], the largest ``|r|`` first; constant columns have none,
        and of fewer than three rows it says nothing.
    """
    names = [str(one) for one in rows.columns[~is_constant(rows)]]
    if len(rows) < FEWEST["critic"] or len(names) < PAIR:
        return []
    r = np.corrcoef(rows[names].to_numpy(), rowvar=False)
    pairs = [(names[i], names[j], float(r[i, j])) for i, j in combinations(range(len(names)), 2)]
    return sorted(pairs, key=lambda one: (-round(abs(one[2]), 9), one[:2]))[:most]


class Influence(NamedTuple):
    """
    The row that moves the weights most.

    Parameters
    ----------
    row
        Its id.
    column
        The indicator whose weight it moves most.
    with_row
        Weight of that indicator with the row [0-1].
    without_row
        Its weight without it [0-1].
    """

    row: str
    column: str
    with_row: float
    without_row: float


def most_influential(rows: pd.DataFrame, method: str) -> Influence | None:
    """
    Find the one row that moves weights out of the data most.

    Parameters
    ----------
    rows
        Complete rows, sorted, a column an indicator.
    method
        One of :data:`FROM_DATA`.

    Returns
    -------
    Influence or None
        Of the rows that are smallest or largest in a column, that whose absence moves a weight
        most; None where the method has no answer without any of them.
    """
    weighed = FROM_DATA[method]
    base = weighed(rows).weights
    found: list[Influence] = []
    for at in dict.fromkeys([*rows.idxmax(), *rows.idxmin()]):
        try:
            other = weighed(rows.drop(index=at)).weights
        except ColumnError:
            continue
        column = str((other - base).abs().idxmax())
        found.append(Influence(str(at), column, float(base[column]), float(other[column])))
    return max(found, key=lambda one: abs(one.without_row - one.with_row), default=None)


def correlation_note(rows: pd.DataFrame) -> Text | None:
    """
    Say which indicators say most nearly the same.

    Parameters
    ----------
    rows
        Complete rows, a column an indicator.

    Returns
    -------
    Text or None
        One sentence; None where no two columns can be compared.
    """
    pairs = largest_correlations(rows)
    if not pairs:
        return None
    zh = "；".join(f"{labels(pair[:2]).zh} r = {pair[2]:.3f}" for pair in pairs)
    en = "; ".join(f"{labels(pair[:2]).en} r = {pair[2]:.3f}" for pair in pairs)
    return Text(
        f"相关最强的指标（{len(rows)} 行）：{zh}。两项说的是同一件事时，这件事就计了两次。",
        f"Most correlated ({len(rows)} rows): {en}. Where two say the same thing, that counts"
        " twice.",
    )


def influence_note(rows: pd.DataFrame, method: str) -> Text | None:
    """
    Say which row moves weights out of the data most.

    Parameters
    ----------
    rows
        Complete rows, sorted, a column an indicator.
    method
        The method; one that does not ask the data is moved by no row.

    Returns
    -------
    Text or None
        One sentence, or None.
    """
    found = most_influential(rows, method) if method in FROM_DATA else None
    if found is None:
        return None
    name = labels([found.column])
    return Text(
        f"影响最大的一行是 {found.row}：去掉它，{name.zh}的权重由 {found.with_row:.4f} 变为"
        f" {found.without_row:.4f}。请核对这一行。",
        f"The row that moves the weights most is {found.row}: without it {name.en} weighs"
        f" {found.without_row:.4f} instead of {found.with_row:.4f}. Check that row.",
    )
