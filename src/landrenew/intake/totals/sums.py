"""Fold a row or column of figures into its sums: each total with the parts that it adds up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HALF = Decimal("0.5")


@dataclass(frozen=True)
class Figure:
    """
    One printed number that is a part, or a total of others.

    Parameters
    ----------
    place
        Sheet and cell.
    label
        Title of its row or column.
    group
        What it stands under; empty for a total of all.
    rank
        Rank of total; 0 for a part.
    among
        Whether it is one of the parts that 其中 names without need to name all.
    number
        Its value; None where the cell is blank.
    unit
        Value of one in the last digit printed; 0 for whole things, which are never rounded.
    """

    place: str
    label: str
    group: str
    rank: int
    among: bool
    number: Decimal | None
    unit: Decimal


@dataclass(frozen=True)
class Sum:
    """
    One total and what its parts add up to.

    Parameters
    ----------
    table
        The sheet or table it stands in, for people.
    across
        Title of the column whose rows are added, or of the row whose columns are.
    total
        The total as printed.
    parts
        What it adds up.
    computed
        Sum of the parts, exact.
    tolerance
        What rounding can explain: half a unit of the last printed digit for each part.
    is_partial
        Whether the parts may be fewer than all, so that only a sum above the total is wrong.
    """

    table: str
    across: str
    total: Figure
    parts: tuple[Figure, ...]
    computed: Decimal
    tolerance: Decimal
    is_partial: bool = False

    @property
    def stated(self) -> Decimal:
        """The printed total."""
        return self.total.number or Decimal(0)

    @property
    def difference(self) -> Decimal:
        """The printed total less the sum of its parts."""
        return self.stated - self.computed

    @property
    def is_wrong(self) -> bool:
        """Whether rounding cannot explain the difference."""
        gap = -self.difference if self.is_partial else abs(self.difference)
        return gap > self.tolerance


def make_sum(table: str, across: str, total: Figure, parts: Iterable[Figure]) -> Sum | None:
    """
    Compare a total with its parts.

    Parameters
    ----------
    table
        Name for people.
    across
        What is added up, for people.
    total
        The total.
    parts
        Its parts; blank cells add nothing.

    Returns
    -------
    Sum or None
        None where the total or every part is blank.
    """
    parts = tuple(parts)
    numbers = [one.number for one in parts if one.number is not None]
    if total.number is None or not numbers:
        return None
    tolerance = sum((HALF * one.unit for one in parts if one.number is not None), Decimal(0))
    partial = all(one.among for one in parts)
    return Sum(table, across, total, parts, sum(numbers, Decimal(0)), tolerance, partial)


Pairs = list[tuple[Figure, list[Figure]]]


def fold(figures: Sequence[Figure]) -> Pairs:
    """
    Find which parts each total adds up.

    A total closes what stands before it back to the last total of its rank, or opens what stands
    after it when it comes first. A total of subtotals adds the subtotals, and parts outside them.

    Parameters
    ----------
    figures
        The figures in their order; those under 其中 are compared with the figure before them.

    Returns
    -------
    list
        Each total with its parts.
    """
    left, found = _take_among(figures)
    for level in sorted({one.rank for one in left if one.rank}):
        left, pairs = _take_level(left, level)
        found += pairs
    return found


def _take_among(figures: Sequence[Figure]) -> tuple[list[Figure], Pairs]:
    left: list[Figure] = []
    found: Pairs = []
    for one in figures:
        if not one.among:
            left.append(one)
        elif left and found and found[-1][0] is left[-1]:
            found[-1][1].append(one)
        elif left:
            found.append((left[-1], [one]))
    return left, found


def _take_level(figures: list[Figure], level: int) -> tuple[list[Figure], Pairs]:
    """Give each total of one rank its parts; those are no part of anything else."""
    first = next((one for one in figures if one.rank <= level), None)
    opens = first is not None and first.rank == level
    left: list[Figure] = []
    found: Pairs = []
    for one in reversed(figures) if opens else figures:
        if one.rank == level:
            taken = _reach(left, one)
            left = left[: len(left) - len(taken)]
            if taken:
                found.append((one, taken[::-1] if opens else taken))
        left.append(one)
    return (left[::-1] if opens else left), (found[::-1] if opens else found)


def _reach(before: Sequence[Figure], total: Figure) -> list[Figure]:
    """Take the figures next to a total that are below its rank and, for a group's, of the group."""
    taken: list[Figure] = []
    for one in reversed(before):
        is_other_group = total.group not in {"", one.group}
        if one.rank >= total.rank or is_other_group:
            break
        taken.append(one)
    return taken[::-1]
