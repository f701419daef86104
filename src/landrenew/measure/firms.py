"""Firms on parcels: each firm's yearly amounts go to its parcels, and nothing gets lost.

An amount that one firm of a parcel does not state is missing for the parcel: a sum over the rest
would pass for the whole. A parcel without any firm has missing amounts too, never zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.base.columns import FLOWS
from landrenew.intake.geometry.shapes import DUST_M2
from landrenew.intake.parcels import require
from landrenew.measure.leases import PAIR
from landrenew.measure.quotients import ratios

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.intake.parcels import Parcels


def allocation_shares(land: pd.DataFrame, parcels: Parcels) -> pd.DataFrame:
    """
    Settle which share of each firm goes to which parcel.

    Parameters
    ----------
    land
        The result of :func:`landrenew.measure.leases.firm_land`; the shares of a firm add to 1 or
        are all missing.
    parcels
        Parcel table with ``parcel_area_m2``.

    Returns
    -------
    DataFrame
        ``firm_id``, ``parcel_id``, ``share``, ``allocation_basis``, sorted; the shares of a firm
        whose links were all kept add to 1, or are missing where nothing says how to divide it.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.

    Notes
    -----
    Stated shares hold. A firm without any is divided by the floor area it occupies where that is
    known for all its parcels, else by the land it uses: what it holds, plus what it rents, less
    what it lets. Where it uses no land it does not stand, unless it uses none anywhere.
    """
    require(parcels, "parcel_area_m2")
    area = parcels["parcel_area_m2"].reindex(land["parcel_id"]).to_numpy()
    firm = land["firm_id"]
    # of a parcel that several firms hold, nobody's part is known: each counts with the whole
    weight = land["registered_land_m2"].fillna(pd.Series(area, land.index))
    weight = weight + land["leased_in_m2"] - land["leased_out_m2"]
    weight = weight.mask(weight <= DUST_M2, 0.0)
    weight = weight.where(~_all_of(weight.eq(0), firm), area)
    has_shares = land["share"].notna().groupby(firm).transform("any")
    stands = land["share"].notna().where(has_shares, weight.ne(0))
    land, weight, has_shares = land[stands], weight[stands], has_shares[stands]
    firm = land["firm_id"]
    floor = land["floor_m2"]
    has_floor = _all_of(floor.notna(), firm) & (floor.groupby(firm).transform("sum") > 0)
    by_floor, by_land = floor / _sum_of(floor, firm), weight / _sum_of(weight, firm)
    is_alone = firm.groupby(firm).transform("size").eq(1)
    says = [has_shares, is_alone, has_floor, by_land.notna()]
    share = np.select(says, [land["share"], 1.0, by_floor, by_land], np.nan)
    basis = np.select(says, ["share", "whole", "floor", "land"], "unknown")
    found = land[PAIR].assign(share=share, allocation_basis=basis)
    return found.reset_index(drop=True)


def _all_of(holds: pd.Series[bool], firm: pd.Series[str]) -> pd.Series[bool]:
    return holds.groupby(firm).transform("all")


def _sum_of(values: pd.Series[float], firm: pd.Series[str]) -> pd.Series[float]:
    """Add the values of a firm; one that is missing leaves the sum missing."""
    return values.groupby(firm).transform("sum").where(_all_of(values.notna(), firm))


def firm_amounts(parcels: Parcels, firms: pd.DataFrame, shares: pd.DataFrame) -> pd.DataFrame:
    """
    Bring the firms' yearly amounts to their parcels.

    Parameters
    ----------
    parcels
        Parcel table.
    firms
        Index ``firm_id``; any of the amounts of :data:`landrenew.base.columns.FLOWS`, and
        ``size_class``.
    shares
        The result of :func:`allocation_shares`.

    Returns
    -------
    DataFrame
        Index of the parcels: ``firm_count``, each amount in its unit (NaN where no firm stands,
        or one of them does not state it), and ``size_class``: above scale when one firm is, below
        when all are, else missing.
    """
    links = Links.of(shares, firms.index, parcels.index)
    table = pd.DataFrame(index=parcels.index)
    known = shares.groupby("parcel_id")["firm_id"].nunique()
    table["firm_count"] = known.reindex(parcels.index).fillna(0).astype(np.int64)
    for flow in FLOWS:
        if flow in firms.columns:
            amounts = firms[flow].to_numpy(dtype=float, na_value=np.nan)
            table[flow] = allocated(amounts, links)
    if "size_class" in firms.columns:
        sizes = firms["size_class"].reindex(shares["firm_id"]).reset_index(drop=True)
        of_parcel = size_class_of(sizes, shares["parcel_id"])
        table["size_class"] = of_parcel.reindex(parcels.index)
    return table


class Links(NamedTuple):
    """
    Which share of which firm goes to which parcel, by their places in two tables.

    Parameters
    ----------
    firm
        Shape (links,): place of the firm, -1 of one that the table lacks.
    parcel
        Shape (links,): place of the parcel.
    share
        Shape (links,): share [0-1], NaN where nothing says how to divide the firm.
    parcels
        Number of parcels.
    """

    firm: NDArray[np.intp]
    parcel: NDArray[np.intp]
    share: NDArray[np.float64]
    parcels: int

    @classmethod
    def of(cls, shares: pd.DataFrame, firms: pd.Index, parcels: pd.Index) -> Links:
        """
        Find the firms and parcels of shares.

        Parameters
        ----------
        shares
            The result of :func:`allocation_shares`.
        firms
            Ids of the firms, unique.
        parcels
            Ids of the parcels, unique.

        Returns
        -------
        Links
            In the order of the shares, without those on parcels that the table lacks.
        """
        place = parcels.get_indexer(pd.Index(shares["parcel_id"]))
        there = place >= 0
        firm = firms.get_indexer(pd.Index(shares["firm_id"]))
        return cls(firm[there], place[there], shares["share"].to_numpy()[there], len(parcels))


def added_up(
    values: NDArray[np.float64], place: NDArray[np.intp], size: int
) -> NDArray[np.float64]:
    """
    Add values up at places.

    Parameters
    ----------
    values
        Shape (n,): NaN where missing.
    place
        Shape (n,): where each goes.
    size
        Number of places.

    Returns
    -------
    ndarray
        Shape (size,): added one by one in the order of the values, so that the last bit hangs on
        no other place; NaN where one is missing, 0 where nothing goes.
    """
    # of nothing numpy counts in whole numbers
    return np.bincount(place, weights=values, minlength=size).astype(np.float64)


def allocated(amounts: NDArray[np.float64], links: Links) -> NDArray[np.float64]:
    """
    Add up at each parcel what its firms bring.

    Parameters
    ----------
    amounts
        Shape (firms,): an amount, NaN where it is not stated.
    links
        Who brings it where.

    Returns
    -------
    ndarray
        Shape (parcels,): NaN where no firm stands, or one of them does not state the amount.

    Examples
    --------
    >>> links = Links(np.array([0, 0, 1]), np.array([0, 1, 1]), np.array([0.25, 0.75, 1.0]), 3)
    >>> allocated(np.array([8.0, 1.0]), links).tolist()
    [2.0, 7.0, nan]
    """
    part = np.append(amounts, np.nan)[links.firm] * links.share
    found = added_up(part, links.parcel, links.parcels)
    found[np.bincount(links.parcel, minlength=links.parcels) == 0] = np.nan
    return found


def size_class_of(sizes: pd.Series[str], whole: pd.Series[str]) -> pd.Series[str]:
    """
    Say of what size firms are together.

    Parameters
    ----------
    sizes
        ``size_class`` of each firm.
    whole
        The parcel, or whatever they form together.

    Returns
    -------
    Series
        One row a whole: above scale when one firm is, below when all are, else None.
    """
    above = sizes.eq("above_scale").groupby(whole).any()
    below = sizes.eq("below_scale").groupby(whole).all()
    words = np.select([above, below], ["above_scale", "below_scale"], "")
    found = pd.Series(words, above.index, dtype=object)
    return found.where(above | below, None)


def intensities(parcels: Parcels) -> pd.DataFrame:
    """
    Divide amounts by land, energy, emission, staff, revenue or electricity.

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_mu`` and any of the amounts.

    Returns
    -------
    DataFrame
        Same index; each intensity of :data:`landrenew.base.columns.INTENSITIES` whose two columns
        are there. NaN where one is missing or the denominator is not above 0.

    Raises
    ------
    ColumnError
        When ``parcel_area_mu`` is missing.
    """
    require(parcels, "parcel_area_mu")
    return ratios(parcels, "parcel_area_mu")
