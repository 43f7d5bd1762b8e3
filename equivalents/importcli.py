"""The command ``import``: records into the store, what was imported, taken back, tidied."""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, Final, get_type_hints

import typer

from equivalents.checkcli import JsonOption
from equivalents.closingcli import Rejects
from equivalents.storecli import KeyOption, StoreOption, WhoOption, WhyOption, opened
from equivalents.terminal import (
    print_json,
    reporting,
    say,
    show_problems,
    show_table,
    show_understood,
)

__all__ = ["import_"]


@dataclass(frozen=True, slots=True)
class _Options:
    """What may be said to ``import``."""

    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="记录文件（表格、文本、Parquet、zip），或资料文件夹。"
            "Files of records, or case folders.",
        ),
    ] = field(default_factory=list)
    source: Annotated[
        str, typer.Option(help="来源，如“公卫系统”。What the origin of the files is called.")
    ] = ""
    replaces: Annotated[
        int | None,
        typer.Option(
            metavar="ID", help="用这个文件替换第 ID 次导入。The file replaces this import."
        ),
    ] = None
    show: Annotated[
        bool,
        typer.Option("--show", help="只显示会有什么变化，不写入。Only show what would change."),
    ] = False
    on_reject: Annotated[
        Rejects,
        typer.Option(
            help="有退回记录时：stop 都不导入；quarantine 隔离后继续。"
            "With rejected records: import nothing, or set them aside."
        ),
    ] = Rejects.STOP
    retain_until: Annotated[
        str,
        typer.Option(
            metavar="DATE",
            help="原文件保留到这一天。From this day on the kept file may go; never without it.",
        ),
    ] = ""
    void: Annotated[
        int | None,
        typer.Option(metavar="ID", help="作废第 ID 次导入。Take this import back altogether."),
    ] = None
    listed: Annotated[
        bool, typer.Option("--list", help="列出历次导入的数据质量。List all imports.")
    ] = False
    compact: Annotated[
        bool, typer.Option("--compact", help="合并小的记录段。Merge small segments.")
    ] = False
    why: WhyOption = ""
    who: WhoOption = ""
    store: StoreOption = ""
    key: KeyOption = ""
    as_json: JsonOption = False


def _taking(options: type[Any], run: Callable[[Any], None]) -> Callable[..., None]:
    """A command whose parameters are the fields of a class: they are too many for a signature."""

    def command(**said: Any) -> None:
        run(options(**said))

    hints = get_type_hints(options, include_extras=True)
    command.__doc__ = run.__doc__
    command.__annotations__ = {**hints, "return": None}
    command.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            inspect.Parameter(
                one.name,
                inspect.Parameter.KEYWORD_ONLY,
                default=None if one.default is MISSING else one.default,
                annotation=hints[one.name],
            )
            for one in fields(options)
        ]
    )
    return command


def _run(asked: _Options) -> None:
    """导入服务记录，重复的只收一次。Import records, each exactly once."""
    with reporting(asked.as_json):
        _check(asked)
        with opened(asked.store, key=asked.key, who=asked.who) as store:
            if asked.listed:
                _list(store, asked)
            elif asked.compact:
                _compact(store, asked)
            elif asked.void is not None:
                _void(store, asked)
            else:
                _import(store, asked)


def _check(asked: _Options) -> None:
    from equivalents.errors import UsageError

    kinds = [bool(asked.files), asked.listed, asked.compact, asked.void is not None]
    if kinds.count(True) != 1:
        raise UsageError(
            "请给出要导入的文件，或 --list、--void ID、--compact 之一。\n"
            "Give files to import, or one of --list, --void ID, --compact."
        )


def _import(store: Any, asked: _Options) -> None:
    from equivalents.store.importing import import_records

    done = import_records(
        store,
        asked.files,
        source=asked.source,
        replaces=asked.replaces,
        show=asked.show,
        on_reject=asked.on_reject.value,
        retain_until=asked.retain_until,
        why=asked.why,
    )
    if asked.as_json:
        print_json({"shown": asked.show, "files": [one.as_json() for one in done.files]})
        return
    for one in done.files:
        show_understood(one.understood)
        show_problems(one.problems, as_json=False)
        if one.known_as:
            continue
        number = f"第 {one.import_id} 次导入 import {one.import_id}" if one.import_id else "未写入"
        say(
            f"{one.file}：{number}    收到 received {one.received:,} = 新增 accepted "
            f"{one.accepted:,} + 已有 known {one.known:,} + 退回 rejected {one.rejected:,}"
            f"    冲销 reversed {one.reversed:,}"
        )
        if one.changes is not None:
            _show_changes(one.changes)


_KINDS: Final = {"changed": "改 changed", "removed": "删 removed", "added": "增 added"}


def _show_changes(changes: Any) -> None:
    say(
        f"与被替换的导入相比 against the import that is replaced：删 removed {changes.removed:,}，"
        f"增 added {changes.added:,}，其中成对的改动 of these changed {changes.changed:,}"
    )
    for row in changes.rows[:20]:
        before, after = row.before, row.after
        said = [
            f"{name} {before.get(name, '') or '（空）'} → {after.get(name, '') or '（空）'}"
            for name in row.columns
        ]
        whole = after or before
        if row.kind != "changed":
            said = [" ".join(whole.values())]
        say(f"  {_KINDS[row.kind]} {row.record_id}: {'；'.join(said)}")
    if len(changes.rows) > 20:
        say(
            f"  …… 共列出 {len(changes.rows)} 行，见 --json。--json lists {len(changes.rows)} rows."
        )


def _void(store: Any, asked: _Options) -> None:
    from equivalents.store.importing import void_import

    done = void_import(store, int(asked.void or 0), why=asked.why)
    if asked.as_json:
        print_json(done.as_json())
        return
    say(
        f"第 {asked.void} 次导入已作废，冲销 {done.reversed:,} 条记录"
        f"（第 {done.import_id} 次导入）。\n"
        f"Import {asked.void} is void: {done.reversed:,} records are taken back "
        f"(import {done.import_id})."
    )


def _compact(store: Any, asked: _Options) -> None:
    from equivalents.store.compacting import compact

    done = compact(store, why=asked.why)
    if asked.as_json:
        print_json({"parents": done.parents, "segments": done.segments})
        return
    say(
        f"已把 {done.parents} 个小记录段合并为 {done.segments} 个；记录不变。\n"
        f"{done.parents} small segments became {done.segments}; no record changed."
    )


_HEADINGS: Final = (
    "导入 import", "收到 received", "新增 accepted", "已有 known", "冲销 reversed",
    "退回 rejected", "问题 codes",
)  # fmt: skip


def _list(store: Any, asked: _Options) -> None:
    from equivalents.store.importlist import listed_imports

    found = listed_imports(store)
    if asked.as_json:
        print_json({"imports": [one.as_json() for one in found]})
        return
    rows: list[Sequence[str]] = [
        (
            f"{one.import_id} {one.file}",
            *(
                f"{n:,}"
                for n in (one.received, one.accepted, one.known, one.reversed, one.rejected)
            ),
            "，".join(f"{code} {count}" for code, count in one.quality.items()),
        )
        for one in found
    ]
    show_table("历次导入 imports", _HEADINGS, rows)


import_ = _taking(_Options, _run)
