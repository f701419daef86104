"""How much of the industrial land lies inside the control line, against the target.

No policy text defines the share; :data:`DEFINITIONS` says what is computed here, and it is printed
beside every figure. The interval and the verdict rest on the doubts of
:mod:`landrenew.assess.share.doubts`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from landrenew.assess.share.doubts import NEAR, area_doubt, doubtful_area_m2, share_doubts
from landrenew.assess.share.interval import is_met, share_interval
from landrenew.assess.share.land import Land
from landrenew.assess.share.work_list import DoubtSum, WorkList, sums_by_kind, work_list
from landrenew.base.units import to_mu
from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels, require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from landrenew.base.codes.land import Scheme

Verdict = Literal["met", "not_met", "undetermined"]


@dataclass(frozen=True)
class ControlShare:
    """
    The share of industrial land inside the control line, for a city, a town or a village.

    Parameters
    ----------
    name
        City, town or village.
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
    count_share
        Share by number of parcels that lie wholly inside [0-1].
    by_method
        The share by each way to take areas that all parcels have: ``ellipsoidal``, which is
        ``share``, ``planar``, ``declared`` [0-1].
    line_m
        How far the line may lie off [m]; None when nobody said, and then no doubt of it counts.
    unknown_areas
        Rows set aside of which no area is known, and that no figure holds.
    work
        The doubts, those first that can do most to turn the verdict; None where none were sought.
    by_kind
        What all doubts of each kind may do together.
    towns
        The same for each town.
    villages
        The same for each village, of a town; of a city only where no towns are known.
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
    count_share: float = math.nan
    by_method: dict[str, float] = field(default_factory=dict)
    line_m: float | None = None
    unknown_areas: int = 0
    work: WorkList | None = field(default=None, repr=False, compare=False)
    by_kind: tuple[DoubtSum, ...] = field(default=())
    towns: tuple[ControlShare, ...] = field(default=())
    villages: tuple[ControlShare, ...] = field(default=())

    @property
    def doubts(self) -> pd.DataFrame:
        """The doubts as a table, see :meth:`landrenew.assess.share.work_list.WorkList.table`."""
        return pd.DataFrame() if self.work is None else self.work.table()

    @property
    def to_settle(self) -> list[tuple[str, tuple[str, ...]]]:
        """Kind and ids of the doubts that decide the verdict, if all come out as drawn."""
        return [] if self.work is None else self.work.first()

    @property
    def leaning(self) -> Verdict:
        """The verdict if everything is as drawn."""
        if self.target is None or math.isnan(self.share):
            return "undetermined"
        nothing = np.empty((0, 2, 2))
        return "met" if is_met(self.inside_m2, self.total_m2, nothing, self.target) else "not_met"


DEFINITION = Text(
    "线内占比 = 工业用地中位于工业控制线内的面积 ÷ 全部工业用地面积；重叠的地面只计一次，"
    "重叠的控制线先合并；面积为椭球面积。",
    "Share = area of industrial land inside the industrial control line / area of all industrial"
    " land; overlapping ground counts once, overlapping lines are united; areas are ellipsoidal.",
)

DEFINITIONS = {
    "share": DEFINITION,
    "majority_share": Text(
        "按多数计的占比 = 至少一半面积在线内的宗地数 ÷ 全部宗地数；大小宗地同等计数。",
        "Share by majority = parcels with at least half of their area inside / all parcels, by"
        " number; a large parcel counts like a small one.",
    ),
    "count_share": Text(
        "按宗数计的占比 = 完全在线内的宗地数 ÷ 全部宗地数；跨线宗地不算在线内。",
        "Share by count = parcels wholly inside / all parcels, by number; a straddling parcel is"
        " not inside.",
    ),
}
"""The three shares in words; the target is held against the first alone."""

HALF = 0.5

COLUMNS = (
    "parcel_area_m2", "planar_area_m2", "counted_area_m2", "inside_area_m2", "settled_m2",
    "control_share", "control_class",
)  # fmt: skip
"""Columns that the share needs."""


def summarize_share(
    parcels: Parcels,
    rejected: pd.DataFrame,
    *,
    name: str,
    target: float | None,
    land_scheme: Scheme | None = None,
    line_m: float | None = None,
) -> ControlShare:
    """
    Add up the control-line share of a city, of each of its towns and of each of their villages.

    Parameters
    ----------
    parcels
        Parcel table with the columns of :data:`COLUMNS`, and what
        :func:`landrenew.assess.share.doubts.share_doubts` asks for where it is known.
    rejected
        Parcels set aside, with ``code`` and maybe ``declared_area_m2``, ``town`` and ``village``.
    name
        Name of the city.
    target
        Share to reach [0-1], or None.
    land_scheme
        Scheme of the land codes; None takes one that fits most of them.
    line_m
        How far the control line may lie off [m]; None when nobody said. The parcels then have
        ``inside_within_line_m2`` and ``outside_within_line_m2``.

    Returns
    -------
    ControlShare
        The share of the city; ``towns`` and ``villages`` sorted by name. Each parcel is in one
        village of one town, so that the exact sums of the parts are those of the whole.

    Raises
    ------
    ColumnError
        When a column is missing.

    Notes
    -----
    The interval holds what the data leave open, exactly
    (:func:`landrenew.assess.share.interval.share_interval`). Doubts of unknown town count for the
    city alone, and so do those of unknown village for the town.
    """
    require(parcels, *COLUMNS, *(NEAR if line_m is not None else ()))
    if line_m is None:
        parcels = Parcels(parcels.drop(columns=list(NEAR), errors="ignore"))
    doubts = share_doubts(parcels, rejected, land_scheme=land_scheme)
    sizeless = pd.DataFrame(rejected[doubtful_area_m2(rejected).isna()])
    land = Land.of(parcels, doubts, sizeless)
    return _with_parts(land, ("town", "village"), name, target, line_m)


def _with_parts(
    land: Land, levels: Sequence[str], name: str, target: float | None, line_m: float | None
) -> ControlShare:
    """Take the share of a place, and of the parts of the first level that is known."""
    whole = _share_of(land, name, target, line_m)
    known = [one for one in levels if one in land.places]
    if not known:
        return whole
    parts = tuple(
        _with_parts(part, known[1:], one, target, line_m) for one, part in land.parts(known[0])
    )
    return replace(whole, towns=parts) if known[0] == "town" else replace(whole, villages=parts)


def _share_of(land: Land, name: str, target: float | None, line_m: float | None) -> ControlShare:
    inside, total = land.sums()
    share = inside / total if total > 0 else math.nan
    methods = land.by_other_areas()
    changes = [(one - inside, all_ - total) for one, all_ in methods.values()]
    doubts = land.doubts.joined([land.doubts, area_doubt(changes, land.differing())])
    counts, number = land.counts(), len(land.inside)
    retire, build = gap_m2(inside, total, target)
    by_method = {way: one / all_ if all_ > 0 else math.nan for way, (one, all_) in methods.items()}
    return ControlShare(
        name=name,
        share=share,
        target=target,
        verdict=_verdict(inside, total, doubts.moves, target),
        interval=share_interval(inside, total, doubts.moves),
        inside_m2=inside,
        total_m2=total,
        parcels=number,
        counts=counts,
        retire_mu=None if retire is None else to_mu(retire),
        build_mu=None if build is None else to_mu(build),
        majority_share=float((land.share >= HALF).mean()) if number else math.nan,
        count_share=counts["inside"] / number if number else math.nan,
        by_method={"ellipsoidal": share, **by_method},
        line_m=line_m,
        unknown_areas=len(land.sizeless),
        work=work_list(doubts, inside, total, target),
        by_kind=sums_by_kind(doubts, inside, total, target),
    )


def _verdict(
    inside: float, total: float, moves: NDArray[np.float64], target: float | None
) -> Verdict:
    if target is None or (total <= 0 and not (moves[..., 1] > 0).any()):
        return "undetermined"
    met = is_met(inside, total, moves, target)
    return "undetermined" if met is None else "met" if met else "not_met"


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
