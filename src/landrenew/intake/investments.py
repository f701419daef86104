"""Read proposed projects that ask to be let in: a TOML file for one, a sheet or CSV for many.

Their columns are known by the names planners use for them. A name that could be another figure,
such as that of the present state, is never taken, and two columns for one figure are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import pandas as pd

from landrenew.base.columns import COLUMNS, OF_PROJECTS, labels
from landrenew.base.errors import ColumnError, FileError
from landrenew.base.toml_file import read_toml
from landrenew.base.words import Text, visible
from landrenew.intake.attributes.take import take_columns
from landrenew.intake.propose.names import AGAIN, matches
from landrenew.intake.sections import Layer, Mapping
from landrenew.intake.sources.read import read_source
from landrenew.intake.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from landrenew.intake.faults import Fault

LAYER = "projects"
"""What the table is called in messages."""

SHEETS = (".xlsx", ".xlsm", ".csv", ".tsv")

PRESENT_STATE = re.compile("现状|改造前|目前|原有|before|existing|current", re.IGNORECASE)
"""A figure of the land as it is, not of the project."""

OF_EDITION = re.compile(r"4754\D{0,3}(2002|2011|2017)")
"""How a heading states the edition of its industry codes."""


@dataclass(frozen=True)
class Investments:
    """
    Proposed projects as they were read.

    Parameters
    ----------
    frame
        Columns of the data dictionary in our units, index ``row``; missing is NaN or None.
    faults
        Values that could not be taken.
    notes
        What was decided: which column was taken for which, and which were not.
    """

    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    notes: tuple[Text, ...]


def read_investments(path: Path, *, layer: str | None = None) -> Investments:
    """
    Read proposed projects.

    Parameters
    ----------
    path
        TOML with one project, a key a figure; XLSX or CSV with one project a row.
    layer
        Sheet of a workbook that has several.

    Returns
    -------
    Investments
        The projects.

    Raises
    ------
    FileError
        When the file cannot be read, or is of another format.
    ColumnError
        When two columns state one figure, none states any, a key of the TOML is not known, or a
        unit is not.
    """
    suffix = path.suffix.lower()
    if suffix == ".toml":
        source = _toml(path)
    elif suffix in SHEETS:
        source = read_source(path.parent, Layer(path=path.name, layer=layer), LAYER)
    else:
        raise FileError(
            f"不认识 {path}：拟建项目写在 .toml（一个项目）或 .xlsx、.csv（一行一个项目）里。",
            f"{path} is not known: proposed projects stand in a .toml (one project) or an .xlsx or"
            " .csv (one project a row).",
        )
    headings = [str(one) for one in source.frame.columns]
    found = _found(headings, path)
    left = [one for one in headings if one not in found.values()]
    if (left and suffix == ".toml") or not found:
        raise _unknown(left, path)
    edition = _edition_in_heading(found)
    columns = {ours: Mapping(column=theirs) for ours, theirs in found.items()}
    taken = take_columns(source, Layer(path=path.name, columns=columns), LAYER)
    frame = taken.frame
    if edition is not None:
        frame = frame.assign(industry_edition=edition)
    named = _names(frame)
    faults = tuple(replace(one, id=named.get(one.row or 0, "")) for one in taken.faults)
    notes = (*source.notes, *taken.notes, *_notes(found, left, edition))
    said = tuple(Text(visible(one.zh), visible(one.en)) for one in notes)
    return Investments(frame, (*source.faults, *faults), said)


def _toml(path: Path) -> Source:
    """Read the one project of a TOML file as a table of one row."""
    raw = read_toml(path, Text("拟建项目文件", "project to be let in"))
    if nested := [key for key, one in raw.items() if isinstance(one, dict | list)]:
        listed = "、".join(map(visible, nested))
        raise FileError(
            f"{path} 中 {listed} 不是单个的值。一个文件写一个项目，一行一项；多个项目请用表格。",
            f"{path}: {listed} is no single value. A file holds one project, a line a figure; for"
            " several projects use a sheet.",
        )
    if not raw:
        raise FileError(
            f"{path} 是空的。请按 docs/admission.md 写明项目的各项数值。",
            f"{path} is empty. State the figures of the project, see docs/admission.md.",
        )
    cells = {key: _cell(value) for key, value in raw.items()}
    row = pd.Index([1], name="row")
    return Source(pd.DataFrame({key: [one] for key, one in cells.items()}, row, dtype=object))


def _cell(value: object) -> object:
    return value.isoformat() if isinstance(value, dt.date) else value


def _found(headings: Iterable[str], path: Path) -> dict[str, str]:
    """Find the heading of each of our columns; two for one are refused."""
    found: dict[str, str] = {}
    for heading in headings:
        ours = _meant(heading)
        if ours is None:
            continue
        if ours in found:
            both = [visible(one) for one in (found[ours], heading)]
            label = COLUMNS[ours].label
            raise ColumnError(
                f"{path} 的“{both[0]}”与“{both[1]}”都可能是{label.zh}（{ours}）。"
                "请只留一列，或把另一列改名。",
                f"{path}: {both[0]!r} and {both[1]!r} may both be {label.en} ({ours}). Keep one, or"
                " rename the other.",
            )
        found[ours] = heading
    return found


def _meant(heading: str) -> str | None:
    """Tell which of our columns a heading surely means."""
    if PRESENT_STATE.search(heading):
        return None
    bare = AGAIN.sub("", heading)
    sure = [
        one
        for name in dict.fromkeys([bare, bare.rpartition(" ")[2]])
        for one in matches(name)
        if one.is_sure and one.column in OF_PROJECTS
    ]
    return max(sure, key=lambda one: one.score).column if sure else None


def _unknown(left: Iterable[str], path: Path) -> ColumnError:
    listed = "、".join(map(visible, left))
    return ColumnError(
        f"{path} 中不认得：{listed}。可写：{labels(OF_PROJECTS).zh}。",
        f"{path}: not known: {listed}. Known are: {', '.join(OF_PROJECTS)}.",
    )


def _edition_in_heading(found: dict[str, str]) -> str | None:
    met = OF_EDITION.search(found.get("industry_code", ""))
    return None if met is None or "industry_edition" in found else met[1]


def _names(frame: pd.DataFrame) -> dict[int, str]:
    """Name each row by its project's name or id, for messages."""
    named = next((one for one in ("project_name", "project_id") if one in frame), None)
    held = pd.Series(dtype=object) if named is None else frame[named].dropna()
    return {cast("int", row): str(one) for row, one in held.items()}


def _notes(found: dict[str, str], left: list[str], edition: str | None) -> list[Text]:
    """Say which headings were read as what, where that is not plain, and which were not read."""
    said = []
    others = {name: one for name, one in found.items()
              if one not in {name, COLUMNS[name].label.zh, COLUMNS[name].label.en}}  # fmt: skip
    if others:
        zh = "，".join(f"“{one}”作{COLUMNS[name].label.zh}" for name, one in others.items())
        en = ", ".join(f"“{one}” as {COLUMNS[name].label.en}" for name, one in others.items())
        said.append(Text(f"取用的列：{zh}。", f"Columns taken: {en}."))
    if edition is not None:
        said.append(Text(
            f"行业代码按表头写明的 GB/T 4754-{edition}。",
            f"Industry codes are read as of GB/T 4754-{edition}, as the heading states.",
        ))  # fmt: skip
    if left:
        listed = "、".join(left)
        said.append(Text(f"未用的列：{listed}。", f"Columns not used: {listed}."))
    return said
