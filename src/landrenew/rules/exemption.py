"""Who is not evaluated 不参评, and until when: conditions with their dates and sources."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from landrenew.base.codes.industry import Edition
from landrenew.rules.comparison import Test
from landrenew.rules.rule import Sourced


class Exemption(Sourced):
    """
    One condition under which a row is not evaluated.

    Parameters
    ----------
    name
        Short name, one of its own in the book.
    zh
        The reason in Chinese, as it stands in tables.
    en
        The same in English.
    """

    name: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)

    @property
    def reason(self) -> str:
        """What a table says of a row that is not evaluated."""
        return f"{self.zh} · {self.en}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it asks, of which any may leave it open."""
        raise NotImplementedError


class Within(Exemption):
    """
    A condition that holds for some years after a day.

    Parameters
    ----------
    years
        Calendar years after the day.
    is_inclusive
        Whether the anniversary itself still counts (含) or no longer (不含, "less than N years").
    """

    years: int = Field(gt=0)
    is_inclusive: bool


class RegisteredWithin(Within):
    """
    Registered only lately: ``registered_on`` lies less than so many years back.

    Parameters
    ----------
    kind
        ``"registered_within_years"``.
    """

    kind: Literal["registered_within_years"]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it asks."""
        return ("registered_on",)


class SuppliedWithin(Within):
    """
    New land still under construction: ``supplied_on`` lies less than so many years back.

    Parameters
    ----------
    kind
        ``"supplied_within_years"``; it ends with the first day of production, ``production_on``.
    """

    kind: Literal["supplied_within_years"]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it asks."""
        return ("supplied_on", "production_on")


class OfIndustry(Exemption):
    """
    An industry, such as public utilities.

    Parameters
    ----------
    kind
        ``"industry_prefix"``.
    edition
        Year of GB/T 4754 that the prefixes are written in; codes of another answer nothing.
    prefixes
        First digits of the industry codes, two to four.
    """

    kind: Literal["industry_prefix"]
    edition: Edition
    prefixes: tuple[Annotated[str, Field(pattern=r"^\d{2,4}$")], ...] = Field(min_length=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it asks."""
        return ("industry_code",)


class Worded(Exemption):
    """
    A word that a column holds, such as that of a relocation by policy.

    Parameters
    ----------
    kind
        ``"column_equals"``.
    column
        Column of words of the data dictionary.
    word
        The word.
    """

    kind: Literal["column_equals"]
    column: str
    word: str = Field(min_length=1)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it asks."""
        return (self.column,)

    @model_validator(mode="after")
    def _column_holds_such_words(self) -> Worded:
        Test(column=self.column, comparison="equals", threshold=self.word)
        return self


AnyExemption = Annotated[
    RegisteredWithin | SuppliedWithin | OfIndustry | Worded, Field(discriminator="kind")
]
