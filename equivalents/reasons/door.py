"""Reasons of the checks at the door: each warns, or rejects where case.yaml says so.

A check has two codes, because a code has one severity: ``CODE`` warns, ``CODE_REJECTED`` rejects.
"""

from collections.abc import Iterator
from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["DOOR_REASONS", "REJECTED"]

REJECTED: Final = "_REJECTED"
"""What the code of a check ends in where it rejects."""

_OF_RECORDS: Final = (
    (
        "SAME_SERVICE_TWICE",
        "项目“{value}”另一来源已报（{other}）：同一居民、同一项目、同一天",
        (
            "The item '{value}' was reported by another source, too ({other}): the same resident, "
            "item and day"
        ),
    ),
    (
        "TWO_PLACES",
        "“{value}”之外，同一人当天在另一机构也有服务（{other}）",
        (
            "The same person has services of this day at an institution other than '{value}', too "
            "({other})"
        ),
    ),
    (
        "SERVICE_ON_LEAVE",
        "{value} 当天{other}",
        "On {value} {other}",
    ),
    (
        "QUALIFICATION_MISSING",
        "项目“{value}”须有资质，{other}",
        "The item '{value}' asks for a qualification; {other}",
    ),
    (
        "IMPOSSIBLE_DAY",
        "{value} 这一天{other}",
        "On {value} {other}",
    ),
    (
        "QUANTITY_OUTLIER",
        "数量 {value} 远高于该项目常见的 {other}",
        "The quantity {value} is far above {other}, which is usual for the item",
    ),
)


def _both() -> Iterator[Reason]:
    for code, zh, en in _OF_RECORDS:
        yield Reason(
            code,
            "warning",
            "policy",
            f"{zh}。照计，请核对。",
            f"{en}. It is counted; please look at it.",
        )
        yield Reason(
            f"{code}{REJECTED}",
            "error",
            "identity",
            f"{zh}。按 case.yaml 的 checks 退回；更正记录，或改该项检查为 warning。",
            f"{en}. `checks` in case.yaml rejects it; correct the record, or make the check a "
            "warning.",
        )


DOOR_REASONS: Final = (
    Reason(
        "CHECK_FIGURE",
        "error",
        "rules",
        "“{value}”不能用。请填大于 0、不超过 {most} 的数，至多 {places} 位小数。",
        "'{value}' cannot be used. Write a number above 0 and up to {most} with at most {places} "
        "decimal places.",
    ),
    Reason(
        "CHECK_OVERLAP",
        "error",
        "rules",
        "检查 {value} 在 {day} 有两条规定（另一条：{other}）。请更正起止日期。",
        "The check {value} has two rules on {day} (the other one: {other}). Correct their dates.",
    ),
    Reason(
        "CHECK_ITEM_UNKNOWN",
        "error",
        "rules",
        "检查 {check} 所列项目“{value}”不在任何当量表中{near}。请更正。",
        "The item '{value}' of the check {check} is in no weight table{near}. Correct it.",
    ),
    *_both(),
    Reason(
        "INSTITUTION_SILENT",
        "warning",
        "policy",
        "机构 {value} 一条服务记录也没有，上次（{period}）有 {before} 条。请查是否漏报。",
        "The institution {value} has no service record at all; in {period} it had {before}. See "
        "whether they were left out.",
    ),
    Reason(
        "MONTH_MISSING",
        "warning",
        "policy",
        "机构 {value} 的项目 {item} 在 {month} 没有记录，"
        "上次（{period}）{months} 个月共 {before} 条。请查是否漏报。",
        "The institution {value} has no record of the item {item} in {month}; in {period} it had "
        "{before} in {months} months. See whether they were left out.",
    ),
    Reason(
        "MONTH_THIN",
        "warning",
        "policy",
        "机构 {value} 的项目 {item} 在 {month} 只有 {count} 条，"
        "上次（{period}）{months} 个月共 {before} 条。请查是否漏报。",
        "The institution {value} has only {count} records of the item {item} in {month}; in "
        "{period} it had {before} in {months} months. See whether some were left out.",
    ),
)
