"""The doubts about one share in the order in which to settle them, and what each kind may do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.assess.share.doubts import KINDS
from landrenew.assess.share.interval import effects, settling, share_interval
from landrenew.base.units import to_mu

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.assess.share.doubts import Doubts


@dataclass(frozen=True, eq=False)
class WorkList:
    """
    Doubts, those first that can do most to turn the verdict.

    Parameters
    ----------
    doubts
        The doubts, in order.
    lowers_mu
        Shape (n,): by how much each may lower the land inside beyond what the target asks for [mu].
    raises_mu
        Shape (n,): by how much it may raise it [mu].
    needed
        How many, from the first, decide the verdict if they come out as drawn.
    """

    doubts: Doubts
    lowers_mu: NDArray[np.float64]
    raises_mu: NDArray[np.float64]
    needed: int

    def first(self) -> list[tuple[str, tuple[str, ...]]]:
        """
        Name the doubts to settle.

        Returns
        -------
        list of tuple
            Kind and ids of each that is needed; none where the verdict is decided.
        """
        kinds = self.doubts.kind[: self.needed].tolist()
        ids = self.doubts.ids[: self.needed].tolist()
        return [(KINDS[kind], those) for kind, those in zip(kinds, ids, strict=True)]

    def table(self) -> pd.DataFrame:
        """
        Give the list as a table.

        Returns
        -------
        DataFrame
            ``kind``, ``ids`` (tuples), ``town``, ``village``, ``lowers_mu``, ``raises_mu``, and
            ``settles``, True for those that are needed.
        """
        doubts = self.doubts
        return pd.DataFrame({
            "kind": pd.Series([KINDS[one] for one in doubts.kind.tolist()], dtype=object),
            "ids": pd.Series(doubts.ids, dtype=object),
            "town": pd.Series(doubts.town, dtype=object),
            "village": pd.Series(doubts.village, dtype=object),
            "lowers_mu": self.lowers_mu,
            "raises_mu": self.raises_mu,
            "settles": np.arange(len(doubts)) < self.needed,
        })  # fmt: skip


class DoubtSum(NamedTuple):
    """
    What all doubts of one kind may do together.

    Parameters
    ----------
    kind
        Kind of doubt, one of :data:`landrenew.assess.share.doubts.KINDS`.
    number
        Number of doubts.
    lowers_mu
        By how much they may lower the land inside beyond what the target asks for [mu].
    raises_mu
        By how much they may raise it [mu].
    interval
        Lowest and highest share if there were no other kind [0-1].
    """

    kind: str
    number: int
    lowers_mu: float
    raises_mu: float
    interval: tuple[float, float]


def work_list(doubts: Doubts, inside: float, total: float, target: float | None) -> WorkList:
    """
    Order doubts, and count those that must be settled.

    Parameters
    ----------
    doubts
        The doubts, in an order that decides between equal ones.
    inside
        Land inside, as drawn [m2].
    total
        All land, as drawn [m2].
    target
        The share asked for [0-1]; None orders by what may lower or raise the share itself, and then
        nothing needs to be settled.

    Returns
    -------
    WorkList
        See :func:`landrenew.assess.share.interval.settling`.
    """
    goal = _goal(inside, total, target)
    low, high = effects(doubts.moves, goal)
    order, needed = settling(inside, total, doubts.moves, goal)
    if target is None:
        order, needed = np.argsort(low - high, kind="stable"), 0
    return WorkList(doubts.take(order), _mu(0.0 - low[order]), _mu(high[order]), needed)


def _mu(areas_m2: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(to_mu(pd.Series(areas_m2)), dtype=np.float64)


def sums_by_kind(
    doubts: Doubts, inside: float, total: float, target: float | None
) -> tuple[DoubtSum, ...]:
    """
    Add up what the doubts of each kind may do.

    Parameters
    ----------
    doubts
        The doubts.
    inside
        Land inside, as drawn [m2].
    total
        All land, as drawn [m2].
    target
        The share asked for [0-1]; None measures against the share itself.

    Returns
    -------
    tuple of DoubtSum
        In the order of :data:`landrenew.assess.share.doubts.KINDS`, those that there are.
    """
    goal, found = _goal(inside, total, target), []
    for number in np.unique(doubts.kind).tolist():
        moves = doubts.moves[doubts.kind == number]
        low, high = effects(moves, goal)
        amounts = to_mu(0.0 - math.fsum(low)), to_mu(math.fsum(high))
        interval = share_interval(inside, total, moves)
        found.append(DoubtSum(KINDS[number], len(moves), *amounts, interval))
    return tuple(found)


def _goal(inside: float, total: float, target: float | None) -> float:
    if target is not None:
        return target
    return inside / total if total > 0 else 0.0
