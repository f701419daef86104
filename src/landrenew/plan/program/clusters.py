"""Solving a problem whose plots must stay together in clusters of a least size."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, vstack

from landrenew.plan.program.hunt import HaltError, Hunt
from landrenew.plan.program.marks import Marks
from landrenew.plan.program.model import Answer
from landrenew.plan.program.parts import compose
from landrenew.plan.program.web import Cut, Web

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from landrenew.plan.program.model import Effort, Model, Standing, Status
    from landrenew.plan.program.problem import Problem
    from landrenew.plan.program.wishes import Clusters

    Numbers = NDArray[np.float64]
    Watch = Callable[[Standing], None]


def solve_clustered(
    problem: Problem,
    effort: Effort,
    *,
    objective: Numbers | None = None,
    start: Numbers | None = None,
    watch: Watch | None = None,
) -> Answer:
    """
    Make an objective small under all conditions and the wish for clusters.

    Parameters
    ----------
    problem
        The problem; its clusters are not None.
    effort
        Gap and time. Given time enough, the same problem gives the same answer to the last bit.
    objective
        Shape (n,): what to make small; None: the cost.
    start
        Shape (n,): amounts to start from; what obeys not everything is passed over.
    watch
        Called now and then with how it stands, also from another thread.

    Returns
    -------
    Answer
        How it ended. What it found obeys the clusters, and has no prices.

    Raises
    ------
    ValueError
        When the problem has no wish for clusters.

    Notes
    -----
    HiGHS is asked without the clusters, and each cluster that comes out too small is cut off by
    rows that every plan obeys (:class:`landrenew.plan.program.web.Web`): first of the relaxation,
    where rounds cost little, then of whole numbers. Every bound is that of a problem with fewer
    rows, so it holds for this one. Plans are put together of parts, or mended
    (:mod:`landrenew.plan.program.parts`, :meth:`landrenew.plan.program.hunt.Hunt.mended`).
    """
    if problem.clusters is None:
        raise ValueError("the problem has no wish for clusters")
    began = time.monotonic()
    hunt = _hunt_of(problem, problem.clusters, effort, objective, watch)
    status: Status = "stopped"
    try:
        if start is not None:
            hunt.offer(start)
        status = _hunted(hunt)
    except HaltError:
        pass
    except KeyboardInterrupt:
        if not effort.keeps_best:
            raise
        hunt.is_interrupted = True
    seconds = time.monotonic() - began
    if hunt.found is None or status not in {"optimal", "stopped"}:
        return Answer(status, hunt.bound, seconds, is_interrupted=hunt.is_interrupted)
    bound = min(hunt.bound, hunt.worth)
    return Answer(status, bound, seconds, hunt.found, hunt.worth, None, hunt.is_interrupted)


def _hunted(hunt: Hunt) -> Status:
    status = hunt.relax()
    if status == "infeasible" or hunt.is_closed:
        return status
    if status == "optimal" and compose(hunt):
        return "optimal"
    return hunt.close()


def _hunt_of(
    problem: Problem,
    clusters: Clusters,
    effort: Effort,
    objective: Numbers | None,
    watch: Watch | None,
) -> Hunt:
    model, size = problem.model(objective), len(clusters.land_mu)
    actions = np.flatnonzero(clusters.plot >= 0)
    clearing = csr_array(
        (np.ones(len(actions)), (clusters.plot[actions], actions)),
        shape=(size, len(model.lower)),
    )
    model = _wholly_and_once(model, clearing)
    can = np.zeros(size, dtype=bool)
    can[clusters.plot[actions[model.upper[actions] >= 1]]] = True
    pairs = clusters.first, clusters.second
    if clusters.of == "released":
        some = can[pairs[0]] & can[pairs[1]]
        pairs = pairs[0][some], pairs[1][some]
    web = Web.of(clusters.land_mu, pairs, clusters.least_mu, can)
    hunt = Hunt(model, web, Marks(clearing, clusters.of == "released"), effort, watch)
    never = web.small(np.ones(size, dtype=bool))
    hunt.add([Cut(plot, (), ()) for piece in never for plot in piece[can[piece]].tolist()])
    return hunt


def _wholly_and_once(model: Model, clearing: csr_array) -> Model:
    """Clear each plot wholly or not at all, and by one action at most."""
    actions = clearing.indices
    is_whole, upper = model.is_whole.copy(), model.upper.copy()
    is_whole[actions], upper[actions] = True, np.minimum(upper[actions], 1.0)
    several = csr_array(clearing[np.diff(clearing.indptr) > 1])
    count = several.shape[0]
    return replace(
        model,
        upper=upper,
        is_whole=is_whole,
        rows=vstack([model.rows, several], format="csr"),
        row_lower=np.concatenate([model.row_lower, np.full(count, -math.inf)]),
        row_upper=np.concatenate([model.row_upper, np.ones(count)]),
    )
