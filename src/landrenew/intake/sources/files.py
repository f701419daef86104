"""Which files a layer's path means: one, several of one name, an archive, a folder of TXT."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from landrenew.intake.sources.archive import LAYERS, packed_in
from landrenew.intake.sources.beside import companions

if TYPE_CHECKING:
    from pathlib import Path

SEVERAL_FILES = {".shp", ".tab", ".mif", ".mid", ".dbf"}
"""Sources that are several files of one name."""

PATTERN = "*"
"""In the name of a file: every file whose name is like that."""


def files_of(path: Path) -> list[Path]:
    """
    List the files that a layer's path means.

    Parameters
    ----------
    path
        A file, a folder, a layer within an archive, or a pattern such as ``plots/*.txt``.

    Returns
    -------
    list of Path
        The files by name; empty when there are none.
    """
    try:
        archive = packed_in(path)
        if archive is not None:
            return [archive]
        if path.is_dir():
            return sorted(one for one in path.rglob("*") if one.is_file())
        if path.is_file():
            return _with_companions(path)
        named = path.parent.glob(path.name) if PATTERN in path.name else ()
        return sorted(one for one in named if one.is_file())
    except OSError:  # a name longer than any file may have
        return []


def is_there(path: Path) -> bool:
    """
    Tell whether a layer's path means anything at all.

    Parameters
    ----------
    path
        As in :func:`files_of`.

    Returns
    -------
    bool
        True when there is a file or a folder to read.
    """
    try:
        return path.exists() or bool(files_of(path))
    except OSError:
        return False


def is_folder_of_txt(path: Path) -> bool:
    """
    Tell whether a path is a folder that holds TXT files and no other layer.

    Parameters
    ----------
    path
        Any path.

    Returns
    -------
    bool
        True for a folder of boundary-point files.
    """
    if not path.is_dir():
        return False
    suffixes = {one.suffix.lower() for one in path.iterdir()}
    return ".txt" in suffixes and not suffixes & LAYERS


def _with_companions(path: Path) -> list[Path]:
    if path.suffix.lower() not in SEVERAL_FILES:
        return [path]
    return [one for one in companions(path) if one.suffix != ".lock"]


def digests_of(path: Path) -> dict[str, str]:
    """
    Give the sha256 of each file of a layer.

    Parameters
    ----------
    path
        The layer's path.

    Returns
    -------
    dict
        Digest by name; by path within it where the layer is a folder, for two files of its folders
        may bear one name.
    """
    is_folder = path.is_dir()
    return {
        one.relative_to(path).as_posix() if is_folder else one.name: sha256_of(one)
        for one in files_of(path)
    }


def sha256_of(path: Path) -> str:
    """
    Give the sha256 of a file.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    str
        In hexadecimal; a file that has not changed since it was last asked for is not read again.
    """
    state = path.stat()
    return _sha256(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1024)
def _sha256(path: Path, _changed: int, _size: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
