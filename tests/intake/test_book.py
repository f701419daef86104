"""A workbook that would fill the memory is refused before it is opened."""

from __future__ import annotations

import time
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from landrenew.base.errors import FileError
from landrenew.intake.propose.folder import Found
from landrenew.intake.propose.look import look_at
from landrenew.intake.sections import Layer
from landrenew.intake.sources import book
from landrenew.intake.sources.read import read_source
from landrenew.intake.survey.workbook import open_workbook

if TYPE_CHECKING:
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"
WHOLE = "A1:XFD1048576"


def with_xml(path: Path, xml: str) -> Path:
    """Write a workbook of two firms, with more XML behind the cells of its sheet."""
    made = openpyxl.Workbook()
    for row in (["企业编号", "税收（万元）"], ["F1", 1], ["F2", 2]):
        made.active.append(row)
    made.save(path)
    with zipfile.ZipFile(path) as pack:
        parts = {one: pack.read(one) for one in pack.namelist()}
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", b"</sheetData>" + xml.encode())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, raw in parts.items():
            pack.writestr(name, raw)
    return path


def merged(stated: str) -> str:
    return f'<mergeCells count="1"><mergeCell ref="{stated}"/></mergeCells>'


@pytest.mark.parametrize(
    "xml",
    [
        merged(WHOLE),
        merged("A2:A1048576"),
        merged(WHOLE).replace('"A1', "\n'A1").replace('576"', "576'"),
        f'<hyperlinks><hyperlink location="x" ref="{WHOLE}"/></hyperlinks>',
    ],
)
def test_a_range_over_the_whole_sheet_is_refused_at_once(xml: str, tmp_path: Path) -> None:
    path = with_xml(tmp_path / "f.xlsx", xml)
    began = time.monotonic()
    for opened in (
        lambda: read_source(tmp_path, Layer(path="f.xlsx"), "firms"),
        lambda: open_workbook(path),
    ):
        with pytest.raises(FileError, match="merged cells") as refused:
            opened()
        assert "请取消" in refused.value.text.zh
    looks, unknown = look_at(tmp_path, Found("f.xlsx", "table"))
    assert looks == []
    assert "合并单元格" in unknown[0].why.zh
    assert time.monotonic() - began < 5


def test_a_title_merged_over_whole_lines_is_read(tmp_path: Path) -> None:
    with_xml(tmp_path / "f.xlsx", merged("A9:XFD11"))
    assert len(read_source(tmp_path, Layer(path="f.xlsx"), "firms").frame) == 2


def rows_of(cells: str, first: int, last: int) -> str:
    return "".join(f'<row r="{i}" ht="20">{cells.format(i)}</row>' for i in range(first, last))


def test_cells_with_nothing_but_a_format_cost_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_xml(tmp_path / "f.xlsx", "")
    _insert(path, rows_of('<c r="A{0}" s="0"/><c r="B{0}" s="0" />', 4, 9) + FAR)
    monkeypatch.setattr(book, "MANY_BLANKS", 3)
    monkeypatch.setattr(book, "MOST_CELLS", 8)
    source = read_source(tmp_path, Layer(path="f.xlsx"), "firms")
    assert source.frame["企业编号"].tolist() == ["F1", "F2", "F9"]
    assert source.frame.index.tolist() == [2, 3, 20]
    assert 5 not in book.open_book(path)[0].active.row_dimensions


FAR = '<row r="20"><c r="A20" t="inlineStr"><is><t>F9</t></is></c><c r="B20"><v>7</v></c></row>'


def test_cells_without_an_address_keep_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_xml(tmp_path / "f.xlsx", "")
    _insert(path, '<row r="4"><c s="0"/><c><v>5</v></c></row>')
    monkeypatch.setattr(book, "MANY_BLANKS", 0)
    assert book.open_book(path)[0].active["B4"].value == 5


def _insert(path: Path, rows: str) -> None:
    with zipfile.ZipFile(path) as pack:
        parts = {one: pack.read(one) for one in pack.namelist()}
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", rows.encode() + b"</sheetData>")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, raw in parts.items():
            pack.writestr(name, raw)


def test_an_encrypted_workbook_is_called_one(tmp_path: Path) -> None:
    (tmp_path / "f.xlsx").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    for opened in (
        lambda: read_source(tmp_path, Layer(path="f.xlsx"), "firms"),
        lambda: open_workbook(tmp_path / "f.xlsx"),
    ):
        with pytest.raises(FileError, match="is encrypted") as refused:
            opened()
        assert "加了密" in refused.value.text.zh


@pytest.mark.parametrize(
    ("limit", "most", "said"),
    [("MOST_CELLS", 5, "more than 5 cells"), ("MOST_BYTES", 500, "unpacks to")],
)
def test_too_many_cells_or_bytes_are_refused(
    limit: str, most: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_xml(tmp_path / "f.xlsx", "")
    monkeypatch.setattr(book, limit, most)
    with pytest.raises(FileError, match=said):
        read_source(tmp_path, Layer(path="f.xlsx"), "firms")


def test_tags_are_counted_wherever_a_piece_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = with_xml(tmp_path / "f.xlsx", merged("A9:B10"))
    whole = book._contents(path.read_bytes(), path)  # noqa: SLF001
    assert (whole.cells, whole.merged, whole.has_formulas) == (6, 4, False)
    for size in (1, 7, 64):
        monkeypatch.setattr(book, "PIECE_BYTES", size)
        assert book._contents(path.read_bytes(), path) == whole  # noqa: SLF001
