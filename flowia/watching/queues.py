"""The operators' page of the queues: what waits where, who works on what, and what failed."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from accounts import audit
from accounts.admin.trail import WOKE, by_operator
from flowia.celery import app
from flowia.lib import clock
from flowia.lib.wake import wake
from flowia.watching.counting import Counted
from flowia.watching.lines import age, number, shown
from flowia.watching.reading import Backlog, Queue, lately, read_backlog
from flowia.watching.workers import Task, Worker, at_work
from processing import dispatch
from processing.models import DeadLetter
from processing.reasons import sentence
from processing.tasks import STEPS

DEAD_SHOWN, FAILURES_SHOWN = 50, 10
WAKEN = 200
"""So many rows of a step are woken at once; the dispatcher goes on with the others."""
MAY_WAKE = "processing.change_deadletter"
FAILED = {
    "autoReply": ("send_failed", "send_refused", "send_unconfirmed"),
    "background": ("sync_failed",),
    "incomingMessages": ("gave_up",),
}
"""Which reasons of the ledger tell of a failure, by the queue that met it."""


@dataclass(frozen=True)
class Step:
    """What is due of one step: how many, since when, by the clock of `age`."""

    name: str
    due: str
    age: str
    waits: bool


@dataclass(frozen=True)
class Shown:
    """One queue as the page shows it."""

    queue: Queue
    due: str
    oldest: str
    steps: list[Step]
    workers: list[Worker]
    tasks: list[Task]
    failures: list[tuple[str, int]]


def page(request: HttpRequest) -> HttpResponse:
    """Show every queue; what workers do is asked of them, for less than a second."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    health = read_backlog()
    context = {
        **admin.site.each_context(request),
        "title": _("Queues"),
        "health": health,
        "queues": _queues(health),
        "letters": _letters(request),
        "may_wake": may_wake(request),
    }
    return TemplateResponse(request, "admin/queues.html", context)


def wake_now(request: HttpRequest) -> HttpResponse:
    """Wake what is due of one step at once, and write down how many were woken."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not may_wake(request):
        raise PermissionDenied
    step = request.POST.get("step", "")
    rows = dispatch.longest_due(clock.now(), most=WAKEN).get(step)
    if rows is None:
        raise Http404
    ids = list(rows.values_list("pk", flat=True))
    taken = sum(wake(STEPS[step], row_id) for row_id in ids)
    # Written once it is known: a wake-up alone does nothing that its row does not say.
    audit.record(WOKE, by=by_operator(request), data={"step": step, "count": taken})
    if taken < len(ids):
        messages.error(request, _("The broker does not answer; the dispatcher goes on trying."))
    else:
        words = ngettext("%(count)s row was woken.", "%(count)s rows were woken.", taken)
        messages.success(request, words % {"count": taken})
    return redirect("admin:queues")


def may_wake(request: HttpRequest) -> bool:
    """Return whether the operator may have work tried again."""
    return request.user.has_perm(MAY_WAKE)


def _queues(health: Backlog) -> list[Shown]:
    tasks, failures = _tasks(health), _failures(health)
    due, known = health.of("due"), health.broker.workers if health.broker else ()
    found = []
    for queue in health.queues:
        steps = [step for step, name in dispatch.KEYS.items() if name == queue.name]
        serving = [one for one in known if queue.name in one.queues]
        names = {one.name for one in serving}
        found.append(
            Shown(
                queue=queue,
                due=number(queue.due, more=queue.more),
                oldest=_age(queue.oldest, health.now),
                steps=[_step(step, due[step], health.now) for step in steps],
                workers=serving,
                tasks=[one for one in tasks if one.worker in names],
                failures=failures.get(queue.name, []),
            )
        )
    return found


def _step(name: str, due: Counted, now: datetime) -> Step:
    return Step(name, shown(due), _age(due.oldest, now), bool(due.number))


def _age(oldest: datetime | None, now: datetime) -> str:
    return age(max(0.0, (now - oldest).total_seconds())) if oldest else "—"


def _tasks(health: Backlog) -> list[Task]:
    if health.broker is None:
        return []
    try:
        return at_work(app, health.broker.workers)
    except (OperationalError, RedisError, OSError):
        return []


def _failures(health: Backlog) -> dict[str, list[tuple[str, int]]]:
    """Return the failures of the last hour by queue, by what their codes say; most first."""
    reasons = [reason for several in FAILED.values() for reason in several]
    rows = lately(health).filter(reason__in=reasons).order_by("-pk")
    told = list(rows.values_list("reason", "data")[:1000])
    found = {}
    for queue, mine in FAILED.items():
        codes = Counter(_code(reason, data) for reason, data in told if reason in mine)
        found[queue] = codes.most_common(FAILURES_SHOWN)
    return found


def _code(reason: str, data: dict[str, Any]) -> str:
    code = str(data.get("code") or "")
    return f"{reason}: {code}" if code else reason


def _letters(request: HttpRequest) -> list[tuple[DeadLetter, str]] | None:
    """Return the last dead letters that nobody replayed, with what their reason says.

    None for whom they do not concern: they are not told that there are none.
    """
    if not request.user.has_perm("processing.view_deadletter"):
        return None
    rows = DeadLetter.objects.filter(replayed_at__isnull=True).select_related("workspace")
    return [(one, sentence(one.reason)) for one in rows.order_by("-id")[:DEAD_SHOWN]]
