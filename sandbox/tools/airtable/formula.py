"""The part of Airtable's formulas that filters need: comparisons, AND, OR, NOT, some functions.

Source: "Formula field reference". Anything else is refused, as a mistake would be.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Test = Callable[[str, Mapping[str, Any]], Any]
"""From a record's id and its values by the id of the field to the formula's value."""

TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*') | (?P<number>\d+(?:\.\d+)?) |
    \{(?P<field>(?:[^}\\]|\\.)*)\} | (?P<name>[^\W\d]\w*) | (?P<sign>!=|<=|>=|[=<>&(),-])
    )\s*""",
    re.VERBOSE | re.DOTALL,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    # An empty cell equals an empty text.
    "=": lambda left, right: ("" if left is None else left) == ("" if right is None else right),
    "!=": lambda left, right: not COMPARISONS["="](left, right),
    "<": lambda left, right: _number(left) < _number(right),
    ">": lambda left, right: _number(left) > _number(right),
    "<=": lambda left, right: _number(left) <= _number(right),
    ">=": lambda left, right: _number(left) >= _number(right),
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "AND": lambda *given: all(map(_truth, given)),
    "OR": lambda *given: any(map(_truth, given)),
    "NOT": lambda one: not _truth(one),
    "TRUE": lambda: True,
    "FALSE": lambda: False,
    "BLANK": lambda: None,
    "LOWER": lambda one: _text(one).lower(),
    "UPPER": lambda one: _text(one).upper(),
    "TRIM": lambda one: _text(one).strip(),
    "LEN": lambda one: len(_text(one)),
    "EXACT": lambda left, right: _text(left) == _text(right),
    "FIND": lambda part, whole: _text(whole).find(_text(part)) + 1,
    "SEARCH": lambda part, whole: _text(whole).lower().find(_text(part).lower()) + 1 or None,
}


class InvalidFormulaError(ValueError):
    """The formula cannot be read; the message says why, in Airtable's words."""


@dataclass
class _Reader:
    tokens: list[tuple[str, str]]
    fields: Mapping[str, str]
    at: int = 0

    def peek(self) -> str:
        kind, value = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")
        return value if kind == "sign" else kind

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise InvalidFormulaError("Unexpected end of the formula")
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str) -> None:
        if self.peek() != sign:
            raise InvalidFormulaError(f"Expected {sign}")
        self.at += 1

    def comparison(self) -> Test:
        left = self.joined()
        sign = self.peek()
        if sign not in COMPARISONS:
            return left
        self.at += 1
        compare, right = COMPARISONS[sign], self.joined()
        return lambda record, values: compare(left(record, values), right(record, values))

    def joined(self) -> Test:
        parts = [self.term()]
        while self.peek() == "&":
            self.at += 1
            parts.append(self.term())
        if len(parts) == 1:
            return parts[0]
        return lambda record, values: "".join(_text(part(record, values)) for part in parts)

    def term(self) -> Test:
        kind, value = self.take()
        if kind == "text":
            return _constant(_unescaped(value[1:-1]))
        if kind == "number":
            return _constant(float(value))
        if kind == "field":
            return self.cell(_unescaped(value))
        if kind == "name":
            return self.function(value.upper()) if self.peek() == "(" else self.cell(value)
        if value == "(":
            inside = self.comparison()
            self.expect(")")
            return inside
        if value == "-" and self.peek() == "number":
            return _constant(-float(self.take()[1]))
        raise InvalidFormulaError(f"Unexpected {value}")

    def cell(self, name: str) -> Test:
        field = self.fields.get(name)
        if field is None:
            raise InvalidFormulaError(f"Unknown field names: {name.lower()}")
        return lambda _record, values: values.get(field)

    def function(self, name: str) -> Test:
        self.expect("(")
        given: list[Test] = []
        while self.peek() != ")":
            given.append(self.comparison())
            if self.peek() != ",":
                break
            self.at += 1
        self.expect(")")
        if name == "RECORD_ID" and not given:
            return lambda record, _values: record
        if name not in FUNCTIONS:
            raise InvalidFormulaError(f"Unknown function names: {name}")
        call = FUNCTIONS[name]
        return lambda record, values: call(*(one(record, values) for one in given))


def read(formula: str, fields: Mapping[str, str]) -> Callable[[str, Mapping[str, Any]], bool]:
    """Return the test that a formula is; `fields` maps names and ids to ids.

    Raises InvalidFormulaError.
    """
    reader = _Reader(_tokens(formula), fields)
    test = reader.comparison()
    if reader.peek() != "end":
        raise InvalidFormulaError(f"Unexpected {reader.take()[1]}")
    return lambda record, values: _truth(test(record, values))


def _tokens(formula: str) -> list[tuple[str, str]]:
    found, at = [], 0
    while at < len(formula):
        match = TOKEN.match(formula, at)
        if match is None:
            raise InvalidFormulaError(f"Unexpected {formula[at]}")
        kind = match.lastgroup or ""
        found.append((kind, match[kind]))
        at = match.end()
    return found


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), text, flags=re.DOTALL)


def _constant(value: Any) -> Test:
    return lambda _record, _values: value


def _truth(value: Any) -> bool:
    return value not in (None, "", 0, False)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> float:
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return float("nan")
