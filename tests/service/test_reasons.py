"""Every reason of the service is asserted by a test beside this one, and speaks of HTTP.

Fault it catches: a sentence that tells whoever asks over HTTP to run a command or add an option.
"""

import re
from pathlib import Path

from api.language import over_http
from equivalents.reasons import REASONS
from equivalents.reasons.service import SERVICE_REASONS

ADMINISTRATORS = {
    "equivalents check", "equivalents correct", "equivalents db", "equivalents scheme",
    "equivalents settle", "--adjusted", "--anyway", "--end-missing", "--head", "--key", "--paid",
    "--payouts-only", "--store",
}  # fmt: skip
"""What is said to whoever keeps the store or works in folders: no address does it."""


def test_every_reason_of_the_service_stands_in_a_test() -> None:
    texts = [
        path.read_text("utf-8")
        for path in Path(__file__).parent.glob("test_*.py")
        if path.name != Path(__file__).name
    ]
    codes = [reason.code for reason in SERVICE_REASONS]
    assert [code for code in codes if not any(f'"{code}"' in text for text in texts)] == []


def test_sentences_are_told_in_the_words_of_the_interface() -> None:
    commands = r"equivalents (?:check|correct|db|import|period|scheme|settle|year-end)\b|--[a-z-]+"
    said = [over_http(text) for one in REASONS.values() for text in (one.zh, one.en)]
    left = {found for text in said for found in re.findall(commands, text)}
    assert left <= ADMINISTRATORS
    assert over_http("请用 --on-reject quarantine。") == "请用 on_reject=quarantine。"
    assert over_http("use --replaces 12.") == "use replaces=imp_12."
    assert over_http("请由另一人进行（--who）。") == "请由另一人进行。"
    rejected = over_http(REASONS["REJECTED_ROWS"].zh)
    assert "GET /v1/findings?job_id=" in rejected
    settle = "Run equivalents period settle 2026-06 first."
    assert over_http(settle) == "Run POST /v1/runs first."
    assert over_http("P--on-1 的 a --only") == "P--on-1 的 a --only"
