"""The ledger: dated events that bring a parcel from survey to production, one stage at a time.

Stages only move forward, and nothing is supplied or built on land that was not demolished first.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from landrenew.base.columns import WORDS
from landrenew.base.dates import whole_day
from landrenew.base.missing import none_where_missing
from landrenew.base.units import to_mu
from landrenew.base.words import Text
from landrenew.intake.faults import Fault
from landrenew.intake.parcels import Parcels, require
from landrenew.measure.land import overlapping_pairs

STAGES = (
    "surveyed", "listed", "willing", "agreed", "vacated",
    "demolished", "supplied", "built", "in_production",
)  # fmt: skip
"""The stages in their order."""

CLEARED = STAGES.index("demolished")


def ledger_land(parcels: Parcels, earlier: Parcels | None) -> Parcels:
    """
    Give the parcels that a ledger may speak of: those of today, and those that are gone since.

    Parameters
    ----------
    parcels
        Parcel table with ``counted_area_m2``, and ``town`` where known.
    earlier
        The earlier state with the same columns and ``parcel_id``; None without one.

    Returns
    -------
    Parcels
        The parcel table, then parcels of the earlier state whose id it does not have; of ids that
        stand on several of these, none.
    """
    if earlier is None or "parcel_id" not in earlier:
        return parcels
    ids = earlier["parcel_id"]
    gone = earlier[ids.notna() & ~ids.duplicated(keep=False) & ~ids.isin(parcels.index)]
    if gone.empty:
        return parcels
    columns = [one for one in ("town", "counted_area_m2", "geometry") if one in parcels]
    gone = gone.set_index("parcel_id").reindex(columns=columns)
    return Parcels(pd.concat([parcels[columns], gone]))


def counted_once(land: Parcels, parcels: Parcels, events: pd.DataFrame) -> Parcels:
    """
    Count ground once that was cleared under the number of today and under one that is gone.

    Parameters
    ----------
    land
        The result of :func:`ledger_land`, with ``counted_area_m2``.
    parcels
        The parcel table.
    events
        Events kept by :func:`check_events`.

    Returns
    -------
    Parcels
        The same rows; of a parcel that is gone ``counted_area_m2`` is without the ground of
        parcels of today that were cleared too.

    Raises
    ------
    ColumnError
        When ``counted_area_m2`` is missing.
    """
    require(land, "counted_area_m2")
    if len(land) == len(parcels):
        return land
    cleared = Parcels(land.loc[events["parcel_id"][events["step"] == CLEARED]])
    pairs = overlapping_pairs(cleared)
    shares = pd.concat([
        pairs.set_index(one)["area_m2"][~pairs[one].isin(parcels.index).to_numpy()
                                        & pairs[other].isin(parcels.index).to_numpy()]
        for one, other in (("first", "second"), ("second", "first"))
    ])  # fmt: skip
    shared = shares.groupby(level=0).sum() / land.geometry.area.reindex(shares.index.unique())
    left = (1.0 - shared.reindex(land.index).fillna(0.0)).clip(lower=0.0)
    return Parcels(land.assign(counted_area_m2=land["counted_area_m2"] * left))


def check_events(events: pd.DataFrame, parcels: Parcels) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Keep the events that make sense, in the order they happened.

    Parameters
    ----------
    events
        ``event_id``, ``parcel_id``, ``stage``, ``event_date`` (a whole day); index ``row``.
    parcels
        The parcel table.

    Returns
    -------
    DataFrame
        The events kept, sorted by parcel and date, with ``date`` and ``step`` (position of the
        stage).
    list of Fault
        Events with an unknown parcel, an unreadable date, an unknown stage, or out of order.
    """
    events = events.assign(
        date=np.array([whole_day(str(one)) for one in events["event_date"]], "datetime64[s]"),
        step=events["stage"].map({stage: i for i, stage in enumerate(STAGES)}),
    )
    unreadable = events["date"].isna() | events["step"].isna()
    unknown = ~events["parcel_id"].isin(parcels.index) & ~unreadable
    faults = [
        *_faults(events[unreadable], "stage_unreadable"),
        *_faults(events[unknown], "link_unknown_parcel"),
    ]
    kept = events[~unreadable & ~unknown].sort_values(
        ["parcel_id", "date", "step", "event_id"], kind="stable"
    )
    late = ~_in_order(kept)
    return kept[~late], [*faults, *_faults(kept[late], "stage_jump")]


def _in_order(events: pd.DataFrame) -> pd.Series[bool]:
    """Tell for each event whether it moves forward from the last event that did."""
    fine: dict[object, bool] = {}
    reached: dict[str, int] = {}
    cleared: set[str] = set()
    for row, parcel, step in zip(events.index, events["parcel_id"], events["step"], strict=True):
        forward = step > reached.get(parcel, -1)
        allowed = forward and (step <= CLEARED or parcel in cleared)
        fine[row] = allowed
        if allowed:
            reached[parcel] = step
            if step == CLEARED:
                cleared.add(parcel)
    return pd.Series(fine, index=events.index, dtype=bool)


def _faults(events: pd.DataFrame, code: str) -> list[Fault]:
    named = events[["event_id", "parcel_id", "stage", "event_date"]].astype(object)
    named = named.where(named.notna(), "")
    faults = []
    for row, event, parcel, stage, day in named.itertuples():
        offices_say = WORDS["stage"].get(stage, (stage,))[0]
        what = Text(f"{parcel} {offices_say} {day}", f"{parcel} {stage} {day}")
        faults.append(Fault("ledger", int(row), str(event), code, what))
    return faults


def cleared_twice(parcels: Parcels, events: pd.DataFrame, *, width_m: float) -> list[Fault]:
    """
    Name the demolitions of ground that another event has cleared already.

    Parameters
    ----------
    parcels
        The parcel table (projected, metres).
    events
        Events kept by :func:`check_events`.
    width_m
        Overlaps of which no part has this mean width are drawing noise [m].

    Returns
    -------
    list of Fault
        ``cleared_twice``, for the later event of each pair; totals count the ground once.
    """
    cleared = events[events["step"] == CLEARED].set_index("parcel_id")
    pairs = overlapping_pairs(Parcels(parcels.loc[cleared.index]), width_m=width_m)
    row_of = pd.Series(events.index, events["event_id"])
    faults = []
    for one, other, area in zip(pairs["first"], pairs["second"], pairs["area_m2"], strict=True):
        both = cleared.loc[[one, other], ["date", "event_id"]].sort_values(["date", "event_id"])
        earlier, later = both["event_id"]
        said = Text(f"与 {earlier} 拆除的是同一块地，{area:.1f} m²",
                    f"{earlier} has cleared {area:.1f} m2 of this ground")  # fmt: skip
        faults.append(Fault("ledger", int(row_of[later]), str(later), "cleared_twice", said))
    return faults


def renewal_stage(parcels: Parcels, events: pd.DataFrame) -> pd.Series[str]:
    """
    Give the stage that each parcel has reached.

    Parameters
    ----------
    parcels
        The parcel table.
    events
        Events kept by :func:`check_events`.

    Returns
    -------
    Series
        ``renewal_stage``, same index; None where the ledger is silent.
    """
    last = events.drop_duplicates("parcel_id", keep="last").set_index("parcel_id")["stage"]
    return none_where_missing(last.reindex(parcels.index)).rename("renewal_stage")


def cleared_land(parcels: Parcels, events: pd.DataFrame) -> pd.DataFrame:
    """
    Add up the land demolished, by town and year.

    Parameters
    ----------
    parcels
        Parcel table with ``counted_area_m2``, and ``town`` where known.
    events
        Events kept by :func:`check_events`.

    Returns
    -------
    DataFrame
        ``town``, ``year``, ``parcel_count`` and ``cleared_mu`` (overlapping ground once), sorted.

    Raises
    ------
    ColumnError
        When ``counted_area_m2`` is missing.
    """
    require(parcels, "counted_area_m2")
    cleared = events[events["step"] == CLEARED]
    rows = parcels.loc[cleared["parcel_id"]]
    town = rows["town"].to_numpy(object) if "town" in rows else None
    land = pd.DataFrame({
        "town": town,
        "year": cleared["date"].dt.year.to_numpy(),
        "cleared_mu": to_mu(rows["counted_area_m2"]).to_numpy(),
    })  # fmt: skip
    by = land.groupby(["town", "year"], dropna=False)["cleared_mu"]
    return by.agg(parcel_count="size", cleared_mu="sum").reset_index()
