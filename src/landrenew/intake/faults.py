"""Faults: every row that was repaired, set aside or doubted, with where and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from landrenew.base.words import Text

Outcome = Literal["repaired", "rejected", "doubted"]

NO_DETAIL = Text("", "")


@dataclass(frozen=True)
class Fault:
    """
    One thing wrong with one row of one layer.

    Parameters
    ----------
    layer
        Layer of the project file, such as ``parcels``.
    row
        Number of the row in the file, counted from 1 over all its rows; None for a whole layer.
    id
        Id of the row, empty when it has none.
    code
        Kind of fault, a key of :data:`KINDS`.
    detail
        The figures: what exactly was found.
    x
        Where, in the project CRS [m]; None when there is no place.
    y
        Where, in the project CRS [m].
    """

    layer: str
    row: int | None
    id: str
    code: str
    detail: Text = NO_DETAIL
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True)
class FaultKind:
    """
    One kind of fault.

    Parameters
    ----------
    outcome
        What was done with the row.
    what
        What is wrong.
    mend
        How to mend it.
    """

    outcome: Outcome
    what: Text
    mend: Text


_DRAW = Text("在 GIS 中补画该图形后重新导出。", "Draw the shape in the GIS and export again.")
_TOPOLOGY = Text(
    "在 GIS 中用拓扑检查改正该图形。", "Correct the shape with the GIS's topology check."
)
_ATTRIBUTE = Text("在原表中核实并改正该值。", "Check and correct the value in the source table.")
_CODES = Text("核对两张表的编号写法。", "Compare how the two tables write the id.")

KINDS: dict[str, FaultKind] = {
    "empty_geometry": FaultKind("rejected", Text("没有图形", "No geometry"), _DRAW),
    "not_polygon": FaultKind("rejected", Text("图形不是面", "Geometry is not a polygon"), _DRAW),
    "unrepairable": FaultKind(
        "rejected",
        Text("图形无效，修复会使面积变化超过 0.5%", "Invalid; repair changes the area over 0.5 %"),
        _TOPOLOGY,
    ),
    "repaired": FaultKind(
        "repaired", Text("图形无效，已修复", "Invalid geometry, repaired"), _TOPOLOGY
    ),
    "missing_id": FaultKind("rejected", Text("没有编号", "No id"), _ATTRIBUTE),
    "duplicate_row": FaultKind(
        "rejected",
        Text("与前一行编号、图形都相同", "Same id and shape as an earlier row"),
        Text("删除重复的行。", "Delete the repeated row."),
    ),
    "overlap": FaultKind(
        "doubted",
        Text(
            "与另一宗地重叠；重叠地面只计一次", "Overlaps another parcel; that ground counts once"
        ),
        _TOPOLOGY,
    ),
    "far_away": FaultKind(
        "doubted",
        Text("远离其他宗地", "Far from all other parcels"),
        Text("核对坐标系与坐标。", "Check the CRS and the coordinates."),
    ),
    "out_of_range": FaultKind(
        "repaired",
        Text("数值不可能为真，已作缺失处理", "Value cannot be true; taken as missing"),
        _ATTRIBUTE,
    ),
    "not_a_number": FaultKind(
        "repaired",
        Text("应为数字，已作缺失处理", "Not a number; taken as missing"),
        _ATTRIBUTE,
    ),
    "unknown_word": FaultKind(
        "repaired",
        Text("不是该列认得的词，已作缺失处理", "Not a word of this column; taken as missing"),
        _ATTRIBUTE,
    ),
    "area_differs": FaultKind(
        "doubted",
        Text("登记面积与图形面积相差超过 1%", "Declared and drawn area differ by over 1 %"),
        Text("核对登记面积、单位与图形。", "Check the declared area, its unit and the shape."),
    ),
    "link_unknown_parcel": FaultKind(
        "rejected",
        Text("关联的宗地不在宗地表中", "Linked parcel is not in the parcel table"),
        _CODES,
    ),
    "link_unknown_firm": FaultKind(
        "rejected", Text("关联的企业不在企业表中", "Linked firm is not in the firm table"), _CODES
    ),
    "link_shares": FaultKind(
        "doubted",
        Text(
            "企业各宗地份额之和不为 1，已按比例归一", "Shares of a firm do not add to 1; rescaled"
        ),
        _ATTRIBUTE,
    ),
    "firm_unlinked": FaultKind(
        "doubted",
        Text("企业没有关联到任何宗地，其数值未分配", "Firm stands on no parcel; not allocated"),
        Text("在关联表中补上该企业的宗地。", "Add the firm's parcel to the link table."),
    ),
    "building_orphan": FaultKind(
        "doubted",
        Text("建筑不在任何宗地上", "Building stands on no parcel"),
        Text("核对宗地界线与建筑图层。", "Compare the parcel and building layers."),
    ),
    "no_height": FaultKind(
        "doubted",
        Text("建筑既无层数也无高度，其建筑面积缺失", "Building has neither storeys nor height"),
        _ATTRIBUTE,
    ),
    "stage_unreadable": FaultKind(
        "rejected",
        Text("台账的阶段或日期无法识别", "Stage or date of the ledger cannot be read"),
        _ATTRIBUTE,
    ),
    "stage_jump": FaultKind(
        "rejected",
        Text("台账阶段次序不合理", "Ledger stages are out of order"),
        Text("核对事件的阶段与日期。", "Check stage and date of the event."),
    ),
}
"""Every kind of fault that a run can report."""
