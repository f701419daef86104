"""Files are opened as they are, and conditions on their columns select what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest
from small_city import four, save, small_city

from landrenew.base.errors import FileError
from landrenew.intake.city import read_city
from landrenew.intake.project import read_project
from landrenew.intake.sections import Layer
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from pathlib import Path

TABLE = pd.DataFrame({
    "DLBM": ["0601", "0601", "0701", None], "面积": [1, 2, 3, None], "rowid": [4, 3, 2, 1],
    "row": list("abcd"), "年 份": [2020, 2021, 2022, 2023], 'a"b': list("wxyz"),
})  # fmt: skip


@pytest.mark.parametrize(
    ("where", "rows"),
    [
        ("DLBM = '0601'", [1, 2]), ("dlbm LIKE '06%'", [1, 2]), ("DLBM IS NULL", [4]),
        ("DLBM REGEXP '^0[67]01$'", [1, 2, 3]), ("DLBM NOT REGEXP '^06'", [3, 4]),
        ('"DLBM" = \'0601\'', [1, 2]), ("面积 >= 2", [2, 3]), ("面积 >= 2 -- 大的", [2, 3]),
        ("rowid = 4", [1]), ("row = 'b'", [2]), ('"年 份" BETWEEN 2021 AND 2022', [2, 3]),
        ("DLBM IN ('0601', '0701') AND NOT (面积 = 2)", [1, 3]), ("'\"x\"' <> DLBM", [1, 2, 3]),
        ('"a""b" = \'x\'', [2]), ("1", [1, 2, 3, 4]), ("1 OR 1", [1, 2, 3, 4]),
    ],
)  # fmt: skip
def test_where_selects_rows_of_the_file(where: str, rows: list[int], tmp_path: Path) -> None:
    TABLE.to_parquet(tmp_path / "t.parquet")
    spec = Layer(path="t.parquet", where=where)
    assert read_source(tmp_path, spec, "ledger").frame.index.tolist() == rows


def test_where_bears_any_value(tmp_path: Path) -> None:
    odd = pd.DataFrame({
        "when": pd.to_datetime(["2025-01-01", None]), "flag": [True, False],
        "list": [[1, 2], None], "big": [1e300, float("inf")],
    })  # fmt: skip
    odd.to_parquet(tmp_path / "t.parquet")
    spec = Layer(path="t.parquet", where="\"when\" >= '2025' AND flag")
    assert read_source(tmp_path, spec, "ledger").frame.index.tolist() == [1]


def test_a_number_too_long_for_the_database_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"n": [2**64 - 1]}).astype("uint64").to_parquet(tmp_path / "t.parquet")
    with pytest.raises(FileError, match="is wrong"):
        read_source(tmp_path, Layer(path="t.parquet", where="n > 1"), "ledger")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_csv_is_read_in_the_encoding_it_is_in(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes('企业,税收\r\n"慈溪,一厂",1\r\n'.encode(encoding))
    frame = read_source(tmp_path, Layer(path="t.csv"), "firms").frame
    assert frame.to_dict("list") == {"企业": ["慈溪,一厂"], "税收": ["1"]}


def test_of_a_workbook_the_one_sheet_with_rows_is_read_or_the_one_named(tmp_path: Path) -> None:
    with pd.ExcelWriter(tmp_path / "t.xlsx") as book:
        pd.DataFrame({"企业": ["甲"]}).to_excel(book, sheet_name="说明", index=False)
        pd.DataFrame({"企业": ["乙"]}).to_excel(book, sheet_name="企业", index=False)
    named = read_source(tmp_path, Layer(path="t.xlsx", layer="企业"), "firms").frame
    assert named["企业"].tolist() == ["乙"]
    with pytest.raises(FileError, match="has 2 sheets: 说明, 企业"):
        read_source(tmp_path, Layer(path="t.xlsx"), "firms")
    with pd.ExcelWriter(tmp_path / "one.xlsx") as book:
        pd.DataFrame().to_excel(book, sheet_name="Sheet1", index=False)
        pd.DataFrame({"企业": ["丙"]}).to_excel(book, sheet_name="Sheet2", index=False)
    alone = read_source(tmp_path, Layer(path="one.xlsx"), "firms").frame
    assert alone["企业"].tolist() == ["丙"]
    with pytest.raises(FileError, match=r"cannot be read.*税务"):
        read_source(tmp_path, Layer(path="t.xlsx", layer="税务"), "firms")


def test_reading_leaves_nothing_beside_the_files(shared: Path, tmp_path: Path) -> None:
    source = shared / "robust_gdal" / "gml" / "inspire_cadastralparcel.xml"
    (tmp_path / "parcels.gml").write_bytes(source.read_bytes())
    save(four(), tmp_path / "p.gpkg")
    before = sorted(one.name for one in tmp_path.iterdir())
    for name in ("parcels.gml", "p.gpkg"):
        read_source(tmp_path, Layer(path=name), "parcels")
    assert sorted(one.name for one in tmp_path.iterdir()) == before


def test_paths_start_at_the_project_file(tmp_path: Path) -> None:
    save(four(), tmp_path / "四块地.gpkg")
    path = small_city(tmp_path / "项 目" / "a", parcels={"path": "../../四块地.gpkg"})
    assert len(read_city(path).parcels) == 4


def test_a_date_may_stand_without_quotes(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text(
        '[city]\nname = "a"\nrulebook = "b"\nas_of = 2026-06-30\n'
        '[parcels]\npath = "p"\nas_of = "2025"\n',
        encoding="utf-8-sig",
    )
    project = read_project(path)
    assert (project.city.as_of, project.parcels.as_of) == ("2026-06-30", "2025")


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.gpkg", "a.shp", "a.zip", "a.parquet"])
def test_an_empty_file_is_called_empty(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with pytest.raises(FileError, match="the file is empty") as refused:
        read_source(tmp_path, Layer(path=name), "parcels")
    assert "文件是空的" in refused.value.text.zh


def test_a_link_to_nothing_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "a.shp").symlink_to(tmp_path / "gone.shp")
    with pytest.raises(FileError, match=r"a\.shp is a link to .*gone\.shp, which does not exist"):
        read_source(tmp_path, Layer(path="a.shp"), "parcels")
