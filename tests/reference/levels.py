"""Sharing a pool level by level: institutions, departments, people (D1; 5.2, 5.3, 5.9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from tests.reference import secondary
from tests.reference.averages import averaged, multiple_of
from tests.reference.bounds import Node, Shared, ranges_of, share_node
from tests.reference.case import Case, Pool, Posting
from tests.reference.coefficients import Segment
from tests.reference.contracts import signed
from tests.reference.declared import Level
from tests.reference.keys import Adjusted, Keys, Place, of_line
from tests.reference.leave import LeaveLine, Leaves
from tests.reference.numbers import floor, half_up
from tests.reference.payouts import Payout, PoolTotal, Shelf, Step
from tests.reference.paytables import HandedIn
from tests.reference.people import chosen, of_period
from tests.reference.sharing import series_of
from tests.reference.text import Refused
from tests.reference.todate import Part, part_in_pool

EVERY = None
"""Stands for all departments of an institution."""


class PoolSharing:
    """Shares one pool; afterwards it holds everything that there is to say of it."""

    def __init__(
        self, case: Case, pool: Pool, keys: Keys, leaves: Leaves, adjusted_fen: int = 0
    ) -> None:
        """Share the pool; raises `Refused` where nothing may be paid. Adjustments take first."""
        self.adjusted_fen = adjusted_fen
        self.case = case
        self.pool = pool
        self.keys = keys
        self.leaves = leaves
        self.leave: dict[tuple[str, str], list[LeaveLine]] = {}
        """By level key and institution."""
        self.series = series_of(pool, case.series)
        self.steps: list[Step] = []
        self.payouts: dict[tuple[str, str], Payout] = {}
        """By institution and person."""
        self.negative: dict[tuple[str, str], Fraction] = {}
        self.lines: list[Adjusted] = []
        self.brought: set[tuple[str, str, str]] = set()
        """Whose keys brought in are used: by institution, pool and person."""
        self._of_institution: dict[str, list[Adjusted]] = {}
        self.shelves: list[Shelf] = []
        self._sharers: dict[str, list[str]] = {}
        self.parts: dict[tuple[str, str], Fraction] = {}
        """By what amounts are multiplied where something is withheld (5.3)."""
        self.later: dict[tuple[str, str], int] = {}
        """What is withheld until a later period releases it, by institution and person."""
        self.retained_fen = self.carried_fen = 0
        self.extras = case.declared.extras(pool.pool)
        levels = case.declared.levels(pool.pool)
        self.places = self.paying(levels)
        self.check_departments(levels)
        amount_fen = pool.amount_fen
        if levels[0].to == "institution":
            self.institutions(levels, self.charged(amount_fen))
        else:
            self.below(levels, pool.institution, self.charged(self.limited(amount_fen)))
        for institution, person in self.payouts:
            self.withhold(institution, person)
            self.bring_in(institution, person)
        paid = self.adjusted_fen + sum(one.amount_fen for one in self.payouts.values())
        self.total = PoolTotal(pool.amount_fen, paid, self.retained_fen, self.carried_fen)
        assert sum(self.total[1:]) == pool.amount_fen, "paid + retained + carried = pool (D2)"

    def limited(self, amount_fen: int) -> int:
        """Return the pool times the institution's coefficient; the rest is carried (5.2)."""
        of = self.pool.institution
        coefficient, retain = self.keys.coefficients.institution(of, self.pool.pool)
        if coefficient > 1 and self.case.declared.excess_fund(self.pool.pool):
            return amount_fen  # a fund made it larger before
        if coefficient > 1:
            raise Refused("POOL_COEFFICIENT_ABOVE_ONE", of)
        left = floor(amount_fen * coefficient + Fraction(1, 2))
        if retain:
            self.retained_fen += amount_fen - left
        else:
            self.carried_fen += amount_fen - left
        return left

    def charged(self, amount_fen: int) -> int:
        """Return what adjustments of closed periods leave of the pool (5.19).

        They are pay of the pool, so its cap and coefficient are of the whole of it.
        """
        left = amount_fen - self.adjusted_fen
        if left < 0:
            raise Refused("ADJUSTMENT_OVER_POOL", f"{self.pool.institution}/{self.pool.pool}/")
        return left

    def paying(self, levels: Sequence[Level]) -> list[str]:
        """Return whose people share: those below and the pool's own, or its own alone."""
        top = self.pool.institution
        if levels[0].to != "institution":
            return [top]
        below = {child for child, parent in self.case.parents.items() if parent == top}
        return sorted(below | ({top} if self.sharers(top) else set()))

    def sharers(self, institution: str) -> list[str]:
        """Return the eligible people of an institution that the pool is for."""
        if institution not in self._sharers:
            here = chosen(self.case, institution, self.extras.who)
            self._sharers[institution] = sorted(here)
        return self._sharers[institution]

    def check_departments(self, levels: Sequence[Level]) -> None:
        """Refuse a department's coefficient where no level shares among departments."""
        if any(level.to == "department" for level in levels):
            return
        for one in self.case.pay.departments:
            rows = self.keys.coefficients.of_unit("department", one.code, self.pool.pool)
            if rows and one.institution in self.places:
                raise Refused("DEPARTMENT_COEFFICIENT_NO_LEVEL", one.code)

    def institutions(self, levels: Sequence[Level], amount_fen: int) -> None:
        """Share among the institutions below, and the pool's own if it has people."""
        top, children = self.pool.institution, self.places
        keys = {child: self.institution_key(levels[0], child) for child in children}
        shared = self.share(levels[0], amount_fen, keys, top, dict.fromkeys(keys, Fraction(1)))
        for child in children:
            self.below(levels[1:], child, shared.children[child].amount_fen)

    def institution_key(self, level: Level, institution: str) -> Fraction:
        """Return the key of an institution, times its coefficient, at seven places (5.2)."""
        if level.key == "fixed":
            key = level.shares.get(institution, Fraction(0))
        else:
            people = self.sharers(institution)
            # A deficit is the person's to carry (5.9): it lowers nobody else's share.
            each = (self.key(level, institution, person, EVERY) for person in people)
            key = sum((max(one, Fraction(0)) for one in each), Fraction(0))
        coefficient, _ = self.keys.coefficients.institution(institution, self.pool.pool)
        return half_up(key * coefficient, 7)

    def below(self, levels: Sequence[Level], institution: str, amount_fen: int) -> None:
        """Share what one institution has: by department, or at once among its people."""
        if levels[0].to == "person":
            self.people(levels[0], institution, institution, EVERY, amount_fen)
            return
        members: dict[str, set[str]] = {}
        for posting in self.postings(institution):
            members.setdefault(posting.department, set()).add(posting.person)
        # Staff without department stand under the institution's own code.
        codes = {department or institution: department for department in members}
        keys = {
            code: levels[0].shares.get(code, Fraction(0))
            if levels[0].key == "fixed"
            else sum(
                (
                    max(self.key(levels[0], institution, person, department), Fraction(0))
                    for person in members[department]
                ),
                Fraction(0),
            )
            for code, department in sorted(codes.items())
        }
        for code, department in codes.items():
            if department:
                by = self.keys.coefficients.department(department, self.pool.pool)
                keys[code] = half_up(keys[code] * by, 7)
        sizes = dict.fromkeys(keys, Fraction(1))
        shared = self.share(levels[0], amount_fen, keys, institution, sizes)
        for code in keys:
            amount = shared.children[code].amount_fen
            self.people(levels[1], code, institution, codes[code], amount)

    def people(
        self, level: Level, parent: str, institution: str, department: str | None, amount_fen: int
    ) -> None:
        """Share among people, and pay them."""
        self.lines_of(institution)  # listed whatever the key is
        here = sorted(
            {
                posting.person
                for posting in self.postings(institution)
                if department in (EVERY, posting.department)
            }
        )
        where = f"{self.pool.institution}/{self.pool.pool}/{parent}"
        rows: Sequence[HandedIn] = ()
        if level.key == "secondary":
            own = (institution, department)
            rows = secondary.handed_in(self.case, self.pool.pool, *own, where)
            if not rows and self.extras.secondary_default != "adjusted":
                raise Refused("SECONDARY_NOT_HANDED_IN", where)
            if not rows:
                level = replace(level, key="adjusted")
            else:
                secondary.check_people(rows, here, self.extras, where)
        if rows:
            keys = secondary.shares_of(rows, here)
        else:
            keys = {person: self.key(level, institution, person, department) for person in here}
        sizes = {person: self.size(institution, person) for person in here}
        name = self.pool.pool
        parts: dict[str, Part] = {}
        if level.yearly:
            if any((institution, person) in self.payouts for person in here):
                raise Refused("YEARLY_SEVERAL", where)
            parts = {one: part_in_pool(self.case, name, institution, one) for one in here}
        by_amount = bool(rows) and rows[0].amount_fen is not None
        self.shelves.append(Shelf(institution, parent, amount_fen, keys, by_amount))
        if by_amount:
            ranges = ranges_of(level, amount_fen, sizes, where, parts)
            shared = secondary.node_of(rows, amount_fen, ranges, where)
            keys = {one: Fraction(got.amount_fen, 100) for one, got in shared.children.items()}
            self.written(level, parent, keys, shared)
        else:
            shared = self.share(level, amount_fen, keys, parent, sizes, parts)
        for person, got in shared.children.items():
            counted = Fraction(1) if shared.equal else max(keys[person], Fraction(0))
            self.pay(institution, person, counted, got)
            self.list_negative(institution, person, keys[person])

    def pay(self, institution: str, person: str, key: Fraction, got: Shared) -> None:
        """Pay one person, also from several departments."""
        at = (institution, person)
        old = self.payouts.get(at, Payout(Fraction(0), 0, 0))
        self.payouts[at] = Payout(
            old.key + key,
            old.amount_fen + got.amount_fen,
            old.remainder_fen + got.remainder_fen,
            old.capped_fen + got.capped_fen,
            old.floored_fen + got.floored_fen,
        )

    def list_negative(self, institution: str, person: str, key: Fraction) -> None:
        """List a negative key, which counts as 0 (5.9)."""
        if key < 0:
            at = (institution, person)
            self.negative[at] = self.negative.get(at, Fraction(0)) + key

    def withhold(self, institution: str, person: str) -> None:
        """Withhold of the amount of a person, rounded once per payee and pool (5.3)."""
        payout = self.payouts[institution, person]
        part = self.keys.coefficients.withheld(person, institution, self.pool.pool)
        amount_fen = floor(payout.amount_fen * part + Fraction(1, 2))
        self.parts[institution, person] = part
        if self.keys.coefficients.released_later(person, institution, self.pool.pool):
            self.later[institution, person] = payout.amount_fen - amount_fen
            self.carried_fen += payout.amount_fen - amount_fen
        else:
            self.retained_fen += payout.amount_fen - amount_fen
        self.payouts[institution, person] = payout._replace(amount_fen=amount_fen)

    def bring_in(self, institution: str, person: str) -> None:
        """List the key that a person brought in as a line of no days."""
        brought = self.opening(institution, person, EVERY)
        if brought:
            first = self.case.first_day
            place = Place(Segment(first, first, Fraction(1)), "")
            pool = self.pool.pool
            self.lines.append(Adjusted(institution, person, pool, place, brought, brought, {}))
            self.brought.add((institution, pool, person))

    def share(
        self,
        level: Level,
        amount_fen: int,
        keys: Mapping[str, Fraction],
        parent: str,
        sizes: Mapping[str, Fraction],
        parts: Mapping[str, Part] | None = None,
    ) -> Node:
        """Share one amount at one level and write down the steps."""
        where = f"{self.pool.institution}/{self.pool.pool}/{parent}"
        node = share_node(level, amount_fen, keys, sizes, where, parts or {})
        self.retained_fen += node.retained_fen
        self.carried_fen += node.carried_fen
        self.written(level, parent, keys, node)
        return node

    def written(self, level: Level, parent: str, keys: Mapping[str, Fraction], node: Node) -> None:
        """Write down the steps from a parent to its children."""
        for child, got in node.children.items():
            key = Fraction(1) if node.equal else max(keys[child], Fraction(0))
            step = (level.to, self.pool.pool, parent, child, key)
            self.steps.append(Step(*step, got.amount_fen, got.remainder_fen))

    def key(self, level: Level, institution: str, person: str, department: str | None) -> Fraction:
        """Return the key of a person, in one department or in all; or that of an average (5.16)."""
        if self.extras.averages and self.own_key(level, institution, person, EVERY) == 0:
            multiple = multiple_of(self.case, self.extras.averages, institution, person)
            if multiple is not None:
                if department not in (EVERY, self.first_posting(institution, person).department):
                    return Fraction(0)
                size = self.size(institution, person)
                return averaged(multiple, size, self.every_key(level))
        return self.own_key(level, institution, person, department)

    def every_key(self, level: Level) -> list[Fraction]:
        """Return the own key of everybody who shares in the pool, at whatever institution."""
        return [
            self.own_key(level, place, person, EVERY)
            for place in self.places
            for person in self.sharers(place)
        ]

    def own_key(
        self, level: Level, institution: str, person: str, department: str | None
    ) -> Fraction:
        """Return the key of a person, in one department or in all."""
        match level.key:
            case "fixed":
                return level.shares.get(person, Fraction(0))
            case "headcount":
                return self.size(institution, person)
            case "contracts":
                return signed(self.case, institution, person, department)
            case "equivalents" | "adjusted":
                return (
                    self.opening(institution, person, department)
                    + self.on_leave(level.key, institution, person, department)
                    + sum(
                        (
                            of_line(line, level.key, department)
                            for line in self.lines_of(institution)
                            if line.person == person
                        ),
                        Fraction(0),
                    )
                )
        raise Refused("NOT_SUPPORTED", f"key {level.key}")

    def opening(self, institution: str, person: str, department: str | None) -> Fraction:
        """Return the deficit that the last period left (5.9).

        It is a key of the person, so it counts where people are shared by equivalents; of several
        departments in that of the posting with the smallest post code, the earliest of those.
        """
        by = self.case.declared.levels(self.pool.pool)[-1].key
        first = self.first_posting(institution, person)
        if by not in ("equivalents", "adjusted") or department not in (EVERY, first.department):
            return Fraction(0)
        at = (institution, self.pool.pool, person)
        return sum((one.equivalents for one in self.case.opening if one[:3] == at), Fraction(0))

    def first_posting(self, institution: str, person: str) -> Posting:
        """Return the posting with the smallest post code, the earliest of those."""
        return min(
            (one for one in self.postings(institution) if one.person == person),
            key=lambda one: (one.post, one.active_from, one.active_to, not one.main),
        )

    def on_leave(self, by: str, institution: str, person: str, department: str | None) -> Fraction:
        """Return what leave adds to the key of a person (5.20)."""
        at = (by, institution)
        if at not in self.leave:
            lines = self.leaves.lines(by, self.series, institution, self.pool.pool)
            people = self.sharers(institution)
            self.leave[at] = [line for line in lines if line.person in people]
        return sum(
            (
                line.key
                for line in self.leave[at]
                if line.person == person and department in (EVERY, line.department)
            ),
            Fraction(0),
        )

    def leave_lines(self) -> list[LeaveLine]:
        """Return the lines of the lowest level that is shared by equivalents."""
        for level in reversed(self.case.declared.levels(self.pool.pool)):
            if level.key in ("equivalents", "adjusted"):
                return [
                    line for (by, _), of in self.leave.items() if by == level.key for line in of
                ]
        return []

    def size(self, institution: str, person: str) -> Fraction:
        """Return what a person counts in a headcount (5.3)."""
        return self.keys.coefficients.headcount(person, institution, self.pool.pool)

    def lines_of(self, institution: str) -> list[Adjusted]:
        """Return the adjusted lines of an institution; they are listed with the pool."""
        if institution not in self._of_institution:
            people = self.sharers(institution)
            every = self.keys.lines(self.series, institution, self.pool.pool)
            found = [line for line in every if line.person in people]
            self._of_institution[institution] = found
            self.lines += found
        return self._of_institution[institution]

    def postings(self, institution: str) -> list[Posting]:
        """Return the postings of the period at an institution, of those who share."""
        people = self.sharers(institution)
        here = of_period(self.case, self.case.postings, institution)
        return [one for one in here if one.person in people]
