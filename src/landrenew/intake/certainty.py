"""The section ``[certainty]`` of the project file: how far inputs may be off, and who says so."""

from __future__ import annotations

from pydantic import Field, model_validator

from landrenew.base.columns import COLUMNS
from landrenew.base.errors import ColumnError
from landrenew.base.words import some
from landrenew.intake.sections import Part

MOST_DRAWS = 1_000_000


class InputError(Part):
    """
    How far one input may be off.

    Parameters
    ----------
    share
        Standard deviation of the input over its value [0-1].
    source
        What says so: a comparison of departments, an audit, a survey.
    """

    share: float = Field(ge=0, le=1, allow_inf_nan=False)
    source: str = Field(min_length=1)


class Certainty(Part):
    """
    What is drawn by chance to tell how sure the judgements are, and how often.

    Parameters
    ----------
    draws
        How many times everything is judged anew.
    seed
        Where chance begins; the same seed gives the same draws.
    sure_from
        Share of the draws from which a judgement is called sure; nobody else may set it.
    weight_spread
        Standard deviation of every weight over its value, the weights of a pool then scaled back to
        their total; None: the weights are certain.
    errors
        Inputs that may be off, by column.
    """

    draws: int = Field(default=1000, gt=0, le=MOST_DRAWS)
    seed: int = Field(default=1, ge=0)
    sure_from: float = Field(gt=0, le=1, allow_inf_nan=False)
    weight_spread: float | None = Field(default=None, gt=0, le=1, allow_inf_nan=False)
    errors: dict[str, InputError] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _says_what_may_be_off(self) -> Certainty:
        if not self.errors and self.weight_spread is None:
            raise ColumnError(
                "没有写明什么可能有误差：请在 [certainty.errors] 中写，如 tax_cny10k ="
                ' { share = 0.08, source = "…" }，或写 weight_spread',
                "does not say what may be off: write under [certainty.errors], such as tax_cny10k"
                ' = { share = 0.08, source = "…" }, or write weight_spread',
            )
        if unknown := sorted(self.errors.keys() - COLUMNS.keys()):
            raise ColumnError(
                f"数据字典里没有 {some(unknown)}（用 landrenew columns 查看全部列）",
                f"not a column of landrenew: {some(unknown)} (see: landrenew columns)",
            )
        if unfit := sorted(name for name in self.errors if not _can_be_off(name)):
            raise ColumnError(
                f"{some(unfit)} 不是数值输入，不能有误差：只能写给出或量算的数值列",
                f"not a number that comes in, so it has no error of its own: {some(unfit)};"
                " only given or measured numbers do",
            )
        return self


def _can_be_off(name: str) -> bool:
    one = COLUMNS[name]
    return one.kind in {"number", "integer"} and one.role != "judged" and one.table != "block"
