"""The land itself: area on the ellipsoid, beside the planar and the declared area."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.base.area import ellipsoidal_area
from landrenew.base.units import to_mu
from landrenew.intake.parcels import metric_crs, require
from landrenew.measure.overlay import overlaps_of

if TYPE_CHECKING:
    from geopandas import GeoSeries

    from landrenew.intake.parcels import Parcels

BETWEEN_IDS = "; "
"""Stands between the ids of one cell."""


def parcel_area_m2(parcels: Parcels) -> pd.Series[float]:
    """
    Measure each parcel on the ellipsoid [m2].

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).

    Returns
    -------
    Series
        ``parcel_area_m2``, float, same index, above 0.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.

    Notes
    -----
    Source: 国土调查办发〔2008〕32号; see :func:`landrenew.base.area.ellipsoidal_area`.
    """
    return pd.Series(
        ellipsoidal_area(parcels.geometry.to_numpy(), metric_crs(parcels)),
        parcels.index,
        name="parcel_area_m2",
    )


def parcel_area_mu(parcels: Parcels) -> pd.Series[float]:
    """
    Give each parcel's ellipsoidal area in mu 亩 [mu].

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``.

    Returns
    -------
    Series
        ``parcel_area_mu``, float, same index.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.
    """
    require(parcels, "parcel_area_m2")
    return to_mu(parcels["parcel_area_m2"]).rename("parcel_area_mu")


def planar_area_m2(parcels: Parcels) -> pd.Series[float]:
    """
    Measure each parcel in the plane of the project CRS [m2], for comparison only.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).

    Returns
    -------
    Series
        ``planar_area_m2``, float, same index.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.
    """
    require(parcels)
    return parcels.geometry.area.rename("planar_area_m2")


def declared_difference_share(parcels: Parcels) -> pd.Series[float]:
    """
    Compare the declared with the ellipsoidal area [1].

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2`` and ``declared_area_m2`` [m2].

    Returns
    -------
    Series
        ``declared_difference_share``, (declared - ellipsoidal) / ellipsoidal, same index; NaN
        where nothing is declared.

    Raises
    ------
    ColumnError
        When a column is missing.
    """
    require(parcels, "parcel_area_m2", "declared_area_m2")
    ratio = parcels["declared_area_m2"] / parcels["parcel_area_m2"] - 1
    return ratio.rename("declared_difference_share")


def overlapping_pairs(parcels: Parcels, *, width_m: float = 0.0) -> pd.DataFrame:
    """
    Find parcels that lie on each other's ground.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    width_m
        Overlaps of which no part has this mean width (twice the area over the perimeter) are left
        out [m]; rounding alone, where shapes only touch, always is.

    Returns
    -------
    DataFrame
        ``first`` and ``second`` parcel id, the first sorting first; ``area_m2`` planar area they
        share, ``width_m`` mean width of its widest part; ``x``, ``y`` a place on it; one row a
        pair, sorted.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.
    """
    require(parcels)
    order = np.argsort(parcels.index.to_numpy(str), kind="stable")
    found = overlaps_of(parcels.geometry.to_numpy()[order], width_m)
    ids = parcels.index.to_numpy()[order]
    return pd.DataFrame({
        "first": ids[found.first],
        "second": ids[found.second],
        "area_m2": found.area,
        "width_m": found.width,
        "x": found.place[:, 0],
        "y": found.place[:, 1],
    })  # fmt: skip


def counted_ground(parcels: Parcels, overlaps: pd.DataFrame) -> GeoSeries:
    """
    Give the ground that each parcel brings into totals, so that none counts twice.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    overlaps
        The result of :func:`overlapping_pairs`.

    Returns
    -------
    GeoSeries
        Same index; the parcel's shape without the ground of parcels that sort before it by id.
        A project choice: any other order gives the same totals.
    """
    shapes = parcels.geometry.to_numpy()
    at = pd.Series(range(len(parcels)), parcels.index)
    left = shapes.copy()
    for later, pairs in overlaps.groupby("second"):
        earlier = shapely.union_all(shapes[at[pairs["first"]]])
        left[at[later]] = shapely.difference(shapes[at[later]], earlier)
    return gpd.GeoSeries(left, parcels.index, crs=parcels.crs)


def shares_ground_with(parcels: Parcels, overlaps: pd.DataFrame) -> pd.Series[str]:
    """
    Name the parcels that count ground which a parcel claims too.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    overlaps
        The result of :func:`overlapping_pairs`.

    Returns
    -------
    Series
        ``shares_ground_with``, ids parted by :data:`BETWEEN_IDS`, same index; None where no ground
        went to another parcel.
    """
    named = overlaps.groupby("second")["first"].agg(BETWEEN_IDS.join)
    named = named.reindex(parcels.index).astype(object)
    return named.where(named.notna(), None).rename("shares_ground_with")


def counted_area_m2(parcels: Parcels, ground: GeoSeries) -> pd.Series[float]:
    """
    Measure the ground that each parcel brings into totals [m2].

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``.
    ground
        The result of :func:`counted_ground`.

    Returns
    -------
    Series
        ``counted_area_m2``, ellipsoidal, divided like the planar area, same index; equal to
        ``parcel_area_m2`` where the parcel overlaps no other.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.
    """
    require(parcels, "parcel_area_m2")
    share = ground.area / parcels.geometry.area
    return (parcels["parcel_area_m2"] * share).rename("counted_area_m2")
