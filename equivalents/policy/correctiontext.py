"""The keys ``corrections`` and ``year_end`` of case.yaml, read strictly (D5; 5.18, 5.19)."""

from collections.abc import Sequence
from typing import Final

from equivalents.findings import Findings, near
from equivalents.policy.corrections import CorrectionMode, Corrections, OverPaid, YearEnd
from equivalents.policy.yamltext import Entry, choice_of, expect_keys

__all__ = ["CORRECTION_KEYS", "YEAR_END_KEYS", "read_corrections", "read_year_end"]

CORRECTION_KEYS: Final = ("mode", "fund", "reference")
"""What ``corrections`` may say."""
YEAR_END_KEYS: Final = ("over_paid", "reference")
"""What ``year_end`` may say."""

_NONE: Final = "（无）¦none"


def read_corrections(entry: Entry, funds: Sequence[str], findings: Findings) -> Corrections:
    """How a closed period is corrected; the defaults where nothing is said. Faults are noted.

    ``funds`` are the names of the funds of the scheme, one of which may pay the adjustments.
    """
    _keys(entry, "corrections", CORRECTION_KEYS, findings)
    fund = entry.get("fund")
    if fund.text and fund.text not in funds:
        hint, allowed = near(fund.text, funds), ", ".join(funds) or _NONE
        findings.add("CORRECT_FUND_UNKNOWN", fund.place, fund.text, near=hint, allowed=allowed)
    mode = choice_of(entry.get("mode"), CorrectionMode.AT_PRICE, findings)
    return Corrections(mode, fund.text, entry.get("reference").text, entry.place)


def read_year_end(entry: Entry, findings: Findings) -> YearEnd:
    """How the year's end treats who was paid too much; the default where nothing is said."""
    _keys(entry, "year_end", YEAR_END_KEYS, findings)
    over = choice_of(entry.get("over_paid"), OverPaid.RECOVER, findings)
    return YearEnd(over, entry.get("reference").text, entry.place)


def _keys(entry: Entry, name: str, known: Sequence[str], findings: Findings) -> None:
    """A mapping of known keys, each with one value."""
    expect_keys(entry, name, dict.fromkeys(known, "text"), findings, prefix=f"{name}.")
