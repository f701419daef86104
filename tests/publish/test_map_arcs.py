"""Shared borders are written once, and every ring comes back as it was, corner by corner."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import CRS
from hypothesis import given
from hypothesis import strategies as st
from unpacked import PLAIN, run, unfolded, whole_numbers

from landrenew.publish.map.pack.arcs import to_arcs
from landrenew.publish.map.pack.grid import Rings, mercator, on_grid
from landrenew.publish.map.pack.steps import folded, to_bytes
from landrenew.publish.map.pack.text import to_text

if TYPE_CHECKING:
    from landrenew.publish.result import Result

Place = tuple[int, int]


def rings(*given: list[list[Place]]) -> Rings:
    """Write shapes, each a list of rings."""
    every = [ring for shape in given for ring in shape]
    places = [place for ring in every for place in ring]
    x, y = np.array(places, dtype=np.int64).reshape(-1, 2).T
    return Rings(
        x, y, np.array([len(one) for one in every], dtype=np.int64),
        np.array([len(one) for one in given], dtype=np.int64),
    )  # fmt: skip


def turned(ring: list[Place]) -> list[Place]:
    """Begin a ring at its least corner, in the lesser way: rings alike become equal."""
    ways = [
        line[at:] + line[:at] for line in (ring, ring[::-1]) for at in range(len(line))
        if line[at] == min(line)
    ]  # fmt: skip
    return min(ways)


def assert_same(found: list[list[list[Place]]], shapes: list[list[list[Place]]]) -> None:
    assert [[turned(one) for one in shape] for shape in found] == [
        [turned(one) for one in shape] for shape in shapes
    ]


LEFT = [(0, 0), (2, 0), (2, 1), (2, 2), (0, 2)]
RIGHT = [(2, 0), (4, 0), (4, 2), (2, 2), (2, 1)]


def test_neighbours_share_their_border() -> None:
    arcs = to_arcs(rings([LEFT], [RIGHT]))
    assert len(arcs.lengths) == 3
    assert sorted(arcs.uses.tolist()).count(0) == 3
    assert len(arcs.uses) == 4
    assert_same(run(arcs), [[LEFT], [RIGHT]])


def test_a_shape_in_the_hole_of_another_costs_one_use() -> None:
    outer, hole = [(0, 0), (9, 0), (9, 9), (0, 9)], [(3, 3), (6, 3), (6, 6), (3, 6)]
    filled = rings([outer, hole], [hole[::-1]])
    arcs = to_arcs(filled)
    assert len(arcs.lengths) == 2
    assert_same(run(arcs), [[outer, hole], [hole]])


def test_a_shape_of_one_corner_or_of_none_keeps_its_place() -> None:
    shapes = [[[(5, 5)]], [], [[(5, 5)]], [[(1, 1), (2, 2)]], [LEFT]]
    assert_same(run(to_arcs(rings(*shapes))), shapes)


def test_nothing_is_nothing() -> None:
    assert run(to_arcs(rings())) == []
    assert run(to_arcs(rings([], []))) == [[], []]


@st.composite
def any_rings(draw: st.DrawFn) -> list[list[list[Place]]]:
    """Draw rings on a small grid, where they meet, cross, overlap and turn back at will."""
    place = st.tuples(st.integers(0, 3), st.integers(0, 3))
    ring = st.lists(place, min_size=3, max_size=9)
    shapes = draw(st.lists(st.lists(ring, max_size=2), max_size=6))
    return [[tidy for one in shape if len(tidy := _tidy(one)) > 2] for shape in shapes]


def _tidy(ring: list[Place]) -> list[Place]:
    return [one for one, before in zip(ring, ring[-1:] + ring[:-1], strict=True) if one != before]


@given(any_rings())
def test_whatever_rings_do_they_come_back(shapes: list[list[list[Place]]]) -> None:
    assert_same(run(to_arcs(rings(*shapes))), shapes)


@given(any_rings(), st.data())
def test_the_other_way_round_or_from_another_corner_nothing_is_told_twice(
    shapes: list[list[list[Place]]], data: st.DataObject
) -> None:
    def moved(ring: list[Place]) -> list[Place]:
        at = data.draw(st.integers(0, len(ring) - 1))
        way = data.draw(st.sampled_from([1, -1]))
        return (ring[at:] + ring[:at])[::way]

    copies = [[moved(ring) for ring in shape] for shape in shapes]
    arcs = to_arcs(rings(*shapes, *copies))
    uses = arcs.uses[int(arcs.sizes[: sum(map(len, shapes))].sum()) :]
    assert (uses > 0).all()
    assert_same(run(arcs), [*shapes, *copies])


@given(st.lists(st.integers(-(2**33), 2**33)))
def test_numbers_come_back(values: list[int]) -> None:
    numbers = np.array(values, dtype=np.int64)
    assert unfolded(whole_numbers(to_bytes(folded(numbers)))) == values


def test_a_number_out_of_range_is_refused() -> None:
    for wrong in (-1, 2**35):
        with pytest.raises(ValueError, match="from 0 to below"):
            to_bytes(np.array([wrong]))


def test_no_corner_strays_further_than_the_grid_allows(demo_result: Result) -> None:
    shapes = mercator(demo_result.parcels.geometry)
    step = 0.2
    found = run(to_arcs(on_grid(shapes, step)))
    corners = np.array([shapely.MultiPoint([xy for ring in one for xy in ring]) for one in found])
    there = shapely.transform(corners, lambda xy: xy * step)
    here = shapely.extract_unique_points(shapes)
    assert shapely.hausdorff_distance(there, here).max() <= 0.71 * step


def test_a_shape_smaller_than_the_grid_is_not_lost() -> None:
    speck = shapely.box(500_000, 3_300_000, 500_000.05, 3_300_000.05)
    plot = shapely.box(500_010, 3_300_000, 500_030, 3_300_020)
    rounded = on_grid(mercator(gpd.GeoSeries([speck, plot, shapely.Polygon()], crs=CRS)), 0.2)
    assert rounded.counts.tolist() == [1, 1, 0]
    assert len(run(to_arcs(rounded))[0][0]) >= 1


@given(st.binary(max_size=40))
def test_bytes_written_as_text_are_read_back_by_base85(written: bytes) -> None:
    text = to_text(written)
    assert base64.b85decode(text.translate(PLAIN)) == written
    assert not set(text) & set("<&{}\"'\\ \n")
