"""A sheet as an office keeps it: titles, groups, units, totals; each line is a row or aside."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_city import small_city

from landrenew.base.errors import ColumnError, FileError
from landrenew.intake.attributes.take import take_columns
from landrenew.intake.city import read_city
from landrenew.intake.sections import Layer
from landrenew.intake.sources.read import read_source
from landrenew.intake.sources.totals_lines import check_totals, totals_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from landrenew.intake.sources.source import Source

HEAD = ["企业编号", "企业名称", "税收（万元）"]
ROWS = [["F1", "一厂", 12.5], ["F2", "二厂", 7.5], ["F3", "三厂", None]]


def book(path: Path, rows: Sequence[Sequence[Any]], *merged: str, title: str = "Sheet1") -> Path:
    """Write a workbook of one sheet."""
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    for one in merged:
        made.active.merge_cells(one)
    made.save(path)
    return path


def text(path: Path, rows: Sequence[Sequence[Any]], delimiter: str = ",") -> Path:
    """Write a table of text."""
    lines = (delimiter.join("" if one is None else str(one) for one in row) for row in rows)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def read(path: Path, **keys: Any) -> Source:  # noqa: ANN401  any key of a layer
    return read_source(path.parent, Layer(path=path.name, **keys), "firms")


WRITERS = [lambda path, rows: book(path.with_suffix(".xlsx"), rows),
           lambda path, rows: text(path.with_suffix(".csv"), rows)]  # fmt: skip


@pytest.mark.parametrize("write", WRITERS, ids=["xlsx", "csv"])
@pytest.mark.parametrize(
    ("above", "first"),
    [
        ([], 2), ([["慈溪市企业税收情况表", None, None]], 3),
        ([["慈溪市企业税收情况表", None, None], ["填报单位：经信局", None, "单位：万元"]], 4),
        ([["某某表", None, None], [None, None, None], [None, None, None]], 5),
        ([[None, None, "附件1"], ["情况表", None, None], ["填表人：张", None, "2025年"]], 5),
    ],
)  # fmt: skip
def test_the_heading_is_found_below_titles(
    write: Callable[[Path, list[list[Any]]], Path],
    above: list[list[Any]],
    first: int,
    tmp_path: Path,
) -> None:
    source = read(write(tmp_path / "t", [*above, HEAD, *ROWS]))
    assert list(source.frame.columns) == HEAD
    assert source.frame["企业编号"].tolist() == ["F1", "F2", "F3"]
    assert source.frame.index.tolist() == [first, first + 1, first + 2]
    assert source.units == {"税收（万元）": "万元"}
    assert any("标题取自" in note.zh for note in source.notes) == bool(above)


def test_a_heading_of_groups_is_joined_with_its_parts(tmp_path: Path) -> None:
    rows = [
        ["慈溪市企业情况表", None, None, None, None, None],
        ["编号", "企业", "税收（万元）", None, "用地", None],
        [None, None, 2022, 2023, "面积/㎡", "宗数"],
        ["F1", "一厂", 1, 2, 300, 1],
        ["F2", "二厂", 3, 4, 500, 2],
    ]
    path = book(tmp_path / "t.xlsx", rows, "A1:F1", "A2:A3", "B2:B3", "C2:D2", "E2:F2")
    source = read(path)
    names = ["编号", "企业", "税收（万元） 2022", "税收（万元） 2023", "用地 面积/㎡", "用地 宗数"]
    assert list(source.frame.columns) == names
    assert source.units == {names[2]: "万元", names[3]: "万元", names[4]: "㎡"}
    assert source.frame.index.tolist() == [4, 5]
    assert source.frame[names[3]].tolist() == [2, 4]
    for suffix, cells in ((".csv", rows), (".tsv", rows[1:])):
        plain = read(text(tmp_path / f"t{suffix}", cells, "\t" if suffix == ".tsv" else ","))
        assert list(plain.frame.columns) == names
        assert plain.frame["编号"].tolist() == ["F1", "F2"]


def test_three_lines_of_heading_are_joined(tmp_path: Path) -> None:
    rows = [["编号", "效益", None, None], [None, "税收", None, "产值"], [None, 2022, 2023, 2023],
            ["F1", 1, 2, 3]]  # fmt: skip
    path = book(tmp_path / "t.xlsx", rows, "A1:A3", "B1:D1", "B2:C2")
    names = ["编号", "效益 税收 2022", "效益 税收 2023", "效益 产值 2023"]
    assert list(read(path).frame.columns) == names


@pytest.mark.parametrize(
    "rows",
    [
        [["a", None, "c"], ["x", "y", "z"], ["u", "v", "w"]], [["a", "b", None], ["x", "y", "z"]],
        [[None, "a", "b"], ["0", "x", "y"]], [["编号", "税收", "说明"], ["F1", None, "好"]],
        [["编号", 2022, 2023], ["F1", 1, 2]],
    ],
)  # fmt: skip
def test_a_plain_heading_is_one_line(rows: list[list[Any]], tmp_path: Path) -> None:
    for path in (book(tmp_path / "t.xlsx", rows), text(tmp_path / "t.csv", rows)):
        assert read(path).frame.index.tolist() == list(range(2, len(rows) + 1))


def test_units_may_stand_on_a_line_of_their_own(tmp_path: Path) -> None:
    rows = [["编号", "税收", "面积"], ["单位", "万元", "（亩）"], ["F1", 5, 3]]
    source = read(book(tmp_path / "t.xlsx", rows))
    assert source.units == {"税收": "万元", "面积": "亩"}
    assert source.frame.index.tolist() == [3]


def test_the_unit_of_a_title_holds_for_columns_that_state_none(tmp_path: Path) -> None:
    rows = [["税收表（单位：元）", None, None, None], ["编号", "税收", "产值（万元）", "职工"],
            ["F1", 50_000, 7, 9]]  # fmt: skip
    path = book(tmp_path / "t.xlsx", rows)
    columns = {"firm_id": "编号", "tax_cny10k": "税收", "output_cny10k": "产值",
               "staff_person": "职工"}  # fmt: skip
    spec = Layer(path=path.name, columns=columns)
    source = read(path)
    assert source.sheet_units == ("元",)
    taken = take_columns(source, spec, "firms")
    assert taken.frame.iloc[0].tolist() == ["F1", 5.0, 7.0, 9.0]
    assert ["按表头的单位“元”换算" in note.zh for note in taken.notes] == [True]


def test_the_project_file_may_name_the_line_of_the_heading(tmp_path: Path) -> None:
    rows = [["甲", "乙"], ["编号", "税收"], ["F1", 1]]
    path = book(tmp_path / "t.xlsx", rows)
    assert list(read(path, header=2).frame.columns) == ["编号", "税收"]
    assert read(path, header=2).frame.index.tolist() == [3]
    with pytest.raises(FileError, match=r"Line 9 .* is empty"):
        read(path, header=9)


def test_columns_of_one_name_are_told_apart_and_must_be_named(tmp_path: Path) -> None:
    rows = [["编号", "面积/亩", "面 积/亩", None, "税收"], ["F1", 1, 3, "注", 3]]
    source = read(book(tmp_path / "t.xlsx", rows))
    assert list(source.frame.columns) == ["编号", "面积/亩#1", "面积/亩#2", "列D", "税收"]
    assert source.units == {"面积/亩#1": "亩", "面积/亩#2": "亩"}
    assert any("重名" in note.zh for note in source.notes)
    spec = Layer(path="t.xlsx", columns={"declared_area_m2": "面积"})
    with pytest.raises(ColumnError, match=r"several columns called '面积'.*面积/亩#1, 面积/亩#2"):
        take_columns(source, spec, "firms")
    spec = Layer(path="t.xlsx", columns={"declared_area_m2": "面积/亩#2"})
    found = take_columns(source, spec, "firms").frame["declared_area_m2"].tolist()
    assert found == pytest.approx([2000.0])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_text_is_cut_where_all_its_lines_can_be(delimiter: str, tmp_path: Path) -> None:
    rows = [["编号", "名称", "税收"], ["F1", '"一,二;三厂"', "1.5"], ["F2", "四厂", "2.5"]]
    source = read(text(tmp_path / "t.csv", rows, delimiter))
    assert source.frame.to_numpy().tolist() == [["F1", "一,二;三厂", "1.5"], ["F2", "四厂", "2.5"]]


def test_decimal_commas_do_not_cut_a_text_of_semicolons(tmp_path: Path) -> None:
    source = read(text(tmp_path / "t.csv", [["a", "b"], ["1,5", "2,5"], ["3,5", "4,5"]], ";"))
    assert source.frame.to_numpy().tolist() == [["1,5", "2,5"], ["3,5", "4,5"]]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["a,b", "1,2,3"], "line 2 holds 3 values, the heading 2"),
        (["a,b", '1,"x'], "unexpected end of data"), ([""], "the file is empty"),
    ],
)  # fmt: skip
def test_a_text_whose_values_may_be_shifted_is_refused(
    rows: list[str], said: str, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text("\n".join(rows))
    with pytest.raises(FileError, match=said):
        read(tmp_path / "t.csv")


def test_empty_lines_and_columns_are_no_rows_and_lines_keep_their_numbers(tmp_path: Path) -> None:
    rows = [[None, *HEAD], [None] * 4, [None, *ROWS[0]], [None] * 4, [None, *ROWS[1]]]
    for path in (book(tmp_path / "t.xlsx", rows), text(tmp_path / "t.csv", rows)):
        source = read(path)
        assert source.frame.index.tolist() == [3, 5]
        assert list(source.frame.columns) == HEAD


TOTALLED = [["编号", "税收", "亩均税收"], ["F1", 10, 2.0], ["F2", 20, 4.0]]


@pytest.mark.parametrize(
    "word",
    ["合计", "总计", "合 计", "合\u3000计", "合计：", "Total", "合计（万元）", "共计", "小计",
     "全市合计", "Grand total", "合計"],
)  # fmt: skip
def test_totals_lines_are_set_aside_and_add_up(word: str, tmp_path: Path) -> None:
    source = read(book(tmp_path / "t.xlsx", [*TOTALLED, [word, 30, 3.0]]))
    assert source.frame["编号"].tolist() == ["F1", "F2"]
    assert source.set_aside == 1
    assert source.faults == ()
    assert any("合计行" in note.zh and f"第 4 行{word.strip()}" in note.zh for note in source.notes)


@pytest.mark.parametrize(
    "name",
    ["合计会计师事务所", "某总计时器厂", "Total Energies", "累计算力公司", "设计院", "sumec"],
)
def test_a_firm_is_no_totals_line(name: str, tmp_path: Path) -> None:
    source = read(book(tmp_path / "t.xlsx", [*TOTALLED, [name, 31, 3.0]]))
    assert len(source.frame) == 3
    assert source.set_aside == 0


@pytest.mark.parametrize(
    "row",
    [["F4", "小计", "当月", 4, ""], ["F4", "四厂", "累计", 4, ""], ["F4", "四厂", "", 4, "合计"]],
)
def test_a_row_with_a_name_or_an_id_of_its_own_is_no_totals_line(
    row: list[Any], tmp_path: Path
) -> None:
    head = ["编号", "企业名称", "口径", "税收", "备注"]
    rows = [["F1", "一厂", "累计", 1, ""], row, ["F2", "合计机械厂", "累计", 2, ""],
            ["F3", "总部", "累计", 2, ""]]  # fmt: skip
    for at in range(len(rows)):
        turned = [*rows[at:], *rows[:at]]
        source = read(book(tmp_path / "t.xlsx", [head, *turned]))
        assert source.frame["编号"].tolist() == [one[0] for one in turned]


@pytest.mark.parametrize(
    "towns",
    [
        ["甲镇", "甲镇", "甲镇", "乙镇"],
        ["甲镇", None, "甲镇", "乙镇"],
        ["甲镇", None, None, "乙镇"],
    ],
)
def test_the_total_of_a_town_is_no_row_however_the_town_is_written(
    towns: list[str | None], tmp_path: Path
) -> None:
    names, taxes = ["一厂", "二厂", "小计", "三厂"], [1, 2, 3, 4]
    rows = zip(towns, names, taxes, strict=True)
    source = read(book(tmp_path / "t.xlsx", [["镇街", "企业名称", "税收"], *rows]))
    assert source.frame["企业名称"].tolist() == ["一厂", "二厂", "三厂"]
    assert source.faults == ()


def test_a_total_that_is_no_sum_is_doubted(tmp_path: Path) -> None:
    source = read(text(tmp_path / "t.csv", [*TOTALLED, ["合计", "31", ""]]))
    assert [(one.code, one.row) for one in source.faults] == [("totals_differ", 4)]
    assert source.faults[0].detail.zh == "“税收”合计 31，各行之和 30"


@pytest.mark.parametrize(
    ("rows", "missed"),
    [
        ([("a", 1), ("b", 2), ("小计", 3), ("c", 4), ("小计", 4), ("合计", 7)], []),
        ([("a", 1), ("b", 2), ("小计", 3), ("c", 4), ("小计", 5), ("合计", 7)], [4]),
        ([("合计", 7), ("甲镇小计", 3), ("a", 1), ("b", 2), ("乙镇小计", 4), ("c", 4)], []),
        ([("a", 1), ("b", 2), ("小计", 3), ("c", 4), ("小计", 4), ("合计", 8)], [5]),
        ([("a", 0.33), ("b", 0.33), ("c", 0.33), ("合计", 1.0)], []),
        ([("a", 0.33), ("b", 0.33), ("c", 0.33), ("合计", 1.1)], [3]),
        ([("a", 0.1), ("b", 0.2), ("合计", 0.30000000000000004)], []),
        ([("a", None), ("b", 2), ("合计", 2)], []), ([("a", 5), ("b", -2), ("合计", "3")], []),
        ([("a", "1,000"), ("b", "(200)"), ("合计", "800")], []),
    ],
)  # fmt: skip
def test_a_total_covers_the_rows_it_fits(rows: list[tuple[str, Any]], missed: list[int]) -> None:
    columns = list(zip(*rows, strict=True))
    totals = totals_lines(columns)
    faults = check_totals(["镇街", "税收"], columns, range(len(rows)), totals, "firms")
    assert [one.row for one in faults] == missed


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=30), st.integers(1, 1000))
def test_a_right_total_is_never_doubted_and_a_wrong_one_always(values: list[int], off: int) -> None:
    names = [f"企业{i}" for i in range(len(values))]
    for total, count in ((sum(values), 0), (sum(values) + off, 1)):
        columns = [[*names, "合计"], [*values, total]]
        lines = range(len(values) + 1)
        faults = check_totals(["企业", "税收"], columns, lines, totals_lines(columns), "firms")
        assert len(faults) == count


def test_totals_are_counted_in_the_balance_and_are_no_firms(tmp_path: Path) -> None:
    rows = [["税收表", None, None], ["firm_id", "parcel_id", "tax_cny10k"], ["F1", "P0", 1],
            ["F2", "P1", 2], ["合计", None, 3], ["注：数据来自税务局", None, None]]  # fmt: skip
    book(tmp_path / "f.xlsx", rows, "A1:C1", "A6:C6")
    layers = read_city(small_city(tmp_path, firms={"path": "f.xlsx"}))
    assert layers.firms.index.tolist() == ["F1", "F2"]
    balance = next(one for one in layers.balances if one.layer == "firms")
    assert (balance.rows_in, balance.rows_out, balance.rows_rejected) == (4, 2, 2)
    assert layers.faults == ()


def test_a_heading_repeated_on_every_page_is_no_row(tmp_path: Path) -> None:
    source = read(book(tmp_path / "t.xlsx", [HEAD, ROWS[0], HEAD, ROWS[1]]))
    assert source.frame.index.tolist() == [2, 4]
    assert source.set_aside == 1


def test_a_cell_merged_over_rows_is_written_into_each_but_a_number_counts_once(
    tmp_path: Path,
) -> None:
    rows = [["镇街", "编号", "税收"], ["浒山", "F1", 10], [None, "F2", None], ["古塘", "F3", 3]]
    frame = read(book(tmp_path / "t.xlsx", rows, "A2:A3", "C2:C3")).frame
    assert frame["镇街"].tolist() == ["浒山", "浒山", "古塘"]
    assert frame["税收"].tolist() == [10, None, 3]


def test_hidden_sheets_are_not_offered(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", [HEAD, *ROWS], title="企业")
    made = openpyxl.load_workbook(path)
    hidden = made.create_sheet("代码")
    hidden.append(["a", "b"])
    hidden.append([1, 2])
    hidden.sheet_state = "hidden"
    made.save(path)
    assert len(read(path).frame) == 3
    assert read(path, layer="代码").frame["b"].tolist() == [2]


def test_sheets_of_one_heading_are_stacked(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    for name, rows in (("一月", [["编号", "税收"], ["F1", 1], ["合计", 2]]),
                       ("说明", [["本表"], ["由经信局填"]]),
                       ("二月", [["表"], ["税 收", "编号"], [5, "F2"]])):  # fmt: skip
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.remove(made["Sheet"])
    made.save(tmp_path / "t.xlsx")
    source = read(tmp_path / "t.xlsx", layer="*")
    assert source.frame.to_numpy().tolist() == [["F1", 1, "一月"], ["F2", 5, "二月"]]
    assert source.frame.index.tolist() == [10_000_002, 30_000_003]
    assert source.set_aside == 1
    assert [one.row for one in source.faults] == [10_000_003]
    assert "标题不同而未读的：说明" in source.notes[0].zh


def test_a_formula_that_nobody_computed_is_named(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", [["编号", "税收"], ["F1", 1], ["F2", "=B2*2"], ["F3", "=B3"]])
    source = read(path)
    assert source.frame["税收"].tolist() == [1, None, None]
    assert [(one.code, one.row, one.detail.zh) for one in source.faults] == [
        ("formula_without_value", 3, "“税收”第 3, 4 行")
    ]


def test_numbers_are_read_as_their_format_shows_them(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", [["编号", "份额（%）", "比例"], [12, 0.07, 0.4], [345, 7, 1],
                                      [6, 1, 1]])  # fmt: skip
    made = openpyxl.load_workbook(path)
    for row in (2, 3, 4):
        made.active.cell(row, 1).number_format = "0000"
    for cell in ("B2", "C2", "B4"):
        made.active[cell].number_format = "0.0%"
    made.save(path)
    source = read(path)
    assert source.frame["编号"].tolist() == ["0012", "0345", "0006"]
    assert source.frame["份额（%）"].tolist() == [7.0, 7, 100]
    assert source.frame["比例"].tolist() == [0.4, 1, 1]
    spec = Layer(path=path.name, columns={"firm_id": "编号", "share": "份额"})
    assert take_columns(source, spec, "firms").frame["share"].tolist() == [0.07, 0.07, 1]


def test_a_stray_cell_far_out_costs_nothing(tmp_path: Path) -> None:
    made = openpyxl.load_workbook(book(tmp_path / "t.xlsx", [HEAD, *ROWS]))
    made.active["XFD1048576"] = " "
    made.active["XFD1048575"] = "x"
    made.save(tmp_path / "t.xlsx")
    begun = time.perf_counter()
    source = read(tmp_path / "t.xlsx")
    assert time.perf_counter() - begun < 5
    assert source.frame.index.tolist() == [2, 3, 4, 1_048_575]


VALUES = {
    "150万人民币": 150.0, "52万": 52.0, "1,234.5 元": 0.12345, "0.001万人民币": 0.001,
    "￥12": 0.0012, "3亿元": 30_000.0, "（1,234.5）": -1234.5,
    "\uff11\uff12\uff0e\uff15": 12.5, 7: 7.0, " 8 ": 8.0,
}  # fmt: skip


def test_cells_with_units_are_converted_by_their_own(tmp_path: Path) -> None:
    odd = [*VALUES, "5万美元", "USD 7", "-", "\uff0f", "\u3000", "\xa0", "#N/A", "#DIV/0!", "无",
           "12%",
           "5亩", dt.datetime(2025, 1, 1, tzinfo=dt.UTC).replace(tzinfo=None)]  # fmt: skip
    path = book(
        tmp_path / "t.xlsx", [["编号", "资本（万元）"], *([i, one] for i, one in enumerate(odd))]
    )
    spec = Layer(path="t.xlsx", columns={"tax_cny10k": "资本"})
    taken = take_columns(read(path), spec, "firms")
    found = taken.frame["tax_cny10k"].tolist()
    assert found[: len(VALUES)] == pytest.approx(list(VALUES.values()))
    assert np.isnan(found[len(VALUES) :]).all()
    codes = [one.code for one in taken.faults]
    assert codes.count("foreign_currency") == 2
    assert codes.count("not_a_number") == 3
    assert len(codes) == 5
    assert any("格自带单位" in note.zh for note in taken.notes)


@pytest.mark.parametrize(
    ("ours", "heading", "unit", "cell", "value"),
    [
        ("declared_area_m2", "面积/㎡", None, "300", 300.0),
        ("declared_area_m2", "面积（亩）", None, "0.5", 1000 / 3),
        ("declared_area_m2", "面积", "亩", "300㎡", 300.0),
        ("declared_area_m2", "面积（亩）", None, "1.5万", 1e7),
        ("tax_cny10k_per_mu", "亩均税收（元/亩）", None, "20000", 2.0),
        ("share", "占比（%）", None, "40", 0.4), ("share", "占比", None, "3.2%", 0.032),
        ("floor_count", "层数", None, "5", 5.0),
        ("staff_person", "职工（人）", None, "1.2万人", 12_000.0),
    ],
)  # fmt: skip
def test_units_come_from_mapping_heading_or_cell(
    ours: str, heading: str, unit: str | None, cell: str, value: float, tmp_path: Path
) -> None:
    path = text(tmp_path / "t.csv", [["编号", heading], ["F1", cell]])
    mapping = {"column": heading} if unit is None else {"column": heading, "unit": unit}
    spec = Layer(path=path.name, columns={ours: mapping})
    taken = take_columns(read(path), spec, "firms").frame[ours]
    assert taken.tolist() == pytest.approx([value])


@pytest.mark.parametrize(
    ("heading", "unit", "said"),
    [("税收（元）", "万元", "the project file says '万元'"), ("税收（美元）", None, "'美元'"),
     ("面积（亩）", None, "does not fit tax_cny10k"), ("税收（美元）", "元", "'美元'")],
)  # fmt: skip
def test_units_that_contradict_are_refused(
    heading: str, unit: str | None, said: str, tmp_path: Path
) -> None:
    path = text(tmp_path / "t.csv", [["编号", heading], ["F1", "1"]])
    spec = Layer(path=path.name, columns={"tax_cny10k": {"column": heading, "unit": unit}})
    with pytest.raises(ColumnError, match=said):
        take_columns(read(path), spec, "firms")


@pytest.mark.parametrize(
    "wanted", ["税收", "税收（万元）", "税收(万元)", " 税 收 ", "税收（万元 ）"]
)
def test_a_column_is_found_without_its_unit_and_however_spelt(wanted: str, tmp_path: Path) -> None:
    path = text(tmp_path / "t.csv", [["编号", "税收 （万元）"], ["F1", "1"]])
    spec = Layer(path=path.name, columns={"tax_cny10k": wanted})
    assert take_columns(read(path), spec, "firms").frame["tax_cny10k"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("short", "path", "is_found"),
    [("亩均税收万", "p.shp", True), ("亩均税", "p.shp", True), ("亩均税\ufffd", "p.shp", True),
     ("亩均税收万", "p.csv", False), ("亩", "p.shp", False), ("亩均产值万", "p.shp", False)],
)  # fmt: skip
def test_a_name_cut_by_a_shapefile_is_found(short: str, path: str, *, is_found: bool) -> None:
    from landrenew.intake.sources.source import Source  # noqa: PLC0415

    source = Source(pd.DataFrame({"id": ["a"], short: [5]}))
    spec = Layer(path=path, columns={"tax_cny10k_per_mu": "亩均税收万元2023"})
    if not is_found:
        with pytest.raises(ColumnError, match="no column"):
            take_columns(source, spec, "parcels")
        return
    taken = take_columns(source, spec, "parcels")
    assert taken.frame["tax_cny10k_per_mu"].tolist() == [5.0]
    assert "被截断" in taken.notes[0].zh


def test_ids_that_a_spreadsheet_damaged_are_doubted(tmp_path: Path) -> None:
    rows = [["firm_id", "tax_cny10k"], ["1.23457E+17", 1], ["330282.0", 1],
            [9.13302820000001e17, 1], ["91330282MA2AF00X5F", 1]]  # fmt: skip
    taken = take_columns(read(book(tmp_path / "t.xlsx", rows)), Layer(path="t.xlsx"), "firms")
    assert [(one.row, one.code) for one in taken.faults] == [(2, "id_damaged"), (4, "id_damaged")]
    assert taken.frame["firm_id"].tolist()[1] == "330282"


def test_noise_in_names_is_found_row_by_row(tmp_path: Path) -> None:
    noise = "慈溪二厂".encode().decode("gb18030", "replace")
    rows = [["firm_id", "firm_name", "tax_cny10k"], ["F1", "慈溪一厂", 1], ["F2", "°²»Õ", 1],
            ["F3", "锟斤拷有限公司", 1], ["F4", noise, 1]]  # fmt: skip
    taken = take_columns(read(book(tmp_path / "t.xlsx", rows)), Layer(path="t.xlsx"), "firms")
    assert [(one.row, one.code) for one in taken.faults] == [(i, "mojibake") for i in (3, 4, 5)]


def test_the_real_register_of_longkou(shared: Path) -> None:
    columns = {"firm_id": "统一社会信用代码", "firm_name": "企业名称", "revenue_cny10k": "注册资本"}
    counts = {}
    for name in ("enterprise_longkou.xlsx", "enterprise_longkou_head1500_gbk.csv"):
        spec = Layer(path=f"china_enterprise_longkou/{name}", columns=columns)
        source = read_source(shared, spec, "firms")
        taken = take_columns(source, spec, "firms")
        counts[name] = len(taken.frame)
        assert source.frame.index[0] == 2
        assert source.set_aside == 0
        assert taken.frame["revenue_cny10k"].iloc[0] == 150.0
        assert taken.frame["revenue_cny10k"].iloc[1] == 52.0
        assert {one.code for one in taken.faults} == {"foreign_currency"}
        raw = source.frame["注册资本"]
        missing = taken.frame["revenue_cny10k"].isna()
        is_none = raw.isna() | raw.isin(["", "-"]) | raw.str.contains("美元|欧元", na=False)
        assert (missing == is_none).all()
        assert (
            taken.frame["firm_id"].isna().sum() >= (source.frame["统一社会信用代码"] == "-").sum()
        )
    assert counts == {"enterprise_longkou.xlsx": 7551, "enterprise_longkou_head1500_gbk.csv": 1500}


def test_the_real_workbook_of_thirteen_sheets(shared: Path) -> None:
    path = "taiwan_factory_table/112.xlsx"
    source = read_source(shared, Layer(path=path, layer="*"), "firms")
    assert source.frame.shape == (5770, 8)
    assert source.frame["sheet"].nunique() == 12
    assert source.frame.index.is_unique
    assert "未读的：Update" in source.notes[0].zh
    spec = Layer(path=path, columns={"parcel_id": "地號"})
    taken = take_columns(source, spec, "links")
    assert taken.frame["parcel_id"].iloc[0] == "樹林區東園段1130地號"


@pytest.mark.parametrize(
    ("path", "shape", "first"),
    [
        ("xiamen_industrial_parks_poi/xiamen_industrial_parks.csv", (443, 10), "244303118115"),
        ("firms_lubelskie/firms_lubelskie.csv", (37374, 14), "1"),
        ("euluc_city_summary/city_summary.csv", (339, 8), "110100"),
        ("robust_gdal/csv/header_with_line_break.csv", (3, 7), "1"),
        ("robust_gdal/csv/oddname.csv", (2, 3), "8901"),
        ("robust_gdal/csv/testquoteheader1.csv", (1, 3), "1"),
        ("robust_mapshaper_encodings/text/states.csv", (52, 6), "Alabama"),
        ("robust_mapshaper_encodings/text/two_states.tsv", (2, 5), "Oregon"),
        ("robust_gdal/xlsx/inlineStr.xlsx", (1, 13), "78 ก.ม.3"),
        ("robust_gdal/xlsx/row_without_r_attribute.xlsx", (1, 2), 1),
        ("robust_gdal/xlsx/test_missing_row1_data.xlsx", (4, 18), 1000),
        ("robust_gdal/xlsx/with_xml_prefix.xlsx", (1, 2), "foo"),
    ],
)  # fmt: skip
def test_real_tables_are_read_whole(
    path: str, shape: tuple[int, int], first: object, shared: Path
) -> None:
    source = read_source(shared, Layer(path=path), "firms")
    assert source.frame.shape == shape
    assert source.frame.iloc[0, 0] == first
    assert source.frame.index[0] == 2
    assert (source.notes, source.faults, source.set_aside) == ((), (), 0)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("robust_gdal/csv/csv_with_utf8_bom.csv", "line 2 holds 4 values, the heading 3"),
        ("robust_gdal/csv/unbalanced_double_quotes.csv", "unexpected end of data"),
        ("robust_gdal/csv/more_than_100_geom_fields.csv", "holds no row"),
        ("robust_gdal/xlsx/not_all_columns_present.xlsx", "holds no row"),
        ("robust_gdal/xlsx/test.xlsx", "has 5 sheets"),
        ("robust_mapshaper_encodings/text/empty.csv", "the file is empty"),
    ],
)
def test_real_tables_that_cannot_be_read_are_refused(path: str, said: str, shared: Path) -> None:
    with pytest.raises(FileError, match=said):
        read_source(shared, Layer(path=path), "firms")


def test_a_hundred_thousand_rows_are_taken_in_two_seconds() -> None:
    from landrenew.intake.sources.source import Source  # noqa: PLC0415

    count = 100_000
    order = np.arange(count).astype(str)
    texts = {"firm_id": "91330282MA" + pd.Series(order), "firm_name": "慈溪市第" + pd.Series(order),
             "size_class": "规上", "industry_code": "3857"}  # fmt: skip
    flows = ("tax_cny10k", "output_cny10k", "value_added_cny10k", "revenue_cny10k", "rd_cny10k",
             "energy_tce", "emission_t", "electricity_mwh10", "staff_person")  # fmt: skip
    frame = pd.DataFrame(texts).assign(**dict.fromkeys(flows, pd.Series(order) + ".5"))
    frame = frame.assign(parcel_id=frame["firm_id"], share="1").astype(object)
    begun = time.perf_counter()
    taken = take_columns(Source(frame), Layer(path="f.csv"), "firms")
    spent = time.perf_counter() - begun
    assert taken.frame.shape == (count, 15)
    assert spent < 4, spent  # 2 s on a machine of its own
