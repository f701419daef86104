"""Phases: in which year each part of a plan is done, so that phases only grow.

A plan says what is done in the end. Its parts are given to years, each whole part to exactly one,
so that what is done by a year is always part of what is done by the next.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from landrenew.base.errors import PlanError
from landrenew.base.words import Text
from landrenew.plan.program.model import Answer
from landrenew.plan.program.problem import CLEAR, TARGET, Problem
from landrenew.plan.program.solve import solve
from landrenew.plan.program.wishes import Condition, Ties

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.plan.program.model import Effort, Status
    from landrenew.plan.program.solve import Plan

    Numbers = NDArray[np.float64]

TIE = 1e-7
"""What standing first is worth, as a share of the largest gain: of equals the first goes first."""


@dataclass(frozen=True)
class Year:
    """
    A year of the plan, and what is asked of it.

    Parameters
    ----------
    year
        The year, such as 2027.
    budget_cny10k
        Most that may be spent in it [10,000 CNY]; None sets no limit.
    least_cleared_mu
        Least land cleared in it [mu]; None asks for none.
    least_share
        Least share of the city inside the line at its end [0-1]; None asks for none.
    """

    year: int
    budget_cny10k: float | None = None
    least_cleared_mu: float | None = None
    least_share: float | None = None


@dataclass(frozen=True, eq=False)
class Phases:
    """
    A plan by years.

    Parameters
    ----------
    plan
        The plan that is done in the end.
    problem
        What was asked of the years, see :func:`phase_problem`.
    years
        The K years.
    amounts
        Shape (n, K): how much of each action of the plan is done in each year.
    status
        ``optimal`` within the gap asked for, or ``stopped``: the best so far.
    bound_mu_years
        No order is earlier, see :attr:`earliness_mu_years` [mu x years].
    seconds
        Time it took [s].
    """

    plan: Plan
    problem: Problem
    years: tuple[int, ...]
    amounts: Numbers
    status: Status
    bound_mu_years: float
    seconds: float

    @property
    def earliness_mu_years(self) -> float:
        """Land gained towards the target times the years that are left then [mu x years]."""
        left = self.years[-1] - np.array(self.years)
        gains = _gain(self.plan)[:, np.newaxis] * self.amounts * left
        return math.fsum(gains.ravel().tolist())

    def done_by(self, year: int) -> Numbers:
        """
        Give what is done by the end of a year.

        Parameters
        ----------
        year
            The year; one before the first has nothing done.

        Returns
        -------
        ndarray
            Shape (n,): how much of each action.
        """
        return np.asarray(self.amounts[:, np.array(self.years) <= year].sum(axis=1))

    @property
    def table(self) -> pd.DataFrame:
        """A row a year: cost, land cleared and built in it [mu], and the share after it [0-1]."""
        problem, rows = self.plan.problem, []
        is_cleared = problem.is_kind(CLEAR)
        land = problem.column("total_mu")
        for position, year in enumerate(self.years):
            done = self.amounts[:, position]
            cost, cleared, built = (
                math.fsum((weights * done).tolist())
                for weights in (
                    problem.column("cost_cny10k"),
                    np.where(is_cleared, -land, 0.0),
                    np.where(is_cleared, 0.0, land),
                )
            )
            rows.append((cost, cleared, built, problem.share(self.done_by(year))))
        columns = ["cost_cny10k", "cleared_mu", "built_mu", "control_share"]
        return pd.DataFrame(rows, columns=columns, index=pd.Index(self.years, name="year"))


@dataclass(frozen=True, eq=False)
class NoPhases:
    """
    Why a plan cannot be given to years.

    Parameters
    ----------
    problem
        What was asked of the years; where its status is ``infeasible``, its conditions clash.
    status
        ``infeasible``, ``failed``, or ``stopped`` before an order was found.
    seconds
        Time it took [s].
    """

    problem: Problem
    status: Status
    seconds: float


def phases(plan: Plan, years: tuple[Year, ...], effort: Effort) -> Phases | NoPhases:
    """
    Give the parts of a plan to years, so that the share rises as early as may be.

    Parameters
    ----------
    plan
        The plan that is done in the end.
    years
        The years in their order, with what is asked of each.
    effort
        Gap and time.

    Returns
    -------
    Phases or NoPhases
        The years; or why there are none, with the problem, whose clash can be looked into.

    Raises
    ------
    PlanError
        When no year is given, or years do not rise.

    Notes
    -----
    Of all orders that keep the conditions, the one with the largest sum of land gained towards the
    target times the years left after it. Of equals, the action that stands first goes first.
    Payments are spread like land that is built; whether a village's income holds in a year between
    is not looked at.
    """
    problem = phase_problem(plan, years)
    when = np.array([one.year for one in years])
    gain = _gain(plan)[plan.chosen]
    preference = TIE * abs(gain).max(initial=0.0) * np.linspace(1.0, 0.0, len(gain))
    worth = ((gain + preference)[:, np.newaxis] * (when[-1] - when)).ravel()
    answer = _solved(problem, effort, -worth)
    if not answer.has_plan:
        return NoPhases(problem, answer.status, answer.seconds)
    amounts = np.zeros((len(plan.amounts), len(years)))
    amounts[plan.chosen] = np.reshape(answer.values, (-1, len(years)))
    return Phases(
        plan, problem, tuple(when.tolist()), amounts, answer.status, -answer.bound, answer.seconds
    )


def _solved(problem: Problem, effort: Effort, objective: Numbers) -> Answer:
    """Solve, or see at once: of a plan that does nothing there is nothing to give to years."""
    if len(objective):
        return solve(problem, effort, objective=objective)
    status: Status = "infeasible" if problem.missed(objective) else "optimal"
    return Answer(status, 0.0, 0.0, objective, 0.0)


def phase_problem(plan: Plan, years: tuple[Year, ...]) -> Problem:
    """
    Write the giving of parts to years as a problem of its own.

    Parameters
    ----------
    plan
        The plan that is done in the end.
    years
        The years in their order, with what is asked of each.

    Returns
    -------
    Problem
        Its actions are the chosen actions of the plan, each once a year, with a column ``year``;
        its ties say that over the years each is done exactly as much as in the plan; its
        conditions are named ``year_budget:2027``, ``year_cleared:2027``, ``year_share:2027``.

    Raises
    ------
    PlanError
        When no year is given, or years do not rise.
    """
    when = [one.year for one in years]
    if not when or any(later <= one for one, later in pairwise(when)):
        raise PlanError(
            f"分期年份应逐年递增且不得为空，实际为 {when}。",
            f"The years of the phases must be given and rise; they are {when}.",
        )
    chosen = np.flatnonzero(plan.chosen)
    pairs = plan.problem.actions.iloc[np.repeat(chosen, len(when))].reset_index(drop=True)
    most = plan.amounts[chosen]
    pairs = pairs.assign(
        lower=0.0, upper=np.repeat(most, len(when)), year=np.tile(when, len(chosen))
    )
    problem = Problem(pairs, plan.problem.places, ties=_all_done(most, len(when)))
    asked = [condition for one in years for condition in _asked_of(problem, one)]
    return problem.with_(*asked)


def _all_done(amounts: Numbers, years: int) -> Ties:
    """Tie the years of each action: together they do exactly what the plan does."""
    count = len(amounts)
    at = np.arange(count * years)
    sums = csr_array((np.ones(len(at)), (at // years, at)), shape=(count, len(at)))
    return Ties(vstack([sums, -sums], format="csr"), np.concatenate([amounts, -amounts]))


def _asked_of(problem: Problem, asked: Year) -> list[Condition]:
    year, actions = asked.year, problem.actions
    is_then = (actions["year"] == year).to_numpy()
    conditions = []
    if asked.budget_cny10k is not None:
        cost = np.where(is_then, problem.column("cost_cny10k"), 0.0)
        label = Text(f"{year} 年预算", f"budget of {year}")
        conditions.append(
            Condition(f"year_budget:{year}", label, cost, -math.inf, asked.budget_cny10k, "cny10k")
        )
    if asked.least_cleared_mu is not None:
        is_cleared = is_then & problem.is_kind(CLEAR)
        land = np.where(is_cleared, -problem.column("total_mu"), 0.0)
        label = Text(f"{year} 年最低腾退面积", f"least land cleared in {year}")
        conditions.append(
            Condition(f"year_cleared:{year}", label, land, asked.least_cleared_mu, math.inf, "mu")
        )
    if asked.least_share is not None:
        weights, least = problem.share_row(asked.least_share)
        is_done = (actions["year"] <= year).to_numpy()
        label = Text(f"{year} 年末占比目标", f"share at the end of {year}")
        conditions.append(
            Condition(
                f"year_share:{year}", label, np.where(is_done, weights, 0.0), least, math.inf, "mu"
            )
        )
    return conditions


def _gain(plan: Plan) -> Numbers:
    """Give what a unit of each action brings towards the target, or to the share reached."""
    target = plan.problem.condition(TARGET)
    return plan.problem.share_row(plan.share)[0] if target is None else target.weights
