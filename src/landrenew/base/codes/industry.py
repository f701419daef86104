"""Industries: GB/T 4754 by edition, and how divisions passed from one edition to the next.

The same two digits mean different industries in different editions: "31" is non-metal minerals in
2002 and ferrous metals in 2017. So nothing here answers without an edition.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from landrenew.base.codes.published import published
from landrenew.base.errors import ColumnError

if TYPE_CHECKING:
    from collections.abc import Iterable

Edition = Literal[2002, 2011, 2017]
EDITIONS: tuple[Edition, ...] = (2002, 2011, 2017)

MANUFACTURING = "C"
FIRST, LAST = 13, 43
"""Divisions of manufacturing, in each of the editions."""

HIGHEST = {2002: 98, 2011: 96, 2017: 97}
UNUSED = {(2002, 38), (2002, 64)}
"""Numbers between 01 and the highest that an edition does not use."""

_CODE = re.compile(r"(?P<section>[A-T]?)(?P<digits>\d{2,4})")


DIVISIONS = {
    (int(row["edition"]), row["division"]): row["name"] for row in published("industry.csv")
}
"""Name of each division of manufacturing, by edition and number."""

_PASSED: dict[tuple[int, str], frozenset[str]] = {
    (int(row["older"]), row["division"]): frozenset(row["divisions"].split())
    for row in published("industry_crosswalk.csv")
}


@dataclass(frozen=True)
class IndustryCode:
    """
    An industry code with the edition it is written in.

    Parameters
    ----------
    edition
        Year of GB/T 4754.
    digits
        Two, three or four digits: 大类, 中类, 小类.
    section
        Letter of the 门类; empty when it was not written.
    """

    edition: Edition
    digits: str
    section: str = ""

    @property
    def division(self) -> str:
        """The first two digits, 大类."""
        return self.digits[:2]

    @property
    def is_manufacturing(self) -> bool:
        """Tell whether it lies within 制造业."""
        return FIRST <= int(self.division) <= LAST

    @property
    def name(self) -> str:
        """The division's name; empty outside manufacturing."""
        return DIVISIONS.get((self.edition, self.division), "")

    def __str__(self) -> str:
        """Write the code as one text."""
        return self.section + self.digits


def read_industry_code(text: str, edition: Edition) -> IndustryCode | None:
    """
    Read an industry code.

    Parameters
    ----------
    text
        As typed: two to four digits, with or without the letter of the section.
    edition
        Year of GB/T 4754 it is written in.

    Returns
    -------
    IndustryCode or None
        None when the edition has no such division, or the letter does not go with it.

    Examples
    --------
    >>> read_industry_code("C3130", 2017).name
    '黑色金属冶炼和压延加工业'
    >>> read_industry_code("31", 2002).name
    '非金属矿物制品业'
    >>> read_industry_code("38", 2002) is None
    True
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
    found = _CODE.fullmatch(plain)
    if found is None:
        return None
    code = IndustryCode(edition, found["digits"], found["section"])
    number = int(code.division)
    if not 1 <= number <= HIGHEST[edition] or (edition, number) in UNUSED:
        return None
    if code.section and (code.section == MANUFACTURING) != code.is_manufacturing:
        return None
    return code


def industry_crosswalk(code: str, older: int | None, newer: int | None) -> frozenset[str]:
    """
    List the divisions that took over a division of an older edition.

    Parameters
    ----------
    code
        Code or division in the older edition; only its division counts.
    older
        Edition the code is written in.
    newer
        Edition wanted, the same or a later one.

    Returns
    -------
    frozenset of str
        Divisions; several where the old one was split.

    Raises
    ------
    ColumnError
        When an edition is not stated or not known, or the code is no manufacturing code of it.

    Notes
    -----
    From the tables of old and new classes in GB/T 4754-2011 and -2017, summed over the four-digit
    classes of a division: a division stands here as soon as one class passed to it.

    Examples
    --------
    >>> sorted(industry_crosswalk("31", 2002, 2017))
    ['30']
    >>> sorted(industry_crosswalk("42", 2002, 2011))
    ['24', '30', '41']
    """
    start, end = _edition(older, code), _edition(newer, code)
    read = read_industry_code(code, start)
    if read is None or not read.is_manufacturing:
        raise ColumnError(
            f"GB/T 4754-{start} 的制造业没有代码“{code}”。请核对代码与版本（industry_edition）。",
            f"GB/T 4754-{start} has no manufacturing code {code!r}. Check the code and its edition"
            " (industry_edition).",
        )
    if start > end:
        raise ColumnError(
            f"只能由旧版转到新版，不能由 {start} 转到 {end}。请对调两个版本。",
            f"Codes pass from an older edition to a newer, not from {start} to {end}. Swap them.",
        )
    found = {read.division}
    for edition in EDITIONS[EDITIONS.index(start) : EDITIONS.index(end)]:
        found = set().union(*(_PASSED.get((edition, one), frozenset()) for one in found))
    return frozenset(found)


def in_edition(code: IndustryCode, edition: Edition) -> IndustryCode | None:
    """
    Write a code in another edition, where that is sure.

    Parameters
    ----------
    code
        The code with its own edition.
    edition
        Edition wanted.

    Returns
    -------
    IndustryCode or None
        The code itself in its own edition; in a later one the division that took over all of its
        division, without the digits behind; None where the division was split, the edition is an
        earlier one, or the code is outside manufacturing.

    Examples
    --------
    >>> str(in_edition(IndustryCode(2002, "3111"), 2017))
    '30'
    >>> in_edition(IndustryCode(2017, "3110"), 2002) is None
    True
    """
    if code.edition == edition:
        return code
    if code.edition > edition or not code.is_manufacturing:
        return None
    found = industry_crosswalk(code.division, code.edition, edition)
    return IndustryCode(edition, *found) if len(found) == 1 else None


def deciding_codes(digits: str, listed: Iterable[str]) -> list[str | None]:
    """
    Find which codes of a list may decide on a code: the longest prefix, and what it may turn out.

    Parameters
    ----------
    digits
        Digits of the code.
    listed
        Digits of the codes in the list, all of one edition.

    Returns
    -------
    list of (str or None)
        First the longest that the code begins with, None where there is none; then those that go
        on where the code breaks off, sorted. With one entry only, the list decides.

    Examples
    --------
    >>> deciding_codes("3311", ["33", "331", "3360"]), deciding_codes("33", ["33", "3360"])
    (['331'], ['33', '3360'])
    >>> deciding_codes("13", ["33"])
    [None]
    """
    codes = set(listed)
    prefix = max((one for one in codes if digits.startswith(one)), key=len, default=None)
    longer = sorted(one for one in codes if one.startswith(digits) and one != digits)
    return [prefix, *longer]


def _edition(year: int | None, code: str) -> Edition:
    """Refuse a missing or unknown edition, naming what is needed."""
    if year in EDITIONS:
        return year
    said = "没有注明版本" if year is None else f"注明的版本 {year} 不存在"
    en = "has no edition" if year is None else f"has an unknown edition, {year}"
    raise ColumnError(
        f"行业代码“{code}”{said}，同一代码在不同版本中是不同行业。"
        "请注明 GB/T 4754 的版本：2002、2011 或 2017。",
        f"Industry code {code!r} {en}, and one code means different industries in different"
        " editions. State the edition of GB/T 4754: 2002, 2011 or 2017.",
    )
