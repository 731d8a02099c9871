"""Where a visitor stands on the page: which network, in messages or below a publication."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect, QueryDict

from sandbox.world.meta import ACCOUNTS

MESSAGES, POST = "messages", "post"


def account_of(request: HttpRequest) -> str:
    """Return the network asked for, Messenger unless it is one of the two."""
    kind = _asked(request).get("account", "messenger")
    return kind if kind in ACCOUNTS else "messenger"


def place_of(request: HttpRequest) -> str:
    """Return *post* when the visitor stands below a publication, else *messages*."""
    return POST if _asked(request).get("place") == POST else MESSAGES


def back(request: HttpRequest, contact: str, anchor: str = "") -> HttpResponseRedirect:
    """Lead back to the place of the form, as that contact."""
    query = {"account": account_of(request), **({"contact": contact} if contact else {})}
    if place_of(request) == POST:
        query["place"] = POST
    return HttpResponseRedirect(f"/?{urlencode(query)}" + (f"#{anchor}" if anchor else ""))


def _asked(request: HttpRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET
