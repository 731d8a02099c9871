"""Asking for one conversation's words: why, for a quarter of an hour, and written down twice."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.activity import WHYS
from accounts.admin.trail import by_operator
from flowia.lib import clock, hidden
from flowia.lib.admin import page_at
from processing.models import Conversation

READ = "operator.words_shown"
RIGHTS = ("processing.view_conversation", "processing.view_message")
# An id of a ticket, and never a sentence: the audit log holds nobody's words.
TICKET = re.compile(r"\A[A-Za-z0-9#/_-]{0,40}\Z")


class Reason(forms.Form):
    """Why somebody has to look, from a closed list, and the ticket it is about."""

    why = forms.ChoiceField(label=_("Reason"), choices=[("", "—"), *WHYS.items()])
    ticket = forms.RegexField(TICKET, label=_("Ticket or reference"), required=False)


@page_at("processing/conversation/<int:pk>/words/", "conversation-words")
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the words of one conversation to this operator, who says why; a GET asks for it."""
    if not all(request.user.has_perm(one) for one in RIGHTS):
        raise PermissionDenied
    rows = Conversation.objects.select_related("workspace", "contact")
    conversation = get_object_or_404(rows, pk=pk)
    trace = reverse("admin:conversation-trace", args=[pk])
    back = request.POST.get("next") or request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = trace
    form = Reason(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _write_down(request, conversation, form.cleaned_data)
        hidden.show(request.session, pk, now=clock.now().timestamp())
        return redirect(back)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("Show the words of a conversation"),
        "conversation": conversation,
        "form": form,
        "back": back,
    }
    return render(request, "admin/words.html", context)


def _write_down(request: HttpRequest, conversation: Conversation, said: dict[str, str]) -> None:
    """Tell the workspace, whose owners read it, and the operators' own chain."""
    data = {"why": said["why"], "ticket": said["ticket"]}
    by = by_operator(request)
    with transaction.atomic():
        for workspace in (conversation.workspace, None):
            audit.record(READ, by=by, workspace=workspace, target=conversation, data=data)
