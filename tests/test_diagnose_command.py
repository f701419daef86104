"""``landrenew diagnose``: a row a block, the unknown kept apart, no diagnosis without a rule."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyogrio
from small_city import four, save, small_city
from typer.testing import CliRunner, Result

from landrenew.base.columns import COLUMNS
from landrenew.base.questions import DIAGNOSIS
from landrenew.cli import app
from landrenew.publish.wording import class_words

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = 'document = "d"\nsource = "s"\nconfidence = "user"\n'
CONTIGUITY = f"[contiguity]\nmax_gap_m = 5\nmin_area_mu = 0\nsmall_plot_mu = 5\n{SOURCE}"
HAZARD = f"""[diagnosis.problem_hazard]
of = "parcel"
logic = "any"
tests = [{{ column = "fire_hazard", comparison = "equals", threshold = "yes" }}]
bar = {{ share_at_least = 0.5 }}
{SOURCE}"""


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def city(folder: Path, *parts: str, **columns: list[object]) -> Path:
    book = 'extends = "none"\nname = "b"\n' + "".join(parts)
    (folder / "book.toml").write_text(book, encoding="utf-8")
    save(four(**columns), folder / "parcels.gpkg")
    fields = {"fire_hazard": "消防隐患", "evidence_date": "清单日期"}
    mapped = {ours: theirs for ours, theirs in fields.items() if theirs in columns}
    return small_city(
        folder, city={"name": "小城", "rulebook": "book.toml"},
        parcels={"path": "parcels.gpkg", "columns": mapped},
    )  # fmt: skip


def test_a_row_a_block_with_what_it_rests_on(tmp_path: Path) -> None:
    path = city(tmp_path, CONTIGUITY, HAZARD, 消防隐患=["有", "存在", "否", "无"],
                清单日期=["2026-06-30"] * 4)  # fmt: skip
    met = call("diagnose", path, "--lang", "zh", "--out", tmp_path / "d.csv")
    assert met.exit_code == 0, met.output
    (row,) = csv.DictReader((tmp_path / "d.csv").read_text("utf-8-sig").splitlines())
    assert (row["地块组"], row["安全隐患多"], row["环境污染高"]) == ("B001", "是", "")
    shares = [row[f"安全隐患多：{one}面积占比"] for one in ("成立", "不成立", "不明")]
    assert shares == ["0.5", "0.25", "0.25"]
    assert row["缺失数据"] == "消防隐患"
    assert "安全隐患多：是 1 组，否 0 组，待定 0 组；依据已知的 1.80 亩，共 2.40 亩。" in met.stderr
    assert "消防隐患有 1 格写“无”" in met.stderr
    assert "没有规定怎样判断：产业层次低 [diagnosis.problem_industry]" in met.stderr


def test_no_rule_no_diagnosis_but_a_sentence(tmp_path: Path) -> None:
    met = call("diagnose", city(tmp_path, CONTIGUITY), "--lang", "zh")
    assert (met.exit_code, met.stdout) == (2, "")
    assert "问题与成效诊断标准 [diagnosis]" in met.stderr


def test_no_blocks_no_diagnosis(tmp_path: Path) -> None:
    met = call("diagnose", city(tmp_path, HAZARD), "--lang", "en")
    assert (met.exit_code, met.stdout) == (2, "")
    assert "[contiguity]" in met.stderr


def test_a_word_that_is_none_of_ours_is_a_fault(tmp_path: Path) -> None:
    path = city(tmp_path, CONTIGUITY, HAZARD, 消防隐患=["有", "三级", None, "否"])
    met = call("check", path, "--lang", "zh")
    assert "（unknown_word）" in met.stdout
    assert "消防隐患 = 三级" in met.stdout


def test_the_demo_city_is_diagnosed_and_what_nobody_recorded_stays_open(demo_run: Path) -> None:
    rows = list(csv.DictReader((demo_run / "diagnosis.csv").read_text("utf-8-sig").splitlines()))
    answers = {name: [row[COLUMNS[name].label.zh] for row in rows] for name in DIAGNOSIS}
    assert set(answers["problem_contribution"]) == {"是", "否", "待定"}
    assert {*answers["problem_pollution"], *answers["outcome_fire"]} == {"待定"}
    blocks = pyogrio.read_dataframe(demo_run / "parcels.gpkg", layer="blocks")
    assert set(DIAGNOSIS) <= set(blocks.columns)
    said = [class_words(one).zh for one in blocks["problem_contribution"]]
    assert said == answers["problem_contribution"]
