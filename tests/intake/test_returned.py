"""A returned survey form: every planted error is found at its cell, and a clean form has none."""

from __future__ import annotations

import datetime as dt
import io
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from conftest import parcels_of, square
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from landrenew.base.codes.credit import check_character, organisation_check
from landrenew.base.errors import FileError
from landrenew.cli import app
from landrenew.intake.survey.cells import read_date
from landrenew.intake.survey.form import FORM, FORM_SHEET, KEY_SHEET
from landrenew.intake.survey.returned import check_returned, remarks_total, remarks_words
from landrenew.publish.template import HEADING_AT, survey_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

TOWN = "观海卫镇"
PLACE = {one.name: i for i, one in enumerate(FORM, start=1)}
FIRST = HEADING_AT + 1
EMPTY = survey_workbook(TOWN)


def credit(number: int) -> str:
    """Make a credit code that checks."""
    organisation = f"{number:08d}"
    body = f"91330282{organisation}{organisation_check(organisation)}"
    return body + check_character(body)


def filled_row(i: int) -> dict[str, Any]:
    return {
        "town": TOWN, "parcel_id": f"330282001002GB{i:05d}", "owner": f"第{i}五金厂",
        "address": "某村 8 号", "declared_area_m2": 20 + i / 10, "land_code": "0601",
        "floor_area_m2": 7140.41, "floor_count": 3, "firm_name": f"第{i}五金厂",
        "firm_id": credit(10_000_000 + i), "industry_code": "3311", "size_class": "规下",
        "tax_cny10k": 125.5, "output_cny10k": 2000, "staff_person": 86, "willingness": "愿意",
        "exempt_reason": None, "registered_on": dt.date(2015, 3, 20),
        "production_on": "未投产", "veto_reason": None, "bonus_points": None,
        "bonus_evidence": None, "surveyor": "张三", "survey_date": dt.date(2026, 6, 30),
        "data_year": 2025,
    }  # fmt: skip


def form_of(count: int = 12, handed_out: int = 0) -> tuple[Workbook, Worksheet]:
    """Give a form with so many rows filled in rightly, the first of them handed out."""
    ids = [str(filled_row(i)["parcel_id"]) for i in range(handed_out)]
    parcels = None
    if handed_out:
        parcels = parcels_of(
            *map(square, range(handed_out)), declared_area_m2=[14000.0] * handed_out
        )
        parcels = parcels.set_axis(ids, axis="index").rename_axis("parcel_id")
    content = survey_workbook(TOWN, parcels) if handed_out else EMPTY
    book = openpyxl.load_workbook(io.BytesIO(content))
    for i in range(count):
        for name, value in filled_row(i).items():
            book[FORM_SHEET].cell(FIRST + i, PLACE[name]).value = value
    return book, book[FORM_SHEET]


def put(form: Worksheet, row: int, **cells: Any) -> None:  # noqa: ANN401
    for name, value in cells.items():
        form.cell(FIRST + row, PLACE[name]).value = value


def found(book: Workbook, folder: Path) -> list[tuple[str, str]]:
    path = folder / "form.xlsx"
    book.save(path)
    _, remarks = check_returned(path)
    return [(one.cell, one.kind) for one in remarks]


@pytest.mark.parametrize("handed_out", [0, 5])
def test_a_clean_form_has_no_remark(handed_out: int, tmp_path: Path) -> None:
    book, _ = form_of(handed_out=handed_out)
    assert found(book, tmp_path) == []


PLANTED: list[tuple[dict[str, Any], str, str]] = [
    ({"size_class": "是"}, "L", "unknown_word"),
    ({"willingness": "再看看"}, "P", "unknown_word"),
    ({"declared_area_m2": -5}, "E", "out_of_range"),
    ({"floor_count": 300}, "H", "out_of_range"),
    ({"declared_area_m2": "约20"}, "E", "not_a_number"),
    ({"declared_area_m2": "20.8亩"}, "E", "unit_in_cell"),
    ({"declared_area_m2": "13886平方米"}, "E", "wrong_unit"),
    ({"tax_cny10k": "1.2亿元"}, "M", "wrong_unit"),
    ({"declared_area_m2": 13886.67}, "E", "unit_jump"),
    ({"staff_person": 86.5}, "O", "not_whole"),
    ({"survey_date": "2026.13.40"}, "X", "bad_date"),
    ({"survey_date": "昨天"}, "X", "bad_date"),
    ({"data_year": "去年"}, "Y", "not_a_number"),
    ({"data_year": 2027}, "Y", "year_after_survey"),
    ({"parcel_id": None}, "B", "missing"),
    ({"parcel_id": "-"}, "B", "missing"),
    ({"owner": None}, "C", "missing"),
    ({"firm_id": None}, "J", "missing"),
    ({"data_year": None}, "Y", "missing"),
    ({"parcel_id": "330282001002GB00000"}, "B", "duplicate"),
    ({"parcel_id": "330282001002KB00077"}, "B", "parcel_code"),
    ({"parcel_id": 3302820010024000077}, "B", "digits_lost"),
    ({"firm_id": "11330282734267548X"}, "J", "credit_code"),
    ({"firm_id": "无证"}, "J", "credit_code"),
    ({"land_code": "工业"}, "F", "land_code"),
    ({"industry_code": "9999"}, "K", "industry_code"),
    ({"town": "掌起镇"}, "A", "other_town"),
    ({"output_cny10k": "=N2*2"}, "N", "formula"),
    ({"tax_cny10k": 3000}, "M", "tax_above_output"),
    ({"floor_area_m2": 71404.1}, "G", "floor_above_land"),
    ({"registered_on": "去年"}, "R", "bad_date"),
    ({"registered_on": "未投产"}, "R", "bad_date"),
    ({"production_on": "快了"}, "S", "bad_date"),
    ({"bonus_points": "两分", "bonus_evidence": "证书"}, "U", "not_a_number"),
    ({"bonus_points": 2}, "V", "missing"),
]  # fmt: skip


def test_thirty_planted_errors_in_one_form_are_found_exactly(tmp_path: Path) -> None:
    book, form = form_of(count=45)
    expected = set()
    for i, (cells, letter, kind) in enumerate(PLANTED):
        put(form, 2 + i, **cells)
        expected.add((f"{letter}{FIRST + 2 + i}", kind))
    assert len({kind for _, _, kind in PLANTED}) >= 20
    got = found(book, tmp_path)
    assert set(got) == expected
    assert len(got) == len(expected)


@pytest.mark.parametrize(("cells", "letter", "kind"), PLANTED)
def test_each_planted_error_alone_is_the_only_remark(
    cells: dict[str, Any], letter: str, kind: str, tmp_path: Path
) -> None:
    book, form = form_of()
    put(form, 7, **cells)
    assert found(book, tmp_path) == [(f"{letter}{FIRST + 7}", kind)]


def test_the_layout_of_a_form_is_checked(tmp_path: Path) -> None:
    book, form = form_of()
    put(form, 12, town="合计", declared_area_m2=247.6)
    for name in PLACE:
        put(form, 15, **{name: filled_row(20)[name]})
    form.merge_cells("D5:D6")
    assert found(book, tmp_path) == [
        ("D5:D6", "merged"), (f"{FIRST + 12}", "totals_row"),
        (f"{FIRST + 13}–{FIRST + 14}", "blank_rows"),
    ]  # fmt: skip


def test_a_changed_heading_is_known_by_its_place(tmp_path: Path) -> None:
    book, form = form_of()
    form.cell(HEADING_AT, PLACE["declared_area_m2"]).value = "登记面积（平方米）"
    put(form, 1, declared_area_m2="约20")
    assert found(book, tmp_path) == [("E3", "heading_changed"), ("E5", "not_a_number")]


def test_a_removed_and_an_added_column_are_named(tmp_path: Path) -> None:
    book, form = form_of()
    form.delete_cols(PLACE["address"])
    form.cell(HEADING_AT, len(FORM) + 3).value = "手机号"
    put_at = form.cell(FIRST + 1, PLACE["declared_area_m2"] - 1)
    put_at.value = "约20"
    assert found(book, tmp_path) == [
        ("3", "heading_removed"), ("AB3", "heading_added"), ("D5", "not_a_number"),
    ]  # fmt: skip


def test_reordered_columns_are_read_by_their_headings(tmp_path: Path) -> None:
    book, form = form_of()
    for row in range(HEADING_AT, FIRST + 12):
        a, b = form.cell(row, PLACE["tax_cny10k"]), form.cell(row, PLACE["output_cny10k"])
        a.value, b.value = b.value, a.value
    assert found(book, tmp_path) == [("M3", "heading_moved")]


def test_rows_put_above_and_the_hidden_sheet_lost_do_no_harm(tmp_path: Path) -> None:
    book, form = form_of()
    for merged in list(form.merged_cells.ranges):
        form.unmerge_cells(str(merged))
    form.insert_rows(1, 2)
    form.title = "Sheet9"
    del book[KEY_SHEET]
    assert found(book, tmp_path) == []


def test_parcels_handed_out_must_come_back_with_their_area(tmp_path: Path) -> None:
    book, form = form_of(handed_out=5)
    put(form, 1, declared_area_m2=14000)
    form.delete_rows(FIRST + 3)
    assert found(book, tmp_path) == [("", "not_returned"), ("E5", "unit_jump")]


def test_ids_of_the_office_are_accepted_as_handed_out(tmp_path: Path) -> None:
    parcels = parcels_of(square(0))
    book = openpyxl.load_workbook(io.BytesIO(survey_workbook(TOWN, parcels)))
    row = filled_row(0) | {"parcel_id": "P0"}
    put(book[FORM_SHEET], 0, **row)
    assert found(book, tmp_path) == []


def test_what_is_not_known_is_marked_and_never_zero(tmp_path: Path) -> None:
    book, form = form_of()
    put(form, 0, owner="-", declared_area_m2="-", willingness="无", surveyor="/", survey_date="-")
    put(form, 1, tax_cny10k="-", output_cny10k=None, staff_person="无", data_year=None,
        firm_name=None, firm_id=None)  # fmt: skip
    assert found(book, tmp_path) == []


def test_an_empty_form_is_not_taken_for_a_good_one(tmp_path: Path) -> None:
    book, _ = form_of(count=0)
    assert found(book, tmp_path) == [("", "empty")]


def test_messages_name_the_cell_what_stands_there_and_what_is_wanted(tmp_path: Path) -> None:
    book, form = form_of()
    put(form, 8, declared_area_m2="13886平方米")
    put(form, 9, willingness="再看看\n" * 60)
    book.save(tmp_path / "form.xlsx")
    read, remarks = check_returned(tmp_path / "form.xlsx")
    zh, en = (remarks_words(remarks, lang).splitlines() for lang in ("zh", "en"))
    assert zh[0] == "E12 登记面积：填的是“13886平方米”，本栏单位是亩，应换算为 20.829。"
    assert en[0] == "E12 登记面积: holds '13886平方米'; the unit here is 亩: write 20.829."
    assert zh[1].endswith("…”，应从下拉框选：愿意、不愿意、观望。")
    assert len(zh) == len(en) == 2
    assert remarks_total(read, remarks).zh == "排摸表 12 行，有 2 处需要改正。请改后重新交来。"


@pytest.mark.parametrize(("spoil", "code"), [(False, 0), (True, 1)])
def test_check_takes_a_returned_workbook(tmp_path: Path, code: int, *, spoil: bool) -> None:
    book, form = form_of()
    if spoil:
        put(form, 0, size_class="是")
    book.save(tmp_path / "form.xlsx")
    done = CliRunner().invoke(app, ["check", str(tmp_path / "form.xlsx"), "--lang", "zh"])
    assert done.exit_code == code, done.output
    assert done.stdout.startswith("L4 是否规上：填的是“是”" if spoil else "")


def test_a_workbook_that_is_no_form_is_one_sentence(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["企业名称", "税收"])
    book.save(tmp_path / "other.xlsx")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04")
    for name, word in (("other.xlsx", "没有找到排摸表的标题行"), ("broken.xlsx", "打不开")):
        done = CliRunner().invoke(app, ["check", str(tmp_path / name), "--lang", "zh"])
        assert (done.exit_code, word in done.stderr) == (2, True), done.output
    with pytest.raises(FileError):
        check_returned(tmp_path / "none.xlsx")


ANYTHING = st.one_of(
    st.none(), st.text(max_size=12).filter(lambda t: t.isprintable()), st.integers(),
    st.floats(), st.booleans(), st.dates(),
    st.sampled_from(["合计", "-", "1e400", "\uff11\uff12", "20亩"]),
)  # fmt: skip


@settings(max_examples=25)
@given(cells=st.dictionaries(st.sampled_from(sorted(PLACE)), ANYTHING, max_size=6))
def test_whatever_a_clerk_types_ends_in_remarks(
    cells: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    book, form = form_of(count=2)
    try:
        put(form, 1, **cells)
        path = tmp_path_factory.mktemp("any") / "form.xlsx"
        book.save(path)
    except (ValueError, OverflowError):  # the spreadsheet itself refuses
        return
    _, remarks = check_returned(path)
    assert all(one.text.zh and one.text.en for one in remarks)


@given(st.dates(min_value=dt.date(1950, 1, 1)))
def test_a_date_is_read_however_it_is_written(day: dt.date) -> None:
    for text in ("{0:%Y-%m-%d}", "{0:%Y/%m/%d}", "{0.year}.{0.month}.{0.day}",
                 "{0.year}年{0.month}月{0.day}日", "{0:%Y%m%d}"):  # fmt: skip
        assert read_date(text.format(day)) == day
