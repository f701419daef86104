"""What valid parcels can still have wrong: spikes, doubled vertices, slivers, gaps, parts apart.

Nothing here changes a shape: a survey's vertices are never snapped. Each finding is a fault to be
looked at, with the tolerance it rests on. Overlaps are measured in :mod:`landrenew.measure.land`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import shapely

from landrenew.base.threads import AT_A_TIME, portions
from landrenew.base.words import Text
from landrenew.intake.faults import Fault
from landrenew.intake.geometry.nearby import may_be_near
from landrenew.intake.geometry.shapes import POLYGON, POLYGONAL, bare_polygons
from landrenew.intake.naming import faults_at, row_ids

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Shapes = NDArray[np.object_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Found = tuple[int, str, Numbers, Text]
    """Position of a shape, code, place, and words of what is odd there."""

SAME_SPOT_M = 0.001
"""Vertices that follow each other within a millimetre, the unit of surveys, are one [m]."""

SPIKE_DEGREES, SPIKE_M = 1.0, 0.5
"""A vertex is a spike where its angle is smaller and both of its edges are longer [degrees, m]."""

NOISE_M = 0.01
"""Gaps narrower than a centimetre are rounding, as where a vertex stands on a straight edge [m]."""

PARTS_APART_M = 1_000.0
"""A part farther than this from every other part of its parcel is doubted [m]."""


def mean_width(shapes: Shapes) -> Numbers:
    """
    Measure how wide shapes are on the whole [m].

    Parameters
    ----------
    shapes
        Shape (n,): polygons in a projected CRS [m].

    Returns
    -------
    ndarray
        Twice the area over the perimeter; the width of a long strip; 0 for an empty shape.

    Examples
    --------
    >>> float(mean_width(np.array([shapely.box(0, 0, 1000, 0.5)]))[0].round(3))
    0.5
    """
    length = shapely.length(shapes)
    return np.divide(2 * shapely.area(shapes), length, out=np.zeros_like(length), where=length > 0)


def check_topology(kept: GeoDataFrame, gap_width_m: float) -> list[Fault]:
    """
    Doubt what is wrong with the drawing of parcels that are valid.

    Parameters
    ----------
    kept
        Index ``row``, with ``parcel_id``; valid polygons in the project CRS [m].
    gap_width_m
        Gaps between neighbours and parcels that are narrower are doubted [m]; 0 looks for none.

    Returns
    -------
    list of Fault
        ``repeated_vertex``, ``spike``, ``sliver_parcel``, ``scattered_parts`` and ``gap``.
    """
    shapes = kept.geometry.to_numpy()
    return [
        *_corner_faults(kept, shapes),
        *_sliver_faults(kept, shapes, gap_width_m),
        *_scattered_faults(kept, shapes),
        *_gap_faults(kept, gaps(shapes, gap_width_m)),
    ]


class Corners(NamedTuple):
    """
    The vertices of polygons, ring by ring, each once.

    Parameters
    ----------
    xy
        Shape (n, 2): the vertices.
    ring
        Shape (n,): number of the ring.
    owner
        Shape (n,): position of the polygon.
    """

    xy: Numbers
    ring: Rows
    owner: Rows

    @property
    def before(self) -> Rows:
        """Shape (n,): position of the vertex before each; the first of a ring follows its last."""
        before: Rows = np.arange(len(self.ring)) - 1
        starts = np.flatnonzero(np.r_[True, self.ring[1:] != self.ring[:-1]][: len(self.ring)])
        before[starts] = np.r_[starts[1:], len(self.ring)][: len(starts)] - 1
        return before

    @property
    def step(self) -> Numbers:
        """Shape (n,): length of the edge that ends at each vertex [m]."""
        across, up = (self.xy - self.xy[self.before]).T
        length: Numbers = np.hypot(across, up)
        return length

    def without(self, gone: NDArray[np.bool_]) -> Corners:
        """
        Leave some vertices out.

        Parameters
        ----------
        gone
            Shape (n,): which.

        Returns
        -------
        Corners
            The others.
        """
        kept = ~gone
        return Corners(self.xy[kept], self.ring[kept], self.owner[kept]) if gone.any() else self


def corners_of(shapes: Shapes) -> Corners:
    """
    List the vertices of polygons.

    Parameters
    ----------
    shapes
        Shape (n,): polygons or multipolygons.

    Returns
    -------
    Corners
        Without the vertex that closes a ring.
    """
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    sizes = _ring_sizes(shapes)
    corners = Corners(xy, np.repeat(np.arange(len(sizes)), sizes), owner)
    is_last = np.zeros(len(xy), dtype=bool)
    is_last[np.cumsum(sizes) - 1] = True
    return corners.without(is_last)


def _ring_sizes(shapes: Shapes) -> Rows:
    """Count the vertices of each ring; most polygons are one ring and need not be taken apart."""
    is_ring = np.equal(shapely.get_type_id(shapes), POLYGON)
    is_ring &= np.equal(shapely.get_num_interior_rings(shapes), 0)
    parts, at = shapely.get_parts(shapes[~is_ring], return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    owner = np.r_[np.flatnonzero(is_ring), np.flatnonzero(~is_ring)[at[part]]]
    in_order = np.concatenate([shapes[is_ring], rings])[np.argsort(owner, kind="stable")]
    return np.asarray(shapely.get_num_coordinates(in_order), dtype=np.intp)


def _corner_faults(kept: GeoDataFrame, shapes: Shapes) -> list[Fault]:
    """Look at some shapes at a time: all corners of a large city at once take more than it."""
    split = portions(shapes, np.arange(len(shapes)), at_a_time=AT_A_TIME)
    found = [_odd_corners(some, rows) for some, rows in split]
    doubled = [one for some, _ in found for one in some]
    return _faults(kept, [*doubled, *(one for _, some in found for one in some)])


def _odd_corners(shapes: Shapes, rows: Rows) -> tuple[list[Found], list[Found]]:
    """Find doubled vertices and spikes of shapes that have these positions."""
    corners = corners_of(shapes)
    is_double = corners.step < SAME_SPOT_M
    doubled = [
        (int(rows[i]), "repeated_vertex", corners.xy[at[0]],
         Text(f"{len(at)} 处，相距不足 1 毫米", f"{len(at)}, within 1 mm of the one before"))
        for i, at in _by_owner(is_double, corners.owner)
    ]  # fmt: skip
    clean = corners.without(is_double)
    acute, angle, reach = _acute_angles(clean)
    spikes = []
    for i, at in _by_owner((angle < SPIKE_DEGREES) & (reach > SPIKE_M), clean.owner[acute]):
        tip = at[int(np.argmin(angle[at]))]
        said = Text(
            f"{len(at)} 处，最尖 {angle[tip]:.2f}°，边长 {reach[tip]:.2f} m",
            f"{len(at)}, the sharpest {angle[tip]:.2f} deg, edge {reach[tip]:.2f} m",
        )
        spikes.append((int(rows[i]), "spike", clean.xy[acute[tip]], said))
    return doubled, spikes


def _by_owner(chosen: NDArray[np.bool_], owner: Rows) -> list[tuple[int, Rows]]:
    """Give the positions chosen, those of one polygon together."""
    at = np.flatnonzero(chosen)
    if not len(at):
        return []
    groups = np.split(at, np.flatnonzero(np.diff(owner[at])) + 1)
    return [(int(owner[one[0]]), one) for one in groups]


def _acute_angles(corners: Corners) -> tuple[Rows, Numbers, Numbers]:
    """Give the vertices at acute angles, the angle [degrees] and the shorter of its edges [m]."""
    before = corners.before
    after = np.empty_like(before)
    after[before] = np.arange(len(after))
    back = corners.xy[before] - corners.xy
    ahead = corners.xy[after] - corners.xy
    along = back[:, 0] * ahead[:, 0] + back[:, 1] * ahead[:, 1]
    acute = np.flatnonzero(along > 0)
    (x, y), (next_x, next_y) = back[acute].T, ahead[acute].T
    angle: Numbers = np.degrees(np.arctan2(np.abs(x * next_y - y * next_x), along[acute]))
    return acute, angle, np.minimum(np.hypot(x, y), np.hypot(next_x, next_y))


def _faults(kept: GeoDataFrame, found: list[Found]) -> list[Fault]:
    """Make faults that lie at a place of their own."""
    rows = kept.iloc[[i for i, *_ in found]]
    named = zip(found, rows.index.tolist(), row_ids(rows, "parcels"), strict=True)
    return [
        Fault("parcels", int(row), one, code, said, float(xy[0]), float(xy[1]))
        for (_, code, xy, said), row, one in named
    ]


def _sliver_faults(kept: GeoDataFrame, shapes: Shapes, width_m: float) -> list[Fault]:
    width, area = mean_width(shapes), shapely.area(shapes)
    found = [
        (i, "sliver_parcel",
         Text(f"平均宽 {width[i]:.2f} m，面积 {area[i]:.1f} m²，容差 {width_m:g} m",
              f"{width[i]:.2f} m wide, {area[i]:.1f} m2, tolerance {width_m:g} m"))
        for i in np.flatnonzero(width < width_m).tolist()
    ]  # fmt: skip
    return list(faults_at(kept, "parcels", shapes, found))


def _scattered_faults(kept: GeoDataFrame, shapes: Shapes) -> list[Fault]:
    boxes = shapely.bounds(shapes)
    wide = np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]) > PARTS_APART_M
    found = []
    for i in np.flatnonzero(wide & (shapely.get_num_geometries(shapes) > 1)).tolist():
        parts = shapely.get_parts(shapes[i])
        _, apart = shapely.STRtree(parts).query_nearest(
            parts, exclusive=True, return_distance=True, all_matches=False
        )
        if apart.max() > PARTS_APART_M:
            said = f"{len(parts)} 部分，相距 {apart.max():.0f} m"
            english = f"{len(parts)} parts, {apart.max():.0f} m apart"
            found.append((i, "scattered_parts", Text(said, english)))
    return list(faults_at(kept, "parcels", shapes, found))


class Gaps(NamedTuple):
    """
    Narrow empty strips between two polygons, sorted.

    Parameters
    ----------
    first
        Position of the one polygon.
    second
        Position of the other, after the first.
    strip
        The strip, a polygon or multipolygon.
    """

    first: Rows
    second: Rows
    strip: Shapes


def gaps(shapes: Shapes, width_m: float) -> Gaps:
    """
    Find the empty strips between neighbours that are narrower than a tolerance.

    Parameters
    ----------
    shapes
        Shape (n,): valid polygons in one projected CRS [m].
    width_m
        Widest strip to find [m]; 0 finds none.

    Returns
    -------
    Gaps
        Each strip once for the pair it lies between; ground of a third polygon is not empty. A
        strip longer than wide, and wider than rounding.

    Notes
    -----
    Where edges do not match is found at once for all polygons that may have a neighbour so near;
    only there two neighbours are grown by half the width and shrunk again, which fills what is
    narrower between them.
    """
    none = np.empty(0, dtype=np.intp)
    if width_m <= 0 or not len(shapes):
        return Gaps(none, none, np.empty(0, dtype=object))
    beside = np.unique(np.concatenate(may_be_near(shapes, width_m)))
    loose = shapely.coverage_invalid_edges(shapes[beside], gap_width=width_m)
    at = beside[~shapely.is_empty(loose)]
    near = shapely.STRtree(shapes[at]).query(shapes[at], predicate="dwithin", distance=width_m)
    first, second = at[near[:, near[0] < near[1]]]
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    with np.errstate(invalid="ignore"):  # the mitre of a needle may lie nowhere
        between = _filled(shapes[first], shapes[second], width_m)
    is_open = ~shapely.is_empty(between)
    first, second, between = first[is_open], second[is_open], between[is_open]
    strip = _empty_ground(between, shapes, width_m)
    is_gap = ~shapely.is_empty(strip)
    return Gaps(first[is_gap], second[is_gap], strip[is_gap])


def _filled(one: Shapes, other: Shapes, width_m: float) -> Shapes:
    """Give what growing and shrinking fills between two polygons, touching both."""
    one, other = _clipped(one, other, 2 * width_m), _clipped(other, one, 2 * width_m)
    both = shapely.union(one, other)
    grown = shapely.buffer(both, width_m / 2, join_style="mitre")
    closed = shapely.buffer(grown, -width_m / 2, join_style="mitre")
    parts, pair = shapely.get_parts(_taken_off(closed, both), return_index=True)
    parts, of = shapely.get_parts(_without_needles(parts), return_index=True)
    pair = pair[of]
    is_between = mean_width(parts) > NOISE_M
    is_between &= shapely.dwithin(parts, one[pair], NOISE_M)
    is_between &= shapely.dwithin(parts, other[pair], NOISE_M)
    return _together(parts[is_between], pair[is_between], len(one))


def _taken_off(shapes: Shapes, others: Shapes) -> Shapes:
    """Take ground off shapes; one whose mitres cross is mended where it cannot be taken off."""
    try:
        left: Shapes = shapely.difference(shapes, others)
    except shapely.GEOSException:
        if len(shapes) > 1:
            pairs = zip(shapes[:, None], others[:, None], strict=True)
            return np.concatenate([_taken_off(one, other) for one, other in pairs])
        mended = bare_polygons(shapely.make_valid(shapes[0]))
        left = np.array([shapely.difference(mended, others[0])], dtype=object)
    return left


def _clipped(shapes: Shapes, around: Shapes, margin_m: float) -> Shapes:
    """Cut shapes to the box of others and a margin: a road goes on far beyond the lot beside it."""
    left, bottom, right, top = shapely.bounds(around).T
    box = shapely.box(left - margin_m, bottom - margin_m, right + margin_m, top + margin_m)
    cut: Shapes = shapely.intersection(shapes, box)
    mixed = ~np.isin(shapely.get_type_id(cut), POLYGONAL)  # where it only touches the box
    cut[mixed] = [bare_polygons(one) for one in cut[mixed]]
    return cut


def _without_needles(parts: Shapes) -> Shapes:
    """Take off the needles of no width that growing leaves along edges that hardly bend."""
    shrunk = shapely.buffer(parts, -NOISE_M / 2, join_style="mitre")
    return shapely.buffer(shrunk, NOISE_M / 2, join_style="mitre")


def _together(parts: Shapes, owner: Rows, size: int) -> Shapes:
    """Gather polygons into one multipolygon for each owner, empty where it has none."""
    gathered = np.full(size, shapely.MultiPolygon(), dtype=object)
    if len(parts):
        owners, place = np.unique(owner, return_inverse=True)
        gathered[owners] = shapely.multipolygons(parts, indices=place)
    return gathered


def _empty_ground(between: Shapes, shapes: Shapes, width_m: float) -> Shapes:
    """Take away what lies on any polygon; keep strips that are longer than wide."""
    strip, met = shapely.STRtree(shapes).query(between, predicate="intersects")
    cover = _clipped(shapes[met], between[strip], NOISE_M)
    left = between.copy()
    for i, those in pd.Series(range(len(met))).groupby(strip):
        left[i] = shapely.difference(between[i], shapely.union_all(cover[those.to_numpy()]))
    parts, owner = shapely.get_parts(left, return_index=True)
    is_strip = (shapely.length(parts) / 2 > width_m) & (mean_width(parts) > NOISE_M)
    return _together(parts[is_strip], owner[is_strip], len(between))


def _gap_faults(kept: GeoDataFrame, found: Gaps) -> list[Fault]:
    """Name the side that sorts first by id, so that the order of the rows changes nothing."""
    first, second = (
        np.array(row_ids(kept.iloc[at], "parcels"), dtype=object)
        for at in (found.first, found.second)
    )
    is_first = first <= second
    named = np.where(is_first, found.first, found.second)
    other = np.where(is_first, found.second, found.first)
    beside = np.where(is_first, second, first)
    area, width = shapely.area(found.strip), mean_width(found.strip)
    place = shapely.get_coordinates(shapely.point_on_surface(found.strip))
    rows = kept.index.to_numpy()[other].tolist()
    sides = zip(named.tolist(), beside, rows, place, area, width, strict=True)
    return _faults(kept, [
        (i, "gap", xy,
         Text(f"与第 {row} 行 {one} 之间，面积 {m2:.2f} m²，宽 {wide:.2f} m",
              f"beside {one} (row {row}), {m2:.2f} m2, {wide:.2f} m wide"))
        for i, one, row, xy, m2, wide in sides
    ])  # fmt: skip
