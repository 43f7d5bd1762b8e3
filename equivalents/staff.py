"""Who is eligible: who has a posting in the period, but for heads, by place and department.

One table serves whole institutions (a row is an institution and a person), another departments
(a row is an institution, a department and a person, so that a person in two departments has a row
in each). Rows stand in the order of their codes. Sources: definitions 5.9 and 5.20.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from equivalents.errors import Problem, RefusedError
from equivalents.grouping import runs
from equivalents.policy.posts import Codes
from equivalents.tally import Plan
from equivalents.units import Exact, Int64, checked_total

__all__ = ["ONE_HEAD_E4", "Staff", "add_up", "led_work"]

ONE_HEAD_E4 = 10_000
"""A person counts as one head unless a coefficient for headcount says otherwise."""


class Staff:
    """The eligible people, sorted by institution, department and person.

    ``departments`` are the department codes by position, the first one blank (no department);
    without ``by_department`` everybody stands in that one.
    """

    def __init__(
        self, plan: Plan, *, by_department: bool = False, present: Int64 | None = None
    ) -> None:
        """Order the staff; ``present`` are the postings that share, where not all do."""
        postings = plan.postings
        self._present = plan.present if present is None else present
        named = [row.department_id for row in postings.rows] if by_department else []
        self.departments = ("", *sorted({name for name in named if name}))
        position = {name: at for at, name in enumerate(self.departments)}
        self._wide, persons = len(self.departments), max(len(plan.persons), 1)
        place = postings.institution.astype(np.int64) * self._wide
        if by_department:
            place += np.array([position[name] for name in named], np.int64)
        triple = (place * persons + postings.person)[self._present]
        if by_department:
            triples, self._row = np.unique(triple, return_inverse=True)
        else:  # postings stand in the order of institutions and persons
            triples, _, self._row = runs(triple)
        self._place, self.person = triples // persons, (triples % persons).astype(np.int32)
        self.institution = (self._place // self._wide).astype(np.int32)
        self.department = (self._place % self._wide).astype(np.int32)

    def rows(self, institution: Codes, department: Codes) -> tuple[Int64, Int64]:
        """First row, and the one after the last, of each (institution, department)."""
        place = institution.astype(np.int64) * self._wide + department
        return (
            np.searchsorted(self._place, place, side="left"),
            np.searchsorted(self._place, place, side="right"),
        )

    def places(self) -> tuple[Codes, Codes]:
        """The (institution, department) pairs that have people, in order."""
        places = np.unique(self._place)
        return (places // self._wide).astype(np.int32), (places % self._wide).astype(np.int32)

    def sum(self, posting_e7: Int64) -> Int64:
        """Equivalents per row from equivalents per posting."""
        return add_up(posting_e7[self._present], self._row, self.person.size)

    def heads(self, heads_e4: Mapping[tuple[int, int], int]) -> Int64:
        """How much of a head each row is, from what differs from one, by institution and person."""
        heads = np.full(self.person.size, ONE_HEAD_E4, np.int64)
        for (institution, person), value in heads_e4.items():
            heads[(self.institution == institution) & (self.person == person)] = value
        return heads


def led_work(plan: Plan, posting_e7: Int64) -> Iterator[tuple[int, int, str, int]]:
    """What heads did in posts that share in no staff pool: place, person, post, equivalents in e7.

    One for each of a person's posts at an institution; those of 0 are left out.
    """
    postings = plan.postings
    led = postings.overlap(plan.period.start, plan.period.end)
    led[plan.present] = False
    found: dict[tuple[int, int, str], int] = {}
    for at in np.flatnonzero(led).tolist():
        name = int(postings.institution[at]), int(postings.person[at]), postings[at].post
        found[name] = found.get(name, 0) + int(posting_e7[at])
    yield from ((*name, value) for name, value in sorted(found.items()) if value)


def add_up(values_e7: Int64, at: Int64, size: int) -> Int64:
    """Sums by position, exactly; in Python integers where int64 is not proven to hold.

    Raises:
        RefusedError: a sum is beyond the limit.
    """
    values: Exact = values_e7
    if np.abs(values.astype(np.float64)).sum() > 2.0**62:
        values = values.astype(object)
    sums = np.zeros(size, values.dtype)
    np.add.at(sums, at, values)
    try:
        return checked_total(sums) if sums.dtype == object else sums.astype(np.int64)
    except OverflowError:
        raise RefusedError([Problem("TOTAL_TOO_LARGE")]) from None
