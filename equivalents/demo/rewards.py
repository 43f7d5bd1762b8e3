"""What people of the county are paid beside the common pools: made-up prizes and bonuses 单项奖.

Pools of single purposes, single bonuses, what two departments of a centre hand in for their own
people (二次分配), and what was withheld in the year before.
"""

from typing import Final

from equivalents.demo.draw import Draw
from equivalents.demo.payplan import BONUS, GOAL, HEALTH_PRIZE
from equivalents.demo.people import Posting
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.seasons import DAYS

__all__ = ["BONUSES", "SECONDARY", "bonuses", "handed_in", "special_pools", "withheld_before"]

_Rows = list[tuple[str, ...]]

BONUSES: Final = ("institution_id", "person_id", "component", "amount", "date", "reference")
SECONDARY: Final = ("institution_id", "department_id", "pool", "person_id", "share")

_HEAD: Final = "院长"
_PRIZED: Final = ("ph", "mch", "vdoc")
_PRIZE_FEN: Final = 1_200_00
_GOAL_FEN: Final = 60_000_00
_TRIAL: Final = 1  # the centre whose departments share their own part
_TRIED: Final = ("03", "04")
_SHARES: Final = (80, 90, 100, 110, 120)
_WITHHELD: Final = 12
_FOR: Final = ("防汛抢险医疗保障", "急救技能竞赛一等奖", "带教考核优秀", "疫情处置先进个人")
_BONUS_FEN: Final = (1_000_00, 800_00, 600_00, 500_00)
_BONUS_EACH: Final = 2
_PAPER: Final = "示例县卫健〔2025〕11 号（编造）三：{}"


def special_pools(roster: list[Posting], draw: Draw) -> _Rows:
    """A prize of each centre for those who do public health, and the goals of one centre."""
    rows: _Rows = []
    for number, place in enumerate(INSTITUTIONS):
        people = {row.person for row in roster if row.place == number and row.role in _PRIZED}
        if number:
            fen = len(people) * _PRIZE_FEN + draw.one(100_000)
            rows.append((place.code, HEALTH_PRIZE, _yuan(fen), "pay"))
    rows.append((INSTITUTIONS[_TRIAL].code, GOAL, _yuan(_GOAL_FEN + draw.one(100_000)), "pay"))
    return rows


def bonuses(roster: list[Posting], draw: Draw) -> _Rows:
    """A few single bonuses of each institution, by people who are there all the year."""
    rows: _Rows = []
    for number, place in enumerate(INSTITUTIONS):
        mine = [row for row in _steady(roster) if row.place == number and row.role != "admin"]
        for k in draw.shuffled(len(mine))[: _BONUS_EACH + 2 * (number == 0)]:
            what = draw.one(len(_FOR))
            month = 3 + draw.one(9)
            rows.append((
                place.code, mine[k].person_id, BONUS, _yuan(_BONUS_FEN[what]),
                f"2025-{month:02d}-28", _PAPER.format(_FOR[what]),
            ))  # fmt: skip
    return rows


def handed_in(roster: list[Posting], draw: Draw) -> _Rows:
    """The shares that two departments of one centre gave their people; the others gave none."""
    code = INSTITUTIONS[_TRIAL].code
    rows: _Rows = []
    for number in _TRIED:
        department = f"{code}-{number}"
        there = [
            row.person_id
            for row in roster
            if row.department == department
            and row.post != _HEAD
            and row.since < DAYS
            and (row.until is None or row.until > 0)
        ]
        for person in dict.fromkeys(there):
            share = _SHARES[draw.one(len(_SHARES))]
            rows.append((code, department, GOAL, person, str(share)))
    return rows


def withheld_before(roster: list[Posting], draw: Draw) -> _Rows:
    """What was withheld of the contract fee of some doctors and nurses in 2024."""
    mine = [row for row in _steady(roster) if row.place and row.role in ("gp", "nurse", "ph")]
    chosen = sorted(draw.shuffled(len(mine))[:_WITHHELD].tolist())
    return [
        (
            *("withheld", INSTITUTIONS[mine[k].place].code, "签约服务费", mine[k].person_id, ""),
            _yuan(8_000 + draw.one(30_000)),
        )
        for k in chosen
    ]


def _steady(roster: list[Posting]) -> list[Posting]:
    """Those with one posting, there all the year, but for heads."""
    return [
        row for row in roster
        if row.since < 0 and row.until is None and not row.several and row.post != _HEAD
    ]  # fmt: skip


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"
