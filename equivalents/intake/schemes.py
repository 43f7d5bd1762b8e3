"""The scheme 分配方案 of a case: which files it names, in the case or shipped, laid with case.yaml.

The scheme's own keys and those that it shares with case.yaml come out as one mapping, read as if
it stood in case.yaml; every value keeps the file and line where it was written. Sources:
specification page 3 (``scheme``); issue "Schemes as dated data".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from equivalents.findings import Findings, near
from equivalents.policy.layers import SCHEME_KEYS, Ground, Layer, read_layer, with_paths
from equivalents.policy.scheme import Scheme
from equivalents.policy.schemetext import SHARED_KEYS, Reading, has_scheme, read_scheme
from equivalents.policy.yamltext import Entry, read_yaml
from equivalents.resources import shipped_weights

__all__ = [
    "SchemeOfCase",
    "load_scheme",
    "read_layers",
    "scheme_of_case",
    "shipped_among",
    "shipped_schemes",
]


@dataclass(frozen=True, slots=True)
class SchemeOfCase:
    """What case.yaml says once its scheme stands under it, and the scheme's files."""

    entry: Entry
    scheme: Scheme | None
    files: tuple[tuple[str, Path], ...] = ()


def shipped_schemes() -> dict[str, Path]:
    """The shipped schemes by name."""
    return {path.stem: path for path in sorted((shipped_weights() / "schemes").glob("*.yaml"))}


def shipped_among(files: Iterable[tuple[str, Path]]) -> frozenset[str]:
    """The names, as places have them, of those files of a scheme that are shipped ones."""
    shipped = set(shipped_schemes().values())
    return frozenset(name for name, path in files if path in shipped)


def load_scheme(paths: Sequence[Path]) -> tuple[Scheme, Findings, Reading]:
    """A scheme from its files alone, community first, without a case; nothing is raised.

    What is returned last has every key laid (``merged``), where each value stands with file, line
    and path, and the layers; ``layered.ground(entry)`` is the reference that founds a value.
    """
    findings = Findings()
    layers = []
    for path in paths:
        read = read_yaml(path, path.name, findings)
        if read is not None:
            layers.append(read_layer(read, path.stem, (*SCHEME_KEYS, *SHARED_KEYS), findings))
    reading = read_scheme(layers, findings)
    return reading.scheme, findings, reading


def scheme_of_case(folder: Path, entry: Entry, findings: Findings) -> SchemeOfCase:
    """Lay the scheme's files and the keys of case.yaml over each other; faults are noted."""
    if not has_scheme(entry):
        return SchemeOfCase(entry, None)
    named = entry.get("scheme")
    names = named.items or ([named] if named.text else [])
    reading, files = read_layers(names, folder, findings, inline=entry)
    merged = reading.merged.mapping
    kept = {key: value for key, value in entry.mapping.items() if key not in SHARED_KEYS}
    shared = {key: merged[key] for key in SHARED_KEYS if key in merged}
    return SchemeOfCase(Entry(kept | shared, entry.place), reading.scheme, files)


def read_layers(
    names: Iterable[Entry], folder: Path, findings: Findings, *, inline: Entry | None = None
) -> tuple[Reading, tuple[tuple[str, Path], ...]]:
    """Read the files that are named, in their order, and lay them; ``inline`` comes last.

    A name is a path inside ``folder``, or that of a shipped scheme. A layer of an institution is
    laid over the community's, whatever stands inline.
    """
    layers: list[Layer] = []
    files: list[tuple[str, Path]] = []
    for one in names:
        path = _find(one, folder, findings)
        if path is None:
            continue
        name = _inside(path, folder) or path.name
        read = read_yaml(path, name, findings)
        files.append((name, path))
        if read is not None:
            layers.append(read_layer(read, path.stem, (*SCHEME_KEYS, *SHARED_KEYS), findings))
    community = [layer for layer in layers if not layer.of_institutions]
    own = [layer for layer in layers if layer.of_institutions]
    last = [] if inline is None else [_inline(inline)]
    in_order = [*community, *last, *own] if inline is not None else layers
    return read_scheme(in_order, findings), tuple(files)


def _inline(entry: Entry) -> Layer:
    """The keys of case.yaml that a scheme could have, as the community's last layer."""
    placed = with_paths(entry)
    keys = (*SCHEME_KEYS, *SHARED_KEYS)
    own = {key: value for key, value in placed.mapping.items() if key in keys}
    ground = Ground(entry.get("reference").text)
    title = entry.get("title").text
    return Layer(entry.place.file, Entry(own, entry.place), "", title, ground=ground)


def _find(entry: Entry, folder: Path, findings: Findings) -> Path | None:
    """The file that a name stands for; noted where there is none."""
    shipped = shipped_schemes()
    inside = (folder / entry.text).resolve()
    if inside.is_relative_to(folder.resolve()) and inside.is_file():
        return inside
    if entry.text in shipped:
        return shipped[entry.text]
    known: Sequence[str] = tuple(shipped)
    findings.add("SCHEME_UNKNOWN", entry.place, entry.text, near=near(entry.text, known))
    return None


def _inside(path: Path, folder: Path) -> str:
    """The path within the case, blank for a file elsewhere."""
    root = folder.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
