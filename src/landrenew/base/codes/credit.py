"""Firm numbers: the unified social credit code (GB 32100-2015) and the numbers before it.

The check character finds typing errors; it does not prove that a firm exists. A few codes given out
early in a trial break the rule and are legal all the same, so a wrong check is a doubt, never a
refusal.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The characters of a credit code, by their value; I, O, S, V and Z are never used."""

BASE = len(ALPHABET)
VALUES = {one: value for value, one in enumerate(ALPHABET)}
WEIGHTS = tuple(pow(3, place, BASE) for place in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ORGANISATION_BASE = 11

CONFUSABLE = {"O": "0", "I": "1", "S": "5", "Z": "2", "V": "UWY"}
"""Letters a credit code cannot have, and what was probably meant."""

MOST_CONFUSED = 4
"""A code with more such letters is not repaired; too many readings would fit."""

TRIAL = re.compile(r"9135\d{4}M000.{6}")
"""Codes given out in the Fujian trial before the rule was fixed; some fail the check legally."""

CREDIT = re.compile(r"[0-9A-Z]{18}")
ORGANISATION = re.compile(r"[0-9A-Z]{8}[0-9X]")
REGISTRATION = re.compile(r"\d{15}")

CreditKind = Literal["credit", "trial", "registration", "organisation", "wrong", "other"]


@dataclass(frozen=True)
class CreditCode:
    """
    A firm's number, read.

    Parameters
    ----------
    text
        The number in plain capitals, without blanks and hyphens.
    kind
        ``credit`` a credit code that checks; ``trial`` one that need not check; ``registration``
        the old 15-digit number of the business register; ``organisation`` the old 9-character
        organisation code; ``wrong`` a credit code that cannot be right; ``other`` something else.
    suggestion
        For a ``wrong`` code the only reading of its confusable letters that checks, else empty.
    """

    text: str
    kind: CreditKind
    suggestion: str = ""


def check_character(body: str) -> str:
    """
    Compute the last character of a credit code.

    Parameters
    ----------
    body
        Its first 17 characters, each of :data:`ALPHABET`.

    Returns
    -------
    str
        The check character.

    Notes
    -----
    ``(31 - sum(value * 3**place) mod 31) mod 31``. Source: GB 32100-2015.

    Examples
    --------
    >>> check_character("11330282734267548")
    'D'
    """
    total = sum(VALUES[one] * weight for one, weight in zip(body, WEIGHTS, strict=True))
    return ALPHABET[-total % BASE]


def organisation_check(body: str) -> str:
    """
    Compute the last character of an organisation code.

    Parameters
    ----------
    body
        Its first 8 characters, digits and capitals.

    Returns
    -------
    str
        A digit, or ``X`` for ten.

    Notes
    -----
    ``(11 - sum(value * weight) mod 11) mod 11``. Source: GB 11714.

    Examples
    --------
    >>> organisation_check("73426754")
    '8'
    """
    values = zip((int(one, 36) for one in body), ORGANISATION_WEIGHTS, strict=True)
    left = -sum(value * weight for value, weight in values) % ORGANISATION_BASE
    return "X" if left == ORGANISATION_BASE - 1 else str(left)


def is_credit_code(text: str) -> bool:
    """
    Tell whether a text is a credit code that checks, its organisation code included.

    Parameters
    ----------
    text
        Plain capitals and digits.

    Returns
    -------
    bool
        True when both check characters are right.

    Examples
    --------
    >>> is_credit_code("12330282688011591A"), is_credit_code("12330282688011591B")
    (True, False)
    """
    if not CREDIT.fullmatch(text) or set(text) - set(ALPHABET):
        return False
    return check_character(text[:17]) == text[17] and organisation_check(text[8:16]) == text[16]


def plain_code(text: str) -> str:
    """
    Write a number in plain capitals: full-width letters, blanks and hyphens gone.

    Parameters
    ----------
    text
        As typed.

    Returns
    -------
    str
        The number.

    Examples
    --------
    >>> plain_code(" 7489 7845-5r")
    '748978455R'
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()


def read_credit_code(text: str) -> CreditCode:
    """
    Read a firm's number, whatever of the three kinds it is.

    Parameters
    ----------
    text
        As typed.

    Returns
    -------
    CreditCode
        The number, its kind, and for a wrong one what was probably meant.

    Examples
    --------
    >>> read_credit_code("9137 0681 7489 7845 5R").kind
    'credit'
    >>> read_credit_code("1133O28273426754BD").suggestion
    ''
    >>> read_credit_code("1133O282734267548D").suggestion
    '11330282734267548D'
    >>> read_credit_code("370681228007713").kind, read_credit_code("74897845-5").kind
    ('registration', 'organisation')
    >>> read_credit_code("91350100M0001TGQXM").kind
    'trial'
    """
    plain = plain_code(text)
    if REGISTRATION.fullmatch(plain):
        return CreditCode(plain, "registration")
    if ORGANISATION.fullmatch(plain) and organisation_check(plain[:8]) == plain[8]:
        return CreditCode(plain, "organisation")
    if not CREDIT.fullmatch(plain):
        return CreditCode(plain, "other")
    if is_credit_code(plain):
        return CreditCode(plain, "credit")
    if TRIAL.fullmatch(plain):
        return CreditCode(plain, "trial")
    return CreditCode(plain, "wrong", _meant(plain))


def _meant(code: str) -> str:
    """Read the letters a code cannot have as those they resemble; one reading must check."""
    strange = [one for one in code if one in CONFUSABLE]
    if not 0 < len(strange) <= MOST_CONFUSED:
        return ""
    choices = [CONFUSABLE.get(one, one) for one in code]
    readings = ["".join(one) for one in itertools.product(*choices)]
    right = [one for one in readings if is_credit_code(one)]
    return right[0] if len(right) == 1 else ""
