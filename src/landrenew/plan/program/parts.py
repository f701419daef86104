"""Plans put together of parts: what each village alone would best do, and the best of it all.

The web of plots falls into parts, and what is too large is cut into more. Each has a few plans of
its own that are worth a thought at the shadow prices of the whole. Clusters that are large enough
in a part are so in the whole, so which of these plans to take is a small problem in which no
cluster need be minded any more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack, vstack

from landrenew.plan.program.highs import solve_model
from landrenew.plan.program.hunt import HaltError, Hunt
from landrenew.plan.program.marks import Marks
from landrenew.plan.program.model import Effort, Model
from landrenew.plan.program.web import Cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.plan.program.web import Web

    Numbers = NDArray[np.float64]
    Positions = NDArray[np.intp]

MOST_PLOTS = 200
"""A part of more plots is too large to be solved in passing."""

MOST_ROUNDS = 3
"""How often the parts are looked at."""

MOST_SOLVES = 4
"""How often a part is solved, at each look."""

LEFT_OPEN = 0.05
"""Part of the gap that the parts may leave open together."""


WHOLE = 1e-6
"""An amount so near to a whole number is one."""


@dataclass(frozen=True, eq=False)
class Part:
    """
    A part of the web, and plans for it.

    Parameters
    ----------
    plots, actions
        Positions of its plots and of the actions that clear them.
    is_whole
        Whether no other plot has a neighbour in it, so that what holds for it holds everywhere.
    web, marks
        As those of the whole, of its plots and actions alone.
    model
        The rows that are about its actions alone.
    plans
        Plans whose clusters are large enough, each of shape (actions,), by their bytes.
    """

    plots: Positions
    actions: Positions
    is_whole: bool
    web: Web
    marks: Marks
    model: Model
    plans: dict[bytes, Numbers] = field(default_factory=dict)

    def add(self, plan: Numbers) -> bool:
        """
        Take a plan in, if it obeys the rows and clusters of the part.

        Parameters
        ----------
        plan
            Shape (actions,): whole but for rounding.

        Returns
        -------
        bool
            Whether it obeys.
        """
        plan = np.rint(plan) + 0.0
        if not Hunt(self.model, self.web, self.marks, Effort()).offer(plan):
            return False
        self.plans.setdefault(plan.tobytes(), plan)
        return True


def compose(hunt: Hunt) -> bool:
    """
    Look for good plans that are put together of parts, and offer them to the hunt.

    Parameters
    ----------
    hunt
        A hunt that has a relaxation.

    Returns
    -------
    bool
        Whether the best plan is near enough to the bound.

    Raises
    ------
    HaltError
        When the time is up.
    """
    known: dict[bytes, dict[bytes, Numbers]] = {}
    for turn in range(MOST_ROUNDS):
        parts = _parts_of(hunt, turn)
        for part in parts:
            part.plans.update(known.get(part.plots.tobytes(), {}))
            known[part.plots.tobytes()] = part.plans
            _study(hunt, part, len(parts))
        if parts and all(part.plans for part in parts):
            _put_together(hunt, parts)
        if hunt.is_closed:
            return True
        hunt.relax()
    return hunt.is_closed


def _parts_of(hunt: Hunt, turn: int) -> list[Part]:
    """Cut the web in parts; those too large are cut once more, at other places every turn."""
    pieces = hunt.web.pieces(np.ones(len(hunt.web.near), dtype=bool))
    some = [piece for piece in pieces if hunt.web.minded[piece].any()]
    parts = []
    for piece in some:
        small = _split(hunt.web, piece, turn)
        parts += [_part_of(hunt, plots, is_whole=len(small) == 1) for plots in small]
    for part in parts:
        best = [] if hunt.found is None else [hunt.found[part.actions]]
        for plan in (part.model.lower, part.model.upper, *best):
            part.add(plan)
    return parts


def _split(web: Web, piece: Positions, turn: int) -> list[Positions]:
    """Cut a piece into compact ones that are small enough, each grown from an edge of the rest."""
    most = math.ceil(len(piece) / math.ceil(web.minded[piece].sum() / MOST_PLOTS))
    left, small = dict.fromkeys(np.roll(piece, turn * most // MOST_ROUNDS).tolist()), []
    while left:
        taken = [next(iter(left))]
        del left[taken[0]]
        for plot in taken:  # grows as it is walked, nearest plots first
            for j in web.near[plot]:
                if j in left and len(taken) < most:
                    del left[j]
                    taken.append(j)
        small.append(np.array(sorted(taken), dtype=np.intp))
    return [plots for plots in small if web.minded[plots].any()]


def _part_of(hunt: Hunt, plots: Positions, *, is_whole: bool) -> Part:
    whole, actions = hunt.model, hunt.marks.actions_of(plots)
    rows = csr_array(whole.rows[:, actions])
    own = np.flatnonzero(np.diff(rows.indptr) == np.diff(whole.rows.indptr))
    model = Model(
        whole.objective[actions], whole.lower[actions], whole.upper[actions],
        whole.is_whole[actions], csr_array(rows[own]), whole.row_lower[own], whole.row_upper[own],
    )  # fmt: skip
    marks = Marks(csr_array(hunt.marks.clearing[plots][:, actions]), hunt.marks.is_cleared)
    return Part(plots, actions, is_whole, hunt.web.part(plots), marks, model)


def _study(hunt: Hunt, part: Part, many: int) -> None:
    """Take the plan of the relaxation where it is one, else solve the part at its prices."""
    if hunt.relaxed is None:
        return
    plan = hunt.relaxed.values[part.actions]
    if np.abs(plan - np.rint(plan)).max(initial=0.0) < WHOLE and part.add(plan):
        return
    open_left = hunt.effort.gap * abs(hunt.bound) * LEFT_OPEN / many
    left = Effort(0.0, hunt.left().seconds, max(hunt.effort.absolute / many, open_left))
    priced = replace(part.model, objective=hunt.reduced[part.actions])
    alone = Hunt(priced, part.web, part.marks, left)
    try:
        if alone.relax() == "optimal":
            alone.close(MOST_SOLVES, is_chasing=False)
    except HaltError:
        hunt.is_interrupted |= alone.is_interrupted
        raise
    if alone.found is not None:
        part.add(alone.found)
    if part.is_whole:
        hunt.add([_of_whole(cut, part.plots) for cut in alone.cuts])


def _of_whole(cut: Cut, plots: Positions) -> Cut:
    """Give the plots of a cut the numbers that they have in the whole."""
    others = tuple(plots[list(cut.others)].tolist())
    return Cut(int(plots[cut.plot]), others, cut.weights)


def _put_together(hunt: Hunt, parts: list[Part]) -> None:
    """Choose one plan of each part, and all other actions, so that every row holds."""
    model, size = hunt.model, len(hunt.model.lower)
    plans = [(part, plan, k) for k, part in enumerate(parts) for plan in part.plans.values()]
    actions = np.concatenate([part.actions for part, _, _ in plans])
    column = np.repeat(np.arange(len(plans)), [len(plan) for _, plan, _ in plans])
    values = np.concatenate([plan for _, plan, _ in plans])
    chosen = csr_array((values, (actions, column)), shape=(size, len(plans)))
    others = np.setdiff1d(np.arange(size), actions)
    all_of_them = hstack([chosen, eye_array(size, format="csc")[:, others]], format="csr")
    owner = np.array([k for _, _, k in plans])
    once = csr_array(
        (np.ones(len(plans)), (owner, np.arange(len(plans)))),
        shape=(len(parts), all_of_them.shape[1]),
    )
    ones = np.ones(len(parts))
    left = hunt.left()
    answer = hunt.checked(solve_model(
        Model(
            all_of_them.T @ model.objective,
            np.concatenate([np.zeros(len(plans)), model.lower[others]]),
            np.concatenate([np.ones(len(plans)), model.upper[others]]),
            np.concatenate([np.ones(len(plans), dtype=bool), model.is_whole[others]]),
            vstack([csr_array(model.rows @ all_of_them), once], format="csr"),
            np.concatenate([model.row_lower, ones]),
            np.concatenate([model.row_upper, ones]),
        ),
        replace(left, gap=left.gap / 10),
    ))  # fmt: skip
    if answer.has_plan:
        hunt.offer(all_of_them @ answer.values)
