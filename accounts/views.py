"""The door: signing in and out, and where a signed-in person begins."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts.access import chosen_workspace
from accounts.models import User
from flowia.lib.errors import NotFoundError


class SignInForm(AuthenticationForm):
    """E-mail address, in any case, and password."""

    error_messages = {  # noqa: RUF012 - Django's own class attribute
        "invalid_login": _("The e-mail address or the password is wrong."),
        "inactive": _("This account is switched off."),
    }

    def clean_username(self) -> str:
        """Addresses are kept in lower case."""
        return str(self.cleaned_data["username"]).strip().lower()


class SignIn(LoginView):
    """The sign-in page; afterwards the pages come in the person's own language."""

    template_name = "accounts/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_redirect_url(self, *request: Any) -> str:
        """Return where the person wanted to go; the door itself is no such place."""
        wanted = super().get_redirect_url(*request)
        return "" if urlsplit(wanted).path.rstrip("/") == reverse("login") else wanted

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign the person in; a language chosen in the header before stays chosen."""
        response = super().form_valid(form)
        user = form.get_user()
        known = translation.check_for_language(user.language) if isinstance(user, User) else False
        if known and settings.LANGUAGE_COOKIE_NAME not in self.request.COOKIES:
            response.set_cookie(
                settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax", max_age=31_536_000
            )
        return response


sign_in = SignIn.as_view()
sign_out = LogoutView.as_view()


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send a member to the inbox and an operator without a workspace to the admin."""
    try:
        chosen_workspace(request)
    except NotFoundError:
        if isinstance(request.user, User) and request.user.is_staff:
            return redirect("admin:index")
        return render(request, "accounts/no_workspace.html")
    return redirect("inbox")
