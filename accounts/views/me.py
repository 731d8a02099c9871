"""Settings: what people change of themselves."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import doors, limits
from accounts.access import person
from accounts.forms import PasswordForm, ProfileForm, ProofForm, ThemeForm
from accounts.models import User
from accounts.proving import check_password
from accounts.returning import safe_return
from accounts.views.doors import sign_in_at
from accounts.views.frame import by_person, framed, refused
from flowia.context import THEME_COOKIE
from flowia.lib.errors import FlowError

PROFILE, PASSWORD = "accounts/settings/me.html", "accounts/settings/password.html"
YEAR = 31_536_000


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """Show name, language and colours; a POST changes them.

    With `do=theme` it changes the colours alone, from any page (`next`).
    """
    user = person(request.user)
    if request.POST.get("do") == "theme":
        return _choose_theme(request, user)
    now = {"name": user.name, "language": user.language, "theme": user.theme}
    form = ProfileForm(request.POST or None, initial=now)
    if not form.is_valid():
        context = {"proof": ProofForm(), "form": form}
        return render(request, PROFILE, framed(request, context))
    user.name, user.language = form.cleaned_data["name"], form.cleaned_data["language"]
    user.theme = form.cleaned_data["theme"] or user.theme
    user.save(update_fields=["name", "language", "theme"])
    with translation.override(user.language):
        messages.success(request, _("Saved."))
    response = redirect("settings-me")
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, samesite="Lax", max_age=YEAR)
    return _with_theme(response, user)


def _choose_theme(request: HttpRequest, user: User) -> HttpResponse:
    form = ThemeForm(request.POST)
    if form.is_valid():
        user.theme = form.cleaned_data["theme"]
        user.save(update_fields=["theme"])
    back = safe_return(request, request.POST.get("next", ""), otherwise=reverse("settings-me"))
    return _with_theme(redirect(back), user)


def _with_theme(response: HttpResponse, user: User) -> HttpResponse:
    """Let the pages of this browser keep the colours when nobody is signed in."""
    response.set_cookie(THEME_COOKIE, user.theme, samesite="Lax", max_age=YEAR, httponly=True)
    return response


@never_cache
@login_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the password: every other sign-in ends. The current one is asked for."""
    user = person(request.user)
    form = PasswordForm(request.POST or None)
    if not form.is_valid():
        return render(request, PASSWORD, framed(request, {"form": form}))
    try:
        user = _change(request, user, form.cleaned_data)
    except FlowError as error:
        return refused(request, PASSWORD, {}, form=form, error=error)
    doors.keep_session(request, user)
    messages.success(request, _("Your new password is set; you are signed out everywhere else."))
    return redirect("settings-me")


def _change(request: HttpRequest, user: User, asked: dict[str, Any]) -> User:
    """Change the password of `user`; return the person with the new one."""
    limits.knock(request, "login")
    proved = check_password(request, user, asked["current"], field="current")
    doors.change_password(
        proved,
        asked["new"],
        by=by_person(request),
        action="password.changed",
        keep=sign_in_at(request),
        keep_google=asked["keep_google"],
        field="new",
    )
    return proved
