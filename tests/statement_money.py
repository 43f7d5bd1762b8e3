"""Re-adds the money on the lines of a printed explanation (5.13), from its text alone."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

__all__ = ["MONEY", "ON_THE_POOL", "MoneyLine", "PoolMoney", "apportioned"]

_NUMBER = r"(-?[0-9]+(?:\.[0-9]+)?)"
MONEY = re.compile(
    r"^    金额 money (?P<kind>项目 item|封顶扣减 cut|请假 leave|期初 brought in)(?P<head>.*?)"
    r"(?:, 分摊 share (?P<share>\d+/\d+))?: "
    rf"(?P<equivalents>{_NUMBER})(?: × (?P<coefficient>{_NUMBER}))? → (?P<money>{_NUMBER})"
    r"(?:  \[(?P<row>.*)\])?$"
)
ON_THE_POOL = re.compile(rf"^    不分到各行 on the pool's line: {_NUMBER}$")

ItemName = tuple[str, str, str]
"""What names an item line: month, code and name; its share; its weight row."""


@dataclass
class MoneyLine:
    """A line of the key: what it is, its equivalents and coefficient, and its money in fen."""

    kind: str
    item: ItemName
    equivalents: Fraction
    coefficient: Fraction
    fen: int

    @classmethod
    def read(cls, found: re.Match[str]) -> "MoneyLine":
        """A line as printed."""
        fen = Fraction(found["money"]) * 100
        assert fen.denominator == 1, found[0]
        return cls(
            found["kind"],
            (found["head"].strip(), found["share"] or "1/1", found["row"] or ""),
            Fraction(found["equivalents"]),
            Fraction(found["coefficient"] or 1),
            int(fen),
        )


def apportioned(fen: int, keys: Sequence[Fraction]) -> list[int]:
    """The amount on its lines by 5.10 over signed keys, floors towards minus infinity (5.13)."""
    total = sum(keys, Fraction(0))
    if total <= 0:
        return [0] * len(keys)
    exact = [fen * key / total for key in keys]
    floors = [floor(part) for part in exact]
    order = sorted(range(len(keys)), key=lambda at: (floors[at] - exact[at], -keys[at], at))
    for at in order[: fen - sum(floors)]:
        floors[at] += 1
    return floors


@dataclass
class PoolMoney:
    """The money lines of one pool, and what stands on the line of the pool."""

    lines: list[MoneyLine] = field(default_factory=list)
    on_the_pool: int = 0

    def check(self, fen: int, where: str) -> None:
        """Every line has its fen by its printed key, and all of them re-add to the amount."""
        keys = [line.equivalents * line.coefficient for line in self.lines]
        assert [line.fen for line in self.lines] == apportioned(fen, keys), where
        assert sum(line.fen for line in self.lines) + self.on_the_pool == fen, where
        assert not self.on_the_pool or sum(keys) <= 0, where

    def check_key(
        self,
        items: Mapping[ItemName, Fraction],
        cut: Fraction,
        after: tuple[Fraction, Fraction],
        segments: Mapping[Fraction, Fraction],
        led: Fraction,
        where: str,
    ) -> None:
        """The lines are all item lines, the cut, leave and what was brought in, no less, no more.

        But for what somebody did as a head: ``led`` (negative) is on no item line here.

        ``after`` are the sums of leave and of what was brought in; ``segments`` the equivalents by
        coefficient, where the text has any.
        """
        of_items: dict[ItemName, Fraction] = defaultdict(Fraction)
        of_kind: dict[str, Fraction] = defaultdict(Fraction)
        by_coefficient: dict[Fraction, Fraction] = defaultdict(Fraction)
        for line in self.lines:
            of_kind[line.kind] += line.equivalents
            if line.kind in ("项目 item", "封顶扣减 cut"):
                by_coefficient[line.coefficient] += line.equivalents
            else:
                assert line.coefficient == 1, where
            if line.kind == "项目 item":
                of_items[line.item] += line.equivalents
        if led:
            assert {*of_items} <= {*items}, where
            assert sum(of_items.values()) == sum(items.values()) + led, where
        else:
            assert of_items == items, where
        assert of_kind["封顶扣减 cut"] == cut, where
        assert (of_kind["请假 leave"], of_kind["期初 brought in"]) == after, where
        if segments:
            told = {value: one for value, one in by_coefficient.items() if one}
            assert told == {value: one for value, one in segments.items() if one}, where
