"""The survey workbook 排摸表 that towns fill in, made from the data dictionary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from landrenew.base.missing import none_where_missing
from landrenew.base.units import factor_to
from landrenew.intake.survey.form import (
    FORM,
    FORM_SHEET,
    FORM_VERSION,
    GUIDE_SHEET,
    HEADING_ROW,
    KEY_MARK,
    KEY_ROW,
    KEY_SHEET,
    NOT_KNOWN,
    PARCELS_ROW,
    Field,
)
from landrenew.publish.sheet_file import HEAD, MIDDLE, cell_of, workbook_bytes
from landrenew.publish.tables import safe_cell

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from landrenew.intake.parcels import Parcels

TITLE_AT, NOTE_AT, HEADING_AT = 1, 2, 3
"""Rows of the form above its body."""

HANDED_OUT = {"parcel_id", "owner", "address", "land_code", "declared_area_m2"}
"""What is written into the form where the office knows it."""

BLANK_ROWS = 25
"""Rows for parcels that the office does not know yet: a page of A3."""

LAST_ROW = 5000
"""How far down the drop-downs and checks of the form reach."""

A3 = 8

FONT, HEAVY = "宋体", "黑体"
THIN = Side(style="thin", color="808080")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
NEEDED = PatternFill("solid", fgColor="F6D9A8")
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
NUMBER_FORMATS = {"code": "@", "text": "@", "choice": "@", "number": "0.00", "whole": "0",
                  "date": "yyyy-mm-dd"}  # fmt: skip
"""A code is text, or a spreadsheet would cut it to fifteen digits."""

NOTE = (
    f"深色栏必须填写，确实不掌握的填“{NOT_KNOWN}”；其余各栏不掌握的留空，不要填 0。"
    "单位见栏目标题，只填数字。不要改动标题、合并单元格或加合计行。各栏说明见“填表说明”页。"
)


def survey_workbook(town: str, parcels: Parcels | None = None) -> bytes:
    """
    Write the survey workbook of a town.

    Parameters
    ----------
    town
        Name of the town.
    parcels
        The town's parcels to hand out, with ``owner``, ``address``, ``land_code`` and
        ``declared_area_m2`` as far as they are known; None for an empty form.

    Returns
    -------
    bytes
        XLSX, the same for the same input.
    """
    book = openpyxl.Workbook()
    form = book.active
    form.title = FORM_SHEET
    rows = _known(parcels)
    _head(form, town)
    _body(form, town, rows)
    _validate(form, town)
    _print_setup(form, f"{TITLE_AT}:{HEADING_AT}")
    _guide(book.create_sheet(GUIDE_SHEET), town)
    _keys(book.create_sheet(KEY_SHEET), town, rows)
    return workbook_bytes(book)


def _known(parcels: Parcels | None) -> list[dict[str, object]]:
    """Give what the office knows of each parcel, in the units of the form."""
    if parcels is None:
        return []
    known = pd.DataFrame(parcels).drop(columns="geometry").sort_index().reset_index()
    known = none_where_missing(known)
    names = [one for one in FORM if one.name in HANDED_OUT and one.name in known]
    return [
        {one.name: _in_unit(value, one) for one, value in zip(names, row, strict=True)}
        for row in known[[one.name for one in names]].itertuples(index=False, name=None)
    ]


def _in_unit(value: object, field: Field) -> object:
    if isinstance(value, float | int) and field.unit:
        return round(value / factor_to(field.column.unit, field.unit), 4)
    return cell_of(value)


def _head(form: Worksheet, town: str) -> None:
    last = get_column_letter(len(FORM))
    title = form.cell(TITLE_AT, 1, safe_cell(f"{town}工业用地排摸表"))
    title.font, title.alignment = Font(HEAVY, size=20), MIDDLE
    note = form.cell(NOTE_AT, 1, NOTE)
    note.font, note.alignment = Font(FONT, size=11), LEFT
    form.merge_cells(f"A{TITLE_AT}:{last}{TITLE_AT}")
    form.merge_cells(f"A{NOTE_AT}:{last}{NOTE_AT}")
    for at, height in ((TITLE_AT, 36), (NOTE_AT, 22), (HEADING_AT, 40)):
        form.row_dimensions[at].height = height
    for i, field in enumerate(FORM, start=1):
        cell = form.cell(HEADING_AT, i, field.title.replace("（", "\n（"))
        cell.font, cell.alignment, cell.border = Font(HEAVY, size=11), MIDDLE, BOX
        cell.fill = NEEDED if field.required else HEAD
        form.column_dimensions[get_column_letter(i)].width = field.width
    form.freeze_panes = form.cell(HEADING_AT + 1, 3)


def _body(form: Worksheet, town: str, rows: list[dict[str, object]]) -> None:
    first = HEADING_AT + 1
    for at in range(first, first + len(rows) + BLANK_ROWS):
        values = rows[at - first] if at - first < len(rows) else {}
        form.row_dimensions[at].height = 28
        for i, field in enumerate(FORM, start=1):
            cell = form.cell(
                at, i, values.get(field.name, safe_cell(town) if field.name == "town" else None)
            )
            cell.font, cell.border = Font(FONT, size=11), BOX
            cell.number_format = NUMBER_FORMATS[field.fill]
            cell.alignment = LEFT if field.fill == "text" else MIDDLE


def _validate(form: Worksheet, town: str) -> None:
    for i, field in enumerate(FORM, start=1):
        letter = get_column_letter(i)
        rule = _rule(field, town, f"{letter}{HEADING_AT + 1}")
        rule.promptTitle, rule.prompt = field.heading[:32], _prompt(field)
        rule.errorTitle, rule.error = f"{field.heading}填写有误"[:32], _prompt(field)
        rule.showInputMessage = rule.showErrorMessage = True
        rule.add(f"{letter}{HEADING_AT + 1}:{letter}{LAST_ROW}")
        form.add_data_validation(rule)


def _prompt(field: Field) -> str:
    unit = f"单位：{field.unit}。" if field.unit else ""
    return f"{field.meaning}{unit}{field.advice}。例：{field.example}"[:255]


def _rule(field: Field, town: str, cell: str) -> DataValidation:
    """Say what a spreadsheet lets pass; a required cell may hold the mark for not known."""
    words = (town,) if field.name == "town" else field.words
    if words:
        listed = ",".join((*words, *([NOT_KNOWN] if field.required and field.words else [])))
        if "," not in "".join(words) and len(listed) <= 250:  # noqa: PLR2004  what a drop-down takes
            return DataValidation(type="list", formula1=f'"{listed.replace(chr(34), chr(34) * 2)}"')
    if field.fill == "date":
        return DataValidation(type="custom", formula1=_date_formula(field, cell))
    if field.fill in {"number", "whole"}:
        return DataValidation(type="custom", formula1=_number_formula(field, cell))
    if field.fill == "code":
        return DataValidation(type="textLength", operator="between", formula1="1", formula2="40")
    return DataValidation(type="textLength", operator="lessThanOrEqual", formula1="200")


def _date_formula(field: Field, cell: str) -> str:
    """Say which days a cell may hold: a survey is of this century, a firm may be older."""
    first = "DATE(2000,1,1)" if field.required else "DATE(1900,1,1)"
    is_day = f"AND(ISNUMBER({cell}),{cell}>{first})"
    return f'OR({cell}="{field.unless}",{is_day})' if field.unless else is_day


def _number_formula(field: Field, cell: str) -> str:
    low, high = field.bounds
    tests = [f"ISNUMBER({cell})"]
    tests += [] if low is None else [f"{cell}>={low:g}"]
    tests += [] if high is None else [f"{cell}<={high:g}"]
    tests += [f"{cell}=INT({cell})"] if field.fill == "whole" else []
    allowed = f'{cell}="{NOT_KNOWN}"'
    return f"OR({allowed},AND({','.join(tests)}))"


def _print_setup(sheet: Worksheet, repeated: str) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A3
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = repeated
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.footer = 0.5, 0.8, 0.35
    sheet.oddFooter.left.text = "内部工作用表"
    sheet.oddFooter.center.text = "第 &P 页　共 &N 页"
    sheet.oddFooter.right.text = "审核人：　　　　　　　　"


GUIDE = (
    ("栏目", 20), ("必填", 8), ("含义", 48), ("单位", 10), ("怎么填", 52), ("示例", 24),
    ("不掌握时", 24),
)  # fmt: skip
"""Columns of the guide, and their widths."""


def _guide(sheet: Worksheet, town: str) -> None:
    title = sheet.cell(1, 1, safe_cell(f"{town}工业用地排摸表填表说明"))
    title.font, title.alignment = Font(HEAVY, size=16), MIDDLE
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(GUIDE))
    sheet.row_dimensions[1].height = 32
    for i, (head, width) in enumerate(GUIDE, start=1):
        cell = sheet.cell(2, i, head)
        cell.font, cell.fill, cell.border = Font(HEAVY, size=11), HEAD, BOX
        cell.alignment = MIDDLE
        sheet.column_dimensions[get_column_letter(i)].width = width
    for at, field in enumerate(FORM, start=3):
        texts = (
            field.heading, "必填" if field.required else "", field.meaning,
            field.unit or "—", field.advice, field.example, _when_unknown(field),
        )  # fmt: skip
        for i, text in enumerate(texts, start=1):
            cell = sheet.cell(at, i, text)
            cell.font, cell.border, cell.number_format = Font(FONT, size=11), BOX, "@"
            cell.alignment = MIDDLE if i in {1, 2, 4} else LEFT
        sheet.row_dimensions[at].height = 32
    sheet.row_dimensions[2].height = 28
    sheet.freeze_panes = "A3"
    _print_setup(sheet, "1:2")


def _when_unknown(field: Field) -> str:
    if field.name in {"town", "parcel_id"}:
        return "不能缺"
    return f"填“{NOT_KNOWN}”" if field.required else "留空，不要填 0"


def _keys(sheet: Worksheet, town: str, rows: list[dict[str, object]]) -> None:
    """Keep on a hidden sheet what the form was, so that a returned one is known again."""
    sheet.append([KEY_MARK, FORM_VERSION, safe_cell(town)])
    for i, field in enumerate(FORM, start=1):
        sheet.cell(KEY_ROW, i, field.name)
        sheet.cell(HEADING_ROW, i, field.title)
    for at, row in enumerate(rows, start=PARCELS_ROW):
        for i, name in enumerate(("parcel_id", "declared_area_m2"), start=1):
            cell = sheet.cell(at, i, row.get(name))
            cell.number_format = "@" if name == "parcel_id" else "General"
    sheet.sheet_state = "veryHidden"
