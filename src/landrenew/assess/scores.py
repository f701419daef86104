"""Scores: points for each criterion of the rulebook, each kept, and their sum.

Two families: a ratio to a published baseline, which stands alone, and a place between the extremes
of a named pool, which moves when the pool does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.assess.kinds import joined_words, said_of_rows
from landrenew.base.columns import score_column
from landrenew.base.errors import RuleError
from landrenew.base.exact import COMPARED
from landrenew.rules.scoring import MinMax, Rank, Ratio

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.rules.scoring import Bonus, Criterion, Pool, Scoring

    Flags = NDArray[np.bool_]

ASKED = ("size_class", "land_mu", "tenure")
"""Columns that tell pools apart."""

EXACT_MU = 6
"""Digits of land that are compared with a bound [mu]: 2,000 m2 are 3 mu, to a square centimetre."""


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
    ``weight * (low + (100 - low) * (value - min) / (max - min)) / 100``; with a tail share, values
    below that quantile of the pool or above the opposite one count as these.
    Source: 旌德县工业企业亩均效益评价, 2022.

    Examples
    --------
    >>> rule = MinMax(form="min_max", column="tax_cny10k_per_mu", weight=30, low=20,
    ...     missing="undetermined")
    >>> min_max_points(pd.Series([2.0, 10.0, 50.0]), rule).round(9).tolist()
    [6.0, 10.0, 30.0]
    """
    low, high = pool_extremes(values, criterion)
    values = values.clip(low, high)
    span = high - low if high > low else np.nan
    place = (values - low) / span
    return criterion.weight * (criterion.low + (100 - criterion.low) * place) / 100


def pool_extremes(values: pd.Series[float], criterion: MinMax) -> tuple[float, float]:
    """
    Find the values that set the scale of a min-max criterion.

    Parameters
    ----------
    values
        Indicator values of one pool; NaN where missing, and of the exempt.
    criterion
        The share of the pool at either end that does not set the scale.

    Returns
    -------
    tuple of float
        Lowest and highest, in the indicator's unit; NaN for a pool without a value.
    """
    tail = criterion.tail_share
    return float(values.quantile(tail)), float(values.quantile(1 - tail))


def rank_points(values: pd.Series[float], criterion: Rank) -> pd.Series[float]:
    """
    Give points by rank.

    Parameters
    ----------
    values
        Indicator values of one pool; NaN where missing.
    criterion
        Weight.

    Returns
    -------
    Series
        Points, same index; NaN where the value is missing, and for a pool of one, which has no
        place among others.

    Notes
    -----
    ``weight * (n - rank) / (n - 1)``, rank 1 for the largest value, equal values the mean of their
    ranks. A row that joins the pool moves the points of others, and may so turn their order in
    the sum of several criteria.

    Examples
    --------
    >>> rule = Rank(form="rank", column="tax_cny10k_per_mu", weight=30, missing="undetermined")
    >>> rank_points(pd.Series([2.0, 10.0, 50.0]), rule).tolist()
    [0.0, 15.0, 30.0]
    """
    rank = values.round(COMPARED).rank(ascending=False, method="average")
    others = values.count() - 1
    return criterion.weight * (others + 1 - rank) / (others if others > 0 else np.nan)


def _points(
    values: pd.Series[float], criterion: Criterion, is_exempt: pd.Series[bool]
) -> pd.Series[float]:
    """Give points; the exempt set neither extremes, ranks nor the mean of the pool."""
    if isinstance(criterion, Ratio):
        points = ratio_points(values, criterion)
    elif isinstance(criterion, MinMax):
        points = min_max_points(values.mask(is_exempt), criterion)
    else:
        points = rank_points(values.mask(is_exempt), criterion)
    if criterion.missing == "mean_points":
        points = points.mask(values.isna(), points.mask(is_exempt).mean())
    return points


def pool_of(table: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """
    Find the pool each row belongs to.

    Parameters
    ----------
    table
        Rows with ``size_class``, ``land_mu`` [mu] and ``tenure`` where pools ask for them.
    scoring
        The pools; the first that fits holds.

    Returns
    -------
    DataFrame
        Same index: ``pool``, None where no pool fits or it cannot be told which; ``missing``, what
        a row lacks that would tell.
    """
    nothing = np.full(len(table), None, dtype=object)
    found = pd.DataFrame({"pool": nothing, "missing": ""}, index=table.index)
    is_open = np.ones(len(table), dtype=bool)
    for pool in scoring.pools:
        answers = [(name, *_fits(table, name, pool)) for name in ASKED if _asks(pool, name)]
        says_no, lacks = np.zeros_like(is_open), np.zeros_like(is_open)
        for _, known, fits in answers:
            says_no |= known & ~fits
            lacks |= ~known
        unclear = is_open & ~says_no & lacks
        for name, known, _ in answers:
            found.loc[unclear & ~known, "missing"] += f"{name},"
        found.loc[is_open & ~says_no & ~lacks, "pool"] = pool.name
        is_open &= says_no
    found["missing"] = found["missing"].str.rstrip(",")
    return found


def _asks(pool: Pool, name: str) -> bool:
    if name == "land_mu":
        return pool.land_from_mu is not None or pool.land_below_mu is not None
    return getattr(pool, name) is not None


def _fits(table: pd.DataFrame, name: str, pool: Pool) -> tuple[Flags, Flags]:
    """Tell of which rows a column is known, and which of them it lets into a pool."""
    values = table.get(name, pd.Series(None, table.index, dtype=object))
    known = values.notna().to_numpy()
    if name != "land_mu":
        return known, values.eq(getattr(pool, name)).to_numpy()
    land = values.astype(float).round(EXACT_MU)
    low = -np.inf if pool.land_from_mu is None else pool.land_from_mu
    high = np.inf if pool.land_below_mu is None else pool.land_below_mu
    return known, (land.ge(low) & land.lt(high)).to_numpy()


def scores(table: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """
    Score each row by the criteria of its pool.

    Parameters
    ----------
    table
        Rows with the indicators; one that the table lacks counts as missing everywhere. Rows with
        an ``exempt_reason`` set neither extremes, ranks nor means, and get no points by them.
        ``bonus_points`` count only with ``bonus_evidence``; empty ones claim nothing.
    scoring
        The rulebook's pools and criteria.

    Returns
    -------
    DataFrame
        Same index: ``pool``, the points of every criterion in its own column (NaN for rows of
        pools without it), ``bonus_score`` where the rulebook knows a bonus, ``efficiency_score``
        their sum (NaN when a criterion is missing, or the criteria of the pool are not published),
        and ``missing``, what has no value, joined by commas.

    Raises
    ------
    RuleError
        When a baseline is not stated.
    """
    made = pool_of(table, scoring)
    lacks = made.pop("missing")
    made["efficiency_score"] = np.nan
    made["missing"] = lacks
    for one in (pool for pool in scoring.pools if pool.criteria):
        mine = made["pool"] == one.name
        for name, values in _pool_columns(table[mine], one).items():
            made.loc[mine, name] = values
    if scoring.bonus is not None:
        earned = bonus_points(table, scoring.bonus)
        made["bonus_score"] = earned["points"]
        made["efficiency_score"] += earned["points"].fillna(0.0)  # nothing was claimed
        made["missing"] = joined_words(made["missing"], earned["missing"])
    return made


def bonus_points(table: pd.DataFrame, bonus: Bonus) -> pd.DataFrame:
    """
    Give the points that are proved.

    Parameters
    ----------
    table
        Rows with ``bonus_points``, empty where nothing is claimed, and ``bonus_evidence``, the
        document that proves them.
    bonus
        Fewest and most points.

    Returns
    -------
    DataFrame
        Same index: ``points``, NaN where nothing is claimed or nothing proves it; ``missing``,
        ``bonus_evidence`` where points are claimed without any.
    """
    claimed = table.get("bonus_points", pd.Series(np.nan, table.index)).astype(float)
    proof = table.get("bonus_evidence", pd.Series(None, table.index, dtype=object))
    is_proved = proof.notna()
    points = claimed.clip(bonus.least, bonus.most).where(is_proved)
    missing = np.where(claimed.notna() & ~is_proved, "bonus_evidence", "")
    return pd.DataFrame({"points": points, "missing": missing}, index=table.index)


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
