"""Phases by year: nested, whole, within each year's limits, and in the best order."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import building, clearing, problem_of, problems

from landrenew.base.errors import PlanError
from landrenew.plan.program.model import Effort
from landrenew.plan.program.phases import NoPhases, Phases, Year, phase_problem, phases
from landrenew.plan.program.solve import Plan, cheapest

if TYPE_CHECKING:
    from landrenew.plan.program.problem import Problem

BEST = Effort()


def three_plots() -> Plan:
    """All three plots go: A is 10 mu for 10, B 15 mu for 30, C 15 mu for 45."""
    plots = [clearing("A", 10, 10), clearing("B", 15, 30), clearing("C", 15, 45)]
    return planned(problem_of(plots, inside=60, outside=40, target=1.0))


def planned(problem: Problem) -> Plan:
    plan = cheapest(problem, BEST)
    assert isinstance(plan, Plan)
    return plan


def found(plan: Plan, *years: Year) -> Phases:
    result = phases(plan, years, BEST)
    assert isinstance(result, Phases)
    return result


def test_without_limits_all_is_done_in_the_first_year() -> None:
    result = found(three_plots(), Year(2026), Year(2027))
    assert result.amounts.tolist() == [[1, 0], [1, 0], [1, 0]]
    assert result.earliness_mu_years == pytest.approx(40)


def test_a_budget_takes_first_what_gains_most_within_it() -> None:
    """45 a year: A and B gain 25 mu for 40, C alone only 15 for 45."""
    result = found(three_plots(), Year(2026, budget_cny10k=45), Year(2027, budget_cny10k=45))
    assert result.amounts.tolist() == [[1, 0], [1, 0], [0, 1]]
    assert result.table["cost_cny10k"].tolist() == [40, 45]
    assert result.table["cleared_mu"].tolist() == [25, 15]
    assert result.table["control_share"].tolist() == pytest.approx([60 / 75, 1])
    assert result.done_by(2025).tolist() == [0, 0, 0]
    assert result.done_by(2027).tolist() == [1, 1, 1]


def test_each_year_clears_its_least() -> None:
    result = found(three_plots(), Year(2026), Year(2028, least_cleared_mu=5))
    assert result.amounts.tolist() == [[0, 1], [1, 0], [1, 0]]
    assert result.earliness_mu_years == pytest.approx(60)


def test_a_share_is_reached_by_its_year() -> None:
    """60 of 85 mu by 2026 takes 15 mu; the budget leaves room for B, and for no more."""
    plan = three_plots()
    result = found(
        plan, Year(2026, budget_cny10k=30, least_share=60 / 85), Year(2027, budget_cny10k=60)
    )
    assert result.amounts.tolist() == [[0, 1], [1, 0], [0, 1]]


def test_of_equal_plots_the_first_goes_first() -> None:
    plots = [clearing(name, 10, 10) for name in "ABCD"]
    plan = planned(problem_of(plots, inside=60, outside=40, target=1.0))
    years = [Year(year, budget_cny10k=10) for year in range(2026, 2030)]
    assert found(plan, *years).amounts.tolist() == np.eye(4).tolist()


def test_building_may_be_spread_over_years() -> None:
    site = {**building("S", 1, 1, 900), "is_whole": False}
    plan = planned(problem_of([site], inside=60, outside=40, target=0.8))
    result = found(plan, Year(2026, budget_cny10k=70), Year(2027, budget_cny10k=70))
    assert result.amounts[0] == pytest.approx([70, 30])
    assert result.table["built_mu"].tolist() == pytest.approx([70, 30])


def test_limits_that_clash_are_given_back_as_a_problem_with_names() -> None:
    years = (Year(2026, budget_cny10k=30, least_share=0.8), Year(2027))
    result = phases(three_plots(), years, BEST)
    assert isinstance(result, NoPhases)
    assert result.status == "infeasible"
    assert result.problem.names == ("year_budget:2026", "year_share:2026")
    assert result.problem.actions["year"].tolist() == [2026, 2027] * 3


def test_a_plan_that_does_nothing_has_empty_years() -> None:
    plan = planned(problem_of([clearing("A", 10, 10)], inside=60, outside=40, target=0.5))
    assert found(plan, Year(2026), Year(2027)).amounts.tolist() == [[0, 0]]
    clash = phases(plan, (Year(2026, least_cleared_mu=1),), BEST)
    assert isinstance(clash, NoPhases)
    assert clash.status == "infeasible"


@pytest.mark.parametrize("years", [(), (2027, 2026), (2026, 2026)])
def test_years_must_rise(years: tuple[int, ...]) -> None:
    with pytest.raises(PlanError, match="must be given and rise"):
        phase_problem(three_plots(), tuple(map(Year, years)))


def orders(plan: Plan, years: tuple[Year, ...]) -> list[float]:
    """Try every order of whole actions, and give the earliness of those that keep the limits."""
    problem, chosen = plan.problem, np.flatnonzero(plan.chosen)
    gain = problem.condition("target").weights
    cost, land = problem.column("cost_cny10k"), -problem.column("total_mu")
    worths = []
    for given_to in itertools.product(range(len(years)), repeat=len(chosen)):
        done = np.zeros((len(plan.amounts), len(years)))
        done[chosen, given_to] = plan.amounts[chosen]
        shares = [problem.share(done[:, : i + 1].sum(axis=1)) for i in range(len(years))]
        cleared = (problem.actions["kind"] == "clear").to_numpy() * land
        is_kept = all(
            cost @ done[:, i] <= one.budget_cny10k + 1e-9
            and cleared @ done[:, i] >= one.least_cleared_mu - 1e-9
            and shares[i] >= one.least_share - 1e-9
            for i, one in enumerate(years)
        )
        if is_kept:
            left = [years[-1].year - one.year for one in years]
            worths.append(float(gain @ done @ left))
    return worths


@settings(max_examples=60)
@given(problems(most_plots=5, with_all=False), st.data())
def test_no_order_that_keeps_the_limits_is_earlier(problem: Problem, data: st.DataObject) -> None:
    actions = problem.actions.assign(upper=problem.actions["upper"].clip(upper=1.0))
    plan = cheapest(type(problem)(actions, problem.places, problem.conditions), BEST)
    if not isinstance(plan, Plan):
        return
    part = st.integers(4, 10)
    years = tuple(
        Year(
            year,
            budget_cny10k=plan.cost * data.draw(part) / 10 + 1,
            least_cleared_mu=float(data.draw(st.integers(0, 3))),
            least_share=plan.share * data.draw(part) / 20,
        )
        for year in (2026, 2027, 2030)
    )
    result, worths = phases(plan, years, BEST), orders(plan, years)
    if not worths:
        assert isinstance(result, NoPhases)
        assert result.status == "infeasible"
        return
    assert isinstance(result, Phases)
    assert result.earliness_mu_years == pytest.approx(max(worths), rel=1e-5, abs=1e-5)
    assert result.earliness_mu_years <= result.bound_mu_years + 1e-6
    assert (result.amounts >= 0).all()
    assert (np.count_nonzero(result.amounts, axis=1) == plan.chosen).all()
    assert result.done_by(2030) == pytest.approx(plan.amounts)
    assert math.fsum(result.table["cost_cny10k"]) == pytest.approx(plan.cost)
    assert result.table["control_share"].iloc[-1] == pytest.approx(plan.share)
