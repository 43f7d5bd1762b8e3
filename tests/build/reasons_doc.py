"""``docs/reasons.md``, printed from :mod:`equivalents.reasons`.

Run ``python -m tests.build.reasons_doc`` after a change of the reasons; a test holds them equal.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

from equivalents.reasons import EXCLUSIONS, REASONS, Reason, Stage

__all__ = ["PAGE", "main", "page"]

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "reasons.md"

STAGES: Final[dict[str, str]] = {
    "command": "Commands 命令",
    "file": "Files 文件",
    "table": "Tables 数据表",
    "rules": "Rules: `case.yaml`, weight tables, postings 规则",
    "form": "Records: form 记录的格式",
    "identity": "Records: identity 记录的编号",
    "policy": "Records: policy 记录的规则判定",
    "money": "Pools and totals 绩效池与合计",
    "service": "The service 服务",
}
"""A heading for every stage, in the order in which the program meets them."""

_HEAD: Final = """\
# Reason codes 原因代码

Every problem has a code, a severity and a sentence in Chinese and English. Programs may rely on
the codes; the texts may improve. Words in braces are filled from the problem. `error` refuses the
file or rejects the record, `warning` only tells, `note` marks what a rule excludes.

This page is made by `python -m tests.build.reasons_doc`. Do not edit it.
"""


def page() -> str:
    """The whole page as text."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD.rstrip()
    for stage in get_args(Stage):
        yield f"\n## {STAGES[stage]}\n"
        yield "| Code | Severity | 中文 | English |"
        yield "|---|---|---|---|"
        yield from (_row(reason) for reason in REASONS.values() if reason.stage == stage)
    yield "\n## Rules that exclude 不计的规则\n"
    yield "Shown in `excluded.csv`.\n"
    yield "| Rule | 中文 | English |"
    yield "|---|---|---|"
    for code, (zh, en) in EXCLUSIONS.items():
        yield f"| `{code}` | {_cell(zh)} | {_cell(en)} |"


def _row(reason: Reason) -> str:
    return f"| `{reason.code}` | {reason.severity} | {_cell(reason.zh)} | {_cell(reason.en)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> int:
    """Write the page."""
    PAGE.write_bytes(page().encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
