"""Tests of shares: that a part is at least a share of a whole, compared exactly (B4, 5.17).

Each is made for every institution that has one of its lines and, where there are several, for all
together. A failed test is a warning with its figures: money is due whether or not it was used well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from equivalents.capterms import line_income
from equivalents.errors import Problem, RefusedError
from equivalents.exact import reaches
from equivalents.policy.accounts import Account, by_line
from equivalents.policy.calendar import print_day
from equivalents.policy.scheme import ShareTest
from equivalents.units import print_fen

__all__ = ["ShareResult", "print_share", "share_problems", "share_results"]

_SPENT = ("expenditure", "project_expenditure")


@dataclass(frozen=True, slots=True)
class ShareResult:
    """One test at one institution (blank: all together), in fen, and whether it holds."""

    test: ShareTest
    institution_id: str
    part_fen: int
    whole_fen: int
    at_least: Fraction

    @property
    def holds(self) -> bool:
        """Whether the part reaches its share; the bound itself does."""
        return reaches(self.part_fen, self.whole_fen, self.at_least)


def share_results(
    tests: Sequence[ShareTest], accounts: Sequence[Account], day: int
) -> tuple[ShareResult, ...]:
    """Every test with the figures of the period; shares are those of ``day``, its last.

    Raises:
        RefusedError: ``SHARE_FIGURE_MISSING`` for a share without a version on that day.
    """
    lines = by_line(accounts)
    found: list[ShareResult] = []
    problems: list[Problem] = []
    for test in tests:
        version = test.at_least.on(day)
        if version is None:
            facts = {"day": print_day(day)}
            problems.append(Problem("SHARE_FIGURE_MISSING", test.place, test.name, facts))
            continue
        wanted = {*test.part_lines, *test.whole_lines}
        rows = []
        for name in sorted({where for where, _, line in lines if line in wanted}):
            part = sum(lines.get((name, k, ln), 0) for ln in test.part_lines for k in _SPENT)
            whole = sum(line_income(lines, name, line) for line in test.whole_lines)
            rows.append(ShareResult(test, name, part, whole, version.value))
        if len(rows) > 1:
            part, whole = sum(r.part_fen for r in rows), sum(r.whole_fen for r in rows)
            rows.append(ShareResult(test, "", part, whole, version.value))
        found += rows
    if problems:
        raise RefusedError(problems)
    return tuple(found)


def share_problems(results: Sequence[ShareResult]) -> Iterator[Problem]:
    """A warning for each test that does not hold."""
    for one in results:
        if not one.holds:
            facts = {
                "institution": one.institution_id or "全部机构¦all institutions",
                "part": print_fen(one.part_fen),
                "whole": print_fen(one.whole_fen),
                "share": print_share(one.at_least),
            }
            yield Problem("SHARE_TEST_FAILED", one.test.place, one.test.name, facts)


def print_share(share: Fraction) -> str:
    """A share as people read it: ``40%``, ``12.5%``; what no percent says exactly, as ``1/3``."""
    e4 = share * 10**6
    if e4.denominator != 1:
        return str(share)
    whole, rest = divmod(int(e4), 10**4)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"
