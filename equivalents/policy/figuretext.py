"""Reading the values of a scheme: flags, choices, lists, dated figures, each checked in its place.

A figure 数值 is a text, one version ``{value, valid_from, valid_to, unit, reference,
illustrative}``, or a list of versions. Versions that overlap, or leave a gap between them, are
errors; a figure that no reference founds is one too, and so is one without a unit or a first day.
Both may stand above it: in its rule, the day also in the head of its file. Sources: rule A1;
issue "Schemes": each value with date, unit and reference.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Final, TypeVar

from equivalents.findings import Findings, near
from equivalents.policy.calendar import FIRST_DAY, print_day
from equivalents.policy.funds import Dated, Version
from equivalents.policy.layers import Ground, Layered
from equivalents.policy.load import fault_text
from equivalents.policy.surplus import fraction_of
from equivalents.policy.yamltext import (
    Entry,
    choice_of,
    day_of,
    expect,
    expect_keys,
    flag_of,
    names_of,
    span_of,
)
from equivalents.units import (
    E7_PLACES,
    NumberFaultError,
    parse_amount_fen,
    parse_fixed,
    parse_weight_e4,
)

__all__ = [
    "FIGURE_KEYS",
    "Reader",
    "amount_fen",
    "equivalents_e7",
    "money_e4",
    "part",
]

FIGURE_KEYS: Final = ("value", "valid_from", "valid_to", "unit", "reference", "illustrative")
"""What a version of a figure may say."""

_Value = TypeVar("_Value")
_Choice = TypeVar("_Choice", bound=StrEnum)
_Parse = Callable[[str], _Value]
"""Reads a text strictly; raises a :class:`NumberFaultError`."""

_PART: Final = (
    "应为 0 至 1 之间的分数或最多四位小数，如 2/5、0.4"
    "¦a fraction or a decimal of at most four places between 0 and 1, like 2/5 or 0.4"
)
_TIER_LIMIT_E7: Final = 10**17


def money_e4(text: str) -> int:
    """A rate or price in yuan, at most four decimals, in ten-thousandths of a yuan (5.13)."""
    return parse_weight_e4(text)


def amount_fen(text: str) -> int:
    """An amount in yuan, at most two decimals, in fen."""
    return parse_amount_fen(text)


def equivalents_e7(text: str) -> int:
    """A number of equivalents in e7."""
    value = parse_fixed(text, E7_PLACES)
    if value >= _TIER_LIMIT_E7:
        raise NumberFaultError("range", text)
    return value


def part(text: str) -> Fraction:
    """A part of a whole, above 0 and at most 1, exactly: ``2/5`` or ``0.4``."""
    found = fraction_of(text)
    if found is None or not 0 < found <= 1:
        raise NumberFaultError("text" if found is None else "range", text)
    return found


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads entries of laid layers; every fault goes to ``findings``.

    ``rule`` is what stands above the figures read (:meth:`under`): fund, pool, cap or test.
    """

    layered: Layered
    findings: Findings
    rule: Entry | None = None

    # -- form --------------------------------------------------------------------------------

    def keys(self, entry: Entry, shapes: Mapping[str, str], what: str) -> None:
        """Note what is no mapping, unknown keys, and values of the wrong shape (blank: any)."""
        expect_keys(entry, what, shapes, self.findings)

    def need(self, entry: Entry, *keys: str) -> bool:
        """Note the keys that are missing or blank; whether none is."""
        missing = [key for key in keys if entry.get(key).value in ("", [], {})]
        for key in missing:
            self.findings.add("KEY_MISSING", entry.place, key)
        return not missing

    def ground(self, entry: Entry, what: str) -> Ground:
        """What founds a rule or figure; noted where nothing does."""
        found = self.layered.ground(entry)
        if not found.reference:
            self.findings.add("REFERENCE_MISSING", entry.place, what)
        return found

    def invalid(self, code: str, entry: Entry, name: str, detail: str) -> None:
        """Note keys that contradict each other."""
        self.findings.add(code, entry.place, name, detail=detail)

    # -- single values -------------------------------------------------------------------------

    def flag(self, entry: Entry, default: bool) -> bool:
        """Yes or no; the default where blank."""
        found = flag_of(entry, self.findings)
        return default if found is None else found

    def choice(self, entry: Entry, default: _Choice) -> _Choice:
        """One of the choices that the default is one of; the default where blank."""
        return choice_of(entry, default, self.findings)

    def known(self, code: str, entry: Entry, names: Sequence[str]) -> str:
        """A name that has to be declared: noted by this code where it is not; blank where so."""
        if entry.text and entry.text not in names:
            hint, every = near(entry.text, names), ", ".join(names)
            self.findings.add(code, entry.place, entry.text, near=hint, allowed=every)
        return entry.text if entry.text in names else ""

    def texts(self, entry: Entry) -> tuple[str, ...]:
        """A name or a list of names; a name that stands twice is noted."""
        return names_of(entry, entry.place.column, self.findings)

    def number(self, entry: Entry, parse: _Parse[_Value]) -> _Value | None:
        """A number read strictly; ``None`` where it is blank, or faulty (noted)."""
        expect(entry, "text", entry.place.column, self.findings)
        try:
            return parse(entry.text) if entry.text else None
        except NumberFaultError as fault:
            detail = _PART if parse is part else fault_text(fault)
            code = "AMOUNT_INVALID" if parse is amount_fen else "NUMBER_INVALID"
            self.findings.add(code, entry.place, entry.text, detail=detail)
            return None

    # -- dated values --------------------------------------------------------------------------

    def figure(
        self, entry: Entry, parse: _Parse[_Value], what: str, units: Sequence[str]
    ) -> Dated[_Value] | None:
        """A dated figure in one of the units; ``None`` where there is none to be read (noted)."""
        if entry.value == "":
            return None
        versions = [self._version(one, parse, what, units) for one in entry.items or [entry]]
        read = [version for version in versions if version is not None]
        return Dated(self.in_order(read, what)) if read else None

    def _version(
        self, entry: Entry, parse: _Parse[_Value], what: str, units: Sequence[str]
    ) -> Version[_Value] | None:
        if isinstance(entry.value, str):
            value, written = self.number(entry, parse), entry
        else:
            self.keys(entry, dict.fromkeys(FIGURE_KEYS, "text"), what)
            self.need(entry, "value")
            written = entry.get("value")
            value = self.number(written, parse)
            self.flag(entry.get("illustrative"), default=False)
        ground = self.ground(written, what)
        start, end = self._days(entry, what)
        unit = self._unit(entry, what, units)
        if value is None:
            return None
        return Version(value, start, end, unit, *ground, written.place)

    def _days(self, entry: Entry, what: str) -> tuple[int, int]:
        """The days of a version; noted where neither it nor what stands above says from when.

        The nearest first day of its own file counts: what a county writes over a shipped scheme
        is not of that scheme's day, unless the county says none.
        """
        if entry.get("valid_from").text:
            return span_of(entry, self.findings)
        rule = self.rule.get("valid_from") if self.rule is not None else Entry("", entry.place)
        head = self.layered.since(entry)
        found = rule if rule.text and rule.place.file == entry.place.file else head
        if not (found.text or rule.text):
            self.findings.add("DATE_MISSING", entry.place, what)
        return span_of(_starting(entry, found if found.text else rule), self.findings)

    def _unit(self, entry: Entry, what: str, units: Sequence[str]) -> str:
        """The unit of a version, its own or that of its rule; noted where it is none of these."""
        own = entry.get("unit")
        found = own if own.text or self.rule is None else self.rule.get("unit")
        every = ", ".join(units)
        if not found.text:
            self.findings.add("UNIT_MISSING", entry.place, what, allowed=every)
        elif found.text not in units:
            place = own.place if own.text else entry.place
            hint = near(found.text, units)
            facts = {"what": what, "near": hint, "allowed": every}
            self.findings.add("UNIT_INVALID", place, found.text, **facts)
        return found.text

    def in_order(
        self, versions: Sequence[Version[_Value]], what: str
    ) -> tuple[Version[_Value], ...]:
        """Versions by their start; two that overlap, and a gap between two, are noted."""
        found = sorted(versions, key=lambda version: version.valid_from)
        for earlier, later in pairwise(found):
            if later.valid_from < earlier.valid_to:
                other = str(earlier.place)
                self.findings.add("FIGURE_OVERLAP", later.place, what, other=other)
            elif later.valid_from > earlier.valid_to:
                days = {"since": print_day(earlier.valid_to), "until": print_day(later.valid_from)}
                self.findings.add("FIGURE_GAP", later.place, what, **days)
        return tuple(found)

    def required(
        self, entry: Entry, key: str, parse: _Parse[_Value], units: Sequence[str]
    ) -> Dated[_Value] | None:
        """A dated figure under a key that has to be there."""
        return self.figure(entry.get(key), parse, key, units) if self.need(entry, key) else None

    def figures(
        self, entry: Entry, parse: _Parse[_Value], what: str, units: Sequence[str]
    ) -> dict[str, Dated[_Value]]:
        """A mapping of names to dated figures."""
        expect(entry, "mapping", what, self.findings)
        found = {}
        for name, value in entry.mapping.items():
            if value.value == "":
                self.findings.add("KEY_MISSING", value.place, name)
            figure = self.figure(value, parse, f"{what}.{name}", units)
            if figure is not None:
                found[name] = figure
        return found

    def apart(self, findings: Findings) -> "Reader":
        """The same reader that notes elsewhere."""
        return replace(self, findings=findings)

    def under(self, rule: Entry) -> "Reader":
        """The same reader for what stands in a rule: figures take its unit and its first day."""
        return replace(self, rule=rule)


def _starting(entry: Entry, since: Entry) -> Entry:
    """The days of an entry that begin where something above it says (its faults stand there)."""
    day = day_of(since, FIRST_DAY, Findings())
    start = Entry(print_day(day) if since.text and day > FIRST_DAY else "", entry.place)
    return Entry({"valid_from": start, "valid_to": entry.get("valid_to")}, entry.place)
