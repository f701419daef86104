"""Numbers that do not hang on the last bit: sums in any order, comparisons at a bound."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


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
