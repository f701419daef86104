"""The rulebook's diagnosis: each question by its own document, nothing asked without a rule."""

from __future__ import annotations

from typing import Any

import pytest
from hand_made import READ, rulebook_of
from pydantic import ValidationError

from landrenew.base.columns import COLUMNS
from landrenew.base.questions import DIAGNOSIS
from landrenew.rules.diagnosis import Diagnosis
from landrenew.rules.difference import changes
from landrenew.rules.library import read_rulebook, rulebook_names
from landrenew.rules.model import Rulebook
from landrenew.rules.silence import missing_parts, silent_parts, silent_questions

FIRE = {"column": "fire_hazard", "comparison": "equals", "threshold": "yes"}
HALF = {"share_at_least": 0.5}
HAZARD: dict[str, Any] = {**READ, "of": "parcel", "logic": "any", "tests": [FIRE], "bar": HALF}
CONTIGUITY = {"max_gap_m": 10.0, "min_area_mu": 0.0, "small_plot_mu": 5.0}


def book(**questions: object) -> Rulebook:
    raw = rulebook_of(contiguity=CONTIGUITY).model_dump()
    return Rulebook.model_validate(raw | {"diagnosis": questions})


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({**HAZARD, "bar": None}, "need a bar"),
        ({**HAZARD, "of": "block"}, "have none"),
        ({**HAZARD, "bar": {}}, "one of share_at_least and share_above"),
        ({**HAZARD, "bar": {"share_above": 0.1, **HALF}}, "one of share_at_least and share_above"),
        ({**HAZARD, "bar": {"share_at_least": 0}}, "greater than 0"),
        ({**HAZARD, "bar": {"share_above": 1}}, "less than 1"),
        ({**HAZARD, "tests": [{**FIRE, "threshold": "maybe"}]}, "is one of yes, no"),
        ({**HAZARD, "tests": [{**FIRE, "column": "owner_count", "comparison": "above",
                               "threshold": 3}]}, "no column of a parcel"),
        ({**HAZARD, "of": "block", "bar": None}, "no column of a block"),
        ({**HAZARD, "of": "block", "bar": None,
          "tests": [{**FIRE, "column": "problem_pollution"}]}, "is a diagnosis itself"),
        ({key: one for key, one in HAZARD.items() if key != "document"}, "document"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused(question: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Diagnosis.model_validate({"problem_hazard": question})


@pytest.mark.parametrize("column", ["owner", "fire_hazard"])
def test_an_outcome_reads_what_was_accepted_never_a_problem(column: str) -> None:
    with pytest.raises(ValidationError, match="no evidence of an outcome"):
        Diagnosis.model_validate({"outcome_fire": {**READ, "column": column, "bar": HALF}})


def test_a_diagnosis_asks_something() -> None:
    with pytest.raises(ValidationError, match="at least one"):
        Diagnosis.model_validate({})


def test_no_shipped_book_diagnoses_for_no_document_says_how() -> None:
    assert all(read_rulebook(name).diagnosis is None for name in rulebook_names())


def test_a_book_without_diagnosis_says_what_it_needs() -> None:
    silent = rulebook_of(contiguity=CONTIGUITY)
    assert "diagnosis" in silent_parts(silent)
    assert "[diagnosis]" in missing_parts(silent, ["diagnosis"]).say("zh")
    assert silent_questions(silent) == []


def test_questions_without_a_rule_are_named() -> None:
    (note,) = silent_questions(book(problem_hazard=HAZARD))
    assert "安全隐患多" not in note.zh
    assert all(
        COLUMNS[name].label.zh in note.zh and f"[diagnosis.{name}]" in note.en
        for name in DIAGNOSIS
        if name != "problem_hazard"
    )


def test_two_books_differ_by_their_bar_in_words() -> None:
    other = book(problem_hazard={**HAZARD, "bar": {"share_at_least": 0.3}})
    (found,) = changes(book(problem_hazard=HAZARD), other)
    assert found.text.zh == "问题与成效诊断标准 / 安全隐患多 / 面积界线 / 面积占比（含）：0.5 → 0.3"
