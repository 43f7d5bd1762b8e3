"""Re-adds a printed explanation from its text alone, as a clerk with a calculator would."""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, prod

from tests.statement_money import MONEY, ON_THE_POOL, ItemName, MoneyLine, PoolMoney
from tests.statement_source import PoolSource

__all__ = ["Told", "re_add", "re_add_pool", "read_step"]

NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
LINE = re.compile(
    rf"^    (\d{{4}}-\d\d .*): (?:\d+ 条 records|床日 days), {NUMBER}(?: \S+)? × {NUMBER}"
    rf"(?: × (\d+)/(\d+))? = {NUMBER}  \[(.*?); 条件"
)
SERIES = re.compile(r"^  当量 equivalents, 口径 series (.*)$")
SUM = re.compile(rf"^    小计 sum = {NUMBER}$")
CUT = re.compile(rf"^    封顶扣减 cut .*: {NUMBER}$")
LED = re.compile(rf"^    单位负责人不入池 head's work .*: {NUMBER}$")
AFTER = re.compile(rf"^    (?:封顶后 after the ceiling|进入绩效池 shared in pools) = {NUMBER}$")
POOL = re.compile(
    rf"^  绩效池 pool .*（(.*)，口径 (.*)） {NUMBER} 元;"
    rf" 当量 {NUMBER}, 依据 key {NUMBER}（\S+ (\w+)）$"
)
SEGMENT = re.compile(rf"^    系数 coefficient.* \[\S+, \S+\): {NUMBER} × {NUMBER} = {NUMBER}$")
BROUGHT = re.compile(rf"^    期初 brought in: {NUMBER}$")
LEAVE = re.compile(
    rf"^    请假 leave .* \[\S+, \S+\): (\d+) 天 days × {NUMBER}% × {NUMBER} × {NUMBER}"
    rf" / {NUMBER} = {NUMBER}  \["
)
CONTRACTS = re.compile(rf"^    签约 contracts .*: (\d+) × (\d+)/(\d+) = {NUMBER}$")
LIMITED = re.compile(
    rf"^    年度封顶 yearly limit .*: {NUMBER} × (\d+)/12 × {NUMBER}"
    rf"(?: - 年内已付 paid before {NUMBER})? = 上限 cap {NUMBER}, 合计 total {NUMBER}; {NUMBER},"
    rf" 扣下 taken {NUMBER}$"
)
STEP = re.compile(r"^    (?P<parent>.+) → (?P<to>\S+) (?P<child>.+?): (?P<how>.* = .*)$")
BY_KEY = re.compile(
    rf"^(?:\({NUMBER} - {NUMBER}\)|{NUMBER}) × {NUMBER} / (?:\({NUMBER} - {NUMBER}\)|{NUMBER})"
    rf" \((\d+) 份((?:, \S+ at (?:cap|floor) \d+)*)\) = {NUMBER}(.*)$"
)
WITH_KEY = re.compile(rf"^依据 key {NUMBER}; (.*)$")
BOUND = re.compile(
    rf"^(?:; )?(?:封顶|保底) (at cap|at floor|floor)"
    rf" {NUMBER}(?: × {NUMBER} / {NUMBER} 人头 heads)?(?: × (\d+)/12)? × {NUMBER}"
    rf"(?: - 年内已付 paid before {NUMBER})? = {NUMBER}(.*)$"
)
SCALED = re.compile(
    rf"^(?:; )?保底按比例 floors scaled {NUMBER} × {NUMBER} / {NUMBER} \((\d+) 份\) = {NUMBER}(.*)$"
)
ENDS = re.compile(
    rf"^(?:, 尾差 remainder (\d+) 分)?(?:, 封顶 capped {NUMBER})?(?:, 保底 floored {NUMBER})?"
    r"(?:  \[依据 .*\])?$"
)
INSTITUTION = re.compile(
    rf"^    机构系数 coefficient of the institution × {NUMBER}: 下分 shared {NUMBER}$"
)
HEAD = re.compile(rf"^    人头 head.* \[\S+, \S+\): (\d+) 天 days × {NUMBER}$")
MEAN = re.compile(rf"^    人头 head, 按天平均 mean over the days = {NUMBER}$")
WITHHELD = re.compile(rf"^    考核系数 withhold × {NUMBER}: 扣留 withheld {NUMBER}$")
GETS = re.compile(rf"^    得 gets {NUMBER}$")
HERE = re.compile(rf"^  应得 amount here = (.*) = {NUMBER}$")
TOTAL = re.compile(rf"^合计 total = (.*) = {NUMBER} 元 yuan$")


def fen(text: str) -> int:
    """Return yuan as whole fen."""
    yuan = Fraction(text) * 100
    assert yuan.denominator == 1, text
    return int(yuan)


@dataclass
class Told:
    """What a line tells of one step: whose, how much, and what it was made of."""

    parent: str
    to: str
    child: str
    key: Fraction
    amount: int = 0
    parent_fen: int | None = None
    """What the parent had, where the line says so."""
    children: int | None = None
    rate: Fraction | None = None
    """Fen for a unit of the key among those who are held at no bound, where the line says so."""
    held: int = 0
    """How many are held at a bound."""
    side: str = ""
    """The bound that the child stands at, and its fen."""
    bound: int = 0
    kept: int = 0
    """What stood above the cap and stayed with the parent."""


def read_step(line: str) -> Told | None:
    """One step re-added from its line alone; ``None`` if the line is no step."""
    found = STEP.match(line)
    if found is None:
        return None
    how = found["how"]
    told = Told(found["parent"], found["to"], found["child"], Fraction(0))
    exact: Fraction | None = None
    if with_key := WITH_KEY.match(how):
        told.key, how = Fraction(with_key[1]), with_key[2]
    if by_key := BY_KEY.match(how):
        exact, how = _by_key(told, by_key, line)
    if bound := BOUND.match(how):
        before, how = told.amount, _at_bound(told, bound, line)
        assert before in (0, told.amount + told.kept), line
    if scaled := SCALED.match(how):
        parent, share, floors = fen(scaled[1]), fen(scaled[2]), fen(scaled[3])
        assert told.side in ("", "floor"), line
        assert share == told.bound, line
        assert parent < floors, line
        exact = Fraction(parent * share, floors)
        told.parent_fen, told.children = parent, int(scaled[4])
        told.amount, how = fen(scaled[5]), scaled[6]
    ends = ENDS.match(how)
    assert ends, line
    remainder = int(ends[1] or 0)
    if told.kept:
        # The left-over fen went with what was kept.
        assert not remainder, line
        assert exact is not None, line
        assert told.amount + told.kept - floor(exact) in (0, 1), line
    elif exact is not None:
        assert told.amount == floor(exact) + remainder, line
    else:
        assert told.side, line
        assert not remainder, line
    assert not ends[2] or told.side == "at cap", line
    assert not ends[3] or told.side in ("at floor", "floor"), line
    return told


def _by_key(told: Told, found: re.Match[str], line: str) -> tuple[Fraction, str]:
    """Money x key / keys, less what those held at a bound have of both."""
    money = fen(found[1]) - fen(found[2]) if found[1] else fen(found[3])
    keys = Fraction(found[5]) - Fraction(found[6]) if found[5] else Fraction(found[7])
    told.key, told.children = Fraction(found[4]), int(found[8])
    told.held = sum(map(int, re.findall(r"\d+", found[9])))
    assert bool(found[1]) == bool(found[5]) == bool(told.held), line
    assert told.held < told.children, line
    told.parent_fen, told.amount = fen(found[1] or found[3]), fen(found[10])
    told.rate = Fraction(money) / keys if keys else None
    assert keys or not told.key, line
    return money * told.key / (keys or 1), found[11]


def _at_bound(told: Told, found: re.Match[str], line: str) -> str:
    """A bound as declared, for a part of a head: caps rounded down to the fen, floors up."""
    told.side, told.bound = found[1], fen(found[8])
    exact = Fraction(found[2]) * 100 * Fraction(found[6]) * Fraction(int(found[5] or 12), 12)
    if found[3]:
        exact *= Fraction(found[3]) / Fraction(found[4])
        told.parent_fen = fen(found[3])
    whole = floor(exact) if told.side == "at cap" else ceil(exact)
    assert told.bound == max(whole - fen(found[7] or "0"), 0), line
    if told.side != "floor":
        told.kept = max(told.amount - told.bound, 0)
        told.amount = told.bound
    return found[9]


def re_add(text: str, *, totals: int = 1) -> int:
    """Add up an explanation line by line; return its total in fen.

    ``totals``: no item line is made of more totals, each split to a unit of the seventh place.
    """
    clerk = _Clerk(Fraction(totals, 10**7))
    for line in text.splitlines():
        for pattern, check in clerk.checks:
            if found := pattern.match(line):
                check(found, line)
                break
        else:
            told = clerk.source.read(line)
            assert told or not line.startswith("    "), f"nobody adds up {line}"
    assert clerk.total is not None, "the text has no total"
    return clerk.total


def re_add_pool(text: str, *, kept: bool) -> int:
    """Add up the explanation of a pool, parent by parent; return how many steps it has.

    ``kept``: some money was retained or carried, so children may have less than their parent.
    """
    families: dict[tuple[str, str], list[Told]] = {}
    source = PoolSource()
    for line in text.splitlines():
        if source.read(line):
            assert not families, line
        elif told := read_step(line):
            families.setdefault((told.to, told.parent), []).append(told)
    # Of a pool under a coefficient of the institution a part is kept before the first step.
    first = next(iter(families.values()), [])
    shared = [step.parent_fen for step in first if step.parent_fen is not None]
    source.check(source.fen if kept else max(shared, default=source.fen), text)
    for steps in families.values():
        _check_family(steps, kept=kept)
    return sum(map(len, families.values()))


def _check_family(steps: list[Told], *, kept: bool) -> None:
    """All children of one parent: counts, one rate, nobody held who should not be, no fen lost."""
    assert {step.children for step in steps} <= {None, len(steps)}
    held = [step for step in steps if step.side in ("at cap", "at floor") and not step.kept]
    rates = {step.rate for step in steps if step.rate is not None and step.key}
    assert len(rates) <= 1
    for rate in rates:
        assert all(step.held in (0, len(held)) for step in steps if step.key)
        for step in held:
            per_key = rate * step.key
            assert per_key >= step.bound if step.side == "at cap" else per_key <= step.bound
    for had in {step.parent_fen for step in steps if step.parent_fen is not None}:
        total = sum(step.amount for step in steps)
        assert total <= had
        assert kept or total == had


class _Clerk:
    """What is added up so far; one check for each kind of line."""

    def __init__(self, near: Fraction) -> None:
        self.near = near
        self.series = ""
        self.sums: dict[str, Fraction] = {}
        self.cuts: dict[str, Fraction] = {}
        self.led: dict[str, Fraction] = {}
        self.item_lines: dict[str, dict[ItemName, Fraction]] = {}
        self.items = Fraction(0)
        self.here = self.amounts = 0
        self.source = PoolSource()
        self.total: int | None = None
        self.checks = (
            (LINE, self.line), (SERIES, self.of_series), (SUM, self.sum), (CUT, self.cut),
            (LED, self.lead),
            (AFTER, self.after), (POOL, self.pool), (SEGMENT, self.segment),
            (BROUGHT, self.bring), (LEAVE, self.on_leave), (CONTRACTS, self.contract),
            (INSTITUTION, self.at_institution), (HEAD, self.head), (MEAN, self.mean),
            (MONEY, self.on_line), (ON_THE_POOL, self.on_the_pool),
            (STEP, self.step), (WITHHELD, self.withhold), (LIMITED, self.limit),
            (GETS, self.gets), (HERE, self.add_here), (TOTAL, self.add_up),
        )  # fmt: skip

    def line(self, found: re.Match[str], line: str) -> None:
        head, quantity, weight, share, whole, equivalents, row = found.groups()
        part = Fraction(int(share or 1), int(whole or 1))
        exact = Fraction(quantity) * Fraction(weight) * part
        assert abs(exact - Fraction(equivalents)) < self.near, line
        assert whole or exact == Fraction(equivalents), line
        self.items += Fraction(equivalents)
        name = head, f"{share or 1}/{whole or 1}", row
        assert name not in self.item_lines[self.series], line
        self.item_lines[self.series][name] = Fraction(equivalents)

    def of_series(self, found: re.Match[str], _: str) -> None:
        self.series, self.items = found[1], Fraction(0)
        # Series begin anew at each institution.
        self.item_lines[self.series], self.cuts[self.series] = {}, Fraction(0)
        self.led[self.series] = Fraction(0)

    def sum(self, found: re.Match[str], line: str) -> None:
        assert self.items == Fraction(found[1]), line
        self.sums[self.series] = self.items

    def cut(self, found: re.Match[str], _: str) -> None:
        self.sums[self.series] += Fraction(found[1])
        self.cuts[self.series] += Fraction(found[1])

    def lead(self, found: re.Match[str], _: str) -> None:
        self.sums[self.series] += Fraction(found[1])
        self.led[self.series] += Fraction(found[1])

    def after(self, found: re.Match[str], line: str) -> None:
        assert self.sums[self.series] == Fraction(found[1]), line

    def pool(self, found: re.Match[str], line: str) -> None:
        self.at, series, amount, equivalents, key, self.by = found.groups()
        self.going, self.of_pool = fen(amount), series
        self.source, self.pool_fen = PoolSource(), self.going
        self.level, self.got = "", {self.at: self.going}
        self.days: list[tuple[int, Fraction]] = []
        self.one_head = Fraction(1)
        assert self.sums[series] == Fraction(equivalents), line
        self.equivalents, self.key = Fraction(equivalents), Fraction(key)
        self.segments: list[tuple[Fraction, Fraction]] = []
        self.coefficients: dict[Fraction, Fraction] = {}
        self.money = PoolMoney()
        self.brought, self.added, self.withheld, self.taken = Fraction(0), Fraction(0), 0, 0
        self.contracts: list[Fraction] = []
        self.keys: list[Fraction] = []
        self.last: list[int] = []
        self.paid_part: Fraction | None = None

    def segment(self, found: re.Match[str], line: str) -> None:
        exact = Fraction(found[1]) * Fraction(found[2])
        assert abs(exact - Fraction(found[3])) <= Fraction(1, 2 * 10**7), line
        self.segments.append((Fraction(found[1]), Fraction(found[3])))
        value = Fraction(found[2]) if self.by == "adjusted" else Fraction(1)
        before = self.coefficients.get(value, Fraction(0))
        self.coefficients[value] = before + Fraction(found[1])

    def bring(self, found: re.Match[str], _: str) -> None:
        self.brought = Fraction(found[1])

    def on_leave(self, found: re.Match[str], line: str) -> None:
        product = prod((Fraction(n) for n in found.groups()[:4]), start=Fraction(1, 100))
        off = product / Fraction(found[5]) - Fraction(found[6])
        assert abs(off) <= Fraction(1, 2 * 10**7), line
        self.added += Fraction(found[6])

    def contract(self, found: re.Match[str], line: str) -> None:
        off = int(found[1]) * Fraction(int(found[2]), int(found[3])) - Fraction(found[4])
        assert abs(off) < Fraction(1, 10**7), line
        self.contracts.append(Fraction(found[4]))

    def limit(self, found: re.Match[str], line: str) -> None:
        """What a yearly limit took: the excess in proportion to the amount, within a fen."""
        exact = Fraction(found[1]) * 100 * Fraction(int(found[2]), 12) * Fraction(found[3])
        cap, total, before, self.taken = map(fen, found.groups()[4:])
        assert cap == max(floor(exact) - fen(found[4] or "0"), 0), line
        assert abs(Fraction(before * (total - cap), total) - self.taken) < 1, line

    def at_institution(self, found: re.Match[str], line: str) -> None:
        """A pool times the coefficient of its institution, half-up to the fen."""
        going = floor(self.going * Fraction(found[1]) + Fraction(1, 2))
        assert going == fen(found[2]), line
        self.got[self.at] = going

    def head(self, found: re.Match[str], _: str) -> None:
        self.days.append((int(found[1]), Fraction(found[2])))

    def mean(self, found: re.Match[str], line: str) -> None:
        mean = sum(days * value for days, value in self.days) / sum(days for days, _ in self.days)
        self.one_head = floor(mean * 10**4 + Fraction(1, 2)) / Fraction(10**4)
        assert self.one_head == Fraction(found[1]), line

    def step(self, found: re.Match[str], line: str) -> None:
        told = read_step(line)
        assert told is not None, line
        # A parent has what the step above gave it; the first one has the pool.
        if told.to != self.level:
            self.level, self.above, self.got = told.to, self.got, {}
        assert told.parent_fen in (None, self.above.get(told.parent)), line
        self.got[told.child] = told.amount
        if told.to == "人员":
            self.keys.append(told.key)
            self.last.append(told.amount)
            assert self.by != "headcount" or told.key in (self.one_head, 1), line

    def withhold(self, found: re.Match[str], _: str) -> None:
        self.paid_part, self.withheld = Fraction(found[1]), fen(found[2])

    def gets(self, found: re.Match[str], line: str) -> None:
        self.source.check(self.pool_fen, line)
        # Departments pay a person apart, so the last steps may be several.
        assert fen(found[1]) + self.withheld + self.taken == sum(self.last), line
        if self.paid_part is not None:
            half_up = floor(sum(self.last) * self.paid_part + Fraction(1, 2))
            assert fen(found[1]) + self.taken == half_up, line
        assert sum(self.keys) == self.key, line
        self.check_key(line)
        self.check_money(fen(found[1]), line)
        self.amounts += fen(found[1])

    def on_line(self, found: re.Match[str], _: str) -> None:
        self.money.lines.append(MoneyLine.read(found))

    def on_the_pool(self, found: re.Match[str], _: str) -> None:
        self.money.on_the_pool = fen(found[1])

    def check_money(self, got: int, line: str) -> None:
        """What falls on the lines of the key, where people are shared by equivalents (5.13)."""
        self.money.check(got, line)
        if self.by in ("adjusted", "equivalents"):
            items, cut = self.item_lines[self.of_pool], self.cuts[self.of_pool]
            after = self.added, self.brought
            led = self.led[self.of_pool]
            self.money.check_key(items, cut, after, self.coefficients, led, line)
        else:
            assert not self.money.lines, line

    def check_key(self, line: str) -> None:
        """The key is that of the segments, and what was brought in; a negative one counts as 0."""
        if self.segments:
            assert sum(one for one, _ in self.segments) == self.equivalents, line
        # Where a level above goes by contracts they are a part of its key, not the person's.
        if self.contracts and self.by == "contracts":
            assert sum(self.contracts) == self.key, line
        if self.by not in ("adjusted", "equivalents") or len(self.keys) != 1:
            return
        key = self.equivalents
        if self.segments and self.by == "adjusted":
            key = sum((adjusted for _, adjusted in self.segments), Fraction(0))
        key += self.brought + self.added
        # Where nobody has a key and all get the same, each key is 1.
        assert self.key == max(key, Fraction(0)) or (key <= 0 and self.key == 1), line

    def add_here(self, found: re.Match[str], line: str) -> None:
        assert sum(map(fen, found[1].split(" + "))) == fen(found[2]) == self.amounts, line
        self.here, self.amounts = self.here + self.amounts, 0

    def add_up(self, found: re.Match[str], line: str) -> None:
        assert sum(map(fen, found[1].split(" + "))) == fen(found[2]) == self.here, line
        self.total = self.here
