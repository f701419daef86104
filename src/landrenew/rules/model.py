"""The rulebook: one dated document (or several) as strict data.

A rulebook holds only what its documents say. What they do not say is absent, and whoever asks for
it gets a :class:`~landrenew.base.errors.RuleError` naming what is needed; nothing is filled in.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from landrenew.base.columns import COLUMNS, SCORABLE, VOCABULARY
from landrenew.rules.plausibility import AnyCheck

Confidence = Literal["H", "M", "L", "user"]
"""How sure a number is: read in an official text, in press or a copy, inferred, or the user's."""

Comparison = Literal["below", "at_most", "above", "at_least", "equals"]


class Rule(BaseModel):
    """Base of every part of a rulebook: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Sourced(Rule):
    """
    A part that names where it comes from.

    Parameters
    ----------
    document
        Name and number of the official document.
    source
        Where it was read.
    confidence
        H, M or L as above; ``user`` for a value the bureau sets itself.
    """

    document: str
    source: str
    confidence: Confidence


class ShareRule(Sourced):
    """
    The target for the share of industrial land inside the control line.

    Parameters
    ----------
    target
        Share to reach [0-1].
    """

    target: float = Field(gt=0, le=1)


class Test(Rule):
    """
    One comparison of a column with a threshold.

    Parameters
    ----------
    column
        Column of the data dictionary.
    comparison
        ``below`` <, ``at_most`` <=, ``above`` >, ``at_least`` >=, ``equals`` =.
    threshold
        Number or word to compare with, in the column's unit.
    """

    __test__: ClassVar[bool] = False  # a rule's test, not one for pytest to collect

    column: str
    comparison: Comparison
    threshold: float | str

    @model_validator(mode="after")
    def _column_is_known(self) -> Test:
        if self.column not in COLUMNS:
            message = f"no column {self.column!r} in the data dictionary"
            raise ValueError(message)
        if isinstance(self.threshold, str) != (COLUMNS[self.column].kind in {"text", "class"}):
            message = f"threshold {self.threshold!r} does not suit column {self.column!r}"
            raise ValueError(message)
        words = VOCABULARY.get(self.column)
        if words is not None and self.threshold not in words:
            message = f"{self.column!r} is one of {', '.join(words)}, never {self.threshold!r}"
            raise ValueError(message)
        if isinstance(self.threshold, str) and self.comparison != "equals":
            message = f"words have no order: {self.column!r} can only be tested with equals"
            raise ValueError(message)
        return self


class TestSet(Sourced):
    """
    Tests joined by ``any`` or ``all``.

    Parameters
    ----------
    logic
        ``any``: one test suffices; ``all``: every test must hold.
    tests
        The tests, in the order they are reported.
    """

    __test__: ClassVar[bool] = False

    logic: Literal["any", "all"]
    tests: tuple[Test, ...] = Field(min_length=1)


class Ratio(Rule):
    """
    Points in proportion to a published baseline: ``weight * value / baseline``.

    Parameters
    ----------
    form
        ``"ratio"``.
    column
        Indicator scored.
    weight
        Points for a value at the baseline.
    baseline
        Published baseline, in the indicator's unit.
    baseline_factor
        What the published figure is multiplied by to become the baseline (Huai'an: 2 x mean).
    cap
        Largest value-to-baseline ratio that counts, or None when the document names none.
    floor
        Smallest ratio that counts, or None when the document names none.
    missing
        What a missing value earns: ``undetermined`` leaves the whole score missing,
        ``mean_points`` gives the mean points of the pool.
    """

    form: Literal["ratio"]
    column: str
    weight: float = Field(gt=0)
    baseline: float | None = Field(default=None, gt=0)
    baseline_factor: float = Field(default=1.0, gt=0)
    cap: float | None = Field(default=None, gt=0)
    floor: float | None = None
    missing: Literal["undetermined", "mean_points"]

    @model_validator(mode="after")
    def _floor_is_under_cap(self) -> Ratio:
        if self.floor is not None and self.cap is not None and self.floor > self.cap:
            message = f"floor {self.floor} of {self.column!r} is above its cap {self.cap}"
            raise ValueError(message)
        return self


class MinMax(Rule):
    """
    Points by place between the pool's extremes: ``weight * (low + span * place) / 100``.

    Parameters
    ----------
    form
        ``"min_max"``.
    column
        Indicator scored.
    weight
        Points for the best of the pool.
    low
        Points out of 100 that the worst of the pool earns (Jingde: 20).
    missing
        As for :class:`Ratio`.
    """

    form: Literal["min_max"]
    column: str
    weight: float = Field(gt=0)
    low: float = Field(ge=0, lt=100)
    missing: Literal["undetermined", "mean_points"]


Criterion = Annotated[Ratio | MinMax, Field(discriminator="form")]


class Pool(Rule):
    """
    Parcels that are scored and ranked together.

    Parameters
    ----------
    name
        Word used in tables.
    zh
        Chinese name.
    en
        English name.
    size_class
        Which firms: ``above_scale`` 规上, ``below_scale`` 规下 or None for all.
    criteria
        What is scored.
    """

    name: str
    zh: str
    en: str
    size_class: Literal["above_scale", "below_scale"] | None = None
    criteria: tuple[Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _criteria_are_scorable(self) -> Pool:
        names = [criterion.column for criterion in self.criteria]
        if unknown := sorted(set(names) - SCORABLE):
            message = f"not an indicator that can be scored: {', '.join(unknown)}"
            raise ValueError(message)
        if len(set(names)) < len(names):
            message = "an indicator is scored twice"
            raise ValueError(message)
        return self


class Scoring(Sourced):
    """
    How parcels are scored.

    Parameters
    ----------
    pools
        The pools, the first that fits a parcel holds.
    """

    pools: tuple[Pool, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _pools_have_names_of_their_own(self) -> Scoring:
        names = [pool.name for pool in self.pools]
        if len(set(names)) < len(names):
            message = "two pools have one name"
            raise ValueError(message)
        return self


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


class Storeys(Sourced):
    """
    How floors are counted.

    Parameters
    ----------
    double_above_m
        A storey strictly higher than this counts twice in the floor area ratio [m].
    storey_height_m
        Height of one storey, to estimate floors from a building's height [m]; None: no estimate.
    """

    double_above_m: float = Field(gt=0)
    storey_height_m: float | None = Field(default=None, gt=0)


class Contiguity(Sourced):
    """
    What counts as contiguous 连片.

    Parameters
    ----------
    max_gap_m
        Largest gap between neighbours of one block [m].
    min_area_mu
        Smallest area of a block [mu].
    small_plot_mu
        A plot under this is small [mu].
    """

    max_gap_m: float = Field(ge=0)
    min_area_mu: float = Field(ge=0)
    small_plot_mu: float = Field(gt=0)


class Rulebook(Rule):
    """
    A dated official rule as data.

    Parameters
    ----------
    name
        Short name, as given in the project file.
    title
        Name for people, in both languages as the publisher wishes.
    region
        Where it holds.
    effective
        First day it holds; None where the source does not say.
    expires
        Last day it holds, or None.
    notes
        What the documents leave open.
    share
        Target of the control-line share, or None.
    low_efficiency
        Tests for low-efficiency land, or None.
    scoring
        Pools and criteria, or None.
    grades
        Grades, or None.
    storeys
        Counting of floors, or None.
    contiguity
        Contiguity, or None.
    consolidation
        Tests on blocks that make one a candidate, or None.
    plausibility
        Checks of what a value cannot well be; they doubt, and decide nothing.
    """

    name: str
    title: str
    region: str
    effective: dt.date | None = None
    expires: dt.date | None = None
    notes: str = ""
    share: ShareRule | None = None
    low_efficiency: TestSet | None = None
    scoring: Scoring | None = None
    grades: Grades | None = None
    storeys: Storeys | None = None
    contiguity: Contiguity | None = None
    consolidation: TestSet | None = None
    plausibility: tuple[AnyCheck, ...] = ()
