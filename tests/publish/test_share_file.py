"""The share as files and words: its doubts, its villages, and what decides the verdict."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from conftest import square
from small_city import SIZE, four, layer_of, save, small_city
from typer.testing import CliRunner

from landrenew.assess.share.doubts import AREAS, KINDS
from landrenew.cli import app
from landrenew.publish.run_folder import json_text, result_share_record, save_run
from landrenew.publish.share_file import doubts_csv, villages_csv
from landrenew.publish.share_words import DOUBTS, METHODS, share_words
from landrenew.workflow import project_share, run_project

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.base.words import Lang

RULES = """
name = "half"
title = "half"
region = "here"
[share]
document = "d"
source = "s"
confidence = "user"
target = {target}
"""


def read(table: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.decode("utf-8-sig"), newline="")))


def doubtful_city(folder: Path, target: float = 0.4, **sections: Any) -> Path:  # noqa: ANN401  as in small_city
    """Write four squares, two inside, of which the class of two is not known."""
    folder.mkdir(parents=True, exist_ok=True)
    save(four(land_code=["0601", None, "0601", "6O1"], village=["=新村", "新村", "老村", None]),
         folder / "parcels.gpkg")  # fmt: skip
    (folder / "rules.toml").write_text(RULES.format(target=target), encoding="utf-8")
    city = {"name": "小城", "rulebook": "rules.toml"}
    parcels = {"path": "parcels.gpkg", "land_scheme": "三调"}
    return small_city(folder, **({"city": city, "parcels": parcels} | sections))


def test_every_kind_of_doubt_and_area_has_its_words() -> None:
    assert list(DOUBTS) == list(KINDS)
    assert list(METHODS) == ["ellipsoidal", *AREAS]
    for one in DOUBTS.values():
        for lang in ("zh", "en"):
            assert one.what.say(lang)  # type: ignore[arg-type]
            assert one.settle.say(lang)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "先核实这 1 项，若与现状一致，结论即为达标：P1。"),
        ("en", "Settle first (1): P1. If all is as drawn, the verdict is met."),
    ],
)
def test_the_words_say_what_decides_the_verdict(tmp_path: Path, lang: Lang, said: str) -> None:
    share = project_share(doubtful_city(tmp_path)).share
    assert share is not None
    assert (share.verdict, share.to_settle) == ("undetermined", [("unknown_class", ("P1",))])
    words = share_words(share, lang)
    assert said in words
    assert "[tolerances] line_m" in words
    for name in ("majority_share", "count_share"):
        assert f"{getattr(share, name):.2%}" in words


def test_the_line_is_said_to_lie_off_where_the_project_says_by_how_much(tmp_path: Path) -> None:
    path = doubtful_city(tmp_path, tolerances={"line_m": 2.5})
    result = project_share(path)
    assert result.share is not None
    assert "2.5 米" in share_words(result.share, "zh")
    assert "line_m" not in share_words(result.share, "zh")
    assert result_share_record(result)["line_m"] == 2.5
    # all along the two squares inside, and along the one edge where another touches them
    strip = result.parcels[["inside_within_line_m2", "outside_within_line_m2"]].sum().tolist()
    assert strip == pytest.approx([40 * 20 - 35 * 15, 2.5 * 20], rel=1e-3)


def test_the_work_list_is_a_table_for_people(tmp_path: Path) -> None:
    share = project_share(doubtful_city(tmp_path)).share
    assert share is not None
    rows = read(doubts_csv(share, "zh"))
    assert [row[:4] for row in rows[1:3]] == [
        ["1", "unknown_class", DOUBTS["unknown_class"].what.zh, "P1"],
        ["2", "unknown_class", DOUBTS["unknown_class"].what.zh, "P3"],
    ]  # fmt: skip
    assert [row[8] for row in rows[1:]][:2] == ["是", "否"]
    assert [row[8] for row in read(doubts_csv(share, "en"))[1:]][:2] == ["yes", "no"]
    assert all(len(row) == len(rows[0]) for row in rows)


def test_the_record_holds_the_doubts_and_no_more_ids_than_decide(tmp_path: Path) -> None:
    record = result_share_record(project_share(doubtful_city(tmp_path)))
    told = json.loads(json_text(record))
    assert told["settle"] == {
        "count": 1, "then": "met", "items": [{"kind": "unknown_class", "ids": ["P1"]}],
    }  # fmt: skip
    (unknown, *_) = told["doubts"]
    assert (unknown["kind"], unknown["count"]) == ("unknown_class", 2)
    assert unknown["interval"] == pytest.approx([1 / 3, 2 / 3], rel=1e-3)
    assert set(told["definitions"]) == {"share", "majority_share", "count_share"}
    assert (told["majority_share"], told["count_share"]) == (0.5, 0.5)
    assert set(told["by_area_method"]) == {"ellipsoidal", "planar"}
    assert told["line_m"] is None


def test_villages_are_written_by_town_where_they_are_known(tmp_path: Path) -> None:
    towns = layer_of(square(0, size=2 * SIZE), square(1, size=2 * SIZE), town=["东", "西"])
    villages = layer_of(square(0, size=4 * SIZE), village=["大村"])
    save(towns, tmp_path / "towns.gpkg")
    save(villages, tmp_path / "villages.gpkg")
    path = doubtful_city(tmp_path, towns={"path": "towns.gpkg"}, villages={"path": "villages.gpkg"})
    result = run_project(path)
    assert result.parcels["village"].tolist() == ["=新村", "新村", "老村", "大村"]
    out = save_run(result, tmp_path / "out")
    rows = read((out / "villages.csv").read_bytes())
    assert [row[:3] for row in rows[1:]] == [
        ["东", "'=新村", "1.0"], ["东", "新村", "1.0"],
        ["西", "大村", "0.0"], ["西", "老村", "0.0"],
    ]  # fmt: skip
    assert (out / "share_doubts.csv").exists()
    told = json.loads((out / "share.json").read_text(encoding="utf-8"))
    assert [one["village"] for one in told["towns"][1]["villages"]] == ["大村", "老村"]
    assert "villages" not in told


def test_villages_without_towns_stand_under_the_city(tmp_path: Path) -> None:
    result = project_share(doubtful_city(tmp_path))
    assert result.share is not None
    rows = read(villages_csv(result.share, "en"))
    assert [row[:2] for row in rows[1:]] == [
        ["", "'=新村"], ["", "—"], ["", "新村"], ["", "老村"],
    ]  # fmt: skip
    record = result_share_record(result)
    assert (record["towns"], len(record["villages"])) == ([], 4)


def test_a_run_without_villages_writes_none_and_takes_those_of_before_away(tmp_path: Path) -> None:
    save_run(run_project(doubtful_city(tmp_path / "a")), tmp_path / "out")
    assert (tmp_path / "out" / "villages.csv").exists()
    save_run(run_project(small_city(tmp_path / "b")), tmp_path / "out")
    assert not (tmp_path / "out" / "villages.csv").exists()


def test_the_command_writes_the_work_list(tmp_path: Path) -> None:
    path, out = doubtful_city(tmp_path), tmp_path / "核实.csv"
    done = CliRunner().invoke(app, ["share", str(path), "--doubts", str(out), "--lang", "zh"])
    assert done.exit_code == 3
    assert "先核实这 1 项" in done.stdout
    assert read(out.read_bytes())[1][3] == "P1"


def test_a_work_list_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    path = doubtful_city(tmp_path)
    done = CliRunner().invoke(app, ["share", str(path), "--doubts", str(tmp_path), "--lang", "en"])
    assert done.exit_code == 2
    assert "Cannot write" in done.stderr


def test_a_line_that_lies_off_by_nothing_is_refused(tmp_path: Path) -> None:
    path = small_city(tmp_path, tolerances={"line_m": 0})
    done = CliRunner().invoke(app, ["share", str(path), "--lang", "zh"])
    assert done.exit_code == 2
    assert "[tolerances.line_m] 应大于 0" in done.stderr


def test_the_words_name_the_parcel_whose_declared_area_makes_another_share(tmp_path: Path) -> None:
    save(four(declared_area_m2=[400.0, 400.0, 400.0, 40_000.0]), tmp_path / "parcels.gpkg")
    share = project_share(small_city(tmp_path)).share
    assert share is not None
    words = share_words(share, "zh")
    assert "登记面积 1.9417%" in words  # 800 of 41,200
    assert "相差最大的宗地：P3\n" in words
    assert share.interval[0] == pytest.approx(800 / 41_200, rel=1e-3)
