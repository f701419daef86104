"""The share inside the control line by town, against the target."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from landrenew.assess.share.summary import DEFINITION
from landrenew.base.units import to_mu
from landrenew.base.words import Text, percent
from landrenew.publish.figures.captions import data_date, sources, write_captions
from landrenew.publish.figures.look import (
    A4,
    A4_TALL,
    INK,
    MARGIN,
    PINK,
    SOFT,
    Sheet,
    shortened,
)
from landrenew.publish.share_words import AREA_METHOD, VERDICTS
from landrenew.publish.wording import share_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from landrenew.assess.share.summary import ControlShare
    from landrenew.base.words import Lang
    from landrenew.publish.figures.look import Page
    from landrenew.publish.result import Result

LYING, STANDING = 18, 34
"""Rows, the city's included, that a lying and a standing sheet have room for."""

NAMES_MM, FIGURES_MM, HEAD_MM = 46.0, 82.0, 34.0
"""Room for the names, for the figures beside the bars, and above the first bar [mm]."""

MOST_ROW_MM = 10.5
"""Height of a row where there are few [mm]."""

BAR = 0.56
"""Height of a bar, of its row."""


class Verdict(NamedTuple):
    """
    How a verdict is shown, in grey prints as well.

    Parameters
    ----------
    sign
        Stands before its word.
    colour
        Fill of the bar, ``#rrggbb``.
    hatch
        Hatch of the bar, as matplotlib takes it.
    """

    sign: str
    colour: str
    hatch: str


SHOWN = {
    "met": Verdict("✓", "#4f86b8", ""),
    "not_met": Verdict("✗", "#d99a7c", "////"),
    "undetermined": Verdict("?", "#c9c9c6", "...."),
}

UNIT = Text(
    "单位：占比为 %，面积为亩；黑线为数据疑点所容许的区间；短横线处为没有工业用地。",
    "Units: share in %, land in mu; black lines show the interval that doubts about the data allow;"
    " a dash: no industrial land.",
)


def in_order(share: ControlShare) -> list[ControlShare]:
    """
    Put the towns in the order of the figure.

    Parameters
    ----------
    share
        Share of the city with its towns.

    Returns
    -------
    list of ControlShare
        The highest share first, equal ones by name; towns without land last.
    """
    return sorted(
        share.towns, key=lambda one: (math.isnan(one.share), -_or_zero(one.share), one.name)
    )


def share_pages(result: Result, share: ControlShare, lang: Lang) -> list[Page]:
    """
    Lay out the figure of the share by town.

    Parameters
    ----------
    result
        A finished run.
    share
        Its share.
    lang
        Language of the words.

    Returns
    -------
    list of tuple
        For each page the name of its PNG and what draws it. The city stands on top of each.
    """
    towns = in_order(share)
    size = A4 if len(towns) < LYING else A4_TALL
    room = (LYING if size == A4 else STANDING) - 1
    parts = [towns[at : at + room] for at in range(0, len(towns), room)] or [[]]
    names = ["share"] if len(parts) == 1 else [f"share-{at + 1}" for at in range(len(parts))]
    return [
        (name, partial(_sheet, result, [share, *part], size, lang))
        for name, part in zip(names, parts, strict=True)
    ]


def _sheet(
    result: Result, rows: Sequence[ControlShare], size: tuple[float, float], lang: Lang
) -> Sheet:
    sheet = Sheet(size)
    width = size[0] - 2 * MARGIN
    title = Text("工业用地线内占比", "Industrial land inside the control line")
    if len(rows) > 1:
        title = Text("各镇街" + title.zh, title.en + ", by town")
    city = shortened(rows[0].name, width / 3, 18)
    sheet.write(MARGIN, MARGIN, f"{city} {title.say(lang)}", fontsize=18, weight="bold")
    sheet.write(MARGIN, MARGIN + 9, data_date(result).say(lang), fontsize=9, color=SOFT)
    said = [UNIT, _method(rows[0]), sources(result, ("parcels", "control_line", "towns"))]
    foot = write_captions(sheet, said, lang)
    height = min(foot - 14 - HEAD_MM, MOST_ROW_MM * len(rows))
    axes = sheet.axes(MARGIN + NAMES_MM, HEAD_MM, width - NAMES_MM - FIGURES_MM, height)
    _bars(axes, rows)
    _target(axes, rows[0].target, lang)
    _beside(sheet, rows, height / len(rows), lang)
    return sheet


def _method(city: ControlShare) -> Text:
    document = Text(f"定义：{DEFINITION.zh}", f"Definition: {DEFINITION.en}")
    if city.line_m is None:
        line = Text("未计控制线本身的绘制误差。", "That the line may lie off is not counted.")
    else:
        line = Text(f"控制线按可能偏差 {city.line_m:g} 米计。",
                    f"The line may lie off by {city.line_m:g} m.")  # fmt: skip
    return Text(f"{document.zh}面积算法：{AREA_METHOD.zh}。{line.zh}",
                f"{document.en} Areas: {AREA_METHOD.en}. {line.en}")  # fmt: skip


def _bars(axes: Axes, rows: Sequence[ControlShare]) -> None:
    for at, one in enumerate(rows):
        shown = SHOWN[one.verdict]
        edge = INK if at == 0 else SOFT
        axes.barh(at, 100 * _or_zero(one.share), height=BAR if at else BAR * 1.25,
                  color=shown.colour, hatch=shown.hatch, edgecolor=edge,
                  linewidth=1.0 if at == 0 else 0.4)  # fmt: skip
        low, high = (100 * end for end in one.interval)
        if not math.isnan(low + high):
            axes.plot([low, high], [at, at], color="black", linewidth=1.1, marker="|",
                      markersize=6, solid_capstyle="butt")  # fmt: skip
    if len(rows) > 1:
        axes.axhline(0.5, color=INK, linewidth=0.6)
    axes.set(xlim=(0, 100), ylim=(len(rows) - 0.5, -0.5), yticks=[])
    axes.grid(axis="y", visible=False)
    axes.set_axisbelow(True)
    axes.spines["left"].set_color(INK)
    axes.tick_params(labelsize=9, length=3)
    axes.xaxis.set_major_formatter("{x:.0f}%")


def _target(axes: Axes, target: float | None, lang: Lang) -> None:
    if target is None:
        return
    axes.axvline(100 * target, color=PINK, linewidth=1.4, linestyle=(0, (5, 2)))
    said = Text(f"目标 {percent(target)}", f"target {percent(target)}").say(lang)
    axes.annotate(said, (100 * target, 1), xycoords=("data", "axes fraction"), xytext=(0, 3),
                  textcoords="offset points", ha="center", va="bottom", fontsize=10, color=PINK,
                  weight="bold", annotation_clip=False)  # fmt: skip


def _beside(sheet: Sheet, rows: Sequence[ControlShare], step: float, lang: Lang) -> None:
    """Write the names before the bars, and the figures behind them."""
    right = sheet.size[0] - MARGIN
    stops = (right - FIGURES_MM + 19, right - FIGURES_MM + 53, right - 23)
    heads = (Text("占比", "share"), Text("线内 / 共（亩）", "inside / all (mu)"))
    for stop, head in zip(stops, heads, strict=False):
        sheet.write(stop, HEAD_MM - 2, head.say(lang), ha="right", va="bottom", fontsize=8.5,
                    color=SOFT)  # fmt: skip
    sheet.write(stops[2], HEAD_MM - 2, Text("结论", "verdict").say(lang), va="bottom", fontsize=8.5,
                color=SOFT)  # fmt: skip
    for at, one in enumerate(rows):
        how = {"va": "center", "fontsize": 10, "weight": "normal" if at else "bold"}
        middle = HEAD_MM + step * (at + 0.5)
        name = one.name if at else Text("全市", "Whole city").say(lang)
        sheet.write(MARGIN + NAMES_MM - 3, middle, shortened(name, NAMES_MM - 4, 10), ha="right",
                    **how)  # fmt: skip
        land = f"{to_mu(one.inside_m2):,.0f} / {to_mu(one.total_m2):,.0f}"
        said = "–" if math.isnan(one.share) else share_percent(one.share, one.target)
        sheet.write(stops[0], middle, said, ha="right", **how)
        sheet.write(stops[1], middle, land, ha="right", **how)
        verdict = f"{SHOWN[one.verdict].sign} {VERDICTS[one.verdict].say(lang)}"
        sheet.write(stops[2], middle, verdict, **how)


def _or_zero(share: float) -> float:
    """Give no length to the bar of a place without land."""
    return 0.0 if math.isnan(share) else share
