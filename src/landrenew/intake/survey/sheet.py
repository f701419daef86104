"""Open a returned survey form: find its heading, its columns and its rows, whatever was moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from landrenew.base.errors import FileError
from landrenew.intake.attributes.values import is_nothing
from landrenew.intake.survey.form import (
    FORM,
    FORM_SHEET,
    KEY_MARK,
    KEY_SHEET,
    PARCELS_ROW,
    plain_heading,
)
from landrenew.intake.survey.workbook import open_workbook

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

SEARCHED_ROWS = 30
"""The heading stands within so many rows."""

HALF = 0.5


@dataclass(frozen=True)
class ReturnedForm:
    """
    A returned survey form, as it was found.

    Parameters
    ----------
    sheet
        Name of the sheet with the form.
    town
        The town it was handed out to; empty where that is not known any more.
    handed_out
        Parcels written into the form when it was handed out, with their area [mu] or None.
    heading_row
        Row of the heading.
    columns
        Column number of each field that was found.
    headings
        What stands over each column.
    rows
        Rows below the heading that hold anything but the name of the town.
    cells
        Value of each cell of these rows, by row and field; a merged cell's in all its cells.
    uncomputed
        Cells whose formula has no value, by row and field.
    merged
        Ranges merged below the heading.
    """

    sheet: str
    town: str
    handed_out: dict[str, float | None]
    heading_row: int
    columns: dict[str, int]
    headings: dict[int, str]
    rows: tuple[int, ...] = ()
    cells: dict[tuple[int, str], object] = field(default_factory=dict)
    uncomputed: frozenset[tuple[int, str]] = frozenset()
    merged: tuple[str, ...] = ()

    def address(self, row: int, name: str) -> str:
        """
        Name a cell as a spreadsheet does.

        Parameters
        ----------
        row
            Row of the sheet.
        name
            Name of the field.

        Returns
        -------
        str
            Such as ``F12``; of the whole row where the field was not found.
        """
        column = self.columns.get(name)
        return f"{row}" if column is None else f"{get_column_letter(column)}{row}"


def read_returned(path: str | Path) -> ReturnedForm:
    """
    Read a returned survey form.

    Parameters
    ----------
    path
        The workbook.

    Returns
    -------
    ReturnedForm
        The form. A field is known by its heading; one whose heading was changed by its place,
        where nothing else stands there.

    Raises
    ------
    FileError
        When the file is no workbook, or holds no survey form.
    """
    path = Path(path)
    book, typed = open_workbook(path)
    sheet, at = _heading(book, path)
    town, handed_out = _keys(book)
    headings = {cell.column: str(cell.value) for cell in sheet[at] if not is_nothing((cell.value,))}
    columns = _columns(headings)
    merged = [one for one in sheet.merged_cells.ranges if one.max_row > at]
    cells = _cells(sheet, at, columns)
    rows = _filled_rows(cells)
    return ReturnedForm(
        sheet=str(sheet.title),
        town=town,
        handed_out=handed_out,
        heading_row=at,
        columns=columns,
        headings=headings,
        rows=rows,
        cells=cells,
        uncomputed=frozenset()
        if typed is None
        else _uncomputed(typed[sheet.title], cells, columns, at),
        merged=tuple(sorted(str(one) for one in merged)),
    )


def _heading(book: Workbook, path: Path) -> tuple[Worksheet, int]:
    """Find the sheet and row that bear most of the form's headings, at least half of them."""
    known = {plain_heading(one.title) for one in FORM}
    best: tuple[int, Worksheet, int] | None = None
    shown = [one for one in book.worksheets if one.title != KEY_SHEET]
    for sheet in sorted(shown, key=lambda one: one.title != FORM_SHEET):
        for row in sheet.iter_rows(max_row=SEARCHED_ROWS):
            met = len({plain_heading(str(cell.value)) for cell in row} & known)
            if best is None or met > best[0]:
                best = met, sheet, row[0].row if row else 1
    if best is None or best[0] < HALF * len(FORM):
        raise FileError(
            f"{path} 中没有找到排摸表的标题行。请给出用 landrenew template 写出、填好交回的工作簿，"
            "并保留标题行。",
            f"{path} holds no heading of a survey form. Give a workbook that landrenew template"
            " wrote and a town filled in, with its heading kept.",
        )
    return best[1], best[2]


def _keys(book: Workbook) -> tuple[str, dict[str, float | None]]:
    if KEY_SHEET not in book.sheetnames or book[KEY_SHEET]["A1"].value != KEY_MARK:
        return "", {}
    sheet = book[KEY_SHEET]
    handed_out = {}
    for name, area in sheet.iter_rows(min_row=PARCELS_ROW, max_col=2, values_only=True):
        if name is not None:
            handed_out[str(name)] = float(area) if isinstance(area, int | float) else None
    return str(sheet["C1"].value or ""), handed_out


def _columns(headings: dict[int, str]) -> dict[str, int]:
    """Know each column by its heading; one with a strange heading by its place in the form."""
    by_heading: dict[str, int] = {}
    for column, text in headings.items():
        by_heading.setdefault(plain_heading(text), column)
    found = {
        one.name: by_heading[plain_heading(one.title)]
        for one in FORM
        if plain_heading(one.title) in by_heading
    }
    taken = set(found.values())
    for place, one in enumerate(FORM, start=1):
        if one.name not in found and place in headings and place not in taken:
            found[one.name] = place
    return found


def _cells(
    sheet: Worksheet, heading: int, columns: dict[str, int]
) -> dict[tuple[int, str], object]:
    cells = {}
    for row in range(heading + 1, sheet.max_row + 1):
        for name, column in columns.items():
            value = sheet.cell(row, column).value
            if value is not None:
                cells[row, name] = value
    for area in sheet.merged_cells.ranges:
        value = sheet.cell(area.min_row, area.min_col).value
        for row, column in area.cells:
            for name, place in columns.items():
                if place == column and row > heading and value is not None:
                    cells[row, name] = value
    return cells


def _filled_rows(cells: dict[tuple[int, str], object]) -> tuple[int, ...]:
    held = {
        row for (row, name), value in cells.items() if name != "town" and not is_nothing((value,))
    }
    return tuple(sorted(held))


def _uncomputed(
    typed: Worksheet,
    cells: dict[tuple[int, str], object],
    columns: dict[str, int],
    heading: int,
) -> frozenset[tuple[int, str]]:
    names = {column: name for name, column in columns.items()}
    found: set[tuple[int, str]] = set()
    for row in typed.iter_rows(min_row=heading + 1):
        for cell in row:
            at = cell.row, names.get(cell.column, "")
            if cell.data_type == "f" and at[1] and at not in cells:
                found.add(at)
    return frozenset(found)
