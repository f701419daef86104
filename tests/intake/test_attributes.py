"""Columns of a file become ours: names, units, numbers, text; what is missing stays missing."""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hand_made import our_columns
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import ColumnError
from landrenew.base.units import FACTORS, M2_PER_MU, factor_to
from landrenew.intake.attributes.values import (
    BLANK_EDGES,
    BLANKS,
    EXACT_TO,
    SCIENTIFIC,
    WIDE,
    read_ids,
    read_texts,
)
from landrenew.intake.sections import Layer


def taken(values: list[Any], ours: str = "tax_cny10k", unit: str | None = None) -> pd.DataFrame:
    """Read one column, and its faults as a column of codes."""
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    spec = Layer(path="x", columns={ours: {"column": "x", "unit": unit}})
    found, faults = our_columns(frame, spec, "firms")
    codes = {fault.row: fault.code for fault in faults}
    return found.assign(code=[codes.get(row, "") for row in found.index])


BLANK = st.sampled_from([None, math.nan, pd.NA, pd.NaT, *sorted(BLANKS), " ", "\u3000", " - "])
NUMBER = st.floats(-1e9, 1e9, allow_nan=False)


@given(st.lists(st.one_of(BLANK, NUMBER, st.text(max_size=8)), min_size=1, max_size=20))
def test_missing_never_becomes_a_number(values: list[Any]) -> None:
    found = taken(values)
    for value, number, code in zip(values, found["tax_cny10k"], found["code"], strict=True):
        if isinstance(value, float) and not math.isnan(value):
            assert number == value
        elif not isinstance(value, str) or value.strip().casefold() in BLANKS:
            assert math.isnan(number)
            assert code == ""
        else:
            assert not math.isnan(number) or code in {"not_a_number", "out_of_range"}


@given(st.lists(st.one_of(BLANK, NUMBER), min_size=1, max_size=10))
def test_the_input_is_not_changed(values: list[Any]) -> None:
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    before = frame.copy(deep=True)
    our_columns(frame, Layer(path="x", columns={"tax_cny10k": {"column": "x", "unit": "元"}}), "f")
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("12", 12), (" 12.5 ", 12.5),
        ("\uff11\uff12\uff0e\uff15", 12.5), ("1,234", 1234), ("1，234.5", 1234.5),
        ("1,234,567", 1234567), ("-3", -3), ("+3", 3), ("1e3", 1000), (7, 7), (np.int64(7), 7),
        ("1234.0", 1234),
    ],
)  # fmt: skip
def test_numbers_typed_as_text_are_read(written: object, number: float) -> None:
    assert taken([written])["tax_cny10k"].tolist() == [number]


@pytest.mark.parametrize(
    "written",
    ["待核", "1,5", "12亩", "约12", "1 234", True, "3-4", "0x1A", "inf", "-Infinity", math.inf,
     dt.date(2025, 1, 1), dt.datetime(2025, 1, 1, tzinfo=dt.UTC), pd.Timestamp("2025-01-01"),
     pd.Timedelta("1D"), "2025-01-01", "12%"],
    ids=str,
)  # fmt: skip
def test_what_is_no_number_is_missing_and_listed(written: object) -> None:
    found = taken([written, 1.0])
    assert math.isnan(found["tax_cny10k"].iloc[0])
    assert found["code"].tolist()[0] in {"not_a_number", "out_of_range"}


def test_among_decimal_commas_none_is_taken_for_thousands() -> None:
    found = taken(["1,234", "0,25", "17,5", "3.5"])
    assert found["tax_cny10k"].fillna(-1).tolist() == [-1, -1, -1, 3.5]
    assert taken(["1,234", "5,678", "17,5"])["tax_cny10k"].fillna(-1).tolist() == [1234, 5678, -1]


@pytest.mark.parametrize(("written", "number"), [("1,2345,6789", 12345.6789e4), ("12,3456", -1)])
def test_commas_of_four_digits_are_read_where_there_are_several(
    written: str, number: float
) -> None:
    assert taken([written])["tax_cny10k"].fillna(-1).tolist() == [number]


def test_dates_of_a_whole_column_are_no_numbers() -> None:
    found = taken(list(pd.to_datetime(["2025-01-01", "2025-01-02"])))
    assert found["tax_cny10k"].isna().all()
    assert set(found["code"]) == {"not_a_number"}


@pytest.mark.parametrize(("ours", "written"), [("output_cny10k", -1), ("share", 1.5),
                                               ("share", -0.1), ("staff_person", -5)])  # fmt: skip
def test_what_cannot_be_true_is_missing_and_listed(ours: str, written: float) -> None:
    found = taken([written], ours)
    assert found[ours].isna().all()
    assert found["code"].tolist() == ["out_of_range"]


def test_negative_tax_may_be_true() -> None:
    assert taken([-12.5])["tax_cny10k"].tolist() == [-12.5]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("A1", "A1"), (" A1 ", "A1"), ("\u3000A1\u3000", "A1"), ("\ufeffA1", "A1"),
        ("A1\u200b", "A1"), ("A 1", "A 1"), (1234.0, "1234"), (1234, "1234"),
        (1234.5, "1234.5"), ("1234.0", "1234"), ('="0012"', "0012"), ("'0012", "0012"),
        ("\uff21\uff11", "A1"), ("2E10", "2E10"), ("<b>x</b>", "<b>x</b>"), ("=1+1", "=1+1"),
        ("../a/b", "../a/b"), ("001", "001"), (990281001119.0, "990281001119"),
    ],
)  # fmt: skip
def test_ids_are_kept_but_for_blanks_around_them(written: object, text: str) -> None:
    assert taken([written, "z"], "parcel_id")["parcel_id"].tolist() == [text, "z"]


def plain_text(value: object) -> str | None:
    """Read one cell by itself."""
    if pd.isna(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip(BLANK_EDGES)
    return None if text.casefold() in BLANKS else text


def plain_id(text: str | None) -> str | None:
    """Make an id of one text by itself."""
    if text is None:
        return None
    text = "".join(chr(ord(c) - 0xFEE0) if "\uff01" <= c <= "\uff5e" else c for c in text)
    if quoted := re.fullmatch(r'="(.*)"|\'(.*)', text, re.DOTALL):
        text = (quoted[1] or quoted[2] or "").strip(BLANK_EDGES)
    whole = re.fullmatch(r"(\d+)\.0+", text)
    return (whole[1] if whole else text) or None


CELL = st.one_of(
    BLANK, st.text(max_size=6), st.integers(), st.floats(), st.booleans(),
    st.sampled_from(["A1", " A1\u3000", "\uff21\uff11", "1.50E+12", "1e+5", '="001"', "'002",
                     "3302-17", "12.0", 1e15, -3e16, 12.0, dt.date(2024, 1, 1)]),
)  # fmt: skip


@given(st.lists(CELL, max_size=8))
def test_ids_of_a_column_are_those_of_its_cells(cells: list[Any]) -> None:
    for dtype in (object, None):
        values = pd.Series(cells, range(3, 3 + len(cells)), dtype=dtype)
        typed = values.astype(object).tolist()
        texts = [plain_text(one) for one in typed]
        read = read_ids(values)
        assert read_texts(values).tolist() == texts
        assert read.id.tolist() == [plain_id(one) for one in texts]
        assert read.is_wide.tolist() == [bool(WIDE.search(one or "")) for one in texts]
        assert read.is_damaged.tolist() == [
            (isinstance(one, float) and abs(one) >= EXACT_TO)
            or bool(SCIENTIFIC.fullmatch(plain_id(text) or ""))
            for one, text in zip(typed, texts, strict=True)
        ]


@pytest.mark.parametrize("blank", [*sorted(BLANKS), None, math.nan, " ", "\u3000", "NULL", "NaN"])
def test_blank_text_is_missing(blank: object) -> None:
    assert taken([blank, "z"], "owner")["owner"].isna().tolist() == [True, False]


def test_a_float_column_of_ids_loses_its_decimals() -> None:
    frame = pd.DataFrame({"BBL": [4025290050.0, np.nan]}, index=[1, 2])
    found, _ = our_columns(frame, Layer(path="x", columns={"parcel_id": {"column": "BBL"}}), "p")
    assert found["parcel_id"].iloc[0] == "4025290050"
    assert pd.isna(found["parcel_id"].iloc[1])


@pytest.mark.parametrize("heading", ["zddm", "ZDDM ", "\u3000Zddm"])
def test_a_heading_is_found_whatever_its_case_and_blanks(heading: str) -> None:
    frame = pd.DataFrame({heading: ["a"]}, index=[1])
    found, _ = our_columns(frame, Layer(path="x", columns={"parcel_id": {"column": "ZDDM"}}), "p")
    assert found["parcel_id"].tolist() == ["a"]


def test_a_number_for_a_heading_is_found(tmp_path: Any) -> None:  # noqa: ANN401  a path
    frame = pd.DataFrame({"firm_id": ["F1"], 2025: [3.5]})
    frame.to_excel(tmp_path / "f.xlsx", index=False)
    spec = Layer(path="f.xlsx", columns={"tax_cny10k": {"column": "2025"}})
    from landrenew.intake.sources.read import read_source  # noqa: PLC0415

    found, _ = our_columns(read_source(tmp_path, spec, "firms").frame, spec, "firms")
    assert found["tax_cny10k"].tolist() == [3.5]


def test_two_headings_alike_are_refused() -> None:
    frame = pd.DataFrame({"zddm": ["a"], "Zddm": ["b"]}, index=[1])
    with pytest.raises(ColumnError, match="several columns called 'ZDDM'"):
        our_columns(frame, Layer(path="x", columns={"parcel_id": {"column": "ZDDM"}}), "p")


def test_a_files_own_figure_never_stands_for_a_measure() -> None:
    frame = pd.DataFrame({"parcel_id": ["a"], "parcel_area_m2": [1.0], "control_share": [1.0]})
    assert list(our_columns(frame, Layer(path="x"), "parcels")[0]) == ["parcel_id"]


def test_the_parks_own_ids_are_theirs_to_give() -> None:
    frame = pd.DataFrame({"park_id": ["Y1"], "park_name": ["甲"], "capacity_mu": [12]}, index=[1])
    assert set(our_columns(frame, Layer(path="x"), "parks")[0]) == set(frame.columns)


@given(st.floats(-1e12, 1e12), st.sampled_from(sorted(FACTORS)), st.data())
def test_a_unit_is_one_factor(value: float, ours: str, data: st.DataObject) -> None:
    theirs = data.draw(st.sampled_from(sorted(FACTORS[ours])))
    factor = factor_to(ours, theirs)
    assert factor > 0
    assert factor_to(ours, ours) == 1
    assert value * factor / factor == pytest.approx(value)


@pytest.mark.parametrize(
    ("ours", "unit", "written", "number"),
    [
        ("tax_cny10k", "元", 12_345, 1.2345), ("tax_cny10k", "亿元", 1.5, 15_000),
        ("declared_area_m2", "亩", 1.5, 1000.0), ("declared_area_m2", "公顷", 0.5, 5000.0),
        ("declared_area_m2", "平方英尺", 100, 9.290304), ("share", "%", 40, 0.4),
        ("energy_tce", "万吨标煤", 0.1, 1000.0), ("electricity_mwh10", "千瓦时", 5e4, 5.0),
    ],
)  # fmt: skip
def test_stated_units_are_converted(ours: str, unit: str, written: float, number: float) -> None:
    assert taken([written], ours, unit)[ours].iloc[0] == pytest.approx(number, rel=1e-12)


def test_a_mu_is_two_thousand_thirds() -> None:
    assert M2_PER_MU * 3 == 2000


def test_every_given_number_can_be_converted() -> None:
    given_numbers = [one for one in COLUMNS.values() if one.role == "given" and one.unit]
    assert all(factor_to(one.unit, one.unit) == 1 for one in given_numbers)
