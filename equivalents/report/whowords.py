"""Who shares in a pool 谁参与, in words and as JSON values; the key of somebody by an average."""

from typing import Any, Final

from equivalents.averages import AverageLine
from equivalents.handedin import HandedIn
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.sharing import AverageRule
from equivalents.policy.who import WHO_COLUMNS, Who
from equivalents.units import print_e4, print_e7, print_fen

__all__ = [
    "average_json",
    "average_rule_json",
    "average_text",
    "handed_in_text",
    "handed_json",
    "handed_text",
    "who_json",
    "who_text",
]

_WORDS: Final = {
    "posts": "岗位 post",
    "employment_types": "用工类别 employment type",
    "title_tiers": "职称层级 title tier",
    "kinds": "任职类别 kind",
    "departments": "科室 department",
    "institutions": "机构 institution",
    "persons": "人员 person",
}
_IN_CAP: Final = {True: "计入总量 in the pay cap", False: "不计入总量 outside the pay cap"}


def who_text(who: Who) -> str:
    """The line that says whose postings share in a pool."""
    named = ((word, getattr(who, name)) for name, word in _WORDS.items())
    told = [f"{word} {'、'.join(values)}" for word, values in named if values]
    if who.in_cap is not None:
        told.append(_IN_CAP[who.in_cap])
    return f"    参与的任职 postings that share: {'; '.join(told)}"


def who_json(who: Who | None) -> dict[str, Any] | None:
    """A filter as it was applied; what it does not ask for is left out."""
    if who is None:
        return None
    told: dict[str, Any] = {name: list(getattr(who, name)) for name in WHO_COLUMNS}
    told = {name: values for name, values in told.items() if values}
    return told if who.in_cap is None else told | {"in_cap": "yes" if who.in_cap else "no"}


def average_rule_json(rule: AverageRule) -> dict[str, Any]:
    """A rule as it was applied, every version of its multiple."""
    versions = []
    for one in rule.multiple.versions:
        days = {"valid_from": (one.valid_from, FIRST_DAY), "valid_to": (one.valid_to, LAST_DAY)}
        told = {name: print_day(day) for name, (day, open_) in days.items() if day != open_}
        reference = one.reference or rule.reference
        told |= {"reference": reference} if reference else {}
        versions.append({"value": print_e4(one.value), **told})
    return {"who": who_json(rule.who), "multiple": versions}


def average_text(line: AverageLine) -> str:
    """How the key of somebody without an own one came about (5.16)."""
    reference = f"  [依据 {line.reference}]" if line.reference else ""
    if line.own_e7:
        told = f"本人已有依据 has a key of his own, {print_e7(line.own_e7)}"
        return f"    平均 average: {told}{reference}"
    mean = f"{print_e7(line.sum_e7)} / {line.people} 人 people"
    return (
        f"    平均 average: {print_e4(line.multiple_e4)} 倍 times × 人头 head"
        f" {print_e4(line.head_e4)} × {mean} = {print_e7(line.key_e7)}{reference}"
    )


def average_json(line: AverageLine | None) -> dict[str, Any] | None:
    """The same as JSON values; ``None`` where no average is asked for."""
    if line is None:
        return None
    return {
        "multiple": print_e4(line.multiple_e4),
        "head": print_e4(line.head_e4),
        "keys": print_e7(line.sum_e7),
        "people": line.people,
        "own_key": print_e7(line.own_e7),
        "key": print_e7(line.key_e7),
        "reference": line.reference,
    }


_HANDED: Final = {
    "missing": "未列入, 计 0 not listed: counts as 0",
    "nothing": "未报送, 按调整当量 nothing handed in: by adjusted equivalents",
    "shares": "报送比例 shares",
    "amounts": "报送金额 amounts",
}


def handed_text(one: HandedIn) -> str:
    """What a department handed in for a person."""
    told = _HANDED.get(one.how, f"比例 share {one.value}")
    if one.how == "amount":
        told = f"金额 amount {print_fen(one.value)}"
    return f"    二次分配 secondary {one.parent}: {told}"


def handed_in_text(parent: str, how: str) -> str:
    """What a department handed in for its people."""
    return f"    二次分配 secondary {parent}: {_HANDED[how]}"


def handed_json(one: HandedIn) -> dict[str, str]:
    """The same as JSON values."""
    value = {"share": str(one.value), "amount": print_fen(one.value)}.get(one.how, "")
    return {"parent": one.parent, "how": one.how, "value": value}
