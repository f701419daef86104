"""How scores become grades: by rank within the pool, or by bars that stand still."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from landrenew.rules.rule import Entry, Rule, Sourced

Rounding = Literal["down", "nearest", "up"]
Ties = Literal["better", "worse"]


class Veto(Rule):
    """
    What decides a grade whatever the score 一票否决.

    Parameters
    ----------
    grade
        Grade of every row with a ``veto_reason``.
    is_ranked
        Whether such a row takes a place in the ranking of the others.
    """

    grade: str
    is_ranked: bool


class Graded(Sourced):
    """
    What grades have, however they come about.

    Parameters
    ----------
    exempt
        Letter for those that are not graded.
    veto
        What decides a grade whatever the score; None when the document knows no veto.
    """

    exempt: str
    veto: Veto | None = None

    @property
    def letters(self) -> list[str]:
        """The grades, from best to worst."""
        raise NotImplementedError

    def _check_letters(self) -> None:
        letters = self.letters
        if len(set(letters)) < len(letters) or self.exempt in letters:
            message = "a letter stands for two grades"
            raise ValueError(message)
        if self.veto is not None and self.veto.grade not in letters:
            message = f"the veto gives {self.veto.grade!r}, which is none of the grades"
            raise ValueError(message)


class RankClass(Entry):
    """
    One grade of a ranking.

    Parameters
    ----------
    grade
        Letter of the grade.
    up_to
        Cumulative share of the pool, best first, where the grade ends [0-1].
    is_inclusive
        Whether the row at that very share still has the grade (含) or no longer (不含).
    """

    grade: str
    up_to: float = Field(gt=0, le=1)
    is_inclusive: bool = True


class RankGrades(Graded):
    """
    Grades by rank within the pool.

    Parameters
    ----------
    form
        ``"rank"``.
    classes
        Grades from best to worst; the last ends at 1.
    rounding
        How a class bound ``up_to * n`` becomes a whole number of rows; None when the document does
        not say, and then a row of which that decides the grade has none.
    ties
        Whether equal scores all take the ``better`` or the ``worse`` grade; None likewise.
    """

    form: Literal["rank"]
    classes: tuple[RankClass, ...] = Field(min_length=2)
    rounding: Rounding | None = None
    ties: Ties | None = None

    @property
    def letters(self) -> list[str]:
        """The grades, from best to worst."""
        return [one.grade for one in self.classes]

    @model_validator(mode="after")
    def _bounds_rise_to_one(self) -> RankGrades:
        bounds = [one.up_to for one in self.classes]
        if bounds != sorted(set(bounds)) or bounds[-1] != 1:
            message = "the bounds of the grades must rise and end at 1"
            raise ValueError(message)
        if not self.classes[-1].is_inclusive:
            message = "the last grade ends at 1 and must hold the last row"
            raise ValueError(message)
        self._check_letters()
        return self


class BarClass(Entry):
    """
    One grade between two bars.

    Parameters
    ----------
    grade
        Letter of the grade.
    at_least
        Lowest score of the grade, itself included (含).
    above
        The same, itself not included (不含); one of the two, and neither for the last grade.
    """

    grade: str
    at_least: float | None = None
    above: float | None = None

    @property
    def bar(self) -> float:
        """The score where the grade begins; the last begins below all."""
        bars = [one for one in (self.at_least, self.above) if one is not None]
        return bars[0] if bars else -math.inf


class BarGrades(Graded):
    """
    Grades by bars on the score, which do not move when the others do.

    Parameters
    ----------
    form
        ``"bars"``.
    classes
        Grades from best to worst; the last has no bar.
    """

    form: Literal["bars"]
    classes: tuple[BarClass, ...] = Field(min_length=2)

    @property
    def letters(self) -> list[str]:
        """The grades, from best to worst."""
        return [one.grade for one in self.classes]

    @model_validator(mode="after")
    def _bars_fall(self) -> BarGrades:
        *upper, last = self.classes
        stated = [[one.at_least, one.above].count(None) for one in upper]
        if last.bar > -math.inf or set(stated) != {1}:
            message = "every grade but the last has one bar: at_least or above"
            raise ValueError(message)
        bars = [one.bar for one in upper]
        if bars != sorted(set(bars), reverse=True):
            message = "the bars of the grades must fall"
            raise ValueError(message)
        self._check_letters()
        return self


Grades = Annotated[RankGrades | BarGrades, Field(discriminator="form")]
