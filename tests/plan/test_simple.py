"""Plans made by hand: what goes first, what is passed over, and that no computed plan is dearer."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from problems import (
    INF,
    budget_of,
    building,
    cap_of,
    clearing,
    cost_of,
    holds,
    must_of,
    never_of,
    problem_of,
    problems,
)

from landrenew.base.errors import PlanError
from landrenew.base.words import Text
from landrenew.plan.program.model import Effort
from landrenew.plan.program.problem import Problem, tied_once
from landrenew.plan.program.simple import cheapest_first, costs_more, worst_first
from landrenew.plan.program.solve import Plan, cheapest
from landrenew.plan.program.wishes import Clusters, Condition

BEST = Effort()


def three_plots(target: float = 0.8, **more: object) -> Problem:
    """60 of 100 mu inside: at 80 %, 25 mu must go; A costs 1 a mu, B 2, C 3."""
    plots = [
        clearing("A", 10, 10, **more), clearing("B", 15, 30, **more), clearing("C", 15, 45, **more)
    ]  # fmt: skip
    return problem_of(plots, inside=60, outside=40, target=target)


def done(plan: object) -> list[float]:
    return plan.amounts.tolist()


def test_the_worst_goes_first_and_nothing_goes_once_the_target_holds() -> None:
    problem = three_plots()
    assert done(worst_first(problem, np.array([1.0, 2.0, 3.0]))) == [0, 1, 1]
    assert done(worst_first(problem, np.array([3.0, 2.0, 1.0]))) == [1, 1, 0]


def test_plots_of_unknown_badness_go_last() -> None:
    problem = three_plots(target=60 / 85)
    assert done(worst_first(problem, np.array([math.nan, 0.0, math.nan]))) == [0, 1, 0]
    assert done(worst_first(problem, np.array([math.nan, -1.0, -2.0]))) == [0, 1, 0]


def test_among_equally_bad_plots_the_cheaper_goes_first() -> None:
    assert done(worst_first(three_plots(target=60 / 90), np.zeros(3))) == [1, 0, 0]


def test_the_cheapest_for_each_mu_goes_first() -> None:
    assert done(cheapest_first(three_plots())) == [1, 1, 0]


def test_a_cap_is_kept_and_named_when_the_target_is_out_of_reach() -> None:
    problem = three_plots()
    capped = problem.with_(cap_of(problem, "东", 24))
    plan = cheapest_first(capped)
    assert done(plan) == [1, 0, 0]
    assert plan.missed == ("target",)
    assert plan.held_back_by == ("town_cap:东",)
    assert not plan.holds


def test_a_budget_passes_over_the_dear_plot_and_takes_a_later_one() -> None:
    problem = three_plots(target=60 / 85)
    plan = worst_first(problem.with_(budget_of(problem, 44)), np.array([1.0, 2.0, 3.0]))
    assert done(plan) == [0, 1, 0]
    assert plan.holds
    assert plan.held_back_by == ()


def test_locked_plots_go_before_all_others_or_not_at_all() -> None:
    problem = three_plots(target=60 / 85)
    assert done(cheapest_first(problem.with_(must_of(problem, {"C"})))) == [0, 0, 1]
    assert done(cheapest_first(problem.with_(never_of(problem, {"A"})))) == [0, 1, 0]


def test_one_plot_goes_in_one_way_and_that_is_the_cheaper() -> None:
    plots = [clearing("A", 10, 20), clearing("A", 10, 10, way="lease"), clearing("B", 15, 60)]
    problem = problem_of(plots, inside=60, outside=40, target=0.8)
    problem = replace(problem, ties=tied_once(problem.actions["name"], 3))
    assert done(cheapest_first(problem)) == [0, 1, 1]
    assert done(worst_first(problem, np.array([2.0, 2.0, 1.0]))) == [0, 1, 1]


def test_building_comes_only_where_clearing_does_not_suffice() -> None:
    site = {**building("S", 1, 0.1, 200), "is_whole": False}
    plots = [clearing("A", 10, 10), site]
    assert done(cheapest_first(problem_of(plots, inside=60, outside=40, target=60 / 90))) == [1, 0]
    mixed = cheapest_first(problem_of(plots, inside=60, outside=40, target=0.8))
    assert mixed.amounts == pytest.approx([1, 60])
    assert mixed.share == pytest.approx(0.8)
    assert mixed.holds


def test_whole_lots_are_built_up_to_the_target() -> None:
    plots = [clearing("A", 10, 10), building("S", 25, 5, 9)]
    assert done(cheapest_first(problem_of(plots, inside=60, outside=40, target=0.8))) == [1, 3]


def with_village(problem: Problem, *, floor: float, most: float) -> Problem:
    """Let plot A bring its village 5 a year, and let the village be paid at most so much."""
    pay = {**clearing("V", 0, 3), "kind": "pay", "upper": most, "is_whole": False}
    actions = [*problem.actions.to_dict("records"), {**pay, "income_cny10k": 1.0}]
    actions[0]["income_cny10k"] = -5.0
    fresh = problem_of(actions, inside=60, outside=40, target=60 / 85)
    income = fresh.column("income_cny10k")
    label = Text("村收入", "village income")
    return fresh.with_(Condition("village_floor:V", label, income, floor, INF, "cny10k"))


def test_a_village_is_paid_what_it_loses_or_its_plot_is_passed_over() -> None:
    paid = cheapest_first(with_village(three_plots(), floor=-1.0, most=9.0))
    assert paid.amounts == pytest.approx([1, 1, 0, 4])
    assert paid.cost == pytest.approx(10 + 30 + 12)
    assert paid.holds
    assert done(cheapest_first(with_village(three_plots(), floor=-1.0, most=3.0))) == [0, 1, 0, 0]


def test_a_village_that_is_short_from_the_start_is_paid_though_nothing_is_cleared() -> None:
    plan = cheapest_first(with_village(three_plots(), floor=2.0, most=2.0))
    assert plan.amounts == pytest.approx([0, 1, 0, 2])
    assert plan.holds


def test_clusters_are_not_seen_and_that_is_said() -> None:
    none, label = np.array([], dtype=np.intp), Text("连片", "clusters")
    plot, land = np.arange(3), np.array([10.0, 15.0, 15.0])
    clusters = Clusters("clusters", label, "released", 5.0, plot, land, none, none)
    assert cheapest_first(replace(three_plots(), clusters=clusters)).is_blind_to_clusters
    assert not cheapest_first(three_plots()).is_blind_to_clusters


def test_the_excess_is_told_against_the_plan_and_against_what_is_proven() -> None:
    problem = three_plots()
    plan = cheapest(problem, BEST)
    assert isinstance(plan, Plan)
    dear = costs_more(worst_first(problem, np.array([1.0, 2.0, 3.0])), replace(plan, bound=30.0))
    assert (dear.over_plan_cny10k, dear.over_bound_cny10k) == (35, 45)
    assert dear.over_plan_share == pytest.approx(35 / 40)
    assert dear.over_bound_share == pytest.approx(1.5)
    assert not dear.is_as_good
    assert "35" in dear.said.en
    same = costs_more(cheapest_first(problem), plan)
    assert (same.over_plan_cny10k, same.is_as_good) == (0, True)
    assert "as good" in same.said.en


def test_a_plan_that_misses_a_condition_is_never_as_good() -> None:
    problem = three_plots()
    plan = cheapest(problem, BEST)
    assert isinstance(plan, Plan)
    excess = costs_more(cheapest_first(problem.with_(cap_of(problem, "东", 24))), plan)
    assert not excess.is_as_good
    assert "target" in excess.said.en


def test_badness_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(PlanError, match="one figure for each of 3"):
        worst_first(three_plots(), np.zeros(2))


@given(problems(with_all=False))
def test_the_cheapest_first_is_dearer_by_less_than_one_plot(problem: Problem) -> None:
    """What a computed plan can save where nothing but the target counts and nothing is built."""
    plan, simple = cheapest(problem, BEST), cheapest_first(problem)
    is_site = (problem.actions["kind"] == "build").to_numpy()
    if isinstance(plan, Plan) and not (is_site & (plan.chosen | (simple.amounts > 0))).any():
        assert simple.holds
        dearest = max((problem.column("cost_cny10k") * simple.amounts).tolist())
        assert simple.cost <= plan.cost + dearest + 1e-7


@settings(max_examples=150)
@given(problems(), st.randoms(use_true_random=False))
def test_a_simple_plan_breaks_nothing_unsaid_and_is_never_cheaper(
    problem: Problem, random: object
) -> None:
    badness = np.array([random.random() for _ in range(len(problem.actions))])
    plan = cheapest(problem, BEST)
    for simple in (worst_first(problem, badness), cheapest_first(problem)):
        assert (simple.amounts >= problem.column("lower")).all()
        assert (simple.amounts <= problem.column("upper")).all()
        assert (simple.amounts == np.rint(simple.amounts)).all()
        assert simple.holds == holds(problem, simple.amounts)
        assert simple.missed == problem.missed(simple.amounts)
        never_mended = {name for name in simple.missed if name.startswith(("budget", "town_cap"))}
        assert not never_mended
        if simple.holds:
            assert isinstance(plan, Plan)
            assert cost_of(problem, simple.amounts) >= plan.cost - 1e-7
            assert costs_more(simple, plan).over_bound_cny10k >= -1e-7
