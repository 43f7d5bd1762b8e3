"""The key ``checks`` of case.yaml, read strictly: a check that is misread must not look made."""

from collections.abc import Collection, Mapping
from itertools import pairwise
from operator import attrgetter
from typing import Final

from equivalents.findings import Findings, near
from equivalents.policy.calendar import print_day
from equivalents.policy.checks import (
    AGAINST_PREVIOUS,
    Blank,
    Check,
    CheckRule,
    Checks,
    Strictness,
)
from equivalents.policy.yamltext import (
    Entry,
    choice_of,
    expect,
    expect_keys,
    names_of,
    note_keys,
    span_of,
)
from equivalents.units import NumberFaultError, parse_fixed

__all__ = ["check_items", "read_checks"]

_SHAPES: Final[Mapping[Check, Mapping[str, str]]] = {
    Check.SAME_SERVICE_TWICE: {"blank_source": "text"},
    Check.TWO_PLACES: {"allow_same_day": "texts"},
    Check.QUALIFICATION: {"items": "mapping"},
    Check.IMPOSSIBLE_DAY: {
        "limit": "text",
        "minutes": "mapping",
        "minutes_per_equivalent": "text",
        "series": "text",
    },
    Check.QUANTITY_OUTLIER: {"factor": "text", "fewest": "text"},
    Check.MONTH_THIN: {"percent": "text"},
}
"""What each check goes by, beside its severity and reference."""
_NEEDED: Final = {
    Check.QUALIFICATION: ("items",),
    Check.IMPOSSIBLE_DAY: ("minutes", "minutes_per_equivalent"),
}
"""Of these keys a check must have one."""
_DATES: Final = {"valid_from": "text", "valid_to": "text"}
_MOST: Final = 1_000_000
_DAY: Final = 1440
_PREFIX: Final = "*"


def read_checks(entry: Entry, findings: Findings) -> Checks:
    """The checks that are named, each a severity, a mapping, or a list of mappings with dates.

    Every fault is noted.
    """
    expect(entry, "mapping", "checks", findings)
    note_keys(entry, tuple(Check), findings)
    known = [check for check in Check if check.value in entry.mapping]
    return {check: _rules(check, entry.mapping[check.value], findings) for check in known}


def check_items(
    checks: Checks, items: Collection[str], series: Collection[str], findings: Findings
) -> None:
    """Note the items, and the series, that a check names and no weight table has.

    ``PREFIX*`` is to be the beginning of at least one.
    """
    every = sorted(items)
    for check, rule in ((check, rule) for check, rules in checks.items() for rule in rules):
        if rule.series and rule.series not in series:
            findings.add_choice(rule.place, rule.series, sorted(series))
        for name in (*rule.minutes, *rule.items):
            start = name.removesuffix(_PREFIX) if name in rule.items else name
            fits = start != name and any(item.startswith(start) for item in every)
            if not (fits or name in items):
                told = {"check": check.value, "near": near(name, every)}
                findings.add("CHECK_ITEM_UNKNOWN", rule.place, name, **told)


def _rules(check: Check, entry: Entry, findings: Findings) -> tuple[CheckRule, ...]:
    """A check by its dates; what is not there has none, it is asked of a whole period."""
    if not entry.items or check in AGAINST_PREVIOUS:
        return (_rule(check, entry, findings),)
    for one in entry.items:
        expect(one, "mapping", f"checks.{check.value}", findings)
    rules = [_rule(check, one, findings) for one in entry.items]
    rules.sort(key=attrgetter("valid_from"))
    for first, second in pairwise(rules):
        if second.valid_from < first.valid_to:
            told = {"other": str(first.place), "day": print_day(second.valid_from)}
            findings.add("CHECK_OVERLAP", second.place, check.value, **told)
    return tuple(rules)


def _rule(check: Check, entry: Entry, findings: Findings) -> CheckRule:
    if isinstance(entry.value, str):
        severity, entry = entry, Entry({}, entry.place)
    else:
        severity = entry.get("severity")
    prefix = f"checks.{check.value}"
    dates = {} if check in AGAINST_PREVIOUS else _DATES
    shapes = {"severity": "text", "reference": "text", **dates, **_SHAPES.get(check, {})}
    expect_keys(entry, prefix, shapes, findings, prefix=f"{prefix}.")
    default = CheckRule()
    strictness = _strictness(check, severity, findings)
    needed = _NEEDED.get(check, ())
    given = any(entry.get(name).mapping or entry.get(name).text for name in needed)
    if needed and strictness is not Strictness.OFF and not given:
        findings.add("KEY_MISSING", entry.place, f"{prefix}.{needed[0]}")
    blank = entry.get("blank_source")
    start, end = span_of(entry, findings)
    return CheckRule(
        strictness,
        _whole(entry.get("limit"), default.limit, findings),
        _minutes(entry.get("minutes"), findings),
        _whole(entry.get("factor"), default.factor_e1, findings, places=1),
        _whole(entry.get("fewest"), default.fewest, findings),
        _whole(entry.get("percent"), default.percent, findings, most=100),
        names_of(entry.get("allow_same_day"), f"{prefix}.allow_same_day", findings),
        _qualifications(entry.get("items"), findings),
        entry.get("reference").text,
        entry.place,
        choice_of(blank, Blank.FILE, findings) if blank.text else None,
        _whole(entry.get("minutes_per_equivalent"), 0, findings, places=3, most=_DAY),
        entry.get("series").text,
        start,
        end,
    )


def _strictness(check: Check, entry: Entry, findings: Findings) -> Strictness:
    """How severe a check is; one of what is not there cannot reject a record."""
    allowed = [one.value for one in Strictness]
    if check in AGAINST_PREVIOUS:
        allowed.remove(Strictness.ERROR)
        if entry.text == Strictness.ERROR:
            findings.add_choice(entry.place, entry.text, allowed)
            return Strictness.WARNING
    return choice_of(entry, Strictness.WARNING, findings)


def _minutes(entry: Entry, findings: Findings) -> dict[str, int]:
    found = {}
    for item, value in entry.mapping.items():
        expect(value, "text", f"checks.impossible_day.minutes.{item}", findings)
        found[item] = _whole(value, 0, findings)
    return found


def _qualifications(entry: Entry, findings: Findings) -> dict[str, tuple[str, ...]]:
    found = {}
    for item, value in entry.mapping.items():
        found[item] = names_of(value, f"checks.qualification.items.{item}", findings)
        if not found[item]:
            findings.add("KEY_MISSING", value.place, f"checks.qualification.items.{item}")
    return found


def _whole(
    entry: Entry, default: int, findings: Findings, *, places: int = 0, most: int = _MOST
) -> int:
    """A number above 0 in units of its last place; the default where blank, or odd (noted)."""
    if not entry.text:
        return default
    try:
        value = parse_fixed(entry.text, places)
    except NumberFaultError:
        value = 0
    if not 0 < value <= most * 10**places:
        findings.add("CHECK_FIGURE", entry.place, entry.text, places=str(places), most=f"{most:,}")
        return default
    return value
