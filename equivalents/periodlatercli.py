"""``equivalents period``: lock, unlock, adjust, the end of a year, and proofs."""

import json
from pathlib import Path
from typing import Annotated

import typer

from equivalents.checkcli import JsonOption
from equivalents.closingcli import Rejects
from equivalents.periodcli import (
    CaseOption,
    OnOption,
    OutOption,
    PeriodArgument,
    RejectsOption,
    how_of,
    period,
    show_kept,
    show_step,
)
from equivalents.storecli import StoreOption, WhoOption, WhyOption, opened
from equivalents.terminal import print_json, progress, reporting, say

__all__ = [
    "adjust",
    "lock",
    "pay",
    "period",
    "proof",
    "result",
    "steps",
    "unlock",
    "year_end",
]


@period.command()
def lock(
    period_: PeriodArgument,
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """锁定期间，打印锁定散列和链头。Lock a period; its hash and the chain's head are printed."""
    from equivalents.store.locking import lock as take

    with reporting(as_json), opened(store, who=who) as found:
        done = take(found, period_, why)
        one = done.lock
        if as_json:
            names = ("period", "root", "payouts_root", "hash", "previous")
            told = {name: getattr(one, name) for name in names}
            print_json({"lock": one.id, **told, "head": str(done.head)})
            return
        say(
            f"期间 period {period_}  已锁定 locked  第 {one.id} 号 lock\n"
            f"锁定散列 hash of the lock   {one.hash}\n"
            f"资料根   root              {one.root}\n"
            f"发放根   root of payouts   {one.payouts_root}\n"
            f"链头     head of the chain {done.head}\n"
            "请把锁定散列和链头写入会议纪要，存放在数据库之外。\n"
            "Write the hash of the lock and the head on the minutes, away from the store."
        )


@period.command()
def unlock(
    period_: PeriodArgument,
    second: Annotated[
        str,
        typer.Option(
            "--second",
            metavar="NAME",
            help="同意解锁的另一人，不能是申请人或锁定人。"
            "Who allows it: neither who asks nor who locked.",
        ),
    ] = "",
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """发放前解锁，须有原因和第二人。Unlock before payment, with a reason and a second person."""
    from equivalents.store.locking import unlock as take

    with reporting(as_json), opened(store, who=who) as found:
        done = take(found, period_, why, second)
        if as_json:
            told = {"period": period_, "lock": done.lock.id, "second": second}
            print_json({**told, "difference": done.difference})
            return
        say(f"期间 period {period_}  已解锁 unlocked  第 {done.lock.id} 号 lock")
        for entry in done.difference:
            *what, before, now = entry
            name = " ".join(str(one) for one in what if one)
            say(f"  {name}：{before or '（无 absent）'} → {now or '（无 absent）'}")
        if not done.difference:
            say("  锁定后资料没有变化。Nothing it was made from has changed since.")


@period.command()
def adjust(
    period_: PeriodArgument,
    into: Annotated[
        str,
        typer.Option("--into", metavar="NEXT", help="由哪个期间支付。The open period that pays."),
    ] = "",
    case: CaseOption = None,
    on_reject: RejectsOption = Rejects.STOP,
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """发放后追溯调整，差额由以后的期间补发或扣回。Adjust a paid period in a later, open one."""
    from equivalents.store.adjusting import adjust as take

    with reporting(as_json), opened(store, who=who) as found, progress() as told:
        done = take(found, period_, into, how_of(case, None, on_reject, told, as_json), why)
    sums = done.summary["adjustments"]
    if as_json:
        kept = done.taken is not None
        print_json({"period": period_, "into": into, "kept": kept, "adjustments": sums})
        return
    if done.taken is None:
        say("没有差额，未写入任何内容。There is no difference; nothing was written.")
        return
    show_step(done.taken, False)
    say(
        f"人员 people {sums['people']:,}    补发 paid more {sums['paid_more']}    "
        f"扣回 taken back {sums['taken_back']}    合计 amount {sums['amount']} 元 yuan    "
        f"由 {into} 支付 paid by {into}"
    )


@period.command("year-end")
def year_end(
    period_: PeriodArgument,
    case: CaseOption = None,
    out: OutOption = None,
    on_reject: RejectsOption = Rejects.STOP,
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """年终清算：全年应得减各期已发。Settle a year less what its locked periods paid."""
    from equivalents.store.periodsettle import settle_year

    with reporting(as_json), opened(store, who=who) as found, progress() as told:
        kept = settle_year(found, period_, how_of(case, out, on_reject, told, as_json), why)
    show_kept(kept, period_, as_json)


@period.command()
def proof(
    period_: PeriodArgument,
    person: Annotated[str, typer.Option("--person", help="人员编号。The person's id.")] = "",
    out: Annotated[
        Path | None,
        typer.Option(
            "-o", "--out", metavar="PROOF.json", help="证明文件，不得已存在。The new file."
        ),
    ] = None,
    store: StoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """一个人的发放证明，可按公开的步骤自行核对。A proof that a person's pay stands in the lock."""
    from equivalents.report.newfile import new_file
    from equivalents.store.proofs import proof_for

    with reporting(as_json), opened(store) as found:
        made = proof_for(found, period_, person)
        if out is not None:
            with new_file(out, ".json") as path:
                text = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
                path.write_text(text, encoding="utf-8", newline="\n")
        if as_json:
            print_json(made)
            return
        for one in made["lines"]:
            say(one["line"])
        say(f"锁定散列 hash of the lock  {made['lock_hash']}")


@period.command()
def result(
    period_: PeriodArgument,
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="OUT", help="结果文件夹。The folder for the result."),
    ],
    number: Annotated[
        int,
        typer.Option(
            "--number",
            help="结果编号，见 period show；不写为各步所依据的那个。"
            "The number of a result, see period show; else the one that the steps are about.",
        ),
    ] = 0,
    store: StoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """把保存的结果原样写出。Write a kept result again, byte for byte."""
    from equivalents.store.periods import result_number
    from equivalents.store.results import result_folder

    with reporting(as_json), opened(store) as found:
        which = result_number(found, period_, number)
        result_folder(found, which, out)
        if as_json:
            print_json({"period": period_, "result": which, "out": out.as_posix()})
        else:
            say(f"期间 period {period_}  第 {which} 号结果 result：{out}")


@period.command()
def pay(
    period_: PeriodArgument,
    on: OnOption = "",
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """记下已发放；此后不再改变。Write down that it was paid: it changes no more."""
    from equivalents.store.periods import pay as take

    with reporting(as_json), opened(store, who=who) as found:
        show_step(take(found, period_, on, why), as_json)


@period.command()
def steps(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", help="流程文件；不写则显示现行流程。A file of steps."),
    ] = None,
    of: Annotated[
        str, typer.Option("--period", help="看哪个期间的流程。The period whose flow is shown.")
    ] = "",
    store: StoreOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """显示流程，或另存一份自己的。Show the flow of periods, or keep one of your own."""
    from equivalents.store.periods import flow_now, put_flow

    with reporting(as_json), opened(store, who=who) as found:
        flow = put_flow(found, file, why) if file is not None else flow_now(found, of)
        if as_json:
            print_json({"steps": flow.name, "title": flow.title, "text": flow.text})
        else:
            say(flow.text.rstrip("\n"))
