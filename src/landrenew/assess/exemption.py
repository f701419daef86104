"""Who is not evaluated on a day: yes, no, or undetermined where a date or a code is missing.

Years are counted in calendar years to the day of evaluation. Whoever may be exempt or not has no
grade: it is neither graded nor exempted by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from landrenew.assess.kinds import said_of_rows
from landrenew.base.codes.industry import read_industry_code
from landrenew.base.columns import COLUMNS
from landrenew.base.dates import NOT_YET, day_of, years_after
from landrenew.base.errors import RuleError
from landrenew.base.missing import none_where_missing
from landrenew.base.words import Text, listing
from landrenew.rules.exemption import OfIndustry, RegisteredWithin, Within, Worded

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from landrenew.base.codes.industry import Edition
    from landrenew.rules.exemption import AnyExemption
    from landrenew.rules.model import Rulebook

OPEN = "undetermined"


class Occasion(NamedTuple):
    """
    When rows are evaluated, and how their codes are written.

    Parameters
    ----------
    day
        Day to which years are counted; None where nothing asks for it.
    edition
        Year of GB/T 4754 of the industry codes; None when not stated.
    """

    day: dt.date | None = None
    edition: Edition | None = None


NOWHEN = Occasion()


def evaluation_occasion(book: Rulebook, as_of: str | None, edition: Edition | None) -> Occasion:
    """
    Settle the day to which the years of a rulebook's exemptions are counted.

    Parameters
    ----------
    book
        The rulebook; its ``evaluated_on`` comes first.
    as_of
        Date of the city's data; of a year or a month, its last day.
    edition
        Year of GB/T 4754 of the industry codes; None when not stated.

    Returns
    -------
    Occasion
        The day and the edition.

    Raises
    ------
    RuleError
        When an exemption counts years and neither names a day.

    Examples
    --------
    >>> from landrenew.rules.library import read_rulebook
    >>> evaluation_occasion(read_rulebook("none"), "2024", None).day
    datetime.date(2024, 12, 31)
    """
    day = book.evaluated_on or (None if as_of is None else day_of(as_of, last=True))
    if day is None and (dated := [one for one in book.exemptions if isinstance(one, Within)]):
        zh, en = listing(Text(one.zh, one.en) for one in dated)
        raise RuleError(
            f"规则书 {book.name} 的不参评情形“{zh}”要数年数，却不知道数到哪一天。请在规则书中写 "
            "evaluated_on，或在项目文件的 [city] 下写 as_of，例如 2024-12-31。",
            f"Rulebook {book.name} counts years for {en!r}, but to which day is not known. Write"
            " evaluated_on in the rulebook, or as_of under [city] of the project file, for example"
            " 2024-12-31.",
        )
    return Occasion(day, edition)


def unanswerable_notes(
    book: Rulebook, tables: Sequence[pd.DataFrame], edition: Edition | None
) -> list[Text]:
    """
    Say which exemptions no row can answer, so that nobody need look for the reason row by row.

    Parameters
    ----------
    book
        The rulebook; where it scores nothing, nobody asks.
    tables
        The parcels, and the firms where there are any.
    edition
        Year of GB/T 4754 of the industry codes; None when not stated.

    Returns
    -------
    list of Text
        One sentence an exemption.
    """
    there = {name for one in tables for name in one.columns}
    notes = []
    for rule in book.exemptions if book.scoring is not None else ():
        lacking = [name for name in rule.columns if name not in there]
        zh, en = listing(
            Text(*(f"{said} {name}" for said in COLUMNS[name].label)) for name in lacking
        )
        if not lacking and isinstance(rule, OfIndustry) and edition != rule.edition:
            zh = f"GB/T 4754-{rule.edition} 的行业代码（[firms] industry_edition）"
            en = f"industry codes of GB/T 4754-{rule.edition} (industry_edition under [firms])"
        if zh:
            notes.append(Text(
                f"不参评情形“{rule.zh}”要用{zh}，数据中没有；由此不知道是否不参评的，不评级。",
                f"Exemption {rule.en!r} asks for {en}, which the data do not have; whoever may be"
                " exempt by it is not graded.",
            ))  # fmt: skip
    return notes


class Answers(NamedTuple):
    """
    What each exemption of a rulebook answers for each row.

    Parameters
    ----------
    verdicts
        One column an exemption, by name: ``yes``, ``no`` or ``undetermined``.
    lacks
        The same columns: the inputs an open answer lacks, joined by commas; else empty.
    """

    verdicts: pd.DataFrame
    lacks: pd.DataFrame


def exemption_answers(table: pd.DataFrame, book: Rulebook, when: Occasion = NOWHEN) -> Answers:
    """
    Ask each exemption of a rulebook of each row.

    Parameters
    ----------
    table
        Rows with any of ``registered_on``, ``supplied_on``, ``production_on``, ``industry_code``
        and the columns that the exemptions name; one that it lacks is missing everywhere.
    book
        The rulebook.
    when
        The day of evaluation and the edition of the codes.

    Returns
    -------
    Answers
        Same index.

    Notes
    -----
    A condition of N years holds while the day lies before the anniversary, or on it where the rule
    includes it. A date that names only a month or a year answers where its first and its last day
    answer alike. Land is in production from the first day of ``production_on``; empty does not say
    that it is not, for that stands a later date or one of :data:`landrenew.base.dates.NOT_YET`.
    """
    answers = {one.name: _answer(table, one, when) for one in book.exemptions}
    frames = (
        pd.DataFrame({name: each[part] for name, each in answers.items()}, index=table.index)
        for part in (0, 1)
    )
    return Answers(*frames)


def _answer(
    table: pd.DataFrame, rule: AnyExemption, when: Occasion
) -> tuple[pd.Series[str], pd.Series[str]]:
    """Give the verdict of each row, and what an open one lacks."""
    if isinstance(rule, Worded):
        return _one_column(table, rule.column, lambda said: said == rule.word)
    if isinstance(rule, OfIndustry):
        return _one_column(table, "industry_code", lambda said: _is_of(said, rule, when.edition))
    if isinstance(rule, RegisteredWithin):
        return _one_column(table, "registered_on", lambda said: _is_within(said, rule, when.day))
    lately, lacks = _one_column(table, "supplied_on", lambda said: _is_within(said, rule, when.day))
    idle, unsaid = _one_column(table, "production_on", lambda said: _is_idle(said, when.day))
    is_no = lately.eq("no") | idle.eq("no")
    verdict = lately.where(lately.eq(idle), OPEN).mask(is_no, "no")
    both = np.column_stack([lacks, unsaid])
    said = said_of_rows(both, lambda row: ",".join(one for one in row if one))
    return verdict, pd.Series(said, table.index, dtype=object).where(verdict.eq(OPEN), "")


def _one_column(
    table: pd.DataFrame, name: str, holds: Callable[[str], bool | None]
) -> tuple[pd.Series[str], pd.Series[str]]:
    values = table.get(name, pd.Series(None, table.index, dtype=object))
    said = {True: "yes", False: "no", None: OPEN}
    words = {one: said[holds(str(one))] for one in values.dropna().unique()}
    verdict = values.astype(object).map(words).astype(object).fillna(OPEN)
    return verdict, pd.Series(np.where(verdict.eq(OPEN), name, ""), table.index, dtype=object)


def _ends(said: str) -> set[dt.date] | None:
    """Give the first and the last day that a date can mean."""
    ends = {day_of(said, last=is_last) for is_last in (False, True)}
    return None if None in ends else {one for one in ends if one is not None}


def _alike(answers: set[bool]) -> bool | None:
    return answers.pop() if len(answers) == 1 else None


def _is_within(said: str, rule: Within, day: dt.date | None) -> bool | None:
    ends = _ends(said)
    if ends is None or day is None:
        return None
    until = [years_after(one, rule.years) for one in ends]
    return _alike({day <= one if rule.is_inclusive else day < one for one in until})


def _is_idle(said: str, day: dt.date | None) -> bool | None:
    """Tell whether land is not yet in production."""
    if said.strip() in NOT_YET:
        return True
    ends = _ends(said)
    return None if ends is None or day is None else _alike({day < one for one in ends})


def _is_of(said: str, rule: OfIndustry, edition: Edition | None) -> bool | None:
    """Tell whether a code lies under one of the prefixes; a shorter code may or may not."""
    code = None if edition != rule.edition else read_industry_code(said, rule.edition)
    if code is None:
        return None
    if code.digits.startswith(rule.prefixes):
        return True
    return None if any(one.startswith(code.digits) for one in rule.prefixes) else False


def completed(own: Answers, other: Answers, links: pd.DataFrame) -> Answers:
    """
    Fill what a table leaves open from the rows of another that belong to it, where these agree.

    Parameters
    ----------
    own
        Answers of the table.
    other
        Answers of the other table: of the firms that stand on a parcel, the parcels of a firm, or
        the members of a group.
    links
        ``own`` and ``other``: ids of rows that belong together.

    Returns
    -------
    Answers
        As ``own``; an answer stays open where rows of the other are open or differ.
    """
    known = links[links["other"].isin(other.verdicts.index)]
    verdicts, lacks = own.verdicts.copy(), own.lacks.copy()
    for name in verdicts:
        said = other.verdicts[name].reindex(known["other"]).to_numpy(object)
        by = pd.Series(said, known["own"], dtype=object).groupby(level=0)
        agreed = by.first().where(by.nunique().eq(1)).reindex(verdicts.index)
        verdicts[name] = verdicts[name].where(verdicts[name].ne(OPEN) | agreed.isna(), agreed)
        lacks[name] = lacks[name].where(verdicts[name].eq(OPEN), "")
    return Answers(verdicts, lacks)


def known_of_each_other(
    parcels: pd.DataFrame, firms: pd.DataFrame, stands: pd.DataFrame, book: Rulebook, when: Occasion
) -> tuple[Answers, Answers]:
    """
    Ask the exemptions of parcels and firms; what the one table leaves open the other may answer.

    Parameters
    ----------
    parcels
        Index ``parcel_id``.
    firms
        Index ``firm_id``.
    stands
        ``firm_id`` and ``parcel_id``: which firm stands on which parcel.
    book
        The rulebook.
    when
        The day of evaluation and the edition of the codes.

    Returns
    -------
    tuple of Answers
        Of the parcels and of the firms.
    """
    of_parcels, of_firms = (exemption_answers(one, book, when) for one in (parcels, firms))
    on = pd.DataFrame({"own": stands["parcel_id"], "other": stands["firm_id"]})
    of = pd.DataFrame({"own": stands["firm_id"], "other": stands["parcel_id"]})
    return completed(of_parcels, of_firms, on), completed(of_firms, of_parcels, of)


def exempted(table: pd.DataFrame, book: Rulebook, answers: Answers | None = None) -> pd.DataFrame:
    """
    Settle who is exempt, and why.

    Parameters
    ----------
    table
        Rows; ``exempt_reason`` where the bureau gives one.
    book
        The rulebook.
    answers
        What its exemptions answer; None asks them of the table, without a day.

    Returns
    -------
    DataFrame
        Same index: ``exempt_class``, ``yes`` where a reason is given or an exemption holds, ``no``
        where none holds, else ``undetermined``; ``exempt_reason``, as given, else that of the first
        exemption that holds; ``missing``, what an open answer lacks, joined by commas.
    """
    answers = exemption_answers(table, book) if answers is None else answers
    given = none_where_missing(
        table.get("exempt_reason", pd.Series(None, table.index, dtype=object))
    )
    verdicts = answers.verdicts
    holds = [verdicts[one.name].eq("yes") for one in book.exemptions]
    reasons = [one.reason for one in book.exemptions]
    reason = given.where(given.notna(), pd.Series(np.select(holds, reasons, ""), table.index))
    reason = none_where_missing(reason.where(reason.ne("")))
    is_open = reason.isna() & (verdicts == OPEN).any(axis=1)
    words = answers.lacks.to_numpy(object)
    lacks = said_of_rows(words, lambda row: ",".join(dict.fromkeys(one for one in row if one)))
    return pd.DataFrame({
        "exempt_class": np.select([reason.notna(), is_open], ["yes", OPEN], "no"),
        "exempt_reason": reason,
        "missing": np.where(is_open, lacks, ""),
    }, index=table.index)  # fmt: skip
