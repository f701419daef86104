"""How long it takes to find the cheapest plots whose clusters are large enough, proven to 1 %.

    python benchmarks/clusters.py [--parcels 5000] [--gap 0.01] [--seconds 60] [--only TEXT]

Three grounds of as many plots. ``villages``: drawn as those of the demo city, 23 lots each;
``large``: the same, of three times the ground; ``carpet``: lots in strips as in ``cities.py``, all
of them one web. Neighbours are 20 m apart at most. Prices vary by town (standard deviation of the
log 0.2) and plot (0.3), or by plot alone (0.6). The share inside the line is 68 %, the target 80 %.
Beside each plan stand the plan that minds no clusters, and the greedy one: cheapest first, then
drop the clusters that are too small, and go on with those that can still be had.
"""

from __future__ import annotations

import argparse
import math
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from cities import TILE, City, lots
from page import digits, machine, rows_of

from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels
from landrenew.measure.adjacency import contacts
from landrenew.plan.program.clusters import solve_clustered
from landrenew.plan.program.model import Effort
from landrenew.plan.program.problem import CITY, Place, Problem
from landrenew.plan.program.solve import Plan, cheapest
from landrenew.plan.program.web import Web
from landrenew.plan.program.wishes import Clusters, Condition
from landrenew.sample.chance import stream
from landrenew.sample.lots import village_lots
from landrenew.sample.places import Place as Village
from landrenew.sample.shapes import blob

if TYPE_CHECKING:
    from typing import Literal

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Shapes = NDArray[np.object_]

MU = 2000 / 3
MAX_GAP_M = 20.0
NOW, TARGET = 0.68, 0.80
RADII_M = {"villages": 156.0, "large": 265.0}
"""Mean radius of a village [m]."""

APART_M, ACROSS = 1_500.0, 16
"""Distance between villages [m], and how many stand in a row; four by four are a town."""

DEAR, PRICE = 0.2, 15.0
"""How far prices of towns spread, and what a mu costs in the middle [10,000 CNY]."""


@dataclass(frozen=True)
class Case:
    """A ground, the least size of a cluster [mu], of which plots, and how prices spread."""

    ground: str
    least_mu: float
    of: Literal["released", "kept"] = "released"
    spread: float = 0.3

    @property
    def name(self) -> str:
        """Name in the table."""
        prices = "" if self.spread == 0.3 else f", prices {self.spread}"
        return f"{self.ground}, {self.of} {self.least_mu:.0f} mu{prices}"


CASES = [
    *(Case(ground, least) for ground in ("large", "villages", "carpet") for least in (100, 30)),
    *(Case(ground, 100, spread=0.6) for ground in ("large", "villages", "carpet")),
    *(Case(ground, 30, spread=0.6) for ground in ("large", "villages", "carpet")),
    *(Case(ground, least, "kept") for ground in ("large", "villages", "carpet")
      for least in (100, 30)),
]  # fmt: skip


def villages(count: int, radius_m: float) -> tuple[Shapes, NDArray[np.intp]]:
    """Draw lots of villages, and the town of each."""
    chance, found, towns = stream("clusters"), [], []
    while len(found) < count:
        number = len(towns)
        column, row = number % ACROSS, number // ACROSS
        middle = column * APART_M, row * APART_M
        wish = radius_m * np.exp(0.36 * chance.standard_normal())
        radius = float(np.clip(wish, 0.55 * radius_m, 1.86 * radius_m))
        ground = blob(chance, middle, radius)
        village = Village(f"bench {number}", "village", "", middle, 0.0, ground)
        shapes = village_lots(village, shapely.Polygon())
        found += shapes
        towns.append((column // 4 + 4 * (row // 4), len(shapes)))
    town = np.repeat([one for one, _ in towns], [many for _, many in towns])
    return np.array(found[:count], dtype=object), town[:count]


def carpet(count: int) -> tuple[Shapes, NDArray[np.intp]]:
    """Take a square out of a tile of ``cities.py``; its sixteenths are towns."""
    boxes, _ = lots(City(TILE), 0, np.random.default_rng([7, 0]))
    corner = boxes[:, :2] - boxes[:, :2].min(axis=0)
    order = np.argsort(corner.max(axis=1), kind="stable")[:count]
    side = corner[order].max() / 4
    town = np.minimum(corner[order] // side, 3) @ np.array([4, 1])
    return np.asarray(shapely.box(*boxes[order].T), dtype=object), town.astype(np.intp)


def problem_of(case: Case, count: int) -> Problem:
    """Put the problem together."""
    radius = RADII_M.get(case.ground)
    shapes, town = carpet(count) if radius is None else villages(count, radius)
    names = [f"P{i:06d}" for i in range(count)]
    table = gpd.GeoDataFrame(index=pd.Index(names, name="parcel_id"), geometry=shapes, crs=4549)
    pairs = contacts(Parcels(table), max_gap_m=MAX_GAP_M)
    land, chance = shapely.area(shapes) / MU, np.random.default_rng(1)
    dear = chance.normal(0, DEAR, int(town.max()) + 1)[town] if case.spread == 0.3 else 0.0
    cost = land * PRICE * np.exp(dear + chance.normal(0, case.spread, count))
    actions = pd.DataFrame({
        "kind": "clear", "name": names, "way": "buy", "town": town.astype(str), "village": "",
        "lower": 0.0, "upper": 1.0, "is_whole": True, "cost_cny10k": cost, "inside_mu": 0.0,
        "total_mu": -land, "income_cny10k": 0.0, "floor_area_m2": 0.0,
    })  # fmt: skip
    total = land.sum() / (1 - NOW)
    label = Text("", "")
    clusters = Clusters(
        "clusters", label, case.of, case.least_mu, np.arange(count), land,
        pairs["first"].to_numpy(), pairs["second"].to_numpy(),
    )  # fmt: skip
    problem = Problem(actions, {CITY: Place(NOW * total, total)}, clusters=clusters)
    weights, least = problem.share_row(TARGET)
    return problem.with_(Condition("target", label, weights, least, math.inf, "mu"))


def greedy_cost(problem: Problem) -> float:
    """Clear the cheapest first and drop small clusters, until the target is reached; NaN if not."""
    asked, target = problem.clusters, problem.conditions[0]
    if asked is None:
        return math.nan
    land, cost = asked.land_mu, problem.column("cost_cny10k")
    web = Web.of(land, (asked.first, asked.second), asked.least_mu, np.ones(len(land), dtype=bool))
    order = np.argsort(cost / land, kind="stable")
    for count in range(len(land) // 100, len(land) + 1, max(1, len(land) // 500)):
        cleared = np.zeros(len(land), dtype=bool)
        cleared[order[:count]] = True
        for piece in web.small(cleared if asked.of == "released" else ~cleared):
            cleared[piece] = asked.of == "kept"
        if target.shortfall(cleared.astype(float)) == 0:
            return float(cost[cleared].sum())
    return math.nan


def measured(case: Case, count: int, effort: Effort) -> list[str]:
    """Solve one case, and give its row."""
    problem = problem_of(case, count)
    answer = solve_clustered(problem, effort)
    free = cheapest(replace(problem, clusters=None), Effort(1e-4))
    least = free.cost if isinstance(free, Plan) else math.nan
    if not answer.has_plan:
        return [case.name, answer.status, digits(answer.seconds), "", "", "", "", ""]
    more = 100 * (answer.objective / least - 1)
    greedy = 100 * (greedy_cost(problem) / answer.objective - 1)
    return [
        case.name, answer.status, digits(answer.seconds), f"{100 * answer.gap:.2f}",
        f"{answer.objective:,.0f}", f"{answer.bound:,.0f}", f"{more:.1f}", f"{greedy:.1f}",
    ]  # fmt: skip


def main() -> None:
    """Measure all cases and print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--parcels", type=int, default=5_000)
    asked.add_argument("--gap", type=float, default=0.01)
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--only", default="")
    said = asked.parse_args()
    heads = ["case", "status", "seconds", "gap, %", "cost", "bound", "more than without, %",
             "greedy costs more, %"]  # fmt: skip
    began, rows = time.monotonic(), []
    for case in CASES:
        if said.only in case.name:
            rows.append(measured(case, said.parcels, Effort(said.gap, said.seconds)))
            print(" | ".join(rows[-1]), flush=True)
    print(rows_of(heads, rows))
    print(f"{said.parcels:,} plots; {machine()}; {time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    main()
