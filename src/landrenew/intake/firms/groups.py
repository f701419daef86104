"""Groups of firms: each firm's head office, followed to the top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from landrenew.base.words import Text, some
from landrenew.intake.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    Bosses = Mapping[str, str]


def check_groups(firms: pd.DataFrame) -> tuple[pd.DataFrame, list[Fault]]:
    """
    Give every firm its group, and name what cannot be right about it.

    Parameters
    ----------
    firms
        Index ``firm_id``; ``head_office_id`` where it was stated, ``tax_cny10k``, ``row``.

    Returns
    -------
    DataFrame
        The firms; with ``group_id``, the id of the topmost firm, when head offices were stated. A
        firm whose head office is unknown, or that is its own in a circle, stands alone.
    list of Fault
        ``head_office_unknown``, ``head_office_cycle`` and ``head_office_carries_all``.
    """
    if "head_office_id" not in firms.columns:
        return firms, []
    stated = firms["head_office_id"].dropna()
    stated = stated[stated != stated.index]
    unknown = ~stated.isin(firms.index)
    bosses = {str(firm): str(boss) for firm, boss in stated[~unknown].items()}
    tops = {str(firm): _top(str(firm), bosses) for firm in firms.index}
    circles = [firm for firm, top in tops.items() if top is None]
    firms = firms.assign(group_id=pd.Series({one: top or one for one, top in tops.items()}))
    faults = [
        *_faults(firms, stated.index[unknown], "head_office_unknown"),
        *_faults(firms, circles, "head_office_cycle"),
    ]
    return firms, faults + _carriers(firms)


def _top(firm: str, bosses: Bosses) -> str | None:
    """Follow head offices to the top; None when they lead in a circle."""
    met = {firm}
    while firm in bosses:
        firm = bosses[firm]
        if firm in met:
            return None
        met.add(firm)
    return firm


def _faults(firms: pd.DataFrame, ids: list[str] | pd.Index[str], code: str) -> list[Fault]:
    said = firms["head_office_id"]
    return [
        Fault("firms", int(firms["row"][one]), str(one), code,
              Text(f"总部 {said[one]}", f"head office {said[one]}"))
        for one in ids
    ]  # fmt: skip


def _carriers(firms: pd.DataFrame) -> list[Fault]:
    """Name head offices that have all the tax of their group, of which others have none."""
    if "tax_cny10k" not in firms.columns:
        return []
    tax = firms["tax_cny10k"]
    faults = []
    for top, members in firms[firms["group_id"] != firms.index].groupby("group_id"):
        if tax[str(top)] > 0 and not tax[members.index].fillna(0.0).ne(0).any():
            ids = some(members.index)
            faults.append(
                Fault("firms", int(firms["row"][str(top)]), str(top), "head_office_carries_all",
                      Text(f"税收 {tax[str(top)]:g} 万元；下属 {ids}",
                           f"tax {tax[str(top)]:g} 万元; subsidiaries {ids}"))
            )  # fmt: skip
    return faults
