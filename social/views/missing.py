"""What an attempt to connect went without, told once on the page of accounts.

It waits in the session: no link can make the page say it.
"""

from collections.abc import Sequence

from django.http import HttpRequest

from flowia.lib.errors import FlowError
from social.logins import Scope
from social.refusing import MissingScopesError
from social.ways import Way, way_of

KEY = "missing_scopes"


def keep(request: HttpRequest, error: MissingScopesError) -> None:
    """Let the next page of accounts tell which permissions were not given."""
    names = [scope.name for scope in error.scopes]
    request.session[KEY] = [error.way.provider.name, error.way.login.name, names]


def take(request: HttpRequest) -> tuple[Way | None, Sequence[Scope]]:
    """Return the way and its permissions that were not given, once; None where all were."""
    if request.method != "GET" or KEY not in request.session:
        return None, ()
    provider, login, names = request.session.pop(KEY)
    try:
        way = way_of(provider, login)
    except FlowError:
        return None, ()
    return way, [scope for scope in way.login.scopes if scope.name in names]
