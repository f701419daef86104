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
from landrenew.base.columns import COLUMNS
from landrenew.base.exact import COMPARED
from landrenew.base.missing import none_where_missing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from landrenew.rules.comparison import Test, TestSet

    Flags = NDArray[np.bool_]
    Values = NDArray[np.float64] | NDArray[np.object_]

HOLDS: dict[str, Callable[[Any, Any], Any]] = {
    "below": operator.lt,
    "at_most": operator.le,
    "above": operator.gt,
    "at_least": operator.ge,
    "equals": operator.eq,
}
"""What each comparison of a rulebook means."""

NOTHING: Mapping[str, str] = {}

NO, YES, OPEN = range(3)
WORDS = np.array(["no", "yes", "undetermined"], dtype=object)
"""What verdicts and the outcomes of tests are in arrays, and in words."""


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
    columns = {name: array_of(table[name]) for name in _read(rule, doubt) if name in table}
    outcomes = outcomes_of_tests(columns, rule, len(table), doubt=doubt)
    names = np.array([test.column for test in rule.tests])
    lacking = np.column_stack([~_known(columns, name, len(table)) for name in names])
    return pd.DataFrame({
        "verdict": WORDS[verdict_codes(outcomes, rule)],
        "tests": said_of_rows(WORDS[outcomes], ",".join),
        "missing": said_of_rows(lacking, lambda row: ",".join(names[row])),
    }, index=table.index)  # fmt: skip


def _read(rule: TestSet, doubt: Mapping[str, str]) -> set[str]:
    """Name the columns that tests read."""
    return {name for test in rule.tests for name in (test.column, doubt.get(test.column, ""))}


def array_of(values: pd.Series) -> Values:
    """
    Take a column as tests read it.

    Parameters
    ----------
    values
        A column of the data dictionary.

    Returns
    -------
    ndarray
        Words, None where missing, of a column that holds words; else numbers, NaN where missing.
    """
    if COLUMNS[str(values.name)].kind in {"text", "class"}:
        return none_where_missing(values).to_numpy(dtype=object)
    return values.to_numpy(dtype=float, na_value=np.nan)


def outcomes_of_tests(
    columns: Mapping[str, Values], rule: TestSet, size: int, *, doubt: Mapping[str, str] = NOTHING
) -> NDArray[np.int8]:
    """
    Answer each test for rows that lie in arrays.

    Parameters
    ----------
    columns
        What the tests read, by name, each of shape (n,); one that is not there is missing
        everywhere.
    rule
        The tests.
    size
        Number of rows.
    doubt
        As for :func:`judge`.

    Returns
    -------
    ndarray of int8
        Shape (n, tests): places in :data:`WORDS`.
    """
    return np.column_stack([_outcome(columns, test, size, doubt) for test in rule.tests])


def verdict_codes(outcomes: NDArray[np.int8], rule: TestSet) -> NDArray[np.int8]:
    """
    Join the outcomes of tests.

    Parameters
    ----------
    outcomes
        As :func:`outcomes_of_tests` gives them.
    rule
        How they are joined.

    Returns
    -------
    ndarray of int8
        Shape (n,): places in :data:`WORDS`.
    """
    one, every = (YES, NO) if rule.logic == "any" else (NO, YES)
    found = np.full(len(outcomes), OPEN, dtype=np.int8)
    found[(outcomes == every).all(axis=1)] = every
    found[(outcomes == one).any(axis=1)] = one
    return found


def _known(columns: Mapping[str, Values], name: str, size: int) -> Flags:
    if name not in columns:
        return np.zeros(size, dtype=bool)
    values = columns[name]
    return ~(np.isnan(values) if values.dtype.kind == "f" else pd.isna(values))


def _outcome(
    columns: Mapping[str, Values], test: Test, size: int, doubt: Mapping[str, str]
) -> NDArray[np.int8]:
    known = _known(columns, test.column, size)
    if test.column in doubt:
        known &= _known(columns, doubt[test.column], size)
    found = np.full(size, OPEN, dtype=np.int8)
    if not known.any():
        return found
    value, compare, threshold = columns[test.column], HOLDS[test.comparison], test.threshold
    ends = [value]
    if test.column in doubt:
        ends.append(value + columns[doubt[test.column]])
    if not isinstance(threshold, str):
        ends = [np.round(end.astype(float), COMPARED) for end in ends]
        threshold = round(threshold, COMPARED)
    holds = [np.asarray(compare(end, threshold), dtype=bool) for end in ends]
    found[known & np.logical_and.reduce(holds)] = YES
    found[known & ~np.logical_or.reduce(holds)] = NO
    return found
