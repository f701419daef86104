"""Mending a plan whose clusters are too small: each grows or goes, whichever costs less."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.plan.program.marks import Marks
    from landrenew.plan.program.model import Model
    from landrenew.plan.program.web import Web

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Positions = NDArray[np.intp]

TINY_MU = 1e-9
"""Land that a price is divided by where there is none [mu]."""


def mended(web: Web, marks: Marks, model: Model, amounts: Numbers) -> Numbers:
    """
    Let each cluster of a plan that is too small grow or go, whichever costs less.

    Parameters
    ----------
    web
        The plots.
    marks
        How actions mark them.
    model
        Its objective is what a unit of each action costs, shadow prices of its rows counted.
    amounts
        Shape (n,): a plan, whole where it must be.

    Returns
    -------
    ndarray
        Shape (n,): a plan whose clusters are large enough; rows of the model may be broken.
    """
    clearing, changed = marks.clearing, amounts.copy()
    actions, prices = _cheapest_actions(marks, model)
    was = marks.marked(amounts)
    now = _marks_mended(web, was, prices if marks.is_cleared else -prices)
    for plot in np.flatnonzero(was != now).tolist():
        changed[clearing.indices[clearing.indptr[plot] : clearing.indptr[plot + 1]]] = 0.0
        if now[plot] == marks.is_cleared:
            changed[actions[plot]] = 1.0
    return changed


def _cheapest_actions(marks: Marks, model: Model) -> tuple[Positions, Numbers]:
    """Find what clears each plot most cheaply, and its price; 0 and 0 where nothing does."""
    size = marks.clearing.shape[0]
    actions, prices = np.zeros(size, dtype=np.intp), np.zeros(size)
    plots, ways = marks.clearing.tocoo().coords
    cost = model.objective[ways]
    order = np.lexsort((ways, -cost, model.upper[ways] >= 1))
    actions[plots[order]] = ways[order]  # the last of a plot stands: it can, and is cheapest
    prices[plots[order]] = cost[order]
    return actions, prices


def _marks_mended(web: Web, marked: Flags, prices: Numbers) -> Flags:
    """Mark plots so that no cluster is too small, at what it costs to mark each."""
    changed = marked.copy()
    for piece in web.small(marked):
        minded = piece[web.minded[piece]]
        added = _grown(web, piece, marked, prices)
        if added is None or prices[added].sum() > -prices[minded].sum():
            changed[minded] = False
        else:
            changed[added] = True
    while small := web.small(changed):  # one that another had counted on may have gone
        for piece in small:
            changed[piece[web.minded[piece]]] = False
    return changed


def _grown(web: Web, piece: Positions, marked: Flags, prices: Numbers) -> list[int] | None:
    """Find plots that make a cluster large enough, the cheapest neighbour first, or None."""
    inside, added, land = set(piece.tolist()), list[int](), web.land_of(piece)

    def seen(plot: int) -> tuple[float, int]:
        price = 0.0 if marked[plot] else max(0.0, float(prices[plot]))
        return price / max(web.land_mu[plot], TINY_MU), plot

    waiting = [seen(j) for i in piece.tolist() for j in web.near[i]]
    heapq.heapify(waiting)
    while waiting and land < web.least_mu:
        _, plot = heapq.heappop(waiting)
        if plot in inside or not (marked[plot] or web.minded[plot]):
            continue
        inside.add(plot)
        land += web.land_mu[plot]
        if not marked[plot]:
            added.append(plot)
        for j in web.near[plot]:
            heapq.heappush(waiting, seen(j))
    return added if land >= web.least_mu else None
