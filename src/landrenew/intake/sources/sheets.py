"""Tables from CSV and XLSX: their heading, their rows, and the lines that are none.

Rows are numbered as a spreadsheet shows them, so that a clerk finds what a fault names.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl.utils import column_index_from_string

from landrenew.base.errors import FileError
from landrenew.base.words import Text, some
from landrenew.intake.attributes.names import plain_name
from landrenew.intake.attributes.values import BLANK_EDGES, is_nothing
from landrenew.intake.faults import Fault
from landrenew.intake.sources.book import open_book
from landrenew.intake.sources.grid import Grid, sheet_grid, text_grid
from landrenew.intake.sources.headings import NOTE_LINE, Heading, find_heading
from landrenew.intake.sources.source import Source
from landrenew.intake.sources.text import encoding_of
from landrenew.intake.sources.totals_lines import check_totals, totals_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Mapping, Sequence
    from pathlib import Path

    from openpyxl.workbook import Workbook

    from landrenew.intake.sections import Layer

EVERY_SHEET = "*"
"""As ``layer``: all sheets of one heading, one below the other."""

SHEET_COLUMN = "sheet"
PERCENT = {"%", "\uff05"}

SHEET_STEP = 10_000_000
"""In stacked sheets, the second one's line 15 is row 20000015; no sheet has so many lines."""


def read_csv(path: Path, spec: Layer, name: str) -> Source:
    """
    Read a table of text, its cells parted by commas, tabs or semicolons.

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
    found = encoding_of(raw, path.name)
    text = raw.decode(spec.encoding or found.name).removeprefix("\ufeff")
    notes = () if spec.encoding or found.note is None else (found.note,)
    if not text.strip():
        message = "the file is empty"
        raise ValueError(message)
    source = _Sheet(text_grid(text), spec.header, name, path.name).source()
    return replace(source, notes=(*notes, *source.notes))


def read_xlsx(path: Path, spec: Layer, name: str) -> Source:
    """
    Read one sheet of a workbook, or all sheets of one heading.

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
    book, typed = open_book(path)
    if spec.layer == EVERY_SHEET:
        grids = [_grid(book, typed, one) for one in _shown(book)]
        return _stacked([_Sheet(one, spec.header, name, path.name) for one in grids if one.lines])
    wanted = spec.layer or _only_sheet(book, path, name)
    if wanted not in book.sheetnames:
        message = f"Worksheet named '{wanted}' not found"
        raise ValueError(message)
    return _Sheet(_grid(book, typed, wanted), spec.header, name, path.name).source()


def _grid(book: Workbook, typed: Workbook | None, sheet: str) -> Grid:
    return sheet_grid(book[sheet], None if typed is None else typed[sheet])


def _shown(book: Workbook) -> list[str]:
    return [str(one.title) for one in book.worksheets if one.sheet_state == "visible"]


def _only_sheet(book: Workbook, path: Path, name: str) -> str:
    """Take the one sheet with rows; several are refused, for the first need not be the one."""
    shown = _shown(book) or [str(one.title) for one in book.worksheets]
    filled = [one for one in shown if len(sheet_grid(book[one], None).lines) > 1]
    if len(filled) > 1:
        raise FileError(
            f"[{name}] 的文件 {path} 有 {len(filled)} 个工作表：{some(filled)}。"
            '请用 layer = "…" 指明；各表标题相同时，写 layer = "*" 一并读取。',
            f"[{name}]: file {path} has {len(filled)} sheets: {some(filled)}. Name one with"
            ' layer = "…", or read all that have one heading with layer = "*".',
        )
    return (filled or shown)[0]


@dataclass(frozen=True)
class _Sheet:
    """One sheet on its way to a table."""

    grid: Grid
    header: int | None
    name: str
    file: str

    def source(self) -> Source:
        """Make the table."""
        grid, name = self.grid, self.name
        if not grid.lines:
            return Source(pd.DataFrame())
        heading = find_heading(grid, self.header, self.file)
        _refuse_wider(grid, heading)
        _show_percentages(grid, heading)
        start = heading.bottom + 1
        lines = grid.lines[start:]
        columns = _columns(_with_merged(grid, heading)[start:], len(heading.names))
        totals = totals_lines(columns)
        others = _other_lines(grid, heading)
        gone = {one.at for one in totals} | {i - start for i in others}
        faults = check_totals(heading.names, columns, lines, totals, name) if totals else []
        called = [
            Text(f"第 {lines[one.at]} 行{one.label}", f"line {lines[one.at]} {one.label}")
            for one in totals
        ]
        aside = _aside_notes(called, [grid.lines[i] for i in others], self.file)
        return Source(
            frame=_frame(heading.names, columns, lines, gone),
            units=heading.units,
            notes=(*heading.notes, *aside),
            faults=(*faults, *_uncomputed(grid, heading, name)),
            set_aside=len(gone),
            sheet_units=heading.sheet_units,
        )


def _columns(cells: Sequence[Sequence[object]], width: int) -> list[Sequence[object]]:
    return list(zip(*cells, strict=True)) if cells else [()] * width


def _frame(
    names: Sequence[str],
    columns: Sequence[Sequence[object]],
    lines: Sequence[int],
    gone: set[int],
) -> pd.DataFrame:
    """Make the table of the rows that are none of the lines set aside."""
    kept = [i for i in range(len(lines)) if i not in gone]
    row = pd.Index([lines[i] for i in kept], name="row", dtype="int64")
    return pd.DataFrame(
        {
            name: pd.Series([column[i] for i in kept], row, dtype=object)
            for name, column in zip(names, columns, strict=True)
        },
        index=row,
    )


def _refuse_wider(grid: Grid, heading: Heading) -> None:
    """Refuse a text with a row wider than its heading: all its values may be shifted."""
    if grid.fields is None:
        return
    most = max(grid.fields[heading.top : heading.bottom + 1])
    beyond = next((j for j, one in enumerate(grid.letters) if column_index_from_string(one) > most),
                  len(grid.letters))  # fmt: skip
    for i in range(heading.bottom + 1, len(grid.lines)):
        if not is_nothing(grid.cells[i][beyond:]):
            message = f"line {grid.lines[i]} holds {grid.fields[i]} values, the heading {most}"
            raise ValueError(message)


def _with_merged(grid: Grid, heading: Heading) -> list[list[object]]:
    """Write the text of a cell merged over several rows into each; a number counts once."""
    cells = grid.cells
    for one in grid.merged:
        value = cells[one.top][one.left]
        if one.top > heading.bottom and one.bottom > one.top and isinstance(value, str):
            for line in range(one.top + 1, one.bottom + 1):
                cells[line][one.left] = value
    return cells


def _show_percentages(grid: Grid, heading: Heading) -> None:
    """Give 0.4, shown as 40 %, as the 40 that a heading in % says it is."""
    of_percent = {j for j, name in enumerate(heading.names) if heading.units.get(name) in PERCENT}
    for i, j in grid.percentages:
        value = grid.cells[i][j]
        if i > heading.bottom and j in of_percent and isinstance(value, int | float):
            grid.cells[i][j] = float(Decimal(repr(value)) * 100)


def _other_lines(grid: Grid, heading: Heading) -> list[int]:
    """Find the notes below a table, and the headings that a print repeats on each page."""
    above = grid.cells[heading.top : heading.bottom + 1]
    return [
        i
        for i in range(heading.bottom + 1, len(grid.lines))
        if _is_note(grid.cells[i]) or (grid.cells[i][0] == above[0][0] and grid.cells[i] in above)
    ]


def _is_note(row: Sequence[object]) -> bool:
    first = row[0]
    if not isinstance(first, str) or not is_nothing(row[1:]):
        return False
    return NOTE_LINE.fullmatch(first.strip(BLANK_EDGES)) is not None


def _aside_notes(totals: Sequence[Text], others: Sequence[int], file: str) -> tuple[Text, ...]:
    notes = []
    if totals:
        notes.append(Text(
            f"文件 {file} 的合计行不作为记录，只用来核对：{some(one.zh for one in totals)}。",
            f"File {file}: totals lines are no rows and only serve to check:"
            f" {some(one.en for one in totals)}.",
        ))  # fmt: skip
    if others:
        notes.append(Text(
            f"文件 {file} 的说明或重复的标题不作为记录：第 {some(others)} 行。",
            f"File {file}: notes and repeated headings are no rows: line {some(others)}.",
        ))  # fmt: skip
    return tuple(notes)


def _uncomputed(grid: Grid, heading: Heading, name: str) -> tuple[Fault, ...]:
    """Name the columns with formulas that nobody has computed, each with its lines."""
    lines: dict[str, list[int]] = {}
    for i, j in grid.uncomputed:
        if i > heading.bottom:
            lines.setdefault(heading.names[j], []).append(grid.lines[i])
    return tuple(
        Fault(
            name, rows[0], "", "formula_without_value",
            Text(f"“{column}”第 {some(rows)} 行", f"{column}, line {some(rows)}"),
        )
        for column, rows in lines.items()
    )  # fmt: skip


def _stacked(sheets: Sequence[_Sheet]) -> Source:
    """Put the sheets that share the commonest heading one below the other."""
    read = [one.source() for one in sheets]
    heads = [frozenset(map(plain_name, map(str, one.frame.columns))) for one in read]
    if not heads:
        return Source(pd.DataFrame())
    common = Counter(heads).most_common(1)[0][0]
    alike = [i for i, head in enumerate(heads) if head == common]
    whole = read[alike[0]]
    names = {plain_name(str(one)): one for one in whole.frame.columns}
    taken = [_shelved(read[i], sheets[i].grid.sheet, i, names) for i in alike]
    left = [one.grid.sheet for i, one in enumerate(sheets) if i not in alike]
    return replace(
        whole,
        frame=pd.concat([one.frame for one in taken]),
        notes=(_stack_note(sheets, left), *dict.fromkeys(n for one in taken for n in one.notes)),
        faults=tuple(fault for one in taken for fault in one.faults),
        set_aside=sum(one.set_aside for one in taken),
    )


def _shelved(source: Source, sheet: str, order: int, names: Mapping[str, Hashable]) -> Source:
    """Give a sheet's rows numbers that no other sheet has, and one spelling of the names."""
    start = SHEET_STEP * (order + 1)
    spelt = {one: names[plain_name(str(one))] for one in source.frame.columns}
    frame = source.frame.rename(columns=spelt)[list(names.values())]
    row = pd.Index(frame.index + start, name="row")
    faults = [replace(one, row=None if one.row is None else one.row + start)
              for one in source.faults]  # fmt: skip
    return replace(
        source,
        frame=frame.set_axis(row, axis="index").assign(**{_unused(SHEET_COLUMN, spelt): sheet}),
        faults=tuple(faults),
    )


def _unused(name: str, names: Collection[Hashable]) -> str:
    return name if name not in names else _unused(f"{name}_", names)


def _stack_note(sheets: Sequence[_Sheet], left: Sequence[str]) -> Text:
    count, file = len(sheets) - len(left), sheets[0].file
    zh = f"；标题不同而未读的：{some(left)}" if left else ""
    en = f"; not read, for their heading differs: {some(left)}" if left else ""
    return Text(
        f"文件 {file} 的 {count} 个工作表标题相同，已并为一张表{zh}。行号前几位是工作表的次序，"
        f"如第 2 个工作表第 15 行作 {2 * SHEET_STEP + 15}。",
        f"{count} sheets of file {file} share one heading and were stacked{en}. The row numbers"
        f" start with the order of the sheet: line 15 of the second is {2 * SHEET_STEP + 15}.",
    )
