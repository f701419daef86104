"""Blocks that a plan releases: drawn as proposals, described, and put in an order with reasons."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels
from landrenew.measure.adjacency import contact_groups, contacts, set_by_hand
from landrenew.plan.blocks import EXACT, block_names, block_table, nearest_parks

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landrenew.intake.layers import Layers
    from landrenew.measure.allocation import Allocation


def release_block_id(layers: Layers, parcels: Parcels, cleared: pd.Series[float]) -> pd.Series[str]:
    """
    Name the blocks in which cleared plots lie together.

    Parameters
    ----------
    layers
        The layers of a project, its rulebook with contiguity.
    parcels
        The parcel table.
    cleared
        Land that the plan clears [mu], by ``parcel_id``, of the cleared ones only.

    Returns
    -------
    Series
        ``plan_block_id``, indexed like ``cleared``: ``T001`` is the largest block.
    """
    rule = layers.rulebook.contiguity
    mine = Parcels(parcels.loc[cleared.index])
    if rule is None or mine.empty:
        return pd.Series(None, cleared.index, dtype=object, name="plan_block_id")
    pairs = contacts(mine, max_gap_m=rule.max_gap_m, barriers=layers.barriers)
    group = contact_groups(mine, set_by_hand(pairs, mine, layers.contacts))
    land = cleared.groupby(group).sum().round(EXACT)
    return block_names(group, land, "T").rename("plan_block_id")


def released_blocks(
    layers: Layers,
    parcels: Parcels,
    cleared: pd.DataFrame,
    allocation: Allocation | None,
) -> GeoDataFrame | None:
    """
    Describe the blocks that a plan releases.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table, measured and judged.
    cleared
        Index ``parcel_id``: ``land_mu``, ``cost_cny10k``, ``plan_block_id`` of the cleared plots.
    allocation
        What the firms bring; None without firms.

    Returns
    -------
    GeoDataFrame or None
        As :func:`landrenew.plan.blocks.block_table` gives it, of the parcels as they are before the
        plan, with ``cost_cny10k``, ``cost_cny10k_per_mu`` and ``plan_rank`` (1 is done first), and
        the nearest park that has room for the block alone. None where the rulebook has no
        contiguity, or nothing is cleared.
    """
    rule = layers.rulebook.contiguity
    if rule is None or cleared.empty:
        return None
    mine = Parcels(parcels.loc[cleared.index].assign(block_id=cleared["plan_block_id"]))
    blocks = block_table(mine, rule, None if allocation is None else allocation.stands)
    cost = cleared.groupby("plan_block_id")["cost_cny10k"].sum()
    land = cleared.groupby("plan_block_id")["land_mu"].sum()
    blocks["cost_cny10k"] = cost
    blocks["cost_cny10k_per_mu"] = cost / land
    if layers.parks is not None:
        blocks = blocks.join(nearest_parks(blocks, layers.parks))
    return _ranked(blocks)


def _ranked(blocks: GeoDataFrame) -> GeoDataFrame:
    """Put the cheapest land first; of equally cheap blocks the larger, then by name."""
    keys = pd.DataFrame({
        "price": blocks["cost_cny10k_per_mu"].round(EXACT),
        "land": -blocks["area_mu"].round(EXACT),
        "name": blocks.index,
    })  # fmt: skip
    order = keys.sort_values(["price", "land", "name"]).index
    rank = pd.Series(np.arange(1, len(order) + 1), order)
    return blocks.assign(plan_rank=rank)


def rank_reason(block: pd.Series, blocks: pd.DataFrame) -> Text:
    """
    Say why a block stands where it stands.

    Parameters
    ----------
    block
        One row of :func:`released_blocks`.
    blocks
        All of them.

    Returns
    -------
    Text
        Its price against that of all blocks together, its use and its owners, as far as known.
    """
    all_ = math.fsum(blocks["cost_cny10k"]) / math.fsum(blocks["area_mu"])
    price = block["cost_cny10k_per_mu"]
    cheaper = price <= all_
    said = [Text(f"每亩 {price:,.1f} 万元，{'低' if cheaper else '高'}于全部地块组的 {all_:,.1f}",
                 f"{price:,.1f} CNY10k a mu, {'below' if cheaper else 'above'} the {all_:,.1f} of"
                 " all blocks")]  # fmt: skip
    if np.isfinite(block["floor_area_ratio"]):
        far = block["floor_area_ratio"]
        said.append(Text(f"现状容积率 {far:.2f}", f"floor area ratio {far:.2f} now"))
    if np.isfinite(block["tax_cny10k_per_mu"]):
        tax = block["tax_cny10k_per_mu"]
        said.append(Text(f"亩均税收 {tax:.1f} 万元", f"{tax:.1f} CNY10k tax a mu"))
    if np.isfinite(block["owner_count"]):
        owners = f"{block['owner_count']:.0f}"
        said.append(Text(f"权利人 {owners} 个", f"{owners} owners"))
    return Text("；".join(one.zh for one in said), "; ".join(one.en for one in said))
