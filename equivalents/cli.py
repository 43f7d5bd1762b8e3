"""The command line: settle a period, check its data, try the demo.

Exit codes: 0 done, 1 the data has problems (listed), 2 wrong usage, 3 a defect of ours.
"""

import json
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from equivalents.errors import ConservationError, DataError, Problem, UsageError, as_object
from equivalents.run import Told, check_case, settle_case
from equivalents.version import __version__

__all__ = ["CaseArgument", "JsonOption", "OnReject", "app", "check", "demo", "main", "settle"]

app = typer.Typer(
    name="equivalents",
    help="当量绩效核算：服务记录 → 当量 → 分配到人、分文不差。\n\n"
    "Workload equivalents: from service records to payouts that add up to the fen.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_SHOWN = 20
_DEMO = "DEMO.txt"
_DEMO_NOTE = (
    "示例资料，全部为虚构；再次运行 equivalents demo 会替换本文件夹。\n"
    "A made-up case; running `equivalents demo` again replaces this folder.\n"
)
_STAGES = {
    "read": "读取 reading",
    "count": "计数 counting",
    "write": "写出 writing",
    "tables": "编造表格 making tables",
    "records": "编造记录 making records",
}


class OnReject(StrEnum):
    """What ``settle`` does when records were rejected."""

    STOP = "stop"
    QUARANTINE = "quarantine"


CaseArgument = Annotated[
    Path, typer.Argument(metavar="CASE", help="资料文件夹（内有 case.yaml）。The case folder.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
]


def _version(shown: bool) -> None:
    if shown:
        typer.echo(f"equivalents {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="显示版本。Show the version."
        ),
    ] = False,
) -> None:
    """Options before the command."""


@app.command()
def settle(
    case: CaseArgument,
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="OUT", help="结果文件夹。The folder for the result."),
    ],
    on_reject: Annotated[
        OnReject,
        typer.Option(
            help="有退回记录时：stop 停止；quarantine 隔离后继续。"
            "With rejected records: stop, or set them aside and settle the rest."
        ),
    ] = OnReject.STOP,
    payouts_only: Annotated[
        bool,
        typer.Option(
            "--payouts-only",
            help="只算分配，不写项目明细与计数表（最快）。"
            "Payouts only: no item lines and no tally (fastest).",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """核算一个期间，结果写入 OUT。Settle a period into the folder OUT."""
    with _reporting(as_json), _progress() as told:
        settlement = settle_case(
            case,
            out,
            stop_on_reject=on_reject is OnReject.STOP,
            direct=payouts_only,
            told=told,
        )
    result = json.loads((out / "summary.json").read_bytes())
    problems = []
    if settlement.payouts is None:
        count = str(settlement.counted.rejected)
        problems.append(Problem("REJECTED_ROWS", facts={"count": count}))
    if as_json:
        listed = [as_object(problem) for problem in problems]
        _print_json({"out": out.as_posix(), **result, "problems": listed})
    else:
        _show_summary(result, out)
        _show_problems(problems, as_json)
    if problems:
        raise typer.Exit(1)


@app.command()
def check(case: CaseArgument, as_json: JsonOption = False) -> None:
    """检查资料，列出全部问题，不写任何文件。List every problem of a case; nothing is written."""
    with _reporting(as_json), _progress() as told:
        checked = check_case(case, told, first=_SHOWN)
        counted = checked.settlement.counted
        rejected = counted.rejected
        if as_json:
            head = {"received": counted.received, "rejected": rejected, "problems": []}
            _print_list(head, checked.objects())
        else:
            _show_problems(checked.problems, as_json, checked.total)
            typer.echo(f"收到 received {counted.received:,}    退回 rejected {rejected:,}")
    # What is listed may be the first warnings only; a rejected record is an error in any case.
    if rejected or any(problem.severity == "error" for problem in checked.problems):
        raise typer.Exit(1)


@app.command()
def demo(
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="OUT", help="结果文件夹。The folder for the result."),
    ] = Path("demo-out"),
    county: Annotated[
        Path,
        typer.Option(metavar="CASE", help="示例资料文件夹。Where the made-up case is written."),
    ] = Path("demo-county"),
    records: Annotated[
        int, typer.Option(min=5000, max=50_000_000, help="服务记录条数。How many service records.")
    ] = 1_500_000,
    as_json: JsonOption = False,
) -> None:
    """编造一个示例县并核算，无需任何准备。Make up a realistic county, settle it and show it."""
    from equivalents.demo import write_county
    from equivalents.report.folder import check_replaceable, new_folder

    with _reporting(as_json), _progress() as told:
        check_replaceable(out)
        with new_folder(county, mark=_DEMO) as fresh:
            write_county(fresh, records=records, progress=told)
            (fresh / _DEMO).write_text(_DEMO_NOTE, encoding="utf-8")
        settle_case(county, out, stop_on_reject=False, told=told)
    result = json.loads((out / "summary.json").read_bytes())
    if as_json:
        _print_json({"case": county.as_posix(), "out": out.as_posix(), **result})
        return
    _show_summary(result, out)
    _show_pools(out)
    typer.echo(
        f"资料 case: {county}    结果 result: {out}    工作簿 workbook: {out}/settlement.xlsx"
    )


# -- what every command shares ---------------------------------------------------------------------


@contextmanager
def _reporting(as_json: bool) -> Iterator[None]:
    """Problems of the data become a list and exit code 1; a defect exits with 3."""
    try:
        yield
    except DataError as error:
        _show_problems(error.problems, as_json, error.total)
        raise typer.Exit(1) from None
    except UsageError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        typer.echo(f"无法读写：{error}\nCannot read or write: {error}", err=True)
        raise typer.Exit(2) from None
    except ConservationError as error:
        typer.echo(
            f"程序自检未通过，未写出任何结果：{error}\n"
            f"A check of our own failed; nothing was written: {error}",
            err=True,
        )
        raise typer.Exit(3) from None


@contextmanager
def _progress() -> Iterator[Told]:
    """Progress on standard error, only on a terminal."""
    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(_STAGES[stage], total=None, amount="")
            amount = f"{done:,}" if done else ""
            progress.update(tasks[stage], completed=done, total=total or None, amount=amount)

        yield told


def _print_json(content: dict[str, Any]) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def _print_list(head: dict[str, Any], objects: Iterator[str]) -> None:
    """A JSON document whose last key has an empty list, with the objects in that list."""
    text = json.dumps(head, ensure_ascii=False, indent=2)
    start, _, end = text.rpartition("[]")
    first = next(objects, "")
    if not first:
        typer.echo(text)
        return
    typer.echo(f"{start}[\n{first}", nl=False)
    for several in objects:
        typer.echo(several, nl=False)
    typer.echo(f"\n  ]{end}")


def _show_problems(problems: Sequence[Problem], as_json: bool, total: int = 0) -> None:
    """The first problems in full, the rest by number; as JSON all that are listed.

    ``total`` is the true number where only the first ones were listed.
    """
    total = max(total, len(problems))
    if as_json:
        cut = {"total": total} if total > len(problems) else {}
        _print_json({**cut, "problems": [as_object(problem) for problem in problems]})
        return
    # Records without faults are often what nobody can be paid for: both kinds are shown.
    money = [problem for problem in problems if problem.reason.stage == "money"]
    others = [problem for problem in problems if problem.reason.stage != "money"]
    for several, count in ((others, total - len(money)), (money, len(money))):
        _show_first(several, count)


def _show_first(problems: Sequence[Problem], total: int) -> None:
    """The first problems of one kind, then how many more there are."""
    for problem in problems[:_SHOWN]:
        where = str(problem.place)
        typer.echo(f"{problem.severity} {problem.code}{f'  {where}' if where else ''}", err=True)
        typer.echo(f"    {problem.text('zh')}", err=True)
        typer.echo(f"    {problem.text('en')}", err=True)
    rest = total - len(problems[:_SHOWN])
    if rest:
        typer.echo(
            f"……另有 {rest:,} 个问题，可用 check --json 全部列出；"
            f"and {rest:,} more (check --json lists all)",
            err=True,
        )


def _console() -> Console:
    """Standard output; wide enough for our tables when it is not a terminal."""
    return Console(width=None if sys.stdout.isatty() else 110, highlight=False)


def _show_summary(result: dict[str, Any], out: Path) -> None:
    """Records in and out per series, money, and the checks."""
    records = result["records"]
    table = Table(title=f"{result['title'] or '核算'}  {result['period']}")
    table.add_column("口径 series")
    for heading in ("收到 received", "计入 counted", "不计 excluded", "退回 rejected"):
        table.add_column(heading, justify="right")
    table.add_column("当量 equivalents", justify="right")
    for series, counts in records["series"].items():
        table.add_row(
            series,
            f"{records['received']:,}",
            f"{counts['counted']:,}",
            f"{sum(counts['excluded'].values()):,}",
            f"{sum(counts['rejected'].values()):,}",
            counts["equivalents"],
        )
    console = _console()
    console.print(table)
    if "money" in result:
        money = result["money"]
        console.print(
            f"绩效池 pools {money['pools']:,}    人员 people {money['people']:,}    "
            f"金额 amount {money['amount']} = 已分配 paid {money['paid']} + "
            f"留存 retained {money['retained']} + 结转 carried {money['carried']} 元 yuan"
        )
        from equivalents.report.spread import spread_lines

        for line in spread_lines(out):
            console.print(line)
    if "surplus" in result:
        surplus = result["surplus"]
        estimate = "（估算 estimate）" if surplus["estimate"] else ""
        console.print(
            f"结余合计 surplus{estimate} {surplus['balance']} = "
            f"事业发展 development {surplus['development']} + "
            f"奖励性绩效 pay {surplus['pay']} + 亏损 deficit {surplus['deficit']} 元 yuan"
        )
    holding = sum(1 for one in result["checks"] if one["holds"])
    console.print(f"核对 checks {holding}/{len(result['checks'])}    结果 result: {out}")


def _show_pools(out: Path) -> None:
    """The pools of the result, a line each."""
    import csv

    table = Table(title="绩效池 pools（元 yuan）")
    with (out / "pools.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for heading in ("机构 institution", "绩效池 pool", "口径 series"):
        table.add_column(heading)
    for heading in ("金额 amount", "已分配 paid", "留存 retained", "结转 carried"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            row["institution_id"],
            row["pool"],
            row["series"],
            row["amount"],
            row["paid"],
            row["retained"],
            row["carried"],
        )
    _console().print(table)


def main() -> None:
    """Run the command line."""
    # Windows consoles may not be UTF-8; a character that cannot be shown must not end the run.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        app()
    except Exception:
        # Exit code 1 would say that the data is at fault; this is a defect of ours.
        traceback.print_exc()
        sys.exit(3)
