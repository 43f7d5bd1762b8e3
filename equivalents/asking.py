"""The commands that ask a kept result: explain a person or a pool, compare a proposal."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from equivalents.errors import UsageError, as_object
from equivalents.storecasecli import CaseStoreOption, case_given
from equivalents.terminal import console, print_json, progress, reporting, say, show_problems

__all__ = ["Form", "compare", "explain"]

_JsonOption = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
]


class Form(StrEnum):
    """How an explanation is written."""

    TEXT = "text"
    JSON = "json"


def explain(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="核算结果文件夹。The result of settle.")
    ],
    person: Annotated[
        str, typer.Option(metavar="PERSON_ID", help="人员编号。Whose pay is explained.")
    ] = "",
    institution: Annotated[
        str,
        typer.Option(metavar="INSTITUTION_ID", help="只看一个机构。One institution only."),
    ] = "",
    pool: Annotated[
        str,
        typer.Option(metavar="POOL", help="改为说明一个绩效池。Explain a pool instead."),
    ] = "",
    case: Annotated[
        Path | None,
        typer.Option(metavar="CASE", help="资料文件夹：并列出服务记录。List the records, too."),
    ] = None,
    store: CaseStoreOption = "",
    form: Annotated[
        Form, typer.Option("--format", help="text 文本或 json。As text or as JSON.")
    ] = Form.TEXT,
) -> None:
    """溯源：一个人的每一分钱从何而来。Where every fen of a person, or of a pool, comes from."""
    from equivalents.report.explained import person_text
    from equivalents.report.explained_json import person_json
    from equivalents.report.explained_pool import pool_json, pool_text
    from equivalents.tracing import trace_person, trace_pool

    with reporting(form is Form.JSON):
        if bool(person) == bool(pool) or (pool and not institution):
            raise UsageError(
                "请给出 --person，或同时给出 --pool 和 --institution。\n"
                "Give --person, or --pool together with --institution."
            )
        if person:
            case = case_given(case, store) if case is not None else None
            story, records = trace_person(out, person, institution, case)
            text, told = person_text(story, records), person_json(story, records)
        else:
            account = trace_pool(out, institution, pool)
            text, told = pool_text(account), pool_json(account)
    if form is Form.JSON:
        print_json(told)
    else:
        say(text, nl=False)


_BaseArgument = Annotated[
    Path, typer.Argument(metavar="CASE", help="资料文件夹或核算结果。The case, or a kept result.")
]
_ChangesOption = Annotated[
    Path, typer.Option("-o", "--out", metavar="OUT", help="结果文件夹。The folder to write.")
]
_ProposalOption = Annotated[
    Path | None,
    typer.Option(metavar="TABLE", help="拟调整的当量表。The proposed weight table."),
]
_CoefficientsOption = Annotated[
    Path | None,
    typer.Option(metavar="TABLE", help="拟调整的系数表。The proposed table of coefficients."),
]
_OwnDatesOption = Annotated[
    bool,
    typer.Option(
        "--own-dates",
        help="按方案自己的生效日期。By the proposal's own dates, not as if in force always.",
    ),
]
_PartialOption = Annotated[
    bool, typer.Option("--partial", help="方案只列变动的行。The proposal lists changes only.")
]
_CaseOption = Annotated[
    Path | None,
    typer.Option(
        metavar="CASE",
        help="结果所用的资料：须重新计数的项目从中读取。"
        "The case behind a result: items that must be counted again are read from it.",
    ),
]


def compare(  # noqa: PLR0913  (an option each)
    base: _BaseArgument,
    out: _ChangesOption,
    proposal: _ProposalOption = None,
    coefficients: _CoefficientsOption = None,
    own_dates: _OwnDatesOption = False,
    partial: _PartialOption = False,
    case: _CaseOption = None,
    store: CaseStoreOption = "",
    as_json: _JsonOption = False,
) -> None:
    """对比拟调整方案：谁增谁减。Try proposed weights or coefficients: who wins, who loses."""
    from equivalents.whatif import compare_case

    with reporting(as_json):
        if proposal is None and coefficients is None:
            raise UsageError(
                "请给出 --proposal（当量表）、--coefficients（系数表），或两者。\n"
                "Give --proposal (weights), --coefficients, or both."
            )
        with progress() as told:
            compared = compare_case(
                case_given(base, store),
                proposal,
                out,
                coefficients=coefficients,
                case=case_given(case, store) if case is not None else None,
                own_dates=own_dates,
                partial=partial,
                told=told,
            )
    if as_json:
        problems = [as_object(problem) for problem in compared.problems]
        print_json({"out": out.as_posix(), **compared.summary, "problems": problems})
        return
    show_problems(compared.problems, as_json=False)
    _show_comparison(compared.summary, out)


def _show_comparison(summary: dict[str, Any], out: Path) -> None:
    to = console()
    again = ", ".join(summary["recounted"])
    to.print(
        f"变动 changed: 当量值 weights {summary['weights_changed']:,}    "
        f"系数 coefficients {summary['coefficients_changed']:,}    "
        f"重新计数 counted again: {again or '无 none'}"
    )
    for series, one in summary["series"].items():
        to.print(
            f"口径 series {series}: 记录 records {one['records_before']:,} → "
            f"{one['records_after']:,}    当量 equivalents {one['equivalents_before']} → "
            f"{one['equivalents_after']}"
        )
        if not one["price_before"]:
            continue  # no pool is shared by this series
        to.print(
            f"    单价 price {one['price_before']} → {one['price_after'] or '-'}    "
            f"绩效池 pools {one['pools']} 元 yuan"
        )
        to.print(
            f"    增 winners {one['winners']:,} (+{one['gained']})    "
            f"减 losers {one['losers']:,} ({one['lost']})    "
            f"最大 largest +{one['largest_gain']} / {one['largest_loss']} 元 yuan"
        )
    holding = sum(1 for check in summary["checks"] if check["holds"])
    to.print(f"核对 checks {holding}/{len(summary['checks'])}    结果 result: {out}")
