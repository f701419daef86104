"""A gap in one column of one row: nothing becomes a zero, and no grade or verdict rests on it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from conftest import parcels_of, square, zones_of
from hand_made import firms_of, layers_of, links_of, rulebook_of

from landrenew.base.columns import COLUMNS, FLOWS, INTENSITIES, score_column
from landrenew.measure.quotients import parts_of
from landrenew.workflow import run_layers

if TYPE_CHECKING:
    from landrenew.publish.result import Result

SIDE, COUNT, AT = 60.0, 6, 2
"""Squares of 5.4 mu, each with one firm and one shed; the gap is at the third."""

SCORED = [name for name in INTENSITIES if set(parts_of(name, "land_mu")) <= {*FLOWS, "land_mu"}]
BOOK = rulebook_of(
    storeys={"double_above_m": 8.0},
    low_efficiency={
        "logic": "all",
        "tests": [{"column": "floor_area_ratio", "comparison": "below", "threshold": 9.0}]
        + [{"column": name, "comparison": "below", "threshold": 1e9} for name in SCORED],
    },
    scoring={"pools": [{
        "name": "above", "zh": "规上", "en": "above", "size_class": "above_scale",
        "criteria": [
            {"form": "ratio", "column": name, "weight": 10, "baseline": 5.0,
             "missing": "undetermined"} for name in SCORED
        ],
    }]},
    grades={"form": "bars", "exempt": "T",
            "classes": [{"grade": "A", "at_least": 100}, {"grade": "B"}]},
)  # fmt: skip


def city(gap: str | None) -> Result:
    """Run a city in which nothing is missing, or one value of one column."""
    lots = [square(2 * i, size=SIDE) for i in range(COUNT)]
    amounts: dict[str, list[object]] = {
        name: [100.0 + 10 * i + place for i in range(COUNT)] for place, name in enumerate(FLOWS)
    }
    ids = [f"F{i}" for i in range(COUNT)]
    firms = firms_of(*ids, size_class=["above_scale"] * COUNT, **amounts)
    floors: list[object] = [3.0] * COUNT
    if gap in firms.columns:
        firms[gap] = firms[gap].astype(object).where(firms.index != f"F{AT}", None)
        firms = firms.astype(dict.fromkeys(FLOWS, float))
    if gap == "floor_count":
        floors[AT] = np.nan
    buildings = zones_of(*(lot.buffer(-15) for lot in lots), floor_count=floors,
                         height_m=[np.nan] * COUNT)  # fmt: skip
    links = links_of(*((one, f"P{i}", 1.0) for i, one in enumerate(ids)))
    return run_layers(
        layers_of(parcels_of(*lots), BOOK, firms=firms, links=links, buildings=buildings)
    )


@cache
def whole() -> Result:
    return city(None)


GAPS = [*FLOWS, "size_class", "floor_count"]


@pytest.mark.parametrize("gap", GAPS)
def test_a_gap_turns_nothing_into_a_zero(gap: str) -> None:
    result = city(gap)
    assert result.firms is not None
    assert whole().firms is not None
    for found, complete in ((result.parcels, whole().parcels), (result.firms, whole().firms)):
        numbers = [name for name in complete.select_dtypes("number") if name in found]
        now, before = found[numbers].astype(float), complete[numbers].astype(float)
        assert not (now.eq(0) & before.ne(0)).to_numpy().any()
        others = now.index != now.index[AT]
        pd.testing.assert_frame_equal(now[others], before[others])  # and touches nobody else


@pytest.mark.parametrize("gap", GAPS)
def test_no_score_grade_or_verdict_rests_on_a_gap(gap: str) -> None:
    result = city(gap)
    assert result.firms is not None
    parcel, firm = result.parcels.iloc[AT], result.firms.iloc[AT]
    of_firm = gap in {*FLOWS, "size_class"} and gap_is_asked(gap)
    for row, hangs in ((parcel, gap_is_asked(gap)), (firm, of_firm)):
        assert pd.isna(row["efficiency_score"]) == hangs, gap
        assert pd.isna(row["efficiency_grade"]) == hangs, gap
        assert bool(row["missing_inputs"]) == (hangs or (gap == "floor_count" and row is parcel))
    is_tested = gap_is_asked(gap) and gap != "size_class"
    expected = "undetermined" if is_tested or gap == "floor_count" else "yes"
    assert parcel["low_efficiency_class"] == expected


def gap_is_asked(gap: str) -> bool:
    """Tell whether points or pools ask for a column."""
    return gap == "size_class" or any(gap in parts_of(name, "land_mu") for name in SCORED)


@pytest.mark.parametrize("gap", [one for one in GAPS if one not in {"size_class", "floor_count"}])
def test_what_is_divided_by_a_gap_or_from_it_is_missing(gap: str) -> None:
    result = city(gap)
    assert result.firms is not None
    for name in SCORED:
        hangs = gap in parts_of(name, "land_mu")
        for row in (result.parcels.iloc[AT], result.firms.iloc[AT]):
            assert np.isnan(row[name]) == hangs
            assert np.isnan(row[score_column(name)]) == hangs
    assert whole().parcels[SCORED].notna().all(axis=None)


def test_every_yearly_amount_is_among_the_gaps() -> None:
    given = {one.name for one in COLUMNS.values() if (one.table, one.role) == ("firm", "given")
             and one.kind == "number"}  # fmt: skip
    assert given - {"share"} <= set(GAPS) | {"held_area_m2", "occupied_floor_area_m2",
                                             "leased_area_m2", "leased_floor_area_m2"}  # fmt: skip
