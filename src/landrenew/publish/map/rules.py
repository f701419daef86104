"""How the page explains what the rulebook decides, and what it needs to decide it anew.

The page shows tests with their outcomes and pools with their points, and lets its reader try other
numbers. Formulas stand in ``page/judge.js``; every number in them comes from here, by the path at
which it stands in the rulebook.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from landrenew.base.columns import COLUMNS, score_column
from landrenew.base.units import unit_words
from landrenew.base.words import Text
from landrenew.publish.wording import class_words
from landrenew.rules.difference import entries
from landrenew.rules.numbers import numbers

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import TypeVar

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landrenew.rules.comparison import Test, TestSet
    from landrenew.rules.model import Rulebook
    from landrenew.rules.rule import Entry
    from landrenew.rules.scoring import Criterion, Pool

    AnyEntry = TypeVar("AnyEntry", bound=Entry)

CHOICES = {"yes": "y", "no": "n", "undetermined": "u"}
"""Outcomes of tests and verdicts, as letters."""

TRIED = re.compile(
    r"share\.target|low_efficiency\.tests\..+\.threshold"
    r"|scoring\.pools\..+\.criteria\..+\.(weight|baseline)"
)
"""Paths of the numbers that the reader of the page may try otherwise."""


def explain_tests(
    table: GeoDataFrame, tests: TestSet | None, decided: str, told: Collection[str] = ()
) -> dict[str, Any] | None:
    """
    Lay out a set of tests with the outcome for every row.

    Parameters
    ----------
    table
        Parcel or block table.
    tests
        The tests, or None when the rulebook has none.
    decided
        Column with the outcome of each test, joined by commas.
    told
        Columns by which the page tells the outcome itself; it is left out of their tests.

    Returns
    -------
    dict or None
        The document and, for each test, its column, comparison, threshold and one letter per
        row: ``y`` holds, ``n`` does not, ``u`` cannot be told.
    """
    if tests is None or decided not in table.columns:
        return None
    codes, joined = pd.factorize(table[decided])  # few are different
    outcomes = [*(str(one).split(",") for one in joined), []]  # a code of -1 takes the last
    said = [
        {
            **_test(test),
            "path": f"low_efficiency.tests.{name}",
            **({} if test.column in told else _letters(codes, outcomes, at)),
        }
        for at, (name, test) in enumerate(_named(tests.tests))
    ]
    return {"logic": tests.logic, "document": tests.document, "tests": said}


def _letters(codes: NDArray[np.intp], outcomes: list[list[str]], at: int) -> dict[str, str]:
    """Give each row the letter of one test, by the code of the outcomes of all."""
    letters = [CHOICES.get(one[at], "u") if at < len(one) else "u" for one in outcomes]
    return {"outcomes": np.array(letters, dtype="S1")[codes].tobytes().decode("ascii")}


def _named(listed: Sequence[AnyEntry]) -> Iterator[tuple[str, AnyEntry]]:
    """Give entries the names by which their numbers are listed."""
    names = [name for name, _ in entries([one.model_dump(exclude_none=True) for one in listed])]
    return zip(names, listed, strict=True)


def _test(test: Test) -> dict[str, Any]:
    about, threshold = COLUMNS[test.column], test.threshold
    is_word = isinstance(threshold, str)
    return {
        "column": test.column,
        "label": about.label,
        "unit": unit_words(about.unit),
        "comparison": test.comparison,
        "threshold": class_words(str(threshold), test.column) if is_word else threshold,
        "word": threshold if is_word else None,
    }


def _criterion(name: str, pool: Pool, criterion: Criterion) -> dict[str, Any]:
    about = COLUMNS[criterion.column]
    return {
        **criterion.model_dump(),
        "path": f"scoring.pools.{pool.name}.criteria.{name}",
        "points": score_column(criterion.column),
        "label": about.label,
        "unit": unit_words(about.unit),
    }


def explain_scoring(parcels: GeoDataFrame, rulebook: Rulebook) -> dict[str, Any] | None:
    """
    Lay out how parcels are scored: pools, criteria, weights and baselines.

    Parameters
    ----------
    parcels
        Parcel table.
    rulebook
        The rulebook.

    Returns
    -------
    dict or None
        The document and its pools by name, bounds of the bonus, the grades, and for parcels that
        may be exempt what would tell; None when the rulebook scores nothing.
    """
    scoring = rulebook.scoring
    if scoring is None:
        return None
    pools = {
        pool.name: {
            "label": Text(pool.zh, pool.en),
            "criteria": [_criterion(name, pool, one) for name, one in _named(pool.criteria)],
        }
        for pool in scoring.pools
    }
    grades, bonus = rulebook.grades, scoring.bonus
    return {
        "document": scoring.document,
        "pools": pools,
        "bonus": None if bonus is None else [bonus.least, bonus.most],
        "grades": None if grades is None else grades.model_dump(mode="json"),
        "exempting": _exempting(parcels, rulebook),
    }


def _exempting(parcels: GeoDataFrame, rulebook: Rulebook) -> dict[str, Any]:
    """Say of parcels that may be exempt which inputs would tell."""
    asked = dict.fromkeys(name for one in rulebook.exemptions for name in one.columns)
    lacking = {
        at: [name for name in names.split(",") if name in asked] for at, names in _open(parcels)
    }
    return {"labels": {name: COLUMNS[name].label for name in asked}, "lacking": lacking}


def _open(parcels: GeoDataFrame) -> Iterator[tuple[int, str]]:
    """Give the rows that may be exempt, and the inputs that are missing there."""
    if not {"exempt_class", "missing_inputs"} <= {*parcels.columns}:
        return
    rows = np.flatnonzero(parcels["exempt_class"].eq("undetermined").to_numpy())
    yield from zip(rows.tolist(), parcels["missing_inputs"].iloc[rows].fillna(""), strict=True)


def tried_numbers(rulebook: Rulebook) -> list[dict[str, Any]]:
    """
    List the numbers that the reader of the page may try otherwise.

    Parameters
    ----------
    rulebook
        The rulebook.

    Returns
    -------
    list of dict
        Target, thresholds of low efficiency, weights and baselines: ``path``, ``label``, ``value``,
        ``unit`` and the ``document`` each comes from.
    """
    return [
        {
            "path": one.path,
            "label": one.label,
            "value": one.value,
            "unit": unit_words(one.unit),
            "document": one.document,
        }
        for one in numbers(rulebook)
        if TRIED.fullmatch(one.path)
    ]


def judged_by(parcels: GeoDataFrame, rulebook: Rulebook) -> tuple[set[str], set[str]]:
    """
    Tell which columns the page judges by, and which it works out from these.

    Parameters
    ----------
    parcels
        Parcel table.
    rulebook
        The rulebook.

    Returns
    -------
    figures : set of str
        Numbers that points and tests are made of: they travel as they are, to the last bit.
    made : set of str
        Points and the score, which need not travel.
    """
    scored = {one.column for pool in rulebook.pools for one in pool.criteria}
    tests = () if rulebook.low_efficiency is None else rulebook.low_efficiency.tests
    tested = {one.column for one in tests if not isinstance(one.threshold, str)}
    made = {"efficiency_score", *map(score_column, scored)} if "pool" in parcels.columns else set()
    bonus = {"bonus_score"} if rulebook.bonus is not None else set()
    return (scored | tested | bonus) - made, made if rulebook.scoring is not None else set()
