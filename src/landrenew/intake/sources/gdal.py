"""GDAL held to our rules: no file beside the user's, one step for arcs, complaints kept.

What GDAL complains of while it reads is no error, but may mean a number read wrong; it is kept and
said, a line each, except where the rows themselves are counted later.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyogrio

from landrenew.base.jargon import plainly
from landrenew.base.words import Text
from landrenew.intake.sources.beside import companions, part_of
from landrenew.intake.sources.dbf import names_apart
from landrenew.intake.sources.features import bare_features
from landrenew.intake.sources.shapefile import made_index

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ARC_STEP_DEGREES = 0.5
"""Arcs become chords of this angle; a chord leaves its arc by 1e-5 of the radius at most."""

COARSE_STEP_DEGREES = 45.0
"""Another step: a shape whose corners depend on it has arcs."""

WRITES_BESIDE = {".gml", ".xml", ".gfs"}
"""Formats for which GDAL writes a file of its own beside the user's."""

AWKWARD = re.compile(r"[!;?#%\x00-\x1f]")
"""Characters that mean something else in the paths of GDAL and pyogrio."""

WAL = b"\x02\x02"
"""Bytes 18 and 19 of an SQLite file that keeps a journal beside itself."""

COUNTED_ELSEWHERE = re.compile(
    r"Several features with id|Non closed ring|Measured \(M\)|parsed incompletely|Field format"
    r"|Invalid coord dimension|skipping null sub-geometry|Could not parse column"
    r"|Unable to open .*\.shp or"
)
"""Complaints that the rows themselves show, or that touch no figure."""

MOST_COMPLAINTS = 5

COPIES = "landrenew-read-"
COPIED = re.compile(rf"[^\s']*{COPIES}[^/\\]+[/\\]")
"""The folder of a copy, as it stands in what a library says."""


@contextmanager
def gdal_settings(settings: Mapping[str, str | None]) -> Iterator[None]:
    """
    Let GDAL work under some settings; they are the process's, so they are put back.

    Parameters
    ----------
    settings
        Value by name of the setting; None unsets it.

    Yields
    ------
    None
        While the settings hold.
    """
    before = {name: pyogrio.get_gdal_config_option(name) for name in settings}
    pyogrio.set_gdal_config_options(dict(settings))
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


@contextmanager
def reading(
    settings: Mapping[str, str] | None = None, *, arc_step_degrees: float = ARC_STEP_DEGREES
) -> Iterator[list[str]]:
    """
    Let GDAL read by our rules, and hear what it complains of.

    Parameters
    ----------
    settings
        Further settings of GDAL.
    arc_step_degrees
        Angle of the chords that stand for an arc [degrees].

    Yields
    ------
    list of str
        What GDAL complained of; filled when the reading is over.
    """
    ours = {"OGR_ARC_STEPSIZE": str(arc_step_degrees), "CPL_TMPDIR": tempfile.gettempdir()}
    said: list[str] = []
    with warnings.catch_warnings(record=True) as heard, gdal_settings(ours | dict(settings or {})):
        warnings.simplefilter("always")
        try:
            yield said
        finally:
            said += [str(one.message) for one in heard]


def complaints(said: Sequence[str], path: Path) -> tuple[Text, ...]:
    """
    Say what GDAL complained of and no row will show.

    Parameters
    ----------
    said
        GDAL's own lines.
    path
        The file, of which the notes say the name alone.

    Returns
    -------
    tuple of Text
        One note a complaint, each once; the first five and how many more there are.
    """
    mattering = (one for one in said if not COUNTED_ELSEWHERE.search(one))
    lines = list(dict.fromkeys(without_folder(one, path) for one in mattering))
    notes = [
        Text(f"读取时 GDAL 提示：{plainly(one).zh}。", f"GDAL says while reading: {one}.")
        for one in (line.rstrip(". ") for line in lines[:MOST_COMPLAINTS])
    ]
    if (more := len(lines) - MOST_COMPLAINTS) > 0:
        notes.append(Text(f"另有 {more} 条类似提示。", f"There are {more} more such remarks."))
    return tuple(notes)


def without_folder(said: str, path: Path) -> str:
    """
    Leave the folder of a file, or of its copy, out of what a library says.

    Parameters
    ----------
    said
        The library's own words.
    path
        The file.

    Returns
    -------
    str
        The words, with the name of the file alone.
    """
    return COPIED.sub("", said).replace(f"{path.parent}/", "").replace(f"{path.parent}\\", "")


@contextmanager
def place_of(path: Path) -> Iterator[Path]:
    """
    Give a place from which GDAL reads a file and writes nothing beside the user's.

    Parameters
    ----------
    path
        The file, or the folder of a geodatabase.

    Yields
    ------
    Path
        The file itself, or a copy with its companions in a folder of its own.
    """
    mended = _mended(path)
    if not mended and not _needs_a_copy(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix=COPIES) as folder:
        stem = AWKWARD.sub("_", path.stem)
        place = Path(folder, stem + path.suffix)
        if path.is_dir():
            yield Path(shutil.copytree(path, place))
            return
        for one in sorted({*companions(path), *mended}):
            copy = Path(folder, stem + one.name.removeprefix(path.stem))
            copy.write_bytes(mended[one]) if one in mended else shutil.copyfile(one, copy)
        yield place


def _mended(path: Path) -> dict[Path, bytes]:
    """Give the files that GDAL would read wrong as it should read them."""
    if (features := bare_features(path)) is not None:
        return {path: features}
    table = part_of(path, ".dbf")
    apart = None if table is None else names_apart(table)
    return made_index(path) | ({} if table is None or apart is None else {table: apart})


def _needs_a_copy(path: Path) -> bool:
    suffix = path.suffix.lower()
    if AWKWARD.search(str(path)) or suffix in WRITES_BESIDE:
        return True
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(20)[18:] == WAL and suffix in {".gpkg", ".sqlite", ".db"}


def arcs_words(count: int) -> Text:
    """
    Say how arcs were drawn as chords.

    Parameters
    ----------
    count
        Rows with arcs.

    Returns
    -------
    Text
        The note.
    """
    return Text(
        f"{count} 行的界线有圆弧，已按每 {ARC_STEP_DEGREES}° 一段的弦线代替，"
        "弦与弧相距不超过半径的十万分之一。",
        f"{count} rows have arcs, drawn as chords of {ARC_STEP_DEGREES} degrees; a chord leaves"
        " its arc by 1e-5 of the radius at most.",
    )
