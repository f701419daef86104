"""What a city can do: clear parcels, build in parks, pay villages.

Costs and incomes come from columns or from the project file; a parcel of which one is not known
can not be planned for, and is counted among those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.missing import none_where_missing
from landrenew.base.units import to_mu
from landrenew.intake.parcels import Parcels
from landrenew.measure.inside import area_inside
from landrenew.measure.zones import largest_zone
from landrenew.plan.program.problem import ACTION_COLUMNS, BUILD, CLEAR, KEEP, PAY

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landrenew.intake.layers import Layers
    from landrenew.intake.planning import Planning

BUY, LEASE = "buy", "lease"
"""Ways to clear a parcel."""

NOWHERE = "—"
"""Town or village of what lies in none that is known."""

WHOLLY = 1 - 1e-9


@dataclass(frozen=True, eq=False)
class Candidates:
    """
    The parcels that a plan may clear.

    Parameters
    ----------
    table
        Index ``parcel_id``: ``town``, ``village``, ``land_mu`` (what clearing takes out of the
        total), ``inside_mu`` (what of it lies inside the line), ``part`` (share of the parcel that
        goes [0-1]), ``cost_cny10k`` and ``lease_cost_cny10k`` (NaN where not known),
        ``income_cny10k`` (of the village a year, NaN where not known), ``rent_cny10k`` (of the
        village a year, were it leased), ``floor_area_m2`` (NaN where not known).
    """

    table: pd.DataFrame

    @property
    def unpriced(self) -> pd.Index[str]:
        """Parcels of which no cost is known."""
        costs = self.table[["cost_cny10k", "lease_cost_cny10k"]]
        return self.table.index[costs.isna().all(axis=1)]

    @property
    def of_unknown_income(self) -> pd.Index[str]:
        """Parcels of a village of which it is not known what the village earns from them."""
        is_of_village = self.table["village"] != NOWHERE
        return self.table.index[is_of_village & self.table["income_cny10k"].isna()]


def candidates(parcels: Parcels, planning: Planning) -> Candidates:
    """
    Find the parcels that a plan may clear, and what that costs.

    Parameters
    ----------
    parcels
        Parcel table with ``counted_area_m2``, ``inside_area_m2``, ``control_class`` and
        ``parcel_area_mu``.
    planning
        The wishes.

    Returns
    -------
    Candidates
        Parcels outside the line, and those across it as ``straddling`` says, in the order of the
        table.

    Notes
    -----
    The cost of a parcel is its ``clear_cost_cny10k``; where that is missing, its area times
    ``clear_cny10k_per_mu`` and, where one is stated, its gross floor area times
    ``demolish_cny10k_per_m2``. Of a part of a parcel it is the part's share. A lease costs what its
    rents are worth today, and demolition.
    """
    taken = _taken(parcels, planning)
    mine = parcels.loc[taken.index]
    part = taken["land_mu"] / to_mu(mine["counted_area_m2"])
    priced = _costs(mine, planning)
    nobody = pd.Series(NOWHERE, mine.index, dtype=object)
    table = taken.assign(
        town=mine.get("town", nobody).fillna(NOWHERE).astype(object),
        village=mine.get("village", nobody).fillna(NOWHERE).astype(object),
        part=part,
        income_cny10k=_known(mine, "village_income_cny10k") * part,
        floor_area_m2=_known(mine, "floor_area_m2") * part,
        **{name: cost * part for name, cost in priced.items()},
    )
    return Candidates(table)


def _taken(parcels: Parcels, planning: Planning) -> pd.DataFrame:
    """Tell what clearing takes out of the total, and out of what lies inside [mu]."""
    lies, way = parcels["control_class"], planning.straddling
    counted, inside = to_mu(parcels["counted_area_m2"]), to_mu(parcels["inside_area_m2"])
    is_across = (lies == "straddling") & (way != "keep")
    chosen = ((lies == "outside") | is_across) & (counted > 0)
    only_outside = is_across & (way == "outside_part")
    land = (counted - inside).where(only_outside, counted)
    lost = inside.mask(only_outside | (lies == "outside"), 0.0)
    return pd.DataFrame({"land_mu": land, "inside_mu": lost})[chosen & (land > 0)]


def _known(parcels: pd.DataFrame, name: str) -> pd.Series[float]:
    nothing = pd.Series(np.nan, parcels.index)
    return parcels.get(name, nothing).astype(float)


def _costs(parcels: pd.DataFrame, planning: Planning) -> dict[str, pd.Series[float]]:
    """Price each way of clearing each parcel as a whole [10,000 CNY]."""
    costs, lease = planning.costs, planning.lease
    land = parcels["parcel_area_mu"]
    nothing = pd.Series(np.nan, parcels.index)
    tearing = pd.Series(0.0, parcels.index)
    if costs.demolish_cny10k_per_m2 is not None:
        tearing = _known(parcels, "floor_area_m2") * costs.demolish_cny10k_per_m2.value
    by_area = nothing
    if costs.clear_cny10k_per_mu is not None:
        by_area = land * costs.clear_cny10k_per_mu.value + tearing
    bought = _known(parcels, "clear_cost_cny10k").fillna(by_area)
    if lease is None:
        return {"cost_cny10k": bought, "lease_cost_cny10k": nothing, "rent_cny10k": nothing}
    is_collective = parcels.get("ownership_class", nothing) == "collective"
    rent = (land * lease.rent_cny10k_per_mu.value).where(is_collective)
    leased = rent * lease.factor + tearing
    return {"cost_cny10k": bought, "lease_cost_cny10k": leased, "rent_cny10k": rent}


def clearings(found: Candidates) -> pd.DataFrame:
    """
    Write the actions that clear parcels, one for each way of each.

    Parameters
    ----------
    found
        The candidates.

    Returns
    -------
    DataFrame
        Columns as :class:`~landrenew.plan.program.problem.Problem` asks; bought ones first. A
        parcel of unknown cost has an action at no cost, which a condition must forbid, so that
        the clash can be told by name; what its village earns counts 0 likewise.
    """
    table = found.table
    ways = [_clearing(table, BUY, "cost_cny10k", 0.0)]
    leased = table[table["lease_cost_cny10k"].notna()]
    if len(leased):
        ways.append(_clearing(leased, LEASE, "lease_cost_cny10k", leased["rent_cny10k"]))
    return pd.concat(ways, ignore_index=True)


def _clearing(
    table: pd.DataFrame, way: str, cost: str, rent: pd.Series[float] | float
) -> pd.DataFrame:
    only_leased = table["cost_cny10k"].isna() & table["lease_cost_cny10k"].notna()
    return pd.DataFrame({
        "kind": CLEAR,
        "name": table.index.astype(object),
        "way": way,
        "town": table["town"].to_numpy(),
        "village": table["village"].to_numpy(),
        "lower": 0.0,
        # a parcel that can be leased, but whose price is not known, can not be bought
        "upper": np.where(only_leased & (way == BUY), 0.0, 1.0),
        "is_whole": True,
        "cost_cny10k": table[cost].fillna(0.0).to_numpy(),
        "inside_mu": -table["inside_mu"].to_numpy(),
        "total_mu": -table["land_mu"].to_numpy(),
        "income_cny10k": (rent - table["income_cny10k"].fillna(0.0)).to_numpy(),
        "floor_area_m2": -table["floor_area_m2"].fillna(0.0).to_numpy(),
    })[list(ACTION_COLUMNS)]  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sites:
    """
    The parks that a plan may build in.

    Parameters
    ----------
    table
        Index ``park_id``: ``town``, ``capacity_mu``, ``cost_cny10k_per_mu``, ``inside_share`` (of
        the park inside the control line [0-1]) and ``growth_share`` (inside the growth boundary;
        1 where there is none).
    without
        Parks that are left out, for their capacity or cost is not known.
    """

    table: pd.DataFrame
    without: tuple[str, ...]

    @property
    def outside_growth(self) -> pd.Index[str]:
        """Parks that the growth boundary does not hold as a whole."""
        return self.table.index[self.table["growth_share"] < WHOLLY]


def sites(layers: Layers, planning: Planning) -> Sites:
    """
    Find the parks that a plan may build in.

    Parameters
    ----------
    layers
        The layers of a project.
    planning
        The wishes.

    Returns
    -------
    Sites
        Parks with a known capacity and cost.

    Notes
    -----
    New land counts as inside the control line by the share of its park that lies inside: where in
    the park the free land lies, nobody says.
    """
    names = ["town", "capacity_mu", "cost_cny10k_per_mu", "inside_share", "growth_share"]
    parks = layers.parks
    if parks is None or layers.control_line is None:
        return Sites(pd.DataFrame(columns=names), ())
    stated = planning.costs.build_cny10k_per_mu
    cost = _known(parks, "build_cost_cny10k_per_mu")
    width = layers.project.tolerances.sliver_width_m
    table = pd.DataFrame({
        "town": _town_of(layers, parks),
        "capacity_mu": _known(parks, "capacity_mu"),
        "cost_cny10k_per_mu": cost if stated is None else cost.fillna(stated.value),
        "inside_share": _share_in(parks, layers.control_line, width),
        "growth_share": _share_in(parks, layers.growth_boundary, width),
    }).set_axis(parks["park_id"].astype(object))  # fmt: skip
    is_known = table[["capacity_mu", "cost_cny10k_per_mu"]].notna().all(axis=1)
    left = tuple(map(str, table.index[~is_known]))
    return Sites(table[is_known & (table["capacity_mu"] > 0)], left)


def _share_in(parks: GeoDataFrame, zones: GeoDataFrame | None, width: float) -> pd.Series[float]:
    if zones is None:
        return pd.Series(1.0, parks.index)
    inside, _ = area_inside(parks.geometry, zones, sliver_width_m=width)
    whole, _ = area_inside(parks.geometry, parks, sliver_width_m=0.0)
    return pd.Series(np.clip(inside / whole, 0.0, 1.0), parks.index)


def _town_of(layers: Layers, parks: GeoDataFrame) -> pd.Series[str]:
    if "town" in parks.columns:
        return none_where_missing(parks["town"]).fillna(NOWHERE)
    if layers.towns is None:
        return pd.Series(NOWHERE, parks.index, dtype=object)
    return largest_zone(Parcels(parks), layers.towns, "town").fillna(NOWHERE)


def buildings(found: Sites) -> pd.DataFrame:
    """
    Write the actions that build in parks, by the mu.

    Parameters
    ----------
    found
        The sites.

    Returns
    -------
    DataFrame
        Columns as :class:`~landrenew.plan.program.problem.Problem` asks.
    """
    table = found.table
    return pd.DataFrame({
        "kind": BUILD,
        "name": table.index.astype(object),
        "way": BUILD,
        "town": table["town"].to_numpy(),
        "village": NOWHERE,
        "lower": 0.0,
        "upper": table["capacity_mu"].to_numpy(float),
        "is_whole": False,
        "cost_cny10k": table["cost_cny10k_per_mu"].to_numpy(float),
        "inside_mu": table["inside_share"].to_numpy(float),
        "total_mu": 1.0,
        "income_cny10k": 0.0,
        "floor_area_m2": 0.0,
    })[list(ACTION_COLUMNS)]  # fmt: skip


def payments(found: Candidates, planning: Planning) -> pd.DataFrame:
    """
    Write the actions that pay villages a yearly sum, 10,000 CNY a year each.

    Parameters
    ----------
    found
        The candidates.
    planning
        The wishes.

    Returns
    -------
    DataFrame
        Columns as :class:`~landrenew.plan.program.problem.Problem` asks; none where the project
        allows no payment. No village is paid more than it can lose.
    """
    pay = None if planning.villages is None else planning.villages.pay
    losses = found.table.groupby("village")["income_cny10k"].sum()
    losses = losses[(losses > 0) & (losses.index != NOWHERE)]
    if pay is None or losses.empty:
        return pd.DataFrame(columns=list(ACTION_COLUMNS))
    town = found.table.groupby("village")["town"].first().reindex(losses.index)
    return pd.DataFrame({
        "kind": PAY,
        "name": losses.index.astype(object),
        "way": PAY,
        "town": town.to_numpy(),
        "village": losses.index.astype(object),
        "lower": 0.0,
        "upper": losses.to_numpy(float),
        "is_whole": False,
        "cost_cny10k": pay.factor,
        "inside_mu": 0.0,
        "total_mu": 0.0,
        "income_cny10k": 1.0,
        "floor_area_m2": 0.0,
    })[list(ACTION_COLUMNS)]  # fmt: skip


def keeping(planning: Planning) -> pd.DataFrame:
    """
    Write the level that the incomes of villages are held to, as an action that costs nothing.

    Parameters
    ----------
    planning
        The wishes.

    Returns
    -------
    DataFrame
        Columns as :class:`~landrenew.plan.program.problem.Problem` asks: one row, its amount the
        share of income that each village keeps [0-1]; none where nobody asks for one.
    """
    if planning.villages is None:
        return pd.DataFrame(columns=list(ACTION_COLUMNS))
    row = {
        "kind": KEEP, "name": "village_income", "way": KEEP, "town": NOWHERE, "village": NOWHERE,
        "lower": 0.0, "upper": 1.0, "is_whole": False, "cost_cny10k": 0.0, "inside_mu": 0.0,
        "total_mu": 0.0, "income_cny10k": 0.0, "floor_area_m2": 0.0,
    }  # fmt: skip
    return pd.DataFrame([row], columns=list(ACTION_COLUMNS))
