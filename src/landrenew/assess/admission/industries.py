"""A project's industry against lists by code: the longest prefix, within one edition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from landrenew.assess.admission.findings import Finding, holds, lacking
from landrenew.base.codes.industry import (
    EDITIONS,
    Edition,
    IndustryCode,
    deciding_codes,
    in_edition,
    read_industry_code,
)
from landrenew.base.words import Text
from landrenew.rules.silence import PARTS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from landrenew.assess.admission.findings import Project
    from landrenew.rules.admission import FarMinimum, Industries, Listed

NO_DAY = Text(
    "没有日期：请写明 project_date，或用 --on 给出",
    "there is no date: state project_date, or give one with --on",
)

LACKS_ONE = 3
"""Digits of a four-digit code that lost its zero."""

RESTRICTED = Text("限制类，须按文件个案审定", "restricted, to be decided case by case")


def code_of(project: Project) -> IndustryCode | Text:
    """
    Read the industry code of a project in the edition it states.

    Parameters
    ----------
    project
        Values by column.

    Returns
    -------
    IndustryCode or Text
        The code, or why there is none.
    """
    needed = ("industry_code", "industry_edition")
    if absent := [one for one in needed if project.get(one) is None]:
        return lacking(absent)
    written, year = str(project["industry_code"]), int(str(project["industry_edition"]))
    if year not in EDITIONS:
        return lacking(["industry_edition"])
    read = read_industry_code(written, year)
    if read is not None and _may_lack_a_zero(read):
        return Text(
            f"行业代码“{written}”可能丢了前导的 0，请写四位代码，设为文本",
            f"industry code {written!r} may have lost a leading 0: write four digits, as text",
        )
    if read is not None:
        return read
    return Text(
        f"GB/T 4754-{year} 没有行业代码“{written}”",
        f"GB/T 4754-{year} has no industry code {written!r}",
    )


def _may_lack_a_zero(code: IndustryCode) -> bool:
    """Tell whether a spreadsheet may have made 610 of 0610, which is mining and no hotel."""
    if len(code.digits) != LACKS_ONE or code.section or code.is_manufacturing:
        return False
    return read_industry_code(f"0{code.digits}", code.edition) is not None


def _in_list(project: Project, edition: Edition) -> IndustryCode | Text:
    """Give the code as a list of an edition writes it, or say why that is not sure."""
    code = code_of(project)
    if isinstance(code, Text):
        return code
    there = in_edition(code, edition)
    if there is not None:
        return there
    return Text(
        f"行业代码 {code} 属 GB/T 4754-{code.edition}，依据文件用 {edition} 版，"
        f"同一代码在不同版本中是不同行业，不能确切换算；请写 {edition} 版的代码",
        f"industry code {code} is of GB/T 4754-{code.edition}, the document uses the edition of"
        f" {edition}; one code means different industries, and the two cannot be converted surely:"
        f" state the code of {edition}",
    )


def _too_short(code: IndustryCode, longer: Sequence[str | None]) -> Text:
    listed = "、".join(filter(None, longer))
    return Text(
        f"行业代码 {code} 位数不够，依据文件另列有 {listed}；请写四位代码",
        f"industry code {code} is too short, the document lists {listed} apart: state four digits",
    )


def is_among(project: Project, industries: Industries) -> bool | Text:
    """
    Tell whether a project's industry is among some.

    Parameters
    ----------
    project
        Values by column.
    industries
        The industries.

    Returns
    -------
    bool or Text
        Whether it is, or why that is not known.
    """
    code = _in_list(project, industries.edition)
    if isinstance(code, Text):
        return code
    prefix, *longer = deciding_codes(code.digits, industries.codes)
    if prefix is not None:
        return True
    return _too_short(code, longer) if longer else False


def minimum_finding(project: Project, rule: FarMinimum) -> Finding:
    """
    Hold a project's floor area ratio against the least of its industry.

    Parameters
    ----------
    project
        Values by column.
    rule
        Least ratio by code.

    Returns
    -------
    Finding
        Not applicable where the table has no row for the industry; unknown where the code is
        missing, of an edition that cannot be converted surely, or too short, or there is no ratio.
    """
    found = Finding(
        "far_minimum", PARTS["far_minimum"], "floor_area_ratio",
        rule.document, rule.source, rule.confidence,
        value=project.get("floor_area_ratio"), comparison="at_least", unit="1",
    )  # fmt: skip
    code = _in_list(project, rule.edition)
    if isinstance(code, Text):
        return found.turned("unknown", code)
    deciding = deciding_codes(code.digits, rule.codes)
    minima = {None if one is None else rule.codes[one] for one in deciding}
    if len(minima) > 1:
        return found.turned("unknown", _too_short(code, deciding))
    (least,) = minima
    row = Text(f"{code} {code.name}".strip(), f"industry {code}")
    if least is None:
        said = Text(f"表中没有这一行业：{row.zh}", f"the table has no row for {row.en}")
        return found.turned("not_applicable", said)
    found = replace(found, threshold=least)
    if found.value is None:
        return found.turned("unknown", lacking(["floor_area_ratio"]))
    return found.turned("pass" if holds(found.value, "at_least", least) else "fail", row)


def listed_finding(
    project: Project, entries: Sequence[Listed], day: dt.date | None, why: Text = NO_DAY
) -> Finding:
    """
    Look a project up in the negative list of its day.

    Parameters
    ----------
    project
        Values by column.
    entries
        The entries, in force or not.
    day
        The day; None when it is not known.
    why
        Why it is not known.

    Returns
    -------
    Finding
        Fail for a prohibited industry; unknown for a restricted one, for a project whose code or
        day is missing, whose code is too short or of another edition, and when no entry at all is
        in force on the day: an old list lets nobody in.
    """
    code = code_of(project)
    if isinstance(code, Text):
        return _of_list(entries).turned("unknown", code)
    found = replace(_of_list(entries), value=str(code))
    if day is None:
        return found.turned("unknown", why)
    held = [one for one in entries if one.holds_on(day)]
    if not held:
        return found.turned("unknown", Text(
            f"规则书里没有 {day} 有效的清单，须有当日的清单",
            f"the rulebook has no list in force on {day}; the list of that day is needed",
        ))  # fmt: skip
    editions = sorted({one.edition for one in held})
    said = [
        _looked_up(project, [one for one in held if one.edition == edition], day)
        for edition in editions
    ]
    return min(said, key=lambda one: ("fail", "unknown", "pass").index(one.outcome))


def _of_list(entries: Sequence[Listed]) -> Finding:
    """Give a finding that names the documents of some entries, each once."""
    facts = [(one.document, one.source, one.confidence) for one in entries]
    document, source, confidence = (
        "；".join(dict.fromkeys(said)) for said in zip(*facts, strict=True)
    )
    return Finding(
        "negative_list", PARTS["negative_list"], "industry_code", document, source, confidence
    )


def _looked_up(project: Project, held: Sequence[Listed], day: dt.date) -> Finding:
    """Look a code up among the entries of one edition."""
    found = replace(_of_list(held), value=str(project["industry_code"]))
    code = _in_list(project, held[0].edition)
    if isinstance(code, Text):
        return found.turned("unknown", code)
    by_code = {one.code: one for one in held}
    deciding = deciding_codes(code.digits, by_code)
    kinds = {"permitted" if one is None else by_code[one].kind for one in deciding}
    if len(kinds) > 1:
        return found.turned("unknown", _too_short(code, deciding[1:]))
    if deciding[0] is None:
        return found.turned("pass", Text(
            f"{day} 的清单中没有 {code}（{code.edition} 版）",
            f"{code} (edition of {code.edition}) is not on the list of {day}",
        ))  # fmt: skip
    return _by_entry(project, by_code[deciding[0]])


def _by_entry(project: Project, entry: Listed) -> Finding:
    found = replace(_of_list([entry]), value=str(project["industry_code"]))
    item = f"{entry.code} {entry.item}".strip()
    until = "" if entry.expires is None else str(entry.expires)
    where = Text(
        f"{item}（{entry.edition} 版，{entry.effective} 起{until and f'至 {until}'}）",
        f"{item} (edition of {entry.edition}, from {entry.effective}{until and f' to {until}'})",
    )
    if entry.kind == "prohibited":
        return found.turned("fail", Text(f"禁止类：{where.zh}", f"prohibited: {where.en}"))
    if entry.kind == "restricted":
        said = Text(f"{RESTRICTED.zh}：{where.zh}", f"{RESTRICTED.en}: {where.en}")
        return found.turned("unknown", said)
    return found.turned("pass", Text(f"除外：{where.zh}", f"permitted: {where.en}"))
