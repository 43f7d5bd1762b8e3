"""case.yaml of the made-up county: how it counts, what it shares, by which made-up documents."""

from typing import Final

from equivalents.demo.payplan import ALLOWANCE, PAY_FILE
from equivalents.demo.scheme import EFFECTIVE, SCHEME_FILE
from equivalents.demo.teams import ROLE_SHARES

__all__ = [
    "ALLIANCE", "ATTENDANCE", "CASE", "CONTRACT", "INCENTIVE", "OF_HEADS", "OWN_ASSESSMENT",
    "SCHEMES", "SHARING_OF_FUNDS", "SURPLUS",
]  # fmt: skip

INCENTIVE: Final = "奖励性绩效"
CONTRACT: Final = "签约服务费"
ATTENDANCE: Final = "全勤奖"
ALLIANCE: Final = "医共体考核奖"

_ROLES: Final = ", ".join(f"{role}: {share}" for role, share in ROLE_SHARES.items())

OF_HEADS: Final = f"{ATTENDANCE}, {ALLOWANCE}"
"""What attendance and FTE multiply: a pool by heads, and an allowance by the month."""

SCHEMES: Final = f"{SCHEME_FILE}, {PAY_FILE}"
"""The layers of the county's own scheme."""

SHARING_OF_FUNDS: Final = f"""\
  {CONTRACT}:
    reference: 示例县卫健〔2025〕8 号（编造）
    levels:
      - {{to: person, key: equivalents, nobody: retain, cap: {{average: "4"}}, excess: retain}}
  {EFFECTIVE}:
    reference: 示例县卫健〔2025〕8 号（编造）
    levels:
      - {{to: person, key: equivalents, nobody: retain}}
"""
"""How the pools are shared that come out of the county's own funds."""

OWN_ASSESSMENT: Final = f"""\
  assessment:
    {{applies_to: withhold, pools: [{CONTRACT}], later: release,
     reference: 示例县卫健〔2025〕6 号（编造）}}
"""
"""What a person's coefficient of the county's own assessment does: it withholds until released."""

SURPLUS: Final = (
    "surplus: {pay_ratio: 1/2, assessment: required, reference: 示例县财社〔2025〕1 号（编造）}"
)
"""How the surplus is shared: its pay half by results of an assessment."""

CASE: Final = f"""\
# 虚构数据：人名、编号、机构、文号和金额均为编造。Made-up data: nobody in it is real.
title: 示例县医共体 2025 年当量核算（虚构数据）
period: '2025'
weight_tables: [demo-county-2025]

# 分配方案：各机构的资金从哪里来，哪些进绩效池。
# 考核和绩效构成另成一层：怎样考核，池外还发什么。
scheme: [{SCHEMES}]

# 口径：pay 院内分配；purchase 财政按当量购买；contract 签约服务，只有签约项目。
series:
  contract: {{missing: exclude}}

# 团队分摊：按服务当日的成员和角色。
team_roles: {{{_ROLES}}}

# 同次服务：诊间随访折半；当日已面访的电话随访不另计。
concurrent:
  - name: 诊间随访
    beside: [MZ01]
    items: [GW0701, GW0702]
    credit: "0.5"
    same: institution_day
    reference: 示例县卫健〔2025〕2 号（编造）
  - name: 当日已面访
    beside: [GW0701, GW0702]
    items: [CZ03]
    credit: none
    reference: 示例县卫健〔2025〕2 号（编造）
stays:
  - name: 住院期间不计家庭病床
    inside: [ZC01]
    exclude: [JB04]
    reference: 示例县卫健〔2025〕3 号（编造）

# 超工作量分段：每人每机构每月。
ceilings:
  - name: 月度分段
    series: pay
    window: month
    tiers:
      - {{from: "0", rate: "1"}}
      - {{from: "280", rate: "0.8"}}
      - {{from: "400", rate: "0.5"}}
    reference: 示例县卫健〔2025〕4 号（编造）

# 系数：职称、骨干乘当量（签约服务费除外）；出勤、折算全时乘人头；履职有缺的暂扣签约服务费，
# 以后兑现。购买质量系数、地区系数只用于分配方案里的资金和绩效工资总量。
coefficients:
  title:
    {{pools: [{INCENTIVE}, {ALLIANCE}, surplus],
     reference: 示例县卫健〔2025〕5 号（编造）}}
  backbone:
    {{pools: [{INCENTIVE}, {ALLIANCE}, surplus],
     reference: 示例县卫健〔2025〕5 号（编造）}}
  attendance:
    {{applies_to: headcount, pools: [{OF_HEADS}],
     reference: 示例县卫健〔2025〕5 号（编造）}}
  fte:
    {{applies_to: headcount, pools: [{OF_HEADS}],
     reference: 示例县卫健〔2025〕5 号（编造）}}
{OWN_ASSESSMENT}  purchase_quality: {{applies_to: none, reference: 示例县财社〔2025〕2 号（编造）}}
  pay_level: {{applies_to: none, reference: 示例县财社〔2025〕2 号（编造）}}

# 单位负责人的工作计入购买，不进人员绩效池；其薪酬另行考核，见构成项。
leaders: {{posts: [院长], reference: 示例县卫健〔2025〕10 号（编造）}}

# 结余五五分成。
{SURPLUS}

# 分配：先到科室和村卫生室再到人；医共体考核奖先到机构。
sharing:
  {INCENTIVE}:
    reference: 示例县卫健〔2025〕7 号（编造）
    levels:
      - {{to: department, key: adjusted, nobody: retain}}
      - to: person
        key: adjusted
        nobody: retain
        floor: {{average: "0.2"}}
        cap: {{average: "2.5"}}
        excess: share
{SHARING_OF_FUNDS}  {ATTENDANCE}:
    reference: 示例县卫健〔2025〕7 号（编造）
    levels:
      - {{to: person, key: headcount}}
  {ALLIANCE}:
    reference: 示例县卫健〔2025〕9 号（编造）
    levels:
      - {{to: institution, key: adjusted}}
      - {{to: department, key: adjusted, nobody: retain}}
      - {{to: person, key: adjusted, nobody: retain}}
  surplus:
    reference: 示例县财社〔2025〕1 号（编造）
    levels:
      - {{to: person, key: adjusted, nobody: retain, cap: {{average: "3"}}, excess: share}}
"""
