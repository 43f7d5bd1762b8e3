"""The made-up contracts 签约 of the county, its registers 登记人数 and charges 收费.

Who signs is who the plans of signing take in: a contract begins on the day of its first signing,
or with the year where it is renewed. Some ran out in July and were not renewed.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from equivalents.demo.draw import Draw, Int64
from equivalents.demo.items import NUMBER_OF
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.plans import RENEWED, SIGNED
from equivalents.demo.residents import GROUPS, Residents
from equivalents.demo.seasons import MONTH_STARTS, day_text
from equivalents.demo.services import Services
from equivalents.demo.teams import Teams

__all__ = [
    "CHARGES", "CONTRACTS", "Heads", "REGISTERS", "Signed", "charges", "registers", "sign",
]  # fmt: skip

CONTRACTS: Final = (
    "contract_id", "resident_id", "household_id", "team_id", "active_from", "active_to", "groups",
    "permanent", "birth_date", "institution_id",
)  # fmt: skip
REGISTERS: Final = ("institution_id", "group", "heads", "date")
CHARGES: Final = ("resident_id", "institution_id", "code", "amount", "date")

_YEAR: Final = 365
_LAPSED: Final = 280  # contracts of lots from here on ran out in July
_LAPSE: Final = "2025-07-01"
_VISITORS: Final = 33  # one in so many signed residents does not live here permanently
_POOR: Final = 17  # one in so many without another group is of a poor household
_REFERRED: Final = 25  # one in so many was referred to a hospital in the year
_BORN: Final = {
    "child": (2019, 6),
    "elderly": (1932, 28),
    "pregnant": (1988, 14),
    "poor": (1958, 45),
}
_GROWN: Final = (1962, 40)
_WRONGLY_CHARGED: Final = 3
_Rows = list[tuple[str, ...]]


_MONTH_ENDS: Final = tuple(day_text(start - 1) for start in MONTH_STARTS[1:])
_END: Final = _MONTH_ENDS[-1]
_POOR_BORN: Final = ("1961", "1986")  # 40 to 64 in 2025


@dataclass(frozen=True)
class Heads:
    """The signed of an institution at the end of the year, and those of some groups.

    `poor` are those of 40 to 64 years, `effective` those that the county plans as effective
    有效签约; `months` are head-months of the year: a month counts by its last day.
    """

    every: int
    permanent: int
    disabled: int
    poor: int
    effective: int
    months: int


@dataclass(frozen=True)
class Signed:
    """The contracts' rows, and the heads of each institution by its number."""

    rows: _Rows
    heads: list[Heads]


def sign(residents: Residents, teams: Teams, planned: Services, lots: Int64, draw: Draw) -> Signed:
    """The contracts of everybody whose lot the plans of signing take in."""
    first_day = np.zeros(residents.total, dtype=np.int64)
    at = np.flatnonzero(planned.item == NUMBER_OF["QY01"])
    first_day[planned.resident[at]] = planned.day[at]
    signed = np.flatnonzero(lots < RENEWED[1])
    new = lots[signed] < SIGNED[1]
    lapsed = lots[signed] >= _LAPSED
    permanent = signed % _VISITORS != 0
    since = np.where(new, first_day[signed], 0).tolist()
    rows: _Rows = []
    for number, resident in enumerate(signed.tolist(), start=1):
        groups = GROUPS[residents.group[resident]] or ("" if resident % _POOR else "poor")
        start, end = day_text(since[number - 1]), day_text(since[number - 1] + _YEAR)
        if lapsed[number - 1]:
            start, end = "2024-07-01", _LAPSE
        rows.append((
            f"Q25{number:06d}", residents.ids[resident],
            residents.household_ids[residents.household[resident]],
            teams.codes[teams.of[resident]], start, end, groups,
            "1" if permanent[number - 1] else "0", _birth(groups, resident),
            INSTITUTIONS[residents.area[resident] + 1].code,
        ))  # fmt: skip
    return Signed(rows, [_heads(place.code, rows, draw) for place in INSTITUTIONS])


def _heads(code: str, rows: _Rows, draw: Draw) -> Heads:
    mine = [row for row in rows if row[9] == code and row[5] > _END]
    first, end = _POOR_BORN
    return Heads(
        len(mine),
        sum(row[7] == "1" for row in mine),
        sum("disabled" in row[6] for row in mine),
        sum(row[6] == "poor" and first <= row[8] < end for row in mine),
        len(mine) * (58 + draw.one(18)) // 100,
        sum(row[4] <= day < row[5] for row in rows if row[9] == code for day in _MONTH_ENDS),
    )


def _birth(groups: str, resident: int) -> str:
    """A birthday that fits the groups."""
    first, span = next((_BORN[g] for g in groups.split(";") if g in _BORN), _GROWN)
    return f"{first + resident * 7 % span}-{1 + resident % 12:02d}-{1 + resident % 28:02d}"


def registers(signed: Signed) -> _Rows:
    """The disabled among the signed, as their federation 残联 has them in its register."""
    return [
        (place.code, "disabled", str(heads.disabled), _END)
        for place, heads in zip(INSTITUTIONS, signed.heads, strict=True)
    ]


def charges(signed: Signed, draw: Draw) -> _Rows:
    """What the referred were charged elsewhere, and a few consultation fees charged by mistake."""
    found: _Rows = []
    order = draw.shuffled(len(signed.rows)).tolist()
    for number, at in enumerate(order[: len(order) // _REFERRED + _WRONGLY_CHARGED]):
        row = signed.rows[at]
        code, fen = "REFERRAL", 10_000 + draw.one(140_000)
        if number < _WRONGLY_CHARGED:
            code, fen = "GENERAL_CONSULTATION", 1_000
        day = day_text(20 + draw.one(340))
        found.append((row[1], row[-1], code, f"{fen // 100}.{fen % 100:02d}", day))
    return found
