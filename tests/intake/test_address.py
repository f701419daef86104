"""The address of a database is understood as people write it, and never shows its password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from landrenew.base.errors import FileError
from landrenew.intake.sections import Layer
from landrenew.intake.sources.address import address_of, split_password
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("password", ["geheim", "p@ss", "p/ss", "p#ss", "p?ss", "p:ss", "s%40y"])
@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "POSTGRESQL", "postgresql+psycopg2"])
@pytest.mark.parametrize("table", ["land.parcels", "parcels@2025"])
def test_an_address_is_parted_from_its_password_whatever_its_signs(
    scheme: str, password: str, table: str
) -> None:
    shown, found = split_password(f" {scheme}://gis:{password}@db:5433/city?table={table}")
    assert shown == f"{scheme}://gis@db:5433/city?table={table}"
    assert found == password.replace("%40", "@")
    address = address_of(Layer(path=shown), "parcels")
    assert address.connection == {"host": "db", "port": "5433", "user": "gis", "dbname": "city"}
    assert ".".join(filter(None, address.table)) == table


@pytest.mark.parametrize(
    ("path", "shown", "password"),
    [
        ("postgresql://u:p@h/d?table=t", "postgresql://u@h/d?table=t", "p"),
        ("postgresql://u@h/d?table=t&password=p", "postgresql://u@h/d?table=t", "p"),
        ("postgresql://u@h/d?table=t", "postgresql://u@h/d?table=t", None),
        ("postgres://u:a%3Ab@h:5/d?table=t", "postgres://u@h:5/d?table=t", "a:b"),
        ("parcels:1@x.gpkg", "parcels:1@x.gpkg", None),
    ],
)
def test_the_password_is_taken_out_of_an_address(
    path: str, shown: str, password: str | None
) -> None:
    assert split_password(path) == (shown, password)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("postgresql://gis:geheim@[db/c?table=a", "host or port"),
        ("postgresql://gis:geheim@db:x/c?table=a", "host or port"),
        ("postgresql://db/c?user=gis&Password=geheim", "must not hold user"),
        ("postgresql://gis:geheim@db/c", "names no table"),
        ("PG:host=db password=geheim dbname=c", "only PostgreSQL"),
        ("mysql://gis:geheim@db/c?table=a", "only PostgreSQL"),
        ("nowhere://gis:geheim@host/a.geojson", "cannot be fetched"),
    ],
)  # fmt: skip
def test_what_is_no_address_of_ours_is_refused_without_its_password(
    path: str, said: str, tmp_path: Path
) -> None:
    spec = Layer(path=path)
    with pytest.raises(FileError, match=said) as refused:
        read_source(tmp_path, spec, "parcels")
    for shown in (*refused.value.text, repr(spec), spec.model_dump_json()):
        assert "geheim" not in shown


def test_a_file_that_lies_elsewhere_is_fetched_and_read(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://bucket/firms.csv", "w", encoding="utf-8") as file:
        file.write("firm_id,tax\nA,1\n")
    source = read_source(tmp_path, Layer(path="memory://bucket/firms.csv"), "firms")
    assert source.frame["firm_id"].tolist() == ["A"]
    with pytest.raises(FileError, match=r"memory://bucket/none\.csv cannot be fetched"):
        read_source(tmp_path, Layer(path="memory://bucket/none.csv"), "firms")
    assert not list(tmp_path.iterdir())
