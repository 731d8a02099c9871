"""Dead letters: what failed for good, and the button that tries it again."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.trail import replay
from flowia.lib.admin import HasError, ReadOnlyRows, batch_of, link
from flowia.lib.capped import SeenLately
from processing.admin.events import tell_replayed
from processing.deadletters import repeatable
from processing.models import DeadLetter
from processing.tasks import replay_dead_letter

PAGES = {
    "act": "admin:processing_leadact_change",
    "receive": "admin:social_webhookevent_change",
    "respond": "admin:processing_message_change",
    "send": "admin:processing_delivery_change",
    "sync": "admin:integrations_syncrun_change",
    "remove": "admin:integrations_removal_change",
}


@admin.register(DeadLetter)
class DeadLetters(ReadOnlyRows):
    """Work that failed for good; "has error" shows what nobody has replayed yet."""

    error = Q(replayed_at__isnull=True)
    list_display = (
        "created_at",
        "kind",
        "row",
        "workspace",
        "reason",
        "attempts",
        "replayed_at",
    )
    list_filter = (HasError, ("kind", SeenLately), ("reason", SeenLately))
    list_select_related = ("workspace",)
    search_fields = ("workspace__name", "workspace__uid", "uid", "reason", "object_id")
    actions = ("replay",)

    @admin.display(description=_("row"))
    def row(self, letter: DeadLetter) -> str:
        """Link to the work that failed."""
        page = PAGES.get(letter.kind)
        return link(page, letter.object_id, letter.object_id) if page else str(letter.object_id)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who may change dead letters may have them tried again."""
        return request.user.has_perm("processing.change_deadletter")

    @admin.action(description=_("Try the selected ones again"), permissions=["replay"])
    def replay(self, request: HttpRequest, queryset: QuerySet[DeadLetter]) -> None:
        """Wake the selected work; what may already have left is never sent again."""
        ready = Q(pk__in=repeatable(DeadLetter.objects.all()).values("pk"))
        rows = batch_of(request, queryset, ready)
        replayed = sum(replay(request, letter, replay_dead_letter) for letter in rows)
        tell_replayed(self, request, replayed=replayed, selected=len(rows))
