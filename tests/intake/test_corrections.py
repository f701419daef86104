"""Corrections: applied to the file's own values, on record, refused when the file has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_city import four, save, small_city

from landrenew.base.errors import FileError
from landrenew.intake.attributes.corrections import Correction, apply_corrections
from landrenew.intake.city import read_city
from landrenew.intake.sections import Layer, Mapping
from landrenew.publish.manifest import manifest
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "layer,id,field,old,new,reason,source,date\n"
WHY = "录入有误,2026 年核查表,2026-05-01"


def line(*cells: str) -> str:
    return ",".join(cells) + f",{WHY}\n"


def city(folder: Path, text: str, **columns: list[object]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    save(four(**columns), folder / "parcels.gpkg")
    (folder / "corrections.csv").write_text(text, encoding="utf-8")
    return small_city(
        folder,
        parcels={
            "path": "parcels.gpkg",
            "columns": {"owner": "QLR", "declared_area_m2": {"column": "MJ", "unit": "亩"}},
        },
        corrections={"path": "corrections.csv"},
    )


def refusal(folder: Path, text: str) -> FileError:
    path = city(folder, text, QLR=["甲", "乙", None, "丁"], MJ=[0.6, 0.6, 6.0, 0.6])
    with pytest.raises(FileError) as caught:
        read_city(path)
    assert "请" in caught.value.say("zh")
    return caught.value


def test_a_correction_comes_before_anything_else(tmp_path: Path) -> None:
    text = HEAD + line("parcels", "P2", "MJ", "6", "0.6") + line("", "P0", "owner", "甲", "甲公司")
    path = city(tmp_path, text, QLR=["甲", "乙", None, "丁"], MJ=[0.6, 0.6, 6.0, 0.6])
    layers = read_city(path)
    assert layers.parcels["declared_area_m2"].tolist() == pytest.approx([400.0] * 4)
    assert layers.parcels["owner"].fillna("").tolist() == ["甲公司", "乙", "", "丁"]
    found = [(one.layer, one.row, one.id, one.code) for one in layers.faults]
    assert found == [("parcels", 3, "P2", "corrected"), ("parcels", 1, "P0", "corrected")]
    said = layers.faults[0].detail
    assert said.zh == "MJ：6 → 0.6（录入有误；2026 年核查表，2026-05-01）"


def test_the_files_stay_as_they_came(tmp_path: Path) -> None:
    path = city(tmp_path, HEAD + line("", "P0", "MJ", "0.6", "0.7"),
                QLR=list("甲乙丙丁"), MJ=[0.6] * 4)  # fmt: skip
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    read_city(path)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_a_blank_means_missing_both_ways(tmp_path: Path) -> None:
    text = HEAD + line("", "P2", "owner", "", "丙") + line("", "P3", "owner", "丁", "")
    path = city(tmp_path, text, QLR=["甲", "乙", None, "丁"], MJ=[0.6] * 4)
    assert read_city(path).parcels["owner"].fillna("").tolist() == ["甲", "乙", "丙", ""]


def test_a_later_correction_sees_what_an_earlier_one_wrote(tmp_path: Path) -> None:
    text = HEAD + line("", "P0", "QLR", "甲", "己") + line("", "P0", "owner", "己", "庚")
    path = city(tmp_path, text, QLR=list("甲乙丙丁"), MJ=[0.6] * 4)
    assert read_city(path).parcels["owner"].iloc[0] == "庚"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("", "P0", "owner", "乙", "丙"), "(P0): 'owner' is '甲' now, not '乙'"),
        (("", "P9", "owner", "甲", "丙"), "(P9): the id is on no row that is read"),
        (("", "P0", "colour", "甲", "丙"), "the file has no column 'colour'"),
        (("", "P2", "owner", "丙", "丁"), "is '' now, not '丙'"),
        (("", "P0", "MJ", "", "1"), "'MJ' is '0.6' now, not ''"),
        (("firms", "P0", "owner", "甲", "丙"), "the project has no layer [firms]"),
        (("", "", "owner", "甲", "丙"), "does not state id"),
    ],
)
def test_a_correction_that_no_longer_fits_is_refused(
    tmp_path: Path, cells: tuple[str, ...], said: str
) -> None:
    assert said in str(refusal(tmp_path, HEAD + line(*cells)))


def test_an_id_on_two_rows_is_refused(tmp_path: Path) -> None:
    path = city(tmp_path, HEAD + line("", "P0", "owner", "甲", "丙"), QLR=["甲"] * 4, MJ=[0.6] * 4)
    twice = four(QLR=["甲"] * 4, MJ=[0.6] * 4).assign(parcel_id=["P0", "P0", "P1", "P2"])
    (tmp_path / "parcels.gpkg").unlink()
    save(twice, tmp_path / "parcels.gpkg")
    with pytest.raises(FileError, match="the id stands on 2 rows"):
        read_city(path)


@pytest.mark.parametrize("lacking", ["reason", "source", "date"])
def test_a_correction_says_why_by_what_source_and_since_when(tmp_path: Path, lacking: str) -> None:
    said = dict(zip(("reason", "source", "date"), WHY.split(","), strict=True)) | {lacking: " "}
    row = ",".join(["", "P0", "owner", "甲", "丙", *said.values()])
    assert f"(P0) does not state {lacking}" in str(refusal(tmp_path, HEAD + row + "\n"))


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    assert "lacks the columns old, new" in str(
        refusal(tmp_path, "编号,字段,理由,依据,日期\nP0,owner,错,表,2026-05-01\n")
    )


def test_chinese_headings_do(tmp_path: Path) -> None:
    text = "编号,字段,原值,新值,理由,依据,日期\n" + line("P0", "owner", "甲", "丙")
    path = city(tmp_path, text, QLR=list("甲乙丙丁"), MJ=[0.6] * 4)
    assert read_city(path).parcels["owner"].iloc[0] == "丙"


def test_several_refusals_come_in_one_sentence(tmp_path: Path) -> None:
    text = HEAD + "".join(line("", f"X{i}", "owner", "甲", "丙") for i in range(7))
    said = refusal(tmp_path, text)
    assert str(said).count("on no row") == 5
    assert "and 2 more" in str(said)
    assert "另有 2 处" in said.say("zh")


def test_an_impossible_value_can_be_corrected(tmp_path: Path) -> None:
    path = city(tmp_path, HEAD + line("", "P0", "MJ", "-0.6", "0.6"),
                QLR=list("甲乙丙丁"), MJ=[-0.6, 0.6, 0.6, 0.6])  # fmt: skip
    assert {one.code for one in read_city(path).faults} == {"corrected"}


def test_the_manifest_holds_the_table(tmp_path: Path) -> None:
    path = city(tmp_path, HEAD + line("", "P0", "owner", "甲", "丙"),
                QLR=list("甲乙丙丁"), MJ=[0.6] * 4)  # fmt: skip
    record = manifest(run_project(path))
    assert [one["layer"] for one in record["inputs"]] == ["parcels", "control_line", "corrections"]
    assert list(record["inputs"][2]["sha256"]) == ["corrections.csv"]
    assert record["faults"]["corrected"] == 1


def test_rows_without_ids_go_by_their_number() -> None:
    frame = pd.DataFrame({"MJ": [1, 2]}, index=pd.Index([4, 5], name="row"))
    one = Correction(1, "parcels", "row-5", "MJ", "2.0", "3.5", "r", "s", "d")
    corrected, faults = apply_corrections(frame, Layer(path="x"), "parcels", [one])
    assert corrected["MJ"].tolist() == [1, 3.5]
    assert faults[0].row == 5
    assert frame["MJ"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("stands", "old", "same"),
    [
        (1, "1.0", True), (1.0, "1", True), ("1", "1.00", True), ("1,234", "1234", True),
        ("\uff11\uff12", "12", True), (" 甲 ", "甲", True), ("-", "", True), ("NULL", "无", True),
        (float("nan"), "", True), ("0601", "601", False), ("0601", "0601", True),
        (0.5, "0.5", True), (0, "", False), ("0", "", False), ("甲", "乙", False),
    ],
)  # fmt: skip
def test_what_counts_as_the_same_value(stands: object, old: str, same: bool) -> None:  # noqa: FBT001  a column of the table
    frame = pd.DataFrame({"parcel_id": ["P0"], "MJ": pd.Series([stands], dtype=object)})
    blank = "" if old == "无" else old
    one = Correction(1, "parcels", "P0", "MJ", blank, "9", "r", "s", "d")
    spec = Layer(path="x", columns={"declared_area_m2": Mapping(column="mj")})
    if same:
        assert apply_corrections(frame, spec, "parcels", [one])[0]["MJ"].tolist() in ([9], ["9"])
    else:
        with pytest.raises(FileError, match="now, not"):
            apply_corrections(frame, spec, "parcels", [one])


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=6), st.floats(-1e6, 1e6))
def test_only_the_named_value_changes(values: list[float], new: float) -> None:
    ids = [f"P{i}" for i in range(len(values))]
    frame = pd.DataFrame({"parcel_id": ids, "MJ": values, "other": values})
    one = Correction(1, "parcels", "P1", "MJ", repr(values[1]), repr(new), "r", "s", "d")
    corrected, _ = apply_corrections(frame, Layer(path="x"), "parcels", [one])
    assert corrected["MJ"].tolist() == [values[0], new, *values[2:]]
    assert corrected["other"].tolist() == values
