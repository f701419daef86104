"""What the parts of a city rest on, noted in their folder.

A run that was stopped goes on from the parts that are done, and only when nothing they rest on has
changed since.
"""

from __future__ import annotations

import json
import shutil
from importlib.metadata import version
from typing import TYPE_CHECKING

from landrenew.base.errors import FileError
from landrenew.base.words import Text, some
from landrenew.intake.sources.address import is_database
from landrenew.intake.sources.files import digests_of, sha256_of
from landrenew.intake.sources.remote import file_of
from landrenew.rules.library import rulebook_paths

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.desk import Desk
    from landrenew.intake.project import Project
    from landrenew.scale.city import Way

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


def open_folder(project: Project, way: Way) -> None:
    """
    Begin anew, or make sure that the parts that are there rest on the same inputs.

    Parameters
    ----------
    project
        The project file.
    way
        How the city is measured.

    Raises
    ------
    FileError
        When the folder holds something else, or parts that are to be gone on from rest on inputs
        that have changed.
    """
    note = way.folder / NOTE
    now, databases = _rests_on(project, way.tile_size), _databases(project)
    there = {one.name for one in way.folder.iterdir()} if way.folder.exists() else set()
    if there - OURS:
        raise FileError(
            f"文件夹 {way.folder} 不是分块文件夹，不会清空它。请移走或另选 --out。",
            f"Folder {way.folder} holds no parts and is not emptied. Move it away, or choose"
            " another --out.",
        )
    if way.resumes and (then := _noted(note)) is not None:
        files = {name: one for name, one in _layers_of(then).items() if name not in databases}
        _refuse_changed(then | {"layers": files}, now, way.folder)
        for name in LAID_OUT:  # quick to make again, and then surely whole
            shutil.rmtree(way.folder / name, ignore_errors=True)
        return
    shutil.rmtree(way.folder, ignore_errors=True)
    way.folder.mkdir(parents=True)
    _write_note(note, now)


def refuse_other_rows(project: Project, way: Way, desk: Desk) -> None:
    """
    Make sure that databases, which have no file to look at, gave the same rows as before.

    Parameters
    ----------
    project
        The project file.
    way
        How the city is measured.
    desk
        What was found while its layers were read.

    Raises
    ------
    FileError
        When parts that are to be gone on from rest on other rows.
    """
    note = way.folder / NOTE
    then = _noted(note) or {}
    databases = _databases(project)
    layers = {name: digest for name, digest in desk.digests.items() if name in databases}
    now = then | {"layers": _layers_of(then) | layers}
    if databases & _layers_of(then).keys():
        _refuse_changed(then, now, way.folder)
    _write_note(note, now)


def _databases(project: Project) -> set[str]:
    return {name for name, one in project.layers().items() if is_database(one.path)}


def _layers_of(note: dict[str, object]) -> dict[str, object]:
    layers = note.get("layers")
    return layers if isinstance(layers, dict) else {}


def _write_note(note: Path, said: dict[str, object]) -> None:
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps(said, ensure_ascii=False, indent=2), encoding="utf-8")
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
        "project": project.model_dump(mode="json", exclude={"folder", "map"}),
        "rulebook": {path.name: sha256_of(path) for path in books},
        "versions": {one: version(one) for one in VERSIONS},
        "tile_size": tile_size,
    }


def _refuse_changed(then: dict[str, object], now: dict[str, object], folder: Path) -> None:
    changed = [said for name, said in CHANGED.items() if then.get(name) != now[name]]
    before, after = _layers_of(then), _layers_of(now)
    layers = sorted(name for name in before.keys() | after if before.get(name) != after.get(name))
    changed += [Text(f"[{name}]", f"[{name}]") for name in layers]
    if not changed:
        return
    zh, en = some(one.zh for one in changed), some(one.en for one in changed)
    raise FileError(
        f"不能继续：自 {folder} 中的分块算出以来，{zh} 已改变。请去掉 --resume 重新量算。",
        f"Cannot continue: since the parts in {folder} were measured, these changed: {en}. Run"
        " again without --resume.",
    )
