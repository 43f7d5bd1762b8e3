"""docs/scheme-keys.md: every key of a scheme is there, and every example reads.

Catches: a key that the loader has and the list not, or the other way round, a key under the wrong
kind of fund, an example that is no longer taken, a layer that does not do what the page says.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from typer.testing import CliRunner

from equivalents.cli import app
from equivalents.policy.components import ComponentKind
from equivalents.policy.componenttext import COMPONENT_KEYS, HEADS_KEYS, PAID_FROM_KEYS
from equivalents.policy.layers import HEAD_KEYS, SCHEME_KEYS
from equivalents.policy.schemetext import SHARED_KEYS
from equivalents.policy.whotext import WHO_KEYS
from tests.guide import Walk, steps

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scheme-keys.md").read_text(encoding="utf-8")
KEYS, _, LAYERS = PAGE.partition("\n## 分层\n")
# The same keys as the loader's: tests/unit/test_schemes.py holds the two together.
SCHEMA: Mapping[str, Any] = json.loads((ROOT / "weights" / "scheme.schema.json").read_bytes())
FUNDS = {one["properties"]["kind"]["const"]: one for one in SCHEMA["$defs"]["fund"]["oneOf"]}
COMMON = set.intersection(*(set(one["properties"]) for one in FUNDS.values())) | {"payers"}
EXAMPLES = re.findall(r"```yaml\n(.*?)```", KEYS, re.DOTALL)


def told(heading: str, number: int = 0) -> list[str]:
    """The keys in the first column of a table that stands below a heading, itself a pattern."""
    section = re.search(rf"^#+ {heading}\n(.*?)(?=^#+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None, heading
    tables = re.findall(r"(?:^\|.*\n)+", section[1], re.MULTILINE)
    return re.findall(r"^\| `(\w+)` \|", tables[number], re.MULTILINE) if tables else []


def under(*path: str) -> set[str]:
    """The keys of a mapping of the schema."""
    found: Any = SCHEMA["properties"]
    for part in path:
        found = found[part]
    return set(found["properties"])


def test_every_key_at_the_top_of_a_file_is_there() -> None:
    assert set(told("文件开头")) == set(HEAD_KEYS)
    assert set(told(r"与 case\.yaml 相同的键")) == set(SHARED_KEYS)
    named = set(re.findall(r"`(\w+)`", KEYS))
    assert named >= {*HEAD_KEYS, *SHARED_KEYS, *SCHEME_KEYS}


def test_every_key_of_figures_payers_and_rules_is_there() -> None:
    assert set(told("数值")) == set(SCHEMA["$defs"]["version"]["properties"])
    payer, dated = FUNDS["given"]["properties"]["payers"]["items"]["anyOf"]
    assert set(told("出资方")) == set(payer["properties"])
    spoken = re.search(r"每段的键是 (.*)：", KEYS)
    assert spoken is not None
    assert set(re.findall(r"`(\w+)`", spoken[1])) == set(dated["properties"])
    assert set(told("购买渠道")) == under("channels", "additionalProperties")
    assert set(told("转入绩效池")) == under("pools", "additionalProperties")
    assert set(told("总量封顶")) == under("pay_cap")
    assert set(told("总量封顶", 1)) == under("pay_cap", "properties", "terms", "items")
    assert set(told("比例检查")) == under("share_tests", "additionalProperties")


def test_every_key_of_an_assessment_is_there() -> None:
    inside = ("assessment", "properties", "indicators", "additionalProperties")
    assert set(told("考核")) == under(*inside)
    composite = ("assessment", "properties", "composites", "additionalProperties")
    assert set(told("考核", 2)) == under(*composite)
    score = SCHEMA["properties"]["assessment"]["properties"]["indicators"]["additionalProperties"]
    kinds = score["properties"]["score"]["properties"]["kind"]["enum"]
    assert told("考核", 1) == kinds
    found = SCHEMA["properties"]["assessment"]["properties"]["composites"]["additionalProperties"]
    coefficient = found["properties"]["coefficient"]["properties"]
    assert told("考核", 3) == coefficient["kind"]["enum"]
    for key in (*coefficient, *found["properties"]["subjects"]["properties"]):
        assert f"`{key}`" in KEYS or f"{key}:" in KEYS or f"{key}}}" in KEYS, key
    for choices in ("level", "period", "applies", "combine"):
        for choice in found["properties"][choices]["enum"]:
            assert f"`{choice}`" in KEYS, choice


def test_every_fund_has_the_common_keys() -> None:
    assert set(told("每项资金都有的键")) == COMMON


@pytest.mark.parametrize("kind", FUNDS)
def test_every_key_of_a_kind_of_fund_is_there(kind: str) -> None:
    assert set(told(rf"`{kind}` [^\n]*")) == set(FUNDS[kind]["properties"]) - COMMON
    assert f"kind: {kind}" in KEYS


def test_every_key_of_a_component_is_there() -> None:
    always, paid = set(told("构成项")), set(told("构成项", 1))
    assert set(told(r"`who` [^\n]*")) == set(WHO_KEYS)
    for kind, keys in COMPONENT_KEYS.items():
        own = set(told(rf"`{kind}` [^\n]*"))
        more = paid if kind is not ComponentKind.RELEASE else set()
        assert own | always | more == set(keys), kind
        assert not own & (always | more), kind
        assert f"kind: {kind}" in KEYS
    for key in (*HEADS_KEYS, *PAID_FROM_KEYS):
        assert re.search(rf"\b{key}:", KEYS), key


def test_every_key_inside_a_key_of_a_fund_is_there() -> None:
    heads = FUNDS["per_head"]["properties"]["heads"]["properties"]
    assert set(told(r"`per_head` [^\n]*", 1)) == set(heads)
    tier = FUNDS["per_equivalent"]["properties"]["tiers"]["items"]["properties"]
    package = FUNDS["packages"]["properties"]["packages"]["additionalProperties"]["properties"]
    for key in (*tier, *package):
        assert f"`{key}`" in KEYS, key


@pytest.mark.parametrize("number", range(1, len(EXAMPLES)))
def test_every_example_is_taken_behind_the_head(number: int, tmp_path: Path) -> None:
    text = EXAMPLES[0] + EXAMPLES[number]
    loaded = yaml.load(text, Loader=yaml.BaseLoader)
    assert [*jsonschema.Draft202012Validator(SCHEMA).iter_errors(loaded)] == []
    (tmp_path / "本县.yaml").write_text(text, encoding="utf-8")
    done = CliRunner().invoke(app, ["scheme", "check", str(tmp_path / "本县.yaml")])
    assert (done.exit_code, "没有问题" in done.stdout) == (0, True), done.output


def test_the_layers_do_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    walk = Walk("utf-8")
    for step in steps(LAYERS):
        walk.do(step)
