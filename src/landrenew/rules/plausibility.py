"""Plausibility checks: what a value cannot well be, as data.

A check only doubts; it changes nothing and judges nobody. Those that ship follow from arithmetic or
compare a value with its own kind, after the habit of New York's PLUTO; every bureau can change,
add and switch off checks in its rulebook.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from landrenew.base.columns import COLUMNS


class Check(BaseModel):
    """
    What every check says of itself.

    Parameters
    ----------
    name
        Short name; a check in a rulebook replaces the one of the same name beneath it.
    zh
        What is wrong with a value that fails, in Chinese.
    en
        The same in English.
    document
        Official document the numbers come from, where there is one.
    source
        Where they were read, or whose they are.
    confidence
        H, M or L; ``user`` for a number the bureau sets itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    name: str = Field(min_length=1)
    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)
    document: str | None = None
    source: str = Field(min_length=1)
    confidence: Literal["H", "M", "L", "user"] = "user"


def _is_number(name: str) -> str:
    if name not in COLUMNS or COLUMNS[name].kind not in {"number", "integer"}:
        message = f"no column {name!r} of numbers in the data dictionary"
        raise ValueError(message)
    return name


def _columns(*names: str) -> Any:  # noqa: ANN401  pydantic's decorator
    return field_validator(*names)(lambda name: name if name is None else _is_number(name))


class Above(Check):
    """
    A value above a number.

    Parameters
    ----------
    kind
        ``"above"``.
    column
        The value.
    threshold
        What it must not exceed, in the column's unit.
    """

    kind: Literal["above"]
    column: str
    threshold: float

    _known = _columns("column")


class RatioAbove(Check):
    """
    A ratio of two values above a number, or above so many times a third value.

    Parameters
    ----------
    kind
        ``"ratio_above"``.
    column
        The upper value.
    over
        The lower value; only above zero it is compared.
    factor
        What the ratio must not exceed.
    times
        Column that the factor is multiplied by; None when it stands alone.
    """

    kind: Literal["ratio_above"]
    column: str
    over: str
    factor: float = Field(gt=0)
    times: str | None = None

    _known = _columns("column", "over", "times")


class Exceeds(Check):
    """
    A value above so many times another.

    Parameters
    ----------
    kind
        ``"exceeds"``.
    column
        The value.
    other
        The value it must not exceed.
    factor
        How many times.
    """

    kind: Literal["exceeds"]
    column: str
    other: str
    factor: float = Field(default=1.0, gt=0)

    _known = _columns("column", "other")


class Neighbours(Check):
    """
    A value far from that of the parcels around it.

    Parameters
    ----------
    kind
        ``"neighbours"``.
    column
        The value; only above zero it is compared.
    factor
        At least so many times the neighbours' median, or at most the reciprocal of it.
    nearest
        How many of the nearest parcels with a value are the neighbours.
    """

    kind: Literal["neighbours"]
    column: str
    factor: float = Field(gt=1)
    nearest: int = Field(ge=3)

    _known = _columns("column")


class Magnitude(Check):
    """
    A value that seems to be written in a smaller unit than its peers.

    Parameters
    ----------
    kind
        ``"magnitude"``.
    column
        The value; only above zero it is compared.
    factor
        How many of the smaller unit make one of ours: 10,000 yuan in 万元.
    deviations
        How many robust standard deviations of the logarithm a value must also lie from the median.
    per
        Column that the values are divided by before they are compared, so that large firms and
        small ones can be; None to compare them as they stand.
    """

    kind: Literal["magnitude"]
    column: str
    factor: float = Field(gt=1)
    deviations: float = Field(gt=0)
    per: str | None = None

    _known = _columns("column", "per")


class Off(BaseModel):
    """
    A check that is switched off.

    Parameters
    ----------
    kind
        ``"off"``.
    name
        The check.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["off"]
    name: str = Field(min_length=1)


AnyCheck = Annotated[
    Above | RatioAbove | Exceeds | Neighbours | Magnitude | Off, Field(discriminator="kind")
]


def merged_checks(*books: Any) -> Any:  # noqa: ANN401  raw TOML, checked when it becomes a rulebook
    """
    Lay the checks of several books over each other.

    Parameters
    ----------
    *books
        What each book says under ``plausibility``, the lowest first; None when it says nothing.

    Returns
    -------
    list
        The checks, one a name, the uppermost of each; what is no list is given back as it is, to
        be refused with the rest of the rulebook.

    Examples
    --------
    >>> merged_checks([{"name": "a", "kind": "above"}], [{"name": "a", "kind": "off"}])
    [{'name': 'a', 'kind': 'off'}]
    """
    checks: dict[str, Any] = {}
    for book in books:
        if book is None:
            continue
        if not isinstance(book, list) or not all(isinstance(one, dict) for one in book):
            return book
        checks |= {str(one.get("name", f"#{place}")): one for place, one in enumerate(book)}
    return list(checks.values())
