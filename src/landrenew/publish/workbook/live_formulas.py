"""Spreadsheet formulas that say again what a rulebook says: points, places, grades.

Each takes the addresses of cells and gives a formula without its ``=``. They hold for Excel, WPS
and LibreOffice alike, so none is newer than 2007. A cell without a value is empty text, never zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.exact import COMPARED
from landrenew.rules.scoring import MinMax, Rank, Ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from landrenew.rules.grading import BarGrades, Grades, Rounding, Ties
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


def place(score: str, span: str, ties: Ties) -> str:
    """
    Give the place of a score.

    Parameters
    ----------
    score
        Cell of the score that is ranked.
    span
        All such cells.
    ties
        Whether equal scores take their best place or their worst.

    Returns
    -------
    str
        Empty for rows that are not ranked.
    """
    first = f"RANK({score},{span},0)"
    last = first if ties == "better" else f"{first}+COUNTIF({span},{score})-1"
    return f"IF(ISNUMBER({score}),{last},{NOTHING})"


def last_place(share: str, ranked: str, rounding: Rounding, *, is_inclusive: bool) -> str:
    """
    Give the last place of a grade.

    Parameters
    ----------
    share
        Cell of the cumulative share where it ends.
    ranked
        Cell of the number of rows that are ranked.
    rounding
        How the bound becomes a whole number.
    is_inclusive
        Whether the row at that very share has the grade.

    Returns
    -------
    str
        A whole number.
    """
    exact = f"ROUND({share}*{ranked},{COMPARED})"
    whole = {"down": f"INT({exact})", "nearest": f"INT({exact}+0.5)",
             "up": f"ROUNDUP({exact},0)"}[rounding]  # fmt: skip
    return whole if is_inclusive else f"{whole}-IF({exact}=INT({exact}),1,0)"


def grade_by_place(at: str, letters: Sequence[str], ends: Sequence[str]) -> str:
    """
    Give the grade at a place.

    Parameters
    ----------
    at
        Cell of the place.
    letters
        The grades, best first.
    ends
        Cell of the last place of each.

    Returns
    -------
    str
        Empty for rows that are not ranked.
    """
    made = text(letters[-1])
    for letter, end in reversed(list(zip(letters[:-1], ends[:-1], strict=True))):
        made = f"IF({at}<={end},{text(letter)},{made})"
    return f"IF(ISNUMBER({at}),{made},{NOTHING})"


def grade_by_bars(score: str, grades: BarGrades, bars: Sequence[str]) -> str:
    """
    Give the grade of a score between bars.

    Parameters
    ----------
    score
        Cell of the score.
    grades
        The rulebook's grades.
    bars
        Cell of the bar of each grade but the last.

    Returns
    -------
    str
        Empty for rows without a score.
    """
    made = text(grades.classes[-1].grade)
    for one, bar in reversed(list(zip(grades.classes[:-1], bars, strict=True))):
        sign = ">=" if one.above is None else ">"
        made = f"IF({score}{sign}{bar},{text(one.grade)},{made})"
    return f"IF(ISNUMBER({score}),{made},{NOTHING})"


def decided(options: Sequence[str], grades: Grades, exempt: str, veto: str) -> str:
    """
    Give the grade that is published.

    Parameters
    ----------
    options
        Cells with the grade under each rule that the document may mean.
    grades
        The rulebook's grades.
    exempt
        Cell of the reason that exempts.
    veto
        Cell of the reason for a veto.

    Returns
    -------
    str
        The exempt letter, else the veto's, else the one that all rules give; empty where they do
        not agree.
    """
    first, *others = options
    agree = ",".join(f"{one}={first}" for one in others)
    made = f"IF(AND({agree}),{first},{NOTHING})" if others else first
    if grades.veto is not None:
        made = f"IF({veto}<>{NOTHING},{text(grades.veto.grade)},{made})"
    return f"IF({exempt}<>{NOTHING},{text(grades.exempt)},{made})"


def unless_said(reason: str, made: str) -> str:
    """
    Leave a result out where a reason says that it is open.

    Parameters
    ----------
    reason
        Cell of the reason; empty where nothing is open.
    made
        The formula.

    Returns
    -------
    str
        Empty where there is a reason.
    """
    return f"IF({reason}<>{NOTHING},{NOTHING},{made})"


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


def ranked_score(score: str, counts: str, veto: str | None) -> str:
    """
    Give the score with which a row takes a place.

    Parameters
    ----------
    score
        Cell of the score.
    counts
        Cell that is 1 for rows that are not exempt.
    veto
        Cell of the reason for a veto where such rows take no place, else None.

    Returns
    -------
    str
        Rounded so that no last bit decides; empty for rows that are not ranked.
    """
    tests = [f"{counts}=1", f"ISNUMBER({score})"]
    tests += [] if veto is None else [f"{veto}={NOTHING}"]
    return f"IF(AND({','.join(tests)}),ROUND({score},{COMPARED}),{NOTHING})"


def agrees(scores: tuple[str, str], grades: tuple[str, str] | None = None) -> str:
    """
    Hold a row against what landrenew published.

    Parameters
    ----------
    scores
        Cells of the recalculated score and of the published one.
    grades
        Likewise of the grades; None for a book without grades.

    Returns
    -------
    str
        A truth value: scores agree to 1e-9 or are both missing, grades are the same.
    """
    one, other = scores
    same = (
        f"IF(AND(ISNUMBER({one}),ISNUMBER({other})),ABS({one}-{other})<=0.000000001,"
        f"AND(NOT(ISNUMBER({one})),NOT(ISNUMBER({other}))))"
    )
    if grades is None:
        return same
    return f"AND({same},{grades[0]}&{NOTHING}={grades[1]}&{NOTHING})"
