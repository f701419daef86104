"""Words of the published map that stand in no dictionary: units, class words, layer names."""

from __future__ import annotations

from landrenew.base.columns import PROTECTED_KINDS, WORDS
from landrenew.base.words import Text

CLASSES = {
    "inside": Text("线内", "Inside"),
    "straddling": Text("跨线", "Straddling"),
    "outside": Text("线外", "Outside"),
    "yes": Text("是", "Yes"),
    "no": Text("否", "No"),
    "undetermined": Text("待定", "Undetermined"),
    "state": Text("国有", "State"),
    "collective": Text("集体", "Collective"),
    "unconfirmed": Text("未确定", "Unconfirmed"),
    "above_scale": Text("规上", "Above scale"),
    "below_scale": Text("规下", "Below scale"),
    "sure": Text("确定", "Sure"),
    "borderline": Text("临界", "Borderline"),
    "river": Text("河流", "River"),
    "railway": Text("铁路", "Railway"),
    "expressway": Text("高速公路", "Expressway"),
    **PROTECTED_KINDS,
    "pass": Text("通过", "Pass"),
    "fail": Text("不通过", "Fail"),
    "unknown": Text("待定", "Unknown"),
    "not_applicable": Text("不适用", "Not applicable"),
    **{word: Text(said[0], word.replace("_", " ")) for word, said in WORDS["stage"].items()},
}
"""Class words for people; a word not listed is shown as it stands."""

OWN_CLASSES = {
    "growth_class": {
        "inside": Text("界内", "Inside"),
        "straddling": Text("跨界", "Straddling"),
        "outside": Text("界外", "Outside"),
    },
    "willingness": {
        word: Text(said[0], word.capitalize()) for word, said in WORDS["willingness"].items()
    },
    "project_kind": {
        "renewal": Text("改造", "Renewal"),
        "new_supply": Text("新供地", "New supply"),
    },
    "policy_path": {
        "old_plots": Text("“三旧”改造方案", "Scheme for old plots"),
        "low_efficiency_plan": Text("低效工业用地改造方案", "Scheme for low-efficiency land"),
    },
    "plan_class": {
        "clear": Text("腾退", "Clear"),
        "keep": Text("可腾退而保留", "Could be cleared, stays"),
        "locked": Text("锁定不动", "Locked"),
    },
    "plan_way": {
        "buy": Text("收购", "Buy"),
        "lease": Text("租赁", "Lease"),
    },
    "plan_role": {
        "must": Text("不可少", "Must"),
        "never": Text("不必要", "Never"),
        "optional": Text("可替换", "Optional"),
    },
    "lock_class": {
        word: Text(said[0], word.capitalize()) for word, said in WORDS["lock_class"].items()
    },
    "contact_class": {
        word: Text(said[0], word.capitalize()) for word, said in WORDS["contact_class"].items()
    },
    "tenure": {
        "holder": Text("自有用地", "Own land"),
        "tenant": Text("租赁", "Tenant"),
    },
    "grade_basis": {
        "own": Text("单独评价", "By itself"),
        "merged": Text("合并评价", "Together"),
        "landlord": Text("随宗地主", "By its landlord"),
    },
    "allocation_basis": {
        "share": Text("约定份额", "Stated share"),
        "floor": Text("建筑面积", "Floor area"),
        "land": Text("用地面积", "Land used"),
        "whole": Text("只在一宗地上", "On one parcel"),
        "unknown": Text("无从分摊", "Cannot be divided"),
    },
}
"""Columns whose class words are called otherwise than in :data:`CLASSES`."""

LAYERS = {
    "parcels": Text("工业用地宗地", "Industrial parcels"),
    "control_line": Text("工业控制线", "Industrial control line"),
    "growth_boundary": Text("城镇开发边界", "Growth boundary"),
    "towns": Text("镇街", "Towns"),
    "villages": Text("村（社区）", "Villages"),
    "parks": Text("产业园区", "Parks"),
    "buildings": Text("建筑", "Buildings"),
    "firms": Text("企业", "Firms"),
    "links": Text("企业与宗地关联", "Firm–parcel links"),
    "leases": Text("土地租赁", "Leases"),
    "survey": Text("排摸数据", "Survey"),
    "contacts": Text("人工相邻关系", "Contacts by hand"),
    "barriers": Text("阻隔（河流、铁路、高速）", "Barriers (river, rail, expressway)"),
    "protected": Text("永久基本农田与生态红线", "Protected land"),
    "background": Text("底图", "Backdrop"),
    "ledger": Text("台账", "Ledger"),
    "corrections": Text("更正表", "Corrections"),
    "earlier_parcels": Text("前期工业用地宗地", "Earlier parcels"),
    "earlier_control_line": Text("前期工业控制线", "Earlier control line"),
    "projects": Text("拟建项目", "Proposed projects"),
    "blocks": Text("连片地块组", "Contiguous blocks"),
}
"""Layers of the project file, for people."""


ROLES = {
    "given": Text("给出", "given"),
    "measured": Text("量算", "measured"),
    "judged": Text("判定", "judged"),
}
"""Where a column comes from: the user's layers, measurement, or the rulebook."""

CONFIDENCE = {
    "H": Text("H 官方文本", "H official text"),
    "M": Text("M 报道或转载", "M press or copy"),
    "L": Text("L 推断", "L inferred"),
    "user": Text("自定", "user"),
}
"""How sure a number of a rulebook is."""

NUMBER_HEADINGS = (
    Text("位置", "place"), Text("数值", "value"), Text("单位", "unit"), Text("文件", "document"),
    Text("出处", "source"), Text("可信度", "confidence"), Text("地区", "region"),
    Text("生效", "in force from"), Text("失效", "in force until"),
)  # fmt: skip
"""Headings of the list of numbers of a rulebook."""

MOST_DECIMALS = 6


def share_percent(share: float, target: float | None = None) -> str:
    """
    Write a share in percent, with the digits it takes not to look met when it is not.

    Parameters
    ----------
    share
        Share [0-1]; NaN where there is none.
    target
        Share to reach, or None.

    Returns
    -------
    str
        Percent with two decimals, more where rounding would cross the target.

    Examples
    --------
    >>> share_percent(0.79998, 0.8), share_percent(0.6805, 0.8)
    ('79.998%', '68.05%')
    """
    for decimals in range(2, MOST_DECIMALS):
        rounded = round(share, decimals + 2)
        if target is None or (rounded >= target) == (share >= target):
            return f"{share:.{decimals}%}"
    return f"{share:.{MOST_DECIMALS}%}"


def class_words(word: str, column: str = "") -> Text:
    """
    Say a class word for people.

    Parameters
    ----------
    word
        Word of a class column, such as ``straddling``.
    column
        The column, where the same word is called otherwise.

    Returns
    -------
    Text
        Its name; the word itself when none is known.

    Examples
    --------
    >>> class_words("straddling").zh
    '跨线'
    """
    return OWN_CLASSES.get(column, CLASSES).get(word, Text(word, word))


def layer_words(layer: str) -> Text:
    """
    Name a layer of the project file for people.

    Parameters
    ----------
    layer
        Key of the project file, such as ``control_line``.

    Returns
    -------
    Text
        Its name; the key itself when none is known.
    """
    return LAYERS.get(layer, Text(layer, layer))
