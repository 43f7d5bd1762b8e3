"""What the progress tells beside the bar: rows per second, and the remaining time of a known total.

Faults caught: a division by no time, a remaining time without a total, time done taken for left.
"""

import pytest

from equivalents.terminal import rate


@pytest.mark.parametrize(
    ("done", "seconds", "total", "text"),
    [
        (0, 5, None, ""),
        (10, 0, 100, ""),
        (3_000_000, 2, None, "1,500,000 行/秒 rows/s"),
        (1_000, 10, 7_500, "100 行/秒 rows/s  剩余 left 1:05"),
        (7_500, 75, 7_500, "100 行/秒 rows/s"),
    ],
)
def test_the_rate_and_what_remains(done: int, seconds: int, total: int | None, text: str) -> None:
    assert rate(done, seconds, total) == text
