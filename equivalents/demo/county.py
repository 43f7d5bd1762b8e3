"""The whole case folder of the made-up county 示例县, one file after the other."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np

from equivalents.demo.draw import Draw, split
from equivalents.demo.files import ParquetMonths, write_csv
from equivalents.demo.items import ITEMS
from equivalents.demo.manual import COLUMNS, HandBook, quantity_text
from equivalents.demo.people import Posting, postings
from equivalents.demo.places import INSTITUTIONS, Department, departments
from equivalents.demo.residents import Residents
from equivalents.demo.seasons import MONTH_STARTS, day_text
from equivalents.demo.services import SETTINGS, Services, Year

__all__ = ["LEAST_RECORDS", "Progress", "write_county"]

LEAST_RECORDS: Final = 5_000
"""Fewer would not hold the dirty rows, or leave an institution without work."""

Progress = Callable[[str, int, int], None]

_CASE: Final = """\
# 虚构数据：人名、编号、机构和金额均为编造。Made-up data: nobody in it is real.
title: 示例县医共体 2025 年当量核算（虚构数据）
period: '2025'
weight_tables: [demo-county-2025]
"""
_STAFF: Final = (
    "person_id", "institution_id", "post_id", "department_id", "name", "post", "title_tier",
    "employment_type", "in_cap", "main", "kind", "fte", "active_from", "active_to",
    "qualifications",
)  # fmt: skip
_BACKLOG: Final = (
    "机构编号", "人员编号", "项目编码", "服务日期", "数量", "服务场所", "岗位编号", "来源",
)  # fmt: skip

# Yuan a head and year for the incentive pool, by group; the lead hospital has its own.
_INCENTIVE: Final = {"plain": 26_400, "hill": 27_700, "mountain": 30_200}
_INCENTIVE_HOSPITAL: Final = 30_600
_CONTRACT: Final = 2_650
_NUMBERED_MONTH: Final = 12  # the new system gives record ids in December, the last month
_CORRECTED: Final = 15  # rows of that month which are corrected by hand


def write_county(
    folder: Path,
    *,
    records: int = 1_500_000,
    seed: int = 20250101,
    progress: Progress | None = None,
) -> None:
    """Write the made-up county as a case into `folder`, with exactly `records` records in all.

    Deterministic: the same arguments give the same bytes in every file. `progress` is called
    with a stage (`tables` or `records`), the number done and the number in all. Raises
    ValueError if `records` is below LEAST_RECORDS.
    """
    if records < LEAST_RECORDS:
        raise ValueError(f"the demonstration county needs at least {LEAST_RECORDS:,} records")
    tell = progress or (lambda stage, done, total: None)
    (folder / "records").mkdir(parents=True, exist_ok=True)
    rooms = departments()
    roster = postings([r for r in rooms if r.kind == "village_room"], Draw(seed, 1))
    tell("tables", 0, 5)
    _write_tables(folder, rooms, roster, Draw(seed, 2))
    tell("tables", 5, 5)
    _write_records(folder / "records", roster, records, seed, tell)


def _write_tables(folder: Path, rooms: list[Department], roster: list[Posting], draw: Draw) -> None:
    (folder / "case.yaml").write_bytes(_CASE.encode())
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
    write_csv(
        folder / "pools.csv", ("institution_id", "pool", "amount", "series"), _pools(roster, draw)
    )


def _pools(roster: list[Posting], draw: Draw) -> list[tuple[str, ...]]:
    """Two pools an institution: heads x yuan a head, and an odd part below 100,000 yuan."""
    home = {row.person: row.place for row in roster if row.main}
    rows: list[tuple[str, ...]] = []
    for number, place in enumerate(INSTITUTIONS):
        heads = list(home.values()).count(number)
        incentive = _INCENTIVE[place.group] if number else _INCENTIVE_HOSPITAL
        for pool, yuan, odd in (("incentive", incentive, 10**7), ("contract", _CONTRACT, 10**6)):
            fen = heads * yuan * 100 + draw.one(odd)
            rows.append((place.code, pool, f"{fen // 100}.{fen % 100:02d}", "pay"))
    return rows


def _write_records(
    folder: Path, roster: list[Posting], records: int, seed: int, tell: Progress
) -> None:
    sizes = [place.size for place in INSTITUTIONS[1:]]
    residents = Residents(sizes)
    year, months = Year(roster, residents), ParquetMonths(roster, residents)
    by_hand, backlog = min(3_000, records // 10), min(400, records // 50)
    parts = split(records - by_hand - backlog, year.month_chances(MONTH_STARTS))
    done = 0
    tell("records", done, records)
    for month, count in enumerate(parts, start=1):
        first, end = MONTH_STARTS[month - 1 : month + 1]
        services = year.draw(Draw(seed, 100 + month), count, first, end)
        ids = _record_ids(count) if month == _NUMBERED_MONTH else []
        months.write(folder / f"2025-{month:02d}.parquet", services, ids)
        done += count
        tell("records", done, records)
    some = np.arange(_CORRECTED, dtype=np.int64) * (len(services) // _CORRECTED)
    book = HandBook(roster, residents, Draw(seed, 3))
    numbered = book.clean(services.taken(some))
    numbered = [row | {"record_id": ids[k]} for row, k in zip(numbered, some, strict=True)]
    _write_by_hand(folder / "手工补录.csv", book, year, numbered, by_hand, Draw(seed, 4))
    village = year.draw(Draw(seed, 5), backlog, role="vdoc")
    _write_backlog(folder / "村卫生室补报.csv", roster, village)
    tell("records", records, records)


def _record_ids(count: int) -> list[str]:
    return [f"FW25{_NUMBERED_MONTH:02d}{k:07d}" for k in range(1, count + 1)]


def _write_by_hand(
    path: Path, book: HandBook, year: Year, numbered: list[dict[str, str]], count: int, draw: Draw
) -> None:
    """`count` lines: dirty rows, corrections of some clean and some numbered rows, clean rows."""
    dirty = list(book.dirty(year.draw(draw, 400).taken(draw.shuffled(400))))
    originals = book.clean(year.draw(draw, 40))
    fixes = [*originals, *book.corrections(originals + numbered)]
    clean = book.clean(year.draw(draw, count - len(dirty) - len(fixes)))
    lines = dirty + [list(row.values()) for row in fixes + clean]
    write_csv(path, COLUMNS, [lines[k] for k in draw.shuffled(len(lines))])


def _write_backlog(path: Path, roster: list[Posting], services: Services) -> None:
    """Village records from an old program: GB18030, Chinese headings, no record ids."""
    rows = []
    for k in range(len(services)):
        posting, setting = roster[services.posting[k]], int(services.setting[k])
        rows.append((
            INSTITUTIONS[posting.place].code, posting.person_id, ITEMS[services.item[k]].code,
            day_text(int(services.day[k])), quantity_text(int(services.quantity_e3[k])),
            "" if setting < 0 else SETTINGS[setting], posting.post_id, f"村医{posting.name}补报",
        ))  # fmt: skip
    write_csv(path, _BACKLOG, rows, "gb18030")
