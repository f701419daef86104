"""Sums that no order moves."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.exact import sum_in_any_order

numbers = st.one_of(st.floats(-1e300, 1e300), st.floats(-200, 200), st.floats(-1e-300, 1e-300))


@given(st.lists(numbers, max_size=60), st.randoms(use_true_random=False))
def test_a_sum_has_the_same_last_bit_in_any_order(values: list[float], chance: object) -> None:
    found = sum_in_any_order(np.array(values))
    mixed = values.copy()
    chance.shuffle(mixed)
    assert sum_in_any_order(np.array(mixed)) == found
    largest = max(map(abs, values), default=0.0)
    left = 2**-80 * largest * len(values) + 1e-310  # what is too small for the units
    assert abs(found - math.fsum(values)) <= 2**-52 * abs(found) + left


def test_many_points_add_to_the_exact_sum() -> None:
    points = np.random.default_rng(3).uniform(-20, 45, 100_000)
    assert sum_in_any_order(points) == math.fsum(points)
