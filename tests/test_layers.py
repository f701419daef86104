"""The rooms of the house: imports only go down, and every room has a name of its own."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

HOUSE = ROOT / "src" / "landrenew"
FLOORS = [
    "base", "rules", "intake", "measure", "assess", "plan", "track", "publish", "workflow", "cli",
]  # fmt: skip
BESIDE = {"scale": {"base", "rules", "intake", "measure"}, "sample": {"base"}}
"""Rooms beside the stairs, and what each may import."""

MAY_IMPORT = {
    **{room: set(FLOORS[:i]) for i, room in enumerate(FLOORS)},
    **BESIDE,
}
MAY_IMPORT["workflow"] |= {"scale"}
MAY_IMPORT["cli"] |= {"sample", "scale"}
NAMELESS = {"utils", "util", "common", "helpers", "helper", "misc", "tools", "shared"}
MODULES = sorted(path for path in HOUSE.rglob("*.py") if path != HOUSE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(HOUSE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Give the full names that a module imports, also inside functions and for types only."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{one.name}" for one in node.names}
    return found


def rooms_imported(path: Path) -> set[str]:
    ours = [name.split(".") for name in imports_of(path) if name.split(".")[0] == "landrenew"]
    return {parts[1] if len(parts) > 1 else "landrenew" for parts in ours}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_imports_only_go_down(path: Path) -> None:
    room = room_of(path)
    assert rooms_imported(path) <= MAY_IMPORT[room] | {room}


def test_every_room_has_its_place() -> None:
    assert {room_of(path) for path in MODULES} == set(FLOORS) | set(BESIDE)


def test_only_the_workflow_and_the_door_measure_in_parts() -> None:
    asking = {room_of(path) for path in MODULES if "scale" in rooms_imported(path)}
    assert asking - {"scale"} == {"workflow", "cli"}


def test_the_ground_floor_needs_no_other() -> None:
    for path in MODULES:
        if room_of(path) in {"base", "sample"}:
            assert rooms_imported(path) <= {"base", room_of(path)}, path


def test_modules_of_a_room_do_not_import_in_a_circle() -> None:
    above = {path.stem: imports_of(path) for path in MODULES if room_of(path) == "measure"}
    below = {
        stem: {one for one in above if any(f"landrenew.measure.{one}." in name for name in names)}
        for stem, names in above.items()
    }
    while below:
        free = [stem for stem, names in below.items() if not names & below.keys()]
        assert free, f"a circle among {sorted(below)}"
        for stem in free:
            del below[stem]


def test_nothing_is_called_utils() -> None:
    names = {part.removesuffix(".py") for path in MODULES for part in path.parts}
    assert not names & NAMELESS


def test_a_library_never_prints_nor_asserts() -> None:
    for path in MODULES:
        if room_of(path) == "cli":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert not any(isinstance(one, ast.Name) and one.id == "print" for one in calls), path
        assert not any(isinstance(node, ast.Assert) for node in ast.walk(tree)), path
