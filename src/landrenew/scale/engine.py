"""Who measures the tiles: this process, several on this machine, or the workers of a Dask cluster.

Which of them it is changes nothing in what is measured: a tile knows nothing of the others. A
worker is told where the city lies and reads it once; it must see the same folders as all others.
"""

from __future__ import annotations

import os
import pickle
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from landrenew.base.collection import collection_paused
from landrenew.base.errors import FileError
from landrenew.base.threads import cores, one_thread
from landrenew.scale.window import measure_tile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from distributed import Client

    from landrenew.scale.frame import Frame

    Engine = Callable[[Frame, Sequence[int]], Iterator[int]]

TRIES = 3
"""How often a part is given to another worker when the one that had it was lost."""


def here(frame: Frame, tiles: Sequence[int]) -> Iterator[int]:
    """
    Measure tiles one after the other in this process.

    Parameters
    ----------
    frame
        The city.
    tiles
        Numbers of the tiles.

    Yields
    ------
    int
        Each tile as it is done.
    """
    for tile in tiles:
        yield measure_tile(frame, tile)


@contextmanager
def on_processes(count: int | None = None) -> Iterator[Engine]:
    """
    Open processes of this machine for as long as they are needed.

    Parameters
    ----------
    count
        Number of processes; None takes one a core.

    Yields
    ------
    Engine
        Which measures tiles in them, and refuses to go on when the system kills one.
    """
    count = count or cores()
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=_end_with_parent)
    for _ in range(count):
        pool.submit(_started)  # a worker imports what it needs while the city is laid out

    def engine(frame: Frame, tiles: Sequence[int]) -> Iterator[int]:
        place = _laid_down(frame)
        try:
            for done in as_completed([pool.submit(_measure, place, tile) for tile in tiles]):
                yield done.result()
        except BrokenProcessPool as error:
            raise _worker_lost() from error

    try:
        yield engine
    finally:
        pool.shutdown(cancel_futures=True)


def on_cluster(client: Client) -> Engine:
    """
    Measure tiles on the workers of a Dask cluster.

    Parameters
    ----------
    client
        A client of the cluster, whose workers see the folders of this run.

    Returns
    -------
    Engine
        Which gives the part of a lost worker to another.
    """
    from distributed import KilledWorker  # noqa: PLC0415  # only with the extra
    from distributed import as_completed as as_gathered  # noqa: PLC0415  # likewise

    def engine(frame: Frame, tiles: Sequence[int]) -> Iterator[int]:
        place = _laid_down(frame)
        futures = client.map(_measure, [place] * len(tiles), tiles, pure=False, retries=TRIES)
        try:
            for done in as_gathered(futures):
                yield done.result()
        except KilledWorker as error:
            raise _worker_lost() from error
        finally:
            client.cancel(futures)

    return engine


@contextmanager
def cluster(
    address: str | None = None, *, workers: int = 1, memory: str | None = None
) -> Iterator[Engine]:
    """
    Open a Dask cluster for as long as it is needed.

    Parameters
    ----------
    address
        Scheduler of a cluster that is running, such as ``tcp://10.0.0.5:8786``; None starts one on
        this machine.
    workers
        Processes of the cluster that is started.
    memory
        Memory of each of them, such as ``3GiB``; None shares that of the machine.

    Yields
    ------
    Engine
        The workers of the cluster.

    Raises
    ------
    FileError
        When Dask is not installed, no scheduler answers, or the memory is no amount.
    """
    try:
        from distributed import Client, LocalCluster  # noqa: PLC0415  # only with the extra
    except ImportError as error:
        raise FileError(
            "没有安装 Dask。请运行 pip install landrenew[cluster]，或去掉 --workers 与 --cluster。",
            "Dask is not installed. Run pip install landrenew[cluster], or leave out --workers and"
            " --cluster.",
        ) from error
    if address is None:
        local = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=_bytes(memory),
            dashboard_address=":0",  # any free port: two runs may share a machine
        )
        with local, Client(local) as client:
            yield on_cluster(client)
        return
    try:
        client = Client(address, timeout=ANSWER_S)
    except (OSError, ValueError) as error:
        raise FileError(
            f"连不上 Dask 调度器 {address}：{error}。请检查地址以及调度器是否在运行。",
            f"No Dask scheduler answers at {address}: {error}. Check the address, and that it is"
            " running.",
        ) from error
    with client:
        yield on_cluster(client)


def _bytes(memory: str | None) -> int | str:
    """Read an amount of memory; a cluster that cannot would be left half open."""
    from dask.utils import parse_bytes  # noqa: PLC0415  only with the extra

    try:
        return "auto" if memory is None else int(parse_bytes(memory))
    except ValueError as error:
        raise FileError(
            f"看不懂进程的内存上限“{memory}”。请写作 3GiB 这样的形式。",
            f"Memory {memory!r} of a worker is not understood. Write it like 3GiB.",
        ) from error


ANSWER_S = 10
"""How long a scheduler may take to answer [s]."""


def _laid_down(frame: Frame) -> str:
    """Write the city where every worker finds it, without the passwords of databases."""
    project = frame.layers.project
    public = project.model_validate(project.model_dump())
    path = frame.folder.parent / "frame.pickle"
    path.write_bytes(pickle.dumps(replace(frame, layers=replace(frame.layers, project=public))))
    return str(path)


def _started() -> None:
    """Do nothing: a process that was started for it has read this module."""


def _end_with_parent() -> None:
    """End this worker with the process that started it, which may be killed without a word."""
    if (parent := parent_process()) is None:
        return

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)  # or it would go on writing parts, maybe into those of the next run

    Thread(target=watch, daemon=True).start()


@lru_cache(maxsize=1)
def _frame(place: str, _changed: int) -> Frame:
    frame: Frame = pickle.loads(Path(place).read_bytes())  # noqa: S301  # written by this very run
    return frame


def _measure(place: str, tile: int) -> int:
    """Measure a tile on one thread: the workers have a core each."""
    frame = _frame(place, Path(place).stat().st_mtime_ns)
    with one_thread(), collection_paused():
        return measure_tile(frame, tile)


def _worker_lost() -> FileError:
    return FileError(
        "一个计算进程被系统终止，多半是内存不足。已完成的分块仍在：请加 --resume 继续；"
        "若再次发生，请改用更小的 --part-size 重新量算。",
        "A worker process was killed, most likely for want of memory. The parts that are done are"
        " kept: continue with --resume. If it happens again, start over with a smaller"
        " --part-size.",
    )
