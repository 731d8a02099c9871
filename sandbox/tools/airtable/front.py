"""The one way into Airtable: both limits, the token, its scope and base, then the answer."""

import functools
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox.standins.front import Answer, Asked, RefusedError, Service, endpoint
from sandbox.tools import limits, options, web
from sandbox.tools.airtable import errors, tokens
from sandbox.tools.models import Base, Table

AIRTABLE = Service("airtable", errors.REFUSALS, lambda: Answer({"error": "INVALID_JSON"}, 400))
WRITES = frozenset({"create", "update", "delete", "create_field"})


def operation(
    name: str, scope: str = ""
) -> Callable[[Callable[..., Answer]], Callable[..., HttpResponse]]:
    """Turn a function (Asked, Token, **path) -> Answer into a view of one operation.

    Every call counts against the limits, whatever becomes of it.
    """

    def decorate(answer_to: Callable[..., Answer]) -> Callable[..., HttpResponse]:
        @endpoint(AIRTABLE, name, writes=name in WRITES)
        def answer(asked: Asked, *, over: str, **path: str) -> Answer:
            if over:
                return errors.too_many()
            return answer_to(asked, _token(asked.bearer, scope), **path)

        @csrf_exempt
        @functools.wraps(answer_to)
        def view(request: HttpRequest, **path: str) -> HttpResponse:
            over = _over(web.bearer(request), path.get("base_id", ""))
            return answer(request, over="yes" if over else "", **path)

        return view

    return decorate


@endpoint(AIRTABLE, "unknown")
def unknown(_asked: Asked, **_path: str) -> Answer:
    """Answer any other address."""
    return errors.NOT_FOUND


def base_of(token: tokens.Token, base_id: str) -> Base:
    """Return a base that the token opens; refuses any other as if it did not exist."""
    base = Base.objects.filter(base_id=base_id).first()
    if base is None or not token.opens(base_id):
        raise errors.unseen()
    return base


def table_of(token: tokens.Token, base_id: str, named: str) -> Table:
    """Return a table of the base by its id or its name."""
    tables = Table.objects.filter(base=base_of(token, base_id))
    found = tables.filter(table_id=named).first() or tables.filter(name=named).first()
    if found is None:
        raise errors.unseen()
    return found


def _over(bearer: str, base_id: str) -> limits.Over | None:
    token = tokens.find(bearer)
    short = token.short if token else "unknown"
    lockout = float(options.value("airtable_lockout_seconds") or 0)
    of_token = limits.Limit(
        f"airtable token {short}", options.value("airtable_per_token"), 1, lockout
    )
    if not base_id or token is None:
        return limits.take(of_token)
    most = options.value("airtable_per_base")
    return limits.take(limits.Limit(f"airtable base {base_id}", most, 1, lockout), of_token)


def _token(bearer: str, scope: str) -> tokens.Token:
    token = tokens.find(bearer)
    if token is None:
        raise RefusedError(errors.unauthorized())
    if scope and scope not in token.scopes:
        raise errors.unseen()
    return token
