"""The key ``surplus`` of case.yaml: how a surplus is shared, in dated versions (B7, 5.14).

One mapping, or a list of mappings with dates; the version in force on the last day of the period
applies, because a surplus is that of the year's end.
"""

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final

from equivalents.findings import Findings
from equivalents.policy.accounts import SurplusRule
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, Period, parse_day, print_day
from equivalents.policy.daytext import day_fault
from equivalents.policy.yamltext import Entry, expect_keys
from equivalents.units import NumberFaultError, parse_fixed

__all__ = ["SURPLUS_KEYS", "fraction_of", "read_surplus", "surplus_in_force"]

SURPLUS_KEYS: Final = (
    "pay_ratio",
    "odd_fen",
    "assessment",
    "offset_deficit",
    "series",
    "reference",
    "valid_from",
    "valid_to",
)
"""What a version of the rule may say."""

_PLACES: Final = 4
_FRACTION: Final = re.compile(r"(0|[1-9][0-9]{0,8})/([1-9][0-9]{0,8})", re.ASCII)


def read_surplus(entry: Entry, findings: Findings, *, scheme: bool) -> tuple[SurplusRule, ...]:
    """Every version of the rule by its start; none where the key is absent. Faults are noted.

    ``scheme`` says that the case follows a scheme: then results of the assessment are required
    unless a version says ``assessment: none``.
    """
    versions = entry.items or ([entry] if entry.value != "" else [])
    rules = sorted(
        (_version(version, findings, scheme=scheme) for version in versions),
        key=lambda rule: rule.valid_from,
    )
    for earlier, later in pairwise(rules):
        if later.valid_from < earlier.valid_to:
            findings.add("SURPLUS_OVERLAP", later.place, other=str(earlier.place))
    return tuple(rules)


def surplus_in_force(
    rules: Sequence[SurplusRule], period: Period, findings: Findings
) -> SurplusRule:
    """The version in force on the period's last day; the defaults where none is declared."""
    last = period.end - 1
    for rule in rules:
        if rule.valid_from <= last < rule.valid_to:
            return rule
    if rules:
        findings.add("SURPLUS_NOT_IN_FORCE", rules[0].place, print_day(last))
    return SurplusRule()


def _version(entry: Entry, findings: Findings, *, scheme: bool) -> SurplusRule:
    shapes = dict.fromkeys(SURPLUS_KEYS, "text")
    expect_keys(entry, "surplus", shapes, findings, prefix="surplus.")
    if _choice(entry.get("offset_deficit"), ("no", "yes"), findings) == "yes":
        # Balances brought in come with the table `opening`; nothing may be offset in silence.
        findings.add("NOT_SUPPORTED", entry.get("offset_deficit").place, "offset_deficit: yes")
    assessment = _choice(entry.get("assessment"), ("none", "required"), findings)
    start = _day(entry.get("valid_from"), FIRST_DAY, findings)
    end = _day(entry.get("valid_to"), LAST_DAY, findings)
    if end <= start:
        place = entry.get("valid_to").place
        findings.add("DATES_REVERSED", place, print_day(end), other=print_day(start))
    return SurplusRule(
        _ratio(entry.get("pay_ratio"), findings),
        _choice(entry.get("odd_fen"), ("development", "pay"), findings) == "pay",
        assessment == "required" or (scheme and assessment != "none"),
        entry.get("series").text,
        entry.get("reference").text,
        start,
        end,
        entry.place,
    )


def _choice(entry: Entry, choices: Sequence[str], findings: Findings) -> str:
    """What is chosen; blank where nothing is, or nothing that can be chosen (noted)."""
    if entry.text and entry.text not in choices:
        findings.add_choice(entry.place, entry.text, choices)
        return ""
    return entry.text


def _day(entry: Entry, default: int, findings: Findings) -> int:
    if not entry.text:
        return default
    try:
        return parse_day(entry.text)
    except ValueError:
        why = day_fault(entry.text, of_table=False)
        findings.add("DATE_INVALID", entry.place, entry.text, detail=why)
        return default


def _ratio(entry: Entry, findings: Findings) -> Fraction:
    """A fraction (``1/2``) or a decimal (``0.5``) between 0 and 1; one half when blank."""
    if not entry.text:
        return SurplusRule().pay_ratio
    ratio = fraction_of(entry.text)
    if ratio is None or ratio > 1:
        findings.add("RATIO_INVALID", entry.place, entry.text)
        return SurplusRule().pay_ratio
    return ratio


def fraction_of(text: str) -> Fraction | None:
    """A fraction like ``2/5`` or a decimal of at most four places, exactly; ``None`` for others."""
    match = _FRACTION.fullmatch(text)
    if match is not None:
        return Fraction(int(match[1]), int(match[2]))
    try:
        return Fraction(parse_fixed(text, _PLACES), 10**_PLACES)
    except NumberFaultError:
        return None
