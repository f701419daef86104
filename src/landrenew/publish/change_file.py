"""Why the share changed, as ``share_change.json``, ``share_change.csv`` and words."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from landrenew.assess.share.change import CAUSES, SHAPLEY
from landrenew.assess.share.summary import DEFINITION
from landrenew.base.units import to_mu
from landrenew.base.words import Text
from landrenew.intake.naming import parcel_names
from landrenew.measure.vintages import aside_notes
from landrenew.publish.manifest import crs_name
from landrenew.publish.share_words import AREA_METHOD, TOWN, whole_city
from landrenew.publish.tables import csv_bytes, rounded
from landrenew.publish.wording import share_percent

if TYPE_CHECKING:
    from landrenew.assess.share.change import Areas, Causes, ShareChange
    from landrenew.base.words import Lang
    from landrenew.intake.layers import Layers
    from landrenew.publish.result import Result

CAUSE_WORDS = {
    "line": Text("控制线调整", "line re-drawn"),
    "retired": Text("用地退出", "ground retired"),
    "built": Text("用地新增", "ground newly built"),
}

NOT_COMPARED = {
    "line": Text(
        "没有前期的控制线 [earlier_control_line]：控制线视为未变，其作用记为 0，并非查明未变。",
        "There is no earlier control line [earlier_control_line]: the line is taken as unchanged"
        " and its part is 0 by construction, not by finding.",
    ),
    "parcels": Text(
        "没有前期的宗地 [earlier_parcels]：用地视为未变，退出与新增的作用记为 0，并非查明未变。",
        "There is no earlier state of the parcels [earlier_parcels]: the ground is taken as"
        " unchanged and the parts of retired and new ground are 0 by construction, not by finding.",
    ),
}
"""What is said where one of the two states is not given."""


def is_compared(layers: Layers) -> dict[str, bool]:
    """
    Tell which of the two, line and parcels, has an earlier state.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    dict
        ``line`` and ``parcels``.
    """
    return {
        "line": layers.earlier_control_line is not None,
        "parcels": layers.earlier_parcels is not None,
    }


def change_record(result: Result) -> dict[str, object]:
    """
    Give the change of the share as a record for machines.

    Parameters
    ----------
    result
        A run.

    Returns
    -------
    dict
        What ``share_change.json`` holds, see ``docs/line.md``; empty without a change. Areas in m2
        to 4 decimals, shares and their parts [0-1] to 12; NaN becomes None.
    """
    change, layers = result.share_change, result.layers
    if change is None:
        return {}
    target = None if layers.rulebook.share is None else layers.rulebook.share.target
    compared = is_compared(layers)
    given = layers.project.layers()
    names = ("control_line", "earlier_control_line", "parcels", "earlier_parcels")
    return {
        **_figures(change, compared),
        "target": target,
        "share_as_drawn_before": rounded(change.as_drawn, 12),
        "compared": compared,
        "as_of": {name: given[name].as_of for name in names if name in given},
        "notes": [note._asdict() for note in aside_notes(layers)],
        "definition": DEFINITION.en,
        "definition_zh": DEFINITION.zh,
        "method": SHAPLEY.en,
        "method_zh": SHAPLEY.zh,
        "area_method": AREA_METHOD.en,
        "crs": crs_name(layers),
        "towns": [{"town": town.name, **_figures(town, compared)} for town in change.towns],
    }


def _figures(change: ShareChange, compared: dict[str, bool]) -> dict[str, object]:
    by_earlier_line = change.by_earlier_line if compared["line"] else None
    return {
        "share_before": rounded(change.before, 12),
        "share_after": rounded(change.after, 12),
        "change": rounded(change.after - change.before, 12),
        "by_cause": _parts(change.causes),
        "by_cause_line_first": _parts(change.line_first),
        "share_by_earlier_line": rounded(by_earlier_line, 12),
        "ground": {
            name: _land(land)
            for name, land in zip(
                ("kept", "retired", "new"), (change.kept, change.retired, change.new), strict=True
            )
        },
    }


def _parts(causes: Causes) -> dict[str, float | None]:
    return {name: rounded(part, 12) for name, part in causes._asdict().items()}


def _land(land: Areas) -> dict[str, float | None]:
    figures: dict[str, float | None] = {}
    for name, area in land._asdict().items():
        figures |= {name: rounded(area, 4), name.replace("m2", "mu"): rounded(to_mu(area), 4)}
    return figures


def change_csv(change: ShareChange, compared: dict[str, bool], lang: Lang) -> bytes:
    """
    Write the change of the share by town.

    Parameters
    ----------
    change
        The change of the city with its towns.
    compared
        The result of :func:`is_compared`.
    lang
        Language of titles and words.

    Returns
    -------
    bytes
        CSV, one row a town and the city last; parts in percentage points, areas in mu. The title
        of a part that is zero by construction says so.
    """
    titles = [
        TOWN, Text("前期占比", "Share before"), Text("现状占比", "Share now"),
        Text("变化（百分点）", "Change (points)"),
        *(_part_title(cause, is_there=compared["line" if cause == "line" else "parcels"])
          for cause in CAUSES),
        Text("延续用地（亩）", "Kept (mu)"), Text("退出用地（亩）", "Retired (mu)"),
        Text("退出用地原线内（亩）", "Retired, inside then (mu)"),
        Text("新增用地（亩）", "New (mu)"), Text("新增用地线内（亩）", "New, inside now (mu)"),
    ]  # fmt: skip
    rows = [_row(town.name, town) for town in change.towns]
    rows.append(_row(whole_city(change.name).say(lang), change))
    return csv_bytes([title.say(lang) for title in titles], rows)


def _part_title(cause: str, *, is_there: bool) -> Text:
    words = CAUSE_WORDS[cause]
    if is_there:
        return Text(f"{words.zh}（百分点）", f"{words.en} (points)")
    return Text(f"{words.zh}（百分点，未比较）", f"{words.en} (points, not compared)")


def _row(name: str, change: ShareChange) -> list[object]:
    points = (change.after - change.before, *change.causes)
    areas = (change.kept.total_m2, change.retired.total_m2, change.retired.inside_earlier_m2,
             change.new.total_m2, change.new.inside_m2)  # fmt: skip
    return [
        name, rounded(change.before, 4), rounded(change.after, 4),
        *(rounded(100 * one, 2) for one in points),
        *(rounded(to_mu(one), 2) for one in areas),
    ]  # fmt: skip


def change_words(result: Result, lang: Lang) -> str:
    """
    Say why the share changed, the city first, then its towns.

    Parameters
    ----------
    result
        A run.
    lang
        Language.

    Returns
    -------
    str
        A few lines of text; empty without a change. Areas in mu and points to 2 decimals.
    """
    change, layers = result.share_change, result.layers
    if change is None:
        return ""
    compared = is_compared(layers)
    target = None if result.share is None else result.share.target
    lines = [_sentence(change, target).say(lang), _ground_words(change).say(lang)]
    if change.as_drawn is not None:
        drawn = _percent(change.as_drawn, target)
        if drawn != _percent(change.before, target):
            lines.append(_redrawn_words(drawn).say(lang))
    if compared["line"]:
        lines.append(_line_words(result, change).say(lang))
    lines += [NOT_COMPARED[one].say(lang) for one, is_there in compared.items() if not is_there]
    lines.append(SHAPLEY.say(lang))
    lines += [_town_line(town, target, lang) for town in change.towns]
    return "\n".join(lines)


def points(part: float) -> str:
    """
    Write a part of a share in percentage points.

    Parameters
    ----------
    part
        Part of one; NaN where it is not known.

    Returns
    -------
    str
        With its sign and 2 decimals; a dash where it is not known.

    Examples
    --------
    >>> points(0.0123), points(-0.00001), points(float("nan"))
    ('+1.23', '0.00', '—')
    """
    if math.isnan(part):
        return "—"
    said = f"{100 * part:+.2f}"
    return said.lstrip("+-") if float(said) == 0 else said


def _percent(share: float, target: float | None) -> str:
    return "—" if math.isnan(share) else share_percent(share, target)


def _sentence(change: ShareChange, target: float | None) -> Text:
    parts = [(CAUSE_WORDS[cause], points(part))
             for cause, part in zip(CAUSES, change.causes, strict=True)]  # fmt: skip
    before, after = _percent(change.before, target), _percent(change.after, target)
    moved = points(change.after - change.before)
    return Text(
        f"{change.name}：线内占比由 {before} 变为 {after}，变化 {moved} 个百分点，其中"
        f"{'，'.join(f'{words.zh} {said}' for words, said in parts)}。",
        f"{change.name}: the share inside went from {before} to {after}, by {moved} points: "
        f"{', '.join(f'{words.en} {said}' for words, said in parts)}.",
    )


def _ground_words(change: ShareChange) -> Text:
    mu = [f"{to_mu(one.total_m2):,.2f}" for one in (change.kept, change.retired, change.new)]
    return Text(
        f"延续用地 {mu[0]} 亩，退出 {mu[1]} 亩，新增 {mu[2]} 亩。",
        f"{mu[0]} mu of ground kept, {mu[1]} mu retired, {mu[2]} mu new.",
    )


def _redrawn_words(as_drawn: str) -> Text:
    return Text(
        f"前期图层自身的占比为 {as_drawn}，差额来自界线重测（窄于容差的细条），不属任何一项变化。",
        f"By the earlier layers alone the share was {as_drawn}; the difference is"
        " boundaries drawn otherwise since, by strips narrower than the tolerance, and no cause of"
        " change.",
    )


def _line_words(result: Result, change: ShareChange) -> Text:
    """Say what the share would be had the line not moved, and whether the target hangs on it."""
    share = result.share
    stays = _percent(change.by_earlier_line, None if share is None else share.target)
    said = Text(
        f"若控制线未调整，现状占比为 {stays}。",
        f"Had the line not been re-drawn, the share would be {stays}.",
    )
    target = share.target if share is not None and share.verdict == "met" else None
    if target is None or change.by_earlier_line >= target:
        return said
    return Text(
        f"{said.zh}目标 {target:.0%} 只因控制线调整才达到。",
        f"{said.en} The target of {target:.0%} is reached by the re-drawing alone.",
    )


def _town_line(town: ShareChange, target: float | None, lang: Lang) -> str:
    did = "\t".join(
        f"{CAUSE_WORDS[cause].say(lang)} {points(part)}"
        for cause, part in zip(CAUSES, town.causes, strict=True)
    )
    return f"  {town.name}\t{_percent(town.before, target)} → {_percent(town.after, target)}\t{did}"


def retired_table(earlier: pd.DataFrame) -> pd.DataFrame:
    """
    List the parcels of the earlier state that lost ground, so that every total can be added up.

    Parameters
    ----------
    earlier
        The result of :func:`landrenew.measure.vintages.retired_ground`.

    Returns
    -------
    DataFrame
        ``parcel_id``, that of the row where it has none, ``town`` where known, and the retired
        ground, in the order of the file.
    """
    earlier = earlier.assign(parcel_id=parcel_names(earlier))
    columns = [
        one for one in ("parcel_id", "town", "retired_ground_m2", "retired_inside_m2",
                        "retired_inside_earlier_line_m2") if one in earlier
    ]  # fmt: skip
    table = pd.DataFrame(earlier[columns])
    return table[table["retired_ground_m2"] > 0].rename_axis(None)
