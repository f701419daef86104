"""Set weights for one pool: whose rows, which are complete, and what to know of the result.

The methods stand in :mod:`landrenew.assess.weights.methods` and
:mod:`landrenew.assess.weights.ahp`; here they get the rows of one pool, and what
:mod:`landrenew.assess.weights.cautions` finds is said beside the result.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import pandas as pd

from landrenew.assess.marks import Marks
from landrenew.assess.pools import pool_of
from landrenew.assess.weights.ahp import ahp_weights
from landrenew.assess.weights.cautions import correlation_note, influence_note
from landrenew.assess.weights.methods import (
    FROM_DATA,
    Weighing,
    equal_weights,
    given_weights,
)
from landrenew.base.columns import SCORABLE, labels
from landrenew.base.errors import ColumnError, RuleError
from landrenew.base.words import Text, listing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from landrenew.rules.model import Rulebook
    from landrenew.rules.scoring import Pool

Method = Literal["given", "equal", "entropy", "critic", "ahp"]
Kind = Literal["parcels", "firms"]


@dataclass(frozen=True)
class Question:
    """
    Which weights are asked for.

    Parameters
    ----------
    method
        How to weigh.
    columns
        The indicators; empty for those of the pool, or of the judgements.
    kind
        Whose figures.
    pool
        Name of the rulebook's pool; None where it has only one, or scores nothing.
    stated
        Weights for ``given``, by column; empty for those of the pool.
    judgements
        Matrix for ``ahp``.
    insist
        Whether judgements that contradict each other are used all the same.
    """

    method: Method
    columns: tuple[str, ...] = ()
    kind: Kind = "firms"
    pool: str | None = None
    stated: Mapping[str, float] = field(default_factory=dict)
    judgements: pd.DataFrame | None = None
    insist: bool = False


class Answer(NamedTuple):
    """
    Weights of one pool.

    Parameters
    ----------
    question
        What was asked.
    weighing
        The weights, with all that is to be known of them.
    pool
        The pool whose rows were taken; None where the rulebook scores nothing.
    rows_used
        Complete rows; for ``given``, ``equal`` and ``ahp`` those that the correlations rest on.
    check
        The row that moves the weights most, to be looked at; None where the data are not asked. It
        names a firm or a parcel, and stays out of what is published.
    """

    question: Question
    weighing: Weighing
    pool: Pool | None
    rows_used: int
    check: Text | None = None


def weigh(table: pd.DataFrame, book: Rulebook, question: Question) -> Answer:
    """
    Set the weights of one pool.

    Parameters
    ----------
    table
        Rows with their indicators, and ``size_class``, ``land_mu``, ``tenure`` and
        ``exempt_reason`` where there are such.
    book
        The rulebook, of which the pools are taken, and nothing else.
    question
        What to weigh, and how.

    Returns
    -------
    Answer
        The weights and their notes. Rows that lack a value are left out, never filled in.

    Raises
    ------
    ColumnError
        When an indicator cannot be scored, no row is complete, or the method has no answer.
    RuleError
        When the pool is not known, or the judgements cannot be used.
    """
    pool = _pool(book, question.pool)
    columns = _columns(question, pool)
    rows, notes = _rows_of(table, book, pool)
    try:
        whole, left = complete_rows(rows, columns)
    except ColumnError as error:
        if question.method in FROM_DATA:
            raise
        whole, left = rows.reindex(columns=list(columns)).iloc[:0].astype(float), (error.text,)
    found = _weighed(question, columns, pool, whole)
    alike, check = correlation_note(whole), influence_note(whole, question.method)
    said = (*notes, *left, *found.notes, *(() if alike is None else (alike,)))
    return Answer(question, found._replace(notes=said), pool, len(whole), check)


def _pool(book: Rulebook, name: str | None) -> Pool | None:
    if name is None and len(book.pools) <= 1:
        return next(iter(book.pools), None)
    if (found := book.pool_named(name)) is not None:
        return found
    there = [Text(f"{pool.name}（{pool.zh}）", f"{pool.name} ({pool.en})") for pool in book.pools]
    zh, en = listing(there or [Text("（没有）", "(none)")])
    raise RuleError(
        f"各评价组的权重分别计算，请用 --pool 指定一组。规则书 {book.name} 有：{zh}。",
        f"Each pool has weights of its own; name one with --pool. Rulebook {book.name} has: {en}.",
    )


def _columns(question: Question, pool: Pool | None) -> tuple[str, ...]:
    """Take the indicators that are named, or that the judgements or the pool name."""
    named = question.columns or tuple(question.stated)
    if question.method == "ahp" and question.judgements is None:
        raise RuleError(
            "ahp 要有判断矩阵：--matrix judgements.csv，首行首列为指标名。",
            "ahp needs a matrix of judgements: --matrix judgements.csv, with the indicators in its"
            " first line and first column.",
        )
    if question.judgements is not None:
        judged = tuple(str(one) for one in question.judgements.columns)
        if named and set(named) != set(judged):
            raise RuleError(
                f"--columns 与判断矩阵的指标不同：矩阵为 {'、'.join(judged)}。请去掉 --columns。",
                f"--columns differs from the judgement matrix, which has {', '.join(judged)}. Leave"
                " --columns out.",
            )
        named = judged
    if not named and pool is not None:
        named = tuple(one.column for one in pool.criteria)
    if not named:
        raise ColumnError(
            "请用 --columns 写明指标，用逗号隔开，例如 tax_cny10k_per_mu,output_cny10k_per_mu。",
            "Name the indicators with --columns, with commas, such as"
            " tax_cny10k_per_mu,output_cny10k_per_mu.",
        )
    if unknown := sorted(set(named) - SCORABLE):
        can = ", ".join(sorted(SCORABLE))
        raise ColumnError(
            f"不能评分的指标：{'、'.join(unknown)}。可用：{can}。",
            f"No indicators that can be scored: {', '.join(unknown)}. There are: {can}.",
        )
    if len(set(named)) < len(named):
        twice = sorted({one for one in named if named.count(one) > 1})
        raise ColumnError(
            f"指标写了两次：{'、'.join(twice)}。请去掉一个。",
            f"An indicator is named twice: {', '.join(twice)}. Leave one out.",
        )
    return named


def _rows_of(
    table: pd.DataFrame, book: Rulebook, pool: Pool | None
) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """Take the rows of a pool; say how many could not be told."""
    if pool is None or book.scoring is None:
        return table, ()
    found = pool_of(table, book.scoring)
    rows = table[found["pool"] == pool.name]
    unclear = found["pool"].isna() & found["missing"].ne("")
    said = Text(
        f"评价组“{pool.zh}”：{len(rows)} 行。",
        f"Pool {pool.en!r}: {len(rows)} rows.",
    )
    if not unclear.any():
        return rows, (said,)
    lacks = sorted({one for each in found["missing"][unclear] for one in each.split(",")})
    count = int(unclear.sum())
    return rows, (said, Text(
        f"另有 {count} 行缺 {'、'.join(lacks)}，不知属于哪一组，不计入。",
        f"Of {count} more rows it is not known whether they belong to it; they lack"
        f" {', '.join(lacks)} and are left out.",
    ))  # fmt: skip


def _weighed(
    question: Question, columns: Sequence[str], pool: Pool | None, whole: pd.DataFrame
) -> Weighing:
    if question.judgements is not None:
        return ahp_weights(question.judgements, insist=question.insist)
    if question.method == "given":
        of_pool = {} if pool is None else {one.column: one.weight for one in pool.criteria}
        stated = question.stated or {one: of_pool[one] for one in columns if one in of_pool}
        if lacking := [one for one in columns if one not in stated]:
            raise ColumnError(
                f"没有写明权重：{'、'.join(lacking)}。请写成 --columns 指标=权重,…。",
                f"No weight is stated for {', '.join(lacking)}. Write --columns NAME=WEIGHT,….",
            )
        return given_weights(stated)
    if question.method == "equal":
        return equal_weights(columns)
    return FROM_DATA[question.method](whole)


def complete_rows(
    table: pd.DataFrame, columns: Sequence[str]
) -> tuple[pd.DataFrame, tuple[Text, ...]]:
    """
    Take the rows of which every indicator is known.

    Parameters
    ----------
    table
        Rows of one pool with any of the columns; one that the table lacks is missing everywhere.
        Rows that are exempt or may be, as :class:`landrenew.assess.marks.Marks` tells, are not
        compared with the others.
    columns
        The indicators.

    Returns
    -------
    DataFrame
        The columns as float, sorted by value, so that the order of the rows decides nothing.
    tuple of Text
        How many rows were left out, and for want of what; nothing is filled in.

    Raises
    ------
    ColumnError
        When no row is complete.
    """
    marks = Marks.of(table)
    rows = table[~(marks.is_exempt | marks.is_open)].reindex(columns=list(columns)).astype(float)
    known = pd.DataFrame(np.isfinite(rows), rows.index, rows.columns)
    lacking = {one: int(count) for one, count in (~known).sum().items() if count}
    notes = []
    if count := int(marks.is_exempt.sum()):
        notes.append(Text(
            f"不参评的 {count} 行不计入。", f"{count} exempt rows are not compared."
        ))  # fmt: skip
    if count := int(marks.is_open.sum()):
        notes.append(Text(
            f"可能不参评、尚不能判断的 {count} 行不计入。",
            f"{count} rows of which it is not known whether they are exempt are not compared.",
        ))  # fmt: skip
    whole = rows[known.all(axis=1)]
    if left := len(rows) - len(whole):
        zh = "，".join(f"{labels([str(one)]).zh} {count} 行" for one, count in lacking.items())
        en = ", ".join(f"{labels([str(one)]).en} {count}" for one, count in lacking.items())
        notes.append(Text(
            f"{len(rows)} 行中有 {left} 行缺数，不计入，也不补：{zh}。",
            f"{left} of {len(rows)} rows lack a value and are left out; nothing is filled in: {en}."
        ))  # fmt: skip
    if whole.empty:
        said = notes[-1] if notes else Text("没有行。", "There is no row.")
        raise ColumnError(
            f"没有一行的指标是齐全的，无从计算。{said.zh}请核对数据，或减少 --columns。",
            f"No row has all the indicators. {said.en} Check the data, or name fewer --columns.",
        )
    return whole.sort_index().sort_values(list(columns), kind="stable"), tuple(notes)
