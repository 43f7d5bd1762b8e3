"""Where money of funds comes from and what becomes of it: flows, tables and checks.

What a fund owes meets in the node ``due``: into it goes what each payer paid and still owes, out
of it pools, what stays as income or with the institution, and what was advanced too much. Both
sides add up, fund by fund. Sources: B1 to B6, B9, B10, D0; definition 5.15.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from equivalents.allocate import remainder_first
from equivalents.bridge import Bridged
from equivalents.errors import ConservationError
from equivalents.fundsettle import Funded
from equivalents.paycap import Capped
from equivalents.policy.accounts import by_line
from equivalents.policy.calendar import print_day
from equivalents.policy.capbefore import CapBefore, CapBeforeKind
from equivalents.policy.model import CaseRules
from equivalents.report.flows import Flow, Sides
from equivalents.report.origins import SOURCE_COLUMNS, print_per_head, source_rows
from equivalents.report.table import OutTable, texts
from equivalents.settle import Settlement
from equivalents.sharetest import print_share
from equivalents.units import print_e4, print_fen

__all__ = [
    "cap_flow",
    "cap_opened",
    "fund_titles",
    "money_checks",
    "money_flows",
    "money_tables",
    "pool_raised",
    "pool_source",
    "untouched_flows",
]

_EXCESS: Final = CapBeforeKind.EXCESS
_DUE: Final = "due"
"""The node in which the money of a fund meets."""
_GROUND: Final = "unit reference illustrative per_head_for_display title"
"""The columns of dues.csv that say what founds a line, and what a head comes to."""
_SPLIT: Final = "split"
"""The line of what goes from a fund to a part of it: it neither comes in nor goes out."""


# -- flows -----------------------------------------------------------------------------------------


def money_flows(money: Funded) -> Iterator[Flow]:
    """Every yuan of funds and approved lines from its payer to its use."""
    for row in money.ledger.rows:
        who = (row.institution_id, row.fund)
        if row.received_fen:
            yield Flow(*who, row.payer, _DUE, row.received_fen, "received")
        if row.owed_fen > 0:
            yield Flow(*who, row.payer, _DUE, row.owed_fen, "owed")
        if row.owed_fen < 0:
            yield Flow(*who, _DUE, row.then, -row.owed_fen, row.payer)
    bridged = _bridged(money)
    for due in money.money.dues:
        who = (due.institution_id, due.fund.name)
        left = due.due_fen
        for one in bridged.get(who, ()):
            left -= one.pool_fen
            line = "excess" if one.raises else ""
            ends = (_DUE, one.bridge.pool) if one.pool_fen >= 0 else (one.bridge.pool, _DUE)
            yield Flow(*who, *ends, abs(one.pool_fen), line)
        for name, fen in due.passed:
            yield from _passed_on(due.institution_id, due.fund.name, name, fen)
        rest = "income" if due.fund.income else "institution"
        if left > 0:
            yield Flow(*who, _DUE, rest, left)
        elif left < 0:
            yield Flow(*who, rest, _DUE, -left)
    yield from _approved_flows(money)


def _passed_on(institution_id: str, parent: str, name: str, fen: int) -> Iterator[Flow]:
    """What goes from a fund to a split of it, out of the one and into the other."""
    ends = (_DUE, name, parent, _DUE) if fen > 0 else (name, _DUE, _DUE, parent)
    yield Flow(institution_id, parent, *ends[:2], abs(fen), _SPLIT)
    yield Flow(institution_id, name, *ends[2:], abs(fen), _SPLIT)


def _bridged(money: Funded) -> Mapping[tuple[str, str], Sequence[Bridged]]:
    found: dict[tuple[str, str], list[Bridged]] = {}
    for one in money.taken:
        if one.bridge.fund:
            found.setdefault((one.institution_id, one.bridge.fund), []).append(one)
    return found


def _approved_flows(money: Funded) -> Iterator[Flow]:
    """Approved lines: what became pools and components, and the rest.

    Of a line that a bridge makes a pool of, the rest is the base part, which goes to payroll
    unshared (D0). What components leave of any other line is nobody's pay: it stays unspent.
    """
    left: dict[tuple[str, str], int] = {}
    shared = {(one.institution_id, one.source) for one in money.bridged if not one.bridge.fund}
    for one in money.taken:
        if one.bridge.approved_line:
            line = one.bridge.approved_line
            key = (one.institution_id, line)
            left[key] = left.get(key, one.base_fen) - one.pool_fen
            # What is taken back goes back to where it came from.
            ends = ("approved", one.bridge.pool)
            ends = ends if one.pool_fen >= 0 else (ends[1], ends[0])
            yield Flow(*key, *ends, abs(one.pool_fen), line)
    for key, amount in left.items():
        rest = "payroll" if key in shared else "unspent"
        yield Flow(*key, "approved", rest, amount, key[1])


def untouched_flows(rules: CaseRules, money: Funded) -> Iterator[Flow]:
    """Approved lines that pay components, where nothing was taken of them: they stay unspent."""
    declared = rules.scheme.components.values() if rules.scheme is not None else ()
    lines = {one.line for one in declared if one.line}
    taken = {(one.institution_id, one.bridge.approved_line) for one in money.taken}
    for (place, kind, line), amount in sorted(by_line(rules.accounts).items()):
        if kind == "approved" and line in lines and (place, line) not in taken:
            yield Flow(place, line, "approved", "unspent", amount, line)


def pool_source(money: Funded | None) -> Mapping[tuple[str, str], str]:
    """The fund or approved line that a pool came out of, by institution and pool."""
    made = money.bridged if money is not None else ()
    return {(one.institution_id, one.bridge.pool): one.source for one in made}


def cap_flow(money: Funded | None) -> Mapping[tuple[str, str], tuple[str, int]]:
    """What the pay cap took off a pool: the use, and fen, by institution and pool."""
    caps = money.caps if money is not None else ()
    return {
        (one.institution_id, pool): (f"cap_{one.rule.excess.value}", fen)
        for one in caps
        for pool, fen in one.cuts
        if fen
    }


def cap_opened(money: Funded | None) -> Mapping[tuple[str, str], int]:
    """What the pay cap of earlier periods carried into a pool, by institution and pool."""
    caps = money.caps if money is not None else ()
    return {(one.institution_id, pool): fen for one in caps for pool, fen in one.opened}


def pool_raised(money: Funded | None) -> Mapping[tuple[str, str], tuple[str, int]]:
    """What a fund adds to a pool (5.2): the fund, and fen, by institution and pool."""
    raised = money.raised if money is not None else ()
    return {one.where: (one.fund, one.fen) for one in raised}


# -- tables ----------------------------------------------------------------------------------------


def money_tables(settlement: Settlement) -> Iterator[OutTable]:
    """The tables of a case with a scheme; those without any line are left out."""
    money = settlement.funded
    if money is None:
        return
    titles = fund_titles(settlement)
    rows: dict[str, tuple[str, list[tuple[str, ...]]]] = {
        "pool_sources": (SOURCE_COLUMNS, [*source_rows(settlement)]),
        "dues": (
            f"institution_id fund what count rate coefficient amount {_GROUND}",
            [*_due_rows(money)],
        ),
        "ledger": (
            "institution_id fund payer due approved received paid owed then title",
            [*_ledger_rows(money, titles)],
        ),
        "instalments": (
            "institution_id fund number amount title",
            [*_instalment_rows(money)],
        ),
        "movements": (
            "institution_id fund payer kind date amount title",
            [*_movement_rows(money, titles)],
        ),
        "restricted": (
            "institution_id fund opening received over_advanced paid pools closing title",
            [
                (*one[:2], *map(print_fen, one[2:]), titles.get(one[1], ""))
                for one in money.ledger.restricted
            ],
        ),
        "paycap": ("institution_id line name count rate amount", [*_cap_rows(settlement, money)]),
        "share_tests": ("test institution_id part whole at_least holds", [*_test_rows(money)]),
    }
    for name, (heads, lines) in rows.items():
        if lines:
            columns = zip(heads.split(), zip(*lines, strict=True), strict=True)
            yield OutTable(name, {head: texts(column) for head, column in columns})


def fund_titles(settlement: Settlement) -> Mapping[str, str]:
    """What funds are called, by code; blank where the scheme gives no title."""
    scheme = settlement.rules.scheme
    return {name: fund.title for name, fund in scheme.funds.items()} if scheme else {}


def _due_rows(money: Funded) -> Iterator[tuple[str, ...]]:
    for due in money.money.dues:
        for line in due.lines:
            by = line.by
            ground = (by.unit, by.reference, "1" if by.illustrative else "0") if by else ("",) * 3
            who = due.institution_id, due.fund.name
            told = (*line[:4], print_fen(line.amount_fen), *ground, print_per_head(line))
            yield *who, *told, due.fund.title


def _ledger_rows(money: Funded, titles: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for row in money.ledger.rows:
        yield (*row[:3], *map(print_fen, row[3:8]), row.then, titles.get(row.fund, ""))


def _instalment_rows(money: Funded) -> Iterator[tuple[str, ...]]:
    """Due money in the instalments that its fund declares; what is below 0 has none (5.10)."""
    for due in money.money.dues:
        plan = due.fund.instalments
        parts = remainder_first(due.due_fen, plan.count) if plan and due.due_fen > 0 else ()
        for number, fen in enumerate(parts, start=1):
            who = due.institution_id, due.fund.name
            yield *who, str(number), print_fen(int(fen)), due.fund.title


def _movement_rows(money: Funded, titles: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    for row in money.ledger.movements:
        day = print_day(row.day) if row.day is not None else ""
        yield *row[:4], day, print_fen(row.amount_fen), titles.get(row.fund, "")


def _test_rows(money: Funded) -> Iterator[tuple[str, ...]]:
    for one in money.tests:
        sides = print_fen(one.part_fen), print_fen(one.whole_fen)
        share = print_share(one.at_least)
        yield one.test.name, one.institution_id, *sides, share, "1" if one.holds else "0"


def _cap_rows(settlement: Settlement, money: Funded) -> Iterator[tuple[str, ...]]:
    """Terms, their coefficient and the cap; base and pools against it; what came off each pool."""
    left = {(p.institution_id, p.pool): p.amount_fen for p in settlement.pools}
    waiting: dict[str, list[tuple[str, int]]] = {}
    for row in money.cap_waiting:
        waiting.setdefault(row.institution_id, []).append((row.name, row.amount_fen))
    caps = {one.institution_id: one for one in money.caps}
    for name in sorted({*caps, *waiting}):
        if name in caps:
            yield from _one_cap(caps[name], left)
        for pool, fen in waiting.get(name, ()):
            yield name, "opening", pool, "", "", print_fen(fen)
            yield name, "carried_on", pool, "", "", print_fen(fen)


def _one_cap(one: Capped, left: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, ...]]:
    name = one.institution_id
    for term in one.terms:
        yield name, term.kind, term.name, term.count, term.rate, print_fen(term.amount_fen)
    rate = "" if one.coefficient_e4 is None else print_e4(one.coefficient_e4)
    yield name, "cap", one.rule.coefficient, "", rate, print_fen(one.cap_fen)
    if one.base_before_fen:
        yield name, "base_before", one.rule.base_line, "", "", print_fen(one.base_before_fen)
    yield name, "base", one.rule.base_line, "", "", print_fen(one.base_fen)
    for pool, fen in one.pools_before:
        yield name, "pool_before", pool, "", "", print_fen(fen)
    for component, fen in one.components:
        yield name, "component", component, "", "", print_fen(fen)
    opened = dict(one.opened)
    for pool, fen in one.cuts:
        own = left[name, pool] + fen - opened.get(pool, 0)
        yield name, "pool", pool, "", "", print_fen(own)
    for pool, fen in one.opened:
        yield name, "opening", pool, "", "", print_fen(fen)
    for pool, fen in one.cuts:
        if fen:
            yield name, one.rule.excess.value, pool, "", "", print_fen(fen)


# -- checks ----------------------------------------------------------------------------------------


def money_checks(settlement: Settlement) -> Iterator[Sides]:
    """That money adds up, to the fen, from sources to uses; nothing without a scheme.

    Raises:
        ConservationError: the money of one fund does not (sums alone might hide it).
    """
    money = settlement.funded
    if money is None:
        return
    dues = money.money.dues
    due = print_fen(sum(one.due_fen for one in dues))
    lines = print_fen(sum(line.amount_fen for one in dues for line in one.lines))
    yield Sides("资金：各行之和 = 应得（元）", "funds: lines = due", lines, due)
    parts = print_fen(sum(fen for one in dues for _, fen in one.parts))
    yield Sides("资金：各出资方之和 = 应得（元）", "funds: payers = due", parts, due)
    rows = money.ledger.rows
    settled = print_fen(sum(row.received_fen + row.owed_fen for row in rows))
    zh, en = "资金：到账 + 尚欠 = 应得（元）", "funds: received + owed = due"
    yield Sides(zh, en, settled, due)
    into, out_of = _both_sides(money)
    zh, en = "资金：来源合计 = 去向合计（元）", "funds: all sources = all uses"
    yield Sides(zh, en, print_fen(into), print_fen(out_of))
    made = {(one.institution_id, one.bridge.pool) for one in money.bridged}
    taken = cap_flow(money)
    left = sum(p.amount_fen for p in settlement.pools if (p.institution_id, p.pool) in made)
    cut = sum(fen for key, (_, fen) in taken.items() if key in made)
    opened = sum(fen for key, fen in cap_opened(money).items() if key in made)
    came = sum(one.pool_fen for one in money.taken if (one.institution_id, one.bridge.pool) in made)
    yield Sides(
        "由资金形成的绩效池 = 进入的资金 + 期初带入 - 超总量扣减（元）",
        "pools out of money = what went in + what was carried before - what the pay cap took",
        print_fen(left),
        print_fen(came + opened - cut),
    )
    brought = [row for row in settlement.rules.cap_before or () if row.kind is _EXCESS]
    if brought:
        yield _carried_check(money, brought)
    if money.caps:
        yield _cap_check(money.caps)


def _carried_check(money: Funded, brought: Sequence[CapBefore]) -> Sides:
    """What was carried before opens pools or is carried on; nothing of it is lost."""
    on = sum(row.amount_fen for row in money.cap_waiting)
    return Sides(
        "期初带入的超总量结转 = 进入绩效池 + 继续结转（元）",
        "what the pay cap carried before = what opened pools + what is carried on",
        print_fen(sum(row.amount_fen for row in brought)),
        print_fen(sum(cap_opened(money).values()) + on),
    )


def _both_sides(money: Funded) -> tuple[int, int]:
    """What goes into the node of every fund, and out of it."""
    sums: dict[tuple[str, str], list[int]] = {}
    into = out_of = 0
    for flow in money_flows(money):
        ends = sums.setdefault((flow.institution_id, flow.fund), [0, 0])
        came = flow.amount_fen if flow.use == _DUE else 0
        went = flow.amount_fen if flow.source == _DUE else 0
        ends[0], ends[1] = ends[0] + came, ends[1] + went
        if flow.line != _SPLIT:
            into, out_of = into + came, out_of + went
    uneven = {key: ends for key, ends in sums.items() if ends[0] != ends[1]}
    if uneven:
        raise ConservationError(f"sources and uses of funds differ: {uneven}")
    return into, out_of


def _cap_check(caps: Sequence[Capped]) -> Sides:
    """Base and pools of the year to date within the cap, where what is paid is not above it."""
    held = sum(
        1
        for one in caps
        for paid in [one.base_before_fen + one.base_fen + one.before_fen + one.components_fen]
        if paid + one.pools_fen - one.taken_fen <= max(one.cap_fen, paid)
    )
    return Sides(
        "基础部分 + 计入总量的绩效池不超绩效工资总量的机构数 = 设总量的机构数",
        "institutions whose base and pools are within the pay cap = institutions with a cap",
        str(held),
        str(len(caps)),
    )
