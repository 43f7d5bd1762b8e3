"""The ladder of sharing against a small model that walks it one parent at a time, in fractions.

Faults caught: a department's key lowered by somebody's deficit, a person of two departments paid
once, a left-over fen settled over two levels at once, a parent's stuck money given to a sister, the
whole county's children where only one institution's stand below the pool, a carried amount
counted as retained, one pool's bounds taken for another's, an institution coefficient on people.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.errors import RefusedError
from equivalents.payouts import Payouts, share
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_period
from equivalents.policy.model import CaseRules, Institution, Pool, Posting
from equivalents.policy.sharing import Bound, Level, LevelKey, LevelKind, Limits, Nobody, Sharing
from equivalents.tally import Plan
from equivalents.tree import Keys
from equivalents.units import Int64
from tests.models.bounds import Payee, round_fen, within

pytestmark = pytest.mark.rules("D1", "D2", "D3")

ONE = 10**7
PARENTS = {"I0": "", "I1": "I0", "I2": "I0", "I3": "I1"}

Place = tuple[str, str, str]
"""Person, institution, department."""


@dataclass(frozen=True)
class World:
    """Who works where with which equivalents, and how the pool of I0 is shared."""

    work: Mapping[Place, int]
    amount: int
    levels: tuple[Level, ...]
    heads: Mapping[tuple[str, str], int] = field(default_factory=dict)
    institutions: Mapping[str, int] = field(default_factory=dict)
    pool_at: str = "I0"


def settle(world: World) -> tuple[Payouts, Plan]:
    """The engine on one pool."""
    rules = CaseRules(
        parse_period("2025"),
        tuple(Institution(code, parent_id=above) for code, above in PARENTS.items()),
        tuple(
            Posting(person, place, FIRST_DAY, LAST_DAY, post_id=f"at{unit}", department_id=unit)
            for person, place, unit in world.work
        ),
        (),
        (Pool(world.pool_at, "x", "pay", world.amount),),
        sharing={"x": Sharing(world.levels)},
    )
    plan = Plan(rules)
    vector = np.array(
        [
            world.work[row.person_id, row.institution_id, row.department_id]
            for row in plan.postings.rows
        ],
        np.int64,
    )
    heads = {
        (plan.institutions.find(place), plan.persons.find(person)): value
        for (place, person), value in world.heads.items()
    }
    coefficients: Int64 | None = None
    if world.institutions:
        coefficients = np.array(
            [world.institutions.get(code, 10_000) for code in plan.institutions.values]
        )
    keys = Keys({"pay": vector}, heads_e4=[heads], institution_e4=[coefficients])
    return share(rules.pools, rules, plan, keys)[0], plan


def paid(world: World) -> tuple[dict[tuple[str, str], int], int, int]:
    """Fen by institution and person, what is retained, what is carried."""
    payouts, plan = settle(world)
    rows = zip(
        payouts.institution.tolist(),
        payouts.person.tolist(),
        payouts.amount_fen.tolist(),
        strict=True,
    )
    by_person = {(plan.institutions[i], plan.persons[p]): fen for i, p, fen in rows}
    assert len(by_person) == payouts.pool.size
    return by_person, int(payouts.retained_fen[0]), int(payouts.carried_fen[0])


# -- the model ---------------------------------------------------------------------------------


class RefusalError(Exception):
    """The model cannot share: the code."""


@dataclass
class Model:
    """One parent after the other; a node is (institution, department or None for all)."""

    world: World
    people: dict[tuple[str, str], int] = field(default_factory=dict)
    retained: int = 0
    carried: int = 0

    def refusal(self) -> str:
        """Share everything; the code of the first refusal, or nothing."""
        try:
            self.down((self.world.pool_at, None), self.world.amount, list(self.world.levels))
        except RefusalError as refused:
            return str(refused)
        return ""

    def staff(self, node: tuple[str, str | None]) -> dict[str, int]:
        """The people of a node and their equivalents there."""
        found: dict[str, int] = {}
        for (person, place, unit), value in self.world.work.items():
            if place == node[0] and node[1] in (None, unit):
                found[person] = found.get(person, 0) + value
        return dict(sorted(found.items()))

    def children(self, to: LevelKind, node: tuple[str, str | None]) -> Iterator[tuple[str, Any]]:
        """Code of each child and what it is: a node, or a person."""
        if to == LevelKind.INSTITUTION:
            below = {code for code, above in PARENTS.items() if above == node[0]}
            below |= {node[0]} if self.staff(node) else set()
            yield from ((code, (code, None)) for code in sorted(below))
        elif to == LevelKind.DEPARTMENT:
            units = {unit for _, place, unit in self.world.work if place == node[0]}
            # Staff without department stand under the institution's own code, ties included (5.10).
            coded = sorted((unit or node[0], unit) for unit in units)
            yield from ((code, (node[0], unit)) for code, unit in coded)
        else:
            yield from ((person, person) for person in self.staff(node))

    def key(self, level: Level, node: tuple[str, str | None], code: str, child: Any) -> int:
        person = level.to == LevelKind.PERSON
        heads = self.world.heads
        if level.key == LevelKey.FIXED:
            if code not in level.shares_e4:
                raise RefusalError("SHARE_MISSING")
            key = level.shares_e4[code] * 1000
        elif level.key == LevelKey.HEADCOUNT:
            place, names = (node[0], [child]) if person else (child[0], list(self.staff(child)))
            key = sum(heads.get((place, name), 10_000) for name in names) * 1000
        elif person:
            key = max(self.staff(node)[child], 0)
        else:
            key = sum(max(value, 0) for value in self.staff(child).values())
        if level.to == LevelKind.INSTITUTION:  # whatever the key is (5.2)
            key = (key * self.world.institutions.get(code, 10_000) + 5_000) // 10_000
        return key

    def down(self, node: tuple[str, str | None], fen: int, levels: Sequence[Level]) -> None:
        level = levels[0]
        children = list(self.children(level.to, node))
        keys = [self.key(level, node, code, child) for code, child in children]
        stuck = fen > 0 and not any(keys)
        if stuck and level.nobody == Nobody.REFUSE:
            raise RefusalError("POOL_NO_KEY" if keys else "POOL_NO_PEOPLE")
        if stuck and level.nobody == Nobody.EQUAL:
            if not keys:
                raise RefusalError("POOL_NO_PEOPLE")
            keys = [ONE] * len(keys)
        amounts, kept = self.amounts(level, node, fen, [code for code, _ in children], keys)
        if stuck and level.nobody == Nobody.CARRY:
            self.carried += kept
        else:
            self.retained += kept
        for (_, child), amount in zip(children, amounts, strict=True):
            if level.to == LevelKind.PERSON:
                place = (node[0], child)
                self.people[place] = self.people.get(place, 0) + amount
            else:
                self.down(child, amount, levels[1:])

    def amounts(
        self,
        level: Level,
        node: tuple[str, str | None],
        fen: int,
        codes: Sequence[str],
        keys: list[int],
    ) -> tuple[list[int], int]:
        part = [
            Fraction(self.world.heads.get((node[0], code), 10_000), 10_000)
            if level.to == LevelKind.PERSON
            else Fraction(1)
            for code in codes
        ]
        heads = sum(part, Fraction(0))
        average = Fraction(fen) / heads if heads else Fraction(0)
        if fen == 0:
            # It pays zeros (5.9): no floor, so none above a cap that is a multiple of the average.
            return [0] * len(codes), 0
        payees = []
        for code, key, share_of in zip(codes, keys, part, strict=True):
            own = level.own.get(code, Limits())
            floor, cap = own.floor or level.limits.floor, own.cap or level.limits.cap
            least = -(-(exact(floor, average) * share_of) // 1) if floor else 0
            most = (exact(cap, average) * share_of) // 1 if cap else None
            if most is not None and least > most:
                raise RefusalError("FLOOR_ABOVE_CAP")
            payees.append(Payee(key, int(least), None if most is None else int(most)))
        floors = [payee.floor for payee in payees]
        if sum(floors) > fen:
            if not level.scale_floors:
                raise RefusalError("FLOORS_OVER_POOL")
            return round_fen([Fraction(fen * f, sum(floors)) for f in floors], floors, fen), 0
        if level.keep_excess:
            open_ended, rest = within(fen, [payee._replace(cap=None) for payee in payees])
            cut = [
                f if p.cap is None else min(f, p.cap)
                for p, f in zip(payees, open_ended, strict=True)
            ]
            return cut, rest + sum(open_ended) - sum(cut)
        return within(fen, payees)


def exact(bound: Bound, average: Fraction) -> Fraction:
    return average * bound.value / 10_000 if bound.average else Fraction(bound.value)


# -- random worlds -----------------------------------------------------------------------------

INSTITUTIONS = ("I0", "I1", "I2", "I3")
PLACES = st.tuples(
    st.sampled_from(["P1", "P2", "P3", "P4"]),
    st.sampled_from(INSTITUTIONS),
    st.sampled_from(["", "D1", "D2"]),
).map(lambda at: (at[0], at[1], f"{at[2]}{at[1]}" if at[2] else ""))
WORK = st.dictionaries(PLACES, st.integers(-2, 5).map(lambda n: n * ONE), max_size=9)
CODES = {
    LevelKind.INSTITUTION: INSTITUTIONS,
    LevelKind.DEPARTMENT: (*INSTITUTIONS, *(f"{d}{i}" for d in ("D1", "D2") for i in INSTITUTIONS)),
    LevelKind.PERSON: ("P1", "P2", "P3", "P4"),
}
FEN = st.integers(0, 400)


@st.composite
def bounds(draw: st.DrawFn, person: bool) -> Limits:
    def one() -> Bound | None:
        if not draw(st.booleans()):
            return None
        if person and draw(st.booleans()):
            return Bound(draw(st.integers(0, 25_000)), average=True)
        return Bound(draw(FEN))

    return Limits(one(), one())


@st.composite
def levels(draw: st.DrawFn) -> tuple[Level, ...]:
    kinds = [kind for kind in LevelKind if kind == LevelKind.PERSON or draw(st.booleans())]
    return tuple(draw(level(kind)) for kind in kinds)


@st.composite
def level(draw: st.DrawFn, to: LevelKind) -> Level:
    # What departments hand in is no key of the model: tests/unit/test_sharing_extras.py has it.
    keys = [key for key in LevelKey if key is not LevelKey.SECONDARY]
    key = draw(st.sampled_from(keys))
    codes = CODES[to]
    shares = {}
    if key == LevelKey.FIXED:
        shares = {code: draw(st.integers(0, 3)) * 10_000 for code in codes}
        if draw(st.integers(0, 9)) == 0:
            del shares[draw(st.sampled_from(codes))]
    person = to == LevelKind.PERSON
    limits = draw(bounds(person)) if draw(st.booleans()) else Limits()
    own = draw(st.dictionaries(st.sampled_from(codes), bounds(person), max_size=1))
    return Level(
        to,
        key,
        draw(st.sampled_from(list(Nobody))),
        shares,
        limits,
        own,
        keep_excess=draw(st.booleans()),
        scale_floors=draw(st.booleans()),
    )


HEADS = st.dictionaries(
    st.tuples(st.sampled_from(INSTITUTIONS), st.sampled_from(["P1", "P2"])),
    st.sampled_from([0, 2_500, 7_777, 10_000]),
    max_size=3,
)
COEFFICIENTS = st.dictionaries(st.sampled_from(INSTITUTIONS), st.integers(0, 15_000), max_size=3)
WORLDS = st.builds(World, WORK, st.integers(0, 900), levels(), HEADS, COEFFICIENTS)


@given(WORLDS)
def test_the_ladder_equals_the_model(world: World) -> None:
    model = Model(world)
    refusal = model.refusal()
    if refusal:
        with pytest.raises(RefusedError) as error:
            settle(world)
        assert refusal in {problem.code for problem in error.value.problems}
    else:
        assert paid(world) == (model.people, model.retained, model.carried)


# -- by hand -----------------------------------------------------------------------------------

INSTITUTION, DEPARTMENT, PERSON = LevelKind
TWO = (Level(INSTITUTION), Level(PERSON))


def test_a_deficit_lowers_nobody_elses_share() -> None:
    work = {("P1", "I1", ""): 4 * ONE, ("P2", "I1", ""): -2 * ONE, ("P3", "I2", ""): 4 * ONE}
    assert paid(World(work, 100, TWO)) == (
        {("I1", "P1"): 50, ("I1", "P2"): 0, ("I2", "P3"): 50}, 0, 0,
    )  # fmt: skip


def test_an_institution_coefficient_moves_institutions_and_no_people() -> None:
    work = {("P1", "I1", ""): ONE, ("P2", "I1", ""): ONE, ("P3", "I2", ""): 2 * ONE}
    world = World(work, 300, TWO, institutions={"I1": 20_000})
    assert paid(world)[0] == {("I1", "P1"): 100, ("I1", "P2"): 100, ("I2", "P3"): 100}
    # 5.2 multiplies the institution's key, whatever it is: `equivalents` leaves out people's only.
    plain = replace(world, levels=(Level(INSTITUTION, LevelKey.EQUIVALENTS), Level(PERSON)))
    assert paid(plain)[0] == paid(world)[0]
    # Two heads times 2, and one.
    heads = replace(world, levels=(Level(INSTITUTION, LevelKey.HEADCOUNT), Level(PERSON)))
    assert paid(heads)[0] == {("I1", "P1"): 120, ("I1", "P2"): 120, ("I2", "P3"): 60}


def test_an_institution_key_is_rounded_half_up_at_seven_places() -> None:
    work = {("P1", "I1", ""): 5, ("P3", "I2", ""): 3}
    payouts, _ = settle(World(work, 300, TWO, institutions={"I1": 5_000}))
    assert payouts.steps[0].key_e7.tolist() == [3, 3]  # 2.5 units are 3


def test_part_time_counts_in_heads_and_shrinks_bounds() -> None:
    work = {("P1", "I0", ""): ONE, ("P2", "I0", ""): ONE}
    by_heads = World(work, 300, (Level(PERSON, LevelKey.HEADCOUNT),), {("I0", "P2"): 5_000})
    assert paid(by_heads)[0] == {("I0", "P1"): 200, ("I0", "P2"): 100}
    # The average of a whole head is 300 / 1.5 = 200; a cap of 0.7 of it is 140, for P2 70.
    capped = Limits(cap=Bound(7_000, average=True))
    world = replace(by_heads, levels=(Level(PERSON, limits=capped),))
    assert paid(world) == ({("I0", "P1"): 140, ("I0", "P2"): 70}, 90, 0)


def test_grandchildren_stand_under_their_own_parent_only() -> None:
    work = {("P1", "I1", ""): ONE, ("P2", "I3", ""): ONE}
    assert paid(World(work, 100, TWO))[0] == {("I1", "P1"): 100}
    assert paid(World(work, 100, TWO, pool_at="I1"))[0] == {("I1", "P1"): 50, ("I3", "P2"): 50}


def test_floors_are_paid_where_nobody_has_a_key_and_the_rest_stays() -> None:
    work = {("P1", "I0", ""): 0, ("P2", "I0", ""): -ONE}
    level = Level(PERSON, nobody=Nobody.CARRY, limits=Limits(floor=Bound(30)))
    assert paid(World(work, 100, (level,))) == ({("I0", "P1"): 30, ("I0", "P2"): 30}, 0, 40)


def test_where_there_is_nothing_no_floor_is_above_a_cap() -> None:
    # I2 has 0.00, of which a cap by the average is 0.00: no floor is owed there (5.9).
    limits = Limits(floor=Bound(30), cap=Bound(10_000, average=True))
    work = {("P1", "I1", ""): ONE, ("P2", "I2", ""): 0}
    levels = (Level(INSTITUTION), Level(PERSON, limits=limits))
    assert paid(World(work, 100, levels)) == ({("I1", "P1"): 100, ("I2", "P2"): 0}, 0, 0)


def test_whoever_stands_at_a_floor_that_is_the_cap_stands_at_both() -> None:
    work = {("P1", "I0", ""): 6, ("P2", "I0", ""): 2, ("P3", "I0", ""): 1}
    both = Limits(floor=Bound(30), cap=Bound(30))
    payouts, _ = settle(World(work, 90, (Level(PERSON, limits=both),)))
    assert payouts.capped_fen.tolist() == [30, 0, 0]
    assert payouts.floored_fen.tolist() == [0, 10, 20]


def test_where_the_excess_is_kept_only_whoever_is_cut_stands_at_a_cap() -> None:
    # P1 has less than by his key because P2's floor is paid: no cap took that (5.11, `retain`).
    work = {("P1", "I0", ""): 3, ("P2", "I0", ""): 1}
    both = Limits(floor=Bound(1), cap=Bound(1))
    payouts, _ = settle(World(work, 2, (Level(PERSON, limits=both, keep_excess=True),)))
    assert payouts.amount_fen.tolist() == [1, 1]
    assert payouts.capped_fen.tolist() == [0, 0]
    assert payouts.floored_fen.tolist() == [0, 1]


def test_every_refusal_is_told_at_once() -> None:
    work = {("P1", "I1", ""): 0, ("P2", "I2", "D1I2"): 0}
    levels = (Level(INSTITUTION, LevelKey.HEADCOUNT), Level(PERSON))
    with pytest.raises(RefusedError) as error:
        settle(World(work, 100, levels))
    found = [(problem.code, problem.facts["institution"]) for problem in error.value.problems]
    assert found == [("POOL_NO_KEY", "I1"), ("POOL_NO_KEY", "I2")]
