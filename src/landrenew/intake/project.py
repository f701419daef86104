"""The project file ``city.toml``: which layers a city has, and how to read them.

A layer left out is not measured, and the outputs say so; without the parcels, the other layers and
tables can be checked, but nothing is measured.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import Field, ValidationError, model_validator

from landrenew.base.dates import day_of
from landrenew.base.errors import ColumnError, FileError
from landrenew.base.toml_file import read_toml
from landrenew.base.words import Text
from landrenew.intake.certainty import Certainty
from landrenew.intake.ground import Ground
from landrenew.intake.planning import Planning
from landrenew.intake.publication import Publication
from landrenew.intake.sections import (
    City,
    EarlierLine,
    EarlierParcels,
    Firms,
    Layer,
    ParcelLayer,
    Part,
    Rasters,
    Tolerances,
)

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

CALLED = Text("项目文件", "project file")

SAID = {
    "missing": Text("缺少这一项", "is missing"),
    "extra_forbidden": Text("没有这样的项，请检查拼写", "is not a key of landrenew"),
    "string_type": Text("应为带引号的文字", "should be text in quotes"),
    "string_too_short": Text("不能为空", "must not be empty"),
    "float_type": Text("应为数字", "should be a number"),
    "int_type": Text("应为整数", "should be a whole number"),
    "int_parsing": Text("应为整数", "should be a whole number"),
    "int_from_float": Text("应为整数", "should be a whole number"),
    "float_parsing": Text("应为数字", "should be a number"),
    "greater_than_equal": Text("不能小于 0", "must not be below 0"),
    "greater_than": Text("应大于 0", "must be above 0"),
    "finite_number": Text("应为有限的数", "should be a finite number"),
    "literal_error": Text("不是可选的词之一", "is none of the words that can stand here"),
    "string_pattern_mismatch": Text(
        "名称只能用小写字母、数字和下划线", "must be small letters, digits and underscores"
    ),
    "model_type": Text("应为一节（[…] 之下的若干项）", "should be a section of keys"),
    "tuple_type": Text("应为列表（方括号）", "should be a list in brackets"),
    "bool_type": Text("应为 true 或 false", "should be true or false"),
    "string_too_long": Text("太长", "is too long"),
    "dict_type": Text("应为一节（[…] 之下的若干项）", "should be a section of keys"),
}
"""What pydantic finds most often, in our words."""


class Project(Part):
    """
    A whole project file.

    Parameters
    ----------
    folder
        Folder that relative paths start from.
    city
        The city.
    parcels
        One row, one parcel of industrial land; None while they are not there yet.
    control_line
        Industrial control line 工业控制线.
    growth_boundary
        Growth boundary 城镇开发边界.
    towns
        Towns 镇街.
    villages
        Villages 村（社区）.
    parks
        Parks 园区 with capacity.
    buildings
        Building footprints.
    firms
        Firms.
    links
        Which firm stands on which parcel.
    leases
        Which firm rents land on which parcel, from whom, from when to when.
    survey
        What towns surveyed of the parcels: willingness, incomes, costs, by parcel.
    contacts
        Pairs of parcels that people join or part, whatever the gap between them.
    barriers
        Rivers, railways, expressways that contiguity never crosses.
    protected
        Protected land.
    background
        Faint backdrop of the map: water, roads, built-up land.
    ledger
        Events of renewal.
    corrections
        Corrections of single values, applied to the files' own columns on every run.
    earlier_parcels
        An earlier state of the parcels, to tell retired and new ground.
    earlier_control_line
        An earlier version of the control line, to tell what re-drawing it did.
    departments
        Tables of other departments, by name, that are only compared with the parcels or firms.
    rasters
        Raster files.
    tolerances
        Named tolerances.
    certainty
        What is drawn by chance to tell how sure the judgements are; None where nothing is.
    plan
        What a plan must reach, may cost and must leave alone; None where no plan is asked for.
    map
        What the map may show beneath the parcels.
    public
        What a public page may hold; None where nothing may be published.
    """

    folder: Path
    city: City
    parcels: ParcelLayer | None = None
    control_line: Layer | None = None
    growth_boundary: Layer | None = None
    towns: Layer | None = None
    villages: Layer | None = None
    parks: Layer | None = None
    buildings: Layer | None = None
    firms: Firms | None = None
    links: Layer | None = None
    leases: Layer | None = None
    survey: Layer | None = None
    contacts: Layer | None = None
    barriers: Layer | None = None
    protected: Layer | None = None
    background: Layer | None = None
    ledger: Layer | None = None
    corrections: Layer | None = None
    earlier_parcels: EarlierParcels | None = None
    earlier_control_line: EarlierLine | None = None
    departments: dict[str, Layer] = Field(default_factory=dict)
    rasters: Rasters = Rasters()
    tolerances: Tolerances = Tolerances()
    certainty: Certainty | None = None
    plan: Planning | None = None
    map: Ground = Ground()
    public: Publication | None = None

    @model_validator(mode="after")
    def _earlier_is_earlier(self) -> Project:
        for name, earlier, now in (
            ("earlier_parcels", self.earlier_parcels, self.parcels),
            ("earlier_control_line", self.earlier_control_line, self.control_line),
        ):
            today = (None if now is None else now.as_of) or self.city.as_of
            if earlier is None or today is None:
                continue
            then, last = day_of(earlier.as_of, last=False), day_of(today, last=True)
            if then is not None and last is not None and then >= last:
                raise ColumnError(
                    f"[{name}] 的 as_of 为 {earlier.as_of}，不早于现状的 {today}",
                    f"as_of of [{name}] is {earlier.as_of}, which is not before {today}, the date"
                    " of the present state",
                )
        return self

    def layers(self) -> dict[str, Layer]:
        """
        Give the layers that the project has.

        Returns
        -------
        dict
            Layer by name, in the order of the project file's sections.
        """
        given = {name: getattr(self, name) for name in type(self).model_fields}
        layers = {name: one for name, one in given.items() if isinstance(one, Layer)}
        return layers | {f"departments.{name}": one for name, one in self.departments.items()}


def _complaint(error: ValidationError) -> Text:
    zh, en = [], []
    for one in error.errors():
        where = ".".join(str(part) for part in one["loc"])
        at = f"[{where}] " if where else ""  # what several sections say names them itself
        said = _in_our_words(one)
        zh.append(f"{at}{said.zh}")
        en.append(f"{at}{said.en}")
    return Text("；".join(zh), "; ".join(en))


def _in_our_words(one: ErrorDetails) -> Text:
    """Say what is wrong with one key, and what can stand there."""
    facts = one.get("ctx", {})
    if isinstance(facts.get("error"), ColumnError):
        return cast("ColumnError", facts["error"]).text
    if (most := facts.get("le")) is not None:
        said = Text(f"不能大于 {most:,.10g}", f"must not be above {most:,.10g}")
        return said if most != 1 else Text(f"{said.zh}（80% 写作 0.8）",
                                           f"{said.en} (write 80% as 0.8)")  # fmt: skip
    said = SAID.get(one["type"], Text(one["msg"], one["msg"]))
    if one["type"] != "literal_error":
        return said
    words = re.findall(r"'([^']*)'", facts["expected"])
    return Text(f"{said.zh}：{'、'.join(words)}", f"{said.en}: {', '.join(words)}")


def read_project(path: str | Path) -> Project:
    """
    Read and check a project file.

    Parameters
    ----------
    path
        The TOML file.

    Returns
    -------
    Project
        The project; layer paths stay relative to :attr:`Project.folder`.

    Raises
    ------
    FileError
        When the file is missing, is not TOML, or holds an unknown or wrong key.
    """
    path = Path(path)
    return project_of(raw_project(path), path)


def raw_project(path: Path) -> dict[str, Any]:
    """
    Read a project file as it stands.

    Parameters
    ----------
    path
        The TOML file.

    Returns
    -------
    dict
        Its sections, unchecked.

    Raises
    ------
    FileError
        When the file is missing or is not TOML.
    """
    return read_toml(path, CALLED, way_out=Text(
        "，或用 landrenew demo 得到一个样例", ", or get an example with: landrenew demo"
    ))  # fmt: skip


def project_of(raw: dict[str, Any], path: Path, called: Text = CALLED) -> Project:
    """
    Check what a project file says.

    Parameters
    ----------
    raw
        Its sections.
    path
        The file, for messages and for the folder that paths start from.
    called
        What the file is to its user.

    Returns
    -------
    Project
        The project.

    Raises
    ------
    FileError
        When it holds an unknown or wrong key.
    """
    try:
        return Project(folder=path.resolve().parent, **raw)
    except (ValidationError, TypeError) as error:
        ours = Text(
            f"[folder] {SAID['extra_forbidden'].zh}", f"[folder] {SAID['extra_forbidden'].en}"
        )
        said = _complaint(error) if isinstance(error, ValidationError) else ours
        raise FileError(
            f"{called.zh} {path} 有误：{said.zh}。请对照 docs/project-file.md 改正。",
            f"{called.en.capitalize()} {path} is wrong: {said.en}. Every key is described in"
            " docs/project-file.md.",
        ) from error
