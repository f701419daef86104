"""Reading the map's payload as the page does, the slow way: a second opinion on it."""

from __future__ import annotations

import base64
import json
import re
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from landrenew.publish.map.pack.arcs import Arcs

Place = tuple[int, int]

PLAIN = str.maketrans(",.:[", "&<{}")
"""From the signs of the page to those of base 85."""


def whole_numbers(written: bytes) -> list[int]:
    """Read numbers of seven bits a byte."""
    found, value, shift = [], 0, 0
    for byte in written:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value, shift = 0, 0
    assert shift == 0
    return found


def unfolded(values: list[int]) -> list[int]:
    """Give numbers their sign back."""
    return [-(one + 1) // 2 if one % 2 else one // 2 for one in values]


def pairs(values: np.ndarray) -> list[Place]:
    return [tuple(one) for one in values.reshape(-1, 2).tolist()]


class Runner:
    """Runs along arcs, one number after the other."""

    def __init__(self, arcs: Arcs) -> None:
        self.uses, self.lengths = iter(arcs.uses.tolist()), iter(arcs.lengths.tolist())
        self.starts, self.steps = iter(pairs(arcs.starts)), iter(pairs(arcs.steps))
        self.met: list[list[Place]] = []
        self.begun = (0, 0)

    def ring(self, many: int) -> list[Place]:
        """Run along so many arcs, back to the first corner."""
        ring: list[Place] = []
        for number in range(many):
            use = next(self.uses)
            if use == 0:
                arc = self.new_arc(ring, is_closing=number == many - 1)
            else:
                arc = self.met[len(self.met) - 1 - (use - 1) // 2]
                arc = arc[::-1] if (use - 1) % 2 else arc
            ring += arc[1:] if ring else arc
        assert ring[0] == ring[-1]
        return ring[:-1]

    def new_arc(self, ring: list[Place], *, is_closing: bool) -> list[Place]:
        """Read an arc that was not met before."""
        if not ring:
            self.begun = moved(self.begun, next(self.starts))
        arc = [ring[-1] if ring else self.begun]
        for _ in range(next(self.lengths)):
            arc.append(moved(arc[-1], next(self.steps)))
        if is_closing:
            arc.append(ring[0] if ring else arc[0])
        self.met.append(arc)
        return arc


def moved(place: Place, step: Place) -> Place:
    return (place[0] + step[0], place[1] + step[1])


def run(arcs: Arcs) -> list[list[list[Place]]]:
    """Read every shape, and see that nothing is left over."""
    sizes, runner = iter(arcs.sizes.tolist()), Runner(arcs)
    shapes = [[runner.ring(next(sizes)) for _ in range(count)] for count in arcs.counts.tolist()]
    for left in (sizes, runner.uses, runner.lengths, runner.starts, runner.steps):
        assert next(left, None) is None
    return shapes


@dataclass
class Unpacked:
    """What a page holds of the parcels."""

    header: dict[str, Any]
    shapes: list[list[list[Place]]]
    columns: dict[str, list[Any]]


def pieces_of(page: str, layer: str = r"\w+") -> list[bytes]:
    """Inflate what a page holds of a layer, or of all."""
    element = rf'<script type="text/plain" data-pieces="{layer}">(.*?)</script>'
    return [
        zlib.decompress(base64.b85decode(one.translate(PLAIN)))
        for one in re.findall(element, page, re.DOTALL)
    ]


def laid_open(page: str) -> str:
    """Give a page and all that is packed in it as one text, to look for what must not be there."""
    return "\n".join([page, *(one.decode("utf-8", "replace") for one in pieces_of(page))])


def unpacked(page: str) -> Unpacked:
    """Read the parcels of a page."""
    head, *pieces = pieces_of(page, "layer_parcels")
    header = json.loads(head)
    data = Unpacked(header, [], {name: [] for name, _, _ in header["parts"]})
    assert len(pieces) == len(header["rows"])
    for rows, piece in zip(header["rows"], pieces, strict=True):
        given = parts(piece)
        counts, sizes, uses, lengths, starts, steps = map(whole_numbers, given[:6])
        signed = (np.array(unfolded(one)) for one in (starts, steps))
        data.shapes += run(Arcs(*map(np.array, (counts, sizes, uses, lengths)), *signed))
        for (name, kind, width), written in zip(header["parts"], given[6:], strict=True):
            decimals = header["columns"].get(name.removeprefix("columns."), {}).get("digits", 0)
            data.columns[name] += rows_of(written, kind, width, rows, decimals)
    return data


def parts(piece: bytes) -> list[bytes]:
    found, at = [], 0
    while at < len(piece):
        (size,) = struct.unpack_from("<I", piece, at)
        found.append(piece[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def rows_of(written: bytes, kind: str, width: int, rows: int, decimals: int) -> list[Any]:
    """Read the rows of a column."""
    if kind == "text":
        return [one or None for one in written.decode("utf-8").split("\x00")]
    each = [written[at::rows] for at in range(rows)]
    assert all(len(one) == width for one in each)
    if kind == "letters":
        return [one.decode("ascii") for one in each]
    if kind == "codes":
        return [int.from_bytes(one, "little") - 1 for one in each]
    if kind == "float":
        numbers = [struct.unpack("<d", one)[0] for one in each]
        return [None if np.isnan(one) else one for one in numbers]
    whole = [int.from_bytes(one, "little", signed=True) for one in each]
    return [None if one == -(2 ** (8 * width - 1)) else one / 10**decimals for one in whole]
