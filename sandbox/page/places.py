"""Where a visitor stands on the page: at which account, in messages or below a publication."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseRedirect, QueryDict

from sandbox.world.meta import ACCOUNTS, EVERY, Account

MESSAGES, POST = "messages", "post"


def account_of(request: HttpRequest) -> str:
    """Return the account asked for: *messenger* or *instagram* for the demo's two, else an id."""
    asked = _asked(request).get("account", "messenger")
    return next((key for key, one in every() if asked in {key, one.external_id}), "messenger")


def network_of(account: str) -> Account:
    """Return the account of a key that `account_of` gave."""
    return dict(every())[account]


def every() -> list[tuple[str, Account]]:
    """Return each account of the world with its key, the demo's two first."""
    own = list(ACCOUNTS.items())
    return own + [(one.external_id, one) for one in EVERY if one not in ACCOUNTS.values()]


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
