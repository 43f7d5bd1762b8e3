"""The command that hands pay on: to payroll, to the bank, to the books, to the printer."""

from pathlib import Path
from typing import Annotated, Any

import typer

from equivalents.errors import as_object
from equivalents.payroll.bank import WithoutAccount
from equivalents.payroll.exporting import ExportAs, Wanted
from equivalents.payroll.model import INCOME_TYPE
from equivalents.payroll.signing import MOST_ROWS, ROWS_A_PAGE
from equivalents.payroll.writing import Format
from equivalents.storecasecli import CaseStoreOption, case_given
from equivalents.terminal import print_json, reporting, say, show_problems

__all__ = ["export"]


_Results = Annotated[
    list[Path],
    typer.Argument(
        metavar="RESULT...",
        help="结果文件夹（settle 或 year-end）；一并发放的更正（correct）写在后面。"
        "The folder of settle or year-end, then corrections that are paid with it.",
    ),
]
_What = Annotated[
    ExportAs,
    typer.Option(
        "--as",
        help="导出什么：明细、合计、银行代发、记账凭证、审批表、签字表。"
        "Lines, totals of people, a bank list, vouchers, approval or signing sheets.",
    ),
]
_Out = Annotated[
    Path, typer.Option("-o", "--out", metavar="OUT", help="导出文件夹。The folder to write.")
]
_Form = Annotated[
    Format | None,
    typer.Option(
        "--format", help="文件格式，缺省 csv（审批表、签字表 xlsx）。csv, or xlsx if printed."
    ),
]
_Map = Annotated[
    str,
    typer.Option(
        "--map",
        metavar="MAP",
        help="列映射或凭证映射：文件，或自带的名称。A column or voucher map: a file or a name.",
    ),
]
_Case = Annotated[
    Path | None,
    typer.Option(
        metavar="CASE",
        help="花名册和收款账户取自这份资料（也可写 store:期间）；缺省用结果自己保存的花名册。"
        "Staff and payees of this case; else the staff that the result keeps.",
    ),
]
_Payees = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="收款账户表，优先于资料中的。The payees, from a file."),
]
_TaxMonth = Annotated[
    str,
    typer.Option(
        metavar="MONTH",
        help="税款所属期 YYYY-MM，缺省为期间最后一月。The tax month; else the period's last.",
    ),
]
_IncomeType = Annotated[str, typer.Option(metavar="TEXT", help="所得项目。The income type.")]
_WithoutAccount = Annotated[
    WithoutAccount,
    typer.Option(
        help="代发清单中没有账户的人：stop 停止；skip 另列。"
        "Whoever has no account: stop, or list them apart."
    ),
]
_RowsAPage = Annotated[
    int,
    typer.Option(
        min=1, max=MOST_ROWS, help="签字表每页人数。People on a page of the signing sheet."
    ),
]
_Json = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
]


def export(  # noqa: PLR0913  (an option each)
    results: _Results,
    what: _What,
    out: _Out,
    form: _Form = None,
    map_name: _Map = "",
    case: _Case = None,
    payees: _Payees = None,
    tax_month: _TaxMonth = "",
    income_type: _IncomeType = INCOME_TYPE,
    without_account: _WithoutAccount = WithoutAccount.STOP,
    rows_a_page: _RowsAPage = ROWS_A_PAGE,
    store: CaseStoreOption = "",
    as_json: _Json = False,
) -> None:
    """导出给薪酬系统、银行、财务和打印。Hand pay to payroll, bank, books and printer."""
    from equivalents.payroll.exporting import export as write_export

    with reporting(as_json):
        given = case_given(case, store) if case is not None else None
        how = without_account, rows_a_page
        wanted = Wanted(what, form, map_name, given, payees, tax_month, income_type, *how)
        made, problems = write_export(results, wanted, out)
    if as_json:
        listed = [as_object(problem) for problem in problems]
        print_json({"out": out.as_posix(), **made, "problems": listed})
        return
    show_problems(problems, as_json)
    _show(made, out)


def _show(made: dict[str, Any], out: Path) -> None:
    """The control total, and who is listed apart."""
    control = made["control"]
    say(
        f"导出 export  {made['as']}  期间 {made['period']}    核算编号 run {made['run_id']}\n"
        f"人数 people {control['people']:,}    行数 lines {control['lines']:,}    "
        f"金额 amount {control['amount']} 元 yuan\n"
        f"sha256 {control['sha256']}"
    )
    if "apart" in made:
        apart = made["apart"]["control"]
        say(f"另列 apart  人数 people {apart['people']:,}    金额 amount {apart['amount']} 元 yuan")
    say(f"文件 file: {(out / made['file']).as_posix()}")
