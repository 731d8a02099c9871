"""The pages of connecting: on the way to the network, back from it, and choosing."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import limits, oauth
from accounts.access import chosen_workspace, owned, person
from accounts.views.frame import framed
from flowia.lib.address import client_address
from flowia.lib.errors import FlowError
from social import choosing, connecting
from social.connecting import Attempt, Outcome
from social.models import SocialAccount
from social.refusing import MissingScopesError
from social.views import missing
from social.ways import way_named, way_of

CHOSEN = "accounts_chosen"
"""In the session: the last list that a person chose from."""


@login_required
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Show the way to the network: `provider`, `login`, `again`. For owners.

    A page and not a redirect: the content policy lets our forms lead nowhere but here.
    """
    workspace = owned(chosen_workspace(request), request.user)
    way = way_of(request.POST.get("provider", ""), request.POST.get("login", ""))
    limits.knock(request, "connect")
    address = connecting.begin(
        request,
        way,
        user=person(request.user),
        workspace=workspace,
        return_to=oauth.safe_return(request, request.POST.get("next", ""), otherwise=""),
        again=request.POST.get("again") == "1",
    )
    context = {"address": address, "network": way.provider.label}
    response = render(request, "social/leave.html", framed(request, context))
    response["Refresh"] = f"0; url={address}"
    return response


@never_cache
def finish_page(request: HttpRequest, provider: str) -> HttpResponse:
    """Take somebody back from the network's consent page, to a page that says what came of it.

    Raises DeadStateError (400) before the network is asked anything.
    """
    limits.knock(request, "connect")
    attempt = connecting.come_back(request, provider, request.GET.get("state", ""))
    try:
        outcome = connecting.complete(attempt, request.GET.dict(), address=client_address(request))
    except MissingScopesError as error:
        missing.keep(request, error, return_to=attempt.return_to)
        return HttpResponseRedirect(_home(attempt))
    except FlowError as error:
        messages.error(request, str(error.detail))
        return HttpResponseRedirect(attempt.return_to or _home(attempt))
    if outcome.choose is not None:
        return redirect(_here("account-choose", attempt, uid=outcome.choose.uid))
    return _welcome(request, outcome, attempt.return_to or _first(attempt, outcome))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Show the accounts that one consent opened; a POST connects the ticked ones. For owners.

    Who comes back to it afterwards, in this session, is told that it is done.
    """
    workspace = owned(chosen_workspace(request), request.user)
    user = person(request.user)
    if request.session.get(CHOSEN) == str(uid):
        messages.info(request, _("That choice was made already: here is what is connected."))
        return redirect("accounts")
    row = choosing.find(workspace, uid, user)
    error = ""
    if request.method == "POST":
        wanted = request.POST.getlist("account")
        address = client_address(request)
        try:
            outcome = connecting.choose(row, wanted, user=user, address=address)
        except FlowError as refused:
            error = str(refused.detail)
        else:
            request.session[CHOSEN] = str(uid)
            return _welcome(request, outcome, row.return_to or reverse("accounts"))
    options = choosing.options_of(row)
    context = {
        "row": row,
        "options": options,
        "any_open": any(one.open for one in options),
        "ticked": request.POST.getlist("account") if error else [one.key for one in options],
        "error": error,
        "network": way_named(row.provider, row.login).provider.label,
    }
    return render(request, "social/choose.html", framed(request, context))


def _welcome(request: HttpRequest, outcome: Outcome, next_address: str) -> HttpResponse:
    for account in outcome.accounts:
        messages.success(request, _said(account))
    return HttpResponseRedirect(next_address)


def _said(account: SocialAccount) -> str:
    return _("%(account)s is connected.") % {"account": account}


def _first(attempt: Attempt, outcome: Outcome) -> str:
    return _here("account", attempt, uid=outcome.accounts[0].uid)


def _home(attempt: Attempt) -> str:
    return _here("accounts", attempt)


def _here(name: str, attempt: Attempt, **names: UUID) -> str:
    """Return one of our pages, in the workspace that the attempt was begun for."""
    return f"{reverse(name, kwargs=names)}?workspace={attempt.workspace.uid}"
