"""Tiles divide the plane: every spot lies in one, and none holds many more parcels than asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landrenew.scale.tiles import Tiles

spots = st.floats(-1e6, 1e6, width=32)
points = st.lists(st.tuples(spots, spots), max_size=60).map(
    lambda xy: np.array(xy, dtype=float).reshape(-1, 2)
)
whole_spots = st.integers(-5, 5)
crowds = st.lists(st.tuples(whole_spots, whole_spots), max_size=60).map(
    lambda xy: np.array(xy, dtype=float).reshape(-1, 2)
)
sizes = st.integers(1, 70)


def counts(tiles: Tiles, centres: np.ndarray) -> np.ndarray:
    return np.bincount(tiles.holding(centres), minlength=len(tiles))


@given(st.one_of(points, crowds), st.one_of(points, crowds), sizes)
def test_every_spot_lies_in_one_tile(centres: np.ndarray, others: np.ndarray, size: int) -> None:
    tiles = Tiles.of(centres, size)
    held = tiles.holding(others)
    assert held.shape == (len(others),)
    assert ((held >= 0) & (held < len(tiles))).all()


@given(points, sizes)
def test_no_tile_holds_more_than_asked_where_no_two_coordinates_are_alike(
    centres: np.ndarray, size: int
) -> None:
    alone = centres[np.unique(centres[:, 0], return_index=True)[1]]
    alone = alone[np.unique(alone[:, 1], return_index=True)[1]]
    tiles = Tiles.of(alone, size)
    assert counts(tiles, alone).max(initial=0) <= size
    assert len(tiles) <= max(1, 2 * -(-len(alone) // size) + np.sqrt(len(alone)) + 1)


@given(crowds, sizes)
def test_a_tile_holds_more_only_of_points_in_line(centres: np.ndarray, size: int) -> None:
    tiles = Tiles.of(centres, size)
    held = tiles.holding(centres)
    for tile in np.flatnonzero(counts(tiles, centres) > size):
        x, y = centres[held == tile].T
        most = max(np.unique(x, return_counts=True)[1].max(), 0)
        most = max(np.unique(y, return_counts=True)[1].max(), most)
        assert most > 1


@given(st.one_of(points, crowds), sizes, st.randoms(use_true_random=False))
def test_the_order_of_the_points_changes_no_tile(
    centres: np.ndarray, size: int, chance: object
) -> None:
    order = list(range(len(centres)))
    chance.shuffle(order)
    one, other = Tiles.of(centres, size), Tiles.of(centres[order], size)
    assert one.across.tolist() == other.across.tolist()
    assert [cuts.tolist() for cuts in one.up] == [cuts.tolist() for cuts in other.up]
    assert one.holding(centres)[order].tolist() == other.holding(centres[order]).tolist()


@given(crowds, sizes)
def test_points_on_one_spot_stay_together(centres: np.ndarray, size: int) -> None:
    held = Tiles.of(centres, size).holding(centres)
    _, spot = np.unique(centres, axis=0, return_inverse=True)
    for one in np.unique(spot):
        assert len(set(held[spot == one])) == 1


@given(points, sizes)
def test_what_has_no_place_lies_in_the_last_tile(centres: np.ndarray, size: int) -> None:
    nowhere = np.full((3, 2), np.nan)
    tiles = Tiles.of(np.r_[centres, nowhere], size)
    assert tiles.holding(nowhere).tolist() == [len(tiles) - 1] * 3
    assert [cuts.tolist() for cuts in tiles.up] == [
        cuts.tolist() for cuts in Tiles.of(centres, size).up
    ]


def test_no_point_makes_one_tile() -> None:
    assert len(Tiles.of(np.empty((0, 2)), 5)) == 1


@pytest.mark.parametrize(("size", "most"), [(1, 1), (4, 4), (25, 25), (100, 100)])
def test_a_grid_falls_into_compact_tiles(size: int, most: int) -> None:
    chance = np.random.default_rng(1)
    centres = chance.uniform(0, 100, (100, 2))
    tiles = Tiles.of(centres, size)
    assert counts(tiles, centres).max() <= most
    assert len(tiles.up) == np.ceil(np.sqrt(100 / size))
