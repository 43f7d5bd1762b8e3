"""The keys ``corrections`` and ``year_end`` of case.yaml, read strictly (D5; 5.18, 5.19)."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, TypeVar

from equivalents.findings import Findings, near
from equivalents.policy.corrections import CorrectionMode, Corrections, OverPaid, YearEnd
from equivalents.policy.yamltext import Entry, expect

__all__ = ["CORRECTION_KEYS", "YEAR_END_KEYS", "read_corrections", "read_year_end"]

CORRECTION_KEYS: Final = ("mode", "fund", "reference")
"""What ``corrections`` may say."""
YEAR_END_KEYS: Final = ("over_paid", "reference")
"""What ``year_end`` may say."""

_NONE: Final = "（无）¦none"
_Choice = TypeVar("_Choice", bound=StrEnum)


def read_corrections(entry: Entry, funds: Sequence[str], findings: Findings) -> Corrections:
    """How a closed period is corrected; the defaults where nothing is said. Faults are noted.

    ``funds`` are the names of the funds of the scheme, one of which may pay the adjustments.
    """
    _keys(entry, "corrections", CORRECTION_KEYS, findings)
    fund = entry.get("fund")
    if fund.text and fund.text not in funds:
        hint, allowed = near(fund.text, funds), ", ".join(funds) or _NONE
        findings.add("CORRECT_FUND_UNKNOWN", fund.place, fund.text, near=hint, allowed=allowed)
    mode = _choice(entry.get("mode"), CorrectionMode, CorrectionMode.AT_PRICE, findings)
    return Corrections(mode, fund.text, entry.get("reference").text, entry.place)


def read_year_end(entry: Entry, findings: Findings) -> YearEnd:
    """How the year's end treats who was paid too much; the default where nothing is said."""
    _keys(entry, "year_end", YEAR_END_KEYS, findings)
    over = _choice(entry.get("over_paid"), OverPaid, OverPaid.RECOVER, findings)
    return YearEnd(over, entry.get("reference").text, entry.place)


def _keys(entry: Entry, name: str, known: Sequence[str], findings: Findings) -> None:
    """A mapping of known keys, each with one value."""
    expect(entry, "mapping", name, findings)
    for key, value in entry.mapping.items():
        if key not in known:
            findings.add("KEY_UNKNOWN", value.place, key, near=near(key, known))
        else:
            expect(value, "text", f"{name}.{key}", findings)


def _choice(entry: Entry, kind: type[_Choice], default: _Choice, findings: Findings) -> _Choice:
    names = {choice.value: choice for choice in kind}
    if entry.text and entry.text not in names:
        hint, allowed = near(entry.text, tuple(names)), ", ".join(names)
        findings.add("CHOICE_INVALID", entry.place, entry.text, near=hint, allowed=allowed)
    return names.get(entry.text, default)
