"""What ``check`` says on the terminal: the problems by severity, true counts, what to do next."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from equivalents.reasons import REASONS
from equivalents.run import Checked
from equivalents.terminal import print_list, say, show_problems

__all__ = ["has_errors", "print_checked", "show_checked"]

_SEVERITIES: Final = {
    "error": ("错误 errors", "须改正 to be corrected"),
    "warning": ("提示 warnings", "请核对 please look"),
    "note": ("说明 notes", "请过目 for information"),
}
_NAMES: Final = {
    "same_service_twice": "两个来源都报",
    "two_places": "同一天在两处",
    "service_on_leave": "请假期间的服务",
    "qualification": "超出资质",
    "impossible_day": "一天做不完",
    "quantity_outlier": "数量异常",
}
_CODES: Final = 8
"""Codes of a severity that are named with their counts."""


def has_errors(checked: Checked) -> bool:
    """Whether anything must be corrected: a rejected record is an error in any case."""
    return any(REASONS[code].severity == "error" for code in checked.counts)


def print_checked(checked: Checked) -> None:
    """What was found as JSON: all problems, true counts by code, the checks as they were made."""
    counted = checked.settlement.counted
    head: dict[str, Any] = {"received": counted.received, "rejected": counted.rejected}
    if checked.understood:
        head["understood"] = checked.understood
    if checked.source is not None and checked.source.doubts is not None:
        head["door"] = checked.source.doubts.made
    head["counts"] = dict(sorted(checked.counts.items()))
    head["problems"] = []
    print_list(head, checked.objects())


def show_checked(checked: Checked, case: Path, mark: Path | None, report: Path | None) -> None:
    """Show the first problems of each severity, then how many there are and what comes next."""
    counts = Counter(checked.counts)
    for severity in _SEVERITIES:
        mine = [problem for problem in checked.problems if problem.severity == severity]
        total = sum(counts[code] for code in counts if REASONS[code].severity == severity)
        show_problems(mine, as_json=False, total=total)
    counted = checked.settlement.counted
    say(f"收到 received {counted.received:,}    退回 rejected {counted.rejected:,}")
    for line in (*_by_code(counts), *_door(checked), *_next(checked, case, mark, report)):
        say(line)


def _by_code(counts: Counter[str]) -> Iterator[str]:
    """A line for each severity: how many, what becomes of them, the most frequent codes."""
    for severity, (title, then) in _SEVERITIES.items():
        mine = {code: count for code, count in counts.items() if REASONS[code].severity == severity}
        if not mine:
            continue
        ranked = sorted(mine.items(), key=lambda one: (-one[1], one[0]))
        listed = [f"{code} {count:,}" for code, count in ranked[:_CODES]]
        rest = sum(count for _, count in ranked[_CODES:])
        listed += [f"其余 others {rest:,}"] if rest else []
        typed = "、".join(listed)
        yield f"{title} {sum(mine.values()):,}（{then}）：{typed}"


def _door(checked: Checked) -> Iterator[str]:
    """What the checks at the door doubted, and which of them reject."""
    doubts = checked.source.doubts if checked.source is not None else None
    if doubts is None:
        return
    made = [
        (one["severity"], f"{_NAMES[name]} {name}", one["records"])
        for name, several in doubts.made.items()
        for one in several
        if "records" in one
    ]
    for severity, then in (("error", "退回 rejects"), ("warning", "只提示，照计 only warns")):
        mine = [f"{name} {count:,}" for kind, name, count in made if kind == severity and count]
        if mine:
            yield f"入口检查 checks at the door（{then}）：{'、'.join(mine)}"
    quiet = sum(1 for _, _, count in made if not count)
    if quiet:
        yield f"入口检查 {quiet} 项没有疑问 checks at the door without a doubt: {quiet}"


def _next(checked: Checked, case: Path, mark: Path | None, report: Path | None) -> Iterator[str]:
    """Where the findings lie, and the command that comes next."""
    if report is not None:
        yield f"质量报告 report: {report / 'quality.html'}，{report / 'quality.xlsx'}"
    if mark is not None:
        yield f"标出问题的副本 marked copy: {mark}"
    if not has_errors(checked):
        yield f"没有错误，可以核算 no errors; next: equivalents settle {case} -o OUT"
    elif mark is None:
        yield (
            "改正后再检查；要看标出错误的副本 correct and check again; for a marked copy: "
            f"equivalents check {case} --mark COPY.xlsx"
        )
    elif checked.case is not None and case.is_file():
        yield f"在副本中改好，再检查 correct the copy, then: equivalents check {mark}"
    else:
        yield f"在原文件中改正，再检查 correct the files, then: equivalents check {case}"
