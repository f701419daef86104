"""How blocks are diagnosed: five problems and ten outcomes, each by its own rule or not at all."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from landrenew.base.columns import COLUMNS
from landrenew.base.questions import DIAGNOSIS, PROOF
from landrenew.rules.comparison import TestSet
from landrenew.rules.rule import Rule, Sourced

SHARED = frozenset({"town", "floor_area_ratio", "tax_cny10k_per_mu", "control_share", "firm_count"})
"""Columns that parcels and blocks both have."""

TABLES = {"parcel": {"parcel", "firm"}, "block": {"block"}}
"""Tables of the data dictionary whose columns can be asked."""

ACCEPTED = tuple(name for name, proof in PROOF.items() if proof == "outcome_evidence")
"""Columns of evidence that say whether an outcome was accepted."""


class LandBar(Rule):
    """
    How much of a block's land decides for the block; one of the two.

    Parameters
    ----------
    share_at_least
        Share of the land from which on the block's answer is yes, itself included (含) [0-1].
    share_above
        The same, itself not included (不含).
    """

    share_at_least: float | None = Field(default=None, gt=0, le=1)
    share_above: float | None = Field(default=None, ge=0, lt=1)

    @model_validator(mode="after")
    def _is_one(self) -> LandBar:
        if (self.share_at_least is None) == (self.share_above is None):
            message = "a bar is one of share_at_least and share_above"
            raise ValueError(message)
        return self


class Problem(TestSet):
    """
    When a block has a problem.

    Parameters
    ----------
    of
        ``parcel``: the tests are asked of each parcel, and ``bar`` decides for the block;
        ``block``: they are asked of the block's own figures.
    bar
        For tests of parcels.
    """

    of: Literal["parcel", "block"]
    bar: LandBar | None = None

    @model_validator(mode="after")
    def _fits(self) -> Problem:
        if (self.of == "parcel") != (self.bar is not None):
            message = "tests of parcels need a bar, tests of the block have none"
            raise ValueError(message)
        for test in self.tests:
            if test.column not in SHARED and COLUMNS[test.column].table not in TABLES[self.of]:
                message = f"{test.column!r} is no column of a {self.of}"
                raise ValueError(message)
            if test.column.startswith(DIAGNOSIS):
                message = f"{test.column!r} is a diagnosis itself"
                raise ValueError(message)
        return self


class Outcome(Sourced):
    """
    When a block has reached an outcome.

    Parameters
    ----------
    column
        One of :data:`ACCEPTED`.
    bar
        How much of the land must be accepted.
    """

    column: str
    bar: LandBar

    @model_validator(mode="after")
    def _is_evidence(self) -> Outcome:
        if self.column not in ACCEPTED:
            message = f"{self.column!r} is no evidence of an outcome: {', '.join(ACCEPTED)}"
            raise ValueError(message)
        return self


class Diagnosis(Rule):
    """
    The questions that a rulebook answers; what it has no rule for is not asked.

    Parameters
    ----------
    problem_industry
        Low-tier industry 产业层次低.
    problem_contribution
        Little contribution 经济贡献少.
    problem_pollution
        High pollution 环境污染高.
    problem_hazard
        Many hazards 安全隐患多.
    problem_governance
        Hard to govern 社会管理难.
    outcome_site
        Standard sites 场地标准化.
    outcome_plant
        Digital plants 厂房数字化.
    outcome_fire
        Smart fire safety 消防智能化.
    outcome_storage
        Compact storage 仓储集约化.
    outcome_transport
        Efficient transport 运输高效化.
    outcome_energy
        Low-carbon energy 能耗低碳化.
    outcome_water
        Water in cycles 用水循环化.
    outcome_park
        The park as a garden 园区公园化.
    outcome_building
        Urban buildings 建筑城市化.
    outcome_living
        Community living 生活社区化.
    """

    problem_industry: Problem | None = None
    problem_contribution: Problem | None = None
    problem_pollution: Problem | None = None
    problem_hazard: Problem | None = None
    problem_governance: Problem | None = None
    outcome_site: Outcome | None = None
    outcome_plant: Outcome | None = None
    outcome_fire: Outcome | None = None
    outcome_storage: Outcome | None = None
    outcome_transport: Outcome | None = None
    outcome_energy: Outcome | None = None
    outcome_water: Outcome | None = None
    outcome_park: Outcome | None = None
    outcome_building: Outcome | None = None
    outcome_living: Outcome | None = None

    def axes(self) -> dict[str, Problem | Outcome]:
        """
        Give the questions that have a rule.

        Returns
        -------
        dict
            The rule by column, in the order of the data dictionary.
        """
        stated = ((name, getattr(self, name)) for name in DIAGNOSIS)
        return {name: rule for name, rule in stated if rule is not None}

    @model_validator(mode="after")
    def _asks_something(self) -> Diagnosis:
        if not self.axes():
            message = "a diagnosis has at least one problem or outcome"
            raise ValueError(message)
        return self
