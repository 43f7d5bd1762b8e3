"""Which table of ours a file or a sheet is named after, in English or in Chinese."""

import re
from typing import Final

from equivalents.intake.headings import TABLES

__all__ = ["CASE_SHEETS", "table_named"]

CASE_SHEETS: Final = ("case", "基本信息")
"""The names of the sheet that has the keys of case.yaml."""
_NAMES: Final = {sheet.name: sheet.name for sheet in TABLES.values()} | {
    sheet.title: sheet.name for sheet in TABLES.values()
}
_FURTHER: Final = re.compile(r"(records|服务记录)[\s0-9_（(-].*", re.IGNORECASE | re.DOTALL)
"""Further sheets of records: ``服务记录2``, ``records (6)``, ``服务记录-门诊``."""


def table_named(name: str, *, further: bool = True) -> str:
    """The table of a name, blank for none; with ``further`` the records may go on in others."""
    name = name.strip()
    found = _NAMES.get(name) or _NAMES.get(name.lower(), "")
    return found or ("records" if further and _FURTHER.fullmatch(name) else "")
