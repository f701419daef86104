"""Numbers that do not hang on the last bit: sums in any order, comparisons at a bound."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

WHOLE_BITS = 52
"""Bits of a whole number that a float holds exactly, less one for a sum that grows by rounding."""

MOST_SHIFT = 1000
"""A shift beyond this would leave the range of floats; values so small count as the smallest."""


COMPARED = 9
"""Decimals of a figure that count when it is held against a bound: 500 / 100 is 5, no bit less."""


def exact_parts(values: Iterable[float]) -> list[float]:
    """
    Give few numbers whose exact sum is that of many.

    Parameters
    ----------
    values
        Finite numbers.

    Returns
    -------
    list of float
        As a rule two; empty where the sum is 0. The rounded sum of the parts of several divisions,
        by ``math.fsum``, is that of all their values, to the last bit.

    Examples
    --------
    >>> values = [0.1] * 10
    >>> math.fsum(exact_parts(values[:3]) + exact_parts(values[3:])) == math.fsum(values)
    True
    """
    left = list(values)
    parts = []
    while rest := math.fsum(left):
        parts.append(rest)
        left.append(-rest)
    return parts


def sum_in_any_order(values: NDArray[np.float64]) -> float:
    """
    Add many numbers quickly, with the same last bit in any order.

    Parameters
    ----------
    values
        Shape (n,): finite numbers.

    Returns
    -------
    float
        The sum, to the last bit or the one beside it.

    Notes
    -----
    Every number is split into whole multiples of two small units; whole numbers that stay below
    2**53 add up exactly. What is left of each is below 2**-80 of the largest times their number.

    Examples
    --------
    >>> sum_in_any_order(np.array([0.1, 0.2, 0.3])) == sum_in_any_order(np.array([0.3, 0.2, 0.1]))
    True
    """
    if not len(values):
        return 0.0
    bits = WHOLE_BITS - len(values).bit_length()
    shift = min(bits - math.frexp(float(np.abs(values).max()))[1], MOST_SHIFT)
    scaled = np.ldexp(values, shift)
    upper = np.rint(scaled)
    scaled -= upper
    lower = np.rint(np.ldexp(scaled, bits, out=scaled), out=scaled)
    return math.ldexp(float(upper.sum()) + math.ldexp(float(lower.sum()), -bits), -shift)
