"""Workbooks that give the same bytes each time they are written, and one of a single table."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter

from landrenew.base.errors import FileError
from landrenew.base.words import some
from landrenew.publish.tables import safe_cell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.workbook import Workbook

ZIP_DATE = (1980, 1, 1, 0, 0, 0)
BOOK_DATE = dt.datetime(2000, 1, 1)  # noqa: DTZ001  a workbook's dates bear no zone
MOST_CHARACTERS = 32_767
"""What a cell of a workbook holds."""

WIDTH = 16

HEAD = PatternFill("solid", fgColor="DDE5EC")
"""Behind headings."""

LINE = Side(style="thin", color="C3CCD4")
BOX = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
MIDDLE = Alignment(wrap_text=True, vertical="center", horizontal="center")


def sheet_bytes(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> bytes:
    """
    Write a table as a workbook of one sheet.

    Parameters
    ----------
    title
        Name of the sheet.
    header
        Headings.
    rows
        The cells, row by row; None is an empty cell. Text that would be a formula gets an
        apostrophe before it.

    Returns
    -------
    bytes
        The XLSX; the heading stays in sight.

    Raises
    ------
    FileError
        When a text is longer than a cell holds.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append([cell_of(one) for one in header])
    for cell in sheet[1]:
        cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(cell.column)].width = WIDTH
    sheet.freeze_panes = "B2"
    _refuse_long(rows)
    for row in rows:
        sheet.append([cell_of(value) for value in row])
    return workbook_bytes(book)


def workbook_bytes(book: Workbook) -> bytes:
    """
    Save a workbook without the time of its making, so that the same content gives the same bytes.

    Parameters
    ----------
    book
        The workbook.

    Returns
    -------
    bytes
        The XLSX.
    """
    book.properties.created = BOOK_DATE
    packed = io.BytesIO()
    book.save(packed)
    return _undated(packed)


def cell_of(value: object) -> object:
    """
    Give a value as a cell of a workbook holds it.

    Parameters
    ----------
    value
        Any value.

    Returns
    -------
    object
        Text without the control signs that a workbook refuses, and defused where it would be a
        formula; None where there is nothing.
    """
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    safe = safe_cell(value)
    return None if safe == "" else safe


def _refuse_long(rows: Sequence[Sequence[object]]) -> None:
    long = [row[0] for row in rows
            if any(isinstance(one, str) and len(one) > MOST_CHARACTERS for one in row)]  # fmt: skip
    if long:
        raise FileError(
            f"{some(long)} 的文字（或图形 WKT）超过 XLSX 单元格的 {MOST_CHARACTERS} 字。"
            "请不带 WKT 导出，或导出为 gpkg。",
            f"Text (or WKT) of {some(long)} is longer than the {MOST_CHARACTERS} characters of an"
            " XLSX cell. Export without WKT, or to gpkg.",
        )


def _undated(packed: io.BytesIO) -> bytes:
    """Pack the parts again without the time of writing."""
    again = io.BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, _without_date(name, old.read(name)))
    return again.getvalue()


def _without_date(name: str, body: bytes) -> bytes:
    """Put the fixed date where openpyxl writes the time of saving."""
    if name != "docProps/core.xml":
        return body
    start, tag, rest = body.partition(b'<dcterms:modified xsi:type="dcterms:W3CDTF">')
    _, end, tail = rest.partition(b"</dcterms:modified>")
    return start + tag + f"{BOOK_DATE.isoformat()}Z".encode() + end + tail if end else body
