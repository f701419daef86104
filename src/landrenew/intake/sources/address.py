"""The address of a table in a database: ``postgresql://user@host/db?table=schema.name``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from landrenew.base.errors import FileError
from landrenew.base.words import some

if TYPE_CHECKING:
    from landrenew.intake.sections import Layer

SCHEMES = ("postgresql://", "postgres://")
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


def is_database(path: str) -> bool:
    """
    Tell whether a path is the address of a table.

    Parameters
    ----------
    path
        Path of a layer as the project file states it.

    Returns
    -------
    bool
        True for ``postgresql://…``.

    Examples
    --------
    >>> is_database("postgresql://gis@db/city?table=land.parcels"), is_database("a.gpkg")
    (True, False)
    """
    return path.startswith(SCHEMES)


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
        The path without a password.
    str or None
        The password, None when there is none.

    Examples
    --------
    >>> split_password("postgresql://gis:s%40y@db/city?table=a.b")
    ('postgresql://gis@db/city?table=a.b', 's@y')
    """
    if not is_database(path):
        return path, None
    parts = urlsplit(path)
    user, at, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    pairs = [pair for pair in parts.query.split("&") if pair]
    kept = [pair for pair in pairs if not pair.lower().startswith("password=")]
    stated = [unquote(pair.partition("=")[2]) for pair in pairs if pair not in kept]
    shown = urlunsplit(parts._replace(netloc=f"{name}{at}{host}", query="&".join(kept)))
    return shown, unquote(password) or next(iter(stated), None) or None


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
    parts = urlsplit(spec.path)
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
    try:
        port = parts.port
    except ValueError as error:
        raise FileError(
            f"[{name}] 的数据库地址中端口不是数字。请改正 path。",
            f"[{name}]: the port in the address of the database is no number. Mend path.",
        ) from error
    stated = {
        "host": parts.hostname, "port": port, "user": parts.username and unquote(parts.username),
        "dbname": unquote(parts.path.lstrip("/")),
    }  # fmt: skip
    connection = {key: str(value) for key, value in stated.items() if value} | pairs
    schema, dot, bare = table.partition(".")
    return Address(connection, (schema, bare) if dot else ("", table))
