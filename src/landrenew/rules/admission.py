"""What a document asks of a project to be let in 准入: bars, negative list, least ratios."""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from landrenew.base.codes.industry import Edition, read_industry_code
from landrenew.base.columns import COLUMNS, OF_PROJECTS
from landrenew.base.units import factor_between, factor_to
from landrenew.rules.comparison import Test
from landrenew.rules.rule import Rule, Sourced, refuse_twice

ListKind = Literal["prohibited", "restricted", "permitted"]

RISING = {"at_least", "above"}
FALLING = {"at_most", "below"}


class Industries(Rule):
    """
    Industries by the beginning of their code.

    Parameters
    ----------
    edition
        Edition of GB/T 4754 the codes are written in.
    codes
        Two to four digits each.
    """

    edition: Edition
    codes: tuple[str, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_exist(self) -> Industries:
        _refuse_unknown(self.codes, self.edition)
        return self


def _refuse_unknown(codes: tuple[str, ...], edition: Edition) -> None:
    for code in codes:
        read = read_industry_code(code, edition)
        if read is None or read.digits != code:
            message = f"{code!r} is no code of GB/T 4754-{edition}: two to four digits"
            raise ValueError(message)


def _is_of_projects(test: Test) -> Test:
    if test.column not in OF_PROJECTS:
        message = f"{test.column!r} is not stated of a project: {', '.join(OF_PROJECTS)}"
        raise ValueError(message)
    return test


Condition = Annotated[Test, AfterValidator(_is_of_projects)]


class Bar(Sourced, Test):
    """
    One bar 准入门槛 that a project must reach.

    Parameters
    ----------
    name
        Short name; a book has each once.
    zh
        Chinese name.
    en
        English name.
    unit
        Unit that the document writes the threshold in, such as 万元/公顷; None for the column's.
    encouraged
        What the document encourages 鼓励, in the same unit; nobody fails for it.
    applies
        Tests that must all hold for the bar to apply; none: it applies to every project.
    industries
        Industries that the bar is for; None for all.
    """

    name: str = Field(min_length=1)
    zh: str
    en: str
    unit: str | None = None
    encouraged: float | None = None
    applies: tuple[Condition, ...] = ()
    industries: Industries | None = None

    @property
    def factor(self) -> float:
        """What a value in the unit of the threshold is multiplied by to be in the column's."""
        return 1.0 if self.unit is None else factor_to(COLUMNS[self.column].unit, self.unit)

    @property
    def written_unit(self) -> str:
        """Unit of the threshold as it stands."""
        return COLUMNS[self.column].unit if self.unit is None else self.unit

    @model_validator(mode="after")
    def _bar_is_sound(self) -> Bar:
        _is_of_projects(self)
        ours = COLUMNS[self.column].unit
        if self.unit is not None and (not ours or factor_between(ours, self.unit) is None):
            message = f"unit {self.unit!r} cannot be converted to that of {self.column!r}, {ours!r}"
            raise ValueError(message)
        if self.encouraged is None:
            return self
        steps = {**dict.fromkeys(RISING, 1), **dict.fromkeys(FALLING, -1)}
        step = steps.get(self.comparison, 0)
        if isinstance(self.threshold, str) or (self.encouraged - self.threshold) * step <= 0:
            message = f"encouraged {self.encouraged} asks no more than the bar {self.threshold}"
            raise ValueError(message)
        return self


class Listed(Sourced):
    """
    One entry of a negative list 负面清单.

    Parameters
    ----------
    code
        Code of GB/T 4754, two to four digits; holds for all codes that begin with it, unless a
        longer entry says otherwise.
    edition
        Edition the code is written in.
    kind
        ``prohibited`` 禁止; ``restricted`` 限制, to be decided case by case; ``permitted`` 除外.
    item
        What exactly the document names; empty for the whole industry.
    effective
        First day the entry holds.
    expires
        Last day it holds, or None.
    """

    code: str
    edition: Edition
    kind: ListKind
    item: str = ""
    effective: dt.date
    expires: dt.date | None = None

    @model_validator(mode="after")
    def _entry_is_sound(self) -> Listed:
        _refuse_unknown((self.code,), self.edition)
        if self.expires is not None and self.expires < self.effective:
            message = f"{self.code} expires on {self.expires}, before {self.effective}"
            raise ValueError(message)
        return self

    def holds_on(self, day: dt.date) -> bool:
        """
        Tell whether the entry is in force on a day.

        Parameters
        ----------
        day
            The day.

        Returns
        -------
        bool
            True from the first to the last day, both included.
        """
        return self.effective <= day and (self.expires is None or day <= self.expires)


def _one_entry_a_day(entries: tuple[Listed, ...]) -> tuple[Listed, ...]:
    for one, other in combinations(entries, 2):
        first, second = sorted((one, other), key=lambda entry: entry.effective)
        if (one.code, one.edition) == (other.code, other.edition) and first.holds_on(
            second.effective
        ):
            message = f"{one.code} stands twice on the list of {second.effective}"
            raise ValueError(message)
    return entries


NegativeList = Annotated[tuple[Listed, ...], AfterValidator(_one_entry_a_day)]


class FarMinimum(Sourced):
    """
    Least floor area ratio by industry.

    Parameters
    ----------
    edition
        Edition of GB/T 4754 the codes are written in; the same code is another industry in another.
    codes
        Least ratio by code, two to four digits; the longest that fits holds.
    """

    edition: Edition
    codes: dict[str, Annotated[float, Field(gt=0)]] = Field(min_length=1)

    @model_validator(mode="after")
    def _codes_exist(self) -> FarMinimum:
        _refuse_unknown(tuple(self.codes), self.edition)
        return self


def _names_differ(bars: tuple[Bar, ...]) -> tuple[Bar, ...]:
    refuse_twice((bar.name for bar in bars), "two bars have one name")
    return bars


Bars = Annotated[tuple[Bar, ...], AfterValidator(_names_differ)]
