"""Boundary-point TXT: plots come out as drawn, and what the file leaves open is not guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from hand_made import our_columns
from hypothesis import given
from hypothesis import strategies as st

from landrenew.base.area import ellipsoidal_area
from landrenew.base.errors import CrsError, FileError
from landrenew.intake.geometry.shapes import check_polygons, with_crs
from landrenew.intake.sections import Layer
from landrenew.intake.sources.corners import polygon_of
from landrenew.intake.sources.read import read_source

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.intake.sources.source import Source

NORTH, EAST = 2_491_500.0, 436_200.0
ZONE = 38e6

HEAD = {
    "坐标系": "2000国家大地坐标系", "几度分带": "3", "投影类型": "高斯克吕格", "计量单位": "米",
    "带号": "38", "精度": "0.001", "转换参数": ",,,,,,",
}  # fmt: skip
SQUARE = [(0.0, 0.0), (0.0, 100.0), (100.0, 100.0), (100.0, 0.0)]
HOLE = [(20.0, 20.0), (20.0, 40.0), (40.0, 40.0), (40.0, 20.0)]
ISLAND = [(25.0, 25.0), (25.0, 30.0), (30.0, 30.0), (30.0, 25.0)]
BESIDE = [(200.0, 0.0), (200.0, 10.0), (210.0, 10.0), (210.0, 0.0)]


def head(**changed: str | None) -> str:
    said = {key: value for key, value in (HEAD | changed).items() if value is not None}
    return "\n".join(["[属性描述]", *(f"{key}={value}" for key, value in said.items())])


def plot(
    *rings: list[tuple[float, float]],
    number: str = "A1",
    zone: float = ZONE,
    repeats: bool = True,
    one_number: bool = False,
    swap: bool = False,
) -> str:
    rows = []
    for at, ring in enumerate(rings, 1):
        for i, (x, y) in enumerate([*ring, ring[0]] if repeats else ring, 1):
            pair = (EAST + zone + x, NORTH + y) if swap else (NORTH + y, EAST + zone + x)
            rows.append(f"J{i},{1 if one_number else at},{pair[0]:.3f},{pair[1]:.3f}")
    return "\n".join([f"{len(rows)},1.0,{number},甲厂,面,F49,工业,0601,@", *rows])


def read(
    folder: Path, text: str, *, encoding: str = "gbk", path: str = "地块.txt", **keys: str
) -> Source:
    (folder / "地块.txt").write_bytes(text.encode(encoding))
    return read_source(folder, Layer(path=path, **keys), "parcels")


def whole(*plots: str, **changed: str | None) -> str:
    return "\n".join([head(**changed), "[地块坐标]", *plots])


def test_the_real_files_give_their_declared_hectares(shared: Path) -> None:
    declared = {"44120000072": "1.2247", "44120000319": "8.7423", "44120000105": "10.3262"}
    found = {}
    for name in declared:
        source = read_source(shared, Layer(path=f"china_cgcs2000_txt/{name}.txt"), "parcels")
        assert source.frame.crs == "EPSG:4526"
        found[name] = f"{source.frame.geometry.area.sum() / 1e4:.4f}"
        assert f"{float(source.frame['面积（公顷）'].iloc[0]):.4f}" == found[name]
    assert sorted(found.values()) == sorted(declared.values())


def test_a_folder_and_a_pattern_stack_all_files(shared: Path) -> None:
    for path in ("china_cgcs2000_txt/*.txt", "china_cgcs2000_txt/4412*.txt"):
        frame = read_source(shared, Layer(path=path), "parcels").frame
        assert frame["文件"].tolist() == ["44120000072.txt", "44120000105.txt", "44120000319.txt"]
        assert frame.index.tolist() == [1, 2, 3]
        assert frame.geometry.area.sum() / 1e4 == pytest.approx(1.2247 + 8.7423 + 10.3262, abs=2e-4)


def test_a_folder_of_txt_is_a_layer(tmp_path: Path) -> None:
    (tmp_path / "plots").mkdir()
    for name in ("b", "a"):
        text = whole(plot(SQUARE, number=name))
        (tmp_path / "plots" / f"{name}.txt").write_bytes(text.encode("gbk"))
    frame = read_source(tmp_path, Layer(path="plots"), "parcels").frame
    assert frame["地块编号"].tolist() == ["a", "b"]
    with pytest.raises(FileError, match="does not exist"):
        read_source(tmp_path, Layer(path="plots/x*.txt"), "parcels")


def test_the_declared_area_meets_the_drawn_one_through_the_mapping(tmp_path: Path) -> None:
    source = read(tmp_path, whole(plot(SQUARE)))
    columns = {"declared_area_m2": {"column": "面积（公顷）", "unit": "公顷"}, "owner": "地块名称"}
    spec = Layer(path="地块.txt", columns=columns)
    ours, faults = our_columns(source.frame, spec, "parcels")
    assert ours["declared_area_m2"].tolist() == [10_000.0]
    assert ours["owner"].tolist() == ["甲厂"]
    assert faults == []


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "gb18030"])
def test_any_encoding_is_borne(encoding: str, tmp_path: Path) -> None:
    frame = read(tmp_path, whole(plot(SQUARE)), encoding=encoding).frame
    assert frame["地块名称"].tolist() == ["甲厂"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\n\n  \n"),
        lambda text: re.sub(r"(J\d),1,", r"\1,1,", text).replace(",1,", "，1，"),
        lambda text: text.replace("=", " = ").replace("[地块坐标]", "【地块坐标】"),
        lambda text: text.translate({ord(str(i)): chr(0xFF10 + i) for i in range(10)}),
        lambda text: text.replace("@", "@,"),
        lambda text: "\n".join(line + "," if line.startswith("J") else line
                               for line in text.split("\n")),
    ],
)  # fmt: skip
def test_the_hand_of_the_writer_does_not_matter(change, tmp_path: Path) -> None:  # noqa: ANN001
    frame = read(tmp_path, change(whole(plot(SQUARE)))).frame
    assert frame.geometry.area.tolist() == [10_000.0]
    assert frame.crs == "EPSG:4526"
    assert frame["地类编码"].str.len().tolist() == [4]


@pytest.mark.parametrize(
    "how", [{}, {"repeats": False}, {"one_number": True}], ids=["plain", "open", "one number"]
)
def test_rings_are_holes_or_parts_by_their_geometry(how: dict[str, bool], tmp_path: Path) -> None:
    rings = [HOLE, BESIDE, SQUARE, ISLAND]
    source = read(tmp_path, whole(plot(*rings, **how)))
    shape = source.frame.geometry.iloc[0]
    assert shape.is_valid
    assert shape.area == 10_000 - 400 + 25 + 100
    assert sorted(len(part.interiors) for part in shape.geoms) == [0, 0, 1]


@given(st.permutations([SQUARE, HOLE, ISLAND, BESIDE]), st.lists(st.booleans(), min_size=4,
                                                                max_size=4))  # fmt: skip
def test_order_and_direction_of_the_rings_change_nothing(
    rings: list[list[tuple[float, float]]], turned: list[bool]
) -> None:
    drawn = [ring[::-1] if turn else ring for ring, turn in zip(rings, turned, strict=True)]
    shape = polygon_of([np.array(ring) for ring in drawn])
    assert shape.is_valid
    assert shape.area == pytest.approx(9725)


@pytest.mark.parametrize(
    ("zone", "changed", "code"),
    [
        (ZONE, {}, 4526),
        (0.0, {}, 4547),
        (ZONE, {"带号": None, "几度分带": None}, 4526),
        (ZONE, {"几度分带": None}, 4526),
        (40e6, {"带号": "40"}, 4528),
        (0.0, {"带号": "40", "几度分带": "3度"}, 4549),
        (20e6, {"带号": "20", "几度分带": "6"}, 4498),
        (0.0, {"带号": "20", "几度分带": "6"}, 4509),
        (0.0, {"带号": "20", "几度分带": None}, 4509),
        (25e6, {"带号": "25"}, 4513),
        (45e6, {"带号": "45"}, 4533),
        (0.0, {"带号": "45"}, 4554),
    ],
)
def test_the_head_and_the_figures_give_the_strip(
    zone: float, changed: dict[str, str | None], code: int, tmp_path: Path
) -> None:
    source = read(tmp_path, whole(plot(SQUARE, zone=zone), **changed))
    assert source.frame.crs == f"EPSG:{code}"
    assert f"EPSG:{code}" in source.notes[0].en
    square = source.frame.geometry
    assert ellipsoidal_area(square.to_numpy(), square.crs)[0] == pytest.approx(10_000, rel=1e-3)


@pytest.mark.parametrize(
    ("zone", "changed"),
    [(ZONE, {"坐标系": None}), (0.0, {"带号": None}), (0.0, {"坐标系": None, "带号": None})],
)
def test_what_the_head_leaves_out_must_be_stated(
    zone: float, changed: dict[str, str | None], tmp_path: Path
) -> None:
    text = whole(plot(SQUARE, zone=zone), **changed)
    source = read(tmp_path, text)
    assert source.frame.crs is None
    with pytest.raises(CrsError, match="has no CRS"):
        with_crs(source.frame, Layer(path="地块.txt"), "parcels")
    crs = "EPSG:4526" if zone else "EPSG:4547"
    assert with_crs(source.frame, Layer(path="地块.txt", crs=crs), "parcels").crs == crs


def test_a_file_without_any_head_is_read_with_a_stated_crs(tmp_path: Path) -> None:
    source = read(tmp_path, plot(SQUARE))
    layer = with_crs(source.frame, Layer(path="地块.txt", crs="EPSG:4526"), "parcels")
    assert layer.geometry.area.tolist() == [10_000.0]


@pytest.mark.parametrize("zone", [ZONE, 0.0])
def test_exchanged_x_and_y_are_put_right_and_told(zone: float, tmp_path: Path) -> None:
    right = read(tmp_path, whole(plot(SQUARE, zone=zone)))
    swapped = read(tmp_path, whole(plot(SQUARE, zone=zone, swap=True)))
    assert swapped.frame.geometry.iloc[0].equals(right.frame.geometry.iloc[0])
    assert swapped.frame.crs == right.frame.crs
    assert any("exchanged" in note.en for note in swapped.notes)
    assert not any("exchanged" in note.en for note in right.notes)


@pytest.mark.parametrize(
    ("stated", "is_said"),
    [(",,,,,,", False), ("0,0,0,0,0,0,0", False), ("-12.5,3,0,0,0,0,1", True)],
)
def test_parameters_of_a_transformation_are_not_used_and_that_is_said(
    stated: str, tmp_path: Path, *, is_said: bool
) -> None:
    plain = read(tmp_path, whole(plot(SQUARE)))
    source = read(tmp_path, whole(plot(SQUARE), 转换参数=stated))
    assert source.frame.geometry.iloc[0].equals(plain.frame.geometry.iloc[0])
    assert any("转换参数" in note.zh for note in source.notes) == is_said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (whole(plot(SQUARE), plot(SQUARE, swap=True)), "line 17.*northing X"),
        (whole(plot(SQUARE), plot(SQUARE, zone=0.0)), "different zones: 0、38"),
        (whole(plot(SQUARE), plot(SQUARE, zone=39e6)), "different zones: 38、39"),
        (whole("4,1,A,B,面,,,,@\nJ1,1,500000,400000\nJ2,1,500000,400100\nJ3,1,500100,400000"),
         "northing X"),
        (whole("4,1,A,B,面,,,,@\nJ1,1,22.5,113.4\nJ2,1,22.6,113.4\nJ3,1,22.5,113.5"), "northing X"),
        (whole("4,1,A,B,面,,,,@\nJ1,1,0,0\nJ2,1,0,9\nJ3,1,9,9"), "northing X"),
        (whole(plot(SQUARE), 带号="39"), "contradicts itself"),
        (whole(plot(SQUARE), 几度分带="6"), "contradicts itself"),
        (whole(plot(SQUARE, zone=0.0), 带号="50"), "contradicts itself"),
        (whole(plot(SQUARE), 坐标系="1980西安坐标系"), "坐标系=1980西安坐标系.*only CGCS2000"),
        (whole(plot(SQUARE), 投影类型="墨卡托"), "only CGCS2000"),
        (whole(plot(SQUARE), 计量单位="毫米"), "计量单位=毫米"),
    ],
)  # fmt: skip
def test_figures_that_could_mean_two_things_are_refused(
    text: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(CrsError, match=said) as met:
        read(tmp_path, text)
    assert re.search("请.*。$", met.value.say("zh"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lorem ipsum", "is no boundary-point TXT.*line 1"),
        ("\n", "no plot line"),
        (head(), "no plot line"),
        (whole("4,1,A,B,面,,,,@\nJ1,1,2491500"), "line 11.*'J1,1,2491500'"),
        (whole("4,1,A,B,面,,,,@\nJ1,1,2491500,nan"), "line 11"),
        (whole("4,1,A,B,面,,,,@\nJ1,1,2491500,4e5x"), "line 11"),
        ("a,b,c\n1,2,3\n", "Save a table as CSV"),
    ],
)
def test_what_is_no_boundary_point_file_is_refused(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(FileError, match=said):
        read(tmp_path, text)


def test_a_plot_that_is_no_ring_is_a_fault_of_its_row(tmp_path: Path) -> None:
    text = whole(plot(SQUARE), plot(SQUARE[:2]), "0,1,空,空,面,,,,@", plot(SQUARE[:1]))
    source = read(tmp_path, text)
    layer = with_crs(source.frame, Layer(path="地块.txt"), "parcels")
    checked = check_polygons(layer, layer.crs, "parcels")
    assert [(one.row, one.code) for one in checked.faults] == [
        (2, "not_polygon"), (3, "empty_geometry"), (4, "not_polygon"),
    ]  # fmt: skip
    balance = checked.balance
    assert (balance.rows_in, balance.rows_out, balance.rows_rejected) == (4, 1, 3)


def test_a_ring_that_crosses_itself_is_found_by_the_check(tmp_path: Path) -> None:
    bow_tie = [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]
    source = read(tmp_path, whole(plot(bow_tie)))
    assert not source.frame.geometry.iloc[0].is_valid


def test_a_wrong_number_of_corners_is_a_fault(tmp_path: Path) -> None:
    text = whole(plot(SQUARE), re.sub("^5", "9", plot(SQUARE)))
    source = read(tmp_path, text)
    assert [(one.row, one.code, one.detail.en) for one in source.faults] == [
        (2, "corner_count", "9 stated, 5 there")
    ]
    assert len(source.frame) == 2


def test_files_in_two_strips_are_not_one_layer(tmp_path: Path) -> None:
    for name, zone in (("a", 38e6), ("b", 39e6)):
        text = whole(plot(SQUARE, zone=zone), 带号=str(int(zone / 1e6)))
        (tmp_path / f"{name}.txt").write_bytes(text.encode("gbk"))
    with pytest.raises(CrsError, match=r"differ in their CRS: b.txt from a.txt"):
        read_source(tmp_path, Layer(path="*.txt"), "parcels")


def test_more_values_than_the_form_has_are_kept(tmp_path: Path) -> None:
    text = whole(plot(SQUARE).replace("0601,@", "0601,备注,@"))
    assert read(tmp_path, text).frame["第9项"].tolist() == ["备注"]


def test_where_selects_plots(tmp_path: Path) -> None:
    text = whole(plot(SQUARE), plot(BESIDE, number="A2"))
    frame = read(tmp_path, text, where="地块编号 = 'A2'").frame
    assert frame.index.tolist() == [2]
    assert shapely.area(frame.geometry.iloc[0]) == 100
