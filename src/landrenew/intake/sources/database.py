"""A table of PostGIS as a layer: its rows in one order, its shapes as polygons, its CRS.

The driver, psycopg, is needed by those alone who read a database. Nothing is written there.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from landrenew.base.errors import FileError
from landrenew.base.jargon import plainly
from landrenew.base.words import Text, some
from landrenew.intake.sources.address import address_of
from landrenew.intake.sources.gdal import ARC_STEP_DEGREES, arcs_words
from landrenew.intake.sources.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg
    from psycopg.sql import Composed

    from landrenew.intake.sections import Layer

CONNECT_SECONDS = 10
GEOMETRY = ("geometry", "geography")
WHOLE = {"int2", "int4", "int8"}
PLAIN = WHOLE | {
    "float4", "float8", "numeric", "bool", "text", "varchar", "bpchar", "date", "timestamp",
}  # fmt: skip
"""Types whose values come as they are; every other comes as its text."""

LONGEST = 2**63
"""Whole numbers below this fit a column of them."""

SOLIDS = ("ST_PolyhedralSurface", "ST_Tin", "ST_Triangle")

REFUSALS = (
    (
        "authentication failed|no password supplied|pg_hba.conf|role .* does not exist",
        Text(
            "用户或密码不被接受。请核对用户，并用环境变量 PGPASSWORD 或 .pgpass 文件给出密码",
            "user or password is not accepted. Check the user, and give the password by the"
            " environment variable PGPASSWORD or a .pgpass file",
        ),
    ),
    (
        "database .* does not exist",
        Text("没有这个数据库。请核对地址", "there is no such database. Check the address"),
    ),
    (
        "permission denied",
        Text("没有读取权限。请向管理员申请", "reading is not permitted. Ask the administrator"),
    ),
    (
        "connection|could not translate host|timeout|server closed",
        Text(
            "连不上数据库。请确认地址、端口无误，服务器在运行",
            "the database does not answer. Check address and port, and that the server runs",
        ),
    ),
)
"""What PostgreSQL says where it refuses, and what it means."""


class Field(NamedTuple):
    """
    One column of a table.

    Parameters
    ----------
    name
        Its name.
    kind
        PostgreSQL's name of its type.
    """

    name: str
    kind: str


def read_database(spec: Layer, name: str) -> Source:
    """
    Read a table of a PostgreSQL database.

    Parameters
    ----------
    spec
        The layer as the project file states it; its path is an address such as
        ``postgresql://user@host/db?table=schema.name``, ``layer`` names the column of shapes where
        the table has several.
    name
        The layer's name in the project file.

    Returns
    -------
    Source
        The rows by primary key, else by all their values; shapes in two dimensions, arcs as
        chords. ``digest`` is the sha256 of what was read.

    Raises
    ------
    FileError
        When the driver is not installed, the database does not answer or refuses, or the table
        cannot be read.
    """
    address = address_of(spec, name)
    with _connected(address.connection, spec, name) as link:
        table = _Table(link, address.table, spec, name)
        rows = link.execute(table.query()).fetchall()
        crs = None if table.shape is None else _crs(link, table, name)
    names = [one.name for one in table.plain]
    values = pd.DataFrame([row[: len(names)] for row in rows], columns=names, dtype=object)
    frame = values.assign(**{one.name: _typed(values[one.name], one) for one in table.plain})
    digest = _digest(names, rows)
    if table.shape is None:
        return Source(frame, digest=digest)
    shapes = shapely.from_wkb([row[len(names)] for row in rows], on_invalid="ignore")
    column = "geometry" if "geometry" not in names else table.shape.name
    frame[column] = gpd.GeoSeries(shapes, crs=crs)
    layer = gpd.GeoDataFrame(frame, geometry=column)
    return Source(layer, notes=_notes(rows, len(names), name), digest=digest)


class _Table:
    """What the catalogue of the database says of one table."""

    def __init__(
        self, link: psycopg.Connection, table: tuple[str, str], spec: Layer, name: str
    ) -> None:
        from psycopg import sql  # noqa: PLC0415  as in _connected

        self.sql = sql
        parts = [one for one in table if one]
        self.name = sql.Identifier(*parts)
        quoted = self.name.as_string(link)
        found = link.execute("SELECT to_regclass(%s)::oid", [quoted]).fetchone()
        if found is None or found[0] is None:
            raise _no_table(link, ".".join(parts), name)
        self.oid = int(found[0])
        fields = [
            Field(*row)
            for row in link.execute(
                "SELECT a.attname::text, t.typname::text FROM pg_attribute a"
                " JOIN pg_type t ON t.oid = a.atttypid"
                " WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
                [self.oid],
            )
        ]
        self.plain = [one for one in fields if one.kind not in GEOMETRY]
        self.shape = _shape_column(fields, spec, name)
        self.key = [
            Field(*row)
            for row in link.execute(
                "SELECT a.attname::text, t.typname::text FROM pg_index i"
                " JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)"
                " JOIN pg_type t ON t.oid = a.atttypid"
                " WHERE i.indrelid = %s AND i.indisprimary"
                " ORDER BY array_position(i.indkey::int2[], a.attnum)",
                [self.oid],
            )
        ]

    def query(self) -> Composed:
        """Ask for all rows in an order that does not change from one reading to the next."""
        sql = self.sql
        columns = [sql.SQL(_as_is(one)).format(sql.Identifier(one.name)) for one in self.plain]
        order = [sql.SQL(_sortable(one)).format(sql.Identifier(one.name))
                 for one in self.key or self.plain]  # fmt: skip
        if self.shape is not None:
            held = sql.SQL("{}::geometry").format(sql.Identifier(self.shape.name))
            outline = sql.SQL("ST_AsBinary(ST_Force2D(ST_CurveToLine({}, {}, 2, 0)), 'NDR')")
            columns += [
                outline.format(held, sql.Literal(math.radians(ARC_STEP_DEGREES))),
                sql.SQL("ST_HasArc({})").format(held),
                sql.SQL("ST_Zmflag({}) > 0").format(held),
                sql.SQL("ST_GeometryType({})").format(held),
            ]
            if not self.key:
                order.append(sql.SQL("ST_AsBinary({})").format(held))
        whole: Composed = sql.SQL("SELECT {} FROM {} ORDER BY {}").format(
            sql.SQL(", ").join(columns), self.name, sql.SQL(", ").join(order or [sql.SQL("1")])
        )
        return whole


def _as_is(one: Field) -> str:
    return "{}" if one.kind in PLAIN else "{}::text"


def _sortable(one: Field) -> str:
    """Sort numbers by size and all else by its bytes, whatever the language of the database."""
    return "{}" if one.kind in {*WHOLE, "float4", "float8", "numeric"} else '{}::text COLLATE "C"'


def _shape_column(fields: Sequence[Field], spec: Layer, name: str) -> Field | None:
    shapes = [one for one in fields if one.kind in GEOMETRY]
    named = [one for one in shapes if one.name == spec.layer]
    if named or len(shapes) <= 1:
        return next(iter(named or shapes), None)
    listed = some(one.name for one in shapes)
    raise FileError(
        f'[{name}] 的数据库表有 {len(shapes)} 个图形列：{listed}。请用 layer = "…" 指明。',
        f"[{name}]: the table of the database has {len(shapes)} columns of shapes: {listed}. Name"
        ' one with layer = "…".',
    )


def _crs(link: psycopg.Connection, table: _Table, name: str) -> CRS | None:
    """Take the CRS of the shapes themselves, which a column without a fixed one has too."""
    sql = table.sql
    if table.shape is None:
        return None
    found = link.execute(
        sql.SQL(
            "SELECT DISTINCT s.auth_name, s.auth_srid, s.srtext, ST_SRID({0}::geometry) FROM {1}"
            " LEFT JOIN spatial_ref_sys s ON s.srid = ST_SRID({0}::geometry)"
            " WHERE {0} IS NOT NULL"
        ).format(sql.Identifier(table.shape.name), table.name)
    ).fetchall()
    if len(found) != 1:
        if not found:
            return None
        codes = some(sorted(row[3] for row in found))
        raise FileError(
            f"[{name}] 的数据库表中图形的 SRID 不一致：{codes}。请在数据库中统一。",
            f"[{name}]: shapes of the table have different SRIDs: {codes}. Make them one in the"
            " database.",
        )
    authority, code, wkt, srid = found[0]
    if not srid:
        return None
    try:
        return CRS.from_user_input(f"{authority}:{code}")
    except CRSError:
        return CRS.from_wkt(wkt) if wkt else None


def _typed(values: pd.Series, one: Field) -> pd.Series:
    """Keep long whole numbers, such as ids, whole, also where some are missing."""
    held = values.dropna()
    if one.kind == "numeric":
        is_whole = all(n.is_finite() and n % 1 == 0 and abs(n) < LONGEST for n in held)
        if len(held) and is_whole:
            whole = [None if pd.isna(one) else int(one) for one in values]
            return pd.Series(pd.array(whole, dtype="Int64"), values.index)
        return values.astype(float)
    if one.kind in WHOLE:
        return values.astype("Int64") if values.isna().any() else values.astype("int64")
    return values.infer_objects()


def _digest(names: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Take the sha256 of what was read, which stands for the sha256 of a file."""
    digest = hashlib.sha256(json.dumps(names).encode())
    for row in rows:
        plain = [one.hex() if isinstance(one, bytes) else one for one in row]
        digest.update(json.dumps(plain, default=str).encode())
    return digest.hexdigest()


def _notes(rows: Sequence[Sequence[object]], at: int, name: str) -> tuple[Text, ...]:
    """Say how many shapes had arcs or heights; refuse bodies in space."""
    if any(row[at + 3] in SOLIDS for row in rows):
        raise FileError(
            f"[{name}] 的数据库表中的图形是三维体（TIN、多面体），不是平面图形。"
            "请在数据库中改存其平面轮廓。",
            f"[{name}]: shapes of the table are bodies in space (TIN, polyhedra), no outlines."
            " Store their footprints in the database.",
        )
    arcs, high = (sum(bool(row[at + i]) for row in rows) for i in (1, 2))
    notes = []
    if high:
        notes.append(
            Text(f"{high} 行图形的高程或度量值（Z、M）未采用。",
                 f"Heights or measures (Z, M) of {high} shapes were left out.")
        )  # fmt: skip
    if arcs:
        notes.append(arcs_words(arcs))
    return tuple(notes)


@contextmanager
def _connected(connection: dict[str, str], spec: Layer, name: str) -> Iterator[psycopg.Connection]:
    """Open a reading of one moment; say in a sentence what the database refuses."""
    try:
        import psycopg  # noqa: PLC0415  an extra that most never need
    except ImportError as error:
        raise FileError(
            f"[{name}] 要读数据库，需先安装 psycopg：pip install 'landrenew[postgis]'。"
            "不能联网的机器，请先在联网机器上 pip download 'landrenew[postgis]'，再拷贝安装。",
            f"[{name}]: reading a database needs psycopg: pip install 'landrenew[postgis]'. For a"
            " machine without a network run pip download 'landrenew[postgis]' on one that has it,"
            " and copy the files.",
        ) from error
    password = None if spec.password is None else spec.password.get_secret_value()
    wanted = psycopg.conninfo.make_conninfo("", **connection)
    try:
        with psycopg.connect(
            wanted, password=password, connect_timeout=CONNECT_SECONDS, autocommit=True
        ) as link:
            link.execute("SET TIME ZONE 'UTC'; SET datestyle = 'ISO'")
            link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield link
    except psycopg.Error as error:
        said = _complaint(error)
        raise FileError(
            f"[{name}] 的数据库表 {spec.path} 读不出来：{said.zh}。",
            f"[{name}]: table {spec.path} of the database cannot be read: {said.en}.",
        ) from error


def _complaint(error: psycopg.Error) -> Text:
    """Say what the database refused; its own words never hold the password."""
    first = (str(error) or type(error).__name__).partition("\n")[0]
    known = (said for pattern, said in REFUSALS if re.search(pattern, str(error)))
    return next(known, plainly(first))


def _no_table(link: psycopg.Connection, table: str, name: str) -> FileError:
    """Name the tables there are, as a missing file names its neighbours."""
    held = link.execute(
        "SELECT schemaname || '.' || tablename FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
    ).fetchall()
    listed = some(row[0] for row in held)
    return FileError(
        f"[{name}] 的数据库中没有表“{table}”。库中有：{listed or '（空）'}。请改正 ?table=。",
        f"[{name}]: the database has no table {table!r}. There is: {listed or '(nothing)'}. Mend"
        " ?table=.",
    )
