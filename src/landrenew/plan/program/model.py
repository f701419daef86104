"""What is asked of a solver, and what may be read of what it says.

An infeasible or broken solve leaves numbers behind that look right. Values and prices are handed
out only of a solve that ended within its gap, and a plan that was interrupted with the mark that it
was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from landrenew.base.errors import PlanError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

Status = Literal["optimal", "stopped", "infeasible", "unbounded", "failed"]


@dataclass(frozen=True, eq=False)
class Model:
    """
    A linear programme of which some variables are whole numbers; its objective is made small.

    Parameters
    ----------
    objective
        Shape (n,): what a unit of each variable adds to the objective.
    lower, upper
        Shape (n,): bounds of each variable.
    is_whole
        Shape (n,): True where only whole numbers count.
    rows
        Shape (m, n): coefficients.
    row_lower, row_upper
        Shape (m,): bounds of each row; infinite where there is none.
    """

    objective: Numbers
    lower: Numbers
    upper: Numbers
    is_whole: Flags
    rows: csr_array
    row_lower: Numbers
    row_upper: Numbers


@dataclass(frozen=True)
class Effort:
    """
    How hard to try.

    Parameters
    ----------
    gap
        Share of the objective that the bound may stay away from it [0-1]; 0 asks for the best.
    seconds
        Longest time [s]; None sets no limit.
    absolute
        How far the bound may stay away from the objective whatever its share [its unit].
    keeps_best
        Whether Ctrl-C gives the best so far; else it is raised once the solver has ended.
    """

    gap: float = 0.0
    seconds: float | None = None
    absolute: float = 1e-9
    keeps_best: bool = False

    def after(self, seconds: float) -> Effort:
        """
        Give the effort that is left.

        Parameters
        ----------
        seconds
            Time spent [s].

        Returns
        -------
        Effort
            The same gap, and what is left of the time, never below 0.
        """
        if self.seconds is None:
            return self
        return replace(self, seconds=max(0.0, self.seconds - seconds))


@dataclass(frozen=True)
class Standing:
    """
    How a solve stands while it runs.

    Parameters
    ----------
    objective
        Objective of the best plan so far; infinite without one.
    bound
        No plan can be better than this.
    gap
        Share of the objective between the two; infinite without a plan.
    seconds
        Time since the start [s].
    """

    objective: float
    bound: float
    gap: float
    seconds: float


@dataclass(frozen=True, eq=False)
class Answer:
    """
    What a solve came to.

    Parameters
    ----------
    status
        ``optimal``: within the gap asked for; ``stopped``: out of time, or interrupted;
        ``infeasible``: nothing satisfies all rows; ``unbounded``; ``failed``.
    bound
        No plan can be better than this; minus infinity where nothing is proven.
    seconds
        Time it took [s].
    found
        Shape (n,): the best values found; None where there are none. Ask :attr:`values`.
    worth
        Objective of ``found``; NaN without.
    row_prices
        Shape (m,): what the objective changes by when a row's bound rises by one; None where
        variables are whole or the solve is not optimal. Ask :attr:`prices`.
    is_interrupted
        Whether somebody stopped it; else it was the time.
    """

    status: Status
    bound: float
    seconds: float
    found: Numbers | None = None
    worth: float = math.nan
    row_prices: Numbers | None = None
    is_interrupted: bool = False

    @property
    def has_plan(self) -> bool:
        """Whether there are values to read: the best ones, or the best so far."""
        return self.found is not None and self.status in {"optimal", "stopped"}

    @property
    def values(self) -> Numbers:
        """
        The values found, whole where they must be.

        Raises
        ------
        PlanError
            When the solve found none.
        """
        if self.found is None or not self.has_plan:
            raise no_answer(self.status)
        return self.found

    @property
    def objective(self) -> float:
        """
        The objective of the values found.

        Raises
        ------
        PlanError
            When the solve found none.
        """
        if not self.has_plan:
            raise no_answer(self.status)
        return self.worth

    @property
    def gap(self) -> float:
        """Share of the objective between it and the bound; infinite where nothing was found."""
        return relative_gap(self.worth, self.bound) if self.has_plan else math.inf

    @property
    def prices(self) -> Numbers:
        """
        What the objective changes by when a row's bound rises by one.

        Raises
        ------
        PlanError
            When the solve is not optimal, or its variables are whole.
        """
        if self.row_prices is None or self.status != "optimal":
            raise no_answer(self.status)
        return self.row_prices


def no_answer(status: Status) -> PlanError:
    """
    Say why nothing can be read from a solve.

    Parameters
    ----------
    status
        How it ended.

    Returns
    -------
    PlanError
        The sentence.
    """
    return PlanError(
        f"求解结果为 {status}，没有可用的方案；不读取任何数值。请放宽条件，或延长求解时间。",
        f"The solve ended as {status} and holds no plan; no figure is read from it. Loosen a"
        " condition, or allow more time.",
    )


def relative_gap(objective: float, bound: float) -> float:
    """
    Measure how far a bound is from an objective.

    Parameters
    ----------
    objective
        What was found.
    bound
        What cannot be beaten, at most the objective but for rounding.

    Returns
    -------
    float
        Share of the objective, at least 0; 0 where both are 0, infinite where one is.

    Examples
    --------
    >>> relative_gap(100.0, 99.0)
    0.01
    """
    distance = max(0.0, objective - bound)
    if distance == 0:
        return 0.0
    if objective == 0 or not math.isfinite(distance):
        return math.inf
    return distance / abs(objective)
