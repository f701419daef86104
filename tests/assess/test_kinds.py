"""What is said of rows that are alike is what is said of each alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.kinds import said_of_rows

WORDS = ("yes", "no", "undetermined")


@given(st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.sampled_from(WORDS), min_size=width, max_size=width),
                           min_size=1)
))  # fmt: skip
def test_each_row_has_its_own_text(rows: list[list[str]]) -> None:
    assert said_of_rows(np.array(rows, dtype=object), ",".join) == [",".join(row) for row in rows]


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1))
def test_truth_values_choose_words(rows: list[tuple[bool, ...]]) -> None:
    names = np.array(["a", "b", "c"])
    said = said_of_rows(np.array(rows), lambda row: ",".join(names[row]))
    assert said == [",".join(names[list(row)]) for row in rows]


def test_of_no_rows_nothing_is_said() -> None:
    assert said_of_rows(np.empty((0, 2), dtype=object), ",".join) == []
