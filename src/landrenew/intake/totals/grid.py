"""The sheets of a file as grids of printed cells: text, exact number, digits after the point."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from landrenew.base.errors import FileError, reason
from landrenew.intake.attributes.values import BLANKS
from landrenew.intake.sources.grid import text_rows
from landrenew.intake.sources.text import text_encoding
from landrenew.intake.survey.workbook import open_workbook

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as SheetCell
    from openpyxl.worksheet.worksheet import Worksheet

NOISE = 9
"""A computer's 3766.9199999999996 is 3766.92: digits after this place are not printed by anyone."""

NUMBER = re.compile(
    r"([+-]?\d[\d,]*(?:\.\d+)?)\s*(?:个|宗|户|家|处|项|亩|公顷|万?元|亿元|平方米|㎡|m2|人)?"
)
"""A number as offices type it, with the unit some put behind it."""

PLACES = re.compile(r"[0#?][0#?,]*(?:\.([0#?]*))?")
"""Digits after the point that a number format prints; General and text print all."""


@dataclass(frozen=True)
class Cell:
    """
    One cell as it is printed.

    Parameters
    ----------
    text
        What stands there, without surrounding blanks; empty for a mark of nothing such as ``-``.
    number
        Its exact value; None where it is no number.
    decimals
        Digits after the point.
    """

    text: str = ""
    number: Decimal | None = None
    decimals: int = 0


EMPTY = Cell()


@dataclass(frozen=True)
class Sheet:
    """
    One sheet.

    Parameters
    ----------
    name
        Its name; empty for a text file.
    rows
        The cells, row by row, from the first row and column of the sheet.
    anchors
        For each cell of a merged range, the cell that holds its value: (row, column) from 0.
    uncomputed
        Addresses of formulas without a value: the file was never saved by a spreadsheet.
    """

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    anchors: dict[tuple[int, int], tuple[int, int]]
    uncomputed: tuple[str, ...] = ()

    def at(self, row: int, column: int) -> Cell:
        """
        Give the cell at a place, through merged ranges.

        Parameters
        ----------
        row
            Row, from 0.
        column
            Column, from 0.

        Returns
        -------
        Cell
            The cell; an empty one outside the sheet.
        """
        row, column = self.anchors.get((row, column), (row, column))
        line = self.rows[row]
        return line[column] if column < len(line) else EMPTY


def address(row: int, column: int) -> str:
    """
    Name a cell as a spreadsheet does.

    Parameters
    ----------
    row
        Row, from 0.
    column
        Column, from 0.

    Returns
    -------
    str
        Such as ``F12``.

    Examples
    --------
    >>> address(11, 5)
    'F12'
    """
    return f"{get_column_letter(column + 1)}{row + 1}"


def read_sheets(path: str | Path) -> list[Sheet]:
    """
    Read every visible sheet of a workbook, or a text table as one sheet.

    Parameters
    ----------
    path
        XLSX or CSV.

    Returns
    -------
    list of Sheet
        The sheets, in the order of the file.

    Raises
    ------
    FileError
        When the file cannot be read.
    """
    path = Path(path)
    if path.suffix.lower() in {".xlsx", ".xlsm"}:
        return _book_sheets(path)
    try:
        raw = path.read_bytes()
        lines = text_rows(raw.decode(text_encoding(raw)))
        rows = tuple(tuple(map(typed, line)) for line in lines)
    except (OSError, UnicodeError, csv.Error) as error:
        said = reason(error)
        raise FileError(
            f"读不到表格 {path}：{said.zh}。请检查路径，或另存为 XLSX 或 CSV。",
            f"Cannot read table {path}: {said.en}. Check the path, or save it as XLSX or CSV.",
        ) from error
    return [Sheet("", rows, {})]


def _book_sheets(path: Path) -> list[Sheet]:
    book, typed = open_workbook(path)
    shown = [one for one in book.worksheets if one.sheet_state == "visible"]
    return [_sheet(one, None if typed is None else typed[one.title]) for one in shown]


def _sheet(values: Worksheet, typed: Worksheet | None) -> Sheet:
    rows = tuple(tuple(map(_printed, row)) for row in values.iter_rows())
    anchors = {
        (row - 1, column - 1): (area.min_row - 1, area.min_col - 1)
        for area in values.merged_cells.ranges
        for row, column in area.cells
        if row <= len(rows)
    }
    uncomputed = [
        cell.coordinate
        for row in (() if typed is None else typed.iter_rows())
        for cell in row
        if cell.data_type == "f" and values[cell.coordinate].value is None
    ]
    return Sheet(values.title, rows, anchors, tuple(uncomputed))


def _printed(cell: SheetCell) -> Cell:
    value = cell.value
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = Decimal(repr(value))
        if not number.is_finite():
            return Cell(str(value))
        number = _without_noise(number)
        shown = PLACES.search(str(cell.number_format))
        decimals = _decimals(number)
        if shown is not None:
            decimals = min(decimals, len(shown[1] or ""))
        return Cell(str(number), number, decimals)
    return EMPTY if value is None else typed(str(value))


def _without_noise(number: Decimal) -> Decimal:
    return round(number, NOISE).normalize() if _decimals(number) > NOISE else number.normalize()


def _decimals(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def typed(text: str) -> Cell:
    """
    Read a cell typed as text: full-width digits, thousands separators, a unit behind.

    Parameters
    ----------
    text
        What is typed.

    Returns
    -------
    Cell
        The cell as it is printed.

    Examples
    --------
    >>> typed("3,973.71亩").number
    Decimal('3973.71')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.casefold() in BLANKS:
        return EMPTY
    found = NUMBER.fullmatch(plain)
    if found is None:
        return Cell(text.rstrip())  # blanks before a label are its indent
    number = Decimal(found[1].replace(",", ""))
    return Cell(plain, number, _decimals(number))
