"""Whole numbers in as few bytes as they need: seven bits a byte, small ones in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]

MOST_BYTES = 5
"""A number below 2**35 takes no more."""


def folded(values: Integers) -> Integers:
    """
    Fold signed numbers so that small ones stay small: 0, -1, 1, -2 become 0, 1, 2, 3.

    Parameters
    ----------
    values
        Shape (n,): numbers of either sign.

    Returns
    -------
    ndarray
        Shape (n,): numbers of at least 0.

    Examples
    --------
    >>> folded(np.array([0, -1, 1, -2, 2])).tolist()
    [0, 1, 2, 3, 4]
    """
    return np.where(values < 0, -2 * values - 1, 2 * values)


def to_bytes(values: Integers) -> bytes:
    """
    Write numbers, each in groups of seven bits, the lowest first; the top bit says that more come.

    Parameters
    ----------
    values
        Shape (n,): numbers from 0 to below 2**35.

    Returns
    -------
    bytes
        LEB128.

    Raises
    ------
    ValueError
        When a number is out of range.

    Examples
    --------
    >>> to_bytes(np.array([5, 300])).hex()
    '05ac02'
    """
    if len(values) and (values.min() < 0 or values.max() >> (7 * MOST_BYTES)):
        raise ValueError("numbers from 0 to below 2**35 are written")
    left = values.astype(np.uint64)
    sizes = np.ones(len(left), dtype=np.int64)
    for byte in range(1, MOST_BYTES):
        sizes += left >> np.uint64(7 * byte) > 0
    starts = np.cumsum(sizes) - sizes
    written = np.zeros(int(sizes.sum()), dtype=np.uint8)
    for byte in range(MOST_BYTES):
        is_long = sizes > byte
        if not is_long.any():
            break
        more = (sizes[is_long] > byte + 1).astype(np.uint64) << np.uint64(7)
        seven = left[is_long] >> np.uint64(7 * byte) & np.uint64(127)
        written[starts[is_long] + byte] = (seven | more).astype(np.uint8)
    return written.tobytes()
