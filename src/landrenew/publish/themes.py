"""The themes parcels are coloured by: classes, colours, and how much land is in each.

A parcel's class is settled here, on unrounded values, so the legend's sums are the tables' sums.
Classes are told apart by colour-blind readers and, but for the exempt, in grey print; every class
also has a letter or a number, and what is missing is hatched (``test_theme_colours.py``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from landrenew.assess.share.land import UNKNOWN_TOWN
from landrenew.base.columns import COLUMNS
from landrenew.base.units import to_mu, unit_words
from landrenew.base.words import Text
from landrenew.publish.wording import CLASSES, OWN_CLASSES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.base.columns import Column
    from landrenew.rules.grading import Grades
    from landrenew.rules.model import Rulebook

NO_DATA = "#c9c9c6"
EXEMPT = "#a9a3bd"
GRADE_COLOURS = ("#2b6c9e", "#74b3a4", "#f2c45a", "#d2622a", "#8c3b1f", "#5e2a17")
STEPS = ("#f8e8ae", "#afd394", "#6cbba5", "#3c8aa5", "#2a5079")
DASH = Text("–", "–")
NOTHING = Text("无数据", "No data")
UNGRADED = Text("数据不足，未评级", "Not graded: data missing")
OPEN = Text("待定（缺数据）", "Undetermined: data missing")

CLASS_COUNT = len(STEPS)
NUMBERED = ("floor_area_ratio", "tax_cny10k_per_mu")
"""Indicators shown in class breaks."""

LAST_RESORT = "parcel_area_mu"
"""What parcels are coloured by when the run judged and measured nothing else."""

HINTS = {
    "efficiency_grade": Text(
        "在各评价组内按得分排名定级。", "Ranked by score among the parcels of the same pool."
    ),
    "control_class": Text(
        "跨线宗地只计线内部分的面积。", "Of a straddling parcel only the part inside counts."
    ),
}
"""What a legend alone does not tell."""


Tally = dict[str, list[list[float]]]
"""For the city (empty key) and each town: parcels and mu by class."""


@dataclass(frozen=True)
class Swatch:
    """
    One class of a theme, as the legend shows it.

    Parameters
    ----------
    label
        Name of the class.
    colour
        Fill, ``#rrggbb``.
    mark
        Letter or number beside the colour, and on the parcel when it is large on screen.
    hatched
        Whether the fill is hatched: no data, or undetermined.
    """

    label: Text
    colour: str
    mark: Text = DASH
    hatched: bool = False


def round_number(value: float) -> float:
    """
    Round a class bound to two leading digits, the second of them 0 or 5.

    Parameters
    ----------
    value
        Any number.

    Returns
    -------
    float
        A number people can remember.

    Examples
    --------
    >>> round_number(0.8371), round_number(17.2), round_number(-4.31)
    (0.85, 15.0, -4.5)
    """
    if value == 0:
        return 0.0
    step = 5 * 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    return round(round(value / step) * step, 10)


def class_bounds(values: pd.Series[float], threshold: float | None = None) -> list[float]:
    """
    Choose round class bounds that share the parcels out about evenly.

    Parameters
    ----------
    values
        An indicator; missing values are left out.
    threshold
        A rulebook's threshold that must be one of the bounds, or None.

    Returns
    -------
    list of float
        Rising bounds, at most one fewer than there are colours; a value on a bound belongs to
        the class above it.
    """
    numbers = values.to_numpy(np.float64)
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return []
    cuts = np.quantile(known, np.arange(1, CLASS_COUNT) / CLASS_COUNT)
    bounds = sorted({round_number(float(cut)) for cut in cuts})
    if threshold is not None and threshold not in bounds:
        nearest = min(bounds, key=lambda bound: abs(bound - threshold))
        bounds = sorted({*bounds, threshold} - {nearest})
    return bounds


def _threshold(rulebook: Rulebook, name: str) -> float | None:
    tests = rulebook.low_efficiency.tests if rulebook.low_efficiency else ()
    found = [one.threshold for one in tests if one.column == name]
    return next((float(one) for one in found if not isinstance(one, str)), None)


def step_swatches(bounds: Sequence[float], about: Column) -> list[Swatch]:
    """
    Give each class of numbers its colour, from low to high.

    Parameters
    ----------
    bounds
        Rising bounds of the classes, at least one.
    about
        The numbers' entry in the data dictionary.

    Returns
    -------
    list of Swatch
        One more than there are bounds.
    """
    unit = unit_words(about.unit)
    said = [f"{bound:,.10g}" for bound in bounds]
    spans = [f"< {said[0]}", *(f"{a} – {b}" for a, b in pairwise(said))]
    spans.append(f"≥ {said[-1]}")
    picked = np.linspace(0, len(STEPS) - 1, len(spans)).round().astype(int)
    return [
        Swatch(
            Text(f"{span} {unit.zh}".rstrip(), f"{span} {unit.en}".rstrip()),
            STEPS[at],
            Text(mark, mark),
        )
        for span, at, mark in zip(spans, picked, "12345", strict=False)
    ]


def _numbered(parcels: GeoDataFrame, rulebook: Rulebook, name: str) -> dict[str, Any] | None:
    values = pd.to_numeric(parcels[name]).astype("float64")
    threshold = _threshold(rulebook, name)
    bounds = class_bounds(values, threshold)
    if not bounds:
        return None
    swatches = [
        *step_swatches(bounds, COLUMNS[name]),
        Swatch(NOTHING, NO_DATA, hatched=True),
    ]
    filled = values.to_numpy()
    codes = np.where(
        np.isfinite(filled), np.searchsorted(bounds, filled, side="right"), len(swatches) - 1
    )
    said = _theme(parcels, name, swatches, codes) | {"column": name, "bounds": bounds}
    if threshold is not None:
        said["threshold"] = threshold
    return said


def _lettered(
    parcels: GeoDataFrame,
    name: str,
    swatches: dict[str, Swatch],
    missing: Swatch,
    land: pd.Series[float] | None = None,
) -> dict[str, Any]:
    """Colour by the words of a class column; what is missing or unknown comes last."""
    words = {word: at for at, word in enumerate(swatches)}
    codes = parcels[name].map(words).astype("float64").fillna(len(words)).to_numpy().astype(int)
    said = _theme(parcels, name, [*swatches.values(), missing], codes, land)
    return said | {"column": name, "words": list(swatches)}


def land_mu(parcels: GeoDataFrame) -> pd.Series[float]:
    """
    Give the land that each parcel brings into the page's totals [mu].

    Parameters
    ----------
    parcels
        Parcel table.

    Returns
    -------
    Series
        Counted area where overlaps were looked for, else the parcel's own; same index.
    """
    if "counted_area_m2" in parcels.columns:
        return to_mu(parcels["counted_area_m2"])
    return parcels["parcel_area_mu"]


def _tally(
    parcels: GeoDataFrame, codes: NDArray[np.int_], count: int, land: pd.Series[float]
) -> Tally:
    """Count parcels and land by class, for the city (empty key) and for each town."""
    frame = pd.DataFrame({"code": codes, "mu": land.to_numpy()})
    if "town" in parcels.columns:
        frame["town"] = parcels["town"].astype("str").fillna(UNKNOWN_TOWN).array
    else:
        frame["town"] = UNKNOWN_TOWN
    groups = [("", frame), *frame.groupby("town", sort=True)]
    said = {}
    for town, rows in groups:
        sums = rows.groupby("code")["mu"].agg(["size", "sum"]).reindex(range(count), fill_value=0)
        said[str(town)] = [[int(n), round(float(land), 2)] for n, land in sums.to_numpy().tolist()]
    return said


def _theme(
    parcels: GeoDataFrame,
    name: str,
    swatches: list[Swatch],
    codes: NDArray[np.int_],
    land: pd.Series[float] | None = None,
) -> dict[str, Any]:
    """Build a theme; its land is that of :func:`land_mu` unless another is given [mu]."""
    about = COLUMNS[name]
    tally = _tally(parcels, codes, len(swatches), land_mu(parcels) if land is None else land)
    shown = [one.__dict__ for one in swatches]
    return {
        "name": name,
        "label": about.label,
        "meaning": about.meaning,
        "hint": HINTS.get(name),
        "classes": shown,
        "end": shown[-1],
        "codes": codes.astype(np.uint8),
        "tally": tally,
    }


def grade_swatches(grades: Grades) -> dict[str, Swatch]:
    """
    Give each grade its colour, from the best to the worst, and the exempt their own.

    Parameters
    ----------
    grades
        The rulebook's grades, however many there are and whatever their names.

    Returns
    -------
    dict
        A swatch for each letter.
    """
    last = len(GRADE_COLOURS) - 1
    swatches = {
        letter: Swatch(
            Text(f"{letter} 类", f"Grade {letter}"),
            GRADE_COLOURS[min(at, last)],
            Text(letter, letter),
        )
        for at, letter in enumerate(grades.letters)
    }
    exempt = grades.exempt
    label = Text(f"{exempt} 不参评", f"{exempt} (exempt)")
    return {**swatches, exempt: Swatch(label, EXEMPT, Text(exempt, exempt))}


def _grades(parcels: GeoDataFrame, grades: Grades) -> dict[str, Any]:
    missing = Swatch(UNGRADED, NO_DATA, hatched=True)
    return _lettered(parcels, "efficiency_grade", grade_swatches(grades), missing)


def _verdicts(parcels: GeoDataFrame) -> dict[str, Any]:
    swatches = {
        "yes": Swatch(Text("低效", "Low-efficiency"), "#cc5a2b", Text("低", "L")),
        "no": Swatch(Text("非低效", "Not low-efficiency"), "#9cc3b8", Text("否", "N")),
    }
    missing = Swatch(OPEN, NO_DATA, Text("?", "?"), hatched=True)
    return _lettered(parcels, "low_efficiency_class", swatches, missing)


CONTROL_SWATCHES = {
    "inside": Swatch(CLASSES["inside"], "#3f76ab", Text("内", "I")),
    "straddling": Swatch(CLASSES["straddling"], "#f0c65a", Text("跨", "S")),
    "outside": Swatch(CLASSES["outside"], "#d07255", Text("外", "O")),
}


def _control(parcels: GeoDataFrame) -> dict[str, Any]:
    missing = Swatch(NOTHING, NO_DATA, hatched=True)
    return _lettered(parcels, "control_class", CONTROL_SWATCHES, missing)


PLAN_SWATCHES = {
    "clear": Swatch(OWN_CLASSES["plan_class"]["clear"], "#b8175f", Text("退", "C")),
    "keep": Swatch(OWN_CLASSES["plan_class"]["keep"], "#e3b7a0", Text("留", "K")),
    "locked": Swatch(OWN_CLASSES["plan_class"]["locked"], "#8a8f94", Text("锁", "L")),
}
"""What a plan does with the parcels that could be cleared."""

IN_PART = Text(
    "跨线宗地只腾退线外部分的，只计腾退的面积。",
    "Of a parcel that is cleared in part, only what is cleared counts.",
)
NO_CANDIDATE = Text("不在可腾退之列", "Clearing is not in question")


def plan_theme(parcels: GeoDataFrame, name: str, label: Text, meaning: Text) -> dict[str, Any]:
    """
    Build the theme of a plan.

    Parameters
    ----------
    parcels
        Parcel table with ``plan_class`` and ``plan_land_mu``.
    name
        Name of the theme.
    label
        What the plan is called.
    meaning
        What is shown.

    Returns
    -------
    dict
        As :func:`themes` gives them. Of a parcel that is cleared in part only that part is counted
        as cleared, so that the legend says what the plan says; the rest is in no class's land.
    """
    missing = Swatch(NO_CANDIDATE, "#dfe5e9")
    whole = land_mu(parcels)
    land = parcels["plan_land_mu"].fillna(whole)
    return _lettered(parcels, "plan_class", PLAN_SWATCHES, missing, land) | {
        "name": name,
        "label": label,
        "meaning": meaning,
        "hint": None if land.sum() == whole.sum() else IN_PART,
    }


def themes(parcels: GeoDataFrame, rulebook: Rulebook) -> list[dict[str, Any]]:
    """
    Build every theme the run's columns allow.

    Parameters
    ----------
    parcels
        Parcel table with measured and judged columns.
    rulebook
        Rulebook, for its grades and thresholds.

    Returns
    -------
    list of dict
        For each theme its ``name``, ``label``, ``classes``, ``codes`` (the number of each
        parcel's class), ``tally`` (parcels and mu by class, for the city and each
        town) and ``end``, the class of what is missing; the ``column`` it shows with the ``words``
        of the classes or, for numbers, the ``bounds`` between them. Themes whose column the run
        lacks are absent.
    """
    made: list[dict[str, Any] | None] = []
    if "efficiency_grade" in parcels.columns and rulebook.grades:
        made.append(_grades(parcels, rulebook.grades))
    if "low_efficiency_class" in parcels.columns:
        made.append(_verdicts(parcels))
    if "control_class" in parcels.columns:
        made.append(_control(parcels))
    numbered = NUMBERED if rulebook.grades else ("efficiency_score", *NUMBERED)
    made += [_numbered(parcels, rulebook, name) for name in numbered if name in parcels.columns]
    found = [one for one in made if one]
    if not found and LAST_RESORT in parcels.columns:
        found = [one for one in [_numbered(parcels, rulebook, LAST_RESORT)] if one]
    return [_without_empty_end(one) for one in found]


def _without_empty_end(theme: dict[str, Any]) -> dict[str, Any]:
    """Leave the class for missing values out of the legend when nothing is missing."""
    if theme["tally"][""][-1][0]:
        return theme
    return {
        **theme,
        "classes": theme["classes"][:-1],
        "tally": {town: rows[:-1] for town, rows in theme["tally"].items()},
    }
