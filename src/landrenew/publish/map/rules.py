"""How the page explains what the rulebook decides: tests with their outcomes, pools and points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from landrenew.base.columns import COLUMNS, score_column
from landrenew.base.units import unit_words
from landrenew.base.words import Text
from landrenew.publish.wording import class_words
from landrenew.rules.scoring import MinMax, Rank

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landrenew.rules.comparison import TestSet
    from landrenew.rules.model import Rulebook
    from landrenew.rules.scoring import Criterion, Pool

CHOICES = {"yes": "y", "no": "n", "undetermined": "u"}
"""Outcomes of tests and verdicts, as letters."""


def explain_tests(
    table: GeoDataFrame, tests: TestSet | None, decided: str
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
        Column with the outcome of each test, joined by commas; the page decides nothing anew.

    Returns
    -------
    dict or None
        The document and, for each test, its column, comparison, threshold and one letter per
        row: ``y`` holds, ``n`` does not, ``u`` cannot be told.
    """
    if tests is None or decided not in table.columns:
        return None
    parts = table[decided].fillna("").str.split(",", expand=True)
    outcomes = parts.reindex(columns=range(len(tests.tests)))
    said = []
    for at, test in enumerate(tests.tests):
        about, threshold = COLUMNS[test.column], test.threshold
        said.append(
            {
                "column": test.column,
                "label": about.label,
                "unit": unit_words(about.unit),
                "comparison": test.comparison,
                "threshold": class_words(threshold, test.column)
                if isinstance(threshold, str)
                else threshold,
                "outcomes": "".join(outcomes[at].map(CHOICES).fillna("u")),
            }
        )
    return {"logic": tests.logic, "document": tests.document, "tests": said}


def _extremes(parcels: GeoDataFrame, pool: Pool, name: str) -> list[float | None]:
    """Find what the pool's points ran between, for criteria that say ``min_max``."""
    if "pool" not in parcels.columns or name not in parcels.columns:
        return [None, None]
    values = pd.to_numeric(parcels.loc[parcels["pool"].eq(pool.name), name]).dropna()
    if values.empty:
        return [None, None]
    digits = COLUMNS[name].decimals
    return [round(float(values.min()), digits), round(float(values.max()), digits)]


def _criterion(parcels: GeoDataFrame, pool: Pool, criterion: Criterion) -> dict[str, Any]:
    about = COLUMNS[criterion.column]
    said: dict[str, Any] = {
        "column": criterion.column,
        "points": score_column(criterion.column),
        "label": about.label,
        "unit": unit_words(about.unit),
        "form": criterion.form,
        "weight": criterion.weight,
        "missing": criterion.missing,
    }
    if isinstance(criterion, MinMax):
        return {**said, "extremes": _extremes(parcels, pool, criterion.column)}
    if isinstance(criterion, Rank):
        return said
    baseline = criterion.baseline
    full = None if baseline is None else baseline * criterion.baseline_factor
    return {**said, "baseline": full, "cap": criterion.cap, "floor": criterion.floor}


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
        The document and its pools by name, bounds of the bonus, what a veto gives, and for parcels
        that may be exempt what would tell; None when the rulebook scores nothing.
    """
    scoring = rulebook.scoring
    if scoring is None:
        return None
    pools = {
        pool.name: {
            "label": Text(pool.zh, pool.en),
            "criteria": [_criterion(parcels, pool, one) for one in pool.criteria],
        }
        for pool in scoring.pools
    }
    grades, bonus = rulebook.grades, scoring.bonus
    return {
        "document": scoring.document,
        "pools": pools,
        "bonus": None if bonus is None else [bonus.least, bonus.most],
        "graded_by": grades.document if grades else None,
        "exempt": grades.exempt if grades else None,
        "exempting": _exempting(parcels, rulebook),
        "veto": grades.veto.grade if grades and grades.veto else None,
    }


def _exempting(parcels: GeoDataFrame, rulebook: Rulebook) -> dict[str, Any]:
    """Say of parcels that may be exempt which inputs would tell."""
    asked = dict.fromkeys(name for one in rulebook.exemptions for name in one.columns)
    is_open = parcels.get("exempt_class", pd.Series("", parcels.index)).eq("undetermined")
    missing = parcels.get("missing_inputs", pd.Series("", parcels.index)).fillna("").to_numpy()
    lacking = {
        int(at): [name for name in missing[at].split(",") if name in asked]
        for at in np.flatnonzero(is_open)
    }
    return {"labels": {name: COLUMNS[name].label for name in asked}, "lacking": lacking}
