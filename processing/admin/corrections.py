"""Corrections by operators: a lead's level, stage and phone, and the messages of a day."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.admin.trail import by_operator
from billing import quotas
from billing.models import Quota
from flowia.lib import clock
from flowia.lib.admin import page_at
from processing import leading
from processing.admin.words import Reason
from processing.leads import dialled
from processing.models import Lead
from processing.tasks import relay_after_commit

MOST = 500


class LeadForm(Reason):
    """A lead's level, stage and phone, with the reason; the phone that is known is not shown."""

    level = forms.ChoiceField(label=_("level"), choices=Lead.Level, show_hidden_initial=True)
    stage = forms.ChoiceField(label=_("stage"), choices=Lead.Stage, show_hidden_initial=True)
    phone = forms.CharField(
        label=_("another phone (empty: as it is)"), max_length=40, required=False
    )
    no_phone = forms.BooleanField(label=_("the phone is not theirs: take it away"), required=False)
    field_order = ("level", "stage", "phone", "no_phone", "why", "ticket")

    def clean_phone(self) -> str:
        """Return the number in E.164; refuse what is none."""
        given = str(self.cleaned_data["phone"])
        number = dialled(given) if given else ""
        if given and not number:
            raise forms.ValidationError(_("This is no phone number."))
        return number


class QuotaForm(Reason):
    """How many messages of the day are given back; taken where it is negative."""

    amount = forms.IntegerField(
        label=_("messages given back (negative: taken)"), min_value=-MOST, max_value=MOST
    )
    field_order = ("amount", "why", "ticket")

    def clean_amount(self) -> int:
        """Refuse nothing at all."""
        amount: int = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("Nothing would change."))
        return amount


@page_at("processing/lead/<int:pk>/correct/", "lead-correct")
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a lead's level, stage or phone for a reason; what the form left as it was stays."""
    _allowed(request, "processing.change_lead")
    found = get_object_or_404(Lead.objects.select_related("workspace", "contact"), pk=pk)
    now_is = {"level": found.level, "stage": found.stage}
    form = LeadForm(request.POST if request.method == "POST" else None, initial=now_is)
    back = reverse("admin:processing_lead_change", args=[pk])
    if not form.is_valid():
        return _ask(request, form, found.contact, back)
    done = _set(request, found, form)
    messages.success(request, _("Corrected.") if done else _("Nothing changed."))
    return redirect(back)


def _set(request: HttpRequest, found: Lead, form: LeadForm) -> bool:
    """Set what the operator changed in the form, and tell it; False where that changes nothing."""
    said, by = form.cleaned_data, by_operator(request)
    with transaction.atomic():
        held = leading.hold(found)
        asked = {"level", "stage"} & set(form.changed_data)
        if said["phone"] or said["no_phone"]:
            asked.add("phone")
        changed = {name: said[name] for name in asked if said[name] != getattr(held, name, None)}
        if held is None or not changed:
            return False
        wakes = leading.correct(held, **changed, by=str(by.uid), now=clock.now(), role="operator")
        relay_after_commit(*wakes)
        data = {"fields": sorted(changed), "why": said["why"], "ticket": said["ticket"]}
        audit.record("operator.corrected", by=by, workspace=held.workspace, target=held, data=data)
    return True


@page_at("billing/quota/<int:pk>/correct/", "quota-correct")
def quota(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a workspace messages of one day back, or take some, for a reason."""
    _allowed(request, "billing.change_quota")
    found = get_object_or_404(Quota.objects.select_related("workspace"), pk=pk)
    form = QuotaForm(request.POST if request.method == "POST" else None)
    back = reverse("admin:billing_quota_change", args=[pk])
    if form.is_valid() and not _corrected(request, found, form.cleaned_data):
        form.add_error("amount", _("So many were not used on that day."))
    if not form.is_valid():
        return _ask(request, form, found.workspace, back)
    messages.success(request, _("Corrected."))
    return redirect(back)


def _corrected(request: HttpRequest, found: Quota, said: dict[str, Any]) -> bool:
    data = {
        "day": found.day.isoformat(),
        "amount": said["amount"],
        "why": said["why"],
        "ticket": said["ticket"],
    }
    with transaction.atomic():
        if not quotas.correct(found, said["amount"]):
            return False
        audit.record(
            "operator.quota_corrected",
            by=by_operator(request),
            workspace=found.workspace,
            target=found,
            data=data,
        )
    return True


def _allowed(request: HttpRequest, right: str) -> None:
    if not request.user.has_perm(right):
        raise PermissionDenied


def _ask(request: HttpRequest, form: forms.Form, whose: object, back: str) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Correct"),
        "form": form,
        "whose": whose,
        "back": back,
    }
    return render(request, "admin/correct.html", context)
