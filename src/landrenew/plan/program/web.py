"""The web of plots and their neighbours, and the cuts that its clusters ask for.

A plot is *marked* when it is released, or when it is kept, whichever the wish is about. A cluster
is a connected set of marked plots. Nothing here knows of costs, actions or HiGHS.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Positions = NDArray[np.intp]

ENOUGH = 1 - 1e-9
"""Share of the least size that is enough, so that sums of land may be rounded."""


@dataclass(frozen=True)
class Cut:
    """
    A row that every plan obeys: mark of the plot <= sum of weights times marks of the others.

    Parameters
    ----------
    plot
        Position of the plot.
    others
        Positions of other plots; with none, the plot is never marked.
    weights
        Weight of each of them.
    """

    plot: int
    others: tuple[int, ...]
    weights: tuple[float, ...]

    @classmethod
    def of_edge(cls, plot: int, edge: Iterable[int]) -> Cut:
        """
        Cut at an edge: with the plot, one of those around its surroundings is marked.

        Parameters
        ----------
        plot
            Position of the plot.
        edge
            Plots that part it from all land that would be enough.

        Returns
        -------
        Cut
            With weights of 1.
        """
        others = tuple(sorted(edge))
        return cls(plot, others, (1.0,) * len(others))


@dataclass(frozen=True, eq=False)
class Web:
    """
    Plots, their neighbours, and how large a cluster must be.

    Parameters
    ----------
    land_mu
        Land of each of the p plots [mu].
    near
        The neighbours of each plot, in order.
    least_mu
        Land that is enough for a cluster [mu].
    minded
        Shape (p,): plots whose cluster must be large enough; a cluster without one is let be.
    """

    land_mu: list[float]
    near: list[list[int]]
    least_mu: float
    minded: Flags

    @classmethod
    def of(
        cls, land_mu: Numbers, pairs: tuple[Positions, Positions], least_mu: float, minded: Flags
    ) -> Web:
        """
        Spin the web of pairs of neighbours.

        Parameters
        ----------
        land_mu
            Shape (p,): land of each plot [mu].
        pairs
            Two of shape (k,): the plots of each pair.
        least_mu
            Least size of a cluster [mu].
        minded
            Shape (p,): as for :class:`Web`.

        Returns
        -------
        Web
            The web; a pair said twice, or of one plot with itself, adds nothing.
        """
        near: list[set[int]] = [set() for _ in range(len(land_mu))]
        for one, other in zip(*(side.tolist() for side in pairs), strict=True):
            if one != other:
                near[one].add(other)
                near[other].add(one)
        return cls(land_mu.tolist(), [sorted(some) for some in near], least_mu * ENOUGH, minded)

    def part(self, plots: Positions) -> Web:
        """
        Cut a part out.

        Parameters
        ----------
        plots
            Shape (q,): positions of its plots.

        Returns
        -------
        Web
            The part, its plots numbered by their place in ``plots``.
        """
        number = {plot: i for i, plot in enumerate(plots.tolist())}
        near = [[number[j] for j in self.near[i] if j in number] for i in number]
        return Web([self.land_mu[i] for i in number], near, self.least_mu, self.minded[plots])

    def pieces(self, marked: Flags) -> list[Positions]:
        """
        Find the clusters.

        Parameters
        ----------
        marked
            Shape (p,): the marked plots.

        Returns
        -------
        list of ndarray
            Positions of the plots of each cluster, in order.
        """
        plots, size = np.flatnonzero(marked), len(marked)
        pairs = [(i, j) for i in plots.tolist() for j in self.near[i] if i < j and marked[j]]
        ends = np.array(pairs, dtype=np.intp).reshape(-1, 2)
        links = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(size, size))
        _, label = connected_components(links, directed=False)
        order = plots[np.argsort(label[plots], kind="stable")]
        return np.split(order, np.flatnonzero(np.diff(label[order])) + 1) if len(order) else []

    def land_of(self, plots: Positions) -> float:
        """
        Add up land.

        Parameters
        ----------
        plots
            Positions.

        Returns
        -------
        float
            Their land [mu].
        """
        return math.fsum(self.land_mu[i] for i in plots.tolist())

    def is_small(self, piece: Positions) -> bool:
        """
        Tell whether a cluster is too small and minded.

        Parameters
        ----------
        piece
            Positions of its plots.

        Returns
        -------
        bool
            Whether it breaks the wish.
        """
        return bool(self.minded[piece].any()) and self.land_of(piece) < self.least_mu

    def small(self, marked: Flags) -> list[Positions]:
        """
        Find the clusters that break the wish.

        Parameters
        ----------
        marked
            Shape (p,): the marked plots.

        Returns
        -------
        list of ndarray
            As from :meth:`pieces`.
        """
        return [piece for piece in self.pieces(marked) if self.is_small(piece)]

    def around(self, plots: Positions, steps: int) -> Positions:
        """
        Find the plots within some steps.

        Parameters
        ----------
        plots
            Positions to start from.
        steps
            Number of steps from neighbour to neighbour.

        Returns
        -------
        ndarray
            Positions, in order, the first plots among them.
        """
        found = set(plots.tolist())
        for _ in range(steps):
            found |= {j for i in found for j in self.near[i]}
        return np.array(sorted(found), dtype=np.intp)

    def cuts_of_plan(self, marked: Flags) -> list[Cut]:
        """
        Cut a plan off for each cluster that is too small.

        Parameters
        ----------
        marked
            Shape (p,): the marked plots.

        Returns
        -------
        list of Cut
            For each minded plot of each such cluster one at the edge of the cluster, and one of
            the land in reach where the plan has too little there; none when the plan obeys.
        """
        cuts: list[Cut] = []
        for piece in self.small(marked):
            minded = piece[self.minded[piece]].tolist()
            edge = self._edge(piece)
            cuts += [Cut.of_edge(plot, edge) for plot in minded]
            others, weights = self.reach(piece)
            if weights[marked[others]].sum() < ENOUGH:
                row = tuple(others.tolist()), tuple(weights.tolist())
                cuts += [Cut(plot, *row) for plot in minded]
        return cuts

    def _edge(self, piece: Positions) -> set[int]:
        inside = set(piece.tolist())
        return {j for i in inside for j in self.near[i]} - inside

    def reach(self, piece: Positions) -> tuple[Positions, Numbers]:
        """
        Find the plots that can make a cluster large enough, and what part of it each can give.

        Parameters
        ----------
        piece
            Positions of connected plots with too little land.

        Returns
        -------
        ndarray
            Shape (m,): positions of the plots in reach, in order.
        ndarray
            Shape (m,): land of each over the land that is lacking, at most 1.

        Notes
        -----
        In reach is a plot to which a path leads whose land before the plot is less than what is
        lacking. A cluster that holds the piece and is large enough holds plots in reach whose
        parts add up to 1 or more: either none of it is beyond, or the path to what is beyond is
        long enough.
        """
        lack = self.least_mu - self.land_of(piece)
        inside, before = set(piece.tolist()), dict[int, float]()
        waiting = [(0.0, plot) for plot in sorted(self._edge(piece))]
        while waiting:
            land, plot = heapq.heappop(waiting)
            if plot in before:
                continue
            before[plot] = land
            land += self.land_mu[plot]
            if land < lack:
                beyond = (j for j in self.near[plot] if j not in inside and j not in before)
                for j in beyond:
                    heapq.heappush(waiting, (land, j))
        others = np.array(sorted(before), dtype=np.intp)
        return others, np.minimum(1.0, self._land[others] / lack)

    @cached_property
    def _land(self) -> Numbers:
        return np.array(self.land_mu)

    @cached_property
    def _reaches(self) -> csr_array:
        """Shape (p, p): what part each plot can give to the cluster of a minded, small one."""
        size = len(self.near)
        plots = np.flatnonzero(self.minded & (self._land < self.least_mu))
        found = [self.reach(plots[i : i + 1]) for i in range(len(plots))]
        counts = np.zeros(size, dtype=np.intp)
        counts[plots] = [len(others) for others, _ in found]
        starts = np.concatenate([[0], np.cumsum(counts)])
        others = np.concatenate([np.zeros(0, dtype=np.intp), *(others for others, _ in found)])
        weights = np.concatenate([np.zeros(0), *(weights for _, weights in found)])
        return csr_array((weights, others, starts), shape=(size, size))

    def cuts_of_parts(self, marks: Numbers, least: float) -> list[Cut]:
        """
        Find cuts that marks in parts of a whole break.

        Parameters
        ----------
        marks
            Shape (p,): how far each plot is marked [0-1].
        least
            By how much a cut must be broken to be told.

        Returns
        -------
        list of Cut
            At most one at an edge and one of the land in reach for each plot.

        Notes
        -----
        Around a plot a set grows that always takes in the neighbour with the highest mark, as long
        as its land is too little; of all its edges the one with the least sum of marks is kept.
        These are node separators, as in Carvajal et al., Imposing Connectivity Constraints in
        Forest Planning Models, Operations Research 61 (2013). That growth, and the cuts of
        :meth:`reach`, are choices of this project.
        """
        is_settled = np.zeros(len(marks), dtype=bool)
        for piece in self.pieces(marks > 1 - least):
            is_settled[piece] = self.land_of(piece) >= self.least_mu
        asked = self.minded & (marks > least) & ~is_settled & (self._land < self.least_mu)
        values, cuts = marks.tolist(), []
        for plot in np.flatnonzero(asked).tolist():
            edge = self._thinnest_edge(plot, values, values[plot] - least)
            if edge is not None:
                cuts.append(Cut.of_edge(plot, edge))
        rows = self._reaches
        for plot in np.flatnonzero(asked & (marks - rows @ marks > least)).tolist():
            at = slice(rows.indptr[plot], rows.indptr[plot + 1])
            row = tuple(rows.indices[at].tolist()), tuple(rows.data[at].tolist())
            cuts.append(Cut(plot, *row))
        return cuts

    def _thinnest_edge(self, plot: int, marks: list[float], below: float) -> set[int] | None:
        inside, land, edge = {plot}, self.land_mu[plot], set(self.near[plot])
        waiting = [(-marks[j], j) for j in edge]
        heapq.heapify(waiting)
        best, weight = None, sum(marks[j] for j in sorted(edge))
        while True:
            if weight < below:
                best, below = set(edge), weight
            grown = self._next(waiting, land)
            if grown is None or marks[grown] <= 0:
                return best
            inside.add(grown)
            edge.discard(grown)
            land, weight = land + self.land_mu[grown], weight - marks[grown]
            for j in self.near[grown]:
                if j not in inside and j not in edge:
                    edge.add(j)
                    weight += marks[j]
                    heapq.heappush(waiting, (-marks[j], j))

    def _next(self, waiting: list[tuple[float, int]], land: float) -> int | None:
        """Take the highest mark with which the land is still too little."""
        while waiting:
            _, plot = heapq.heappop(waiting)
            if land + self.land_mu[plot] < self.least_mu:
                return plot
        return None
