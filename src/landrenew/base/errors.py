"""The errors a user of landrenew can meet: one root, seven leaves by where it failed.

Each message is one or two sentences: what was found, where, and how to mend it, in Chinese and
in English. ``str(error)`` is English; the doors ask :meth:`LandrenewError.say` for their language.
"""

from __future__ import annotations

import errno

from landrenew.base.words import Lang, Text


class LandrenewError(Exception):
    """
    Root of every error that landrenew raises on purpose.

    Parameters
    ----------
    zh
        The sentence in Chinese.
    en
        The same sentence in English.

    Attributes
    ----------
    text
        Both sentences.
    """

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.text = Text(zh, en)

    def __str__(self) -> str:
        """Give the English sentence."""
        return self.text.en

    def say(self, lang: Lang) -> str:
        """
        Give the sentence in one language.

        Parameters
        ----------
        lang
            ``"zh"`` or ``"en"``.

        Returns
        -------
        str
            The sentence.
        """
        return self.text.say(lang)


class FileError(LandrenewError, ValueError):
    """A file, layer, table or folder could not be read or written."""


class CrsError(LandrenewError, ValueError):
    """A coordinate system is missing, wrong, or cannot serve the purpose."""


class ColumnError(LandrenewError, ValueError):
    """A column is missing, given twice, or holds what it must not hold."""


class ParcelError(LandrenewError, ValueError):
    """The parcels as a whole cannot be used: none left, or ids that mean two things."""


class RuleError(LandrenewError, ValueError):
    """A rulebook is broken, or has no word on what was asked of it."""


class PlanError(LandrenewError, ValueError):
    """What was asked of a plan contradicts itself, lacks a figure, or a solve has no answer."""


class PublicationError(LandrenewError, ValueError):
    """What may be published is not stated, or the rule that protects firms cannot be kept."""


REASONS = {
    errno.ENOENT: Text("不存在", "no such file or folder"),
    errno.EACCES: Text("没有权限", "permission denied"),
    errno.EPERM: Text("没有权限", "permission denied"),
    errno.ENOSPC: Text("磁盘已满", "no space left on the disk"),
    errno.EROFS: Text("磁盘只读", "the disk is read-only"),
    errno.EISDIR: Text("是文件夹，不是文件", "it is a folder, not a file"),
    errno.ENOTDIR: Text("不是文件夹", "not a folder"),
    errno.EEXIST: Text("已有同名文件", "a file of this name is there"),
    errno.ENAMETOOLONG: Text("文件名过长", "the name is too long"),
}
"""What the operating system's refusals mean, for people."""


def reason(error: Exception) -> Text:
    """
    Say in both languages why the operating system, or a library, refused.

    Parameters
    ----------
    error
        What was raised.

    Returns
    -------
    Text
        The reason; the library's own words where there are no better ones.

    Examples
    --------
    >>> reason(FileNotFoundError(2, "No such file or directory")).zh
    '不存在'
    """
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    code = getattr(error, "errno", None)
    return REASONS.get(code, Text(said, said)) if isinstance(code, int) else Text(said, said)
