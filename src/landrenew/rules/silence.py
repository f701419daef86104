"""What a rulebook does not say: told to the user, never filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import RuleError
from landrenew.base.questions import DIAGNOSIS
from landrenew.base.words import Text, listing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.rules.model import Rulebook

PARTS = {
    "share": Text("线内占比目标", "target for the share"),
    "storeys": Text("楼层计算规则", "counting of storeys"),
    "low_efficiency": Text("低效认定标准", "low-efficiency tests"),
    "scoring": Text("评分办法", "scoring"),
    "grades": Text("等级划分", "grades"),
    "exemptions": Text("不参评情形", "exemptions"),
    "tenants": Text("租赁与同宗地企业的评价办法", "evaluation of tenants"),
    "contiguity": Text("连片标准", "contiguity"),
    "consolidation": Text("连片改造条件", "tests for consolidation"),
    "backflow": Text("回潮标准（距离、规模）", "backflow (distance and size)"),
    "admission": Text("准入门槛", "admission bars"),
    "negative_list": Text("负面清单", "negative list"),
    "far_minimum": Text("分行业最低容积率", "least floor area ratio by industry"),
    "programme": Text("行动计划目标", "targets of the programme"),
    "diagnosis": Text("问题与成效诊断标准", "diagnosis of problems and outcomes"),
}
"""Parts of a rulebook, in the order they are asked for."""

ADMISSION = ("admission", "negative_list", "far_minimum")
"""Parts that the admission check asks for."""

UNASKED = ("programme", "exemptions", "tenants")
"""Parts without which nothing is left undone: nobody is exempt, and each firm stands alone."""

RUN = tuple(name for name in PARTS if name not in {*ADMISSION, *UNASKED})
"""Parts that a run asks for."""

RESTS_UPON = {"grades": "scoring", "consolidation": "contiguity", "diagnosis": "contiguity"}
"""Parts that mean nothing without another, which is then the one to name."""

UNFILLED = "?"
"""What stands in a rulebook where its user has yet to write what the document says."""


def unfilled(raw: object, path: str = "") -> list[str]:
    """
    Find what a rulebook leaves its user to fill in.

    Parameters
    ----------
    raw
        The book as a table, or a part of it.
    path
        Where the part stands.

    Returns
    -------
    list of str
        Where :data:`UNFILLED` stands, such as ``scoring.pools.0.criteria.0.missing``.

    Examples
    --------
    >>> unfilled({"scoring": {"document": "?", "pools": [{"name": "all"}]}})
    ['scoring.document']
    """
    if raw == UNFILLED:
        return [path]
    if not isinstance(raw, dict | list):
        return []
    parts = raw.items() if isinstance(raw, dict) else enumerate(raw)
    return [found for key, one in parts for found in unfilled(one, f"{path}.{key}".lstrip("."))]


def silent_parts(book: Rulebook) -> list[str]:
    """
    List the parts that a run asks for and a rulebook does not have.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    list of str
        Names of the parts, without those that rest upon another silent part.

    Examples
    --------
    >>> from landrenew.rules.library import read_rulebook
    >>> silent_parts(read_rulebook("huangyan-2022"))
    ['share', 'storeys', 'low_efficiency', 'grades', 'contiguity', 'backflow']
    """
    silent = [name for name in RUN if not getattr(book, name)]
    return [name for name in silent if RESTS_UPON.get(name) not in silent]


def missing_parts(book: Rulebook, parts: Sequence[str]) -> RuleError:
    """
    Make the error for parts that a rulebook does not have.

    Parameters
    ----------
    book
        The rulebook.
    parts
        Names of the parts, such as ``contiguity``.

    Returns
    -------
    RuleError
        To raise, or to show as a note.
    """
    if not any(getattr(book, name) for name in PARTS):
        return RuleError(
            f"规则书 {book.name} 没有任何规定：只量算，不评判。有了本地文件，请写一本规则书。",
            f"Rulebook {book.name} says nothing: everything is measured, nothing is judged. Write a"
            " rulebook once you have the local document.",
        )
    zh, en = listing(Text(*(f"{said} [{name}]" for said in PARTS[name])) for name in parts)
    needed = holes(book, parts)
    return RuleError(
        f"规则书 {book.name} 没有：{zh}。已公开的文件未作规定，相应的结论不作。请按本地文件写一本"
        f'规则书（extends = "{book.name}"），补上所缺的部分。' + "".join(one.zh for one in needed),
        f"Rulebook {book.name} has no: {en}. The published documents are silent, and so are the"
        f' results. Write a rulebook from your local document (extends = "{book.name}") that adds'
        " what is missing." + "".join(f" {one.en}" for one in needed),
    )


def holes(book: Rulebook, parts: Sequence[str]) -> list[Text]:
    """
    Name the documents that hold what a rulebook lacks.

    Parameters
    ----------
    book
        The rulebook.
    parts
        Names of the parts to ask about, such as ``low_efficiency``.

    Returns
    -------
    list of Text
        One sentence for each of these parts that the book knows to be wanting, wholly or in part,
        in the order given.
    """
    return [
        Text(
            f"[{name}] {PARTS[name].zh}未见公开：{book.lacks[name]}。",
            f"[{name}] {PARTS[name].en}, not published: {book.lacks[name]}.",
        )
        for name in parts
        if book.lacks.get(name)
    ]


def unscored_pools(book: Rulebook) -> list[Text]:
    """
    Name the pools whose criteria nobody has published, and the document that holds them.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    list of Text
        One sentence a pool; its rows have no score.
    """
    return [
        Text(
            f"规则书 {book.name} 的“{pool.zh}”没有评分指标，不评分；所需文件：{pool.lacks}。",
            f"Rulebook {book.name}: {pool.en!r} has no criteria and is not scored; the document"
            f" needed: {pool.lacks}.",
        )
        for pool in book.pools
        if not pool.criteria
    ]


def silent_questions(book: Rulebook) -> list[Text]:
    """
    Say which questions a rulebook's diagnosis has no rule for.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    list of Text
        One sentence; none where there is no diagnosis, or a whole one.
    """
    asked = {} if book.diagnosis is None else book.diagnosis.axes()
    silent = [name for name in DIAGNOSIS if asked and name not in asked]
    if not silent:
        return []
    said = {name: COLUMNS[name].label for name in silent}
    zh, en = listing(
        Text(f"{label.zh} [diagnosis.{name}]", f"{label.en.lower()} [diagnosis.{name}]")
        for name, label in said.items()
    )
    return [Text(
        f"规则书 {book.name} 没有规定怎样判断：{zh}；不作诊断。请按本地文件补写。",
        f"Rulebook {book.name} does not say how to tell: {en}; they are not diagnosed. Add them"
        " from your local document.",
    )]  # fmt: skip
