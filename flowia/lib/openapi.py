"""What drf-spectacular cannot see by itself: the errors that every operation may answer."""

from collections.abc import Iterator
from typing import Any

Document = dict[str, Any]
TOO_MANY_REQUESTS = 429

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
    402: (
        "Abonnement insuffisant",
        "Votre abonnement (Freemium) permet 1 outil connecté.",
        "plan_required",
    ),
    403: ("Non autorisé", "Votre rôle dans cet espace ne le permet pas.", "role_too_small"),
    404: ("Introuvable", "Il n'y a rien à cette adresse.", "not_found"),
    405: (
        "Méthode non permise",
        "Cette adresse ne répond pas à cette méthode.",
        "method_not_allowed",
    ),
    406: ("Non acceptable", "Seul le JSON est proposé.", "not_acceptable"),
    409: ("Conflit", "Ce n'est plus possible.", "conflict"),
    413: ("Trop volumineux", "La requête dépasse 1 Mio.", "too_large"),
    415: ("Format non pris en charge", "Le corps doit être du JSON.", "unsupported_media_type"),
    422: (
        "Impossible à traiter",
        "Cette clé d'idempotence a déjà servi à une autre demande.",
        "idempotency_key_reused",
    ),
    429: (
        "Trop de requêtes",
        "Trop de requêtes. Nouvelle tentative dans environ 1 minute.",
        "too_many_requests",
    ),
    502: ("Injoignable", "Le modèle n'a pas répondu.", "model_unavailable"),
    503: ("Indisponible", "Un service extérieur ne répond pas.", "unreachable"),
    500: ("Erreur", "Un problème est survenu de notre côté.", "error"),
}
ANY_OPERATION = (401, 403, 405, 406, 429, 500)
WRITING = ("post", "put", "patch", "delete")
WITH_BODY = (413, 415)
NO_NUL = r"^[^\u0000]*$"
ALSO = {
    "/auth/google": (404, 503),
    "/auth/me": (404,),
    "/workspace/exports/{uid}/file": (409,),
    "/scenarios/{uid}/try": (502,),
    "/billing/cancel": (502, 503),
    "/billing/create-checkout": (502, 503),
    "/billing/create-portal": (502, 503),
    "/billing/resume": (502, 503),
    "/integrations/notion/sync": (402,),
    "/integrations/airtable/sync": (402,),
    "/integrations/google-sheets/sync": (402,),
    "/integrations/runs/{uid}/retry": (402,),
    "/integrations/webhooks": (402,),
    "/integrations/webhooks/{uid}": (402,),
    "/integrations/webhooks/{uid}/test": (402,),
    "/integrations/{kind}": (402, 422, 502),
    "/integrations/{kind}/columns": (409, 422, 502),
    "/integrations/{kind}/targets": (409, 422, 502),
    "/integrations/{kind}/test": (422, 502),
    "/leads/{uid}/rewrite": (402,),
    "/social-accounts/{provider}/connect": (503,),
}
"""What single operations may answer besides."""
HEADERS: dict[str, str] = {
    "X-RateLimit-Limit": "How many requests the window allows.",
    "X-RateLimit-Remaining": "How many of them may still follow at once.",
    "X-RateLimit-Reset": "When the window has room again, in Unix seconds.",
    "Retry-After": "How many seconds to wait before the next request.",
}


def with_plain_names(result: Document, **_options: Any) -> Document:
    """Name what generated clients call: no dots, and deeds by their own word.

    `drafts_approve` is a deed, not the creation of an "approve": only where there is a list beside
    it does a POST create.
    """
    for address, _method, operation in _operations(result):
        name = operation["operationId"].replace(".", "_")
        lists = "get" in result["paths"][address]
        operation["operationId"] = name if lists else name.removesuffix("_create")
        operation["tags"] = [tag.partition(".")[0] for tag in operation.get("tags", [])]
    return result


def with_problems(result: Document, **_options: Any) -> Document:
    """Add to each operation the errors that it may answer, described once with an example."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM
    components["headers"] = {
        name: {"description": text, "schema": {"type": "integer"}} for name, text in HEADERS.items()
    }
    components["responses"] = {f"Problem{status}": _response(status) for status in EXAMPLES}
    for address, method, operation in _operations(result):
        for status in _statuses(address, method, operation):
            reference = {"$ref": f"#/components/responses/Problem{status}"}
            operation["responses"].setdefault(str(status), reference)
    return result


def without_nul(result: Document, **_options: Any) -> Document:
    """Say that no text we are sent may hold NUL, which the databases do not know."""
    for name, schema in result.get("components", {}).get("schemas", {}).items():
        if name.endswith("Request"):
            _forbid_nul(schema)
    for _address, _method, operation in _operations(result):
        for parameter in operation.get("parameters", []):
            _forbid_nul(parameter["schema"])
    return result


def _forbid_nul(schema: Document) -> None:
    if schema.get("type") == "string" and not {"enum", "format", "pattern"} & set(schema):
        schema["pattern"] = NO_NUL
    for inner in (*schema.get("properties", {}).values(), schema.get("items")):
        if isinstance(inner, dict):
            _forbid_nul(inner)


def _operations(result: Document) -> Iterator[tuple[str, str, Document]]:
    for address, operations in result["paths"].items():
        for method, operation in operations.items():
            yield address, method, operation


def _statuses(address: str, method: str, operation: Document) -> Iterator[int]:
    takes_input = "requestBody" in operation or any(
        parameter["in"] == "query" for parameter in operation.get("parameters", [])
    )
    if takes_input or not address.startswith("/auth/"):
        yield 400
    yield from ANY_OPERATION
    if "requestBody" in operation:
        yield from WITH_BODY
    if method in WRITING:
        yield 409
    yield from ALSO.get(address, ())
    names = {parameter["name"] for parameter in operation.get("parameters", [])}
    if "Idempotency-Key" in names:
        yield 422
    if "wait" in names:
        yield 502
    if "{" in address or "cursor" in names or not address.startswith("/auth/"):
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
    response: Document = {
        "description": title,
        "content": {"application/problem+json": content},
    }
    if status == TOO_MANY_REQUESTS:
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in HEADERS}
    return response
