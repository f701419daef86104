"""What each parcel and each block carries into the page: an allow-list, nothing else.

A column that is not named here or in the rulebook stays out of the file. Firms' names and raw
amounts never go in; the owner does, because the map is stamped for internal use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from landrenew.base.columns import COLUMNS, Column, score_column
from landrenew.base.questions import DIAGNOSIS
from landrenew.base.units import M2_PER_MU, unit_words
from landrenew.base.words import Text
from landrenew.intake.parcels import Parcels
from landrenew.plan.program.problem import CITY
from landrenew.publish.map.pack.pieces import order_of
from landrenew.publish.map.rules import (
    CHOICES,
    explain_scoring,
    explain_tests,
    judged_by,
    tried_numbers,
)  # fmt: skip
from landrenew.publish.map.shapes import encode
from landrenew.publish.origins import origins
from landrenew.publish.plan.steps import plan_steps
from landrenew.publish.themes import land_mu, plan_theme, themes
from landrenew.publish.wording import class_words, layer_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from geopandas import GeoDataFrame

    from landrenew.intake.layers import Layers
    from landrenew.plan.path.proposal import Proposal
    from landrenew.publish.result import Result
    from landrenew.rules.comparison import TestSet
    from landrenew.rules.model import Rulebook

PARCEL_FACTS = (
    "parcel_area_mu",
    "declared_area_m2",
    "control_class",
    "control_share",
    "growth_class",
    "new_outside_growth_m2",
    "protected_area_m2",
    "park_id",
    "land_code",
    "floor_area_ratio",
    "building_density",
    "building_coefficient",
    "building_count",
    "estimated_floor_share",
    "firm_count",
    "tenant_count",
    "leased_out_share",
    "size_class",
    "tax_cny10k_per_mu",
    "exempt_class",
    "exempt_reason",
    "veto_reason",
    "grade_certainty_class",
    "grade_stays_share",
    "low_efficiency_certainty_class",
    "renewal_stage",
    "backflow_class",
    "willingness",
    "plan_class",
    "plan_way",
    "plan_year",
    "plan_cost_cny10k",
    "plan_block_id",
    "plan_role",
    "replace_price_low_cny10k",
)
"""Facts the card lists, in this order."""

PARCEL_COLUMNS = (
    "town",
    "owner",
    *PARCEL_FACTS,
    "efficiency_score",
    "efficiency_grade",
    "pool",
    "bonus_points",
    "bonus_evidence",
    "bonus_score",
    "low_efficiency_class",
    "block_id",
)
"""Columns every parcel carries, where the run made them."""

BLOCK_COLUMNS = (
    "town",
    "area_mu",
    "parcel_count",
    "owner_count",
    "firm_count",
    "control_share",
    "floor_area_ratio",
    "tax_cny10k_per_mu",
    "small_area_share",
    "low_efficiency_area_share",
    "undetermined_area_share",
    "tax_known_area_share",
    "floor_known_area_share",
    "nearest_park_id",
    "nearest_park_distance_m",
    "consolidation_class",
    *DIAGNOSIS,
)
"""Columns every block carries, where the run made them."""

STEP_DIGITS = 4
"""Digits of the land that a deed of a plan moves [m2]: shares come out to 1e-9."""

PRIVATE = frozenset({"firm_id", "firm_name"})
"""Never published, whatever a rulebook reads."""


def _criteria(rulebook: Rulebook) -> Iterator[str]:
    for pool in rulebook.pools:
        for criterion in pool.criteria:
            yield criterion.column
            yield score_column(criterion.column)


def published(
    table: GeoDataFrame, listed: Iterable[str], rulebook: Rulebook, tests: TestSet | None
) -> list[str]:
    """
    Choose the columns of a table that go into the page.

    Parameters
    ----------
    table
        Parcel or block table.
    listed
        Columns of the allow-list.
    rulebook
        Rulebook, whose criteria explain the score.
    tests
        Tests that explain the verdict, or None.

    Returns
    -------
    list of str
        Columns that are listed or that the rulebook reads, and that the table has.
    """
    read = [one.column for one in tests.tests] if tests else []
    wanted = dict.fromkeys([*listed, *_criteria(rulebook), *read])
    return [name for name in wanted if name in table.columns and name not in PRIVATE]


def _numbers(values: pd.Series[Any], decimals: int | None) -> dict[str, Any]:
    numbers = pd.to_numeric(values).astype("float64")
    said = (numbers if decimals is None else numbers.round(decimals)).to_numpy()
    return {"values": np.where(np.isfinite(said), said + 0.0, np.nan)}


def _words(values: pd.Series[Any]) -> dict[str, Any]:
    """Keep each distinct word once; -1 stands for a missing one."""
    codes, words = pd.factorize(values)
    return {"codes": codes.astype(np.int32), "words": _texts(words)}


def _texts(values: pd.Index[Any]) -> pd.Index[str]:
    """Give what is no text its text."""
    return values if isinstance(values.dtype, pd.StringDtype) else values.map(str)


def write_column(
    values: pd.Series[Any], about: Column, *, is_exact: bool = False
) -> dict[str, Any]:
    """
    Write one column as the page reads it.

    Parameters
    ----------
    values
        The column; missing stays missing.
    about
        Its entry in the data dictionary.
    is_exact
        Whether numbers stay as they are, because the page computes with them; it shows them
        rounded like the others.

    Returns
    -------
    dict
        Label, unit and decimals, with ``values`` for numbers rounded to the dictionary's
        decimals, or ``words`` and ``codes`` for text.
    """
    said = _about(about)
    if about.kind in {"number", "integer"}:
        return (
            said | {"is_exact": is_exact} | _numbers(values, None if is_exact else about.decimals)
        )
    said |= _words(values)
    if about.kind == "class":
        said["say"] = [class_words(word, about.name) for word in said["words"]]
    return said


def _about(about: Column) -> dict[str, Any]:
    """Say what a column is, without its values."""
    said = {"label": about.label, "meaning": about.meaning, "unit": unit_words(about.unit)}
    is_number = about.kind in {"number", "integer"}
    return said | ({"decimals": about.decimals} if is_number else {})


def _columns(
    table: GeoDataFrame,
    names: Iterable[str],
    exact: Collection[str] = (),
    made: Collection[str] = (),
) -> dict[str, Any]:
    """Write columns; of those that the page works out by itself only what they are."""
    return {
        name: _about(COLUMNS[name])
        if name in made
        else write_column(table[name], COLUMNS[name], is_exact=name in exact)
        for name in names
    }


def _without_codes(theme: dict[str, Any], columns: dict[str, Any]) -> dict[str, Any]:
    """Leave out the classes of parcels that the page tells by a column it has."""
    column = columns.get(theme["column"], {})
    is_told = "codes" in column or ("values" in column and column["is_exact"])
    return {key: one for key, one in theme.items() if key != "codes" or not is_told}


def parcels_payload(result: Result) -> dict[str, Any]:
    """
    Gather everything the page knows of the parcels.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    dict
        ``ids``, ``columns``, ``facts`` (columns the card lists), ``themes``, ``tests``,
        ``scoring``, ``origins`` of what they rest on, ``numbers`` (what may be tried otherwise),
        ``land`` and ``shapes``; neighbours lie beside each other.
    """
    rulebook = result.layers.rulebook
    parcels = Parcels(result.parcels.iloc[order_of(result.parcels.geometry)])
    names = published(parcels, PARCEL_COLUMNS, rulebook, rulebook.low_efficiency)
    figures, made = judged_by(parcels, rulebook)
    columns = _columns(parcels, names, figures, made)
    shown = [_without_codes(one, columns) for one in themes(parcels, rulebook)]
    return {
        "ids": _texts(parcels.index),
        "columns": columns,
        "facts": [name for name in PARCEL_FACTS if name in names],
        "themes": [*shown, *_plan_themes(result, parcels)],
        "tests": explain_tests(parcels, rulebook.low_efficiency, "low_efficiency_tests", names),
        "scoring": explain_scoring(parcels, rulebook),
        "origins": _origins(result.layers),
        "numbers": tried_numbers(rulebook),
        "land": _land(parcels),
        "shapes": parcels.geometry,
    }


def _origins(layers: Layers) -> dict[str, Any]:
    """Say where what tests and criteria read comes from: each origin once, by place in a list."""
    book = layers.rulebook
    tests = () if book.low_efficiency is None else book.low_efficiency.tests
    criteria = [one for pool in book.pools for one in pool.criteria]
    behind = {one.column: origins(layers, one.column) for one in (*tests, *criteria)}
    listed = list(dict.fromkeys(one for of in behind.values() for one in of))
    return {
        "listed": [
            {"label": layer_words(one.layer), "source": one.source, "as_of": one.as_of}
            for one in listed
        ],
        "of": {name: [listed.index(one) for one in of] for name, of in behind.items()},
    }


def _land(parcels: Parcels) -> dict[str, Any]:
    """Give the land of each parcel, and what of it lies inside the line [m2]."""
    inside = parcels.get("inside_area_m2")
    return {
        "counted": (land_mu(parcels) * M2_PER_MU).to_numpy(np.float64),
        "inside": None if inside is None else inside.to_numpy(np.float64),
    }


def _plan_themes(result: Result, parcels: Parcels) -> Iterator[dict[str, Any]]:
    """Show what each plan does with the parcels."""
    about = COLUMNS["plan_class"]
    for number, one in enumerate(result.plans):
        said = one.parcels[["plan_class", "plan_land_mu"]].reindex(parcels.index)
        planned = parcels.assign(**said)
        name = one.scenario.name
        zh, en = (f"：{name}", f": {name}") if name else ("", "")
        label = Text(f"{about.label.zh}{zh}", f"{about.label.en}{en}")
        theme = plan_theme(planned, f"plan_{number}", label, about.meaning)
        yield theme | {"steps": _steps(one, parcels)}


def _steps(proposal: Proposal, parcels: Parcels) -> dict[str, Any]:
    """Lay a plan out deed by deed, parcels by their place in the page."""
    steps, now = plan_steps(proposal), proposal.city.problem.places[CITY]
    rows = pd.Series(range(len(parcels)), parcels.index).reindex(steps["name"]).fillna(-1)
    return {
        "now": [round(mu * M2_PER_MU, STEP_DIGITS) for mu in (now.inside_mu, now.total_mu)],
        "target": proposal.city.target,
        "rows": rows.astype(int).tolist(),
        "years": steps["year"].tolist(),
        "inside": (steps["inside_mu"] * M2_PER_MU).round(STEP_DIGITS).tolist(),
        "total": (steps["total_mu"] * M2_PER_MU).round(STEP_DIGITS).tolist(),
        "cost": steps["cost_cny10k"].round(2).tolist(),
    }


def plan_blocks_payload(result: Result) -> dict[str, Any] | None:
    """
    Gather what the page draws of the blocks that the project's own plan releases.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    dict or None
        ``shapes`` and ``kinds``; None without such blocks.
    """
    blocks = result.plans[0].blocks if result.plans else None
    if blocks is None:
        return None
    return {
        "shapes": encode(blocks.geometry),
        "kinds": [None] * len(blocks),
    }


def blocks_payload(result: Result) -> dict[str, Any] | None:
    """
    Gather everything the page knows of the blocks.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    dict or None
        ``ids``, ``columns``, ``facts``, ``candidates`` (one letter per block), ``tests`` and
        ``shapes``; None when the run has no blocks.
    """
    blocks, rulebook = result.blocks, result.layers.rulebook
    if blocks is None:
        return None
    tests = rulebook.consolidation
    read = [one.column for one in tests.tests] if tests else []
    names = [name for name in dict.fromkeys([*BLOCK_COLUMNS, *read]) if name in blocks.columns]
    classes = "consolidation_class"
    judged = blocks[classes] if classes in blocks.columns else pd.Series("no", blocks.index)
    return {
        "ids": [str(one) for one in blocks.index],
        "columns": _columns(blocks, names),
        "facts": [name for name in BLOCK_COLUMNS if name in names and name != classes],
        "candidates": "".join(judged.map(CHOICES).fillna("u")),
        "tests": explain_tests(blocks, tests, "consolidation_tests"),
        "shapes": encode(blocks.geometry),
    }
