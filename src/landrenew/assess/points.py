"""Points for one criterion, on plain arrays: what the published scores and every draw are made by.

What each formula means and where it comes from is said in :mod:`landrenew.assess.scores`, which
gives the same points to tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landrenew.base.errors import RuleError
from landrenew.base.exact import COMPARED, sum_in_any_order
from landrenew.rules.scoring import MinMax, Ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.rules.scoring import Criterion, Rank

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]


def by_ratio(values: Numbers, criterion: Ratio) -> Numbers:
    """
    Give points in proportion to a published baseline.

    Parameters
    ----------
    values
        Shape (n,): the indicator, in its unit; NaN where missing.
    criterion
        Weight, baseline, cap and floor.

    Returns
    -------
    ndarray
        Shape (n,): points; NaN where the value is missing.

    Raises
    ------
    RuleError
        When the rulebook states no baseline.

    Examples
    --------
    >>> rule = Ratio(form="ratio", column="tax_cny10k_per_mu", weight=30, baseline=12, cap=1.5,
    ...     missing="undetermined")
    >>> by_ratio(np.array([6.0, 60.0, np.nan]), rule).tolist()
    [15.0, 45.0, nan]
    """
    if criterion.baseline is None:
        raise RuleError(
            f"规则书没有指标 {criterion.column} 的基准值。请按当年公布的基准，"
            "在规则书中写 baseline。",
            f"The rulebook has no baseline for {criterion.column}. Write the one published for"
            " the year as baseline in the rulebook.",
        )
    points = values / (criterion.baseline * criterion.baseline_factor)
    if criterion.floor is not None:
        np.maximum(points, criterion.floor, out=points)
    if criterion.cap is not None:
        np.minimum(points, criterion.cap, out=points)
    points *= criterion.weight
    return points


def by_extremes(values: Numbers, criterion: MinMax) -> Numbers:
    """
    Give points by place between the smallest and the largest value.

    Parameters
    ----------
    values
        Shape (n,): the indicator of one pool; NaN where missing.
    criterion
        Weight, lowest points and tails.

    Returns
    -------
    ndarray
        Shape (n,): points; NaN where the value is missing, and everywhere when all are equal.

    Examples
    --------
    >>> rule = MinMax(form="min_max", column="tax_cny10k_per_mu", weight=30, low=20,
    ...     missing="undetermined")
    >>> by_extremes(np.array([2.0, 10.0, 50.0]), rule).round(9).tolist()
    [6.0, 10.0, 30.0]
    """
    known = values[~np.isnan(values)]
    if not known.size:
        return np.full(len(values), np.nan)
    low, high = extremes(known, criterion)
    if criterion.tail_share:
        values = np.clip(values, low, high)
    place: Numbers = (values - low) / (high - low if high > low else np.nan)
    return criterion.weight * (criterion.low + (100 - criterion.low) * place) / 100


def extremes(known: Numbers, criterion: MinMax) -> tuple[float, float]:
    """
    Find the values that set the scale of a pool.

    Parameters
    ----------
    known
        Shape (n,), n at least 1: the indicator of one pool, without missing values.
    criterion
        Share of the pool at either end that does not.

    Returns
    -------
    tuple of float
        Lowest and highest, in the indicator's unit.
    """
    tail = criterion.tail_share
    if not tail:
        return float(known.min()), float(known.max())
    low, high = np.percentile(known, np.array([tail, 1 - tail]) * 100)
    return float(low), float(high)


def by_rank(values: Numbers, criterion: Rank) -> Numbers:
    """
    Give points by rank, equal values the mean of their ranks.

    Parameters
    ----------
    values
        Shape (n,): the indicator of one pool; NaN where missing.
    criterion
        Weight.

    Returns
    -------
    ndarray
        Shape (n,): points; NaN where the value is missing, and for a pool of one.

    Examples
    --------
    >>> from landrenew.rules.scoring import Rank
    >>> rule = Rank(form="rank", column="rd_share", weight=30, missing="undetermined")
    >>> by_rank(np.array([2.0, 10.0, np.nan, 10.0]), rule).tolist()
    [0.0, 22.5, nan, 22.5]
    """
    points = np.full(len(values), np.nan)
    rows = np.flatnonzero(~np.isnan(values))
    others = len(rows) - 1
    if others > 0:
        points[rows] = criterion.weight * places(values[rows]) / others
    return points


def places(values: Numbers) -> Numbers:
    """
    Place values in their order, equal ones at the mean of their places.

    Parameters
    ----------
    values
        Shape (n,), none missing; those that are equal when compared count as equal.

    Returns
    -------
    ndarray
        Shape (n,): how many values lie below, and half of the others that are equal; 0 for the
        least, n - 1 for the greatest.

    Examples
    --------
    >>> places(np.array([10.0, 2.0, 10.0])).tolist()
    [1.5, 0.0, 1.5]
    """
    values = np.round(values, COMPARED)
    order = np.argsort(values)
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(values))
    ranked = values[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    if len(starts) == len(values):
        return inverse.astype(float)
    sizes = np.diff(starts, append=len(values))
    return np.repeat(starts + (sizes - 1) / 2, sizes)[inverse]


def earned(values: Numbers, criterion: Criterion, is_exempt: Flags) -> Numbers:
    """
    Give the points that a pool earns by one criterion, whatever its form.

    Parameters
    ----------
    values
        Shape (n,): the indicator of one pool; NaN where missing.
    criterion
        The criterion.
    is_exempt
        Shape (n,): rows that set neither extremes, ranks nor the mean of the pool.

    Returns
    -------
    ndarray
        Shape (n,): points; a missing value has the mean of the pool where the criterion says so,
        else NaN.

    Raises
    ------
    RuleError
        When a baseline is not stated.
    """
    if isinstance(criterion, Ratio):
        points = by_ratio(values, criterion)
    else:
        points = _among(np.where(is_exempt, np.nan, values), criterion)
    if criterion.missing == "mean_points" and (lacking := np.isnan(values)).any():
        points[lacking] = _mean(points[~is_exempt])
    return points


def hanging(values: Numbers, criterion: Criterion, is_exempt: Flags, is_open: Flags) -> Flags:
    """
    Tell which points hang on rows that may be exempt.

    Parameters
    ----------
    values
        Shape (n,): the indicator of one pool; NaN where missing.
    criterion
        The criterion.
    is_exempt
        Shape (n,): rows that set neither extremes, ranks nor the mean of the pool.
    is_open
        Shape (n,): rows that may be exempt, and of which that is not known.

    Returns
    -------
    ndarray
        Shape (n,): points that may be others where some of these rows do not count. Between
        extremes none are where the extremes are the same without these rows; ranks, quantiles and
        means move with every row.

    Examples
    --------
    >>> rule = MinMax(form="min_max", column="tax_cny10k_per_mu", weight=30, low=20,
    ...     missing="mean_points")
    >>> values, nobody = np.array([2.0, 10.0, 50.0, np.nan]), np.zeros(4, dtype=bool)
    >>> hanging(values, rule, nobody, np.array([False, True, False, False])).tolist()
    [False, False, False, True]
    """
    lacking = np.isnan(values)
    hangs = np.zeros(len(values), dtype=bool)
    if not (is_open & ~lacking).any():
        return hangs
    if criterion.missing == "mean_points":
        hangs |= lacking
    if not isinstance(criterion, Ratio) and not _is_scale_settled(
        values, criterion, is_exempt | lacking, is_open
    ):
        hangs |= ~lacking & ~is_exempt
    return hangs


def _is_scale_settled(
    values: Numbers, criterion: MinMax | Rank, is_out: Flags, is_open: Flags
) -> bool:
    if not isinstance(criterion, MinMax) or criterion.tail_share:
        return False
    every, sure = values[~is_out], values[~is_out & ~is_open]
    return bool(sure.size) and extremes(every, criterion) == extremes(sure, criterion)


def _among(values: Numbers, criterion: MinMax | Rank) -> Numbers:
    if isinstance(criterion, MinMax):
        return by_extremes(values, criterion)
    return by_rank(values, criterion)


def _mean(points: Numbers) -> float:
    """Take the mean of what is known, whatever the order of the rows."""
    known = points[~np.isnan(points)]
    return sum_in_any_order(known) / len(known) if len(known) else np.nan
