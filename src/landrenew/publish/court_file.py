"""The formula court for people: whom another rulebook judges otherwise, and how far books agree."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

from landrenew.assess.court import OUTCOMES, agreement, judged_otherwise, widest_gap
from landrenew.base.columns import COLUMNS
from landrenew.base.missing import none_where_missing
from landrenew.base.words import Text
from landrenew.publish.tables import column_speaker, csv_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from landrenew.assess.court import Agreement
    from landrenew.base.words import Lang
    from landrenew.publish.result import Judged

KIND, IDENT = Text("类别", "kind"), Text("编号", "id")
WHY = Text("主因（前两本得分占满分之差）", "why (points of the first two apart, of all points)")
SAID = ("efficiency_score", "efficiency_grade", "low_efficiency_class")
"""What is told of every rulebook."""

KINDS = {"parcels": Text("宗地", "parcel"), "firms": Text("企业", "firm")}
OPEN = Text("（未评）", "(open)")
NOTHING_IN_COMMON = Text(
    "这些规则书没有一项共同的结论：没有两本都划分等级 [grades]，或都作低效认定 [low_efficiency]。"
    "用 landrenew rules check 看各缺什么。",
    "No two of these rulebooks make the same judgement: none two have both [grades], or both"
    " [low_efficiency]. See what each lacks with: landrenew rules check.",
)


def moved_words(one: Judged, other: Judged) -> Text:
    """
    Count the parcels and firms that the second book judges otherwise.

    Parameters
    ----------
    one
        What the first book makes of a project.
    other
        What the second makes of it.

    Returns
    -------
    Text
        One sentence.
    """
    counts = {kind: table.index.nunique() for kind, table in _moved(one, other)}
    zh = "，".join(f"{kind.zh} {count}" for kind, count in counts.items())
    en = ", ".join(f"{count} {kind.en}s" for kind, count in counts.items())
    return Text(f"结论因此改变：{zh}。", f"Judged otherwise: {en}.")


def moved_csv(one: Judged, other: Judged, lang: Lang) -> bytes:
    """
    List the parcels and firms that the second book judges otherwise.

    Parameters
    ----------
    one
        What the first book makes of a project.
    other
        What the second makes of it.
    lang
        Language of titles and words.

    Returns
    -------
    bytes
        CSV for people: one row a judgement that differs.
    """
    titles = (KIND, IDENT, Text("结论", "judgement"))
    header = [*(title.say(lang) for title in titles), one.name, other.name]
    rows: list[Sequence[object]] = []
    for kind, table in _moved(one, other):
        for ident, outcome, *both in table.itertuples():
            label = COLUMNS[outcome].label.say(lang)
            words = (_say(outcome, word, lang) for word in both)
            rows.append([kind.say(lang), ident, label, *words])
    return csv_bytes(header, rows)


def agreement_words(judged: Sequence[Judged], lang: Lang) -> str:
    """
    Say how far rulebooks agree, two by two.

    Parameters
    ----------
    judged
        What each rulebook makes of one project.
    lang
        Language of the words.

    Returns
    -------
    str
        One line for each kind of rows, judgement and pair of books that both make it; where no two
        books make the same judgement, a sentence that says so.
    """
    lines = []
    for kind, tables in _tables(judged):
        named = list(zip(judged, tables, strict=True))
        for outcome, ((one, table), (other, second)) in product(OUTCOMES, combinations(named, 2)):
            found = agreement(table, second, (one.book, other.book), outcome)
            if found is not None and found.rows:
                lines.append(_agreement_line(kind, outcome, (one, other), found).say(lang))
    return "\n".join(lines) or NOTHING_IN_COMMON.say(lang)


def _tables(judged: Sequence[Judged]) -> Iterator[tuple[Text, list[pd.DataFrame]]]:
    """Give what every book makes of the parcels, then of the firms where there are any."""
    yield KINDS["parcels"], [one.parcels for one in judged]
    firms = [one.firms for one in judged if one.firms is not None]
    if firms:
        yield KINDS["firms"], firms


def _agreement_line(
    kind: Text, outcome: str, pair: tuple[Judged, Judged], found: Agreement
) -> Text:
    label, names = COLUMNS[outcome].label, [one.name for one in pair]
    worst_zh = "低效" if outcome == "low_efficiency_class" else "末级"
    worst_en = "low-efficiency" if outcome == "low_efficiency_class" else "in the last grade"
    return Text(
        f"{kind.zh}·{label.zh}，{names[0]} 与 {names[1]}：{found.rows} 个都评，"
        f"结论相同 {found.share_same:.1%}；{worst_zh} {found.worst_one} 与 {found.worst_other} 个，"
        f"两者都列 {found.worst_both} / {found.worst_either} 个。",
        f"{kind.en.capitalize()}s, {label.en.lower()}, {names[0]} and {names[1]}: both judge"
        f" {found.rows}, {found.share_same:.1%} alike; {worst_en} {found.worst_one} and"
        f" {found.worst_other}, by both {found.worst_both} of {found.worst_either}.",
    )


def compared(judged: Sequence[Judged], lang: Lang) -> tuple[list[str], list[list[object]]]:
    """
    Lay out what every rulebook says of every row on which they differ, and why.

    Parameters
    ----------
    judged
        What each rulebook makes of one project.
    lang
        Language of titles and words.

    Returns
    -------
    header : list of str
        Titles of the columns.
    rows : list of list
        One a parcel or firm: each book's score, grade and low-efficiency verdict, and for the first
        two books the criterion that sets the scores most apart.
    """
    names = [one.name for one in judged]
    titles = [f"{COLUMNS[column].label.say(lang)} [{name}]" for column in SAID for name in names]
    header = [KIND.say(lang), IDENT.say(lang), *titles, WHY.say(lang)]
    rows: list[list[object]] = []
    for kind, tables in _tables(judged):
        moved = _on_which_they_differ(tables)
        why = widest_gap(tables[0].loc[moved], tables[1].loc[moved],
                         (judged[0].book, judged[1].book))  # fmt: skip
        said = [[_cells(table.loc[moved], column, lang) for table in tables] for column in SAID]
        columns = [one for part in said for one in part]
        gaps = zip(why["column"], why["gap"], strict=True)
        reasons = [_reason(column, gap, lang) for column, gap in gaps]
        for ident, *cells in zip(moved, *columns, reasons, strict=True):
            rows.append([kind.say(lang), ident, *cells])
    return header, rows


def _on_which_they_differ(tables: Sequence[pd.DataFrame]) -> pd.Index:
    """Give the rows that any two of several books judge otherwise, in their order."""
    every = tables[0].index
    differs = [judged_otherwise(*_made_by_both(*pair)).index for pair in combinations(tables, 2)]
    return every[every.isin(differs[0].append(differs[1:]))]


def _made_by_both(*tables: pd.DataFrame) -> list[pd.DataFrame]:
    """Leave out the judgements that one of two books does not make."""
    lacking = [name for name in OUTCOMES if any(name not in table for table in tables)]
    return [table.drop(columns=lacking, errors="ignore") for table in tables]


def _cells(table: pd.DataFrame, column: str, lang: Lang) -> list[object]:
    if column not in table:
        return [""] * len(table)
    if COLUMNS[column].kind == "number":
        return none_where_missing(table[column].round(COLUMNS[column].decimals)).tolist()
    return [_say(column, one, lang) for one in none_where_missing(table[column])]


def _reason(column: str | None, gap: float, lang: Lang) -> str:
    """Name the criterion and how far it sets two scores apart."""
    if not isinstance(column, str) or gap == 0:
        return ""
    return f"{COLUMNS[column].label.say(lang)} {gap * 100:+.1f}%"


def _moved(one: Judged, other: Judged) -> Iterator[tuple[Text, pd.DataFrame]]:
    for kind, tables in _tables([one, other]):
        yield kind, judged_otherwise(*tables)


def _say(outcome: str, word: str | None, lang: Lang) -> str:
    """Say a class word in a language."""
    if word is None:
        return OPEN.say(lang)
    say = column_speaker(outcome, lang)
    return word if say is None else say(word)
