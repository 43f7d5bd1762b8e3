"""The result of the made-up county in two short tables: by pool, and by institution."""

import csv
from decimal import Decimal
from pathlib import Path

from equivalents.demo.rules import INCENTIVE
from equivalents.policy.accounts import SURPLUS_POOL

__all__ = ["by_institution", "by_pool"]

_Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""Title, headings (text, then numbers) and rows."""

_MONEY = ("amount", "paid", "retained", "carried")


def by_pool(out: Path) -> _Table:
    """Each kind of pool over all institutions, from pools.csv of the result `out` (yuan)."""
    rows = _read(out / "pools.csv")
    lines: list[tuple[str, ...]] = []
    for pool in dict.fromkeys(row["pool"] for row in rows):
        mine = [row for row in rows if row["pool"] == pool]
        sums = (f"{_sum(mine, name):,}" for name in _MONEY)
        lines.append((pool, mine[0]["series"], str(len(mine)), *sums))
    totals = (f"{_sum(rows, name):,}" for name in _MONEY)
    lines.append(("合计 total", "", str(len(rows)), *totals))
    headings = (
        "绩效池\npool", "口径\nseries", "个数\ncount", "金额\namount", "已分配\npaid",
        "留存\nretained", "结转\ncarried",
    )  # fmt: skip
    return "绩效池 pools（元 yuan）", headings, lines


def by_institution(case: Path, out: Path) -> _Table:
    """People, equivalents, surplus and pay of each institution (yuan), from the result `out`."""
    payouts = _read(out / "payouts.csv")
    lines: list[tuple[str, ...]] = []
    for place in _read(case / "institutions.csv"):
        mine = [row for row in payouts if row["institution_id"] == place["institution_id"]]
        people = len({row["person_id"] for row in mine})
        paid = _sum(mine, "amount")
        work = _sum([row for row in mine if row["pool"] == INCENTIVE], "equivalents")
        surplus = _sum([row for row in mine if row["pool"] == SURPLUS_POOL], "amount")
        name = place["name"].removeprefix("示例县")
        a_head = (paid / people).quantize(Decimal("0.01")) if people else Decimal(0)
        lines.append((
            f"{place['institution_id']} {name}", f"{people:,}", str(work), f"{surplus:,}",
            f"{paid:,}", f"{a_head:,}",
        ))  # fmt: skip
    headings = (
        "机构\ninstitution", "人数\npeople", "当量\nequivalents", "其中结余\nsurplus",
        "实发\npaid", "人均\na head",
    )  # fmt: skip
    return "机构 institutions（元 yuan）", headings, lines


def _sum(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
