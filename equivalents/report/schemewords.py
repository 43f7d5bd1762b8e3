"""What the keys and choices of a scheme 分配方案 are called, and text laid out for a terminal.

Chinese first, the key as it is written in the file beside it, so that a clerk finds the line.
Sources: specification page 1 (vocabulary), page 4 (Chinese first).
"""

import unicodedata
from collections.abc import Mapping
from typing import Final

from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, print_day

__all__ = [
    "COLUMNS",
    "SECTION_TITLES",
    "days",
    "hanging",
    "key_title",
    "padded",
    "value_text",
    "width",
    "wrapped",
]

COLUMNS: Final = 100
"""How wide a page of text is, in cells of a terminal."""

SECTION_TITLES: Final[Mapping[str, str]] = {
    "channels": "购买渠道",
    "funds": "资金",
    "pools": "转入绩效池",
    "pay_cap": "绩效工资总量",
    "share_tests": "比例检验",
    "components": "构成项",
    "consultation_codes": "一般诊疗费编码",
    "charge_prices": "收费价格",
    "assessment": "考核",
    "weight_tables": "当量表",
    "outside_period": "期外记录",
    "times": "日期中的时间",
    "series": "口径",
    "concurrent": "同时服务",
    "stays": "连续住院",
    "surplus": "收支结余",
    "sharing": "绩效池分配",
    "team_roles": "团队角色",
    "coefficients": "系数",
    "ceilings": "当量封顶",
    "leaders": "单位负责人",
    "leave": "休假",
    "yearly_limits": "年度限额",
    "corrections": "追溯调整",
    "year_end": "年终清算",
}
_KEY_TITLES: Final[Mapping[str, str]] = {
    "title": "名称",
    "kind": "类别",
    "channel": "购买渠道",
    "level": "层级",
    "purpose": "用途",
    "payers": "出资方",
    "income": "计入业务收支",
    "in_cap": "计入绩效总量",
    "restricted": "专款专用",
    "over_advanced": "多拨的",
    "valid_from": "起",
    "valid_to": "止（不含）",
    "reference": "依据",
    "illustrative": "示例",
    "rate": "标准",
    "per": "计算周期",
    "prorate": "按月折算",
    "coefficient": "系数",
    "coefficients": "系数",
    "less_charges": "扣减转诊费用",
    "below_zero": "可为负",
    "series": "口径",
    "price": "单价",
    "budget": "预算",
    "over_budget": "超预算时",
    "floating": "浮动单价",
    "offset_lines": "抵扣收入",
    "reimbursed_by": "报销方",
    "reimbursement": "报销",
    "items": "项目",
    "others": "其余项目",
    "assessment": "考核",
    "of": "取自资金",
    "share": "比例",
    "fund": "来自资金",
    "approved_line": "核定科目",
    "rule": "转入办法",
    "cost_lines": "先扣成本",
    "line": "核定科目",
    "base_line": "基础绩效科目",
    "excess": "超出部分",
    "mode": "方式",
    "over_paid": "多发的",
    "outside": "不计入的池",
    "at_least": "不低于",
    "part_lines": "部分",
    "whole_lines": "全部",
    "source": "人数来源",
    "register": "登记名册",
    "permanent": "常住",
    "groups": "人群",
    "age_from": "年龄自",
    "age_to": "年龄至",
    "package": "服务包",
    "pay_ratio": "绩效比例",
    "odd_fen": "余 1 分归",
    "applies_to": "作用于",
    "who": "发给谁",
    "multiple": "倍数",
    "month": "月份怎样算",
    "fte": "按出勤折算",
    "heads": "签约条件",
    "paid_from": "由谁支付",
    "rest": "未兑现的",
    "outside_types": "不计入的用工类别",
    "family": "类别",
    "full": "满分",
    "score": "计分办法",
    "target": "目标值",
    "from": "下界",
    "to": "上界",
    "falling": "越低越好",
    "tiers": "分档",
    "points": "折点",
    "weights": "权重",
    "period": "考核周期",
    "applies": "结果用于",
    "combine": "几期合并",
    "subjects": "考核对象",
    "total": "总分",
    "at": "界线",
    "below": "不到时",
    "above": "达到时",
    "min": "下限",
    "max": "上限",
    "first": "第一年个数",
    "yearly": "每年新增",
}
_FLAGS: Final = {"yes": "是", "true": "是", "no": "否", "false": "否"}
_CHOICES: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": {
        "given": "核定给付",
        "per_head": "按人头",
        "per_item": "按项目",
        "per_equivalent": "按当量",
        "packages": "服务包",
        "tasks": "按任务",
        "floor": "托底",
        "split": "拆分",
        "allowance": "按月津贴",
        "per_contract": "按签约数",
        "bonus": "单项奖",
        "leader": "负责人绩效",
        "release": "扣留兑现",
        "none": "不封顶",
        "fixed": "核定总量",
        "formula": "按公式",
        "yes_no": "是否",
        "at_least": "至少",
        "at_most": "至多",
        "proportional": "按比例",
        "linear": "直线",
        "tiers": "分档",
        "threshold": "界线",
        "share": "占总分的比例",
    },
    "per": {"month": "每月", "year": "每年"},
    "period": {"year": "年", "half_year": "半年", "quarter": "季", "month": "月"},
    "applies": {"same": "本期", "next": "下期"},
    "combine": {"each": "各期分别", "mean": "取平均"},
    "level": {
        "county": "县",
        "institution": "机构",
        "department": "科室",
        "team": "团队",
        "village_room": "村卫生室",
        "person": "人员",
    },
    "source": {"contracts": "签约", "registers": "登记名册"},
    "rule": {"all": "全部", "percent": "按比例", "after_costs": "扣成本后"},
    "over_budget": {"refuse": "不予结算", "scale": "按比例压减"},
    "over_advanced": {"recover": "收回", "carry": "结转"},
    "excess": {"kept": "留在机构", "carried": "结转", "returned": "上缴"},
    "mode": {"at_price": "按原价补", "reshare": "全部重分"},
    "over_paid": {"recover": "扣回", "carry": "结转下年"},
    **dict.fromkeys(
        (
            *("income", "in_cap", "restricted", "prorate", "below_zero", "floating"),
            *("permanent", "others", "falling"),
        ),
        _FLAGS,
    ),
    "illustrative": _FLAGS,
}


def key_title(keys: tuple[str, ...]) -> str:
    """The name of a key within its rule: ``人数来源 heads.source``."""
    title = _KEY_TITLES.get(keys[-1].partition("[")[0], "")
    return f"{title} {'.'.join(keys)}".strip()


def value_text(key: str, text: str) -> str:
    """A value as it stands, the choices that have a name with it: ``按人头 per_head``."""
    name = _CHOICES.get(key, {}).get(text, "")
    return f"{name} {text}".strip()


def days(valid_from: int, valid_to: int) -> str:
    """From when to when, blank where it is open on both sides; the last day is exclusive."""
    start, end = print_day(valid_from), print_day(valid_to)
    if valid_from <= FIRST_DAY:
        return "" if valid_to >= LAST_DAY else f"{end} 前"
    return f"{start} 起" if valid_to >= LAST_DAY else f"{start} 至 {end} 前"


# -- columns -----------------------------------------------------------------------------------


def _cells(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def width(text: str) -> int:
    """How many cells of a terminal a text takes: a Chinese character takes two."""
    return sum(map(_cells, text))


def padded(text: str, cells: int) -> str:
    """The text with blanks up to a width; a longer one stays as it is."""
    return text + " " * max(cells - width(text), 0)


def wrapped(text: str, cells: int) -> list[str]:
    """The text in lines of at most so many cells; words of Latin letters stay whole."""
    lines, line = [], ""
    for word in _words(text):
        if line and width(line + word.rstrip()) > cells:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
        while width(line.rstrip()) > cells:
            cut = _fitting(line, cells)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(text: str) -> list[str]:
    """Runs of narrow characters up to a blank, and wide characters one by one."""
    words: list[str] = []
    for character in text:
        wide = _cells(character) == 2
        joins = words and not wide and _cells(words[-1][-1]) == 1 and words[-1][-1] != " "
        # Punctuation that closes never begins a line, and what opens never ends one.
        bound = words and (character in "，。；：、）〕”》！？ " or words[-1][-1] in "（〔“《")
        if joins or bound:
            words[-1] += character
        else:
            words.append(character)
    return words


def _fitting(word: str, cells: int) -> int:
    count = 0
    while count < len(word) and width(word[: count + 1]) <= cells:
        count += 1
    return max(count, 1)


def hanging(start: str, text: str, indent: int = 4) -> list[str]:
    """A line that goes on below, indented, where it is too long."""
    if width(start) + width(text) <= COLUMNS:
        return [f"{start}{text}".rstrip()]
    if width(start) < COLUMNS // 2:
        first, *rest = wrapped(text, COLUMNS - width(start))
        rest = wrapped("".join(_rejoined(text, first)), COLUMNS - indent) if rest else []
        return [f"{start}{first}", *(" " * indent + line for line in rest)]
    return [start.rstrip(), *(" " * indent + line for line in wrapped(text, COLUMNS - indent))]


def _rejoined(text: str, first: str) -> str:
    return text[len(first) :].lstrip()
