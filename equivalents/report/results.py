"""The result tables of a settlement, as page 3 lists them, each sorted by its leading columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from equivalents.lines import Lines
from equivalents.policy.book import Verdict
from equivalents.policy.calendar import month_of, print_day
from equivalents.policy.sharing import LevelKind
from equivalents.reasons import EXCLUSIONS
from equivalents.report.components import with_components
from equivalents.report.keytables import (
    adjusted_lines,
    coefficient_column,
    taken_off_columns,
)
from equivalents.report.table import OutTable, codes, decimals, repeated, texts
from equivalents.settle import Payouts, Settlement
from equivalents.step import Step
from equivalents.units import (
    E7_PLACES,
    FEN_PLACES,
    QUANTITY_PLACES,
    WEIGHT_PLACES,
    Int64,
)

__all__ = [
    "adjusted_table",
    "allocations_table",
    "equivalents_table",
    "excluded_table",
    "paid_by_pool",
    "payouts_table",
    "pools_table",
]


def equivalents_table(settlement: Settlement, payouts: Payouts) -> OutTable:
    """Item lines: quantity x weight = equivalents, per person, item, month, series, weight row.

    ``share`` is the person's share of the quantity, ``n/d`` in lowest terms, 1 where nobody shares.
    The cut of a ceiling (5.12) and the work of a head in a series that pools are shared by (5.20)
    are separate negative lines without item, quantity and weight.
    """
    parts = [
        (series, weighed.lines)
        for series, weighed in sorted(settlement.weighed.items())
        if weighed.lines is not None
    ]
    columns = [_line_columns(settlement, series, lines) for series, lines in parts]
    joined = {name: pa.concat_arrays([part[name] for part in columns]) for name in columns[0]}
    order = pa.array(_line_order([lines for _, lines in parts]))
    ordered = {name: joined[name].take(order) for name in joined}
    cuts = taken_off_columns(settlement, payouts)
    if cuts is not None:
        ordered = _with_cuts(ordered, cuts)
    return OutTable("equivalents", ordered)


def _with_cuts(lines: Mapping[str, pa.Array], cuts: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
    """The cuts among the lines, by institution, person and item: before the person's items."""
    both = {name: pa.concat_arrays([cuts[name], lines[name]]) for name in lines}
    names = ("institution_id", "person_id", "item_code", "month", "series", "weight_row")
    keys = list(zip(*(both[name].to_pylist() for name in names), strict=True))
    order = pa.array(sorted(range(len(keys)), key=keys.__getitem__))
    return {name: column.take(order) for name, column in both.items()}


def _line_columns(settlement: Settlement, series: str, lines: Lines) -> dict[str, pa.Array]:
    plan = settlement.plan
    book = settlement.scales.books[series]
    months, month_at = np.unique(lines.month, return_inverse=True)
    row_ids = [row.row_id for row in book.rows]
    return {
        "institution_id": codes(plan.institutions.values, lines.institution),
        "person_id": codes(plan.persons.values, lines.person),
        "item_code": codes(plan.items.values, lines.item),
        "month": codes([month_of(int(day)) for day in months], month_at.astype(np.int32)),
        "quantity": decimals(lines.quantity_e3, QUANTITY_PLACES),
        "weight": decimals(book.weight_e4[lines.row], WEIGHT_PLACES),
        "equivalents": decimals(lines.equivalents_e7, E7_PLACES),
        "series": repeated(series, lines.row.size),
        "weight_row": codes(row_ids, lines.row),
        "share": _shares(lines),
    }


def _shares(lines: Lines) -> pa.Array:
    if lines.share is None or lines.whole is None:
        return repeated("1", lines.row.size)
    part, whole = (decimals(column, 0) for column in (lines.share, lines.whole))
    shares = pc.binary_join_element_wise(part, whole, pa.scalar("/", pa.large_string()))
    return pc.if_else(pa.array(lines.whole == 1), pa.scalar("1", pa.large_string()), shares)


def _line_order(parts: Sequence[Lines]) -> Int64:
    """Institution, person, item, month; then series, weight row and share, as parts already are."""
    names = ("month", "item", "person", "institution")
    keys = [np.concatenate([getattr(lines, name) for lines in parts]) for name in names]
    return np.lexsort(keys)


def payouts_table(settlement: Settlement, payouts: Payouts) -> OutTable:
    """What each person gets from each pool, and what caps took and floors added.

    Components of pay stand among them; they have no key.
    """
    count = payouts.pool.size
    table = OutTable(
        "payouts",
        {
            **_who(settlement, payouts),
            "component": repeated("pool_share", count),
            "equivalents": decimals(payouts.equivalents_e7, E7_PLACES),
            "coefficient": coefficient_column(payouts),
            "key": decimals(payouts.key_e7, E7_PLACES),
            "amount": decimals(payouts.amount_fen, FEN_PLACES),
            "remainder_fen": decimals(payouts.remainder_fen, 0),
            "capped": decimals(payouts.capped_fen, FEN_PLACES),
            "floored": decimals(payouts.floored_fen, FEN_PLACES),
        },
    )
    return with_components(table, settlement) if settlement.components else table


def _who(settlement: Settlement, payouts: Payouts) -> dict[str, pa.Array]:
    pools = settlement.pools
    return {
        "institution_id": codes(settlement.plan.institutions.values, payouts.institution),
        "pool": codes([pool.pool for pool in pools], payouts.pool),
        "person_id": codes(settlement.plan.persons.values, payouts.person),
    }


def adjusted_table(settlement: Settlement, payouts: Payouts) -> OutTable:
    """Equivalents times coefficient by date segment; without any, the whole period at 1."""
    if payouts.detail is not None:
        return adjusted_lines(settlement, payouts, payouts.detail)
    count = payouts.pool.size
    period = settlement.rules.period
    who = _who(settlement, payouts)
    return OutTable(
        "adjusted",
        {
            "institution_id": who["institution_id"],
            "person_id": who["person_id"],
            "pool": who["pool"],
            "from": repeated(print_day(period.start), count),
            "to": repeated(print_day(period.end), count),
            "equivalents": decimals(payouts.equivalents_e7, E7_PLACES),
            "coefficient": repeated("1.0000", count),
            "adjusted": decimals(payouts.equivalents_e7, E7_PLACES),
        },
    )


_ALLOCATED: Final = ("level", "pool", "parent", "child", "key", "amount", "remainder_fen")


def allocations_table(settlement: Settlement, payouts: Payouts) -> OutTable:
    """Each step of money from a parent to a child, pool by pool from the top down (D1)."""
    steps = payouts.steps
    if not steps:  # money of institutions alone: no pool to share
        return OutTable("allocations", dict.fromkeys(_ALLOCATED, texts([])))
    parts = [_allocated(settlement, payouts, step) for step in steps]
    joined = {name: pa.concat_arrays([part[name] for part in parts]) for name in parts[0]}
    if len(steps) > 1:
        level = np.repeat(np.arange(len(steps)), [step.pool.size for step in steps])
        order = pa.array(np.lexsort((level, np.concatenate([step.pool for step in steps]))))
        joined = {name: column.take(order) for name, column in joined.items()}
    return OutTable("allocations", joined)


def _allocated(settlement: Settlement, payouts: Payouts, step: Step) -> dict[str, pa.Array]:
    person = step.to == LevelKind.PERSON
    children = settlement.plan.persons.values if person else payouts.units
    return {
        "level": repeated(step.to.value, step.pool.size),
        "pool": codes([pool.pool for pool in settlement.pools], step.pool),
        "parent": codes(payouts.units, step.parent),
        "child": codes(children, step.child),
        "key": decimals(step.key_e7, E7_PLACES),
        "amount": decimals(step.amount_fen, FEN_PLACES),
        "remainder_fen": decimals(step.remainder_fen, 0),
    }


def paid_by_pool(settlement: Settlement, payouts: Payouts) -> Int64:
    """Fen paid from each pool, adjustments of people that were charged to it included."""
    charged = payouts.charged_fen or [0] * len(settlement.pools)
    paid = np.array(charged, np.int64)
    np.add.at(paid, payouts.pool, payouts.amount_fen)
    return paid


def pools_table(settlement: Settlement, payouts: Payouts) -> OutTable:
    """Each pool: amount = paid + retained + carried."""
    pools = settlement.pools
    amount = np.array([pool.amount_fen for pool in pools], np.int64)
    return OutTable(
        "pools",
        {
            "institution_id": texts([pool.institution_id for pool in pools]),
            "pool": texts([pool.pool for pool in pools]),
            "amount": decimals(amount, FEN_PLACES),
            "paid": decimals(paid_by_pool(settlement, payouts), FEN_PLACES),
            "retained": decimals(payouts.retained_fen, FEN_PLACES),
            "carried": decimals(payouts.carried_fen, FEN_PLACES),
            "series": texts([pool.series for pool in pools]),
        },
    )


def excluded_table(settlement: Settlement) -> OutTable:
    """Record counts by series and excluding rule (A10)."""
    rows = list(_excluded(settlement))
    rules = [EXCLUSIONS[verdict.name] for _, verdict, _ in rows]
    return OutTable(
        "excluded",
        {
            "series": texts([series for series, _, _ in rows]),
            "rule": texts([verdict.name for _, verdict, _ in rows]),
            "records": texts([str(count) for _, _, count in rows]),
            "rule_zh": texts([zh for zh, _ in rules]),
            "rule_en": texts([en for _, en in rules]),
        },
    )


def _excluded(settlement: Settlement) -> Iterable[tuple[str, Verdict, int]]:
    for series, verdicts in sorted(settlement.counted.verdicts.items()):
        for verdict, count in sorted(verdicts.items(), key=lambda entry: entry[0].name):
            if count and settlement.scales.excludes(series, verdict):
                yield series, verdict, count
