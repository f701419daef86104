"""The admission check for people and machines: words for the terminal, a table, a record.

Names and documents come from tables and rulebooks of others: on the terminal nothing is printed
that does not show, and the tables go through the door that defuses formulas.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from landrenew.base.columns import COLUMNS
from landrenew.base.units import unit_words
from landrenew.base.words import Text, visible
from landrenew.publish.fault_list import faults_words
from landrenew.publish.wording import class_words
from landrenew.rules.comparison import SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.assess.admission.findings import Finding, Value
    from landrenew.assess.admission.projects import Admission
    from landrenew.base.words import Lang
    from landrenew.intake.faults import Fault
    from landrenew.rules.model import Rulebook

NO_BAR = Text("规则书没有一项适用于它", "nothing in the rulebook applies to it")

DIGITS = 12
"""Significant digits of a number that are shown; what a computer's arithmetic adds lies behind."""

TITLES = (
    Text("行", "row"), Text("项目编号", "project id"), Text("项目名称", "project"),
    Text("日期", "date"), Text("结论", "outcome"), Text("审查项", "bar"), Text("结果", "result"),
    Text("项目数值", "value"), Text("要求", "asked for"), Text("单位", "unit"),
    Text("鼓励值", "encouraged"), Text("达到鼓励值", "reaches it"), Text("说明", "reason"),
    Text("依据文件", "document"), Text("出处", "source"), Text("可信度", "confidence"),
)  # fmt: skip


def admission_words(found: Sequence[Admission], book: Rulebook, lang: Lang) -> str:
    """
    Say what a rulebook says of proposed projects.

    Parameters
    ----------
    found
        The projects with their findings.
    book
        The rulebook they were held against.
    lang
        Language.

    Returns
    -------
    str
        A line of counts, then for each project its outcome and a line a bar with the document.
    """
    counts = Counter(one.outcome for one in found)
    told = [(class_words(one), counts[one]) for one in ("pass", "fail", "unknown")]
    head = Text(
        f"{book.title}（{book.name}），{len(found)} 个项目："
        + "，".join(f"{word.zh} {count}" for word, count in told) + "。",
        f"{book.title} ({book.name}), projects: {len(found)}, "
        + ", ".join(f"{word.en.lower()} {count}" for word, count in told) + ".",
    )  # fmt: skip
    lines = [head.say(lang)]
    for one in found:
        lines.append(_project_line(one).say(lang))
        lines += [f"  {_finding_line(finding, lang)}" for finding in one.findings]
    return "\n".join(visible(line) for line in lines)


def admission_notes(book: Rulebook) -> list[Text]:
    """
    Say what a rulebook notes of itself.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    list of Text
        The book's own notes; none where it has none.
    """
    said = visible(" ".join(book.notes.split()))
    return [Text(f"规则书说明：{said}", f"The rulebook notes: {said}")] if said else []


def fault_lines(faults: Sequence[Fault], lang: Lang) -> list[str]:
    """
    Say which values of the projects could not be taken.

    Parameters
    ----------
    faults
        The faults.
    lang
        Language.

    Returns
    -------
    list of str
        Lines for the terminal; none without faults.
    """
    return [visible(line) for line in faults_words(faults, lang).split("\n") if line]


def admission_table(found: Sequence[Admission], lang: Lang) -> tuple[list[str], list[list[object]]]:
    """
    Lay the findings out as a table.

    Parameters
    ----------
    found
        The projects with their findings.
    lang
        Language of titles and words.

    Returns
    -------
    header : list of str
        Titles of the columns.
    rows : list of list
        One a project and bar, in the order of the projects and of the rulebook.
    """
    rows: list[list[object]] = []
    for one in found:
        outcome = class_words(one.outcome).say(lang)
        day = "" if one.day is None else str(one.day)
        head: list[object] = [one.row, one.project_id, one.project_name, day, outcome]
        rows += [[*head, *_cells(finding, lang)] for finding in one.findings]
    return [title.say(lang) for title in TITLES], rows


def admission_record(found: Sequence[Admission], book: Rulebook) -> dict[str, object]:
    """
    Give the findings as the record of the ``admit --json`` contract.

    Parameters
    ----------
    found
        The projects with their findings.
    book
        The rulebook they were held against.

    Returns
    -------
    dict
        ``rulebook``, ``outcome`` of all together and ``projects``, each with its ``findings``;
        values stand in the unit named beside them, missing ones are None.
    """
    return {
        "rulebook": book.name,
        "outcome": worst(found),
        "projects": [
            {
                "row": one.row,
                "project_id": one.project_id,
                "project_name": one.project_name,
                "date": None if one.day is None else str(one.day),
                "outcome": one.outcome,
                "findings": [_finding_record(finding) for finding in one.findings],
            }
            for one in found
        ],
    }


def worst(found: Sequence[Admission]) -> str:
    """
    Join the outcomes of several projects.

    Parameters
    ----------
    found
        The projects, one at least.

    Returns
    -------
    str
        ``fail`` when one fails, else ``unknown`` when one is unknown, else ``pass``.
    """
    return min((one.outcome for one in found), key=("fail", "unknown", "pass").index)


def _project_line(one: Admission) -> Text:
    row = Text(f"第 {one.row} 行", f"row {one.row}")
    named = " ".join(filter(None, (one.project_id, one.project_name)))
    zh, en = (named or said for said in row)
    outcome = class_words(one.outcome)
    zh_day, en_day = ("", "") if one.day is None else (f"（{one.day}）", f" ({one.day})")
    applies = any(finding.outcome != "not_applicable" for finding in one.findings)
    zh_why, en_why = ("", "") if applies else (f"，{NO_BAR.zh}", f", {NO_BAR.en}")
    return Text(f"{zh}{zh_day}：{outcome.zh}{zh_why}", f"{en}{en_day}: {outcome.en}{en_why}")


def _finding_line(finding: Finding, lang: Lang) -> str:
    value, asked = _value(finding, finding.value, lang), _asked(finding, lang)
    unit = unit_words(finding.unit).say(lang)
    bar = f" ({asked}{unit and f' {unit}'})" if asked else ""
    outcome = class_words(finding.outcome).say(lang)
    parts = [
        f"[{outcome}] {finding.label.say(lang)} {value or '—'}{bar}",
        _encouraged(finding).say(lang), finding.reason.say(lang),
    ]  # fmt: skip
    joint, end = ("；", "。依据：") if lang == "zh" else ("; ", ". Document: ")
    return f"{joint.join(filter(None, parts))}{end}{finding.document}"


def _asked(finding: Finding, lang: Lang) -> str:
    if finding.comparison is None or finding.threshold is None:
        return ""
    return f"{SIGNS[finding.comparison].say(lang)} {_value(finding, finding.threshold, lang)}"


def _encouraged(finding: Finding) -> Text:
    if finding.encouraged is None or finding.is_encouraged is None:
        return Text("", "")
    bar = f"{finding.encouraged:.{DIGITS}g}"
    if finding.is_encouraged:
        return Text(f"达到鼓励值 {bar}", f"reaches the encouraged {bar}")
    return Text(f"未到鼓励值 {bar}", f"below the encouraged {bar}")


def _value(finding: Finding, value: Value, lang: Lang) -> str:
    """Write a value or a threshold for people; class words in their language."""
    if value is None:
        return ""
    if isinstance(value, str):
        is_ours = COLUMNS[finding.column].kind == "class"
        return class_words(value, finding.column).say(lang) if is_ours else value
    return f"{value:.{DIGITS}g}"


def _plain(value: Value) -> Value:
    """Leave out of a number what a computer's arithmetic added."""
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _cells(finding: Finding, lang: Lang) -> list[object]:
    value, reaches = finding.value, finding.is_encouraged
    said = Text("", "") if reaches is None else class_words("yes" if reaches else "no")
    return [
        finding.label.say(lang), class_words(finding.outcome).say(lang),
        _value(finding, value, lang) if isinstance(value, str) else _plain(value),
        _asked(finding, lang), unit_words(finding.unit).say(lang), finding.encouraged,
        said.say(lang), finding.reason.say(lang), finding.document, finding.source,
        finding.confidence,
    ]  # fmt: skip


def _finding_record(finding: Finding) -> dict[str, object]:
    return {
        "name": finding.name,
        "column": finding.column,
        "outcome": finding.outcome,
        "value": _plain(finding.value),
        "comparison": finding.comparison,
        "threshold": finding.threshold,
        "unit": finding.unit,
        "encouraged": finding.encouraged,
        "is_encouraged": finding.is_encouraged,
        "reason": finding.reason._asdict(),
        "document": finding.document,
        "source": finding.source,
        "confidence": finding.confidence,
    }
