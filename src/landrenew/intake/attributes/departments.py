"""The same figure from two departments: every value on which they differ is listed.

A department's table is compared with the parcels or the firms and then laid aside; which of two
figures is right is for people, and what the run uses stays what the project's own layers say.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.columns import COLUMNS
from landrenew.base.words import Text, some
from landrenew.intake.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from landrenew.intake.project import Project

KEYS = {"firm_id": "firms", "parcel_id": "parcels"}
"""What a department's rows are found by, the first that both sides have."""


def differing(one: pd.Series, other: pd.Series, tolerance: float) -> pd.Series[bool]:
    """
    Tell where two columns state something else.

    Parameters
    ----------
    one
        Values of one department, numbers or text.
    other
        Values of the other, same index.
    tolerance
        Share of the larger number by which two numbers may differ [0-1].

    Returns
    -------
    Series of bool
        True where both state a value and the values differ; missing on one side is no difference.

    Examples
    --------
    >>> differing(pd.Series([100.0, 100.0, None]), pd.Series([101.0, 102.0, 1.0]), 0.01).tolist()
    [False, True, False]
    """
    both = one.notna() & other.notna()
    if pd.api.types.is_numeric_dtype(one) and pd.api.types.is_numeric_dtype(other):
        larger = np.maximum(one.abs(), other.abs())
        return both & ((one - other).abs() > tolerance * larger)
    plain = [
        values.astype(object).map(lambda text: unicodedata.normalize("NFKC", str(text)).strip())
        for values in (one, other)
    ]
    return both & (plain[0] != plain[1])


def compare_departments(
    project: Project,
    read: Callable[[str], pd.DataFrame | None],
    ours: Mapping[str, pd.DataFrame | None],
) -> tuple[list[Fault], list[Text]]:
    """
    List every value on which a department's table differs from the project's own layer.

    Parameters
    ----------
    project
        The project file: who supplied what, and the tolerance.
    read
        Gives a department's table by its section, such as ``departments.tax``: index ``row``, with
        ``firm_id`` or ``parcel_id``; None when nobody asked for it.
    ours
        ``firms`` and ``parcels``, indexed by their ids; None where there are none.

    Returns
    -------
    list of Fault
        ``departments_differ``, one a value, on the department's row.
    list of Text
        What could not be compared, and why.
    """
    faults: list[Fault] = []
    notes: list[Text] = []
    for layer in (f"departments.{name}" for name in project.departments):
        table = read(layer)
        if table is None:
            continue
        key = next((one for one, of in KEYS.items() if one in table and ours[of] is not None), None)
        own = None if key is None else ours[KEYS[key]]
        if key is None or own is None:
            notes.append(_without_key(layer))
            continue
        shared = [one for one in table.columns if one in own.columns and one in COLUMNS]
        ids = table[key].astype(object)
        unknown = [str(one) for one in ids.dropna() if one not in own.index]
        if not shared or unknown:
            notes.append(_not_compared(layer, KEYS[key], shared, unknown))
        known = table[ids.isin(own.index)]
        sources = [_source(project, KEYS[key]), _source(project, layer)]
        for column in shared:
            faults += _column_faults(layer, own, known.assign(id=ids), column, project, sources)
    return faults, notes


def _column_faults(
    layer: str,
    own: pd.DataFrame,
    known: pd.DataFrame,
    column: str,
    project: Project,
    sources: list[Text],
) -> list[Fault]:
    theirs = known[column]
    mine = pd.Series(own[column].reindex(known["id"]).to_numpy(), known.index)
    differ = differing(mine, theirs, project.tolerances.department_difference_share)
    label = COLUMNS[column].label
    rows = zip(known.index[differ].tolist(), known["id"][differ], mine[differ], theirs[differ],
               strict=True)  # fmt: skip
    return [
        Fault(layer, int(row), str(one), "departments_differ", Text(
            f"{label.zh}：{sources[0].zh} {_said(ours)}，{sources[1].zh} {_said(other)}",
            f"{label.en}: {sources[0].en} {_said(ours)}, {sources[1].en} {_said(other)}",
        ))
        for row, one, ours, other in rows
    ]  # fmt: skip


def _said(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _source(project: Project, layer: str) -> Text:
    """Name who supplied a layer; the section itself when nobody is named."""
    stated = project.layers()[layer].source
    return Text(stated or f"[{layer}]", stated or f"[{layer}]")


def _without_key(layer: str) -> Text:
    return Text(
        f"[{layer}] 没有可与宗地或企业对应的编号，未比较。请在其 columns 中写明 parcel_id 或"
        " firm_id。",
        f"[{layer}] has no id of a parcel or firm and was not compared. Map parcel_id or firm_id"
        " under its columns.",
    )


def _not_compared(layer: str, own: str, shared: list[str], unknown: list[str]) -> Text:
    if not shared:
        return Text(f"[{layer}] 与 [{own}] 没有相同的列，未比较。",
                    f"[{layer}] shares no column with [{own}] and was not compared.")  # fmt: skip
    return Text(f"[{layer}] 有编号不在 [{own}] 中，未比较：{some(unknown)}。",
                f"[{layer}]: ids that are not in [{own}] were not compared:"
                f" {some(unknown)}.")  # fmt: skip
