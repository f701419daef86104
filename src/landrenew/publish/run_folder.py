"""The run folder: everything a run publishes, written whole or not at all.

A run is written beside its destination and moved into place when complete. What a user laid into
the folder stays there. Nothing in the files depends on when or where they were written.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from landrenew.publish.certainty_file import certainty_csv
from landrenew.publish.change_file import change_csv, change_record, is_compared, retired_table
from landrenew.publish.diagnosis_table import diagnosis_table
from landrenew.publish.geopackage import write_geopackage
from landrenew.publish.in_place import whole_folder
from landrenew.publish.manifest import crs_name, manifest
from landrenew.publish.map.draw import draw_map
from landrenew.publish.map.folder import (
    FOLDER,
    is_folder,
    map_name,
    refuse_others,
    strangers,
)
from landrenew.publish.map.offline import save_map
from landrenew.publish.parquet import write_parcels
from landrenew.publish.plan.book import plan_workbook
from landrenew.publish.plan.figure import frontier_svg
from landrenew.publish.plan.layers import write_plan_layers
from landrenew.publish.plan.record import plan_record
from landrenew.publish.share_file import (
    doubts_csv,
    has_villages,
    share_record,
    towns_csv,
    villages_csv,
)
from landrenew.publish.tables import faults_csv, table_csv

if TYPE_CHECKING:
    import pandas as pd

    from landrenew.base.words import Lang
    from landrenew.publish.result import Result

MOST_DRAWN = 2_000_000
"""Parcels of the largest map: some 6 GB while it is drawn, and a page of 80 MB."""

MOST_IN_GEOPACKAGE = 300_000
"""Parcels that a GeoPackage can hold with ease; more are in the GeoParquet alone."""


def save_run(result: Result, out: str | Path, *, lang: Lang = "zh") -> Path:
    """
    Write the run folder.

    Parameters
    ----------
    result
        A finished run.
    out
        The folder. An earlier run in it is replaced as a whole when the new one is complete; files
        that are not a run's stay.
    lang
        Language of the tables and the map's first view.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    FileError
        When the folder cannot be written; what was there before is untouched.
    """
    out = Path(out)

    def is_ours(name: str) -> bool:
        return name in RUN_FILES and not strangers(out / name)

    with whole_folder(out, is_ours) as folder:
        write_parcels(result, folder / "parcels.parquet")
        _save_share(result, folder, lang)
        for name, table in _tables(result).items():
            (folder / name).write_bytes(table_csv(table, lang))
        if result.certainty is not None:
            (folder / "certainty.csv").write_bytes(certainty_csv(result, lang))
        (folder / "faults.csv").write_bytes(faults_csv(result.faults, lang))
        if result.findings:
            (folder / "findings.csv").write_bytes(faults_csv(result.findings, lang))
        (folder / "manifest.json").write_text(json_text(manifest(result)), encoding="utf-8")
        if result.plans:
            _save_plans(result, folder, lang)
        if has_geopackage(result):
            write_geopackage(result, folder / "parcels.gpkg", lang)
        if is_drawn(result):
            _save_map(result, folder, out, lang)
    return out


def _save_map(result: Result, folder: Path, out: Path, lang: Lang) -> None:
    """Write the map, in the form that fits its size."""
    place = folder / map_name(len(result.parcels))
    if is_folder(place):
        refuse_others(out / place.name)
    save_map(draw_map(result, lang, in_folder=is_folder(place)), place)


def _save_share(result: Result, folder: Path, lang: Lang) -> None:
    """Write the share by town and village, what may be off, and why it changed."""
    if result.share is not None:
        record = result_share_record(result)
        (folder / "share.json").write_text(json_text(record), encoding="utf-8")
        (folder / "towns.csv").write_bytes(towns_csv(result.share, lang))
        if has_villages(result.share):
            (folder / "villages.csv").write_bytes(villages_csv(result.share, lang))
        (folder / "share_doubts.csv").write_bytes(doubts_csv(result.share, lang))
    if result.share_change is not None:
        text = json_text(change_record(result))
        (folder / "share_change.json").write_text(text, encoding="utf-8")
        compared = is_compared(result.layers)
        by_town = change_csv(result.share_change, compared, lang)
        (folder / "share_change.csv").write_bytes(by_town)


def _save_plans(result: Result, folder: Path, lang: Lang) -> None:
    """Write the plans: for machines, for offices, for GIS, and cost against share as a figure."""
    record = plan_record(result.plans, result.parcels)
    (folder / "plan.json").write_text(json_text(record), encoding="utf-8")
    bars = result.layers.rulebook.admission
    book = plan_workbook(result.plans, result.parcels, lang, bars)
    (folder / "plan.xlsx").write_bytes(book)
    if result.plans[0].frontier:
        city = result.layers.project.city.name
        (folder / "plan.svg").write_bytes(frontier_svg(result.plans, city, lang))
    if result.shapes is None:
        write_plan_layers(result, folder / "plan.gpkg", lang)


def _tables(result: Result) -> dict[str, pd.DataFrame]:
    """Give the tables of a run that are written column by column, by the names of their files."""
    retired, allocation = result.retired, result.allocation
    tables = {
        "retired.csv": None if retired is None else retired_table(retired),
        "backflow.csv": result.backflow,
        "blocks.csv": result.blocks,
        "diagnosis.csv": diagnosis_table(result),
        "progress.csv": result.progress,
        "firm_land.csv": None if allocation is None else allocation.land,
        "firms.csv": result.firms,
    }
    return {name: table for name, table in tables.items() if table is not None}


def is_drawn(result: Result) -> bool:
    """
    Tell whether a run gets a map.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    bool
        False for more than :data:`MOST_DRAWN` parcels, and where the shapes stayed on disk.
    """
    return result.shapes is None and len(result.parcels) <= MOST_DRAWN


def has_geopackage(result: Result) -> bool:
    """
    Tell whether a run gets a GeoPackage.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    bool
        False for more than :data:`MOST_IN_GEOPACKAGE` parcels, and where the shapes stayed on disk.
    """
    return result.shapes is None and len(result.parcels) <= MOST_IN_GEOPACKAGE


def result_share_record(result: Result) -> dict[str, object]:
    """
    Give the share of a run as the record of the ``share --json`` contract.

    Parameters
    ----------
    result
        A run with a share.

    Returns
    -------
    dict
        See :func:`landrenew.publish.share_file.share_record`; empty when the run has no share.
    """
    if result.share is None:
        return {}
    balance = next(one for one in result.layers.balances if one.layer == "parcels")
    rows = {"in": balance.rows_in, "out": balance.rows_out, "rejected": balance.rows_rejected}
    return share_record(result.share, crs=crs_name(result.layers), rows=rows)


def json_text(record: object) -> str:
    """
    Write a record as JSON for people and machines.

    Parameters
    ----------
    record
        Anything JSON can hold.

    Returns
    -------
    str
        Indented text, Chinese as it is, with a line end.
    """
    return json.dumps(record, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


RUN_FILES = frozenset({
    FOLDER.name,
    "parcels.gpkg", "parcels.parquet", "share.json", "towns.csv", "blocks.csv", "progress.csv",
    "firm_land.csv", "firms.csv", "faults.csv", "manifest.json", "map.html", "villages.csv",
    "share_doubts.csv", "share_change.json", "share_change.csv", "retired.csv", "backflow.csv",
    "findings.csv", "diagnosis.csv", "certainty.csv", "plan.json", "plan.xlsx", "plan.svg",
    "plan.gpkg",
})  # fmt: skip
"""Every file a run may write; one that a new run does not write is taken away with the old run."""
