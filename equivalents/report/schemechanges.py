"""What ``scheme diff`` prints: a list of changes, as text of 100 columns and as a JSON object.

Sources: issue "Schemes as dated data"; specification page 3 (``scheme show|diff|check``).
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from equivalents.policy.schemediff import Change, Kind
from equivalents.policy.schemeshow import Value
from equivalents.policy.schemetext import Reading
from equivalents.report.schemes import Page, scheme_object, value_object
from equivalents.report.schemewords import SECTION_TITLES, hanging

__all__ = ["diff_object", "diff_text"]

_SIGNS: Final = {
    Kind.ADDED: ("+", "增加 added"),
    Kind.REMOVED: ("-", "删除 removed"),
    Kind.CHANGED: ("~", "改变 changed"),
    Kind.FOUNDED: ("*", "只换依据或示例标记 only reference or mark"),
}


def diff_text(
    a: Reading, b: Reading, changes: Sequence[Change], names: tuple[str, str] = ("", "")
) -> str:
    """Every change with both values, their dates, grounds and places.

    ``names`` are what the two were asked for by: they tell apart schemes whose files are called
    alike, like last year's and this year's.
    """
    files = [", ".join(layer.file for layer in one.layered.layers) for one in (a, b)]
    if files[0] == files[1]:
        files = [name or file for name, file in zip(names, files, strict=True)]
    lines = []
    for side, one, where in zip("AB", (a, b), files, strict=True):
        lines += hanging(f"{side}  ", f"{one.scheme.title or '-'}  （{where}）")
    if not changes:
        return "\n".join([*lines, "", "两个方案一致 the two schemes say the same"]) + "\n"
    pages = Page(a.layered.layers), Page(b.layered.layers)
    for (top, institution), several in groupby(changes, key=_section):
        owner = f"  机构 institution {institution}" if institution else ""
        lines += ["", f"{SECTION_TITLES.get(top, '方案 scheme')} {top}".strip() + owner]
        for change in several:
            lines += _change(change, pages)
    told = [
        f"{name} {sum(change.kind is kind for change in changes):,}"
        for kind, (_, name) in _SIGNS.items()
    ]
    return "\n".join([*lines, "", "    ".join(told)]) + "\n"


def _section(change: Change) -> tuple[str, str]:
    top = change.keys[0].partition("[")[0]
    return (top if top in SECTION_TITLES else ""), change.institution


def _change(change: Change, pages: tuple[Page, Page]) -> Iterator[str]:
    sign, _ = _SIGNS[change.kind]
    yield f"  {sign} {change.path}"
    sides = zip("AB", pages, (change.before, change.after), strict=True)
    for side, page, value in sides:
        if value is not None:
            yield from page.side(side, value)


def diff_object(a: Reading, b: Reading, changes: Sequence[Change]) -> dict[str, Any]:
    """The same as an object."""
    return {
        "a": scheme_object(a),
        "b": scheme_object(b),
        "equal": not changes,
        "counts": {str(kind): sum(one.kind is kind for one in changes) for kind in Kind},
        "changes": [
            {
                "path": change.path,
                "change": str(change.kind),
                "institution_id": change.institution,
                "before": _side(change.before),
                "after": _side(change.after),
            }
            for change in changes
        ],
    }


def _side(value: Value | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {key: one for key, one in value_object(value).items() if key != "replaced"}
