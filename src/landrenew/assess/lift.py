"""The nearest change that lifts a grade: how much of one figure, all else staying as it is.

Found by judging the changed row with the very functions that judge all rows, on the grid of numbers
that people write, so the answer is exact: this number lifts the grade, the one before it does not.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from landrenew.assess.evaluation import asked_already, scored_and_graded
from landrenew.assess.grades import efficiency_grade
from landrenew.assess.working import LAND, better_letters, divided_from, is_own, row_of
from landrenew.base.columns import COLUMNS
from landrenew.measure.quotients import ratios

if TYPE_CHECKING:
    from landrenew.rules.model import Rulebook
    from landrenew.rules.scoring import Pool

FARTHEST = 1_000
"""How many times the largest value of the pool is tried before a figure is said to lift nothing."""


class Lift(NamedTuple):
    """
    A change of one figure that lifts the grade.

    Parameters
    ----------
    column
        The figure.
    now
        Its value, in the column's unit.
    needed
        The nearest value, of those with as many decimals as the column shows, that gives a better
        grade when nothing else changes.
    grade
        The grade it gives.
    """

    column: str
    now: float
    needed: float
    grade: str

    @property
    def change(self) -> float:
        """The change, as a share of the present value."""
        return abs(self.needed - self.now) / abs(self.now) if self.now else math.inf


def lifts(table: pd.DataFrame, ident: str, book: Rulebook) -> list[Lift]:
    """
    Find what would lift the grade of a row, one figure at a time.

    Parameters
    ----------
    table
        Evaluated rows, as for :func:`landrenew.assess.working.working`.
    ident
        Label of the row.
    book
        The rulebook they were evaluated by.

    Returns
    -------
    list of Lift
        The smallest change first, as a share of the present value. None for the best grade, for a
        row that is exempt, vetoed or not graded, or whose grade is not its own alone, and of a
        figure that alone lifts nothing or is missing. A change that would put the row into another
        pool is none.

    Notes
    -----
    A yearly amount may grow, and what it is divided by may shrink; an amount that is both is left
    out, for more of it helps one criterion and harms another. Every criterion grows with its
    value, also where the others of the pool set the scale, so that the nearest value is found by
    halving.
    """
    row = row_of(table, ident)
    if book.scoring is None or book.grades is None or pd.notna(row.get("veto_reason")):
        return []
    if not is_own(row):
        return []
    pool = book.pool_named(row["pool"])
    if pool is None or not better_letters(row, book.grades):
        return []
    trial = _Trial(table[table["pool"].eq(pool.name)], ident, pool, asked_already(book))
    found = [trial.nearest(name, grows=grows) for name, grows in _levers(row, pool).items()]
    return sorted((one for one in found if one is not None), key=lambda one: (one.change, one))


def _levers(row: pd.Series, pool: Pool) -> dict[str, bool]:
    """List the figures that can be changed, and whether more of each is better."""
    more, less, harms = set[str](), set[str](), set[str]()
    for one in pool.criteria:
        if not pd.notna(row.get(one.column)):
            continue
        over, *per = divided_from(row, one.column) or (one.column,)
        more.add(over)
        (less if row[over] > 0 else harms).update(per)  # a loss grows when it is divided by less
    both = more & less
    growing = dict.fromkeys(sorted(more - both), True)
    return growing | dict.fromkeys(sorted(less - both - harms), False)


class _Trial:
    """Judges a row anew with one figure changed."""

    def __init__(self, rows: pd.DataFrame, ident: str, pool: Pool, book: Rulebook) -> None:
        self.rows, self.ident, self.pool, self.book = rows, ident, pool, book
        row = row_of(rows, ident)
        scored = [one.column for one in pool.criteria if pd.notna(row.get(one.column))]
        self.made = [name for name in scored if divided_from(row, name)]
        self.better = [] if book.grades is None else better_letters(row, book.grades)

    def nearest(self, name: str, *, grows: bool) -> Lift | None:
        """Find the nearest value of a figure that lifts the grade."""
        now, step = float(self.rows[name][self.ident]), 10.0 ** -COLUMNS[name].decimals
        stays = math.floor(now / step) if grows else math.ceil(now / step)
        lifted = self._farthest(name, now, step) if grows else self._least(name, step)
        if (lifted - stays) * (1 if grows else -1) <= 0 or not self.grade(name, lifted, step):
            return None
        while abs(lifted - stays) > 1:
            middle = (stays + lifted) // 2
            if self.grade(name, middle, step):
                lifted = middle
            else:
                stays = middle
        grade = self.grade(name, lifted, step)
        return None if grade is None else Lift(name, now, _on_grid(lifted, step), grade)

    def _farthest(self, name: str, now: float, step: float) -> int:
        most = max(float(self.rows[name].abs().max()), abs(now), step)
        return math.ceil(FARTHEST * most / step)

    def _least(self, name: str, step: float) -> int:
        least = self.pool.land_from_mu if name == LAND else None
        return max(1, math.ceil((least or 0) / step))

    def grade(self, name: str, place: int, step: float) -> str | None:
        """Give the grade with the figure changed, None where it is no better one."""
        row = self.rows.loc[[self.ident]].assign(**{name: _on_grid(place, step)})
        row = row.assign(**{str(name): made for name, made in ratios(row, LAND)[self.made].items()})
        at = (self._with_others if self.pool.hangs_together else self._alone)(row).loc[self.ident]
        is_lifted = at["pool"] == self.pool.name and at["efficiency_grade"] in self.better
        return str(at["efficiency_grade"]) if is_lifted else None

    def _with_others(self, row: pd.DataFrame) -> pd.DataFrame:
        table = pd.concat([self.rows.drop(index=self.ident), row])
        return scored_and_graded(table.drop(columns=["pool", "efficiency_score"]), self.book)

    def _alone(self, row: pd.DataFrame) -> pd.DataFrame:
        """Score only the row, for its figures move nobody else's points."""
        judged = self.rows.copy()
        scored = scored_and_graded(row, self.book)
        for name in ("pool", "efficiency_score"):
            is_other = judged.index != self.ident
            judged[name] = judged[name].where(is_other, scored[name].iloc[0])
        if self.book.grades is not None:
            judged["efficiency_grade"] = efficiency_grade(judged, self.book.grades)
        return judged


def _on_grid(place: int, step: float) -> float:
    return round(place * step, max(0, round(-math.log10(step))))
