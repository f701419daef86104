"""Weights for indicators: given, equal, or out of the data by entropy or by CRITIC.

A rulebook's weights are given, and a score never recomputes them. These methods only help a bureau
that must set its own; what they did, and what they left out, is said beside every weight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import kl_div

from landrenew.base.columns import labels
from landrenew.base.errors import ColumnError
from landrenew.base.words import Text, some

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    Table = NDArray[np.float64]

FEWEST = {"entropy": 2, "critic": 3}
"""Rows that a formula needs: ln 1 is 0, and of two rows every correlation is 1 or -1."""

ALIKE = 1e-12
"""Values, or a correlation and 1, that lie so near are one: 0.3 / 0.1 and 3 / 1 are both 3."""

EXACT = 1e-9
"""Difference below which weights add to a round number."""

ROUND = (1.0, 100.0)
"""What weights usually add to; either is a scale, not a slip."""


class Weighing(NamedTuple):
    """
    Weights, and how they came about.

    Parameters
    ----------
    weights
        Index: the indicators' columns; share of all points [0-1], adding to 1.
    steps
        Same index: what the method computed on the way, a column each.
    notes
        What was left out, normalised or is to be known.
    """

    weights: pd.Series[float]
    steps: pd.DataFrame
    notes: tuple[Text, ...] = ()


def equal_weights(columns: Sequence[str]) -> Weighing:
    """
    Weigh every indicator alike.

    Parameters
    ----------
    columns
        The indicators.

    Returns
    -------
    Weighing
        ``1 / n`` each; the data are not asked.

    Examples
    --------
    >>> equal_weights(["rd_share", "tax_cny10k_per_mu"]).weights.tolist()
    [0.5, 0.5]
    """
    index = pd.Index(columns, name="column")
    return Weighing(pd.Series(1 / len(columns), index), pd.DataFrame(index=index))


def given_weights(stated: Mapping[str, float]) -> Weighing:
    """
    Take weights as a bureau states them.

    Parameters
    ----------
    stated
        Weight by column, on any scale.

    Returns
    -------
    Weighing
        Each over their sum; a sum that is neither 1 nor 100 is told.

    Raises
    ------
    ColumnError
        When a weight is negative or no number, or all are 0.

    Examples
    --------
    >>> found = given_weights({"rd_share": 49, "tax_cny10k_per_mu": 50})
    >>> found.weights.round(4).tolist(), found.notes[0].en
    ([0.4949, 0.5051], 'The weights add to 99; each was divided by that.')
    """
    weights = pd.Series(stated, dtype=float).rename_axis("column")
    wrong = weights[~np.isfinite(weights) | (weights < 0)]
    total = float(weights.sum())
    if len(wrong) or total <= 0:
        names = labels([str(one) for one in (wrong if len(wrong) else weights).index])
        raise ColumnError(
            f"权重应为不小于 0 的数，且不能全为 0：{names.zh}。请改正。",
            f"Weights are numbers not below 0, and not all of them 0: {names.en}. Mend them.",
        )
    notes = []
    if min(abs(total - one) for one in ROUND) > EXACT:
        notes.append(Text(
            f"各项权重合计 {total:.9g}，已按合计归一。",
            f"The weights add to {total:.9g}; each was divided by that.",
        ))  # fmt: skip
    return Weighing(weights / total, pd.DataFrame({"stated": weights}), tuple(notes))


def entropy_weights(rows: pd.DataFrame) -> Weighing:
    """
    Weigh each indicator by how unevenly the rows share in it.

    Parameters
    ----------
    rows
        Complete rows, a column an indicator, none of them negative.

    Returns
    -------
    Weighing
        ``steps`` holds ``entropy`` [0-1] and ``divergence``, 1 less entropy. A column in which all
        rows are alike has entropy 1, and so weight 0; one of zeros only has no shares and is
        taken the same way. Both are told.

    Raises
    ------
    ColumnError
        When there are fewer than two rows, a value is negative, or all columns are constant.

    Notes
    -----
    ``p = x / sum(x)``, ``e = -sum(p ln p) / ln n`` with 0 ln 0 = 0, ``w = (1 - e) / sum(1 - e)``.
    ``1 - e`` is computed as the Kullback-Leibler divergence of the shares from equal ones over
    ln n, which is the same and loses no digits where the shares are nearly equal. It measures
    contrast, never importance: a row with a slip in its unit takes the weight. Source: Shannon
    (1948); Zeleny, Multiple Criteria Decision Making (1982).

    Examples
    --------
    >>> table = pd.DataFrame({"rd_share": [0.0, 0.1], "tax_cny10k_per_mu": [5.0, 5.0]})
    >>> entropy_weights(table).weights.tolist()
    [1.0, 0.0]
    """
    _refuse_few(rows, "entropy")
    if below := [str(one) for one in rows if (rows[one] < 0).any()]:
        names = labels(below)
        ids = some(sorted(rows.index[(rows[below] < 0).any(axis=1)]))
        raise ColumnError(
            f"{names.zh}有负值（{ids}）：熵权法把各行的值当作份额，负的份额没有意义。"
            "请改用 critic，或去掉这一列。",
            f"{names.en} holds negative values ({ids}): the entropy method takes values as"
            " shares, and a negative share has no meaning. Use critic, or leave the column out.",
        )
    values = rows.to_numpy()
    largest = values.max(axis=0)
    scaled = values / np.where(largest > 0, largest, 1.0)
    total = scaled.sum(axis=0)
    shares = scaled / np.where(total > 0, total, 1.0)
    divergence = kl_div(shares, 1 / len(rows)).sum(axis=0) / np.log(len(rows))
    is_flat = is_constant(rows)
    divergence = np.where(is_flat, 0.0, divergence)
    steps = {"entropy": 1 - divergence, "divergence": divergence}
    return _by_information(rows, steps, "divergence")


def critic_weights(rows: pd.DataFrame) -> Weighing:
    """
    Weigh each indicator by its contrast and by how far it disagrees with the others.

    Parameters
    ----------
    rows
        Complete rows, a column an indicator, more being better in each.

    Returns
    -------
    Weighing
        ``steps`` holds ``deviation`` of the values between 0 and 1, ``conflict``, the sum of
        ``1 - r`` over the other columns, and ``information``, their product. A column in which all
        rows are alike has neither scale nor correlation: it weighs 0 and enters no sum, and that is
        told.

    Raises
    ------
    ColumnError
        When there are fewer than three rows, or no two columns that move apart.

    Notes
    -----
    ``C_j = s_j * sum_k (1 - r_jk)``, ``w_j = C_j / sum C``, with the population's standard
    deviation of min-max values and Pearson's r; whether n or n - 1 divides cancels out. One row
    far out sets the scale of its column. Source: Diakoulaki, Mavrotas & Papayannakis, Computers &
    Operations Research 22 (1995) 763-770.

    Examples
    --------
    >>> table = pd.DataFrame({"rd_share": [0.0, 0.1, 0.2], "tax_cny10k_per_mu": [9.0, 7.0, 5.0]})
    >>> critic_weights(table).weights.round(9).tolist()
    [0.5, 0.5]
    """
    _refuse_few(rows, "critic")
    is_flat = is_constant(rows)
    values = rows.to_numpy()[:, ~is_flat]
    deviation, conflict = np.zeros(len(is_flat)), np.zeros(len(is_flat))
    if values.shape[1] > 1:
        low, high = values.min(axis=0), values.max(axis=0)
        places = (values - low) / (high - low)
        apart = 1 - np.corrcoef(places, rowvar=False)
        deviation[~is_flat] = places.std(axis=0)
        conflict[~is_flat] = np.where(apart < ALIKE, 0.0, apart).sum(axis=0)
    steps = {"deviation": deviation, "conflict": conflict, "information": deviation * conflict}
    return _by_information(rows, steps, "information")


def is_constant(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """
    Tell which columns are alike in all rows.

    Parameters
    ----------
    rows
        Complete rows.

    Returns
    -------
    ndarray of bool
        Shape (columns,); true where the values differ by no more than a computer's arithmetic.
    """
    span, size = rows.max() - rows.min(), rows.abs().max()
    return (span <= ALIKE * size).to_numpy()


def _refuse_few(rows: pd.DataFrame, method: str) -> None:
    least = FEWEST[method]
    if len(rows) < least:
        raise ColumnError(
            f"指标齐全的只有 {len(rows)} 行，{method} 至少要 {least} 行。请补数据，或用 equal、"
            "ahp。",
            f"Only {len(rows)} rows have all the indicators; {method} needs {least}. Complete the"
            " data, or use equal or ahp.",
        )


def _by_information(rows: pd.DataFrame, steps: Mapping[str, Table], last: str) -> Weighing:
    """Divide the points by what each column tells; say which tell nothing."""
    index = pd.Index(rows.columns, name="column")
    flat = [str(one) for one in rows.columns[is_constant(rows)]]
    total = steps[last].sum()
    if total <= 0:
        names = labels([str(one) for one in rows])
        raise ColumnError(
            f"这些指标分不出轻重：{names.zh}。各列不是没有差别，就是完全同步。请换指标，或用"
            " equal、ahp。",
            f"Nothing tells these indicators apart: {names.en}. Each column is constant, or moves"
            " exactly as the others. Name other columns, or use equal or ahp.",
        )
    notes: tuple[Text, ...] = ()
    if flat:
        notes = (Text(
            f"{labels(flat).zh}各行相同，分不出高下，权重为 0。",
            f"{labels(flat).en}: all rows are alike, which tells nothing, so the weight is 0.",
        ),)  # fmt: skip
    weights = pd.Series(steps[last] / total, index)
    return Weighing(weights, pd.DataFrame(dict(steps), index=index), notes)


FROM_DATA: dict[str, Callable[[pd.DataFrame], Weighing]] = {
    "entropy": entropy_weights, "critic": critic_weights,
}  # fmt: skip
"""Methods that ask the data."""
