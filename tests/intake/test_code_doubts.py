"""Doubts about codes: found where most of a column is written in the code, and only there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_city import four, save, small_city

from landrenew.base.codes.parcel import read_parcel_code
from landrenew.intake.attributes.codes import code_faults, scheme_notes
from landrenew.intake.city import read_city
from landrenew.intake.sections import Firms, Layer, ParcelLayer

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.faults import Fault

PARCELS = [f"330282001002GB{n:05d}" for n in range(1, 11)]
FIRMS = ["11330282734267548D", "12330282688011591A", "11370881004339597L", "91350100M000100Y43"]


def table(**columns: list[object]) -> pd.DataFrame:
    frame = pd.DataFrame({name: pd.Series(one, dtype=object) for name, one in columns.items()})
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    return frame


def parcel_faults(scheme: str | None = None, **columns: list[object]) -> list[Fault]:
    return code_faults(table(**columns), ParcelLayer(path="x", land_scheme=scheme), "parcels")


def firm_faults(edition: int | None = None, **columns: list[object]) -> list[Fault]:
    return code_faults(table(**columns), Firms(path="x", industry_edition=edition), "firms")


def said(faults: list[Fault]) -> list[tuple[str, int | None, str]]:
    return [(one.code, one.row, one.id) for one in faults]


def test_right_codes_are_not_doubted() -> None:
    assert (
        parcel_faults("三调", parcel_id=PARCELS[:4], land_code=["0601", "0508", None, "05H1"]) == []
    )
    assert firm_faults(2017, firm_id=FIRMS, industry_code=["C3130", "31", None, "5161"]) == []


def test_a_parcel_number_built_wrongly_is_doubted() -> None:
    wrong = "330282001002KB00011"
    found = parcel_faults(parcel_id=[*PARCELS, wrong])
    assert said(found) == [("parcel_code_structure", 11, wrong)]
    assert "“KB”" in found[0].detail.zh


def test_a_bureaus_own_numbers_are_nobodys_error() -> None:
    assert parcel_faults(parcel_id=["A-1", "A-2", PARCELS[0]]) == []
    assert parcel_faults(parcel_id=["5101831002490000000"] * 3) == []  # 19 digits, another code
    assert firm_faults(firm_id=["F1", "F2", "F3", FIRMS[0][:17] + "0"]) == []


def test_a_parcel_of_another_county_is_doubted() -> None:
    stray = "330281001002GB00001"
    found = parcel_faults(parcel_id=[*PARCELS, stray])
    assert said(found) == [("parcel_code_region", 11, stray)]
    assert found[0].detail.en == "county 330281, most others 330282"


def test_a_city_of_several_counties_is_no_fault() -> None:
    counties = [f"33028{n}001002GB00001" for n in (1, 1, 1, 2, 2, 3)]
    assert parcel_faults(parcel_id=counties) == []


IDS = st.sampled_from(
    [*PARCELS, "330281001002GB00001", "330281 001002 GB 00002", "330282001002KB00001", "A-1", None]
)


@given(st.lists(IDS, max_size=12), st.integers(0, 20))
def test_parcel_numbers_are_doubted_as_a_plain_count_doubts_them(
    ids: list[str | None], usual: int
) -> None:
    ids += PARCELS[:1] * usual
    present = [one for one in ids if one is not None]
    read = {one: read_parcel_code(one) for one in present}
    counties = [of.county for one in present if (of := read[one]) is not None]
    expected: list[tuple[str, int | None, str]] = []
    if 2 * len(counties) > len(present):
        most = max(set(counties), key=counties.count)
        is_usual = counties.count(most) >= 0.9 * len(counties)
        rows = [(row, one) for row, one in enumerate(ids, 1) if one is not None]
        expected += [("parcel_code_structure", row, one) for row, one in rows if read[one] is None]
        expected += [
            ("parcel_code_region", row, one)
            for row, one in rows
            if is_usual and (of := read[one]) is not None and of.county != most
        ]
    assert said(parcel_faults(parcel_id=ids)) == expected


def test_a_credit_code_that_fails_is_doubted_with_what_was_meant() -> None:
    typed, wrong = FIRMS[0].replace("0", "O", 1), FIRMS[1][:17] + "B"
    found = firm_faults(firm_id=[*FIRMS, typed, wrong, FIRMS[2][:16]])
    assert said(found) == [("uscc_check_digit", row, one) for row, one in
                           ((5, typed), (6, wrong), (7, FIRMS[2][:16]))]  # fmt: skip
    assert [one.detail.en for one in found] == [
        f"perhaps {FIRMS[0]}", "the check character does not fit", "16 characters, 18 are needed",
    ]  # fmt: skip


def test_trial_codes_and_older_numbers_are_not_doubted() -> None:
    older = ["370681228007713", "748978455", "74897845-5", "91350211M0000XUF46", "X1"]
    assert firm_faults(firm_id=[*FIRMS, *older]) == []


@pytest.mark.parametrize(
    ("scheme", "codes", "doubted"),
    [
        ("三调", ["0601", "0508", "0601", "0604"], ["0604"]),
        ("GB/T 21010-2017", ["0601", "0604", "0601", "0508"], ["0508"]),
        ("用地用海", ["100101/100102", "1001v", "100101(080403)", "1001/99"], ["1001/99"]),
        (None, ["0601", "0508", "0601", "9999"], ["9999"]),
        (None, ["M1", "M2", "0601"], []),
        (None, ["工业", "仓储"], []),
    ],
)
def test_a_land_code_of_no_scheme_is_doubted(
    scheme: str | None, codes: list[object], doubted: list[str]
) -> None:
    found = parcel_faults(scheme, parcel_id=[f"P{i}" for i in range(len(codes))], land_code=codes)
    assert [codes[(one.row or 0) - 1] for one in found] == doubted
    assert {one.code for one in found} <= {"land_code_unknown"}


def test_a_layer_in_another_scheme_is_one_fault() -> None:
    found = parcel_faults(
        "三调", parcel_id=["P1", "P2", "P3"], land_code=["100101", "100102", "0601"]
    )
    assert said(found) == [("land_code_unknown", None, "")]
    assert found[0].detail.en.endswith("they look like 用地用海")


def test_an_open_scheme_is_said_where_it_matters() -> None:
    spec = ParcelLayer(path="x")
    notes = scheme_notes(table(land_code=["0601", "0601", "0701"]), spec)
    assert len(notes) == 1
    assert "三调 工业用地" in notes[0].zh
    assert "用地用海 农村道路" in notes[0].zh
    assert scheme_notes(table(land_code=["0601", "0508"]), spec) == []  # only 三调 has 0508
    assert scheme_notes(table(land_code=["100101"]), spec) == []
    assert scheme_notes(table(land_code=["0601"]), ParcelLayer(path="x", land_scheme="三调")) == []
    assert scheme_notes(table(land_code=["0601"]), Layer(path="x")) == []


@pytest.mark.parametrize(
    ("edition", "codes", "doubted"),
    [
        (2002, ["31", "C37", "3311", "38"], ["38"]),
        (2017, ["31", "C38", "3311", "99", "C51"], ["99", "C51"]),
        (None, ["31", "38", "97", "99"], ["99"]),
        (2017, ["造纸和纸制品业", "批发业", "31"], []),
    ],
)
def test_an_industry_code_of_no_edition_is_doubted(
    edition: int | None, codes: list[object], doubted: list[str]
) -> None:
    found = firm_faults(edition, firm_id=[f"F{i}" for i in range(len(codes))], industry_code=codes)
    assert [codes[(one.row or 0) - 1] for one in found] == doubted


def test_other_layers_have_no_codes() -> None:
    assert code_faults(table(firm_id=["x"]), Layer(path="x"), "links") == []


def test_the_city_brings_its_doubts_with_row_and_id(tmp_path: Path) -> None:
    ids = [*PARCELS[:3], "330282001002QB00009"]
    save(four(DLBM=["0601", "0601", "0508", "0604"]).assign(parcel_id=ids),
         tmp_path / "parcels.gpkg")  # fmt: skip
    spec = {"path": "parcels.gpkg", "land_scheme": "三调", "columns": {"land_code": "DLBM"}}
    layers = read_city(small_city(tmp_path, parcels=spec))
    assert said(list(layers.faults)) == [
        ("parcel_code_structure", 4, ids[3]), ("land_code_unknown", 4, ids[3]),
    ]  # fmt: skip


def test_every_firm_of_a_real_city_is_free_of_doubt(shared: Path) -> None:
    firms = pd.read_csv(
        shared / "china_enterprise_longkou" / "enterprise_longkou_head1500_gbk.csv",
        encoding="gb18030", dtype=str, keep_default_na=False,
    )  # fmt: skip
    ids = firms["统一社会信用代码"].replace({"-": None, "": None}).tolist()
    assert firm_faults(firm_id=ids, industry_code=firms["所属行业"].tolist()) == []
