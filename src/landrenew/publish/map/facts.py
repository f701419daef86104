"""What the page says beside the map: the city, the share by town, the rules and the sources."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from landrenew.assess.share.summary import DEFINITION
from landrenew.base.columns import COLUMNS
from landrenew.base.crs import crs_words
from landrenew.base.units import to_mu
from landrenew.base.words import Text
from landrenew.intake.faults import KINDS
from landrenew.publish.plan.words import plan_sentences
from landrenew.publish.tables import rounded
from landrenew.publish.themes import land_mu
from landrenew.publish.wording import layer_words
from landrenew.rules.numbers import numbers

if TYPE_CHECKING:
    from landrenew.assess.share.summary import ControlShare
    from landrenew.intake.layers import Layers
    from landrenew.publish.result import Result
    from landrenew.rules.model import Rulebook
    from landrenew.rules.rule import Sourced

YEAR = 4


def share_facts(share: ControlShare | None) -> dict[str, Any] | None:
    """
    Write a control-line share, with its towns, as the page reads it.

    Parameters
    ----------
    share
        Share of the city or a town; None without a control line.

    Returns
    -------
    dict or None
        Shares [0-1] to 12 decimals, areas to 2 decimals of a mu or 4 of a square metre.
    """
    if share is None:
        return None
    return {
        "name": share.name,
        "share": rounded(share.share, 12),
        "target": share.target,
        "verdict": share.verdict,
        "interval": [rounded(end, 12) for end in share.interval],
        "inside_m2": rounded(share.inside_m2, 4),
        "total_m2": rounded(share.total_m2, 4),
        "inside_mu": rounded(to_mu(share.inside_m2), 2),
        "total_mu": rounded(to_mu(share.total_m2), 2),
        "parcels": share.parcels,
        "counts": share.counts,
        "retire_mu": rounded(share.retire_mu, 2),
        "build_mu": rounded(share.build_mu, 2),
        "majority_share": rounded(share.majority_share, 6),
        "towns": [share_facts(town) for town in share.towns],
    }


def city_facts(layers: Layers) -> dict[str, Any]:
    """
    Say whose map it is: name, date, who drew it, review number and CRS.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    dict
        ``name``, ``as_of``, ``drawing_unit``, ``review_number``, ``crs``; None what is not stated.
    """
    city, crs = layers.project.city, layers.parcels.crs
    return {
        "name": city.name,
        "as_of": city.as_of,
        "drawing_unit": city.drawing_unit,
        "review_number": city.review_number,
        "crs": crs_words(crs) if crs else "",
    }


SUBJECTS = {
    "share": Text("线内占比目标", "Share target"),
    "low_efficiency": Text("低效判定", "Low-efficiency tests"),
    "scoring": Text("效益评分", "Scoring"),
    "grades": Text("评级", "Grades"),
    "tenants": Text("租赁与同宗地企业", "Tenants"),
    "storeys": Text("计容", "Counting of floors"),
    "contiguity": Text("连片", "Contiguity"),
    "consolidation": Text("连片改造候选", "Consolidation"),
    "backflow": Text("回潮", "Backflow"),
}
"""Parts of a rulebook as the page names them."""


def _documents(rulebook: Rulebook) -> list[dict[str, Any]]:
    """Name the document of each part, and of each number that comes from another one."""
    listed = numbers(rulebook)
    found: list[tuple[Text, str, str]] = []
    for name, subject in SUBJECTS.items():
        part: Sourced | None = getattr(rulebook, name)
        if part is None:
            continue
        found.append((subject, part.document, part.source))
        found += [
            (one.label, one.document, one.source) for one in listed
            if one.path.startswith(f"{name}.")
            and (one.document, one.source) != (part.document, part.source)
        ]  # fmt: skip
    axes = () if rulebook.diagnosis is None else rulebook.diagnosis.axes().values()
    subject = Text("地块组诊断", "Diagnosis")
    found += dict.fromkeys((subject, axis.document, axis.source) for axis in axes)
    found += [(Text(one.zh, one.en), one.document, one.source) for one in rulebook.exemptions]
    return [{"subject": of, "document": said, "source": read} for of, said, read in found]


def _rules(rulebook: Rulebook) -> dict[str, Any]:
    return {
        "name": rulebook.name,
        "title": rulebook.title,
        "region": rulebook.region,
        "effective": rulebook.effective.isoformat() if rulebook.effective else None,
        "expires": rulebook.expires.isoformat() if rulebook.expires else None,
        "notes": rulebook.notes,
        "documents": _documents(rulebook),
    }


def _land(result: Result) -> dict[str, Any]:
    """Say how much land there is in all, for a city without a control line."""
    land = land_mu(result.parcels)
    return {"parcels": len(land), "mu": rounded(float(land.sum()), 2)}


def _inputs(result: Result) -> list[dict[str, Any]]:
    balances = {one.layer: one for one in (*result.layers.balances, *result.balances)}
    listed = []
    for name, given in result.layers.project.layers().items():
        balance = balances.get(name)
        listed.append({
            "label": layer_words(name),
            "source": given.source,
            "as_of": given.as_of,
            "rows_in": balance.rows_in if balance else None,
            "rows_out": balance.rows_out if balance else None,
            "rows_rejected": balance.rows_rejected if balance else None,
        })  # fmt: skip
    return [*listed, *_picture(result)]


def _picture(result: Result) -> list[dict[str, Any]]:
    """Name the picture of the ground among the data; it has no rows."""
    picture = result.layers.project.map.picture
    if picture is None:
        return []
    rows = dict.fromkeys(("rows_in", "rows_out", "rows_rejected"))
    said = {"source": picture.source, "as_of": picture.as_of}
    return [{"label": Text("影像", "Picture of the ground"), **said, **rows}]


def _basemaps(layers: Layers) -> list[dict[str, Any]]:
    """Lay out the tiles that the reader may switch on; no key is among it."""
    return [
        {
            "label": Text(one.name, one.name_en or one.name),
            "urls": one.urls(),
            "subdomains": one.subdomains,
            "attribution": one.attribution,
            "gcj02": one.gcj02,
            "max_zoom": one.max_zoom,
            "needs_key": any("{key}" in url for url in one.urls()),
            "hosts": one.hosts(),
        }
        for one in layers.project.map.basemaps
    ]


def mixed_years(layers: Layers) -> list[Text]:
    """
    Warn when layers are of different years.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    list of Text
        One sentence with the years, or none.
    """
    project = layers.project
    dates = [project.city.as_of, *(one.as_of for one in project.layers().values())]
    years = sorted({date[:YEAR] for date in dates if date})
    if len(years) <= 1:
        return []
    listed = ", ".join(years)
    return [
        Text(f"各图层的数据时间不一致：{listed}。", f"Layers are of different years: {listed}.")
    ]


def _faults(result: Result) -> dict[str, int]:
    counted = Counter(KINDS[one.code].outcome for one in result.faults if one.code in KINDS)
    return {name: counted[name] for name in ("repaired", "rejected", "doubted")}


def page_facts(result: Result) -> dict[str, Any]:
    """
    Gather everything the page says beside the map.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    dict
        ``city``, ``share``, ``definition``, ``land``, ``rules``, ``inputs``, ``notes``, ``faults``,
        ``basemaps``, ``plans`` and the labels the page needs from the data dictionary.
    """
    layers = result.layers
    notes = [*mixed_years(layers), *layers.notes, *result.notes]
    labels = ("parcel_id", "town", "owner", "efficiency_score", "efficiency_grade", "pool",
              "low_efficiency_class", "block_id", "consolidation_class")  # fmt: skip
    return {
        "city": city_facts(layers),
        "share": share_facts(result.share),
        "definition": DEFINITION,
        "land": _land(result),
        "rules": _rules(layers.rulebook),
        "inputs": _inputs(result),
        "notes": list(dict.fromkeys(notes)),
        "faults": _faults(result),
        "basemaps": _basemaps(layers),
        "plans": plan_sentences(result.plans, result.parcels),
        "labels": {name: COLUMNS[name].label for name in labels},
    }
