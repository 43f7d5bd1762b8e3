"""The language of an answer: Chinese, or English where ``Accept-Language`` prefers it."""

from fastapi import Request

__all__ = [
    "language_of",
]


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
