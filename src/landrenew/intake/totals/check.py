"""Check every total of a table of figures by town, type and year, and say which do not add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from landrenew.base.words import Text, some
from landrenew.intake.totals.blocks import add_across, add_down, compare
from landrenew.intake.totals.grid import read_sheets
from landrenew.intake.totals.hints import hints, plain
from landrenew.intake.totals.tables import tables_of

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from landrenew.base.words import Lang
    from landrenew.intake.totals.sums import Figure, Sum

TOLERANCE = Text(
    "允许的舍入误差：面积、金额按印出的末位，每个加数半个单位；个数必须分毫不差",
    "Rounding allowed: half a unit of the last printed digit for each part of an area or amount;"
    " none for counts",
)

KIND_WORDS = {
    "count": Text("个数", "count"),
    "area": Text("面积", "area"),
    "money": Text("金额", "amount"),
}


@dataclass(frozen=True)
class TotalsReport:
    """
    The totals of a file, checked.

    Parameters
    ----------
    sums
        Every total that could be compared with its parts.
    between
        Those of ``sums`` that compare two divisions of one whole.
    wrong
        Those that do not add up, each with what may explain it.
    notes
        What was not checked, and why.
    """

    sums: tuple[Sum, ...]
    between: tuple[Sum, ...]
    wrong: tuple[tuple[Sum, tuple[Text, ...]], ...]
    notes: tuple[Text, ...]


def check_totals(path: str | Path) -> TotalsReport:
    """
    Check every total of a file.

    Parameters
    ----------
    path
        XLSX with one or more sheets, or CSV.

    Returns
    -------
    TotalsReport
        The sums; none when the file holds no total that has parts.

    Raises
    ------
    FileError
        When the file cannot be read.
    """
    sums: list[Sum] = []
    breakdowns = []
    notes: list[Text] = []
    for sheet in read_sheets(path):
        notes += _uncomputed(sheet.name, sheet.uncomputed)
        for table in tables_of(sheet):
            down, divided = add_down(table)
            sums += [*down, *add_across(table)]
            breakdowns += divided
    between = compare(breakdowns)
    sums += between
    parts = [part for one in breakdowns for part in one.parts]
    wrong = [(one, tuple(hints(one, parts))) for one in sums if one.is_wrong]
    notes += [_fewer(one) for one in sums if one.is_partial and one.difference > one.tolerance]
    return TotalsReport(tuple(sums), tuple(between), tuple(wrong), tuple(notes))


def _uncomputed(sheet: str, places: tuple[str, ...]) -> list[Text]:
    if not places:
        return []
    return [
        Text(
            f"工作表“{sheet}”有 {len(places)} 格公式没有计算结果，未核对：{some(places)}。"
            "请用表格软件打开并保存后再核对。",
            f"Sheet {sheet!r} has {len(places)} formulas without a value, not checked:"
            f" {some(places)}. Open and save it in a spreadsheet first.",
        )
    ]


def _fewer(one: Sum) -> Text:
    return Text(
        f"{one.total.place} {one.total.label} {plain(one.stated)}：“其中”各项合 "
        f"{plain(one.computed)}，少于总数；“其中”不必列全，不作为错误。",
        f"{one.total.place} {one.total.label} {plain(one.stated)}: the parts under 其中 come to"
        f" {plain(one.computed)}; they need not be all, so this is no error.",
    )


def totals_words(report: TotalsReport, lang: Lang) -> str:
    """
    Say the outcome in words.

    Parameters
    ----------
    report
        The totals of a file.
    lang
        Language.

    Returns
    -------
    str
        A line of counts, the tolerance, and a few lines for each total that does not add up.
    """
    checked, wrong = len(report.sums), len(report.wrong)
    if not checked:
        return Text(
            "表中没有可以核对的合计：没有认出合计、总计、小计的行或列，或它们没有对应的分项。",
            "Nothing to check: no total or subtotal with parts was recognised in rows or columns.",
        ).say(lang)
    head = Text(
        f"核对了 {checked} 处合计，{'全部相符' if not wrong else f'{wrong} 处不符'}。",
        f"{checked} totals checked, {'all add up' if not wrong else f'{wrong} do not add up'}.",
    )
    lines = [head.say(lang), TOLERANCE.say(lang) + ("。" if lang == "zh" else ".")]
    for one, why in report.wrong:
        lines.append(sum_words(one).say(lang))
        lines += [f"    → {hint.say(lang)}" for hint in why]
    return "\n".join(lines)


def sum_words(one: Sum) -> Text:
    """
    Say one total and its parts.

    Parameters
    ----------
    one
        The sum.

    Returns
    -------
    Text
        Where it stands, what is printed, what the parts come to, and the difference.
    """
    across = KIND_WORDS.get(one.across, Text(one.across, one.across))
    table = f"{one.table} " if one.table else ""
    listed = _added(one.parts)
    stated, computed, gap = (plain(number) for number in (one.stated, one.computed, one.difference))
    return Text(
        f"· {table}{one.total.place} “{across.zh}”{one.total.label}：印出 {stated}，"
        f"分项合 {listed} = {computed}，相差 {gap}",
        f"· {table}{one.total.place} {across.en!r} {one.total.label}: printed {stated}, parts"
        f" {listed} = {computed}, difference {gap}",
    )


def _added(parts: tuple[Figure, ...]) -> str:
    shown = [plain(one.number) for one in parts if one.number is not None]
    most = 12
    return "+".join(shown[:most]) + (f"+…({len(shown)})" if len(shown) > most else "")


def totals_record(report: TotalsReport) -> dict[str, object]:
    """
    Give the outcome as the record of the ``totals --json`` contract.

    Parameters
    ----------
    report
        The totals of a file.

    Returns
    -------
    dict
        ``checked``, ``verdict``, ``wrong`` with place, figures as text and hints, ``notes``,
        ``tolerance``.
    """
    verdict = "undetermined" if not report.sums else "wrong" if report.wrong else "right"
    return {
        "checked": len(report.sums),
        "verdict": verdict,
        "wrong": [
            {
                "table": one.table,
                "across": one.across,
                "place": one.total.place,
                "label": one.total.label,
                "stated": _text(one.stated),
                "computed": _text(one.computed),
                "difference": _text(one.difference),
                "tolerance": _text(one.tolerance),
                "parts": [
                    {"place": part.place, "label": part.label, "value": _text(part.number)}
                    for part in one.parts
                ],
                "hints": [hint._asdict() for hint in why],
            }
            for one, why in report.wrong
        ],
        "notes": [note._asdict() for note in report.notes],
        "tolerance": TOLERANCE._asdict(),
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
