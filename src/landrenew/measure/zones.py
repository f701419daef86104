"""Parcels against zones: control line, growth boundary, protected land, towns, parks.

The control line is drawn along parcel edges, but never exactly: a part of a parcel that
is narrower than the named tolerance is a drawing error and goes to the other side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landrenew.base.area import ellipsoidal_area
from landrenew.intake.geometry.shapes import DUST_M2
from landrenew.intake.geometry.topology import mean_width
from landrenew.intake.parcels import metric_crs, require
from landrenew.measure.overlay import Pairs, cover, shared_areas
from landrenew.measure.pieces import Zones, own

if TYPE_CHECKING:
    from geopandas import GeoDataFrame, GeoSeries
    from numpy.typing import NDArray

    from landrenew.intake.parcels import Parcels

    Shapes = NDArray[np.object_]
    Areas = NDArray[np.float64]


def area_inside(
    ground: GeoSeries,
    zones: GeoDataFrame | Zones,
    *,
    sliver_width_m: float,
    area_m2: pd.Series[float] | None = None,
) -> tuple[Areas, Areas]:
    """
    Measure how much of each shape lies in the union of the zones [m2].

    Parameters
    ----------
    ground
        Shape (n,): polygons (projected, metres).
    zones
        Polygons in the same CRS, of which ground that several cover counts once; or their union
        made ready.
    sliver_width_m
        A part inside or outside that is narrower than this goes to the other side [m].
    area_m2
        Ellipsoidal area of each shape where it is known already [m2].

    Returns
    -------
    inside : ndarray
        Shape (n,), ellipsoidal area inside [m2].
    settled : ndarray
        Shape (n,), what the tolerance moved in (above 0) or out (below 0) [m2].

    Notes
    -----
    A shape's ellipsoidal area is divided like its planar area, so that its parts always add to
    it: by the survey's formula a part has corners that the whole has not, and areas that depend
    on corners do not add (a touching line of 300 m would have 0.2 m2).
    """
    crs = metric_crs(ground)
    shapes = ground.to_numpy()
    planar = shapely.area(shapes)
    total = ellipsoidal_area(shapes, crs) if area_m2 is None else area_m2.to_numpy()
    on_ground = np.divide(total, planar, out=np.zeros_like(planar), where=planar > 0)
    found = cover(shapes, zones if isinstance(zones, Zones) else zones.geometry.to_numpy())
    inside = np.where(found.is_whole, planar, 0.0)
    settled = np.zeros(len(shapes))
    crossing = np.flatnonzero(~shapely.is_missing(found.inside))
    within = found.inside[crossing]
    without = shapely.difference(shapes[crossing], within)
    wide_in, narrow_in = _by_width(within, sliver_width_m)
    wide_out, narrow_out = _by_width(without, sliver_width_m)
    is_mostly_in = wide_in + narrow_in >= wide_out + narrow_out
    is_cut = (wide_in > 0) & (wide_out > 0)
    is_in = np.where(wide_in == wide_out, is_mostly_in, wide_out == 0)  # equal only when both are 0
    inside[crossing] = np.select(
        [is_cut, is_in], [wide_in + narrow_out, planar[crossing]], default=0.0
    )
    settled[crossing] = np.select(
        [is_cut, is_in], [narrow_out - narrow_in, narrow_out], default=-narrow_in
    )
    # what is wholly inside has the area of the whole, to the last bit
    return np.where(inside == planar, total, inside * on_ground), settled * on_ground


def _by_width(shapes: Shapes, width: float) -> tuple[Areas, Areas]:
    """Add up the wide and the narrow parts of each shape, in the plane [m2]."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areas = shapely.area(parts)  # the points and lines that a cut leaves have none
    is_narrow = (mean_width(parts) < width) | (areas <= DUST_M2)
    size = len(shapes)
    wide = np.bincount(owner, weights=np.where(is_narrow, 0.0, areas), minlength=size)
    narrow = np.bincount(owner, weights=np.where(is_narrow, areas, 0.0), minlength=size)
    return wide.astype(np.float64), narrow.astype(np.float64)


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
