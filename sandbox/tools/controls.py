"""The tools' JSON addresses for tests and people, below `/tools`."""

from typing import Any

from django.http import HttpRequest

from sandbox import demo, settings
from sandbox.controls import BadBodyError, json_address
from sandbox.tools import cast, deeds, limits, options, seen
from sandbox.tools.airtable import tokens as airtable_tokens
from sandbox.tools.notion import front as notion
from sandbox.tools.sheets import keys
from sandbox.tools.sheets import tokens as sheets_tokens
from sandbox.world.phone import CannotSayError

Body = dict[str, Any]


@json_address("POST")
def do(_request: HttpRequest, body: Body) -> Body:
    """Do what people do in a tool: `tool`, `deed`, `target` and what the deed needs.

    Returns the target as it is afterwards, `{}` when it is gone.
    """
    deeds.do(body)
    try:
        return seen.as_json(deeds.tool_of(body).seen(str(body.get("target") or "")))
    except CannotSayError:
        return {}


@json_address("GET")
def targets(request: HttpRequest, _body: Body) -> Body:
    """Return what a tool (`?tool=`) has to write leads to."""
    found = deeds.tool_of(request.GET.dict()).targets()
    return {"targets": [{"target": o.target, "title": o.title, "place": o.place} for o in found]}


@json_address("GET")
def table(request: HttpRequest, _body: Body) -> Body:
    """Return a target (`?tool=`, `&target=`; without: the demo's) as people see it."""
    tool = deeds.tool_of(request.GET.dict())
    return seen.as_json(tool.seen(request.GET.get("target", "")))


@json_address("POST")
def reset(_request: HttpRequest, _body: Body) -> Body:
    """Bring every tool back to how it was at first; faults and the log stay."""
    cast.reset()
    return options.every()


@json_address("GET", "POST", "DELETE")
def manage_options(request: HttpRequest, body: Body) -> Body:
    """Read or change the options; DELETE brings the usual ones back."""
    if request.method == "DELETE":
        options.forget()
    if request.method == "POST":
        options.change(body)
    return options.every()


@json_address("GET", "DELETE")
def rates(request: HttpRequest, _body: Body) -> Body:
    """Return how fast calls came for each token, base or account; DELETE forgets them.

    With `?times=1` every call's moment, in milliseconds. Lock-outs end with DELETE, too.
    """
    if request.method == "DELETE":
        limits.forget()
    return {"rates": limits.rates(with_times=request.GET.get("times") == "1")}


@json_address("POST")
def airtable_token(_request: HttpRequest, body: Body) -> Body:
    """Make a personal access token: `scopes`, `bases` (null: every base)."""
    scopes, bases = body.get("scopes", airtable_tokens.SCOPES), body.get("bases")
    if not all(isinstance(one, list | tuple) for one in (scopes, bases or [])):
        raise BadBodyError("scopes and bases are lists")
    opened = None if bases is None else frozenset(map(str, bases))
    return {"token": airtable_tokens.make(tuple(map(str, scopes)), opened).value}


@json_address("POST")
def notion_token(_request: HttpRequest, _body: Body) -> Body:
    """Make a token of Notion's, with a limit of its own."""
    return {"token": notion.make_token()}


@json_address("POST")
def service_account(_request: HttpRequest, body: Body) -> Body:
    """Return the JSON key of a service account, made at need: `email` (without: the demo's).

    Its `token_uri` is the stand-in's.
    """
    email = str(body.get("email") or demo.SERVICE_ACCOUNT_EMAIL)
    if not email.replace("@", "").replace("-", "").replace(".", "").isalnum() or ".." in email:
        raise BadBodyError("email is an address")
    uri = f"{settings.SANDBOX_URL}/sheets/token"
    return keys.service_account(settings.VAR_DIR, email, token_uri=uri)


@json_address("POST")
def expire_tokens(_request: HttpRequest, _body: Body) -> Body:
    """Let every access token that Google gave out end now."""
    sheets_tokens.expire()
    return {}
