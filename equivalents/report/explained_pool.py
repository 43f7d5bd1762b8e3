"""The explanation of a pool as text and as JSON: from its source to everybody who is paid.

The text adds up by itself: each level from what its parents had to what the children got and what
stayed, each person from the last steps to what is paid, and the pool as paid + retained + carried.
"""

from collections.abc import Iterator
from typing import Any, Final

from equivalents.policy.coefficients import ONE_E4
from equivalents.poolaccount import Family, LevelAccount, Payee, PoolAccount
from equivalents.report.componenttext import charged_text, component_json
from equivalents.report.explained_json import limited_json, steps_json
from equivalents.report.factors import factors_json, factors_text
from equivalents.report.folding import folded
from equivalents.report.origins import origin_json, origin_text
from equivalents.report.steptext import KEYS, limited_text, step_text, withheld_text
from equivalents.report.whowords import handed_in_text, who_json, who_text
from equivalents.units import print_e4, print_fen

__all__ = ["pool_json", "pool_text"]

_LEVELS: Final = {
    "institution": "机构 institution",
    "department": "科室 department",
    "person": "人员 person",
}


def pool_text(account: PoolAccount) -> str:
    """The explanation of a pool: its source, each level, what is taken off, and the sums."""
    pool = account.pool
    lines = [
        f"溯源 explain  绩效池 pool {pool.pool}  {pool.institution_id}  口径 series {pool.series}",
        "",
        *origin_text(account.origin),
        *([who_text(account.who)] if account.who is not None else []),
        *_head_text(account),
    ]
    for level in account.levels:
        lines += ["", *_level_text(level)] if level.families else []
    changed = [payee for payee in account.payees if not payee.plain]
    if changed:
        lines += ["", "分得之后 after the last step"]
        lines += [line for payee in changed for line in _payee_text(payee)]
    lines += ["", *_sums_text(account)]
    return "\n".join(folded(lines)) + "\n"


def _head_text(account: PoolAccount) -> Iterator[str]:
    yield f"    金额 amount = {print_fen(account.pool.amount_fen)}"
    if account.institution_e4 != ONE_E4 or account.factors:
        retained, carried = map(print_fen, account.kept_fen)
        yield (
            f"    机构系数 coefficient of the institution × {print_e4(account.institution_e4)}:"
            f" 下分 shared {print_fen(account.shared_fen)},"
            f" 留存 retained {retained}, 结转 carried {carried}"
        )
        yield from factors_text(account.factors)
    for one in account.charged:
        what = "; ".join(part.what for part in one.parts)
        yield (
            f"    补发扣回 adjustment {one.person_id} ({one.institution_id}):"
            f" {print_fen(one.amount_fen)}  [{what}]"
        )
    if account.charged:
        going_fen = account.shared_fen - account.charged_fen
        yield charged_text(account.charged_fen, going_fen)


def _level_text(level: LevelAccount) -> Iterator[str]:
    yield f"层级 level: {_LEVELS[level.level]}, {KEYS[level.key]} {level.key}"
    for family in level.families:
        for step in family.steps:
            yield from step_text(step)
        if family.handed:
            yield handed_in_text(family.parent, family.handed)
        yield _family_text(family)
    if level.retained_fen or level.carried_fen:
        yield (
            f"    未分出的 not shared at this level: 留存 retained {print_fen(level.retained_fen)},"
            f" 结转 carried {print_fen(level.carried_fen)}"
        )


def _family_text(family: Family) -> str:
    given = print_fen(family.given_fen)
    left = print_fen(family.had_fen - family.given_fen)
    return (
        f"    小计 sum {family.parent} ({len(family.steps)} 份):"
        f" 分出 given {given} + 未分 left {left} = {print_fen(family.had_fen)}"
    )


def _payee_text(payee: Payee) -> Iterator[str]:
    parts = " + ".join(print_fen(fen) for fen in payee.parts_fen)
    yield f"    人员 {payee.person_id} ({payee.place}): 分得 got {parts}"
    if payee.withheld_fen:
        yield from withheld_text(
            payee.withhold_e4, payee.withheld_fen, payee.factors, later=payee.released_later
        )
    if payee.limited is not None:
        yield limited_text(payee.limited)
    yield f"    实发 paid {print_fen(payee.amount_fen)}"


def _sums_text(account: PoolAccount) -> Iterator[str]:
    sums = account.paid_fen, account.retained_fen, account.carried_fen
    paid, retained, carried = map(print_fen, sums)
    yield (
        f"合计 total = 已付 paid {paid} ({len(account.payees)} 人) + 留存 retained {retained}"
        f" + 结转 carried {carried} = {print_fen(account.pool.amount_fen)}"
    )


def pool_json(account: PoolAccount) -> dict[str, Any]:
    """The same as JSON values: every figure a decimal text."""
    pool = account.pool
    return {
        "institution_id": pool.institution_id,
        "pool": pool.pool,
        "series": pool.series,
        "amount": print_fen(pool.amount_fen),
        "source": origin_json(account.origin),
        "institution_coefficient": print_e4(account.institution_e4),
        "institution_factors": factors_json(account.factors),
        "shared": print_fen(account.shared_fen),
        "who_shares": who_json(account.who),
        "steps": steps_json(account.steps),
        "levels": [_level_json(level) for level in account.levels],
        "people": [_payee_json(payee) for payee in account.payees],
        "adjustments": [component_json(one) for one in account.charged],
        "paid": print_fen(account.paid_fen),
        "retained": print_fen(account.retained_fen),
        "carried": print_fen(account.carried_fen),
    }


def _level_json(level: LevelAccount) -> dict[str, Any]:
    return {
        "level": level.level,
        "key": level.key,
        "parents": [
            {
                "parent": family.parent,
                "children": len(family.steps),
                "handed_in": family.handed,
                "amount": print_fen(family.had_fen),
                "given": print_fen(family.given_fen),
                "left": print_fen(family.had_fen - family.given_fen),
            }
            for family in level.families
        ],
        "retained": print_fen(level.retained_fen),
        "carried": print_fen(level.carried_fen),
    }


def _payee_json(payee: Payee) -> dict[str, Any]:
    return {
        "institution_id": payee.place,
        "person_id": payee.person_id,
        "shares": [print_fen(fen) for fen in payee.parts_fen],
        "withhold": print_e4(payee.withhold_e4),
        "withheld": print_fen(payee.withheld_fen),
        "released_later": payee.released_later,
        "withhold_factors": factors_json(payee.factors),
        "yearly_limit": limited_json(payee.limited),
        "amount": print_fen(payee.amount_fen),
    }
