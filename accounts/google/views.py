"""To Google and back: signing in with it, connecting it to an account, disconnecting it."""

from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts import doors, google, limits, oauth
from accounts.access import person
from accounts.google.identities import ISSUERS
from accounts.proving import SignInAgainError, prove
from accounts.views import sign_in_at, welcome
from flowia.lib.address import client_address
from flowia.lib.errors import FlowError, InvalidError

SIGN_IN, CONNECT = "google.sign_in", "google.connect"


@require_GET
@never_cache
def begin_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Send a browser to Google; `?next=` is where the person goes afterwards."""
    limits.knock(request, "google")
    if request.get_host() != urlsplit(settings.PUBLIC_URL).netloc:
        # Google sends people back to PUBLIC_URL; a session begun under another name is lost there.
        return HttpResponseRedirect(_at_home(request.get_full_path()))
    return_to = oauth.safe_return(request, request.GET.get("next", ""))
    if request.user.is_authenticated:
        return HttpResponseRedirect(return_to)
    begun = oauth.begin(request, SIGN_IN, return_to=return_to)
    back_to = _at_home(reverse("google-callback"))
    return HttpResponseRedirect(google.address_of(begun, back_to=back_to))


@require_GET
@never_cache
def finish_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in whom Google sends back; who refused there, or is refused here, is told at the door.

    Raises DeadStateError (400) before Google is asked anything.
    """
    limits.knock(request, "google")
    finished = _finished(request, SIGN_IN)
    try:
        identity = _identity(request, finished, reverse("google-callback"))
        user = google.person_for(identity, address=client_address(request))
    except FlowError as error:
        messages.error(request, str(error.detail))
        return redirect(f"{reverse('login')}?{urlencode({'next': finished.return_to})}")
    doors.enter_browser(request, user)
    return welcome(request, user, finished.return_to)


@require_POST
@login_required
@sensitive_post_parameters()
def begin_connecting(request: HttpRequest) -> HttpResponse:
    """Show the way to Google, for somebody signed in who wants to connect it.

    Their password is asked for: a Google account outlives the session that connected it. A page
    and not a redirect: the content policy lets our forms lead nowhere but here.
    """
    limits.knock(request, "google")
    google.client_id()
    return_to = oauth.safe_return(request, request.POST.get("next", ""))
    user = person(request.user)
    try:
        prove(request, user, request.POST.get("password", ""))
    except (InvalidError, SignInAgainError) as error:
        messages.error(request, _why(error))
        return HttpResponseRedirect(return_to)
    begun = oauth.begin(request, CONNECT, user=user, return_to=return_to)
    back_to = _at_home(reverse("google-connected"))
    address = google.address_of(begun, back_to=back_to)
    response = render(request, "accounts/google_leave.html", {"address": address})
    response["Refresh"] = f"0; url={address}"
    return response


@require_GET
@never_cache
@login_required
def finish_connecting(request: HttpRequest) -> HttpResponseBase:
    """Connect the Google account that the person chose; raises DeadStateError (400)."""
    limits.knock(request, "google")
    finished = _finished(request, CONNECT)
    user = person(request.user)
    try:
        sign_in = sign_in_at(request)
        if sign_in is None:
            raise SignInAgainError
        identity = _identity(request, finished, reverse("google-connected"))
        google.connect_google(user, identity, sign_in=sign_in, address=client_address(request))
    except FlowError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("From now on, you can sign in with Google."))
    return HttpResponseRedirect(finished.return_to)


@require_POST
@login_required
def disconnect(request: HttpRequest) -> HttpResponseBase:
    """Disconnect Google from the person's account, if a password is left."""
    return_to = oauth.safe_return(request, request.POST.get("next", ""))
    try:
        google.disconnect_google(person(request.user), address=client_address(request))
    except FlowError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("Google is disconnected from your account."))
    return HttpResponseRedirect(return_to)


def _finished(request: HttpRequest, purpose: str) -> oauth.Finished:
    finished = oauth.finish(request, purpose, request.GET.get("state", ""))
    # RFC 9207: an answer that names its sender must name the one we asked.
    if request.GET.get("iss", ISSUERS[0]) not in ISSUERS:
        raise oauth.DeadStateError
    return finished


def _identity(request: HttpRequest, finished: oauth.Finished, path: str) -> google.Identity:
    if request.GET.get("error") == "access_denied":
        raise google.GoogleRefusedError(_("You did not allow it at Google. Nothing was changed."))
    code = request.GET.get("code", "")
    if not code:
        raise google.GoogleRefusedError
    token = google.exchange(code, finished.verifier, back_to=_at_home(path))
    return google.identity_in(token, nonce=finished.nonce)


def _why(error: FlowError) -> str:
    """Return the sentence about the field that was refused, or about the whole."""
    [sentence] = next(iter((error.errors or {"": [error.detail]}).values()))
    return str(sentence)


def _at_home(path: str) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"
