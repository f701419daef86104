"""What each target costs: closed forms, all plans tried, and the shape of the curves."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from problems import (
    all_plans,
    building,
    cap_of,
    clearing,
    cost_of,
    must_of,
    problem_of,
    problems,
)

from landrenew.base.errors import PlanError
from landrenew.plan.program.frontier import FrontierPoint, at_target, frontier, supply_curve
from landrenew.plan.program.model import Effort
from landrenew.plan.program.solve import NoPlan, highest_share

if TYPE_CHECKING:
    from landrenew.plan.program.problem import Problem

BEST = Effort()
PART = {"is_whole": False}
TARGETS = (0.45, 0.6, 0.7, 0.8, 0.9)


def land_to_clear(price: float = 3.0, target: float = 0.8) -> Problem:
    """60 of 100 mu inside; all outside can be cleared bit by bit at one price."""
    return problem_of([clearing("P", 40, 40 * price, **PART)], inside=60, outside=40, target=target)


def land_to_build(price: float = 2.0, target: float = 0.8) -> Problem:
    """60 of 100 mu inside; any land can be built on bit by bit at one price."""
    return problem_of(
        [{**building("S", 1, price, 900), **PART}], inside=60, outside=40, target=target
    )


def at(points: tuple[FrontierPoint, ...], target: float) -> FrontierPoint:
    return next(one for one in points if one.target == target)


def lp_cost(problem: Problem, target: float) -> float:
    return at(frontier(problem.relaxed(), BEST, targets=[target]), target).lp_cost


@pytest.mark.parametrize("target", [0.65, 0.7, 0.8, 0.9, 1.0])
def test_clearing_alone_costs_what_the_share_says(target: float) -> None:
    point = at(frontier(land_to_clear(3.0), BEST, targets=[target]), target)
    assert point.cost == pytest.approx(3 * (100 - 60 / target), rel=1e-9)
    assert point.lp_cost == pytest.approx(point.cost, rel=1e-9)
    assert point.cleared_price_cny10k == pytest.approx(3, rel=1e-9)
    assert point.point_price_cny10k == pytest.approx(0.01 * 3 * 60 / target**2, rel=1e-9)


@pytest.mark.parametrize("target", [0.65, 0.7, 0.8, 0.9])
def test_building_alone_costs_what_the_share_says(target: float) -> None:
    point = at(frontier(land_to_build(2.0), BEST, targets=[target]), target)
    assert point.cost == pytest.approx(2 * (100 * target - 60) / (1 - target), rel=1e-9)
    assert point.built_price_cny10k == pytest.approx(2, rel=1e-9)
    assert point.point_price_cny10k == pytest.approx(0.01 * 2 * 40 / (1 - target) ** 2, rel=1e-9)


def test_cost_is_not_convex_in_the_target() -> None:
    """From 60 to 70 % takes 14.3 mu, from 70 to 80 % but 10.7: a point gets cheaper."""
    low, middle, high = (lp_cost(land_to_clear(1.0), one) for one in (0.6, 0.7, 0.8))
    assert (low, high) == pytest.approx((0, 25))
    assert middle > (low + high) / 2 + 1


def test_the_frontier_goes_from_what_is_free_to_what_can_be_reached() -> None:
    plots = [clearing("A", 10, 0), clearing("B", 20, 40)]
    points = frontier(problem_of(plots, inside=60, outside=40, target=0.75), BEST, steps=3)
    free, most = 60 / 90, 60 / 70
    most = math.floor(most * 1e4) / 1e4
    assert [one.target for one in points] == pytest.approx([free, 0.75, (free + most) / 2, most])
    assert [one.cost for one in points] == pytest.approx([0, 40, 40, 40])
    assert 0.75 in {one.target for one in points}


def test_what_is_locked_in_is_on_the_frontier_from_the_start() -> None:
    plots = [clearing("A", 10, 7), clearing("B", 20, 40)]
    problem = problem_of(plots, inside=60, outside=40, target=0.7)
    points = frontier(problem.with_(must_of(problem, {"A"})), BEST, steps=2)
    assert points[0].target == pytest.approx(60 / 90)
    assert [one.cost for one in points] == pytest.approx([7, 47, 47])


def test_a_target_out_of_reach_has_no_plan_and_no_figure() -> None:
    problem = problem_of([clearing("A", 10, 10)], inside=60, outside=40, target=0.65)
    point = at(frontier(problem, BEST, targets=[0.9]), 0.9)
    assert isinstance(point.plan, NoPlan)
    assert math.isnan(point.cost)
    assert math.isnan(point.gap)
    assert (point.lp_cost, point.bound) == (math.inf, math.inf)
    assert math.isnan(point.cleared_price_cny10k)


def test_without_a_target_or_without_any_plan_there_is_no_frontier() -> None:
    problem = problem_of([clearing("A", 10, 10)], inside=60, outside=40, target=0.65)
    with pytest.raises(PlanError, match="sets no target"):
        frontier(problem.without({"target"}), BEST)
    with pytest.raises(PlanError, match="sets no target"):
        supply_curve(problem.without({"target"}))
    clash = problem.with_(must_of(problem, {"A"}), cap_of(problem, "东", 1))
    with pytest.raises(PlanError, match="cannot hold together"):
        frontier(clash, BEST)


@settings(max_examples=25)
@given(problems(most_plots=5))
def test_each_target_costs_what_trying_all_plans_says(problem: Problem) -> None:
    for point in frontier(problem, BEST, targets=TARGETS):
        asked = at_target(problem, point.target)
        costs = [cost_of(asked, one) for one in all_plans(asked)]
        if not costs:
            assert isinstance(point.plan, NoPlan)
            continue
        assert point.cost == pytest.approx(min(costs), abs=1e-7)
        assert point.lp_cost <= point.cost + 1e-7


@settings(max_examples=25)
@given(problems(most_plots=5))
def test_a_rough_frontier_still_rises_and_its_bounds_are_true(problem: Problem) -> None:
    points = frontier(problem, Effort(gap=0.5), targets=TARGETS)
    reached = [one for one in points if not math.isnan(one.cost)]
    for one, later in pairwise(reached):
        assert one.cost <= later.cost
        assert one.lp_cost <= later.lp_cost + 1e-7
        assert one.bound <= later.bound
    for point in reached:
        asked = at_target(problem, point.target)
        best = min(cost_of(asked, one) for one in all_plans(asked))
        assert point.bound - 1e-7 <= best <= point.cost + 1e-7


@settings(max_examples=15)
@given(problems(most_plots=5))
def test_the_ends_of_a_frontier_can_be_reached(problem: Problem) -> None:
    if not all_plans(problem.without({"target"})):
        return
    points = frontier(problem, BEST, steps=3)
    reached = [one.target for one in points if not math.isnan(one.cost)]
    highest = highest_share(problem, BEST).share
    assert max(reached) == pytest.approx(highest, abs=1.1e-4)
    assert max(reached) <= highest + 1e-9 or max(reached) == points[0].target


@settings(max_examples=60)
@given(problems())
def test_the_price_of_a_point_is_the_slope_of_the_cost(problem: Problem) -> None:
    step = 1e-6
    for target in (0.62, 0.83):
        before, here, after = (lp_cost(problem, target + one) for one in (-step, 0.0, step))
        if not math.isfinite(after):
            continue
        rise, fall = (after - here) / step, (here - before) / step
        if rise == pytest.approx(fall, rel=1e-3, abs=1e-3):  # no kink here
            point = at(frontier(problem.relaxed(), BEST, targets=[target]), target)
            expected = 0.005 * (rise + fall)
            assert point.point_price_cny10k == pytest.approx(expected, rel=2e-3, abs=1e-3)


@given(problems())
def test_land_gained_never_gets_cheaper(problem: Problem) -> None:
    curve = supply_curve(problem, steps=7)
    curve = curve[np.isfinite(curve["cost_cny10k"])]
    slopes = (curve["cost_cny10k"].diff() / curve["gained_mu"].diff()).to_numpy()[1:]
    prices = curve["price_cny10k_per_mu"].to_numpy()
    assert (np.diff(slopes) >= -1e-6).all()
    assert (prices[:-1] <= slopes + 1e-6).all()
    assert (slopes <= prices[1:] + 1e-6).all()


def test_the_supply_curve_ends_at_the_cost_of_the_target() -> None:
    curve = supply_curve(land_to_clear(3.0), steps=5)
    assert curve["gained_mu"].tolist() == pytest.approx([0, 5, 10, 15, 20])
    assert curve["cost_cny10k"].tolist() == pytest.approx([0, 18.75, 37.5, 56.25, 75])
    assert curve["price_cny10k_per_mu"].iloc[-1] == pytest.approx(3 / 0.8)
    reached = supply_curve(land_to_clear(3.0, target=0.5))
    assert reached["cost_cny10k"].tolist() == [0]


@settings(max_examples=25)
@given(problems())
def test_clearing_alone_is_convex_in_one_over_the_target(problem: Problem) -> None:
    if (problem.actions["kind"] == "build").any():
        return
    free = problem.without({"town_target:东", "town_target:西"})
    turned = np.linspace(1.8, 1.05, 6)
    costs = np.array([lp_cost(free, 1 / one) for one in turned])
    costs = costs[np.isfinite(costs)]
    assert (np.diff(costs, 2) >= -1e-6).all()
