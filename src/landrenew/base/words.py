"""Words for people: every message exists in Chinese and in English.

The library builds messages as :class:`Text`; only the doors (command line, map, tables) choose
a language. What the messages are about is said where they are raised.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Lang = Literal["zh", "en"]

SHOWN_IDS = 5

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Characters that do not show: controls, marks of direction, line separators."""

MOST_OF_A_NAME = 120
"""Bytes of a file's name that are somebody else's: systems take 255 in all."""

SPELT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Text(NamedTuple):
    """
    One message or label in both languages.

    Parameters
    ----------
    zh
        Simplified Chinese.
    en
        English.

    Examples
    --------
    >>> Text("亩", "mu").say("en")
    'mu'
    """

    zh: str
    en: str

    def say(self, lang: Lang) -> str:
        """
        Choose one language.

        Parameters
        ----------
        lang
            ``"zh"`` or ``"en"``.

        Returns
        -------
        str
            The text in that language.
        """
        return self.zh if lang == "zh" else self.en


def some(ids: Iterable[object]) -> str:
    """
    Name up to five ids and say how many there are in all.

    Parameters
    ----------
    ids
        Any ids, in the order to show them.

    Returns
    -------
    str
        The first five separated by commas, then ``… (count)`` when there are more.

    Examples
    --------
    >>> some(["P1", "P2"])
    'P1, P2'
    >>> some(range(8))
    '0, 1, 2, 3, 4 … (8)'
    """
    listed = [str(one) for one in ids]
    shown = ", ".join(listed[:SHOWN_IDS])
    return shown if len(listed) <= SHOWN_IDS else f"{shown} … ({len(listed)})"


def listing(texts: Iterable[Text]) -> Text:
    """
    Put texts in a row: by the enumeration comma in Chinese, by commas in English.

    Parameters
    ----------
    texts
        Any texts, in the order to show them.

    Returns
    -------
    Text
        One text; empty where there are none.

    Examples
    --------
    >>> listing([Text("产值", "output"), Text("税收", "tax")])
    Text(zh='产值、税收', en='output, tax')
    """
    said = list(texts)
    return Text("、".join(one.zh for one in said), ", ".join(one.en for one in said))


def visible(text: str) -> str:
    r"""
    Write a text of somebody else's on one line, with nothing in it that does not show.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The text; line ends, controls and marks of direction are spelt out.

    Examples
    --------
    >>> print(visible("a\nb\x1b[2J"))
    a\nb\U0000001B[2J
    """
    return "".join(
        SPELT.get(one, f"\\U{ord(one):08X}") if unicodedata.category(one) in HIDDEN else one
        for one in text
    )


def file_name(text: str) -> str:
    r"""
    Make a text of somebody else's fit for the name of a file.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        The text without folders and without marks that a system refuses, at most
        :data:`MOST_OF_A_NAME` bytes of UTF-8; never empty.

    Examples
    --------
    >>> file_name("../云岭镇:1"), file_name("")
    ('_云岭镇_1', '_')
    """
    plain = re.sub(r'[\\/:*?"<>|]', "_", visible(text)).strip(". ")
    return plain.encode()[:MOST_OF_A_NAME].decode(errors="ignore").rstrip(". ") or "_"


def percent(share: float) -> str:
    """
    Write a share as people do.

    Parameters
    ----------
    share
        Share [0-1].

    Returns
    -------
    str
        In percent, with no more digits than it has.

    Examples
    --------
    >>> percent(0.8), percent(0.7512)
    ('80%', '75.12%')
    """
    return f"{share * 100:.6g}%"
