"""What holds for every fund, whatever its figures: sums, lines, ties, scale.

Faults caught: fen that are lost between lines, payers and dues; an order of payers that moves more
than a tied fen; an institution whose money depends on who else there is.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from equivalents.exact import half_up
from equivalents.fund import money
from equivalents.fundfacts import Due, DueLine, Facts
from equivalents.policy.funds import (
    Dated,
    Fund,
    FundBody,
    Heads,
    OverBudget,
    Per,
    PerEquivalent,
    PerHead,
    PerItem,
    Version,
)
from equivalents.units import print_e7
from tests import funds as made
from tests import reference

PLACES = made.places("I1", "I2", "I3")
MONTHS = ("2025-01", "2025-06", "2025-12")
KEYS = st.lists(st.integers(1, 10**6), min_size=1, max_size=4)


def at(value_e4: int) -> Dated[int]:
    return Dated((Version(value_e4),))


def named(keys: Sequence[int]) -> Sequence[tuple[str, int]]:
    return [(f"出资方{n}", key) for n, key in enumerate(keys)]


def exact_fen(line: DueLine) -> Fraction:
    """A line multiplied again by hand from its texts."""
    _, count, rate, coefficient = line[:4]
    return Fraction(count or "1") * Fraction(rate) * Fraction(coefficient or "1") * 100


@st.composite
def cases(draw: st.DrawFn) -> tuple[Fund, Facts]:
    """A fund by heads or by work with its facts; nothing is taken off."""
    e4 = st.integers(0, 10**7)
    count = st.integers(0, 10**6)
    heads = {month: draw(st.lists(count, min_size=3, max_size=3)) for month in range(13)}
    rows = [
        (place.institution_id, item, month, "1", print_e7(draw(st.integers(-(10**9), 10**12))))
        for place in PLACES
        for item in ("A", "B")
        for month in draw(st.sets(st.sampled_from(MONTHS)))
    ]
    rows = rows or [("I1", "A", "2025-01", "1", "1")]
    adjust = {(p.institution_id, "a"): draw(st.integers(0, 20_000)) for p in PLACES}
    facts = made.facts(
        draw(st.sampled_from(["2025", "2025-H1", "2025-01"])),
        PLACES,
        heads=lambda _heads, day: heads[day % 13],
        coefficients_e4=adjust,
        work={"purchase": made.work(*rows)},
    )
    if facts.period.name != "2025":
        inside = [row for row in rows if row[2] == "2025-01"] or [("I1", "A", "2025-01", "1", "1")]
        facts = replace(facts, work={"purchase": made.work(*inside)})
    kinds = ("a",) if draw(st.booleans()) else ()
    per, prorate = draw(st.sampled_from(Per)), draw(st.booleans())
    bodies: list[FundBody] = [
        PerHead(Heads(), at(draw(e4)), per, prorate, "".join(kinds)),
        PerEquivalent("purchase", price_e4=at(draw(e4)), coefficients=kinds),
        PerItem("purchase", {"A": at(draw(e4)), "B": at(draw(e4))}),
    ]
    body = draw(st.sampled_from(bodies))
    return made.fund(body, payers=made.payers(*named(draw(KEYS)))), facts


@given(cases())
def test_lines_and_parts_add_up_and_lines_can_be_multiplied_again(case: tuple[Fund, Facts]) -> None:
    fund, facts = case
    found = money(made.scheme(fund), facts).dues
    assert [due.institution_id for due in found] == ["I1", "I2", "I3"]
    for due in found:
        assert sum(line.amount_fen for line in due.lines) == due.due_fen
        assert sum(part for _, part in due.parts) == due.due_fen
        counted = [line for line in due.lines if line.what != "zero"]
        exact = [exact_fen(line) for line in counted]
        assert all(abs(e - line.amount_fen) <= 1 for e, line in zip(exact, counted, strict=True))
        total = half_up(sum(exact, Fraction()))
        assert due.due_fen in (total, max(total, 0))


@given(cases())
def test_parts_are_those_of_the_reference(case: tuple[Fund, Facts]) -> None:
    fund, facts = case
    payers = fund.payers.versions[0].value
    for due in money(made.scheme(fund), facts).dues:
        keyed = [(f"{n:03}", Fraction(payer.key)) for n, payer in enumerate(payers)]
        expected = reference.largest_remainder(abs(due.due_fen), keyed)
        sign = -1 if due.due_fen < 0 else 1
        assert [part for _, part in due.parts] == [sign * expected[n].amount for n, _ in keyed]


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_payers_moves_only_tied_fen(
    case: tuple[Fund, Facts], shuffle: st.DrawFn
) -> None:
    fund, facts = case
    payers = list(fund.payers.versions[0].value)
    shuffle.shuffle(payers)  # type: ignore[attr-defined]
    other = replace(fund, payers=Dated((Version(tuple(payers)),)))
    for one, two in zip(*(money(made.scheme(f), facts).dues for f in (fund, other)), strict=True):
        assert one.due_fen == two.due_fen
        # Who has the same key may change places; the amounts of each key stay.
        keys = {payer.name: payer.key for payer in payers}
        by_key = [Counter((keys[name], part) for name, part in due.parts) for due in (one, two)]
        assert by_key[0] == by_key[1]


@given(cases())
def test_an_institution_owes_nothing_to_who_else_there_is(case: tuple[Fund, Facts]) -> None:
    fund, facts = case
    alone = replace(fund, scope=replace(fund.scope, ids=("I2",)))
    together = {due.institution_id: due for due in money(made.scheme(fund), facts).dues}
    (due,) = money(made.scheme(alone), facts).dues
    assert (due.due_fen, due.lines, due.parts) == (
        together["I2"].due_fen,
        together["I2"].lines,
        together["I2"].parts,
    )


def heads_times(times: int) -> made.Counts:
    return made.always(3 * times, 5 * times, 0)


@given(st.integers(0, 10**6), st.integers(1, 10**4), st.sampled_from(Per))
def test_twice_the_heads_are_twice_the_money_but_for_rounding(
    rate: int, times: int, per: Per
) -> None:
    fund = made.fund(PerHead(Heads(), at(rate), per))
    once, often = (
        [
            due.due_fen
            for due in money(made.scheme(fund), made.facts("2025-Q1", PLACES, heads=h)).dues
        ]
        for h in (heads_times(1), heads_times(times))
    )
    for one, many in zip(once, often, strict=True):
        assert abs(times * one - many) <= times


def dues_of(body: PerEquivalent, rows: Sequence[int]) -> Sequence[Due]:
    work = made.work(
        *(
            (place.institution_id, "A", "2025-01", "1", print_e7(e7))
            for place, e7 in zip(PLACES, rows, strict=True)
        )
    )
    return money(made.scheme(made.fund(body)), made.facts("2025", PLACES, work={"s": work})).dues


ROWS = st.lists(st.integers(0, 10**13), min_size=3, max_size=3).filter(any)


@given(ROWS, st.integers(0, 10**12), st.integers(1, 1000))
def test_a_floating_budget_is_paid_out_whatever_the_size_of_equivalents(
    rows: list[int], budget: int, times: int
) -> None:
    body = PerEquivalent("s", floating=True, budget_fen=at(budget))
    amounts = [due.due_fen for due in dues_of(body, rows)]
    people = [(f"I{n}", Fraction(e7)) for n, e7 in enumerate(rows, 1)]
    expected = reference.largest_remainder(budget, people)
    assert amounts == [expected[name].amount for name, _ in people]
    assert amounts == [due.due_fen for due in dues_of(body, [times * e7 for e7 in rows])]


@given(ROWS, st.integers(0, 10**9), st.integers(0, 10**12))
def test_a_fixed_price_within_a_budget_never_exceeds_it(
    rows: list[int], price: int, budget: int
) -> None:
    fixed = PerEquivalent("s", price_e4=at(price))
    wanted = [due.due_fen for due in dues_of(fixed, rows)]
    scaled = replace(fixed, budget_fen=at(budget), over_budget=OverBudget.SCALE)
    amounts = [due.due_fen for due in dues_of(scaled, rows)]
    assert sum(amounts) == min(sum(wanted), budget)
    assert all(amount <= want for amount, want in zip(amounts, wanted, strict=True))


def doubled(body: FundBody) -> FundBody:
    """The same kind at twice the price or rate."""

    def twice(figure: Dated[int] | None) -> Dated[int] | None:
        assert figure is None or len(figure.versions) == 1
        return None if figure is None else at(2 * figure.versions[0].value)

    match body:
        case PerHead():
            rate = twice(body.rate_e4)
            assert rate is not None
            return replace(body, rate_e4=rate)
        case PerItem():
            return replace(body, prices_e4={i: at(2 * p.versions[0].value) for i, p in
                                            body.prices_e4.items()})  # fmt: skip
        case _:
            assert isinstance(body, PerEquivalent)
            return replace(body, price_e4=twice(body.price_e4), budget_fen=twice(body.budget_fen))


@given(cases())
def test_twice_the_price_is_twice_the_money_but_for_a_fen(case: tuple[Fund, Facts]) -> None:
    # round(2x) and 2 round(x) are less than 1.5 apart, so by at most one whole fen.
    fund, facts = case
    more = replace(fund, body=doubled(fund.body))
    for one, two in zip(*(money(made.scheme(f), facts).dues for f in (fund, more)), strict=True):
        assert abs(two.due_fen - 2 * one.due_fen) <= 1
        # Parts are their exact share within less than a fen: of both less than 1 + 2, and the
        # whole fen that the due itself may be off.
        for (_, part), (_, often) in zip(one.parts, two.parts, strict=True):
            assert abs(often - 2 * part) <= 3


@given(ROWS, st.integers(0, 10**12))
def test_twice_the_budget_is_twice_the_money_but_for_two_fen(rows: list[int], budget: int) -> None:
    # A part is less than a fen from its exact share: 1 of the one, 2 x 1 of the other, so at most
    # 2 whole fen between them.
    body = PerEquivalent("s", floating=True, budget_fen=at(budget))
    once = [due.due_fen for due in dues_of(body, rows)]
    twice = doubled(body)
    assert isinstance(twice, PerEquivalent)
    often = [due.due_fen for due in dues_of(twice, rows)]
    assert sum(often) == 2 * sum(once) == 2 * budget
    assert all(abs(two - 2 * one) <= 2 for one, two in zip(once, often, strict=True))
