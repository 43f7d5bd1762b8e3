"""``equivalents serve`` and ``equivalents settings``: the service started, and what it is set to.

The service is another program (``python -m api``), which this one becomes: the engine knows nothing
of it.
"""

import os
import subprocess
import sys
from typing import Annotated

import typer

from equivalents.checkcli import JsonOption
from equivalents.storecli import StoreOption
from equivalents.terminal import print_json, reporting, say

__all__ = ["serve", "settings"]


def serve(
    host: Annotated[
        str, typer.Option(help="监听地址；缺省 EQUIVALENTS_HOST。The address to listen on.")
    ] = "",
    port: Annotated[
        int, typer.Option(help="监听端口；缺省 EQUIVALENTS_PORT。The port.", min=0, max=65_535)
    ] = 0,
    workers: Annotated[
        int, typer.Option(help="进程数，PostgreSQL 上可多个。Processes, on PostgreSQL.", min=0)
    ] = 0,
    new_administrator_link: Annotated[
        bool,
        typer.Option(
            "--new-administrator-link",
            help="另给一个管理员链接，24 小时内用一次。Another link for an administrator.",
        ),
    ] = False,
    store: StoreOption = "",
) -> None:
    """启动服务（HTTP 接口）。Serve the product over HTTP until it is stopped."""
    for name, value in (("STORE", store), ("HOST", host), ("PORT", port), ("WORKERS", workers)):
        if value:
            os.environ[f"EQUIVALENTS_{name}"] = str(value)
    words = [sys.executable, "-m", "api"]
    if new_administrator_link:
        words.append("--new-administrator-link")
    if os.name == "posix":
        os.execv(sys.executable, words)
    raise typer.Exit(subprocess.run(words, check=False).returncode)


def settings(as_json: JsonOption = False) -> None:
    """列出全部设置、来源和含义。List every setting, who said it, and what it is for."""
    from equivalents.servicesettings import said, shown

    with reporting(as_json):
        found = said()
        if as_json:
            every = [
                {
                    "name": one.setting.variable,
                    "key": one.setting.key,
                    "value": shown(one),
                    "source": one.source,
                    "default": one.setting.default,
                    "zh": one.setting.zh,
                    "en": one.setting.en,
                }
                for one in found
            ]
            print_json({"settings": every})
            return
        for one in found:
            value = shown(one) or "-"
            say(f"{one.setting.variable} = {value}  ({one.source})")
            say(f"    {one.setting.zh} {one.setting.en}")
