"""Why one plan differs from another: what was asked, what came of it, and what now decides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from landrenew.base.units import unit_words
from landrenew.base.words import Text, listing, some
from landrenew.plan.program.solve import Plan
from landrenew.plan.program.wishes import SHARE

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from landrenew.plan.path.proposal import Proposal

NO_PRICE = 1e-9
"""A condition whose price is smaller does not decide anything [10,000 CNY/unit]."""

PER_UNIT = {SHARE: 0.01}
"""Prices of shares are said for a percentage point."""

CENT = 0.005
"""Figures that differ by less are the same in two decimals."""

POINT = Text("个百分点", "percentage point")


def explained(old: Proposal, new: Proposal) -> tuple[Text, ...]:
    """
    Explain why a plan differs from the one before.

    Parameters
    ----------
    old
        The plan before.
    new
        The plan.

    Returns
    -------
    tuple of Text
        A sentence each: what is asked otherwise, what comes of it, which parcels come and go and
        why, and which conditions decide now that did not before.
    """
    said = [*_asked(old, new), *_outcome(old, new)]
    if isinstance(old.plan, Plan) and isinstance(new.plan, Plan):
        said += [*_parcels(old, new), *_years(old, new), *_deciding(old, new)]
    return tuple(said)


def _asked(old: Proposal, new: Proposal) -> Iterator[Text]:
    """Say which conditions came, went or changed, and which figures did."""
    before, after = _labels(old), _labels(new)
    for name in dict.fromkeys([*before, *after]):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        if was is None and now is not None:
            yield Text(f"新增要求：{now.zh}。", f"Asked on top: {now.en}.")
        elif was is not None and now is None:
            yield Text(f"不再要求：{was.zh}。", f"Not asked any more: {was.en}.")
        elif was is not None and now is not None:
            yield Text(f"要求由“{was.zh}”改为“{now.zh}”。",
                       f"Asked before: {was.en}; now: {now.en}.")  # fmt: skip
    for change in new.scenario.changes:
        if change.key.split(".")[0] in {"costs", "lease", "straddling", "undecided"}:
            earlier, later = (_shown(one) for one in (change.before, change.after))
            yield Text(f"{change.key} 由 {earlier} 改为 {later}。",
                       f"{change.key}: {earlier} before, {later} now.")  # fmt: skip


def _shown(value: object) -> str:
    """Write a figure of the project file: its value, where it is one with a source."""
    if isinstance(value, dict) and "value" in value:
        return f"{value['value']}"
    return "—" if value is None else f"{value}"


def _labels(proposal: Proposal) -> dict[str, Text]:
    problem = proposal.city.problem
    return {name: problem.label(name) for name in problem.names}


def _outcome(old: Proposal, new: Proposal) -> Iterator[Text]:
    """Say what the plan costs and reaches against the one before."""
    if not isinstance(new.plan, Plan):
        if new.why_not is not None:
            clashing = listing(new.city.problem.label(one) for one in new.why_not.names)
            yield Text(f"因此没有方案，不能同时满足：{clashing.zh}。",
                       f"So there is no plan; these cannot hold together: {clashing.en}.",
                       )  # fmt: skip
        else:
            yield Text("没有求得方案。", "No plan was found.")
        return
    if not isinstance(old.plan, Plan):
        yield Text("原来没有方案，现在有了。", "There was no plan before; now there is one.")
        return
    cost = new.plan.cost - old.plan.cost
    if _cleared(old).equals(_cleared(new)) and abs(cost) < CENT:
        yield Text("腾退的宗地和费用不变。", "The parcels cleared and the cost stay as they are.")
        return
    points = 100 * (new.plan.share - old.plan.share)
    cleared = _land(new) - _land(old)
    is_same = abs(points) < CENT
    zh_share = "不变" if is_same else f"{_more(points, '提高', '降低')} {abs(points):.2f} 个百分点"
    en_share = "as it is" if is_same else f"{points:+.2f} points"
    yield Text(
        f"费用{_more(cost, '增加', '减少')} {abs(cost):,.0f} 万元，腾退"
        f"{_more(cleared, '增加', '减少')} {abs(cleared):,.2f} 亩，占比{zh_share}。",
        f"Cost {cost:+,.0f} CNY10k, land cleared {cleared:+,.2f} mu, share {en_share}.",
    )


def _more(change: float, up: str, down: str) -> str:
    return up if change >= 0 else down


def _land(proposal: Proposal) -> float:
    return math.fsum(proposal.parcels["plan_land_mu"].dropna().tolist())


def _cleared(proposal: Proposal) -> pd.Index[str]:
    table = proposal.parcels
    return table.index[table["plan_class"] == "clear"]


def _parcels(old: Proposal, new: Proposal) -> Iterator[Text]:
    """Say which parcels come and go, and which of them for a lock."""
    came, went = (
        _cleared(one).difference(_cleared(other)) for one, other in ((new, old), (old, new))
    )
    for ids, zh, en in ((came, "新列入", "come in"), (went, "不再列入", "go out")):
        if len(ids):
            yield Text(
                f"{zh} {len(ids)} 宗：{some(ids)}。", f"{len(ids)} parcels {en}: {some(ids)}."
            )
    for proposal, ids, zh, en in (
        (new, went, "现已锁定", "locked now"), (old, came, "原先锁定", "locked before"),
    ):  # fmt: skip
        for held, label in proposal.city.locked.out.values():
            if len(locked := ids.intersection(list(held))):
                yield Text(f"其中 {len(locked)} 宗{zh}（{label.zh}）：{some(locked)}。",
                           f"Of these {len(locked)} {en} ({label.en}): {some(locked)}.",
                           )  # fmt: skip


def _years(old: Proposal, new: Proposal) -> Iterator[Text]:
    """Say which parcels that both plans clear are cleared in another year."""
    if not all("plan_year" in one.parcels for one in (old, new)):
        return
    both = _cleared(old).intersection(_cleared(new))
    was, now = (one.parcels["plan_year"].reindex(both) for one in (old, new))
    if len(moved := both[(was != now).to_numpy()]):
        yield Text(f"{len(moved)} 宗换了年份：{some(moved)}。",
                   f"{len(moved)} parcels move to another year: {some(moved)}.")  # fmt: skip


def _deciding(old: Proposal, new: Proposal) -> Iterator[Text]:
    """Say which conditions decide now and did not before, with their prices."""
    for zh, en, one, other in (
        ("现在起作用、原先不起作用", "Deciding now, not before", new, old),
        ("原先起作用、现在不再起作用", "Deciding before, not now", old, new),
    ):
        names = [
            name for name, price in one.prices.items()
            if abs(price) > NO_PRICE and abs(other.prices.get(name, 0.0)) <= NO_PRICE
        ]  # fmt: skip
        if names:
            said = listing(_priced(one, name) for name in names[:MOST_SAID])
            rest = len(names) - MOST_SAID
            zh_more, en_more = (
                (f"等 {len(names)} 项", f" and {rest} more") if rest > 0 else ("", "")
            )
            yield Text(f"{zh}：{said.zh}{zh_more}。", f"{en}: {said.en}{en_more}.")


MOST_SAID = 5
"""So many conditions are named of those that decide."""


def _priced(proposal: Proposal, name: str) -> Text:
    label, price = proposal.city.problem.label(name), abs(proposal.prices[name])
    condition = proposal.city.problem.condition(name)
    asked = "" if condition is None else condition.unit
    unit = POINT if asked == SHARE else unit_words(asked)
    price *= PER_UNIT.get(asked, 1.0)
    return Text(f"{label.zh}（每放宽 1 {unit.zh}省 {price:,.2f} 万元）",
                f"{label.en} (each {unit.en} of loosening saves {price:,.2f} CNY10k)",
                )  # fmt: skip
