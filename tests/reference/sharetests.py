"""Tests that a part is at least a share of a whole: B4 (40 %) and 5.17 (the bound passes)."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import NamedTuple

from tests.reference.accountlines import came_in, of_period, spent
from tests.reference.case import Case
from tests.reference.scheme import on_day


class Tested(NamedTuple):
    """One test at one institution, in fen."""

    part_fen: int
    whole_fen: int
    at_least: Fraction

    @property
    def holds(self) -> bool:
        """Compare exactly."""
        return self.part_fen >= self.at_least * self.whole_fen


def share_tests(case: Case) -> dict[tuple[str, str], Tested]:
    """Return every test by name and institution, and of several institutions all together."""
    last = case.after - timedelta(days=1)
    found: dict[tuple[str, str], Tested] = {}
    for name, test in case.scheme.part("share_tests").items():
        lines = {*test["part_lines"], *test["whole_lines"]}
        places = sorted({row.institution for row in of_period(case) if row.line in lines})
        share = on_day(test["at_least"], last, name)
        for place in places:
            part = sum(spent(case, place, line) for line in test["part_lines"])
            whole = sum(came_in(case, place, line) for line in test["whole_lines"])
            found[name, place] = Tested(part, whole, share)
        if len(places) > 1:
            part = sum(found[name, place].part_fen for place in places)
            whole = sum(found[name, place].whole_fen for place in places)
            found[name, ""] = Tested(part, whole, share)
    return found
