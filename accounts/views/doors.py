"""The door: signing in and out."""

from typing import Any

from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import doors, guessing, limits
from accounts.models import SignIn, User
from accounts.returning import safe_return
from flowia.lib.errors import TooManyRequestsError

PLAIN = {"home", "inbox"}
"""Where people mean to go who only sign in."""


class SignInForm(AuthenticationForm):
    """E-mail address, in any case, and password."""

    error_messages = {  # noqa: RUF012 - Django's own class attribute
        "invalid_login": gettext_lazy("The e-mail address or the password is wrong."),
        "inactive": gettext_lazy("This account is switched off."),
    }

    def clean(self) -> dict[str, Any]:
        """Look for the person; every attempt counts. Raises TooManyRequestsError."""
        email = str(self.cleaned_data.get("username", ""))
        password = str(self.cleaned_data.get("password", ""))
        if self.request is not None and email and password:
            limits.knock(self.request, "login")
            try:
                self.user_cache = doors.person_with(self.request, email, password)
            except doors.WrongPasswordError as error:
                raise self.get_invalid_login_error() from error
        return self.cleaned_data


class SignInPage(LoginView):
    """The sign-in page; afterwards the pages come in the person's own language."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, *request: Any, **kwargs: Any) -> HttpResponse:
        """Sign in, or say how long to wait after too many attempts."""
        try:
            return super().post(*request, **kwargs)
        except TooManyRequestsError as error:
            form = AuthenticationForm(self.request)
            context = self.get_context_data(form=form, refused=error)
            response = self.render_to_response(context, status=error.status)
            for name, value in error.headers.items():
                response[name] = value
            return response

    def get_redirect_url(self, *request: Any) -> str:
        """Return where the person wanted to go; the door itself is no such place."""
        return safe_return(self.request, super().get_redirect_url(*request), otherwise="")

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        """Return what the page shows; `why` tells who comes by a link what happens next.

        `ended` is who sent a form after their session had ended.
        """
        ended = "ended" in self.request.GET
        why = "" if ended else _why(self.get_redirect_url())
        return super().get_context_data(why=why, ended=ended, **more)

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign the person in; a language chosen in the header before stays chosen."""
        user = form.get_user()
        doors.enter_browser(self.request, user)
        return welcome(self.request, user, self.get_success_url())


def _why(address: str) -> str:
    """Return what signing in leads to, for an address of ours; "" when nobody needs to be told."""
    try:
        name = resolve(address.partition("?")[0]).url_name
    except Resolver404:
        return ""
    if name == "verify":
        return _("Sign in to confirm your e-mail address.")
    return "" if name in PLAIN else _("Sign in: the page that you asked for opens then.")


def welcome(request: HttpRequest, user: User, address: str) -> HttpResponseRedirect:
    """Send a person who just signed in on to `address`, in their language."""
    response = HttpResponseRedirect(address)
    known = translation.check_for_language(user.language)
    if known and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax", max_age=31_536_000
        )
    guessing.remember_device(request, response, user)
    return response


sign_in = SignInPage.as_view()


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign the browser out and go to `next`, or back to the door."""
    doors.leave(request, sign_in_at(request))
    return HttpResponseRedirect(local_address(request, reverse("login")))


def local_address(request: HttpRequest, otherwise: str) -> str:
    """Return `next` of the request if it is a path of ours, else the path `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return safe_return(request, wanted, otherwise=otherwise)


def sign_in_at(request: HttpRequest) -> SignIn | None:
    """Return the sign-in of the browser at hand; None for nobody's."""
    found = getattr(request, "sign_in", None)
    return found if isinstance(found, SignIn) else None
