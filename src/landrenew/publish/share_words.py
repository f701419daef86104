"""The share in words: what it is, how sure, and what decides the verdict."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from landrenew.assess.share.summary import DEFINITION, DEFINITIONS, ControlShare
from landrenew.base.units import to_mu, unit_words
from landrenew.base.words import Text, some
from landrenew.publish.wording import share_percent

if TYPE_CHECKING:
    from landrenew.base.words import Lang

AREA_METHOD = Text(
    "椭球面积（GRS80，国土调查办发〔2008〕32号），1 亩 = 2000/3 平方米",
    "ellipsoidal area (GRS80, 国土调查办发〔2008〕32号), 1 mu = 2000/3 m2",
)

VERDICTS = {
    "met": Text("达标", "met"),
    "not_met": Text("未达标", "not met"),
    "undetermined": Text("待定", "undetermined"),
}

METHODS = {
    "ellipsoidal": Text("椭球面积", "ellipsoidal"),
    "planar": Text("平面面积", "planar"),
    "declared": Text("登记面积", "declared"),
}
"""Ways to take areas."""

TOWN = Text("镇街", "Town")


class Doubt(NamedTuple):
    """
    A kind of doubt, for people.

    Parameters
    ----------
    what
        What is in doubt.
    settle
        What to do about it.
    """

    what: Text
    settle: Text


DOUBTS = {
    "set_aside": Doubt(
        Text("已剔除，面积未进合计", "set aside, its land is in no total"),
        Text("改正该行（见 faults.csv）后重新运行", "mend the row (see faults.csv) and run again"),
    ),
    "unknown_class": Doubt(
        Text("地类不明，未必是工业用地", "unknown land class, perhaps no industrial land"),
        Text("查明地类编码；不是工业用地的从图层中去掉",
             "find the land code; leave out what is no industrial land"),
    ),
    "overlap": Doubt(
        Text("与他宗重叠，重叠部分可能另在别处", "overlaps another; its ground may lie elsewhere"),
        Text("核对两宗界址，改正图形", "check the boundary points of both and correct the shapes"),
    ),
    "line": Doubt(
        Text("临控制线，控制线若偏差则另在一侧", "near the line: on the other side if it lies off"),
        Text("按批准的坐标核对此处控制线", "check the line here against its approved coordinates"),
    ),
    "sliver": Doubt(
        Text("跨线细条，按容差归到一侧", "a sliver across the line, settled by tolerance"),
        Text("核对宗地界址与控制线是否同一条边",
             "check whether the parcel's edge and the line are one"),
    ),
    "area_method": Doubt(
        Text("面积算法（椭球、平面、登记）", "how areas are taken (ellipsoidal, planar, declared)"),
        Text("确定所用面积；登记面积与图形不符的见 faults.csv",
             "decide which area counts; for differing ones see faults.csv"),
    ),
}  # fmt: skip
"""Each kind of doubt: what it is, and what settles it."""


def whole_city(name: str) -> Text:
    """
    Name the last row of a table by town.

    Parameters
    ----------
    name
        The city's name in the project file.

    Returns
    -------
    Text
        The name of the row; the city's own name in Chinese only, for it is written in Chinese.
    """
    return Text(f"全市（{name}）", "Whole city")


def share_words(share: ControlShare, lang: Lang) -> str:
    """
    Say the share in words, city first, then its towns.

    Parameters
    ----------
    share
        Share of the city with its towns.
    lang
        Language.

    Returns
    -------
    str
        Some lines of text.
    """
    lines = [_sentence(share, lang), DEFINITION.say(lang), AREA_METHOD.say(lang)]
    lines += [one.say(lang) for one in (*_by_number(share), *_by_method(share), *_doubts(share))]
    lines += _settle(share, lang)
    for town in share.towns:
        verdict = VERDICTS[town.verdict].say(lang)
        land = f"{to_mu(town.total_m2):,.2f} {unit_words('mu').say(lang)}"
        percent = share_percent(town.share, town.target)
        lines.append(f"  {town.name}\t{percent}\t{land}\t{verdict}")
    return "\n".join(lines)


def _sentence(share: ControlShare, lang: Lang) -> str:
    low, high = share.interval
    percent = share_percent(share.share, share.target)
    verdict = VERDICTS[share.verdict].say(lang)
    target = "—" if share.target is None else f"{share.target:.0%}"
    text = Text(
        f"{share.name}：线内占比 {percent}（{low:.2%}–{high:.2%}），目标 {target}，"
        f"{verdict}；"
        f"线内 {to_mu(share.inside_m2):,.2f} 亩，共 {to_mu(share.total_m2):,.2f} 亩，"
        f"{share.parcels} 宗。",
        f"{share.name}: {percent} inside ({low:.2%}-{high:.2%}), target {target},"
        f" {verdict};"
        f" {to_mu(share.inside_m2):,.2f} of {to_mu(share.total_m2):,.2f} mu,"
        f" {share.parcels} parcels.",
    ).say(lang)
    return text + _gap_words(share, lang)


def _gap_words(share: ControlShare, lang: Lang) -> str:
    if not share.retire_mu:
        return ""
    build = "—" if share.build_mu is None else f"{share.build_mu:,.2f}"
    return Text(
        f"达标须在线外清退 {share.retire_mu:,.2f} 亩，或在线内新增 {build} 亩。",
        f" To reach the target retire {share.retire_mu:,.2f} mu outside, or build {build} mu"
        " inside.",
    ).say(lang)


def _by_number(share: ControlShare) -> list[Text]:
    """Say the two shares by number, each with what it means."""
    shares = {"majority_share": share.majority_share, "count_share": share.count_share}
    return [
        Text(f"{DEFINITIONS[name].zh}本例 {one:.2%}。", f"{DEFINITIONS[name].en} Here {one:.2%}.")
        for name, one in shares.items()
        if not math.isnan(one)  # as where there is no parcel
    ]  # fmt: skip


def _by_method(share: ControlShare) -> list[Text]:
    if not share.by_method:
        return []
    zh = "，".join(f"{METHODS[name].zh} {one:.4%}" for name, one in share.by_method.items())
    en = ", ".join(f"{METHODS[name].en} {one:.4%}" for name, one in share.by_method.items())
    said = [Text(f"按不同面积计的占比：{zh}。", f"The share by other areas: {en}.")]
    table = share.doubts
    if table.empty or not (ids := sum(table.loc[table["kind"] == "area_method", "ids"], ())):
        return said
    named = some(ids)
    return [
        *said,
        Text(f"  几种面积相差最大的宗地：{named}", f"  parcels whose areas differ most: {named}"),
    ]


def _doubts(share: ControlShare) -> list[Text]:
    """Say what the interval rests on, kind by kind, and what it does not hold."""
    said = [
        Text(
            f"  疑点：{DOUBTS[one.kind].what.zh}，{one.number} 项，"
            f"占比 {one.interval[0]:.2%}–{one.interval[1]:.2%}",
            f"  in doubt: {DOUBTS[one.kind].what.en}, {one.number},"
            f" share {one.interval[0]:.2%}-{one.interval[1]:.2%}",
        )
        for one in share.by_kind
    ]
    if share.line_m is None:
        said.append(Text(
            "未计入：控制线的绘制误差（项目文件未给出 [tolerances] line_m）。",
            "Not counted: that the line may lie off (the project states no [tolerances] line_m).",
        ))  # fmt: skip
    else:
        said.append(Text(
            f"控制线按可能偏差 {share.line_m:g} 米计，各处方向不定。",
            f"The line may lie off by {share.line_m:g} m, everywhere to either side.",
        ))  # fmt: skip
    if share.unknown_areas:
        said.append(Text(
            f"未计入：{share.unknown_areas} 行剔除宗地面积不明，区间未包含它们。",
            f"Not counted: {share.unknown_areas} rows set aside of unknown size; the interval does"
            " not hold them.",
        ))  # fmt: skip
    return said


def _settle(share: ControlShare, lang: Lang) -> list[str]:
    """Say which doubts decide the verdict."""
    items = share.to_settle
    if not items:
        return []
    named = some("+".join(ids) or DOUBTS[kind].what.say(lang) for kind, ids in items)
    then = VERDICTS[share.leaning]
    return [
        Text(
            f"先核实这 {len(items)} 项，若与现状一致，结论即为{then.zh}：{named}。",
            f"Settle first ({len(items)}): {named}. If all is as drawn, the verdict is {then.en}.",
        ).say(lang)
    ]
