"""Work on threads: in order, whole, and never a pool within a pool."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from landrenew.base.collection import collection_paused
from landrenew.base.threads import each_on_threads, on_threads, one_thread, portions


def test_results_stand_in_the_order_of_the_things() -> None:
    things = range(200)
    assert each_on_threads(lambda one: one**2, things, 3) == [one**2 for one in things]
    assert each_on_threads(abs, [], 3) == []


def test_rows_come_back_as_they_were_split() -> None:
    numbers = np.arange(1003.0)
    twice = on_threads(np.add, numbers, numbers, threads=3, at_a_time=10)
    assert twice.tolist() == (2 * numbers).tolist()
    assert on_threads(np.abs, numbers[:0]).tolist() == []


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 95])
def test_portions_hold_every_row_once(size: int) -> None:
    rows = np.arange(size)
    split = portions(rows, rows, at_a_time=10)
    assert np.concatenate([one for one, _ in split]).tolist() == rows.tolist()
    assert max(len(one) for one, _ in split) <= 10


def names(_: int) -> set[str]:
    """Tell the threads on which work within work is done."""
    return set(each_on_threads(lambda _: threading.current_thread().name, range(8), 4))


def test_work_within_work_stays_on_its_thread() -> None:
    assert [len(one) for one in each_on_threads(names, range(4), 2)] == [1] * 4


def test_one_thread_is_kept_for_as_long_as_it_is_asked() -> None:
    here = threading.current_thread().name
    with one_thread():
        with one_thread():
            assert names(0) == {here}
        assert names(0) == {here}
    assert here not in names(0)


def test_an_error_on_a_thread_is_told() -> None:
    with pytest.raises(ZeroDivisionError):
        each_on_threads(lambda one: 1 / one, [1, 0, 2], 2)


def test_collection_goes_on_after_a_pause() -> None:
    gc = pytest.importorskip("gc")
    with collection_paused():
        with collection_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()
