"""Tables from CSV and XLSX: one sheet, its heading, its rows."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import pandas as pd

from landrenew.base.errors import FileError
from landrenew.base.words import some
from landrenew.intake.sources.source import Source
from landrenew.intake.sources.text import text_encoding

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.project import Layer


def read_csv(path: Path, spec: Layer, name: str) -> Source:  # noqa: ARG001  every reader's shape
    """
    Read a table of text.

    Parameters
    ----------
    path
        The file.
    spec
        The table as the project file states it.
    name
        The table's name in the project file.

    Returns
    -------
    Source
        Every value as text.
    """
    raw = path.read_bytes()
    text = raw.decode(spec.encoding or text_encoding(raw))
    with warnings.catch_warnings():  # rows longer than the heading would shift every column
        warnings.simplefilter("error", pd.errors.ParserWarning)
        return Source(
            pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, index_col=False)
        )


def read_xlsx(path: Path, spec: Layer, name: str) -> Source:
    """
    Read one sheet of a workbook.

    Parameters
    ----------
    path
        The file.
    spec
        The table as the project file states it; ``layer`` names the sheet.
    name
        The table's name in the project file.

    Returns
    -------
    Source
        Every value as the workbook holds it.

    Raises
    ------
    FileError
        When several sheets hold rows and none is named.
    """
    with warnings.catch_warnings():  # openpyxl warns of styles it does not know; values are safe
        warnings.simplefilter("ignore", UserWarning)
        with pd.ExcelFile(path, engine="openpyxl") as book:
            wanted = spec.layer or _only_sheet(book, path, name)
            return Source(pd.read_excel(book, sheet_name=wanted, dtype=object))


def _only_sheet(book: pd.ExcelFile, path: Path, name: str) -> str:
    """Take the one sheet with rows; several are refused, for the first need not be the one."""
    filled = [one for one in book.sheet_names if _row_count(book, str(one)) > 1]
    if len(filled) > 1:
        raise FileError(
            f"[{name}] 的文件 {path} 有 {len(filled)} 个工作表：{some(filled)}。"
            '请用 layer = "…" 指明。',
            f"[{name}]: file {path} has {len(filled)} sheets: {some(filled)}. Name one with"
            ' layer = "…".',
        )
    return str(filled[0] if filled else book.sheet_names[0])


def _row_count(book: pd.ExcelFile, sheet: str) -> int:
    return book.book[sheet].max_row or 2  # a sheet that does not say its size may hold rows
