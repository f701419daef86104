"""Files written whole or not at all: made beside their place, moved when complete."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pyogrio.errors import DataLayerError, DataSourceError

from landrenew.base.errors import FileError, reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COULD_NOT_WRITE = (OSError, DataSourceError, DataLayerError)
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


def _exchange(fresh: Path, home: Path, old: Path, leaving: Sequence[str]) -> None:
    """Put the new files in place of those of the same names; on any failure put these back."""
    came: list[Path] = []
    new = sorted(fresh.iterdir())
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


def _cannot_write(out: Path, error: Exception) -> FileError:
    said = reason(error)
    return FileError(
        f"不能写入 {out}：{said.zh}。原有文件未动。请检查权限和磁盘空间，或另选位置。",
        f"Cannot write {out}: {said.en}. Files that were there are untouched. Check permissions and"
        " disk space, or choose another place.",
    )
