"""The generated part of ``docs/access.md``: every role, every action, and who may do what.

Run ``python -m tests.build.access_doc`` after a change of the table; a test holds them equal.
"""

import sys
from pathlib import Path
from typing import Final

from api.access.actions import ACTIONS
from api.access.roletable import ROLES

__all__ = ["BEGIN", "END", "PAGE", "main", "table", "with_table"]

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "access.md"
BEGIN: Final = "<!-- made by python -m tests.build.access_doc; do not edit from here -->"
END: Final = "<!-- to here -->"


def table() -> str:
    """The generated part as text."""
    lines = ["| 角色 Role | 为什么 | Why |", "|---|---|---|"]
    lines += [
        f"| `{role.name}` {role.zh} {role.en} | {role.why_zh} | {role.why_en} |"
        for role in ROLES.values()
    ]
    lines += ["", "| 操作 Action | 说明 |" + "".join(f" `{name}` |" for name in ROLES)]
    lines.append("|---|---|" + "---|" * len(ROLES))
    for action in ACTIONS.values():
        marks = [(action.community, "县 C"), (action.personal, "人 P"), (action.human, "亲 H")]
        said = "".join(f" ({mark})" for is_so, mark in marks if is_so)
        cells = []
        for role in ROLES.values():
            own = role.own and action.personal
            cells.append(("本人 own" if own else "✓") if action.name in role.actions else "")
        row = " | ".join([f"`{action.name}`", f"{action.zh} {action.en}{said}", *cells])
        lines.append(f"| {row} |")
    return "\n".join(lines)


def with_table(page: str) -> str:
    """A page with its generated part made anew; ValueError if it has no place for it."""
    before, begun, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise ValueError("the page has no place for the table")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def main() -> int:
    """Write the page."""
    PAGE.write_bytes(with_table(PAGE.read_text(encoding="utf-8")).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
