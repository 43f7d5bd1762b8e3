"""``equivalents period``: the steps of a period's life, one command each."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from equivalents.checkcli import JsonOption
from equivalents.closingcli import Rejects
from equivalents.errors import Problem, UsageError
from equivalents.run import unseen
from equivalents.storecli import StoreOption, WhoOption, WhyOption, opened
from equivalents.terminal import (
    console,
    print_json,
    progress,
    reporting,
    say,
    show_problems,
    show_understood,
)

if TYPE_CHECKING:
    from equivalents.store.engine import Store
    from equivalents.store.periods import Taken
    from equivalents.store.periodsettle import How, Kept

__all__ = [
    "CaseOption",
    "OnOption",
    "OutOption",
    "PeriodArgument",
    "RejectsOption",
    "answer",
    "approve",
    "how_of",
    "list_",
    "object_",
    "period",
    "publish",
    "return_",
    "settle",
    "show",
    "show_kept",
    "show_step",
    "submit",
]

period = typer.Typer(
    name="period",
    help="期间：核算、上报、审核、公示、审批、锁定、发放、更正。"
    "A period's life: settle, submit, approve, publish, lock, pay, adjust.",
    no_args_is_help=True,
)

PeriodArgument = Annotated[
    str,
    typer.Argument(
        metavar="PERIOD", help="期间：2026、2026-H1、2026-Q3 或 2026-06。The period, as 2026-06."
    ),
]
CaseOption = Annotated[
    Path | None,
    typer.Option(
        "--case",
        metavar="CASE",
        help="不用数据库中的资料，改用这份资料。A case folder instead of what the store has.",
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--out",
        metavar="OUT",
        help="另存一份结果到此文件夹。A folder for a copy of the result.",
    ),
]
RejectsOption = Annotated[
    Rejects,
    typer.Option(
        help="有退回记录时：stop 停止；quarantine 隔离后继续。"
        "With rejected records: stop, or set them aside and go on."
    ),
]
_Institution = Annotated[
    str,
    typer.Option(help="机构编号：由机构进行的步骤。The institution, for a step of institutions."),
]
_Every = Annotated[
    bool,
    typer.Option(
        "--all",
        help="所有尚未进行的机构，一次完成。Every institution that has not yet, at once.",
    ),
]
OnOption = Annotated[
    str, typer.Option("--on", metavar="DATE", help="日期，如 2026-07-12。The day, as 2026-07-12.")
]
_WORDS: Final[Mapping[str, str]] = {
    "open": "未核算 open",
    "settled": "已核算 settled",
    "returned": "退回 returned",
    "objected": "异议 objected",
    "answered": "答复 answered",
    "unlocked": "解锁 unlocked",
    "adjusted": "追溯调整 adjusted",
}


def how_of(case: Path | None, out: Path | None, rejects: Rejects, told: Any, quiet: bool) -> "How":
    """How something is settled, as the options say."""
    from equivalents.store.periodsettle import How

    shown = unseen if quiet else show_understood

    def warned(problems: Sequence[Problem]) -> None:
        show_problems(problems, as_json=False)  # to standard error

    return How(case, out, rejects is Rejects.STOP, told, shown, warned)


def show_step(taken: "Taken", as_json: bool, **more: Any) -> None:
    """What was done, for people or programs."""
    head = {"period": taken.period, "step": taken.step, "institution": taken.institution}
    if as_json:
        print_json({**head, "who": taken.who, "round": taken.round, **taken.facts, **more})
        return
    whom = f"  机构 institution {taken.institution}" if taken.institution else ""
    step = _WORDS.get(taken.step, taken.step)
    say(f"期间 period {taken.period}  {step}{whom}  第 {taken.round} 轮 round  {taken.who}")


def _taken(
    found: "Store",
    act: str,
    period_: str,
    institution: str,
    every: bool,
    take: Callable[["Store", str], "Taken"],
    as_json: bool,
) -> None:
    """Take a step for one institution, the community, or all institutions; and show it."""
    from equivalents.store.periodall import for_all

    if not every:
        show_step(take(found, institution), as_json)
        return
    if institution:
        raise UsageError("--institution 与 --all 只能用一个。 Give --institution or --all.")
    done = for_all(found, act, period_, take)
    if as_json:
        names = [one.institution for one in done]
        shown = {"period": period_, "step": done[0].step, "institutions": names}
        print_json({**shown, "who": done[0].who, "round": done[0].round})
        return
    for one in done:
        show_step(one, False)


def show_kept(kept: "Kept", period_: str, as_json: bool) -> None:
    """A settled period that was kept, or the rejected rows that stopped it (exit code 1)."""
    if kept.taken is None:
        facts = {"count": str(kept.settlement.counted.rejected)}
        show_problems([Problem("REJECTED_ROWS", facts=facts)], as_json)
        raise typer.Exit(1)
    facts_ = kept.taken.facts
    if not as_json:
        again = "（与已存结果相同，未再存 the same as kept before）" if kept.known else ""
        say(
            f"期间 period {period_}  已核算 settled{again}\n"
            f"机构 institutions {len(facts_['institutions'])}    "
            f"人员 people {facts_['people']:,}    金额 amount {facts_['amount']} 元 yuan"
        )
        return
    show_step(kept.taken, True, known=kept.known)


@period.command("list")
def list_(store: StoreOption = "", as_json: JsonOption = False) -> None:
    """列出各期间的进度。List periods and where they stand."""
    from equivalents.store.lifeshown import periods_shown

    with reporting(as_json), opened(store) as found:
        with found.reading() as connection:
            periods = periods_shown(connection)
        if as_json:
            print_json({"periods": periods})
            return
        for one in periods:
            said = _WORDS.get(one["state"], one["state"])
            open_ = ", ".join(map(str, one["objections"]))
            more = f"    待答复异议 open objections {open_}" if open_ else ""
            console().print(
                f"{one['period']:<8}  {said}  第 {one['round']} 轮 round    "
                f"人员 people {one['people']:,}    "
                f"金额 amount {one['amount'] or '0.00'} 元 yuan{more}"
            )


@period.command()
def show(period_: PeriodArgument, store: StoreOption = "", as_json: JsonOption = False) -> None:
    """一个期间的全部步骤：谁、何时、为什么。Every step of a period: who, when and why."""
    from equivalents.store.lifeshown import period_shown

    with reporting(as_json), opened(store) as found:
        with found.reading() as connection:
            told = period_shown(connection, period_)
        if as_json:
            print_json(told)
            return
        to = console()
        said = _WORDS.get(told["state"], told["state"])
        to.print(f"期间 period {told['period']}  {said}  第 {told['round']} 轮 round")
        for one in told["flow"]:
            lost = ", ".join(name or "待办 due" for name in one["missing"]) or "完成 done"
            to.print(f"  {one['title']} {one['step']}（{one['level']}）：{lost}", soft_wrap=True)
        for one in told["trail"]:
            why = f"  {one['why']}" if one["why"] else ""
            place = (one["after"] or {}).get("institution", "")
            say(f"  {one['seq']:>5}  {one['at']}  {one['who']}  {one['action']} {place}{why}")
        for one in told["locks"]:
            held = "已解锁 unlocked" if one["unlocked"] else "有效 holds"
            say(f"  锁定 lock {one['lock']}（{held}）：{one['hash']}")


@period.command()
def settle(
    period_: PeriodArgument,
    case: CaseOption = None,
    out: OutOption = None,
    on_reject: RejectsOption = Rejects.STOP,
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """核算并保存结果，供以后各步使用。Settle a period and keep the result for the steps to come."""
    from equivalents.store.periodsettle import settle_period

    with reporting(as_json), opened(store, who=who) as found, progress() as told:
        how = how_of(case, out, on_reject, told, as_json)
        kept = settle_period(found, period_, how, why)
    show_kept(kept, period_, as_json)


@period.command()
def submit(
    period_: PeriodArgument,
    institution: _Institution = "",
    every: _Every = False,
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """机构上报。An institution submits its part."""
    from equivalents.store.periods import submit as take

    def one(found: "Store", name: str) -> "Taken":
        return take(found, period_, name, why)

    with reporting(as_json), opened(store, who=who) as found:
        _taken(found, "submit", period_, institution, every, one, as_json)


@period.command()
def approve(
    period_: PeriodArgument,
    institution: _Institution = "",
    every: _Every = False,
    on: OnOption = "",
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """机构审核（--institution）或共同体审批。An institution, or the community, approves."""
    from equivalents.store.periods import approve as take

    def one(found: "Store", name: str) -> "Taken":
        return take(found, period_, name, on, why)

    with reporting(as_json), opened(store, who=who) as found:
        _taken(found, "approve", period_, institution, every, one, as_json)


@period.command()
def publish(
    period_: PeriodArgument,
    start: Annotated[
        str, typer.Option("--from", metavar="DATE", help="公示开始日期。The first day.")
    ] = "",
    end: Annotated[
        str, typer.Option("--to", metavar="DATE", help="公示截止日期（含）。The last day.")
    ] = "",
    institution: _Institution = "",
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """公示，期间可提异议。Publish for objections."""
    from equivalents.store.periods import publish as take

    with reporting(as_json), opened(store, who=who) as found:
        show_step(take(found, period_, (start, end), institution, why), as_json)


@period.command("object")
def object_(
    period_: PeriodArgument,
    institution: _Institution = "",
    person: Annotated[
        str, typer.Option("--person", help="提出异议的人员编号。Who objects, by person id.")
    ] = "",
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """登记异议，内容写在 --why。Write an objection down, its content by --why."""
    from equivalents.store.periods import object_to

    with reporting(as_json), opened(store, who=who) as found:
        taken = object_to(found, period_, why, institution, person)
        show_step(taken, as_json)
        if not as_json:
            say(f"异议编号 number of the objection: {taken.facts['number']}")


@period.command()
def answer(
    period_: PeriodArgument,
    number: Annotated[
        int, typer.Option("--number", help="异议编号。The number of the objection.")
    ] = 0,
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """答复异议，内容写在 --why。Answer an objection, what is said by --why."""
    from equivalents.store.periods import answer as take

    with reporting(as_json), opened(store, who=who) as found:
        show_step(take(found, period_, number, why), as_json)


@period.command("return")
def return_(
    period_: PeriodArgument,
    institution: _Institution = "",
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """退回，须写明原因；全部步骤重来一轮。Send back, with a reason: a new round begins."""
    from equivalents.store.periods import send_back

    with reporting(as_json), opened(store, who=who) as found:
        show_step(send_back(found, period_, why, institution), as_json)
