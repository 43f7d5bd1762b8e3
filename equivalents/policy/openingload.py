"""Balances brought in from earlier periods: the table ``opening``, checked where it stands.

Kinds of persons: ``key`` (a key, mostly a deficit, 5.9), ``past`` (keys that averages of leave go
over, 5.20), ``paid`` (what earlier locked periods of the same year paid, for limits of a year,
5.11), ``earned`` (their equivalents, for ceilings of a year, 5.12) and ``withheld`` (money that
coefficients withheld, to be released, 5.3). Kinds of institutions begin with ``cap_``: what counts
in a total pay cap of the year (5.18). Source: specification page 3.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings, Row, near
from equivalents.policy.calendar import Period, month_of, parse_period, print_day
from equivalents.policy.capbefore import CapBefore, CapBeforeKind
from equivalents.policy.keyrules import (
    EarnedBefore,
    KeyRules,
    OpeningKey,
    PaidBefore,
    Window,
    WithheldBefore,
)
from equivalents.policy.leaveload import past_keys
from equivalents.policy.load import default_series, fault_text, read_amount
from equivalents.policy.model import Institution
from equivalents.policy.roster import Roster
from equivalents.units import E7_PLACES, NumberFaultError, parse_fixed

__all__ = ["OpeningReader", "equivalents_e7"]

_OF_A_POOL: Final = ("institution_id", "pool", "person_id")
_COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "key": (*_OF_A_POOL, "equivalents"),
    "past": (*_OF_A_POOL, "equivalents"),
    "paid": (*_OF_A_POOL, "period", "amount"),
    "earned": ("institution_id", "person_id", "period", "equivalents"),
    "withheld": (*_OF_A_POOL, "amount"),
    "cap_base": ("institution_id", "period", "amount"),
    "cap_pool": ("institution_id", "pool", "period", "amount"),
    "cap_fund": ("institution_id", "line", "period", "amount"),
    "cap_line": ("institution_id", "line", "period", "amount"),
    "cap_excess": ("institution_id", "pool", "amount"),
}
"""What each kind needs."""
_OF_CAPS: Final = tuple(kind.value for kind in CapBeforeKind)
_OTHER_POOLS: Final = (*_OF_CAPS, "withheld")
"""Kinds whose pool is one of an earlier period and need not be one of this."""
_SIGNED: Final = ("cap_fund", "cap_line", "cap_pool")
"""Kinds whose amount may be below 0."""
_MORE: Final = {"past": ("days",), "earned": ("series",)}
_EVERY: Final = (
    *("pool", "person_id", "equivalents", "days", "period", "amount", "series", "line"),
)
"""The columns that belong to some kinds only."""
_LIMIT_E7: Final = 10**17
"""A tier begins, and equivalents are brought in, below ten thousand million equivalents."""

_Span = tuple[int, int, Place]


def equivalents_e7(text: str, *, signed: bool = False) -> int:
    """Equivalents as whole units of e7.

    Raises:
        NumberFaultError: not such a decimal, or ten thousand million and more.
    """
    value = parse_fixed(text, E7_PLACES, signed=signed)
    if abs(value) >= _LIMIT_E7:
        raise NumberFaultError("range", text)
    return value


@dataclass
class OpeningReader:
    """Reads the table ``opening``; ``pools`` are (institution, name) of all pools."""

    findings: Findings
    institutions: Sequence[Institution]
    roster: Roster
    pools: Iterable[tuple[str, str]]
    series: Sequence[str]
    period: Period | None
    cap_before: tuple[CapBefore, ...] | None = None
    """What is brought in for a pay cap, once :meth:`read` has read it."""

    def read(self, table: Iterable[Row], rules: KeyRules) -> KeyRules:
        """The rules with what is brought in; faults are noted."""
        rows = [row for row in table if row["kind"]]  # a blank kind is noted with the table
        for row in rows:
            self._form(row)
        of_kind = {kind: [row for row in rows if row["kind"] == kind] for kind in _COLUMNS}
        keyed = [row for row in rows if row["kind"] in ("key", "past")]
        keys = [self._key(row) for row in keyed]
        past = past_keys(keyed, keys, self.findings)
        opening = [key for row, key in zip(keyed, keys, strict=True) if row["kind"] == "key"]
        paid = tuple(self._paid(row) for row in of_kind["paid"])
        earned = tuple(self._earned(row) for row in of_kind["earned"])
        self._check_periods([(row[:3], row.period, row.place) for row in paid])
        self._check_periods([(row[:3], row.period, row.place) for row in earned])
        withheld = tuple(self._withheld(row) for row in of_kind["withheld"])
        caps = [self._cap(row) for row in rows if row["kind"] in _OF_CAPS]
        self._check_periods([(row[:3], row.period, row.place) for row in caps if row.period])
        self.cap_before = tuple(sorted(caps, key=lambda one: one[:5])) or None
        read = replace(rules, opening=tuple(opening), past=past, paid=paid, earned=earned)
        read = replace(read, withheld=withheld)
        self._check_ceilings(read)
        return read

    # -- rows ------------------------------------------------------------------------------------

    def _form(self, row: Row) -> None:
        """A known kind, its ids, and nothing in columns of other kinds."""
        kind = row["kind"]
        if kind not in _COLUMNS:
            self.findings.add_choice(row.at("kind"), kind, tuple(_COLUMNS))
            return
        used = (*_COLUMNS[kind], *_MORE.get(kind, ()))
        for column in _EVERY:
            # Days beside a key are noted by who reads past keys.
            if row[column] and column not in used and (kind, column) != ("key", "days"):
                place, value = row.at(column), row[column]
                self.findings.add("OPENING_STRAY", place, value, column=row.said(column), kind=kind)
        of_caps = ("pool",) if kind in _OTHER_POOLS else ()
        for column, names in self._known.items():
            if column in used and column not in of_caps:
                self._known_id(row, column, names)
        for column in (*of_caps, "period", "amount", "line"):
            if column in used and not row[column]:
                self.findings.add("VALUE_MISSING", row.at(column), column=row.said(column))
        pair = row["institution_id"], row["pool"]
        if (
            "pool" in used
            and not of_caps
            and row["pool"] in self._known["pool"]
            and pair not in self._reached
        ):
            value = " ".join(pair)
            self.findings.add("ID_UNKNOWN", row.at("pool"), value, column=row.said("pool"), near="")

    @cached_property
    def _known(self) -> Mapping[str, Mapping[str, None]]:
        return {
            "institution_id": dict.fromkeys(sorted(i.institution_id for i in self.institutions)),
            "pool": dict.fromkeys(sorted({pool for _, pool in self.pools})),
            "person_id": dict.fromkeys(self.roster.person_id.texts),
        }

    @cached_property
    def _reached(self) -> set[tuple[str, str]]:
        """The institutions with pools, and those right below them: a pool may pay there too."""
        owners = set(self.pools)
        by_place: dict[str, list[str]] = defaultdict(list)
        for place, pool in owners:
            by_place[place].append(pool)
        children = {
            (one.institution_id, pool)
            for one in self.institutions
            for pool in by_place.get(one.parent_id, ())
        }
        return owners | children

    def _known_id(self, row: Row, column: str, names: Mapping[str, None]) -> None:
        text = row[column]
        if not text:
            self.findings.add("VALUE_MISSING", row.at(column), column=row.said(column))
        elif names and text not in names:
            hint = near(text, tuple(names))
            self.findings.add("ID_UNKNOWN", row.at(column), text, column=column, near=hint)

    def _key(self, row: Row) -> OpeningKey:
        ids = row["institution_id"], row["pool"], row["person_id"]
        return OpeningKey(*ids, self._equivalents(row), row.place)

    def _paid(self, row: Row) -> PaidBefore:
        ids = row["institution_id"], row["pool"], row["person_id"]
        fen = read_amount(row, "amount", self.findings) if row["amount"] else 0
        return PaidBefore(*ids, row["period"], fen, row.place)

    def _withheld(self, row: Row) -> WithheldBefore:
        ids = row["institution_id"], row["pool"], row["person_id"]
        fen = read_amount(row, "amount", self.findings) if row["amount"] else 0
        return WithheldBefore(*ids, fen, row.place)

    def _cap(self, row: Row) -> CapBefore:
        kind = CapBeforeKind(row["kind"])
        fen = read_amount(row, "amount", self.findings, signed=kind in _SIGNED)
        return CapBefore(
            kind, row["institution_id"], row["pool"] or row["line"], row["period"], fen, row.place
        )

    def _earned(self, row: Row) -> EarnedBefore:
        series = row["series"] or default_series(self.series)
        if self.series and series not in self.series:
            hint, every = near(series, self.series), ", ".join(self.series)
            self.findings.add("SERIES_UNKNOWN", row.at("series"), series, near=hint, allowed=every)
        ids = row["institution_id"], row["person_id"], series
        return EarnedBefore(*ids, row["period"], self._equivalents(row), row.place)

    def _equivalents(self, row: Row) -> int:
        text = row["equivalents"]
        try:
            return equivalents_e7(text, signed=True)
        except NumberFaultError as fault:
            place, detail = row.at("equivalents"), fault_text(fault)
            self.findings.add("NUMBER_INVALID", place, text, detail=detail)
            return 0

    # -- periods ---------------------------------------------------------------------------------

    def _check_periods(self, rows: Sequence[tuple[tuple[str, ...], str, Place]]) -> None:
        """Each row is of an earlier period of the year, and no time is brought in twice."""
        spans: dict[tuple[str, ...], list[_Span]] = defaultdict(list)
        for ids, text, place in rows:
            span = self._earlier(text, place.at("period"))
            if span is not None:
                spans[ids].append((span.start, span.end, place))
        for ids, of_one in spans.items():
            for one, other in pairwise(sorted(of_one)):
                if other[0] < one[1]:
                    value = " ".join(filter(None, ids))
                    self.findings.add("OPENING_TWICE", other[2], value, other=str(one[2]))

    def _earlier(self, text: str, place: Place) -> Period | None:
        if not text or self.period is None:
            return None
        try:
            period = parse_period(text)
        except ValueError:
            self.findings.add("PERIOD_INVALID", place, text)
            return None
        if period.end > self.period.start or period.start < _new_year(self.period):
            self.findings.add("OPENING_PERIOD", place, text, period=self.period.name)
            return None
        return period

    def _check_ceilings(self, rules: KeyRules) -> None:
        """A ceiling of a year needs what everybody earned in each earlier month of it (5.12)."""
        period = self.period
        if period is None or period.start == _new_year(period):
            return
        for one in rules.ceilings:
            inside = one.valid_from < period.end and one.valid_to > period.start
            if one.window is Window.YEAR and inside:
                known: dict[tuple[str, str], set[int]] = defaultdict(set)
                for row in rules.earned:
                    if row.series == one.series:
                        known[row[:2]].update(_months(row.period))
                if not known:
                    place, name = one.place, one.name
                    self.findings.add("CEILING_YEAR", place, name, period=period.name)
                for pair, months in sorted(self._posted(period).items()) if known else ():
                    lost = ", ".join(month_of(day) for day in sorted(months - known[pair]))
                    facts = {"name": one.name, "institution": pair[0], "series": one.series}
                    if lost:
                        self.findings.add(
                            "EARNED_MISSING", one.place, pair[1], months=lost, **facts
                        )

    def _posted(self, period: Period) -> Mapping[tuple[str, str], set[int]]:
        """In which months of the year before the period an (institution, person) had postings."""
        earlier, roster = Period("", _new_year(period), period.start), self.roster
        months = [*pairwise([*earlier.month_starts, earlier.end])]
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        rows = zip(
            roster.institution_id, roster.person_id, roster.active_from, roster.active_to,
            strict=True,
        )  # fmt: skip
        for place, person, start, end in rows:
            if start < earlier.end and end > earlier.start:
                days = {first for first, after in months if start < after and end > first}
                found[place, person] |= days
        return found


def _new_year(period: Period) -> int:
    return parse_period(print_day(period.start)[:4]).start


def _months(text: str) -> tuple[int, ...]:
    try:
        return parse_period(text).month_starts
    except ValueError:  # noted with the row
        return ()
