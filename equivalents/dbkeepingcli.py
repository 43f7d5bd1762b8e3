"""``equivalents db verify | backup | restore | expire | trail``: the store looked after."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from equivalents.checkcli import JsonOption
from equivalents.errors import DataError, Problem, UsageError, as_object
from equivalents.storecli import StoreOption, WhoOption, WhyOption, opened
from equivalents.terminal import (
    print_json,
    print_list,
    progress,
    reporting,
    say,
    show_problems,
)

__all__ = ["backup", "expire", "restore", "trail", "verify"]

_PassphraseOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help="口令文件（第一行）：备份用它加密。A file whose first line is a passphrase: "
        "the backup is encrypted with it.",
    ),
]
_KeyFileOption = Annotated[
    Path | None,
    typer.Option(
        "--key-file",
        metavar="FILE",
        help="备份的密钥文件（db new-key 生成），代替口令。"
        "A key made by db new-key, instead of a passphrase.",
    ),
]


def verify(
    store: StoreOption = "",
    head: Annotated[
        list[str] | None,
        typer.Option(
            help="纸上留存的链头“序号:散列”，可多次给出。"
            "A head kept on paper, SEQ:HASH; may be repeated."
        ),
    ] = None,
    recompute: Annotated[
        bool,
        typer.Option(
            "--recompute",
            help="并把每个已锁定的期间重新核算，逐字节比较。"
            "Also settle every locked period again and compare its bytes.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """核验：全部内容是否与封存时一样。Is everything as it was sealed? Lists all that is not."""
    from equivalents.store.heads import parse_head
    from equivalents.store.verify import verify as check

    with reporting(as_json):
        heads = [parse_head(one) for one in head or []]
        with opened(store) as found, progress() as told:
            done = check(found, heads=heads, recompute=recompute, told=told)
            name = found.place.name
    if as_json:
        print_json(_verified_object(name, done))
    else:
        _show_verified(name, done, recompute)
    if not done.intact:
        raise typer.Exit(1)


def _verified_object(name: str, done: Any) -> dict[str, Any]:
    return {
        "store": name,
        "intact": done.intact,
        "head": str(done.head or ""),
        "entries": done.entries,
        "rows": done.rows,
        "bodies": done.bodies,
        "tombstones": [one._asdict() for one in done.tombstones],
        "recomputed": list(done.recomputed),
        "total": done.total,
        "problems": [as_object(one) for one in done.problems],
    }


def _show_verified(name: str, done: Any, recompute: bool) -> None:
    said = "完好 intact" if done.intact else f"不完好 NOT INTACT：{done.errors:,}"
    say(
        f"{name}：{said}\n"
        f"日志条目 entries {done.entries:,}    行 rows {done.rows:,}    "
        f"内容 bodies {done.bodies:,}    墓碑 tombstones {len(done.tombstones):,}"
    )
    if recompute:
        say(f"重算相同 recomputed equal：{'，'.join(done.recomputed) or '-'}")
    for one in done.tombstones:
        say(f"    {one.at[:10]} {one.who}：{one.file_name} {one.sha256[:16]} {one.why}")
    say(f"链头 head（请抄在纸上 keep it on paper）：{done.head or '-'}")
    show_problems(done.problems, False, done.total)


def backup(
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="FILE", help="新的备份文件。The new backup."),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="只核对一份备份，不恢复。Only look a backup through; nothing is restored.",
        ),
    ] = None,
    passphrase_file: _PassphraseOption = None,
    key_file: _KeyFileOption = None,
    store: StoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """备份：一个文件，与数据库种类无关，可加密。One file for any database; may be encrypted."""
    from equivalents.store.backup import back_up
    from equivalents.store.backupfile import read_secret
    from equivalents.store.backupread import check_backup

    with reporting(as_json):
        secret = read_secret(passphrase_file, key_file)
        if (out is None) == (check is None):
            raise UsageError("请给出 -o 或 --check 其中一个。 Give one of -o and --check.")
        if check is not None:
            done = check_backup(check, secret)
        elif out is not None:
            with opened(store) as found, progress() as told:
                done = back_up(found, out, secret, told)
        if as_json:
            print_json(_backup_object(done))
            return
        say(f"备份 backup {done.file}：{done.size:,} 字节 bytes，sha256 {done.sha256}")
        say(f"行 rows {done.rows:,}    内容 bodies {done.bodies:,}    链头 head {done.head or '-'}")


def _backup_object(done: Any) -> dict[str, Any]:
    return {**done._asdict(), "file": done.file.as_posix(), "head": str(done.head or "")}


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="备份文件。The backup.")],
    into: Annotated[
        str,
        typer.Option(
            "--into",
            "--store",
            metavar="STORE",
            help="恢复到哪里：没有数据库的地方；缺省用 EQUIVALENTS_STORE。"
            "Where to: a place without a store; else EQUIVALENTS_STORE.",
        ),
    ] = "",
    passphrase_file: _PassphraseOption = None,
    key_file: _KeyFileOption = None,
    anyway: Annotated[
        bool,
        typer.Option(
            "--anyway",
            help="备份前就不完好的数据库也恢复，并列出问题。"
            "Also a store that was not intact when it was backed up; its problems are listed.",
        ),
    ] = False,
    who: WhoOption = "",
    as_json: JsonOption = False,
) -> None:
    """从备份恢复，并核验；从不覆盖。Restore a backup and verify it; never over another store."""
    from equivalents.store.backupfile import read_secret
    from equivalents.store.place import place_of
    from equivalents.store.restoring import restore as bring

    with reporting(as_json):
        secret = read_secret(passphrase_file, key_file)
        place = place_of(into)
        done = bring(file, place, secret=secret, who=who, anyway=anyway)
        if as_json:
            listed = [as_object(one) for one in done.problems]
            said = {
                "store": place.name,
                "head": str(done.head),
                "backup": _backup_object(done.backup),
            }
            print_json({**said, "problems": listed})
            return
        say(
            f"已恢复到 restored into {place.name}：行 rows {done.backup.rows:,}，"
            f"内容 bodies {done.backup.bodies:,}\n链头 head {done.head}"
        )
        show_problems(done.problems, False)


def expire(
    on: Annotated[
        str,
        typer.Option(
            "--on",
            metavar="DATE",
            help="截至这一天保存期已满的上传文件。Uploads whose time is over on this day.",
        ),
    ],
    show: Annotated[
        bool, typer.Option("--show", help="只列出，不删除。Only list; nothing is dropped.")
    ] = False,
    why: WhyOption = "",
    who: WhoOption = "",
    store: StoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """到期的上传文件：删去内容，留下散列与墓碑。Drop uploads whose time is over; hashes stay."""
    from equivalents.store.retention import due
    from equivalents.store.retention import expire as drop

    with reporting(as_json), opened(store, who=who) as found:
        if show:
            with found.reading() as connection:
                several = due(connection, on)
        else:
            several = drop(found, on, why=why)
        if as_json:
            print_json(
                {"on": on, "dropped": not show, "uploads": [one._asdict() for one in several]}
            )
            return
        for one in several:
            say(f"{one.upload_id}  {one.file_name}  {one.size:,}  {one.retain_until}  {one.sha256}")
        done = "到期 due" if show else "已删除内容 dropped"
        say(f"{done}：{len(several):,}")


def trail(
    since: Annotated[
        int, typer.Option(min=0, help="只列这一条之后的。Only entries after this number.")
    ] = 0,
    of: Annotated[
        str,
        typer.Option(
            "--object",
            metavar="KIND:ID",
            help="只列一个对象的，如 import:12。Only those of one object, like import:12.",
        ),
    ] = "",
    who: Annotated[str, typer.Option(help="只列此人的。Only those of this person.")] = "",
    store: StoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """操作日志：谁、何时、做了什么、为什么。The audit trail: who did what, when and why."""
    import json

    from equivalents.store.trail import trail as entries

    with reporting(as_json):
        kind, colon, one = of.partition(":")
        if of and not (kind and colon and one):
            raise DataError([Problem("TRAIL_OBJECT", value=of)])
        with opened(store) as found, found.reading() as connection:
            asked = {"object_kind": kind, "object_id": one, "who": who}
            listed = entries(connection, since=since, **asked)
            if as_json:
                objects = (json.dumps(each._asdict(), ensure_ascii=False) for each in listed)
                print_list({"store": found.place.name, "entries": []}, _separated(objects))
                return
            for each in listed:
                _show_entry(each)


def _separated(objects: Any) -> Any:
    for at, one in enumerate(objects):
        yield f",\n    {one}" if at else f"    {one}"


def _show_entry(entry: Any) -> None:
    what = ":".join(part for part in (entry.object_kind, entry.object_id) if part)
    say(f"{entry.seq}  {entry.at}  {entry.who}  {entry.action}  {what}".rstrip())
    if entry.why:
        say(f"    原因 why：{entry.why}")
    for name, value in (("之前 before", entry.before), ("之后 after", entry.after)):
        if value is not None:
            say(f"    {name}：{_short(value)}")
    if entry.rows:
        rows: Sequence[str] = [f"{table} {count:,}" for table, count in entry.rows.items()]
        say(f"    行 rows：{'，'.join(rows)}")


def _short(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}…"
