"""The proposal table 拟调整方案 of a study: rows of a weight table that the engine loads (A11, F).

Its weights are decimal text; its reference names the study and is marked 示例 unless declared
official. With ``items`` naming the weight table in force, a row keeps the unit, counting basis and
channel of the item there, so that trying it changes weights and nothing else.
"""

from collections.abc import Mapping
from typing import Final

from equivalents.errors import DataError
from equivalents.findings import near
from equivalents.intake.studyfile import StudyFile
from equivalents.intake.studytables import Named
from equivalents.policy.calendar import parse_day
from equivalents.policy.load import DEFAULT_SERIES
from equivalents.policy.model import WeightRow
from equivalents.report.studies import StudyTable
from equivalents.studies import made_up
from equivalents.units import WEIGHT_LIMIT_E4, print_e3, print_e4
from equivalents.whatif import read_proposal

__all__ = ["check_standard", "proposal_table"]

_COLUMNS: Final = {
    "item_code": "项目编码",
    "weight": "当量值",
    "valid_from": "生效日期",
    "series": "当量口径",
    "item_name": "项目名称",
    "unit": "计量单位",
    "counting_basis": "计数口径",
    "window": "计数窗口",
    "scope": "计数范围",
    "channel": "购买渠道",
    "quantity_max": "数量上限",
    "reference": "文件依据",
}


_SHOWN: Final = ("item_code", "item_name", "unit", "weight", "valid_from", "series")


def check_standard(file: StudyFile, items: Mapping[str, object]) -> str:
    """The standard item 基准项目, which is 1; noted where the data have none of it."""
    standard = file.text("standard")
    if standard and standard not in items:
        place = file.entry.get("standard").place
        hint = near(standard, sorted(items))
        file.findings.add("STUDY_STANDARD_MISSING", place, standard, near=hint)
    return standard


def proposal_table(
    file: StudyFile, weights: Mapping[str, int], names: Mapping[str, Named]
) -> StudyTable:
    """``weights.csv``: the items' weights (in e4), as rows that ``compare --proposal`` reads.

    Faults go to the file's findings: a weight that is none, an item that is not in force.
    """
    series = file.text("series", DEFAULT_SERIES)
    valid_from, reference = file.day("valid_from"), _reference(file)
    known = _in_force(file, series, parse_day(valid_from))
    rows = []
    for item, value_e4 in sorted(weights.items()):
        named = names[item]
        if not 0 <= value_e4 < WEIGHT_LIMIT_E4:
            facts = {"weight": print_e4(value_e4)}
            file.findings.add("STUDY_WEIGHT_LIMIT", named.place, item, **facts)
        row = None
        if known is not None:
            row = known.get(item)
            if row is None:
                hint = near(item, sorted(known))
                file.findings.add("STUDY_ITEM_UNKNOWN", named.place, item, near=hint)
            elif row.specificity:
                file.findings.add("STUDY_ITEM_CONDITIONS", row.place, item)
                continue
        first = (item, print_e4(value_e4), valid_from, series)
        rows.append((*first, *_kept(row, named), reference))
    return StudyTable("weights", "拟调整当量表", _COLUMNS, rows, ("weight",), shown=_SHOWN)


def _reference(file: StudyFile) -> str:
    """What stands beside every weight: the declared reference, or title and file of the study."""
    title = made_up(file, "当量值测算")
    said = file.text("reference")
    if not said:
        return f"{title}（{file.path.name}）"
    return said if file.flag("official") or said.startswith("示例") else f"示例：{said}"


def _in_force(file: StudyFile, series: str, day: int) -> dict[str, WeightRow] | None:
    """The last row of each item; one with conditions before it, where one lasts beyond ``day``."""
    text = file.text("items")
    if not text:
        return None
    path = file.path.parent / text
    try:
        rows = read_proposal(path)
    except DataError as error:
        file.findings.take(error)
        return None
    if path.is_file():
        file.files.append(path)
    mine = [row for row in rows if row.series == series]
    if not mine:
        facts = {"near": "", "allowed": ", ".join(sorted({row.series for row in rows}))}
        file.findings.add("SERIES_UNKNOWN", file.entry.get("items").place, series, **facts)
    mine.sort(key=lambda row: (row.specificity > 0 and row.valid_to > day, row.valid_from))
    return {row.item_code: row for row in mine}


def _kept(row: WeightRow | None, named: Named) -> tuple[str, ...]:
    """Name, unit, counting basis, window, scope, channel and limit of the item."""
    if row is None:
        return named.name, named.unit, "", "", "", "", ""
    classed = row.basis.in_classes
    return (
        row.item_name or named.name,
        row.unit or named.unit,
        "" if row.basis.text == "record" else row.basis.text,
        row.basis.window if classed else "",
        row.basis.scope if classed else "",
        row.channel,
        print_e3(row.quantity_max_e3) if row.quantity_max_e3 else "",
    )
