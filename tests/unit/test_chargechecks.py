"""Charges against charge prices (B4a): whole multiples, tiers, dates, figures not verified.

Catches: a price of another day, a tier left out, a struck figure taken for a measure, a code that
the scheme names elsewhere called unknown, a row lost among others.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equivalents.chargechecks import price_findings
from equivalents.findings import Findings
from equivalents.intake.chargeprices import charge_prices, shipped_prices
from equivalents.intake.schemes import load_scheme, shipped_schemes
from equivalents.policy.calendar import FIRST_DAY, LAST_DAY, parse_day
from equivalents.policy.funds import Dated, Version
from equivalents.policy.layers import with_paths
from equivalents.policy.prices import ChargePrice, ChargePrices
from equivalents.policy.pricetext import read_prices
from equivalents.policy.yamltext import read_yaml
from tests.signed import Charge, charges

D = parse_day
NEW = D("2025-06-01")


def price(
    code: str, *versions: tuple[int, int, int], tier: str = "", unverified: bool = False
) -> ChargePrice:
    """A price from versions (fen, first day, end)."""
    dated = Dated(tuple(Version(fen, start, end) for fen, start, end in versions))
    return ChargePrice(code, dated, "", tier, unverified)


CALLS = ChargePrices(
    "p", "甲", "",
    (
        price("CALL", (6_000, FIRST_DAY, NEW), (7_000, NEW, LAST_DAY), tier="副高"),
        price("CALL", (4_000, FIRST_DAY, LAST_DAY), tier="中级"),
        price("VISIT", (5_000, NEW, LAST_DAY), unverified=True),
    ),
)  # fmt: skip


def codes(rows: Sequence[Charge], others: Sequence[str] = ()) -> list[tuple[str, int]]:
    return [(one.code, one.place.row) for one in price_findings(charges(rows), CALLS, others)]


@pytest.mark.rules("B4a")
@pytest.mark.parametrize(
    ("code", "day", "fen", "expected"),
    [
        ("CALL", "2025-05-31", 6_000, ""),
        ("CALL", "2025-05-31", 12_000, ""),
        ("CALL", "2025-05-31", 4_000, ""),
        ("CALL", "2025-05-31", 0, ""),
        ("CALL", "2025-05-31", 10_000, "CHARGE_PRICE"),  # one of each tier is two rows
        ("CALL", "2025-05-31", 7_000, "CHARGE_PRICE"),  # the price of the day after
        ("CALL", "2025-06-01", 7_000, ""),
        ("CALL", "2025-06-01", 6_000, "CHARGE_PRICE"),  # no longer
        ("CALL", "2025-06-01", 7_001, "CHARGE_PRICE"),
        ("CALL", "2025-06-01", 3_999, "CHARGE_PRICE"),
        ("VISIT", "2025-05-31", 5_000, "CHARGE_NO_PRICE"),
        ("VISIT", "2025-06-01", 5_000, ""),
        ("VISIT", "2025-06-01", 5_001, "CHARGE_PRICE_UNVERIFIED"),
        ("VIST", "2025-06-01", 5_000, "CHARGE_CODE_UNKNOWN"),
    ],
)
def test_a_charge_is_a_whole_multiple_of_a_price_of_its_day(
    code: str, day: str, fen: int, expected: str
) -> None:
    found = codes([Charge("J", code, D(day), fen=fen)])
    assert found == ([(expected, 2)] if expected else [])


def test_unknown_codes_are_told_once_and_those_of_the_scheme_not_at_all() -> None:
    rows = [Charge("J", "REFERRAL", NEW), Charge("J", "X", NEW), Charge("K", "X", NEW)]
    found = price_findings(charges(rows), CALLS, {"REFERRAL"})
    assert [(one.value, one.place.row, one.facts["charges"]) for one in found] == [("X", 3, "2")]
    assert codes(rows) == [("CHARGE_CODE_UNKNOWN", 2), ("CHARGE_CODE_UNKNOWN", 3)]


def test_a_price_that_is_verified_in_one_tier_is_a_measure() -> None:
    mixed = ChargePrices("p", "", "", (
        price("CALL", (6_000, FIRST_DAY, LAST_DAY), unverified=True),
        price("CALL", (4_000, FIRST_DAY, LAST_DAY), tier="中级"),
    ))  # fmt: skip
    rows = [Charge("J", "CALL", NEW, fen=fen) for fen in (6_000, 4_000, 5_000)]
    found = price_findings(charges(rows), mixed, ())
    assert [(one.code, one.place.row) for one in found] == [("CHARGE_PRICE", 4)]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["CALL", "VISIT", "X"]),
            st.sampled_from(["2025-05-30", "2025-06-01", "2025-06-02"]),
            st.sampled_from([0, 1, 2_000, 4_000, 5_000, 6_000, 7_000, 8_000, 10_000, 14_000]),
        ),
        max_size=12,
    )
)
def test_columns_find_what_a_row_at_a_time_finds(rows: list[tuple[str, str, int]]) -> None:
    bills = [Charge("J", code, D(day), fen=fen) for code, day, fen in rows]
    alone = []
    for at, bill in enumerate(bills):
        for one in price_findings(charges([bill]), CALLS, ()):
            alone.append((one.code, at + 2))
    first = next((row for code, row in alone if code == "CHARGE_CODE_UNKNOWN"), 0)
    wanted = [one for one in alone if one[0] != "CHARGE_CODE_UNKNOWN" or one[1] == first]
    assert sorted(codes(bills)) == sorted(wanted)


# -- files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(shipped_prices()))
def test_the_shipped_lists_have_no_fault(name: str) -> None:
    path, findings = shipped_prices()[name], Findings()
    read = read_yaml(path, path.name, findings)
    assert read is not None
    cities = read_prices(read, path.stem, findings)
    assert findings.problems == []
    call_out = cities["hangzhou"].by_code()["CALL_OUT"]
    assert [(one.title_tier, one.price_fen.versions[0].value) for one in call_out] == [
        ("副高职称及以上", 6_000), ("中级职称及以下", 4_000),
    ]  # fmt: skip
    version = call_out[0].price_fen.versions[0]
    assert (version.valid_from, version.unit, version.reference, version.illustrative) == (
        D("2014-08-15"), "元/次", "杭价服〔2014〕114号", True,
    )  # fmt: skip
    struck = {
        (city, price.code)
        for city, one in cities.items()
        for price in one.prices
        if price.unverified
    }
    places, items = ("wenzhou", "zhoushan"), ("CALL_OUT", "HOME_HEALTH_ROUND")
    assert struck == {(city, code) for city in places for code in items}


def test_six_shipped_city_schemes_name_their_notice() -> None:
    named = {}
    for name, path in shipped_schemes().items():
        scheme, findings, _ = load_scheme([path])
        assert not findings.errors, name
        if scheme.charge_prices is not None:
            named[name] = scheme.charge_prices.city
    cities = ("hangzhou", "jinhua", "ningbo", "taizhou", "wenzhou", "zhoushan")
    assert named == {f"zhejiang-2017-{city}": city for city in cities}


def test_a_list_of_one_city_needs_no_name_of_it(tmp_path: Path) -> None:
    folder = tmp_path
    (folder / "p.yaml").write_text(
        "prices: p\ntitle: t\nreference: r\ncities:\n  甲:\n    title: 甲市\n    items:\n"
        '      - {code: X, price: "1.50", unit: 元/次, valid_from: 2025-01-01}\n',
        encoding="utf-8",
    )
    (folder / "case.yaml").write_text("charge_prices: p.yaml\n", encoding="utf-8")
    findings = Findings()
    read = read_yaml(folder / "case.yaml", "case.yaml", findings)
    assert read is not None
    prices, files = charge_prices(with_paths(read), (), folder, findings)
    assert findings.problems == []
    assert [name for name, _ in files] == ["p.yaml"]
    assert prices is not None
    assert (prices.name, prices.city, prices.title) == ("p", "甲", "甲市")
    assert [(p.code, p.price_fen.versions[0].value) for p in prices.prices] == [("X", 150)]
    assert prices.prices[0].price_fen.versions[0].reference == "r"
