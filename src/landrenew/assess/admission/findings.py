"""What is found of a proposed project, bar by bar, with the document that asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from landrenew.assess.verdicts import HOLDS
from landrenew.base.columns import COLUMNS, labels
from landrenew.base.exact import COMPARED
from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from landrenew.rules.comparison import Comparison

Outcome = Literal["pass", "fail", "unknown", "not_applicable"]
Value = float | str | None

Project = Mapping[str, Value]
"""What is stated of a project, by column."""

NOTHING = Text("", "")


@dataclass(frozen=True)
class Finding:
    """
    What one bar, the negative list, the table of least ratios or a hole says of a project.

    Parameters
    ----------
    name
        The bar, ``negative_list``, ``far_minimum``, or ``lacks.`` and the part that is a hole.
    label
        The same for people.
    column
        Column of the data dictionary that is judged; empty for a hole.
    document
        Official document.
    source
        Where it was read.
    confidence
        How sure its number is: H, M, L or user; empty for a hole.
    outcome
        ``pass``, ``fail``, ``unknown`` or ``not_applicable``.
    value
        What the project states, in the unit of the threshold; None where it states nothing.
    comparison
        How the two are compared; None where they are not.
    threshold
        What is asked for; None where nothing is.
    unit
        Unit of both, empty for words.
    encouraged
        What the document encourages, in that unit; None where it does not.
    is_encouraged
        Whether the project reaches it; None where that is not asked or not known.
    reason
        Why the outcome is what it is, where the numbers alone do not say.
    """

    name: str
    label: Text
    column: str
    document: str
    source: str
    confidence: str
    outcome: Outcome = "unknown"
    value: Value = None
    comparison: Comparison | None = None
    threshold: Value = None
    unit: str = ""
    encouraged: float | None = None
    is_encouraged: bool | None = None
    reason: Text = NOTHING

    def turned(self, outcome: Outcome, reason: Text = NOTHING) -> Finding:
        """
        Give the finding with an outcome.

        Parameters
        ----------
        outcome
            The outcome.
        reason
            Why.

        Returns
        -------
        Finding
            A new finding; what is not decided reaches nothing encouraged either.
        """
        reaches = self.is_encouraged if outcome in {"pass", "fail"} else None
        return replace(self, outcome=outcome, reason=reason, is_encouraged=reaches)


def holds(value: Value, comparison: Comparison, threshold: Value) -> bool:
    """
    Compare a value with a threshold.

    Parameters
    ----------
    value
        Number or word, not missing.
    comparison
        As in a rulebook.
    threshold
        Number or word.

    Returns
    -------
    bool
        Whether it holds; numbers are compared to nine decimals.

    Examples
    --------
    >>> holds(0.07 / 0.01, "at_most", 7.0)
    True
    """
    return bool(HOLDS[comparison](_exact(value), _exact(threshold)))


def _exact(value: Value) -> Value:
    return value if isinstance(value, str) or value is None else round(float(value), COMPARED)


def lacking(columns: Iterable[str]) -> Text:
    """
    Say which columns of a project are missing.

    Parameters
    ----------
    columns
        Names of the columns.

    Returns
    -------
    Text
        One clause.

    Examples
    --------
    >>> lacking(["lease_years"]).en
    'Term of years is missing (lease_years)'
    """
    names = list(columns)
    en = ", ".join(COLUMNS[one].label.en for one in names)
    verb = "is" if len(names) == 1 else "are"
    return Text(f"缺少{labels(names).zh}", f"{en} {verb} missing ({', '.join(names)})")
