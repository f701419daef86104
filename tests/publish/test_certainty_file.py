"""From ``[certainty]`` in the project file to the run folder, the door, and what is refused."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from conftest import CRS
from small_city import small_city
from typer.testing import CliRunner, Result

from landrenew.base.errors import ColumnError
from landrenew.cli import app
from landrenew.publish.finished import read_finished
from landrenew.publish.run_diff import diff_runs
from landrenew.publish.run_folder import save_run
from landrenew.scale.city import Way
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

SOURCED = 'document = "d"\nsource = "s"\nconfidence = "user"\n'
BOOK = f"""
title = "t"
region = "here"
[low_efficiency]
{SOURCED}logic = "any"
tests = [ {{ column = "tax_cny10k_per_mu", comparison = "below", threshold = 10.0 }} ]
[scoring]
{SOURCED}
[[scoring.pools]]
name = "all"
zh = "全部"
en = "all"
criteria = [ {{ form = "ratio", column = "tax_cny10k_per_mu", weight = 100, baseline = 10.0, \
missing = "undetermined" }} ]
[grades]
{SOURCED}form = "bars"
exempt = "T"
classes = [ {{ grade = "A", at_least = 200.0 }}, {{ grade = "B", at_least = 100.0 }}, \
{{ grade = "D" }} ]
"""
FIRMS = "firm_id,firm_name,parcel_id,tax_cny10k\n=A,甲,P0,30\nB,乙,P1,6.1\nC,丙,P2,0.1\nD,丁,P3,\n"
ERRORS = {"tax_cny10k": {"share": 0.08, "source": "税务与统计核对 2025"}}
CERTAINTY = {"sure_from": 0.95, "draws": 200, "errors": ERRORS}


def city(folder: Path, certainty: dict[str, Any] | None, book: str = BOOK) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules.toml").write_text(book, encoding="utf-8")
    (folder / "firms.csv").write_text(FIRMS, encoding="utf-8")
    return small_city(folder, firms={"path": "firms.csv"}, certainty=certainty,
                      city={"name": "小城", "rulebook": "rules.toml", "crs": CRS})  # fmt: skip


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certain")
    return save_run(run_project(city(folder / "city", CERTAINTY)), folder / "out")


def test_a_run_publishes_the_share_of_every_letter(run: Path) -> None:
    with (run / "certainty.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["类别"], row["编号"]) for row in rows] == [
        ("宗地", "P0"), ("宗地", "P1"), ("宗地", "P2"), ("宗地", "P3"),
        ("企业", "'=A"), ("企业", "B"), ("企业", "C"), ("企业", "D"),
    ]  # fmt: skip
    for row in rows:
        shares = [
            float(row[f"评级 {word}的次数占比"]) for word in ("A", "B", "D", "T", "（未评级）")
        ]
        assert sum(shares) == pytest.approx(1)
    assert [row["评级确定程度"] for row in rows] == ["确定", "临界", "确定", ""] * 2
    stays, error = (float(rows[1][f"评级 {name}"])
                    for name in ("判定不变的次数占比", "该占比的标准误差"))  # fmt: skip
    assert error == pytest.approx((stays * (1 - stays) / 200) ** 0.5, abs=1e-6)
    assert rows[3]["评级 （未评级）的次数占比"] == "1.0"
    assert [row["低效判定确定程度"] for row in rows] == ["确定", "临界", "确定", "", *[""] * 4]


def test_columns_and_the_manifest_say_it_too(run: Path) -> None:
    parcels = pd.read_parquet(run / "parcels.parquet")
    assert parcels["grade_certainty_class"].fillna("-").tolist() == [
        "sure", "borderline", "sure", "-",
    ]  # fmt: skip
    assert parcels["likeliest_grade"].fillna("-").tolist() == ["A", "B", "D", "-"]
    assert parcels.loc["P3", ["grade_stays_share"]].isna().all()
    assert parcels["low_efficiency_share"].round(1).tolist()[::2] == [0, 1]
    firms = (run / "firms.csv").read_text(encoding="utf-8-sig").splitlines()
    assert firms[0].split(",")[-3:] == ["最可能的评级", "评级不变的比例", "评级确定程度"]
    record = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert record["seed"] == 1
    assert record["certainty"]["errors"] == ERRORS
    assert record["certainty"]["draws"] == 200


def test_another_seed_is_a_cause(run: Path, tmp_path: Path) -> None:
    project = city(tmp_path / "city", CERTAINTY | {"seed": 2})
    other = save_run(run_project(project), tmp_path / "out")
    diff = diff_runs(read_finished(run), read_finished(other))
    rows = diff.cells[diff.cells["column"] == "grade_stays_share"]
    keys = {one.key for mask in rows["mask"] for one in diff.attribution.named(mask)}
    assert "project:certainty" in keys


def test_a_city_measured_by_tiles_is_drawn_alike(tmp_path: Path) -> None:
    land = {"parcel_area_m2": {"share": 0.2, "source": "s"}}
    project = city(tmp_path / "city", CERTAINTY | {"errors": ERRORS | land})
    whole, tiled = (
        run_project(project, way=way) for way in (None, Way(tmp_path / "tiles", tile_size=2))
    )
    names = [one for one in whole.parcels if "certainty" in one or one.endswith("_share")]
    assert len(names) > 4
    pd.testing.assert_frame_equal(whole.parcels[names], tiled.parcels[names])
    far = city(
        tmp_path / "far", CERTAINTY | {"errors": {"tax_cny10k_per_mu": ERRORS["tax_cny10k"]}}
    )
    with pytest.raises(ColumnError, match="follows from"):
        run_project(far, way=Way(tmp_path / "other", tile_size=2))


def test_without_the_section_nothing_is_drawn(tmp_path: Path) -> None:
    out = save_run(run_project(city(tmp_path / "city", None)), tmp_path / "out")
    assert not (out / "certainty.csv").exists()
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["seed"] is None
    assert "likeliest_grade" not in pd.read_parquet(out / "parcels.parquet")
    met = call("certainty", tmp_path / "city" / "city.toml", "--lang", "en")
    assert met.exit_code == 2
    assert "The project has no [certainty]" in met.stderr
    assert "sure_from" in met.stderr


def test_the_command_counts_what_is_sure_and_names_the_sources(tmp_path: Path) -> None:
    project, out = city(tmp_path / "city", CERTAINTY), tmp_path / "c.csv"
    met = call("certainty", project, "--out", out, "--lang", "en")
    assert met.exit_code == 0
    lines = met.stdout.splitlines()
    assert lines[0].startswith("200 draws, seed 1; a judgement is sure when at least 95.0%")
    assert lines[1] == "· Tax tax_cny10k: relative standard deviation 8.0% (税务与统计核对 2025)"
    assert "Parcels, grade A: 1, of which sure 1, borderline 0" in lines
    assert "Parcels, grade B: 1, of which sure 0, borderline 1" in lines
    assert "Parcels, grade (no grade): 1" in lines
    assert "Firms, grade D: 1, of which sure 1, borderline 0" in lines
    assert out.read_text(encoding="utf-8-sig").startswith("kind,id,Grade,")
    assert (
        "宗地·评级 B：1 个，其中确定 0，临界 1" in call("certainty", project, "--lang", "zh").stdout
    )


REFUSED = [
    ({"sure_from": 0.9}, "没有写明什么可能有误差", "does not say what may be off"),
    ({"errors": ERRORS}, "[certainty.sure_from] 缺少", "[certainty.sure_from] is missing"),
    ({"errors": {"tax_cny10k_per_mu": ERRORS["tax_cny10k"]}},
     "由 tax_cny10k, parcel_area_mu 算出", "follows from tax_cny10k, parcel_area_mu"),
    ({"errors": {"parcel_area_mu": ERRORS["tax_cny10k"]}},
     "由 parcel_area_m2 算出", "State those of parcel_area_m2"),
    ({"errors": {"tax": ERRORS["tax_cny10k"]}}, "数据字典里没有", "not a column of landrenew: tax"),
    ({"errors": {"owner": ERRORS["tax_cny10k"]}}, "owner 不是数值输入", "comes in"),
    ({"errors": {"efficiency_score": ERRORS["tax_cny10k"]}}, "不是数值输入", "efficiency_score"),
    ({"errors": {"energy_tce": ERRORS["tax_cny10k"]}}, "本项目中没有", "no column of this project"),
    ({"errors": {"tax_cny10k": {"share": 0.08}}}, "source] 缺少", "source] is missing"),
    ({"errors": {"tax_cny10k": {"share": -1, "source": "s"}}}, "不能小于 0", "below 0"),
    ({"errors": ERRORS, "draws": 0, "sure_from": 1}, "应大于 0", "above 0"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "zh", "en"), REFUSED, ids=lambda one: str(one)[:40])
def test_what_cannot_be_meant_is_refused_in_a_sentence(
    section: dict[str, Any], zh: str, en: str, tmp_path: Path
) -> None:
    whole = section if "errors" not in section or section["errors"] is ERRORS else {
        "sure_from": 0.95, **section}  # fmt: skip
    project = city(tmp_path, whole)
    for lang, said in (("zh", zh), ("en", en)):
        met = call("certainty", project, "--lang", lang)
        assert met.exit_code == 2
        assert said in met.stderr


def test_a_book_that_judges_nothing_and_an_error_nobody_reads_are_said(tmp_path: Path) -> None:
    silent = city(tmp_path / "silent", CERTAINTY, 'title = "t"\nregion = "here"\n')
    met = call("certainty", silent, "--lang", "en")
    assert met.exit_code == 2
    assert "neither grades nor tests" in met.stderr
    assert any("无可计算" in note.zh for note in run_project(silent).notes)
    book = BOOK.replace("tax_cny10k_per_mu", "tax_cny10k_per_tce")
    land = {"land_mu": {"share": 0.1, "source": "s"}}
    met = call("certainty", city(tmp_path / "idle", CERTAINTY | {"errors": ERRORS | land}, book),
               "--lang", "en")  # fmt: skip
    assert met.exit_code == 0
    assert "No judgement rests on tax_cny10k, land_mu under [certainty.errors]" in met.stderr
