"""The lines of a boundary-point file 界址点坐标 TXT: its head, its plots and their corners."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from landrenew.base.errors import FileError

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?")
COMMA = re.compile("[,\uff0c]")
HEAD_LINE = re.compile(r"([^=,]+)=(.*)")
SECTION = re.compile(r"[\[\u3010].*[\]\u3011]")
"""A heading such as ``[属性描述]``; some programs write 【】."""

PLOT_END = "@"
CORNER_PARTS = 4
"""Mark, ring, X (north), Y (east)."""


class Corner(NamedTuple):
    """
    One corner as written.

    Parameters
    ----------
    ring
        Its ring.
    north
        X [m].
    east
        Y [m].
    line
        Number of its line.
    """

    ring: str
    north: float
    east: float
    line: int


@dataclass
class Plot:
    """
    One plot as written.

    Parameters
    ----------
    said
        What its line says before the ``@``, in the order of the national form.
    corners
        Its corners in the order written.
    """

    said: list[str]
    corners: list[Corner] = field(default_factory=list)


@dataclass
class CornerFile:
    """
    One file as written.

    Parameters
    ----------
    name
        Name of the file.
    head
        What its head says, by word.
    plots
        Its plots.
    """

    name: str
    head: dict[str, str] = field(default_factory=dict)
    plots: list[Plot] = field(default_factory=list)


def corner_file(text: str, path: Path, name: str) -> CornerFile:
    """
    Read the lines of a boundary-point file.

    Parameters
    ----------
    text
        The file as text; full-width signs and blank lines are borne.
    path
        The file, for messages.
    name
        The layer's name in the project file, for messages.

    Returns
    -------
    CornerFile
        Head and plots as written.

    Raises
    ------
    FileError
        When a line is none of the form, or no plot is there.
    """
    whole = CornerFile(path.name)
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip().strip("\ufeff").strip()
        plain = unicodedata.normalize("NFKC", line)
        if not line or SECTION.fullmatch(plain):
            continue
        if plain.rstrip(",").endswith(PLOT_END):
            whole.plots.append(Plot(_before_the_end(line)))
        elif whole.plots:
            whole.plots[-1].corners.append(_corner(plain, number, path, name))
        elif (met := HEAD_LINE.fullmatch(plain)) is not None:
            whole.head[met[1].strip()] = met[2].strip()
        else:
            raise _no_corner_file(path, name, f"第 {number} 行", f"line {number}")
    if not whole.plots:
        raise _no_corner_file(path, name, "没有以 @ 结尾的地块行", "no plot line that ends with @")
    return whole


def _before_the_end(line: str) -> list[str]:
    every = [one.strip() for one in COMMA.split(line.rstrip(",\uff0c "))]
    return every[:-1]


def _corner(line: str, number: int, path: Path, name: str) -> Corner:
    parts = [one.strip() for one in line.rstrip(",").split(",")]
    whole = len(parts) == CORNER_PARTS
    if not whole or not all(NUMBER.fullmatch(one) for one in parts[2:]):
        raise FileError(
            f"[{name}] 的界址点文件 {path} 第 {number} 行“{line[:40]}”不是“点号，圈号，X,Y”。"
            "请改正该行。",
            f"[{name}]: line {number} of boundary-point file {path}, {line[:40]!r}, is not"
            " 'mark,ring,X,Y'. Mend that line.",
        )
    return Corner(parts[1], float(parts[2]), float(parts[3]), number)


def _no_corner_file(path: Path, name: str, zh: str, en: str) -> FileError:
    return FileError(
        f"[{name}] 的文件 {path} 不是界址点坐标 TXT（{zh}）。表格请另存为 CSV，"
        "界址点请按 [属性描述]、[地块坐标] 的格式导出。",
        f"[{name}]: file {path} is no boundary-point TXT ({en}). Save a table as CSV; export"
        " boundary points with the heads [属性描述] and [地块坐标].",
    )
