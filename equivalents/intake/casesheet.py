"""The sheet ``case`` 基本信息 of a case that is one workbook: keys and values, as in case.yaml.

A value is YAML text, as it would stand behind the key; period, title and reference are plain text.
Each keeps its row, so that faults are told where they stand. Source: specification page 3 "A case".
"""

from collections.abc import Mapping, Sequence
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.policy.yamltext import Entry, read_cell

__all__ = ["sheet_entry"]

_HEADINGS: Final = ("key", "键", "项目", "名称", "设置")
"""What may stand above the keys."""
_KEYS: Final[Mapping[str, str]] = {
    "期间": "period",
    "核算期间": "period",
    "标题": "title",
    "依据": "reference",
    "文件依据": "reference",
    "分配方案": "scheme",
    "当量表": "weight_tables",
}
_PLAIN: Final = ("period", "title", "reference")


def sheet_entry(
    rows: Sequence[tuple[int, str, str]], file: str, sheet: str, findings: Findings
) -> Entry:
    """The keys and values of the sheet as case.yaml has them; ``rows``: row number, key, value.

    A key that stands twice is noted; a key without a value is as one that is not there.
    """
    whole = Place(file, sheet)
    found: dict[str, Entry] = {}
    for at, (row, key, value) in enumerate(rows):
        name, place = _KEYS.get(key.strip(), key.strip()), whole._replace(row=row)
        if not name or (at == 0 and name in _HEADINGS):
            continue
        if name in found:
            findings.add("KEY_TWICE", place, name, other=str(found[name].place.row))
        if not value.strip():
            continue
        plain = name in _PLAIN
        entry = Entry(value.strip(), place) if plain else read_cell(value, place, findings)
        if entry is not None:
            found[name] = entry
    return Entry(found, whole)
