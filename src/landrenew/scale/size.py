"""Whether a project is too large to be measured in memory, without reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

from landrenew.intake.sources.address import is_database
from landrenew.intake.sources.remote import file_of

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.project import Project
    from landrenew.intake.sections import Layer

IN_MEMORY = 500_000
"""Parcels and buildings that are measured in memory: some 5 GiB; more are measured by tiles."""


def is_large(project: Project) -> bool:
    """
    Tell whether a project is to be measured by tiles.

    Parameters
    ----------
    project
        The project file.

    Returns
    -------
    bool
        True where its parcels and buildings are more than :data:`IN_MEMORY`. What a file does not
        say of itself counts as nothing.
    """
    layers = (project.parcels, project.buildings)
    return sum(_rows(project.folder, one) for one in layers if one is not None) > IN_MEMORY


def _rows(folder: Path, layer: Layer) -> int:
    path = file_of(folder, layer.path, "parcels")
    if is_database(layer.path) or not path.exists():
        return 0
    try:
        if path.suffix.lower() in {".parquet", ".geoparquet"}:
            return int(pq.read_metadata(path).num_rows)
        return max(int(pyogrio.read_info(path, layer=layer.layer)["features"]), 0)
    except (OSError, ValueError, pa.ArrowException, DataSourceError, DataLayerError):
        return 0  # whoever reads the file will say what is wrong with it
