"""Work shared between threads, with the same result for any number of them.

The geometry engine, PROJ and numpy let go of Python's lock while they work on arrays, so two
threads use two cores. Work is handed out in portions of which each hangs on its own rows only; work
within work is done by the thread that came to it, so that pools never breed pools.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    Item = TypeVar("Item")
    Result = TypeVar("Result")

AT_A_TIME = 4096
"""Rows in a portion: enough to be worth handing out, few enough to keep memory flat."""

KEPT_BYTES = 31 << 20
"""Memory that stays with the process once it has freed a block of that size."""

np.empty(KEPT_BYTES, dtype=np.uint8)  # freed at once: until it has seen such a block freed, the C
# library gives smaller ones back each time, and the system clears them anew for every sum

_here = threading.local()


def cores() -> int:
    """
    Count the cores that this process may use.

    Returns
    -------
    int
        At least 1.

    Examples
    --------
    >>> cores() >= 1
    True
    """
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def one_thread() -> Iterator[None]:
    """
    Keep all work within on the thread at hand, as where processes share the cores already.

    Yields
    ------
    None
        Nothing.

    Examples
    --------
    >>> with one_thread():
    ...     each_on_threads(abs, [-1, 2])
    [1, 2]
    """
    was_alone = getattr(_here, "is_alone", False)
    _here.is_alone = True
    try:
        yield
    finally:
        _here.is_alone = was_alone


def each_on_threads(
    work: Callable[[Item], Result], items: Iterable[Item], threads: int | None = None
) -> list[Result]:
    """
    Do the same for each of some things, on threads.

    Parameters
    ----------
    work
        Takes one of the things; what it does hangs on no other.
    items
        The things.
    threads
        Things worked on at a time; None takes one a core, and one within other work on threads.

    Returns
    -------
    list
        The results, in the order of the things.
    """
    items = list(items)
    alone = 1 if getattr(_here, "is_alone", False) else None
    count = min(alone or threads or cores(), len(items))
    if count <= 1:
        return [work(one) for one in items]

    def done(one: Item) -> Result:
        with one_thread():
            return work(one)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(done, items))


def one_ahead(items: Iterable[Item]) -> Iterator[Item]:
    """
    Make the next of some things on another thread while this one is used.

    Parameters
    ----------
    items
        The things, which are made as they are asked for.

    Yields
    ------
    Item
        The same things in the same order; at most two are there at a time.

    Examples
    --------
    >>> list(one_ahead(iter("abc")))
    ['a', 'b', 'c']
    """
    rest = iter(items)
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(lambda: list(islice(rest, 1)))
        while one := coming.result():
            coming = pool.submit(lambda: list(islice(rest, 1)))
            yield one[0]


def portions(*columns: NDArray[Any], at_a_time: int = AT_A_TIME) -> list[tuple[NDArray[Any], ...]]:
    """
    Split columns into portions of rows.

    Parameters
    ----------
    *columns
        Shape (n, ...): the columns.
    at_a_time
        Most rows in a portion.

    Returns
    -------
    list of tuple
        One portion, or an even number of them: views of the same rows of each column.
    """
    count = max(1, -(-len(columns[0]) // at_a_time))
    count += count % 2 if count > 1 else 0
    return list(zip(*(np.array_split(one, count) for one in columns), strict=True))


def on_threads(
    work: Callable[..., NDArray[Any]],
    *columns: NDArray[Any],
    threads: int | None = None,
    at_a_time: int = AT_A_TIME,
) -> NDArray[Any]:
    """
    Do row by row what takes long, on threads.

    Parameters
    ----------
    work
        Takes some rows of the columns and gives one result a row that hangs on that row only, so
        that neither the number of threads nor the size of a portion decides anything.
    *columns
        Shape (n, ...): the columns, which stay as they are.
    threads
        Portions worked on at a time; None takes one a core, and one within other work on threads.
    at_a_time
        Rows in a portion.

    Returns
    -------
    ndarray
        Shape (n,): the results.

    Notes
    -----
    Columns of shapes must be arrays of one's own: shapely locks an array while it works on it.

    Examples
    --------
    >>> on_threads(np.hypot, np.array([3.0]), np.array([4.0])).tolist()
    [5.0]
    """
    split = portions(*columns, at_a_time=at_a_time)
    return np.concatenate(each_on_threads(lambda rows: work(*rows), split, threads))
