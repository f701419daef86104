"""The demo city put together, in the order in which a city grows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from landrenew.sample.buildings import buildings, without_one_each
from landrenew.sample.faults import plant
from landrenew.sample.firms import firms, with_more_tax
from landrenew.sample.ledger import ledger
from landrenew.sample.line import digitised, drawn_line, sided
from landrenew.sample.lots import kept_off, park_lots, village_lots
from landrenew.sample.neighbours import Pairs, pairs
from landrenew.sample.places import parks, villages
from landrenew.sample.rasters import DISTRICT
from landrenew.sample.register import register
from landrenew.sample.roads import to_parks, trunk_roads, with_streets
from landrenew.sample.scenery import (
    background,
    barriers,
    built_up,
    growth_boundary,
    park_table,
    protected,
    town_streets,
    town_table,
)
from landrenew.sample.sheets import Sheets, Telling
from landrenew.sample.terrain import terrain
from landrenew.sample.towns import countryside
from landrenew.sample.truth import Facts, facts_of, near_the_bar

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from shapely.geometry import MultiPolygon
    from shapely.geometry.base import BaseGeometry

    from landrenew.sample.places import Place
    from landrenew.sample.roads import Roads
    from landrenew.sample.terrain import Terrain
    from landrenew.sample.towns import Countryside

ON_FARMLAND = 3
"""How many lots stand on permanent farmland."""


@dataclass(frozen=True)
class City:
    """
    The whole city.

    Parameters
    ----------
    ground
        The ground.
    places
        Parks and villages.
    line
        The control line, with digitising noise.
    layers
        The other map layers by name.
    telling
        The tables, told and meant, and the planted faults.
    raster_only
        Buildings whose height stands only in the raster.
    crossing
        Buildings that cross two parcels.
    on_farmland
        Parcels on permanent farmland.
    facts
        What is true of every industrial parcel.
    pairs
        Neighbours that contiguity must join, and neighbours it must not.
    """

    ground: Terrain
    places: list[Place]
    line: MultiPolygon
    layers: dict[str, gpd.GeoDataFrame]
    telling: Telling
    raster_only: list[str]
    crossing: list[str]
    on_farmland: list[str]
    facts: dict[str, Facts]
    pairs: Pairs


def _on_farmland(parcels: pd.DataFrame) -> pd.DataFrame:
    """Choose a few whole lots at the edge of their villages."""
    lots = parcels[(parcels["kind"] == "village") & (parcels["land_code"] == "0601")]
    whole = lots[[i is None for i in lots["inside"]]]
    return whole.drop_duplicates("place").iloc[5 :: len(whole["place"].unique()) // 4][:ON_FARMLAND]


def _layers(
    ground: Terrain,
    land: Countryside,
    roads: Roads,
    places: list[Place],
    *,
    lots: list[BaseGeometry],
    odd: list[BaseGeometry],
) -> dict[str, gpd.GeoDataFrame]:
    built = built_up(places, ground)
    wide = {"expressway": 60.0, "railway": 40.0, "arterial": 44.0, "street": 14.0}
    strips: list[BaseGeometry] = [roads.strips(kind, width) for kind, width in wide.items()]
    free = shapely.union_all([built, *strips, *lots])
    return {
        "towns": town_table(land),
        "parks": park_table(places),
        "barriers": barriers(ground, roads),
        "protected": protected(land, ground, free, odd),
        "background": background(ground, roads, built, town_streets(built, places)),
        "growth_boundary": growth_boundary(built),
    }


def _sheets(parcels: pd.DataFrame) -> tuple[Sheets, list[str], list[str]]:
    houses, crossing, raster_only = buildings(parcels, DISTRICT)
    works, links = firms(parcels)
    clean = Sheets(parcels, houses, works, links, ledger([]))
    facts = facts_of(clean, raster_only)
    while near := [i for i, fact in facts.items() if near_the_bar(fact)]:
        spared = [*crossing, *raster_only]
        clean.buildings = without_one_each(clean.buildings, parcels, near, spared=spared)
        clean.firms = with_more_tax(clean.firms, [f for i in near for f in facts[i].firms])
        facts = facts_of(clean, raster_only)
    clean.ledger = ledger([i for i, fact in facts.items() if fact.verdict == "yes"])
    return clean, crossing, raster_only


def city() -> City:
    """
    Build the city.

    Returns
    -------
    City
        Always the same.
    """
    ground = terrain()
    land = countryside(ground)
    places = parks(ground, land)
    trunk = to_parks(trunk_roads(), [one.ground for one in places])
    places += villages(ground, land, trunk, places)
    spots = [one.middle for one in places if one.kind == "village"]
    grounds = [one.ground for one in places if one.kind == "park"]
    roads = with_streets(trunk, spots, ground, grounds)
    taken = kept_off(ground, roads)
    divide = {"park": park_lots, "village": village_lots}
    lots, zones = sided([(one, divide[one.kind](one, taken[one.kind])) for one in places])
    parcels = register(lots)
    clean, crossing, raster_only = _sheets(parcels)
    telling = Telling(told=clean.copy(), meant=clean.copy())
    plant(telling, DISTRICT, crossing)
    odd = _on_farmland(parcels)
    layers = _layers(
        ground, land, roads, places, lots=parcels["shape"].tolist(), odd=odd["shape"].tolist()
    )
    return City(
        ground, places, digitised(drawn_line(lots, zones), lots), layers, telling,
        raster_only, crossing, odd["parcel_id"].tolist(),
        facts_of(telling.meant, raster_only), pairs(telling.meant.parcels, layers["barriers"]),
    )  # fmt: skip
