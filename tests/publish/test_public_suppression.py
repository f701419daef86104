"""What is withheld is withheld: no figure of too few firms is published, none can be worked out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landrenew.publish.map.public.suppression import ELSEWHERE, Withheld, withheld

Parts = list[dict[str, frozenset[str]]]


def firms(*names: str) -> frozenset[str]:
    return frozenset(names)


FEW, MANY = firms("a"), firms("b", "c", "d", "e")
LAND = {"x": 1.0, "y": 2.0, "z": 3.0}


def test_nothing_is_withheld_where_every_area_has_enough_firms() -> None:
    parts = [{"x": MANY, "y": MANY, "z": MANY}]
    assert withheld(parts, 3, land=LAND) == Withheld(frozenset(), is_total=False)


def test_an_area_of_exactly_so_many_firms_is_published() -> None:
    parts = [{"x": firms("a", "b", "c"), "y": MANY}]
    assert withheld(parts, 3, land=LAND).areas == frozenset()


def test_beside_a_single_area_withheld_the_smallest_other_is_withheld_too() -> None:
    parts = [{"x": MANY, "y": MANY, "z": FEW}]
    assert withheld(parts, 3, land=LAND) == Withheld(frozenset("zx"), is_total=False)
    assert withheld(parts, 3, land=LAND | {"x": 9.0}).areas == frozenset("zy")


def test_firms_of_several_areas_count_once_in_what_is_left() -> None:
    parts = [{"x": firms("a", "b"), "y": firms("a", "b"), "z": MANY}]
    assert withheld(parts, 3, land=LAND).areas == frozenset("xy")  # nothing else would be left
    assert withheld(parts, 3, land=LAND).is_total
    parts[0]["w"] = MANY
    assert withheld(parts, 3, land=LAND | {"w": 9.0}) == Withheld(frozenset("xyz"), is_total=False)


def test_the_total_is_withheld_where_nothing_else_would_be_left() -> None:
    parts = [{"x": FEW, "y": MANY}]
    assert withheld(parts, 3, land=LAND) == Withheld(frozenset("x"), is_total=True)


def test_land_of_which_no_firm_is_known_is_never_enough() -> None:
    parts = [{"x": firms(), "y": MANY, "z": MANY}]
    assert "x" in withheld(parts, 3, land=LAND).areas


def test_of_a_part_that_an_area_has_not_nothing_is_told() -> None:
    parts = [{"x": MANY, "y": MANY}, {"y": MANY}]
    assert withheld(parts, 3, land=LAND).areas == frozenset()


def test_land_outside_all_areas_is_left_by_subtraction_too() -> None:
    parts = [{"x": MANY, "y": MANY, ELSEWHERE: FEW}]
    assert withheld(parts, 3, land=LAND) == Withheld(frozenset("x"), is_total=False)
    parts = [{"x": MANY, "y": MANY, ELSEWHERE: MANY}]
    assert withheld(parts, 3, land=LAND).areas == frozenset()


def test_what_is_withheld_already_stays_withheld() -> None:
    parts = [{"x": MANY, "y": MANY, "z": MANY}]
    assert withheld(parts, 3, land=LAND, already=["z"]).areas == frozenset("zx")


NAMES = "uvwxyz"


@st.composite
def cities(draw: st.DrawFn) -> tuple[Parts, int]:
    """Draw areas whose land falls into one to three parts, each with some firms or none at all."""
    count = draw(st.integers(1, 3))
    pool = st.frozensets(st.sampled_from([f"f{i}" for i in range(12)]), max_size=6)
    areas = draw(st.lists(st.sampled_from([*NAMES, ELSEWHERE]), min_size=1, unique=True))
    parts: Parts = [{} for _ in range(count)]
    for area in areas:
        for number in draw(st.sets(st.integers(0, count - 1), min_size=1)):
            parts[number][area] = draw(pool)
    return parts, draw(st.integers(2, 4))


def land_of(parts: Parts) -> dict[str, float]:
    return {area: float(1 + NAMES.index(area)) for part in parts for area in part if area}


@given(cities())
def test_every_published_figure_rests_on_enough_firms(city: tuple[Parts, int]) -> None:
    parts, least = city
    found = withheld(parts, least, land=land_of(parts))
    for part in parts:
        for area, known in part.items():
            assert area in found.areas or area == ELSEWHERE or len(known) >= least


@given(cities())
def test_what_is_left_of_a_published_total_has_enough_firms_and_two_areas(
    city: tuple[Parts, int],
) -> None:
    parts, least = city
    found = withheld(parts, least, land=land_of(parts))
    if found.is_total:
        return
    for part in parts:
        rest = [area for area in part if area in found.areas or area == ELSEWHERE]
        if rest:
            assert len(frozenset().union(*(part[area] for area in rest))) >= least
            assert len(rest) > 1 or rest == [ELSEWHERE]


def is_determined(equations: list[list[float]], asked: list[float]) -> bool:
    """Tell whether an unknown follows from linear equations, whatever their right sides."""
    rank = np.linalg.matrix_rank(np.array(equations)) if equations else 0
    return bool(np.linalg.matrix_rank(np.array([*equations, asked])) == rank)


@given(cities())
def test_no_withheld_amount_follows_from_what_is_published(city: tuple[Parts, int]) -> None:
    """
    Solve for the amounts like somebody who subtracts.

    The unknowns are the amounts of the areas in the parts, where they are withheld. Known are, of
    each part, the total less what is published; of an area whose land is published though its
    parts are not, their sum; and that nothing is left of a part of which the rest is 0.
    """
    parts, least = city
    size = land_of(parts)
    whole: dict[str, frozenset[str]] = {}
    for part in parts:
        for area, known in part.items():
            whole[area] = whole.get(area, frozenset()) | known
    of_land = withheld([whole], least, land=size)
    found = withheld(parts, least, land=size, already=of_land.areas)
    unknowns, equations = told(parts, list(whole), of_land, found)
    for at, (area, number) in enumerate(unknowns):
        known = parts[number].get(area)
        if known is not None and len(known) < least:
            asked = [float(one == at) for one in range(len(unknowns))]
            assert not is_determined(equations, asked), (area, number)


def told(
    parts: Parts, areas: list[str], of_land: Withheld, found: Withheld
) -> tuple[list[tuple[str, int]], list[list[float]]]:
    """Give the unknown amounts, and the equations between them that the page tells."""
    numbers = range(len(parts))
    hidden = [one for one in areas if one in found.areas or one == ELSEWHERE]
    unseen = [one for one in areas if one in of_land.areas or one == ELSEWHERE]
    unknowns = [(area, number) for area in hidden for number in numbers]
    sums = [[(area, number) for number in numbers] for area in hidden if area not in unseen]
    if not of_land.is_total:
        sums.append([(area, number) for area in unseen for number in numbers])
    if not found.is_total:
        sums += [[(area, number) for area in hidden] for number in numbers]
        nothing = [one for one in numbers if not any(area in parts[one] for area in hidden)]
        sums += [[(area, number)] for area in hidden for number in nothing]
    return unknowns, [[float(one in chosen) for one in unknowns] for chosen in sums]


@given(cities(), st.randoms(use_true_random=False))
def test_the_order_of_areas_decides_nothing(city: tuple[Parts, int], chance) -> None:  # noqa: ANN001  hypothesis's
    parts, least = city
    turned = [dict(chance.sample(list(part.items()), len(part))) for part in parts]
    chance.shuffle(turned)
    land = land_of(parts)
    assert withheld(turned, least, land=land) == withheld(parts, least, land=land)


@pytest.mark.parametrize("least", [2, 3, 10])
def test_a_city_of_one_area_is_published_or_not_as_a_whole(least: int) -> None:
    parts = [{"x": MANY}]
    found = withheld(parts, least, land=LAND)
    assert found.areas == (frozenset() if least <= 4 else frozenset("x"))
    assert found.is_total == (least > 4)
