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
    WHOLE,
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
    stock = _measure_buildings(table, layers)
    from_rasters = raster_columns_of(table, layers.project)
    table[from_rasters.columns] = from_rasters
    mine = [name for name in table.columns if name == "town" or name not in given.columns]
    return Measured(pd.DataFrame(table[mine]), *stock)


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


def _measure_buildings(table: Parcels, layers: Layers) -> Stock:
    if layers.buildings is None:
        for total, ratio in (
            ("counted_floor_area_m2", "floor_area_ratio"),
            ("footprint_m2", "building_density"),
        ):
            if total in table and ratio not in table:
                table[ratio] = table[total] / table["parcel_area_m2"]
        return Stock(NOWHERE, NOWHERE, np.empty(0))
    buildings, storeys = layers.buildings, layers.rulebook.storeys
    pieces = _pieces(table, layers)
    met = np.unique(pieces["building"].to_numpy())
    found = None if storeys is None else raster_heights(buildings, met, layers)
    heights, support = (None, None) if found is None else (found["height_m"], found["support"])
    floors = building_floors(buildings, storeys, heights)
    measures = building_measures(table, pieces, floors, support)
    table[measures.columns] = measures
    silent = NOWHERE if storeys is None else met[floors["floors"].isna().to_numpy()[met]]
    return Stock(met, silent, np.full(len(silent), np.nan) if support is None
                 else support.to_numpy()[silent])  # fmt: skip


def _pieces(table: Parcels, layers: Layers) -> pd.DataFrame:
    """Split buildings at parcel edges; those that cross one are looked at on all parcels."""
    if layers.buildings is None:
        return pd.DataFrame()
    pieces = building_pieces(table, layers.buildings)
    crossing = np.unique(pieces.loc[pieces["building_share"] < 1 - WHOLE, "building"].to_numpy())
    if not len(crossing):
        return pieces
    whole = layers.parcels if table.index.isin(layers.parcels.index).all() else table
    some = layers.buildings.iloc[crossing]
    everywhere = settle_overhangs(
        building_pieces(whole, some), whole, some,
        width_m=layers.project.tolerances.sliver_width_m,
    )  # fmt: skip
    here = table.index.get_indexer(whole.index[everywhere["parcel"]])
    everywhere = everywhere.assign(parcel=here, building=crossing[everywhere["building"]])
    rest = pieces[~pieces["building"].isin(crossing)]
    both = pd.concat([rest, everywhere[here >= 0]])
    return both.sort_values(["building", "parcel"], kind="stable").reset_index(drop=True)
