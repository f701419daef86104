"""The plan for GIS: a GeoPackage of its parcels, its blocks and the parks it builds in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd

from landrenew.base.words import Text
from landrenew.plan.path.proposal import built_actions
from landrenew.plan.program.solve import Plan
from landrenew.publish.geopackage import Style, Styled, write_layers
from landrenew.publish.qgis import Look
from landrenew.publish.themes import PLAN_SWATCHES

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.base.words import Lang
    from landrenew.plan.path.proposal import Proposal
    from landrenew.publish.result import Result

BLOCK_LOOKS = (Look("", Text("腾退地块组", "released block"), None, "#b8175f", 0.8),)
PARK_LOOKS = (Look("", Text("园区新增", "built in parks"), "#4f86b8", "#1f3f9e", 0.6),)


def write_plan_layers(result: Result, path: Path, lang: Lang) -> None:
    """
    Write the plans of a run into one GeoPackage.

    Parameters
    ----------
    result
        A run with plans.
    path
        The file to write; must not exist.
    lang
        Language of the legends.

    Notes
    -----
    Layers ``plan_parcels`` (candidates, with what becomes of them), ``plan_blocks``, and
    ``plan_parks``; of scenarios ``scenario_1``, … in their order, candidates alone.
    """
    looks = [Look(word, one.label, one.colour) for word, one in PLAN_SWATCHES.items()]
    planned = [Style("plan_class", looks)]
    base = result.plans[0]
    contents = [
        Styled("plan_parcels", _parcels(result, base), planned),
        Styled("plan_blocks", base.blocks, [Style("", BLOCK_LOOKS)]),
        Styled("plan_parks", _parks(result, base), [Style("", PARK_LOOKS)]),
    ]
    contents += [
        Styled(f"scenario_{number}", _parcels(result, one), planned)
        for number, one in enumerate(result.plans[1:], start=1)
    ]
    write_layers(contents, path, lang)


def _parcels(result: Result, proposal: Proposal) -> gpd.GeoDataFrame:
    table = proposal.parcels
    found = proposal.city.candidates.table[["town", "village"]]
    shapes = result.parcels.geometry.loc[table.index]
    named = table.rename_axis("parcel_id").join(found)
    return gpd.GeoDataFrame(named.assign(scenario=proposal.scenario.name), geometry=shapes)


def _parks(result: Result, proposal: Proposal) -> gpd.GeoDataFrame | None:
    """Draw the parks that are built in, with how much [mu]."""
    parks = result.layers.parks
    if parks is None or not isinstance(proposal.plan, Plan):
        return None
    done = built_actions(proposal.plan)
    built = pd.Series(done["amount"].to_numpy(), done["name"].to_numpy(), name="built_mu")
    chosen = parks[parks["park_id"].isin(built.index)]
    return chosen.assign(built_mu=chosen["park_id"].map(built)).set_index("park_id")
