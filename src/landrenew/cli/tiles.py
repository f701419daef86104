"""The options of a run that is measured by tiles, on this machine or on a cluster."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from landrenew.scale.city import Way

Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="本机 Dask 进程数 · Dask workers on this machine"),
]
Memory = Annotated[
    str | None,
    typer.Option("--worker-memory", help="每个进程的内存上限 · Memory of each", metavar="3GiB"),
]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", help="Dask 集群 · Dask scheduler", metavar="tcp://HOST:PORT"),
]
PartSize = Annotated[
    int | None,
    typer.Option("--part-size", min=1, help="分块量算，每块宗地数 · Parcels in a part"),
]
Resume = Annotated[
    bool, typer.Option("--resume", help="从已完成的分块继续 · Go on from the parts that are done")
]


@contextmanager
def chosen_way(
    city: Path,
    out: Path,
    *,
    workers: int | None,
    memory: str | None,
    scheduler: str | None,
    part_size: int | None,
    resumes: bool,
) -> Iterator[Way | None]:
    """Choose how a city is measured: in memory, unless it is large or something else is asked."""
    from landrenew.intake.project import read_project
    from landrenew.scale.city import TILE_SIZE, Way
    from landrenew.scale.engine import cluster, on_processes
    from landrenew.scale.size import is_large

    folder = out.parent / f"{out.name}.parts"
    size = part_size or TILE_SIZE
    if workers is not None or scheduler is not None:
        with cluster(scheduler, workers=workers or 1, memory=memory) as engine:
            yield Way(folder, engine, size, resumes)
    elif part_size is not None or resumes or is_large(read_project(city)):
        yield Way(folder, on_processes(), size, resumes)
    else:
        yield None


def clear_parts(way: Way | None) -> None:
    """Take the parts away once the result is whole."""
    if way is not None:
        shutil.rmtree(way.folder, ignore_errors=True)
