"""Schemes at fault: files, layers, figures, funds, payers, channels, pools, the pay cap."""

from collections.abc import Mapping

from tests.bad.case import Content, Fault

__all__ = ["SCHEMES", "SCHEME_WARNINGS"]

HEAD = "scheme: s\ntitle: 甲县方案\nreference: 甲县〔2025〕1号\n"
FUND = "funds:\n  f:\n    kind: given\n"
HEADS = (
    "funds:\n  f:\n    kind: per_head\n    heads: {source: contracts}\n"
    '    rate: {value: "12.00", unit: 元/人·年, valid_from: 2020-01-01}\n'
    "    payers: [{payer: 甲, share: 1}]\n"
)


def scheme(body: str, head: str = HEAD, **more: str) -> Mapping[str, Content]:
    """A case whose scheme ``s.yaml`` has this body; ``more`` are further layers by name."""
    names = ", ".join(f"{name}.yaml" for name in ("s", *more))
    files: dict[str, Content] = {f"{name}.yaml": text for name, text in more.items()}
    return {
        "case.yaml": f"period: 2025-06\nscheme: [{names}]\nsurplus: {{assessment: none}}\n",
        "s.yaml": head + body,
        **files,
    }


def fund(keys: str) -> Mapping[str, Content]:
    """A scheme with one fund per head with these keys from line 8 on."""
    start = "funds:\n  f:\n    kind: per_head\n    heads: {source: contracts}\n"
    return scheme(f"{start}    {keys}\n")


def rate(yuan: str, key: str = "rate") -> str:
    """A rate of a year, complete."""
    return f'{key}: {{value: "{yuan}", unit: 元/人·年, valid_from: 2020-01-01}}'


def payers(listed: str) -> Mapping[str, Content]:
    """A fund of 12 yuan a head with these payers, on line 9."""
    return fund(f"{rate('12.00')}\n    payers: [{listed}]")


PAID = "payers: [{payer: 甲, share: 1}]"
DATED = "valid_from: 2020-01-01"
BOUGHT = f'price: "1", unit: 元/当量, {DATED}, {PAID}'
PRICED = f"unit: 元/次, {DATED}, {PAID}"
FIFTHS = f"{{value: 2/5, unit: 比例, {DATED}}}"
T = "scheme: t\ntitle: 甲县补充\nreference: 甲县〔2025〕4号\n"
SIGNED = "contract_id,resident_id,person_id,active_from\nC1,R1,P01,2025-01-01\n"
SERIES = "series,item_code,weight,valid_from\npay,MZ01,1,2025-01-01\npay,SF01,2,2025-01-01\n"
OWN = "scheme: own\ntitle: 甲院\nreference: 甲县〔2025〕2号\nlayer: institution\n"

SCHEMES = [
    Fault("scheme-lost", "SCHEME_UNKNOWN", {"case.yaml": "period: 2025-06\nscheme: x.yaml\n"},
          "case.yaml", 2, "", "x.yaml"),
    Fault("scheme-without-ending", "SCHEME_UNKNOWN",
          {"case.yaml": "period: 2025-06\nscheme: s\n", "s.yaml": HEAD},
          "case.yaml", 2, "", "s", ("s.yaml",)),
    Fault("scheme-outside", "SCHEME_UNKNOWN",
          {"case.yaml": "period: 2025-06\nscheme: ../x.yaml\n", "../x.yaml": HEAD},
          "case.yaml", 2, "", "../x.yaml"),
    Fault("scheme-name", "SCHEME_NAME", scheme("", HEAD.replace("scheme: s", "scheme: t")),
          "s.yaml", 1, "scheme", "t", ("s",)),
    Fault("scheme-not-marked", "SCHEME_NOT_MARKED", scheme("illustrative: yes\n"),
          "s.yaml", 2, "title", "甲县方案"),
    Fault("choice-path", "CHOICE_PATH_UNKNOWN",
          scheme("open_choices: {funds.f.title: 原文未写}\n" + FUND), "s.yaml", 4,
          "open_choices.funds.f.title", "funds.f.title", ("funds.f.kind",)),
    Fault("scheme-key", "KEY_UNKNOWN", scheme("fund: {}\n"), "s.yaml", 4, "fund", "fund",
          ("funds",)),
    Fault("scheme-shape", "VALUE_SHAPE", scheme("sharing: [绩效]\n"), "s.yaml", 4, "sharing"),
    Fault("scheme-no-reference", "KEY_MISSING", scheme(FUND, "scheme: s\ntitle: 甲县方案\n"),
          "s.yaml", 1, "", "reference", also=("REFERENCE_MISSING",)),
    Fault("layer-late", "LAYER_INVALID",
          scheme("layer: community\ninstitution: I01\n" + FUND), "s.yaml", 5, "institution",
          "I01"),
    Fault("layer-touches", "LAYER_INVALID",
          scheme(FUND, own=f"{OWN}institution: I01\npay_cap: {{kind: none}}\n"),
          "own.yaml", 6, "pay_cap", "pay_cap"),
    Fault("layer-for-all", "LAYER_INVALID",
          scheme(FUND, own=f"{OWN}institution: I01\nfunds: {{f: {{kind: floor}}}}\n"),
          "own.yaml", 6, "funds.f.kind", "kind", also=("PAYERS_MISSING",)),
    Fault("layer-of-nobody", "ID_UNKNOWN",
          scheme(HEADS, own=f"{OWN}institution: I09\nfunds: {{f: {{{rate('9.00')}}}}}\n"),
          "own.yaml", 1, "", "I09", ("I02",)),
    Fault("override-unfounded", "OVERRIDE_NO_REFERENCE",
          {**scheme(HEADS),
           "case.yaml": "period: 2025-06\nscheme: s.yaml\nsurplus: {assessment: none}\n"
           f"funds: {{f: {{{rate('9.00')}}}}}\n"},
          "case.yaml", 4, "funds.f.rate.value", "funds.f.rate.value", ("s.yaml",),
          also=("REFERENCE_MISSING",)),
    Fault("inline-unfounded", "REFERENCE_MISSING",
          {"case.yaml": f"period: 2025-06\n{FUND}"}, "case.yaml", 4, "funds.f", "f"),
    Fault("figure-overlap", "FIGURE_OVERLAP",
          fund('valid_from: 2020-01-01\n    rate:\n'
               '      - {value: "1", unit: 元/人·年, valid_to: 2025-07-01}\n'
               '      - {value: "2", unit: 元/人·年, valid_from: 2025-06-01}\n'
               "    payers: [{payer: 甲, share: 1}]"),
          "s.yaml", 11, "funds.f.rate[2].value", says=("s.yaml",)),
    Fault("figure-gap", "FIGURE_GAP",
          fund('valid_from: 2020-01-01\n    rate:\n'
               '      - {value: "1", unit: 元/人·年, valid_to: 2025-07-01}\n'
               '      - {value: "2", unit: 元/人·年, valid_from: 2025-08-01}\n'
               "    payers: [{payer: 甲, share: 1}]"),
          "s.yaml", 11, "funds.f.rate[2].value", says=("2025-07-01", "2025-08-01")),
    Fault("figure-not-in-force", "FIGURE_MISSING",
          fund('rate: {value: "1", unit: 元/人·年, valid_from: 2026-01-01}\n'
               "    payers: [{payer: 甲, share: 1}]"),
          "s.yaml", 6, "funds.f", says=("2025-06-30",)),
    Fault("figure-number", "NUMBER_INVALID", fund(rate("1e3")), "s.yaml", 8,
          "funds.f.rate.value", "1e3"),
    Fault("figure-key", "KEY_UNKNOWN", fund(
        f"{rate('1')}\n    {PAID}".replace("2020-01-01", "2020-01-01, untl: 2026-01-01")),
          "s.yaml", 8, "funds.f.rate.untl", "untl"),
    Fault("figure-no-unit", "UNIT_MISSING",
          fund(f'rate: {{value: "1", valid_from: 2025-01-01}}\n    {PAID}'),
          "s.yaml", 8, "funds.f.rate", "rate", ("元/人·年",)),
    Fault("figure-of-a-month", "UNIT_INVALID",
          fund(rate("1").replace("人·年", "人·月") + f"\n    {PAID}"),
          "s.yaml", 8, "funds.f.rate.unit", "元/人·月", ("rate", "元/人·年")),
    Fault("figure-of-another-fund-unit", "UNIT_INVALID",
          scheme(f'funds:\n  f: {{kind: per_equivalent, series: pay, {BOUGHT}, budget: "9"}}\n'),
          "s.yaml", 5, "funds.f.budget", "元/当量", ("budget", "元")),
    Fault("figure-no-date", "DATE_MISSING",
          fund(f'rate: {{value: "1", unit: 元/人·年}}\n    {PAID}'),
          "s.yaml", 8, "funds.f.rate", "rate", ("valid_from",)),
    Fault("price-no-date", "DATE_MISSING",
          scheme("funds:\n  f: {kind: per_item, series: pay, prices: {MZ01: "
                 f'{{value: "1", unit: 元/次}}}}, {PAID}}}\n'),
          "s.yaml", 5, "funds.f.prices.MZ01", "prices.MZ01"),
    Fault("share-no-date", "DATE_MISSING",
          scheme("share_tests: {t: {part_lines: [a], whole_lines: [b],"
                 ' at_least: {value: "0.4", unit: 比例}}}\n'),
          "s.yaml", 4, "share_tests.t.at_least", "at_least"),
    Fault("head-date", "DATE_INVALID", scheme("valid_from: 2025-13-01\n"), "s.yaml", 4,
          "valid_from", "2025-13-01"),
    Fault("instalments-none", "INSTALMENTS_INVALID",
          scheme("funds:\n  f: {kind: given, instalments: {count: 0, method: remainder_first}}\n"),
          "s.yaml", 5, "funds.f.instalments.count", "0", ("366",)),
    Fault("instalments-method", "CHOICE_INVALID",
          scheme("funds:\n  f: {kind: given, instalments: {count: 3, method: remainder_last}}\n"),
          "s.yaml", 5, "funds.f.instalments.method", "remainder_last", ("remainder_first",)),
    Fault("instalments-of-a-pool", "KEY_UNKNOWN",
          scheme("pools:\n  p: {approved_line: a, method: remainder_first}\n"),
          "s.yaml", 5, "pools.p.method", "method"),
    Fault("fund-kind", "CHOICE_INVALID", scheme("funds: {f: {kind: per_haed}}\n"),
          "s.yaml", 4, "funds.f.kind", "per_haed", ("per_head", "floor")),
    Fault("fund-age", "AGE_INVALID",
          scheme(HEADS.replace("contracts}", "contracts, age_from: 四十}")),
          "s.yaml", 7, "funds.f.heads.age_from", "四十"),
    Fault("fund-ages", "FUND_INVALID",
          scheme(HEADS.replace("contracts}", "contracts, age_from: 64, age_to: 40}")),
          "s.yaml", 7, "funds.f.heads.age_from"),
    Fault("fund-prices", "FUND_INVALID",
          scheme(f"funds: {{f: {{kind: per_equivalent, series: pay, {PAID}}}}}\n"),
          "s.yaml", 4, "funds.f"),
    Fault("fund-series", "SERIES_UNKNOWN",
          scheme(f'funds: {{f: {{kind: per_equivalent, series: pya, {BOUGHT}}}}}\n'),
          "s.yaml", 4, "funds.f", "pya", ("pay",)),
    Fault("fund-scope", "ID_UNKNOWN",
          scheme(f"funds: {{f: {{kind: floor, institutions: {{ids: [I10]}}, {PAID}}}}}\n"),
          "s.yaml", 4, "funds.f.institutions", "I10", ("I02",)),
    Fault("fund-scope-group", "ID_UNKNOWN",
          scheme(f"funds: {{f: {{kind: floor, institutions: {{groups: [山区]}}, {PAID}}}}}\n"),
          "s.yaml", 4, "funds.f.institutions", "山区"),
    Fault("fund-of-nothing", "FUND_UNKNOWN",
          scheme(f"funds:\n  f: {{kind: split, of: g, share: {FIFTHS}}}\n"), "s.yaml", 5, "funds.f",
          "g"),
    Fault("fund-cycle", "FUND_CYCLE",
          scheme(f"funds:\n  f: {{kind: split, of: g, share: {FIFTHS}}}\n"
                 f"  g: {{kind: split, of: f, share: {FIFTHS}}}\n"),
          "s.yaml", 5, "funds.f", "f", ("g",)),
    Fault("package-dear", "FUND_INVALID",
          scheme("funds:\n  f:\n    kind: packages\n    reimbursed_by: 医保基金\n"
                 "    unit: 元/人·年\n    valid_from: 2025-01-01\n    packages:\n"
                 '      基础包: {price: "100", reimbursement: "120"}\n'),
          "s.yaml", 11, "funds.f.packages.基础包.reimbursement", "基础包"),
    Fault("payers-nobody", "PAYERS_MISSING", payers(""), "s.yaml", 9, "funds.f.payers", "f"),
    Fault("payers-none", "PAYERS_MISSING", scheme("funds: {f: {kind: floor}}\n"),
          "s.yaml", 4, "funds.f", "f"),
    Fault("payers-nobody-for-some-days", "PAYERS_MISSING",
          payers("{valid_to: 2025-03-01, payers: []}, "
                 "{valid_from: 2025-03-01, payers: [{payer: 甲, share: 1}]}"),
          "s.yaml", 9, "funds.f.payers", "f"),
    Fault("payer-no-form", "PAYERS_INVALID", payers("{payer: 甲}"), "s.yaml", 9,
          "funds.f.payers[1]", "甲"),
    Fault("payer-percent", "PAYERS_NOT_ALL",
          payers('{payer: 甲, percent: "40"}, {payer: 乙, percent: "50"}'),
          "s.yaml", 9, "funds.f.payers[1]", "90.0000", ("100",)),
    Fault("payers-above-the-fee", "PAYERS_NOT_ALL",
          payers('{payer: 甲, amount: "5"}, {payer: 乙, amount: "8"}'),
          "s.yaml", 9, "funds.f.payers", "13.0000", ("12.0000",)),
    Fault("payer-twice", "ID_TWICE", payers("{payer: 甲, share: 4}, {payer: 甲, share: 6}"),
          "s.yaml", 9, "funds.f.payers[2].payer", "甲"),
    Fault("channel-lost", "CHANNEL_UNKNOWN",
          scheme("channels: {equivalents: {}}\n"
                 "funds: {f: {kind: given, channel: equivalent}}\n"),
          "s.yaml", 5, "funds.f", "equivalent", ("equivalents",)),
    Fault("item-twice", "ITEM_BOUGHT_TWICE",
          scheme("channels:\n  a: {items: [MZ01]}\n  b: {items: {MZ01: 1/2}}\n"),
          "s.yaml", 6, "channels.b", "MZ01", ("3/2", "a, b")),
    Fault("item-twice-over-series", "ITEM_BOUGHT_TWICE",
          {**scheme(f'funds:\n  f: {{kind: per_equivalent, series: purchase, {BOUGHT}}}\n'
                    f'  g: {{kind: per_item, series: fixed, prices: {{SF01: "2"}}, {PRICED}}}\n'),
           "weights.csv": SERIES + "purchase,SF01,2,2025-01-01\nfixed,SF01,1,2025-01-01\n"},
          "weights.csv", 5, "", "SF01", ("f, g", "2")),
    Fault("item-of-a-channel-that-is-off", "ITEM_BOUGHT_TWICE",
          {**scheme("channels:\n  rest: {others: yes}\n  contract: {items: [SF01]}\n"
                    "funds:\n  f:\n    kind: per_equivalent\n    series: purchase\n"
                    '    channel: rest\n    price: "1"\n    payers: [{payer: 甲, share: 1}]\n'
                    "    unit: 元/当量\n    valid_from: 2020-01-01\n"),
           "weights.csv": SERIES + "purchase,MZ01,1,2025-01-01\npurchase,SF01,2,2025-01-01\n"},
          "weights.csv", 5, "", "SF01", ("contract, f", "2")),
    Fault("channel-others-and-items", "CHANNEL_INVALID",
          scheme("channels:\n  a: {others: yes, items: [MZ01]}\n"), "s.yaml", 5, "channels.a", "a"),
    Fault("channels-of-the-others", "CHANNEL_INVALID",
          scheme("channels:\n  a: {others: yes, valid_to: 2025-03-01}\n"
                 "  b: {others: yes, valid_from: 2025-02-01}\n"), "s.yaml", 6, "channels.b", "b"),
    Fault("prices-of-the-others", "FUND_INVALID",
          scheme("channels: {a: {others: yes}}\n"
                 "funds:\n  f: {kind: per_item, series: pay, channel: a, "
                 f'prices: {{MZ01: "2"}}, {PRICED}}}\n'),
          "s.yaml", 6, "funds.f", "f"),
    Fault("item-partly", "ITEM_PARTLY_BOUGHT",
          scheme("channels:\n  a: {items: {MZ01: 1/2}}\n"
                 "  b: {items: {MZ01: 1/2}, valid_to: 2025-07-01}\n"),
          "s.yaml", 5, "channels.a", "MZ01", ("1/2", "2025-07-01")),
    Fault("rate-below-minimum", "RATE_BELOW_MINIMUM",
          fund(f"{rate('19.9999')}\n    {rate('20.00', 'at_least')}\n    {PAID}"),
          "s.yaml", 8, "funds.f.rate.value", "19.9999", ("20.0000", "甲县〔2025〕1号")),
    Fault("disabled-below-twenty", "RATE_BELOW_MINIMUM",
          {"case.yaml": 'period: 2025-06\nscheme: sanmenxia-2019\nreference: 甲县〔2025〕1号\n'
                        'funds: {disabled-contracts: {rate: {value: "19.99"}}}\n'},
          "case.yaml", 4, "funds.disabled-contracts.rate.value", "19.9900", ("20.0000",)),
    Fault("item-of-a-channel", "ITEM_BOUGHT_TWICE",
          scheme('channels: {c: {items: [SF01]}}\n'
                 f'funds:\n  f: {{kind: per_equivalent, series: pay, {BOUGHT}}}\n'),
          "weights.csv", 3, "", "SF01", ("c, f",)),
    Fault("priced-item-of-a-channel", "ITEM_BOUGHT_TWICE",
          scheme('channels: {c: {items: [SF01, MZ01]}}\n'
                 'funds:\n  f: {kind: per_item, series: pay, '
                 f'prices: {{SF01: "1"}}, {PRICED}}}\n'),
          "weights.csv", 3, "", "SF01", ("c, f",)),
    Fault("contract-item-in-the-purchase", "ITEM_BOUGHT_TWICE",
          {"case.yaml": "period: 2025-06\nscheme: zhejiang-2017\nsurplus: {assessment: none}\n"
                        "series: {fixed_price: {missing: exclude}}\n",
           "weights.csv": "series,item_code,weight,valid_from\npay,MZ01,1,2025-01-01\n"
                          "pay,SF01,2,2025-01-01\npurchase,MZ01,1,2025-01-01\n"
                          "purchase,QY01,2,2025-01-01\nfixed_price,GW1102,1,2025-01-01\n"},
          "weights.csv", 5, "", "QY01", ("effective-contract, purchase",)),
    Fault("funds-buy-twice", "FUNDS_BUY_TWICE",
          scheme(f'funds:\n  f: {{kind: per_equivalent, series: pay, {BOUGHT}}}\n'
                 f'  g: {{kind: per_item, series: pay, prices: {{MZ01: "2"}}, {PRICED}}}\n'),
          "s.yaml", 6, "funds.g", "MZ01", ("f", "g")),
    Fault("pool-of-nothing", "FUND_UNKNOWN", scheme(FUND + "pools: {p: {fund: ff}}\n"),
          "s.yaml", 7, "pools.p", "ff", ("f",)),
    Fault("pool-rule", "POOL_RULE_INVALID",
          scheme(FUND + "pools: {p: {fund: f, rule: percent}}\n"), "s.yaml", 7, "pools.p", "p"),
    Fault("split-payers", "FUND_INVALID",
          scheme(FUND + f"  g: {{kind: split, of: f, share: {FIFTHS}, {PAID}}}\n"),
          "s.yaml", 7, "funds.g.payers", "g"),
    Fault("splits-above-the-whole", "FUND_SPLIT_OVER",
          scheme(FUND + f"  g: {{kind: split, of: f, share: {FIFTHS}}}\n"
                 '  h: {kind: split, of: f, unit: 比例, valid_from: 2020-01-01, share: [\n'
                 '      {value: "0.6", valid_to: 2025-03-01},\n'
                 '      {value: "0.7", valid_from: 2025-03-01}]}\n'),
          "s.yaml", 8, "funds.h", "h", ("g", "11/10", "2025-03-01")),
    Fault("split-received", "LEDGER_OF_SPLIT",
          {**scheme(FUND + f"  g: {{kind: split, of: f, share: {FIFTHS}}}\n"),
           "accounts.csv": "institution_id,line,kind,amount\nI01,g,received,5.00\n"},
          "accounts.csv", 2, "line", "g", ("f",)),
    Fault("fund-bridged-twice", "FUND_BRIDGED_TWICE",
          scheme(FUND + "pools:\n  p: {fund: f}\n  q: {fund: f, rule: percent,"
                 f" share: {{value: 1/10, unit: 比例, {DATED}}}}}\n"),
          "s.yaml", 9, "pools.q", "q", ("f", "p")),
    Fault("pool-given-and-bridged", "POOL_BRIDGED_AND_GIVEN",
          {**scheme(FUND + "pools: {绩效: {fund: f}}\n"),
           "pools.csv": "institution_id,pool,amount\nI01,绩效,100.00\n"},
          "pools.csv", 2, "pool", "绩效", ("s.yaml",)),
    Fault("pay-cap-prorate", "PAY_CAP_INVALID",
          scheme("pay_cap: {kind: fixed, per: period, prorate: yes}\n"), "s.yaml", 4, "pay_cap",
          "prorate"),
    Fault("pay-cap-staff", "KEY_UNKNOWN",
          scheme("pay_cap:\n  kind: formula\n  terms: [{kind: amount, name: a, staff: all}]\n"),
          "s.yaml", 6, "pay_cap.terms[1].staff", "staff"),
    Fault("pay-cap", "PAY_CAP_INVALID", scheme("pay_cap: {kind: formula}\n"), "s.yaml", 4,
          "pay_cap"),
    Fault("pay-cap-fund", "FUND_UNKNOWN",
          scheme("pay_cap:\n  kind: formula\n"
                 "  terms: [{kind: fund_share, name: f,"
                 f" share: {{value: 1/2, unit: 比例, {DATED}}}}}]\n"),
          "s.yaml", 6, "pay_cap.terms[1]", "f"),
]  # fmt: skip

SCHEME_WARNINGS = [
    Fault("choices-open", "CHOICES_OPEN",
          scheme("open_choices: {consultation_codes: 原文未写}\nconsultation_codes: [A]\n"),
          "s.yaml", 4, "open_choices.consultation_codes", "s.yaml", ("consultation_codes",)),
    Fault("layers-differ", "LAYER_DIFFERS",
          {**scheme(HEADS, t=f"{T}funds: {{f: {{{rate('9.00')}}}}}\n"),
           "contracts.csv": SIGNED},
          "t.yaml", 4, "funds.f.rate", "funds.f.rate", ("s.yaml",)),
    Fault("layers-of-one-institution-differ", "LAYER_DIFFERS",
          {**scheme(HEADS, own=f"{OWN}institution: I01\nfunds: {{f: {{{rate('9.00')}}}}}\n",
                    two=f'{OWN.replace("own", "two")}institution: [I02, I01]\n'
                        f"funds: {{f: {{{rate('8.00')}}}}}\n"),
           "contracts.csv": SIGNED},
          "two.yaml", 6, "funds.f.rate", "funds.f.rate", ("own.yaml",)),
    Fault("row-names-another-channel", "ROW_CHANNEL",
          {**scheme("channels: {contract-items: {items: [SF01]}, rest: {others: yes}}\n"),
           "weights.csv": "series,item_code,weight,valid_from,channel\n"
                          "pay,MZ01,1,2025-01-01,insurance\n"
                          "pay,SF01,2,2025-01-01,contract_items\n"},
          "weights.csv", 3, "channel", "contract_items", ("contract-items", "SF01")),
    Fault("coefficient-counts-twice", "COEFFICIENT_TWICE",
          {**scheme("pay_cap: {kind: fixed, coefficient: assessment, per: period}\n"),
           "accounts.csv": "institution_id,line,kind,amount\n"
           "I01,pay_cap,approved,900.00\nI02,pay_cap,approved,900.00\n",
           "coefficients.csv": "scope,subject_id,kind,value,valid_from\n"
           "institution,I01,assessment,0.9,2025-01-01\n"
           "institution,I02,assessment,0.9,2025-01-01\n"},
          "s.yaml", 4, "pay_cap", "assessment", ("applies_to: none",)),
]  # fmt: skip
