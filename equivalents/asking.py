"""The commands that ask a kept result: explain a person or a pool, compare a proposal."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from equivalents.errors import UsageError
from equivalents.terminal import console, print_json, progress, reporting, show_problems

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
    form: Annotated[
        Form, typer.Option("--format", help="text 文本或 json。As text or as JSON.")
    ] = Form.TEXT,
) -> None:
    """溯源：一个人的每一分钱从何而来。Where every fen of a person, or of a pool, comes from."""
    from equivalents.report.explained import person_json, person_text, pool_json, pool_text
    from equivalents.tracing import trace_person, trace_pool

    with reporting(form is Form.JSON):
        if bool(person) == bool(pool) or (pool and not institution):
            raise UsageError(
                "请给出 --person，或同时给出 --pool 和 --institution。\n"
                "Give --person, or --pool together with --institution."
            )
        if person:
            story, records = trace_person(out, person, institution, case)
            text, told = person_text(story, records), person_json(story, records)
        else:
            steps = trace_pool(out, institution, pool)
            text = pool_text(institution, pool, steps)
            told = {"institution_id": institution, "pool": pool, "steps": pool_json(steps)}
    if form is Form.JSON:
        print_json(told)
    else:
        typer.echo(text, nl=False)


def compare(
    base: Annotated[
        Path,
        typer.Argument(metavar="CASE", help="资料文件夹或核算结果。The case, or a kept result."),
    ],
    proposal: Annotated[
        Path,
        typer.Option(metavar="TABLE", help="拟调整的当量表。The proposed weight table."),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="OUT", help="结果文件夹。The folder to write.")
    ],
    own_dates: Annotated[
        bool,
        typer.Option(
            "--own-dates",
            help="按方案自己的生效日期。By the proposal's own dates, not as if in force always.",
        ),
    ] = False,
    partial: Annotated[
        bool,
        typer.Option(
            "--partial", help="方案只列变动的项目。The proposal lists changed items only."
        ),
    ] = False,
    as_json: _JsonOption = False,
) -> None:
    """对比拟调整方案：谁增谁减。Try a proposed weight table: who wins, who loses, what it costs."""
    from equivalents.whatif import compare_case

    with reporting(as_json), progress() as told:
        compared = compare_case(
            base, proposal, out, own_dates=own_dates, partial=partial, told=told
        )
    if as_json:
        print_json({"out": out.as_posix(), **compared.summary})
        return
    show_problems(compared.problems, as_json=False)
    if compared.recounted:
        typer.echo(f"重新计数 counted again: {', '.join(compared.recounted)}")
    _show_comparison(compared.summary, out)


def _show_comparison(summary: dict[str, Any], out: Path) -> None:
    to = console()
    for series, one in summary["series"].items():
        to.print(
            f"口径 series {series}: 当量 equivalents {one['equivalents_before']} → "
            f"{one['equivalents_after']}    单价 price {one['price_before']} → {one['price_after']}"
        )
        to.print(
            f"    增 winners {one['winners']:,} (+{one['gained']})    "
            f"减 losers {one['losers']:,} ({one['lost']})    "
            f"最大 largest +{one['largest_gain']} / {one['largest_loss']} 元 yuan"
        )
    holding = sum(1 for check in summary["checks"] if check["holds"])
    to.print(f"核对 checks {holding}/{len(summary['checks'])}    结果 result: {out}")
