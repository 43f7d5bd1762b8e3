"""What every command prints and how: problems, progress, tables, JSON; and its exit code."""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from equivalents.errors import (
    ConservationError,
    DataError,
    Place,
    Problem,
    UsageError,
    as_object,
)
from equivalents.report.neutral import printable
from equivalents.run import Told

__all__ = [
    "SHOWN",
    "console",
    "place_text",
    "print_json",
    "print_list",
    "progress",
    "rate",
    "reporting",
    "say",
    "show_problems",
    "show_summary",
    "show_table",
    "show_understood",
]

SHOWN = 20
"""Problems of a kind that are printed in full."""
_STAGES = {
    "read": "读取 reading",
    "count": "计数 counting",
    "write": "写出 writing",
    "tables": "编造表格 making tables",
    "records": "编造记录 making records",
    "verify": "核验 checking tables",
    "backup": "备份 writing tables",
}


@contextmanager
def reporting(as_json: bool) -> Iterator[None]:
    """Problems of the data become a list and exit code 1; a defect exits with 3.

    What no data is at fault for is told in the same way, as JSON where that is asked for.
    """
    try:
        yield
    except DataError as error:
        show_problems(error.problems, as_json, error.total)
        raise typer.Exit(1) from None
    except UsageError as error:
        say(str(error), err=True)
        raise typer.Exit(2) from None
    except OSError as error:
        _show_error("files", f"无法读写：{error}", f"Cannot read or write: {error}", as_json)
        raise typer.Exit(2) from None
    except ConservationError as error:
        _show_error(
            "defect",
            f"程序自检未通过，未写出任何结果：{error}",
            f"A check of our own failed; nothing was written: {error}",
            as_json,
        )
        raise typer.Exit(3) from None


def _show_error(kind: str, zh: str, en: str, as_json: bool) -> None:
    """An error that no reason code stands for."""
    if as_json:
        print_json({"error": {"kind": kind, "reason_zh": zh, "reason_en": en}, "problems": []})
    else:
        say(f"{zh}\n{en}", err=True)


class _Rate(ProgressColumn):
    """Rows per second so far, and the time that remains where the total is known."""

    def render(self, task: Task) -> Text:
        return Text(rate(task.completed, task.elapsed or 0.0, task.total))


def rate(done: float, seconds: float, total: float | None) -> str:
    """``1,234,567 行/秒 rows/s``, and the remaining time of a known total; blank at the start."""
    if done <= 0 or seconds <= 0:
        return ""
    text = f"{done / seconds:,.0f} 行/秒 rows/s"
    if total is None or total <= done:
        return text
    left = round((total - done) * seconds / done)
    return f"{text}  剩余 left {left // 60}:{left % 60:02}"


@contextmanager
def progress() -> Iterator[Told]:
    """Progress on standard error, only on a terminal."""
    told_to = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[amount]}"),
        _Rate(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=told_to, transient=True, disable=not told_to.is_terminal
    ) as progress:
        tasks: dict[str, Any] = {}

        def told(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(_STAGES[stage], total=None, amount="")
            amount = f"{done:,}" if done else ""
            progress.update(tasks[stage], completed=done, total=total or None, amount=amount)

        yield told


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """A text for people: what came from a file cannot command the terminal."""
    typer.echo(printable(text), err=err, nl=nl)


def print_json(content: dict[str, Any]) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2))


def print_list(head: dict[str, Any], objects: Iterator[str]) -> None:
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


def show_problems(
    problems: Sequence[Problem], as_json: bool, total: int = 0, *, every: bool = False
) -> None:
    """The first problems in full, the rest by number; as JSON, or with ``every``, all listed.

    ``total`` is the true number where only the first ones were listed.
    """
    total = max(total, len(problems))
    if as_json:
        cut = {"total": total} if total > len(problems) else {}
        print_json({**cut, "problems": [as_object(problem) for problem in problems]})
        return
    # Records without faults are often what nobody can be paid for: both kinds are shown.
    money = [problem for problem in problems if problem.reason.stage == "money"]
    others = [problem for problem in problems if problem.reason.stage != "money"]
    for several, count in ((others, total - len(money)), (money, len(money))):
        _show_first(several, count, len(several) if every else SHOWN)


def _show_first(problems: Sequence[Problem], total: int, shown: int) -> None:
    """The first problems of one kind, then how many more there are."""
    for problem in problems[:shown]:
        where = place_text(problem.place)
        say(f"{problem.severity} {problem.code}{f'  {where}' if where else ''}", err=True)
        say(f"    {problem.text('zh')}", err=True)
        say(f"    {problem.text('en')}", err=True)
    rest = total - len(problems[:shown])
    if rest:
        say(
            f"……另有 {rest:,} 个问题，可用 check --json 全部列出；"
            f"and {rest:,} more (check --json lists all)",
            err=True,
        )


def place_text(place: Place) -> str:
    """Where something stands, for people: the row and the heading in both languages."""
    from equivalents.intake.headings import TABLES

    # A name that tables call differently stands for itself: which table it is is not told here.
    columns = [column for table in TABLES.values() for column in table.columns]
    headings = {one.heading for one in columns if one.name == place.column}
    heading = f"{headings.pop()} " if len(headings) == 1 else ""
    row = f"第 {place.row} 行 row {place.row}" if place.row else ""
    parts = place.file, place.sheet, row, f"{heading}{place.column}"
    return "，".join(part for part in parts if part)


def show_understood(understood: Sequence[Mapping[str, Any]]) -> None:
    """One line for each file or sheet that is not plain, on standard error."""
    from equivalents.report.understoodline import understood_lines

    for line in understood_lines(understood):
        say(f"读作 read as  {line}", err=True)


def console() -> Console:
    """Standard output; wide enough for our tables when it is not a terminal."""
    # Names may hold [brackets] and :colons:, which stand for themselves.
    width = None if sys.stdout.isatty() else 110
    return Console(width=width, highlight=False, markup=False, emoji=False)


def show_summary(result: dict[str, Any], out: Path) -> None:
    """Records in and out per series, money, and the checks."""
    records = result["records"]
    table = Table(title=printable(f"{result['title'] or '核算'}  {result['period']}"))
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
    to = console()
    to.print(table)
    if "money" in result:
        money = result["money"]
        to.print(
            f"绩效池 pools {money['pools']:,}    人员 people {money['people']:,}    "
            f"金额 amount {money['amount']} = 已分配 paid {money['paid']} + "
            f"留存 retained {money['retained']} + 结转 carried {money['carried']} 元 yuan"
        )
        from equivalents.report.spread import spread_lines

        for line in spread_lines(out):
            to.print(line)
    if "surplus" in result:
        surplus = result["surplus"]
        estimate = "（估算 estimate）" if surplus["estimate"] else ""
        to.print(
            f"结余合计 surplus{estimate} {surplus['balance']} = "
            f"事业发展 development {surplus['development']} + "
            f"奖励性绩效 pay {surplus['pay']} + 亏损 deficit {surplus['deficit']} 元 yuan"
        )
    holding = sum(1 for one in result["checks"] if one["holds"])
    to.print(f"核对 checks {holding}/{len(result['checks'])}    结果 result: {out}")


def show_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table whose first column is text and whose other columns are numbers."""
    table = Table(title=title)
    for at, heading in enumerate(headings):
        # A figure that is cut would be wrong; text may be folded.
        table.add_column(heading, justify="right" if at else "left", no_wrap=at > 0)
    for row in rows:
        table.add_row(*map(printable, row))
    console().print(table)
