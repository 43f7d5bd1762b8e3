"""Heads of institutions: their work counts for purchase, not in the staff pool (5.20)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from tests.reference.case import Case, Posting
from tests.reference.numbers import E7
from tests.reference.splitting import Line, LineKey, Piece
from tests.reference.text import date_or

Names = tuple[str, str, str]
"""Institution, person and post code; two posts of one person there have different codes."""

EARLY, LATE = date(1900, 1, 1), date(2200, 1, 1)


def leads(case: Case, posting: Posting) -> bool:
    """Say whether a posting is a head's on the days of it that lie in the period."""
    return any(
        posting.post_name in _posts(rule)
        and max(_since(rule), posting.active_from, case.first_day)
        < min(_until(rule), posting.active_to, case.after)
        for rule in case.leader_rules
    )


def sharing_between(case: Case, first: date, after: date) -> Case:
    """Return the case of some days on which the rules of heads stay the same, without heads."""
    now = replace(case, first_day=first, after=after)
    return replace(now, postings=tuple(one for one in case.all_postings if not leads(now, one)))


def changes(case: Case) -> set[date]:
    """Return the days on which the rules of heads change."""
    return {day for rule in case.leader_rules for day in (_since(rule), _until(rule))}


def sharing(case: Case, pieces: Sequence[Piece]) -> tuple[Case, list[Piece]]:
    """Return the case and the pieces of work without those of heads: what pools are shared by."""
    led = {_names(posting) for posting in case.postings if leads(case, posting)}
    postings = tuple(one for one in case.postings if not leads(case, one))
    own = [one for one in pieces if (one.group.institution, one.group.person, one.post) not in led]
    return replace(case, postings=postings, led=frozenset(led)), own


def led_lines(case: Case, pieces: Sequence[Piece], period: str) -> dict[LineKey, Line]:
    """Return what heads did as negative lines, by post name, in series that share a pool."""
    named = {_names(one): one.post_name for one in case.postings if leads(case, one)}
    shares = {pool.series or default(case) for pool in case.pools}
    found: dict[LineKey, int] = {}
    for one in pieces:
        at = (one.group.institution, one.group.person, one.post)
        if at in named and one.group.series in shares:
            row = f"leader:{named[at]}"
            key = LineKey(one.group.series, at[0], at[1], "", period, row)
            found[key] = found.get(key, 0) - one.equivalents_e7
    zero = Fraction(0)
    return {key: Line(zero, zero, Fraction(value, E7)) for key, value in found.items() if value}


def default(case: Case) -> str:
    """Return the series of a pool that names none: the only one, else `pay`."""
    return case.series[0] if len(case.series) == 1 else "pay"


def _names(posting: Posting) -> Names:
    return posting.institution, posting.person, posting.post


def _posts(rule: Any) -> Sequence[str]:
    return [rule["posts"]] if isinstance(rule["posts"], str) else rule["posts"]


def _since(rule: Any) -> date:
    return date_or(rule.get("valid_from", ""), EARLY)


def _until(rule: Any) -> date:
    return date_or(rule.get("valid_to", ""), LATE)
