"""county-scheme.yaml of the made-up county: where each institution's money comes from 分配方案.

Every number is made up (示例). Budgets follow the size of the county, so that a small one has a
floating price like that of the usual size.
"""

from typing import Final

from equivalents.demo.residents import USUAL_RECORDS

__all__ = ["BUDGET_YUAN", "EFFECTIVE", "SCHEME_FILE", "scheme"]

SCHEME_FILE: Final = "county-scheme.yaml"
EFFECTIVE: Final = "有效签约奖"
BUDGET_YUAN: Final = 20_900_000
"""The budget of the floating price, in a county of the usual size."""

_SCHEME: Final = """\
# 示例方案：虚构数据，文号和数值均为编造。Made-up scheme of a made-up county.
scheme: county-scheme
title: 示例县基层补偿与绩效资金方案（2025，示例）
reference: 示例县财社〔2025〕2 号（编造）
layer: community
open_choices:
  funds.effective-contract.rate: 文件未定标准：暂按每人 30 元
consultation_codes: [GENERAL_CONSULTATION]
channels:
  line-items: {title: 定项补助}
  fixed-price: {title: 定额定项购买, items: [GW1102, GW1301]}
  insurance: {title: 医保购买}
  effective-contract: {title: 有效签约专项购买}

funds:
  # 一、定项补助：按核定金额。
  line-items:
    title: 定项补助
    reference: 示例县财社〔2025〕2 号（编造）一
    kind: given
    channel: line-items
    level: 县
    purpose: 人员基本工资与社会保险、设备、艰苦边远地区
    payers: [{payer: 县财政, share: 1}]

  # 二、标化当量购买：平原乡镇和县医院按规模分档定价，山区乡镇总额固定、单价浮动；
  #     乘机构购买质量系数，扣除一般诊疗费收入。多拨的抵下年。
  purchase:
    title: 当量购买（平原）
    reference: 示例县财社〔2025〕2 号（编造）二
    kind: per_equivalent
    series: purchase
    institutions: {groups: [plain]}
    tiers:
      - {from: "0", price: {value: "44.00", valid_from: 2025-01-01, unit: 元/当量}}
      - {from: "75000", price: {value: "42.50", valid_from: 2025-01-01, unit: 元/当量}}
      - {from: "120000", price: {value: "36.00", valid_from: 2025-01-01, unit: 元/当量}}
    coefficients: [purchase_quality]
    offset_lines: [一般诊疗费]
    level: 中央、省、县
    purpose: 基本公共卫生服务与部分基本医疗服务
    over_advanced: carry
    payers:
      - {payer: 中央和省财政, share: 7, level: 中央、省}
      - {payer: 县财政, share: 3, level: 县}
  purchase-hills:
    title: 当量购买（山区）
    reference: 示例县财社〔2025〕2 号（编造）二
    kind: per_equivalent
    series: purchase
    institutions: {groups: [hill, mountain]}
    floating: yes
    budget: {value: "@BUDGET@", valid_from: 2025-01-01, unit: 元}
    coefficients: [purchase_quality]
    offset_lines: [一般诊疗费]
    level: 中央、省、县
    purpose: 基本公共卫生服务与部分基本医疗服务
    over_advanced: carry
    payers:
      - {payer: 中央和省财政, share: 7, level: 中央、省}
      - {payer: 县财政, share: 3, level: 县}

  # 三、定额定项购买：不进当量购买的项目，按次。
  fixed-price:
    title: 定额定项购买
    reference: 示例县财社〔2025〕2 号（编造）三
    kind: per_item
    channel: fixed-price
    series: pay
    prices:
      GW1102: {value: "260.00", valid_from: 2025-01-01, unit: 元/次}
      GW1301: {value: "1.20", valid_from: 2025-01-01, unit: 元/人次}
    level: 县
    purpose: 疫点处置、免费提供避孕药具
    payers: [{payer: 县财政, share: 1}]

  # 四、医保按签约人头预付，扣转诊费用。
  insurance:
    title: 医保按人头预付
    reference: 示例县财社〔2025〕2 号（编造）四
    kind: per_head
    channel: insurance
    institutions: {kinds: [township_centre]}
    heads: {source: contracts}
    per: year
    rate: {value: "260.00", valid_from: 2025-01-01, unit: 元/人·年}
    less_charges: [REFERRAL]
    level: 医保
    purpose: 签约居民门诊统筹
    payers: [{payer: 医保基金, share: 1}]

  # 五、签约服务费：常住签约居民每人 120 元，三方各 40 元；一半用于人员报酬，不计入绩效工资总量。
  contract-fee:
    title: 签约服务费
    reference: 示例县财社〔2025〕2 号（编造）五
    kind: per_head
    institutions: {kinds: [township_centre]}
    heads: {source: contracts, permanent: yes}
    per: year
    rate: {value: "120.00", valid_from: 2025-01-01, unit: 元/人·年}
    level: 医保、公卫、个人
    purpose: 签约服务
    income: no
    in_cap: no
    payers:
      - {payer: 医保基金, amount: "40.00"}
      - {payer: 公卫经费, amount: "40.00"}
      - {payer: 签约居民, amount: "40.00"}
  # 有效签约专项购买：只数有效签约，按团队的考核结果认定；全部用于人员报酬。
  effective-contract:
    title: 有效签约专项
    reference: 示例县财社〔2025〕2 号（编造）五
    kind: per_head
    channel: effective-contract
    institutions: {kinds: [township_centre]}
    heads: {source: contracts, effective: 有效签约}
    per: year
    rate: {value: "30.00", valid_from: 2025-01-01, unit: 元/人·年, illustrative: yes}
    level: 县
    purpose: 提供有效服务的报酬
    income: no
    in_cap: no
    payers: [{payer: 县财政, share: 1}]
  # 重点人群：残疾人按残联登记人数，由县出资，专款专用；40 至 64 岁低收入人员市、县 4:6。
  disabled-contracts:
    title: 残疾人签约
    reference: 示例县财社〔2025〕2 号（编造）五
    kind: per_head
    institutions: {kinds: [township_centre]}
    heads: {source: registers, register: disabled}
    per: year
    rate: {value: "60.00", valid_from: 2025-01-01, unit: 元/人·年}
    level: 县
    purpose: 残疾人签约服务
    restricted: yes
    payers: [{payer: 县财政, share: 1}]
  poor-contracts:
    title: 低收入人员签约
    reference: 示例县财社〔2025〕2 号（编造）五
    kind: per_head
    institutions: {kinds: [township_centre]}
    heads: {source: contracts, groups: [poor], age_from: 40, age_to: 64}
    per: year
    rate: {value: "60.00", valid_from: 2025-01-01, unit: 元/人·年}
    level: 市、县
    purpose: 低收入人员签约服务
    payers:
      - {payer: 市财政, share: 4, level: 市}
      - {payer: 县财政, share: 6, level: 县}

  # 六、托底：经常性收支差额。
  floor:
    title: 托底补助
    reference: 示例县财社〔2025〕2 号（编造）六
    kind: floor
    institutions: {kinds: [township_centre]}
    level: 县
    purpose: 卫生院正常运转
    payers: [{payer: 县财政, share: 1}]

# 资金进绩效池。
pools:
  签约服务费:
    fund: contract-fee
    rule: percent
    share: {value: "0.5", valid_from: 2025-01-01, unit: 比例}
    series: contract
    in_cap: no
    reference: 示例县财社〔2025〕2 号（编造）五
  @EFFECTIVE@:
    fund: effective-contract
    rule: all
    series: contract
    in_cap: no
    reference: 示例县财社〔2025〕2 号（编造）五

# 绩效工资总量：（人数（含村医）× 标准 × 月数 + 当量购买的 2%）× 地区系数；
# 基础部分先计，超出部分结转。
pay_cap:
  kind: formula
  reference: 示例县财社〔2025〕2 号（编造）七
  base_line: base_pay
  terms:
    - kind: per_head
      staff: all
      rate: {value: "5990.00", valid_from: 2025-01-01, unit: 元/人·月}
    - kind: fund_share
      name: purchase
      share: {value: "0.02", valid_from: 2025-01-01, unit: 比例}
    - kind: fund_share
      name: purchase-hills
      share: {value: "0.02", valid_from: 2025-01-01, unit: 比例}
  coefficient: pay_level
  excess: carried
  outside: [医共体考核奖]

share_tests:
  public-health-for-contracts:
    title: 基本公共卫生经费用于签约服务的比例
    reference: 示例县财社〔2025〕2 号（编造）八
    part_lines: [公卫经费用于签约服务]
    whole_lines: [基本公共卫生服务补助]
    at_least: {value: "0.40", valid_from: 2025-01-01, unit: 比例}
"""


def scheme(records: int) -> str:
    """The scheme of a county with so many records."""
    budget = f"{BUDGET_YUAN * records // USUAL_RECORDS}.00"
    return _SCHEME.replace("@BUDGET@", budget).replace("@EFFECTIVE@", EFFECTIVE)
