"""TOML that planners write: project files, rulebooks, proposed projects."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from landrenew.base.errors import FileError, reason
from landrenew.base.jargon import plainly
from landrenew.base.words import Text

if TYPE_CHECKING:
    from pathlib import Path

    from landrenew.base.errors import LandrenewError

NOTHING_ELSE = Text("", "")


def read_toml(
    path: Path,
    called: Text,
    error_type: type[LandrenewError] = FileError,
    way_out: Text = NOTHING_ELSE,
) -> dict[str, Any]:
    """
    Read a TOML file, with or without the byte-order mark of Windows editors.

    Parameters
    ----------
    path
        The file.
    called
        What it is to its user, for the error.
    error_type
        The error to raise.
    way_out
        What else to do where the file cannot be read, to stand after "check the path".

    Returns
    -------
    dict
        The table.

    Raises
    ------
    LandrenewError
        Of the type asked for, when the file cannot be read or is no TOML in UTF-8.
    """
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        why = reason(error)
        raise error_type(
            f"读不到{called.zh} {path}：{why.zh}。请检查路径{way_out.zh}。",
            f"Cannot read {called.en} {path}: {why.en}. Check the path{way_out.en}.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        said = plainly(str(error))
        raise error_type(
            f"{called.zh} {path} 写法有误：{said.zh}。请改正该行（文字须用引号，编码须为 UTF-8）。",
            f"{called.en.capitalize()} {path} is not valid TOML: {said.en}. Mend that line (text in"
            " quotes, file in UTF-8).",
        ) from error
