"""The diagnosis of blocks for people: a row a block, and a sentence a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from landrenew.base.columns import COLUMNS
from landrenew.base.questions import DIAGNOSIS, SHARES, answer_share
from landrenew.base.words import Text

if TYPE_CHECKING:
    from landrenew.base.words import Lang
    from landrenew.publish.result import Result


def diagnosis_table(result: Result) -> pd.DataFrame | None:
    """
    Lay out the diagnosis, a row a block.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    DataFrame or None
        Index ``block_id``: town and land of the block, the answers to all fifteen questions (None
        where the rulebook has no rule), the shares of land they rest on, and what is missing; None
        without a diagnosis.
    """
    if result.diagnosis is None or result.blocks is None:
        return None
    found = result.diagnosis
    shares = [answer_share(name, one) for name in DIAGNOSIS for one in SHARES]
    about = pd.DataFrame(result.blocks)[["town", "area_mu"]]
    answers = found.reindex(columns=list(DIAGNOSIS)).astype(object)
    rest = found[[name for name in (*shares, "missing_inputs") if name in found]]
    return about.join(answers).join(rest)


def diagnosis_words(result: Result, lang: Lang) -> str:
    """
    Count the answers to each question.

    Parameters
    ----------
    result
        A finished run with a diagnosis.
    lang
        Language of the words.

    Returns
    -------
    str
        One line a question that has a rule: blocks by answer, and for one asked of parcels how
        much of the blocks' land is known.
    """
    if result.diagnosis is None or result.blocks is None:
        return ""
    land = result.blocks["area_mu"]
    return "\n".join(
        _line(result.diagnosis, name, land).say(lang)
        for name in DIAGNOSIS
        if name in result.diagnosis
    )


def _line(found: pd.DataFrame, name: str, land: pd.Series[float]) -> Text:
    counts = found[name].value_counts()
    yes, no, undetermined = (int(counts.get(one, 0)) for one in ("yes", "no", "undetermined"))
    label, unknown = COLUMNS[name].label, answer_share(name, "unknown")
    rests = Text("", "")
    if unknown in found:
        known, total = (land * (1 - found[unknown])).sum(), land.sum()
        rests = Text(
            f"；依据已知的 {known:,.2f} 亩，共 {total:,.2f} 亩",
            f"; known for {known:,.2f} of {total:,.2f} mu",
        )
    return Text(
        f"{label.zh}：是 {yes} 组，否 {no} 组，待定 {undetermined} 组{rests.zh}。",
        f"{label.en}: yes {yes}, no {no}, undetermined {undetermined} blocks{rests.en}.",
    )
