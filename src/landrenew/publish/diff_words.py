"""The differences of two runs for people and machines: a summary, a table of all, a record."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landrenew.base.columns import COLUMNS
from landrenew.base.words import Text, some
from landrenew.intake.faults import KINDS
from landrenew.publish.causes import GEOMETRY, ROW
from landrenew.publish.run_diff import NUMBER_TOLERANCE, PARTS, SHAPE_TOLERANCE_M
from landrenew.publish.share_words import VERDICTS
from landrenew.publish.tables import csv_bytes, rounded
from landrenew.publish.wording import class_words, layer_words, share_percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from landrenew.base.words import Lang
    from landrenew.publish.causes import Cause
    from landrenew.publish.finished import FaultLine, Share
    from landrenew.publish.run_diff import RunDiff

TOP = 10
"""Columns, and parcels, that the summary names."""

UNKNOWN = Text("两份清单中没有原因", "the manifests name no cause")

SAME = Text("两次运行的结果完全相同。", "Nothing changed between the two runs.")

TOLERANCES = Text(
    f"数值相对差不超过 {NUMBER_TOLERANCE:g}、界址点相差不超过 {SHAPE_TOLERANCE_M:g} 米视为相同",
    f"Numbers within {NUMBER_TOLERANCE:g} of each other (relative) and corners within"
    f" {SHAPE_TOLERANCE_M:g} m count as the same",
)

WHAT = {
    "added": Text("新增宗地", "parcel added"),
    "removed": Text("减少宗地", "parcel taken away"),
    "redrawn": Text("图形改变", "shape changed"),
    "value": Text("数值改变", "value changed"),
    "fault_appeared": Text("新出现的问题", "fault appeared"),
    "fault_gone": Text("已消失的问题", "fault gone"),
    "share": Text("占比改变", "share changed"),
}
"""Kinds of change in the table."""

LINKED = ("layer:firms", "layer:links", "layer:leases", "layer:parcels")
"""Layers that are checked against each other, so that a fault of one may lie in any."""

TITLES = (
    Text("变化", "change"), Text("编号", "id"), Text("列", "column"), Text("项目", "field"),
    Text("之前", "before"), Text("之后", "after"), Text("可能的原因", "possible causes"),
)  # fmt: skip


def _field(name: str, lang: Lang) -> str:
    return COLUMNS[name].label.say(lang) if name in COLUMNS else name


def _why(causes: Sequence[Cause], lang: Lang) -> str:
    between = "；" if lang == "zh" else "; "
    return between.join(one.text.say(lang) for one in causes) or UNKNOWN.say(lang)


def diff_csv(diff: RunDiff, lang: Lang) -> bytes:
    """
    Write every change as a table.

    Parameters
    ----------
    diff
        The differences of two runs.
    lang
        Language of titles, labels, words and causes; ids and column names never change.

    Returns
    -------
    bytes
        CSV for people, formulas defused: kind of change, id, column, label, before, after, causes.
    """
    rows = [*_parcel_rows(diff, lang), *_value_rows(diff, lang), *_fault_rows(diff, lang)]
    return csv_bytes([one.say(lang) for one in TITLES], [*rows, *_share_rows(diff, lang)])


def _parcel_rows(diff: RunDiff, lang: Lang) -> Iterator[tuple[object, ...]]:
    for what, ids, ground in (
        ("added", diff.added, ROW),
        ("removed", diff.removed, ROW),
        ("redrawn", diff.redrawn, GEOMETRY),
    ):
        why = _why(diff.attribution.named(diff.attribution.of(ground)), lang)
        name = GEOMETRY if what == "redrawn" else "parcel_id"
        for one in ids:
            yield WHAT[what].say(lang), one, name, "", "", "", why


def _value_rows(diff: RunDiff, lang: Lang) -> Iterator[tuple[object, ...]]:
    values = diff.cells
    said = {
        mask: _why(diff.attribution.named(mask), lang) for mask in values["mask"].unique().tolist()
    }
    what = WHAT["value"].say(lang)
    for name, piece in values.groupby("column", sort=False):
        label = _field(str(name), lang)
        before, after = (_cells(piece[one], str(name), lang) for one in ("before", "after"))
        ids, masks = piece["parcel_id"].tolist(), piece["mask"].tolist()
        for one, old, new, mask in zip(ids, before, after, masks, strict=True):
            yield what, one, name, label, old, new, said[mask]


def _cells(values: pd.Series, name: str, lang: Lang) -> list[object]:
    """Give values for people: class words in the language, numbers without a computer's noise."""
    if name in COLUMNS and COLUMNS[name].kind == "class":
        return [None if pd.isna(one) else class_words(str(one), name).say(lang) for one in values]
    if name.endswith("_tests"):
        between = "、" if lang == "zh" else ", "
        return [
            None if pd.isna(one)
            else between.join(class_words(word).say(lang) for word in str(one).split(","))
            for one in values
        ]  # fmt: skip
    return [_plain(one) for one in values.tolist()]


def _plain(value: object) -> object:
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else float(f"{value:.12g}")
    return None if value is None or value is pd.NA else value


def _fault_rows(diff: RunDiff, lang: Lang) -> Iterator[tuple[object, ...]]:
    for what, faults in (
        ("fault_appeared", diff.faults_appeared), ("fault_gone", diff.faults_gone),
    ):  # fmt: skip
        for one in faults:
            held = (one.detail, "") if what == "fault_gone" else ("", one.detail)
            why = _why(_fault_causes(diff, one), lang)
            yield WHAT[what].say(lang), one.id or one.row, one.code, _fault(one, lang), *held, why


def _fault(fault: FaultLine, lang: Lang) -> str:
    layer = layer_words(fault.layer)
    what = KINDS[fault.code].what if fault.code in KINDS else Text(fault.code, fault.code)
    return Text(f"{layer.zh}：{what.zh}", f"{layer.en}: {what.en}").say(lang)


def _fault_causes(diff: RunDiff, fault: FaultLine) -> list[Cause]:
    """Lay a fault to its own layer where that changed, else to anything that did."""
    grounds = LINKED if f"layer:{fault.layer}" in LINKED else (f"layer:{fault.layer}",)
    own = diff.attribution.named(diff.attribution.of(*grounds, "rules:plausibility"))
    return own or list(diff.causes)


def _towns(share: Share | None) -> dict[str, Share]:
    return {} if share is None else {one.town: one for one in (share, *share.towns)}


def _changed_shares(diff: RunDiff) -> Iterator[tuple[str, float | None, float | None]]:
    before, after = (_towns(one) for one in diff.shares)
    for name in dict.fromkeys([*before, *after]):
        old, new = (one[name].share if name in one else None for one in (before, after))
        if old != new:
            yield name, old, new


def _share_rows(diff: RunDiff, lang: Lang) -> Iterator[tuple[object, ...]]:
    why = _why(diff.attribution.named(diff.attribution.of("inside_area_m2", ROW)), lang)
    label = Text("线内占比", "Share inside").say(lang)
    for name, old, new in _changed_shares(diff):
        yield WHAT["share"].say(lang), name, "share", label, old, new, why


def diff_words(diff: RunDiff, lang: Lang) -> str:
    """
    Say in a few lines what changed.

    Parameters
    ----------
    diff
        The differences of two runs.
    lang
        Language.

    Returns
    -------
    str
        What the runs rest on, parcels, columns with their causes, verdicts, the parcels with most
        changes, faults and the share.
    """
    causes = [f"  · {one.text.say(lang)}" for one in diff.causes]
    rests = Text("所依据的变化：", "What the runs rest on changed:").say(lang)
    head = [rests, *causes] if causes else []
    if diff.is_same:
        return "\n".join([SAME.say(lang), *head])
    lines = [_counts(diff, lang), *head, *_columns(diff, lang), *_classes(diff, lang)]
    lines += [*_most_changed(diff, lang), *_faults(diff, lang), *_share(diff, lang)]
    return "\n".join([*lines, TOLERANCES.say(lang) + ("。" if lang == "zh" else ".")])


def _counts(diff: RunDiff, lang: Lang) -> str:
    columns, parcels = diff.cells["column"].nunique(), diff.cells["parcel_id"].nunique()
    return Text(
        f"宗地新增 {len(diff.added)}，减少 {len(diff.removed)}，图形改变 {len(diff.redrawn)}；"
        f"{parcels} 宗的 {columns} 列共 {len(diff.cells)} 处数值改变。",
        f"Parcels added {len(diff.added)}, taken away {len(diff.removed)}, redrawn"
        f" {len(diff.redrawn)}; {len(diff.cells)} values changed in {columns} columns of"
        f" {parcels} parcels.",
    ).say(lang)


def _columns(diff: RunDiff, lang: Lang) -> list[str]:
    by_column = diff.cells.groupby("column", sort=False)["mask"].agg(["size", _any_of])
    lines = [Text("各列的变化：", "By column:").say(lang)] if len(by_column) else []
    ranked = by_column.sort_values("size", ascending=False, kind="stable")
    for name, count, mask in list(ranked.itertuples(name=None))[:TOP]:
        why = _why(diff.attribution.named(int(mask)), lang)
        lines.append(
            Text(
                f"  {_field(name, lang)}（{name}）{count} 宗 ← {why}",
                f"  {_field(name, lang)} ({name}): {count} parcels ← {why}",
            ).say(lang)
        )
    return [*lines, *_and_more(len(ranked), lang)]


def _any_of(masks: pd.Series) -> int:
    return int(np.bitwise_or.reduce(masks.to_numpy(dtype=np.int64)))


def _and_more(count: int, lang: Lang) -> list[str]:
    more = count - TOP
    return [] if more <= 0 else [Text(f"  ……另有 {more} 列", f"  … and {more} more").say(lang)]


def class_changes(diff: RunDiff) -> list[tuple[str, str | None, str | None, int]]:
    """
    Count how verdicts, grades and other class words changed.

    Parameters
    ----------
    diff
        The differences of two runs.

    Returns
    -------
    list
        Column, word before, word after, number of parcels; None is missing.
    """
    values = diff.cells
    classes = [one.name for one in COLUMNS.values() if one.kind == "class"]
    is_class = values["column"].isin(classes)
    rows = values[is_class][["column", "before", "after"]]
    words = (
        tuple(None if pd.isna(cell) else str(cell) for cell in row)
        for row in rows.itertuples(index=False, name=None)
    )
    counted = Counter(words)
    order = sorted(counted.items(), key=lambda item: (str(item[0][0]), -item[1], str(item[0])))
    return [(str(row[0]), row[1], row[2], count) for row, count in order]


def _classes(diff: RunDiff, lang: Lang) -> list[str]:
    changes = class_changes(diff)
    lines = [Text("判定与分类的变化：", "Verdicts and classes:").say(lang)] if changes else []
    for name, old, new, count in changes:
        a, b = ("—" if one is None else class_words(one, name).say(lang) for one in (old, new))
        lines.append(f"  {_field(name, lang)}{'：' if lang == 'zh' else ': '}{a} → {b} {count}")
    return lines


def _most_changed(diff: RunDiff, lang: Lang) -> list[str]:
    counted = Counter(diff.cells["parcel_id"].tolist())
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:TOP]
    if not ranked:
        return []
    between, listed = ("、", "变化最多的宗地：") if lang == "zh" else (", ", "Most changed: ")
    return [listed + between.join(f"{one} ({count})" for one, count in ranked)]


def _faults(diff: RunDiff, lang: Lang) -> list[str]:
    lines = []
    for what, faults in (
        ("fault_appeared", diff.faults_appeared),
        ("fault_gone", diff.faults_gone),
    ):
        by_code: dict[str, list[str]] = {}
        for one in faults:
            by_code.setdefault(one.code, []).append(one.id or one.row)
        listed = "; ".join(f"{code} {len(ids)} [{some(ids)}]" for code, ids in by_code.items())
        if listed:
            said, n = WHAT[what], len(faults)
            told = Text(f"{said.zh} {n} 处：{listed}", f"{said.en}, {n}: {listed}")
            lines.append(told.say(lang))
    return lines


def _share(diff: RunDiff, lang: Lang) -> list[str]:
    old, new = diff.shares
    if old == new:
        return []
    said = " → ".join(_percent(one, lang) for one in diff.shares)
    lines = [Text(f"线内占比：{said}", f"Share inside: {said}").say(lang)]
    for step in diff.steps:
        why, part = _why(step.causes, lang), PARTS[step.part]
        points = _signed(step.points * 100, 3)
        inside, total = _signed(step.inside_mu, 2), _signed(step.total_mu, 2)
        lines.append(
            Text(
                f"  {part.zh}：{points} 个百分点（线内 {inside} 亩，全部 {total} 亩）← {why}",
                f"  {part.en}: {points} points ({inside} mu inside, {total} mu in all) ← {why}",
            ).say(lang)
        )
    return lines


def _signed(number: float, digits: int) -> str:
    return f"{round(number, digits) + 0.0:+,.{digits}f}"  # a nought has no minus


def _percent(share: Share | None, lang: Lang) -> str:
    if share is None or share.share is None:
        return "—"
    verdict = VERDICTS[share.verdict].say(lang) if share.verdict in VERDICTS else ""
    return f"{share_percent(share.share)} {verdict}".strip()


def diff_record(diff: RunDiff) -> dict[str, object]:
    """
    Give the differences as the record of the ``diff --json`` contract.

    Parameters
    ----------
    diff
        The differences of two runs.

    Returns
    -------
    dict
        ``same``, ``causes``, ``parcels``, ``columns``, ``classes``, ``faults``, ``share``,
        ``tolerances``; each changed value stands in the table of :func:`diff_csv`.
    """
    attribution = diff.attribution
    return {
        "same": diff.is_same,
        "causes": [{"key": one.key, **one.text._asdict()} for one in diff.causes],
        "parcels": {
            "added": list(diff.added),
            "removed": list(diff.removed),
            "redrawn": list(diff.redrawn),
        },
        "columns": [
            {
                "column": name,
                "parcels": len(piece),
                "causes": [one.key for one in attribution.named(_any_of(piece["mask"]))],
            }
            for name, piece in diff.cells.groupby("column", sort=False)
        ],
        "classes": [
            {"column": name, "before": old, "after": new, "parcels": count}
            for name, old, new, count in class_changes(diff)
        ],
        "faults": {
            "appeared": [vars(one) for one in diff.faults_appeared],
            "gone": [vars(one) for one in diff.faults_gone],
        },
        "share": {
            "before": None if diff.shares[0] is None else diff.shares[0].share,
            "after": None if diff.shares[1] is None else diff.shares[1].share,
            "steps": [
                {
                    "part": step.part,
                    "points": rounded(step.points, 12),
                    "inside_mu": rounded(step.inside_mu, 4),
                    "total_mu": rounded(step.total_mu, 4),
                    "causes": [one.key for one in step.causes],
                }
                for step in diff.steps
            ],
            "towns": [
                {"town": name, "before": old, "after": new}
                for name, old, new in _changed_shares(diff)
                if name
            ],
        },
        "tolerances": {"number": NUMBER_TOLERANCE, "shape_m": SHAPE_TOLERANCE_M},
    }
