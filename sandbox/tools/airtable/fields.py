"""Airtable's columns: which types there are, what each accepts, how a new one is described.

Source: "Field types and cell values" and "Create field" of the Web API.
"""

import secrets
import string
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from sandbox.tools.airtable.errors import refuse

Field = dict[str, Any]
LONGEST_TEXT = 100_000
COMPUTED = frozenset({"createdTime", "lastModifiedTime", "formula", "autoNumber"})
NEEDED: dict[str, tuple[str, ...]] = {
    "singleSelect": ("choices",),
    "multipleSelects": ("choices",),
    "dateTime": ("timeZone", "dateFormat", "timeFormat"),
    "date": ("dateFormat",),
    "number": ("precision",),
    "checkbox": ("icon", "color"),
}
"""What `options` has to say of a new field of the type."""
TEXTS = frozenset({"singleLineText", "multilineText", "phoneNumber", "url", "email"})
ALPHABET = string.ascii_letters + string.digits
EMPTY: tuple[Any, ...] = (None, "", [], False)
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def new_id(prefix: str) -> str:
    """Return a fresh id of Airtable's form: three letters and fourteen others."""
    return prefix + "".join(secrets.choice(ALPHABET) for _ in range(14))


def described(asked: Mapping[str, Any], fields: list[Field]) -> Field:
    """Return the new field that `asked` describes beside `fields`; refuses as Airtable does."""
    name, kind = asked.get("name"), asked.get("type")
    taken = {str(field["name"]).lower() for field in fields}
    if not isinstance(name, str) or not name.strip() or name.lower() in taken:
        raise refuse(422, "DUPLICATE_OR_EMPTY_FIELD_NAME", "Field names must be unique, not empty")
    if kind not in CHECKS:
        words = f"Creating {kind} fields is not supported at this time"
        raise refuse(422, "UNSUPPORTED_FIELD_TYPE_FOR_CREATE", words)
    options = asked.get("options")
    given = options if isinstance(options, dict) else {}
    missing = [one for one in NEEDED.get(kind, ()) if one not in given]
    if missing or (given and kind not in NEEDED):
        words = f"Invalid options for {name}: {', '.join(missing) or 'takes no options'}"
        raise refuse(422, "INVALID_FIELD_TYPE_OPTIONS_FOR_CREATE", words)
    made: Field = {"id": new_id("fld"), "name": name, "type": kind}
    if asked.get("description"):
        made["description"] = str(asked["description"])
    if given:
        made["options"] = _options(given)
    return made


def index(fields: list[Field]) -> dict[str, Field]:
    """Return the fields by their names and by their ids."""
    return {str(field[key]): field for key in ("name", "id") for field in fields}


def checked(given: Any, fields: list[Field], *, typecast: bool) -> dict[str, Any]:
    """Return what is written, by the id of the field; an empty cell is None.

    With `typecast`, what does not fit is converted, and new choices are added to `fields`.
    """
    if not isinstance(given, dict):
        raise refuse(422, "INVALID_REQUEST_MISSING_FIELDS", 'Could not find field "fields"')
    known, written = index(fields), {}
    for name, value in given.items():
        field = known.get(name)
        if field is None:
            raise refuse(422, "UNKNOWN_FIELD_NAME", f'Unknown field name: "{name}"')
        if field["type"] in COMPUTED:
            raise _unfit(field, "because the field is computed")
        empty = value is None or (value in EMPTY and field["type"] != "singleSelect")
        written[field["id"]] = None if empty else CHECKS[field["type"]](field, value, typecast)
    return written


def shown(values: Mapping[str, Any], fields: list[Field], *, by_id: bool = False) -> dict[str, Any]:
    """Return a record's `fields` as Airtable answers them, empty cells left out."""
    key = "id" if by_id else "name"
    return {f[key]: values[f["id"]] for f in fields if values.get(f["id"]) not in EMPTY}


def _options(given: dict[str, Any]) -> dict[str, Any]:
    choices = given.get("choices")
    if not isinstance(choices, list):
        return given
    names = [str(one.get("name")) for one in choices if isinstance(one, dict)]
    return {**given, "choices": [choice(name) for name in dict.fromkeys(names)]}


def choice(name: str) -> dict[str, str]:
    """Return one choice of a select field."""
    return {"id": new_id("sel"), "name": name, "color": "blueLight2"}


def _unfit(field: Field, why: str = "") -> Exception:
    words = f'Field "{field["name"]}" cannot accept '
    words += f"a value {why}" if why else "the provided value"
    return refuse(422, "INVALID_VALUE_FOR_COLUMN", words)


def _text(field: Field, value: Any, typecast: bool) -> str:
    if typecast and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        raise _unfit(field)
    return value


def _select(field: Field, value: Any, typecast: bool) -> str:
    if not isinstance(value, str):
        raise _unfit(field)
    choices = field["options"]["choices"]
    if value in {one["name"] for one in choices}:
        return value
    if not typecast or not value:
        words = f'Insufficient permissions to create new select option ""{value}""'
        raise refuse(422, "INVALID_MULTIPLE_CHOICE_OPTIONS", words)
    choices.append(choice(value))
    return value


def _selects(field: Field, value: Any, typecast: bool) -> list[str]:
    if not isinstance(value, list):
        raise _unfit(field)
    return [_select(field, one, typecast) for one in value]


def _number(field: Field, value: Any, typecast: bool) -> float:
    if typecast and isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise _unfit(field) from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _unfit(field)
    return value


def _checkbox(field: Field, value: Any, typecast: bool) -> bool | None:
    if typecast and isinstance(value, str) and value.lower() in TRUTHS:
        return TRUTHS[value.lower()] or None
    if not isinstance(value, bool):
        raise _unfit(field)
    return value


def _moment(field: Field, value: Any, _typecast: bool) -> str:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        words = f'Cannot parse date value "{value}" for field {field["name"]}'
        raise refuse(422, "INVALID_VALUE_FOR_COLUMN", words) from None
    at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def _day(field: Field, value: Any, typecast: bool) -> str:
    return date.fromisoformat(_moment(field, value, typecast)[:10]).isoformat()


CHECKS: dict[str, Callable[[Field, Any, bool], Any]] = {
    **dict.fromkeys(TEXTS, _text),
    "singleSelect": _select,
    "multipleSelects": _selects,
    "number": _number,
    "checkbox": _checkbox,
    "dateTime": _moment,
    "date": _day,
}
