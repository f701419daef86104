"""Open a workbook, after a look at what it would unpack to.

A file of a few kilobytes can hold a merge over the whole sheet, or columns formatted down to the
last line: openpyxl makes an object of each such cell and fills the memory. So the XML is looked at
before it is opened; cells that hold nothing but a format are left out.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.utils.cell import range_boundaries

from landrenew.base.errors import FileError, LandrenewError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl.workbook import Workbook

MOST_CELLS = 10_000_000
"""A workbook with more cells that hold anything is refused: it would take some 4 GB of memory."""

MANY_BLANKS = 10_000
"""With more cells that only have a format, these are left out: they cost as much as others."""

MOST_MERGED = 1_000_000
"""Likewise for the cells that its merged ranges, or links over a range, cover."""

MOST_BYTES = 2**30
"""Likewise for what it unpacks to [bytes]."""

PIECE_BYTES, LONGEST_TAG = 2**20, 2**16

CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
WITHOUT_PLACE = re.compile(rb"<(?:\w+:)?c(?:[/>]|\s(?![^<>]*\br\s*=))")
"""A cell that states no address stands behind the one before it, which then must stay."""

BLANK = re.compile(rb"<(?:\w+:)?c\s[^<>]*/>")
BLANK_ROW = re.compile(rb"<((?:\w+:)?row)\s[^<>]*\br\s*=[^<>]*(?:/>|(?<!/)>\s*</\1>)")
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
RANGE = re.compile(rb"<(?:\w+:)?(?:mergeCell|hyperlink)\s[^<>]*?\bref\s*=\s*[\"']([^\"']*)[\"']")
"""A range of which openpyxl makes every cell, be there anything in it or not."""

OLD_OFFICE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an XLS begins, and whatever Office has encrypted."""

BROKEN = (TypeError, AttributeError, EOFError, NotImplementedError, RuntimeError)


@dataclass
class _Contents:
    """What the parts of a workbook hold, counted."""

    cells: int = 0
    blanks: int = 0
    has_places: bool = True
    merged: int = 0
    widest: str = ""
    has_formulas: bool = False

    def add(self, xml: bytes) -> None:
        """Count what stands in a piece of XML."""
        self.cells += sum(1 for _ in CELL.finditer(xml))
        self.blanks += sum(1 for _ in BLANK.finditer(xml))
        self.has_places = self.has_places and WITHOUT_PLACE.search(xml) is None
        self.has_formulas = self.has_formulas or FORMULA.search(xml) is not None
        for found in RANGE.finditer(xml):
            stated = found[1].decode("utf-8", "replace")
            size = _size(stated)
            self.merged += size
            self.widest = stated if size > _size(self.widest) else self.widest

    @property
    def filled(self) -> int:
        """Cells that must be made, for they hold something or others are counted from them."""
        return self.cells - self.blanks if self.has_places else self.cells


def _size(stated: str) -> int:
    """Count the cells of a range such as ``A1:C3``; 0 for what is none."""
    try:
        left, top, right, bottom = range_boundaries(stated)
    except (ValueError, TypeError):
        return 0
    if left is None or top is None or right is None or bottom is None:
        return 0
    return int(max(right - left + 1, 0) * max(bottom - top + 1, 0))


def open_book(path: Path) -> tuple[Workbook, Workbook | None]:
    """
    Open a workbook.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    Workbook
        With the values that a spreadsheet last computed.
    Workbook or None
        With formulas as they are typed; None where it holds none.

    Raises
    ------
    FileError
        When it would fill the memory.
    ValueError
        When the file is not whole, or is encrypted.
    """
    raw = path.read_bytes()  # openpyxl leaves a file open that it cannot read
    if raw.startswith(OLD_OFFICE):
        message = "the workbook is encrypted, or an XLS in truth"
        raise ValueError(message)
    try:
        held = _contents(raw, path)
        if held.blanks > MANY_BLANKS and held.has_places:
            raw = _without_blanks(raw)
        with warnings.catch_warnings():  # openpyxl warns of unknown styles; values are safe
            warnings.simplefilter("ignore", UserWarning)
            values = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
            return values, openpyxl.load_workbook(io.BytesIO(raw)) if held.has_formulas else None
    except LandrenewError:
        raise
    except BROKEN as error:  # what openpyxl trips over in a file that is not whole
        raise ValueError(str(error)) from error


def refuse_huge(path: Path) -> None:
    """
    Refuse a workbook that would fill the memory.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    FileError
        When it would.
    """
    _contents(path.read_bytes(), path)


def _contents(raw: bytes, path: Path) -> _Contents:
    """Count what a workbook holds, until it is too much."""
    held = _Contents()
    with zipfile.ZipFile(io.BytesIO(raw)) as pack:
        size = sum(one.file_size for one in pack.infolist())
        if size > MOST_BYTES:
            raise FileError(
                f"工作簿 {path} 解开后有 {size / 2**30:.1f} GiB，超过 1 GiB。"
                "请只留需要的工作表，或另存为 CSV。",
                f"Workbook {path} unpacks to {size / 2**30:.1f} GiB, more than 1 GiB. Keep only"
                " the sheets that are needed, or save it as CSV.",
            )
        for one in pack.infolist():
            if one.filename.lower().endswith(".xml"):
                for piece in _pieces(pack, one):
                    held.add(piece)
                    _refuse_too_many(held, path)
    return held


def _without_blanks(raw: bytes) -> bytes:
    """Leave out the cells and rows of every sheet that hold nothing."""
    thin = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(raw)) as pack,
        zipfile.ZipFile(thin, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as out,
    ):
        for one in pack.infolist():
            part = pack.read(one)
            if one.filename.lower().endswith(".xml") and BLANK.search(part):
                part = BLANK_ROW.sub(b"", BLANK.sub(b"", part))
            out.writestr(one.filename, part)
    return thin.getvalue()


def _pieces(pack: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Cut a part of a workbook before a tag, so that none is torn."""
    rest = b""
    with pack.open(entry) as part:
        while piece := part.read(PIECE_BYTES):
            text = rest + piece
            cut = text.rfind(b"<")
            yield text[:cut]
            rest = text[cut:][:LONGEST_TAG]
    yield rest


def _refuse_too_many(held: _Contents, path: Path) -> None:
    if held.merged > MOST_MERGED:
        raise FileError(
            f"工作簿 {path} 的合并单元格（或整片的超链接）共盖住 {held.merged:,} 格，"
            f"最大的一片是 {held.widest}。请取消表格以外的合并，另存后再试。",
            f"In workbook {path} merged cells, or links over a range, cover {held.merged:,} cells;"
            f" the largest range is {held.widest}. Unmerge what lies outside the table and save"
            " it again.",
        )
    if held.filled > MOST_CELLS:
        raise FileError(
            f"工作簿 {path} 的单元格超过 {MOST_CELLS:,} 个。请删去表格以外的行和列，或另存为 CSV。",
            f"Workbook {path} has more than {MOST_CELLS:,} cells. Delete the rows and columns"
            " outside the table, or save it as CSV.",
        )
