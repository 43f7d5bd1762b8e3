"""Reasons about files that are kept as evidence."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_EVIDENCE_REASONS"]


def _error(code: str, zh: str, en: str) -> Reason:
    return Reason(code, "error", "command", zh, en)


STORE_EVIDENCE_REASONS: Final[tuple[Reason, ...]] = (
    _error(
        "EVIDENCE_UNKNOWN",
        "没有“{value}”这个上传文件。请写上传的编号，或“import:12”（第 12 次导入的文件）；"
        "导入的编号见 equivalents import --list。",
        "There is no uploaded file '{value}'. Write the number of an upload, or import:12 for the "
        "file of import 12; equivalents import --list has the numbers of imports.",
    ),
    _error(
        "EVIDENCE_GONE",
        "“{value}”的原件不在数据库里（{why}），只有散列 {sha256}。"
        "若另有保管的文件，可核对它的 SHA-256 是否与此相同。",
        "The file '{value}' is not in the store ({why}); its hash {sha256} is. A file that was "
        "kept elsewhere is the same if its SHA-256 is.",
    ),
    _error(
        "EVIDENCE_DAMAGED",
        "上传文件 {value} 的内容与登记的散列不符，没有写出任何内容。请运行 equivalents db verify，"
        "并从备份中取出（恢复到另一个位置，再运行本命令）。",
        "The kept bytes of upload {value} do not have their hash, and nothing was written. Run "
        "equivalents db verify, and take the file out of a backup (restore it elsewhere, then run "
        "this again).",
    ),
    _error(
        "EVIDENCE_CHANGED",
        "“{value}”在读取之后被改动了，没有写入数据库。请等它写完，再做一次。",
        "'{value}' was changed after it had been read, and nothing was written to the store. Wait "
        "until it is complete, and do it again.",
    ),
    _error(
        "EVIDENCE_WRITE",
        "文件 {value} 写不出来：{detail}。没有留下这个名字的文件。"
        "请腾出空间或换一个位置，再做一次。",
        "The file {value} could not be written: {detail}. No file of that name was left. Make room "
        "or choose another place, and do it again.",
    ),
)
