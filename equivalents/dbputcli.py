"""``equivalents db put | show | cache``: tables and cases as dated rows, looked at, and made."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from equivalents.checkcli import JsonOption
from equivalents.errors import DataError, Problem, UsageError, as_object
from equivalents.storecli import KeyOption, StoreOption, WhoOption, WhyOption, opened
from equivalents.terminal import console, print_json, reporting, say, show_problems

__all__ = ["cache", "put", "show"]

_SHOWN: Final = 20
_SHOWN_NEW: Final = 2
_PeriodOption = Annotated[
    str,
    typer.Option(
        metavar="PERIOD",
        help="期间，如 2025-06：按期间保存的表须给出；长期有效的表给出时只对该期间有效。"
        "The period: needed for tables of a period; a standing table then holds in it alone.",
    ),
]


_FileArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE|CASE",
        help="一张数据表、一份资料，或 case.yaml、方案等 YAML 文件。"
        "A table, a whole case, or a YAML file such as case.yaml or a scheme.",
    ),
]
_TableOption = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        help="数据表名，缺省看文件名。The table; else told by the name of the file.",
    ),
]
_AddOption = Annotated[
    bool,
    typer.Option(
        "--add",
        help="只追加：文件中没有的行继续有效。Add only: rows that the file lacks stay.",
    ),
]
_EndOption = Annotated[
    bool,
    typer.Option(
        "--end-missing",
        help="资料中没有的数据表，其原有的行失效。End the rows of tables that the case lacks.",
    ),
]
_AloneOption = Annotated[
    bool,
    typer.Option(
        "--alone",
        help="资料中的全部数据表只对该期间有效。Every table of the case holds in its period alone.",
    ),
]
_ShowOption = Annotated[
    bool, typer.Option("--show", help="只看变动，不写入。Show the changes and write nothing.")
]


def put(  # noqa: PLR0913  (an option each)
    file: _FileArgument,
    table: _TableOption = "",
    period: _PeriodOption = "",
    add: _AddOption = False,
    end_missing: _EndOption = False,
    alone: _AloneOption = False,
    show: _ShowOption = False,
    why: WhyOption = "",
    who: WhoOption = "",
    store: StoreOption = "",
    key: KeyOption = "",
    as_json: JsonOption = False,
) -> None:
    """保存数据表或整份资料：只增加、终止，不改原行。Keep a table or a case as dated rows."""
    from equivalents.store.caseput import put_case, put_document
    from equivalents.store.dated import put_table

    with reporting(as_json), opened(store, key=key, who=who) as found:
        kind, name = _kind(file, table)
        if kind != "case" and (end_missing or alone):
            raise UsageError(_ONLY_CASES)
        if kind != "table" and add:
            raise UsageError(_ONLY_TABLES)
        facts: dict[str, Any] = {"period": period, "why": why, "show": show}
        if kind == "table":
            one = put_table(found, name, file, keep=add, **facts)
            _report([one], [], one.problems, as_json=as_json, shown=show)
            return
        if kind == "document":
            done = put_document(found, file, **facts)
        else:
            done = put_case(found, file, end_missing=end_missing, alone=alone, **facts)
    _report(done.puts, done.documents, done.problems, as_json=as_json, shown=show)


_ONLY_CASES: Final = (
    "--end-missing 和 --alone 只用于整份资料。\n--end-missing and --alone are for a whole case."
)
_ONLY_TABLES: Final = "--add 只用于一张数据表。\n--add is for one table."


def _kind(file: Path, table: str) -> tuple[str, str]:
    """What a file is: ``table`` with its name, ``document`` or ``case``."""
    from equivalents.intake.opening.named import table_named
    from equivalents.store.datedrules import KEPT

    if not file.exists():
        raise DataError([Problem("CASE_NOT_FOUND", value=file.name)])
    name = table_named(table or file.stem, further=False)
    if table or (name and file.is_file()):
        return "table", name or table
    if file.is_dir() or file.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".zip"):
        return "case", ""
    if file.suffix.lower() in (".yaml", ".yml"):
        return "document", ""
    facts = {"allowed": ", ".join(KEPT)}
    raise DataError([Problem("DATED_TABLE", value=file.name, facts=facts)])


def _report(
    puts: Sequence[Any],
    documents: Sequence[Any],
    told: Sequence[Problem],
    *,
    as_json: bool,
    shown: bool,
) -> None:
    if as_json:
        named = [{"kind": one.kind, "name": one.name, "period": one.period} for one in documents]
        print_json(
            {
                "written": not shown,
                "tables": [_as_json(one) for one in puts],
                "documents": named,
                "problems": [as_object(one) for one in told],
            }
        )
        return
    for one in puts:
        of = f"  {one.period}" if one.period else ""
        say(
            f"{one.table}{of}: 新增 added {len(one.added):,}    终止 ended {len(one.ended):,}    "
            f"不变 equal {one.equal:,}"
        )
        # The first rows of a table that is new say enough; changes are what people look through.
        changes, most = one.changes, _SHOWN if one.ended or one.equal else _SHOWN_NEW
        for change in changes[:most]:
            say(f"    {_line(change)}")
        if len(changes) > most:
            rest = len(changes) - most
            say(f"    ……另有 {rest:,} 处，用 --json 全部列出。and {rest:,} more (--json lists all)")
    for document in documents:
        say(f"{document.name}{f'  {document.period}' if document.period else ''}: 新版 new text")
    if shown:
        say("只看变动，没有写入。Shown only; nothing was written.")
    show_problems(told, as_json=False)


def _as_json(one: Any) -> dict[str, Any]:
    return {
        "table": one.table,
        "period": one.period,
        "put": one.id,
        "added": len(one.added),
        "ended": len(one.ended),
        "equal": one.equal,
        "changes": [{"before": each.before, "after": each.after} for each in one.changes],
    }


def _line(change: Any) -> str:
    """One change: ``+`` came, ``-`` ended, ``~`` one row in place of another."""
    if change.before is None:
        return f"+ {_cells(change.after)}"
    if change.after is None:
        return f"- {_cells(change.before)}"
    same = {n: text for n, text in change.after.items() if n not in change.columns}
    moved = ", ".join(
        f"{name}: {change.before.get(name, '')} → {change.after.get(name, '')}"
        for name in change.columns
    )
    return f"~ {moved}  [{_cells(same)}]"


def _cells(row: dict[str, str]) -> str:
    return ", ".join(f"{name}={text}" for name, text in row.items())


def show(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="数据表名。The table.")],
    period: _PeriodOption = "",
    as_of: Annotated[
        int,
        typer.Option(
            "--as-of",
            metavar="SEQ",
            min=0,
            help="按某一操作序号时所知。As known at this audit entry.",
        ),
    ] = 0,
    history: Annotated[
        bool,
        typer.Option("--history", help="连同已终止的行。With the rows that have ended."),
    ] = False,
    store: StoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """查看数据表的行，何时由谁保存、终止。Rows of a table: who put and ended them, and when."""
    from equivalents.intake.opening.named import table_named
    from equivalents.store.datedshow import told_rows

    with reporting(as_json), opened(store) as found:
        name = table_named(table, further=False) or table
        rows = told_rows(found, name, period, as_of=as_of or None, history=history)
    if as_json:
        print_json({"table": name, "period": period, "rows": rows})
        return
    for one in rows:
        ended = one["ended"]
        gone = f"    终止 ended {_by(ended)}" if ended else ""
        say(f"{_cells(one['row'])}\n    保存 put {_by(one['put'])}{gone}")
    say(f"{len(rows):,} 行 rows")


def _by(entry: dict[str, Any]) -> str:
    why = f"（{entry['why']}）" if entry["why"] else ""
    return f"#{entry['seq']} {entry['at']} {entry['who']}{why}"


def cache(
    clear: Annotated[bool, typer.Option("--clear", help="清空。Delete all of it.")] = False,
    store: StoreOption = "",
    as_json: JsonOption = False,
) -> None:
    """查看或清空缓存：可随时删除，需要时重新生成。The cache, which may be deleted at any time."""
    from equivalents.store.casecache import CaseCache
    from equivalents.store.place import place_of

    with reporting(as_json):
        folder = place_of(store).cache
        kept = CaseCache(folder)
        cases, size = kept.size()
        if clear:
            kept.clear()
    if as_json:
        print_json({"cache": str(folder), "cases": cases, "bytes": size, "cleared": clear})
        return
    done = "已清空 cleared" if clear else ""
    console().print(f"缓存 cache {folder}: 资料 cases {cases:,}    {size:,} 字节 bytes  {done}")
