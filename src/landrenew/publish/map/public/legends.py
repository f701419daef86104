"""How areas are coloured: one theme a figure, from what is published alone.

Bounds of classes and sums of the legend rest on no figure that is withheld.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from landrenew.base.words import Text
from landrenew.publish.themes import (
    DASH,
    NO_DATA,
    NOTHING,
    Swatch,
    class_bounds,
    step_swatches,
)

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from landrenew.base.columns import Column
    from landrenew.publish.map.public.figures import AreaFigures

    Codes = NDArray[np.int_]

NO_LAND = Swatch(Text("没有工业用地", "No industrial land"), "#f3f2ee")
UNKNOWN = Swatch(NOTHING, NO_DATA, hatched=True)

NO_MARK = Text("", "")

KNOWN = "known"
WITHHELD, MISSING, EMPTY = "withheld", "missing", "empty"
"""What a class without a number stands for."""


def withheld_words(least: int) -> Text:
    """
    Say why a figure is not shown.

    Parameters
    ----------
    least
        Fewest firms that a figure may rest on.

    Returns
    -------
    Text
        The reason, short.
    """
    return Text(
        f"少于 {least} 家或可推算，不公布",
        f"Fewer than {least} firms, or deducible: not published",
    )


def area_themes(
    figures: AreaFigures, least: int, *, is_marked: bool = True
) -> list[dict[str, Any]]:
    """
    Build a theme for each figure.

    Parameters
    ----------
    figures
        What is published.
    least
        Fewest firms that a figure may rest on.
    is_marked
        Whether areas bear the number of their class; where they bear their name, the two would
        stand on each other.

    Returns
    -------
    list of dict
        As :func:`landrenew.publish.themes.themes` gives them, of areas; ``tally`` has the city
        alone, and no land where that of an area is not published. Each class says in ``state``
        whether it is ``known``, ``withheld``, ``missing`` or ``empty``.
    """
    made = [_theme(figures, name, about, least) for name, about in figures.columns.items()]
    for one in [] if is_marked else made:
        one["classes"] = [said | {"mark": NO_MARK} for said in one["classes"]]
    return made


def _theme(figures: AreaFigures, name: str, about: Column, least: int) -> dict[str, Any]:
    values = figures.areas[name]
    bounds = class_bounds(values)
    steps = step_swatches(bounds, about) if bounds else []
    others = [
        (WITHHELD, Swatch(withheld_words(least), "#8d8f98", DASH, hatched=True)),
        (MISSING, UNKNOWN),
        (EMPTY, NO_LAND),
    ]
    states = _states(figures, name)
    classes = [(KNOWN, one) for one in steps] + [one for one in others if one[0] in states]
    place = {state: at for at, (state, _) in enumerate(classes)}
    step = np.searchsorted(bounds, values.to_numpy(), side="right")
    codes = np.where(states == KNOWN, step, [place[one] for one in states])
    return {
        "name": name,
        "label": about.label,
        "meaning": about.meaning,
        "hint": None,
        "classes": [one.__dict__ | {"state": state} for state, one in classes],
        "codes": codes.astype(np.uint8),
        "tally": {"": _tally(figures, codes, len(classes))},
    }


def _states(figures: AreaFigures, name: str) -> NDArray[np.object_]:
    values = figures.areas[name]
    states = np.where(values.isna(), MISSING, KNOWN).astype(object)
    states[figures.withheld[name].to_numpy()] = WITHHELD
    states[values.index.isin(list(figures.empty))] = EMPTY
    return states


def _tally(figures: AreaFigures, codes: Codes, count: int) -> list[list[float | None]]:
    """Count the areas of each class and their land, where all of it is published [mu]."""
    land = figures.areas.get("area_mu")
    said: list[list[float | None]] = []
    for code in range(count):
        of_class = codes == code
        known = None if land is None else _sum(land[of_class], figures)
        said.append([int(of_class.sum()), known])
    return said


def _sum(land: pd.Series[float], figures: AreaFigures) -> float | None:
    is_empty = land.index.isin(list(figures.empty))
    mu = land.mask(is_empty, 0.0)
    return None if mu.isna().any() else round(float(mu.sum()), 2)
