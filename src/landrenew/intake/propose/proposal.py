"""Propose a project file for a folder, and try it out before it is written."""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from landrenew.base.errors import FileError, LandrenewError, ParcelError
from landrenew.base.words import Text, visible
from landrenew.intake.city import read_layers
from landrenew.intake.project import Project
from landrenew.intake.propose.draft import Line, Section
from landrenew.intake.propose.folder import Unknown, list_folder
from landrenew.intake.propose.look import Look, look_at
from landrenew.intake.propose.rasters import rasters_section
from landrenew.intake.propose.roles import Role, role_of, share_out
from landrenew.intake.propose.sections import Table, section_of
from landrenew.intake.propose.text import project_text
from landrenew.intake.propose.values import filled
from landrenew.rules.library import read_rulebook

if TYPE_CHECKING:
    from landrenew.base.words import Lang
    from landrenew.intake.propose.folder import Found

NO_BOOK = "none"
"""The shipped rulebook that says nothing: a run measures and judges nothing."""

BOOK_OF_COUNTY = {"330282": "cixi-2022", "331003": "huangyan-2022"}
"""Shipped rulebook by code of the county (GB/T 2260) that parcel ids begin with."""

COUNTY_DIGITS = 6
MOST_OF_ALL = 0.5

MOST_TRIED_BYTES = 150_000_000
"""Layers larger than this in sum are not read in full to try the proposal out."""

NOT_TOLD = Text(
    "看不出是哪一类数据；需要时自行写入相应的节",
    "not known what this is; add it to the section it belongs to if it is needed",
)


@dataclass(frozen=True)
class Proposal:
    """
    A project file for a folder.

    Parameters
    ----------
    sections
        The sections, ``city`` first.
    unknown
        What is not used, and why.
    """

    sections: tuple[Section, ...]
    unknown: tuple[Unknown, ...]

    def text(self, lang: Lang = "zh") -> str:
        """
        Write the project file.

        Parameters
        ----------
        lang
            Language of the comments.

        Returns
        -------
        str
            TOML.
        """
        return project_text(self.sections, self.unknown, lang)

    def to_check(self) -> list[Text]:
        """
        List what the user must check.

        Returns
        -------
        list of Text
            A sentence each, in the order of the file.
        """
        return [said for section in self.sections for said in section.to_check()]


def propose(
    folder: str | Path, out: str | Path, *, name: str | None = None, rulebook: str | None = None
) -> Proposal:
    """
    Look at every file of a folder and propose a project file.

    Parameters
    ----------
    folder
        The folder, looked into two levels deep.
    out
        Where the project file will stand; paths in it start from its folder.
    name
        Name of the city; that of the folder when None.
    rulebook
        Name or path of the rulebook; when None one of the folder, one that holds in the county
        of the parcels, or none.

    Returns
    -------
    Proposal
        A project file that can be read; what could not be is switched off and says why.

    Raises
    ------
    FileError
        When there is no such folder, or nothing in it is known.
    RuleError
        When the rulebook asked for cannot be read.
    """
    folder, out = Path(folder), Path(out)
    if not folder.is_dir():
        raise FileError(
            f"没有文件夹 {folder}。请写数据所在的文件夹。",
            f"There is no folder {folder}. Name the folder that holds the data.",
        )
    found, unknown = list_folder(folder)
    roles: list[Role] = []
    for one in found:
        if one.form in {"shapes", "table", "corners"}:
            looks, unread = look_at(folder, one)
            unknown += unread
            for look in looks:
                _sort(look, roles, unknown)
    chosen, others = share_out(roles)
    unknown += [Unknown(one.look.name, _preferred(best)) for one, best in others]
    written = _Paths(folder, out)
    sections = _sections(chosen, roles, written)
    rasters, unread = rasters_section(
        folder, [one.path for one in found if one.form == "raster"], written
    )
    unknown += unread
    sections += [] if rasters is None else [rasters]
    if not sections:
        raise _nothing(folder, unknown)
    books = _books(folder, found, unknown)
    city = _city(name or folder.resolve().name, _book(rulebook, books, chosen, written, out))
    proposal = Proposal((city, *sections), tuple(sorted(unknown, key=lambda one: one.path)))
    return _tried(proposal, folder, chosen, out)


def _sort(look: Look, roles: list[Role], unknown: list[Unknown]) -> None:
    role = role_of(look)
    if role is None:
        unknown.append(Unknown(look.name, NOT_TOLD))
    else:
        roles.append(role)


def _preferred(best: Role) -> Text:
    return Text(
        f"[{best.section}] 已取 {best.look.name}，它也像这一节",
        f"{best.look.name} was taken for [{best.section}], which this looks like too",
    )


class _Paths:
    """Writes paths as the project file needs them: from its own folder, with slashes."""

    def __init__(self, folder: Path, out: Path) -> None:
        real, home = folder.resolve(), out.resolve().parent
        named, start = (Path(os.path.normpath(one.absolute())) for one in (folder, out.parent))
        # links on the way stay as the user named them, unless they lead elsewhere from home
        keeps_links = (home / _way(named, start)).resolve() == real
        self.folder, self.start = (named, start) if keeps_links else (real, home)

    def __call__(self, path: str) -> str:
        return _way(self.folder / path, self.start).as_posix()


def _way(path: Path, start: Path) -> Path:
    try:
        return Path(os.path.relpath(path, start))
    except ValueError:  # another drive
        return path


def _sections(chosen: list[Role], roles: list[Role], written: _Paths) -> list[Section]:
    present = {one.section for one in chosen}
    certain = [one.look for one in roles if one.look.crs is not None]
    return [section_of(Table(one, present, certain, written)) for one in chosen]


def _nothing(folder: Path, unknown: list[Unknown]) -> FileError:
    seen = [
        Text(f"{one.path}（{one.why.zh}）", f"{one.path} ({one.why.en})") for one in unknown[:5]
    ]
    zh, en = visible("；".join(one.zh for one in seen)), visible("; ".join(one.en for one in seen))
    return FileError(
        f"文件夹 {folder} 里没有认得的图层或表：{zh or '是空的'}。请检查文件夹，或自行写项目文件。",
        f"No layer or table of folder {folder} is known: {en or 'it is empty'}. Check the folder,"
        " or write the project file yourself.",
    )


def _books(folder: Path, found: list[Found], unknown: list[Unknown]) -> list[str]:
    """List the rulebooks of the folder; other TOML files are named."""
    books = []
    for one in (found_ for found_ in found if found_.form == "rulebook"):
        try:
            raw = tomllib.loads((folder / one.path).read_text(encoding="utf-8-sig"))
            if "city" in raw or "parcels" in raw:
                unknown.append(Unknown(one.path, Text("是项目文件", "is a project file")))
                continue
            read_rulebook(one.path, folder)
            books.append(one.path)
        except (LandrenewError, OSError, ValueError):
            why = Text("不是规则书", "is no rulebook")
            unknown.append(Unknown(one.path, why))
    return books


def _book(
    asked: str | None, books: list[str], chosen: list[Role], written: _Paths, out: Path
) -> Line:
    """Choose the rulebook: asked for, in the folder, of the county, or none."""
    if asked is not None:
        read_rulebook(asked, out.resolve().parent)
        return Line("rulebook", asked)
    if len(books) == 1:
        return Line("rulebook", written(books[0]), Text("文件夹里的规则书", "found in the folder"))
    book = BOOK_OF_COUNTY.get(_county(chosen))
    if book is not None:
        why = Text("按宗地代码的县级区划选用", "chosen by the county of the parcel ids")
        return Line("rulebook", book, why, is_sure=False)
    why = Text(
        "none 没有任何规定：只量算，不评判；有本地文件时写规则书的名字或路径",
        "none says nothing: a run measures and does not judge; name your rulebook here",
    )
    return Line("rulebook", NO_BOOK, why, is_sure=False)


def _county(chosen: list[Role]) -> str:
    """Find the county that most parcel ids begin with."""
    parcels = next((one for one in chosen if one.section == "parcels"), None)
    ids = next((m.theirs for m in (parcels.matches if parcels else ())
                if m.column == "parcel_id"), None)  # fmt: skip
    if parcels is None or ids is None:
        return ""
    heads = Counter(filled(parcels.look.frame[ids]).str[:COUNTY_DIGITS])
    county, count = heads.most_common(1)[0] if heads else ("", 0)
    return county if count >= MOST_OF_ALL * heads.total() else ""


def _city(name: str, rulebook: Line) -> Section:
    when = Text("例：数据时点，标在每个数字旁", "example: date of the data")
    city = Line("name", name, Text("市名", "name of the city"))
    return Section("city", (city, rulebook, Line("as_of", "2025-12-31", when, is_on=False)))


def _tried(proposal: Proposal, folder: Path, chosen: list[Role], out: Path) -> Proposal:
    """Read the project as it would be written; switch off what stops it, until it can be read."""
    size = sum(_bytes(folder / one.look.path) for one in chosen)
    if size > MOST_TRIED_BYTES:
        why = Text(
            f"数据共 {size / 1e6:.0f} MB，没有整体试读，请运行 landrenew check",
            f"{size / 1e6:.0f} MB of data were not read in full; run landrenew check",
        )
        city, *rest = proposal.sections
        return replace(proposal, sections=(replace(city, doubts=(why,)), *rest))
    for _ in range(2 * len(proposal.sections)):
        error = _stopped_by(proposal, out)
        if error is None:
            break
        proposal = _mended(proposal, error, folder)
    return proposal


def _bytes(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _stopped_by(proposal: Proposal, out: Path) -> LandrenewError | None:
    try:
        raw = tomllib.loads(proposal.text())
        read_layers(Project(folder=out.resolve().parent, **raw))
    except LandrenewError as error:
        return error
    return None


def _mended(proposal: Proposal, error: LandrenewError, folder: Path) -> Proposal:
    """Switch off the section that an error is about; of ids that mean two things, only the id."""
    zh, en = (one.replace(f"{folder.resolve()}/", "") for one in error.text)
    said = Text(f"试读时：{zh.rstrip('。')}", f"when tried: {en.rstrip('.')}")
    on = [one for one in proposal.sections if one.off is None and one.name != "city"]
    named = re.findall(r"\[(\w+)", error.text.zh)
    at = next((one for name in named for one in on if one.name == name), on[0] if on else None)
    if at is None:
        return proposal
    ids = [one for one in at.columns if one.key == "parcel_id" and one.is_on]
    if isinstance(error, ParcelError) and at.name == "parcels" and ids:
        columns = [replace(one, remark=said, is_sure=False, is_on=False) if one in ids else one
                   for one in at.columns]  # fmt: skip
        less = replace(at, columns=tuple(columns))
    else:
        less = at.without(said)
    sections = tuple(less if one is at else one for one in proposal.sections)
    return replace(proposal, sections=sections)
