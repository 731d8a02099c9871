"""Forms with nested names, as Stripe reads them: `items[0][price]=price_1`.

Numbers in brackets make a list, empty ones add to it, anything else names a field.
"""

import re
from collections.abc import Iterable
from typing import Any

NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
PART = re.compile(r"\[([^\[\]]*)\]")


class MalformedNameError(ValueError):
    """A name with brackets that do not fit."""


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the fields of a form as dicts, lists and texts; raises MalformedNameError."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        match = NAME.match(name)
        if not match:
            raise MalformedNameError(name)
        _put(found, [match[1], *PART.findall(match[2])], value)
    return {name: _lists(value) for name, value in found.items()}


def _put(into: dict[str, Any], path: list[str], value: str) -> None:
    for part in path[:-1]:
        key = str(len(into)) if part == "" else part
        inner = into.setdefault(key, {})
        if not isinstance(inner, dict):
            raise MalformedNameError("".join(path))
        into = inner
    into[str(len(into)) if path[-1] == "" else path[-1]] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {name: _lists(one) for name, one in value.items()}
    if inner and all(name.isascii() and name.isdigit() for name in inner):
        return [inner[name] for name in sorted(inner, key=int)]
    return inner
