"""Re-adds the printed explanation of a pool from its text alone, as a clerk would.

From the source to the pool, from each parent to its children, from the last steps to what each
person is paid, and back to the pool: amount = paid + retained + carried. Nothing may be left over,
and no line may be one that nobody adds up.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction

from tests.statement_source import PoolSource
from tests.statement_steps import (
    LIMITED,
    NUMBER,
    WITHHELD,
    Factors,
    Told,
    fen,
    half_up,
    limit_taken,
    read_extra,
    read_step,
    unfolded,
)

__all__ = ["PoolText", "re_add_pool"]

HEAD = re.compile(r"^溯源 explain  绩效池 pool (.+)  (\S+)  口径 series (\S+)$")
AMOUNT = re.compile(rf"^    金额 amount = {NUMBER}$")
SHARED = re.compile(
    rf"^    机构系数 coefficient of the institution × {NUMBER}:"
    rf" 下分 shared {NUMBER}, 留存 retained {NUMBER}, 结转 carried {NUMBER}$"
)
ADJUSTMENT = re.compile(rf"^    补发扣回 adjustment (.+) \((\S+)\): {NUMBER}  \[.+\]$")
CHARGED = re.compile(
    rf"^    补发扣回 adjustments charged {NUMBER}: 其余下分 left to share {NUMBER}$"
)
WHO = re.compile(r"^    参与的任职 postings that share: .+$")
HANDED = re.compile(
    r"^    二次分配 secondary (\S+): (?:报送比例 shares|(?P<amounts>报送金额 amounts)"
    r"|未报送, 按调整当量 nothing handed in: by adjusted equivalents)$"
)
LEVEL = re.compile(r"^层级 level: (\S+) \S+, \S+ (\w+)$")
FAMILY = re.compile(
    rf"^    小计 sum (.+) \((\d+) 份\): 分出 given {NUMBER} \+ 未分 left {NUMBER} = {NUMBER}$"
)
STAYS = re.compile(
    rf"^    未分出的 not shared at this level: 留存 retained {NUMBER}, 结转 carried {NUMBER}$"
)
AFTER = re.compile(r"^分得之后 after the last step$")
PAYEE = re.compile(r"^    人员 (.+) \((\S+)\): 分得 got (.+)$")
PAID = re.compile(rf"^    实发 paid {NUMBER}$")
TOTAL = re.compile(
    rf"^合计 total = 已付 paid {NUMBER} \((\d+) 人\) \+ 留存 retained {NUMBER}"
    rf" \+ 结转 carried {NUMBER} = {NUMBER}$"
)


@dataclass
class PoolText:
    """What the text of a pool says, in fen; ``people`` by institution and person."""

    pool: str = ""
    institution_id: str = ""
    series: str = ""
    amount: int = -1
    paid: int = -1
    retained: int = -1
    carried: int = -1
    people: dict[tuple[str, str], int] = field(default_factory=dict)
    steps: list[Told] = field(default_factory=list)


def re_add_pool(text: str) -> PoolText:
    """Add up the explanation of a pool, line by line; return what it says."""
    reader = _Reader()
    for line in filter(None, unfolded(text)):
        assert reader.read(line), f"nobody adds up {line}"
    reader.factors.end()
    assert reader.told.paid >= 0, "the text has no total"
    return reader.told


class _Reader:
    """What is added up so far."""

    def __init__(self) -> None:
        self.told = PoolText()
        self.factors = Factors()
        self.source = PoolSource(self.factors)
        self.stays = {"retained": 0, "carried": 0}
        self.above: dict[str, int] = {}
        self.below: dict[str, int] = {}
        self.family: list[Told] = []
        self.left = 0
        self.by = ""
        self.keys_above: dict[str, Fraction] = {}
        self.keys_below: dict[str, Fraction] = {}
        self.netted: set[str] = set()
        self.payee: tuple[str, str] | None = None
        self.adjusted: dict[tuple[str, str], int] = {}
        self.checks = (
            (HEAD, self.head), (AMOUNT, self.amount), (WHO, self.who), (HANDED, self.hand_in),
            (SHARED, self.shared), (ADJUSTMENT, self.adjust), (CHARGED, self.charge),
            (LEVEL, self.level),
            (FAMILY, self.of_family), (STAYS, self.stay), (AFTER, self.after),
            (PAYEE, self.of_payee), (WITHHELD, self.withhold), (LIMITED, self.limit),
            (PAID, self.pay), (TOTAL, self.total),
        )  # fmt: skip

    def read(self, line: str) -> bool:
        """Take a line; false where it is none of a pool's."""
        if self.family and read_extra(line, self.family[-1], self.factors):
            return True
        if self.source.read(line) or self.factors.read(line):
            return True
        self.factors.end()
        for pattern, check in self.checks:
            if found := pattern.match(line):
                check(found, line)
                return True
        step = read_step(line)
        if step is not None:
            self.family.append(step)
        return step is not None

    def head(self, found: re.Match[str], _: str) -> None:
        self.told.pool, self.told.institution_id, self.told.series = found.groups()

    def amount(self, found: re.Match[str], line: str) -> None:
        self.told.amount = fen(found[1])
        self.source.check(self.told.amount, line)
        self.below = {self.told.institution_id: self.told.amount}

    def who(self, _: re.Match[str], line: str) -> None:
        assert self.told.amount < 0, line

    def hand_in(self, found: re.Match[str], line: str) -> None:
        """What a department handed in: amounts are what its people get."""
        assert self.by == "secondary", line
        assert {step.parent for step in self.family} == {found[1]}, line
        if found["amounts"]:
            assert all(step.key * 100 == step.amount for step in self.family), line

    def shared(self, found: re.Match[str], line: str) -> None:
        going, retained, carried = map(fen, found.groups()[1:])
        assert half_up(self.told.amount * Fraction(found[1])) == going, line
        assert going + retained + carried == self.told.amount, line
        self.add("retained", retained)
        self.add("carried", carried)
        self.below = {self.told.institution_id: going}
        self.factors.begin(Fraction(found[1]), line)

    def adjust(self, found: re.Match[str], line: str) -> None:
        payee = found[2], found[1]
        assert payee not in self.adjusted, line
        self.adjusted[payee] = fen(found[3])

    def charge(self, found: re.Match[str], line: str) -> None:
        taken = sum(self.adjusted.values())
        ((place, going),) = self.below.items()
        assert taken == fen(found[1]), line
        assert going - taken == fen(found[2]) >= 0, line
        self.below = {place: going - taken}

    def add(self, what: str, amount: int) -> None:
        assert amount >= 0
        self.stays[what] += amount

    def level(self, found: re.Match[str], line: str) -> None:
        self.close()
        self.to, self.above, self.below = found[1], self.below, {}
        # A unit's key is the sum of those below it, where both are shared by the same.
        adds_up = found[2] == self.by != "fixed"
        self.keys_above, self.keys_below = self.keys_below if adds_up else {}, {}
        self.by = found[2]
        assert self.above, line

    def close(self) -> None:
        """Every parent of the last level had its line, and what was left is told."""
        assert not self.above, f"no sum of {self.above}"
        assert not self.family
        assert not self.left, "what stays is not told"

    def of_family(self, found: re.Match[str], line: str) -> None:
        parent, count, *sums = found.groups()
        given, left, had = map(fen, sums)
        assert int(count) == len(self.family), line
        assert self.above.pop(parent) == had == given + left, line
        assert sum(step.amount for step in self.family) == given, line
        assert left >= 0, line
        for step in self.family:
            assert (step.parent, step.to) == (parent, self.to), line
            assert step.parent_fen in (None, had), line
            if self.to != "人员":
                assert step.child not in self.below, line
                self.below[step.child] = step.amount
                own = step.key if step.base is None else step.base
                self.keys_below[step.child] = Fraction(0) if step.equal else own
        keys = sum((Fraction(0) if one.equal else one.key) for one in self.family)
        if (above := self.keys_above.get(parent, keys)) != keys:
            # Who is below 0 in one department has less above, and nothing less in another one.
            assert above < keys, line
            self.netted.add(parent.partition("/")[0])
        _check_family(self.family)
        self.told.steps += self.family
        self.family, self.left = [], self.left + left

    def stay(self, found: re.Match[str], line: str) -> None:
        retained, carried = map(fen, found.groups())
        assert retained + carried == self.left > 0, line
        self.add("retained", retained)
        self.add("carried", carried)
        self.left = 0

    def parts(self) -> dict[tuple[str, str], list[int]]:
        """The last steps by institution and person."""
        found: dict[tuple[str, str], list[int]] = {}
        for step in self.told.steps:
            if step.to == "人员":
                place = step.parent.partition("/")[0]
                found.setdefault((place, step.child), []).append(step.amount)
        return found

    def after(self, _: re.Match[str], line: str) -> None:
        self.close()
        assert not self.told.people, line

    def of_payee(self, found: re.Match[str], line: str) -> None:
        assert self.payee is None, line
        self.payee = found[2], found[1]
        parts = [fen(part) for part in found[3].split(" + ")]
        assert Counter(parts) == Counter(self.parts()[self.payee]), line
        self.due = sum(parts)

    def withhold(self, found: re.Match[str], line: str) -> None:
        paid = half_up(self.due * Fraction(found[1]))
        assert self.due - paid == fen(found[2]), line
        self.add("carried" if found[3] else "retained", fen(found[2]))
        self.due -= fen(found[2])
        self.factors.begin(Fraction(found[1]), line)

    def limit(self, found: re.Match[str], line: str) -> None:
        before, taken, stays = limit_taken(found, line)
        assert before == self.due, line
        self.add(stays, taken)
        self.due -= taken

    def pay(self, found: re.Match[str], line: str) -> None:
        assert self.payee is not None, line
        assert self.payee not in self.told.people, line
        assert fen(found[1]) == self.due, line
        self.told.people[self.payee], self.payee = self.due, None

    def total(self, found: re.Match[str], line: str) -> None:
        self.close()
        below_0 = {one.parent.partition("/")[0] for one in self.told.steps if one.negative}
        assert self.netted <= below_0, "a unit's key is not those below it, and nobody is below 0"
        for payee, parts in self.parts().items():
            if payee not in self.told.people:
                assert len(parts) == 1, line
                self.told.people[payee] = parts[0]
        paid, people, *others = found.groups()
        retained, carried, amount = map(fen, others)
        assert int(people) == len(self.told.people), line
        for payee, amount_fen in self.adjusted.items():
            self.told.people[payee] = self.told.people.get(payee, 0) + amount_fen
        assert fen(paid) == sum(self.told.people.values()), line
        assert self.stays == {"retained": retained, "carried": carried}, line
        assert fen(paid) + retained + carried == amount == self.told.amount, line
        self.told.paid, self.told.retained, self.told.carried = fen(paid), retained, carried


def _check_family(steps: list[Told]) -> None:
    """All children of one parent: counts, one rate, nobody held who should not be."""
    assert {step.children for step in steps} <= {None, len(steps)}
    held = [step for step in steps if step.side in ("at cap", "at floor") and not step.kept]
    rates = {step.rate for step in steps if step.rate is not None and step.key}
    assert len(rates) <= 1
    for rate in rates:
        assert all(step.held in (0, len(held)) for step in steps if step.key)
        for step in held:
            per_key = rate * step.key
            assert per_key >= step.bound if step.side == "at cap" else per_key <= step.bound
