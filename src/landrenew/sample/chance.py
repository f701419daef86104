"""Chance that always falls the same way: one stream of random numbers for each subject.

Every subject draws from its own stream, so that a change to the buildings leaves the coast alone.
Only uniform and normal draws are used; these have kept their values through numpy's versions.
"""

from __future__ import annotations

import zlib

import numpy as np

SEED = 20260701
"""The seed of the demo city."""


def stream(subject: str, seed: int = SEED) -> np.random.Generator:
    """
    Open the stream of one subject.

    Parameters
    ----------
    subject
        Any name, such as ``"roads"``.
    seed
        Seed of the whole city.

    Returns
    -------
    numpy.random.Generator
        A generator that gives the same numbers at every call with the same arguments.

    Examples
    --------
    >>> stream("coast").random() == stream("coast").random()
    True
    """
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(subject.encode())]))


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """
    Draw a number from an interval.

    Parameters
    ----------
    rng
        The stream.
    low
        Lower end.
    high
        Upper end.

    Returns
    -------
    float
        A number of [low, high).
    """
    return low + (high - low) * float(rng.random())


def pick(rng: np.random.Generator, weights: dict[int, float]) -> int:
    """
    Draw one of a few whole numbers.

    Parameters
    ----------
    rng
        The stream.
    weights
        Each number and its weight; the weights add to 1.

    Returns
    -------
    int
        One of the numbers.
    """
    bounds = np.cumsum(list(weights.values()))
    place = int(np.searchsorted(bounds, rng.random(), side="right"))
    return list(weights)[min(place, len(weights) - 1)]
