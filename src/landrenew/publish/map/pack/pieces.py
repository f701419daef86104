"""Parcels in pieces: some thousand neighbours each, deflated, as text; a header says what is in.

A piece is read by itself, so that a page can draw the first before the last has come, and a folder
can hold each in a file of its own.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from landrenew.publish.map.pack.arcs import to_arcs
from landrenew.publish.map.pack.grid import mercator, on_grid
from landrenew.publish.map.pack.steps import folded, to_bytes
from landrenew.publish.map.pack.text import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geopandas import GeoSeries
    from numpy.typing import NDArray

    from landrenew.publish.map.pack.columns import Packed

STEP_M = 0.2
"""Width of the grid [m of Web Mercator]: no corner strays further than 0.15 m, a pixel up close."""

ROWS = 16_384
"""Parcels of a piece."""

GEOMETRY = ("counts", "sizes", "uses", "lengths", "starts", "steps")
"""Parts of a piece that tell its shapes, in their order; those of the columns follow."""

LEVEL = 6
"""How hard to deflate; 9 takes twice the time and saves a hundredth."""


@dataclass(frozen=True)
class Pieces:
    """
    Parcels as the page reads them.

    Parameters
    ----------
    header
        ``step``: width of the grid [m]; ``rows``, ``rings`` and ``corners`` of each piece;
        ``parts``: name, kind and width of each column, in the order of the pieces.
    written
        The pieces, deflated, as text.
    """

    header: dict[str, Any]
    written: tuple[str, ...]


def order_of(shapes: GeoSeries) -> NDArray[np.int64]:
    """
    Put neighbours beside each other, along Hilbert's curve.

    Parameters
    ----------
    shapes
        Polygons; empty ones go to the end.

    Returns
    -------
    ndarray
        Shape (n,): row numbers.
    """
    is_there = ~(shapes.is_empty | shapes.isna()).to_numpy()
    place = np.full(len(shapes), np.iinfo(np.int64).max)
    if is_there.any():
        there = cast("GeoSeries", shapes[is_there])
        place[is_there] = there.hilbert_distance().to_numpy(np.int64)
    return np.argsort(place, kind="stable")


def in_pieces(shapes: GeoSeries, columns: Mapping[str, Packed]) -> Pieces:
    """
    Pack parcels.

    Parameters
    ----------
    shapes
        Polygons in a known CRS, in the order of the page.
    columns
        What is known of them, by name, in the same order.

    Returns
    -------
    Pieces
        The same for the same input.
    """
    made = [
        _piece(cast("GeoSeries", shapes.iloc[first : first + ROWS]), columns, first)
        for first in range(0, len(shapes), ROWS)
    ]
    header = {
        "step": STEP_M,
        "rows": [count for count, _, _, _ in made],
        "rings": [count for _, count, _, _ in made],
        "corners": [count for _, _, count, _ in made],
        "parts": [[name, one.kind, one.width] for name, one in columns.items()],
    }
    return Pieces(header, tuple(deflated(written) for _, _, _, written in made))


def _piece(
    shapes: GeoSeries, columns: Mapping[str, Packed], first: int
) -> tuple[int, int, int, bytes]:
    """Give rows, rings and corners of a piece, and its bytes."""
    rings = on_grid(mercator(shapes), STEP_M)
    arcs = to_arcs(rings)
    last = first + len(shapes)
    parts = [
        to_bytes(folded(values) if name in {"starts", "steps"} else values)
        for name, values in ((name, getattr(arcs, name)) for name in GEOMETRY)
    ]
    parts += [one.rows(first, last) for one in columns.values()]
    written = b"".join(_with_length(parts))
    return len(shapes), len(rings.sizes), len(rings.x), written


def _with_length(parts: list[bytes]) -> Iterator[bytes]:
    for one in parts:
        yield len(one).to_bytes(4, "little")
        yield one


def deflated(written: bytes) -> str:
    """
    Deflate bytes and write them so that they can stand in a page.

    Parameters
    ----------
    written
        Any bytes.

    Returns
    -------
    str
        The form of zlib, with its check sum, as text.
    """
    return to_text(zlib.compress(written, LEVEL))
