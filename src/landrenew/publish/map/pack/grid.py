"""Shapes on the grid of the map: Web Mercator in whole steps, as fine as the eye can tell.

For display only: no figure is ever computed from these shapes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from geopandas import GeoSeries
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Numbers = NDArray[np.float64]

RADIUS_M = 6_378_137.0
"""Radius of Web Mercator's sphere."""


@dataclass(frozen=True, eq=False)
class Rings:
    """
    Rings of shapes on a grid, each told by its corners, the first not said again at the end.

    Parameters
    ----------
    x, y
        Shape (v,): corners, counted in steps east and south.
    sizes
        Shape (r,): corners of each ring.
    counts
        Shape (n,): rings of each shape; 0 where a shape is too small for the grid, or empty.
    """

    x: Integers
    y: Integers
    sizes: Integers
    counts: Integers

    @property
    def starts(self) -> Integers:
        """Shape (r,): position of each ring's first corner."""
        return np.cumsum(self.sizes) - self.sizes


def mercator(shapes: GeoSeries) -> NDArray[np.object_]:
    """
    Place shapes on Web Mercator, geographic coordinates taken as they are.

    Parameters
    ----------
    shapes
        Polygons in a known CRS.

    Returns
    -------
    ndarray
        Shape (n,): polygons in metres of Web Mercator, east and south; holes run the other way
        round than what they lie in, for the page fills many shapes at once by which way rings run.
    """
    placed = np.asarray(shapes.to_crs("EPSG:4326").array, dtype=object)
    turned = shapely.orient_polygons(placed)
    return np.asarray(shapely.transform(turned, _project), dtype=object)


def _project(degrees: Numbers) -> Numbers:
    lon, lat = np.radians(degrees).T
    return RADIUS_M * np.column_stack([lon, -np.arcsinh(np.tan(lat))])


def on_grid(shapes: NDArray[np.object_], step_m: float) -> Rings:
    """
    Round shapes to the grid.

    Parameters
    ----------
    shapes
        Shape (n,): polygons in metres, as :func:`mercator` gives them.
    step_m
        Width of the grid [m of Web Mercator].

    Returns
    -------
    Rings
        Rings of at least three corners; a corner that falls on the one before it is left out. A
        ring with fewer is too small to be seen, and left out as well, unless its shape has no
        other: then its one or two corners stand for it, so that no shape is lost.

    Notes
    -----
    No corner is further than 0.71 steps from where it was.
    """
    xy, ring, owner = _corners(shapes)
    cells = np.rint(xy / step_m).astype(np.int64)
    is_first = np.concatenate([[True], ring[1:] != ring[:-1]]) if len(ring) else ring > 0
    has_moved = np.ones(len(ring), dtype=bool)
    has_moved[1:] = (cells[1:] != cells[:-1]).any(axis=1)
    is_closing = np.zeros(len(ring), dtype=bool)
    # the last corner of a ring says the first again, and so may those that fell on it
    is_closing[:-1] = is_first[1:]
    is_closing[-1:] = True
    kept = (is_first | has_moved) & ~is_closing
    cells, ring = cells[kept], ring[kept]
    sizes = np.bincount(ring, minlength=len(owner))
    cells, sizes = _without_ends_on_starts(cells, sizes)
    return _seen(cells, sizes, owner, len(shapes))


def _corners(shapes: NDArray[np.object_]) -> tuple[Numbers, Integers, Integers]:
    """Take the corners of all rings, the ring of each corner, and the shape of each ring."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return xy, ring, owner[of_part]


def _without_ends_on_starts(cells: Integers, sizes: Integers) -> tuple[Integers, Integers]:
    """Leave out a last corner that fell on the first."""
    ends = np.cumsum(sizes) - 1
    starts = ends - sizes + 1
    is_twice = (sizes > 1) & (cells[ends] == cells[starts]).all(axis=1)
    kept = np.ones(len(cells), dtype=bool)
    kept[ends[is_twice]] = False
    return cells[kept], sizes - is_twice


def _seen(cells: Integers, sizes: Integers, owner: Integers, count: int) -> Rings:
    """Leave out rings without width, but for one of a shape that has no other."""
    is_wide = sizes > 2  # noqa: PLR2004  a ring has three corners
    has_width = np.bincount(owner[is_wide], minlength=count) > 0
    stands_in = np.zeros(len(sizes), dtype=bool)
    stands_in[np.unique(owner, return_index=True)[1]] = True
    kept = is_wide | (stands_in & ~has_width[owner])
    cells = cells[np.repeat(kept, sizes)]
    counts = np.bincount(owner[kept], minlength=count)
    return Rings(cells[:, 0], cells[:, 1], sizes[kept], counts)
