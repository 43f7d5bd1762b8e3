"""A study file 测算文件: what is studied, by which method, with which declared parameters.

One YAML file names everything: method, tables (paths from its own folder), bounds, thresholds,
title and reference, so that a study can be repeated and filed. Sources: rule A11; docs/cli.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Final

from equivalents.errors import DataError
from equivalents.findings import Findings, Table
from equivalents.intake.anytable import read_file
from equivalents.intake.headings import Sheet
from equivalents.policy.calendar import print_day
from equivalents.policy.load import fault_text
from equivalents.policy.yamltext import Entry, day_of, expect, expect_keys, note_keys, read_yaml
from equivalents.units import NumberFaultError, parse_fixed

__all__ = ["COMMON", "KEYS", "StudyFile", "fraction_of", "open_study"]

_PLACES: Final = 7
COMMON: Final = ("title", "official", "reference")
"""Keys that every study file may have."""
_PROPOSAL: Final = ("method", "valid_from", "series", "standard", "items", "at_least")
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "cost": ("table", "result", "case", "accounts", "channels", "series", "tiers"),
    "manpower": ("labour", "categories", "price", "per"),
    "time": (*_PROPOSAL[:-1], "labour", "categories", "factor", "smallest"),
    "experts": (*_PROPOSAL, "opinions", "largest_cv", "largest_iqr", "largest_shift"),
    "observed": (
        *_PROPOSAL,
        "minutes",
        "counts",
        "result",
        "standard_minutes",
        "bounds",
        "item_bounds",
    ),
}
"""The keys of each kind of study, beside :data:`COMMON`."""
_SHAPES: Final = {"bounds": "mapping", "item_bounds": "mapping", "tiers": "list"}


def fraction_of(text: str, *, signed: bool = False, places: int = _PLACES) -> Fraction:
    """Plain decimal text as an exact fraction.

    Raises:
        NumberFaultError: as :func:`~equivalents.units.parse_fixed`.
    """
    return Fraction(parse_fixed(text, places, signed=signed), 10**places)


@dataclass(slots=True)
class StudyFile:
    """An open study file; every fault goes to ``findings``, ``files`` are those that were read."""

    path: Path
    entry: Entry
    findings: Findings
    files: list[Path] = field(default_factory=list)

    def text(self, key: str, default: str = "") -> str:
        """A value as text."""
        return self.entry.get(key).text or default

    def needed(self, key: str) -> str:
        """A value that must be there; blank with the fault noted where it is not."""
        found = self.entry.get(key)
        if found.value == "":
            self.findings.add("KEY_MISSING", self.entry.place, key)
        return found.text

    def choice(self, key: str, allowed: Sequence[str], default: str = "") -> str:
        """One of some words; the first with the fault noted where it is another."""
        word = self.text(key, default) or self.needed(key)
        if word not in allowed:
            if word:
                self.findings.add_choice(self.entry.get(key).place, word, allowed)
            return allowed[0]
        return word

    def number(self, key: str, default: Fraction | None = None) -> Fraction | None:
        """A number above 0, the default where blank or, with the fault noted, where it is none."""
        return self.number_of(self.entry.get(key), default)

    def number_of(
        self, entry: Entry, default: Fraction | None = None, *, zero: bool = False
    ) -> Fraction | None:
        """The number of any entry; see :meth:`number`. ``zero``: 0 is one, too."""
        expect(entry, "text", self.path.name, self.findings)
        if not entry.text:
            return default
        try:
            value = fraction_of(entry.text)
            if not value and not zero:
                raise NumberFaultError("range", entry.text)
        except NumberFaultError as fault:
            detail = fault_text(fault)
            self.findings.add("NUMBER_INVALID", entry.place, entry.text, detail=detail)
            return default
        return value

    def pair_of(self, entry: Entry) -> tuple[Fraction, Fraction | None]:
        """The bounds ``{min, max}`` of an entry: 0 and none where blank; anything else is noted."""
        expect(entry, "mapping", self.path.name, self.findings)
        note_keys(entry, _BOUNDS, self.findings)
        lower = self.number_of(entry.get("min"), Fraction(0), zero=True)
        return lower or Fraction(0), self.number_of(entry.get("max"))

    def count(self, key: str, default: int) -> int:
        """A whole number above 0."""
        value = self.number(key, Fraction(default))
        if value is None or value.denominator != 1:
            entry = self.entry.get(key)
            self.findings.add("NUMBER_INVALID", entry.place, entry.text, detail=_WHOLE)
            return default
        return int(value)

    def flag(self, key: str) -> bool:
        """``yes`` or ``no``; no where blank."""
        return self.choice(key, ("no", "yes"), "no") == "yes"

    def day(self, key: str) -> str:
        """A date that must be there, as written in machine files."""
        self.needed(key)
        return print_day(day_of(self.entry.get(key), 0, self.findings))

    def at(self, key: str, *, folder: bool = False) -> Path | None:
        """The file or folder that a key names; ``None`` where blank or, noted, not there."""
        text = self.text(key)
        if not text:
            return None
        path = self.path.parent / text
        if not (path.is_dir() if folder else path.is_file()):
            self.findings.add("STUDY_FILE_MISSING", self.entry.get(key).place, text, key=key)
            return None
        return path

    def table(self, key: str, sheet: Sheet, *, required: bool = True) -> Table | None:
        """The table that a key names; ``None`` with what is wrong noted, or where none is."""
        if required:
            self.needed(key)
        path = self.at(key)
        if path is None:
            return None
        self.files.append(path)
        before = len(self.findings.problems)
        found = read_file(path, sheet, self.findings)
        # Without a column every row would be at fault, too.
        lost = any(one.code in _LOST for one in self.findings.problems[before:])
        return None if lost else found


_LOST: Final = ("COLUMN_MISSING", "HEADINGS_NOT_FOUND")
_BOUNDS: Final = ("min", "max")
_WHOLE: Final = "须为整数¦a whole number"


def open_study(path: Path, kinds: Sequence[str]) -> tuple[StudyFile, str]:
    """Read a study file, and of which kind it is: with several kinds its key ``method`` says.

    Raises:
        DataError: it is no study file: not YAML, an unknown key or method.
    """
    findings = Findings()
    entry = read_yaml(path, path.name, findings)
    if entry is not None and not isinstance(entry.value, dict):
        expect(entry, "mapping", path.name, findings)
    if entry is None or findings.errors:
        raise DataError(findings.problems)
    file = StudyFile(path, entry, findings, [path])
    kind = kinds[0] if len(kinds) == 1 else file.choice("method", kinds)
    known = {key: _SHAPES.get(key, "text") for key in (*COMMON, *KEYS[kind])}
    expect_keys(entry, path.name, known, findings)
    if file.flag("official"):
        file.needed("reference")
    findings.stop_on_errors()
    return file, kind
