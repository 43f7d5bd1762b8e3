"""Reasons about payroll and finance exports: results, payees, column maps and vouchers."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["PAYROLL_REASONS"]

PAYROLL_REASONS: Final = (
    Reason(
        "PAYROLL_NOT_A_RESULT",
        "error",
        "command",
        "“{value}”是更正结果，不是核算结果。请先写 settle 或 year-end 的"
        "结果文件夹，更正结果写在它后面。",
        "'{value}' is a correction and no settled result. Name the folder of settle or year-end "
        "first, and corrections behind it.",
    ),
    Reason(
        "PAYROLL_NOT_A_CORRECTION",
        "error",
        "command",
        "“{value}”不是更正结果。一次只导出一个核算结果，后面只能写 correct 的结果文件夹；"
        "几个期间请分几次导出。",
        "'{value}' is no correction. One settled result is exported at a time, and only folders "
        "of correct may follow it; export several periods one by one.",
    ),
    Reason(
        "PAYROLL_ADJUSTED_TWICE",
        "error",
        "command",
        "更正“{value}”会付两次：它写了两遍，或本期结果的“补发扣回”表里已经付了同样的金额。"
        "请去掉它；如确是另一次金额相同的更正，请放进下一期的“补发扣回”表。",
        "The correction '{value}' would be paid twice: it is named twice, or the result already "
        "pays the same amounts from its table of adjustments. Leave it out; if it is another "
        "correction of the same amounts, put it into the adjustments of the next period.",
    ),
    Reason(
        "PAYROLL_NO_NAMES",
        "warning",
        "command",
        "有 {count} 人没有姓名（第一个是“{value}”）。如需姓名、科室、岗位，请用 --case "
        "给出有花名册的资料。",
        "{count} people have no name (the first is '{value}'). For names, departments and posts, "
        "give a case with the roster by --case.",
    ),
    Reason(
        "PAYROLL_MAP_UNKNOWN",
        "error",
        "command",
        "没有名为“{value}”的文件或自带映射{near}。自带的有：{known}。",
        "There is no file or shipped map '{value}'{near}. Shipped are: {known}.",
    ),
    Reason(
        "PAYROLL_MAP_INVALID",
        "error",
        "rules",
        "映射文件有误：{detail}。请改正后再导出。",
        "The map is not right: {detail}. Correct it and export again.",
    ),
    Reason(
        "PAYROLL_MAP_LEVEL",
        "error",
        "command",
        "映射“{value}”写的是 level: {level}，不能用于这种导出。代发清单用 level: bank，"
        "明细与合计用 detail 或 summary。",
        "The map '{value}' says level: {level}, which is not for this export. Bank lists need "
        "level: bank, lines and totals detail or summary.",
    ),
    Reason(
        "PAYROLL_NEGATIVE",
        "error",
        "command",
        "“{value}”（{name}）在机构 {institution} 的金额是 {amount} 元，而映射不收负数。"
        "请改映射的 sign，或与对方商定扣回的办法。",
        "'{value}' ({name}) has {amount} yuan at {institution}, and the map refuses amounts "
        "below 0. Change its sign, or agree on how claw-backs are handed over.",
    ),
    Reason(
        "PAYROLL_TEXT_UNFIT",
        "error",
        "command",
        "“{value}”无法按映射 {map} 写出：编码 {encoding} 没有其中的字，或含有"
        "分隔符而 quotes: never。请换编码或分隔符，或改写这段文字。",
        "'{value}' cannot be written as the map {map} says: {encoding} lacks a sign of it, or it "
        "holds the delimiter while quotes: never. Change the encoding, the delimiter or the text.",
    ),
    Reason(
        "PAYROLL_XLSX_ROWS",
        "error",
        "command",
        "有 {value} 行，一张工作表放不下（最多 {most} 行）。请导出 csv 或 ndjson。",
        "There are {value} lines, more than a sheet takes ({most}). Export csv or ndjson.",
    ),
    Reason(
        "PAYEE_ACCOUNT",
        "error",
        "table",
        "账号“{value}”的形式不对：应为 6 至 34 位数字、字母或连字符，不含空格。"
        "如显示成科学记数，请把该列设为文本后重填。",
        "The account number '{value}' has not the form of one: 6 to 34 digits, letters or "
        "hyphens without blanks. If it turned into scientific notation, make the column text.",
    ),
    Reason(
        "PAYEE_IDENTITY",
        "error",
        "table",
        "证件号码“{value}”的形式不对：应为 5 至 20 位数字或字母，不含空格。请核对。",
        "The identity number '{value}' has not the form of one: 5 to 20 digits or letters "
        "without blanks. Check it.",
    ),
    Reason(
        "PAYEE_BANK_CODE",
        "error",
        "table",
        "行号“{value}”的形式不对：应为不超过 14 位的数字或字母。请核对。",
        "The bank code '{value}' has not the form of one: up to 14 digits or letters. Check it.",
    ),
    Reason(
        "PAYEE_TWICE",
        "error",
        "table",
        "“{value}”在同一天有两个收款账户（另见第 {other} 行）。请给旧账户写截止日期。",
        "'{value}' has two accounts on one day (see also row {other}). End the old one.",
    ),
    Reason(
        "PAYEE_MISSING",
        "error",
        "command",
        "“{value}”（{name}，机构 {institution}）应付 {amount} 元，但没有当时有效的收款账户。"
        "请补到收款账户表；如先发其他人，可用 --without-account skip"
        "（接口 without_account）把他们另列。",
        "'{value}' ({name}, {institution}) is to be paid {amount} yuan and has no account on "
        "that day. Add it to the payees; to pay the others first, use "
        "--without-account skip (over HTTP without_account).",
    ),
    Reason(
        "PAYEE_NAME",
        "warning",
        "command",
        "“{value}”的户名“{account_name}”与花名册的姓名“{name}”不同，银行可能退回。请与本人的银行卡核对，"
        "改正收款账户表的户名或花名册的姓名；户名没错的，可以照发。",
        "The account of '{value}' is in the name '{account_name}', the roster says '{name}'; "
        "the bank may send it back. Compare both with the bank card, and correct the name in the "
        "payees or in the roster; where the account is right, pay as it is.",
    ),
    Reason(
        "VOUCHER_NO_ACCOUNT",
        "error",
        "command",
        "机构 {institution} 的“{value}”（构成项 {component}）在凭证映射 {map} 中没有分录。"
        "请加一条，或在末尾加一条不写条件的分录。",
        "The voucher map {map} has no entry for '{value}' (component {component}) of "
        "{institution}. Add one, or at the end one without conditions.",
    ),
)
