"""Firms that are not evaluated alone: groups, firms on one parcel, and tenants of a landlord.

A unit is a firm, or several that count as one: amounts are added up, what one does not state is
missing for all, and land counts once. A tenant that follows its landlord takes no place among
others. Exempt firms are evaluated with nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from landrenew.assess.evaluation import (
    asked_already,
    firm_figures,
    judged_firms,
    scored_and_graded,
    with_asked,
)
from landrenew.assess.exemption import OPEN, exempted
from landrenew.assess.kinds import joined_words
from landrenew.assess.scores import bonus_points
from landrenew.base.columns import FLOWS
from landrenew.base.errors import RuleError
from landrenew.base.missing import none_where_missing
from landrenew.intake.geometry.shapes import DUST_M2
from landrenew.measure.firms import size_class_of
from landrenew.measure.groups import merged_groups
from landrenew.measure.leases import land_together
from landrenew.measure.owners import land_owners
from landrenew.rules.tenants import FOLLOWS, MERGES

if TYPE_CHECKING:
    from landrenew.assess.exemption import Answers
    from landrenew.intake.parcels import Parcels
    from landrenew.measure.allocation import Allocation
    from landrenew.rules.model import Rulebook
    from landrenew.rules.tenants import Tenants


WORDS = ("pool", "efficiency_grade", "grade_basis", "grade_from")
"""Judgements in words."""


class Ground(NamedTuple):
    """
    What firms stand on.

    Parameters
    ----------
    parcels
        Parcel table with ``parcel_area_m2``; ``park_id`` where tenants in parks stand alone.
    links
        ``firm_id``, ``parcel_id`` and what they state.
    allocation
        The result of :func:`landrenew.measure.allocation.allocate`.
    """

    parcels: Parcels
    links: pd.DataFrame
    allocation: Allocation


class Together(NamedTuple):
    """
    Firms that were judged together, and what was judged.

    Parameters
    ----------
    firms
        Each firm's own figures, with the judgement it has.
    units
        Index: the first firm of each unit; the rows that were judged, with the figures of the unit
        and its ``exempt_class``. Tenants that follow their landlord have none.
    unit
        The unit of each firm.
    """

    firms: pd.DataFrame
    units: pd.DataFrame
    unit: pd.Series[str]


def firms_together(
    firms: pd.DataFrame,
    ground: Ground,
    book: Rulebook,
    answers: Answers | None = None,
    *,
    merges_groups: bool = False,
) -> Together:
    """
    Score and grade firms of which some are evaluated together, or by their landlord.

    Parameters
    ----------
    firms
        As for :func:`landrenew.assess.evaluation.evaluated_firms`; ``group_id`` where groups count
        as one.
    ground
        What they stand on.
    book
        The rulebook; its ``tenants`` say who is evaluated with whom.
    answers
        What the rulebook's exemptions answer for each firm.
    merges_groups
        Whether head offices and subsidiaries count as one.

    Returns
    -------
    Together
        Its firms as ``evaluated_firms`` gives them, with each firm's own figures and the judgement
        of its unit; also ``grade_basis``: ``own``, ``merged`` or ``landlord``, None where that is
        not known, and ``grade_from``, the firm whose evaluation it is.

    Raises
    ------
    RuleError
        When the rulebook scores by a baseline it does not state, or names parks that the project
        does not have.
    """
    table = firm_figures(firms, ground.allocation.land)
    if book.scoring is None:
        return Together(table, table, table.index.to_series())
    asked = with_asked(table, firms, book)
    exempt = _exempt(asked, book, answers)
    unit, is_unclear = _units(firms, ground, book, exempt, merges_groups=merges_groups)
    rows, land, leases = _as_units(firms, ground, unit, merges_groups=merges_groups)
    rows = with_asked(firm_figures(rows, land), rows, book).assign(**_together(exempt, unit))
    rows["held_m2"] = land.groupby("firm_id")["registered_land_m2"].sum(skipna=False)
    owner = _followed(rows, leases, book.tenants, ground.parcels)
    sizes = is_unclear.groupby(unit).any().map({True: "size_class", False: ""})
    lacks = joined_words(sizes.reindex(rows.index), owner["unclear"])
    # who may count for one thing or another may count or not, as one that may be exempt
    rows.loc[lacks.ne(""), "exempt_class"] = OPEN
    follows = owner["follows"].astype(bool)
    alone = scored_and_graded(rows[~follows], asked_already(book))
    scored = alone.reindex(rows.index)
    scored["missing"] = joined_words(scored["missing"].fillna(""), lacks, owner["lacks"])
    basis = pd.Series(np.where(follows, "landlord", "own"), rows.index, dtype=object)
    scored["grade_basis"] = basis.mask(lacks.ne(""), None)
    own = rows.index.to_series().where(lacks.eq(""), None)
    scored["grade_from"] = owner["owner_id"].where(follows, own)
    scored = _with_landlords(scored, follows)
    shared = _shared(scored, unit, exempt, firms, book)
    alone["missing"] = joined_words(alone["missing"], lacks[~follows])
    alone["grade_basis"] = shared["grade_basis"].reindex(alone.index)
    return Together(judged_firms(table, shared), judged_firms(rows[~follows], alone), unit)


def _exempt(table: pd.DataFrame, book: Rulebook, answers: Answers | None) -> pd.DataFrame:
    """Settle who is exempt, by the rulebook or by the table alone."""
    if book.exemptions:
        return exempted(table, book, answers)
    reason = table.get("exempt_reason", pd.Series(None, table.index, dtype=object))
    return pd.DataFrame(
        {"exempt_reason": reason.astype(object), "missing": ""}, table.index
    ).assign(exempt_class=np.where(reason.notna(), "yes", "no"))


def _units(
    firms: pd.DataFrame,
    ground: Ground,
    book: Rulebook,
    exempt: pd.DataFrame,
    *,
    merges_groups: bool,
) -> tuple[pd.Series[str], pd.Series[bool]]:
    """Say what each firm counts as, and where its size must be known; exempt firms stand alone."""
    own = firms.index.to_series().astype(object)
    counts = exempt["exempt_class"].ne("yes")
    unit = own
    if merges_groups:
        head_counts = firms["group_id"].map(counts).fillna(value=False).astype(bool)
        unit = firms["group_id"].astype(object).where(counts & head_counts, own)
    rule = book.tenants
    if rule is None or rule.rule != MERGES:
        return unit, pd.Series(data=False, index=firms.index)
    sizes = size_class_of(_column(firms, "size_class"), unit).reindex(unit).set_axis(unit.index)
    holds, is_unclear = _holds(rule, sizes)
    joins = counts & (holds | is_unclear)
    stands = ground.allocation.stands
    stands = stands[stands["firm_id"].map(joins).fillna(value=False).astype(bool)]
    if stands.empty:
        return unit, pd.Series(data=False, index=firms.index)
    pairs = pd.DataFrame({"unit": stands["firm_id"].map(unit), "parcel": stands["parcel_id"]})
    first = _connected(pairs)
    joined = unit.map(first).astype(object)
    joined = joined.where(joined.notna() & joins, unit)
    is_several = unit.groupby(joined).transform("nunique").gt(1)
    return joined, is_several & is_unclear & joins


def _connected(pairs: pd.DataFrame) -> pd.Series[str]:
    """Give for each unit the first of all that hang together with it over parcels."""
    units, parcels = (pd.Index(sorted(pairs[one].unique())) for one in ("unit", "parcel"))
    at = units.get_indexer(pairs["unit"]), len(units) + parcels.get_indexer(pairs["parcel"])
    size = len(units) + len(parcels)
    links = coo_array((np.ones(len(pairs)), at), shape=(size, size))
    _, label = connected_components(links, directed=False)
    first = pd.Series(units, label[: len(units)]).groupby(level=0).transform("min")
    return pd.Series(first.to_numpy(object), units)


def _holds(rule: Tenants, sizes: pd.Series[str]) -> tuple[pd.Series[bool], pd.Series[bool]]:
    """Tell for which firms a rule holds, and of which that is not known."""
    if rule.size_class is None:
        return pd.Series(data=True, index=sizes.index), pd.Series(data=False, index=sizes.index)
    return sizes.eq(rule.size_class), sizes.isna()


def _column(table: pd.DataFrame, name: str) -> pd.Series:
    return table.get(name, pd.Series(None, table.index, dtype=object))


def _as_units(
    firms: pd.DataFrame, ground: Ground, unit: pd.Series[str], *, merges_groups: bool
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Take firms together: their rows, the land of each unit, the leases between units."""
    several = unit.map(unit.value_counts()).gt(1)
    allocation = ground.allocation
    if not several.any():
        return firms, allocation.land.reset_index(), allocation.leases
    land, leases = land_together(ground.links, ground.parcels, allocation.leases, unit)
    rows = firms.loc[pd.Index(unit.drop_duplicates())].rename_axis("firm_id")
    members = firms[several].sort_index()  # so that no order of rows decides the last bit
    of = unit[members.index]
    sums = _amounts(members, of, merges_groups=merges_groups)
    if "size_class" in firms.columns:
        sums["size_class"] = size_class_of(members["size_class"], of)
    if {"bonus_points", "bonus_evidence"} <= {*firms.columns}:
        proof = members["bonus_evidence"]
        proved = members["bonus_points"].where(proof.notna())
        sums["bonus_points"] = proved.groupby(of).sum(min_count=1)
        sums["bonus_evidence"] = proof.where(proved.notna()).groupby(of).agg(_joined)
    if "veto_reason" in firms.columns:
        sums["veto_reason"] = pd.Series(None, sums.index, dtype=object)
    if "firm_name" in firms.columns:
        sums["firm_name"] = members["firm_name"].groupby(of).agg(_joined)
    for name in sums.columns:  # a sum that is missing must not leave the first member's figure
        rows[name] = sums[name].reindex(rows.index).where(rows.index.isin(sums.index), rows[name])
    return rows, land, leases


def _amounts(members: pd.DataFrame, of: pd.Series[str], *, merges_groups: bool) -> pd.DataFrame:
    """Add the amounts of members; what one does not state is missing, but for groups' heads."""
    flows = [flow for flow in FLOWS if flow in members.columns]
    if not merges_groups:
        return members[flows].groupby(of).sum(skipna=False)
    in_group = members["group_id"].where(
        members["group_id"].map(of).eq(of), members.index.to_series()
    )
    groups = merged_groups(members.assign(group_id=in_group))
    return groups.groupby(groups.index.to_series().map(of)).sum(skipna=False)


def _joined(words: pd.Series[str]) -> str | None:
    said = "；".join(dict.fromkeys(words.dropna().astype(str)))
    return said or None


def _together(exempt: pd.DataFrame, unit: pd.Series[str]) -> dict[str, pd.Series[str]]:
    """Say of units what is known of their exemption; of several members none is exempt."""
    is_open = exempt["exempt_class"].eq(OPEN).groupby(unit).any()
    reason = none_where_missing(exempt["exempt_reason"].groupby(unit).first())
    words = np.select([reason.notna(), is_open], ["yes", OPEN], "no")
    return {
        "exempt_class": pd.Series(words, reason.index, dtype=object),
        "exempt_reason": reason.astype(object),
    }


def _followed(
    rows: pd.DataFrame, leases: pd.DataFrame, rule: Tenants | None, parcels: Parcels
) -> pd.DataFrame:
    """Say which units follow which landlord, and what is lacking to know it."""
    found = pd.DataFrame({
        "follows": False, "owner_id": None, "lacks": "", "unclear": "",
    }, index=rows.index).astype(object)  # fmt: skip
    if rule is None or rule.rule != FOLLOWS:
        return found
    owners = land_owners(_outside(leases, rule, parcels)).reindex(rows.index)
    holds, is_unclear = _holds(rule, _column(rows, "size_class"))
    rents = owners["lacks"].notna() & rows["exempt_class"].ne("yes")
    is_tenant = rows["held_m2"].le(DUST_M2)
    found["follows"] = rents & is_tenant & holds
    found["owner_id"] = owners["owner_id"].where(found["follows"].astype(bool), None)
    found["lacks"] = owners["lacks"].where(found["follows"].astype(bool), "")
    may = rents & (holds | is_unclear) & (is_tenant | rows["held_m2"].isna())
    unsaid = pd.Series(np.where(is_unclear, "size_class", "held_area_m2"), rows.index, dtype=object)
    found["unclear"] = unsaid.where(may & ~found["follows"].astype(bool), "")
    return found


def _outside(leases: pd.DataFrame, rule: Tenants, parcels: Parcels) -> pd.DataFrame:
    """Leave out leases in parks where tenants stand alone."""
    if not rule.except_parks:
        return leases
    if "park_id" not in parcels.columns:
        raise RuleError(
            "规则书 [tenants] 的 except_parks 写明了园区，而项目文件没有 [parks]，不知道宗地在哪个"
            "园区。请补上 [parks]。",
            "except_parks under [tenants] of the rulebook names parks, but the project has no"
            " [parks], and it is not known in which park a parcel lies. Add [parks].",
        )
    park = leases["parcel_id"].map(parcels["park_id"])
    return leases[~park.isin(rule.except_parks)]


def _with_landlords(scored: pd.DataFrame, follows: pd.Series[bool]) -> pd.DataFrame:
    """Give tenants the grade of their landlord, and say what that lacks."""
    owner = scored["grade_from"][follows].dropna()
    for name in ("efficiency_grade", "missing"):
        if name in scored.columns:
            scored.loc[owner.index, name] = scored[name].reindex(owner).to_numpy(object)
    return scored


def _shared(
    scored: pd.DataFrame,
    unit: pd.Series[str],
    exempt: pd.DataFrame,
    firms: pd.DataFrame,
    book: Rulebook,
) -> pd.DataFrame:
    """Give each firm what its unit was judged; its own exemption and veto come first."""
    shared = scored.reindex(unit).set_axis(firms.index)
    is_merged = unit.map(unit.value_counts()).gt(1) & shared["grade_basis"].eq("own")
    shared["grade_basis"] = shared["grade_basis"].mask(is_merged, "merged")
    if "efficiency_grade" in shared.columns and book.grades is not None:
        grade, grades = shared["efficiency_grade"], book.grades
        if grades.veto is not None:
            is_vetoed = _column(firms, "veto_reason").notna()
            grade = grade.mask(is_vetoed, grades.veto.grade)
        grade = grade.mask(exempt["exempt_class"].eq("yes"), grades.exempt)
        shared["efficiency_grade"] = grade.mask(exempt["exempt_class"].eq(OPEN), None)
    lacks = [exempt["missing"], shared.pop("missing")]
    if book.bonus is not None:
        unproved = bonus_points(firms, book.bonus)["missing"]
        lacks.append(unproved.where(is_merged, ""))
    shared["missing"] = joined_words(*lacks)
    words = [name for name in WORDS if name in shared.columns]
    shared[words] = none_where_missing(shared[words])
    if not book.exemptions:
        return shared
    return exempt[["exempt_class", "exempt_reason"]].join(shared)
