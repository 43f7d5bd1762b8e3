"""summary.json and resolved-rules.json: counts in and out, totals, checks; the rules as applied."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from equivalents.errors import ConservationError
from equivalents.policy.calendar import LAST_DAY, print_day
from equivalents.policy.model import CONDITIONS, CaseRules, WeightRow
from equivalents.report.keytables import key_check, key_rules, withheld_by_pool
from equivalents.report.results import paid_by_pool
from equivalents.settle import Settlement
from equivalents.units import print_e3, print_e4, print_e7, print_fen

__all__ = ["Json", "checks", "resolved_rules", "summary"]

Json = dict[str, Any]


def summary(settlement: Settlement, rejected: Mapping[str, Counter[str]]) -> Json:
    """Counts in and out per series, totals, and every check with its two sides.

    ``rejected`` has the number of rejected records by series and code, counted from the rows that
    are listed: it must agree with what the engine counted.
    """
    counted = settlement.counted
    result: Json = {
        "period": settlement.rules.period.name,
        "title": settlement.rules.title,
        "settled": settlement.payouts is not None,
        "records": {
            "received": counted.received,
            "rejected": counted.rejected,
            "series": {
                series: _series(settlement, series, rejected[series])
                for series in settlement.rules.series
            },
        },
        "checks": checks(settlement, rejected),
    }
    if settlement.payouts is not None:
        payouts = settlement.payouts
        paid = int(payouts.paid_fen.sum())
        retained = int(payouts.amount_fen.sum()) - paid
        result["money"] = {
            "pools": len(settlement.pools),
            "people": len({int(person) for person in payouts.person}),
            "payouts": int(payouts.pool.size),
            "amount": print_fen(sum(pool.amount_fen for pool in settlement.pools)),
            "paid": print_fen(paid),
            "retained": print_fen(retained),
            "carried": "0.00",
        }
    return result


def _series(settlement: Settlement, series: str, rejected: Counter[str]) -> Json:
    counted = settlement.counted
    excluded = {
        verdict.name: count
        for verdict, count in sorted(counted.verdicts[series].items(), key=lambda e: e[0].name)
        if settlement.scales.excludes(series, verdict)
    }
    total = sum(int(value) for value in settlement.weighed[series].posting_e7)
    return {
        "counted": counted.counted[series],
        "excluded": excluded,
        "rejected": dict(sorted(rejected.items())),
        "equivalents": print_e7(total),
    }


def checks(settlement: Settlement, rejected: Mapping[str, Counter[str]]) -> list[Json]:
    """Each conservation check with both sides.

    Raises:
        ConservationError: a check does not hold; nothing may be written.
    """
    counted = settlement.counted
    found = []
    for series in settlement.rules.series:
        excluded = sum(
            count
            for verdict, count in counted.verdicts[series].items()
            if settlement.scales.excludes(series, verdict)
        )
        ended = counted.counted[series] + excluded + sum(rejected[series].values())
        zh = f"口径 {series}：计入 + 不计 + 退回（逐条列出）= 收到"
        en = f"{series}: counted + excluded + rejected rows listed = received"
        found.append(_check(zh, en, str(ended), str(counted.received)))
    if settlement.payouts is not None:
        paid = paid_by_pool(settlement, settlement.payouts)
        paid += withheld_by_pool(settlement, settlement.payouts)
        amount = sum(pool.amount_fen for pool in settlement.pools)
        zh, en = "已分配 + 留存 + 结转 = 绩效池合计（元）", "paid + retained + carried = pools"
        found.append(_check(zh, en, print_fen(int(paid.sum())), print_fen(amount)))
        pairs = zip(settlement.pools, paid, strict=True)
        exact = sum(1 for pool, fen in pairs if pool.amount_fen == int(fen))
        zh, en = "分文不差的绩效池个数 = 绩效池个数", "pools paid to the fen = pools"
        found.append(_check(zh, en, str(exact), str(len(settlement.pools))))
        keys = key_check(settlement.payouts)
        if keys is not None:
            zh, en = (
                "依据等于折算各行之和的人次 = 人次",
                "keys that are the sum of their lines = keys",
            )
            found.append(_check(zh, en, *keys))
    failed = [check for check in found if not check["holds"]]
    if failed:
        raise ConservationError(str(failed))
    return found


def _check(zh: str, en: str, left: str, right: str) -> Json:
    return {"check": en, "check_zh": zh, "left": left, "right": right, "holds": left == right}


def resolved_rules(rules: CaseRules, bucket_starts: tuple[int, ...]) -> Json:
    """The rules as they were applied, each with its date: what explain and compare need."""
    return {
        "period": {
            "name": rules.period.name,
            "from": print_day(rules.period.start),
            "to": print_day(rules.period.end),
        },
        "outside_period": rules.outside_period.value,
        "series": {series: {"missing": rules.missing_in(series).value} for series in rules.series},
        "buckets": [print_day(day) for day in bucket_starts],
        "weights": sorted((_weight(row) for row in rules.weights), key=_weight_order),
        "pools": [
            {
                "institution_id": pool.institution_id,
                "pool": pool.pool,
                "series": pool.series,
                "amount": print_fen(pool.amount_fen),
                "key": "equivalents",
                "nobody_to_pay": "refuse",
            }
            for pool in sorted(rules.pools, key=lambda p: (p.institution_id, p.pool))
        ],
        **key_rules(rules.key_rules),
    }


def _weight(row: WeightRow) -> dict[str, str]:
    conditions = dict(zip(CONDITIONS, row.conditions, strict=True))
    filled: Mapping[str, str] = {
        "series": row.series,
        "weight_row": row.row_id,
        "item_code": row.item_code,
        "item_name": row.item_name,
        "unit": row.unit,
        "weight": print_e4(row.weight_e4),
        "valid_from": print_day(row.valid_from),
        "valid_to": "" if row.valid_to == LAST_DAY else print_day(row.valid_to),
        "stopped": "1" if row.stopped else "",
        "channel": row.channel,
        "reference": row.reference,
        "quantity_max": print_e3(row.quantity_max_e3) if row.quantity_max_e3 else "",
        **conditions,
    }
    return {name: value for name, value in filled.items() if value}


def _weight_order(row: Mapping[str, str]) -> tuple[str, str]:
    return row["series"], row["weight_row"]
