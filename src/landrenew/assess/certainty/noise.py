"""Errors drawn by chance: a factor for each input and row in every draw, whatever stands beside.

An error is multiplicative and log-normal: a value becomes ``value * exp(sigma * z)``, z standard
normal and ``sigma = sqrt(log(1 + share**2))``, so that its standard deviation over its mean is the
share stated. The sign stays, zero stays zero, missing stays missing; the published value is the
middle of its draws (median); no denominator becomes zero or negative, so that no draw loses a
figure by chance alone; and quotients and products of such inputs are of the same kind. A normal
error would have to be cut off somewhere, by a bound that nobody's document states. Money, energy
and areas are off by shares of themselves, which is what a relative error says.

z hangs on the seed, the table, the column, the id of the row and the number of the draw, on nothing
else: neither on the place of a row, nor on other rows, nor on threads. Ids and columns are hashed
(BLAKE2b) into the start of a SplitMix64 stream of their own; two numbers of 32 bits make two normal
ones (Box and Muller 1958), for two draws that follow each other.
Source: Steele, Lea, Flood, Fast splittable pseudorandom number generators, OOPSLA 2014.
"""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landrenew.base.threads import portions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Words = NDArray[np.uint64]
    Numbers = NDArray[np.float64]

STEP = 0x9E3779B97F4A7C15
MIX = tuple((np.uint64(by), np.uint64(times)) for by, times in [
    (30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB),
])  # fmt: skip
LAST = np.uint64(31)
"""Constants of SplitMix64."""

HALF, LOW = np.uint64(32), np.uint64(0xFFFFFFFF)
UNIT, TURN = np.float32(2.0**-32), np.float32(2 * np.pi * 2.0**-32)

AT_A_TIME = 8192
"""Rows mixed at a time, so that they stay in the nearest cache."""


def hashed(words: Iterable[str]) -> Words:
    """
    Turn words into numbers.

    Parameters
    ----------
    words
        Any texts.

    Returns
    -------
    ndarray of uint64
        Shape (n,): 64 bits of the BLAKE2b digest of each.

    Examples
    --------
    >>> hashed(["P1", "P2"])[0] == hashed(["P1"])[0]
    np.True_
    """
    digests = b"".join(
        hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for word in words
    )
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def spread(share: float) -> float:
    """
    Give the sigma of a log-normal error.

    Parameters
    ----------
    share
        Standard deviation over mean [0-1].

    Returns
    -------
    float
        Standard deviation of the logarithm.

    Examples
    --------
    >>> round(spread(0.08), 6)
    0.079872
    """
    return math.sqrt(math.log1p(share**2))


class Noise(NamedTuple):
    """
    The error of one input, or of the weights.

    Parameters
    ----------
    start
        Shape (n,): where the stream of each row begins.
    sigma
        Standard deviation of the logarithm.
    """

    start: Words
    sigma: float

    @classmethod
    def of(cls, rows: Words, subject: str, seed: int, share: float) -> Noise:
        """
        Open the streams of one input.

        Parameters
        ----------
        rows
            Shape (n,): the ids of the rows, :func:`hashed`.
        subject
            What is off: table and column.
        seed
            Seed of all draws.
        share
            Standard deviation over mean [0-1].

        Returns
        -------
        Noise
            One stream a row.
        """
        return cls(_mixed(rows ^ hashed([f"{seed}/{subject}"])), spread(share))

    def factors(self, pair: int) -> tuple[Numbers, Numbers]:
        """
        Draw what the values are multiplied by.

        Parameters
        ----------
        pair
            Number of a pair of draws: draws ``2 * pair`` and ``2 * pair + 1``.

        Returns
        -------
        tuple of ndarray
            Shape (n,) each: for the two draws.
        """
        step = np.uint64((pair + 1) * STEP % 2**64)
        found = np.empty((2, len(self.start)))
        for start, first, second in portions(self.start, *found, at_a_time=AT_A_TIME):
            normal = _normal_pair(_mixed(start + step))
            for into, one in zip((first, second), normal, strict=True):
                np.exp(np.multiply(one, self.sigma, out=into, dtype=np.float64), out=into)
        return found[0], found[1]


def _mixed(state: Words) -> Words:
    """Mix the bits of numbers by the finaliser of SplitMix64."""
    for by, times in MIX:
        state ^= state >> by
        state *= times
    state ^= state >> LAST
    return state


def _normal_pair(bits: Words) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Make two independent standard normal numbers of 64 bits; none is beyond 6.8."""
    radius = (bits >> HALF).astype(np.float32)
    radius += np.float32(0.5)
    radius *= UNIT
    np.log(radius, out=radius)
    radius *= np.float32(-2)
    np.sqrt(radius, out=radius)
    angle = (bits & LOW).astype(np.float32)
    angle *= TURN
    return radius * np.cos(angle), radius * np.sin(angle)
