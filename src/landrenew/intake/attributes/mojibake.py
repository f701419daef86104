"""Text that was once read in the wrong encoding and saved so: noise that no reader can undo.

Three ways are met: UTF-8 read as GBK makes 鎱堟邯 of 慈溪; bytes read as Western letters make °²»Õ
of 安徽; and where nothing could be read at all, 锟斤拷 is left. Each is proven by undoing it: only
noise turns into sense.
"""

from __future__ import annotations

import re
from functools import cache

import pandas as pd

LOST = re.compile("\ufffd|锟斤拷|烫烫烫|屯屯屯")
WESTERN = re.compile("[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u2013-\u2122]{2,}")
LEAST = 2
"""Characters that must make sense once undone, for a proof."""

MOST_LEFT = 0.25
"""Share of the bytes that may be left over where a character was cut."""


def is_mojibake(text: str) -> bool:
    """
    Tell whether a text is noise from a wrong encoding.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    bool
        True where undoing a wrong encoding gives Chinese, or where marks of loss stand in it.

    Examples
    --------
    >>> is_mojibake("°²»Õ"), is_mojibake("安徽"), is_mojibake("Müller & Söhne")
    (True, False, False)
    """
    if text.isascii():
        return False
    if LOST.search(text) or _undone(text, "gb18030", "utf-8"):
        return True
    return any(_is_western_noise(run) for run in WESTERN.findall(text))


def _undone(text: str, wrong: str, right: str) -> bool:
    """Read a text's bytes as they were meant; little must be left over, and Chinese come of it."""
    if wrong == "gb18030" and not _leads().search(text):
        return False
    raw = "".join(one for one in text if not one.isascii()).encode(wrong, "ignore")
    meant = raw.decode(right, "ignore")
    chinese = sum("\u4e00" <= one <= "\u9fff" for one in meant)
    is_sense = chinese >= LEAST and 2 * chinese > len(meant)
    return is_sense and len(raw) - len(meant.encode(right)) <= MOST_LEFT * len(raw)


def _is_western_noise(run: str) -> bool:
    raw = b"".join(_byte(one) for one in run)
    try:
        if len(raw.decode("utf-8")) < len(raw):
            return True
    except UnicodeDecodeError:
        pass
    try:
        meant = raw.decode("gb2312")
    except UnicodeDecodeError:
        return False
    frequent = sum(_is_frequent(one) for one in meant)
    return frequent >= LEAST and 2 * frequent > len(meant)


def _byte(one: str) -> bytes:
    code = ord(one)
    return bytes([code]) if code <= 0xFF else one.encode("cp1252", "ignore")  # noqa: PLR2004  a byte


def _is_frequent(one: str) -> bool:
    """Tell the first level of GB 2312, which holds what is written every day."""
    return b"\xb0\xa1" <= one.encode("gb2312") <= b"\xd7\xf9"


@cache
def _leads() -> re.Pattern[str]:
    """Match what the first bytes of Chinese in UTF-8 become when read as GBK."""
    pairs = (bytes([lead, trail]) for lead in range(0xE4, 0xEA) for trail in range(0x80, 0xC0))
    return re.compile(f"[{''.join(pair.decode('gbk', 'ignore') for pair in pairs)}]")


@cache
def _suspect() -> re.Pattern[str]:
    """Match whatever may be noise, for a quick look."""
    return re.compile("|".join(one.pattern for one in (LOST, WESTERN, _leads())))


def noise_in(texts: pd.Series) -> pd.Series[bool]:
    """
    Find the texts of a column that are noise.

    Parameters
    ----------
    texts
        Texts, None where there is none.

    Returns
    -------
    Series of bool
        Same index.
    """
    foreign = {one for one in texts.tolist() if isinstance(one, str) and not one.isascii()}
    odd = {one for one in foreign if _suspect().search(one) and is_mojibake(one)}
    return texts.isin(odd) if odd else pd.Series(data=False, index=texts.index)
