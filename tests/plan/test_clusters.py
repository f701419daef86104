"""Clusters of a least size: every answer against trying all plans, and cases of hand size."""

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
    budget_of,
    building,
    cap_of,
    clearing,
    cost_of,
    must_of,
    never_of,
    problem_of,
    target_of,
)

from landrenew.base.words import Text
from landrenew.plan.program.clusters import solve_clustered
from landrenew.plan.program.model import Effort
from landrenew.plan.program.problem import Problem, tied_once
from landrenew.plan.program.solve import NoPlan, Plan, cheapest, highest_share
from landrenew.plan.program.wishes import Clusters

if TYPE_CHECKING:
    from landrenew.plan.program.model import Standing

BEST = Effort()
NAME, LABEL = "clusters", Text("连片", "clusters")


def wish(
    actions: list[dict], lands: list[float], edges: set[tuple[int, int]], least: float, of: str
) -> Clusters:
    """Ask for clusters; an action clears the plot of its name, ``P0`` the first."""
    plot = [int(one["name"][1:]) if one["kind"] == "clear" else -1 for one in actions]
    ends = np.array(sorted(edges), dtype=np.intp).reshape(-1, 2)
    return Clusters(NAME, LABEL, of, least, np.array(plot), np.array(lands), ends[:, 0], ends[:, 1])


def obeys(problem: Problem, amounts: np.ndarray) -> bool:
    """Tell whether the clusters of a plan are large enough, by a plain flood."""
    asked = problem.clusters
    cleared = {int(asked.plot[i]) for i in np.flatnonzero(amounts > 0.5) if asked.plot[i] >= 0}
    can = {int(plot) for plot in asked.plot if plot >= 0}
    left = cleared if asked.of == "released" else set(range(len(asked.land_mu))) - cleared
    left = set(left)
    while left:
        cluster, reached = set(), {min(left)}
        while reached:
            cluster |= reached
            ends = zip(asked.first.tolist(), asked.second.tolist(), strict=True)
            links = {end for a, b in ends for end in ((a, b), (b, a))}
            reached = {b for a, b in links if a in cluster and b in left} - cluster
        left -= cluster
        land = math.fsum(asked.land_mu[plot] for plot in cluster)
        if cluster & can and land < asked.least_mu * (1 - 1e-9):
            return False
    return True


def plans_of(problem: Problem) -> list[np.ndarray]:
    """Try all plans."""
    return [one for one in all_plans(problem) if obeys(problem, one)]


@st.composite
def graphs(draw: st.DrawFn, plots: int) -> set[tuple[int, int]]:
    """Draw neighbours: a grid of two rows, or any pairs."""
    if draw(st.booleans()):
        steps = {(i, i + 1) for i in range(0, plots - 1, 2)}
        return steps | {(i, i + 2) for i in range(plots - 2)}
    pairs = [(i, j) for i in range(plots) for j in range(i + 1, plots)]
    return draw(st.sets(st.sampled_from(pairs), max_size=2 * plots)) if pairs else set()


@st.composite
def clustered(draw: st.DrawFn) -> Problem:
    """Draw a city of up to eight plots, some of which nothing clears and some in two ways."""
    towns, plots = ["东", "西"], draw(st.integers(1, 8))
    lands = [draw(st.integers(1, 80)) / 4 for _ in range(plots)]
    actions, ways = [], 0
    for i, land in enumerate(lands):
        if draw(st.integers(0, 5)) == 0:
            continue
        town = draw(st.sampled_from(towns))
        actions.append(clearing(f"P{i}", land, draw(st.integers(1, 400)) / 10, town=town))
        if ways < 2 and draw(st.integers(0, 3)) == 0:
            ways += 1
            cost = draw(st.integers(1, 400)) / 10
            actions.append(clearing(f"P{i}", land, cost, town=town, way="lease"))
    if draw(st.booleans()) or not actions:
        actions.append(building("S0", draw(st.integers(1, 100)) / 4, 10.0, 2))
    outside = sum(lands) + draw(st.integers(0, 20))
    problem = problem_of(actions, inside=draw(st.integers(1, 200)) / 2, outside=outside)
    least = draw(st.integers(1, 160)) / 4
    of = draw(st.sampled_from(["released", "kept"]))
    wishes = wish(actions, lands, draw(graphs(plots)), least, of)
    owners = [f"{one['kind']}{one['name']}" for one in actions]
    problem = replace(problem, clusters=wishes, ties=tied_once(owners, len(actions)))
    return problem.with_(*draw(conditions(problem)))


@st.composite
def conditions(draw: st.DrawFn, problem: Problem) -> list:
    """Draw a target, and perhaps a budget, targets and caps of towns, and locks."""
    wishes = [target_of(problem, draw(st.integers(20, 90)) / 100)]
    if draw(st.integers(0, 2)) == 0:
        wishes.append(budget_of(problem, draw(st.integers(10, 1000)) / 10))
    for town in sorted(set(problem.actions["town"])):
        if draw(st.integers(0, 2)) == 0:
            wishes.append(cap_of(problem, town, draw(st.integers(10, 800)) / 10))
        if draw(st.integers(0, 3)) == 0:
            wishes.append(target_of(problem, draw(st.integers(10, 70)) / 100, town))
    names = problem.actions["name"]
    if draw(st.integers(0, 2)) == 0:
        wishes.append(never_of(problem, {draw(st.sampled_from(list(names)))}))
    once = [name for name in names if (names == name).sum() == 1 and name != "S0"]
    if once and draw(st.integers(0, 2)) == 0:
        wishes.append(must_of(problem, {draw(st.sampled_from(once))}))
    return wishes


@settings(max_examples=150, deadline=None)
@given(clustered())
def test_no_plan_with_such_clusters_is_cheaper(problem: Problem) -> None:
    plan, every = cheapest(problem, BEST), plans_of(problem)
    if not every:
        assert isinstance(plan, NoPlan)
        assert plan.status == "infeasible"
        return
    assert isinstance(plan, Plan)
    assert plan.status == "optimal"
    assert any((plan.amounts == one).all() for one in every)
    assert plan.cost == pytest.approx(min(cost_of(problem, one) for one in every), abs=1e-7)
    assert plan.gap == pytest.approx(0, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(clustered(), st.floats(0, 1))
def test_with_a_gap_the_bound_is_never_above_the_best(problem: Problem, gap: float) -> None:
    answer, every = solve_clustered(problem, Effort(gap)), plans_of(problem)
    best = min((cost_of(problem, one) for one in every), default=math.inf)
    assert answer.has_plan == bool(every)
    assert answer.bound <= best + 1e-7
    if answer.has_plan:
        assert any((answer.values == one).all() for one in every)
        assert answer.gap <= gap + 1e-9


@settings(max_examples=60, deadline=None)
@given(clustered())
def test_no_plan_with_such_clusters_reaches_a_higher_share(problem: Problem) -> None:
    free = problem.without({"target"})
    plan = highest_share(problem, BEST)
    shares = [one for amounts in plans_of(free) if not math.isnan(one := free.share(amounts))]
    if not shares:
        assert isinstance(plan, NoPlan)
        return
    assert isinstance(plan, Plan)
    assert obeys(free, plan.amounts)
    assert plan.share == pytest.approx(max(shares), abs=1e-9)


def row_of(lands: list[float], costs: list[float], least: float, of: str) -> Problem:
    """Lay plots side by side."""
    actions = [
        clearing(f"P{i}", land, cost)
        for i, (land, cost) in enumerate(zip(lands, costs, strict=True))
    ]
    edges = {(i, i + 1) for i in range(len(lands) - 1)}
    problem = problem_of(actions, inside=100, outside=sum(lands))
    return replace(problem, clusters=wish(actions, lands, edges, least, of))


def cleared(problem: Problem, *wishes: object, effort: Effort = BEST) -> list[int]:
    plan = cheapest(problem.with_(*wishes), effort)
    assert isinstance(plan, Plan)
    return np.flatnonzero(plan.amounts).tolist()


def test_three_neighbours_make_the_size_though_two_ends_would_be_cheaper() -> None:
    problem = row_of([10, 10, 10, 10, 10], [1, 9, 5, 4, 3], 30, "released")
    target = target_of(problem, 100 / 130)
    assert cleared(problem.without({NAME}), target) == [0, 4]
    assert cleared(problem, target) == [2, 3, 4]


def test_exactly_the_least_size_is_enough() -> None:
    problem = row_of([0.1, 0.2, 5.0], [1, 1, 50], 0.3, "released")
    assert cleared(problem, must_of(problem, {"P0"})) == [0, 1]


def test_a_plot_with_too_few_around_it_is_never_cleared() -> None:
    problem = row_of([10, 10, 10], [1, 5, 5], 20, "released")
    alone = replace(problem.clusters, first=np.array([1]), second=np.array([2]))
    problem = replace(problem, clusters=alone)
    assert cleared(problem, target_of(problem, 100 / 120)) == [1, 2]
    refused = cheapest(problem.with_(must_of(problem, {"P0"})), BEST)
    assert isinstance(refused, NoPlan)
    assert refused.status == "infeasible"


def test_a_remainder_too_small_goes_with_the_rest() -> None:
    problem = row_of([10, 10, 10, 10], [1, 1, 1, 3], 20, "kept")
    free = cleared(problem.without({NAME}), target_of(problem, 100 / 110))
    assert free == [0, 1, 2]
    assert cleared(problem, target_of(problem, 100 / 110)) == [0, 1, 2, 3]


def test_a_remainder_stays_with_its_neighbours() -> None:
    problem = row_of([10, 10, 10, 10], [5, 1, 1, 5], 20, "kept")
    assert cleared(problem.without({NAME}), target_of(problem, 100 / 120)) == [1, 2]
    kept = {0, 1, 2, 3} - set(cleared(problem, target_of(problem, 100 / 120)))
    assert kept in ({0, 1}, {2, 3})


def test_kept_plots_that_nothing_clears_are_let_be_and_lend_their_land() -> None:
    problem = row_of([10, 10, 10], [1, 1, 1], 20, "kept")
    one = problem.actions.iloc[[1]].reset_index(drop=True)
    problem = replace(problem, actions=one, clusters=replace(problem.clusters, plot=np.array([1])))
    assert cleared(problem) == []
    assert cleared(problem, must_of(problem, {"P1"})) == [0]


def city_of(columns: int, least: float, of: str = "released") -> Problem:
    """Lay plots in a square, at prices by chance."""
    chance, size = np.random.default_rng(3), columns * columns
    lands = chance.lognormal(1.6, 0.8, size).round(3).tolist()
    costs = (np.array(lands) * chance.lognormal(2, 0.5, size)).round(3).tolist()
    actions = [clearing(f"P{i}", lands[i], costs[i], town="东西"[i % 2]) for i in range(size)]
    right = {(i, i + 1) for i in range(size) if (i + 1) % columns}
    edges = right | {(i, i + columns) for i in range(size - columns)}
    problem = problem_of(actions, inside=2 * sum(lands), outside=sum(lands))
    problem = replace(problem, clusters=wish(actions, lands, edges, least, of))
    return problem.with_(target_of(problem, 0.8))


@pytest.mark.parametrize("of", ["released", "kept"])
def test_a_larger_city_is_planned_within_the_gap_and_the_same_every_time(of: str) -> None:
    problem = city_of(16, 40, of)
    plan, again = (solve_clustered(problem, Effort(0.01)) for _ in range(2))
    assert plan.status == "optimal"
    assert plan.gap <= 0.01
    assert obeys(problem, plan.values)
    assert problem.condition("target").shortfall(plan.values) <= 1e-9 * 100
    assert plan.values.tobytes() == again.values.tobytes()
    assert plan.bound == again.bound
    free = cheapest(problem.without({NAME}), BEST)
    assert plan.objective >= free.cost - 1e-7


def test_without_time_there_is_no_plan_but_the_one_brought() -> None:
    problem = city_of(6, 30)
    nothing = solve_clustered(problem, Effort(0.0, 0.0))
    assert (nothing.status, nothing.has_plan) == ("stopped", False)
    everything = np.ones(len(problem.actions))
    brought = solve_clustered(problem, Effort(0.0, 0.0), start=everything)
    assert brought.status == "stopped"
    assert (brought.values == everything).all()
    lonely = np.zeros(len(problem.actions))
    lonely[0] = 1
    assert not solve_clustered(problem, Effort(0.0, 0.0), start=lonely).has_plan


@pytest.mark.parametrize("seconds", [0.05, 0.2, 0.5])
def test_a_stopped_plan_obeys_everything(seconds: float) -> None:
    problem = city_of(16, 40)
    stopped = solve_clustered(problem, Effort(0.0, seconds))
    assert stopped.bound <= solve_clustered(problem, Effort(0.01)).objective + 1e-7
    if stopped.has_plan:
        assert obeys(problem, stopped.values)
        assert problem.condition("target").shortfall(stopped.values) <= 1e-7


def test_ctrl_c_gives_the_best_plan_so_far() -> None:
    problem = city_of(16, 40)

    def stop(standing: Standing) -> None:
        if math.isfinite(standing.objective):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve_clustered(problem, Effort(0.001), watch=stop)
    stopped = solve_clustered(problem, Effort(0.001, keeps_best=True), watch=stop)
    assert stopped.status == "stopped"
    assert stopped.is_interrupted
    assert obeys(problem, stopped.values)


def test_the_watch_hears_bounds_that_rise_and_plans_that_obey() -> None:
    heard: list[Standing] = []
    answer = solve_clustered(city_of(16, 40), Effort(0.01), watch=heard.append)
    assert max(one.bound for one in heard) <= answer.bound + 1e-7
    assert min(one.objective for one in heard) == answer.objective


def test_a_problem_without_the_wish_is_refused() -> None:
    with pytest.raises(ValueError, match="no wish"):
        solve_clustered(city_of(3, 10).without({NAME}), BEST)
