"""Find, read and extend rulebooks."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from landrenew.base.errors import RuleError
from landrenew.base.toml_file import read_toml
from landrenew.base.words import Text
from landrenew.rules.model import Rulebook
from landrenew.rules.plausibility import merged_checks
from landrenew.rules.silence import UNFILLED, unfilled

OWN = frozenset({"name", "title", "notes", "effective", "expires", "evaluated_on"})
"""What a book says of itself, and never takes from the book it extends."""

_BOOKS = Path(__file__).parent / "books"

CHECKS = Path(__file__).parent / "checks.toml"
"""The plausibility checks that lie beneath every book."""


def rulebook_names() -> list[str]:
    """
    List the rulebooks that come with landrenew.

    Returns
    -------
    list of str
        Their names, in alphabetical order.

    Examples
    --------
    >>> "cixi-2022" in rulebook_names()
    True
    """
    return sorted(
        book.name.removesuffix(".toml") for book in _BOOKS.iterdir() if book.name.endswith(".toml")
    )


def _read(name: str, folder: Path) -> dict[str, Any]:
    """Read one book, shipped or of a file, as a table."""
    if not name.endswith(".toml") and name not in rulebook_names():
        shipped = "、".join(rulebook_names())
        raise RuleError(
            f"没有名为“{name}”的规则书。自带的有：{shipped}；自己的规则书请写 .toml 文件的路径。",
            f"There is no rulebook {name!r}. Shipped: {', '.join(rulebook_names())}; for your own"
            " write the path of a .toml file.",
        )
    return read_toml(rulebook_path(name, folder), Text("规则书", "rulebook"), RuleError)


def _chain(name: str | None, folder: Path) -> dict[Path, dict[str, Any]]:
    """Read a book, the book it extends, and so on."""
    chain: dict[Path, dict[str, Any]] = {}
    while name is not None:
        path = rulebook_path(name, folder).resolve()
        if path in chain:
            circle = " → ".join(one.name for one in (*chain, path))
            raise RuleError(
                f"规则书互相引用：{circle}。请去掉其中一个 extends。",
                f"Rulebooks extend each other: {circle}. Remove one of the extends.",
            )
        chain[path] = _read(name, folder)
        name, folder = chain[path].pop("extends", None), path.parent
    return chain


def _holes(raw: dict[str, Any], book: dict[str, Any]) -> dict[str, Any]:
    """Keep the holes of the book beneath that a book neither fills nor names itself."""
    beneath, own = raw.get("lacks", {}), book.get("lacks", {})
    if not isinstance(beneath, dict) or not isinstance(own, dict):
        return {"lacks": own}  # refused with the rest of the rulebook
    return {"lacks": {key: one for key, one in beneath.items() if key not in book} | own}


def read_rulebook(name: str, folder: str | Path = ".") -> Rulebook:
    """
    Read a rulebook, shipped or from a file.

    Parameters
    ----------
    name
        Name of a shipped book, or a path ending in ``.toml``.
    folder
        Folder that a relative path starts from.

    Returns
    -------
    Rulebook
        The book. A book with ``extends`` takes every part it does not state itself, whole, from
        the book it extends; a path there starts from the folder of the book itself. Only the
        plausibility checks are laid over each other by name, the shipped ones lowest, and what a
        part ``lacks`` is forgotten once a book states that part. A book without a name or title is
        called by its file.

    Raises
    ------
    RuleError
        When there is no such book, it is not TOML, or a part of it is wrong or not filled in.

    Examples
    --------
    >>> read_rulebook("cixi-2022").share.target
    0.8
    """
    raw: dict[str, Any] = {}
    checks: Any = tomllib.loads(CHECKS.read_text(encoding="utf-8"))["plausibility"]
    for book in reversed(_chain(name, Path(folder)).values()):
        holes = _holes(raw, book)
        raw = {key: value for key, value in raw.items() if key not in OWN} | book | holes
        checks = merged_checks(checks, book.get("plausibility"))
    raw["plausibility"] = checks
    raw = {"name": Path(name).stem, "title": Path(name).stem} | raw
    if places := [f"[{one}]" for one in unfilled(raw)]:
        raise RuleError(
            f"规则书 {name} 还有未填写的项（“{UNFILLED}”）：{'、'.join(places)}。请按本地文件填写，"
            "写法见 docs/rulebooks.md。",
            f"Rulebook {name} is not filled in yet, {UNFILLED!r} stands in: {', '.join(places)}."
            " Write what your document says; the format is described in docs/rulebooks.md.",
        )
    try:
        return Rulebook.model_validate(raw)
    except ValidationError as error:
        said = "; ".join(
            f"[{'.'.join(map(str, one['loc']))}] {one['msg'].removeprefix('Value error, ')}"
            for one in error.errors()
        )
        raise RuleError(
            f"规则书 {name} 有误：{said}。写法见 docs/rulebooks.md。",
            f"Rulebook {name} is wrong: {said}. The format is described in docs/rulebooks.md.",
        ) from error


def rulebook_path(name: str, folder: str | Path = ".") -> Path:
    """
    Find the file of a rulebook.

    Parameters
    ----------
    name
        Name of a shipped book, or a path ending in ``.toml``.
    folder
        Folder that a relative path starts from.

    Returns
    -------
    Path
        The file.
    """
    return Path(folder) / name if name.endswith(".toml") else _BOOKS / f"{name}.toml"


def rulebook_paths(name: str, folder: str | Path = ".") -> list[Path]:
    """
    Find the files that make a rulebook: its own, those it extends, the checks beneath all.

    Parameters
    ----------
    name
        Name of a shipped book, or a path ending in ``.toml``.
    folder
        Folder that a relative path starts from.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    RuleError
        When one is missing or not TOML.
    """
    return [*_chain(name, Path(folder)), CHECKS]
