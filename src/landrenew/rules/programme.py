"""What an action plan promises, and by when: data for those who are held to it."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field, field_validator

from landrenew.base.units import is_unit
from landrenew.rules.comparison import Comparison
from landrenew.rules.rule import Rule, Sourced, refuse_twice

COUNTS = {"家", "个", "宗"}
"""What is counted has no factor to anything."""


class Target(Rule):
    """
    One target of a plan.

    Parameters
    ----------
    name
        Short name; a programme has each once.
    zh
        What is to be reached, in Chinese.
    en
        The same in English.
    comparison
        As in a test; ``at_least`` for most targets.
    threshold
        What is to be reached.
    unit
        Its unit as the document writes it.
    basis
        ``total``: a sum over the renewed land; ``ratio_of_totals``: one sum over another, never the
        mean of the parcels' ratios.
    """

    name: str = Field(min_length=1)
    zh: str
    en: str
    comparison: Comparison
    threshold: float
    unit: str
    basis: Literal["total", "ratio_of_totals"]

    @field_validator("unit")
    @classmethod
    def _unit_is_known(cls, unit: str) -> str:
        if unit not in COUNTS and not is_unit(unit):
            message = f"unit {unit!r} is not known"
            raise ValueError(message)
        return unit


class Programme(Sourced):
    """
    The targets of an action plan 行动计划.

    Parameters
    ----------
    by
        Last day to reach them.
    targets
        The targets.
    """

    by: dt.date
    targets: tuple[Target, ...] = Field(min_length=1)

    @field_validator("targets")
    @classmethod
    def _names_differ(cls, targets: tuple[Target, ...]) -> tuple[Target, ...]:
        refuse_twice((one.name for one in targets), "two targets have one name")
        return targets
