"""The one list of tables and columns: machine names, Chinese headings, what is required.

Both the English name and the Chinese heading are accepted on input. Chinese end dates say
（含）: they are inclusive on paper and converted on reading (5.21). Source: specification page 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from equivalents.intake.cellkinds import KINDS, CellKind

__all__ = ["Column", "Sheet", "TABLES"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table. ``later`` columns are known but must stay blank in this version.

    ``holds`` says what its cells hold where its name alone does not (columns of other systems).
    """

    name: str
    heading: str
    required: bool = False
    later: bool = False
    holds: CellKind | None = None

    @property
    def is_day(self) -> bool:
        """Whether it holds dates."""
        return self.kind == "day"

    @property
    def kind(self) -> CellKind:
        """What its cells hold: see :data:`~equivalents.intake.cellkinds.KINDS`."""
        return self.holds or KINDS.get(self.name, "id")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a case: its name, Chinese title and columns in their canonical order.

    ``may_be_empty``: headings alone say that there is nothing; in other tables they are a fault.
    """

    name: str
    title: str
    columns: Sequence[Column]
    required: bool = True
    may_be_empty: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The machine names of all columns."""
        return tuple(column.name for column in self.columns)

    def lookup(self) -> Mapping[str, Column]:
        """Columns by machine name and by Chinese heading."""
        both = {column.heading: column for column in self.columns}
        return both | {column.name: column for column in self.columns}


def _must(name: str, heading: str) -> Column:
    return Column(name, heading, required=True)


def _later(name: str, heading: str) -> Column:
    return Column(name, heading, later=True)


TABLES: Final[Mapping[str, Sheet]] = {
    sheet.name: sheet
    for sheet in (
        Sheet(
            "institutions",
            "机构",
            (
                _must("institution_id", "机构编号"),
                Column("name", "名称"),
                Column("group", "机构分组"),
                Column("kind", "类别"),
                Column("parent_id", "上级机构编号"),
                Column("ownership", "所有制"),
            ),
        ),
        Sheet(
            "departments",
            "科室",
            (
                _must("department_id", "科室编号"),
                _must("institution_id", "机构编号"),
                Column("name", "名称"),
                Column("kind", "类别"),
            ),
            required=False,
        ),
        Sheet(
            "staff",
            "人员花名册",
            (
                _must("person_id", "人员编号"),
                _must("institution_id", "机构编号"),
                Column("post_id", "岗位编号"),
                Column("department_id", "科室编号"),
                Column("name", "姓名"),
                Column("post", "岗位"),
                Column("title_tier", "职称层级"),
                Column("employment_type", "用工类别"),
                Column("in_cap", "计入总量"),
                Column("main", "主岗"),
                Column("kind", "任职类别"),
                Column("fte", "折算全时"),
                Column("active_from", "起始日期"),
                Column("active_to", "截止日期（含）"),
                Column("qualifications", "资质"),
            ),
        ),
        Sheet(
            "teams",
            "签约团队",
            (
                _must("team_id", "签约团队编号"),
                _must("person_id", "人员编号"),
                _must("role", "团队角色"),
                Column("share", "分摊比例"),
                Column("valid_from", "起始日期"),
                Column("valid_to", "截止日期（含）"),
            ),
            required=False,
        ),
        Sheet(
            "records",
            "服务记录",
            (
                _must("institution_id", "机构编号"),
                _must("person_id", "人员编号"),
                _must("item_code", "项目编码"),
                _must("service_date", "服务日期"),
                _must("quantity", "数量"),
                Column("record_id", "记录编号"),
                Column("corrects", "冲正记录编号"),
                Column("service_end_date", "服务结束日期"),
                Column("resident_id", "居民编号"),
                Column("household_id", "家庭编号"),
                Column("resident_group", "人群"),
                Column("setting", "服务场所"),
                Column("visit_number", "就诊次序"),
                Column("team_id", "签约团队编号"),
                Column("performers", "参与人员"),
                Column("post_id", "岗位编号"),
                Column("source", "来源"),
            ),
        ),
        Sheet(
            "weights",
            "当量表",
            (
                _must("item_code", "项目编码"),
                _must("weight", "当量值"),
                _must("valid_from", "生效日期"),
                Column("series", "当量口径"),
                Column("item_name", "项目名称"),
                Column("unit", "计量单位"),
                Column("counting_basis", "计数口径"),
                Column("window", "计数窗口"),
                Column("scope", "计数范围"),
                Column("channel", "购买渠道"),
                Column("valid_to", "截止日期（含）"),
                Column("stopped", "停用"),
                Column("reference", "文件依据"),
                Column("institution_group", "机构分组"),
                Column("resident_group", "人群"),
                Column("title_tier", "职称层级"),
                Column("setting", "服务场所"),
                Column("visit_number", "就诊次序"),
                Column("quantity_max", "数量上限"),
            ),
            required=False,
        ),
        Sheet(
            "pools",
            "绩效池",
            (
                _must("institution_id", "机构编号"),
                _must("pool", "绩效池"),
                _must("amount", "金额（元）"),
                Column("series", "当量口径"),
            ),
        ),
        Sheet(
            "counted",
            "已用名额",
            (
                _must("item_code", "项目编码"),
                _must("id", "居民或家庭编号"),
                _must("window", "计数窗口"),
                _must("used", "已计次数"),
                Column("institution_id", "机构编号"),
                Column("series", "当量口径"),
            ),
            required=False,
        ),
        Sheet(
            "accounts",
            "收支账目",
            (
                _must("institution_id", "机构编号"),
                _must("line", "科目"),
                _must("kind", "账目类别"),
                _must("amount", "金额（元）"),
                Column("recurrent", "经常性"),
                Column("source", "资金来源"),
                Column("date", "日期"),
            ),
            required=False,
        ),
        Sheet(
            "coefficients",
            "系数",
            (
                _must("scope", "适用范围"),
                _must("subject_id", "对象编号"),
                _must("kind", "系数类别"),
                _must("value", "系数"),
                _must("valid_from", "生效日期"),
                Column("valid_to", "截止日期（含）"),
                Column("reference", "文件依据"),
            ),
            required=False,
        ),
        Sheet(
            "opening",
            "期初结转",
            (
                _must("kind", "结转类别"),
                Column("institution_id", "机构编号"),
                Column("pool", "绩效池"),
                Column("person_id", "人员编号"),
                Column("equivalents", "当量"),
                Column("days", "天数"),
                Column("period", "期间"),
                Column("amount", "金额（元）"),
                Column("series", "当量口径"),
                Column("line", "科目"),
            ),
            required=False,
        ),
        Sheet(
            "contracts",
            "签约",
            (
                _must("contract_id", "签约编号"),
                _must("resident_id", "居民编号"),
                Column("household_id", "家庭编号"),
                Column("team_id", "签约团队编号"),
                Column("person_id", "人员编号"),
                _must("active_from", "起始日期"),
                Column("active_to", "截止日期（含）"),
                Column("package", "服务包"),
                Column("groups", "人群"),
                Column("permanent", "常住"),
                Column("birth_date", "出生日期"),
                Column("institution_id", "机构编号"),
            ),
            required=False,
        ),
        Sheet(
            "registers",
            "登记人数",
            (
                _must("institution_id", "机构编号"),
                _must("group", "人群"),
                _must("heads", "人数"),
                _must("date", "日期"),
            ),
            required=False,
        ),
        Sheet(
            "charges",
            "收费",
            (
                _must("resident_id", "居民编号"),
                _must("institution_id", "机构编号"),
                _must("code", "收费编码"),
                _must("amount", "金额（元）"),
                _must("date", "日期"),
            ),
            required=False,
        ),
        Sheet(
            "tasks",
            "核定任务",
            (
                _must("institution_id", "机构编号"),
                _must("fund", "资金"),
                Column("task", "任务"),
                Column("quantity", "数量"),
                Column("income", "核定收入（元）"),
                Column("year", "年度"),
            ),
            required=False,
        ),
        Sheet(
            "secondary",
            "二次分配",
            (
                _must("institution_id", "机构编号"),
                Column("department_id", "科室编号"),
                _must("pool", "绩效池"),
                _must("person_id", "人员编号"),
                Column("share", "分摊比例"),
                Column("amount", "金额（元）"),
            ),
            required=False,
        ),
        Sheet(
            "leave",
            "请假",
            (
                _must("person_id", "人员编号"),
                _must("kind", "请假类别"),
                _must("valid_from", "起始日期"),
                _must("valid_to", "截止日期（含）"),
            ),
            required=False,
        ),
        Sheet(
            "assessments",
            "考核结果",
            (
                _must("level", "考核层级"),
                _must("subject_id", "对象编号"),
                _must("indicator", "考核指标"),
                Column("numerator", "分子"),
                Column("denominator", "分母"),
                Column("score", "得分"),
                Column("exempt", "免考"),
                Column("period", "期间"),
                Column("reference", "文件依据"),
            ),
            required=False,
        ),
        Sheet(
            "bonuses",
            "单项奖",
            (
                _must("institution_id", "机构编号"),
                _must("person_id", "人员编号"),
                _must("component", "构成项"),
                _must("amount", "金额（元）"),
                Column("date", "日期"),
                Column("reference", "文件依据"),
            ),
            required=False,
        ),
        Sheet(
            "adjustments",
            "补发扣回",
            (
                _must("period", "期间"),
                _must("institution_id", "机构编号"),
                _must("pool", "绩效池"),
                _must("person_id", "人员编号"),
                Column("component", "构成项"),
                Column("key_closed", "原依据"),
                Column("key_now", "现依据"),
                Column("key_difference", "依据差额"),
                Column("closed", "原金额（元）"),
                Column("earlier", "此前调整（元）"),
                _must("amount", "金额（元）"),
                Column("fund", "资金"),
                Column("mode", "调整方式"),
                Column("reference", "文件依据"),
            ),
            required=False,
            may_be_empty=True,
        ),
        Sheet(
            "payees",
            "收款账户",
            (
                _must("person_id", "人员编号"),
                _must("account_number", "账号"),
                Column("account_name", "户名"),
                Column("bank", "开户行"),
                Column("bank_code", "行号"),
                Column("identity_number", "证件号码"),
                Column("valid_from", "起始日期"),
                Column("valid_to", "截止日期（含）"),
            ),
            required=False,
        ),
    )
}
"""Every table that this version reads."""
