"""The made-up money of the county: pools 绩效池, accounts 收支账目, coefficients 系数, balances.

All amounts are odd on purpose, so that left-over fen appear.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from equivalents.demo.draw import Draw, split
from equivalents.demo.ledger import PREPAID, Line, Purse
from equivalents.demo.people import Posting
from equivalents.demo.places import INSTITUTIONS
from equivalents.demo.residents import USUAL_RECORDS
from equivalents.demo.rules import ALLIANCE, ATTENDANCE, INCENTIVE
from equivalents.demo.seasons import day_text
from equivalents.demo.signing import Signed

__all__ = ["ACCOUNTS", "COEFFICIENTS", "OPENING", "POOLS", "accounts", "coefficients",
           "opening", "pools", "purses"]  # fmt: skip

_Rows = list[tuple[str, ...]]

POOLS: Final = ("institution_id", "pool", "amount", "series")
ACCOUNTS: Final = ("institution_id", "line", "kind", "amount", "recurrent", "source", "date")
COEFFICIENTS: Final = (
    "scope", "subject_id", "kind", "value", "valid_from", "valid_to", "reference",
)  # fmt: skip
OPENING: Final = ("kind", "institution_id", "pool", "person_id", "equivalents", "amount")

# Yuan a head and year for the incentive pool, by group; the lead hospital has its own.
_INCENTIVE: Final = {"plain": 26_400, "hill": 27_700, "mountain": 30_200}
_INCENTIVE_HOSPITAL: Final = 30_600
_ATTENDANCE: Final = 1_200
_ALLIANCE: Final = 1_850
# What the pay cap of a group is multiplied by; the lead hospital has its own.
_PAY_LEVEL: Final = {"plain": "1", "hill": "1.02", "mountain": "1.1"}
_PAY_LEVEL_HOSPITAL: Final = "1.06"

_TITLES: Final = {"中级": "1.05", "高级": "1.1"}
_PAPER: Final = "示例县卫健〔2025〕5 号（编造）"
_ASSESSED: Final = "示例县卫健〔2025〕6 号（编造）"
_FUNDED: Final = "示例县财社〔2025〕2 号（编造）"
_LOSING: Final = (9, 13)  # institutions whose account closes with a deficit
_LOSS: Final = -2_300_000_00
# Thousand yuan a head: medical, basic, public health, other equivalents bought.
_HOSPITAL: Final = (118, 21, 4, 9)
_CENTRE: Final = (71, 21, 31, 9)
_CARRIED: Final = (2, 3)  # restricted before, and now
_SPENT: Final = {"人员经费": 43, "药品与卫生材料": 38, "公用经费": 12, "其他支出": 7}
_RECURRENT: Final = ("income", "expenditure")
_MOVING: Final = ("income", "expenditure", "closing_restricted")
_RESTRICTED: Final = "限定用途结转（公共卫生）"
_AWAY: Final = (("0.5", 40), ("0.75", 35), ("0.25", 15))  # attendance of people on leave, days


def _print_yuan(fen: int) -> str:
    """An amount of fen as yuan."""
    sign, fen = "-" * (fen < 0), abs(fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def _people_by_place(roster: list[Posting]) -> list[int]:
    """How many people have their (last) main posting at each institution."""
    home = {row.person: row.place for row in roster if row.main and row.kind != "借调"}
    return [list(home.values()).count(place) for place in range(len(INSTITUTIONS))]


def pools(roster: list[Posting], draw: Draw) -> _Rows:
    """The given pools: two an institution, one of the county; others come out of funds."""
    rows: _Rows = []
    heads = _people_by_place(roster)
    for number, place in enumerate(INSTITUTIONS):
        incentive = _INCENTIVE[place.group] if number else _INCENTIVE_HOSPITAL
        for pool, yuan, odd in ((INCENTIVE, incentive, 10**7), (ATTENDANCE, _ATTENDANCE, 10**5)):
            fen = heads[number] * yuan * 100 + draw.one(odd)
            rows.append((place.code, pool, _print_yuan(fen), "pay"))
    fen = sum(heads) * _ALLIANCE * 100 + draw.one(10**7)
    rows.append((INSTITUTIONS[0].code, ALLIANCE, _print_yuan(fen), "purchase"))
    return rows


def purses(roster: list[Posting], signed: Signed, records: int, draw: Draw) -> list[Purse]:
    """What the year of each institution is made from; money for work follows the records."""
    found = []
    for number, people in enumerate(_people_by_place(roster)):
        fen = [_some_fen(each, people, draw) for each in (_CENTRE if number else _HOSPITAL)]
        medical, basic, health, work = fen
        bought = (health * records // USUAL_RECORDS, work * records // USUAL_RECORDS)
        found.append(Purse(number, people, signed.heads[number], medical, basic, *bought))
    return found


def accounts(
    purses: Iterable[Purse], moves: Callable[[Purse], Iterable[Line]], records: int, draw: Draw
) -> _Rows:
    """A year of each institution's business account, of its funds, and what was restricted before.

    `moves` gives what came and was spent of the funds at an institution.
    """
    rows: _Rows = []
    for purse in purses:
        of_funds = list(moves(purse))
        lines = [*_business(purse, of_funds, records, draw), *_project(purse, draw)]
        rows += [
            (
                purse.code,
                line,
                kind,
                _print_yuan(fen),
                "1" if kind in _RECURRENT else "",
                source,
                day,
            )
            for line, kind, fen, source, day in lines
        ]
    return rows


def _some_fen(thousand_yuan: int, heads: int, draw: Draw) -> int:
    """So many thousand yuan a head, and an odd part below 300,000 yuan."""
    return heads * thousand_yuan * 100_000 + draw.one(3 * 10**7)


def _business(purse: Purse, of_funds: list[Line], records: int, draw: Draw) -> Iterator[Line]:
    """What an institution took in and spent, so that a wanted balance is left; and its funds."""
    number, people = purse.number, purse.people
    carried, kept = (_some_fen(each, people, draw) for each in _CARRIED)
    fees = purse.medical_fen // (40 if number else 100) * records // USUAL_RECORDS
    insured = sum(fen for line, kind, fen, *_ in of_funds if (line, kind) == (PREPAID, "income"))
    yield "医疗收入", "income", purse.medical_fen - fees - insured, "医保、患者", ""
    yield "一般诊疗费", "income", fees, "医保、患者", ""
    yield from of_funds
    deducted = 1_000_00 * number
    wanted = _LOSS if number in _LOSING else people * 420_000
    left = purse.medical_fen - insured + carried - kept - deducted - wanted - draw.one(10**7)
    sums = {kind: sum(fen for _, k, fen, *_ in of_funds if k == kind) for kind in _MOVING}
    left += sums["income"] - sums["expenditure"] - sums["closing_restricted"]
    for line, part in zip(_SPENT, split(left, [*_SPENT.values()]), strict=True):
        yield line, "expenditure", part, "", ""
    yield _RESTRICTED, "closing_restricted", carried, "", "2024-12-31"
    yield _RESTRICTED, "opening_restricted", carried, "", ""
    yield _RESTRICTED, "closing_restricted", kept, "", ""
    if deducted:
        yield "上缴以前年度往来", "deduction", deducted, "", ""


def _project(purse: Purse, draw: Draw) -> Iterator[Line]:
    """Project money of every third institution, which stays outside the balance."""
    if purse.number % 3 == 0:
        given = _some_fen(5, purse.people, draw)
        yield "设备购置专项", "project_income", given, "县财政", ""
        yield "设备购置专项", "project_expenditure", given * 93 // 100, "", ""


def coefficients(roster: list[Posting], draw: Draw) -> _Rows:
    """Titles and FTE of postings; backbone, attendance, what is withheld; of institutions."""
    start = day_text(0)
    rows: _Rows = []
    seconded = {row.person for row in roster if row.kind == "借调"}
    for row in roster:
        subject = f"{row.person_id}@{INSTITUTIONS[row.place].code}/{row.post_id}"
        if row.tier in _TITLES and row.role != "vdoc":
            value = _TITLES[row.tier]
            rows.append(
                ("posting", subject, "title", value, max(start, day_text(row.since)), "", _PAPER)
            )
        fte = "0.5" if row.person in seconded else row.fte
        if row.kind == "多点执业" or row.person in seconded:
            rows.append(("posting", subject, "fte", fte, start, "", _PAPER))
    people = sorted({row.person for row in roster})
    order = [people[k] for k in draw.shuffled(len(people))]
    for k, person in enumerate(order[:48]):  # three in four from January, the others from July
        since = start if k % 4 else "2025-07-01"
        rows.append(("person", f"P{person:04d}", "backbone", "1.08", since, "", _PAPER))
    for k, person in enumerate(order[48:108]):
        value, length = _AWAY[k % len(_AWAY)]
        first = draw.one(300)
        rows.append((
            "person", f"P{person:04d}", "attendance", value, day_text(first),
            day_text(first + length), _PAPER,
        ))  # fmt: skip
    for k, person in enumerate(order[108:132]):
        value = ("0.95", "0.9", "0.8")[k % 3]
        rows.append(("person", f"P{person:04d}", "assessment", value, start, "", _ASSESSED))
    for number, place in enumerate(INSTITUTIONS):
        quality = 9_400 + draw.one(1_200)
        half = _e4((quality + 10_000) // 2)
        rows.append(("institution", place.code, "purchase_quality", half, start, "", _FUNDED))
        level = _PAY_LEVEL[place.group] if number else _PAY_LEVEL_HOSPITAL
        rows.append(("institution", place.code, "pay_level", level, start, "", _FUNDED))
    return rows


def _e4(value: int) -> str:
    return f"{value // 10_000}.{value % 10_000:04d}"


def opening(roster: list[Posting], draw: Draw) -> _Rows:
    """Keys below 0 that three people brought from the year before."""
    steady = [row for row in roster if row.since < 0 and not row.several and row.role == "gp"]
    rows: _Rows = []
    for k in draw.shuffled(len(steady))[:3]:
        row, deficit = steady[k], 30_000_000 + draw.one(200_000_000)
        rows.append((
            "key", INSTITUTIONS[row.place].code, INCENTIVE, row.person_id,
            f"-{deficit // 10**7}.{deficit % 10**7:07d}", "",
        ))  # fmt: skip
    return rows
