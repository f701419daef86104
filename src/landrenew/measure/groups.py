"""Head offices and their subsidiaries, taken together where the project says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.base.columns import FLOWS
from landrenew.measure.firms import added_up, allocation_shares
from landrenew.measure.leases import LAND, PAIR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.intake.parcels import Parcels


class Groups(NamedTuple):
    """
    Which firm belongs to which group, by their places.

    Parameters
    ----------
    ids
        Ids of the groups, sorted: each the id of its head office.
    group
        Shape (firms,): place of the group, -1 of a firm without.
    head
        Shape (groups,): place of the head office among the firms, -1 where it is none of them.
    """

    ids: pd.Index
    group: NDArray[np.intp]
    head: NDArray[np.intp]

    @classmethod
    def of(cls, group_id: pd.Series[str]) -> Groups:
        """
        Find the groups of firms.

        Parameters
        ----------
        group_id
            Index the firms; None where a firm has no group.

        Returns
        -------
        Groups
            In the order of the firms.
        """
        group, ids = pd.factorize(group_id, sort=True)
        return cls(pd.Index(ids), group, group_id.index.get_indexer(pd.Index(ids)))


def group_sums(amounts: NDArray[np.float64], groups: Groups) -> NDArray[np.float64]:
    """
    Add the amounts of a head office and its subsidiaries.

    Parameters
    ----------
    amounts
        Shape (firms,): an amount, NaN where it is not stated.
    groups
        Who belongs together.

    Returns
    -------
    ndarray
        Shape (groups,): the sum of all members, or the head office's own where it alone states
        one, for that is the group's; else NaN.

    Examples
    --------
    >>> groups = Groups.of(pd.Series(["H", "H", "J"], index=["H", "S", "J"]))
    >>> group_sums(np.array([5.0, np.nan, 2.0]), groups).tolist()
    [5.0, 2.0]
    """
    of = groups.group >= 0
    member, size = groups.group[of], len(groups.ids)
    found = added_up(amounts[of], member, size)
    stated = np.bincount(member, weights=~np.isnan(amounts[of]), minlength=size)
    of_head = np.append(amounts, np.nan)[groups.head]
    is_alone = (stated == 1) & ~np.isnan(of_head)
    found[is_alone] = of_head[is_alone]
    return found


def merged_groups(firms: pd.DataFrame) -> pd.DataFrame:
    """
    Add the amounts of a head office and its subsidiaries.

    Parameters
    ----------
    firms
        Index ``firm_id``; ``group_id`` and amounts.

    Returns
    -------
    DataFrame
        Index the group, named ``firm_id``; each amount is the sum of all members, or the head
        office's own where it alone states one, for that is the group's; else missing.
    """
    groups = Groups.of(firms["group_id"])
    sums = {
        flow: group_sums(firms[flow].to_numpy(dtype=float, na_value=np.nan), groups)
        for flow in FLOWS
        if flow in firms.columns
    }
    return pd.DataFrame(sums, index=groups.ids.rename("firm_id"))


def merged_shares(group: pd.Series[str], land: pd.DataFrame, parcels: Parcels) -> pd.DataFrame:
    """
    Settle which share of each group goes to which parcel: by floor area or land.

    Parameters
    ----------
    group
        Index the firms; the group of each.
    land
        The result of :func:`landrenew.measure.leases.firm_land`.
    parcels
        Parcel table with ``parcel_area_m2``.

    Returns
    -------
    DataFrame
        As :func:`landrenew.measure.firms.allocation_shares`, with groups for firms.
    """
    several = group.groupby(group).transform("size") > 1
    own_share = land["share"].where(~land["firm_id"].map(several).astype(bool))
    # what one member lets to another comes in at the one and goes out at the other
    of_group = land.assign(firm_id=land["firm_id"].map(group), share=own_share).groupby(PAIR)
    used = of_group[["share", *LAND, "floor_m2"]].sum(skipna=False).reset_index()
    return allocation_shares(used, parcels)
