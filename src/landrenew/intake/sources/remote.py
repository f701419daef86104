"""Files that lie elsewhere, such as ``s3://bucket/parcels.parquet``: fetched once, read here."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from landrenew.base.errors import FileError
from landrenew.intake.sources.address import is_address, is_database


def file_of(folder: Path, path: str, name: str) -> Path:
    """
    Give the file that a path of the project file means.

    Parameters
    ----------
    folder
        Folder that relative paths start from.
    path
        The path; no database.
    name
        The layer's name in the project file, for messages.

    Returns
    -------
    Path
        The file itself; of an address a copy that was fetched once and goes when the program ends.

    Raises
    ------
    FileError
        When nothing can be fetched from there.
    """
    if is_database(path) or not is_address(path):
        return folder / path
    try:
        return _fetched(path)
    except ImportError as error:
        raise FileError(
            f"[{name}] 的 path 是 {path}，读取它还需安装：{error}。",
            f"[{name}]: path is {path}; to read it, install what is missing: {error}.",
        ) from error
    except (OSError, ValueError) as error:
        raise FileError(
            f"[{name}] 的文件 {path} 取不到：{error}。请检查地址、权限和网络，或先下载为文件。",
            f"[{name}]: file {path} cannot be fetched: {error}. Check address, permissions and"
            " network, or download it first.",
        ) from error


@lru_cache(maxsize=256)
def _fetched(address: str) -> Path:
    import fsspec  # noqa: PLC0415  # only with an extra

    place = Path(tempfile.mkdtemp(prefix="landrenew-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    file = place / (PurePosixPath(urlsplit(address).path).name or "file")
    with fsspec.open(address, "rb") as source, file.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    return file
