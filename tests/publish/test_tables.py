"""Tables for offices: harmless in a spreadsheet, complete, and right to the figure."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from conftest import parcels_of, square
from hypothesis import given
from hypothesis import strategies as st

from landrenew.assess.share.summary import ControlShare
from landrenew.base.words import Text
from landrenew.intake.faults import KINDS, Fault
from landrenew.publish.run_folder import json_text
from landrenew.publish.share_file import share_record, towns_csv
from landrenew.publish.share_words import share_words
from landrenew.publish.tables import (
    csv_bytes,
    faults_csv,
    safe_cell,
    table_csv,
)

if TYPE_CHECKING:
    from landrenew.base.words import Lang

DANGEROUS = "=+-@\uff1d\uff0b\uff0d\uff20\t\r\n"
COUNTS = {"inside": 1, "straddling": 1, "outside": 0}


def read(table: bytes) -> list[list[str]]:
    """Read a table as a spreadsheet does."""
    assert table.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))


def share_of(name: str = "小城", share: float = 0.6, **others: object) -> ControlShare:
    given_ones = {
        "target": 0.8, "verdict": "not_met", "interval": (share, share), "inside_m2": 60.0,
        "total_m2": 100.0, "parcels": 2, "counts": COUNTS, "retire_mu": 0.0375, "build_mu": 0.15,
        "majority_share": 0.5,
    }  # fmt: skip
    return ControlShare(name=name, share=share, **(given_ones | others))


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=20))
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = read(csv_bytes(["a", "b"], [[text, "x"]]))[1][0]
    assert not cell.startswith(tuple(DANGEROUS))
    assert cell in {text, f"'{text}"}


@pytest.mark.parametrize("start", DANGEROUS)
def test_formulas_are_defused(start: str) -> None:
    evil = f'{start}HYPERLINK("http://x","慈溪")'
    assert safe_cell(evil) == f"'{evil}"
    assert read(csv_bytes(["企业"], [[evil]]))[1] == [f"'{evil}"]


@pytest.mark.parametrize(
    ("value", "cell"), [(None, ""), (math.nan, ""), (-1.5, "-1.5"), (0, "0"), ("a,b\n", "a,b\n")]
)
def test_other_cells_stay(value: object, cell: str) -> None:
    assert read(csv_bytes(["a", "b"], [[value, "x"]]))[1] == [cell, "x"]


def test_lines_end_as_excel_ends_them() -> None:
    assert csv_bytes(["甲"], [[1]]) == b"\xef\xbb\xbf" + "甲\r\n1\r\n".encode()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_of_fault_is_told_in_either_language(lang: Lang) -> None:
    faults = [Fault("parcels", 3, "=1+1", code, Text("甲", "a"), 1.234, None) for code in KINDS]
    rows = read(faults_csv(faults, lang))
    assert len(rows) == 1 + len(KINDS)
    for row, code in zip(rows[1:], sorted(KINDS), strict=True):
        assert row[:4] == ["parcels", "3", "'=1+1", code]
        assert row[5] == KINDS[code].what.say(lang)
        assert row[6:9] == ["甲" if lang == "zh" else "a", "1.23", ""]
        assert row[9] == KINDS[code].mend.say(lang)


def test_titles_are_labels_with_units_and_numbers_have_their_decimals() -> None:
    table = parcels_of(square(), square(1), owner=["甲", None], tax_cny10k_per_mu=[1.23456, np.nan])
    assert read(table_csv(table, "zh")) == [
        ["宗地编号", "权利人", "亩均税收（万元/亩）"], ["P0", "甲", "1.23"], ["P1", "", ""],
    ]  # fmt: skip
    assert read(table_csv(table, "en"))[0][2] == "Tax per mu (CNY10k/mu)"


def test_words_of_a_table_are_said_in_the_language() -> None:
    table = parcels_of(
        square(), growth_class=["straddling"], low_efficiency_tests=["yes,undetermined"],
        missing_inputs=["tax_cny10k_per_mu,floor_area_ratio"],
    )  # fmt: skip
    assert read(table_csv(table, "zh"))[1][1:] == ["跨界", "是、待定", "亩均税收、容积率"]
    assert read(table_csv(table, "en"))[1][1] == "Straddling"


def test_the_table_itself_is_not_changed() -> None:
    table = parcels_of(square(), tax_cny10k_per_mu=[1.23456])
    before = table.copy(deep=True)
    table_csv(table, "zh")
    pd.testing.assert_frame_equal(table, before)


def test_the_city_comes_after_its_towns() -> None:
    share = share_of(towns=(share_of("=甲镇"), share_of("乙镇", math.nan, verdict="undetermined")))
    rows = read(towns_csv(share, "zh"))
    assert [row[0] for row in rows[1:]] == ["'=甲镇", "乙镇", "全市（小城）"]
    assert [row[1] for row in rows[1:]] == ["0.6", "", "0.6"]
    assert [row[3] for row in rows[1:]] == ["未达标", "待定", "未达标"]
    assert all(len(row) == len(rows[0]) for row in rows)


def test_the_record_has_no_number_that_is_none() -> None:
    share = share_of(share=math.nan, interval=(math.nan, math.nan), target=None, retire_mu=None,
                     build_mu=None, verdict="undetermined", majority_share=math.nan)  # fmt: skip
    record = share_record(share, crs="EPSG:4549", rows={"in": 0, "out": 0, "rejected": 0})
    assert record["share"] is None
    assert record["interval"] == [None, None]
    assert "NaN" not in json_text(record)


def test_the_record_is_the_contract() -> None:
    record = share_record(share_of(), crs="EPSG:4549", rows={"in": 2, "out": 2, "rejected": 0})
    assert set(record) >= {
        "share", "target", "verdict", "interval", "inside_m2", "total_m2", "inside_mu", "total_mu",
        "parcels", "definition", "area_method", "crs", "gap", "counts", "towns",
    }  # fmt: skip
    assert record["inside_mu"] == 0.09
    assert record["gap"] == {"retire_mu": 0.0375, "build_mu": 0.15}
    assert set(record["counts"]) == {"inside", "straddling", "outside"}


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "线内占比 60.00%（60.00%–60.00%），目标 80%，未达标"),
     ("en", "60.00% inside (60.00%-60.00%), target 80%, not met")],
)  # fmt: skip
def test_the_share_is_said_in_words(lang: Lang, said: str) -> None:
    words = share_words(share_of(towns=(share_of("甲镇"),)), lang)
    assert said in words
    assert "甲镇\t60.00%" in words


def test_faults_stand_in_the_order_of_the_layers_and_rows() -> None:
    places = [("towns", None), ("buildings", 2), ("parcels", 10), ("parcels", 9), ("parcels", None)]
    rows = read(faults_csv([Fault(one, row, "", "gap") for one, row in places], "en"))
    assert [tuple(row[:2]) for row in rows[1:]] == [
        ("parcels", ""), ("parcels", "9"), ("parcels", "10"), ("towns", ""), ("buildings", "2"),
    ]  # fmt: skip
