"""The path to the target: identities, and every answer against trying all plans."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from problems import (
    all_plans,
    budget_of,
    building,
    clearing,
    cost_of,
    holds,
    problem_of,
    problems,
)

from landrenew.assess.share.summary import gap_m2
from landrenew.base.errors import PlanError
from landrenew.plan.program.model import Effort
from landrenew.plan.program.solve import NoPlan, Plan, carried_over, cheapest, highest_share, solve

if TYPE_CHECKING:
    from landrenew.plan.program.problem import Problem

BEST = Effort()


def test_clearing_alone_takes_what_the_share_says_is_lacking() -> None:
    """60 of 100 mu inside and 80 % asked for: 25 mu go, or 100 mu come."""
    retire, build = gap_m2(60.0, 100.0, 0.8)
    part = {"is_whole": False}
    cleared = cheapest(
        problem_of([clearing("P", 40, 80, **part)], inside=60, outside=40, target=0.8), BEST
    )
    site = {**building("S", 1, 1, 200), **part}
    built = cheapest(problem_of([site], inside=60, outside=40, target=0.8), BEST)
    assert isinstance(cleared, Plan)
    assert isinstance(built, Plan)
    assert cleared.amounts[0] * 40 == pytest.approx(retire, rel=1e-9)
    assert built.amounts[0] == pytest.approx(build, rel=1e-9)
    assert cleared.share == pytest.approx(0.8, rel=1e-9)
    assert built.share == pytest.approx(0.8, rel=1e-9)


def test_a_mix_of_both_levers_reaches_the_target_and_no_more() -> None:
    plots = [clearing("P", 10, 10, is_whole=False), {**building("S", 1, 5, 200), "is_whole": False}]
    plan = cheapest(problem_of(plots, inside=60, outside=40, target=0.8), BEST)
    assert isinstance(plan, Plan)
    inside, total = plan.problem.land_after(plan.amounts)
    assert plan.amounts[0] == 1
    assert inside / total == pytest.approx(0.8, rel=1e-9)
    assert inside == pytest.approx(60 + plan.amounts[1], rel=1e-12)


@settings(max_examples=150)
@given(problems())
def test_no_plan_that_holds_is_cheaper(problem: Problem) -> None:
    plan, every = cheapest(problem, BEST), all_plans(problem)
    if not every:
        assert isinstance(plan, NoPlan)
        assert plan.status == "infeasible"
        return
    assert isinstance(plan, Plan)
    assert holds(problem, plan.amounts)
    assert plan.cost == pytest.approx(min(cost_of(problem, one) for one in every), abs=1e-7)
    assert plan.gap == pytest.approx(0, abs=1e-9)


@settings(max_examples=150)
@given(problems())
def test_no_plan_that_holds_reaches_a_higher_share(problem: Problem) -> None:
    free = problem.without({"target"})
    plan = highest_share(problem, BEST)
    shares = [one for amounts in all_plans(free) if not math.isnan(one := free.share(amounts))]
    if not shares:
        assert isinstance(plan, NoPlan)
        return
    assert isinstance(plan, Plan)
    assert holds(free, plan.amounts)
    assert plan.share == pytest.approx(max(shares), abs=1e-9)
    assert plan.share <= plan.bound + 1e-9


@given(problems(with_all=False))
def test_more_budget_never_lowers_the_share(problem: Problem) -> None:
    most = problem.column("cost_cny10k") @ problem.column("upper")
    shares = []
    for part in np.linspace(0, 1, 6):
        plan = highest_share(problem.with_(budget_of(problem, most * part)), BEST)
        assert isinstance(plan, Plan)
        shares.append(plan.share)
    assert all(later >= one - 1e-9 for one, later in pairwise(shares))


@given(problems())
def test_dropping_a_condition_never_raises_the_cost(problem: Problem) -> None:
    plan = cheapest(problem, BEST)
    if isinstance(plan, NoPlan):
        return
    for name in problem.names:
        freer = cheapest(problem.without({name}), BEST)
        assert isinstance(freer, Plan)
        assert freer.cost <= plan.cost + 1e-7


def test_nothing_is_read_from_a_solve_without_an_answer() -> None:
    problem = problem_of([clearing("P", 10, 10)], inside=10, outside=90, target=0.9)
    answer = solve(problem, BEST)
    assert answer.status == "infeasible"
    for name in ("values", "objective", "prices"):
        with pytest.raises(PlanError, match="infeasible"):
            getattr(answer, name)


def test_an_unbounded_wish_is_said_and_read_from_no_more() -> None:
    site = {**building("S", 1, -1, 1), "upper": math.inf, "is_whole": False}
    plan = cheapest(problem_of([site], inside=60, outside=40, target=0.8), BEST)
    assert isinstance(plan, NoPlan)
    assert plan.status == "unbounded"


@settings(max_examples=100)
@given(problems(), problems())
def test_a_plan_is_carried_over_where_it_holds_and_only_there(
    problem: Problem, other: Problem
) -> None:
    plan = cheapest(problem, BEST)
    if isinstance(plan, NoPlan):
        return
    looser = problem.without({"budget"})
    assert np.array_equal(carried_over(plan, looser), plan.amounts)
    if (amounts := carried_over(plan, other)) is not None:
        assert holds(other, amounts)


def test_of_plans_as_good_the_one_before_stays() -> None:
    plots = [clearing("P0", 10, 10), clearing("P1", 10, 10), clearing("P2", 10, 10.05)]
    problem = problem_of(plots, inside=60, outside=30, target=0.75)
    near = Effort(gap=0.01)
    first = cheapest(problem, near)
    assert isinstance(first, Plan)
    for before in np.eye(3):
        plan = cheapest(problem, near, start=before)
        assert isinstance(plan, Plan)
        assert np.array_equal(plan.amounts, before)
        assert plan.gap <= near.gap
    exact = cheapest(problem, BEST, start=np.eye(3)[2])
    assert isinstance(exact, Plan)
    assert exact.cost == 10
