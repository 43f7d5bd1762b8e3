"""The whole case folder of the made-up county 示例县, one file after the other."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from equivalents.demo.beds import stays
from equivalents.demo.draw import Draw, Int64, split
from equivalents.demo.files import ParquetMonths, write_csv
from equivalents.demo.items import ITEMS, NUMBER_OF
from equivalents.demo.ledger import Purse, of_county
from equivalents.demo.manual import COLUMNS, HandBook, quantity_text
from equivalents.demo.money import (
    ACCOUNTS,
    COEFFICIENTS,
    OPENING,
    POOLS,
    accounts,
    coefficients,
    opening,
    pools,
    purses,
)
from equivalents.demo.payplan import MEASURED, PAY_FILE, PAY_PLAN
from equivalents.demo.people import Posting, postings
from equivalents.demo.places import INSTITUTIONS, Department, departments
from equivalents.demo.plans import common_lots, planned
from equivalents.demo.policies import POLICIES, TASKS, WEIGHTS, Policy
from equivalents.demo.residents import USUAL_RECORDS, Residents
from equivalents.demo.results import RESULTS, results
from equivalents.demo.rewards import (
    BONUSES,
    SECONDARY,
    bonuses,
    handed_in,
    special_pools,
    withheld_before,
)
from equivalents.demo.rules import CASE
from equivalents.demo.scheme import SCHEME_FILE, scheme
from equivalents.demo.seasons import MONTH_STARTS, day_text
from equivalents.demo.services import SETTINGS, Services, Year
from equivalents.demo.signing import CHARGES, CONTRACTS, REGISTERS, charges, registers, sign
from equivalents.demo.teams import Teams
from equivalents.demo.workers import Workers

__all__ = ["LEAST_RECORDS", "Progress", "write_county"]

LEAST_RECORDS: Final = 5_000
"""Fewer would not hold the dirty rows, or leave an institution without work."""

Progress = Callable[[str, int, int], None]

_STAFF: Final = (
    "person_id", "institution_id", "post_id", "department_id", "name", "post", "title_tier",
    "employment_type", "in_cap", "main", "kind", "fte", "active_from", "active_to",
    "qualifications",
)  # fmt: skip
_TEAMS: Final = ("team_id", "person_id", "role", "share", "valid_from", "valid_to")
_BACKLOG: Final = (
    "机构编号", "人员编号", "项目编码", "服务日期", "数量", "居民编号", "服务场所", "岗位编号",
    "来源",
)  # fmt: skip

_NUMBERED_MONTH: Final = 12  # the new system gives record ids in December, the last month
_CORRECTED: Final = 24  # rows of that month which are corrected by hand
_CORRECTED_FIRST: Final = ("JB04", "JB02", "GW0701", "QY04")
_STREAM: Final = 200  # the first stream of the planned records


def write_county(
    folder: Path,
    *,
    records: int = USUAL_RECORDS,
    seed: int = 20250101,
    policy: str = "",
    progress: Progress | None = None,
) -> None:
    """Write the made-up county as a case into `folder`, with exactly `records` records in all.

    Deterministic: the same arguments give the same bytes in every file. `policy` names a shipped
    scheme of POLICIES to put in the place of the county's own. `progress` is called with a stage
    (`tables` or `records`), the number done and the number in all. Raises ValueError if `records`
    is below LEAST_RECORDS, KeyError for another policy.
    """
    if records < LEAST_RECORDS:
        raise ValueError(f"the demonstration county needs at least {LEAST_RECORDS:,} records")
    tell = progress or (lambda stage, done, total: None)
    (folder / "records").mkdir(parents=True, exist_ok=True)
    tell("tables", 0, 5)
    rooms = departments()
    roster = postings([r for r in rooms if r.kind == "village_room"], Draw(seed, 1))
    sizes = [place.size for place in INSTITUTIONS[1:]]
    residents = Residents(sizes, records, Draw(seed, 6))
    county = _County(roster, residents, Teams(roster, residents), seed, tell)
    _write_tables(folder, rooms, county)
    _write_money(folder, rooms, county, records, POLICIES[policy] if policy else None)
    tell("tables", 5, 5)
    county.write_records(folder / "records", records)


def _write_tables(folder: Path, rooms: list[Department], county: "_County") -> None:
    roster = county.roster
    lead = INSTITUTIONS[0].code
    write_csv(
        folder / "institutions.csv",
        ("institution_id", "name", "group", "kind", "parent_id", "ownership"),
        [
            (p.code, p.name, p.group, "township_centre" if k else "lead_hospital",
             lead if k else "", "public")
            for k, p in enumerate(INSTITUTIONS)
        ],
    )  # fmt: skip
    write_csv(
        folder / "departments.csv",
        ("department_id", "institution_id", "name", "kind"),
        [(room.code, INSTITUTIONS[room.place].code, room.name, room.kind) for room in rooms],
    )
    write_csv(folder / "staff.csv", _STAFF, [row.row() for row in roster])
    write_csv(folder / "teams.csv", _TEAMS, county.teams.rows())


def _write_money(
    folder: Path, rooms: list[Department], county: "_County", records: int, policy: Policy | None
) -> None:
    """Its scheme and the tables that its funds and its assessment read."""
    roster, seed = county.roster, county.seed
    lots = common_lots(county.residents, seed, _STREAM)
    signed = sign(county.residents, county.teams, county.planned, lots, Draw(seed, 11))
    write_csv(folder / "contracts.csv", CONTRACTS, signed.rows)
    write_csv(folder / "registers.csv", REGISTERS, registers(signed))
    if policy is None or policy.has_charges:
        write_csv(folder / "charges.csv", CHARGES, charges(signed, Draw(seed, 12)))
    own = policy is None
    more = special_pools(roster, Draw(seed, 14)) if own else []
    write_csv(folder / "pools.csv", POOLS, pools(roster, Draw(seed, 2)) + more)
    brought = opening(roster, Draw(seed, 9))
    brought += withheld_before(roster, Draw(seed, 15)) if own else []
    write_csv(folder / "opening.csv", OPENING, brought)
    draw = Draw(seed, 7)
    found = purses(roster, signed, records, draw)
    moves = of_county if policy is None else policy.moves
    write_csv(folder / "accounts.csv", ACCOUNTS, accounts(found, moves, records, draw))
    factors = coefficients(roster, Draw(seed, 8))
    if policy is None:
        (folder / "case.yaml").write_bytes(CASE.encode())
        (folder / SCHEME_FILE).write_bytes(scheme(records).encode())
        (folder / PAY_FILE).write_bytes(PAY_PLAN.encode())
        write_csv(folder / "bonuses.csv", BONUSES, bonuses(roster, Draw(seed, 16)))
        write_csv(folder / "secondary.csv", SECONDARY, handed_in(roster, Draw(seed, 17)))
    else:
        factors = policy.coefficients(factors)
        _write_policy(folder, policy, found)
    measured = MEASURED if policy is None else policy.measured
    rows = results(measured, roster, rooms, county.teams.codes, Draw(seed, 13))
    write_csv(folder / "assessments.csv", RESULTS, rows)
    write_csv(folder / "coefficients.csv", COEFFICIENTS, factors)


def _write_policy(folder: Path, policy: Policy, found: list[Purse]) -> None:
    (folder / "case.yaml").write_bytes(policy.case().encode())
    if policy.own:
        (folder / SCHEME_FILE).write_bytes(policy.own.encode())
    if policy.weights:
        write_csv(folder / "weights.csv", WEIGHTS, policy.weights)
    tasks = [row for purse in found for row in policy.tasks(purse)]
    if tasks:
        write_csv(folder / "tasks.csv", TASKS, tasks)


class _County:
    """The people of the county, and the writing of their records."""

    def __init__(
        self,
        roster: list[Posting],
        residents: Residents,
        teams: Teams,
        seed: int,
        tell: Progress,
    ) -> None:
        self.roster, self.residents, self.teams, self.seed = roster, residents, teams, seed
        self._tell = tell
        self._year = Year(Workers(roster), residents, teams)
        self.planned = planned(self._year, seed, _STREAM)

    def write_records(self, folder: Path, records: int) -> None:
        """All record files: twelve months, the file kept by hand, the villages' backlog."""
        self._tell("records", 0, records)
        beds = stays(self._year, records, Draw(self.seed, 5))
        ahead = Services.together([self.planned, beds])
        by_hand, backlog = min(3_000, records // 10), min(400, records // 50)
        numbered, ids = self._write_months(folder, records - by_hand - backlog, ahead, records)
        book = HandBook(self.roster, self.residents, self.teams, Draw(self.seed, 3))
        known = [
            row | {"record_id": name} for row, name in zip(book.clean(numbered), ids, strict=True)
        ]
        lines = _lines_by_hand(book, self._year, known, by_hand, Draw(self.seed, 4))
        write_csv(folder / "手工补录.csv", COLUMNS, lines)
        village = self._year.draw(Draw(self.seed, 10), backlog, role="vdoc")
        self._write_backlog(folder / "村卫生室补报.csv", village)
        self._tell("records", records, records)

    def _write_months(
        self, folder: Path, count: int, ahead: Services, records: int
    ) -> tuple[Services, list[str]]:
        """The twelve files with `count` records in all; some of December and their ids."""
        parts = split(count - len(ahead), self._year.month_chances(MONTH_STARTS))
        files = ParquetMonths(self.roster, self.residents, self.teams)
        done, names, numbers = 0, list[str](), np.zeros(0, dtype=np.int64)
        for month, size in enumerate(parts, start=1):
            first, end = MONTH_STARTS[month - 1 : month + 1]
            draw = Draw(self.seed, 100 + month)
            mine = (ahead.day < end) & ((ahead.day >= first) | (month == 1))
            fresh = self._year.draw(draw, size, first, end)
            services = Services.together([fresh, ahead.taken(np.flatnonzero(mine))])
            services = services.taken(np.lexsort((draw.shuffled(len(services)), services.day)))
            if month == _NUMBERED_MONTH:
                names = [f"FW25{month:02d}{k:07d}" for k in range(1, len(services) + 1)]
                numbers = _some(services)
            files.write(folder / f"2025-{month:02d}.parquet", services, names)
            done += len(services)
            self._tell("records", done, records)
        return services.taken(numbers), [names[k] for k in numbers.tolist()]

    def _write_backlog(self, path: Path, services: Services) -> None:
        """Village records from an old program: GB18030, Chinese headings, no record ids."""
        rows = []
        for k in range(len(services)):
            posting, setting = self.roster[services.posting[k]], int(services.setting[k])
            resident = int(services.resident[k])
            rows.append((
                INSTITUTIONS[posting.place].code, posting.person_id,
                ITEMS[services.item[k]].code, day_text(int(services.day[k])),
                quantity_text(int(services.quantity_e3[k])),
                "" if resident < 0 else self.residents.ids[resident],
                "" if setting < 0 else SETTINGS[setting], posting.post_id,
                f"村医{posting.name}补报",
            ))  # fmt: skip
        write_csv(path, _BACKLOG, rows, "gb18030")


def _some(services: Services) -> Int64:
    """Rows to correct: three of each item that counts once or is a stay, and others."""
    kinds = [np.flatnonzero(services.item == NUMBER_OF[code])[:3] for code in _CORRECTED_FIRST]
    first = np.concatenate(kinds)
    other = np.setdiff1d(np.arange(len(services)), first)
    step = len(other) // (_CORRECTED - len(first))
    return np.concatenate([first, other[::step][: _CORRECTED - len(first)]])


def _lines_by_hand(
    book: HandBook, year: Year, numbered: list[dict[str, str]], count: int, draw: Draw
) -> list[list[str]]:
    """`count` lines: dirty rows, corrections of some clean and some numbered rows, clean rows."""
    dirty = list(book.dirty(_of_persons(year.draw(draw, 500), draw)))
    originals = book.clean(_of_persons(year.draw(draw, 60), draw).taken(np.arange(36)))
    fixes = [*originals, *book.corrections(originals + numbered)]
    fixes += book.noted(_of_persons(year.draw(draw, 40), draw))
    clean = book.clean(year.draw(draw, count - len(dirty) - len(fixes)))
    lines = dirty + [list(row.values()) for row in fixes + clean]
    return [lines[k] for k in draw.shuffled(len(lines))]


def _of_persons(services: Services, draw: Draw) -> Services:
    """Those that have a resident and that a person did, in random order."""
    services = services.taken(draw.shuffled(len(services)))
    return services.taken(np.flatnonzero((services.resident >= 0) & (services.posting >= 0)))
