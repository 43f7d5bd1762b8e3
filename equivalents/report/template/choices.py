"""The drop-downs of the workbook to fill in: code lists with their meaning, and references.

A closed list has every value that the engine takes; an open one only proposes. Codes come from
where the engine has them. A reference is a column of another sheet, so that an id is picked and
not typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from equivalents.policy.accounts import KINDS
from equivalents.policy.assessment import AssessedLevel
from equivalents.policy.basis import SCOPES, WINDOWS
from equivalents.policy.keyrules import Scope
from equivalents.policy.residentgroups import NAMES

__all__ = ["CHOICES", "Choice", "FLAGS", "REFERENCES", "SETTINGS"]


@dataclass(frozen=True, slots=True)
class Choice:
    """A list of values: its title, what each value means, and whether other values are errors."""

    title: str
    values: Mapping[str, str]
    closed: bool = True


def _plain(title: str, *values: str) -> Choice:
    """An open list whose values speak for themselves."""
    return Choice(title, dict.fromkeys(values, ""), closed=False)


def _coded(title: str, codes: Sequence[str], meanings: Mapping[str, str]) -> Choice:
    return Choice(title, {code: meanings[code] for code in codes})


FLAGS: Final = Choice("是否", {"1": "是", "0": "否"})

_ACCOUNT: Final = {
    "income": "收入",
    "opening_restricted": "期初限定用途结转",
    "expenditure": "支出",
    "closing_restricted": "期末限定用途结转",
    "deduction": "扣除",
    "project_income": "项目收入",
    "project_expenditure": "项目支出",
    "advance": "预拨",
    "received": "到账",
    "paid": "已付",
    "approved": "核定",
}
_OPENING: Final = Choice(
    "结转类别",
    {
        "key": "带入的分配依据（多为负数）",
        "past": "往期取得的依据，用于请假的平均",
        "paid": "本年以前期间已发的金额",
        "earned": "本年以前期间的当量",
        "withheld": "考核扣留待兑现的金额",
        "cap_base": "绩效总量：基础部分",
        "cap_pool": "绩效总量：绩效池",
        "cap_fund": "绩效总量：资金",
        "cap_line": "绩效总量：账目科目",
        "cap_excess": "绩效总量：超出结转",
    },
)
_WINDOW: Final = {"month": "月", "quarter": "季度", "half": "半年", "year": "年"}
_PLACE: Final = {"county": "全县", "institution": "各机构内"}
_SCOPE: Final = {
    "person": "人员（在各处都适用）",
    "institution": "机构",
    "department": "科室",
    "posting": "任职（人员编号@机构编号）",
}
_LEVEL: Final = {
    "county": "县",
    "institution": "机构",
    "department": "科室",
    "team": "团队",
    "village_room": "村卫生室",
    "person": "人员",
    "contract": "签约",
}
_BASIS: Final = Choice(
    "计数口径",
    {
        "record": "每条记录按数量",
        "resident": "每名居民一次",
        "household": "每个家庭一次",
        "first:2": "每名居民的前 2 次（次数可改）",
        "days": "按住院等的天数",
    },
    closed=False,
)
_GROUPS: Final = _plain("人群", *(names[0] for names in NAMES.values()))
_TIERS: Final = _plain("职称层级", "正高", "副高", "中级", "初级")
_SETTINGS: Final = _plain("服务场所", "门诊", "上门", "住院", "家庭病床", "电话")
_SERIES: Final = _plain("当量口径", "pay", "purchase", "management")

CHOICES: Final[Mapping[tuple[str, str], Choice]] = {
    ("institutions", "kind"): _plain("机构类别", "县医院", "乡镇卫生院", "社区卫生服务中心"),
    ("departments", "kind"): _plain("科室类别", "科室", "签约团队", "村卫生室"),
    ("staff", "post"): _plain("岗位", "全科医生", "护士", "公卫医师", "乡村医生", "院长"),
    ("staff", "title_tier"): _TIERS,
    ("staff", "employment_type"): _plain("用工类别", "在编", "编外", "返聘"),
    ("staff", "in_cap"): FLAGS,
    ("staff", "main"): FLAGS,
    ("staff", "kind"): _plain("任职类别", "借调", "多点执业", "进修"),
    ("teams", "role"): _plain("团队角色", "全科医生", "护士", "公卫医师", "乡村医生", "专科医师"),
    ("records", "resident_group"): _GROUPS,
    ("records", "setting"): _SETTINGS,
    ("weights", "series"): _SERIES,
    ("weights", "unit"): _plain("计量单位", "人次", "次", "床日", "份", "课时", "人年"),
    ("weights", "counting_basis"): _BASIS,
    ("weights", "window"): _coded("计数窗口", WINDOWS, _WINDOW),
    ("weights", "scope"): _coded("计数范围", SCOPES, _PLACE),
    ("weights", "stopped"): FLAGS,
    ("weights", "resident_group"): _GROUPS,
    ("weights", "title_tier"): _TIERS,
    ("weights", "setting"): _SETTINGS,
    ("pools", "series"): _SERIES,
    ("counted", "series"): _SERIES,
    ("opening", "series"): _SERIES,
    ("accounts", "kind"): _coded("账目类别", KINDS, _ACCOUNT),
    ("accounts", "recurrent"): FLAGS,
    ("coefficients", "scope"): _coded("适用范围", tuple(Scope), _SCOPE),
    ("coefficients", "kind"): _plain(
        "系数类别", "title", "post", "backbone", "attendance", "fte", "assessment", "region"
    ),
    ("opening", "kind"): _OPENING,
    ("contracts", "groups"): _GROUPS,
    ("contracts", "permanent"): FLAGS,
    ("registers", "group"): _GROUPS,
    ("leave", "kind"): _plain("请假类别", "产假", "病假", "事假", "进修", "规培", "借调"),
    ("assessments", "level"): _coded("考核层级", tuple(AssessedLevel), _LEVEL),
    ("assessments", "exempt"): FLAGS,
    ("adjustments", "mode"): Choice(
        "调整方式", {"at_price": "按原单价", "reshare": "重新分配"}, closed=False
    ),
}
"""The list of a column, by table and column; columns of one list share it."""

REFERENCES: Final[Mapping[str, tuple[str, str]]] = {
    "institution_id": ("institutions", "institution_id"),
    "parent_id": ("institutions", "institution_id"),
    "department_id": ("departments", "department_id"),
    "person_id": ("staff", "person_id"),
    "item_code": ("weights", "item_code"),
    "team_id": ("teams", "team_id"),
    "pool": ("pools", "pool"),
    "corrects": ("records", "record_id"),
}
"""Which column of which table the ids of a column are in."""

SETTINGS: Final[Mapping[str, tuple[str, str, Mapping[str, str]]]] = {
    "period": ("期间", "必填：2025、2025-H1、2025-Q3 或 2025-06，整月", {}),
    "title": ("标题", "显示在结果上", {}),
    "weight_tables": ("随附的当量表", "用随附的表代替或补充当量表时填写；几个写成 [a, b]", {}),
    "scheme": (
        "分配方案",
        "随附方案的名称，或方案文件名：其内容另占一个工作表，表名即文件名（如 county.yaml）",
        {},
    ),
    "outside_period": (
        "期间以外的记录",
        "留空 = reject",
        {"reject": "退回", "exclude": "不计"},
    ),
    "times": (
        "日期中的时刻",
        "留空 = refuse",
        {"refuse": "拒绝", "truncate": "略去"},
    ),
}
"""The settings of 基本信息: by key its name, what to write, and its choices."""
