"""Totals: what is printed must be what its parts come to, by row, by column and block by block."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from landrenew.base.errors import FileError
from landrenew.cli import app
from landrenew.intake.totals.blocks import add_across, add_down, compare
from landrenew.intake.totals.check import (
    TotalsReport,
    check_totals,
    sum_words,
    totals_record,
    totals_words,
)
from landrenew.intake.totals.grid import Sheet, read_sheets, typed
from landrenew.intake.totals.hints import hints, plain
from landrenew.intake.totals.tables import tables_of

if TYPE_CHECKING:
    from pathlib import Path

Lines = list[list[object]]

HEAD = ["项目数（个）", "面积（亩）"]
BY_YEAR: Lines = [["新启动", 24, 3545.74], ["往年启动", 6, 427.97]]
BY_TYPE: Lines = [
    ["工改工", 13, 1742.37], ["工改居", 7, 1190.62], ["工改商", 4, 96.78],
    ["工改混合", 2, 291.95], ["旧城镇", 2, 119.75], ["旧村庄", 2, 532.24],
]  # fmt: skip
BY_TOWN: Lines = [
    ["西南街道", 7, 742.55], ["云东海街道", 4, 476.9], ["白坭镇", 4, 476.9],
    ["乐平镇", 6, 1537.46], ["芦苞镇", 3, 330], ["大塘镇", 2, 167.48], ["南山镇", 1, 35.63],
]  # fmt: skip
WHOLE: Lines = [["合计", 30, 3973.71]]
"""The first yearly plan of Sanshui 2022 as printed: the towns come to 27 and 3,766.92."""


def write(lines: Lines, path: Path, sheet: str = "Sheet1") -> Path:
    """Write lines as CSV or as a sheet of a workbook, by the extension."""
    if path.suffix == ".csv":
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows(lines)
        return path
    book = openpyxl.load_workbook(path) if path.exists() else openpyxl.Workbook()
    page = book[sheet] if sheet in book.sheetnames else book.create_sheet(sheet)
    if sheet != "Sheet" and "Sheet" in book.sheetnames:
        del book["Sheet"]
    for line in lines:
        page.append(line)
    book.save(path)
    return path


def checked(lines: Lines, folder: Path, kind: str = ".csv") -> TotalsReport:
    return check_totals(write(lines, folder / f"table{kind}"))


def found(report: TotalsReport) -> set[tuple[str, str, str]]:
    """Give what is printed, what was computed and the difference of each wrong total."""
    return {
        (plain(one.stated), plain(one.computed), plain(one.difference)) for one, _ in report.wrong
    }


MISSING = {("30", "27", "3"), ("3,973.71", "3,766.92", "206.79")}


@pytest.mark.parametrize("kind", [".csv", ".xlsx"])
def test_g4_towns_in_a_block_of_their_own_are_caught(kind: str, tmp_path: Path) -> None:
    lines = [
        ["按启动年份"], ["启动年份", *HEAD], *BY_YEAR, *WHOLE, [],
        ["按类型"], ["项目类型", *HEAD], *BY_TYPE, *WHOLE, [],
        ["按镇街"], ["镇街", *HEAD], *BY_TOWN, *WHOLE,
    ]  # fmt: skip
    report = checked(lines, tmp_path, kind)
    assert found(report) == MISSING
    assert len(report.sums) == 6 + 4
    assert all("镇" in one.parts[-1].label for one, _ in report.wrong)


def test_g4_two_towns_with_one_figure_are_named(tmp_path: Path) -> None:
    report = checked([["镇街", *HEAD], *BY_TOWN, *WHOLE], tmp_path)
    why = next(why for one, why in report.wrong if one.across == "面积（亩）")
    assert "云东海街道（C3）、白坭镇（C4）的数相同，都是 476.9" in why[0].zh


def test_g4_towns_without_a_total_are_held_against_the_other_blocks(tmp_path: Path) -> None:
    lines = [["项目类型", *HEAD], *BY_TYPE, *WHOLE, [], ["镇街", *HEAD], *BY_TOWN]
    report = checked(lines, tmp_path)
    assert found(report) == MISSING
    assert {one.parts[0].label for one, _ in report.wrong} == {"镇街"}


def test_g4_blocks_on_sheets_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    write([["启动年份", *HEAD], *BY_YEAR, *WHOLE], path, "按年份")
    write([["项目类型", *HEAD], *BY_TYPE, *WHOLE], path, "按类型")
    write([["镇街", *HEAD], *BY_TOWN], path, "按镇街")
    report = check_totals(path)
    assert found(report) == MISSING
    assert all("按镇街!" in one.parts[0].place for one, _ in report.wrong)


@pytest.mark.parametrize("at_the_end", [False, True])
def test_g4_blocks_marked_by_a_first_column(tmp_path: Path, *, at_the_end: bool) -> None:
    marked = [("启动年份", BY_YEAR), ("类型", BY_TYPE), ("镇街", BY_TOWN)]
    rows = [[name, *line] for name, block in marked for line in block]
    total: Lines = [["合计", "", 30, 3973.71]]
    rows = [*rows, *total] if at_the_end else [*total, *rows]
    report = checked([["分类", "名称", *HEAD], *rows], tmp_path)
    assert found(report) == MISSING
    assert len(report.sums) == 6


def test_g4_by_type_and_by_year_add_up(tmp_path: Path) -> None:
    report = checked([["类型", *HEAD], *BY_TYPE, *WHOLE, [], ["年份", *HEAD], *BY_YEAR], tmp_path)
    assert report.wrong == ()
    assert len(report.sums) == 4


def test_g5_adds_up(tmp_path: Path) -> None:
    lines: Lines = [
        ["三水区2022年增补计划"],
        ["启动年份", *HEAD],
        ["合 计", 30, "1,476.87"],
        ["其中：新启动", 18, "633.05"],
        ["\u3000\u3000往年启动", 5, "408.06"],
        ["\u3000\u3000补充纳入", 7, "435.76"],
    ]
    report = checked(lines, tmp_path)
    assert (len(report.sums), report.wrong, report.notes) == (2, (), ())


def test_g6_adds_up_once_its_total_is_printed_and_is_undetermined_without(tmp_path: Path) -> None:
    areas = (2575, 871.7, 150, 300, 822.4, 270, 509.55)
    blocks: Lines = [[f"区块{i}", area] for i, area in enumerate(areas)]
    lines = [["区块", "面积（亩）"], *blocks]
    assert checked(lines, tmp_path).sums == ()
    report = checked([*lines, ["总计", 5498.65]], tmp_path)
    assert (len(report.sums), report.wrong) == (1, ())


def test_g12_the_classes_of_small_firms_do_not_add_up(tmp_path: Path) -> None:
    lines: Lines = [
        ["企业规模", "A类", "B类", "C类", "D类", "合计"],
        ["规上", 11, 21, 7, 0, 39],
        ["规下", 4, 21, 0, 3, 36],
        ["合计", 15, 42, 7, 3, 75],
    ]
    report = checked(lines, tmp_path)
    assert found(report) == {("36", "28", "8"), ("75", "67", "8")}
    assert {one.across for one, _ in report.wrong} == {"规下", "合计"}


def test_g13_57_plots_are_55(tmp_path: Path) -> None:
    rows: Lines = [["转型", 7], ["提升", 31], ["收储", 13], ["其他", 4]]
    report = checked([["处置方式", "地块数"], *rows, ["合计", 57]], tmp_path)
    assert found(report) == {("57", "55", "2")}


def test_two_row_headings_with_count_and_area_by_year(tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    book = openpyxl.Workbook()
    page = book.active
    for line in [
        ["镇街", 2021, None, 2022, None, "合计", None],
        [None, "个数", "面积", "个数", "面积", "个数", "面积"],
        ["甲镇", 1, 10.25, 2, 20.25, 3, 30.5],
        ["乙镇", 4, 1.5, 5, 2.5, 9, 4.1],
        ["小计", 5, 11.75, 7, 22.75, 12, 34.5],
    ]:
        page.append(line)
    for merged in ("A1:A2", "B1:C1", "D1:E1", "F1:G1"):
        page.merge_cells(merged)
    book.save(path)
    report = check_totals(path)
    assert len(report.sums) == 6 + 2 * 3
    assert found(report) == {("4.1", "4", "0.1"), ("34.5", "34.6", "-0.1")}


def test_subtotals_and_totals_of_subtotals(tmp_path: Path) -> None:
    lines: Lines = [
        ["类型", "镇街", "个数"],
        ["工改工", "甲镇", 3], ["", "乙镇", 4], ["", "小计", 7],
        ["工改居", "甲镇", 1], ["", "乙镇", 1], ["", "小计", 3],
        ["总计", "", 10],
    ]  # fmt: skip
    report = checked(lines, tmp_path)
    assert found(report) == {("3", "2", "1")}
    assert len(report.sums) == 3


def test_numbered_headings_are_subtotals(tmp_path: Path) -> None:
    lines: Lines = [
        ["项目", "面积（亩）"],
        ["合计", 100],
        ["一、新启动", 60], ["甲", 25], ["乙", 35],
        ["二、往年启动", 40], ["丙", 40],
    ]  # fmt: skip
    report = checked(lines, tmp_path)
    assert (len(report.sums), report.wrong) == (3, ())


def test_of_which_may_be_fewer_but_not_more_than_the_whole(tmp_path: Path) -> None:
    few: Lines = [["镇街", "户数"], ["甲镇", 10], ["其中：规上", 6], ["乙镇", 5], ["合计", 15]]
    report = checked(few, tmp_path)
    assert report.wrong == ()
    assert "不必列全" in report.notes[0].zh
    many = [line if line[0] != "其中：规上" else ["其中：规上", 11] for line in few]
    assert found(checked(many, tmp_path)) == {("10", "11", "-1")}


def test_rounding_is_allowed_for_areas_and_never_for_counts(tmp_path: Path) -> None:
    rows: Lines = [["甲", 1, 0.4], ["乙", 1, 0.3], ["丙", 1, 0.3]]
    head = ["镇街", "个数", "面积（亩）"]
    assert checked([head, *rows, ["合计", 3, 1.1]], tmp_path).wrong == ()
    assert len(checked([head, *rows, ["合计", 3, 1.2]], tmp_path).wrong) == 1
    assert len(checked([head, *rows, ["合计", 4, 1.0]], tmp_path).wrong) == 1


@pytest.mark.parametrize("printed", ["General", "0.00", "0.##", "#,##0.00_ ", "@"])
def test_digits_that_are_printed_are_not_called_rounding(printed: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (("镇街", "面积（亩）"), ("甲", 12.34), ("乙", 45.67), ("合计", 59.01)):
        book.active.append(row)
    for at in range(2, 5):
        book.active.cell(at, 2).number_format = printed
    book.save(tmp_path / "t.xlsx")
    assert len(check_totals(tmp_path / "t.xlsx").wrong) == 1


@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_text_is_cut_by_its_own_delimiter(between: str, tmp_path: Path) -> None:
    rows = [("镇街", "面积"), ("甲", "12.3"), ("乙", "4.5"), ("合计", "17.0")]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(map(between.join, rows)), encoding="utf-8")
    assert len(check_totals(path).wrong) == 1


def test_shares_and_numbers_of_order_are_not_added(tmp_path: Path) -> None:
    lines: Lines = [
        ["序号", "镇街", "占比", "亩均税收", "户数"],
        [1, "甲", 0.4, 20.0, 2], [2, "乙", 0.6, 30.0, 3], [3, "合计", 1, 27.0, 5],
    ]  # fmt: skip
    report = checked(lines, tmp_path)
    assert [one.across for one in report.sums] == ["户数"]


def test_tables_of_different_things_or_years_are_not_compared(tmp_path: Path) -> None:
    path = tmp_path / "two.xlsx"
    write([["2021年"], ["镇街", *HEAD], ["甲", 1, 10], ["合计", 1, 10]], path, "2021")
    write([["2022年"], ["类型", *HEAD], ["工改工", 1, 11], ["合计", 1, 11]], path, "2022")
    write([["区块", *HEAD], ["丙", 1, 12], ["合计", 1, 12]], path, "区块")
    report = check_totals(path)
    assert (len(report.sums), report.wrong, report.between) == (6, (), ())


def test_hints_name_a_left_out_row_and_swapped_digits(tmp_path: Path) -> None:
    left_out = [line for line in BY_TYPE if line[0] != "旧村庄"]
    lines = [
        ["启动年份", *HEAD], ["新启动", 28, 3441.47], ["旧村庄", 2, 532.24], *WHOLE, [],
        ["类型", *HEAD], *left_out, *WHOLE,
    ]  # fmt: skip
    said = [hint.zh for _, why in checked(lines, tmp_path).wrong for hint in why]
    assert "差额 532.24 正好等于旧村庄（C3），可能漏计了这一项" in said
    rows: Lines = [["甲", 12.34], ["乙", 45.67], ["合计", 58.91]]
    (one, found_why), *rest = checked([["镇街", "面积（亩）"], *rows], tmp_path).wrong
    assert not rest
    assert one.difference == Decimal("0.9")
    assert any("写颠倒了，如甲（B2）" in hint.zh for hint in found_why)


def test_a_formula_without_a_value_is_said_not_checked(tmp_path: Path) -> None:
    path = write(
        [["镇街", "个数"], ["甲", 1], ["乙", 2], ["合计", "=SUM(B2:B3)"]], tmp_path / "f.xlsx"
    )
    report = check_totals(path)
    assert report.sums == ()
    assert "B4" in report.notes[0].zh


SIZES = st.tuples(st.integers(2, 6), st.integers(2, 5))
CELLS = st.integers(0, 10**6)


@given(size=SIZES, change=st.integers(1, 10**6), data=st.data())
def test_a_right_table_passes_and_any_one_changed_cell_is_found(
    size: tuple[int, int],
    change: int,
    data: st.DataObject,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("t")
    row_of_cells = st.lists(CELLS, min_size=size[1], max_size=size[1])
    table = data.draw(st.lists(row_of_cells, min_size=size[0], max_size=size[0]))
    rows = [[Decimal(one) / 100 for one in row] for row in table]
    rows = [[*row, sum(row)] for row in rows]
    rows.append([sum(column) for column in zip(*rows, strict=True)])
    names = [f"{i}镇" for i in range(len(rows) - 1)]
    head = ["镇街", *(f"{chr(65 + i)}类（亩）" for i in range(len(rows[0]) - 1)), "合计（亩）"]

    def lines() -> Lines:
        return [head, *([name, *map("{:.2f}".format, row)]
                        for name, row in zip([*names, "合计"], rows, strict=True))]  # fmt: skip

    report = checked(lines(), folder)
    assert report.wrong == ()
    assert len(report.sums) == len(rows) + len(rows[0])
    row = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[0]) - 1))
    rows[row][column] += Decimal(change + 5)
    assert len(checked(lines(), folder).wrong) == 2


def test_words_and_record_say_what_and_where(tmp_path: Path) -> None:
    report = checked([["镇街", *HEAD], *BY_TOWN, *WHOLE], tmp_path)
    zh, en = (totals_words(report, lang) for lang in ("zh", "en"))
    assert "核对了 2 处合计，2 处不符。" in zh
    assert "B9 “项目数（个）”合计：印出 30，分项合 7+4+4+6+3+2+1 = 27，相差 3" in zh
    assert "2 totals checked, 2 do not add up." in en
    record = totals_record(report)
    assert json.loads(json.dumps(record))["wrong"][1]["difference"] == "206.79"
    assert sum_words(report.sums[0]).en.startswith("· B9 '项目数（个）' 合计: printed 30")


@pytest.mark.parametrize(("total", "code"), [(["合计", 3], 0), (["合计", 4], 1), (["丙", 3], 3)])
def test_the_command_leaves_with_0_1_or_3(total: list[object], code: int, tmp_path: Path) -> None:
    path = write([["镇街", "个数"], ["甲", 1], ["乙", 2], total], tmp_path / "t.csv")
    for more in ([], ["--json"], ["--lang", "en"]):
        done = CliRunner().invoke(app, ["totals", str(path), *more])
        assert done.exit_code == code, done.output


@pytest.mark.parametrize("name", ["none.xlsx", "none.csv", "bad.xlsx"])
def test_what_cannot_be_read_is_one_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "bad.xlsx").write_bytes(b"not a workbook")
    done = CliRunner().invoke(app, ["totals", str(tmp_path / name), "--lang", "zh"])
    assert done.exit_code == 2
    assert "请" in done.output
    with pytest.raises(FileError):
        read_sheets(tmp_path / name)


TEXTS = st.sampled_from(
    [
        "",
        "合计",
        "小计",
        "其中：甲",
        "一、乙",
        "镇街",
        "个数",
        "面积（亩）",
        "-",
        "1",
        "2.5",
        "2021",
        "%",
    ]
)


@given(st.lists(st.lists(TEXTS, max_size=6), max_size=9))
def test_any_grid_ends_in_a_report(lines: list[list[str]]) -> None:
    sheet = Sheet("", tuple(tuple(map(typed, line)) for line in lines), {})
    for table in tables_of(sheet):
        down, breakdowns = add_down(table)
        for one in [*down, *add_across(table), *compare(breakdowns)]:
            assert sum_words(one).zh
            assert isinstance(hints(one, one.parts), list)


def test_a_total_may_stand_where_the_rows_have_their_number(tmp_path: Path) -> None:
    lines = [
        ["序号", "企业名称", "信用代码", "宗地代码", "税收（万元）"],
        [1, "一厂", "A", "a", 10], [2, "二厂", "B", "b", 20], ["小计", None, None, None, 30],
        [3, "三厂", "C", "c", 40], ["合计", None, None, None, 170],
    ]  # fmt: skip
    report = checked(lines, tmp_path)
    assert len(report.sums) == 2
    assert found(report) == {("170", "70", "100")}
