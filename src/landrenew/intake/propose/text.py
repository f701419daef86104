"""Write a proposal as a project file: TOML with comments, safe whatever names the files bear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.words import Text, visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from landrenew.base.words import Lang
    from landrenew.intake.propose.draft import Line, Section
    from landrenew.intake.propose.folder import Unknown

TITLES = {
    "city": Text("城市", "the city"),
    "parcels": Text("宗地：一行一宗", "parcels: one row, one parcel"),
    "control_line": Text("工业控制线", "industrial control line"),
    "growth_boundary": Text("城镇开发边界", "growth boundary"),
    "towns": Text("镇街", "towns"),
    "villages": Text("村（社区）", "villages"),
    "parks": Text("园区与可用容量", "parks and their capacity"),
    "barriers": Text("连片不可跨越的河道、铁路、高速", "rivers, railways, expressways"),
    "protected": Text("永久基本农田、生态保护红线", "protected land"),
    "background": Text("地图底色", "backdrop of the map"),
    "buildings": Text("建筑", "buildings"),
    "firms": Text("企业", "firms"),
    "links": Text("哪家企业在哪宗地上", "which firm on which parcel"),
    "leases": Text("租赁", "leases"),
    "survey": Text("排摸：按宗地编号补给宗地的列", "survey: columns joined to the parcels by id"),
    "contacts": Text("人工连接或断开的宗地", "parcels joined or parted by hand"),
    "ledger": Text("改造台账", "ledger of renewal"),
    "corrections": Text("更正：每次运行都先改正的值", "corrections, applied on every run"),
    "rasters": Text("栅格", "rasters"),
}

CHECK = Text("请核对", "check")

HEAD = (
    Text(
        "本文件由 landrenew init 看过文件夹之后写出；路径从本文件所在的文件夹算起。",
        "Written by landrenew init after a look at the folder; paths start where this file is.",
    ),
    Text(
        "标着“请核对”的地方程序没有把握；行首带“# ”的项或节没有启用，原因写在旁边。",
        "What says 'check' is not certain; keys and sections behind '# ' are not in use, and why"
        " stands beside them.",
    ),
    Text(
        "改好后运行 landrenew check 检查，各项的写法见 docs/project-file.md。",
        "Then run landrenew check; every key is described in docs/project-file.md.",
    ),
)

REST = Text("没有用到的文件与图层：", "Files and layers that are not used:")


def quoted(text: str) -> str:
    r"""
    Write a text as a TOML string.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        In double quotes; whatever does not show is escaped.

    Examples
    --------
    >>> print(quoted('a"b'))
    "a\"b"
    """
    return '"' + visible(text.replace("\\", "\\\\")).replace('"', '\\"') + '"'


def project_text(sections: Iterable[Section], unknown: Iterable[Unknown], lang: Lang = "zh") -> str:
    """
    Write the whole project file.

    Parameters
    ----------
    sections
        Its sections, in order.
    unknown
        What is not used, and why.
    lang
        Language of the comments.

    Returns
    -------
    str
        The TOML.
    """
    head = "".join(f"# {line.say(lang)}\n" for line in HEAD)
    body = "\n".join(_section(one, lang) for one in sections)
    rest = "".join(f"#   {visible(one.path)}: {visible(one.why.say(lang))}\n" for one in unknown)
    return f"{head}\n{body}" + (f"\n# {REST.say(lang)}\n{rest}" if rest else "")


def _section(one: Section, lang: Lang) -> str:
    title = TITLES.get(one.name, Text(one.name, one.name)).say(lang)
    said = [f"# {title}"] + [f"# {visible(remark.say(lang))}" for remark in one.remarks]
    said += [f"# {_check(doubt, lang)}" for doubt in one.doubts]
    if one.off is not None:
        said.append(f"# {_check(one.off, lang)}")
    keys = [f"[{one.name}]", *(_line(line, lang) for line in one.lines)]
    if one.columns:
        is_on = any(line.is_on for line in one.columns)
        head = f"[{one.name}.columns]"
        keys += ["", head if is_on else f"# {head}"]
        keys += [_line(line, lang) for line in one.columns]
    if one.off is not None:
        keys = [f"# {key}".rstrip() for key in keys]
    return "".join(f"{line}\n" for line in [*said, *keys])


def _line(line: Line, lang: Lang) -> str:
    """Write one key, with its remark behind it."""
    if isinstance(line.value, tuple):
        column, unit = map(quoted, line.value)
        said = f"{line.key} = {{ column = {column}, unit = {unit} }}"
    else:
        said = f"{line.key} = {quoted(line.value)}"
    said = said if line.is_on else f"# {said}"
    if line.remark is None:
        return said
    remark = _check(line.remark, lang) if not line.is_sure else visible(line.remark.say(lang))
    return f"{said}  # {remark}"


def _check(said: Text, lang: Lang) -> str:
    joint = "：" if lang == "zh" else ": "
    return f"{CHECK.say(lang)}{joint}{visible(said.say(lang))}"
