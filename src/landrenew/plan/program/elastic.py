"""Conditions that give way: how big each is, and the programme in which they may be missed.

Conditions have different units. What makes them comparable is the share of its own size by which
each gives way; :func:`size_of` says what that size is.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from landrenew.plan.program.problem import ACTION_COLUMNS, CITY, TARGET, TOWN_TARGET
from landrenew.plan.program.wishes import COUNT, EXACT, Ties

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from landrenew.plan.program.model import Answer
    from landrenew.plan.program.problem import Problem
    from landrenew.plan.program.wishes import Condition

    Numbers = NDArray[np.float64]

MILLION = 1e6
"""By how much prices are written larger, see :func:`elastic`."""

OPEN = 500
"""How many actions stay open of those that are clear, see :func:`core`."""

SHARE_DIGITS = 12
"""Digits to which a target is read back from its row, as it was written."""


def place_of(problem: Problem, name: str) -> str | None:
    """
    Tell the place whose share a condition asks for.

    Parameters
    ----------
    problem
        The problem.
    name
        Name of a condition.

    Returns
    -------
    str or None
        The city, or a town; None when the condition is no share target.
    """
    if name == TARGET:
        return CITY
    town = name.removeprefix(TOWN_TARGET)
    return town if town != name and town in problem.places else None


def asked_share(problem: Problem, condition: Condition, place: str) -> float:
    """
    Read the target back from the row that :meth:`Problem.share_row` wrote.

    Parameters
    ----------
    problem
        The problem.
    condition
        A share target.
    place
        Whose share.

    Returns
    -------
    float
        The share asked for [0-1].

    Notes
    -----
    The row's bound is ``t T - I``.
    """
    now = problem.places[place]
    return round(float(condition.lower + now.inside_mu) / now.total_mu, SHARE_DIGITS)


def most_land(problem: Problem, place: str) -> float:
    """
    Add up the land that a place could have at most.

    Parameters
    ----------
    problem
        The problem.
    place
        The city, or one of its towns.

    Returns
    -------
    float
        What is there, and all that could be built [mu].
    """
    change, here = problem.column("total_mu"), problem.is_at(place)
    ends = np.maximum(change * problem.column("lower"), change * problem.column("upper"))
    return math.fsum([problem.places[place].total_mu, *ends[here].tolist()])


def size_of(problem: Problem, condition: Condition) -> float:
    """
    Measure a condition, so that loosening it can be said as a share of its size.

    Parameters
    ----------
    problem
        The problem.
    condition
        One of its conditions.

    Returns
    -------
    float
        Its bound [unit of the condition]; of a share target the share [0-1]; of a count or a bound
        of 0, which have no size of their own: the most that the row can come to, each plot, site
        or village counted once in the way that brings most. Above 0; 1 where there is no size.
    """
    place = place_of(problem, condition.name)
    if place is not None:
        return asked_share(problem, condition, place) or 1.0
    bounds = [abs(one) for one in (condition.lower, condition.upper) if math.isfinite(one)]
    size = max(bounds, default=0.0)
    if size == 0 or condition.unit == COUNT:
        size = float(most_by_name(problem, condition).sum())
    return size if 0 < size < math.inf else 1.0


def scale_of(problem: Problem, condition: Condition, land_mu: float | None = None) -> float:
    """
    Say how far a condition is missed when it gives way by its whole size.

    Parameters
    ----------
    problem
        The problem.
    condition
        One of its conditions.
    land_mu
        Land of the place after the plan [mu], for a share target; None: as it is.

    Returns
    -------
    float
        In the unit of its row: its size; of a share target the target times the land, for a share
        that is lower by ``d`` is ``d`` times the land short. Above 0.
    """
    size, place = size_of(problem, condition), place_of(problem, condition.name)
    if place is None:
        return size
    return size * (problem.places[place].total_mu if land_mu is None else land_mu) or 1.0


def most_by_name(problem: Problem, condition: Condition) -> pd.Series[float]:
    """
    Give the most that each plot, site or village can bring to a condition.

    Parameters
    ----------
    problem
        The problem.
    condition
        One of its conditions.

    Returns
    -------
    Series of float
        By name [unit of the condition], never below 0; those only that can bring anything.
    """
    at = np.flatnonzero(condition.weights)
    ends = [condition.weights[at] * problem.column(one)[at] for one in ("lower", "upper")]
    names = problem.actions["name"].to_numpy()[at]
    return pd.Series(np.maximum(0.0, np.maximum(*ends))).groupby(names, sort=False).max()


def elastic(problem: Problem, price: Mapping[str, float]) -> tuple[Problem, Numbers]:
    """
    Let conditions be missed, at a price.

    Parameters
    ----------
    problem
        The problem.
    price
        What it costs to miss a condition by one unit of its own; conditions without an entry must
        hold, like the clusters.

    Returns
    -------
    Problem
        The same with an action ``slack`` behind the others for each bound that may be missed.
    ndarray
        Shape (n + k,): what to make small.

    Notes
    -----
    Elastic programming: ``lower <= weights . amounts + s - t <= upper``, ``s, t >= 0``, and the sum
    of all s and t, each times its price, is made small. The slacks are in the unit of their row and
    the prices are written a million times as high: HiGHS holds an objective to 1e-7 only, and needs
    3 steps instead of 13,000 for the elastic LP of 20,000 plots. Source: Chinneck, Feasibility and
    Infeasibility in Optimization (2008), chapter 6.
    """
    sides = [
        (one.name, sign)
        for one in problem.conditions
        for bound, sign in ((one.lower, 1.0), (one.upper, -1.0))
        if one.name in price and math.isfinite(bound)
    ]
    conditions = tuple(_with_slack(one, sides) for one in problem.conditions)
    actions = pd.concat([problem.actions, _slacks(sides)], ignore_index=True)
    ties = None if problem.ties is None else _widened(problem.ties, len(sides))
    objective = np.zeros(len(actions))
    objective[len(problem.actions) :] = [MILLION * price[name] for name, _ in sides]
    clusters = problem.clusters
    if clusters is not None:
        none = np.full(len(sides), -1, dtype=np.intp)
        clusters = replace(clusters, plot=np.concatenate([clusters.plot, none]))
    loose = replace(problem, actions=actions, conditions=conditions, ties=ties, clusters=clusters)
    return loose, objective


def core(problem: Problem, objective: Numbers, in_parts: Answer) -> Problem:
    """
    Leave open what is not clear from doing everything in part, and settle the rest.

    Parameters
    ----------
    problem
        A problem without clusters.
    objective
        Shape (n,): what is made small.
    in_parts
        The optimal answer to the same with everything done in part.

    Returns
    -------
    Problem
        The same; all or nothing is settled for those actions that are done wholly or not at all
        in the answer, but the :data:`OPEN` of them that would cost least to turn. What it has no
        plan for, the problem may have one for.

    Notes
    -----
    The core of a knapsack: with reduced costs ``c - prices . rows``, an optimal plan differs from
    the LP's hardly but where they are near 0. Source: Balas and Zemel, An Algorithm for Large
    Zero-One Knapsack Problems, Operations Research 28 (1980).
    """
    whole, model = np.rint(in_parts.values), problem.model(objective)
    distance = abs(np.subtract(in_parts.values, whole))
    turning = np.abs(objective - model.rows.T @ in_parts.prices)
    is_clear = model.is_whole & (distance < EXACT)
    order = np.flatnonzero(is_clear)[np.argsort(turning[is_clear], kind="stable")]
    settled = order[OPEN:]
    bounds = {}
    for name in ("lower", "upper"):
        bounds[name] = problem.column(name).copy()
        bounds[name][settled] = whole[settled]
    return replace(problem, actions=problem.actions.assign(**bounds))


def _with_slack(condition: Condition, sides: list[tuple[str, float]]) -> Condition:
    added = [sign if name == condition.name else 0.0 for name, sign in sides]
    return replace(condition, weights=np.concatenate([condition.weights, np.array(added)]))


def _slacks(sides: list[tuple[str, float]]) -> pd.DataFrame:
    plain: dict[str, Any] = {
        "kind": "slack", "way": "", "town": "", "village": "", "lower": 0.0, "upper": math.inf,
        "is_whole": False, "cost_cny10k": 0.0, "inside_mu": 0.0, "total_mu": 0.0,
        "income_cny10k": 0.0, "floor_area_m2": 0.0,
    }  # fmt: skip
    return pd.DataFrame([{**plain, "name": name} for name, _ in sides], columns=[*ACTION_COLUMNS])


def _widened(ties: Ties, count: int) -> Ties:
    rows = ties.rows
    shape = (rows.shape[0], rows.shape[1] + count)
    return Ties(csr_array((rows.data, rows.indices, rows.indptr), shape=shape), ties.upper)
