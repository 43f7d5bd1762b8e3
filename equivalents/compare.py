"""What-if: a proposed weight table against the one in force, over the same counts (F, 5.22).

The records are not read again: the tally of a case is weighed a second time with the proposal and
the same pools are shared again, by the functions that pay. By default the proposal applies as if
it were in force on each record's date; with its own dates it needs a tally that is cut there.
Under fixed pools the changes of paid + retained + carried add to zero, which is checked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from equivalents.codes import Codebook
from equivalents.errors import ConservationError, Problem
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.model import CONDITIONS, CaseRules, WeightRow
from equivalents.settle import Settlement, pay, weigh_again
from equivalents.tally import Plan
from equivalents.units import Exact, Int64

__all__ = [
    "Comparison",
    "Figures",
    "WeightChange",
    "compare",
    "needs_recount",
    "proposal_problems",
    "proposed_rules",
    "side_by_side",
]

_VISIT: Final = CONDITIONS.index("visit_number")


class WeightChange(NamedTuple):
    """One line of the change list: a weight before and after; ``None`` where there is no row."""

    series: str
    item_code: str
    conditions: tuple[str, ...]
    before_e4: int | None
    after_e4: int | None


class Figures(NamedTuple):
    """Equivalents and money of one subject, before and after."""

    before_e7: int
    after_e7: int
    before_fen: int
    after_fen: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two settlements of the same counts, and what changed between their rules."""

    before: Settlement
    after: Settlement
    changes: tuple[WeightChange, ...]
    recounted: bool = False

    def people(self) -> dict[tuple[str, str, str], Figures]:
        """By series, institution and person: equivalents, and pay from pools of the series."""
        sides = [_people(side) for side in (self.before, self.after)]
        return _side_by_side(sides)

    def items(self) -> dict[tuple[str, ...], tuple[int, int]]:
        """Equivalents by series, item and month, before and after."""
        sides = [_items(side) for side in (self.before, self.after)]
        keys = sorted(sides[0].keys() | sides[1].keys())
        return {key: (sides[0].get(key, 0), sides[1].get(key, 0)) for key in keys}


def proposed_rules(
    rules: CaseRules, proposal: Sequence[WeightRow], *, own_dates: bool, partial: bool
) -> CaseRules:
    """The rules with the proposal in the place of the weights of its series.

    Without ``own_dates`` each row is in force on every day. With ``partial`` items that the
    proposal does not name keep their rows.
    """
    series = {row.series for row in proposal}
    named = {(row.series, row.item_code) for row in proposal}
    kept = [
        row
        for row in rules.weights
        if row.series not in series or (partial and (row.series, row.item_code) not in named)
    ]
    ever = {"valid_from": FIRST_DAY, "valid_to": LAST_DAY, "stopped": False}
    news = proposal if own_dates else [replace(row, **ever) for row in proposal]  # type: ignore[arg-type]
    return replace(rules, weights=(*kept, *news))


def proposal_problems(
    before: Settlement, proposal: Sequence[WeightRow], *, own_dates: bool, partial: bool
) -> Iterator[Problem]:
    """What is wrong or odd with a proposal against a case, item by item.

    ``PROPOSAL_MISSES``: it leaves out an item that was counted; ``PROPOSAL_ADDS`` (a warning): no
    table and no record knows the item; ``PROPOSAL_VERSIONS``: several dated rows, which cannot
    all be in force on each record's date; ``SERIES_UNKNOWN``.
    """
    series = sorted({row.series for row in proposal})
    for name in series:
        if name not in before.rules.series:
            allowed = ", ".join(before.rules.series)
            place = next(row.place for row in proposal if row.series == name)
            facts = {"near": "", "allowed": allowed}
            yield Problem("SERIES_UNKNOWN", place, name, facts)
            continue
        mine = [row for row in proposal if row.series == name]
        yield from _items_missed(before, name, mine) if not partial else ()
        yield from _items_added(before, mine)
        yield from _several_versions(mine) if not own_dates else ()


def _items_missed(before: Settlement, series: str, rows: Sequence[WeightRow]) -> Iterator[Problem]:
    lines = before.weighed[series].lines
    used = np.unique(lines.item).tolist() if lines is not None else []
    named = {row.item_code for row in rows}
    for item in sorted(before.plan.items[code] for code in used):
        if item not in named:
            yield Problem("PROPOSAL_MISSES", rows[0].place, item, {}, series)


def _items_added(before: Settlement, rows: Sequence[WeightRow]) -> Iterator[Problem]:
    told = set()
    for row in rows:
        if row.item_code not in before.plan.items and row.item_code not in told:
            told.add(row.item_code)
            yield Problem("PROPOSAL_ADDS", row.place, row.item_code, {}, row.series)


def _several_versions(rows: Sequence[WeightRow]) -> Iterator[Problem]:
    first: dict[tuple[str, tuple[str, ...]], WeightRow] = {}
    for row in rows:
        earlier = first.setdefault((row.item_code, row.conditions), row)
        if earlier is not row:
            facts = {"other": str(earlier.place)}
            yield Problem("PROPOSAL_VERSIONS", row.place, row.item_code, facts, row.series)


def needs_recount(rules: CaseRules, proposed: CaseRules, plan: Plan) -> tuple[str, ...]:
    """The items whose records must be counted again: another basis, or a cut inside a bucket."""
    before, after = _counting(rules), _counting(proposed)
    changed = {item for item in before.keys() & after.keys() if before[item] != after[item]}
    for row in proposed.weights:
        edges = {row.valid_from, row.valid_to}
        if any(day in plan.period and day not in plan.bucket_starts for day in edges):
            changed.add(row.item_code)
    return tuple(sorted(changed))


def _counting(rules: CaseRules) -> dict[str, set[tuple[object, ...]]]:
    """How each item is counted: its bases by series, and whether visits are numbered."""
    found: dict[str, set[tuple[object, ...]]] = {}
    for row in rules.weights:
        how = row.series, row.basis if row.basis.text != "record" else None
        found.setdefault(row.item_code, set()).add(how)
        if row.conditions[_VISIT]:
            found[row.item_code].add(("visits", row.basis.window, row.basis.scope))
    return found


def compare(before: Settlement, proposed: CaseRules) -> Comparison:
    """Weigh the tally of a paid settlement again with other rules, and share the pools again.

    Raises:
        RefusedError: a pool that cannot be paid under the proposal (5.9).
        ConservationError: the changes of a fixed pool do not add to zero (a defect).
    """
    items = Codebook(before.plan.items.values)
    items.learn(sorted({row.item_code for row in proposed.weights}))
    after = pay(weigh_again(before, proposed, items))
    return side_by_side(before, after)


def side_by_side(before: Settlement, after: Settlement, *, recounted: bool = False) -> Comparison:
    """A comparison of two paid settlements; fixed pools are checked."""
    fixed = {(pool.institution_id, pool.pool): pool.amount_fen for pool in before.pools}
    for side in (before, after):
        assert side.payouts is not None, "only paid settlements are compared"
        if fixed != {(pool.institution_id, pool.pool): pool.amount_fen for pool in side.pools}:
            raise ConservationError("the pools before and after are not the same")
    return Comparison(before, after, tuple(_changes(before.rules, after.rules)), recounted)


def _changes(before: CaseRules, after: CaseRules) -> Iterator[WeightChange]:
    """Rows whose weight changed, came or went; by the last version of each condition set."""
    sides = [_last_versions(rules.weights) for rules in (before, after)]
    for key in sorted(sides[0].keys() | sides[1].keys()):
        weights = sides[0].get(key), sides[1].get(key)
        if weights[0] != weights[1]:
            yield WeightChange(*key, *weights)


def _last_versions(
    rows: Iterable[WeightRow],
) -> dict[tuple[str, str, tuple[str, ...]], int]:
    ordered = sorted(rows, key=lambda row: row.valid_from)
    return {(row.series, row.item_code, row.conditions): row.weight_e4 for row in ordered}


def _people(side: Settlement) -> dict[tuple[str, str, str], tuple[int, int]]:
    """Equivalents of everybody with any, and pay of everybody in a pool."""
    plan = side.plan
    found: dict[tuple[str, str, str], tuple[int, int]] = {}
    width = max(len(plan.persons), 1)
    for series, weighed in side.weighed.items():
        pair = plan.postings.institution.astype(np.int64) * width + plan.postings.person
        pairs, at = np.unique(pair, return_inverse=True)
        sums: Exact = np.zeros(pairs.size, np.object_)
        np.add.at(sums, at, weighed.posting_e7.astype(np.object_))
        paid = _paid(side, series, pairs, width)
        for key, equivalents, fen in zip(pairs.tolist(), sums.tolist(), paid, strict=True):
            place, person = divmod(key, width)
            ids = (series, plan.institutions[place], plan.persons[person])
            found[ids] = (int(equivalents), fen)
    return found


def _paid(side: Settlement, series: str, pairs: Int64, width: int) -> list[int]:
    """Pay of each (institution, person) from the pools of a series."""
    payouts = side.payouts
    assert payouts is not None, "only paid settlements are compared"
    mine = np.array([pool.series == series for pool in side.pools], bool)[payouts.pool]
    pair = payouts.institution[mine].astype(np.int64) * width + payouts.person[mine]
    sums = np.zeros(pairs.size, np.int64)
    np.add.at(sums, np.searchsorted(pairs, pair), payouts.amount_fen[mine])
    return [int(fen) for fen in sums]


def _items(side: Settlement) -> dict[tuple[str, ...], int]:
    """Equivalents by series, item and month."""
    found: dict[tuple[str, ...], int] = {}
    for series, weighed in side.weighed.items():
        lines = weighed.lines
        if lines is None:
            continue
        for item, month, value in zip(
            lines.item.tolist(),
            lines.month.tolist(),
            lines.equivalents_e7.tolist(),
            strict=True,
        ):
            key = (series, side.plan.items[item], str(np.datetime64(month, "D"))[:7])
            found[key] = found.get(key, 0) + int(value)
    return found


def _side_by_side(
    sides: Sequence[dict[tuple[str, str, str], tuple[int, int]]],
) -> dict[tuple[str, str, str], Figures]:
    before, after = sides
    none = (0, 0)
    return {
        key: Figures(
            before.get(key, none)[0],
            after.get(key, none)[0],
            before.get(key, none)[1],
            after.get(key, none)[1],
        )
        for key in sorted(before.keys() | after.keys())
    }
