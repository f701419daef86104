"""Borders that shapes share, written once: rings are cut where borders meet, and told by the cuts.

Where two borders of the grid meet or part lies a *junction*: a corner with other than two edges. Of
what lies between two junctions, an *arc*, all rings along it have the same corners, forth or back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.publish.map.pack.grid import Rings

    Flags = NDArray[np.bool_]
    Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Arcs:
    """
    Rings told by arcs, in the order in which they are met.

    Parameters
    ----------
    counts
        Shape (n,): rings of each shape.
    sizes
        Shape (r,): arcs of each ring.
    uses
        Shape (u,): each use of an arc; 0 is an arc not met before, forth; else 1 and twice how many
        arcs back it was first met (0 for the last), and 1 more when it is run back.
    lengths
        Shape (a,): steps told of each arc. The last step of an arc that closes its ring as it is
        first met is not told: it leads back to the ring's first corner.
    starts
        Shape (2 s,): where a ring begins that begins with a new arc, east and south, from where the
        one before it began [steps of the grid].
    steps
        Shape (2 t,): steps along the arcs, east and south.
    """

    counts: Integers
    sizes: Integers
    uses: Integers
    lengths: Integers
    starts: Integers
    steps: Integers


def to_arcs(rings: Rings) -> Arcs:
    """
    Tell rings by the arcs they run along.

    Parameters
    ----------
    rings
        Rings on the grid.

    Returns
    -------
    Arcs
        Every border once.
    """
    following, starts = _following(rings), rings.starts
    corner = _corners(rings)
    edge, is_cut = _edges(corner, following, rings)
    turned = _turned(rings, is_cut)
    corner, edge, is_cut = corner[turned], edge[turned], is_cut[turned]
    begin = np.flatnonzero(is_cut)
    use = np.cumsum(is_cut) - 1
    border = np.minimum.reduceat(edge, begin) if len(begin) else begin
    _, first, arc = np.unique(border, return_index=True, return_inverse=True)
    is_new = np.zeros(len(begin), dtype=bool)
    is_new[first] = True
    met = np.cumsum(is_new) - 1
    goes_up = _goes_up(corner, following, edge == border[use], use)
    is_back = goes_up != goes_up[first[arc]]
    is_told = is_new[use]
    is_told[starts + rings.sizes - 1] = False
    place = np.column_stack([rings.x, rings.y])[turned]
    fresh = place[starts[is_new[use[starts]]]]
    return Arcs(
        counts=rings.counts,
        sizes=np.add.reduceat(is_cut.astype(np.int64), starts) if len(starts) else starts,
        uses=np.where(is_new, 0, 1 + 2 * (met - met[first[arc]]) + is_back),
        lengths=np.bincount(use[is_told], minlength=len(begin))[is_new],
        starts=np.diff(fresh, axis=0, prepend=np.zeros((1, 2), dtype=np.int64)).ravel(),
        steps=(place[following] - place)[is_told].ravel(),
    )


def _following(rings: Rings) -> Integers:
    """Find the corner after each, around the ring."""
    following = np.arange(1, len(rings.x) + 1)
    following[rings.starts + rings.sizes - 1] = rings.starts
    return following


def _corners(rings: Rings) -> Integers:
    """Give each place of the grid where a corner lies a number."""
    if not len(rings.x):
        return np.zeros(0, dtype=np.int64)
    east, south = rings.x - rings.x.min(), rings.y - rings.y.min()
    return np.unique(east * (south.max() + 1) + south, return_inverse=True)[1]


def _edges(corner: Integers, following: Integers, rings: Rings) -> tuple[Integers, Flags]:
    """Give the edge from each corner to the next a number, and tell where rings are cut."""
    many = corner.max(initial=0) + 1
    low, high = np.sort([corner, corner[following]], axis=0)
    borders, edge = np.unique(low * many + high, return_inverse=True)
    edges_at = np.bincount(borders // many, minlength=many)
    edges_at += np.bincount(borders % many, minlength=many)
    before = np.empty_like(following)
    before[following] = np.arange(len(following))
    turns_back = corner[before] == corner[following]
    edges_at[corner[turns_back]] = 0
    is_cut = edges_at[corner] != 2  # noqa: PLR2004  one in, one out
    return edge, _with_one_each(is_cut, corner, rings)


def _with_one_each(is_cut: Flags, corner: Integers, rings: Rings) -> Flags:
    """Cut a ring without a junction at its least corner."""
    if not len(corner):
        return is_cut
    is_bare = ~np.logical_or.reduceat(is_cut, rings.starts)
    least = np.minimum.reduceat(corner, rings.starts)
    is_least = corner == np.repeat(least, rings.sizes)
    everywhere: Flags = is_cut | (is_least & np.repeat(is_bare, rings.sizes))
    return everywhere


def _turned(rings: Rings, is_cut: Flags) -> Integers:
    """Find the corners in an order in which each ring begins at a cut."""
    if not len(is_cut):
        return np.zeros(0, dtype=np.int64)
    start, size = np.repeat(rings.starts, rings.sizes), np.repeat(rings.sizes, rings.sizes)
    place = np.arange(len(is_cut)) - start
    first = np.minimum.reduceat(np.where(is_cut, place, size), rings.starts)
    turned: Integers = (place + np.repeat(first, rings.sizes)) % size + start
    return turned


def _goes_up(corner: Integers, following: Integers, is_mark: Flags, use: Integers) -> Flags:
    """Tell of each use whether its marked edge leads to the corner of the higher number."""
    mark = np.flatnonzero(is_mark)
    marked = np.zeros(use.max(initial=-1) + 1, dtype=np.int64)
    marked[use[mark][::-1]] = mark[::-1]
    return corner[marked] < corner[following[marked]]
