"""A linear programme that is loaded once and asked again and again, with a bound or two changed.

Each answer starts from the one before, so that a small change costs a few steps of the simplex
instead of a whole solve.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from landrenew.plan.program.highs import loaded, run
from landrenew.plan.program.model import Effort, no_answer

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    from landrenew.plan.program.model import Answer, Model, Status

    Numbers = NDArray[np.float64]


UNLIMITED = Effort()


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
        self._solver = loaded(self._model, Effort())
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

    def add(self, rows: csr_array, lower: Numbers) -> None:
        """
        Add rows that have a lower bound.

        Parameters
        ----------
        rows
            Shape (k, n): coefficients.
        lower
            Shape (k,): least value of each row.
        """
        self._solver.addRows(
            len(lower), lower, np.full(len(lower), math.inf), rows.nnz,
            rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32), rows.data,
        )  # fmt: skip
        self._status = None

    def solve(self, effort: Effort = UNLIMITED) -> Answer:
        """
        Solve it as it stands now.

        Parameters
        ----------
        effort
            Time of this solve alone; its gap counts for nothing.

        Returns
        -------
        Answer
            How it ended; the prices of added rows follow those of the model's.
        """
        if effort.seconds is not None:  # HiGHS counts the time of all its runs
            self._solver.setOptionValue("time_limit", self._solver.getRunTime() + effort.seconds)
        answer = run(self._solver, self._model, effort)
        self._status = answer.status
        return answer

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
