"""Say which section of the project file a layer or table is, from its name, columns and shapes.

Every clue has a weight; the section with the highest sum wins. The weights decide nothing but the
proposal: what rests on few clues is marked for the user to check.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from landrenew.base.columns import FLOWS, INTENSITIES
from landrenew.base.questions import PROOF
from landrenew.intake.attributes.corrections import HEADINGS
from landrenew.intake.attributes.corrections import NEEDED as CORRECTED
from landrenew.intake.propose.names import Match, find_columns, plain_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landrenew.intake.propose.look import Look, Shape

ENOUGH, CERTAIN = 2.0, 3.0
"""Sum of clues from which a layer is proposed, and from which it is not marked as unsure."""

LAYER_NAME, FILE_NAME, FOLDER_NAME = 4.0, 3.0, 2.0
"""Weight of a telling name, by what bears it."""

OF_MEASURE = tuple(INTENSITIES)

EXEMPTING = ("registered_on", "supplied_on", "production_on", "policy_relocation")
"""What exemptions ask, of firms and parcels alike."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "parcels": ("parcel_id", "town", "village", "owner", "land_code", "declared_area_m2",
                "exempt_reason", "veto_reason", "bonus_points", "bonus_evidence", *EXEMPTING,
                "size_class", "survey_area_m2", "settlement_code", "address", "willingness",
                "clear_cost_cny10k", "village_income_cny10k", "lock_class", "lock_reason",
                "surveyor", "survey_date", "data_year", "floor_area_ratio", "building_density",
                "counted_floor_area_m2", "floor_area_m2", "footprint_m2", *FLOWS, *OF_MEASURE,
                *PROOF, *dict.fromkeys(PROOF.values())),
    "control_line": ("name",),
    "growth_boundary": ("name",),
    "towns": ("town",),
    "villages": ("village",),
    "parks": ("park_id", "park_name", "capacity_mu", "build_cost_cny10k_per_mu"),
    "buildings": ("building_id", "floor_count", "height_m", "kind"),
    "firms": ("firm_id", "firm_name", "industry_code", "size_class", "head_office_id", "parcel_id",
              "exempt_reason", "veto_reason", "bonus_points", "bonus_evidence", *EXEMPTING,
              *FLOWS),
    "links": ("firm_id", "parcel_id", "share", "held_area_m2", "occupied_floor_area_m2"),
    "leases": ("lease_id", "tenant_id", "landlord_id", "parcel_id", "leased_area_m2",
               "leased_floor_area_m2", "lease_start", "lease_end"),
    "survey": ("parcel_id", "village", "willingness", "clear_cost_cny10k", "village_income_cny10k",
               "lock_class", "lock_reason", "surveyor", "survey_date", "data_year"),
    "contacts": ("parcel_id", "other_parcel_id", "contact_class", "contact_reason"),
    "barriers": ("kind", "name"),
    "protected": ("kind", "name"),
    "background": ("kind", "name"),
    "ledger": ("event_id", "parcel_id", "stage", "event_date"),
}  # fmt: skip
"""Our columns that each section of the project file may have, the most telling first."""

NEEDED: dict[str, tuple[str, ...]] = {
    "towns": ("town",),
    "villages": ("village",),
    "parks": ("park_id",),
    "firms": ("firm_id",),
    "links": ("firm_id", "parcel_id"),
    "leases": ("tenant_id", "parcel_id"),
    "survey": ("parcel_id",),
    "contacts": ("parcel_id", "other_parcel_id", "contact_class"),
    "ledger": ("event_id", "parcel_id", "stage", "event_date"),
}
"""Columns without which a section cannot be read."""

AREAS: tuple[Shape | None, ...] = ("polygon",)
ANYTHING: tuple[Shape | None, ...] = ("polygon", "line", "point")
SHAPES: dict[str, tuple[Shape | None, ...]] = {
    **dict.fromkeys(("parcels", "control_line", "growth_boundary", "towns", "villages", "parks",
                     "buildings", "protected"), AREAS),
    "barriers": ANYTHING,
    "background": ANYTHING,
    "firms": (None, "point"),
    **dict.fromkeys(("links", "leases", "survey", "contacts", "ledger"), (None,)),
}  # fmt: skip
"""What shapes a section can have; None is a table without any."""

CALLED: dict[str, re.Pattern[str]] = {
    "control_line": re.compile(
        r"控制线|控線|区块线|保护线|工业片区|工业红线"
        r"|\b(?:control line|gykzx|gykxx|kzx|kxx|qkx|gybhx|bhx|gypq|ibz)\b"
    ),
    "growth_boundary": re.compile(
        r"开发边界|\b(?:czkfbj|cskfbj|kfbj|ugb|growth boundar(?:y|ies))\b"
    ),
    "protected": re.compile(
        r"基本农田|生态保护红线|生态红线|保护地|\b(?:yjjbnt|jbnt|yjjbntbhtb|stbhhx|sthx|protected)\b"
    ),
    "towns": re.compile(
        r"镇街|乡镇|行政区|镇界|街道界|\b(?:towns?|townships?|xzq|xzqjx|xzjd|zj|subdistricts?|districts?)\b"
    ),
    "villages": re.compile(r"村界|行政村|村社区|\b(?:villages?|xzc|xzcjx)\b"),
    "parks": re.compile(r"园区|小微园|产业园|集聚区|\b(?:parks?|industrial parks?|yq|xwy)\b"),
    "buildings": re.compile(
        r"建筑|房屋|楼栋|\b(?:buildings?|bldgs?|footprints?|jzw|jz|fw|zrz|houses?)\b"
    ),
    "barriers": re.compile(
        r"阻隔|障碍|河流|水系|河道|铁路|高速|\b(?:barriers?|rivers?|railways?|waterways?|expressways?"
        r"|motorways?|hl|sx|tl)\b"
    ),
    "background": re.compile(r"底图|底色|背景|\b(?:background|basemap|backdrop|dt)\b"),
    "leases": re.compile(r"租赁|租约|出租|承租|\b(?:leases?|zl|rentals?)\b"),
    "links": re.compile(r"关联|对应|挂接|\b(?:links?|firm parcels?|gl)\b"),
    "survey": re.compile(r"排摸|摸底|\b(?:survey|pm|pmb)\b"),
    "contacts": re.compile(r"相邻|连接|\b(?:contacts?|bridges?|xl)\b"),
    "ledger": re.compile(r"台账|台帐|进度|\b(?:ledger|events?|tz|progress)\b"),
    "firms": re.compile(
        r"企业|亩均|规上|规下|工厂|公司|\b(?:firms?|enterprises?|compan(?:y|ies)|qy|mj|factor(?:y|ies))\b"
    ),
    "parcels": re.compile(
        r"宗地|地块|图斑|用地|地籍|\b(?:parcels?|plots?|lots?|gyyd|zd|zdjbxx|dltb|ghdk|dk|ghyd"
        r"|cadastr(?:e|al)|land ?use|mappluto|sites?)\b"
    ),
}
"""How files and layers are called, in Chinese, in initials, in English; in the order of trust."""

SECTIONS = (
    "parcels", "control_line", "growth_boundary", "towns", "villages", "parks", "barriers",
    "protected", "background", "buildings", "firms", "links", "leases", "survey", "contacts",
    "ledger", "corrections",
)  # fmt: skip
"""The sections, in the order of the project file."""

TELLING: dict[str, dict[str, float]] = {
    "parcels": {"parcel_id": 1.0, "declared_area_m2": 1.5, "survey_area_m2": 1.5, "owner": 1.5,
                "land_code": 1.0},
    "towns": {"town": 1.5},
    "villages": {"village": 2.0},
    "parks": {"park_id": 1.5, "park_name": 1.0, "capacity_mu": 2.0},
    "buildings": {"building_id": 0.5, "floor_count": 2.0, "height_m": 1.5},
    "firms": {"firm_id": 2.0, "firm_name": 1.5, "parcel_id": 1.5, "industry_code": 0.5,
              **dict.fromkeys(FLOWS, 0.5)},
    "links": {"firm_id": 1.0, "parcel_id": 1.0, "share": 2.0},
    "leases": {"tenant_id": 1.5, "landlord_id": 1.5, "lease_start": 0.5, "lease_end": 0.5,
               "leased_area_m2": 1.0, "parcel_id": 0.5},
    "survey": {"parcel_id": 0.5, "willingness": 2.0, "clear_cost_cny10k": 1.5,
               "village_income_cny10k": 1.5, "lock_class": 1.0},
    "contacts": {"parcel_id": 0.5, "other_parcel_id": 2.0, "contact_class": 1.5},
    "ledger": {"stage": 1.0, "event_date": 1.0, "event_id": 0.5, "parcel_id": 1.0},
}  # fmt: skip
"""How much a column says of the section."""

LITTLE = 0.5
"""Weight of columns that were found under names such as 编号, which say little."""

KINDS: dict[str, re.Pattern[str]] = {
    "barriers": re.compile(r"river|railway|expressway|motorway|canal|河|铁路|高速"),
    "protected": re.compile(r"farmland|ecology|农田|生态"),
    "background": re.compile(r"sea|lake|hill|green|built_up|road|海|湖|山|绿"),
}
"""What the column of kinds says where a section has one."""

SIZES: dict[str, tuple[float, float]] = {
    "parcels": (50.0, 5e6),
    "buildings": (4.0, 5e4),
    "towns": (2e5, 1e12),
    "villages": (5e4, 1e9),
    "parks": (5e3, 5e7),
}
"""Between which sizes the middle one of such shapes lies [m2]; the middle of a city's towns is
no parcel, and the other way round."""

SEEN = 500
"""So many rows tell what kinds a layer holds."""

FITS, MISFITS = 1.0, -4.0
"""Weight of a size within and outside these bounds."""

CORNERS = 3.0
"""Weight of the boundary-point form: what it holds is parcels by its nature."""


@dataclass(frozen=True, eq=False)
class Role:
    """
    A section that a layer may be.

    Parameters
    ----------
    section
        The section.
    look
        What was seen of the layer.
    matches
        Our columns found in it.
    score
        Sum of the clues.
    """

    section: str
    look: Look
    matches: tuple[Match, ...]
    score: float

    @property
    def is_sure(self) -> bool:
        """True when there were clues enough."""
        return self.score >= CERTAIN


def role_of(look: Look) -> Role | None:
    """
    Find the section that a layer or table most likely is.

    Parameters
    ----------
    look
        What was seen of it.

    Returns
    -------
    Role or None
        The best; None where there are too few clues.
    """
    if _is_corrections(look):
        return Role("corrections", look, (), CERTAIN)
    called = _called(look)
    roles = [_role(look, section, called) for section in COLUMNS if _can_be(look, section)]
    best = max(roles, key=lambda one: one.score, default=None)
    return best if best is not None and best.score >= ENOUGH else None


def _is_corrections(look: Look) -> bool:
    here = {plain_name(one) for one in look.columns}
    names = ({one, *HEADINGS[one]} for one in CORRECTED)
    return look.shape is None and all(here & one for one in names)


def _can_be(look: Look, section: str) -> bool:
    return look.shape in SHAPES[section]


def _role(look: Look, section: str, called: dict[str, float]) -> Role:
    found = tuple(find_columns(look.columns, COLUMNS[section], section))
    here = {one.column for one in found}
    score = called.get(section, 0.0) + _told_by_columns(section, found)
    score += _told_by_kinds(look, section, found) + _told_by_size(look, section)
    if section == "parcels" and look.path.lower().endswith(".txt"):
        score += CORNERS
    if not here >= set(NEEDED.get(section, ())):
        score = min(score, 0.0)
    return Role(section, look, found, score)


def _called(look: Look) -> dict[str, float]:
    """Weigh what the layer, the file and its folder are called; the most trusted word counts."""
    *folders, file = look.path.split("/")
    words = [(file.rsplit(".", 1)[0], FILE_NAME), *((one, FOLDER_NAME) for one in folders[-1:])]
    if look.layer is not None:
        words = [(look.layer, LAYER_NAME), *((one, weight / 2) for one, weight in words)]
    weights: dict[str, float] = {}
    for said, weight in words:
        plain = " ".join(re.split(r"[\W_\d]+", unicodedata.normalize("NFKC", said).casefold()))
        met = next((one for one, pattern in CALLED.items() if pattern.search(plain)), None)
        if met is not None:
            weights[met] = max(weight, weights.get(met, 0.0))
    return weights


def _told_by_columns(section: str, found: Sequence[Match]) -> float:
    telling = TELLING.get(section, {})
    clear = sum(telling.get(one.column, 0.0) for one in found if one.name.kind != "own")
    vague = any(one.column in telling for one in found if one.name.kind == "own")
    return clear + LITTLE * vague


def _told_by_kinds(look: Look, section: str, found: Sequence[Match]) -> float:
    kind = next((one.theirs for one in found if one.column == "kind"), None)
    if section not in KINDS or kind is None:
        return 0.0
    said = set(look.frame[kind].dropna().head(SEEN).astype(str))
    return 2.0 if said and all(KINDS[section].search(one) for one in said) else 0.0


def _told_by_size(look: Look, section: str) -> float:
    if section not in SIZES or not look.size_m2 > 0:
        return 0.0
    low, high = SIZES[section]
    return FITS if low <= look.size_m2 <= high else MISFITS


def share_out(roles: Sequence[Role]) -> tuple[list[Role], list[tuple[Role, Role]]]:
    """
    Give each section one layer.

    Parameters
    ----------
    roles
        What each layer is, one a layer.

    Returns
    -------
    list of Role
        The layer chosen for each section, in the order of the project file.
    list of tuple
        Every other layer, with the one that was preferred to it.
    """
    chosen: list[Role] = []
    others: list[tuple[Role, Role]] = []
    for section in SECTIONS:
        rivals = [one for one in roles if one.section == section]
        if rivals:
            best = _best(rivals)
            chosen.append(best)
            others += [(one, best) for one in rivals if one is not best]
    return [_beside_parcels(one, chosen) for one in chosen], others


def _beside_parcels(role: Role, chosen: Sequence[Role]) -> Role:
    """Let a survey give what the parcel layer does not: no number has two sources."""
    theirs = {match.column for one in chosen if one.section == "parcels" for match in one.matches}
    if role.section != "survey":
        return role
    kept = [one for one in role.matches if one.column == "parcel_id" or one.column not in theirs]
    return replace(role, matches=tuple(kept))


def _best(rivals: Sequence[Role]) -> Role:
    """Take the one with most clues; of tables alike, the last that is not much shorter."""
    top = max(rivals, key=lambda one: (one.score, one.look.rows))
    alike = [one for one in rivals if one.look.columns == top.look.columns]
    longest = max(one.look.rows for one in alike)
    full = [one for one in alike if 2 * one.look.rows >= longest]
    return max(full, key=lambda one: _natural(one.look.name))


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort 2 before 10."""
    parts = re.split(r"(\d+)", name)
    return [(int(one), "") if one.isdigit() else (-1, one) for one in parts]
