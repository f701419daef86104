"""Cost against share as a figure: what each target costs, and what one more mu is worth.

The picture is SVG in which text stays text, so that it needs no font where it is made and can be
read, searched and translated where it is shown.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from landrenew.base.words import Text
from landrenew.plan.program.solve import Plan
from landrenew.publish.figures.fonts import FAMILIES, LATIN, Fonts
from landrenew.publish.figures.look import BLUE, GREY, INK, ORANGE, PINK, drawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from landrenew.base.words import Lang
    from landrenew.plan.path.proposal import Proposal

SIZE_IN = (8.4, 6.2)
SHOWN_IN = ", ".join((*(f"'{one}'" for one in FAMILIES), "sans-serif"))
"""Fonts that show Chinese, on whatever machine the figure is opened."""

MEASURED_IN = Fonts((LATIN,), is_chinese=False, is_truetype=True)
"""The font that stands for them while the figure is drawn."""

YI = 1e4
"""Ten thousand times 10,000 CNY: 亿元."""


def frontier_svg(plans: Sequence[Proposal], city: str, lang: Lang) -> bytes:
    """
    Draw cost against share.

    Parameters
    ----------
    plans
        The project's own plan, looked at in full, then its scenarios.
    city
        Name of the city.
    lang
        Language of the words.

    Returns
    -------
    bytes
        SVG, the same for the same input. Above, the cost of each target with the bound that no
        plan is below, the plan, the plans made by hand and the scenarios; below, what one more mu
        cleared is worth at each target.
    """
    text_stays = {"svg__fonttype": "none", "svg__hashsalt": "landrenew"}
    with drawing(MEASURED_IN, **text_stays), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # the font is chosen where it is shown
        figure = Figure(figsize=SIZE_IN, layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=[2.2, 1])
        _costs(above, plans, lang)
        _prices(below, plans[0], lang)
        title = Text(f"{city}：线内占比与费用", f"{city}: share inside the line and cost")
        above.set_title(title.say(lang), loc="left", fontsize=13, color=INK)
        out = io.BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": "landrenew"})
    return out.getvalue().replace(f"'{LATIN}'".encode(), SHOWN_IN.encode())


def _costs(axes: Axes, plans: Sequence[Proposal], lang: Lang) -> None:
    points = [one for one in plans[0].frontier if np.isfinite(one.cost)]
    share = [100 * one.target for one in points]
    axes.fill_between(share, [one.bound / YI for one in points], [one.cost / YI for one in points],
                      color=BLUE, alpha=0.15, linewidth=0)  # fmt: skip
    label = Text("各目标的最低费用", "least cost of each target")
    axes.plot(share, [one.cost / YI for one in points], color=BLUE, marker="o", markersize=4,
              label=label.say(lang))  # fmt: skip
    for one, (marker, colour) in zip(plans, _marks(), strict=False):
        if isinstance(one.plan, Plan):
            axes.plot(100 * one.plan.share, one.plan.cost / YI, marker, color=colour, markersize=10,
                      linestyle="none", label=one.scenario.label.say(lang))  # fmt: skip
    for simple, marker in zip(plans[0].simple, "^v", strict=False):
        if np.isfinite(simple.plan.share):
            axes.plot(100 * simple.plan.share, simple.plan.cost / YI, marker, color=GREY,
                      markersize=8, linestyle="none", label=simple.label.say(lang))  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.set_ylabel(Text("费用（亿元）", "cost (CNY100m)").say(lang))
    axes.legend(frameon=False, loc="upper left")


def _marks() -> list[tuple[str, str]]:
    return [("*", PINK), ("D", ORANGE), ("s", ORANGE), ("P", ORANGE), ("X", ORANGE)]


def _prices(axes: Axes, base: Proposal, lang: Lang) -> None:
    points = [one for one in base.frontier if np.isfinite(one.cleared_price_cny10k)]
    axes.step([100 * one.target for one in points], [one.cleared_price_cny10k for one in points],
              where="post", color=ORANGE)  # fmt: skip
    axes.set_ylim(bottom=0)
    axes.set_ylabel(Text("多腾退一亩值\n（万元）", "worth of one more\nmu (CNY10k)").say(lang))
    axes.set_xlabel(Text("线内占比（%）", "share inside the control line (%)").say(lang))
    if base.city.target is not None:
        axes.axvline(100 * base.city.target, color=PINK, linewidth=1, linestyle="--")
