"""Reading the map's payload as the page does, the slow way: a second opinion on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from landrenew.publish.map.pack.arcs import Arcs

Place = tuple[int, int]


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
