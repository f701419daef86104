"""Locks: which parcels must be cleared, which must not, and why; each reason is a condition.

Of all parcels that must stay for one reason, none is cleared: one row for them all. So a clash can
name "the unwilling", and a way out can say how many of them it would take, and which.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.errors import PlanError
from landrenew.base.words import Text, some
from landrenew.intake.parcels import require
from landrenew.measure.land import BETWEEN_IDS
from landrenew.plan.program.problem import CLEAR, MUST
from landrenew.plan.program.wishes import COUNT, Condition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from numpy.typing import NDArray

    from landrenew.intake.layers import Layers
    from landrenew.intake.parcels import Parcels
    from landrenew.intake.planning import Planning
    from landrenew.plan.path.actions import Candidates
    from landrenew.plan.program.problem import Problem

    Numbers = NDArray[np.float64]

UNWILLING, UNDECIDED = "unwilling", "undecided"
NEVER = "never"


@dataclass(frozen=True, eq=False)
class Locked:
    """
    Parcels that a plan may not clear, and those it must, each group under the name of its reason.

    Parameters
    ----------
    must
        Parcels to be cleared.
    out
        Parcels to be left alone, by name of the reason, with what it says for people.
    """

    must: tuple[str, ...]
    out: dict[str, tuple[tuple[str, ...], Text]]


def locked_parcels(
    layers: Layers, parcels: Parcels, planning: Planning, found: Candidates
) -> Locked:
    """
    Gather what must, and what must not, be cleared, by reason.

    Parameters
    ----------
    layers
        The layers of a project.
    parcels
        The parcel table, measured and judged.
    planning
        The wishes.
    found
        The candidates.

    Returns
    -------
    Locked
        The parcels; of those to be left alone only candidates.

    Raises
    ------
    PlanError
        When a lock names a parcel or firm that is not there, or a parcel that can not be cleared.
    """
    asked = planning.locks
    stated = parcels.get("lock_class", pd.Series(None, parcels.index, dtype=object))
    named = _listed(parcels.index, "never", asked.never)
    must = _listed(parcels.index, "must", asked.must).union(parcels.index[stated == "must"])
    if len(stray := must.difference(found.table.index)):
        raise PlanError(
            "必须腾退的宗地不在可腾退之列（在控制线内，或跨线而 straddling 为 keep）："
            f"{some(stray)}。请改正，或改写 straddling。",
            f"Parcels that must be cleared are none that can be (inside the line, or across it"
            f" with straddling = keep): {some(stray)}. Mend the lock, or straddling.",
        )
    groups = {
        NEVER: named.union(parcels.index[stated == "never"]),
        **_by_owner(parcels, planning),
        "protected_firms": _of_firms(layers, planning),
        "protected_grades": _of_grades(parcels, planning),
        "unpriced": found.unpriced,
        "income_unknown": found.of_unknown_income if planning.villages else found.table.index[:0],
        "overlapping": _overlapping(parcels),
    }
    held = {name: ids.intersection(found.table.index) for name, ids in groups.items()}
    out = {
        name: (tuple(map(str, ids)), _said(name, len(ids)))
        for name, ids in held.items()
        if len(ids)
    }
    return Locked(tuple(map(str, must)), out)


REASONS = {
    NEVER: Text("不得腾退", "must never be cleared"),
    UNWILLING: Text("权利人不愿意，不腾退", "with unwilling owners stay"),
    UNDECIDED: Text("权利人观望，不腾退", "with undecided owners stay"),
    "protected_firms": Text("有受保护企业，不腾退", "with protected firms stay"),
    "protected_grades": Text("评级受保护，不腾退", "of protected grades stay"),
    "unpriced": Text("腾退费用不明，不能腾退", "of unknown cost can not be cleared"),
    "income_unknown": Text(
        "村集体收益不明，不能腾退", "of unknown village income can not be cleared"
    ),
    "overlapping": Text("与别的宗地重叠，改正前不能腾退", "that overlap others stay until mended"),
}
"""Why parcels are left alone, behind their number."""


def _said(name: str, count: int) -> Text:
    why = REASONS[name]
    return Text(f"{count} 宗{why.zh}", f"{count} parcels {why.en}")


def _listed(there: pd.Index[str], key: str, ids: Iterable[str]) -> pd.Index[str]:
    listed = pd.Index(list(ids), dtype=object)
    if len(unknown := listed.difference(there)):
        raise PlanError(
            f"[plan.locks] 的 {key} 中有宗地不在宗地表中：{some(unknown)}。请核对编号。",
            f"[plan.locks] {key} names parcels that are not in the parcel table:"
            f" {some(unknown)}. Check the ids.",
        )
    return listed


def _by_owner(parcels: Parcels, planning: Planning) -> dict[str, pd.Index[str]]:
    """Find whose owners do not want it, and who is cleared all the same, with a reason."""
    says = parcels.get("willingness", pd.Series(None, parcels.index, dtype=object))
    overruled = _listed(parcels.index, "against_will", planning.locks.against_will)
    groups = {UNWILLING: parcels.index[says == "unwilling"].difference(overruled)}
    if planning.undecided == "never":
        groups[UNDECIDED] = parcels.index[says == "undecided"].difference(overruled)
    return groups


def _of_firms(layers: Layers, planning: Planning) -> pd.Index[str]:
    firms = planning.locks.protected_firms
    if not firms:
        return pd.Index([], dtype=object)
    links = layers.links
    known = set() if links is None else set(links["firm_id"])
    unknown = sorted(set(firms) - known)
    if links is None or unknown:
        raise PlanError(
            f"[plan.locks] 的 protected_firms 中有企业不在任何宗地上：{some(unknown)}。"
            "请核对编号，或补上 [links]。",
            f"[plan.locks] protected_firms names firms that stand on no parcel:"
            f" {some(unknown)}. Check the ids, or add [links].",
        )
    theirs = links[links["firm_id"].isin(firms)]
    return _ids(theirs["parcel_id"])


def _ids(names: Iterable[str]) -> pd.Index[str]:
    found: pd.Index[str] = pd.Index(sorted(set(names)), dtype=object)
    return found


def _of_grades(parcels: Parcels, planning: Planning) -> pd.Index[str]:
    grades = planning.locks.protected_grades
    if not grades:
        return pd.Index([], dtype=object)
    require(parcels, "efficiency_grade")
    is_protected: pd.Series[bool] = parcels["efficiency_grade"].isin(grades)
    return _ids(parcels.index[is_protected])


def _overlapping(parcels: Parcels) -> pd.Index[str]:
    """Find parcels whose ground another counts, and those that count it."""
    if "shares_ground_with" not in parcels:
        return pd.Index([], dtype=object)
    names = parcels["shares_ground_with"].dropna()
    others = {one for said in names for one in str(said).split(BETWEEN_IDS)}
    return names.index.union(parcels.index.intersection(pd.Index(sorted(others), dtype=object)))


def locks(problem: Problem, locked: Locked) -> Iterator[Condition]:
    """
    Write what must be cleared and what must not.

    Parameters
    ----------
    problem
        Actions and places.
    locked
        The parcels.

    Yields
    ------
    Condition
        One for each reason, in its number of parcels.
    """
    if locked.must:
        count = len(locked.must)
        label = Text(f"{count} 宗必须腾退", f"{count} parcels must be cleared")
        yield Condition(MUST, label, _any_of(problem, locked.must), count, math.inf, COUNT)
    for name, (ids, label) in locked.out.items():
        yield Condition(name, label, _any_of(problem, ids), -math.inf, 0.0, COUNT)


def _any_of(problem: Problem, names: Collection[str]) -> Numbers:
    """Count the parcels that are cleared, in whatever way."""
    chosen = problem.is_kind(CLEAR) & problem.actions["name"].isin(set(names)).to_numpy()
    return chosen.astype(np.float64)
