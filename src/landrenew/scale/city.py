"""A whole city measured by tiles: laid out on disk, measured by an engine, brought together.

The folder of the parts says what they were made of. A run that was stopped goes on from the parts
that are done, and only when nothing they rest on has changed since.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from landrenew.base.errors import FileError, reason
from landrenew.base.words import Text, some
from landrenew.intake.sources.address import is_database
from landrenew.intake.sources.files import digests_of, sha256_of
from landrenew.intake.sources.remote import file_of
from landrenew.measure.given import refuse_given_twice
from landrenew.rules.library import rulebook_paths
from landrenew.scale.engine import here
from landrenew.scale.frame import read_frame
from landrenew.scale.gather import gathered
from landrenew.scale.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from landrenew.intake.project import Project
    from landrenew.scale.engine import Engine
    from landrenew.scale.gather import Gathered

    Count = Callable[[Text, int, int], None]

TILE_SIZE = 20_000
"""Parcels in a tile: enough to be worth the margin, few enough for a worker of 1 GiB."""

VERSIONS = ("landrenew", "geopandas", "numpy", "pandas", "pyogrio", "pyproj", "shapely")
"""What else decides the parts."""

NOTE = "rests-on.json"
"""File of the folder that says what its parts rest on."""

LAID_OUT = ("parcels", "buildings")
"""Folders of the layers by tile."""

OURS = {NOTE, "rests-on.new", "frame.pickle", "measured", *LAID_OUT}
"""All that a folder of parts may hold; one with anything else is not emptied."""

CHANGED = {
    "project": Text("项目文件", "the project file"),
    "rulebook": Text("规则书", "the rulebook"),
    "versions": Text("程序版本", "versions of the software"),
    "tile_size": Text("--part-size", "--part-size"),
}
"""What a part rests on beside the layers, for people."""


@dataclass(frozen=True)
class Way:
    """
    How a city is measured by tiles.

    Parameters
    ----------
    folder
        Folder for the parts.
    engine
        Who measures them.
    tile_size
        Parcels in a tile, about.
    resumes
        Whether to go on from parts that are there.
    """

    folder: Path
    engine: Engine = here
    tile_size: int = TILE_SIZE
    resumes: bool = False

    def clear(self) -> None:
        """Take the parts away, once the result is whole."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _silent(_what: Text, _done: int, _total: int) -> None:
    """Say nothing: library code never prints."""


def measured_city(project: Project, way: Way, *, count: Count = _silent) -> Gathered:
    """
    Measure a city by tiles.

    Parameters
    ----------
    project
        The project file.
    way
        How to.
    count
        Called with a step, how much of it is done, and how much there is.

    Returns
    -------
    Gathered
        The city, measured.

    Raises
    ------
    FileError
        When the folder cannot be written or holds something else, when it holds parts of other
        inputs and these are to be gone on from, or when a worker was lost.
    LandrenewError
        As for a city that is read as a whole.
    """
    try:
        return _measured_city(project, way, count)
    except OSError as error:
        said = reason(error)
        raise FileError(
            f"不能写入分块文件夹 {way.folder}：{said.zh}。请检查权限和磁盘空间后加 --resume 继续。",
            f"Cannot write the folder of parts {way.folder}: {said.en}. Check permissions and disk"
            " space, then continue with --resume.",
        ) from error


def _measured_city(project: Project, way: Way, count: Count) -> Gathered:
    _open_folder(project, way)
    frame, desk = read_frame(project, way.folder, way.tile_size, count)
    refuse_given_twice(frame.layers)
    every = range(frame.parcels.tiles)
    left = [tile for tile in every if not Part(frame.folder, tile).is_there]
    step = Text("量算分块", "Measuring parts")
    done = len(every) - len(left)
    count(step, done, len(every))
    for number, _ in enumerate(way.engine(frame, left), start=done + 1):
        count(step, number, len(every))
    return gathered(frame, desk)


def _open_folder(project: Project, way: Way) -> None:
    """Begin anew, or make sure that the parts that are there rest on the same inputs."""
    note = way.folder / NOTE
    now = _rests_on(project, way.tile_size)
    there = {one.name for one in way.folder.iterdir()} if way.folder.exists() else set()
    if there - OURS:
        raise FileError(
            f"文件夹 {way.folder} 不是分块文件夹，不会清空它。请移走或另选 --out。",
            f"Folder {way.folder} holds no parts and is not emptied. Move it away, or choose"
            " another --out.",
        )
    if way.resumes and (then := _noted(note)) is not None:
        _refuse_changed(then, now, way.folder)
        for name in LAID_OUT:  # quick to make again, and then surely whole
            shutil.rmtree(way.folder / name, ignore_errors=True)
        return
    shutil.rmtree(way.folder, ignore_errors=True)
    way.folder.mkdir(parents=True)
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps(now, ensure_ascii=False, indent=2), encoding="utf-8")
    fresh.replace(note)


def _noted(note: Path) -> dict[str, object] | None:
    """Read what parts rest on; a run that was killed early has left no note, or half of one."""
    try:
        then: dict[str, object] = json.loads(note.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return then


def _rests_on(project: Project, tile_size: int) -> dict[str, object]:
    """Say what the parts rest on."""
    paths = {name: one.path for name, one in project.layers().items()} | project.rasters.files()
    files = {name: file_of(project.folder, path, name) for name, path in paths.items()
             if not is_database(path)}  # fmt: skip
    books = rulebook_paths(project.city.rulebook, project.folder)
    return {
        "layers": {name: digests_of(path) for name, path in files.items()},
        "project": project.model_dump(mode="json", exclude={"folder"}),
        "rulebook": {path.name: sha256_of(path) for path in books},
        "versions": {one: version(one) for one in VERSIONS},
        "tile_size": tile_size,
    }


def _refuse_changed(then: dict[str, object], now: dict[str, object], folder: Path) -> None:
    changed = [said for name, said in CHANGED.items() if then.get(name) != now[name]]
    before, after = then.get("layers"), now["layers"]
    if isinstance(before, dict) and isinstance(after, dict):
        layers = sorted(
            name for name in before.keys() | after if before.get(name) != after.get(name)
        )
        changed += [Text(f"[{name}]", f"[{name}]") for name in layers]
    if not changed:
        return
    zh, en = some(one.zh for one in changed), some(one.en for one in changed)
    raise FileError(
        f"不能继续：自 {folder} 中的分块算出以来，{zh} 已改变。请去掉 --resume 重新量算。",
        f"Cannot continue: since the parts in {folder} were measured, these changed: {en}. Run"
        " again without --resume.",
    )
