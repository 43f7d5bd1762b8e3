"""One export as a folder: the file, and ``control.json`` with its control total beside it.

The shell of this room: everything it writes is made by the pure functions of the others.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from equivalents.errors import Problem, UsageError
from equivalents.payroll.approval import approval_form
from equivalents.payroll.bank import WithoutAccount, bank_list, write_apart, write_bank
from equivalents.payroll.columnmap import MapLevel, read_column_map
from equivalents.payroll.lines import pay_lines
from equivalents.payroll.model import INCOME_TYPE, Control, Level, PayLines
from equivalents.payroll.payees import Payees, case_payees, file_payees
from equivalents.payroll.people import case_staff
from equivalents.payroll.result import PayResult, read_result
from equivalents.payroll.signing import ROWS_A_PAGE, signing_form
from equivalents.payroll.voucher import voucher, write_voucher
from equivalents.payroll.vouchermap import SHIPPED_VOUCHER, read_voucher_map
from equivalents.payroll.writing import Format, write_lines
from equivalents.report.folder import check_replaceable, new_folder

__all__ = ["CONTROL_FILE", "ExportAs", "Wanted", "export"]

CONTROL_FILE: Final = "control.json"
"""The file beside an export that has its control total; a folder with it may be replaced."""
_BANK_MAP: Final = "bank-list"
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])", re.ASCII)


class ExportAs(StrEnum):
    """What is exported."""

    LINES = "lines"
    SUMMARY = "summary"
    BANK = "bank"
    VOUCHER = "voucher"
    APPROVAL = "approval"
    SIGNING = "signing"


_PRINTED: Final = (ExportAs.APPROVAL, ExportAs.SIGNING)
_LINES: Final = (ExportAs.LINES, ExportAs.SUMMARY)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an export is to be; ``form`` blank: csv, or xlsx of what is printed.

    ``institutions`` are those whose lines are exported; ``None``: all of them. ``run_id`` is what
    the lines call their run; blank: the first digits of its manifest's hash.
    """

    what: ExportAs
    form: Format | None = None
    map_name: str = ""
    case: Path | None = None
    payees: Path | None = None
    tax_month: str = ""
    income_type: str = INCOME_TYPE
    without_account: WithoutAccount = WithoutAccount.STOP
    rows_a_page: int = ROWS_A_PAGE
    institutions: frozenset[str] | None = None
    run_id: str = ""


def export(
    folders: Sequence[Path], wanted: Wanted, out: Path
) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Write one export into a folder; gives what ``control.json`` says, and the warnings.

    Args:
        folders: a result, and the corrections that are paid with it.
        wanted: what is exported, and how.
        out: the folder, replaced as a whole; another non-empty one is refused.

    Raises:
        UsageError: options that do not go together.
        DataError: everything that is wrong with results, maps, payees and staff.
        ConservationError: a sum does not hold; nothing is written.
    """
    form = _form(wanted)
    check_replaceable(out, CONTROL_FILE)
    result = read_result(folders[0], folders[1:])
    staff = case_staff(wanted.case, result.period) if wanted.case is not None else None
    given = {"income_type": wanted.income_type, "tax_month": wanted.tax_month}
    lines = pay_lines(result, staff, **given, run_id=wanted.run_id)
    if wanted.institutions is not None:
        lines = _of_some(lines, wanted.institutions)
    with new_folder(out, CONTROL_FILE) as folder:
        told, problems = _WRITERS[wanted.what](lines, wanted, form, folder)
        made = {**_head(result, lines, wanted, form), **told}
        text = json.dumps(made, ensure_ascii=False, indent=2)
        (folder / CONTROL_FILE).write_bytes(f"{text}\n".encode())
    return made, (*_without_names(lines), *problems)


def _of_some(lines: PayLines, institutions: frozenset[str]) -> PayLines:
    """The lines of some institutions; their title says so where they are not all.

    What is printed and signed of some must not be taken for that of the community.
    """
    some = tuple(one for one in lines.lines if one.institution_id in institutions)
    if len(some) == len(lines.lines):
        return lines
    of = len({one.institution_id for one in some})
    return replace(lines, lines=some, title=f"{lines.title}（部分机构，共 {of} 个）")


def _form(wanted: Wanted) -> Format:
    """The format of the file.

    Raises:
        UsageError: what is asked for has no such format, or lacks something.
    """
    printed = wanted.what in _PRINTED
    form = wanted.form or (Format.XLSX if printed else Format.CSV)
    if printed and form is not Format.XLSX:
        raise UsageError(_ONLY_XLSX)
    if form is Format.NDJSON and (wanted.what not in _LINES or wanted.map_name):
        raise UsageError(_NO_NDJSON)
    if wanted.map_name and printed:
        raise UsageError(_NO_MAP)
    if wanted.tax_month and not _MONTH.fullmatch(wanted.tax_month):
        raise UsageError(_TAX_MONTH)
    if wanted.what is ExportAs.BANK and wanted.payees is None and wanted.case is None:
        raise UsageError(_NO_PAYEES)
    return form


_ONLY_XLSX: Final = "审批表和签字表只有 xlsx。\nApproval and signing sheets are xlsx only."
_NO_NDJSON: Final = (
    "ndjson 只用于 --as lines 与 summary，不与 --map 同用。\n"
    "ndjson is for --as lines and summary, without --map."
)
_NO_MAP: Final = "审批表和签字表不用映射。\nApproval and signing sheets take no --map."
_TAX_MONTH: Final = "--tax-month 写成 YYYY-MM。\n--tax-month is written YYYY-MM."
_NO_PAYEES: Final = (
    "代发清单需要收款账户：用 --payees 文件，或 --case 资料。\n"
    "A bank list needs payees: give --payees FILE or --case CASE."
)


def _head(result: PayResult, lines: PayLines, wanted: Wanted, form: Format) -> dict[str, Any]:
    return {
        "as": wanted.what.value,
        "format": form.value,
        "run_id": lines.run_id,
        "result_sha256": result.sha256,
        "corrections_sha256": [*result.corrections],
        "period": lines.period,
        "tax_month": lines.tax_month,
        "income_type": lines.income_type,
        "versions": lines.versions._asdict(),
    }


def _without_names(lines: PayLines) -> list[Problem]:
    nobody = sorted({one.person_id for one in lines.lines if not one.name})
    if not nobody:
        return []
    return [Problem("PAYROLL_NO_NAMES", value=nobody[0], facts={"count": str(len(nobody))})]


_Told = tuple[dict[str, Any], Sequence[Problem]]
_Writer = Callable[[PayLines, Wanted, Format, Path], _Told]


def _lines(lines: PayLines, wanted: Wanted, form: Format, folder: Path) -> _Told:
    if not wanted.map_name:
        level = Level.DETAIL if wanted.what is ExportAs.LINES else Level.SUMMARY
        path = folder / f"{wanted.what.value}.{form.value}"
        return _one(path, write_lines(lines, form, path, level=level)), ()
    column_map = read_column_map(wanted.map_name)
    level = Level.DETAIL if column_map.level is MapLevel.DETAIL else Level.SUMMARY
    path = folder / f"{column_map.name}.{_suffix(form, column_map.file.delimiter)}"
    control = write_lines(lines, form, path, level=level, column_map=column_map)
    return {"map": column_map.name, "title": column_map.title, **_one(path, control)}, ()


def _suffix(form: Format, delimiter: str) -> str:
    return "txt" if form is Format.CSV and delimiter != "," else form.value


def _bank(lines: PayLines, wanted: Wanted, form: Format, folder: Path) -> _Told:
    column_map = read_column_map(wanted.map_name or _BANK_MAP)
    bank = bank_list(
        lines, _payees(wanted), without_account=wanted.without_account, per=column_map.per
    )
    path = folder / f"bank.{_suffix(form, column_map.file.delimiter)}"
    control = write_bank(bank, form, path, column_map)
    apart = folder / "apart.csv"
    told = {"map": column_map.name, "title": column_map.title, **_one(path, control)}
    told["apart"] = _one(apart, write_apart(bank, apart))
    return told, bank.problems


def _payees(wanted: Wanted) -> Payees:
    if wanted.payees is not None:
        return file_payees(wanted.payees)
    assert wanted.case is not None, "one of them is given"
    return case_payees(wanted.case)


def _voucher(lines: PayLines, wanted: Wanted, form: Format, folder: Path) -> _Told:
    voucher_map = read_voucher_map(wanted.map_name or SHIPPED_VOUCHER)
    path = folder / f"voucher.{form.value}"
    control = write_voucher(voucher(lines, voucher_map), form, path)
    return {"map": voucher_map.name, "title": voucher_map.title, **_one(path, control)}, ()


def _approval(lines: PayLines, wanted: Wanted, form: Format, folder: Path) -> _Told:
    path = folder / f"{wanted.what.value}.{form.value}"
    return _one(path, approval_form(lines, path)), ()


def _signing(lines: PayLines, wanted: Wanted, form: Format, folder: Path) -> _Told:
    path = folder / f"{wanted.what.value}.{form.value}"
    return _one(path, signing_form(lines, path, rows_a_page=wanted.rows_a_page)), ()


def _one(path: Path, control: Control) -> dict[str, Any]:
    return {"file": path.name, "control": control.as_json()}


_WRITERS: Final[dict[ExportAs, _Writer]] = {
    ExportAs.LINES: _lines,
    ExportAs.SUMMARY: _lines,
    ExportAs.BANK: _bank,
    ExportAs.VOUCHER: _voucher,
    ExportAs.APPROVAL: _approval,
    ExportAs.SIGNING: _signing,
}
