"""A proposal 拟调整方案: other weights, coefficients or both in the place of those in force.

By default a proposal applies as if it were in force on each record's date; with its own dates, by
them (5.22). A whole proposal replaces what its series, or the table of coefficients, has; a partial
one only what it names. What is wrong or odd with a proposal is told here, before anything is
weighed. Sources: A1, A7, F; definition 5.22.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from equivalents.errors import NOWHERE, Problem, near
from equivalents.policy.book import Verdict
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.coefficients import check_coefficients
from equivalents.policy.keyrules import Coefficient
from equivalents.policy.model import CaseRules, WeightRow
from equivalents.reweigh import Counts
from equivalents.weigh import Scales

__all__ = ["Proposal", "proposal_problems", "proposed_rules", "unweighed_problems"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """Proposed rows; ``None`` where nothing is proposed.

    ``own_dates``: they apply by their own dates. ``partial``: what they do not name stays.
    """

    weights: Sequence[WeightRow] | None = None
    coefficients: Sequence[Coefficient] | None = None
    own_dates: bool = False
    partial: bool = False


_Key = tuple[str, str, str]


def proposed_rules(rules: CaseRules, proposal: Proposal) -> CaseRules:
    """The rules with the proposal in the place of what it replaces.

    Without own dates each row is in force on every day.
    """
    weights = _weights(rules, proposal)
    coefficients = _coefficients(rules, proposal)
    key_rules = replace(rules.key_rules, coefficients=coefficients)
    return replace(rules, weights=weights, key_rules=key_rules)


def _weights(rules: CaseRules, proposal: Proposal) -> tuple[WeightRow, ...]:
    if proposal.weights is None:
        return rules.weights
    series = {row.series for row in proposal.weights}
    named = {(row.series, row.item_code) for row in proposal.weights}
    kept = [
        row
        for row in rules.weights
        if row.series not in series
        or (proposal.partial and (row.series, row.item_code) not in named)
    ]
    if proposal.own_dates:
        return (*kept, *proposal.weights)
    always = (
        replace(row, valid_from=FIRST_DAY, valid_to=LAST_DAY, stopped=False)
        for row in proposal.weights
    )
    return (*kept, *always)


def _coefficients(rules: CaseRules, proposal: Proposal) -> tuple[Coefficient, ...]:
    before = rules.key_rules.coefficients
    if proposal.coefficients is None:
        return before
    named = {_key(row) for row in proposal.coefficients}
    # What an assessment came to stands in no table: a whole table leaves it as it is.
    kept = [row for row in before if (proposal.partial or row.score) and _key(row) not in named]
    if proposal.own_dates:
        return (*kept, *proposal.coefficients)
    always = (
        row._replace(valid_from=FIRST_DAY, valid_to=LAST_DAY) for row in proposal.coefficients
    )
    return (*kept, *always)


def _key(row: Coefficient) -> _Key:
    return row.scope, row.subject_id, row.kind


def proposal_problems(
    rules: CaseRules, counts: Counts, scales: Scales, proposal: Proposal
) -> Iterator[Problem]:
    """What is wrong or odd with a proposal against a case, item by item and subject by subject.

    ``PROPOSAL_MISSES``: it leaves out an item that was counted; ``PROPOSAL_ADDS`` (a warning): no
    table and no record knows the item; ``PROPOSAL_VERSIONS``: several dated rows, which cannot
    all be in force on each record's date; ``SERIES_UNKNOWN``. The same for coefficients:
    ``PROPOSAL_LEAVES``, ``PROPOSAL_NEW_KIND``, ``PROPOSAL_DATED``, ``COEFFICIENT_OVERLAP``.

    Args:
        rules: those in force.
        counts: what was counted.
        scales: the weights in force.
        proposal: what is proposed.
    """
    rows = proposal.weights or ()
    for name in sorted({row.series for row in rows}):
        mine = [row for row in rows if row.series == name]
        if name not in rules.series:
            facts = {"near": "", "allowed": ", ".join(rules.series)}
            yield Problem("SERIES_UNKNOWN", mine[0].place, name, facts)
            continue
        yield from _items_missed(counts, scales, name, mine) if not proposal.partial else ()
        yield from _items_added(counts, mine)
        yield from _several_versions(mine) if not proposal.own_dates else ()
    if proposal.coefficients is not None:
        yield from _coefficient_problems(rules, proposal, proposal.coefficients)


def _items_missed(
    counts: Counts, scales: Scales, series: str, rows: Sequence[WeightRow]
) -> Iterator[Problem]:
    used = {item for item, _ in counts.by_item_and_month(scales, series)}
    named = {row.item_code for row in rows}
    # What it names and nobody knows may be the same item, misspelt.
    unknown = sorted(item for item in named if item not in counts.plan.items)
    for item in sorted(counts.plan.items[code] for code in used):
        if item not in named:
            facts = {"near": near(item, unknown)}
            yield Problem("PROPOSAL_MISSES", rows[0].place, item, facts, series)


def _items_added(counts: Counts, rows: Sequence[WeightRow]) -> Iterator[Problem]:
    told = set()
    known = sorted(counts.plan.items.values)
    for row in rows:
        if row.item_code not in counts.plan.items and row.item_code not in told:
            told.add(row.item_code)
            facts = {"near": near(row.item_code, known)}
            yield Problem("PROPOSAL_ADDS", row.place, row.item_code, facts, row.series)


def _several_versions(rows: Sequence[WeightRow]) -> Iterator[Problem]:
    first: dict[tuple[str, tuple[str, ...]], WeightRow] = {}
    for row in sorted(rows, key=lambda row: row.place):
        earlier = first.setdefault((row.item_code, row.conditions), row)
        if earlier is not row:
            facts = {"other": str(earlier.place)}
            yield Problem("PROPOSAL_VERSIONS", row.place, row.item_code, facts, row.series)


def _coefficient_problems(
    rules: CaseRules, proposal: Proposal, rows: Sequence[Coefficient]
) -> Iterator[Problem]:
    period = rules.period
    force = [
        row
        for row in rules.key_rules.coefficients
        if row.valid_from < period.end and row.valid_to > period.start
    ]
    named = {_key(row) for row in rows}
    place = rows[0].place if rows else NOWHERE
    given = {_key(row) for row in force if not row.score}
    for key in sorted(given - named if not proposal.partial else ()):
        yield Problem("PROPOSAL_LEAVES", place, _said(key))
    known = {row.kind for row in force} | set(rules.key_rules.kinds)
    told: set[str] = set()
    first: dict[_Key, Coefficient] = {}
    for row in rows:
        if row.kind not in known and row.kind not in told:
            told.add(row.kind)
            yield Problem("PROPOSAL_NEW_KIND", row.place, row.kind)
        earlier = first.setdefault(_key(row), row)
        if earlier is not row and not proposal.own_dates:
            facts = {"other": str(earlier.place)}
            yield Problem("PROPOSAL_DATED", row.place, _said(_key(row)), facts)
    if len(first) == len(rows) or proposal.own_dates:
        yield from check_coefficients(proposed_rules(rules, proposal).key_rules.coefficients)


def _said(key: _Key) -> str:
    return " ".join(key)


_NONE: Final = frozenset[str]()
_WHY: Final = {
    Verdict.NOT_IN_SERIES: "口径中无此项目¦not in the series",
    Verdict.ITEM_STOPPED: "已停用¦stopped",
    Verdict.NO_WEIGHT_ON_DATE: "日期不在有效期内¦no weight on the date",
    Verdict.NO_WEIGHT_FOR_CONDITIONS: "条件不符¦no weight for the conditions",
}
"""Why records have no weight any more: what a weight book can answer of an item that it knew."""


def unweighed_problems(
    counts: Counts, old: Scales, new: Scales, recounted: frozenset[str] = _NONE
) -> Iterator[Problem]:
    """Warnings ``PROPOSAL_UNWEIGHED``: records that count now and have no weight as proposed.

    Items that are counted again are not judged by the counts there were.
    """
    for series in new.series:
        for lost in counts.lost(old, new, series):
            item = counts.plan.items[lost.item]
            if item not in recounted:
                facts = {"count": str(lost.records), "reason": _WHY[lost.verdict]}
                yield Problem("PROPOSAL_UNWEIGHED", value=item, facts=facts, series=series)
