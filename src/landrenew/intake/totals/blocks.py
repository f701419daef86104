"""Breakdowns of one whole: by town, by type, by year; each must add up to the same."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from landrenew.intake.totals.grid import address
from landrenew.intake.totals.rank import bare
from landrenew.intake.totals.sums import Figure, Sum, fold, make_sum
from landrenew.intake.totals.tables import HALF, YEAR, Column, Row, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

SAME_WHOLE = Decimal("0.25")
"""Totals of two tables farther apart than this part of the larger are of different wholes."""

DIMENSION = re.compile(
    r"^(?:[一二三四五六七八九十\d]+[、.\uff0e])?按"
    r"|^(?:分|改造|项目|用地|企业|所属|所在|实施|启动|竣工)?"
    r"(?:类型|类别|分类|镇街?|街道|乡镇|片区|区域|年份|年度|时间|行业|规模|等级|性质|方式|主体)(?:分布)?$"
)
"""What a whole is divided by: titles such as 按镇街, 项目类型, 启动年份."""


@dataclass(frozen=True)
class Breakdown:
    """
    One division of a whole: its parts, and what they come to.

    Parameters
    ----------
    name
        By what, for people: 镇街, 类型 …; its table where that is not said.
    labels
        Names of its parts.
    years
        Years named above it.
    wholes
        For each kind of column the whole: as printed, or as its parts add up.
    parts
        Every part, for hints.
    """

    name: str
    labels: frozenset[str]
    years: frozenset[str]
    wholes: dict[str, Figure]
    parts: tuple[Figure, ...]


def figure(table: Table, row: Row, column: Column) -> Figure:
    """
    Give one printed number as a figure of its column.

    Parameters
    ----------
    table
        The table.
    row
        Its row.
    column
        Its column.

    Returns
    -------
    Figure
        Labelled by its row.
    """
    sheet = f"{table.sheet}!" if table.sheet else ""
    unit = Decimal(0) if column.is_count else Decimal(1).scaleb(-column.decimals)
    place = f"{sheet}{address(row.at, column.at)}"
    return Figure(
        place, row.label, row.group, row.rank, row.among, row.cells[column.at].number, unit
    )


def table_name(table: Table) -> str:
    """
    Name a table for people.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    str
        Its sheet and the line above it, as far as it has them.
    """
    return " ".join(filter(None, (table.sheet, table.title)))


def add_down(table: Table) -> tuple[list[Sum], list[Breakdown]]:
    """
    Add up the rows of a table.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    list of Sum
        Every total of rows.
    list of Breakdown
        The table as one division of a whole, or as several where its groups each divide it.
    """
    groups = list(dict.fromkeys(row.group for row in table.rows if row.group and not row.rank))
    rows = _outer_last(table, groups)
    if len(groups) > 1 and _are_parallel(table, rows, groups):
        outer = [row for row in rows if not row.group]
        divisions = [[row for row in rows if row.group == one] for one in groups]
        named = zip(groups, divisions, strict=True)
        parts = [_division(table, one, division, outer) for one, division in named]
        return [one for sums, _ in parts for one in sums], [one for _, one in parts]
    sums, whole = _division(table, table.subject, rows, [])
    return sums, [whole]


def _outer_last(table: Table, groups: Sequence[str]) -> tuple[Row, ...]:
    """Free a last total from the last title line, unless every part has a total of its own."""
    totals = [row for row in table.rows if row.rank and row.group]
    closed = {row.group for row in totals}
    last = table.rows[-1]
    if not table.has_lines or len(groups) < 2 or not last.rank or closed == set(groups):  # noqa: PLR2004  two parts
        return table.rows
    return (*table.rows[:-1], replace(last, group=""))


def _are_parallel(table: Table, rows: Sequence[Row], groups: Sequence[str]) -> bool:
    """Tell whether each group comes near the whole, rather than all of them together."""
    outer = [row for row in rows if row.rank and not row.group]
    if not outer:
        return all(DIMENSION.search(one) for one in groups)
    apart = together = Decimal(0)
    for column in table.columns:
        whole = outer[-1].cells[column.at].number
        if not whole:
            continue
        sums = [_plain_sum(rows, column, one) for one in groups]
        apart += sum((abs(one - whole) for one in sums), Decimal(0)) / len(sums) / abs(whole)
        together += abs(sum(sums, Decimal(0)) - whole) / abs(whole)
    return apart < together


def _plain_sum(rows: Sequence[Row], column: Column, group: str) -> Decimal:
    numbers = [
        row.cells[column.at].number
        for row in rows
        if row.group == group and not row.rank and not row.among
    ]
    return sum((one for one in numbers if one is not None), Decimal(0))


def _division(
    table: Table, name: str, rows: Sequence[Row], outer: Sequence[Row]
) -> tuple[list[Sum], Breakdown]:
    """Add up one division; the total outside it is the total of each division."""
    said = " ".join(filter(None, (table_name(table), name if outer else "")))
    sums: list[Sum] = []
    wholes: dict[str, Figure] = {}
    parts: list[Figure] = []
    keys = _keys(table.columns)
    for column in table.columns:
        figures = [figure(table, row, column) for row in rows]
        figures += [_above_all(figure(table, row, column), figures) for row in outer[-1:]]
        made = [make_sum(said, column.title, *pair) for pair in fold(figures)]
        sums += [one for one in made if one is not None]
        parts += [one for one in figures if not one.rank and one.number is not None]
        whole = _whole(figures)
        if column in keys and whole is not None:
            wholes[keys[column]] = whole
    labels = frozenset(bare(row.label) for row in rows if not row.rank)
    years = frozenset(YEAR.findall(f"{table.sheet} {table.title}"))
    return sums, Breakdown(name, labels, years, wholes, tuple(parts))


def _above_all(total: Figure, figures: Sequence[Figure]) -> Figure:
    return replace(total, rank=max([total.rank, *(one.rank + 1 for one in figures)]), group="")


def _whole(figures: Sequence[Figure]) -> Figure | None:
    """Give the highest total, or the sum of the parts where no total is printed."""
    stated = [one for one in figures if one.rank and not one.among and one.number is not None]
    if stated:
        return max(stated, key=lambda one: one.rank)
    parts = [one for one in figures if not one.among and one.number is not None]
    if not parts:
        return None
    total = sum((one.number for one in parts if one.number is not None), Decimal(0))
    places = f"{parts[0].place}:{parts[-1].place.rpartition('!')[2]}"
    return Figure(places, "", "", 0, among=False, number=total, unit=parts[0].unit * len(parts))


def _keys(columns: Sequence[Column]) -> dict[Column, str]:
    """Name the columns that hold wholes: of each kind the total column, or the only one."""
    highest = max((one.rank for one in columns), default=0)
    main = [one for one in columns if one.rank == highest]
    kinds = Counter(one.kind for one in main)
    named = {one: one.kind if kinds[one.kind] == 1 else bare(one.title) for one in main}
    return {one: said for one, said in named.items() if said}


def add_across(table: Table) -> list[Sum]:
    """
    Add up the columns of a table, row by row.

    Parameters
    ----------
    table
        The table.

    Returns
    -------
    list of Sum
        Every total column in every row.
    """
    runs: dict[tuple[str, ...], list[Column]] = {}
    for total in (one for one in table.columns if one.rank):
        for column in table.columns:
            if _key(column, total.level) == _key(total, total.level):
                run = runs.setdefault((str(total.level), *_key(total, total.level)), [])
                run += [] if column in run else [column]
    sums = []
    for row in table.rows:
        for run in runs.values():
            figures = [
                replace(figure(table, row, one), label=one.title, rank=one.rank, among=one.among,
                        group="")
                for one in run
            ]  # fmt: skip
            made = [make_sum(table_name(table), row.label, *pair) for pair in fold(figures)]
            sums += [one for one in made if one is not None]
    return sums


def _key(column: Column, level: int) -> tuple[str, ...]:
    """Say what columns a total may add: alike in every title but the one that names the total."""
    if level == 0:
        last = bare(column.path[-1]) if len(column.path) > 1 else ""
        return (column.kind or last,)
    return (*map(bare, column.path[:level]), column.kind)


def compare(breakdowns: Sequence[Breakdown]) -> list[Sum]:
    """
    Compare divisions of one whole: they must come to the same.

    Parameters
    ----------
    breakdowns
        Every division found in a file.

    Returns
    -------
    list of Sum
        For each kind of column and each division but the one taken as reference, the total of the
        reference against the whole of the division.
    """
    found: list[Sum] = []
    named = [one for one in breakdowns if DIMENSION.search(one.name)]
    for key in dict.fromkeys(key for one in named for key in one.wholes):
        having = [one for one in named if key in one.wholes]
        while having:
            alike = [one for one in having if _is_same_whole(having[0], one, key)]
            found += _against_reference(alike, key)
            having = [one for one in having if one not in alike]
    return found


def _is_same_whole(a: Breakdown, b: Breakdown, key: str) -> bool:
    if a is b:
        return True
    is_same_division = len(a.labels & b.labels) >= HALF * min(len(a.labels), len(b.labels))
    is_other_year = bool(a.years and b.years and a.years != b.years)
    if is_same_division or is_other_year:
        return False
    x, y = (one.wholes[key].number or Decimal(0) for one in (a, b))
    return abs(x - y) <= SAME_WHOLE * max(abs(x), abs(y))


def _against_reference(alike: Sequence[Breakdown], key: str) -> list[Sum]:
    """Take as reference what most divisions come to, a printed total before a computed one."""
    wholes = [one.wholes[key] for one in alike]
    times = Counter(one.number for one in wholes)
    order = sorted(wholes, key=lambda one: (-times[one.number], one.rank == 0))
    reference = order[0]
    sums = []
    for one in alike:
        whole = one.wholes[key]
        if whole.place == reference.place:
            continue
        named = replace(whole, label=one.name or whole.place, among=False)
        made = make_sum("", key, replace(reference, label=reference.label or "合计"), [named])
        sums += [] if made is None else [made]
    return sums
