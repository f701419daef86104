"""The parts of a shapefile, which must be of one piece: shapes, their index, the table.

GDAL takes the index at its word. With one of another day it leaves rows out or loses shapes, and
where shapes and table differ in number it stops at the shorter, all in silence. So an index that
does not fit is made anew, in a copy, and what does not belong together is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landrenew.base.errors import FileError
from landrenew.base.words import Text
from landrenew.intake.sources.beside import part_of
from landrenew.intake.sources.dbf import head_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

HEAD, RECORD = 100, 8
"""Bytes of the head of shapes and index, and of that of a record."""

MAGIC = b"\0\0\x27\x0a"

WORD = 2
"""Both count in words of so many bytes."""


def refuse_torn(path: Path, name: str) -> None:
    """
    Refuse a shapefile of which something is cut off, or whose parts do not belong together.

    Parameters
    ----------
    path
        The ``.shp``, or a ``.dbf`` with or without shapes; any other file passes.
    name
        The layer's name in the project file, for messages.

    Raises
    ------
    FileError
        When the table or the shapes were cut off, or differ in number.
    """
    table, shapes = part_of(path, ".dbf"), part_of(path, ".shp")
    rows = None if table is None else _rows(table, name)
    if shapes is None or not _is_one(shapes):
        return
    count, is_whole = _shapes(shapes)
    if not is_whole:
        raise FileError(
            f"[{name}] 的图形文件 {shapes} 不完整：只有前 {count} 个图形读得出。请重新导出或拷贝。",
            f"[{name}]: shapes {shapes} are not whole: only the first {count} can be read. Export"
            " or copy them again.",
        )
    if rows is not None and rows != count:
        raise FileError(
            f"[{name}] 的 {shapes} 有 {count} 个图形，属性表却有 {rows} 行，不是同一份数据。"
            "请重新导出或拷贝全部文件。",
            f"[{name}]: {shapes} holds {count} shapes, its table {rows} rows: they do not belong"
            " together. Export or copy all files again.",
        )


def _is_one(shapes: Path) -> bool:
    return _bytes(shapes)[:4].tobytes() == MAGIC


def _rows(table: Path, name: str) -> int:
    head = head_of(table)
    held = max(table.stat().st_size - head.start, 0)
    found = held // head.width if head.width else 0
    if found < head.records:
        raise FileError(
            f"[{name}] 的属性表 {table} 不完整：文件头写 {head.records} 行，实有 {found} 行。"
            "请重新导出或拷贝。",
            f"[{name}]: table {table} is not whole: its head says {head.records} rows, {found} are"
            " there. Export or copy it again.",
        )
    return head.records


def _shapes(shapes: Path) -> tuple[int, bool]:
    """Count the shapes, by the index where it fits; tell whether they are whole."""
    index = part_of(shapes, ".shx")
    if index is not None and _fits(shapes, index):
        return len(_entries(index)), True
    found, end = _walk(_bytes(shapes))
    return len(found), end == shapes.stat().st_size


def made_index(path: Path) -> dict[Path, bytes]:
    """
    Make the index of a shapefile that has none, or one of other shapes.

    Parameters
    ----------
    path
        Any file.

    Returns
    -------
    dict
        The index by its path; empty where nothing needs to be made.
    """
    shapes, index = part_of(path, ".shp"), part_of(path, ".shx")
    is_there = index is not None and shapes is not None and _fits(shapes, index)
    if shapes is None or is_there or not _is_one(shapes):
        return {}
    raw = _bytes(shapes)
    entries = np.array(_walk(raw)[0], dtype=">i4").reshape(-1, 2) // WORD
    head = bytearray(raw[:HEAD].tobytes())
    head[24:28] = ((HEAD + entries.nbytes) // WORD).to_bytes(4, "big")
    return {index or shapes.with_suffix(".shx"): bytes(head) + entries.astype(">i4").tobytes()}


def index_note(path: Path) -> tuple[Text, ...]:
    """
    Say that the index of a shapefile was not believed.

    Parameters
    ----------
    path
        Any file.

    Returns
    -------
    tuple of Text
        One note, none where the index fits or there is none.
    """
    index = part_of(path, ".shx")
    if index is None or not made_index(path):
        return ()
    return (
        Text(
            f"索引 {index.name} 与图形不符，已按 .shp 另建（原文件未动）。",
            f"Index {index.name} does not fit the shapes; one was made of the .shp, the file"
            " itself is untouched.",
        ),
    )


def _bytes(path: Path) -> NDArray[np.uint8]:
    if path.stat().st_size < HEAD:
        return np.zeros(HEAD, np.uint8)
    return np.memmap(path, np.uint8, mode="r")


def _entries(index: Path) -> NDArray[np.int64]:
    """Give where each record begins and how long it is [bytes], by the index."""
    raw = _bytes(index)[HEAD:]
    words = raw[: len(raw) // RECORD * RECORD].view(">i4").astype(np.int64)
    return words.reshape(-1, 2) * WORD


def _fits(shapes: Path, index: Path) -> bool:
    """Tell whether an index has an entry for each row, and each leads to a record of its length."""
    raw, (at, size) = _bytes(shapes), _entries(index).T
    stated = int.from_bytes(_bytes(index)[24:28].tobytes(), "big") * WORD
    if stated != index.stat().st_size:  # GDAL counts the rows by this
        return False
    table = part_of(shapes, ".dbf")
    if table is not None and head_of(table).records != len(at):
        return False
    at, size = at[(at > 0) | (size > 0)], size[(at > 0) | (size > 0)]  # else a row without shape
    if (at < HEAD).any() or (size < 0).any() or (at + RECORD + size > len(raw)).any():
        return False
    lengths = raw[at[:, None] + np.arange(4, 8)].view(">i4").astype(np.int64)[:, 0]
    return bool((lengths * WORD == size).all())


def _walk(raw: NDArray[np.uint8]) -> tuple[list[tuple[int, int]], int]:
    """Go from record to record; give them, and where the last whole one ends [bytes]."""
    found, at = [], HEAD
    while at + RECORD <= len(raw):
        size = int.from_bytes(raw[at + 4 : at + RECORD].tobytes(), "big", signed=True) * WORD
        if size < 0 or at + RECORD + size > len(raw):
            break
        found.append((at, size))
        at += RECORD + size
    return found, at
