"""The key ``assessment.effective``, read: policies of effective contracts; faults are noted.

Source: C4.
"""

from typing import Final

from equivalents.policy.assessment import AssessedLevel, Assessment
from equivalents.policy.effective import EffectivePolicy, EffectiveRule
from equivalents.policy.figuretext import Reader
from equivalents.policy.yamltext import Entry

__all__ = ["EFFECTIVE_KEYS", "effective_of"]

EFFECTIVE_KEYS: Final = {
    **dict.fromkeys(("rule", "level", "composite", "at_least", "title", "reference"), "text"),
    "indicators": "texts",
    "illustrative": "text",
}
"""What a policy of effective contracts may say."""
_NEEDED: Final = {
    EffectiveRule.ALL_THRESHOLDS: "indicators",
    EffectiveRule.COMPOSITE: "composite",
    EffectiveRule.PER_CONTRACT: "indicators",
}
_LEVELS: Final = (AssessedLevel.INSTITUTION, AssessedLevel.TEAM)
_LEVEL: Final = (
    "level 须为 institution 或 team；per_contract 不写 level"
    "¦the level is institution or team; per_contract has none"
)
_SAME_LEVEL: Final = "综合考核的 level 与这里的不同¦the level of the composite is another one"
_UNFIT: Final = "“{key}”不用于 rule: {rule}¦'{key}' does not belong to rule: {rule}"
_AT_LEAST: Final = (
    "at_least 须为 1 到指标个数的整数¦at_least is a whole number from 1 to the number of indicators"
)


def effective_of(
    entry: Entry, assessment: Assessment | None, read: Reader
) -> dict[str, EffectivePolicy]:
    """The policies of the key ``assessment`` by name; faults are noted."""
    if assessment is None:
        return {}
    indicators, composites = assessment.indicators, assessment.composites
    found = {}
    for name, one in entry.get("effective").mapping.items():
        read.keys(one, EFFECTIVE_KEYS, name)
        read.need(one, "rule")
        rule = read.choice(one.get("rule"), EffectiveRule.COMPOSITE)
        if one.get("rule").text:
            read.need(one, _NEEDED[rule])
        for key in {*_NEEDED.values()} - {_NEEDED[rule]}:
            if one.get(key).value != "":
                read.invalid("EFFECTIVE_INVALID", one.get(key), name, _said(key, rule))
        names = read.texts(one.get("indicators"))
        for text in one.get("indicators").items:
            read.known("INDICATOR_UNKNOWN", text, tuple(indicators))
        policy = EffectivePolicy(
            name,
            rule,
            _level(name, one, rule, read),
            names,
            one.get("composite").text,
            _at_least(name, one, rule, len(names), read),
            one.get("title").text,
            read.ground(one, name).reference,
            one.place,
        )
        if policy.composite:
            read.known("COMPOSITE_UNKNOWN", one.get("composite"), tuple(composites))
            composite = composites.get(policy.composite)
            if composite is not None and composite.level is not policy.level:
                read.invalid("EFFECTIVE_INVALID", one.get("level"), name, _SAME_LEVEL)
        found[name] = policy
    return found


def _said(key: str, rule: EffectiveRule) -> str:
    return _UNFIT.format(key=key, rule=rule.value)


def _level(name: str, entry: Entry, rule: EffectiveRule, read: Reader) -> AssessedLevel:
    text = entry.get("level")
    if rule is EffectiveRule.PER_CONTRACT:
        if text.value not in ("", AssessedLevel.CONTRACT.value):
            read.invalid("EFFECTIVE_INVALID", text, name, _LEVEL)
        return AssessedLevel.CONTRACT
    level = read.choice(text, AssessedLevel.INSTITUTION)
    if level not in _LEVELS:
        read.invalid("EFFECTIVE_INVALID", text, name, _LEVEL)
    return level


def _at_least(name: str, entry: Entry, rule: EffectiveRule, count: int, read: Reader) -> int | None:
    text = entry.get("at_least").text
    if not text:
        return None
    if rule is EffectiveRule.COMPOSITE:
        read.invalid("EFFECTIVE_INVALID", entry.get("at_least"), name, _said("at_least", rule))
    elif not (text.isascii() and text.isdigit() and 1 <= int(text) <= count):
        read.invalid("EFFECTIVE_INVALID", entry.get("at_least"), name, _AT_LEAST)
    else:
        return int(text)
    return None
