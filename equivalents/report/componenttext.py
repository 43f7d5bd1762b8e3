"""Components of pay 构成项 in an explanation: lines to be added up by hand, and JSON values (溯源).

A line is the product of its figures; the exact sum of a component's lines is rounded once,
half-up, to what it pays, and each line has its part of that (5.13).
"""

from collections.abc import Iterator
from typing import Any

from equivalents.componentpay import ComponentPay, PayPart, SourceKind
from equivalents.report.components import part_texts, print_base, print_quantity, source_text
from equivalents.units import print_e4, print_fen

__all__ = ["charged_text", "component_json", "component_text"]

_SOURCES = {
    SourceKind.FUND: "资金 fund",
    SourceKind.LINE: "核定科目 approved line",
    SourceKind.OWN: "机构自有资金 own money",
    SourceKind.POOL: "绩效池 pool",
    SourceKind.WITHHELD: "以前扣留 withheld before",
}


def component_text(one: ComponentPay) -> Iterator[str]:
    """What a component pays somebody: a line for each part, the rest of a release, the amount."""
    source = f"{_SOURCES[one.source.kind]} {one.source.name}".rstrip()
    title = f" {one.title}" if one.title else ""
    yield f"  构成项 component {one.component}{title}（{source}）"
    for part, fen in zip(one.parts, one.parts_fen, strict=True):
        yield _part_text(one, part, fen)
    if one.source.kind == SourceKind.WITHHELD:
        yield (
            f"    未兑现 not released: 留存 retained {print_fen(one.retained_fen)},"
            f" 结转 carried {print_fen(one.carried_fen)}"
        )
    yield f"    构成项得 component gets {print_fen(one.amount_fen)}"


def _part_text(one: ComponentPay, part: PayPart, fen: int) -> str:
    figures = [print_base(part), print_quantity(part.quantity)]
    figures.append("" if part.rate_e4 is None else print_e4(part.rate_e4))
    figures += [f"{print_e4(value)} ({kind})" for kind, value in part.factors]
    reference = part.reference or one.reference
    told = f"  [依据 {reference}]" if reference else ""
    product = " × ".join(filter(None, figures))
    return f"    部分 part {part.what}: {product} → {print_fen(fen)}{told}"


def charged_text(charged_fen: int, shared_fen: int) -> str:
    """What adjustments of people take of a pool before it goes down (5.19)."""
    return (
        f"    补发扣回 adjustments charged {print_fen(charged_fen)}:"
        f" 其余下分 left to share {print_fen(shared_fen)}"
    )


def component_json(one: ComponentPay) -> dict[str, Any]:
    """The same as JSON values: every figure a text."""
    return {
        "component": one.component,
        "title": one.title,
        "institution_id": one.institution_id,
        "person_id": one.person_id,
        "source": source_text(one),
        "parts": [
            {
                "what": part.what,
                **part_texts(part),
                "factors": [
                    {"kind": kind, "value": print_e4(value)} for kind, value in part.factors
                ],
                "amount": print_fen(fen),
                "reference": part.reference or one.reference,
            }
            for part, fen in zip(one.parts, one.parts_fen, strict=True)
        ],
        "retained": print_fen(one.retained_fen),
        "carried": print_fen(one.carried_fen),
        "amount": print_fen(one.amount_fen),
    }
