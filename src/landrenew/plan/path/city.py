"""From a city to its planning problem: candidates, sites, wishes, locks, and what is not known."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.errors import PlanError
from landrenew.base.units import to_mu
from landrenew.base.words import Text, some
from landrenew.intake.parcels import require
from landrenew.measure.adjacency import contacts, set_by_hand
from landrenew.plan.path.actions import (
    NOWHERE,
    Candidates,
    Sites,
    buildings,
    candidates,
    clearings,
    keeping,
    payments,
    sites,
)
from landrenew.plan.path.conditions import conditions
from landrenew.plan.path.locked import Locked, locked_parcels, locks
from landrenew.plan.path.villages import income_ties, known_incomes
from landrenew.plan.program.problem import BUILD, CITY, CLEAR, Place, Problem, tied_once
from landrenew.plan.program.wishes import Clusters, Condition, Ties

if TYPE_CHECKING:
    from collections.abc import Iterable

    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels
    from landrenew.intake.planning import Planning

NEEDED = ("counted_area_m2", "inside_area_m2", "control_class", "parcel_area_mu")
"""Columns of the parcels that a plan rests on."""


@dataclass(frozen=True, eq=False)
class CityProblem:
    """
    The planning problem of a city, and where its parts come from.

    Parameters
    ----------
    problem
        Actions and conditions.
    candidates
        The parcels that may be cleared.
    sites
        The parks that may be built in.
    locked
        Parcels on which nothing is left to decide.
    planning
        The wishes.
    target
        Share to reach [0-1]; None where nobody asks for one.
    notes
        What is not known, and what was left out for it.
    """

    problem: Problem
    candidates: Candidates
    sites: Sites
    locked: Locked
    planning: Planning
    target: float | None
    notes: tuple[Text, ...]


def city_problem(
    layers: Layers,
    parcels: Parcels,
    planning: Planning,
) -> CityProblem:
    """
    Write the planning problem of a city.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table, measured and judged.
    planning
        The wishes.

    Returns
    -------
    CityProblem
        The problem.

    Raises
    ------
    PlanError
        When there is no control line, no parcel that could be cleared, or no cost of any; when a
        lock names a parcel that is not there or can not be cleared, a wish a town that is not
        there, or a weight a wish that is not; when blocks are asked for and the rulebook has no
        contiguity.
    """
    if layers.control_line is None:
        raise PlanError(
            "项目文件没有 [control_line]，没有线内占比可规划。请补上工业控制线。",
            "The project has no [control_line], and so no share to plan for. Add the line.",
        )
    require(parcels, *NEEDED)
    found, places = candidates(parcels, planning), _places(parcels)
    _refuse_unknown_towns(planning, places)
    _refuse_unpriced(found)
    parks = sites(layers, planning)
    kinds = (clearings(found), buildings(parks), payments(found, planning), keeping(planning))
    actions = pd.concat([one for one in kinds if len(one)], ignore_index=True)
    bare = Problem(actions, places)
    target = _target(layers, planning)
    wishes = conditions(bare, planning, target)
    locked = locked_parcels(layers, parcels, planning, found)
    problem = replace(
        bare.with_(*wishes, *locks(bare, locked), *_outside_growth(bare, parks)),
        ties=_ties(bare, planning, known_incomes(parcels)),
        clusters=_clusters(layers, parcels, planning, found, actions),
    )
    _refuse_unknown_yields(planning, problem)
    notes = tuple(_notes(found, parks, locked))
    return CityProblem(problem, found, parks, locked, planning, target, notes)


def _ties(problem: Problem, planning: Planning, incomes: dict[str, float]) -> Ties | None:
    """Tie the ways of one parcel, and what villages keep."""
    actions = problem.actions
    ties = tied_once(actions["kind"] + "\0" + actions["name"], len(actions))
    if planning.villages is not None and (kept := income_ties(problem, incomes)) is not None:
        ties = ties.and_(kept.rows, kept.upper)
    return ties if len(ties.upper) else None


def _target(layers: Layers, planning: Planning) -> float | None:
    stated = layers.rulebook.share
    return planning.target or (None if stated is None else stated.target)


def _places(parcels: Parcels) -> dict[str, Place]:
    """Add up the land of the city and of each town."""
    areas = pd.DataFrame(
        {name: to_mu(parcels[name]) for name in ("inside_area_m2", "counted_area_m2")}
    )
    groups: list[tuple[object, pd.DataFrame]] = [(CITY, areas)]
    if "town" in parcels:
        town = parcels["town"].fillna(NOWHERE).astype(object)
        groups += [(name, rows) for name, rows in areas.groupby(town)]
    return {
        str(name): Place(*(math.fsum(rows[one].tolist()) for one in rows)) for name, rows in groups
    }


def _refuse_unknown_towns(planning: Planning, places: dict[str, Place]) -> None:
    if unknown := sorted(planning.towns.keys() - places.keys()):
        there = "、".join(sorted(places.keys() - {CITY, NOWHERE})) or "—"
        raise PlanError(
            f"[plan.towns] 的 {some(unknown)} 没有工业用地宗地。有宗地的镇街：{there}。"
            "请核对名称。",
            f"[plan.towns] names {some(unknown)}, where no parcel lies. The towns are: {there}."
            " Check the name.",
        )


def _refuse_unknown_yields(planning: Planning, problem: Problem) -> None:
    if unknown := sorted(planning.yields.keys() - set(problem.names)):
        there = "、".join(problem.names)
        raise PlanError(
            f"[plan.yields] 的 {some(unknown)} 不是本方案的要求。要求的名称：{there}。",
            f"[plan.yields] names {some(unknown)}, which is no wish of this plan. The wishes are:"
            f" {there}.",
        )


def _refuse_unpriced(found: Candidates) -> None:
    if found.table.empty:
        raise PlanError(
            "没有可以腾退的宗地：控制线外没有工业用地。",
            "No parcel can be cleared: no industrial land lies outside the line.",
        )
    if len(found.unpriced) == len(found.table):
        raise PlanError(
            "没有一宗的腾退费用是已知的。请在宗地表或 [survey] 中给出 clear_cost_cny10k，或在"
            ' [plan.costs] 中写 clear_cny10k_per_mu = { value = …, source = "…" }。',
            "The cost of clearing is known of no parcel. Give clear_cost_cny10k of the parcels or"
            " under [survey], or write under [plan.costs] clear_cny10k_per_mu = { value = ...,"
            ' source = "..." }.',
        )


def _outside_growth(problem: Problem, parks: Sites) -> Iterable[Condition]:
    """Write that nothing is built in parks that the growth boundary does not hold."""
    barred = parks.outside_growth
    if len(barred):
        is_barred = problem.is_kind(BUILD) & problem.actions["name"].isin(barred).to_numpy()
        label = Text(f"城镇开发边界外不新增工业用地（园区 {some(barred)}）",
                     f"no new industrial land outside the growth boundary (parks {some(barred)})",
                     )  # fmt: skip
        land = np.where(is_barred, problem.column("total_mu"), 0.0)
        yield Condition("outside_growth", label, land, -math.inf, 0.0, "mu")


def _clusters(
    layers: Layers,
    parcels: Parcels,
    planning: Planning,
    found: Candidates,
    actions: pd.DataFrame,
) -> Clusters | None:
    """Write the wish for blocks, over all parcels: what stays lends its land to what is kept."""
    asked = planning.blocks
    if asked is None:
        return None
    rule = layers.rulebook.contiguity
    if rule is None:
        raise PlanError(
            "[plan.blocks] 要求成片，而规则书没有 [contiguity]，不知道相隔多远算连片。"
            "请在规则书中写明 max_gap_m。",
            "[plan.blocks] asks for blocks, but the rulebook has no [contiguity] that says how far"
            " apart is still contiguous. State max_gap_m there.",
        )
    pairs = contacts(parcels, max_gap_m=rule.max_gap_m, barriers=layers.barriers)
    pairs = set_by_hand(pairs, parcels, layers.contacts)
    land = to_mu(parcels["counted_area_m2"])
    land.loc[found.table.index] = found.table["land_mu"]
    said = {"released": ("腾退", "cleared"), "kept": ("保留", "kept")}[asked.of]
    label = Text(f"{said[0]}的地块组每组不小于 {asked.least_mu:,.10g} 亩",
                 f"every block of {said[1]} plots at least {asked.least_mu:,.10g} mu")  # fmt: skip
    is_clearing = (actions["kind"] == CLEAR).to_numpy()
    plot = np.where(is_clearing, parcels.index.get_indexer(pd.Index(actions["name"])), -1)
    return Clusters(
        "block_size", label, asked.of, asked.least_mu, plot, np.asarray(land, dtype=np.float64),
        pairs["first"].to_numpy(), pairs["second"].to_numpy(),
    )  # fmt: skip


def _notes(found: Candidates, parks: Sites, locked: Locked) -> Iterable[Text]:
    """Say what the plan may not touch, and what it can not know."""
    land = found.table["land_mu"]
    total = math.fsum(land.tolist())
    yield Text(f"可腾退宗地 {len(land)} 宗，{total:,.2f} 亩。",
               f"Parcels that can be cleared: {len(land)}, {total:,.2f} mu.")  # fmt: skip
    for ids, label in locked.out.values():
        mu = math.fsum(land[list(ids)].tolist())
        yield Text(f"其中 {label.zh}（{mu:,.2f} 亩）：{some(ids)}。",
                   f"Of these, {label.en} ({mu:,.2f} mu): {some(ids)}.")  # fmt: skip
    if parks.without:
        yield Text(
            f"园区 {some(parks.without)} 的可用容量或建设成本不明，不计在线内新增。",
            f"Parks {some(parks.without)}: capacity or cost to build is not known; nothing is"
            " built there.",
        )
