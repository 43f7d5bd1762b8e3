"""The result of the made-up county in short tables: funds, pools, components, institutions."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import yaml

from equivalents.demo.rules import INCENTIVE
from equivalents.demo.scheme import SCHEME_FILE
from equivalents.policy.components import POOL_SHARE
from equivalents.report.words import pool_title

__all__ = [
    "assessed_line", "by_component", "by_fund", "by_institution", "by_pool", "notes_line",
    "pay_cap_line",
]  # fmt: skip

_Table = tuple[str, tuple[str, ...], list[tuple[str, ...]]]
"""Title, headings (text, then numbers) and rows."""

_SOURCES = {
    "fund": "资金 fund", "line": "核定 approved", "own": "自有 own",
    "withheld": "上年暂扣 withheld",
}  # fmt: skip
_MONEY = ("amount", "paid", "retained", "carried")


def by_fund(case: Path, out: Path) -> _Table:
    """Each fund over all institutions (yuan): due, received, owed, and what became pools."""
    ledger, flows = _read(out / "ledger.csv"), _read(out / "funds.csv")
    funds = yaml.load((case / SCHEME_FILE).read_text(encoding="utf-8"), yaml.BaseLoader)["funds"]
    made = {row["pool"] for row in _read(out / "pools.csv")}
    into = [row for row in flows if row["source"] == "due" and row["use"] in made]
    lines: list[tuple[str, ...]] = []
    totals = [Decimal(0)] * 5
    for name in funds:
        mine = [row for row in ledger if row["fund"] == name]
        owed = [Decimal(row["owed"]) for row in mine]
        sums = (
            _sum(mine, "due"),
            _sum(mine, "received"),
            sum((one for one in owed if one > 0), Decimal(0)),
            sum((-one for one in owed if one < 0), Decimal(0)),
            _sum([row for row in into if row["fund"] == name], "amount"),
        )
        totals = [one + more for one, more in zip(totals, sums, strict=True)]
        lines.append((funds[name]["title"], *(f"{one:,.2f}" for one in sums)))
    lines.append(("合计 total", *(f"{one:,.2f}" for one in totals)))
    headings = (
        "资金\nfund", "应得\ndue", "已到\nreceived", "尚欠\nowed", "多拨\nover",
        "进绩效池\nto pools",
    )  # fmt: skip
    title = "资金 funds（元 yuan）：应得 due = 已到 received + 尚欠 owed - 多拨 over"
    return title, headings, lines


def pay_cap_line(out: Path) -> str:
    """The pay caps of all institutions in one line (yuan)."""
    rows = _read(out / "paycap.csv")
    cap, base, beside, pools, off = (
        _sum([row for row in rows if row["line"] == line], "amount")
        for line in ("cap", "base", "component", "pool", "carried")
    )
    cut = len({row["institution_id"] for row in rows if row["line"] == "carried"})
    return (
        f"绩效工资总量 pay cap {cap:,}    基础 base {base:,} + 构成项 components {beside:,}"
        f" + 池内 pools {pools:,} 元 yuan\n"
        f"{cut} 个机构超出，结转 {off:,} 元; {cut} institutions above it, carried"
    )


def assessed_line(out: Path) -> str:
    """Each composite of the assessment: how many coefficients are used, from least to greatest."""
    rows = [row for row in _read(out / "assessment.csv") if row["in_force"] == "1"]
    told = []
    for name in dict.fromkeys(row["composite"] for row in rows):
        found = sorted(row["coefficient"] for row in rows if row["composite"] == name)
        told.append(f"{name} {len(found)}（{found[0]}～{found[-1]}）")
    return "考核系数 coefficients of the assessment: " + ", ".join(told)


def notes_line(out: Path) -> str:
    """How many warnings of each code there are beside those of records, in one line."""
    rows = _read(out / "problems.csv")
    codes = Counter(row["code"] for row in rows if not row["file"].startswith("records/"))
    said = ", ".join(f"{code} {count}" for code, count in sorted(codes.items()))
    return f"提示 warnings（problems.csv、工作簿“提示”）: {said}"


def by_pool(out: Path) -> _Table:
    """Each kind of pool over all institutions, from pools.csv of the result `out` (yuan)."""
    rows = _read(out / "pools.csv")
    lines: list[tuple[str, ...]] = []
    for pool in dict.fromkeys(row["pool"] for row in rows):
        mine = [row for row in rows if row["pool"] == pool]
        sums = (f"{_sum(mine, name):,}" for name in _MONEY)
        lines.append((pool_title(pool), mine[0]["series"], str(len(mine)), *sums))
    totals = (f"{_sum(rows, name):,}" for name in _MONEY)
    lines.append(("合计 total", "", str(len(rows)), *totals))
    headings = (
        "绩效池\npool", "口径\nseries", "个数\ncount", "金额\namount", "已分配\npaid",
        "留存\nretained", "结转\ncarried",
    )  # fmt: skip
    return "绩效池 pools（元 yuan）", headings, lines


def by_component(out: Path) -> _Table:
    """Each component of pay over all institutions, from components.csv of `out` (yuan)."""
    rows = _read(out / "components.csv")
    titles = {row["fund"]: row["title"] for row in _read(out / "funds.csv") if row["title"]}
    lines: list[tuple[str, ...]] = []
    for name in dict.fromkeys(row["component"] for row in rows):
        mine = [row for row in rows if row["component"] == name]
        kind, _, of = mine[0]["source"].partition(":")
        lines.append((
            name, f"{_SOURCES[kind]} {titles.get(of, of)}".rstrip(), f"{len(_people(mine)):,}",
            f"{_sum(mine, 'amount'):,}",
        ))  # fmt: skip
    total = f"{_sum(rows, 'amount'):,}"
    lines.append(("合计 total", "", f"{len(_people(rows)):,}", total))
    headings = "构成项\ncomponent", "由谁支付\npaid by", "人数\npeople", "金额\namount"
    return "构成项 components of pay, beside the pools（元 yuan）", headings, lines


def by_institution(case: Path, out: Path) -> _Table:
    """People, equivalents, components and pay of each institution (yuan), from the result."""
    payouts = _read(out / "payouts.csv")
    lines: list[tuple[str, ...]] = []
    for place in _read(case / "institutions.csv"):
        mine = [row for row in payouts if row["institution_id"] == place["institution_id"]]
        people = len(_people(mine))
        paid = _sum(mine, "amount")
        beside = _sum([row for row in mine if row["component"] != POOL_SHARE], "amount")
        work = _sum([row for row in mine if row["pool"] == INCENTIVE], "equivalents")
        name = place["name"].removeprefix("示例县")
        a_head = (paid / people).quantize(Decimal("0.01")) if people else Decimal(0)
        lines.append((
            f"{place['institution_id']} {name}", f"{people:,}", str(work), f"{beside:,}",
            f"{paid:,}", f"{a_head:,}",
        ))  # fmt: skip
    headings = (
        "机构\ninstitution", "人数\npeople", "当量\nequivalents", "其中构成项\ncomponents",
        "实发\npaid", "人均\na head",
    )  # fmt: skip
    return "机构 institutions（元 yuan）", headings, lines


def _people(rows: list[dict[str, str]]) -> set[str]:
    return {row["person_id"] for row in rows}


def _sum(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
