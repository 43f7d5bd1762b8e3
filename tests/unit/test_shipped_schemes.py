"""The shipped schemes: each reads without a fault, says where its figures are from, and pays.

Catches: a scheme file that a change of the loader leaves behind, a composition that is not that of
the seed, a figure of our own that is not marked, a sixth channel.
"""

import re
from pathlib import Path

import pytest

from equivalents.errors import DataError, Place
from equivalents.findings import Findings
from equivalents.fund import money
from equivalents.fundfacts import Facts
from equivalents.intake.case import load_case
from equivalents.intake.schemes import read_layers, shipped_schemes
from equivalents.policy.calendar import FIRST_DAY, parse_period
from equivalents.policy.funds import Packages, PerEquivalent, PerHead
from equivalents.policy.model import Institution
from equivalents.policy.scheme import Scheme
from equivalents.policy.yamltext import Entry
from equivalents.resources import shipped_weights
from tests.reference.small_case import a_case

SHIPPED = sorted(shipped_schemes())
FIVE = "zhejiang-2017-effective-contract"
OVER = {
    FIVE: "zhejiang-2017",
    "deqing-2019-packages": "deqing-2019",
    "sanmenxia-2019-capitation": "sanmenxia-2019",
    "sanmenxia-2019-packages": "sanmenxia-2019",
    "sanmenxia-2019-indicators": "sanmenxia-2019",
    "zhejiang-2017-indicators": "zhejiang-2017",
    "deqing-2019-indicators": "deqing-2019",
}
"""Layers that a county lays over a shipped scheme if it chooses so."""
CITIES = {
    "hangzhou": {"签约居民": 1200, "市政府": 3000, "区财政": 7800},
    "ningbo": {"医保基金": 8000, "公卫经费": 5000, "签约居民": 5000},
    "wenzhou": {"签约居民": 2400, "市级医保基金": 4800, "公卫经费": 4800},
    "jiaxing": {"签约居民": 1000, "公卫经费": 1000, "各级财政": 10000},
    "huzhou": {"医保基金": 4000, "市区财政": 4000, "签约居民": 4000},
    "jinhua": {"医保基金": 4000, "公卫经费": 4000, "签约居民": 4000},
    "zhoushan": {"当地财政": 4000, "医保基金": 4000, "签约居民": 4000},
    "shaoxing": {"财政专项": 12000},
    "taizhou": {"当地政府": 12000},
    "lishui": {"财政": 5000, "签约居民": 1000},
}
"""What one resident signed for a year costs whom, in fen: 各地区签约服务费的组成."""


def read(*names: str) -> tuple[Scheme, Findings]:
    findings = Findings()
    entries = [Entry(name, Place("case.yaml")) for name in names]
    return read_layers(entries, Path("/nowhere"), findings)[0].scheme, findings


def parts(scheme: Scheme, fund: str, heads: int, period: str) -> dict[str, int]:
    place = (Institution("I1"),)
    facts = Facts(place, parse_period(period), heads=lambda *_: [heads])
    due = next(one for one in money(scheme, facts).dues if one.fund.name == fund)
    assert sum(fen for _, fen in due.parts) == due.due_fen
    return dict(due.parts)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_scheme_reads_and_names_its_sources(name: str) -> None:
    scheme, findings = read(*([OVER[name]] if name in OVER else []), name)
    assert findings.problems == []
    for fund in scheme.funds.values():
        assert fund.reference
        assert fund.title
        if isinstance(fund.body, PerHead):
            assert all(one.unit and one.reference for one in fund.body.rate_e4.versions)
            marked = [one for one in fund.body.rate_e4.versions if one.reference == "示例"]
            assert all(one.illustrative for one in marked)


@pytest.mark.rules("B4")
@pytest.mark.parametrize("city", CITIES)
def test_a_city_pays_a_contract_as_the_seed_says(city: str) -> None:
    scheme, _ = read(f"zhejiang-2017-{city}")
    assert parts(scheme, "contract-fee", 1, "2017") == CITIES[city]
    assert not scheme.funds["contract-fee"].in_cap


@pytest.mark.rules("B4")
def test_zhoushans_thirds_by_month_give_the_odd_fen_to_the_first() -> None:
    scheme, _ = read("zhejiang-2017-zhoushan")
    found = parts(scheme, "contract-fee", 7, "2017-03")
    assert found == {"当地财政": 2334, "医保基金": 2333, "签约居民": 2333}


@pytest.mark.rules("B4")
def test_sanmenxia_pays_four_to_six() -> None:
    scheme, _ = read("sanmenxia-2019")
    assert parts(scheme, "contract-fiscal", 1, "2019") == {"市财政": 200, "县财政": 300}
    assert parts(scheme, "poor-checkup", 1, "2019") == {"市财政": 8000, "县财政": 12000}
    assert parts(scheme, "contract-insurance", 1, "2019") == {"城乡居民医保统筹基金": 2000}
    assert parts(scheme, "disabled-contracts", 1, "2019") == {"县财政": 2000}


@pytest.mark.rules("B5")
def test_referral_charges_are_sanmenxias_and_not_changnings() -> None:
    """S1 四（二）1 has them, S4 三（一）2 has not."""
    over, _ = read("sanmenxia-2019", "sanmenxia-2019-capitation")
    plain, _ = read("sanmenxia-2019")
    assert set(over.funds) - set(plain.funds) == {"outpatient-capitation"}
    body = over.funds["outpatient-capitation"].body
    assert isinstance(body, PerHead)
    assert body.less_charges == ("REFERRAL",)
    changning, _ = read("changning-2014")
    bodies = [one.body for one in changning.funds.values() if isinstance(one.body, PerHead)]
    assert [one.less_charges for one in bodies] == [()]


@pytest.mark.rules("B4a")
@pytest.mark.parametrize(("name", "packages"), [("deqing-2019", 10 + 1), ("sanmenxia-2019", 2)])
def test_packages_hold_items_and_cost_no_less_than_what_comes_back(
    name: str, packages: int
) -> None:
    """“10+1” of Deqing, 基础性 and 个性化 of Sanmenxia; no document gives a price."""
    scheme, _ = read(name, f"{name}-packages")
    body = scheme.funds["service-packages"].body
    assert isinstance(body, Packages)
    assert len(body.packages) == packages
    for one in body.packages:
        (price,), (back,) = one.price_e4.versions, one.reimbursement_e4.versions
        assert price.value >= back.value >= 0
        assert price.illustrative
        assert back.illustrative
        assert price.unit == back.unit == "元/人·年"
        assert one.items


@pytest.mark.rules("B1")
def test_the_fifth_channel_is_switched_on_by_a_layer() -> None:
    off, _ = read("zhejiang-2017")
    on, _ = read("zhejiang-2017", FIVE)
    five = {"line-items", "insurance", "equivalents", "fixed-price", "effective-contract"}
    assert set(on.channels) == set(off.channels) == five
    assert set(on.funds) - set(off.funds) == {"effective-contract"}
    for scheme in (on, off):
        assert scheme.channels["effective-contract"].items
        assert {fund.channel for fund in off.funds.values()} <= set(scheme.channels)
        assert scheme.bought("equivalents", "QY01", FIRST_DAY) == 0
        assert scheme.bought("equivalents", "GW1102", FIRST_DAY) == 0
        assert scheme.bought("equivalents", "MZ01", FIRST_DAY) == 1
    assert not on.funds["effective-contract"].in_cap
    # 以标准化工作当量法: equivalents of contract items in a series of their own, at a price.
    body = on.funds["effective-contract"].body
    assert isinstance(body, PerEquivalent)
    assert (body.series, body.channel) == ("contract", "effective-contract")
    assert "contract" not in {getattr(one.body, "series", "") for one in off.funds.values()}
    # On or off, its items are not those of the purchase by equivalents.
    assert "QY01" in off.channels["effective-contract"].items


def test_every_city_of_the_seed_is_there() -> None:
    assert {f"zhejiang-2017-{city}" for city in CITIES} < set(SHIPPED)


@pytest.mark.rules("B9")
def test_deqings_assessment_moves_the_total_alone() -> None:
    """A kind that the pool's own coefficients take as well would be taken off twice."""
    findings = Findings()
    reading, _ = read_layers([Entry("deqing-2019", Place("case.yaml"))], Path("/nowhere"), findings)
    kind = reading.scheme.pay_cap.coefficient
    assert reading.merged.get("coefficients").get(kind).get("applies_to").text == "none"


def test_the_readme_tells_of_every_scheme() -> None:
    text = (shipped_weights() / "README.md").read_text(encoding="utf-8")
    for name in SHIPPED:
        city = name.removeprefix("zhejiang-2017-")
        assert f"`{city if city in CITIES else name}`" in text, name


@pytest.mark.rules("B4")
def test_the_readme_says_what_each_city_pays() -> None:
    text = (shipped_weights() / "README.md").read_text(encoding="utf-8")
    for city, payers in CITIES.items():
        line = next(line for line in text.splitlines() if line.startswith(f"| `{city}` |"))
        whole = [fen // 100 for fen in payers.values()]
        if city != "zhoushan":
            told = [int(n) for n in re.findall(r"\d+", line.split("|")[4])]
            assert told == (whole if len(set(whole)) > 1 else whole[:1]), city


# -- scopes --------------------------------------------------------------------------------------


def scoped(folder: Path, scope: str, monkeypatch: pytest.MonkeyPatch, *, shipped: bool) -> Path:
    """A case whose scheme, shipped or in the case, names institutions."""
    text = (
        "scheme: wide\ntitle: 示例\nreference: 示例\nfunds:\n  f:\n    kind: floor\n"
        f"    institutions: {scope}\n    payers: [{{payer: 县财政, share: 1}}]\n"
    )
    (folder / "weights" / "schemes").mkdir(parents=True)
    case = folder / "case"
    case.mkdir()
    to = folder / "weights" / "schemes" if shipped else case
    (to / "wide.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr("equivalents.intake.schemes.shipped_weights", lambda: folder / "weights")
    name = "wide" if shipped else "wide.yaml"
    a_case(case, case=f"period: 2025\nscheme: {name}\n")
    return case


@pytest.mark.parametrize("scope", ["{groups: [山区, II]}", "{kinds: [山区]}"])
def test_a_group_that_a_shipped_scheme_names_and_the_county_lacks_is_told(
    scope: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = load_case(scoped(tmp_path, scope, monkeypatch, shipped=True))
    (problem,) = case.problems
    assert (problem.code, problem.severity, problem.value) == ("SCOPE_ABSENT", "warning", "山区")
    assert problem.place == Place("wide.yaml", "", 7, "funds.f.institutions")


@pytest.mark.parametrize(("scope", "shipped"), [("{groups: [山区]}", False), ("{ids: [I9]}", True)])
def test_a_slip_in_the_countys_own_scheme_and_an_unknown_institution_stay_errors(
    scope: str, shipped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(DataError) as caught:
        load_case(scoped(tmp_path, scope, monkeypatch, shipped=shipped))
    assert [problem.code for problem in caught.value.problems] == ["ID_UNKNOWN"]


@pytest.mark.rules("C3")
def test_the_indicators_of_three_documents_ship() -> None:
    """S1: seven families; S2: eleven in three classes, 4 to 6, 1 or 2 a year; S3: targets."""
    found = {}
    for place in ("sanmenxia-2019", "zhejiang-2017", "deqing-2019"):
        assessment = read(place, f"{place}-indicators")[0].assessment
        assert assessment is not None
        found[place] = assessment
    families = [one.family for one in found["sanmenxia-2019"].indicators.values()]
    assert len(families) == len(set(families)) == 7
    classes = [one.family for one in found["zhejiang-2017"].indicators.values() if one.family]
    assert [classes.count(name) for name in ("健康管理", "基层首诊", "满意度")] == [4, 5, 2]
    assert found["zhejiang-2017"].growth == ((4, 6), (1, 2))
    targets = {
        (place, name): str(version.value)
        for place, assessment in found.items()
        for name, one in assessment.indicators.items()
        if one.score is not None and one.score.target is not None
        for version in one.score.target.versions
    }
    assert targets == {
        ("zhejiang-2017", "规范签约率"): "3/10",
        ("zhejiang-2017", "重点人群签约率"): "3/5",
        ("deqing-2019", "重点人群签约率"): "17/20",
        ("deqing-2019", "续约率"): "4/5",
        ("deqing-2019", "群众满意率"): "9/10",
    }
