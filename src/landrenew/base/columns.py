"""The data dictionary: every column of the parcel, firm and block tables, said once.

The table itself is ``columns.csv`` beside this module. A column has one name, one unit, one range,
a label and a meaning in both languages. Readers, the rulebooks, the map and the tables all look
here; ``landrenew columns`` prints it. How a value is obtained is said by the function of the same
name.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Literal, cast

from landrenew.base.errors import ColumnError
from landrenew.base.questions import DIAGNOSIS, PROOF, SHARES, YES_NO, answer_share
from landrenew.base.words import Text, listing

if TYPE_CHECKING:
    from collections.abc import Sequence

Kind = Literal["number", "integer", "text", "class"]
Role = Literal["given", "measured", "judged"]
Table = Literal[
    "parcel", "firm", "block", "layer", "progress", "earlier", "backflow", "project"
]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """
    What one column means.

    Parameters
    ----------
    table
        The table it belongs to first.
    name
        The name used everywhere.
    role
        ``"given"`` by the user's layer, ``"measured"`` or ``"judged"`` by us.
    kind
        ``"number"``, ``"integer"``, ``"text"`` or ``"class"`` (one of few words).
    unit
        Unit, ``"1"`` for ratios, empty for text.
    label
        Short name for people.
    meaning
        One sentence of definition.
    low
        Smallest value that can be true, or None.
    high
        Largest value that can be true, or None.
    decimals
        Digits worth showing.
    """

    table: Table
    name: str
    role: Role
    kind: Kind
    unit: str
    label: Text
    meaning: Text
    low: float | None = None
    high: float | None = None
    decimals: int = 2


INTENSITIES = {
    "tax_cny10k_per_mu": ("tax_cny10k", "parcel_area_mu"),
    "output_cny10k_per_mu": ("output_cny10k", "parcel_area_mu"),
    "value_added_cny10k_per_mu": ("value_added_cny10k", "parcel_area_mu"),
    "revenue_cny10k_per_mu": ("revenue_cny10k", "parcel_area_mu"),
    "tax_cny10k_per_tce": ("tax_cny10k", "energy_tce"),
    "tax_cny10k_per_t": ("tax_cny10k", "emission_t"),
    "value_added_cny10k_per_tce": ("value_added_cny10k", "energy_tce"),
    "value_added_cny10k_per_t": ("value_added_cny10k", "emission_t"),
    "value_added_cny10k_per_person": ("value_added_cny10k", "staff_person"),
    "rd_share": ("rd_cny10k", "revenue_cny10k"),
    "tax_cny10k_per_mwh10": ("tax_cny10k", "electricity_mwh10"),
}
"""Each intensity column: its numerator and its denominator, both columns."""


def score_column(name: str) -> str:
    """
    Name the column that keeps one criterion's points.

    Parameters
    ----------
    name
        The indicator column the criterion reads.

    Returns
    -------
    str
        The indicator's name with ``_score`` behind it.

    Examples
    --------
    >>> score_column("rd_share")
    'rd_share_score'
    """
    return f"{name}_score"


def _from_row(row: dict[str, str]) -> Column:
    low, high = (float(row[key]) if row[key] else None for key in ("low", "high"))
    return Column(
        table=cast("Table", row["table"]),
        name=row["name"],
        role=cast("Role", row["role"]),
        kind=cast("Kind", row["kind"]),
        unit=row["unit"],
        label=Text(row["zh"], row["en"]),
        meaning=Text(row["meaning_zh"], row["meaning_en"]),
        low=low,
        high=high,
        decimals=int(row["decimals"]),
    )


def _points_of(scored: Column) -> Column:
    label = Text(f"{scored.label.zh}得分", f"{scored.label.en}: points")
    meaning = Text(f"{scored.label.zh}按规则书所得的分。", f"Points for {scored.label.en.lower()}.")
    return Column("parcel", score_column(scored.name), "judged", "number", "1", label, meaning)


def _share_of(asked: Column, answer: str) -> Column:
    said = SHARES[answer]
    label = Text(f"{asked.label.zh}：{said.zh}", f"{asked.label.en}: {said.en}")
    meaning = Text(
        f"地块组中“{asked.label.zh}”{said.zh}，成立、不成立与不明之和为 1。",
        f"Of the block's land, the {said.en} “{asked.label.en.lower()}”; the three add to 1.",
    )
    name = answer_share(asked.name, answer)
    return Column("block", name, "judged", "number", "1", label, meaning, 0.0, 1.0, 4)


def _read_dictionary() -> dict[str, Column]:
    text = resources.files("landrenew.base").joinpath("columns.csv").read_text(encoding="utf-8")
    columns = [_from_row(row) for row in csv.DictReader(text.splitlines())]
    points = [_points_of(one) for one in columns if one.name in SCORABLE]
    asked = [one for one in columns if one.name in DIAGNOSIS]
    shares = [_share_of(one, answer) for one in asked for answer in SHARES]
    return {one.name: one for one in [*columns, *points, *shares]}


PASSED: dict[str, tuple[str, ...]] = {
    "pass": ("合格", "通过", "符合", "达标", "是"),
    "fail": ("不合格", "不通过", "不符合", "不达标", "否"),
}
"""What an office says of a project that it looked at."""

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "size_class": {
        "above_scale": ("规上", "规上企业", "规模以上"),
        "below_scale": ("规下", "规下企业", "规模以下"),
    },
    "policy_relocation": {"yes": ("是",), "no": ("否",)},
    "willingness": {
        "willing": ("愿意", "同意"),
        "unwilling": ("不愿意", "不同意"),
        "undecided": ("观望", "未定"),
    },
    "lock_class": {
        "must": ("必须", "必须腾退", "必退"),
        "never": ("不得", "不得腾退", "保留"),
    },
    "contact_class": {
        "bridge": ("连接", "相邻", "相连"),
        "break": ("断开", "不相邻", "隔断"),
    },
    "stage": {
        "surveyed": ("摸排", "已摸排"),
        "listed": ("入库", "已入库", "列入计划"),
        "willing": ("有意愿", "同意改造"),
        "agreed": ("签约", "已签约"),
        "vacated": ("腾空", "已腾空"),
        "demolished": ("拆除", "已拆除", "拆除整理"),
        "supplied": ("供地", "已供地"),
        "built": ("建成", "已建成"),
        "in_production": ("投产", "已投产"),
    },
    "project_kind": {
        "renewal": ("改造", "改造项目", "存量改造"),
        "new_supply": ("新供地", "新供地项目", "新增用地"),
    },
    "industry_edition": {
        year: (
            f"GB/T 4754-{year}",
            f"GB/T4754-{year}",
            f"GB/T 4754—{year}",
            f"{year}版",
            f"{year}年版",
            f"{year}年",
        )
        for year in ("2002", "2011", "2017")
    },
    "policy_path": {
        "old_plots": ("“三旧”改造方案", "三旧改造方案", "三旧改造"),
        "low_efficiency_plan": ("低效工业用地改造方案", "低效工业用地改造"),
    },
    "post_2010_class": {"yes": ("是",), "no": ("否",)},
    "fire_class": PASSED,
    "environment_class": PASSED,
    "energy_class": PASSED,
    **dict.fromkeys(PROOF, YES_NO),
}
"""Columns whose values are one of few words: each word, and what planners write for it."""

PROTECTED_KINDS = {
    "farmland": Text("永久基本农田", "Permanent farmland"),
    "ecology": Text("生态保护红线", "Ecological red line"),
}
"""Kinds of protected land that are known by a word; any other is shown as it stands."""

_PLACES = ("inside", "straddling", "outside")
_VERDICTS = ("yes", "no", "undetermined")
_SURENESS = ("sure", "borderline")

VOCABULARY: dict[str, tuple[str, ...]] = {
    **{name: tuple(words) for name, words in WORDS.items()},
    "renewal_stage": tuple(WORDS["stage"]),
    "control_class": _PLACES,
    "growth_class": _PLACES,
    "ownership_class": ("state", "collective", "unconfirmed"),
    "village_industry_class": _VERDICTS,
    "low_efficiency_class": _VERDICTS,
    "exempt_class": _VERDICTS,
    "consolidation_class": _VERDICTS,
    "backflow_class": _VERDICTS,
    **dict.fromkeys(DIAGNOSIS, _VERDICTS),
    "plan_class": ("clear", "keep", "locked"),
    "plan_way": ("buy", "lease"),
    "plan_role": ("must", "never", "optional"),
    "tenure": ("holder", "tenant"),
    **dict.fromkeys(("grade_certainty_class", "low_efficiency_certainty_class"), _SURENESS),
    "grade_basis": ("own", "merged", "landlord"),
    "allocation_basis": ("share", "floor", "land", "whole", "unknown"),
}
"""The words a class column can hold, where they do not come from the rulebook."""

SCORABLE = frozenset({*INTENSITIES, "floor_area_ratio", "building_density"})
"""Indicators a rulebook may give points for."""

COLUMNS: dict[str, Column] = _read_dictionary()
"""Every column by name."""

OF_PROJECTS = (
    *(one.name for one in COLUMNS.values() if one.table == "project"),
    "industry_code", "floor_area_ratio", "building_density", "building_coefficient", *INTENSITIES,
)  # fmt: skip
"""What may be stated of a proposed project."""

EVIDENCE = {
    "fire_class": "fire_evidence",
    "environment_class": "environment_evidence",
    "energy_class": "energy_evidence",
}
"""Findings on a project that count only beside the document that proves them."""

FLOWS = tuple(
    one.name
    for one in COLUMNS.values()
    if (one.table, one.role, one.kind) == ("firm", "given", "number") and one.name != "share"
)
"""Yearly amounts of a firm that are allocated to parcels."""


def raster_columns(name: str, label: str, unit: str) -> dict[str, Column]:
    """
    Define the columns of a raster that a project names itself.

    Parameters
    ----------
    name
        The raster's name in the project file.
    label
        What the project calls it, for people.
    unit
        Unit of its values.

    Returns
    -------
    dict
        ``raster_NAME_mean`` and ``raster_NAME_pixels`` by name.

    Examples
    --------
    >>> list(raster_columns("heat", "地表温度", "K"))
    ['raster_heat_mean', 'raster_heat_pixels']
    """
    support = COLUMNS["night_light_pixels"].meaning
    mean = Text(
        f"栅格“{label}”的面积加权均值。", f"Coverage-weighted mean of the raster “{label}”."
    )
    return {
        f"raster_{name}_mean": Column(
            "parcel", f"raster_{name}_mean", "measured", "number", unit,
            Text(f"{label}均值", f"{label}: mean"), mean,
        ),
        f"raster_{name}_pixels": Column(
            "parcel", f"raster_{name}_pixels", "measured", "number", "1",
            Text(f"{label}像元数", f"{label}: pixels"), support, low=0.0,
        ),
    }  # fmt: skip


def column(name: str) -> Column:
    """
    Look a column up.

    Parameters
    ----------
    name
        Name of the column.

    Returns
    -------
    Column
        Its definition.

    Raises
    ------
    ColumnError
        When the data dictionary has no such column.

    Examples
    --------
    >>> column("parcel_area_mu").unit
    'mu'
    """
    if name not in COLUMNS:
        raise ColumnError(
            f"数据字典里没有列“{name}”；用 landrenew columns 查看全部列。",
            f"The data dictionary has no column {name!r}; see: landrenew columns.",
        )
    return COLUMNS[name]


def labels(columns: Sequence[str]) -> Text:
    """
    Name columns for people.

    Parameters
    ----------
    columns
        Columns of the data dictionary.

    Returns
    -------
    Text
        Their labels with the column in brackets.

    Examples
    --------
    >>> labels(["rd_share"]).zh
    '研发占比（rd_share）'
    """
    said = [(COLUMNS[one].label, one) for one in columns]
    return listing(Text(f"{label.zh}（{one}）", f"{label.en} ({one})") for label, one in said)
