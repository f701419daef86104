"""Admission 准入: a proposed project against the bars and the negative list of its day.

Each bar has an outcome of its own: pass, fail, unknown, or not applicable. A project passes only
when every bar that applies is passed; what is not known never passes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from landrenew.assess.admission.findings import Finding, holds, lacking
from landrenew.assess.admission.industries import NO_DAY, is_among, listed_finding, minimum_finding
from landrenew.base.columns import EVIDENCE
from landrenew.base.dates import whole_day
from landrenew.base.missing import none_where_missing
from landrenew.base.words import Text
from landrenew.rules.silence import ADMISSION, PARTS, missing_parts

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    import pandas as pd

    from landrenew.assess.admission.findings import Outcome, Project
    from landrenew.rules.admission import Bar
    from landrenew.rules.model import Rulebook


@dataclass(frozen=True)
class Admission:
    """
    What a rulebook says of one proposed project.

    Parameters
    ----------
    row
        Row of the table it stands on.
    project_id
        Its id; empty when it has none.
    project_name
        Its name; empty when it has none.
    day
        Day it is judged by; None when that is not known.
    outcome
        ``pass``, ``fail`` or ``unknown``.
    findings
        Every bar of the rulebook, then the least ratio and the negative list where it has them, and
        what the rulebook knows that it lacks of these, which is unknown.
    """

    row: int
    project_id: str
    project_name: str
    day: dt.date | None
    outcome: Outcome
    findings: tuple[Finding, ...]


def admissions(
    projects: pd.DataFrame, book: Rulebook, *, on: dt.date | None = None
) -> list[Admission]:
    """
    Hold proposed projects against a rulebook.

    Parameters
    ----------
    projects
        One row a project, any of the columns of :data:`~landrenew.base.columns.OF_PROJECTS`, in the
        units of the data dictionary. A column that the table lacks is missing everywhere.
    book
        The rulebook.
    on
        Day for the projects that state none.

    Returns
    -------
    list of Admission
        In the order of the table. Outside the days of the rulebook everything is unknown.

    Raises
    ------
    RuleError
        When the rulebook has no admission bars, no negative list and no least ratios.

    Examples
    --------
    >>> import pandas as pd
    >>> from landrenew.rules.library import read_rulebook
    >>> rows = pd.DataFrame({"project_kind": ["renewal"] * 3, "floor_area_ratio": [1.5, 1.4, None]})
    >>> found = admissions(rows, read_rulebook("cixi-2023"))
    >>> [one.findings[0].outcome for one in found]
    ['pass', 'fail', 'unknown']
    >>> [one.outcome for one in found]  # other bars of Cixi are not published
    ['unknown', 'fail', 'unknown']
    """
    if not any(getattr(book, name) for name in ADMISSION):
        raise missing_parts(book, ADMISSION)
    rows = none_where_missing(projects)
    return [
        _admission(int(row), cast("Project", project), book, on)
        for row, project in zip(rows.index, rows.to_dict("records"), strict=True)
    ]


def _admission(row: int, project: Project, book: Rulebook, on: dt.date | None) -> Admission:
    day, why = _day(project, on)
    findings = [bar_finding(project, bar) for bar in book.admission]
    if book.far_minimum is not None:
        findings.append(minimum_finding(project, book.far_minimum))
    if book.negative_list:
        findings.append(listed_finding(project, book.negative_list, day, why))
    findings += [_hole(book, part) for part in ADMISSION if book.lacks.get(part)]
    if (outside := _outside(book, day, why)) is not None:
        findings = [one.turned("unknown", outside) for one in findings]
    ident, name = (str(project.get(key) or "") for key in ("project_id", "project_name"))
    outcome = whole(one.outcome for one in findings)
    return Admission(row, ident, name, day, outcome, tuple(findings))


def _hole(book: Rulebook, part: str) -> Finding:
    """Give what a document asks and the rulebook does not know: it cannot be passed."""
    label = Text(f"{PARTS[part].zh}（未公开部分）", f"{PARTS[part].en} (not published)")
    found = Finding(f"lacks.{part}", label, "", book.lacks[part], book.name, "")
    return found.turned("unknown", Text(
        "数值未见，须由当地补入规则书",
        "the numbers are not known; they must be added to the rulebook",
    ))  # fmt: skip


def whole(outcomes: Iterable[Outcome]) -> Outcome:
    """
    Join the outcomes of the bars.

    Parameters
    ----------
    outcomes
        The outcome of each bar.

    Returns
    -------
    Outcome
        ``fail`` when one fails; ``pass`` when at least one applies and all that do are passed;
        else ``unknown``.

    Examples
    --------
    >>> whole(["pass", "not_applicable"]), whole(["pass", "unknown"]), whole(["not_applicable"])
    ('pass', 'unknown', 'unknown')
    """
    found = set(outcomes) - {"not_applicable"}
    if "fail" in found:
        return "fail"
    return "pass" if found == {"pass"} else "unknown"


def _day(project: Project, on: dt.date | None) -> tuple[dt.date | None, Text]:
    """Give the day a project is judged by, or why there is none."""
    stated = project.get("project_date")
    if stated is None:
        return on, NO_DAY
    return whole_day(str(stated)), Text(
        f"日期“{stated}”没有写明到日，应写作 2026-01-31",
        f"the date {str(stated)!r} names no day; write it as 2026-01-31",
    )


def _outside(book: Rulebook, day: dt.date | None, why: Text) -> Text | None:
    """Say why a rulebook does not hold on a day; None where it does."""
    if book.effective is None and book.expires is None:
        return None
    if day is None:
        return why
    begins = book.effective is None or book.effective <= day
    if begins and (book.expires is None or day <= book.expires):
        return None
    start, end = ("…" if one is None else str(one) for one in (book.effective, book.expires))
    return Text(
        f"规则书 {book.name} 在 {day} 无效（{start} 至 {end}）",
        f"rulebook {book.name} does not hold on {day} ({start} to {end})",
    )


def bar_finding(project: Project, bar: Bar) -> Finding:
    """
    Hold a project against one bar.

    Parameters
    ----------
    project
        Values by column.
    bar
        The bar.

    Returns
    -------
    Finding
        Unknown where the value is missing, where it is a finding without the document that proves
        it, and where it is not known whether the bar applies.
    """
    raw = project.get(bar.column)
    found = Finding(
        bar.name, Text(bar.zh, bar.en), bar.column, bar.document, bar.source, bar.confidence,
        value=_in_unit(raw, bar), comparison=bar.comparison, threshold=bar.threshold,
        unit=bar.written_unit, encouraged=bar.encouraged,
    )  # fmt: skip
    applies = _applies(project, bar)
    if isinstance(applies, Text):
        said = Text(f"不知是否适用：{applies.zh}", f"not known whether it applies: {applies.en}")
        return found.turned("unknown", said)
    if not applies:
        return found.turned("not_applicable")
    if absent := _absent(project, bar.column):
        return found.turned("unknown", lacking(absent))
    proof = EVIDENCE.get(bar.column)
    proved = (
        Text("", "") if proof is None else Text(f"依据 {project[proof]}", f"by {project[proof]}")
    )
    if bar.encouraged is not None:
        is_encouraged = holds(found.value, bar.comparison, bar.encouraged)
        found = replace(found, is_encouraged=is_encouraged)
    is_passed = holds(found.value, bar.comparison, bar.threshold)
    return found.turned("pass" if is_passed else "fail", proved)


def _in_unit(value: object, bar: Bar) -> float | str | None:
    """Give a value in the unit of the threshold."""
    if value is None or isinstance(value, str):
        return value
    return float(value) / bar.factor  # type: ignore[arg-type]  # a number of the table


def _applies(project: Project, bar: Bar) -> bool | Text:
    """Tell whether a bar applies, or what is missing to tell."""
    absent = [name for test in bar.applies for name in _absent(project, test.column)]
    known = [test for test in bar.applies if not _absent(project, test.column)]
    held = [holds(project[test.column], test.comparison, test.threshold) for test in known]
    among = True if bar.industries is None else is_among(project, bar.industries)
    if not all(held) or among is False:
        return False
    return lacking(dict.fromkeys(absent)) if absent else among


def _absent(project: Project, column: str) -> list[str]:
    """List what is missing of a column: its value, and the document that must prove it."""
    needed = (column, EVIDENCE.get(column))
    return [one for one in needed if one is not None and project.get(one) is None]
