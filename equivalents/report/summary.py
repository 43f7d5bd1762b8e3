"""summary.json and resolved-rules.json: counts in and out, totals, checks; the rules as applied."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from equivalents.errors import ConservationError
from equivalents.policy.accounts import SurplusRule
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.keyrules import KeyRules
from equivalents.policy.model import CONDITIONS, CaseRules, Pool, TeamMember, WeightRow
from equivalents.policy.sharing import Bound, Level, LevelKey, LevelKind, Limits
from equivalents.report.assessment import assessment_checks
from equivalents.report.components import component_checks
from equivalents.report.funds import surplus_checks, surplus_summary
from equivalents.report.keytables import key_check, key_rules
from equivalents.report.limits import yearly_rules
from equivalents.report.money import money_checks
from equivalents.report.results import paid_by_pool
from equivalents.report.whowords import average_rule_json, who_json
from equivalents.settle import Payouts, Settlement
from equivalents.units import E7_PLACES, print_e3, print_e4, print_e7, print_fen

__all__ = ["Json", "checks", "resolved_rules", "summary"]

Json = dict[str, Any]

_LEVELS: Final = {
    LevelKind.INSTITUTION: "机构",
    LevelKind.DEPARTMENT: "科室",
    LevelKind.PERSON: "个人",
}


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
    if settlement.surpluses:
        result["surplus"] = surplus_summary(settlement)
    if settlement.payouts is not None:
        payouts = settlement.payouts
        paid = int(paid_by_pool(settlement, payouts).sum())
        result["money"] = {
            "pools": len(settlement.pools),
            "people": len({int(person) for person in payouts.person}),
            "payouts": int(payouts.pool.size),
            "amount": print_fen(sum(pool.amount_fen for pool in settlement.pools)),
            "paid": print_fen(paid),
            "retained": print_fen(int(payouts.retained_fen.sum())),
            "carried": print_fen(int(payouts.carried_fen.sum())),
        }
        if settlement.components:
            every = sum(one.amount_fen for one in settlement.components)
            result["money"]["components"] = print_fen(every)
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
        found += _money_checks(settlement, settlement.payouts)
        keys = key_check(settlement.payouts)
        if keys is not None:
            zh = "依据等于折算各行之和的人次 = 人次"
            found.append(_check(zh, "keys that are the sum of their lines = keys", *keys))
    found.extend(_check(*sides) for sides in surplus_checks(settlement))
    found.extend(_check(*sides) for sides in money_checks(settlement))
    found.extend(_check(*sides) for sides in assessment_checks(settlement))
    found.extend(_check(*sides) for sides in component_checks(settlement))
    failed = [check for check in found if not check["holds"]]
    if failed:
        raise ConservationError(str(failed))
    return found


def _money_checks(settlement: Settlement, payouts: Payouts) -> Iterator[Json]:
    """All pools together, each pool, and each level where pools have any."""
    ended = paid_by_pool(settlement, payouts) + payouts.retained_fen + payouts.carried_fen
    amounts = [pool.amount_fen for pool in settlement.pools]
    zh, en = "已分配 + 留存 + 结转 = 绩效池合计（元）", "paid + retained + carried = pools"
    yield _check(zh, en, print_fen(int(ended.sum())), print_fen(sum(amounts)))
    exact = sum(1 for pool, fen in zip(amounts, ended.tolist(), strict=True) if pool == fen)
    zh, en = "分文不差的绩效池个数 = 绩效池个数", "pools paid to the fen = pools"
    yield _check(zh, en, str(exact), str(len(amounts)))
    for step in payouts.steps if settlement.rules.sharing else ():
        zh = f"{_LEVELS[step.to]}一级：分给下级 + 留存 + 结转 = 上级金额（元）"
        en = f"level {step.to.value}: children + retained + carried = parents"
        stays = int(step.retained_fen.sum()) + int(step.carried_fen.sum())
        given = print_fen(int(step.amount_fen.sum()) + stays)
        yield _check(zh, en, given, print_fen(int(step.received_fen.sum())))
    yield from _taken_checks(payouts)


def _taken_checks(payouts: Payouts) -> Iterator[Json]:
    """What comes off between sharing and paying, and whose contracts keys are made of."""
    people = [step for step in payouts.steps if step.to is LevelKind.PERSON]
    if payouts.detail is not None or payouts.limited is not None:
        shared = sum(int(step.amount_fen.sum()) for step in people)
        if payouts.detail is not None:
            shared -= int(payouts.detail.withheld_fen.sum())
        if payouts.limited is not None:
            shared -= sum(one.taken_fen for one in payouts.limited.payouts)
        zh = "分给个人 - 考核扣留 - 年度封顶扣下 = 已分配（元）"
        en = "shared among people - withheld - taken by yearly limits = paid"
        yield _check(zh, en, print_fen(shared), print_fen(int(payouts.amount_fen.sum())))
    if payouts.contracts:
        lines = payouts.contracts
        teams = {line.team_id: line.contracts for line in lines if line.team_id}
        own = sum(line.contracts for line in lines if not line.team_id)
        zh, en = "签约依据合计 = 有效签约数", "keys by contracts = active contracts"
        keys = print_e7(sum(line.key_e7 for line in lines))
        yield _check(zh, en, keys, print_e7((own + sum(teams.values())) * 10**E7_PLACES))


def _check(zh: str, en: str, left: str, right: str) -> Json:
    return {"check": en, "check_zh": zh, "left": left, "right": right, "holds": left == right}


def resolved_rules(settlement: Settlement) -> Json:
    """The rules as they were applied, each with its date: what explain and compare need."""
    rules = settlement.rules
    teams = {"teams": [_member(row) for row in _ordered(rules.teams)]} if rules.teams else {}
    surplus = rules.surplus
    resolved: Json = {
        "period": {
            "name": rules.period.name,
            "from": print_day(rules.period.start),
            "to": print_day(rules.period.end),
        },
        "outside_period": rules.outside_period.value,
        "times": rules.times.value,
        "series": {series: {"missing": rules.missing_in(series).value} for series in rules.series},
        "buckets": [print_day(day) for day in settlement.plan.bucket_starts],
        "weights": sorted((_weight(row) for row in rules.weights), key=_weight_order),
        "pools": [_pool(pool, rules) for pool in settlement.pools],
        **teams,
        **key_rules(rules.key_rules),
        **yearly_rules(rules.yearly),
    }
    return resolved | ({"surplus": _surplus_rule(surplus)} if settlement.surpluses else {})


def _surplus_rule(rule: SurplusRule) -> dict[str, str]:
    filled = {
        "pay_ratio": str(rule.pay_ratio),
        "odd_fen": "pay" if rule.odd_to_pay else "development",
        "assessment": "required" if rule.assessed else "none",
        "offset_deficit": "no",
        "series": rule.series,
        "reference": rule.reference,
        "valid_from": "" if rule.valid_from == FIRST_DAY else print_day(rule.valid_from),
        "valid_to": "" if rule.valid_to == LAST_DAY else print_day(rule.valid_to),
    }
    return {name: value for name, value in filled.items() if value}


def _pool(pool: Pool, rules: CaseRules) -> Json:
    sharing = rules.sharing_of(pool.pool)
    person = sharing.levels[-1]
    # "equivalents" is the adjusted key too as long as nothing adjusts it.
    plain = person.key == LevelKey.ADJUSTED and rules.key_rules == KeyRules()
    key = "equivalents" if plain else person.key.value
    resolved: Json = {
        "institution_id": pool.institution_id,
        "pool": pool.pool,
        "series": pool.series,
        "amount": print_fen(pool.amount_fen),
        "key": key,
        "nobody_to_pay": person.nobody.value,
    }
    if rules.sharing:
        resolved["levels"] = [_level(level) for level in sharing.levels]
    if sharing.who is not None:
        resolved["who"] = who_json(sharing.who)
    if sharing.averages:
        resolved["averages"] = [average_rule_json(rule) for rule in sharing.averages]
    return resolved


def _level(level: Level) -> Json:
    """A level as it was applied; what is not declared is left out."""
    told: Json = {"to": level.to.value, "key": level.key.value, "nobody": level.nobody.value}
    if level.shares_e4:
        told["shares"] = {name: print_e4(e4) for name, e4 in sorted(level.shares_e4.items())}
    if level.key == LevelKey.SECONDARY:
        told["secondary_default"] = "adjusted" if level.by_default else "refuse"
        told["secondary_missing"] = "zero" if level.missing_zero else "refuse"
    told |= _limits(level.limits)
    if level.bounded:
        told["excess"] = "retain" if level.keep_excess else "share"
        told["floors_over"] = "scale" if level.scale_floors else "refuse"
    if level.own:
        told["limits"] = {name: _limits(own) for name, own in sorted(level.own.items())}
    return told | ({"reference": level.reference} if level.reference else {})


def _limits(limits: Limits) -> Json:
    bounds = {"floor": limits.floor, "cap": limits.cap}
    return {name: _bound(bound) for name, bound in bounds.items() if bound is not None}


def _bound(bound: Bound) -> str | Json:
    if bound.average:
        return {"average": print_e4(bound.value)}
    return {"year": print_fen(bound.value)} if bound.yearly else print_fen(bound.value)


def _ordered(members: Sequence[TeamMember]) -> Sequence[TeamMember]:
    return sorted(members, key=attrgetter("team_id", "person_id", "valid_from"))


def _member(row: TeamMember) -> dict[str, str]:
    """A member of a team with the share that was applied."""
    return {
        "team_id": row.team_id,
        "person_id": row.person_id,
        "role": row.role,
        "share": str(row.share),
        **_span(row.valid_from, row.valid_to),
    }


def _span(start: int, end: int) -> dict[str, str]:
    """From and to, where they are not open."""
    days = {"valid_from": (start, FIRST_DAY), "valid_to": (end, LAST_DAY)}
    return {name: print_day(day) for name, (day, open_) in days.items() if day != open_}


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
