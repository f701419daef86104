"""The manifest: what went into a run, by which rule, with what, and that the rows add up."""

from __future__ import annotations

import hashlib
import platform
from collections import Counter
from dataclasses import asdict
from importlib.metadata import version
from typing import TYPE_CHECKING

from landrenew.base.crs import MAX_AREA_ERROR
from landrenew.intake.shapes import MAX_REPAIR
from landrenew.rules.library import rulebook_paths

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.layers import Layers
    from landrenew.intake.project import Layer
    from landrenew.publish.result import Result

SEVERAL_FILES = {".shp", ".tab", ".mif"}
"""Sources that are several files of one name."""

VERSIONS = ("landrenew", "geopandas", "shapely", "pyproj", "pyogrio", "numpy", "pandas", "rasterio")
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
        Inputs with sha256, rulebook with sha256, versions, parameters, the balance of each layer,
        counts of faults, and the notes.
    """
    layers = result.layers
    project = layers.project
    return {
        "city": project.city.name,
        "as_of": project.city.as_of,
        "crs": crs_name(layers),
        "inputs": [
            _input_record(project.folder, name, layer) for name, layer in project.layers().items()
        ],
        "rasters": {
            name: _sha256(project.folder / path)
            for name, path in project.rasters.model_dump().items()
            if path is not None
        },
        "rulebook": {
            "name": layers.rulebook.name,
            "title": layers.rulebook.title,
            "sha256": {
                path.name: _sha256(path)
                for path in rulebook_paths(project.city.rulebook, project.folder)
            },
        },
        "versions": {"python": platform.python_version()} | {one: version(one) for one in VERSIONS},
        "parameters": {
            **project.tolerances.model_dump(),
            "max_repair_share": MAX_REPAIR,
            "max_crs_area_error": MAX_AREA_ERROR,
        },
        "seed": None,
        "balance": [asdict(one) for one in (*layers.balances, *result.balances)],
        "faults": dict(sorted(Counter(fault.code for fault in result.faults).items())),
        "notes": [note._asdict() for note in (*layers.notes, *result.notes)],
    }


def _input_record(folder: Path, name: str, layer: Layer) -> dict[str, object]:
    path = folder / layer.path
    files = sorted(path.rglob("*")) if path.is_dir() else _with_companions(path)
    return {
        "layer": name,
        "path": layer.path,
        "where": layer.where,
        "as_of": layer.as_of,
        "source": layer.source,
        "sha256": {one.name: _sha256(one) for one in files if one.is_file()},
    }


def _with_companions(path: Path) -> list[Path]:
    """List the files of a source: a shapefile or a MapInfo table is several, the others are one."""
    if path.suffix.lower() not in SEVERAL_FILES:
        return [path]
    named = (one for one in path.parent.iterdir() if one.name.startswith(f"{path.stem}."))
    return sorted(one for one in named if one.suffix != ".lock")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
