"""Judging a city again and again with errors drawn by chance, and counting what comes out.

A draw changes the inputs that may be off and the weights, makes anew what follows from them, and
judges by the very functions that made the published judgements. Rows are taken in the order of
their ids, and counts are whole numbers: neither the order of a table nor threads decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landrenew.assess.certainty.rows import judged
from landrenew.assess.certainty.weights import Weights
from landrenew.assess.grades import grade_words
from landrenew.assess.verdicts import WORDS
from landrenew.base.threads import each_on_threads
from landrenew.measure.firms import Links, allocated
from landrenew.measure.groups import Groups, group_sums
from landrenew.measure.inputs import make_anew

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from landrenew.assess.certainty.rows import Columns, Numbers, Rows
    from landrenew.intake.certainty import Certainty
    from landrenew.measure.allocation import Allocation
    from landrenew.rules.model import Rulebook

    Counts = NDArray[np.int32]

PORTIONS = 32
"""Parts that the draws are split into; each has counts of its own while it runs."""


class Tally(NamedTuple):
    """
    How often each outcome came out.

    Parameters
    ----------
    grades
        Shape (words + 1, n): draws that gave each word of
        :func:`landrenew.assess.grades.grade_words`, and last those that gave no grade; no rows
        where the rulebook does not grade.
    verdicts
        Shape (3, n): draws that gave each of :data:`landrenew.assess.verdicts.WORDS`; no rows
        where it does not test.
    """

    grades: Counts
    verdicts: Counts


@dataclass(frozen=True)
class Lottery:
    """
    A city that can be drawn anew.

    Parameters
    ----------
    parcels
        The parcels.
    firms
        The firms; None without firms.
    links
        Which share of which firm, or group, goes to which parcel; None without firms.
    groups
        The groups, where these are merged.
    book
        The rulebook.
    chance
        What may be off.
    """

    parcels: Rows
    firms: Rows | None
    links: Links | None
    groups: Groups | None
    book: Rulebook
    chance: Certainty

    def tallies(self, threads: int | None = None) -> dict[str, Tally]:
        """
        Draw as often as is asked for, and count.

        Parameters
        ----------
        threads
            Portions of draws worked on at a time; None takes one a core.

        Returns
        -------
        dict
            Tally of the ``parcel`` rows, and of the ``firm`` rows where there are firms.
        """
        pairs = np.arange(-(-self.chance.draws // 2))
        split = np.array_split(pairs, min(PORTIONS, len(pairs)))
        parts = each_on_threads(self._portion, split, threads)
        return {
            kind: Tally(*(np.sum([part[kind][i] for part in parts], axis=0) for i in range(2)))
            for kind in parts[0]
        }

    def _portion(self, pairs: NDArray[np.intp]) -> dict[str, Tally]:
        """Draw some pairs of draws."""
        tables = {"parcel": self.parcels} | ({} if self.firms is None else {"firm": self.firms})
        counts = {kind: self._no_counts(rows) for kind, rows in tables.items()}
        weights = Weights.of(self.book.scoring, self.chance)
        for pair in pairs.tolist():
            drawn = {
                kind: {name: noise.factors(pair) for name, noise in rows.noises.items()}
                for kind, rows in tables.items()
            }
            for which in range(min(2, self.chance.draws - 2 * pair)):
                scoring = weights.drawn(pair, which)
                columns = {kind: off(rows.columns, drawn[kind], which)
                           for kind, rows in tables.items()}  # fmt: skip
                self._bring(columns)
                for kind, rows in tables.items():
                    make_anew(columns[kind], rows.made)
                    _count(counts[kind], *judged(rows, columns[kind], scoring, self.book))
        return counts

    def _bring(self, columns: Mapping[str, Columns]) -> None:
        """Bring the amounts of the firms that were drawn to the parcels."""
        if self.firms is None or self.links is None:
            return
        for name in self.firms.noises:
            if name in self.parcels.columns:
                amounts = columns["firm"][name].astype(float, copy=False)
                if self.groups is not None:
                    amounts = group_sums(amounts, self.groups)
                columns["parcel"][name] = allocated(amounts, self.links)

    def _no_counts(self, rows: Rows) -> Tally:
        book = self.book
        is_graded = book.scoring is not None and book.grades is not None
        words = len(grade_words(book.grades)) + 1 if is_graded and book.grades is not None else 0
        kinds = 0 if rows.tests is None else len(WORDS)
        return Tally(*(np.zeros((one, len(rows)), dtype=np.int32) for one in (words, kinds)))


def links_by_id(
    allocation: Allocation, firms: pd.Index, parcels: pd.Index
) -> tuple[Links, Groups | None]:
    """
    Find what brings the firms' amounts to the parcels.

    Parameters
    ----------
    allocation
        What the firms bring.
    firms
        Ids of the firms, sorted.
    parcels
        Ids of the parcels, sorted.

    Returns
    -------
    links : Links
        Which share goes where.
    groups : Groups or None
        Who is taken together first, where groups were merged.
    """
    groups = None if allocation.groups is None else Groups.of(allocation.groups.reindex(firms))
    bringing = firms if groups is None else groups.ids
    return Links.of(allocation.shares, bringing, parcels), groups


def off(columns: Columns, factors: Mapping[str, tuple[Numbers, Numbers]], which: int) -> Columns:
    """
    Put errors on inputs.

    Parameters
    ----------
    columns
        Arrays by name, of shape (n,); they stay as they are.
    factors
        For each input that may be off what a pair of draws multiplies it by.
    which
        0 or 1: which of the pair.

    Returns
    -------
    dict
        The arrays of one draw.
    """
    return {**columns, **{name: columns[name] * pair[which] for name, pair in factors.items()}}


def _count(
    tally: Tally, grades: NDArray[np.int8] | None, verdicts: NDArray[np.int8] | None
) -> None:
    """Add the outcomes of one draw."""
    for counts, codes in zip(tally, (grades, verdicts), strict=True):
        if codes is not None:
            said = np.where(codes < 0, len(counts) - 1, codes)  # no grade comes last
            for word in range(len(counts)):
                counts[word] += said == word
