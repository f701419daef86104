"""Parcels in pieces: some thousand neighbours each, deflated, as text; a header says what is in.

A piece is read by itself. Its outlines may stand apart from the rest, in a file of their own that
is read when somebody looks; boxes stand for them until then.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from landrenew.publish.map.pack.arcs import to_arcs
from landrenew.publish.map.pack.boxes import box_parts
from landrenew.publish.map.pack.grid import mercator, on_grid
from landrenew.publish.map.pack.steps import folded, to_bytes
from landrenew.publish.map.pack.text import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geopandas import GeoSeries
    from numpy.typing import NDArray

    from landrenew.publish.map.pack.columns import Packed
    from landrenew.publish.map.pack.grid import Rings

STEP_M = 0.2
"""Width of the grid [m of Web Mercator]: no corner strays further than 0.15 m, a pixel up close."""

ROWS = 16_384
"""Parcels of a piece."""

GEOMETRY = ("counts", "sizes", "uses", "lengths", "starts", "steps")
"""Parts of a piece that tell its shapes, in their order; those of the columns follow."""

LEVEL = 6
"""How hard to deflate; 9 takes twice the time and saves a hundredth."""

CHECK_BYTES = 4
"""The form of zlib ends in so many bytes of check sum."""


@dataclass(frozen=True)
class Pieces:
    """
    Parcels as the page reads them.

    Parameters
    ----------
    header
        ``step``: width of the grid [m]; ``rows``, ``rings`` and ``corners`` of each piece;
        ``parts``: name, kind and width of each column, in the order of the pieces; ``outlines``:
        the check sum of each piece's outlines, where these stand apart.
    written
        The pieces, deflated, as text.
    outlines
        The outlines of each piece, likewise; None where the pieces hold them.
    """

    header: dict[str, Any]
    written: tuple[str, ...]
    outlines: tuple[str, ...] | None = None


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


def in_pieces(
    shapes: GeoSeries, columns: Mapping[str, Packed], *, outlines_apart: bool = False
) -> Pieces:
    """
    Pack parcels.

    Parameters
    ----------
    shapes
        Polygons in a known CRS, in the order of the page.
    columns
        What is known of them, by name, in the same order.
    outlines_apart
        Whether a piece holds boxes and middles, and its outlines stand by themselves.

    Returns
    -------
    Pieces
        The same for the same input.
    """
    header: dict[str, Any] = {"step": STEP_M, "rows": [], "rings": [], "corners": []}
    header["parts"] = [[name, one.kind, one.width] for name, one in columns.items()]
    written, outlines = [], []
    for first in range(0, len(shapes), ROWS):
        some = cast("GeoSeries", shapes.iloc[first : first + ROWS])
        rings = on_grid(mercator(some), STEP_M)
        sizes = {"rows": len(some), "rings": len(rings.sizes), "corners": len(rings.x)}
        for name, size in sizes.items():
            header[name].append(size)
        rest = [one.rows(first, first + len(some)) for one in columns.values()]
        if outlines_apart:
            outlines.append(zlib.compress(_on_end(_outlines(rings)), LEVEL))
        held = box_parts(rings) if outlines_apart else _outlines(rings)
        written.append(deflated(_on_end([*held, *rest])))
    if not outlines_apart:
        return Pieces(header, tuple(written))
    header["outlines"] = [one[-CHECK_BYTES:].hex() for one in outlines]
    return Pieces(header, tuple(written), tuple(map(to_text, outlines)))


def _outlines(rings: Rings) -> list[bytes]:
    """Give the parts that tell the shapes of a piece."""
    arcs = to_arcs(rings)
    return [
        to_bytes(folded(values) if name in {"starts", "steps"} else values)
        for name, values in ((name, getattr(arcs, name)) for name in GEOMETRY)
    ]


def _on_end(parts: list[bytes]) -> bytes:
    return b"".join(_with_length(parts))


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
