"""The admission check at the door: exit codes, words, tables, JSON, and names that mean harm."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import TYPE_CHECKING

import openpyxl
import pytest
from conftest import ROOT
from typer.testing import CliRunner, Result

from landrenew.cli import app
from landrenew.publish.admission_file import TITLES

if TYPE_CHECKING:
    from pathlib import Path

BOOK = """
extends = "none"
[[admission]]
name = "far"
zh = "容积率"
en = "FAR"
column = "floor_area_ratio"
comparison = "at_least"
threshold = 1.5
encouraged = 2.0
applies = [{ column = "project_kind", comparison = "equals", threshold = "renewal" }]
document = "甲文〔2026〕1号"
source = "s"
confidence = "user"
"""
"""A book without a hole."""

RENEWAL = 'project_name = "甲项目"\nproject_kind = "改造"\nfloor_area_ratio = {}\n'


def call(*words: object) -> Result:
    return CliRunner().invoke(app, ["admit", *map(str, words)])


def write(folder: Path, text: str, name: str = "p.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


@pytest.mark.parametrize(
    ("ratio", "code", "zh", "en"),
    [("1.5", 0, "通过", "Pass"), ("1.49", 1, "不通过", "Fail"), ("'—'", 3, "待定", "Unknown")],
)
def test_the_exit_code_is_the_outcome(
    ratio: str, code: int, zh: str, en: str, tmp_path: Path
) -> None:
    path = write(tmp_path, RENEWAL.format(ratio))
    for lang, word in (("zh", f"甲项目：{zh}"), ("en", f"甲项目: {en}")):
        met = call(path, "--rulebook", write(tmp_path, BOOK, "b.toml"), "--lang", lang)
        assert met.exit_code == code, met.output
        assert word in met.stdout.splitlines()
        assert "甲文〔2026〕1号" in met.stdout


@pytest.mark.parametrize(("ratio", "code"), [(1.5, 3), (1.49, 1)])
def test_a_hole_of_the_book_is_told_and_lets_nobody_pass(
    ratio: float, code: int, tmp_path: Path
) -> None:
    met = call(write(tmp_path, RENEWAL.format(ratio)), "--rulebook", "cixi-2023", "--lang", "zh")
    assert met.exit_code == code
    assert met.stdout.count("[待定]") == 2
    assert "[待定] 准入门槛（未公开部分） —；数值未见" in met.stdout
    assert "慈政办发〔2022〕24号：投资强度" in met.stdout


def test_a_project_for_which_nothing_is_asked_is_told_so(tmp_path: Path) -> None:
    path = write(tmp_path, "policy_path = 'old_plots'\n")
    met = call(path, "--rulebook", "zhongshan-2023", "--lang", "zh")
    assert (met.exit_code, "不知是否适用：缺少2010年后实施建设" in met.stdout) == (3, True)
    met = call(write(tmp_path, "project_kind = '新供地'\nfloor_area_ratio = 3\n"),
               "--rulebook", write(tmp_path, BOOK, "b.toml"), "--lang", "zh")  # fmt: skip
    assert (met.exit_code, "第 1 行：待定，规则书没有一项适用于它" in met.stdout) == (3, True)


def test_of_several_projects_one_that_fails_decides(tmp_path: Path) -> None:
    head = "项目名称,项目类别,容积率\n"
    cases = [("甲,改造,2\n", 0), ("甲,改造,2\n乙,改造,\n", 3), ("甲,改造,\n乙,改造,1\n", 1)]
    for rows, code in cases:
        path = write(tmp_path, head + rows, "p.csv")
        book = write(tmp_path, BOOK, "b.toml")
        assert call(path, "--rulebook", book).exit_code == code


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["p.toml", "--rulebook", "cixi-2022"], "has no: admission bars"),
        (["p.toml", "--rulebook", "cixi-1999"], "no rulebook"),
        (["no.toml", "--rulebook", "cixi-2023"], "Cannot read"),
        (["p.toml", "--rulebook", "cixi-2023", "--on", "2026"], "is no day"),
        (["p.toml", "--rulebook", "cixi-2023", "--out", "o.pdf"], ".csv or .xlsx"),
        (["p.toml", "--rulebook", "cixi-2023", "--out", "no/o.csv"], "Cannot write"),
        (["p.docx", "--rulebook", "cixi-2023"], "is not known"),
    ],
)
def test_wrong_use_is_one_sentence(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, RENEWAL.format(2))
    met = call(*words, "--lang", "en")
    assert (met.exit_code, said in met.stderr) == (2, True), met.output
    assert "Traceback" not in met.output


def test_the_day_of_the_option_serves_where_a_project_states_none(tmp_path: Path) -> None:
    text = (
        "floor_area_ratio = 0.7\nbuilding_coefficient = 0.3\nadmin_land_share = 0.07\n"
        'industry_code = "31"\nindustry_edition = 2002\n'
    )
    path = write(tmp_path, text)
    own = 'extends = "control-2008"\nexpires = 2023-06-24\n[lacks]\nadmission = ""\n'
    book = ["--rulebook", write(tmp_path, own, "own.toml")]
    assert call(path, *book).exit_code == 3
    assert call(path, *book, "--on", "2023-06-24").exit_code == 0
    assert call(path, *book, "--on", "2023-06-25").exit_code == 3
    path = write(tmp_path, f"{text}project_date = 2024-01-01\n")
    assert call(path, *book, "--on", "2020-01-01").exit_code == 3


def test_the_record_has_every_bar_with_its_document(tmp_path: Path) -> None:
    path = write(tmp_path, RENEWAL.format(1.8))
    met = call(path, "--rulebook", "cixi-2023", "--json")
    record = json.loads(met.stdout)
    assert (record["rulebook"], record["outcome"]) == ("cixi-2023", "unknown")
    (project,) = record["projects"]
    found = {one["name"]: one for one in project["findings"]}
    assert {name: one["outcome"] for name, one in found.items()} == {
        "far_renewal": "pass", "far_new_supply": "not_applicable",
        "lease_new_supply": "not_applicable",
        "lacks.admission": "unknown", "lacks.negative_list": "unknown",
    }  # fmt: skip
    renewal = found["far_renewal"]
    assert (renewal["value"], renewal["threshold"], renewal["is_encouraged"]) == (1.8, 1.5, False)
    assert all(one["document"] and one["source"] for one in found.values())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_have_a_row_a_bar_and_the_same_bytes_each_time(lang: str, tmp_path: Path) -> None:
    path = write(tmp_path, RENEWAL.format(1.8))
    for name in ("o.csv", "o.xlsx"):
        made = []
        for _ in range(2):
            met = call(path, "--rulebook", "cixi-2023", "--out", tmp_path / name, "--lang", lang)
            assert met.exit_code == 3
            made.append((tmp_path / name).read_bytes())
        assert made[0] == made[1]
    text = (tmp_path / "o.csv").read_text(encoding="utf-8-sig")
    header, *rows = csv.reader(io.StringIO(text))
    page = openpyxl.load_workbook(tmp_path / "o.xlsx").active
    assert header == [one.say(lang) for one in TITLES] == [cell.value for cell in page[1]]
    assert [row[2] for row in rows] == ["甲项目"] * 5
    assert page.max_row == 6


EVIL = "=HYPERLINK(1)\x1b[2J\u202e"


def test_names_that_mean_harm_do_none(tmp_path: Path) -> None:
    path = write(
        tmp_path, f'项目名称,项目类别,容积率,坏\x1b列\n"{EVIL}",改造,"坏\x1b数"\n', "p.csv"
    )
    for name in ("o.csv", "o.xlsx"):
        met = call(path, "--rulebook", "cixi-2023", "--out", tmp_path / name)
        assert met.exit_code == 3
        assert "\x1b" not in met.output
        assert "\u202e" not in met.output
    (row, *_) = list(csv.reader(io.StringIO((tmp_path / "o.csv").read_text("utf-8-sig"))))[1:]
    assert row[2].startswith("'=")
    cell = openpyxl.load_workbook(tmp_path / "o.xlsx").active["C2"]
    assert (cell.data_type, cell.value.startswith("'=")) == ("s", True)


def test_the_example_of_the_page_runs(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "admission.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"^```toml\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    path = write(tmp_path, example)
    assert call(path, "--rulebook", "cixi-2023").exit_code == 3  # for want of other bars
    rules = (ROOT / "docs" / "rulebooks.md").read_text(encoding="utf-8")
    (book,) = [one for one in re.findall(r"^```toml\n(.*?)^```", rules, re.DOTALL | re.MULTILINE)
               if "[[negative_list]]" in one]  # fmt: skip
    met = call(path, "--rulebook", write(tmp_path, book, "book.toml"), "--json")
    assert met.exit_code == 0, met.output
    (project,) = json.loads(met.stdout)["projects"]
    assert [one["outcome"] for one in project["findings"]] == ["not_applicable", "pass", "pass"]
