"""Small planning problems for the tests: written out by hand, or drawn by hypothesis.

Everything is whole here, sites in whole lots, so that all plans can be tried one by one.
"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from landrenew.base.words import Text
from landrenew.plan.program.problem import CITY, Place, Problem
from landrenew.plan.program.solve import TARGET
from landrenew.plan.program.wishes import COUNT, Condition

INF = math.inf


def clearing(name: str, land_mu: float, cost: float, *, town: str = "东", **more: object) -> dict:
    """Write one plot outside the line that can be cleared, all or nothing."""
    return {
        "kind": "clear", "name": name, "way": "buy", "town": town, "village": "", "lower": 0.0,
        "upper": 1.0, "is_whole": True, "cost_cny10k": cost, "inside_mu": 0.0,
        "total_mu": -land_mu, "income_cny10k": 0.0, "floor_area_m2": 0.0, **more,
    }  # fmt: skip


def building(name: str, lot_mu: float, cost: float, lots: int, *, town: str = "东") -> dict:
    """Write one site inside the line that can be built on, lot by lot."""
    lot = clearing(name, -lot_mu, cost, town=town)
    return {**lot, "kind": "build", "upper": float(lots), "inside_mu": lot_mu}


def problem_of(
    actions: list[dict], *, inside: float, outside: float, target: float | None = None
) -> Problem:
    """Make a problem; each town has the land that the city has, divided by their number."""
    towns = sorted({one["town"] for one in actions})
    part = 1 / max(1, len(towns))
    places = {town: Place(inside * part, (inside + outside) * part) for town in towns}
    problem = Problem(pd.DataFrame(actions), {CITY: Place(inside, inside + outside), **places})
    return problem if target is None else problem.with_(target_of(problem, target))


def target_of(problem: Problem, target: float, place: str = CITY) -> Condition:
    """Write the target of the city or a town."""
    weights, least = problem.share_row(target, place)
    name = TARGET if place == CITY else f"town_target:{place}"
    return Condition(name, Text(f"{place}目标", f"target {place}"), weights, least, INF, "mu")


def budget_of(problem: Problem, most: float, place: str = CITY) -> Condition:
    """Write a budget of the city or a town."""
    weights = np.where(problem.is_at(place), problem.column("cost_cny10k"), 0.0)
    name = "budget" if place == CITY else f"town_budget:{place}"
    return Condition(name, Text(f"{place}预算", f"budget {place}"), weights, -INF, most, "cny10k")


def cap_of(problem: Problem, town: str, most_mu: float) -> Condition:
    """Write the most land that a town may clear."""
    is_cleared = (problem.actions["kind"] == "clear").to_numpy() & problem.is_at(town)
    weights = np.where(is_cleared, -problem.column("total_mu"), 0.0)
    return Condition(
        f"town_cap:{town}", Text(f"{town}上限", f"cap {town}"), weights, -INF, most_mu, "mu"
    )


def never_of(problem: Problem, names: set[str]) -> Condition:
    """Lock plots out."""
    weights = problem.actions["name"].isin(names).to_numpy(float)
    return Condition("never", Text("不得腾退", "never"), weights, -INF, 0.0, COUNT)


def must_of(problem: Problem, names: set[str]) -> Condition:
    """Lock plots in."""
    weights = problem.actions["name"].isin(names).to_numpy(float)
    return Condition("must", Text("必须腾退", "must"), weights, float(len(names)), INF, COUNT)


def holds(problem: Problem, amounts: np.ndarray) -> bool:
    """Tell whether amounts keep every condition and tie, by plain sums."""
    is_kept = all(
        one.lower - 1e-9 <= math.fsum(one.weights * amounts) <= one.upper + 1e-9
        for one in problem.conditions
    )
    if problem.ties is None:
        return is_kept
    return is_kept and bool((problem.ties.rows @ amounts <= problem.ties.upper + 1e-9).all())


def all_plans(problem: Problem) -> list[np.ndarray]:
    """Try every plan, and give those that keep all conditions and ties."""
    spans = [
        np.arange(low, high + 1)
        for low, high in zip(problem.column("lower"), problem.column("upper"), strict=True)
    ]
    every = (np.array(one, dtype=float) for one in itertools.product(*spans))
    return [amounts for amounts in every if holds(problem, amounts)]


def cost_of(problem: Problem, amounts: np.ndarray) -> float:
    """Add up what a plan costs."""
    return math.fsum(problem.column("cost_cny10k") * amounts)


TENTHS = st.integers(1, 400).map(lambda one: one / 10)


@st.composite
def problems(draw: st.DrawFn, *, most_plots: int = 7, with_all: bool = True) -> Problem:
    """Draw a city of a few plots and a site, with a target and, if asked for, all other wishes."""
    towns = ["东", "西"]
    plots = draw(st.integers(1, most_plots))
    actions = [
        clearing(f"P{i}", draw(TENTHS), draw(TENTHS), town=draw(st.sampled_from(towns)))
        for i in range(plots)
    ]
    actions += [
        building(f"S{i}", draw(TENTHS), draw(TENTHS), draw(st.integers(1, 2)))
        for i in range(draw(st.integers(0, 2)))
    ]
    outside = sum(-one["total_mu"] for one in actions if one["kind"] == "clear")
    outside += draw(st.integers(0, 50))
    problem = problem_of(
        actions, inside=draw(TENTHS) * 3, outside=outside, target=draw(st.integers(40, 95)) / 100
    )
    if not with_all:
        return problem
    wishes = []
    if draw(st.booleans()):
        wishes.append(budget_of(problem, draw(TENTHS) * 3))
    for town in sorted(set(problem.actions["town"])):
        if draw(st.booleans()):
            wishes.append(cap_of(problem, town, draw(TENTHS) * 2))
        if draw(st.booleans()):
            wishes.append(target_of(problem, draw(st.integers(10, 80)) / 100, town))
    names = [f"P{i}" for i in range(plots)]
    locked = draw(st.sets(st.sampled_from(names), max_size=2))
    if locked:
        wishes.append(never_of(problem, locked))
    if forced := draw(st.sets(st.sampled_from(names), max_size=1)) - locked:
        wishes.append(must_of(problem, forced))
    return problem.with_(*wishes)
