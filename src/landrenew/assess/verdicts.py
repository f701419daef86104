"""Three-valued tests: yes, no, or undetermined, with the outcome of every single test kept.

Missing is never zero: a test whose value is missing has no answer, and a set of tests is answered
only when the missing ones could not change the answer.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from landrenew.assess.kinds import said_of_rows
from landrenew.base.exact import COMPARED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from landrenew.rules.comparison import Test, TestSet

HOLDS: dict[str, Callable[[Any, Any], Any]] = {
    "below": operator.lt,
    "at_most": operator.le,
    "above": operator.gt,
    "at_least": operator.ge,
    "equals": operator.eq,
}
"""What each comparison of a rulebook means."""

NOTHING: Mapping[str, str] = {}


def judge(
    table: pd.DataFrame, rule: TestSet, *, doubt: Mapping[str, str] = NOTHING
) -> pd.DataFrame:
    """
    Answer a set of tests for each row.

    Parameters
    ----------
    table
        Rows to judge. A column that a test reads and the table lacks counts as missing.
    rule
        The tests and how they are joined.
    doubt
        For a column, another that says by how much its true value may be larger; such a test is
        answered only when both ends give the same answer.

    Returns
    -------
    DataFrame
        Same index: ``verdict`` and, in ``tests``, the outcome of each test in the rule's order
        joined by commas: ``yes``, ``no`` or ``undetermined``; ``missing``, the columns that lack a
        value, joined by commas.

    Examples
    --------
    >>> from landrenew.rules.comparison import Test, TestSet
    >>> rule = TestSet(document="d", source="s", confidence="user", logic="any",
    ...     tests=(Test(column="floor_area_ratio", comparison="below", threshold=0.6),
    ...            Test(column="tax_cny10k_per_mu", comparison="below", threshold=5)))
    >>> rows = pd.DataFrame({"floor_area_ratio": [0.5, 0.9], "tax_cny10k_per_mu": [None, None]})
    >>> judge(rows, rule)["verdict"].tolist()
    ['yes', 'undetermined']
    """
    outcomes = np.column_stack([_outcome(table, test, doubt) for test in rule.tests])
    yes, no = outcomes == "yes", outcomes == "no"
    if rule.logic == "any":
        verdict = np.select([yes.any(axis=1), no.all(axis=1)], ["yes", "no"], "undetermined")
    else:
        verdict = np.select([yes.all(axis=1), no.any(axis=1)], ["yes", "no"], "undetermined")
    names = np.array([test.column for test in rule.tests])
    lacking = np.column_stack([_value(table, test.column).isna() for test in rule.tests])
    return pd.DataFrame({
        "verdict": verdict,
        "tests": said_of_rows(outcomes, ",".join),
        "missing": said_of_rows(lacking, lambda row: ",".join(names[row])),
    }, index=table.index)  # fmt: skip


def _value(table: pd.DataFrame, name: str) -> pd.Series:
    return table[name] if name in table else pd.Series(np.nan, table.index)


def _outcome(table: pd.DataFrame, test: Test, doubt: Mapping[str, str]) -> NDArray[np.object_]:
    value = _value(table, test.column)
    ends = [value]
    if test.column in doubt:
        ends.append(value + _value(table, doubt[test.column]))
    known = ~np.column_stack([end.isna() for end in ends]).any(axis=1)
    threshold = test.threshold
    if not isinstance(threshold, str):
        ends = [end.astype(float).round(COMPARED) for end in ends]
        threshold = round(threshold, COMPARED)
    holds = np.column_stack([HOLDS[test.comparison](end, threshold) for end in ends])
    yes = known & holds.all(axis=1)
    no = known & ~holds.any(axis=1)
    return np.select([yes, no], ["yes", "no"], "undetermined").astype(object)
