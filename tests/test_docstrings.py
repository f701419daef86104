"""Every public function and class explains itself, as numpydoc's own validator understands it."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module

import pytest
from numpydoc.validate import validate

import landrenew

NOT_ASKED = {"ES01", "EX01", "SA01", "GL08", "PR04"}
"""No extended summary, example or see-also is asked for; types stand in annotations."""


def public_things() -> list[str]:
    names = []
    for info in pkgutil.walk_packages(landrenew.__path__, "landrenew."):
        if info.name.startswith("landrenew.cli"):
            continue  # its docstrings are help texts
        module = import_module(info.name)
        for name, thing in vars(module).items():
            is_ours = getattr(thing, "__module__", None) == info.name
            if is_ours and not name.startswith("_") and callable(thing) and inspect.getdoc(thing):
                names.append(f"{info.name}.{name}")
    return sorted(names)


def inherits_its_parameters(name: str) -> bool:
    """Tell whether a class takes parameters that the class it extends describes."""
    module, _, bare = name.rpartition(".")
    thing = getattr(import_module(module), bare)
    return inspect.isclass(thing) and thing.__base__.__module__.startswith("landrenew.")


@pytest.mark.parametrize("name", public_things())
def test_docstring_is_whole(name: str) -> None:
    not_asked = NOT_ASKED | ({"PR01"} if inherits_its_parameters(name) else set())
    found = validate(name)["errors"]
    assert [f"{code} {said}" for code, said in found if code not in not_asked] == []


def test_no_public_function_lacks_a_docstring() -> None:
    silent = []
    for info in pkgutil.walk_packages(landrenew.__path__, "landrenew."):
        module = import_module(info.name)
        assert module.__doc__, info.name
        for name, thing in vars(module).items():
            is_ours = getattr(thing, "__module__", None) == info.name
            is_def = inspect.isfunction(thing) or inspect.isclass(thing)
            if is_ours and is_def and not name.startswith("_") and not thing.__doc__:
                silent.append(f"{info.name}.{name}")
    assert silent == []
