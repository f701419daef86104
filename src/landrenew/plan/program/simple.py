"""The two plans that people make by hand, under the same conditions as the computed one.

Both go down a list of plots and take each whole, until the targets hold: the worst first, or the
cheapest per mu gained first. They are the measure of what computing is worth, so they are made as
a careful official would: nothing is taken that breaks a condition past mending, a village that
loses income is paid at once, and building comes only where clearing does not suffice.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landrenew.base.errors import PlanError
from landrenew.base.words import Text, listing
from landrenew.plan.program.ledger import Ledger
from landrenew.plan.program.problem import BUILD, CLEAR, KEEP, MUST, PAY, TARGET
from landrenew.plan.program.wishes import EXACT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from landrenew.plan.program.ledger import Step
    from landrenew.plan.program.problem import Problem
    from landrenew.plan.program.solve import Numbers, Plan


@dataclass(frozen=True, eq=False)
class SimplePlan:
    """
    A plan made by going down a list.

    Parameters
    ----------
    problem
        What was asked.
    amounts
        Shape (n,): how much of each action is done.
    missed
        Names of the conditions that do not hold; empty when all do.
    held_back_by
        Where something is missed: names of the conditions because of which something that would
        have helped was passed over, the most frequent first; else empty.
    is_blind_to_clusters
        Whether the problem asks for clusters, which a list does not see.
    """

    problem: Problem
    amounts: Numbers
    missed: tuple[str, ...]
    held_back_by: tuple[str, ...]
    is_blind_to_clusters: bool

    @property
    def holds(self) -> bool:
        """Whether every condition holds, clusters apart."""
        return not self.missed

    @property
    def cost(self) -> float:
        """What it costs [10,000 CNY], an exact sum."""
        return self.problem.cost(self.amounts)

    @property
    def share(self) -> float:
        """Share inside the control line afterwards [0-1]."""
        return self.problem.share(self.amounts)


@dataclass(frozen=True)
class Excess:
    """
    How much dearer a simple plan is than a computed one.

    Parameters
    ----------
    over_plan_cny10k, over_plan_share
        Dearer than the plan [10,000 CNY], and as a share of the plan's cost; negative when
        cheaper, infinite as a share of nothing.
    over_bound_cny10k, over_bound_share
        The same against the cost that no plan is below: the most that could still be saved.
    is_as_good
        Whether the simple plan holds, and is dearer than the plan by no more than the plan itself
        may be too dear.
    said
        The same as a sentence.
    """

    over_plan_cny10k: float
    over_plan_share: float
    over_bound_cny10k: float
    over_bound_share: float
    is_as_good: bool
    said: Text


def worst_first(problem: Problem, badness: Numbers) -> SimplePlan:
    """
    Clear the worst plots first, until the targets hold.

    Parameters
    ----------
    problem
        The problem; its clusters are not looked at.
    badness
        Shape (n,): how bad each action's plot is, the more the worse; NaN: not known, goes last.
        Among equals the cheaper one goes first, then the one that stands first.

    Returns
    -------
    SimplePlan
        The plan, whether or not it reaches the targets.

    Raises
    ------
    PlanError
        When there is not one figure for each action.
    """
    if np.shape(badness) != (len(problem.actions),):
        found, asked = np.shape(badness), len(problem.actions)
        raise PlanError(
            f"劣差程度应为每项行动一个数（{asked} 个），实际为 {found}。",
            f"Badness needs one figure for each of {asked} actions; its shape is {found}.",
        )
    order = np.lexsort(
        (problem.column("cost_cny10k"), np.where(np.isnan(badness), np.inf, -badness))
    )
    return _down_the_list(problem, order)


def cheapest_first(problem: Problem) -> SimplePlan:
    """
    Clear the plots first that cost least for each mu gained, until the targets hold.

    Parameters
    ----------
    problem
        The problem; its clusters are not looked at.

    Returns
    -------
    SimplePlan
        The plan, whether or not it reaches the targets.

    Notes
    -----
    Cost over gain towards the target, see :meth:`Problem.share_row`; without a target, towards the
    share as it is. What brings no gain goes last. This is the greedy rule for a knapsack: where
    the target alone decides and nothing is built, it is dearer than the best by less than the cost
    of one plot. Source: Dantzig, Discrete-Variable Extremum Problems, Operations Research 5 (1957).
    """
    gain, cost = _gain(problem), problem.column("cost_cny10k")
    price = np.full(len(gain), np.inf)
    np.divide(cost, gain, out=price, where=gain > 0)
    return _down_the_list(problem, np.argsort(price, kind="stable"))


def costs_more(simple: SimplePlan, plan: Plan) -> Excess:
    """
    Hold a simple plan against a computed one.

    Parameters
    ----------
    simple
        The simple plan.
    plan
        The computed plan of the same problem.

    Returns
    -------
    Excess
        How much dearer it is.
    """
    over_plan, over_bound = simple.cost - plan.cost, simple.cost - plan.bound
    doubt = plan.cost - plan.bound + EXACT * max(1.0, abs(plan.cost))
    is_as_good = simple.holds and over_plan <= doubt
    over_plan_share = _share_of(over_plan, plan.cost)
    return Excess(
        over_plan,
        over_plan_share,
        over_bound,
        _share_of(over_bound, plan.bound),
        is_as_good,
        _said(simple, over_plan, over_plan_share, is_as_good=is_as_good),
    )


def _share_of(excess: float, cost: float) -> float:
    if cost != 0:
        return excess / abs(cost)
    return math.copysign(math.inf, excess) if excess else 0.0


def _said(simple: SimplePlan, over: float, share: float, *, is_as_good: bool) -> Text:
    if not simple.holds:
        missed = listing(simple.problem.label(name) for name in simple.missed)
        return Text(
            f"简单方案费用 {simple.cost:,.0f} 万元，但不满足：{missed.zh}。",
            f"The simple plan costs {simple.cost:,.0f} CNY10k, but does not hold: {missed.en}.",
        )
    if is_as_good:
        return Text(
            "简单方案与计算方案一样好（差别不超过已证明的误差）。",
            "The simple plan is as good as the computed one, within what is proven.",
        )
    return Text(
        f"简单方案多花 {over:,.0f} 万元（{share:.1%}）。",
        f"The simple plan costs {over:,.0f} CNY10k more ({share:.1%}).",
    )


def _gain(problem: Problem) -> Numbers:
    target = problem.condition(TARGET)
    if target is not None:
        return target.weights
    return problem.share_row(problem.share(np.zeros(len(problem.actions))))[0]


def _down_the_list(problem: Problem, order: NDArray[np.intp]) -> SimplePlan:
    walk = _Walk(problem)
    walk.mend(walk.levels)
    walk.mend(walk.pays)
    is_plot = problem.is_kind(CLEAR)
    first = _is_locked_in(problem)
    for some in (order[first[order]], order[~first[order]]):
        walk.clear(some[is_plot[some]].tolist())
    walk.mend(walk.builds)
    walk.mend(walk.pays)
    amounts = walk.ledger.amounts
    missed = problem.missed(amounts)
    return SimplePlan(
        problem, amounts, missed, walk.held_back_by() if missed else (),
        is_blind_to_clusters=problem.clusters is not None,
    )  # fmt: skip


def _is_locked_in(problem: Problem) -> NDArray[np.bool_]:
    locked = problem.condition(MUST)
    if locked is None:
        return np.zeros(len(problem.actions), dtype=bool)
    return np.asarray(locked.weights > 0)


class _Walk:
    """The walk down a list: what is done so far, and what stood in the way."""

    def __init__(self, problem: Problem) -> None:
        self.ledger = Ledger(problem)
        self._names = [one.name for one in problem.conditions]
        self._costs: list[float] = problem.column("cost_cny10k").tolist()
        self._is_whole: list[bool] = problem.actions["is_whole"].tolist()
        self.builds, self.pays, self.levels = (
            self._levers(np.flatnonzero(problem.is_kind(kind)).tolist())
            for kind in (BUILD, PAY, KEEP)
        )
        self._by_building = {
            side: math.fsum(self.ledger.room[one] * abs(weight) for one, weight in levers)
            for side, levers in self.builds.items()
        }
        self._blocks = Counter[int]()

    def _levers(self, actions: Iterable[int]) -> dict[tuple[int, bool], list[tuple[int, float]]]:
        """List what moves each row up, and down, the cheapest for each unit moved first."""
        levers: dict[tuple[int, bool], list[tuple[int, float]]] = {}
        for one in actions:
            for row, weight in self.ledger.entries[one] if self.ledger.room[one] > 0 else ():
                levers.setdefault((row, weight > 0), []).append((one, weight))
        for some in levers.values():
            some.sort(key=lambda pair: self._costs[pair[0]] / abs(pair[1]))
        return levers

    def clear(self, plots: Iterable[int]) -> None:
        """Take plots whole, in their order, until all rows hold."""
        ledger = self.ledger
        for plot in plots:
            if not ledger.short:
                return
            if ledger.room[plot] <= 0 or not ledger.helps(plot):
                continue
            step = self._with_pay({plot: ledger.room[plot]})
            broken = ledger.broken_by(step, self._by_building)
            self._blocks.update(broken)
            if not broken:
                ledger.do(step)

    def _with_pay(self, step: Step) -> Step:
        """Add what villages must be paid so that their rows hold after a step."""
        if not self.pays:
            return step
        for row, change in self.ledger.changes(step).items():
            levers = self.pays.get((row, change < 0), ())
            lacking = self.ledger.lack(row, change) if levers else 0.0
            for pay, weight in levers if lacking > 0 else ():
                more = min(lacking / abs(weight), self.ledger.room[pay])
                step[pay] = step.get(pay, 0.0) + more
                lacking -= more * abs(weight)
        return step

    def mend(self, levers: dict[tuple[int, bool], list[tuple[int, float]]]) -> None:
        """Use levers, the cheapest first, until the rows that they move hold."""
        for row, sign in sorted(self.ledger.short.items()):
            for lever, weight in levers.get((row, sign > 0), ()):
                lacking = self.ledger.lack(row)
                if lacking <= 0:
                    break
                self._use(lever, lacking / abs(weight))

    def _use(self, lever: int, asked: float) -> None:
        limit, tightest = self.ledger.most(lever)
        more = min(asked, self.ledger.room[lever])
        if limit < more and tightest is not None:
            self._blocks[tightest] += 1
            more = limit
        if self._is_whole[lever]:
            whole = math.ceil(more - EXACT)
            more = whole if whole <= min(limit, self.ledger.room[lever]) + EXACT else whole - 1
        if more > 0:
            self.ledger.do({lever: float(more)})

    def held_back_by(self) -> tuple[str, ...]:
        """Name the conditions that stood in the way, the most frequent first."""
        rows = [row for row, _ in self._blocks.most_common()]
        return tuple(self._names[row] for row in rows if row < len(self._names))
