"""Contiguous blocks 连片: what each is, whether it is a candidate, and which park could take it.

What is true of a block's land is said by :mod:`landrenew.plan.areas`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.assess.verdicts import judge
from landrenew.base.missing import none_where_missing
from landrenew.base.units import to_mu
from landrenew.intake.parcels import Parcels, require
from landrenew.measure.adjacency import contact_groups, contacts, set_by_hand
from landrenew.plan.areas import area_figures
from landrenew.plan.outlines import block_outline

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.rules.comparison import TestSet
    from landrenew.rules.model import Contiguity

    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

EXACT = 6
"""Digits kept of a block's area, so that row order decides nothing [mu]."""

DOUBT = {
    "low_efficiency_area_share": "undetermined_area_share",
    "owner_count": "owner_unknown_count",
}
"""What undetermined land, or parcels without a known owner, could still raise."""

RESTS_ON = {
    "floor_area_ratio": "floor_known_area_share",
    "tax_cny10k_per_mu": "tax_known_area_share",
}
"""Ratios that answer a test only where they rest on all of the block's land."""

ALL = 1 - 1e-9


def block_id(
    parcels: Parcels,
    contiguity: Contiguity,
    barriers: GeoDataFrame | None = None,
    by_hand: pd.DataFrame | None = None,
) -> pd.Series[str]:
    """
    Name the contiguous block that each parcel belongs to.

    Parameters
    ----------
    parcels
        Parcel table with ``counted_area_m2`` (projected, metres).
    contiguity
        Largest gap [m] and smallest area of a block [mu].
    barriers
        What contiguity never crosses, in the same CRS.
    by_hand
        Pairs joined or parted by people, see
        :func:`landrenew.measure.adjacency.set_by_hand`.

    Returns
    -------
    Series
        ``block_id``, same index: ``B001`` is the largest block; of equal ones, that with the
        parcel sorting first. None where the group of neighbours is smaller than a block must be.

    Raises
    ------
    ColumnError
        When ``counted_area_m2`` is missing.
    """
    require(parcels, "counted_area_m2")
    pairs = contacts(parcels, max_gap_m=contiguity.max_gap_m, barriers=barriers)
    pairs = set_by_hand(pairs, parcels, by_hand)
    group = contact_groups(parcels, pairs)
    area = to_mu(parcels["counted_area_m2"].groupby(group).sum()).round(EXACT)
    large = area[area >= contiguity.min_area_mu]
    names = block_names(group[group.isin(large.index)], large, "B")
    return none_where_missing(names.reindex(group.index)).rename("block_id")


def block_names(group: pd.Series[int], area: pd.Series[float], letter: str) -> pd.Series[str]:
    """
    Name groups of parcels by their size.

    Parameters
    ----------
    group
        Group that each parcel lies in, by ``parcel_id``.
    area
        Area of each group [mu], rounded so that row order decides nothing.
    letter
        What the names begin with.

    Returns
    -------
    Series
        Name of each parcel's group, indexed like ``group``: letter and number, 1 for the largest;
        of equal ones, for that with the parcel sorting first.

    Examples
    --------
    >>> group = pd.Series([7, 7, 3], index=["p1", "p2", "p3"])
    >>> list(block_names(group, pd.Series({7: 4.0, 3: 9.0}), "B"))
    ['B002', 'B002', 'B001']
    """
    lead = group.index.to_series().groupby(group).min()
    sizes = pd.DataFrame({"area": area, "lead": lead})
    order = sizes.sort_values(["area", "lead"], ascending=[False, True]).index
    digits = max(3, len(str(len(order))))
    return group.map({one: f"{letter}{i:0{digits}d}" for i, one in enumerate(order, start=1)})


def block_table(
    parcels: Parcels, contiguity: Contiguity, links: pd.DataFrame | None = None
) -> GeoDataFrame:
    """
    Describe each block.

    Parameters
    ----------
    parcels
        Parcel table with ``block_id``, areas and whatever was measured and judged.
    contiguity
        Gap for the outline [m] and bound of a small plot [mu].
    links
        ``firm_id`` and ``parcel_id``, to count each firm of a block once.

    Returns
    -------
    GeoDataFrame
        Index ``block_id``, sorted; outline of the block, its gaps closed; counts, mu, ratios of
        totals and shares as the data dictionary says. Missing where nothing is known.

    Raises
    ------
    ColumnError
        When a column is missing.

    Notes
    -----
    The outline is a picture: the land of all parcels, and around it all ground that a disk as wide
    as the gap cannot enter from outside, so that a re-entrant corner comes out round. Corners
    reach out sharp, so that crossings of lanes close as well. It is true to a hundredth of half
    the gap, to which the engine smooths; no area is taken from it.
    Source: project choice.
    """
    require(parcels, "block_id")
    mine = Parcels(parcels[parcels["block_id"].notna()])
    by = mine["block_id"]
    table = area_figures(mine, by, links=links, small_plot_mu=contiguity.small_plot_mu)
    table.insert(list(table).index("owner_count"), "town", _main_town(mine, table.index))
    table.index.name = "block_id"
    return gpd.GeoDataFrame(
        table, geometry=block_outline(mine, contiguity.max_gap_m), crs=parcels.crs
    )


def _main_town(mine: Parcels, blocks: pd.Index[str]) -> pd.Series[str]:
    if "town" not in mine:
        return pd.Series([None] * len(blocks), blocks, dtype=object)
    land = mine.groupby(["block_id", "town"])["counted_area_m2"].sum().reset_index()
    land = land.sort_values(["counted_area_m2", "town"], ascending=[False, True])
    return land.drop_duplicates("block_id").set_index("block_id")["town"].reindex(blocks)


def judged_blocks(blocks: GeoDataFrame, rule: TestSet) -> pd.DataFrame:
    """
    Answer a set of tests for each block, by what its land and owners could still turn out to be.

    Parameters
    ----------
    blocks
        The result of :func:`block_table`.
    rule
        The tests.

    Returns
    -------
    DataFrame
        As :func:`landrenew.assess.verdicts.judge` gives it. A test is undetermined when
        undetermined parcels or unknown owners could turn it, or when its ratio rests on a part of
        the land only.
    """
    known = blocks.assign(**{
        ratio: blocks[ratio].where(blocks[share] >= ALL) for ratio, share in RESTS_ON.items()
    })  # fmt: skip
    return judge(known, rule, doubt=DOUBT)


def consolidation(blocks: GeoDataFrame, rule: TestSet) -> pd.DataFrame:
    """
    Judge which blocks are candidates for consolidation.

    Parameters
    ----------
    blocks
        The result of :func:`block_table`.
    rule
        The rulebook's ``[consolidation]``.

    Returns
    -------
    DataFrame
        Same index: ``consolidation_class`` and ``consolidation_tests``.
    """
    judged = judged_blocks(blocks, rule)
    names = {"verdict": "consolidation_class", "tests": "consolidation_tests"}
    return judged[list(names)].rename(columns=names)


def nearest_parks(blocks: GeoDataFrame, parks: GeoDataFrame) -> pd.DataFrame:
    """
    Find for each block the nearest park that could take in all of it.

    Parameters
    ----------
    blocks
        Blocks with ``area_mu`` (projected, metres).
    parks
        Parks with ``park_id`` and ``capacity_mu`` in the same CRS; a park without a known
        capacity takes in nothing.

    Returns
    -------
    DataFrame
        Same index: ``nearest_park_id`` and ``nearest_park_distance_m``, the straight distance
        between outlines [m]; missing where no park has room. Of equal distances the park that
        stands first.
    """
    nothing = pd.Series(np.nan, parks.index)
    room = parks.get("capacity_mu", nothing).to_numpy(float)
    distance = shapely.distance(
        blocks.geometry.to_numpy()[:, None], parks.geometry.to_numpy()[None]
    )
    fits = room[None, :] >= blocks["area_mu"].to_numpy()[:, None]
    distance = np.where(fits, distance, np.inf)
    best = distance.argmin(axis=1)
    metres = distance[np.arange(len(blocks)), best]
    has_room = np.isfinite(metres)
    names = parks["park_id"].to_numpy(object)[best]
    return pd.DataFrame({
        "nearest_park_id": np.where(has_room, names, None),
        "nearest_park_distance_m": np.where(has_room, metres, np.nan),
    }, index=blocks.index)  # fmt: skip
