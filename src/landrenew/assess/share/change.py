"""Why the control-line share changed: the line was re-drawn, ground was retired, ground was built.

A share can be brought to its target by moving the line alone. So the change between two states is
split exactly, and what re-drawing did stands apart from what was done on the ground.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from itertools import permutations
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from landrenew.assess.share.land import UNKNOWN_TOWN
from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels, require

if TYPE_CHECKING:
    from collections.abc import Hashable

SHAPLEY = Text(
    "变化的分解：前期占比到现状占比之间有三项变化（控制线调整、用地退出、用地新增），逐项计入的先后"
    "不同，各项的作用就不同；这里取全部 6 种先后的平均（Shapley 值），三项之和恰为总变化，且不偏向"
    "任何一种先后。前期的用地按现状测绘的界线计（可比口径）。",
    "How the change is split: three things changed between the earlier and the present share (the"
    " line was re-drawn, ground was retired, ground was newly built). What each did depends on"
    " which is counted first; here it is the mean over all 6 orders (Shapley value): the three add"
    " up to the change exactly and no order is preferred. Ground of the earlier state is measured"
    " as it is drawn today.",
)

CAUSES = ("line", "retired", "built")
"""The three causes, in the one fixed order that is given beside the mean."""


class Areas(NamedTuple):
    """
    Some ground, and what of it lies inside either version of the line.

    Parameters
    ----------
    total_m2
        All of it [m2].
    inside_earlier_m2
        Inside the earlier line [m2].
    inside_m2
        Inside the present line [m2].
    """

    total_m2: float
    inside_earlier_m2: float
    inside_m2: float


class Causes(NamedTuple):
    """
    A change of the share by cause, in parts of one (0.01 is a percentage point).

    Parameters
    ----------
    line
        By re-drawing the line.
    retired
        By retiring ground.
    built
        By building on new ground.
    """

    line: float
    retired: float
    built: float


@dataclass(frozen=True)
class ShareChange:
    """
    The change of the control-line share, for a city or a town.

    Parameters
    ----------
    name
        City or town.
    kept
        Ground that is industrial in both states, as it is drawn today.
    retired
        Ground that was industrial in the earlier state only.
    new
        Ground that is industrial now only.
    before
        Earlier share, measured like the present one [0-1]; NaN without land.
    after
        Present share, the published one [0-1]; NaN without land.
    causes
        The three parts of ``after - before``; NaN where one of the two is.
    line_first
        The same by one fixed order: line, then retirement, then new building.
    by_earlier_line
        Present share if the line had not been re-drawn [0-1].
    as_drawn
        Earlier share of the earlier layers alone, as a run of that time gives it [0-1]; None where
        it is not known, as of a single town.
    towns
        The same for each town.
    """

    name: str
    kept: Areas
    retired: Areas
    new: Areas
    before: float
    after: float
    causes: Causes
    line_first: Causes
    by_earlier_line: float
    as_drawn: float | None = None
    towns: tuple[ShareChange, ...] = field(default=())


def share_at(kept: Areas, retired: Areas, new: Areas, done: frozenset[str]) -> float:
    """
    Give the share of a state in which some of the three changes are done [0-1].

    Parameters
    ----------
    kept
        Ground that is industrial in both states.
    retired
        Ground that was industrial only earlier; counts until ``"retired"`` is done.
    new
        Ground that is industrial only now; counts once ``"built"`` is done.
    done
        Some of :data:`CAUSES`.

    Returns
    -------
    float
        Ground inside over all ground, by the present line once ``"line"`` is done, else by the
        earlier one; NaN without any ground.

    Examples
    --------
    >>> kept, nothing = Areas(100.0, 60.0, 80.0), Areas(0.0, 0.0, 0.0)
    >>> [share_at(kept, nothing, nothing, frozenset(done)) for done in ([], ["line"])]
    [0.6, 0.8]
    """
    there = [kept]
    if "retired" not in done:
        there.append(retired)
    if "built" in done:
        there.append(new)
    total = math.fsum(one.total_m2 for one in there)
    inside = math.fsum(one.inside_m2 if "line" in done else one.inside_earlier_m2 for one in there)
    return inside / total if total > 0 else math.nan


def split_change(kept: Areas, retired: Areas, new: Areas) -> Causes:
    """
    Split the change of the share into its three causes.

    Parameters
    ----------
    kept
        Ground that is industrial in both states.
    retired
        Ground that was industrial only earlier.
    new
        Ground that is industrial only now.

    Returns
    -------
    Causes
        Parts that add up to the change; NaN where the share before or after is.

    Notes
    -----
    With ``v(S)`` the share once the changes S are done (:func:`share_at`), a cause c gets the mean
    of ``v(S + c) - v(S)`` over the 6 orders in which the three can follow each other, S being what
    comes before c: the value of Shapley (A value for n-person games, 1953). An order that passes
    through a city without any industrial land has no share on the way and is left out; that is so
    only where no ground is kept, and then building comes before retirement.

    Examples
    --------
    >>> nothing = Areas(0.0, 0.0, 0.0)
    >>> found = split_change(Areas(60.0, 60.0, 60.0), Areas(40.0, 0.0, 0.0), nothing)
    >>> [round(one, 12) for one in found]
    [0.0, 0.4, 0.0]
    """
    every = [_in_order(order, kept, retired, new) for order in permutations(CAUSES)]
    known = [one for one in every if not any(math.isnan(part) for part in one)]
    if not known:
        return Causes(math.nan, math.nan, math.nan)
    return Causes(*(math.fsum(parts) / len(known) for parts in zip(*known, strict=True)))


def _in_order(order: tuple[str, ...], kept: Areas, retired: Areas, new: Areas) -> Causes:
    """Give what each cause does when they follow each other so."""
    states = [
        share_at(kept, retired, new, frozenset(order[:count])) for count in range(len(order) + 1)
    ]
    did = {cause: states[i + 1] - states[i] for i, cause in enumerate(order)}
    return Causes(*(did[cause] for cause in CAUSES))


def _areas(total: pd.Series[float], earlier: pd.Series[float], now: pd.Series[float]) -> Areas:
    return Areas(math.fsum(total), math.fsum(earlier), math.fsum(now))


NO_AREAS = Areas(0.0, 0.0, 0.0)


def _present(rows: pd.DataFrame) -> tuple[Areas, Areas]:
    """Add up kept and new ground; a line or a state that is not compared is the present one."""
    nothing = pd.Series(0.0, rows.index)
    now = rows["inside_area_m2"]
    then = rows.get("inside_earlier_line_m2", now)
    new = rows.get("new_ground_m2", nothing)
    new_now = rows.get("new_inside_m2", nothing)
    new_then = rows.get("new_inside_earlier_line_m2", new_now)
    kept = _areas(rows["counted_area_m2"] - new, then - new_then, now - new_now)
    return kept, _areas(new, new_then, new_now)


def _gone(rows: pd.DataFrame) -> Areas:
    now = rows["retired_inside_m2"]
    then = rows.get("retired_inside_earlier_line_m2", now)
    return _areas(rows["retired_ground_m2"], then, now)


def _change_of(name: str, present: pd.DataFrame, gone: pd.DataFrame | None) -> ShareChange:
    kept, new = _present(present)
    retired = NO_AREAS if gone is None else _gone(gone)
    done = frozenset(CAUSES)
    return ShareChange(
        name=name,
        kept=kept,
        retired=retired,
        new=new,
        before=share_at(kept, retired, new, frozenset()),
        after=_share(present["inside_area_m2"], present["counted_area_m2"]),
        causes=split_change(kept, retired, new),
        line_first=_in_order(CAUSES, kept, retired, new),
        by_earlier_line=share_at(kept, retired, new, done - {"line"}),
    )


def _share(inside: pd.Series[float], total: pd.Series[float]) -> float:
    whole = math.fsum(total)
    return math.fsum(inside) / whole if whole > 0 else math.nan


def summarize_change(parcels: Parcels, earlier: pd.DataFrame | None, *, name: str) -> ShareChange:
    """
    Split the change of the control-line share of a city and of each of its towns.

    Parameters
    ----------
    parcels
        Parcel table with ``counted_area_m2`` and ``inside_area_m2``, with what
        :func:`landrenew.measure.vintages.new_ground` measured, and with ``town`` where known.
    earlier
        The earlier state with ``counted_area_m2`` and what
        :func:`landrenew.measure.vintages.retired_ground` measured, ``town`` where known; None
        where only the line is compared.
    name
        Name of the city.

    Returns
    -------
    ShareChange
        The change of the city; ``towns`` sorted by name. Kept and new ground belong to the town of
        the present parcel, retired ground to that of the earlier one.

    Raises
    ------
    ColumnError
        When a column is missing.
    """
    require(parcels, "counted_area_m2", "inside_area_m2")
    whole = _change_of(name, parcels, earlier)
    if earlier is not None:
        drawn = _share(earlier["drawn_inside_m2"], earlier["counted_area_m2"])
        whole = replace(whole, as_drawn=drawn)
    if "town" not in parcels:
        return whole
    here, then = _by_town(parcels), {} if earlier is None else _by_town(earlier)
    nothing = pd.DataFrame(parcels).iloc[:0]
    towns = tuple(
        _change_of(str(town), here.get(town, nothing), then.get(town))
        for town in sorted({*here, *then}, key=str)
    )
    return replace(whole, towns=towns)


def _by_town(table: pd.DataFrame) -> dict[Hashable, pd.DataFrame]:
    unknown = pd.Series(UNKNOWN_TOWN, table.index, dtype=object)
    town = table["town"].fillna(UNKNOWN_TOWN) if "town" in table else unknown
    return dict(iter(pd.DataFrame(table).groupby(town)))
