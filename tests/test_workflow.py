"""The order of the steps: what each layer decides, and what is said when something lacks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from conftest import ORIGIN, parcels_of, zones_of
from hand_made import READ, WHOLE_RULEBOOK, firms_of, layers_of, links_of, rulebook_of

from landrenew.base.errors import ColumnError, RuleError
from landrenew.intake.sections import Firms
from landrenew.rules.library import read_rulebook
from landrenew.rules.model import Rulebook
from landrenew.workflow import measured_parcels, run_layers

X, Y = ORIGIN
SILENT = rulebook_of(share={"target": 0.8})


def at(x: float, y: float, right: float, top: float) -> shapely.Polygon:
    return shapely.box(X + x, Y + y, X + right, Y + top)


A, B, C = at(0, 0, 100, 100), at(108, 0, 208, 100), at(300, 0, 400, 100)
LINE = zones_of(at(-10, -10, 250, 150))


def test_duplicates_inside_the_line_do_not_raise_the_share() -> None:
    once = run_layers(layers_of(parcels_of(A, C), control_line=LINE)).share
    twice = run_layers(layers_of(parcels_of(A, C, A, A), control_line=LINE)).share
    assert once is not None
    assert twice is not None
    assert twice.share == pytest.approx(once.share, rel=1e-12)
    assert twice.total_m2 == pytest.approx(once.total_m2, rel=1e-12)
    assert (once.share, once.verdict) == (pytest.approx(0.5, abs=1e-5), "not_met")


def test_ground_shared_by_two_parcels_counts_once_inside_too() -> None:
    overlapping = parcels_of(at(0, 0, 100, 100), at(60, 0, 160, 100), at(160, 0, 260, 100))
    result = run_layers(layers_of(overlapping, control_line=zones_of(at(0, 0, 80, 100))))
    assert result.parcels["inside_area_m2"].tolist() == pytest.approx([8000, 0, 0], rel=1e-3)
    assert result.parcels["counted_area_m2"].tolist() == pytest.approx(
        [10_000, 6000, 10_000], rel=1e-3
    )
    assert result.parcels["control_share"].tolist() == pytest.approx([0.8, 0.2, 0], abs=1e-5)
    assert result.share is not None
    assert result.share.share == pytest.approx(8 / 26, abs=1e-5)
    assert [fault.code for fault in result.faults] == ["overlap"]


def test_edge_noise_leaves_the_city_share_within_a_hundredth_of_a_point() -> None:
    chance = np.random.default_rng(3)
    grid = [at(x, y, x + 60, y + 60) for x in range(0, 600, 60) for y in range(0, 600, 60)]
    line = at(0, 0, 360, 600)
    corners = shapely.get_coordinates(shapely.segmentize(line, 15))
    noisy = shapely.Polygon(corners + chance.uniform(-0.3, 0.3, corners.shape))
    shares = []
    for drawn in (line, noisy):
        found = run_layers(layers_of(parcels_of(*grid), control_line=zones_of(drawn))).share
        assert found is not None
        shares.append(found)
    assert shares[1].share == pytest.approx(shares[0].share, abs=1e-4)
    low, high = shares[1].interval
    assert low < shares[1].share < high  # and the noise stays visible as a doubt


def test_what_a_rulebook_does_not_say_is_named_and_the_rest_goes_on() -> None:
    buildings = zones_of(A, floor_count=[2.0])
    result = run_layers(layers_of(parcels_of(A, B), SILENT, buildings=buildings))
    said = " ".join(note.en for note in result.notes)
    for part in ("storeys", "low_efficiency", "scoring", "contiguity"):
        assert f"[{part}]" in said
    assert "no [control_line]" in said
    assert result.blocks is None
    assert result.share is None
    assert "low_efficiency_class" not in result.parcels
    assert result.parcels["building_density"].gt(0).any()
    assert result.parcels["floor_area_ratio"].isna().tolist() == [True, False]
    assert result.parcels["floor_area_m2"].notna().all()


def test_a_book_without_grades_still_scores() -> None:
    parcels = parcels_of(A, B, size_class=["below_scale"] * 2, tax_cny10k=[50.0, None])
    result = run_layers(layers_of(parcels, read_rulebook("huangyan-2022")))
    assert "[grades]" in " ".join(note.en for note in result.notes)
    assert result.parcels["tax_cny10k_per_mu_score"].isna().tolist() == [False, True]
    assert "efficiency_grade" not in result.parcels


def test_a_book_may_call_the_last_grade_low_efficiency() -> None:
    raw = WHOLE_RULEBOOK.model_dump()
    raw["scoring"]["pools"][0]["criteria"] = raw["scoring"]["pools"][0]["criteria"][:1]
    raw["grades"]["classes"] = [{"grade": "A", "up_to": 0.5}, {"grade": "D", "up_to": 1}]
    raw["low_efficiency"]["tests"] = [
        {"column": "efficiency_grade", "comparison": "equals", "threshold": "D"}
    ]
    parcels = parcels_of(A, B, C, tax_cny10k=[50.0, 20.0, None])
    result = run_layers(layers_of(parcels, type(WHOLE_RULEBOOK).model_validate(raw)))
    assert result.parcels["low_efficiency_class"].tolist() == ["no", "yes", "undetermined"]


def test_blocks_follow_lanes_and_stop_at_rivers() -> None:
    parcels = parcels_of(A, B, C)
    joined = run_layers(layers_of(parcels)).parcels["block_id"]
    assert joined.tolist() == ["B001", "B001", "B002"]
    river = zones_of(at(103, -50, 106, 150))
    parted = run_layers(layers_of(parcels, barriers=river)).parcels["block_id"]
    assert parted.nunique() == 3


def test_buildings_that_stand_nowhere_or_say_nothing_are_faults() -> None:
    buildings = zones_of(at(0, 0, 10, 10), at(500, 0, 510, 10), floor_count=[np.nan, 1.0])
    result = run_layers(layers_of(parcels_of(A), buildings=buildings))
    assert [(fault.code, fault.row) for fault in result.faults] == [
        ("building_orphan", 1),
        ("no_height", 0),
    ]


def test_declared_areas_that_differ_by_more_than_a_hundredth_are_faults() -> None:
    parcels = parcels_of(A, B, C, declared_area_m2=[10_000.0, 10_200.0, np.nan])
    faults = run_layers(layers_of(parcels)).faults
    assert [(fault.id, fault.code) for fault in faults] == [("P1", "area_differs")]


@pytest.mark.parametrize(
    ("column", "layer"),
    [
        ("floor_area_ratio", "buildings"),
        ("control_share", "control_line"),
        ("tax_cny10k", "firms"),
        ("tax_cny10k_per_mu", "firms"),
        ("firm_count", "firms"),
    ],
)
def test_two_sources_of_one_number_are_refused(column: str, layer: str) -> None:
    layers = {
        "buildings": zones_of(A, floor_count=[1.0]),
        "control_line": LINE,
        "firms": firms_of("F", tax_cny10k=[9.0]),
    }
    extra = {"links": links_of(("F", "P0", None))} if layer == "firms" else {}
    parcels = parcels_of(A, **{column: [1.0]})
    with pytest.raises(ColumnError, match=rf"{column} stand.*\[{layer}\]"):
        run_layers(layers_of(parcels, **{layer: layers[layer]}, **extra))
    assert column in run_layers(layers_of(parcels)).parcels


def test_what_the_firms_do_not_state_may_come_with_the_parcels() -> None:
    firms, links = firms_of("F", tax_cny10k=[30.0]), links_of(("F", "P0", None))
    parcels = parcels_of(A, size_class=["below_scale"], staff_person=[7.0])
    found = run_layers(layers_of(parcels, firms=firms, links=links)).parcels.iloc[0]
    assert (found["size_class"], found["staff_person"], found["tax_cny10k"]) == (
        "below_scale", 7, 30,
    )  # fmt: skip


def test_an_intensity_given_with_its_amounts_stays_as_given() -> None:
    parcels = parcels_of(A, B, tax_cny10k=[30.0, 60.0], tax_cny10k_per_mu=[1.0, np.nan])
    found = run_layers(layers_of(parcels)).parcels["tax_cny10k_per_mu"]
    assert found.isna().tolist() == [False, True]
    assert found.iloc[0] == 1


def test_areas_of_an_earlier_run_are_measured_anew() -> None:
    stale = {"parcel_area_m2": [1.0], "parcel_area_mu": [1.0], "planar_area_m2": [1.0]}
    stale["declared_difference_share"] = [9.0]
    parcels = parcels_of(A, **stale, counted_area_m2=[1.0], declared_area_m2=[5000.0])
    fresh, _ = measured_parcels(layers_of(parcels))
    row = fresh.iloc[0]
    assert row["planar_area_m2"] == 10_000
    assert row["parcel_area_m2"] == row["counted_area_m2"] == pytest.approx(10_000, rel=1e-3)
    assert row["declared_difference_share"] == pytest.approx(-0.5, abs=1e-3)
    assert parcels["parcel_area_m2"].tolist() == [1.0]


def test_the_ledger_gives_stages_and_cleared_land() -> None:
    ledger = pd.DataFrame({
        "event_id": ["E1", "E2"], "parcel_id": ["P0", "P1"], "stage": ["demolished", "built"],
        "event_date": ["2025-03-01", "2025-04-01"],
    })  # fmt: skip
    result = run_layers(layers_of(parcels_of(A, B), ledger=ledger))
    assert result.parcels["renewal_stage"].tolist() == ["demolished", None]
    assert result.progress is not None
    assert result.progress["cleared_mu"].tolist() == pytest.approx([15], rel=1e-3)
    assert [fault.code for fault in result.faults] == ["stage_jump"]


def test_parks_with_room_are_named_beside_their_blocks() -> None:
    parks = zones_of(at(0, 200, 100, 300), park_id=["K"], capacity_mu=[40.0])
    blocks = run_layers(layers_of(parcels_of(A, B), parks=parks)).blocks
    assert blocks is not None
    assert blocks["nearest_park_id"].tolist() == ["K"]
    assert blocks["nearest_park_distance_m"].tolist() == pytest.approx([100])


def test_each_step_is_announced() -> None:
    said: list[str] = []
    run_layers(layers_of(parcels_of(A)), say=lambda text: said.append(text.en))
    assert said == ["Measuring", "Assessing", "Finding blocks"]


def exempting(**more: object) -> Rulebook:
    """Make a book that scores tax and exempts firms of less than two years."""
    new = {"name": "new", "zh": "新注册", "en": "new", "kind": "registered_within_years",
           "years": 2, "is_inclusive": False, **READ}  # fmt: skip
    raw = WHOLE_RULEBOOK.model_dump() | {"exemptions": [new]} | more
    raw["scoring"]["pools"][0]["criteria"] = raw["scoring"]["pools"][0]["criteria"][:1]
    return Rulebook.model_validate(raw)


def test_a_parcel_is_exempt_as_its_firms_are_and_open_where_they_are_not_known() -> None:
    parcels = parcels_of(A, B, C)
    firms = firms_of(
        "F", "G", "H", tax_cny10k=[9.0, 9, 9], registered_on=["2024-01-02", None, "2001"]
    )
    links = links_of(("F", "P0", 1.0), ("G", "P1", 1.0), ("H", "P2", 1.0))
    book = exempting(evaluated_on="2025-12-31")
    result = run_layers(layers_of(parcels, book, firms=firms, links=links))
    assert result.firms is not None
    for table in (result.parcels, result.firms):
        assert table["exempt_class"].tolist() == ["yes", "undetermined", "no"]
        assert table["exempt_reason"].tolist() == ["新注册 · new", None, None]
        assert table["efficiency_grade"].tolist()[:2] == ["T", None]
        assert table["missing_inputs"].str.contains("registered_on").tolist() == [
            False,
            True,
            False,
        ]
    assert "exempt_reason" not in parcels
    assert "exempt_reason" not in firms


def test_dated_exemptions_need_a_day_and_say_which_column_nobody_has() -> None:
    parcels = parcels_of(A, B)
    firms, links = firms_of("F", tax_cny10k=[9.0]), links_of(("F", "P0", 1.0))
    with pytest.raises(RuleError, match="evaluated_on"):
        run_layers(layers_of(parcels, exempting(), firms=firms, links=links))
    result = run_layers(
        layers_of(parcels, exempting(evaluated_on="2025-12-31"), firms=firms, links=links)
    )
    assert any("registered_on" in note.zh for note in result.notes)
    assert result.parcels["efficiency_grade"].isna().all()


def test_a_group_is_evaluated_once_where_the_project_merges_it() -> None:
    parcels = parcels_of(A, B, C)
    firms = firms_of("F", "G", "H", tax_cny10k=[9.0, 3.0, 9.0], group_id=["F", "F", "H"])
    links = links_of(("F", "P0", 1.0), ("G", "P1", 1.0), ("H", "P2", 1.0))
    layers = layers_of(parcels, WHOLE_RULEBOOK, firms=firms, links=links)
    asked = layers.project.model_copy(update={"firms": Firms(path="f.csv", groups="merge")})
    apart = run_layers(layers).firms
    once = run_layers(layers.__class__(**{**layers.__dict__, "project": asked})).firms
    assert apart is not None
    assert once is not None
    assert "grade_basis" not in apart
    assert once["grade_basis"].tolist() == ["merged", "merged", "own"]
    points = once["tax_cny10k_per_mu_score"]
    mean = apart["tax_cny10k_per_mu_score"].iloc[:2].mean()  # both parcels are of one size
    assert points.tolist()[:2] == pytest.approx([mean, mean], rel=1e-3)
