"""Stays 床日: home beds 家庭病床 with their set-up, ward rounds and end, and hospital stays 住院.

Some home beds began before the year or end after it, some residents go to hospital in between,
and a few beds are written down twice by two doctors. What is not a day is counted elsewhere.
"""

from typing import Final

import numpy as np

from equivalents.demo.draw import Draw, Int64, Urn
from equivalents.demo.items import ITEMS, NUMBER_OF, ROLES
from equivalents.demo.residents import USUAL_RECORDS, WHO, Residents
from equivalents.demo.seasons import DAYS, FIRST_DAY
from equivalents.demo.services import NO_DAY, Services, Year, open_days

__all__ = ["EARLIEST", "stays"]

EARLIEST: Final = -45
"""The first day of the earliest home bed, before the year."""

_HOME_BEDS: Final = 1_250  # in a county of the usual size
_HOSPITAL_STAYS: Final = 6_000
_SPLIT: Final = 6  # a ward round about every so many days
_TWICE, _TO_HOSPITAL, _MISTAKEN = 2, 5, 1  # per cent of the home beds, each at least three


def stays(year: Year, records: int, draw: Draw) -> Services:
    """All stays of the year, and what belongs to the home beds, for a county of this size."""
    residents = year.residents
    frail = np.flatnonzero(np.array(WHO["frail"])[residents.group] > 0)
    count = min(_HOME_BEDS * records // USUAL_RECORDS + 12, len(frail))
    resident = frail[draw.shuffled(len(frail))[:count]]
    start = EARLIEST + draw.below(DAYS - EARLIEST - 1, count)
    length = 18 + draw.below(60, count)
    doctor = _find(year, draw, "gp", start, length, residents.area[resident] + 1)
    parts = [
        _days(year, draw, "JB04", doctor, resident, start, length),
        *_around(year, draw, doctor, resident, start, start + length),
    ]
    few = {what: max(3, count * what // 100) for what in (_TWICE, _TO_HOSPITAL, _MISTAKEN)}
    twice = np.arange(few[_TWICE])
    again, days, home = start[twice] + 6, length[twice], residents.area[resident[twice]] + 1
    other = _find(year, draw, "gp", again, days, home)
    parts.append(_days(year, draw, "JB04", other, resident[twice], again, days))
    ill = np.flatnonzero(start > 0)[-few[_TO_HOSPITAL] - few[_MISTAKEN] :]
    admitted, days = start[ill] + 8, np.full(len(ill), 9, dtype=np.int64)
    ward = _find(year, draw, "hdoc", admitted, days)
    parts.append(_days(year, draw, "ZC01", ward, resident[ill], admitted, days))
    # Written down although the resident lay in hospital all the time.
    wrong = ill[-few[_MISTAKEN] :]
    parts.append(
        _days(year, draw, "JB04", doctor[wrong], resident[wrong], start[wrong] + 10, wrong * 0 + 3)
    )
    parts.append(_hospital(year, residents, records, draw))
    return Services.together([_of_the_year(part) for part in parts])


def _of_the_year(services: Services) -> Services:
    """Without what begins after the year, and stays that ended before it."""
    over = (services.end != NO_DAY) & (services.end <= 0)
    return services.taken(np.flatnonzero((services.day < DAYS) & ~over))


def _find(
    year: Year, draw: Draw, role: str, start: Int64, length: Int64, place: Int64 | None = None
) -> Int64:
    """Somebody of the role who is there for the whole stay, as far as it lies in the year."""
    last = np.minimum(start + length, DAYS) - 1
    roles = np.full(len(start), ROLES.index(role))
    return year.workers.find(draw, roles, start, place, last=np.maximum(last, start))


def _days(
    year: Year,
    draw: Draw,
    code: str,
    posting: Int64,
    resident: Int64,
    start: Int64,
    length: Int64,
) -> Services:
    """One record a stay; its quantity says the days, as the end does."""
    item = np.full(len(start), NUMBER_OF[code])
    services = year.filled(draw, item, start, posting, resident)
    return services.changed(end=start + length, quantity_e3=length * 1000)


def _around(
    year: Year, draw: Draw, doctor: Int64, resident: Int64, start: Int64, end: Int64
) -> list[Services]:
    """Set-up, ward rounds and end of each home bed, as far as they lie in the year."""
    rounds = (end - start) // _SPLIT
    at = np.repeat(np.arange(len(start)), rounds)
    ordinal = np.arange(len(at)) - (np.cumsum(rounds) - rounds)[at]
    day = start[at] + 1 + ordinal * _SPLIT + draw.below(3, len(at))
    weekday = (day + FIRST_DAY.weekday()) % 7
    day = np.minimum(day + np.where(weekday >= 5, 7 - weekday, 0), end[at] - 1)
    every = np.arange(len(start))
    parts = []
    for code, beds, days in (("JB01", every, start), ("JB02", at, day), ("JB03", every, end)):
        inside = np.flatnonzero((days >= 0) & (days < DAYS))
        of, when = beds[inside], days[inside]
        place = year.workers.place[doctor[of]]
        posting = year.workers.find(
            draw, np.full(len(of), ROLES.index("gp")), when, place, doctor[of]
        )
        item = np.full(len(of), NUMBER_OF[code])
        parts.append(year.filled(draw, item, when, posting, resident[of]))
    return parts


def _hospital(year: Year, residents: Residents, records: int, draw: Draw) -> Services:
    """Stays in the lead hospital over the year."""
    number = NUMBER_OF["ZC01"]
    adults = np.flatnonzero(np.array(WHO[ITEMS[number].who])[residents.group] > 0)
    count = _HOSPITAL_STAYS * records // USUAL_RECORDS + 20
    start = Urn([open_days(number).tolist()]).take(draw, np.zeros(count, dtype=np.int64))
    resident, length = adults[draw.below(len(adults), count)], 2 + draw.below(12, count)
    ward = _find(year, draw, "hdoc", start, length)
    return _days(year, draw, "ZC01", ward, resident, start, length)
