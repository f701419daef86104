"""The wishes of a project as named conditions, each one row in its own unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from landrenew.base.words import Text, percent
from landrenew.plan.path.villages import income_kept
from landrenew.plan.program.problem import BUILD, CITY, CLEAR, TARGET, TOWN_TARGET, Problem
from landrenew.plan.program.wishes import Condition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from landrenew.intake.planning import Planning

    Numbers = NDArray[np.float64]

NONE = -math.inf
MORE = math.inf


def conditions(problem: Problem, planning: Planning, target: float | None) -> Iterator[Condition]:
    """
    Write the wishes for land, money and villages.

    Parameters
    ----------
    problem
        Actions and places.
    planning
        The wishes.
    target
        Share of the city to reach [0-1]; None where nobody asks for one.

    Yields
    ------
    Condition
        One for each wish.
    """
    if target is not None:
        yield share_condition(problem, target)
    yield from _amounts(problem, CITY, Text("全市", "the city"), {
        "budget": planning.budget_cny10k,
        "least_mu": planning.least_mu,
        "most_mu": planning.most_mu,
    })  # fmt: skip
    for name, town in planning.towns.items():
        if town.target is not None:
            yield share_condition(problem, town.target, name)
        yield from _amounts(problem, name, Text(name, name), {
            "town_budget": town.budget_cny10k,
            "town_least_mu": town.least_mu,
            "town_most_mu": town.most_mu,
        })  # fmt: skip
    if planning.most_new_per_cleared is not None:
        yield _new_land(problem, planning.most_new_per_cleared.value)
    if planning.villages is not None:
        yield income_kept(problem, planning.villages.least_income_share)


def share_condition(problem: Problem, target: float, place: str = CITY) -> Condition:
    """
    Write "the share reaches the target".

    Parameters
    ----------
    problem
        Actions and places.
    target
        Share to reach [0-1].
    place
        The city, or one of its towns.

    Returns
    -------
    Condition
        Named ``target``, or ``town_target:`` and the town.
    """
    weights, least = problem.share_row(target, place)
    zh, en = ("全市", "of the city") if place == CITY else (place, f"of {place}")
    label = Text(f"{zh}线内占比不低于 {percent(target)}",
                 f"share inside the line {en} at least {percent(target)}")  # fmt: skip
    name = TARGET if place == CITY else f"{TOWN_TARGET}{place}"
    return Condition(name, label, weights, least, MORE, "mu")


def _amounts(
    problem: Problem, place: str, called: Text, asked: dict[str, float | None]
) -> Iterator[Condition]:
    """Write what a place may spend, must clear and may clear."""
    here = problem.is_at(place)
    land = np.where(here & problem.is_kind(CLEAR), -problem.column("total_mu"), 0.0)
    money = np.where(here, problem.column("cost_cny10k"), 0.0)
    behind = "" if place == CITY else f":{place}"
    for name, bound in asked.items():
        if bound is None:
            continue
        full = f"{name}{behind}"
        if name.endswith("budget"):
            label = Text(f"{called.zh}费用不超过 {bound:,.10g} 万元",
                         f"cost of {called.en} at most {bound:,.10g} CNY10k")  # fmt: skip
            yield Condition(full, label, money, NONE, bound, "cny10k")
        elif name.endswith("least_mu"):
            label = Text(f"{called.zh}腾退不少于 {bound:,.10g} 亩",
                         f"at least {bound:,.10g} mu cleared in {called.en}")  # fmt: skip
            yield Condition(full, label, land, bound, MORE, "mu")
        else:
            label = Text(f"{called.zh}腾退不超过 {bound:,.10g} 亩",
                         f"at most {bound:,.10g} mu cleared in {called.en}")  # fmt: skip
            yield Condition(full, label, land, NONE, bound, "mu")


def _new_land(problem: Problem, most: float) -> Condition:
    """Write that new land is made from land that was cleared."""
    cleared = np.where(problem.is_kind(CLEAR), -problem.column("total_mu"), 0.0)
    built = np.where(problem.is_kind(BUILD), problem.column("total_mu"), 0.0)
    label = Text(f"新增工业用地不超过腾退面积的 {most:.6g} 倍",
                 f"new industrial land at most {most:.6g} times what is cleared")  # fmt: skip
    return Condition("new_land", label, built - most * cleared, NONE, 0.0, "mu")
