"""All indicators that a parcel's own ground decides, in one pass.

Everything here is local: a parcel's values depend only on what lies on it, so any part of the
parcel table gives the same values as the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.intake.parcels import Parcels
from landrenew.measure.buildings import building_floors, building_measures, building_pieces
from landrenew.measure.land import (
    declared_difference_share,
    parcel_area_m2,
    parcel_area_mu,
    planar_area_m2,
)
from landrenew.measure.rasters import raster_mean
from landrenew.measure.zones import largest_zone, protected_area_m2, zone_class, zone_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.intake.layers import Layers


NOWHERE = np.empty(0, dtype=np.intp)

ALWAYS_MEASURED = (
    "parcel_area_m2", "parcel_area_mu", "planar_area_m2", "declared_difference_share",
)  # fmt: skip
"""Never taken from the layer: the result of an earlier run may stand there."""


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
    """

    columns: pd.DataFrame
    met_buildings: NDArray[np.intp]
    silent_buildings: NDArray[np.intp]


def measure_parcels(parcels: Parcels, layers: Layers) -> Measured:
    """
    Measure every indicator that the layers allow.

    Parameters
    ----------
    parcels
        Parcel table, or any part of it (projected, metres).
    layers
        The layers of the project, in the same CRS.

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
    _measure_zones(table, layers)
    met, silent = _measure_buildings(table, layers)
    _measure_rasters(table, layers)
    mine = [name for name in table.columns if name == "town" or name not in given.columns]
    return Measured(pd.DataFrame(table[mine]), met, silent)


def _measure_zones(table: Parcels, layers: Layers) -> None:
    width = layers.project.tolerances.sliver_width_m
    for zones, share, word in (
        (layers.control_line, "control_share", "control_class"),
        (layers.growth_boundary, "growth_share", "growth_class"),
    ):
        if zones is None:
            continue
        found = zone_share(table, zones, sliver_width_m=width)
        table[share], table[word] = found["share"], zone_class(found["share"])
        if share == "control_share":
            table["settled_m2"] = found["settled_m2"]
    if layers.protected is not None:
        table["protected_area_m2"] = protected_area_m2(table, layers.protected)
    if layers.towns is not None:
        by_overlap = largest_zone(table, layers.towns, "town")
        table["town"] = table["town"].fillna(by_overlap) if "town" in table else by_overlap
    if layers.parks is not None:
        table["park_id"] = largest_zone(table, layers.parks, "park_id", sliver_width_m=width)


def _measure_buildings(table: Parcels, layers: Layers) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    if layers.buildings is None:
        for total, ratio in (
            ("counted_floor_area_m2", "floor_area_ratio"),
            ("footprint_m2", "building_density"),
        ):
            if total in table and ratio not in table:
                table[ratio] = table[total] / table["parcel_area_m2"]
        return NOWHERE, NOWHERE
    pieces = building_pieces(table, layers.buildings)
    met = np.unique(pieces["building"].to_numpy())
    storeys = layers.rulebook.storeys
    heights = None if storeys is None else _raster_heights(layers, met)
    floors = building_floors(layers.buildings, storeys, heights)
    measures = building_measures(table, pieces, floors)
    table[measures.columns] = measures
    silent = NOWHERE if storeys is None else met[floors["floors"].isna().to_numpy()[met]]
    return met, silent


def _raster_heights(layers: Layers, met: NDArray[np.intp]) -> pd.Series[float] | None:
    """Look up the height of the buildings met that state neither storeys nor height."""
    source = layers.project.rasters.height
    buildings = layers.buildings
    if source is None or buildings is None:
        return None
    nothing = pd.Series(np.nan, buildings.index)
    is_stated = [
        buildings.get(name, nothing).gt(0).to_numpy() for name in ("floor_count", "height_m")
    ]
    unknown = ~np.logical_or(*is_stated)
    wanted = np.zeros(len(buildings), dtype=bool)
    wanted[met] = True
    blank = buildings[unknown & wanted]
    if blank.empty:
        return nothing
    found = raster_mean(blank, layers.project.folder / source, "height")
    return nothing.fillna(found["mean"])


def _measure_rasters(table: Parcels, layers: Layers) -> None:
    source = layers.project.rasters.nightlight
    if source is not None:
        found = raster_mean(table, layers.project.folder / source, "nightlight")
        table["night_light_mean"] = found["mean"]
