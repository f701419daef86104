"""Layers in a ZIP: one is found by itself, one of several is named by ``a.zip/inner.shp``.

An archive is unpacked into a folder of its own, so that every reader meets a plain file and the
names that a Chinese Windows wrote in GBK come out right.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from landrenew.base.errors import FileError, LandrenewError
from landrenew.base.words import some

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKED = (".zip", ".shz")
MOST_BYTES = 8 * 2**30
"""An archive that unpacks to more than this is refused: a layer is never so large [bytes]."""

LOCKED, UTF8_NAMES = 0x1, 0x800
"""Flags of a file in an archive."""

OUTSIDE = re.compile(r"\.\.|/|[A-Za-z]:")
"""Parts of a name that would lead out of the folder, such as the letter of a drive."""

GDB_TABLE = "a00000001.gdbtable"

LAYERS = {
    ".shp", ".gpkg", ".geojson", ".topojson", ".geojsonl", ".fgb", ".parquet", ".geoparquet",
    ".kml", ".kmz", ".mif", ".tab", ".dxf", ".gml", ".gdb", ".pbf", ".sqlite",
}  # fmt: skip
"""What counts as a layer of its own within an archive."""

TABLES = {".json", ".csv", ".xlsx", ".txt", ".dbf"}
"""What counts as one only where the archive holds no layer: such files often lie beside layers."""


def packed_in(path: Path) -> Path | None:
    """
    Find the archive that a path leads into.

    Parameters
    ----------
    path
        Path of a layer, such as ``a.zip`` or ``a.zip/inner.shp``.

    Returns
    -------
    Path or None
        The archive; None when the path leads into none.
    """
    for one in (path, *path.parents):
        if one.suffix.lower() in PACKED and one.is_file():
            return one
    return None


@contextmanager
def unpacked(path: Path, name: str) -> Iterator[Path]:
    """
    Give the plain file of a layer, unpacked where it lies in an archive.

    Parameters
    ----------
    path
        The file, an archive with one layer, or the path of a layer within an archive.
    name
        The layer's name in the project file, for messages.

    Yields
    ------
    Path
        The file itself, or where it was unpacked to; that place is gone afterwards.

    Raises
    ------
    FileError
        When the archive holds no layer, several, or not the one named.
    """
    archive = packed_in(path)
    if archive is None:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="landrenew-read-") as folder:
        with zipfile.ZipFile(archive) as pack:
            _refuse_locked(pack, archive, name)
            _refuse_huge(pack, archive, name)
            held = _unpack(pack, Path(folder), archive)
        inner = path.relative_to(archive).as_posix() if path != archive else None
        plain = Path(folder, _chosen(held, inner, archive, name))
        try:
            yield plain
        except LandrenewError as error:  # say the place that the user knows
            zh, en = (one.replace(str(plain), str(path)) for one in error.text)
            raise type(error)(zh, en) from error


def layers_in(archive: Path) -> list[str]:
    """
    List the layers of an archive without unpacking it.

    Parameters
    ----------
    archive
        A ZIP.

    Returns
    -------
    list of str
        Paths of the layers within it; of the tables where it holds no layer. Such a path behind
        that of the archive is what a project file writes.
    """
    with zipfile.ZipFile(archive) as pack:
        held = [_name_of(one) for one in pack.infolist() if not one.is_dir()]
    return _layers_of([one for one in held if not one.startswith("__MACOSX/")])


def _layers_of(held: list[str]) -> list[str]:
    layers = sorted({_layer_in(one) for one in held} - {""})
    return layers or sorted(one for one in held if PurePosixPath(one).suffix.lower() in TABLES)


def _refuse_locked(pack: zipfile.ZipFile, archive: Path, name: str) -> None:
    if any(one.flag_bits & LOCKED for one in pack.infolist()):
        raise FileError(
            f"[{name}] 的压缩包 {archive} 有密码。请先解压，再写图层的路径。",
            f"[{name}]: archive {archive} has a password. Unpack it and give the layer's path.",
        )


def _refuse_huge(pack: zipfile.ZipFile, archive: Path, name: str) -> None:
    total = sum(one.file_size for one in pack.infolist())
    if total > MOST_BYTES:
        raise FileError(
            f"[{name}] 的压缩包 {archive} 解开后有 {total / 2**30:.0f} GiB，超过 8 GiB。"
            "请先解压，再写图层的路径。",
            f"[{name}]: archive {archive} unpacks to {total / 2**30:.0f} GiB, more than 8 GiB."
            " Unpack it and give the layer's path.",
        )


def _unpack(pack: zipfile.ZipFile, folder: Path, archive: Path) -> list[str]:
    """Unpack every file; names stay inside the folder whatever the archive says."""
    every = [(one, _name_of(one)) for one in pack.infolist() if not one.is_dir()]
    is_bare_database = any(name == GDB_TABLE for _, name in every)
    root = f"{archive.stem.removesuffix('.gdb')}.gdb/" if is_bare_database else ""
    held = []
    for one, said in every:
        parts = [part for part in PurePosixPath(root + said).parts if not OUTSIDE.fullmatch(part)]
        if not parts or "__MACOSX" in parts:
            continue
        place = folder.joinpath(*parts)
        place.parent.mkdir(parents=True, exist_ok=True)
        with pack.open(one) as source, place.open("wb") as target:
            shutil.copyfileobj(source, target)
        held.append("/".join(parts))
    return held


def _name_of(entry: zipfile.ZipInfo) -> str:
    """Read a name as it was meant: Chinese Windows writes GBK where the format says CP437."""
    said = entry.filename.replace("\\", "/")
    if entry.flag_bits & UTF8_NAMES or said.isascii():
        return said
    raw = said.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return said


def _chosen(held: list[str], inner: str | None, archive: Path, name: str) -> str:
    layers = _layers_of(held)
    if inner is not None:
        wanted = inner.casefold()
        if found := [one for one in (*layers, *held) if one.casefold() == wanted]:
            return found[0]
    if len(layers) == 1 and inner is None:
        return layers[0]
    listed = some(layers)
    if inner is not None or layers:
        example = f"{archive.name}/{layers[0] if layers else 'x.shp'}"
        raise FileError(
            f"[{name}] 的压缩包 {archive} 中有 {len(layers)} 个图层：{listed or '（无）'}。"
            f'请用 path = "…/{example}" 指明其中一个。',
            f"[{name}]: archive {archive} holds {len(layers)} layers: {listed or '(none)'}. Name"
            f' one with path = "…/{example}".',
        )
    raise FileError(
        f"[{name}] 的压缩包 {archive} 中没有认得的图层，只有：{some(held) or '（空）'}。"
        "请检查压缩包。",
        f"[{name}]: archive {archive} holds no layer that is known, only:"
        f" {some(held) or '(nothing)'}. Check the archive.",
    )


def _layer_in(file: str) -> str:
    """Name the layer that a file of the archive is; empty for companions and papers."""
    parts = PurePosixPath(file).parts
    for i, part in enumerate(parts[:-1], 1):
        if part.lower().endswith(".gdb"):
            return "/".join(parts[:i])
    return file if PurePosixPath(file).suffix.lower() in LAYERS else ""
