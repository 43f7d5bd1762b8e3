"""The command ``check``: every problem of a case, and what is written of them beside it.

Also the arguments that all commands with a case have alike.
"""

from pathlib import Path
from typing import Annotated

import typer

from equivalents.checkshown import has_errors, print_checked, show_checked
from equivalents.marking import check_marked
from equivalents.run import check_case, unseen
from equivalents.storecasecli import CaseStoreOption, case_given
from equivalents.terminal import SHOWN, progress, reporting, show_understood

__all__ = ["CaseArgument", "JsonOption", "check"]

CaseArgument = Annotated[
    Path,
    typer.Argument(
        metavar="CASE",
        help="资料：文件夹（内有 case.yaml）、一个工作簿或其 zip；或 store:期间（在数据库中）。"
        "The case: a folder, one workbook, a zip of either, or store:PERIOD.",
    ),
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
]

_PreviousOption = Annotated[
    Path | None,
    typer.Option(
        metavar="OUT",
        help="上次的结果文件夹：对照它查缺月、少报和没有记录的机构。"
        "An earlier result: months and institutions that are missing against it.",
    ),
]


def check(
    case: CaseArgument,
    mark: Annotated[
        Path | None,
        typer.Option(
            "--mark",
            metavar="COPY.xlsx",
            help="写一份标出问题的副本，不得已存在。"
            "Write a copy with the wrong cells marked; it must not exist yet.",
        ),
    ] = None,
    previous: _PreviousOption = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report",
            metavar="DIR",
            help="写数据质量报告（工作簿和网页），整体替换该文件夹。"
            "Write a data-quality report, a workbook and a page, into a folder of its own.",
        ),
    ] = None,
    store: CaseStoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """检查资料，列出全部问题，不改任何文件。List every problem of a case; no file is changed."""
    from equivalents.report.folder import check_replaceable
    from equivalents.report.quality import QUALITY_MARK, write_quality

    shown = unseen if as_json else show_understood  # in JSON it comes with the counts
    with reporting(as_json), progress() as told:
        if report is not None:
            check_replaceable(report, QUALITY_MARK)
        case = case_given(case, store)
        if mark is None:
            checked = check_case(case, told, first=SHOWN, shown=shown, previous=previous)
        else:
            checked = check_marked(case, mark, told, first=SHOWN, shown=shown, previous=previous)
        if report is not None:
            write_quality(checked, report, told)
        if as_json:
            print_checked(checked)
        else:
            show_checked(checked, case, mark, report)
    if has_errors(checked):
        raise typer.Exit(1)
