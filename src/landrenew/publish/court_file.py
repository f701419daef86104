"""Whom another rulebook judges otherwise, as a table and in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.assess.court import judged_otherwise
from landrenew.base.columns import COLUMNS
from landrenew.base.words import Text
from landrenew.publish.tables import column_speaker, csv_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from landrenew.base.words import Lang
    from landrenew.publish.result import Judged

KINDS = {"parcels": Text("宗地", "parcel"), "firms": Text("企业", "firm")}
OPEN = Text("（未评）", "(open)")


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
    zh = "，".join(f"{KINDS[kind].zh} {count}" for kind, count in counts.items())
    en = ", ".join(f"{count} {KINDS[kind].en}s" for kind, count in counts.items())
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
    titles = Text("类别", "kind"), Text("编号", "id"), Text("结论", "judgement")
    header = [*(one_.say(lang) for one_ in titles), one.book.name, other.book.name]
    rows: list[Sequence[object]] = []
    for kind, table in _moved(one, other):
        for ident, outcome, *both in table.itertuples():
            label = COLUMNS[outcome].label.say(lang)
            words = (_say(outcome, word, lang) for word in both)
            rows.append([KINDS[kind].say(lang), ident, label, *words])
    return csv_bytes(header, rows)


def _moved(one: Judged, other: Judged) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "parcels", judged_otherwise(one.parcels, other.parcels)
    if one.firms is not None and other.firms is not None:
        yield "firms", judged_otherwise(one.firms, other.firms)


def _say(outcome: str, word: str | None, lang: Lang) -> str:
    """Say a class word in a language."""
    if word is None:
        return OPEN.say(lang)
    say = column_speaker(outcome, lang)
    return word if say is None else say(word)
