"""The door to HiGHS: a model goes in, an answer comes out, and nothing leaks that is no answer."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import highspy
import numpy as np
from highspy import HighsModelStatus as HighsSays

from landrenew.plan.program.model import Answer, Effort, Model, Standing, relative_gap

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from landrenew.plan.program.model import Status

    Numbers = NDArray[np.float64]

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

    Raises
    ------
    KeyboardInterrupt
        When Ctrl-C stopped it, unless the effort keeps the best so far.
    """
    began = time.monotonic()
    is_interrupted = _run(solver, effort)
    if is_interrupted and not effort.keeps_best:
        raise KeyboardInterrupt
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
