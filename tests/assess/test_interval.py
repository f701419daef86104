"""Shares under doubt: extremes against every corner, work lists against every choice."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from landrenew.assess.share.interval import (
    LEVEL,
    effects,
    is_met,
    settling,
    share_interval,
)

NO_DOUBT = np.empty((0, 2, 2))
areas = st.floats(0, 1e4)
parts = st.floats(0, 1)


def corners(inside: float, total: float, moves: np.ndarray) -> list[tuple[float, float]]:
    """Give every way in which all doubts may come out at once."""
    found = []
    for chosen in itertools.product(range(moves.shape[1] + 1), repeat=len(moves)):
        outcome = [moves[i, which - 1] for i, which in enumerate(chosen) if which]
        found.append((
            math.fsum([inside, *(one[0] for one in outcome)]),
            math.fsum([total, *(one[1] for one in outcome)]),
        ))  # fmt: skip
    return found


@st.composite
def cities(draw: st.DrawFn) -> tuple[float, float, np.ndarray]:
    """Draw parcels, of which some may be no industrial land, and land that may come on top."""
    parcels = draw(st.lists(st.tuples(st.floats(1, 1e4), parts), min_size=1, max_size=6))
    base = draw(st.tuples(st.floats(10, 1e4), parts))
    moves: list[list[tuple[float, float]]] = []
    for area, share in parcels:
        kind = draw(st.sampled_from(["gone", "more", "line", "sure"]))
        if kind == "gone":
            moves.append([(-area * share, -area), (0, 0)])
        elif kind == "more":
            moves.append([(0, area / 7), (area / 7, area / 7)])
        elif kind == "line":
            moves.append([(-area * share / 3, 0), (area * (1 - share) / 3, 0)])
    inside = math.fsum([base[0] * base[1], *(area * share for area, share in parcels)])
    total = math.fsum([base[0], *(area for area, _ in parcels)])
    return inside, total, np.array(moves, dtype=float).reshape(-1, 2, 2)


def test_without_a_doubt_the_interval_is_the_share() -> None:
    assert share_interval(60.0, 100.0, NO_DOUBT) == (0.6, 0.6)
    assert share_interval(0.0, 100.0, NO_DOUBT) == (0, 0)
    assert share_interval(100.0, 100.0, NO_DOUBT) == (1, 1)


def test_without_land_there_is_no_share_but_land_set_aside_may_make_any() -> None:
    assert all(map(math.isnan, share_interval(0.0, 0.0, NO_DOUBT)))
    assert share_interval(0.0, 0.0, np.array([[[0.0, 5.0], [5.0, 5.0]]])) == (0, 1)
    assert share_interval(0.0, 0.0, np.array([[[0.0, 5.0], [0.0, 0.0]]])) == (0, 0)


def test_numerator_and_denominator_move_together() -> None:
    # 60 of 100, of which 30 inside may be no industrial land: 30 of 70, and not 30 of 100
    assert share_interval(60.0, 100.0, np.array([[[-30.0, -30.0]]])) == (30 / 70, 0.6)


def test_where_all_land_is_in_doubt_the_extremes_are_those_of_single_parcels() -> None:
    moves = np.array([[[-2.0, -10.0]], [[-9.0, -10.0]]])
    assert share_interval(11.0, 20.0, moves) == (0.2, 0.9)


@given(cities())
@example((3.3, 10.0, np.array([[[-3.3, -10.0], [0.0, 0.0]]])))
def test_the_extremes_are_those_of_all_corners(city: tuple[float, float, np.ndarray]) -> None:
    inside, total, moves = city
    shares = [i / t for i, t in corners(inside, total, moves) if t > 1e-9 * total]
    low, high = share_interval(inside, total, moves)
    assert low == pytest.approx(min(shares), abs=1e-11)
    assert high == pytest.approx(max(shares), abs=1e-11)
    assert low <= inside / total <= high


@given(cities(), st.floats(0.01, 1))
def test_the_verdict_is_that_of_all_corners(
    city: tuple[float, float, np.ndarray], target: float
) -> None:
    inside, total, moves = city
    short = [i - (target - LEVEL) * t for i, t in corners(inside, total, moves)]
    rounding = 1e-11 * total
    found = is_met(inside, total, moves, target)
    if found is True:
        assert min(short) >= -rounding
    elif found is False:
        assert max(short) < rounding
    else:
        assert min(short) < rounding
        assert max(short) >= -rounding


@given(cities(), st.floats(0.01, 1))
def test_the_interval_and_the_verdict_say_the_same(
    city: tuple[float, float, np.ndarray], target: float
) -> None:
    inside, total, moves = city
    low, high = share_interval(inside, total, moves)
    found = is_met(inside, total, moves, target)
    if abs(low - target) > 1e-9 and abs(high - target) > 1e-9:
        assert found is (True if low > target else False if high < target else None)


@pytest.mark.parametrize(
    ("inside", "met"), [(80.0, True), (80.0 - 1e-11, True), (80.0 - 1e-9, False)]
)
def test_a_share_within_the_level_of_the_target_meets_it(inside: float, met: bool) -> None:  # noqa: FBT001
    assert is_met(inside, 100.0, NO_DOUBT, 0.8) is met


@given(cities(), st.floats(0.01, 1))
def test_no_smaller_number_of_doubts_decides_the_verdict(
    city: tuple[float, float, np.ndarray], target: float
) -> None:
    inside, total, moves = city
    found = settling(inside, total, moves, target)
    assert sorted(found.order.tolist()) == list(range(len(moves)))
    as_drawn = is_met(inside, total, NO_DOUBT, target)

    def decides(settled: tuple[int, ...]) -> bool:
        left = np.delete(moves, settled, axis=0)
        return is_met(inside, total, left, target) is as_drawn

    assert decides(tuple(found.order[: found.needed].tolist()))
    for fewer in range(found.needed):
        low, high = effects(moves, target)
        close = [abs(inside - target * total + np.delete(side, settled).sum())
                 for side in (low, high)
                 for settled in itertools.combinations(range(len(moves)), fewer)]  # fmt: skip
        if min(close) < 1e-9 * total:
            continue  # rounding decides
        choices = itertools.combinations(range(len(moves)), fewer)
        assert not any(decides(settled) for settled in choices)


def test_land_that_may_not_be_there_at_all_meets_no_target_by_that() -> None:
    outside, inside = np.array([[[0.0, -9.0]]]), np.array([[[-9.0, -9.0]]])
    assert (share_interval(0.0, 9.0, outside), is_met(0.0, 9.0, outside, 0.8)) == ((0, 0), False)
    assert (share_interval(9.0, 9.0, inside), is_met(9.0, 9.0, inside, 0.8)) == ((1, 1), True)
    assert settling(0.0, 9.0, outside, 0.8).needed == settling(9.0, 9.0, inside, 0.8).needed == 0


def test_what_is_decided_needs_nothing_settled() -> None:
    doubts = np.array([[[-5.0, 0.0]], [[-20.0, 0.0]]])
    assert settling(90.0, 100.0, doubts, 0.5).needed == 0
    assert settling(10.0, 100.0, doubts, 0.5).needed == 0
    assert settling(90.0, 100.0, NO_DOUBT, 0.8).needed == 0


def test_of_a_share_below_the_target_those_come_first_that_may_raise_it() -> None:
    doubts = np.array([[[-50.0, 0.0], [1.0, 0.0]], [[0.0, 0.0], [9.0, 0.0]], [[0, 0], [3.0, 0.0]]])
    found = settling(70.0, 100.0, doubts, 0.8)
    assert found.order.tolist() == [1, 2, 0]
    assert found.needed == 1


@given(cities(), st.permutations(range(6)))
def test_the_order_of_the_doubts_changes_no_bit(
    city: tuple[float, float, np.ndarray], shuffled: list[int]
) -> None:
    inside, total, moves = city
    other = moves[[i for i in shuffled if i < len(moves)]]
    assert share_interval(inside, total, other) == share_interval(inside, total, moves)
    assert settling(inside, total, other, 0.7).needed == settling(inside, total, moves, 0.7).needed


@given(cities(), st.integers(-20, 20))
def test_the_interval_is_the_same_in_any_unit(
    city: tuple[float, float, np.ndarray], power: int
) -> None:
    inside, total, moves = city
    by = 2.0**power
    assert share_interval(inside * by, total * by, moves * by) == share_interval(*city)
