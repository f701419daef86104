"""How a city is measured: in memory, by processes of this machine, or on a cluster."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from landrenew.intake.project import read_project
from landrenew.scale.city import TILE_SIZE, Way
from landrenew.scale.engine import cluster, on_processes
from landrenew.scale.size import is_large

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Asked:
    """
    What is asked for of how a city is measured.

    Parameters
    ----------
    workers
        Dask workers to start on this machine; None starts none.
    memory
        Memory of each of them, such as ``3GiB``; None shares that of the machine.
    scheduler
        Dask scheduler that is running, such as ``tcp://10.0.0.5:8786``.
    part_size
        Parcels in a tile; None takes as many as serve.
    resumes
        Whether to go on from the parts that are done.
    """

    workers: int | None = None
    memory: str | None = None
    scheduler: str | None = None
    part_size: int | None = None
    resumes: bool = False


@contextmanager
def chosen_way(path: str | Path, out: Path, asked: Asked) -> Iterator[Way | None]:
    """
    Choose how a city is measured: in memory, unless it is large or something else is asked for.

    Parameters
    ----------
    path
        The project file ``city.toml``.
    out
        The output folder; the parts lie beside it.
    asked
        What is asked for.

    Yields
    ------
    Way or None
        For :func:`landrenew.workflow.run_project`.

    Raises
    ------
    LandrenewError
        When the project file cannot be read, Dask is not installed or no scheduler answers.
    """
    folder = out.parent / f"{out.name}.parts"
    size = asked.part_size or TILE_SIZE
    if asked.workers is not None or asked.scheduler is not None:
        with cluster(asked.scheduler, workers=asked.workers or 1, memory=asked.memory) as engine:
            yield Way(folder, engine, size, asked.resumes)
    elif asked.part_size is not None or asked.resumes or is_large(read_project(path)):
        with on_processes() as engine:
            yield Way(folder, engine, size, asked.resumes)
    else:
        yield None
