"""Ways out of a clash: which conditions give way, by how much, and the plan that comes of it.

A way out is not a guess. Its bounds are said in round figures, and the problem is solved with
exactly these.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from landrenew.base.errors import PlanError
from landrenew.base.words import some
from landrenew.plan.program.elastic import (
    MILLION,
    core,
    elastic,
    most_land,
    place_of,
    scale_of,
)
from landrenew.plan.program.loosening import (
    Loosening,
    exact_part,
    loosened,
    with_freed,
    with_loosened,
)
from landrenew.plan.program.solve import Plan, cheapest, highest_share, solve
from landrenew.plan.program.wishes import EXACT

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from landrenew.plan.program.clash import Clash
    from landrenew.plan.program.model import Effort
    from landrenew.plan.program.problem import Problem
    from landrenew.plan.program.wishes import Clusters

    Numbers = NDArray[np.float64]

MOST_ROUNDS = 4
"""How often the best combination is sought anew with the land that its plan leaves."""

SAME = 1e-6
"""Prices are the same when they differ by less: a millionth of what a condition asks for."""

GRAINS = 100
"""Sizes of clusters are tried in hundredths of a mu."""


@dataclass(frozen=True, eq=False)
class WayOut:
    """
    Conditions that give way, and the plan that comes of it.

    Parameters
    ----------
    loosened
        What gives way, in the order of the problem.
    price
        Sum of what each gives way, as a share of its own size, times the weight the planner gave.
    plan
        The cheapest plan under the loosened conditions, or the best one found in the time.
    is_least
        Whether it is proven that, but for the rounding and the gap, these conditions cannot mend
        the problem at a lower price.
    """

    loosened: tuple[Loosening, ...]
    price: float
    plan: Plan
    is_least: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the conditions that give way."""
        return tuple(one.name for one in self.loosened)


def ways_out(
    problem: Problem,
    found: Clash,
    effort: Effort,
    *,
    yields: Mapping[str, float] | None = None,
) -> tuple[WayOut, ...]:
    """
    Find ways out of a clash: the best combination, and each condition that can mend it alone.

    Parameters
    ----------
    problem
        The problem.
    found
        Its clash. Only a condition that belongs to it can mend the problem alone.
    effort
        Gap of each solve, and time for all of them.
    yields
        How hard it is for a condition to give way, by name: above 0, infinite where it never does;
        1 for those not named.

    Returns
    -------
    tuple of WayOut
        The cheapest first, none twice; none at all where what may give way mends nothing. Each is
        feasible: its plan holds the loosened conditions. A way out that the time did not suffice
        for is left out.

    Raises
    ------
    PlanError
        When a weight is no positive number or its condition is not there, or the time did not
        suffice for any way out.

    Notes
    -----
    The price of a combination is the sum of ``weight * loosening / size``, see
    :func:`~landrenew.plan.program.elastic.size_of` and, for the programme that makes it small,
    :func:`~landrenew.plan.program.elastic.elastic`. Of a share ``I / T`` that lacks ``s`` mu the
    loosening is ``s / T`` with the land ``T`` that the plan leaves, which is no linear sum: it is
    taken with the most land there can be, which gives a bound that no combination can beat, and
    then with the land that the last plan leaves. Where the bound is not met, ``is_least`` is False.
    The best share that one target can reach is exact, by
    :func:`~landrenew.plan.program.solve.highest_share`.
    """
    asked = _Search(problem, effort, _weights(problem, yields or {}))
    best = asked.combination()
    alone = [asked.alone(name) for name in found.names if not _is_done(best, name)]
    ways = [one for one in (best, *alone) if one is not None]
    if not ways and asked.is_undecided:
        raise PlanError(
            "规定时间内未找到可行的出路；请延长求解时间。",
            "No way out was found in time. Allow more time.",
        )
    cheapest_by_names: dict[tuple[str, ...], WayOut] = {}
    for one in sorted(ways, key=lambda one: (one.price, not one.is_least)):
        cheapest_by_names.setdefault(one.names, one)
    kept = tuple(cheapest_by_names.values())
    # Rounding may make a single condition the cheaper way; the combination is then none to take.
    return tuple(one for one in kept if one is kept[0] or len(one.loosened) == 1)


def _is_done(best: WayOut | None, name: str) -> bool:
    return best is not None and best.is_least and best.names == (name,)


def _weights(problem: Problem, yields: Mapping[str, float]) -> dict[str, float]:
    """Give the weight of each condition that may give way."""
    unknown = [name for name in yields if name not in problem.names]
    if unknown:
        raise PlanError(
            f"没有名为 {some(unknown)} 的条件，无法设定其让步权重；请核对名称。",
            f"There is no condition named {some(unknown)} to weigh. Check the names.",
        )
    wrong = [name for name, weight in yields.items() if not weight > 0]
    if wrong:
        raise PlanError(
            f"{some(wrong)} 的让步权重须大于 0；绝不让步的请填 inf。",
            f"The weight of {some(wrong)} must be above 0; write inf for what never gives way.",
        )
    weights = {name: yields.get(name, 1.0) for name in problem.names}
    return {name: weight for name, weight in weights.items() if weight < math.inf}


@dataclass(frozen=True, eq=False)
class _Found:
    """Amounts that miss conditions by little, and whether it is proven that none miss less."""

    amounts: Numbers
    worth: float
    is_least: bool
    clusters: tuple[Loosening, ...] = ()


@dataclass(eq=False)
class _Search:
    """What may give way, and what is left of the time."""

    problem: Problem
    effort: Effort
    weights: dict[str, float]
    is_undecided: bool = False
    began: float = field(default_factory=time.monotonic)

    @property
    def left(self) -> Effort:
        return self.effort.after(time.monotonic() - self.began)

    def combination(self) -> WayOut | None:
        """Let all give way that may; the clusters only where nothing else helps."""
        found = self._least(self.problem, self.weights.keys())
        clusters = self.problem.clusters
        if found is None and clusters is not None and clusters.name in self.weights:
            free = self.problem.without({clusters.name})
            found = self._least(free, self.weights.keys())
            if found is not None:
                mended = with_loosened(self.problem, self._rounded(found.amounts))
                found = self._with_smaller_clusters(mended, clusters)
        return self._way(found)

    def alone(self, name: str) -> WayOut | None:
        """Let one condition give way."""
        if name not in self.weights:
            return None
        place, clusters = place_of(self.problem, name), self.problem.clusters
        if clusters is not None and name == clusters.name:
            return self._way(self._with_smaller_clusters(self.problem, clusters))
        if place is None:
            return self._way(self._least(self.problem, {name}))
        plan = highest_share(self.problem.without({name}), self.left, place=place)
        self.is_undecided |= plan.status == "stopped"
        if not isinstance(plan, Plan):
            return None
        return self._way(_Found(plan.amounts, 0.0, plan.status == "optimal"))

    def _least(self, problem: Problem, names: Collection[str]) -> _Found | None:
        """Let conditions give way as little as may be; see the notes of :func:`ways_out`."""
        land = {place: most_land(problem, place) for place in problem.places}
        best: _Found | None = None
        floor = -math.inf
        for _ in range(MOST_ROUNDS):
            found = self._solved(problem, self._prices(problem, names, land))
            if found is None:
                break
            amounts, bound = found
            floor = bound if best is None else floor
            worth = self._worth(problem, amounts)
            if best is not None and worth >= best.worth * (1 - EXACT):
                break
            best = _Found(amounts, worth, worth <= floor + self._tolerance(worth))
            if best.is_least:
                break
            land = {place: problem.land_after(amounts, place)[1] for place in problem.places}
        return best

    def _tolerance(self, worth: float) -> float:
        return max(self.effort.gap * worth, SAME)

    def _prices(
        self, problem: Problem, names: Collection[str], land: Mapping[str, float]
    ) -> dict[str, float]:
        price = {}
        for one in problem.conditions:
            if one.name in names:
                place = place_of(problem, one.name)
                there = None if place is None else land[place]
                price[one.name] = self.weights[one.name] / scale_of(problem, one, there)
        return price

    def _solved(self, problem: Problem, price: Mapping[str, float]) -> tuple[Numbers, float] | None:
        """Solve the elastic programme; give the amounts, and a bound of what they miss."""
        clusters = () if problem.clusters is None else (problem.clusters.name,)
        loose, objective = elastic(problem.without(clusters), price)
        in_parts = solve(loose.relaxed(), self.left, objective=objective)
        if in_parts.status == "infeasible":
            return None
        count = len(problem.actions)
        if in_parts.status == "optimal" and not clusters:
            least = in_parts.objective / MILLION
            answer = solve(core(loose, objective, in_parts), self.left, objective=objective)
            if answer.has_plan and answer.objective / MILLION <= least + self._tolerance(least):
                return answer.values[:count], least
        loose, objective = elastic(problem, price)
        answer = solve(loose, self.left, objective=objective)
        self.is_undecided |= answer.status not in {"optimal", "infeasible"}
        return (answer.values[:count], answer.bound / MILLION) if answer.has_plan else None

    def _worth(self, problem: Problem, amounts: Numbers) -> float:
        return math.fsum(
            self.weights[one.name] * exact_part(problem, one, amounts)
            for one in problem.conditions
            if one.name in self.weights
        )

    def _with_smaller_clusters(self, problem: Problem, clusters: Clusters) -> _Found | None:
        """Halve the span of sizes down to 0.01 mu: smaller clusters are never harder to keep."""
        amounts, is_least = None, True
        low, high = -1, math.ceil(clusters.least_mu * GRAINS)
        while high - low > 1:
            middle = (low + high) // 2
            tried = replace(problem, clusters=replace(clusters, least_mu=middle / GRAINS))
            answer = solve(tried, self.left, objective=np.zeros(len(problem.actions)))
            is_least &= answer.has_plan or answer.status == "infeasible"
            if answer.has_plan:
                amounts, low = answer.values, middle
            else:
                high = middle
        self.is_undecided |= not is_least
        if amounts is None:
            return None
        size = clusters.least_mu
        smaller = Loosening(
            clusters.name, clusters.label, "mu", size, low / GRAINS, size, is_least=True
        )
        return _Found(amounts, 0.0, is_least, (smaller,))

    def _rounded(self, amounts: Numbers) -> tuple[Loosening, ...]:
        problem = self.problem
        each = (loosened(problem, one, amounts) for one in problem.conditions)
        return tuple(one for one in each if one is not None)

    def _way(self, found: _Found | None) -> WayOut | None:
        """Solve the problem again with the bounds as they are said."""
        if found is None:
            return None
        loosenings = (*self._rounded(found.amounts), *found.clusters)
        mended = with_loosened(self.problem, loosenings)
        plan = cheapest(mended, self.left, start=found.amounts)
        if not isinstance(plan, Plan):
            if not all(one.is_held(found.amounts) for one in mended.conditions):
                return None
            plan = Plan(mended, found.amounts, "stopped", -math.inf, plan.seconds)
        price = math.fsum(self.weights[one.name] * one.part for one in loosenings)
        freed = tuple(with_freed(self.problem, one, plan.amounts) for one in loosenings)
        return WayOut(freed, price, plan, found.is_least)
