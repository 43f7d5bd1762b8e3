"""Three small layers of a scheme, and the commands about schemes run as a user runs them."""

import json
from typing import Any

from typer.testing import CliRunner, Result

from equivalents.cli import app

__all__ = ["BASE", "LAYERS", "OVER", "OWN", "run", "told"]

BASE = """\
scheme: base
title: 甲县方案
reference: 甲县〔2025〕1号
consultation_codes: [YBZL]
funds:
  fee:
    title: 签约服务费
    kind: per_head
    heads: {source: contracts, groups: [老年人]}
    rate:
      - {value: "10.00", valid_from: 2024-01-01, valid_to: 2025-01-01, unit: 元/人·年}
      - {value: "12.00", valid_from: 2025-01-01, unit: 元/人·年, illustrative: yes}
    payers: [{payer: 县财政, share: 1, level: 县}]
  bought:
    kind: per_equivalent
    series: pay
    tiers:
      - {from: "0", price: {value: "3.5", unit: 元/当量}}
      - {from: "1000", price: {value: "3", unit: 元/当量}}
    institutions: {ids: [I01]}
    valid_from: 2025-01-01
    payers: [{payer: 县财政, share: 1}]
"""
OVER = """\
scheme: over
title: 甲县调整
reference: 甲县〔2026〕2号
funds:
  fee:
    rate: {value: "13.00", valid_from: 2026-01-01, unit: 元/人·年, reference: 甲县〔2026〕2号 三}
  bought:
    tiers: [{from: "0", price: {value: "4", unit: 元/当量}}]
"""
OWN = """\
scheme: own
title: 乙院
reference: 乙院〔2025〕3号
layer: institution
institution: I02
funds:
  fee: {rate: {value: "15.00", unit: 元/人·年, valid_from: 2024-01-01}, coefficient: 山区}
"""
LAYERS = ("base.yaml", "over.yaml", "own.yaml")


def run(*args: str) -> Result:
    """``equivalents scheme`` with these arguments."""
    return CliRunner().invoke(app, ["scheme", *args])


def told(*args: str, code: int = 0) -> Any:
    """What it says as JSON; it has to end with this exit code."""
    done = run(*args, "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)
