"""What one scenario comes to: the plan, what it is worth beside others, or why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.errors import PlanError
from landrenew.base.words import Text
from landrenew.plan.path.city import city_problem
from landrenew.plan.path.released import release_block_id, released_blocks
from landrenew.plan.program.choices import alternatives, roles
from landrenew.plan.program.clash import clash
from landrenew.plan.program.frontier import frontier
from landrenew.plan.program.model import Effort
from landrenew.plan.program.phases import NoPhases, Phases, Year, phases
from landrenew.plan.program.problem import BUILD, CLEAR
from landrenew.plan.program.relaxation import WayOut, ways_out
from landrenew.plan.program.simple import cheapest_first, costs_more, worst_first
from landrenew.plan.program.solve import NoPlan, Plan, carried_over, cheapest, highest_share, solve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from geopandas import GeoDataFrame

    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels
    from landrenew.intake.planning import Planning
    from landrenew.intake.scenarios import Scenario
    from landrenew.measure.allocation import Allocation
    from landrenew.plan.path.city import CityProblem
    from landrenew.plan.program.clash import Clash
    from landrenew.plan.program.frontier import FrontierPoint
    from landrenew.plan.program.model import Standing
    from landrenew.plan.program.problem import Problem
    from landrenew.plan.program.simple import Excess, SimplePlan
    from landrenew.plan.program.solve import Numbers

    Say = Callable[[Text], None]
    Watch = Callable[[Standing], None]

WORST_BY = ("efficiency_score", "tax_cny10k_per_mu")
"""By which figure parcels are the worst, the lower the worse; the first that is there."""

FACTS = ("unpriced", "income_unknown", "overlapping", "outside_growth")
"""Conditions that no wish of anybody's moves: what is not known, and what the law asks for."""

BUDGETS = {"budget", "town_budget"}
"""Names of conditions of money, before the town."""

ALTERNATIVES = 2
"""How many deliberately different plans are looked for."""


@dataclass(frozen=True, eq=False)
class Simple:
    """
    A plan as people make it by hand, beside the computed one.

    Parameters
    ----------
    label
        How it is made.
    plan
        The plan.
    excess
        How much dearer it is than the computed plan.
    """

    label: Text
    plan: SimplePlan
    excess: Excess


@dataclass(frozen=True, eq=False)
class Proposal:
    """
    What one scenario comes to.

    Parameters
    ----------
    scenario
        What was wished for.
    city
        The problem.
    plan
        The cheapest plan, or the best so far; or why there is none.
    highest
        The highest share that can be reached, whatever the target says; None where there is a plan
        that was not looked at in full.
    parcels
        Index ``parcel_id``, the candidates: ``plan_class`` (``clear``, ``keep``, ``locked``),
        ``plan_way`` (``buy``, ``lease``), ``plan_cost_cny10k``, ``plan_land_mu``, ``plan_year``,
        ``plan_block_id``, and of a plan in full ``plan_role`` and the prices of replacing.
    blocks
        The blocks that are released; None without a plan, or a rule of contiguity.
    phases
        The plan by years; None where no years are asked for, or there is no plan.
    simple
        The plans that people make by hand.
    scattered
        The cheapest plan without the wish for blocks; None where there is no such wish.
    prices
        What one more unit of each condition's bound changes the cost by, were plots divisible
        [10,000 CNY/unit]; empty where that is not known.
    frontier
        Cost against share; empty unless looked at in full.
    others
        Deliberately different plans that cost little more; empty unless looked at in full.
    why_not
        The fewest conditions that clash; None where there is a plan.
    ways_out
        What can give way so that there is one, the least first.
    is_cut_short
        Whether somebody stopped the look into it; what is absent was then not looked at.
    """

    scenario: Scenario
    city: CityProblem
    plan: Plan | NoPlan
    highest: Plan | NoPlan | None
    parcels: pd.DataFrame
    blocks: GeoDataFrame | None = None
    phases: Phases | NoPhases | None = None
    simple: tuple[Simple, ...] = ()
    scattered: Plan | NoPlan | None = None
    prices: dict[str, float] = field(default_factory=dict)
    frontier: tuple[FrontierPoint, ...] = ()
    others: tuple[Plan, ...] = ()
    why_not: Clash | None = None
    ways_out: tuple[WayOut, ...] = ()
    is_cut_short: bool = False

    @property
    def planning(self) -> Planning:
        """The wishes."""
        return self.scenario.planning

    @property
    def price_of_blocks(self) -> float | None:
        """What the wish for blocks adds to the cost [10,000 CNY]; None where it is not known."""
        if isinstance(self.plan, Plan) and isinstance(self.scattered, Plan):
            return self.plan.cost - self.scattered.cost
        return None


@dataclass(frozen=True, eq=False)
class Ground:
    """
    What a plan stands on.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table, measured and judged.
    allocation
        What the firms bring; None without firms.
    """

    layers: Layers
    parcels: Parcels
    allocation: Allocation | None


def propose(
    ground: Ground,
    scenario: Scenario,
    *,
    in_full: bool,
    say: Say,
    watch: Watch | None = None,
    before: Proposal | None = None,
) -> Proposal:
    """
    Find the plan of a scenario, and what it is worth.

    Parameters
    ----------
    ground
        What a plan stands on.
    scenario
        What is wished for.
    in_full
        Whether to look at the frontier, at other plans and at the role of each parcel too.
    say
        Called with the name of each step as it begins.
    watch
        Called now and then with how the plan's solve stands, from another thread.
    before
        What was proposed before; its plan stays where it holds and is proven to be good enough.

    Returns
    -------
    Proposal
        What it comes to.

    Raises
    ------
    PlanError
        When the scenario contradicts the data, or lacks a figure.
    """
    wishes = scenario.planning
    city = city_problem(ground.layers, ground.parcels, wishes)
    effort = Effort(wishes.gap, wishes.seconds)
    say(Text("求解方案", "Solving for the plan"))
    start = _start(before, city.problem)
    plan = cheapest(city.problem, replace(effort, keeps_best=True), start=start, watch=watch)
    found = Proposal(scenario, city, plan, None, _states(city, plan))
    if plan.is_interrupted:  # somebody wants what there is, and now
        return found
    try:
        for more in _looked_into(ground, found, effort, say, in_full=in_full):
            found = more
    except KeyboardInterrupt:
        return replace(found, is_cut_short=True)
    return found


def _looked_into(
    ground: Ground, found: Proposal, effort: Effort, say: Say, *, in_full: bool
) -> Iterator[Proposal]:
    """Look into a plan, or into why there is none, step by step; each adds to the one before."""
    plan = found.plan
    found = replace(found, prices=_prices(found.city, effort))
    yield found
    if in_full or isinstance(plan, NoPlan):
        say(Text("能达到的最高占比", "The highest share within reach"))
        found = replace(found, highest=highest_share(found.city.problem, effort))
        yield found
    if isinstance(plan, NoPlan):
        if plan.status == "infeasible":
            yield _clashing(found, effort, say)
        return
    found = _with_blocks(ground, found)
    yield found
    found = replace(found, simple=_simple(ground, found.city, plan))
    yield found
    found = replace(found, scattered=_scattered(found.city.problem, effort))
    yield found
    found = _with_years(found, effort)
    yield found
    if in_full:
        yield from _in_full(found, plan, effort, say)


def _start(before: Proposal | None, problem: Problem) -> Numbers | None:
    if before is None or isinstance(before.plan, NoPlan):
        return None
    return carried_over(before.plan, problem)


def _clashing(bare: Proposal, effort: Effort, say: Say) -> Proposal:
    """Find which wishes clash, and what can give way."""
    problem = bare.city.problem
    say(Text("哪些要求不能同时满足", "Which wishes clash"))
    facts = {name: math.inf for name in FACTS if name in problem.names}
    weights = facts | bare.planning.yields
    found = None
    try:
        found = clash(problem, effort)
        say(Text("哪项要求可以让步", "What can give way"))
        ways = () if found is None else ways_out(problem, found, effort, yields=weights)
    except PlanError:  # the time did not suffice; that there is no plan is known all the same
        ways = ()
    return replace(bare, why_not=found, ways_out=ways)


def _states(city: CityProblem, plan: Plan | NoPlan) -> pd.DataFrame:
    """Say of each candidate what becomes of it."""
    ids = city.candidates.table.index
    table = pd.DataFrame({"plan_class": "keep"}, index=ids, dtype=object)
    for held, _ in city.locked.out.values():
        table.loc[list(held), "plan_class"] = "locked"
    table["plan_way"] = None
    table["plan_cost_cny10k"] = np.nan
    table["plan_land_mu"] = np.nan
    if isinstance(plan, NoPlan):
        return table
    done = cleared_actions(plan)
    at = done["name"]
    table.loc[at, "plan_class"] = "clear"
    table.loc[at, "plan_way"] = done["way"].to_numpy()
    table.loc[at, "plan_cost_cny10k"] = done["cost_cny10k"].to_numpy()
    table.loc[at, "plan_land_mu"] = -done["total_mu"].to_numpy()
    return table


def cleared_actions(plan: Plan) -> pd.DataFrame:
    """
    List the actions of a plan that clear parcels.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    DataFrame
        Rows of the problem's actions.
    """
    actions = plan.problem.actions
    return actions[plan.chosen & plan.problem.is_kind(CLEAR)]


def built_actions(plan: Plan) -> pd.DataFrame:
    """
    List the actions of a plan that build in parks.

    Parameters
    ----------
    plan
        The plan.

    Returns
    -------
    DataFrame
        Rows of the problem's actions, with ``amount`` [mu].
    """
    actions = plan.problem.actions.assign(amount=plan.amounts)
    return actions[plan.chosen & plan.problem.is_kind(BUILD)]


def _prices(city: CityProblem, effort: Effort) -> dict[str, float]:
    """Price the conditions by the problem whose plots may be cleared in part."""
    in_parts = city.problem.relaxed()
    answer = solve(in_parts, effort)
    if answer.status != "optimal":
        return {}
    names = [one.name for one in in_parts.conditions]
    return dict(zip(names, answer.prices[: len(names)].tolist(), strict=True))


def _simple(ground: Ground, city: CityProblem, plan: Plan) -> tuple[Simple, ...]:
    """Make the plans that people make, and say what they cost more."""
    makers: list[tuple[Text, Callable[[Problem], SimplePlan]]] = [
        (Text("按每亩费用从低到高", "cheapest per mu first"), cheapest_first)
    ]
    by = next((one for one in WORST_BY if one in ground.parcels.columns), None)
    if by is not None:
        value = city.problem.actions["name"].map(ground.parcels[by].astype(float))
        badness = -np.asarray(value, dtype=np.float64)
        label = Text("按低效程度从重到轻", "worst first")
        makers.append((label, lambda problem: worst_first(problem, badness)))
    return tuple(_made(label, make, city.problem, plan) for label, make in makers)


def _made(
    label: Text, make: Callable[[Problem], SimplePlan], problem: Problem, plan: Plan
) -> Simple:
    """Make a plan by hand; where the money does not reach, as if there were no budgets."""
    found = make(problem)
    budgets = {one for one in problem.names if one.partition(":")[0] in BUDGETS}
    if not found.holds and budgets:
        richer = make(problem.without(budgets))
        if richer.holds:
            found = richer
            label = Text(f"{label.zh}（不计预算）", f"{label.en} (whatever the budgets)")
    return Simple(label, found, costs_more(found, plan))


def _with_blocks(ground: Ground, found: Proposal) -> Proposal:
    """Draw the blocks that are released."""
    cleared = found.parcels[found.parcels["plan_class"] == "clear"]
    named = release_block_id(ground.layers, ground.parcels, cleared["plan_land_mu"])
    rows = pd.DataFrame({
        "land_mu": cleared["plan_land_mu"], "cost_cny10k": cleared["plan_cost_cny10k"],
        "plan_block_id": named,
    })  # fmt: skip
    return replace(
        found,
        parcels=found.parcels.join(named),
        blocks=released_blocks(ground.layers, ground.parcels, rows, ground.allocation),
    )


def _scattered(problem: Problem, effort: Effort) -> Plan | NoPlan | None:
    """Plan without the wish for blocks, where there is one, to price it."""
    if problem.clusters is None:
        return None
    return cheapest(problem.without({problem.clusters.name}), effort)


def _with_years(found: Proposal, effort: Effort) -> Proposal:
    """Give each part of the plan its year."""
    asked = found.planning.years
    if not asked or isinstance(found.plan, NoPlan):
        return found
    years = tuple(
        Year(int(name), one.budget_cny10k, one.least_mu, one.target)
        for name, one in sorted(asked.items())
    )
    by_year = phases(found.plan, years, effort)
    if isinstance(by_year, NoPhases):
        return replace(found, phases=by_year)
    done = np.asarray(by_year.amounts > 0)
    year = pd.Series(
        np.array(by_year.years)[done.argmax(axis=1)], found.plan.problem.actions["name"]
    )[found.plan.chosen & found.plan.problem.is_kind(CLEAR)]
    return replace(found, phases=by_year, parcels=found.parcels.join(year.rename("plan_year")))


def _in_full(found: Proposal, plan: Plan, effort: Effort, say: Say) -> Iterator[Proposal]:
    """Look at other plans, at the role of each parcel, and at the frontier."""
    problem, within = found.city.problem, found.planning.within
    say(Text("同样好的别的方案", "Other plans as good"))
    others = alternatives(problem, plan, effort, within=within, count=ALTERNATIVES)
    roled = roles(problem, plan, effort, within=within, others=others)
    parcels = found.parcels.join(_roles_of_parcels(plan, roled))
    found = replace(found, others=others, parcels=parcels)
    yield found
    if found.city.target is not None:
        say(Text("费用与占比的关系", "Cost against share"))
        top = found.highest if isinstance(found.highest, Plan) else None
        yield replace(found, frontier=frontier(problem, effort, highest=top))


def _roles_of_parcels(plan: Plan, roled: pd.DataFrame) -> pd.DataFrame:
    """Take of each parcel the way it is cleared in; of one that stays, the cheapest to take."""
    actions = plan.problem.actions
    rows = roled.assign(name=actions["name"], is_chosen=plan.chosen)
    rows = rows[plan.problem.is_kind(CLEAR)]
    rows = rows.sort_values(
        ["name", "is_chosen", "price_low_cny10k"], ascending=[True, False, True], kind="stable"
    ).drop_duplicates("name")
    return pd.DataFrame({
        "plan_role": rows["role"].to_numpy(),
        "replace_price_low_cny10k": rows["price_low_cny10k"].to_numpy(),
        "replace_price_high_cny10k": rows["price_high_cny10k"].to_numpy(),
    }, index=rows["name"].to_numpy())  # fmt: skip
