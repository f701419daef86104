"""Totals lines of a sheet: recognised, set aside, and held against the rows they cover.

A total is never a firm or a parcel, and a row with a name or an id of its own is no total, be the
word in its remarks or its name. Which rows it covers is not written anywhere: a subtotal mostly
those since the last one, a total all of them, but some tables put the total first. The reading that
fits most columns is taken, and the columns it does not fit are doubted.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landrenew.base.words import Text
from landrenew.intake.attributes.names import split_unit
from landrenew.intake.attributes.values import THOUSANDS, is_nothing
from landrenew.intake.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

TOTAL = re.compile(
    r"(?P<of>[^合总小共累]{0,12})(?P<word>合计|总计|小计|共计|累计|总和|合計|總計|小計|共計)"
    r"(?:数|數)?(?:[(（][^()（）]*[)）])?[:：]?"
)
ENGLISH = re.compile(r"(?:grand |sub-?)?totals?[:：]?|sum")
PARTIAL = {"小计", "小計"}
LONGEST = 24
"""A longer cell is no word for a total."""

HINTS = ("计", "計", "总和", "otal", "OTAL", "sum", "Sum", "SUM")
"""One of these stands in every word for a total."""

NO_SUM = re.compile(
    r"均|率|比|占|密度|强度|单价|系数|指数|得分|评分|序号|编号|编码|代码|年份|日期|电话|邮编|"
    r"average|mean|rate|ratio|share|\bper\b|\bid\b|code|year|score",
    re.IGNORECASE,
)
"""Columns whose total is no sum of the rows."""

NUMBER = re.compile(r"\(?[+-]?(?:\d+(?:\.(\d+))?|\.(\d+))\)?")
EXACT = 1e-9
"""Relative difference that comes of a computer's arithmetic alone."""

MOST_DECIMALS = 9


@dataclass(frozen=True)
class TotalsLine:
    """
    One totals line.

    Parameters
    ----------
    at
        Its position among the rows.
    label
        What it is called.
    is_partial
        Whether it is called a subtotal, or the total of something.
    """

    at: int
    label: str
    is_partial: bool


def totals_lines(columns: Sequence[Sequence[object]]) -> list[TotalsLine]:
    """
    Find the totals lines of a table.

    Parameters
    ----------
    columns
        The cells, column by column.

    Returns
    -------
    list of TotalsLine
        In the order of the rows.
    """
    found: dict[int, TotalsLine] = {}
    for j, column in enumerate(columns):
        texts = "\n".join(cell for cell in column if isinstance(cell, str))
        if not any(one in texts for one in HINTS):
            continue
        for at, cell in enumerate(column):
            line = _total(at, cell) if isinstance(cell, str) else None
            if line is not None and not any(_is_own(one, at) for one in columns[:j]):
                found.setdefault(at, line)
    return [found[at] for at in sorted(found)]


def _is_own(column: Sequence[object], at: int) -> bool:
    """Tell a name or an id, which a totals line has not, from the group that its rows share."""
    cell = column[at]
    if not isinstance(cell, str) or is_nothing((cell,)) or NUMBER.fullmatch(cell.strip()):
        return False
    above = next((one for one in reversed(column[:at]) if not is_nothing((one,))), None)
    below = column[at + 1 : at + 2]
    return cell != above and all(one != cell and not is_nothing((one,)) for one in below)


def _total(at: int, cell: str) -> TotalsLine | None:
    if len(cell) > LONGEST or not any(one in cell for one in HINTS):
        return None
    plain = unicodedata.normalize("NFKC", cell).strip().casefold()
    if ENGLISH.fullmatch(plain):
        return TotalsLine(at, cell.strip(), plain.startswith("sub"))
    met = TOTAL.fullmatch(re.sub(r"\s", "", plain))
    if met is None:
        return None
    return TotalsLine(at, cell.strip(), met["word"] in PARTIAL or bool(met["of"]))


def check_totals(
    names: Sequence[str],
    columns: Sequence[Sequence[object]],
    lines: Sequence[int],
    totals: Sequence[TotalsLine],
    layer: str,
) -> list[Fault]:
    """
    Hold each total against the rows it covers.

    Parameters
    ----------
    names
        Name of each column.
    columns
        The cells, column by column, totals lines among them.
    lines
        Number of each row in the file.
    totals
        The totals lines.
    layer
        The table's name in the project file.

    Returns
    -------
    list of Fault
        ``totals_differ``, one for each total that the sum of its rows misses by more than rounding
        explains. Ratios and means, which do not add, are left out.
    """
    at = [one.at for one in totals]
    amounts = {
        name: _amounts(column)
        for name, column in zip(names, columns, strict=True)
        if _adds_up(name) and not np.isnan(_amounts([column[i] for i in at]).number).all()
    }
    faults = []
    for one in totals:
        readings = [_misses(one, rows, amounts) for rows in _covered(one, at, len(lines))]
        for name, (stated, computed) in min(readings, key=len, default={}).items():
            detail = Text(
                f"“{name}”{one.label} {stated:.10g}，各行之和 {computed:.10g}",
                f"{name} {one.label}: stated {stated:.10g}, sum of the rows {computed:.10g}",
            )
            faults.append(Fault(layer, lines[one.at], "", "totals_differ", detail))
    return faults


def _adds_up(name: str) -> bool:
    bare, unit = split_unit(name)
    return not NO_SUM.search(bare) and not (unit and re.search("[/%‰]", unit))


def _covered(one: TotalsLine, at: Sequence[int], count: int) -> list[NDArray[np.bool_]]:
    """List the rows that a totals line may cover, the likeliest first."""
    place, is_row = np.arange(count), np.ones(count, dtype=bool)
    is_row[list(at)] = False
    before = max((other for other in at if other < one.at), default=-1)
    behind = min((other for other in at if other > one.at), default=count)
    since, until = (place > before) & (place < one.at), (place > one.at) & (place < behind)
    above, below = place < one.at, place > one.at
    whole = np.ones(count, dtype=bool)
    readings = [since, until] if one.is_partial else [above, whole, below, since]
    return [rows & is_row for rows in readings if (rows & is_row).any()]


@dataclass(frozen=True)
class _Amounts:
    """The numbers of a column, NaN where a cell holds none, and their digits after the point."""

    number: NDArray[np.float64]
    decimals: NDArray[np.int64]


def _amounts(column: Sequence[object]) -> _Amounts:
    pairs = [_amount(cell) for cell in column]
    return _Amounts(np.array([one for one, _ in pairs]), np.array([one for _, one in pairs]))


def _amount(cell: object) -> tuple[float, int]:
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return np.nan, 0
    text = cell if isinstance(cell, str) else f"{cell:.{MOST_DECIMALS}f}".rstrip("0").rstrip(".")
    plain = THOUSANDS.sub("", unicodedata.normalize("NFKC", text).strip())
    met = NUMBER.fullmatch(plain)
    if met is None:
        return np.nan, 0
    sign = -1 if plain.startswith("(") else 1
    return sign * float(plain.strip("()")), len(met[1] or met[2] or "")


def _misses(
    one: TotalsLine, rows: NDArray[np.bool_], amounts: dict[str, _Amounts]
) -> dict[str, tuple[float, float]]:
    """Give the columns whose total is no sum of these rows: the total and the sum."""
    missed = {}
    for name, column in amounts.items():
        stated, held = column.number[one.at], rows & ~np.isnan(column.number)
        if np.isnan(stated) or not held.any():
            continue
        computed = float(column.number[held].sum())
        if abs(stated - computed) > _rounding(column, held, one.at, computed):
            missed[name] = float(stated), computed
    return missed


def _rounding(column: _Amounts, held: NDArray[np.bool_], at: int, computed: float) -> float:
    """Give what rounding can explain: half of the last digit of the total, and of each row."""
    digits = int(column.decimals[held].max())
    of_rows = held.sum() * 0.5 * 10.0**-digits if digits else 0.0  # whole numbers are counts
    of_total = 0.5 * 10.0 ** -int(column.decimals[at])
    return of_total + of_rows + EXACT * abs(computed)
