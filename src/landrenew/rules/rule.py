"""What every part of a rulebook is: strict, frozen, and with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from pydantic import BaseModel, ConfigDict, model_validator

if TYPE_CHECKING:
    from collections.abc import Iterable

Confidence = Literal["H", "M", "L", "user"]
"""How sure a number is: read in an official text, in press or a copy, inferred, or the user's."""


class Rule(BaseModel):
    """Base of every part of a rulebook: frozen, and strict about unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def refuse_twice(names: Iterable[str], message: str) -> None:
    """
    Refuse names of which one stands twice.

    Parameters
    ----------
    names
        What tells the entries of a part apart.
    message
        What to say; pydantic makes it a sentence with the place.

    Raises
    ------
    ValueError
        When two are the same.
    """
    listed = list(names)
    if len(set(listed)) < len(listed):
        raise ValueError(message)


class Origin(Rule):
    """
    Where one number comes from, where that is not where its neighbours come from.

    Parameters
    ----------
    of
        Key of the number, such as ``baseline``.
    document
        Name and number of its official document; None: that of its neighbours.
    source
        Where it was read; None likewise.
    confidence
        As for :class:`Sourced`; None likewise.
    """

    of: str
    document: str | None = None
    source: str | None = None
    confidence: Confidence | None = None


class Numbers(Rule):
    """
    Anything with numbers of which one may come from elsewhere.

    Parameters
    ----------
    sources
        Where single numbers come from that are not of the document of the others.
    """

    sources: tuple[Origin, ...] | None = None

    @model_validator(mode="after")
    def _sources_are_of_numbers(self) -> Self:
        for one in self.sources or ():
            value = getattr(self, one.of) if one.of in type(self).model_fields else None
            if isinstance(value, bool) or not isinstance(value, int | float):
                message = f"sources name {one.of!r}, which is no number here"
                raise ValueError(message)  # noqa: TRY004  pydantic turns it into a sentence
        return self


class Entry(Numbers):
    """
    One entry of a part, such as a criterion or a class.

    Parameters
    ----------
    document
        Its official document; None: that of the part.
    source
        Where it was read; None: as the part.
    confidence
        As for :class:`Sourced`; None: as the part.
    """

    document: str | None = None
    source: str | None = None
    confidence: Confidence | None = None


class Sourced(Numbers):
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
