"""An explanation as JSON values: the same as the text, every figure a decimal text."""

from collections.abc import Iterable, Sequence
from typing import Any

from equivalents.explain import ItemLine, PersonStory, PlaceStory
from equivalents.itemmoney import MoneyLine
from equivalents.leave import LeaveLine
from equivalents.ownrecords import OwnRecord
from equivalents.policy.calendar import LAST_DAY, print_day
from equivalents.policy.leave import Average
from equivalents.poolstory import PoolStory
from equivalents.report.componenttext import component_json
from equivalents.report.factors import factors_json
from equivalents.report.leavetable import print_percent
from equivalents.report.origins import origin_json
from equivalents.report.whowords import average_json, handed_json, who_json
from equivalents.sharesteps import ShareStep
from equivalents.units import print_e3, print_e4, print_e7, print_fen
from equivalents.yearly import LimitedPayout

__all__ = ["limited_json", "person_json", "steps_json"]


def person_json(story: PersonStory, records: Sequence[OwnRecord] | None = None) -> dict[str, Any]:
    """The same as JSON values: every figure a decimal text."""
    told: dict[str, Any] = {
        "person_id": story.person_id,
        "name": story.name,
        "period": story.period,
        "amount": print_fen(story.amount_fen),
        "institutions": [_place_json(place) for place in story.places],
    }
    return told if records is None else told | {"records": [*map(_record_json, records)]}


def _record_json(record: OwnRecord) -> dict[str, Any]:
    names = ("service_date", "service_end_date", "quantity", "team_id")
    return {
        "file": record.file,
        **({"sheet": record.sheet} if record.sheet else {}),
        "row": str(record.row),
        "institution_id": record.institution_id,
        "item_code": record.item_code,
        **{name: record.columns.get(name, "") for name in names},
        "performers": record.performers,
        "ended": [
            {
                "series": end.series,
                "verdict": end.verdict or "COUNTED",
                "weight_row": end.weight_row,
                "month": end.month,
                "records": end.records,
                "quantity": print_e3(end.quantity_e3),
                "share": f"{end.share}/{end.whole}" if end.whole > 1 else "1",
            }
            for end in record.ends
        ],
    }


def _place_json(place: PlaceStory) -> dict[str, Any]:
    return {
        "institution_id": place.institution_id,
        "name": place.name,
        "amount": print_fen(place.amount_fen),
        "postings": [
            {
                "post_id": posting.post_id,
                "post": posting.post,
                "title_tier": posting.title_tier,
                "department_id": posting.department_id,
                "employment_type": posting.employment_type,
                "active_from": print_day(posting.active_from),
                "active_to": "" if posting.active_to == LAST_DAY else print_day(posting.active_to),
            }
            for posting in place.postings
        ],
        "equivalents": {series: print_e7(value) for series, value in place.equivalents_e7},
        "lines": [_line_json(line) for line in place.lines],
        "cuts": [
            {
                "series": cut.series,
                "window": cut.window,
                cut.rule: cut.name,
                "equivalents": print_e7(-cut.equivalents_e7),
                "tiers": [
                    {"from": print_e7(one.from_e7), "rate": print_e4(one.rate_e4)}
                    for one in cut.tiers
                ],
                "reference": cut.reference,
            }
            for cut in place.cuts
        ],
        "pools": [
            _pool_of_person_json(pool) | {"outside": print_e7(-place.outside_e7(pool))}
            for pool in place.pools
        ],
        "components": [component_json(one) for one in place.components],
    }


def _pool_of_person_json(pool: PoolStory) -> dict[str, Any]:
    return {
        "institution_id": pool.institution_id,
        "pool": pool.pool,
        "series": pool.series,
        "pool_amount": print_fen(pool.pool_fen),
        "source": origin_json(pool.origin),
        "equivalents": print_e7(pool.equivalents_e7),
        "key_by": pool.key_by,
        "key": print_e7(pool.key_e7),
        "amount": print_fen(pool.amount_fen),
        "segments": _segments_json(pool),
        "brought_in": print_e7(pool.brought_e7),
        "leave": [_leave_json(line) for line in pool.leave],
        "withhold": print_e4(pool.withhold_e4),
        "withhold_factors": factors_json(pool.withhold_factors),
        "withheld": print_fen(pool.withheld_fen),
        "released_later": pool.released_later,
        "yearly_limit": limited_json(pool.limited),
        "contracts": [
            {
                "team_id": line.team_id,
                "contracts": line.contracts,
                "share": f"{line.share}/{line.whole}",
                "key": print_e7(line.key_e7),
            }
            for line in pool.contracts
        ],
        "who_shares": who_json(pool.who),
        "average": average_json(pool.average),
        "handed_in": [handed_json(one) for one in pool.handed],
        "heads": _heads_json(pool),
        "head": print_e4(pool.head_e4),
        "institution_coefficient": print_e4(pool.institution_e4),
        "institution_factors": factors_json(pool.institution_factors),
        "adjustments_charged": print_fen(pool.charged_fen),
        "shared": print_fen(pool.shared_fen),
        "steps": steps_json(pool.steps),
        "lines": [_money_json(line) for line in pool.money],
        "amount_on_no_line": print_fen(pool.unlined_fen),
    }


def _money_json(line: MoneyLine) -> dict[str, str]:
    return {
        "kind": line.kind.name.lower(),
        "code": line.code,
        "name": line.name,
        "when": line.when,
        "weight_row": line.weight_row,
        "share": f"{line.share}/{line.whole}" if line.whole > 1 else "1",
        "equivalents": print_e7(line.equivalents_e7),
        "coefficient": print_e4(line.coefficient_e4),
        "amount": print_fen(line.amount_fen),
    }


def _segments_json(pool: PoolStory) -> list[dict[str, Any]]:
    return [
        {
            "post_id": one.post_id,
            "from": print_day(one.since),
            "to": print_day(one.until),
            "equivalents": print_e7(one.equivalents_e7),
            "coefficient": print_e4(one.coefficient_e4),
            "adjusted": print_e7(one.adjusted_e7),
            "factors": factors_json(one.factors),
        }
        for one in pool.segments
    ]


def _heads_json(pool: PoolStory) -> list[dict[str, Any]]:
    return [
        {
            "post_id": one.post_id,
            "from": print_day(one.since),
            "to": print_day(one.until),
            "days": one.until - one.since,
            "coefficient": print_e4(one.value_e4),
            "factors": factors_json(factors),
        }
        for one, factors in zip(pool.heads, pool.head_factors, strict=True)
    ]


def _leave_json(line: LeaveLine) -> dict[str, Any]:
    run = line.run
    return {
        "kind": run.leave.kind,
        "from": print_day(run.since),
        "to": print_day(run.until),
        "days": line.days,
        "average": run.rule.average.value,
        "over": run.rule.over.value if run.rule.average is Average.OWN else "",
        "department_id": run.department,
        "percent": print_percent(run.rule.percent_e4),
        "head": print_e4(line.head_e4),
        "average_key": print_e7(line.average_e7),
        "average_days": print_e4(line.days_e4),
        "key": print_e7(line.key_e7),
        "reference": run.rule.reference,
    }


def limited_json(one: LimitedPayout | None) -> dict[str, Any] | None:
    """What a yearly limit takes of an amount; ``None`` where none does."""
    if one is None:
        return None
    return {
        "limit": one.limit.name,
        "year": print_fen(one.year_fen),
        "months": one.part.months,
        "head": print_e4(one.part.head_e4),
        "paid_before": print_fen(one.part.paid_fen),
        "cap": print_fen(one.cap_fen),
        "total": print_fen(one.total_fen),
        "allocated": print_fen(one.before_fen),
        "taken": print_fen(one.taken_fen),
        "excess": one.limit.excess.value,
        "reference": one.limit.reference,
    }


def _line_json(line: ItemLine) -> dict[str, Any]:
    return {
        "series": line.series,
        "month": line.month,
        "item_code": line.item_code,
        "item_name": line.item_name,
        "unit": line.unit,
        "records": line.records,
        "quantity": print_e3(line.quantity_e3),
        "weight": print_e4(line.weight_e4),
        "share": f"{line.share}/{line.whole}" if line.whole > 1 else "1",
        "equivalents": print_e7(line.equivalents_e7),
        "weight_row": line.weight_row,
        "conditions": dict(line.conditions),
        "counting_basis": line.basis,
        "valid_from": print_day(line.valid_from),
        "reference": line.reference,
    }


def steps_json(steps: Iterable[ShareStep]) -> list[dict[str, Any]]:
    """Steps of money as JSON values."""
    return [
        {
            "level": step.level,
            "parent": step.parent,
            "child": step.child,
            "institution_id": step.place,
            "children": step.children,
            "parent_amount": print_fen(step.parent_fen),
            "institution_coefficient": print_e4(step.institution_e4),
            "institution_factors": factors_json(step.factors),
            "key_before_coefficient": print_e7(step.base_e7),
            "key_before_zero": print_e7(step.raw_e7),
            "key": print_e7(step.key_e7),
            "all_keys": print_e7(step.all_keys_e7),
            "amount": print_fen(step.amount_fen),
            "remainder_fen": step.remainder_fen,
            "capped": print_fen(step.capped_fen),
            "floored": print_fen(step.floored_fen),
            "held": {
                "at_cap": step.held.at_cap,
                "at_floor": step.held.at_floor,
                "amount": print_fen(step.held.fen),
                "keys": print_e7(step.held.key_e7),
            },
            "bound": _bound_json(step),
            "before_retained_excess": print_fen(step.before_fen),
            "scaled_floors": print_fen(step.floors_fen),
        }
        for step in steps
    ]


def _bound_json(step: ShareStep) -> dict[str, Any] | None:
    bound = step.bound
    if bound is None:
        return None
    of_year: dict[str, Any] = {}
    if bound.year is not None:
        of_year = {
            "unit": "yuan of a year",
            "months": bound.year.months,
            "head": print_e4(bound.year.head_e4),
            "paid_before": print_fen(bound.year.paid_fen),
        }
    told = {
        "side": bound.side,
        "unit": "average" if bound.average else "yuan",
        "value": print_e4(bound.value) if bound.average else print_fen(bound.value),
        "heads": print_e4(bound.heads_e4),
        "head": print_e4(bound.head_e4),
        "amount": print_fen(bound.fen),
        "reference": bound.reference,
    }
    return told | of_year
