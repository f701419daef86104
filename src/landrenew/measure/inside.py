"""How much of a shape lies in the union of some zones, and which ground that is.

Zones are drawn along parcel edges, but never exactly: a part of a parcel that is narrower than the
named tolerance is a drawing error and goes to the other side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landrenew.base.area import ellipsoidal_area
from landrenew.intake.geometry.shapes import DUST_M2
from landrenew.intake.geometry.topology import mean_width
from landrenew.intake.parcels import metric_crs
from landrenew.measure.overlay import cover, united_by
from landrenew.measure.pieces import Zones

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame, GeoSeries
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Areas = NDArray[np.float64]
    Flags = NDArray[np.bool_]


class _Split(NamedTuple):
    """
    Shapes that edges of zones cross, what lies on either side, and where each then belongs.

    Parameters
    ----------
    is_whole
        Shape (n,): True where the zones cover the shape.
    rows
        Shape (k,): positions of the shapes that edges cross.
    within, without
        Shape (k,): the ground inside and outside.
    wide_in, narrow_in, wide_out, narrow_out
        Shape (k,): planar area of the parts of either side that are wide, or slivers [m2].
    is_cut
        Shape (k,): True where both sides have a wide part; slivers change sides.
    is_in
        Shape (k,): where not cut, True when the whole shape belongs inside.
    """

    is_whole: Flags
    rows: NDArray[np.intp]
    within: Shapes
    without: Shapes
    wide_in: Areas
    narrow_in: Areas
    wide_out: Areas
    narrow_out: Areas
    is_cut: Flags
    is_in: Flags


def _split(shapes: Shapes, zones: GeoDataFrame | Zones, width: float) -> _Split:
    found = cover(shapes, zones if isinstance(zones, Zones) else zones.geometry.to_numpy())
    rows = np.flatnonzero(~shapely.is_missing(found.inside))
    within = found.inside[rows]
    without = shapely.difference(shapes[rows], within)
    wide_in, narrow_in = _by_width(within, width)
    wide_out, narrow_out = _by_width(without, width)
    is_mostly_in = wide_in + narrow_in >= wide_out + narrow_out
    is_cut = (wide_in > 0) & (wide_out > 0)
    is_in = np.where(wide_in == wide_out, is_mostly_in, wide_out == 0)  # equal only when both are 0
    areas = (wide_in, narrow_in, wide_out, narrow_out)
    return _Split(found.is_whole, rows, within, without, *areas, is_cut, is_in)


def _is_narrow(parts: Shapes, width: float) -> Flags:
    narrow: Flags = (mean_width(parts) < width) | (shapely.area(parts) <= DUST_M2)
    return narrow


def _by_width(shapes: Shapes, width: float) -> tuple[Areas, Areas]:
    """Add up the wide and the narrow parts of each shape, in the plane [m2]."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areas = shapely.area(parts)  # the points and lines that a cut leaves have none
    is_narrow = _is_narrow(parts, width)
    size = len(shapes)
    wide = np.bincount(owner, weights=np.where(is_narrow, 0.0, areas), minlength=size)
    narrow = np.bincount(owner, weights=np.where(is_narrow, areas, 0.0), minlength=size)
    return wide.astype(np.float64), narrow.astype(np.float64)


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
    one = _split(shapes, zones, sliver_width_m)
    inside = np.where(one.is_whole, planar, 0.0)
    settled = np.zeros(len(shapes))
    which = [one.is_cut, one.is_in]
    inside[one.rows] = np.select(
        which, [one.wide_in + one.narrow_out, planar[one.rows]], default=0.0
    )
    settled[one.rows] = np.select(
        which, [one.narrow_out - one.narrow_in, one.narrow_out], default=-one.narrow_in
    )
    # what is wholly inside has the area of the whole, to the last bit
    return np.where(inside == planar, total, inside * on_ground), settled * on_ground


class Part(NamedTuple):
    """
    One part of each of some shapes, such as what lies inside a line.

    Parameters
    ----------
    share
        Shape (n,): share of the shape's planar area [0-1]; 0 and 1 are exact.
    ground
        Shape (n,): the ground of the part where the share lies between 0 and 1; else None.
    """

    share: Areas
    ground: Shapes

    def shared_with(self, other: Part, shapes: Shapes) -> Areas:
        """
        Measure what two parts of the same shapes have in common.

        Parameters
        ----------
        other
            Another part.
        shapes
            Shape (n,): the whole shapes.

        Returns
        -------
        ndarray
            Shape (n,): share of the shape's planar area that lies in both [0-1], at most the
            smaller of the two shares.
        """
        both = np.fmin(self.share, other.share)
        is_one_whole = np.fmax(self.share, other.share) == 1
        at = np.flatnonzero((both > 0) & ~is_one_whole)
        common = shapely.intersection(self.ground[at], other.ground[at])
        both[at] = np.fmin(shapely.area(common) / shapely.area(shapes[at]), both[at])
        return both

    def missed_by(self, other: Part, shapes: Shapes) -> Areas:
        """
        Measure what of another part this part leaves.

        Parameters
        ----------
        other
            Another part.
        shapes
            Shape (n,): the whole shapes.

        Returns
        -------
        ndarray
            Shape (n,): share of the shape's planar area that lies in the other part and not in
            this one [0-1].
        """
        return np.fmax(other.share - self.shared_with(other, shapes), 0.0)


def part_inside(shapes: Shapes, zones: GeoDataFrame | Zones, *, sliver_width_m: float) -> Part:
    """
    Find the part of each shape that :func:`area_inside` counts as inside.

    Parameters
    ----------
    shapes
        Shape (n,): polygons (projected, metres).
    zones
        Polygons in the same CRS, or their union made ready.
    sliver_width_m
        A part inside or outside that is narrower than this goes to the other side [m].

    Returns
    -------
    Part
        Slivers outside are with the part, slivers inside are not.
    """
    one = _split(shapes, zones, sliver_width_m)
    share = one.is_whole.astype(np.float64)
    share[one.rows] = ~one.is_cut & one.is_in
    ground = np.full(len(shapes), None, dtype=object)
    cut = np.flatnonzero(one.is_cut)
    at = one.rows[cut]
    ground[at] = _settled(one, cut, sliver_width_m)
    area = one.wide_in[cut] + one.narrow_out[cut]
    share[at] = np.fmin(area / shapely.area(shapes[at]), np.nextafter(1.0, 0.0))
    return Part(share, ground)


def _settled(one: _Split, cut: NDArray[np.intp], width: float) -> Shapes:
    """Put together the wide parts inside and the slivers outside of the shapes that are cut."""
    parts, owner, wanted = [], [], []
    for side, takes_narrow in ((one.within, False), (one.without, True)):
        pieces, of = shapely.get_parts(side[cut], return_index=True)
        parts.append(pieces)
        owner.append(of)
        wanted.append((shapely.area(pieces) > 0) & (_is_narrow(pieces, width) == takes_narrow))
    kept = np.flatnonzero(np.concatenate(wanted))
    ground, of = np.concatenate(parts)[kept], np.concatenate(owner)[kept]
    order = np.argsort(of, kind="stable")
    return united_by(ground[order], of[order], len(cut))
