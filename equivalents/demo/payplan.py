"""county-pay.yaml of the made-up county: how people are assessed, and what else they are paid.

A layer over the county's scheme. Every number and document in it is made up (示例).
"""

from collections.abc import Sequence
from typing import Final

from equivalents.demo.results import Measured

__all__ = [
    "ALLOWANCE", "BONUS", "GOAL", "HEALTH_PRIZE", "LEADER", "MEASURED", "PAY_FILE", "PAY_PLAN",
]  # fmt: skip

PAY_FILE: Final = "county-pay.yaml"
ALLOWANCE: Final = "全科医生津贴"
BONUS: Final = "单项奖"
LEADER: Final = "负责人绩效"
HEALTH_PRIZE: Final = "公共卫生专项奖"
GOAL: Final = "科室目标奖"

_PAPER: Final = "示例县卫健〔2025〕6 号（编造）"
PAY_PLAN: Final = f"""\
# 示例方案：虚构数据，文号和数值均为编造。Made-up scheme of a made-up county.
scheme: county-pay
title: 示例县考核与绩效构成办法（2025，示例）
reference: {_PAPER}
layer: community
valid_from: 2025-01-01

assessment:
  # 一、指标：比值按分子 ÷ 分母，评分由考核组给出。
  indicators:
    重点人群签约率:
      family: 签约对象数量与结构
      score: {{kind: proportional, target: {{value: "0.85", unit: 比例}}}}
    慢病规范管理率:
      family: 健康管理效果
      score: {{kind: linear, from: {{value: "0.4", unit: 比例}}, to: {{value: "0.7", unit: 比例}}}}
    基层就诊比例:
      family: 基层就诊比例
      score: {{kind: linear, from: {{value: "0.4", unit: 比例}}, to: {{value: "0.65", unit: 比例}}}}
    次均费用与上年之比:
      family: 费用控制
      score: {{kind: at_most, target: {{value: "1.05", unit: 比例}}}}
    群众满意率:
      family: 群众满意度
      score: {{kind: proportional, target: {{value: "0.9", unit: 比例}}}}
    服务质量: {{family: 服务质量, title: 服务质量（现场评分，满分 100）}}
    考勤与协作: {{family: 服务质量, title: 考勤与协作（评分，满分 100）}}
    档案合格率:
      family: 服务质量
      score: {{kind: proportional, target: {{value: "0.9", unit: 比例}}}}
    首诊率:
      family: 基层就诊比例
      score: {{kind: at_least, target: {{value: "0.45", unit: 比例}}}}
    续签率:
      family: 签约对象数量与结构
      score: {{kind: at_least, target: {{value: "0.8", unit: 比例}}}}
    履约率:
      family: 服务质量
      score: {{kind: at_least, target: {{value: "0.75", unit: 比例}}}}

  # 二、综合考核：同一批指标，机构考核和签约考核各有各的权重。
  composites:
    机构考核:
      title: 机构考核（半年一次，取平均）
      level: institution
      period: half_year
      combine: mean
      weights:
        {{重点人群签约率: "20", 慢病规范管理率: "25", 基层就诊比例: "15", 次均费用与上年之比: "10",
         群众满意率: "30"}}
      coefficient:
        kind: linear
        points:
          - {{score: "60", value: "0.8"}}
          - {{score: "90", value: "1"}}
          - {{score: "100", value: "1.05"}}
        limits: {{min: "0.8", max: "1.05"}}
    签约考核:
      title: 签约考核（乡镇，分三档）
      level: institution
      period: half_year
      combine: mean
      subjects: {{kinds: [township_centre]}}
      weights: {{重点人群签约率: "40", 慢病规范管理率: "30", 群众满意率: "30"}}
      coefficient:
        kind: tiers
        tiers:
          - {{from: "0", value: "0.9"}}
          - {{from: "75", value: "0.96"}}
          - {{from: "88", value: "1"}}
    科室考核:
      title: 科室考核
      level: department
      weights: {{服务质量: "60", 群众满意率: "40"}}
      coefficient:
        kind: linear
        points: [{{score: "60", value: "0.8"}}, {{score: "100", value: "1"}}]
    村卫生室考核:
      title: 村卫生室考核
      level: village_room
      weights: {{服务质量: "40", 档案合格率: "30", 群众满意率: "30"}}
      coefficient:
        kind: linear
        points: [{{score: "60", value: "0.8"}}, {{score: "100", value: "1"}}]
    人员考核:
      title: 人员考核（半年一次，各管半年）
      level: person
      period: half_year
      weights: {{服务质量: "70", 考勤与协作: "30"}}
      coefficient:
        kind: linear
        points: [{{score: "60", value: "0.7"}}, {{score: "95", value: "1"}}]
        limits: {{min: "0.7", max: "1"}}

  # 三、有效签约：团队三项指标至少达到两项，其签约才算有效。
  effective:
    有效签约:
      rule: all_thresholds
      level: team
      indicators: [首诊率, 续签率, 履约率]
      at_least: "2"

# 考核结果用在哪里：机构考核乘医共体考核奖的机构依据，签约考核乘签约服务费总额（不足部分结转），
# 科室和村卫生室考核乘奖励性绩效的科室依据，人员考核乘个人依据。
coefficients:
  机构考核: {{applies_to: key, pools: [医共体考核奖]}}
  签约考核: {{applies_to: key, pools: [签约服务费], excess: carry}}
  科室考核: {{applies_to: key, pools: [奖励性绩效]}}
  村卫生室考核: {{applies_to: key, pools: [奖励性绩效]}}
  人员考核: {{applies_to: key, pools: [奖励性绩效, surplus]}}

# 构成项：绩效池以外发给个人的。
components:
  {ALLOWANCE}:
    title: 全科医生津贴（月末在岗，乘人员考核、出勤和折算全时；不计入总量）
    reference: 示例县卫健〔2025〕11 号（编造）一
    kind: allowance
    rate: {{value: "500.00", unit: 元/人·月}}
    who: {{posts: [全科医生]}}
    coefficient: 人员考核
    paid_from: {{line: {ALLOWANCE}}}
    in_cap: no
  签约服务补贴:
    title: 签约服务补贴（常住签约居民，基层团队成员按角色分）
    reference: 示例县卫健〔2025〕11 号（编造）二
    kind: per_contract
    rate: {{value: "1.50", unit: 元/人·月}}
    who: {{posts: [全科医生, 护士, 公共卫生医师, 乡村医生]}}
    heads: {{permanent: yes}}
    paid_from: {{fund: contract-fee}}
  {BONUS}:
    title: 单项奖（机构自有资金）
    reference: 示例县卫健〔2025〕11 号（编造）三
    kind: bonus
  {LEADER}:
    title: 单位负责人绩效（职工人均奖励性绩效 × 倍数 × 机构考核）
    reference: 示例县卫健〔2025〕10 号（编造）
    kind: leader
    multiple: {{value: "1.5", unit: 倍}}
    of: [奖励性绩效]
    coefficient: 机构考核
    paid_from: {{line: {LEADER}}}
  暂扣兑现:
    title: 上年暂扣的签约服务费兑现
    kind: release
    pools: [签约服务费]
    coefficient: 人员考核
    rest: retain

# 没有当量的人按平均数的倍数；专项奖只给有关岗位；一家卫生院试行科室二次分配。
sharing:
  奖励性绩效:
    averages:
      - who: {{posts: [行政后勤]}}
        multiple: [{{value: "0.85", valid_from: 2025-01-01}}]
        reference: 示例县卫健〔2025〕7 号（编造）三
  {HEALTH_PRIZE}:
    reference: 示例县卫健〔2025〕12 号（编造）
    who: {{posts: [公共卫生医师, 妇幼保健医师, 乡村医生]}}
    levels:
      - {{to: person, key: equivalents, nobody: retain}}
  {GOAL}:
    reference: 示例县清禾镇卫生院〔2025〕1 号（编造）
    levels:
      - {{to: department, key: adjusted, nobody: retain}}
      - {{to: person, key: secondary, secondary_default: adjusted, nobody: retain}}
"""

_HALVES: Final = ("2025-H1", "2025-H2")
_PLEASED: Final = (("群众满意率", 74, 98),)
_VISITED: Final = (("服务质量", 70, 100),)
MEASURED: Final[Sequence[Measured]] = (
    Measured(
        "institution",
        (
            ("慢病规范管理率", 52, 74), ("基层就诊比例", 48, 70), ("次均费用与上年之比", 96, 109),
            ("群众满意率", 78, 98), ("重点人群签约率", 66, 96),
        ),
        periods=_HALVES,
        without=("H01", ("重点人群签约率", "基层就诊比例")),
    ),
    Measured("department", _PLEASED, _VISITED, of="department"),
    Measured("village_room", (("档案合格率", 72, 99), *_PLEASED), _VISITED, of="village_room"),
    Measured("person", (), (*_VISITED, ("考勤与协作", 80, 100)), periods=_HALVES),
    Measured("team", (("首诊率", 40, 75), ("续签率", 74, 98), ("履约率", 68, 98)), of="team"),
)  # fmt: skip
"""What the county measures: the lead hospital signs nobody, and its patients go nowhere else."""
