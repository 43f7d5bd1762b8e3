"""The table of settings in ``docs/service.md``, printed from the code.

Run ``python -m tests.build.service_doc`` after a change of the settings; a test holds them equal.
"""

import sys
from pathlib import Path
from typing import Final

from equivalents.servicesettings import SERVICE_SETTINGS

__all__ = ["PAGE", "main", "with_table"]

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "service.md"
_HEAD: Final = "| Setting | Default | 中文 | English |\n|---|---|---|---|\n"


def with_table(text: str) -> str:
    """The page with its table as the code has it; the table goes on to the next blank line."""
    before, _, after = text.partition(_HEAD)
    _, _, rest = f"\n{after}".partition("\n\n") if "\n\n" in f"\n{after}" else ("", "", "")
    rows = [
        f"| `{one.variable}` | {f'`{one.default}`' if one.default else ''} | {one.zh} | {one.en} |"
        for one in SERVICE_SETTINGS
    ]
    return before + _HEAD + "\n".join(rows) + "\n" + (f"\n{rest}" if rest else "")


def main() -> int:
    """Write the page."""
    PAGE.write_bytes(with_table(PAGE.read_text(encoding="utf-8")).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
