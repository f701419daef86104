"""``landrenew weights``: printed with its steps, and written as a part that a bureau completes."""

from __future__ import annotations

import hashlib
import tomllib
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from conftest import DEMO
from hypothesis import given
from hypothesis import strategies as st
from small_city import four, save, small_city
from typer.testing import CliRunner, Result

from landrenew.cli import app
from landrenew.publish.weights_file import points
from landrenew.rules.library import read_rulebook
from landrenew.rules.remarks import odd_weights

if TYPE_CHECKING:
    from pathlib import Path

NAMES = "tax_cny10k_per_mu,output_cny10k_per_mu"
BOOK = """
extends = "none"
name = "b"
[scoring]
document = "d"
source = "s"
confidence = "user"
[[scoring.pools]]
name = "large"
zh = "大宗地"
en = "large plots"
land_from_mu = 0.3
criteria = [
    { form = "rank", column = "tax_cny10k_per_mu", weight = 60, missing = "undetermined" },
    { form = "rank", column = "output_cny10k_per_mu", weight = 39, missing = "undetermined" },
]
[[scoring.pools]]
name = "small"
zh = "小宗地"
en = "small plots"
criteria = [{ form = "rank", column = "rd_share", weight = 100, missing = "undetermined" }]
"""


def call(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """Write four parcels of which one lacks its output."""
    parcels = four(tax_cny10k=[1.0, 2.0, 4.0, 9.0], output_cny10k=[10.0, None, 90.0, 30.0])
    save(parcels, tmp_path / "parcels.gpkg")
    return small_city(tmp_path)


def weigh(city: Path, *words: object, method: str = "entropy", lang: str = "en") -> Result:
    return call("weights", city, "--of", "parcels", "--method", method, "--lang", lang, *words)


def test_weights_steps_and_what_was_left_out_are_said(city: Path) -> None:
    met = weigh(city, "--columns", NAMES, lang="zh")
    assert met.exit_code == 0, met.output
    head, tax, output = (line.split("\t") for line in met.stdout.splitlines())
    assert head == ["指标", "列", "权重", "熵值", "差异系数"]
    assert (tax[:2], output[:2]) == (["亩均税收", "tax_cny10k_per_mu"],
                                     ["亩均产值", "output_cny10k_per_mu"])  # fmt: skip
    assert float(tax[2]) + float(output[2]) == pytest.approx(100)
    assert "4 行中有 1 行缺数，不计入，也不补：亩均产值（output_cny10k_per_mu） 1 行" in met.stderr
    assert "影响最大的一行是 P" in met.stderr


def written(city: Path, *words: object, **how: str) -> tuple[str, dict[str, Any]]:
    path = city.parent / "weights.toml"
    met = weigh(city, "--out", path, *words, **how)
    assert met.exit_code == 0, met.output
    text = path.read_text(encoding="utf-8")
    return text, tomllib.loads(text)


def test_the_part_names_method_rows_date_and_digest_and_what_is_to_be_filled_in(
    city: Path,
) -> None:
    text, part = written(city, "--columns", NAMES)
    assert "P0" not in text  # the row to be checked is nobody else's business
    assert "P3" not in text
    digest = hashlib.sha256((city.parent / "parcels.gpkg").read_bytes()).hexdigest()
    source = part["scoring"]["source"]
    assert source == (
        f"landrenew weights --method entropy; 3 parcels; parcels.gpkg undated sha256:{digest}"
    )
    assert part["scoring"]["confidence"] == "user"
    met = call("rules", "check", city.parent / "weights.toml", "--lang", "en")
    assert met.exit_code == 2
    for place in ("document", "pools.0.criteria.0.form", "pools.0.criteria.1.missing"):
        assert f"[scoring.{place}]" in met.stderr


def test_the_part_filled_in_is_a_rulebook_of_a_hundred_points(city: Path) -> None:
    text, _ = written(city, "--columns", NAMES)
    text = text.replace('form = "?"', 'form = "rank"').replace('document = "?"', 'document = "d"')
    filled = city.parent / "book.toml"
    filled.write_text(
        f'region = "here"\n{text}'.replace('missing = "?"', 'missing = "undetermined"'),
        encoding="utf-8",
    )
    assert odd_weights(read_rulebook(str(filled))) == []


def test_an_indicator_of_weight_0_is_left_out_aloud(city: Path) -> None:
    parcels = four(tax_cny10k=[3.0, 3.0, 3.0, 3.0], output_cny10k=[10.0, 20.0, 90.0, 30.0])
    save(parcels, city.parent / "parcels.gpkg")
    text, part = written(city, "--columns", NAMES)
    (pool,) = part["scoring"]["pools"]
    assert [one["column"] for one in pool["criteria"]] == ["output_cny10k_per_mu"]
    assert '# { form = "?", column = "tax_cny10k_per_mu", weight = 0.00' in text


def with_pools(city: Path) -> Path:
    (city.parent / "book.toml").write_text(BOOK, encoding="utf-8")
    return small_city(city.parent, city={"name": "小城", "rulebook": "book.toml"})


def test_a_pool_must_be_named_where_there_are_several(city: Path) -> None:
    met = weigh(with_pools(city))
    assert met.exit_code == 2
    assert "large (large plots), small (small plots)" in met.stderr


def test_a_pool_gives_its_indicators_and_what_tells_it(city: Path) -> None:
    text, part = written(with_pools(city), "--pool", "large", method="given")
    (pool,) = part["scoring"]["pools"]
    assert (pool["name"], pool["land_from_mu"]) == ("large", 0.3)
    assert [one["weight"] for one in pool["criteria"]] == [60.61, 39.39]
    assert part["scoring"]["source"] == "landrenew weights --method given"
    assert "The weights add to 99" in text


def test_the_same_question_has_the_same_bytes_whatever_the_row_order(city: Path) -> None:
    first, _ = written(city, "--columns", NAMES, method="critic")
    parcels = four(tax_cny10k=[1.0, 2.0, 4.0, 9.0], output_cny10k=[10.0, None, 90.0, 30.0])
    save(parcels.iloc[[2, 0, 3, 1]], city.parent / "parcels.gpkg")
    second, _ = written(city, "--columns", NAMES, method="critic")
    without_source = [[line for line in text.splitlines() if not line.startswith("source")]
                      for text in (first, second)]  # fmt: skip
    assert without_source[0] == without_source[1]


def test_judgements_need_no_figures(tmp_path: Path) -> None:
    (tmp_path / "j.csv").write_text("x,亩均税收,研发占比\n亩均税收,1,3\n研发占比,,1\n", "utf-8")
    city = small_city(tmp_path)
    met = weigh(city, "--matrix", tmp_path / "j.csv", method="ahp", lang="zh")
    assert met.exit_code == 0, met.output
    assert [line.split("\t")[2] for line in met.stdout.splitlines()[1:]] == ["75.00", "25.00"]
    assert "没有一行的指标是齐全的" in met.stderr


def test_judgements_that_contradict_are_used_only_by_who_insists(tmp_path: Path) -> None:
    rows = "x,亩均税收,亩均产值,研发占比\n亩均税收,1,9,1/9\n亩均产值,,1,9\n研发占比,,,1\n"
    (tmp_path / "j.csv").write_text(rows, encoding="utf-8")
    words = ("--matrix", tmp_path / "j.csv")
    city = small_city(tmp_path)
    refused, used = (weigh(city, *words, *more, method="ahp") for more in ((), ("--insist",)))
    assert (refused.exit_code, used.exit_code) == (2, 0)
    for met in (refused, used):
        assert "which makes 81, but Tax per mu" in met.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--method", "entropy"), "Name the indicators"),
        (("--method", "entropy", "--columns", "owner"), "No indicators that can be scored: owner"),
        (("--method", "entropy", "--columns", "rd_share,rd_share"), "named twice"),
        (("--method", "entropy", "--columns", "rd_share=3"), "is for --method given"),
        (("--method", "given", "--columns", "rd_share=x"), "is no NAME=WEIGHT"),
        (("--method", "given", "--columns", "rd_share"), "No weight is stated for rd_share"),
        (("--method", "given", "--columns", "rd_share=1,rd_share=2"), "stands there twice"),
        (("--method", "equal", "--columns", "rd_share", "--total", "nan"), "--total nan"),
        (("--method", "equal", "--columns", "rd_share", "--total", "inf"), "--total inf"),
        (("--method", "equal", "--columns", "rd_share", "--total", "0.125"), "--total 0.125"),
        (("--method", "ahp"), "needs a matrix"),
        (("--method", "equal", "--matrix", "j.csv"), "is for --method ahp"),
        (("--method", "equal", "--pool", "x"), "Rulebook cixi-2022 has: (none)"),
        (("--method", "equal", "--of", "firms"), "no [firms]"),
    ],
)
def test_a_question_that_cannot_be_answered_is_one_sentence(
    city: Path, words: tuple[str, ...], said: str
) -> None:
    met = call("weights", city, "--of", "parcels", "--lang", "en", *words)
    assert met.exit_code == 2
    assert said in met.stderr


def test_firms_of_the_demo_city_by_pool() -> None:
    met = call("weights", DEMO / "city.toml", "--method", "critic", "--pool", "above_scale",
               "--lang", "en")  # fmt: skip
    assert met.exit_code == 0, met.output
    assert "Pool 'above scale': 593 rows." in met.stderr
    assert "Most correlated (238 rows): Tax per mu" in met.stderr


@given(st.lists(st.floats(0, 1), min_size=1, max_size=10), st.integers(1, 200))
def test_points_add_to_the_total_and_lie_within_a_hundredth(
    shares: list[float], total: int
) -> None:
    weights = pd.Series(shares) / sum(shares) if sum(shares) > 0 else pd.Series([1.0])
    found = points(weights, total)
    assert round(found.sum(), 9) == total
    assert (found - weights * total).abs().max() < 0.01 + 1e-6
