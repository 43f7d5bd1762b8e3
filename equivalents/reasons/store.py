"""Reasons about the store: where it is, what its database says, what it refuses."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_REASONS"]

STORE_REASONS: Final = (
    Reason(
        "STORE_UNNAMED",
        "error",
        "command",
        "没有说明数据库在哪里。请用 --store 给出（SQLite 文件的路径，或 postgresql://…），"
        "或设置环境变量 EQUIVALENTS_STORE。",
        "Nothing says where the store is. Give it by --store (a path of a SQLite file, or "
        "postgresql://...) or set EQUIVALENTS_STORE.",
    ),
    Reason(
        "STORE_PLACE",
        "error",
        "command",
        "“{value}”不是可用的数据库。只能是 SQLite 文件的路径，或 postgresql:// 开头的地址。",
        "'{value}' is no store. It is a path of a SQLite file, or an address that begins with "
        "postgresql://.",
    ),
    Reason(
        "STORE_ABSENT",
        "error",
        "command",
        "{value} 中还没有数据库。请核对路径；若要新建，运行 equivalents db upgrade。",
        "There is no store at {value} yet. Check the path; to make one, run equivalents db "
        "upgrade.",
    ),
    Reason(
        "STORE_REVISION_OLD",
        "error",
        "command",
        "数据库 {value} 的结构是旧版（{found}），本程序用的是 {known}。请先备份，"
        "再运行 equivalents db upgrade。",
        "The store {value} has an older revision ({found}) than this program ({known}). Make a "
        "backup, then run equivalents db upgrade.",
    ),
    Reason(
        "STORE_REVISION_NEW",
        "error",
        "command",
        "数据库 {value} 的结构（{found}）是本程序不认识的，可能由更新的版本建立"
        "（本程序：{known}）。请使用那个版本，或更新本程序。",
        "The store {value} has a revision ({found}) that this program does not know; a later "
        "version made it (this one: {known}). Use that version, or update this program.",
    ),
    Reason(
        "STORE_SERVER_OLD",
        "error",
        "command",
        "{value} 的 PostgreSQL 版本是 {version}，需要 14 或以上。请升级数据库服务器。",
        "PostgreSQL at {value} is version {version}; 14 or later is needed. Upgrade the server.",
    ),
    Reason(
        "STORE_BUSY",
        "error",
        "command",
        "数据库 {value} 正被另一个写入操作占用，等待后仍未轮到；没有写入任何内容。"
        "请稍后再试。（{detail}）",
        "Another writer holds the store {value}, and the turn did not come; nothing was written. "
        "Try again later. ({detail})",
    ),
    Reason(
        "STORE_FULL",
        "error",
        "command",
        "数据库 {value} 所在的磁盘已满；没有写入任何内容，已有数据不受影响。"
        "请腾出空间后再试。（{detail}）",
        "The disk of the store {value} is full; nothing was written, what was there is unharmed. "
        "Make room and try again. ({detail})",
    ),
    Reason(
        "STORE_LOST",
        "error",
        "command",
        "与数据库 {value} 的连接中断或无法建立。未确认的操作没有写入，或已完整写入；"
        "数据库恢复后重新执行同一操作即可，不会重复。（{detail}）",
        "The connection to the store {value} broke or could not be made. What was not acknowledged "
        "is either whole or absent; when the database is back, do the same again: nothing is "
        "doubled. ({detail})",
    ),
    Reason(
        "STORE_RIGHTS",
        "error",
        "command",
        "没有读写数据库 {value} 的权限。请核对用户、密码和文件权限。（{detail}）",
        "The store {value} may not be read or written. Check user, password and rights of files. "
        "({detail})",
    ),
    Reason(
        "STORE_DAMAGED",
        "error",
        "command",
        "数据库 {value} 的文件已损坏，或不是数据库。请不要再写入，保留原文件，"
        "用最近的备份恢复（equivalents db restore）。（{detail}）",
        "The file of the store {value} is damaged, or is no database. Write nothing more, keep the "
        "file, and restore the latest backup (equivalents db restore). ({detail})",
    ),
    Reason(
        "STORE_GUARDED",
        "error",
        "command",
        "数据库 {value} 拒绝修改或删除已保存的内容。更正请用冲销或调整，不改原记录。（{detail}）",
        "The store {value} refuses to change or delete what is kept. Corrections are reversals or "
        "adjustments, never edits. ({detail})",
    ),
    Reason(
        "STORE_HEAD",
        "error",
        "command",
        "“{value}”不是链头。链头的写法是“序号:64 位十六进制散列”，"
        "见 equivalents db verify 的输出。",
        "'{value}' is no head of the chain. It reads 'number:64 hexadecimal digits', as "
        "equivalents db verify prints it.",
    ),
    Reason(
        "STORE_HEAD_UNTOLD",
        "warning",
        "command",
        "操作已保存，但链头没能写入 {value}（{detail}）。"
        "请抄下链头 {head}，并修复该文件的权限或磁盘。",
        "What was done is kept, but the head of the chain could not be written to {value} "
        "({detail}). Note the head {head} by hand, and mend the rights or the disk of that file.",
    ),
    Reason(
        "STORE_HEADS_UNREADABLE",
        "error",
        "command",
        "链头文件 {value} 中有不是链头的内容。它可能被改动过；请与打印的链头核对，"
        "保留该文件并另设 EQUIVALENTS_HEADS。",
        "The file of heads {value} holds something else. It may have been altered: compare the "
        "printed heads, keep the file, and set EQUIVALENTS_HEADS to another.",
    ),
    Reason(
        "KEY_ABSENT",
        "error",
        "command",
        "文件中有居民或家庭编号，需要县级密钥才能隐去（或打开），但没有给出密钥文件。"
        "请用 --key 给出，或设置环境变量 EQUIVALENTS_KEY；首次使用可运行 equivalents db new-key。",
        "The file has ids of residents or households, which the county key hides and opens, and no "
        "file of the key was named. Give it by --key or set EQUIVALENTS_KEY; the first time, run "
        "equivalents db new-key.",
    ),
    Reason(
        "KEY_UNREADABLE",
        "error",
        "command",
        "密钥文件 {value} 无法使用：{detail}。密钥是一行 64 位十六进制数字。",
        "The file of the key {value} cannot be used: {detail}. A key is one line of 64 hexadecimal "
        "digits.",
    ),
    Reason(
        "KEY_WRONG",
        "error",
        "command",
        "密钥文件 {value} 不是本数据库用的那一把：用它算出的居民编号会与已有的对不上。"
        "请找到原来的密钥；若确已遗失，见 docs/operations.md。",
        "The key in {value} is not the one of this store: ids of residents made with it would not "
        "meet those that are kept. Find the right key; if it is lost, see docs/operations.md.",
    ),
)
