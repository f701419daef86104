"""Write the pages that are made from the code: docs/columns.md and docs/faults.md."""

from __future__ import annotations

from pathlib import Path

from landrenew.base.columns import COLUMNS, Column
from landrenew.intake.faults import KINDS
from landrenew.publish.tables import OUTCOMES

DOCS = Path(__file__).parents[1] / "docs"

UNITS_AND_ROLES = (
    "*given* comes from the user's layers, *measured* and *judged* from landrenew. A share is"
    " 0-1, `1` is a number without unit, `cny10k` is 万元. Missing stays missing."
)

FAULTS_AND_FINDINGS = (
    "`faults.csv` lists every row that was repaired, set aside or doubted; `findings.csv` land that"
    " is where it must not be."
)

HEAD = ["| column | unit | 中文 | role | meaning |", "|---|---|---|---|---|"]

TABLES = {
    "parcel": "Parcels 宗地",
    "firm": "Firms 企业",
    "block": "Blocks 地块组",
    "layer": "Other layers 其他图层",
    "progress": "Progress 进度",
    "earlier": "Earlier parcels 前期宗地",
    "backflow": "Backflow 回潮",
    "project": "Proposed projects 拟建项目",
}


def columns_page() -> str:
    """Give the data dictionary as a page."""
    lines = [
        "# Columns 数据字典",
        "",
        "Made by `scripts/write_docs.py` from `src/landrenew/base/columns.csv`; do not edit.",
        "",
        UNITS_AND_ROLES,
    ]
    for table, title in TABLES.items():
        lines += ["", f"## {title}", "", *HEAD]
        lines += [_row(one) for one in COLUMNS.values() if one.table == table]
    return "\n".join(lines) + "\n"


def _row(one: Column) -> str:
    meaning = f"{one.meaning.zh} {one.meaning.en}".replace("|", "\\|")
    return f"| `{one.name}` | {one.unit} | {one.label.zh} | {one.role} | {meaning} |"


def faults_page() -> str:
    """Give every kind of fault as a page."""
    lines = [
        "# Faults 数据问题",
        "",
        "Made by `scripts/write_docs.py` from `src/landrenew/intake/faults.py`; do not edit.",
        "",
        FAULTS_AND_FINDINGS,
        "",
        "| code | 处理 | what | how to mend |",
        "|---|---|---|---|",
    ]
    for code, kind in KINDS.items():
        outcome = OUTCOMES[kind.outcome]
        lines.append(
            f"| `{code}` | {outcome.zh} {outcome.en} | {kind.what.zh}。 {kind.what.en}."
            f" | {kind.mend.zh} {kind.mend.en} |"
        )
    return "\n".join(lines) + "\n"


PAGES = {"columns.md": columns_page, "faults.md": faults_page}


def main() -> None:
    """Write the pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
