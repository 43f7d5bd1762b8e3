"""Schemes at fault: layers, figures, funds, payers, channels, pools and the pay cap."""

from tests.bad.case import Content, Fault

__all__ = ["SCHEMES"]

_HEAD = "period: 2025-06\nreference: 县卫健〔2025〕1号（示例）\n"
_FEE = "kind: per_head, heads: {permanent: yes}, rate: '120'"
_SCHEME = "scheme: county\ntitle: 县方案\nreference: 县卫健〔2025〕1号（示例）\n"


def _case(text: str, head: str = _HEAD) -> dict[str, Content]:
    return {"case.yaml": head + text}


def _file(text: str, scheme: str = _SCHEME, inline: str = "") -> dict[str, Content]:
    case = f"period: 2025-06\nscheme: county.yaml\n{inline}"
    return {"case.yaml": case, "county.yaml": scheme + text}


_ROWS = (
    (
        "figures-overlap",
        "FIGURE_OVERLAP",
        (
            "funds:\n"
            "  fee:\n"
            "    kind: per_head\n"
            "    rate:\n"
            "      - {value: '1', valid_to: 2025-07-01}\n"
            "      - {value: '2', valid_from: 2025-06-01}\n"
        ),
        8,
        "funds.fee.rate[2].value",
        "rate",
    ),
    (
        "figures-gap",
        "FIGURE_GAP",
        (
            "funds:\n"
            "  fee:\n"
            "    kind: per_head\n"
            "    rate:\n"
            "      - {value: '1', valid_to: 2024-01-01}\n"
            "      - {value: '2', valid_from: 2025-01-01}\n"
        ),
        8,
        "funds.fee.rate[2].value",
        "rate",
    ),
    (
        "figure-not-in-force",
        "FIGURE_MISSING",
        ("funds:\n  fee: {kind: per_head, rate: {value: '1', valid_to: 2025-06-10}}\n"),
        4,
        "funds.fee",
        "fee.rate",
    ),
    (
        "fund-of-a-kind-unknown",
        "CHOICE_INVALID",
        ("funds:\n  x: {kind: per_heads}\n"),
        4,
        "funds.x.kind",
        None,
    ),
    (
        "fund-key-unknown",
        "KEY_UNKNOWN",
        (f"funds:\n  x: {{{_FEE}, payer: 县财政}}\n"),
        4,
        "funds.x.payer",
        "payer",
    ),
    (
        "split-of-nothing",
        "FUND_UNKNOWN",
        ("funds:\n  x: {kind: split, of: y, share: '0.4'}\n"),
        4,
        "funds.x",
        "y",
    ),
    (
        "splits-go-round",
        "FUND_CYCLE",
        (
            "funds:\n"
            "  a: {kind: split, of: b, share: '0.4'}\n"
            "  b: {kind: split, of: a, share: '0.4'}\n"
        ),
        4,
        "funds.a",
        "a",
    ),
    (
        "channel-that-is-none",
        "CHANNEL_UNKNOWN",
        ("funds:\n  x: {kind: per_equivalent, series: pay, price: '1', channel: b}\n"),
        4,
        "funds.x",
        "b",
    ),
    (
        "two-prices",
        "FUND_INVALID",
        (
            "funds:\n"
            "  x: {kind: per_equivalent, series: pay, price: '1', "
            "floating: yes, budget: '5.00'}\n"
        ),
        4,
        "funds.x",
        "price",
    ),
    (
        "age-in-words",
        "AGE_INVALID",
        ("funds:\n  x: {kind: per_head, heads: {age_from: 四十}, rate: '1'}\n"),
        4,
        "funds.x.heads.age_from",
        "四十",
    ),
    (
        "payers-of-two-forms",
        "PAYERS_INVALID",
        (
            "funds:\n"
            f"  x: {{{_FEE}, payers: [{{payer: 市, share: 4}}, {{payer: 县, "
            "percent: '60'}]}\n"
        ),
        4,
        "funds.x.payers[1]",
        None,
    ),
    (
        "payers-above-the-fee",
        "PAYERS_NOT_ALL",
        (
            "funds:\n"
            f"  x: {{{_FEE}, payers: [{{payer: 市, amount: '60'}}, {{payer: 县, "
            "amount: '61'}]}\n"
        ),
        4,
        "funds.x.payers",
        "121.0000",
    ),
    (
        "percents-of-ninety",
        "PAYERS_NOT_ALL",
        (
            "funds:\n"
            f"  x: {{{_FEE}, payers: [{{payer: 市, percent: '40'}}, {{payer: 县, "
            "percent: '50'}]}\n"
        ),
        4,
        "funds.x.payers[1]",
        "90.0000",
    ),
    (
        "item-in-two-channels",
        "ITEM_BOUGHT_TWICE",
        ("channels:\n  a: {items: [MZ01]}\n  b: {items: {MZ01: '0.5'}}\n"),
        5,
        "channels.b",
        "MZ01",
    ),
    (
        "item-bought-in-part",
        "ITEM_PARTLY_BOUGHT",
        ("channels:\n  a: {items: {MZ01: '0.5'}}\n"),
        4,
        "channels.a",
        "MZ01",
    ),
    (
        "pool-of-nothing",
        "POOL_RULE_INVALID",
        ("pools:\n  x: {rule: all}\n"),
        4,
        "pools.x",
        "x",
    ),
    (
        "formula-cap-without-terms",
        "PAY_CAP_INVALID",
        ("pay_cap: {kind: formula}\n"),
        3,
        "pay_cap",
        "terms",
    ),
    (
        "no-such-scheme",
        "SCHEME_UNKNOWN",
        ("scheme: sanmenxa-2019\n"),
        3,
        "",
        "sanmenxa-2019",
    ),
)
"""Each fault in case.yaml alone: name, code, lines after the head, row, path, value."""

SCHEMES = [
    *(
        Fault(name, code, _case(text), "case.yaml", row, path, value)
        for name, code, text, row, path, value in _ROWS
    ),
    Fault(
        "figure-without-reference",
        "REFERENCE_MISSING",
        _case(f"funds:\n  x: {{{_FEE}}}\n", "period: 2025-06\n"),
        "case.yaml",
        3,
        "funds.x",
    ),
    Fault(
        "scheme-of-another-name",
        "SCHEME_NAME",
        _file("", _SCHEME.replace("scheme: county", "scheme: country")),
        "county.yaml",
        1,
        "scheme",
        value="country",
    ),
    Fault(
        "illustrative-and-not-said",
        "SCHEME_NOT_MARKED",
        _file("illustrative: yes\n"),
        "county.yaml",
        2,
        "title",
        value="县方案",
    ),
    Fault(
        "institution-without-its-layer",
        "LAYER_INVALID",
        _file("institution: I01\n"),
        "county.yaml",
        4,
        "institution",
    ),
    Fault(
        "override-without-reference",
        "OVERRIDE_NO_REFERENCE",
        _file(
            f"funds:\n  x: {{{_FEE}}}\n",
            inline="funds:\n  x: {rate: {value: '130', reference: 县卫健〔2025〕2号}, title: 新}\n"
            "outside_period: exclude\n",
        )
        | {"county.yaml": f"{_SCHEME}funds:\n  x: {{{_FEE}, title: 旧}}\n"},
        "case.yaml",
        4,
        "funds.x.title",
    ),
]
"""Every fault of a scheme that needs nothing but case.yaml and a scheme file."""
