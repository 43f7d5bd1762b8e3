"""Shards of waiting records: how small they are changes no byte of a result.

Faults caught: records of one resident or household in two shards, a correction that loses its
record, a group of items with both kinds of classes parted by one of them, rows told twice.
"""

from collections.abc import Mapping
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from equivalents import shards
from equivalents.intake.case import load_case
from equivalents.intake.source import Source
from equivalents.policy.basis import basis_of
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.model import CaseRules, Institution, Posting, WeightRow
from equivalents.records import Contact, RecordBlock
from equivalents.run import settle_case
from equivalents.settle import settle
from equivalents.shards import Ledger
from equivalents.tally import Plan
from equivalents.units import Int64
from equivalents.waiting import Waiting

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
WAITING = sorted(
    folder.name
    for folder in SCENARIOS.iterdir()
    if folder.name[:2] in {"08", "30", "48", "72", "73", "78", "79", "80", "81"}
)


def results(case: Path, out: Path) -> dict[str, bytes]:
    """Every file of a result."""
    settle_case(case, out, stop_on_reject=False)
    return {file.name: file.read_bytes() for file in sorted(out.iterdir())}


@pytest.mark.parametrize("name", WAITING)
def test_small_shards_change_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = SCENARIOS / name / "case"
    expected = results(case, tmp_path / "large")
    monkeypatch.setattr(shards, "_SIZE", 1)
    found = results(case, tmp_path / "small")
    assert found == expected
    assert len(found) > 1


class Corrections:
    """An origin of one part that knows which row corrects which."""

    def __init__(self, links: Mapping[int, int]) -> None:
        self.links = links

    def texts(self, rows: Int64, *, residents: bool = True) -> list[tuple[str, ...]]:
        return [()] * rows.size

    def corrected(self) -> Mapping[int, tuple[int, int]]:
        return {row: (0, other) for row, other in self.links.items()}


def sixty(links: Mapping[int, int]) -> tuple[Waiting, Plan]:
    """Sixty records of four residents in two households, in turn of items A, B and C.

    A counts by household, B by resident, C by both in two series. Rows that correct are negative.
    """
    since = parse_day("2020-01-01")
    rows = [
        WeightRow(series, item, 10_000, since, LAST_DAY, basis=basis_of(basis, "", ""))
        for series, item, basis in (
            ("pay", "A", "household"),
            ("pay", "B", "resident"),
            ("pay", "C", "resident"),
            ("payer", "C", "household"),
        )
    ]
    people = (Posting("P", "I", since, LAST_DAY),)
    plan = Plan(CaseRules(parse_period("2025"), (Institution("I"),), people, tuple(rows), ()))
    at = np.arange(60)
    zero = np.zeros(at.size, np.int32)
    quantity = np.full(at.size, 1_000)
    quantity[list(links)] = -1_000
    resident = (at // 3 % 4).astype(np.int32)
    household = (resident // 2).astype(np.int32)
    contact = Contact(resident, household, zero - 1, Corrections(links))
    item = (at % 3).astype(np.int32)
    waiting = Waiting()
    waiting.add(RecordBlock(0, at, zero, zero, item, zero, quantity, contact=contact))
    return waiting, plan


def a_ledger(links: Mapping[int, int]) -> Ledger:
    """The sixty records in shards."""
    return Ledger(*sixty(links))


def test_it_is_told_when_nothing_waits_any_more() -> None:
    waiting, plan = sixty({})
    left = [len(waiting)]
    Ledger(waiting, plan, lambda: left.append(len(waiting)))
    assert left == [60, 0]


@pytest.mark.parametrize(
    ("name", "more", "often"),
    [
        ("01-service-date-picks-version", "", 0),
        # For the shards and for adding up; no two records tie.
        ("08-first-visit-of-the-year", "", 2),
        # And for the texts of two records of one day.
        ("08-first-visit-of-the-year", "I01,P01,TJ01,2025-01-06,1,R001,\n", 3),
    ],
)
def test_it_is_told_before_more_memory_is_asked_for(
    name: str, more: str, often: int, tmp_path: Path
) -> None:
    copytree(SCENARIOS / name / "case", tmp_path / "case")
    with (tmp_path / "case" / "records.csv").open("a", encoding="utf-8") as file:
        file.write(more)
    case = load_case(tmp_path / "case")
    source = Source(case.folder, case.records)
    calls: list[None] = []
    told = settle(case.rules, source.blocks, freed=lambda: calls.append(None))
    assert len(calls) == often
    silent = settle(case.rules, source.blocks)
    assert told.counted.counted == silent.counted.counted
    assert told.payouts is not None
    assert silent.payouts is not None
    assert told.payouts.amount_fen.tolist() == silent.payouts.amount_fen.tolist()


def test_who_may_meet_stays_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "_SIZE", 1)
    ledger = a_ledger({})
    whose = {0: "household", 1: "resident", 2: ""}
    met: dict[tuple[int, int], int] = {}
    for number, shard in enumerate(ledger.shards):
        entries = ledger.entries(shard)
        (item,) = set(entries.item.tolist())
        assert shard.subject == whose[item]
        subjects = getattr(entries, shard.subject).tolist() if shard.subject else [0]
        for subject in subjects:
            assert met.setdefault((item, subject), number) == number
    assert sorted(met) == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (1, 3), (2, 0)]
    assert sum(shard.stop - shard.start for shard in ledger.shards) == 60


def test_a_correction_stands_with_its_record(monkeypatch: pytest.MonkeyPatch) -> None:
    """Row 13 takes back row 1 of its own resident, row 7 row 4 of another one."""
    monkeypatch.setattr(shards, "_SIZE", 1)
    for links, together in (({13: 1}, False), ({7: 4}, True)):
        ledger = a_ledger(links)
        of_item = [ledger.entries(shard) for shard in ledger.shards]
        of_item = [entries for entries in of_item if entries.item[0] == 1]
        assert (len(of_item) == 1) == together
        found = {
            int(entries.row[at]): int(entries.row[entries.target[at]])
            for entries in of_item
            for at in np.flatnonzero(entries.target >= 0).tolist()
        }
        assert found == links
