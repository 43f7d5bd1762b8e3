"""Every reason of the service is asserted by a test beside this one."""

from pathlib import Path

from equivalents.reasons.service import SERVICE_REASONS


def test_every_reason_of_the_service_stands_in_a_test() -> None:
    texts = [
        path.read_text("utf-8")
        for path in Path(__file__).parent.glob("test_*.py")
        if path.name != Path(__file__).name
    ]
    codes = [reason.code for reason in SERVICE_REASONS]
    assert [code for code in codes if not any(f'"{code}"' in text for text in texts)] == []
