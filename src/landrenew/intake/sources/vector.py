"""Vector layers: everything GDAL reads through pyogrio, and GeoParquet through geopandas."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyogrio

from landrenew.base.errors import FileError
from landrenew.base.words import some
from landrenew.intake.sources.source import Source
from landrenew.intake.sources.text import dbf_encoding

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.project import Layer

NO_DATA_LAYERS = {"layer_styles", "qgis_projects"}
"""Tables that QGIS keeps in a GeoPackage beside the layers."""


def read_parquet(path: Path, spec: Layer, name: str) -> Source:  # noqa: ARG001
    """
    Read GeoParquet, or plain Parquet as a table.

    Parameters
    ----------
    path
        The file.
    spec
        The layer as the project file states it.
    name
        The layer's name in the project file.

    Returns
    -------
    Source
        The rows.
    """
    try:
        return Source(gpd.read_parquet(path))
    except ValueError as error:
        if "geo metadata" not in str(error):
            raise
        return Source(pd.read_parquet(path))


def read_vector(path: Path, spec: Layer, name: str) -> Source:
    """
    Read one layer of a file that GDAL knows.

    Parameters
    ----------
    path
        The file.
    spec
        The layer as the project file states it.
    name
        The layer's name in the project file.

    Returns
    -------
    Source
        The rows.

    Raises
    ------
    FileError
        When the file has several layers and none is named.
    """
    with warnings.catch_warnings():
        # broken rings are counted by intake.shapes, row by row; measures (M) are not needed
        warnings.simplefilter("ignore", RuntimeWarning)
        warnings.filterwarnings("ignore", "Measured", UserWarning)
        frame: pd.DataFrame = pyogrio.read_dataframe(
            path,
            layer=spec.layer or _only_layer(path, name),
            encoding=spec.encoding or dbf_encoding(path),
            on_invalid="ignore",
        )
    return Source(frame)


def _only_layer(path: Path, name: str) -> str:
    every = [str(one) for one in pyogrio.list_layers(path)[:, 0]]
    layers = [one for one in every if one not in NO_DATA_LAYERS]
    if not layers:
        message = "it holds no layer"
        raise ValueError(message)
    if len(layers) == 1:
        return layers[0]
    raise FileError(
        f'[{name}] 的文件 {path} 有 {len(layers)} 个图层：{some(layers)}。请用 layer = "…" 指明。',
        f"[{name}]: file {path} has {len(layers)} layers: {some(layers)}. Name one with"
        ' layer = "…".',
    )
