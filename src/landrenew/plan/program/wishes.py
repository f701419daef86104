"""What a plan must hold: named conditions, clusters of plots, and ties that nobody wishes for.

Each condition is one row with a name, in its own unit, so that a clash can be told by the names of
those who clash. What holds for any plan (a parcel is bought or leased, not both) has no name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.base.words import Text

    Numbers = NDArray[np.float64]

HALF = 0.5
"""A plot of which so much is cleared is cleared."""

EXACT = 1e-9
"""A condition counts as held when it is missed by less than this share of its own size."""


COUNT = "parcel"
"""Unit of a condition that counts plots, such as the locks."""

SHARE = "share"
"""Unit of a share [0-1], such as that of its income which each village keeps."""


@dataclass(frozen=True, eq=False)
class Condition:
    """
    One named wish or limit: lower <= weights . amounts <= upper.

    Parameters
    ----------
    name
        Its name, unique in the problem, such as ``budget`` or ``town_cap:东浦镇``.
    label
        What it asks for, for people.
    weights
        Shape (n,): what a unit of each action brings to it [unit].
    lower, upper
        Bounds [unit]; infinite where there is none.
    unit
        Unit as the data dictionary writes it.
    """

    name: str
    label: Text
    weights: Numbers
    lower: float
    upper: float
    unit: str

    @property
    def size(self) -> float:
        """What a miss is held against: the larger bound, at least 1 [unit]."""
        return max(1.0, *(abs(one) for one in (self.lower, self.upper) if math.isfinite(one)))

    def is_held(self, amounts: Numbers) -> bool:
        """
        Tell whether amounts hold the condition.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done.

        Returns
        -------
        bool
            Whether it is missed by no more than :data:`EXACT` of its size.
        """
        return self.shortfall(amounts) <= EXACT * self.size

    def shortfall(self, amounts: Numbers) -> float:
        """
        Measure by how much amounts miss the condition.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done.

        Returns
        -------
        float
            Distance to the bound that is missed [unit]; 0 when it holds.
        """
        value = math.fsum((self.weights * amounts).tolist())
        return max(0.0, self.lower - value, value - self.upper)


@dataclass(frozen=True, eq=False)
class Ties:
    """
    Rows that hold for every plan: rows . amounts <= upper.

    Parameters
    ----------
    rows
        Shape (m, n).
    upper
        Shape (m,).
    """

    rows: csr_array
    upper: Numbers

    def and_(self, rows: csr_array, upper: Numbers) -> Ties:
        """
        Add rows.

        Parameters
        ----------
        rows
            Shape (k, n).
        upper
            Shape (k,).

        Returns
        -------
        Ties
            All rows.
        """
        return Ties(vstack([self.rows, rows], format="csr"), np.concatenate([self.upper, upper]))

    def is_held(self, amounts: Numbers) -> bool:
        """
        Tell whether amounts hold every row.

        Parameters
        ----------
        amounts
            Shape (n,).

        Returns
        -------
        bool
            Whether no row is missed by more than :data:`EXACT` of its size, at least of 1.
        """
        allowed = self.upper + EXACT * np.maximum(1.0, np.abs(self.upper))
        return bool((self.rows @ amounts <= allowed).all())


@dataclass(frozen=True, eq=False)
class Clusters:
    """
    The wish that plots stay together in clusters of a least size.

    Parameters
    ----------
    name, label
        As for :class:`Condition`.
    of
        ``released``: clusters of cleared plots; ``kept``: clusters of what stays.
    least_mu
        Least land of a cluster [mu]; exactly as much is enough.
    plot
        Shape (n,): position of the plot, among the p plots, that each action clears; -1 where it
        clears none. Such an action is done wholly or not at all, and of several that clear one
        plot at most one is done, whatever the actions and ties say.
    land_mu
        Shape (p,): land of each plot [mu].
    first, second
        Shape (k,): the plots that are neighbours, by position among the p plots.

    Notes
    -----
    A cluster is a connected component of the cleared plots, or of those that stay, under the pairs
    of neighbours. A plot that no action clears always stays and lends its land to the cluster of
    what is kept around it; a cluster of such plots alone is as it is, and is let be.
    """

    name: str
    label: Text
    of: Literal["released", "kept"]
    least_mu: float
    plot: NDArray[np.intp]
    land_mu: Numbers
    first: NDArray[np.intp]
    second: NDArray[np.intp]

    def is_held(self, amounts: Numbers) -> bool:
        """
        Tell whether every cluster is large enough.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done.

        Returns
        -------
        bool
            Whether it is, to :data:`EXACT` of the least size.
        """
        clears, size = self.plot >= 0, len(self.land_mu)
        marked = np.zeros(size, dtype=bool)
        marked[self.plot[clears & (amounts >= HALF)]] = True
        minded = np.zeros(size, dtype=bool)
        minded[self.plot[clears]] = True
        if self.of == "kept":
            marked = ~marked
        both = marked[self.first] & marked[self.second]
        pairs = coo_array(
            (np.ones(both.sum()), (self.first[both], self.second[both])), (size, size)
        )
        _, label = connected_components(pairs, directed=False)
        land = np.bincount(label, weights=self.land_mu)
        return bool((land[label[marked & minded]] >= self.least_mu * (1 - EXACT)).all())
