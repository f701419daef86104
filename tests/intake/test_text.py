"""Text is read in the encoding it is in; why is said wherever the file does not say it."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
import pytest
from conftest import CRS, square
from hypothesis import given
from hypothesis import strategies as st
from small_city import save

from landrenew.base.errors import FileError
from landrenew.intake.attributes.mojibake import is_mojibake, noise_in
from landrenew.intake.sections import Layer
from landrenew.intake.sources.dbf_text import dbf_encoding
from landrenew.intake.sources.read import read_source
from landrenew.intake.sources.text import encoding_of, text_encoding

if TYPE_CHECKING:
    from pathlib import Path

SIMPLE = "宗地代码,企业名称,税收\n3302820010,慈溪市中兴轴承有限公司,12.5\n"
FULL = "編號,工廠名稱,地號\n1,樹林區東園段金屬工廠,一般農業區農牧用地\n"
GB_WORD = st.text(
    st.sampled_from("慈溪市浒山街道中山火炬开发区工业用地税收面积企业名称"), min_size=4
)
FULL_WORD = st.text(st.sampled_from("臺灣新北市樹林區東園段農牧用地使用分區縣政府"), min_size=6)


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        (SIMPLE, "utf-8", "utf-8"), (SIMPLE, "utf-8-sig", "utf-8-sig"),
        (SIMPLE, "utf-16", "utf-16"), ("name\nM\xfcller & S\xf6hne\n", "latin-1", "cp1252"),
        (SIMPLE, "utf-16-le", "utf-16-le"), (SIMPLE, "utf-16-be", "utf-16-be"),
        (SIMPLE, "gbk", "gb18030"), (SIMPLE, "gb18030", "gb18030"), (FULL, "big5", "cp950"),
        (FULL, "utf-8", "utf-8"), (FULL, "gbk", "gb18030"),
        ("plain\n", "ascii", "utf-8"),
    ],
)  # fmt: skip
def test_a_text_is_read_in_the_encoding_it_is_in(text: str, encoding: str, found: str) -> None:
    raw = text.encode(encoding)
    assert text_encoding(raw) == found
    assert raw.decode(found).removeprefix("\ufeff") == text


@given(GB_WORD)
def test_common_simplified_words_are_never_taken_for_big5(word: str) -> None:
    assert text_encoding(f"慈溪{word}".encode("gbk")) == "gb18030"


@given(FULL_WORD)
def test_common_traditional_words_are_never_taken_for_gbk(word: str) -> None:
    assert text_encoding(word.encode("big5")) == "cp950"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (SIMPLE.encode(), None), (codecs.BOM_UTF8 + SIMPLE.encode(), None),
        (SIMPLE.encode("utf-16"), None), (SIMPLE.encode("gbk"), "GB18030 读取（常用字占 100%）"),
        (FULL.encode("big5"), "已按 Big5 读取"), (b"M\xfcller", "不像中文"),
        (b"\xb0\xa1\xb5\xa1", "都读得通"),
    ],
)  # fmt: skip
def test_the_choice_is_said_unless_the_file_says_it(raw: bytes, said: str | None) -> None:
    note = encoding_of(raw, "f.csv").note
    assert (note is None) if said is None else (note is not None and said in note.zh)


def shapefile(folder: Path, encoding: str, *, cpg: str | None = None, mark: int = 0,
              text: str = "慈溪市浒山街道") -> Path:  # fmt: skip
    table = gpd.GeoDataFrame({"QLR": [text, "A"]}, geometry=[square(0), square(1)], crs=CRS)
    path = save(table, folder / "宗地.shp", encoding=encoding)
    path.with_suffix(".cpg").unlink(missing_ok=True)
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg)
    table_path = path.with_suffix(".dbf")
    raw = bytearray(table_path.read_bytes())
    raw[29] = mark
    table_path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("encoding", "cpg", "mark", "said"),
    [
        ("UTF-8", "UTF-8", 0, None), ("GBK", "936", 0, None), ("GBK", None, 0x4D, None),
        ("GBK", None, 0x57, "没有注明"), ("GBK", None, 0, "没有注明"), ("UTF-8", None, 0x57, None),
        ("UTF-8", None, 0x4D, "语言标记写 gb18030，与文字的字节不符，已按 UTF-8"),
        ("GBK", "UTF-8", 0, ".cpg 写 utf-8，与文字的字节不符，已按 GB18030"),
        ("GBK", "ISO-8859-1", 0, "已按 GB18030"), ("UTF-8", "ISO-8859-1", 0, "已按 UTF-8"),
        ("GBK", "no such page", 0, "没有注明"),
    ],
)  # fmt: skip
def test_a_shapefiles_mark_is_believed_until_its_bytes_contradict_it(
    encoding: str, cpg: str | None, mark: int, said: str | None, tmp_path: Path
) -> None:
    path = shapefile(tmp_path, encoding, cpg=cpg, mark=mark)
    source = read_source(tmp_path, Layer(path=path.name), "parcels")
    assert source.frame["QLR"].tolist() == ["慈溪市浒山街道", "A"]
    notes = dbf_encoding(path)[1]
    assert [said in note.zh for note in notes] == ([] if said is None else [True])
    assert set(notes) <= set(source.notes)


def test_western_letters_keep_their_mark(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "ISO-8859-1", cpg="ISO-8859-1", text="Müller & Söhne, Côte d'Or")
    assert dbf_encoding(path) == ("iso-8859-1", ())


@pytest.mark.filterwarnings("ignore")  # GDAL says that it cuts the value
@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_value_cut_within_a_character_is_still_read(encoding: str, tmp_path: Path) -> None:
    path = shapefile(tmp_path, encoding, text="浒山街道" * 40 + "镇")
    found = read_source(tmp_path, Layer(path=path.name), "parcels").frame["QLR"].iloc[0]
    assert found.startswith("浒山街道" * 20)
    assert set(found) <= set("浒山街道镇")


def test_an_encoding_stated_wrongly_is_refused(tmp_path: Path) -> None:
    path = shapefile(tmp_path, "GBK")
    with pytest.raises(FileError, match="not in utf-8"):
        read_source(tmp_path, Layer(path=path.name, encoding="utf-8"), "parcels")
    (tmp_path / "f.csv").write_bytes(SIMPLE.encode("gbk"))
    with pytest.raises(FileError, match="cannot be read"):
        read_source(tmp_path, Layer(path="f.csv", encoding="utf-8"), "firms")
    right = read_source(tmp_path, Layer(path="f.csv", encoding="gbk"), "firms")
    assert right.notes == ()
    assert right.frame["企业名称"].tolist() == ["慈溪市中兴轴承有限公司"]


@pytest.mark.parametrize(
    ("name", "encoding", "text"),
    [
        ("big5", "cp950", "繁體國語"), ("gbk", "gb18030", "简体国语"),
        ("gb2312", "gb18030", "简体国语"), ("utf8", "utf-8", "国语國語"),
        ("latin1", "cp1252", "Peçeña México"), ("ldid/chinese", "gb18030", "简体"),
        ("cpg/big5", "cp950", "國語"), ("cpg/euckr", "euc-kr", "한국말"),
        ("cpg/koi8r", "koi8-r", "русский"), ("cpg/latin2", "iso-8859-2", "čeština"),
        ("cpg/shiftjis", "shift-jis", "カタカナひらがな"), ("cpg/win1251", "cp1251", "РУССКИЙ"),
        ("cpg/win874", "cp874", "ภาษาไทย"),
    ],
)  # fmt: skip
def test_real_tables_of_many_encodings(name: str, encoding: str, text: str, shared: Path) -> None:
    path = shared / "robust_mapshaper_encodings" / "dbf" / f"{name}.dbf"
    assert dbf_encoding(path)[0] == encoding
    frame = read_source(path.parent, Layer(path=path.name), "ledger").frame
    assert frame["NAME"].iloc[0] == text


def test_a_table_whose_encoding_nobody_can_tell_says_so(shared: Path) -> None:
    path = shared / "robust_mapshaper_encodings" / "dbf" / "periphereies.dbf"
    encoding, notes = dbf_encoding(path)
    assert encoding is None
    assert [note.en.endswith("State encoding.") for note in notes] == [True]


@pytest.mark.parametrize("name", ["utf16_be_bom", "utf16_le_bom", "utf8_bom"])
def test_real_texts_with_a_mark(name: str, shared: Path) -> None:
    folder = shared / "robust_mapshaper_encodings" / "text"
    frame = read_source(folder, Layer(path=f"{name}.csv"), "ledger").frame
    assert frame["county_name"].tolist() == ["ALAMANCE"]
    assert frame.shape == (1, 10)


def test_the_real_gbk_shapefile_is_read_by_its_mark(shared: Path) -> None:
    path = shared / "china_gbk_shapefile" / "chinese_encoding.shp"
    assert dbf_encoding(path) == ("gb18030", ())
    frame = read_source(shared, Layer(path="china_gbk_shapefile/chinese_encoding.shp"), "t").frame
    assert frame.shape == (78, 137)
    assert not noise_in(frame["PRO_NAME"]).any()


@pytest.mark.parametrize("text", ["慈溪市", "浒山街道办事处", "中山市火炬开发区", "安徽"])
@pytest.mark.parametrize(
    ("right", "wrong"),
    [("utf-8", "gb18030"), ("gbk", "latin-1"), ("utf-8", "latin-1"), ("utf-8", "cp1252")],
)
def test_noise_is_told_from_text(text: str, right: str, wrong: str) -> None:
    assert is_mojibake(text.encode(right).decode(wrong, "replace"))
    assert not is_mojibake(text)


@pytest.mark.parametrize(
    "text",
    ["Müller & Söhne", "Größe", "Ærø", "Łódź", "10 m² × 3", "°C", "±5", "联通", "鑫淼", "涓涓细流",
     "A1", "", "《名录》·二", "Ñandú São", "ÅÄÖ", "浙江慈溪滨海経済开发区", "臺灣樹林",
     "平鎮區鎮安段586地號"],
)  # fmt: skip
def test_real_words_are_no_noise(text: str) -> None:
    assert not is_mojibake(text)


def test_marks_of_loss_are_noise() -> None:
    found = noise_in(pd.Series(["锟斤拷", None, "慈溪", "a\ufffdb"], index=[2, 3, 4, 5]))
    assert found.index[found].tolist() == [2, 5]


NAMES = ["慈溪", "鎮公所", "Müller & Söhne", "A1", "°²»Õ", "鎱堟邯", "锟斤拷", "a\ufffdb", "", None]


@given(st.lists(st.one_of(st.sampled_from(NAMES), st.text()), max_size=8))
def test_noise_of_a_column_is_that_of_its_cells(texts: list[str | None]) -> None:
    found = noise_in(pd.Series(texts, range(5, 5 + len(texts)), dtype=object))
    assert found.tolist() == [one is not None and is_mojibake(one) for one in texts]


def test_no_real_name_is_taken_for_noise(shared: Path) -> None:
    spec = Layer(path="china_enterprise_longkou/enterprise_longkou_head1500_gbk.csv")
    frame = read_source(shared, spec, "firms").frame
    assert not any(noise_in(frame[one]).any() for one in frame.columns)


def test_utf8_of_which_a_byte_was_lost_is_refused_and_not_read_as_noise(tmp_path: Path) -> None:
    whole = "企业编号,企业名称,税收\nF1,慈溪一厂,1\n".encode()
    (tmp_path / "t.csv").write_bytes(whole[:30] + whole[31:])
    with pytest.raises(FileError, match="utf-8"):
        read_source(tmp_path, Layer(path="t.csv"), "firms")
