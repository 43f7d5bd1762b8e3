"""Components of pay 构成项 as tables, flows and checks: components.csv, rows of payouts.csv.

Each part of a component is a row with its base, quantity, rate and coefficient, and its share of
the amount that was rounded once (5.13). Sources: D4, B9, B10; specification page 3.
"""

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Final

import numpy as np

from equivalents.componentpay import ComponentPay, PayPart, SourceKind
from equivalents.exact import print_exact
from equivalents.policy.components import POOL_SHARE
from equivalents.report.flows import Flow, Sides
from equivalents.report.table import OutTable, texts
from equivalents.settle import Settlement
from equivalents.units import E7_PLACES, WEIGHT_PLACES, print_e4, print_fen

__all__ = [
    "TAKEN_BACK",
    "component_checks",
    "component_flows",
    "components_table",
    "part_texts",
    "print_base",
    "print_quantity",
    "source_text",
    "with_components",
    "withheld_next",
]

_COLUMNS: Final = (
    *("institution_id", "component", "person_id", "what", "base", "quantity", "rate"),
    *("coefficient", "amount", "source", "pool", "reference", "title"),
)
_ROW: Final = ("institution_id", "pool", "person_id", "component")
"""The columns that order the rows of payouts.csv."""
_ZEROS: Final = {"remainder_fen": "0", "capped": "0.00", "floored": "0.00"}
"""What a row of a component has where a share of a pool says what moved it."""
_WITHOUT_FUND: Final = {SourceKind.OWN: "own_money", SourceKind.WITHHELD: "withheld_before"}
"""The sources of funds.csv that are no fund and no approved line."""
TAKEN_BACK: Final = "taken_back"
"""The source of money that adjustments take back."""


def print_base(part: PayPart) -> str:
    """The base in yuan, an average as sum / heads; blank where there is none."""
    if part.base_fen is None:
        return ""
    heads = f"/{part.heads}" if part.what.startswith("average:") else ""
    return f"{print_fen(part.base_fen)}{heads}"


def print_quantity(value: Fraction | None) -> str:
    """A quantity: whole, with seven decimals where these are exact, else as a fraction."""
    if value is None:
        return ""
    return str(value) if value.denominator == 1 else print_exact(value, E7_PLACES)


def _print_coefficient(part: PayPart) -> str:
    value = part.coefficient
    if value is None:
        return ""
    return print_exact(value, WEIGHT_PLACES * len(part.factors))


def part_texts(part: PayPart) -> dict[str, str]:
    """The figures of a part as texts: base, quantity, rate, coefficient."""
    return {
        "base": print_base(part),
        "quantity": print_quantity(part.quantity),
        "rate": "" if part.rate_e4 is None else print_e4(part.rate_e4),
        "coefficient": _print_coefficient(part),
    }


def source_text(one: ComponentPay) -> str:
    """What pays: ``fund:NAME``, ``line:NAME``, ``pool:NAME``, ``own`` or ``withheld``."""
    return f"{one.source.kind}:{one.source.name}" if one.source.name else one.source.kind


def components_table(settlement: Settlement) -> OutTable | None:
    """``components.csv``; ``None`` where no component pays anybody."""
    rows = [row for one in settlement.components for row in _rows(one)]
    if not rows:
        return None
    columns = {name: texts([row.get(name, "") for row in rows]) for name in _COLUMNS}
    return OutTable("components", columns)


def _rows(one: ComponentPay) -> Iterator[Mapping[str, str]]:
    who = {
        "institution_id": one.institution_id,
        "component": one.component,
        "person_id": one.person_id,
        "source": source_text(one),
        "pool": one.pool,
        "title": one.title,
    }
    for part, fen in zip(one.parts, one.parts_fen, strict=True):
        reference = part.reference or one.reference
        told = {"what": part.what, "amount": print_fen(fen), "reference": reference}
        yield who | part_texts(part) | told


def with_components(table: OutTable, settlement: Settlement) -> OutTable:
    """The rows of payouts.csv with those of components among them, in order."""
    names = [*table.columns]
    rows = [dict(zip(names, row, strict=True)) for row in table.rows()]
    paid: dict[tuple[str, ...], int] = {}
    for one in settlement.components:
        # What several payers pay somebody, as adjustments of several pools, is one row.
        key = one.institution_id, one.pool, one.person_id, one.component
        paid[key] = paid.get(key, 0) + one.amount_fen
    rows += [_payout(key, fen, names) for key, fen in paid.items()]
    # A share of a pool stands before what was charged to the pool for the same person.
    rows.sort(key=lambda row: (*(row[name] for name in _ROW[:3]), _rank(row["component"])))
    return OutTable(table.name, {name: texts([row[name] for row in rows]) for name in names})


def _rank(component: str) -> tuple[bool, str]:
    return component != POOL_SHARE, component


def _payout(key: tuple[str, ...], fen: int, names: Iterable[str]) -> dict[str, str]:
    told = {**dict(zip(_ROW, key, strict=True)), "amount": print_fen(fen), **_ZEROS}
    return dict.fromkeys(names, "") | told


# -- flows and checks ------------------------------------------------------------------------------


def component_flows(settlement: Settlement) -> Iterator[Flow]:
    """What pays each component at each institution, and what became of it (B10).

    What pools were charged stands with the pools. A sum below 0 was taken back: it flows the other
    way.
    """
    sums: dict[tuple[str, str, str], list[int]] = {}
    for one in settlement.components:
        if one.source.kind != SourceKind.POOL:
            source = one.source.name or _WITHOUT_FUND[one.source.kind]
            entry = sums.setdefault((one.institution_id, one.component, source), [0, 0, 0])
            for at, fen in enumerate((one.amount_fen, one.retained_fen, one.carried_fen)):
                entry[at] += fen
    for (name, component, source), amounts in sums.items():
        for use, fen in zip(("paid", "retained", "carried"), amounts, strict=True):
            if fen < 0:
                yield Flow(name, component, TAKEN_BACK, source, -fen)
            elif fen or use == "paid":
                yield Flow(name, component, source, use, fen)
    waiting: dict[tuple[str, str], int] = {}
    for row in settlement.fixed.waiting:
        key = (row.institution_id, row.pool)
        waiting[key] = waiting.get(key, 0) + row.amount_fen
    for key, fen in sorted(waiting.items()):
        yield Flow(*key, _WITHOUT_FUND[SourceKind.WITHHELD], "carried", fen)


def component_checks(settlement: Settlement) -> Iterator[Sides]:
    """That components add up, to the fen; nothing for a case without any."""
    paid, payouts = settlement.components, settlement.payouts
    if payouts is None or not (paid or settlement.fixed.waiting):
        return
    total = sum(one.amount_fen for one in paid)
    parts = sum(fen for one in paid for fen in one.parts_fen)
    zh, en = "构成项：各部分之和 = 各人金额之和（元）", "components: parts = amounts"
    yield Sides(zh, en, print_fen(parts), print_fen(total))
    pools = int(payouts.amount_fen.sum()) + sum(payouts.charged_fen)
    beside = sum(one.amount_fen for one in paid if one.source.kind != SourceKind.POOL)
    yield Sides(
        "个人分得 + 构成项 = 绩效池已分配 + 池外构成项（元）",
        "shares of pools + components = paid by pools + components beside them",
        print_fen(int(payouts.amount_fen.sum()) + total),
        print_fen(pools + beside),
    )
    brought = sum(row.amount_fen for row in settlement.rules.key_rules.withheld)
    if brought:
        ended = sum(row.amount_fen for row in settlement.fixed.waiting)
        for one in paid:
            if one.source.kind == SourceKind.WITHHELD:
                ended += one.amount_fen + one.retained_fen + one.carried_fen
        yield Sides(
            "以前扣留 = 兑现 + 留存 + 结转（元）",
            "withheld before = released + retained + carried",
            print_fen(brought),
            print_fen(ended),
        )
    if settlement.funded is not None:
        funded = (SourceKind.FUND, SourceKind.LINE)
        of_funds = sum(one.amount_fen for one in paid if one.source.kind in funded)
        taken = sum(one.pool_fen for one in settlement.funded.spent)
        zh, en = "资金和核定科目支付的构成项 = 其支出（元）", "components of funds = taken of funds"
        yield Sides(zh, en, print_fen(of_funds), print_fen(taken))


def withheld_next(settlement: Settlement) -> Iterator[tuple[str, str, str, int]]:
    """Institution, pool, person and fen of what stays withheld for the next period (5.3).

    What this period withholds to release later, what nobody released, and what a release carries
    on, pool by pool.
    """
    sums: dict[tuple[str, str, str], int] = {}
    rows = [*_held_now(settlement), *_carried_on(settlement)]
    rows += [(*row[:3], row.amount_fen) for row in settlement.fixed.waiting]
    for *ids, fen in rows:
        key = ids[0], ids[1], ids[2]
        sums[key] = sums.get(key, 0) + fen
    for key, fen in sorted(sums.items()):
        if fen:
            yield *key, fen


def _held_now(settlement: Settlement) -> Iterator[tuple[str, str, str, int]]:
    """What this period withholds of pools whose money is released later."""
    payouts, plan = settlement.payouts, settlement.plan
    if payouts is None or payouts.detail is None:
        return
    names = [pool.pool for pool in settlement.pools]
    later = plan.coefficients.released(names)[payouts.pool]
    held = payouts.detail.withheld_fen
    for at in np.flatnonzero(later & (held != 0)).tolist():
        place, person = int(payouts.institution[at]), int(payouts.person[at])
        pool = names[int(payouts.pool[at])]
        yield plan.institutions[place], pool, plan.persons[person], int(held[at])


def _carried_on(settlement: Settlement) -> Iterator[tuple[str, str, str, int]]:
    """What releases carry on: of each pool what was withheld less what was released."""
    for one in settlement.components:
        if one.carried_fen:
            for part, fen in zip(one.parts, one.parts_fen, strict=True):
                pool = part.what.removeprefix("withheld:")
                yield one.institution_id, pool, one.person_id, (part.base_fen or 0) - fen
