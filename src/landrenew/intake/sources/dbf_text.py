"""The encoding of a shapefile's table: stated, its ``.cpg``, its own mark, else its bytes.

A mark is believed as long as the bytes can be read by it. GDAL takes a table without any for
Latin-1 in silence, which turns every Chinese name into noise.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landrenew.base.errors import FileError
from landrenew.base.words import Text
from landrenew.intake.sources.beside import part_of
from landrenew.intake.sources.dbf import NAME, head_of
from landrenew.intake.sources.text import BIG5, GB, SPOKEN, Encoding, likeliest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pandas as pd

LANGUAGE_BYTE = 29
ASCII = 0x7F

LANGUAGES = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x13: "cp932", 0x26: "cp866", 0x4D: GB,
    0x4E: "cp949", 0x4F: BIG5, 0x50: "cp874", 0x64: "cp852", 0x65: "cp866", 0x78: BIG5,
    0x79: "cp949", 0x7A: GB, 0x7B: "cp932", 0x7C: "cp874", 0xC8: "cp1250", 0xC9: "cp1251",
    0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip
"""Encodings that the table's own byte names; 0x57 is "ANSI", which is whatever the writer had."""

CODE_PAGES = {
    "936": GB, "54936": GB, "gbk": GB, "gb2312": GB, "cp936": GB, "euccn": GB, "950": BIG5,
    "big5": BIG5, "cp950": BIG5, "65001": "utf-8", "88591": "iso-8859-1", "iso88591": "iso-8859-1",
    "koi8r": "koi8-r", "ansi936": GB, "ansi950": BIG5, "ansi1252": "cp1252",
}  # fmt: skip
"""What a ``.cpg`` may write, in small letters and digits alone."""

ANYTHING = {"iso-8859-1", "cp1252", "cp437", "cp850"}
"""Western encodings, which fit any bytes: a mark that programs write without looking."""


class Value(NamedTuple):
    """
    Bytes of a text that are not all ASCII.

    Parameters
    ----------
    raw
        The bytes, without the blanks behind them.
    may_be_cut
        Whether they fill their field, so that the last character may have been cut.
    """

    raw: bytes
    may_be_cut: bool


def dbf_encoding(path: Path, stated: str | None = None) -> tuple[str | None, tuple[Text, ...]]:
    """
    Find the encoding of a shapefile's table, and say why where it does not say so itself.

    Parameters
    ----------
    path
        Any file of the shapefile.
    stated
        What the project file says.

    Returns
    -------
    str or None
        Name of the encoding; None where every reader gives the same text, or there is no table.
    tuple of Text
        Why it was taken.

    Raises
    ------
    FileError
        When the table cannot be in the encoding that the project file states.
    """
    table = part_of(path, ".dbf")
    values = [] if table is None else sorted(set(_texts(table)))
    if table is None or not values:
        return stated, ()
    if stated is not None:
        _refuse_unfit(values, stated, path)
        return stated, ()
    marked, mark = _mark(table, part_of(path, ".cpg"))
    sample = b"\n".join(value.raw for value in values)
    guess = likeliest(lambda name: _decoded(values, name), sample, path.name)
    if marked is not None and _is_believed(marked, values, guess):
        return marked, ()
    if _decoded(values, guess.name) is None:
        return None, (_unknown(path),)
    if marked is not None:
        return guess.name, (_contradiction(path, mark, marked, guess.name),)
    return guess.name, () if guess.note is None else (guess.note,)


def _contradiction(path: Path, mark: Text, marked: str, name: str) -> Text:
    read = SPOKEN[name]
    return Text(
        f"文件 {path.name} 的{mark.zh}写 {marked}，与文字的字节不符，已按 {read} 读取。",
        f"File {path.name}: its {mark.en} says {marked}, which its bytes contradict; it was read"
        f" as {read}.",
    )


def _unknown(path: Path) -> Text:
    return Text(
        f"文件 {path.name} 的文字编码无从判断，文字可能不对，请写明 encoding。",
        f"The encoding of file {path.name} cannot be told, its text may be wrong. State encoding.",
    )


def _is_believed(marked: str, values: list[Value], guess: Encoding) -> bool:
    """Believe a mark that fits; one that fits anything, only where nothing else fits clearly."""
    if _decoded(values, marked) is None:
        return False
    return marked not in ANYTHING or not guess.is_clear


def _mark(table: Path, cpg: Path | None) -> tuple[str | None, Text]:
    """Give the encoding that the shapefile itself names, and where it does."""
    if cpg is not None:
        written = cpg.read_text(encoding="ascii", errors="replace").strip()
        return _codec(written), Text(" .cpg ", ".cpg")
    with table.open("rb") as file:
        byte = file.read(LANGUAGE_BYTE + 1)[LANGUAGE_BYTE:]
    return LANGUAGES.get(int.from_bytes(byte, "big")), Text("语言标记", "language mark")


def _codec(written: str) -> str | None:
    plain = re.sub(r"[^a-z0-9]", "", written.casefold())
    for name in (CODE_PAGES.get(plain, written), plain, f"cp{plain}"):
        try:
            return CODE_PAGES.get(name) or _as_gdal_says(codecs.lookup(name).name)
        except LookupError:
            continue
    return None


def _as_gdal_says(name: str) -> str:
    """Spell an encoding so that both Python and GDAL know it."""
    return re.sub(r"^iso8859-?", "iso-8859-", name.replace("_", "-"))


def _refuse_unfit(values: list[Value], stated: str, path: Path) -> None:
    if _decoded(values, stated) is None:
        raise FileError(
            f"文件 {path} 的文字不是 {stated} 编码。请改正 encoding，或删去它由程序判断。",
            f"The text of file {path} is not in {stated}. Mend encoding, or remove it and let the"
            " program find out.",
        )


def _texts(table: Path) -> Iterator[Value]:
    """List the texts that are not all ASCII: names of fields, and values field by field."""
    head = head_of(table)
    body = np.fromfile(table, np.uint8, offset=head.start)
    count = min(head.records, len(body) // head.width) if head.width else 0
    rows = body[: count * head.width].reshape(count, head.width or 1)
    for one in head.fields:
        yield from _foreign([one.name], NAME - 1)
        if one.kind == b"C" and count:
            field = rows[:, one.left : one.left + one.size]
            held = np.unique(field[(field > ASCII).any(axis=1)], axis=0)
            yield from _foreign((value.tobytes() for value in held), one.size)


def _foreign(texts: Iterable[bytes], size: int) -> Iterator[Value]:
    for one in texts:
        plain = one.rstrip(b" \0")
        if not plain.isascii():
            yield Value(plain, len(plain) >= size - 1)


def _decoded(values: list[Value], name: str) -> str | None:
    """Give all texts in an encoding; None where one of them does not fit it."""
    try:
        return "\n".join(_one(value, name) for value in values)
    except (UnicodeDecodeError, LookupError):
        return None


def _one(value: Value, name: str) -> str:
    try:
        return value.raw.decode(name)
    except UnicodeDecodeError as error:
        if not value.may_be_cut or error.start < len(value.raw) - 3:
            raise
        return value.raw[: error.start].decode(name)


def without_cut_ends(frame: pd.DataFrame, encoding: str) -> pd.DataFrame:
    """
    Decode the texts of a table whose last characters may be cut.

    Parameters
    ----------
    frame
        The rows, read as Latin-1, so that every character stands for one byte.
    encoding
        The encoding of the bytes.

    Returns
    -------
    DataFrame
        The rows with the texts they mean, and their columns' names; a half character is left out.
    """

    def mend(value: object) -> object:
        if not isinstance(value, str) or value.isascii():
            return value
        return value.encode("latin-1").decode(encoding, errors="ignore")

    frame = frame.rename(columns=mend)
    texts = [one for one in map(str, frame) if str(frame[one].dtype) in {"object", "str"}]
    return frame.assign(**{one: frame[one].map(mend, na_action="ignore") for one in texts})
