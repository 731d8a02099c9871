"""Pushes of leads into tools, which can be tried again, and the orders they belong to."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.trail import replay
from flowia.lib.admin import HasError, ReadOnlyRows, WordyRows, batch_of
from integrations.models import SyncOrder, SyncRun
from integrations.orders import progress_of
from processing.admin.events import tell_replayed
from processing.models import Conversation
from processing.tasks import replay_push


@admin.register(SyncRun)
class SyncRuns(WordyRows):
    """Pushes of leads, with their attempts and errors; failed ones can be tried again."""

    hidden = ("payload",)
    error = ~Q(error_code="") | Q(status=SyncRun.Status.FAILED)
    list_display = (
        "created_at",
        "workspace",
        "integration",
        "lead_uid",
        "ordered",
        "status",
        "attempts",
        "next_at",
        "error_code",
        "finished_at",
    )
    list_filter = ("status", HasError, "integration__kind")
    list_select_related = ("workspace", "integration")
    search_fields = (
        "workspace__name",
        "lead_uid",
        "uid",
        "request_id",
        "order__uid",
        # The contact's name, as it is written into the tool.
        "payload__name",
    )
    actions = ("replay",)

    def conversation_of(self, row: SyncRun) -> int | None:
        """Return the latest conversation of the lead's contact."""
        found = Conversation.objects.filter(contact__lead__uid=row.lead_uid).order_by("-pk")
        return found.values_list("pk", flat=True).first()

    @admin.display(description=_("ordered"), boolean=True)
    def ordered(self, run: SyncRun) -> bool:
        """Whether a member's order asked for it."""
        return run.order_id is not None

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change pushes may have them tried again."""
        return request.user.has_perm("integrations.change_syncrun")

    @admin.action(description=_("Try the failed ones again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[SyncRun]) -> None:
        """Make the failed pushes among the selected due again; the others are left as they are."""
        rows = batch_of(request, queryset, Q(status=SyncRun.Status.FAILED))
        replayed = sum(replay(request, run, replay_push) for run in rows)
        tell_replayed(self, request, replayed=replayed, selected=len(rows))


@admin.register(SyncOrder)
class SyncOrders(ReadOnlyRows):
    """Members' orders to write many leads, and how far they have come."""

    error = Q(status__in=[SyncOrder.Status.QUEUED, SyncOrder.Status.RUNNING])
    list_display = (
        "created_at",
        "workspace",
        "integration",
        "kind",
        "status",
        "total",
        "next_at",
        "finished_at",
    )
    list_filter = ("status", "kind", "integration__kind")
    list_select_related = ("workspace", "integration")
    search_fields = ("workspace__name", "workspace__uid", "uid", "request_id")
    readonly_fields = ("progress",)

    @admin.display(description=_("progress"))
    def progress(self, order: SyncOrder) -> str:
        """How many wait, were written, were equal, failed."""
        found = progress_of(order)
        return _(
            "%(waiting)s wait, %(written)s written, %(unchanged)s equal, %(failed)s failed"
        ) % {
            "waiting": found.waiting,
            "written": found.written,
            "unchanged": found.unchanged,
            "failed": found.failed,
        }
