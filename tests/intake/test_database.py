"""Tables of a real PostgreSQL with PostGIS give the rows a file would give, and keep secrets."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import numpy as np
import pytest
from conftest import CRS
from small_city import SOUTH, WEST, four, small_city

from landrenew.base.errors import FileError
from landrenew.intake.city import read_city
from landrenew.intake.project import read_project
from landrenew.intake.sections import Layer
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from collections.abc import Iterator

psycopg = pytest.importorskip("psycopg")

PASSWORD = "s3cret@库"  # noqa: S105  of a server that lives as long as the tests
OWNER = "慈溪市'; DROP TABLE 宗地; --"
HOSTILE = 'x"; DROP TABLE land."宗地"; --'


def programs() -> Path | None:
    """Find the server's programs with PostGIS beside them."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        control = Path("/usr/share/postgresql", folder.parent.name, "extension/postgis.control")
        if (folder / "initdb").exists() and control.exists():
            return folder
    return None


def as_server(*command: object) -> None:
    """Run a program of the server, which refuses to be root."""
    said = [str(one) for one in command]
    if os.geteuid() == 0:
        said = ["runuser", "-u", "postgres", "--", *said]
    subprocess.run(said, check=True, capture_output=True)  # noqa: S603  the server's own programs


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Give the address of a server of our own, or of the one LANDRENEW_TEST_POSTGRES names."""
    if stated := os.environ.get("LANDRENEW_TEST_POSTGRES"):
        yield stated
        return
    folder = programs()
    if folder is None or (os.geteuid() == 0 and shutil.which("runuser") is None):
        pytest.skip("no PostgreSQL with PostGIS here; LANDRENEW_TEST_POSTGRES may name one")
    home = Path("/tmp", f"landrenew-postgres-{os.getpid()}")  # noqa: S108  a socket needs a short path
    home.mkdir(mode=0o755)
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
    (home / "pw").write_text(PASSWORD, encoding="utf-8")
    data, port = home / "data", free_port()
    as_server(folder / "initdb", "-D", data, "-U", "gis", "-A", "scram-sha-256", "-E", "UTF8",
              "--locale=C.UTF-8", f"--pwfile={home / 'pw'}", "--no-sync")  # fmt: skip
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1 -c fsync=off"
    as_server(folder / "pg_ctl", "-D", data, "-w", "-o", options, "-l", home / "log", "start")
    try:
        yield f"postgresql://gis:{quote(PASSWORD)}@127.0.0.1:{port}/postgres"
    finally:
        as_server(folder / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def database(server: str) -> str:
    """Fill the database with four parcels in several tables."""
    shapes = [one.wkb_hex for one in four().geometry]
    with psycopg.connect(server, autocommit=True) as link:
        link.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        link.execute("DROP SCHEMA IF EXISTS land CASCADE; CREATE SCHEMA land")
        link.execute(
            'CREATE TABLE land."宗地" (id int8 PRIMARY KEY, parcel_id text, owner text,'
            ' "面积" numeric(12, 2), made timestamptz, tags jsonb, gone int4,'
            " geom geometry(Polygon, 4549))"
        )
        link.execute('ALTER TABLE land."宗地" DROP COLUMN gone')
        for i in (2, 0, 3, 1):
            link.execute(
                'INSERT INTO land."宗地" VALUES (%s, %s, %s, %s, %s, %s,'
                " ST_SetSRID(%s::geometry, 4549))",
                [9007199254740993 + i, f"P{i}", None if i == 3 else OWNER, 400.25 + i,
                 "2025-06-30 08:00+08", json.dumps({"a": i}), shapes[i]],
            )  # fmt: skip
        link.execute('CREATE VIEW land.seen AS SELECT parcel_id, geom FROM land."宗地"')
        link.execute(
            "CREATE TABLE land.arcs (id int PRIMARY KEY, geom geometry(CurvePolygonZ, 4549))"
        )
        ring = ", ".join(f"{WEST + x} {SOUTH + y} 5" for x, y in ((0, 0), (5, 5), (10, 0), (5, -5),
                                                                (0, 0)))  # fmt: skip
        link.execute(
            "INSERT INTO land.arcs VALUES (1, ST_GeomFromText(%s, 4549))",
            [f"CURVEPOLYGON Z (CIRCULARSTRING Z ({ring}))"],
        )
        link.execute("CREATE TABLE land.two (a geometry(Point, 4490), b geometry(Point, 4490))")
        link.execute("INSERT INTO land.two VALUES (ST_SetSRID(ST_Point(121, 30), 4490), NULL)")
        link.execute("CREATE TABLE land.mixed (geom geometry)")
        link.execute(
            "INSERT INTO land.mixed VALUES (ST_SetSRID(ST_Point(121, 30), 4490)),"
            " (ST_SetSRID(ST_Point(121, 30), 4326))"
        )
        link.execute("CREATE TABLE land.solid (geom geometry)")
        link.execute(
            "INSERT INTO land.solid VALUES"
            " ('TIN Z (((0 0 0, 0 0 1, 0 1 0, 0 0 0)), ((0 0 0, 0 1 0, 1 1 0, 0 0 0)))')"
        )
        link.execute("CREATE TABLE land.firms (firm_id text, tax_cny10k numeric, is_new bool,"
                     " code numeric(20))")  # fmt: skip
        link.execute("INSERT INTO land.firms VALUES ('F2', 2.5, true, 330282199001011234),"
                     " ('F1', NULL, false, NULL)")  # fmt: skip
        name = psycopg.sql.Identifier("land", HOSTILE)
        link.execute(psycopg.sql.SQL("CREATE TABLE {} (a int)").format(name))
        link.execute(psycopg.sql.SQL("INSERT INTO {} VALUES (7)").format(name))
        link.execute("CREATE TABLE land.secret (a int)")
        link.execute("DROP ROLE IF EXISTS guest")
        link.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
        link.execute("GRANT USAGE ON SCHEMA land TO guest")
        link.execute("DROP DATABASE IF EXISTS bare")
        link.execute("CREATE DATABASE bare")
    return server


def read(database: str, table: str, **keys: str | None):  # noqa: ANN201  a Source
    return read_source(Path(), Layer(path=f"{database}?table={quote(table)}", **keys), "parcels")


def test_rows_come_in_the_order_of_the_key_with_all_their_digits(database: str) -> None:
    frame = read(database, "land.宗地").frame
    assert frame["parcel_id"].tolist() == ["P0", "P1", "P2", "P3"]
    assert frame["id"].tolist() == [9007199254740993 + i for i in range(4)]
    assert frame["面积"].tolist() == [400.25, 401.25, 402.25, 403.25]
    assert frame["owner"].tolist()[:3] == [OWNER] * 3
    assert frame["owner"].isna().tolist() == [False] * 3 + [True]
    assert frame["tags"].tolist()[0] == '{"a": 0}'
    assert frame["made"].tolist()[0] == "2025-06-30 00:00:00+00"
    assert "gone" not in frame
    assert frame.crs == CRS
    assert np.allclose(frame.geometry.area, 400.0)
    assert frame.index.tolist() == [1, 2, 3, 4]


def test_a_table_without_key_is_read_in_one_order_whatever_the_server_does(database: str) -> None:
    first = read(database, "land.seen")
    with psycopg.connect(database, autocommit=True) as link:
        link.execute("UPDATE land.\"宗地\" SET parcel_id = parcel_id WHERE parcel_id = 'P0'")
    again = read(database, "land.seen")
    assert first.frame["parcel_id"].tolist() == again.frame["parcel_id"].tolist()
    assert first.digest == again.digest
    assert len(first.digest) == 64


def test_the_digest_tells_other_rows_apart(database: str) -> None:
    before = read(database, "land.firms").digest
    with psycopg.connect(database, autocommit=True) as link:
        link.execute("UPDATE land.firms SET tax_cny10k = 3 WHERE firm_id = 'F2'")
        after = read(database, "land.firms").digest
        link.execute("UPDATE land.firms SET tax_cny10k = 2.5 WHERE firm_id = 'F2'")
    assert before != after
    assert read(database, "land.firms").digest == before


def test_a_table_without_shapes_is_a_table(database: str) -> None:
    frame = read(database, "land.firms").frame
    assert frame["firm_id"].tolist() == ["F1", "F2"]
    assert frame["tax_cny10k"].tolist()[1] == 2.5
    assert frame["code"].tolist()[1] == 330282199001011234
    assert not hasattr(frame, "crs")


def test_where_means_what_it_means_for_a_file(database: str) -> None:
    frame = read(database, "land.宗地", where="parcel_id REGEXP '[12]' AND 面积 < 402").frame
    assert frame["parcel_id"].tolist() == ["P1"]
    assert frame.index.tolist() == [2]


def test_arcs_become_chords_and_heights_go_with_a_note(database: str) -> None:
    source = read(database, "land.arcs")
    assert source.frame.geometry.area.iloc[0] == pytest.approx(25 * np.pi, rel=2e-5)
    assert not source.frame.geometry.has_z.any()
    assert [note.en.split(" ")[0] for note in source.notes] == ["Heights", "1"]


def test_a_hostile_name_is_a_name(database: str) -> None:
    assert read(database, f"land.{HOSTILE}").frame["a"].tolist() == [7]
    assert len(read(database, "land.宗地").frame) == 4


def test_of_two_columns_of_shapes_one_is_named(database: str) -> None:
    with pytest.raises(FileError, match="2 columns of shapes: a, b"):
        read(database, "land.two")
    assert read(database, "land.two", layer="a").frame.geometry.iloc[0].x == 121


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda one: one.replace(quote(PASSWORD), "wrong"), "PGPASSWORD"),
        (lambda one: one.replace("gis:", "nobody:"), "PGPASSWORD"),
        (lambda one: one.replace(str(urlsplit(one).port), "1"), "does not answer"),
        (lambda one: one.replace("/postgres", "/nowhere"), "no such database"),
        (lambda one: one.replace(str(urlsplit(one).port), "port"), "port"),
        (lambda one: one.replace(f"gis:{quote(PASSWORD)}", "guest:guest"), "not permitted"),
    ],
)
def test_what_the_server_refuses_is_one_sentence(change, said: str, database: str) -> None:  # noqa: ANN001
    with pytest.raises(FileError, match=said) as met:
        read_source(Path(), Layer(path=change(database) + "?table=land.secret"), "parcels")
    for lang in ("zh", "en"):
        assert PASSWORD not in met.value.say(lang)
        assert quote(PASSWORD) not in met.value.say(lang)
        assert "\n" not in met.value.say(lang)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("land.nowhere", "has no table 'land.nowhere'.*land.arcs"),
        ("nowhere.宗地", "has no table"),
        ("land.mixed", "different SRIDs: 4326, 4490"),
        ("land.solid", "bodies in space"),
        ("land.secret", "holds no row"),
    ],
)
def test_a_table_that_cannot_be_a_layer_is_refused(table: str, said: str, database: str) -> None:
    with pytest.raises(FileError, match=said):
        read(database, table)


def test_a_database_without_postgis_has_no_layers(database: str) -> None:
    bare = database.replace("/postgres", "/bare")
    with psycopg.connect(bare, autocommit=True) as link:
        link.execute("CREATE TABLE IF NOT EXISTS t (a int)")
        link.execute("INSERT INTO t VALUES (1)")
    assert read(bare, "t").frame["a"].tolist() == [1]


def test_an_address_holds_no_query(tmp_path: Path) -> None:
    address = "postgresql://gis@127.0.0.1/db?query=DROP%20TABLE%20x&table=t"
    with pytest.raises(FileError, match="must not hold query"):
        read_source(tmp_path, Layer(path=address), "parcels")
    with pytest.raises(FileError, match="names no table"):
        read_source(tmp_path, Layer(path="postgresql://gis@127.0.0.1/db"), "parcels")


def test_a_password_stands_nowhere_but_in_the_connection(database: str, tmp_path: Path) -> None:
    from landrenew.publish.manifest import manifest  # noqa: PLC0415
    from landrenew.workflow import run_project  # noqa: PLC0415

    address = f"{database}?table={quote('land.宗地')}"
    path = small_city(tmp_path, parcels={"path": address})
    spec = read_project(path).parcels
    assert spec is not None
    for shown in (spec.path, repr(spec), str(spec), spec.model_dump_json(), str(spec.model_dump())):
        assert quote(PASSWORD) not in shown
        assert PASSWORD not in shown
    layers = read_city(path)
    assert layers.parcels.index.tolist() == ["P0", "P1", "P2", "P3"]
    said = json.dumps(manifest(run_project(path)), ensure_ascii=False)
    assert PASSWORD not in said
    assert quote(PASSWORD) not in said
    assert read(database, "land.宗地").digest in said


def test_parts_of_a_city_rest_on_the_rows_of_its_database(database: str, tmp_path: Path) -> None:
    from landrenew.scale.city import Way  # noqa: PLC0415
    from landrenew.workflow import run_project  # noqa: PLC0415

    path = small_city(tmp_path, parcels={"path": f"{database}?table={quote('land.宗地')}"})
    run_project(path, way=Way(tmp_path / "parts", tile_size=2))
    again = Way(tmp_path / "parts", tile_size=2, resumes=True)
    assert len(run_project(path, way=again).parcels) == 4
    with psycopg.connect(database, autocommit=True) as link:
        link.execute("UPDATE land.\"宗地\" SET owner = 'another' WHERE parcel_id = 'P3'")
        try:
            with pytest.raises(FileError, match=r"these changed: \[parcels\]\."):
                run_project(path, way=again)
        finally:
            link.execute("UPDATE land.\"宗地\" SET owner = NULL WHERE parcel_id = 'P3'")


def test_without_the_driver_a_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(FileError, match=r"pip install 'landrenew\[postgis\]'"):
        read_source(tmp_path, Layer(path="postgresql://h/d?table=t"), "parcels")
