"""To loosen a condition: by how much, said in round figures, and what is freed by it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.plan.program.elastic import (
    most_by_name,
    place_of,
    size_of,
)
from landrenew.plan.program.wishes import COUNT, EXACT, SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from landrenew.base.words import Text
    from landrenew.plan.program.problem import Problem
    from landrenew.plan.program.wishes import Condition

    Numbers = NDArray[np.float64]

MONEY = "cny10k"
"""Unit of money; figures of a hundred and more are said in whole 10,000 CNY."""

DECIMALS = {SHARE: 4, COUNT: 0}
"""Decimals in which a loosened bound is said; others take :data:`PLAIN`."""

PLAIN = 2
"""Decimals of land, and of sums of money below :data:`LARGE`."""

LARGE = 100.0
"""From here on money is said without decimals [10,000 CNY]."""

GRAIN = 1e-12
"""What a sum of many numbers leaves behind, as a share of it."""


@dataclass(frozen=True)
class Loosening:
    """
    One condition that gives way.

    Parameters
    ----------
    name, label
        As for :class:`~landrenew.plan.program.wishes.Condition`.
    unit
        Unit of ``before`` and ``after``; ``share`` for a share target [0-1].
    before, after
        The bound asked for, and the one proposed [unit].
    size
        What the change is compared with [unit], see
        :func:`~landrenew.plan.program.elastic.size_of`.
    is_least
        Whether the bound is one from below, which falls; else it is one from above, which rises.
    freed
        Of locks: the plots that the plan treats otherwise than the lock asks for.
    freed_mu
        Their land [mu].
    """

    name: str
    label: Text
    unit: str
    before: float
    after: float
    size: float
    is_least: bool
    freed: tuple[str, ...] = ()
    freed_mu: float = 0.0

    @property
    def part(self) -> float:
        """By how much it gives way, as a share of its size [0-1, or above]."""
        return abs(self.after - self.before) / self.size


def loosened(problem: Problem, condition: Condition, amounts: Numbers) -> Loosening | None:
    """
    Loosen a condition just so far that a plan holds it.

    Parameters
    ----------
    problem
        The problem.
    condition
        One of its conditions.
    amounts
        Shape (n,): the plan.

    Returns
    -------
    Loosening or None
        In round figures, rounded so that the plan still holds it: a share down to 4 decimals,
        money to whole 10,000 CNY (below a hundred of them, to 100 CNY), land to 0.01 mu. None when
        the plan holds it as it is.
    """
    if condition.is_held(amounts):
        return None
    size, place = size_of(problem, condition), place_of(problem, condition.name)
    if place is not None:
        before, unit = size, SHARE
        value = problem.share(amounts, place)
    else:
        value, unit = math.fsum((condition.weights * amounts).tolist()), condition.unit
        before = float(condition.lower if value < condition.lower else condition.upper)
    after = _rounded(value, _decimals(problem, condition, unit, size), is_down=value < before)
    return Loosening(
        condition.name, condition.label, unit, before, after, size, is_least=value < before
    )


def _decimals(problem: Problem, condition: Condition, unit: str, size: float) -> int:
    if unit.startswith(MONEY):
        return 0 if size >= LARGE else PLAIN
    is_whole = problem.actions["is_whole"].to_numpy(bool)[condition.weights != 0].all()
    return PLAIN if unit == COUNT and not is_whole else DECIMALS.get(unit, PLAIN)


def _rounded(value: float, decimals: int, *, is_down: bool) -> float:
    """Round to what the plan holds, but not a whole step for what a sum leaves behind."""
    grain = GRAIN * max(1.0, abs(value))
    step = 10.0**decimals
    whole = math.floor((value + grain) * step) if is_down else math.ceil((value - grain) * step)
    return whole / step


def exact_part(problem: Problem, condition: Condition, amounts: Numbers) -> float:
    """
    Measure by how much a plan misses a condition, not rounded.

    Parameters
    ----------
    problem
        The problem.
    condition
        One of its conditions.
    amounts
        Shape (n,): the plan.

    Returns
    -------
    float
        Share of the size of the condition; 0 when the plan holds it.
    """
    if condition.is_held(amounts):
        return 0.0
    size, place = size_of(problem, condition), place_of(problem, condition.name)
    if place is not None:
        return (size - problem.share(amounts, place)) / size
    return condition.shortfall(amounts) / size


def with_loosened(problem: Problem, loosenings: Iterable[Loosening]) -> Problem:
    """
    Put loosened conditions in the place of those that were asked for.

    Parameters
    ----------
    problem
        The problem.
    loosenings
        What gives way; of the clusters, their least size.

    Returns
    -------
    Problem
        The same with them; the row of a share target is built anew.
    """
    for one in loosenings:
        condition = problem.condition(one.name)
        if condition is not None:
            problem = problem.with_(_moved(problem, condition, one))
        elif problem.clusters is not None:
            problem = replace(problem, clusters=replace(problem.clusters, least_mu=one.after))
    return problem


def _moved(problem: Problem, condition: Condition, loosening: Loosening) -> Condition:
    place = place_of(problem, condition.name)
    if place is not None:
        weights, least = problem.share_row(loosening.after, place)
        return replace(condition, weights=weights, lower=least)
    if loosening.is_least:
        return replace(condition, lower=loosening.after)
    return replace(condition, upper=loosening.after)


def with_freed(problem: Problem, loosening: Loosening, amounts: Numbers) -> Loosening:
    """
    Name the plots that a loosened lock sets free.

    Parameters
    ----------
    problem
        The problem, as it was asked.
    loosening
        What gives way.
    amounts
        Shape (n,): the plan that comes of it.

    Returns
    -------
    Loosening
        With the plots, in the order of the actions; as it is when it is no lock.
    """
    condition = problem.condition(loosening.name)
    if condition is None or condition.unit != COUNT:
        return loosening
    at = np.flatnonzero(condition.weights)
    names = problem.actions["name"].to_numpy()[at]
    done = pd.Series(condition.weights[at] * amounts[at]).groupby(names, sort=False).sum()
    if loosening.is_least:
        is_freed = done < most_by_name(problem, condition) - EXACT
    else:
        is_freed = done > EXACT
    each = np.abs(problem.column("total_mu")[at] * problem.column("upper")[at])
    land = pd.Series(each).groupby(names, sort=False).max()
    freed = tuple(str(name) for name in done.index[is_freed])
    return replace(loosening, freed=freed, freed_mu=math.fsum(land[is_freed].tolist()))
