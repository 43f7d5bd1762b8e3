"""The formats of workbooks that people fill in or correct, each made once."""

from typing import Any, Final

__all__ = ["FONT", "Styles"]

FONT: Final = {"font_name": "Microsoft YaHei", "font_size": 10}


class Styles:
    """Formats of a workbook by their properties."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}

    def __call__(self, **properties: Any) -> Any:
        """The format with our font and these properties."""
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format({**FONT, **properties})
        return self._made[key]
