"""The map as a folder: a page, and beside it one script for the outlines of each piece.

A page may not fetch what lies beside it on a disk, but scripts load. Each says the same one thing:
``landrenew.piece(number, text)``; the page asks for those that somebody looks at.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from landrenew.base.errors import FileError, reason
from landrenew.base.words import some
from landrenew.publish.in_place import whole_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FOLDER_FROM = 300_000
"""From so many parcels on a map is a folder, unless its name says otherwise."""

FILE, FOLDER = Path("map.html"), Path("map")
"""What a map is called where nobody says."""

PAGE_NAME, PIECES_NAME = "index.html", "pieces"
PIECE = re.compile(r"\d{4,}\.js")
"""Names of the scripts in ``pieces``."""

FILE_ENDS = frozenset({".html", ".htm"})


def map_name(parcel_count: int) -> Path:
    """
    Name a map that nobody named.

    Parameters
    ----------
    parcel_count
        Parcels on it.

    Returns
    -------
    Path
        ``map.html``, or the folder ``map`` from :data:`FOLDER_FROM` parcels on.
    """
    return FILE if parcel_count < FOLDER_FROM else FOLDER


def is_folder(path: Path) -> bool:
    """
    Tell whether a map of this name is a folder.

    Parameters
    ----------
    path
        Where the map goes.

    Returns
    -------
    bool
        False for a name that ends in ``.html`` or ``.htm``.
    """
    return path.suffix.lower() not in FILE_ENDS


def page_of(path: Path) -> Path:
    """
    Find the page to open.

    Parameters
    ----------
    path
        The map, a file or a folder.

    Returns
    -------
    Path
        The file itself, or the ``index.html`` of the folder.
    """
    return path / PAGE_NAME if is_folder(path) else path


def strangers(path: Path) -> list[str]:
    """
    Name what a folder holds that is no map's.

    Parameters
    ----------
    path
        Any place.

    Returns
    -------
    list of str
        None for a file, an empty folder, and a map in a folder: a page beside its pieces. A page
        without pieces may be of any web site.

    Raises
    ------
    OSError
        When the system does not let one look.
    """
    if not path.is_dir():
        return []
    held = {one.name for one in path.iterdir()}
    if not held >= {PAGE_NAME, PIECES_NAME} or not (path / PIECES_NAME).is_dir():
        return sorted(held)
    others = {
        f"{PIECES_NAME}/{one.name}"
        for one in (path / PIECES_NAME).iterdir()
        if not PIECE.fullmatch(one.name)
    }
    return sorted(held - {PAGE_NAME, PIECES_NAME} | others)


def refuse_others(path: Path) -> None:
    """
    Let through a place where a map in a folder may go: none yet, an empty one, or one of a map.

    Parameters
    ----------
    path
        Where it goes.

    Raises
    ------
    FileError
        When something else is there, which is not to be thrown away, or no folder can be there.
    """
    try:
        is_file = path.exists() and not path.is_dir()
        others = strangers(path)
    except OSError as error:
        raise FileError(
            f"地图文件夹不能写在 {path}：{reason(error).zh}。请另取名字或位置。",
            f"A map in a folder cannot go to {path}: {reason(error).en}. Choose another name or"
            " place.",
        ) from error
    if is_file:
        raise FileError(
            f"{path} 是文件，不是文件夹：地图文件夹不能写在这里。请另取名字。",
            f"{path} is a file, no folder: a map in a folder cannot go there. Choose another name.",
        )
    if others:
        raise FileError(
            f"文件夹 {path} 中有地图以外的文件：{some(others)}。"
            "地图文件夹会整个替换，请移走这些文件或另取名字。",
            f"Folder {path} holds files that are no map's: {some(others)}. A map in a folder is"
            " replaced as a whole; move these files away or choose another name.",
        )


def save_folder(page: Iterable[str], outlines: Sequence[str], path: Path) -> None:
    """
    Write a page and the scripts of its outlines.

    Parameters
    ----------
    page
        The page, in parts to be written on end.
    outlines
        The outlines of each piece, as the page reads them.
    path
        The folder; one that is there is replaced as a whole, once the new one is complete.

    Raises
    ------
    FileError
        When the folder holds what is no map's, or cannot be written; what was there is untouched.
    """
    refuse_others(path)
    with whole_files(path) as fresh:
        (fresh / PIECES_NAME).mkdir(parents=True)
        with (fresh / PAGE_NAME).open("w", encoding="utf-8", newline="") as file:
            file.writelines(page)
        for number, text in enumerate(outlines):
            script = f'landrenew.piece({number}, "{text}");\n'
            (fresh / PIECES_NAME / f"{number:04d}.js").write_bytes(script.encode("ascii"))
