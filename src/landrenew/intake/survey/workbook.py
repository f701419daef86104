"""Open a workbook so that its cells can be named by their address, or say why it will not open."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from landrenew.base.errors import FileError, LandrenewError, reason
from landrenew.base.jargon import plainly
from landrenew.intake.sources.book import open_book

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MOST_CELLS = 3_000_000
"""A sheet whose used range is larger has a stray cell far out; it would fill the memory."""

UNREADABLE = (
    OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, EOFError,
    NotImplementedError, zipfile.BadZipFile, zlib.error, ParseError,
)  # fmt: skip
"""What openpyxl raises on a file that is cut off, encrypted, or not what its name says."""


def open_workbook(path: Path) -> tuple[Workbook, Workbook | None]:
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
        When the file is missing, is no workbook, or has a sheet too large to hold a table.
    """
    try:
        book, typed = open_book(path)
    except LandrenewError:
        raise
    except UNREADABLE as error:
        is_system = isinstance(error, OSError)
        said = reason(error) if is_system else plainly(str(error) or type(error).__name__)
        raise FileError(
            f"工作簿 {path} 打不开：{said.zh}。请确认文件完整、没有加密，并另存为 XLSX。",
            f"Workbook {path} cannot be opened: {said.en}. Check that it is whole and not"
            " encrypted, and save it as XLSX.",
        ) from error
    for sheet in book.worksheets:
        _refuse_too_large(sheet, path)
    return book, typed


def _refuse_too_large(sheet: Worksheet, path: Path) -> None:
    if sheet.max_row * sheet.max_column > MOST_CELLS:
        raise FileError(
            f"工作簿 {path} 的工作表“{sheet.title}”占到 {sheet.dimensions}，"
            "表外可能有多余的单元格。请删去表格以外的行和列。",
            f"Sheet {sheet.title!r} of workbook {path} reaches to {sheet.dimensions}; a stray cell"
            " may stand far out. Delete the rows and columns outside the table.",
        )
