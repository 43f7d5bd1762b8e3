"""Reasons about single service records, in the order in which the first is the verdict."""

from typing import Final

from equivalents.reasons.model import Reason

__all__ = ["RECORD_REASONS"]

RECORD_REASONS: Final = (
    Reason(
        "LINE_BREAK",
        "error",
        "form",
        "“{column}”中含有换行，多半是前面缺少引号，后面的行可能被并入。请检查引号。",
        "The value of '{column}' contains a line break; usually a quote is missing and rows "
        "after it were drawn in. Check the quotes.",
    ),
    Reason(
        "DATE_INVALID",
        "error",
        "form",
        "“{value}”不能作为日期：{detail}。",
        "'{value}' cannot be used as a date: {detail}.",
    ),
    Reason(
        "QUANTITY_INVALID",
        "error",
        "form",
        "数量“{value}”不是规范的数字。请填写最多三位小数的十进制数，不带单位和分隔符。",
        "The quantity '{value}' is not a plain number. Write a decimal with at most three places, "
        "without units or separators.",
    ),
    Reason(
        "QUANTITY_RANGE",
        "error",
        "form",
        "数量“{value}”超出范围。须大于 0 且小于 1,000,000。",
        "The quantity '{value}' is out of range. It is above 0 and below 1,000,000.",
    ),
    Reason(
        "QUANTITY_NEGATIVE",
        "error",
        "form",
        "数量“{value}”为负，但未注明冲正的记录。请在“冲正记录编号”（corrects）中填写原记录的编号。",
        "The quantity '{value}' is negative but names no record that it corrects. "
        "Fill `corrects` with that record's id.",
    ),
    Reason(
        "VISIT_NUMBER_INVALID",
        "error",
        "form",
        "就诊次序“{value}”无效。请填写 1、2、3……或留空。",
        "The visit number '{value}' is not valid. Write 1, 2, 3 ... or leave it blank.",
    ),
    Reason(
        "SHARES_INVALID",
        "error",
        "form",
        "参与人员“{value}”写法有误：{other}。请写成 P1:3;P2:2（每人一次，份额为正整数），"
        "或 P1;P2（均分）。",
        "The performers '{value}' are not written right: {other}. Write P1:3;P2:2 (each person "
        "once, shares are whole numbers above 0), or P1;P2 for equal shares.",
    ),
    Reason(
        "INSTITUTION_UNKNOWN",
        "error",
        "identity",
        "机构编号“{value}”未登记{near}。请更正，或在机构表中登记。",
        "The institution '{value}' is not registered{near}. Correct it, or add it to institutions.",
    ),
    Reason(
        "PERSON_UNKNOWN",
        "error",
        "identity",
        "人员编号“{value}”未登记{near}。请更正，或在人员花名册中登记。",
        "The person '{value}' is not registered{near}. Correct it, or add them to staff.",
    ),
    Reason(
        "PERFORMERS_DIFFER",
        "error",
        "identity",
        "参与人员“{value}”不含本记录的人员编号。请把该人员列入，或将人员编号留空。",
        "The performers '{value}' do not include the record's own person. Add that person, or "
        "leave person_id blank.",
    ),
    Reason(
        "TEAM_UNKNOWN",
        "error",
        "identity",
        "签约团队“{value}”未登记{near}。请更正，在签约团队表中登记，或填写人员编号。",
        "The team '{value}' is not registered{near}. Correct it, add it to teams, or fill in "
        "person_id.",
    ),
    Reason(
        "RECORD_ID_REPEATED",
        "error",
        "identity",
        "记录编号“{value}”与{other}完全相同，只保留一条。若确为两次服务，请使用不同编号。",
        "The record '{value}' repeats {other} exactly; one is kept. "
        "If these are two services, give them different ids.",
    ),
    Reason(
        "RECORD_ID_CONFLICT",
        "error",
        "identity",
        "记录编号“{value}”被内容不同的记录共用（另见{other}），全部退回。请更正编号。",
        "The record id '{value}' is shared by records that differ (see also {other}); all are "
        "rejected. Correct the ids.",
    ),
    Reason(
        "CORRECTS_UNKNOWN",
        "error",
        "identity",
        "冲正的记录“{value}”不在本期资料中。请填写存在的记录编号。",
        "The record '{value}' that this row corrects is not in the case. Name one that is.",
    ),
    Reason(
        "OUTSIDE_PERIOD",
        "error",
        "policy",
        "服务日期 {value} 不在期间 {period} 内。请改到相应期间，或声明 outside_period: exclude。",
        "The service date {value} is outside the period {period}. Move the record to its period, "
        "or declare outside_period: exclude.",
    ),
    Reason(
        "NO_POST",
        "error",
        "policy",
        "“{value}”当日在该机构没有任职。请登记借调或多点执业的任职，或更正机构、日期、岗位。",
        "'{value}' had no posting at this institution on that date. Add a posting (借调, "
        "多点执业), or correct the institution, date or post.",
    ),
    Reason(
        "TEAM_EMPTY",
        "error",
        "policy",
        "签约团队“{value}”当日没有在该机构任职的成员，无人可分。请检查团队成员的起止日期与任职。",
        "Nobody of the team '{value}' had a posting at this institution on that date, so there is "
        "nobody to share. Check the dates of its members and their postings.",
    ),
    Reason(
        "ITEM_UNKNOWN",
        "error",
        "policy",
        "服务项目“{value}”不在任何当量表中{near}。请更正编码，或在当量表中增加该项目。",
        "The item '{value}' is in no weight table{near}. Correct the code, or add the item.",
    ),
    Reason(
        "NOT_IN_SERIES",
        "error",
        "policy",
        "服务项目“{value}”在口径 {series} 中没有当量值。请补充，或声明该口径 missing: exclude。",
        "The item '{value}' has no weight in the series {series}. Add one, or declare "
        "missing: exclude for the series.",
    ),
    Reason(
        "ITEM_STOPPED",
        "note",
        "policy",
        "服务项目“{value}”当日已停用，按规则不计。",
        "The item '{value}' was stopped on that date and is excluded by rule.",
    ),
    Reason(
        "NO_WEIGHT_ON_DATE",
        "error",
        "policy",
        "服务项目“{value}”在该日期没有生效的当量值。请检查日期，或补充当量表。",
        "The item '{value}' has no weight in force on that date. Check the date, or complete the "
        "weight table.",
    ),
    Reason(
        "NO_WEIGHT_FOR_CONDITIONS",
        "error",
        "policy",
        "服务项目“{value}”没有符合本记录条件的当量值。请检查机构分组、人群、职称、场所，"
        "或增加一行不带条件的当量值。",
        "No weight row of the item '{value}' fits this record. Check institution group, resident "
        "group, title tier and setting, or add a row without conditions.",
    ),
    Reason(
        "QUANTITY_ABOVE_MAX",
        "warning",
        "policy",
        "数量 {value} 超过该项目的常规上限 {limit}，已照常计入。请核实。",
        "The quantity {value} is above this item's usual maximum {limit}; it was counted. "
        "Please verify.",
    ),
)
