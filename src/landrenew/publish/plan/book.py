"""The plan as a workbook: the annual implementation plan 年度实施计划表, and what is behind it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from pydantic import BaseModel

from landrenew.base.units import unit_words
from landrenew.base.words import Text
from landrenew.intake.planning import Figure
from landrenew.plan.path.difference import explained
from landrenew.plan.path.released import rank_reason
from landrenew.plan.path.villages import village_incomes
from landrenew.plan.program.solve import Plan
from landrenew.publish.plan.items import NO_YEAR, TYPES, annual_table, plan_items
from landrenew.publish.plan.record import condition_table
from landrenew.publish.plan.words import plan_words
from landrenew.publish.sheet_file import BOX, HEAD, MIDDLE, cell_of, workbook_bytes
from landrenew.publish.wording import class_words
from landrenew.rules.comparison import SIGNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pandas as pd
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from landrenew.base.words import Lang
    from landrenew.intake.parcels import Parcels
    from landrenew.plan.path.proposal import Proposal
    from landrenew.rules.admission import Bar

FACE = "Calibri"
BOLD = Font(name=FACE, bold=True)
TOTAL = PatternFill("solid", fgColor="F1F4F6")
WRAP = Alignment(wrap_text=True, vertical="top")

LAND, MONEY, PRICE, SHARE, COUNT = "#,##0.00", "#,##0", "#,##0.0", "0.00%", "#,##0"

ABOUT_WIDTH, LINE_PT = 110, 15
"""Width of the sheet of sentences [characters], and height of a line [pt]."""

COUNTED = {
    "count": (Text("项数", "items"), COUNT),
    "land_mu": (Text("面积（亩）", "land (mu)"), LAND),
    "cost_cny10k": (Text("费用（万元）", "cost (CNY10k)"), LAND),
}
"""What the annual plan counts, and how it is written."""


@dataclass(frozen=True)
class Heading:
    """
    A column of a sheet.

    Parameters
    ----------
    title
        Its heading.
    width
        Its width, in characters.
    form
        How its numbers are written; empty as they are.
    """

    title: Text
    width: float = 14
    form: str = ""


def plan_workbook(
    plans: Sequence[Proposal], parcels: Parcels, lang: Lang, bars: Sequence[Bar] = ()
) -> bytes:
    """
    Write plans as a workbook.

    Parameters
    ----------
    plans
        The project's own plan, then its scenarios.
    parcels
        The parcel table.
    lang
        Language of titles and words.
    bars
        What the rulebook asks of what is built on the land afterwards.

    Returns
    -------
    bytes
        XLSX, the same for the same input: what was found in sentences, the annual plan, its items,
        its blocks, what villages earn, what is asked after, the conditions, cost against share,
        and the scenarios side by side.
    """
    book, base = openpyxl.Workbook(), plans[0]
    _about(book.active, plans, parcels, lang)
    if isinstance(base.plan, Plan):
        items = plan_items(base, parcels)
        _annual(_sheet(book, Text("年度实施计划表", "annual plan"), lang), items, lang)
        _listed(book, Text("腾退清单", "items"), ITEMS, _item_rows(items, lang), lang)
        if base.blocks is not None:
            _listed(book, Text("地块组", "blocks"), BLOCKS, _block_rows(base.blocks, lang), lang)
        villages = village_incomes(base.city, base.plan, parcels)
        if len(villages):
            _listed(book, Text("村集体收益", "villages"), VILLAGES, _village_rows(villages), lang)
    if bars:
        _listed(book, Text("改造后的要求", "asked after"), AFTER, _bar_rows(bars, lang), lang)
    _listed(book, Text("要求与余量", "wishes"), CONDITIONS, _condition_rows(base, lang), lang)
    if base.frontier:
        _listed(book, Text("费用与占比", "cost and share"), FRONTIER, _frontier_rows(base), lang)
    _listed(book, Text("方案比较", "comparison"), COMPARED, _compared_rows(plans, lang), lang)
    _listed(book, Text("费用依据", "figures"), FIGURES, list(_figure_rows(base, lang)), lang)
    return workbook_bytes(book)


def _sheet(book: Workbook, title: Text, lang: Lang) -> Worksheet:
    sheet = book.create_sheet(title.say(lang))
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    return sheet


def _about(sheet: Worksheet, plans: Sequence[Proposal], parcels: Parcels, lang: Lang) -> None:
    sheet.title = "说明" if lang == "zh" else "about"
    title = Text("达到目标的方案", "The plan to reach the target")
    sheet.cell(1, 1, title.say(lang)).font = Font(name=FACE, bold=True, size=16)
    sheet.row_dimensions[1].height = 28
    lines = plan_words(plans, parcels, lang).split("\n")
    for at, line in enumerate(lines, start=2):
        cell = sheet.cell(at, 1, cell_of(line))
        cell.alignment = WRAP
        sheet.row_dimensions[at].height = LINE_PT * max(1, math.ceil(_wide(line) / ABOUT_WIDTH))
        if line.startswith(("【", "[")):
            cell.font = BOLD
    sheet.column_dimensions["A"].width = ABOUT_WIDTH
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _wide(text: str) -> int:
    """Count characters as a sheet does: a Chinese one takes the room of two."""
    return sum(2 if ord(one) > ord("\u2e80") else 1 for one in text)


def _annual(sheet: Worksheet, items: pd.DataFrame, lang: Lang) -> None:
    """Write the annual plan under a heading of two lines: years, and what is counted."""
    table = annual_table(items, lang)
    fixed = [Text("镇街", "town"), Text("类型", "type")]
    spans = [str(name).split("|") for name in table.columns[len(fixed) :]]
    for column, said in enumerate(fixed, start=1):
        sheet.cell(1, column, said.say(lang))
        sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
    for column, (span, what) in enumerate(spans, start=len(fixed) + 1):
        sheet.cell(1, column, _span(span, lang))
        sheet.cell(2, column, COUNTED[what][0].say(lang))
    for first in range(len(fixed) + 1, len(table.columns) + 1, len(COUNTED)):
        sheet.merge_cells(
            start_row=1, end_row=1, start_column=first, end_column=first + len(COUNTED) - 1
        )
    for row in sheet[1:2]:
        for cell in row:
            cell.font, cell.fill, cell.border, cell.alignment = BOLD, HEAD, BOX, MIDDLE
    _annual_rows(sheet, table, spans)
    for column in range(1, len(table.columns) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 13
    sheet.freeze_panes = "C3"
    sheet.print_title_rows = "1:2"


def _span(span: str, lang: Lang) -> str:
    return f"{span} 年" if lang == "zh" and span.isdigit() else span


def _annual_rows(sheet: Worksheet, table: pd.DataFrame, spans: list[list[str]]) -> None:
    totals = {"合计", "total"}
    for at, row in enumerate(table.itertuples(index=False), start=3):
        is_total = bool({row[0], row[1]} & totals)
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(at, column, cell_of(value))
            cell.border = BOX
            if column > len(row) - len(spans):
                cell.number_format = COUNTED[spans[column - 3][1]][1]
            if is_total:
                cell.font, cell.fill = BOLD, TOTAL


def _listed(
    book: Workbook,
    title: Text,
    headings: Sequence[Heading],
    rows: Iterable[Sequence[object]],
    lang: Lang,
) -> None:
    """Write a plain table on a sheet of its own."""
    sheet = _sheet(book, title, lang)
    lines = (math.ceil(_wide(one.title.say(lang)) / (one.width - 2)) for one in headings)
    sheet.row_dimensions[1].height = LINE_PT * max(lines) + 3
    for column, heading in enumerate(headings, start=1):
        cell = sheet.cell(1, column, heading.title.say(lang))
        cell.font, cell.fill, cell.border, cell.alignment = BOLD, HEAD, BOX, MIDDLE
        sheet.column_dimensions[get_column_letter(column)].width = heading.width
    for at, row in enumerate(rows, start=2):
        for column, (heading, value) in enumerate(zip(headings, row, strict=True), start=1):
            cell = sheet.cell(at, column, cell_of(_finite(value)))
            cell.border, cell.alignment = BOX, WRAP
            if heading.form:
                cell.number_format = heading.form
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"


def _finite(value: object) -> object:
    """Leave a cell empty where there is no figure."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


ITEMS = (
    Heading(Text("镇街", "town")), Heading(Text("年份", "year"), 8), Heading(Text("类型", "type")),
    Heading(Text("宗地、园区或村", "parcel, park or village"), 24), Heading(Text("村", "village")),
    Heading(Text("权利人", "owner"), 28), Heading(Text("改造意愿", "willingness"), 10),
    Heading(Text("地块组", "block"), 10), Heading(Text("面积（亩）", "land (mu)"), 12, LAND),
    Heading(Text("费用（万元）", "cost (CNY10k)"), 12, LAND),
)  # fmt: skip


def _item_rows(items: pd.DataFrame, lang: Lang) -> Iterator[list[object]]:
    for one in items.to_dict("records"):
        mind = one["willingness"]
        known = isinstance(mind, str)
        yield [
            one["town"], None if one["year"] == NO_YEAR else one["year"],
            TYPES[one["type"]].say(lang), one["name"], one["village"], one["owner"],
            class_words(mind, "willingness").say(lang) if known else None, one["block"],
            one["land_mu"], one["cost_cny10k"],
        ]  # fmt: skip


BLOCKS = (
    Heading(Text("次序", "rank"), 7), Heading(Text("地块组", "block"), 10),
    Heading(Text("镇街", "town")), Heading(Text("面积（亩）", "land (mu)"), 12, LAND),
    Heading(Text("宗地数", "parcels"), 9), Heading(Text("权利人数", "owners"), 9),
    Heading(Text("企业数", "firms"), 9),
    Heading(Text("现状容积率", "floor area ratio now"), 10, "0.00"),
    Heading(Text("现状亩均税收（万元/亩）", "tax now (CNY10k/mu)"), 12, PRICE),
    Heading(Text("费用（万元）", "cost (CNY10k)"), 12, MONEY),
    Heading(Text("每亩费用（万元/亩）", "cost per mu (CNY10k/mu)"), 12, PRICE),
    Heading(Text("最近能容纳的园区", "nearest park with room"), 14),
    Heading(Text("距离（米）", "distance (m)"), 10, COUNT), Heading(Text("理由", "reason"), 60),
)  # fmt: skip


def _block_rows(blocks: pd.DataFrame, lang: Lang) -> Iterator[list[object]]:
    for name, one in blocks.sort_values("plan_rank").iterrows():
        yield [
            int(one["plan_rank"]), name, one["town"], one["area_mu"], one["parcel_count"],
            one["owner_count"], one["firm_count"], one["floor_area_ratio"],
            one["tax_cny10k_per_mu"], one["cost_cny10k"], one["cost_cny10k_per_mu"],
            one.get("nearest_park_id"), one.get("nearest_park_distance_m"),
            rank_reason(one, blocks).say(lang),
        ]  # fmt: skip


VILLAGES = (
    Heading(Text("村", "village"), 18),
    Heading(Text("现有收益（万元/年）", "earned now (CNY10k a year)"), 14, LAND),
    Heading(Text("因腾退减少", "lost with land cleared"), 14, LAND),
    Heading(Text("租金", "rent"), 12, LAND), Heading(Text("补给", "paid on top"), 12, LAND),
    Heading(Text("方案后收益（万元/年）", "earned after (CNY10k a year)"), 14, LAND),
    Heading(Text("保留比例", "kept"), 10, SHARE),
    Heading(Text("收益不明的宗地数", "parcels of unknown income"), 12, COUNT),
)  # fmt: skip


def _village_rows(villages: pd.DataFrame) -> Iterator[list[object]]:
    for name, one in villages.iterrows():
        yield [
            name, one["before"], one["lost"], one["rent"], one["paid"], one["after"],
            one["kept_share"], int(one["unknown_parcels"]),
        ]  # fmt: skip


AFTER = (
    Heading(Text("要求", "bar"), 30), Heading(Text("门槛", "threshold"), 14),
    Heading(Text("单位", "unit"), 12), Heading(Text("鼓励值", "encouraged"), 12),
    Heading(Text("文件", "document"), 60), Heading(Text("出处", "read at"), 40),
    Heading(Text("可信度", "confidence"), 10),
)  # fmt: skip


def _bar_rows(bars: Sequence[Bar], lang: Lang) -> Iterator[list[object]]:
    for one in bars:
        yield [
            one.zh if lang == "zh" else one.en,
            f"{SIGNS[one.comparison].say(lang)} {one.threshold}",
            unit_words(one.written_unit).say(lang),
            one.encouraged, one.document, one.source, one.confidence,
        ]  # fmt: skip


CONDITIONS = (
    Heading(Text("名称", "name"), 26), Heading(Text("要求", "wish"), 60),
    Heading(Text("单位", "unit"), 9), Heading(Text("下限", "least"), 14, LAND),
    Heading(Text("方案的值", "value"), 14, LAND), Heading(Text("上限", "most"), 14, LAND),
    Heading(Text("余量", "left"), 14, LAND),
    Heading(Text("放宽一个单位约省（万元）", "a unit of loosening saves (CNY10k)"), 18, LAND),
)  # fmt: skip


def _condition_rows(base: Proposal, lang: Lang) -> Iterator[list[object]]:
    for one in condition_table(base).to_dict("records"):
        yield [
            one["name"], one["label"].say(lang), unit_words(one["unit"]).say(lang), one["lower"],
            one["value"], one["upper"], one["slack"], one["price_cny10k"],
        ]  # fmt: skip


FRONTIER = (
    Heading(Text("线内占比目标", "target"), 14, SHARE),
    Heading(Text("费用（万元）", "cost (CNY10k)"), 14, MONEY),
    Heading(Text("费用下界（万元）", "no plan below (CNY10k)"), 14, MONEY),
    Heading(Text("每多腾退一亩值（万元）", "worth of a mu cleared (CNY10k)"), 16, PRICE),
    Heading(Text("再提高一个百分点约需（万元）", "one more point costs about (CNY10k)"), 18, MONEY),
)  # fmt: skip


def _frontier_rows(base: Proposal) -> Iterator[list[object]]:
    for one in base.frontier:
        yield [one.target, one.cost, one.bound, one.cleared_price_cny10k, one.point_price_cny10k]


COMPARED = (
    Heading(Text("方案", "plan"), 30), Heading(Text("费用（万元）", "cost (CNY10k)"), 14, MONEY),
    Heading(Text("线内占比", "share"), 12, "0.0000%"),
    Heading(Text("说明", "remark"), 80),
)  # fmt: skip


def _compared_rows(plans: Sequence[Proposal], lang: Lang) -> Iterator[list[object]]:
    for one in plans:
        cost, share = math.nan, math.nan
        if isinstance(one.plan, Plan):
            cost, share = one.plan.cost, one.plan.share
        said = "" if one is plans[0] else _joined(explained(plans[0], one), lang)
        yield [one.scenario.label.say(lang), cost, share, said]
    base = plans[0]
    for simple in base.simple:
        said = simple.excess.said.say(lang)
        yield [simple.label.say(lang), simple.plan.cost, simple.plan.share, said]
    for number, other in enumerate(base.others, start=1):
        label = Text(f"备选方案 {number}", f"other plan {number}")
        yield [label.say(lang), other.cost, other.share, ""]


def _joined(said: Iterable[Text], lang: Lang) -> str:
    return ("" if lang == "zh" else " ").join(one.say(lang) for one in said)


FIGURES = (
    Heading(Text("数值", "figure"), 44), Heading(Text("值", "value"), 14),
    Heading(Text("来源", "source"), 50), Heading(Text("日期", "date"), 14),
)  # fmt: skip


def _figure_rows(base: Proposal, lang: Lang) -> Iterator[list[object]]:
    """List every figure of the project file with its source, then where columns come from."""
    yield from _figures("plan", base.planning)
    said = Text("宗地的腾退费用、村集体年收益：宗地表或 [survey] 的各列",
                "Costs and village incomes by parcel: columns of the parcels or [survey]",
                )  # fmt: skip
    yield [said.say(lang), None, None, None]


def _figures(key: str, part: BaseModel) -> Iterator[list[object]]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Figure):
            yield [f"{key}.{name}", value.value, value.source, value.as_of]
        elif isinstance(value, BaseModel):
            yield from _figures(f"{key}.{name}", value)
