"""YAML as it is written by hand: every value in full, as the engine takes no aliases."""

from typing import Any

import yaml

__all__ = ["plain_yaml"]


_QUICK: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Plain(_QUICK):  # type: ignore[misc]
    """Values that stand twice are written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        """No value is named, so that none is referred to."""
        return True


def plain_yaml(value: Any, **how: Any) -> str:
    """A value as YAML without anchors and aliases; ``how`` as ``yaml.dump`` has it."""
    text: str = yaml.dump(value, Dumper=_Plain, allow_unicode=True, **how)
    return text
