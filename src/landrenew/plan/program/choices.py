"""Not one plan: others that cost about as much, and which plots all of them, some or none share.

A computed plan is one of many. What matters for those who negotiate is which plots no good plan can
do without, which none would take, and what it costs to replace one by others.
"""

from __future__ import annotations

import itertools
import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.words import Text
from landrenew.plan.program.ledger import Ledger
from landrenew.plan.program.problem import TARGET
from landrenew.plan.program.session import Session
from landrenew.plan.program.solve import NoPlan, Plan, cheapest, solve
from landrenew.plan.program.wishes import EXACT, Condition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from landrenew.plan.program.model import Effort
    from landrenew.plan.program.problem import Problem

    Numbers = NDArray[np.float64]

WITHIN = "within"
"""Name of the condition that a plan costs hardly more than the cheapest."""

LEAST_OTHER = 0.01
"""Land in which plans must differ to count as two, as a share of the first plan's land."""

TIDY = 1e-3
"""Weight of the whole cost against the whole land, so that no plot is taken for no reason."""

MOST_SOLVES = 500
"""How many plots are looked into by a solve of their own; the others keep their reduced cost."""

MOST_TRIES = 40
"""How many plots are tried as the replacement of one."""


def alternatives(
    problem: Problem, plan: Plan, effort: Effort, *, within: float, count: int
) -> tuple[Plan, ...]:
    """
    Find plans that cost hardly more and take other land.

    Parameters
    ----------
    problem
        The problem.
    plan
        Its cheapest plan.
    effort
        Gap of each solve, and time for all of them.
    within
        How much dearer a plan may be, as a share of the plan's cost [0-1].
    count
        How many to look for.

    Returns
    -------
    tuple of Plan
        At most so many, each as different as may be from the plan and those before it; fewer when
        none is left that differs in :data:`LEAST_OTHER` of the plan's land. Their ``status`` is
        that of the search for difference, their ``bound`` is the plan's.

    Notes
    -----
    Each makes the land small that it shares with the plans before it, under the conditions and
    that of the cost. Source: Brill, Chang and Hopkins, Modeling to Generate Alternatives,
    Management Science 28 (1982).
    """
    began, most = time.monotonic(), dearest(plan, within)
    land, cost = abs(problem.column("total_mu")), problem.column("cost_cny10k")
    label = Text(f"费用不超过最优方案的 {1 + within:.0%}", f"at most {1 + within:.0%} of the least")
    asked = problem.with_(Condition(WITHIN, label, cost, -math.inf, most, "cny10k"))
    of_plan = math.fsum((land * plan.amounts).tolist())
    tidy = TIDY * of_plan / max(1.0, abs(most)) * cost
    found = [plan]
    while len(found) <= count and of_plan > 0:
        left = effort.after(time.monotonic() - began)
        if left.seconds is not None:
            left = replace(left, seconds=left.seconds / (count + 1 - len(found)))
        shared = land * np.sum([one.chosen for one in found], axis=0)
        answer = solve(asked, left, objective=shared + tidy, start=plan.amounts)
        if not answer.has_plan:
            break
        fresh = Plan(problem, answer.values, answer.status, plan.bound, answer.seconds)
        apart = min(float(land @ abs(fresh.amounts - one.amounts)) for one in found)
        if apart < LEAST_OTHER * of_plan:
            break
        found.append(fresh)
    return tuple(found[1:])


def dearest(plan: Plan, within: float) -> float:
    """
    Give the most that a plan may cost that is about as good.

    Parameters
    ----------
    plan
        The cheapest plan.
    within
        How much dearer, as a share of its cost [0-1].

    Returns
    -------
    float
        Cost [10,000 CNY].
    """
    return plan.cost + within * abs(plan.cost)


def roles(
    problem: Problem,
    plan: Plan,
    effort: Effort,
    *,
    within: float,
    others: Iterable[Plan] = (),
    is_exact: bool = False,
) -> pd.DataFrame:
    """
    Tell which actions no good plan lacks, which none takes, and what the other choice costs.

    Parameters
    ----------
    problem
        The problem.
    plan
        Its cheapest plan.
    effort
        Gap of each solve, and time for all of them.
    within
        How much dearer a good plan may be, as a share of the plan's cost [0-1].
    others
        Further plans, as of :func:`alternatives`; one that breaks a condition counts for nothing.
    is_exact
        Whether to solve the whole problem once for each action: for small problems.

    Returns
    -------
    DataFrame
        Index as the actions. ``role``: ``must`` (no plan within lacks it), ``never`` (none takes
        it), ``optional``. ``is_proven``: whether a plan within is known that makes the other
        choice, or that none exists; False where neither could be shown. ``price_low_cny10k`` and
        ``price_high_cny10k``: between these lies what the other choice adds to the least cost: of
        a chosen action, leaving it out; of another, taking it (one lot of it, or all of what can be
        done in part). Infinite where it cannot be, above where no plan with it is known; NaN where
        what may be done has no end.

    Raises
    ------
    PlanError
        When the linear programme of the problem has no answer.

    Notes
    -----
    With C* the least cost, between the plan's bound and its cost, and C that of the other choice,
    the price is ``C - C*``. Below: C is at least the linear programme's cost with that choice,
    found by its reduced costs (weak duality) and, at the margin, by solving it anew. Above: C is at
    most the cost of any plan with that choice; besides those given, plans are tried in which one
    plot replaces another.
    """
    began, most = time.monotonic(), dearest(plan, within)
    turned = _turned(problem, plan)
    known = _cheapest_known(problem, plan, [plan, *others])
    least = _least_costs(problem, turned, most, effort)
    if is_exact:
        _solve_each(problem, turned, least, known, effort.after(time.monotonic() - began))
    slack = EXACT * max(1.0, abs(plan.cost))
    is_closed = least > most + slack
    role = np.where(is_closed, np.where(plan.chosen, "must", "never"), "optional")
    low = np.maximum(0.0, least - plan.cost - slack)
    return pd.DataFrame(
        {
            "role": role,
            "is_proven": is_closed | (known <= most + slack),
            "price_low_cny10k": np.where(np.isnan(turned), np.nan, low),
            "price_high_cny10k": np.where(np.isnan(turned), np.nan, known - plan.bound),
        },
        index=problem.actions.index,
    )


def _turned(problem: Problem, plan: Plan) -> Numbers:
    """Give the amount of each action in the other choice; NaN where there is none."""
    upper, is_whole = problem.column("upper"), problem.actions["is_whole"].to_numpy(bool)
    taken = np.where(is_whole, 1.0, np.where(np.isfinite(upper), upper, np.nan))
    return np.where(plan.chosen, 0.0, taken)


def _cheapest_known(problem: Problem, plan: Plan, plans: list[Plan]) -> Numbers:
    """Give the cost of the cheapest plan known in which an action is chosen the other way."""
    best = np.full(len(plan.amounts), np.inf)
    is_whole = problem.actions["is_whole"].to_numpy(bool)
    enough = np.where(is_whole, 1.0, problem.column("upper"))
    for one in plans:
        if problem.missed(one.amounts):
            continue
        is_other = np.where(plan.chosen, ~one.chosen, one.amounts >= enough)
        best = np.where(is_other, np.minimum(best, one.cost), best)
    if problem.clusters is None and not problem.missed(plan.amounts):
        for action, cost in _swaps(problem, plan):
            best[action] = min(best[action], cost)
    return best


def _swaps(problem: Problem, plan: Plan) -> Iterator[tuple[int, float]]:
    """Turn one plot's choice, alone or with one other, and give what such plans cost."""
    ledger, cost = Ledger(problem, plan.amounts), problem.column("cost_cny10k")
    target = problem.condition(TARGET)
    gain, spare = np.zeros(len(cost)), 0.0
    if target is not None:
        gain, slack = target.weights, EXACT * target.size
        spare = math.fsum((gain * plan.amounts).tolist()) - target.lower + slack
    is_plot = problem.actions["is_whole"].to_numpy(bool) & (problem.column("upper") == 1)
    by_cost = np.argsort(cost, kind="stable")
    by_cost = by_cost[is_plot[by_cost]]
    base, is_chosen = plan.cost, plan.chosen
    is_in = is_chosen[by_cost]
    partners = {
        -1.0: _by_hindrance(ledger, by_cost[~is_in], 1.0),
        1.0: _by_hindrance(ledger, by_cost[is_in][::-1], -1.0),
    }
    for action in by_cost.tolist():
        sign = -1.0 if is_chosen[action] else 1.0
        left = spare + sign * gain[action]
        steps = [{action: sign}]
        for rows, some in partners[sign]:
            if rows <= {row for row, _ in ledger.entries[action]}:
                fits = some[left - sign * gain[some] >= 0][:MOST_TRIES].tolist()
                tried = ({action: sign, one: -sign} for one in fits)
                steps += itertools.islice((s for s in tried if not ledger.broken_by(s)), 1)
        costs = [sum(cost[one] * much for one, much in step.items()) for step in steps]
        if ledger.broken_by(steps[0]):
            costs[0] = math.inf
        yield action, base + float(min(costs))


def _by_hindrance(
    ledger: Ledger, actions: NDArray[np.intp], amount: float
) -> list[tuple[frozenset[int], NDArray[np.intp]]]:
    """Sort actions by the rows that stand in their way; only what moves these can help."""
    groups: dict[frozenset[int], list[int]] = {}
    for one in actions.tolist():
        groups.setdefault(frozenset(ledger.broken_by({one: amount})), []).append(one)
    return [(rows, np.array(some)) for rows, some in groups.items()]


def _least_costs(problem: Problem, turned: Numbers, most: float, effort: Effort) -> Numbers:
    """Bound from below what any plan costs that makes the other choice; NaN where there is none."""
    began, session = time.monotonic(), Session(problem.model())
    session.solve()
    base, moves = session.least, turned - session.values  # noqa: PD011  a programme, not a frame
    least = base + np.maximum(0.0, session.reduced_costs * moves)
    lower, upper = problem.column("lower"), problem.column("upper")
    least[(turned < lower) | (turned > upper)] = np.inf
    order = np.argsort(least, kind="stable")
    for action in order[least[order] <= most][:MOST_SOLVES].tolist():
        if effort.after(time.monotonic() - began).seconds == 0:
            break
        session.hold(action, float(turned[action]))
        if session.solve().status in {"optimal", "infeasible"}:
            least[action] = max(least[action], session.least)
        session.release(action)
    return least


def _solve_each(
    problem: Problem, turned: Numbers, least: Numbers, known: Numbers, effort: Effort
) -> None:
    """Sharpen what is known of each choice from both sides, by the whole problem with it."""
    began = time.monotonic()
    for action in np.flatnonzero(np.isfinite(least)).tolist():
        left = effort.after(time.monotonic() - began)
        if left.seconds == 0:
            return
        held = problem.actions.copy()
        held.loc[action, ["lower", "upper"]] = turned[action]
        plan = cheapest(replace(problem, actions=held), left)
        if isinstance(plan, NoPlan):
            least[action] = math.inf if plan.status == "infeasible" else least[action]
        else:
            least[action] = max(least[action], plan.bound)
            known[action] = min(known[action], plan.cost)
