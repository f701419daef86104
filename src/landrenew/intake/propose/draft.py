"""The parts of a proposed project file: lines, sections, and what the user must check."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

Value = str | tuple[str, str]
"""A text, or a column with its unit."""


@dataclass(frozen=True)
class Line:
    """
    One key of a section.

    Parameters
    ----------
    key
        The key.
    value
        Its value.
    remark
        What stands behind it as a comment; None for none.
    is_sure
        False where the user must check it; then the remark says so.
    is_on
        False for a line that is written as a comment.
    """

    key: str
    value: Value
    remark: Text | None = None
    is_sure: bool = True
    is_on: bool = True


@dataclass(frozen=True)
class Section:
    """
    One section of the project file.

    Parameters
    ----------
    name
        Its name.
    lines
        Its keys.
    columns
        The keys of its column mapping.
    remarks
        What is said above it.
    doubts
        What the user must check of the section as a whole.
    off
        Why the whole section is written as a comment; None when it is not.
    """

    name: str
    lines: tuple[Line, ...]
    columns: tuple[Line, ...] = ()
    remarks: tuple[Text, ...] = ()
    doubts: tuple[Text, ...] = ()
    off: Text | None = None

    def without(self, why: Text) -> Section:
        """
        Give the section as a comment.

        Parameters
        ----------
        why
            Why it is one.

        Returns
        -------
        Section
            The same section, switched off.
        """
        return replace(self, off=why)

    def to_check(self) -> Iterator[Text]:
        """
        List what the user must check.

        Yields
        ------
        Text
            A sentence with the section before it.
        """
        if self.off is not None:
            yield self._about(self.off)
        for doubt in self.doubts:
            yield self._about(doubt)
        for line in (*self.lines, *self.columns):
            if not line.is_sure and line.remark is not None:
                yield self._about(line.remark, f" {line.key}")

    def _about(self, said: Text, key: str = "") -> Text:
        return Text(f"[{self.name}]{key}：{said.zh}", f"[{self.name}]{key}: {said.en}")
