"""Judged rows taken apart into arrays, so that they can be judged anew, quickly and often.

What judges them are the functions that made the published judgements.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from landrenew.assess.certainty.noise import Noise, hashed
from landrenew.assess.grades import Ranked, grade_codes, grade_words
from landrenew.assess.marks import Marks
from landrenew.assess.pools import Asked
from landrenew.assess.scores import scored_rows
from landrenew.assess.verdicts import array_of, outcomes_of_tests, verdict_codes
from landrenew.base.columns import SCORABLE, score_column
from landrenew.measure.inputs import resting_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from landrenew.intake.certainty import Certainty
    from landrenew.rules.comparison import TestSet
    from landrenew.rules.model import Rulebook
    from landrenew.rules.scoring import Scoring

    Flags = NDArray[np.bool_]
    Numbers = NDArray[np.float64]
    Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Rows:
    """
    The rows of a table as arrays in the order of their ids, ready to be judged anew.

    Parameters
    ----------
    ids
        Ids of the rows, sorted.
    columns
        What the rules read and what it is made of, each of shape (n,).
    asked
        What pools ask, but for the land.
    land
        Column of the land that pools and amounts per mu ask for [mu].
    marks
        Rows that are exempt, may be, or are vetoed.
    bonus
        Shape (n,): points that are proved; None where the rulebook knows none.
    noises
        The error of each input that may be off.
    made
        Columns that follow from such inputs, and what they are made of.
    tests
        Tests for low efficiency; None where these rows are not tested.
    """

    ids: pd.Index
    columns: Columns
    asked: Asked
    land: str
    marks: Marks
    bonus: Numbers | None
    noises: Mapping[str, Noise]
    made: Mapping[str, tuple[str, ...]]
    tests: TestSet | None

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.ids)


class Table(NamedTuple):
    """
    A judged table, and what chance does to it.

    Parameters
    ----------
    rows
        The table, with every column that the rules read.
    kind
        ``parcel`` or ``firm``.
    land
        Column of its land [mu].
    made
        Columns that follow from others, as :func:`landrenew.measure.inputs.followed` gives them.
    given
        Inputs that other rows bring, such as the amounts that firms bring to parcels.
    """

    rows: pd.DataFrame
    kind: str
    land: str
    made: Mapping[str, tuple[str, ...]]
    given: frozenset[str] = frozenset()


def rows_of(table: Table, book: Rulebook, chance: Certainty) -> Rows:
    """
    Take a judged table apart.

    Parameters
    ----------
    table
        The table.
    book
        The rulebook.
    chance
        What may be off.

    Returns
    -------
    Rows
        Its rows by id.
    """
    rows = table.rows.sort_index()
    if table.kind == "parcel":  # held by whoever holds it: only firms are tenants
        rows = rows.assign(tenure="holder")
    tests = book.low_efficiency if table.kind == "parcel" else None
    own = {name: one.share for name, one in chance.errors.items()
           if name in rows and name not in table.given}  # fmt: skip
    made = resting_on([*own, *table.given], table.made)
    parts = {part for of in made.values() for part in of}
    read = {*columns_read(book, tests), *own, *parts, table.land}
    names = [name for name in rows.columns if name in read]
    code = hashed(rows.index.astype(str).tolist())
    return Rows(
        ids=rows.index,
        columns={str(name): array_of(rows[name]) for name in names},
        asked=Asked.of(rows.drop(columns="land_mu", errors="ignore")),
        land=table.land,
        marks=Marks.of(rows),
        bonus=rows["bonus_score"].to_numpy(dtype=float, na_value=np.nan) if book.bonus else None,
        noises={
            name: Noise.of(code, f"{table.kind}/{name}", chance.seed, share)
            for name, share in own.items()
        },
        made=made,
        tests=tests,
    )


def columns_read(book: Rulebook, tests: TestSet | None) -> set[str]:
    """
    Name the columns that points and tests read.

    Parameters
    ----------
    book
        The rulebook.
    tests
        Tests, or None.

    Returns
    -------
    set of str
        Columns of the data dictionary.
    """
    scored = {one.column for pool in book.pools for one in pool.criteria}
    return scored | {test.column for test in (() if tests is None else tests.tests)}


def judged(
    rows: Rows, columns: Columns, scoring: Scoring | None, book: Rulebook
) -> tuple[NDArray[np.int8] | None, NDArray[np.int8] | None]:
    """
    Judge rows as they are in one draw.

    Parameters
    ----------
    rows
        The rows.
    columns
        Their columns in this draw.
    scoring
        The rulebook's scoring, with the weights of this draw.
    book
        The rulebook.

    Returns
    -------
    grades : ndarray of int8 or None
        Shape (n,), as :func:`landrenew.assess.grades.grade_codes` gives them; None without grades.
    verdicts : ndarray of int8 or None
        Shape (n,): places in :data:`landrenew.assess.verdicts.WORDS`; None without tests.
    """
    grades = verdicts = None
    if scoring is not None:
        land = columns[rows.land].astype(float, copy=False)
        found = scored_rows(
            columns, rows.asked._replace(land_mu=land), rows.marks, rows.bonus, scoring,
            keeps_points=_reads_points(rows.tests),
        )  # fmt: skip
        if book.grades is not None:
            ranked = Ranked(found.score, found.pool, found.is_unsettled)
            grades = grade_codes(ranked, rows.marks, book.grades)
        if rows.tests is not None:
            pools = np.array([*(pool.name for pool in scoring.pools), None], dtype=object)
            columns |= {**found.points, "efficiency_score": found.score}
            columns |= _words(rows.tests, "pool", pools, found.pool)
    if rows.tests is not None:
        if grades is not None and book.grades is not None:
            letters = np.array([*grade_words(book.grades), None], dtype=object)
            columns |= _words(rows.tests, "efficiency_grade", letters, grades)
        verdicts = verdict_codes(outcomes_of_tests(columns, rows.tests, len(rows)), rows.tests)
    return grades, verdicts


def _reads_points(tests: TestSet | None) -> bool:
    points = {score_column(name) for name in SCORABLE}
    return tests is not None and any(test.column in points for test in tests.tests)


def _words(
    tests: TestSet, name: str, words: NDArray[np.object_], codes: NDArray[np.int8]
) -> Columns:
    """Put codes into words where a test reads them."""
    return {name: words[codes]} if any(test.column == name for test in tests.tests) else {}
