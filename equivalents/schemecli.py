"""The commands about schemes 分配方案: show what applies, list what differs, check."""

from typing import Annotated

import typer

from equivalents.errors import UsageError, as_object
from equivalents.terminal import print_json, reporting, say, show_problems

__all__ = ["check", "diff", "scheme", "show"]

scheme = typer.Typer(
    help="分配方案：适用什么、改了什么、有无问题。\n\n"
    "Schemes: what applies, what differs, what is wrong.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)

_SchemesArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="SCHEME",
        help="方案文件、资料文件夹或随附方案名；几个为几层，县域在前。"
        "A scheme file, a case folder or a shipped name; several are layers, community first.",
    ),
]
_JsonOption = Annotated[
    bool, typer.Option("--json", help="以 JSON 输出。Report as JSON on standard output.")
]


@scheme.command()
def show(
    schemes: _SchemesArgument,
    on: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            help="只看该日适用的（YYYY-MM-DD）；不写则列出全部版本。"
            "What applies on this day; all versions without it.",
        ),
    ] = "",
    institution: Annotated[
        str,
        typer.Option(
            metavar="INSTITUTION_ID",
            help="该机构的数值，连同它自己的层。As this institution has it, its own layers too.",
        ),
    ] = "",
    as_json: _JsonOption = False,
) -> None:
    """适用的数值和出处，连同被改的原值。What applies, where it is from, and what it replaced."""
    from equivalents.intake.schemefiles import open_schemes
    from equivalents.report.schemes import show_object, show_text

    with reporting(as_json):
        day = _day(on)
        opened = open_schemes(schemes)
    if opened.faulty:
        show_problems(opened.problems, as_json, every=True)
        raise typer.Exit(1)
    if as_json:
        told = show_object(opened.reading, day, institution)
        print_json({**told, "problems": [as_object(one) for one in opened.problems]})
        return
    show_problems(opened.problems, as_json)
    say(show_text(opened.reading, day, institution), nl=False)


@scheme.command()
def diff(
    a: Annotated[
        str, typer.Argument(metavar="A", help="原方案；几层用 + 连接。The one; layers joined by +.")
    ],
    b: Annotated[
        str, typer.Argument(metavar="B", help="新方案，写法同上。The other, named likewise.")
    ],
    as_json: _JsonOption = False,
) -> None:
    """两个方案的差别清单。What differs between two schemes, value by value."""
    from equivalents.intake.schemefiles import open_schemes
    from equivalents.policy.schemediff import changes_between
    from equivalents.report.schemechanges import diff_object, diff_text

    with reporting(as_json):
        opened = [open_schemes([name]) for name in (a, b)]
    problems = list(opened[0].problems)
    problems += [one for one in opened[1].problems if one not in problems]
    if any(one.faulty for one in opened):
        show_problems(problems, as_json, every=True)
        raise typer.Exit(1)
    before, after = (one.reading for one in opened)
    changes = changes_between(before, after)
    if as_json:
        told = diff_object(before, after, changes)
        print_json({**told, "problems": [as_object(one) for one in problems]})
        return
    show_problems(problems, as_json)
    say(diff_text(before, after, changes, (a, b)), nl=False)


@scheme.command()
def check(schemes: _SchemesArgument, as_json: _JsonOption = False) -> None:
    """检查方案，一次列出全部问题。List every problem of a scheme; exit 1 if any is an error."""
    from equivalents.intake.schemefiles import open_schemes
    from equivalents.report.schemes import check_object, check_text

    with reporting(as_json):
        opened = open_schemes(schemes)
    if as_json:
        problems = [as_object(one) for one in opened.problems]
        print_json(check_object(opened.reading, problems))
    else:
        show_problems(opened.problems, as_json, every=True)
        if not opened.faulty:
            say(check_text(opened.reading), nl=False)
    if opened.faulty:
        raise typer.Exit(1)


def _day(text: str) -> int | None:
    """The day of ``--on``; ``None`` where none is given: the clock is never asked."""
    from equivalents.policy.calendar import parse_day

    try:
        return parse_day(text) if text else None
    except ValueError:
        raise UsageError(
            f"--on {text} 不是日期，请写 YYYY-MM-DD。\n--on {text} is no date: write YYYY-MM-DD."
        ) from None
