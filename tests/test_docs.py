"""What the documents say is true: examples run, made pages are up to date, links lead somewhere."""

from __future__ import annotations

import doctest
import importlib.util
import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

from landrenew.base.columns import COLUMNS
from landrenew.intake.project import Project
from landrenew.intake.publication import PUBLISHABLE
from landrenew.intake.scenarios import read_scenarios
from landrenew.rules.model import Rulebook

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]


def write_docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("write_docs", ROOT / "scripts" / "write_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["columns.md", "faults.md"])
def test_made_pages_are_up_to_date(name: str) -> None:
    made = write_docs().PAGES[name]()
    stands = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert stands == made, "run: .venv/bin/python scripts/write_docs.py"


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", ["docs/project-file.md", "README.md", "README.zh-CN.md"])
def test_project_file_examples_are_valid(page: str) -> None:
    examples = blocks(page, "toml")
    assert examples
    for example in examples:
        Project(folder=ROOT, **tomllib.loads(example))


def test_the_section_of_the_guide_on_public_maps_is_read() -> None:
    (example,) = blocks("docs/map.md", "toml")
    city = {"name": "here", "rulebook": "none"}
    terms = Project(folder=ROOT, city=city, **tomllib.loads(example)).public
    assert terms is not None
    guide = (ROOT / "docs" / "map.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in guide for name in PUBLISHABLE)


def test_the_plan_and_the_scenario_of_the_guide_are_read(tmp_path: Path) -> None:
    wishes, scenario = blocks("docs/plan.md", "toml")
    project = (ROOT / "data" / "demo" / "city.toml").read_text(encoding="utf-8")
    (tmp_path / "city.toml").write_text(
        f"{project.partition('[plan]')[0]}\n{wishes}", encoding="utf-8"
    )
    (tmp_path / "less.toml").write_text(scenario, encoding="utf-8")
    base, less = read_scenarios(tmp_path / "city.toml", (tmp_path / "less.toml",))
    assert base.planning.blocks is not None
    assert less.planning.budget_cny10k == 126_000
    assert less.planning.towns["石渡镇"].most_mu is None


def test_rulebook_example_is_valid() -> None:
    for example in blocks("docs/rulebooks.md", "toml"):
        raw = tomllib.loads(example)
        raw.pop("extends")
        Rulebook.model_validate(raw)


@pytest.mark.parametrize(
    "page", ["README.md", "README.zh-CN.md", "docs/codes.md", "docs/coordinates.md"]
)
def test_readme_code_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    parser = doctest.DocTestParser()
    text = (ROOT / page).read_text(encoding="utf-8")
    example = parser.get_doctest(text, {}, page, page, 0)
    assert example.examples
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    assert doctest.DocTestRunner(optionflags=flags).run(example).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: object) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target


def test_documents_name_only_columns_that_exist() -> None:
    text = (ROOT / "docs" / "project-file.md").read_text(encoding="utf-8")
    table = [line for line in text.splitlines() if line.startswith("| `[")]
    named = {name for line in table for name in re.findall(r"`(\w+)`", line)}
    assert named <= set(COLUMNS)
