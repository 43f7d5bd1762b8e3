"""The sheet 选项 of the workbook to fill in: code lists, and names for what drop-downs refer to."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from xlsxwriter.utility import xl_col_to_name

from equivalents.intake.headings import TABLES
from equivalents.intake.opening.othersheets import OWN_SHEETS
from equivalents.report.template.choices import CHOICES, REFERENCES, SETTINGS, Choice
from equivalents.report.template.styles import Styles

__all__ = ["LAST_ROW", "LISTS_SHEET", "Lists"]

LISTS_SHEET: Final = "选项"
LAST_ROW: Final = 1_048_576
"""The last row of a sheet, as Excel shows it."""
_LONGEST_HINT: Final = 255


class Lists:
    """Where each list stands, and the checks that use them.

    ``tables`` are those that have a sheet: only these can be referred to. ``more`` are values of
    open lists that a case brings along, by the list's title.
    """

    def __init__(
        self, book: Any, tables: Sequence[str], more: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        self._tables = tables
        choices = {choice.title: choice for choice in CHOICES.values()}
        choices |= {
            said: Choice(said, values, closed=True)
            for said, _, values in SETTINGS.values()
            if values
        }
        for title, values in (more or {}).items():
            old = choices[title]
            added = dict.fromkeys(values, "")
            choices[title] = Choice(title, {**added, **old.values}, old.closed)
        self._choices = choices
        self._at = {title: at for at, title in enumerate(choices)}
        for table, column in sorted({REFERENCES[name] for name in REFERENCES}):
            if table in tables:
                self._name_column(book, table, column)

    def _name_column(self, book: Any, table: str, column: str) -> None:
        """A name for the filled cells of a column, so that a drop-down ends where they end."""
        sheet = TABLES[table]
        letter = xl_col_to_name(sheet.names.index(column))
        cells = f"'{sheet.title}'!${letter}$2"
        whole = f"{cells}:${letter}${LAST_ROW}"
        name = _named(table, column)
        book.define_name(name, f"=OFFSET({cells},0,0,MAX(1,COUNTA({whole})),1)")

    def of_choice(self, title: str) -> dict[str, Any]:
        """The check of cells that pick from a list."""
        choice = self._choices[title]
        letter = xl_col_to_name(2 * self._at[title])
        last = 2 + len(choice.values)
        told = "；".join(f"{code} {said}" for code, said in choice.values.items() if said)
        check: dict[str, Any] = {
            "validate": "list",
            "source": f"='{LISTS_SHEET}'!${letter}$3:${letter}${last}",
        }
        if told and len(told) <= _LONGEST_HINT:
            check |= {"input_title": choice.title, "input_message": told}
        if choice.closed:
            check |= {
                "error_title": "不在可选值中",
                "error_message": f"请从下拉菜单中选择，含义见“{LISTS_SHEET}”页。",
            }
        else:
            check |= {"show_error": False}
        return check

    def of_reference(self, table: str, column: str) -> dict[str, Any] | None:
        """The check of cells that name an id of another sheet; the id's own column has none."""
        target = REFERENCES.get(column)
        if target is None or target[0] not in self._tables or target == (table, column):
            return None
        title = TABLES[target[0]].title
        return {
            "validate": "list",
            "source": f"={_named(*target)}",
            "error_type": "warning",
            "error_title": "编号未登记",
            "error_message": f"“{title}”中没有这个编号。要照样填写吗？",
        }

    def meanings(self, table: str, column: str) -> str:
        """What the values of a column mean, for the comment of its heading; blank for none."""
        choice = CHOICES.get((table, column))
        if choice is None:
            return ""
        values = self._choices[choice.title].values
        return "；".join(f"{code} {said}".strip() for code, said in values.items())

    def write(self, sheet: Any, styles: Styles) -> None:
        """The lists side by side: values, and what they mean."""
        head = styles(bold=True, bg_color="#E8EEF4", border=1)
        sheet.write_string(0, 0, OWN_SHEETS[LISTS_SHEET], styles(bold=True, font_size=14))
        for title, at in self._at.items():
            sheet.set_column(2 * at, 2 * at, 18)
            sheet.set_column(2 * at + 1, 2 * at + 1, 24)
            sheet.write_string(1, 2 * at, title, head)
            sheet.write_string(1, 2 * at + 1, "含义", head)
        most = max(len(choice.values) for choice in self._choices.values())
        for row in range(most):
            for title, at in self._at.items():
                values = list(self._choices[title].values.items())
                if row < len(values):
                    code, said = values[row]
                    sheet.write_string(row + 2, 2 * at, code, styles(num_format="@", border=1))
                    sheet.write_string(row + 2, 2 * at + 1, said, styles(border=1))
        sheet.freeze_panes(2, 0)
        sheet.protect()


def _named(table: str, column: str) -> str:
    """The name of a column for drop-downs: 机构_机构编号."""
    sheet = TABLES[table]
    return f"{sheet.title}_{sheet.columns[sheet.names.index(column)].heading}"
