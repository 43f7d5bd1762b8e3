"""``equivalents db``: the store made, upgraded and looked after."""

from pathlib import Path
from typing import Annotated

import typer

from equivalents.checkcli import JsonOption
from equivalents.storecli import StoreOption, WhoOption
from equivalents.terminal import print_json, reporting, say

__all__ = ["db", "new_key", "upgrade"]

db = typer.Typer(
    name="db",
    help="数据库：建立、升级、核验、备份、恢复。"
    "The store: make, upgrade, verify, back up, restore.",
    no_args_is_help=True,
)


@db.command()
def upgrade(
    store: StoreOption = "",
    role: Annotated[
        str,
        typer.Option(
            help="PostgreSQL 中只许读取和追加的角色。A PostgreSQL role that may read and add only."
        ),
    ] = "",
    who: WhoOption = "",
    as_json: JsonOption = False,
) -> None:
    """建立数据库，或升级到本程序的结构。Make the store, or bring it to this program's revision."""
    from equivalents.store.place import place_of
    from equivalents.store.upgrading import upgrade as bring

    with reporting(as_json):
        place = place_of(store)
        done = bring(place, who=who, role=role)
        if as_json:
            print_json({"store": place.name, "before": done.before, "after": done.after})
        elif done.before == done.after:
            say(f"数据库已是最新结构 {done.after}。The store has revision {done.after} already.")
        else:
            said = done.before or "（新建 new）"
            say(f"数据库 {place.name}：{said} → {done.after}")


@db.command("new-key")
def new_key(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="新的密钥文件。The new file of the key.")
    ],
) -> None:
    """生成县级密钥，用于隐去居民编号；请另存备份。Make the county key; keep a copy elsewhere."""
    from equivalents.store.secret import new_key as make

    with reporting(False):
        make(file)
        say(
            f"密钥已写入 {file}。请另存一份到数据库之外的安全处："
            "遗失后无法再导入带居民编号的文件。\n"
            f"The key is in {file}. Keep a copy away from the store: without it no file with ids "
            "of residents can be imported."
        )
