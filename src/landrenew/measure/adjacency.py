"""Which parcels are neighbours: within a gap, and not across a river, railway or expressway.

Everything is asked of short stretches and of all pairs at once, so that neither a barrier through
the whole city nor a parcel of 50,000 vertices is looked at whole for each pair.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from landrenew.base.threads import on_threads
from landrenew.intake.parcel_tables import ENDS
from landrenew.intake.parcels import require
from landrenew.measure.pieces import Pieces, edges_of, own

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import ArrayLike, NDArray

    from landrenew.intake.parcels import Parcels

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Shapes = NDArray[np.object_]

TOUCH_M = 0.01
"""A barrier this close to a link lies on it [m]; coordinates are no finer."""

BANK_M = 2 * TOUCH_M
"""Strip along a barrier in which no link is looked for [m]: neighbours on one bank touch it."""

MANY_VERTICES = 512
"""A parcel of more is searched by stretches of its edge."""

LONG_M = 250.0
"""A longer segment of a barrier is halved until it is not [m], so that its box is no city."""

WAYS = ((False, False), (True, False), (False, True), (True, True))
"""Ways to ask for a link: from the other side, with every ring the other way around."""

CUT_AT_A_TIME = 512
"""Pairs of which a thread cuts the banks off at a time."""


def contacts(
    parcels: Parcels,
    *,
    max_gap_m: float,
    barriers: GeoDataFrame | None = None,
    threads: int | None = None,
) -> pd.DataFrame:
    """
    Find the pairs of parcels that are neighbours.

    Parameters
    ----------
    parcels
        Parcel table (projected, metres).
    max_gap_m
        Largest distance between two parcels that still counts [m].
    barriers
        Lines or polygons that contiguity never crosses, in the same CRS. Points part nothing.
    threads
        Portions worked on at a time; None takes one a core.

    Returns
    -------
    DataFrame
        ``first`` and ``second`` positions, the smaller first; ``gap_m`` distance [m]; one row a
        pair, sorted.

    Raises
    ------
    CrsError
        When the table is not in a projected CRS in metres.

    Notes
    -----
    Two parcels are neighbours when a straight link of at most the gap joins them and meets no
    barrier. The shortest link is tried first, and others as short; where these meet a barrier, as
    they do between two parcels that share an edge down to a river, the shortest links off the
    banks are. Whether a pair are neighbours hangs on these two and the barriers between them
    only: a window of the city finds all pairs of the parcels in it, so that windows around every
    part, wider by the gap, find each pair of the whole.
    Source: project choice; no document says how far apart is still contiguous, so the gap comes
    from the rulebook.
    """
    require(parcels)
    shapes = own(parcels.geometry)
    first, second, gap = _near(shapes, max_gap_m, threads)
    if barriers is not None:
        walls = _Walls.of(barriers.geometry, threads)
        free = _are_free(shapes[first], shapes[second], walls, max_gap_m)
        first, second, gap = first[free], second[free], gap[free]
    return pd.DataFrame({"first": first, "second": second, "gap_m": gap})


def _near(shapes: Shapes, max_gap_m: float, threads: int | None) -> tuple[Rows, Rows, Numbers]:
    """Find the pairs of shapes within the gap, sorted, and how far apart they are [m]."""
    pieces, within = _stretches(shapes)
    boxes = _boxes(shapely.bounds(pieces.shapes), max_gap_m)
    one, other = shapely.STRtree(pieces.shapes).query(boxes)
    is_pair = pieces.owner[one] < pieces.owner[other]
    one, other = one[is_pair], other[is_pair]
    gap = on_threads(shapely.distance, pieces.shapes[one], pieces.shapes[other], threads=threads)
    is_near = gap <= max_gap_m
    first = np.concatenate([pieces.owner[one[is_near]], within[0]])
    second = np.concatenate([pieces.owner[other[is_near]], within[1]])
    gap = np.concatenate([gap[is_near], np.zeros(len(within[0]))])
    order = np.lexsort((gap, second, first))
    first, second, gap = first[order], second[order], gap[order]
    is_new = np.ones(len(first), dtype=bool)
    is_new[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    return first[is_new], second[is_new], gap[is_new]


def _stretches(shapes: Shapes) -> tuple[Pieces, tuple[Rows, Rows]]:
    """Take the edges of large shapes in stretches, and the pairs that share ground with one."""
    is_large = shapely.get_num_coordinates(shapes) > MANY_VERTICES
    large, small = np.flatnonzero(is_large), np.flatnonzero(~is_large)
    edges = edges_of(shapes[large])
    pieces = Pieces(
        np.concatenate([shapes[small], edges.shapes]),
        np.concatenate([small, large[edges.owner]]),
    )
    one, other = shapely.STRtree(shapes).query(shapes[large], predicate="intersects")
    ends = np.sort([large[one], other], axis=0)
    first, second = ends[:, ends[0] < ends[1]]
    return pieces, (first, second)


def _wider(bounds: Numbers, by: float) -> Numbers:
    wider: Numbers = bounds + by * np.array([-1.0, -1.0, 1.0, 1.0])
    return wider


def _boxes(bounds: Numbers, by: float = 0.0) -> Shapes:
    """Draw boxes, wider by so much [m]."""
    left, bottom, right, top = _wider(bounds, by).T
    return np.asarray(shapely.box(left, bottom, right, top), dtype=object)


def _are_free(ones: Shapes, others: Shapes, walls: _Walls, max_gap_m: float) -> Flags:
    """Tell of each pair whether a link of at most the gap joins them and meets no barrier."""
    between = _between(ones, others, max_gap_m)
    ones, others = _cut_out(ones, between), _cut_out(others, between)
    free = np.zeros(len(ones), dtype=bool)
    for way in WAYS:
        left = np.flatnonzero(~free)
        free[left] = ~walls.meet(_links(ones[left], others[left], way, walls.threads))
    left = np.flatnonzero(~free)
    free[left] = _off_banks(ones[left], others[left], between[left], walls, max_gap_m)
    return free


def _links(ones: Shapes, others: Shapes, way: tuple[bool, bool], threads: int | None) -> Shapes:
    """Draw the shortest link of each pair; of equally short ones, each way finds another."""
    is_swapped, is_reversed = way

    def link(ones: Shapes, others: Shapes) -> Shapes:
        if is_reversed:
            ones, others = shapely.reverse(ones), shapely.reverse(others)
        ends = (others, ones) if is_swapped else (ones, others)
        return np.asarray(shapely.shortest_line(*ends), dtype=object)

    return on_threads(link, ones, others, threads=threads)


def _between(ones: Shapes, others: Shapes, max_gap_m: float) -> Numbers:
    """Give the bounds of the box that holds every link of at most the gap between two shapes."""
    one, other = (_wider(shapely.bounds(shapes), max_gap_m) for shapes in (ones, others))
    least, most = np.maximum(one, other)[:, :2], np.minimum(one, other)[:, 2:]
    return np.concatenate([least, most], axis=1)


def _cut_out(shapes: Shapes, between: Numbers) -> Shapes:
    """Take of each large shape what lies around its box; a metre more, to keep what touches."""
    around = _wider(between, 1.0)
    large = np.flatnonzero(shapely.get_num_coordinates(shapes) > MANY_VERTICES)
    shapes = shapes.copy()
    for i in large:
        shapes[i] = shapely.clip_by_rect(shapes[i], *around[i])
    is_torn = ~shapely.is_valid(shapes[large])
    shapes[large[is_torn]] = shapely.make_valid(shapes[large[is_torn]])
    return shapes


@dataclass(frozen=True)
class _Walls:
    """Barriers made ready to be asked often: lines and edges by segments, and polygons."""

    segments: Shapes
    grounds: Shapes
    threads: int | None

    @classmethod
    def of(cls, barriers: ArrayLike, threads: int | None) -> _Walls:
        parts = shapely.get_parts(shapely.get_parts(own(barriers)))  # a collection holds multis
        dimension = shapely.get_dimensions(parts)
        grounds = parts[dimension == 2]  # noqa: PLR2004  polygons
        lines = np.concatenate([parts[dimension == 1], shapely.get_rings(grounds)])
        xy, line = shapely.get_coordinates(shapely.segmentize(lines, LONG_M), return_index=True)
        start = np.flatnonzero(line[1:] == line[:-1])
        ends = np.stack([xy[start], xy[start + 1]], axis=1)
        return cls(np.asarray(shapely.linestrings(ends), dtype=object), grounds, threads)

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.segments)

    def meet(self, links: Shapes) -> Flags:
        """Tell which links meet a barrier, or lie in one."""
        link, segment = self._tree.query(_boxes(shapely.bounds(links), TOUCH_M))
        touch = on_threads(_lie_on, links[link], self.segments[segment], threads=self.threads)
        met = self.hold(links)
        met[link[touch]] = True
        return met

    def hold(self, shapes: Shapes) -> Flags:
        """Tell of which shapes a polygon covers the first vertex; none may be empty."""
        held = np.zeros(len(shapes), dtype=bool)
        if len(self.grounds):
            xy, shape = shapely.get_coordinates(shapes, return_index=True)
            first = xy[np.searchsorted(shape, np.arange(len(shapes)))]
            starts = np.asarray(shapely.points(first), dtype=object)
            held[shapely.STRtree(starts).query(self.grounds, predicate="covers")[1]] = True
        return held

    def within(self, between: Numbers) -> Shapes:
        """Join the segments in each box to lines, which are empty where there are none."""
        boxes = _boxes(between, TOUCH_M)
        box, segment = self._tree.query(boxes)
        order = np.lexsort((segment, box))
        box, segment = box[order], segment[order]
        lines = own([shapely.MultiLineString()] * len(boxes))
        some, number = np.unique(box, return_inverse=True)
        if len(some):
            lines[some] = shapely.multilinestrings(self.segments[segment], indices=number)
        return on_threads(_merged_in, lines, boxes, threads=self.threads)


def _merged_in(lines: Shapes, boxes: Shapes) -> Shapes:
    return np.asarray(shapely.intersection(shapely.line_merge(lines), boxes), dtype=object)


def _lie_on(links: Shapes, edges: Shapes) -> Flags:
    lie_on: Flags = shapely.dwithin(links, edges, TOUCH_M)
    return lie_on


def _off_banks(
    ones: Shapes, others: Shapes, between: Numbers, walls: _Walls, max_gap_m: float
) -> Flags:
    """Tell of each pair whether a link off the banks joins them without meeting a barrier."""
    edges = walls.within(between)
    free = np.zeros(len(ones), dtype=bool)
    some = np.flatnonzero(~shapely.is_empty(edges))  # with no edge near, all lies in one barrier
    edges, between = edges[some], between[some]
    one, other = (_dry_parts(shapes[some], between, edges, walls) for shapes in (ones, others))
    reach = max_gap_m + 2 * BANK_M
    i, j = _couples(one, other, between, reach)
    pair = one.owner[i]
    for way in WAYS:
        links = _links(one.shapes[i], other.shapes[j], way, walls.threads)
        is_free = shapely.length(links) <= reach
        is_free[is_free] = ~on_threads(
            _lie_on, links[is_free], edges[pair[is_free]], threads=walls.threads
        )
        free[some[pair[is_free]]] = True
    return free


def _dry_parts(shapes: Shapes, between: Numbers, edges: Shapes, walls: _Walls) -> Pieces:
    """Take the parts of each shape in its box that lie neither in a barrier nor on its bank."""

    def off(shapes: Shapes, boxes: Shapes, edges: Shapes) -> Shapes:
        inside = shapely.intersection(shapes, boxes)
        dry: Shapes = shapely.difference(inside, shapely.buffer(edges, BANK_M))
        return dry

    boxes = _boxes(between)
    dry = on_threads(off, shapes, boxes, edges, threads=walls.threads, at_a_time=CUT_AT_A_TIME)
    parts, owner = shapely.get_parts(dry, return_index=True)
    some = ~shapely.is_empty(parts)
    parts, owner = parts[some], owner[some]
    is_dry = ~walls.hold(parts)
    return Pieces(parts[is_dry], owner[is_dry])


def _couples(one: Pieces, other: Pieces, between: Numbers, reach: float) -> tuple[Rows, Rows]:
    """Find the parts of the same pair whose boxes are near; each pair is moved to its own place."""
    width = (between[:, 2] - between[:, 0]).max(initial=0) + 4 * reach + 1
    move = np.arange(len(between)) * width - between[:, 0]

    def boxes(parts: Pieces, by: float) -> Shapes:
        bounds = shapely.bounds(parts.shapes)
        bounds[:, ::2] += move[parts.owner, None]
        return _boxes(bounds, by)

    i, j = shapely.STRtree(boxes(other, 0)).query(boxes(one, reach + TOUCH_M))
    return i, j


def set_by_hand(
    pairs: pd.DataFrame, parcels: Parcels, by_hand: pd.DataFrame | None
) -> pd.DataFrame:
    """
    Join and part neighbours as people say.

    Parameters
    ----------
    pairs
        The result of :func:`contacts`.
    parcels
        Parcel table.
    by_hand
        ``parcel_id``, ``other_parcel_id`` and ``contact_class`` (``bridge`` or ``break``); None
        changes nothing. Of one pair the row that stands last decides; pairs with a parcel that is
        not in the table are passed over.

    Returns
    -------
    DataFrame
        As :func:`contacts` gives it; ``gap_m`` of a bridge that no gap made is the distance
        between the two [m].
    """
    if by_hand is None or by_hand.empty:
        return pairs
    by_hand = by_hand[by_hand[list(ENDS)].isin(set(parcels.index)).all(axis=1)]
    ends = np.sort([parcels.index.get_indexer(pd.Index(by_hand[one])) for one in ENDS], axis=0)
    said = pd.DataFrame({"first": ends[0], "second": ends[1]})
    said["is_bridge"] = (by_hand["contact_class"] == "bridge").to_numpy()
    said = said.drop_duplicates(["first", "second"], keep="last")
    shapes = parcels.geometry.to_numpy()
    said["gap_m"] = shapely.distance(shapes[said["first"]], shapes[said["second"]])
    key = ["first", "second"]
    untouched = pairs[
        ~pd.MultiIndex.from_frame(pairs[key]).isin(pd.MultiIndex.from_frame(said[key]))
    ]
    bridges = said.loc[said["is_bridge"], pairs.columns]
    return pd.concat([untouched, bridges]).sort_values(key, ignore_index=True)


def contact_groups(parcels: Parcels, pairs: pd.DataFrame) -> pd.Series[int]:
    """
    Find the groups of parcels that hang together.

    Parameters
    ----------
    parcels
        Parcel table.
    pairs
        The result of :func:`contacts`.

    Returns
    -------
    Series
        ``group``, int, same index, from 0 in the order of each group's first parcel.
    """
    size = len(parcels)
    links = (np.ones(len(pairs)), (pairs["first"], pairs["second"]))
    _, label = connected_components(coo_array(links, shape=(size, size)), directed=False)
    codes, _ = pd.factorize(label)  # numbered as they appear, whatever the library's order
    return pd.Series(codes, parcels.index, name="group")
