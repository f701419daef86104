"""No empty boxes: Chinese needs a Chinese font, and a character that no font has is spelt out."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import matplotlib as mpl
import pytest
from map_city import made_result
from matplotlib import font_manager
from small_city import EARLIER, earlier_result
from typer.testing import CliRunner

from landrenew.base.errors import FileError
from landrenew.cli import app
from landrenew.publish.figures import fonts
from landrenew.publish.figures.folder import save_figures
from landrenew.publish.figures.fonts import LATIN, SAMPLE, Fonts, installed_fonts
from landrenew.publish.figures.look import Sheet, drawing, folded, shortened, width_mm
from landrenew.publish.figures.printing import spell_out

if TYPE_CHECKING:
    from pathlib import Path

RARE_HAN = "\U0003134f"
"""A character that hardly any font has."""

PLAIN = Fonts((LATIN,), is_chinese=False, is_truetype=True)


@pytest.fixture
def no_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a machine without Chinese fonts."""
    monkeypatch.setattr(fonts, "FAMILIES", ("A Font That Nobody Has",))
    monkeypatch.setattr(fonts, "RARE", ())


@pytest.mark.usefixtures("no_chinese")
def test_without_a_chinese_font_chinese_is_refused_in_words() -> None:
    found = installed_fonts()
    assert found == PLAIN
    assert found.spelt("Longkou 4 ≥ 3 ✓ ✗") == "Longkou 4 ≥ 3 ✓ ✗"
    with pytest.raises(FileError) as error:
        found.spelt("慈溪市")
    for said in error.value.text:
        assert "Noto Sans CJK SC" in said
        assert "--lang en" in said
        assert "fonts-noto-cjk" in said


@pytest.mark.usefixtures("no_chinese")
def test_without_a_chinese_font_nothing_is_written(tmp_path: Path) -> None:
    out = tmp_path / "figures"
    earlier_result(out)
    with pytest.raises(FileError, match="No Chinese font"):
        save_figures(made_result(24), out, lang="en")  # its names are Chinese
    assert {one.name: one.read_bytes() for one in out.iterdir()} == EARLIER


def test_a_font_that_only_bears_a_name_is_not_taken_for_chinese(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "FAMILIES", (LATIN,))
    monkeypatch.setattr(fonts, "RARE", ())
    assert not installed_fonts().is_chinese


def test_a_character_that_no_font_has_is_spelt_out_and_told() -> None:
    known = PLAIN._replace(is_chinese=True)
    sheet = Sheet((100, 100))
    sheet.write(1, 1, f"a{RARE_HAN}b")
    assert spell_out(sheet.figure, known) == [RARE_HAN]
    assert [one.get_text() for one in sheet.figure.texts] == ["a[U+3134F]b"]


def test_an_installed_chinese_font_shows_the_sample() -> None:
    found = installed_fonts()
    if not found.is_chinese:
        pytest.skip("no Chinese font is installed here")
    assert found.lacking(SAMPLE) == []


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"OTTO" + bytes(20), "cff"),
        (b"\x00\x01\x00\x00" + bytes(20), "truetype"),
        (b"ttcf" + struct.pack(">III", 0x10000, 1, 16) + b"OTTO", "cff"),
        (b"ttcf" + struct.pack(">III", 0x10000, 1, 16) + b"true", "truetype"),
    ],
)
def test_outlines_that_a_pdf_cannot_hold_as_they_are(
    head: bytes,
    kind: str,
    tmp_path: Path,
) -> None:
    (tmp_path / "font").write_bytes(head)
    assert fonts._has_cff(str(tmp_path / "font")) is (kind == "cff")  # noqa: SLF001


def test_a_pdf_holds_truetype_as_it_is_and_draws_other_glyphs() -> None:
    with drawing(PLAIN):
        assert mpl.rcParams["pdf.fonttype"] == 42
    with drawing(PLAIN._replace(is_truetype=False)):
        assert mpl.rcParams["pdf.fonttype"] == 3


def test_what_a_user_set_for_matplotlib_changes_nothing_and_stays() -> None:
    with mpl.rc_context({"text.usetex": True, "axes.facecolor": "red"}):
        with drawing(PLAIN):
            assert not mpl.rcParams["text.usetex"]
            assert mpl.rcParams["axes.facecolor"] == "white"
        assert mpl.rcParams["text.usetex"]


def test_a_new_font_is_found_though_matplotlib_remembers_older_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    added: list[str] = []
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: ["/fonts/new.ttf", "/fonts/bad"])

    def addfont(path: str) -> None:
        if path.endswith("bad"):
            raise RuntimeError
        added.append(path)

    monkeypatch.setattr(font_manager.fontManager, "addfont", addfont)
    monkeypatch.setattr(fonts, "FAMILIES", ())
    installed_fonts()
    assert added == ["/fonts/new.ttf"]


@pytest.mark.parametrize("text", ["工业用地。" * 40, "industrial land " * 30, "x" * 300 + " 慈溪"])
def test_lines_fit_and_lose_nothing(text: str) -> None:
    lines = folded(text, 60, 8)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width_mm(one, 8) <= 60 for one in lines if " " not in text or "x" not in one)
    assert not any(one.startswith("。") for one in lines)


@pytest.mark.parametrize("before", range(20))
def test_no_bracket_opens_at_a_lines_end_or_closes_at_its_start(before: int) -> None:
    text = "一" * before + "市（虚构）（2026）；〔2022〕“县”《法》" * 20
    lines = folded(text, 60, 8)
    assert "".join(lines) == text
    assert not any(one.endswith(tuple("（〔“《")) for one in lines)
    assert not any(one.startswith(tuple("）；〕”》")) for one in lines)


@pytest.mark.parametrize("name", ["云岭镇", "a\nb\u202ec", "x" * 10_000, "镇" * 10_000, ""])
def test_a_name_is_one_line_that_has_room(name: str) -> None:
    shown = shortened(name, 30, 10)
    assert width_mm(shown, 10) <= 30
    assert shown.isprintable()
    assert ("…" in shown) == (len(name) > 10)


@pytest.mark.usefixtures("no_chinese")
def test_the_command_says_it_in_one_sentence(tmp_path: Path) -> None:
    from small_city import small_city  # noqa: PLC0415

    path = small_city(tmp_path)
    met = CliRunner().invoke(
        app, ["figures", str(path), "--out", str(tmp_path / "f"), "--lang", "zh"]
    )
    assert (met.exit_code, met.stdout) == (2, "")
    assert "没有找到中文字体" in met.stderr
    assert not (tmp_path / "f").exists()
