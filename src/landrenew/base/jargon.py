"""What the libraries below say of a broken file or condition, in a planner's words.

Only what planners meet is listed; anything else is passed on as the library says it.
"""

from __future__ import annotations

import re

from landrenew.base.words import Text

PHRASES = (
    # SQLite, on a condition
    (r'near "\)": syntax error', r"条件没有写完，或括号不成对"),
    (r'near "(.+)": syntax error', r"“\1”附近的写法不对"),
    (r"no such column: (.+)", r"没有列“\1”（文字请用单引号）"),
    (r"no such function: (.+)", r"没有函数 \1"),
    (r"incomplete input", r"条件没有写完"),
    (r'unrecognized token: "([^\n]+)(?:\n\))?"', r"“\1”的引号或符号不对"),
    (r"REGEXP pattern: (.+)", r"REGEXP 的式样写法不对（\1）"),
    # TOML
    (r"Invalid value(.*)", r"等号后的写法不对，文字要加引号\1"),
    (r"Unescaped '.+' in a string(.*)", r"路径中的 \\ 请写成 /\1"),
    (r"Invalid hex value(.*)", r"路径中的 \\ 请写成 /\1"),
    (r"Expected '=' after a key[^(]*(.*)", r"名称之后缺等号\1"),
    (r"Cannot declare \('(.+?)',?\) twice(.*)", r"[\1] 这一节写了两次\2"),
    (r"Expected '\]+' at the end of a[^(]*(.*)", r"方括号没有收尾\1"),
    (r"Unclosed array(.*)", r"方括号没有收尾\1"),
    (r"Unclosed inline table(.*)", r"花括号没有收尾\1"),
    (r"Duplicate inline table key '(.+?)'(.*)", r"同一项 \1 写了两次\2"),
    (r"Invalid initial character for a key part(.*)", r"名称的写法不对，中文名称要加引号\1"),
    (r"Cannot overwrite a value(.*)", r"同一项写了两次\1"),
    (r"Invalid statement(.*)", r"这一行的写法不对\1"),
    (r"Expected newline or end of document[^(]*(.*)", r"一行只能写一项，或缺引号\1"),
    (r"(?:Unterminated string|Illegal character)[^(]*(.*)", r"引号没有收尾\1"),
    (r"'utf-8' codec can't decode .*", r"文件不是 UTF-8 编码"),
    # GEOS, on a shape
    (r"Self-intersection\[([\d.-]+) ([\d.-]+)\]", r"在 (\1, \2) 自相交"),
    (r"Ring Self-intersection\[([\d.-]+) ([\d.-]+)\]", r"同一圈界线在 (\1, \2) 相接或相交"),
    (r"Hole lies outside shell.*", r"洞在外圈之外"),
    (r"Holes are nested.*", r"洞中有洞"),
    (r"Nested shells.*", r"面中套面"),
    (r"Interior is disconnected.*", r"内部被界线隔断"),
    (r"Duplicate Rings.*", r"界线重复"),
    (r"Too few (?:distinct )?points in geometry component.*", r"界址点太少"),
    (r"(?:Multi)?Point", r"点"),
    (r"(?:Multi)?LineString", r"线"),
    (r"GeometryCollection", r"点、线、面的混合"),
    # GDAL and readers of tables, on a layer
    (r".*not recognized as being in a supported file format.*", r"不认识这种文件格式"),
    (r"ERROR parsing kml .* on line (\d+).*", r"KML 第 \1 行有误"),
    (r".*rings with invalid winding order.*", r"有的界线走向不合规范，已自动改正"),
    (r"File is not a zip file", r"不是完整的 XLSX 文件"),
    (r"the file is empty", r"文件是空的"),
    (r"the workbook is encrypted.*", r"工作簿加了密，或其实是 XLS；请去掉密码，另存为 XLSX"),
    (r"its coordinate system is damaged", r"坐标系定义（.prj 等）已损坏"),
    (r"it holds no layer", r"其中没有图层"),
    (r"unexpected end of data", r"有引号没有收尾"),
    (r"'(.)' expected after '\"'", r"引号之后应是 \1，请检查引号是否成对"),
    (r"line (\d+) holds (\d+) values, the heading (\d+)", r"第 \1 行有 \2 个值，标题只有 \3 个"),
    (r"Worksheet named '(.+)' not found", r"没有工作表“\1”"),
    (r"Layer '(.+)' could not be opened.*", r"没有图层“\1”"),
    (r"unknown encoding: (.+)", r"没有名为 \1 的编码，中文旧文件多为 gbk"),
    (r".* codec can't decode .*", r"文字编码不对，请写明 encoding，例如 gbk"),
)
"""Pattern of the library's sentence, and how to say it in Chinese."""

PLACE = re.compile(r" ?\(at line (\d+), column (\d+)\)")
END = re.compile(r" ?\(at end of document\)")


def plainly(said: str) -> Text:
    """
    Say a library's complaint in a planner's words.

    Parameters
    ----------
    said
        What the library says.

    Returns
    -------
    Text
        In English as the library says it; in Chinese our words where we have some.

    Examples
    --------
    >>> plainly("Invalid value (at line 5, column 6)").zh
    '等号后的写法不对，文字要加引号（第 5 行第 6 列）'
    """
    found = (met.expand(zh) for pattern, zh in PHRASES if (met := re.fullmatch(pattern, said)))
    zh = next(found, said)
    return Text(END.sub("（文件末尾）", PLACE.sub(r"（第 \1 行第 \2 列）", zh)), said)
