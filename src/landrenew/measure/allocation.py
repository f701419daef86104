"""The accounts of the firms: what came in is what went to parcels, or is named as not gone there.

Head offices and subsidiaries are taken together only where the project says so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.columns import FLOWS
from landrenew.base.words import Text
from landrenew.measure.firms import allocation_shares, firm_amounts
from landrenew.measure.groups import merged_groups, merged_shares
from landrenew.measure.leases import (
    LAND,
    NO_LEASES,
    PAIR,
    firm_land,
    fitted_leases,
    known_landlords,
    land_faults,
    parcel_leases,
)
from landrenew.measure.owners import circle_faults

if TYPE_CHECKING:
    from landrenew.intake.faults import Fault
    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels

BASES = {
    "share": Text("按约定份额", "by stated share"),
    "floor": Text("按建筑面积", "by floor area"),
    "land": Text("按用地面积", "by land used"),
    "whole": Text("只在一宗地上", "on one parcel"),
    "unknown": Text("无从分摊", "not divisible"),
}


@dataclass(frozen=True)
class FlowBalance:
    """
    One yearly amount of all firms: in = allocated + undetermined + unallocated.

    Parameters
    ----------
    flow
        Column of the firms.
    firms
        Firms in the table.
    stated
        Firms that state the amount.
    total
        Sum of what they state, in the column's unit.
    allocated
        Part that is in the published amounts of the parcels.
    undetermined
        Part on parcels whose amount is missing, because another firm there is silent, and that of
        firms which nothing divides over their parcels.
    unallocated
        Part of firms, or shares of firms, that stand on no parcel of the table.
    """

    flow: str
    firms: int
    stated: int
    total: float
    allocated: float
    undetermined: float
    unallocated: float


@dataclass(frozen=True)
class Allocation:
    """
    What the firms bring to the parcels.

    Parameters
    ----------
    columns
        Columns for the parcel table, same index.
    land
        Index ``firm_id``; one row a firm and parcel: names, group, share, what it rests on, and the
        land held, rented, let and used [m2].
    balances
        One for each amount the firms have.
    faults
        What the leases bring to light.
    notes
        What amounts were divided by, and what merging groups moved.
    shares
        What the amounts of the parcels were divided by: the result of
        :func:`landrenew.measure.firms.allocation_shares`, of groups where these were merged.
    groups
        The group of each firm, where groups were merged; None elsewhere.
    leases
        The leases that hold, with their landlords as far as they are known.
    """

    columns: pd.DataFrame
    land: pd.DataFrame
    balances: tuple[FlowBalance, ...] = field(default=())
    faults: tuple[Fault, ...] = field(default=())
    notes: tuple[Text, ...] = field(default=())
    shares: pd.DataFrame = field(default_factory=pd.DataFrame)
    groups: pd.Series[str] | None = None
    leases: pd.DataFrame = field(default_factory=NO_LEASES.copy)

    @property
    def stands(self) -> pd.DataFrame:
        """Which firm stands on which parcel: ``firm_id`` and ``parcel_id``."""
        there = self.land[self.land["allocation_basis"].notna()]
        return there.reset_index()[PAIR]


def allocate(layers: Layers, parcels: Parcels) -> Allocation | None:
    """
    Bring the firms' amounts to the parcels, with the accounts.

    Parameters
    ----------
    layers
        The layers of the project.
    parcels
        Parcel table with ``parcel_area_m2``.

    Returns
    -------
    Allocation or None
        None when the project has no firms.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.
    """
    firms, links = layers.firms, layers.links
    if firms is None or links is None:
        return None
    leases = NO_LEASES
    faults: list[Fault] = []
    if layers.leases is not None:
        leases, faults = fitted_leases(layers.leases, parcels, firms)
    land = firm_land(links, parcels, leases)
    shares = allocation_shares(land, parcels)
    columns = firm_amounts(parcels, firms, shares)
    balances = flow_balances(firms, shares, columns)
    notes = [_basis_note(shares)] if len(shares) else []
    divided, groups = shares, None
    if merges_groups(layers):
        divided, groups = merged_shares(firms["group_id"], land, parcels), firms["group_id"]
        merged, balances, note = _merged(firms, divided, parcels)
        notes.append(_merge_note(columns, merged, note))
        columns = columns.assign(**{str(name): merged[name] for name in merged.columns})
    if layers.leases is not None:
        columns = columns.join(parcel_leases(parcels, leases))
        faults = [*faults, *land_faults(land, leases, firms)]
    leases = known_landlords(links, leases)
    faults = [*faults, *circle_faults(leases)]
    table = _firm_table(land, shares, firms)
    return Allocation(
        columns, table, balances, tuple(faults), tuple(notes), divided, groups, leases
    )


def flow_balances(
    firms: pd.DataFrame, shares: pd.DataFrame, amounts: pd.DataFrame
) -> tuple[FlowBalance, ...]:
    """
    Account for every amount of the firms.

    Parameters
    ----------
    firms
        Index ``firm_id``, with amounts.
    shares
        The result of :func:`landrenew.measure.firms.allocation_shares`.
    amounts
        The result of :func:`landrenew.measure.firms.firm_amounts`.

    Returns
    -------
    tuple of FlowBalance
        One for each amount the firms have; the parts add to the total but for rounding.
    """
    firm, parcel = shares["firm_id"], shares["parcel_id"]
    is_divided = shares["share"].notna().to_numpy()
    gone = shares["share"].fillna(0.0).groupby(firm).sum()
    stuck = firms.index.isin(firm[~is_divided])
    left = 1.0 - gone.reindex(firms.index).fillna(0.0).to_numpy()
    balances = []
    for flow in FLOWS:
        if flow not in firms.columns:
            continue
        stated = firms[flow].to_numpy(float)
        part = firms[flow].reindex(firm).to_numpy(float) * shares["share"].to_numpy(float)
        known = amounts[flow].reindex(parcel).notna().to_numpy()
        undetermined = _total(part[~known]) + _total(stated[stuck])
        balances.append(
            FlowBalance(flow, len(firms), int(np.isfinite(stated).sum()), _total(stated),
                        _total(part[known]), undetermined, _total((stated * left)[~stuck]))
        )  # fmt: skip
    return tuple(balances)


def _total(values: np.ndarray) -> float:
    """Add what is known, to the last bit and in any order the same."""
    return math.fsum(values[np.isfinite(values)].tolist())


def _basis_note(shares: pd.DataFrame) -> Text:
    of_firm = shares.drop_duplicates("firm_id")["allocation_basis"].value_counts()
    told = {one: said for one, said in BASES.items() if one in of_firm.index}
    zh = "，".join(f"{said.zh} {of_firm[one]} 家" for one, said in told.items())
    en = ", ".join(f"{said.en} {of_firm[one]}" for one, said in told.items())
    return Text(f"企业数值分摊到宗地：{zh}。", f"Firms brought to their parcels: {en}.")


def merges_groups(layers: Layers) -> bool:
    """
    Tell whether head offices and subsidiaries are to be taken together.

    Parameters
    ----------
    layers
        The layers of the project.

    Returns
    -------
    bool
        Whether the project says so and its firms state head offices.
    """
    spec, firms = layers.project.firms, layers.firms
    is_asked_for = spec is not None and spec.groups == "merge"
    return is_asked_for and firms is not None and "group_id" in firms.columns


def _merged(
    firms: pd.DataFrame, shares: pd.DataFrame, parcels: Parcels
) -> tuple[pd.DataFrame, tuple[FlowBalance, ...], int]:
    """Allocate whole groups: their sums go to all their parcels."""
    whole = merged_groups(firms)
    amounts = firm_amounts(parcels, whole, shares).drop(columns="firm_count")
    balances = []
    for one in flow_balances(whole, shares, amounts):
        stated = firms[one.flow].to_numpy(float)
        unsaid = _total(stated) - one.total  # of groups in which a member is silent
        balances.append(
            FlowBalance(one.flow, len(firms), int(np.isfinite(stated).sum()), _total(stated),
                        one.allocated, one.undetermined + unsaid, one.unallocated)
        )  # fmt: skip
    members = firms["group_id"].value_counts()
    return amounts, tuple(balances), int((members > 1).sum())


def _merge_note(own: pd.DataFrame, merged: pd.DataFrame, groups: int) -> Text:
    """Say how many groups were merged and how much that moved between parcels."""
    moved = ""
    if "tax_cny10k" in merged:
        change = _total((merged["tax_cny10k"] - own["tax_cny10k"]).abs().to_numpy(float)) / 2
        moved = f"{change:,.2f}"
    return Text(
        f"{groups} 个集团合并计算，其合计按建筑面积或用地分摊到全部宗地；"
        f"与各自计算相比，税收在宗地间移动 {moved or '—'} 万元。",
        f"{groups} groups taken together, their sums divided over all their parcels by floor area"
        f" or land; against each firm by itself, tax of {moved or '—'} 万元 moves between"
        " parcels.",
    )


def _firm_table(land: pd.DataFrame, shares: pd.DataFrame, firms: pd.DataFrame) -> pd.DataFrame:
    """Put what a reader asks about a firm in one row for each of its parcels."""
    table = land.drop(columns=["share", "floor_m2"]).merge(shares, how="left", on=PAIR)
    names = [name for name in ("firm_name", "group_id") if name in firms.columns]
    for name in names:
        table[name] = firms[name].reindex(table["firm_id"]).to_numpy()
    first = [*names, "parcel_id", "share", "allocation_basis"]
    return table.set_index("firm_id")[[*first, *LAND]]
