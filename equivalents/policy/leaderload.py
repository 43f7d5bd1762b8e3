"""The key ``leaders`` of case.yaml or of a scheme: which posts are heads', since when (5.20, B9).

Every fault is noted where it stands, with all others.
"""

from typing import Final

from equivalents.findings import Findings
from equivalents.policy.calendar import Period
from equivalents.policy.leaders import LeaderRule, check_leaders
from equivalents.policy.roster import Roster
from equivalents.policy.yamltext import Entry, expect_keys, span_of

__all__ = ["read_leaders"]

_SHAPES: Final = {
    "posts": "texts",
    "valid_from": "text",
    "valid_to": "text",
    "reference": "text",
}


def read_leaders(
    entry: Entry, roster: Roster, period: Period | None, findings: Findings
) -> tuple[LeaderRule, ...]:
    """The dated rules, or one of them; what does not fit the roster is noted too."""
    rules = tuple(_rule(one, findings) for one in entry.items or [entry] if one.value != "")
    if period is not None:
        findings.problems.extend(check_leaders(rules, roster, period))
    return rules


def _rule(entry: Entry, findings: Findings) -> LeaderRule:
    expect_keys(entry, "leaders", _SHAPES, findings, prefix="leaders.")
    posts = entry.get("posts")
    for key in ("posts", "reference") if entry.mapping else ():
        if not entry.get(key).text and not entry.get(key).items:
            findings.add("KEY_MISSING", entry.place, f"leaders.{key}")
    named = tuple(dict.fromkeys(one.text for one in posts.items or [posts] if one.text))
    start, end = span_of(entry, findings)
    return LeaderRule(named, start, end, entry.get("reference").text, entry.place)
