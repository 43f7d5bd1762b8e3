"""The source of a pool's money as text, as JSON values and as rows of pool_sources.csv (B10)."""

from collections.abc import Iterator
from typing import Any, Final

from equivalents.exact import print_exact
from equivalents.fundfacts import DueLine
from equivalents.origin import Origin, Source, origin_of
from equivalents.policy.scheme import Excess
from equivalents.report.factors import factors_json, factors_text
from equivalents.settle import Settlement
from equivalents.units import WEIGHT_PLACES, print_e4, print_fen

__all__ = ["SOURCE_COLUMNS", "origin_json", "origin_text", "print_per_head", "source_rows"]

_SOURCES: Final = {
    Source.GIVEN: "直接给定 given",
    Source.SURPLUS: "结余 surplus",
    Source.FUND: "资金 fund",
    Source.APPROVED: "核定 approved",
}
_LINES: Final = {
    Source.SURPLUS: "收支 account",
    Source.FUND: "应得 due",
    Source.APPROVED: "核定 approved",
}
_EXCESS: Final = {
    Excess.KEPT: "留机构 kept",
    Excess.CARRIED: "结转 carried",
    Excess.RETURNED: "上缴 returned",
}
SOURCE_COLUMNS: Final = (
    "institution_id pool source name base payers costs rule share made raised raised_by cut amount"
    " reference title"
)
"""The columns of pool_sources.csv."""


def origin_text(origin: Origin) -> Iterator[str]:
    """The way of the money from its payers to the pool, line by line, to be added up again."""
    named = " ".join(word for word in (origin.name, origin.title) if word)
    head = f"    来源 source {_SOURCES[origin.source]} {named}".rstrip()
    yield f"{head}: {print_fen(origin.base_fen)}{_by(origin.reference)}"
    yield from (_line_text(origin, line) for line in origin.lines)
    for payer, fen in origin.parts:
        yield f"    出资 payer {payer}: {print_fen(fen)}"
    if origin.source is not Source.GIVEN:
        base = print_fen(origin.base_fen)
        base = f"({base} - {print_fen(origin.costs_fen)})" if origin.costs_fen else base
        left = origin.exact_fen != origin.made_fen
        rest = f", 只余 left {print_fen(origin.made_fen)}" if left else ""
        yield (
            f"    转入 bridge {origin.rule}: {base} × {_share(origin)}"
            f" = {print_fen(origin.exact_fen)}{rest}{_by(origin.bridge_reference)}"
        )
    yield from _rise_text(origin)
    if origin.cut is not None:
        cut = origin.cut
        yield (
            f"    总量扣减 pay cap: {print_fen(origin.pool_fen + cut.taken_fen)}"
            f" - {print_fen(cut.taken_fen)}"
            f" = {print_fen(origin.pool_fen)}, 总量 cap {print_fen(cut.cap_fen)},"
            f" {_EXCESS[cut.excess]}{_by(cut.reference)}"
        )


def _rise_text(origin: Origin) -> Iterator[str]:
    """The pool times a coefficient above 1, the fund that pays the excess, the factors."""
    if (rise := origin.rise) is None:
        return
    named = " ".join(word for word in (rise.fund, rise.title) if word)
    yield (
        f"    机构系数大于 1 raised: {print_fen(rise.before_fen)} × {print_e4(rise.coefficient_e4)}"
        f" = {print_fen(rise.before_fen + rise.fen)}, 超出 excess {print_fen(rise.fen)}"
        f" 由 paid by {named}{_by(rise.reference)}"
    )
    yield from factors_text(rise.factors)


def _share(origin: Origin) -> str:
    return print_exact(origin.share, WEIGHT_PLACES)


def _by(reference: str) -> str:
    return f"  [依据 {reference}]" if reference else ""


def _line_text(origin: Origin, line: DueLine) -> str:
    """One line of the base; a floating price is shown and does not calculate (5.13)."""
    factors = [factor for factor in (line.count, line.rate, line.coefficient) if factor]
    sign = "≈" if origin.for_display else "="
    told = f"{' × '.join(factors)} {sign} " if factors else ""
    text = f"    {_LINES[origin.source]} {line.what}: {told}{print_fen(line.amount_fen)}"
    if line.per_head_fen is None:
        return text
    return f"{text}  [人均 a head {print_fen(line.per_head_fen)}，仅供展示 for display]"


def origin_json(origin: Origin) -> dict[str, Any]:
    """The same as JSON values: every figure a decimal text."""
    cut = origin.cut
    return {
        "source": origin.source.value,
        "name": origin.name,
        "title": origin.title,
        "reference": origin.reference,
        "base": print_fen(origin.base_fen),
        "lines": [
            {
                "what": line.what,
                "count": line.count,
                "rate": line.rate,
                "coefficient": line.coefficient,
                "amount": print_fen(line.amount_fen),
                "per_head_for_display": print_per_head(line),
            }
            for line in origin.lines
        ],
        "payers": [{"payer": name, "amount": print_fen(fen)} for name, fen in origin.parts],
        "rate_for_display": origin.for_display,
        "rule": origin.rule,
        "costs": print_fen(origin.costs_fen),
        "share": _share(origin),
        "exact": print_fen(origin.exact_fen) if origin.source is not Source.GIVEN else "",
        "made": print_fen(origin.made_fen),
        "bridge_reference": origin.bridge_reference,
        "raised": _rise_json(origin),
        "pay_cap": None
        if cut is None
        else {
            "taken": print_fen(cut.taken_fen),
            "excess": cut.excess.value,
            "cap": print_fen(cut.cap_fen),
            "reference": cut.reference,
        },
        "amount": print_fen(origin.pool_fen),
    }


def _rise_json(origin: Origin) -> dict[str, Any] | None:
    if (rise := origin.rise) is None:
        return None
    return {
        "before": print_fen(rise.before_fen),
        "coefficient": print_e4(rise.coefficient_e4),
        "factors": factors_json(rise.factors),
        "fund": rise.fund,
        "title": rise.title,
        "amount": print_fen(rise.fen),
        "reference": rise.reference,
    }


def print_per_head(line: DueLine) -> str:
    """What a head comes to, blank where no heads were counted: for display alone (5.15)."""
    return "" if line.per_head_fen is None else print_fen(line.per_head_fen)


def source_rows(settlement: Settlement) -> Iterator[tuple[str, ...]]:
    """One row for each pool, in their order: from its source to what is shared."""
    for pool in settlement.pools:
        origin = origin_of(settlement, pool)
        payers = " + ".join(f"{name} {print_fen(fen)}" for name, fen in origin.parts)
        rise = origin.rise.reference if origin.rise else ""
        references = dict.fromkeys((origin.bridge_reference, origin.reference, rise))
        yield (
            origin.institution_id,
            origin.pool,
            origin.source.value,
            origin.name,
            print_fen(origin.base_fen),
            payers,
            print_fen(origin.costs_fen),
            origin.rule,
            _share(origin),
            print_fen(origin.made_fen),
            print_fen(origin.rise.fen if origin.rise else 0),
            origin.rise.fund if origin.rise else "",
            print_fen(origin.cut.taken_fen if origin.cut else 0),
            print_fen(origin.pool_fen),
            "; ".join(text for text in references if text),
            origin.title if origin.source is Source.FUND else "",
        )
