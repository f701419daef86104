"""Other plans that are about as good, and what each plot's other choice costs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import (
    all_plans,
    building,
    clearing,
    cost_of,
    holds,
    must_of,
    never_of,
    problem_of,
    problems,
)

from landrenew.plan.program import choices
from landrenew.plan.program.choices import alternatives, dearest, roles
from landrenew.plan.program.model import Effort
from landrenew.plan.program.solve import Plan, cheapest

if TYPE_CHECKING:
    import pandas as pd

    from landrenew.plan.program.problem import Problem

BEST = Effort()


def planned(problem: Problem) -> Plan:
    plan = cheapest(problem, BEST)
    assert isinstance(plan, Plan)
    return plan


def three_plots() -> Problem:
    """60 of 100 mu inside, 75 % asked for: 20 mu must go; A costs 20, B 21, C 50."""
    plots = [clearing("A", 20, 20), clearing("B", 20, 21), clearing("C", 20, 50)]
    return problem_of(plots, inside=60, outside=60, target=0.6)


def roles_of(problem: Problem, within: float, **more: object) -> pd.DataFrame:
    return roles(problem, planned(problem), BEST, within=within, **more)


def test_the_other_plan_takes_the_plot_that_costs_hardly_more() -> None:
    problem = three_plots()
    plan = planned(problem)
    others = alternatives(problem, plan, BEST, within=0.1, count=3)
    assert [one.amounts.tolist() for one in others] == [[0, 1, 0]]
    assert others[0].bound == plan.bound
    every = alternatives(problem, plan, BEST, within=2.0, count=5)
    assert {tuple(one.amounts) for one in every} >= {(0, 1, 0), (0, 0, 1)}


def test_no_plan_is_called_another_that_differs_by_hardly_any_land() -> None:
    plots = [clearing("A", 100, 1), clearing("B", 0.4, 1), clearing("C", 0.4, 1)]
    problem = problem_of(plots, inside=60, outside=140, target=60 / 99.6)
    assert planned(problem).amounts[0] == 1
    assert alternatives(problem, planned(problem), BEST, within=0.5, count=3) == ()


def test_a_plan_that_does_nothing_has_no_others() -> None:
    problem = problem_of([clearing("A", 10, 10)], inside=60, outside=40, target=0.5)
    assert alternatives(problem, planned(problem), BEST, within=0.5, count=3) == ()


@pytest.mark.parametrize("is_exact", [False, True])
def test_what_replaces_a_plot_says_what_leaving_it_out_costs(*, is_exact: bool) -> None:
    found = roles_of(three_plots(), 0.1, is_exact=is_exact)
    assert found["role"].tolist() == ["optional", "optional", "never"]
    assert found["is_proven"].tolist() == [True, True, True]
    assert found["price_low_cny10k"].tolist() == pytest.approx([1, 1, 30])
    assert found["price_high_cny10k"].tolist() == pytest.approx([1, 1, 30])


def test_a_plot_without_which_the_target_is_dear_is_a_must() -> None:
    plots = [clearing("A", 20, 10), clearing("B", 10, 40), clearing("C", 10, 40)]
    problem = problem_of(plots, inside=60, outside=60, target=0.6)
    found = roles_of(problem, 0.5)
    assert found["role"].tolist() == ["must", "never", "never"]
    in_part = 35  # with half of A
    assert found["price_low_cny10k"].tolist() == pytest.approx([70, in_part, in_part])
    assert found["price_high_cny10k"].tolist() == pytest.approx([math.inf, 40, 40])
    exact = roles_of(problem, 0.5, is_exact=True)
    for end in ("low", "high"):
        assert exact[f"price_{end}_cny10k"].tolist() == pytest.approx([70, 40, 40])


def test_a_locked_plot_has_no_other_choice_at_any_price() -> None:
    problem = three_plots()
    locked = problem.with_(must_of(problem, {"A"}), never_of(problem, {"B"}))
    found = roles_of(locked, 9.0)
    assert found["role"].tolist() == ["must", "never", "optional"]
    assert found["price_low_cny10k"].tolist()[:2] == [math.inf, math.inf]
    forced = replace(problem, actions=problem.actions.assign(lower=[1.0, 0, 0], upper=[1.0, 0, 1]))
    assert roles_of(forced, 9.0)["role"].tolist() == ["must", "never", "optional"]


def test_what_has_no_end_cannot_be_taken_whole_and_has_no_price() -> None:
    site = {**building("S", 1, 90, 1), "upper": math.inf, "is_whole": False}
    problem = problem_of([clearing("A", 40, 1), site], inside=60, outside=40, target=0.8)
    found = roles_of(problem, 0.1)
    assert found["role"].tolist() == ["must", "optional"]
    assert found["price_low_cny10k"].isna().tolist() == [False, True]


def test_a_plan_that_breaks_a_condition_proves_nothing() -> None:
    problem = three_plots()
    plan = planned(problem)
    wrong = replace(plan, amounts=np.zeros(3))
    found = roles(problem, plan, BEST, within=0.0, others=[wrong])
    assert found["price_high_cny10k"].tolist() == pytest.approx([1, 1, 30])


@settings(max_examples=30)
@given(problems(most_plots=6), st.sampled_from([0.02, 0.1, 0.5]))
def test_other_plans_hold_cost_hardly_more_and_differ(problem: Problem, within: float) -> None:
    plan = cheapest(problem, BEST)
    if not isinstance(plan, Plan):
        return
    others = alternatives(problem, plan, BEST, within=within, count=2)
    land = abs(problem.column("total_mu"))
    everyone = [plan, *others]
    for i, one in enumerate(others, start=1):
        assert holds(problem, one.amounts)
        assert one.cost <= dearest(plan, within) + 1e-6
        assert one.cost >= plan.cost - 1e-6
        for before in everyone[:i]:
            assert land @ abs(one.amounts - before.amounts) >= 0.01 * land @ plan.amounts - 1e-9
    if others:
        shared = land * plan.chosen
        least = min(
            shared @ one
            for one in all_plans(problem)
            if cost_of(problem, one) <= dearest(plan, within)
        )
        assert shared @ others[0].amounts <= least + 0.01 * (land @ plan.amounts)


@settings(max_examples=40)
@given(problems(most_plots=6), st.sampled_from([0.02, 0.1, 0.5]), st.sampled_from("erx"))
def test_roles_and_prices_are_what_trying_all_plans_says(
    problem: Problem, within: float, mode: str
) -> None:
    is_exact, is_rough = mode == "x", mode == "r"
    plan = cheapest(problem, Effort(gap=0.3) if is_rough else BEST)
    if not isinstance(plan, Plan):
        return
    others = alternatives(problem, plan, BEST, within=within, count=2)
    found = roles(problem, plan, BEST, within=within, others=others, is_exact=is_exact)
    every = all_plans(problem)
    best, most = min(cost_of(problem, one) for one in every), dearest(plan, within)
    for action, row in enumerate(found.itertuples()):
        is_taken = plan.amounts[action] > 0
        turned = [
            cost_of(problem, one)
            for one in every
            if (one[action] == 0 if is_taken else one[action] == 1)
        ]
        price = min(turned, default=math.inf) - best
        assert row.price_low_cny10k - 1e-6 <= price <= row.price_high_cny10k + 1e-6
        is_closed = not any(cost <= most + 1e-9 for cost in turned)
        word = ("must" if is_taken else "never") if is_closed else "optional"
        if row.role != "optional" or (is_exact):
            assert row.role == word
        if row.is_proven:
            assert row.role == word
        if is_exact:
            assert row.is_proven
            assert row.price_low_cny10k == pytest.approx(price, abs=1e-6)
            assert row.price_high_cny10k == pytest.approx(price, abs=1e-6)


@given(problems(most_plots=5))
def test_without_a_solve_of_its_own_a_price_is_weaker_and_still_true(problem: Problem) -> None:
    plan = cheapest(problem, BEST)
    if not isinstance(plan, Plan):
        return
    solved = roles(problem, plan, BEST, within=0.5)["price_low_cny10k"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choices, "MOST_SOLVES", 0)
        unsolved = roles(problem, plan, BEST, within=0.5)["price_low_cny10k"]
    assert (unsolved <= solved + 1e-6).all()
