"""What a sheet says before its figures: what decided beside the points, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from landrenew.assess.exemption import OPEN
from landrenew.assess.working import is_own
from landrenew.base.columns import COLUMNS
from landrenew.base.words import Text, listing

if TYPE_CHECKING:
    from landrenew.assess.working import Working
    from landrenew.publish.papers.subject import Subject
    from landrenew.publish.result import Result
    from landrenew.rules.model import Rulebook


def warnings_of(result: Result, subject: Subject, made: Working) -> list[Text]:
    """
    Say what a reader must know before the figures.

    Parameters
    ----------
    result
        A finished run.
    subject
        Whom the sheet is about.
    made
        The working that it shows.

    Returns
    -------
    list of Text
        Why it is exempt, or may be; whose evaluation its grade is; what is missing.
    """
    row, book = subject.row, result.layers.rulebook
    return [*_deciding(row, book), *_together(result, subject, made), *_lacks(row, made)]


def _deciding(row: pd.Series, book: Rulebook) -> list[Text]:
    """Say what decided beside the points, and of what it is not known whether it does."""
    if pd.notna(reason := row.get("exempt_reason")):
        return [Text(f"不参加评级：{reason}", f"Not graded: {reason}")]
    said = []
    if row.get("exempt_class") == OPEN:
        asked = {name for one in book.exemptions for name in one.columns}
        zh, en = listing(COLUMNS[one].label for one in _lacking(row) if one in asked)
        said.append(Text(
            f"可能不参评，尚不能判断：缺少{zh}。因此不评级。",
            f"It may be exempt, which cannot be told without {en}. So it has no grade.",
        ))  # fmt: skip
    if pd.notna(reason := row.get("veto_reason")):
        said.append(Text(f"一票否决：{reason}", f"Veto: {reason}"))
    return said


def _together(result: Result, subject: Subject, made: Working) -> list[Text]:
    """Say whose evaluation the grade is, where it is not that of the firm itself."""
    row, together = subject.row, result.together
    if is_own(row) or together is None:
        return []
    if pd.isna(row["grade_basis"]):
        return [Text(
            "是单独评价、合并评价还是随宗地主评级，尚不能判断，因此不评级；所缺数据见下。",
            "Whether it is judged by itself, with others or by its landlord cannot be told, so it"
            " has no grade; what is missing is named below.",
        )]  # fmt: skip
    if row["grade_basis"] == "merged":
        count = int(together.unit.eq(together.unit[subject.ident]).sum())
        said = [Text(
            f"与同宗地或同集团的企业共 {count} 户合并评价，等级共用。以下数据与算式是合并后的。",
            f"{count} firms of one parcel or group were judged together and share the grade. The"
            " figures and sums below are theirs together.",
        )]  # fmt: skip
        if made.row.get("exempt_class") == OPEN != row.get("exempt_class"):
            said.append(Text("其中有企业可能不参评，尚不能判断，因此不评级。",
                             "One of them may be exempt, so there is no grade."))  # fmt: skip
        return said
    if pd.isna(owner := row["grade_from"]):
        return [Text(
            "承租企业，随宗地主评级；宗地主未知，因此不评级。",
            "A tenant has the grade of its landlord; who that is, is not known.",
        )]  # fmt: skip
    names = together.firms.get("firm_name", pd.Series(None, together.firms.index, dtype=object))
    name = owner if pd.isna(names[owner]) else names[owner]
    return [Text(f"承租企业，随宗地主评级，本身不计分：等级取自{name}。",
                 f"A tenant is not scored; it has the grade of its landlord, {name}.")]  # fmt: skip


def _lacking(row: pd.Series) -> list[str]:
    return [one for one in str(row.get("missing_inputs") or "").split(",") if one]


def _lacks(row: pd.Series, made: Working) -> list[Text]:
    """Say why there is no grade, or no place."""
    said = []
    labels = [COLUMNS[one].label for one in _lacking(row)]
    if labels:
        said.append(Text(
            f"缺少：{'、'.join(one.zh for one in labels)}。缺的数据不作零；补报后重新评价。",
            f"Missing: {', '.join(one.en for one in labels)}. What is missing is not taken as zero;"
            " supplied later, it is evaluated again.",
        ))  # fmt: skip
    if made.open_rows:
        said.append(Text(
            f"本组有 {made.open_rows} 个可能不参评，尚不能判断：名次未定；得分与等级只有不论他们"
            "是否参评都一样时才给出。",
            f"Of {made.open_rows} in the pool it is not known whether they are exempt: there is no"
            " place, and points and grades only where they are the same either way.",
        ))  # fmt: skip
    if made.pool is None and row.get("grade_basis") != "landlord":
        said.append(Text(
            "不属于任何评价组，或无法判断属于哪一组，因此没有得分与等级。",
            "It is in no pool, or it cannot be told in which: no score and no grade.",
        ))  # fmt: skip
    return said
