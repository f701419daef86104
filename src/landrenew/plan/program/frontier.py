"""What each further point of the share costs: the frontier, and the supply curve of land.

The frontier answers "how dear is which target", the marginal prices "what is one more mu, or one
more point, worth", and the supply curve "what does each further mu cost" at one target.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.errors import PlanError
from landrenew.base.words import Text
from landrenew.plan.program.problem import CITY, TARGET
from landrenew.plan.program.session import Session
from landrenew.plan.program.solve import (
    NoPlan,
    Plan,
    cheapest,
    highest_share,
    solve,
)
from landrenew.plan.program.wishes import EXACT, Condition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from landrenew.plan.program.model import Effort
    from landrenew.plan.program.problem import Problem

    Numbers = NDArray[np.float64]

DIGITS = 14
"""Decimals to which a share is read back from a row, so that 0.8 is 0.8 again."""

PARTS_OF_SPAN = 6
"""Each of the three solves that find the ends of a frontier may take this part of the time."""

HUNDREDTHS = 1e4
"""Hundredths of a percentage point in a share of 1."""

STEPS = 11
"""Targets on a frontier, unless told; the problem's own comes on top."""


@dataclass(frozen=True, eq=False)
class FrontierPoint:
    """
    What one target costs.

    Parameters
    ----------
    target
        The share to reach [0-1].
    plan
        The cheapest plan found for it, whole plots and all; or why there is none.
    lp_cost
        Least cost if plots could be cleared in part [10,000 CNY]; infinite when even so the
        target is out of reach, NaN when that could not be found out.
    row_price_cny10k
        What the LP's cost rises by for one more mu asked for by the row of the target, see
        :meth:`Problem.share_row` [10,000 CNY/mu]; NaN where the LP has no answer.
    total_after_mu
        All industrial land after the LP's plan [mu]; NaN where it has no answer.
    """

    target: float
    plan: Plan | NoPlan
    lp_cost: float
    row_price_cny10k: float
    total_after_mu: float

    @property
    def cost(self) -> float:
        """What the plan costs [10,000 CNY]; NaN without one."""
        return self.plan.cost if isinstance(self.plan, Plan) else math.nan

    @property
    def bound(self) -> float:
        """No plan for the target costs less [10,000 CNY]; infinite when there can be none."""
        if isinstance(self.plan, Plan):
            return self.plan.bound
        if self.plan.status == "infeasible":
            return math.inf
        return -math.inf if math.isnan(self.lp_cost) else self.lp_cost

    @property
    def gap(self) -> float:
        """Share of its cost by which a cheaper plan is not excluded [0-1]; NaN without a plan."""
        return self.plan.gap if isinstance(self.plan, Plan) else math.nan

    @property
    def cleared_price_cny10k(self) -> float:
        """Worth of one more mu cleared outside the line [10,000 CNY/mu]."""
        return self.row_price_cny10k * self.target

    @property
    def built_price_cny10k(self) -> float:
        """Worth of one more mu built inside the line [10,000 CNY/mu]."""
        return self.row_price_cny10k * (1 - self.target)

    @property
    def point_price_cny10k(self) -> float:
        """
        What the next percentage point costs at the price of this one [10,000 CNY].

        Notes
        -----
        The row ``sum((di - t dt) x) >= t T - I`` moves with t at both ends: by the envelope theorem
        the cost changes by its price times ``T + sum(dt x)``, the land after the plan.
        """
        return 0.01 * self.row_price_cny10k * self.total_after_mu


def frontier(
    problem: Problem,
    effort: Effort,
    *,
    targets: Iterable[float] | None = None,
    steps: int = STEPS,
    highest: Plan | None = None,
) -> tuple[FrontierPoint, ...]:
    """
    Find what each target costs.

    Parameters
    ----------
    problem
        The problem; its condition :data:`TARGET` is asked for anew at each target.
    effort
        Gap of each solve, and time for all of them, which each target gets an equal part of. At
        the very highest share few plans are left and to prove the cheapest is hard: set a time.
    targets
        Shares to reach [0-1]; None: equal steps from the share that costs nothing more to the
        highest that can be reached, rounded down to a hundredth of a point. The problem's own
        target is always among them.
    steps
        How many targets, when none are given.
    highest
        The plan that reaches the highest share, where it is known already.

    Returns
    -------
    tuple of FrontierPoint
        By rising target. No plan is dearer than that of a higher target, and no bound is above
        that of a higher one.

    Raises
    ------
    PlanError
        When the problem has no target, or no plan at all holds its other conditions.

    Notes
    -----
    Cost never falls with the target, as a plan that reaches more reaches less as well. It need not
    be convex: the weights of the row move with the target. Clearing alone at a price p costs
    ``p (T - I / t)``, which is concave in t; what is convex is the cost of land at one target, see
    :func:`supply_curve`.
    """
    began, own, top = time.monotonic(), target_of(problem), None
    if targets is None:
        lowest, top = _span(problem, effort, highest)
        targets = np.linspace(lowest, max(lowest, _below(top.share)), steps).tolist()
    falling = sorted({own, *(one for one in targets if abs(one - own) > EXACT)}, reverse=True)
    found: list[FrontierPoint] = []
    for i, target in enumerate(falling):
        part = _part(effort, time.monotonic() - began, len(falling) - i)
        asked = problem if target == own else at_target(problem, target)
        higher = None if top is None or asked.missed(top.amounts) else top
        found.append(_point(asked, target, part, higher))
        plan = found[-1].plan
        top = plan if isinstance(plan, Plan) else top
    return _with_rising_bounds(found[::-1])


def target_of(problem: Problem) -> float:
    """
    Read the share that a problem asks of the city.

    Parameters
    ----------
    problem
        The problem.

    Returns
    -------
    float
        The share [0-1].

    Raises
    ------
    PlanError
        When the problem has no target.

    Notes
    -----
    From the least value ``t T - I`` of its row, see :meth:`Problem.share_row`.
    """
    now = problem.places[CITY]
    return round((_target(problem).lower + now.inside_mu) / now.total_mu, DIGITS)


def at_target(problem: Problem, target: float) -> Problem:
    """
    Ask for another share of the city.

    Parameters
    ----------
    problem
        A problem with a target.
    target
        Share to reach [0-1].

    Returns
    -------
    Problem
        The same but for the target.

    Raises
    ------
    PlanError
        When the problem has no target.
    """
    weights, least = problem.share_row(target)
    return problem.with_(replace(_target(problem), weights=weights, lower=least))


def supply_curve(problem: Problem, *, steps: int = STEPS) -> pd.DataFrame:
    """
    Find what each further mu towards the target costs, if plots could be cleared in part.

    Parameters
    ----------
    problem
        A problem with a target.
    steps
        How many points, from nothing to all the land that is lacking.

    Returns
    -------
    DataFrame
        A row a point: ``gained_mu`` (land gained towards the target, see
        :meth:`Problem.share_row`), ``cost_cny10k`` (least cost, infinite out of reach) and
        ``price_cny10k_per_mu`` (what the next mu costs; NaN out of reach). One row where nothing
        is lacking.

    Raises
    ------
    PlanError
        When the problem has no target, or a solve fails.

    Notes
    -----
    The least cost of a linear programme is convex in the right-hand side of a row, and the price
    of the row is its slope: the curve never gets flatter.
    """
    condition = _target(problem)
    row = problem.names.index(TARGET)
    session = Session(problem.model())
    gains = np.unique(np.linspace(0.0, max(0.0, condition.lower), steps))
    found = []
    for gained in gains.tolist():
        session.ask_of_row(row, gained, math.inf)
        is_reached = session.solve().status != "infeasible"
        price = max(0.0, float(session.row_prices[row])) if is_reached else math.nan
        found.append((gained, session.least, price))
    return pd.DataFrame(found, columns=["gained_mu", "cost_cny10k", "price_cny10k_per_mu"])


def _target(problem: Problem) -> Condition:
    condition = problem.condition(TARGET)
    if condition is None:
        raise PlanError("规划问题未设全市目标占比。", "The problem sets no target for the city.")
    return condition


def _part(effort: Effort, spent: float, parts: int) -> Effort:
    """Give an equal part of the time that is left."""
    left = effort.after(spent)
    return left if left.seconds is None else replace(left, seconds=left.seconds / parts)


def _below(share: float) -> float:
    """Round a share down, so that the cheapest plan for the highest of all has room to be found."""
    return math.floor(share * HUNDREDTHS) / HUNDREDTHS


def _span(problem: Problem, effort: Effort, highest: Plan | None) -> tuple[float, Plan]:
    """Find the highest share that costs no more than no target does, and the highest of all."""
    free, third = problem.without({TARGET}), _part(effort, 0.0, PARTS_OF_SPAN)
    base = cheapest(free, third)
    top = highest_share(free, third) if highest is None else highest
    if isinstance(base, NoPlan) or isinstance(top, NoPlan):
        raise PlanError(
            "即使不设目标占比，其余条件也不能同时满足，或时间不足，无法绘制前沿。",
            "Even without a target the other conditions cannot hold together, or time ran out;"
            " there is no frontier.",
        )
    label, cost = Text("不增加费用", "no further cost"), free.column("cost_cny10k")
    most = base.cost + EXACT * max(1.0, abs(base.cost))
    unpaid = Condition("no_further_cost", label, cost, -math.inf, most, "cny10k")
    gratis = highest_share(free.with_(unpaid), third)
    now = free.share(np.zeros(len(free.actions)))
    return max(now, gratis.share) if isinstance(gratis, Plan) else now, top


def _point(problem: Problem, target: float, effort: Effort, higher: Plan | None) -> FrontierPoint:
    lp = solve(problem.relaxed(), effort)
    plan = cheapest(problem, effort, start=None if higher is None else higher.amounts)
    lp_cost, price, total = math.nan, math.nan, math.nan
    if lp.status == "optimal":
        lp_cost = lp.objective
        price = max(0.0, float(lp.prices[problem.names.index(TARGET)]))
        total = problem.land_after(lp.values)[1]
    elif lp.status == "infeasible":
        lp_cost = math.inf
    return FrontierPoint(
        target, _at_most_as_dear(plan, problem, higher, lp_cost), lp_cost, price, total
    )


def _at_most_as_dear(
    plan: Plan | NoPlan, problem: Problem, higher: Plan | None, lp_cost: float
) -> Plan | NoPlan:
    """Take the plan of a higher target where it is cheaper, or the only one, and the best bound."""
    if higher is not None and isinstance(plan, NoPlan):
        plan = Plan(problem, higher.amounts, "stopped", -math.inf, plan.seconds)
    elif higher is not None and isinstance(plan, Plan) and higher.cost < plan.cost:
        plan = replace(plan, amounts=higher.amounts)
    return _bounded(plan, lp_cost)


def _bounded(plan: Plan | NoPlan, bound: float) -> Plan | NoPlan:
    if isinstance(plan, NoPlan) or not bound > plan.bound:
        return plan
    return replace(plan, bound=min(bound, plan.cost))


def _with_rising_bounds(points: list[FrontierPoint]) -> tuple[FrontierPoint, ...]:
    """Carry each bound on: what a lower target cannot be had for, a higher one cannot either."""
    best, bounded = -math.inf, []
    for point in points:
        plan = _bounded(point.plan, best)
        best = plan.bound if isinstance(plan, Plan) else best
        bounded.append(replace(point, plan=plan))
    return tuple(bounded)
