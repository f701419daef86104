"""A sheet of columns, filled with figures or with formulas, and parameters above them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from landrenew.publish.sheet_file import BOX, HEAD, MIDDLE, cell_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

TYPED = PatternFill("solid", fgColor="FFF7E0")
"""Behind what came in and what the rulebook says: what may be typed over."""


class FormulaSheet:
    """
    A sheet whose columns are made from left to right, each under a heading.

    Parameters
    ----------
    sheet
        The empty sheet.
    rows
        Number of rows of the table.
    top
        Line of the first parameter.
    lines
        Number of lines for parameters.
    """

    def __init__(self, sheet: Worksheet, *, rows: int, top: int, lines: int) -> None:
        self.sheet, self.top, self.head = sheet, top, top + lines
        self.first, self.last = self.head + 1, self.head + rows
        self.letters: dict[str, str] = {}

    def column(self, key: str, title: str, width: float = 12) -> None:
        """
        Begin a column.

        Parameters
        ----------
        key
            What it is called here.
        title
            Its heading.
        width
            Its width, in characters.
        """
        letter = self.letters[key] = get_column_letter(len(self.letters) + 1)
        self.sheet.column_dimensions[letter].width = width
        cell = self.sheet[f"{letter}{self.head}"]
        cell.value, cell.font, cell.fill = cell_of(title), Font(bold=True), HEAD
        cell.alignment, cell.border = MIDDLE, BOX

    def at(self, key: str, line: int) -> str:
        """
        Give the address of a cell.

        Parameters
        ----------
        key
            The column.
        line
            The line.

        Returns
        -------
        str
            Such as ``F17``.
        """
        return f"{self.letters[key]}{line}"

    def span(self, key: str) -> str:
        """
        Give the address of all rows of a column.

        Parameters
        ----------
        key
            The column.

        Returns
        -------
        str
            Such as ``$F$15:$F$80``.
        """
        letter = self.letters[key]
        return f"${letter}${self.first}:${letter}${self.last}"

    def above(self, key: str, place: int) -> str:
        """
        Give the address of a parameter above a column.

        Parameters
        ----------
        key
            The column.
        place
            Which parameter, from 0.

        Returns
        -------
        str
            Such as ``$F$4``.
        """
        return f"${self.letters[key]}${self.top + place}"

    def set_above(self, key: str, place: int, value: object) -> None:
        """
        Write a parameter above a column.

        Parameters
        ----------
        key
            The column.
        place
            Which parameter, from 0.
        value
            A number, a word, or a formula of our own, with its ``=``.
        """
        cell = self.sheet[self.above(key, place).replace("$", "")]
        cell.value, cell.border = value, BOX
        cell.fill = HEAD if isinstance(value, str) else TYPED

    def fill(self, key: str, values: Sequence[object]) -> None:
        """
        Fill a column with figures and words that came from outside.

        Parameters
        ----------
        key
            The column.
        values
            One a row; None is an empty cell.
        """
        for line, value in enumerate(values, start=self.first):
            cell = self.sheet[self.at(key, line)]
            cell.value, cell.fill, cell.border = cell_of(value), TYPED, BOX
            cell.number_format = "@" if isinstance(value, str) else "#,##0.00##"

    def compute(self, key: str, formula: Callable[[int], str], form: str = "0.0000") -> None:
        """
        Fill a column with formulas.

        Parameters
        ----------
        key
            The column.
        formula
            Gives the formula of a line, without its ``=``.
        form
            How a number is shown.
        """
        for line in range(self.first, self.last + 1):
            cell = self.sheet[self.at(key, line)]
            cell.value, cell.number_format, cell.border = f"={formula(line)}", form, BOX
