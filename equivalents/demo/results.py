"""The made-up results of the assessment 考核结果: of institutions, departments, teams and people.

Ratios stand as numerator and denominator, as an office reports them; what is judged by a visit has
points. One subject of each level has nothing to be measured at an indicator: a denominator of 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from equivalents.demo.draw import Draw
from equivalents.demo.people import Posting
from equivalents.demo.places import INSTITUTIONS, Department

__all__ = ["Measured", "RESULTS", "results"]

RESULTS: Final = (
    "level", "subject_id", "indicator", "numerator", "denominator", "score", "period", "reference",
)  # fmt: skip
_PAPER: Final = "示例县卫健考〔2025〕1 号（编造）"
_LEAST, _MORE = 40, 160  # how many are asked or looked at


@dataclass(frozen=True)
class Measured:
    """What is measured of a level: indicators with the percents they lie between.

    `points` are those that are given as points, `periods` the names of the periods. `without` names
    a subject, and the ratios at which it has nothing to be measured; blank: the second subject has
    nothing at the last ratio. `of` picks departments of one kind for a level of departments, or
    with `team` the teams of contracts; blank: all departments.
    """

    level: str
    ratios: tuple[tuple[str, int, int], ...] = ()
    points: tuple[tuple[str, int, int], ...] = ()
    periods: tuple[str, ...] = ("2025",)
    without: tuple[str, tuple[str, ...]] = ("", ())
    of: str = ""


def results(
    measured: Sequence[Measured],
    roster: list[Posting],
    rooms: list[Department],
    teams: Sequence[str],
    draw: Draw,
) -> Iterator[tuple[str, ...]]:
    """The rows of the table, level by level, subject by subject; `teams` are their codes."""
    for one in measured:
        subjects = [place.code for place in INSTITUTIONS]
        if one.level == "person":
            subjects = sorted({row.person_id for row in roster})
        elif one.of == "team":
            subjects = [*teams]
        elif one.level != "institution":
            subjects = [room.code for room in rooms if one.of in ("", room.kind)]
        for number, subject in enumerate(subjects):
            for period in one.periods:
                for name, *values in _of_subject(one, number, subject, draw):
                    yield (one.level, subject, name, *values, period, _PAPER)


def _of_subject(
    one: Measured, number: int, subject: str, draw: Draw
) -> Iterator[tuple[str, str, str, str]]:
    for at, (name, low, high) in enumerate(one.ratios):
        asked = _LEAST + draw.one(_MORE)
        met = asked * (low + draw.one(high - low + 1)) // 100
        none = number == 1 and at == len(one.ratios) - 1
        if one.without[0]:
            none = subject == one.without[0] and name in one.without[1]
        yield (name, "0", "0", "") if none else (name, str(met), str(asked), "")
    for name, low, high in one.points:
        yield name, "", "", f"{low + draw.one(high - low)}.{draw.one(2) * 5}"
