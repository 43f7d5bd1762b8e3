"""The language of an answer: Chinese, or English where ``Accept-Language`` prefers it.

Sentences that commands share are told in the words of the interface: whoever asks over HTTP has
no command to run and no option to add.
"""

import re
from typing import Final

from fastapi import Request

__all__ = [
    "language_of",
    "over_http",
]

_STEPS: Final = "POST /v1/periods/{period}/steps"
_COMMANDS: Final = {
    "db put": "PUT /v1/schemes/case.yaml",
    "import": "POST /v1/imports",
    "import --list": "GET /v1/imports",
    "period adjust": "POST /v1/adjustments",
    "period answer": "POST /v1/appeals/{appeal_id}/answer",
    "period lock": _STEPS,
    "period return": _STEPS,
    "period settle": "POST /v1/runs",
    "period unlock": "POST /v1/periods/{period}/unlock-requests",
    "period year-end": "POST /v1/runs, kind: year_end",
}
_FINDINGS: Final = "GET /v1/findings?job_id={job_id}"
_PERIOD: Final = r"(?: [0-9]{4}(?:-[A-Z0-9]{2})?)?"
"""A period after a command: the request names its own."""
_COMMAND: Final = re.compile(
    rf"equivalents ({'|'.join(sorted(_COMMANDS, reverse=True))})(?![\w-]){_PERIOD}"
)
_WHO: Final = re.compile(r" ?[（(]--(?:who|second)[）)]")
_OPTION: Final = re.compile(
    r"(?<![\w-])--(case|institution|into|on|on-reject|own-dates|partial|period|replaces|table|why"
    r"|without-account)(?![\w-])(?: (quarantine|skip|[0-9]+))?"
)


def over_http(text: str) -> str:
    """A sentence with the fields and addresses in place of options and commands."""
    if "equivalents " not in text and "--" not in text:
        return text
    text = text.replace(" rejected.csv", f" {_FINDINGS}")
    text = _COMMAND.sub(lambda found: _COMMANDS[found[1]], text)
    return _OPTION.sub(_field, _WHO.sub("", text))


def _field(found: re.Match[str]) -> str:
    name = {"institution": "institution_id"}.get(found[1], found[1].replace("-", "_"))
    if found[2] is None:
        return name
    value = f"imp_{found[2]}" if name == "replaces" else found[2]
    return f"{name}={value}"


def language_of(request: Request) -> str:
    """``zh`` or ``en``: the one with the larger weight, ``zh`` where they are equal or unsaid."""
    weights = {"zh": 0.0, "en": 0.0}
    for part in request.headers.get("accept-language", "").split(","):
        tag, _, more = part.strip().partition(";")
        name = tag.strip().lower().partition("-")[0]
        if name in weights:
            weights[name] = max(weights[name], _weight(more))
    return "en" if weights["en"] > weights["zh"] else "zh"


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
