"""Voucher maps as data: which pool or component goes to which debit and credit account.

The shipped one is an example (示例) in ``weights/payroll/vouchers/``; the codes are the office's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.payroll.columnmap import map_file
from equivalents.payroll.model import Kind, PayLine
from equivalents.policy.yamltext import Entry, choice_of, expect_keys, read_yaml

__all__ = ["Negative", "SHIPPED_VOUCHER", "VoucherEntry", "VoucherMap", "read_voucher_map"]

SHIPPED_VOUCHER: Final = "voucher"
"""The name of the shipped example."""
_FOLDER: Final = "payroll/vouchers"
_IN_SUMMARY: Final = ("period", "tax_month", "institution", "part")
_BRACES: Final = re.compile(r"\{([^{}]*)\}")
_HEAD: Final = {
    **dict.fromkeys(("voucher_map", "title", "reference", "word", "negative", "summary"), "text"),
    "accounts": "mapping",
    "entries": "list",
}
_FITS: Final = ("institution", "pool", "component", "kind")
_ENTRY: Final = dict.fromkeys((*_FITS, "debit", "credit", "summary"), "text")


class Negative(StrEnum):
    """How a claw-back is booked: in red (红字, below 0), or with debit and credit swapped."""

    RED = "red"
    SWAP = "swap"


@dataclass(frozen=True, slots=True)
class VoucherEntry:
    """Accounts of the lines that fit; a blank condition fits all."""

    institution: str
    pool: str
    component: str
    kind: str
    debit: str
    credit: str
    summary: str

    def fits(self, line: PayLine) -> bool:
        """Whether a line goes to these accounts."""
        has = line.institution_id, line.pool, line.component, line.kind
        asked = self.institution, self.pool, self.component, self.kind
        return all(one in ("", other) for one, other in zip(asked, has, strict=True))


@dataclass(frozen=True, slots=True)
class VoucherMap:
    """A voucher map: the first entry that fits a line counts; ``accounts`` has their names.

    ``summary`` is that of credit lines, and of entries that have none of their own.
    """

    name: str
    title: str
    reference: str
    word: str
    negative: Negative
    summary: str
    accounts: Mapping[str, str]
    entries: tuple[VoucherEntry, ...]


def read_voucher_map(path: Path | str) -> VoucherMap:
    """Read a voucher map from a file, or a shipped one by its name.

    Raises:
        DataError: ``PAYROLL_MAP_UNKNOWN``; every fault of the file with its line.
    """
    file, findings = map_file(str(path), _FOLDER), Findings()
    entry = read_yaml(file, file.name, findings)
    findings.stop_on_errors()
    assert entry is not None, "else there was an error"
    expect_keys(entry, "voucher_map", _HEAD, findings)
    summary = entry.get("summary").text or "{period} {part}"
    entries = []
    for one in entry.get("entries").items:
        expect_keys(one, "entries", _ENTRY, findings)
        kind = one.get("kind").text
        if kind and kind not in [*Kind]:
            findings.add_choice(one.get("kind").place, kind, [*map(str, Kind)])
        texts = {name: one.get(name).text for name in _ENTRY}
        entries.append(VoucherEntry(**{**texts, "summary": texts["summary"] or summary}))
    accounts = entry.get("accounts").mapping
    made = VoucherMap(
        entry.get("voucher_map").text,
        entry.get("title").text,
        entry.get("reference").text,
        entry.get("word").text,
        choice_of(entry.get("negative"), Negative.RED, findings),
        summary,
        {code: name.text for code, name in accounts.items()},
        tuple(entries),
    )
    for place, what in _faults(entry, made):
        findings.add("PAYROLL_MAP_INVALID", place, detail=what)
    findings.stop_on_errors()
    return made


def _faults(entry: Entry, made: VoucherMap) -> Iterator[tuple[Place, str]]:
    """What is wrong with a map as a whole."""
    if not made.name:
        yield entry.place, "缺少名称 voucher_map¦it has no name (voucher_map)"
    if not made.entries:
        yield entry.place, "没有一条分录（entries）¦it has no entries"
    for one, at in zip(made.entries, entry.get("entries").items, strict=True):
        for side in (one.debit, one.credit):
            if side not in made.accounts:
                zh = f"科目“{side}”不在 accounts 中"
                yield at.place, f"{zh}¦the account '{side}' is not among the accounts"
        for name in _BRACES.findall(one.summary):
            if name not in _IN_SUMMARY:
                known = ", ".join(_IN_SUMMARY)
                yield (
                    at.place,
                    f"摘要中的 {{{name}}} 不认识，可用 {known}¦unknown {{{name}}}: {known}",
                )
