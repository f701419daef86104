"""The options of a run that is measured by tiles, on this machine or on a cluster."""

from __future__ import annotations

from typing import Annotated

import typer

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
