"""What rank of total a title names; the words themselves stand where sheets are read."""

from __future__ import annotations

import re
import unicodedata

from landrenew.intake.sources.totals_lines import ENGLISH, PARTIAL, TOTAL

GRAND, WHOLE, PART = 3, 2, 1
"""Ranks of totals; one of a higher rank adds up those of lower ranks."""

GRAND_WORDS = {"总计", "總計", "总和"}

EVERYWHERE = {"全市", "全区", "全县"}
"""Words that make a total only where they stand alone: 全市工业 is a kind of thing."""

AMONG = re.compile(r"^\W*其中")
"""``of which``: parts that are named without need to be all."""

ORDINAL = re.compile(r"^[(（]?[一二三四五六七八九十]+[)）]?[、.\uff0e]?")
"""The number before a heading of a list, as in 一、工改工."""

BRACKETS = re.compile(r"[(（\[【].*?[)）\]】]")


def bare(text: str) -> str:
    """
    Strip a title of blanks, units in brackets and the marks around it.

    Parameters
    ----------
    text
        Title of a row or column.

    Returns
    -------
    str
        The words alone, in half width and lower case.

    Examples
    --------
    >>> bare("合 计（亩）：")
    '合计'
    """
    plain = unicodedata.normalize("NFKC", BRACKETS.sub("", text))
    return re.sub(r"\s+", "", plain).strip(":：,，;；。、-—").casefold()


def rank(text: str) -> int:
    """
    Tell what rank of total a title names.

    Parameters
    ----------
    text
        Title of a row or column.

    Returns
    -------
    int
        0 for no total, 1 for a subtotal, 2 for a total, 3 for a grand total.

    Examples
    --------
    >>> rank("小 计"), rank("工改工合计"), rank("总计（亩）"), rank("合计村民小组")
    (1, 2, 3, 0)
    >>> rank("Subtotal"), rank("Grand total")
    (1, 3)
    """
    said = bare(text)
    if said in EVERYWHERE:
        return GRAND
    if ENGLISH.fullmatch(" ".join(text.casefold().split())):
        return GRAND if said.startswith("grand") else PART if said.startswith("sub") else WHOLE
    met = TOTAL.fullmatch(said)
    if met is None:
        return 0
    return PART if met["word"] in PARTIAL else GRAND if met["word"] in GRAND_WORDS else WHOLE


def is_among(text: str) -> bool:
    """
    Tell whether a title begins a list of some of the parts.

    Parameters
    ----------
    text
        Title of a row or column.

    Returns
    -------
    bool
        Whether it begins with 其中.
    """
    return AMONG.match(text) is not None


def is_numbered(text: str) -> bool:
    """
    Tell whether a title carries the number of a heading, as in 一、工改工.

    Parameters
    ----------
    text
        Title of a row.

    Returns
    -------
    bool
        Whether a Chinese numeral and its mark stand before it.
    """
    found = ORDINAL.match(text.strip())
    return found is not None and found[0][-1] in "、.\uff0e)）"
