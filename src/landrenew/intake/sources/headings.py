"""Find the heading of a sheet: below titles and notes, one line or several, with its units.

The heading is the first line that fills half of the columns. A merged cell over several columns is
a group, and its words go before those below it. What was decided is said whenever it was not simply
the first line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from landrenew.base.errors import FileError
from landrenew.base.units import is_unit
from landrenew.base.words import Text, some
from landrenew.intake.attributes.names import plain_name, split_unit, told_apart
from landrenew.intake.attributes.values import BLANK_EDGES, is_nothing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from landrenew.intake.sources.grid import Grid, Merged

SEARCHED_LINES = 30
"""The heading stands within so many lines that hold anything."""

NOTE_LINE = re.compile(
    r"(?:(?:填报|制表|编制|填表|报送|计量|金额|面积|统计)?(?:单位|日期|时间|人|年度|部门)"
    r"|注|备注|附注|说明|数据来源|资料来源|审核|审核人|负责人|联系人|联系电话)\s*\d*\s*[:：].*",
    re.DOTALL,
)
"""What stands above or below a table and belongs to no row."""

SHEET_UNIT = re.compile(r"单位\s*[:：]\s*([^\s)）]+)")
"""The unit that a title line states for the whole sheet."""

YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?[年]?")
NUMBER = re.compile(r"[+-]?[\d,]+(?:\.\d+)?%?")
BETWEEN_CHINESE = re.compile(
    r"(?<=[\u3000-\u9fff\uff00-\uffef])\s+(?=[\u3000-\u9fff\uff00-\uffef])"
)


@dataclass(frozen=True)
class Heading:
    """
    The heading of a sheet.

    Parameters
    ----------
    names
        Name of each column; several of one name are told apart by ``#1``, ``#2``.
    units
        Unit by name, where the heading states one.
    sheet_units
        Units that a title line states for all columns that state none.
    top
        Position of its first line in the grid.
    bottom
        Position of its last line; the rows begin below.
    notes
        What was decided, where it was not simply the first line.
    """

    names: list[str]
    units: Mapping[str, str]
    sheet_units: tuple[str, ...]
    top: int
    bottom: int
    notes: tuple[Text, ...] = ()


def find_heading(grid: Grid, header: int | None, file: str) -> Heading:
    """
    Find the heading.

    Parameters
    ----------
    grid
        The cells; at least one line.
    header
        Number of its first line, where the project file says it.
    file
        Name of the file, for notes.

    Returns
    -------
    Heading
        The heading.

    Raises
    ------
    FileError
        When the line that the project file names holds nothing.
    """
    filled = _filled(grid)
    top = _first_line(filled) if header is None else _stated(grid, header, file)
    bottom = _last_line(grid, filled, top)
    if header is None and top == bottom and top and _is_group(filled, top - 1):
        top -= 1
    labels = _labels(grid, filled, top, bottom)
    stated, bottom = _unit_line(grid, bottom)
    names, again = told_apart(labels)
    written = zip(names, (split_unit(one)[1] for one in labels), strict=True)
    units = {name: unit for name, unit in written if unit is not None}
    units |= {names[j]: unit for j, unit in stated.items()}
    titles = [str(one) for row in grid.cells[:top] for one in row if one is not None]
    sheet_units = tuple(dict.fromkeys(unit for one in titles for unit in _sheet_units(one)))
    notes = (
        *_place_note(grid, top, bottom, file),
        *_again_note(again, file),
        *_sheet_unit_note(sheet_units, file),
    )
    return Heading(names, units, sheet_units, top, bottom, notes)


def _filled(grid: Grid) -> list[list[object]]:
    """Write the words of a merged cell into all its columns; a title over everything stays."""
    rows = [list(row) for row in grid.cells[: SEARCHED_LINES + 2]]
    for one in grid.merged:
        if one.top < len(rows) and not _is_title(one, grid):
            value = rows[one.top][one.left]
            rows[one.top][one.left : one.right + 1] = [value] * (one.right - one.left + 1)
    return rows


def _is_title(one: Merged, grid: Grid) -> bool:
    """Tell a title, alone in its line, from a group of columns."""
    line = grid.cells[one.top]
    return is_nothing([*line[: one.left], *line[one.left + 1 :]])


def _first_line(filled: Sequence[Sequence[object]]) -> int:
    """Find the first line that fills half of the columns and is no note."""
    lines = filled[:SEARCHED_LINES]
    counts = [0 if _is_note(row) else _count(row) for row in lines]
    width = len(lines[0])
    needed = max(2, (width + 1) // 2) if width > 1 else 1
    wide = (i for i, count in enumerate(counts) if count >= needed)
    return next(wide, counts.index(max(counts)))


def _count(row: Sequence[object]) -> int:
    return sum(not is_nothing([one]) for one in row)


def _is_note(row: Sequence[object]) -> bool:
    held = {_label(one) for one in row if not is_nothing([one])}
    return any(NOTE_LINE.fullmatch(one) for one in held) and 2 * len(held) <= max(len(row), 4)


def _stated(grid: Grid, header: int, file: str) -> int:
    if header in grid.lines:
        return grid.lines.index(header)
    raise FileError(
        f"文件 {file} 的第 {header} 行是空的，不能作标题。请改正 header，写标题所在行的行号。",
        f"Line {header} of file {file} is empty and can be no heading. Mend header: the number of"
        " the line with the heading.",
    )


def _last_line(grid: Grid, filled: Sequence[Sequence[object]], top: int) -> int:
    """Follow the heading down: as far as its merged cells reach, or its groups have parts."""
    starting = [one for one in grid.merged if one.top == top and not _is_title(one, grid)]
    if starting:
        deepest = max(one.bottom for one in starting)
        has_parts = deepest == top and top + 1 < len(filled) and any(
            one.right > one.left and not _is_data(filled[top + 1][one.left : one.right + 1])
            for one in starting
        )  # fmt: skip
        return min(deepest + has_parts, len(filled) - 1)
    return top + 1 if _is_group(filled, top) else top


def _is_data(cells: Sequence[object]) -> bool:
    """Tell whether cells below a group hold no names: nothing at all, or numbers but years."""
    held = [_label(one) for one in cells if not is_nothing([one])]
    return not held or any(NUMBER.fullmatch(one) and not YEAR.fullmatch(one) for one in held)


def _is_group(filled: Sequence[Sequence[object]], top: int) -> bool:
    """Tell whether a line that nothing merges is a line of groups over the parts below it."""
    if top + 1 >= len(filled) or _is_data(filled[top + 1]) or _count(filled[top]) <= 1:
        return False
    above, below = (
        [not is_nothing([one]) for one in filled[line]] + [False] for line in (top, top + 1)
    )
    parts = [not over and under for over, under in zip(above, below, strict=True)]
    both = [j for j, pair in enumerate(zip(above, below, strict=True)) if all(pair)]
    return any(parts) and not parts[0] and bool(both) and all(parts[j + 1] for j in both)


def _labels(
    grid: Grid, filled: Sequence[Sequence[object]], top: int, bottom: int
) -> list[str]:  # fmt: skip
    """Join the words over each column, from the group down."""
    rows = [[_label(one) for one in row] for row in filled[top : bottom + 1]]
    for above, below in reversed(list(pairwise(rows))):
        for j in range(1, len(above)):
            if not above[j] and below[j]:
                above[j] = above[j - 1]
    joined = [" ".join(dict.fromkeys(filter(None, words))) for words in zip(*rows, strict=True)]
    return [name or f"列{letter}" for name, letter in zip(joined, grid.letters, strict=True)]


def _label(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"\s+", " ", BETWEEN_CHINESE.sub("", str(value).strip(BLANK_EDGES)))


def _unit_line(grid: Grid, bottom: int) -> tuple[dict[int, str], int]:
    """Take a line below the heading that holds nothing but units."""
    below = bottom + 1
    row = [_label(one).strip("()（）[]") for one in grid.cells[below]] if below < len(
        grid.cells
    ) else []  # fmt: skip
    held = {j: one for j, one in enumerate(row) if one and plain_name(one) != "单位"}
    if held and all(is_unit(one) for one in held.values()):
        return held, below
    return {}, bottom


def _sheet_units(title: str) -> list[str]:
    """Find the units in a title; ``万元/亩`` may mean the ratio, or money and land."""
    found = []
    for stated in SHEET_UNIT.findall(title):
        parts = [stated, *re.split(r"[,;/和及\u3001\uff0c\uff1b]", stated)]
        found += [one for one in parts if is_unit(one)]
    return found


def _place_note(grid: Grid, top: int, bottom: int, file: str) -> tuple[Text, ...]:
    first, last = grid.lines[top], grid.lines[bottom]
    if (top, bottom) == (0, 0):
        return ()
    lines = f"{first}" if first == last else f"{first}–{last}"
    above = [_label(next(one for one in row if not is_nothing([one]))) for row in grid.cells[:top]]
    zh = f"，其上是表名或说明：{some(above)}" if above else ""
    en = f"; above it stand titles: {some(above)}" if above else ""
    where = f"“{grid.sheet}”" if grid.sheet else ""
    return (
        Text(
            f"文件 {file} {where}的标题取自第 {lines} 行{zh}。",
            f"File {file} {where}: the heading is line {lines}{en}.",
        ),
    )


def _again_note(again: Sequence[str], file: str) -> tuple[Text, ...]:
    if not again:
        return ()
    listed = some(again)
    return (
        Text(
            f"文件 {file} 有重名的列：{listed}；已依次称作“列名#1”“列名#2”。",
            f"File {file} has several columns of one name: {listed}; they are called NAME#1,"
            " NAME#2 and so on.",
        ),
    )


def _sheet_unit_note(units: Sequence[str], file: str) -> tuple[Text, ...]:
    if not units:
        return ()
    listed = "、".join(units)
    return (
        Text(
            f"文件 {file} 的表头注明单位 {listed}：没有另写单位的列按此换算。",
            f"File {file} states the unit {listed} above the table; it holds for columns that"
            " state none.",
        ),
    )
