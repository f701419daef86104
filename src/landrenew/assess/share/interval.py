"""Shares under doubt: the exact lowest and highest, and which doubts to settle first.

A share is inside over total. A doubt says what else the two may be: each of its outcomes moves
inside and total by some area, and so does every mixture of them. Doubts are taken as independent,
so that the interval may be wider than needed where two of them hang together, never narrower.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Moves = NDArray[np.float64]
    Areas = NDArray[np.float64]

LEVEL = 1e-12
"""Shares this close to the target count as equal to it."""


class Settling(NamedTuple):
    """
    Which doubts to settle so that the verdict is decided.

    Parameters
    ----------
    order
        Positions of all doubts, those first that can do most to turn the verdict.
    needed
        How many of them, from the first, must come out as now drawn; 0 when it is decided already.
    """

    order: NDArray[np.intp]
    needed: int


def share_interval(inside: float, total: float, moves: Moves) -> tuple[float, float]:
    """
    Give the lowest and the highest share that doubts allow.

    Parameters
    ----------
    inside
        Land inside, as now drawn [m2].
    total
        All land, as now drawn [m2].
    moves
        Shape (n, k, 2): for each doubt its k outcomes, what each adds to inside and to total
        [m2]; that all is as drawn is always one more.

    Returns
    -------
    tuple of float
        Lowest and highest [0-1]; NaN where there is no land whatever the doubts.

    Notes
    -----
    Inside over total is linear-fractional in the doubts, so that it is extreme where each is at
    one of its outcomes; which, Dinkelbach's method finds exactly: at a share s each doubt takes the
    outcome that does most to inside - s total, and s becomes the share that they give, until it
    stays (Dinkelbach, On nonlinear fractional programming, Management Science 13, 1967).

    Examples
    --------
    >>> share_interval(60.0, 100.0, np.array([[[-20.0, -20.0]], [[0.0, 25.0]]]))
    (0.38095238095238093, 0.6)
    """
    if total <= 0 and not (moves[..., 1] > 0).any():
        return math.nan, math.nan
    return _extreme(inside, total, moves, -1), _extreme(inside, total, moves, 1)


def _extreme(inside: float, total: float, moves: Moves, sign: int) -> float:
    """Find the lowest (-1) or the highest (1) share."""
    outcomes = np.concatenate([np.zeros((len(moves), 1, 2)), moves], axis=1)
    rows = np.arange(len(moves))
    nothing = LEVEL * (total + np.abs(moves[..., 1]).sum())
    first, last = (0.0, 1.0) if sign > 0 else (1.0, 0.0)
    share = inside / total if total > 0 else first
    while True:
        gain = sign * (outcomes[..., 0] - share * outcomes[..., 1])
        chosen = outcomes[rows, gain.argmax(axis=1)]
        some, of = math.fsum([inside, *chosen[:, 0]]), math.fsum([total, *chosen[:, 1]])
        if of <= nothing:  # doubts that are independent may leave ground inside where there is none
            return last if sign * (some - share * of) > nothing else share
        if sign * (some / of - share) <= 0:
            return min(max(share, 0.0), 1.0)
        share = some / of


def effects(moves: Moves, target: float) -> tuple[Areas, Areas]:
    """
    Measure what each doubt may do to the land inside beyond what the target asks for.

    Parameters
    ----------
    moves
        As for :func:`share_interval`.
    target
        The share asked for [0-1].

    Returns
    -------
    low : ndarray
        Shape (n,): at most 0, by how much it may lower inside - target x total [m2].
    high : ndarray
        Shape (n,): at least 0, by how much it may raise it [m2].
    """
    gain = moves[..., 0] - target * moves[..., 1]
    return gain.min(axis=1, initial=0.0), gain.max(axis=1, initial=0.0)


def is_met(inside: float, total: float, moves: Moves, target: float) -> bool | None:
    """
    Tell whether the target is met, whatever the doubts.

    Parameters
    ----------
    inside
        Land inside [m2].
    total
        All land [m2].
    moves
        As for :func:`share_interval`.
    target
        The share asked for [0-1].

    Returns
    -------
    bool or None
        None when the doubts leave it open. A share within :data:`LEVEL` of the target meets it.
    """
    level = target - LEVEL
    low, high = effects(moves, level)
    if math.fsum([inside, -level * total, *low]) >= 0:
        return True
    is_short = math.fsum([inside, -level * total, *high]) < 0
    if not is_short and _may_be_none(total, moves):  # no land is not short, and no share either
        is_short = share_interval(inside, total, moves)[1] < level
    return False if is_short else None


def _may_be_none(total: float, moves: Moves) -> bool:
    """Tell whether doubts may leave no land at all."""
    least = moves[..., 1].min(axis=1, initial=0.0)
    return math.fsum([total, *least]) <= LEVEL * total


def settling(inside: float, total: float, moves: Moves, target: float) -> Settling:
    """
    Order doubts by what they can do to the verdict, and count those that must be settled.

    Parameters
    ----------
    inside
        Land inside, as now drawn [m2].
    total
        All land, as now drawn [m2].
    moves
        As for :func:`share_interval`; of equal doubts the first comes first.
    target
        The share asked for [0-1].

    Returns
    -------
    Settling
        The order, and the smallest number of doubts after which, all of them as now drawn, the
        others cannot turn the verdict any more.

    Notes
    -----
    What the unsettled doubts can do to inside - target x total adds up, each on its own. So
    whichever k are settled, least is left when they are the k largest on the side that turns the
    verdict: no other choice of k does better, and no smaller number suffices.

    Examples
    --------
    >>> doubts = np.array([[[-5.0, 0.0]], [[-20.0, 0.0]], [[-9.0, 0.0]]])
    >>> settling(90.0, 100.0, doubts, 0.8).order.tolist(), settling(90.0, 100.0, doubts, 0.8).needed
    ([1, 2, 0], 2)
    """
    level = target - LEVEL
    surplus = (inside, -level * total)
    low, high = effects(moves, level)
    meets = math.fsum(surplus) >= 0
    turning, other = (-low, high) if meets else (high, -low)
    order = np.lexsort((np.arange(len(moves)), -other, -turning))
    against = turning[order]

    def is_decided(count: int) -> bool:
        left = math.fsum([*surplus, *(-against[count:] if meets else against[count:])])
        return left >= 0 if meets else left < 0

    is_open = is_met(inside, total, moves, target) is None
    least, most = 0, len(order) if is_open else 0  # with all settled it is what it is
    while least < most:  # what is left falls with every doubt that is settled
        middle = (least + most) // 2
        least, most = (least, middle) if is_decided(middle) else (middle + 1, most)
    return Settling(order, least)
