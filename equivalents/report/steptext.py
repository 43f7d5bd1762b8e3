"""The lines of an explanation that people's and pools' texts have in common (溯源).

One step of money with all of its figures, the factors of a coefficient, what is withheld and what
a yearly limit takes, each to be added up again by hand.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from equivalents.policy.coefficients import Stretch
from equivalents.policy.keyrules import Excess
from equivalents.report.factors import factors_text
from equivalents.sharesteps import ShareStep, StandingBound
from equivalents.units import print_e4, print_e7, print_fen
from equivalents.yearly import LimitedPayout

__all__ = ["KEYS", "limited_text", "step_text", "withheld_text"]

KEYS: Final = {
    "adjusted": "按调整当量",
    "equivalents": "按当量",
    "headcount": "按人头",
    "fixed": "按固定份额",
    "contracts": "按签约数",
    "secondary": "二次分配",
}
"""What a level is shared by, in Chinese."""

_SHORT: Final = {"institution": "→ 机构", "department": "→ 科室", "person": "→ 人员"}
_OF_UNIT: Final = {
    "institution": "机构系数 coefficient of the institution",
    "department": "科室系数 coefficient of the department",
}
_STAYS: Final = {Excess.RETAIN: "留存 retained", Excess.CARRY: "结转 carried"}


def withheld_text(
    coefficient_e4: int, withheld_fen: int, factors: Sequence[Stretch], *, later: bool = False
) -> Iterator[str]:
    """What a coefficient on the amount keeps back: retained, or carried to be released (5.3)."""
    yield (
        f"    考核系数 withhold × {print_e4(coefficient_e4)}:"
        f" 扣留 withheld {print_fen(withheld_fen)}"
        + (", 结转待兑现 carried, to be released" if later else "")
    )
    yield from factors_text(factors)


def limited_text(one: LimitedPayout) -> str:
    """What a yearly limit takes of an amount, and what becomes of it (5.11)."""
    months = f"{one.part.months}/12 × {print_e4(one.part.head_e4)}"
    if one.part.paid_fen:
        months += f" - 年内已付 paid before {print_fen(one.part.paid_fen)}"
    reference = f"  [依据 {one.limit.reference}]" if one.limit.reference else ""
    return (
        f"    年度封顶 yearly limit {one.limit.name}: {print_fen(one.year_fen)} × {months}"
        f" = 上限 cap {print_fen(one.cap_fen)},"
        f" {'、'.join(one.limit.pools)} 合计 total {print_fen(one.total_fen)},"
        f" 其中此池 of this pool {print_fen(one.before_fen)},"
        f" 扣下 taken {print_fen(one.taken_fen)}, {_STAYS[one.limit.excess]}{reference}"
    )


def step_text(step: ShareStep) -> Iterator[str]:
    """One step of money, and how its key came about where that is not plain."""
    parts = [_scaled_text(step) if step.floors_fen else _by_key_text(step)]
    if step.bound is not None and not step.floors_fen:
        parts = [f"依据 key {print_e7(step.key_e7)}"] if not step.cut else parts
        word = "封顶 at cap" if step.bound.side == "cap" else "保底 at floor"
        parts.append(f"{word} {_bound_text(step, step.bound)}")
    extra = f", 尾差 remainder {step.remainder_fen} 分" if step.remainder_fen else ""
    extra += f", 封顶 capped {print_fen(step.capped_fen)}" if step.capped_fen else ""
    extra += f", 保底 floored {print_fen(step.floored_fen)}" if step.floored_fen else ""
    if step.bound is not None and step.bound.reference:
        extra += f"  [依据 {step.bound.reference}]"
    way = f"{step.parent_label} {_SHORT[step.level]} {step.child_label}"
    yield f"    {way}: {'; '.join(parts)}{extra}"
    if step.factors:
        yield (
            f"      {_OF_UNIT[step.level]}: {print_e7(step.base_e7)}"
            f" × {print_e4(step.institution_e4)} = {print_e7(step.raw_e7)}"
        )
        yield from factors_text(step.factors)
    if step.key_e7 != max(step.raw_e7, 0):
        yield "      无人依据为正, 各按 1 计 nobody has a positive key: each counts as 1"
    elif step.raw_e7 < 0:
        yield (
            f"      依据为负 negative key {print_e7(step.raw_e7)}, 按 0 计 counts as 0,"
            " 差额结转下期 deficit carried on"
        )


def _by_key_text(step: ShareStep) -> str:
    """Money x key / keys, less what those held at a bound have of both."""
    held = step.held
    money, keys = print_fen(step.parent_fen), print_e7(step.all_keys_e7)
    children = f"{step.children} 份"
    if held.count and step.key_e7:
        money = f"({money} - {print_fen(held.fen)})"
        keys = f"({keys} - {print_e7(held.key_e7)})"
        children += f", 封顶 at cap {held.at_cap}" if held.at_cap else ""
        children += f", 保底 at floor {held.at_floor}" if held.at_floor else ""
    shared = f"{money} × {print_e7(step.key_e7)} / {keys} ({children})"
    return f"{shared} = {print_fen(step.before_fen)}"


def _scaled_text(step: ShareStep) -> str:
    """Floors over what the parent has are the keys that share it (5.11)."""
    floor = print_fen(step.bound.fen) if step.bound is not None else "0.00"
    rule = f"; 保底 floor {_bound_text(step, step.bound)}" if step.bound is not None else ""
    return (
        f"依据 key {print_e7(step.key_e7)}{rule}; 保底按比例 floors scaled"
        f" {print_fen(step.parent_fen)} × {floor} / {print_fen(step.floors_fen)}"
        f" ({step.children} 份) = {print_fen(step.amount_fen)}"
    )


def _bound_text(step: ShareStep, bound: StandingBound) -> str:
    """A bound as it is declared, for the child's part of a head, and what that is in fen."""
    rule = print_fen(bound.value)
    if bound.average and not bound.heads_e4:
        # Where nobody counts as a head the average is nothing: there is nothing to divide by.
        rule = f"{print_e4(bound.value)} × 0.00 (没有人头 no heads)"
    elif bound.average:
        rule = (
            f"{print_e4(bound.value)} × {print_fen(step.parent_fen)}"
            f" / {print_e4(bound.heads_e4)} 人头 heads"
        )
    head, before = print_e4(bound.head_e4), ""
    if bound.year is not None:
        rule += f" × {bound.year.months}/12"
        head = print_e4(bound.year.head_e4)
        before = f" - 年内已付 paid before {print_fen(bound.year.paid_fen)}"
    return f"{rule} × {head}{before} = {print_fen(bound.fen)}"
