"""Weights by judgement: the analytic hierarchy process, refused where the judgements contradict.

A matrix says how many times as important each indicator is as each other. Its principal eigenvector
gives the weights, its largest eigenvalue how far the judgements agree with each other.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.assess.weights.methods import Weighing
from landrenew.base.columns import labels
from landrenew.base.errors import RuleError
from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)
"""Mean consistency index of random matrices of 1 to 10 criteria (Saaty 1980)."""

LARGEST_RATIO = 0.1
"""Consistency ratio above which judgements are not to be used (Saaty 1980)."""

LARGEST = 9.0
"""The end of Saaty's scale; the random indices hold for it."""

HUNDREDTH = 0.005 + 1e-9
"""How far a reciprocal written to two decimals lies from the true one: 0.33 for 1/3."""


class Triad(NamedTuple):
    """
    Three judgements that should follow from each other.

    Parameters
    ----------
    columns
        The three indicators.
    first
        How many times as important the first is as the second.
    second
        How many times as important the second is as the third.
    direct
        How many times as important the first is said to be as the third; ``first * second`` if the
        three agreed.
    """

    columns: tuple[str, str, str]
    first: float
    second: float
    direct: float


def judged_matrix(judgements: pd.DataFrame) -> pd.DataFrame:
    """
    Complete a matrix of judgements by what it says already.

    Parameters
    ----------
    judgements
        Square, one label order; how many times as important the row is as the column. One of two
        mirrored cells may be NaN, and the diagonal.

    Returns
    -------
    DataFrame
        Every pair judged once, its mirror image the exact reciprocal.

    Raises
    ------
    RuleError
        When a pair is not judged, judged twice in contradiction, or off Saaty's scale of 1/9 to 9.
    """
    names = [str(one) for one in judgements.columns]
    given = judgements.to_numpy(dtype=float)
    full = np.eye(len(names))
    for i, j in combinations(range(len(names)), 2):
        pair = [names[i], names[j]]
        value = _one_judgement(given[i, j], given[j, i], pair)
        if not 1 / LARGEST - HUNDREDTH <= value <= LARGEST + HUNDREDTH:
            raise _wrong(pair, Text(
                f"为 {value:.4g}，不在 1/9 至 9 之间", f"is {value:.4g}, not between 1/9 and 9"
            ))  # fmt: skip
        full[i, j], full[j, i] = value, 1 / value
    diagonal = np.diag(given)
    if (np.abs(diagonal[~np.isnan(diagonal)] - 1) > HUNDREDTH).any():
        raise RuleError(
            "判断矩阵的对角线应为 1：一项与自身同样重要。请改正。",
            "The diagonal of a judgement matrix is 1: nothing is more important than itself. Mend"
            " it.",
        )
    return pd.DataFrame(full, index=names, columns=names)


def _one_judgement(upper: float, lower: float, pair: Sequence[str]) -> float:
    """Take the judgement of a pair from one cell, or from two that say the same."""
    stated = [one for one in (upper, lower) if not np.isnan(one)]
    if not stated:
        raise _wrong(pair, Text("没有判断", "is not judged"))
    if min(stated) <= 0:
        raise _wrong(pair, Text("不是大于 0 的数", "is no number above 0"))
    if np.isnan(upper) or np.isnan(lower):
        return 1 / lower if np.isnan(upper) else upper
    small, large = sorted((upper, lower))
    if abs(small - 1 / large) > HUNDREDTH:
        raise _wrong(pair, Text(
            f"两次判断不互为倒数：{upper:.4g} 与 {lower:.4g}",
            f"is judged twice, {upper:.4g} and {lower:.4g}, which are no reciprocals",
        ))  # fmt: skip
    return upper if upper == large else 1 / lower  # the whole number is what was meant


def _wrong(pair: Sequence[str], said: Text) -> RuleError:
    one, other = (labels([name]) for name in pair)
    return RuleError(
        f"判断矩阵中，{one.zh}与{other.zh}{said.zh}。请在表中改正：同样重要为 1，极端重要为 9。",
        f"Judgement matrix: {one.en} against {other.en} {said.en}. Mend the table: 1 equally"
        " important, 9 extremely.",
    )


def worst_triad(matrix: NDArray[np.float64]) -> tuple[int, int, int]:
    """
    Find the three judgements that contradict each other most.

    Parameters
    ----------
    matrix
        Reciprocal, shape (n, n), n at least 3.

    Returns
    -------
    tuple of int
        Positions i < j < k of the largest ``|ln(a_ij * a_jk / a_ik)|``; of equal ones the first.

    Notes
    -----
    Source: the triads of Koczkodaj (1993), compared by logarithm, so that twice too much and half
    as much are alike.

    Examples
    --------
    >>> worst_triad(np.array([[1, 2, 4], [0.5, 1, 9], [0.25, 1 / 9, 1]]))
    (0, 1, 2)
    """
    off = {
        (i, j, k): round(abs(float(np.log(matrix[i, j] * matrix[j, k] / matrix[i, k]))), 9)
        for i, j, k in combinations(range(len(matrix)), 3)
    }
    return max(off, key=lambda one: off[one])


def ahp_weights(judgements: pd.DataFrame, *, insist: bool = False) -> Weighing:
    """
    Weigh indicators by judgements of each pair.

    Parameters
    ----------
    judgements
        As :func:`judged_matrix` reads it, of 1 to 10 columns of the data dictionary.
    insist
        Whether to use judgements that contradict each other.

    Returns
    -------
    Weighing
        The principal eigenvector; among the notes the largest eigenvalue, the consistency index and
        the consistency ratio.

    Raises
    ------
    RuleError
        When the matrix is not whole, has more than ten criteria, or its consistency ratio is above
        0.1 and nobody insists; the sentence names the three judgements that are furthest apart.

    Notes
    -----
    ``A w = lambda_max w``, ``CI = (lambda_max - n) / (n - 1)``, ``CR = CI / RI``. Source: Saaty,
    The Analytic Hierarchy Process (1980).

    Examples
    --------
    >>> names = ["tax_cny10k_per_mu", "rd_share"]
    >>> said = pd.DataFrame([[1, 3], [np.nan, 1]], names, names)
    >>> ahp_weights(said).weights.tolist()
    [0.75, 0.25]
    """
    size = len(judgements)
    if not 1 <= size <= len(RANDOM_INDEX):
        raise RuleError(
            f"判断矩阵有 {size} 项；随机一致性指标只到 {len(RANDOM_INDEX)} 项。请先把指标分组。",
            f"The judgement matrix has {size} criteria; random indices are known for"
            f" {len(RANDOM_INDEX)} at most. Group the indicators first.",
        )
    full = judged_matrix(judgements)
    matrix = full.to_numpy()
    values, vectors = np.linalg.eig(matrix)
    at = int(values.real.argmax())
    vector = np.abs(vectors[:, at].real)
    largest, random = max(float(values[at].real), float(size)), RANDOM_INDEX[size - 1]
    index = (largest - size) / max(size - 1, 1)
    ratio = index / random if random else 0.0
    notes = [Text(
        f"最大特征值 {largest:.4f}，一致性指标 CI {index:.4f}，随机指标 RI {random:.2f}，"
        f"一致性比率 CR {ratio:.4f}（上限 {LARGEST_RATIO}，Saaty 1980）。",
        f"Largest eigenvalue {largest:.4f}, consistency index {index:.4f}, random index"
        f" {random:.2f}, consistency ratio {ratio:.4f} (at most {LARGEST_RATIO}, Saaty 1980).",
    )]  # fmt: skip
    if ratio > LARGEST_RATIO:
        said = _contradiction(full, ratio)
        if not insist:
            raise RuleError(
                f"{said.zh}请评分人重新判断这三对；仍要使用，加 --insist。",
                f"{said.en} Have these three pairs judged again; to use them all the same, add"
                " --insist.",
            )
        notes.append(said)
    weights = pd.Series(vector / vector.sum(), pd.Index(full.columns, name="column"))
    return Weighing(weights, pd.DataFrame(index=weights.index), tuple(notes))


def contradiction(full: pd.DataFrame) -> Triad:
    """
    Give the three judgements that contradict each other most.

    Parameters
    ----------
    full
        A whole matrix of at least three criteria.

    Returns
    -------
    Triad
        The judgements.
    """
    matrix = full.to_numpy()
    i, j, k = worst_triad(matrix)
    a, b, c = (str(full.columns[one]) for one in (i, j, k))
    return Triad((a, b, c), float(matrix[i, j]), float(matrix[j, k]), float(matrix[i, k]))


def _contradiction(full: pd.DataFrame, ratio: float) -> Text:
    """Say by which judgements the matrix contradicts itself most."""
    triad = contradiction(full)
    one, two, three = (labels([name]) for name in triad.columns)
    implied = triad.first * triad.second
    return Text(
        f"判断前后不一致：CR {ratio:.4f}，超过 {LARGEST_RATIO}。矛盾最大的一组："
        f"{one.zh}对{two.zh}为 {triad.first:.3g}，{two.zh}对{three.zh}为 {triad.second:.3g}，"
        f"两者相乘应为 {implied:.3g}，但{one.zh}对{three.zh}却为 {triad.direct:.3g}。",
        f"The judgements contradict each other: the consistency ratio is {ratio:.4f}, above"
        f" {LARGEST_RATIO}. Furthest apart: {one.en} over {two.en} is {triad.first:.3g}, {two.en}"
        f" over {three.en} {triad.second:.3g}, which makes {implied:.3g}, but {one.en} over"
        f" {three.en} is said to be {triad.direct:.3g}.",
    )
