"""Who stands first in a class (5.5): by codes where they tell it, else by texts from the files.

Faults caught: an order by codes that is not that of the texts (J10 before J2, 10 before 9, a blank
person first), columns compared in another order, a file that is read once for every item, and
texts that are fetched though nothing depends on them.
"""

from collections.abc import Iterator, Mapping
from itertools import groupby
from random import Random

import numpy as np
import pytest

from equivalents.order import fetched, set_order, ties_of
from equivalents.policy.basis import basis_of
from equivalents.policy.calendar import LAST_DAY, parse_day, parse_period
from equivalents.policy.model import CaseRules, Institution, Posting, WeightRow
from equivalents.records import Contact, RecordBlock
from equivalents.shards import Ledger
from equivalents.tally import Plan
from equivalents.units import Int64
from equivalents.waiting import Entries, Waiting

PLACES = ("J1", "J10", "J2")
PEOPLE = ("", "P1", "P10", "P2")
QUANTITIES = {"1": 1_000, "1.5": 1_500, "10": 10_000, "10.25": 10_250, "2": 2_000, "0.05": 50}
SINCE = parse_day("2020-01-01")

Row = tuple[str, str, str, int, str, str]
"""Institution, person, item, day, quantity and source: the order of the columns."""


class Told:
    """An origin that knows the sources of its rows and notes which are asked for."""

    def __init__(self, sources: list[str]) -> None:
        self.sources = sources
        self.asked: list[list[int]] = []

    def texts(self, rows: Int64, *, residents: bool = True) -> list[tuple[str, ...]]:
        self.asked.append(rows.tolist())
        return [(self.sources[row],) for row in rows.tolist()]

    def corrected(self) -> Mapping[int, tuple[int, int]]:
        return {}


def a_plan() -> Plan:
    postings = [
        Posting(person, place, SINCE, LAST_DAY) for place in PLACES for person in PEOPLE[1:]
    ]
    weights = [
        WeightRow("pay", item, 10_000, SINCE, LAST_DAY, basis=basis_of("resident", "", ""))
        for item in ("A", "B", "C")
    ]
    places = tuple(Institution(place) for place in PLACES)
    period = parse_period("2025")
    return Plan(CaseRules(period, places, tuple(postings), tuple(weights), ()))


def gathered(parts: list[list[Row]], plan: Plan) -> tuple[Waiting, list[Told]]:
    """Rows of one resident as waiting records."""
    waiting, origins = Waiting(), []
    for part, rows in enumerate(parts):
        place, person, item, day, quantity, source = zip(*rows, strict=True)
        n, none = len(rows), np.full(len(rows), -1, np.int32)
        origins.append(Told(list(source)))
        resident = np.zeros(n, np.int32)
        block = RecordBlock(
            part,
            np.arange(n),
            np.array(plan.institutions.find_all(place), np.int32),
            np.array(plan.persons.find_all(person), np.int32),
            np.array(plan.items.find_all(item), np.int32),
            np.array(day, np.int32),
            np.array([QUANTITIES[text] for text in quantity], np.int64),
            contact=Contact(resident, none, none, origins[-1]),
            shared=np.where(np.array(person) == "", np.int32(0), np.int32(-1)),
        )
        waiting.add(block)
    return waiting, origins


def in_order(waiting: Waiting, plan: Plan) -> Iterator[Entries]:
    """The entries of each shard in order, with the texts that they ask for fetched at once."""
    ledger = Ledger(waiting, plan)
    shards = [*map(ledger.entries, ledger.shards)]
    ties = [ties_of(entries, plan) for entries in shards]
    rows = [(e.part[t.alike], e.row[t.alike]) for e, t in zip(shards, ties, strict=True)]
    texts = fetched(rows, ledger.origins, map)
    for entries, tied in zip(shards, ties, strict=True):
        set_order(entries, tied, texts)
        yield entries


def in_classes(found: Entries, parts: list[list[Row]]) -> list[list[Row]]:
    """The rows of each day as they stand."""
    order = np.lexsort((found.order,))
    rows = [parts[int(found.part[at])][int(found.row[at])] for at in order]
    return [list(some) for _, some in groupby(rows, key=lambda row: row[3])]


@pytest.mark.parametrize("seed", range(30))
def test_the_order_is_that_of_all_texts(seed: int) -> None:
    draw = Random(seed)
    day = parse_day("2025-03-03")

    def row() -> Row:
        where = draw.choice(PLACES), draw.choice(PEOPLE), draw.choice("ABC")
        return *where, day + draw.randrange(2), draw.choice([*QUANTITIES]), draw.choice("xyz")

    parts = [[row() for _ in range(draw.randrange(1, 40))] for _ in range(3)]
    plan = a_plan()
    waiting, origins = gathered(parts, plan)
    seen = 0
    for found in in_order(waiting, plan):
        for some in in_classes(found, parts):
            assert some == sorted(some)
            seen += len(some)
    assert seen == sum(map(len, parts))
    assert all(len(origin.asked) <= 1 for origin in origins), "each part is read once"


def test_texts_are_fetched_only_where_the_first_columns_tie() -> None:
    day = parse_day("2025-03-03")
    rows: list[Row] = [
        ("J1", "P1", "A", day, "1", "z"),
        ("J1", "P2", "A", day, "1", "y"),
        ("J1", "P2", "A", day, "2", "x"),
        ("J1", "P2", "A", day, "2", "w"),
        ("J1", "P2", "A", day + 1, "2", "v"),
        ("J1", "P2", "B", day, "2", "u"),
    ]
    plan = a_plan()
    waiting, (origin,) = gathered([rows], plan)
    found = next(in_order(waiting, plan))
    assert in_classes(found, [rows]) == [[rows[0], rows[1], rows[3], rows[2]], [rows[4]]]
    assert origin.asked == [[2, 3]]
