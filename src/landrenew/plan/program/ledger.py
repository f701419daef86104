"""Running sums: whether the rows of a problem hold while actions are done one by one."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from landrenew.plan.program.wishes import EXACT

if TYPE_CHECKING:
    from landrenew.plan.program.problem import Problem
    from landrenew.plan.program.solve import Numbers

    Step = dict[int, float]
    """Amounts by action; negative takes back."""


class Ledger:
    """
    Running sums of all rows of a problem.

    Parameters
    ----------
    problem
        The problem.
    amounts
        Shape (n,): what is done at the start; None: the least of each action.

    Attributes
    ----------
    amounts
        Shape (n,): how much of each action is done so far.
    room
        For each action, how much more of it its own bound allows.
    entries
        For each action, the rows that it touches with its weight there; the conditions' rows come
        first, in their order, then the ties.
    short
        The rows that do not hold, with the sign of the change that mends them.

    Notes
    -----
    Plain lists: an action touches a handful of rows, for which arrays cost more than they save.
    """

    def __init__(self, problem: Problem, amounts: Numbers | None = None) -> None:
        model = problem.model()
        self.amounts = (model.lower if amounts is None else amounts).copy()
        self.room: list[float] = (model.upper - self.amounts).tolist()
        ends = np.array([model.row_lower, model.row_upper])
        slack = EXACT * np.where(np.isfinite(ends), abs(ends), 0.0).max(axis=0, initial=1.0)
        self._lower: list[float] = (model.row_lower - slack).tolist()
        self._upper: list[float] = (model.row_upper + slack).tolist()
        self._ends: list[tuple[float, float]] = list(zip(*ends.tolist(), strict=True))
        self._values = [float(one) for one in model.rows @ self.amounts]
        columns = model.rows.tocsc()
        pairs = list(zip(columns.indices.tolist(), columns.data.tolist(), strict=True))
        starts = columns.indptr.tolist()
        self.entries = [pairs[a:b] for a, b in pairwise(starts)]
        self.short: dict[int, int] = {}
        for row in range(len(self._values)):
            self._judge(row)

    def _judge(self, row: int) -> None:
        value = self._values[row]
        if self._lower[row] <= value <= self._upper[row]:
            self.short.pop(row, None)
        else:
            self.short[row] = 1 if value < self._lower[row] else -1

    def helps(self, action: int) -> bool:
        """
        Tell whether an action brings anything to a row that does not hold.

        Parameters
        ----------
        action
            Its position.

        Returns
        -------
        bool
            Whether it does.
        """
        short = self.short
        return any(weight * short.get(row, 0) > 0 for row, weight in self.entries[action])

    def do(self, step: Step) -> None:
        """
        Do some more of some actions.

        Parameters
        ----------
        step
            Amounts by action; negative takes back.
        """
        for action, amount in step.items():
            self.amounts[action] += amount
            self.room[action] -= amount
        for row, change in self.changes(step).items():
            self._values[row] += change
            self._judge(row)

    def changes(self, step: Step) -> dict[int, float]:
        """
        Give what a step changes.

        Parameters
        ----------
        step
            Amounts by action.

        Returns
        -------
        dict
            Change of each row that it touches.
        """
        changes: dict[int, float] = {}
        for action, amount in step.items():
            for row, weight in self.entries[action]:
                changes[row] = changes.get(row, 0.0) + weight * amount
        return changes

    def lack(self, row: int, change: float = 0.0) -> float:
        """
        Give how much a row lacks of its bound.

        Parameters
        ----------
        row
            Its position.
        change
            What it is changed by first.

        Returns
        -------
        float
            Distance to the bound that is missed; 0 when it holds, however narrowly.
        """
        value = self._values[row] + change
        if self._lower[row] <= value <= self._upper[row]:
            return 0.0
        lower, upper = self._ends[row]
        return max(lower - value, value - upper)

    def broken_by(
        self, step: Step, mendable: dict[tuple[int, bool], float] | None = None
    ) -> list[int]:
        """
        Find the rows that a step breaks, or makes worse, beyond mending.

        Parameters
        ----------
        step
            Amounts by action.
        mendable
            By row and whether upwards: by how much other means can still mend it; None: not at all.

        Returns
        -------
        list of int
            Their positions.
        """
        other = mendable or {}
        return [
            row
            for row, change in self.changes(step).items()
            if (change < 0 and self._below(row, change + other.get((row, True), 0.0)))
            or (change > 0 and self._above(row, change - other.get((row, False), 0.0)))
        ]

    def _below(self, row: int, change: float) -> bool:
        return self._values[row] + change < self._lower[row]

    def _above(self, row: int, change: float) -> bool:
        return self._values[row] + change > self._upper[row]

    def most(self, action: int) -> tuple[float, int | None]:
        """
        Give how much more of an action all rows allow, and the row that allows no more.

        Parameters
        ----------
        action
            Its position.

        Returns
        -------
        float
            In units of the action, infinite where no row limits it.
        int or None
            Position of that row.
        """
        most, tightest = math.inf, None
        for row, weight in self.entries[action]:
            left = max(0.0, (self._ends[row][weight > 0] - self._values[row]) / weight)
            if left < most:
                most, tightest = left, row
        return most, tightest
