"""Notion's filters: conditions on a column's text, joined by `and` and `or`.

Source: "Filter data source entries". Conditions on dates, relations and times are not imitated.
"""

from collections.abc import Callable
from typing import Any

from sandbox.tools.notion import columns
from sandbox.tools.notion.columns import Column, InvalidValueError

Test = Callable[[dict[str, Any]], bool]
"""From a page's values, by the id of the column, to whether it is wanted."""
CONDITIONS: dict[str, Callable[[str, str], bool]] = {
    "equals": lambda value, wanted: value == wanted,
    "does_not_equal": lambda value, wanted: value != wanted,
    "contains": lambda value, wanted: wanted in value,
    "does_not_contain": lambda value, wanted: wanted not in value,
    "starts_with": lambda value, wanted: value.startswith(wanted),
    "is_empty": lambda value, _wanted: not value,
    "is_not_empty": lambda value, _wanted: bool(value),
}


def read(asked: Any, known: list[Column]) -> Test:
    """Return the test that a filter is; raises InvalidValueError."""
    if asked is None:
        return lambda _values: True
    if not isinstance(asked, dict):
        raise InvalidValueError("body.filter should be an object.")
    for word, joined in (("and", all), ("or", any)):
        if word in asked:
            tests = [read(one, known) for one in asked[word]]
            return lambda values: joined(test(values) for test in tests)
    return _condition(asked, known)


def _condition(asked: dict[str, Any], known: list[Column]) -> Test:
    name = str(asked.get("property", ""))
    column = columns.named(name, known)
    if column is None:
        raise InvalidValueError(f"Could not find property with name or id: {name}")
    condition = asked.get(column["type"])
    if not isinstance(condition, dict) or len(condition) != 1:
        given = next((key for key in asked if key not in ("property", "type")), "nothing")
        words = f"database property {column['type']} does not match filter {given}"
        raise InvalidValueError(words)
    [(word, wanted)] = condition.items()
    if word not in CONDITIONS:
        words = f"The sandbox understands the conditions {', '.join(CONDITIONS)} alone."
        raise InvalidValueError(words)
    checked = column["type"] == "checkbox"
    fits, text = CONDITIONS[word], columns.plain(column, wanted) if checked else str(wanted)
    return lambda values: fits(columns.plain(column, values.get(column["id"])), text)
