"""What a look at a page says about the session (linkedin.md 5). Pure.

Judged by the address's path after the base is taken off, never by a piece of the whole address:
`/authwall?sessionRedirect=…%2Fmessaging%2F` speaks of messaging, and is a wall. What contacts wrote
stands on these pages too, so a phrase counts only where no conversation can be shown.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import parse_qsl, unquote, urlsplit

from social.providers.linkedin.phrases import RESTRICTED as RESTRICTED_PHRASE
from social.providers.linkedin.phrases import TOO_MANY, is_sign_in
from social.providers.linkedin.storage import is_linkedins

OK, NEEDS_LOGIN, CHECKPOINT, RESTRICTED = "ok", "needs_login", "checkpoint", "restricted"
COOLDOWN, DRIFT, UNKNOWN = "cooldown", "drift", "unknown"
STATES = (OK, NEEDS_LOGIN, CHECKPOINT, RESTRICTED, COOLDOWN, DRIFT, UNKNOWN)

LOGINS = ("/login", "/uas/login", "/uas/login-submit", "/authwall", "/signup", "/cold-join")
CHECKPOINTS = ("/checkpoint", "/challenge", "/uas/consumer-email-challenge")
REFUSED_CHALLENGE = "challenge_global_internal_error"
REDIRECT_LOOP = "ERR_TOO_MANY_REDIRECTS"
REFUSED, TOO_MANY_REQUESTS, SIGNED_OUT = 999, 429, frozenset({401, 403})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
NONE, NETWORK = timedelta(), timedelta(minutes=15)
SHORT, LONG, LONGEST = timedelta(hours=2), timedelta(hours=8), timedelta(hours=24)
SLASHES = re.compile(r"/{2,}")


@dataclass(frozen=True)
class Look:
    """What the browser saw after a navigation, or before an action.

    - `url`: where the page is now; `base`: LINKEDIN_URL, perhaps with a path of its own.
    - `status`: of the page's own response; None where the page moved by script.
    - `voyager`: the statuses of the page's calls for conversations and messages (no other calls),
      all of them since the navigation.
    - `error`: the browser's own code where it reached no page ("ERR_TOO_MANY_REDIRECTS"…).
    - `phrases`: what `phrases.found` says of the visible text.
    - `chooser`, `login_form`: whether the account chooser, or a form of the way in, is there.
    """

    url: str
    base: str
    status: int | None = None
    title: str = ""
    has_main: bool = False
    has_nav: bool = False
    voyager: tuple[int, ...] = ()
    error: str = ""
    phrases: frozenset[str] = frozenset()
    chooser: bool = False
    login_form: bool = False


@dataclass(frozen=True)
class SessionState:
    """What a look means: `state` of STATES, `detail` a stable code.

    `stops_for` is how long nothing may run at the least; with `must_act`, nothing runs before the
    member has acted, however long that takes.
    """

    state: str
    detail: str = ""
    stops_for: timedelta = NONE
    must_act: bool = False


def judge(look: Look) -> SessionState:
    """Return what `look` says; whatever is not surely good is `unknown`, which stops too."""
    path = path_of(look.url, look.base)
    wall = _wall(look, path)
    refusal = _refusal(look)
    if wall is not None:
        # A wall and a refusal at once: the refusal's time counts even when the member acts soon.
        return replace(wall, stops_for=max(wall.stops_for, refusal.stops_for if refusal else NONE))
    return refusal or _positive(look, path)


def path_of(url: str, base: str) -> str | None:
    """Return the path below `base`, in small letters; None of an address that is not below it.

    Any other host of LinkedIn's is below LinkedIn: its walls stand on several.
    """
    try:
        there, here = urlsplit(url), urlsplit(base)
        same = (there.scheme, there.hostname, there.port) == (here.scheme, here.hostname, here.port)
    except ValueError:
        return None
    path, prefix = _plain(there.path), _plain(here.path).rstrip("/")
    if not same and not (
        there.scheme == "https" and is_linkedins(there.hostname) and is_linkedins(here.hostname)
    ):
        return None
    if path != prefix and not path.startswith(f"{prefix}/"):
        return None
    return path.removeprefix(prefix) or "/"


def _plain(path: str) -> str:
    return SLASHES.sub("/", unquote(path)).lower()


def _is_below(path: str, places: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in places)


def _wall(look: Look, path: str | None) -> SessionState | None:
    """Return what stands between us and the pages, by its address first."""
    if look.error == REDIRECT_LOOP:
        return SessionState(NEEDS_LOGIN, "redirect_loop", must_act=True)
    gate = _gate(path) if path else None
    if path and _is_refused_challenge(look.url, path):
        return SessionState(COOLDOWN, "refused_challenge", LONGEST)
    if RESTRICTED_PHRASE in look.phrases and (gate or not _is_alive(look)):
        return SessionState(RESTRICTED, "restricted", must_act=True)
    if gate is not None:
        return gate
    signs = {
        "account_chooser": look.chooser,
        "login_form": look.login_form,
        "login_title": is_sign_in(look.title),
        "voyager_signed_out": not SIGNED_OUT.isdisjoint(look.voyager),
        "voyager_redirected": not REDIRECTS.isdisjoint(look.voyager),
    }
    detail = next((code for code, there in signs.items() if there), "")
    return SessionState(NEEDS_LOGIN, detail, must_act=True) if detail else None


def _gate(path: str) -> SessionState | None:
    if _is_below(path, CHECKPOINTS):
        return SessionState(CHECKPOINT, "checkpoint", must_act=True)
    if _is_below(path, LOGINS) or "cold-join" in path.split("/"):
        return SessionState(NEEDS_LOGIN, "login_page", must_act=True)
    return None


def _is_refused_challenge(url: str, path: str) -> bool:
    """Tell of LinkedIn's own mark alone: an address may also hold what somebody searched for."""
    query = urlsplit(url).query
    if REFUSED_CHALLENGE in path.split("/"):
        return True
    if _is_below(path, CHECKPOINTS):
        return REFUSED_CHALLENGE in query
    return _is_below(path, LOGINS) and REFUSED_CHALLENGE in dict(parse_qsl(query)).values()


def _refusal(look: Look) -> SessionState | None:
    statuses = {look.status, *look.voyager}
    if REFUSED in statuses:
        return SessionState(COOLDOWN, "refused_999", LONG)
    if TOO_MANY_REQUESTS in statuses:
        return SessionState(COOLDOWN, "status_429", SHORT)
    if not look.has_main and TOO_MANY in look.phrases:
        return SessionState(COOLDOWN, "too_many_requests", SHORT)
    return None


def _is_alive(look: Look) -> bool:
    return look.has_nav and HTTPStatus.OK in look.voyager


def _positive(look: Look, path: str | None) -> SessionState:
    if look.error:
        return SessionState(UNKNOWN, "network", NETWORK)
    if path is None:
        return SessionState(UNKNOWN, "elsewhere", SHORT)
    # A deep link's 404 is said by a page that works (linkedin.md 2).
    good = range(HTTPStatus.OK, HTTPStatus.BAD_REQUEST)
    if look.status is not None and look.status not in {*good, HTTPStatus.NOT_FOUND}:
        return SessionState(UNKNOWN, f"status_{look.status}", SHORT)
    if not look.has_nav:
        return SessionState(UNKNOWN, "no_navigation", SHORT)
    if not _is_alive(look):
        return SessionState(UNKNOWN, "no_voyager", SHORT)
    return SessionState(OK)
