"""The panel beside a printed map: its legend with counts and land, the share, the scale."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.patches import Rectangle

from landrenew.base.units import unit_words
from landrenew.base.words import Text, percent
from landrenew.publish.figures.ground import Stroke, is_dark
from landrenew.publish.figures.look import HATCH, INK, LINE, SOFT, folded, shortened
from landrenew.publish.figures.map_frame import bar_length
from landrenew.publish.share_words import VERDICTS
from landrenew.publish.wording import share_percent

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from landrenew.assess.share.summary import ControlShare
    from landrenew.base.crs import Bounds
    from landrenew.base.words import Lang
    from landrenew.publish.figures.ground import Fill
    from landrenew.publish.figures.map_frame import MapFrame

PANEL_MM = 88.0
"""Width of the panel [mm]."""

ROW_MM, SWATCH_MM, LABEL_MM, COUNT_MM = 6.2, 10.0, 12.5, 60.0
"""Height of a row; width of a swatch; where labels begin and where counts end [mm]."""

SMALL, PLAIN, HEADING = 7.5, 9.0, 11.0
"""Heights of text [points]."""

SCALE_MM = 20.0
"""Room for the scale bar at the foot of the panel [mm]."""


class Line(NamedTuple):
    """
    A line of the list of pages.

    Parameters
    ----------
    number
        Number of the page.
    town
        Name of the town.
    parcels
        How many parcels it has.
    land
        Their land [mu].
    share
        Share inside the control line; None without one.
    """

    number: int
    town: str
    parcels: int
    land: float
    share: ControlShare | None


class MapPage(NamedTuple):
    """
    One page of an atlas.

    Parameters
    ----------
    town
        Name of the town; empty for the page of the city.
    number, pages
        Number of the page, and how many there are.
    rows
        Which parcels are the town's, shape (n,).
    tally
        Parcels and mu of each class.
    bounds
        What the page must show [m].
    afar
        Parcels of the town that are reported as far away and may lie outside the page.
    share
        Share of the place; None without a control line.
    contents
        The other pages, on the page of the city; empty elsewhere.
    """

    town: str
    number: int
    pages: int
    rows: NDArray[np.bool_]
    tally: Sequence[Sequence[float]]
    bounds: Bounds
    afar: int
    share: ControlShare | None
    contents: tuple[Line, ...] = ()


def write_panel(
    panel: Axes,
    theme: dict[str, Any],
    page: MapPage,
    seen_there: Sequence[Stroke | Fill],
    lang: Lang,
) -> None:
    """
    Write the legend, the share, and on the page of the city the list of the others.

    Parameters
    ----------
    panel
        The panel, measured in millimetres.
    theme
        What the parcels are coloured by.
    page
        The page.
    seen_there
        Outlines and fills that the map shows.
    lang
        Language of the words.
    """
    at = _classes(panel, theme, page, lang)
    at = _layers(panel, seen_there, at + 4, lang)
    if page.share is not None:
        at = _share(panel, page.share, at + 4, lang)
    if page.contents:
        _contents(panel, page.contents, at + 4, lang)


def _classes(panel: Axes, theme: dict[str, Any], page: MapPage, lang: Lang) -> float:
    """Explain the colours, with parcels and land of each class; give where it ends [mm]."""
    panel.text(0, 0, theme["label"].say(lang), fontsize=HEADING, weight="bold", va="top")
    heads = (Text("宗", "parcels"), unit_words("mu"))
    for x, head in zip((COUNT_MM, PANEL_MM), heads, strict=True):
        panel.text(x, 1, head.say(lang), fontsize=SMALL, ha="right", va="top", color=SOFT)
    at = 7.5
    for one, (count, land) in zip(theme["classes"], page.tally, strict=True):
        middle = at + (ROW_MM - 1.6) / 2
        _swatch(panel, at, one["colour"], is_hatched=one["hatched"])
        ink = "white" if is_dark(one["colour"]) else INK
        panel.text(SWATCH_MM / 2, middle, one["mark"].say(lang), fontsize=7, ha="center",
                   va="center_baseline", color=ink)  # fmt: skip
        _row(panel, middle, one["label"].say(lang), count, land)
        at += ROW_MM
    panel.plot([0, PANEL_MM], [at, at], color=INK, linewidth=0.6)
    count, land = (sum(column) for column in zip(*page.tally, strict=True))
    _row(panel, at + 3, Text("合计", "All").say(lang), count, land)
    return _remarks(panel, theme, page, at + ROW_MM + 1, lang)


def _remarks(panel: Axes, theme: dict[str, Any], page: MapPage, at: float, lang: Lang) -> float:
    said = [] if theme["hint"] is None else [theme["hint"]]
    if page.afar:
        said.append(Text(f"另有 {page.afar} 宗位置存疑，可能不在图幅内，已计入上表。",
                         f"{page.afar} parcels counted above are reported as far away and may lie"
                         " outside this map."))  # fmt: skip
    for one in said:
        for line in folded(one.say(lang), PANEL_MM, SMALL):
            panel.text(0, at, line, fontsize=SMALL, va="top", color=SOFT)
            at += 3.8
    return at


def _swatch(panel: Axes, at: float, colour: str, *, is_hatched: bool = False) -> None:
    hatch = HATCH if is_hatched else None
    panel.add_patch(Rectangle((0, at), SWATCH_MM, ROW_MM - 1.6, facecolor=colour, hatch=hatch,
                              edgecolor="#5b5852", linewidth=0.4))  # fmt: skip


def _row(panel: Axes, y: float, label: str, count: float, land: float) -> None:
    panel.text(LABEL_MM, y, label, fontsize=PLAIN, va="center_baseline")
    panel.text(COUNT_MM, y, f"{count:,.0f}", fontsize=PLAIN, ha="right", va="center_baseline")
    panel.text(PANEL_MM, y, f"{land:,.2f}", fontsize=PLAIN, ha="right", va="center_baseline")


def _layers(panel: Axes, seen_there: Sequence[Stroke | Fill], at: float, lang: Lang) -> float:
    for one in seen_there:
        middle = at + (ROW_MM - 1.6) / 2
        if isinstance(one, Stroke):
            panel.plot([0, SWATCH_MM], [middle, middle], color=one.colour, linewidth=one.width,
                       linestyle=one.style)  # fmt: skip
        else:
            _swatch(panel, at, one.colour)
        panel.text(LABEL_MM, middle, one.label.say(lang), fontsize=PLAIN, va="center_baseline")
        at += ROW_MM - 0.6
    return at


def _share(panel: Axes, share: ControlShare, at: float, lang: Lang) -> float:
    panel.plot([0, PANEL_MM], [at - 3, at - 3], color=LINE, linewidth=0.6)
    heading = Text("工业用地线内占比", "Industrial land inside the control line")
    panel.text(0, at, heading.say(lang), fontsize=PLAIN, va="top")
    panel.text(0, at + 5, _said(share), fontsize=20, weight="bold", va="top")
    target = "–" if share.target is None else percent(share.target)
    more = Text(f"目标 {target} · {VERDICTS[share.verdict].zh}",
                f"target {target} · {VERDICTS[share.verdict].en}")  # fmt: skip
    panel.text(40, at + 5.5, more.say(lang), fontsize=PLAIN, va="top")
    low, high = share.interval
    if not math.isnan(low + high):
        span = Text(f"数据容许 {low:.2%}–{high:.2%}", f"the data allow {low:.2%}–{high:.2%}")
        panel.text(40, at + 10.5, span.say(lang), fontsize=SMALL, va="top", color=SOFT)
    return at + 16


def _said(share: ControlShare | None) -> str:
    if share is None or math.isnan(share.share):
        return "–"
    return share_percent(share.share, share.target)


def _contents(panel: Axes, contents: Sequence[Line], at: float, lang: Lang) -> None:
    """List the pages of the towns, as many as there is room for."""
    stops = (7.0, 9.5, 48.0, 68.0, PANEL_MM)
    heads = (Text("页", "page"), Text("镇街", "town"), Text("宗", "parcels"), unit_words("mu"),
             Text("线内占比", "share"))  # fmt: skip
    sides = ("right", "left", "right", "right", "right")
    panel.plot([0, PANEL_MM], [at - 3, at - 3], color=LINE, linewidth=0.6)
    for x, head, side in zip(stops, heads, sides, strict=True):
        panel.text(x, at, head.say(lang), fontsize=SMALL, ha=side, va="top", color=SOFT)
    step = ROW_MM - 1
    room = int((panel.get_ylim()[0] - SCALE_MM - at - 5) / step)
    shown = contents if len(contents) <= room else contents[: room - 1]
    for row, one in enumerate(shown):
        town = shortened(one.town, 26, PLAIN)
        cells = (f"{one.number}", town, f"{one.parcels:,}", f"{one.land:,.0f}", _said(one.share))
        for x, cell, side in zip(stops, cells, sides, strict=True):
            panel.text(x, at + 5 + row * step, cell, fontsize=PLAIN, ha=side, va="top")
    if len(shown) < len(contents):
        left = len(contents) - len(shown)
        more = Text(f"…… 另有 {left} 页", f"… and {left} more pages")
        panel.text(stops[1], at + 5 + len(shown) * step, more.say(lang), fontsize=PLAIN, va="top")


def write_scale(panel: Axes, frame: MapFrame, lang: Lang) -> None:
    """
    Draw the scale bar in metres of ground at the foot of the panel, and write the scale.

    Parameters
    ----------
    panel
        The panel, measured in millimetres.
    frame
        What the map shows.
    lang
        Language of the words.
    """
    length = bar_length(frame.denominator, PANEL_MM - 22)
    long = length * 1000 / frame.denominator
    y = panel.get_ylim()[0] - 8
    for at in range(4):
        panel.add_patch(Rectangle((at * long / 4, y), long / 4, 1.8, edgecolor=INK, linewidth=0.6,
                                  facecolor=INK if at % 2 == 0 else "white"))  # fmt: skip
    in_km = length >= 1000  # noqa: PLR2004  metres
    unit = (Text("公里", "km") if in_km else Text("米", "m")).say(lang)
    for part in (0, 0.5, 1):
        said = f"{length * part / (1000 if in_km else 1):g}"
        panel.text(long * part, y - 1, said, fontsize=SMALL, ha="center" if part else "left",
                   va="bottom")  # fmt: skip
    panel.text(long + 3, y + 1, unit, fontsize=SMALL, va="center_baseline")
    scale = Text(f"1:{frame.denominator:,}（A3 原大）", f"1:{frame.denominator:,} (A3, full size)")
    panel.text(0, y + 4, scale.say(lang), fontsize=PLAIN, va="top", weight="bold")
