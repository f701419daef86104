"""Spreadsheet formulas that say again how a rulebook gives points.

Each takes the addresses of cells and gives a formula without its ``=``. They hold for Excel, WPS
and LibreOffice alike, so none is newer than 2007. A cell without a value is empty text, never zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.exact import COMPARED
from landrenew.rules.scoring import MinMax, Rank, Ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from landrenew.rules.scoring import Criterion

    Cell = Callable[[str], str]

NOTHING = '""'


def text(words: str) -> str:
    """
    Write words as a formula holds them.

    Parameters
    ----------
    words
        Any text.

    Returns
    -------
    str
        In double quotes, its own doubled.

    Examples
    --------
    >>> text('A"B')
    '"A""B"'
    """
    return '"' + words.replace('"', '""') + '"'


def quotient(over: str, per: str) -> str:
    """
    Divide one amount by another.

    Parameters
    ----------
    over
        Cell of the numerator.
    per
        Cell of the denominator.

    Returns
    -------
    str
        Empty where one is missing or the denominator is not above zero.
    """
    return f"IF(AND(ISNUMBER({over}),ISNUMBER({per})),IF({per}>0,{over}/{per},{NOTHING}),{NOTHING})"


def compared_value(criterion: Criterion, value: str, counts: str) -> str:
    """
    Take the value that sets extremes and ranks of the pool.

    Parameters
    ----------
    criterion
        The criterion.
    value
        Cell of the indicator.
    counts
        Cell that is 1 for rows that are not exempt.

    Returns
    -------
    str
        Empty for exempt rows and where the value is missing.
    """
    taken = f"ROUND({value},{COMPARED})" if isinstance(criterion, Rank) else value
    return f"IF(AND({counts}=1,ISNUMBER({value})),{taken},{NOTHING})"


def earned_points(criterion: Criterion, value: str, span: str, cell: Cell) -> str:
    """
    Give the points that a value earns.

    Parameters
    ----------
    criterion
        The criterion.
    value
        Cell of the indicator; of one that hangs on the pool, the cell of :func:`compared_value`.
    span
        All such cells of the pool.
    cell
        Gives the cell of a parameter: ``weight``, ``baseline``, ``cap`` and so on.

    Returns
    -------
    str
        Empty where there is no value.
    """
    if isinstance(criterion, Ratio):
        made = _ratio(criterion, value, cell)
    elif isinstance(criterion, MinMax):
        made = _min_max(value, cell)
    else:
        rank = f"(RANK({value},{span},0)+(COUNTIF({span},{value})-1)/2)"
        count = cell("count")
        made = f"IF({count}>1,{cell('weight')}*({count}-{rank})/({count}-1),{NOTHING})"
    return f"IF(ISNUMBER({value}),{made},{NOTHING})"


def _ratio(criterion: Ratio, value: str, cell: Cell) -> str:
    made = f"{value}/({cell('baseline')}*{cell('baseline_factor')})"
    if criterion.floor is not None:
        made = f"MAX({cell('floor')},{made})"
    if criterion.cap is not None:
        made = f"MIN({cell('cap')},{made})"
    return f"{made}*{cell('weight')}"


def _min_max(value: str, cell: Cell) -> str:
    least, most = cell("least"), cell("most")
    place = f"(MIN(MAX({value},{least}),{most})-{least})/({most}-{least})"
    made = f"{cell('weight')}*({cell('low')}+(100-{cell('low')})*{place})/100"
    return f"IF({most}>{least},{made},{NOTHING})"


def extreme(span: str, tail: str, *, is_upper: bool) -> str:
    """
    Give the value at one end of the pool that sets the scale.

    Parameters
    ----------
    span
        The cells of :func:`compared_value`.
    tail
        Cell of the share of the pool at either end that does not.
    is_upper
        Whether the upper end is asked for.

    Returns
    -------
    str
        Empty for a pool without a value.
    """
    at = f"1-{tail}" if is_upper else tail
    return f"IF(COUNT({span})=0,{NOTHING},PERCENTILE({span},{at}))"


def mean_points(counts: str, earned: str) -> str:
    """
    Give the mean points of the pool, for rows without a value.

    Parameters
    ----------
    counts
        Cells that are 1 for rows that are not exempt.
    earned
        Cells of :func:`earned_points`.

    Returns
    -------
    str
        Empty when nobody has points.
    """
    return f"IFERROR(AVERAGEIF({counts},1,{earned}),{NOTHING})"


def total(points: Sequence[str], bonus: str | None) -> str:
    """
    Add up the points.

    Parameters
    ----------
    points
        Cells with the points of each criterion.
    bonus
        Cell with the proved bonus, or None.

    Returns
    -------
    str
        Empty where the points of one criterion are missing; a bonus that is not there is none.
    """
    cells = ",".join(points)
    summed = cells if bonus is None else f"{cells},{bonus}"
    return f"IF(COUNT({cells})={len(points)},SUM({summed}),{NOTHING})"


def proved_bonus(claimed: str, evidence: str, cell: Cell) -> str:
    """
    Give the points that are claimed and proved.

    Parameters
    ----------
    claimed
        Cell of the points.
    evidence
        Cell of the document that proves them.
    cell
        Gives the cells of the bounds ``least`` and ``most``.

    Returns
    -------
    str
        Empty where nothing is claimed or nothing proves it.
    """
    bounded = f"MIN({cell('most')},MAX({cell('least')},{claimed}))"
    return f"IF(AND(ISNUMBER({claimed}),{evidence}<>{NOTHING}),{bounded},{NOTHING})"
