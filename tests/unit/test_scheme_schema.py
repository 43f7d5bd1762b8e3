"""The JSON Schema for editors of schemes: it takes what the loader takes, key by key.

Catches: a key or a unit that editors do not know, or know and the loader refuses.
"""

import json
from itertools import chain
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from equivalents.intake.schemes import shipped_schemes
from equivalents.policy import (
    assesstext,
    componenttext,
    compositetext,
    fundtext,
    payertext,
    schemeparts,
)
from equivalents.policy.assessment import SCOPES
from equivalents.policy.figuretext import FIGURE_KEYS
from equivalents.policy.figureunits import UNITS
from equivalents.policy.layers import HEAD_KEYS, SCHEME_KEYS
from equivalents.policy.schemetext import SHARED_KEYS
from equivalents.policy.whotext import WHO_KEYS
from tests.unit.test_schemes import FULL, OWN, SHARED

ROOT = Path(__file__).parents[2]


def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (ROOT / "weights" / "scheme.schema.json").read_text(encoding="utf-8")
    )
    return loaded


def faults(text: str) -> list[str]:
    loaded = yaml.load(text, Loader=yaml.BaseLoader)
    found = jsonschema.Draft202012Validator(schema()).iter_errors(loaded)
    return [error.message for error in found]


def test_the_json_schema_takes_what_the_loader_takes() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    texts = [path.read_text(encoding="utf-8") for path in shipped_schemes().values()]
    for text in (FULL, OWN, SHARED, *texts):
        assert faults(text) == []


def test_the_json_schema_refuses_what_the_loader_refuses() -> None:
    for old, new in (
        ("kind: per_head", "kind: per_haed"),
        ("register: 参保", "registr: 参保"),
        ('{value: "0.5"', "{value: half"),
        ("unit: 元/人·月", "unit: 元/人/月"),
        ("excess: returned", "excess: lost"),
        ("scheme: full\n", ""),
    ):
        assert faults(FULL.replace(old, new, 1)) != [], new
    assert faults(OWN.replace("in_cap: no", "kind: floor")) != []


def test_the_json_schema_has_the_keys_of_the_loader() -> None:
    whole = schema()
    top = whole["properties"]
    assert set(top) == {*HEAD_KEYS, *SHARED_KEYS, *SCHEME_KEYS}
    funds = {one["properties"]["kind"]["const"]: one for one in whole["$defs"]["fund"]["oneOf"]}
    assert set(funds) == set(fundtext.KINDS)
    for kind, (keys, _) in fundtext.KINDS.items():
        payers = {"payers"} if kind == "packages" else set()
        assert set(funds[kind]["properties"]) | payers == {*fundtext.FUND_KEYS, *keys}, kind
    assert set(whole["$defs"]["version"]["properties"]) == set(FIGURE_KEYS)
    assert whole["$defs"]["unit"]["enum"] == [*UNITS]
    payer = funds["given"]["properties"]["payers"]["items"]["anyOf"][0]["properties"]
    assert set(payer) == {"payer", "level", *payertext.FORMS}
    for key, known in (
        ("channels", schemeparts.CHANNEL_KEYS),
        ("pools", schemeparts.BRIDGE_KEYS),
        ("share_tests", schemeparts.TEST_KEYS),
    ):
        assert set(top[key]["additionalProperties"]["properties"]) == set(known)
    assert set(top["pay_cap"]["properties"]) == set(schemeparts.PAY_CAP_KEYS)
    kinds = {
        one["properties"]["kind"]["const"]: one for one in whole["$defs"]["component"]["oneOf"]
    }
    assert {*kinds} == {*componenttext.COMPONENT_KEYS}
    for kind, keys in componenttext.COMPONENT_KEYS.items():
        properties = kinds[kind]["properties"]
        assert set(properties) == set(keys), kind
        for key, known in (
            ("heads", componenttext.HEADS_KEYS),
            ("paid_from", componenttext.PAID_FROM_KEYS),
        ):
            inside = properties.get(key, {"properties": known})["properties"]
            assert set(inside) == set(known), f"{kind}.{key}"
    assert set(whole["$defs"]["who"]["properties"]) == set(WHO_KEYS)


def test_the_json_schema_has_the_keys_of_an_assessment() -> None:
    whole = schema()["properties"]["assessment"]["properties"]
    assert set(whole) == set(assesstext.ASSESSMENT_KEYS)
    indicator = whole["indicators"]["additionalProperties"]["properties"]
    assert set(indicator) == set(assesstext.INDICATOR_KEYS)
    score = indicator["score"]["properties"]
    assert set(score) == {"kind", *chain(*assesstext.SCORE_KEYS.values())}
    assert score["kind"]["enum"] == [*assesstext.SCORE_KEYS]
    assert set(score["tiers"]["items"]["properties"]) == set(assesstext.TIER_KEYS)
    composite = whole["composites"]["additionalProperties"]["properties"]
    assert set(composite) == set(compositetext.COMPOSITE_KEYS)
    assert set(composite["subjects"]["properties"]) == set(compositetext.SUBJECT_KEYS)
    assert composite["level"]["enum"] == [*SCOPES]
    versions = composite["weights"]["anyOf"][0]["items"]["properties"]
    assert set(versions) == set(compositetext.WEIGHTS_KEYS)
    found = composite["coefficient"]["properties"]
    assert set(found) == {"kind", "limits", *chain(*compositetext.COEFFICIENT_KEYS.values())}
    assert found["kind"]["enum"] == [*compositetext.COEFFICIENT_KEYS]
    assert set(found["limits"]["properties"]) == set(compositetext.LIMIT_KEYS)
    for kind, steps in compositetext.STEP_KEYS.items():
        name = compositetext.COEFFICIENT_KEYS[kind][0]
        assert set(found[name]["items"]["properties"]) == set(steps)
