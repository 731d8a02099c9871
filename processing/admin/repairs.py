"""What failed, by cause: what would be tried again, and the button that tries a batch of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Max, Min, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.admin.trail import replay
from flowia.lib import ratelimit
from flowia.lib.admin import BATCH, page_at
from processing.admin.events import tell_replayed
from processing.deadletters import repeatable
from processing.models import DeadLetter
from processing.reasons import sentence_in_general
from processing.tasks import replay_dead_letter, replay_event
from social.models import WebhookEvent

RATE, SECONDS = 5, 60
SAMPLE = 10
KINDS = {"calls", "letters"}
SPANS = (Count("pk"), Min("created_at"), Max("created_at"))


@dataclass(frozen=True)
class Cause:
    """What failed for one reason: how often, since when and until when."""

    kind: str
    of: str
    reason: str
    number: int
    first: datetime
    last: datetime

    @property
    def address(self) -> str:
        """The page that tells what would be tried again."""
        place = {"kind": self.kind, "of": self.of, "reason": self.reason}
        return f"{reverse('admin:repairs-cause')}?{urlencode(place)}"

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return sentence_in_general(self.reason) if self.reason else ""


@page_at("repairs/", "repairs")
def causes(request: HttpRequest) -> HttpResponse:
    """Show what failed and was not tried again, by cause."""
    _allowed(request, "view")
    shown = {"title": _("What failed, by cause"), "causes": sorted(_causes(), key=_largest)}
    return _page(request, "admin/repairs.html", shown)


@page_at("repairs/cause/", "repairs-cause")
def cause(request: HttpRequest) -> HttpResponse:
    """Tell what a batch would try again; a POST tries it, a few times a minute at most."""
    asked = request.POST if request.method == "POST" else request.GET
    kind = asked.get("kind", "")
    if kind not in KINDS:
        raise Http404
    _allowed(request, "change" if request.method == "POST" else "view")
    found = _rows(kind, asked.get("of", ""), asked.get("reason", ""))
    if request.method == "POST":
        return _try_again(request, kind, _possible(kind, found))
    spans = found.aggregate(number=Count("pk"), first=Min("created_at"), last=Max("created_at"))
    possible = _possible(kind, found)
    shown = {
        "title": _("Try again what failed for one cause"),
        "asked": asked,
        "spans": spans,
        "most": BATCH,
        "possible": possible.count(),
        "sample": [(str(row), row.created_at) for row in possible.order_by("pk")[:SAMPLE]],
    }
    return _page(request, "admin/repairs_cause.html", shown)


def _try_again(request: HttpRequest, kind: str, found: "QuerySet[Any]") -> HttpResponse:
    verdict = ratelimit.take("repairs", limit=RATE, seconds=SECONDS)
    if verdict is not None and not verdict.passed:
        words = _("Many batches were tried a moment ago. Wait %(seconds)s seconds.")
        messages.warning(request, words % {"seconds": verdict.retry_after})
        return redirect("admin:repairs")
    again: Callable[[int], bool] = replay_event if kind == "calls" else replay_dead_letter
    batch = list(found.order_by("pk")[:BATCH])
    replayed = sum(replay(request, row, again) for row in batch)
    tell_replayed(_Page, request, replayed=replayed, selected=len(batch))
    return redirect("admin:repairs")


class _Page:
    """What tells the operator a sentence, as the admin's own pages do."""

    @staticmethod
    def message_user(request: HttpRequest, words: str, level: int) -> None:
        """Show `words` on the next page."""
        messages.add_message(request, level, words)


def _causes() -> Iterator[Cause]:
    calls = WebhookEvent.objects.filter(status=WebhookEvent.Status.FAILED).order_by()
    for of, number, first, last in calls.values_list("provider").annotate(*SPANS):
        yield Cause("calls", of, "", number, first, last)
    letters = DeadLetter.objects.filter(replayed_at=None).order_by()
    for of, reason, number, first, last in letters.values_list("kind", "reason").annotate(*SPANS):
        yield Cause("letters", of, reason, number, first, last)


def _largest(one: Cause) -> tuple[int, str, str]:
    return (-one.number, one.of, one.reason)


def _rows(kind: str, of: str, reason: str) -> "QuerySet[Any]":
    if kind == "calls":
        return WebhookEvent.objects.filter(status=WebhookEvent.Status.FAILED, provider=of)
    return DeadLetter.objects.filter(replayed_at=None, kind=of, reason=reason)


def _possible(kind: str, found: "QuerySet[Any]") -> "QuerySet[Any]":
    """Select what would be tried: nothing that may have left is sent again."""
    return found if kind == "calls" else repeatable(found)


def _allowed(request: HttpRequest, act: str) -> None:
    rights = (f"processing.{act}_deadletter", f"social.{act}_webhookevent")
    if not all(request.user.has_perm(one) for one in rights):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, shown: dict[str, Any]) -> HttpResponse:
    context = {**admin.site.each_context(request), **shown}
    return render(request, template, context)
