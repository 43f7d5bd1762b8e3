"""Reasons of ``db verify``: what is not as it was sealed."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_VERIFY_REASONS"]

_ZH: Final = "请不要再写入，保留现状，与备份和打印的链头对照查明原因。"
_EN: Final = (
    "Write nothing more, keep the store as it is, and find out why, with backups and printed heads."
)


def _error(code: str, zh: str, en: str) -> Reason:
    return Reason(code, "error", "command", f"{zh}{_ZH}", f"{en} {_EN}")


STORE_VERIFY_REASONS: Final = (
    _error(
        "VERIFY_ENTRY",
        "操作日志第 {value} 条的内容与其散列不符：被改动过。",
        "Entry {value} of the audit trail does not have its hash: it was altered.",
    ),
    _error(
        "VERIFY_CHAIN",
        "操作日志第 {value} 条接不上前一条（应为第 {expected} 条）：有条目被删除、插入或调换。",
        "Entry {value} of the audit trail does not follow the one before (entry {expected} is "
        "due): an entry was dropped, added or moved.",
    ),
    _error(
        "VERIFY_HEAD_CUT",
        "链头 {value} 不在数据库中，操作日志到第 {last} 条为止：尾部被截去，"
        "或数据库被换成了较早的副本。",
        "The head {value} is not in the store, whose audit trail ends at entry {last}: its tail "
        "was cut off, or an earlier copy stands in its place.",
    ),
    _error(
        "VERIFY_HEAD_DIFFERS",
        "链头 {value} 与数据库中同一序号的条目不同：历史被改写过。",
        "The head {value} differs from the entry of that number in the store: history was "
        "rewritten.",
    ),
    _error(
        "VERIFY_GAP",
        "从编号 {value} 起的行应从 {expected} 起（日志第 {seq} 条）：编号有空缺或重叠。",
        "Rows from id {value} should begin at {expected} (entry {seq}): ids leave a gap or "
        "overlap.",
    ),
    _error(
        "VERIFY_MISSING",
        "编号 {first} 到 {last} 的行缺 {missing} 行（日志第 {seq} 条写入）：被删除过。",
        "Of the rows {first} to {last}, which entry {seq} wrote, {missing} are gone: they were "
        "deleted.",
    ),
    _error(
        "VERIFY_ROWS",
        "编号 {first} 到 {last} 的行与日志第 {seq} 条封存的散列不符：被改动过。",
        "The rows {first} to {last} do not have the hash that entry {seq} sealed: they were "
        "altered.",
    ),
    _error(
        "VERIFY_UNSEALED",
        "有 {count} 行不属于任何日志条目（第一行编号 {value}）：绕过程序加入的。",
        "{count} rows belong to no entry of the audit trail (the first has id {value}): they were "
        "added past the program.",
    ),
    _error(
        "VERIFY_BODY",
        "编号 {owner} 的内容与登记的散列 {value} 不符：被改动或损坏。",
        "The bytes of {owner} do not have the hash {value} that is kept of them: they were altered "
        "or damaged.",
    ),
    _error(
        "VERIFY_BODY_MISSING",
        "散列为 {value} 的内容不见了，也没有到期删除的墓碑。若记录段放在数据库之外，"
        "请先核对 EQUIVALENTS_SEGMENTS。",
        "The bytes with hash {value} are gone, and no tombstone says why. If segments lie outside "
        "the database, check EQUIVALENTS_SEGMENTS first.",
    ),
    _error(
        "VERIFY_BODY_BACK",
        "散列为 {value} 的内容本不该在这里（已到期删除，或应放在数据库之外）。",
        "The bytes with hash {value} should not be here: they were dropped under a tombstone, or "
        "lie outside the database.",
    ),
    _error(
        "VERIFY_BODY_ORPHAN",
        "有 {count} 份内容不属于任何一行（第一份编号 {value}）。",
        "{count} bodies belong to no row (the first has id {value}).",
    ),
    _error(
        "VERIFY_TOMBSTONE",
        "上传文件 {value} 的墓碑与其登记的散列或大小不符。",
        "The tombstone of upload {value} has another hash or size than the upload.",
    ),
    _error(
        "VERIFY_LINK",
        "列 {column} 有 {count} 行指向 {to} 中不存在的行（第一个是 {value}）。",
        "In column {column}, {count} rows point at rows of {to} that are not there (the first is "
        "{value}).",
    ),
    Reason(
        "VERIFY_GUARD",
        "error",
        "command",
        "阻止改动的触发器 {value} 不在、被停用或被改动：有人能绕过保护。"
        f"{_ZH}查明后，从备份恢复会重新建立触发器。",
        "The trigger {value}, which refuses changes, is gone, switched off or altered: somebody "
        f"could go past it. {_EN} A restored backup has every trigger again.",
    ),
    _error(
        "VERIFY_SCHEMA",
        "数据库结构与本程序的不同：{detail}。",
        "The schema differs from that of this program: {detail}.",
    ),
    _error(
        "VERIFY_FILE",
        "SQLite 文件本身有损坏：{detail}。",
        "The SQLite file itself is damaged: {detail}.",
    ),
    _error(
        "VERIFY_IDENTITY",
        "记录段 {value} 的列与登记的标识不符。",
        "The columns of segment {value} do not have the identity that is kept of them.",
    ),
    _error(
        "VERIFY_RECOMPUTED",
        "期间 {value} 重新核算后与锁定的结果不同：{detail}。",
        "The period {value}, settled again, differs from what was locked: {detail}.",
    ),
    Reason(
        "VERIFY_NOT_RECOMPUTED",
        "warning",
        "command",
        "期间 {value} 没有重新核算：{detail}。其锁定的结果完好，但未证明能重新算出。",
        "The period {value} was not settled again: {detail}. What was locked is intact, but it was "
        "not proven that it comes out again.",
    ),
    Reason(
        "VERIFY_NO_HEADS",
        "warning",
        "command",
        "没有链头文件 {value}：尾部是否被截去，只能与打印的链头核对（--head）。",
        "There is no file of heads {value}: whether the tail was cut off shows only beside printed "
        "heads (--head).",
    ),
)
