"""case.yaml: the period, the title and the few settings of a case, each checked where it stands.

A setting of the wrong shape is an error, never a default: ``series: exclude`` must not be read
as nothing. Sources: specification page 3 "A case"; rules A9, A10; definition 5.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings, near
from equivalents.intake.encodings import CODECS, DELIMITERS, Reading
from equivalents.intake.schemes import SchemeOfCase, scheme_of_case
from equivalents.policy.accounts import SurplusRule
from equivalents.policy.calendar import Period, parse_period
from equivalents.policy.checks import Checks
from equivalents.policy.checkstext import read_checks
from equivalents.policy.contacts import ConcurrentRule, StayRule
from equivalents.policy.corrections import Corrections, YearEnd
from equivalents.policy.correctiontext import read_corrections, read_year_end
from equivalents.policy.daytext import Times
from equivalents.policy.layers import SCHEME_KEYS
from equivalents.policy.loadcontacts import read_concurrent, read_stays
from equivalents.policy.model import Handling
from equivalents.policy.scheme import Scheme
from equivalents.policy.schemetext import SHARED_KEYS
from equivalents.policy.sharing import Sharing
from equivalents.policy.sharingtext import read_sharing
from equivalents.policy.surplus import read_surplus
from equivalents.policy.yamltext import Entry, choice_of, expect, note_keys, read_yaml

__all__ = [
    "CASE_KEYS",
    "Settings",
    "check_series",
    "known_keys",
    "read_case_yaml",
    "read_settings",
    "settings_of",
]

CASE_KEYS: Final = (
    "period",
    "title",
    "reference",
    "scheme",
    "sources",
    "reading",
    "checks",
    *SHARED_KEYS,
    *SCHEME_KEYS,
)
_SHAPES: Final = {
    "period": "text",
    "title": "text",
    "reference": "text",
    "scheme": "texts",
    "reading": "mapping",
    "outside_period": "text",
    "times": "text",
    "series": "mapping",
    "weight_tables": "texts",
    "concurrent": "list",
    "stays": "list",
    "sharing": "mapping",
    "team_roles": "mapping",
    "coefficients": "mapping",
    "ceilings": "list",
    "leave": "mapping",
    "yearly_limits": "list",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What case.yaml says; ``period`` is ``None`` when it is missing or unreadable (noted)."""

    period: Period | None
    title: str
    weight_tables: tuple[Entry, ...]
    outside_period: Handling
    times: Times
    missing: Mapping[str, Handling]
    series_places: Mapping[str, Place]
    concurrent: tuple[ConcurrentRule, ...]
    stays: tuple[StayRule, ...]
    surplus: tuple[SurplusRule, ...]
    sharing: Mapping[str, Sharing]
    team_roles: Entry
    coefficients: Entry
    ceilings: Entry
    leave: Entry
    leaders: Entry
    yearly_limits: Entry
    scheme: Scheme | None
    scheme_files: tuple[tuple[str, Path], ...]
    corrections: Corrections
    year_end: YearEnd
    reading: Reading
    checks: Checks


def read_settings(entry: Entry, folder: Path, findings: Findings) -> Settings:
    """Read the keys of case.yaml, with the scheme files in a folder; every fault is noted."""
    of_case = scheme_of_case(folder, entry, findings)
    return settings_of(of_case, _period(entry, findings), findings)


def read_case_yaml(path: Path, name: str, findings: Findings) -> Entry:
    """case.yaml as it stands, its keys known; an empty mapping where it cannot be read."""
    entry = read_yaml(path, name, findings) or Entry({}, Place(name))
    return known_keys(entry, findings)


def known_keys(entry: Entry, findings: Findings) -> Entry:
    """The same keys of a case; those that no case has are noted."""
    expect(entry, "mapping", entry.place.file, findings)
    note_keys(entry, CASE_KEYS, findings)
    return entry


def settings_of(of_case: SchemeOfCase, period: Period | None, findings: Findings) -> Settings:
    """What the keys say once the scheme stands under them; every fault is noted."""
    entry = of_case.entry
    for key, shape in _SHAPES.items():
        expect(entry.get(key), shape, key, findings)
    tables = entry.get("weight_tables")
    return Settings(
        period,
        entry.get("title").text,
        tuple(tables.items or ([tables] if tables.text else [])),
        choice_of(entry.get("outside_period"), Handling.REJECT, findings),
        choice_of(entry.get("times"), Times.REFUSE, findings),
        _missing(entry.get("series"), findings),
        {series: value.place for series, value in entry.get("series").mapping.items()},
        read_concurrent(entry.get("concurrent"), findings),
        read_stays(entry.get("stays"), findings),
        read_surplus(entry.get("surplus"), findings, scheme="scheme" in entry.mapping),
        read_sharing(entry.get("sharing"), findings),
        entry.get("team_roles"),
        entry.get("coefficients"),
        entry.get("ceilings"),
        entry.get("leave"),
        entry.get("leaders"),
        entry.get("yearly_limits"),
        of_case.scheme,
        of_case.files,
        read_corrections(entry.get("corrections"), _funds(of_case.scheme), findings),
        read_year_end(entry.get("year_end"), findings),
        _reading(entry.get("reading"), findings),
        read_checks(entry.get("checks"), findings),
    )


def _reading(entry: Entry, findings: Findings) -> Reading:
    """What is declared of text files: the encoding by name, the delimiter by name or itself."""
    note_keys(entry, ("encoding", "delimiter"), findings)
    signs = {name: sign for sign, name in DELIMITERS.items()} | {sign: sign for sign in DELIMITERS}
    found = {}
    for key, names in (("encoding", CODECS), ("delimiter", signs)):
        one = entry.get(key)
        expect(one, "text", f"reading.{key}", findings)
        if one.text and one.text.lower() not in names:
            findings.add_choice(one.place, one.text, tuple(name for name in names if name != "\t"))
        elif one.text:
            found[key] = one.text.lower()
    return Reading(found.get("encoding", ""), signs.get(found.get("delimiter", ""), ""))


def _funds(scheme: Scheme | None) -> tuple[str, ...]:
    return tuple(scheme.funds) if scheme is not None else ()


def check_series(settings: Settings, series: Sequence[str], findings: Findings) -> None:
    """Note settings for series that no weight row has."""
    for name, place in settings.series_places.items():
        if name not in series:
            hint, every = near(name, series), ", ".join(series)
            findings.add("SERIES_UNUSED", place, name, near=hint, allowed=every)


def _period(entry: Entry, findings: Findings) -> Period | None:
    period = entry.get("period")
    if "period" not in entry.mapping:
        findings.add("KEY_MISSING", entry.place, "period")
        return None
    try:
        return parse_period(period.text)
    except ValueError:
        findings.add("PERIOD_INVALID", period.place, period.text)
        return None


def _missing(entry: Entry, findings: Findings) -> dict[str, Handling]:
    missing = {}
    for name, settings in entry.mapping.items():
        expect(settings, "mapping", f"series.{name}", findings)
        note_keys(settings, ("missing",), findings)
        if "missing" in settings.mapping:
            expect(settings.get("missing"), "text", f"series.{name}.missing", findings)
            missing[name] = choice_of(settings.get("missing"), Handling.REJECT, findings)
    return missing
