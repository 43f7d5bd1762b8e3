"""Who 谁, as written in case.yaml or a scheme: lists of values of the table ``staff``.

:func:`read_who` reads the form, wherever it stands; :func:`check_who` and :func:`check_values`
compare the values with the roster and the registers.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from equivalents.errors import Place
from equivalents.findings import Findings, near
from equivalents.policy.roster import Roster
from equivalents.policy.who import WHO_COLUMNS, Who
from equivalents.policy.yamltext import Entry, expect, flag_of, names_of, note_keys

__all__ = ["WHO_KEYS", "check_values", "check_who", "read_who"]

WHO_KEYS: Final = (*WHO_COLUMNS, "in_cap")
"""What a filter may say."""
_SAID: Final = "who（谁）¦'who'"


def read_who(entry: Entry, what: str, findings: Findings) -> Who | None:
    """A filter; ``None`` where it is absent or picks everybody. Faults are noted."""
    expect(entry, "mapping", what, findings)
    note_keys(entry, WHO_KEYS, findings)
    lists = {name: names_of(entry.get(name), name, findings) for name in WHO_COLUMNS}
    flag = entry.get("in_cap")
    expect(flag, "text", "in_cap", findings)
    who = Who(**lists, in_cap=flag_of(flag, findings), place=entry.place)
    return who if any(lists.values()) or who.in_cap is not None else None


def check_who(
    who: Who, roster: Roster, registers: Mapping[str, Collection[str]], findings: Findings
) -> None:
    """Note codes that are in no register (an error), and values that no posting has (a warning).

    ``registers`` are the registered codes of ``departments`` and ``institutions``.
    """
    for name, column in WHO_COLUMNS.items():
        values: Sequence[str] = getattr(who, name)
        register = registers.get(name, values)
        for value in values:
            if value not in register:
                hint = near(value, sorted(register))
                findings.add("CHILD_UNKNOWN", who.place, value, near=hint, level=_SAID)
        registered = [value for value in values if value in register]
        check_values(registered, column, who.place, roster, findings)


def check_values(
    values: Iterable[str], column: str, place: Place, roster: Roster, findings: Findings
) -> None:
    """Warn of values that no posting of the roster has in a column: they pick nobody."""
    known: Collection[str] | None = None
    for value in values:
        known = roster.occurring(column) if known is None else known
        if value not in known:
            hint = near(value, sorted(known))
            findings.add("WHO_NOBODY", place, value, near=hint, column=column)
