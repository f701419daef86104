"""Parcels against zones: control line, growth boundary, protected land, towns, parks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.intake.geometry.topology import mean_width
from landrenew.intake.parcels import require
from landrenew.measure.inside import area_inside
from landrenew.measure.overlay import Pairs, shared_areas
from landrenew.measure.pieces import Zones, own

if TYPE_CHECKING:
    from geopandas import GeoDataFrame, GeoSeries
    from numpy.typing import NDArray

    from landrenew.intake.parcels import Parcels

    Shapes = NDArray[np.object_]


def zone_share(
    parcels: Parcels, zones: GeoDataFrame | Zones, *, sliver_width_m: float
) -> pd.DataFrame:
    """
    Measure the share of each parcel inside the union of the zones [0-1].

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2`` (projected, metres).
    zones
        Polygons in the same CRS, or their union made ready.
    sliver_width_m
        A part narrower than this goes to the other side [m].

    Returns
    -------
    DataFrame
        Same index: ``share`` [0-1] and ``settled_m2``, what the tolerance moved [m2].

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.
    """
    require(parcels, "parcel_area_m2")
    area = parcels["parcel_area_m2"]
    inside, settled = area_inside(
        parcels.geometry, zones, sliver_width_m=sliver_width_m, area_m2=area
    )
    share = (inside / area).clip(0.0, 1.0)
    return pd.DataFrame({"share": share, "settled_m2": settled}, index=parcels.index)


def control_share(
    parcels: Parcels, control_line: GeoDataFrame, *, sliver_width_m: float = 0.5
) -> pd.Series[float]:
    """
    Measure the share of each parcel inside the control line [0-1].

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2`` (projected, metres).
    control_line
        Control-line polygons in the same CRS; overlapping ones count once.
    sliver_width_m
        A part of a parcel narrower than this goes to the other side [m].

    Returns
    -------
    Series
        ``control_share``, float, same index, 0-1.

    Raises
    ------
    ColumnError
        When ``parcel_area_m2`` is missing.

    Notes
    -----
    Area of the part inside over that of the parcel; see :func:`area_inside`. Source:
    慈经信建〔2022〕25号 asks for the share by area; the tolerance is a project choice.
    """
    found = zone_share(parcels, control_line, sliver_width_m=sliver_width_m)
    return found["share"].rename("control_share")


def inside_area_m2(
    parcels: Parcels,
    ground: GeoSeries,
    control_line: GeoDataFrame | Zones,
    *,
    sliver_width_m: float,
) -> pd.Series[float]:
    """
    Measure the ground that each parcel brings into the total inside the control line [m2].

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``, ``counted_area_m2`` and ``control_share``.
    ground
        The result of :func:`landrenew.measure.land.counted_ground`.
    control_line
        Control-line polygons in the same CRS, or their union made ready.
    sliver_width_m
        A part narrower than this goes to the other side [m].

    Returns
    -------
    Series
        ``inside_area_m2``, ellipsoidal, same index, at most ``counted_area_m2``. Only parcels that
        lost ground to another are cut again.

    Raises
    ------
    ColumnError
        When a column is missing.
    """
    require(parcels, "parcel_area_m2", "counted_area_m2", "control_share")
    inside = (parcels["control_share"] * parcels["parcel_area_m2"]).rename("inside_area_m2")
    reduced = parcels["counted_area_m2"] < parcels["parcel_area_m2"]
    if reduced.any():
        left = gpd.GeoSeries(ground[reduced], crs=ground.crs)
        area = parcels.loc[reduced, "counted_area_m2"]
        inside[reduced], _ = area_inside(
            left, control_line, sliver_width_m=sliver_width_m, area_m2=area
        )
    return inside


def zone_class(share: pd.Series[float]) -> pd.Series[str]:
    """
    Name how a parcel lies to a zone.

    Parameters
    ----------
    share
        Share inside [0-1]; NaN where it is not known.

    Returns
    -------
    Series
        ``inside`` at 1, ``outside`` at 0, else ``straddling``; None where the share is missing.
    """
    words = np.select(
        [share.eq(1), share.eq(0), share.notna()], ["inside", "outside", "straddling"], ""
    )
    return pd.Series(words, share.index, dtype=object).where(share.notna(), None)


def protected_area_m2(parcels: Parcels, protected: GeoDataFrame | Zones) -> pd.Series[float]:
    """
    Measure how much of each parcel lies on protected land [m2].

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    protected
        Protected land in the same CRS, or its union made ready.

    Returns
    -------
    Series
        ``protected_area_m2``, ellipsoidal, same index; 0 is what should be.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.
    """
    require(parcels)
    inside, _ = area_inside(parcels.geometry, protected, sliver_width_m=0.0)
    return pd.Series(inside, parcels.index, name="protected_area_m2")


def largest_zone(
    parcels: Parcels,
    zones: GeoDataFrame,
    name: str,
    *,
    sliver_width_m: float = 0.0,
    ready: Zones | None = None,
) -> pd.Series[str]:
    """
    Name the zone that holds most of each parcel.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    zones
        Zones in the same CRS, with the column ``name``.
    name
        Column of the zones, such as ``town`` or ``park_id``.
    sliver_width_m
        A zone that holds no more of a parcel than a strip narrower than this holds none [m].
    ready
        The same zones, made ready; None makes them ready here.

    Returns
    -------
    Series
        The zone's name, same index; None where no named zone shares ground. Rows of one name count
        together; of equal zones the one that stands first.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.
    """
    require(parcels)
    code, names = pd.factorize(zones[name].to_numpy(object))  # numbered as they stand, -1 unnamed
    ground = Zones(own(zones.geometry.to_numpy())) if ready is None else ready
    pairs = shared_areas(parcels.geometry.to_numpy(), ground)
    pairs = _of(pairs, code[pairs.zone] >= 0)
    if sliver_width_m > 0:
        pairs = _wide(pairs, parcels.geometry.to_numpy(), ground.shapes, sliver_width_m)
    pair, row = np.unique(pairs.shape * len(names) + code[pairs.zone], return_inverse=True)
    area = np.bincount(row, weights=pairs.area)
    shape, zone = np.divmod(pair, max(len(names), 1))
    ranked = np.lexsort((zone, -area, shape))
    held, first = np.unique(shape[ranked], return_index=True)
    chosen = np.full(len(parcels), None, dtype=object)
    chosen[held] = names[zone[ranked][first]]
    return pd.Series(chosen, parcels.index, name=name, dtype=object)


def _of(pairs: Pairs, chosen: NDArray[np.bool_]) -> Pairs:
    """Keep some pairs."""
    return Pairs(pairs.shape[chosen], pairs.zone[chosen], pairs.area[chosen])


def _wide(pairs: Pairs, shapes: Shapes, zones: Shapes, width: float) -> Pairs:
    """Keep the pairs that share more than a strip; a narrow parcel may lie in a zone as a whole."""
    keeps = pairs.area == shapely.area(shapes)[pairs.shape]
    cut = _of(pairs, ~keeps)
    keeps[~keeps] = mean_width(shapely.intersection(shapes[cut.shape], zones[cut.zone])) >= width
    return _of(pairs, keeps)
