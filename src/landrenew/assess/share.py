"""How much of the industrial land lies inside the control line, against the target.

No policy text defines the share; :data:`DEFINITION` says what is computed here, and it is printed
beside every figure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from geopandas import GeoDataFrame

from landrenew.base.units import to_mu
from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels, require

Verdict = Literal["met", "not_met", "undetermined"]


@dataclass(frozen=True)
class ControlShare:
    """
    The share of industrial land inside the control line, for a city or a town.

    Parameters
    ----------
    name
        City or town.
    share
        Inside over total [0-1]; NaN when there is no land.
    target
        Share to reach [0-1]; None when the rulebook has none.
    verdict
        ``met`` or ``not_met`` when the whole interval says so, else ``undetermined``.
    interval
        Lowest and highest share the doubts allow [0-1].
    inside_m2
        Industrial land inside the line, overlapping ground once [m2].
    total_m2
        All industrial land, overlapping ground once [m2].
    parcels
        Number of parcels.
    counts
        Number of parcels inside, straddling and outside.
    retire_mu
        Land outside to clear, nothing built, until the target holds [mu]; 0 when met.
    build_mu
        Land inside to add, nothing cleared, until the target holds [mu]; 0 when met.
    majority_share
        Share by number of parcels with at least half of their land inside [0-1].
    towns
        The same for each town.
    """

    name: str
    share: float
    target: float | None
    verdict: Verdict
    interval: tuple[float, float]
    inside_m2: float
    total_m2: float
    parcels: int
    counts: dict[str, int]
    retire_mu: float | None
    build_mu: float | None
    majority_share: float
    towns: tuple[ControlShare, ...] = field(default=())


DEFINITION = Text(
    "线内占比 = 工业用地中位于工业控制线内的面积 ÷ 全部工业用地面积；重叠的地面只计一次，"
    "重叠的控制线先合并；面积为椭球面积。",
    "Share = area of industrial land inside the industrial control line / area of all industrial"
    " land; overlapping ground counts once, overlapping lines are united; areas are ellipsoidal.",
)

UNKNOWN_TOWN = "—"
"""Name of the row for parcels whose town is not known."""

HALF = 0.5

LEVEL = 1e-12
"""Shares this close to the target count as equal to it."""


def summarize_share(
    parcels: Parcels, rejected: pd.DataFrame, *, name: str, target: float | None
) -> ControlShare:
    """
    Add up the control-line share of a city and of each of its towns.

    Parameters
    ----------
    parcels
        Parcel table with ``counted_area_m2``, ``inside_area_m2``, ``settled_m2``,
        ``control_share``, ``control_class``, and ``town`` where known.
    rejected
        Parcels set aside, with ``code`` and maybe ``declared_area_m2`` and ``town``.
    name
        Name of the city.
    target
        Share to reach [0-1], or None.

    Returns
    -------
    ControlShare
        The share of the city; ``towns`` sorted by name.

    Raises
    ------
    ColumnError
        When a column is missing.

    Notes
    -----
    The interval holds what the data leave open: slivers that the tolerance settled may lie on
    either side, and so may parcels that were set aside, by their declared area. Those of unknown
    town count as doubts of the city alone.
    """
    require(
        parcels, "counted_area_m2", "inside_area_m2", "settled_m2", "control_share", "control_class"
    )
    doubtful = doubtful_area_m2(rejected)
    whole = _share_of(parcels, math.fsum(doubtful), name, target)
    if "town" not in parcels:
        return whole
    town = parcels["town"].fillna(UNKNOWN_TOWN)
    lost = doubtful.groupby(rejected.get("town", pd.Series(dtype=object))).sum()
    columns = ["counted_area_m2", "inside_area_m2", "settled_m2", "control_share", "control_class"]
    towns = tuple(
        _share_of(rows, float(lost.get(str(one), 0.0)), str(one), target)
        for one, rows in pd.DataFrame(parcels[columns]).groupby(town)  # sorted by name
    )
    return replace(whole, towns=towns)


def doubtful_area_m2(rejected: pd.DataFrame) -> pd.Series[float]:
    """
    Give the ground that parcels set aside may have [m2].

    Parameters
    ----------
    rejected
        Parcels set aside, with ``code``, and their shapes as drawn where there are any.

    Returns
    -------
    Series
        Declared area, else planar area as drawn, else 0; 0 for repeated rows, whose ground is
        counted already; same index.
    """
    nothing = pd.Series(np.nan, rejected.index)
    declared = rejected.get("declared_area_m2", nothing).astype(float)
    drawn = rejected.geometry.area.abs() if isinstance(rejected, GeoDataFrame) else nothing
    area = declared.fillna(drawn.where(np.isfinite(drawn))).fillna(0.0)
    return area.where(rejected["code"] != "duplicate_row", 0.0)


def _share_of(
    parcels: pd.DataFrame, doubtful: float, name: str, target: float | None
) -> ControlShare:
    # to the last bit the same in any order of the parcels
    inside = math.fsum(parcels["inside_area_m2"])
    total = math.fsum(parcels["counted_area_m2"])
    share = inside / total if total > 0 else math.nan
    interval = _interval(parcels, inside, total, doubtful)
    classes = parcels["control_class"].value_counts()
    retire, build = gap_m2(inside, total, target)
    return ControlShare(
        name=name,
        share=share,
        target=target,
        verdict=_verdict(interval, target),
        interval=interval,
        inside_m2=inside,
        total_m2=total,
        parcels=len(parcels),
        counts={word: int(classes.get(word, 0)) for word in ("inside", "straddling", "outside")},
        retire_mu=None if retire is None else to_mu(retire),
        build_mu=None if build is None else to_mu(build),
        majority_share=float((parcels["control_share"] >= HALF).mean()),
    )


def _interval(
    parcels: pd.DataFrame, inside: float, total: float, doubtful: float
) -> tuple[float, float]:
    if total + doubtful <= 0:
        return math.nan, math.nan
    settled = parcels["settled_m2"]
    low = inside - math.fsum(settled.clip(lower=0))
    high = inside - math.fsum(settled.clip(upper=0))
    most = total + doubtful
    return max(low / most, 0.0), min((high + doubtful) / most, 1.0)


def _verdict(interval: tuple[float, float], target: float | None) -> Verdict:
    low, high = interval
    if target is None or math.isnan(low):
        return "undetermined"
    if low >= target - LEVEL:
        return "met"
    return "not_met" if high < target - LEVEL else "undetermined"


def gap_m2(
    inside_m2: float, total_m2: float, target: float | None
) -> tuple[float | None, float | None]:
    """
    Measure the way to the target by either lever alone [m2].

    Parameters
    ----------
    inside_m2
        Land inside the line [m2].
    total_m2
        All land [m2].
    target
        Share to reach, above 0 and at most 1; None: there is no gap to measure.

    Returns
    -------
    retire : float or None
        Land outside to clear [m2], at least 0.
    build : float or None
        Land inside to add [m2], at least 0; None when the target is 1, which building alone never
        reaches while land is outside.

    Notes
    -----
    With I inside and O outside: retire ``O - I (1 - t) / t`` or build
    ``(t O - (1 - t) I) / (1 - t)``. Clearing shrinks the total, so the denominator moves.

    Examples
    --------
    >>> gap_m2(60.0, 100.0, 0.8)
    (25.0, 100.0)
    """
    if target is None:
        return None, None
    outside = total_m2 - inside_m2
    short = target * outside - (1 - target) * inside_m2
    if short <= 0:
        return 0.0, 0.0
    # rounded so that 60 of 100 at 0.8 asks for 25, not for 24.999999999999996
    return round(short / target, 6), None if target == 1 else round(short / (1 - target), 6)
