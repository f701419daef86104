"""Scores: points for each criterion of the rulebook, each kept, and their sum.

Two families: a ratio to a published baseline, which stands alone, and a place between the extremes
of a named pool, which moves when the pool does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from landrenew.assess.kinds import joined_words, said_of_rows
from landrenew.assess.marks import Marks
from landrenew.assess.points import by_extremes, by_rank, by_ratio, earned, hanging
from landrenew.assess.pools import Asked, named_pools, pool_codes
from landrenew.base.columns import score_column

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from landrenew.rules.scoring import Bonus, MinMax, Rank, Ratio, Scoring

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Form = TypeVar("Form", Ratio, MinMax, Rank)


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
    >>> from landrenew.rules.scoring import Ratio
    >>> rule = Ratio(form="ratio", column="tax_cny10k_per_mu", weight=30, baseline=24.097,
    ...     missing="undetermined")
    >>> ratio_points(pd.Series([25.0]), rule).round(4).tolist()
    [31.1242]
    """
    return _on_array(by_ratio, values, criterion)


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
    >>> from landrenew.rules.scoring import MinMax
    >>> rule = MinMax(form="min_max", column="tax_cny10k_per_mu", weight=30, low=20,
    ...     missing="undetermined")
    >>> min_max_points(pd.Series([2.0, 10.0, 50.0]), rule).round(9).tolist()
    [6.0, 10.0, 30.0]
    """
    return _on_array(by_extremes, values, criterion)


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
    >>> from landrenew.rules.scoring import Rank
    >>> rule = Rank(form="rank", column="tax_cny10k_per_mu", weight=30, missing="undetermined")
    >>> rank_points(pd.Series([2.0, 10.0, 50.0]), rule).tolist()
    [0.0, 15.0, 30.0]
    """
    return _on_array(by_rank, values, criterion)


def _on_array(
    points: Callable[[Numbers, Form], Numbers], values: pd.Series[float], criterion: Form
) -> pd.Series[float]:
    """Give points to a column."""
    return pd.Series(points(_numbers(values), criterion), values.index)


def _numbers(values: pd.Series) -> Numbers:
    """Take a column as numbers, NaN where missing."""
    return values.to_numpy(dtype=float, na_value=np.nan)


class Scored(NamedTuple):
    """
    What rows score, as arrays of shape (n,).

    Parameters
    ----------
    pool
        Place of the pool in the rulebook, -1 where there is none.
    lacking
        What a row lacks that would tell its pool, by name.
    points
        Points of each criterion by its score column; NaN for rows of pools without it.
    score
        Their sum with the bonus; NaN where a criterion is missing or unsettled.
    is_unsettled
        Rows that have a score, but which one hangs on rows that may be exempt.
    """

    pool: NDArray[np.int8]
    lacking: Mapping[str, Flags]
    points: dict[str, Numbers]
    score: Numbers
    is_unsettled: Flags


def scored_rows(
    values: Mapping[str, Numbers],
    asked: Asked,
    marks: Marks,
    bonus: Numbers | None,
    scoring: Scoring,
    *,
    keeps_points: bool = True,
) -> Scored:
    """
    Score rows that lie in arrays; the published scores and every draw are made here.

    Parameters
    ----------
    values
        Indicators by name, each of shape (n,); one that is not there is missing everywhere.
    asked
        What pools ask of the rows.
    marks
        What sets rows apart: those exempt set neither extremes, ranks nor means, and points that
        hang on those that may be exempt are NaN.
    bonus
        Shape (n,): points that are proved, NaN where nothing is; None without a bonus.
    scoring
        The rulebook's pools and criteria.
    keeps_points
        Whether the points of each criterion are asked for.

    Returns
    -------
    Scored
        Pool, points and score of each row.

    Raises
    ------
    RuleError
        When a baseline is not stated.
    """
    pool, lacking = pool_codes(asked, scoring)
    nothing = np.full(len(pool), np.nan)
    score, is_unsettled = nothing.copy(), np.zeros(len(pool), dtype=bool)
    points: dict[str, Numbers] = {}
    for place, one in enumerate(scoring.pools):
        if not one.criteria:  # nobody outside has read them
            continue
        mine = np.flatnonzero(pool == place)
        total, exempt, is_open = np.zeros(len(mine)), marks.is_exempt[mine], marks.is_open[mine]
        hangs = np.zeros(len(mine), dtype=bool)
        for criterion in one.criteria:
            value = values.get(criterion.column, nothing)[mine]
            earns = earned(value, criterion, exempt)
            total += earns
            if is_open.any():
                here = hanging(value, criterion, exempt, is_open)
                earns[here], hangs = np.nan, hangs | here
            if keeps_points:
                points.setdefault(score_column(criterion.column), nothing.copy())[mine] = earns
        is_unsettled[mine] = hangs & ~np.isnan(total)
        score[mine] = np.where(hangs, np.nan, total) if hangs.any() else total
    if bonus is not None:
        score += np.where(np.isnan(bonus), 0.0, bonus)  # nothing was claimed
    return Scored(pool, lacking, points, score, is_unsettled)


def scores(table: pd.DataFrame, scoring: Scoring) -> pd.DataFrame:
    """
    Score each row by the criteria of its pool.

    Parameters
    ----------
    table
        Rows with the indicators; one that the table lacks counts as missing everywhere. Rows with
        an ``exempt_reason`` set neither extremes, ranks nor means, and get no points by them;
        where their ``exempt_class`` is ``undetermined``, points that hang on them stay open.
        ``bonus_points`` count only with ``bonus_evidence``; empty ones claim nothing.
    scoring
        The rulebook's pools and criteria.

    Returns
    -------
    DataFrame
        Same index: ``pool``, the points of every criterion in its own column (NaN for rows of
        pools without it), ``bonus_score`` where the rulebook knows a bonus, ``efficiency_score``
        their sum (NaN when a criterion is missing or open, or the criteria of the pool are not
        published), and ``missing``, what has no value, joined by commas.

    Raises
    ------
    RuleError
        When a baseline is not stated.
    """
    return settled_scores(table, scoring)[0]


def settled_scores(table: pd.DataFrame, scoring: Scoring) -> tuple[pd.DataFrame, pd.Series[bool]]:
    """
    Score each row, and tell which scores hang on rows that may be exempt.

    Parameters
    ----------
    table
        As for :func:`scores`.
    scoring
        The rulebook's pools and criteria.

    Returns
    -------
    scores : DataFrame
        As :func:`scores` gives them.
    is_unsettled : Series
        Truth values, same index: rows that have a score, but which one hangs on such rows.
    """
    names = {one.column for pool in scoring.pools for one in pool.criteria}
    values = {name: _numbers(table[name]) for name in names if name in table}
    proved = None if scoring.bonus is None else bonus_points(table, scoring.bonus)
    bonus = None if proved is None else proved["points"].to_numpy()
    found = scored_rows(values, Asked.of(table), Marks.of(table), bonus, scoring)
    made = named_pools(found.pool, found.lacking, table.index, scoring)
    lacks = joined_words(made.pop("missing"), _missing_criteria(values, found.pool, scoring, table))
    made = made.assign(efficiency_score=found.score, **found.points)
    if proved is not None:
        made["bonus_score"] = bonus
        lacks = joined_words(lacks, proved["missing"])
    return made.assign(missing=lacks), pd.Series(found.is_unsettled, table.index)


def _missing_criteria(
    values: Mapping[str, Numbers], pools: NDArray[np.int8], scoring: Scoring, table: pd.DataFrame
) -> pd.Series[str]:
    """Name the criteria of its pool of which a row has no value."""
    said = np.full(len(table), "", dtype=object)
    nothing = np.full(len(table), np.nan)
    for place, pool in enumerate(scoring.pools):
        if not pool.criteria:
            continue
        mine = np.flatnonzero(pools == place)
        names = np.array([one.column for one in pool.criteria])
        lacking = np.isnan(np.column_stack([values.get(name, nothing)[mine] for name in names]))
        said[mine] = _joined_names(lacking, names)
    return pd.Series(said, table.index)


def _joined_names(lacking: Flags, names: NDArray[np.str_]) -> list[str]:
    return said_of_rows(lacking, lambda row: ",".join(names[row.astype(bool)]))


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
