"""Proposed projects from TOML and tables: known by their names, in our units, no wrong column."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.columns import COLUMNS, OF_PROJECTS
from landrenew.base.errors import ColumnError, FileError, LandrenewError
from landrenew.intake.investments import read_investments

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.investments import Investments


def toml(folder: Path, text: str) -> Investments:
    (folder / "p.toml").write_text(text, encoding="utf-8")
    return read_investments(folder / "p.toml")


def table(folder: Path, text: str) -> Investments:
    (folder / "p.csv").write_text(text, encoding="utf-8")
    return read_investments(folder / "p.csv")


@pytest.mark.parametrize(
    ("line", "column", "value"),
    [
        ("floor_area_ratio = 1.8", "floor_area_ratio", 1.8),
        ('"容积率" = 2', "floor_area_ratio", 2.0),
        ('investment_cny10k_per_mu = "4500 万元/公顷"', "investment_cny10k_per_mu", 300.0),
        ('"投资强度（万元/公顷）" = 4500', "investment_cny10k_per_mu", 300.0),
        ('"固定资产投资强度" = 300', "investment_cny10k_per_mu", 300.0),
        ('admin_land_share = "7%"', "admin_land_share", 0.07),
        ('building_coefficient = "40 %"', "building_coefficient", 0.4),
        ('lease_years = "30年"', "lease_years", 30.0),
        ("lease_years = 30", "lease_years", 30.0),
        ('project_kind = "新供地"', "project_kind", "new_supply"),
        ('project_kind = "renewal"', "project_kind", "renewal"),
        ("industry_edition = 2017", "industry_edition", "2017"),
        ('industry_edition = "GB/T 4754-2011"', "industry_edition", "2011"),
        ("industry_code = 3311", "industry_code", "3311"),
        ('industry_code = "\uff233311"', "industry_code", "C3311"),
        ("project_date = 2026-05-01", "project_date", "2026-05-01"),
        ('fire_class = "合格"', "fire_class", "pass"),
        ('"消防" = "不合格"', "fire_class", "fail"),
        ('policy_path = "“三旧”改造方案"', "policy_path", "old_plots"),
        ('post_2010_class = "否"', "post_2010_class", "no"),
    ],
)  # fmt: skip
def test_a_line_of_toml_is_one_figure(
    line: str, column: str, value: object, tmp_path: Path
) -> None:
    found = toml(tmp_path, line)
    assert found.frame.index.tolist() == [1]
    assert found.frame[column].tolist() == [value]
    assert found.faults == ()


@pytest.mark.parametrize(
    "line",
    [
        'floor_area_ratio = "high"', "floor_area_ratio = -1", "floor_area_ratio = true",
        "floor_area_ratio = nan", "floor_area_ratio = inf", "building_density = 35",
        "building_coefficient = 40", "admin_land_share = 7", 'lease_years = "不限"',
        'fire_class = "基本合格"', "industry_edition = 1994", 'project_kind = "扩建"',
        'investment_cny10k_per_mu = "300 万美元/亩"', 'investment_cny10k_per_mu = "300 亩"',
    ],
)  # fmt: skip
def test_a_figure_that_cannot_be_true_is_missing_and_told(line: str, tmp_path: Path) -> None:
    found = toml(tmp_path, f'project_name = "甲"\n{line}')
    assert found.frame[line.split(maxsplit=1)[0]].isna().all()
    assert [one.id for one in found.faults] == ["甲"] * ("nan" not in line)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"), ("floor_area_ratio", "not valid TOML"), ("rent = 3", "not known: rent"),
        ('"现状容积率" = 0.5', "not known: 现状"), ("town = '甲镇'", "not known: town"),
        ("floor_area_ratio = 2\n'现状容积率' = 1", "not known: 现状容积率"),
        ("floor_area_ratio = 2\n'容积率' = 1", "may both be Floor area ratio"),
        ("[project]\nfloor_area_ratio = 2", "project is no single value"),
        ("floor_area_ratio = [1, 2]", "floor_area_ratio is no single value"),
        ('"投资强度（市斤）" = 2', "not known"),
        ('"\\u001b[2J" = 2\nlease_years = 1', r"not known: \\U0000001B\[2J"),
    ],
)  # fmt: skip
def test_a_file_that_means_nothing_sure_is_refused_in_words(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(LandrenewError, match=said) as caught:
        toml(tmp_path, text)
    assert "\x1b" not in caught.value.say("zh")


def test_a_file_that_is_not_there_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    for name, said in (("no.toml", "Cannot read"), ("no.csv", "does not exist"),
                       ("no.docx", "is not known"), ("no", "is not known")):  # fmt: skip
        with pytest.raises(FileError, match=said):
            read_investments(tmp_path / name)


SHEET = (
    "2026 年拟入园项目表\n"
    "序号,项目名称,项目类别,容积率（规划）,现状容积率,投资强度（万元/公顷）,弹性年期,"
    "行业代码（GB/T 4754-2017）\n"
    "1,甲项目,改造,1.8,0.5,4500,30年,3311\n"
    "2,乙项目,新供地,—,0.6,,,C1311\n"
    "合计,,,,,,,\n"
)


def test_a_table_is_read_by_its_headings(tmp_path: Path) -> None:
    found = table(tmp_path, SHEET)
    assert found.frame.index.tolist() == [3, 4]
    assert found.frame["project_name"].tolist() == ["甲项目", "乙项目"]
    assert found.frame["floor_area_ratio"].tolist()[0] == 1.8
    assert found.frame["floor_area_ratio"].isna().tolist() == [False, True]
    assert found.frame["investment_cny10k_per_mu"].tolist()[0] == 300.0
    assert found.frame["industry_code"].tolist() == ["3311", "C1311"]
    assert found.frame["industry_edition"].tolist() == ["2017", "2017"]
    assert found.frame["lease_years"].tolist()[0] == 30.0
    said = " ".join(one.zh for one in found.notes)
    assert "“容积率（规划）”作容积率" in said
    assert "未用的列：序号、现状容积率" in said
    assert "GB/T 4754-2017" in said


def test_the_edition_in_a_column_of_its_own_wins(tmp_path: Path) -> None:
    found = table(tmp_path, "行业代码（GB/T 4754-2017）,行业代码版本\n3111,2002\n")
    assert found.frame["industry_edition"].tolist() == ["2002"]


@pytest.mark.parametrize("pair", ["容积率,容积率", "容积率（规划）,容积率（竣工）", "容积率,RJL",
                                  "floor_area_ratio,容积率"])  # fmt: skip
def test_two_columns_for_one_figure_are_refused(pair: str, tmp_path: Path) -> None:
    with pytest.raises(ColumnError, match="may both be Floor area ratio"):
        table(tmp_path, f"项目名称,{pair}\n甲,2,1\n")


@pytest.mark.parametrize(
    "heading", ["现状容积率", "改造前容积率", "容积率（现状）", "容积率得分", "拟建容积率水平"]
)
def test_a_column_that_may_be_something_else_is_not_taken(heading: str, tmp_path: Path) -> None:
    found = table(tmp_path, f"项目名称,{heading}\n甲,2\n")
    assert "floor_area_ratio" not in found.frame
    assert heading in found.notes[-1].zh


def test_a_workbook_keeps_its_dates_and_codes(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.append(["项目名称", "申报日期", "行业代码", "行业代码版本", "规划指标"])
    page.append([None] * 4 + ["建筑系数", "容积率"])
    page.append(["甲", dt.datetime(2026, 5, 1), 3311, 2017, 0.4, 1.5])  # noqa: DTZ001  a cell's
    for merged in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"):
        page.merge_cells(merged)
    page["E3"].number_format = "0%"
    book.save(tmp_path / "p.xlsx")
    row = read_investments(tmp_path / "p.xlsx").frame.iloc[0]
    assert row["project_date"].startswith("2026-05-01")
    assert (row["industry_code"], row["industry_edition"]) == ("3311", "2017")
    assert (row["building_coefficient"], row["floor_area_ratio"]) == (0.4, 1.5)


def test_of_several_sheets_one_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("一季度", "二季度"):
        page = book.create_sheet(name)
        page.append(["项目名称", "容积率"])
        page.append([name, 1.5])
    book.save(tmp_path / "p.xlsx")
    with pytest.raises(FileError, match="2 sheets"):
        read_investments(tmp_path / "p.xlsx")
    found = read_investments(tmp_path / "p.xlsx", layer="二季度")
    assert found.frame["project_name"].tolist() == ["二季度"]


@pytest.mark.parametrize("column", OF_PROJECTS)
def test_every_column_is_known_by_its_name_and_its_label(column: str, tmp_path: Path) -> None:
    for heading in (column, COLUMNS[column].label.zh):
        found = table(tmp_path, f"{heading},备注\n—,x\n")
        assert list(found.frame) == [column], heading


@given(st.text(max_size=8))
def test_any_text_in_a_cell_is_a_value_or_missing_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    quoted = text.replace('"', '""').replace("\x00", "")
    (folder / "p.csv").write_text(
        f'项目名称,容积率\n甲,"{quoted}"\n', encoding="utf-8", errors="replace", newline=""
    )
    found = read_investments(folder / "p.csv")
    ratio = found.frame["floor_area_ratio"]
    assert (ratio.isna() | (ratio >= 0)).all()
