"""Comparisons of a column with a threshold, and sets of them."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from landrenew.base.columns import COLUMNS, VOCABULARY
from landrenew.base.words import Text
from landrenew.rules.rule import Entry, Sourced

Comparison = Literal["below", "at_most", "above", "at_least", "equals"]

SIGNS: dict[str, Text] = {
    "below": Text("<", "<"), "at_most": Text("≤", "<="), "above": Text(">", ">"),
    "at_least": Text("≥", ">="), "equals": Text("=", "="),
}  # fmt: skip
"""How comparisons are written."""


class Test(Entry):
    """
    One comparison of a column with a threshold.

    Parameters
    ----------
    column
        Column of the data dictionary.
    comparison
        ``below`` <, ``at_most`` <=, ``above`` >, ``at_least`` >=, ``equals`` =.
    threshold
        Number or word to compare with, in the column's unit.
    """

    __test__: ClassVar[bool] = False  # a rule's test, not one for pytest to collect

    column: str
    comparison: Comparison
    threshold: float | str

    @model_validator(mode="after")
    def _column_is_known(self) -> Test:
        if self.column not in COLUMNS:
            message = f"no column {self.column!r} in the data dictionary"
            raise ValueError(message)
        if isinstance(self.threshold, str) != (COLUMNS[self.column].kind in {"text", "class"}):
            message = f"threshold {self.threshold!r} does not suit column {self.column!r}"
            raise ValueError(message)
        words = VOCABULARY.get(self.column)
        if words is not None and self.threshold not in words:
            message = f"{self.column!r} is one of {', '.join(words)}, never {self.threshold!r}"
            raise ValueError(message)
        if isinstance(self.threshold, str) and self.comparison != "equals":
            message = f"words have no order: {self.column!r} can only be tested with equals"
            raise ValueError(message)
        return self


class TestSet(Sourced):
    """
    Tests joined by ``any`` or ``all``.

    Parameters
    ----------
    logic
        ``any``: one test suffices; ``all``: every test must hold.
    tests
        The tests, in the order they are reported.
    """

    __test__: ClassVar[bool] = False

    logic: Literal["any", "all"]
    tests: tuple[Test, ...] = Field(min_length=1)
