"""What drf-spectacular cannot see by itself: the errors that every operation may answer."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]

PROBLEM: Document = {
    "type": "object",
    "description": "An error as RFC 9457 describes it. `code` is stable, `detail` is for people.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "errors": {
            "type": "object",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}
EXAMPLES: dict[int, tuple[str, str, str]] = {
    400: ("Requête invalide", "Certains champs sont manquants ou incorrects.", "invalid"),
    401: ("Non connecté", "Le jeton est absent, expiré ou invalide.", "not_authenticated"),
    404: ("Introuvable", "Il n'y a rien à cette adresse.", "not_found"),
}


def with_problems(result: Document, **_options: Any) -> Document:
    """Add 400, 401 and 404 with an example to each operation that may answer them."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["responses"] = {f"Problem{status}": _response(status) for status in EXAMPLES}
    for address, operation in _operations(result):
        for status in _statuses(address, operation):
            reference = {"$ref": f"#/components/responses/Problem{status}"}
            operation["responses"].setdefault(str(status), reference)
    return result


def _operations(result: Document) -> Iterator[tuple[str, Document]]:
    for address, operations in result["paths"].items():
        for operation in operations.values():
            yield address, operation


def _statuses(address: str, operation: Document) -> Iterator[int]:
    takes_input = "requestBody" in operation or any(
        parameter["in"] == "query" for parameter in operation.get("parameters", [])
    )
    if takes_input:
        yield 400
    yield 401
    if not address.startswith("/auth/"):
        yield 404


def _response(status: int) -> Document:
    title, detail, code = EXAMPLES[status]
    example = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": title, "content": {"application/problem+json": content}}
