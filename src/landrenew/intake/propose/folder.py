"""List what lies in a folder: layers, tables, rasters, and the files that are neither."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from landrenew.base.errors import reason
from landrenew.base.words import Text

if TYPE_CHECKING:
    from collections.abc import Iterator

Form = Literal["shapes", "table", "corners", "raster", "rulebook"]

DEPTH = 2
"""How many levels of folders below the one given are looked into."""

MOST_FILES = 2000
"""Files beyond this number are not looked at; a bureau's folder has dozens."""

SHAPES = {
    ".shp", ".gpkg", ".geojson", ".json", ".topojson", ".geojsonl", ".fgb", ".parquet",
    ".geoparquet", ".kml", ".kmz", ".mif", ".tab", ".dxf", ".gml", ".gdb", ".sqlite", ".zip",
    ".dbf", ".dwg", ".mdb", ".pbf", ".gpx", ".osm",
}  # fmt: skip
TABLES = {".csv", ".xlsx", ".xls"}
RASTERS = {".tif", ".tiff", ".img", ".asc", ".vrt", ".jp2"}

COMPANIONS = {
    ".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj", ".qmd", ".qml", ".sld", ".xml",
    ".mid", ".dat", ".map", ".id", ".ind", ".tfw", ".ovr", ".gfs", ".lyr", ".lyrx", ".idx", ".fix",
}  # fmt: skip
"""Files that belong to another of the same name."""

HEAD_BYTES = 4096
CORNERS = "[地块坐标]"
"""What stands in every boundary-point file."""


@dataclass(frozen=True)
class Found:
    """
    A file that may hold something.

    Parameters
    ----------
    path
        Path below the folder, with ``/``; for several boundary-point files a pattern.
    form
        How it is to be looked at.
    """

    path: str
    form: Form


@dataclass(frozen=True)
class Unknown:
    """
    A file, layer or sheet that is no part of the project.

    Parameters
    ----------
    path
        Path below the folder, with the layer or sheet behind it.
    why
        Why it is not.
    """

    path: str
    why: Text


def list_folder(folder: Path) -> tuple[list[Found], list[Unknown]]:
    """
    List the files of a folder that may hold something, and those that do not.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    list of Found
        By path; a shapefile or a geodatabase is one.
    list of Unknown
        Every other file, except the companions of a layer.
    """
    found: list[Found] = []
    unknown: list[Unknown] = []
    texts: list[Path] = []
    for count, path in enumerate(_walk(folder, DEPTH, unknown, folder)):
        name = path.relative_to(folder).as_posix()
        if count >= MOST_FILES:
            unknown.append(Unknown(f"{name} …", _too_many()))
            break
        if not _is_sayable(name):
            shown = name.encode(errors="backslashreplace").decode()
            unknown.append(Unknown(shown, Text("文件名不是 UTF-8", "its name is not UTF-8")))
        elif path.suffix.lower() == ".txt" and _is_corners(path):
            texts.append(path)
        elif (form := _form(path)) is not None:
            found.append(Found(name, form))
        elif not _is_companion(path):
            unknown.append(Unknown(name, _no_layer(path)))
    found += _corner_files(folder, texts)
    return sorted(found, key=lambda one: one.path), unknown


def _walk(at: Path, depth: int, unknown: list[Unknown], folder: Path) -> Iterator[Path]:
    """Give the files below a folder by name; links to folders are not followed."""
    try:
        held = sorted(at.iterdir())
    except OSError as error:
        unknown.append(Unknown(f"{at.relative_to(folder).as_posix()}/", reason(error)))
        return
    for path in held:
        if path.name.startswith((".", "~$")) or path.name == "__MACOSX":
            continue
        if path.suffix.lower() == ".gdb" or not path.is_dir():
            yield path
        elif path.is_symlink() or depth == 0:
            too_deep = Text("没有进入这个文件夹", "this folder was not looked into")
            unknown.append(Unknown(f"{path.relative_to(folder).as_posix()}/", too_deep))
        else:
            yield from _walk(path, depth - 1, unknown, folder)


def _too_many() -> Text:
    return Text(
        f"文件超过 {MOST_FILES} 个，其余没有看",
        f"there are more than {MOST_FILES} files; the rest was not looked at",
    )


def _is_sayable(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _form(path: Path) -> Form | None:
    suffix = path.suffix.lower()
    if suffix == ".dbf" and _main_file(path, {".shp", ".tab"}):
        return None
    if suffix in SHAPES:
        return "shapes"
    if suffix in TABLES:
        return "table"
    if suffix in RASTERS:
        return "raster"
    return "rulebook" if suffix == ".toml" else None


def _main_file(path: Path, suffixes: set[str]) -> bool:
    return any(
        path.with_suffix(case(one)).exists() for one in suffixes for case in (str, str.upper)
    )


def _is_companion(path: Path) -> bool:
    """Tell whether a file belongs to a layer or raster beside it, as ``a.prj`` or ``a.tif.ovr``."""
    if path.suffix.lower() not in COMPANIONS:
        return False
    stem = Path(path.stem)
    if stem.suffix.lower() in SHAPES | RASTERS | {".aux"}:
        return True
    return _main_file(path, SHAPES | RASTERS)


def _no_layer(path: Path) -> Text:
    if path.suffix.lower() in COMPANIONS:
        return Text("是附属文件，旁边没有它的主文件", "belongs to a file that is not there")
    return Text("不是图层、表格或栅格", "is no layer, table or raster")


def _is_corners(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return False
    return any(CORNERS.encode(code) in head for code in ("utf-8", "gb18030"))


def _corner_files(folder: Path, texts: list[Path]) -> list[Found]:
    """Take the boundary-point files of one folder as one layer, where no other TXT is between."""
    found = []
    for parent in dict.fromkeys(one.parent for one in texts):
        here = [one for one in texts if one.parent == parent]
        every = [one for one in parent.iterdir() if one.suffix.lower() == ".txt"]
        below = "" if parent == folder else f"{parent.relative_to(folder).as_posix()}/"
        if len(here) > 1 and sorted(every) == here and all(one.suffix == ".txt" for one in here):
            found.append(Found(f"{below}*.txt", "corners"))
        else:
            found += [Found(f"{below}{one.name}", "corners") for one in here]
    return found
