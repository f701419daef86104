"""Solving a planning problem: the cheapest plan, and the highest share that can be reached.

Every question about a plan comes through here, so that clusters, exactness and the time that is
left are minded once.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.plan.program.clusters import solve_clustered
from landrenew.plan.program.highs import solve_model
from landrenew.plan.program.model import Answer, relative_gap
from landrenew.plan.program.problem import CITY, TARGET
from landrenew.plan.program.simple import cheapest_first
from landrenew.plan.program.wishes import EXACT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from landrenew.plan.program.model import Effort, Standing, Status
    from landrenew.plan.program.problem import Problem

    Numbers = NDArray[np.float64]
    Watch = Callable[[Standing], None]

FINE = 0.1
"""Of the gap asked for, this part is allowed to the highest share."""

ABSOLUTE = 1e-9
"""Land that no solve is asked to be closer than [mu]."""

MOST_MENDS = 20
"""How often a condition that the solver held only to its own tolerance is drawn tighter."""


@dataclass(frozen=True, eq=False)
class Plan:
    """
    A plan: how much of each action is done, and what is proven about it.

    Parameters
    ----------
    problem
        What was asked.
    amounts
        Shape (n,): how much of each action is done.
    status
        ``optimal`` within the gap asked for, or ``stopped``: the best so far.
    bound
        No plan costs less [10,000 CNY]; of a plan for the highest share: none reaches more [0-1].
    seconds
        Time it took [s].
    is_interrupted
        Whether somebody stopped it; else it was the time.
    """

    problem: Problem
    amounts: Numbers
    status: Status
    bound: float
    seconds: float
    is_interrupted: bool = False

    @property
    def cost(self) -> float:
        """What it costs [10,000 CNY], an exact sum."""
        return self.problem.cost(self.amounts)

    @property
    def share(self) -> float:
        """Share inside the control line afterwards [0-1]."""
        return self.problem.share(self.amounts)

    @property
    def gap(self) -> float:
        """Share of its cost by which a cheaper plan is not excluded [0-1]."""
        return relative_gap(self.cost, self.bound)

    @property
    def chosen(self) -> NDArray[np.bool_]:
        """Shape (n,): the actions of which anything is done."""
        return self.amounts > 0


@dataclass(frozen=True)
class NoPlan:
    """
    Why there is no plan.

    Parameters
    ----------
    status
        ``infeasible``: the conditions clash; ``unbounded``, ``failed``; ``stopped`` before a plan
        was found.
    seconds
        Time it took [s].
    is_interrupted
        Whether somebody stopped it; else it was the time.
    """

    status: Status
    seconds: float
    is_interrupted: bool = False


def solve(
    problem: Problem,
    effort: Effort,
    *,
    objective: Numbers | None = None,
    start: Numbers | None = None,
    watch: Watch | None = None,
) -> Answer:
    """
    Make an objective small under all conditions.

    Parameters
    ----------
    problem
        The problem.
    effort
        Gap and time.
    objective
        Shape (n,): what to make small; None: the cost.
    start
        Shape (n,): amounts to start from; None starts from nothing.
    watch
        Called now and then with how it stands, from another thread.

    Returns
    -------
    Answer
        How it ended. What it found holds every condition to :data:`EXACT` of its own size.
    """
    asked, spent = problem, 0.0
    for _ in range(MOST_MENDS):
        left = effort.after(spent)
        answer = _solved(asked, left, objective=objective, start=start, watch=watch)
        spent += answer.seconds
        missed = _missed(problem, answer)
        if not missed:
            return replace(answer, seconds=spent)
        asked = _tightened(asked, missed)
    return Answer("failed", -math.inf, spent)


def _solved(
    problem: Problem,
    effort: Effort,
    *,
    objective: Numbers | None,
    start: Numbers | None,
    watch: Watch | None,
) -> Answer:
    if problem.clusters is not None:
        return solve_clustered(problem, effort, objective=objective, start=start, watch=watch)
    return solve_model(problem.model(objective), effort, start=start, watch=watch)


def _missed(problem: Problem, answer: Answer) -> dict[str, float]:
    """Find the conditions that the solver held only to its own tolerance, and by how much."""
    if not answer.has_plan:
        return {}
    names = problem.missed(answer.values)
    return {
        one.name: one.shortfall(answer.values) for one in problem.conditions if one.name in names
    }


def _tightened(problem: Problem, missed: dict[str, float]) -> Problem:
    drawn = [
        replace(one, lower=one.lower + missed[one.name] * 2, upper=one.upper - missed[one.name] * 2)
        for one in problem.conditions
        if one.name in missed
    ]
    return problem.with_(*drawn)


def cheapest(
    problem: Problem,
    effort: Effort,
    *,
    start: Numbers | None = None,
    watch: Watch | None = None,
) -> Plan | NoPlan:
    """
    Find the cheapest plan.

    Parameters
    ----------
    problem
        The problem.
    effort
        Gap and time.
    start
        Shape (n,): a plan to start from, such as that of another year or scenario. Where it is
        proven to be within the gap it stays, so that no plan changes without cause.
    watch
        Called now and then with how it stands, from another thread.

    Returns
    -------
    Plan or NoPlan
        The plan, marked when it is only the best so far; or why there is none.
    """
    best, by_hand = start, cheapest_first(problem)
    if by_hand.holds and (best is None or by_hand.cost < problem.cost(best)):
        best = by_hand.amounts
    found = plan_of(problem, solve(problem, effort, start=best, watch=watch))
    if start is None or isinstance(found, NoPlan):
        return found
    stays = replace(found, amounts=start)
    return stays if stays.gap <= effort.gap else found


def carried_over(plan: Plan, problem: Problem) -> Numbers | None:
    """
    Take a plan over into another problem.

    Parameters
    ----------
    plan
        The plan.
    problem
        The other problem, whose actions go by the same kinds, names and ways.

    Returns
    -------
    ndarray or None
        Shape (n,): how much of each action of the other problem; None where that is no plan there.
    """
    keys = ["kind", "name", "way"]
    was = pd.Series(plan.amounts, pd.MultiIndex.from_frame(plan.problem.actions[keys]))
    now = pd.MultiIndex.from_frame(problem.actions[keys])
    amounts = np.asarray(was.reindex(now, fill_value=0.0), dtype=np.float64)
    return amounts if problem.holds(amounts) else None


def plan_of(problem: Problem, answer: Answer) -> Plan | NoPlan:
    """
    Make a plan of an answer whose objective was the cost.

    Parameters
    ----------
    problem
        What was asked.
    answer
        What came of it.

    Returns
    -------
    Plan or NoPlan
        The plan, or why there is none.
    """
    if not answer.has_plan:
        return NoPlan(answer.status, answer.seconds, answer.is_interrupted)
    return Plan(
        problem, answer.values, answer.status, answer.bound, answer.seconds, answer.is_interrupted
    )


def highest_share(
    problem: Problem, effort: Effort, *, place: str = CITY, watch: Watch | None = None
) -> Plan | NoPlan:
    """
    Find the plan that reaches the highest share, whatever the target says.

    Parameters
    ----------
    problem
        The problem; for the share of the city its condition :data:`TARGET` is left out.
    effort
        Gap, and time for all steps. A share within :data:`FINE` of the gap, as a share of itself,
        is taken for the highest: near it the objective is 0, of which no share can be asked.
    place
        Whose share: that of the city, or of one of its towns. Every condition on a town is kept.
    watch
        Called now and then with how each step stands, from another thread.

    Returns
    -------
    Plan or NoPlan
        The plan, its ``bound`` a share; or why there is none.

    Notes
    -----
    A share is a quotient of two sums. Dinkelbach's method: of the best share so far ``s``, make
    ``inside - s total`` large; where that is 0, nothing reaches more than ``s``. Each step reaches
    more than the one before, and few are needed. Source: Dinkelbach, On Nonlinear Fractional
    Programming, Management Science 13 (1967).
    """
    free = problem.without({TARGET}) if place == CITY else problem
    began = time.monotonic()
    now = free.share(np.zeros(len(free.actions)), place)
    share = 0.0 if math.isnan(now) else now
    best: Plan | None = None
    near = max(ABSOLUTE, FINE * effort.gap * free.places[place].inside_mu)
    while True:
        weights, least = free.share_row(share, place)
        left = replace(effort.after(time.monotonic() - began), gap=0.0, absolute=near)
        start = None if best is None else best.amounts
        answer = solve(free, left, objective=-weights, start=start, watch=watch)
        seconds = time.monotonic() - began
        if not answer.has_plan:
            if best is None:
                return NoPlan(answer.status, seconds, answer.is_interrupted)
            return replace(
                best, status="stopped", seconds=seconds, is_interrupted=answer.is_interrupted
            )
        ceiling = _ceiling(free, place, share, -answer.bound - least)
        plan = Plan(free, answer.values, answer.status, ceiling, seconds, answer.is_interrupted)
        reached = free.share(plan.amounts, place)
        if best is not None and not reached > share + EXACT:
            return replace(best, status=answer.status, bound=ceiling, seconds=seconds)
        if answer.status == "stopped" or math.isnan(reached):  # no land is left to have a share
            return plan
        share, best = reached, plan


def _ceiling(problem: Problem, place: str, share: float, excess: float) -> float:
    """Turn "inside - share x total is never more than the excess" into a bound of the share."""
    change = np.where(problem.is_at(place), problem.column("total_mu"), 0.0)
    ends = change * problem.column("lower"), change * problem.column("upper")
    least = math.fsum([problem.places[place].total_mu, *np.minimum(*ends).tolist()])
    return share + excess / least if least > 0 and excess > 0 else share
