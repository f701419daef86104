"""Which scheme of land classes a layer is written in: the same code means different things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landrenew.base.codes.land import fitting_schemes
from landrenew.base.words import Text
from landrenew.intake.propose.draft import Line
from landrenew.intake.propose.values import filled

if TYPE_CHECKING:
    from landrenew.intake.propose.look import Look

SURVEY, SURVEY_FIELDS = "三调", {"TBMJ", "CZCSXM", "TBDLMJ", "ZLDWDM", "QSDWDM"}
"""Fields of DLTB that no other layer has; two of them prove the third survey."""

PROOF = 2

FULL_DIGITS = 4
"""Shorter codes are those of other lists."""


def scheme_lines(look: Look, column: str) -> list[Line]:
    """
    Propose the scheme of a column of land codes.

    Parameters
    ----------
    look
        What was seen of a layer of parcels.
    column
        Its column of land codes.

    Returns
    -------
    list of Line
        ``land_scheme``, where the codes or the fields prove one; switched off where several would
        do; none for names, and for codes that no scheme has.
    """
    counts = {str(one): int(n) for one, n in filled(look.frame[column]).value_counts().items()}
    schemes = fitting_schemes(counts)
    if not schemes or max(map(len, counts)) < FULL_DIGITS:
        return []
    if len(schemes) == 1:
        return [Line("land_scheme", schemes[0], Text("按地类编码判断", "as the codes tell"))]
    fields = {one.upper() for one in look.columns} & SURVEY_FIELDS
    if SURVEY in schemes and len(fields) >= PROOF:
        return [Line("land_scheme", SURVEY, Text("按图斑的字段判断", "as the fields tell"))]
    others = "、".join(schemes)
    why = Text(
        f"这些编码在 {others} 中都有；确认后启用",
        f"in {others} alike; switch it on once it is known",
    )
    return [Line("land_scheme", schemes[0], why, is_sure=False, is_on=False)]
