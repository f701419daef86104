"""The ground of a city cut into tiles that hold about equally many parcels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Tiles:
    """
    Upright strips of the plane, each cut into tiles; every spot belongs to one.

    Parameters
    ----------
    across
        Shape (k - 1,): eastings at which the strips meet, rising [m].
    up
        For each of the k strips the northings at which its tiles meet, rising [m].
    """

    across: Numbers
    up: tuple[Numbers, ...]

    @classmethod
    def of(cls, centres: Numbers, size: int) -> Tiles:
        """
        Cut the plane so that no tile holds many more points than asked for.

        Parameters
        ----------
        centres
            Shape (n, 2): points in the project CRS [m]; NaN has no place.
        size
            Points in a tile, at least 1.

        Returns
        -------
        Tiles
            About as many strips as tiles in a strip, so that tiles are compact.

        Notes
        -----
        Source: Leutenegger and others, STR: a simple and efficient algorithm for R-tree packing,
        1997. Points on one spot stay together, so a tile may hold more.
        """
        placed = centres[np.isfinite(centres).all(axis=1)]
        strips = max(1, math.ceil(math.sqrt(-(-len(placed) // size))))
        across = _cuts(placed[:, 0], strips)
        strip = np.searchsorted(across, placed[:, 0], side="right")
        up = []
        for one in range(len(across) + 1):
            north = placed[strip == one, 1]
            up.append(_cuts(north, max(1, -(-len(north) // size))))
        return cls(across, tuple(up))

    def __len__(self) -> int:
        """Count the tiles."""
        return sum(len(cuts) + 1 for cuts in self.up)

    def holding(self, centres: Numbers) -> Rows:
        """
        Find the tile that each point lies in.

        Parameters
        ----------
        centres
            Shape (n, 2): points in the project CRS [m]; NaN lies in the last tile.

        Returns
        -------
        ndarray
            Shape (n,): numbers of tiles, from 0, strip by strip.
        """
        first = np.cumsum([0, *(len(cuts) + 1 for cuts in self.up)])
        strip = np.searchsorted(self.across, centres[:, 0], side="right")
        tile = np.zeros(len(centres), dtype=np.intp)
        for one, cuts in enumerate(self.up):
            mine = strip == one
            tile[mine] = first[one] + np.searchsorted(cuts, centres[mine, 1], side="right")
        return tile


def _cuts(values: Numbers, parts: int) -> Numbers:
    """Give the values at which sorted values fall into equal parts; equal values stay together."""
    ranks = (np.arange(1, parts) * len(values)) // parts
    cuts: Numbers = np.unique(np.partition(values, ranks)[ranks]) if len(ranks) else np.empty(0)
    return cuts
