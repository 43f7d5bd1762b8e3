"""Item weights out of time, difficulty and risk; and out of rounds of experts' numbers.

The form of Shanghai Xuhui (paper ChinaXiv 202207.00086, section 1.2.4):

    Y = X * T * (1 + a * difficulty * risk / min),   weight = Y / Y0

X is the worth of a unit of time of the staff category that does the work (its target pay; only
the proportion counts, so that a manpower coefficient 人力系数 serves: there a doctor has 1, a
junior nurse 0.7), T the time of one unit of the item, a = 0.06, ``min`` the smallest difficulty *
risk of all items (about 0.21 in that study), and Y0 the Y of the standard item, a general visit of
5 minutes. Where several categories do an item, X * T is summed over them.

Everything here is an exact fraction; a weight is rounded once, half-up, to four places.
Sources: rule A11; section F of the domain page ("derive weights from time and cost studies").
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Final, NamedTuple

from equivalents.exact import half_up

__all__ = [
    "FACTOR",
    "Opinion",
    "Round",
    "Task",
    "Thresholds",
    "Verdict",
    "Worth",
    "concordance",
    "opinions_by_round",
    "quantile",
    "smallest_product",
    "time_weights",
    "verdicts",
    "weight_e4",
]

FACTOR: Final = Fraction(6, 100)
"""The factor a of difficulty and risk, out of the practice of several Shanghai centres (00086)."""


def weight_e4(ratio: Fraction) -> int:
    """A ratio to the standard item as a weight, half-up once to four places."""
    return half_up(ratio * 10**4)


@dataclass(frozen=True, slots=True)
class Task:
    """One item as studied: ``work`` is time x worth of time, summed over staff categories."""

    item_code: str
    work: Fraction
    difficulty: Fraction
    risk: Fraction

    @property
    def product(self) -> Fraction:
        """Difficulty x risk."""
        return self.difficulty * self.risk


class Worth(NamedTuple):
    """What an item is worth: Y in units of time, and Y / Y0, both exact."""

    y: Fraction
    ratio: Fraction


def smallest_product(tasks: Sequence[Task]) -> Fraction:
    """``min`` of the form: the smallest difficulty x risk of the items."""
    return min(task.product for task in tasks)


def time_weights(
    tasks: Sequence[Task], standard: str, smallest: Fraction, factor: Fraction = FACTOR
) -> dict[str, Worth]:
    """Every item's worth by the form of Xuhui, by item.

    Args:
        tasks: the items, the standard one among them with some work.
        standard: the item that is 1.
        smallest: ``min`` of the form, positive.
        factor: ``a`` of the form.
    """
    worth = {task.item_code: task.work * (1 + factor * task.product / smallest) for task in tasks}
    return {item: Worth(y, y / worth[standard]) for item, y in worth.items()}


class Opinion(NamedTuple):
    """What one expert gave an item in one round."""

    item_code: str
    round: int
    expert: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Round:
    """The numbers that one round gave an item: all exact; the variance is that of a sample."""

    item_code: str
    number: int
    experts: int
    median: Fraction
    lower: Fraction
    upper: Fraction
    mean: Fraction
    variance: Fraction

    @property
    def iqr(self) -> Fraction:
        """The distance of the quartiles."""
        return self.upper - self.lower

    @property
    def cv_squared(self) -> Fraction | None:
        """The squared coefficient of variation; ``None`` where the mean is 0."""
        return self.variance / self.mean**2 if self.mean else None


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When an item needs another round: above any of these. ``None``: not asked.

    ``iqr`` is relative to the median, ``shift`` the median's change relative to the round before.
    """

    cv: Fraction | None
    iqr: Fraction | None
    shift: Fraction | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """An item after its last round: its rounds, the shift of its median, why to ask again."""

    rounds: tuple[Round, ...]
    shift: Fraction | None
    again: tuple[str, ...]

    @property
    def last(self) -> Round:
        """The round that its weight is taken from."""
        return self.rounds[-1]


def quantile(values: Sequence[Fraction], part: Fraction) -> Fraction:
    """A quantile of ascending values: linear between the neighbours of (n - 1) x part."""
    at = part * (len(values) - 1)
    below = at.numerator // at.denominator
    above = min(below + 1, len(values) - 1)
    return values[below] + (at - below) * (values[above] - values[below])


def opinions_by_round(opinions: Sequence[Opinion]) -> dict[str, list[Round]]:
    """The statistics of every item's rounds, in their order, by item."""
    found: dict[str, list[Round]] = {}
    ordered = sorted(opinions)
    for (item, number), several in groupby(ordered, lambda one: (one.item_code, one.round)):
        values = sorted(one.value for one in several)
        found.setdefault(item, []).append(_round(item, number, values))
    return found


def _round(item: str, number: int, values: Sequence[Fraction]) -> Round:
    count = len(values)
    mean = sum(values, Fraction(0)) / count
    squares = sum(((value - mean) ** 2 for value in values), Fraction(0))
    variance = squares / (count - 1) if count > 1 else Fraction(0)
    lower, median, upper = (quantile(values, Fraction(part, 4)) for part in (1, 2, 3))
    return Round(item, number, count, median, lower, upper, mean, variance)


def verdicts(opinions: Sequence[Opinion], thresholds: Thresholds) -> dict[str, Verdict]:
    """Every item after its last round, by item: compared exactly, at a threshold is enough."""
    found = {}
    for item, rounds in opinions_by_round(opinions).items():
        last, shift = rounds[-1], None
        if len(rounds) > 1 and rounds[-2].median:
            shift = abs(last.median - rounds[-2].median) / rounds[-2].median
        found[item] = Verdict(tuple(rounds), shift, _again(last, shift, thresholds))
    return found


def _again(last: Round, shift: Fraction | None, asked: Thresholds) -> tuple[str, ...]:
    spread = last.cv_squared
    above = {
        "cv": asked.cv is not None and spread is not None and spread > asked.cv**2,
        "iqr": asked.iqr is not None and last.iqr > asked.iqr * last.median,
        "shift": asked.shift is not None and shift is not None and shift > asked.shift,
    }
    return tuple(name for name, so in above.items() if so)


def concordance(opinions: Sequence[Opinion]) -> Fraction | None:
    """Kendall's W of one round, ties corrected: from 0, no agreement, to 1, the same order.

    Over the items and experts of the round without the experts who left an item out; ``None``
    for fewer than two of either, or where everybody gave every item the same.
    """
    items = sorted({one.item_code for one in opinions})
    by_expert: dict[str, dict[str, Fraction]] = {}
    for one in opinions:
        by_expert.setdefault(one.expert, {})[one.item_code] = one.value
    full = [given for given in by_expert.values() if len(given) == len(items)]
    experts, count = len(full), len(items)
    if experts < 2 or count < 2:
        return None
    sums = dict.fromkeys(items, Fraction(0))
    ties = 0
    for given in full:
        ranks, tied = _ranks(given)
        ties += tied
        for item, rank in ranks.items():
            sums[item] += rank
    mean = Fraction(experts * (count + 1), 2)
    apart = sum(((total - mean) ** 2 for total in sums.values()), Fraction(0))
    most = experts**2 * (count**3 - count) - experts * ties
    return 12 * apart / most if most else None


def _ranks(given: Mapping[str, Fraction]) -> tuple[dict[str, Fraction], int]:
    """Ranks of the items by value, the mean rank for ties; and the sum of t^3 - t over ties."""
    ranks: dict[str, Fraction] = {}
    ties, before = 0, 0
    for _, several in groupby(sorted(given, key=lambda item: given[item]), lambda i: given[i]):
        tied = [*several]
        for item in tied:
            ranks[item] = before + Fraction(len(tied) + 1, 2)
        before += len(tied)
        ties += len(tied) ** 3 - len(tied)
    return ranks, ties
