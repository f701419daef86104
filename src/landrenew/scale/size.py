"""Whether a project is too large to be measured in memory, without reading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from landrenew.intake.sources.address import is_database
from landrenew.intake.sources.files import files_of
from landrenew.intake.sources.remote import file_of

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.project import Project
    from landrenew.intake.sections import Layer

IN_MEMORY = 500_000
"""Parcels and buildings that are measured in memory: some 5 GiB; more are measured by tiles."""


BYTES_A_ROW = 250
"""What a parcel or building takes in a GeoPackage or shapefile, about."""


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
        True where its parcels and buildings are more than :data:`IN_MEMORY`, as GeoParquet says,
        or the size of other files lets suppose. A database counts as nothing.
    """
    layers = (project.parcels, project.buildings)
    return sum(_rows(project.folder, one) for one in layers if one is not None) > IN_MEMORY


def _rows(folder: Path, layer: Layer) -> int:
    """Count the rows of a layer; roughly, where its file does not say."""
    if is_database(layer.path):
        return 0
    try:
        path = file_of(folder, layer.path, "parcels")
        if path.suffix.lower() in {".parquet", ".geoparquet"}:
            return int(pq.read_metadata(path).num_rows)
        return sum(one.stat().st_size for one in files_of(path)) // BYTES_A_ROW
    except (OSError, ValueError, pa.ArrowException):
        return 0  # whoever reads the file will say what is wrong with it
