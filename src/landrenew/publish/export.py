"""Layers of a finished run in the formats that offices exchange.

SHP in GBK or UTF-8, GeoPackage, File Geodatabase, boundary points, workbook, GeoParquet, GeoJSON,
vector tiles. A file is written whole or not at all; what a format has no room for is refused, or
cut and named.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import FileError
from landrenew.base.missing import none_where_missing
from landrenew.base.strips import CGCS2000
from landrenew.base.words import Text, some
from landrenew.intake.sources.gdal import complaints, gdal_settings
from landrenew.publish.corner_file import corner_lines
from landrenew.publish.field_names import database_names, headings, names_csv, short_names
from landrenew.publish.geopackage import FORMAT, WRITTEN_AT
from landrenew.publish.in_place import whole_files
from landrenew.publish.map.payload import BLOCK_COLUMNS, PARCEL_COLUMNS, PRIVATE
from landrenew.publish.sheet_file import sheet_bytes
from landrenew.publish.tables import column_speaker
from landrenew.publish.tile_file import for_tiles, tile_options

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from geopandas import GeoDataFrame
    from pyproj import CRS

    from landrenew.base.words import Lang

    Notes = list[Text]

ENCODINGS = {"gbk": "GBK", "utf-8": "UTF-8", "utf8": "UTF-8"}
TEXT_BYTES = 254
"""What a text of a shapefile holds."""

MOST_SHORT = 2**31
"""Whole numbers below this fit every format."""

WGS84 = 4326
DEGREE_DECIMALS = 11
"""Decimals of a GeoJSON's degrees, a thousandth of a millimetre, so that areas come back."""

DATABASES = {".gpkg", ".gdb"}
OURS = {"parcels", "blocks", "towns", "rejected", "control_line", "layer_styles"}
"""Layers that an export may write into a database, and so may replace."""

COULD_NOT_READ = (OSError, ValueError, DataSourceError, DataLayerError, pa.ArrowException)


@dataclass(frozen=True)
class Task:
    """
    What is to be written.

    Parameters
    ----------
    table
        The rows; the first column names them.
    crs
        The project CRS.
    layer
        Name of the layer.
    encoding
        ``"GBK"`` or ``"UTF-8"``; only SHP and TXT ask.
    lang
        Chinese headings and class words, or the data dictionary's own names and words.
    wkt
        Whether a workbook gets the shapes as WKT.
    """

    table: GeoDataFrame
    crs: CRS
    layer: str
    encoding: str
    lang: Lang
    wkt: bool


def export_layer(
    run: Path,
    out: Path,
    *,
    layer: str = "parcels",
    encoding: str | None = None,
    wkt: bool = False,
    lang: Lang = "zh",
) -> tuple[Text, ...]:
    """
    Write one layer of a finished run for another program.

    Parameters
    ----------
    run
        Folder of a finished run.
    out
        File to write; its extension says the format: ``.shp``, ``.gpkg``, ``.gdb``, ``.txt``
        (boundary points), ``.xlsx``, ``.parquet``, ``.geojson`` or ``.pmtiles`` (vector tiles, of
        parcels and blocks, with the columns that the map publishes).
    layer
        ``parcels``, ``blocks``, ``towns``, ``rejected`` or ``control_line``.
    encoding
        ``"gbk"`` (when None) or ``"utf-8"``, for SHP and TXT.
    wkt
        Give a workbook the shapes as a column of WKT.
    lang
        Language of headings and class words.

    Returns
    -------
    tuple of Text
        What was cut or changed on the way.

    Raises
    ------
    FileError
        When the run or the layer is not there, the format is unknown, a text does not fit its
        encoding, the database that is there holds layers of others, or the file cannot be written;
        what was there before is untouched.
    CrsError
        When boundary points are asked for in a CRS that is no CGCS2000 strip.
    """
    write = WRITERS.get(out.suffix.lower())
    if write is None:
        raise FileError(
            f"不认识输出格式“{out.suffix or out.name}”。请用 {some(WRITERS)} 之一作扩展名。",
            f"Output format {out.suffix or out.name!r} is not known. End the name with one of"
            f" {', '.join(WRITERS)}.",
        )
    table = _layer_of(run, layer)
    if table.crs is None:
        raise FileError(
            f"图层 {layer} 没有坐标系。请重新运行。", f"Layer {layer} has no CRS. Run again."
        )
    task = Task(table, table.crs, layer, _encoding(encoding, out), lang, wkt)
    notes: Notes = []
    _refuse_layers_of_others(out)
    with whole_files(out) as place:
        write(task, place, notes)
    return tuple(notes)


def _refuse_layers_of_others(out: Path) -> None:
    """Let a database give way to an export only where an export had written all of it."""
    if out.suffix.lower() not in DATABASES or not out.exists():
        return
    try:
        held = {str(name) for name, _ in pyogrio.list_layers(out)}
    except DataSourceError:
        is_folder = out.is_dir() and out.suffix.lower() == ".gdb"  # any other is refused below
        held = {one.name for one in out.iterdir()} if is_folder else set()
    if others := sorted(held - OURS):
        raise FileError(
            f"{out} 中有其他图层或文件：{some(others)}。导出会整个替换它，请另取名字。",
            f"{out} holds other layers or files: {some(others)}. An export replaces it as a whole;"
            " choose another name.",
        )


def _encoding(stated: str | None, out: Path) -> str:
    known = ENCODINGS.get((stated or "gbk").lower())
    if known is None or (stated is not None and out.suffix.lower() not in {".shp", ".txt"}):
        raise FileError(
            f"编码“{stated}”不能用于 {out.name}：SHP 与 TXT 可写 gbk 或 utf-8，其他格式不写编码。",
            f"Encoding {stated!r} is not for {out.name}: SHP and TXT take gbk or utf-8, other"
            " formats none.",
        )
    return known


def _layer_of(run: Path, layer: str) -> GeoDataFrame:
    """Read a layer back; the parcels from the table that holds them whole."""
    packed = run / "parcels.gpkg"
    try:
        if layer == "parcels":
            return gpd.read_parquet(run / "parcels.parquet").reset_index()
        names = [str(name) for name, kind in pyogrio.list_layers(packed) if kind is not None]
        if layer in names:
            found: GeoDataFrame = pyogrio.read_dataframe(packed, layer=layer)
            return found
    except COULD_NOT_READ as error:
        raise FileError(
            f"{run} 不是完整的运行结果文件夹。请给出 landrenew run 的输出文件夹，或重新运行。",
            f"{run} is no whole run folder. Give the output folder of landrenew run, or run again.",
        ) from error
    raise FileError(
        f"运行结果 {run} 中没有图层“{layer}”。有：{some(names)}。请改正 --layer。",
        f"Run {run} has no layer {layer!r}. It has {some(names)}. Mend --layer.",
    )


def _columns(table: GeoDataFrame) -> list[str]:
    return [str(one) for one in table.columns if one != table.geometry.name]


def _named(task: Task, names: dict[str, str]) -> GeoDataFrame:
    """Give the rows their names in the file; in Chinese also their class words."""
    frame = task.table.rename_geometry("geometry") if task.table.geometry.name != "geometry" \
        else task.table.copy()  # fmt: skip
    for name in _columns(frame):
        say = column_speaker(name, "zh") if task.lang == "zh" else None
        if say is not None:
            frame[name] = frame[name].map(say, na_action="ignore")
        elif name in COLUMNS and COLUMNS[name].kind == "integer":
            frame[name] = _whole(frame[name])
    return frame.rename(columns=names)


def _whole(values: pd.Series) -> pd.Series:
    number = pd.to_numeric(values, errors="coerce")
    is_whole = bool((number.dropna() % 1 == 0).all() and (number.abs().dropna() < MOST_SHORT).all())
    return number.astype("Int32") if is_whole else number


def _write_gis(frame: GeoDataFrame, path: Path, notes: Notes, **how: object) -> None:
    """Let GDAL write under a fixed date; what it complains of is told."""
    with (
        warnings.catch_warnings(record=True) as said,
        gdal_settings({"OGR_CURRENT_DATE": WRITTEN_AT}),
    ):
        warnings.simplefilter("always")
        pyogrio.write_dataframe(frame, path, **how)
    notes += complaints([str(one.message) for one in said], path)


def _write_shp(task: Task, path: Path, notes: Notes) -> None:
    _refuse_other_than_polygons(task)
    names = short_names(_columns(task.table), task.lang, task.encoding)
    frame = _fit_texts(_named(task, names), task.encoding, notes)
    _write_gis(frame, path, notes, driver="ESRI Shapefile", encoding=task.encoding,
               geometry_type="MultiPolygon", promote_to_multi=True,
               layer_options={"DBF_DATE_LAST_UPDATE": WRITTEN_AT[:10]})  # fmt: skip
    path.with_suffix(".cpg").write_text(task.encoding, encoding="ascii")
    listed = path.with_name(path.stem + {"zh": "_字段说明.csv", "en": "_fields.csv"}[task.lang])
    listed.write_bytes(names_csv(names, task.lang))
    notes.append(
        Text(
            f"字段名不超过 10 字节，全称见 {listed.name}。",
            f"Field names have ten bytes at most; {listed.name} says what they mean.",
        )
    )


def _refuse_other_than_polygons(task: Task) -> None:
    kinds = set(task.table.geometry.geom_type.dropna()) - {"Polygon", "MultiPolygon"}
    if kinds:
        raise FileError(
            f"图层 {task.layer} 中有面以外的图形（{some(sorted(kinds))}），写不成 SHP。"
            "请导出为 gpkg。",
            f"Layer {task.layer} holds shapes other than polygons ({some(sorted(kinds))}), which a"
            " SHP cannot. Export to gpkg.",
        )


def _fit_texts(frame: GeoDataFrame, encoding: str, notes: Notes) -> GeoDataFrame:
    """Refuse what the encoding has no sign for; cut what is too long, and name it."""
    first = frame.iloc[:, 0]
    for name in _columns(frame):
        if not (frame[name].dtype == object or isinstance(frame[name].dtype, pd.StringDtype)):
            continue
        texts = frame[name].map(str, na_action="ignore")
        size = texts.map(lambda one: len(_encoded(one, encoding)), na_action="ignore")
        long = (size.fillna(0) > TEXT_BYTES).to_numpy(dtype=bool)
        if long.any():
            rows = some(first[long])
            notes.append(
                Text(
                    f"列 {name} 有 {long.sum()} 行文字超过 {TEXT_BYTES} 字节，"
                    f"已在字边界截断：{rows}。",
                    f"Column {name}: text of {long.sum()} rows is longer than {TEXT_BYTES} bytes"
                    f" and was cut at a character: {rows}.",
                )
            )
            cut = texts.map(lambda one: _short(one, encoding), na_action="ignore")
            frame[name] = texts.where(~long, cut)
    return frame


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError as error:
        sign = text[error.start]
        raise FileError(
            f"“{text[:20]}”中的“{sign}”不能用 {encoding} 表示。请用 --encoding utf-8。",
            f"{sign!r} in {text[:20]!r} does not exist in {encoding}. Use --encoding utf-8.",
        ) from error


def _short(text: str, encoding: str) -> str:
    return _encoded(text, encoding)[:TEXT_BYTES].decode(encoding, "ignore")


def _write_gpkg(task: Task, path: Path, notes: Notes) -> None:
    frame = _named(task, headings(_columns(task.table), task.lang))
    is_mixed = task.layer == "rejected"
    _write_gis(frame, path, notes, layer=task.layer, driver="GPKG", promote_to_multi=not is_mixed,
               geometry_type="Unknown" if is_mixed else None, dataset_options=FORMAT)  # fmt: skip


def _write_gdb(task: Task, path: Path, notes: Notes) -> None:
    _refuse_other_than_polygons(task)
    frame = _named(task, database_names(_columns(task.table), task.lang))
    _write_gis(frame, path, notes, layer=task.layer, driver="OpenFileGDB",
               geometry_type="MultiPolygon", promote_to_multi=True)  # fmt: skip


def _write_txt(task: Task, path: Path, notes: Notes) -> None:
    text = corner_lines(task.table, task.crs)
    path.write_bytes(_encoded(text, task.encoding))
    notes.append(
        Text(
            "界址点坐标保留三位小数（毫米），面积为椭球面积（公顷）。",
            "Corners have three decimals (millimetres), areas are ellipsoidal, in hectares.",
        )
    )


def _write_xlsx(task: Task, path: Path, notes: Notes) -> None:
    names = headings(_columns(task.table), task.lang)
    frame = _named(task, names)
    shapes = frame.geometry.to_numpy()
    flat = pd.DataFrame(frame.drop(columns=[frame.geometry.name]))
    if task.wkt:
        flat["WKT"] = shapely.to_wkt(shapes, rounding_precision=-1)
    cells = none_where_missing(flat).to_numpy().tolist()
    path.write_bytes(sheet_bytes(task.layer, [str(one) for one in flat.columns], cells))
    if not task.wkt:
        notes.append(Text("XLSX 不含图形；需要时加 --wkt。",
                          "The XLSX has no shapes; add --wkt for them."))  # fmt: skip


def _write_parquet(task: Task, path: Path, notes: Notes) -> None:  # noqa: ARG001  nothing is lost
    task.table.to_parquet(path, index=False)


def _write_geojson(task: Task, path: Path, notes: Notes) -> None:
    """Write longitude and latitude, as RFC 7946 wants; CGCS2000 is taken for WGS 84, and told."""
    geodetic = task.crs.geodetic_crs
    is_chinese = geodetic is not None and geodetic.to_epsg() == CGCS2000
    frame = _named(task, headings(_columns(task.table), task.lang))
    lonlat = frame.to_crs(CGCS2000).set_crs(WGS84, allow_override=True) if is_chinese else \
        frame.to_crs(WGS84)  # fmt: skip
    _write_gis(lonlat, path, notes, driver="GeoJSON", layer=task.layer,
               layer_options={"COORDINATE_PRECISION": str(DEGREE_DECIMALS)})  # fmt: skip
    if is_chinese:
        notes.append(
            Text(
                "GeoJSON（RFC 7946）只能是 WGS 84 经纬度；CGCS2000 经纬度按原值写出，未作转换。",
                "GeoJSON (RFC 7946) is WGS 84 by definition; CGCS2000 degrees were written as they"
                " are.",
            )
        )


def _write_pmtiles(task: Task, path: Path, notes: Notes) -> None:
    """Write what may be published, for a server that anyone of the office may ask."""
    listed = IN_TILES.get(task.layer)
    if listed is None:
        raise FileError(
            f"图层 {task.layer} 不能写成瓦片。可写：{some(IN_TILES)}。",
            f"Layer {task.layer} is not written as tiles; these are: {some(IN_TILES)}.",
        )
    table = task.table
    geometry = table.geometry.name
    names = [one for one in table.columns[1:] if one in listed and one not in PRIVATE]
    kept = replace(task, table=table[[table.columns[0], *names, geometry]])
    frame = _named(kept, headings(_columns(kept.table), task.lang))
    placed, told = for_tiles(frame)
    notes += told
    _write_gis(placed, path, notes, driver="PMTiles", layer=task.layer,
               dataset_options=tile_options(task.layer))  # fmt: skip


IN_TILES = {"parcels": frozenset(PARCEL_COLUMNS), "blocks": frozenset(BLOCK_COLUMNS)}
"""What tiles carry of each layer, beside the id."""

WRITERS: dict[str, Callable[[Task, Path, Notes], None]] = {
    ".shp": _write_shp,
    ".gpkg": _write_gpkg,
    ".gdb": _write_gdb,
    ".txt": _write_txt,
    ".xlsx": _write_xlsx,
    ".parquet": _write_parquet,
    ".geojson": _write_geojson,
    ".pmtiles": _write_pmtiles,
}
"""How each format is written, by extension."""
