"""The pages of connected accounts: all of them at a glance, and the truth about one."""

import hashlib
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import chosen_workspace, owned, person
from accounts.views.frame import by_person, framed
from flowia.lib import clock
from flowia.lib.errors import FlowError
from social import accounts as doing
from social.accounts import accounts_of, find_account
from social.checking import check_now
from social.disconnecting import disconnect as leave
from social.models import SocialAccount
from social.providers.registry import CAPABILITIES
from social.truth import Truth, truth_of, truths_of
from social.views.missing import take
from social.ways import way_back, ways

GONE = SocialAccount.Status.DISCONNECTED


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
    way, missing = (None, ()) if _live(request) else take(request)
    connected = [one for one in truths if one.account.status != GONE]
    context = {
        "truths": connected,
        "version": _version(*connected),
        "former": [one for one in truths if one.account.status == GONE],
        "ways": ways(),
        "way": way,
        "missing": missing,
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
    found = find_account(workspace, uid)
    if request.method == "POST":
        owned(workspace, request.user)
        _do(request, found)
        return redirect("account", uid=found.uid)
    truth = truth_of(found, now=clock.now())
    context = {
        "truth": truth,
        "version": _version(truth),
        "account": found,
        "can": CAPABILITIES[found.kind],
        "way": way_back(found),
        "gone": found.status == GONE,
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
        context = framed(request, {"account": found})
        return render(request, "social/disconnect.html", context)
    leave(found, by=by_person(request))
    messages.success(request, _("%(account)s is disconnected.") % {"account": found})
    return redirect("accounts")


def _do(request: HttpRequest, found: SocialAccount) -> None:
    deed = DEEDS.get(request.POST.get("do", ""))
    if deed is None:
        return
    try:
        messages.success(request, deed(request, found))
    except FlowError as error:
        messages.error(request, str(error.detail))


def _pause(request: HttpRequest, found: SocialAccount) -> str:
    doing.set_paused(found, paused=True, by=by_person(request))
    return _("Paused: nothing is answered through it until you resume.")


def _resume(request: HttpRequest, found: SocialAccount) -> str:
    doing.set_paused(found, paused=False, by=by_person(request))
    return _("Resumed: the assistant answers here again.")


def _check(_request: HttpRequest, found: SocialAccount) -> str:
    if check_now(found).check_error:
        raise CouldNotLookError
    return _("We looked again just now.")


def _agree(request: HttpRequest, found: SocialAccount) -> str:
    if request.POST.get("agreed") != "1":
        raise NotTickedError
    doing.agree(found, user=person(request.user), agreed=True, by=by_person(request))
    return _("Noted: the assistant may answer here without your approval.")


def _withdraw(request: HttpRequest, found: SocialAccount) -> str:
    doing.agree(found, user=person(request.user), agreed=False, by=by_person(request))
    return _("Noted: every answer here waits for your approval again.")


class CouldNotLookError(FlowError):
    """The network did not tell about the account when it was asked."""

    code = "could_not_look"
    detail = gettext_lazy("The network told us nothing just now. We try again by ourselves.")


class NotTickedError(FlowError):
    """An agreement without its tick is none."""

    code = "not_ticked"
    detail = gettext_lazy("Tick the sentence that you agree to first.")


DEEDS: dict[str, Callable[[HttpRequest, SocialAccount], str]] = {
    "pause": _pause,
    "resume": _resume,
    "check": _check,
    "agree": _agree,
    "withdraw": _withdraw,
}


def _live(request: HttpRequest) -> bool:
    return "X-Fragment" in request.headers


def _version(*truths: Truth) -> str:
    """Return what is another text when something is told of the accounts that was not before."""
    told = [(one.account.uid, one.state, one.sentence, one.abilities) for one in truths]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]
