"""Open choices 原文未定的选择: told while they are open, silent once a county has decided them.

Faults seen to be caught: a path that leads nowhere, a choice that an institution's layer decides
for everybody, a choice without a reason, a city that settles something in silence.
"""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.errors import Place
from equivalents.findings import Findings
from equivalents.intake.schemes import load_scheme, read_layers, shipped_schemes
from equivalents.policy.funds import PerHead
from equivalents.policy.scheme import Scheme
from equivalents.policy.yamltext import Entry
from tests.bad.case import case_with, run

pytestmark = pytest.mark.rules("B4", "B10")

BASE = """scheme: base
title: 示例县方案
reference: 示例文件 1 号
open_choices:
  funds.fee.heads: 原文未写人数口径
  funds.fee.income: 原文未写是否记收入
funds:
  fee:
    kind: per_head
    heads: {source: contracts}
    rate: {value: "10.00", unit: 元/人·年, valid_from: 2025-01-01}
    payers: [{payer: 县财政, share: 1}]
    income: yes
"""
CITIES = {name for name in shipped_schemes() if name.startswith("zhejiang-2017-")} - {
    "zhejiang-2017-effective-contract",
    "zhejiang-2017-indicators",
    "zhejiang-2017-assessment",
}
OVER = """scheme: over
title: 本县方案
reference: 示例文件 2 号
"""


def read(tmp_path: Path, **files: str) -> tuple[Scheme, Findings]:
    """Scheme files laid over each other, in the order in which they are given."""
    paths = []
    for name, text in files.items():
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    scheme, findings, _ = load_scheme(paths)
    return scheme, findings


def test_a_choice_says_what_was_taken_and_why(tmp_path: Path) -> None:
    scheme, findings = read(tmp_path, base=BASE)
    assert findings.problems == []
    told = [(one.path, one.taken, one.reason, one.decided_by) for one in scheme.choices]
    assert told == [
        ("funds.fee.heads", "source: contracts", "原文未写人数口径", ""),
        ("funds.fee.income", "yes", "原文未写是否记收入", ""),
    ]


def test_a_later_layer_decides_what_it_writes_and_no_more(tmp_path: Path) -> None:
    over = OVER + "funds: {fee: {income: yes}}\n"
    scheme, findings = read(tmp_path, base=BASE, over=over)
    assert findings.problems == []
    assert [one.decided_by for one in scheme.choices] == ["", "over.yaml"]


def test_an_institution_decides_nothing_for_the_community(tmp_path: Path) -> None:
    over = OVER + "layer: institution\ninstitution: I01\nfunds: {fee: {income: no}}\n"
    scheme, _ = read(tmp_path, base=BASE, over=over)
    assert [one.decided_by for one in scheme.choices] == ["", ""]


def test_a_case_is_told_once_a_file_until_it_has_decided(tmp_path: Path) -> None:
    inline = "reference: 示例文件 3 号\nfunds: {fee: {income: no"
    tables = {"contracts.csv": "contract_id,resident_id,person_id,active_from\n"}
    for number, (more, told) in enumerate(
        (("}}", True), (", heads: {source: contracts}}}", False))
    ):
        (tmp_path / str(number)).mkdir()
        yaml = f"period: 2025\nscheme: base.yaml\n{inline}{more}\n"
        files = {"case.yaml": yaml, "base.yaml": BASE, **tables}
        shown = run("check", case_with(tmp_path / str(number), files)).stderr
        assert ("CHOICES_OPEN" in shown) is told, shown


def test_scheme_check_counts_what_is_still_open(tmp_path: Path) -> None:
    base, over = tmp_path / "base.yaml", tmp_path / "over.yaml"
    base.write_text(BASE, encoding="utf-8")
    over.write_text(OVER + "funds: {fee: {income: yes}}\n", encoding="utf-8")
    told = "尚未由本县确定的选择 open choices"
    assert f"{told} 2" in CliRunner().invoke(app, ["scheme", "check", str(base)]).stdout
    both = ["scheme", "check", str(base), str(over)]
    assert f"{told} 1" in CliRunner().invoke(app, both).stdout


def test_a_choice_of_nothing_is_shown_as_none() -> None:
    """What waits for the assessment: a coefficient that is left blank on purpose."""
    shown = CliRunner().invoke(app, ["scheme", "show", "changning-2014"]).stdout
    assert "funds.approved-tasks.assessment = 无 none" in shown


WAITING = {
    "changning-2014": {"funds.approved-tasks.assessment"},
    "changning-2014-assessment": {"funds.approved-tasks.assessment"},
    "deqing-2019": {"funds.purchase.kind"},
    "deqing-2019-assessment": {"funds.purchase.kind"},
    "sanmenxia-2019": {
        "funds.contract-insurance.coefficient",
        "funds.public-health.kind",
        "pools.contract-staff.rule",
    },
    "sanmenxia-2019-assessment": {
        "funds.contract-insurance.coefficient",
        "funds.public-health.kind",
        "pools.contract-staff.rule",
    },
    "zhejiang-2017-effective-contract": {"funds.effective-contract.coefficients"},
}
"""What the seeds pay by assessment result, without saying by which coefficient."""


@pytest.mark.parametrize("name", sorted(shipped_schemes()))
def test_a_shipped_scheme_says_which_funds_wait_for_the_assessment(name: str) -> None:
    reading, _ = read_layers([Entry(name, Place("case.yaml"))], Path("/nowhere"), Findings())
    words = ("未写系数", "考核结果尚未接入")
    choices = reading.scheme.choices
    told = {one.path for one in choices if any(word in one.reason for word in words)}
    wanted = WAITING.get(name, set())
    assert told == (wanted | {"pools.contract-fee.rule"} if name in CITIES else wanted)


@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("funds.fee.head: 原文未写", "CHOICE_PATH_UNKNOWN", "funds.fee.heads"),
        ("funds.fee.income:", "KEY_MISSING", "open_choices.funds.fee.income"),
    ],
)
def test_a_choice_at_fault_is_placed(tmp_path: Path, line: str, code: str, says: str) -> None:
    text = BASE.replace("funds.fee.income: 原文未写是否记收入", line)
    _, findings = read(tmp_path, base=text)
    (problem,) = findings.problems
    assert (problem.code, problem.place.file, problem.place.row) == (code, "base.yaml", 6)
    assert says in problem.text("zh")
    assert says in problem.text("en")


@pytest.mark.parametrize("name", sorted(CITIES))
def test_a_city_says_what_the_seed_leaves_open(name: str) -> None:
    reading, _ = read_layers([Entry(name, Place("case.yaml"))], Path("/nowhere"), Findings())
    paths = {one.path for one in reading.scheme.choices}
    fee = reading.scheme.funds["contract-fee"]
    wanted = {"funds.contract-fee.rate.valid_from", "funds.contract-fee.income"}
    wanted |= {"pools.contract-fee.rule"}
    # Shaoxing and Lishui say 有效签约, and no city of which day.
    wanted |= {"funds.contract-fee.heads"}
    assert isinstance(fee.body, PerHead)
    effective = fee.body.heads.register == "effective"
    assert effective == (name.rpartition("-")[2] in ("shaoxing", "lishui"))
    # Hangzhou alone says 专款专用; 财政专项支付 of Shaoxing is read so.
    city = name.rpartition("-")[2]
    assert fee.restricted == (city in ("hangzhou", "shaoxing"))
    wanted |= set() if city == "hangzhou" else {"funds.contract-fee.restricted"}
    assert paths == wanted
