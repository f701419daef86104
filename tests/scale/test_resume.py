"""A run that was stopped, however it was, goes on from the parts that are done, or says why not."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from multiprocessing import active_children
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest
from alike import same_result
from conftest import DEMO, zones_of
from small_city import EARLIER, SIZE, earlier_result, four, line
from squares import at, city_of, grid, redrawn
from typer.testing import CliRunner

from landrenew.base.errors import FileError
from landrenew.cli import app
from landrenew.scale import basis
from landrenew.scale.city import Way
from landrenew.scale.engine import here, on_processes
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from landrenew.publish.result import Result
    from landrenew.scale.engine import Engine
    from landrenew.scale.frame import Frame

KILLS = int(os.environ.get("LANDRENEW_KILLS", "6"))
"""How often a whole run is killed; more by the environment variable."""

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL on Windows")


def town(folder: Path) -> Path:
    """Write a city of fourteen squares with buildings, a rulebook of its own and corrections."""
    folder.mkdir(parents=True)
    shutil.copy(DEMO / "rulebook.toml", folder / "rules.toml")
    return city_of(
        folder,
        city={"name": "小城", "rulebook": "rules.toml"},
        parcels=redrawn(grid(14, declared_area_m2=[400.0] * 14), {3: None, 9: at(60, 20, 85, 40)}),
        buildings=zones_of(
            *[at(x, 5, x + 14, 12) for x in range(3, 120, 9)],
            floor_count=[2.0] * 13, height_m=[8.0, np.nan] * 6 + [9.0],
        ),
        corrections="layer,id,field,old,new,reason,source,date\n"
        "parcels,P05,declared_area_m2,400,410,r,s,2025-01-01\n",
    )  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return town(tmp_path_factory.mktemp("town") / "city")


@pytest.fixture(scope="module")
def whole(path: Path) -> Result:
    return run_project(path)


@pytest.fixture(scope="module")
def done(path: Path, whole: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Measure the town by tiles and give the folder of its parts."""
    folder = tmp_path_factory.mktemp("done") / "parts"
    same_result(run_project(path, way=Way(folder, tile_size=2)), whole)
    return folder


def contents(folder: Path) -> dict[str, str]:
    """Give the digest of every file of a folder, but for what a killed run left of its own."""
    return {
        one.relative_to(folder).as_posix(): hashlib.sha256(one.read_bytes()).hexdigest()
        for one in folder.rglob("*")
        if one.is_file() and not one.relative_to(folder).parts[0].startswith(".landrenew-")
    }


class Counted:
    """An engine that remembers which tiles it measured."""

    def __init__(self) -> None:
        self.tiles: list[int] = []

    def __call__(self, frame: Frame, tiles: Sequence[int]) -> Iterator[int]:
        """Measure here."""
        self.tiles = list(tiles)
        return here(frame, tiles)


# parts that are there


@pytest.mark.parametrize("seed", range(2))
def test_whatever_parts_are_there_the_result_is_the_same(
    seed: int, path: Path, whole: Result, done: Path, tmp_path: Path
) -> None:
    chance = random.Random(seed)  # noqa: S311
    folder = shutil.copytree(done, tmp_path / "parts")
    tiles = sorted({one.name[:5] for one in (folder / "measured").iterdir()})
    gone = [one for one in tiles if chance.random() < 0.5]
    for tile in gone:  # a record comes last: without it any of the other files may be there
        (folder / "measured" / f"{tile}.json").unlink()
        for one in (folder / "measured").glob(f"{tile}.*"):
            if chance.random() < 0.5:
                one.unlink()
    engine = Counted()
    same_result(run_project(path, way=Way(folder, engine, 2, resumes=True)), whole)
    assert engine.tiles == [int(tile) for tile in gone]


def test_a_part_of_which_a_file_is_gone_is_measured_again(
    path: Path, whole: Result, done: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(done, tmp_path / "parts")
    for name in ("00001.parquet", "00003.rejected.parquet", "00004.heights.npy"):
        (folder / "measured" / name).unlink()
    engine = Counted()
    same_result(run_project(path, way=Way(folder, engine, 2, resumes=True)), whole)
    assert engine.tiles == [1, 3, 4]


def test_what_a_stopped_writer_left_does_no_harm(
    path: Path, whole: Result, done: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(done, tmp_path / "parts")
    (folder / "measured" / "00002.json").unlink()
    for name in (".00002.parquet.new", ".00002.json.new", ".00003.parquet.0a1b.new"):
        (folder / "measured" / name).write_bytes(b"PAR1 half of a part")
    (folder / "parcels" / "00000-000.parquet").write_bytes(b"PAR1")
    shutil.rmtree(folder / "buildings")
    same_result(run_project(path, way=Way(folder, tile_size=2, resumes=True)), whole)


def test_to_resume_where_nothing_is_there_is_to_begin(
    path: Path, whole: Result, tmp_path: Path
) -> None:
    same_result(run_project(path, way=Way(tmp_path / "parts", tile_size=5, resumes=True)), whole)


def test_not_to_resume_is_to_begin_anew(
    path: Path, whole: Result, done: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(done, tmp_path / "parts")
    (folder / "measured" / "00001.json").write_text("spoilt", encoding="utf-8")
    engine = Counted()
    same_result(run_project(path, way=Way(folder, engine, 2)), whole)
    assert len(engine.tiles) > 5


# what changed


def write(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


def add_to(name: str, text: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(text)

    return change


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "parcels": (lambda folder: grid(14, declared_area_m2=[400.0] * 14).to_parquet(
        folder / "parcels.parquet"), r"\[parcels\]"),
    "line": (lambda folder: line().translate(1).to_frame("geometry").to_file(
        folder / "line.gpkg"), r"\[control_line\]"),
    "corrections": (add_to("corrections.csv", "\n"), r"\[corrections\]"),
    "rulebook": (add_to("rules.toml", "\n# another\n"), "the rulebook"),
    "project file": (add_to("city.toml", "[tolerances]\nsliver_width_m = 0.4\n"),
                     "the project file"),
    "a layer that is gone": (
        lambda folder: (folder / "city.toml").write_text(
            (folder / "city.toml").read_text(encoding="utf-8").replace(
                '[corrections]\npath = "corrections.csv"\n', ""), encoding="utf-8"),
        r"the project file, \[corrections\]"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_parts_of_other_inputs_are_refused_naming_what_changed(what: str, tmp_path: Path) -> None:
    change, named = CHANGES[what]
    path, folder = town(tmp_path / "city"), tmp_path / "parts"
    run_project(path, way=Way(folder, tile_size=9))
    before = contents(folder)
    change(path.parent)
    with pytest.raises(FileError, match=f"^Cannot continue: .* these changed: {named}\\."):
        run_project(path, way=Way(folder, tile_size=9, resumes=True))
    assert contents(folder) == before


def test_parts_of_another_size_or_version_are_refused(
    path: Path, done: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(FileError, match=r"these changed: --part-size\."):
        run_project(path, way=Way(done, tile_size=3, resumes=True))
    monkeypatch.setattr(basis, "version", lambda _: "99")
    with pytest.raises(FileError, match=r"these changed: versions of the software\."):
        run_project(path, way=Way(done, tile_size=2, resumes=True))


def test_an_input_that_cannot_be_read_is_not_told_as_a_folder_that_cannot_be_written(
    path: Path, tmp_path: Path
) -> None:
    file = path.parent / "parcels.parquet"

    def engine(_frame: Frame, _tiles: Sequence[int]) -> Iterator[int]:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(file))

    with pytest.raises(FileError, match=f"^Cannot read {file}: "):
        run_project(path, way=Way(tmp_path / "parts", engine))


@pytest.mark.parametrize("resumes", [False, True])
def test_a_folder_that_holds_no_parts_is_left_untouched(
    resumes: bool,  # noqa: FBT001  a case
    path: Path,
    tmp_path: Path,
) -> None:
    folder = earlier_result(tmp_path / "parts")
    before = contents(folder)
    with pytest.raises(FileError, match="holds no parts and is not emptied"):
        run_project(path, way=Way(folder, tile_size=5, resumes=resumes))
    assert contents(folder) == before


# a full disk, a lost worker


def full_after(count: int, write: Callable[..., object]) -> Callable[..., object]:
    """Let a writer write so many files, then no more."""
    left = iter(range(count))

    def writer(*args: Any, **how: Any) -> object:  # noqa: ANN401  the writer's
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(*args, **how)

    return writer


@pytest.mark.parametrize("count", [0, 3, 22])
def test_a_full_disk_is_told_in_a_sentence_and_the_run_goes_on_when_there_is_room(
    count: int, path: Path, whole: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "parts"
    with monkeypatch.context() as patch:
        patch.setattr("pyarrow.parquet.write_table", full_after(count, _write_table()))
        with pytest.raises(FileError) as met:
            run_project(path, way=Way(folder, tile_size=2))
    assert str(met.value) == (
        f"Cannot write the folder of parts {folder}: no space left on the disk. Check permissions"
        " and disk space, then continue with --resume."
    )
    assert "磁盘已满" in met.value.say("zh")
    same_result(run_project(path, way=Way(folder, tile_size=2, resumes=True)), whole)


def _write_table() -> Callable[..., object]:
    from pyarrow.parquet import write_table  # noqa: PLC0415  before it is patched

    return write_table


def losing_a_worker(engine: Engine) -> Engine:
    """Kill a process of an engine once a part is done."""

    def killing(frame: Frame, tiles: Sequence[int]) -> Iterator[int]:
        for number, tile in enumerate(engine(frame, tiles)):
            if number == 0:
                os.kill(active_children()[0].pid, signal.SIGKILL)
            yield tile

    return killing


@needs_signals
def test_a_killed_worker_is_told_in_a_sentence_and_the_run_goes_on(
    path: Path, whole: Result, tmp_path: Path
) -> None:
    folder = tmp_path / "parts"
    said = pytest.raises(FileError, match=r"^A worker process was killed, .*continue with --resume")
    with on_processes(2) as engine, said:
        run_project(path, way=Way(folder, losing_a_worker(engine), 1))
    assert len(list((folder / "measured").glob("*.json"))) < 14
    same_result(run_project(path, way=Way(folder, tile_size=1, resumes=True)), whole)


# a whole run, killed


IN_PROCESSES = "from landrenew.cli import main; main()"
HERE = (
    "import landrenew.scale.engine as own; from contextlib import nullcontext;"
    f" own.on_processes = lambda: nullcontext(own.here); {IN_PROCESSES}"
)
"""The program that measures in processes of its own, and one that does not and starts faster."""

WRITING = 100
"""Stands for the moment when the parts are done and the result is written."""


def arguments(path: Path, out: Path) -> list[str]:
    return ["run", str(path), "--out", str(out), "--part-size", "1", "--lang", "en"]


def run_here(words: list[str]) -> None:
    """Run in this process, which spares the start of others."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("landrenew.scale.choice.on_processes", lambda: nullcontext(here))
        met = CliRunner().invoke(app, words)
    assert met.exit_code == 0, met.output


def started(program: str, path: Path, out: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  our own program
        [sys.executable, "-c", program, *arguments(path, out)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def progress(out: Path) -> int:
    """Count the files that a run has written so far."""
    if any(out.glob(".landrenew-*")):
        return WRITING
    parts = out.with_name(f"{out.name}.parts")
    return sum(len(files) for _, _, files in os.walk(parts))


def killed(run: subprocess.Popen[bytes], out: Path, after: int, pause: float) -> bool:
    """Kill a run once it has written so many files; tell whether it had not ended before."""
    while run.poll() is None and progress(out) < after:
        time.sleep(0.005)
    time.sleep(pause)
    workers = [] if run.poll() is not None else psutil.Process(run.pid).children(recursive=True)
    run.kill()
    _, alive = psutil.wait_procs(workers, timeout=20)
    assert alive == []  # or they would write on
    return run.wait() != 0


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    feet = zones_of(
        *[at(SIZE * i + 3, 3, SIZE * i + 23, 9) for i in range(3)], floor_count=[1.0] * 3
    )
    folder = tmp_path_factory.mktemp("squares")
    return city_of(folder, parcels=four(owner=["甲", None, "乙", "丙"]), buildings=feet)


@pytest.fixture(scope="module")
def undisturbed(squares: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Give the files of a run that nobody disturbs."""
    out = earlier_result(tmp_path_factory.mktemp("undisturbed") / "out")
    run_here(arguments(squares, out))
    assert progress(out) == 0
    return contents(out)


@needs_signals
@pytest.mark.parametrize("seed", range(KILLS))
def test_a_killed_run_resumes_to_the_result_of_an_undisturbed_one(
    seed: int, squares: Path, undisturbed: dict[str, str], tmp_path: Path
) -> None:
    chance = random.Random(seed)  # noqa: S311
    out = earlier_result(tmp_path / "out")
    after = chance.choice([0, WRITING, *range(1, 25), *range(1, 25)])
    run = started(HERE if seed % 3 else IN_PROCESSES, squares, out)
    if killed(run, out, after, chance.uniform(0, 0.1 if after else 1.5)):
        assert {name: (out / name).read_bytes() for name in EARLIER} == EARLIER
    run_here([*arguments(squares, out), "--resume"])
    assert contents(out) == undisturbed


# the note of what the parts rest on


def test_the_note_says_what_the_parts_rest_on(done: Path) -> None:
    note = json.loads((done / "rests-on.json").read_text(encoding="utf-8"))
    assert set(note) == {"layers", "project", "rulebook", "versions", "tile_size"}
    assert set(note["layers"]) == {"parcels", "buildings", "control_line", "corrections"}
    assert note["rulebook"].keys() >= {"rules.toml"}


def test_a_folder_that_a_killed_run_left_empty_is_used(path: Path, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    run_project(path, way=Way(tmp_path / "parts", tile_size=9))


def test_a_folder_that_a_killed_run_emptied_in_part_is_used(
    path: Path, done: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(done, tmp_path / "parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed_after_the_note)
        with pytest.raises(KeyboardInterrupt):
            run_project(path, way=Way(folder, tile_size=2))
    run_project(path, way=Way(folder, tile_size=2))


def killed_after_the_note(folder: Path, **_: object) -> None:
    """Begin to empty a folder with any file that says what it is, and come no further."""
    (folder / "rests-on.json").unlink(missing_ok=True)
    raise KeyboardInterrupt


def test_half_a_note_is_none(path: Path, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "rests-on.json").write_text('{"layers": {', encoding="utf-8")
    run_project(path, way=Way(tmp_path / "parts", tile_size=9, resumes=True))
