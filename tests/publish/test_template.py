"""The survey workbook: its questions stand in the dictionary, it prints, and it is read back."""

from __future__ import annotations

import io
import re
import tomllib
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from conftest import ROOT, parcels_of, square
from hypothesis import given, settings
from hypothesis import strategies as st
from small_city import four, save, small_city
from typer.testing import CliRunner

from landrenew.base.columns import COLUMNS
from landrenew.cli import app
from landrenew.intake.survey.form import FORM, FORM_SHEET, GUIDE_SHEET, KEY_SHEET
from landrenew.intake.survey.returned import check_returned
from landrenew.publish.template import BLANK_ROWS, HEADING_AT, survey_workbook
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.workbook import Workbook

TOWN = "观海卫镇"


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def test_every_column_of_the_form_stands_in_the_dictionary() -> None:
    assert {one.name for one in FORM} <= set(COLUMNS)
    form = opened(survey_workbook(TOWN))[FORM_SHEET]
    headings = [str(cell.value).replace("\n", "") for cell in form[HEADING_AT]]
    assert headings == [one.title for one in FORM]
    assert {"登记面积（亩）", "年税收（万元）", "建筑面积（平方米）"} <= set(headings)


def test_every_example_of_the_guide_would_pass_the_check(tmp_path: Path) -> None:
    book = opened(survey_workbook(TOWN))
    for i, field in enumerate(FORM, start=1):
        number = field.fill in {"number", "whole"}
        value = TOWN if field.name == "town" else field.example
        book[FORM_SHEET].cell(HEADING_AT + 1, i, float(value) if number else value)
    book.save(tmp_path / "form.xlsx")
    _, remarks = check_returned(tmp_path / "form.xlsx")
    assert remarks == []


def test_the_guide_explains_every_column() -> None:
    guide = opened(survey_workbook(TOWN))[GUIDE_SHEET]
    rows = list(guide.iter_rows(min_row=3, values_only=True))
    assert [row[0] for row in rows] == [one.heading for one in FORM]
    assert all(text for row in rows for text in (row[2], *row[4:]))


def test_drop_downs_input_messages_and_print_setup() -> None:
    form = opened(survey_workbook(TOWN))[FORM_SHEET]
    rules = form.data_validations.dataValidation
    assert len(rules) == len(FORM)
    lists = {rule.formula1 for rule in rules if rule.type == "list"}
    assert lists == {f'"{TOWN}"', '"规上,规下"', '"愿意,不愿意,观望,-"'}
    assert all(rule.prompt and rule.error and len(rule.prompt) <= 255 for rule in rules)
    assert form.freeze_panes == "C4"
    assert (form.page_setup.orientation, form.page_setup.paperSize) == ("landscape", 8)
    assert (form.page_setup.fitToWidth, form.page_setup.fitToHeight) == (1, 0)
    assert form.print_title_rows == "$1:$3"


def test_codes_are_cells_of_text_so_that_no_digit_is_lost() -> None:
    form = opened(survey_workbook(TOWN))[FORM_SHEET]
    for i, field in enumerate(FORM, start=1):
        if field.fill == "code":
            assert form.cell(HEADING_AT + 1, i).number_format == "@"


def test_the_hidden_sheet_cannot_be_shown_by_mistake() -> None:
    assert opened(survey_workbook(TOWN))[KEY_SHEET].sheet_state == "veryHidden"


def test_the_same_input_gives_the_same_bytes_whenever_it_is_written() -> None:
    content = survey_workbook(TOWN)
    assert survey_workbook(TOWN) == content
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        assert {one.date_time for one in pack.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        said = pack.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", said)) == {"2000-01-01T00:00:00Z"}


@settings(max_examples=15)
@given(st.text(max_size=60).filter(lambda text: not set(text) & set(map(chr, range(32)))))
def test_any_name_of_a_town_makes_a_workbook_without_formulas(town: str) -> None:
    book = opened(survey_workbook(town))
    cells = [cell for sheet in book for row in sheet.iter_rows(max_row=5) for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)


def test_known_parcels_are_filled_in_with_mu_and_no_formula() -> None:
    parcels = parcels_of(
        square(0), square(1), owner=["=1+1", None], declared_area_m2=[2000.0, None]
    )
    form = opened(survey_workbook(TOWN, parcels))[FORM_SHEET]
    names = [one.name for one in FORM]
    rows = [
        dict(zip(names, row, strict=True)) for row in form.iter_rows(min_row=4, values_only=True)
    ]
    assert len(rows) == 2 + BLANK_ROWS
    assert (rows[0]["parcel_id"], rows[0]["owner"], rows[0]["declared_area_m2"]) == (
        "P0",
        "'=1+1",
        3,
    )
    assert (rows[1]["owner"], rows[1]["declared_area_m2"]) == (None, None)
    assert all(row["town"] == TOWN for row in rows)


def town_city(folder: Path) -> Path:
    """Write the small city with two towns and the firms of a returned form."""
    folder.mkdir(parents=True, exist_ok=True)
    save(four(town=["甲镇", "甲镇", "乙镇", "乙镇"]), folder / "parcels.gpkg")
    return small_city(folder)


def test_the_command_writes_a_form_with_the_parcels_of_the_town(tmp_path: Path) -> None:
    city, out = town_city(tmp_path), tmp_path / "out.xlsx"
    arguments = [
        "template",
        "--town",
        "甲镇",
        "--city",
        str(city),
        "--out",
        str(out),
        "--lang",
        "zh",
    ]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "已填入 2 宗地" in done.stderr
    form = openpyxl.load_workbook(out)[FORM_SHEET]
    assert [form.cell(row, 2).value for row in (4, 5, 6)] == ["P0", "P1", None]
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 2
    assert "不覆盖" in again.stderr


def test_an_unknown_town_is_refused_with_the_towns_there_are(tmp_path: Path) -> None:
    city = town_city(tmp_path)
    done = CliRunner().invoke(
        app, ["template", "--town", "丙镇", "--city", str(city), "--lang", "zh"]
    )
    assert done.exit_code == 2
    assert "没有宗地属于镇街“丙镇”。项目中的镇街有：乙镇、甲镇。" in done.stderr


@pytest.mark.parametrize("town", ["../x", "a/b", "con:*?", "."])
def test_a_name_never_leads_out_of_the_folder(
    town: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    done = CliRunner().invoke(app, ["template", "--town", town])
    assert done.exit_code == 0, done.output
    assert len(list(home.iterdir())) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["home"]


def mapped(section: str) -> dict[str, Any]:
    """Give the mapping that the documents recommend."""
    text = (ROOT / "docs" / "template.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    read = [tomllib.loads(one) for one in blocks]
    return next(one[section] for one in read if section in one)


def test_the_mappings_of_the_documents_name_columns_of_the_form() -> None:
    titles = {one.title for one in FORM}
    for section in ("firms", "survey"):
        columns = mapped(section)["columns"]
        theirs = {one if isinstance(one, str) else one["column"] for one in columns.values()}
        assert set(columns) <= set(COLUMNS)
        assert theirs <= titles


def test_a_returned_form_is_read_as_the_survey_of_a_project(tmp_path: Path) -> None:
    city = town_city(tmp_path)
    book = opened(survey_workbook("甲镇", run_project(city).parcels.iloc[:2]))
    names = {one.name: i for i, one in enumerate(FORM, start=1)}
    for row, mind in ((4, "愿意"), (5, "不愿意")):
        book[FORM_SHEET].cell(row, names["willingness"], mind)
    book.save(tmp_path / "form.xlsx")
    survey = mapped("survey") | {"path": "form.xlsx", "as_of": "2026-06-30"}
    parcels = run_project(small_city(tmp_path, survey=survey)).parcels
    assert parcels["willingness"].to_list()[:2] == ["willing", "unwilling"]
    assert parcels["willingness"].isna().to_list() == [False, False, True, True]


def test_a_returned_form_is_read_as_the_firms_of_a_project(tmp_path: Path) -> None:
    city = town_city(tmp_path)
    book = opened(survey_workbook("甲镇", run_project(city).parcels.iloc[:2]))
    names = {one.name: i for i, one in enumerate(FORM, start=1)}
    for row, firm, tax in ((4, "11330282734267548D", 125), (5, "12330282688011591A", None)):
        filled = {"firm_id": firm, "firm_name": "某厂", "size_class": "规下", "tax_cny10k": tax}
        for name, value in filled.items():
            book[FORM_SHEET].cell(row, names[name], value)
    book.save(tmp_path / "form.xlsx")
    firms = mapped("firms") | {"path": "form.xlsx", "as_of": "2026-06-30"}
    result = run_project(small_city(tmp_path, firms=firms))
    assert result.layers.firms is not None
    assert result.parcels["tax_cny10k"].to_dict()["P0"] == 125
    assert result.parcels["firm_count"].to_list()[:2] == [1, 1]
    assert result.parcels["tax_cny10k"].isna().to_list() == [False, True, True, True]
    assert result.parcels["size_class"].to_list()[0] == "below_scale"
    assert {fault.layer for fault in result.faults} <= {"parcels"}
