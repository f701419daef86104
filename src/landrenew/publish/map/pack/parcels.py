"""The parcels' payload in pieces: what is said row by row in columns, the rest in a header."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from landrenew.publish.map.pack.columns import Packed, codes, exact, letters, scaled, texts
from landrenew.publish.map.pack.pieces import Pieces, in_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

LAND_DECIMALS = 4
"""Decimals of square metres: the share of a city comes out to 1e-9."""

MOST_WORDS = 4096
"""A column of more different words is packed as text, not as codes of a list."""


def packed_parcels(payload: dict[str, Any], *, outlines_apart: bool = False) -> Pieces:
    """
    Pack what the page knows of the parcels.

    Parameters
    ----------
    payload
        What :func:`landrenew.publish.map.payload.parcels_payload` gave; left as it is.
    outlines_apart
        Whether outlines stand by themselves, with boxes in their place.

    Returns
    -------
    Pieces
        Its header holds all of the payload that is not said row by row, and of each column under
        ``by`` how its rows are read: ``values``, ``codes`` or ``texts``; None where the page works
        them out. ``digits`` says how many decimals whole numbers stand for.
    """
    parts: dict[str, Packed] = {"ids": texts(payload["ids"])}
    columns = {}
    for name, said in payload["columns"].items():
        packed, columns[name] = _column(said)
        if packed is not None:
            parts[f"columns.{name}"] = packed
    for number, theme in enumerate(payload["themes"]):
        if "codes" in theme:
            parts[f"themes.{number}"] = codes(theme["codes"])
    parts |= dict(_outcomes(payload["tests"]))
    parts |= dict(_land(**payload["land"])) if payload["land"] else {}
    made = in_pieces(payload["shapes"], parts, outlines_apart=outlines_apart)
    header = _without(payload, "ids", "shapes") | {
        "columns": columns,
        "land": {"decimals": LAND_DECIMALS} if payload["land"] else None,
        "themes": [_without(one, "codes") for one in payload["themes"]],
        "tests": _tests(payload["tests"]),
    }
    return Pieces(header | made.header, made.written, made.outlines)


def _column(said: dict[str, Any]) -> tuple[Packed | None, dict[str, Any]]:
    if "codes" in said:
        return _words(said)
    if "values" not in said:
        return None, said | {"by": None}
    digits = said["decimals"]
    if said["is_exact"]:
        packed, digits = exact(said["values"])
    else:
        packed = scaled(said["values"], digits)
    return packed, _without(said, "values") | {"by": "values", "digits": digits}


def _words(said: dict[str, Any]) -> tuple[Packed, dict[str, Any]]:
    if len(said["words"]) <= MOST_WORDS or "say" in said:
        return codes(said["codes"]), _without(said, "codes") | {"by": "codes"}
    words = said["words"].append(pd.Index([""]))  # a code of -1 takes the last
    return texts(words[said["codes"]]), _without(said, "codes", "words") | {"by": "texts"}


def _land(counted: Numbers, inside: Numbers | None) -> Iterator[tuple[str, Packed]]:
    """Pack land [m2]; what lies inside is left out where it is all of it, as it mostly is."""
    yield "land.counted", scaled(counted, LAND_DECIMALS)
    if inside is not None:
        yield "land.inside", scaled(np.where(inside == counted, np.nan, inside), LAND_DECIMALS)


def _outcomes(tests: dict[str, Any] | None) -> Iterator[tuple[str, Packed]]:
    for number, test in enumerate(tests["tests"] if tests else []):
        if "outcomes" in test:
            yield f"tests.{number}", letters(test["outcomes"])


def _tests(tests: dict[str, Any] | None) -> dict[str, Any] | None:
    if tests is None:
        return None
    return tests | {"tests": [_without(one, "outcomes") for one in tests["tests"]]}


def _without(said: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: one for key, one in said.items() if key not in keys}
