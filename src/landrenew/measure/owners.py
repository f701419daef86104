"""Who owns the ground that a firm rents: leases followed, parcel by parcel, to the top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import pandas as pd

from landrenew.base.words import Text
from landrenew.intake.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    Above = Mapping[tuple[str, str], Mapping[str | None, float]]
    Key = TypeVar("Key")


class End(NamedTuple):
    """
    Where a chain of leases ends.

    Parameters
    ----------
    owner
        The firm that owns the ground; None where it is not known.
    lacks
        What would tell: ``landlord_id`` or ``leased_area_m2``; empty when it is known.
    circle
        Firms that let the same ground to each other.
    """

    owner: str | None
    lacks: str = ""
    circle: tuple[str, ...] = ()


STRANGER, UNCLEAR = End(None, "landlord_id"), End(None, "leased_area_m2")


def land_owners(leases: pd.DataFrame) -> pd.DataFrame:
    """
    Find the owner of the ground that each firm rents 宗地主.

    Parameters
    ----------
    leases
        The result of :func:`landrenew.measure.leases.known_landlords`.

    Returns
    -------
    DataFrame
        Index ``tenant_id``, sorted: ``owner_id``, None where it is not known, and ``lacks``, what
        would tell: ``landlord_id`` where it is no firm of the table or the leases go round in a
        circle, ``leased_area_m2`` where the areas do not tell the larger of two; else empty.

    Notes
    -----
    Whoever lets what it rents on the same parcel is passed over. Of several owners the one of the
    larger leased area counts, over all parcels.
    """
    above = _landlords(leases)
    of_tenant: dict[str, dict[End, float]] = {}
    for tenant, parcel in sorted(above):
        areas = of_tenant.setdefault(tenant, {})
        for landlord, area in above[tenant, parcel].items():
            end = _top(landlord, parcel, above)
            areas[end] = areas.get(end, 0.0) + area
    ends = {tenant: _larger(areas) or UNCLEAR for tenant, areas in of_tenant.items()}
    rows = pd.DataFrame(
        [(end.owner, end.lacks) for end in ends.values()],
        index=pd.Index(list(ends), name="tenant_id", dtype=object),
        columns=["owner_id", "lacks"],
    )
    return rows.astype(object)


def circle_faults(leases: pd.DataFrame) -> list[Fault]:
    """
    Name firms that let the same ground to each other in a circle.

    Parameters
    ----------
    leases
        The result of :func:`landrenew.measure.leases.known_landlords`.

    Returns
    -------
    list of Fault
        ``lease_circle``, one a parcel and circle.
    """
    above = _landlords(leases)
    met = {(parcel, _top(tenant, parcel, above).circle) for tenant, parcel in above}
    return [
        Fault("leases", None, parcel, "lease_circle", Text(*[" → ".join((*circle, circle[0]))] * 2))
        for parcel, circle in sorted(met)
        if circle
    ]


def _landlords(leases: pd.DataFrame) -> Above:
    """Give the landlords of each tenant on each parcel, with the areas they let."""
    known = leases[leases["tenant_id"].notna()]
    names = [known[one].tolist() for one in ("tenant_id", "parcel_id", "landlord_id")]
    above: dict[tuple[str, str], dict[str | None, float]] = {}
    for tenant, parcel, said, area in zip(*names, known["leased_area_m2"], strict=True):
        areas = above.setdefault((tenant, parcel), {})
        landlord = None if pd.isna(said) else str(said)
        areas[landlord] = areas.get(landlord, 0.0) + float(area)
    return above


def _top(landlord: str | None, parcel: str, above: Above) -> End:
    """Follow the leases of a parcel up to whoever rents nothing there."""
    met: list[str] = []
    while landlord is not None and (landlord, parcel) in above:
        if landlord in met:
            circle = met[met.index(landlord) :]
            first = circle.index(min(circle))
            return End(None, "landlord_id", (*circle[first:], *circle[:first]))
        met.append(landlord)
        landlords = above[landlord, parcel]
        if len(landlords) > 1 and _larger(landlords) is None and None not in landlords:
            return UNCLEAR
        landlord = _larger(landlords)
    return STRANGER if landlord is None else End(landlord)


def _larger(areas: Mapping[Key, float]) -> Key | None:
    """Give the only one, or the one of the largest area; None where the areas do not tell."""
    if len(areas) == 1:
        return next(iter(areas))
    most = max(areas.values()) if not any(map(math.isnan, areas.values())) else math.nan
    first = [one for one, area in areas.items() if area == most]
    return first[0] if len(first) == 1 else None
