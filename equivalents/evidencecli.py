"""``equivalents db evidence``: a file as it was handed in, written again."""

from pathlib import Path
from typing import Annotated

import typer

from equivalents.checkcli import JsonOption
from equivalents.storecli import KeyOption, StoreOption, WhoOption, WhyOption, opened
from equivalents.terminal import print_json, reporting, say

__all__ = ["evidence"]


def evidence(
    upload: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="上传的编号，或 import:12（第 12 次导入的文件）。"
            "The number of an upload, or import:12 for the file of an import.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="新的文件。The new file.")
    ],
    store: StoreOption = "",
    key: KeyOption = "",
    who: WhoOption = "",
    why: WhyOption = "",
    as_json: JsonOption = False,
) -> None:
    """取出上传的原件，与上传时逐字节相同。Write an uploaded file again, byte for byte."""
    from equivalents.store.evidence import hand_out
    from equivalents.store.evidencefile import check_absent, write_evidence

    with reporting(as_json):
        check_absent(out)
        with opened(store, who=who, key=key) as found:
            one = hand_out(found, upload, why)
        write_evidence(out, one.body)
        if as_json:
            said = {"upload": one.upload_id, "file_name": one.file_name, "sha256": one.sha256}
            print_json({**said, "size": len(one.body), "file": out.as_posix()})
            return
        say(
            f"已写出 written {out}：{one.file_name}，{len(one.body):,} 字节 bytes，"
            f"sha256 {one.sha256}\n"
            "其中可能有真实的居民编号，请妥善保管，用完删除。"
            "It may have true ids of residents: guard it, and delete it afterwards."
        )
