"""Coefficients and ceilings, from rows of text and from case.yaml.

Every fault is noted where it stands, with all others. Sources: rules A7, A8; definitions 5.1 to
5.3, 5.12; specification page 3 (``coefficients``).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations, pairwise
from typing import Final, TypeVar

from equivalents.errors import Place
from equivalents.findings import Findings, Row, near
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day
from equivalents.policy.coefficients import ONE_E4
from equivalents.policy.keyrules import (
    Applies,
    Ceiling,
    Coefficient,
    Excess,
    KeyRules,
    KindRule,
    Later,
    Scope,
    Tier,
    Window,
)
from equivalents.policy.load import DEFAULT_SERIES, fault_text, read_day, read_end
from equivalents.policy.model import Department, Institution
from equivalents.policy.openingload import equivalents_e7
from equivalents.policy.roster import Roster
from equivalents.policy.yamltext import Entry, day_of, expect, note_keys
from equivalents.units import (
    WEIGHT_PLACES,
    NumberFaultError,
    parse_fixed,
    parse_weight_e4,
)

__all__ = ["KeyReader", "places_of_departments"]

_Choice = TypeVar("_Choice", bound=StrEnum)
_Named = tuple[str, str, str]
"""Person, institution and post that a subject names; blank means any."""

_KIND_KEYS: Final = ("applies_to", "pools", "excess", "reference", "later")
_CEILING_KEYS: Final = (
    "name",
    "series",
    "window",
    "places",
    "tiers",
    "reference",
    "valid_from",
    "valid_to",
)
_TIER_KEYS: Final = ("from", "rate")
_PLACES: Final = ("each", "together")
_WINDOW: Final = {Window.MONTH: "月¦month", Window.YEAR: "年¦year"}


@dataclass
class KeyReader:
    """Reads what stands between equivalents and keys; faults go to ``findings``."""

    findings: Findings
    institutions: Sequence[Institution]
    roster: Roster
    departments: Mapping[str, Department] = field(default_factory=dict)
    """Those of the table of departments, beside those that the roster names."""
    _subjects: dict[Scope, dict[str, _Named]] = field(default_factory=dict)
    _in_order: dict[Scope, Sequence[str]] = field(default_factory=dict)

    # -- the table of coefficients ---------------------------------------------------------------

    def coefficients(self, rows: Iterable[Row]) -> tuple[Coefficient, ...]:
        """The coefficients that can be read (A7)."""
        return tuple(found for row in rows if (found := self._coefficient(row)) is not None)

    def _coefficient(self, row: Row) -> Coefficient | None:
        before = len(self.findings.errors)
        scope = self._choice(Scope, row["scope"], row.at("scope"))
        start = read_day(row, "valid_from", self.findings, FIRST_DAY)
        end = read_end(row, "valid_to", start, self.findings)
        value_e4 = self._value(row)
        named = self._subject(row, scope) if scope else None
        if named is None or scope is None or len(self.findings.errors) > before:
            return None
        texts = row["subject_id"], row["kind"]
        return Coefficient(scope, *texts, value_e4, start, end, *named, row["reference"], row.place)

    def _value(self, row: Row) -> int:
        text = row["value"]
        try:
            return parse_weight_e4(text) if text else 0
        except NumberFaultError as fault:
            detail = fault_text(fault)
            self.findings.add("COEFFICIENT_INVALID", row.at("value"), text, detail=detail)
            return 0

    def _subject(self, row: Row, scope: Scope) -> _Named | None:
        """Whom a row names, by the tables of the case."""
        text = row["subject_id"]
        known = self._known(scope)
        # Where the staff table itself is missing, that is the fault, and it is said once.
        if text and known and text not in known:
            hint = near(text, self._sorted(scope))
            place = row.at("subject_id")
            self.findings.add("ID_UNKNOWN", place, text, column=row.said("subject_id"), near=hint)
        return known.get(text)

    def _known(self, scope: Scope) -> Mapping[str, _Named]:
        if scope not in self._subjects:
            roster = self.roster
            triples = zip(roster.person_id, roster.institution_id, roster.post_id, strict=True)
            subjects: dict[str, _Named] = {}
            if scope is Scope.PERSON:
                subjects = {person: (person, "", "") for person in roster.person_id.texts}
            elif scope is Scope.INSTITUTION:
                named = [one.institution_id for one in self.institutions]
                subjects = {place: ("", place, "") for place in named}
            elif scope is Scope.DEPARTMENT:
                places = places_of_departments(roster) | dict(self.departments)
                subjects = {name: ("", one.institution_id, "") for name, one in places.items()}
            else:
                for person, place, post in triples:
                    subjects[f"{person}@{place}"] = (person, place, "")
                    if post:
                        subjects[f"{person}@{place}/{post}"] = (person, place, post)
            self._subjects[scope] = subjects
        return self._subjects[scope]

    def _sorted(self, scope: Scope) -> Sequence[str]:
        if scope not in self._in_order:
            self._in_order[scope] = sorted(self._known(scope))
        return self._in_order[scope]

    # -- case.yaml -------------------------------------------------------------------------------

    def kinds(
        self,
        entry: Entry,
        rows: Sequence[Coefficient],
        pools: Iterable[str],
        composites: Iterable[str] = (),
    ) -> Mapping[str, KindRule]:
        """The key ``coefficients`` of case.yaml: what each kind applies to (5.3).

        A composite of the assessment is a kind too, and applies to nothing unless declared.
        """
        assessed = dict.fromkeys(composites, KindRule(Applies.NONE))
        used = sorted({row.kind for row in rows}.union(assessed))
        known = sorted(set(pools))
        rules: dict[str, KindRule] = dict(assessed)
        for kind, settings in entry.mapping.items():
            expect(settings, "mapping", f"coefficients.{kind}", self.findings)
            note_keys(settings, _KIND_KEYS, self.findings)
            if kind not in used:
                hint = near(kind, used)
                self.findings.add("COEFFICIENT_UNUSED", settings.place, kind, near=hint)
            default = KeyRules(kinds=assessed).rule(kind).applies_to
            rules[kind] = self._kind(kind, settings, known, default)
        self.check_scopes(rows, rules)
        self._check_later(used, rules)
        return rules

    def _check_later(self, kinds: Sequence[str], rules: Mapping[str, KindRule]) -> None:
        """Note kinds that withhold from one pool, and disagree on what becomes of it (5.3)."""
        known = KeyRules(kinds=rules)
        held = [one for one in kinds if known.rule(one).applies_to is Applies.WITHHOLD]
        for one, other in combinations(held, 2):
            first, second = known.rule(one), known.rule(other)
            both = {*first.pools} & {*second.pools} or not (first.pools and second.pools)
            if both and first.later is not second.later:
                place = max(first.place, second.place)
                self.findings.add("WITHHOLD_LATER_MIXED", place, other, other=one)

    def check_scopes(self, rows: Iterable[Coefficient], kinds: Mapping[str, KindRule]) -> None:
        """Note coefficients of institutions and departments whose kind cannot apply to one."""
        for row in rows:
            applies = KeyRules(kinds=kinds).rule(row.kind).applies_to
            of_unit = row.scope in (Scope.INSTITUTION, Scope.DEPARTMENT)
            if of_unit and applies not in (Applies.KEY, Applies.NONE):
                # A unit is no head and has no payout; in silence it would change nothing.
                value = f"scope={row.scope.value} kind={row.kind} applies_to={applies.value}"
                self.findings.add("NOT_SUPPORTED", row.place, value)

    def _kind(self, kind: str, settings: Entry, pools: Sequence[str], default: Applies) -> KindRule:
        where = f"coefficients.{kind}"
        for key in ("applies_to", "excess", "reference", "later"):
            expect(settings.get(key), "text", f"{where}.{key}", self.findings)
        listed = settings.get("pools")
        expect(listed, "texts", f"{where}.pools", self.findings)
        named = listed.items or ([listed] if listed.text else [])
        for one in named:
            if one.text not in pools:
                self.findings.add_choice(one.place, one.text, pools)
        # Without `applies_to` the name of the kind decides, as it does without any settings.
        applies = self._setting(Applies, settings.get("applies_to")) or default
        later = self._setting(Later, settings.get("later"))
        if later and applies is not Applies.WITHHOLD:
            self.findings.add("LATER_NOT_WITHHELD", settings.get("later").place, kind)
        return KindRule(
            applies,
            tuple(one.text for one in named),
            self._setting(Excess, settings.get("excess")) or Excess.CARRY,
            settings.get("reference").text,
            settings.place,
            later or Later.RETAIN,
        )

    def ceilings(self, entry: Entry, series: Sequence[str]) -> tuple[Ceiling, ...]:
        """The key ``ceilings`` of case.yaml (A8, 5.12)."""
        found = [
            self._ceiling(settings, series, number)
            for number, settings in enumerate(entry.items, start=1)
        ]
        for ceiling in found:
            self._check_dates(ceiling)
        for one, other in combinations(found, 2):
            meet = max(one.valid_from, other.valid_from) < min(one.valid_to, other.valid_to)
            if meet and one.series == other.series:
                self.findings.add("CEILING_OVERLAP", other.place, other.name, other=one.name)
        return tuple(found)

    def _ceiling(self, settings: Entry, series: Sequence[str], number: int) -> Ceiling:
        where = f"ceilings[{number}]"
        expect(settings, "mapping", where, self.findings)
        note_keys(settings, _CEILING_KEYS, self.findings)
        for key in _CEILING_KEYS:
            shape = "list" if key == "tiers" else "text"
            expect(settings.get(key), shape, f"{where}.{key}", self.findings)
        name = settings.get("name").text
        for key in ("name", "tiers"):
            if key not in settings.mapping:
                self.findings.add("KEY_MISSING", settings.place, f"{where}.{key}")
        chosen = settings.get("series").text or DEFAULT_SERIES
        if series and chosen not in series:
            hint, every = near(chosen, series), ", ".join(series)
            place = settings.get("series").place
            self.findings.add("SERIES_UNKNOWN", place, chosen, near=hint, allowed=every)
        places = settings.get("places")
        if places.text and places.text not in _PLACES:
            self.findings.add_choice(places.place, places.text, _PLACES)
        return Ceiling(
            name,
            chosen,
            self._setting(Window, settings.get("window")) or Window.MONTH,
            places.text == "together",
            tuple(self._tiers(settings.get("tiers"))),
            day_of(settings.get("valid_from"), FIRST_DAY, self.findings),
            day_of(settings.get("valid_to"), LAST_DAY, self.findings),
            settings.get("reference").text,
            settings.place,
        )

    def _tiers(self, entry: Entry) -> list[Tier]:
        tiers: list[Tier] = []
        before = len(self.findings.problems)
        for one in entry.items:
            expect(one, "mapping", "tiers", self.findings)
            note_keys(one, _TIER_KEYS, self.findings)
            begin = self._tier_number(one, "from", equivalents_e7)
            rate = self._tier_number(one, "rate", _rate)
            tiers.append(Tier(begin, rate))
        rising = all(one.from_e7 < other.from_e7 for one, other in pairwise(tiers))
        good = bool(tiers) and tiers[0].from_e7 == 0 and rising
        if not good and len(self.findings.problems) == before:
            detail = "须从 0 起并递增¦they must begin at 0 and rise"
            self.findings.add("CEILING_INVALID", entry.place, "tiers", detail=detail)
        return tiers

    def _tier_number(self, tier: Entry, key: str, read: Callable[[str], int]) -> int:
        entry = tier.get(key)
        try:
            return read(entry.text)
        except NumberFaultError as fault:
            value, detail = f"{key}: {entry.text}", fault_text(fault)
            self.findings.add("CEILING_INVALID", entry.place, value, detail=detail)
            return 0

    def _check_dates(self, ceiling: Ceiling) -> None:
        """A ceiling begins and ends with its window."""
        start, end = ceiling.valid_from, ceiling.valid_to
        first = "-01" if ceiling.window is Window.MONTH else "-01-01"
        for day in (start, end):
            text = print_day(day)
            if not text.endswith(first):
                window = _WINDOW[ceiling.window]
                place, name = ceiling.place, ceiling.name
                self.findings.add("CEILING_DATES", place, name, day=text, window=window)
        if end <= start:
            text, other = print_day(end), print_day(start)
            self.findings.add("DATES_REVERSED", ceiling.place, text, other=other)

    # -- small things ----------------------------------------------------------------------------

    def _setting(self, choices: type[_Choice], entry: Entry) -> _Choice | None:
        return self._choice(choices, entry.text, entry.place) if entry.text else None

    def _choice(self, choices: type[_Choice], text: str, place: Place) -> _Choice | None:
        names = [choice.value for choice in choices]
        if text in names:
            return choices(text)
        if text:  # a blank required cell is noted where the table is read
            self.findings.add_choice(place, text, names)
        return None


def _rate(text: str) -> int:
    value = parse_fixed(text, WEIGHT_PLACES)
    if value > ONE_E4:
        raise NumberFaultError("range", text)
    return value


def places_of_departments(roster: Roster) -> dict[str, Department]:
    """The departments that the roster names, each with the institution of its last posting."""
    column = roster.others.get("department_id", ())
    named = zip(column, roster.institution_id, strict=True) if column else ()
    return {name: Department(name, place) for name, place in named if name}
