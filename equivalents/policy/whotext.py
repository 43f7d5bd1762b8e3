"""Who 谁, as written in case.yaml or a scheme: lists of values of the table ``staff``.

:func:`read_who` reads the form; :func:`check_who` compares the values with the roster.
"""

from collections.abc import Collection
from typing import Final

from equivalents.findings import Findings, near
from equivalents.policy.figuretext import FLAGS
from equivalents.policy.roster import Roster
from equivalents.policy.who import WHO_COLUMNS, Who
from equivalents.policy.yamltext import Entry, expect

__all__ = ["check_who", "read_who"]

_KEYS: Final = (*WHO_COLUMNS, "in_cap")


def read_who(entry: Entry, what: str, findings: Findings) -> Who | None:
    """A filter; ``None`` where it is absent or picks everybody. Faults are noted."""
    expect(entry, "mapping", what, findings)
    for key, value in entry.mapping.items():
        if key not in _KEYS:
            findings.add("KEY_UNKNOWN", value.place, key, near=near(key, _KEYS))
    lists = {name: _texts(entry.get(name), name, findings) for name in WHO_COLUMNS}
    flag = entry.get("in_cap")
    expect(flag, "text", "in_cap", findings)
    if flag.text and flag.text not in FLAGS:
        hint = near(flag.text, ("yes", "no"))
        findings.add("CHOICE_INVALID", flag.place, flag.text, near=hint, allowed="yes, no")
    who = Who(**lists, in_cap=FLAGS.get(flag.text), place=entry.place)
    return who if any(lists.values()) or who.in_cap is not None else None


def _texts(entry: Entry, name: str, findings: Findings) -> tuple[str, ...]:
    """A value or a list of values, each once."""
    expect(entry, "texts", name, findings)
    found = entry.items or ([entry] if entry.text else [])
    seen: dict[str, Entry] = {}
    for one in found:
        if one.text in seen:
            findings.add("ID_TWICE", one.place, one.text, other=str(seen[one.text].place))
        seen.setdefault(one.text, one)
    return tuple(text for text in seen if text)


def check_who(who: Who, roster: Roster, departments: Collection[str], findings: Findings) -> None:
    """Note departments that are not registered, and values that no posting has (a warning)."""
    for name, column in WHO_COLUMNS.items():
        known = departments
        if name != "departments":
            known = set(
                roster.title_tier.texts if column == "title_tier" else roster.others.get(column, ())
            ) - {""}
        for value in getattr(who, name):
            if value not in known:
                hint = near(value, sorted(known))
                code = "CHILD_UNKNOWN" if name == "departments" else "WHO_NOBODY"
                facts = {"level": "who"} if name == "departments" else {"column": column}
                findings.add(code, who.place, value, near=hint, **facts)
