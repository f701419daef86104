"""Files and folders written whole or not at all: made beside their place, moved when complete."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pyogrio.errors import DataLayerError, DataSourceError

from landrenew.base.errors import FileError, reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

COULD_NOT_WRITE = (OSError, sqlite3.Error, DataSourceError, DataLayerError)
"""What the writers raise when the disk is full or refuses."""


OF_THE_OLD = {
    ".shp": (".sbn", ".sbx", ".qix", ".fbn", ".fbx", ".ain", ".aih", ".ixs", ".mxs", ".qpj"),
    ".gpkg": (".gpkg-wal", ".gpkg-shm", ".gpkg-journal"),
}
"""Indexes and journals of a file that was there: with the new one they would show wrong rows."""


@contextmanager
def whole_files(out: Path) -> Iterator[Path]:
    """
    Give a folder to write some files in, and bring them beside ``out`` when all went well.

    Parameters
    ----------
    out
        The file that is wanted; its companions, written under the same folder, come with it, and
        indexes of the one that was there go.

    Yields
    ------
    Path
        Where to write the file; any other file of that folder comes along.

    Raises
    ------
    FileError
        When the files cannot be written; what was there before is untouched.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".landrenew-", suffix=".tmp", dir=out.parent))
    except OSError as error:
        raise _cannot_write(out, error) from error
    fresh, old = work / "new", work / "old"
    try:
        fresh.mkdir()
        old.mkdir()
        yield fresh / out.name
        ends = OF_THE_OLD.get(out.suffix.lower(), ())
        _exchange(fresh, out.parent, old, [f"{out.stem}{one}" for one in ends])
    except COULD_NOT_WRITE as error:
        raise _cannot_write(out, error) from error
    finally:
        with suppress(OSError):
            shutil.rmtree(work)


@contextmanager
def whole_folder(out: Path, is_ours: Callable[[str], bool]) -> Iterator[Path]:
    """
    Give an empty folder to write in, and bring its files to ``out`` when all went well.

    Parameters
    ----------
    out
        The folder that is wanted.
    is_ours
        Tells by its name whether a file there is of an earlier writing and goes with it; what else
        lies there stays.

    Yields
    ------
    Path
        Where to write.

    Raises
    ------
    FileError
        When the folder cannot be written; what was there before is untouched.
    """
    try:
        if out.exists() and not out.is_dir():
            raise NotADirectoryError(20, "not a folder", str(out))
        home = out if out.is_dir() else out.parent
        home.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=".landrenew-", suffix=".tmp", dir=home))
    except OSError as error:
        raise _cannot_write_folder(out, error) from error
    fresh, old = work / "new", work / "old"
    try:
        fresh.mkdir()
        old.mkdir()
        yield fresh
        _put_in_place(fresh, out, old, is_ours)
        shutil.rmtree(old, ignore_errors=True)
    except FileError as error:  # of a file in it; its sentence names a place that is gone by now
        if not isinstance(error.__cause__, OSError):
            raise
        raise _cannot_write_folder(out, error.__cause__) from error
    except COULD_NOT_WRITE as error:
        raise _cannot_write_folder(out, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        with suppress(OSError):  # what could not be put back is not thrown away either
            old.rmdir()
        with suppress(OSError):
            work.rmdir()


def _put_in_place(fresh: Path, out: Path, old: Path, is_ours: Callable[[str], bool]) -> None:
    """Move a folder to its place; where there is one, exchange the files that are ours."""
    if out.exists():
        _exchange(fresh, out, old, sorted(one.name for one in out.iterdir() if is_ours(one.name)))
    else:
        fresh.rename(out)


def _exchange(fresh: Path, home: Path, old: Path, leaving: Sequence[str]) -> None:
    """Put the new files in place of those of the same names; on any failure put these back."""
    came: list[Path] = []
    new = sorted(fresh.iterdir())
    for one in new:
        _refuse_other_kind(one, home / one.name)
    try:
        for name in (*leaving, *(one.name for one in new)):
            if (home / name).exists():
                (home / name).rename(old / name)
        for one in new:
            one.rename(home / one.name)
            came.append(home / one.name)
    except BaseException:
        for one in came:
            shutil.rmtree(one) if one.is_dir() else one.unlink()
        for one in old.iterdir():
            one.rename(home / one.name)
        raise


def _refuse_other_kind(new: Path, place: Path) -> None:
    """Let no file take the place of a folder and all that is in it, nor a folder that of a file."""
    if place.exists() and new.is_dir() != place.is_dir():
        code = errno.EISDIR if place.is_dir() else errno.ENOTDIR
        raise OSError(code, os.strerror(code), str(place))


def _cannot_write(out: Path, error: Exception) -> FileError:
    said = reason(error)
    return FileError(
        f"不能写入 {out}：{said.zh}。原有文件未动。请检查权限和磁盘空间，或另选位置。",
        f"Cannot write {out}: {said.en}. Files that were there are untouched. Check permissions and"
        " disk space, or choose another place.",
    )


def _cannot_write_folder(out: Path, error: Exception) -> FileError:
    said = reason(error)
    return FileError(
        f"不能写入输出文件夹 {out}：{said.zh}。原有结果未动。请检查权限和磁盘空间，"
        "或用 --out 另选文件夹。",
        f"Cannot write output folder {out}: {said.en}. Earlier results are untouched. Check"
        " permissions and disk space, or choose another folder with --out.",
    )
