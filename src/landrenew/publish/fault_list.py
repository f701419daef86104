"""The faults as a list to read: those alike together, counted, with the first few rows."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from landrenew.base.words import Text
from landrenew.intake.faults import KINDS
from landrenew.publish.tables import OUTCOMES
from landrenew.publish.wording import LAYERS, layer_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.base.words import Lang
    from landrenew.intake.faults import Fault, Outcome

SHOWN = 5
ORDER: tuple[Outcome, ...] = ("rejected", "repaired", "doubted")
"""What was set aside comes first: it is missing from every figure."""


def _place(fault: Fault) -> tuple[int, int, str]:
    known = list(LAYERS)
    layer = known.index(fault.layer) if fault.layer in known else len(known)
    return ORDER.index(KINDS[fault.code].outcome), layer, fault.code


def faults_words(faults: Sequence[Fault], lang: Lang) -> str:
    """
    Say the faults in words, those of one kind and layer together.

    Parameters
    ----------
    faults
        The faults of a project.
    lang
        Language.

    Returns
    -------
    str
        For each kind a heading with its count, the first rows, and how to mend it; what was set
        aside first. Empty when there are none.
    """
    ranked = sorted(faults, key=_place)
    return "\n".join(_group(list(alike), lang) for _, alike in groupby(ranked, key=_place))


def _group(alike: Sequence[Fault], lang: Lang) -> str:
    fault, count = alike[0], len(alike)
    kind = KINDS[fault.code]
    outcome, layer = OUTCOMES[kind.outcome].say(lang), layer_words(fault.layer).say(lang)
    head = Text(
        f"[{fault.layer}] {layer}：{kind.what.zh}。{count} 处，{outcome}（{fault.code}）",
        f"[{fault.layer}] {layer}: {kind.what.en}. {count}, {outcome} ({fault.code})",
    )
    more = Text(f"  ……另有 {count - SHOWN} 处", f"  … and {count - SHOWN} more")
    rows = [f"  {_row(one, lang)}" for one in alike[:SHOWN]]
    rows += [more.say(lang)] if count > SHOWN else []
    return "\n".join([head.say(lang), *rows, f"  → {kind.mend.say(lang)}"])


def _row(fault: Fault, lang: Lang) -> str:
    row = Text("", "") if fault.row is None else Text(f"第 {fault.row} 行", f"row {fault.row}")
    parts = (row.say(lang), fault.id, fault.detail.say(lang))
    return " ".join(part for part in parts if part) or "–"


def faults_total(faults: Sequence[Fault]) -> Text:
    """
    Say how many faults there are, by what was done with the row.

    Parameters
    ----------
    faults
        The faults of a project.

    Returns
    -------
    Text
        One sentence.

    Examples
    --------
    >>> faults_total([]).en
    'No faults.'
    """
    if not faults:
        return Text("没有发现问题。", "No faults.")
    done = Counter(KINDS[one.code].outcome for one in faults)
    counts = [(OUTCOMES[one], done[one]) for one in ORDER]
    return Text(
        f"共 {len(faults)} 处问题：" + "，".join(f"{said.zh} {n}" for said, n in counts)
        + "。完整清单：加 --out 问题清单.csv。",
        f"{len(faults)} faults: " + ", ".join(f"{n} {said.en}" for said, n in counts)
        + ". All of them: add --out faults.csv.",
    )  # fmt: skip
