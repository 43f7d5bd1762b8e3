"""Payroll and finance exports 发薪与财务: pay lines of a result, and the files made of them.

No server, no clock: pure functions over a result folder and rows of staff and payees, so that
the command line and the service call the same. Source: specification page 3 "What a payroll
integrator needs"; docs/payroll.md.
"""

from equivalents.payroll.amountwords import amount_in_words
from equivalents.payroll.approval import approval_form
from equivalents.payroll.bank import (
    BankList,
    WithoutAccount,
    bank_list,
    write_apart,
    write_bank,
)
from equivalents.payroll.columnmap import ColumnMap, read_column_map
from equivalents.payroll.lines import pay_lines
from equivalents.payroll.model import (
    Control,
    Kind,
    Level,
    PayLine,
    PayLines,
    PayTotal,
    Versions,
)
from equivalents.payroll.payees import Payee, Payees, case_payees, file_payees
from equivalents.payroll.people import Staff, StaffRow, case_staff, staff_of
from equivalents.payroll.result import PayResult, read_result
from equivalents.payroll.signing import signing_form
from equivalents.payroll.voucher import Booked, voucher, write_voucher
from equivalents.payroll.vouchermap import VoucherMap, read_voucher_map
from equivalents.payroll.writing import Format, write_lines

__all__ = [
    "BankList",
    "Booked",
    "ColumnMap",
    "Control",
    "Format",
    "Kind",
    "Level",
    "PayLine",
    "PayLines",
    "PayResult",
    "PayTotal",
    "Payee",
    "Payees",
    "Staff",
    "StaffRow",
    "Versions",
    "VoucherMap",
    "WithoutAccount",
    "amount_in_words",
    "approval_form",
    "bank_list",
    "case_payees",
    "case_staff",
    "file_payees",
    "pay_lines",
    "read_column_map",
    "read_result",
    "read_voucher_map",
    "signing_form",
    "staff_of",
    "voucher",
    "write_apart",
    "write_bank",
    "write_lines",
    "write_voucher",
]
