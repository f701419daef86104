"""Scenarios: the plan of a project file, and small files that each say what is different.

A scenario is a TOML file with a name and the keys of ``[plan]`` that change; a table is changed
key by key, anything else is replaced. ``drop`` takes keys away.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from landrenew.base.errors import FileError
from landrenew.base.toml_file import read_toml
from landrenew.base.words import Text, some, visible
from landrenew.intake.project import project_of, raw_project

if TYPE_CHECKING:
    from landrenew.intake.planning import Planning

CALLED = Text("情景文件", "scenario file")

BASE = Text("基准方案", "base plan")

KEYS = {"name", "why", "drop", "plan"}
"""What may stand in a scenario file."""


@dataclass(frozen=True)
class Change:
    """
    One key of ``[plan]`` that a scenario changes.

    Parameters
    ----------
    key
        The key, with the sections it stands in, such as ``towns.东浦镇.most_mu``.
    before, after
        Its values; None where there is none.
    """

    key: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Scenario:
    """
    The wishes of one scenario.

    Parameters
    ----------
    name
        Its name; empty for the project's own plan.
    why
        Why it is looked at; may be empty.
    planning
        The wishes, all of them.
    changes
        What is different from the project's own plan.
    """

    name: str
    why: str
    planning: Planning
    changes: tuple[Change, ...] = ()

    @property
    def label(self) -> Text:
        """Its name for people."""
        return Text(self.name, self.name) if self.name else BASE


def read_scenarios(path: str | Path, files: tuple[Path, ...] = ()) -> tuple[Scenario, ...]:
    """
    Read the plan of a project and scenarios of it.

    Parameters
    ----------
    path
        The project file ``city.toml``.
    files
        Scenario files, in their order.

    Returns
    -------
    tuple of Scenario
        The project's own plan first.

    Raises
    ------
    FileError
        When a file cannot be read, the project has no ``[plan]``, a key is unknown or wrong, two
        scenarios bear one name, or ``drop`` names what is not there.
    """
    path = Path(path)
    raw = raw_project(path)
    base = project_of(raw, path).plan
    if base is None:
        raise FileError(
            f"项目文件 {path} 没有 [plan]，不知道方案要达到什么。请对照 docs/plan.md 加上 [plan]。",
            f"Project file {path} has no [plan] that says what to reach. Add it, see docs/plan.md.",
        )
    found = [Scenario("", "", base)]
    for file in files:
        one = _scenario(raw, path, file)
        if one.name in {other.name for other in found}:
            raise FileError(
                f"情景文件 {file} 的名称“{visible(one.name)}”已用于另一个情景。请改名。",
                f"Scenario file {file}: another scenario is called {visible(one.name)!r} already."
                " Rename it.",
            )
        found.append(one)
    return tuple(found)


def _scenario(raw: dict[str, Any], path: Path, file: Path) -> Scenario:
    said = read_toml(file, CALLED)
    if unknown := sorted(said.keys() - KEYS):
        raise FileError(
            f"情景文件 {file} 中不认得 {visible(some(unknown))}；可写：{'、'.join(sorted(KEYS))}。",
            f"Scenario file {file}: {visible(some(unknown))} is not known; known are:"
            f" {', '.join(sorted(KEYS))}.",
        )
    name, why = (said.get(one, "") for one in ("name", "why"))
    changes, drop = said.get("plan", {}), said.get("drop", [])
    if not (isinstance(name, str) and isinstance(why, str) and isinstance(changes, dict)):
        raise FileError(
            f"情景文件 {file} 的 name、why 应为文字，plan 应为一节。",
            f"Scenario file {file}: name and why should be text, plan a section.",
        )
    merged = _merged(raw["plan"], changes)
    for key in drop if isinstance(drop, list) else [drop]:
        _take_away(merged, str(key), file)
    both = Text(f"情景文件 {file} 与项目文件", f"scenario file {file} with project file")
    planning = cast("Planning", project_of(raw | {"plan": merged}, path, both).plan)
    return Scenario(name or file.stem, why, planning, tuple(_changes("", raw["plan"], merged)))


def _merged(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = deepcopy(base)
    for key, value in changes.items():
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict) and "value" not in value
        merged[key] = _merged(old, value) if both and isinstance(old, dict) else deepcopy(value)
    return merged


def _take_away(plan: dict[str, Any], key: str, file: Path) -> None:
    *sections, last = key.removeprefix("plan.").split(".")
    at: Any = plan
    for one in sections:
        at = at.get(one, {}) if isinstance(at, dict) else {}
    if not isinstance(at, dict) or last not in at:
        raise FileError(
            f"情景文件 {file} 的 drop 中“{visible(key)}”不在 [plan] 里。请核对。",
            f"Scenario file {file}: drop names {visible(key)!r}, which is not in [plan]. Check it.",
        )
    del at[last]


def _changes(within: str, before: Any, after: Any) -> list[Change]:  # noqa: ANN401  any TOML value
    """List what differs, key by key."""
    if not (isinstance(before, dict) and isinstance(after, dict)) or "value" in {*before, *after}:
        return [] if before == after else [Change(within, before, after)]
    found = []
    for key in dict.fromkeys([*before, *after]):
        deeper = f"{within}.{key}" if within else str(key)
        found += _changes(deeper, before.get(key), after.get(key))
    return found
