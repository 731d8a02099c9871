"""The pages of connected accounts: all of them at a glance, and the truth about one."""

import hashlib
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import chosen_workspace, owned
from accounts.views.frame import by_person, framed
from flowia.lib import clock
from flowia.lib.errors import NotFoundError
from social.accounts import accounts_of, find_account
from social.disconnecting import disconnect as leave
from social.models import SocialAccount
from social.providers.registry import CAPABILITIES
from social.running import READ, SEND
from social.sessions import has_session
from social.truth import Truth, truth_of, truths_of
from social.views.browsed import browsed_of, networks
from social.views.deeds import do
from social.views.missing import take
from social.views.sessions import JOINING
from social.ways import way_back, ways

GONE = SocialAccount.Status.DISCONNECTED
WORKING = ("working", "hours", "ending", "silent")
"""States in which a browser acts: its next moments can be told."""


@login_required
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts with their state, and the ways to connect one.

    Right after an attempt to connect it tells which permissions that went without. With the header
    `X-Fragment` only the connected accounts are answered.
    """
    workspace = chosen_workspace(request)
    rows = list(accounts_of(workspace).order_by("pk"))
    truths = truths_of(rows, now=clock.now())
    connected = [one for one in truths if one.account.status != GONE]
    context = {
        "truths": connected,
        "version": _version(*connected),
        "former": [one for one in truths if one.account.status == GONE],
        "ways": ways(),
        "networks": () if _live(request) else networks(),
        "missing": None if _live(request) else take(request),
    }
    template = "social/_accounts.html" if _live(request) else "social/accounts.html"
    return render(request, template, framed(request, context))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Tell the truth about one account; a POST of `do` changes it. For owners.

    With the header `X-Fragment` only what may change by itself is answered.
    """
    workspace = chosen_workspace(request)
    refused: dict[str, str] = {}
    try:
        found = find_account(workspace, uid)
    except NotFoundError:
        # It was being connected, and its person's account was here before: that has the session.
        if request.session.get(JOINING) != str(uid) or request.method == "POST":
            raise
        return redirect("accounts")
    if request.method == "POST":
        owned(workspace, request.user)
        refused = do(request, found)
        if not refused:
            return redirect("account", uid=found.uid)
    now = clock.now()
    truth = truth_of(found, now=now)
    context = {
        "now": now,
        "truth": truth,
        "version": _version(truth),
        "account": found,
        "can": CAPABILITIES[found.kind],
        "way": way_back(found),
        "by_session": has_session(found),
        "reads": _acts(truth, READ),
        "sends": _acts(truth, SEND),
        "gone": found.status == GONE,
        "browsed": None if _live(request) else browsed_of(request, truth, refused),
    }
    template = "social/_truth.html" if _live(request) else "social/account.html"
    return render(request, template, framed(request, context))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def disconnect(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Ask once, then disconnect an account. For owners."""
    workspace = chosen_workspace(request)
    found = find_account(workspace, uid)
    owned(workspace, request.user)
    if request.method != "POST":
        context = framed(request, {"account": found, "has_session": has_session(found)})
        return render(request, "social/disconnect.html", context)
    leave(found, by=by_person(request))
    messages.success(request, _("%(account)s is disconnected.") % {"account": found})
    return redirect("accounts")


def _live(request: HttpRequest) -> bool:
    return "X-Fragment" in request.headers


def _acts(truth: Truth, capability: str) -> bool:
    """Return whether a browser does `capability` as it stands, so that its next time is told."""
    changed = truth.standing.changed if truth.standing else ()
    return truth.state in WORKING or (truth.state == "drift" and capability not in changed)


def _version(*truths: Truth) -> str:
    """Return what is another text when something is told of the accounts that was not before."""
    told = [(one.account.uid, one.state, one.sentence, one.abilities) for one in truths]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
