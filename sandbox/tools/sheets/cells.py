"""What becomes of a value in a cell: as it was given (RAW), or as if a person had typed it.

Source: "ValueInputOption" and "ValueRenderOption" of Google Sheets API v4. Nothing is calculated
here: a formula is only kept as one, which is all that a test of formula injection needs.
"""

import re
from datetime import date, datetime
from typing import Any

Cell = Any
"""Text, number, truth value, {"formula": text} or {"serial": days, "shown": text}."""
FORMULA_STARTS = ("=", "+", "-", "@")
NUMBER = re.compile(r"[+-]?(?:\d+(?:[.,]\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?")
PERCENT = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s?%")
FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet knows no time zone
DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S")
FORMATTED, UNFORMATTED, FORMULA = "FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA"
RENDERINGS = (FORMATTED, UNFORMATTED, FORMULA)
NOT_CALCULATED = "#FORMULA!"


def raw(value: Any) -> Cell:
    """Return a value as RAW keeps it: a text stays that text, whatever it looks like."""
    return value


def of_kind(given: dict[str, Any]) -> Cell:
    """Return a cell whose `userEnteredValue` says what it is; "" where it says nothing."""
    told = given.get("userEnteredValue") or {}
    if "formulaValue" in told:
        return {"formula": told["formulaValue"]}
    return next(iter(told.values()), "")


def entered(value: Any) -> Cell:
    """Return what becomes of a value that a person types: formulas, numbers, dates are seen."""
    if not isinstance(value, str) or not value:
        return value
    if value.startswith("'"):
        return value[1:]
    if PERCENT.fullmatch(value):
        return _number(value.rstrip("% \xa0")) / 100
    if value.startswith(FORMULA_STARTS) and len(value) > 1 and not NUMBER.fullmatch(value):
        return {"formula": value if value[0] == "=" else f"={value}"}
    return _read(value)


def shown(cell: Cell, rendering: str = FORMATTED) -> Any:
    """Return what a cell answers to a reader."""
    if isinstance(cell, dict):
        if "formula" in cell:
            return cell["formula"] if rendering == FORMULA else NOT_CALCULATED
        return cell["shown"] if rendering == FORMATTED else cell["serial"]
    if rendering != FORMATTED:
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return f"{cell:.10g}"
    return str(cell)


def is_empty(cell: Cell) -> bool:
    """Tell whether there is nothing in it."""
    return cell is None or cell == ""


def _read(text: str) -> Cell:
    if NUMBER.fullmatch(text):
        return _number(text)
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    return _dated(text) or text


def _number(text: str) -> float:
    number = float(text.replace(",", "."))
    return int(number) if number.is_integer() else number


def _dated(text: str) -> Cell | None:
    for form in DATE_FORMS:
        try:
            at = datetime.strptime(text, form)  # noqa: DTZ007 - a sheet knows no time zone
        except ValueError:
            continue
        serial = (at - FIRST_DAY).total_seconds() / 86_400
        only_day = at.time() == datetime.min.time()
        kept = int(serial) if only_day else round(serial, 6)
        return {"serial": kept, "shown": text if not only_day else _day(at.date(), text)}
    return None


def _day(day: date, text: str) -> str:
    return text if "-" in text else day.strftime("%d/%m/%Y")
