"""How a plan marks plots, and cuts written as rows of its actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.plan.program.web import Cut

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Positions = NDArray[np.intp]

HALF = 0.5
"""A plot marked by more is marked."""


@dataclass(frozen=True, eq=False)
class Marks:
    """
    How amounts of actions mark plots.

    Parameters
    ----------
    clearing
        Shape (p, n): 1 where an action clears a plot.
    is_cleared
        Whether the cleared plots are marked, else those that are kept.
    """

    clearing: csr_array
    is_cleared: bool

    def of(self, amounts: Numbers) -> Numbers:
        """
        Mark plots.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done.

        Returns
        -------
        ndarray
            Shape (p,): how far each plot is marked [0-1].
        """
        cleared: Numbers = np.clip(self.clearing @ amounts, 0.0, 1.0)
        return cleared if self.is_cleared else 1.0 - cleared

    def marked(self, amounts: Numbers) -> Flags:
        """
        Tell which plots are marked.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done, whole but for rounding.

        Returns
        -------
        ndarray
            Shape (p,).
        """
        return self.of(amounts) > HALF

    def rows(self, cuts: list[Cut]) -> tuple[csr_array, Numbers]:
        """
        Write cuts as rows of the actions.

        Parameters
        ----------
        cuts
            The cuts.

        Returns
        -------
        csr_array
            Shape (k, n).
        ndarray
            Shape (k,): least value of each row.
        """
        starts = np.concatenate([[0], np.cumsum([len(cut.others) + 1 for cut in cuts])])
        plots = np.array([plot for cut in cuts for plot in (cut.plot, *cut.others)], dtype=np.intp)
        values = np.array([value for cut in cuts for value in (-1.0, *cut.weights)])
        sums = csr_array((values, plots, starts), shape=(len(cuts), self.clearing.shape[0]))
        rows = csr_array(sums @ self.clearing)
        if self.is_cleared:
            return rows, np.zeros(len(cuts))
        return csr_array(-rows), -(sums @ np.ones(self.clearing.shape[0]))

    def actions_of(self, plots: Positions) -> Positions:
        """
        Find the actions that clear plots.

        Parameters
        ----------
        plots
            Positions of the plots.

        Returns
        -------
        ndarray
            Positions of the actions, in order.
        """
        return np.unique(csr_array(self.clearing[plots]).indices).astype(np.intp)
