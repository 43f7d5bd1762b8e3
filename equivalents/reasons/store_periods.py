"""Reasons of the store's room of periods."""

from typing import Final

from equivalents.reasons.model import Reason, Stage

__all__ = ["STORE_PERIOD_REASONS"]


def _error(code: str, zh: str, en: str, stage: Stage = "command") -> Reason:
    return Reason(code, "error", stage, zh, en)


STORE_PERIOD_REASONS: Final[tuple[Reason, ...]] = (
    _error(
        "PERIOD_NOT_SETTLED",
        "期间 {value} 还没有核算结果。请先运行 equivalents period settle {value}。",
        "The period {value} has no result yet. Run equivalents period settle {value} first.",
    ),
    _error(
        "PERIOD_UNDER_WAY",
        "期间 {value} 的流程已经开始（最近一步：{step}），不能换结果。"
        "请先退回（equivalents period return，写明原因）。",
        "The period {value} is under way (last step: {step}), so its result stays. Send it back "
        "first, with a reason (equivalents period return).",
    ),
    _error(
        "PERIOD_LOCKED",
        "期间 {value} 已由 {who} 于 {at} 锁定。发放前可由两人解锁（equivalents period unlock）；"
        "发放后只能追溯调整（equivalents period adjust）。",
        "The period {value} was locked by {who} at {at}. Before payment two people can unlock it "
        "(equivalents period unlock), afterwards it is adjusted (equivalents period adjust).",
    ),
    _error(
        "PERIOD_PAID",
        "期间 {value} 已发放（{who}，{at}），不再改变。差额请在以后的期间补发或扣回"
        "（equivalents period adjust）。",
        "The period {value} was paid ({who}, {at}) and changes no more. Differences are paid or "
        "taken back in a later period (equivalents period adjust).",
    ),
    _error(
        "PERIOD_OTHER",
        "资料的期间是 {value}，不是 {period}。请核对 case.yaml 或 --case。",
        "The case is of the period {value}, not of {period}. Check case.yaml or --case.",
    ),
    _error(
        "STEP_LEVEL",
        "流程中“{value}”这一步由{level}进行。由机构进行的，用 --institution 给出机构编号；"
        "由共同体进行的，不写 --institution。",
        "In this flow '{value}' is a step of {level}. For one of institutions give --institution, "
        "for one of the community leave it out.",
    ),
    _error(
        "STEP_INSTITUTION",
        "机构“{value}”不在期间 {period} 的核算结果中。请核对机构编号。",
        "The institution '{value}' is not in the result of {period}. Check its id.",
    ),
    _error(
        "STEP_DONE",
        "这一步已经做过：{value}（{who}，{at}）。无须再做；要重做，先退回。",
        "This step was taken already: {value} ({who}, {at}). To take it again, send the period "
        "back first.",
    ),
    _error(
        "STEP_NOTHING_LEFT",
        "“{value}”这一步，各机构都已做过，无须再做。",
        "Every institution has taken the step '{value}': nothing is left to do.",
    ),
    _error(
        "STEP_NOT_DUE",
        "还不能做“{value}”，前面缺：{missing}。请先完成。",
        "'{value}' is not due; these come before it: {missing}.",
    ),
    _error(
        "STEP_SAME_PERSON",
        "“{value}”做过“{other}”，不能再做“{step}”。请由另一人进行（--who）。",
        "'{value}' took '{other}' and may not take '{step}'. Somebody else has to (--who).",
    ),
    _error(
        "STEP_NOT_ALLOWED",
        "“{value}”不在“{step}”的名单中：{names}。请由名单中的人进行，或另存流程。",
        "'{value}' is not among those who may take '{step}': {names}. One of them has to, or "
        "another flow has to be kept.",
    ),
    _error(
        "STEP_WHY",
        "“{value}”必须写明原因或内容。请用 --why 写出。",
        "'{value}' needs a reason or what it is about. Give it by --why.",
    ),
    _error(
        "STEP_DATES",
        "日期“{value}”不能用：{detail}。",
        "The date '{value}' cannot be used: {detail}.",
    ),
    _error(
        "STEP_NOTHING",
        "期间 {value} 本轮还没有任何步骤，无可退回。",
        "No step of this round of {value} was taken, so there is nothing to send back.",
    ),
    _error(
        "OBJECTION_LATE",
        "期间 {value} 不在公示中，不能登记异议。公示之前请直接退回；锁定并发放之后请追溯调整。",
        "The period {value} is not published now, so no objection can be written down. Before "
        "publication send it back, after payment adjust it.",
    ),
    _error(
        "OBJECTION_UNKNOWN",
        "没有待答复的 {value} 号异议。待答复的有：{numbers}。",
        "There is no objection {value} to answer. Those without an answer: {numbers}.",
    ),
    _error(
        "OBJECTIONS_OPEN",
        "期间 {value} 还有异议没有答复：{numbers}。请先答复（equivalents period answer）。",
        "Objections to {value} have no answer yet: {numbers}. Answer them first (equivalents "
        "period answer).",
    ),
    _error(
        "FLOW_INVALID",
        "流程文件有误：{detail}。",
        "The file of steps is wrong: {detail}.",
        "rules",
    ),
    _error(
        "LOCK_STALE",
        "期间 {value} 核算之后资料有变：{changed}。请退回、重新核算（equivalents period settle）"
        "并重新审核后再锁定。",
        "What belongs to the period {value} changed since it was settled: {changed}. Send it back, "
        "settle it again (equivalents period settle) and have it approved before it is locked.",
    ),
    _error(
        "LOCK_OVERLAPS",
        "期间 {value} 与已锁定的 {other} 有重叠，会重复发放。"
        "全年请用 equivalents period year-end。",
        "The period {value} has days of {other}, which is locked; they would be paid twice. For a "
        "whole year use equivalents period year-end.",
    ),
    _error(
        "LOCK_ABSENT",
        "期间 {value} 没有锁定。请先完成流程并锁定（equivalents period lock）。",
        "The period {value} is not locked. Take its steps and lock it first (equivalents period "
        "lock).",
    ),
    _error(
        "UNLOCK_SECOND",
        "解锁的同意人“{value}”不能为空，也不能就是{what}的人。请由另一人同意（--second）。",
        "The second person '{value}' of an unlock may be neither blank nor who {what}. Another "
        "person has to allow it (--second).",
    ),
    _error(
        "ADJUST_NOT_PAID",
        "期间 {value} 已锁定、未发放。发放前有错请解锁重算（equivalents period unlock），"
        "发放后才追溯调整。",
        "The period {value} is locked and not paid. Before payment unlock it and settle it again "
        "(equivalents period unlock); it is adjusted after payment.",
    ),
    _error(
        "ADJUST_INTO",
        "补发扣回要由以后的期间支付，{value} 不在 {period} 之后。请用 --into 给出后面的期间。",
        "Adjustments are paid by a later period, and {value} is not after {period}. Name a later "
        "one by --into.",
    ),
    _error(
        "ADJUST_AGAIN",
        "期间 {value} 刚被另一人追溯调整过；没有写入任何内容。请重新执行，只算剩余差额。",
        "Somebody else has just adjusted the period {value}; nothing was written. Do it again: it "
        "then finds what is left.",
    ),
    _error(
        "ADJUST_SAME",
        "期间 {value} 的“补发扣回”表中已有完全相同的一行（多次更正来回相抵），无法区分。"
        "请用 --into 换一个期间支付。",
        "The table of adjustments of {value} has an equal row already (corrections that took each "
        "other back), so they could not be told apart. Let another period pay (--into).",
    ),
    _error(
        "YEAR_NOT_LOCKED",
        "{value} 年这些月没有锁定：{months}。请先锁定当年各期，再做年终清算。",
        "These months of {value} are not locked: {months}. Lock every period of the year before "
        "its end is settled.",
    ),
    _error(
        "PROOF_PERSON",
        "期间 {period} 的发放明细中没有“{value}”。请核对人员编号。",
        "'{value}' is in no line that the period {period} pays. Check the id.",
    ),
    _error(
        "RESULT_UNKNOWN",
        "期间 {period} 没有第 {value} 号结果。现有：{known}。",
        "The period {period} has no result {value}. There are: {known}.",
    ),
    _error(
        "RESULT_DAMAGED",
        "数据库中结果文件 {value}（编号 {file}）缺失或被改动。请运行 equivalents db verify，"
        "并用备份恢复。",
        "The file {value} of a kept result (number {file}) is gone or was altered. Run equivalents "
        "db verify and restore a backup.",
    ),
    _error(
        "LOCK_CHAIN",
        "期间 {value} 的锁定（第 {lock} 号）与前一锁定不相接：有锁定被删、被改或被插入。"
        "请保留现场，用备份核对。",
        "The lock {lock} of {value} does not follow the one before it: a lock was cut out, altered "
        "or put in. Keep the store as it is and compare a backup.",
    ),
    _error(
        "LOCK_HASH",
        "期间 {value} 的锁定（第 {lock} 号）被改动：散列不符。请保留现场，用备份核对。",
        "The lock {lock} of {value} was altered: its hash is another. Keep the store as it is and "
        "compare a backup.",
    ),
    _error(
        "LOCK_ROOT",
        "期间 {value} 的锁定（第 {lock} 号）的根 {what} 与内容不符。请保留现场，用备份核对。",
        "The {what} of the lock {lock} of {value} is not what its content comes to. Keep the store "
        "as it is and compare a backup.",
    ),
    _error(
        "LOCK_FILE",
        "期间 {value} 的锁定（第 {lock} 号）所依据的结果文件有变。请保留现场，用备份核对。",
        "The result files that the lock {lock} of {value} stands on are others. Keep the store as "
        "it is and compare a backup.",
    ),
    _error(
        "LOCK_INPUT",
        "期间 {value} 的锁定（第 {lock} 号）所依据的资料（{what}）有变。请保留现场，用备份核对。",
        "What the lock {lock} of {value} was made from ({what}) is different now. Keep the store "
        "as it is and compare a backup.",
    ),
)
