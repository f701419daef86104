"""Land that firms use: what they hold, plus what they rent, less what they let.

A parcel that one firm holds is wholly its own until it lets a part; then tenant and landlord
together use what was registered, no more. Where several firms hold a parcel, each one's part must
be stated; it is not made up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.words import Text, some
from landrenew.intake.faults import Fault
from landrenew.intake.geometry.shapes import DUST_M2
from landrenew.intake.parcels import require
from landrenew.measure.doubts import AREA_DIFFERENCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.intake.parcels import Parcels

PAIR = ["firm_id", "parcel_id"]

LAND = ("registered_land_m2", "leased_in_m2", "leased_out_m2", "used_land_m2")
"""What :func:`firm_land` tells of a firm's land on a parcel."""

NO_LEASES = pd.DataFrame({
    "tenant_id": pd.Series(dtype=object), "landlord_id": pd.Series(dtype=object),
    "tenant": pd.Series(dtype=object), "parcel_id": pd.Series(dtype=object),
    "is_named": pd.Series(dtype=bool),
    "leased_area_m2": pd.Series(dtype=float), "leased_floor_area_m2": pd.Series(dtype=float),
})  # fmt: skip
"""No lease at all, as :func:`fitted_leases` would give it."""


def fitted_leases(
    leases: pd.DataFrame, parcels: Parcels, firms: pd.DataFrame
) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Take the leases in force, none of which lets more land than the parcel has.

    Parameters
    ----------
    leases
        ``landlord_id``, ``tenant_id``, ``parcel_id``, ``leased_area_m2``, ``leased_floor_area_m2``
        and ``in_force``.
    parcels
        Parcel table with ``parcel_area_m2``.
    firms
        Index ``firm_id``.

    Returns
    -------
    DataFrame
        ``tenant_id`` and ``landlord_id`` (None where it is no firm of the table), ``tenant`` as
        stated, ``is_named`` (whether a landlord was stated at all), ``parcel_id`` and the areas
        [m2].
    list of Fault
        ``lease_too_large``, one for each landlord and parcel.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.

    Notes
    -----
    What one landlord lets on a parcel is together at most the parcel; within 1 % of its area it
    is the parcel, for the area on the lease and the area drawn are never quite the same. Landlords
    that are no firms count as one: the holder of the parcel. Whoever rents from itself rents
    nothing.
    """
    require(parcels, "parcel_area_m2")
    held = leases[leases["in_force"] & (leases["landlord_id"] != leases["tenant_id"])]
    held = held.assign(is_named=held["landlord_id"].notna(), tenant=held["tenant_id"])
    for party in ("landlord_id", "tenant_id"):
        is_firm = firms.index.get_indexer(pd.Index(held[party])) >= 0
        held[party] = held[party].astype(object).where(is_firm, None)
    keys = [held["parcel_id"], held["landlord_id"].fillna("")]
    let = held.groupby(keys)["leased_area_m2"].transform("sum")
    area = pd.Series(parcels["parcel_area_m2"].reindex(held["parcel_id"]).to_numpy(), held.index)
    is_whole = let > area * (1 - AREA_DIFFERENCE)
    held["leased_area_m2"] *= (area / let).where(is_whole, 1.0)
    beyond = held.assign(let=let, area=area)[let > area * (1 + AREA_DIFFERENCE)]
    return held[list(NO_LEASES.columns)], _too_large(beyond)


def _too_large(beyond: pd.DataFrame) -> list[Fault]:
    once = beyond.assign(landlord=beyond["landlord_id"].fillna("?"))
    once = once.drop_duplicates(["parcel_id", "landlord"]).sort_values(["parcel_id", "landlord"])
    named = once[["parcel_id", "landlord", "let", "area"]].itertuples(index=False)
    return [
        Fault("leases", None, str(parcel), "lease_too_large",
              Text(f"{landlord}：租出 {let:.1f} m²，宗地 {area:.1f} m²",
                   f"{landlord}: lets {let:.1f} m2, parcel {area:.1f} m2"))
        for parcel, landlord, let, area in named
    ]  # fmt: skip


def firm_land(
    links: pd.DataFrame, parcels: Parcels, leases: pd.DataFrame | None = None
) -> pd.DataFrame:
    """
    Measure the land each firm holds, rents, lets and uses on each parcel [m2].

    Parameters
    ----------
    links
        ``firm_id``, ``parcel_id``, ``share``; ``held_area_m2`` and ``occupied_floor_area_m2`` where
        they were stated.
    parcels
        Parcel table with ``parcel_area_m2``.
    leases
        The result of :func:`fitted_leases`, or None.

    Returns
    -------
    DataFrame
        One row a firm and parcel, sorted: ``firm_id``, ``parcel_id``, ``share`` as stated,
        ``registered_land_m2`` (NaN where several firms hold the parcel and do not say how),
        ``leased_in_m2``, ``leased_out_m2``, ``used_land_m2`` = registered + in - out, ``floor_m2``
        the firm occupies (NaN where not stated).

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.

    Notes
    -----
    A firm that rents land on a parcel is a tenant there, linked or not, and holds no more than a
    link states; any other firm that is linked to it or lets land on it holds it. The used land of
    landlord and tenants adds to what was registered. Floor area that a link states comes before
    that of the lease.
    """
    require(parcels, "parcel_area_m2")
    leases = NO_LEASES if leases is None else leases
    stated, is_holder = _holders(links, leases)
    return _land(stated, is_holder, parcels, _with_holders(leases, stated.index[is_holder]))


def _land(
    stated: pd.DataFrame, is_holder: NDArray[np.bool_], parcels: Parcels, leases: pd.DataFrame
) -> pd.DataFrame:
    """Measure land where it is known who holds it and who lets to whom."""
    pairs = stated.index
    rented, let = _sums(leases, "tenant_id"), _sums(leases, "landlord_id")
    table = pd.DataFrame({
        "share": stated["share"].to_numpy(),
        "registered_land_m2": _registered(stated["held_area_m2"], is_holder, parcels, leases),
        "leased_in_m2": rented["leased_area_m2"].reindex(pairs, fill_value=0.0).to_numpy(),
        "leased_out_m2": let["leased_area_m2"].reindex(pairs, fill_value=0.0).to_numpy(),
    }, index=pairs)  # fmt: skip
    table["used_land_m2"] = (
        table["registered_land_m2"] + table["leased_in_m2"] - table["leased_out_m2"]
    )
    of_lease = rented["leased_floor_area_m2"].reindex(pairs)
    table["floor_m2"] = stated["occupied_floor_area_m2"].fillna(of_lease).to_numpy()
    return table.reset_index()


def known_landlords(links: pd.DataFrame, leases: pd.DataFrame) -> pd.DataFrame:
    """
    Fill in the landlord of leases that state none, where one firm alone holds the parcel.

    Parameters
    ----------
    links
        As for :func:`firm_land`.
    leases
        The result of :func:`fitted_leases`.

    Returns
    -------
    DataFrame
        The leases; ``landlord_id`` is None where the landlord is no firm of the table.
    """
    stated, is_holder = _holders(links, leases)
    return _with_holders(leases, stated.index[is_holder])


def land_together(
    links: pd.DataFrame, parcels: Parcels, leases: pd.DataFrame, unit: pd.Series[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """
    Measure the land of firms that count as one [m2].

    Parameters
    ----------
    links
        As for :func:`firm_land`.
    parcels
        Parcel table with ``parcel_area_m2``.
    leases
        The result of :func:`known_landlords`.
    unit
        What each firm counts as, by ``firm_id``.

    Returns
    -------
    land : DataFrame
        As :func:`firm_land`, of the units: a parcel that members of one hold together is wholly its
        own, and what they let each other is not let.
    leases : DataFrame
        The leases between units.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.
    """
    together = unit.to_dict()

    def as_unit(firm: str) -> str:
        return together.get(firm, firm)

    stated, is_holder = _holders(links, leases)
    holders = stated[is_holder].reset_index()
    holders["firm_id"] = holders["firm_id"].map(as_unit)
    held = holders.groupby(PAIR)["held_area_m2"].sum(skipna=False)
    parties = {one: leases[one].map(as_unit, na_action="ignore").astype(object)
               for one in ("landlord_id", "tenant_id")}  # fmt: skip
    between = leases.assign(**parties)
    landlord = _landlord(between, held.index)
    is_other = landlord.isna() | landlord.ne(between["tenant_id"])
    between = between.assign(landlord_id=landlord)[is_other]
    links = links.assign(firm_id=links["firm_id"].map(as_unit))
    # a unit may hold a parcel and rent on it too, so who holds is not asked anew
    stated, _ = _holders(links, between)
    stated = stated.reindex(stated.index.union(held.index).set_names(PAIR))
    stated["held_area_m2"] = held.reindex(stated.index)
    return _land(stated, stated.index.isin(held.index), parcels, between), between


def _holders(links: pd.DataFrame, leases: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Give every firm and parcel with what its link states, and whether it holds land there."""
    stated, rented = _stated(links), _sums(leases, "tenant_id")
    pairs = stated.index.union(rented.index).union(_sums(leases, "landlord_id").index)
    stated = stated.reindex(pairs.set_names(PAIR))
    is_tenant = rented.index.get_indexer(stated.index) >= 0
    return stated, ~is_tenant | (stated["held_area_m2"] > 0).to_numpy()


def _stated(links: pd.DataFrame) -> pd.DataFrame:
    """Take links together where a firm is linked to a parcel twice."""
    names = ["share", "held_area_m2", "occupied_floor_area_m2"]
    values = links[PAIR].assign(**{one: links.get(one, np.nan) for one in names})
    return values.astype(dict.fromkeys(names, float)).groupby(PAIR)[names].sum(min_count=1)


def _sums(leases: pd.DataFrame, party: str) -> pd.DataFrame:
    """Add the areas of leases by party and parcel; one that is not known leaves the sum unknown."""
    known = leases[leases[party].notna()].rename(columns={party: "firm_id"})
    return known.groupby(PAIR)[["leased_area_m2", "leased_floor_area_m2"]].sum(skipna=False)


def _landlord(leases: pd.DataFrame, holders: pd.Index) -> pd.Series[str]:
    """Where no landlord is stated, give the only firm that holds the parcel."""
    named = holders.to_frame(index=False)
    alone = named[~named["parcel_id"].duplicated(keep=False)].set_index("parcel_id")["firm_id"]
    holder = leases["parcel_id"].map(alone).astype(object)
    landlord = leases["landlord_id"].where(leases["is_named"], holder)
    return landlord.where(landlord.notna(), None)


def _with_holders(leases: pd.DataFrame, holders: pd.Index) -> pd.DataFrame:
    """Where no landlord is stated, the only firm that holds the parcel lets it to others."""
    landlord = _landlord(leases, holders)
    is_other = landlord.notna() & (landlord != leases["tenant_id"])
    return leases.assign(landlord_id=landlord.where(is_other, None))


def _registered(
    held: pd.Series[float], is_holder: NDArray[np.bool_], parcels: Parcels, leases: pd.DataFrame
) -> pd.Series[float]:
    """Give what each firm holds: as stated, else the parcel where it holds it alone."""
    strangers = leases[leases["landlord_id"].isna()].groupby("parcel_id")["leased_area_m2"]
    parcel = held.index.get_level_values("parcel_id")
    let = strangers.sum(skipna=False).reindex(parcel, fill_value=0.0).to_numpy()
    free = (parcels["parcel_area_m2"].reindex(parcel).to_numpy() - let).clip(min=0.0)
    holders = pd.Series(is_holder).groupby(parcel.to_numpy(object)).transform("sum")
    alone = pd.Series(free, held.index).where(holders.to_numpy() == 1)
    return held.fillna(alone).where(is_holder, 0.0)


def parcel_leases(parcels: Parcels, leases: pd.DataFrame) -> pd.DataFrame:
    """
    Say how many firms rent land on each parcel, and how much of it is let.

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``.
    leases
        The result of :func:`fitted_leases`.

    Returns
    -------
    DataFrame
        Same index: ``tenant_count``, ``leased_out_share`` [0-1] (NaN where a lease states no land).
        What a tenant lets on is not let twice.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.
    """
    require(parcels, "parcel_area_m2")
    tenants = {*zip(leases["tenant_id"], leases["parcel_id"], strict=True)}
    landlords = zip(leases["landlord_id"], leases["parcel_id"], strict=True)
    is_first = np.array([one not in tenants for one in landlords], dtype=bool)
    first = leases[is_first | leases["landlord_id"].isna()]
    let = first.groupby("parcel_id")["leased_area_m2"].sum(skipna=False)
    count = leases.groupby("parcel_id")["tenant"].nunique()
    share = let.reindex(parcels.index, fill_value=0.0) / parcels["parcel_area_m2"]
    return pd.DataFrame({
        "tenant_count": count.reindex(parcels.index, fill_value=0).astype(np.int64),
        "leased_out_share": share.clip(upper=1.0),
    })  # fmt: skip


def land_faults(land: pd.DataFrame, leases: pd.DataFrame, firms: pd.DataFrame) -> list[Fault]:
    """
    Name the parties of leases that use no land, or less than none.

    Parameters
    ----------
    land
        The result of :func:`firm_land`.
    leases
        The result of :func:`fitted_leases`.
    firms
        Index ``firm_id``, with ``row``.

    Returns
    -------
    list of Fault
        ``used_land_negative``, one a firm whose land is known.
    """
    parties = pd.concat([leases["tenant_id"], leases["landlord_id"]]).dropna()
    of_party = land[pd.Index(parties.unique()).get_indexer(pd.Index(land["firm_id"])) >= 0]
    sums = of_party.groupby("firm_id")[list(LAND)].sum(skipna=False)
    is_below = of_party["used_land_m2"] < -DUST_M2
    below = of_party[is_below].groupby("firm_id")["parcel_id"].agg(some)
    found = sums[(sums["used_land_m2"] <= DUST_M2) | sums.index.isin(below.index)]
    rows = firms["row"].to_dict() if "row" in firms.columns else {}
    faults = []
    for firm, held, rented, let, used in found.itertuples():
        where = f", {below[firm]}" if firm in below.index else ""
        said = f"{held:.1f} + {rented:.1f} - {let:.1f} = {used:.1f} m²{where}"
        detail = Text(said, said.replace("m²", "m2"))
        faults.append(Fault("firms", rows.get(firm), str(firm), "used_land_negative", detail))
    return faults
