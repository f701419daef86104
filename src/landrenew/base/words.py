"""Words for people: every message exists in Chinese and in English.

The library builds messages as :class:`Text`; only the doors (command line, map, tables) choose
a language. What the messages are about is said where they are raised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Lang = Literal["zh", "en"]

SHOWN_IDS = 5


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
