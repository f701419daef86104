"""How long the path to the target takes: 20,000 plots that can be cleared, under caps of towns.

    python benchmarks/path.py [--parcels 20000]

Plots are drawn as those of the villages of the demo city; towns may clear 30 to 90 % of theirs.
Beside the plan stand the two that people make by hand; below, what else is asked of it.
"""

from __future__ import annotations

import argparse
import math
import time
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from clusters import MU, NOW, TARGET, villages
from page import digits, machine, rows_of

from landrenew.base.words import Text
from landrenew.plan.program.choices import alternatives, roles
from landrenew.plan.program.clash import clash
from landrenew.plan.program.frontier import frontier
from landrenew.plan.program.model import Effort
from landrenew.plan.program.problem import CITY, Place, Problem
from landrenew.plan.program.relaxation import ways_out
from landrenew.plan.program.simple import cheapest_first, worst_first
from landrenew.plan.program.solve import Plan, cheapest, highest_share
from landrenew.plan.program.wishes import Condition

if TYPE_CHECKING:
    from collections.abc import Callable

LABEL = Text("", "")
PROVEN = Effort(gap=0.001, seconds=60.0)


def problem_of(count: int) -> Problem:
    """Draw the plots, their prices, and the caps of their towns."""
    shapes, town = villages(count, 156.0)
    land, chance = shapely.area(shapes) / MU, np.random.default_rng(1)
    dear = chance.normal(0, 0.2, int(town.max()) + 1)[town]
    actions = pd.DataFrame({
        "kind": "clear", "name": [f"P{i:06d}" for i in range(count)], "way": "buy",
        "town": town.astype(str), "village": "", "lower": 0.0, "upper": 1.0, "is_whole": True,
        "cost_cny10k": land * 45 * np.exp(dear + chance.normal(0, 0.3, count)), "inside_mu": 0.0,
        "total_mu": -land, "income_cny10k": 0.0, "floor_area_m2": 0.0,
    })  # fmt: skip
    total = land.sum() / (1 - NOW)
    places = {CITY: Place(NOW * total, total)}
    for name, here in pd.Series(land).groupby(town.astype(str)).sum().items():
        places[str(name)] = Place(here * NOW / (1 - NOW), here / (1 - NOW))
    problem = Problem(actions, places)
    caps = [
        Condition(f"town_most_mu:{name}", LABEL, np.where(problem.is_at(name), land, 0.0),
                  -math.inf, chance.uniform(0.3, 0.9) * land[problem.is_at(name)].sum(), "mu")
        for name in places if name != CITY
    ]  # fmt: skip
    weights, least = problem.share_row(TARGET)
    return problem.with_(Condition("target", LABEL, weights, least, math.inf, "mu"), *caps)


def timed(ask: Callable[[], object]) -> tuple[object, float]:
    """Ask, and tell how long the answer took [s]."""
    began = time.monotonic()
    return ask(), time.monotonic() - began


def main() -> None:
    """Measure, and print the tables."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parcels", type=int, default=20_000)
    problem = problem_of(asked.parse_args().parcels)
    plan, seconds = timed(lambda: cheapest(problem, PROVEN))
    if not isinstance(plan, Plan):
        raise SystemExit(str(plan))
    badness = np.random.default_rng(2).random(len(problem.actions))
    rows = [["plan", digits(seconds), f"{100 * plan.gap:.3f}", f"{plan.cost:,.0f}", ""]]
    by_hand = [
        ("cheapest per mu first", lambda: cheapest_first(problem)),
        ("worst first, by chance", lambda: worst_first(problem, badness)),
    ]
    for name, make in by_hand:
        found, seconds = timed(make)
        more = f"{100 * (found.cost / plan.cost - 1):+.2f}"
        rows.append([name, digits(seconds), "", f"{found.cost:,.0f}", more])
    print(rows_of(["plan", "seconds", "gap, %", "cost", "dearer, %"], rows))
    budget = Condition("budget", LABEL, problem.column("cost_cny10k"), -math.inf,
                       0.8 * plan.cost, "cny10k")  # fmt: skip
    poor = problem.with_(budget)
    found, seconds = timed(lambda: clash(poor, PROVEN))
    questions = [
        ("highest share under a budget", lambda: highest_share(poor, PROVEN)),
        ("12 points of the frontier", lambda: frontier(problem, PROVEN)),
        ("two other plans within 2 %", lambda: alternatives(problem, plan, PROVEN, within=0.02,
                                                           count=2)),
        ("role of every plot", lambda: roles(problem, plan, PROVEN, within=0.02)),
        ("ways out of the clash", lambda: ways_out(poor, found, PROVEN)),
    ]  # fmt: skip
    rows = [["which wishes clash", digits(seconds)]]
    rows += [[name, digits(timed(ask)[1])] for name, ask in questions]
    print(rows_of(["question", "seconds"], rows))
    print(f"{len(problem.actions):,} plots, {len(problem.conditions)} conditions; {machine()}")


if __name__ == "__main__":
    main()
