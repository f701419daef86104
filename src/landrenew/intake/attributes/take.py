"""Turn a file's own columns into ours: names, units, numbers, text, ids.

A value that cannot be understood or cannot be true becomes missing, and a fault says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.columns import COLUMNS, WORDS, Column
from landrenew.base.errors import ColumnError
from landrenew.base.missing import none_where_missing
from landrenew.base.questions import PROOF
from landrenew.base.units import SCALES, factor_between, factor_to, is_foreign_money
from landrenew.base.words import Text, some
from landrenew.intake.attributes.mojibake import noise_in
from landrenew.intake.attributes.names import find_column, split_unit, unknown_unit
from landrenew.intake.attributes.values import read_ids, read_numbers, read_texts
from landrenew.intake.faults import Fault
from landrenew.intake.sections import Mapping

if TYPE_CHECKING:
    from landrenew.intake.sections import Layer
    from landrenew.intake.sources.source import Source

WITHOUT_UNIT = {"1", "person"}
"""Units that a title such as 单位：万元 never means."""

NONE_OR_NOTHING = {"无", "無"}
"""A blank of every other column; in a column of yes and no it may be meant as a no."""


@dataclass
class Taken:
    """
    The columns of the data dictionary that a file gave.

    Parameters
    ----------
    frame
        Index as in the file; only our columns, in our units. Missing is NaN or None.
    faults
        Values that could not be taken, or are doubted.
    notes
        What was decided: units taken from headings and cells, names that had been cut.
    """

    frame: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)
    notes: list[Text] = field(default_factory=list)


def take_columns(source: Source, spec: Layer, name: str) -> Taken:
    """
    Take the columns of the data dictionary out of a file's table.

    Parameters
    ----------
    source
        What the reader gave: the file's own columns, index ``row``, and the units it states.
    spec
        The layer with its column mapping. Columns that already bear our names need none.
    name
        The layer's name in the project file.

    Returns
    -------
    Taken
        The columns, with text without surrounding blanks. A column of the parcels that bears our
        name for something we measure is taken only where the project file asks for it.

    Raises
    ------
    ColumnError
        When a mapped column is not in the file or could be several, or a unit is unknown or
        contradicts the heading.
    """
    columns = [str(one) for one in source.frame.columns]
    found = {
        one: Mapping(column=one)
        for one in columns
        if one in COLUMNS and (COLUMNS[one].role == "given" or name not in PARCELS)
    }
    desk = _Desk(source, spec, name, Taken(pd.DataFrame(index=source.frame.index)))
    taken = {
        ours: desk.take(COLUMNS[ours], mapping) for ours, mapping in (found | spec.columns).items()
    }
    desk.taken.frame = pd.DataFrame(taken, index=source.frame.index)
    return desk.taken


PARCELS = {"parcels", "earlier_parcels", "survey"}
"""Layers whose measured columns may be those of an earlier run."""


@dataclass
class _Desk:
    """Where one table's columns are taken, one after the other."""

    source: Source
    spec: Layer
    name: str
    taken: Taken

    def take(self, column: Column, mapping: Mapping) -> pd.Series:
        """Take one column."""
        theirs = self.find(column.name, mapping.column)
        values = self.source.frame[theirs]
        if column.name in WORDS:
            return self.word(values, column)
        if column.kind in {"text", "class"}:
            is_id = column.name.endswith(("_id", "_code"))
            text = self.id(values, column) if is_id else read_texts(values)
            self.fault(text[noise_in(text)], column, "mojibake")
            return text
        unit = self.unit(column, mapping, theirs)
        return self.number(values, column, unit, theirs)

    def find(self, ours: str, wanted: str) -> str:
        """Find a column of the file, first to the letter, then by looser spellings."""
        theirs = [str(one) for one in self.source.frame.columns]
        found, note = find_column(theirs, wanted, self.spec.path, layer=self.name, named_for=ours)
        if note is not None:
            self.note(note)
        return found

    def word(self, values: pd.Series, column: Column) -> pd.Series:
        """Give one of the few words a class column knows; any other is missing, and a fault."""
        known = {word: word for word in WORDS[column.name]}
        known |= {said: word for word, others in WORDS[column.name].items() for said in others}
        text = read_texts(values)
        words = none_where_missing(text.map(known, na_action="ignore"))
        self.fault(values[text.notna() & words.isna()], column, "unknown_word")
        if column.name in PROOF:
            self.tell_ambiguous(values, column)
        return words

    def tell_ambiguous(self, values: pd.Series, column: Column) -> None:
        """Say how many cells read 无, which may mean "none" and may mean "no data"."""
        count = int(values.astype(str).str.strip().isin(NONE_OR_NOTHING).sum())
        if count:
            self.note(Text(
                f"{column.label.zh}有 {count} 格写“无”：可能是没有，也可能是没有数据，一律作不明。"
                "确实没有的，请写“否”。",
                f"{column.label.en}: {count} cells say 无, which may mean none or no data; they"
                " count as unknown. Write 否 where there is none.",
            ))  # fmt: skip

    def id(self, values: pd.Series, column: Column) -> pd.Series:
        """Give ids in half-width letters; those that a spreadsheet shortened are doubted."""
        ids, is_damaged, is_wide = read_ids(values)
        self.fault(values[is_damaged], column, "id_damaged")
        if wide := int(is_wide.sum()):
            self.note(Text(
                f"{column.label.zh}有 {wide} 处全角字符，已改作半角。",
                f"{column.label.en}: full-width letters of {wide} ids were made half-width.",
            ))  # fmt: skip
        return ids

    def unit(self, column: Column, mapping: Mapping, theirs: str) -> str | None:
        """Settle a column's unit: what the project file says, the heading, the sheet's title."""
        heading = self.source.units.get(theirs) or split_unit(theirs)[1]
        if heading is not None:
            self.refuse_contradiction(column, mapping, theirs, heading)
        elif mapping.unit is None and (strange := _strange_unit(column, theirs)) is not None:
            self.refuse_unknown_unit(column, theirs, strange)
        elif mapping.unit is None and column.unit not in WITHOUT_UNIT:
            fit = [one for one in self.source.sheet_units if factor_between(column.unit, one)]
            heading = (
                fit[0] if len({factor_between(column.unit, one) for one in fit}) == 1 else None
            )
        if mapping.unit is None and heading is not None and factor_to(column.unit, heading) != 1:
            self.note(Text(
                f"列“{theirs}”按表头的单位“{heading}”换算。",
                f"Column {theirs!r} was converted from {heading!r}, the unit its heading states.",
            ))  # fmt: skip
        return mapping.unit or heading

    def refuse_contradiction(
        self, column: Column, mapping: Mapping, theirs: str, heading: str
    ) -> None:
        """Refuse a heading's unit that is no unit of the column, or not what the mapping says."""
        factor = factor_between(column.unit, heading)
        stated = factor if mapping.unit is None else factor_to(column.unit, mapping.unit)
        if factor is not None and factor == stated:
            return
        says = Text("", "")
        if mapping.unit is not None:
            says = Text(
                f"，项目文件却写 unit = “{mapping.unit}”",
                f", the project file says {mapping.unit!r}",
            )
        raise ColumnError(
            f"[{self.name}] 的列“{theirs}”表头写明单位“{heading}”，与 {column.name}（单位"
            f" {column.unit}）不合{says.zh}。请核对单位，改正 unit 或换一列。",
            f"[{self.name}]: the heading of column {theirs!r} states the unit {heading!r}, which"
            f" does not fit {column.name} [{column.unit}]{says.en}. Check the unit, or name another"
            " column.",
        )

    def refuse_unknown_unit(self, column: Column, theirs: str, strange: str) -> None:
        """Refuse a heading's unit that we do not know: its values would be taken for ours."""
        raise ColumnError(
            f"[{self.name}] 的列“{theirs}”表头写明“{strange}”，程序不认识这个单位。请为"
            f' {column.name} 写明单位，例如 {{ column = "{theirs}", unit = "{column.unit}" }}。',
            f"[{self.name}]: the heading of column {theirs!r} states {strange!r}, a unit that is"
            f" not known. State the unit of {column.name}, such as"
            f' {{ column = "{theirs}", unit = "{column.unit}" }}.',
        )

    def number(
        self, values: pd.Series, column: Column, unit: str | None, theirs: str
    ) -> pd.Series[float]:
        """Give numbers in our unit; what is none, or cannot be true, is missing, and a fault."""
        factor = 1.0 if unit is None else factor_to(column.unit, unit)
        read = read_numbers(values)
        number = read.number * factor
        with_unit = read.unit.dropna()
        foreign = with_unit.map(is_foreign_money).astype(bool)
        factors = with_unit.map(lambda one: _cell_factor(column.unit, one, factor)).astype(float)
        factors = factors.where(~foreign)
        number.loc[with_unit.index] = read.number.loc[with_unit.index] * factors
        abroad = values.index.to_series().isin(foreign.index[foreign])
        if factors.notna().any():
            self.note(Text(
                f"列“{theirs}”有 {int(factors.notna().sum())} 格自带单位，已按各自的单位换算。",
                f"Column {theirs!r}: {int(factors.notna().sum())} cells state a unit of their own"
                " and were converted from it.",
            ))  # fmt: skip
        self.fault(values[number.isna() & ~read.is_blank & ~abroad], column, "not_a_number")
        self.fault(values[abroad], column, "foreign_currency")
        low = -np.inf if column.low is None else column.low
        high = np.inf if column.high is None else column.high
        impossible = ~number.between(low, high) & number.notna() | np.isinf(number)
        self.fault(values[impossible], column, "out_of_range")
        return number.mask(impossible)

    def fault(self, values: pd.Series, column: Column, code: str) -> None:
        """Add a fault for each value."""
        rows: list[int] = values.index.tolist()
        self.taken.faults += [
            Fault(
                self.name, row, "", code,
                Text(f"{column.label.zh} = {one}", f"{column.name} = {one}"),
            )
            for row, one in zip(rows, values, strict=True)
        ]  # fmt: skip

    def note(self, said: Text) -> None:
        """Add a note, under the table's name."""
        self.taken.notes.append(Text(f"[{self.name}] {said.zh}", f"[{self.name}] {said.en}"))


def _strange_unit(column: Column, theirs: str) -> str | None:
    """Find a unit we do not know in a heading; our own name states ours."""
    return None if theirs == column.name else unknown_unit(theirs)


def _cell_factor(ours: str, unit: str, factor: float) -> float:
    """Give what a cell's own unit is worth in ours; a bare 万 counts in the column's unit."""
    own = factor_between(ours, unit)
    if own is None and unit in SCALES:
        own = SCALES[unit] * factor
    return np.nan if own is None else own


def need_columns(frame: pd.DataFrame, name: str, *needed: str) -> None:
    """
    Refuse a table that lacks a column it cannot do without.

    Parameters
    ----------
    frame
        Table with our columns.
    name
        The layer's name in the project file.
    *needed
        Names of the columns.

    Raises
    ------
    ColumnError
        When one is missing, telling how to map it.
    """
    if absent := [one for one in needed if one not in frame.columns]:
        labels = "、".join(f"{one}（{COLUMNS[one].label.zh}）" for one in absent)
        raise ColumnError(
            f"[{name}] 缺少 {labels}。请在 [{name}.columns] 中写明对应的列，"
            f'例如 {absent[0]} = "文件中的列名"。',
            f"[{name}] lacks {some(absent)}. Name the file's column under [{name}.columns], such"
            f' as {absent[0]} = "their column".',
        )
