"""Re-adds a printed explanation from its text alone, as a clerk with a calculator would."""

import re
from fractions import Fraction
from math import floor, prod

from tests.statement_money import MONEY, ON_THE_POOL, ItemName, MoneyLine, PoolMoney
from tests.statement_source import PoolSource
from tests.statement_steps import (
    LIMITED,
    NUMBER,
    STEP,
    WITHHELD,
    Factors,
    Told,
    fen,
    half_up,
    limit_taken,
    ratio,
    read_extra,
    read_step,
    unfolded,
)

__all__ = ["re_add"]

LINE = re.compile(
    rf"^    (\d{{4}}-\d\d .*): (?:\d+ 条 records|床日 days), {NUMBER}(?: \S+)? × {NUMBER}"
    rf"(?: × (\d+)/(\d+))? = {NUMBER}  \[(.*?); (?:条件|自 from)"
)
OF_RECORD = re.compile(r"^    口径 .*: (?:\d{4}-\d\d 计 counted|未计 not counted) .*$")
SERIES = re.compile(r"^  当量 equivalents, 口径 series (.*)$")
SUM = re.compile(rf"^    小计 sum = {NUMBER}$")
CUT = re.compile(
    rf"^    封顶扣减 cut (\S+) (.*): {NUMBER}  \[分段 tiers {NUMBER} 起 × {NUMBER}"
    rf"(?:, {NUMBER} 起 × {NUMBER})*(?:; 依据 .*)?\]$"
)
LED = re.compile(rf"^    单位负责人不入池 head's work .*: {NUMBER}(?:  \[依据 .*\])?$")
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
WHO = re.compile(r"^    参与的任职 postings that share: .+$")
OUTSIDE = re.compile(rf"^    其余任职不参与 other postings do not share: {NUMBER}$")
AVERAGE = re.compile(
    rf"^    平均 average: {NUMBER} 倍 times × 人头 head {NUMBER} × {NUMBER} / (\d+) 人 people"
    rf" = {NUMBER}(?:  \[依据 .*\])?$"
)
OWN_KEY = re.compile(
    rf"^    平均 average: 本人已有依据 has a key of his own, {NUMBER}(?:  \[依据 .*\])?$"
)
HANDED = re.compile(
    rf"^    二次分配 secondary (\S+): (?:比例 share (?P<share>\d+)|金额 amount (?P<amount>{NUMBER})"
    r"|(?P<missing>未列入, 计 0 not listed: counts as 0)"
    r"|(?P<nothing>未报送, 按调整当量 nothing handed in: by adjusted equivalents))$"
)
INSTITUTION = re.compile(
    rf"^    机构系数 coefficient of the institution × {NUMBER}: 下分 shared {NUMBER}$"
)
HEAD = re.compile(rf"^    人头 head.* \[\S+, \S+\): (\d+) 天 days × {NUMBER}$")
MEAN = re.compile(rf"^    人头 head, 按天平均 mean over the days = {NUMBER}$")
CHARGED = re.compile(
    rf"^    补发扣回 adjustments charged {NUMBER}: 其余下分 left to share {NUMBER}$"
)
COMPONENT = re.compile(
    r"^  构成项 component (.+)（(?:资金 fund|核定科目 approved line|绩效池 pool) .+）$"
)
OF_NO_FUND = re.compile(
    r"^  构成项 component (.+)（(?:机构自有资金 own money|以前扣留 withheld before)）$"
)
PART = re.compile(rf"^    部分 part (\S+): (.+) → {NUMBER}(?:  \[依据 .*\])?$")
FIGURE = re.compile(r"^([0-9./-]+)(?: \(.+\))?$")
REST = re.compile(rf"^    未兑现 not released: 留存 retained {NUMBER}, 结转 carried {NUMBER}$")
COMPONENT_GETS = re.compile(rf"^    构成项得 component gets {NUMBER}$")
GETS = re.compile(rf"^    得 gets {NUMBER}$")
HERE = re.compile(rf"^  应得 amount here = (.*) = {NUMBER}$")
TOTAL = re.compile(rf"^合计 total = (.*) = {NUMBER} 元 yuan$")


def re_add(text: str, *, totals: int = 1) -> int:
    """Add up an explanation line by line; return its total in fen.

    ``totals``: no item line is made of more totals, each split to a unit of the seventh place.
    """
    clerk = _Clerk(Fraction(totals, 10**7))
    for line in unfolded(text):
        if clerk.below(line):
            continue
        for pattern, check in clerk.checks:
            if found := pattern.match(line):
                check(found, line)
                break
        else:
            told = clerk.source.read(line) or OF_RECORD.match(line)
            assert told or not line.startswith("    "), f"nobody adds up {line}"
    clerk.factors.end()
    assert clerk.total is not None, "the text has no total"
    return clerk.total


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
        self.factors = Factors()
        self.source = PoolSource(self.factors)
        self.told: Told | None = None
        self.total: int | None = None
        self.checks = (
            (LINE, self.line), (SERIES, self.of_series), (SUM, self.sum), (CUT, self.cut),
            (LED, self.lead),
            (AFTER, self.after), (POOL, self.pool), (SEGMENT, self.segment),
            (BROUGHT, self.bring), (LEAVE, self.on_leave), (CONTRACTS, self.contract),
            (WHO, self.who), (OUTSIDE, self.outside),
            (HANDED, self.hand_in),
            (AVERAGE, self.of_average), (OWN_KEY, self.own_key),
            (INSTITUTION, self.at_institution), (HEAD, self.head), (MEAN, self.mean),
            (MONEY, self.on_line), (ON_THE_POOL, self.on_the_pool),
            (STEP, self.step), (WITHHELD, self.withhold), (LIMITED, self.limit),
            (CHARGED, self.charge), (COMPONENT, self.component), (OF_NO_FUND, self.component),
            (PART, self.part), (REST, self.rest), (COMPONENT_GETS, self.component_gets),
            (GETS, self.gets), (HERE, self.add_here), (TOTAL, self.add_up),
        )  # fmt: skip

    def below(self, line: str) -> bool:
        """What stands below a coefficient or a step; false where the line is none of it."""
        told = self.told
        if told is not None and line.startswith("      ") and read_extra(line, told, self.factors):
            return True
        if self.factors.read(line):
            return True
        self.factors.end()
        return False

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
        self.sums[self.series] += Fraction(found[3])
        self.cuts[self.series] += Fraction(found[3])

    def lead(self, found: re.Match[str], _: str) -> None:
        self.sums[self.series] += Fraction(found[1])
        self.led[self.series] += Fraction(found[1])

    def after(self, found: re.Match[str], line: str) -> None:
        assert self.sums[self.series] == Fraction(found[1]), line

    def pool(self, found: re.Match[str], line: str) -> None:
        self.at, series, amount, equivalents, key, self.by = found.groups()
        self.going, self.of_pool = fen(amount), series
        self.source, self.pool_fen = PoolSource(self.factors), self.going
        self.level, self.got = "", {self.at: self.going}
        self.days: list[tuple[int, Fraction]] = []
        self.one_head = Fraction(1)
        self.filtered, self.apart = False, Fraction(0)
        self.averaged: Fraction | None = None
        self.handed: list[Fraction | None] = []
        self.owned: Fraction | None = None
        self.equivalents, self.key = Fraction(equivalents), Fraction(key)
        self.segments: list[tuple[Fraction, Fraction]] = []
        self.coefficients: dict[Fraction, Fraction] = {}
        self.money = PoolMoney()
        self.brought, self.added, self.withheld, self.taken = Fraction(0), Fraction(0), 0, 0
        self.contracts: list[Fraction] = []
        self.keys: list[Fraction] = []
        self.ways: list[Told] = []
        self.last: list[int] = []
        self.paid_part: Fraction | None = None

    def segment(self, found: re.Match[str], line: str) -> None:
        exact = Fraction(found[1]) * Fraction(found[2])
        assert abs(exact - Fraction(found[3])) <= Fraction(1, 2 * 10**7), line
        self.segments.append((Fraction(found[1]), Fraction(found[3])))
        self.factors.begin(Fraction(found[2]), line)
        value = Fraction(found[2]) if self.by == "adjusted" else Fraction(1)
        before = self.coefficients.get(value, Fraction(0))
        self.coefficients[value] = before + Fraction(found[1])

    def who(self, _: re.Match[str], __: str) -> None:
        self.filtered = True

    def outside(self, found: re.Match[str], line: str) -> None:
        """Work in postings that do not share: only where the pool says whose do."""
        assert self.filtered, line
        self.apart = Fraction(found[1])
        assert self.apart, line

    def of_average(self, found: re.Match[str], line: str) -> None:
        """Multiple x head x keys / people, half-up at seven places; the head as it was told."""
        multiple, head, keys = (Fraction(found[at]) for at in (1, 2, 3))
        assert head == self.one_head, line
        people = int(found[4])
        exact = multiple * head * keys / people if people else Fraction(0)
        self.averaged = Fraction(found[5])
        assert self.averaged == half_up(exact, 7), line

    def own_key(self, found: re.Match[str], _: str) -> None:
        self.owned = Fraction(found[1])

    def hand_in(self, found: re.Match[str], line: str) -> None:
        """The key that was handed in; none where the department shares by adjusted ones."""
        assert self.by == "secondary", line
        value = Fraction(found["share"] or found["amount"] or 0)
        self.handed.append(None if found["nothing"] else value)

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
        before, self.taken, _ = limit_taken(found, line)
        assert before == sum(self.last) - self.withheld, line

    def at_institution(self, found: re.Match[str], line: str) -> None:
        """A pool times the coefficient of its institution, half-up to the fen."""
        going = floor(self.going * Fraction(found[1]) + Fraction(1, 2))
        assert going == fen(found[2]), line
        self.got[self.at] = going
        self.factors.begin(Fraction(found[1]), line)

    def charge(self, found: re.Match[str], line: str) -> None:
        """What adjustments take of a pool before it goes down."""
        left = self.got[self.at] - fen(found[1])
        assert left == fen(found[2]) >= 0, line
        self.got[self.at] = left

    def component(self, found: re.Match[str], _: str) -> None:
        self.exact: list[Fraction] = []
        self.parts_fen: list[int] = []
        self.withheld_before = Fraction(0)
        self.unreleased: int | None = None

    def part(self, found: re.Match[str], line: str) -> None:
        """The product of the figures; its part of the rounded sum is within a fen of it."""
        figures = [FIGURE.match(text) for text in found[2].split(" × ")]
        exact = prod((ratio(one[1]) for one in figures if one), start=Fraction(100))
        assert all(figures), line
        assert abs(exact - fen(found[3])) < 1, line
        self.exact.append(exact)
        self.parts_fen.append(fen(found[3]))
        self.withheld_before += ratio(found[2].split(" × ")[0]) * 100

    def rest(self, found: re.Match[str], _: str) -> None:
        self.unreleased = fen(found[1]) + fen(found[2])

    def component_gets(self, found: re.Match[str], line: str) -> None:
        """The exact sum of the parts, half-up to the fen, once."""
        total, amount = sum(self.exact, Fraction(0)), fen(found[1])
        half = floor(abs(total) + Fraction(1, 2)) * (1 if total >= 0 else -1)
        assert half == amount == sum(self.parts_fen), line
        assert self.unreleased in (None, self.withheld_before - amount), line
        self.amounts += amount

    def head(self, found: re.Match[str], line: str) -> None:
        self.factors.begin(Fraction(found[2]), line)
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
        self.told = told
        if told.to == "人员":
            self.keys.append(told.key)
            self.ways.append(told)
            self.last.append(told.amount)
            assert self.by != "headcount" or told.key in (self.one_head, 1), line

    def withhold(self, found: re.Match[str], line: str) -> None:
        self.factors.begin(Fraction(found[1]), line)
        self.paid_part, self.withheld = Fraction(found[1]), fen(found[2])

    def gets(self, found: re.Match[str], line: str) -> None:
        self.source.check(self.pool_fen, line)
        assert self.sums[self.of_pool] + self.apart == self.equivalents, line
        # Departments pay a person apart, so the last steps may be several.
        assert fen(found[1]) + self.withheld + self.taken == sum(self.last), line
        if self.paid_part is not None:
            paid = half_up(sum(self.last) * self.paid_part)
            assert fen(found[1]) + self.taken == paid, line
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
            led = self.led[self.of_pool] + self.apart
            if self.apart:
                # Other postings bear a part of a cut: what is left of both is told.
                cuts = (one for one in self.money.lines if one.kind == "封顶扣减 cut")
                mine = sum((one.equivalents for one in cuts), Fraction(0))
                led, cut = led + cut - mine, mine
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
        by = self.by
        if by == "secondary":
            # One word for each department, and the key of its step is what was handed in.
            told = zip(self.handed, self.ways, strict=True)
            assert all(one in (None, way.key) or way.equal for one, way in told), line
            by = "adjusted" if self.handed == [None] else by
        if by not in ("adjusted", "equivalents") or len(self.keys) != 1:
            return
        key = self.equivalents
        if self.segments and by == "adjusted":
            key = sum((adjusted for _, adjusted in self.segments), Fraction(0))
        key += self.brought + self.added
        if self.owned is not None:
            assert self.owned == key, line
        if self.averaged is not None:
            assert key == 0, line
            key = self.averaged
        way = self.ways[0]
        # Where nobody has a key and all get the same, each key is 1; either is said.
        assert self.key == (1 if way.equal else max(key, Fraction(0))), line
        assert way.negative == (key if key < 0 and not way.equal else None), line
        assert not way.equal or key <= 0, line

    def add_here(self, found: re.Match[str], line: str) -> None:
        assert sum(map(fen, found[1].split(" + "))) == fen(found[2]) == self.amounts, line
        self.here, self.amounts = self.here + self.amounts, 0

    def add_up(self, found: re.Match[str], line: str) -> None:
        assert sum(map(fen, found[1].split(" + "))) == fen(found[2]) == self.here, line
        self.total = self.here
