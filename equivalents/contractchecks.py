"""Checks of contracts 签约核查 and of charges to the signed: violations, each with its row.

One active doctor per resident (S2); one active team per household, whose members may all sign with
it (S1); the same contract twice at a time; terms under a year and teams over 1,000 households (S1);
a general consultation fee charged to a signed resident (S1), and a package item charged again
(B4a). Only what touches the period is looked at: the past cannot be mended.

The idea of the vectors: in order of their start, contracts of one resident overlap anywhere if and
only if two neighbours do, so whole columns tell who needs a second look, and only these few are
walked. Sources: rules C5, B4a.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from equivalents.codes import Coded
from equivalents.errors import Problem
from equivalents.grouping import group
from equivalents.policy.calendar import Period, print_day, same_day
from equivalents.policy.funds import Packages
from equivalents.policy.heads import Charges, Contracts, SigningLimits
from equivalents.units import Codes, Int64

__all__ = ["charge_findings", "contract_findings"]

_REACH = 1 << 18
"""More than there are days: a number of a resident and a day in one integer."""


def contract_findings(
    contracts: Contracts, period: Period, limits: SigningLimits | None = None
) -> list[Problem]:
    """What is wrong among the contracts themselves, by row (C5)."""
    limits = limits or SigningLimits()
    touch = (contracts.active_from < period.end) & (contracts.active_to > period.start)
    at = np.flatnonzero(touch)
    found = [
        *_doctors(contracts, at),
        *_teams(contracts, at),
        *_terms(contracts, at, limits),
        *_sizes(contracts, period.end - 1, limits),
    ]
    return sorted(found, key=lambda problem: (problem.place, problem.code))


def charge_findings(
    contracts: Contracts,
    charges: Charges,
    consultation_codes: Sequence[str],
    packages: Iterable[Packages],
) -> list[Problem]:
    """Charges to the signed that the contract covers already, and unknown packages (C5, B4a)."""
    bills, every = _Bills(contracts, charges), np.arange(len(contracts))
    found = list(bills.covered(every, consultation_codes, "CHARGE_CONSULTATION"))
    known = {package.name: package for some in packages for package in some.packages}
    for at, name in enumerate(contracts.package.texts if known else ()):
        rows = np.flatnonzero(contracts.package.code == at)
        if name in known:
            found += bills.covered(rows, known[name].items, "CHARGE_IN_PACKAGE", name)
        elif name and rows.size:
            place = contracts.rows.place(int(rows[0])).at("package")
            facts = {"contracts": str(rows.size), "known": ", ".join(sorted(known))}
            found.append(Problem("CONTRACT_PACKAGE_UNKNOWN", place, name, facts))
    return sorted(found, key=lambda problem: (problem.place, problem.code, problem.value))


# -- among contracts -------------------------------------------------------------------------------


def _doctors(contracts: Contracts, at: Int64) -> Iterator[Problem]:
    """Contracts of one resident at a time: with two doctors, or the same one twice."""
    for rows in _overlapping(contracts, at[_filled(contracts.resident, at)], contracts.resident):
        latest: dict[tuple[str, str, str], int] = {}
        for row in rows:
            who = tuple(
                column.texts[column.code[row]]
                for column in (contracts.person, contracts.team, contracts.package)
            )
            start, ends = contracts.active_from[row], contracts.active_to
            same = latest.get(who)
            others = (at for key, at in latest.items() if ends[at] > start and _differ(key, who))
            if same is not None and ends[same] > start:
                yield _problem(contracts, "CONTRACT_OVERLAP", row, same, "active_from")
            elif (second := next(others, None)) is not None:
                yield _problem(contracts, "RESIDENT_TWO_DOCTORS", row, second, "resident_id")
            before = latest.get(who, row)
            latest[who] = before if ends[before] >= ends[row] else row


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Two doctors; where one contract names only a person, the other only a team: unknown."""
    (person, team, _), (person2, team2, _) = one, other
    if person and person2:
        return person != person2
    return bool(team and team2 and team != team2)


def _teams(contracts: Contracts, at: Int64) -> Iterator[Problem]:
    """Contracts of one household at a time with two teams."""
    at = at[_filled(contracts.household, at) & _filled(contracts.team, at)]
    team = contracts.team.code
    for rows in _overlapping(contracts, at, contracts.household, team):
        latest: dict[int, int] = {}
        for row in rows:
            others = (
                other
                for key, other in latest.items()
                if key != team[row] and contracts.active_to[other] > contracts.active_from[row]
            )
            if (second := next(others, None)) is not None:
                yield _problem(contracts, "HOUSEHOLD_TWO_TEAMS", row, second, "household_id")
            before = latest.get(team[row], row)
            ends = contracts.active_to
            latest[team[row]] = before if ends[before] >= ends[row] else row


def _overlapping(
    contracts: Contracts, at: Int64, by: Coded, differing: Codes | None = None
) -> Iterator[list[int]]:
    """Rows of each resident or household that overlap at all, by their start, then by row.

    With ``differing`` only those are given in which it takes two values.
    """
    if not at.size:
        return
    code, start = by.code[at].astype(np.int64), contracts.active_from[at]
    order, _ = group([code, start - start.min()])
    at, code = at[order], code[order]
    first = np.diff(code, prepend=-1) != 0
    # Where any two overlap, two neighbours do: whatever begins in between overlaps the first.
    meets = ~first
    meets[1:] &= contracts.active_from[at[1:]] < contracts.active_to[at[:-1]]
    starts = np.flatnonzero(first)
    wanted = np.logical_or.reduceat(meets, starts)
    if differing is not None:
        values = differing[at]
        wanted &= np.minimum.reduceat(values, starts) != np.maximum.reduceat(values, starts)
    ends = np.append(starts[1:], at.size)
    for begin, end in zip(starts[wanted].tolist(), ends[wanted].tolist(), strict=True):
        yield at[begin:end].tolist()


def _terms(contracts: Contracts, at: Int64, limits: SigningLimits) -> Iterator[Problem]:
    """Terms shorter than a year 签约周期."""
    starts, which = np.unique(contracts.active_from[at], return_inverse=True)
    full = [same_day(start, limits.term_years) for start in starts.tolist()]
    short = contracts.active_to[at] < np.array(full, np.int64)[which.ravel()]
    for row in at[short].tolist():
        place = contracts.rows.place(row).at("active_to")
        since, until = contracts.active_from[row], contracts.active_to[row]
        facts = {"since": print_day(int(since)), "until": print_day(int(until) - 1)}
        yield Problem("CONTRACT_TERM_SHORT", place, contracts.contract_id[row], facts)


def _sizes(contracts: Contracts, day: int, limits: SigningLimits) -> Iterator[Problem]:
    """Teams with more than 1,000 households on the last day 签约户数."""
    at = np.flatnonzero((contracts.active_from <= day) & (day < contracts.active_to))
    at = at[_filled(contracts.household, at) & _filled(contracts.team, at)]
    team = contracts.team.code[at]
    order, starts = group([team, contracts.household.code[at]])
    counts = np.bincount(team[order[starts]], minlength=len(contracts.team.texts))
    for code in np.flatnonzero(counts > limits.households).tolist():
        place = contracts.rows.place(int(at[team == code][0])).at("team_id")
        facts = {"households": str(counts[code]), "limit": str(limits.households)}
        yield Problem("TEAM_HOUSEHOLDS", place, contracts.team.texts[code], facts)


def _filled(column: Coded, at: Int64) -> npt.NDArray[np.bool_]:
    """Which of some rows are filled; the blank text sorts first."""
    blank = 0 if column.texts and column.texts[0] == "" else -1
    filled: npt.NDArray[np.bool_] = column.code[at] != blank
    return filled


def _problem(contracts: Contracts, code: str, row: int, other: int, column: str) -> Problem:
    value = contracts.contract_id[row]
    if column == "resident_id":
        value = contracts.resident.texts[contracts.resident.code[row]]
    if column == "household_id":
        value = contracts.household.texts[contracts.household.code[row]]
    facts = {"other": str(contracts.rows.place(other)), "contract": contracts.contract_id[other]}
    return Problem(code, contracts.rows.place(row).at(column), value, facts)


# -- charges to the signed -------------------------------------------------------------------------


class _Bills:
    """Charges beside contracts: each charge with the resident's code among the contracts."""

    def __init__(self, contracts: Contracts, charges: Charges) -> None:
        self._contracts, self._charges = contracts, charges
        position = {text: at for at, text in enumerate(contracts.resident.texts) if text}
        codes = [*(position.get(text, -1) for text in charges.resident.texts), -1]
        self._who = np.array(codes, np.int64)[charges.resident.code]

    def covered(
        self, rows: Int64, codes: Sequence[str], reason: str, package: str = ""
    ) -> Iterator[Problem]:
        """Charges of some codes to residents with one of these contracts on the day."""
        contracts, charges = self._contracts, self._charges
        wanted = np.array([text in codes for text in charges.code.texts], np.bool_)
        if not (wanted.any() and rows.size):
            return
        asked = np.flatnonzero(wanted[charges.code.code] & (self._who >= 0))
        for charge, row in self._active(rows, asked):
            facts = {
                "code": charges.code.texts[charges.code.code[charge]],
                "day": print_day(int(charges.day[charge])),
                "contract": contracts.contract_id[row],
                "other": str(contracts.rows.place(row)),
                "package": package,
            }
            resident = charges.resident.texts[charges.resident.code[charge]]
            yield Problem(reason, charges.rows.place(charge).at("code"), resident, facts)

    def _active(self, rows: Int64, asked: Int64) -> Iterator[tuple[int, int]]:
        """Charges, each with a contract of the resident that is active on its day."""
        contracts, who = self._contracts, self._who[asked]
        resident = contracts.resident.code[rows].astype(np.int64)
        # Days may be before 1970: counted from the first one they are not negative.
        zero = int(contracts.active_from.min())
        order = np.lexsort((contracts.active_from[rows], resident))
        rows, resident = rows[order], resident[order]
        starts = resident * _REACH + contracts.active_from[rows] - zero
        ends = resident * _REACH + contracts.active_to[rows] - zero
        latest = np.maximum.accumulate(ends)
        day = who * _REACH + self._charges.day[asked] - zero
        before = np.searchsorted(starts, day, side="right") - 1
        hit = (before >= 0) & (resident[before] == who) & (latest[before] > day)
        # The contract whose end is the latest so far is the first with that end.
        holder = np.searchsorted(latest, latest[before[hit]])
        yield from zip(asked[hit].tolist(), rows[holder].tolist(), strict=True)
