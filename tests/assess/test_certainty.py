"""How sure judgements are: closed forms, a slow second opinion, and what chance must not do."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from drawn_city import TAX, TCE, Drawn, bars, book_of, chance_of, city_of, ratio
from hand_made import rulebook_of
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from landrenew.assess.certainty.chances import NO_GRADE, NOT_DRAWN
from landrenew.assess.certainty.columns import certainty_columns, share_of, standard_error
from landrenew.assess.certainty.noise import STEP, Noise, hashed, spread
from landrenew.assess.certainty.weights import Weights
from landrenew.assess.evaluation import assessed_parcels, scored_and_graded
from landrenew.assess.exemption import evaluation_occasion, exemption_answers
from landrenew.base.columns import FLOWS
from landrenew.base.units import to_mu
from landrenew.intake.parcels import Parcels
from landrenew.measure.firms import firm_amounts, intensities
from landrenew.measure.groups import merged_groups
from landrenew.measure.quotients import ratios
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    from landrenew.assess.certainty.chances import Chances

MU = 2_000 / 3
OFF = {"tax_cny10k": 0.08}
FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
"""Each example is a city that is judged several times over, the first time while it is made."""


def parcels(**columns: list[Any]) -> pd.DataFrame:
    size = len(next(iter(columns.values())))
    given_ = {"parcel_area_m2": [10 * MU] * size} | columns
    return pd.DataFrame(given_, index=[f"P{i}" for i in range(size)])


# ---------------------------------------------------------------- what is known beforehand


@pytest.mark.parametrize("value", [60.0, 92.0, 99.0, 100.0, 103.0, 140.0])
def test_the_probability_of_a_bar_is_that_of_the_closed_form(value: float) -> None:
    draws = 4_000
    errors = {"tax_cny10k": 0.08, "parcel_area_m2": 0.06}
    city = city_of(book_of(ratio()), chance_of(errors, draws), parcels(tax_cny10k=[value]))
    found = city.chances().parcels.grades
    assert found is not None
    sigma = math.hypot(spread(0.08), spread(0.06))  # a quotient of log-normals is log-normal
    expected = norm.cdf(math.log(value / 100) / sigma)
    error = math.sqrt(expected * (1 - expected) / draws)
    assert found["A"].iloc[0] == pytest.approx(expected, abs=4 * error + 1e-12)


def test_the_relative_standard_deviation_is_the_one_stated_and_the_median_the_value() -> None:
    factors = np.concatenate(
        [one for pair in range(40) for one in Noise.of(hashed(["a", "b"] * 500), "x", 3, 0.3)
         .factors(pair)]
    )  # fmt: skip
    assert factors.std() / factors.mean() == pytest.approx(0.3, rel=0.15)
    many = np.concatenate([
        one for pair in range(20)
        for one in Noise.of(hashed(f"P{i}" for i in range(5_000)), "x", 3, 0.3).factors(pair)
    ])  # fmt: skip
    assert many.std() / many.mean() == pytest.approx(0.3, rel=0.01)
    assert np.median(many) == pytest.approx(1, abs=0.003)
    assert many.min() > 0


def test_figures_made_of_one_input_move_together() -> None:
    tests = [{"column": name, "comparison": "below", "threshold": bar}
             for name, bar in ((TAX, 10.0), (TCE, 2.0))]  # fmt: skip
    book = rulebook_of(low_efficiency={"logic": "all", "tests": tests})
    table = parcels(tax_cny10k=[100.0], energy_tce=[50.0])  # on both thresholds
    found = city_of(book, chance_of(OFF, 2_000), table).chances().parcels.verdicts
    assert found is not None
    assert found["yes"].iloc[0] == pytest.approx(0.5, abs=0.05)  # a quarter, were they apart


def test_weights_that_are_off_still_add_to_their_total() -> None:
    book = book_of(ratio(weight=60), ratio(TCE, weight=40, baseline=2.0))
    table = parcels(tax_cny10k=[100.0, 150.0], energy_tce=[50.0, 150.0])
    city = city_of(book, chance_of(draws=200, weight_spread=0.5), table)
    found = city.chances().parcels.grades
    assert found is not None
    assert found["A"].iloc[0] == 1  # at every baseline: whatever the weights, 100 points
    assert 0 < found["A"].iloc[1] < 1  # good at the one, bad at the other
    drawn = Weights.of(book.scoring, chance_of(weight_spread=0.5)).drawn(7, 1)
    assert drawn is not None
    weights = [one.weight for one in drawn.pools[0].criteria]
    assert sum(weights) == pytest.approx(100)
    assert weights != pytest.approx([60, 40])


def test_noise_is_the_stream_that_is_documented() -> None:
    """Draw one factor with whole numbers of Python, as SplitMix64 is published."""

    def mixed(state: int) -> int:
        state = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        state = (state ^ (state >> 27)) * 0x94D049BB133111EB % 2**64
        return state ^ (state >> 31)

    start = mixed(int(hashed(["P1"])[0]) ^ int(hashed(["5/parcel/tax_cny10k"])[0]))
    bits = mixed((start + 8 * STEP) % 2**64)
    radius = math.sqrt(-2 * math.log(((bits >> 32) + 0.5) / 2**32))
    angle = 2 * math.pi * (bits & 0xFFFFFFFF) / 2**32
    noise = Noise.of(hashed(["P0", "P1"]), "parcel/tax_cny10k", 5, 0.08)
    found = [one[1] for one in noise.factors(7)]
    expected = [math.exp(spread(0.08) * radius * turn(angle)) for turn in (math.cos, math.sin)]
    assert found == pytest.approx(expected, rel=1e-6)


def test_a_share_is_published_with_the_error_of_its_draws() -> None:
    assert standard_error(pd.Series([0.2]), 1_000).iloc[0] == pytest.approx(0.012649, abs=1e-6)


# ---------------------------------------------------------------- cities of any kind

FORMS: list[dict[str, Any]] = [
    ratio(weight=50, cap=1.5, floor=0.0),
    ratio(TCE, weight=20, baseline=2.0, missing="mean_points"),
    {"form": "min_max", "column": "value_added_cny10k_per_mu", "weight": 20, "low": 20,
     "missing": "mean_points", "tail_share": 0.1},
    {"form": "rank", "column": "rd_share", "weight": 10, "missing": "undetermined"},
]  # fmt: skip
LETTERS = [{"grade": "A", "up_to": 0.2}, {"grade": "B", "up_to": 0.6, "is_inclusive": False},
           {"grade": "D", "up_to": 1.0}]  # fmt: skip
RANKS = {"form": "rank", "exempt": "T", "classes": LETTERS, "veto": {"grade": "D",
         "is_ranked": False}}  # fmt: skip
STATED = {"rounding": "nearest", "ties": "better"}
LOW = {"logic": "any", "tests": [
    {"column": TAX, "comparison": "below", "threshold": 5.0},
    {"column": "efficiency_grade", "comparison": "equals", "threshold": "D"},
    {"column": "efficiency_score", "comparison": "below", "threshold": 40.0},
    {"column": "size_class", "comparison": "equals", "threshold": "below_scale"},
]}  # fmt: skip
EVERY_ERROR = {"tax_cny10k": 0.2, "value_added_cny10k": 0.1, "energy_tce": 0.1, "rd_cny10k": 0.3,
               "revenue_cny10k": 0.05, "parcel_area_m2": 0.1}  # fmt: skip
AMOUNTS = [name for name in FLOWS if name in EVERY_ERROR]


@st.composite
def books(draw: st.DrawFn) -> Rulebook:
    criteria = draw(st.lists(st.sampled_from(FORMS), min_size=1, max_size=4,
                             unique_by=lambda one: one["column"]))  # fmt: skip
    names = [("large", {"land_from_mu": 9.5}), ("rest", {})]
    pools = [{"name": name, "zh": name, "en": name, "criteria": criteria, **keys}
             for name, keys in names]  # fmt: skip
    scoring: dict[str, Any] = {"pools": pools[draw(st.integers(0, 1)) :]}
    if draw(st.booleans()):
        scoring["bonus"] = {"least": -5, "most": 5}
    grades = draw(st.sampled_from([RANKS, RANKS | STATED, RANKS | {"rounding": "up"},
                                   bars(A=80.0, B=50.0)]))  # fmt: skip
    return rulebook_of(scoring=scoring, grades=grades, low_efficiency=LOW)


def some_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), values)


@st.composite
def drawn_cities(draw: st.DrawFn) -> Drawn:
    """Make a city whose amounts its parcels bring, or its firms, alone or in groups."""
    size = draw(st.integers(1, 6))

    def columns_of(size: int) -> dict[str, list[Any]]:
        def each(values: st.SearchStrategy[Any]) -> list[Any]:
            return draw(st.lists(values, min_size=size, max_size=size))

        amounts = {name: pd.array(each(some_of(st.sampled_from([0.0, 20.0, 90.0, 100.0, 300.0]))),
                                  dtype=float) for name in AMOUNTS}  # fmt: skip
        return amounts | {
            "size_class": each(some_of(st.sampled_from(["above_scale", "below_scale"]))),
            "exempt_reason": each(some_of(st.just("在建"))),
            "veto_reason": each(st.sampled_from([None, None, "事故"])),
            "bonus_points": pd.array(each(some_of(st.just(3.0))), dtype=float),
            "bonus_evidence": each(some_of(st.just("文"))),
        }

    area = draw(st.lists(st.sampled_from([9.4, 9.5, 20.0]), min_size=size, max_size=size))
    table = pd.DataFrame({"parcel_area_m2": np.array(area) * MU},
                         index=[f"P{i}" for i in range(size)])  # fmt: skip
    book = draw(books())
    chance = chance_of(EVERY_ERROR, draws=draw(st.integers(1, 5)), seed=draw(st.integers(0, 3)),
                       weight_spread=draw(some_of(st.just(0.3))))  # fmt: skip
    if draw(st.booleans()):
        return city_of(book, chance, table.assign(**columns_of(size)))
    count = draw(st.integers(1, 5))
    names = [f"F{i}" for i in range(count)]
    firms = pd.DataFrame(columns_of(count), index=pd.Index(names, name="firm_id"))
    firms["group_id"] = draw(st.lists(st.sampled_from(names), min_size=count, max_size=count))
    stands = st.lists(st.sampled_from(list(table.index)), max_size=3, unique=True)
    links = [(name, one, None) for name in names for one in draw(stands)]
    assume(links)
    chance = chance.model_copy(
        update={"errors": chance.errors | chance_of({"land_mu": 0.1}).errors}
    )
    return city_of(book, chance, table, firms, links, merges=draw(st.booleans()))


def said(table: pd.DataFrame, column: str) -> list[str]:
    return [NO_GRADE if pd.isna(one) else one for one in table[column]]


def plain_counts(city: Drawn) -> list[dict[tuple[str, str, str], int]]:
    """Perturb tables and call the ordinary functions, draw by draw: parcels, then firms."""
    chance, counts = city.layers.project.certainty, []
    assert chance is not None
    for kind in ("parcel", "firm"):
        found: dict[tuple[str, str, str], int] = {}
        for draw in range(chance.draws):
            table = plain_draw(city, kind, draw)
            for column in ("efficiency_grade", "low_efficiency_class"):
                if table is not None and column in table:
                    for ident, word in zip(table.index, said(table, column), strict=True):
                        key = (column, ident, word)
                        found[key] = found.get(key, 0) + 1
        counts.append(found)
    return counts


def moved(city: Drawn, table: pd.DataFrame, kind: str, draw: int) -> pd.DataFrame:
    """Put the errors of a draw on a table."""
    chance = city.layers.project.certainty
    assert chance is not None
    code = hashed(table.index.astype(str))
    factors = {
        name: Noise.of(code, f"{kind}/{name}", chance.seed, one.share).factors(draw // 2)[draw % 2]
        for name, one in chance.errors.items() if name in table
    }  # fmt: skip
    return table.assign(**{name: table[name] * by for name, by in factors.items()})


def plain_draw(city: Drawn, kind: str, draw: int) -> pd.DataFrame | None:
    chance, book = city.layers.project.certainty, city.layers.rulebook
    assert chance is not None
    scoring = Weights.of(book.scoring, chance).drawn(draw // 2, draw % 2)
    book = book.model_copy(update={"scoring": scoring})
    firms = city.layers.firms
    if firms is not None:
        assert city.firms is not None
        firms = moved(city, firms.assign(land_mu=city.firms["land_mu"]), "firm", draw)
    if kind == "firm":
        if firms is None:
            return None
        firms = firms.assign(tenure=city.firms["tenure"])
        return scored_and_graded(firms.join(ratios(firms, "land_mu")), book)
    table = city.layers.parcels.assign(parcel_area_m2=city.parcels["parcel_area_m2"])
    table = moved(city, table, "parcel", draw)
    table["parcel_area_mu"] = to_mu(table["parcel_area_m2"])
    if firms is not None:
        assert city.allocation is not None
        whole = firms if city.allocation.groups is None else merged_groups(firms)
        flows = [name for name in AMOUNTS if name in firms]
        brought = firm_amounts(Parcels(table), whole, city.allocation.shares)[flows]
        table = table.join(brought).join(city.allocation.columns["size_class"])
    return assessed_parcels(Parcels(table.join(intensities(Parcels(table)))), book)


def counts_of(chances: Chances | None, draws: int) -> dict[tuple[str, str, str], int]:
    names = ("efficiency_grade", "low_efficiency_class")
    return {
        (column, ident, word): round(share * draws)
        for column, shares in zip(names, chances or (), strict=False) if shares is not None
        for ident, row in shares.iterrows() for word, share in row.items() if share
    }  # fmt: skip


@FEW
@given(drawn_cities())
def test_draws_are_what_the_ordinary_functions_make_of_perturbed_tables(city: Drawn) -> None:
    chance = city.layers.project.certainty
    assert chance is not None
    found = city.chances()
    plain = plain_counts(city)
    assert counts_of(found.parcels, chance.draws) == plain[0]
    assert counts_of(found.firms, chance.draws) == plain[1]


def tables(city: Drawn, found: Any) -> list[tuple[pd.DataFrame, Chances]]:  # noqa: ANN401
    pairs = [(city.parcels, found.parcels)]
    return pairs if city.firms is None else [*pairs, (city.firms, found.firms)]


@FEW
@given(drawn_cities())
def test_without_error_every_draw_gives_what_is_published(city: Drawn) -> None:
    chance = city.layers.project.certainty
    assert chance is not None
    none = {name: one.model_copy(update={"share": 0.0}) for name, one in chance.errors.items()}
    chance = chance.model_copy(update={"errors": none, "weight_spread": None})
    project = city.layers.project.model_copy(update={"certainty": chance})
    city.layers.__dict__["project"] = project
    for table, chances in tables(city, city.chances()):
        for column, shares in zip(("efficiency_grade", "low_efficiency_class"), chances,
                                  strict=True):  # fmt: skip
            if shares is not None:
                assert share_of(shares, pd.Series(said(table, column))).tolist() == [1.0] * len(
                    table
                )
        made = certainty_columns(table, chances, chance)
        assert made["likeliest_grade"].fillna("-").tolist() == (
            table["efficiency_grade"].fillna("-").tolist()
        )
        assert not made["grade_certainty_class"].eq("borderline").any()


def lacks_a_criterion(city: Drawn, table: pd.DataFrame) -> pd.Series[bool]:
    """Tell which rows lack a value that the rulebook lets nothing stand in for."""
    scoring = city.layers.rulebook.scoring
    assert scoring is not None
    needed = [one.column for one in scoring.pools[0].criteria if one.missing == "undetermined"]
    return table.reindex(columns=needed).isna().any(axis=1)


@FEW
@given(drawn_cities())
def test_shares_add_to_one_and_missing_inputs_never_become_a_grade(city: Drawn) -> None:
    for table, chances in tables(city, city.chances()):
        for shares in chances:
            assert shares is None or shares.sum(axis=1).to_numpy() == pytest.approx(1)
        made = certainty_columns(table, chances, city.layers.project.certainty)
        assert chances.grades is not None
        reasons = table.reindex(columns=["exempt_reason", "veto_reason"])
        decided = reasons.notna().any(axis=1)
        is_open = lacks_a_criterion(city, table) & ~decided
        assert chances.grades.loc[is_open, NO_GRADE].eq(1).all()
        ungraded = table["efficiency_grade"].isna()
        assert (
            made.loc[ungraded, ["grade_stays_share", "grade_certainty_class"]].isna().all(axis=None)
        )
        exempt = table["efficiency_grade"].eq("T")
        assert made.loc[exempt, "grade_certainty_class"].isna().all()


@FEW
@given(drawn_cities(), st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_threads_decide_a_byte(city: Drawn, chance: Any) -> None:  # noqa: ANN401
    found = city.chances()
    order = list(range(len(city.parcels)))
    chance.shuffle(order)
    firms = None if city.firms is None else city.firms.iloc[::-1]
    other = Drawn(city.layers, Parcels(city.parcels.iloc[order]), firms, city.allocation)
    for one in (other.chances(threads=3), other.chances(threads=1)):
        for before, after in zip((found.parcels, found.firms), (one.parcels, one.firms),
                                 strict=True):  # fmt: skip
            for a, b in zip(before or (), after or (), strict=True):
                assert (a is None) == (b is None)
                if a is not None:
                    assert b.loc[a.index].to_numpy().tobytes() == a.to_numpy().tobytes()


@FEW
@given(st.floats(1, 400), st.lists(st.floats(1, 400), max_size=4))
def test_twice_the_tax_never_makes_a_better_grade_less_likely(
    tax: float, others: list[float]
) -> None:
    book = book_of(ratio(), grades=bars(A=120.0, B=80.0))

    def better(tax: float) -> list[float]:
        city = city_of(book, chance_of(OFF), parcels(tax_cny10k=[tax, *others]))
        grades = city.chances().parcels.grades
        assert grades is not None
        return grades.iloc[0][["A", "B"]].cumsum().tolist()

    assert all(b >= a for a, b in zip(better(tax), better(2 * tax), strict=True))


@FEW
@given(st.lists(st.floats(1, 400), min_size=1, max_size=5), st.floats(1, 400))
def test_another_parcel_moves_nobody_s_chances_under_bars(taxes: list[float], more: float) -> None:
    book = book_of(ratio(), grades=bars(A=120.0, B=80.0))
    few, many = (
        city_of(book, chance_of(OFF), parcels(tax_cny10k=one)).chances().parcels.grades
        for one in (taxes, [*taxes, more])
    )
    assert few is not None
    assert many is not None
    pd.testing.assert_frame_equal(few, many.iloc[:-1])


def test_sure_and_borderline_are_told_by_the_share_that_the_project_names() -> None:
    table = parcels(tax_cny10k=[300.0, 101.0, 20.0, None])
    city = city_of(book_of(ratio()), chance_of(OFF, 400), table)
    chance = city.layers.project.certainty
    made = certainty_columns(city.parcels, city.chances().parcels, chance)
    assert made["grade_certainty_class"].fillna("-").tolist() == [
        "sure", "borderline", "sure", "-",
    ]  # fmt: skip
    assert made["likeliest_grade"].fillna("-").tolist() == ["A", "A", "D", "-"]


def test_a_missing_test_leaves_open_what_the_others_do_not_settle() -> None:
    tests = [{"column": TAX, "comparison": "below", "threshold": 10.0},
             {"column": TCE, "comparison": "below", "threshold": 2.0}]  # fmt: skip
    book = rulebook_of(low_efficiency={"logic": "any", "tests": tests})
    table = parcels(tax_cny10k=[103.0], energy_tce=[None])
    city = city_of(book, chance_of(OFF, 400), table.astype({"energy_tce": float}))
    found = city.chances().parcels.verdicts
    assert found is not None
    assert city.parcels["low_efficiency_class"].tolist() == ["undetermined"]
    assert found["no"].tolist() == [0]
    assert 0 < found["yes"].iloc[0] < found["undetermined"].iloc[0]
    made = certainty_columns(city.parcels, city.chances().parcels, chance_of(OFF))
    assert made["low_efficiency_certainty_class"].isna().all()


# ---------------------------------------------------------------- perhaps exempt, judged together


NEW = {"name": "new", "zh": "新注册", "en": "new", "kind": "registered_within_years", "years": 2,
       "is_inclusive": False, "document": "d", "source": "s", "confidence": "user"}  # fmt: skip
FIFTHS = {"form": "rank", "exempt": "T", "rounding": "nearest", "ties": "better",
          "classes": [{"grade": "A", "up_to": 0.4}, {"grade": "D", "up_to": 1.0}]}  # fmt: skip


@pytest.mark.parametrize("form", ["ratio", "rank", "min_max"])
def test_without_errors_every_draw_leaves_open_what_the_table_leaves_open(form: str) -> None:
    criterion = {"form": form, "column": TAX, "weight": 100, "missing": "undetermined"}
    criterion |= {"baseline": 10} if form == "ratio" else {"low": 20} if form == "min_max" else {}
    book = rulebook_of(scoring={"pools": [{"name": "all", "zh": "全部", "en": "all",
                                           "criteria": [criterion]}]}, grades=FIFTHS)  # fmt: skip
    book = Rulebook.model_validate(
        book.model_dump() | {"exemptions": [NEW], "evaluated_on": "2025-12-31"}
    )
    table = parcels(tax_cny10k=[100.0, 90.0, 80.0, 70.0, 60.0, 50.0, 40.0], staff_person=[1.0] * 7)
    answers = exemption_answers(
        pd.DataFrame({"registered_on": ["1999", "1999", None, "2025", None, "1999", "1999"]},
                     table.index), book, evaluation_occasion(book, None, None))  # fmt: skip
    city = city_of(book, chance_of({"staff_person": 0.1}, draws=3), table)  # nobody scores it
    judged = assessed_parcels(city.parcels, book, answers)
    found = city._replace(parcels=judged).chances().parcels.grades
    assert found is not None
    said = judged["efficiency_grade"].fillna(NO_GRADE)
    assert said.tolist()[2:5] == [NO_GRADE, "T", NO_GRADE]
    assert (said.iloc[0] == "A") == (form != "rank")  # a rank hangs on every row
    assert all(found.loc[row, word] == 1 for row, word in said.items())


def test_of_firms_judged_together_nothing_is_said_and_of_each_by_itself_all() -> None:
    table = parcels(tax_cny10k=[100.0, 90.0])
    firms = pd.DataFrame({"tax_cny10k": [100.0, 90.0]}, pd.Index(["F", "G"], name="firm_id"))
    links = [("F", "P0", 1.0), ("G", "P1", 1.0)]
    city = city_of(book_of(ratio()), chance_of(OFF), table[["parcel_area_m2"]], firms, links)
    assert city.firms is not None
    alone = city.chances()
    own = city._replace(firms=city.firms.assign(grade_basis="own")).chances()
    assert alone.firms is not None
    assert own.firms is not None
    assert own.firms.grades is not None
    pd.testing.assert_frame_equal(own.firms.grades, alone.firms.grades)
    for basis in ("merged", "landlord", None):
        mixed = city.firms.assign(
            grade_basis=pd.Series(["own", basis], city.firms.index, dtype=object)
        )
        found = city._replace(firms=mixed).chances()
        assert found.firms is None
        assert NOT_DRAWN in found.notes
        pd.testing.assert_frame_equal(found.parcels.grades, alone.parcels.grades)
    assert NOT_DRAWN not in alone.notes
