"""The rulebook: one dated document (or several) as strict data.

A rulebook holds only what its documents say. What they do not say is absent, and whoever asks for
it gets a :class:`~landrenew.base.errors.RuleError` naming what is needed; nothing is filled in.
"""

from __future__ import annotations

import datetime as dt

from pydantic import Field, field_validator, model_validator

from landrenew.rules.admission import Bars, FarMinimum, NegativeList
from landrenew.rules.comparison import TestSet
from landrenew.rules.diagnosis import Diagnosis
from landrenew.rules.exemption import AnyExemption
from landrenew.rules.grading import Grades
from landrenew.rules.plausibility import AnyCheck
from landrenew.rules.programme import Programme
from landrenew.rules.rule import Rule, Sourced, refuse_twice
from landrenew.rules.scoring import Bonus, Pool, Scoring
from landrenew.rules.tenants import Tenants


class ShareRule(Sourced):
    """
    The target for the share of industrial land inside the control line.

    Parameters
    ----------
    target
        Share to reach [0-1].
    """

    target: float = Field(gt=0, le=1)


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


class Backflow(Sourced):
    """
    Which new use counts as backflow 回潮: small, and on or next to cleared land.

    Parameters
    ----------
    within_m
        Largest distance to cleared land, itself included [m]; 0: on it or touching.
    below_mu
        A use of this size or more is not small [mu].
    """

    within_m: float = Field(ge=0)
    below_mu: float = Field(gt=0)


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
    backflow
        New small uses on or next to cleared land, or None.
    admission
        Bars that a proposed project must reach.
    negative_list
        Industries that are not let in, each with the days it holds for.
    far_minimum
        Least floor area ratio by industry, or None.
    programme
        Targets of an action plan, or None.
    diagnosis
        Problems and outcomes of blocks, or None.
    evaluated_on
        Day to which years are counted; None where the documents leave it to the project.
    exemptions
        Who is not evaluated: the first that holds for a row is its reason.
    tenants
        What becomes of firms that rent land or share a parcel, or None: each by itself.
    plausibility
        Checks of what a value cannot well be; they doubt, and decide nothing.
    lacks
        By part, what its document says and nobody outside has read: a hole, named. An empty text
        says that a part of the book beneath lacks nothing.
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
    backflow: Backflow | None = None
    admission: Bars = ()
    negative_list: NegativeList = ()
    far_minimum: FarMinimum | None = None
    programme: Programme | None = None
    diagnosis: Diagnosis | None = None
    evaluated_on: dt.date | None = None
    exemptions: tuple[AnyExemption, ...] = ()
    tenants: Tenants | None = None
    plausibility: tuple[AnyCheck, ...] = ()
    lacks: dict[str, str] = Field(default_factory=dict)

    @field_validator("lacks")
    @classmethod
    def _parts_exist(cls, lacks: dict[str, str]) -> dict[str, str]:
        if unknown := sorted(set(lacks) - set(cls.model_fields)):
            message = f"no part of a rulebook: {', '.join(unknown)}"
            raise ValueError(message)
        return lacks

    @model_validator(mode="after")
    def _exemptions_have_names_of_their_own(self) -> Rulebook:
        refuse_twice((one.name for one in self.exemptions), "two exemptions have one name")
        return self

    @property
    def pools(self) -> tuple[Pool, ...]:
        """The pools that rows are scored in; none where the rulebook does not score."""
        return () if self.scoring is None else self.scoring.pools

    @property
    def bonus(self) -> Bonus | None:
        """The bounds of added and deducted points; None where the rulebook knows none."""
        return None if self.scoring is None else self.scoring.bonus

    def pool_named(self, name: object) -> Pool | None:
        """
        Find the pool of a row, or one that a user names.

        Parameters
        ----------
        name
            Any value; None and NaN name no pool.

        Returns
        -------
        Pool or None
            The pool of that name; None where there is none.
        """
        return next((one for one in self.pools if one.name == name), None)
