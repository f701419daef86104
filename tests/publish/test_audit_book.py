"""The workbook, recalculated by another program, gives every score and grade once more."""

from __future__ import annotations

import io
import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hand_made import READ
from together_city import MIN_MAX, RANK, RATIO, book_of, city_of

from landrenew.assess.evaluation import evaluated_firms
from landrenew.base.errors import RuleError
from landrenew.publish.papers.subject import evaluated_rows
from landrenew.publish.workbook.audit_book import audit_workbook
from landrenew.rules.library import read_rulebook
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.result import Result

OFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
MU = 2_000 / 3
TOLERANCE = 1e-9


def recalculated(packed: bytes, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Let LibreOffice compute a workbook; give the rows of each sheet by heading."""
    made = folder / "audit.xlsx"
    made.write_bytes(packed)
    command = [
        str(OFFICE), "--headless", f"-env:UserInstallation=file://{folder.parent}/office",
        "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"), str(made),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=240)  # noqa: S603
    book = openpyxl.load_workbook(folder / "out" / "audit.xlsx", data_only=True)
    return {sheet.title: _rows(sheet.iter_rows(values_only=True)) for sheet in book}


def _rows(lines: Any) -> list[dict[str, Any]]:  # noqa: ANN401  cells
    lines = list(lines)
    head = next((i for i, line in enumerate(lines) if line[0] == "code"), None)
    if head is None:
        return [dict(enumerate(line)) for line in lines]
    return [dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 :]]


def hold_against(sheets: dict[str, list[dict[str, Any]]], table: pd.DataFrame) -> None:
    """Compare every cell of score and grade with Python's, by id."""
    rows = [row for lines in sheets.values() for row in lines if "score" in row]
    assert sorted(row["code"] for row in rows) == sorted(table.index[table["pool"].notna()])
    for row in rows:
        ours = table.loc[row["code"]]
        if np.isnan(ours["efficiency_score"]):
            assert row["score"] in {None, ""}, row
        else:
            assert row["score"] == pytest.approx(ours["efficiency_score"], abs=TOLERANCE)
        if "efficiency_grade" in table:
            assert (row["grade"] or None) == ours["efficiency_grade"], row
        assert row["same"], row
        for title, value in row.items():
            if str(title).endswith(": points") and value not in {None, ""}:
                assert np.isfinite(value)


def firms(count: int) -> pd.DataFrame:
    """Make firms with ties, gaps, losses, reasons and claims."""
    rng = np.random.default_rng(7)
    table = pd.DataFrame({
        "firm_name": [f"=企业{i}" for i in range(count)],
        "size_class": rng.choice(["above_scale", "below_scale"], count),
        "tax_cny10k": rng.integers(-2, 12, count) * 25.0,
        "value_added_cny10k": rng.integers(1, 9, count) * 100.0,
        "energy_tce": rng.integers(1, 9, count) * 50.0,
        "electricity_mwh10": rng.integers(1, 9, count) * 10.0,
        "bonus_points": rng.choice([np.nan, 3.0, -20.0, 40.0], count),
    }, index=pd.Index([f"F{i:03d}" for i in range(count)], name="firm_id"))  # fmt: skip
    for name in ("tax_cny10k", "energy_tce", "electricity_mwh10"):
        table.loc[rng.random(count) < 0.15, name] = np.nan
    for name, words in (("exempt_reason", "新办"), ("veto_reason", "事故"),
                        ("bonus_evidence", "证书")):  # fmt: skip
        table[name] = np.where(rng.random(count) < 0.2, words, None)
    return table


def evaluated(table: pd.DataFrame, book: Rulebook) -> pd.DataFrame:
    mu = (np.arange(len(table)) % 7 + 2) * MU
    land = pd.DataFrame({"firm_id": table.index, "registered_land_m2": mu, "leased_in_m2": 0.0,
                         "used_land_m2": mu})  # fmt: skip
    return evaluated_firms(table, land, book)


TAX, ENERGY, POWER = ("tax_cny10k_per_mu", "value_added_cny10k_per_tce", "tax_cny10k_per_mwh10")
POOLS = [
    {"name": "above_scale", "zh": "规上", "en": "above/scale", "size_class": "above_scale",
     "criteria": [
         {"form": "ratio", "column": TAX, "weight": 50, "baseline": 12.0, "baseline_factor": 2,
          "cap": 1.5, "floor": 0.0, "missing": "undetermined"},
         {"form": "min_max", "column": ENERGY, "weight": 50, "low": 20, "tail_share": 0.1,
          "missing": "mean_points"}]},
    {"name": "below_scale", "zh": "规下", "en": "below scale", "size_class": "below_scale",
     "criteria": [
         {"form": "rank", "column": TAX, "weight": 60, "missing": "mean_points"},
         {"form": "min_max", "column": POWER, "weight": 40, "low": 0, "missing": "undetermined"}]},
]  # fmt: skip
CLASSES = [{"grade": "A", "up_to": 0.2, "is_inclusive": False}, {"grade": "B", "up_to": 0.6},
           {"grade": "C", "up_to": 0.95}, {"grade": "D", "up_to": 1.0}]  # fmt: skip
GRADES = {
    "stated": {"form": "rank", "exempt": "T", "rounding": "up", "ties": "worse",
               "classes": CLASSES, "veto": {"grade": "D", "is_ranked": False}},
    "silent": {"form": "rank", "exempt": "T", "classes": CLASSES,
               "veto": {"grade": "D", "is_ranked": True}},
    "bars": {"form": "bars", "exempt": "T", "classes": [
        {"grade": "A", "at_least": 80}, {"grade": "B", "above": 50}, {"grade": "C"}]},
    "none": None,
}  # fmt: skip


def rulebook(kind: str, **scoring: object) -> Rulebook:
    parts: dict[str, Any] = {"scoring": {**READ, "pools": POOLS, **scoring}}
    if (grades := GRADES[kind]) is not None:
        parts["grades"] = {**READ, **grades}
    return Rulebook.model_validate({"name": "r", "title": "=标题", "region": "here", **parts})


@needs_office
@pytest.mark.parametrize("kind", GRADES)
def test_every_form_of_points_and_grades_is_recalculated(kind: str, tmp_path: Path) -> None:
    bonus = {"bonus": {"least": -10, "most": 10}} if kind in {"stated", "bars"} else {}
    book = rulebook(kind, **bonus)
    table = evaluated(firms(61), book)
    assert table["efficiency_score"].isna().any()
    assert table["efficiency_score"].notna().any()
    hold_against(recalculated(audit_workbook(table, book, "en"), tmp_path), table)


@needs_office
def test_the_demo_city_is_recalculated(demo_result: Result, tmp_path: Path) -> None:
    book = demo_result.layers.rulebook
    for kind in ("firms", "parcels"):
        table = evaluated_rows(demo_result, kind)
        folder = tmp_path / kind
        folder.mkdir()
        sheets = recalculated(audit_workbook(table, book, "en"), folder)
        hold_against(sheets, table)
        differs = [row[2] for row in sheets["about"] if isinstance(row[1], int)]
        assert differs == [0, 0]


@needs_office
@pytest.mark.parametrize(
    "tenants", [None, {"rule": "follow_landlord"}, {"rule": "merge_on_parcel"}]
)
@pytest.mark.parametrize("criteria", [(RATIO,), (RATIO, RANK), (RATIO, MIN_MAX)])
def test_what_is_open_stays_open_and_firms_together_are_one_row(
    criteria: tuple[dict[str, Any], ...], tenants: dict[str, Any] | None, tmp_path: Path
) -> None:
    result = city_of(book_of(*criteria, tenants=tenants), groups=tenants is not None)
    table = evaluated_rows(result, "firms")
    assert ("B" in table.index) == (tenants is None)  # else of the group of A
    assert ("T" in table.index) == (tenants is None)  # else it follows C, or is one with it
    assert table.loc["U", "exempt_class"] == "undetermined"
    assert table["efficiency_grade"].eq("T").sum() == 1
    is_ranked = criteria == (RATIO, RANK)
    assert is_ranked or table["efficiency_grade"].isin(["A", "B"]).any()  # the same either way
    sheets = recalculated(audit_workbook(table, result.layers.rulebook, "en"), tmp_path)
    hold_against(sheets, table)
    rows = {row["code"]: row for row in sheets["all"]}
    assert rows["U"]["grade left open"] == "may be exempt"
    said = "score hangs on rows that may be exempt" if is_ranked else None
    assert rows["A"]["score left open"] == said
    assert next(row[2] for row in sheets["about"] if row[0] == "all") == 0


@needs_office
def test_a_figure_typed_over_moves_the_score_and_no_longer_agrees(tmp_path: Path) -> None:
    book = rulebook("stated")
    table = evaluated(firms(20), book)
    made = openpyxl.load_workbook(io.BytesIO(audit_workbook(table, book, "en")))
    sheet = made["above scale"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "code")
    tax = next(cell.column for cell in head if str(cell.value).startswith("Tax"))
    line = head[0].row + 1
    sheet.cell(line, tax, 10_000.0)
    packed = io.BytesIO()
    made.save(packed)
    sheets = recalculated(packed.getvalue(), tmp_path)
    assert not sheets["above scale"][0]["same"]
    assert next(row[2] for row in sheets["about"] if row[0] == "above scale") >= 1


def test_the_same_rows_give_the_same_bytes_and_names_run_no_formula() -> None:
    book = rulebook("stated")
    table = evaluated(firms(20), book)
    packed = audit_workbook(table, book, "zh")
    assert packed == audit_workbook(table.copy(), book, "zh")
    sheet = openpyxl.load_workbook(io.BytesIO(packed))["规上"]
    names = [row[1].value for row in sheet.iter_rows() if str(row[0].value).startswith("F0")]
    assert names
    assert all(name.startswith("'=") for name in names)


def test_a_book_without_scoring_has_nothing_to_recalculate() -> None:
    with pytest.raises(RuleError, match=r"no \[scoring\]"):
        audit_workbook(pd.DataFrame({"pool": []}), read_rulebook("none"), "en")
