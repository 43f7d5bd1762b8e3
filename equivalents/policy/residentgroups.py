"""The standard groups of residents 人群 and what they are called in Chinese: one group, two names.

Contracts are kept by doctors and schemes by offices: 残疾人 of the one is ``disabled`` of the
other, and nobody may be paid nothing for that. Groups that are not of this list are as written.
Source: A2 (the groups of S1).
"""

from collections.abc import Iterable, Mapping
from typing import Final

__all__ = ["NAMES", "canonical", "spelled"]

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "elderly": ("老年人", "65岁及以上老年人", "65岁以上老年人"),
    "pregnant": ("孕产妇",),
    "child": ("儿童", "0-6岁儿童", "0～6岁儿童"),
    "disabled": ("残疾人",),
    "poor": ("贫困人口", "建档立卡贫困人口"),
    "special_family": ("计生特殊家庭", "计划生育特殊家庭"),
    "hypertension": ("高血压", "高血压患者"),
    "diabetes": ("糖尿病", "糖尿病患者", "2型糖尿病患者"),
    "tb": ("结核病", "肺结核", "结核病患者", "肺结核患者"),
    "severe_mental_illness": ("严重精神障碍", "严重精神障碍患者"),
}
"""By code the names that are read as the same group."""
_CODES: Final = {name: code for code, names in NAMES.items() for name in names}


def canonical(group: str) -> str:
    """The code of a group, or the group as written where it is none of the standard ones."""
    return _CODES.get(group, group)


def spelled(groups: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Groups as written, by code: all that somebody calls the same group."""
    found: dict[str, list[str]] = {}
    for group in groups:
        found.setdefault(canonical(group), []).append(group)
    return {code: tuple(names) for code, names in found.items()}
