"""The encoding of text: what is stated, else what its bytes allow, and why.

Strict UTF-8 can hardly be met by chance. GB18030 and Big5 read almost any bytes, so between them
the share of frequent characters decides: rare ones all over mean the wrong one of the two.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    Decode = Callable[[str], str | None]

GB, BIG5, LATIN = "gb18030", "cp950", "cp1252"
SPOKEN = {GB: "GB18030", BIG5: "Big5", LATIN: "Windows-1252", "utf-8": "UTF-8"}
"""How people call our encodings."""

MARKED = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")
)  # fmt: skip
"""Byte-order marks: the file says its own encoding."""

NEAR = 0.1
"""Likenesses of two encodings closer than this decide nothing."""

HARMED = 10
"""A text of so many whole characters in UTF-8 to each broken one was written in UTF-8."""

CHINESE = 0.5
"""A text of which fewer characters than this are frequent ones is none in that encoding."""

ZEROS = 0.01
"""Share of zero bytes that no text has but one of two bytes a character."""

A_WORD = 0.5
"""What a word of the trade adds to the likeness."""

WORDS = re.compile(
    "公司|企业|名称|编号|面积|税收|宗地|街道|工业|用地|單位|名稱|編號|面積|地號|工廠|使用分區|縣|廠"
)
"""Words that stand in the headings and names of our tables, in both scripts."""

SAMPLE = 400_000
"""Characters that are looked at."""


@dataclass(frozen=True)
class Encoding:
    """
    The encoding of a text.

    Parameters
    ----------
    name
        As Python calls it.
    note
        Why it was taken, where the file does not say so itself; None where it does.
    is_clear
        False where the bytes would fit another encoding as well.
    """

    name: str
    note: Text | None = None
    is_clear: bool = True


def text_encoding(raw: bytes) -> str:
    """
    Find the encoding of a text that nobody states.

    Parameters
    ----------
    raw
        The bytes of the whole file.

    Returns
    -------
    str
        Name of the encoding.
    """
    return encoding_of(raw, "").name


def encoding_of(raw: bytes, file: str) -> Encoding:
    """
    Find the encoding of a text that nobody states, and say why it is that one.

    Parameters
    ----------
    raw
        The bytes of the whole file.
    file
        Name of the file, for the note.

    Returns
    -------
    Encoding
        A byte-order mark, strict UTF-8, else the likelier of GB18030 and Big5.
    """
    for mark, name in MARKED:
        if raw.startswith(mark):
            return Encoding(name)
    if (wide := _wide(raw)) is not None:
        return Encoding(wide, _unstated(file, wide.upper(), Text("每字两字节", "two bytes each")))

    def decode(name: str) -> str | None:
        try:
            return raw.decode(name)
        except UnicodeDecodeError:
            return None

    return likeliest(decode, raw, file)


def _wide(raw: bytes) -> str | None:
    """Tell UTF-16 without a mark by its zero bytes, all on one side of their pairs."""
    first, second = raw[0:SAMPLE:2].count(0), raw[1:SAMPLE:2].count(0)
    few = ZEROS * min(len(raw), SAMPLE)
    if first + second <= few or min(first, second) > few or len(raw) % 2:
        return None
    return "utf-16-le" if second > first else "utf-16-be"


def likeliest(decode: Decode, raw: bytes, file: str) -> Encoding:
    """
    Choose among UTF-8, GB18030, Big5 and Windows-1252.

    Parameters
    ----------
    decode
        Gives the text in an encoding, None where the bytes do not fit it.
    raw
        The bytes, or a sample of them.
    file
        Name of the file, for the note.

    Returns
    -------
    Encoding
        The encoding and why. UTF-8 of which a few bytes were lost is UTF-8 still, and whoever
        decodes it strictly finds them.
    """
    if decode("utf-8") is not None or _is_harmed(raw):
        return Encoding("utf-8")
    like = {name: _likeness(decode(name), name) for name in (GB, BIG5)}
    best = GB if like[GB] >= like[BIG5] else BIG5
    if like[best] < CHINESE:
        return _not_chinese(decode, raw, file)
    if abs(like[GB] - like[BIG5]) < NEAR:
        return Encoding(GB, Text(
            f"文件 {file} 没有注明文字编码，按 GB18030 与 Big5 都读得通，已按 GB18030 读取；"
            '文字不对时，请写明 encoding = "big5"。',
            f"File {file} does not state its encoding; GB18030 and Big5 fit alike, GB18030 was"
            ' taken. If the text is wrong, write encoding = "big5".',
        ), is_clear=False)  # fmt: skip
    share = f"{min(like[best], 1.0):.0%}"
    why = Text(f"常用字占 {share}", f"{share} of its characters are frequent ones")
    return Encoding(best, _unstated(file, SPOKEN[best], why))


def _is_harmed(raw: bytes) -> bool:
    """Tell UTF-8 of which a few bytes were lost: read as anything else, all of it is noise."""
    text = raw[:SAMPLE].decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(not one.isascii() for one in text) - broken > HARMED * broken


def _unstated(file: str, name: str, why: Text) -> Text:
    return Text(
        f"文件 {file} 没有注明文字编码，已按 {name} 读取（{why.zh}）。",
        f"File {file} does not state its encoding; it was read as {name} ({why.en}).",
    )


def _not_chinese(decode: Decode, raw: bytes, file: str) -> Encoding:
    """Take Western letters, which stand alone among others, for what they are; doubt the rest."""
    runs = [len(one) for one in re.findall(rb"[\x80-\xff]+", raw[:SAMPLE])]
    is_western = 2 * runs.count(1) >= len(runs)
    name = LATIN if is_western and decode(LATIN) is not None else GB
    if name == GB and decode(GB) is None and decode(BIG5) is not None:
        name = BIG5
    return Encoding(name, Text(
        f"文件 {file} 没有注明文字编码，文字不像中文，已按 {SPOKEN[name]} 读取；"
        "文字不对时，请写明 encoding。",
        f"File {file} does not state its encoding and does not look Chinese; it was read as"
        f" {SPOKEN[name]}. If the text is wrong, state encoding.",
    ), is_clear=False)  # fmt: skip


def _likeness(text: str | None, name: str) -> float:
    """Give the share of frequent characters among all that are not ASCII; -1 where none fits."""
    if text is None:
        return -1.0
    foreign = "".join(re.findall(r"[^\x00-\x7f]+", text[:SAMPLE]))
    if not foreign:
        return 1.0
    frequent = _frequent(name)
    share = sum(one in frequent for one in foreign) / len(foreign)
    return share + (A_WORD if WORDS.search(text[:SAMPLE]) else 0.0)


@cache
def _frequent(name: str) -> frozenset[str]:
    """Give the first level of a character set, which its makers filled by frequency."""
    rows = [*range(0xA1, 0xA4), *(range(0xB0, 0xD8) if name == GB else range(0xA4, 0xC7))]
    cells = [*([] if name == GB else range(0x40, 0x7F)), *range(0xA1, 0xFF)]
    codec = "gb2312" if name == GB else name
    pairs = (bytes([row, cell]) for row in rows for cell in cells)
    return frozenset("".join(pair.decode(codec, "ignore") for pair in pairs))
