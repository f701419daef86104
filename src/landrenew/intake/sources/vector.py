"""Vector layers: everything GDAL reads through pyogrio, and GeoParquet through geopandas."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyogrio
import shapely
from geopandas.array import GeometryDtype
from pyogrio.errors import DataLayerError, FeatureError, GeometryError

from landrenew.base.errors import FileError
from landrenew.base.words import Text, some
from landrenew.intake.faults import Fault
from landrenew.intake.sources.beside import SHAPEFILE, part_of
from landrenew.intake.sources.dbf import mend_numbers, names_apart
from landrenew.intake.sources.dbf_text import dbf_encoding, without_cut_ends
from landrenew.intake.sources.drawing import drawing_encoding, from_drawing
from landrenew.intake.sources.gdal import (
    COARSE_STEP_DEGREES,
    arcs_words,
    complaints,
    place_of,
    reading,
)
from landrenew.intake.sources.shapefile import index_note, refuse_torn
from landrenew.intake.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from landrenew.intake.sections import Layer

NO_DATA_LAYERS = {"layer_styles", "qgis_projects"}
"""Tables that QGIS keeps in a GeoPackage beside the layers."""

BYTEWISE = "ISO-8859-1"
"""The encoding in which every character stands for one byte, as GDAL calls it."""

AREAS_OF_OSM = "multipolygons"
"""The layer of an OpenStreetMap extract that holds polygons."""

HOLD_ARCS = {".gpkg", ".gdb", ".gml", ".xml", ".dxf", ".fgb"}
"""Formats in which a boundary may be an arc."""

NUMBERED = re.compile(r"_\d+$")

AT_A_TIME, BUFFER_BYTES = 16_384, 1 << 20
"""Shapes of a GeoParquet file that are read at a time, and bytes of it."""

SOLIDS = {15, 16, 17}
"""What OGC numbers polyhedra, TINs and triangles: bodies in space, which GEOS has no word for."""


def read_parquet(path: Path, spec: Layer, name: str) -> Source:  # noqa: ARG001  every reader's shape
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
        return _flat(_located(path))
    except ValueError as error:
        if "geo metadata" not in str(error):
            raise
        return Source(pd.read_parquet(path))


def _located(path: Path) -> gpd.GeoDataFrame:
    """Read GeoParquet; its shapes part by part, for all of them as WKB take as much once more."""
    empty = gpd.read_parquet(path, filters=pc.scalar(False))  # noqa: FBT003  no row: what it holds
    shapes = [str(one) for one, kind in empty.dtypes.items() if isinstance(kind, GeometryDtype)]
    others = [one for one in empty.columns if one not in shapes]
    if path.is_dir() or not others or not _is_wkb(path, shapes):
        return gpd.read_parquet(path)
    table = pd.read_parquet(path, columns=others)
    for name in shapes:
        found = gpd.GeoSeries(_from_wkb(path, name), table.index, crs=empty[name].crs)
        table.insert(list(empty.columns).index(name), name, found)
    return gpd.GeoDataFrame(table, geometry=empty.geometry.name)


def _is_wkb(path: Path, names: list[str]) -> bool:
    """Tell whether shapes are written as WKB; GeoParquet knows other ways."""
    said = json.loads(pq.read_metadata(path).metadata[b"geo"])["columns"]
    return all(said[name]["encoding"] == "WKB" for name in names)


def _from_wkb(path: Path, name: str) -> NDArray[np.object_]:
    """Read a column of shapes, without the whole of it in memory as it is in the file."""
    with pq.ParquetFile(path, pre_buffer=False, buffer_size=BUFFER_BYTES) as file:
        parts = [
            shapely.from_wkb(np.asarray(batch.column(0)))
            for batch in file.iter_batches(AT_A_TIME, columns=[name])
        ]
    return np.concatenate([np.empty(0, dtype=object), *parts])


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
        The rows, two-dimensional, arcs as chords.

    Raises
    ------
    FileError
        When the file has several layers and none is named, or holds bodies instead of outlines.
    """
    if path.suffix.lower() == ".dxf":
        return _read_drawing(path, spec)
    refuse_torn(path, name)
    encoding, why = dbf_encoding(path, spec.encoding)
    with place_of(path) as place, reading() as said, _bodies_refused(path, name):
        layer, chosen = _wanted_layer(place, spec, path, name)
        frame = _read(place, layer, encoding, is_table=path.suffix.lower() in SHAPEFILE)
        frame, closed = _close_rings(frame, place, layer, name)
        arcs = _arcs_note(frame, place, layer, path)
    frame, again = mend_numbers(frame, path, said)
    parts = (*index_note(path), *_twice_note(frame, path))
    flat = _flat(frame, has_measures=any("Measured (M)" in one for one in said))
    notes = (*chosen, *why, *flat.notes, *arcs, *again, *parts, *complaints(said, path))
    return replace(flat, notes=notes, faults=closed)


def _read_drawing(path: Path, spec: Layer) -> Source:
    """Read a drawing; its texts come byte by byte and are decoded by what the drawing says."""
    encoding = drawing_encoding(path.read_bytes(), spec.encoding)
    with place_of(path) as place, reading({"DXF_ENCODING": BYTEWISE}) as said:
        frame = _numbered(_read(place, None, "utf-8"))
        arcs = _arcs_note(frame, place, None, path)
    drawn = from_drawing(frame, encoding)
    flat = _flat(drawn.frame)
    notes = (*drawn.notes, *flat.notes, *arcs, *complaints(said, path))
    return replace(drawn, frame=flat.frame, notes=notes)


@contextmanager
def _bodies_refused(path: Path, name: str) -> Iterator[None]:
    """Refuse bodies in space, which have no outline that a plan could hold."""
    try:
        yield
    except GeometryError as error:
        raise FileError(
            f"[{name}] 的文件 {path} 中的图形是三维体（MultiPatch、TIN、多面体），不是平面图形。"
            "请在 GIS 中导出其平面轮廓。",
            f"[{name}]: shapes of file {path} are bodies in space (MultiPatch, TIN, polyhedra), no"
            " outlines. Export their footprints in the GIS.",
        ) from error


def _read(
    place: Path, layer: str | None, encoding: str | None, *, is_table: bool = False
) -> pd.DataFrame:
    """Read a layer whose texts may not be what their encoding says."""
    try:
        return _asked(place, layer, encoding)
    except UnicodeDecodeError:
        if encoding is None:
            return _asked(place, layer, "gb18030")
        if not is_table:
            raise
        return without_cut_ends(_asked(place, layer, BYTEWISE), encoding)  # or unknown to GDAL


def _asked(place: Path, layer: str | None, encoding: str | None) -> pd.DataFrame:
    """Read a layer, once more in another way where the first is known to fail."""

    def ask(**how: Any) -> pd.DataFrame:  # noqa: ANN401  pyogrio's
        frame: pd.DataFrame = pyogrio.read_dataframe(
            place, layer=layer, encoding=encoding, on_invalid="ignore", **how
        )
        return frame

    try:
        return ask()
    except UnboundLocalError as error:  # pyogrio's, where PROJ cannot write the CRS
        message = "its coordinate system is damaged"
        raise ValueError(message) from error
    except (DataLayerError, FeatureError, ValueError) as error:
        if "OSM_USE_CUSTOM_INDEXING" in str(error):  # an extract whose nodes are not in order
            with reading({"OSM_USE_CUSTOM_INDEXING": "NO"}):
                return ask()
        if "sequence" in str(error) and not isinstance(error, UnicodeError):  # a column of lists
            return ask(use_arrow=True)
        raise


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    return frame


def _wanted_layer(place: Path, spec: Layer, path: Path, name: str) -> tuple[str, tuple[Text, ...]]:
    """Take the layer named, the only one, or the only one with rows."""
    if spec.layer is not None:
        return spec.layer, ()
    every = [str(one) for one in pyogrio.list_layers(place)[:, 0]]
    layers = [one for one in every if one not in NO_DATA_LAYERS]
    if not layers:
        message = "it holds no layer"
        raise ValueError(message)
    if len(layers) == 1:
        return layers[0], ()
    is_osm = AREAS_OF_OSM in layers and path.suffix.lower() in {".pbf", ".osm"}
    filled = [AREAS_OF_OSM] if is_osm else [one for one in layers if _has_rows(place, one)]
    if len(filled) == 1:
        only = filled[0]
        return only, (
            Text(
                f"文件 {path.name} 有 {len(layers)} 个图层，读取了“{only}”。",
                f"File {path.name} has {len(layers)} layers; {only!r} was read.",
            ),
        )
    listed = some(filled or layers)
    raise FileError(
        f'[{name}] 的文件 {path} 有 {len(layers)} 个图层：{listed}。请用 layer = "…" 指明。',
        f'[{name}]: file {path} has {len(layers)} layers: {listed}. Name one with layer = "…".',
    )


def _has_rows(place: Path, layer: str) -> bool:
    return bool(pyogrio.read_info(place, layer=layer, force_feature_count=True)["features"])


def _close_rings(
    frame: pd.DataFrame, place: Path, layer: str, name: str
) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """Close the rings that end beside their start, row by row, and say so; refuse bodies."""
    if not isinstance(frame, gpd.GeoDataFrame) or not frame.geometry.isna().any():
        return frame, ()
    raw = pyogrio.raw.read(place, layer=layer, columns=[])[2]
    lost = [i for i in np.flatnonzero(frame.geometry.isna()) if raw[i] is not None]
    if any(_kinds(raw[i]) & SOLIDS for i in lost):
        message = "bodies in space"
        raise GeometryError(message)
    shapes = frame.geometry.to_numpy().copy()
    shapes[lost] = shapely.from_wkb(raw[lost], on_invalid="fix")
    mended = [i for i in lost if shapes[i] is not None]
    faults = tuple(Fault(name, int(i) + 1, "", "unclosed_ring") for i in mended)
    return frame.set_geometry(gpd.GeoSeries(shapes, frame.index, crs=frame.crs)), faults


def _kinds(wkb: bytes) -> set[int]:
    """Give the kind of a shape and, in a collection, of its first part."""
    kinds = (wkb[at : at + 4] for at in (1, 10) if len(wkb) >= at + 4)
    numbers = (int.from_bytes(one, "little" if wkb[0] else "big") for one in kinds)
    return {(one & 0x0FFFFFFF) % 1000 for one in numbers}


def _arcs_note(frame: pd.DataFrame, place: Path, layer: str | None, path: Path) -> tuple[Text, ...]:
    """Find the rows with arcs: their corners depend on the step; say the step that was taken."""
    if not isinstance(frame, gpd.GeoDataFrame) or path.suffix.lower() not in HOLD_ARCS:
        return ()
    with reading(arc_step_degrees=COARSE_STEP_DEGREES):
        raw = pyogrio.raw.read(place, layer=layer, columns=[])[2]
    coarse = shapely.get_num_coordinates(shapely.from_wkb(raw, on_invalid="fix"))
    fine = shapely.get_num_coordinates(frame.geometry.to_numpy())
    count = int(np.count_nonzero((coarse < fine) & (coarse > 0)))
    if not count:
        return ()
    return (arcs_words(count),)


def _twice_note(frame: pd.DataFrame, path: Path) -> tuple[Text, ...]:
    """Say that columns of one name were told apart, as a table of a shapefile may have them."""
    table = part_of(path, ".dbf")
    if table is None or names_apart(table) is None:
        return ()
    again = some(one for one in map(str, frame.columns) if NUMBERED.search(one))
    return (
        Text(
            f"有重名的列，后出现的加了尾号：{again}。",
            f"Columns of one name were told apart by a number: {again}.",
        ),
    )


def _flat(frame: pd.DataFrame, *, has_measures: bool = False) -> Source:
    """Drop heights and measures, and say so."""
    if not isinstance(frame, gpd.GeoDataFrame) or frame.empty:
        return Source(frame)
    shapes = frame.geometry.to_numpy()
    high = int(np.count_nonzero(shapely.has_z(shapes)))
    notes = []
    if high:
        frame = frame.set_geometry(gpd.GeoSeries(shapely.force_2d(shapes), frame.index,
                                                 crs=frame.crs))  # fmt: skip
        notes.append(
            Text(
                f"{high} 行图形的高程（Z）未采用。", f"Heights (Z) of {high} shapes were left out."
            )
        )
    if has_measures:
        notes.append(Text("图形的度量值（M）未采用。", "Measures (M) of the shapes were left out."))
    return Source(frame, notes=tuple(notes))
