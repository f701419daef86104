"""Why a total may not add up: a figure copied, left out, counted twice, or with swapped digits."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from landrenew.base.words import Text, listing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from landrenew.intake.totals.sums import Figure, Sum

TELLING_DIGITS = 3
"""Two figures alike in fewer digits than these are alike by chance."""

NINE = 9


def plain(number: Decimal) -> str:
    """
    Write a number for people, without exponent or idle zeros.

    Parameters
    ----------
    number
        Any finite number.

    Returns
    -------
    str
        The number with thousands separators.

    Examples
    --------
    >>> plain(Decimal("3766.920"))
    '3,766.92'
    """
    return f"{number.normalize():,f}"


def hints(wrong: Sum, others: Sequence[Figure]) -> list[Text]:
    """
    Look for what may explain a total that does not add up.

    Parameters
    ----------
    wrong
        The sum.
    others
        Parts of all the tables of the file.

    Returns
    -------
    list of Text
        What was noticed; empty when nothing was.
    """
    return [*_copied(wrong), *_equal_figure(wrong, others), *_swapped(wrong), *_blank(wrong)]


def _names(figures: Sequence[Figure]) -> Text:
    return listing(
        Text(f"{one.label}（{one.place}）", f"{one.label} ({one.place})") for one in figures
    )


def _copied(wrong: Sum) -> Iterator[Text]:
    same: dict[Decimal, list[Figure]] = defaultdict(list)
    for one in wrong.parts:
        if (
            one.number is not None
            and len(one.number.normalize().as_tuple().digits) >= TELLING_DIGITS
        ):
            same[one.number].append(one)
    for number, figures in same.items():
        if len(figures) > 1:
            who = _names(figures)
            yield Text(
                f"{who.zh}的数相同，都是 {plain(number)}，可能抄错了一行",
                f"{who.en} carry the same figure {plain(number)}; one may be miscopied",
            )


def _equal_figure(wrong: Sum, others: Sequence[Figure]) -> Iterator[Text]:
    """Name figures equal to the difference: of these parts counted twice, of others left out."""
    gap = abs(wrong.difference)
    if len(gap.normalize().as_tuple().digits) < TELLING_DIGITS and wrong.total.unit != 0:
        return
    is_over = wrong.difference < 0
    pool = wrong.parts if is_over else others
    own = {one.place for one in wrong.parts}
    met = [one for one in pool if one.number == gap and (is_over or one.place not in own)]
    if met:
        who = _names(met[:3])
        zh, en = ("可能重复计入", "it may be counted twice") if is_over else (
            "可能漏计了这一项", "it may have been left out")  # fmt: skip
        yield Text(
            f"差额 {plain(gap)} 正好等于{who.zh}，{zh}",
            f"the difference {plain(gap)} equals {who.en}; {en}",
        )


def _swapped(wrong: Sum) -> Iterator[Text]:
    unit = wrong.total.unit or Decimal(1)
    gap = wrong.difference / unit
    if gap != gap.to_integral_value() or gap % NINE:
        return
    met = [one for one in (*wrong.parts, wrong.total) if _swap_closes(one, wrong)]
    who = _names(met[:3])
    zh = f"，如{who.zh}" if met else ""
    en = f", such as {who.en}" if met else ""
    yield Text(
        f"差额能被 9 整除，可能有两位数字写颠倒了{zh}",
        f"the difference divides by 9; two digits may be swapped{en}",
    )


def _swap_closes(one: Figure, wrong: Sum) -> bool:
    """Tell whether swapping two neighbouring digits of a figure makes the total add up."""
    if one.number is None:
        return False
    needed = -wrong.difference if one is wrong.total else wrong.difference
    unit = wrong.total.unit or Decimal(1)
    digits = str((one.number / unit).to_integral_value().normalize().__format__("f"))
    swaps = (
        digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(len(digits) - 1)
    )
    return any(int(each) * unit - one.number == needed for each in swaps if each.isdigit())


def _blank(wrong: Sum) -> Iterator[Text]:
    blank = [one for one in wrong.parts if one.number is None]
    if blank and wrong.difference > 0:
        who = _names(blank[:3])
        yield Text(
            f"有 {len(blank)} 格是空白，如{who.zh}",
            f"{len(blank)} cells are blank, such as {who.en}",
        )
