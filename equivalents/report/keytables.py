"""How keys came about, as tables: adjusted lines, cuts of ceilings, deficits, withheld amounts.

Sources: A7, A8; definitions 5.1, 5.3, 5.9, 5.12; specification page 3 (``adjusted.csv``).
"""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa

from equivalents.keys import VARIED
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import Ceiling, KeyRules, Later
from equivalents.policy.leaders import LeaderRule
from equivalents.report.leavetable import leave_rules, leave_table
from equivalents.report.table import OutTable, codes, decimals, repeated, texts
from equivalents.settle import Payouts, Settlement
from equivalents.takenoff import taken_off
from equivalents.units import (
    E7_PLACES,
    FEN_PLACES,
    WEIGHT_PLACES,
    Int64,
    print_e4,
    print_e7,
)
from equivalents.withhold import KeyDetail

__all__ = [
    "adjusted_lines",
    "carried_keys",
    "coefficient_column",
    "key_check",
    "key_rules",
    "key_tables",
    "taken_off_columns",
]


def coefficient_column(payouts: Payouts) -> pa.Array:
    """The coefficient of each payout; empty where it varied in the period."""
    if payouts.detail is None:
        return repeated(print_e4(ONE_E4), payouts.pool.size)
    values = payouts.detail.coefficient_e4
    return pa.array(
        ["" if value == VARIED else print_e4(value) for value in values.tolist()],
        pa.large_string(),
    )


def adjusted_lines(settlement: Settlement, payouts: Payouts, detail: KeyDetail) -> OutTable:
    """Equivalents x coefficient = adjusted, a line per date segment and post (5.1).

    A key brought in stands as a line of no days before the others of its payout.
    """
    plan, lines = settlement.plan, detail.lines
    brought = np.flatnonzero(detail.brought_e7)
    start = np.full(brought.size, plan.period.start, np.int64)
    one = np.full(brought.size, ONE_E4, np.int64)
    value = detail.brought_e7[brought]
    row = np.concatenate([brought, detail.line_row])
    order = np.argsort(row, kind="stable")

    def column(before: Int64, after: Int64) -> Int64:
        return np.concatenate([before, after])[order]

    row = row[order]
    pools = settlement.pools
    at_pool = payouts.pool[row]
    return OutTable(
        "adjusted",
        {
            "institution_id": codes(plan.institutions.values, payouts.institution[row]),
            "person_id": codes(plan.persons.values, payouts.person[row]),
            "pool": codes([pool.pool for pool in pools], at_pool),
            "from": _days(column(start, lines.since)),
            "to": _days(column(start, lines.until)),
            "equivalents": decimals(column(value, lines.equivalents_e7), E7_PLACES),
            "coefficient": decimals(column(one, lines.coefficient_e4), WEIGHT_PLACES),
            "adjusted": decimals(column(value, lines.adjusted_e7), E7_PLACES),
            "post_id": codes(
                plan.postings.posts.values, column(brought * 0, lines.post).astype(np.int32)
            ),
        },
    )


def _days(days: Int64) -> pa.Array:
    known, at = np.unique(days, return_inverse=True)
    return codes([print_day(int(day)) for day in known], at.astype(np.int32))


def taken_off_columns(settlement: Settlement, payouts: Payouts) -> dict[str, pa.Array] | None:
    """What shares in no pool as columns of ``equivalents.csv``: one negative line each."""
    rows = list(taken_off(settlement, payouts))
    if not rows:
        return None
    blank = repeated("", len(rows))
    return {
        "institution_id": texts([row.institution_id for row in rows]),
        "person_id": texts([row.person_id for row in rows]),
        "item_code": blank,
        "month": texts([row.window for row in rows]),
        "quantity": blank,
        "weight": blank,
        "equivalents": texts([print_e7(-row.equivalents_e7) for row in rows]),
        "series": texts([row.series for row in rows]),
        "weight_row": texts([row.weight_row for row in rows]),
        "share": repeated("1", len(rows)),
    }


def key_tables(settlement: Settlement, payouts: Payouts) -> Iterator[OutTable]:
    """``carried_keys``, ``withheld`` and ``leave``, each where it has a line."""
    carried, withheld = _carried(settlement, payouts), _withheld(settlement, payouts)
    for table in (carried, withheld, leave_table(settlement, payouts)):
        if table is not None and len(table):
            yield table


def carried_keys(settlement: Settlement, payouts: Payouts) -> list[tuple[str, str, str, int]]:
    """Institution, pool, person and e7 of deficits, also those that nobody could use yet (5.9)."""
    plan, pools = settlement.plan, settlement.pools
    rows = [
        (
            plan.institutions[int(payouts.institution[at])],
            pools[payouts.pool[at]].pool,
            plan.persons[int(payouts.person[at])],
            int(payouts.deficit_e7[at]),
        )
        for at in np.flatnonzero(payouts.deficit_e7).tolist()
    ]
    unused = payouts.detail.unused if payouts.detail is not None else ()
    rows += [(one.institution_id, one.pool, one.person_id, one.equivalents_e7) for one in unused]
    return sorted(rows)


def _carried(settlement: Settlement, payouts: Payouts) -> OutTable:
    """Deficits for the next period's ``opening``."""
    rows = carried_keys(settlement, payouts)
    return OutTable(
        "carried_keys",
        {
            "institution_id": texts([row[0] for row in rows]),
            "pool": texts([row[1] for row in rows]),
            "person_id": texts([row[2] for row in rows]),
            "equivalents": texts([print_e7(row[3]) for row in rows]),
            "kind": repeated("key", len(rows)),
        },
    )


def _withheld(settlement: Settlement, payouts: Payouts) -> OutTable | None:
    """Amounts with a coefficient that withholds: allocated x coefficient = amount (5.3).

    What a yearly limit takes of that amount is told in ``limited``.
    """
    detail, pools = payouts.detail, settlement.pools
    if detail is None:
        return None
    rows = np.flatnonzero(detail.withhold_e4 != ONE_E4)
    amount_fen = payouts.amount_fen[rows]
    if payouts.limited is not None:
        amount_fen = amount_fen + payouts.limited.taken_fen[rows]
    at_pool = payouts.pool[rows]
    return OutTable(
        "withheld",
        {
            "institution_id": codes(settlement.plan.institutions.values, payouts.institution[rows]),
            "pool": codes([pool.pool for pool in pools], at_pool),
            "person_id": codes(settlement.plan.persons.values, payouts.person[rows]),
            "allocated": decimals(amount_fen + detail.withheld_fen[rows], FEN_PLACES),
            "coefficient": decimals(detail.withhold_e4[rows], WEIGHT_PLACES),
            "amount": decimals(amount_fen, FEN_PLACES),
            "withheld": decimals(detail.withheld_fen[rows], FEN_PLACES),
        },
    )


_OWNER: Final = ("pool", "institution", "person")


def key_check(payouts: Payouts) -> tuple[str, str] | None:
    """How many payouts by equivalents have a key that is the sum of their lines, of how many.

    The sum is added up again from the lines in Python integers.
    """
    detail = payouts.detail
    if detail is None:
        return None
    sums, lines = detail.brought_e7.tolist(), detail.lines
    plain = detail.plain[detail.line_row]
    values = np.where(plain, lines.equivalents_e7, lines.adjusted_e7)
    for row, value in zip(detail.line_row.tolist(), values.tolist(), strict=True):
        sums[row] += value
    for row, line in zip(detail.leave_row, detail.leave, strict=True):
        sums[row] += line.key_e7
    averaged = {(one.pool, one.institution, one.person): one.key_e7 for one in payouts.averages}
    if averaged:
        rows = zip(*(getattr(payouts, of).tolist() for of in _OWNER), strict=True)
        sums = [total + averaged.get(row, 0) for row, total in zip(rows, sums, strict=True)]
    keyed = zip(detail.keyed.tolist(), sums, payouts.raw_e7.tolist(), strict=True)
    good = sum(1 for counts, total, key in keyed if counts and total == key)
    return str(good), str(int(detail.keyed.sum()))


def key_rules(rules: KeyRules) -> dict[str, object]:
    """Coefficients and ceilings as they were applied, for ``resolved-rules.json``."""
    found: dict[str, object] = {}
    if rules.coefficients:
        kinds = sorted({row.kind for row in rules.coefficients})
        found["coefficient_kinds"] = {
            kind: {
                "applies_to": rules.rule(kind).applies_to.value,
                "pools": list(rules.rule(kind).pools),
                "reference": rules.rule(kind).reference,
                **({"later": "release"} if rules.rule(kind).later is Later.RELEASE else {}),
            }
            for kind in kinds
        }
        rows = sorted(rules.coefficients, key=lambda row: (row[:2], row.kind, row.valid_from))
        found["coefficients"] = [
            {
                "scope": row.scope.value,
                "subject_id": row.subject_id,
                "kind": row.kind,
                "value": print_e4(row.value_e4),
                "valid_from": print_day(row.valid_from),
                "valid_to": _end(row.valid_to),
                "reference": row.reference,
            }
            for row in rows
        ]
    if rules.ceilings:
        found["ceilings"] = [_ceiling(one) for one in rules.ceilings]
    if rules.leaders:
        found["leaders"] = [_leader(one) for one in rules.leaders]
    return found | leave_rules(rules)


def _leader(rule: LeaderRule) -> dict[str, object]:
    return {
        "posts": list(rule.posts),
        "valid_from": _start(rule.valid_from),
        "valid_to": _end(rule.valid_to),
        "reference": rule.reference,
    }


def _ceiling(ceiling: Ceiling) -> dict[str, object]:
    tiers: Sequence[dict[str, str]] = [
        {"from": print_e7(tier.from_e7), "rate": print_e4(tier.rate_e4)} for tier in ceiling.tiers
    ]
    return {
        "name": ceiling.name,
        "series": ceiling.series,
        "window": ceiling.window.value,
        "places": "together" if ceiling.together else "each",
        "tiers": tiers,
        "valid_from": _start(ceiling.valid_from),
        "valid_to": _end(ceiling.valid_to),
        "reference": ceiling.reference,
    }


def _start(day: int) -> str:
    return "" if day == FIRST_DAY else print_day(day)


def _end(day: int) -> str:
    return "" if day == LAST_DAY else print_day(day)
