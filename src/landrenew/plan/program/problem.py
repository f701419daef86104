"""The planning problem: what can be done, what each thing changes, and what must hold, by name.

An *action* is one thing that can be done, wholly or in part: clear a parcel, build on a site. A
*condition* is one wish or limit with a name, a row of the programme in its own unit, so that a
clash can be told by the names of those who clash. What holds for any plan whatever anybody wishes
(a parcel is bought or leased, not both) has no name and stands in *ties*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from landrenew.plan.program.model import Model
from landrenew.plan.program.wishes import Clusters, Condition, Ties

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from numpy.typing import NDArray

    from landrenew.base.words import Text

    Numbers = NDArray[np.float64]

CITY = ""
"""Key of the city among the places; its towns go by their names."""

TARGET = "target"
"""Name of the condition that the city's share reaches the target."""

TOWN_TARGET = "town_target:"
"""How the name of the condition begins that a town's share reaches its target."""

MUST = "must"
"""Name of the condition that locks plots in."""

CLEAR, BUILD, PAY, KEEP = "clear", "build", "pay", "keep"
"""Kinds of actions; the last is no deed but a level: the share of its income each village keeps."""

ACTION_COLUMNS = (
    "kind", "name", "way", "town", "village", "lower", "upper", "is_whole", "cost_cny10k",
    "inside_mu", "total_mu", "income_cny10k", "floor_area_m2",
)  # fmt: skip
"""Columns of the actions, see :class:`Problem`."""


@dataclass(frozen=True)
class Place:
    """
    The industrial land of a city or a town as it is.

    Parameters
    ----------
    inside_mu
        Inside the control line [mu].
    total_mu
        All [mu].
    """

    inside_mu: float
    total_mu: float


@dataclass(frozen=True, eq=False)
class Problem:
    """
    What can be done and what must hold.

    Parameters
    ----------
    actions
        One row an action, positions as index: ``kind`` (``clear``, ``build``, ``pay``; ``keep`` is
        a level that conditions and ties speak of, and no deed), ``name``
        of the parcel, site or village, ``way`` (how it is done), ``town`` and ``village``, bounds
        ``lower`` and ``upper`` of the amount, ``is_whole`` (all or nothing), and what one unit of
        it changes: ``cost_cny10k``, ``inside_mu`` and ``total_mu`` (industrial land inside the
        line, and all), ``income_cny10k`` (yearly income of the village), ``floor_area_m2``.
    places
        The land as it is: of the city under :data:`CITY`, of its towns under their names.
    conditions
        Wishes and limits.
    ties
        What holds for every plan; None where nothing does.
    clusters
        The wish for clusters; None without.
    """

    actions: pd.DataFrame
    places: dict[str, Place]
    conditions: tuple[Condition, ...] = ()
    ties: Ties | None = None
    clusters: Clusters | None = None

    def column(self, name: str) -> Numbers:
        """
        Give a column of the actions as numbers.

        Parameters
        ----------
        name
            One of :data:`ACTION_COLUMNS`.

        Returns
        -------
        ndarray
            Shape (n,).
        """
        return self.actions[name].to_numpy(float)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all conditions, that of the clusters last."""
        of_clusters = () if self.clusters is None else (self.clusters.name,)
        return (*(one.name for one in self.conditions), *of_clusters)

    def condition(self, name: str) -> Condition | None:
        """
        Look a condition up.

        Parameters
        ----------
        name
            Its name.

        Returns
        -------
        Condition or None
            None where there is none.
        """
        return next((one for one in self.conditions if one.name == name), None)

    def missed(self, amounts: Numbers) -> tuple[str, ...]:
        """
        Name the conditions that amounts do not hold, and the clusters where these are too small.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done.

        Returns
        -------
        tuple of str
            Their names, in their order.
        """
        missed = [one.name for one in self.conditions if not one.is_held(amounts)]
        if self.clusters is not None and not self.clusters.is_held(amounts):
            missed.append(self.clusters.name)
        return tuple(missed)

    def holds(self, amounts: Numbers) -> bool:
        """
        Tell whether amounts are a plan: within their bounds, ties and conditions.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done.

        Returns
        -------
        bool
            Whether everything holds, to :data:`~landrenew.plan.program.wishes.EXACT`.
        """
        is_within = (self.column("lower") <= amounts) & (amounts <= self.column("upper"))
        is_tied = self.ties is None or self.ties.is_held(amounts)
        return bool(is_within.all()) and is_tied and not self.missed(amounts)

    def label(self, name: str) -> Text:
        """
        Say what a condition asks for.

        Parameters
        ----------
        name
            Name of a condition, or of the clusters.

        Returns
        -------
        Text
            For people.
        """
        if self.clusters is not None and name == self.clusters.name:
            return self.clusters.label
        return next(one.label for one in self.conditions if one.name == name)

    def without(self, names: Collection[str]) -> Problem:
        """
        Drop conditions.

        Parameters
        ----------
        names
            Their names; one that the problem has not is none to drop.

        Returns
        -------
        Problem
            With the others only.
        """
        kept = tuple(one for one in self.conditions if one.name not in names)
        of_clusters = self.clusters
        if of_clusters is not None and of_clusters.name in names:
            of_clusters = None
        return replace(self, conditions=kept, clusters=of_clusters)

    def with_(self, *conditions: Condition) -> Problem:
        """
        Add conditions, each in the place of the one that has its name.

        Parameters
        ----------
        *conditions
            The conditions.

        Returns
        -------
        Problem
            With them.
        """
        fresh = {one.name: one for one in conditions}
        old = [fresh.pop(one.name, one) for one in self.conditions]
        return replace(self, conditions=(*old, *fresh.values()))

    def model(self, objective: Numbers | None = None) -> Model:
        """
        Write the problem as rows, all but the clusters.

        Parameters
        ----------
        objective
            Shape (n,): what to make small; None: the cost [10,000 CNY].

        Returns
        -------
        Model
            The conditions' rows first, in their order, then the ties.
        """
        count = len(self.actions)
        wishes = csr_array(np.array([one.weights for one in self.conditions]).reshape(-1, count))
        lower = np.array([one.lower for one in self.conditions])
        upper = np.array([one.upper for one in self.conditions])
        if self.ties is not None:
            wishes = vstack([wishes, self.ties.rows], format="csr")
            lower = np.concatenate([lower, np.full(len(self.ties.upper), -math.inf)])
            upper = np.concatenate([upper, self.ties.upper])
        return Model(
            self.column("cost_cny10k") if objective is None else objective,
            self.column("lower"),
            self.column("upper"),
            self.actions["is_whole"].to_numpy(bool),
            wishes,
            lower,
            upper,
        )

    def relaxed(self) -> Problem:
        """
        Let every action be done in part, and plots lie as they may.

        Returns
        -------
        Problem
            The same, with no whole numbers and no clusters, which parts of plots do not form. No
            plan of the problem is better than its best.
        """
        return replace(self, actions=self.actions.assign(is_whole=False), clusters=None)

    def share(self, amounts: Numbers, place: str = CITY) -> float:
        """
        Take the share inside the control line after a plan.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done.
        place
            The city, or one of its towns.

        Returns
        -------
        float
            Inside over all [0-1]; NaN when no land is left.
        """
        inside, total = self.land_after(amounts, place)
        return inside / total if total > 0 else math.nan

    def land_after(self, amounts: Numbers, place: str = CITY) -> tuple[float, float]:
        """
        Add up the industrial land after a plan.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action is done.
        place
            The city, or one of its towns.

        Returns
        -------
        tuple of float
            Inside the line, and all [mu]; exact sums, rounded once.
        """
        here = self.is_at(place)
        now = self.places[place]
        changes = (self.column(name)[here] * amounts[here] for name in ("inside_mu", "total_mu"))
        inside, total = (
            math.fsum([was, *change.tolist()])
            for was, change in zip((now.inside_mu, now.total_mu), changes, strict=True)
        )
        return inside, total

    def cost(self, amounts: Numbers) -> float:
        """
        Add up what actions cost.

        Parameters
        ----------
        amounts
            Shape (n,): how much of each action.

        Returns
        -------
        float
            An exact sum, rounded once [10,000 CNY].
        """
        return math.fsum((self.column("cost_cny10k") * amounts).tolist())

    def is_at(self, place: str) -> NDArray[np.bool_]:
        """
        Find the actions of a place.

        Parameters
        ----------
        place
            The city, or one of its towns.

        Returns
        -------
        ndarray
            Shape (n,).
        """
        if place == CITY:
            return np.ones(len(self.actions), dtype=bool)
        return (self.actions["town"] == place).to_numpy()

    def is_kind(self, kind: str) -> NDArray[np.bool_]:
        """
        Find the actions of a kind.

        Parameters
        ----------
        kind
            :data:`CLEAR`, :data:`BUILD`, :data:`PAY` or :data:`KEEP`.

        Returns
        -------
        ndarray
            Shape (n,).
        """
        return (self.actions["kind"] == kind).to_numpy()

    def share_row(self, target: float, place: str = CITY) -> tuple[Numbers, float]:
        """
        Write "the share reaches the target" as a row, the moving denominator and all.

        Parameters
        ----------
        target
            Share to reach [0-1].
        place
            The city, or one of its towns.

        Returns
        -------
        ndarray
            Shape (n,): weights [mu].
        float
            Least sum of weights times amounts [mu].

        Notes
        -----
        With I inside and T in all, and an action changing them by di and dt a unit,
        ``I + sum(di x) >= t (T + sum(dt x))`` is ``sum((di - t dt) x) >= t T - I``: clearing a plot
        of a outside brings t a, building b inside brings (1 - t) b.
        """
        here, now = self.is_at(place), self.places[place]
        gain = self.column("inside_mu") - target * self.column("total_mu")
        return np.where(here, gain, 0.0), target * now.total_mu - now.inside_mu


def tied_once(owners: Iterable[str], count: int) -> Ties:
    """
    Tie the actions of one owner: at most one of them is done.

    Parameters
    ----------
    owners
        Name of each action's owner.
    count
        Number of actions.

    Returns
    -------
    Ties
        A row for each owner of several actions.
    """
    code, _ = pd.factorize(pd.Series(list(owners), dtype=object))
    several = np.flatnonzero(np.bincount(code) > 1)
    at = np.flatnonzero(np.isin(code, several))
    row = np.searchsorted(several, code[at])
    rows = csr_array((np.ones(len(at)), (row, at)), shape=(len(several), count))
    return Ties(rows, np.ones(len(several)))
