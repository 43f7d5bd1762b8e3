"""The whole settlement, slowly: from a case folder to what every person is paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests.reference import paycap
from tests.reference.assessment import Assessed, Assessment
from tests.reference.bridges import bridged, placeholders, with_pools
from tests.reference.case import Case, Pool, read_case
from tests.reference.ceilings import cut_lines, cuts
from tests.reference.coefficients import Coefficients
from tests.reference.components import Name, before_pools, declared, withheld_on
from tests.reference.door import doubted_counts
from tests.reference.flows import Flow, flows
from tests.reference.funds import Due, Funds
from tests.reference.fundwork import work
from tests.reference.instalments import instalments
from tests.reference.keys import Adjusted, Keys
from tests.reference.leaders import led_lines, sharing
from tests.reference.leave import LeaveLine, Leaves
from tests.reference.ledger import (
    Entry,
    Movement,
    Restricted,
    check_closings,
    ledger,
    movements,
    restricted,
)
from tests.reference.levels import PoolSharing
from tests.reference.payingcomponents import (
    charged,
    check_sources,
    in_cap,
    led_in_cap,
    of_leaders,
    payer,
    sources,
)
from tests.reference.payouts import Payout, PoolTotal, Shelf, Step
from tests.reference.raised import Excess, larger, raised
from tests.reference.sharetests import Tested, share_tests
from tests.reference.splitting import Line, LineKey, lines, pieces
from tests.reference.statement import Money, MoneyName, key_lines, money
from tests.reference.surplus import Surplus, pools_of, surpluses
from tests.reference.text import Refused
from tests.reference.verdicts import Judged, judge_all
from tests.reference.weighing import Verdict
from tests.reference.weights import table_errors
from tests.reference.yearly import limit_all

T = TypeVar("T")


class Counts(NamedTuple):
    """How the records ended in one series; the three add up to what came in (A10)."""

    counted: int
    excluded: int
    rejected: int


@dataclass(frozen=True)
class Outcome:
    """Everything a settlement says."""

    verdicts: Mapping[tuple[str, int], Mapping[str, Verdict]]
    """By file (`records.csv`, `records/a.csv`) and row number as Excel shows it, per series."""
    lines: Mapping[LineKey, Line]
    adjusted: Sequence[Adjusted]
    leave: Sequence[LeaveLine]
    steps: Sequence[Step]
    payouts: Mapping[tuple[str, str, str], Payout]
    """By institution, pool and person."""
    statement: Callable[[str, str, str], Mapping[MoneyName, Money]] = field(compare=False)
    """The money on the lines of the key of a payout, named alike (5.13)."""
    pools: Mapping[tuple[str, str], PoolTotal]
    """By institution and pool, as they are shared: without what the pay cap takes."""
    over_cap: Mapping[tuple[str, str], int]
    """What the pay cap takes off pools, by institution and pool, in fen."""
    caps: Mapping[str, tuple[int, int]]
    """The pay cap and the base part by institution with pools in the cap, in fen."""
    negative_keys: Mapping[tuple[str, str, str], Fraction]
    """The keys below 0, by institution, pool and person; they counted as 0 (5.9).

    And keys brought in that no payout has a use for: they go on to the next period.
    """
    surplus: Mapping[str, Surplus]
    """By institution."""
    dues: Sequence[Due]
    ledger: Mapping[tuple[str, str, str], Entry]
    """By institution, fund and payer."""
    movements: Sequence[Movement]
    restricted: Mapping[tuple[str, str], Restricted]
    """By institution and fund, of the funds that are restricted."""
    flows: Mapping[Flow, int]
    """Every source to its use, in fen."""
    tests: Mapping[tuple[str, str], Tested]
    """By test and institution; the blank institution is all of them together."""
    instalments: Mapping[tuple[str, str, int], int]
    """By institution, fund and number, in fen."""
    assessed: Sequence[Assessed]
    beside: Mapping[Name, int]
    """What is paid beside the pools, in fen, by institution, component and person."""
    charged: Mapping[tuple[str, str], int]
    """What adjustments took of pools, by institution and pool."""
    withheld: Mapping[tuple[str, str, str], int]
    """What the next period may release, by institution, pool and person."""
    parts: Mapping[tuple[str, str, str], Fraction]
    """What part of an amount is paid where something is withheld of it (5.3), likewise."""
    shelves: Mapping[tuple[str, str], Sequence[Shelf]]
    """Who shared under which parent, by institution and pool of the pool."""
    received: int
    counts: Mapping[str, Counts]
    doubted: Mapping[str, Sequence[int]]
    """How many records each rule of each check at the door doubts."""


class Funded(NamedTuple):
    """What became of what is due: pools made, and the pay cap.

    And what is paid beside the pools, by whom, and what adjustments take of pools.
    """

    made: Sequence[Pool]
    caps: Mapping[str, tuple[int, int]]
    over: Mapping[tuple[str, str], int]
    opened: Mapping[tuple[str, str], int]
    more: Mapping[tuple[str, str], Excess]
    beside: Mapping[Name, int]
    charged: Mapping[tuple[str, str], int]
    outside: Mapping[Name, int]


def left_of_funds(
    read: Case,
    dues: Sequence[Due],
    money: Funded,
    beside: Mapping[tuple[str, tuple[str, str], str], int],
) -> dict[tuple[str, str], Restricted]:
    """Return what is left of restricted funds behind pools and what is paid `beside` them."""
    return restricted(read, dues, money.made, money.over, money.opened, money.more, beside)


def funded(read: Case, dues: Sequence[Due]) -> tuple[Case, Funded]:
    """Make pools of money, within the pay cap; return the case as it is shared, and the rest."""
    made = bridged(read, dues)
    read = replace(read, pools=with_pools(read, made))
    (beside, outside), taken = before_pools(read), charged(read)
    more = raised(read, dues, made)
    read = replace(read, pools=larger(read.pools, more))
    counts = dict.fromkeys(led_in_cap(read), 0) | in_cap(read, beside, outside)
    caps, over = paycap.caps(read, dues, counts), paycap.cut(read, dues, counts)
    opened = paycap.opened(read) if caps else {}
    read = replace(read, pools=paycap.less(read, opened, over))
    found = Funded(made, caps, over, opened, more, beside, taken, outside)
    left = left_of_funds(read, dues, found, sources(read, beside))
    # What heads are paid is known later, and with it what is left of what pays them.
    later = {payer(rule)[1] for _, rule in declared(read, "leader")}
    check_closings(read, {at: one for at, one in left.items() if at[1] not in later})
    return read, found


def paid_beside(
    read: Case, dues: Sequence[Due], money: Funded, shared: Sequence[PoolSharing]
) -> dict[Name, int]:
    """Return everything that is paid beside the pools, of money that is there."""
    payouts = _by_person([(one.pool.pool, one.payouts) for one in shared])
    found = {**money.beside, **of_leaders(read, payouts)}
    check_sources(read, dues, money, found)
    counted = [in_cap(read, found, money.outside, leaders=heads) for heads in (False, True)]
    paycap.check_heads(read, money.caps, *counted)
    return found


def _opened(case: Path, shipped: Path | None) -> tuple[Case, Assessment, Mapping[str, Surplus]]:
    """Read a case with the coefficients of its assessment and the pools of its surpluses."""
    read = read_case(case, shipped)
    assessment = Assessment(read)
    rows = (*read.coefficients, *assessment.coefficients)
    read = replace(read, coefficients=rows)
    for error in table_errors(read.weights):
        raise Refused(error.code, f"weight rows {error.row_a} and {error.row_b}")
    found = surpluses(read)
    return replace(read, pools=tuple(pools_of(read, found))), assessment, found


def _shared(read: Case, keys: Keys, of_funds: Funded) -> list[PoolSharing]:
    """Share every pool, less what adjustments take of it; yearly limits come behind them all."""
    leaves = Leaves(read, keys)
    charges = [of_funds.charged.get((pool.institution, pool.pool), 0) for pool in read.pools]
    shared = [
        PoolSharing(read, pool, keys, leaves, fen)
        for pool, fen in zip(read.pools, charges, strict=True)
    ]
    limit_all(read, shared)
    return shared


def settle(case: Path, shipped: Path | None = None) -> Outcome:
    """Settle a case folder; raises `Refused` where nothing may be paid."""
    read, assessment, found = _opened(case, shipped)
    judged, doubted = judge_all(read), doubted_counts(read)
    split = pieces(judged, Coefficients(replace(read, pools=read.pools + placeholders(read))))
    dues = Funds(read, work(judged, split)).dues
    read, of_funds = funded(read, dues)
    led = led_lines(read, split, read.period)
    every = lines(split)
    read, split = sharing(read, split)
    coefficients = Coefficients(read)
    taken = cuts(read, split)
    keys = Keys(read, split, taken, coefficients)
    shared = _shared(read, keys, of_funds)
    pools = {(one.pool.institution, one.pool.pool): one.total for one in shared}
    beside = paid_beside(read, dues, of_funds, shared)
    taken_beside = sources(read, beside)
    left = left_of_funds(read, dues, of_funds, taken_beside)
    check_closings(read, left)
    withheld = _by_person([(one.pool.pool, one.later) for one in shared])
    return Outcome(
        verdicts={(one.record.file, one.record.row): one.verdicts for one in judged},
        lines={**every, **cut_lines(taken), **led},
        **_of_pools(shared),
        statement=_statements(keys, shared),
        pools=pools,
        over_cap=of_funds.over,
        caps=of_funds.caps,
        negative_keys={
            **_by_person([(one.pool.pool, one.negative) for one in shared]),
            **_unused(read, shared),
        },
        surplus=found,
        dues=dues,
        ledger=ledger(read, dues),
        movements=movements(read, dues),
        restricted=left,
        flows=flows(read, dues, of_funds, found, pools, taken_beside),
        tests=share_tests(read),
        instalments=instalments(read, dues),
        assessed=assessment.assessed,
        beside=beside,
        charged=of_funds.charged,
        withheld=withheld_on(read, beside, withheld),
        received=len(judged),
        counts={name: count(judged, name) for name in read.series},
        doubted=doubted,
    )


def _of_pools(shared: Sequence[PoolSharing]) -> dict[str, Any]:
    """Return what an outcome tells pool by pool, by its names there."""
    return {
        "adjusted": [line for one in shared for line in one.lines],
        "leave": [line for one in shared for line in one.leave_lines()],
        "steps": [step for one in shared for step in one.steps],
        "payouts": _by_person([(one.pool.pool, one.payouts) for one in shared]),
        "parts": _by_person([(one.pool.pool, one.parts) for one in shared]),
        "shelves": {(one.pool.institution, one.pool.pool): one.shelves for one in shared},
    }


def _statements(
    keys: Keys, shared: Sequence[PoolSharing]
) -> Callable[[str, str, str], Mapping[MoneyName, Money]]:
    """Return what tells the lines of a payout when it is asked for them."""

    def statement(institution: str, pool: str, person: str) -> Mapping[MoneyName, Money]:
        who = (institution, person)
        one = next(one for one in shared if one.pool.pool == pool and who in one.payouts)
        return on_lines_of(keys, one, *who)

    return statement


def on_lines_of(
    keys: Keys, shared: PoolSharing, institution: str, person: str
) -> Mapping[MoneyName, Money]:
    """Return a person's amount of a pool on the lines of the key (5.13).

    None where people are not shared by equivalents: then the amount stands on the pool's line.
    """
    pool = shared.pool.pool
    by = keys.case.declared.levels(pool)[-1].key
    if by not in ("equivalents", "adjusted"):
        return {}
    at = (shared.series, institution, person)
    lines = key_lines(keys, by, at, pool, shared.leave.get((by, institution), ()))
    return money(shared.payouts[institution, person].amount_fen, lines)


def _by_person(
    of_pools: Sequence[tuple[str, Mapping[tuple[str, str], T]]],
) -> dict[tuple[str, str, str], T]:
    """Put what pools say of institution and person under institution, pool and person."""
    found: dict[tuple[str, str, str], T] = {}
    for pool, of_pool in of_pools:
        for (institution, person), value in of_pool.items():
            assert (institution, pool, person) not in found, "one pool of a name pays a person"
            found[institution, pool, person] = value
    return found


def _unused(case: Case, shared: Sequence[PoolSharing]) -> dict[tuple[str, str, str], Fraction]:
    """Add up the keys brought in that no payout has a use for."""
    used = {at for one in shared for at in one.brought}
    found: dict[tuple[str, str, str], Fraction] = {}
    for row in case.opening:
        at = (row.institution, row.pool, row.person)
        if at not in used:
            found[at] = found.get(at, Fraction(0)) + row.equivalents
    return found


def count(judged: Sequence[Judged], series: str) -> Counts:
    """Count how the records ended in one series (A10)."""
    states = [one.verdicts[series].state for one in judged]
    counts = Counts(*(states.count(state) for state in ("counted", "excluded", "rejected")))
    assert sum(counts) == len(judged), "counted + excluded + rejected = received"
    return counts
