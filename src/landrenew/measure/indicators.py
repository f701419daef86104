"""All indicators that a parcel's own ground decides, in one pass.

Everything here is local: a parcel's values depend only on what lies on it, so any part of the
parcel table gives the same values as the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.intake.parcels import Parcels
from landrenew.measure.buildings import (
    building_floors,
    building_measures,
    building_pieces,
    settle_overhangs,
)
from landrenew.measure.heights import raster_heights
from landrenew.measure.land import (
    declared_difference_share,
    parcel_area_m2,
    parcel_area_mu,
    planar_area_m2,
)
from landrenew.measure.rasters import raster_columns_of
from landrenew.measure.zones import largest_zone, protected_area_m2, zone_class, zone_share

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.measure.prepared import Prepared


NOWHERE = np.empty(0, dtype=np.intp)

ALWAYS_MEASURED = (
    "parcel_area_m2", "parcel_area_mu", "planar_area_m2", "declared_difference_share",
)  # fmt: skip
"""Never taken from the layer: the result of an earlier run may stand there."""

PLACES = {"towns": "town", "villages": "village"}
"""Layers of places, and the column that names the place of a parcel: given, else by overlap."""


@dataclass(frozen=True)
class Measured:
    """
    What was measured on a table of parcels.

    Parameters
    ----------
    columns
        The measured columns, index of the parcels.
    met_buildings
        Positions of the buildings that stand on any of the parcels.
    silent_buildings
        Positions of those among them of which neither storeys nor height is known.
    silent_support
        Share of each of these that a height raster covers [0-1]; NaN without such a raster.
    """

    columns: pd.DataFrame
    met_buildings: NDArray[np.intp]
    silent_buildings: NDArray[np.intp]
    silent_support: NDArray[np.float64]


class Stock(NamedTuple):
    """
    The buildings met, as :class:`Measured` names them.

    Parameters
    ----------
    met
        Positions of the buildings that stand on any of the parcels.
    silent
        Positions of those among them of unknown storeys.
    support
        Share of each of these that a height raster covers [0-1], NaN without one.
    """

    met: NDArray[np.intp]
    silent: NDArray[np.intp]
    support: NDArray[np.float64]


def measure_parcels(parcels: Parcels, prepared: Prepared) -> Measured:
    """
    Measure every indicator that the layers allow.

    Parameters
    ----------
    parcels
        Parcel table, or any part of it (projected, metres).
    prepared
        The layers of the project, made ready.

    Returns
    -------
    Measured
        Columns of the data dictionary; what has no layer is absent.

    Raises
    ------
    FileError
        When a raster cannot be read.
    CrsError
        When a raster has no CRS.
    """
    given = parcels.drop(columns=list(ALWAYS_MEASURED), errors="ignore")
    table = Parcels(given.copy())
    table["parcel_area_m2"] = parcel_area_m2(table)
    table["parcel_area_mu"] = parcel_area_mu(table)
    table["planar_area_m2"] = planar_area_m2(table)
    if "declared_area_m2" in table:
        table["declared_difference_share"] = declared_difference_share(table)
    _measure_zones(table, prepared)
    stock = _measure_buildings(table, prepared)
    from_rasters = raster_columns_of(table, prepared.layers.project)
    table[from_rasters.columns] = from_rasters
    places = set(PLACES.values())
    mine = [name for name in table.columns if name in places or name not in given.columns]
    return Measured(pd.DataFrame(table[mine]), *stock)


def _measure_zones(table: Parcels, prepared: Prepared) -> None:
    layers, zones = prepared.layers, prepared.zones
    width = layers.project.tolerances.sliver_width_m
    for name, share, word in (
        ("control_line", "control_share", "control_class"),
        ("growth_boundary", "growth_share", "growth_class"),
    ):
        if name not in zones:
            continue
        found = zone_share(table, zones[name], sliver_width_m=width)
        table[share], table[word] = found["share"], zone_class(found["share"])
        if share == "control_share":
            table["settled_m2"] = found["settled_m2"]
    if "protected" in zones:
        table["protected_area_m2"] = protected_area_m2(table, zones["protected"])
    for name, column in PLACES.items():
        if (places := getattr(layers, name)) is not None:
            by_overlap = largest_zone(table, places, column, ready=zones[name])
            known = table[column].fillna(by_overlap) if column in table else by_overlap
            table[column] = known
    if layers.parks is not None:
        table["park_id"] = largest_zone(
            table, layers.parks, "park_id", sliver_width_m=width, ready=zones["parks"]
        )


def _measure_buildings(table: Parcels, prepared: Prepared) -> Stock:
    layers = prepared.layers
    if layers.buildings is None:
        for total, ratio in (
            ("counted_floor_area_m2", "floor_area_ratio"),
            ("footprint_m2", "building_density"),
        ):
            if total in table and ratio not in table:
                table[ratio] = table[total] / table["parcel_area_m2"]
        return Stock(NOWHERE, NOWHERE, np.empty(0))
    storeys = layers.rulebook.storeys
    near = prepared.buildings_near(table)
    buildings = layers.buildings.iloc[near]
    pieces = _pieces(table, buildings, prepared)
    met = np.unique(pieces["building"].to_numpy())
    found = None if storeys is None else raster_heights(buildings, met, layers)
    heights, support = (None, None) if found is None else (found["height_m"], found["support"])
    floors = building_floors(buildings, storeys, heights)
    measures = building_measures(
        table, pieces, floors, support, has_open_ground=prepared.has_open_ground
    )
    table[measures.columns] = measures
    silent = NOWHERE if storeys is None else met[floors["floors"].isna().to_numpy()[met]]
    covered = np.full(len(silent), np.nan) if support is None else support.to_numpy()[silent]
    return Stock(near[met], near[silent], covered)


def _pieces(table: Parcels, buildings: GeoDataFrame, prepared: Prepared) -> pd.DataFrame:
    """Split buildings at the edges of all parcels they meet, and keep what stands on these."""
    layers = prepared.layers
    width = layers.project.tolerances.sliver_width_m
    pieces = building_pieces(layers.parcels, buildings, prepared.parcels)
    pieces = settle_overhangs(pieces, layers.parcels, buildings, width_m=width)
    here = table.index.get_indexer(layers.parcels.index[pieces["parcel"]])
    return pieces.assign(parcel=here)[here >= 0].reset_index(drop=True)
