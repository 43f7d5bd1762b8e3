"""The whole settlement, slowly: from a case folder to what every person is paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

from tests.reference.case import Case, read_case
from tests.reference.crews import Performer, part_texts, parts
from tests.reference.sharing import Payout, eligible, series_of, share
from tests.reference.text import Refused
from tests.reference.verdicts import Judged, Verdict, judge_all
from tests.reference.weights import WeightRow, table_errors


class LineKey(NamedTuple):
    """One line of `equivalents.csv`."""

    series: str
    institution: str
    person: str
    item: str
    month: str
    weight_row: str
    share: str = "1"


class Line(NamedTuple):
    """The numbers of that line; equivalents = quantity x weight, exactly, where nobody shares."""

    quantity: Fraction
    weight: Fraction
    equivalents: Fraction


class Counts(NamedTuple):
    """How the records ended in one series; the three add up to what came in (A10)."""

    counted: int
    excluded: int
    rejected: int


class PoolTotal(NamedTuple):
    """A pool and what was paid of it, in fen."""

    amount_fen: int
    paid_fen: int


@dataclass(frozen=True)
class Outcome:
    """Everything a settlement says."""

    verdicts: Mapping[tuple[str, int], Mapping[str, Verdict]]
    """By file (`records.csv`, `records/a.csv`) and row number as Excel shows it, per series."""
    lines: Mapping[LineKey, Line]
    payouts: Mapping[tuple[str, str, str], Payout]
    """By institution, pool and person."""
    pools: Mapping[tuple[str, str], PoolTotal]
    """By institution and pool."""
    negative_keys: Mapping[tuple[str, str, str], Fraction]
    """The keys below 0, by institution, pool and person; they counted as 0 (5.9)."""
    received: int
    counts: Mapping[str, Counts]


def settle(case: Path, shipped: Path | None = None) -> Outcome:
    """Settle a case folder; raises `Refused` where nothing may be paid."""
    read = read_case(case, shipped)
    for error in table_errors(read.weights):
        raise Refused(error.code, f"weight rows {error.row_a} and {error.row_b}")
    judged = judge_all(read)
    lines = add_up(judged)
    payouts: dict[tuple[str, str, str], Payout] = {}
    totals: dict[tuple[str, str], PoolTotal] = {}
    negative: dict[tuple[str, str, str], Fraction] = {}
    for pool in sorted(read.pools, key=lambda pool: (pool.institution, pool.pool)):
        keys = keys_of(read, lines, pool.institution, series_of(pool, read.series))
        shared = share(pool, keys)
        place = (pool.institution, pool.pool)
        payouts |= {(*place, person): payout for person, payout in shared.items()}
        negative |= {(*place, person): key for person, key in keys if key < 0}
        paid = sum(payout.amount_fen for payout in shared.values())
        assert paid == pool.amount_fen or not shared, "payouts = pool, to the fen (D2)"
        totals[place] = PoolTotal(pool.amount_fen, paid)
    return Outcome(
        verdicts={(one.record.file, one.record.row): one.verdicts for one in judged},
        lines=lines,
        payouts=payouts,
        pools=totals,
        negative_keys=negative,
        received=len(judged),
        counts={name: count(judged, name) for name in read.series},
    )


class Total(NamedTuple):
    """What is weighed and split as one: whose records, and who takes of it."""

    line: LineKey
    """The line without its person and share."""
    weight: Fraction
    crew: tuple[Performer, ...]
    takers: tuple[str, ...]


def add_up(judged: Sequence[Judged]) -> dict[LineKey, Line]:
    """Add the counted records line by line; each is weighed with its own row (A1, A6, A9).

    Shared records are added up first, in totals of one crew, weight row and month; each total is
    split, and everybody takes his part of those that are his (5.4).
    """
    totals: dict[Total, Fraction] = {}
    for one in judged:
        for series, rows in one.weight_rows.items():
            for total in totals_of(one, series, rows):
                before = totals.get(total, Fraction(0))
                totals[total] = before + Fraction(one.record["quantity"])
    lines: dict[LineKey, Line] = {}
    for total, quantity in totals.items():
        split = parts(quantity * total.weight, total.crew)
        shares = part_texts(total.crew)
        for person in total.takers:
            key = total.line._replace(person=person, share=shares[person])
            line = lines.get(key, Line(Fraction(0), total.weight, Fraction(0)))
            more = line.equivalents + split[person]
            lines[key] = Line(line.quantity + quantity, total.weight, more)
    return lines


def totals_of(one: Judged, series: str, rows: Sequence[WeightRow]) -> list[Total]:
    """Return the totals that a record belongs to: one where all its performers have one row.

    Else one for each performer, with his own row, of which he alone takes.
    """
    record = one.record
    place, item, month = record["institution_id"], record["item_code"], record["service_date"][:7]

    def total(row: WeightRow, takers: tuple[str, ...]) -> Total:
        key = LineKey(series, place, "", item, month, row.label)
        return Total(key, row.weight, one.crew, takers)

    people = tuple(performer.person for performer in one.crew)
    if len(set(rows)) == 1:
        return [total(rows[0], people)]
    return [total(row, (person,)) for row, person in zip(rows, people, strict=True)]


def keys_of(
    case: Case, lines: Mapping[LineKey, Line], institution: str, series: str
) -> list[tuple[str, Fraction]]:
    """Return the key of everybody eligible: the exact equivalents in that series (5.1)."""
    keys = {person: Fraction(0) for person in eligible(case, institution)}
    for at, line in lines.items():
        if at.series == series and at.institution == institution:
            keys[at.person] += line.equivalents
    return list(keys.items())


def count(judged: Sequence[Judged], series: str) -> Counts:
    """Count how the records ended in one series (A10)."""
    states = [one.verdicts[series].state for one in judged]
    counts = Counts(*(states.count(state) for state in ("counted", "excluded", "rejected")))
    assert sum(counts) == len(judged), "counted + excluded + rejected = received"
    return counts
