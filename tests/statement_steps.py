"""Re-adds single lines that explanations of people and of pools have in common, from their text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, prod

__all__ = [
    "EXTRA",
    "LIMITED",
    "NUMBER",
    "STEP",
    "WITHHELD",
    "Factors",
    "Told",
    "fen",
    "half_up",
    "limit_taken",
    "read_extra",
    "ratio",
    "read_step",
    "unfolded",
]

NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
STEP = re.compile(r"^    (?P<parent>.+) → (?P<to>\S+) (?P<child>.+?): (?P<how>.* = .*)$")
BY_KEY = re.compile(
    rf"^(?:\({NUMBER} - {NUMBER}\)|{NUMBER}) × {NUMBER} / (?:\({NUMBER} - {NUMBER}\)|{NUMBER})"
    rf" \((\d+) 份((?:, \S+ at (?:cap|floor) \d+)*)\) = {NUMBER}(.*)$"
)
WITH_KEY = re.compile(rf"^依据 key {NUMBER}; (.*)$")
BOUND = re.compile(
    rf"^(?:; )?(?:封顶|保底) (?P<side>at cap|at floor|floor) (?P<value>{NUMBER})"
    rf"(?: × (?P<pool>{NUMBER}) / (?P<heads>{NUMBER}) 人头 heads"
    rf"| × 0\.00 (?P<nobody>\(没有人头 no heads\)))?"
    rf"(?: × (?P<months>\d+)/12)? × (?P<head>{NUMBER})"
    rf"(?: - 年内已付 paid before (?P<before>{NUMBER}))? = (?P<fen>{NUMBER})(?P<rest>.*)$"
)
SCALED = re.compile(
    rf"^(?:; )?保底按比例 floors scaled {NUMBER} × {NUMBER} / {NUMBER} \((\d+) 份\) = {NUMBER}(.*)$"
)
ENDS = re.compile(
    rf"^(?:, 尾差 remainder (\d+) 分)?(?:, 封顶 capped {NUMBER})?(?:, 保底 floored {NUMBER})?"
    r"(?:  \[依据 .*\])?$"
)
LIMITED = re.compile(
    rf"^    年度封顶 yearly limit .*: {NUMBER} × (\d+)/12 × {NUMBER}"
    rf"(?: - 年内已付 paid before {NUMBER})? = 上限 cap {NUMBER}, .* 合计 total {NUMBER},"
    rf" 其中此池 of this pool {NUMBER}, 扣下 taken {NUMBER},"
    rf" (留存 retained|结转 carried)(?:  \[依据 .*\])?$"
)
WITHHELD = re.compile(
    rf"^    考核系数 withhold × {NUMBER}: 扣留 withheld {NUMBER}"
    r"(, 结转待兑现 carried, to be released)?$"
)
SPAN = re.compile(r"(?:自 from (\S+)|一直 always)(?: 至 until (\S+)（不含 exclusive）)?")
FACTOR = re.compile(
    rf"^      因素 factor(?: (\[\S+, \S+\)))? (.+): {NUMBER}  \[((?:自 from|一直) .*)\]$"
)
PRODUCT = re.compile(
    rf"^      连乘 product(?: (\[\S+, \S+\)))?: {NUMBER}, 四舍五入 rounded = {NUMBER}$"
)
OF_UNIT = re.compile(
    r"^      (?:机构系数 coefficient of the institution|科室系数 coefficient of the department):"
    rf" {NUMBER} × {NUMBER} = {NUMBER}$"
)
NEGATIVE = re.compile(
    rf"^      依据为负 negative key {NUMBER}, 按 0 计 counts as 0, 差额结转下期 deficit carried on$"
)
EQUAL = re.compile(r"^      无人依据为正, 各按 1 计 nobody has a positive key: each counts as 1$")
EXTRA = (OF_UNIT, NEGATIVE, EQUAL)
CONTINUED = " " * 10


def unfolded(text: str) -> Iterator[str]:
    """The lines of a text; what stands ten columns in goes on with the line above."""
    line: str | None = None
    for piece in text.splitlines():
        assert sum(1 + (ord(one) > 0x2E00) for one in piece) <= 100 or " " not in piece.strip()
        if line is not None and piece.startswith(CONTINUED):
            line += f" {piece.removeprefix(CONTINUED)}"
            continue
        if line is not None:
            yield line
        line = piece
    if line is not None:
        yield line


def half_up(value: Fraction, places: int = 0) -> Fraction:
    """A number that is not negative, rounded once, half-up."""
    return Fraction(floor(value * 10**places + Fraction(1, 2)), 10**places)


def ratio(text: str) -> Fraction:
    """A figure like ``2.5000``, ``61/28`` or ``1000.01/3``."""
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or 1)


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
    negative: Fraction | None = None
    """The key that counted as 0, where the text says so."""
    base: Fraction | None = None
    """The key before a coefficient of the institution, where the text tells it."""
    equal: bool = False
    """Whether the text says that nobody has a positive key and each counts as 1."""


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
    told.side, told.bound = found["side"], fen(found["fen"])
    exact = Fraction(found["value"]) * 100 * Fraction(found["head"])
    exact *= 0 if found["nobody"] else Fraction(int(found["months"] or 12), 12)
    if found["pool"]:
        exact *= Fraction(found["pool"]) / Fraction(found["heads"])
        told.parent_fen = fen(found["pool"])
    whole = floor(exact) if told.side == "at cap" else ceil(exact)
    assert told.bound == max(whole - fen(found["before"] or "0"), 0), line
    if told.side != "floor":
        told.kept = max(told.amount - told.bound, 0)
        told.amount = told.bound
    return found["rest"]


def read_extra(line: str, told: Told, factors: "Factors") -> bool:
    """What stands below a step on how its key came about; false where the line is none of it."""
    if found := OF_UNIT.match(line):
        value = Fraction(found[2])
        assert half_up(Fraction(found[1]) * value, 7) == Fraction(found[3]), line
        assert Fraction(found[3]) == told.key, line
        told.base = Fraction(found[1])
        factors.begin(value, line)
    elif found := NEGATIVE.match(line):
        told.negative = Fraction(found[1])
        assert told.negative < 0 == told.key, line
    elif EQUAL.match(line):
        told.equal = True
        assert told.key == 1, line
    else:
        return factors.read(line)
    return True


def limit_taken(found: re.Match[str], line: str) -> tuple[int, int, str]:
    """What a yearly limit took: the excess in proportion to the amount, within a fen.

    Returns the amount before, what is taken and what becomes of it.
    """
    exact = Fraction(found[1]) * 100 * Fraction(int(found[2]), 12) * Fraction(found[3])
    cap, total, before, taken = map(fen, found.groups()[4:8])
    assert cap == max(floor(exact) - fen(found[4] or "0"), 0), line
    assert abs(Fraction(before * (total - cap), total) - taken) < 1, line
    return before, taken, found[9].split()[1]


class Factors:
    """The factors of each coefficient, as they come below it, multiplied again."""

    def __init__(self) -> None:
        self.value: Fraction | None = None
        self.where = ""
        self.single: list[Fraction] = []
        self.products = 0

    def begin(self, value: Fraction, line: str) -> None:
        """A coefficient, whose factors come now; those of the one before are complete."""
        self.end()
        self.value, self.where = value, line

    def read(self, line: str) -> bool:
        """A factor or a product; false where the line is neither."""
        if found := FACTOR.match(line):
            assert self.value is not None, line
            self.single.append(Fraction(found[3]))
            span = SPAN.match(found[4])
            assert span, line
            if days := found[1]:
                since, until = days.strip("[)").split(", ")
                assert (span[1] or "") <= since < until <= (span[2] or "9"), line
        elif found := PRODUCT.match(line):
            assert prod(self.single, start=Fraction(1)) == Fraction(found[2]), line
            assert half_up(Fraction(found[2]), 4) == Fraction(found[3]) == self.value, line
            self.single, self.products = [], self.products + 1
        else:
            return False
        return True

    def end(self) -> None:
        """The factors of the last coefficient are all told, and it is their product."""
        if self.value is not None and not self.products:
            assert len(self.single) <= 1, self.where
            assert prod(self.single, start=Fraction(1)) == self.value, self.where
        else:
            assert not self.single, self.where
        self.value, self.single, self.products = None, [], 0
