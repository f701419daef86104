"""What a clash and its ways out are called in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.units import unit_words
from landrenew.base.words import Text, percent, some
from landrenew.plan.program.wishes import SHARE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from landrenew.plan.program.clash import Clash
    from landrenew.plan.program.loosening import Loosening
    from landrenew.plan.program.problem import Problem
    from landrenew.plan.program.relaxation import WayOut

SMALL = 0.001
"""Changes below a thousandth are said to be below it."""


def clash_words(problem: Problem, found: Clash, ways: Sequence[WayOut] = ()) -> Text:
    """
    Say which conditions cannot hold together, and what is the cheapest way out.

    Parameters
    ----------
    problem
        The problem.
    found
        Its clash.
    ways
        Ways out, the cheapest first; none where none was asked for.

    Returns
    -------
    Text
        One or two sentences.
    """
    if not found.names:
        return Text(
            "地块、做法之间的固有约束本身互相矛盾，与各项条件无关；请核对数据。",
            "What holds for every plan contradicts itself, whatever the conditions; check the"
            " data.",
        )
    labels = _in_a_row(problem.label(name) for name in found.names)
    count = len(found.names)
    together = (
        Text(f"以下 {count} 项不能同时满足：", f"These {count} cannot hold together: ")
        if count > 1
        else Text("以下条件无法满足：", "This cannot be met: ")
    )
    said = _joined(together, labels, _doubt(found), Text("。", "."))
    if not ways:
        return said
    cheapest = _joined(Text("代价最小的出路：", " The cheapest way out: "), way_out_words(ways[0]))
    return _joined(said, cheapest)


def _doubt(found: Clash) -> Text:
    if found.is_smallest:
        return Text("", "")
    if found.is_irreducible:
        return Text("（未能证明没有更少的）", " (fewer are not excluded)")
    return Text("（其中可能有多余的）", " (some of them may not be needed)")


def way_out_words(way: WayOut) -> Text:
    """
    Say what gives way, by how much, and what the plan then comes to.

    Parameters
    ----------
    way
        The way out.

    Returns
    -------
    Text
        One sentence.
    """
    plan = way.plan
    then = Text(
        f"；届时费用 {plan.cost:,.0f} 万元，全市线内占比 {plan.share:.2%}。",
        f"; the plan then costs {plan.cost:,.0f} CNY10k, and the share of the city is"
        f" {plan.share:.2%}.",
    )
    return _joined(_in_a_row(_loosening_words(one) for one in way.loosened), then)


def _loosening_words(one: Loosening) -> Text:
    before, after = amount_words(one.before, one.unit), amount_words(one.after, one.unit)
    sign = "−" if one.is_least else "+"
    share = f"{sign}{one.part:.1%}" if one.part >= SMALL else f"{sign}<0.1%"
    moved = Text(
        f"由 {before.zh}{'降' if one.is_least else '增'}至 {after.zh}（{share}）",
        f" from {before.en} to {after.en} ({share})",
    )
    freed = Text("", "")
    if one.freed:
        freed = Text(
            f"，涉及 {some(one.freed)}，共 {one.freed_mu:,.2f} 亩",
            f", which concerns {some(one.freed)}, {one.freed_mu:,.2f} mu in all",
        )
    return _joined(Text(f"“{one.label.zh}”", f'"{one.label.en}"'), moved, freed)


def amount_words(amount: float, unit: str) -> Text:
    """
    Say an amount with its unit.

    Parameters
    ----------
    amount
        The amount.
    unit
        Its unit as the data dictionary writes it, or ``share`` [0-1].

    Returns
    -------
    Text
        For people.

    Examples
    --------
    >>> amount_words(6000.0, "cny10k")
    Text(zh='6,000 万元', en='6,000 CNY10k')
    >>> amount_words(0.7723, "share").zh, amount_words(2.5, "mu").en
    ('77.23%', '2.5 mu')
    """
    if unit == SHARE:
        written = percent(amount)
        return Text(written, written)
    written = f"{amount:,.2f}".rstrip("0").rstrip(".")
    zh, en = unit_words(unit)
    return Text(f"{written} {zh}", f"{written} {en}")


def _joined(*texts: Text) -> Text:
    return Text("".join(one.zh for one in texts), "".join(one.en for one in texts))


def _in_a_row(texts: Iterable[Text]) -> Text:
    said = list(texts)
    return Text("；".join(one.zh for one in said), "; ".join(one.en for one in said))
