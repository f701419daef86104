"""Why there is no plan: the fewest conditions that cannot hold together, by name.

Named conditions that cannot hold together are no use to anybody while some of them could be left
out of the list: then the wrong person is asked to give way. So the list is the shortest there is,
or it is said that a shorter one is not excluded.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy.sparse import csr_array

from landrenew.base.errors import PlanError
from landrenew.plan.program.elastic import elastic, scale_of
from landrenew.plan.program.highs import solve_model
from landrenew.plan.program.model import Effort, Model
from landrenew.plan.program.solve import solve

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.plan.program.problem import Problem

    Numbers = NDArray[np.float64]

Names = frozenset[str]
Verdict = Names | Literal["infeasible", "undecided"]
"""Of some conditions: all that a plan holds which holds them; or that there is no such plan."""

MOST_SOLVES = 80
"""How many solves the search for the smallest set may take."""

ANY_PLAN = 0.1
"""Gap of a solve that is only to find a plan which misses little."""


@dataclass(frozen=True)
class Clash:
    """
    Conditions that cannot hold together.

    Parameters
    ----------
    names
        Their names, in the order of the problem; none at all when what holds for every plan
        contradicts itself. That they clash is always proven.
    is_irreducible
        Whether it is proven that any of them can be left out and the others hold together.
    is_smallest
        Whether it is proven that no fewer conditions clash.
    solves
        Number of programmes solved.
    seconds
        Time it took [s].
    """

    names: tuple[str, ...]
    is_irreducible: bool
    is_smallest: bool
    solves: int
    seconds: float


def clash(problem: Problem, effort: Effort) -> Clash | None:
    """
    Find the fewest conditions that cannot hold together.

    Parameters
    ----------
    problem
        The problem, whole numbers, ties and clusters included.
    effort
        Time for all of it; the gap is not used, for a plan is a plan.

    Returns
    -------
    Clash or None
        The conditions; None when there is a plan.

    Raises
    ------
    PlanError
        When it was not found out in time whether there is a plan.

    Notes
    -----
    Implicit hitting sets: every clash has a condition in common with each set of conditions whose
    removal leaves a plan (a correction set). Take a smallest set that has, of the correction sets
    known so far; if its conditions clash, no smaller set does, and if not, a plan that holds them
    and misses little of the rest gives a further correction set. Where that does not end within
    the solves or half the time, conditions are left out one by one as long as the rest clash.
    Source: Ignatiev, Previti, Liffiton, Marques-Silva, Smallest MUS Extraction with Minimal Hitting
    Set Dualization (CP 2015); deletion filter: Chinneck, Feasibility and Infeasibility in
    Optimization (2008), section 6.2.
    """
    asked = _Questions(problem, effort)
    if not _is_infeasible(asked):
        return None
    known = _smallest(asked.in_parts) if asked.in_parts.infeasible else None
    _carry_over(asked, known)
    smallest = _smallest(asked, known)
    if smallest is not None:
        return asked.clash(smallest, is_irreducible=True, is_smallest=True)
    names, is_irreducible = _filtered(asked, known)
    is_smallest = len(_least_hitting(asked.names, asked.corrections)) == len(names)
    return asked.clash(names, is_irreducible=is_irreducible or is_smallest, is_smallest=is_smallest)


def _is_infeasible(asked: _Questions) -> bool:
    whole = asked.verdict(asked.names)
    if whole == "undecided":
        raise PlanError(
            "规定时间内未能判定各项条件能否同时满足；请延长求解时间。",
            "It was not found out in time whether the conditions can hold together. Allow more"
            " time.",
        )
    return whole == "infeasible"


@dataclass(eq=False)
class _Questions:
    """What was asked about sets of conditions, and what came of it."""

    problem: Problem
    effort: Effort
    is_whole: bool = True
    began: float = field(default_factory=time.monotonic)
    solves: int = 0
    corrections: list[Names] = field(default_factory=list)
    infeasible: list[Names] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.names = frozenset(self.problem.names)
        self.scale = {one.name: scale_of(self.problem, one) for one in self.problem.conditions}

    @cached_property
    def in_parts(self) -> _Questions:
        """The same with everything done in part and no clusters: quick, and never too strict."""
        free = self.problem.without(self.names - self.scale.keys())
        return _Questions(free.relaxed(), self.effort, is_whole=False, began=self.began)

    @property
    def spent(self) -> float:
        return time.monotonic() - self.began

    @property
    def may_search_on(self) -> bool:
        limit = self.effort.seconds
        return self.solves < MOST_SOLVES and (limit is None or self.spent < limit / 2)

    def verdict(self, hard: Names) -> Verdict:
        """Ask for a plan that holds these conditions and misses few of the others."""
        if not self.is_whole:
            return self._noted(hard, self._near(hard))
        first = self.in_parts.verdict(hard & self.in_parts.names)
        if first == "infeasible":
            return self._noted(hard, first)
        near = hard if first == "undecided" else hard | first
        verdict = self._any(near)
        if isinstance(verdict, str) and near != hard:
            verdict = self._near(hard)
        return self._noted(hard, verdict)

    def _noted(self, hard: Names, verdict: Verdict) -> Verdict:
        if verdict == "infeasible":
            self.infeasible.append(hard)
        return verdict

    def _any(self, hard: Names) -> Verdict:
        """Ask for any plan that holds these conditions."""
        free = self.problem.without(self.names - hard)
        return self._held(hard, free, np.zeros(len(free.actions)))

    def _near(self, hard: Names) -> Verdict:
        """Ask for a plan that holds these conditions and misses little of the others."""
        soft = self.scale.keys() - hard
        free = self.problem.without(self.names - self.scale.keys() - hard)
        price = {name: 1 / scale for name, scale in self.scale.items() if name in soft}
        return self._held(hard, *elastic(free, price))

    def _held(self, hard: Names, asked: Problem, objective: Numbers) -> Verdict:
        self.solves += 1
        limit = Effort(ANY_PLAN, self.effort.seconds).after(self.spent)
        answer = solve(asked, limit, objective=objective)
        if not answer.has_plan:
            return "infeasible" if answer.status == "infeasible" else "undecided"
        amounts = answer.values[: len(self.problem.actions)]
        return hard | {one.name for one in self.problem.conditions if one.is_held(amounts)}

    def clash(self, names: Names, *, is_irreducible: bool, is_smallest: bool) -> Clash:
        """Write down what was found."""
        ordered = tuple(name for name in self.problem.names if name in names)
        solves = self.solves + self.in_parts.solves
        return Clash(ordered, is_irreducible, is_smallest, solves, self.spent)


def _carry_over(asked: _Questions, known: Names | None) -> None:
    """Try the correction sets found in parts on whole numbers, the smallest first."""
    for missed in sorted(asked.in_parts.corrections, key=len):
        least = _least_hitting(asked.names, asked.corrections)
        if not asked.may_search_on or (known is not None and len(least) == len(known)):
            return
        verdict = asked.verdict(asked.in_parts.names - missed)
        if not isinstance(verdict, str):
            asked.corrections.append(asked.names - verdict)


def _smallest(asked: _Questions, known: Names | None = None) -> Names | None:
    """Search for the smallest set; known is one that clashes."""
    while asked.may_search_on:
        trial = _least_hitting(asked.names, asked.corrections)
        if known is not None and len(known) == len(trial):
            return known
        verdict = asked.verdict(trial)
        if verdict == "infeasible":
            return trial
        if verdict == "undecided":
            return None
        asked.corrections.append(asked.names - _grown(asked, verdict))
    return None


def _grown(asked: _Questions, held: Names) -> Names:
    """Add conditions as long as there is a plan; the fewer are left over, the more that says."""
    for name in asked.problem.names:
        if len(asked.names - held) == 1 or not asked.may_search_on:
            break
        if name not in held:
            verdict = asked.verdict(held | {name})
            held = held if isinstance(verdict, str) else verdict
    return held


def _least_hitting(names: Names, sets: list[Names]) -> Names:
    """Find the fewest names of which each set has one."""
    if not sets:
        return frozenset()
    ordered = sorted(names)
    rows = np.array([[float(name in one) for name in ordered] for one in sets])
    one_each = np.ones(len(ordered))
    model = Model(
        one_each, np.zeros(len(ordered)), one_each, np.ones(len(ordered), dtype=bool),
        csr_array(rows), np.ones(len(sets)), np.full(len(sets), np.inf),
    )  # fmt: skip
    taken = solve_model(model, Effort()).values
    return frozenset(name for name, is_in in zip(ordered, taken, strict=True) if is_in)


def _filtered(asked: _Questions, known: Names | None) -> tuple[Names, bool]:
    """Leave out one condition after the other as long as the rest are proven to clash."""
    core = min([*asked.infeasible, *([] if known is None else [known])], key=len)
    is_irreducible = True
    for name in asked.problem.names:
        if name in core:
            verdict = asked.verdict(core - {name})
            if verdict == "infeasible":
                core -= {name}
            elif verdict == "undecided":
                is_irreducible = False
            else:
                asked.corrections.append(asked.names - verdict)
    return core, is_irreducible
