"""Every yuan from its source to its use: funds.csv, the surplus sheet, and what must add up.

Each row of funds.csv moves an amount from a source to a use. The money of a business account
meets in the node ``balance``, project money in the node ``project``; what goes into a node comes
out of it, to the fen, and every amount is positive or 0. Rules B7, B10; definition 5.14.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import numpy as np

from equivalents.policy.accounts import PROJECT_KINDS, SURPLUS_POOL
from equivalents.report.book import SheetColumn
from equivalents.report.components import TAKEN_BACK, component_flows
from equivalents.report.flows import Flow, Sides
from equivalents.report.money import (
    cap_flow,
    cap_opened,
    fund_titles,
    money_flows,
    pool_raised,
    pool_source,
    untouched_flows,
)
from equivalents.report.results import paid_by_pool
from equivalents.report.table import OutTable, decimals, texts
from equivalents.settle import Settlement
from equivalents.units import FEN_PLACES, print_fen

__all__ = [
    "SURPLUS_SHEET",
    "funds_table",
    "is_estimate",
    "surplus_checks",
    "surplus_rows",
    "surplus_summary",
]

_BUSINESS: Final = ("business", "balance")
"""The fund of the business account 业务收支, and the node where its money meets."""
_PROJECT: Final = ("project", "project")
"""The same of project money 专项资金."""
_POOL: Final = "pool"
"""The node of a pool that has more than one source."""
_INTO: Final = ("income", "opening_restricted", "project_income")
_OUT_OF: Final = ("expenditure", "closing_restricted", "deduction", "project_expenditure")
_MONTHS_OF_A_YEAR: Final = 12
_MONEY: Final = "#,##0.00"

SURPLUS_SHEET: Final = (
    SheetColumn("机构编号", 14),
    SheetColumn("机构名称", 26),
    *(
        SheetColumn(f"{heading}（元）", 18, _MONEY, True)
        for heading in (
            *("收入", "期初限定用途结转", "支出", "期末限定用途结转", "扣除"),
            *("结余", "事业发展", "奖励性绩效", "亏损"),
        )
    ),
)
"""The columns of the sheet 结余分配."""


def funds_table(settlement: Settlement) -> OutTable:
    """Every source to its use, per institution: accounts, projects, surpluses, funds, pools."""
    flows = sorted(_flows(settlement), key=lambda flow: (flow.institution_id, flow.fund))
    columns = list(zip(*flows, strict=True)) or [()] * len(Flow._fields)
    institutions, funds, sources, uses, amounts, lines = columns
    titles = fund_titles(settlement)
    named = {"title": texts([titles.get(one, "") for one in funds])} if titles else {}
    return OutTable(
        "funds",
        {
            "institution_id": texts(institutions),
            "fund": texts(funds),
            "source": texts(sources),
            "use": texts(uses),
            "amount": decimals(np.array(amounts, np.int64), FEN_PLACES),
            "line": texts(lines),
            **named,
        },
    )


def _flows(settlement: Settlement) -> Iterator[Flow]:
    """All rows; those of one institution and fund in the order in which they are read."""
    yield from _account_flows(settlement)
    yield from _surplus_flows(settlement)
    if settlement.funded is not None:
        yield from money_flows(settlement.funded)
        yield from untouched_flows(settlement.rules, settlement.funded)
    yield from _pool_flows(settlement)
    yield from component_flows(settlement)


def _pool_flows(settlement: Settlement) -> Iterator[Flow]:
    """What became of each pool, wherever from: paid, retained, carried, taken by the pay cap."""
    payouts = settlement.payouts
    assert payouts is not None, "funds are told of paid settlements"
    computed = {one.institution_id for one in settlement.surpluses}
    paid = paid_by_pool(settlement, payouts)
    sources, cuts = pool_source(settlement.funded), cap_flow(settlement.funded)
    opened = cap_opened(settlement.funded)
    raised = pool_raised(settlement.funded)
    for at, pool in enumerate(settlement.pools):
        who = (pool.institution_id, pool.pool)
        surplus = pool.pool == SURPLUS_POOL and pool.institution_id in computed
        uses = {
            "paid": paid[at],
            "retained": payouts.retained_fen[at],
            "carried": payouts.carried_fen[at],
        }
        source = _BUSINESS[0] if surplus else sources.get(who, "given")
        if who in opened or who in raised:
            # Several sources meet in the node of the pool, and every use comes out of it.
            own = pool.amount_fen + cuts.get(who, ("", 0))[1]
            fund, more = raised.get(who, ("", 0))
            yield Flow(*who, source, _POOL, own - opened.get(who, 0) - more)
            if who in opened:
                yield Flow(*who, "cap_opening", _POOL, opened[who])
            if who in raised:
                yield Flow(*who, fund, _POOL, more, "excess")
            source = _POOL
        for use, amount in uses.items():
            if amount < 0:
                # Adjustments took back more than anybody else had (5.19).
                yield Flow(*who, TAKEN_BACK, source, -int(amount))
            elif use == "paid" or amount:
                yield Flow(*who, source, use, int(amount))
        if who in cuts:
            yield Flow(*who, source, *cuts[who])


def _surplus_flows(settlement: Settlement) -> Iterator[Flow]:
    """What became of each balance; the deficit is a source that is still to be found."""
    for one in settlement.surpluses:
        who, split = (one.institution_id, _BUSINESS[0]), one.split
        yield Flow(*who, _BUSINESS[1], "development", split.development_fen)
        yield Flow(*who, _BUSINESS[1], SURPLUS_POOL, split.pay_fen)
        yield Flow(*who, "deficit", _BUSINESS[1], -split.deficit_fen)


def _account_flows(settlement: Settlement) -> Iterator[Flow]:
    """The account rows, rows of one line added up; then what is left of project money."""
    totals: dict[tuple[str, str, str], int] = {}
    funds = settlement.rules.scheme.funds if settlement.rules.scheme is not None else {}
    for row in settlement.rules.accounts:
        if row.kind == PROJECT_KINDS[1] and row.source in funds:
            # What was spent of a fund's money is told with the fund, and is no project of its own.
            source = "income" if funds[row.source].of(row.institution_id).income else "institution"
            yield Flow(row.institution_id, row.source, source, row.kind, row.amount_fen, row.line)
            continue
        key = (row.kind, row.institution_id, row.line)
        totals[key] = totals.get(key, 0) + row.amount_fen
    left: dict[str, int] = {}
    for kind in (*_INTO, *_OUT_OF):
        fund, node = _PROJECT if kind in PROJECT_KINDS else _BUSINESS
        ends = (kind, node) if kind in _INTO else (node, kind)
        for (_, name, line), amount in sorted(e for e in totals.items() if e[0][0] == kind):
            yield Flow(name, fund, *ends, amount, line)
            if kind in PROJECT_KINDS:
                left[name] = left.get(name, 0) + (amount if kind in _INTO else -amount)
    for name, amount in sorted(left.items()):
        if amount > 0:
            yield Flow(name, _PROJECT[0], _PROJECT[1], "unspent", amount)
        elif amount < 0:
            yield Flow(name, _PROJECT[0], "overspent", _PROJECT[1], -amount)


def surplus_checks(settlement: Settlement) -> Iterator[Sides]:
    """That surpluses add up, to the fen; nothing for a case without accounts."""
    found = settlement.surpluses
    if not settlement.rules.accounts:
        return
    flows = [*_account_flows(settlement), *_surplus_flows(settlement)]
    nodes = {_BUSINESS[1], _PROJECT[1]}
    into = sum(flow.amount_fen for flow in flows if flow.use in nodes)
    out_of = sum(flow.amount_fen for flow in flows if flow.source in nodes)
    yield Sides(
        "收支账目：来源合计 = 去向合计（元）",
        "accounts: all sources = all uses",
        print_fen(into),
        print_fen(out_of),
    )
    yield Sides(
        "事业发展 + 奖励性绩效 + 亏损 = 结余（元）",
        "development + pay + deficit = surplus",
        print_fen(sum(sum(one.split) for one in found)),
        print_fen(sum(one.balance_fen for one in found)),
    )
    exact = sum(1 for one in found if sum(one.split) == one.balance_fen)
    yield Sides(
        "结余分配分文不差的机构数 = 有收支账目的机构数",
        "institutions whose surplus adds up to the fen = institutions with a business account",
        str(exact),
        str(len(found)),
    )
    yield _pools_of_surplus(settlement)


def _pools_of_surplus(settlement: Settlement) -> Sides:
    """The pools of surpluses and their pay halves, with what funds and a pay cap moved."""
    pay = {one.institution_id: one.split.pay_fen for one in settlement.surpluses}
    pools = [p for p in settlement.pools if p.pool == SURPLUS_POOL and p.institution_id in pay]
    caps = settlement.funded.caps if settlement.funded is not None else ()
    raised = pool_raised(settlement.funded)
    moved = (
        (
            sum(fen for (_, pool), (_, fen) in raised.items() if pool == SURPLUS_POOL),
            " + 系数加额",
            " + what funds add by coefficients",
        ),
        (
            sum(fen for one in caps for pool, fen in one.opened if pool == SURPLUS_POOL),
            " + 总量封顶期初带入",
            " + what the pay cap carried before",
        ),
        (
            -sum(fen for one in caps for pool, fen in one.cuts if pool == SURPLUS_POOL),
            " − 总量封顶扣下",
            " - what the pay cap took",
        ),
    )
    return Sides(
        "结余池 = 结余中的奖励性绩效（元）" + "".join(zh for fen, zh, _ in moved if fen),
        "pools named surplus = the pay halves" + "".join(en for fen, _, en in moved if fen),
        print_fen(sum(pool.amount_fen for pool in pools)),
        print_fen(sum(pay.values()) + sum(fen for fen, _, _ in moved)),
    )


def surplus_summary(settlement: Settlement) -> dict[str, str | int | bool]:
    """The part ``surplus`` of summary.json: sums over the institutions, and if it is an estimate.

    The sums are for control only; nothing is netted between institutions.
    """
    found = settlement.surpluses
    return {
        "institutions": len(found),
        "balance": print_fen(sum(one.balance_fen for one in found)),
        "development": print_fen(sum(one.split.development_fen for one in found)),
        "pay": print_fen(sum(one.split.pay_fen for one in found)),
        "deficit": print_fen(sum(one.split.deficit_fen for one in found)),
        "estimate": is_estimate(settlement),
    }


def is_estimate(settlement: Settlement) -> bool:
    """Whether the period is shorter than a year, so that its surplus cannot be submitted (B7)."""
    return len(settlement.rules.period.month_starts) < _MONTHS_OF_A_YEAR


def surplus_rows(settlement: Settlement) -> Iterable[Sequence[str]]:
    """The rows of the sheet 结余分配."""
    names = {row.institution_id: row.name for row in settlement.rules.institutions}
    for one in settlement.surpluses:
        figures = (*one.totals_fen.values(), one.balance_fen, *one.split)
        yield one.institution_id, names[one.institution_id], *map(print_fen, figures)
