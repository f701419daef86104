"""What a rulebook says that its user should hear: its targets, odd weights, what hangs together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.words import Text
from landrenew.rules.comparison import SIGNS
from landrenew.rules.grading import RankGrades

if TYPE_CHECKING:
    from landrenew.rules.model import Rulebook
    from landrenew.rules.programme import Programme, Target

FULL_WEIGHT, TINY = 100.0, 1e-6

BASES = {
    "total": Text("", ""),
    "ratio_of_totals": Text("（总额之比）", " (ratio of totals)"),
}
"""What a target is counted over."""


def target_words(book: Rulebook) -> list[Text]:
    """
    Say what the action plan of a rulebook promises.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    list of Text
        One line a target, with its day; none without a programme.
    """
    plan = book.programme
    return [] if plan is None else [_target(one, plan) for one in plan.targets]


def _target(one: Target, plan: Programme) -> Text:
    sign, basis = SIGNS[one.comparison], BASES[one.basis]
    amount = f"{one.threshold:,.12g} {one.unit}"
    return Text(
        f"目标（至 {plan.by}）：{one.zh} {sign.zh} {amount}{basis.zh}，{plan.document}",
        f"target by {plan.by}: {one.en} {sign.en} {amount}{basis.en}, {plan.document}",
    )


def odd_weights(book: Rulebook) -> list[Text]:
    """
    Say aloud when the weights of a pool are no hundred points.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    list of Text
        One sentence a pool; the weights are used as they stand.
    """
    totals = ((pool, pool.full_points) for pool in book.pools if pool.criteria)
    return [
        Text(
            f"规则书 {book.name} 的“{pool.zh}”各项权重合计 {total:g}，不是 100；按原样计算。",
            f"Rulebook {book.name}: the weights of {pool.en!r} add to {total:g}, not 100; they are"
            " used as they stand.",
        )
        for pool, total in totals
        if abs(total - FULL_WEIGHT) > TINY
    ]


def what_can_turn(book: Rulebook) -> list[Text]:
    """
    Say which judgements of a firm can change when another firm joins or changes its figures.

    Parameters
    ----------
    book
        The rulebook.

    Returns
    -------
    list of Text
        One sentence for the grades, and one for each pool whose points hang on each other; none
        for a book in which everybody is judged by himself.
    """
    said = [
        Text(
            f"“{pool.zh}”的得分与同组其他户有关（极差、名次或平均分）：新增一户可能改变他户的得分与先后。",
            f"Points in {pool.en!r} hang on the others of the pool (extremes, ranks or means): one"
            " more firm can change scores, and which of two others comes first.",
        )
        for pool in book.pools
        if pool.hangs_together
    ]
    if isinstance(book.grades, RankGrades):
        said.append(Text(
            "等级按名次划分：新增一户可能改变他户的等级。",
            "Grades follow places: one more firm can change the grades of others.",
        ))  # fmt: skip
    return said
