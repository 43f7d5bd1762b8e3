"""The commands for what is paid after a period was closed: corrections and the end of a year."""

import csv
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from equivalents.errors import Problem, as_object
from equivalents.run import unseen
from equivalents.storecasecli import CaseStoreOption, case_given
from equivalents.terminal import (
    SHOWN,
    console,
    print_json,
    progress,
    reporting,
    say,
    show_problems,
    show_summary,
    show_understood,
)

__all__ = ["Rejects", "correct", "year_end"]


class Rejects(StrEnum):
    """What is done when records were rejected."""

    STOP = "stop"
    QUARANTINE = "quarantine"


_Json = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
]
_Rejects = Annotated[
    Rejects,
    typer.Option(
        help="有退回记录时：stop 停止；quarantine 隔离后继续。"
        "With rejected records: stop, or set them aside and go on."
    ),
]
_Closed = Annotated[
    Path,
    typer.Option(
        metavar="OUT", help="已结账的结果文件夹。The closed result of settle; never changed."
    ),
]
_Earlier = Annotated[
    list[Path],
    typer.Option(
        metavar="ADJ",
        help="该结果以前的更正，先早后晚，可多次写。"
        "An earlier correction of that result, the earliest first; may be repeated.",
    ),
]
_Paid = Annotated[
    list[Path],
    typer.Option(
        metavar="OUT",
        help="当年各期已结账的结果，每期写一次，次序不限。"
        "The locked result of a period of the year; once for each, in any order.",
    ),
]
_Adjusted = Annotated[
    list[Path],
    typer.Option(
        metavar="ADJ",
        help="各期结果的更正，可多次写，次序不限。"
        "A correction of one of these results; may be repeated, in any order.",
    ),
]
_NO_PATHS: list[Path] = []
_OWN: Final = ("CORRECT_", "YEAR_END_")
"""What only these commands have to tell: no ``check`` of the case would show it."""


def correct(
    case: Annotated[
        Path,
        typer.Argument(
            metavar="CASE",
            help="结账期间的资料，按现在所知。The case of the closed period, as known now.",
        ),
    ],
    closed: _Closed,
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", metavar="ADJ", help="更正结果文件夹。The folder for the adjustments."
        ),
    ],
    earlier: _Earlier = _NO_PATHS,
    on_reject: _Rejects = Rejects.STOP,
    store: CaseStoreOption = "",
    as_json: _Json = False,
) -> None:
    """结账后更正：只付差额，原结果不动。Correct a closed period: only the difference is paid."""
    from equivalents.closing import correct_case

    with reporting(as_json), progress() as told:
        result = correct_case(
            case_given(case, store),
            closed,
            out,
            earlier=earlier,
            stop_on_reject=on_reject is Rejects.STOP,
            told=told,
            shown=unseen if as_json else show_understood,
        )
    noted = _noted(out)
    if as_json:
        print_json({"out": out.as_posix(), **result, "problems": noted})
        return
    of, mode = result["adjustments"], result["mode"]
    console().print(
        f"追溯调整 correction  {result['period']}    方式 mode {mode}\n"
        f"人员 people {of['people']:,}    行 rows {of['rows']:,}    "
        f"补发 paid more {of['paid_more']}    扣回 taken back {of['taken_back']}    "
        f"合计 amount {of['amount']} 元 yuan\n"
        f"以前更正 earlier corrections {result['corrections_before']}    结果 result: {out}"
    )
    _show_noted(noted)


def year_end(
    case: Annotated[
        Path,
        typer.Argument(metavar="CASE", help="整年的资料。The case of the whole year."),
    ],
    paid: _Paid,
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="OUT", help="结果文件夹。The folder for the result."),
    ],
    adjusted: _Adjusted = _NO_PATHS,
    on_reject: _Rejects = Rejects.STOP,
    store: CaseStoreOption = "",
    as_json: _Json = False,
) -> None:
    """年终清算：全年应得减已发。Settle the year: what it is worth less what was paid."""
    from equivalents.closing import year_end_case

    with reporting(as_json), progress() as told:
        settlement = year_end_case(
            case_given(case, store),
            paid,
            out,
            adjusted=adjusted,
            stop_on_reject=on_reject is Rejects.STOP,
            told=told,
            shown=unseen if as_json else show_understood,
        )
    result = json.loads((out / "summary.json").read_bytes())
    problems = []
    if settlement.payouts is None:
        facts = {"count": str(settlement.counted.rejected)}
        problems.append(Problem("REJECTED_ROWS", facts=facts))
    noted = _noted(out)
    if as_json:
        listed = [*map(as_object, problems), *noted]
        print_json({"out": out.as_posix(), **result, "problems": listed})
    else:
        show_summary(result, out)
        if not problems:
            _show_year(result["year_end"])
        show_problems(problems, as_json)
        _show_noted(noted)
    if problems:
        raise typer.Exit(1)


def _show_year(of: dict[str, Any]) -> None:
    """The line of the year's end."""
    console().print(
        f"年终清算 year end    应得 entitlement {of['entitlement']} = 已发 paid {of['paid']} + "
        f"已更正 adjusted {of['adjusted']} + 差额 due {of['due']} 元 yuan\n"
        f"本次发放 paid out {of['paid_out']}    扣回 taken back {of['taken_back']}    "
        f"结转下年 carried on {of['carried_on']}"
    )


def _noted(out: Path) -> list[dict[str, str | int]]:
    """What the command itself noted in ``problems.csv``, as ``--json`` lists problems."""
    with (out / "problems.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["code"].startswith(_OWN)]
    return [{**row, "row": int(row["row"] or 0)} for row in rows]


def _show_noted(noted: list[dict[str, str | int]]) -> None:
    """The first of them in full on standard error, then how many more there are."""
    for one in noted[:SHOWN]:
        text = f"{one['severity']} {one['code']}\n    {one['reason_zh']}\n    {one['reason_en']}"
        say(text, err=True)
    rest = len(noted) - SHOWN
    if rest > 0:
        text = f"……另有 {rest:,} 条，见 problems.csv；and {rest:,} more in problems.csv"
        say(text, err=True)
