"""Graph's `fields=id,name,messages.limit(20){id,from}` and its pages of a list."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from sandbox import settings
from sandbox.standins import graph_tokens
from sandbox.standins.front import Answer, Asked
from sandbox.world import options

Row = dict[str, Any]
Fields = Mapping[str, "Field"]
USUAL_LIMIT = 25
MARK = re.compile(r"[,{}]")


class Field(dict[str, "Field"]):
    """The fields asked for inside another; `limit` bounds a list, None is the usual."""

    limit: int | None = None


def asked_fields(asked: Asked) -> Field:
    """Return the fields of the call, empty when it names none."""
    return parse(asked.query.get("fields") or str(asked.body.get("fields") or ""))


def parse(text: str) -> Field:
    """Return `text` as a tree; what is not well formed is read as far as it goes."""
    root = Field()
    open_fields = [root]
    last = root
    for word, mark in zip([*MARK.split(text)], [*MARK.findall(text), ","], strict=True):
        if word.strip():
            name, *modifiers = word.strip().split(".")
            last = open_fields[-1].setdefault(name, Field())
            limits = [part for part in modifiers if part.startswith("limit(")]
            number = limits[0].removeprefix("limit(").rstrip(")") if limits else ""
            last.limit = int(number) if number.isdigit() else None
        if mark == "{":
            open_fields.append(last)
        elif mark == "}" and len(open_fields) > 1:
            last = open_fields.pop()
    return root


def only(row: Row, fields: Fields) -> Row:
    """Return what was asked for of `row`, the id always; everything when nothing was asked for."""
    if not fields:
        return row
    return {
        name: _inside(value, fields.get(name) or {})
        for name, value in row.items()
        if name in fields or name == "id"
    }


def page(asked: Asked, rows: Sequence[Row], *, usual: int = USUAL_LIMIT) -> Answer:
    """Return one page of `rows` with its cursors, and the next page's whole address."""
    limit = min(_positive(asked.query.get("limit"), default=usual), options.get("page_size"))
    start = _position(asked.query.get("after"))
    shown = rows[start : start + limit]
    if not shown:
        return Answer({"data": []})
    end = start + len(shown)
    paging: Row = {"cursors": {"before": _cursor(start), "after": _cursor(end)}}
    if end < len(rows):
        again = {**asked.query, "limit": str(limit), "after": _cursor(end)}
        again["access_token"] = graph_tokens.token_in(asked)
        paging["next"] = f"{settings.SANDBOX_URL}{asked.path}?{urlencode(again)}"
    return Answer({"data": list(shown), "paging": paging})


def _inside(value: Any, fields: Fields) -> Any:
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        return {**value, "data": [only(row, fields) for row in value["data"]]}
    return only(value, fields) if isinstance(value, dict) else value


def _cursor(position: int) -> str:
    return f"QVFI{position}"


def _position(cursor: str | None) -> int:
    digits = (cursor or "").removeprefix("QVFI")
    return int(digits) if digits.isdecimal() else 0


def _positive(value: str | None, *, default: int) -> int:
    return int(value) if value and value.isdecimal() and int(value) > 0 else default
