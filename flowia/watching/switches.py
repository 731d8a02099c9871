"""The operators' switches: an account, a network, the model or everything rests, or goes on."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.admin.trail import LIFTED, STOPPED, Deed, by_operator, people_of, write_down
from flowia.lib import clock
from social import pauses
from social.admin.holding import may_switch
from social.models import ProviderPause, SocialAccount, Stop
from social.pauses import ACCOUNT, EVERYTHING, MODEL, NETWORK, Pause
from social.providers.registry import PROVIDERS

RIGHTS = ("social.add_stop", "social.delete_stop")
"""What pausing an account, the model or everything takes; a network takes `may_switch`."""
HOURS = {
    "": gettext_lazy("until it is ended here"),
    "0.25": gettext_lazy("for a quarter of an hour"),
    "1": gettext_lazy("for an hour"),
    "4": gettext_lazy("for four hours"),
    "24": gettext_lazy("for a day"),
}


class PauseForm(forms.Form):
    """What is to rest, why, and for how long; a link may have named what."""

    what = forms.ChoiceField(label=gettext_lazy("What rests"))
    account = forms.CharField(
        label=gettext_lazy("Account"),
        required=False,
        max_length=200,
        help_text=gettext_lazy(
            "For an account: its public id, its id on the network or its handle."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=100)
    hours = forms.ChoiceField(label=gettext_lazy("How long"), choices=HOURS, required=False)

    def __init__(self, request: HttpRequest) -> None:
        named = {name: request.GET.get(name, "")[:200] for name in ("what", "account")}
        super().__init__(request.POST if "what" in request.POST else None, initial=named)
        names = [EVERYTHING, MODEL, *(f"{NETWORK}:{one}" for one in PROVIDERS), ACCOUNT]
        choices = [(name, _name(name)) for name in names if may_pause(request, name)]
        self.fields["what"].choices = choices  # type: ignore[attr-defined] # a choice field
        self.chosen: SocialAccount | None = None

    def clean(self) -> dict[str, Any]:
        """Find the account that is named, where an account is to rest."""
        told = super().clean() or {}
        if told.get("what") == ACCOUNT:
            found = _accounts(told.get("account", ""))
            if len(found) != 1:
                words = _("No account is called so.") if not found else _("Several are called so.")
                self.add_error("account", words)
            else:
                self.chosen = found[0]
        return told


def page(request: HttpRequest) -> HttpResponse:
    """Show what rests, why, since and until when and by whom; begin and end pauses."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    form = PauseForm(request)
    if request.method == "POST":
        if not may_pause(request, request.POST.get("go_on") or request.POST.get("what", "")):
            raise PermissionDenied
        if "go_on" in request.POST:
            _go_on(request, request.POST["go_on"])
            return redirect("admin:pauses")
        if form.is_valid():
            _pause(request, form)
            return redirect("admin:pauses")
    found = pauses.all_in_force(now=clock.now())
    context = {
        **admin.site.each_context(request),
        "title": _("Pauses"),
        "form": form,
        "pauses": [(*told, may_pause(request, told[0].name)) for told in _shown(found)],
        "may_pause": bool(form.fields["what"].choices),  # type: ignore[attr-defined] # a choice field
    }
    return TemplateResponse(request, "admin/pauses.html", context)


def may_pause(request: HttpRequest, name: str) -> bool:
    """Return whether the operator may pause what is called so, and let it go on."""
    if name.startswith(f"{NETWORK}:"):
        return may_switch(request)
    return request.user.has_perms(RIGHTS)


def _pause(request: HttpRequest, form: PauseForm) -> None:
    given, now, by = form.cleaned_data, clock.now(), by_operator(request).uid
    until = _until(given["hours"], now)
    name, reason = str(given["what"]), str(given["reason"])
    with transaction.atomic():
        if name.startswith(f"{NETWORK}:"):
            row: ProviderPause | Stop | None
            network = name.removeprefix(f"{NETWORK}:")
            row = pauses.pause(network, reason, until=until, by_uid=by, now=now)
        else:
            name = f"{ACCOUNT}:{form.chosen.uid}" if form.chosen else name
            row = pauses.stop(name, reason, until=until, by_uid=by, now=now)
        if row is None:
            words = _("%(what)s rests for as long already; end that pause to set a shorter one.")
            messages.info(request, words % {"what": _name(name)})
            return
        told = {"what": name, "until": until and until.isoformat()}
        if not form.chosen:  # members read the workspace's chain; the reason is the operators' own
            told["reason"] = reason
        write_down(request, [Deed(STOPPED, form.chosen or row, told=told)])
    messages.warning(request, _("Paused: %(what)s.") % {"what": _name(name)})


def _go_on(request: HttpRequest, name: str) -> None:
    """End a pause; what waited is judged again and leaves slowly."""
    with transaction.atomic():
        row: ProviderPause | Stop | None
        if name.startswith(f"{NETWORK}:"):
            network = name.removeprefix(f"{NETWORK}:")
            row = ProviderPause.objects.select_for_update().filter(provider=network).first()
        else:
            row = Stop.objects.select_for_update().filter(name=name).first()
        if row is None:
            messages.info(request, _("It was not paused any more."))
            return
        account = _account_of(name)
        write_down(request, [Deed(LIFTED, account or row, told={"what": name})])
        pauses.end(row, now=clock.now())
    messages.success(request, _("Goes on: %(what)s.") % {"what": _name(name)})


def _until(hours: str, now: datetime) -> datetime | None:
    return now + timedelta(hours=float(hours)) if hours else None


def _accounts(words: str) -> list[SocialAccount]:
    words = words.strip()
    if not words:
        return []
    named = Q(external_id=words) | Q(handle=words.removeprefix("@"))
    with suppress(ValueError):
        named |= Q(uid=UUID(words))
    rows = SocialAccount.objects.filter(named).exclude(status=SocialAccount.Status.DISCONNECTED)
    return list(rows.select_related("workspace")[:2])


def _account_of(name: str) -> SocialAccount | None:
    kind, _colon, uid = name.partition(":")
    if kind != ACCOUNT:
        return None
    return SocialAccount.objects.filter(uid=uid).select_related("workspace").first()


def _shown(found: list[Pause]) -> Iterator[tuple[Pause, str, str]]:
    """Yield each pause with what rests in words, and who let it; two queries for all of them."""
    uids = [one.name.removeprefix(f"{ACCOUNT}:") for one in found if _kind(one.name) == ACCOUNT]
    rows = SocialAccount.objects.filter(uid__in=uids).select_related("workspace")
    accounts = {f"{ACCOUNT}:{one.uid}": f"{one} ({one.workspace})" for one in rows}
    people = people_of(one.by_uid for one in found if one.by_uid)
    for one in found:
        who = people[one.by_uid] if one.by_uid else _("the network itself")
        yield one, accounts.get(one.name) or _name(one.name), who


def _kind(name: str) -> str:
    return name.partition(":")[0]


def _name(name: str) -> str:
    kind, _colon, what = name.partition(":")
    if kind == NETWORK:
        return PROVIDERS[what].label if what in PROVIDERS else what
    if kind == ACCOUNT:
        return _("an account")
    return _("everything") if kind == EVERYTHING else _("the model")
