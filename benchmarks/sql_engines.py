"""The engines that take SQL, each plain and with its experts' trick.

The trick: zones are cut into small pieces first, and a shape that one piece covers is settled
without an intersection. Queries that all three engines understand stand here once.
"""

from __future__ import annotations

import os
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import shapely
from engine import COLUMNS, InProcess, layer_file

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_VERTICES = 128
"""Most vertices of a piece of a zone."""

LINE = """
    SELECT p."ZDDM", ST_Area(ST_Intersection(p.geometry, l.geometry)) AS inside_m2
    FROM parcels p
    JOIN whole_line l ON ST_Intersects(p.geometry, l.geometry)
"""

LINE_IN_PIECES = """
    SELECT
        p."ZDDM",
        SUM(
            CASE WHEN ST_CoveredBy(p.geometry, l.geometry) THEN ST_Area(p.geometry)
            ELSE ST_Area(ST_Intersection(p.geometry, l.geometry)) END
        ) AS inside_m2
    FROM parcels p
    JOIN line_pieces l ON ST_Intersects(p.geometry, l.geometry)
    GROUP BY p."ZDDM"
"""

BUILDINGS = """
    SELECT "ZDDM", SUM(area) AS footprint_m2, SUM(area * "CS") AS floor_m2
    FROM (
        SELECT p."ZDDM", b."CS", ST_Area(ST_Intersection(b.geometry, p.geometry)) AS area
        FROM buildings b
        JOIN parcels p ON ST_Intersects(b.geometry, p.geometry)
    ) AS parts
    GROUP BY "ZDDM"
"""

BUILDINGS_COVERED_FIRST = """
    SELECT "ZDDM", SUM(area) AS footprint_m2, SUM(area * "CS") AS floor_m2
    FROM (
        SELECT
            p."ZDDM",
            b."CS",
            CASE WHEN ST_CoveredBy(b.geometry, p.geometry) THEN ST_Area(b.geometry)
            ELSE ST_Area(ST_Intersection(b.geometry, p.geometry)) END AS area
        FROM buildings b
        JOIN parcels p ON ST_Intersects(b.geometry, p.geometry)
    ) AS parts
    GROUP BY "ZDDM"
"""

TOWN_PARTS = """
    SELECT p."ZDDM", t.town, ST_Area(ST_Intersection(p.geometry, t.geometry)) AS area
    FROM parcels p
    JOIN towns t ON ST_Intersects(p.geometry, t.geometry)
"""

TOWN_PARTS_IN_PIECES = """
    SELECT
        p."ZDDM",
        t.town,
        SUM(
            CASE WHEN ST_CoveredBy(p.geometry, t.geometry) THEN ST_Area(p.geometry)
            ELSE ST_Area(ST_Intersection(p.geometry, t.geometry)) END
        ) AS area
    FROM parcels p
    JOIN town_pieces t ON ST_Intersects(p.geometry, t.geometry)
    GROUP BY p."ZDDM", t.town
"""


class SqlEngine(ABC):
    """
    The order of the questions; each engine says how it keeps a table and answers a query.

    Parameters
    ----------
    in_pieces
        Whether to use the experts' trick.
    """

    union: str
    """Dissolves the shapes of a table."""

    largest: str
    """Picks each parcel's largest part out of ``{parts}``."""

    def __init__(self, *, in_pieces: bool) -> None:
        self.in_pieces = in_pieces

    @abstractmethod
    def keep(self, table: str, query: str) -> None:
        """Answer a query into a table of the engine."""

    @abstractmethod
    def ask(self, query: str) -> pd.DataFrame:
        """Answer a query."""

    @abstractmethod
    def cut(self, zones: str, pieces: str, name: str = "") -> None:
        """Cut the zones of a table into a table of pieces; ``name`` is a column to carry over."""

    def line(self) -> pd.DataFrame:
        """Dissolve the line, so that overlapping ground counts once, and cut the parcels."""
        self.keep("whole_line", f"SELECT {self.union} AS geometry FROM control_line")  # noqa: S608  ours
        if not self.in_pieces:
            return self.ask(LINE)
        self.cut("whole_line", "line_pieces")
        return self.ask(LINE_IN_PIECES)

    def buildings(self) -> pd.DataFrame:
        """Cut the buildings at the parcels' edges and add the pieces up."""
        return self.ask(BUILDINGS_COVERED_FIRST if self.in_pieces else BUILDINGS)

    def towns(self) -> pd.DataFrame:
        """Cut the parcels at the towns' edges and keep each parcel's largest part."""
        if not self.in_pieces:
            return self.ask(self.largest.format(parts=TOWN_PARTS))
        self.cut("towns", "town_pieces", "town")
        return self.ask(self.largest.format(parts=TOWN_PARTS_IN_PIECES))


def pieces_of(shape: shapely.Geometry) -> Iterator[shapely.Polygon]:
    """Halve a shape across its longer side until no piece has more than 128 vertices."""
    if shapely.get_num_coordinates(shape) <= MOST_VERTICES:
        yield from (part for part in shapely.get_parts(shape) if part.area > 0)
        return
    left, bottom, right, top = shape.bounds
    across, up = (left + right) / 2, (bottom + top) / 2
    if right - left > top - bottom:
        halves = shapely.box(left, bottom, across, top), shapely.box(across, bottom, right, top)
    else:
        halves = shapely.box(left, bottom, right, up), shapely.box(left, up, right, top)
    for half in halves:
        yield from pieces_of(shape.intersection(half))


def cut_up(zones: pd.DataFrame) -> pd.DataFrame:
    """Cut zones, which stand as WKB in the column ``wkb``, for engines that have no such function.

    The other columns are carried over.
    """
    cut = [list(pieces_of(shapely.from_wkb(bytes(wkb)))) for wkb in zones["wkb"]]
    table = zones.loc[zones.index.repeat([len(pieces) for pieces in cut])].reset_index(drop=True)
    return table.assign(wkb=[piece.wkb for pieces in cut for piece in pieces])


# --------------------------------------------------------------------------------------------------
# SedonaDB


class Sedona(SqlEngine, InProcess):
    """SedonaDB, which uses all cores by itself."""

    distributions = ("sedonadb",)
    union = "ST_UnaryUnion(ST_Collect_Agg(geometry))"
    """Not ``ST_Union_Agg``, which moves vertices: areas of 300 m2 were wrong by 1e-4 m2."""

    largest = """
        SELECT "ZDDM", first_value(town ORDER BY area DESC) AS town, MAX(area) AS town_m2
        FROM ({parts}) AS parts
        GROUP BY "ZDDM"
    """

    def __init__(self, *, in_pieces: bool) -> None:
        super().__init__(in_pieces=in_pieces)
        import sedonadb  # noqa: PLC0415  no other engine shall carry it

        self.session = sedonadb.connect()

    def keep(self, table: str, query: str) -> None:
        """Answer a query into a table in memory: by itself, SedonaDB would only note the query."""
        self.session.sql(query).to_memtable().to_view(table)

    def ask(self, query: str) -> pd.DataFrame:
        """Answer a query."""
        return self.session.sql(query).to_pandas()

    def read(self, folder: Path) -> None:
        """Decode the files into tables in memory."""
        for layer, columns in COLUMNS.items():
            self.session.read_parquet(layer_file(folder, layer)).to_view(f"{layer}_file")
            self.keep(layer, f"SELECT {quoted(columns)} FROM {layer}_file")  # noqa: S608  ours

    def cut(self, zones: str, pieces: str, name: str = "") -> None:
        """Cut with :func:`cut_up`; SedonaDB 0.5 has no function for it."""
        table = cut_up(self.ask(zones_query(zones, name)))
        self.session.create_data_frame(table).to_view(f"{pieces}_wkb")
        self.keep(pieces, f"SELECT *, ST_GeomFromWKB(wkb, 4549) AS geometry FROM {pieces}_wkb")  # noqa: S608  ours


def quoted(columns: list[str]) -> str:
    """List columns in SQL."""
    return ", ".join(f'"{column}"' for column in columns)


def zones_query(zones: str, name: str) -> str:
    """Ask for the zones of a table as WKB, with their name where they have one."""
    return f"SELECT {name and name + ', '}ST_AsBinary(geometry) AS wkb FROM {zones}"  # noqa: S608  ours


# --------------------------------------------------------------------------------------------------
# DuckDB


class Duck(SqlEngine, InProcess):
    """DuckDB with its spatial extension, from the package that carries the extension's file."""

    distributions = ("duckdb", "duckdb-extension-spatial")
    union = "ST_Union_Agg(geometry)"
    largest = """
        SELECT "ZDDM", arg_max(town, area) AS town, MAX(area) AS town_m2
        FROM ({parts}) AS parts
        GROUP BY "ZDDM"
    """
    row_group = 8192
    """DuckDB works on as many threads as a table has row groups. By its default, 122,880 rows, all
    parcels of a city would be one; only a database file can have smaller ones."""

    def __init__(self, *, in_pieces: bool) -> None:
        super().__init__(in_pieces=in_pieces)
        import duckdb  # noqa: PLC0415  no other engine shall carry it
        import duckdb_extension_spatial as extension  # noqa: PLC0415  likewise

        file = next(Path(extension.__file__).parent.rglob("spatial.duckdb_extension"))
        self.place = tempfile.TemporaryDirectory()
        self.session = duckdb.connect()
        self.session.execute(f"LOAD '{file}'")
        city = Path(self.place.name, "city.duckdb")
        self.session.execute(f"ATTACH '{city}' AS city (ROW_GROUP_SIZE {self.row_group}); USE city")

    def close(self) -> None:
        """Remove the database."""
        self.session.close()
        self.place.cleanup()

    def keep(self, table: str, query: str) -> None:
        """Answer a query into a table."""
        self.session.execute(f"CREATE TABLE {table} AS {query}")

    def ask(self, query: str) -> pd.DataFrame:
        """Answer a query."""
        return self.session.sql(query).df()

    def read(self, folder: Path) -> None:
        """Decode the files into tables."""
        for layer, columns in COLUMNS.items():
            self.keep(layer, f"SELECT {quoted(columns)} FROM '{layer_file(folder, layer)}'")  # noqa: S608  ours

    def cut(self, zones: str, pieces: str, name: str = "") -> None:
        """Cut with :func:`cut_up`; the extension has no function for it."""
        self.session.register("cut_wkb", cut_up(self.ask(zones_query(zones, name))))
        shape = "ST_SetCRS(ST_GeomFromWKB(wkb), 'EPSG:4549')"
        self.keep(pieces, f"SELECT *, {shape} AS geometry FROM cut_wkb")  # noqa: S608  ours


# --------------------------------------------------------------------------------------------------
# PostGIS

ADDRESS = "LANDRENEW_BENCH_POSTGRES"
"""Environment variable with the address of a server to use instead of one of our own."""

TYPES = {"ZDDM": "text", "CS": "integer", "town": "text", "geometry": "geometry"}


class PostGis(SqlEngine):
    """PostGIS: one server, loaded by COPY, with indexes and statistics."""

    union = "ST_Union(geometry)"
    largest = """
        SELECT DISTINCT ON ("ZDDM") "ZDDM", town, area AS town_m2
        FROM ({parts}) AS parts
        ORDER BY "ZDDM", area DESC
    """
    schema = "landrenew_bench"

    def __init__(self, *, in_pieces: bool) -> None:
        super().__init__(in_pieces=in_pieces)
        import psycopg  # noqa: PLC0415  only this engine needs it
        from postgres import MemoryWatch, Server, server_programs  # noqa: PLC0415  likewise

        stated, programs = os.environ.get(ADDRESS), server_programs()
        self.server = Server(programs) if programs and not stated else None
        address = stated or (self.server.address if self.server else "")
        self.session = psycopg.connect(address, autocommit=True)
        self.session.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        self.session.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")
        self.session.execute(f"CREATE SCHEMA {self.schema}")
        self.session.execute(f"SET search_path = {self.schema}, public")
        self.watch = MemoryWatch(self.server.process) if self.server else None
        if self.watch:
            self.watch.start()

    def close(self) -> None:
        """Drop what was made, and stop a server of our own."""
        if self.watch:
            self.watch.ended.set()
            self.watch.join()
        self.session.execute(f"DROP SCHEMA {self.schema} CASCADE")
        self.session.close()
        if self.server:
            self.server.close()

    def peak_bytes(self) -> int | None:
        """Tell the most memory that server and client held; None for a server not of our own."""
        return self.watch.peak if self.watch else None

    def versions(self) -> str:
        """Name what was run, with versions."""
        query = (
            "SELECT split_part(PostGIS_Lib_Version(), ' ', 1), current_setting('server_version')"
        )
        postgis, server = self.session.execute(query).fetchone()
        return f"PostGIS {postgis}, PostgreSQL {server.split()[0]}"

    def index(self, table: str) -> None:
        """Give a table its spatial index and its statistics."""
        self.session.execute(f"CREATE INDEX ON {table} USING gist (geometry)")
        self.session.execute(f"VACUUM ANALYZE {table}")

    def keep(self, table: str, query: str) -> None:
        """Answer a query into a table with an index."""
        self.session.execute(f"CREATE TABLE {table} AS {query}")
        self.index(table)

    def ask(self, query: str) -> pd.DataFrame:
        """Answer a query."""
        found = self.session.execute(query)
        return pd.DataFrame(found.fetchall(), columns=[one.name for one in found.description])

    def read(self, folder: Path) -> None:
        """Load the files and index the tables."""
        for layer, columns in COLUMNS.items():
            stated = ", ".join(f'"{column}" {TYPES[column]}' for column in columns)
            self.session.execute(f"CREATE TABLE {layer} ({stated})")
            table = pd.read_parquet(layer_file(folder, layer), columns=columns)
            table["geometry"] = [wkb.hex() for wkb in table["geometry"]]
            with self.session.cursor().copy(f"COPY {layer} FROM STDIN") as sink:
                for row in table.itertuples(index=False):
                    sink.write_row(row)
            self.index(layer)

    def cut(self, zones: str, pieces: str, name: str = "") -> None:
        """Cut with PostGIS's own function."""
        shape = f"ST_Subdivide(geometry, {MOST_VERTICES}) AS geometry"
        self.keep(pieces, f"SELECT {name and name + ', '}{shape} FROM {zones}")  # noqa: S608  ours
