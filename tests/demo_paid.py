"""What the demo county pays beside its pools, worked out again from its tables alone.

Fractions of texts, in plain Python; nothing here asks the engine what is right.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

from tests.demo_county import Row, rows_of

__all__ = ["MONTH_ENDS", "allowances", "by_contract", "fen", "half_up", "in_force", "shared"]

MONTH_ENDS = tuple(
    f"2025-{month:02d}-{days}"
    for month, days in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1)
)
_ROLES = {"全科医生": 4, "护士": 2, "公卫医师": 2, "乡村医生": 2, "专科医师": 1}
_TEAM_POSTS = ("全科医生", "护士", "公共卫生医师", "乡村医生")
_UNIT = 10**7
Pair = tuple[str, str]


def fen(text: str) -> int:
    """Yuan as fen, exactly."""
    whole, _, cents = text.partition(".")
    assert len(cents) == 2, text
    return int(whole + cents)


def half_up(exact: Fraction) -> int:
    """Half-up, for what is not below 0."""
    return (exact * 2 + 1).__floor__() // 2


def in_force(row: Row, day: str, since: str = "active_from", until: str = "active_to") -> bool:
    """Whether a row with an exclusive end holds on a day."""
    return (row[since] or "0") <= day < (row[until] or "9")


def shared(amount: int, keys: Sequence[Fraction], ties: Sequence[Fraction]) -> list[int]:
    """The largest remainder; of equal remainders the larger tie, then the earlier one."""
    whole = sum(keys, Fraction(0))
    exact = [amount * key / whole for key in keys]
    parts = [one.__floor__() for one in exact]
    order = sorted(range(len(keys)), key=lambda k: (parts[k] - exact[k], -ties[k], k))
    for k in order[: amount - sum(parts)]:
        parts[k] += 1
    return parts


def _home(rows: Sequence[Row]) -> Row | None:
    """The posting that counts of those of a day: the only one's, else the main one's."""
    if len({row["institution_id"] for row in rows}) > 1:
        rows = [row for row in rows if row["main"] == "1"]
    found = sorted(rows, key=lambda row: (row["main"] != "1", row["post_id"]))
    return found[0] if found else None


def allowances(
    county: Path, yuan: int, personal: Mapping[tuple[str, str], Fraction]
) -> dict[Pair, int]:
    """GP allowance in fen by institution and person: months x rate x assessment x presence."""
    factors = [
        row for row in rows_of(county / "coefficients.csv") if row["kind"] in ("fte", "attendance")
    ]
    sums: dict[Pair, Fraction] = defaultdict(Fraction)
    postings: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(county / "staff.csv"):
        if row["post"] == "全科医生":
            postings[row["person_id"]].append(row)
    for person, rows in postings.items():
        mine = [one for one in factors if one["subject_id"].partition("@")[0] == person]
        for day in MONTH_ENDS:
            there = _home([one for one in rows if in_force(one, day)])
            if there is None:
                continue
            place = there["institution_id"]
            posting = f"{person}@{place}/{there['post_id']}"
            value = personal[person, "2025-H1" if day < "2025-07" else "2025-H2"]
            for one in mine:
                holds = in_force(one, day, "valid_from", "valid_to")
                if holds and one["subject_id"] in (person, posting):
                    value *= Fraction(one["value"])
            sums[place, person] += yuan * 100 * value
    return {pair: half_up(exact) for pair, exact in sums.items()}


def by_contract(county: Path, rate_fen: int) -> dict[Pair, int]:
    """What contracts of permanent residents pay: a team's are split by the roles of the day."""
    contracts = [row for row in rows_of(county / "contracts.csv") if row["permanent"] == "1"]
    members: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(county / "teams.csv"):
        members[row["team_id"]].append(row)
    staff: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(county / "staff.csv"):
        staff[row["person_id"]].append(row)
    sums: dict[Pair, Fraction] = defaultdict(Fraction)
    for day in MONTH_ENDS:
        counts = Counter(row["team_id"] for row in contracts if in_force(row, day))
        for team, count in counts.items():
            for home, units in _split(members[team], staff, day, count):
                if home["post"] in _TEAM_POSTS:
                    pair = home["institution_id"], home["person_id"]
                    sums[pair] += Fraction(units * rate_fen, _UNIT)
    return {pair: half_up(exact) for pair, exact in sums.items()}


def _split(
    members: Sequence[Row], staff: Mapping[str, list[Row]], day: str, count: int
) -> Iterator[tuple[Row, int]]:
    there = []
    for row in sorted(members, key=lambda row: row["person_id"]):
        home = _home([one for one in staff[row["person_id"]] if in_force(one, day)])
        if in_force(row, day, "valid_from", "valid_to") and home is not None:
            there.append((home, Fraction(row["share"] or _ROLES[row["role"]])))
    keys = [key for _, key in there]
    for (home, _), units in zip(there, shared(count * _UNIT, keys, keys), strict=True):
        yield home, units
