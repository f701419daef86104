"""The land of one place, as the share takes it: a city, a town or a village, quick to divide."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.assess.share.doubts import AREAS
from landrenew.measure.doubts import AREA_DIFFERENCE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landrenew.assess.share.doubts import Doubts
    from landrenew.intake.parcels import Parcels

    Numbers = NDArray[np.float64]
    Rows = NDArray[np.intp]

UNKNOWN_TOWN = "—"
"""Name of the row for parcels whose town is not known; likewise for villages."""

CLASSES = ("inside", "straddling", "outside")

MOST_NAMED = 20
"""So many parcels are named for the way areas are taken: those that differ by most land."""


@dataclass(frozen=True, eq=False)
class Land:
    """
    Parcels of one place, column by column, with the doubts about them.

    Parameters
    ----------
    ids
        Ids of the parcels.
    inside
        Shape (n,): counted land inside the line [m2].
    counted
        Shape (n,): counted land [m2].
    area
        Shape (n,): the parcels' own ellipsoidal area [m2].
    share
        Shape (n,): share of each inside [0-1].
    lies
        Shape (n,): position of its class in :data:`CLASSES`.
    others
        For each of :data:`AREAS` that the parcels bring, shape (n,): that area over the
        ellipsoidal one, NaN where a parcel has none.
    places
        For each level that is known, shape (n,): the name of the town or village.
    row
        Shape (n,): position of each parcel in the whole table.
    doubts
        The doubts about this place, by position in the whole table.
    sizeless
        Rows set aside of which no area is known.
    """

    ids: pd.Index[str]
    inside: Numbers
    counted: Numbers
    area: Numbers
    share: Numbers
    lies: Rows
    others: dict[str, Numbers]
    places: dict[str, NDArray[np.object_]]
    row: Rows
    doubts: Doubts
    sizeless: pd.DataFrame

    @classmethod
    def of(cls, parcels: Parcels, doubts: Doubts, sizeless: pd.DataFrame) -> Land:
        """
        Take the land of a whole city.

        Parameters
        ----------
        parcels
            Parcel table with the columns of :data:`landrenew.assess.share.summary.COLUMNS`.
        doubts
            The result of :func:`landrenew.assess.share.doubts.share_doubts`.
        sizeless
            Rows set aside of which no area is known, with ``town`` and ``village`` where known.

        Returns
        -------
        Land
            All of it.
        """
        area = parcels["parcel_area_m2"].to_numpy(float)
        return cls(
            parcels.index,
            parcels["inside_area_m2"].to_numpy(float),
            parcels["counted_area_m2"].to_numpy(float),
            area,
            parcels["control_share"].to_numpy(float),
            pd.Index(CLASSES).get_indexer(pd.Index(parcels["control_class"].astype(object))),
            {name: parcels[column].to_numpy(float) / area
             for name, column in AREAS.items() if column in parcels},
            {level: parcels[level].astype(object).fillna(UNKNOWN_TOWN).to_numpy(object)
             for level in ("town", "village") if level in parcels},
            np.arange(len(parcels)),
            doubts,
            sizeless,
        )  # fmt: skip

    def sums(self) -> tuple[float, float]:
        """
        Add up the land, to the last bit the same in any order of the parcels.

        Returns
        -------
        inside : float
            Land inside [m2].
        total : float
            All land [m2].
        """
        return math.fsum(self.inside), math.fsum(self.counted)

    def counts(self) -> dict[str, int]:
        """
        Count the parcels inside, straddling and outside.

        Returns
        -------
        dict
            By class.
        """
        return {word: int(np.count_nonzero(self.lies == i)) for i, word in enumerate(CLASSES)}

    def by_other_areas(self) -> dict[str, tuple[float, float]]:
        """
        Add up the land by every other area that all parcels have.

        Returns
        -------
        dict
            Land inside and all land [m2], by the names of :data:`AREAS`. Counted ground is divided
            like the ellipsoidal area of its parcel.
        """
        return {
            name: (math.fsum(self.inside * ratio), math.fsum(self.counted * ratio))
            for name, ratio in self._complete().items()
        }

    def _complete(self) -> dict[str, Numbers]:
        """Give the areas that all parcels have."""
        has_all = {name: not np.isnan(ratio).any() for name, ratio in self.others.items()}
        return {name: self.others[name] for name, all_ in has_all.items() if all_ and len(self.ids)}

    def differing(self) -> tuple[str, ...]:
        """
        Name the parcels of which two areas differ most.

        Returns
        -------
        tuple of str
            No more than :data:`MOST_NAMED`, those first that differ by most land; none that differs
            by less than :data:`landrenew.measure.doubts.AREA_DIFFERENCE`.
        """
        off = np.zeros(len(self.ids))
        for ratio in self._complete().values():
            off = np.fmax(off, np.abs(ratio - 1))
        rows = np.flatnonzero(off > AREA_DIFFERENCE)
        land = off[rows] * self.area[rows]
        order = np.lexsort((self.ids[rows].to_numpy(str), -land))[:MOST_NAMED]
        return tuple(map(str, self.ids[rows[order]]))

    def parts(self, level: str) -> list[tuple[str, Land]]:
        """
        Divide by town or village.

        Parameters
        ----------
        level
            ``town`` or ``village``, one of ``places``.

        Returns
        -------
        list of tuple
            Name and ground, sorted by name. A doubt about a parcel goes with it; one about a row
            set aside goes to the part that it names, and to none where it names none.
        """
        code, names = pd.factorize(self.places[level], sort=True)
        parcels = _by_code(code, len(names))
        of_parcel = self.doubts.parcel >= 0
        at = np.searchsorted(self.row, self.doubts.parcel[of_parcel])
        named = getattr(self.doubts, level)
        doubt = pd.Index(names).get_indexer(pd.Index(named, dtype=object))
        doubt[of_parcel] = code[at]
        doubts = _by_code(doubt, len(names))
        nobody = pd.Series(None, self.sizeless.index, dtype=object)
        lost = pd.Index(names).get_indexer(pd.Index(self.sizeless.get(level, nobody), dtype=object))
        return [
            (str(name), self._take(parcels[i], doubts[i], np.flatnonzero(lost == i)))
            for i, name in enumerate(names)
        ]

    def _take(self, parcels: Rows, doubts: Rows, sizeless: Rows) -> Land:
        columns = ("ids", "inside", "counted", "area", "share", "lies", "row")
        return replace(
            self,
            **{name: getattr(self, name)[parcels] for name in columns},
            others={name: ratio[parcels] for name, ratio in self.others.items()},
            places={level: names[parcels] for level, names in self.places.items()},
            doubts=self.doubts.take(doubts),
            sizeless=self.sizeless.iloc[sizeless],
        )


def _by_code(code: Rows, count: int) -> list[Rows]:
    """Give the rows of each code, rising; a row of code -1 is of none."""
    order = np.argsort(code, kind="stable")
    ends = np.searchsorted(code[order], np.arange(count + 1))
    return [order[begin:end] for begin, end in pairwise(ends.tolist())]
