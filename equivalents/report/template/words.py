"""What each column of the workbook to fill in means, in Chinese, with examples that fit together.

The examples of all tables are one small case (a test checks it): a clerk sees how ids of one sheet
come back in another. Column names and headings stand in :mod:`equivalents.intake.headings`.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

__all__ = ["Said", "TABLE_NOTES", "WORDS"]


class Said(NamedTuple):
    """What a column means, and its values in the example rows of its table."""

    meaning: str
    examples: Sequence[str]


def _of(*columns: tuple[str, ...]) -> Mapping[str, Said]:
    return {name: Said(meaning, examples) for name, meaning, *examples in columns}


_FROM: Final = "第一天；留空 = 一直有效"
_TO: Final = "最后一天（含当日）；留空 = 至今有效"
_REFERENCE: Final = "依据的文件"
_READER: Final = "仅供查看，不参与计算"

TABLE_NOTES: Final[Mapping[str, str]] = {
    "institutions": "每个机构一行",
    "departments": "科室、团队、村卫生室，每个一行；人员分科室时填写",
    "staff": "每个任职一行；同一人在几个机构任职就有几行，人员编号相同",
    "teams": "签约团队的每名成员一行；记录由团队分摊时填写",
    "records": "每条服务记录一行，从业务系统导出后粘贴",
    "weights": "每个项目一行；当量值改变时另起一行，写新的生效日期",
    "pools": "每个机构的每个绩效池一行：要分配的钱",
    "counted": "已锁定期间用掉的计数名额；从以前的结果取得",
    "accounts": "收入、支出和限定用途的钱；用来计算结余",
    "coefficients": "人员、任职、机构、科室的系数及起止日期",
    "opening": "以前期间带入的余额；一般直接用上期结果的 opening_next.csv",
    "contracts": "每份签约一行",
    "registers": "每个机构每类人群在某日的登记人数",
    "charges": "向居民收取的费用",
    "tasks": "核定的任务和收入；方案中有按任务计算的资金时填写",
    "secondary": "科室上报的二次分配：份额或金额，二者之一",
    "leave": "每次请假一行；请假类别须在基本信息的 leave 中有规则",
    "assessments": "考核结果：分子分母、得分、免考三者之一",
    "bonuses": "每笔单项奖一行",
    "adjustments": "结账后更正的补发和扣回；一般直接用更正结果的 adjustments.csv",
    "payees": "每人一个收款账户；换账户时给旧账户写截止日期，另起一行。只用于银行代发清单",
}
"""What a table holds, in one sentence."""

WORDS: Final[Mapping[str, Mapping[str, Said]]] = {
    "institutions": _of(
        ("institution_id", "机构的编号，不得重复", "H01", "C01"),
        ("name", "机构名称", "示例县医院", "示例卫生院"),
        ("group", "当量值按机构分组不同时填写", "", "山区"),
        ("kind", "机构类别", "县医院", "乡镇卫生院"),
        ("parent_id", "上级机构（如牵头医院）的编号，须在本表中", "", "H01"),
        ("ownership", "所有制", "公立", "公立"),
    ),
    "departments": _of(
        ("department_id", "科室的编号，不得重复", "C01-01", "C01-02"),
        ("institution_id", "科室所在的机构", "C01", "C01"),
        ("name", "科室名称", "全科", "清溪村卫生室"),
        ("kind", "科室、团队或村卫生室；村卫生室单独结算", "科室", "村卫生室"),
    ),
    "staff": _of(
        ("person_id", "人员的编号；同一个人在各处相同", "P1", "P2"),
        ("institution_id", "任职的机构", "C01", "C01"),
        ("post_id", "同一人在同一机构有几个岗位时用来区分", "", ""),
        ("department_id", "所在科室的编号", "C01-01", "C01-02"),
        ("name", "姓名", "陈一", "李二"),
        ("post", "岗位名称", "全科医生", "乡村医生"),
        ("title_tier", "职称层级；当量值按职称不同时须与当量表一致", "中级", "初级"),
        ("employment_type", "用工类别", "在编", "编外"),
        ("in_cap", "是否计入绩效工资总量的人数：1 是（留空也是），0 否", "1", "1"),
        ("main", "是否主岗：1 是，0 否（留空为否）", "1", ""),
        ("kind", "借调、多点执业等", "", ""),
        ("fte", f"{_READER}；折算人头用系数表的 fte", "", ""),
        ("active_from", _FROM, "2025-01-01", ""),
        ("active_to", _TO, "2025-12-31", ""),
        ("qualifications", "执业资质", "执业医师", "乡村医生"),
    ),
    "teams": _of(
        ("team_id", "团队的编号", "T1", "T1"),
        ("person_id", "成员", "P1", "P2"),
        ("role", "在团队中的角色", "全科医生", "乡村医生"),
        ("share", "分摊的份额，正整数；留空 = 按角色，否则为 1", "2", "1"),
        ("valid_from", _FROM, "2025-01-01", ""),
        ("valid_to", _TO, "", ""),
    ),
    "records": _of(
        ("institution_id", "服务发生的机构", "C01", "C01", "C01"),
        ("person_id", "谁做的；填了参与人员或团队时可留空", "P1", "P2", ""),
        ("item_code", "服务项目的编码，须在当量表中", "MZ01", "JD01", "MZ01"),
        ("service_date", "服务的日期", "2025-06-03", "2025-06-04", "2025-06-10"),
        ("quantity", "数量，大于 0，最多三位小数；冲正为负", "12", "1", "2.5"),
        ("record_id", "记录的编号；填了就不得重复", "R0001", "R0002", "R0003"),
        ("corrects", "被冲正记录的编号；数量为负时必填", "", "", ""),
        ("service_end_date", "住院等的离开日期，当日不计；只用于按天计数的项目", "", "", ""),
        ("resident_id", "居民编号；按居民计数的项目必填", "", "J0001", ""),
        ("household_id", "家庭编号；按家庭计数的项目必填", "", "F0001", ""),
        ("resident_group", "居民所属人群，几个之间用英文分号：老年人;高血压", "", "老年人", ""),
        ("setting", "服务场所；当量值按场所不同时填写", "", "上门", ""),
        ("visit_number", "本年第几次：1、2、3……", "", "", ""),
        ("team_id", "由团队分摊时填团队编号，人员编号留空", "", "", ""),
        ("performers", "几人分摊：P1:3;P2:2（份额）或 P1;P2（均分）", "", "", "P1:3;P2:2"),
        ("post_id", "同一人有几个岗位时，工作属于哪一个", "", "", ""),
        ("source", "记录来自哪个系统", "", "", ""),
    ),
    "weights": _of(
        ("item_code", "服务项目的编码", "MZ01", "JD01"),
        ("weight", "一个计量单位值多少当量，0 或以上，最多四位小数", "1", "2.5"),
        ("valid_from", "从哪天起生效", "2025-01-01", "2025-01-01"),
        ("series", "当量口径；留空 = pay", "", ""),
        ("item_name", "项目名称", "普通门诊", "新建健康档案"),
        ("unit", "计量单位", "人次", "份"),
        ("counting_basis", "怎样计数；留空 = record", "", "resident"),
        ("window", "按居民或家庭计数时，在多长时间内；留空 = year", "", "year"),
        ("scope", "在全县还是各机构内一起计数；留空 = county", "", "county"),
        ("channel", "购买渠道；只作核对，钱按方案走", "", ""),
        ("valid_to", _TO, "", ""),
        ("stopped", "截止日期是声明的停用时填 1", "", ""),
        ("reference", _REFERENCE, "示例文件 1 号", "示例文件 1 号"),
        ("institution_group", "条件：只用于这个机构分组", "", ""),
        ("resident_group", "条件：只用于这个人群，一行一个", "", ""),
        ("title_tier", "条件：只用于这个职称层级", "", ""),
        ("setting", "条件：只用于这个服务场所", "", ""),
        ("visit_number", "条件：只用于本年第几次", "", ""),
        ("quantity_max", "一条记录通常的最大数量；超过时照计并提示", "200", "1"),
    ),
    "pools": _of(
        ("institution_id", "由这个机构的人员分配", "C01"),
        ("pool", "绩效池的名称，同一机构内不得重复", "绩效"),
        ("amount", "要分配的金额，最多两位小数", "1000.00"),
        ("series", "按哪个当量口径分配；留空 = 唯一的口径，否则 pay", ""),
    ),
    "counted": _of(
        ("item_code", "服务项目的编码", "JD01"),
        ("id", "居民或家庭的编号", "J0009"),
        ("window", "用在哪个窗口：2025、2025-H1、2025-Q3 或 2025-06", "2025"),
        ("used", "用掉几个名额，1 或以上", "1"),
        ("institution_id", "按机构计数的项目才填", ""),
        ("series", "当量口径；留空 = 全部口径", ""),
    ),
    "accounts": _of(
        ("institution_id", "机构", "C01", "C01"),
        ("line", "科目名称", "医疗收入", "人员支出"),
        ("kind", "账目类别", "income", "expenditure"),
        ("amount", "金额，不为负，最多两位小数", "50000.00", "48000.00"),
        ("recurrent", "经常性收支：1 是，0 否（留空为否）", "1", "1"),
        ("source", "钱从哪里来", "医保", ""),
        ("date", "期间内的日期；可留空", "2025-06-30", ""),
    ),
    "coefficients": _of(
        ("scope", "系数属于谁", "person", "institution"),
        ("subject_id", "编号；任职写 人员编号@机构编号 或 P1@C01/岗位编号", "P1", "C01"),
        ("kind", "系数的名称，如 title、attendance、fte", "title", "region"),
        ("value", "系数，0 或以上，最多四位小数", "1.1", "0.95"),
        ("valid_from", "从哪天起生效", "2025-01-01", "2025-01-01"),
        ("valid_to", _TO, "", ""),
        ("reference", _REFERENCE, "示例文件 2 号", "示例文件 2 号"),
    ),
    "opening": _of(
        ("kind", "带入的是什么", "key"),
        ("institution_id", "机构", "C01"),
        ("pool", "绩效池", "绩效"),
        ("person_id", "人员", "P2"),
        ("equivalents", "当量，最多七位小数；key 和 earned 可为负", "-0.5"),
        ("days", "past：天数", ""),
        ("period", "paid、earned、cap_ 各类：哪个期间", ""),
        ("amount", "paid、withheld、cap_ 各类：金额", ""),
        ("series", "earned：当量口径", ""),
        ("line", "cap_fund 的资金名称、cap_line 的科目", ""),
    ),
    "contracts": _of(
        ("contract_id", "签约的编号，不得重复", "Q0001"),
        ("resident_id", "居民编号", "J0001"),
        ("household_id", "家庭编号", "F0001"),
        ("team_id", "签约团队；团队和人员至少填一个", "T1"),
        ("person_id", "签约医生", "P1"),
        ("active_from", "签约第一天", "2025-01-01"),
        ("active_to", _TO, "2025-12-31"),
        ("package", "服务包名称，须与方案一致", ""),
        ("groups", "居民所属人群，几个之间用英文分号", "老年人;高血压"),
        ("permanent", "常住居民：1 是，0 否（留空为否）", "1"),
        ("birth_date", "出生日期；资金按年龄计算时必填", "1950-05-01"),
        ("institution_id", "签约属于哪个机构；留空 = 医生或团队所在机构", "C01"),
    ),
    "registers": _of(
        ("institution_id", "机构", "C01"),
        ("group", "人群", "老年人"),
        ("heads", "人数，0 或以上的整数", "1200"),
        ("date", "截至哪天的人数", "2025-06-30"),
    ),
    "charges": _of(
        ("resident_id", "居民编号", "J0001"),
        ("institution_id", "收费的机构", "C01"),
        ("code", "收费编码", "CF01"),
        ("amount", "金额，不为负，最多两位小数", "10.00"),
        ("date", "收费的日期", "2025-06-04"),
    ),
    "tasks": _of(
        ("institution_id", "机构", "C01"),
        ("fund", "方案中按任务计算的资金的名称", "任务补助"),
        ("task", "任务的名称", "门诊"),
        ("quantity", "核定的数量，最多三位小数", "1200"),
        ("income", "核定的收入，从补助中扣除", "500.00"),
        ("year", "以往年度的实际完成数才填年度", ""),
    ),
    "secondary": _of(
        ("institution_id", "科室所在的机构", "C01", "C01"),
        ("department_id", "科室；不分科室时留空", "C01-01", "C01-02"),
        ("pool", "绩效池", "科室奖", "科室奖"),
        ("person_id", "人员", "P1", "P2"),
        ("share", "份额，0 或以上的整数；与金额二选一", "60", "40"),
        ("amount", "金额；与份额二选一", "", ""),
    ),
    "leave": _of(
        ("person_id", "人员", "P2"),
        ("kind", "请假的类别，须在基本信息的 leave 中有规则", "病假"),
        ("valid_from", "第一天", "2025-06-20"),
        ("valid_to", "最后一天（含当日）", "2025-06-22"),
    ),
    "assessments": _of(
        ("level", "考核的是什么", "institution", "person"),
        ("subject_id", "机构、科室、团队、人员或签约的编号", "C01", "P1"),
        ("indicator", "考核指标（或综合考核）的名称", "规范管理率", "满意度"),
        ("numerator", "分子", "85", ""),
        ("denominator", "分母；0 = 不适用", "100", ""),
        ("score", "得分；没有计分办法的指标填写", "", "92.5"),
        ("exempt", "免考：1 是，0 否（留空为否）", "", ""),
        ("period", "考核的期间；留空 = 本期", "", ""),
        ("reference", _REFERENCE, "示例文件 3 号", "示例文件 3 号"),
    ),
    "bonuses": _of(
        ("institution_id", "发放的机构", "C01"),
        ("person_id", "人员", "P1"),
        ("component", "方案 components 中单项奖的名称", "单项奖"),
        ("amount", "金额，0 或以上", "200.00"),
        ("date", "期间内的日期；留空 = 期间最后一天", "2025-06-15"),
        ("reference", _REFERENCE, "示例文件 4 号"),
    ),
    "adjustments": _of(
        ("period", "更正的是哪个期间", "2025-05"),
        ("institution_id", "人员所在的机构", "C01"),
        ("pool", "更正的绩效池（或构成项）", "绩效"),
        ("person_id", "人员", "P2"),
        ("component", _READER, "pool_share"),
        ("key_closed", _READER, ""),
        ("key_now", _READER, ""),
        ("key_difference", _READER, ""),
        ("closed", _READER, ""),
        ("earlier", _READER, ""),
        ("amount", "补发的金额；扣回为负", "12.34"),
        ("fund", "由方案的哪项资金支付；留空 = 本期同名绩效池", ""),
        ("mode", _READER, "at_price"),
        ("reference", _REFERENCE, "示例文件 5 号"),
    ),
    "payees": _of(
        ("person_id", "人员", "P1"),
        ("account_number", "账号；先把该列设为文本，以免变成科学记数", "6200000000000000001"),
        ("account_name", "户名；留空 = 花名册的姓名", "示例甲"),
        ("bank", "开户行名称", "示例银行示例支行"),
        ("bank_code", "行号（联行号）", "100000000001"),
        ("identity_number", "证件号码；银行要求时填写", ""),
        ("valid_from", _FROM, "2025-01-01"),
        ("valid_to", _TO, ""),
    ),
}
"""By table and column what it means, with the same number of examples in each column of a table."""
