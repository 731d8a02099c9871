"""The page on which a member reads the risk, agrees, and gives a session of their own."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from accounts import limits
from accounts.access import chosen_workspace, owned, person
from accounts.models import Workspace
from accounts.views.frame import by_person, framed
from flowia.lib import clock
from flowia.lib.errors import FlowError, NotFoundError
from social import consents, joining
from social.accounts import find_account
from social.models import SocialAccount
from social.pauses import pause_of
from social.providers.registry import PROVIDERS
from social.sessioning import Given
from social.sessions import browser_known
from social.switching import agree_again
from social.truth import truth_of
from social.views.agreeing import read_under
from social.views.deeds import Errors

LARGEST_FILE = 256 * 1024
JOINING = "joining"
"""Where the browser's session keeps which account it gave a session last: its row may go, when
the network tells whose session it is and that person's account was here before."""


@never_cache
@login_required
@sensitive_post_parameters("cookies")
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, provider: str) -> HttpResponse:
    """Show the risk and take a session in; `?account=` names one to connect again. For owners.

    Nothing of the cookies ever comes back. Where an account's session works and only the text has
    changed, the text alone is agreed to.
    """
    joining.rules_of(provider)
    workspace = chosen_workspace(request)
    account = _account(request, workspace, provider)
    errors: Errors = {}
    if request.method == "POST":
        owned(workspace, request.user)
        limits.knock(request, "connect")
        done, errors = _posted(request, workspace, provider, account)
        if done is not None:
            request.session[JOINING] = str(done.uid)
            return redirect("account", uid=done.uid)
    return _shown(request, provider, account, errors)


def _account(request: HttpRequest, workspace: Workspace, provider: str) -> SocialAccount | None:
    named = request.GET.get("account", "")
    if not named:
        return None
    try:
        found = find_account(workspace, UUID(named))
    except ValueError:
        raise NotFoundError from None
    if found.provider != provider:
        raise NotFoundError
    return found


def _shown(
    request: HttpRequest, provider: str, account: SocialAccount | None, errors: Errors
) -> HttpResponse:
    rules = joining.rules_of(provider)
    context = {
        "account": account,
        "network": PROVIDERS[provider].label,
        "site": rules.site,
        "statement": rules.statement(consents.SESSION),
        "language": get_language(),
        "only_text": account is not None and _only_text(account),
        "has_browser": browser_known(rules),
        "stopped": pause_of(provider, now=clock.now()) is not None,
        "errors": errors,
        "whole": errors.get(""),
        # A tick survives what is wrong elsewhere, never another text than the one it was for.
        "ticked": "" not in errors and request.POST.get("accepted") == "1",
    }
    return render(request, "social/session.html", framed(request, context))


def _only_text(account: SocialAccount) -> bool:
    return truth_of(account, now=clock.now()).state == "consent"


def _posted(
    request: HttpRequest, workspace: Workspace, provider: str, account: SocialAccount | None
) -> tuple[SocialAccount | None, Errors]:
    """Return the account that a session was given to, or what is wrong, by field."""
    errors: Errors = {}
    if request.POST.get("accepted") != "1":
        errors["accepted"] = _("Without your agreement nothing can be connected this way.")
    if account is not None and request.POST.get("do") == "agree":
        return _agreed(request, account, errors)
    return _given(request, workspace, provider, account, errors)


def _agreed(
    request: HttpRequest, account: SocialAccount, errors: Errors
) -> tuple[SocialAccount | None, Errors]:
    if errors:
        return None, errors
    try:
        agree_again(account, read_under(request), user=person(request.user), by=by_person(request))
    except FlowError as error:
        return None, _told(error)
    messages.success(request, _("Noted. A browser goes on within your working hours."))
    return account, {}


@sensitive_variables("cookies")
def _given(
    request: HttpRequest,
    workspace: Workspace,
    provider: str,
    account: SocialAccount | None,
    errors: Errors,
) -> tuple[SocialAccount | None, Errors]:
    cookies, wrong = _cookies(request)
    try:
        if wrong or errors:
            if not wrong:
                joining.rules_of(provider).read_cookies(cookies, clock.now())
            return None, {**errors, **wrong}
        found, given = joining.join(
            workspace,
            provider,
            cookies,
            read_under(request),
            user=person(request.user),
            account=account,
        )
    except FlowError as error:
        return None, {**errors, **_told(error)}
    _tell(request, given)
    return found, {}


@sensitive_variables("typed")
def _cookies(request: HttpRequest) -> tuple[str, Errors]:
    """Return what was pasted or, where nothing was, what the chosen file holds."""
    typed, file = request.POST.get("cookies", ""), request.FILES.get("file")
    if typed.strip():
        if file is not None:
            return "", {"cookies": _("Paste the export or choose its file, not both.")}
        return typed, {}
    if file is None:
        return "", {"cookies": _("Paste the export here, or choose its file below.")}
    if (file.size or 0) > LARGEST_FILE:
        return "", {"file": _("This file is larger than 256 KB: it is no export of one site.")}
    return file.read().decode("utf-8", "replace"), {}


def _told(error: FlowError) -> Errors:
    fields = error.errors or {"": [error.detail]}
    return {name: str(sentences[0]) for name, sentences in fields.items()}


def _tell(request: HttpRequest, given: Given) -> None:
    """Tell what was taken in, and what was not."""
    messages.success(request, _("The session is here. A browser looks now whether it works."))
    for note in joining.notes_of(given):
        messages.info(request, note)
