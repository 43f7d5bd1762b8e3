"""Heads of institutions 单位负责人 as plain values: whose postings share in no staff pool (5.20).

What a head does counts for purchase like anybody's work and stands in every report; heads are paid
by another way than the staff pools (B9). Which posts are heads' is a dated rule of the county; the
word *leader* is used in code, because *heads* are counted people there. Sources: 5.20, B9.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from equivalents.errors import NOWHERE, Place, Problem
from equivalents.policy.calendar import Period, print_day

if TYPE_CHECKING:
    from equivalents.policy.model import Posting
    from equivalents.policy.roster import Roster

__all__ = ["LeaderRule", "at_the_rules", "check_leaders", "leads", "rule_for"]


@dataclass(frozen=True, slots=True)
class LeaderRule:
    """The posts 岗位名称 of heads over ``[valid_from, valid_to)``, as the staff table has."""

    posts: tuple[str, ...]
    valid_from: int
    valid_to: int
    reference: str = ""
    place: Place = NOWHERE


def rule_for(posting: "Posting", rules: Iterable[LeaderRule], period: Period) -> LeaderRule | None:
    """The rule that makes a posting a head's in the period, or ``None``."""
    start, end = _inside(posting, period)
    for rule in rules:
        meets = max(start, rule.valid_from) < min(end, rule.valid_to)
        if posting.post in rule.posts and meets:
            return rule
    return None


def leads(posting: "Posting", rules: Iterable[LeaderRule], period: Period) -> bool:
    """Whether a posting is a head's in the period; :func:`check_leaders` sees to all its days."""
    return rule_for(posting, rules, period) is not None


def at_the_rules(roster: "Roster", rules: Sequence[LeaderRule]) -> "Roster":
    """The roster cut where a rule of heads begins or ends.

    Over several periods somebody may be a head in the later one only: the rules are those of each
    day (5.20). A roster without any cut is returned as it is.
    """
    edges = sorted({day for rule in rules for day in (rule.valid_from, rule.valid_to)})
    origin, since, until = [], [], []
    days = zip(roster.active_from.tolist(), roster.active_to.tolist(), strict=True)
    for at, (start, end) in enumerate(days if edges else ()):
        for one, other in pairwise([start, *(day for day in edges if start < day < end), end]):
            origin.append(at)
            since.append(one)
            until.append(other)
    return roster.parts(origin, since, until) if len(origin) > len(roster) else roster


def _inside(posting: "Posting", period: Period) -> tuple[int, int]:
    return max(posting.active_from, period.start), min(posting.active_to, period.end)


def check_leaders(
    rules: Sequence[LeaderRule], postings: Iterable["Posting"], period: Period
) -> Iterator[Problem]:
    """What cannot be judged: a posting that is a head's for some of its days only.

    ``LEADER_MIDWAY``: the rule begins or ends inside a posting. ``LEADER_SAME_POST``: somebody's
    work as head and other work at the place have one ``post_id``, so that nothing tells them apart.
    ``LEADER_UNUSED`` (a warning): no posting has the post. ``LEADER_TWICE``: two rules name a post
    on the same days.
    """
    yield from _twice(rules)
    met: set[str] = set()
    kinds: dict[tuple[str, str, str], dict[bool, Posting]] = {}
    for posting in postings if rules else ():
        start, end = _inside(posting, period)
        if start >= end:
            continue
        rule = rule_for(posting, rules, period)
        mine = kinds.setdefault((posting.institution_id, posting.person_id, posting.post_id), {})
        mine.setdefault(rule is not None, posting)
        if rule is None:
            continue
        met.add(posting.post)
        if rule.valid_from > start or rule.valid_to < end:
            inside = rule.valid_from if rule.valid_from > start else rule.valid_to
            facts = {"person": posting.person_id, "day": print_day(inside)}
            yield Problem("LEADER_MIDWAY", posting.place, posting.post, facts)
    yield from _same_post(kinds)
    for rule in rules:
        for post in rule.posts:
            if post not in met and rule.valid_from < period.end and rule.valid_to > period.start:
                yield Problem("LEADER_UNUSED", rule.place, post)


def _same_post(
    kinds: Mapping[tuple[str, str, str], Mapping[bool, "Posting"]],
) -> Iterator[Problem]:
    for (_, person, _), mine in kinds.items():
        if len(mine) > 1:
            facts = {"person": person, "other": str(mine[False].place)}
            yield Problem("LEADER_SAME_POST", mine[True].place, mine[True].post, facts)


def _twice(rules: Sequence[LeaderRule]) -> Iterator[Problem]:
    for one, other in combinations(rules, 2):
        both = sorted({*one.posts} & {*other.posts})
        if both and max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to):
            yield Problem("LEADER_TWICE", other.place, both[0], {"other": str(one.place)})
