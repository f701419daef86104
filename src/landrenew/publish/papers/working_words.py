"""The working of a judgement in words: sums as on a pocket calculator, and places."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from landrenew.base.columns import COLUMNS
from landrenew.base.units import unit_words
from landrenew.base.words import Text
from landrenew.rules.grading import BarGrades
from landrenew.rules.scoring import MinMax, Rank, Ratio

if TYPE_CHECKING:
    from landrenew.assess.working import Standing, Step, Working
    from landrenew.rules.grading import Grades
    from landrenew.rules.scoring import Criterion

EXACT, SHOWN = 6, 4
"""Decimals of figures that are calculated with, and of points."""

MEAN = Text("缺数据，取本组平均分", "no value: mean points of the pool")
NO_VALUE = Text("缺数据，待定", "no value: open")
NO_POINTS = Text("–", "–")
"""A value that earns nothing by the pool: of an exempt row, or while it is open who counts."""


def figure(value: object, decimals: int = EXACT) -> str:
    """
    Write a number as people do: no more decimals than it has, none that say nothing.

    Parameters
    ----------
    value
        A number; NaN and None are missing.
    decimals
        Most decimals.

    Returns
    -------
    str
        The number, an en dash for a missing one.

    Examples
    --------
    >>> figure(1250.5), figure(1 / 3, 4), figure(float("nan"))
    ('1,250.5', '0.3333', '–')
    """
    if not isinstance(value, int | float) or not math.isfinite(value):
        return "–"
    written = f"{value:,.{decimals}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def with_unit(value: object, column: str) -> Text:
    """
    Write a value of a column with its unit.

    Parameters
    ----------
    value
        A number.
    column
        Column of the data dictionary.

    Returns
    -------
    Text
        The number and the unit.
    """
    unit, said = unit_words(COLUMNS[column].unit), figure(value, SHOWN)
    return Text(*(f"{said} {one}".strip() for one in unit))


def step_sum(step: Step) -> Text:
    """
    Write one criterion as a sum.

    Parameters
    ----------
    step
        The step.

    Returns
    -------
    Text
        Such as ``25 ÷ 24.097 × 30``; what the rule says where there is no value.
    """
    if math.isnan(step.value):
        return MEAN if step.criterion.missing == "mean_points" else NO_VALUE
    if math.isnan(step.points):
        return NO_POINTS
    return _points_sum(step, step.criterion)


def _points_sum(step: Step, criterion: Criterion) -> Text:
    value, weight, against = figure(step.value), figure(criterion.weight), step.against
    one, other = (figure(each) for each in against)
    if isinstance(criterion, Ratio):
        ratio = step.value / against[0]
        plain = f"{value} ÷ {one}"
        for bound, is_out, zh, en in (
            (criterion.cap, criterion.cap is not None and ratio > criterion.cap, "封顶", "cap"),
            (criterion.floor, criterion.floor is not None and ratio < criterion.floor,
             "保底", "floor"),
        ):  # fmt: skip
            if is_out:
                counted = f"{figure(bound)} × {weight}"
                return Text(f"{plain} = {figure(ratio, SHOWN)}，{zh} {counted}",
                            f"{plain} = {figure(ratio, SHOWN)}, {en} {counted}")  # fmt: skip
        return Text(f"{plain} × {weight}", f"{plain} × {weight}")
    if isinstance(criterion, MinMax):
        low, span = figure(criterion.low), figure(100 - criterion.low)
        said = f"{weight} × [{low} + {span} × ({value} − {one}) ÷ ({other} − {one})] ÷ 100"
        return Text(said, said)
    said = f"{weight} × ({other} − {one}) ÷ ({other} − 1)"
    return Text(said, said)


def step_against(step: Step) -> Text:
    """
    Say what a value is held against.

    Parameters
    ----------
    step
        The step.

    Returns
    -------
    Text
        The baseline with its factor, the extremes of the pool, or the rank.
    """
    one, other = (figure(each) for each in step.against)
    rule = step.criterion
    if isinstance(rule, Ratio):
        if rule.baseline_factor == 1:
            return Text(f"基准 {one}", f"baseline {one}")
        made = f"{figure(rule.baseline)} × {figure(rule.baseline_factor)} = {one}"
        return Text(f"基准 {made}", f"baseline {made}")
    if math.isnan(step.points):
        return NO_POINTS
    if isinstance(rule, Rank):
        return Text(f"第 {one} 名，共 {other}", f"rank {one} of {other}")
    return Text(f"本组 {one} 至 {other}", f"pool {one} to {other}")


def standing_words(made: Working, grades: Grades | None) -> list[Text]:
    """
    Say where a row stands, and where the grades end.

    Parameters
    ----------
    made
        The working.
    grades
        The rulebook's grades.

    Returns
    -------
    list of Text
        Sentences; none for a book without grades.
    """
    if isinstance(grades, BarGrades):
        return [_bars(grades)]
    if made.standing is None:
        return []
    place = made.standing
    said = [_place(place), _ends(place)]
    if not math.isnan(made.next_score):
        score = figure(made.next_score, SHOWN)
        said.append(Text(f"本组更高等级的最低得分是 {score}。",
                         f"The lowest score of a better grade is {score}."))  # fmt: skip
    return said


def _place(place: Standing) -> Text:
    if place.first == place.last:
        return Text(f"参加排名 {place.ranked} 个，列第 {place.first} 名。",
                    f"Place {place.first} of {place.ranked} that are ranked.")  # fmt: skip
    return Text(
        f"参加排名 {place.ranked} 个，与 {place.last - place.first} 个同分，列第 {place.first} 至"
        f" {place.last} 名。",
        f"Places {place.first} to {place.last} of {place.ranked} that are ranked, equal with"
        f" {place.last - place.first}.",
    )


def _ends(place: Standing) -> Text:
    ends = [(letter, "/".join(map(str, each))) for letter, each in place.ends]
    zh = "，".join(f"{letter} 至第 {end} 名" for letter, end in ends)
    en = ", ".join(f"{letter} to place {end}" for letter, end in ends)
    return Text(f"等级：{zh}。", f"Grades: {en}.")


def _bars(grades: BarGrades) -> Text:
    *upper, last = grades.classes
    bars = [(one.grade, "≥" if one.above is None else ">", figure(one.bar)) for one in upper]
    zh = "，".join(f"{letter} {sign} {bar} 分" for letter, sign, bar in bars)
    en = ", ".join(f"{letter} {sign} {bar} points" for letter, sign, bar in bars)
    return Text(f"等级：{zh}，其余 {last.grade}。", f"Grades: {en}, else {last.grade}.")
