"""The atlas: every page true to scale, its legend the table's sums, its files safe and whole."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from map_city import TOWNS, made_result
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PathCollection
from pyproj import CRS, Geod, Transformer
from small_city import small_city
from typer.testing import CliRunner

from landrenew.base.errors import FileError
from landrenew.cli import app
from landrenew.intake.faults import Fault
from landrenew.intake.parcels import Parcels
from landrenew.publish.figures import ground, look, printing
from landrenew.publish.figures.atlas import atlas_pages
from landrenew.publish.figures.folder import is_figure, save_figures
from landrenew.publish.figures.fonts import installed_fonts
from landrenew.publish.figures.ground import LETTERS_PT, ROOM, outlines, write_letters
from landrenew.publish.figures.look import MM_PER_POINT, Sheet, drawing
from landrenew.publish.figures.map_frame import MapFrame, fit_frame, round_scale
from landrenew.publish.themes import themes

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from landrenew.publish.result import Result

GRID = CRS("EPSG:4549")


@pytest.fixture(scope="module")
def result() -> Result:
    return made_result(120)


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Print with few dots, and skip where no Chinese font is installed."""
    if not installed_fonts().is_chinese:
        pytest.skip("no Chinese font is installed here")
    monkeypatch.setattr(printing, "DPI", 20)


def drawn(result: Result, lang: str = "zh", **only: int) -> list[Figure]:
    with drawing():
        return [draw().figure for _, draw in atlas_pages(result, lang)[: only.get("pages")]]


def said(figure: Figure) -> list[str]:
    own = [one.get_text() for one in figure.texts]
    return own + [one.get_text() for axes in figure.axes for one in axes.texts]


# pages and names --------------------------------------------------------------------------------


def test_the_city_comes_first_then_its_towns_by_name(result: Result) -> None:
    names = [name for name, _ in atlas_pages(result, "zh")]
    towns = sorted(set(result.parcels["town"]))
    assert len(names) == 1 + len(towns)
    assert [name.split("-")[1] for name in names] == [str(at + 1) for at in range(len(names))]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_legends_are_the_sums_of_the_table(result: Result, lang: str) -> None:
    theme = themes(result.parcels, result.layers.rulebook)[0]
    first, second = drawn(result, lang, pages=2)
    towns = sorted(set(result.parcels["town"]))
    for figure, town in ((first, ""), (second, towns[0])):
        words = said(figure)
        for one, (count, land) in zip(theme["classes"], theme["tally"][town], strict=True):
            at = words.index(one["label"].say(lang))
            assert words[at + 1 : at + 3] == [f"{count:,.0f}", f"{land:,.2f}"]


MUST_SAY = ("内部工作用图 不得公开", "审图号：____", "示例市规划院", "2024-06-30", "亩", "1:", "N",
            "CGCS2000 3 度带", "工业控制线：示例市自然资源局", "定义：")  # fmt: skip


def test_every_page_says_what_a_map_must_say(result: Result) -> None:
    for figure in drawn(result):
        words = "".join(said(figure))
        assert all(one in words for one in MUST_SAY)


def test_the_page_of_the_city_lists_the_others_with_their_share(result: Result) -> None:
    words = said(drawn(result, pages=1)[0])
    for town in result.share.towns:
        assert f"{town.share:.2%}" in words


AWFUL = [
    "../../etc/passwd",
    "..",
    "a/b\\c",
    "CON",
    "镇" * 10_000,
    "x\x00\u202ey",
    "A镇",
    "a镇",
    " ",
]


def test_names_of_files_are_safe_and_unique(result: Result) -> None:
    parcels = result.parcels.assign(
        town=[AWFUL[at % len(AWFUL)] for at in range(len(result.parcels))]
    )
    names = [name for name, _ in atlas_pages(replace(result, parcels=Parcels(parcels)), "zh")]
    assert len({name.casefold() for name in names}) == len(names) == 1 + len(AWFUL)
    for name in names:
        assert len(f"{name}.png".encode()) < 200
        assert name.isprintable()
        assert not set(name) & set('/\\:*?"<>|')
        assert is_figure(f"{name}.png")


def test_unknown_towns_have_a_page_and_no_towns_none(result: Result) -> None:
    some = result.parcels.copy()
    some.loc[some.index[:3], "town"] = None
    pages = atlas_pages(replace(result, parcels=Parcels(some)), "zh")
    assert pages[-1][0].endswith("-—")
    with drawing():
        assert "示例市 <i> （镇街不明） 工业用地评级图" in said(pages[-1][1]().figure)
    none = Parcels(result.parcels.drop(columns="town"))
    assert len(atlas_pages(replace(result, parcels=none), "zh")) == 1


# scale and north --------------------------------------------------------------------------------


@given(
    st.floats(500_000, 640_000), st.floats(2_000_000, 5_000_000), st.floats(1, 60_000),
    st.floats(1, 60_000),
)  # fmt: skip
def test_the_frame_holds_the_box_and_its_scale_is_true_on_the_ground(
    x: float, y: float, wide: float, high: float
) -> None:
    frame = fit_frame((x, y, x + wide, y + high), 300, 200, GRID)
    left, bottom, right, top = frame.bounds
    assert left <= x <= x + wide <= right
    assert bottom <= y <= y + high <= top
    middle = (x + wide / 2, y + high / 2)
    step = min(wide, 100.0)
    lon, lat = Transformer.from_crs(GRID, GRID.geodetic_crs, always_xy=True).transform(
        [middle[0] - step, middle[0] + step], [middle[1]] * 2
    )
    _, _, ground_m = Geod(ellps="GRS80").inv(lon[0], lat[0], lon[1], lat[1])
    on_paper_mm = 2 * step / frame.metres_per_mm
    assert ground_m * 1000 / frame.denominator == pytest.approx(on_paper_mm, rel=1e-5)


def test_north_is_the_geodesic_one() -> None:
    frame = fit_frame((620_000, 3_340_000, 621_000, 3_341_000), 300, 200, GRID)
    there = Transformer.from_crs(GRID, GRID.geodetic_crs, always_xy=True)
    lon, lat = there.transform([620_500, 620_500], [3_340_500, 3_341_500])
    azimuth, _, _ = Geod(ellps="GRS80").inv(lon[0], lat[0], lon[1], lat[1])  # of grid north
    assert frame.north_deg == pytest.approx(azimuth, abs=1e-3)
    assert frame.north_deg > 0.5  # east of the central meridian true north is to the left


@given(st.floats(1, 1e7))
def test_scales_are_round_and_never_too_large(denominator: float) -> None:
    found = round_scale(denominator)
    assert found >= min(denominator, 1e7) * (1 - 1e-9)
    assert found >= 500
    assert found <= max(500, denominator) * 1.51


def test_a_parcel_far_away_does_not_stretch_the_page(result: Result) -> None:
    parcels = result.parcels.copy()
    gone = parcels.index[30]
    parcels.loc[[gone], "geometry"] = parcels.loc[[gone], "geometry"].translate(200_000, 0)
    fault = Fault("parcels", None, gone, "far_away")
    figure = drawn(replace(result, parcels=Parcels(parcels), faults=(fault,)), pages=1)[0]
    left, right = figure.axes[0].get_xlim()
    assert right - left < 60_000
    assert any("1 宗位置存疑" in one for one in said(figure))


# what is drawn ----------------------------------------------------------------------------------


def test_outlines_leave_holes_open_and_join_parts() -> None:
    ring = shapely.box(0, 0, 10, 10) - shapely.box(2, 2, 8, 8)
    both = shapely.MultiPolygon([shapely.box(20, 0, 30, 10), shapely.box(40, 0, 50, 10)])
    sheet = Sheet((60, 20))
    axes = sheet.canvas(0, 0, 60, 20)
    paths = outlines(np.array([ring, both], dtype=object))
    axes.add_collection(PathCollection(paths, facecolors="black", linewidths=0))
    canvas = FigureCanvasAgg(sheet.figure)
    canvas.draw()
    ink = np.asarray(canvas.buffer_rgba())[..., 0] < 128
    per_mm = ink.shape[1] / 60
    at = [(1, 1), (5, 5), (25, 5), (35, 5), (45, 5), (15, 5)]
    found = [bool(ink[int(y * per_mm), int(x * per_mm)]) for x, y in at]
    assert len(paths) == 2
    assert found == [True, False, True, False, True, False]


def test_letters_stand_where_there_is_room_and_inside_their_parcel() -> None:
    need = 2 * ROOM * LETTERS_PT[0] * MM_PER_POINT  # at 1 m to the millimetre
    fits = shapely.box(0, 0, need * 1.05, need * 1.05)
    thin = shapely.box(0, 20, need * 20, 20 + need * 0.9)  # large enough, but nowhere wide
    crooked = shapely.Polygon([(0, 40), (50, 40), (50, 90), (40, 90), (40, 50), (0, 50)])
    shapes = np.array([fits, thin, crooked], dtype=object)
    marks = np.empty(3, dtype=object)
    marks[:] = [("A", True), ("B", False), ("C", False)]
    axes = Sheet((100, 100)).axes(0, 0, 100, 100)
    frame = MapFrame((0, 0, 100, 100), 1000, 1.0, 0.0)
    assert write_letters(axes, shapes, marks, frame) == 2
    assert [one.get_text() for one in axes.texts] == ["A", "C"]
    assert crooked.contains(shapely.Point(axes.texts[1].get_position()))
    small, large = (one.get_fontsize() for one in axes.texts)
    assert LETTERS_PT[0] <= small < large <= LETTERS_PT[1]


def _of_parcels(figure: Figure) -> list[Any]:
    return [one for one in figure.axes[0].collections if one.get_zorder() == 2]


def test_a_town_page_colours_its_own_parcels_alone(result: Result) -> None:
    figures = drawn(result)
    towns = result.parcels["town"].value_counts()
    for figure, town in zip(figures[1:], sorted(towns.index), strict=True):
        assert sum(len(one.get_paths()) for one in _of_parcels(figure)) == towns[town]
    assert sum(len(one.get_paths()) for one in _of_parcels(figures[0])) == len(result.parcels)


def test_what_is_missing_is_hatched(result: Result) -> None:
    parcels = Parcels(result.parcels.assign(efficiency_grade=None))
    figure = drawn(replace(result, parcels=parcels), pages=1)[0]
    assert [one.get_hatch() for one in _of_parcels(figure)] == [look.HATCH]


def test_very_many_parcels_are_a_picture_and_that_is_said(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not any(one.get_rasterized() for one in _of_parcels(drawn(result, pages=1)[0]))
    monkeypatch.setattr(ground, "RASTER_FROM", 10)
    figure = drawn(result, pages=1)[0]
    assert all(one.get_rasterized() for one in _of_parcels(figure))
    assert any("每英寸 300 点" in one for one in said(figure))


# the folder -------------------------------------------------------------------------------------


def _files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


@pytest.mark.usefixtures("coarse")
def test_the_folder_holds_every_figure_and_the_same_bytes_twice(
    result: Result, tmp_path: Path
) -> None:
    before = result.parcels.copy()
    out = tmp_path / "figures"
    out.mkdir()
    (out / "my notes.txt").write_text("mine")
    (out / "atlas-07-旧镇.png").write_bytes(b"stale")
    saved = save_figures(result, out)
    first = _files(out)
    assert first.pop("my notes.txt") == b"mine"
    assert sorted(first) == list(saved.files)
    assert {"share.pdf", "share.png", "scores.pdf", "scores-parcels.png", "atlas.pdf"} < set(first)
    assert len([one for one in first if one.startswith("atlas-")]) == 1 + len(
        set(result.parcels["town"])
    )
    assert "atlas-07-旧镇.png" not in first
    save_figures(result, tmp_path / "again")
    assert _files(tmp_path / "again") == first
    pd.testing.assert_frame_equal(result.parcels, before)


@pytest.mark.usefixtures("coarse")
def test_a_failure_leaves_no_trace(
    result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "figures"
    out.mkdir()
    (out / "share.pdf").write_bytes(b"earlier")
    full = OSError(28, "No space left on device")

    def refuse(*_: object, **__: object) -> None:
        raise full

    monkeypatch.setattr("landrenew.publish.figures.map_sheet.write_captions", refuse)
    with pytest.raises(FileError, match="no space left"):
        save_figures(result, out)
    assert _files(out) == {"share.pdf": b"earlier"}
    assert [one.name for one in tmp_path.iterdir()] == ["figures"]


@pytest.mark.usefixtures("coarse")
def test_what_is_not_there_is_not_drawn_and_that_is_said(result: Result, tmp_path: Path) -> None:
    parcels = Parcels(result.parcels.drop(columns=["efficiency_score", "efficiency_grade"]))
    bare = replace(result, share=None, parcels=parcels)
    saved = save_figures(bare, tmp_path / "figures", lang="en")
    assert {one.split(".")[0].split("-")[0] for one in saved.files} == {"atlas"}
    words = " ".join(one.en for one in saved.notes)
    assert "no control line" in words
    assert "nothing was scored" in words
    missing = set(TOWNS) - set(result.parcels["town"])
    assert all(one in words for one in missing)


@pytest.mark.usefixtures("coarse")
def test_the_command_names_every_file(tmp_path: Path) -> None:
    path = small_city(tmp_path)
    out = tmp_path / "figures"
    met = CliRunner().invoke(app, ["figures", str(path), "--out", str(out), "--lang", "en"])
    assert met.exit_code == 0
    assert met.stdout.split() == [str(one) for one in sorted(out.iterdir())]
    assert {"share.pdf", "atlas.pdf"} <= {one.name for one in out.iterdir()}
    assert "nothing was scored" in met.stderr
