"""The workers of a Dask cluster measure what this process would, and may be lost on the way."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest
from alike import same_result
from messy_city import messy_city
from small_city import small_city
from typer.testing import CliRunner

from landrenew.base.errors import FileError
from landrenew.cli import app
from landrenew.scale import engine as engine_module
from landrenew.scale.city import Way
from landrenew.scale.engine import cluster, on_cluster
from landrenew.workflow import run_project

distributed = pytest.importorskip("distributed")

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from landrenew.publish.result import Result
    from landrenew.scale.engine import Engine
    from landrenew.scale.frame import Frame


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Open a cluster of two workers for all tests."""
    with cluster(workers=2, memory="1GiB") as opened:
        yield opened


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return messy_city(tmp_path_factory.mktemp("messy"), seed=4)


@pytest.fixture(scope="module")
def whole(path: Path) -> Result:
    return run_project(path)


def test_a_cluster_gives_the_same(
    engine: Engine, path: Path, whole: Result, tmp_path: Path
) -> None:
    same_result(run_project(path, way=Way(tmp_path / "parts", engine, 9)), whole)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")
def test_the_part_of_a_lost_worker_is_given_to_another(
    engine: Engine, path: Path, whole: Result, tmp_path: Path
) -> None:
    workers = distributed.default_client().run(os.getpid)

    def killing(frame: Frame, tiles: Sequence[int]) -> Iterator[int]:
        for number, tile in enumerate(engine(frame, tiles)):
            if number == 0:
                os.kill(next(iter(workers.values())), signal.SIGKILL)
            yield tile

    same_result(run_project(path, way=Way(tmp_path / "parts", killing, 4)), whole)
    assert set(distributed.default_client().run(os.getpid).values()) != set(workers.values())


@pytest.mark.usefixtures("engine")
def test_a_run_may_use_a_cluster_that_is_running(tmp_path: Path) -> None:
    path, scheduler = small_city(tmp_path / "city"), distributed.default_client().scheduler.address
    met = CliRunner().invoke(
        app, ["run", str(path), "--out", str(tmp_path / "out"), "--cluster", scheduler]
    )
    assert met.exit_code == 0, met.output
    assert (tmp_path / "out" / "share.json").exists()
    assert not (tmp_path / "out.parts").exists()


def test_what_a_worker_refuses_is_told_as_it_says_it(engine: Engine, tmp_path: Path) -> None:
    path = small_city(tmp_path / "city", rasters={"nightlight": "no.tif"})
    with pytest.raises(FileError, match=r"nightlight.*no\.tif does not exist"):
        run_project(path, way=Way(tmp_path / "parts", engine, 2))


def test_a_part_that_kills_every_worker_is_told_in_a_sentence(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Client:
        """A client whose workers all die."""

        def map(self, *_: object, **__: object) -> list[None]:
            """Take the tasks."""
            return [None]

        def cancel(self, _: object) -> None:
            """Forget them."""

    class Lost:
        """A task whose workers all died."""

        def result(self) -> None:
            """Say so."""
            raise distributed.KilledWorker("part", None, 3)

    monkeypatch.setattr(distributed, "as_completed", lambda _: [Lost()])
    with pytest.raises(FileError, match=r"^A worker process was killed"):
        run_project(path, way=Way(tmp_path / "parts", on_cluster(Client()), 20))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "here"])
def test_no_answer_of_a_scheduler_is_told_in_a_sentence(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "ANSWER_S", 0.2)
    with (
        pytest.raises(FileError, match=f"^No Dask scheduler answers at {address}: .* running"),
        cluster(address),
    ):
        pass


def test_a_memory_that_is_no_amount_is_told_in_a_sentence() -> None:
    with pytest.raises(FileError, match="Memory 'lots' of a worker"), cluster(memory="lots"):
        pass


def test_dask_that_is_not_installed_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(FileError, match="Dask is not installed"), cluster():
        pass
