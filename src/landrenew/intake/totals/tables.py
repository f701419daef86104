"""The tables of a sheet: where each begins, what its columns count, which rows are totals."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from landrenew.intake.totals.grid import Cell, Sheet, address
from landrenew.intake.totals.rank import AMONG, bare, is_among, is_numbered, rank

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS = {
    "count": re.compile(
        r"个数|数量|项目数|宗数|地块数|户数|家数|企业数|人数|[（(][个宗户家处项人块][）)]"
    ),
    "area": re.compile(r"面积|亩|公顷|平方米|㎡"),
    "money": re.compile(r"万元|亿元|税收|产值|投资"),
}  # fmt: skip
"""What a column adds up, by the words of its title."""

NOT_ADDED = re.compile(
    r"序号|编号|代码|编码|年份|年度|时间|日期|排名|名次|占比|比例|比重|率|%|\uff05|亩均|地均|人均|平均"
    r"|均值|单价|容积|密度|强度|/亩|/公顷|电话|备注|层数|限高"
)
"""Columns whose numbers are not to be added."""

ORDER = re.compile(r"序号|^编号")
"""Columns that only count the rows."""

YEAR = re.compile(r"(?:19|20)\d\d")
PERIOD = (1950, 2100)
HALF, MANY = 0.5, 3


@dataclass(frozen=True)
class Column:
    """
    One column of numbers.

    Parameters
    ----------
    at
        Position in the sheet, from 0.
    path
        Its titles from the top row of the heading down.
    kind
        ``count``, ``area``, ``money`` or empty.
    rank
        Rank of total; 0 for a part.
    level
        Which of its titles names the total.
    among
        Whether it stands under 其中.
    decimals
        Digits after the point that the column prints.
    """

    at: int
    path: tuple[str, ...]
    kind: str
    rank: int
    level: int
    among: bool
    decimals: int

    @property
    def title(self) -> str:
        """The titles joined, for people."""
        return "·".join(self.path) or address(0, self.at)[:-1]

    @property
    def is_count(self) -> bool:
        """Whether the numbers are whole things, which no rounding excuses."""
        return self.kind == "count" or (self.kind == "" and self.decimals == 0)


@dataclass(frozen=True)
class Row:
    """
    One row of numbers.

    Parameters
    ----------
    at
        Position in the sheet, from 0.
    label
        Its name.
    group
        What it stands under: the first of several label columns, or the title line above it.
    rank
        Rank of total; 0 for a part.
    among
        Whether it is one of the parts named by 其中.
    cells
        The numbers by column position.
    """

    at: int
    label: str
    group: str
    rank: int
    among: bool
    cells: dict[int, Cell]


@dataclass(frozen=True)
class Table:
    """
    One table.

    Parameters
    ----------
    sheet
        Name of its sheet.
    title
        The line above it.
    subject
        What its rows are, from the heading of the label column.
    columns
        Its columns of numbers.
    rows
        Its rows.
    has_lines
        Whether title lines within the table make its groups.
    """

    sheet: str
    title: str
    subject: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    has_lines: bool = False


@dataclass
class _Draft:
    """The row numbers of one table while it is found."""

    title: str
    heading: list[int]
    body: list[tuple[int, str]]
    """Each row of numbers with the title line it stands under."""


def tables_of(sheet: Sheet) -> list[Table]:
    """
    Find the tables of a sheet.

    Parameters
    ----------
    sheet
        The sheet.

    Returns
    -------
    list of Table
        Those with at least one column of numbers to add, from the top down.
    """
    drafts: list[_Draft] = []
    draft, line = _Draft("", [], []), ""
    for at in range(len(sheet.rows)):
        kind, text = _kind(sheet, at)
        if kind == "heading":
            if draft.body:
                drafts.append(draft)
                draft = _Draft("", [], [])
            draft.title = draft.title or line
            draft.heading.append(at)
            line = ""
        elif kind == "line":
            line = text
        elif kind == "numbers":
            draft.body.append((at, line))
    drafts.append(draft)
    made = [_table(sheet, one) for one in drafts if one.body]
    return [one for one in made if one.columns and one.rows]


def _kind(sheet: Sheet, at: int) -> tuple[str, str]:
    """Tell a heading, a title line and a row of numbers apart; a merged range counts once."""
    cells = [
        cell
        for column, cell in enumerate(sheet.rows[at])
        if cell.text and sheet.anchors.get((at, column), (at, column)) == (at, column)
    ]
    numbers = [int(cell.number) for cell in cells if cell.number is not None]
    if not cells:
        return "", ""
    if numbers and not _are_years(numbers):
        return "numbers", ""
    if len(cells) == 1 and not numbers:
        return ("heading", "") if _within_heading(sheet, at) else ("line", cells[0].text.strip())
    return "heading", ""


def _are_years(numbers: Sequence[int]) -> bool:
    rising = all(a < b for a, b in pairwise(numbers))
    low, high = PERIOD
    return len(numbers) > 1 and rising and all(low <= one <= high for one in numbers)


def _within_heading(sheet: Sheet, at: int) -> bool:
    """Tell whether a row with one text continues a heading whose other cells are merged down."""
    anchors = {sheet.anchors.get((at, column)) for column in range(len(sheet.rows[at]))}
    return any(one is not None and one[0] < at and sheet.at(*one).text for one in anchors)


def _table(sheet: Sheet, draft: _Draft) -> Table:
    at = [row for row, _ in draft.body]
    width = max(len(sheet.rows[row]) for row in (*draft.heading, *at))
    paths = [_path(sheet, draft.heading, column) for column in range(width)]
    numeric = [one for one in range(width) if _is_added(sheet, at, one, paths[one])]
    first = numeric[0] if numeric else width
    labels = [one for one in range(first) if any(sheet.at(row, one).text for row in at)]
    order = [one for one in labels if ORDER.search("".join(paths[one]))]
    labels = _naming(sheet, at, [one for one in labels if one not in order])
    lines = {line for _, line in draft.body if line and line != draft.title}
    rows = _rows(sheet, draft, labels, order, numeric)
    columns = _alike([_column(sheet, at, one, paths[one]) for one in numeric])
    subject = paths[labels[-1]][-1] if labels and paths[labels[-1]] else ""
    return Table(sheet.name, draft.title, bare(subject), columns, rows, bool(lines))


def _naming(sheet: Sheet, rows: Sequence[int], labels: list[int]) -> list[int]:
    """Leave out the columns behind one that names every row by itself, as a firm's codes are."""
    if len(labels) < MANY:
        return labels
    names = [sheet.at(row, labels[0]).text.strip() for row in rows]
    parts = [one for one in names if one and not rank(one)]
    blank = sum(not one for one in names)
    is_id = len(set(parts)) == len(parts) and blank <= _totals_elsewhere(sheet, rows, labels[0])
    return labels[:1] if parts and is_id else labels


def _totals_elsewhere(sheet: Sheet, rows: Sequence[int], column: int) -> int:
    """Count the rows that a cell before a column calls totals."""
    before = ([sheet.at(row, one).text for one in range(column)] for row in rows)
    return sum(any(rank(one) for one in cells) for cells in before)


def _path(sheet: Sheet, heading: Sequence[int], column: int) -> tuple[str, ...]:
    """Give the titles over a column; in a text file the upper one holds until the next begins."""
    path: list[str] = []
    for row, below in zip_longest(heading, heading[1:]):
        text = sheet.at(row, column).text.strip()
        if not text and below is not None and sheet.at(below, column).text:
            before = (sheet.at(row, one).text.strip() for one in range(column, -1, -1))
            text = next(filter(None, before), "")
        if text and text not in path:
            path.append(text)
    return tuple(path)


def _is_added(sheet: Sheet, rows: Sequence[int], column: int, path: tuple[str, ...]) -> bool:
    if NOT_ADDED.search("".join(path)):
        return False
    cells = [sheet.rows[row][column] for row in rows if column < len(sheet.rows[row])]
    filled = [cell for cell in cells if cell.text]
    numbers = [cell for cell in filled if cell.number is not None]
    return bool(numbers) and len(numbers) >= HALF * len(filled)


def _column(sheet: Sheet, rows: Sequence[int], at: int, path: tuple[str, ...]) -> Column:
    cells = (sheet.rows[row][at] for row in rows if at < len(sheet.rows[row]))
    decimals = max((cell.decimals for cell in cells if cell.number is not None), default=0)
    ranks = [rank(one) for one in path]
    highest = max(ranks, default=0)
    among = any(is_among(one) for one in path)
    path = tuple(said for one in path if (said := AMONG.sub("", one).strip(":： ")))
    titles = "".join(reversed(path))
    kind = next((name for name, words in KINDS.items() if words.search(titles)), "")
    return Column(at, path, kind, highest, ranks.index(highest) if highest else 0, among, decimals)


def _alike(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Let columns of one kind print alike: a spreadsheet drops the nought of 476.90."""
    most = {one.kind: max(c.decimals for c in columns if c.kind == one.kind) for one in columns}
    return tuple(replace(one, decimals=most[one.kind]) for one in columns)


def _rows(
    sheet: Sheet,
    draft: _Draft,
    labels: Sequence[int],
    order: Sequence[int],
    numeric: Sequence[int],
) -> tuple[Row, ...]:
    rows: list[Row] = []
    held = ""
    for at, line in draft.body:
        names = [sheet.at(at, one).text for one in labels]
        own = [one for one in names if one.strip()] or [
            text for one in order if rank(text := sheet.at(at, one).text)
        ]  # a total may be called so where the other rows have their number
        ranked = max((rank(one) for one in own), default=0)
        if len(labels) > 1 and (names[0].strip() or ranked > 1):
            held = "" if ranked > 1 and rank(names[0] or own[-1]) else names[0].strip()
        cells = {one: sheet.at(at, one) for one in numeric}
        label = own[-1] if own else ""
        among = any(is_among(one) for one in own) or _goes_on(rows, label, ranked)
        group = held if len(labels) > 1 else line if line != draft.title else ""
        label = AMONG.sub("", label).strip(":： \u3000") or f"{at + 1}"
        rows.append(Row(at, label, group, ranked, among, cells))
    return tuple(_with_ordinals(rows))


def _goes_on(rows: Sequence[Row], label: str, ranked: int) -> bool:
    """Tell whether a row continues the list that 其中 began: it is indented, or has no name."""
    if not rows or not rows[-1].among or ranked:
        return False
    is_indented = label != label.lstrip() or not label
    return is_indented or _leads_all(rows)


def _leads_all(rows: Sequence[Row]) -> bool:
    """Tell whether 其中 came straight after a total on top, so that all below are its parts."""
    first = next(i for i, row in enumerate(rows) if row.among)
    return first == 1 and rows[0].rank > 0 and all(row.among for row in rows[1:])


def _with_ordinals(rows: Sequence[Row]) -> list[Row]:
    """Make 一、工改工 a subtotal where rows without such a number stand below it."""
    marked = [is_numbered(row.label) and not row.rank for row in rows]
    after = [*marked[1:], True]
    ends = [*(row.rank > 0 for row in rows[1:]), True]
    made = []
    for row, is_marked, next_is_marked, is_end in zip(rows, marked, after, ends, strict=True):
        heads = is_marked and not next_is_marked and not is_end
        made.append(Row(row.at, row.label, row.group, 1, row.among, row.cells) if heads else row)
    return made
