"""The workbook that an auditor recalculates: one sheet a pool, one row a firm, live formulas.

Nothing in it is a result of ours but two columns at the end, which every row is held against. A
figure that is typed over moves the points, the places and the grades of all, as the rule says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
from openpyxl.styles import Alignment, Font

from landrenew.base.errors import RuleError
from landrenew.base.words import Text
from landrenew.publish.sheet_file import BOX, HEAD, cell_of, workbook_bytes
from landrenew.publish.tables import lacking_words
from landrenew.publish.workbook.pool_sheet import PoolSheet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from landrenew.base.words import Lang
    from landrenew.publish.workbook.pool_sheet import Checked
    from landrenew.rules.model import Rulebook

UNFIT = re.compile(r"[\[\]:*?/\\']")
"""What the name of a sheet must not hold."""


def audit_workbook(table: pd.DataFrame, book: Rulebook, lang: Lang) -> bytes:
    """
    Write the workbook that computes every score and grade once more.

    Parameters
    ----------
    table
        Evaluated rows with ``land_mu``, and ``firm_name`` where they are firms.
    book
        The rulebook they were evaluated by.
    lang
        Language of titles and words.

    Returns
    -------
    bytes
        XLSX, the same for the same input: what it is and what it rests on; a sheet for each pool;
        those in no pool.

    Raises
    ------
    RuleError
        When the rulebook scores nothing.
    """
    if book.scoring is None:
        raise RuleError(
            f"规则书 {book.name} 没有评分办法 [scoring]，无可核算。",
            f"Rulebook {book.name} has no [scoring]: there is nothing to recalculate.",
        )
    made = openpyxl.Workbook()
    cover = made.active
    checked = [
        PoolSheet(_new_sheet(made, Text(pool.zh, pool.en), lang), pool, book, lang).write(
            table[table["pool"].eq(pool.name)]
        )
        for pool in book.scoring.pools
        if table["pool"].eq(pool.name).any()
    ]
    _without_pool(made, table[table["pool"].isna()], lang)
    _cover(cover, book, checked, lang)
    return workbook_bytes(made)


def _new_sheet(made: Workbook, name: Text, lang: Lang) -> Worksheet:
    return made.create_sheet(UNFIT.sub(" ", name.say(lang))[:28].strip() or "pool")


def _without_pool(made: Workbook, rows: pd.DataFrame, lang: Lang) -> None:
    """List those that no pool takes, and what they lack."""
    if rows.empty:
        return
    sheet = _new_sheet(made, Text("不在任何组", "in no pool"), lang)
    heads = Text("代码", "code"), Text("名称", "name"), Text("缺少", "missing")
    sheet.append([one.say(lang) for one in heads])
    names = rows.get("firm_name", pd.Series(None, rows.index, dtype=object))
    for ident, name, missing in zip(rows.index, names, rows["missing_inputs"], strict=True):
        said = lacking_words(missing).say(lang)
        sheet.append([cell_of(str(ident)), cell_of(name), cell_of(said)])
    for letter, width in (("A", 24), ("B", 34), ("C", 60)):
        sheet.column_dimensions[letter].width = width


def _cover(sheet: Worksheet, book: Rulebook, checked: Sequence[Checked], lang: Lang) -> None:
    """Say what the workbook is, what it rests on, and whether it agrees."""
    sheet.title = "说明" if lang == "zh" else "about"
    sheet.cell(1, 1, cell_of(book.title)).font = Font(bold=True, size=16)
    said = Text(
        "本簿用公式把每一户的得分与等级重新算一遍，与软件公布的结果逐行核对（误差不超过 1e-9）。"
        "不需要安装任何软件：用 Excel、WPS 或 LibreOffice 打开即重新计算。",
        "This workbook computes every score and grade once more by formulas, and holds each row"
        " against what landrenew published (to 1e-9). Excel, WPS or LibreOffice recalculate it when"
        " it is opened; nothing else is needed.",
    )
    cell = sheet.cell(2, 1, said.say(lang))
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells("A2:D2")
    sheet.row_dimensions[1].height, sheet.row_dimensions[2].height = 28, 52
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    heads = Text("评价组", "pool"), Text("户数", "rows"), Text("不一致", "differing")
    rules = (Text("规定", "rule"), Text("文件", "document"), Text("出处", "read at"),
             Text("可信度", "confidence"))  # fmt: skip
    parts = (Text("评分", "scoring"), book.scoring), (Text("评级", "grades"), book.grades)
    lines: list[list[object]] = [
        [one.say(lang) for one in heads],
        *([one.sheet, one.rows, f"={one.differs}"] for one in checked),
        [],
        [one.say(lang) for one in rules],
        *([words.say(lang), *map(cell_of, (part.document, part.source, part.confidence))]
          for words, part in parts if part is not None),
    ]  # fmt: skip
    for at, line in enumerate(lines, start=4):
        for column, value in enumerate(line, start=1):
            cell = sheet.cell(at, column, value)
            cell.border, cell.alignment = BOX, Alignment(wrap_text=True, vertical="top")
            if at in {4, 6 + len(checked)}:
                cell.font, cell.fill = Font(bold=True), HEAD
    for letter, width in (("A", 26), ("B", 46), ("C", 34), ("D", 12)):
        sheet.column_dimensions[letter].width = width
