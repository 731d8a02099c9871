"""TikTok's consent page in the demo: choose an account, untick what is not to be allowed."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from sandbox import settings
from sandbox.tiktok.models import Grant
from sandbox.tiktok.people import ACCOUNTS, BY_USERNAME, Account
from sandbox.tiktok.tokens import new_code

CALLBACK = "/social-accounts/tiktok/callback"
SCOPES: dict[str, Promise] = {
    "user.info.basic": _("your name and picture"),
    "user.info.username": _("your username"),
    "user.info.profile": _("your profile"),
    "user.info.stats": _("your number of followers"),
    "user.account.type": _("whether it is a business account"),
    "video.list": _("the list of your videos"),
    "comment.list": _("read the comments under your videos"),
    "comment.list.manage": _("answer, hide and delete comments"),
    "message.list.read": _("read your messages"),
    "message.list.send": _("answer your messages"),
    "message.list.manage": _("manage your messages"),
}


@dataclass(frozen=True)
class Choice:
    """One account on the page, and the link that chooses it."""

    account: Account
    address: str


@dataclass(frozen=True)
class Scope:
    """One line of what is asked for: allowed or not, and the link that changes that."""

    name: str
    label: Promise | str
    allowed: bool
    address: str


@require_GET
@never_cache
def consent(request: HttpRequest) -> HttpResponse:
    """Show the accounts, then what is asked for; `decide` is `allow` or `refuse`.

    Links and no form: a policy that keeps forms on their own site would stop the way back.
    """
    wrong = _wrong(request)
    if wrong:
        page = {"wrong": wrong, "return_to": "/"}
        return render(request, "sandbox/tiktok_consent.html", page, status=400)
    if request.GET.get("decide") == "refuse":
        told = {"error": "access_denied", "error_description": "The user denied the request."}
        return _back(request, told)
    account = BY_USERNAME.get(request.GET.get("account", ""))
    if account and request.GET.get("decide") == "allow":
        return _allowed(request, account, _kept(request))
    returning = _returning(request)
    if returning:
        return _allowed(request, *returning)
    page = _choosing(request) if account is None else _asking(request, account)
    shared = {"refuse": _with(request, decide="refuse"), "return_to": request.get_full_path()}
    return render(request, "sandbox/tiktok_consent.html", {**page, **shared})


def _choosing(request: HttpRequest) -> dict[str, object]:
    choices = [Choice(one, _with(request, account=one.username)) for one in ACCOUNTS.values()]
    return {"choices": choices}


def _asking(request: HttpRequest, account: Account) -> dict[str, object]:
    without = _without(request)
    scopes = []
    for name in _asked(request):
        changed = sorted(without ^ {name})
        address = _with(request, without=",".join(changed))
        label = SCOPES.get(name, name)
        scopes.append(Scope(name, label, name not in without, address))
    return {
        "account": account,
        "scopes": scopes,
        "allow": _with(request, decide="allow") if _kept(request) else "",
        "choose": _with(request, account=""),
    }


def _wrong(request: HttpRequest) -> Promise | None:
    """Return what the product asked for wrongly; TikTok shows it and sends nobody back."""
    asked = request.GET
    if asked.get("client_key") != settings.TIKTOK_APP_ID:
        return _("client_key: this app is not known.")
    address = settings.PUBLIC_URL + CALLBACK
    if asked.get("redirect_uri") not in (address, f"{address}/"):
        return _("redirect_uri: this address is not registered.")
    if asked.get("response_type") != "code":
        return _("response_type: it is code.")
    unknown = set(_asked(request)) - set(SCOPES)
    if unknown or not _asked(request):
        return _("scope: these scopes are unknown, or not separated by commas.")
    return None


def _returning(request: HttpRequest) -> tuple[Account, list[str]] | None:
    """Return who allowed the same before: they are sent back without a page.

    That is what `disable_auto_auth=1` prevents; whoever forgets it cannot change accounts.
    """
    if request.GET.get("disable_auto_auth") == "1" or "account" in request.GET:
        return None
    last = Grant.objects.filter(revoked_at=None).last()
    if last is None or not set(_asked(request)) <= set(last.scope.split(",")):
        return None
    return ACCOUNTS[last.account], _asked(request)


def _allowed(request: HttpRequest, account: Account, scopes: list[str]) -> HttpResponseRedirect:
    if not scopes:
        told = {"error": "access_denied", "error_description": "Nothing was allowed."}
        return _back(request, told)
    scope = ",".join(scopes)
    code = new_code(account, scope, request.GET["redirect_uri"])
    return _back(request, {"code": code, "scopes": scope})


def _asked(request: HttpRequest) -> list[str]:
    return [name for name in request.GET.get("scope", "").split(",") if name]


def _without(request: HttpRequest) -> set[str]:
    return {name for name in request.GET.get("without", "").split(",") if name}


def _kept(request: HttpRequest) -> list[str]:
    return [name for name in _asked(request) if name not in _without(request)]


def _back(request: HttpRequest, answer: dict[str, str]) -> HttpResponseRedirect:
    answer["state"] = request.GET.get("state", "")
    return HttpResponseRedirect(f"{request.GET['redirect_uri']}?{urlencode(answer)}")


def _with(request: HttpRequest, **changes: str) -> str:
    asked = request.GET.copy()
    for name, value in changes.items():
        asked[name] = value
    return f"{request.path}?{asked.urlencode()}"
