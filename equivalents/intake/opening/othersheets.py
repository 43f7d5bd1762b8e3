"""Sheets of a workbook that are no tables and yet ours: those that we wrote, and scheme files.

A sheet of our own (instructions, example, choices, the list of problems) is left aside without a
word, known by its name and its first cell. A sheet that is called like a YAML file holds its lines,
so that one workbook can be a whole case.
"""

import re
from collections.abc import Sequence
from typing import Final

from equivalents.intake.opening.cellvalues import print_value
from equivalents.intake.opening.workbook import RawSheet

__all__ = ["OWN_SHEETS", "YAML_NAME", "is_ours", "yaml_lines"]

OWN_SHEETS: Final = {
    "说明": "当量绩效核算　填报工作簿",
    "示例": "示例：只供参考，不会被读取",
    "选项": "下拉菜单的可选值和含义",
    "问题清单": "问题清单",
}
"""The sheets that we write beside tables, with the text of their first cell."""
YAML_NAME: Final = re.compile(r"[\w-][\w.+-]*\.ya?ml")
"""Names of files that a case may bring along: letters, digits and few signs, never a path."""


def is_ours(sheet: RawSheet) -> bool:
    """Whether we wrote the sheet, and it is no table."""
    if sheet.name not in OWN_SHEETS or (sheet.first_row, sheet.first_column) != (1, 1):
        return False
    first = next(sheet.chunks(1), [])
    return bool(first and first[0]) and print_value(first[0][0]) == OWN_SHEETS[sheet.name]


def yaml_lines(sheet: RawSheet) -> Sequence[str]:
    """The lines of a file that stands in the first column of a sheet, each in the row it had."""
    if sheet.first_column != 1:
        return []
    lines = [""] * (sheet.first_row - 1)
    lines += [print_value(row[0]) if row else "" for chunk in sheet.chunks() for row in chunk]
    return lines
