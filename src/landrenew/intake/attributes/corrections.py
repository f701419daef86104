"""Corrections: single values put right before anything else is done with them, each on record.

The files themselves stay as they came. A correction names the row, the column, what stands there
and what is true, why, by what source and since when. It is refused when what stands there is no
longer what it says, for then somebody else has changed the file.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from landrenew.base.errors import FileError
from landrenew.base.words import Text, some
from landrenew.intake.attributes.names import columns_like
from landrenew.intake.attributes.values import BLANKS, THOUSANDS, read_ids
from landrenew.intake.faults import Fault
from landrenew.intake.naming import NAMED_BY, row_name
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.intake.project import Project
    from landrenew.intake.sections import Layer

HEADINGS = {
    "layer": ("图层", "表"),
    "id": ("编号", "代码"),
    "field": ("字段", "列"),
    "old": ("原值", "原来的值"),
    "new": ("新值", "改为"),
    "reason": ("理由", "原因"),
    "source": ("依据", "来源"),
    "date": ("日期",),
}
"""The columns of a table of corrections, and what planners call them; ``layer`` may be absent."""

NEEDED = ("id", "field", "old", "new", "reason", "source", "date")
STATED = ("id", "field", "reason", "source", "date")
"""What every correction must state; a blank ``old`` or ``new`` means missing."""

SAME = 1e-9
"""Relative difference below which two numbers are one: 1, 1.0 and 1.00."""

SHOWN = 5
_CODE = re.compile(r"-?0\d")
"""A text with a leading zero is a code, and equals no number."""


@dataclass(frozen=True)
class Correction:
    """
    One value to put right.

    Parameters
    ----------
    line
        Where it stands in the table of corrections.
    layer
        Layer of the project file.
    id
        Id of the row.
    field
        Column, by our name or the file's own.
    old
        What stands there, in the file's own unit; empty when nothing does.
    new
        What is true, in the file's own unit; empty when it is not known.
    reason
        Why.
    source
        By what document or whose word.
    date
        Since when.
    """

    line: int
    layer: str
    id: str
    field: str
    old: str
    new: str
    reason: str
    source: str
    date: str


def read_corrections(project: Project) -> dict[str, list[Correction]]:
    """
    Read the corrections of a project.

    Parameters
    ----------
    project
        The project file.

    Returns
    -------
    dict
        The corrections of each layer, in the order of the table; empty without a table.

    Raises
    ------
    FileError
        When the table cannot be read, lacks a column, names a layer that the project has not, or
        does not say why, by what source and since when.
    """
    if project.corrections is None:
        return {}
    table = _headed(read_source(project.folder, project.corrections, "corrections").frame)
    found = [
        Correction(int(line), **{str(name): _plain(value) for name, value in row.items()})
        for line, row in zip(table.index, table.to_dict("records"), strict=True)
    ]
    found = [one for one in found if one.id or one.field or one.old or one.new]
    known = [name for name in project.layers() if name != "corrections"]
    refused = [wrong for one in found if (wrong := _incomplete(one, known)) is not None]
    _refuse(refused)
    return {name: [one for one in found if one.layer == name] for name in known}


def _headed(frame: pd.DataFrame) -> pd.DataFrame:
    """Take the columns by our names or the Chinese ones."""
    theirs = {_plain(one).casefold(): one for one in frame.columns}
    taken = {
        name: theirs[word]
        for name, words in HEADINGS.items()
        for word in (name, *words)
        if word in theirs
    }
    if lacking := [name for name in NEEDED if name not in taken]:
        said = "、".join(f"{name}（{HEADINGS[name][0]}）" for name in lacking)
        there = ", ".join(map(str, frame.columns))
        raise FileError(
            f"[corrections] 缺少列 {said}。请补上；文件的列有：{there}。",
            f"[corrections] lacks the columns {', '.join(lacking)}. Add them; there are: {there}.",
        )
    table = pd.DataFrame({name: frame[column] for name, column in taken.items()})
    if "layer" not in table:
        table["layer"] = "parcels"
    blank = table["layer"].map(_is_blank)
    return table.assign(layer=table["layer"].astype(object).mask(blank, "parcels"))


def _incomplete(one: Correction, known: Sequence[str]) -> Text | None:
    """Say what a correction does not state."""
    if one.layer not in known:
        return Text(f"第 {one.line} 行：项目没有图层 [{one.layer}]",
                    f"line {one.line}: the project has no layer [{one.layer}]")  # fmt: skip
    lacking = [name for name in STATED if not getattr(one, name)]
    if not lacking:
        return None
    said = "、".join(f"{name}（{HEADINGS[name][0]}）" for name in lacking)
    return Text(f"第 {one.line} 行（{one.id}）没有填 {said}",
                f"line {one.line} ({one.id}) does not state {', '.join(lacking)}")  # fmt: skip


def _refuse(refused: Sequence[Text]) -> None:
    """Refuse all the corrections when one of them cannot be made."""
    if not refused:
        return
    left = len(refused) - SHOWN
    zh, en = ([one.say(lang) for one in refused[:SHOWN]] for lang in ("zh", "en"))
    more = Text(f"；另有 {left} 处", f"; and {left} more") if left > 0 else Text("", "")
    raise FileError(
        f"[corrections] 有更正不能执行：{'；'.join(zh)}{more.zh}。请核对后改正更正表。",
        f"[corrections] cannot be applied: {'; '.join(en)}{more.en}. Check and mend the table of"
        " corrections.",
    )


def apply_corrections(
    frame: pd.DataFrame, spec: Layer, name: str, corrections: Sequence[Correction]
) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Put values of a layer right.

    Parameters
    ----------
    frame
        The file's own columns, index ``row``; not changed.
    spec
        The layer, with its column mapping.
    name
        The layer's name in the project file.
    corrections
        The corrections of this layer, in order; a later one sees what an earlier one wrote.

    Returns
    -------
    DataFrame
        The same rows with the corrected values, in the file's own units.
    list of Fault
        ``corrected``, one a correction.

    Raises
    ------
    FileError
        When an id or a column is unknown or not unique, or a value is not what it was.
    """
    if not corrections:
        return frame, []
    at = _positions(frame, spec, name)
    cells: dict[str, list[object]] = {}
    faults, refused = [], []
    for one in corrections:
        column = _column(frame, spec, one.field)
        places = at.get(one.id, [])
        if column is None or len(places) != 1:
            refused.append(_nowhere(one, frame, len(places) if column else None))
            continue
        if column not in cells:
            cells[column] = frame[column].astype(object).tolist()
        place = places[0]
        if not _is_same(cells[column][place], one.old):
            refused.append(_changed_since(one, cells[column][place]))
            continue
        cells[column][place] = _value(one.new, frame[column])
        faults.append(Fault(name, int(frame.index[place]), one.id, "corrected", _done(one)))
    _refuse(refused)
    corrected = {
        column: pd.Series(values, frame.index, dtype=object).infer_objects()
        for column, values in cells.items()
    }
    return frame.assign(**corrected), faults


def _done(one: Correction) -> Text:
    old, new = one.old or "（空）", one.new or "（空）"
    why = f"{one.reason}；{one.source}，{one.date}"
    return Text(f"{one.field}：{old} → {new}（{why}）",
                f"{one.field}: {one.old or '(blank)'} -> {one.new or '(blank)'} ({one.reason};"
                f" {one.source}, {one.date})")  # fmt: skip


def _nowhere(one: Correction, frame: pd.DataFrame, rows: int | None) -> Text:
    """Say that the column is not there (no count of rows), or the row is not the only one."""
    if rows is None:
        there = some(frame.columns)
        return Text(f"第 {one.line} 行（{one.id}）：文件没有列“{one.field}”，有 {there}",
                    f"line {one.line} ({one.id}): the file has no column {one.field!r}, but"
                    f" {there}")  # fmt: skip
    zh = f"编号在文件中有 {rows} 行" if rows else "编号不在所读的行中"
    en = f"the id stands on {rows} rows" if rows else "the id is on no row that is read"
    return Text(f"第 {one.line} 行（{one.id}）：{zh}", f"line {one.line} ({one.id}): {en}")


def _changed_since(one: Correction, value: object) -> Text:
    """Say that the value is not the one the correction speaks of."""
    stands = _plain(value)
    return Text(f"第 {one.line} 行（{one.id}）：“{one.field}”现为“{stands}”，不是“{one.old}”",
                f"line {one.line} ({one.id}): {one.field!r} is {stands!r} now, not"
                f" {one.old!r}")  # fmt: skip


def _column(frame: pd.DataFrame, spec: Layer, field: str) -> str | None:
    """Find a column of the file by our name or its own, however it is spelt there."""
    mapping = spec.columns.get(field)
    wanted = field if mapping is None else mapping.column
    alike, _ = columns_like([str(one) for one in frame.columns], wanted, spec.path)
    return alike[0] if len(alike) == 1 else None


def _positions(frame: pd.DataFrame, spec: Layer, name: str) -> dict[str, list[int]]:
    """Find the rows by id: by the column that names them, else by their number."""
    column = _column(frame, spec, NAMED_BY.get(name, "name"))
    if column is None:
        return {row_name(row): [place] for place, row in enumerate(frame.index.tolist())}
    at: dict[str, list[int]] = {}
    for place, one in enumerate(read_ids(frame[column]).id):
        at.setdefault(_plain(one), []).append(place)
    return at


def _is_blank(value: object) -> bool:
    if value is None or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, str) and value.strip().casefold() in BLANKS


def _plain(value: object) -> str:
    """Write a value as people would type it; missing is empty."""
    if _is_blank(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip().removesuffix(" 00:00:00")


def _number(text: str) -> float | None:
    """Read a number; a code with a leading zero is none."""
    if _CODE.match(text):
        return None
    try:
        return float(THOUSANDS.sub("", text))
    except ValueError:
        return None


def _is_same(value: object, said: str) -> bool:
    """Tell whether a value is the one that a correction speaks of."""
    stands = _plain(value)
    if stands == said:
        return True
    one, other = _number(stands), _number(said)
    return one is not None and other is not None and math.isclose(one, other, rel_tol=SAME)


def _value(new: str, column: pd.Series) -> object:
    """Give the new value as the column holds its values."""
    if not new:
        return None
    number = _number(new) if pd.api.types.is_numeric_dtype(column) else None
    return new if number is None else number
