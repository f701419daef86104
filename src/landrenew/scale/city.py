"""A whole city measured by tiles: laid out on disk, measured by an engine, brought together."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from landrenew.base.errors import FileError, reason
from landrenew.base.words import Text
from landrenew.measure.given import refuse_given_twice
from landrenew.scale.basis import open_folder, refuse_other_rows
from landrenew.scale.engine import here
from landrenew.scale.frame import read_frame
from landrenew.scale.gather import gathered
from landrenew.scale.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable

    from landrenew.intake.project import Project
    from landrenew.scale.engine import Engine
    from landrenew.scale.gather import Gathered

    Count = Callable[[Text, int, int], None]

TILE_SIZE = 20_000
"""Parcels in a tile: enough to be worth the margin, few enough for a worker of 1 GiB."""


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
        if not _lies_in(error.filename, way.folder):
            raise FileError(
                f"读不了 {error.filename}：{said.zh}。请检查路径和权限后加 --resume 继续。",
                f"Cannot read {error.filename}: {said.en}. Check the path and permissions, then"
                " continue with --resume.",
            ) from error
        raise FileError(
            f"不能写入分块文件夹 {way.folder}：{said.zh}。请检查权限和磁盘空间后加 --resume 继续。",
            f"Cannot write the folder of parts {way.folder}: {said.en}. Check permissions and disk"
            " space, then continue with --resume.",
        ) from error


def _lies_in(name: object, folder: Path) -> bool:
    """Tell whether the system spoke of the folder; where it names no file it was writing there."""
    return not isinstance(name, str) or Path(name).absolute().is_relative_to(folder.absolute())


def _measured_city(project: Project, way: Way, count: Count) -> Gathered:
    open_folder(project, way)
    frame, desk = read_frame(project, way.folder, way.tile_size, count)
    refuse_other_rows(project, way, desk)
    refuse_given_twice(frame.layers)
    every = range(frame.parcels.tiles)
    left = [tile for tile in every if not Part(frame.folder, tile).is_there]
    step = Text("量算分块", "Measuring parts")
    done = len(every) - len(left)
    count(step, done, len(every))
    for number, _ in enumerate(way.engine(frame, left), start=done + 1):
        count(step, number, len(every))
    return gathered(frame, desk)
