"""Structured output: any answer, bent until it fits the JSON schema that the caller sent.

Rules of strict schemas: OpenAI, "Structured outputs, supported schemas".
"""

from typing import Any

Schema = dict[str, Any]


class InvalidSchemaError(ValueError):
    """A strict schema that the API would refuse; the message is the API's reason."""


def check_strict(schema: Schema, *, path: str = "()") -> None:
    """Raise InvalidSchemaError unless every object is closed and requires all its properties."""
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            raise InvalidSchemaError(
                f"In context={path}, 'additionalProperties' is required to be supplied "
                "and to be false."
            )
        properties = schema.get("properties", {})
        missing = sorted(set(properties) - set(schema.get("required", [])))
        if missing:
            raise InvalidSchemaError(
                f"In context={path}, 'required' is required to be supplied and to be an array "
                f"including every key in properties. Missing '{missing[0]}'."
            )
    for name, part in _parts(schema):
        check_strict(part, path=f"({name})")


def fit(value: Any, schema: Schema, root: Schema | None = None) -> Any:
    """Return `value` where it fits `schema`, and the plainest fitting value where it does not."""
    root = schema if root is None else root
    schema = _resolved(schema, root)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return value if value in schema["enum"] else schema["enum"][0]
    options = schema.get("anyOf")
    if options:
        return _fit_one_of(value, options, root)
    kinds = schema.get("type", "string")
    for kind in kinds if isinstance(kinds, list) else [kinds]:
        if _is(value, kind):
            return _fit_inside(value, kind, schema, root)
    kind = kinds[0] if isinstance(kinds, list) else kinds
    return _fit_inside(PLAINEST[kind], kind, schema, root)


PLAINEST: dict[str, Any] = {
    "object": {},
    "array": [],
    "string": "",
    "number": 0,
    "integer": 0,
    "boolean": False,
    "null": None,
}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def _is(value: Any, kind: str) -> bool:
    if isinstance(value, bool) and kind in ("number", "integer"):
        return False
    return isinstance(value, TYPES[kind])


def _fit_one_of(value: Any, options: list[Schema], root: Schema) -> Any:
    for option in options:
        kind = _resolved(option, root).get("type")
        if isinstance(kind, str) and _is(value, kind):
            return fit(value, option, root)
    return fit(value, options[0], root)


def _fit_inside(value: Any, kind: str, schema: Schema, root: Schema) -> Any:
    if kind == "object":
        properties = schema.get("properties", {})
        return {name: fit(value.get(name), part, root) for name, part in properties.items()}
    if kind == "array":
        items = [fit(item, schema.get("items", {}), root) for item in value]
        short = schema.get("minItems", 0) - len(items)
        items += [fit(None, schema.get("items", {}), root) for _ in range(short)]
        return items[: schema.get("maxItems")]
    if kind in ("number", "integer"):
        value = max(value, schema.get("minimum", value))
        return min(value, schema.get("maximum", value))
    if kind == "string":
        return value.ljust(schema.get("minLength", 0), ".")[: schema.get("maxLength")]
    return value


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref")
    if not reference:
        return schema
    found: Any = root
    for step in reference.removeprefix("#/").split("/"):
        found = found[step] if step and step != "#" else found
    return dict(found)


def _parts(schema: Schema) -> list[tuple[str, Schema]]:
    named = [*schema.get("properties", {}).items(), *schema.get("$defs", {}).items()]
    listed = [("anyOf", option) for option in schema.get("anyOf", [])]
    items = schema.get("items")
    return named + listed + ([("items", items)] if isinstance(items, dict) else [])
