"""Two departments on one figure: what differs is listed, and nothing else is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_city import four, save, small_city

from landrenew.intake.attributes.departments import differing
from landrenew.intake.city import read_city

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.layers import Layers

OURS = {"path": "parcels.gpkg", "source": "自然资源局",
        "columns": {"declared_area_m2": "MJ", "owner": "QLR"}}  # fmt: skip


def city(folder: Path, text: str, **sections: object) -> Layers:
    save(four(MJ=[400.0, 400.0, 400.0, None], QLR=list("甲乙丙丁")), folder / "parcels.gpkg")
    (folder / "tax.csv").write_text(text, encoding="utf-8")
    theirs = {"path": "tax.csv", "source": "税务局", "columns": {
        "parcel_id": "编号", "declared_area_m2": {"column": "面积", "unit": "亩"}, "owner": "业主",
    }}  # fmt: skip
    return read_city(
        small_city(folder, **({"parcels": OURS, "departments.tax": theirs} | sections))
    )


def test_a_value_that_differs_is_listed_with_both_sources(tmp_path: Path) -> None:
    layers = city(tmp_path, "编号,面积,业主\nP0,0.6,甲\nP1,0.9,甲 \nP2,0.6,\nP3,0.6,丁\n")
    found = [(one.layer, one.id, one.code, one.detail.zh) for one in layers.faults]
    assert found == [
        ("departments.tax", "P1", "departments_differ", "登记面积：自然资源局 400，税务局 600"),
        ("departments.tax", "P1", "departments_differ", "权利人：自然资源局 乙，税务局 甲"),
    ]
    assert layers.parcels["declared_area_m2"].iloc[1] == 400.0


def test_the_tolerance_is_the_projects_own(tmp_path: Path) -> None:
    text = "编号,面积,业主\nP0,0.61,甲\n"
    assert len(city(tmp_path, text).faults) == 1
    wide = city(tmp_path, text, tolerances={"department_difference_share": 0.05})
    assert wide.faults == ()


def test_what_cannot_be_compared_is_said(tmp_path: Path) -> None:
    layers = city(tmp_path, "编号,面积,业主\nP0,0.6,甲\nP9,0.6,甲\n")
    assert any("ids that are not in [parcels] were not compared: P9" in one.en
               for one in layers.notes)  # fmt: skip
    keyless = {"path": "tax.csv", "columns": {"owner": "业主"}}
    layers = city(tmp_path, "业主\n甲\n", **{"departments.tax": keyless})
    assert any("has no id of a parcel or firm" in one.en for one in layers.notes)
    alone = {"path": "tax.csv", "columns": {"parcel_id": "编号"}}
    layers = city(tmp_path, "编号\nP0\n", **{"departments.tax": alone})
    assert any("shares no column with [parcels]" in one.en for one in layers.notes)


def test_missing_on_one_side_is_no_difference(tmp_path: Path) -> None:
    assert city(tmp_path, "编号,面积,业主\nP3,0.9,\nP0,,甲\n").faults == ()


numbers = st.lists(st.floats(0, 1e6) | st.none(), min_size=3, max_size=8)


@given(numbers, st.floats(0, 1))
def test_a_column_never_differs_from_itself(values: list[float | None], tolerance: float) -> None:
    one = pd.Series(values, dtype=float)
    assert not differing(one, one.copy(), tolerance).any()


@given(numbers, st.randoms(use_true_random=False), st.floats(0, 0.5))
def test_it_does_not_matter_who_is_asked_first(
    values: list[float | None], chance: object, tolerance: float
) -> None:
    mixed = values.copy()
    chance.shuffle(mixed)
    one, other = pd.Series(values, dtype=float), pd.Series(mixed, dtype=float)
    assert differing(one, other, tolerance).equals(differing(other, one, tolerance))


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [("甲", " 甲", False), ("\uff21", "A", False), ("甲", "乙", True), ("甲", None, False)],
)
def test_texts_differ_by_more_than_how_they_are_typed(
    one: str, other: str | None, *, differ: bool
) -> None:
    ours, theirs = (pd.Series([text], dtype=object) for text in (one, other))
    assert differing(ours, theirs, 0.0).tolist() == [differ]
