"""Whom a rule is for, by what their postings say (D3, D4, 5.16)."""

from __future__ import annotations

from collections.abc import Iterable

from tests.reference.case import Case, Posting
from tests.reference.declared import Who


def capped(case: Case, posting: Posting) -> bool:
    """Say whether a posting counts in the pay cap (B9)."""
    outside = case.scheme.part("pay_cap").get("outside_types") or []
    return posting.in_cap and posting.employment_type not in outside


def matches(case: Case, who: Who, posting: Posting) -> bool:
    """Say whether a posting has everything that is asked for; what is empty asks nothing."""
    said = (
        (who.posts, posting.post_name),
        (who.employment_types, posting.employment_type),
        (who.title_tiers, posting.title_tier),
        (who.kinds, posting.kind),
        (who.departments, posting.department),
        (who.institutions, posting.institution),
        (who.persons, posting.person),
    )
    in_cap = who.in_cap in ("", "yes" if capped(case, posting) else "no")
    return in_cap and all(not wanted or has in wanted for wanted, has in said)


def of_period(case: Case, postings: Iterable[Posting], institution: str) -> list[Posting]:
    """Return the postings at an institution that overlap the period."""
    return [
        one
        for one in postings
        if one.institution == institution
        and max(one.active_from, case.first_day) < min(one.active_to, case.after)
    ]


def chosen(case: Case, institution: str, who: Who) -> set[str]:
    """Return who of the eligible people of an institution is meant: by any posting there."""
    here = of_period(case, case.postings, institution)
    return {one.person for one in here if matches(case, who, one)}
