"""The pages of the second factor: set up, asked, reset."""

from typing import Any
from urllib.parse import urlencode

import segno
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import factors, totp
from accounts.admin.trail import by_operator
from accounts.guessing import TooManyAttemptsError
from accounts.models import OperatorFactor, User
from flowia.lib.admin import ReadOnlyRows, page_at

WRONG = _("This code is wrong, was used already, or is over. Wait for the next one.")


@page_at("second-factor/", "second-factor")
def second_factor(request: HttpRequest) -> HttpResponse:
    """Set the factor up at the first visit, ask for a code at the others."""
    user = _operator(request)
    shown: dict[str, Any] = {"next": _back(request), "title": _("Second factor")}
    shown["proved"] = factors.is_fresh(request, user)
    if factors.factor_of(user) is None and not factors.may_enrol(user):
        return _page(request, "admin/factor.html", {**shown, "closed": True}, 403)
    if request.method == "POST":
        try:
            answer = _answer(request, user, shown)
        except TooManyAttemptsError as error:
            shown["wrong"] = error.detail
            return _page(request, "admin/factor.html", {**shown, **_picture(request, user)}, 429)
        if answer is not None:
            factors.know_browser(request, answer)
            return answer
        shown["wrong"] = WRONG
    return _page(request, "admin/factor.html", {**shown, **_picture(request, user)})


second_factor.needs_no_factor = True  # type: ignore[attr-defined]


@page_at("second-factor/codes/", "second-factor-codes")
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Tell fresh codes until their person keeps them; else how many are left, or make new ones."""
    user = _operator(request)
    factor = factors.factor_of(user)
    if factor is None or not factors.is_fresh(request, user):
        return redirect("admin:second-factor")
    back = _back(request)
    if request.method == "POST" and "kept" in request.POST:
        factors.keep_codes(request)
        return redirect(back)
    if request.method == "POST":
        factors.renew_codes(request, factor, by=by_operator(request))
        return _to_codes(back)
    codes, left = factors.fresh_codes(request, factor), len(factor.recovery)
    shown = {"title": _("Recovery codes"), "codes": codes, "left": _left(left), "next": back}
    return _page(request, "admin/factor_codes.html", shown)


@page_at("second-factor/reset/<int:pk>/", "second-factor-reset")
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a superuser forget another operator's factor, after a page that asks."""
    superuser = _operator(request)
    whose = get_object_or_404(User, pk=pk)
    if not superuser.is_superuser or whose.pk == superuser.pk:
        raise PermissionDenied
    if request.method == "POST":
        done = factors.reset(whose, by=by_operator(request))
        messages.success(request, _("It was reset.") if done else _("There was none."))
        return redirect("admin:accounts_user_change", pk)
    shown = {"title": _("Reset a second factor"), "whose": whose}
    return _page(request, "admin/factor_reset.html", shown)


@admin.register(OperatorFactor)
class OperatorFactors(ReadOnlyRows):
    """That an operator has a second factor, and since when; nothing of it is shown."""

    list_display = ("user", "confirmed_at", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__email", "uid")
    exclude = ("sealed", "recovery", "last_counter")
    change_form_template = "admin/factor_row.html"


def _answer(request: HttpRequest, user: User, shown: dict[str, Any]) -> HttpResponse | None:
    """Return what follows a right code; None for a wrong one."""
    code, by = request.POST.get("code", "")[:64], by_operator(request)
    before = factors.factor_of(user)
    if before is not None:
        if not factors.check(request, user, code, by=by):
            return None
        after = factors.factor_of(user)
        if after is not None and len(after.recovery) < len(before.recovery):
            messages.warning(request, _left(len(after.recovery)))
        return redirect(str(shown["next"]))
    if not factors.confirm(request, user, code, by=by):
        return None
    return _to_codes(shown["next"])


def _to_codes(back: str) -> HttpResponse:
    return redirect(f"{reverse('admin:second-factor-codes')}?{urlencode({'next': back})}")


def _picture(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what a telephone reads, while the factor is not set up; nothing afterwards."""
    if factors.factor_of(user) is not None:
        return {}
    secret = factors.offered(request, user)
    picture = segno.make(totp.address_of(secret, user.email), error="m")
    # An image of its own: the policy of pages forbids styles in a drawing, and lets data be one.
    return {"secret": secret, "picture": picture.svg_data_uri(scale=5, light="#fff")}


def _left(number: int) -> str:
    sentence = ngettext(
        "%(left)s recovery code is left.", "%(left)s recovery codes are left.", number
    )
    return sentence % {"left": number}


def _operator(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if safe else reverse("admin:index")


def _page(
    request: HttpRequest, template: str, shown: dict[str, Any], status: int = 200
) -> HttpResponse:
    context = {**admin.site.each_context(request), **shown, "available_apps": []}
    return render(request, template, context, status=status)
