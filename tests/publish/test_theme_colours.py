"""Classes are told apart by colour-blind eyes, in grey print, and by their letter."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from colorspacious import cspace_convert, deltaE
from map_city import BOOK, made_result

from landrenew.publish.themes import (
    EXEMPT,
    GRADE_COLOURS,
    NO_DATA,
    PLAN_SWATCHES,
    STEPS,
    Swatch,
    grade_swatches,
    themes,
)
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGHTS = ("protanomaly", "deuteranomaly", "tritanomaly")
LEAST = 8.0
"""Distance in CAM02-UCS that two classes keep in every sight; 1 is just seen."""
LEAST_GREY = 8.0
"""Difference of lightness (CIE L*) that two classes keep in grey."""


def six_grades() -> Rulebook:
    """Make a rulebook that uses every colour there is for grades."""
    classes = [{"grade": one, "up_to": (at + 1) / 6} for at, one in enumerate("ABCDEF")]
    return Rulebook(**{**BOOK, "grades": {**BOOK["grades"], "classes": classes}})


def palettes() -> dict[str, list[Swatch]]:
    """Give the classes of every theme."""
    result = made_result(240)
    made = themes(result.parcels, result.layers.rulebook)
    found = {one["name"]: [Swatch(**swatch) for swatch in one["classes"]] for one in made}
    assert set(found) >= {
        "efficiency_grade", "low_efficiency_class", "control_class", "floor_area_ratio",
        "tax_cny10k_per_mu",
    }  # fmt: skip
    found["six grades"] = list(grade_swatches(six_grades().grades).values())
    found["plan"] = list(PLAN_SWATCHES.values())
    return found


PALETTES = palettes()


def as_seen(colours: Iterable[str], sight: str | None) -> Any:  # noqa: ANN401  an array
    """Turn #rrggbb into what an eye sees that lacks one kind of cone (Machado et al. 2009)."""
    rgb = np.array([[int(one[k : k + 2], 16) / 255 for k in (1, 3, 5)] for one in colours])
    if sight is None:
        return rgb
    space = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100}
    return np.clip(cspace_convert(rgb, space, "sRGB1"), 0, 1)


def plain(swatches: list[Swatch]) -> list[str]:
    """Give the colours that are painted plain; the rest is told by its hatching."""
    return [one.colour for one in swatches if not one.hatched]


@pytest.mark.parametrize("sight", [None, *SIGHTS])
@pytest.mark.parametrize("name", PALETTES)
def test_classes_are_told_apart_by_every_eye(name: str, sight: str | None) -> None:
    colours = plain(PALETTES[name])
    seen = as_seen(colours, sight)
    for a, b in combinations(range(len(colours)), 2):
        distance = deltaE(seen[a], seen[b], input_space="sRGB1")
        assert distance >= LEAST, (colours[a], colours[b])


@pytest.mark.parametrize("name", PALETTES)
def test_classes_are_told_apart_in_grey(name: str) -> None:
    """All but the exempt, whom in grey only their letter tells."""
    colours = [one for one in plain(PALETTES[name]) if one != EXEMPT]
    lightness = cspace_convert(as_seen(colours, None), "sRGB1", "CIELab")[:, 0]
    assert np.diff(np.sort(lightness)).min() >= LEAST_GREY


@pytest.mark.parametrize("name", PALETTES)
def test_every_class_has_a_mark_of_its_own(name: str) -> None:
    for lang in ("zh", "en"):
        marks = [one.mark.say(lang) for one in PALETTES[name]]
        assert all(marks)
        assert len(set(marks)) == len(marks)


@pytest.mark.parametrize("name", PALETTES)
def test_what_is_missing_is_hatched(name: str) -> None:
    assert all(one.hatched == (one.colour == NO_DATA) for one in PALETTES[name])


def test_the_steps_of_a_number_grow_darker() -> None:
    lightness = cspace_convert(as_seen(STEPS, None), "sRGB1", "CIELab")[:, 0]
    assert (np.diff(lightness) < 0).all()


def test_two_colours_that_a_colour_blind_eye_confuses_would_be_caught() -> None:
    red, green = as_seen(("#b05030", "#7a7020"), "deuteranomaly")
    assert deltaE(red, green, input_space="sRGB1") < LEAST
    assert len(set(GRADE_COLOURS)) == len(GRADE_COLOURS)
