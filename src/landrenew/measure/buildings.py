"""Buildings on parcels: footprint, floor area gross and counted, floor area ratio, density.

Three floor areas are kept apart: the footprint, the gross floor area, and the counted floor area
计容面积, in which a storey higher than 8 m counts twice. Only the last makes the floor area ratio.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.area import ellipsoidal_area
from landrenew.intake.parcels import metric_crs, require
from landrenew.measure.overlay import Pairs, shared_areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landrenew.intake.parcels import Parcels
    from landrenew.rules.model import Storeys

HALF = 0.5 - 1e-12
ROUNDING = 1e-9
"""Keeps 12 m / 4 m at three storeys whatever the last bit says."""


def building_floors(
    buildings: GeoDataFrame,
    storeys: Storeys | None,
    raster_height_m: pd.Series[float] | None = None,
) -> pd.DataFrame:
    """
    Settle the storeys of each building: stated, else estimated from its height.

    Parameters
    ----------
    buildings
        Buildings with ``floor_count`` and ``height_m`` [m] where known.
    storeys
        Counting rule of the rulebook; None when it has none: nothing is estimated, and the counted
        floors stay missing.
    raster_height_m
        Height from a raster [m], used where a building has neither; NaN where there is none.

    Returns
    -------
    DataFrame
        Same index: ``floors`` (NaN where nothing is known), ``counted_floors`` (twice the floors
        where a storey is higher than the rule's bound), ``is_estimated``.

    Notes
    -----
    A building whose storeys are stated without a height counts each storey once: no storey is
    known to be high. Storeys and heights of 0 say nothing: a footprint has at least one storey.
    Source of the doubling: the rulebook's ``[storeys]``.
    """
    nothing = pd.Series(np.nan, buildings.index)
    stated, height = (
        known.where(known > 0)
        for known in (buildings.get("floor_count", nothing), buildings.get("height_m", nothing))
    )
    if raster_height_m is not None:
        from_raster = raster_height_m.where(raster_height_m > 0)
        height = height.fillna(from_raster.where(stated.isna()))
    estimate = nothing
    if storeys is not None and storeys.storey_height_m is not None:
        whole = np.floor(height / storeys.storey_height_m + ROUNDING)
        estimate = pd.Series(np.maximum(whole, 1.0), buildings.index)
    floors = stated.fillna(estimate)
    times = nothing
    if storeys is not None:
        times = times.fillna(1.0).mask(height / floors > storeys.double_above_m, 2.0)
    return pd.DataFrame({
        "floors": floors,
        "counted_floors": floors * times,
        "is_estimated": stated.isna() & floors.notna(),
    })  # fmt: skip


def building_pieces(parcels: Parcels, buildings: GeoDataFrame) -> pd.DataFrame:
    """
    Split buildings at parcel edges.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    buildings
        Footprints in the same CRS.

    Returns
    -------
    DataFrame
        ``parcel`` and ``building`` positions, ``footprint_m2`` ellipsoidal, ``building_share`` of
        the building [0-1]; one row a piece.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.
    """
    require(parcels)
    shapes = buildings.geometry.to_numpy()
    pairs: Pairs = shared_areas(shapes, parcels.geometry.to_numpy())
    on_ground = ellipsoidal_area(shapes, metric_crs(parcels)) / buildings.geometry.area.to_numpy()
    return pd.DataFrame({
        "parcel": pairs.zone,
        "building": pairs.shape,
        "footprint_m2": pairs.area * on_ground[pairs.shape],
        "building_share": pairs.area / buildings.geometry.area.to_numpy()[pairs.shape],
    })  # fmt: skip


def building_measures(parcels: Parcels, pieces: pd.DataFrame, floors: pd.DataFrame) -> pd.DataFrame:
    """
    Add up what stands on each parcel.

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``.
    pieces
        The result of :func:`building_pieces`.
    floors
        The result of :func:`building_floors`, in the order of the buildings.

    Returns
    -------
    DataFrame
        Same index as the parcels: ``footprint_m2``, ``floor_area_m2``, ``counted_floor_area_m2``
        [m2], ``estimated_floor_share`` [0-1], ``building_count``, ``floor_area_ratio``,
        ``building_density``. A parcel without buildings has 0. Where the storeys of one building
        are not known, the floor areas and the ratio of the parcel are missing.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.

    Notes
    -----
    A building counts on the parcel that holds at least half of it; its floor area is split by
    footprint.
    """
    require(parcels, "parcel_area_m2")
    of_piece = floors.iloc[pieces["building"]].reset_index(drop=True)
    footprint = pieces["footprint_m2"]
    floor_area = footprint * of_piece["floors"]
    parts = {
        "footprint_m2": footprint,
        "floor_area_m2": floor_area,
        "counted_floor_area_m2": footprint * of_piece["counted_floors"],
        "estimated": floor_area.where(of_piece["is_estimated"], 0.0),
        "is_home": pieces["building_share"] >= HALF,
    }
    # added one by one: the last bit of a parcel's sum must not hang on the parcels beside it,
    # as it does in groupby; one unknown building makes the sum unknown
    table = pd.DataFrame({
        name: np.bincount(pieces["parcel"], weights=values, minlength=len(parcels))
        for name, values in parts.items()
    }, index=parcels.index)  # fmt: skip
    table["estimated_floor_share"] = table.pop("estimated") / table["floor_area_m2"]
    table["building_count"] = table.pop("is_home").astype(np.int64)
    table["floor_area_ratio"] = table["counted_floor_area_m2"] / parcels["parcel_area_m2"]
    table["building_density"] = table["footprint_m2"] / parcels["parcel_area_m2"]
    return table
