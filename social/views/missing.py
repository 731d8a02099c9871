"""What an attempt to connect went without, told once on the page of accounts.

It waits in the session: no link can make the page say it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from flowia.lib.errors import FlowError
from social.logins import Scope
from social.refusing import MissingScopesError
from social.ways import Way, way_of

KEY = "missing_scopes"


@dataclass(frozen=True)
class Missing:
    """The way that was tried, what it went without, and where the person was going."""

    way: Way
    scopes: Sequence[Scope]
    next: str


def keep(request: HttpRequest, error: MissingScopesError, *, return_to: str) -> None:
    """Let the next page of accounts tell which permissions were not given."""
    names = [scope.name for scope in error.scopes]
    request.session[KEY] = [error.way.provider.name, error.way.login.name, names, return_to]


def take(request: HttpRequest) -> Missing | None:
    """Return what was not given, once; None where all was."""
    if request.method != "GET" or KEY not in request.session:
        return None
    provider, login, names, return_to = request.session.pop(KEY)
    try:
        way = way_of(provider, login)
    except FlowError:
        return None
    scopes = [scope for scope in way.login.scopes if scope.name in names]
    return Missing(way, scopes, return_to)
