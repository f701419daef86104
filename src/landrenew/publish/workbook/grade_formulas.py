"""Spreadsheet formulas of places and grades, and what each row is held against.

They take the addresses of cells, as those of points do
(:mod:`landrenew.publish.workbook.point_formulas`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.exact import COMPARED
from landrenew.publish.workbook.point_formulas import NOTHING, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.rules.grading import BarGrades, Grades, Rounding, Ties


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
