"""Make a section of the project file out of a layer: path, rows, columns, units, CRS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from landrenew.base.columns import COLUMNS, FLOWS
from landrenew.base.errors import FileError
from landrenew.base.words import Text, some
from landrenew.intake.attributes.where import select_rows
from landrenew.intake.propose.draft import Line, Section
from landrenew.intake.propose.land import industrial_rows
from landrenew.intake.propose.names import find_columns, plain_name
from landrenew.intake.propose.place import candidate_crs
from landrenew.intake.propose.roles import NEEDED
from landrenew.intake.propose.scheme import scheme_lines
from landrenew.intake.propose.units import looks_like_storeys, unit_of
from landrenew.intake.propose.values import OWN_ID, filled, fit_columns, numbers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    import pandas as pd

    from landrenew.intake.propose.look import Look
    from landrenew.intake.propose.names import Match
    from landrenew.intake.propose.roles import Role

MEASURED_FROM = {"floor_area_ratio": "buildings", "building_density": "buildings",
                 "counted_floor_area_m2": "buildings", "floor_area_m2": "buildings",
                 "footprint_m2": "buildings", **dict.fromkeys(FLOWS, "firms"),
                 "size_class": "firms"}  # fmt: skip
"""Columns of the parcels that a layer of the project decides, where there is one."""

COORDINATES = (("lon", "lat"), ("lng", "lat"), ("longitude", "latitude"), ("经度", "纬度"))
"""How tables call longitude and latitude."""


@dataclass(frozen=True)
class Table:
    """
    What a section is made from.

    Parameters
    ----------
    role
        The layer and what it is.
    present
        Sections that the project will have.
    certain
        Layers whose CRS is stated.
    path
        Gives the path that the project file writes for one below the folder.
    """

    role: Role
    present: Collection[str]
    certain: Sequence[Look]
    path: Callable[[str], str]


def section_of(table: Table) -> Section:
    """
    Propose a section.

    Parameters
    ----------
    table
        The layer, and what else the project has.

    Returns
    -------
    Section
        The section; switched off where it could not be read as it stands.
    """
    look, name = table.role.look, table.role.section
    where, rows, unsure = _rows(look, name)
    matches = fit_columns(look, name, rows)
    columns = [_column_line(table, one, rows) for one in matches]
    lines = [Line("path", table.path(look.path))]
    if look.layer is not None:
        lines.append(Line("layer", look.layer))
    place, off = _crs_lines(table)
    code = next((one.theirs for one in matches if one.column == "land_code"), None)
    scheme = scheme_lines(look, code) if code is not None and name == "parcels" else []
    lines += [*place, *where, *scheme, *_coordinate_lines(look, name)]
    missing = [one for one in NEEDED.get(name, ()) if one not in {m.column for m in matches}]
    if missing:
        off = Text(f"没有找到 {some(missing)} 对应的列", f"no column for {some(missing)} was found")
    return Section(
        name,
        tuple(lines),
        tuple(one for one in columns if one is not None),
        remarks=(_seen(look), *_left_over(look, matches)),
        doubts=(*_doubts(table.role, matches, rows), *unsure),
        off=off,
    )


def _rows(look: Look, name: str) -> tuple[list[Line], pd.DataFrame, list[Text]]:
    """Select the industrial rows of a layer of land; doubts where nothing selects them."""
    if name != "parcels":
        return [], look.frame, []
    where, why, is_sure = industrial_rows(look)
    if where is None:
        return [], look.frame, [why] if why is not None and not is_sure else []
    try:
        rows = select_rows(look.frame, where, look.path, name)
    except FileError:
        return [], look.frame, []
    return [Line("where", where, why, is_sure)], rows, []


def _column_line(table: Table, match: Match, rows: pd.DataFrame) -> Line | None:
    """Write one column; none for a column of our own name, which needs no line."""
    name = table.role.section
    if name == "buildings" and match.column == "height_m":
        return _height_line(table, match, rows)
    unit = unit_of(table.role.look, match, rows)
    value = match.theirs if unit.name is None else (match.theirs, unit.name)
    is_ours = name == "parcels" and COLUMNS[match.column].role == "measured"
    if is_ours or _is_decided(table, match):
        return Line(match.column, value, _stands_in(table, match), is_sure=False, is_on=False)
    if match.theirs == match.column and unit.name is None:
        return None
    remark, is_sure = unit.why, unit.is_sure
    if is_sure and not match.is_sure:
        remark, is_sure = _how(match), False
    return Line(match.column, value, remark, is_sure, is_on=unit.is_known)


def _is_decided(table: Table, match: Match) -> bool:
    source = MEASURED_FROM.get(match.column)
    return table.role.section == "parcels" and source in table.present


def _stands_in(table: Table, match: Match) -> Text:
    """Say why a column that landrenew would measure itself is not taken."""
    if _is_decided(table, match):
        source = MEASURED_FROM[match.column]
        return Text(
            f"由 [{source}] 得出，两者不能并存", f"follows from [{source}]; only one can be"
        )
    if match.column in MEASURED_FROM:
        return Text(
            "是现状值才能启用，规划或出让条件不行",
            "switch it on only if it is what stands there, not what a plan allows",
        )
    return Text(
        "是现成的比值，确认口径后再启用", "a ready ratio; switch it on once its definition is known"
    )


def _height_line(table: Table, match: Match, rows: pd.DataFrame) -> Line:
    """Take heights that look like storeys for storeys, unless there is a column of storeys."""
    theirs = match.theirs
    if not looks_like_storeys(rows[theirs]):
        unit = unit_of(table.role.look, match, rows)
        return Line("height_m", theirs if unit.name is None else (theirs, unit.name))
    why = Text(
        "全是不大的整数，像是层数而不是米", "small whole numbers: storeys rather than metres"
    )
    return Line("floor_count", theirs, why, is_sure=False)


def _how(match: Match) -> Text:
    said = {
        "truncated": Text(
            f"像是“{match.name.name}”被截断", f"looks like {match.name.name!r} cut off"
        ),
        "contains": Text(f"列名含“{match.name.name}”", f"its name holds {match.name.name!r}"),
    }
    general = Text("列名笼统，按它的值推断", "the name says little; judged by its values")
    return said.get(match.how, general)


def _crs_lines(table: Table) -> tuple[list[Line], Text | None]:
    """Propose a CRS where the file states none; the section waits until the user agrees."""
    look = table.role.look
    if look.shape is None or look.crs is not None or look.extent is None:
        return [], None
    found = candidate_crs(look.extent, table.certain)
    off = Text(
        "文件没有写明坐标系，crs 一行是候选；核实后去掉本节各行行首的“# ”",
        "the file states no CRS; the line crs is a candidate. Once it is checked, take away the"
        " '# ' before the lines of this section",
    )
    return [Line("crs", found.crs or "EPSG:", found.why, is_sure=False)], off


def _coordinate_lines(look: Look, name: str) -> list[Line]:
    """Offer the coordinates of a table of firms, for the user to switch on."""
    if name != "firms" or look.shape is not None:
        return []
    plain = {plain_name(one): one for one in look.columns}
    pair = next((one for one in COORDINATES if one[0] in plain and one[1] in plain), None)
    if pair is None:
        return []
    lon, lat = plain[pair[0]], plain[pair[1]]
    xs, ys = numbers(look.frame[lon]), numbers(look.frame[lat])
    if xs.empty or ys.empty:
        return []
    found = candidate_crs((xs.min(), ys.min(), xs.max(), ys.max()), ())
    why = Text(
        f"经纬度列；{found.why.zh}。确认坐标系（以及是否为偏移过的 GCJ-02）后三行一并启用",
        f"longitude and latitude; {found.why.en}. Switch on all three once the CRS is known, and"
        " that it is not the shifted GCJ-02",
    )
    return [
        Line("x", lon, why, is_sure=False, is_on=False),
        Line("y", lat, is_on=False),
        Line("crs", found.crs or "EPSG:", is_on=False),
    ]


def _doubts(role: Role, matches: Sequence[Match], rows: pd.DataFrame) -> tuple[Text, ...]:
    doubts = []
    if not role.is_sure:
        doubts.append(Text(f"{role.look.name} 是否属于这一节，依据不多",
                           f"few clues that {role.look.name} belongs here"))  # fmt: skip
    own = OWN_ID.get(role.section)
    if role.section == "parcels" and own not in {one.column for one in matches}:
        why = _nearly_id(role, rows)
        doubts.append(Text(f"没有一列能唯一标识宗地，按行号命名{why.zh}",
                           f"no column names each parcel; rows are named{why.en}"))  # fmt: skip
    return tuple(doubts)


def _nearly_id(role: Role, rows: pd.DataFrame) -> Text:
    """Say why the column that is called an id is none: rows that share one, or have none."""
    called = find_columns(role.look.columns, ("parcel_id",), role.section)
    if not called:
        return Text("", "")
    column = called[0].theirs
    ids = filled(rows[column])
    again = ids.index[ids.duplicated(keep=False)].tolist()
    without = len(rows) - len(ids)
    zh, en = [f"“{column}”像是编号"], [f"{column!r} looks like the id"]
    if again:
        zh.append(f"第 {some(again)} 行相互重复")
        en.append(f"rows {some(again)} repeat one another")
    if without:
        zh.append(f"{without} 行没有编号")
        en.append(f"{without} rows have none")
    return Text("；" + "，".join(zh), "; " + ", ".join(en))


def _seen(look: Look) -> Text:
    """Say what the layer holds."""
    kinds = {"polygon": Text("面", "polygons"), "line": Text("线", "lines"),
             "point": Text("点", "points"), None: Text("表", "table")}  # fmt: skip
    kind = kinds[look.shape]
    about = Text("", "") if look.is_whole else Text("不少于 ", "at least ")
    return Text(f"{kind.zh}，{about.zh}{look.rows} 行", f"{kind.en}, {about.en}{look.rows} rows")


def _left_over(look: Look, matches: Sequence[Match]) -> list[Text]:
    used = {one.theirs for one in matches}
    rest = [one for one in look.columns if one not in used]
    if not rest:
        return []
    return [Text(f"未用到的列：{some(rest)}", f"columns not used: {some(rest)}")]
