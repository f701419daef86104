"""A plan in sentences: what it does, what it costs, what is proven, what else there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from landrenew.base.words import Text, percent
from landrenew.plan.path.difference import explained
from landrenew.plan.program.clash_words import clash_words, way_out_words
from landrenew.plan.program.phases import NoPhases
from landrenew.plan.program.solve import NoPlan, Plan
from landrenew.publish.plan.record import plan_record
from landrenew.publish.wording import share_percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from landrenew.base.words import Lang
    from landrenew.intake.parcels import Parcels
    from landrenew.plan.path.proposal import Proposal

WHY = {
    "infeasible": Text("这些要求不能同时满足", "these wishes cannot hold together"),
    "unbounded": Text(
        "费用没有下限，请核对费用是否为负", "the cost has no lower end; is one below 0?"
    ),
    "failed": Text("求解失败", "the solver failed"),
    "stopped": Text("求解中止前没有找到方案", "it was stopped before a plan was found"),
}
"""Why there is no plan, by the status of the solve."""

CUT_SHORT = Text("其余的分析被中止，未完成。", "The rest was not looked into: it was stopped.")
"""What is said of a plan that somebody did not want to know more about."""


def plan_words(plans: Sequence[Proposal], parcels: Parcels, lang: Lang) -> str:
    """
    Tell plans in sentences.

    Parameters
    ----------
    plans
        The project's own plan, then its scenarios.
    parcels
        The parcel table.
    lang
        Language of the sentences.

    Returns
    -------
    str
        A paragraph a plan; of a scenario also why it differs from the project's own plan.
    """
    paragraphs = plan_sentences(plans, parcels)
    return "\n\n".join("\n".join(one.say(lang) for one in said) for said in paragraphs)


def plan_sentences(plans: Sequence[Proposal], parcels: Parcels) -> list[list[Text]]:
    """
    Tell plans in sentences of both languages.

    Parameters
    ----------
    plans
        The project's own plan, then its scenarios; may be none.
    parcels
        The parcel table.

    Returns
    -------
    list of list of Text
        For each plan its name, then a sentence each.
    """
    records = plan_record(plans, parcels)["plans"]
    paragraphs = []
    for proposal, record in zip(plans, records, strict=True):
        said = list(_sentences(proposal, record))
        if proposal is not plans[0]:
            label = plans[0].scenario.label
            said.append(Text(f"与{label.zh}相比：", f"Against the {label.en}:"))
            said += [Text(f"  {one.zh}", f"  {one.en}") for one in explained(plans[0], proposal)]
        paragraphs.append(said)
    return paragraphs


def _sentences(proposal: Proposal, record: dict[str, Any]) -> Iterator[Text]:
    label = proposal.scenario.label
    why = proposal.scenario.why
    zh_why, en_why = (f"（{why}）", f" ({why})") if why else ("", "")
    yield Text(f"【{label.zh}】{zh_why}", f"[{label.en}]{en_why}")
    if isinstance(proposal.plan, NoPlan):
        yield from _no_plan(proposal)
        return
    yield _result(proposal, record)
    yield _proven(proposal.plan)
    yield from _reach(proposal)
    yield from _years(proposal, record)
    yield from _blocks(proposal)
    yield from (_beside(one.label, one.excess.said) for one in proposal.simple)
    yield from _others(proposal)
    if proposal.is_cut_short:
        yield CUT_SHORT


def _no_plan(proposal: Proposal) -> Iterator[Text]:
    status = proposal.plan.status
    yield Text(f"没有方案：{WHY[status].zh}。", f"There is no plan: {WHY[status].en}.")
    if proposal.why_not is not None:
        yield clash_words(proposal.city.problem, proposal.why_not, proposal.ways_out[:1])
        for way in proposal.ways_out[1:]:
            said = way_out_words(way)
            yield Text(f"  或者：{said.zh}", f"  Or: {said.en}")
    yield from _reach(proposal)
    if proposal.is_cut_short:
        yield CUT_SHORT


def _result(proposal: Proposal, record: dict[str, Any]) -> Text:
    plan = record["plan"]
    share = share_percent(plan["share"], proposal.city.target)
    built, paid = plan["built_mu"], plan["paid_cny10k_a_year"]
    zh_more = f"，园区新增 {built:,.2f} 亩" if built else ""
    en_more = f", build {built:,.2f} mu in parks" if built else ""
    if paid:
        zh_more += f"，每年补给村集体 {paid:,.2f} 万元"
        en_more += f", pay villages {paid:,.2f} CNY10k a year"
    return Text(
        f"腾退 {plan['cleared_parcels']} 宗 {plan['cleared_mu']:,.2f} 亩{zh_more}，线内占比达到"
        f" {share}，费用 {plan['cost_cny10k']:,.0f} 万元。",
        f"Clear {plan['cleared_parcels']} parcels, {plan['cleared_mu']:,.2f} mu{en_more}; the share"
        f" inside the line reaches {share}, at a cost of {plan['cost_cny10k']:,.0f} CNY10k.",
    )


def _proven(plan: Plan) -> Text:
    if plan.status == "optimal":
        return Text(f"已证明：比它便宜的方案最多便宜 {plan.gap:.3%}。",
                    f"Proven: no plan is cheaper by more than {plan.gap:.3%}.")  # fmt: skip
    zh, en = ("被中止", "stopped") if plan.is_interrupted else ("到达时限", "out of time")
    return Text(f"求解{zh}：这是目前最好的方案，不排除有便宜 {plan.gap:.2%} 的。",
                f"The solve was {en}: this is the best so far, and one cheaper by {plan.gap:.2%} is"
                " not excluded.")  # fmt: skip


def _reach(proposal: Proposal) -> Iterator[Text]:
    if isinstance(proposal.highest, Plan):
        share, cost = proposal.highest.share, proposal.highest.cost
        yield Text(
            f"其余要求不变，最高能达到 {share:.2%}（费用 {cost:,.0f} 万元）。",
            f"With all other wishes as they are, {share:.2%} is the highest share (at"
            f" {cost:,.0f} CNY10k).",
        )
    priced = [one for one in proposal.frontier if one.target == proposal.city.target]
    for one in priced:
        yield Text(
            f"到目标处，每多腾退一亩值 {one.cleared_price_cny10k:,.1f} 万元，"
            f"再提高一个百分点约需 {one.point_price_cny10k:,.0f} 万元。",
            f"At the target one more mu cleared is worth {one.cleared_price_cny10k:,.1f} CNY10k,"
            f" and one more point costs about {one.point_price_cny10k:,.0f} CNY10k.",
        )


def _years(proposal: Proposal, record: dict[str, Any]) -> Iterator[Text]:
    if isinstance(proposal.phases, NoPhases):
        yield Text("分年要求不能同时满足，方案没有分到年。",
                   "What is asked of single years cannot hold; the plan has no years.")  # fmt: skip
    for one in record["years"]:
        yield Text(
            f"  {one['year']} 年：腾退 {one['cleared_mu']:,.2f} 亩，费用 {one['cost_cny10k']:,.0f}"
            f" 万元，年末占比 {one['control_share']:.2%}。",
            f"  {one['year']}: {one['cleared_mu']:,.2f} mu cleared, {one['cost_cny10k']:,.0f}"
            f" CNY10k, share {one['control_share']:.2%} at its end.",
        )


def _blocks(proposal: Proposal) -> Iterator[Text]:
    if proposal.blocks is not None:
        count, largest = len(proposal.blocks), proposal.blocks["area_mu"].max()
        yield Text(f"腾退的地连成 {count} 个地块组，最大 {largest:,.2f} 亩。",
                   f"The cleared land lies in {count} blocks, the largest of {largest:,.2f} mu.",
                   )  # fmt: skip
    if (price := proposal.price_of_blocks) is not None and isinstance(proposal.plan, Plan):
        share = price / proposal.plan.cost if proposal.plan.cost else 0.0
        yield Text(f"成片要求多花 {price:,.0f} 万元（{share:.1%}）。",
                   f"Asking for blocks costs {price:,.0f} CNY10k more ({share:.1%}).")  # fmt: skip


def _beside(label: Text, said: Text) -> Text:
    return Text(f"{label.zh}：{said.zh}", f"{label.en.capitalize()}: {said.en}")


def _others(proposal: Proposal) -> Iterator[Text]:
    if not proposal.others:
        return
    roles = proposal.parcels["plan_role"].value_counts()
    within = percent(proposal.planning.within)
    yield Text(
        f"费用多出不超过 {within} 的，另有 {len(proposal.others)} 个明显不同的方案；"
        f"所有这样的方案都腾退的 {roles.get('must', 0)} 宗，都不腾退的 {roles.get('never', 0)} 宗，"
        f"可替换的 {roles.get('optional', 0)} 宗。",
        f"Within {within} of the cost there are {len(proposal.others)} clearly different plans;"
        f" {roles.get('must', 0)} parcels are cleared in all such plans, {roles.get('never', 0)} in"
        f" none, {roles.get('optional', 0)} can be replaced.",
    )
