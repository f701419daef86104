"""The files that bear one name and belong together, such as the parts of a shapefile."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

SHAPEFILE = {".shp", ".dbf"}
"""Any of these names a shapefile, or the table of one."""


def companions(path: Path) -> list[Path]:
    """
    List the files that bear one name with a file and belong to it.

    Parameters
    ----------
    path
        Any file of the source.

    Returns
    -------
    list of Path
        The file and its companions, such as ``.dbf``, ``.prj``, ``.shp.xml`` or ``-wal``, by name.
    """
    names = {path.stem, path.name}
    return sorted(
        one
        for one in path.parent.iterdir()
        if (one.stem in names or one.name.startswith(f"{path.name}-")) and one.is_file()
    )


def part_of(path: Path, suffix: str) -> Path | None:
    """
    Find one part of a shapefile.

    Parameters
    ----------
    path
        Any file.
    suffix
        Ending of the part, in small letters, such as ``.dbf``.

    Returns
    -------
    Path or None
        The part; None where it is not there, or the file is of no shapefile.
    """
    if path.suffix.lower() not in SHAPEFILE:
        return None
    alike = (one for one in path.parent.iterdir() if one.stem == path.stem)
    return next((one for one in sorted(alike) if one.suffix.lower() == suffix), None)
