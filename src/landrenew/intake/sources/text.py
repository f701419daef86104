"""The encoding of text: what the file says of itself, else what its bytes allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DBF = {".shp", ".dbf"}
DBF_LANGUAGE_BYTE = 29


def text_encoding(raw: bytes) -> str:
    """
    Find the encoding of a text: strict UTF-8 when it is that, else the Chinese national encoding.

    Parameters
    ----------
    raw
        The bytes of the whole file.

    Returns
    -------
    str
        Name of the encoding.
    """
    try:
        raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"


def dbf_encoding(path: Path) -> str | None:
    """
    Find the encoding of a shapefile that does not say it.

    GDAL takes such a file for Latin-1 in silence, which turns every Chinese name into noise.

    Parameters
    ----------
    path
        Any file of the shapefile.

    Returns
    -------
    str or None
        Name of the encoding; None where the shapefile states its own, or is none.
    """
    if path.suffix.lower() not in DBF:
        return None
    beside = {one.suffix.lower(): one for one in path.parent.iterdir() if one.stem == path.stem}
    if ".cpg" in beside or ".dbf" not in beside:
        return None
    raw = beside[".dbf"].read_bytes()
    says_it_itself = len(raw) > DBF_LANGUAGE_BYTE and raw[DBF_LANGUAGE_BYTE] != 0
    return None if says_it_itself else _dbf_text_encoding(raw)


def _dbf_text_encoding(raw: bytes) -> str:
    """Look at the values alone: the heading holds lengths that are no text in any encoding."""
    start = int.from_bytes(raw[8:10], "little")
    text = raw[start:].decode("utf-8", errors="replace")
    foreign = sum(not one.isascii() for one in text)
    broken = text.count("\ufffd")  # a long value may be cut within a character
    return "utf-8" if broken <= foreign / 10 else "gb18030"
