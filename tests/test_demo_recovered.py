"""The demo city, whose truth is known from how it was made: everything is found, nothing more."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pyogrio
import pytest
from conftest import DEMO
from small_city import digests

from landrenew.plan.blocks import block_id
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.publish.result import Result

TRUTH: dict[str, Any] = json.loads((DEMO / "truth.json").read_text(encoding="utf-8"))
SHARE = TRUTH["share"]


def test_the_share_is_recovered(demo_result: Result) -> None:
    share = demo_result.share
    assert share.share == pytest.approx(SHARE["share"], rel=0, abs=1e-9)
    assert share.inside_m2 == pytest.approx(SHARE["inside_m2"], rel=1e-8)
    assert share.total_m2 == pytest.approx(SHARE["total_m2"], rel=1e-8)
    assert share.parcels == SHARE["parcels"]
    assert share.counts == SHARE["counts"]
    assert share.interval[0] <= SHARE["share"] <= share.interval[1]


def test_the_share_of_every_town_is_recovered(demo_result: Result) -> None:
    found = {town.name: town for town in demo_result.share.towns}
    assert set(found) == {town["name"] for town in SHARE["towns"]}
    for town in SHARE["towns"]:
        share = found[town["name"]]
        assert share.share == pytest.approx(town["share"], rel=0, abs=1e-9)
        assert (share.parcels, share.counts) == (town["parcels"], town["counts"])


def test_every_straddling_parcel_is_recovered(demo_result: Result) -> None:
    parcels = demo_result.parcels
    found = parcels.loc[parcels["control_class"] == "straddling", "control_share"]
    assert found.to_dict() == pytest.approx(SHARE["straddling"], abs=1e-8)


def test_every_verdict_is_recovered(demo_result: Result) -> None:
    found = demo_result.parcels["low_efficiency_class"].to_dict()
    assert found == {one: known["verdict"] for one, known in TRUTH["verdicts"]["parcels"].items()}


@pytest.mark.parametrize("column", ["floor_area_ratio", "tax_cny10k_per_mu"])
def test_every_indicator_is_recovered(column: str, demo_result: Result) -> None:
    found = demo_result.parcels[column]
    known = TRUTH["verdicts"]["parcels"]
    unlike = {
        one: (value, known[one][column])
        for one, value in found.items()
        if not (
            math.isnan(value)
            if known[one][column] is None
            else value == pytest.approx(known[one][column], rel=1e-5, abs=1e-5)
        )
    }
    assert unlike == {}


@pytest.mark.parametrize("column", ["size_class", "firm_count"])
def test_every_firm_stands_where_it_stands(column: str, demo_result: Result) -> None:
    found = demo_result.parcels[column].astype(object)
    found = found.where(found.notna(), None).to_dict()
    assert found == {one: known[column] for one, known in TRUTH["verdicts"]["parcels"].items()}


def test_every_planted_fault_is_found_and_none_invented(demo_result: Result) -> None:
    found = sorted((fault.layer, fault.code, fault.id) for fault in demo_result.faults if fault.id)
    planted = sorted(
        (one["layer"], one["code"], one["ids"][0]) for one in TRUTH["faults"] if one["ids"]
    )
    assert found == planted
    nameless = [(fault.layer, fault.code) for fault in demo_result.faults if not fault.id]
    assert nameless == [(one["layer"], one["code"]) for one in TRUTH["faults"] if not one["ids"]]


@pytest.mark.parametrize("layer", ["parcels", "buildings", "firms", "links"])
def test_rows_balance_as_in_truth(layer: str, demo_result: Result) -> None:
    balance = next(one for one in demo_result.layers.balances if one.layer == layer)
    found = {"in": balance.rows_in, "out": balance.rows_out, "rejected": balance.rows_rejected}
    assert found == TRUTH["rows"][layer]


def test_the_ledger_balances_as_in_truth(demo_result: Result) -> None:
    rejected = sum(fault.layer == "ledger" for fault in demo_result.faults)
    assert len(demo_result.layers.ledger) == TRUTH["rows"]["ledger"]["in"]
    assert rejected == TRUTH["rows"]["ledger"]["rejected"]


def test_contiguous_land_is_recovered(demo_result: Result) -> None:
    layers = demo_result.layers
    however_small = layers.rulebook.contiguity.model_copy(update={"min_area_mu": 0.0})
    block = block_id(demo_result.parcels, however_small, layers.barriers)
    for one, other in TRUTH["contiguity"]["over_lane"]:
        assert block[one] == block[other]
    for one, other in TRUTH["contiguity"]["over_canal"]:
        assert block[one] != block[other]
    assert block.nunique() == TRUTH["contiguity"]["blocks"]


def test_land_on_farmland_is_found(demo_result: Result) -> None:
    protected = demo_result.parcels["protected_area_m2"]
    assert sorted(protected.index[protected > 1]) == sorted(TRUTH["on_farmland"])


def test_two_runs_give_the_same_bytes(demo_run: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "别处" / "city"
    shutil.copytree(DEMO, elsewhere)
    subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", "from landrenew.cli import main; main()", "run",
         elsewhere / "city.toml", "--out", tmp_path / "out", "--lang", "zh"],
        check=True, capture_output=True, env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "UTC-8"},
    )  # fmt: skip
    assert digests(tmp_path / "out") == digests(demo_run)


def test_the_order_of_the_rows_changes_nothing(demo_result: Result, tmp_path: Path) -> None:
    shutil.copytree(DEMO, tmp_path / "city")
    path = tmp_path / "city" / "parcels.gpkg"
    rows = pyogrio.read_dataframe(path, layer="GYYD")
    path.unlink()
    mixed = rows.sample(frac=1, random_state=1)
    pyogrio.write_dataframe(mixed, path, layer="GYYD", geometry_type="Unknown")
    found = run_project(tmp_path / "city" / "city.toml")
    known = demo_result.parcels
    again = found.parcels.loc[known.index]
    assert found.share.share == pytest.approx(demo_result.share.share, rel=1e-12)
    assert found.share.counts == demo_result.share.counts
    for column in ("low_efficiency_class", "efficiency_grade", "control_class", "town"):
        assert again[column].fillna("").tolist() == known[column].fillna("").tolist()
    assert again["floor_area_ratio"].tolist() == pytest.approx(
        known["floor_area_ratio"].tolist(), rel=1e-12, nan_ok=True
    )
    codes = [sorted((one.layer, one.code, one.id) for one in run.faults)
             for run in (found, demo_result)]  # fmt: skip
    assert codes[0] == codes[1]
