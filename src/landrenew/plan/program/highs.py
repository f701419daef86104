"""The door to HiGHS: a model goes in, an answer comes out, and nothing leaks that is no answer.

An infeasible or broken solve leaves numbers behind that look right. They stay behind this door:
values and prices are handed out only of a solve that ended within its gap, and a plan that was
interrupted is handed out with the mark that it was.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import highspy
import numpy as np
from highspy import HighsModelStatus as HighsSays

from landrenew.base.errors import PlanError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from scipy.sparse import csr_array

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]

Status = Literal["optimal", "stopped", "infeasible", "unbounded", "failed"]

FEASIBLE = 1e-9
"""How far a row may be missed [unit of the row]; HiGHS allows 1e-6 when it is not told."""

GRACE_S = 1.0
"""How much longer than asked a solve may take before it is told to stop [s]."""

LOOK_S = 0.1
"""How often the solving thread is looked after [s], for Ctrl-C."""

SAYS: dict[HighsSays, Status] = {
    HighsSays.kOptimal: "optimal",
    HighsSays.kInfeasible: "infeasible",
    HighsSays.kUnbounded: "unbounded",
    HighsSays.kTimeLimit: "stopped",
    HighsSays.kInterrupt: "stopped",
}
"""What HiGHS says, in our words; anything else is a failure."""


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
    absolute
        How far the bound may stay away from the objective whatever its share [its unit].
    seconds
        Longest time [s]; None sets no limit.
    """

    gap: float = 0.0
    seconds: float | None = None
    absolute: float = 1e-9

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


def solve_model(
    model: Model,
    effort: Effort,
    *,
    start: Numbers | None = None,
    watch: Callable[[Standing], None] | None = None,
) -> Answer:
    """
    Solve a model.

    Parameters
    ----------
    model
        The model.
    effort
        Gap and time. Given the same model and gap, and time enough, the answer is the same to the
        last bit: HiGHS runs on one thread.
    start
        Shape (n,): values to start from that satisfy all rows; None starts from nothing.
    watch
        Called now and then with how it stands, from another thread.

    Returns
    -------
    Answer
        How it ended, and what may be read from it. Ctrl-C ends a solve like the time does.
    """
    began = time.monotonic()
    solver = _loaded(model, effort)
    if start is not None:
        solver.setSolution(
            len(start), np.arange(len(start), dtype=np.int32), np.asarray(start, dtype=float)
        )
    if watch is not None:
        _report_to(solver, watch)
    is_interrupted = _run(solver, effort)
    return _answer(solver, model, time.monotonic() - began, is_interrupted=is_interrupted)


class Session:
    """
    A model without whole numbers that is solved again and again while rows are added.

    Parameters
    ----------
    model
        The model; that its variables are whole is forgotten.

    Notes
    -----
    HiGHS starts from the last basis, which the dual simplex mends in few steps.
    """

    def __init__(self, model: Model) -> None:
        self._model = replace(model, is_whole=np.zeros(len(model.lower), bool))
        self._solver = _loaded(self._model, Effort())

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

    def solve(self, effort: Effort) -> Answer:
        """
        Solve it with all rows so far.

        Parameters
        ----------
        effort
            Of this solve alone; its gap counts for nothing.

        Returns
        -------
        Answer
            How it ended; the prices of added rows follow those of the model's.
        """
        began = time.monotonic()
        if effort.seconds is not None:  # HiGHS counts the time of all its runs
            self._solver.setOptionValue("time_limit", self._solver.getRunTime() + effort.seconds)
        is_interrupted = _run(self._solver, effort)
        seconds = time.monotonic() - began
        return _answer(self._solver, self._model, seconds, is_interrupted=is_interrupted)


def conflicting_rows(model: Model) -> list[int] | None:
    """
    Find rows that cannot hold together, were all variables free to be parts of a whole.

    Parameters
    ----------
    model
        An infeasible model.

    Returns
    -------
    list of int or None
        Positions of the rows of an irreducible infeasible set; None where rounding alone makes
        the model infeasible, or HiGHS finds no such set.

    Notes
    -----
    HiGHS with ``iis_strategy`` 2 (from the LP) and 4 (irreducible); its default looks at bounds
    alone and finds nothing.
    """
    relaxed = Model(
        model.objective, model.lower, model.upper, np.zeros(len(model.lower), bool), model.rows,
        model.row_lower, model.row_upper,
    )  # fmt: skip
    solver = _loaded(relaxed, Effort())
    solver.run()
    if solver.getModelStatus() != HighsSays.kInfeasible:
        return None
    strategy = highspy.IisStrategy
    both = int(strategy.kIisStrategyFromLp) | int(strategy.kIisStrategyIrreducible)
    solver.setOptionValue("iis_strategy", both)
    done, found = solver.getIis()
    if done != highspy.HighsStatus.kOk or not found.valid_ or not len(found.row_index_):
        return None
    return sorted(int(row) for row in found.row_index_)


class _Quiet(highspy.Highs):
    """HiGHS that never prints; its constructor does before an option can be set."""

    def enableCallbacks(self) -> None:  # noqa: N802  the name is HiGHS's
        self.setOptionValue("output_flag", False)  # noqa: FBT003
        super().enableCallbacks()  # type: ignore[no-untyped-call]  # highspy's own


def _loaded(model: Model, effort: Effort) -> highspy.Highs:
    solver = _Quiet()  # type: ignore[no-untyped-call]  # highspy's own
    options: dict[str, float] = {
        "mip_allow_restart": False,  # with tolerances this tight, 1.16 may restart for ever
        "threads": 1, "mip_rel_gap": effort.gap, "mip_abs_gap": effort.absolute,
        "primal_feasibility_tolerance": FEASIBLE, "mip_feasibility_tolerance": FEASIBLE,
    }  # fmt: skip
    if effort.seconds is not None:
        options["time_limit"] = effort.seconds
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_as_lp(model))
    return solver


def _as_lp(model: Model) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = model.rows.shape
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.objective, model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.num_row_, lp.a_matrix_.num_col_ = model.rows.shape
    lp.a_matrix_.start_ = model.rows.indptr
    lp.a_matrix_.index_ = model.rows.indices
    lp.a_matrix_.value_ = model.rows.data
    kinds = highspy.HighsVarType
    if model.is_whole.any():
        lp.integrality_ = [
            kinds.kInteger if one else kinds.kContinuous for one in model.is_whole.tolist()
        ]
    return lp


def _report_to(solver: highspy.Highs, watch: Callable[[Standing], None]) -> None:
    def report(event: highspy.HighsCallbackEvent) -> None:
        said = event.data_out
        gap = relative_gap(said.mip_primal_bound, said.mip_dual_bound)
        watch(Standing(said.mip_primal_bound, said.mip_dual_bound, gap, said.running_time))

    solver.cbMipLogging += report


def _run(solver: highspy.Highs, effort: Effort) -> bool:
    """Run, and tell whether Ctrl-C stopped it; the thread is asked to end and waited for."""
    solver.HandleUserInterrupt = True
    solver.startSolve()
    is_interrupted = False
    late = math.inf if effort.seconds is None else time.monotonic() + effort.seconds + GRACE_S
    while True:
        try:
            if solver.wait(LOOK_S)[0]:
                return is_interrupted
            if time.monotonic() > late:  # within a heuristic HiGHS may forget the time
                solver.cancelSolve()  # type: ignore[no-untyped-call]  # highspy's own
        except KeyboardInterrupt:
            is_interrupted = True
            solver.cancelSolve()  # type: ignore[no-untyped-call]  # highspy's own


def _answer(solver: highspy.Highs, model: Model, seconds: float, *, is_interrupted: bool) -> Answer:
    status = SAYS.get(solver.getModelStatus(), "failed")
    info = solver.getInfo()
    is_mixed = bool(model.is_whole.any())
    has_values = status == "optimal" or (
        status == "stopped"
        and is_mixed
        and info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    )
    if not has_values:
        bound = info.mip_dual_bound if is_mixed and status == "stopped" else -math.inf
        return Answer(status, bound, seconds, is_interrupted=is_interrupted)
    solution = solver.getSolution()
    found = np.array(solution.col_value, dtype=float)
    found[model.is_whole] = np.rint(found[model.is_whole])
    worth = math.fsum((model.objective * found).tolist())
    prices = None if is_mixed else np.array(solution.row_dual, dtype=float)
    bound = min(info.mip_dual_bound, worth) if is_mixed else worth
    return Answer(status, bound, seconds, found, worth, prices, is_interrupted)
