"""Scores: points for each criterion of the rulebook, each kept, and their sum.

Two families: a ratio to a published baseline, which stands alone, and a place between the extremes
of a named pool, which moves when the pool does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.assess.kinds import said_of_rows
from landrenew.base.columns import score_column
from landrenew.base.errors import RuleError
from landrenew.rules.scoring import MinMax, Ratio

if TYPE_CHECKING:
    from landrenew.rules.scoring import Criterion, Pool, Scoring


def ratio_points(values: pd.Series[float], criterion: Ratio) -> pd.Series[float]:
    """
    Give points in proportion to a published baseline.

    Parameters
    ----------
    values
        Indicator values, in the indicator's unit; NaN where missing.
    criterion
        Weight, baseline, cap and floor.

    Returns
    -------
    Series
        Points, same index; NaN where the value is missing.

    Raises
    ------
    RuleError
        When the rulebook states no baseline.

    Notes
    -----
    ``weight * min(max(value / baseline, floor), cap)``; cap and floor only where the document has
    them. Source: 黄岩区工业企业亩均效益综合评价.

    Examples
    --------
    >>> rule = Ratio(form="ratio", column="tax_cny10k_per_mu", weight=30, baseline=24.097,
    ...     missing="undetermined")
    >>> ratio_points(pd.Series([25.0]), rule).round(4).tolist()
    [31.1242]
    """
    if criterion.baseline is None:
        raise RuleError(
            f"规则书没有指标 {criterion.column} 的基准值。请按当年公布的基准，"
            "在规则书中写 baseline。",
            f"The rulebook has no baseline for {criterion.column}. Write the one published for"
            " the year as baseline in the rulebook.",
        )
    ratio = values / (criterion.baseline * criterion.baseline_factor)
    return ratio.clip(criterion.floor, criterion.cap) * criterion.weight


def min_max_points(values: pd.Series[float], criterion: MinMax) -> pd.Series[float]:
    """
    Give points by place between the smallest and the largest value.

    Parameters
    ----------
    values
        Indicator values of one pool; NaN where missing.
    criterion
        Weight and lowest points.

    Returns
    -------
    Series
        Points, same index; NaN where the value is missing, and everywhere when all values are
        equal, for then the formula divides by zero and no document says what to do.

    Notes
    -----
    ``weight * (low + (100 - low) * (value - min) / (max - min)) / 100``.
    Source: 旌德县工业企业亩均效益评价, 2022.

    Examples
    --------
    >>> rule = MinMax(form="min_max", column="tax_cny10k_per_mu", weight=30, low=20,
    ...     missing="undetermined")
    >>> min_max_points(pd.Series([2.0, 10.0, 50.0]), rule).round(9).tolist()
    [6.0, 10.0, 30.0]
    """
    low, high = values.min(), values.max()
    span = high - low if high > low else np.nan
    place = (values - low) / span
    return criterion.weight * (criterion.low + (100 - criterion.low) * place) / 100


def _points(
    values: pd.Series[float], criterion: Criterion, is_exempt: pd.Series[bool]
) -> pd.Series[float]:
    """Give points; the exempt set neither the extremes nor the mean of the pool."""
    if isinstance(criterion, Ratio):
        points = ratio_points(values, criterion)
    else:
        points = min_max_points(values.mask(is_exempt), criterion)
    if criterion.missing == "mean_points":
        points = points.mask(values.isna(), points.mask(is_exempt).mean())
    return points


def pool_of(table: pd.DataFrame, scoring: Scoring) -> pd.Series[str]:
    """
    Find the pool each row belongs to.

    Parameters
    ----------
    table
        Rows with ``size_class`` where pools ask for it.
    scoring
        The pools; the first that fits holds.

    Returns
    -------
    Series
        ``pool``, same index; None where no pool fits or the size class is missing.
    """
    size = table.get("size_class", pd.Series(None, table.index, dtype=object))
    found = pd.Series([None] * len(table), table.index, dtype=object, name="pool")
    for pool in reversed(scoring.pools):
        fits = size.notna() | size.isna() if pool.size_class is None else size.eq(pool.size_class)
        found = found.mask(fits, pool.name)
    return found


def scores(table: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """
    Score each row by the criteria of its pool.

    Parameters
    ----------
    table
        Rows with the indicators; one that the table lacks counts as missing everywhere. Rows with
        an ``exempt_reason`` set neither extremes nor means; by place between extremes they get no
        points.
    scoring
        The rulebook's pools and criteria.

    Returns
    -------
    DataFrame
        Same index: ``pool``, the points of every criterion in its own column (NaN for rows of
        pools without it), ``efficiency_score`` their sum (NaN when one is missing), and
        ``missing``, the indicators without a value, joined by commas.

    Raises
    ------
    RuleError
        When a baseline is not stated.
    """
    pool = pool_of(table, scoring)
    made = pd.DataFrame({"pool": pool}, index=table.index)
    made["efficiency_score"] = np.nan
    is_unsized = table.get("size_class", pool).isna()  # without a size class no pool may fit
    made["missing"] = np.where(pool.isna() & is_unsized, "size_class", "")
    for one in scoring.pools:
        mine = pool == one.name
        for name, values in _pool_columns(table[mine], one).items():
            made.loc[mine, name] = values
    return made


def _pool_columns(rows: pd.DataFrame, pool: Pool) -> pd.DataFrame:
    names = np.array([criterion.column for criterion in pool.criteria])
    values = rows.reindex(columns=names).astype(float)
    is_exempt = rows.get("exempt_reason", pd.Series(None, rows.index, dtype=object)).notna()
    points = pd.DataFrame({
        score_column(one.column): _points(values[one.column], one, is_exempt)
        for one in pool.criteria
    })  # fmt: skip
    lacking = values.isna().to_numpy()
    points["efficiency_score"] = points.sum(axis=1, skipna=False)
    points["missing"] = said_of_rows(lacking, lambda row: ",".join(names[row]))
    return points
