"""The one way into YouTube's API: the meter, the token and its scope, then the answer."""

import functools
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sandbox.standins.front import Answer, Asked, Service, endpoint
from sandbox.youtube import errors, grants, meter, options
from sandbox.youtube.models import Channel, Comment, Token
from sandbox.youtube.resources import Reader

YOUTUBE = Service("youtube", errors.REFUSALS, lambda: errors.envelope("parseError"))
COMMENT_SCOPES = frozenset({grants.FORCE_SSL})
ANY_SCOPE = frozenset(grants.YOUTUBE_SCOPES)
View = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True)
class Caller:
    """Whose token it is; an account without a channel has an empty `channel_id`."""

    channel_id: str
    handle: str


def operation(
    name: str, *, scopes: frozenset[str] = COMMENT_SCOPES
) -> Callable[[Callable[[Asked, Caller], Answer]], View]:
    """Turn a function (Asked, Caller) -> Answer into the view of one operation of the API.

    It is paid before anything is looked at, so refused and failing calls cost, too; only a call
    without a living token costs nothing, since nobody knows whose project it is.
    """
    writes = not name.endswith(".list")

    def decorate(answer_to: Callable[[Asked, Caller], Answer]) -> View:
        @endpoint(YOUTUBE, name, writes=writes)
        def answer(asked: Asked, *, paid: str) -> Answer:
            caller = _caller(asked.bearer, scopes)
            return answer_to(asked, caller) if paid else errors.envelope("quotaExceeded")

        @csrf_exempt
        @functools.wraps(answer_to)
        def view(request: HttpRequest) -> HttpResponse:
            token = _token(Asked("", "", {}, request.headers, {}).bearer)
            units = meter.WRITE if writes else meter.READ
            paid = token is not None and meter.spend(token.grant.channel_id, name, units)
            return answer(request, paid="yes" if paid else "")

        return view

    return decorate


def by_method(**views: View) -> View:
    """Return the view of an address that means something else with each method."""

    @csrf_exempt
    def view(request: HttpRequest) -> HttpResponse:
        return views.get(request.method or "", unknown)(request)

    return view


@endpoint(YOUTUBE, "unknown")
def unknown(_asked: Asked, **_path: str) -> Answer:
    """Answer any other address."""
    return errors.envelope("notFound")


def reader(asked: Asked, caller: Caller) -> Reader:
    """Return how the caller wants to read; refuses a call without `part`, or an unknown format."""
    parts = frozenset(asked.query.get("part", "").split(",")) - {""}
    if not parts:
        message = "Missing required parameter: part"
        raise errors.refuse("missingRequiredParameter", message=message, location="part")
    text_format = one_of(asked, "textFormat", ("html", "plainText"))
    status = one_of(asked, "moderationStatus", Comment.Status.values)
    salt = secrets.token_hex(4) if options.value("unstable_etags") else ""
    return Reader(caller.channel_id, parts, text_format == "plainText", status, salt)


def one_of(asked: Asked, name: str, values: tuple[str, ...] | list[str]) -> str:
    """Return a parameter that takes one of `values`, the first of which is meant without it."""
    value = asked.query.get(name, values[0])
    if value not in values:
        message = f"Invalid value '{value}'. Allowed values: {', '.join(values)}"
        raise errors.refuse("invalidParameter", message=message, location=name)
    return value


def only_filter(asked: Asked, *names: str) -> str:
    """Return the one of `names` that is in the question; refuses none and more than one."""
    given = [name for name in names if asked.query.get(name)]
    if not given:
        message = f"No filter selected. Expected one of: {', '.join(names)}"
        raise errors.refuse("missingRequiredParameter", message=message)
    if len(given) > 1:
        message = f"Incompatible parameters specified in the request: {', '.join(given)}"
        raise errors.refuse("incompatibleParameters", message=message)
    return given[0]


def ids(asked: Asked, name: str, most: int) -> list[str]:
    """Return the ids of a list separated by commas, at most `most` of them."""
    found = [one for one in asked.query[name].split(",") if one]
    if len(found) > most:
        message = f"Too many values. At most {most} are taken."
        raise errors.refuse("invalidParameter", message=message, location=name)
    return found


def listed(asked: Asked, page: dict[str, Any]) -> Answer:
    """Return a page, or 304 to a caller who has it already; either was paid."""
    mark = page["etag"]
    known = asked.headers.get("If-None-Match", "").removeprefix("W/").strip('"')
    headers = {"ETag": f'"{mark}"'}
    return Answer("", 304, headers) if known == mark else Answer(page, headers=headers)


def _token(value: str) -> Token | None:
    try:
        return grants.living(value, Token.Kind.ACCESS)
    except grants.DeadTokenError:
        return None


def _caller(value: str, scopes: frozenset[str]) -> Caller:
    token = _token(value)
    if token is None:
        raise errors.refuse("authError", message="Invalid Credentials")
    if scopes.isdisjoint(token.scope.split()):
        raise errors.refuse("insufficientPermissions")
    channel = Channel.objects.filter(channel_id=token.grant.channel_id).first()
    return Caller(channel.channel_id, channel.handle) if channel else Caller("", "")
