"""Random cities and rulebooks with every kind of rule that the page of the map works out."""

from __future__ import annotations

import copy
import dataclasses
import random
from typing import Any

import numpy as np
from map_city import BOOK, READ, made_layers, parcels

from landrenew.assess.evaluation import assessed_parcels
from landrenew.assess.share.summary import summarize_share
from landrenew.intake.parcels import Parcels
from landrenew.publish.result import Result
from landrenew.rules.model import Rulebook

COLUMNS = ("tax_cny10k_per_mu", "value_added_cny10k_per_mu", "rd_share", "floor_area_ratio")


def any_criterion(chance: random.Random, column: str, *, stands_alone: bool) -> dict[str, Any]:
    """Draw a criterion of any form, or one whose points hang on nobody else."""
    said: dict[str, Any] = {
        "form": "ratio" if stands_alone else chance.choice(["ratio", "min_max", "rank"]),
        "column": column,
        "weight": float(chance.randint(1, 60)),
        "missing": "undetermined" if stands_alone
        else chance.choice(["undetermined", "mean_points"]),
    }  # fmt: skip
    if said["form"] == "ratio":
        said |= {"baseline": chance.choice([0.03, 1.2, 12.0, 24.097])}
        said |= {"cap": 1.5, "floor": 0.0} if chance.random() < 0.6 else {}
        said |= {"baseline_factor": 2.0} if chance.random() < 0.2 else {}
    elif said["form"] == "min_max":
        said |= {"low": chance.choice([0, 20]), "tail_share": chance.choice([0.0, 0.05])}
    return said


def any_grades(chance: random.Random) -> dict[str, Any]:
    """Draw grades by rank or by bars, with or without a veto; a rule may be left open."""
    said: dict[str, Any] = {"exempt": "T", "document": "d", **READ}
    if chance.random() < 0.7:
        said["veto"] = {"grade": "D", "is_ranked": chance.random() < 0.5}
    if chance.random() < 0.3:
        return said | {
            "form": "bars",
            "classes": [{"grade": "A", "at_least": 80.0}, {"grade": "B", "above": 40.0},
                        {"grade": "D"}],
        }  # fmt: skip
    return said | {
        "form": "rank",
        "classes": [{"grade": "A", "up_to": 0.2, "is_inclusive": chance.random() < 0.7},
                    {"grade": "B", "up_to": 0.65}, {"grade": "C", "up_to": 0.95},
                    {"grade": "D", "up_to": 1}],
        "rounding": chance.choice([None, "down", "nearest", "up"]),
        "ties": chance.choice([None, "better", "worse"]),
    }  # fmt: skip


def is_doubtful(seed: int) -> bool:
    """Tell whether many rows may be exempt; points that hang on others then say nothing."""
    return seed % 4 == 3


def any_book(seed: int) -> Rulebook:
    """Draw a rulebook that may have every kind of rule the page works out."""
    chance = random.Random(seed)  # noqa: S311  for tests
    alone = is_doubtful(seed)
    pools = [
        {"name": name, "zh": name, "en": name, "size_class": name, "criteria": [
            any_criterion(chance, one, stands_alone=alone)
            for one in chance.sample(COLUMNS, chance.randint(1, 4))
        ]}
        for name in ("above_scale", "below_scale")
    ]  # fmt: skip
    tests = [
        {"column": "floor_area_ratio", "comparison": chance.choice(["below", "at_most"]),
         "threshold": 0.6},
        {"column": "tax_cny10k_per_mu", "comparison": chance.choice(["below", "at_most"]),
         "threshold": 5.0},
        {"column": "efficiency_grade", "comparison": "equals", "threshold": "D"},
        {"column": "efficiency_score", "comparison": "below", "threshold": 30.0},
    ]  # fmt: skip
    said = copy.deepcopy(BOOK) | {"exemptions": [], "grades": any_grades(chance)}
    del said["consolidation"]
    said["low_efficiency"] |= {
        "logic": chance.choice(["any", "all"]), "tests": tests[: chance.randint(1, 4)]
    }  # fmt: skip
    said["scoring"]["pools"] = pools
    return Rulebook.model_validate(said)


def figures(seed: int, count: int) -> Parcels:
    """Draw figures with gaps and ties, and rows that are set apart."""
    chance = np.random.default_rng(seed)
    table = parcels(count)[["town", "owner", "parcel_area_m2", "counted_area_m2",
                            "parcel_area_mu", "control_share", "control_class",
                            "geometry"]]  # fmt: skip
    spread = dict(zip(COLUMNS, (2.2, 3.5, -4.0, -0.3), strict=True))
    for name, middle in spread.items():
        drawn = chance.lognormal(middle, 0.9, count)
        typed = np.round(drawn, chance.integers(1, 4))
        values = np.where(chance.random(count) < 0.5, typed, drawn)
        table[name] = np.where(chance.random(count) < 0.08, np.nan, values)
    word = chance.choice(["above_scale", "below_scale", ""], count, p=[0.45, 0.45, 0.1])
    table["size_class"] = np.where(word == "", None, word)
    drawn = chance.random(count)
    table["exempt_reason"] = np.where(drawn < 0.04, "公共设施", None)
    open_share = 0.2 if is_doubtful(seed) else 0.02 * (seed % 4 == 0)
    table["exempt_class"] = np.where(drawn > 1 - open_share, "undetermined", "no")
    table["veto_reason"] = np.where((drawn > 0.05) & (drawn < 0.08), "环保处罚", None)
    table["bonus_points"] = np.where(chance.random(count) < 0.1, 7.5, np.nan)
    table["bonus_evidence"] = np.where(chance.random(count) < 0.5, "文号", None)
    return Parcels(table.assign(inside_area_m2=table["counted_area_m2"] * table["control_share"]))


def result_of(table: Parcels, book: Rulebook) -> Result:
    judged = assessed_parcels(table, book)
    layers = dataclasses.replace(made_layers(table), rulebook=book)
    asked = Parcels(judged.assign(planar_area_m2=judged["parcel_area_m2"], settled_m2=0.0))
    target = None if book.share is None else book.share.target
    share = summarize_share(asked, asked.iloc[:0].assign(code=""), name="示例市", target=target)
    return Result(layers=layers, parcels=judged, share=share)
