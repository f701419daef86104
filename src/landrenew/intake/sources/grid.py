"""The cells of a sheet as a grid: only the lines and columns that hold anything.

A workbook is read with its merged ranges and with the formulas that nobody has computed; a text is
cut into cells by the delimiter that cuts all its lines alike.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from openpyxl.utils import get_column_letter

from landrenew.intake.attributes.values import is_nothing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

DELIMITERS = (",", "\t", ";")
"""What may part the cells of a text; where two cut alike, the first."""

SNIFFED_LINES = 200

ZEROS = re.compile("0{2,}")
"""The format of a number that is an id: 12 is shown as 0012."""


class Merged(NamedTuple):
    """
    A merged range, by positions in the grid, both ends within it.

    Parameters
    ----------
    top
        First line.
    left
        First column; its first cell holds the value.
    bottom
        Last line.
    right
        Last column.
    """

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """
    The cells of one sheet.

    Parameters
    ----------
    sheet
        Name of the sheet; empty for a text.
    lines
        Number of each line as a spreadsheet shows it.
    letters
        Letters of each column as a spreadsheet shows them.
    cells
        The values, line by line; None where a cell is empty.
    merged
        Merged ranges.
    uncomputed
        Positions of formulas without a value: the file was never saved by a spreadsheet.
    percentages
        Positions of numbers shown as percentages: 0.4 as 40 %.
    fields
        How many cells each line of a text has; None for a workbook.
    """

    sheet: str
    lines: list[int]
    letters: list[str]
    cells: list[list[object]]
    merged: tuple[Merged, ...] = ()
    uncomputed: tuple[tuple[int, int], ...] = ()
    percentages: tuple[tuple[int, int], ...] = ()
    fields: list[int] | None = None


def text_grid(text: str) -> Grid:
    """
    Cut a text into cells.

    Parameters
    ----------
    text
        The whole text.

    Returns
    -------
    Grid
        Every cell as text. Lines are numbered as a spreadsheet that opens the file would.

    Raises
    ------
    csv.Error
        When a quote is never closed.
    """
    rows = text_rows(text)
    kept = [i for i, row in enumerate(rows) if not is_nothing(row)]
    width = max((len(rows[i]) for i in kept), default=0)
    cells: list[list[object]] = [[*rows[i], *[""] * (width - len(rows[i]))] for i in kept]
    held = [j for j, column in enumerate(zip(*cells, strict=True)) if not is_nothing(column)]
    return Grid(
        sheet="",
        lines=[i + 1 for i in kept],
        letters=[get_column_letter(j + 1) for j in held],
        cells=cells if len(held) == width else [[row[j] for j in held] for row in cells],
        fields=[len(rows[i]) for i in kept],
    )


def text_rows(text: str) -> list[list[str]]:
    r"""
    Cut a text into rows by the delimiter that cuts all its lines alike.

    Parameters
    ----------
    text
        The whole text.

    Returns
    -------
    list of list of str
        The cells of each row, empty rows among them.

    Raises
    ------
    csv.Error
        When a quote is never closed.

    Examples
    --------
    >>> text_rows("a;b;1,5\nc;d;2,5")
    [['a', 'b', '1,5'], ['c', 'd', '2,5']]
    """
    return _cut(text, _delimiter(text))


def _delimiter(text: str) -> str:
    """Take the delimiter that cuts the most lines into the same number of cells, over one."""
    start = "".join(text[:1_000_000].splitlines(keepends=True)[:SNIFFED_LINES])
    scores = {}
    for one in DELIMITERS:
        try:
            widths = [len(row) for row in _cut(start, one, strict=False) if not is_nothing(row)]
        except csv.Error:
            continue
        width, count = Counter(widths).most_common(1)[0] if widths else (1, 0)
        scores[one] = (width > 1, count / max(len(widths), 1), width)
    return max(scores, key=lambda one: scores[one], default=",")


def _cut(text: str, delimiter: str, *, strict: bool = True) -> list[list[str]]:
    limit = csv.field_size_limit(sys.maxsize)  # an outline as WKT is longer than the usual limit
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)
        return list(reader)
    finally:
        csv.field_size_limit(limit)


def sheet_grid(sheet: Worksheet, typed: Worksheet | None) -> Grid:
    """
    Take the cells of a sheet that hold anything.

    Parameters
    ----------
    sheet
        The sheet with its values.
    typed
        The same sheet with its formulas; None where the workbook has none.

    Returns
    -------
    Grid
        The cells.
    """
    filled = {at: cell for at, cell in _cells(sheet).items() if not is_nothing((cell.value,))}
    held = {at: _with_zeros(cell) for at, cell in filled.items()}
    formulas = () if typed is None else tuple(
        at for at, cell in _cells(typed).items() if cell.data_type == "f" and at not in held
    )  # fmt: skip
    lines = sorted({line for line, _ in (*held, *formulas)})
    columns = sorted({column for _, column in (*held, *formulas)})
    line_at, column_at = ({one: i for i, one in enumerate(every)} for every in (lines, columns))
    cells: list[list[object]] = [[None] * len(columns) for _ in lines]
    for (line, column), value in held.items():
        cells[line_at[line]][column_at[column]] = value
    return Grid(
        sheet=str(sheet.title),
        lines=lines,
        letters=[get_column_letter(one) for one in columns],
        cells=cells,
        merged=_merged(sheet, lines, columns),
        uncomputed=tuple(sorted((line_at[line], column_at[one]) for line, one in formulas)),
        percentages=tuple(
            (line_at[line], column_at[one])
            for (line, one), cell in filled.items()
            if cell.has_style and "%" in cell.number_format and cell.data_type == "n"
        ),
    )


def _with_zeros(cell: Cell) -> object:
    """Give the value of a cell; an id with the zeros that its format shows before it."""
    value: object = cell.value
    if type(value) is int and cell.has_style and ZEROS.fullmatch(cell.number_format):
        return f"{value:0{len(cell.number_format)}d}"
    return value


def _cells(sheet: Worksheet) -> dict[tuple[int, int], Cell]:
    """Give the cells that exist; walking the sheet would make millions for one stray cell."""
    return sheet._cells  # type: ignore[no-any-return] # noqa: SLF001  nothing public


def _merged(sheet: Worksheet, lines: Sequence[int], columns: Sequence[int]) -> tuple[Merged, ...]:
    found = (
        Merged(
            bisect_left(lines, one.min_row), bisect_left(columns, one.min_col),
            bisect_right(lines, one.max_row) - 1, bisect_right(columns, one.max_col) - 1,
        )
        for one in sheet.merged_cells.ranges
    )  # fmt: skip
    return tuple(sorted(one for one in found if one.top <= one.bottom and one.left <= one.right))
