"""Reasons about dated rows and documents, and the case of a period that is made of them."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["STORE_DATED_REASONS"]

STORE_DATED_REASONS: Final[tuple[Reason, ...]] = (
    Reason(
        "DATED_TABLE",
        "error",
        "command",
        "“{value}”不是数据库按行保存的数据表。可用：{allowed}。文件名看不出是哪张表时，"
        "请用 --table 说明；服务记录请用 equivalents import 导入。",
        "'{value}' is no table that the store keeps by rows. There are: {allowed}. Where the name "
        "of a file does not tell, say it by --table; records come in by equivalents import.",
    ),
    Reason(
        "DATED_PERIOD_NEEDED",
        "error",
        "command",
        "数据表“{value}”按期间保存，请用 --period 说明是哪个期间，如 2025-06。",
        "The table {value} is kept by periods. Say which one by --period, like 2025-06.",
    ),
    Reason(
        "DATED_STANDS",
        "warning",
        "command",
        "这份资料没有以下数据表，数据库中原有的行继续有效：{value}。"
        "若确应失效，请加 --end-missing。",
        "The case lacks these tables; the rows that stand in the store stay: {value}. If they "
        "should end, add --end-missing.",
    ),
    Reason(
        "DATED_SHADOWED",
        "warning",
        "command",
        "{value} 已保存，但期间 {period} 另有自己的一份，核算这些期间时仍用那一份。"
        "若要更新，请用 --period 再保存一次。",
        "{value} is kept, but these periods have one of their own, which goes on to hold there: "
        "{period}. To renew it, put it again with --period.",
    ),
    Reason(
        "DATED_LOCKED",
        "warning",
        "command",
        "期间 {value} 已锁定：新保存的行不改变已锁定的结果，只在更正（补发、扣回）时用到。",
        "The period {value} is locked: the rows just kept change nothing of what was locked; only "
        "corrections (adjustments) will use them.",
    ),
    Reason(
        "STORE_CASE_ABSENT",
        "error",
        "command",
        "数据库中没有适用于期间 {value} 的 case.yaml。请先用 equivalents db put 保存"
        "一份资料或 case.yaml。",
        "No case.yaml in the store rules the period {value}. Put a case, or a case.yaml, by "
        "equivalents db put first.",
    ),
    Reason(
        "STORE_CASE_INHERITED",
        "warning",
        "command",
        "期间 {value} 没有自己的 case.yaml，沿用 {other} 的（仅改期间，标题等不变）。"
        "若有不同，请保存这一期间的 case.yaml。",
        "The period {value} has no case.yaml of its own: that of {other} is used, with the period "
        "set and all else as it is, the title too. Put one for this period if it differs.",
    ),
    Reason(
        "STORE_CASE_NO_RECORDS",
        "warning",
        "command",
        "数据库中没有期间 {value} 的服务记录。若不应如此，请先用 equivalents import 导入。",
        "The store has no records of the period {value}. If it should, import them first.",
    ),
    Reason(
        "STORE_CASE_CORRECTED",
        "warning",
        "command",
        "期间 {value} 中有冲正针对期间以外的记录：有关的 {count} 条记录也放进了资料，"
        "按 outside_period: exclude 不计，只用于核对冲正。请核对这些冲正是否应在本期计入。",
        "Records of {value} correct records outside it: {count} of these are in the case, excluded "
        "as by outside_period: exclude, so that the corrections are understood. Check that the "
        "corrections belong to this period.",
    ),
    Reason(
        "STORE_AS_OF",
        "error",
        "command",
        "数据库中没有序号为 {value} 的操作；最后一个是 {last}。",
        "The store has no audit entry {value}; the last one is {last}.",
    ),
)
