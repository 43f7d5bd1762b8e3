"""Re-adds a printed explanation from its text alone, as a clerk with a calculator would."""

import re
from fractions import Fraction
from math import floor, prod

__all__ = ["STEP", "re_add"]

NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
LINE = re.compile(
    rf"^    \d{{4}}-\d\d .*: (?:\d+ 条 records|床日 days), {NUMBER}(?: \S+)? × {NUMBER}"
    rf"(?: × (\d+)/(\d+))? = {NUMBER}  "
)
SERIES = re.compile(r"^  当量 equivalents, 口径 series (.*)$")
SUM = re.compile(rf"^    小计 sum = {NUMBER}$")
CUT = re.compile(rf"^    封顶扣减 cut .*: {NUMBER}$")
AFTER = re.compile(rf"^    封顶后 after the ceiling = {NUMBER}$")
POOL = re.compile(
    rf"^  绩效池 pool .*（.*，口径 (.*)） {NUMBER} 元;"
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
    rf"^    年度封顶 yearly limit .*, 上限 cap {NUMBER}, 合计 total {NUMBER}; {NUMBER},"
    rf" 扣下 taken {NUMBER}$"
)
STEP = re.compile(
    rf"^    (.+) → (\S+) (.+): {NUMBER} × {NUMBER} / {NUMBER} \((\d+) 份\) = {NUMBER}"
    r"(?:, 尾差 remainder (\d+) 分)?(, 封顶.*|, 保底.*)?$"
)
WITHHELD = re.compile(rf"^    考核系数 withhold × {NUMBER}: 扣留 withheld {NUMBER}$")
GETS = re.compile(rf"^    得 gets {NUMBER}$")
HERE = re.compile(rf"^  应得 amount here = (.*) = {NUMBER}$")
TOTAL = re.compile(rf"^合计 total = (.*) = {NUMBER} 元 yuan$")


def fen(text: str) -> int:
    """Return yuan as whole fen."""
    yuan = Fraction(text) * 100
    assert yuan.denominator == 1, text
    return int(yuan)


def re_add(text: str, *, bounded: bool, totals: int = 1) -> int:
    """Add up an explanation line by line; return its total in fen.

    ``bounded``: caps or floors are declared, so a step is not plainly parent x key / all keys.
    ``totals``: no item line is made of more totals, each split to a unit of the seventh place.
    """
    clerk = _Clerk(bounded, Fraction(totals, 10**7))
    for line in text.splitlines():
        for pattern, check in clerk.checks:
            if found := pattern.match(line):
                check(found, line)
                break
    assert clerk.total is not None, "the text has no total"
    return clerk.total


class _Clerk:
    """What is added up so far; one check for each kind of line."""

    def __init__(self, bounded: bool, near: Fraction) -> None:
        self.bounded, self.near = bounded, near
        self.series = ""
        self.sums: dict[str, Fraction] = {}
        self.items = Fraction(0)
        self.here = self.amounts = 0
        self.total: int | None = None
        self.checks = (
            (LINE, self.line), (SERIES, self.of_series), (SUM, self.sum), (CUT, self.cut),
            (AFTER, self.after), (POOL, self.pool), (SEGMENT, self.segment),
            (BROUGHT, self.bring), (LEAVE, self.on_leave), (CONTRACTS, self.contract),
            (STEP, self.step), (WITHHELD, self.withhold), (LIMITED, self.limit),
            (GETS, self.gets), (HERE, self.add_here), (TOTAL, self.add_up),
        )  # fmt: skip

    def line(self, found: re.Match[str], line: str) -> None:
        quantity, weight, share, whole, equivalents = found.groups()
        part = Fraction(int(share or 1), int(whole or 1))
        exact = Fraction(quantity) * Fraction(weight) * part
        assert abs(exact - Fraction(equivalents)) < self.near, line
        assert whole or exact == Fraction(equivalents), line
        self.items += Fraction(equivalents)

    def of_series(self, found: re.Match[str], _: str) -> None:
        self.series, self.items = found[1], Fraction(0)

    def sum(self, found: re.Match[str], line: str) -> None:
        assert self.items == Fraction(found[1]), line
        self.sums[self.series] = self.items

    def cut(self, found: re.Match[str], _: str) -> None:
        self.sums[self.series] += Fraction(found[1])

    def after(self, found: re.Match[str], line: str) -> None:
        assert self.sums[self.series] == Fraction(found[1]), line

    def pool(self, found: re.Match[str], line: str) -> None:
        series, _, equivalents, key, self.by = found.groups()
        assert self.sums[series] == Fraction(equivalents), line
        self.equivalents, self.key = Fraction(equivalents), Fraction(key)
        self.segments: list[tuple[Fraction, Fraction]] = []
        self.brought, self.added, self.withheld, self.taken = Fraction(0), Fraction(0), 0, 0
        self.contracts: list[Fraction] = []
        self.keys: list[Fraction] = []
        self.steps: list[int] = []
        self.last: list[int] = []
        self.paid_part: Fraction | None = None

    def segment(self, found: re.Match[str], line: str) -> None:
        exact = Fraction(found[1]) * Fraction(found[2])
        assert abs(exact - Fraction(found[3])) <= Fraction(1, 2 * 10**7), line
        self.segments.append((Fraction(found[1]), Fraction(found[3])))

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
        cap, total, before, self.taken = map(fen, found.groups())
        assert abs(Fraction(before * (total - cap), total) - self.taken) < 1, line

    def step(self, found: re.Match[str], line: str) -> None:
        _, to, _, parent, key, keys, _, amount, remainder, bound = found.groups()
        if not self.bounded and Fraction(keys) > 0:
            exact = fen(parent) * Fraction(key) / Fraction(keys)
            assert fen(amount) == floor(exact) + int(remainder or 0), line
        assert self.bounded or not bound, line
        if to == "人员":
            self.keys.append(Fraction(key))
            self.last.append(fen(amount))

    def withhold(self, found: re.Match[str], _: str) -> None:
        self.paid_part, self.withheld = Fraction(found[1]), fen(found[2])

    def gets(self, found: re.Match[str], line: str) -> None:
        # Departments pay a person apart, so the last steps may be several.
        assert fen(found[1]) + self.withheld + self.taken == sum(self.last), line
        if self.paid_part is not None:
            half_up = floor(sum(self.last) * self.paid_part + Fraction(1, 2))
            assert fen(found[1]) + self.taken == half_up, line
        assert sum(self.keys) == self.key, line
        self.check_key(line)
        self.amounts += fen(found[1])

    def check_key(self, line: str) -> None:
        """The key is that of the segments, and what was brought in; a negative one counts as 0."""
        if self.segments:
            assert sum(one for one, _ in self.segments) == self.equivalents, line
        if self.contracts:
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
