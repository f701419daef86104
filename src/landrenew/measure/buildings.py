"""Buildings on parcels: footprint, floor area gross and counted, floor area ratio, density.

Three floor areas are kept apart: the footprint, the gross floor area, and the counted floor area
计容面积, in which a storey higher than 8 m counts twice. Only the last makes the floor area ratio.
Structures 构筑物 and storage yards 堆场 have no storeys; they enter the building coefficient alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from landrenew.base.area import ellipsoidal_area
from landrenew.intake.geometry.topology import mean_width
from landrenew.intake.parcels import metric_crs, require
from landrenew.measure.overlay import Pairs, shared_areas
from landrenew.measure.quotients import ON_LAND, quotient

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landrenew.intake.parcels import Parcels
    from landrenew.measure.pieces import Zones
    from landrenew.rules.model import Storeys

HALF = 0.5 - 1e-12
WHOLE = 1e-9
"""A share of a building that lacks less than this is the whole building."""

OPEN_GROUND = {
    "structure": "structure", "构筑物": "structure",
    "yard": "yard", "堆场": "yard", "露天堆场": "yard",
}  # fmt: skip
"""What the column ``kind`` of the buildings says of ground without storeys."""

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
        where a storey is higher than the rule's bound), ``is_estimated``, ``is_building`` (False
        for structures and storage yards, which have 0 floors).

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
    is_building = has_storeys(buildings)
    return pd.DataFrame({
        "floors": floors.where(is_building, 0.0),
        "counted_floors": (floors * times).where(is_building, 0.0),
        "is_estimated": stated.isna() & floors.notna() & is_building,
        "is_building": is_building,
    })  # fmt: skip


def knows_open_ground(buildings: pd.DataFrame) -> bool:
    """
    Tell whether a layer tells structures or storage yards from buildings.

    Parameters
    ----------
    buildings
        Footprints, with ``kind`` where it was given.

    Returns
    -------
    bool
        True where it names at least one.
    """
    return not has_storeys(buildings).all()


def has_storeys(buildings: pd.DataFrame) -> pd.Series[bool]:
    """
    Tell buildings from structures and storage yards.

    Parameters
    ----------
    buildings
        Footprints, with ``kind`` where it was given.

    Returns
    -------
    Series
        Same index; False where ``kind`` is a word of :data:`OPEN_GROUND`.
    """
    if "kind" not in buildings.columns:
        return pd.Series(data=True, index=buildings.index)
    return ~buildings["kind"].isin(OPEN_GROUND)


def building_pieces(
    parcels: Parcels, buildings: GeoDataFrame, ready: Zones | None = None
) -> pd.DataFrame:
    """
    Split buildings at parcel edges.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    buildings
        Footprints in the same CRS.
    ready
        The same parcels as zones made ready; None makes them ready here.

    Returns
    -------
    DataFrame
        ``parcel`` and ``building`` positions, ``footprint_m2`` ellipsoidal, ``building_share`` of
        the building [0-1]; one row a piece, sorted by building, then parcel.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.
    """
    require(parcels)
    shapes = buildings.geometry.to_numpy()
    pairs: Pairs = shared_areas(shapes, parcels.geometry.to_numpy() if ready is None else ready)
    on_ground = ellipsoidal_area(shapes, metric_crs(parcels)) / buildings.geometry.area.to_numpy()
    return pd.DataFrame({
        "parcel": pairs.zone,
        "building": pairs.shape,
        "footprint_m2": pairs.area * on_ground[pairs.shape],
        "building_share": pairs.area / buildings.geometry.area.to_numpy()[pairs.shape],
    })  # fmt: skip


def settle_overhangs(
    pieces: pd.DataFrame, parcels: Parcels, buildings: GeoDataFrame, *, width_m: float
) -> pd.DataFrame:
    """
    Give the narrow piece of a building that overhangs a parcel to the parcel with the rest.

    Parameters
    ----------
    pieces
        The result of :func:`building_pieces`, of all parcels that the buildings in it meet.
    parcels
        The parcel table of the pieces (projected, metres).
    buildings
        The footprints of the pieces, in the same CRS.
    width_m
        A piece narrower than this (twice the area over the perimeter) overhangs [m].

    Returns
    -------
    DataFrame
        As it came, without the pieces that overhang; what they had is with the building's largest
        piece. A building that does no more than overhang stands on no parcel. The ground of a
        building on all parcels stays the same, but for such buildings.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.
    """
    require(parcels)
    is_part = pieces["building_share"] < 1 - WHOLE
    wide = pd.Series(data=True, index=pieces.index)
    one, other = (pieces.loc[is_part, key].to_numpy() for key in ("building", "parcel"))
    cut = shapely.intersection(
        buildings.geometry.to_numpy()[one], parcels.geometry.to_numpy()[other]
    )
    wide[is_part] = mean_width(cut) >= width_m
    building = pieces["building"]
    has_home = wide.groupby(building).transform("any")
    stands = has_home | (pieces.groupby("building")["building_share"].transform("sum") >= HALF)
    largest = pieces["footprint_m2"].where(wide).groupby(building).transform("max")
    is_home = wide & (pieces["footprint_m2"] == largest)
    is_home &= ~is_home.groupby(building).cumsum().gt(1)  # of two alike the first
    given = pieces[["footprint_m2", "building_share"]].where(~wide & has_home, 0.0)
    given = given.groupby(building).transform("sum").where(is_home, 0.0)
    kept = pieces.assign(**{str(name): pieces[name] + given[name] for name in given})
    return kept[stands & (wide | ~has_home)].reset_index(drop=True)


def building_measures(
    parcels: Parcels,
    pieces: pd.DataFrame,
    floors: pd.DataFrame,
    support: pd.Series[float] | None = None,
    *,
    has_open_ground: bool | None = None,
) -> pd.DataFrame:
    """
    Add up what stands on each parcel.

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``.
    pieces
        The result of :func:`building_pieces` or :func:`settle_overhangs`.
    floors
        The result of :func:`building_floors`, in the order of the buildings.
    support
        Share of each building that pixels of a height raster cover, NaN where none was asked for,
        in the same order; None without such a raster.
    has_open_ground
        Whether the layer tells structures or yards from buildings; None looks at these buildings
        alone.

    Returns
    -------
    DataFrame
        Same index as the parcels: ``footprint_m2``, ``floor_area_m2``, ``counted_floor_area_m2``
        [m2], ``estimated_floor_share`` [0-1], ``building_count``, ``floor_area_ratio``,
        ``building_density``; ``building_coefficient`` where the layer has structures or yards, and
        ``height_support_share`` with a height raster. A parcel without buildings has 0. Where the
        storeys of one building are not known, the floor areas and the ratio of the parcel are
        missing.

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
    covered = pieces["footprint_m2"].reset_index(drop=True)
    is_building = of_piece["is_building"]
    footprint = covered.where(is_building, 0.0)
    floor_area = footprint * of_piece["floors"]
    parts = {
        "footprint_m2": footprint,
        "floor_area_m2": floor_area,
        "counted_floor_area_m2": footprint * of_piece["counted_floors"],
        "estimated": floor_area.where(of_piece["is_estimated"], 0.0),
        "is_home": (pieces["building_share"] >= HALF).to_numpy() & is_building,
        "covered": covered,
    }
    if support is not None:
        of_height = support.iloc[pieces["building"]].reset_index(drop=True)
        parts["sought"] = covered.where(of_height.notna(), 0.0)
        parts["supported"] = (covered * of_height).fillna(0.0)
    # added one by one: the last bit of a parcel's sum must not hang on the parcels beside it,
    # as it does in groupby; one unknown building makes the sum unknown
    table = pd.DataFrame({
        name: np.bincount(pieces["parcel"], weights=values, minlength=len(parcels))
        for name, values in parts.items()
    }, index=parcels.index)  # fmt: skip
    table["estimated_floor_share"] = table.pop("estimated") / table["floor_area_m2"]
    table["building_count"] = table.pop("is_home").astype(np.int64)
    land = parcels["parcel_area_m2"].to_numpy()
    for name, (over, _) in ON_LAND.items():
        table[name] = quotient(table[over].to_numpy(), land)
    ground = table.pop("covered")
    if has_open_ground or (has_open_ground is None and not floors["is_building"].all()):
        table["building_coefficient"] = ground / parcels["parcel_area_m2"]
    if support is not None:
        table["height_support_share"] = table.pop("supported") / table.pop("sought")
    return table
