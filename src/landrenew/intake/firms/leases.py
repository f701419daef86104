"""Leases: who rents which land from whom, and whether the lease holds on the day of evaluation.

Here they are only checked; how much land a firm uses is worked out in
:mod:`landrenew.measure.leases`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from landrenew.base.dates import day_of
from landrenew.base.errors import FileError
from landrenew.base.words import Text
from landrenew.intake.faults import NO_DETAIL, Fault

if TYPE_CHECKING:
    from landrenew.intake.parcels import Parcels
    from landrenew.intake.project import Project

OPEN_ENDED = {"长期", "长期有效", "无固定期限", "不定期", "永久", "至今"}
"""What planners write for a lease without an end."""

TEXTS = ("lease_id", "landlord_id", "tenant_id", "parcel_id", "lease_start", "lease_end")
AREAS = ("leased_area_m2", "leased_floor_area_m2")


def evaluation_day(project: Project) -> dt.date:
    """
    Give the day on which a lease must hold to be counted.

    Parameters
    ----------
    project
        The project file.

    Returns
    -------
    date
        ``as_of`` of the leases, else of the city; of a year or a month, its last day.

    Raises
    ------
    FileError
        When neither is stated, or it cannot be read as a date.
    """
    stated = project.leases.as_of if project.leases is not None else None
    said = stated or project.city.as_of
    day = None if said is None else day_of(said, last=True)
    if day is None:
        seen = Text("没有写 as_of", "there is no as_of") if said is None else Text(
            f"as_of 是“{said}”，读不成日期", f"as_of is {said!r}, which is no date"
        )  # fmt: skip
        raise FileError(
            f"不知道租约按哪一天计：{seen.zh}。请在 [leases] 或 [city] 下写明，"
            "例如 as_of = 2025-12-31。",
            f"It is not known on which day leases are to hold: {seen.en}. State it under [leases]"
            " or [city], for example as_of = 2025-12-31.",
        )
    return day


def check_leases(
    table: pd.DataFrame, firms: pd.DataFrame, parcels: Parcels, day: dt.date
) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Keep the leases that can be read, and tell which of them hold on a day.

    Parameters
    ----------
    table
        ``tenant_id``, ``parcel_id`` and any of ``lease_id``, ``landlord_id``, ``leased_area_m2``,
        ``leased_floor_area_m2``, ``lease_start``, ``lease_end``; index ``row``.
    firms
        Index ``firm_id``.
    parcels
        Index ``parcel_id``; ``owner`` where it is known.
    day
        The day of evaluation.

    Returns
    -------
    DataFrame
        The leases kept, with ``in_force``: whether they hold on that day, the last day included. A
        lease without a first day began long ago, one without a last day has no end.
    list of Fault
        Repeated leases, those without a tenant or a parcel, of an unknown parcel, with dates that
        cannot be read, of a firm with itself; and, of those that hold, unknown firms and missing
        areas.
    """
    leases = table.reindex(columns=[*TEXTS, *AREAS]).astype(dict.fromkeys(AREAS, float))
    leases = leases.astype(dict.fromkeys(TEXTS, object))
    starts, bad_start = _days(leases["lease_start"], last=False)
    ends, bad_end = _days(leases["lease_end"], last=True)
    wrong = {
        "duplicate_row": leases.duplicated(),
        "missing_id": leases[["tenant_id", "parcel_id"]].isna().any(axis=1),
        "lease_unknown_parcel": ~leases["parcel_id"].isin(parcels.index),
        "lease_unreadable": bad_start | bad_end | (ends < starts),
        "lease_to_self": leases["landlord_id"] == leases["tenant_id"],
    }
    faults: list[Fault] = []
    left = pd.Series(data=True, index=leases.index)
    for code, rows in wrong.items():
        faults += _faults(leases[rows & left], code)
        left &= ~rows
    leases = leases.assign(in_force=(starts <= day) & (day <= ends))[left]
    return leases, faults + _doubts(leases[leases["in_force"]], firms, parcels)


def _days(said: pd.Series[str], *, last: bool) -> tuple[pd.Series[dt.date], pd.Series[bool]]:
    """Read days; what is not stated lies infinitely far, what cannot be read is marked."""
    far = dt.date.max if last else dt.date.min
    open_ended = said.isna() | (said.isin(OPEN_ENDED) if last else False)
    days = said.map(lambda one: day_of(one, last=last), na_action="ignore").astype(object)
    unreadable = days.isna() & ~open_ended
    return days.where(days.notna(), far), unreadable


def _doubts(held: pd.DataFrame, firms: pd.DataFrame, parcels: Parcels) -> list[Fault]:
    owner = parcels.get("owner", pd.Series(None, parcels.index, dtype=object))
    own = owner.reindex(held["parcel_id"]).to_numpy(object)
    landlord, tenant = held["landlord_id"], held["tenant_id"]
    is_stranger = landlord.notna() & ~landlord.isin(firms.index) & (landlord.to_numpy() != own)
    unknown = is_stranger | ~tenant.isin(firms.index)
    silent = held[list(AREAS)].isna().all(axis=1)
    return [
        *_faults(held[unknown], "lease_unknown_firm"),
        *_faults(held[silent], "lease_no_area"),
    ]


def _faults(leases: pd.DataFrame, code: str) -> list[Fault]:
    faults = []
    for row, one in zip(leases.index.tolist(), leases.to_dict("records"), strict=True):
        named = {key: "" if pd.isna(one[key]) else str(one[key]) for key in TEXTS}
        said = f"{named['landlord_id'] or '?'} → {named['tenant_id'] or '?'}, {named['parcel_id']}"
        if code == "lease_unreadable":
            said += f", {named['lease_start']} – {named['lease_end']}"
        detail = NO_DETAIL if code == "missing_id" else Text(said, said)
        faults.append(Fault("leases", int(row), named["lease_id"] or named["tenant_id"], code,
                            detail))  # fmt: skip
    return faults


def parties(leases: pd.DataFrame | None) -> set[str]:
    """
    Name everyone that lets or rents land on the day of evaluation.

    Parameters
    ----------
    leases
        The result of :func:`check_leases`, or None.

    Returns
    -------
    set of str
        Landlords and tenants as stated, firms of the table or not.
    """
    if leases is None:
        return set()
    held = leases[leases["in_force"]]
    return {*held["tenant_id"].dropna(), *held["landlord_id"].dropna()}


def lease_note(leases: pd.DataFrame, day: dt.date) -> Text:
    """
    Say how many leases hold on the day of evaluation.

    Parameters
    ----------
    leases
        The result of :func:`check_leases`.
    day
        The day of evaluation.

    Returns
    -------
    Text
        One sentence, naming leases without dates too.
    """
    held = int(leases["in_force"].sum())
    dateless = int(leases[["lease_start", "lease_end"]].isna().all(axis=1).sum())
    return Text(
        f"租约 {len(leases)} 份，{day.isoformat()} 有效的 {held} 份计入；"
        f"没有起止日期的 {dateless} 份按有效处理。",
        f"{len(leases)} leases, of which {held} hold on {day.isoformat()} and are counted;"
        f" {dateless} without dates are taken to hold.",
    )
