"""The section ``[public]`` of the project file: what may be published of the city, and how coarse.

Here stands all that a public page may hold. What is not listed is denied: every column that names
or describes a person, a firm or a parcel, and every layer of shapes that nobody named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field, field_validator, model_validator

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import ColumnError, PublicationError
from landrenew.base.words import Text, some
from landrenew.intake.sections import Part

if TYPE_CHECKING:
    from landrenew.intake.project import Project

SUBJECTS: dict[str, tuple[str, ...]] = {
    "land": ("area_mu", "parcel_count", "firm_count", "owner_count"),
    "plots": ("small_area_share",),
    "line": ("control_share",),
    "floor": ("floor_area_ratio", "floor_known_area_share"),
    "tax": ("tax_cny10k_per_mu", "tax_known_area_share"),
    "verdict": ("low_efficiency_area_share", "undetermined_area_share"),
    "grades": ("efficiency_grade",),
}
"""The allow-list: columns that can be given for an area, by the parcels that they rest on."""

PUBLISHABLE = tuple(name for names in SUBJECTS.values() for name in names)
"""Every column that a project may publish; grades are published as numbers of parcels."""

DENIED = tuple(name for name in COLUMNS if name not in PUBLISHABLE)
"""Every other column: never in a public page."""

FEWEST = 2
"""A figure of one firm is that firm's own."""

NEEDED = {
    "by": Text(
        'by = "towns"（镇街）或 "blocks"（连片地块组）：图形概括到哪一级',
        'by = "towns" or "blocks": what the geometry is coarsened to',
    ),
    "min_firms": Text(
        "min_firms：一个数字至少涉及几家企业才公布，由本地按公开与保密的规定决定，软件不设",
        "min_firms: how many firms a figure must rest on to be published; the rules of the place"
        " decide it, landrenew has no default",
    ),
    "columns": Text(
        'columns = ["area_mu", …]：每个镇街或地块组公布哪几项',
        'columns = ["area_mu", …]: what is published of each town or block',
    ),
}
"""What the section must say, and for each key what it is."""

OpenLayer = Literal[
    "control_line", "growth_boundary", "parks", "barriers", "protected", "background", "towns"
]


COARSEST_M = 10_000
"""Widest grid of corners [m]: no town is left beyond it, and numbers run out further on."""


class Publication(Part):
    """
    What a public page may hold.

    Parameters
    ----------
    by
        Areas that figures and shapes are coarsened to: ``towns`` or ``blocks``.
    min_firms
        Fewest firms that a published figure may rest on, at least 2; nobody else may set it.
    columns
        The figures that are published of each area, of :data:`PUBLISHABLE`.
    layers
        Other layers that are drawn, as coarse as the areas; none unless they are named.
    tolerance_m
        How far a drawn border may stray when it is made coarser, and the width of the grid that
        its corners are moved to [m]; for the eye alone, a project choice.
    source
        Whom the page names as the source of its figures; None: not stated.
    """

    by: Literal["towns", "blocks"]
    min_firms: int = Field(strict=True)
    columns: tuple[str, ...]
    layers: tuple[OpenLayer, ...] = ()
    tolerance_m: float = Field(default=20.0, gt=0, le=COARSEST_M)
    source: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _says_what_is_needed(cls, value: object) -> object:
        lacking = [said for key, said in NEEDED.items() if isinstance(value, dict)
                   and key not in value]  # fmt: skip
        if lacking:
            raise ColumnError(
                f"缺少 {'；'.join(one.zh for one in lacking)}",
                f"lacks {'; '.join(one.en for one in lacking)}",
            )
        return value

    @field_validator("min_firms")
    @classmethod
    def _hides_single_firms(cls, value: int) -> int:
        if value < FEWEST:
            raise ColumnError(
                f"min_firms 不能小于 {FEWEST}：只涉及一家企业的数字就是这家企业的数字",
                f"min_firms must not be below {FEWEST}: a figure of one firm is that firm's own",
            )
        return value

    @field_validator("columns")
    @classmethod
    def _may_be_published(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ColumnError(
                f"columns 是空的；可以公布的有 {', '.join(PUBLISHABLE)}",
                f"columns is empty; what may be published: {', '.join(PUBLISHABLE)}",
            )
        if unknown := [name for name in value if name not in COLUMNS]:
            raise ColumnError(
                f"数据字典里没有 {some(unknown)}；可以公布的有 {', '.join(PUBLISHABLE)}",
                f"not a column of landrenew: {some(unknown)}; what may be published:"
                f" {', '.join(PUBLISHABLE)}",
            )
        if denied := [name for name in value if name in DENIED]:
            raise ColumnError(
                f"{some(denied)} 不能公布：只能公布镇街或地块组的合计、合计之比和个数，"
                f"即 {', '.join(PUBLISHABLE)}",
                f"never published: {some(denied)}; only totals, ratios of totals and counts of"
                f" towns or blocks are: {', '.join(PUBLISHABLE)}",
            )
        return tuple(dict.fromkeys(value))


EXAMPLE = '[public] by = "towns", min_firms = …, columns = ["area_mu", "control_share"]'


def publication_of(project: Project) -> Publication:
    """
    Give what a project says may be published.

    Parameters
    ----------
    project
        The project file.

    Returns
    -------
    Publication
        Its ``[public]``.

    Raises
    ------
    PublicationError
        When it has none, or lacks a layer without which the rule cannot be kept.
    """
    terms = project.public
    if terms is None:
        raise PublicationError(
            f"项目文件没有 [public]，不知道可以公布什么。请写明 {EXAMPLE}；"
            "min_firms 是一个数字至少涉及的企业数，由本地决定。",
            f"The project file has no [public], so what may be published is not known. Write"
            f" {EXAMPLE}; min_firms, the fewest firms a figure may rest on, is for the place to"
            " decide.",
        )
    if project.firms is None:
        raise PublicationError(
            "项目没有 [firms]，数不清每个数字涉及几家企业，公开版无从满足 min_firms。"
            "请加上企业表及其与宗地的关联。",
            "The project has no [firms], so that the firms behind a figure cannot be counted and"
            " min_firms cannot be kept. Add the firms and how they are linked to parcels.",
        )
    if absent := [name for name in terms.layers if getattr(project, name) is None]:
        raise PublicationError(
            f"[public] layers 中的 {some(absent)} 在项目中没有。请补上这一节，或从 layers 中去掉。",
            f"[public] layers names {some(absent)}, which the project does not have. Add the"
            " section, or take it out of layers.",
        )
    if terms.by == "towns" and project.towns is None:
        raise PublicationError(
            '[public] by = "towns" 需要 [towns]（镇街界）；没有镇街界时可用 by = "blocks"。',
            '[public] by = "towns" needs [towns], their outlines; without them use by = "blocks".',
        )
    return terms
