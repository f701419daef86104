"""Columns as bytes: whole numbers in planes, classes by code, text on end.

A *plane* is one byte of every number, the lowest first: neighbours' high bytes are alike, so that
they deflate to almost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

Kind = Literal["scaled", "float", "codes", "letters", "text"]

WIDTHS = (1, 2, 4)
"""Bytes that a whole number may take."""

MOST_DECIMALS = 6
"""Decimals that people type; numbers with more of them are quotients."""

APART = "\x00"
"""Between texts; a text that holds it gets :data:`STRANGE` in its place."""

STRANGE = "\ufffd"


@dataclass(frozen=True, eq=False)
class Packed:
    """
    A column on its way into the page.

    Parameters
    ----------
    kind
        ``scaled``: numbers times ten to their decimals, the least that the width can hold where
        missing; ``float``: numbers as they are, NaN where missing; ``codes``: 0 where missing, else
        a code and 1; ``letters``: one ASCII letter a row; ``text``: texts, empty where missing.
    width
        Bytes of a number; 1 for letters, 0 for text.
    values
        Shape (n,): integers, floats or texts.
    """

    kind: Kind
    width: int
    values: NDArray[Any] | pd.Index[str]

    def rows(self, first: int, last: int) -> bytes:
        """
        Write some rows.

        Parameters
        ----------
        first, last
            The rows, the last not among them.

        Returns
        -------
        bytes
            Planes, or UTF-8.
        """
        some = self.values[first:last]
        if not isinstance(some, np.ndarray):
            return APART.join(one.replace(APART, STRANGE) for one in some.tolist()).encode("utf-8")
        return some.view(np.uint8).reshape(-1, self.width).T.tobytes()


def scaled(values: Numbers, decimals: int) -> Packed:
    """
    Pack numbers that are rounded to some decimals.

    Parameters
    ----------
    values
        Shape (n,): numbers, NaN where missing.
    decimals
        Digits kept behind the point.

    Returns
    -------
    Packed
        Whole numbers as wide as the largest needs; floats where four bytes do not hold them.
    """
    whole = np.round(values, decimals) * 10.0**decimals
    most = float(np.nanmax(np.abs(whole), initial=0.0))
    for width in WIDTHS:
        if most < 2 ** (8 * width - 1):
            kind = np.dtype(f"<i{width}")
            missing = np.iinfo(kind).min
            return Packed(
                "scaled", width, np.where(np.isnan(whole), missing, np.rint(whole)).astype(kind)
            )
    return Packed("float", 8, np.round(values, decimals).astype("<f8"))


def exact(values: Numbers) -> tuple[Packed, int]:
    """
    Pack numbers as they are.

    Parameters
    ----------
    values
        Shape (n,): numbers, NaN where missing.

    Returns
    -------
    packed : Packed
        Whole numbers where all were typed with few decimals, else floats.
    decimals : int
        Digits behind the point of the whole numbers.
    """
    known = values[~np.isnan(values)]
    for decimals in range(MOST_DECIMALS + 1):
        if np.array_equal(np.round(known, decimals), known):
            return scaled(values, decimals), decimals
    return Packed("float", 8, values.astype("<f8", copy=False)), 0


def codes(values: NDArray[np.integer[Any]]) -> Packed:
    """
    Pack codes of words.

    Parameters
    ----------
    values
        Shape (n,): codes from 0, -1 where missing.

    Returns
    -------
    Packed
        As wide as the largest needs.
    """
    counted = values.astype(np.int64) + 1
    most = int(counted.max(initial=0))
    width = next(one for one in WIDTHS if most < 2 ** (8 * one))
    return Packed("codes", width, counted.astype(f"<u{width}"))


def letters(values: str) -> Packed:
    """
    Pack letters.

    Parameters
    ----------
    values
        One ASCII letter a row.

    Returns
    -------
    Packed
        A byte a row.
    """
    return Packed("letters", 1, np.frombuffer(values.encode("ascii"), dtype=np.uint8))


def texts(values: pd.Index[str]) -> Packed:
    """
    Pack texts.

    Parameters
    ----------
    values
        Shape (n,): texts, empty where missing; they become Python's own only piece by piece.

    Returns
    -------
    Packed
        Texts on end.
    """
    return Packed("text", 0, values)
