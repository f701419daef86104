"""The manifest: what went into a run, by which rule, with what, and that the rows add up."""

from __future__ import annotations

import hashlib
import json
import platform
from collections import Counter
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING

from landrenew.base.strips import MAX_AREA_ERROR
from landrenew.intake.geometry.shapes import MAX_REPAIR
from landrenew.intake.sources.address import is_database
from landrenew.intake.sources.files import digests_of, sha256_of
from landrenew.intake.sources.remote import file_of
from landrenew.rules.library import rulebook_paths

if TYPE_CHECKING:
    from landrenew.intake.layers import Layers
    from landrenew.intake.project import Project
    from landrenew.intake.sections import Layer
    from landrenew.publish.result import Result
    from landrenew.rules.model import Rulebook

NOT_READING = {"path", "where", "as_of", "source"}
"""Keys of a layer that say nothing of how it is read, or stand in its record anyway."""

NO_RULES = {"name", "title", "region", "effective", "expires", "notes"}
"""What a rulebook says of itself; no figure rests on it."""

VERSIONS = (
    "landrenew", "geopandas", "shapely", "pyproj", "pyogrio", "numpy", "pandas", "rasterio",
    "highspy",
)  # fmt: skip
"""What decides the figures, beside the input."""


def crs_name(layers: Layers) -> str:
    """
    Name the project CRS.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    str
        Authority code where there is one, else the name.
    """
    crs = layers.parcels.crs
    if crs is None:
        return ""
    code = crs.to_authority()
    return crs.name if code is None else ":".join(code)


def manifest(result: Result) -> dict[str, object]:
    """
    Account for a run: what went in, by which rule, with what, and that the rows add up.

    Parameters
    ----------
    result
        A finished run.

    Returns
    -------
    dict
        Inputs with sha256, rulebook with sha256, versions, parameters, what was drawn by chance,
        what the project asks of a plan,
        columns of rasters that the project names itself, the accounts of the firms' amounts, the
        balance of each layer, counts of faults, and the notes.
    """
    layers = result.layers
    project = layers.project
    return {
        "city": project.city.name,
        "as_of": project.city.as_of,
        "crs": crs_name(layers),
        "inputs": [_input_record(layers, name, layer) for name, layer in project.layers().items()],
        "rasters": {
            name: sha256_of(file_of(project.folder, path, name))
            for name, path in (project.rasters.files() | _picture(project)).items()
        },
        "rulebook": {
            "name": layers.rulebook.name,
            "title": layers.rulebook.title,
            "sha256": rulebook_digests(layers),
            "parts": _parts(layers.rulebook),
        },
        "versions": {"python": platform.python_version()} | {one: version(one) for one in VERSIONS},
        "parameters": {
            **project.tolerances.model_dump(),
            "max_repair_share": MAX_REPAIR,
            "max_crs_area_error": MAX_AREA_ERROR,
        },
        "seed": None if result.certainty is None else result.certainty.chance.seed,
        "certainty": (
            None if result.certainty is None else result.certainty.chance.model_dump(mode="json")
        ),
        "plan": None if project.plan is None else project.plan.model_dump(mode="json"),
        "raster_columns": [
            {"name": one.name, "unit": one.unit, "label": one.label._asdict()}
            for one in project.rasters.own_columns().values()
        ],
        "allocation": [
            asdict(one) for one in (result.allocation.balances if result.allocation else ())
        ],
        "balance": [asdict(one) for one in (*layers.balances, *result.balances)],
        "faults": dict(sorted(Counter(fault.code for fault in result.faults).items())),
        "findings": dict(sorted(Counter(one.code for one in result.findings).items())),
        "notes": [note._asdict() for note in (*layers.notes, *result.notes)],
    }


def _picture(project: Project) -> dict[str, str]:
    """Name the picture that the map holds."""
    return {} if project.map.picture is None else {"map.picture": project.map.picture.path}


def rulebook_digests(layers: Layers) -> dict[str, str]:
    """
    Give the sha256 of the files that make the rulebook of a project.

    Parameters
    ----------
    layers
        The layers of a project.

    Returns
    -------
    dict
        Digest by name of the file: the book, those it extends, the checks beneath all.
    """
    project = layers.project
    paths = rulebook_paths(project.city.rulebook, project.folder)
    return {path.name: sha256_of(path) for path in paths}


def _parts(book: Rulebook) -> dict[str, str]:
    """Give the digest of each part of a rulebook, so that two runs can tell which one changed."""
    parts = book.model_dump(mode="json", exclude=NO_RULES, exclude_none=True)
    return {
        name: hashlib.sha256(json.dumps(part, sort_keys=True).encode()).hexdigest()
        for name, part in parts.items()
    }


def _input_record(layers: Layers, name: str, layer: Layer) -> dict[str, object]:
    return {
        "layer": name,
        "path": layer.path,
        "where": layer.where,
        "as_of": layer.as_of,
        "source": layer.source,
        "read_as": layer.model_dump(mode="json", exclude=NOT_READING, exclude_defaults=True),
        "sha256": input_digests(layers, name, layer),
    }


def input_digests(layers: Layers, name: str, layer: Layer) -> dict[str, str]:
    """
    Give the digest of each file of a source; of the rows read where it is a database.

    Parameters
    ----------
    layers
        The layers of a project.
    name
        The layer's name in the project file.
    layer
        The layer.

    Returns
    -------
    dict
        The sha256 by file name.
    """
    if is_database(layer.path):
        return {"rows": layers.digests.get(name, "")}
    return digests_of(file_of(layers.project.folder, layer.path, name))
