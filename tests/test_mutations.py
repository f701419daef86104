"""Thousands of spoilt inputs end in a result that adds up, or in one sentence: never otherwise."""

from __future__ import annotations

import faulthandler
import os
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import shapely
from mutate import HOSTILE, MEANS, firms, mutated, write_city

from landrenew.base.area import ellipsoidal_area
from landrenew.base.errors import LandrenewError
from landrenew.intake.city import read_city
from landrenew.workflow import run_project

if TYPE_CHECKING:
    from landrenew.publish.result import Result

COUNT = int(os.environ.get("LANDRENEW_MUTATIONS", "200"))
CHUNKS = 10
LONGEST_S = 20
LONGEST_SENTENCE = 4_000
BLANK = {"", "无", "NULL", "-", "\\", "nan", "#REF!", "\u202e"}
"""Values that say that there is none."""


def what_does_not_add_up(result: Result) -> list[str]:
    """Check a finished run against plain arithmetic on what it says it read."""
    wrong = []
    for one in (*result.layers.balances, *result.balances):
        if one.rows_in != one.rows_out + one.rows_rejected:
            wrong.append(f"rows of {one.layer}: {one}")
        if one.area_in_m2 is not None:
            left = one.area_in_m2 + one.area_repaired_m2 - one.area_rejected_m2 - one.area_out_m2
            if not abs(left) <= 1e-9 * max(one.area_in_m2, 1.0):
                wrong.append(f"area of {one.layer}: {left}")
    return wrong + share_that_differs(result)


def share_that_differs(result: Result) -> list[str]:
    """Compute the share once more, with every layer united and nothing else in mind."""
    share = result.share
    if share is None or share.share is None:
        return []
    ground = shapely.union_all(result.layers.parcels.geometry.to_numpy())
    line = shapely.union_all(result.layers.control_line.geometry.to_numpy())
    crs = result.layers.parcels.crs
    inside = ellipsoidal_area([shapely.intersection(ground, line)], crs)[0]
    plain = inside / ellipsoidal_area([ground], crs)[0]
    low, high = share.interval
    near = low - 1e-6 <= plain <= high + 1e-6
    return [] if near else [f"share {share.share} in {share.interval}, plainly {plain}"]


def play(seeds: range) -> tuple[int, int, list[str]]:
    """Run spoilt cities one after another; count results and refusals, tell what went wrong."""
    ran, refused, wrong = 0, 0, []
    with tempfile.TemporaryDirectory() as place:
        for seed in seeds:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the spoiling may warn, the reading may not
                said = mutated(seed, Path(place) / "clean", Path(place) / "市")
            faulthandler.dump_traceback_later(LONGEST_S, exit=True)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    result = run_project(Path(place) / "市" / "city.toml")
            except LandrenewError as error:
                refused += 1
                if "\n" in error.text.zh or len(error.text.zh) > LONGEST_SENTENCE:
                    wrong.append(f"{said}: no sentence: {error.text.zh[:200]!r}")
            except Exception as error:  # noqa: BLE001  this is what must never happen
                wrong.append(f"{said}: {type(error).__name__}: {error}")
            else:
                ran += 1
                wrong += [f"{said}: {one}" for one in what_does_not_add_up(result)]
            finally:
                faulthandler.cancel_dump_traceback_later()
    return ran, refused, wrong


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_spoilt_city_runs_and_adds_up_or_is_refused_in_a_sentence(chunk: int) -> None:
    size = COUNT // CHUNKS
    seeds = range(chunk * size, (chunk + 1) * size)
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:  # a crash must not end the suite
        try:
            ran, refused, wrong = apart.submit(play, seeds).result()
        except BrokenProcessPool:
            pytest.fail(f"seeds {seeds}: a crash, or more than {LONGEST_S} s")
    assert wrong == []
    assert ran + refused == size
    assert ran > size / 10  # the spoiling leaves enough for the arithmetic to be tried
    assert refused > size / 10


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_city(tmp_path_factory.mktemp("clean") / "市", ".gpkg", ".xlsx")


@pytest.mark.parametrize("sheet", [".csv", ".xlsx"])
@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_amount_is_what_it_says_or_missing_with_a_word(
    value: str, sheet: str, clean: Path
) -> None:
    folder = clean.parent
    table = firms().astype(object)
    table.loc[3, "税收（万元）"] = value
    path = folder / f"firms{sheet}"
    table.to_csv(path, index=False) if sheet == ".csv" else table.to_excel(path, index=False)
    text = clean.read_text(encoding="utf-8").replace("firms.xlsx", path.name)
    (folder / "again.toml").write_text(text, encoding="utf-8")
    try:
        layers = read_city(folder / "again.toml", only=["firms"])
    except LandrenewError:  # a cell that no workbook can hold
        layers = None
    assert layers is not None or value not in MEANS
    if layers is None:
        return
    taxes = layers.firms["tax_cny10k"]
    expected = firms().set_index("企业编号")["税收（万元）"]
    if "F3" not in taxes.index:  # taken for a totals line, and said so
        assert any("合计" in note.zh for note in layers.notes)
        return
    meant = MEANS.get(value)
    assert taxes.drop("F3").to_dict() == expected.drop("F3").to_dict()
    assert taxes["F3"] == meant if meant is not None else np.isnan(taxes["F3"])
    is_said = any(
        one.layer == "firms" and (one.id == "F3" or one.code == "formula_without_value")
        for one in layers.faults
    )
    assert is_said or meant is not None or value.strip("\ufeff \u3000") in BLANK
