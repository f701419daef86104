"""What is asked of a block: five problems, ten outcomes, and the evidence that answers."""

from __future__ import annotations

from landrenew.base.words import Text

PROBLEMS = (
    "problem_industry", "problem_contribution", "problem_pollution", "problem_hazard",
    "problem_governance",
)  # fmt: skip
"""The five problems of village clusters 产业层次低 … 社会管理难 (慈经信建〔2022〕25号)."""

OUTCOMES = (
    "outcome_site", "outcome_plant", "outcome_fire", "outcome_storage", "outcome_transport",
    "outcome_energy", "outcome_water", "outcome_park", "outcome_building", "outcome_living",
)  # fmt: skip
"""The ten outcomes of renewal 场地标准化 … 生活社区化 (慈经信建〔2022〕25号)."""

DIAGNOSIS = (*PROBLEMS, *OUTCOMES)
"""What is asked of a block."""

PROOF: dict[str, str] = {
    **dict.fromkeys(
        ("backward_capacity", "pollution_case", "fire_hazard", "safety_accident",
         "illegal_building", "labour_dispute"),
        "evidence_date",
    ),
    **dict.fromkeys(
        ("standard_site", "digital_plant", "smart_fire_safety", "compact_storage",
         "efficient_transport", "low_carbon_energy", "water_reuse", "green_park", "urban_building",
         "community_living"),
        "outcome_evidence",
    ),
}  # fmt: skip
"""Columns of evidence, and what must stand beside a word for it to count."""

YES_NO: dict[str, tuple[str, ...]] = {
    "yes": ("是", "有", "存在", "达标", "合格", "√"),
    "no": ("否", "没有", "未发现", "不存在", "未达标", "不合格", "×"),
}
"""What people write where evidence says yes or no."""

SHARES = {
    "yes": Text("成立面积占比", "share for"),
    "no": Text("不成立面积占比", "share against"),
    "unknown": Text("不明面积占比", "share unknown"),
}
"""What the land of a block says to one question of a diagnosis; the three add to 1."""


def answer_share(name: str, answer: str) -> str:
    """
    Name the column that keeps how much of a block's land gives one answer.

    Parameters
    ----------
    name
        Column of the diagnosis.
    answer
        A key of :data:`SHARES`.

    Returns
    -------
    str
        The column.

    Examples
    --------
    >>> answer_share("problem_hazard", "unknown")
    'problem_hazard_unknown_share'
    """
    return f"{name}_{answer}_share"
