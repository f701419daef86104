"""The survey form 排摸表: its columns, as the template writes them and the check reads them.

What a column means, its unit and its range stand in the data dictionary; here is only what the form
adds: the heading, whether it must be filled in, an example, and what to do when it is not known.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from landrenew.base.columns import COLUMNS, WORDS, Column
from landrenew.base.dates import NOT_YET
from landrenew.base.units import factor_to

FORM_VERSION = "2"

FORM_SHEET = "填报表"
GUIDE_SHEET = "填表说明"
KEY_SHEET = "_landrenew"
KEY_MARK = "landrenew-survey"
"""First cell of the hidden sheet by which a returned form is known again."""

KEY_ROW, HEADING_ROW, PARCELS_ROW = 3, 4, 6
"""Rows of the hidden sheet: our names, the headings, and below the parcels handed out."""

NOT_KNOWN = "-"
"""What a clerk writes in a required cell when the figure cannot be had."""

Fill = Literal["code", "text", "choice", "number", "whole", "date"]


@dataclass(frozen=True)
class Field:
    """
    One column of the form.

    Parameters
    ----------
    name
        Column of the data dictionary.
    heading
        Its title on the form, without the unit.
    fill
        How it is filled in.
    example
        A value as a clerk would write it.
    unit
        Unit on the form; empty for none.
    required
        Whether the cell must not stay empty.
    width
        Width on the form, in characters.
    advice
        What to mind, beyond the meaning.
    means
        Meaning on the form, where the dictionary's speaks of what the program does.
    unless
        A word that may stand instead, where there is no such day yet.
    """

    name: str
    heading: str
    fill: Fill
    example: str
    unit: str = ""
    required: bool = False
    width: int = 12
    advice: str = ""
    means: str = ""
    unless: str = ""

    @property
    def column(self) -> Column:
        """Its column of the data dictionary."""
        return COLUMNS[self.name]

    @property
    def title(self) -> str:
        """The heading with its unit."""
        return f"{self.heading}（{self.unit}）" if self.unit else self.heading

    @property
    def words(self) -> tuple[str, ...]:
        """What may be chosen; empty where anything may be written."""
        return tuple(said[0] for said in WORDS.get(self.name, {}).values())

    @property
    def meaning(self) -> str:
        """What is asked, in one sentence."""
        chosen = f"{self.heading}：{'、'.join(self.words)}。" if self.words else ""
        return self.means or chosen or self.column.meaning.zh

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Smallest and largest value that can be true, in the unit of the form."""
        factor = factor_to(self.column.unit, self.unit) if self.unit else 1.0
        low, high = self.column.low, self.column.high
        return (None if low is None else low / factor, None if high is None else high / factor)


UNKNOWN = "不掌握的留空"
LEAVE = "不掌握的留空，不要填 0"
ALL_OF_FIRM = "填主要用地企业；同一宗地的其他企业另附名单"

FORM: tuple[Field, ...] = (
    Field("town", "镇街", "text", "西南街道", required=True, width=11, advice="已预填，不要改动",
          means="宗地所在的镇街。"),
    Field("parcel_id", "宗地代码", "code", "330282001002GB00017", required=True, width=22,
          advice="19 位宗地代码或 28 位不动产单元号；已预填的不要改动；一宗地只填一行"),
    Field("owner", "权利人", "text", "某某五金有限公司", required=True, width=26,
          advice="按不动产登记簿"),
    Field("address", "坐落", "text", "某某村工业路 8 号", width=16, advice="按不动产登记簿"),
    Field("declared_area_m2", "登记面积", "number", "20.83", "亩", required=True, width=10,
          advice="1 亩 = 2000/3 平方米；只填数字"),
    Field("land_code", "地类编码", "code", "0601", width=10,
          advice="地类或用地用海编码，如 0601、100101"),
    Field("floor_area_m2", "建筑面积", "number", "7140.41", "平方米", width=11,
          advice=f"没有建筑的填 0；{LEAVE}", means="宗地上全部建筑的建筑面积之和。"),
    Field("floor_count", "层数", "number", "3", width=7, advice=LEAVE,
          means="最高一幢建筑的地上层数。"),
    Field("firm_name", "企业名称", "text", "某某五金有限公司", width=24, advice=ALL_OF_FIRM),
    Field("firm_id", "统一社会信用代码", "code", "11330282734267548D", width=21,
          advice="18 位；填了企业名称或税收、产值、人数的必须填",
          means="企业的统一社会信用代码。"),
    Field("industry_code", "行业代码", "code", "3311", width=9,
          advice="二至四位代码",
          means="国民经济行业分类（GB/T 4754）代码。"),
    Field("size_class", "是否规上", "choice", "规上", width=9, advice="从下拉框选择"),
    Field("tax_cny10k", "年税收", "number", "125", "万元", width=9,
          advice=f"评价税收，可为负数；{LEAVE}"),
    Field("output_cny10k", "年产值", "number", "2000", "万元", width=9, advice=LEAVE),
    Field("staff_person", "用工人数", "whole", "86", "人", width=9, advice=LEAVE),
    Field("willingness", "改造意愿", "choice", "愿意", required=True, width=9,
          advice="从下拉框选择；走访后填写"),
    Field("exempt_reason", "不参评原因", "text", "2025 年新供地", width=12,
          advice="参加评价的留空",
          means="不参加评价的原因。"),
    Field("registered_on", "注册日期", "date", "2015-03-20", width=11,
          advice=f"按营业执照的成立日期，写作 2015-03-20；{UNKNOWN}",
          means="企业注册（成立）的日期。"),
    Field("production_on", "投产日期", "date", "2016-01-10", width=11,
          advice=f"尚未投产的填“{NOT_YET[0]}”；{UNKNOWN}",
          means="投产的日期。", unless=NOT_YET[0]),
    Field("veto_reason", "一票否决原因", "text", "某办〔2025〕8 号：安全事故", width=12,
          advice="写明文号；没有的留空", means="按评价办法直接定级的原因。"),
    Field("bonus_points", "加减分", "number", "2", width=7,
          advice="加分填正数，减分填负数；没有的留空", means="按评价办法申报的加分或减分。"),
    Field("bonus_evidence", "加减分依据", "text", "高新技术企业证书 GR2025", width=12,
          advice="填了加减分的必须填；没有依据的不计", means="证明加减分的文件。"),
    Field("surveyor", "填表人", "text", "张三", required=True, width=8, advice="填姓名"),
    Field("survey_date", "填表日期", "date", "2026-06-30", required=True, width=12,
          advice="写作 2026-06-30",
          means="排摸填表的日期。"),
    Field("data_year", "数据年份", "whole", "2025", width=9,
          advice="四位年份；填了税收、产值、人数的必须填"),
)  # fmt: skip
"""The form, in the order of its columns."""

FIRM_FIGURES = ("tax_cny10k", "output_cny10k", "staff_person")
"""Figures that belong to a firm and to a year."""


def plain_heading(text: str) -> str:
    r"""
    Bring a heading to one spelling: half width, no blanks, no star.

    Parameters
    ----------
    text
        A heading as it stands.

    Returns
    -------
    str
        The heading.

    Examples
    --------
    >>> plain_heading("登记面积 \n(亩)*") == plain_heading("登记面积（亩）")
    True
    """
    return "".join(unicodedata.normalize("NFKC", text).split()).rstrip("*")
