"""One printed map: the sheet around it, its legend, scale, north and words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from matplotlib.collections import PathCollection
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import FixedFormatter, FixedLocator
from pyproj import CRS

from landrenew.assess.share.land import UNKNOWN_TOWN
from landrenew.base.crs import crs_words
from landrenew.base.words import Text, visible
from landrenew.publish.figures.captions import (
    NOT_STATED,
    data_date,
    sentence,
    sources,
    write_captions,
)
from landrenew.publish.figures.ground import (
    FINEST_MM,
    draw_layers,
    draw_neighbours,
    draw_outlines,
    draw_parcels,
    is_dark,
    outlines,
    write_letters,
)
from landrenew.publish.figures.look import A3, DPI, INK, LINE, MARGIN, RED, SOFT, Sheet, shortened
from landrenew.publish.figures.map_frame import fit_frame
from landrenew.publish.figures.map_panel import PANEL_MM, SCALE_MM, write_panel, write_scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes

    from landrenew.base.words import Lang
    from landrenew.publish.figures.ground import Fill, Stroke
    from landrenew.publish.figures.map_frame import MapFrame
    from landrenew.publish.figures.map_panel import MapPage
    from landrenew.publish.result import Result

STAMP = Text("内部工作用图 不得公开", "Internal working map · not for publication")
TOWN_NOT_KNOWN = Text("（镇街不明）", "(town not known)")

GAP_MM, HEAD_MM = 6.0, 16.0
"""The gap between the map and its panel, and the height of the title [mm]."""

FOOT_MM = 22.0
"""Room for the captions [mm]."""

MAP_MM = (A3[0] - 2 * MARGIN - PANEL_MM - GAP_MM, A3[1] - 2 * MARGIN - HEAD_MM - FOOT_MM)
"""Width and height of the map [mm]."""

LOCATOR_MM = 50.0
"""Height of the small map that shows where the large one lies [mm]."""

SHOWN_LAYERS = ("parcels", "control_line", "towns", "parks", "growth_boundary", "protected",
                "background")  # fmt: skip
"""Layers of the project file whose sources a map names."""

LONGEST = 60
"""Characters of a stated office or number that are shown."""


def map_sheet(result: Result, theme: dict[str, Any], page: MapPage, lang: Lang) -> Sheet:
    """
    Draw one page of an atlas.

    Parameters
    ----------
    result
        A finished run.
    theme
        What the parcels are coloured by, as :func:`landrenew.publish.themes.themes` gives it.
    page
        The page.
    lang
        Language of the words.

    Returns
    -------
    Sheet
        A lying A3 sheet.
    """
    frame = fit_frame(page.bounds, *MAP_MM, _crs(result))
    sheet = Sheet(A3)
    axes = sheet.axes(MARGIN, MARGIN + HEAD_MM, *MAP_MM)
    seen_there, is_picture = _draw_map(axes, result, theme, page, frame, lang)
    _head(sheet, result, theme, page, lang)
    _arrow(sheet, frame)
    panel = sheet.canvas(A3[0] - MARGIN - PANEL_MM, MARGIN + HEAD_MM, PANEL_MM, MAP_MM[1])
    write_panel(panel, theme, page, seen_there, lang)
    write_scale(panel, frame, lang)
    _locator(sheet, result, page, frame)
    write_captions(sheet, _captions(result, theme, frame, is_picture=is_picture), lang)
    return sheet


def _crs(result: Result) -> CRS:
    return CRS.from_user_input(result.parcels.crs)  # a checked table has one


def _draw_map(
    axes: Axes,
    result: Result,
    theme: dict[str, Any],
    page: MapPage,
    frame: MapFrame,
    lang: Lang,
) -> tuple[list[Stroke | Fill], bool]:
    left, bottom, right, top = frame.bounds
    axes.set(xlim=(left, right), ylim=(bottom, top), autoscale_on=False)
    axes.grid(visible=False)
    axes.set_facecolor("#fbfaf7")
    for side in axes.spines.values():
        side.set(visible=True, color=INK, linewidth=1.0)
    _grid_ticks(axes)
    layers, shapes = result.layers, result.parcels.geometry.to_numpy()
    fills = draw_layers(axes, layers, frame)
    fills += draw_neighbours(axes, shapes[~page.rows], frame)
    own, codes = shapes[page.rows], theme["codes"][page.rows]
    is_picture = draw_parcels(axes, own, codes, theme["classes"], frame)
    marks = np.empty(len(theme["classes"]), dtype=object)
    marks[:] = [(one["mark"].say(lang), is_dark(one["colour"])) for one in theme["classes"]]
    write_letters(axes, own, marks[codes], frame)
    strokes = draw_outlines(axes, layers, _candidates(result), frame)
    if not page.town:
        _town_names(axes, result)
    return [*strokes, *fills], is_picture


def _grid_ticks(axes: Axes) -> None:
    """Mark kilometres of the grid along the frame."""
    axes.tick_params(direction="in", length=4, labelsize=6, colors=SOFT, top=True, right=True)
    axes.locator_params(nbins=6)
    for axis in (axes.xaxis, axes.yaxis):
        ticks = axis.get_major_locator()()
        axis.set_major_locator(FixedLocator(ticks))
        axis.set_major_formatter(FixedFormatter(kilometres(ticks)))
    for label in axes.get_yticklabels():
        label.set(rotation=90, va="center")


def kilometres(ticks: Sequence[float]) -> list[str]:
    """
    Write coordinates in kilometres, all with as many decimals as one of them needs.

    Parameters
    ----------
    ticks
        Coordinates in whole centimetres [m].

    Returns
    -------
    list of str
        Their numbers [km].

    Examples
    --------
    >>> kilometres([3_339_600.0, 3_339_620.0])
    ['3339.60', '3339.62']
    """
    centimetres = [round(one * 100) for one in ticks]
    decimals = next(d for d in range(6) if all(one % 10 ** (5 - d) == 0 for one in centimetres))
    return [f"{one / 1000:.{decimals}f}" for one in ticks]


def _candidates(result: Result) -> GeoDataFrame | None:
    blocks = result.blocks
    if blocks is None or "consolidation_class" not in blocks:
        return None
    return blocks[blocks["consolidation_class"].eq("yes")]


def _town_names(axes: Axes, result: Result) -> None:
    towns = result.layers.towns
    if towns is None:
        return
    for name, shape in zip(towns["town"], towns.geometry, strict=True):
        if isinstance(name, str):
            middle = shapely.point_on_surface(shape)
            axes.text(middle.x, middle.y, shortened(name, 30, 11), fontsize=11, ha="center",
                      va="center", weight="bold", zorder=4,
                      clip_on=True, bbox={"boxstyle": "round,pad=0.2", "fc": "white", "ec": "none",
                                          "alpha": 0.75})  # fmt: skip


def _head(sheet: Sheet, result: Result, theme: dict[str, Any], page: MapPage, lang: Lang) -> None:
    label = theme["label"]
    city = shortened(result.layers.project.city.name, 80, 20)
    known = page.town != UNKNOWN_TOWN
    town = shortened(page.town, 90, 20) if known else TOWN_NOT_KNOWN.say(lang)
    place = f"{city} {town}" if town else city
    title = Text(f"{place} 工业用地{label.zh}图",
                 f"{place} – industrial land: {label.en.lower()}").say(lang)  # fmt: skip
    sheet.write(MARGIN, MARGIN - 1, title, fontsize=20, weight="bold")
    sheet.write(A3[0] - MARGIN, MARGIN, STAMP.say(lang), ha="right", fontsize=12, color=RED,
                weight="bold", bbox={"boxstyle": "square,pad=0.35", "fc": "none", "ec": RED,
                                     "lw": 1.2})  # fmt: skip
    number = Text(f"第 {page.number} 页，共 {page.pages} 页", f"Page {page.number} of {page.pages}")
    sheet.write(A3[0] - MARGIN, A3[1] - MARGIN + 2, number.say(lang), ha="right", fontsize=8,
                color=SOFT)  # fmt: skip


def _arrow(sheet: Sheet, frame: MapFrame) -> None:
    """Point to true north."""
    left, top = MARGIN + MAP_MM[0] - 18, MARGIN + HEAD_MM + 4
    axes = sheet.canvas(left, top, 14, 20)
    axes.add_patch(Rectangle((0, 0), 14, 20, facecolor="white", alpha=0.8, edgecolor="none"))
    turn = math.radians(frame.north_deg)
    spin = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
    middle = np.array([7.0, 12.5])
    for half, fill in ((-2.6, INK), (2.6, "white")):
        corners = np.array([(0, -6.5), (half, 5.5), (0, 3.2)]) @ spin.T + middle
        axes.add_patch(Polygon(corners, facecolor=fill, edgecolor=INK, linewidth=0.7))
    x, y = np.array((0, -9.3)) @ spin.T + middle
    axes.text(x, y, "N", ha="center", va="center", fontsize=11, weight="bold")


def _locator(sheet: Sheet, result: Result, page: MapPage, frame: MapFrame) -> None:
    """Show where the map lies in the city."""
    towns = result.layers.towns
    if towns is None or not page.town:
        return
    place = (A3[0] - MARGIN - PANEL_MM, MARGIN + HEAD_MM + MAP_MM[1] - SCALE_MM - LOCATOR_MM)
    axes = sheet.axes(*place, PANEL_MM, LOCATOR_MM)
    left, bottom, right, top = frame.bounds
    west, south, east, north = towns.total_bounds
    both = (min(left, west), min(bottom, south), max(right, east), max(top, north))
    whole = fit_frame(both, PANEL_MM, LOCATOR_MM, _crs(result))
    axes.set(xlim=whole.bounds[::2], ylim=whole.bounds[1::2], xticks=[], yticks=[])
    axes.grid(visible=False)
    for side in axes.spines.values():
        side.set(visible=True, color=LINE, linewidth=0.8)
    shapes = shapely.simplify(towns.geometry.to_numpy(), FINEST_MM * whole.metres_per_mm)
    colours = ["#f2c9a6" if name == page.town else "#f3f1ec" for name in towns["town"]]
    axes.add_collection(
        PathCollection(outlines(shapes), facecolors=colours, edgecolors="#8c8a86", linewidths=0.4)
    )
    axes.add_patch(Rectangle((left, bottom), right - left, top - bottom, fill=False,
                             edgecolor=RED, linewidth=1.0))  # fmt: skip


def _captions(
    result: Result, theme: dict[str, Any], frame: MapFrame, *, is_picture: bool
) -> list[Text]:
    city, date, crs = result.layers.project.city, data_date(result), crs_words(_crs(result))
    slot = visible((city.review_number or "________________")[:LONGEST])
    unit = city.drawing_unit and visible(city.drawing_unit[:LONGEST])
    drawn = Text(unit, unit) if unit else NOT_STATED
    side = Text("西", "west") if frame.north_deg > 0 else Text("东", "east")
    turn = f"{abs(frame.north_deg):.2f}°"
    said = Text(f"面积单位为亩，重叠的地面只计一次。指北针指真北，在坐标北以{side.zh} {turn}。",
                " Land in mu, overlapping ground once. The arrow points to true north,"
                f" {turn} {side.en} of grid north.")  # fmt: skip
    picture = Text("", "")
    if is_picture:
        picture = Text(
            f"宗地很多，PDF 中的宗地为每英寸 {DPI} 点的图像。",
            f" Parcels are many: in the PDF they are a picture of {DPI} dots an inch.",
        )
    meaning = sentence(theme["meaning"])
    return [
        Text(f"审图号：{slot}　制图单位：{drawn.zh}　{date.zh}　坐标系：{crs.zh}，图廓注记为公里",
             f"Map review number: {slot}   Drawn by: {drawn.en}   {date.en}   CRS: {crs.en},"
             " grid in km"),
        Text(f"定义：{meaning.zh}{said.zh}{picture.zh}",
             f"Definition: {meaning.en}{said.en}{picture.en}"),
        sources(result, SHOWN_LAYERS),
    ]  # fmt: skip
