"""The hunt for the best plan whose clusters are large enough: cuts, rounds, and mended plans.

A hunt keeps the best plan found and the best bound proven, and draws them together. Nothing in it
hangs on the clock but its end, so that the same problem gives the same plan.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from landrenew.plan.program.highs import solve_model
from landrenew.plan.program.mending import mended
from landrenew.plan.program.model import Standing, relative_gap
from landrenew.plan.program.session import Session
from landrenew.plan.program.wishes import EXACT

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from landrenew.plan.program.marks import Marks
    from landrenew.plan.program.model import Answer, Effort, Model, Status
    from landrenew.plan.program.web import Cut, Web

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Positions = NDArray[np.intp]
    Watch = Callable[[Standing], None]

BROKEN = 1e-3
"""A cut that the relaxation breaks by less is not worth a row."""

TIGHT = 1e-6
"""A row with no more slack than this goes on from the relaxation to the whole numbers."""

MOST_RELAXED, LOOK_BACK, STALLED = 60, 5, 0.03
"""Rounds of the relaxation; it ends when so many of them win less than this part of the gap."""

MOST_CHASED, STEPS, FREE = 12, 3, 300
"""Rounds of mending a plan; plots so near to a small cluster are free, and so many that the
relaxation has no strong view of."""


class HaltError(Exception):
    """The time is up, or somebody stopped the hunt; it never leaves this package."""


class Hunt:
    """
    The hunt in one problem.

    Parameters
    ----------
    model
        The rows of the problem, without the clusters.
    web
        The plots.
    marks
        How actions mark them.
    effort
        Gap and time.
    watch
        Called with how it stands.
    """

    def __init__(
        self, model: Model, web: Web, marks: Marks, effort: Effort, watch: Watch | None = None
    ) -> None:
        self.model, self.web, self.marks, self.effort = model, web, marks, effort
        self.began, self.is_interrupted = time.monotonic(), False
        self.bound, self.worth = -math.inf, math.inf
        self.found: Numbers | None = None
        self.relaxed: Answer | None = None
        self.reduced = model.objective
        self.cuts: dict[Cut, int] = {}
        self._watch = watch
        self._rows, self._lower = csr_array((0, len(model.lower))), np.zeros(0)
        self._is_used = np.zeros(0, dtype=bool)
        self._session: Session | None = None

    @property
    def is_closed(self) -> bool:
        """Whether the best plan is near enough to the bound."""
        if self.found is None:
            return False
        near = max(self.effort.absolute, EXACT * max(1.0, abs(self.worth)))
        is_equal = self.worth - self.bound <= near
        return is_equal or relative_gap(self.worth, self.bound) <= self.effort.gap

    def left(self) -> Effort:
        """
        Give the effort that is left.

        Returns
        -------
        Effort
            With some time left.

        Raises
        ------
        HaltError
            When the time is up.
        """
        left = self.effort.after(time.monotonic() - self.began)
        if left.seconds is not None and left.seconds <= 0:
            raise HaltError
        return left

    def add(self, cuts: list[Cut]) -> int:
        """
        Add cuts; those that are known already are used again.

        Parameters
        ----------
        cuts
            The cuts.

        Returns
        -------
        int
            How many are new.
        """
        fresh = [cut for cut in dict.fromkeys(cuts) if cut not in self.cuts]
        self._is_used[[self.cuts[cut] for cut in cuts if cut in self.cuts]] = True
        if fresh:
            self.cuts.update(zip(fresh, count(len(self.cuts))))
            rows, lower = self.marks.rows(fresh)
            self._rows = vstack([self._rows, rows], format="csr")
            self._lower = np.concatenate([self._lower, lower])
            self._is_used = np.concatenate([self._is_used, np.ones(len(fresh), dtype=bool)])
            if self._session is not None:
                self._session.add(rows, lower)
        return len(fresh)

    def offer(self, amounts: Numbers) -> bool:
        """
        Keep a plan if it obeys everything and is better than the best so far.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done.

        Returns
        -------
        bool
            Whether it obeys everything.
        """
        amounts = np.where(self.model.is_whole, np.rint(amounts), amounts)
        if not holds(self.model, amounts) or self.web.small(self.marks.of(amounts) > 0.5):  # noqa: PLR2004  marked
            return False
        worth = math.fsum((self.model.objective * amounts).tolist())
        if worth < self.worth:
            self.worth, self.found = worth, amounts
            self._tell()
        return True

    def relax(self) -> Status:
        """
        Solve the relaxation, and cut it until that wins little.

        Returns
        -------
        Status
            ``optimal``, or what stopped it for good.
        """
        if self._session is None:
            self._session = Session(self._cut_model(self._is_used))
        bounds: list[float] = []
        for _ in range(MOST_RELAXED):
            answer = self.checked(self._session.solve(self.left()))
            if answer.status != "optimal":
                return answer.status
            self.relaxed = answer
            self._raise_bound(answer.bound)
            prices = answer.prices[: len(self.model.row_lower)]
            self.reduced = self.model.objective - self.model.rows.T @ prices
            bounds.append(answer.bound)
            cuts = self.web.cuts_of_parts(self.marks.of(answer.values), BROKEN)
            if self.is_closed or not self.add(cuts) or self._has_stalled(bounds):
                break
        return "optimal"

    def _has_stalled(self, bounds: list[float]) -> bool:
        if len(bounds) <= LOOK_BACK:
            return False
        won = bounds[-1] - bounds[-1 - LOOK_BACK]
        return won < max(self.effort.gap * STALLED, TIGHT) * abs(bounds[-1])

    def close(self, most: int | None = None, *, is_chasing: bool = True) -> Status:
        """
        Solve in whole numbers, cut off clusters that are too small, and solve again.

        Parameters
        ----------
        most
            Most rounds; None goes on to the end.
        is_chasing
            Whether plans are mended with care, else quickly.

        Returns
        -------
        Status
            ``optimal``; ``stopped`` after the most rounds; or what stopped it for good.
        """
        self._session = None
        if self.relaxed is not None:
            self._is_used = self._rows @ self.relaxed.values - self._lower < TIGHT
        for _ in count() if most is None else range(most):
            answer = self._solved_whole()
            if answer.status != "optimal":
                return answer.status
            cuts = self.web.cuts_of_plan(self.marks.marked(answer.values))
            if not cuts:
                self._accept(answer)
                return "optimal" if self.is_closed else "failed"
            self.add(cuts)
            if not self.offer(self._mended(answer.values)) and is_chasing:
                self._chase(answer.values)
            if self.is_closed:
                return "optimal"
        return "stopped"

    def _accept(self, answer: Answer) -> None:
        """Take a plan with which the solver is content, be a row missed by its own tolerance."""
        if not self.offer(answer.values) and self.found is None:
            self.worth, self.found = answer.objective, answer.values

    def _chase(self, amounts: Numbers) -> None:
        """Mend a plan by solving again what lies around its small clusters; the rest stands."""
        free = np.ones(len(amounts), dtype=bool)
        free[self.marks.clearing.indices] = False
        free[np.argsort(np.abs(self.reduced), kind="stable")[:FREE]] = True
        for _ in range(MOST_CHASED):
            small = self.web.small(self.marks.marked(amounts))
            free[self.marks.actions_of(self.web.around(np.concatenate(small), STEPS))] = True
            model = self._cut_model(self._is_used)
            fixed = replace(
                model,
                lower=np.where(free, model.lower, amounts),
                upper=np.where(free, model.upper, amounts),
            )
            answer = self.checked(solve_model(fixed, _part_of(self.left(), 1 / 4)))
            if answer.status != "optimal":
                return
            amounts = answer.values
            cuts = self.web.cuts_of_plan(self.marks.marked(amounts))
            self.add(cuts)
            if self.offer(self._mended(amounts) if cuts else amounts):
                return

    def _mended(self, amounts: Numbers) -> Numbers:
        priced = replace(self.model, objective=self.reduced)
        return mended(self.web, self.marks, priced, amounts)

    def _cut_model(self, is_used: Flags) -> Model:
        rows, lower = csr_array(self._rows[is_used]), self._lower[is_used]
        return replace(
            self.model,
            rows=vstack([self.model.rows, rows], format="csr"),
            row_lower=np.concatenate([self.model.row_lower, lower]),
            row_upper=np.concatenate([self.model.row_upper, np.full(len(lower), math.inf)]),
        )

    def _solved_whole(self) -> Answer:
        """
        Solve the model with its cuts in whole numbers; what it proves holds for the problem.

        The best plan is not handed on as a start: HiGHS 1.16 then loses the constant that presolve
        takes out of the objective, and may call a plan optimal that is not.
        """
        model = self._cut_model(self._is_used)
        watch = None if self._watch is None else self._hear
        answer = solve_model(model, _part_of(self.left(), 1 / 3), watch=watch)
        self._raise_bound(answer.bound)
        return self.checked(answer)

    def checked(self, answer: Answer) -> Answer:
        """Pass an answer on, or end the hunt with what was found when it was stopped."""
        self.is_interrupted |= answer.is_interrupted
        if answer.status == "stopped":
            if answer.has_plan:
                self.offer(answer.values)
            raise HaltError
        return answer

    def _raise_bound(self, bound: float) -> None:
        if self.bound < bound < math.inf:
            self.bound = bound
            self._tell()

    def _hear(self, standing: Standing) -> None:
        """Tell how it stands while HiGHS runs; its plans may still have small clusters."""
        if self._watch is not None and standing.bound < math.inf:
            self._watch(self._standing(max(self.bound, standing.bound)))

    def _tell(self) -> None:
        if self._watch is not None:
            self._watch(self._standing(self.bound))

    def _standing(self, bound: float) -> Standing:
        bound = min(bound, self.worth)
        gap = relative_gap(self.worth, bound)
        return Standing(self.worth, bound, gap, time.monotonic() - self.began)


def _part_of(effort: Effort, part: float) -> Effort:
    """Ask a solve for a part of the gap, so that something is left for what clusters cost."""
    return replace(effort, gap=effort.gap * part, absolute=effort.absolute * part)


def holds(model: Model, amounts: Numbers) -> bool:
    """
    Tell whether amounts keep the bounds and rows of a model.

    Parameters
    ----------
    model
        The model.
    amounts
        Shape (n,).

    Returns
    -------
    bool
        Whether none is missed by more than :data:`EXACT` of its size.
    """
    values = np.concatenate([amounts, model.rows @ amounts])
    lower = np.concatenate([model.lower, model.row_lower])
    upper = np.concatenate([model.upper, model.row_upper])
    ends = np.abs(np.stack([lower, upper]))
    size = np.maximum(1.0, np.where(np.isfinite(ends), ends, 0.0).max(axis=0))
    missed = np.maximum(lower - values, values - upper)
    return bool((missed <= EXACT * size).all())
