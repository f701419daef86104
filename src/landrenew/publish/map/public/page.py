"""What the public page holds, line by line: nothing goes in that is not named here.

No path, no row count, no fault and no note of the run: they may name files, rows and parcels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from landrenew.assess.share.summary import DEFINITION
from landrenew.base.units import unit_words
from landrenew.base.words import Text, listing
from landrenew.publish.map.facts import SUBJECTS as PARTS
from landrenew.publish.map.facts import city_facts, mixed_years
from landrenew.publish.map.payload import write_column
from landrenew.publish.map.public.legends import area_themes
from landrenew.publish.tables import rounded
from landrenew.publish.wording import layer_words

if TYPE_CHECKING:
    from geopandas import GeoSeries

    from landrenew.intake.layers import Layers
    from landrenew.intake.publication import Publication
    from landrenew.publish.map.public.figures import AreaFigures
    from landrenew.rules.model import Rulebook
    from landrenew.rules.rule import Sourced

RESTS_ON = {
    "control_share": ("share",),
    "low_efficiency_area_share": ("low_efficiency",),
    "undetermined_area_share": ("low_efficiency",),
    "floor_area_ratio": ("storeys",),
    "efficiency_grade": ("scoring", "grades"),
}
"""Parts of the rulebook that a published figure rests on."""

LAYERS = {
    "control_share": ("control_line",),
    "floor_area_ratio": ("buildings",),
    "floor_known_area_share": ("buildings",),
}
"""Layers whose date stands beside a figure; the parcels and the firms always."""

AREAS = {
    "towns": Text("镇街", "Towns"),
    "blocks": Text("连片地块组", "Blocks"),
}


def areas_payload(figures: AreaFigures, outlines: GeoSeries, terms: Publication) -> dict[str, Any]:
    """
    Gather what the page knows of the areas, in the form of the parcels' payload.

    Parameters
    ----------
    figures
        What is published.
    outlines
        Coarse outlines, in the same order.
    terms
        What may be published.

    Returns
    -------
    dict
        As :func:`landrenew.publish.map.payload.parcels_payload` gives it, without tests, scoring,
        numbers to try and land; figures are rounded.
    """
    columns = {
        name: write_column(figures.areas[name], about) for name, about in figures.columns.items()
    }
    return {
        "ids": figures.areas.index,
        "columns": columns,
        "facts": list(columns),
        "themes": area_themes(figures, terms.min_firms, is_marked=terms.by == "blocks"),
        "tests": None,
        "scoring": None,
        "numbers": [],
        "land": None,
        "shapes": outlines,
    }


def public_facts(layers: Layers, terms: Publication, figures: AreaFigures) -> dict[str, Any]:
    """
    Gather what the public page says beside the map.

    Parameters
    ----------
    layers
        The layers of the project.
    terms
        What may be published.
    figures
        What is published.

    Returns
    -------
    dict
        The keys of :func:`landrenew.publish.map.facts.page_facts`, empty but for the city, and
        ``public``: the rule, the totals, the documents, and the dates of the layers.
    """
    return {
        "city": city_facts(layers),
        "share": None,
        "plans": [],
        "basemaps": [],
        "public": {
            "by": terms.by,
            "areas": AREAS[terms.by],
            "least": terms.min_firms,
            "tolerance_m": terms.tolerance_m,
            "source": terms.source,
            "totals": _totals(figures),
            "definition": DEFINITION if "control_share" in terms.columns else None,
            "rulebook": _rulebook(layers.rulebook, terms),
            "dates": _dates(layers, terms),
            "notes": mixed_years(layers),
        },
    }


def _totals(figures: AreaFigures) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "label": about.label,
            "meaning": about.meaning,
            "unit": unit_words(about.unit),
            "decimals": about.decimals,
            "value": rounded(figures.total[name], about.decimals),
        }
        for name, about in figures.columns.items()
    ]


def _rulebook(rulebook: Rulebook, terms: Publication) -> dict[str, Any] | None:
    """Name the documents behind what is published; none where it rests on no rule."""
    names = dict.fromkeys(part for name in terms.columns for part in RESTS_ON.get(name, ()))
    parts: dict[str, Sourced | None] = {name: getattr(rulebook, name) for name in names}
    documents = [
        {"subject": PARTS[name], "document": part.document}
        for name, part in parts.items() if part is not None
    ]  # fmt: skip
    return {"title": rulebook.title, "documents": documents} if documents else None


def _dates(layers: Layers, terms: Publication) -> list[dict[str, Any]]:
    """Say of when the layers are that the page shows or rests on."""
    asked = {"parcels", "firms", terms.by, *terms.layers}
    asked |= {layer for name in terms.columns for layer in LAYERS.get(name, ())}
    return [
        {"label": layer_words(name), "as_of": given.as_of}
        for name, given in layers.project.layers().items() if name in asked
    ]  # fmt: skip


def publication_notes(layers: Layers, terms: Publication, figures: AreaFigures) -> list[Text]:
    """
    Say to whoever publishes what is withheld, and what is left to do.

    Parameters
    ----------
    layers
        The layers of the project.
    terms
        What may be published.
    figures
        What is published.

    Returns
    -------
    list of Text
        What is withheld of each figure, where anything is; the review of the map, where no number
        is stated.
    """
    areas, number = AREAS[terms.by], len(figures.areas)
    alike: dict[tuple[int, bool], list[Text]] = {}
    for name, about in figures.columns.items():
        told = (int(figures.withheld[name].sum()), name in figures.withheld_totals)
        alike.setdefault(told, []).append(about.label)
    notes = []
    for (hidden, is_total), labels in alike.items():
        said = listing(labels)
        if hidden or is_total:
            zh, en = ("，合计也不公布", ", nor the total") if is_total else ("", "")
            notes.append(Text(
                f"{said.zh}：{number} 个{areas.zh}中 {hidden} 个不公布{zh}。",
                f"{said.en}: not published of {hidden} of {number} {areas.en.lower()}{en}.",
            ))  # fmt: skip
    if layers.project.city.review_number is None:
        notes.append(Text(
            "没有审图号：公开前须送地图审核，取得后写入 [city] 的 review_number。",
            "No map review number: have the map reviewed before it is published, then write"
            " review_number under [city].",
        ))  # fmt: skip
    return notes
