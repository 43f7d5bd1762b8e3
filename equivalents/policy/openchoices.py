"""Open choices 原文未定的选择: what a document leaves open and a scheme file had to settle.

A file names each by its path of keys and says why it took what it took. The choice stays open, and
is told with every settlement, until a later layer writes the same path with a reference of its own.
Sources: page 1 ("What the seeds leave open"); issue "Schemes as dated data".
"""

from collections.abc import Iterator, Sequence
from itertools import groupby

from equivalents.findings import Findings, near
from equivalents.policy.layers import Layer
from equivalents.policy.scheme import OpenChoice
from equivalents.policy.yamltext import Entry

__all__ = ["note_open_choices", "open_choices"]


def open_choices(layers: Sequence[Layer], findings: Findings) -> tuple[OpenChoice, ...]:
    """The open choices of all layers in their order; a path that leads nowhere is noted."""
    found = []
    for number, layer in enumerate(layers):
        for path, reason in layer.choices.items():
            value = _at(layer.entry, path)
            if value is None:
                paths = tuple(_paths(layer.entry))
                hint = near(path, paths)
                findings.add("CHOICE_PATH_UNKNOWN", reason.place, path, near=hint)
                continue
            if not reason.text:
                findings.add("KEY_MISSING", reason.place, f"open_choices.{path}")
            # A layer of an institution decides for itself alone, never for the community.
            later = [one for one in layers[number + 1 :] if not one.of_institutions]
            decided = next((one.file for one in later if _at(one.entry, path) is not None), "")
            taken = _text(value)
            found.append(OpenChoice(path, taken, reason.text, layer.file, decided, reason.place))
    return tuple(found)


def note_open_choices(choices: Sequence[OpenChoice], findings: Findings) -> None:
    """Warn once a file of the choices that nobody has decided yet."""
    for file, several in groupby(choices, key=lambda one: one.file):
        left = [one for one in several if not one.decided_by]
        if left:
            paths = "、".join(one.path for one in left)
            findings.add("CHOICES_OPEN", left[0].place, file, count=str(len(left)), paths=paths)


def _at(entry: Entry, path: str) -> Entry | None:
    """What stands at a path of keys; ``None`` where nothing does."""
    for key in path.split("."):
        if key not in entry.mapping:
            return None
        entry = entry.get(key)
    return entry


def _paths(entry: Entry, above: str = "") -> Iterator[str]:
    for key, value in entry.mapping.items():
        path = f"{above}.{key}" if above else key
        yield path
        yield from _paths(value, path)


def _text(entry: Entry) -> str:
    """A value in one line."""
    if entry.mapping:
        return ", ".join(f"{key}: {_text(value)}" for key, value in entry.mapping.items())
    return entry.text or "; ".join(_text(one) for one in entry.items)
