"""How scores become grades."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from landrenew.rules.rule import Rule, Sourced


class GradeClass(Rule):
    """
    One grade of a ranking.

    Parameters
    ----------
    grade
        Letter of the grade.
    up_to
        Cumulative share of the pool, best first, where the grade ends [0-1].
    """

    grade: str
    up_to: float = Field(gt=0, le=1)


class Grades(Sourced):
    """
    Grades by rank within the pool.

    Parameters
    ----------
    classes
        Grades from best to worst; the last ends at 1.
    rounding
        How a class bound ``up_to * n`` becomes a whole number of parcels.
    ties
        Whether equal scores all take the ``better`` or the ``worse`` grade.
    exempt
        Letter for parcels that are not graded.
    """

    classes: tuple[GradeClass, ...] = Field(min_length=2)
    rounding: Literal["down", "nearest", "up"]
    ties: Literal["better", "worse"]
    exempt: str

    @model_validator(mode="after")
    def _bounds_rise_to_one(self) -> Grades:
        bounds = [one.up_to for one in self.classes]
        if bounds != sorted(set(bounds)) or bounds[-1] != 1:
            message = "the bounds of the grades must rise and end at 1"
            raise ValueError(message)
        letters = [*(one.grade for one in self.classes), self.exempt]
        if len(set(letters)) < len(letters):
            message = "a letter stands for two grades"
            raise ValueError(message)
        return self
