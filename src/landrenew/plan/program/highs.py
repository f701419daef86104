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

ROUNDING = 1e-7
"""What the arithmetic of a solve may leave between an objective and its bound."""

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
    seconds
        Longest time [s]; None sets no limit.
    absolute
        How far the bound may stay away from the objective whatever its share [its unit].
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
        Shape (n,): values that satisfy all rows, to be beaten; None where none are known.
    watch
        Called now and then with how it stands, from another thread.

    Returns
    -------
    Answer
        How it ended, and what may be read from it. Ctrl-C ends a solve like the time does.

    Notes
    -----
    The start is kept here and HiGHS is stopped once its bound is near enough; it is not handed
    over, for version 1.16 may lose what presolve takes out of the objective when it has one, and
    then call a plan of 5 optimal where one of 1 is.
    """
    solver = loaded(model, effort)
    if watch is not None:
        _report_to(solver, watch)
    if start is None:
        return run(solver, model, effort)
    worth = math.fsum((model.objective * start).tolist())
    _stop_once_near(solver, worth, effort)
    return _better(run(solver, model, effort), np.asarray(start, dtype=float), worth, effort)


def run(solver: highspy.Highs, model: Model, effort: Effort) -> Answer:
    """
    Run a solver that is loaded.

    Parameters
    ----------
    solver
        The solver.
    model
        What it is loaded with.
    effort
        Gap and time; the time is watched from outside too.

    Returns
    -------
    Answer
        How it ended, and what may be read from it.
    """
    began = time.monotonic()
    is_interrupted = _run(solver, effort)
    seconds = time.monotonic() - began
    return _answer(solver, model, effort, seconds, is_interrupted=is_interrupted)


def loaded(model: Model, effort: Effort) -> highspy.Highs:
    """
    Load a model into a solver that prints nothing and runs on one thread.

    Parameters
    ----------
    model
        The model.
    effort
        Gap and time.

    Returns
    -------
    Highs
        The solver.
    """
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


class _Quiet(highspy.Highs):
    """HiGHS that never prints; its constructor does before an option can be set."""

    def enableCallbacks(self) -> None:  # noqa: N802  the name is HiGHS's
        self.setOptionValue("output_flag", False)  # noqa: FBT003
        super().enableCallbacks()  # type: ignore[no-untyped-call]  # highspy's own


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


def _stop_once_near(solver: highspy.Highs, worth: float, effort: Effort) -> None:
    """Stop once a plan known from the start is proven to be near enough."""

    def check(event: highspy.HighsCallbackEvent) -> None:
        if _is_near(worth, event.data_out.mip_dual_bound, effort):
            event.interrupt()

    solver.cbMipInterrupt += check


def _is_near(worth: float, bound: float, effort: Effort) -> bool:
    return worth - bound <= max(effort.gap * abs(worth), effort.absolute)


def _better(answer: Answer, start: Numbers, worth: float, effort: Effort) -> Answer:
    """Take the start where the solve found nothing better in time."""
    if answer.status not in {"optimal", "stopped"} or (answer.has_plan and answer.worth <= worth):
        return answer
    bound = min(answer.bound, worth)
    status: Status = "optimal" if _is_near(worth, bound, effort) else "stopped"
    return replace(answer, status=status, found=start, worth=worth, bound=bound)


def _answer(
    solver: highspy.Highs, model: Model, effort: Effort, seconds: float, *, is_interrupted: bool
) -> Answer:
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
    if not is_mixed:
        prices = np.array(solution.row_dual, dtype=float)
        return Answer(status, worth, seconds, found, worth, prices, is_interrupted)
    bound = min(info.mip_dual_bound, worth)
    near = replace(effort, gap=effort.gap + ROUNDING, absolute=effort.absolute + ROUNDING)
    if _is_near(worth, bound, near):
        status = "optimal"
    elif status == "optimal":  # it says so, but its own bound does not
        status = "stopped"
    return Answer(status, bound, seconds, found, worth, None, is_interrupted)
