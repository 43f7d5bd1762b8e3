"""What a correction writes: adjustments, the keys they go back to, summary, manifest, workbook."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from equivalents.correct import Adjustment, Correction, KeyChange
from equivalents.errors import ConservationError
from equivalents.exact import half_up
from equivalents.intake.case import Case
from equivalents.intake.source import Source
from equivalents.policy.corrections import CorrectionMode, Corrections
from equivalents.report.book import ROWS_SHOWN, Book, SheetColumn
from equivalents.report.closed import CORRECTION, KIND, Proven
from equivalents.report.closingsheets import ADJUSTMENT_SHEETS
from equivalents.report.folder import new_folder, sha256
from equivalents.report.furtherrows import further_rows, noted_rows
from equivalents.report.furthersheets import NOTED_SHEET
from equivalents.report.lists import write_lists
from equivalents.report.out import write_json
from equivalents.report.table import OutTable, texts
from equivalents.report.workbook import CHECKS_SHEET, check_rows
from equivalents.settle import METHOD, Settlement
from equivalents.units import print_e4, print_e7, print_fen, print_fixed
from equivalents.version import __version__

__all__ = ["ADJUSTMENT_COLUMNS", "TABLE", "adjustment_table", "write_adjustments"]

_Json = dict[str, Any]
TABLE: Final = "adjustments"
ADJUSTMENT_COLUMNS: Final = (
    *("period", "institution_id", "pool", "person_id", "component", "key_closed", "key_now"),
    *("key_difference", "closed", "earlier", "amount", "fund", "mode", "reference"),
)
"""The columns of ``adjustments.csv``, which the next open period reads as its table."""
_CHANGE_COLUMNS: Final = (
    *("institution_id", "pool", "person_id", "pool_institution", "parent", "key_closed"),
    *("key_now", "key_difference", "received", "keys", "price_for_display", "coefficient"),
)


def write_adjustments(
    correction: Correction,
    now: tuple[Settlement, Case, Source],
    closed: Proven,
    earlier: Sequence[Proven],
    destination: Path,
) -> _Json:
    """Write ADJ as a whole; ``now`` is the corrected period.

    Returns what summary.json says, and ``understood`` where files are not plain.

    Raises:
        ConservationError: a check does not hold; nothing is written.
    """
    settlement, case, source = now
    rule, period = case.corrections, settlement.rules.period.name
    tables = (
        adjustment_table(_rows(correction, period, rule)),
        OutTable("key_changes", _columns(_CHANGE_COLUMNS, map(_change, correction.changes))),
    )
    told = _summary(correction, settlement, rule, len(earlier))
    if source.doubts is not None:
        told["door"] = source.doubts.made
    with new_folder(destination) as folder:
        listed = write_lists(settlement, case, source, folder, ROWS_SHOWN)
        for table in tables:
            table.write_csv(folder)
        write_json(folder / "summary.json", told)
        book = Book(folder / "adjustments.xlsx")
        note = f"{settlement.rules.title}　更正期间 {period}"
        for sheet, table in zip(ADJUSTMENT_SHEETS, tables, strict=True):
            columns: list[SheetColumn] = [column for _, column in sheet.columns]
            rows = further_rows(sheet, table, settlement)
            book.sheet(sheet.name, f"{note}　{sheet.note}", columns, rows)
        if listed.noted:
            book.sheet("提示", note, NOTED_SHEET, noted_rows(listed.noted[:ROWS_SHOWN]))
        book.sheet("核对", f"{note}　左右两侧应相等", CHECKS_SHEET, check_rows(told["checks"]))
        book.close()
        write_json(folder / "manifest.json", _manifest(correction, case, closed, earlier, folder))
    return told | _understood(case)


def _understood(case: Case) -> _Json:
    """What was understood of files that are not plain; it follows how the files are cut."""
    return {"understood": case.understood} if case.understood else {}


def adjustment_table(rows: Iterable[Mapping[str, str]], name: str = TABLE) -> OutTable:
    """Adjustments as the next open period reads them; blank where a row says nothing."""
    values = [tuple(row.get(column, "") for column in ADJUSTMENT_COLUMNS) for row in rows]
    return OutTable(name, _columns(ADJUSTMENT_COLUMNS, values))


def _columns(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Mapping[str, Any]:
    values = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: texts(column) for name, column in zip(names, values, strict=True)}


def _rows(correction: Correction, period: str, rule: Corrections) -> Iterable[Mapping[str, str]]:
    same = {
        "period": period,
        "fund": rule.fund,
        "mode": correction.mode.value,
        "reference": rule.reference,
    }
    for one in correction.adjustments:
        yield {
            **same,
            "institution_id": one.institution_id,
            "pool": one.pool,
            "person_id": one.person_id,
            "component": one.component,
            **_keys(one),
            "closed": print_fen(one.closed_fen),
            "earlier": print_fen(one.earlier_fen),
            "amount": print_fen(one.amount_fen),
        }


def _keys(row: Adjustment) -> Mapping[str, str]:
    if row.key_closed_e7 is None or row.key_now_e7 is None:
        return {}
    return {
        "key_closed": print_e7(row.key_closed_e7),
        "key_now": print_e7(row.key_now_e7),
        "key_difference": print_e7(row.key_now_e7 - row.key_closed_e7),
    }


def _change(row: KeyChange) -> tuple[str, ...]:
    """A key that changed, with all that its amount is made of."""
    price = Fraction(row.received_fen * 10**9, row.keys_e7) if row.keys_e7 else None
    return (
        *(row.institution_id, row.pool, row.person_id, row.owner, row.parent),
        *(print_e7(row.closed_e7), print_e7(row.now_e7), print_e7(row.now_e7 - row.closed_e7)),
        *(print_fen(row.received_fen), print_e7(row.keys_e7)),
        "" if price is None else print_fixed(half_up(price), 4),
        print_e4(row.withhold_e4),
    )


def _summary(
    correction: Correction, settlement: Settlement, rule: Corrections, earlier: int
) -> _Json:
    fen = [row.amount_fen for row in correction.adjustments]
    return {
        "period": settlement.rules.period.name,
        "title": settlement.rules.title,
        "mode": correction.mode.value,
        "fund": rule.fund,
        "reference": rule.reference,
        "corrections_before": earlier,
        "adjustments": {
            "rows": len(fen),
            "rows_compared": correction.compared,
            "people": len({row.person_id for row in correction.adjustments}),
            "keys_changed": len(correction.changes),
            "paid_more": print_fen(sum(one for one in fen if one > 0)),
            "taken_back": print_fen(sum(one for one in fen if one < 0)),
            "amount": print_fen(sum(fen)),
        },
        "checks": _checks(correction),
    }


def _checks(correction: Correction) -> list[_Json]:
    """Each check with both sides.

    Raises:
        ConservationError: one does not hold.
    """
    total = correction.earlier_fen + correction.amount_fen
    if correction.mode is CorrectionMode.RESHARE:
        zh = "结账已分配 + 以前更正 + 本次更正 = 现在应分配（元）"
        en = "closed + earlier adjustments + these = what is paid now"
        sides = correction.closed_fen + total, correction.now_fen
    else:
        zh = "以前更正 + 本次更正 = 各人依据之差 × 原价，加各构成项之差（元）"
        en = "earlier adjustments + these = differences of keys at the price, and of components"
        sides = total, correction.due_fen
    left, right = map(print_fen, sides)
    if left != right:
        raise ConservationError(f"{en}: {left}, {right}")
    return [{"check": en, "check_zh": zh, "left": left, "right": right, "holds": True}]


def _manifest(
    correction: Correction, case: Case, closed: Proven, earlier: Sequence[Proven], folder: Path
) -> _Json:
    """What was corrected, after which corrections, from what, into what; each by its hash."""
    made = sorted(path for path in folder.iterdir() if path.name != "manifest.json")
    return {
        "engine": __version__,
        "method": METHOD,
        KIND: CORRECTION,
        "period": closed.period.name,
        "mode": correction.mode.value,
        "closed": {"sha256": closed.sha256},
        "earlier": [{"sha256": one.sha256} for one in earlier],
        **_understood(case),
        "inputs": [_entry(name, path) for name, path in sorted(case.inputs)],
        "outputs": [_entry(path.name, path) for path in made],
    }


def _entry(name: str, path: Path) -> _Json:
    return {"file": name, "bytes": path.stat().st_size, "sha256": sha256(path)}
