"""A linear programme that is loaded once and asked again and again, with a bound or two changed.

Each answer starts from the one before, so that a small change costs a few steps of the simplex
instead of a whole solve.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from landrenew.plan.program.highs import (
    SAYS,
    Effort,
    _loaded,
    no_answer,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.plan.program.highs import Model, Status

    Numbers = NDArray[np.float64]


class Session:
    """
    A loaded linear programme.

    Parameters
    ----------
    model
        The model; its whole numbers are taken as parts.
    """

    def __init__(self, model: Model) -> None:
        self._model = replace(model, is_whole=np.zeros(len(model.lower), dtype=bool))
        self._solver = _loaded(self._model, Effort())
        self._status: Status | None = None

    def hold(self, column: int, value: float) -> None:
        """
        Hold a variable at one value.

        Parameters
        ----------
        column
            Its position.
        value
            The value.
        """
        self._solver.changeColBounds(column, value, value)
        self._status = None

    def release(self, column: int) -> None:
        """
        Give a variable its own bounds back.

        Parameters
        ----------
        column
            Its position.
        """
        self._solver.changeColBounds(
            column, float(self._model.lower[column]), float(self._model.upper[column])
        )
        self._status = None

    def ask_of_row(self, row: int, lower: float, upper: float) -> None:
        """
        Change the bounds of a row.

        Parameters
        ----------
        row
            Its position.
        lower, upper
            Its bounds; infinite where there is none.
        """
        self._solver.changeRowBounds(row, lower, upper)
        self._status = None

    def solve(self) -> Status:
        """
        Solve it as it stands now.

        Returns
        -------
        Status
            How it ended.
        """
        self._solver.run()
        self._status = SAYS.get(self._solver.getModelStatus(), "failed")
        return self._status

    def _need_answer(self) -> None:
        if self._status != "optimal":
            raise no_answer(self._status or "failed")

    @property
    def least(self) -> float:
        """
        The least value of the objective; infinite when nothing satisfies all rows.

        Raises
        ------
        PlanError
            When the last solve is not optimal, or something was changed since.
        """
        if self._status == "infeasible":
            return math.inf
        self._need_answer()
        return float(self._solver.getInfo().objective_function_value)

    @property
    def values(self) -> Numbers:
        """
        Shape (n,): the values found.

        Raises
        ------
        PlanError
            When the last solve is not optimal, or something was changed since.
        """
        self._need_answer()
        return np.array(self._solver.getSolution().col_value, dtype=float)

    @property
    def reduced_costs(self) -> Numbers:
        """
        Shape (n,): what the objective changes by at least when a variable is moved by one.

        Raises
        ------
        PlanError
            When the last solve is not optimal, or something was changed since.

        Notes
        -----
        ``c - A'y`` of the row prices ``y``. By weak duality the least cost with variable j held at
        v is at least ``least + reduced_costs[j] (v - values[j])``, see any book of linear
        programming.
        """
        self._need_answer()
        return np.array(self._solver.getSolution().col_dual, dtype=float)

    @property
    def row_prices(self) -> Numbers:
        """
        Shape (m,): what the objective changes by when a row's bound rises by one.

        Raises
        ------
        PlanError
            When the last solve is not optimal, or something was changed since.
        """
        self._need_answer()
        return np.array(self._solver.getSolution().row_dual, dtype=float)
