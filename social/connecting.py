"""Connecting accounts: to the network's consent page and back, and what it granted into rows.

Nobody's name stands here: what a network asks, grants and subscribes are its `Login`'s functions.
A row is written before its webhooks are asked for; should that be lost, the next check does it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts import oauth
from accounts.access import owned
from accounts.models import User, Workspace
from flowia.lib import clock
from social import choosing, meter
from social.connected import connect
from social.errors import ProviderError
from social.logins import Asked, Choice, Grant, Scope
from social.models import Connecting, SocialAccount
from social.refusing import (
    ConsentRefusedError,
    MissingScopesError,
    NothingToConnectError,
    network_error,
)
from social.subscribing import subscribe
from social.ways import Way, way_named, way_of

log = structlog.get_logger("flowia.connecting")
CHOOSE_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True)
class Attempt:
    """Somebody is back from the consent page: by which way, for whom, and where they go next."""

    way: Way
    workspace: Workspace
    user: User
    return_to: str
    verifier: str


@dataclass(frozen=True)
class Outcome:
    """What came of it: connected accounts, or a row to choose from."""

    accounts: tuple[SocialAccount, ...] = ()
    choose: Connecting | None = None


def begin(
    request: HttpRequest,
    way: Way,
    *,
    user: User,
    workspace: Workspace,
    return_to: str = "",
    again: bool = False,
) -> str:
    """Return where the browser asks the network; `again` asks for what was declined before.

    The state in it is used once, by this browser, person and workspace, for this very login.
    """
    begun = oauth.begin(
        request,
        _purpose(way.provider.name),
        user=user,
        workspace=workspace,
        return_to=return_to,
        keep={"login": way.login.name},
    )
    asked = Asked(begun.state, begun.challenge, redirect_uri(way), again=again)
    return way.login.address(asked)


def come_back(request: HttpRequest, provider: str, state: str) -> Attempt:
    """Take the state that came back, once.

    Raises DeadStateError for every other one, ForbiddenError when the person owns the workspace
    no more, NotFoundError for a network without logins.
    """
    way_of(provider)
    finished = oauth.finish(request, _purpose(provider), state)
    if finished.user is None or finished.workspace is None:
        raise oauth.DeadStateError
    owned(finished.workspace, finished.user)
    return Attempt(
        way=way_of(provider, finished.kept.get("login", "")),
        workspace=finished.workspace,
        user=finished.user,
        return_to=finished.return_to,
        verifier=finished.verifier,
    )


def complete(attempt: Attempt, query: Mapping[str, str], *, address: str = "") -> Outcome:
    """Exchange what came back in `query`, and connect the account or keep several to choose from.

    Raises ConsentRefusedError, MissingScopesError, NothingToConnectError, TakenElsewhereError, and
    NetworkRefusedError or NetworkAwayError for what the network itself answers. Nothing is stored
    then.
    """
    if query.get("error"):
        raise ConsentRefusedError(query["error"])
    grant = _granted(attempt, query.get("code", ""))
    missing = needed_of(attempt.way, grant.scopes)
    if missing:
        raise MissingScopesError(attempt.way, missing)
    usable = [choice for choice in grant.choices if not choice.problem]
    if not grant.choices:
        raise NothingToConnectError
    if len(grant.choices) == 1 and not usable:
        raise NothingToConnectError(problem=grant.choices[0].problem)
    if len(grant.choices) > 1:
        row = choosing.keep(
            grant,
            workspace=attempt.workspace,
            user=attempt.user,
            way=attempt.way,
            return_to=attempt.return_to,
            until=clock.now() + CHOOSE_WITHIN,
        )
        return Outcome(choose=row)
    return Outcome(accounts=_connected(attempt, grant, usable, address))


def choose(row: Connecting, wanted: Sequence[str], *, user: User, address: str = "") -> Outcome:
    """Connect those of a row's choices whose `choosing.key_of` is wanted; the row is used up.

    Raises ExpiredChoiceError, NothingChosenError, and TakenElsewhereError, after which nothing
    has changed.
    """
    way = way_named(row.provider, row.login)
    attempt = Attempt(way, row.workspace, user, row.return_to, "")
    grant = choosing.opened(row)
    chosen = choosing.chosen(grant, wanted)
    return Outcome(accounts=_connected(attempt, grant, chosen, address, used_up=row))


def needed_of(way: Way, granted: tuple[str, ...]) -> list[Scope]:
    """Return the scopes without which nothing works and that were not granted."""
    return [scope for scope in way.missing(granted) if scope.needed]


def redirect_uri(way: Way) -> str:
    """Return where the network sends people back to: registered there to the character.

    It ends with a slash: some networks want one, none forbids it.
    """
    path = reverse("api-account-callback", kwargs={"provider": way.provider.name})
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}/"


def _granted(attempt: Attempt, code: str) -> Grant:
    if not code:
        raise ConsentRefusedError("no_code")
    login, now = attempt.way.login, clock.now()
    meter.note(attempt.way.provider.name, "connect", now=now)
    try:
        return login.exchange(code, attempt.verifier, redirect_uri(attempt.way), now)
    except ProviderError as error:
        log.warning("connecting failed", provider=attempt.way.provider.name, code=error.code)
        raise network_error(attempt.way, error) from error


def _connected(
    attempt: Attempt,
    grant: Grant,
    choices: Sequence[Choice],
    address: str,
    *,
    used_up: Connecting | None = None,
) -> tuple[SocialAccount, ...]:
    accounts = connect(
        attempt.way,
        grant,
        choices,
        workspace=attempt.workspace,
        user=attempt.user,
        address=address,
        used_up=used_up,
    )
    return tuple(subscribe(account) for account in accounts)


def _purpose(provider: str) -> str:
    return f"connect.{provider}"
