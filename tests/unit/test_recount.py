"""A proposal over kept counts gives what settling the case anew under it gives, to the fen.

Catches: an item that had to be counted again and was not, one that another depends on, a cell
carried to the wrong stint, bucket or crew, a coefficient that changes where no stint begins, a
shared total merged over a new segment, a first visit that stays the first one.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from equivalents.compare import Comparison, Side, compare, paid_side
from equivalents.count import count
from equivalents.errors import RefusedError
from equivalents.intake.case import load_case
from equivalents.intake.source import Source
from equivalents.policy.basis import basis_of
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.contacts import ConcurrentRule, StayRule
from equivalents.policy.keyrules import Coefficient, Scope
from equivalents.policy.model import CaseRules
from equivalents.recount import Touched, recounted_items, tied_items
from equivalents.settle import settle
from equivalents.tally import Plan, Tally
from equivalents.weigh import Scales
from tests.proofs.counts import counts
from tests.reference import write_random_case

Change = Callable[[CaseRules, Random], CaseRules]
Payouts = dict[tuple[str, str, str, str], tuple[int, int, int]]
BASES = ("record", "resident", "household", "first:2", "first:3", "days")


class Case:
    """A case on disk: counted once, and counted again for some items when asked."""

    def __init__(self, folder: Path) -> None:
        case = load_case(folder)
        self.rules, self.source = case.rules, Source(folder, case.records)
        self.asked: list[Sequence[str]] = []

    def side(self) -> Side:
        plan = Plan(self.rules)
        parts = self.source.blocks(plan)
        return paid_side(self.rules, plan, count(parts, Scales(self.rules, plan)).tally)

    def recount(self, rules: CaseRules, plan: Plan, items: Sequence[str]) -> Tally:
        self.asked.append(items)
        parts = [Touched(part, plan, items) for part in self.source.blocks(plan)]
        return count(parts, Scales(rules, plan)).tally


def codes_of(rules: CaseRules) -> list[str]:
    return sorted({row.item_code for row in rules.weights})


def other_weights(rules: CaseRules, rng: Random) -> CaseRules:
    rows = tuple(
        replace(row, weight_e4=rng.randrange(10**5)) if rng.random() < 0.3 else row
        for row in rules.weights
    )
    return replace(rules, weights=rows)


def other_bases(rules: CaseRules, rng: Random) -> CaseRules:
    codes = codes_of(rules)
    chosen = {
        code: basis_of(rng.choice(BASES), rng.choice(("month", "year")), "county")
        for code in rng.sample(codes, max(len(codes) // 3, 1))
    }
    rows = tuple(replace(row, basis=chosen.get(row.item_code, row.basis)) for row in rules.weights)
    return replace(rules, weights=rows)


def always_in_force(rules: CaseRules, rng: Random) -> CaseRules:
    """The last version of every row, on every day: what compare does without own dates."""
    last = {}
    for row in sorted(rules.weights, key=lambda row: row.valid_from):
        last[row.series, row.item_code, row.conditions] = row
    rows = [
        replace(row, valid_from=FIRST_DAY, valid_to=LAST_DAY, stopped=False)
        for row in last.values()
    ]
    return replace(rules, weights=tuple(rows))


def new_version_in_mid_month(rules: CaseRules, rng: Random) -> CaseRules:
    day = rng.randrange(rules.period.start + 1, rules.period.end)
    code = rng.choice(codes_of(rules))
    rows = []
    for row in rules.weights:
        if row.item_code == code and row.valid_from < day < row.valid_to:
            rows += [replace(row, valid_to=day, stopped=False)]
            rows += [replace(row, valid_from=day, weight_e4=row.weight_e4 + 777)]
        else:
            rows.append(row)
    return replace(rules, weights=tuple(rows))


def fewer_conditions(rules: CaseRules, rng: Random) -> CaseRules:
    """Rows that are gone: what has no weight any more takes no place in a class either."""
    kept = tuple(row for row in rules.weights if rng.random() < 0.85)
    same = replace(rules, weights=kept)
    return same if same.series == rules.series else rules


def other_coefficients(rules: CaseRules, rng: Random) -> CaseRules:
    # Above 1 an institution's, and what withholds, is refused.
    rows = tuple(
        row._replace(value_e4=rng.randrange(5_000, 20_000 if row.value_e4 > ONE_E4 else ONE_E4))
        for row in rules.key_rules.coefficients
        if rng.random() < 0.8
    )
    return replace(rules, key_rules=replace(rules.key_rules, coefficients=rows))


def dated_coefficients(rules: CaseRules, rng: Random) -> CaseRules:
    """A kind of its own, for some people from some day on."""
    people = sorted({posting.person_id for posting in rules.postings})
    start, end = rules.period.start, rules.period.end
    rows = [
        Coefficient(Scope.PERSON, who, "new", rng.randrange(5_000, 20_000), day, LAST_DAY, who)
        for who in rng.sample(people, max(len(people) // 2, 1))
        if (day := rng.choice((FIRST_DAY, rng.randrange(start, end), *rules.period.month_starts)))
    ]
    both = (*rules.key_rules.coefficients, *rows)
    return replace(rules, key_rules=replace(rules.key_rules, coefficients=both))


def payouts_of(comparison: Comparison) -> Payouts:
    pools = comparison.after.settlement.pools
    return {
        (place, pools[at].institution_id, pools[at].pool, person): (
            *(paid.equivalents_e7, paid.key_e7, paid.amount_fen),
        )
        for (place, at, person), (_, paid) in comparison.payouts().items()
    }


def settled_anew(rules: CaseRules, source: Source) -> tuple[list[str], Payouts]:
    """Why a case is refused under some rules, or what it pays."""
    try:
        done = settle(rules, source.blocks)
    except RefusedError as error:
        return [problem.code for problem in error.problems], {}
    payouts, plan = done.payouts, done.plan
    assert payouts is not None
    columns = (
        *(payouts.institution, payouts.pool, payouts.person),
        *(payouts.equivalents_e7, payouts.key_e7, payouts.amount_fen),
    )
    return [], {
        (
            plan.institutions[place],
            done.pools[at].institution_id,
            done.pools[at].pool,
            plan.persons[person],
        ): (equivalents, key, fen)
        for place, at, person, equivalents, key, fen in zip(
            *(column.tolist() for column in columns), strict=True
        )
    }


ALL = "shares+bases+days+concurrent+levels+bounds+coefficients+ceilings"
CHANGES = [
    (other_weights, ("", "shares", "levels+bounds", "ceilings", ALL)),
    (other_bases, ("bases", "bases+days+concurrent", "shares+bases", ALL)),
    (always_in_force, ("", "bases", "shares+coefficients", ALL)),
    (new_version_in_mid_month, ("", "shares", "bases+days", ALL)),
    (fewer_conditions, ("bases", "concurrent", "days", ALL)),
    (other_coefficients, ("coefficients", "shares+coefficients", "coefficients+bounds", ALL)),
    (dated_coefficients, ("", "shares", "bases+days", "shares+coefficients+ceilings", ALL)),
]
EACH = [(change, features) for change, several in CHANGES for features in several]


@pytest.mark.rules("F")
@pytest.mark.parametrize(
    ("change", "features"), EACH, ids=[f"{c.__name__}-{f or 'plain'}" for c, f in EACH]
)
def test_a_proposal_is_paid_like_a_case_of_its_own(
    change: Change, features: str, tmp_path: Path
) -> None:
    compared = 0
    # Some proposals make a pool unpayable; enough of the others are compared.
    for seed in range(counts(10, 120)):
        named = frozenset(features.split("+")) - {""}
        folder = tmp_path / f"case-{seed}"
        write_random_case(folder, 300 + seed, 150, dirty=seed % 2 > 0, features=named)
        case = Case(folder)
        proposed = change(case.rules, Random(seed))
        refused, expected = settled_anew(proposed, case.source)
        if refused:
            with pytest.raises(RefusedError) as error:
                compare(case.side(), proposed, case.recount)
            found = [problem.code for problem in error.value.problems]
            assert found == ["PROPOSAL_UNPAYABLE", *refused]
            continue
        comparison = compare(case.side(), proposed, case.recount)
        assert payouts_of(comparison) == expected, seed
        assert [*comparison.recounted] == [*(case.asked[0] if case.asked else ())]
        compared += 1
        if compared == counts(2, 40):
            return
    pytest.fail("hardly any proposal can be paid")


def test_items_that_rules_tie_together_are_counted_together(tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 1, 20, dirty=False)
    rules = load_case(tmp_path / "case").rules
    rules = replace(
        rules,
        concurrent=(ConcurrentRule("c", frozenset("AB"), frozenset("C"), 0),),
        stays=(StayRule("s", frozenset("C"), frozenset("D")),),
    )
    assert tied_items({"D"}, rules) == ("A", "B", "C", "D")
    assert tied_items({"E"}, rules) == ("E",)


def test_only_what_changes_the_counting_is_counted_again(tmp_path: Path) -> None:
    write_random_case(tmp_path / "case", 3, 60, dirty=False, features=frozenset({"bases"}))
    case = Case(tmp_path / "case")
    rules, side = case.rules, case.side()
    plan, tally = side.settlement.plan, side.settlement.counted.tally
    assert recounted_items(rules, other_weights(rules, Random(1)), plan, tally) == ()
    # A basis that nobody's rows had before; all rows of one item.
    code = plan.items[int(tally.item[0])]
    rows = tuple(
        replace(row, basis=basis_of("first:9", "", "")) if row.item_code == code else row
        for row in rules.weights
    )
    other = replace(rules, weights=rows)
    assert recounted_items(rules, other, plan, tally) == (code,)
    # Nothing of it was counted: nothing can be counted again.
    assert recounted_items(rules, other, plan, Tally(plan)) == ()
