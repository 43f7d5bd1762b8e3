"""Reasons of the store's room of keeping: backups, restoring, expiry, evidence."""

from typing import Final

from equivalents.reasons.model import Reason
from equivalents.reasons.store_evidence import STORE_EVIDENCE_REASONS
from equivalents.reasons.store_verify import STORE_VERIFY_REASONS

__all__ = ["STORE_KEEPING_REASONS"]


def _error(code: str, zh: str, en: str) -> Reason:
    return Reason(code, "error", "command", zh, en)


STORE_KEEPING_REASONS: Final[tuple[Reason, ...]] = (
    _error(
        "BACKUP_UNREADABLE",
        "备份文件 {value} 打不开：{detail}。请核对路径和权限。",
        "The backup {value} cannot be opened: {detail}. Check its path and rights.",
    ),
    _error(
        "BACKUP_WRITE",
        "备份文件 {value} 写不出来：{detail}。没有留下这个名字的文件，数据库不受影响。"
        "请腾出空间或换一个位置，再做一次。",
        "The backup {value} could not be written: {detail}. No file of that name was left, and the "
        "store is unharmed. Make room or choose another place, and do it again.",
    ),
    _error(
        "BACKUP_FOREIGN",
        "{value} 不是本程序的备份文件。请核对文件名；备份由 equivalents db backup 生成。",
        "{value} is no backup of this program. Check the name; equivalents db backup makes them.",
    ),
    _error(
        "BACKUP_LATER",
        "备份文件 {value} 的格式比本程序新。请用生成它的版本，或更新本程序。",
        "The backup {value} has a later format than this program reads. Use the version that made "
        "it, or update this program.",
    ),
    _error(
        "BACKUP_REVISION_NEW",
        "备份文件 {value} 的数据库结构（{found}）是本程序不认识的，可能由更新的版本生成"
        "（本程序：{known}）。请用那个版本恢复，或更新本程序。",
        "The backup {value} is of a revision ({found}) that this program does not know; a later "
        "version made it (this one: {known}). Restore with that version, or update this program.",
    ),
    _error(
        "BACKUP_CUT",
        "备份文件 {value} 不完整：没有结尾标记，可能是复制中断或磁盘写满。没有恢复任何内容。"
        "请重新复制，或用另一份备份。",
        "The backup {value} is cut: it has no end mark; a copy may have stopped or a disk was "
        "full. Nothing was restored. Copy it again, or use another backup.",
    ),
    _error(
        "BACKUP_DAMAGED",
        "备份文件 {value} 的内容与其校验值不符：被改动或损坏了。没有恢复任何内容。"
        "请重新复制，或用另一份备份。",
        "The backup {value} does not have its checksums: it was altered or damaged. Nothing was "
        "restored. Copy it again, or use another backup.",
    ),
    _error(
        "BACKUP_LOCKED",
        "备份文件 {value} 是加密的，需要{kind}。请用该选项给出。",
        "The backup {value} is encrypted and needs {kind}. Give it by that option.",
    ),
    _error(
        "BACKUP_PASSPHRASE",
        "口令或密钥不是备份文件 {value} 的那一个。请核对；没有恢复任何内容。",
        "The passphrase or key is not the one of the backup {value}. Check it; nothing was "
        "restored.",
    ),
    _error(
        "BACKUP_SECRET",
        "口令文件 {value} 无法使用：{detail}。口令是文件的第一行，至少 8 个字符。",
        "The file of the passphrase {value} cannot be used: {detail}. A passphrase is the first "
        "line of its file, 8 characters at least.",
    ),
    _error(
        "RESTORE_NOT_EMPTY",
        "{value} 中已有数据，没有恢复任何内容：恢复只写入没有数据库的地方，从不覆盖。"
        "请用 --into 另给一个位置。",
        "{value} holds data already, and nothing was restored: a backup only goes where no store "
        "is, and never over one. Give another place by --into.",
    ),
    _error(
        "RESTORE_UNSOUND",
        "备份文件 {value} 本身完好，但其中的数据库在备份之前就不完整（{detail}）。"
        "没有恢复任何内容。请改用更早的备份；若只有这一份，可加 --anyway 恢复后核查。",
        "The backup {value} is whole, but the store in it was not intact when it was made "
        "({detail}). Nothing was restored. Use an earlier backup; if this is the only one, restore "
        "it with --anyway and look into it.",
    ),
    _error(
        "RESTORE_SEGMENTS",
        "备份中有放在数据库之外的记录段（{value}），但没有说明放到哪里，或内容与名称不符"
        "（{detail}）。没有恢复任何内容。请设置 EQUIVALENTS_SEGMENTS，再做一次。",
        "The backup has record segments that lie outside the database ({value}), and nothing says "
        "where to put them, or they are not what their names say ({detail}). Nothing was restored. "
        "Set EQUIVALENTS_SEGMENTS and do it again.",
    ),
    Reason(
        "RESTORE_BEHIND",
        "warning",
        "command",
        "原链头文件记有 {count} 个条目（最后一个是 {value}），恢复后的数据库里没有：备份之后的"
        "操作需要重做。原文件已保留为 {file}。",
        "The file of heads names {count} entries (the last is {value}) that the restored store "
        "lacks: what was done after the backup must be done again. The file was kept as {file}.",
    ),
    _error(
        "EXPIRE_DATE",
        "“{value}”不是日期。请写成 2031-01-01 这样。",
        "'{value}' is no date. Write it like 2031-01-01.",
    ),
    _error(
        "TRAIL_OBJECT",
        "“{value}”不是对象。请写成“种类:编号”，如 import:12 或 period:2026-03。",
        "'{value}' is no object. Write KIND:ID, like import:12 or period:2026-03.",
    ),
    *STORE_EVIDENCE_REASONS,
    *STORE_VERIFY_REASONS,
)
