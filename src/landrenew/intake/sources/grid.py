"""The cells of a sheet as a grid: only the lines and columns that hold anything.

A workbook is read with its merged ranges and with the formulas that nobody has computed; a text is
cut into cells by the delimiter that cuts all its lines alike.
"""

from __future__ import annotations

import csv
import io
import re
import sys
import warnings
import zipfile
from bisect import bisect_left, bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import openpyxl
from openpyxl.utils import get_column_letter

from landrenew.intake.attributes.values import is_nothing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

DELIMITERS = (",", "\t", ";")
"""What may part the cells of a text; where two cut alike, the first."""

SNIFFED_LINES = 200

BROKEN = (TypeError, AttributeError, EOFError, NotImplementedError, RuntimeError)

HAS_FORMULAS = re.compile(rb"<(?:\w+:)?f[ >/]")


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
    fields
        How many cells each line of a text has; None for a workbook.
    """

    sheet: str
    lines: list[int]
    letters: list[str]
    cells: list[list[object]]
    merged: tuple[Merged, ...] = ()
    uncomputed: tuple[tuple[int, int], ...] = ()
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
    rows = _cut(text, _delimiter(text))
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
    ValueError
        When the file is not whole.
    """
    raw = path.read_bytes()  # openpyxl leaves a file open that it cannot read
    try:
        with warnings.catch_warnings():  # openpyxl warns of unknown styles; values are safe
            warnings.simplefilter("ignore", UserWarning)
            values = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
            return values, openpyxl.load_workbook(io.BytesIO(raw)) if _has_formulas(raw) else None
    except BROKEN as error:  # what openpyxl trips over in a file that is not whole
        raise ValueError(str(error)) from error


def _has_formulas(raw: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(raw)) as pack:
        sheets = (one for one in pack.namelist() if one.startswith("xl/worksheets/"))
        return any(HAS_FORMULAS.search(pack.read(one)) for one in sheets)


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
    valued = ((at, cell.value) for at, cell in _cells(sheet).items() if cell.value is not None)
    held = {at: value for at, value in valued if not is_nothing((value,))}
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
    )


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
