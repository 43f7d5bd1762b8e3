"""What is planned resident by resident 按人管理: follow-ups each quarter, one check-up a year, ...

Each plan says whom it takes in, how often in the year, and how the times are spread. A few people
come once too often, as in any county: those records are kept out by the counting basis.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np

from equivalents.demo.draw import Draw, Int64, Urn
from equivalents.demo.items import ITEMS, NUMBER_OF, ROLES
from equivalents.demo.residents import WHO, Residents
from equivalents.demo.seasons import DAYS, FIRST_DAY, MONTH_STARTS
from equivalents.demo.services import SETTINGS, Services, Year, open_days

__all__ = ["PLANS", "Plan", "RENEWED", "SIGNED", "common_lots", "planned"]


@dataclass(frozen=True)
class Plan:
    """One planned item.

    `lots`: residents of the item's audience whose lot (0 to 999) is in this half-open range;
    `common`: the lot is one that several plans share (signed residents). `times`: visits in the
    year with their chances. `windows`: the visits go to different ones of so many equal parts of
    the year (2 halves, 4 quarters, 12 months). `gap`: instead, each follows the one before after
    so many days.
    """

    code: str
    lots: tuple[int, int]
    times: dict[int, int] = field(default_factory=lambda: {1: 1})
    windows: int = 1
    gap: int = 0
    common: bool = False


SIGNED: Final = (0, 50)
"""The common lots of residents who sign for the first time."""
RENEWED: Final = (50, 290)
"""Those of residents who sign again."""

_QUARTERLY: Final = {2: 4, 3: 12, 4: 74, 5: 8, 6: 2}
PLANS: Final = (
    Plan("GW0101", (960, 990), {1: 98, 2: 2}, common=True),
    Plan("GW0302", (0, 740), {1: 99, 2: 1}),
    Plan("GW0401", (0, 140), {1: 18, 2: 80, 3: 2}, gap=21),
    Plan("GW0502", (0, 900), {1: 25, 2: 72, 3: 3}, gap=35),
    Plan("GW0601", (0, 780), {1: 98, 2: 2}),
    Plan("GW0602", (0, 420), {1: 98, 2: 2}),
    Plan("GW0701", (0, 940), _QUARTERLY, windows=4),
    Plan("GW0702", (0, 930), _QUARTERLY, windows=4),
    Plan("GW0801", (0, 970), {3: 5, 4: 55, 5: 20, 6: 20}, windows=4),
    Plan("GW0802", (0, 700)),
    Plan("GW0901", (0, 950), {5: 20, 6: 60, 7: 20}, windows=12),
    Plan("GW1001", (0, 420), {1: 99, 2: 1}),
    Plan("GW1002", (0, 300), {1: 40, 2: 58, 3: 2}, windows=2),
    Plan("GW1401", (0, 37)),
    Plan("QY01", SIGNED, common=True),
    Plan("QY02", RENEWED, {1: 99, 2: 1}, common=True),
    Plan("QY04", (30, 170), common=True),
    Plan("QY08", (0, 45), {1: 30, 2: 70}, windows=2, common=True),
)

# Follow-ups that end in another record of the same resident on the same day, per thousand.
_FOLLOWUPS: Final = ("GW0701", "GW0702")
_WITH_CLINIC: Final = 300  # 诊间随访: seen by the doctor in the clinic
_WITH_CALL: Final = 12  # somebody also telephoned


def common_lots(residents: Residents, seed: int, stream: int) -> Int64:
    """The lot of each resident that several plans share."""
    return Draw(seed, stream).below(1000, residents.total)


def planned(year: Year, seed: int, stream: int) -> Services:
    """All planned records of the year; stream numbers from `stream` on are used."""
    common = common_lots(year.residents, seed, stream)
    parts = []
    for number, plan in enumerate(PLANS, start=1):
        draw = Draw(seed, stream + number)
        services = _follow(year, plan, draw, common)
        parts.append(services)
        if plan.code in _FOLLOWUPS:
            parts += _beside(year, services, draw)
    return Services.together(parts)


def _follow(year: Year, plan: Plan, draw: Draw, common: Int64) -> Services:
    """The records of one plan."""
    residents, item = year.residents, NUMBER_OF[plan.code]
    lot = common if plan.common else draw.below(1000, residents.total)
    inside = (lot >= plan.lots[0]) & (lot < plan.lots[1])
    asked = np.array(WHO[ITEMS[item].who])[residents.group] > 0
    chosen = np.flatnonzero(inside & asked)
    counts = np.array(list(plan.times), dtype=np.int64)
    times = counts[_one(draw, list(plan.times.values()), len(chosen))]
    at = np.repeat(np.arange(len(chosen)), times)
    visit = np.arange(len(at)) - (np.cumsum(times) - times)[at]
    day = _days(draw, plan, open_days(item), at, visit, len(chosen))
    mix = ITEMS[item].roles()
    roles = np.array([ROLES.index(role) for role in mix])
    role = roles[_one(draw, list(mix.values()), len(chosen))]
    place = residents.area[chosen] + 1
    first = np.zeros(len(chosen), dtype=np.int64)
    first[at[visit == 0]] = day[visit == 0]
    usual = year.workers.find(draw, role, first, place)
    kept = day < DAYS
    at, day = at[kept], day[kept]
    posting = year.workers.find(draw, role[at], day, place[at], usual[at])
    return year.filled(draw, np.full(len(at), item), day, posting, chosen[at])


def _one(draw: Draw, chances: list[int], count: int) -> Int64:
    return Urn([chances]).take(draw, np.zeros(count, dtype=np.int64))


def _days(draw: Draw, plan: Plan, weights: Int64, at: Int64, visit: Int64, people: int) -> Int64:
    """The day of each visit; DAYS where a visit would fall into the next year."""
    edges = MONTH_STARTS[:: 12 // plan.windows]
    inside = np.zeros((plan.windows, DAYS), dtype=np.int64)
    for window, (first, end) in enumerate(pairwise(edges)):
        inside[window, first:end] = weights[first:end]
    offset = draw.below(plan.windows, people)
    ordinal = visit * 0 if plan.gap else visit
    day = Urn(inside.tolist()).take(draw, (offset[at] + ordinal) % plan.windows) % DAYS
    if plan.gap:
        day = day[_first(visit)] + visit * plan.gap
        weekday = (day + FIRST_DAY.weekday()) % 7
        day = np.minimum(day + np.where(weekday >= 5, 7 - weekday, 0), DAYS)
    return day


def _first(visit: Int64) -> Int64:
    """The position of the first visit of the resident of each visit."""
    return np.arange(len(visit)) - visit


def _beside(year: Year, services: Services, draw: Draw) -> list[Services]:
    """Clinic visits and telephone calls on the day of some follow-ups."""
    lot = draw.below(1000, len(services))
    doctor = np.isin(year.workers.role[services.posting], [ROLES.index("gp"), ROLES.index("vdoc")])
    away = services.setting == SETTINGS.index("home")
    clinic = services.taken(np.flatnonzero((lot < _WITH_CLINIC) & doctor & ~away))
    calls = services.taken(np.flatnonzero(lot >= 1000 - _WITH_CALL))
    return [
        clinic.changed(item=np.full(len(clinic), NUMBER_OF["MZ01"]), source=clinic.source * 0),
        calls.changed(item=np.full(len(calls), NUMBER_OF["CZ03"]), setting=np.full(len(calls), -1)),
    ]
