"""The money on every line of every statement is what the independent reference puts there (5.13).

Catches (seen): lines without the coefficient of their days, the amount before a cap, lines in
another order than by share, parts of shared records left out.
"""

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import pytest

from equivalents import Settlement, Source, load_case, settle
from equivalents.explain import explain_person
from equivalents.itemmoney import LineKind, MoneyLine
from tests import reference
from tests.proofs.counts import counts
from tests.reference import FEATURES, PAY, Money, MoneyName, write_random_case

TOGETHER = [
    *("", "coefficients", "ceilings", "shares+coefficients", "levels+bounds", "leave+coefficients"),
    *("coefficients+ceilings+levels+bounds+surplus", "yearly+coefficients", "contracts+levels"),
    *("shares+bases+days+concurrent", "shares+coefficients+ceilings+leave"),
    "+".join(sorted(FEATURES)),
    "+".join(sorted(FEATURES | PAY - {"secondary"})),
]


def settled(case: Path) -> Settlement:
    """A case settled by the engine, in memory."""
    loaded = load_case(case)
    return settle(loaded.rules, Source(loaded.folder, loaded.records).blocks)


def rows_without_rule(lines: Iterable[MoneyLine]) -> Counter[tuple[str, str, str]]:
    """How many concurrent rules lower a weight row of an item in a month."""
    lowered = {line.weight_row: line for line in lines if ";concurrent=" in line.weight_row}
    return Counter((line.code, line.when, row.split(";")[0]) for row, line in lowered.items())


def named(settlement: Settlement, series: str, line: MoneyLine) -> MoneyName:
    """A line of the engine as the reference names it: a lowered weight by how much less it is."""
    row, _, rule = line.weight_row.partition(";concurrent=")
    less = Fraction(0)
    if rule:
        by_id = {one.row_id: one.weight_e4 for one in settlement.scales.books[series].rows}
        less = Fraction(by_id[row] - by_id[line.weight_row], 10**4)
    share, coefficient = Fraction(line.share, line.whole), Fraction(line.coefficient_e4, 10**4)
    kind = f"{int(line.kind)} {line.kind.name.lower()}"
    return MoneyName(kind, line.code, line.when, row, less, share, coefficient)


@pytest.mark.rules("A5", "A7", "A8", "D2", "D3")
@pytest.mark.parametrize("feature", TOGETHER, ids=lambda feature: feature or "plain")
def test_every_line_of_every_statement_agrees(feature: str, tmp_path: Path) -> None:
    compared: Counter[LineKind] = Counter()
    for seed in sorted({*range(counts(5, 24)), 20}):  # of 20 a rule lowers 0.0001 by nothing
        case = tmp_path / f"case-{seed}"
        features = frozenset(feature.split("+")) - {""}
        write_random_case(case, 31_000 + seed, counts(120, 300), dirty=True, features=features)
        expected, engine = reference.settle(case), settled(case)
        for person in sorted({person for _, _, person in expected.payouts}):
            story = explain_person(engine, person)
            for place in story.places:
                for pool in place.pools:
                    if max(rows_without_rule(pool.money).values(), default=0) > 1:
                        # The reference tells rules apart by the weight alone.
                        continue
                    found = {
                        named(engine, pool.series, line): Money(
                            Fraction(line.equivalents_e7, 10**7), line.amount_fen
                        )
                        for line in pool.money
                    }
                    who = place.institution_id, pool.pool, person
                    assert found == expected.statement(*who), (seed, who)
                    compared.update(line.kind for line in pool.money)
    assert compared[LineKind.ITEM]
    assert compared[LineKind.CUT] or "ceilings" not in features
    assert compared[LineKind.LEAVE] or "leave" not in features
