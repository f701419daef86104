"""Addresses in place of files, above all ``postgresql://user@host/db?table=schema.name``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

from landrenew.base.errors import FileError
from landrenew.base.words import some

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from landrenew.intake.sections import Layer

ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]+://|(?:pg|postgis):)", re.IGNORECASE)
"""What begins as an address does; a drive of Windows has one letter."""

DATABASE = re.compile(
    r"\s*(?:(?:postgres|pg|postgis|mysql|mariadb|mssql|sqlserver|oracle|sqlite|mongodb|redis)\w*"
    r"(?:\+\w+)?://|(?:pg|postgis):)",
    re.IGNORECASE,
)
"""What begins as the address of a database does, whether it can be read or not."""

POSTGRES = re.compile(r"postgres(?:ql)?(?:\+\w+)?://", re.IGNORECASE)
"""With or without a driver's name, as Python programs write it."""

PASSWORD = re.compile(
    r"(?P<before>^|[&?\s;])password\s*=\s*(?P<said>'[^']*'|[^&\s;]*)", re.IGNORECASE
)
KEYS = ("table", "host", "port", "sslmode", "sslrootcert")
"""What may stand behind the ``?``; a query may not, for ``where`` selects rows."""


@dataclass(frozen=True)
class Address:
    """
    A table of a database.

    Parameters
    ----------
    connection
        What the driver needs to connect, without the password.
    table
        Schema and name; the schema is empty when the search path decides.
    """

    connection: dict[str, str]
    table: tuple[str, str]


def is_address(path: str) -> bool:
    """
    Tell whether a path is an address rather than a file of this machine.

    Parameters
    ----------
    path
        Path of a layer as the project file states it.

    Returns
    -------
    bool
        True for ``postgresql://…``, ``s3://…`` and the like.

    Examples
    --------
    >>> is_address("s3://bucket/a.parquet"), is_address("C:/data/a.gpkg")
    (True, False)
    """
    return ADDRESS.match(path) is not None


def is_database(path: str) -> bool:
    """
    Tell whether a path is the address of a database.

    Parameters
    ----------
    path
        Path of a layer as the project file states it.

    Returns
    -------
    bool
        True for ``postgresql://…``, and for other databases, which are refused.

    Examples
    --------
    >>> is_database("postgresql://gis@db/city?table=land.parcels"), is_database("a.gpkg")
    (True, False)
    """
    return DATABASE.match(path) is not None


def split_password(path: str) -> tuple[str, str | None]:
    """
    Take the password out of an address, so that nothing that shows it shows the password.

    Parameters
    ----------
    path
        Path of a layer as the project file states it.

    Returns
    -------
    str
        The path without a password, whatever signs it holds.
    str or None
        The password, None when there is none.

    Examples
    --------
    >>> split_password("postgresql://gis:s%40y@db/city?table=a.b")
    ('postgresql://gis@db/city?table=a.b', 's@y')
    """
    if not is_address(path):
        return path, None
    stated = [met["said"].strip("'") for met in PASSWORD.finditer(path)]
    shown = PASSWORD.sub(r"\g<before>", path.strip())
    shown = re.sub(r"(?<=[?&])&+|[?&]+$", "", shown)
    before, table, behind = shown.partition("table=")
    front, slashes, rest = before.partition("://")
    user, at, host = rest.rpartition("@")  # a table may hold the sign, and so may a password
    name, _, password = user.partition(":")
    shown = f"{front}{slashes}{name}{at}{host}{table}{behind}"
    return shown, unquote(password) or next(map(unquote, stated), None) or None


def address_of(spec: Layer, name: str) -> Address:
    """
    Read the address of a layer.

    Parameters
    ----------
    spec
        The layer as the project file states it.
    name
        The layer's name in the project file, for messages.

    Returns
    -------
    Address
        Where to connect and which table to read.

    Raises
    ------
    FileError
        When no table is named, or the address holds what it may not.
    """
    if POSTGRES.match(spec.path) is None:
        raise FileError(
            f"[{name}] 的 path 是网络地址，但只能读取 postgresql:// 开头的数据库。"
            "请先把数据下载为文件。",
            f"[{name}]: path is an address, and only PostgreSQL, postgresql://, can be read."
            " Download the data as a file first.",
        )
    parts = _parts_of(spec.path, name)
    pairs = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := sorted(pairs.keys() - set(KEYS)):
        raise FileError(
            f"[{name}] 的数据库地址中不能写 {some(unknown)}，只能写 {some(KEYS)}。"
            "要选取部分行，请用 where。",
            f"[{name}]: the address of the database must not hold {some(unknown)}, only"
            f" {some(KEYS)}. Select rows with where.",
        )
    table = pairs.pop("table", "")
    if not table:
        raise FileError(
            f"[{name}] 的数据库地址没有写表名。请在末尾写 ?table=模式.表名。",
            f"[{name}]: the address of the database names no table. End it with"
            " ?table=schema.name.",
        )
    stated = {
        "host": parts.hostname, "port": parts.port, "user": unquote(parts.username or ""),
        "dbname": unquote(parts.path.lstrip("/")),
    }  # fmt: skip
    connection = {key: str(value) for key, value in stated.items() if value} | pairs
    schema, dot, bare = table.partition(".")
    return Address(connection, (schema, bare) if dot else ("", table))


def _parts_of(path: str, name: str) -> SplitResult:
    try:
        parts = urlsplit(path)
        parts.port  # noqa: B018  it is read here, for it may be no number
    except ValueError as error:
        raise FileError(
            f"[{name}] 的数据库地址中主机或端口写得不对。请改正 path。",
            f"[{name}]: host or port in the address of the database is wrong. Mend path.",
        ) from error
    return parts
